/* What `tenure run` says of a run, from its files: the same sentences and numbers. */

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "output/brief_parts.h"
#include "report/parts.h"

/* A paragraph becomes a sentence of the page, if there is anything in it. */
static void keep(struct report *report, const struct paragraph *text)
{
    if (text->used)
        report_say(report, text->text);
}

static double value(const struct saved_run *run, const char *metric)
{
    return saved_run_value(run, "total", metric);
}

static int64_t count(const struct saved_run *run, const char *metric)
{
    return llround(value(run, metric));
}

static void say_levels(struct paragraph *text, const struct saved_run *run)
{
    double wanted = value(run, "level_demand_gpu_h");
    double served = value(run, "level_served_gpu_h");
    if (!saved_run_metric(run, "total", "level_demand_gpu_h"))
        return;
    paragraph_say(text, ", levels wanted %s GPU-h and %s", brief_short(wanted).text,
                  wanted == served ? "got them" : "lacked");
    if (wanted > served)
        paragraph_say(text, " %s of them (%.2f %%)", brief_short(wanted - served).text,
                      100 * (wanted - served) / wanted);
}

static void say_header(struct report *report, const struct saved_run *run)
{
    char from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    struct paragraph text = {.used = 0};
    int64_t running = count(run, "jobs_running"), waiting = count(run, "jobs_waiting");
    calendar_format(run->start_unix_ms, from);
    calendar_format(run->end_unix_ms, to);
    paragraph_say(&text, "%s: %.10s to %.10s,", *run->name ? run->name : "run", from,
                  to);
    paragraph_say(
        &text, " %" PRId64 " jobs, %s useful GPU-h,", count(run, "jobs_arrived"),
        brief_short(value(run, "useful_gpu_h") + value(run, "level_served_gpu_h"))
            .text);
    paragraph_say(&text, " %" PRId64 " finished", count(run, "jobs_finished"));
    if (running + waiting > 0)
        paragraph_say(&text, ", %" PRId64 " running and %" PRId64 " waiting at the end",
                      running, waiting);
    say_levels(&text, run);
    if (count(run, "jobs_refused") > 0)
        paragraph_say(&text, ", %" PRId64 " refused", count(run, "jobs_refused"));
    if (count(run, "jobs_abandoned") > 0)
        paragraph_say(&text, ", %" PRId64 " gave up", count(run, "jobs_abandoned"));
    paragraph_say(&text, ".");
    keep(report, &text);
}

static double once_usd(const struct saved_run *run)
{
    static const enum account accounts[] = {ACCOUNT_EXIT_FEE, ACCOUNT_DISPOSAL,
                                            ACCOUNT_IMPAIRMENT};
    double sum = 0;
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        char name[64];
        metric_of_account(BASIS_ECONOMIC, accounts[i], name);
        sum += saved_run_value(run, "fixed", name);
    }
    return sum;
}

static void say_idle(struct report *report, const struct saved_run *run)
{
    struct paragraph text = {.used = 0};
    double capacity = saved_run_value(run, "fixed", "capacity_gpu_h");
    double idle = saved_run_value(run, "fixed", "idle_gpu_h");
    if (capacity == 0)
        return;
    paragraph_say(&text,
                  "Idle: %s of %s owned and leased GPU-h (%.1f %%) stood idle, at a "
                  "cost of %s USD",
                  brief_short(idle).text, brief_short(capacity).text,
                  100 * idle / capacity,
                  brief_short(saved_run_value(run, "fixed", "idle_usd")).text);
    if (once_usd(run) != 0)
        paragraph_say(&text, " (of it %s exit fees, losses on sales and impairment)",
                      brief_short(once_usd(run)).text);
    if (idle > 0)
        paragraph_say(
            &text, ": %s GPU-h without demand, %s free but not fitting, %s held",
            brief_short(saved_run_value(run, "fixed", "idle_no_demand_gpu_h")).text,
            brief_short(saved_run_value(run, "fixed", "idle_fragmented_gpu_h")).text,
            brief_short(saved_run_value(run, "fixed", "idle_held_gpu_h")).text);
    paragraph_say(&text, ".");
    keep(report, &text);
}

