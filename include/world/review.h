#ifndef WORLD_REVIEW_H
#define WORLD_REVIEW_H

/*
 * Reviews: one `review` apart a fixed pool's procurement policy sees what there is and
 * orders (base/procure.h).  What it sees is read from exact integrals and costs
 * O(pools + contracts) per review; between reviews only the largest counts are kept,
 * and only of pools that have a policy.
 *
 * The draws of a policy come from its own stream, keyed by the pool's name.
 */

#include "world/state.h"

/* Readings when a period began. */
struct review_marks {
    int64_t busy_gpu_ms, capacity_gpu_ms;
    int128 elastic_gpu_ms;
};

/* GPUs wanted by waiting jobs, integrated over one period. */
struct review_waiting {
    int64_t gpus, since_ms;
    int128 gpu_ms;
};

struct review {
    uint32_t pool;
    int64_t number;        /* of the next one, from 0 */
    int64_t begin_ms;      /* of the period that runs */
    int64_t position_gpus; /* then, in service and on order */
    bool is_fresh;         /* no instant has been noted in it */
    struct review_marks marks;
    struct review_waiting waiting;
    int64_t busy_max_gpus, wanted_max_gpus, elastic_max_gpus, demand_max_gpus;
    struct procure_period *history;
    uint32_t n_history, history_room;
    struct procure_contract *contracts; /* as last seen, and their numbers */
    uint32_t *contract_numbers;
    bool *contract_renews;        /* ordered at this review */
    struct procure_order *orders; /* room for contracts_room + PROCURE_ORDERS_MORE */
    uint32_t contracts_room;
    double ordered_usd; /* what all orders come to, their terms' rent included */
    void *state;        /* the model's */
    struct rng rng;
};

struct reviews {
    struct review *items;
    uint32_t n;
    int64_t elastic_gpus; /* busy in elastic pools, when the last instant ended */
};

/* review.c.  Before the first instant; world->reviews stays NULL where no pool has a
 * policy. */
void reviews_begin(struct world *world);

/* A policy is asked, and what it orders is done. */
void review_due(struct world *world, uint32_t index);

/* After an instant, with the pools that changed in it. */
void reviews_note(struct world *world, uint64_t changed);

/* The date of a review, from 1, or of the beginning: 0. */
int64_t review_date_ms(const struct world *world, uint32_t pool, int64_t number);

/* review_view.c */
struct review_marks review_read(const struct world *world, uint32_t pool);
void review_sum_up(const struct world *world, const struct review *review,
                   struct procure_period *period);
int64_t review_unit(const struct pool *pool); /* what orders are whole multiples of */

/* A contract's term, or the book life, of what would be ordered now. */
int64_t review_term_ms(const struct world *world, uint32_t pool);

/* What the policy sees now; valid until the next review. */
void review_see(struct world *world, struct review *review, struct procure_view *view);

/* What a GPU of the pool costs (base/procure.h says how). */
struct procure_costs review_costs(const struct world *world, uint32_t pool);

#endif
