#include "study/tables.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "study/results.h"

/* clang-format off */
#define POINT {"point", "number of the point, from 0, the last axis varying fastest", FIELD_PLAIN}
#define AXES  {"each axis", "the point's value on it, as `--set` takes it: with its unit; of `breakeven` a number in the axis' unit", FIELD_AXES}
#define METRIC \
    {"metric", "SCOPE.METRIC, of the metrics below", FIELD_PLAIN}, \
    {"unit", "of all figures of the row but probabilities, shares and counts", FIELD_PLAIN}
#define END {.name = NULL}

static const struct study_field replications_fields[] = {
    {"replication", "k, from 0; the same k draws the same at every point", FIELD_PLAIN},
    POINT,
    AXES,
    {"each uncertain input", "the value drawn: a number in the unit that its law has, or the choice as written; with the unit `--set` takes it", FIELD_UNCERTAIN},
    {"error", "why the replication could not be done; then it has no metrics; else empty", FIELD_PLAIN},
    {"each metric", "SCOPE.METRIC, with the digits of summary.csv: those of total, fixed and each pool that have a value in any replication, and those that `study` names; empty where a replication has no such value, 0 where none means 0", FIELD_METRICS},
    END,
};

static const struct study_field points_fields[] = {
    POINT,
    AXES,
    METRIC,
    {"n", "replications in the figures: without failed ones, those that lack the metric, and an incomplete last unit of the design", FIELD_PLAIN},
    {"mean", "of them", FIELD_PLAIN},
    {"standard_error", "of the mean, from independent units", FIELD_PLAIN},
    {"ci_low", "interval of the mean, by Student's t", FIELD_PLAIN},
    {"ci_high", "its upper limit", FIELD_PLAIN},
    {"sd", "standard deviation of single replications", FIELD_PLAIN},
    {"min", "the least", FIELD_PLAIN},
    {"max", "the most", FIELD_PLAIN},
    {"pNN, pNN_low, pNN_high", "for each of `study.quantiles`, as p05 or p99_5: the smallest value of rank >= p n, and its interval; a limit that n cannot give is empty", FIELD_QUANTILES},
    {"cvar_95", "mean of the highest 5 %", FIELD_PLAIN},
    {"cvar_95_low", "its interval; empty below 400 replications, whose tail is too small for one", FIELD_PLAIN},
    {"cvar_95_high", "its upper limit", FIELD_PLAIN},
    {"target", "what `study.targets` asks of the metric; else it and the next three are empty", FIELD_PLAIN},
    {"miss_probability", "share of replications that miss it", FIELD_PLAIN},
    {"miss_low", "its interval", FIELD_PLAIN},
    {"miss_high", "its upper limit", FIELD_PLAIN},
    END,
};

static const struct study_field paired_fields[] = {
    POINT,
    AXES,
    {"baseline", "number of the point that it is compared with", FIELD_PLAIN},
    METRIC,
    {"n", "replications that both points have", FIELD_PLAIN},
    {"mean_difference", "the point less the baseline, replication by replication", FIELD_PLAIN},
    {"standard_error", "of it", FIELD_PLAIN},
    {"ci_low", "its interval, by Student's t; without zero in it the points differ", FIELD_PLAIN},
    {"ci_high", "its upper limit", FIELD_PLAIN},
    {"unpaired_half_width", "how wide half of the interval would be if the two had drawn independently", FIELD_PLAIN},
    {"correlation", "of the two points over replications", FIELD_PLAIN},
    END,
};

#define INPUT \
    {"rank", "of the input in this metric, the largest effect first", FIELD_PLAIN}, \
    {"input", "path of the uncertain input", FIELD_PLAIN}

