#include <stdio.h>
#include <string.h>

#include "output/brief.h"
#include "output/compare.h"
#include "output/prose.h"

#define LABEL        32
#define NUMBER       12
#define NAME         14
#define INPUTS_SHOWN 16
#define PARAM        30
#define VALUE        25

enum form { FORM_NUMBER, FORM_DURATION, FORM_PERCENT, FORM_UNIT_COST };

struct figure {
    const char *label, *scope, *metric;
    enum form form;
    bool optional; /* left out where neither run has any */
};

static const struct figure service[] = {
    {"jobs finished", "total", "jobs_finished", FORM_NUMBER, false},
    {"jobs refused", "total", "jobs_refused", FORM_NUMBER, true},
    {"jobs that gave up", "total", "jobs_abandoned", FORM_NUMBER, true},
    {"jobs waiting at the end", "total", "jobs_waiting", FORM_NUMBER, true},
    {"deadlines missed", "total", "jobs_missed", FORM_NUMBER, true},
    {"jobs that waited", "total", "jobs_delayed", FORM_NUMBER, false},
    {"wait, mean", "total", "wait_mean_s", FORM_DURATION, false},
    {"wait, 95th percentile", "total", "wait_p95_s", FORM_DURATION, false},
    {"wait, longest", "total", "wait_max_s", FORM_DURATION, false},
    {"work finished, reference GPU-h", "total", "work_h", FORM_NUMBER, false},
    {"unserved, GPU-h", "total", "service_unserved_gpu_h", FORM_NUMBER, true},
    {"unserved level, GPU-h", "total", "unserved_gpu_h", FORM_NUMBER, true},
    {"price of service, shadow USD", "total", "service_usd", FORM_NUMBER, true},
    {.label = NULL},
};

static const struct figure money[] = {
    {"net present cost", "total", "npv_usd", FORM_NUMBER, false},
    {"  after tax", "total", "npv_after_tax_usd", FORM_NUMBER, true},
    {"levelised per useful GPU-h", "total", "levelised_usd_per_useful_gpu_h",
     FORM_UNIT_COST, false},
    {"economic cost", "total", "economic_usd", FORM_NUMBER, false},
    {"economic, with service", "total", "economic_with_service_usd", FORM_NUMBER, true},
    {"economic per reference GPU-h", "total", "usd_per_work_h", FORM_UNIT_COST, false},
    {"accrued cost", "total", "accrual_usd", FORM_NUMBER, false},
    {"cash paid", "total", "cash_usd", FORM_NUMBER, false},
    {"  at its highest", "total", "peak_cash_usd", FORM_NUMBER, false},
    {"left at the end", "total", "closing_usd", FORM_NUMBER, true},
    {"leases still owed", "total", "commitment_usd", FORM_NUMBER, true},
    {.label = NULL},
};

static const struct figure use[] = {
    {"capacity, GPU-h", "total", "capacity_gpu_h", FORM_NUMBER, false},
    {"  useful", "total", "busy_useful_gpu_h", FORM_NUMBER, false},
    {"  overhead", "total", "busy_overhead_gpu_h", FORM_NUMBER, true},
    {"  idle, without demand", "total", "idle_no_demand_gpu_h", FORM_NUMBER, true},
    {"  idle, free but not fitting", "total", "idle_fragmented_gpu_h", FORM_NUMBER,
     true},
    {"  idle, held", "total", "idle_held_gpu_h", FORM_NUMBER, true},
    {"  down", "total", "down_gpu_h", FORM_NUMBER, true},
    {"cost of idle, USD", "total", "idle_usd", FORM_NUMBER, true},
    {"interruptions of jobs", "total", "interruptions", FORM_NUMBER, true},
    {"used, of owned and leased", "fixed", "utilization_frac", FORM_PERCENT, true},
    {.label = NULL},
};

static void write_value(char text[BRIEF_TEXT + 4], enum form form, double value,
                        bool sign)
{
    char number[BRIEF_TEXT];
    double size = fabs(value);
    switch (form) {
    case FORM_NUMBER: brief_number(number, size); break;
    case FORM_DURATION: brief_duration(number, llround(size * 1e3)); break;
    case FORM_PERCENT: snprintf(number, sizeof number, "%.1f %%", 100 * size); break;
    case FORM_UNIT_COST: brief_unit_cost(number, size); break;
    }
    const char *mark = value < 0 ? "-" : sign && value > 0 ? "+" : "";
    snprintf(text, BRIEF_TEXT + 4, "%s%s", mark, number);
}

static void print_value(FILE *out, enum form form, double value, bool there, bool sign)
{
    char text[BRIEF_TEXT + 4] = "-";
    if (there)
        write_value(text, form, value, sign);
    fprintf(out, "%*s", NUMBER, text);
}

/* With one digit; what rounds to nothing has no sign. */
static void write_change(char text[BRIEF_TEXT + 4], double value, const char *unit)
{
    snprintf(text, BRIEF_TEXT + 4, fabs(value) < 0.05 ? "%.1f %s" : "%+.1f %s",
             fabs(value) < 0.05 ? 0 : value, unit);
}

