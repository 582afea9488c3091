#ifndef WORLD_ASSET_H
#define WORLD_ASSET_H

/*
 * The money of one asset: a lot that is owned, a lease contract, or what an elastic
 * pool rents.
 *
 * Every account is a function of time that can be read at any instant and is never
 * stepped: a *meter* is a rate in nano-USD per GPU-h times exact GPU-ms, rounded once
 * per reading; a *schedule* is a straight line from one amount to another.  So no total
 * depends on how often it is read.
 *
 * Bills (energy, staff, rent, ...) are incurred as time passes and paid at the end of
 * the calendar month; until then they are payables.  The capital charge is ln(1+r) a
 * year on net invested capital = book value + prepaid rent - payables, integrated
 * exactly.  Hence the present value of economic cost is that of cash with the closing
 * position at book (Preinreich 1937; Luecke 1955).
 */

#include "input/scenario.h"
#include "world/book.h"
#include "world/fleet.h"
#include "world/meter.h"
#include "world/sink.h"
#include "world/tax.h"

/* What a rate is charged on: all GPUs in service, those that the bill counts so far,
 * those that are busy, and what bills add by rounding. */
enum driver {
    DRIVER_CAPACITY,
    DRIVER_RENTED,
    DRIVER_BUSY,
    DRIVER_SURPLUS,
    DRIVER_SETUP, /* delivered and not in service yet */
    DRIVERS
};

/* Recurring prices, each a rate in nano-USD per GPU-h of its driver. */
enum rate {
    RATE_COLO,
    RATE_SUPPORT,
    RATE_STAFF,
    RATE_INSURANCE,
    RATE_SOFTWARE,
    RATE_SECURITY,
    RATE_IDLE_POWER,
    RATE_BUSY_POWER,
    RATE_RENT, /* leases: without the prepaid part */
    RATE_SURPLUS,
    RATE_SETUP,          /* space and guard of what is being commissioned */
    RATE_EXTRAS,         /* on the rent, leases: with the prepaid part */
    RATE_EXTRAS_SURPLUS, /* on what bills add by rounding */
    RATES
};

/* The pool's own value of a rate, at the start. */
int64_t pool_rate(const struct pool_spec *spec, enum rate rate);

/* The extras on a rate of rent. */
int64_t pool_extras(const struct pool_spec *spec, int64_t rent);

/* Of a lease's price: what is owed for every hour, and the part of that which is
 * prepaid. */
int64_t rent_committed(const struct pool_spec *spec, int64_t price);
int64_t rent_prepaid(const struct pool_spec *spec, int64_t price);

#define LOT_NONE UINT32_MAX

struct asset {
    const struct pool *pool;
    uint32_t lot;          /* index in the pool; LOT_NONE: not in service yet */
    char name[24];         /* "lot 1", "contract 1", "" for an elastic pool */
    int64_t gpus;          /* as the books know it */
    int64_t first_gpus;    /* as ordered */
    bool is_spare;         /* it stands by from its delivery until it is called */
    int64_t ordered_ms;    /* a deposit is paid, a contract signed */
    int64_t delivered_ms;  /* the rest is paid; NEVER_MS: not yet */
    int64_t begin_ms;      /* of service, or of the contract; NEVER_MS: not yet */
    int64_t in_service_ms; /* may be before the start: its age counts from here */

    struct book book;       /* book value: lots */
    struct book unimpaired; /* what it would be without losses, once there was one */
    bool impaired;
    int64_t impairment_uusd; /* losses less reversals */
    int64_t price_uusd;      /* new, with adder, of all that is left */
    int64_t residual_uusd;   /* at the end of the book life, as ordered */
    int64_t server_uusd;     /* new, without adder: what market values refer to */
    struct schedule prepaid; /* unexpired prepayment: leases */
    int64_t building_uusd;   /* paid for what is not in service yet */
    int64_t rent_rate;       /* in force, of all hours: nano-USD per GPU-h */
    int64_t rent_used_uusd, demand_uusd; /* settled at month ends, so far */
    int64_t rent_used_gpu_ms;            /* of them, in the last month */
    int128 extras_used;    /* on rent used so far, nano-USD/GPU-h GPU-ms */
    struct integral setup; /* GPUs between delivery and service */
    int64_t purchase_uusd, resale_uusd, disposal_uusd, prepayment_uusd, deposit_uusd,
        exit_fee_uusd;    /* lumps so far */
    int64_t left_ms;      /* when the contract was ended early */
    int64_t sold_ms;      /* when the last part was sold */
    int64_t opening_uusd; /* brought in without payment */
    struct tax_lot tax;   /* lots, where there is a tax book */

    struct meter meter[RATES];
    int64_t prepaid_rate;  /* of the rent, nano-USD per GPU-h */
    int64_t start_unix_ms; /* of the clock: contracts */
    double price_scale;    /* its price over the pool's: of support and insurance */

    struct debt debt[DRIVERS]; /* since the last payment (months end) */

    /* Capital charge up to book_mark_ms (book and prepaid) and the last payment. */
    double capital_uusd;
    int64_t book_mark_ms;

    /* What has been posted, cumulative. */
    int64_t posted_uusd[ACCOUNTS][BASES];
    struct reading posted_capacity, posted_busy, posted_surplus, posted_rent,
        posted_setup;
    int64_t shown_state_gpu_ms[GPU_STATES]; /* by rows of usage */
    int128 shown_energy;
    double idle_uusd; /* economic cost of its idle GPU-time, closed months */
    int64_t idle_mark_gpu_ms, all_mark_gpu_ms, flat_mark_uusd;
    bool rent_by_start;   /* billing_until: last_start; then rent falls due, and what is
                             prepaid is used up, in steps: */
    struct integral rent; /* at each start all capacity since the one before */
};

