/* The sentences of a finished study, for a page; each kind's lead and tables. */

#include "cli/report_study.h"

#include <math.h>
#include <string.h>

#include "cli/study_print.h"
#include "cli/study_summary_parts.h"
#include "cli/text_table.h"
#include "output/brief.h"
#include "output/manifest_parts.h"
#include "report/blocks.h"

/* ---- sentences ---- */

struct list {
    struct arena *arena;
    const char **text; /* ends with NULL */
    size_t n, room;
};

static void take(void *self, const char *text)
{
    struct list *list = self;
    if (list->n + 1 >= list->room) {
        size_t room = list->room ? 2 * list->room : 32;
        list->text =
            arena_grow(list->arena, list->text, list->n, room, sizeof *list->text);
        list->room = room;
    }
    list->text[list->n++] = arena_strdup(list->arena, text);
}

static bool say(const struct report_words *words, const struct prose_to *to,
                struct error *err)
{
    struct finish_report report;
    struct study_summary summary = {.plan = words->plan};
    if (!study_report_read(words->dir, &report, err))
        return false;
    const char *name = strrchr(words->dir, '/');
    name = name && name[1] ? name + 1 : words->dir;
    if (study_print_has(words->plan))
        return study_print_say(words->plan, &report, words->dir, to, err);
    bool ok = study_summary_read(&summary, words->dir, err);
    if (ok)
        study_summary_say(&summary, &report, name, to);
    arena_free(&summary.arena);
    return ok;
}

bool report_study_words(const char *dir, const json_t *manifest, struct arena *arena,
                        struct report_study *study, struct error *err)
{
    struct study_plan plan;
    struct list list = {.arena = arena};
    const struct prose_to to = {.take = take, .self = &list};
    if (!report_plan_read(&plan, dir, manifest, err))
        return false;
    const struct report_words words = {&plan, dir, arena, study};
    *study = (struct report_study){.lead = "", .blocks = manifest_value(json_array())};
    const char *kind = plan.design->kind;
    bool ok = say(&words, &to, err) &&
              (strcmp(kind, "sensitivity") == 0 ? report_sensitivity(&words, err)
               : strcmp(kind, "breakeven") == 0 ? report_breakeven(&words, err)
                                                : report_points(&words, err));
    take(&list, "");
    list.text[list.n - 1] = NULL;
    study->texts = list.text;
    if (!ok)
        json_decref(study->blocks);
    plan_free(&plan);
    return ok;
}

const char *report_metric_title(const char *metric, const char *unit,
                                struct arena *arena)
{
    static const char *const names[][2] = {
        {"total.npv_usd", "Net present cost"},
        {"total.economic_usd", "Economic cost"},
        {"total.levelised_usd_per_useful_gpu_h", "Levelised cost of a useful GPU-hour"},
        {"fixed.utilization_frac", "Used, of what is owned and leased"},
        {"total.wait_mean_s", "Wait, mean"},
        {"total.wait_p95_s", "Wait, 95th percentile"},
        {"total.unserved_gpu_h", "Levels of demand not served"},
    };
    const char *name = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], metric) == 0)
            name = names[i][1];
    bool has_unit = *unit && strcmp(unit, "1") != 0 && strcmp(unit, "s") != 0;
    return arena_printf(arena, "%s%s%s%s%s%s", name ? name : metric,
                        has_unit ? ", " : "", has_unit ? unit : "", name ? " (" : "",
                        name ? metric : "", name ? ")" : "");
}

const char *report_metric_text(const char *metric, const char *unit, double value,
                               struct arena *arena)
{
    size_t length = strlen(metric);
    char text[BRIEF_TEXT];
    if (isnan(value))
        return "-";
    if (length > 5 && strcmp(metric + length - 5, "_frac") == 0)
        return arena_printf(arena, "%.1f %%", 100 * value);
    if (strcmp(unit, "s") == 0) {
        brief_duration(text, llround(fabs(value) * 1e3));
        return arena_printf(arena, "%s%s", value < 0 ? "-" : "", text);
    }
    if (strcmp(unit, "USD/GPU-h") == 0)
        brief_unit_cost(text, value);
    else
        brief_number(text, value);
    return arena_strdup(arena, text);
}

/* ---- sensitivity ---- */