static void print_change(FILE *out, const struct figure *figure, double a, double b)
{
    char text[BRIEF_TEXT + 4];
    if (figure->form == FORM_PERCENT)
        write_change(text, 100 * (b - a), "pt");
    else
        write_value(text, figure->form, b - a, true);
    fprintf(out, "%*s", NUMBER, a == b ? "=" : text);
    if (figure->form != FORM_PERCENT && a > 0 && a != b) {
        double percent = 100 * (b - a) / a;
        if (fabs(percent) < 1000)
            write_change(text, percent, "%");
        else
            snprintf(text, sizeof text, "x %.0f", b / a);
        fprintf(out, "%*s", NUMBER, text);
    }
    putc('\n', out);
}

/* Whether both runs paid most at their end, which `cash paid` has said. */
static bool repeats(const struct compare *compare, const struct figure *figure,
                    const double value[2])
{
    return strcmp(figure->metric, "peak_cash_usd") == 0 &&
           value[0] == saved_run_value(compare->runs[0], "total", "cash_usd") &&
           value[1] == saved_run_value(compare->runs[1], "total", "cash_usd");
}

static void print_figure(const struct compare *compare, const struct figure *figure,
                         FILE *out)
{
    const struct saved_metric *line[2];
    double value[2];
    for (int side = 0; side < 2; side++) {
        const struct saved_run *run = compare->runs[side];
        line[side] = saved_run_metric(run, figure->scope, figure->metric);
        value[side] = saved_run_value(run, figure->scope, figure->metric);
    }
    if (figure->optional && value[0] == 0 && value[1] == 0)
        return;
    if (repeats(compare, figure, value))
        return;
    fprintf(out, "  %-*s", LABEL - 2, figure->label);
    for (int side = 0; side < 2; side++)
        print_value(out, figure->form, value[side], line[side] != NULL, false);
    if (line[0] && line[1])
        print_change(out, figure, value[0], value[1]);
    else
        putc('\n', out);
}

static void print_figures(const struct compare *compare, const char *title,
                          const struct figure *figures, FILE *out)
{
    fprintf(out, "%-*s%*s%*s%*s\n", LABEL, title, NUMBER, "A", NUMBER, "B", NUMBER,
            "B - A");
    for (; figures->label; figures++)
        print_figure(compare, figures, out);
    putc('\n', out);
}

/* Pools: a line has A above B, so that what one pool was and is stands together. */

static const struct {
    const char *heads[2], *metric;
    enum form form;
} pool_columns[] = {
    {{"peak", "GPUs"}, "peak_capacity_gpus", FORM_NUMBER},
    {{"used", ""}, "utilization_frac", FORM_PERCENT},
    {{"idle:", "no jobs"}, "idle_no_demand_gpu_h", FORM_NUMBER},
    {{"idle:", "no fit"}, "idle_fragmented_gpu_h", FORM_NUMBER},
    {{"idle:", "held"}, "idle_held_gpu_h", FORM_NUMBER},
    {{"cost", "USD"}, "economic_usd", FORM_NUMBER},
    {{"of it", "idle"}, "idle_usd", FORM_NUMBER},
};
#define POOL_COLUMNS (sizeof pool_columns / sizeof pool_columns[0])
#define POOL_CELL    8

static void print_pool_side(const struct compare *compare, const char *name, int side,
                            bool named, FILE *out)
{
    const struct saved_run *run = compare->runs[side];
    int index = saved_run_pool(run, name);
    if (index < 0)
        return;
    prose_name(named ? name : "", NAME, out);
    fprintf(out, "%s %-9s", side ? "B" : "A", tenure_names[run->pools[index].tenure]);
    for (size_t c = 0; c < POOL_COLUMNS; c++) {
        const struct saved_metric *line =
            saved_run_metric(run, name, pool_columns[c].metric);
        char text[BRIEF_TEXT + 4] = "-";
        if (line)
            write_value(text, pool_columns[c].form,
                        saved_run_value(run, name, pool_columns[c].metric), false);
        fprintf(out, "%*s", c == 0 ? POOL_CELL - 2 : POOL_CELL, text);
    }
    putc('\n', out);
}

static void print_pools(const struct compare *compare, FILE *out)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    for (int line = 0; line < 2; line++) {
        fprintf(out, "%-*s", NAME + 11, line ? "" : "Pools, idle in GPU-h");
        for (size_t c = 0; c < POOL_COLUMNS; c++)
            fprintf(out, "%*s", c == 0 ? POOL_CELL - 2 : POOL_CELL,
                    pool_columns[c].heads[line]);
        putc('\n', out);
    }
    for (size_t i = 0; i < a->n_pools; i++) {
        print_pool_side(compare, a->pools[i].name, 0, true, out);
        print_pool_side(compare, a->pools[i].name, 1, false, out);
    }
    for (size_t i = 0; i < b->n_pools; i++)
        if (saved_run_pool(a, b->pools[i].name) < 0)
            print_pool_side(compare, b->pools[i].name, 1, true, out);
    putc('\n', out);
}

/* What was given. */

