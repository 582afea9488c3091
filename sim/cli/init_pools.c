/* Partitions and servers as pools. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/init.h"

#define NAME_MAX_LENGTH 40

/* ---- names ---- */

static bool is_taken(const struct init *init, const char *name)
{
    bool taken = strcmp(name, "total") == 0 || strcmp(name, "fixed") == 0;
    for (size_t i = 0; i < init->n_pools; i++)
        taken |= strcmp(init->pools[i].name, name) == 0;
    return taken;
}

/* What stands before a name that would begin like an option, or like the pools that
 * init adds. */
static const char *prefix_of(const char *name)
{
    bool ours = strncmp(name, "lease-", 6) == 0 || strncmp(name, "burst-", 6) == 0;
    return ours ? "pool-" : *name == '-' ? "pool" : "";
}

/* A plain name, made from what Slurm calls the partitions; numbered where it is taken.
 */
static void name_pool(const struct init *init, struct init_pool *pool)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_-";
    char base[NAME_MAX_LENGTH + 1];
    snprintf(base, sizeof base, "%s", pool->partitions);
    for (char *at = base; *at; at++)
        *at = strchr(plain, *at) ? *at : '-';
    const char *prefix = prefix_of(base);
    snprintf(pool->name, sizeof pool->name, "%s%s", prefix, base);
    for (int i = 2; is_taken(init, pool->name); i++)
        snprintf(pool->name, sizeof pool->name, "%s%s-%d", prefix, base, i);
}

/* ---- classes ---- */

/* TYPE=CLASS, as --class lists them. */
struct mapping {
    const char *type;
    size_t length; /* of the type */
    char class[64];
};

/* The next one of the list at *at; false: there is none.  What is no mapping, as
 * "auto", has the class "". */
static bool next_mapping(const char **at, struct mapping *mapping)
{
    if (**at == '\0')
        return false;
    size_t entry = strcspn(*at, ","), length = strcspn(*at, "=");
    bool is_one = length < entry;
    *mapping = (struct mapping){.type = *at, .length = is_one ? length : entry};
    if (is_one)
        snprintf(mapping->class, sizeof mapping->class, "%.*s",
                 (int)(entry - length - 1), *at + length + 1);
    *at += entry;
    *at += **at == ',';
    return true;
}

static bool is_of_type(const struct mapping *mapping, const char *type)
{
    return mapping->length == strlen(type) &&
           strncasecmp(mapping->type, type, mapping->length) == 0;
}

bool init_check_classes(struct init *init, struct error *err)
{
    struct mapping mapping;
    for (const char *at = init->class; next_mapping(&at, &mapping);)
        if (*mapping.class && !catalog_find(&init->catalog, mapping.class))
            return error_kind_set(err, ERROR_USAGE,
                                  "init: --class: '%s' is no class of the catalogue; "
                                  "`tenure models --catalogue` lists them",
                                  mapping.class);
    return true;
}

static bool has_class(const struct init *init, const char *class)
{
    const struct trace *trace = &init->jobs.jobs;
    bool has = false;
    for (size_t i = 0; i < trace->n_kinds && !has; i++)
        has = trace->kinds[i].classes && strstr(trace->kinds[i].classes, class);
    return has;
}

void init_warn_of_types(const struct init *init)
{
    struct mapping mapping;
    for (const char *at = init->class; next_mapping(&at, &mapping);) {
        bool known = !*mapping.class || has_class(init, mapping.class);
        for (size_t i = 0; i < init->servers.n && !known; i++)
            known = is_of_type(&mapping, init->servers.items[i].type);
        if (!known)
            fprintf(stderr,
                    "warning: --class: no server and no job has GPUs of the type "
                    "'%.*s'; where the records tell no type, give the class in the "
                    "scenario\n",
                    (int)mapping.length, mapping.type);
    }
}

static const struct gpu_class *find_class(struct init *init, const char *type,
                                          bool *guessed)
{
    struct mapping mapping;
    *guessed = false;
    for (const char *at = init->class; next_mapping(&at, &mapping);)
        if (*mapping.class && is_of_type(&mapping, type))
            return catalog_find(&init->catalog, mapping.class);
    if (catalog_find(&init->catalog, type))
        return catalog_find(&init->catalog, type);
    const char *near = slurm_class(type, strlen(type));
    *guessed = !near;
    return catalog_find(&init->catalog, near ? near : "h100-sxm");
}

