#include "cli/study_summary_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output/brief_parts.h"

#define POINTS_SHOWN 20
#define QUANTILES    3 /* shown */
#define NAME_WIDTH   37
#define LABEL_WIDTH  28

static const char npv[] = "total.npv_usd";
static const char utilization[] = "fixed.utilization_frac";
static const char wait[] = "total.wait_p95_s";

static const char *const keys[] = {
    npv,
    "total.economic_usd",
    "total.levelised_usd_per_useful_gpu_h",
    utilization,
    "total.wait_mean_s",
    wait,
    "total.unserved_gpu_h",
};
#define KEYS (sizeof keys / sizeof *keys)

static const struct study_column *column_of(const struct study_summary *summary,
                                            size_t column)
{
    return &summary->plan->columns.items[column];
}

static bool is_key(const struct study_summary *summary, size_t column)
{
    const struct study_column *of = column_of(summary, column);
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(keys[i], of->name) == 0)
            return true;
    return of->named;
}

static void *copy(struct study_summary *summary, const void *from, size_t n,
                  size_t size)
{
    return arena_grow(&summary->arena, from, n, n, size);
}

void study_summary_point(struct study_summary *summary,
                         const struct point_statistics *statistics)
{
    size_t n = summary->plan->n_quantiles;
    if (!is_key(summary, statistics->column))
        return;
    if (summary->n_points == summary->points_room) {
        summary->points_room = summary->n_points ? 2 * summary->n_points : 64;
        summary->points =
            arena_grow(&summary->arena, summary->points, summary->n_points,
                       summary->points_room, sizeof *summary->points);
    }
    struct point_statistics *of = &summary->points[summary->n_points++].of;
    *of = *statistics;
    of->quantile = copy(summary, of->quantile, n, sizeof *of->quantile);
    of->quantile_ci = copy(summary, of->quantile_ci, n, sizeof *of->quantile_ci);
}

void study_summary_pair(struct study_summary *summary,
                        const struct pair_statistics *statistics)
{
    if (!is_key(summary, statistics->column))
        return;
    if (summary->n_pairs == summary->pairs_room) {
        summary->pairs_room = summary->n_pairs ? 2 * summary->n_pairs : 64;
        summary->pairs = arena_grow(&summary->arena, summary->pairs, summary->n_pairs,
                                    summary->pairs_room, sizeof *summary->pairs);
    }
    summary->pairs[summary->n_pairs++].of = *statistics;
}

/* ---- for people ---- */

/* A value of a metric in few letters; "-" where there is none. */
static struct brief_number shown(const struct study_column *column, double value)
{
    struct brief_number text = {"-"};
    size_t length = strlen(column->name);
    bool is_frac = length > 5 && strcmp(column->name + length - 5, "_frac") == 0;
    if (isnan(value))
        return text;
    if (is_frac)
        snprintf(text.text, sizeof text.text, "%.1f%%", 100 * value);
    else if (strcmp(column->unit, "s") == 0 && value >= 0)
        brief_duration(text.text, (int64_t)llround(value * 1e3));
    else if (strcmp(column->unit, "USD/GPU-h") == 0)
        brief_unit_cost(text.text, value);
    else
        brief_number(text.text, value);
    return text;
}

static double half_width(struct interval interval)
{
    return (interval.high - interval.low) / 2;
}

/* "12.3M +-0.2M"; without the width where one replication has none. */
static void write_estimate(char *text, size_t room, const struct study_column *column,
                           double mean, struct interval ci)
{
    double half = half_width(ci);
    snprintf(text, room, "%s%s%s", shown(column, mean).text, isnan(half) ? "" : " +-",
             isnan(half) ? "" : shown(column, half).text);
}

static const struct point_statistics *find(const struct study_summary *summary,
                                           size_t point, const char *name)
{
    for (size_t i = 0; i < summary->n_points; i++) {
        const struct point_statistics *of = &summary->points[i].of;
        if (of->point == point &&
            strcmp(column_of(summary, of->column)->name, name) == 0)
            return of;
    }
    return NULL;
}