static bool is_of_pool(const char *param, const char *pool)
{
    size_t length = strlen(pool);
    return strncmp(param, "pools.", 6) == 0 && strncmp(param + 6, pool, length) == 0 &&
           param[6 + length] == '.';
}

/* Parameters of a pool that one run does not have are one line. */
static bool is_of_lone_pool(const struct compare *compare, const char *param)
{
    for (int side = 0; side < 2; side++) {
        const struct saved_run *run = compare->runs[side];
        for (size_t i = 0; i < run->n_pools; i++)
            if (is_of_pool(param, run->pools[i].name) &&
                saved_run_pool(compare->runs[!side], run->pools[i].name) < 0)
                return true;
    }
    return false;
}

static void print_values(const char *const value[2], FILE *out)
{
    const char *a = value[0] ? value[0] : "-";
    int columns = prose_columns(a);
    prose_cut(a, VALUE - 1, out);
    fprintf(out, "%*s", columns < VALUE ? VALUE - columns : 1, "");
    prose_cut(value[1] ? value[1] : "-", VALUE, out);
    putc('\n', out);
}

static void print_lone_pools(const struct compare *compare, FILE *out)
{
    for (int side = 0; side < 2; side++) {
        const struct saved_run *run = compare->runs[side];
        for (size_t i = 0; i < run->n_pools; i++) {
            const struct saved_pool *pool = &run->pools[i];
            char name[128], gpus[BRIEF_TEXT], text[256];
            const char *value[2] = {NULL, NULL};
            if (saved_run_pool(compare->runs[!side], pool->name) >= 0)
                continue;
            brief_number(gpus, saved_run_value(run, pool->name, "peak_capacity_gpus"));
            snprintf(name, sizeof name, "pools.%s", pool->name);
            snprintf(text, sizeof text, "%s %s %s", gpus, pool->class,
                     tenure_names[pool->tenure]);
            value[side] = text;
            fputs("  ", out);
            prose_name(name, PARAM - 2, out);
            print_values(value, out);
        }
    }
}

static void print_input(const struct compare_input *input, FILE *out)
{
    char digest[2][16];
    const char *value[2] = {input->value[0], input->value[1]};
    for (int side = 0; side < 2 && input->is_file; side++) {
        snprintf(digest[side], sizeof digest[side], "%.8s...",
                 value[side] ? value[side] : "");
        value[side] = value[side] ? digest[side] : NULL;
    }
    fputs("  ", out);
    prose_tail(input->name, PARAM - 2, out);
    print_values(value, out);
}

static void print_inputs(const struct compare *compare, FILE *out)
{
    size_t shown = 0, hidden = 0;
    if (compare->n_inputs == 0) {
        fputs("Both were given the same.\n", out);
        return;
    }
    fprintf(out, "%-*s%-*s%s\n", PARAM, "What they were given", VALUE, "A", "B");
    print_lone_pools(compare, out);
    for (size_t i = 0; i < compare->n_inputs; i++) {
        if (is_of_lone_pool(compare, compare->inputs[i].name))
            continue;
        if (shown < INPUTS_SHOWN) {
            print_input(&compare->inputs[i], out);
            shown++;
        } else {
            hidden++;
        }
    }
    if (hidden > 0)
        fprintf(out, "  and %zu more; --json lists all\n", hidden);
}

static void print_thresholds(const struct compare *compare, FILE *out)
{
    bool any = saved_run_metric(compare->runs[0], "total", "level_demand_gpu_h") ||
               saved_run_metric(compare->runs[1], "total", "level_demand_gpu_h");
    const char *levels = any ? "what levels lack by as much of what they want, " : "";
    struct paragraph text = {.used = 0};
    paragraph_say(
        &text,
        "Thresholds: service is the same where jobs refused, given up, "
        "waiting at the end or late differ by at most %g %% of arrivals, "
        "%sfinished work by %g %%, and mean and 95th percentile of wait by %g "
        "%% or %d s.",
        100 * COMPARE_JOBS_FRAC, levels, 100 * COMPARE_WORK_FRAC,
        100 * COMPARE_WAIT_FRAC, COMPARE_WAIT_MS / 1000);
    paragraph_print(&text, 2, out);
}

void compare_print(const struct compare *compare, FILE *out)
{
    for (int side = 0; side < 2; side++) {
        struct paragraph text = {.used = 0};
        const struct saved_run *run = compare->runs[side];
        paragraph_say(&text, "%s is %s%s%s%s", side ? "B" : "A", run->dir,
                      *run->name ? " (" : "", run->name, *run->name ? ")" : "");
        paragraph_print(&text, 2, out);
    }
    putc('\n', out);
    for (const char **text = compare->sentences; *text; text++)
        prose_print(*text, 2, out);
    for (const char **text = compare->warnings; *text; text++) {
        struct paragraph line = {.used = 0};
        paragraph_say(&line, "Warning: %s", *text);
        paragraph_print(&line, 2, out);
    }
    putc('\n', out);
    print_figures(compare, "Service", service, out);
    print_figures(compare, "Money, USD", money, out);
    print_figures(compare, "Use", use, out);
    print_pools(compare, out);
    print_inputs(compare, out);
    putc('\n', out);
    print_thresholds(compare, out);
}
