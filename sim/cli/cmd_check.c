/*
 * tenure check: is the scenario right, and is its demand anywhere near what its pools
 * can serve?  Sums only: nothing is dispatched.
 */

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_study.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/constraints.h"
#include "cli/fragile.h"
#include "cli/resale.h"
#include "world/arrivals.h"
#include "world/level_source.h"

/* GPU-time is counted on the class on which a run counts finished work. */
struct offer {
    json_t *studies; /* owned */
    const struct scenario *scenario;
    const struct gpu_class *unit;
    bool named;     /* whether the unit is said: not where there is but one class */
    int64_t end_ms; /* the horizon, or the last end if none waited */
    int64_t jobs, gpus_max;
    double work_gpu_ms, capacity_gpu_ms; /* work: of jobs and levels */
    int64_t levels, closed_levels;       /* closed: no pool is open to them */
    double level_gpu_ms;
    const char *level_reason; /* of the first closed one */
    int64_t peak_gpus;
    int64_t only_elastic; /* no fixed pool could ever hold them */
    int64_t refused;      /* no pool could */
    const char *reason;   /* of the first refused */
    struct constraints constraints;
    struct fragile fragile;
};

/* One job's presence if nothing waited. */
struct step {
    int64_t time_ms, gpus;
};

struct steps {
    struct step *items;
    size_t n, room;
};

static void steps_add(struct steps *steps, int64_t time_ms, int64_t gpus)
{
    if (steps->n == steps->room) {
        steps->room = steps->room ? 2 * steps->room : 1024;
        steps->items = realloc(steps->items, steps->room * sizeof *steps->items);
        if (!steps->items)
            out_of_memory();
    }
    steps->items[steps->n++] = (struct step){time_ms, gpus};
}

/* By time; at equal times what goes comes before what arrives. */
static int compare_steps(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    if (left->time_ms != right->time_ms)
        return left->time_ms < right->time_ms ? -1 : 1;
    return (left->gpus > right->gpus) - (left->gpus < right->gpus);
}

static double speed(const struct gpu_class *class, const char *workload,
                    const struct gpu_class *unit)
{
    return gpu_class_speed(class, workload) / gpu_class_speed(unit, workload);
}

static void count_fit(struct offer *offer, const struct arrival *arrival,
                      const struct route *route)
{
    bool fixed = false, elastic = false;
    for (uint32_t i = 0; i < route->n; i++) {
        const struct pool_spec *pool = &offer->scenario->pools[route->outlets[i].pool];
        if (arrival->gpus > pool_largest_size(pool))
            continue;
        fixed |= !tenure_is_elastic(pool->tenure);
        elastic |= tenure_is_elastic(pool->tenure);
    }
    offer->only_elastic += !fixed && elastic;
    offer->refused += !fixed && !elastic;
    if (!fixed && !elastic && !offer->reason)
        offer->reason =
            route->n == 0 ? route->closed_reason : "larger than any pool open to it";
}

/* A source of levels from change to change; `gpus` is scratch, by series. */
static void count_level(struct offer *offer, const struct level_spec *spec,
                        const struct source_kind *kinds, struct steps *steps,
                        struct arena *arena)
{
    struct level_source source;
    level_source_begin(&source, offer->scenario, spec, 0, arena);
    int64_t *gpus = ARENA_ARRAY(arena, source.n + 1, int64_t), all = 0;
    double work = 0; /* of all series, per ms */
    int64_t horizon_ms = offer->scenario->horizon_ms, next_ms;
    for (int64_t at_ms = 0; at_ms < horizon_ms && !interrupted; at_ms = next_ms) {
        next_ms = level_source_move(&source, at_ms);
        int64_t before = all;
        for (uint32_t s = 0; s < source.n; s++) {
            int64_t wanted = level_source_wants(&source, s, at_ms);
            all += wanted - gpus[s];
            work += (double)(wanted - gpus[s]) * (double)kinds[s].work_ratio;
            gpus[s] = wanted;
        }
        int64_t end_ms = next_ms < horizon_ms ? next_ms : horizon_ms;
        offer->level_gpu_ms += (double)all * (double)(end_ms - at_ms);
        offer->work_gpu_ms += work / (double)RATIO_ONE * (double)(end_ms - at_ms);
        if (all != before)
            steps_add(steps, at_ms, all - before);
    }
    offer->levels += source.n;
}

