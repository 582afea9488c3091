#include "base/fingerprint.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/rng.h"

#define ARGUMENTS 200

static void add_value(struct sha256 *sha, double value)
{
    /* Byte by byte, so that the order of bytes in memory does not show. */
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    sha256_add(sha, bytes, sizeof bytes);
}

/* Fourteen functions at x > 0; the volatile argument keeps the compiler from folding
 * calls with its own arithmetic. */
static void add_functions(struct sha256 *sha, double argument)
{
    volatile double x = argument;

    add_value(sha, exp(-x));
    add_value(sha, exp(x / 7));
    add_value(sha, log(x));
    add_value(sha, log1p(x / 1000));
    add_value(sha, expm1(x / 1000));
    add_value(sha, pow(x, 0.37));
    add_value(sha, pow(1.07, x));
    add_value(sha, sin(x));
    add_value(sha, cos(x));
    add_value(sha, sqrt(x));
    add_value(sha, lgamma(x));
    add_value(sha, erf(x / 20));
    add_value(sha, log2(x));
    add_value(sha, gsl_sf_lngamma(x));
}

/* Five inverse distributions at p in (0, 1). */
static void add_quantiles(struct sha256 *sha, double p)
{
    add_value(sha, gsl_cdf_ugaussian_Pinv(p));
    add_value(sha, gsl_cdf_exponential_Pinv(p, 2.385));
    add_value(sha, gsl_cdf_lognormal_Pinv(p, 0.3, 1.7));
    add_value(sha, gsl_cdf_gamma_Pinv(p, 1.83, 0.61));
    add_value(sha, gsl_cdf_weibull_Pinv(p, 3.1, 0.72));
}

static void add_draws(struct sha256 *sha)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){.purpose = "fingerprint", .entity = ""});
    for (int i = 0; i < ARGUMENTS / 2; i++) {
        add_value(sha, gsl_ran_gamma(&rng.gsl, 0.4 + 0.05 * i, 1.3));
        add_value(sha, gsl_ran_exponential(&rng.gsl, 3.7));
        add_value(sha, gsl_ran_lognormal(&rng.gsl, 1.1, 0.9));
        add_value(sha, gsl_ran_ugaussian(&rng.gsl));
        add_value(sha, (double)gsl_ran_poisson(&rng.gsl, 1.5 + i));
    }
}

void fingerprint(char hex[SHA256_HEX])
{
    struct sha256 sha;
    sha256_start(&sha);
    for (int i = 0; i < ARGUMENTS; i++)
        add_functions(&sha, 0.0137 + 0.2385 * i);
    for (int i = 0; i < ARGUMENTS; i++)
        add_quantiles(&sha, (i + 0.5) / ARGUMENTS);
    add_draws(&sha);
    sha256_end(&sha, hex);
}
