#ifndef INPUT_SCENARIO_H
#define INPUT_SCENARIO_H

/*
 * A scenario: what is simulated, resolved and checked, const afterwards.
 *
 * Times are ms since `start` unless the name says unix_ms; money and rates are
 * quantised here, once.  Everything set, by whom it was set and where, is in
 * `resolved`.
 */

#include <stdio.h>

#include "base/model.h"
#include "base/params.h"
#include "input/accounting.h"
#include "input/catalog.h"
#include "input/level.h"
#include "input/store.h"
#include "input/study_spec.h"
#include "input/supply.h"
#include "input/trace.h"

#define POOLS_MAX   64
#define NEVER_MS    INT64_MAX
#define MARKETS_MAX 64

enum tenure { TENURE_OWN, TENURE_LEASE, TENURE_ON_DEMAND, TENURE_SPOT, TENURES };
extern const char *const tenure_names[]; /* "own", ... , NULL */

enum align { ALIGN_AS_IS, ALIGN_TO_START, ALIGN_TO_START_WEEKDAY };
enum after_end { AFTER_END_STOP, AFTER_END_REPEAT };
enum backfill { BACKFILL_NONE, BACKFILL_SKIP, BACKFILL_EASY, BACKFILL_CONSERVATIVE };
enum placement { PLACEMENT_FUNGIBLE, PLACEMENT_PACKED };
enum estimate { ESTIMATE_LIMIT, ESTIMATE_ACTUAL };
enum same_instant { SAME_INSTANT_END_FIRST, SAME_INSTANT_SUBMIT_FIRST };
enum opening { OPENING_PURCHASE, OPENING_BOOK, OPENING_MARKET, OPENING_SUNK };
enum closing { CLOSING_MARKET, CLOSING_BOOK, CLOSING_NONE };
/* What may close a pool to a job. */
enum constraint {
    CONSTRAINT_POOLS,
    CONSTRAINT_CLASS,
    CONSTRAINT_MEMORY,
    CONSTRAINT_JURISDICTION,
    CONSTRAINT_ISOLATION,
    CONSTRAINT_PROVIDER,
    CONSTRAINTS
};
extern const char *const constraint_names[]; /* "pools", ..., NULL */
enum billing_until { BILLING_HORIZON, BILLING_LAST_START };

/* One source of jobs: a trace or a model. */
struct demand_spec {
    size_t element; /* of the list `demand` */
    bool initial; /* its jobs run or wait when the scenario starts; the first source */
    const char *label;         /* "demand[0]" or its `name` */
    const struct trace *trace; /* NULL for a model */
    int64_t shift_ms;          /* submit in world time = job->submit_ms + shift_ms */
    enum align align;
    enum after_end after_end;
    int64_t period_ms; /* of the repetition; 0: none */
    int64_t block_ms;  /* of the bootstrap, whole days; 0: the trace as it is */
    double scale;      /* number of jobs */
    double growth_per_y;
    const struct model *model; /* NULL for a trace */
    const void *params;
    const struct gpu_class *reference; /* NULL: durations never change */
    struct job_kind kind; /* of a model's jobs, and what fills a trace's empty fields */
    const char *workload, *tenant; /* texts for kind (which has no names here) */
    int64_t patience_ms;           /* NEVER_MS: none */
    int64_t deadline_after_ms;     /* submit + this; NEVER_MS: none */
    double failures_per_d;         /* of a running job: its own, not its servers' */
    bool young_daly;               /* checkpoint intervals by Young and Daly */
    int64_t priority;              /* where the trace has none */
    double limit_ratio; /* model jobs: limit = duration * this; 0: no limit */
};

/* Who decides what a fixed pool buys, leases, renews and retires. */
struct procure_spec {
    const struct model *model; /* NULL: nobody, what is dated aside */
    const void *params;
    struct span review;
    int64_t max_gpus;
};

/* What a market is the price of, and the unit of its integers. */
enum market_of {
    MARKET_RENT,   /* nano-USD per GPU-h */
    MARKET_VALUE,  /* of a new server: micro-USD */
    MARKET_TARIFF, /* nano-USD per kWh */
    MARKET_CARBON, /* 1e-6 g per kWh */
    MARKET_KINDS
};
extern const char *const market_of_names[]; /* "rent", ..., NULL */

/* A price that changes; pools refer to it. */
struct market_spec {
    const char *name;
    enum market_of of;
    const struct gpu_class *class; /* rent and value; else NULL */
    const struct model *price;
    const void *params;
    double usual;  /* what the catalogue has, in the model's unit */
    int64_t start; /* the price at the start */
};

