#include <assert.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "input/trace_fit_parts.h"

/*
 * The hidden states of the model `mmpp`, from counts by hour: a hidden Markov chain
 * with Poisson counts (Baum, Petrie, Soules and Weiss 1970; Zucchini, MacDonald and
 * Langrock, "Hidden Markov Models for Time Series", 2016), that may change between
 * windows and then goes to another state in proportion to its visits, as the model
 * does.  A stay is given by its mean, so that each state has the same share of time in
 * both.  What changes within a window is not seen: windows in which the state changed
 * lie between the states, so that stays of a few windows are found too long and rates
 * too near to each other, by more than the errors say.
 */

enum { MOST = FIT_STATES_MAX, TURNS = 300 };

struct chain {
    size_t n;
    double rate[MOST]; /* per operational day */
    double stay[MOST]; /* mean, in windows */
    double visits[MOST];
};

/* What the passes over the hours need; one row of n states an hour. */
struct passes {
    const struct fit_hours *hours;
    double *emission, *forward, *scale;
    double *log_factorial;
};

static double stays(const struct chain *chain, size_t k)
{
    return 1 - 1 / fmax(chain->stay[k], 1.0001);
}

static double visits_of_all(const struct chain *chain)
{
    double sum = 0;
    for (size_t i = 0; i < chain->n; i++)
        sum += chain->visits[i];
    return sum;
}

static double step(const struct chain *chain, size_t from, size_t to)
{
    double p = stays(chain, from);
    double others = visits_of_all(chain) - chain->visits[from];
    if (chain->n == 1)
        return 1;
    return from == to ? p : (1 - p) * chain->visits[to] / others;
}

/* The share of time of each state in the long run, as in models/demand_mmpp.c. */
static double at_first(const struct chain *chain, size_t k)
{
    double all = visits_of_all(chain), sum = 0, mine = 0;
    if (chain->n == 1)
        return 1;
    for (size_t i = 0; i < chain->n; i++) {
        double time =
            chain->visits[i] * (all - chain->visits[i]) / (1 - stays(chain, i));
        sum += time;
        mine = i == k ? time : mine;
    }
    return mine / sum;
}

/* The forward pass, scaled; the log-likelihood. */
static double forward(const struct passes *passes, const struct chain *chain)
{
    size_t n = chain->n;
    double total = 0, p[MOST][MOST];
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            p[a][b] = step(chain, a, b);
    for (size_t i = 0; i < passes->hours->n; i++) {
        double count = passes->hours->count[i], work = passes->hours->work_d[i];
        double *emission = &passes->emission[i * MOST], top = -INFINITY, sum = 0;
        for (size_t k = 0; k < n; k++) {
            double mean = chain->rate[k] * work;
            emission[k] =
                work > 0 ? count * log(mean) - mean - passes->log_factorial[i] : 0;
            top = fmax(top, emission[k]);
        }
        double *now = &passes->forward[i * MOST];
        const double *last = i > 0 ? now - MOST : NULL;
        for (size_t k = 0; k < n; k++) {
            double before = last ? 0 : at_first(chain, k);
            for (size_t a = 0; last && a < n; a++)
                before += last[a] * p[a][k];
            emission[k] = exp(emission[k] - top);
            now[k] = before * emission[k];
            sum += now[k];
        }
        for (size_t k = 0; k < n; k++)
            now[k] /= sum;
        passes->scale[i] = sum;
        total += log(sum) + top;
    }
    return total;
}

struct expected {
    double time[MOST], count[MOST], work[MOST]; /* by state */
    double stayed[MOST], left[MOST];            /* hours after which it stayed, left */
    double entered[MOST];                       /* from another state */
};