static void count_levels(struct offer *offer, const struct arrivals *arrivals,
                         const struct routes *routes, struct steps *steps,
                         struct arena *arena)
{
    const struct source_kind *kinds = arrivals->level_kinds;
    for (size_t i = 0; i < offer->scenario->n_levels; i++) {
        const struct level_trace *trace = offer->scenario->levels[i].trace;
        count_level(offer, &offer->scenario->levels[i], kinds, steps, arena);
        kinds += trace ? trace->n_series : 1;
    }
    for (uint32_t k = 0; k < arrivals->n_level_kinds; k++) {
        const struct route *route = &routes->items[arrivals->level_kinds[k].route];
        if (route->n > 0)
            continue;
        if (offer->closed_levels++ == 0)
            offer->level_reason = route->closed_reason;
    }
}

static void count_demand(struct offer *offer, struct arena *arena)
{
    const struct scenario *scenario = offer->scenario;
    struct routes routes;
    struct arrivals arrivals;
    struct steps steps = {0};
    routes_init(&routes, scenario, arena);
    arrivals_init(&arrivals, scenario, 0, &routes, arena);
    constraints_init(&offer->constraints, scenario, &arrivals, arena);
    fragile_init(&offer->fragile, scenario, arena);
    while (arrivals.next_ms != NEVER_MS && !interrupted) {
        struct arrival arrival = arrivals_take(&arrivals);
        double work = (double)arrival.gpus * (double)arrival.duration_ms *
                      (double)arrival.kind->work_ratio / (double)RATIO_ONE;
        offer->jobs++;
        offer->gpus_max =
            arrival.gpus > offer->gpus_max ? arrival.gpus : offer->gpus_max;
        offer->work_gpu_ms += work;
        steps_add(&steps, arrival.submit_ms, arrival.gpus);
        steps_add(&steps, arrival.submit_ms + arrival.duration_ms, -arrival.gpus);
        count_fit(offer, &arrival, &routes.items[arrival.kind->route]);
        fragile_count(&offer->fragile, &arrival, &routes.items[arrival.kind->route]);
        constraints_count(&offer->constraints, &arrivals, &arrival,
                          &routes.items[arrival.kind->route], work);
    }
    count_levels(offer, &arrivals, &routes, &steps, arena);
    if (steps.n > 0)
        qsort(steps.items, steps.n, sizeof *steps.items, compare_steps);
    int64_t gpus = 0;
    for (size_t i = 0; i < steps.n; i++) {
        gpus += steps.items[i].gpus;
        offer->peak_gpus = gpus > offer->peak_gpus ? gpus : offer->peak_gpus;
    }
    offer->end_ms = scenario->horizon_ms;
    if (scenario->until_idle)
        offer->end_ms = steps.n > 0 ? steps.items[steps.n - 1].time_ms : 0;
    free(steps.items);
}

/* The part of [from, until) before the end. */
static double span_ms(int64_t from_ms, int64_t until_ms, int64_t end_ms)
{
    int64_t until = until_ms < end_ms ? until_ms : end_ms;
    return until > from_ms ? (double)(until - from_ms) : 0;
}

/* How long an order serves: from its delivery at the median of the lead time. */
static double order_span_ms(const struct offer *offer, const struct pool_spec *pool,
                            size_t k)
{
    const struct order_spec *order = &pool->orders[k];
    int64_t start = offer->scenario->start_unix_ms, until = NEVER_MS;
    int64_t from = order->at_ms + pool->lead_time_ms + pool->commissioning_ms;
    if (pool->tenure == TENURE_LEASE) {
        bool own_term = order->term.months > 0 || order->term.ms > 0;
        struct span term = own_term ? order->term : pool->term;
        from = order->at_ms + pool->provisioning_ms;
        if (pool->renewal == RENEWAL_NONE)
            until = calendar_add(start + from, term) - start;
    }
    return span_ms(from, until, offer->end_ms);
}