static const struct study_field tornado_fields[] = {
    METRIC,
    INPUT,
    {"low_value", "the input's low value, the others at their medians", FIELD_PLAIN},
    {"base_value", "its median", FIELD_PLAIN},
    {"high_value", "its high value", FIELD_PLAIN},
    {"n", "replications that low and high have", FIELD_PLAIN},
    {"base_mean", "mean with all inputs at their medians", FIELD_PLAIN},
    {"low_mean", "mean with this one low", FIELD_PLAIN},
    {"high_mean", "mean with this one high", FIELD_PLAIN},
    {"low_difference", "low less base, paired", FIELD_PLAIN},
    {"low_difference_low", "its interval", FIELD_PLAIN},
    {"low_difference_high", "its upper limit", FIELD_PLAIN},
    {"high_difference", "high less base, paired", FIELD_PLAIN},
    {"high_difference_low", "its interval", FIELD_PLAIN},
    {"high_difference_high", "its upper limit", FIELD_PLAIN},
    {"swing", "high less low, paired; ranks by its size", FIELD_PLAIN},
    {"swing_low", "its interval", FIELD_PLAIN},
    {"swing_high", "its upper limit", FIELD_PLAIN},
    END,
};

static const struct study_field morris_fields[] = {
    METRIC,
    INPUT,
    {"n", "elementary effects", FIELD_PLAIN},
    {"mu", "their mean: per whole range of probability", FIELD_PLAIN},
    {"mu_low", "its interval", FIELD_PLAIN},
    {"mu_high", "its upper limit", FIELD_PLAIN},
    {"mu_star", "mean of their sizes; ranks by it", FIELD_PLAIN},
    {"mu_star_low", "its interval", FIELD_PLAIN},
    {"mu_star_high", "its upper limit", FIELD_PLAIN},
    {"sigma", "their standard deviation: interaction and curvature", FIELD_PLAIN},
    {"sigma_low", "its interval", FIELD_PLAIN},
    {"sigma_high", "its upper limit", FIELD_PLAIN},
    END,
};

static const struct study_field sobol_fields[] = {
    METRIC,
    INPUT,
    {"n", "blocks", FIELD_PLAIN},
    {"first", "share of the variance by this input alone", FIELD_PLAIN},
    {"first_low", "its interval", FIELD_PLAIN},
    {"first_high", "its upper limit", FIELD_PLAIN},
    {"total", "share with all its interactions; ranks by it", FIELD_PLAIN},
    {"total_low", "its interval", FIELD_PLAIN},
    {"total_high", "its upper limit", FIELD_PLAIN},
    {"first_sum", "sum of the first-order shares: what is missing to 1 is interaction", FIELD_PLAIN},
    {"first_sum_low", "its interval", FIELD_PLAIN},
    {"first_sum_high", "its upper limit", FIELD_PLAIN},
    {"mean", "of the metric over the inputs", FIELD_PLAIN},
    {"sd", "its standard deviation over the inputs, that of chance within replications taken off", FIELD_PLAIN},
    {"inputs_frac", "part of the variance that the inputs explain; the rest is chance", FIELD_PLAIN},
    END,
};

static const struct study_field breakeven_fields[] = {
    {"y and x", "values of the two axes; without `y` there is no such column", FIELD_PLACE},
    METRIC,
    {"n", "replications that both designs have", FIELD_PLAIN},
    {"first", "name of the first design", FIELD_PLAIN},
    {"first_mean", "its mean", FIELD_PLAIN},
    {"second", "name of the second design", FIELD_PLAIN},
    {"second_mean", "its mean", FIELD_PLAIN},
    {"difference", "first less second, paired", FIELD_PLAIN},
    {"standard_error", "of it", FIELD_PLAIN},
    {"ci_low", "its interval", FIELD_PLAIN},
    {"ci_high", "its upper limit", FIELD_PLAIN},
    {"lower", "the design that is lower beyond the interval; empty where that is not decided", FIELD_PLAIN},
    END,
};

static const struct study_field boundary_fields[] = {
    {"y and x", "y, and where on x the designs are equal; empty where they are nowhere", FIELD_PLACE},
    {"metric", "SCOPE.METRIC, of the metrics below", FIELD_PLAIN},
    {"kind", "`crossing`; `undecided`: a stretch in which neither is lower; `none`: one is lower everywhere", FIELD_PLAIN},
    {"low", "the band of x in which equality cannot be excluded", FIELD_PLAIN},
    {"high", "its upper limit", FIELD_PLAIN},
    {"lower_below", "the design that is lower below it", FIELD_PLAIN},
    {"lower_above", "the design that is lower above it", FIELD_PLAIN},
    {"n", "replications in it: those in which both designs have the metric at every x, but for x at the ends at which none has it", FIELD_PLAIN},
    END,
};