/* A model's price as the market's integer: rounded, and held within 0 and 100,000
 * USD/GPU-h, 10,000,000 USD, 1,000 USD/kWh or 100,000 g/kWh. */
int64_t market_quantised(const struct market_spec *market, double price);

/* By how much recurring prices grow in a year, at each anniversary of the start. */
struct escalation {
    double colo, support, staff, insurance, software, security, tariff, price;
};

/* GPUs that come to or leave an owned pool on a date. */
struct change_spec {
    int64_t at_ms;
    int64_t gpus;         /* signed */
    int64_t ordered_gpus; /* of those that go: what the pool has by `orders` alone */
    int64_t server_price_uusd; /* for additions; 0: the pool's */
};

/* GPUs that are ordered on a date: bought, or leased under a contract of their own. */
struct order_spec {
    int64_t at_ms;
    int64_t gpus;
    int64_t server_price_uusd; /* own; 0: the pool's */
    int64_t price_rate;        /* lease, nano-USD per GPU-h; 0: the pool's */
    struct span term;          /* lease; zero: the pool's */
};

/* What follows on the end of a lease contract. */
enum renewal { RENEWAL_NONE, RENEWAL_AUTOMATIC, RENEWAL_MARKET };
/* How the servers of a fixed pool fail and are repaired.  A repair is one of three
 * kinds, each lognormal; what is left of the shares is the third. */
enum { REPAIR_KINDS = 3 };
struct failure_spec {
    const struct model *model;
    const void *params;
    double share_frac[REPAIR_KINDS];
    int64_t median_ms[REPAIR_KINDS];
    double sigma[REPAIR_KINDS];
    double loss_frac;    /* own: of the failures, after which the server is gone */
    double salvage_frac; /* what such a server brings, of its market value */
    int64_t swap_ms;     /* until a spare is in its place */
    bool replaces;       /* what is gone is ordered anew */
};

/* Windows of planned maintenance, one or again and again. */
struct maintenance_spec {
    int64_t from_ms, lasts_ms;
    int64_t every_ms; /* 0: once */
    int64_t drain_ms; /* before it nothing new starts there */
    double servers_frac;
    bool interrupt; /* jobs still there; else they are let finish */
};

struct pool_spec {
    const char *name;
    enum tenure tenure;
    uint32_t entry; /* in the file's list of pools; a burst pool has its lease's */
    const struct gpu_class *class;
    const char *provider, *region, *jurisdiction; /* NULL: not given */
    enum isolation isolation;
    int64_t gpus;                        /* at the start: own, lease */
    int64_t gpus_per_server;             /* packed placement, failures */
    const struct failure_spec *failures; /* NULL: none */
    int64_t spares;                      /* own: servers bought with the pool */
    struct maintenance_spec *maintenance;
    size_t n_maintenance;
    struct procure_spec procure; /* own, lease */

    /* own */
    struct change_spec *changes;
    size_t n_changes;
    struct order_spec *orders; /* own and lease, by date */
    size_t n_orders;
    int64_t lead_time_ms, commissioning_ms; /* of what is ordered during the run */
    double lead_time_sigma;                 /* of ln(lead time); 0: always the median */
    double deposit_frac;                    /* of the price, paid with the order */
    int64_t server_price_uusd;
    double adder_frac;    /* fabric, storage, install, spares, on the server price */
    double residual_frac; /* of the server price, at the end of the book life */
    struct span life;
    struct span economic_life; /* after which a lot is sold; zero: none */
    struct depreciation_spec depreciation;
    struct impairment_spec impairment;
    struct facility_spec facility;
    int64_t in_service_ms; /* of the first lot; <= 0; 0: bought at the start */
    enum opening opening;
    double selling_cost_frac;
    double pue;
    int64_t tariff_nano_usd_per_kwh;
    int64_t demand_nano_usd_per_kw_mo; /* on the highest draw of a month */
    int64_t colo_nano_usd_per_kw_mo;
    double fabric_power_frac;                        /* on nameplate and on draw */
    double support_frac_per_y, insurance_frac_per_y; /* of the capital spent */
    bool buys_at_market;  /* what comes during the run costs what value_market says */
    bool insurance_usual; /* the default, in which property tax is */
    int64_t gpus_per_fte;
    int64_t fte_uusd_per_y;
    int64_t software_uusd_per_y, security_uusd_per_y; /* per GPU */
    double carbon_g_per_kwh;
    /* derived, quantised: per GPU */
    int64_t capex_uusd_per_gpu; /* server with adder; first lot, rest by change */
    int64_t residual_uusd_per_gpu;
    int64_t colo_rate, support_rate, staff_rate, insurance_rate, software_rate,
        security_rate;        /* nano-USD per GPU-h */
    int64_t idle_power_rate;  /* nano-USD per GPU-h in service */
    int64_t busy_power_rate;  /* nano-USD per GPU-h busy, on top */
    int64_t idle_mw, busy_mw; /* mW at the meter per GPU (PUE and fabric included);
                                 busy_mw is the increment */

