#ifndef INPUT_SCENARIO_PARTS_H
#define INPUT_SCENARIO_PARTS_H

/*
 * What the files of the scenario reader share; nobody else includes this.
 *
 * Reading goes from the whole to its parts: scenario.c (the frame), scenario_pools.c
 * and scenario_cost.c (what a pool's parameters come to per GPU and hour),
 * scenario_dispatch.c, scenario_demand.c, and last scenario_limits.c, which checks what
 * only the whole can show.
 */

#include "input/scenario.h"

/* GPUs of one pool; with 200 years this stays below what int64 GPU-ms can hold. */
#define POOL_GPUS_MAX  INT64_C(10000000)
#define GPU_MS_MAX     4e18
#define INTERVALS_MAX  2000000
#define HORIZON_MAX_MS (200 * 366 * MS_PER_D)

extern const struct param scenario_params[], pool_params[], change_params[],
    demand_params[], dispatch_params[], service_params[], depreciation_params[],
    tax_params[], impairment_params[], facility_params[], market_params[],
    level_params[], market_trace_params[], pool_market_params[], escalation_params[],
    order_params[], interruption_params[], availability_params[], shock_params[],
    procure_params[];

extern const char *const opening_names[];

/* What the file says of a pool: the pool's own fields, and what must be looked up. */
struct pool_input {
    struct pool_spec spec;
    double take_or_pay_frac;
    const char *class;
    int tenure, isolation, opening, renewal, buy_at;
    int64_t servers;
    int64_t in_service_unix_ms, from_unix_ms, exit_unix_ms;
};

struct order_input {
    struct order_spec spec;
    int64_t at_unix_ms;
};

struct change_input {
    int64_t at_unix_ms, gpus, server_price_uusd;
};

/* What a file holds that the scenario names, by its path as the program opens it; it
 * lives as long as the scenario's file. */
const void *scenario_stored(const struct scenario *scenario,
                            const struct store_kind *kind, const char *path,
                            struct error *err) MUST_CHECK;

/* `markets`, NULL where there is none; the catalogue is there, pools are not yet. */
bool scenario_read_markets(struct scenario *scenario, const struct node *list,
                           struct error *err) MUST_CHECK;

/* A pool's `price_market`, ... and `escalation`: what it follows, and its own figures
 * at the start.  Its class is known. */
bool pool_read_markets(struct scenario *scenario, struct pool_spec *pool,
                       const struct node *map, const char *path, enum tenure tenure,
                       struct error *err) MUST_CHECK;

/* The market of that name; NULL with the error set. */
const struct market_spec *scenario_market(struct scenario *scenario, const char *name,
                                          enum market_of of, struct place place,
                                          const char *path,
                                          struct error *err) MUST_CHECK;

/* The map with only those keys that are in the table, or only those that are not. */
const struct node *scenario_only_keys(struct scenario *scenario, const struct node *map,
                                      const struct param table[], bool keep);

bool scenario_read_pools(struct scenario *scenario, const struct node *list,
                         struct error *err) MUST_CHECK;
bool scenario_read_dispatch(struct scenario *scenario, const struct node *map,
                            struct error *err) MUST_CHECK;
/* The sources of `demand` and, before them, of `initial` (NULL: none).
 * `scenario->pools` and the class catalogue are there. */
bool scenario_read_demand(struct scenario *scenario, const struct node *list,
                          const struct node *initial, struct error *err) MUST_CHECK;

/* The i-th source of `demand`, which has a key `level` or `requests`. */
extern const struct param_also level_also[];
bool scenario_read_level(struct scenario *scenario, const struct node *map,
                         const char *path, size_t i, struct error *err) MUST_CHECK;

/* The level that the requests of such a source need; its other keys are those of a
 * level. */
extern const struct param request_params[];
extern const struct param_also request_also[];
const struct level_trace *scenario_read_requests(struct scenario *scenario,
                                                 const struct node *map,
                                                 const char *path,
                                                 struct error *err) MUST_CHECK;

/* `service`, NULL where there is none; the demand is there. */
bool scenario_read_service(struct scenario *scenario, const struct node *node,
                           struct error *err) MUST_CHECK;

