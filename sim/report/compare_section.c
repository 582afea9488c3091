/* Several runs side by side, the others against the first. */

#include <math.h>
#include <string.h>

#include "output/bridge.h"
#include "output/brief_parts.h"
#include "output/compare.h"
#include "report/parts.h"

static const struct line {
    const char *label, *scope, *metric;
    enum report_form form;
    bool may_be_zero; /* left out where it is 0 everywhere */
} lines[] = {
    {"Jobs finished", "total", "jobs_finished", REPORT_COUNT, false},
    {"Jobs refused", "total", "jobs_refused", REPORT_COUNT, true},
    {"Jobs that gave up", "total", "jobs_abandoned", REPORT_COUNT, true},
    {"Jobs waiting at the end", "total", "jobs_waiting", REPORT_COUNT, true},
    {"Deadlines missed", "total", "jobs_missed", REPORT_COUNT, true},
    {"Wait, mean", "total", "wait_mean_s", REPORT_DURATION, false},
    {"Wait, 95th percentile", "total", "wait_p95_s", REPORT_DURATION, false},
    {"Wait, longest", "total", "wait_max_s", REPORT_DURATION, false},
    {"Unserved level, GPU-h", "total", "unserved_gpu_h", REPORT_NUMBER, true},
    {"Net present cost, USD", "total", "npv_usd", REPORT_NUMBER, false},
    {"After tax, USD", "total", "npv_after_tax_usd", REPORT_NUMBER, true},
    {"Levelised, USD per useful GPU-h", "total", "levelised_usd_per_useful_gpu_h",
     REPORT_UNIT_COST, false},
    {"Economic cost, USD", "total", "economic_usd", REPORT_NUMBER, false},
    {"Economic, with service, USD", "total", "economic_with_service_usd", REPORT_NUMBER,
     true},
    {"Economic, USD per useful GPU-h", "total", "economic_usd_per_useful_gpu_h",
     REPORT_UNIT_COST, false},
    {"Accrued cost, USD", "total", "accrual_usd", REPORT_NUMBER, false},
    {"Cash paid, USD", "total", "cash_usd", REPORT_NUMBER, false},
    {"Left at the end, USD", "total", "closing_usd", REPORT_NUMBER, true},
    {"Leases still owed, USD", "total", "commitment_usd", REPORT_NUMBER, true},
    {"Useful GPU-h", "total", "busy_useful_gpu_h", REPORT_NUMBER, false},
    {"Idle GPU-h", "total", "idle_gpu_h", REPORT_NUMBER, true},
    {"Cost of idle, USD", "total", "idle_usd", REPORT_NUMBER, true},
    {"Used, of owned and leased", "fixed", "utilization_frac", REPORT_PERCENT, true},
};
#define LINES (sizeof lines / sizeof lines[0])

static bool is_shown(const struct report *report, const struct line *line)
{
    bool there = false, zero = true;
    for (size_t i = 0; i < report->n_runs; i++) {
        const struct saved_run *run = report->runs[i]->run;
        there |= saved_run_metric(run, line->scope, line->metric) != NULL;
        zero &= saved_run_value(run, line->scope, line->metric) == 0;
    }
    return there && !(zero && line->may_be_zero);
}

/* "-32.8 %" of the first run's, "+0.5 pt" of shares; "" where there is nothing to say.
 */
static const char *change_of(const struct saved_run *first, const struct saved_run *run,
                             const struct line *line, struct arena *arena)
{
    double a = saved_run_value(first, line->scope, line->metric);
    double b = saved_run_value(run, line->scope, line->metric);
    if (!saved_run_metric(first, line->scope, line->metric) ||
        !saved_run_metric(run, line->scope, line->metric))
        return "";
    if (a == b)
        return "=";
    double change = line->form == REPORT_PERCENT ? 100 * (b - a) : 100 * (b - a) / a;
    const char *unit = line->form == REPORT_PERCENT ? "pt" : "%";
    if (a <= 0 && line->form != REPORT_PERCENT)
        return "";
    if (fabs(change) >= 1000)
        return arena_printf(arena, "x %.0f", b / a);
    return arena_printf(arena, fabs(change) < 0.05 ? "%.1f %s" : "%+.1f %s",
                        fabs(change) < 0.05 ? 0 : change, unit);
}