/* The backward pass, which adds up what each state is expected to have seen. */
static struct expected backward(const struct passes *passes, const struct chain *chain)
{
    size_t n = chain->n;
    struct expected e = {{0}, {0}, {0}, {0}, {0}, {0}};
    double beta[MOST], p[MOST][MOST];
    for (size_t a = 0; a < n; a++) {
        beta[a] = 1;
        for (size_t b = 0; b < n; b++)
            p[a][b] = step(chain, a, b);
    }
    for (size_t i = passes->hours->n; i-- > 0;) {
        const double *alpha = &passes->forward[i * MOST];
        double norm = 0, gamma[MOST];
        for (size_t k = 0; k < n; k++)
            norm += gamma[k] = alpha[k] * beta[k];
        for (size_t k = 0; k < n; k++) {
            gamma[k] /= norm;
            e.time[k] += gamma[k];
            e.count[k] += gamma[k] * passes->hours->count[i];
            e.work[k] += gamma[k] * passes->hours->work_d[i];
        }
        if (i == 0)
            break;
        const double *before = alpha - MOST, *emission = &passes->emission[i * MOST];
        double next[MOST] = {0};
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++) {
                double way = p[a][b] * emission[b] * beta[b] / passes->scale[i];
                next[a] += way;
                *(a == b ? &e.stayed[a] : &e.left[a]) += before[a] * way;
                if (a != b)
                    e.entered[b] += before[a] * way;
            }
        memcpy(beta, next, sizeof beta);
    }
    return e;
}

/* Quasi-independence of from and to (Goodman 1968), by iterative scaling. */
static void improve_visits(const struct expected *e, struct chain *chain)
{
    for (int turn = 0; turn < 50; turn++) {
        double all = visits_of_all(chain), sum = 0, next[MOST];
        for (size_t b = 0; b < chain->n; b++) {
            double chances = 0;
            for (size_t a = 0; a < chain->n; a++)
                if (a != b)
                    chances += e->left[a] / (all - chain->visits[a]);
            next[b] = chances > 0 ? fmax(e->entered[b] / chances, 1e-8) : 1;
            sum += next[b];
        }
        for (size_t b = 0; b < chain->n; b++)
            chain->visits[b] = next[b] / sum;
    }
}

static void improve(const struct passes *passes, struct chain *chain)
{
    struct expected e = backward(passes, chain);
    double total = (double)passes->hours->n;
    for (size_t k = 0; k < chain->n; k++) {
        if (e.work[k] > 0)
            chain->rate[k] = fmax(e.count[k] / e.work[k], 1e-6);
        double p = e.stayed[k] / fmax(e.stayed[k] + e.left[k], 1e-300);
        p = fmin(fmax(p, 1e-4), 1 - 0.1 / total);
        chain->stay[k] = 1 / (1 - p);
    }
    improve_visits(&e, chain);
}

/* States at the quantiles of the windows' rates, lasting six hours. */
static struct chain first_guess(const struct fit_hours *hours, size_t n,
                                struct arena *arena)
{
    double *rate = ARENA_ARRAY(arena, hours->n, double);
    size_t used = 0;
    for (size_t i = 0; i < hours->n; i++)
        if (hours->work_d[i] > 0)
            rate[used++] = hours->count[i] / hours->work_d[i];
    gsl_sort(rate, 1, used);
    struct chain chain = {.n = n};
    for (size_t k = 0; k < n; k++) {
        size_t from = k * used / n, to = (k + 1) * used / n;
        double sum = 0;
        for (size_t i = from; i < to; i++)
            sum += rate[i];
        chain.rate[k] =
            fmax(sum / fmax(1, (double)(to - from)), 0.01 * (double)(k + 1));
        chain.stay[k] = fmax(2, 6 / hours->window_h);
        chain.visits[k] = 1 / (double)n;
    }
    return chain;
}

/* Parameter `at` of all: rates, stays, and all visits but the last. */
static double *parameter(struct chain *chain, size_t at)
{
    if (at < chain->n)
        return &chain->rate[at];
    at -= chain->n;
    return at < chain->n ? &chain->stay[at] : &chain->visits[at - chain->n];
}

static double moved(const struct passes *passes, const struct chain *chain, size_t a,
                    double by_a, size_t b, double by_b)
{
    struct chain other = *chain;
    const size_t at[2] = {a, b};
    const double by[2] = {by_a, by_b};
    for (int i = 0; i < 2; i++)
        *parameter(&other, at[i]) *= exp(by[i]);
    return forward(passes, &other);
}

