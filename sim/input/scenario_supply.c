/* Supply traces, interruptions of spot capacity, and shocks. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/csv_in.h"
#include "base/decimal.h"
#include "input/scenario_parts.h"

/* ---- supply traces ---- */

struct supply_row {
    int64_t time_ms; /* since the start, or unix_ms */
    int64_t gpus;
};

struct supply_file {
    struct arena arena;
    int time, gpus; /* columns */
    struct supply_row *rows;
    size_t n, room;
    bool dates; /* as the first row has it */
    char digest[SHA256_HEX];
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct supply_file *file = self;
    file->time = csv_column(header, "time");
    file->gpus = csv_column(header, "gpus");
    if (file->time >= 0 && file->gpus >= 0 && header->n == 2)
        return true;
    return error_at(err, (struct place){header->path, 1, 1},
                    "the columns of a supply trace are time,gpus: from when on the "
                    "market has how many GPUs");
}

static bool read_time(struct supply_file *file, const struct csv_record *record,
                      int64_t *time_ms, struct error *err)
{
    struct csv_field field = record->fields[file->time];
    struct place place = {record->path, record->line, file->time + 1};
    bool date = field.length > 4 && field.text[4] == '-';
    if (file->n == 0)
        file->dates = date;
    if (date != file->dates)
        return error_at(err, place,
                        "time: '%s' is %s, but the first row's is %s; a trace has one "
                        "kind throughout",
                        field.text, date ? "a date" : "no date",
                        date ? "in seconds" : "a date");
    if (date) {
        struct error why;
        if (!calendar_parse(field.text, field.length, time_ms, &why))
            return error_at(err, place, "time: %s", why.text);
        return true;
    }
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, time_ms);
    if (result == DECIMAL_NOT_NUMBER)
        return error_at(err, place,
                        "time: '%s' is neither seconds from the start, as 3600.5, nor "
                        "a date, as 2026-01-31T12:30:00Z",
                        field.text);
    if (result == DECIMAL_OVERFLOW || *time_ms > HORIZON_MAX_MS ||
        *time_ms < -HORIZON_MAX_MS)
        return error_at(err, place,
                        "time: %s s is further than 200 years from the start",
                        field.text);
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct supply_file *file = self;
    struct csv_field field = record->fields[file->gpus];
    struct supply_row row;
    if (!read_time(file, record, &row.time_ms, err))
        return false;
    enum decimal_result result =
        decimal_to_int64(field.text, field.length, 0, &row.gpus);
    if (result != DECIMAL_OK || row.gpus < 0 || row.gpus > POOL_GPUS_MAX)
        return error_at(err, (struct place){record->path, record->line, file->gpus + 1},
                        "gpus: '%s' is not a whole number from 0 to 10000000",
                        field.text);
    if (file->n == file->room) {
        size_t room = file->room ? 2 * file->room : 256;
        file->rows =
            arena_grow(&file->arena, file->rows, file->n, room, sizeof *file->rows);
        file->room = room;
    }
    file->rows[file->n++] = row;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct supply_row *x = *(const struct supply_row *const *)a,
                            *y = *(const struct supply_row *const *)b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x > y) - (x < y);
}

static void sort_rows(struct supply_file *file)
{
    const struct supply_row **order =
        ARENA_ARRAY(&file->arena, file->n, const struct supply_row *);
    for (size_t i = 0; i < file->n; i++)
        order[i] = &file->rows[i];
    qsort(order, file->n, sizeof *order, by_time);
    struct supply_row *sorted = ARENA_ARRAY(&file->arena, file->n, struct supply_row);
    for (size_t i = 0; i < file->n; i++)
        sorted[i] = *order[i];
    file->rows = sorted;
}

static bool read_file(void *content, const char *path, struct error *err)
{
    struct supply_file *file = content;
    struct csv_reader csv = {
        .header = take_header, .record = take_record, .self = file};
    if (!csv_read(path, &csv, file->digest, err))
        return false;
    if (file->n > 0)
        sort_rows(file);
    return true;
}

