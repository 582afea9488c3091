/* What `tenure breakeven` says. */

#include <math.h>
#include <string.h>

#include "cli/study_print.h"
#include "cli/text_table.h"
#include "output/brief_parts.h"
#include "output/manifest_parts.h"

#define LINES_SHOWN 40

static const char *const texts[] = {"metric",      "unit",        "first",
                                    "second",      "lower",       "kind",
                                    "lower_below", "lower_above", NULL};

static bool add_json(json_t *root, const char *key, const char *dir, const char *name,
                     struct error *err)
{
    struct text_table table;
    if (!text_table_read(&table, dir, name, err))
        return false;
    manifest_set(root, key, text_table_json(&table, texts));
    text_table_free(&table);
    return true;
}

bool breakeven_json(const struct study_plan *plan, const char *dir, json_t *root,
                    struct error *err)
{
    size_t axes = plan->n_axes;
    const struct plan_axis *x = &plan->axes[axes - 2];
    const struct plan_axis *y = axes == 3 ? &plan->axes[0] : NULL;
    manifest_set(root, "x", manifest_text(x->name));
    manifest_set(root, "x_unit", manifest_text(x->unit));
    manifest_set(root, "y", y ? manifest_text(y->name) : json_null());
    manifest_set(root, "y_unit", y ? manifest_text(y->unit) : json_null());
    return add_json(root, "boundary", dir, "boundary.csv", err) &&
           add_json(root, "grid", dir, "breakeven.csv", err);
}

/* ---- for people ---- */

static void say_limit(struct paragraph *text, double limit)
{
    if (isnan(limit))
        paragraph_say(text, "...");
    else
        paragraph_say(text, "%.4g", limit);
}

/* "0.42 (0.40 to 0.45)"; a side beyond the grid is "...". */
static void say_place(struct paragraph *text, const struct text_table *table,
                      size_t row, const char *x)
{
    double at = text_table_number(table, row, x);
    if (!isnan(at))
        paragraph_say(text, "%.4g (", at);
    say_limit(text, text_table_number(table, row, "low"));
    paragraph_say(text, " to ");
    say_limit(text, text_table_number(table, row, "high"));
    if (!isnan(at))
        paragraph_say(text, ")");
}

static void say_sides(struct paragraph *text, const struct text_table *table,
                      size_t row, const char *x, bool is_tested)
{
    const char *kind = text_table_cell(table, row, "kind");
    const char *below = text_table_cell(table, row, "lower_below");
    const char *above = text_table_cell(table, row, "lower_above");
    if (strcmp(kind, "crossing") == 0 && !is_tested) {
        paragraph_say(text, "%s is lower below, %s above %.4g", below, above,
                      text_table_number(table, row, x));
    } else if (strcmp(kind, "crossing") == 0) {
        paragraph_say(text, "%s is lower below, %s above ", below, above);
        say_place(text, table, row, x);
    } else if (strcmp(kind, "undecided") == 0 && !*below) {
        bool ends = !isnan(text_table_number(table, row, "low")) ||
                    !isnan(text_table_number(table, row, "high"));
        paragraph_say(text, "the two have the same mean%s",
                      ends ? " at " : " at every point of the grid");
        if (ends)
            say_place(text, table, row, x);
    } else if (strcmp(kind, "undecided") == 0) {
        paragraph_say(text, "%s is lower, but it is not sure at ", below);
        say_place(text, table, row, x);
    } else if (*below) {
        paragraph_say(text, "%s is lower at every point of the grid%s", below,
                      is_tested ? "" : ", as far as one replication tells");
    } else {
        paragraph_say(text, "there is no figure");
    }
}

static void print_line(const struct text_table *table, size_t row, const char *x,
                       const struct plan_axis *y, uint64_t replications,
                       const struct prose_to *to)
{
    bool is_tested = replications > 1;
    struct paragraph text = {.used = 0};
    if (y)
        paragraph_say(&text, "%s %s%s%s: ", y->name,
                      text_table_cell(table, row, y->name), *y->unit ? " " : "",
                      y->unit);
    say_sides(&text, table, row, x, is_tested);
    double n = text_table_number(table, row, "n");
    if (n < (double)replications)
        paragraph_say(&text, " (by the %.0f replications that have it all along)", n);
    prose_say(to, &text, 4);
}

static void say_unit(struct paragraph *text, const struct plan_axis *axis)
{
    paragraph_say(text, "%s", axis->name);
    if (*axis->unit)
        paragraph_say(text, ", in %s", axis->unit);
}

static void print_more(size_t n, const struct prose_to *to)
{
    struct paragraph text = {.used = 0};
    paragraph_say(&text, "... and %zu more", n);
    prose_say(to, &text, 0);
}

bool breakeven_print(const struct study_plan *plan, const char *dir,
                     const struct prose_to *to, struct error *err)
{
    struct text_table table;
    size_t axes = plan->n_axes;
    const struct plan_axis *x = &plan->axes[axes - 2];
    const struct plan_axis *y = axes == 3 ? &plan->axes[0] : NULL;
    struct paragraph head = {.used = 0}, foot = {.used = 0};
    if (!text_table_read(&table, dir, "boundary.csv", err))
        return false;
    const char *metric = json_string_value(json_object_get(plan->params, "metric"));
    size_t column = columns_find(&plan->columns, metric);
    const char *unit = column == COLUMN_NONE ? "" : plan->columns.items[column].unit;
    bool has_unit = *unit && strcmp(unit, "1") != 0;
    paragraph_say(&head, "Where %s%s%s%s of %s and %s is the same, by ", metric,
                  has_unit ? " (" : "", has_unit ? unit : "", has_unit ? ")" : "",
                  plan->axes[axes - 1].labels[0], plan->axes[axes - 1].labels[1]);
    say_unit(&head, x);
    paragraph_say(&head, ":");
    prose_gap(to);
    prose_say(to, &head, 0);
    for (size_t row = 0; row < table.n_rows && row < LINES_SHOWN; row++)
        print_line(&table, row, x->name, y, plan->replications, to);
    if (table.n_rows > LINES_SHOWN)
        print_more(table.n_rows - LINES_SHOWN, to);
    if (plan->replications > 1)
        paragraph_say(&foot, "In brackets: where a difference of zero cannot be ruled "
                             "out; ... is beyond the grid. ");
    else
        paragraph_say(&foot, "One replication has no interval: give more (-n). ");
    paragraph_say(&foot,
                  "\"Lower\" is about the figure, and says nothing of better. The "
                  "boundary is in %s/boundary.csv, all points are "
                  "in breakeven.csv.",
                  dir);
    prose_gap(to);
    prose_say(to, &foot, 0);
    text_table_free(&table);
    return true;
}