/* Whether a source's jobs may have that workload. */
bool scenario_has_workload(const struct scenario *scenario, const char *workload);

/* In a trace, whether its jobs were submitted, and those that run started and did not
 * end, by the scenario's start. */
bool scenario_check_initial(const struct scenario *scenario,
                            const struct demand_spec *spec, struct place place,
                            struct error *err) MUST_CHECK;

/* What the file says of whose a source of jobs or of a level is, and where it may run.
 */
struct source_words {
    const char *name, *workload, *tenant;
    struct texts pools, classes, jurisdiction, exclude_providers;
    int isolation;
};
extern const char *const isolation_names[]; /* by enum isolation; NULL ends them */

/* Whether no other source has its name; it may have none. */
bool source_check_name(const struct scenario *scenario, const struct node *map,
                       const char *path, const struct source_words *words,
                       struct error *err) MUST_CHECK;

/* Whether the pools and classes exist, and workload and tenant are no longer than in a
 * trace. */
bool source_check_words(struct scenario *scenario, const struct node *map,
                        const char *path, const struct source_words *words,
                        struct error *err) MUST_CHECK;

/* Where its jobs may run; their workload and tenant are left to who knows the rows. */
void source_fill_kind(struct scenario *scenario, const struct source_words *words,
                      struct job_kind *kind);

/* "2026-01-01T00:00:00Z", or "12.5 s" on a clock without date. */
void scenario_when(bool absolute, int64_t time_ms, char text[64]);

/* What messages say of a trace of jobs, or of levels. */
struct history_words {
    const char *row, *is_at; /* "job", "submitted at" */
    const char *rows;        /* "submits" */
    const char *in_gap;      /* "nothing comes" */
    const char *ends;        /* what `after_end` may be */
};

/* A trace in a scenario, with the times of its rows as the file has them, sorted. */
struct history {
    struct scenario *scenario;
    const char *path, *file; /* "demand.chat", "chat.csv" */
    struct place place;
    const struct history_words *words;
    enum align align;
    bool absolute;
    size_t n;
    int64_t first_ms, last_ms; /* of no meaning where n is 0 */
};
extern const char *const align_names[]; /* by enum align; NULL ends them */

/* Where the trace's zero lies on the scenario's clock. */
int64_t history_shift_ms(const struct history *history);

/* What comes before the start would be lost without a word. */
bool history_check_begin(const struct history *history, struct error *err) MUST_CHECK;

/* Of a trace that is repeated.  Whole weeks keep weekdays; what covers less than one
 * may not know of any. */
int64_t history_period_ms(const struct history *history);

/* A month of history is repeated every five weeks: days on which nothing changes. */
void history_warn_of_gap(const struct history *history);

/* Whether the trace reaches the end of the horizon, or nearly, so that `after_end` need
 * not be given. */
bool history_check_cover(const struct history *history, struct error *err) MUST_CHECK;

/* Which sources a key of `demand_params` is for. */
enum source_mask { SOURCE_TRACE = 1, SOURCE_MODEL = 2, SOURCE_INITIAL = 4 };
bool scenario_check_limits(struct scenario *scenario, const struct node *root,
                           struct error *err) MUST_CHECK;

/* The list `orders` of an own or lease pool whose other keys are read. */
bool pool_read_orders(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, const char *path,
                      struct error *err) MUST_CHECK;

/* `burst` of the lease that was read last, as a pool behind it; and that pool, whose
 * map was made of both, from `burst`, which holds its size. */
extern const struct param burst_params[];
bool scenario_read_burst(struct scenario *scenario, const struct node *lease_map,
                         const char *lease_path, struct error *err) MUST_CHECK;
bool scenario_read_burst_pool(struct scenario *scenario, const struct node *map,
                              const char *path, const struct pool_spec *burst,
                              struct error *err) MUST_CHECK;

/* `procure` of a fixed pool, whose other keys have been read. */
bool scenario_read_procure(struct scenario *scenario, const char *pool_path,
                           const struct node *map, struct pool_spec *pool,
                           struct error *err) MUST_CHECK;
/* Whether policies that compare with elastic capacity find any. */
bool scenario_check_procure(const struct scenario *scenario, const struct node *pools,
                            struct error *err) MUST_CHECK;

