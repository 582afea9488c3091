/*
 * LLM requests as a level of demand: window by window, as many GPUs as the tokens of
 * the window need.
 *
 *     GPUs = ceil((prompt / prompt_rate + output / output_rate)
 *                 / (window x target_utilization) / replica) x replica
 *
 * A request counts as a whole in the window in which it comes; what is wanted in a
 * window is known when it begins, as by a forecast that is right, and `target_
 * utilization` is the room for bursts within it.  Latency is not modelled.  Windows are
 * counted from the trace's own zero (dates: from 1970), so that those of 5 min begin at
 * whole five minutes.
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "input/request_trace.h"
#include "input/scenario_parts.h"

struct requests_input {
    const char *of_model;
    double prompt_rate, output_rate; /* tokens per GPU and second */
    int64_t window_ms;
    double target_frac;
    int64_t replica_gpus;
};

#define IN struct requests_input

const struct param request_params[] = {
    {PARAM_WORD(IN, "of_model", of_model, "", "only requests of this model")},
    {PARAM_NUMBER(
        IN, "output_rate", output_rate, NULL, 1e-3, 1e9,
        "output tokens that a GPU makes in a second, as 1000 for a model of 70 "
        "billion parameters on an H100")},
    {PARAM_NUMBER(
        IN, "prompt_rate", prompt_rate, "0", 0, 1e9,
        "prompt tokens that a GPU reads in a second; 0: they are not counted")},
    {PARAM_TIME(IN, "window", window_ms, "5min", 1000, 8.64e7,
                "for how long the number of GPUs is set")},
    {PARAM_FRACTION(
        IN, "target_utilization", target_frac, "60 %", 0.01, 1,
        "of those rates that a window plans to use; the rest is for bursts")},
    {PARAM_COUNT(IN, "replica", replica_gpus, "1", 1, 10000,
                 "GPUs that serve one copy of the model; the level is a multiple")},
    PARAMS_END,
};

const struct param_also request_also[] = {
    {"requests", "text", "",
     "a request trace (CSV), relative to the scenario; other keys are those of "
     "`level`"},
    {NULL, NULL, NULL, NULL},
};

/* One series of a trace of requests: a model, or all of them. */
struct windows {
    const struct requests_input *in;
    struct level_trace *level;
    const char *path;
    int64_t begin_ms; /* of the window under way; NEVER_MS: none yet */
    int64_t prompt, output;
    int64_t gpus, rows; /* as the last row says */
};

static int64_t floor_to(int64_t time_ms, int64_t step_ms)
{
    int64_t rest = time_ms % step_ms;
    return time_ms - rest - (rest < 0 ? step_ms : 0);
}

static int64_t gpus_of(const struct windows *windows)
{
    const struct requests_input *in = windows->in;
    double busy_s = (double)windows->output / in->output_rate;
    if (in->prompt_rate > 0)
        busy_s += (double)windows->prompt / in->prompt_rate;
    double replica = (double)in->replica_gpus;
    double copies = busy_s / ((double)in->window_ms / 1000 * in->target_frac) / replica;
    /* What is whole but for the last bits of a division is whole. */
    copies = ceil(copies - 1e-9 * fmax(copies, 1));
    return (int64_t)fmin(copies * replica, 1e12);
}

static bool put_row(struct windows *windows, int64_t time_ms, int64_t gpus,
                    struct error *err)
{
    if (gpus > LEVEL_GPUS_MAX)
        return error_set(err,
                         "%s: %" PRId64 " GPUs in one window; at most %d: check "
                         "output_rate, prompt_rate and window",
                         windows->path, gpus, LEVEL_GPUS_MAX);
    if (windows->rows > 0 && gpus == windows->gpus)
        return true;
    level_trace_add(windows->level,
                    &(struct level_row){time_ms, ++windows->rows, (int32_t)gpus, 0});
    windows->gpus = gpus;
    return true;
}

/* The window under way is over, and none comes before `next_ms`. */
static bool close_window(struct windows *windows, int64_t next_ms, struct error *err)
{
    int64_t end_ms = windows->begin_ms + windows->in->window_ms;
    if (!put_row(windows, windows->begin_ms, gpus_of(windows), err))
        return false;
    windows->prompt = windows->output = 0;
    return end_ms >= next_ms || put_row(windows, end_ms, 0, err);
}

static bool convert(struct windows *windows, const struct request_trace *trace,
                    struct error *err)
{
    const struct requests_input *in = windows->in;
    uint32_t wanted =
        in->of_model ? names_find(&trace->models, in->of_model, strlen(in->of_model))
                     : NAMES_NONE;
    if (in->of_model && wanted == NAMES_NONE)
        return error_set(err, "%s: no request is of the model '%s'", windows->path,
                         in->of_model);
    for (size_t i = 0; i < trace->n; i++) {
        const struct request *request = &trace->requests[i];
        if (in->of_model && request->model != wanted + 1)
            continue;
        int64_t begin_ms = floor_to(request->time_ms, in->window_ms);
        if (windows->begin_ms != NEVER_MS && begin_ms != windows->begin_ms &&
            !close_window(windows, begin_ms, err))
            return false;
        windows->begin_ms = begin_ms;
        windows->prompt += request->prompt_tokens;
        windows->output += request->output_tokens;
    }
    return windows->begin_ms == NEVER_MS || close_window(windows, NEVER_MS, err);
}

/* A level trace of what the requests need. */
static bool fill(struct level_trace *level, const struct requests_input *in,
                 const struct request_trace *trace, struct error *err)
{
    /* Another source that reads the file as a level is not to find this. */
    char path[4096];
    snprintf(path, sizeof path, "requests of %s", trace->path);
    level_trace_begin(level, path, trace->absolute);
    (void)level_trace_series(level, NULL, NULL, NULL);
    struct windows windows = {
        .in = in, .level = level, .path = trace->path, .begin_ms = NEVER_MS};
    return convert(&windows, trace, err) && level_trace_finish(level, err);
}

const struct level_trace *scenario_read_requests(struct scenario *scenario,
                                                 const struct node *map,
                                                 const char *path, struct error *err)
{
    const struct node *file = node_get(map, "requests");
    const struct node *own = scenario_only_keys(scenario, map, request_params, true);
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    struct requests_input in = {0};
    if (!params_read(request_params, &in, own, &context, err))
        return NULL;
    const char *key = arena_printf(&scenario->arena, "%s.requests", path);
    const char *where = scenario_path_beside(scenario, file->text);
    const struct request_trace *trace =
        scenario_stored(scenario, &stored_request_trace, where, err);
    if (!trace) {
        scenario_blame(file->place, key, where, err);
        return NULL;
    }
    scenario_add_input(scenario, file->text, trace->digest);
    struct level_trace *level = &scenario->level_traces[scenario->n_level_traces++];
    struct error why;
    if (fill(level, &in, trace, &why))
        return level;
    error_at(err, file->place, "%s: %s", key, why.text);
    return NULL;
}