/* The first, the middle and the last of the quantiles. */
static size_t shown_quantiles(const struct study_plan *plan, size_t at[QUANTILES])
{
    size_t n = plan->n_quantiles;
    if (n <= QUANTILES) {
        for (size_t i = 0; i < n; i++)
            at[i] = i;
        return n;
    }
    at[0] = 0;
    at[1] = n / 2;
    at[2] = n - 1;
    return QUANTILES;
}

static void print_metric(const struct study_summary *summary,
                         const struct point_statistics *of, FILE *out)
{
    const struct study_column *column = column_of(summary, of->column);
    size_t at[QUANTILES], n = shown_quantiles(summary->plan, at);
    prose_name(column->name, NAME_WIDTH, out);
    fprintf(out, "%9s %9s", shown(column, of->estimate.mean).text,
            shown(column, half_width(of->estimate.ci)).text);
    for (size_t i = 0; i < n; i++)
        fprintf(out, " %7s", shown(column, of->quantile[at[i]]).text);
    putc('\n', out);
}

static void print_metrics(const struct study_summary *summary, FILE *out)
{
    const struct study_plan *plan = summary->plan;
    size_t at[QUANTILES], n = shown_quantiles(plan, at);
    fprintf(out, "%-*s%9s %9s", NAME_WIDTH, "metric", "mean", "+-");
    for (size_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%g%%", 100 * plan->quantiles[at[i]]);
        fprintf(out, " %7s", name);
    }
    putc('\n', out);
    for (size_t k = 0; k < KEYS; k++) {
        const struct point_statistics *of = find(summary, 0, keys[k]);
        if (of && of->estimate.n > 0)
            print_metric(summary, of, out);
    }
    for (size_t i = 0; i < summary->n_points; i++) {
        const struct point_statistics *of = &summary->points[i].of;
        bool is_first = false;
        for (size_t k = 0; k < KEYS; k++)
            is_first |= strcmp(keys[k], column_of(summary, of->column)->name) == 0;
        if (!is_first)
            print_metric(summary, of, out);
    }
}

/* "total.wait_p95_s <= 14400 s" */
static const char *target_text(const struct study_summary *summary,
                               const struct point_statistics *of, struct arena *arena)
{
    char least[DECIMAL_TEXT], most[DECIMAL_TEXT];
    decimal_write_double(least, isnan(of->at_least) ? 0 : of->at_least);
    decimal_write_double(most, isnan(of->at_most) ? 0 : of->at_most);
    const struct study_column *column = column_of(summary, of->column);
    const char *text = column->name;
    if (!isnan(of->at_least))
        text = arena_printf(arena, "%s >= %s", text, least);
    if (!isnan(of->at_most))
        text = arena_printf(arena, "%s%s <= %s", text,
                            isnan(of->at_least) ? "" : " and", most);
    bool has_unit = *column->unit && strcmp(column->unit, "1") != 0;
    return has_unit ? arena_printf(arena, "%s %s", text, column->unit) : text;
}

static bool has_target(const struct point_statistics *of)
{
    return !isnan(of->at_most) || !isnan(of->at_least);
}

const char *study_summary_label(const struct study_summary *summary, size_t point,
                                struct arena *arena)
{
    const struct study_plan *plan = summary->plan;
    size_t *position = ARENA_ARRAY(arena, plan->n_axes, size_t);
    const char *text = "";
    plan_position(plan, point, position);
    for (size_t i = 0; i < plan->n_axes; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
                            plan->axes[i].labels[position[i]]);
    return text;
}

/* Cost there always is; of waits there are none where nothing ran. */
static void say_missing(struct paragraph *paragraph,
                        const struct study_summary *summary,
                        const struct point_statistics *of)
{
    const struct point_statistics *all = find(summary, of->point, npv);
    if (all && all->estimate.n > of->estimate.n)
        paragraph_say(paragraph,
                      ", of the %" PRId64 " that have this metric; %" PRId64
                      " have not",
                      of->estimate.n, all->estimate.n - of->estimate.n);
}

