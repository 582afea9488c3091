/* What `tenure sensitivity` says. */

#include <math.h>
#include <string.h>

#include "cli/study_print.h"
#include "cli/text_table.h"
#include "output/brief_parts.h"
#include "output/manifest_parts.h"
#include "study/sensitivity_params.h"

#define NAME_WIDTH   34
#define INPUTS_SHOWN 20

static const char *const files[] = {"tornado.csv", "morris.csv", "sobol.csv"};
static const char *const texts[] = {"metric",     "unit",       "input", "low_value",
                                    "base_value", "high_value", NULL};

static bool read_design(const struct study_plan *plan, struct sensitivity *design,
                        struct error *err)
{
    const char *paths[SENSITIVITY_INPUTS_MAX];
    bool ok = sensitivity_of_plan(plan, paths, design, err);
    design->paths = NULL;
    return ok;
}

bool sensitivity_json(const struct study_plan *plan, const char *dir, json_t *root,
                      struct error *err)
{
    struct sensitivity design;
    struct text_table table;
    if (!read_design(plan, &design, err) ||
        !text_table_read(&table, dir, files[design.method], err))
        return false;
    manifest_set(root, "method", json_string(sensitivity_names[design.method]));
    manifest_set(root, "inputs", text_table_json(&table, texts));
    json_t *unvaried = json_object_get(plan->params, "unvaried");
    manifest_set(root, "unvaried",
                 unvaried ? json_incref(unvaried) : manifest_value(json_array()));
    text_table_free(&table);
    return true;
}

/* ---- for people ---- */

static void put_number(double value, int width, FILE *out)
{
    char text[BRIEF_TEXT] = "-";
    if (!isnan(value))
        brief_number(text, value);
    fprintf(out, " %*s", width, text);
}

static double half_width(const struct text_table *table, size_t row, const char *low,
                         const char *high)
{
    return (text_table_number(table, row, high) - text_table_number(table, row, low)) /
           2;
}

/* "(1.2k, 3.4k)"; "-" where there is none. */
static void put_interval(const struct text_table *table, size_t row, const char *low,
                         const char *high, FILE *out)
{
    char from[BRIEF_TEXT], to[BRIEF_TEXT], text[64] = "-";
    double least = text_table_number(table, row, low);
    double most = text_table_number(table, row, high);
    if (!isnan(least) && !isnan(most)) {
        brief_number(from, least);
        brief_number(to, most);
        snprintf(text, sizeof text, "(%s, %s)", from, to);
    }
    fprintf(out, " %18s", text);
}

static void tornado_head(const struct text_table *table, size_t row,
                         const struct sensitivity *design, FILE *out)
{
    char low[16], high[16], base[BRIEF_TEXT] = "-";
    double mean = text_table_number(table, row, "base_mean");
    if (!isnan(mean))
        brief_number(base, mean);
    snprintf(low, sizeof low, "at %.3g%%", 100 * design->low);
    snprintf(high, sizeof high, "at %.3g%%", 100 * design->high);
    fprintf(out, "%s, %s: %s at the medians\n", text_table_cell(table, row, "metric"),
            text_table_cell(table, row, "unit"), base);
    prose_name("input", NAME_WIDTH, out);
    fprintf(out, " %10s %10s %10s %10s\n", low, high, "swing", "+-");
}

static void tornado_row(const struct text_table *table, size_t row, FILE *out)
{
    put_number(text_table_number(table, row, "low_difference"), 10, out);
    put_number(text_table_number(table, row, "high_difference"), 10, out);
    put_number(text_table_number(table, row, "swing"), 10, out);
    put_number(half_width(table, row, "swing_low", "swing_high"), 10, out);
}

static void morris_head(const struct text_table *table, size_t row,
                        const struct sensitivity *design, FILE *out)
{
    (void)design;
    fprintf(out, "%s, %s: %s trajectories\n", text_table_cell(table, row, "metric"),
            text_table_cell(table, row, "unit"), text_table_cell(table, row, "n"));
    prose_name("input", NAME_WIDTH, out);
    fprintf(out, " %8s %18s %8s %8s\n", "mu*", "interval", "mu", "sigma");
}

static void morris_row(const struct text_table *table, size_t row, FILE *out)
{
    put_number(text_table_number(table, row, "mu_star"), 8, out);
    put_interval(table, row, "mu_star_low", "mu_star_high", out);
    put_number(text_table_number(table, row, "mu"), 8, out);
    put_number(text_table_number(table, row, "sigma"), 8, out);
}

static void sobol_head(const struct text_table *table, size_t row,
                       const struct sensitivity *design, FILE *out)
{
    struct paragraph text = {.used = 0};
    double part = text_table_number(table, row, "inputs_frac");
    char sd[BRIEF_TEXT] = "-";
    double deviation = text_table_number(table, row, "sd");
    (void)design;
    if (!isnan(deviation))
        brief_number(sd, deviation);
    paragraph_say(&text, "%s, %s: %s blocks, standard deviation %s by the inputs",
                  text_table_cell(table, row, "metric"),
                  text_table_cell(table, row, "unit"), text_table_cell(table, row, "n"),
                  sd);
    if (!isnan(part))
        paragraph_say(&text,
                      ", which make some %.0f %% of the variance of a replication (an "
                      "estimate without an interval)",
                      100 * part);
    paragraph_print(&text, 2, out);
    prose_name("input", NAME_WIDTH, out);
    fprintf(out, "%22s %22s\n", "first order", "total");
}