    /* lease, on-demand, spot */
    int64_t price_rate;       /* nano-USD per GPU-h */
    bool rent_is_list;        /* no market's rent is said: renewals go by the price */
    int64_t market_rent_rate; /* lease: what the rest of the term is worth at closing */
    int64_t from_ms;          /* lease: contract start, >= 0 */
    int64_t until_ms;         /* lease: contract end, may lie past the horizon */
    double prepay_frac;
    double per_use_frac; /* lease: what is paid only when used: 1 - take_or_pay */
    double extras_frac;  /* of the bill: egress and storage; lease, on-demand, spot */
    bool identified_asset, purchase_option, specialised; /* for `tenure leases` */
    struct span term; /* lease: of the first contract, and of later ones */
    int64_t
        provisioning_ms; /* lease: from the order of a later contract to its begin */
    enum renewal renewal;
    struct span notice;   /* lease: from the notice of an early exit to the end; spot */
    double exit_fee_frac; /* lease: of what remains to be paid then */
    bool exits;           /* lease: notice is given to end all contracts early, */
    int64_t exit_ms;      /* then */
    bool start_past_end;  /* lease: jobs may start whose estimate passes the end */
    uint32_t burst_pool;  /* lease: index of its burst pool; 0: no such right */

    /* Of the on-demand pool that a lease's burst right makes: while contracts are in
     * force, of every `burst_per_gpus` GPUs under them `burst_gpus` more may be used.
     */
    uint32_t burst_of; /* the lease's index + 1; 0: it is no burst pool */
    int64_t burst_gpus, burst_per_gpus;

    /* on-demand, spot */
    int64_t limit_gpus;
    int64_t boot_ms;
    int64_t unit_gpus;
    int64_t minimum_ms, increment_ms; /* of the bill per instance, >= 1 */
    int64_t keep_alive_ms;

    /* prices that change; NULL: they do not */
    const struct market_spec *price_market, *tariff_market, *value_market,
        *carbon_market;
    double price_share;      /* of the market's price */
    struct span index_every; /* lease: zero: the price is that of its beginning */
    bool rent_follows;       /* lease: market_rent is the market's price */
    bool escalates;
    struct escalation escalation;
    struct supply_trace supply; /* spot: what falls short is taken back */

    /* spot */
    int64_t interruption_mean_ms; /* of an instance; 0: only the market interrupts */
    int64_t notice_ms;            /* `notice`, with months of 365/12 d */
    int64_t bid_rate;   /* nano-USD per GPU-h; above it nothing is held; 0: no bid */
    bool price_shocked; /* a shock may change what it pays */
};

/* The pool's share of its market's price. */
int64_t pool_share_of(const struct pool_spec *pool, int64_t market_price);

/* What power costs a pool at a tariff, nano-USD per GPU-h: idle, and busy on top. */
void pool_power_rates(const struct pool_spec *pool, int64_t tariff_nano_usd_per_kwh,
                      int64_t *idle_rate, int64_t *busy_rate);

/* What a burst pool may hold while so many GPUs are leased: at most 1e7, and
 * so are the two figures. */
static inline int64_t pool_burst_gpus(const struct pool_spec *burst, int64_t leased)
{
    return leased * burst->burst_gpus / burst->burst_per_gpus;
}

static inline bool tenure_is_elastic(enum tenure tenure)
{
    return tenure == TENURE_ON_DEMAND || tenure == TENURE_SPOT;
}

/* The largest number of GPUs a pool may have at once, by its dated changes and orders;
 * the limit of an elastic one. */
int64_t pool_largest_size(const struct pool_spec *pool);
/* All pools of a provider are out, once on a date or again and again at random. */
struct outage_spec {
    const char *provider;
    uint64_t pools; /* bits: indices of its pools */
    uint32_t rank;  /* among the provider's entries */
    int64_t from_ms, lasts_ms;
    double per_y; /* 0: on a date */
    double sigma;
};

struct preference {
    const char *workload; /* NULL: all others */
    uint8_t *pools; /* indices, most preferred first; pools not named are closed */
    size_t n;
};

/* How long jobs of a workload wait for fixed pools before elastic ones are open. */
struct wait_rule {
    const char *workload; /* NULL: all others */
    const struct model *model;
    const void *params;
};