static void say_target(const struct study_summary *summary,
                       const struct point_statistics *of, const struct prose_to *to)
{
    struct arena arena = {0};
    struct paragraph paragraph = {.used = 0};
    const char *target = target_text(summary, of, &arena);
    if (summary->plan->n_points > 1)
        paragraph_say(&paragraph, "At %s ",
                      study_summary_label(summary, of->point, &arena));
    if (of->estimate.n == 0)
        paragraph_say(&paragraph,
                      "%s: no replication has this metric, so it cannot be judged",
                      target);
    else
        paragraph_say(&paragraph, "%s is missed in %.1f %% of replications", target,
                      100 * of->miss.share);
    if (!isnan(of->miss.ci.low) && !isnan(of->miss.ci.high))
        paragraph_say(&paragraph, " (%.1f to %.1f %%)", 100 * of->miss.ci.low,
                      100 * of->miss.ci.high);
    if (of->estimate.n > 0)
        say_missing(&paragraph, summary, of);
    paragraph_say(&paragraph, ".");
    prose_say(to, &paragraph, 2);
    arena_free(&arena);
}

/* Of several points a line each. */
static void print_target_table(const struct study_summary *summary, size_t column,
                               FILE *out)
{
    struct arena arena = {0};
    bool any = false;
    for (size_t i = 0; i < summary->n_points; i++) {
        const struct point_statistics *of = &summary->points[i].of;
        if (of->column != column || !has_target(of) || of->point >= POINTS_SHOWN)
            continue;
        if (!any)
            fprintf(out, "\n%s is missed in\n", target_text(summary, of, &arena));
        any = true;
        prose_name(study_summary_label(summary, of->point, &arena), LABEL_WIDTH, out);
        if (of->estimate.n == 0)
            fprintf(out, " %16s", "-");
        else
            fprintf(out, " %7.1f %%", 100 * of->miss.share);
        if (!isnan(of->miss.ci.low) && !isnan(of->miss.ci.high))
            fprintf(out, "  (%.1f to %.1f %%)", 100 * of->miss.ci.low,
                    100 * of->miss.ci.high);
        struct paragraph missing = {.used = 0};
        if (of->estimate.n > 0)
            say_missing(&missing, summary, of);
        putc('\n', out);
        if (missing.used > 0)
            fprintf(out, "    (%s)\n", missing.text + 2);
    }
    arena_free(&arena);
}

static void print_targets(const struct study_summary *summary,
                          const struct prose_to *to)
{
    const struct study_plan *plan = summary->plan;
    bool any = false, table = to->out && plan->n_points > 1;
    for (size_t column = 0; table && column < plan->columns.n; column++)
        print_target_table(summary, column, to->out);
    for (size_t i = 0; !table && i < summary->n_points; i++) {
        const struct point_statistics *of = &summary->points[i].of;
        if (!has_target(of) || of->point >= POINTS_SHOWN)
            continue;
        if (!any)
            prose_gap(to);
        any = true;
        say_target(summary, of, to);
    }
}

static void print_estimate(const struct study_summary *summary, size_t point,
                           const char *name, FILE *out)
{
    const struct point_statistics *of = find(summary, point, name);
    char text[64] = "-";
    if (of && of->estimate.n > 0) {
        const struct study_column *column = column_of(summary, of->column);
        write_estimate(text, sizeof text, column, of->estimate.mean, of->estimate.ci);
    }
    fprintf(out, " %16s", text);
}

static void print_difference(const struct study_summary *summary, size_t point,
                             FILE *out)
{
    char text[64] = "-";
    if (point == summary->plan->baseline)
        snprintf(text, sizeof text, "(baseline)");
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const struct pair_statistics *of = &summary->pairs[i].of;
        const struct study_column *column = column_of(summary, of->column);
        if (of->point == point && strcmp(column->name, npv) == 0 && of->paired.n > 0)
            write_estimate(text, sizeof text, column, of->paired.mean_difference,
                           of->paired.ci);
    }
    fprintf(out, " %16s", text);
}

