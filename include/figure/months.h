#ifndef FIGURE_MONTHS_H
#define FIGURE_MONTHS_H

/* The months of a run, and its ledger by them. */

#include <stdint.h>

#include "output/saved_run.h"
#include "world/sink.h"

struct months {
    struct arena arena;
    size_t n;
    int64_t *start_ms,
        *end_ms; /* unix; the first and the last may be parts of months */
};

/* A posting: what `money_usd` is paid or costs, at `time_ms`, in month `month`. */
struct posting {
    size_t month;
    int64_t time_ms;
    int pool; /* -1: none */
    const char *item;
    enum account account;
    enum basis basis;
    double usd;
};

void months_of(struct months *months, const struct saved_run *run);
void months_free(struct months *months);

/* Hands on each row of ledger.csv. */
bool months_ledger(const struct months *months, const struct saved_run *run,
                   void (*take)(void *self, const struct posting *posting), void *self,
                   struct error *err) MUST_CHECK;

#endif