static void count_capacity(struct offer *offer)
{
    const struct scenario *scenario = offer->scenario;
    for (size_t i = 0; i < scenario->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        double gpu_ms = 0;
        if (pool->tenure == TENURE_OWN)
            gpu_ms = (double)pool->gpus * (double)offer->end_ms;
        else if (pool->tenure == TENURE_LEASE)
            gpu_ms = (double)pool->gpus *
                     span_ms(pool->from_ms,
                             pool->renewal == RENEWAL_NONE ? pool->until_ms : NEVER_MS,
                             offer->end_ms);
        for (size_t k = 0; k < pool->n_changes; k++)
            gpu_ms += (double)pool->changes[k].gpus *
                      span_ms(pool->changes[k].at_ms, NEVER_MS, offer->end_ms);
        for (size_t k = 0; k < pool->n_orders; k++)
            gpu_ms += (double)pool->orders[k].gpus * order_span_ms(offer, pool, k);
        offer->capacity_gpu_ms += gpu_ms * speed(pool->class, NULL, offer->unit);
    }
}

static void print_text(const struct offer *offer)
{
    const struct scenario *scenario = offer->scenario;
    double hours = (double)offer->end_ms / (double)MS_PER_H;
    double work = offer->work_gpu_ms / (double)MS_PER_H;
    double capacity = offer->capacity_gpu_ms / (double)MS_PER_H;
    printf("%s: the scenario is well-formed\n", scenario->name);
    printf("  period          %.1f days%s\n", hours / 24,
           scenario->until_idle ? " until all is done, if nothing waited" : "");
    printf("  jobs            %" PRId64 ", of up to %" PRId64 " GPUs\n", offer->jobs,
           offer->gpus_max);
    if (offer->levels > 0)
        printf("  levels          %" PRId64 ", %.0f GPU-h\n", offer->levels,
               offer->level_gpu_ms / (double)MS_PER_H);
    printf("  demand          %.0f GPU-h%s%s; mean %.1f GPUs\n", work,
           offer->named ? " of " : "", offer->named ? offer->unit->name : "",
           hours > 0 ? work / hours : 0);
    printf("  peak            %" PRId64 " GPUs, if nothing waited\n", offer->peak_gpus);
    printf("  fixed capacity  %.0f GPU-h; mean %.1f GPUs\n", capacity,
           hours > 0 ? capacity / hours : 0);
    if (capacity > 0)
        printf("  offered load    %.1f %% of fixed capacity\n", 100 * work / capacity);
    if (offer->only_elastic > 0)
        printf("  elastic only    %" PRId64 " jobs fit no fixed pool\n",
               offer->only_elastic);
    if (offer->refused > 0)
        printf("  refused         %" PRId64 " jobs (%.3g %%) fit no pool at all: %s\n",
               offer->refused, 100 * (double)offer->refused / (double)offer->jobs,
               offer->reason);
    if (offer->closed_levels > 0)
        printf("  never served    %" PRId64 " levels: %s\n", offer->closed_levels,
               offer->level_reason);
    constraints_print(&offer->constraints, stdout);
    resale_print(scenario, stdout);
    check_studies_print(offer->studies, stdout);
    for (size_t i = 0; i < scenario->n_warnings; i++) {
        fputs("  warning         ", stdout);
        cli_wrap(scenario->warnings[i], 18, 18, 80, stdout);
    }
}

