#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/distribution.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct distribution ready(struct distribution law)
{
    struct error err;
    if (law.min == 0 && law.max == 0) {
        law.min = -INFINITY;
        law.max = INFINITY;
    }
    bool ok = distribution_init(&law, &err);
    cr_assert(ok, "%s", err.text);
    return law;
}

/* Closed forms, worked out apart: z(0.975) = 1.959963984540054. */
Test(distribution, laws_invert_as_their_closed_forms)
{
    static const struct {
        struct distribution law;
        double u, want;
    } cases[] = {
        {{.kind = DIST_NORMAL, .mean = 2.385, .sd = 0.71}, 0.5, 2.385},
        {{.kind = DIST_NORMAL, .mean = 2.385, .sd = 0.71},
         0.975,
         2.385 + 0.71 * 1.959963984540054},
        {{.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2}, 0.5, 2.95},
        {{.kind = DIST_LOGNORMAL, .median = 2.95, .sigma = 0.2},
         0.025,
         1.9933414943542849},
        {{.kind = DIST_UNIFORM, .low = -3, .high = 7.5}, 0.3, 0.15},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.25, 3},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.0625, 2},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 9}, 0.8125, 6},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 1, .high = 3}, 0.75, 2},
        {{.kind = DIST_TRIANGULAR, .low = 1, .mode = 3, .high = 3}, 0.25, 2},
        /* mode in the middle: beta(3, 3), F(x) = x^3 (10 - 15 x + 6 x^2) */
        {{.kind = DIST_PERT, .low = 10, .mode = 12, .high = 14}, 0.103515625, 11},
        /* mode at the end: beta(1, 5), F(x) = 1 - (1 - x)^5 */
        {{.kind = DIST_PERT, .low = 0, .mode = 0, .high = 2}, 0.96875, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct distribution law = ready(cases[i].law);
        double x = distribution_quantile(&law, cases[i].u);
        cr_expect(fabs(x - cases[i].want) < 1e-11 * fmax(1, fabs(cases[i].want)),
                  "case %zu: %.17g, wanted %.17g", i, x, cases[i].want);
    }
}