static void free_file(void *content)
{
    struct supply_file *file = content;
    arena_free(&file->arena);
}

static const struct store_kind stored_supply = {sizeof(struct supply_file), read_file,
                                                free_file};

/* Rows of one time: the last counts.  Of those up to the start: the last. */
static void make_points(struct scenario *scenario, const struct supply_file *file,
                        struct supply_trace *trace)
{
    int64_t zero_ms = file->dates ? scenario->start_unix_ms : 0;
    trace->points = ARENA_ARRAY(&scenario->arena, file->n, struct supply_point);
    for (size_t i = 0; i < file->n; i++) {
        const struct supply_row *row = &file->rows[i];
        int64_t at_ms = row->time_ms > zero_ms ? row->time_ms - zero_ms : 0;
        if (trace->n == 0 || trace->points[trace->n - 1].at_ms < at_ms)
            trace->n++;
        trace->points[trace->n - 1] = (struct supply_point){at_ms, row->gpus};
    }
}

static bool read_trace(struct scenario *scenario, const char *name, struct place place,
                       const char *key, struct supply_trace *trace, struct error *err)
{
    const char *path = scenario_path_beside(scenario, name);
    const struct supply_file *file =
        scenario_stored(scenario, &stored_supply, path, err);
    if (!file)
        return scenario_blame(place, key, path, err);
    if (file->n == 0)
        return error_at(err, place, "%s: %s has no rows", key, path);
    make_points(scenario, file, trace);
    scenario_add_input(scenario, name, file->digest);
    return true;
}

/* ---- of pools ---- */

struct interruption_input {
    int64_t mean_ms;
    const char *trace;
};

const struct param interruption_params[] = {
    {PARAM_TIME(struct interruption_input, "mean_time", mean_ms, "", 1, 3.2e12,
                "mean time until one instance of `unit` GPUs is taken back, "
                "exponential; a gang loses its work with any one of its instances")},
    {PARAM_WORD(struct interruption_input, "trace", trace, "",
                "a CSV file of time,gpus: how many GPUs the market has; when that is "
                "fewer than are held, the instances started last go first")},
    PARAMS_END,
};

const struct param availability_params[] = {
    {PARAM_WORD(struct interruption_input, "trace", trace, NULL,
                "a CSV file of time,gpus: how many GPUs the market has; what is held "
                "stays until it is given back")},
    PARAMS_END,
};

bool pool_read_supply(struct scenario *scenario, struct pool_spec *pool,
                      const struct node *map, const char *path, struct error *err)
{
    bool spot = pool->tenure == TENURE_SPOT;
    const char *word = spot ? "interruption" : "availability";
    const struct param *table = spot ? interruption_params : availability_params;
    const struct node *node = node_get(map, word);
    const char *key = arena_printf(&scenario->arena, "%s.%s", path, word);
    struct interruption_input in = {0};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = key};
    if (!node && spot)
        return error_at(err, map->place,
                        "%s: `interruption` is needed, as in {mean_time: 3h} or "
                        "{trace: supply.csv}",
                        path);
    if (!node)
        return true;
    if (node->kind != NODE_MAP)
        return error_at(err, node->place, "%s: a map is wanted, as in %s", key,
                        spot ? "{mean_time: 3h}" : "{trace: supply.csv}");
    if (!params_read(table, &in, node, &context, err))
        return false;
    if (spot && !in.trace && in.mean_ms == 0)
        return error_at(err, node->place,
                        "%s: give `mean_time`, as in 3h, or `trace`, or both", key);
    pool->interruption_mean_ms = in.mean_ms;
    return !in.trace || read_trace(scenario, in.trace, node_place(node, "trace"),
                                   arena_printf(&scenario->arena, "%s.trace", key),
                                   &pool->supply, err);
}

/* ---- shocks ---- */

struct shock_input {
    struct shock_spec spec;
    struct texts pools;
    const char *provider, *class;
    int64_t from_unix_ms;
    struct span lasts;
};