/* Over the pools of one tenure. */
static double sum_of(const struct saved_run *run, enum tenure tenure,
                     const char *metric)
{
    double sum = 0;
    for (size_t i = 0; i < run->n_pools; i++)
        if (run->pools[i].tenure == tenure)
            sum += saved_run_value(run, run->pools[i].name, metric);
    return sum;
}

static void say_rented(struct report *report, const struct saved_run *run)
{
    struct brief_rented rented[BRIEF_RENTED];
    struct paragraph text = {.used = 0};
    for (size_t k = 0; k < BRIEF_RENTED; k++) {
        enum tenure tenure = brief_rented_tenures[k];
        rented[k] = (struct brief_rented){
            .capacity_gpu_h = sum_of(run, tenure, "capacity_gpu_h"),
            .useful_gpu_h = sum_of(run, tenure, "busy_useful_gpu_h"),
            .overhead_gpu_h = sum_of(run, tenure, "busy_overhead_gpu_h"),
            .usd = sum_of(run, tenure, "economic_usd"),
        };
    }
    brief_words_rented(&text, sum_of(run, TENURE_OWN, "capacity_gpu_h") > 0, rented);
    keep(report, &text);
}

static void say_events(struct report *report, const struct saved_run *run)
{
    struct paragraph text = {.used = 0};
    struct brief_events events = {
        .failures = count(run, "failures"),
        .losses = count(run, "losses"),
        .interruptions = count(run, "interruptions"),
        .overhead_gpu_h = value(run, "busy_overhead_gpu_h"),
        .down_gpu_h = value(run, "down_gpu_h"),
    };
    for (size_t i = 0; i < run->n_pools; i++)
        events.outages += llround(saved_run_value(run, run->pools[i].name, "outages"));
    brief_words_events(&text, &events);
    keep(report, &text);
}

/* The sentence on top: what it costs, how well it is used, how long jobs wait. */
static const char *lead_of(const struct report_dir *dir, struct arena *arena)
{
    const struct saved_run *run = dir->run;
    char from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    struct paragraph text = {.used = 0};
    calendar_format(run->start_unix_ms, from);
    calendar_format(run->end_unix_ms, to);
    paragraph_say(&text, "From %.10s to %.10s %s costs %s", from, to, dir->name,
                  report_value(run, "total", "economic_usd", REPORT_USD, arena));
    if (saved_run_metric(run, "total", "economic_usd_per_useful_gpu_h"))
        paragraph_say(&text, ", %s USD per useful GPU-hour",
                      report_value(run, "total", "economic_usd_per_useful_gpu_h",
                                   REPORT_UNIT_COST, arena));
    if (saved_run_metric(run, "fixed", "utilization_frac"))
        paragraph_say(
            &text,
            "; of what is owned and leased %s is used, and the idle rest costs %s",
            report_value(run, "fixed", "utilization_frac", REPORT_PERCENT, arena),
            report_value(run, "fixed", "idle_usd", REPORT_USD, arena));
    paragraph_say(&text, ".");
    if (saved_run_metric(run, "total", "wait_p95_s"))
        paragraph_say(&text, " Jobs wait %s on average; 95 %% of them at most %s.",
                      report_value(run, "total", "wait_mean_s", REPORT_DURATION, arena),
                      report_value(run, "total", "wait_p95_s", REPORT_DURATION, arena));
    return arena_strdup(arena, text.text);
}

static void say_warnings(struct report *report, const struct report_dir *dir)
{
    const json_t *list = json_object_get(dir->manifest, "warnings");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *sentence = json_string_value(json_array_get(list, i));
        struct paragraph text = {.used = 0};
        if (!sentence || !*sentence)
            continue;
        paragraph_say(&text, "Warning: %s%s", sentence,
                      ispunct((unsigned char)sentence[strlen(sentence) - 1]) ? ""
                                                                             : ".");
        keep(report, &text);
    }
}

void answer_run(struct report *report, const struct report_dir *dir)
{
    const struct saved_run *run = dir->run;
    if (!report->lead)
        report->lead = lead_of(dir, &report->arena);
    say_header(report, run);
    say_idle(report, run);
    say_rented(report, run);
    say_events(report, run);
    answer_levelised(report, run);
    answer_taxes(report, run);
    answer_service(report, run);
    say_warnings(report, dir);
}
