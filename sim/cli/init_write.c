/* The scenario as text, with every assumption marked. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "cli/init.h"
#include "input/capacity.h"

#define QUOTED_MAX 512 /* bytes of what is quoted in comments */

static void print_quoted(FILE *out, const char *text)
{
    char cut[QUOTED_MAX / 8], quoted[QUOTED_MAX];
    size_t length = strlen(text);
    length = length < sizeof cut ? length : sizeof cut - 1;
    while (length && length < strlen(text) &&
           ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    memcpy(cut, text, length);
    cut[length] = '\0';
    yaml_quote(quoted, sizeof quoted, cut);
    fputs(quoted, out);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- traces ---- */

size_t init_classes(const struct init *init, const struct gpu_class *classes[])
{
    size_t n = 0;
    for (size_t i = 0; i < init->n_pools; i++) {
        const struct gpu_class *class = init->pools[i].class;
        bool listed = !init_uses_class(init, class);
        for (size_t k = 0; k < n; k++)
            listed |= classes[k] == class;
        if (!listed)
            classes[n++] = class;
    }
    return n;
}

const char *init_trace_name(struct init *init, const struct gpu_class *class)
{
    const struct gpu_class *classes[INIT_POOLS_MAX];
    if (init_classes(init, classes) == 1)
        return "jobs.csv";
    return arena_printf(&init->arena, "jobs-%s.csv", class->name);
}

static const struct gpu_class *class_of(const struct init *init, size_t job)
{
    const struct job *of = &init->jobs.jobs.jobs[job];
    return init->pools[init->class_of_kind[of->kind]].class;
}

static bool write_trace(struct init *init, const struct gpu_class *class,
                        const char *path, struct error *err)
{
    const struct trace *from = &init->jobs.jobs;
    struct trace to;
    trace_begin(&to, path, true);
    for (size_t i = 0; i < from->n; i++) {
        char number[16];
        struct trace_row row = trace_row(0, 1, 1);
        if (class_of(init, i) != class)
            continue;
        row.job = from->jobs[i];
        row.kind = from->kinds[row.job.kind];
        row.kind.pools = init->pools_of_kind[row.job.kind];
        row.kind.classes = NULL;
        row.id = trace_job_id(from, &from->jobs[i], number);
        if (row.kind.tenant != NAMES_NONE) {
            const char *tenant = from->names.text[row.kind.tenant];
            row.kind.tenant = trace_name(&to, tenant, strlen(tenant));
        }
        trace_add(&to, &row);
    }
    trace_finish(&to);
    bool ok = trace_write(&to, path, err);
    trace_free(&to);
    return ok;
}

/* ---- the scenario ---- */

static int64_t day_of(int64_t unix_ms)
{
    int64_t rest_ms = unix_ms % MS_PER_D;
    return unix_ms - (rest_ms < 0 ? rest_ms + MS_PER_D : rest_ms);
}

/* What could end the line of a comment becomes '?'. */
static void print_note(FILE *out, const char *note)
{
    fputs("#   ", out);
    for (; *note; note++)
        fputc(*note >= 0x20 && *note < 0x7f ? *note : '?', out);
    fputc('\n', out);
}

static int64_t server_of(const struct init_pool *pool)
{
    return pool->per_server ? pool->per_server : pool->class->gpus_per_server;
}

/* A first variant: a server less where a pool has several, else one more. */
static void print_variant(FILE *out, const struct init *init)
{
    const struct init_pool *pool = NULL;
    for (size_t i = 0; i < init->n_pools && !pool; i++)
        if (init->pools[i].gpus > server_of(&init->pools[i]))
            pool = &init->pools[i];
    bool fewer = pool != NULL;
    pool = pool ? pool : &init->pools[0];
    int64_t gpus = pool->gpus + (fewer ? -server_of(pool) : server_of(pool));
    const char *name = fewer ? "smaller" : "larger";
    fprintf(out,
            "#   tenure run scenario.yaml --set pools.%s.gpus=%" PRId64
            " -o %s && tenure compare as-is %s\n",
            pool->name, gpus, name, name);
}

static void print_head(FILE *out, const struct init *init)
{
    fputs("# Written by `tenure init` from ", out);
    print_quoted(out, base_name(init->sacct));
    if (init->sinfo) {
        fputs(" and ", out);
        print_quoted(out, base_name(init->sinfo));
    }
    fprintf(
        out,
        ".\n"
        "#\n"
        "# What the records do not tell is ASSUMED below: settle each, then decide.  "
        "Next, here:\n"
        "#\n"
        "#   tenure check scenario.yaml\n"
        "#   tenure run scenario.yaml -o as-is\n");
    print_variant(out, init);
    fprintf(out, "#\n# %" PRId64 " rows of accounting read, %zu jobs kept:\n",
            init->report.rows_read, init->jobs.jobs.n);
    for (size_t i = 0; i < init->report.n_dropped; i++)
        fprintf(out, "#   %" PRId64 " rows dropped: %s\n", init->report.dropped[i].rows,
                init->report.dropped[i].reason);
    for (size_t i = 0; i < init->report.n_notes; i++)
        print_note(out, init->report.notes[i]);
}

static void print_clock(FILE *out, const struct init *init)
{
    const struct trace *trace = &init->jobs.jobs;
    char start[CALENDAR_TEXT];
    int64_t first_ms = day_of(trace->jobs[0].submit_ms);
    int64_t days = (trace->jobs[trace->n - 1].submit_ms - first_ms) / MS_PER_D + 1;
    calendar_format(first_ms, start);
    fprintf(out,
            "\nname: cluster\n"
            "start: %.10s\n"
            "horizon: %" PRId64 "d  # the days in which jobs were submitted\n"
            "# ASSUMED: the cluster is empty at the start, so that the first waits are "
            "too short;\n"
            "# `warmup: 2d` leaves the jobs of the first days out of waits\n"
            "interval: 1d\n"
            "discount_rate: 10 %%/y  # ASSUMED: what capital costs you\n"
            "closing: book  # ASSUMED: what is owned stays when the period is over\n",
            start, days);
}

static void print_demand(FILE *out, struct init *init)
{
    fputs("\n# ASSUMED: users would submit the same jobs whatever the capacity is; an "
          "attempt that\n# was requeued is a job of its own.  Time limits are the "
          "estimates that backfill sees.\ndemand:\n",
          out);
    const struct gpu_class *classes[INIT_POOLS_MAX];
    size_t n = init_classes(init, classes);
    for (size_t i = 0; i < n; i++)
        fprintf(out,
                "  - jobs: %s\n    reference_class: %s  # on which the durations "
                "hold\n    after_end: stop\n",
                init_trace_name(init, classes[i]), classes[i]->name);
    if (init->mixed_jobs)
        fprintf(out,
                "# ASSUMED: %" PRId64 " jobs may run on several classes and name no "
                "type; their durations hold on\n# the class of the first pool of their "
                "partition\n",
                init->mixed_jobs);
    if (init->untyped_jobs)
        fprintf(out,
                "# ASSUMED: %" PRId64
                " jobs had GPUs of a type that no server of their "
                "partition has now;\n# they may run on what it has\n",
                init->untyped_jobs);
}

static void print_partitions(FILE *out, const struct init_pool *pool)
{
    fputs("  # of ", out);
    for (const char *at = pool->partitions; *at;
         at += strcspn(at, "|"), at += *at == '|') {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "|"), at);
        fputs(at == pool->partitions ? "partition " : " and ", out);
        print_quoted(out, name);
    }
    if (*pool->type && !pool->from_peak) {
        fputs(", type ", out);
        print_quoted(out, pool->type);
    }
    fputc('\n', out);
}