const struct study_table study_tables[STUDY_TABLES] = {
    [STUDY_REPLICATIONS] = {"replications.csv", "one per replication and point, in the order of replications, then points", replications_fields},
    [STUDY_POINTS] = {"points.csv", "one per point and metric; of `mc` and `sweep`", points_fields},
    [STUDY_PAIRED] = {"paired.csv", "one per metric and point but the baseline; of a `sweep`", paired_fields},
    [STUDY_TORNADO] = {"tornado.csv", "one per metric and uncertain input, largest swing first; of `sensitivity --method tornado`", tornado_fields},
    [STUDY_MORRIS] = {"morris.csv", "one per metric and uncertain input, largest effect first; of `sensitivity --method morris`", morris_fields},
    [STUDY_SOBOL] = {"sobol.csv", "one per metric and uncertain input, largest share first; of `sensitivity --method sobol`", sobol_fields},
    [STUDY_BREAKEVEN] = {"breakeven.csv", "one per value of y and x; of `breakeven`", breakeven_fields},
    [STUDY_BOUNDARY] = {"boundary.csv", "one per value of y and place on x; of `breakeven`", boundary_fields},
};
/* clang-format on */

/* 0.05 is "p05", 0.995 is "p99_5". */
static void quantile_name(char name[32], double p)
{
    char percent[DECIMAL_TEXT];
    decimal_write_double_shifted(percent, p, 2);
    bool one_digit = strcspn(percent, ".") < 2;
    snprintf(name, 32, "p%s%.24s", one_digit ? "0" : "", percent);
    for (char *c = name; *c; c++)
        if (*c == '.')
            *c = '_';
}

static void quantile_heads(const struct study_plan *plan, struct csv_out *out)
{
    static const char *const ends[] = {"", "_low", "_high"};
    for (size_t i = 0; i < plan->n_quantiles; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            char name[32], column[40];
            quantile_name(name, plan->quantiles[i]);
            snprintf(column, sizeof column, "%s%s", name, ends[k]);
            csv_text(out, column);
        }
}

static void field_heads(const struct study_results *results,
                        const struct study_field *field, struct csv_out *out)
{
    const struct study_plan *plan = results->plan;
    switch (field->kind) {
    case FIELD_PLAIN: csv_text(out, field->name); break;
    case FIELD_AXES:
    case FIELD_PLACE:
        for (size_t i = 0; i + (field->kind == FIELD_PLACE) < plan->n_axes; i++)
            csv_text(out, plan->axes[i].name);
        break;
    case FIELD_UNCERTAIN:
        for (size_t i = 0; i < plan->n_uncertain; i++)
            csv_text(out, plan->uncertain[i].path);
        break;
    case FIELD_METRICS:
        for (size_t i = 0; i < plan->columns.n; i++)
            if (results->used[i])
                csv_text(out, plan->columns.items[i].name);
        break;
    case FIELD_QUANTILES: quantile_heads(plan, out); break;
    }
}

void study_table_head(const struct study_results *results, enum study_table_kind table,
                      struct csv_out *out)
{
    const struct study_field *field = study_tables[table].fields;
    for (; field->name; field++)
        field_heads(results, field, out);
    csv_end_row(out);
}

void study_tables_print(FILE *out)
{
    fprintf(out, "\n# Files of studies\n\nWritten by `tenure mc`, `sweep`, "
                 "`sensitivity` and `breakeven`.  Only their hashes are audited.\n");
    for (size_t i = 0; i < STUDY_TABLES; i++) {
        const struct study_table *table = &study_tables[i];
        fprintf(out, "\n## %s\n\nRows: %s.\n\n| column | meaning |\n|---|---|\n",
                table->name, table->rows);
        for (const struct study_field *field = table->fields; field->name; field++)
            fprintf(out,
                    field->kind == FIELD_PLAIN ? "| `%s` | %s |\n" : "| %s | %s |\n",
                    field->name, field->help);
    }
}
