#ifndef WORLD_BOOK_H
#define WORLD_BOOK_H

/*
 * The net book value of one asset, by one of three methods of depreciation.
 *
 *   straight line          from the price to the residual on the anniversary of the
 *                          book life
 *   declining balance      `factor` / life a year of the value at the beginning of the
 *                          book year, straight within it; never below the residual;
 *                          with `switches`, straight line over what is left of the
 *                          life from the year in which that writes off more
 *   units of production    (price - residual) for the busy GPU-time expected over the
 *                          life, as it is used; never below the residual
 *
 * (Kieso, Weygandt and Warfield, Intermediate Accounting, ch. 11; declining balance by
 * year is what spreadsheets call DDB, with the switch VDB.)
 *
 * The value is a function of time and use that can be read at any instant.  It consists
 * of pieces that are linear in time (or in use), and each ends where the next begins:
 * value and what is written off sum to the same amount at every instant, so over the
 * whole life accrual is cash, to the micro-dollar, whatever the method.  All in
 * integers.  A piece of declining balance lasts one book year, from one anniversary to
 * the next; book_break goes on to the next one.
 *
 * `use` is the reading of the asset's busy GPU-time at the instant in question; other
 * methods than units of production ignore it.
 */

#include "input/scenario.h"
#include "world/integral.h"

/* A straight line: `from_uusd` at begin, `to_uusd` at end and ever after. */
struct schedule {
    int64_t begin_ms, end_ms;
    int64_t from_uusd, to_uusd;
};

int64_t schedule_at(const struct schedule *schedule, int64_t now_ms);

/* The integral of schedule_at over [from, to], in micro-USD ms. */
double schedule_integral(const struct schedule *schedule, int64_t from_ms,
                         int64_t to_ms);

/* What a book begins with: a value at an instant of a life that may be older. */
struct book_start {
    int64_t value_uusd, residual_uusd; /* a residual above the value is the value */
    int64_t now_ms;
    int64_t life_from_ms, life_end_ms;
    double life_y; /* the same for rates: 5y is 5, whatever leap days lie in it */
    int64_t start_unix_ms; /* of the scenario, for anniversaries */
    int64_t gpus;
    struct reading use;
};

struct book {
    struct schedule line;     /* the piece in force; by use only its first instant and
                                 value count */
    int64_t written_off_uusd; /* up to the beginning of `line` */
    int64_t residual_uusd;
    int64_t end_ms; /* of the book life */
    enum depreciation method;
    bool switches;
    int64_t rate_nano; /* declining: per book year, in 10^-9 of the value */
    int64_t life_from_unix_ms, start_unix_ms;
    int64_t expected_gpu_ms;    /* use after the beginning of `line` */
    struct reading begin, mark; /* of use: at that beginning, at book_mark */
};

void book_begin(struct book *book, const struct depreciation_spec *spec,
                const struct book_start *start);

/* From the beginning of its life on to `now_ms`, as a lot that is brought in at book:
 * nothing is written off yet.  Use is taken to have been as expected. */
void book_roll(struct book *book, int64_t now_ms, struct reading use);

int64_t book_at(const struct book *book, int64_t now_ms, struct reading use);

/* Depreciation so far. */
int64_t book_written_off(const struct book *book, int64_t now_ms, struct reading use);

/* The integral of the value over [from, now], in micro-USD ms; `from` is the later of
 * the beginning of the piece and the last book_mark.  Where use passes what was
 * expected in between, it is taken to be even. */
double book_integral(const struct book *book, int64_t from_ms, int64_t now_ms,
                     struct reading use);
void book_mark(struct book *book, struct reading use);

/* When the value ceases to be linear; INT64_MAX: it never does. */
int64_t book_next_break_ms(const struct book *book);

/* Goes on to the piece that begins now, if one does. */
void book_break(struct book *book, int64_t now_ms, struct reading use);

/* So many of `of` GPUs leave; returns their part of the value. */
int64_t book_cut(struct book *book, int64_t gpus, int64_t of, int64_t now_ms,
                 struct reading use);

/* The value becomes another one (impairment), and goes to the residual from there. */
void book_set(struct book *book, int64_t value_uusd, int64_t now_ms,
              struct reading use);

/* amount * gpus / of, rounded. */
int64_t part_of(int64_t amount, int64_t gpus, int64_t of);

#endif
