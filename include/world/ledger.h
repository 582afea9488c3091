#ifndef WORLD_LEDGER_H
#define WORLD_LEDGER_H

/*
 * The books: postings by calendar month, present values, and the division of economic
 * cost among what the GPUs did.  Money changes here only.
 *
 * Period: the UTC calendar month; what is left is posted at the horizon.  Cash counts
 * when paid (purchases and prepayments at once, bills at month end), accrual when
 * incurred, economic is accrual plus the capital charge.
 *
 * Division: at each instant a pool's standing cost is borne by its GPUs alike, so each
 * state bears its share of GPU-time; the busy increment of power is borne by busy GPUs
 * alone, and so is depreciation by use; what minimum and increment add to a bill, and
 * what is paid while a pool has no GPU at all, counts as idle.  Between breaks (month
 * ends, changes of the fleet, breaks of book values) flat cost is constant in time and
 * the capital charge linear, so that the integrals of GPU counts and their first
 * moments divide them exactly, whatever the interval of the timeline.
 */

#include "world/asset.h"
#include "world/facility.h"
#include "world/result.h"
#include "world/sink.h"

struct pool_books {
    struct pool *pool;
    struct asset *assets; /* one for each lot, begun or ordered; one for an elastic
                             pool */
    uint32_t n_begun, room;
    /* Those that may still change, in order (ledger_live.c); what the rest came to. */
    uint32_t *live;
    uint32_t n_live;
    double *ended_capital_uusd;                 /* by asset, of those that have ended */
    double ended_accrual_uusd, ended_wear_uusd; /* whole micro-USD */
    int64_t ended_economic_uusd;
    struct facility *facility; /* NULL: none */
    uint32_t *asset_of_lot;
    uint32_t n_lots, lots_room; /* that the books know of */
    int64_t rate[RATES];        /* in force */

    /* The busy increment of power by useful work and overhead; bills' roundings. */
    struct meter power[2], surplus;
    /* Idle power by state, where it is kept out of the segments (ledger_power.c). */
    bool power_apart;
    struct meter idle_power[GPU_STATES];
    double used_uusd; /* rent of use above take-or-pay, so far: busy GPUs bear it */

    /* The open segment of the division. */
    int64_t mark_ms;
    double mark_flat_uusd, mark_capital_uusd, mark_invested_uusd, mark_wear_uusd;
    struct reading mark_state[GPU_STATES];
    double share_uusd[COST_SHARES]; /* of closed segments */

    int64_t taxed_uusd;              /* what the tax book has deducted of bills */
    struct reading month_useful;     /* for discounting useful hours */
    int64_t shown_uusd[COST_SHARES]; /* what timeline rows have shown */
};

struct ledger {
    const struct scenario *scenario;
    const struct sink *sink;
    struct arena *arena;
    struct pool_books *books;
    uint32_t n;
    const struct markets *markets; /* NULL: there are none */
    struct asset_terms terms;
    int64_t settled_ms;  /* when bills were settled last */
    int64_t posted_ms;   /* end of the last period */
    int64_t tax_year_ms; /* beginning of the tax year */
    int64_t cash_uusd, peak_cash_uusd;
    struct pool_result *results; /* where totals go */
};

void ledger_init(struct ledger *ledger, const struct scenario *scenario,
                 struct fleet *fleet, const struct sink *sink,
                 struct pool_result *results, struct arena *arena);

/* Servers are ordered (the result is their number in the books) and delivered; they
 * come into service by a change of the fleet, with terms that name that number. */
uint32_t ledger_order(struct ledger *ledger, uint32_t pool, int64_t gpus,
                      const struct lot_terms *terms, int64_t now_ms);
void ledger_deliver(struct ledger *ledger, uint32_t pool, uint32_t asset,
                    int64_t now_ms);

/* GPUs of an owned lot are lost, and bring that part of their market value; their book
 * value less that is a loss on disposal. */
void ledger_lose(struct ledger *ledger, uint32_t pool, uint32_t lot, int64_t gpus,
                 double salvage_frac, int64_t now_ms);

/* A contract is about to leave the fleet before its date, for a fee of so much of what
 * remains to be paid. */
void ledger_exit(struct ledger *ledger, uint32_t pool, uint32_t lot, double fee_frac,
                 int64_t now_ms);

/* ledger_live.c.  A new asset is live.  After a month end, what has ended for good is
 * live no longer: nothing of it is due, so that none of its readings will change, and
 * what is done per event goes through the live ones alone. */
struct asset *ledger_new_asset(struct ledger *ledger, struct pool_books *books);
void ledger_drop_ended(struct ledger *ledger, struct pool_books *books, int64_t now_ms);
void ledger_check_ended(const struct ledger *ledger, const struct pool_books *books,
                        int64_t now_ms);
static inline struct asset *ledger_live(const struct pool_books *books, uint32_t i)
{
    return &books->assets[books->live[i]];
}

/* ledger_divide.c: what an asset has accrued so far. */
double ledger_accrual(const struct asset *asset, int64_t now_ms);