static bool print_json(const struct offer *offer, struct error *err)
{
    const struct scenario *scenario = offer->scenario;
    json_t *warnings = json_array();
    for (size_t i = 0; i < scenario->n_warnings; i++)
        json_array_append_new(warnings, json_string(scenario->warnings[i]));
    double ms_per_h = (double)MS_PER_H;
    json_t *root = json_pack(
        "{s:s, s:f, s:I, s:I, s:f, s:I, s:f, s:o, s:I, s:I, s:o, s:o, s:I}", "scenario",
        scenario->name, "period_h", (double)offer->end_ms / ms_per_h, "jobs",
        (json_int_t)offer->jobs, "largest_job_gpus", (json_int_t)offer->gpus_max,
        "demand_gpu_h", offer->work_gpu_ms / ms_per_h, "peak_gpus",
        (json_int_t)offer->peak_gpus, "fixed_capacity_gpu_h",
        offer->capacity_gpu_ms / ms_per_h, "offered_load_frac",
        offer->capacity_gpu_ms > 0
            ? json_real(offer->work_gpu_ms / offer->capacity_gpu_ms)
            : json_null(),
        "elastic_only_jobs", (json_int_t)offer->only_elastic, "refused_jobs",
        (json_int_t)offer->refused, "constraints",
        constraints_json(&offer->constraints), "warnings", warnings, "closed_jobs",
        (json_int_t)offer->constraints.shut_jobs);
    if (!root)
        return error_set(err, "a name is not valid UTF-8");
    if (offer->levels > 0) {
        json_object_set_new(root, "levels", json_integer(offer->levels));
        json_object_set_new(root, "level_gpu_h",
                            json_real(offer->level_gpu_ms / ms_per_h));
        json_object_set_new(root, "closed_levels", json_integer(offer->closed_levels));
    }
    json_object_set(root, "studies", offer->studies);
    json_t *resale = resale_json(scenario);
    if (resale)
        json_object_set_new(root, "resale_usd_per_gpu", resale);
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static void set_unit(struct offer *offer)
{
    const struct scenario *scenario = offer->scenario;
    offer->unit = route_work_class(scenario);
    for (size_t i = 0; i < scenario->n_demand; i++)
        offer->named |= scenario->demand[i].reference != NULL;
    for (size_t i = 0; i < scenario->n_pools; i++)
        offer->named |=
            scenario->n_demand == 0 && scenario->pools[i].class != offer->unit;
}

static bool check(const char *path, const struct cli_values *set, bool json,
                  struct error *err)
{
    struct scenario scenario;
    if (!scenario_read(&scenario, path, set->text, set->n, err))
        return false;
    struct arena arena = {0};
    struct offer offer = {.scenario = &scenario};
    set_unit(&offer);
    count_demand(&offer, &arena);
    count_capacity(&offer);
    fragile_warn(&offer.fragile, &scenario);
    bool ok = true;
    if (interrupted)
        ok = error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
    else if (!(offer.studies = check_studies(&scenario, err)))
        ok = false;
    else if (json)
        ok = print_json(&offer, err);
    else
        print_text(&offer);
    json_decref(offer.studies);
    arena_free(&arena);
    scenario_free(&scenario);
    return ok;
}

static int run_check(int argc, char **argv)
{
    bool json = false;
    struct cli_values set = {0};
    const char *path = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = "set", .values = &set},
                                         {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one scenario", &path};
    struct arena arena = {0};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &arena, &err) &&
              check(path, &set, json, &err);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_check = {
    .name = "check",
    .synopsis = "check SCENARIO [--set PATH=VALUE]... [--json]",
    .summary = "validate a scenario, and weigh its demand against its capacity",
    .help =
        "Reads SCENARIO and all it names, and says whether it is well-formed: unknown\n"
        "keys, missing units, impossible dates and the like end with exit code 2 and\n"
        "file:line:column.  Then it prints how much work is asked of how much fixed\n"
        "capacity, the peak if nothing waited, which jobs no pool could ever hold,\n"
        "how many jobs each constraint restricts and which pools it leaves open, and\n"
        "which jobs spot capacity would interrupt again and again.  Of a study every\n"
        "point and every uncertain input, at the ends of its law, is checked too.\n"
        "Nothing is simulated.\n"
        "\n"
        "  --set PATH=VALUE    override a key; may be repeated\n"
        "  --json              the same as JSON\n",
    .run = run_check,
};