#define IN struct shock_input

const struct param shock_params[] = {
    {PARAM_WORDS(IN, "pools", pools, "", "which pools it reaches")},
    {PARAM_WORD(IN, "provider", provider, "", "or all rented pools of this provider")},
    {PARAM_WORD(IN, "class", class, "", "or all rented pools of this class")},
    {PARAM_INSTANT(IN, "from", from_unix_ms, "",
                   "when it begins; dispatch does not know beforehand")},
    {PARAM_NUMBER(IN, "per_y", spec.per_y, "", 0, 1000,
                  "instead of `from`: random, so many a year while none lasts")},
    {PARAM_TERM(IN, "lasts", lasts, "", 1, 6.4e12,
                "how long; of random ones the mean of an exponential; default: for "
                "good")},
    {PARAM_COUNT(IN, "limit", spec.limit_gpus, "", 0, 1e7,
                 "most GPUs of each pool that are granted meanwhile; what is held "
                 "stays until it is given back")},
    {PARAM_FRACTION(IN, "share", spec.share_frac, "", 0, 1,
                    "the same as a share of each pool's own limit")},
    {PARAM_NUMBER(
        IN, "price_times", spec.price_times, "1", 0, 1000,
        "what rents are multiplied by meanwhile, of on-demand and spot pools")},
    {PARAM_FLAG(IN, "ends", spec.ends, "false",
                "the provider ends: what is held is taken away at once, and nothing is "
                "granted any more")},
    PARAMS_END,
};

static bool shock_is_given(const struct params_context *context, const char *key)
{
    return params_given(shock_params, context, key);
}

/* Whom a shock can reach at all: what is granted by the market, and contracts whose
 * provider ends. */
static bool is_reached(const struct pool_spec *pool, const struct shock_input *in)
{
    return tenure_is_elastic(pool->tenure) ||
           (in->spec.ends && pool->tenure == TENURE_LEASE);
}

static bool named_pools(struct scenario *scenario, const struct node *map,
                        const char *path, struct shock_input *in, struct error *err)
{
    const char *key = arena_printf(&scenario->arena, "%s.pools", path);
    for (size_t i = 0; i < in->pools.n; i++) {
        int pool = scenario_pool_index(scenario, in->pools.text[i],
                                       node_place(map, "pools"), key, err);
        if (pool < 0)
            return false;
        const struct pool_spec *spec = &scenario->pools[pool];
        if (!is_reached(spec, in))
            return error_at(err, node_place(map, "pools"),
                            "%s: '%s' is %s; a shock reaches on-demand and spot pools, "
                            "and leased ones where the provider `ends`",
                            key, spec->name,
                            spec->tenure == TENURE_OWN ? "owned" : "leased");
        in->spec.pools |= UINT64_C(1) << pool;
    }
    return true;
}

static bool chosen_pools(struct scenario *scenario, const struct node *map,
                         const char *path, struct shock_input *in, struct error *err)
{
    for (size_t p = 0; p < scenario->n_pools; p++) {
        const struct pool_spec *pool = &scenario->pools[p];
        bool chosen = in->provider
                          ? pool->provider && strcmp(pool->provider, in->provider) == 0
                          : strcmp(pool->class->name, in->class) == 0;
        if (chosen && is_reached(pool, in))
            in->spec.pools |= UINT64_C(1) << p;
        else if (chosen && in->spec.ends)
            scenario_warn(scenario,
                          "%s: the owned pool %s stays, though its provider ends", path,
                          pool->name);
    }
    if (in->spec.pools)
        return true;
    const char *key = in->provider ? "provider" : "class";
    return error_at(err, node_place(map, key),
                    "%s.%s: no on-demand or spot pool is of '%s'", path, key,
                    in->provider ? in->provider : in->class);
}

