#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

#include "focus_totals.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(focus, .init = setup, .fini = teardown, .timeout = 120);

/* What is paid and incurred, or only one of them, or capital: each account of money has
 * a place, so that one added later fails here until it is given one. */
Test(focus, every_account_has_a_treatment_that_fits_its_bases)
{
    for (int a = 0; a < ACCOUNTS; a++) {
        enum account account = (enum account)a;
        bool cash = account_has_basis(account, BASIS_CASH);
        bool accrual = account_has_basis(account, BASIS_ACCRUAL);
        bool fits = false;
        switch (focus_treatment(account)) {
        case FOCUS_UNMAPPED: break;
        case FOCUS_PAYMENT:
        case FOCUS_RECEIPT: fits = cash && !accrual; break;
        case FOCUS_SPREAD:
        case FOCUS_ADJUSTMENT: fits = accrual && !cash; break;
        case FOCUS_BILL: fits = cash && accrual; break;
        case FOCUS_CAPITAL: fits = !cash && !accrual; break;
        }
        cr_expect(fits, "account %s has no treatment in sim/output/focus_columns.c",
                  account_names[a]);
    }
}

Test(focus, columns_have_names_of_their_own_in_the_order_of_the_alphabet)
{
    for (int i = 1; i < X_CAPITAL_CHARGE; i++)
        cr_expect(strcmp(focus_cost_columns[i - 1].name, focus_cost_columns[i].name) <
                          0 ||
                      i == CONTRACTED_COST,
                  "%s", focus_cost_columns[i].name);
    for (int i = X_CAPITAL_CHARGE; i < FOCUS_COST_COLUMNS; i++)
        cr_expect(strncmp(focus_cost_columns[i].name, "x_", 2) == 0, "%s",
                  focus_cost_columns[i].name);
    for (int i = 0; i < FOCUS_COMMITMENT_COLUMNS; i++)
        cr_expect(focus_commitment_columns[i].name &&
                      focus_commitment_columns[i].versions,
                  "column %d", i);
}

Test(focus, totals_are_cash_and_accrual_on_the_shipped_scenarios)
{
    static const char *const names[] = {"own-or-lease", "aging-a100", "all-leased",
                                        "all-owned"};
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(&results.arena, "%s/models/scenarios/%s.yaml",
                                        source, names[i]);
        const char *dir = results_run_file(&results, names[i], path, NULL, 0);
        for (int v = 0; v < FOCUS_VERSIONS; v++)
            expect_focus_totals(&results, dir, (enum focus_version)v);
    }
}

/* Pools of every kind with drawn sizes, prices, dates and terms; service has a price,
 * which must not appear. */
static const char *random_pools(const uint32_t d[])
{
    static const char *const openings[] = {
        "", ", in_service: 2024-03-05, opening: book",
        ", in_service: 2023-03-05, opening: market",
        ", changes: [{at: 2026-02-03, gpus: +8}, {at: 2026-03-17, gpus: -16}]"};
    static const char *const methods[] = {
        "", ", depreciation: declining-balance",
        ", depreciation: {method: units-of-production, expected_utilization: 3 %}"};
    static const char *const recurring[] = {
        "", ", software: 3 kUSD/y, security: 700 USD/y",
        ", escalation: {tariff: 7 %/y, staff: -3 %/y}", ", carbon_market: grid"};
    static const char *const prepays[] = {"", ", prepay: 20 %", ", prepay: 100 %"};
    static const char *const bursts[] = {"", ", minimum: 10min, increment: 60s",
                                         ", unit: 8, keep_alive: 20min"};
    return arena_printf(
        &results.arena,
        "  - {name: own, tenure: own, class: h100-sxm, gpus: %u%s%s%s}\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: %u, "
        "price: 1.%06u USD/GPU-h, term: %ud%s}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32, "
        "price: 2.%06u USD/GPU-h%s}\n",
        8 * (2 + d[3] % 4), openings[d[4] % 4], methods[d[8] % 3], recurring[d[9] % 4],
        8 * (1 + d[5] % 3), d[6] % 1000000, 1 + d[7] % 400, prepays[d[0] % 3],
        d[1] % 1000000, bursts[d[2] % 3]);
}

