/* The values of uncertain inputs: from a probability to a text. */

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "input/study_parts.h"

enum {
    DIGITS = 9,       /* what libm may round differently does not show */
    STEP_DIGITS = 15, /* of a whole multiple of the step */
};

/* Between which values the law lies. */
static void support(const struct distribution *law, double *low, double *high)
{
    *low = law->min;
    *high = law->max;
    if (law->kind == DIST_UNIFORM || law->kind == DIST_TRIANGULAR ||
        law->kind == DIST_PERT) {
        *low = fmax(*low, law->low);
        *high = fmin(*high, law->high);
    }
}

/* A bound in steps is whole when it is so but for what division rounds. */
static double slack(double steps)
{
    return 1e-9 + 4 * DBL_EPSILON * fabs(steps);
}

/* The first and last multiple of the step within the law's bounds, in steps. */
static void step_bounds(const struct uncertain_input *input, double *first,
                        double *last)
{
    double low, high;
    support(&input->law, &low, &high);
    low /= input->step;
    high /= input->step;
    *first = ceil(low - slack(low));
    *last = floor(high + slack(high));
    if (isinf(low))
        *first = low;
    if (isinf(high))
        *last = high;
}

bool study_check_step(const struct uncertain_input *input, struct error *err)
{
    double first, last;
    char step[DECIMAL_TEXT];
    step_bounds(input, &first, &last);
    if (first <= last)
        return true;
    decimal_write_double(step, input->step);
    return error_set(err, "no whole multiple of %s lies between min and max", step);
}

static double stepped(const struct uncertain_input *input, double u)
{
    const struct distribution *law = &input->law;
    double first, last, steps;
    step_bounds(input, &first, &last);
    if (law->kind == DIST_UNIFORM)
        steps = first + floor(u * (last - first + 1));
    else
        steps = round(distribution_quantile(law, u) / input->step);
    steps = fmin(fmax(steps, first), last);
    return decimal_rounded(steps * input->step, STEP_DIGITS) + 0.0;
}

/* A bound rounded inwards: `sign` is 1 for the lower one. */
static double inner_bound(double bound, double sign)
{
    if (isinf(bound))
        return bound;
    double near = decimal_rounded(bound, DIGITS);
    if (sign * near >= sign * bound)
        return near;
    return decimal_rounded(bound + sign * 1e-8 * fabs(bound), DIGITS);
}

/* Rounded, and still within the law's bounds; as it is where those leave no room. */
static double rounded(const struct distribution *law, double value)
{
    double low, high;
    support(law, &low, &high);
    low = inner_bound(low, 1);
    high = inner_bound(high, -1);
    if (low > high)
        return value;
    return fmin(fmax(decimal_rounded(value, DIGITS), low), high) + 0.0;
}

double uncertain_number(const struct uncertain_input *input, double u)
{
    if (input->step > 0)
        return stepped(input, u);
    double value = distribution_quantile(&input->law, u);
    return input->law.kind == DIST_DISCRETE ? value : rounded(&input->law, value);
}

void uncertain_text(const struct uncertain_input *input, double u,
                    char text[UNCERTAIN_TEXT_MAX])
{
    double number = uncertain_number(input, u);
    char digits[DECIMAL_TEXT];
    int length;
    if (input->labels) {
        length =
            snprintf(text, UNCERTAIN_TEXT_MAX, "%s", input->labels[(size_t)number]);
    } else {
        decimal_write_double(digits, number);
        length = snprintf(text, UNCERTAIN_TEXT_MAX, "%s%s%s", digits,
                          *input->unit ? " " : "", input->unit);
    }
    assert(length > 0 && length < UNCERTAIN_TEXT_MAX);
}

const char *uncertain_assignment(const struct uncertain_input *input, double u,
                                 struct arena *arena)
{
    char text[UNCERTAIN_TEXT_MAX];
    if (input->labels)
        return arena_printf(arena, "%s=%s", input->path,
                            input->yaml[(size_t)uncertain_number(input, u)]);
    uncertain_text(input, u, text);
    return arena_printf(arena, "%s=%s", input->path, text);
}
