/* `tenure trace scale`: more, larger, longer or slower. */

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "cli/trace_text.h"
#include "input/trace_edit.h"

struct scale {
    const char *in, *out, *rows, *gpus, *durations, *time, *seed;
    struct trace_scale by;
};

static bool parse_factor(const char *text, const char *option, int64_t *factor,
                         struct error *err)
{
    *factor = TRACE_SCALE_ONE;
    if (!text)
        return true;
    enum decimal_result result = decimal_to_int64(text, strlen(text), 6, factor);
    if (result == DECIMAL_OK && *factor > 0 && *factor <= TRACE_SCALE_MAX)
        return true;
    return error_kind_set(err, ERROR_USAGE,
                          "%s: '%s' is not a factor such as 1.25, above 0 and up to "
                          "1000, of at most six digits after the point",
                          option, text);
}

static bool parse_factors(struct scale *scale, struct error *err)
{
    int64_t seed = 1;
    if (!scale->rows && !scale->gpus && !scale->durations && !scale->time)
        return error_kind_set(err, ERROR_USAGE,
                              "trace scale: one of --factor, --gpus, --durations and "
                              "--time is needed; see `tenure trace --help`");
    bool ok =
        parse_factor(scale->rows, "--factor", &scale->by.rows, err) &&
        parse_factor(scale->gpus, "--gpus", &scale->by.gpus, err) &&
        parse_factor(scale->durations, "--durations", &scale->by.durations, err) &&
        parse_factor(scale->time, "--time", &scale->by.time, err) &&
        (!scale->seed || cli_whole_number(scale->seed, "--seed", &seed, err));
    scale->by.seed = (uint64_t)seed;
    return ok;
}

/* A GPU is the least that a job has, so that GPU-h are not scaled where a share of one
 * is asked for. */
static void say_gpu_h(const struct scale *scale, const struct trace *from,
                      const struct trace *to)
{
    size_t raised = 0;
    for (size_t i = 0; i < from->n; i++)
        raised += divide_rounded((int128)from->jobs[i].gpus * scale->by.gpus,
                                 TRACE_SCALE_ONE) < 1;
    double before_h = (double)from->gpu_ms / MS_PER_H;
    double after_h = (double)to->gpu_ms / MS_PER_H;
    fprintf(stderr, "GPU-h: %s, from %s", shown_real(after_h, 1).text,
            shown_real(before_h, 1).text);
    if (before_h > 0)
        fprintf(stderr, " (%.1f %%)", 100 * after_h / before_h);
    fputc('\n', stderr);
    if (raised)
        fprintf(stderr,
                "%zu of the %zu jobs read would round to no GPU, and keep one\n",
                raised, from->n);
}

static bool scale_trace(const struct scale *scale, struct error *err)
{
    struct import_result all;
    bool ok = any_trace_read(&all, scale->in, err);
    if (ok) {
        struct import_result scaled;
        ok = any_trace_scale(&all, &scale->by, &scaled, err) &&
             import_result_write(&scaled, scale->out, err);
        if (ok)
            fprintf(stderr, "%zu %s written, from %zu\n", any_trace_rows(&scaled),
                    any_trace_count_noun(&scaled, any_trace_rows(&scaled)),
                    any_trace_rows(&all));
        if (ok && all.kind == IMPORT_JOBS)
            say_gpu_h(scale, &all.jobs, &scaled.jobs);
        import_result_free(&scaled);
    }
    import_result_free(&all);
    return ok;
}

bool trace_scale(int argc, char **argv, struct error *err)
{
    struct scale scale = {0};
    const struct cli_option options[] = {
        {.name = "factor", .value = &scale.rows},
        {.name = "gpus", .value = &scale.gpus},
        {.name = "durations", .value = &scale.durations},
        {.name = "time", .value = &scale.time},
        {.name = "seed", .value = &scale.seed},
        {.name = "output", .letter = 'o', .value = &scale.out},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace to scale", &scale.in};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              trace_need_option(scale.out, argv[0], "-o OUT", err) &&
              parse_factors(&scale, err) && scale_trace(&scale, err);
    arena_free(&arena);
    return ok;
}
