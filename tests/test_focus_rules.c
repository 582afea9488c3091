#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/csv_in.h"
#include "focus_violations.h"
#include "output/focus_rules.h"
#include "result_runs.h"

/* One violation of each rule, made from rows that Tenure wrote. */

static struct results results;

enum { ROWS_MAX = 512 };

/* A file read back: fields by column, NULL where they are null. */
struct focus_table {
    const struct focus_column *columns;
    size_t n_columns, n_rows;
    enum focus_version version;
    size_t at[FOCUS_COLUMNS_MAX], n_fields;
    const char *fields[ROWS_MAX][FOCUS_COLUMNS_MAX];
};

static struct focus_table costs[FOCUS_VERSIONS], commitments[FOCUS_VERSIONS];

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct focus_table *table = self;
    (void)err;
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].versions & 1u << table->version)
            table->at[table->n_fields++] = i;
    cr_assert(eq(sz, table->n_fields, header->n));
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct focus_table *table = self;
    (void)err;
    cr_assert(lt(sz, table->n_rows, ROWS_MAX));
    for (size_t i = 0; i < record->n; i++)
        if (record->fields[i].length > 0)
            table->fields[table->n_rows][table->at[i]] =
                arena_strdup(&results.arena, record->fields[i].text);
    table->n_rows++;
    return true;
}

static void read_table(struct focus_table *table, const struct saved_run *run,
                       bool of_costs, enum focus_version version)
{
    const char *path = results_path(&results, "table.csv");
    struct error err;
    *table = (struct focus_table){
        .columns = of_costs ? focus_cost_columns : focus_commitment_columns,
        .n_columns =
            of_costs ? (size_t)FOCUS_COST_COLUMNS : (size_t)FOCUS_COMMITMENT_COLUMNS,
        .version = version,
    };
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = table, .delimiter = 0};
    struct csv_out *out = csv_create(path, &err);
    bool ok = out &&
              (of_costs ? focus_write_costs(run, version, out, NULL, &err)
                        : focus_write_commitments(run, version, out, &err)) &&
              csv_close(out, NULL, &err) && csv_read(path, &reader, NULL, &err);
    cr_assert(ok, "%s", err.text);
}

/* Rows of all kinds: a lot of which half is sold, contracts paid wholly, partly and not
 * in advance, and on-demand with a minimum. */
