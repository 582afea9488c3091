/* A comparison in sentences: service, then money, then what stands against it. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/quantity.h"
#include "output/brief.h"
#include "output/compare.h"
#include "output/prose.h"

#define SENTENCES_MAX 16

struct list {
    struct arena *arena;
    const char **text;
    size_t n;
};

static void keep(struct list *list, struct paragraph *text)
{
    if (text->used)
        list->text[list->n++] = arena_strdup(list->arena, text->text);
    *text = (struct paragraph){.used = 0};
}

struct number {
    char text[BRIEF_TEXT];
};

static struct number number(double value)
{
    struct number result;
    brief_number(result.text, value);
    return result;
}

static struct number duration(double seconds)
{
    struct number result;
    brief_duration(result.text, llround(fabs(seconds) * 1e3));
    return result;
}

static struct number unit_cost(double value)
{
    struct number result;
    brief_unit_cost(result.text, value);
    return result;
}

struct values {
    double a, b;
    bool both;
};

static struct values values_of(const struct compare *compare, const char *metric)
{
    return (struct values){
        saved_run_value(compare->runs[0], "total", metric),
        saved_run_value(compare->runs[1], "total", metric),
        saved_run_metric(compare->runs[0], "total", metric) &&
            saved_run_metric(compare->runs[1], "total", metric),
    };
}

static const char *letter(const struct compare *compare, int side)
{
    return saved_run_letter(compare->runs, side);
}

/* "B ", or "B costs " */
static struct number second(const struct compare *compare, const char *does)
{
    struct number result;
    snprintf(result.text, sizeof result.text, "%s %s", letter(compare, 1), does);
    return result;
}

/* Service. */

static const struct {
    const char *metric, *more, *fewer;
} failures[] = {
    {"jobs_refused", "refuses %s more jobs", "refuses %s fewer jobs"},
    {"jobs_abandoned", "loses %s more jobs that give up",
     "loses %s fewer jobs that give up"},
    {"jobs_waiting", "leaves %s more jobs waiting at the end",
     "leaves %s fewer jobs waiting at the end"},
    {"jobs_missed", "misses %s more deadlines", "misses %s fewer deadlines"},
};
#define FAILURES (sizeof failures / sizeof failures[0])

static const char *const wait_metrics[] = {"wait_mean_s", "wait_p95_s"};
#define WAITS (sizeof wait_metrics / sizeof wait_metrics[0])

/* GPU-hours that may be wanted or lacked by levels more in one run: as of jobs. */
static double level_most(const struct compare *compare)
{
    struct values wanted = values_of(compare, "level_demand_gpu_h");
    return COMPARE_JOBS_FRAC * fmax(wanted.a, wanted.b);
}

/* Whether a run (0 is A) serves worse than the other, in any of the measures and beyond
 * its threshold. */
static bool is_worse(const struct compare *compare, int side)
{
    struct values arrived = values_of(compare, "jobs_arrived");
    struct values work = values_of(compare, "work_h");
    double sign = side ? 1 : -1;
    double jobs_most = COMPARE_JOBS_FRAC * fmax(arrived.a, arrived.b);
    if (sign * (work.a - work.b) > COMPARE_WORK_FRAC * fmax(work.a, work.b))
        return true;
    for (size_t i = 0; i < FAILURES; i++) {
        struct values jobs = values_of(compare, failures[i].metric);
        if (sign * (jobs.b - jobs.a) > jobs_most)
            return true;
    }
    struct values lacked = values_of(compare, "unserved_gpu_h");
    if (sign * (lacked.b - lacked.a) > level_most(compare))
        return true;
    for (size_t i = 0; i < WAITS; i++) {
        struct values wait = values_of(compare, wait_metrics[i]);
        double most =
            fmax(COMPARE_WAIT_FRAC * fmax(wait.a, wait.b), COMPARE_WAIT_MS / 1e3);
        if (sign * (wait.b - wait.a) > most)
            return true;
    }
    return false;
}

