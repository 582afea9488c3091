#ifndef STUDY_STATISTICS_H
#define STUDY_STATISTICS_H

/*
 * What a sample of replications says about what it was drawn from: mean, quantiles,
 * tail, chance of missing a target, difference of two, each with a confidence interval.
 * docs/statistics.md has the formulas with their sources and tells how to read them.
 *
 * A sample is an array of values in order of the replication, NAN where a replication
 * has none (it failed, or the metric does not exist in it); the others are finite.
 * `unit` says which of them are dependent by design: values i and j with the same
 * i / unit, as the two of an antithetic pair or the replications of one Latin
 * hypercube; units are independent of each other, and 1 stands for independent
 * replications.  An incomplete last unit is left out of everything, since its mean has
 * another variance than the others'; if there is no complete unit, all values are used
 * and nothing has an interval.
 *
 * Pure functions; `confidence` is in (0, 1), as 0.95; NAN stands for what does not
 * exist.
 */

#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high; /* NAN: no limit on this side */
};

struct mean_estimate {
    int64_t n;     /* values used */
    int64_t units; /* independent ones with at least one value */
    double mean;   /* of the values */
    double standard_error;
    struct interval ci; /* of the mean */
    double sd, min, max;
};

struct proportion {
    int64_t hits, n;
    double share;
    struct interval ci; /* within [0, 1] */
};

struct paired {
    int64_t n;              /* replications that have both values */
    double mean_difference; /* a - b */
    double standard_error;
    struct interval ci;
    double unpaired_half_width; /* had the two been independent */
    double correlation;         /* of a and b; NAN where one never changes */
};

/* Student's t: the half-width of a two-sided interval in standard errors, with df >= 1
 * degrees of freedom, whole or not. */
double student_factor(double confidence, double df);

/* The same of the normal distribution. */
double normal_factor(double confidence);

/* Mean with Student's t over the means of units (Law, Simulation Modeling and Analysis,
 * 4.5); where values are missing the ratio estimator of unequal clusters (Cochran,
 * Sampling Techniques, 9A.1), which is the same for equal ones. */
void estimate_mean(const double *value, size_t n, size_t unit, double confidence,
                   struct mean_estimate *out);

/* The values that count, ascending, into `sorted` of n; says how many. */
size_t sample_sort(const double *value, size_t n, size_t unit, double *sorted);

/* The smallest value of rank >= p n, p in [0, 1]; NAN for none. */
double sample_quantile(const double *sorted, size_t n, double p);

/* For independent values, p in (0, 1): order statistics whose ranks are binomial
 * quantiles (Hahn and Meeker, Statistical Intervals, 5.2).  No distribution is assumed;
 * the confidence is at least what is asked, with equal tails.  A side has no limit
 * where n is too small for one. */
struct interval quantile_interval(const double *sorted, size_t n, double p,
                                  double confidence);

/* For units (Woodruff, JASA 47, 1952): the standard error of the share of values up to
 * the quantile, from units, turned into ranks; at least one rank to each side.  With a
 * unit of 1 the same as quantile_interval.  `sorted` is what sample_sort made of
 * `value`. */
struct interval quantile_interval_units(const double *value, size_t n, size_t unit,
                                        const double *sorted, size_t n_sorted, double p,
                                        double confidence);

/* Conditional value at risk: the mean of the highest 1 - p of the values, the one at
 * the quantile with the fraction that is missing (Acerbi and Tasche, Journal of Banking
 * & Finance 26, 2002, eq. 3.13); p in [0, 1). */
double cvar(const double *sorted, size_t n, double p);

/* The same with a standard error from its influence function, q + max(x - q, 0) /
 * (1 - p) (Manistre and Hancock, North American Actuarial Journal 9, 2005): sd, min and
 * max are NAN.  With less than CVAR_TAIL values expected above the quantile the error
 * and the interval are NAN, too: they would be far too narrow (of 95 % for the highest
 * 5 % of 20 to 64 values of a normal law, 57 to 80 % contain the truth). */
#define CVAR_TAIL 20
void estimate_cvar(const double *value, size_t n, size_t unit, const double *sorted,
                   size_t n_sorted, double p, double confidence,
                   struct mean_estimate *out);

/* Clopper and Pearson, Biometrika 26, 1934: never less than the confidence asked. */
struct interval proportion_interval(int64_t hits, int64_t n, double confidence);

/* How often a value is below `at_least` or above `at_most` (NAN: not asked).  With a
 * unit above 1 Clopper and Pearson's interval for the effective number of values (Korn
 * and Graubard, Survey Methodology 24, 1998), at most n; where all values agree, for
 * half of n, which is what the worst antithetic pairs are worth. */
void estimate_miss(const double *value, size_t n, size_t unit, double at_least,
                   double at_most, double confidence, struct proportion *out);

/* a - b over the replications that have both: common random numbers.  The unpaired
 * half-width is that of Welch's interval for two samples as large as these. */
void estimate_paired(const double *a, const double *b, size_t n, size_t unit,
                     double confidence, struct paired *out);

#endif
