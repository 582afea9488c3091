#ifndef TESTS_RANDOM_SCENARIO_H
#define TESTS_RANDOM_SCENARIO_H

/*
 * Valid scenarios drawn at random over every key of docs/reference/scenario.md, with
 * the job traces they read.  A seed gives the same texts each time; small ones: some
 * hundred jobs, days to a few years.
 *
 * The options change single lines of what a seed gives and no other draw, so that two
 * scenarios of one seed differ in nothing but that.
 */

#include <stdbool.h>
#include <stdint.h>

enum random_twin {
    TWIN_NONE,
    TWIN_OWN,  /* the first pool is called twin, owned, and costs nothing */
    TWIN_LEASE /* the same pool as a lease at a price of zero */
};

enum random_failures {
    FAILURES_DRAWN,
    FAILURES_ZERO, /* where failures were drawn, their rate is zero */
    FAILURES_LEFT_OUT
};

/* Capacity of a provider apart, to which no source but the newcomer goes. */
enum random_apart {
    APART_NONE,
    APART_CLOSED,  /* sources are closed to it, and there is none */
    APART_SERVER,  /* one owned server more, in the last pool */
    APART_EMPTY,   /* the last pool is large, and has the job of one.csv */
    APART_NEWCOMER /* the same with the jobs of newcomer.csv */
};

struct random_options {
    uint64_t seed;
    enum random_twin twin;
    enum random_failures failures;
    enum random_apart apart;
    bool plain_rates;   /* no price that is rounded from another while the run lasts */
    bool double_prices; /* all prices are twice what they would be */
};

struct random_scenario {
    char *yaml;    /* reads jobs.csv and, with `initial`, initial.csv */
    char *jobs;    /* jobs.csv */
    char *initial; /* initial.csv; NULL where the scenario has none */
    char *supply;  /* supply.csv */
    char *catalog; /* classes.yaml, or NULL */
    char *prices;  /* prices.csv, or NULL */
};

struct random_scenario random_scenario(const struct random_options *options);
void random_scenario_free(struct random_scenario *scenario);

#endif