static bool shock_pools(struct scenario *scenario, const struct node *map,
                        const char *path, struct shock_input *in, struct error *err)
{
    int ways = (in->pools.n > 0) + (in->provider != NULL) + (in->class != NULL);
    if (ways != 1)
        return error_at(err, map->place,
                        "%s: give one of `pools`, `provider` and `class`: whom it "
                        "reaches",
                        path);
    return in->pools.n > 0 ? named_pools(scenario, map, path, in, err)
                           : chosen_pools(scenario, map, path, in, err);
}

static bool shock_time(const struct scenario *scenario, const struct node *map,
                       const struct params_context *context, struct shock_input *in,
                       struct error *err)
{
    const char *path = context->path;
    bool dated = shock_is_given(context, "from"),
         lasts = shock_is_given(context, "lasts");
    struct shock_spec *spec = &in->spec;
    if (dated == (spec->per_y > 0))
        return error_at(err, map->place,
                        "%s: give `from`, as in 2026-09-01, or `per_y`, as in 0.5",
                        path);
    if (spec->ends && (lasts || !dated))
        return error_at(err, node_place(map, lasts ? "lasts" : "per_y"),
                        "%s: a provider that ends does so once, on a date, and for "
                        "good: give `from` alone",
                        path);
    if (!dated && !lasts)
        return error_at(err, map->place,
                        "%s: random shocks need `lasts`, as in 6w: their mean length",
                        path);
    int64_t from = dated ? in->from_unix_ms : scenario->start_unix_ms;
    spec->from_ms = from - scenario->start_unix_ms;
    if (spec->from_ms < 0 || spec->from_ms > HORIZON_MAX_MS)
        return error_at(err, node_place(map, "from"), "%s.from: it lies %s", path,
                        spec->from_ms < 0 ? "before the scenario's start"
                                          : "more than 200y after the start");
    spec->lasts_ms = lasts ? calendar_add(from, in->lasts) - from : NEVER_MS;
    return true;
}

static bool read_shock(struct scenario *scenario, const struct node *map, size_t i,
                       struct error *err)
{
    const char *path = arena_printf(&scenario->arena, "shocks.%zu", i);
    if (map->kind != NODE_MAP)
        return error_at(err, map->place,
                        "%s: a map is wanted, as in {pools: [burst], from: 2026-09-01, "
                        "lasts: 6w, limit: 0}",
                        path);
    struct shock_input in = {.spec.path = path};
    struct params_context context = {
        .arena = &scenario->arena, .resolved = &scenario->resolved, .path = path};
    if (!params_read(shock_params, &in, map, &context, err) ||
        !shock_time(scenario, map, &context, &in, err) ||
        !shock_pools(scenario, map, path, &in, err))
        return false;
    bool limit = shock_is_given(&context, "limit");
    bool share = shock_is_given(&context, "share");
    if (!limit)
        in.spec.limit_gpus = INT64_MAX;
    if (!share)
        in.spec.share_frac = 1;
    if (limit && share)
        return error_at(err, node_place(map, "share"),
                        "%s: give `limit` or `share`, not both", path);
    if (!limit && !share && !in.spec.ends && in.spec.price_times == 1)
        return error_at(err, map->place,
                        "%s: it changes nothing; give `limit`, `share`, `price_times` "
                        "or `ends`",
                        path);
    for (size_t p = 0; p < scenario->n_pools; p++)
        if (in.spec.pools >> p & 1 && in.spec.price_times != 1)
            scenario->pools[p].price_shocked = true;
    scenario->shocks[scenario->n_shocks++] = in.spec;
    return true;
}

bool scenario_read_shocks(struct scenario *scenario, const struct node *list,
                          struct error *err)
{
    if (!list)
        return true;
    if (list->kind != NODE_LIST)
        return error_at(err, list->place,
                        "shocks: a list is wanted, as in [{pools: [burst], from: "
                        "2026-09-01, lasts: 6w, limit: 0}]");
    scenario->shocks = ARENA_ARRAY(&scenario->arena, list->n, struct shock_spec);
    for (size_t i = 0; i < list->n; i++)
        if (!read_shock(scenario, &list->items[i], i, err))
            return false;
    return true;
}