static void print_price(FILE *out, const struct gpu_class *class)
{
    for (size_t i = 0; i < class->n_provenance; i++)
        if (strcmp(class->provenance[i].key, "server_price") == 0)
            fprintf(out,
                    "    # ASSUMED: a server costs %.0f USD (the catalogue's, %s, %s), "
                    "bought at the start;\n    # server_price, in_service and opening "
                    "say what yours cost, since when and what they are worth\n",
                    (double)class->server_price_uusd / 1e6,
                    mark_names[class->provenance[i].mark], class->provenance[i].date);
}

static void print_own(FILE *out, const struct init_pool *pool)
{
    print_partitions(out, pool);
    fprintf(out, "  - name: %s\n    tenure: own\n    class: %s", pool->name,
            pool->class->name);
    if (pool->class_guessed)
        fputs("  # ASSUMED: the records name no class of the catalogue; see\n"
              "    # `tenure models --catalogue`, and `tenure init --class TYPE=CLASS`",
              out);
    else
        fputs("  # ASSUMED: by the name of the type", out);
    fprintf(out, "\n    gpus: %" PRId64, pool->gpus);
    if (pool->from_peak)
        fprintf(out, "  # ASSUMED: the most that its jobs held at once, in whole "
                     "servers; give --sinfo");
    fputc('\n', out);
    if (pool->per_server && pool->per_server != pool->class->gpus_per_server)
        fprintf(out, "    gpus_per_server: %" PRId64 "\n", pool->per_server);
    print_price(out, pool->class);
}