static json_t *side_by_side(struct report *report)
{
    struct arena *arena = &report->arena;
    json_t *table = block_table("Side by side", false);
    table_column(table, "", "text");
    for (size_t i = 0; i < report->n_runs; i++) {
        table_column(table, report->runs[i]->label, "number");
        if (i > 0)
            table_column(table, arena_printf(arena, "%s - A", report->runs[i]->letter),
                         "number");
    }
    for (size_t k = 0; k < LINES; k++) {
        const struct line *line = &lines[k];
        if (!is_shown(report, line))
            continue;
        json_t *row = table_row(table);
        row_text(row, line->label);
        for (size_t i = 0; i < report->n_runs; i++) {
            const struct saved_run *run = report->runs[i]->run;
            const char *exact = report_exact(run, line->scope, line->metric, arena);
            row_exact(row,
                      report_value(run, line->scope, line->metric, line->form, arena),
                      exact);
            if (i > 0)
                row_text(row, change_of(report->runs[0]->run, run, line, arena));
        }
    }
    return table;
}

/* ---- the answer ---- */

/* The runs that cost least by a metric. */
struct least {
    double usd;
    size_t n;
    const char *who; /* "A own", "A own and B leased" */
    const char *cost;
};

static struct least least_of(struct report *report, const char *metric)
{
    struct arena *arena = &report->arena;
    struct least least = {.usd = INFINITY};
    for (size_t i = 0; i < report->n_runs; i++) {
        const struct report_dir *dir = report->runs[i];
        double usd = saved_run_value(dir->run, "total", metric);
        if (usd < least.usd) {
            least = (struct least){.usd = usd, .n = 1, .who = dir->label};
            least.cost = report_value(dir->run, "total", metric, REPORT_USD, arena);
        } else if (usd == least.usd) {
            least.n++;
            least.who = arena_printf(arena, "%s and %s", least.who, dir->label);
        }
    }
    return least;
}

/* "A own costs least", "A own and B leased cost least" */
static const char *costs_least(const struct least *least, struct arena *arena)
{
    return arena_printf(arena, "%s cost%s least", least->who, least->n == 1 ? "s" : "");
}

static const char *lead_of(struct report *report)
{
    struct arena *arena = &report->arena;
    struct least now = least_of(report, "economic_usd");
    struct least present = least_of(report, "npv_usd");
    bool two = report->n_runs == 2;
    const char *of = two ? "the two" : arena_printf(arena, "%zu", report->n_runs);
    const char *all = two ? "The two" : arena_printf(arena, "All %s", of);
    if (now.n == report->n_runs && present.n == report->n_runs)
        return arena_printf(arena,
                            "%s cost the same by both measures: %s of economic cost in "
                            "the period, and %s of net present cost.",
                            all, now.cost, present.cost);
    if (now.n == report->n_runs)
        return arena_printf(arena,
                            "%s cost the same in the period, %s of economic cost; by "
                            "net present cost %s, %s.",
                            all, now.cost, costs_least(&present, arena), present.cost);
    if (present.n == report->n_runs)
        return arena_printf(arena,
                            "%s cost the same by net present cost, %s; in the period "
                            "%s, %s of economic cost.",
                            all, present.cost, costs_least(&now, arena), now.cost);
    if (strcmp(now.who, present.who) == 0)
        return arena_printf(arena,
                            "Of %s, %s by both measures: %s of economic cost in the "
                            "period, and %s of net present cost.",
                            of, costs_least(&now, arena), now.cost, present.cost);
    return arena_printf(arena,
                        "Of %s, %s in the period, %s of economic cost, and %s by net "
                        "present cost, %s.",
                        of, costs_least(&now, arena), now.cost, present.who,
                        present.cost);
}

/* ---- pairs ---- */

/* Of "pools.own.gpus" the pool, where only one of the two has it; else NULL. */
static const char *pool_of_one(const struct compare *compare, const char *name,
                               struct arena *arena)
{
    if (strncmp(name, "pools.", 6) != 0)
        return NULL;
    const char *pool = arena_strndup(arena, name + 6, strcspn(name + 6, "."));
    bool a = saved_run_pool(compare->runs[0], pool) >= 0;
    bool b = saved_run_pool(compare->runs[1], pool) >= 0;
    return a != b ? pool : NULL;
}

/* "256 h100-sxm lease" */
static const char *pool_text(const struct saved_run *run, const char *pool,
                             struct arena *arena)
{
    int at = saved_run_pool(run, pool);
    if (at < 0)
        return NULL;
    const char *gpus = saved_run_param(run, arena_printf(arena, "pools.%s.gpus", pool));
    return arena_printf(arena, "%s%s%s %s", gpus ? gpus : "", gpus ? " " : "",
                        run->pools[at].class, tenure_names[run->pools[at].tenure]);
}