static const char *random_scenario(uint32_t *state)
{
    uint32_t d[10];
    for (int k = 0; k < 10; k++)
        d[k] = (*state = *state * 1664525u + 1013904223u) >> 8;
    return arena_printf(
        &results.arena,
        "name: drawn\nstart: 2026-01-%02uT%02u:31:05.017Z\nhorizon: %ud\n"
        "discount_rate: 9.3 %%/y\n"
        "service: {unserved: 5 USD/GPU-h, delay: 0.4 USD/GPU-h, miss: 3 USD}\n"
        "demand:\n  - {jobs: jobs.csv, after_end: stop}\n"
        "markets:\n  - {name: grid, of: carbon, price: {model: decline, start: 390 "
        "g/kWh, "
        "rate: 20 %%/y}}\n"
        "pools:\n%s",
        1 + d[0] % 28, d[1] % 24, 1 + d[2] % 120, random_pools(d));
}

Test(focus, totals_are_cash_and_accrual_on_random_scenarios)
{
    const char *cases = getenv("TENURE_CASES");
    int n = cases ? atoi(cases) : 60;
    uint32_t state = 260604;
    results_jobs(&results, "jobs.csv", 700, 16000000);
    for (int i = 0; i < n; i++) {
        const char *dir =
            results_run(&results, arena_printf(&results.arena, "drawn-%d", i),
                        random_scenario(&state), NULL, 0);
        expect_focus_totals(&results, dir, (enum focus_version)(i % FOCUS_VERSIONS));
    }
}

static const char *file_text(const char *path)
{
    char *text = arena_alloc(&results.arena, 1 << 20);
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static const char *rows_of(const char *dir, bool commitments,
                           enum focus_version version)
{
    struct saved_run run;
    struct error err;
    const char *path = results_path(&results, "rows.csv");
    bool ok = saved_run_open(&run, dir, &err);
    cr_assert(ok, "%s", err.text);
    struct csv_out *out = csv_create(path, &err);
    ok = out &&
         (commitments ? focus_write_commitments(&run, version, out, &err)
                      : focus_write_costs(&run, version, out, NULL, &err)) &&
         csv_close(out, NULL, &err);
    cr_assert(ok, "%s", err.text);
    saved_run_close(&run);
    return file_text(path);
}

static const char *costs_of(const char *dir, enum focus_version version)
{
    return rows_of(dir, false, version);
}

/* 10 days from 25 January: 7 in January, 3 in February.  Two leased GPUs at 2 USD, 40 %
 * prepaid on a term of 100 d: 2 x 2400 h x 2 x 0.4 = 3,840 USD at once, 1.2 USD an hour
 * later.  One job of a GPU for 8 days: in January 168 of 336 hours are used, in
 * February 24 of 144.  An hour costs 0.8 + 1.2 USD: 336 used and 336 unused in January;
 * 48 and 240 in February.  Bills: 336 x 1.2 = 403.2 and 144 x 1.2 = 172.8 USD.  Prepaid
 * are 0.4 x 4,800 = 1,920 h, by rent 0.6 x 336 = 201.6 and 0.6 x 144 = 86.4: over the
 * whole term all 4,800. */
Test(focus, a_lease_is_a_purchase_and_hours_used_and_unused)
{
    static const struct {
        const char *start, *rest;
    } rows[] = {
        {"3840.000000,", "Purchase,,prepayment of leased/contract 1,One-Time,"
                         "2026-02-01T00:00:00Z,2026-01-25T00:00:00Z,Usage,"
                         "leased/contract 1,leased/contract 1,1920.000000000,,Lease,"
                         "GPU-Hours,,,\"{"},
        {"403.200000,", "Purchase,,rent of leased/contract 1,Recurring,"
                        "2026-02-01T00:00:00Z,2026-01-25T00:00:00Z,Usage,"
                        "leased/contract 1,leased/contract 1,201.600000000,,Lease,"},
        {"0.000000,", "168.000000000,Used,Lease,GPU-Hours,168.000000000,GPU-Hours,\"{"},
        {"0.000000,", "\"\"}]}\",336.000000,336.000000,leased,leased,336.000000,"
                      "Committed,168.000000000,GPU-Hours,"},
        {"0.000000,", "168.000000000,Unused,Lease,GPU-Hours,,,\"{"},
        {"172.800000,", "2026-02-04T00:00:00Z,2026-02-01T00:00:00Z,Usage,"},
        {"0.000000,", ",48.000000,48.000000,leased,leased,48.000000,Committed,24.0"},
        {"0.000000,",
         ",240.000000,240.000000,leased,leased,240.000000,Committed,120.0"},
    };
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,691200,1\n");
    const char *dir =
        results_run(&results, "lease",
                    "start: 2026-01-25\nhorizon: 10d\n"
                    "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
                    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 2, "
                    "price: 2 USD/GPU-h, term: 100d, prepay: 40 %}\n",
                    NULL, 0);
    const char *text = costs_of(dir, FOCUS_1_4);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *at = strstr(text, rows[i].rest);
        cr_assert(at != NULL, "%s is not in\n%s", rows[i].rest, text);
        while (at > text && at[-1] != '\n')
            at--;
        cr_expect(strncmp(at, rows[i].start, strlen(rows[i].start)) == 0, "%.80s", at);
    }
}