bool compare_is_same_service(const struct compare *compare)
{
    struct values arrived = values_of(compare, "jobs_arrived");
    struct values wanted = values_of(compare, "level_demand_gpu_h");
    return fabs(wanted.b - wanted.a) <= level_most(compare) &&
           fabs(arrived.b - arrived.a) <=
               COMPARE_JOBS_FRAC * fmax(arrived.a, arrived.b) &&
           !is_worse(compare, 0) && !is_worse(compare, 1);
}

static void say_failures(struct paragraph *text, const struct compare *compare,
                         const char **comma)
{
    for (size_t i = 0; i < FAILURES; i++) {
        struct values jobs = values_of(compare, failures[i].metric);
        if (jobs.a == jobs.b)
            continue;
        bool more = jobs.b > jobs.a;
        const char *form = more ? failures[i].more : failures[i].fewer;
        const char *count = number(fabs(jobs.b - jobs.a)).text;
        const char *gap = strstr(form, "%s");
        paragraph_say(text, "%s%.*s%s%s", *comma, (int)(gap - form), form, count,
                      gap + 2);
        *comma = ", ";
    }
}

static void say_levels(struct paragraph *text, const struct compare *compare,
                       const char **comma)
{
    struct values wanted = values_of(compare, "level_demand_gpu_h");
    struct values lacked = values_of(compare, "unserved_gpu_h");
    if (wanted.a != wanted.b) {
        paragraph_say(text, "%sis asked for %s GPU-h %s by levels", *comma,
                      number(fabs(wanted.b - wanted.a)).text,
                      wanted.b > wanted.a ? "more" : "less");
        *comma = ", ";
    }
    if (lacked.a != lacked.b) {
        paragraph_say(text, "%sleaves %s GPU-h %s of levels unserved", *comma,
                      number(fabs(lacked.b - lacked.a)).text,
                      lacked.b > lacked.a ? "more" : "less");
        *comma = ", ";
    }
}

static void say_waits(struct paragraph *text, const struct compare *compare,
                      const char **comma)
{
    struct values delayed = values_of(compare, "jobs_delayed");
    struct values mean = values_of(compare, "wait_mean_s");
    struct values p95 = values_of(compare, "wait_p95_s");
    if (delayed.a != delayed.b) {
        paragraph_say(text, "%slets %s %s jobs wait", *comma,
                      number(fabs(delayed.b - delayed.a)).text,
                      delayed.b > delayed.a ? "more" : "fewer");
        *comma = ", ";
    }
    if (mean.both && mean.a != mean.b) {
        paragraph_say(text, "%sthe mean wait is %s %s (%s against %s)", *comma,
                      duration(mean.b - mean.a).text,
                      mean.b > mean.a ? "longer" : "shorter", duration(mean.b).text,
                      duration(mean.a).text);
        *comma = ", ";
    }
    if (p95.both && p95.a != p95.b) {
        paragraph_say(text, "%sthe 95th percentile %s %s (%s against %s)", *comma,
                      duration(p95.b - p95.a).text,
                      p95.b > p95.a ? "longer" : "shorter", duration(p95.b).text,
                      duration(p95.a).text);
        *comma = ", ";
    }
}

static void say_work(struct paragraph *text, const struct compare *compare,
                     const char **comma)
{
    struct values arrived = values_of(compare, "jobs_arrived");
    struct values work = values_of(compare, "work_h");
    if (arrived.a != arrived.b)
        paragraph_say(text, "%sis given %s %s jobs", *comma,
                      number(fabs(arrived.b - arrived.a)).text,
                      arrived.b > arrived.a ? "more" : "fewer");
    else if (fabs(work.b - work.a) > COMPARE_WORK_FRAC * fmax(work.a, work.b))
        paragraph_say(text, "%sfinishes %.1f %% %s work", *comma,
                      100 * fabs(work.b - work.a) / fmax(work.a, 1e-9),
                      work.b > work.a ? "more" : "less");
    else
        return;
    *comma = ", ";
}

