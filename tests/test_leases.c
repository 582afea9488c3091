/* The view of leases: closed forms, what holds for any contract, and whole runs. */

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>

#include "base/calendar.h"
#include "base/rng.h"
#include "output/leases.h"
#include "result_runs.h"

#define JAN_2026 INT64_C(1767225600000)

static struct lease_terms terms_of(int64_t months, double rent_usd, double prepaid_usd)
{
    return (struct lease_terms){
        .begin_unix_ms = JAN_2026,
        .until_unix_ms = calendar_add_months(JAN_2026, months),
        .rent_uusd = llround(rent_usd * 1e6),
        .prepaid_uusd = llround(prepaid_usd * 1e6),
        .rate_per_y = 0.1,
        .life_y = 5,
        .fair_uusd = llround(350e9),
        .identified_asset = true,
    };
}

/* 365 USD of rent over 2027's and 2026's 730 days, 0.5 USD a day, paid as months end:
 * 15.5 USD on day 31 and so on, 24 payments, the last on day 730. */
Test(leases, the_liability_is_the_present_value_of_the_months)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct arena arena = {0};
    struct lease_view view;
    struct lease_terms terms = terms_of(24, 365, 40);
    double pv = 0, at = 0;
    for (int i = 0; i < 24; i++) {
        at += days[i % 12];
        pv += 0.5 * days[i % 12] / pow(1.1, at / 365);
    }
    lease_view_make(&view, &terms, LEASE_ASC842, &arena);
    cr_expect_eq(view.kind, LEASE_OPERATING);
    cr_expect_float_eq((double)view.liability_uusd / 1e6, pv, 1e-6);
    cr_expect_eq(view.right_uusd, view.liability_uusd + 40000000);
    cr_assert_eq(view.n_years, 2);
    /* After a year the rest, worth what the next twelve payments are then. */
    double rest = 0;
    at = 0;
    for (int i = 0; i < 12; i++) {
        at += days[i];
        rest += 0.5 * days[i] / pow(1.1, at / 365);
    }
    cr_expect_float_eq((double)view.years[0].closing_uusd / 1e6, rest, 2e-5);
    cr_expect_eq(view.years[0].expense_uusd, 202500000); /* (365 + 40) / 2 */
    cr_expect_eq(view.years[1].expense_uusd, 202500000);
    cr_expect_eq(view.years[1].closing_uusd, 0);
    cr_expect_eq(view.years[1].right_uusd, 0);

    lease_view_make(&view, &terms, LEASE_IFRS16, &arena);
    cr_expect_eq(view.kind, LEASE_FINANCE);
    cr_expect_eq(view.years[0].amortised_uusd, (view.right_uusd + 1) / 2);
    cr_expect_gt(view.years[0].expense_uusd, view.years[1].expense_uusd,
                 "front-loaded");
    arena_free(&arena);
}

Test(leases, each_test_of_the_standard_decides)
{
    static const struct {
        enum lease_standard standard;
        int64_t months;
        double rent_usd;
        bool option, specialised;
        enum lease_kind kind;
    } cases[] = {
        {LEASE_ASC842, 36, 100000, false, false, LEASE_OPERATING},
        {LEASE_ASC842, 44, 100000, false, false, LEASE_OPERATING}, /* 73 % of 5 years */
        {LEASE_ASC842, 45, 100000, false, false, LEASE_FINANCE},   /* 75 % */
        {LEASE_ASC842, 36, 360000, false, false, LEASE_OPERATING}, /* 89 % of 350,000 */
        {LEASE_ASC842, 36, 370000, false, false, LEASE_FINANCE},   /* 92 % */
        {LEASE_ASC842, 36, 100000, true, false, LEASE_FINANCE},
        {LEASE_ASC842, 36, 100000, false, true, LEASE_FINANCE},
        {LEASE_ASC842, 12, 400000, false, true, LEASE_SHORT},
        {LEASE_ASC842, 12, 100000, true, false, LEASE_FINANCE},
        {LEASE_ASC842, 13, 100000, false, false, LEASE_OPERATING},
        {LEASE_IFRS16, 12, 100000, false, false, LEASE_SHORT},
        {LEASE_IFRS16, 13, 100000, false, false, LEASE_FINANCE},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lease_view view;
        struct lease_terms terms = terms_of(cases[i].months, cases[i].rent_usd, 0);
        terms.purchase_option = cases[i].option;
        terms.specialised = cases[i].specialised;
        lease_view_make(&view, &terms, cases[i].standard, &arena);
        cr_expect_eq(view.kind, cases[i].kind, "case %zu: %.3f, %.3f", i,
                     view.term_frac, view.worth_frac);
        cr_expect(!view.is_service);
        terms.identified_asset = false;
        lease_view_make(&view, &terms, cases[i].standard, &arena);
        cr_expect(view.is_service);
        cr_expect_eq(view.kind, cases[i].kind, "what it would be otherwise");
    }
    arena_free(&arena);
}