/* One line for each point: what it costs, how full it is, and against the baseline. */
static void print_points(const struct study_summary *summary, FILE *out)
{
    const struct study_plan *plan = summary->plan;
    size_t n = plan->n_points < POINTS_SHOWN ? plan->n_points : POINTS_SHOWN;
    struct arena arena = {0};
    const char *head = "";
    for (size_t i = 0; i < plan->n_axes; i++)
        head = arena_printf(&arena, "%s%s%s", head, i ? ", " : "", plan->axes[i].name);
    if (strlen(head) > LABEL_WIDTH) {
        struct paragraph legend = {.used = 0};
        paragraph_say(&legend, "A point is: %s.", head);
        paragraph_print(&legend, 2, out);
        putc('\n', out);
        head = "point";
    }
    prose_tail(head, LABEL_WIDTH, out);
    fprintf(out, " %16s %16s %16s\n", "npv_usd", "wait_p95_s", "npv - baseline");
    for (size_t point = 0; point < n; point++) {
        prose_name(study_summary_label(summary, point, &arena), LABEL_WIDTH, out);
        print_estimate(summary, point, npv, out);
        print_estimate(summary, point, wait, out);
        print_difference(summary, point, out);
        putc('\n', out);
    }
    if (plan->n_points > n)
        fprintf(out, "... and %zu more points in points.csv\n", plan->n_points - n);
    arena_free(&arena);
}

/* Whether every replication of every point gave the same figures. */
static bool is_all_same(const struct study_summary *summary)
{
    bool any = false;
    for (size_t i = 0; i < summary->n_points; i++) {
        const struct mean_estimate *of = &summary->points[i].of.estimate;
        if (of->n > 1 && of->sd > 0)
            return false;
        any |= of->n > 1;
    }
    return any;
}

static void print_sameness(const struct study_summary *summary,
                           const struct prose_to *to)
{
    struct paragraph text = {.used = 0};
    if (!is_all_same(summary))
        return;
    paragraph_say(&text,
                  "All replications gave the same figures: it seems that nothing in "
                  "the scenario is drawn. `uncertain`, models of demand, prices or "
                  "failures, and `bootstrap` are.");
    prose_gap(to);
    prose_say(to, &text, 2);
}

/* What the scenario warns of, whatever the replications show. */
static void print_warnings(const struct study_plan *plan, const struct prose_to *to)
{
    const json_t *list = json_object_get(plan_identity(plan), "warnings");
    if (json_array_size(list) > 0)
        prose_gap(to);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *sentence = json_string_value(json_array_get(list, i));
        struct paragraph text = {.used = 0};
        size_t length = sentence ? strlen(sentence) : 0;
        if (length == 0)
            continue;
        paragraph_say(&text, "Warning: %s%s", sentence,
                      ispunct((unsigned char)sentence[length - 1]) ? "" : ".");
        prose_say(to, &text, 2);
    }
}

/* How many replications the figures of a point are of: the fewest and the most. */
static void count_replications(const struct study_summary *summary, int64_t *least,
                               int64_t *most)
{
    *least = INT64_MAX;
    *most = 0;
    for (size_t point = 0; point < summary->plan->n_points && point < SUMMARY_POINTS;
         point++) {
        const struct point_statistics *of = find(summary, point, npv);
        int64_t n = of ? of->estimate.n : 0;
        *least = n < *least ? n : *least;
        *most = n > *most ? n : *most;
    }
}