static void add_inputs(struct report *report, json_t *section,
                       const struct compare *compare)
{
    struct arena *arena = &report->arena;
    json_t *table = block_table("What differs in the inputs", false);
    const char *last = "";
    table_column(table, "Input", "code");
    for (int side = 0; side < 2; side++)
        table_column(table, saved_run_letter(compare->runs, side), "text");
    for (size_t i = 0; i < compare->n_inputs; i++) {
        const struct compare_input *input = &compare->inputs[i];
        const char *pool = pool_of_one(compare, input->name, arena);
        if (pool && strcmp(pool, last) == 0)
            continue; /* said already */
        last = pool ? pool : "";
        json_t *row = table_row(table);
        row_text(row, pool ? arena_printf(arena, "pools.%s", pool) : input->name);
        for (int side = 0; side < 2; side++)
            row_text(row, pool ? pool_text(compare->runs[side], pool, arena)
                               : input->value[side]);
    }
    section_add(section, table);
}

static void add_texts(json_t *section, const char *const *texts, const char *kind)
{
    for (; *texts; texts++)
        section_add(section, block_text(kind, *texts));
}

static bool add_compare(struct report *report, json_t *section,
                        const struct saved_run pair[2], struct error *err)
{
    struct compare compare;
    if (!compare_make(&compare, pair, err))
        return false;
    for (const char **text = compare.sentences; report->n_runs == 2 && *text; text++)
        report_say(report, arena_strdup(&report->arena, *text));
    if (report->n_runs > 2)
        add_texts(section, compare.sentences, "text");
    add_texts(section, compare.warnings, "warning");
    add_inputs(report, section, &compare);
    compare_free(&compare);
    return true;
}

static bool add_bridge(struct report *report, json_t *section,
                       const struct figure_source *source, struct error *err)
{
    struct bridge bridge;
    const char *const label = "";
    if (!bridge_make(&bridge, source->runs, BRIDGE_ECONOMIC, NULL, 0, err))
        return false;
    section_add(section, block_text("heading", "Why the economic cost differs"));
    add_texts(section, bridge_sentences(&bridge, &bridge.arena), "text");
    bridge_free(&bridge);
    return figures_section(report, section, FIGURE_OF_TWO, &source, &label, 1, NULL,
                           err);
}

/* Without the letter. */
static const char *plain_name(const struct report_dir *dir)
{
    return dir->label + (*dir->letter ? strlen(dir->letter) + 1 : 0);
}

static bool add_pair(struct report *report, size_t other, struct error *err)
{
    const struct report_dir *a = report->runs[0], *b = report->runs[other];
    struct arena *arena = &report->arena;
    const char *const dirs[2] = {a->path, b->path};
    struct figure_source source;
    if (!figure_source_open(&source, dirs, 2, err))
        return false;
    source.runs[0].letter = a->letter;
    source.runs[1].letter = b->letter;
    bool two = report->n_runs == 2;
    json_t *section = section_new(
        two ? "differences" : arena_printf(arena, "differences-%s", b->letter),
        two ? "What makes the difference"
            : arena_printf(arena, "%s against %s", b->letter, a->letter),
        arena_printf(arena, "%s is %s, %s is %s.", a->letter, plain_name(a), b->letter,
                     plain_name(b)));
    bool ok = add_bridge(report, section, &source, err) &&
              add_compare(report, section, source.runs, err);
    figure_source_close(&source);
    report_add(report, section);
    return ok;
}

static const char *thresholds(struct arena *arena)
{
    return arena_printf(
        arena,
        "Thresholds: service is the same where jobs refused, given up, waiting at the "
        "end or late differ by at most %g %% of arrivals, finished work by %g %%, and "
        "mean and 95th percentile of wait by %g %% or %d s.",
        100 * COMPARE_JOBS_FRAC, 100 * COMPARE_WORK_FRAC, 100 * COMPARE_WAIT_FRAC,
        COMPARE_WAIT_MS / 1000);
}

bool compare_sections(struct report *report, struct error *err)
{
    report->lead = lead_of(report);
    json_t *section = section_new("answer", "Answer", NULL);
    section_add(section, side_by_side(report));
    section_add(section, block_text("note", thresholds(&report->arena)));
    report_add(report, section);
    for (size_t i = 1; i < report->n_runs; i++)
        if (!add_pair(report, i, err))
            return false;
    return true;
}