/* 2 GPUs for 10 days, 480 h, half of them owed: the rent's rows buy 336 h in January
 * and 144 h in February; use above the share, extras and the exit's fee buy none. */
Test(focus, only_rent_and_prepayment_buy_hours_of_a_commitment)
{
    static const char *const buys[] = {"Purchase,,rent of leased/contract 1,"};
    static const char *const others[] = {
        "Purchase,,extras of leased/contract 1,Recurring,2026-02-01T00:00:00Z,"
        "2026-01-25T00:00:00Z,,,,,,,",
        "Purchase,,rent_used of leased/contract 1,Recurring,2026-02-01T00:00:00Z,"
        "2026-01-25T00:00:00Z,,,,,,,",
        "Purchase,,exit_fee of leased/contract 1,"};
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,604800,2\n");
    const char *dir = results_run(
        &results, "above",
        "start: 2026-01-25\nhorizon: 10d\n"
        "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 2, price: 2 "
        "USD/GPU-h, term: 100d, take_or_pay: 50 %, extras: 10 %, exit: 2026-02-03, "
        "exit_fee: 20 %}\n",
        NULL, 0);
    const char *text = costs_of(dir, FOCUS_1_4);
    const char *rent = strstr(text, buys[0]);
    cr_assert(rent != NULL, "%s", text);
    cr_expect(strstr(rent, ",336.000000000,,Lease,") != NULL);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect(strstr(text, others[i]) != NULL, "%s is not in\n%s", others[i], text);
}

/* 8 GPUs at 2 USD for 181 days of two years: 34,752 GPU-h, rent 69,504 USD; of what
 * remains, 8 x 2 x 549 x 24 = 210,816 USD, half is the fee: 174,912 USD in all. */