/* Of two states each is always followed by the other, whatever the visits. */
static size_t parameters(const struct chain *chain)
{
    return 2 * chain->n + (chain->n > 2 ? chain->n - 1 : 0);
}

/* Errors of the logarithms of the parameters, from the observed information. */
static void errors_of(const struct passes *passes, const struct chain *chain,
                      double error[3 * MOST])
{
    size_t n = parameters(chain);
    const double h = 1e-3;
    double info[9 * MOST * MOST];
    for (size_t a = 0; a < n; a++)
        for (size_t b = a; b < n; b++) {
            double second =
                (moved(passes, chain, a, h, b, h) - moved(passes, chain, a, h, b, -h) -
                 moved(passes, chain, a, -h, b, h) +
                 moved(passes, chain, a, -h, b, -h)) /
                (4 * h * h);
            info[a * n + b] = info[b * n + a] = -second;
        }
    for (size_t a = 0; a < n; a++)
        error[a] = 0;
    gsl_matrix_view view = gsl_matrix_view_array(info, n, n);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    if (gsl_linalg_cholesky_decomp1(&view.matrix) == 0 &&
        gsl_linalg_cholesky_invert(&view.matrix) == 0)
        for (size_t a = 0; a < n; a++)
            error[a] = sqrt(fmax(0, info[a * n + a]));
    gsl_set_error_handler(handler);
}

static double fit_chain(const struct passes *passes, struct chain *chain)
{
    double last = -INFINITY, now = forward(passes, chain);
    for (int turn = 0; turn < TURNS && now - last > 1e-3; turn++) {
        last = now;
        improve(passes, chain);
        now = forward(passes, chain);
    }
    return now;
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void sort_states(struct chain *chain)
{
    for (size_t i = 1; i < chain->n; i++)
        for (size_t k = i; k > 0 && chain->rate[k - 1] > chain->rate[k]; k--) {
            swap(&chain->rate[k], &chain->rate[k - 1]);
            swap(&chain->stay[k], &chain->stay[k - 1]);
            swap(&chain->visits[k], &chain->visits[k - 1]);
        }
}

void fit_states(const struct fit_hours *hours, size_t wanted, struct arena *arena,
                struct fit_states *states)
{
    struct passes passes = {.hours = hours};
    passes.emission = ARENA_ARRAY(arena, hours->n * MOST, double);
    passes.forward = ARENA_ARRAY(arena, hours->n * MOST, double);
    passes.scale = ARENA_ARRAY(arena, hours->n, double);
    passes.log_factorial = ARENA_ARRAY(arena, hours->n, double);
    for (size_t i = 0; i < hours->n; i++)
        passes.log_factorial[i] = gsl_sf_lngamma(hours->count[i] + 1);
    struct chain one = first_guess(hours, 1, arena), best = {.n = 0};
    double least = forward(&passes, &one), last = least;
    for (size_t n = wanted ? wanted : 2; n <= (wanted ? wanted : MOST); n++) {
        struct chain chain = first_guess(hours, n, arena);
        double likelihood = fit_chain(&passes, &chain);
        double bic =
            (double)parameters(&chain) * log((double)hours->n) - 2 * likelihood;
        /* Windows in which the state changed would pass for states of their own. */
        bool little = likelihood - last < (last - least) / 20;
        if (best.n > 0 && (bic >= states->bic || little))
            break;
        states->bic = bic;
        best = chain;
        last = likelihood;
    }
    sort_states(&best);
    double error[3 * MOST] = {0};
    errors_of(&passes, &best, error);
    states->n = best.n;
    for (size_t k = 0; k < best.n; k++) {
        states->rate_per_d[k] =
            (struct fit_value){best.rate[k], best.rate[k] * error[k]};
        states->stay_h[k] =
            (struct fit_value){hours->window_h * best.stay[k],
                               hours->window_h * best.stay[k] * error[best.n + k]};
        states->visits[k] =
            (struct fit_value){best.visits[k], best.visits[k] * error[2 * best.n + k]};
    }
}