struct asset_terms {
    double charge_per_ms; /* ln(1+r) / year */
    bool until_last_start;
};

/* Begins with the pool's lot, contract, or elastic rent; lumps included.  `number` is
 * its number among the pool's in the books, from 0. */
void asset_begin(struct asset *asset, const struct pool *pool, uint32_t number,
                 uint32_t lot, const struct scenario *scenario, int64_t now_ms);

/* Servers are ordered, with a deposit; delivered, when the rest is paid and their
 * commissioning begins; and come into service as a lot. */
void asset_order(struct asset *asset, const struct pool *pool, uint32_t number,
                 int64_t gpus, const struct lot_terms *terms, int64_t now_ms);
void asset_deliver(struct asset *asset, const struct asset_terms *terms,
                   int64_t now_ms);
void asset_commission(struct asset *asset, uint32_t lot,
                      const struct asset_terms *terms, const struct scenario *scenario,
                      int64_t now_ms);

/* commitment.c, for asset.c: a contract begins with its prepayment; what it is worth,
 * that is its unexpired prepayment and the market's rent for its GPUs less what
 * remains. */
void asset_sign(struct asset *asset, const struct scenario *scenario);
int64_t asset_lease_uusd(const struct asset *asset, int64_t now_ms);

/* A contract is ended before its date: the fee, a share of what remains to be paid,
 * and the prepayment that is lost. */
void asset_exit(struct asset *asset, const struct asset_terms *terms, double fee_frac,
                int64_t now_ms);

/* GPUs leave: sold at market value less selling cost (lots), or returned. */
void asset_retire(struct asset *asset, int64_t gpus, const struct asset_terms *terms,
                  int64_t now_ms);

/* They are lost: what they bring is that part of their market value. */
void asset_lose(struct asset *asset, int64_t gpus, double salvage_frac,
                const struct asset_terms *terms, int64_t now_ms);

struct reading asset_capacity(const struct asset *asset, int64_t now_ms);
struct reading asset_busy(const struct asset *asset, int64_t now_ms);
struct reading asset_setup(const struct asset *asset, int64_t now_ms);
struct reading asset_surplus(const struct asset *asset, int64_t now_ms);
struct reading asset_rented(const struct asset *asset, int64_t now_ms);

/* The accrual reading of an account; of lumps, what has happened. */
int64_t asset_read(const struct asset *asset, enum account account, int64_t now_ms);
double asset_capital(const struct asset *asset, const struct asset_terms *terms,
                     int64_t now_ms);

/* At a month's end, before it is posted: the use above the take-or-pay share since the
 * last one falls due.  Returns the amount. */
int64_t asset_settle_use(struct asset *asset, int64_t now_ms);

/* All that economic cost consists of. */
int64_t asset_economic(const struct asset *asset, const struct asset_terms *terms,
                       int64_t now_ms);

/* The end of a piece of the book's line: goes on to the next one. */
void asset_break(struct asset *asset, const struct asset_terms *terms, int64_t now_ms);

/* The book value becomes another one, by a loss or a reversal; of a spare that stands
 * by what it begins service with does. */
void asset_impair(struct asset *asset, int64_t value_uusd,
                  const struct asset_terms *terms, int64_t now_ms);

/* Depreciation that only use has caused: units of production. */
static inline int64_t asset_wear(const struct asset *asset, int64_t now_ms)
{
    if (asset->book.method != DEPRECIATION_UNITS || asset->lot == LOT_NONE)
        return 0;
    return book_written_off(&asset->book, now_ms, asset_busy(asset, now_ms));
}

/* Net invested capital now. */
double asset_invested(const struct asset *asset, int64_t now_ms);

/* From now on a recurring price is another one.  `value` is the pool's: support and
 * insurance of a lot follow its own price, rent is less what was prepaid. */
void asset_reprice(struct asset *asset, enum rate rate, int64_t value, int64_t now_ms);

/* rates.c, for asset.c: the rates in force at its begin, and nothing owed. */
void asset_begin_rates(struct asset *asset, int64_t now_ms);

/* All bills are paid; what is owed stays owed, though what it is counted on ends. */
void asset_pay_debts(struct asset *asset, int64_t now_ms);
void asset_mark_debts(struct asset *asset, int64_t now_ms);

/* The integral of payables since the last payment, in micro-USD ms. */
double asset_payables(const struct asset *asset, int64_t now_ms);

/* The rate in force. */
static inline int64_t asset_rate(const struct asset *asset, enum rate rate)
{
    return asset->meter[rate].rate;
}

/* billing_until: last_start; a job starts somewhere. */
void asset_note_start(struct asset *asset, const struct asset_terms *terms,
                      int64_t now_ms);

/* All bills are paid: payables begin anew. */
void asset_pay(struct asset *asset, const struct asset_terms *terms, int64_t now_ms);

/* Positions at an instant. */
int64_t asset_book_uusd(const struct asset *asset, int64_t now_ms);
int64_t asset_market_uusd(const struct asset *asset, int64_t now_ms);
int64_t asset_fair_uusd(const struct asset *asset,
                        int64_t now_ms); /* no selling cost */

/* What remains to be paid of a contract, with the growth that is agreed; an index
 * counts as it stands (as ASC 842-10-30-5 and IFRS 16.27 have it). */
int64_t asset_commitment_uusd(const struct asset *asset, int64_t now_ms);

/* Energy at the meter so far, in mW ms. */
int128 asset_energy(const struct asset *asset, int64_t now_ms);

#endif