/* Fills what an owned pool's parameters come to per GPU. */
bool pool_derive_cost(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, struct error *err) MUST_CHECK;

/* How an owned pool's lots are accounted for: `depreciation`. */
bool pool_read_accounting(struct scenario *scenario, struct pool_spec *pool,
                          const struct node *map, const char *path,
                          struct error *err) MUST_CHECK;
/* How the servers of a pool fail, from the node of `failures`; scenario_failures.c. */
extern const struct param failure_params[];
bool scenario_read_failures(struct scenario *scenario, struct pool_spec *pool,
                            const struct node *node, const char *path,
                            struct error *err) MUST_CHECK;

/* Its own data centre; the pool's colocation is then for nothing.  `map` is the pool.
 */
bool pool_read_facility(struct scenario *scenario, struct pool_spec *pool,
                        const struct node *map, const char *path,
                        struct error *err) MUST_CHECK;

/* A section that is a map, or a word that stands for its first key alone.  What a file
 * does not mention is not listed among the resolved parameters. */
bool scenario_read_section(struct scenario *scenario, const struct param table[],
                           void *self, const struct node *node, const char *path,
                           const char *example, struct error *err) MUST_CHECK;

/* The tax book; NULL: none. */
bool scenario_read_tax(struct scenario *scenario, const struct node *node,
                       struct error *err) MUST_CHECK;

extern const struct param maintenance_params[];
bool scenario_read_maintenance(struct scenario *scenario, struct pool_spec *pool,
                               const struct node *list, const char *path,
                               struct error *err) MUST_CHECK;

extern const struct param outage_params[];
bool scenario_read_outages(struct scenario *scenario, const struct node *list,
                           struct error *err) MUST_CHECK;

/* Supply of an elastic pool: `interruption`, `availability`; and `shocks`, when pools
 * are there (NULL: none). */
bool pool_read_supply(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, const char *path,
                      struct error *err) MUST_CHECK;
bool scenario_read_shocks(struct scenario *scenario, const struct node *list,
                          struct error *err) MUST_CHECK;

/* A model and its parameters: `node` is its name or a map of `word` (which holds the
 * name) and parameters.  NULL is the model `fallback`. */
struct model_choice {
    enum model_kind kind;
    const char *word;
    const char *fallback;
    const char *path;     /* for messages and `resolved` */
    enum dimension price; /* of a price model */
};
bool scenario_read_model(struct scenario *scenario, const struct node *node,
                         const struct model_choice *choice, const struct model **model,
                         const void **params, struct error *err) MUST_CHECK;

/* `dispatch.wait`, NULL where there is none. */
bool scenario_read_wait(struct scenario *scenario, const struct node *node,
                        struct error *err) MUST_CHECK;
/* Of workloads that no job has, and of elastic pools that are preferred and closed. */
void scenario_warn_waits(struct scenario *scenario);

/* The class of that name in the catalogue. */
const struct gpu_class *scenario_class(struct scenario *scenario, const char *name,
                                       struct place place, const char *path,
                                       struct error *err) MUST_CHECK;

/* The pool's index, or -1 with the error set. */
int scenario_pool_index(const struct scenario *scenario, const char *name,
                        struct place place, const char *path,
                        struct error *err) MUST_CHECK;

/* The place of a key's value, or of the map where the key is not given. */
struct place node_place(const struct node *map, const char *key);

bool params_given(const struct param table[], const struct params_context *context,
                  const char *key);

/* Notes a value that neither the file nor a table's default set. */
void scenario_note(struct scenario *scenario, const char *path, const char *key,
                   const char *value, const char *origin);

void scenario_warn(struct scenario *scenario, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* `path` as seen from the scenario's folder. */
const char *scenario_path_beside(struct scenario *scenario, const char *path);

/* What is wrong with a whole file (none, a directory) is said where the scenario names
 * it; what is wrong in it, where it is.  Returns false. */
bool scenario_blame(struct place place, const char *key, const char *path,
                    struct error *err);

void scenario_add_input(struct scenario *scenario, const char *path,
                        const char digest[SHA256_HEX]);

#endif