struct dispatch_spec {
    const struct model *order;
    const void *order_params;
    const struct model *wait; /* of workloads that `waits` does not name */
    const void *wait_params;
    struct wait_rule *waits; /* by workload */
    size_t n_waits;
    enum backfill backfill;
    enum placement placement;
    enum estimate estimate;
    enum same_instant same_instant;
    unsigned relaxed;          /* 1 << constraint: ignored, to see what it costs */
    bool preempt;              /* the order is `priority` then */
    struct preference *prefer; /* the one for NULL comes last; always at least one */
    size_t n_prefer;
};

/* The rule for jobs of a workload, which may be NULL. */
struct wait_rule dispatch_wait_of(const struct dispatch_spec *dispatch,
                                  const char *workload);

/* What service is worth, for the jobs of a workload; never paid by anybody. */
struct service_price {
    const char *workload;  /* NULL: all that no other entry names */
    int64_t unserved_rate; /* nano-USD per GPU-h wanted by jobs that left unserved */
    int64_t delay_rate;    /* nano-USD per GPU-h waited */
    int64_t miss_uusd;     /* per deadline missed or job that left unserved */
};

struct input_file {
    const char *path; /* as the user wrote it, relative to the scenario */
    char digest[SHA256_HEX];
};

/* A scenario's text, parsed once, and the files that it names, each read once: const,
 * and shared by all that is resolved from it. */
struct scenario_file;

struct scenario {
    struct arena arena;
    const struct scenario_file *file; /* lives longer */
    struct scenario_file *own_file;   /* of scenario_read; else NULL */
    struct resolved_list resolved;
    const struct catalog *catalog; /* of the file */
    const char *path;              /* as given to scenario_read */
    const char *name;
    int64_t start_unix_ms;
    int64_t horizon_ms; /* NEVER_MS with until_idle */
    bool until_idle;
    struct span interval;
    int64_t seed;
    double discount_frac_per_y;
    int64_t warmup_ms;
    enum closing closing;
    enum billing_until billing_until;
    struct tax_spec tax;
    bool write_events;
    bool chargeback;            /* divide economic cost among tenants */
    struct demand_spec *demand; /* `initial:` comes first */
    size_t n_demand;
    struct level_spec *levels; /* the sources of `demand` that are levels */
    size_t n_levels;
    struct level_trace *level_traces; /* made of requests; owned */
    size_t n_level_traces;
    struct market_spec *markets;
    size_t n_markets;
    struct pool_spec *pools;
    size_t n_pools;
    struct shock_spec *shocks;
    size_t n_shocks;
    struct dispatch_spec dispatch;
    struct outage_spec *outages;
    size_t n_outages;
    struct service_price *service; /* n_service 0: service has no price */
    size_t n_service;
    struct input_file *inputs; /* scenario, catalogue, traces */
    size_t n_inputs;
    bool estimate_given;   /* the file chooses it; else the jobs do */
    const char **warnings; /* sentences for the terminal and the manifest */
    size_t n_warnings;
};

/* Reads a scenario's text and applies `overrides`, which are --set assignments
 * ("path=value").  NULL with the error set where that fails. */
struct scenario_file *scenario_open(const char *path, const char *const overrides[],
                                    size_t n_overrides, struct error *err) MUST_CHECK;
void scenario_close(struct scenario_file *file); /* NULL is allowed */

/* What the text says of studies: all defaults where it says nothing. */
const struct study_spec *scenario_study(const struct scenario_file *file);

/* The scenario that the text is with `assignments` on top, which are as those of --set.
 * What it names is read unless a scenario of the file has named it before.  May be
 * called by several threads at once.  On failure nothing need be freed. */
bool scenario_resolve(const struct scenario_file *file, const char *const assignments[],
                      size_t n_assignments, struct scenario *scenario,
                      struct error *err) MUST_CHECK;

/* Both at once: a scenario that has its file to itself.  On failure nothing need be
 * freed. */
bool scenario_read(struct scenario *scenario, const char *path,
                   const char *const overrides[], size_t n_overrides,
                   struct error *err) MUST_CHECK;
void scenario_free(struct scenario *scenario);

/* The parameter tables, for reference pages: "scenario", "pools", "changes",
 * "dispatch", "service", "demand" (and `initial`); ends with a NULL title.  `also` are
 * keys that hold more than one value. */
struct param_also {
    const char *name, *form, *fallback, *help; /* NULL name ends */
};
struct param_section {
    const char *title, *summary;
    const struct param *params;
    const struct param_also *also;                 /* may be NULL */
    const char *(*who)(const struct param *param); /* "own, lease", or NULL */
};
extern const struct param_section scenario_sections[];

/* Prints what was resolved, one line each: path, value, origin. */
void scenario_print(const struct scenario *scenario, FILE *out);

#endif