static void setup(void)
{
    struct saved_run run;
    struct error err;
    results_begin(&results);
    results_write(&results, "jobs.csv",
                  "submit,duration_s,gpus\n0,691200,1\n5,86400,12\n9,7200,8\n");
    const char *dir =
        results_run(&results, "out",
                    "start: 2026-01-25\nhorizon: 60d\n"
                    "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
                    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, "
                    "changes: [{at: 2026-02-10, gpus: -8}]}\n"
                    "  - {name: part, tenure: lease, class: h100-sxm, gpus: 2, "
                    "price: 2 USD/GPU-h, term: 3y, prepay: 40 %}\n"
                    "  - {name: paid, tenure: lease, class: h100-sxm, gpus: 2, "
                    "price: 2 USD/GPU-h, term: 18mo, prepay: 100 %}\n"
                    "  - {name: later, tenure: lease, class: h100-sxm, gpus: 2, "
                    "price: 2 USD/GPU-h, term: 20d}\n"
                    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32, "
                    "price: 3 USD/GPU-h, minimum: 3h}\n",
                    NULL, 0);
    bool ok = saved_run_open(&run, dir, &err);
    cr_assert(ok, "%s", err.text);
    for (int v = 0; v < FOCUS_VERSIONS; v++) {
        read_table(&costs[v], &run, true, (enum focus_version)v);
        if (v >= FOCUS_1_3)
            read_table(&commitments[v], &run, false, (enum focus_version)v);
    }
    saved_run_close(&run);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(focus_rules, .init = setup, .fini = teardown, .timeout = 120);

struct told {
    char text[8][1024];
    int64_t line;
    int n;
};

static void tell(void *self, int64_t line, const char *text)
{
    struct told *told = self;
    told->line = line;
    if (told->n < 8)
        snprintf(told->text[told->n++], sizeof told->text[0], "%s", text);
}

static void put(FILE *file, const char *text)
{
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

static const char *header_of(const struct focus_table *table)
{
    const char *text = "";
    for (size_t i = 0; i < table->n_fields; i++)
        text = arena_printf(&results.arena, "%s%s%s", text, i ? "," : "",
                            table->columns[table->at[i]].name);
    return text;
}

/* Writes rows below the header and checks them. */
static struct told check_rows(const struct focus_table *table, const char *header,
                              const char *const *rows[], size_t n, bool *ok)
{
    const char *path = results_path(&results, "rows.csv");
    struct told told = {.n = 0};
    struct focus_check check = {.finding = tell, .self = &told};
    struct error err = {0};
    FILE *file = fopen(path, "w");
    fprintf(file, "%s\n", header);
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < table->n_fields; i++) {
            const char *field = rows[r][table->at[i]];
            if (i)
                putc(',', file);
            if (field)
                put(file, field);
            if (i + 1 == table->n_fields)
                putc('\n', file);
        }
    fclose(file);
    *ok = focus_check(path, &check, &err);
    if (!*ok)
        snprintf(told.text[0], sizeof told.text[0], "%s", err.text);
    return told;
}

static struct told check_row(const struct focus_table *table, const char *const row[])
{
    bool ok;
    const char *const *rows[] = {row};
    struct told told = check_rows(table, header_of(table), rows, 1, &ok);
    cr_assert(ok, "%s", told.text[0]);
    return told;
}

/* The first row in which a column begins so, and another, where given, too. */
static const char *const *row_with(const struct focus_table *table, size_t column,
                                   const char *value, size_t other,
                                   const char *other_value)
{
    for (size_t r = 0; r < table->n_rows; r++) {
        const char *a = table->fields[r][column], *b = table->fields[r][other];
        if (a && strncmp(a, value, strlen(value)) == 0 &&
            (!other_value || (b && strncmp(b, other_value, strlen(other_value)) == 0)))
            return table->fields[r];
    }
    cr_assert(false, "no row with %s", value);
    return NULL;
}

static void expect_violation(const struct focus_table *table,
                             const struct violation *wrong)
{
    const char *row[FOCUS_COLUMNS_MAX];
    const char *const *from =
        row_with(table, wrong->column, wrong->value, wrong->other, wrong->other_value);
    struct told told = check_row(table, from);
    cr_expect(eq(int, told.n, 0), "before: %s", told.text[0]);
    memcpy(row, from, sizeof row);
    for (size_t i = 0; wrong->changes[i].column != NOTHING; i++)
        row[wrong->changes[i].column] = wrong->changes[i].value;
    told = check_row(table, row);
    bool said = false;
    for (int i = 0; i < told.n; i++)
        said |= strcmp(told.text[i], wrong->says) == 0;
    cr_expect(said, "'%s' was not found, but '%s'", wrong->says, told.text[0]);
    cr_expect(eq(i64, told.line, 2));
}

/* In each version in which the rule holds. */
static void expect_all(const struct focus_rule *rules,
                       const struct focus_table tables[],
                       const struct violation wrong[], size_t n)
{
    for (const struct focus_rule *rule = rules; rule->says; rule++) {
        bool fed = false;
        for (size_t i = 0; i < n; i++) {
            if (strcmp(wrong[i].says, rule->says) != 0)
                continue;
            fed = true;
            for (int v = 0; v < FOCUS_VERSIONS; v++)
                if (rule->versions & 1u << v)
                    expect_violation(&tables[v], &wrong[i]);
        }
        cr_expect(fed, "no violation of '%s'", rule->says);
    }
}

Test(focus_rules, each_rule_of_cost_and_usage_finds_its_violation)
{
    expect_all(focus_cost_rules, costs, cost_violations,
               sizeof cost_violations / sizeof *cost_violations);
}

Test(focus_rules, each_rule_of_contract_commitments_finds_its_violation)
{
    expect_all(focus_commitment_rules, commitments, commitment_violations,
               sizeof commitment_violations / sizeof *commitment_violations);
}

/* Null where that is not allowed, and what is no value of the column. */
static void spoil_columns(const struct focus_table *table)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct focus_column *column = &table->columns[table->at[i]];
        const char *row[FOCUS_COLUMNS_MAX];
        const char *expected;
        memcpy(row, table->fields[0], sizeof row);
        row[table->at[i]] = NULL;
        struct told told = check_row(table, row);
        expected = arena_printf(&results.arena, "%s must not be null", column->name);
        bool refused = told.n > 0 && strcmp(told.text[0], expected) == 0;
        cr_expect(refused != column->nullable, "%s: %s", column->name, told.text[0]);
        if (column->kind == FOCUS_JSON ||
            (column->kind == FOCUS_TEXT && !column->allowed))
            continue;
        row[table->at[i]] = "N/A";
        told = check_row(table, row);
        expected = arena_printf(&results.arena, "%s: 'N/A' is not ", column->name);
        cr_expect(strncmp(told.text[0], expected, strlen(expected)) == 0, "%s: %s",
                  column->name, told.text[0]);
    }
}

Test(focus_rules, each_column_refuses_what_is_no_value_of_it)
{
    for (int v = 0; v < FOCUS_VERSIONS; v++) {
        spoil_columns(&costs[v]);
        if (v >= FOCUS_1_3)
            spoil_columns(&commitments[v]);
    }
}