static void say_service(struct paragraph *text, const struct compare *compare)
{
    struct number begin = second(compare, "");
    const char *comma = begin.text;
    struct paragraph how = {.used = 0};
    say_work(&how, compare, &comma);
    say_failures(&how, compare, &comma);
    say_levels(&how, compare, &comma);
    say_waits(&how, compare, &comma);
    if (how.used == 0)
        paragraph_say(text, "Service is the same: %s fare alike in both",
                      level_most(compare) > 0 ? "jobs and levels" : "jobs");
    else if (compare->same_service)
        paragraph_say(text, "Service is the same within the thresholds below: %s",
                      how.text);
    else
        paragraph_say(text, "Service differs: %s", how.text);
    paragraph_say(text, ".");
}

/* " (2.3 %)", where that is not 0.0. */
static struct number share(int64_t count, double n)
{
    struct number result = {""};
    if (100 * (double)count / n >= 0.05)
        snprintf(result.text, sizeof result.text, " (%.1f %%)",
                 100 * (double)count / n);
    return result;
}

static void say_pairs(struct paragraph *text, const struct compare *compare)
{
    const struct compare_pairs *pairs = &compare->pairs;
    if (!pairs->same_demand || pairs->n == 0 || pairs->longer + pairs->shorter == 0)
        return;
    double n = (double)pairs->n;
    paragraph_say(
        text,
        "Job by job: of %" PRId64 " jobs %" PRId64 "%s wait longer in %s and %" PRId64
        "%s shorter; on average a job waits %s %s",
        pairs->n, pairs->longer, share(pairs->longer, n).text, letter(compare, 1),
        pairs->shorter, share(pairs->shorter, n).text, duration(pairs->mean_s).text,
        pairs->mean_s < 0 ? "shorter" : "longer");
    if (!isnan(pairs->error_s))
        paragraph_say(text, " (standard error %s)", duration(pairs->error_s).text);
    paragraph_say(text, ".");
}

/* Money. */

/* "B costs 1.16M USD more in economic cost (25.8M against 24.7M, +4.7 %)". */
static void say_cost(struct paragraph *text, struct values cost, const char *what,
                     const char *begin)
{
    double difference = cost.b - cost.a;
    if (difference == 0) {
        paragraph_say(text, "%sthe same %s (%s USD)", begin, what, number(cost.a).text);
        return;
    }
    paragraph_say(text, "%s%s USD %s %s (%s against %s", begin,
                  number(fabs(difference)).text, difference < 0 ? "less" : "more", what,
                  number(cost.b).text, number(cost.a).text);
    if (cost.a > 0 && fabs(difference / cost.a) >= 0.0005)
        paragraph_say(text, ", %+.1f %%", 100 * difference / cost.a);
    paragraph_say(text, ")");
}

static void say_across_classes(struct paragraph *text, const struct compare *compare)
{
    struct values work = values_of(compare, "usd_per_work_h");
    if (!work.both)
        return;
    paragraph_say(text,
                  " Per GPU-h of finished work on the reference class, %s comes to %s "
                  "and %s to %s USD of economic cost; levelised cost per useful GPU-h "
                  "ranks nothing here, where pools are of several classes.",
                  letter(compare, 1), unit_cost(work.b).text, letter(compare, 0),
                  unit_cost(work.a).text);
}

/* Whether a pool's GPUs are within their book life when the run ends; what was added
 * during the run is taken to be. */
static bool ends_within_life(const struct saved_run *run, const char *pool)
{
    static const char *const additions[] = {"changes", "orders", "procure"};
    char name[128];
    struct span life;
    struct error err;
    int64_t from = run->start_unix_ms;
    for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
        size_t n =
            (size_t)snprintf(name, sizeof name, "pools.%s.%s", pool, additions[i]);
        for (size_t k = 0; k < run->n_params; k++)
            if (strncmp(run->params[k].name, name, n) == 0)
                return true;
    }
    snprintf(name, sizeof name, "pools.%s.in_service", pool);
    const char *text = saved_run_param(run, name);
    if (text && !calendar_parse(text, strlen(text), &from, &err))
        return false;
    snprintf(name, sizeof name, "pools.%s.life", pool);
    text = saved_run_param(run, name);
    return text && quantity_span(text, &life, &err) &&
           calendar_add(from, life) > run->end_unix_ms;
}