Test(focus, a_cancelled_contract_is_what_was_in_force_and_its_fee)
{
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,7,1\n");
    const char *dir =
        results_run(&results, "left",
                    "start: 2026-01-01\nhorizon: 1y\n"
                    "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
                    "  - {name: e, tenure: lease, class: h100-sxm, gpus: 8, price: 2 "
                    "USD/GPU-h, term: 2y, exit: 2026-07-01, exit_fee: 50 %}\n",
                    NULL, 0);
    const char *text = rows_of(dir, true, FOCUS_1_4);
    cr_expect(strstr(text, ",174912.000000,8 GPUs of") != NULL, "%s", text);
    cr_expect(strstr(text, ",2026-07-01T00:00:00Z,2026-01-01T00:00:00Z,34752.000000000,"
                           "Lease,") != NULL,
              "%s", text);
}

/* A sale of half the lot: a Credit of what it brings, and an Adjustment that is book
 * less that; both have no SKU. */
Test(focus, a_sale_is_a_credit_and_its_loss_an_adjustment)
{
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,691200,1\n");
    const char *dir =
        results_run(&results, "sale",
                    "start: 2026-01-25\nhorizon: 60d\n"
                    "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
                    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, "
                    "changes: [{at: 2026-02-10, gpus: -8}]}\n",
                    NULL, 0);
    const char *text = costs_of(dir, FOCUS_1_3);
    cr_expect(strstr(text, ",Credit,,resale of own/lot 1,One-Time,") != NULL);
    cr_expect(strstr(text, ",Adjustment,,disposal of own/lot 1,One-Time,") != NULL);
    cr_expect(strstr(text, ",own/lot 1,Used,Usage,,Used GPU time of own/lot 1,") !=
              NULL);
    expect_focus_totals(&results, dir, FOCUS_1_2);
}

/* Names that would break a field, a row, a formula or a string of JSON. */
Test(focus, hostile_names_stay_in_their_field)
{
    static const char *const names[] = {"a\"b", "a,b", "a\nb", "=cmd()", "@x",
                                        "a\\b", "'q",  "\t",   "{}",     "\xc3\xa4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = results_path(&results, "hostile.csv");
        struct focus_cell cells[FOCUS_COST_COLUMNS] = {0};
        struct error err;
        struct csv_out *out = csv_create(path, &err);
        struct focus_check check = {.finding = NULL};
        for (int c = 0; c < FOCUS_COST_COLUMNS; c++)
            if (focus_cost_columns[c].kind != FOCUS_JSON)
                cells[c] = (struct focus_cell){names[i], 0, true};
        cells[SKU_PRICE_DETAILS].text =
            arena_printf(&results.arena, "{\"x_Class\":%s}",
                         focus_json_string(&results.arena, names[i]));
        focus_write_header(out, focus_cost_columns, FOCUS_COST_COLUMNS, FOCUS_1_4);
        for (int row = 0; row < 2; row++)
            focus_write_row(out, focus_cost_columns, FOCUS_COST_COLUMNS, FOCUS_1_4,
                            cells);
        cr_assert(csv_close(out, NULL, &err));
        bool ok = focus_check(path, &check, &err);
        cr_assert(ok, "%s: %s", names[i], err.text);
        cr_expect(eq(i64, check.rows, 2), "%s", names[i]);
        const char *text = file_text(path);
        for (const char *at = text; (at = strpbrk(at, "=@")) != NULL; at++)
            cr_expect(at[-1] == '\'' || at[-1] == '"', "a formula: %.20s", at - 1);
    }
}

Test(focus, a_result_that_was_changed_is_refused)
{
    struct saved_run run;
    struct error err;
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,691200,1\n");
    const char *dir =
        results_run(&results, "changed",
                    "start: 2026-01-25\nhorizon: 6d\n"
                    "demand:\n  - {jobs: jobs.csv, after_end: stop}\npools:\n"
                    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n",
                    NULL, 0);
    FILE *file = fopen(arena_printf(&results.arena, "%s/usage.csv", dir), "a");
    fputs("\n", file);
    fclose(file);
    cr_assert(not(saved_run_open(&run, dir, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_AUDIT));
    unlink(arena_printf(&results.arena, "%s/manifest.json", dir));
    cr_assert(not(saved_run_open(&run, dir, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
}