/* Money leaves now, or comes in (negative): in present values and the peak. */
void ledger_spend(struct ledger *ledger, uint32_t pool, int64_t amount_uusd,
                  int64_t now_ms);

/* Around a change of a fixed pool's fleet, before and after fleet_settle. */
void ledger_before_change(struct ledger *ledger, uint32_t pool, int64_t now_ms);
void ledger_after_change(struct ledger *ledger, uint32_t pool, int64_t now_ms);

/* Of a lot's number in EVENT_BOOK_BREAK: the pool's data centre. */
#define FACILITY_LOT (UINT32_MAX / POOLS_MAX - 1)

/* A break of a lot's book value, as the end of its book life: cost is no longer linear
 * across it.  The next break lies after now, or never (NEVER_MS) comes. */
void ledger_break(struct ledger *ledger, uint32_t pool, int64_t now_ms);
int64_t ledger_next_break_ms(const struct ledger *ledger, uint32_t pool, uint32_t lot,
                             int64_t now_ms);

/* From now on a recurring price of the pool is another one: of everything that it has,
 * and of what comes to it. */
void ledger_reprice(struct ledger *ledger, uint32_t pool, enum rate rate, int64_t value,
                    int64_t now_ms);

/* The same of one contract: its price is `value`, of which the part that was prepaid is
 * paid for. */
void ledger_reprice_contract(struct ledger *ledger, uint32_t pool, uint32_t contract,
                             int64_t value, int64_t now_ms);

/* Both rates of power at once.  Where the tariff follows a market it costs little: no
 * account is read. */
void ledger_reprice_power(struct ledger *ledger, uint32_t pool, int64_t idle_rate,
                          int64_t busy_rate, int64_t now_ms);

/* Energy at the meter of a pool so far, in mW ms. */
int128 ledger_energy(const struct ledger *ledger, uint32_t pool, int64_t now_ms);

/* The price in force: the pool's own, or what it was set to last. */
int64_t ledger_rate(const struct ledger *ledger, uint32_t pool, enum rate rate);

/* ledger_post.c.  The end of a calendar month: posts and pays. */
void ledger_month_end(struct ledger *ledger, int64_t now_ms);

/* bills.c: what falls due only when a month or the run ends; before anything of that
 * instant is read or posted.  More than once at one instant does no harm. */
void ledger_settle_bills(struct ledger *ledger, int64_t now_ms);

/* usage.c: the row of what an asset's GPUs did since the last month end, if any. */
void ledger_show_usage(const struct ledger *ledger, struct asset *asset,
                       int64_t now_ms);

/* billing_until: last_start. */
void ledger_note_start(struct ledger *ledger, int64_t now_ms);

/* ledger_divide.c.  Economic cost so far by share; they sum to the pool's economic cost
 * exactly. */
void ledger_read(const struct ledger *ledger, uint32_t pool, int64_t now_ms,
                 int64_t cost_uusd[COST_SHARES]);

/* The same since the last call, for a row of the timeline. */
void ledger_show(struct ledger *ledger, uint32_t pool, int64_t now_ms,
                 int64_t cost_uusd[COST_SHARES]);

/* Posts what is left, and fills in results and the rows of assets. */
void ledger_finish(struct ledger *ledger, int64_t now_ms);

/* If a calendar year ends now (the result): impairment.  At the horizon to be called
 * before the last row of the timeline; what is found a second time changes nothing. */
bool ledger_year_end(struct ledger *ledger, int64_t now_ms);

/* A pool's own data centre comes in, at the start. */
void ledger_begin_facility(struct ledger *ledger, uint32_t pool);

/* The open segment of the division ends; another one begins: around what jumps. */
void ledger_close_segment(struct ledger *ledger, struct pool_books *books,
                          int64_t now_ms);
void ledger_open_segment(struct ledger *ledger, struct pool_books *books,
                         int64_t now_ms);

/* ledger_tax.c: the tax book.  A lot has come in; the calendar year, or the run, is
 * over; at last what is held at the end, and what was brought in. */
void ledger_tax_lot(struct ledger *ledger, uint32_t pool, struct asset *asset,
                    int64_t now_ms);
void ledger_tax_year(struct ledger *ledger, int64_t now_ms);
void ledger_tax_closing(struct ledger *ledger, uint32_t pool, int64_t now_ms);

/* What a dollar paid then is worth at the start. */
double ledger_discount(const struct ledger *ledger, int64_t now_ms);

/* judge.c: stranded and obsolete, at the present prices; book and market are there. */
void lot_judge(const struct ledger *ledger, const struct asset *asset,
               struct asset_row *row);

/* ledger_power.c: idle power by state of the GPUs, and all of it that is kept apart, in
 * micro-USD. */
void power_init(struct pool_books *books);
double power_idle_cost(const struct pool_books *books, enum gpu_state state,
                       int64_t now_ms);
double power_idle_total(const struct pool_books *books, int64_t now_ms);

void ledger_check(const struct ledger *ledger, int64_t now_ms);

#endif