static void say_replications(struct paragraph *head,
                             const struct study_summary *summary,
                             const struct finish_report *report)
{
    const struct study_plan *plan = summary->plan;
    int64_t least, most;
    if (plan->n_points == 1) {
        paragraph_say(head, "%" PRIu64 " replication%s", report->rows,
                      report->rows == 1 ? "" : "s");
        return;
    }
    paragraph_say(head, "%zu points with ", plan->n_points);
    count_replications(summary, &least, &most);
    if (plan->n_stops > 0 && least < most)
        paragraph_say(
            head, "%" PRId64 " to %" PRId64 " replications, %" PRIu64 " runs in all",
            least, most, report->rows);
    else if (plan->n_stops > 0)
        paragraph_say(head, "%" PRId64 " replication%s each", most,
                      most == 1 ? "" : "s");
    else
        paragraph_say(head, "%" PRIu64 " replication%s each", plan->replications,
                      plan->replications == 1 ? "" : "s");
}

/* Of batches that depend on each other within only whole ones count. */
static void say_batches(const struct study_summary *summary, const struct prose_to *to)
{
    const struct study_plan *plan = summary->plan;
    struct paragraph text = {.used = 0};
    if (plan->unit <= 1 || plan->n_stops > 0)
        return;
    uint64_t batches = plan->replications / plan->unit;
    if (batches * plan->unit != plan->replications)
        paragraph_say(&text,
                      "Figures are of the first %" PRIu64
                      " replications, which are %" PRIu64 " whole batches of %" PRIu64
                      "; a multiple of that wastes none. ",
                      batches * plan->unit, batches, plan->unit);
    if (batches < 8)
        paragraph_say(&text,
                      "%" PRIu64 " batch%s few for an interval: give more replications "
                      "(-n), or a smaller study.batch.",
                      batches, batches == 1 ? " is" : "es are");
    if (text.used == 0)
        return;
    prose_gap(to);
    prose_say(to, &text, 2);
}

/* Where points were stopped at different times. */
static bool has_shorter_pairs(const struct study_summary *summary)
{
    int64_t least, most;
    count_replications(summary, &least, &most);
    return summary->plan->n_stops > 0 && least < most;
}

void study_summary_say(const struct study_summary *summary,
                       const struct finish_report *report, const char *dir,
                       const struct prose_to *to)
{
    const struct study_plan *plan = summary->plan;
    struct paragraph head = {.used = 0}, foot = {.used = 0};
    paragraph_say(&head, "%s: ", plan->scenario);
    say_replications(&head, summary, report);
    if (report->failed > 0)
        paragraph_say(&head, ", of which %" PRIu64 " could not be done",
                      report->failed);
    bool some = report->failed < report->rows;
    if (some)
        paragraph_say(&head, "; +- is half of a %g %% interval of the mean",
                      100 * plan->confidence);
    paragraph_say(&head, ".");
    prose_say(to, &head, 0);
    if (some)
        prose_gap(to);
    if (to->out && some && plan->n_points > 1)
        print_points(summary, to->out);
    else if (to->out && some)
        print_metrics(summary, to->out);
    print_targets(summary, to);
    study_summary_print_stops(summary, to);
    say_batches(summary, to);
    print_sameness(summary, to);
    print_warnings(plan, to);
    paragraph_say(&foot,
                  "npv_usd is the present value of what is paid: less is better. ");
    if (plan->n_points > 1 && has_shorter_pairs(summary))
        paragraph_say(&foot,
                      "Differences are of the replications that both points have, "
                      "means of all that each has. ");
    paragraph_say(
        &foot, "All metrics with their intervals are in %s/points.csv%s.", dir,
        plan->n_points > 1 ? ", differences to the baseline in paired.csv" : "");
    prose_gap(to);
    prose_say(to, &foot, 0);
}

bool study_summary_show(const struct study_plan *plan,
                        const struct finish_report *report, const char *dir, bool json,
                        FILE *out, struct error *err)
{
    struct study_summary summary = {.plan = plan};
    bool ok = study_summary_read(&summary, dir, err);
    if (ok && json)
        ok = study_summary_json(&summary, report, dir, out, err);
    else if (ok)
        study_summary_say(&summary, report, dir, &(struct prose_to){.out = out});
    arena_free(&summary.arena);
    return ok;
}