static void put_share(const struct text_table *table, size_t row, const char *name,
                      FILE *out)
{
    char low[32], high[32], text[64] = "-";
    snprintf(low, sizeof low, "%s_low", name);
    snprintf(high, sizeof high, "%s_high", name);
    double value = text_table_number(table, row, name);
    double least = text_table_number(table, row, low);
    double most = text_table_number(table, row, high);
    if (fabs(value) >= 100)
        snprintf(text, sizeof text, "%.3g", value);
    else if (!isnan(value) && (isnan(least) || isnan(most)))
        snprintf(text, sizeof text, "%.3f", value);
    else if (!isnan(value) && (fabs(least) >= 100 || fabs(most) >= 100))
        snprintf(text, sizeof text, "%.3f (%.2g, %.2g)", value, least, most);
    else if (!isnan(value))
        snprintf(text, sizeof text, "%.3f (%.3f, %.3f)", value, least, most);
    fprintf(out, "%22s", text);
}

static void sobol_row(const struct text_table *table, size_t row, FILE *out)
{
    put_share(table, row, "first", out);
    putc(' ', out);
    put_share(table, row, "total", out);
}

static const struct {
    void (*head)(const struct text_table *table, size_t row,
                 const struct sensitivity *design, FILE *out);
    void (*row)(const struct text_table *table, size_t row, FILE *out);
    const char *legend;
} printers[] = {
    {tornado_head, tornado_row,
     "Differences from the medians, as many runs of each; swing is high less low, +- "
     "half "
     "of its interval.  The order is by the largest of the three.  Nothing is said of "
     "what inputs do together, nor of values between and beyond."},
    {morris_head, morris_row,
     "mu* is the mean size of the effect of a whole range of probability, mu its mean "
     "with sign, sigma its deviation: interaction or a curve. The intervals are over "
     "trajectories alone: with few of them, and where chance is shared, they hold the "
     "truth far less often than they say; take the order from them, and sizes from "
     "sobol."},
    {sobol_head, sobol_row,
     "Shares of the variance that the inputs make, by one alone and with all its "
     "interactions."},
};

static void print_row(const struct text_table *table, size_t row,
                      const struct sensitivity *design, FILE *out)
{
    prose_name(text_table_cell(table, row, "input"), NAME_WIDTH, out);
    printers[design->method].row(table, row, out);
    putc('\n', out);
}

/* Metric by metric, the first inputs of each. */
static void print_rows(const struct text_table *table, const struct sensitivity *design,
                       FILE *out)
{
    const char *metric = "";
    for (size_t row = 0; row < table->n_rows; row++) {
        const char *own = text_table_cell(table, row, "metric");
        double rank = text_table_number(table, row, "rank");
        if (strcmp(own, metric) != 0) {
            putc('\n', out);
            printers[design->method].head(table, row, design, out);
        }
        metric = own;
        if (rank <= INPUTS_SHOWN)
            print_row(table, row, design, out);
        else if (rank == INPUTS_SHOWN + 1)
            fprintf(out, "... and %zu more inputs\n", design->inputs - INPUTS_SHOWN);
    }
}

static void say_unvaried(const json_t *unvaried, const struct sensitivity *design,
                         const struct prose_to *to)
{
    struct paragraph text = {.used = 0};
    size_t n = json_array_size(unvaried);
    if (n == 0)
        return;
    paragraph_say(&text, "Not tried: ");
    for (size_t i = 0; i < n && i < INPUTS_SHOWN; i++)
        paragraph_say(&text, "%s%s", i > 0 ? ", " : "",
                      json_string_value(json_array_get(unvaried, i)));
    if (n > INPUTS_SHOWN)
        paragraph_say(&text, " and %zu more", n - INPUTS_SHOWN);
    paragraph_say(&text,
                  ". At all probabilities of this study %s one value, as a rare risk "
                  "has, so that 0 says nothing of %s: use --method sobol%s.",
                  n == 1 ? "it has" : "each has", n == 1 ? "it" : "them",
                  design->method == SENSITIVITY_TORNADO
                      ? ", or --low and --high nearer to 0 and 100 %"
                      : ", or more --levels");
    prose_gap(to);
    prose_say(to, &text, 0);
}

bool sensitivity_print(const struct study_plan *plan, const char *dir,
                       const struct prose_to *to, struct error *err)
{
    struct sensitivity design;
    struct text_table table;
    struct paragraph foot = {.used = 0};
    if (!read_design(plan, &design, err) ||
        !text_table_read(&table, dir, files[design.method], err))
        return false;
    if (to->out)
        print_rows(&table, &design, to->out);
    if (table.n_rows == 0)
        paragraph_say(&foot, "None of the metrics has a value. ");
    else
        paragraph_say(&foot, "%s ", printers[design.method].legend);
    if (json_is_true(json_object_get(plan->params, "correlation_ignored")))
        paragraph_say(&foot, "Inputs were varied one by one, and the scenario's "
                             "`correlation` was left aside. ");
    paragraph_say(&foot, "All figures with their intervals are in %s/%s.", dir,
                  files[design.method]);
    say_unvaried(json_object_get(plan->params, "unvaried"), &design, to);
    prose_gap(to);
    prose_say(to, &foot, 0);
    text_table_free(&table);
    return true;
}