static struct init_pool *add_pool(struct init *init, const char *partitions,
                                  const char *type, struct error *err)
{
    struct init_pool *pool = &init->pools[init->n_pools];
    if (init->n_pools == INIT_POOLS_MAX) {
        error_set(err,
                  "init: more than %d kinds of servers, by partitions, type and GPUs "
                  "per server; a scenario has at most %d pools",
                  INIT_POOLS_MAX, POOLS_MAX);
        return NULL;
    }
    *pool = (struct init_pool){.partitions = partitions, .type = type};
    pool->class = find_class(init, type, &pool->class_guessed);
    name_pool(init, pool);
    init->n_pools++;
    return pool;
}

static bool pools_of_servers(struct init *init, struct error *err)
{
    for (size_t i = 0; i < init->servers.n; i++) {
        const struct sinfo_servers *servers = &init->servers.items[i];
        struct init_pool *pool =
            add_pool(init, servers->partitions, servers->type, err);
        if (!pool)
            return false;
        pool->per_server = servers->gpus;
        pool->gpus = servers->gpus * servers->servers;
        init->shared += strchr(servers->partitions, '|') != NULL;
    }
    return true;
}

/* ---- lists "a|b" ---- */

static bool has_name(const char *list, const char *name, size_t length)
{
    while (list && *list) {
        size_t item = strcspn(list, "|");
        if (item == length && memcmp(list, name, length) == 0)
            return true;
        list += item + (list[item] == '|');
    }
    return false;
}

static bool share_a_name(const char *left, const char *right)
{
    while (left && *left) {
        size_t item = strcspn(left, "|");
        if (has_name(right, left, item))
            return true;
        left += item + (left[item] == '|');
    }
    return false;
}

/* ---- pools of what jobs held ---- */

struct step {
    int64_t time_ms, gpus;
};

static int compare_steps(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    if (left->time_ms != right->time_ms)
        return left->time_ms < right->time_ms ? -1 : 1;
    return (left->gpus > right->gpus) - (left->gpus < right->gpus);
}

/* Whether jobs of the kind ran in a pool made from the partition and type: without a
 * type, in the partition's first. */
static bool kind_is_of(const struct job_kind *kind, const char *partition,
                       const char *class)
{
    const char *list = kind->pools ? kind->pools : "unknown";
    size_t first = strcspn(list, "|");
    return first == strlen(partition) && memcmp(list, partition, first) == 0 &&
           strcmp(kind->classes ? kind->classes : "", class) == 0;
}

static int64_t peak_gpus(const struct trace *trace, const char *partition,
                         const char *class)
{
    struct step *steps = calloc(2 * trace->n + 1, sizeof *steps);
    int64_t gpus = 0, peak = 0;
    size_t n = 0;
    if (!steps)
        out_of_memory();
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        if (!kind_is_of(&trace->kinds[job->kind], partition, class))
            continue;
        steps[n++] = (struct step){job->submit_ms, job->gpus};
        steps[n++] = (struct step){job->submit_ms + job->duration_ms, -job->gpus};
    }
    qsort(steps, n, sizeof *steps, compare_steps);
    for (size_t i = 0; i < n; i++) {
        gpus += steps[i].gpus;
        peak = gpus > peak ? gpus : peak;
    }
    free(steps);
    return peak;
}

static bool has_pool(const struct init *init, const char *partitions)
{
    for (size_t i = 0; i < init->n_pools; i++)
        if (share_a_name(partitions, init->pools[i].partitions))
            return true;
    return false;
}

/* Of partitions that no line of sinfo names; whole servers of the class. */
static bool pools_of_jobs(struct init *init, struct error *err)
{
    const struct trace *trace = &init->starts.jobs;
    size_t from_servers = init->n_pools;
    for (size_t i = 0; i < trace->n_kinds; i++) {
        const struct job_kind *kind = &trace->kinds[i];
        const char *list = kind->pools ? kind->pools : "unknown";
        const char *partition = arena_strndup(&init->arena, list, strcspn(list, "|"));
        const char *class = kind->classes ? kind->classes : "";
        bool known = false;
        for (size_t k = 0; k < init->n_pools; k++)
            known |=
                k < from_servers
                    ? has_name(init->pools[k].partitions, partition, strlen(partition))
                    : kind_is_of(kind, init->pools[k].partitions, init->pools[k].type);
        if (known)
            continue;
        struct init_pool *pool = add_pool(init, partition, class, err);
        if (!pool)
            return false;
        int64_t size = pool->class->gpus_per_server;
        pool->from_peak = true;
        pool->gpus = (peak_gpus(trace, partition, class) + size - 1) / size * size;
    }
    return true;
}

