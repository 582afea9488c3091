#ifndef OUTPUT_FOCUS_DATA_H
#define OUTPUT_FOCUS_DATA_H

/*
 * What the FOCUS export reads of a result: postings, hours by month, and contracts, in
 * order of month, pool and item.  Everything lives in the data's arena.
 */

#include "output/focus.h"

struct focus_item {
    size_t pool;
    const char *name;            /* "lot 1", "contract 1", "" for an elastic pool */
    const char *id;              /* "pool/lot 1", or the pool's name */
    int64_t gpus;                /* from assets.csv; -1: not there */
    int64_t begin_unix_ms;       /* the same */
    int64_t end_unix_ms;         /* -1: still held */
    int64_t term_end_unix_ms;    /* contracts */
    int64_t commitment_uusd;     /* what remains to be paid */
    int128 paid_uusd, rent_uusd; /* prepayments in cash; rent accrued */
    int128 exit_fee_uusd;        /* for leaving early */
};

/* One account of an item in a month; bases that it does not have are 0. */
struct focus_posting {
    int64_t month_unix_ms;
    uint32_t item;
    enum account account;
    int128 amount_uusd[BASES];
    int128 quantity; /* nine digits */
    const char *unit;
};

struct focus_usage {
    int64_t month_unix_ms;
    uint32_t item;
    int128 capacity_gpu_ms, busy_gpu_ms;
    int64_t energy_mwh;
};

struct focus_data {
    struct arena arena;
    const struct saved_run *run;
    struct names item_names;
    struct focus_item *items;
    size_t items_room;
    struct focus_posting *postings;
    size_t n_postings, postings_room;
    struct focus_usage *usage;
    size_t n_usage, usage_room;
};

/* `data` is to be freed in any case. */
bool focus_load(struct focus_data *data, const struct saved_run *run,
                struct error *err) MUST_CHECK;
void focus_data_free(struct focus_data *data);

/* The order of months, pools and items. */
int focus_order(const struct focus_data *data, int64_t month_a, uint32_t item_a,
                int64_t month_b, uint32_t item_b);

/* A parameter of a pool, or NULL; and who provides it. */
const char *focus_param(struct focus_data *data, size_t pool, const char *key);
const char *focus_provider(struct focus_data *data, size_t pool);

/* Text as a JSON string, with its quotes. */
const char *focus_json_string(struct arena *arena, const char *text);

#endif