static struct lease_terms draw_terms(struct rng *rng)
{
    int64_t begin = JAN_2026 + (int64_t)(rng_uniform(rng) * 9e10);
    int64_t length = 1 + (int64_t)(exp(rng_uniform(rng) * 26.5));
    return (struct lease_terms){
        .begin_unix_ms = begin,
        .until_unix_ms = begin + length,
        .rent_uusd = (int64_t)(rng_uniform(rng) < 0.1 ? 0 : exp(rng_uniform(rng) * 36)),
        .prepaid_uusd =
            (int64_t)(rng_uniform(rng) < 0.3 ? 0 : exp(rng_uniform(rng) * 34)),
        .rate_per_y = rng_uniform(rng) < 0.2 ? 0 : rng_uniform(rng) * 0.4,
        .life_y = 0.5 + 9 * rng_uniform(rng),
        .fair_uusd = (int64_t)exp(rng_uniform(rng) * 34),
        .identified_asset = rng_uniform(rng) < 0.5,
        .purchase_option = rng_uniform(rng) < 0.2,
        .specialised = rng_uniform(rng) < 0.2,
    };
}

static void expect_sums(const struct lease_view *view, const struct lease_terms *terms)
{
    int64_t paid = 0, expense = 0, interest = 0, liability = view->liability_uusd;
    int64_t right = view->right_uusd;
    for (size_t i = 0; i < view->n_years; i++) {
        const struct lease_year *year = &view->years[i];
        cr_assert_eq(year->opening_uusd, liability);
        if (view->kind != LEASE_SHORT)
            cr_assert_eq(year->closing_uusd,
                         liability + year->interest_uusd - year->paid_uusd);
        cr_assert_eq(year->right_uusd, right - year->amortised_uusd);
        liability = year->closing_uusd;
        right = year->right_uusd;
        interest += year->interest_uusd;
        paid += year->paid_uusd + year->prepaid_uusd;
        expense += year->expense_uusd;
    }
    cr_assert_eq(paid, terms->rent_uusd + terms->prepaid_uusd);
    cr_assert_eq(expense, paid);
    cr_assert_eq(liability, 0);
    cr_assert_eq(right, 0);
    if (view->kind != LEASE_SHORT)
        cr_assert_eq(interest, terms->rent_uusd - view->liability_uusd);
}

Test(leases, any_contract_ends_at_zero_and_expenses_what_it_pays)
{
    struct rng rng;
    struct arena arena = {0};
    rng_init(&rng, (struct rng_key){20260115, 0, "leases", ""});
    for (int i = 0; i < 20000; i++) {
        struct lease_terms terms = draw_terms(&rng);
        for (int s = 0; s < 2; s++) {
            struct lease_view view;
            lease_view_make(&view, &terms, (enum lease_standard)s, &arena);
            expect_sums(&view, &terms);
            if (view.kind == LEASE_FINANCE && terms.rate_per_y > 0)
                cr_assert_leq(view.liability_uusd, terms.rent_uusd);
        }
    }
    arena_free(&arena);
}

/* ---- of a result ---- */

static struct results results;