static const struct form {
    const char *file, *value;
    const char *verb, *measure; /* "moves METRIC most: by VALUE from ..." */
    const char *columns[8], *labels[8];
} forms[] = {
    {"tornado.csv",
     "swing",
     "moves",
     "the most: a swing of %s between its low and its high value",
     {"low_value", "high_value", "low_difference", "high_difference", "swing",
      "swing_low", "swing_high", NULL},
     {"Low value", "High value", "At low", "At high", "Swing", "from", "to", NULL}},
    {"morris.csv",
     "mu_star",
     "moves",
     "the most: a mean effect of %s over its whole range",
     {"mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", NULL},
     {"mu*", "from", "to", "mu", "sigma", NULL}},
    {"sobol.csv",
     "total",
     "makes most of the variance of",
     "a share of %s with its interactions",
     {"first", "first_low", "first_high", "total", "total_low", "total_high", NULL},
     {"First order", "from", "to", "Total", "from", "to", NULL}},
};

static const struct form *form_of(const struct study_plan *plan)
{
    const char *method = json_string_value(json_object_get(plan->params, "method"));
    for (size_t i = 0; method && i < sizeof forms / sizeof forms[0]; i++)
        if (strncmp(forms[i].file, method, strlen(method)) == 0)
            return &forms[i];
    return NULL;
}

static void row_number(json_t *row, const struct text_table *table, size_t at,
                       const char *column, const char *metric, const char *unit,
                       struct arena *arena)
{
    const char *exact = text_table_cell(table, at, column);
    double value = text_table_number(table, at, column);
    size_t length = strlen(column);
    bool is_input = length > 6 && strcmp(column + length - 6, "_value") == 0;
    if (isnan(value) || is_input)
        row_text(row, exact);
    else
        row_exact(row, report_metric_text(metric, unit, value, arena), exact);
}

static json_t *inputs_table(const struct report_words *words,
                            const struct text_table *table, const struct form *form,
                            size_t first)
{
    struct arena *arena = words->arena;
    const char *metric = text_table_cell(table, first, "metric");
    const char *unit = text_table_cell(table, first, "unit");
    bool share = strcmp(form->file, "sobol.csv") == 0;
    json_t *block =
        block_table(report_metric_title(metric, share ? "" : unit, arena), false);
    table_column(block, "Input", "code");
    for (size_t k = 0; form->columns[k]; k++)
        table_column(block, form->labels[k], "number");
    for (size_t at = first; at < table->n_rows; at++) {
        if (strcmp(text_table_cell(table, at, "metric"), metric) != 0)
            break;
        json_t *row = table_row(block);
        row_text(row, text_table_cell(table, at, "input"));
        for (size_t k = 0; form->columns[k]; k++)
            row_number(row, table, at, form->columns[k], share ? "" : metric,
                       share ? "" : unit, arena);
    }
    return block;
}

static void sensitivity_lead(const struct report_words *words,
                             const struct text_table *table, const struct form *form)
{
    size_t at = 0;
    for (size_t row = table->n_rows; row-- > 0;)
        if (strcmp(text_table_cell(table, row, "metric"), "total.npv_usd") == 0)
            at = row;
    if (table->n_rows == 0) {
        words->study->lead = "None of the metrics has a value.";
        return;
    }
    const char *metric = text_table_cell(table, at, "metric");
    bool share = strcmp(form->file, "sobol.csv") == 0;
    const char *unit = share ? "" : text_table_cell(table, at, "unit");
    double value = fabs(text_table_number(table, at, form->value));
    const char *size =
        report_metric_text(share ? "" : metric, unit, value, words->arena);
    const char *before = strstr(form->measure, "%s"), *behind = before + 2;
    words->study->lead = arena_printf(
        words->arena, "Of the %zu uncertain inputs of %s, %s %s %s %.*s%s%s%s%s.",
        words->plan->n_uncertain, words->plan->scenario,
        text_table_cell(table, at, "input"), form->verb, metric,
        (int)(before - form->measure), form->measure, size,
        *unit && strcmp(unit, "s") != 0 ? " " : "", strcmp(unit, "s") != 0 ? unit : "",
        behind);
}

bool report_sensitivity(const struct report_words *words, struct error *err)
{
    const struct form *form = form_of(words->plan);
    struct text_table table;
    if (!form)
        return error_set(err, "%s: a sensitivity by a method that is not known here",
                         words->dir);
    if (!text_table_read(&table, words->dir, form->file, err))
        return false;
    sensitivity_lead(words, &table, form);
    const char *metric = "";
    for (size_t row = 0; row < table.n_rows; row++) {
        const char *own = text_table_cell(&table, row, "metric");
        if (strcmp(own, metric) != 0)
            manifest_append(words->study->blocks,
                            inputs_table(words, &table, form, row));
        metric = own;
    }
    text_table_free(&table);
    return true;
}
