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

int64_t model_step_ms(const struct price_setting *setting, struct span step, int64_t n)
{
    struct span steps = {step.months * n, step.ms * n};
    return calendar_add(setting->start_unix_ms, steps) - setting->start_unix_ms;
}

double model_years(int64_t ms)
{
    return (double)ms / (double)MS_PER_Y;
}