/* ---- where jobs may run ---- */

static bool admits(const struct init_pool *pool, const struct job_kind *kind,
                   bool bound)
{
    return share_a_name(kind->pools ? kind->pools : "unknown", pool->partitions) &&
           (!bound || strcmp(kind->classes, pool->class->name) == 0);
}

static size_t count_pools(const struct init *init, const struct job_kind *kind,
                          bool bound, bool *mixed)
{
    const struct gpu_class *class = NULL;
    size_t n = 0;
    *mixed = false;
    for (size_t i = 0; i < init->n_pools; i++) {
        if (!admits(&init->pools[i], kind, bound))
            continue;
        *mixed |= class && class != init->pools[i].class;
        class = init->pools[i].class;
        n++;
    }
    return n;
}

static int64_t jobs_of_kind(const struct trace *trace, size_t kind)
{
    int64_t n = 0;
    for (size_t i = 0; i < trace->n; i++)
        n += trace->jobs[i].kind == kind;
    return n;
}

/* The pools open to jobs of a kind, and the lease and on-demand pools of the class of
 * the first, on which their durations hold. */
static bool place_kind(struct init *init, size_t number, struct error *err)
{
    const struct trace *trace = &init->jobs.jobs;
    const struct job_kind *kind = &trace->kinds[number];
    bool mixed, bound = kind->classes != NULL;
    if (bound && count_pools(init, kind, true, &mixed) == 0) {
        bound = false;
        init->untyped_jobs += jobs_of_kind(trace, number);
    }
    count_pools(init, kind, bound, &mixed);
    if (mixed)
        init->mixed_jobs += jobs_of_kind(trace, number);
    const char *list = "";
    bool any = false;
    for (size_t i = 0; i < init->n_pools; i++) {
        if (!admits(&init->pools[i], kind, bound))
            continue;
        list = arena_printf(&init->arena, "%s%s%s", list, any ? "|" : "",
                            init->pools[i].name);
        if (!any)
            init->class_of_kind[number] = (uint32_t)i;
        any = true;
    }
    const char *class = init->pools[init->class_of_kind[number]].class->name;
    list = arena_printf(&init->arena, "%s|lease-%s|burst-%s", list, class, class);
    init->pools_of_kind[number] = list;
    return strlen(list) <= JOB_LIST_MAX ||
           error_set(err,
                     "init: the names of all pools of '%.60s' are over %d bytes; its "
                     "servers are of too many kinds",
                     kind->pools ? kind->pools : "unknown", JOB_LIST_MAX);
}

bool init_uses_class(const struct init *init, const struct gpu_class *class)
{
    for (size_t i = 0; i < init->jobs.jobs.n_kinds; i++)
        if (init->pools[init->class_of_kind[i]].class == class)
            return true;
    return false;
}

bool init_make_pools(struct init *init, struct error *err)
{
    size_t n = init->jobs.jobs.n_kinds;
    if (init->jobs.jobs.n == 0)
        return error_set(err,
                         "%s: no job with GPUs ran and ended, so that there is nothing "
                         "to begin with; `tenure trace convert --from sacct` says what "
                         "was dropped",
                         init->sacct);
    if (!pools_of_servers(init, err) || !pools_of_jobs(init, err))
        return false;
    init->class_of_kind = ARENA_ARRAY(&init->arena, n, uint32_t);
    init->pools_of_kind = ARENA_ARRAY(&init->arena, n, const char *);
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *kind = &init->jobs.jobs.kinds[i];
        if (!has_pool(init, kind->pools ? kind->pools : "unknown"))
            return error_set(err, "%s: no pool for the partition '%.100s'", init->sacct,
                             kind->pools);
        if (!place_kind(init, i, err))
            return false;
    }
    return true;
}