Test(focus_rules, numbers_and_dates_have_one_form)
{
    static const struct {
        enum focus_cost_column column;
        const char *value, *message;
    } cases[] = {
        {BILLED_COST, "+1.5", "BilledCost: '+1.5' is not a plain decimal number"},
        {BILLED_COST, "1,500", "BilledCost: '1,500' is not a plain decimal number"},
        {BILLED_COST, "1e5", "BilledCost: '1e5' is not a plain decimal number"},
        {BILLED_COST, ".5", "BilledCost: '.5' is not a plain decimal number"},
        {BILLED_COST, "5.", "BilledCost: '5.' is not a plain decimal number"},
        {BILLED_COST, "1000000000000000000",
         "BilledCost: '1000000000000000000' is too large"},
        {BILLED_COST, "-96666666666666666666666666666666666666666666666671.702109",
         "BilledCost: '-966666666666666666666666666666666666666' is too large"},
        {BILLED_COST, "$5", "BilledCost: '$5' is not a plain decimal number"},
        {CHARGE_PERIOD_END, "2026-02-01",
         "ChargePeriodEnd: '2026-02-01' is not a date YYYY-MM-DDTHH:MM:SSZ"},
        {CHARGE_PERIOD_END, "2026-02-01T00:00:00+00:00",
         "ChargePeriodEnd: '2026-02-01T00:00:00+00:00' is not a date "
         "YYYY-MM-DDTHH:MM:SSZ"},
        {CHARGE_PERIOD_END, "2026-02-31T00:00:00Z",
         "ChargePeriodEnd: '2026-02-31T00:00:00Z' is not a date YYYY-MM-DDTHH:MM:SSZ"},
        {CHARGE_CATEGORY, "usage",
         "ChargeCategory: 'usage' is not one of the allowed values"},
        {BILLING_CURRENCY, "usd",
         "BillingCurrency: 'usd' is not one of the allowed values"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *row[FOCUS_COLUMNS_MAX];
        memcpy(row, costs[FOCUS_1_4].fields[0], sizeof row);
        row[cases[i].column] = cases[i].value;
        struct told told = check_row(&costs[FOCUS_1_4], row);
        cr_expect(eq(str, told.text[0], (char *)cases[i].message));
    }
}

/* The test's own writer quotes every field, null as "" here. */
Test(focus_rules, a_quoted_null_is_found_with_its_line)
{
    const struct focus_table *table = &commitments[FOCUS_1_4];
    const char *const *rows[] = {table->fields[0], table->fields[1]};
    const char *row[FOCUS_COLUMNS_MAX];
    bool ok;
    memcpy(row, table->fields[1], sizeof row);
    row[CC_DISCOUNT_PERCENTAGE] = "";
    rows[1] = row;
    struct told told = check_rows(table, header_of(table), rows, 2, &ok);
    cr_assert(ok, "%s", told.text[0]);
    cr_expect(eq(int, told.n, 1));
    cr_expect(eq(i64, told.line, 3));
    cr_expect(eq(str, told.text[0], "a null is an empty field, without quotes"));
}

Test(focus_rules, a_commitment_has_one_row)
{
    const struct focus_table *table = &commitments[FOCUS_1_3];
    const char *const *rows[] = {table->fields[0], table->fields[0]};
    bool ok;
    struct told told = check_rows(table, header_of(table), rows, 2, &ok);
    cr_expect(eq(str, told.text[0],
                 "ContractCommitmentId: 'part/contract 1' stands in a row before"));
    cr_expect(eq(i64, told.line, 3));
}

/* A finding goes to a terminal, which the file must not steer. */
Test(focus_rules, a_finding_shows_no_control_characters)
{
    const struct focus_table *table = &commitments[FOCUS_1_3];
    const char *row[FOCUS_COLUMNS_MAX];
    memcpy(row, table->fields[0], sizeof row);
    row[CC_CONTRACT_PERIOD_END] = "\033[2J2027";
    struct told told = check_row(table, row);
    cr_expect(eq(str, told.text[0],
                 "ContractPeriodEnd: '?[2J2027' is not a date YYYY-MM-DDTHH:MM:SSZ"));
}

/* A column of another version, in another place, or none at all. */
Test(focus_rules, other_columns_are_refused)
{
    static const char *const headers[] = {"a,b", "BilledCost", "",
                                          "ProviderName,BilledCost"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *path = results_path(&results, "headers.csv");
        struct focus_check check = {.finding = NULL};
        struct error err = {0};
        results_write(&results, "headers.csv",
                      arena_printf(&results.arena, "%s\n", headers[i]));
        cr_expect(not(focus_check(path, &check, &err)), "%s", headers[i]);
        cr_expect(err.text[0] != '\0', "%s", headers[i]);
    }
}