struct compare_sale compare_sale_of(const struct saved_run *run)
{
    struct compare_sale sale = {0};
    const char *closing = saved_run_param(run, "closing");
    for (size_t i = 0; closing && strcmp(closing, "market") == 0 && i < run->n_pools;
         i++) {
        const char *pool = run->pools[i].name;
        if (run->pools[i].tenure != TENURE_OWN || !ends_within_life(run, pool))
            continue;
        sale.market_usd += saved_run_value(run, pool, "closing_market_usd");
        sale.book_usd += saved_run_value(run, pool, "closing_book_usd");
    }
    return sale;
}

static bool sells(const struct saved_run *run)
{
    struct compare_sale sale = compare_sale_of(run);
    return sale.market_usd != sale.book_usd;
}

/* One answer for who sells, another for who keeps. */
static void say_sales(struct paragraph *text, const struct compare *compare)
{
    const char *begin = " Present values sell what is owned at the end: ";
    for (int r = 0; r < 2; r++) {
        struct compare_sale sale = compare_sale_of(compare->runs[r]);
        if (!sells(compare->runs[r]))
            continue;
        paragraph_say(text, "%s%s for %s USD (by the books %s)", begin,
                      letter(compare, r), number(sale.market_usd).text,
                      number(sale.book_usd).text);
        begin = ", ";
    }
    paragraph_say(text,
                  ". They decide if you would sell; if you would keep it, run its "
                  "whole life, or say `closing: book`, in both runs.");
}

static void say_money(struct paragraph *text, const struct compare *compare)
{
    struct values economic = values_of(compare, "economic_usd");
    struct values npv = values_of(compare, "npv_usd");
    struct values unit = values_of(compare, "levelised_usd_per_useful_gpu_h");
    double differ = (economic.b - economic.a) * (npv.b - npv.a);
    bool sale = sells(compare->runs[0]) || sells(compare->runs[1]);
    say_cost(text, economic, "in economic cost of the period",
             second(compare, "costs ").text);
    say_cost(text, npv, "in net present cost", differ < 0 ? ", but " : ", and ");
    paragraph_say(text, ".");
    if (saved_runs_mix_classes(compare->runs, 2))
        say_across_classes(text, compare);
    else if (unit.both)
        paragraph_say(
            text, " Levelised, %s comes to %s and %s to %s USD per useful GPU-h%s.",
            letter(compare, 1), unit_cost(unit.b).text, letter(compare, 0),
            unit_cost(unit.a).text, sale ? "" : ", the figure to rank mixes by");
    if (sale)
        say_sales(text, compare);
    else if (differ < 0)
        paragraph_say(text,
                      " The two disagree: the net present cost takes what is left "
                      "at the end at its closing value, economic cost spreads "
                      "purchases over their life.");
}

/* The run that serves better and costs less by both measures, or -1. */
static int dominant(const struct compare *compare)
{
    struct values economic = values_of(compare, "economic_usd");
    struct values npv = values_of(compare, "npv_usd");
    for (int side = 0; side < 2; side++) {
        double sign = side ? 1 : -1;
        if (compare->pairs.same_demand && !is_worse(compare, side) &&
            is_worse(compare, !side) && sign * (economic.b - economic.a) < 0 &&
            sign * (npv.b - npv.a) < 0)
            return side;
    }
    return -1;
}

static void say_verdict(struct paragraph *text, const struct compare *compare)
{
    struct values priced = values_of(compare, "economic_with_service_usd");
    int better = dominant(compare);
    if (better >= 0)
        paragraph_say(text, "%s serves better and costs less, by both measures.",
                      letter(compare, better));
    else if (priced.both) {
        say_cost(text, priced, "with service at the scenario's price",
                 second(compare, "costs ").text);
        paragraph_say(text, ".");
    } else if (!compare->same_service)
        paragraph_say(text,
                      "Money alone does not rank the two, for service differs by more "
                      "than the thresholds below: bring it to the same level, or price "
                      "it (`service:` in the scenario).");
}

