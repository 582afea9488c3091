#ifndef OUTPUT_COMPARE_H
#define OUTPUT_COMPARE_H

/*
 * Two results side by side: service first, then money, then use; and what in their
 * inputs differs.  Differences are B less A, exact where the metrics are.
 *
 * Service counts as the same where the jobs that were refused, gave up, still wait at
 * the end, or missed their deadline differ by at most 0.1 % of those that arrived,
 * finished work by at most 1 %, what levels of demand lack by at most 0.1 % of what
 * they want, and the mean and the 95th percentile of wait by at most 5 % of the larger
 * or a minute.  Beyond that money alone does not rank the two.
 *
 * Waits are paired job by job where both ran the same demand, that is where every job
 * of one is in the other (id, submit, GPUs, workload and tenant).  The standard error
 * of the mean difference is that of 30 batches of equal length by submit, since the
 * waits of jobs that queue together are not independent (batch means; Schmeiser, "Batch
 * size effects in the analysis of simulation output", Operations Research 30, 1982).
 */

#include <math.h>

#include "output/saved_run.h"

#define COMPARE_JOBS_FRAC 0.001
#define COMPARE_WORK_FRAC 0.01
#define COMPARE_WAIT_FRAC 0.05
#define COMPARE_WAIT_MS   60000
#define COMPARE_BATCHES   30

/* A metric of a scope, in either run or both. */
struct compare_row {
    const char *scope, *metric, *unit;
    const struct saved_metric *side[2]; /* NULL: the run has no such line */
};

/* The waits of jobs that count in both runs: not refused on arrival, and submitted
 * after the later warmup. */
struct compare_pairs {
    bool same_demand;           /* else nothing below is set but `only` */
    int64_t only[2];            /* jobs of one run that are not in the other */
    int64_t n, longer, shorter; /* jobs that wait longer, or shorter, in B */
    double mean_s;              /* of B's wait less A's */
    double error_s;             /* its standard error; NAN: too few batches */
    int64_t p5_ms, p50_ms, p95_ms, min_ms, max_ms;
};

/* A parameter, or an input file and its digest, that is not the same in both. */
struct compare_input {
    const char *name, *value[2]; /* NULL: the run has none */
    bool is_file;
};

struct compare {
    struct arena arena;
    const struct saved_run *runs[2]; /* borrowed */
    struct compare_row *rows;        /* all of summary.csv of both, A's order first */
    size_t n_rows;
    struct compare_pairs pairs;
    struct compare_input *inputs; /* `name` of the scenario and its own file left out */
    size_t n_inputs;
    bool same_service;      /* within the thresholds above */
    const char *relaxed;    /* constraints that only one run relaxes, where nothing else
                               differs ("jurisdiction"); NULL: there are none */
    int constrained;        /* the run that keeps them */
    const char **sentences; /* service, money, cost of compliance; ends with NULL */
    const char **warnings;  /* what stands against comparing them; ends with NULL */
};

/* False where the two cannot be compared: results of another format, other currencies,
 * or a file that cannot be read.  Frees itself then. */
bool compare_make(struct compare *compare, const struct saved_run runs[2],
                  struct error *err) MUST_CHECK;
void compare_free(struct compare *compare);

/* By the thresholds above; `runs` is all that need be set. */
bool compare_is_same_service(const struct compare *compare);

/* What a run's present value sells at the end though its book life is not over: its
 * market and its book value.  Zero where `closing` is not market. */
struct compare_sale {
    double market_usd, book_usd;
};
struct compare_sale compare_sale_of(const struct saved_run *run);

/* Parts of compare_make, in their own files. */
bool compare_read_jobs(struct compare *compare, struct error *err) MUST_CHECK;
void compare_find_inputs(struct compare *compare);
void compare_say(struct compare *compare);

/* One screen: sentences, tables and what differs, in 80 columns. */
void compare_print(const struct compare *compare, FILE *out);

/* scope,metric,unit,a,b,difference,ratio.  A scope or account that one run does not
 * have is empty there, and counts as 0 in the difference where the metric is a sum;
 * ratio is b / a.  Waits of pairs are scope `paired`. */
bool compare_write_csv(const struct compare *compare, const char *path,
                       struct error *err) MUST_CHECK;
bool compare_print_json(const struct compare *compare, FILE *out,
                        struct error *err) MUST_CHECK;

#endif
