#include "base/model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/decimal.h"

#define MODEL(symbol) extern const struct model symbol;
#include "models.inc"
#undef MODEL

#define MODEL(symbol) &symbol,
const struct model *const models[] = {
#include "models.inc"

#define HOURS 24
#define PI    3.14159265358979323846
    NULL,
};
#undef MODEL

const char *const model_kind_names[MODEL_KINDS] = {
    [MODEL_DEMAND] = "demand",   [MODEL_LEVEL] = "level", [MODEL_ORDER] = "order",
    [MODEL_WAIT] = "wait",       [MODEL_PRICE] = "price", [MODEL_PROCURE] = "procure",
    [MODEL_FAILURE] = "failure",
};

const struct model *model_find(enum model_kind kind, const char *name)
{
    for (const struct model *const *model = models; *model; model++)
        if ((*model)->kind == kind && strcmp((*model)->name, name) == 0)
            return *model;
    return NULL;
}

static double total(const struct table *weights)
{
    double sum = 0;
    for (size_t i = 0; i < weights->n; i++)
        sum += weights->y[i];
    return sum;
}

double model_pick(const struct table *weights, double uniform)
{
    assert(weights->n > 0);
    double rest = uniform * total(weights);
    size_t last = 0;
    for (size_t i = 0; i < weights->n; i++) {
        if (weights->y[i] <= 0)
            continue;
        if (rest < weights->y[i])
            return weights->x[i];
        rest -= weights->y[i];
        last = i;
    }
    return weights->x[last]; /* rounding left a little over */
}

bool model_check_sizes(const struct table *sizes, struct error *err)
{
    char text[DECIMAL_TEXT];
    for (size_t i = 0; i < sizes->n; i++) {
        double gpus = sizes->x[i];
        decimal_write_double(text, gpus);
        if (gpus < 1 || gpus > MODEL_GPUS_MAX || gpus != floor(gpus))
            return error_set(err, "sizes: %s is not a whole number of GPUs of 1 to %d",
                             text, MODEL_GPUS_MAX);
        if (sizes->y[i] < 0)
            return error_set(err, "sizes: the weight of %s is negative", text);
    }
    double sum = total(sizes);
    if (sizes->n > 0 && !(sum > 0 && isfinite(sum)))
        return error_set(err, "sizes: the weights must have a sum above 0");
    return true;
}

bool model_check_hours(const struct table *hours, struct error *err)
{
    double sum = 0;
    for (size_t i = 0; i < hours->n; i++) {
        if (hours->n != HOURS || hours->x[i] != (double)i)
            return error_set(err,
                             "hours: one value for each hour of 0 to 23 is wanted");
        sum += hours->y[i];
    }
    return hours->n == 0 || sum > 0 ||
           error_set(err, "hours: one value at least must be above 0");
}

int64_t model_week_ms(const struct demand_setting *setting, int64_t utc_offset_ms)
{
    const int64_t week_ms = 7 * MS_PER_D;
    /* 1970-01-01 was a Thursday; modulo first, so that nothing overflows. */
    int64_t local_ms = setting->start_unix_ms % week_ms + 3 * MS_PER_D + utc_offset_ms;
    return (local_ms % week_ms + week_ms) % week_ms;
}

double model_sinusoid(double peak_to_trough, double peak_hour, double hour)
{
    double amplitude = (peak_to_trough - 1) / (peak_to_trough + 1);
    return 1 + amplitude * cos(2 * PI * (hour - peak_hour) / HOURS);
}

int64_t model_step_ms(const struct price_setting *setting, struct span step, int64_t n)
{
    struct span steps = {step.months * n, step.ms * n};
    return calendar_add(setting->start_unix_ms, steps) - setting->start_unix_ms;
}

double model_years(int64_t ms)
{
    return (double)ms / (double)MS_PER_Y;
}