static void setup(void)
{
    results_begin(&results);
    results_jobs(&results, "jobs.csv", 90, 900000);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(lease_results, .init = setup, .fini = teardown);

static const char scenario[] =
    "start: 2026-01-20\nhorizon: 400d\ndiscount_rate: 9.3 %/y\n"
    "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
    "pools:\n"
    "  - {name: three, tenure: lease, class: h100-sxm, gpus: 16, price: 2.05 USD/GPU-h,"
    " term: 3y, prepay: 20 %, identified_asset: true}\n"
    "  - {name: short, tenure: lease, class: b200, gpus: 8, price: 5.1 USD/GPU-h, "
    "from: "
    "2026-03-01, term: 1y}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm}\n";

Test(lease_results, contracts_are_read_from_the_files_alone)
{
    const char *dir = results_run(&results, "out", scenario, NULL, 0);
    const struct lease_options options = {LEASE_ASC842, {.months = 60}, -1, 0};
    struct saved_run run;
    struct lease *leases;
    struct error err;
    size_t n = 0;
    bool ok = saved_run_open(&run, dir, &err) &&
              leases_read(&run, &options, &leases, &n, &err);
    cr_assert(ok, "%s", err.text);
    cr_assert_eq(n, 2);
    /* 16 x 1096 x 24 h at 2.05, a fifth of it at once; 2028 has a leap day */
    int64_t all = llround(16 * 1096 * 24 * 2.05 * 1e6);
    cr_expect_eq(leases[0].price_rate, 2050000000);
    cr_expect_eq(leases[0].terms.prepaid_uusd, all / 5);
    cr_expect_eq(leases[0].terms.rent_uusd, all - all / 5);
    cr_expect_eq(leases[0].terms.rate_per_y, 0.093);
    cr_expect(!leases[0].view.is_service);
    /* 60 % of the life, but the rent is worth more than the servers: power, space and
     * support are in it. */
    cr_expect_lt(leases[0].view.term_frac, LEASE_TERM_FRAC);
    cr_expect_gt(leases[0].view.worth_frac, LEASE_WORTH_FRAC);
    cr_expect_eq(leases[0].view.kind, LEASE_FINANCE);
    cr_expect_eq(leases[0].view.n_years, 4);
    cr_expect_gt(leases[0].terms.fair_uusd, 0, "from the catalogue");
    expect_sums(&leases[0].view, &leases[0].terms);
    cr_expect_eq(leases[1].terms.rent_uusd, llround(8 * 365 * 24 * 5.1 * 1e6));
    cr_expect_eq(leases[1].view.kind, LEASE_SHORT);
    cr_expect(leases[1].view.is_service);
    saved_run_close(&run);
}

Test(lease_results, without_a_manifest_there_is_no_result)
{
    const char *dir = results_run(&results, "out", scenario, NULL, 0);
    struct saved_run run;
    struct error err;
    char path[256];
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    cr_assert(remove(path) == 0);
    bool ok = saved_run_open(&run, dir, &err);
    cr_assert(!ok);
    cr_expect_eq(err.kind, ERROR_INPUT, "%s", err.text);
}

/* What is owed is 8 GPUs' share of hours at the price: 2.75 for 26,304 h; half of 2
 * with use above, extras and an early end beside it; 2 USD growing by 10 % a year, 2028
 * being the leap year.  None of the rest is a payment of the lease. */
Test(lease_results, payments_are_what_is_owed_for_the_term_whatever_else_was_charged)
{
    static const struct {
        const char *terms;
        int64_t price, prepaid, rent; /* nano, USD 0.01 */
    } cases[] = {
        {"term: 3y, price: 2.75 USD/GPU-h, exit: 2026-07-03, exit_fee: 50 %",
         2750000000, 0, 57868800},
        {"term: 2y, price: 2 USD/GPU-h, exit: 2026-07-01, exit_fee: 50 %, prepay: 25 %",
         2000000000, 7008000, 21024000},
        {"term: 2y, price: 2 USD/GPU-h, take_or_pay: 50 %, extras: 10 %", 1000000000, 0,
         14016000},
        {"term: 3y, price: 2 USD/GPU-h, escalation: {price: 10 %/y}", 2000000000, 0,
         /* 8 x 2 x 24 x (365 + 401.5 + 366 x 1.21 = 442.86) */
         46439424},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[1000];
        snprintf(
            yaml, sizeof yaml,
            "start: 2026-01-01\nhorizon: 1y\ndiscount_rate: 9.3 %%/y\n"
            "demand:\n  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: "
            "stop}\npools:\n  - {name: l, tenure: lease, class: h100-sxm, gpus: 8, "
            "%s}\n",
            cases[i].terms);
        char name[8];
        snprintf(name, sizeof name, "out%zu", i);
        const char *dir = results_run(&results, name, yaml, NULL, 0);
        const struct lease_options options = {LEASE_ASC842, {.months = 60}, -1, 0};
        struct saved_run run;
        struct lease *leases;
        struct error err;
        size_t n = 0;
        bool ok = saved_run_open(&run, dir, &err) &&
                  leases_read(&run, &options, &leases, &n, &err);
        cr_assert(ok, "%s", err.text);
        cr_assert_eq(n, 1);
        cr_expect_eq(leases[0].price_rate, cases[i].price, "%zu: %" PRId64, i,
                     leases[0].price_rate);
        cr_expect_eq(leases[0].terms.prepaid_uusd, cases[i].prepaid * 10000);
        cr_expect_eq(leases[0].terms.rent_uusd, cases[i].rent * 10000, "%zu: %" PRId64,
                     i, leases[0].terms.rent_uusd);
        expect_sums(&leases[0].view, &leases[0].terms);
        saved_run_close(&run);
    }
}

/* 100 USD a day, then 110, paid as months end; its expense is even. */
Test(leases, a_rent_that_grows_is_paid_as_it_grows_and_expensed_evenly)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct arena arena = {0};
    struct lease_view view;
    struct lease_terms terms = terms_of(24, 36500 * 2.1, 0);
    double pv = 0, at = 0;
    terms.growth_per_y = 0.1;
    for (int i = 0; i < 24; i++) {
        at += days[i % 12];
        pv += (i < 12 ? 100 : 110) * days[i % 12] / pow(1.1, at / 365);
    }
    lease_view_make(&view, &terms, LEASE_ASC842, &arena);
    cr_expect_eq(view.kind, LEASE_OPERATING);
    cr_expect_float_eq((double)view.liability_uusd / 1e6, pv, 2e-5);
    cr_expect_eq(view.years[0].paid_uusd, 36500000000);
    cr_expect_eq(view.years[1].paid_uusd, 40150000000);
    cr_expect_eq(view.years[0].expense_uusd, 38325000000); /* 76,650 / 2 */
    expect_sums(&view, &terms);
    arena_free(&arena);
}
