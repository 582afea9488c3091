#define _GNU_SOURCE
#include "random_draw.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t below(struct drawing *d, uint64_t n)
{
    d->state = d->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (d->state >> 33) % n;
}

double unit(struct drawing *d)
{
    return (double)below(d, 1000003) / 1000003;
}

bool chance(struct drawing *d, unsigned percent)
{
    return below(d, 100) < percent;
}

void put(struct drawing *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(d->out, format, args);
    va_end(args);
}

void draw(struct drawing *d, const char *text)
{
    while (*text) {
        long long low, high;
        int n = 0;
        if (*text == '#' && sscanf(text, "#%lld..%lld%n", &low, &high, &n) == 2) {
            put(d, "%lld", low + (long long)below(d, (uint64_t)(high - low + 1)));
            text += n;
        } else {
            putc(*text++, d->out);
        }
    }
}

void maybe(struct drawing *d, unsigned percent, const char *text)
{
    if (chance(d, percent))
        draw(d, text);
}

static void put_instant(struct drawing *d, int64_t unix_s, bool whole_day)
{
    struct tm tm;
    time_t at = (time_t)unix_s;
    char text[32];
    gmtime_r(&at, &tm);
    strftime(text, sizeof text, whole_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S", &tm);
    put(d, "%s", text);
}

void put_day(struct drawing *d, int64_t day)
{
    put_instant(d, (d->start_day + day) * 86400, true);
}

static int64_t second_at(const struct drawing *d, double part)
{
    return 1 + (int64_t)(part * (double)d->days * 86400);
}

void put_moment(struct drawing *d, double part)
{
    put_instant(d, d->start_day * 86400 + second_at(d, part), false);
}

void put_date(struct drawing *d, double part)
{
    int64_t day = second_at(d, part) / 86400;
    if (day > 0 && chance(d, 60))
        put_day(d, day);
    else
        put_moment(d, part);
}

void put_ascending(struct drawing *d, unsigned i, unsigned n, bool whole)
{
    double part = ((double)i + 0.1 + 0.8 * unit(d)) / n;
    int64_t day = second_at(d, part) / 86400;
    if (whole && day > 0)
        put_day(d, day);
    else
        put_moment(d, part);
}

void put_price(struct drawing *d, const char *key, unsigned low, unsigned high,
               const char *dim)
{
    uint64_t whole = low + below(d, high - low + 1);
    uint64_t micro = whole * 1000000 + below(d, 1000000);
    if (d->options->double_prices && strcmp(dim, "g/kWh") != 0)
        micro *= 2;
    put(d, "%s: %" PRIu64 ".%06" PRIu64 " %s", key, micro / 1000000, micro % 1000000,
        dim);
}

void put_term(struct drawing *d, const char *key)
{
    switch (below(d, 3)) {
    case 0: put(d, "%s: %umo", key, (unsigned)(1 + below(d, 36))); break;
    case 1: put(d, "%s: %ud", key, (unsigned)(1 + below(d, 100))); break;
    default: put(d, "%s: %uh", key, (unsigned)(7 + below(d, 5000))); break;
    }
}

void put_escalation(struct drawing *d, const char *keys)
{
    bool any = chance(d, 30), first = true;
    while (*keys) {
        size_t n = strcspn(keys, " ");
        bool this = chance(d, 60);
        int rate = (int)below(d, 40) - 15;
        if (any && this && !d->options->plain_rates) {
            put(d, "%s%.*s: %d.3 %%/y", first ? ", escalation: {" : ", ", (int)n, keys,
                rate);
            first = false;
        }
        keys += n + (keys[n] != '\0');
    }
    if (!first)
        put(d, "}");
}

/* ---- demand ---- */

enum { JOB_COLUMNS = 13 };
static const char *const job_columns[JOB_COLUMNS] = {
    "workload",      "tenant",      "pools",     "classes",    "memory_gb",
    "jurisdiction",  "isolation",   "priority",  "patience_s", "limit_s",
    "not_providers", "preemptible", "restart_s",
};

/* Columns that the trace has, and those of checkpoints beside them. */
struct columns {
    bool has[JOB_COLUMNS], checkpoints, deadline;
};

static void put_value(struct drawing *d, int column)
{
    static const char *const workloads[] = {"train", "serve", "serve", "", "fine tune"};
    static const char *const tenants[] = {"blue", "red", "", "green"};
    static const char *const places[] = {"eu", "us", "eu|is", ""};
    if (column > 1 && chance(d, 70))
        return;
    switch (column) {
    case 0: put(d, "%s", PICK(d, workloads)); break;
    case 1: put(d, "%s", PICK(d, tenants)); break;
    case 2: put(d, "p0|p%u", (unsigned)below(d, d->n_pools)); break;
    case 3: put(d, chance(d, 60) ? "h100-sxm" : "a100-80-sxm|h200"); break;
    case 4: draw(d, "#40..149"); break;
    case 5: put(d, "%s", PICK(d, places)); break;
    case 6: put(d, chance(d, 50) ? "dedicated" : "shared"); break;
    case 7: draw(d, "#-1..3"); break;
    case 8: draw(d, "#0..89999.#0..999"); break;
    case 9: draw(d, "#60..90059"); break;
    case 10: put(d, chance(d, 50) ? "north" : "south"); break;
    case 11: put(d, chance(d, 70) ? "true" : "false"); break;
    default: draw(d, "#0..899"); break;
    }
}

static void put_gpus(struct drawing *d)
{
    static const unsigned gpus[] = {1, 1, 2, 3, 4, 8, 8, 12, 16, 24, 80};
    put(d, "%u", chance(d, 97) ? gpus[below(d, 10)] : gpus[10]);
}

static void put_row(struct drawing *d, const struct columns *columns, int64_t submit_ms,
                    uint64_t longest_s)
{
    uint64_t duration_ms = 1000 + below(d, longest_s * 1000);
    put(d, "%" PRId64 ".%03d,%" PRIu64 ".%03" PRIu64 ",", submit_ms / 1000,
        (int)(submit_ms % 1000), duration_ms / 1000, duration_ms % 1000);
    put_gpus(d);
    for (int c = 0; c < JOB_COLUMNS; c++)
        if (columns->has[c]) {
            put(d, ",");
            put_value(d, c);
        }
    if (columns->deadline) {
        put(d, ",");
        if (chance(d, 30))
            put(d, "%" PRId64, submit_ms / 1000 + 1 + (int64_t)below(d, 200000));
    }
    if (columns->checkpoints && chance(d, 70))
        draw(d, ",#60..9059,#0..299");
    else if (columns->checkpoints)
        put(d, ",,");
    put(d, "\n");
}

static struct columns draw_columns(struct drawing *d)
{
    struct columns columns = {.checkpoints = chance(d, 40), .deadline = chance(d, 20)};
    put(d, "submit,duration_s,gpus");
    for (int c = 0; c < JOB_COLUMNS; c++) {
        columns.has[c] = chance(d, c < 2 ? 80 : 22);
        if (columns.has[c])
            put(d, ",%s", job_columns[c]);
    }
    put(d, "%s%s\n", columns.deadline ? ",deadline" : "",
        columns.checkpoints ? ",checkpoint_interval_s,checkpoint_cost_s" : "");
    return columns;
}

/* The time from the first submit to the last. */
static int64_t draw_jobs(struct drawing *d, struct random_scenario *scenario)
{
    size_t size;
    FILE *yaml = d->out;
    d->out = open_memstream(&scenario->jobs, &size);
    struct columns columns = draw_columns(d);
    unsigned n = 20 + (unsigned)below(d, 300);
    uint64_t span_ms = (uint64_t)d->days * 86400000 * (2 + below(d, 8)) / 10;
    /* What fails by itself again and again must end before the clock does. */
    bool brief = chance(d, 70) || d->until_idle;
    uint64_t longest_s = brief ? 90000 : 1000 + (uint64_t)d->days * 9000;
    int64_t submit_ms = 0, first_ms = -1;
    for (unsigned i = 0; i < n; i++) {
        if (chance(d, 85))
            submit_ms += (int64_t)below(d, 2 * span_ms / n + 1);
        first_ms = first_ms < 0 ? submit_ms : first_ms;
        put_row(d, &columns, submit_ms, longest_s);
    }
    fclose(d->out);
    d->out = yaml;
    return submit_ms - first_ms;
}

static void draw_initial(struct drawing *d, struct random_scenario *scenario)
{
    size_t size;
    FILE *yaml = d->out;
    int64_t running = 0;
    d->out = open_memstream(&scenario->initial, &size);
    put(d, "submit,duration_s,gpus,workload,started\n");
    for (unsigned i = 0, n = 1 + (unsigned)below(d, 6); i < n; i++) {
        unsigned ago_s = 10 + (unsigned)below(d, 90000);
        unsigned since_s = 1 + (unsigned)below(d, ago_s);
        bool runs = chance(d, 60) && running < d->room_at_start;
        running += runs;
        put(d, "-%u,%u,", ago_s, since_s + 1 + (unsigned)below(d, 200000));
        draw(d, runs ? "1,serve," : "#1..4,serve,");
        if (runs)
            put(d, "-%u", since_s);
        put(d, "\n");
    }
    fclose(d->out);
    d->out = yaml;
}

/* What a source says of all its jobs. */
static void put_source(struct drawing *d)
{
    static const char *const seeds[] = {"h100-sxm", "a100-80-sxm"};
    if (!d->one_class || chance(d, 20))
        put(d, ", reference_class: %s", PICK(d, seeds));
    maybe(d, 25, ", workload: batch");
    maybe(d, 25, ", tenant: blue");
    maybe(d, 20, ", priority: #0..3");
    maybe(d, 15, ", patience: #0..89h");
    maybe(d, 10, ", deadline_after: #1..200h");
    maybe(d, 30, ", preemptible: true");
    maybe(d, 30, ", restart: #0..29min");
    maybe(d, 25, ", checkpoint_interval: #1..300min");
    if (chance(d, 25))
        draw(d, ", checkpoint_cost: #1..400s, checkpoint: young-daly");
    maybe(d, 20, ", job_failures: #0..2.#0..9 /d");
}

static void put_constraints(struct drawing *d)
{
    maybe(d, 8, ", pools: [p0]");
    maybe(d, 8, ", memory: #40..99 GB");
    maybe(d, 8, ", jurisdiction: [eu, us]");
    bool south = chance(d, 8);
    if (d->options->apart)
        put(d, ", exclude_providers: [apart%s]", south ? ", south" : "");
    else if (south)
        put(d, ", exclude_providers: [south]");
    maybe(d, 5, ", isolation: dedicated");
    maybe(d, 5, ", classes: [h100-sxm]");
}

static void put_profile(struct drawing *d, double per_d)
{
    put(d,
        ", model: {name: profile, jobs_per_day: %.3f, growth: %u %%/y, utc_offset: -8h",
        per_d, (unsigned)below(d, 100));
    if (chance(d, 30)) {
        put(d, ", hours: {0: 1");
        for (int hour = 1; hour < 24; hour++)
            put(d, ", %d: %u", hour, 1 + (unsigned)below(d, 9));
        put(d, "}");
    } else {
        maybe(d, 50, ", peak_hour: #0..23, peak_to_trough: #1..4.5");
    }
    maybe(d, 50, ", weekend: 0.#1..9");
    maybe(d, 50, ", sizes: {1: 0.8, 8: 0.2}, size_exponent: 0.#0..3");
    maybe(d, 50, ", median: #60..999s, mean: #2000..9999s, longest: #10..30d");
    put(d, "}}\n");
}

static void put_model(struct drawing *d)
{
    static const char *const services[] = {"exponential", "constant", "lognormal"};
    put(d, "  - {name: model");
    put_source(d);
    put_constraints(d);
    maybe(d, 40, ", limit_ratio: 1.#0..9");
    double per_d = 20 + 300 * unit(d);
    if (chance(d, 40))
        put_bursty(d, per_d / (double)d->days);
    else if (chance(d, 20))
        put(d,
            ", model: {name: poisson, rate: %.3f /d, gpus: %u, service: lognormal, "
            "cv: 1.%u}}\n",
            per_d / (double)d->days, 1 + (unsigned)below(d, 12),
            (unsigned)below(d, 10));
    else if (chance(d, 60))
        put(d,
            ", model: {name: poisson, rate: %.3f /d, duration: %umin, service: %s, "
            "sizes: {1: 5, 2: 2, 8: 1, 16: 0.3}}}\n",
            per_d / (double)d->days, (unsigned)(5 + below(d, 900)), PICK(d, services));
    else
        put_profile(d, per_d / (double)d->days);
}

void put_demand(struct drawing *d, struct random_scenario *scenario)
{
    bool model = !d->until_idle && chance(d, 35);
    /* Blocks of up to a week, of which there must be two on each weekday. */
    bool blocks = draw_jobs(d, scenario) > 22 * INT64_C(86400000) && !d->until_idle;
    put(d, "demand:\n  - {%sjobs: jobs.csv", chance(d, 30) ? "name: trace, " : "");
    if (blocks && chance(d, 25))
        draw(d, ", bootstrap: #1..7d");
    else
        put(d, ", align: %s, after_end: %s", chance(d, 30) ? "to-start" : "as-is",
            !d->until_idle && chance(d, 15) ? "repeat" : "stop");
    put_source(d);
    put_constraints(d);
    maybe(d, 20, ", scale: #0..1.#1..9");
    if (!d->until_idle)
        maybe(d, 20, ", growth: #-30..59 %/y");
    put(d, "}\n");
    if (model)
        put_model(d);
    put_level(d);
    if (d->options->apart >= APART_EMPTY)
        put(d,
            "  - {name: newcomer, tenant: newcomer, jobs: %s, after_end: stop, "
            "reference_class: h100-sxm, pools: [apart]}\n",
            d->options->apart == APART_EMPTY ? "one.csv" : "newcomer.csv");
    if (!chance(d, 25))
        return;
    draw_initial(d, scenario);
    put(d, "initial: {jobs: initial.csv");
    if (d->options->apart)
        put(d, ", exclude_providers: [apart]");
    put_source(d);
    put(d, "}\n");
}