static void say_compliance(struct paragraph *text, const struct compare *compare)
{
    if (!compare->relaxed)
        return;
    int keeps = compare->constrained;
    struct values economic = values_of(compare, "economic_usd");
    struct values npv = values_of(compare, "npv_usd");
    double sign = keeps ? 1 : -1, relaxed = keeps ? economic.a : economic.b;
    double cost = sign * (economic.b - economic.a);
    paragraph_say(text,
                  "Cost of compliance (%s): %s USD of economic cost, and %s USD of net "
                  "present cost; what %s, which keeps it, costs more than %s, which "
                  "relaxes it and else is the same",
                  compare->relaxed, number(cost).text,
                  number(sign * (npv.b - npv.a)).text, letter(compare, keeps),
                  letter(compare, !keeps));
    if (relaxed > 0)
        paragraph_say(text, " (%+.1f %%)", 100 * cost / relaxed);
    paragraph_say(text, ".");
    if (!compare->same_service)
        paragraph_say(text, " The service above is part of its cost.");
}

/* What stands against it. */

static void warn_period(struct paragraph *text, const struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    char dates[4][CALENDAR_TEXT];
    if (a->start_unix_ms == b->start_unix_ms && a->end_unix_ms == b->end_unix_ms)
        return;
    calendar_format(a->start_unix_ms, dates[0]);
    calendar_format(a->end_unix_ms, dates[1]);
    calendar_format(b->start_unix_ms, dates[2]);
    calendar_format(b->end_unix_ms, dates[3]);
    paragraph_say(text,
                  "The periods differ (%.10s to %.10s, and %.10s to %.10s): compare "
                  "rates and unit costs, not sums.",
                  dates[0], dates[1], dates[2], dates[3]);
}

static void warn_demand(struct paragraph *text, const struct compare *compare)
{
    const struct compare_pairs *pairs = &compare->pairs;
    if (!pairs->same_demand)
        paragraph_say(
            text,
            "The demand is not the same: %" PRId64 " jobs are in %s alone and "
            "%" PRId64 " in %s alone, so waits are not paired.",
            pairs->only[0], letter(compare, 0), pairs->only[1], letter(compare, 1));
}

static void warn_draws(struct paragraph *text, const struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    if (a->seed != b->seed || a->replication != b->replication)
        paragraph_say(text, "Seed or replication differ: part of the difference is "
                            "chance.");
}

static void warn_program(struct paragraph *text, const struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    if (strcmp(a->version, b->version) != 0)
        paragraph_say(text,
                      "%s was made by version %s and %s by version %s: see \"Results "
                      "changed\" in the changelog.",
                      letter(compare, 0), a->version, letter(compare, 1), b->version);
    else if (strcmp(a->fingerprint, b->fingerprint) != 0)
        paragraph_say(text, "The machines compute differently in the last digits "
                            "(numeric fingerprints differ).");
}

void compare_say(struct compare *compare)
{
    static void (*const sentences[])(struct paragraph *, const struct compare *) = {
        say_service, say_pairs, say_money, say_verdict, say_compliance};
    static void (*const warnings[])(struct paragraph *, const struct compare *) = {
        warn_period, warn_demand, warn_draws, warn_program};
    struct list said = {.arena = &compare->arena}, warned = {.arena = &compare->arena};
    struct paragraph text = {.used = 0};
    said.text = ARENA_ARRAY(&compare->arena, SENTENCES_MAX, const char *);
    warned.text = ARENA_ARRAY(&compare->arena, SENTENCES_MAX, const char *);
    compare->same_service = compare_is_same_service(compare);
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        sentences[i](&text, compare);
        keep(&said, &text);
    }
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
        warnings[i](&text, compare);
        keep(&warned, &text);
    }
    compare->sentences = said.text;
    compare->warnings = warned.text;
}