/* Empty, so that a variant needs one number. */
static void print_alternatives(FILE *out, const struct gpu_class *class)
{
    int64_t rent = class->rent_nano_usd_per_gpu_h;
    int64_t lease = class->lease_nano_usd_per_gpu_h;
    if (!rent && !lease) {
        fprintf(out, "  # no price of %s to lease or rent is in the catalogue\n",
                class->name);
        return;
    }
    fprintf(out,
            "  # empty: pools.lease-%s.gpus=N leases N GPUs instead\n"
            "  - name: lease-%s\n    tenure: lease\n    class: %s\n    gpus: 0\n"
            "    price: %.2f USD/GPU-h  # ASSUMED: %s\n    term: 1y\n"
            "    renewal: automatic\n",
            class->name, class->name, class->name, (double)(lease ? lease : rent) / 1e9,
            lease ? "the catalogue's" : "as on demand, in the catalogue");
    fprintf(
        out,
        "  # empty: pools.burst-%s.limit=N rents up to N GPUs by the hour, when the "
        "others are full\n"
        "  - name: burst-%s\n    tenure: on-demand\n    class: %s\n    limit: 0\n"
        "    price: %.2f USD/GPU-h  # ASSUMED: %s\n    boot: 3min  # ASSUMED\n",
        class->name, class->name, class->name, (double)(rent ? rent : lease) / 1e9,
        rent ? "the catalogue's" : "as for a year, in the catalogue");
}

static void print_pools(FILE *out, const struct init *init)
{
    if (init->sinfo && !init->servers.by_node)
        fputs("\n# ASSUMED: no server is in two partitions; `sinfo --Node -o "
              "\"%N|%P|%G\"` would tell.",
              out);
    if (init->sinfo)
        fputs("\n# ASSUMED: servers that were down or drained when sinfo ran are "
              "capacity, too.",
              out);
    else
        fputs("\n# ASSUMED: no server is in two partitions; --sinfo would tell.", out);
    fputs("\n# A job may run in the pools that its partition has here.\npools:\n", out);
    for (size_t i = 0; i < init->n_pools; i++)
        print_own(out, &init->pools[i]);
    const struct gpu_class *classes[INIT_POOLS_MAX];
    size_t n = init_classes(init, classes);
    for (size_t i = 0; i < n; i++)
        print_alternatives(out, classes[i]);
}

static void print_scenario(FILE *out, struct init *init)
{
    print_head(out, init);
    print_clock(out, init);
    print_demand(out, init);
    print_pools(out, init);
    fputs(
        "\ndispatch:\n"
        "  order: fifo        # ASSUMED: no priorities; Slurm's weigh age, share and "
        "size\n"
        "  backfill: easy     # ASSUMED: as Slurm's sched/backfill, for the first job\n"
        "  placement: packed  # whole servers for jobs that fill them\n"
        "  wait: none         # ASSUMED: a job rents at once what is free; "
        "{policy: threshold, ...} waits\n",
        out);
}

static bool write_scenario(struct init *init, const char *path, struct error *err)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return error_errno(err, path);
    print_scenario(out, init);
    bool ok = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    if (!ok)
        error_errno(err, path);
    if (fclose(out) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

bool init_write(struct init *init, const char *dir, struct error *err)
{
    const struct gpu_class *classes[INIT_POOLS_MAX];
    size_t n = init_classes(init, classes);
    for (size_t i = 0; i < n; i++) {
        const char *path =
            arena_printf(&init->arena, "%s/%s", dir, init_trace_name(init, classes[i]));
        if (!write_trace(init, classes[i], path, err))
            return false;
    }
    return write_scenario(init, arena_printf(&init->arena, "%s/scenario.yaml", dir),
                          err);
}
