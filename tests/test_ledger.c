/* The books of whole runs against closed forms, and the rows in which they appear. */

#include "money.h"

/* ---- the owned H100 of the reference inputs ---- */

/* 280 kUSD a server and 22 % on top; 10 %/y; five years to 10 %; 80 % of calendar time
 * busy, in gangs of a server. */
#define H100                                                                           \
    "pools:\n"                                                                         \
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 8, server_price: 280 kUSD,\n" \
    "     adder: 22 %, residual: 10 %, life: 5y, colo: 160 USD/kW-mo,\n"               \
    "     fabric_power: 10 %, pue: 1.3, tariff: 0.085 USD/kWh, support: 4 %/y,\n"      \
    "     insurance: 0.5 %/y, gpus_per_fte: 256, fte_cost: 260 kUSD/y}\n"

/* Eight of every ten days, for so many ms. */
static char *busy_four_fifths(struct arena *arena, int64_t length_ms)
{
    char *text = arena_alloc(arena, 40 * (size_t)(length_ms / (10 * MS_PER_D) + 2));
    size_t used = 0;
    for (int64_t at = 0; at < length_ms; at += 10 * MS_PER_D)
        used += (size_t)sprintf(text + used, "%" PRId64 ",691200,8\n", at / MS_PER_S);
    return text;
}

static double usd_per_y(int64_t nano_usd_per_h)
{
    return (double)nano_usd_per_h * 8760 / 1e9;
}

Test(ledger, the_reference_inputs_give_the_annuity_of_197_cents)
{
    struct books books;
    books_run(&books, BOOKS_HEAD("2026-01-01", "1d", "10 %/y") H100, "0,1,8\n");
    const struct pool_spec *pool = &books.scenario.pools[0];
    double capex = (double)pool->capex_uusd_per_gpu / 1e6;
    double residual = (double)pool->residual_uusd_per_gpu / 1e6;
    double r = books.scenario.discount_frac_per_y;
    double recovery = r / (1 - pow(1 + r, -5)), sinking = r / (pow(1 + r, 5) - 1);
    double annuity = capex * recovery - residual * sinking;
    double power =
        usd_per_y(pool->idle_power_rate) + 0.8 * usd_per_y(pool->busy_power_rate);
    double colo = usd_per_y(pool->colo_rate), support = usd_per_y(pool->support_rate);
    double staff = usd_per_y(pool->staff_rate);
    double insurance = usd_per_y(pool->insurance_rate);
    double total = annuity + colo + power + support + staff + insurance;

    cr_expect_eq(pool->capex_uusd_per_gpu, INT64_C(42700000000));
    cr_expect_eq(pool->residual_uusd_per_gpu, INT64_C(3500000000));
    cr_expect_float_eq(annuity, 10691, 0.5, "annuity %f", annuity);
    cr_expect_float_eq(colo, 2693, 0.5, "colo %f", colo);
    cr_expect_float_eq(power, 948, 0.5, "power %f", power);
    cr_expect_float_eq(support, 1708, 0.5, "support %f", support);
    cr_expect_float_eq(staff, 1016, 0.5, "staff %f", staff);
    cr_expect_float_eq(insurance, 214, 0.6, "insurance %f", insurance);
    cr_expect_float_eq(total, 17268, 2, "total %f", total);
    cr_expect_float_eq(total / 8760, 1.97, 0.005, "per hour %f", total / 8760);
    cr_expect_float_eq(annuity / total, 0.62, 0.005);
    /* Break-even utilization against 2.95 USD/h on-demand, 97 % available. */
    cr_expect_float_eq(total / 8760 / 0.97 / 2.95, 0.69, 0.005);
    books_free(&books);
}

/* 2.07 falling to 1.73 and 1.90 over all, less 0.003 because bills are paid late. */
Test(ledger, the_economic_cost_of_an_owned_h100_by_year_is_its_closed_form)
{
    static struct oracle o;
    static const double usd_per_h[] = {2.065, 1.98, 1.895, 1.81, 1.725};
    struct arena arena = {0};
    struct books books;
    int64_t last = 0;
    double sum_h = 0, sum = 0;
    books_run(&books, BOOKS_HEAD("2026-01-01", "5y", "10 %/y") "interval: 1y\n" H100,
              busy_four_fifths(&arena, 1826 * MS_PER_D));
    const struct pool_spec *pool = &books.scenario.pools[0];
    int64_t end = books.result->end_ms;
    cr_assert_eq(end, 1826 * MS_PER_D);
    cr_assert_eq(books.n_timeline, 5);

    for (int y = 0; y < 5; y++) {
        const struct timeline_row *row = &books.timeline[y];
        oracle_init(&o, &books);
        o.end_ms = row->end_ms;
        double capex = 8 * (double)pool->capex_uusd_per_gpu;
        oracle_lump(&o, 0, capex, 0);
        oracle_line(&o, 0, o.end_ms, end,
                    capex - 8 * (double)pool->residual_uusd_per_gpu);
        oracle_lot(&o, pool, 8, 0, o.end_ms);
        for (int64_t at = 0; at < o.end_ms; at += 10 * MS_PER_D)
            oracle_bill(&o, at, at + 8 * MS_PER_D, pool->busy_power_rate, 8);
        oracle_solve(&o);
        double to_here = o.accrual_uusd + o.capital_uusd;
        for (int s = 0; s < COST_SHARES; s++)
            last += row->cost_uusd[s];
        cr_expect(fabs(to_here - (double)last) < 20, "year %d: %" PRId64 ", not %.1f",
                  y + 1, last, to_here);
        double hours = 8 * (double)(row->end_ms - row->start_ms) / (double)MS_PER_H;
        double rate = (to_here - sum) / 1e6 / hours;
        cr_expect_float_eq(rate, usd_per_h[y], 0.005, "year %d: %f", y + 1, rate);
        sum = to_here;
        sum_h += hours;
    }
    cr_expect_float_eq(sum / 1e6 / sum_h, 1.894, 0.002, "all: %f", sum / 1e6 / sum_h);
    cr_expect_eq(books.result->pools[0].basis_uusd[BASIS_ECONOMIC], last);
    books_free(&books);
    arena_free(&arena);
}

Test(ledger, sixty_four_accelerators_pay_back_in_319_years)
{
    /* Four years of 365 days; operation 728,681 USD in all; 70 % busy. */
    struct books own, rented;
    const char *head = BOOKS_HEAD("2026-01-01", "1460d", "0 %/y") "interval: 30d\n";
    const char *jobs = "0,88300800,64\n"; /* 1,022 d: 70 % of 1,460 */
    struct arena arena = {0};
    books_run(&own,
              arena_printf(&arena,
                           "%spools: [{name: own, tenure: own, class: h100-sxm, gpus: "
                           "64, server_price: 240 kUSD, adder: 0 %%, residual: 0 %%, "
                           "life: 1460d, colo: 0 USD/kW-mo, tariff: 0 USD/kWh, "
                           "support: 0 %%/y, insurance: 0 %%/y, gpus_per_fte: 64, "
                           "fte_cost: 182170.25 USD/y}]\n",
                           head),
              jobs);
    books_run(&rented,
              arena_printf(&arena,
                           "%spools: [{name: cloud, tenure: on-demand, class: "
                           "h100-sxm, price: 2.00 USD/GPU-h}]\n",
                           head),
              jobs);
    const struct pool_result *a = &own.result->pools[0], *b = &rented.result->pools[0];
    double capital = (double)a->account_uusd[ACCOUNT_PURCHASE][BASIS_CASH] / 1e6;
    double operation = (double)a->account_uusd[ACCOUNT_STAFF][BASIS_CASH] / 1e6;
    double cloud = (double)b->basis_uusd[BASIS_CASH] / 1e6;
    double full = 64.0 * 35040 * 2;

    cr_expect_eq(capital, 1920000);
    cr_expect_float_eq(operation, 728681, 0.01, "%f", operation);
    cr_expect_eq(b->basis_uusd[BASIS_CASH], INT64_C(3139584000000));
    cr_expect_float_eq(cloud - capital - operation, 490903, 0.01);
    cr_expect_float_eq(capital / ((cloud - operation) / 4), 3.1855, 0.00005);
    cr_expect_float_eq((capital + operation) / full, 0.5905, 0.00005);
    /* All of the life lies inside: accrual is cash. */
    cr_expect_eq(a->basis_uusd[BASIS_ACCRUAL], a->basis_uusd[BASIS_CASH]);
    cr_expect_eq(a->basis_uusd[BASIS_ECONOMIC], a->basis_uusd[BASIS_CASH]);
    books_free(&own);
    books_free(&rented);
    arena_free(&arena);
}

/* ---- positions at both ends ---- */

static int64_t opening_of(const char *opening, int64_t *purchase, int64_t *book)
{
    struct arena arena = {0};
    struct books books;
    const char *pool =
        arena_printf(&arena, "%s, in_service: 2024-06-30, opening: %s}", OWN8, opening);
    run_with(&books, BOOKS_HEAD("2026-01-11", "300d", "10 %/y") "closing: book\n",
             pool);
    const struct pool_result *result = &books.result->pools[0];
    int64_t value = result->opening_uusd;
    *purchase = result->account_uusd[ACCOUNT_PURCHASE][BASIS_CASH];
    *book = result->closing_uusd;
    cr_expect_eq(result->closing_uusd, result->closing_book_uusd);
    cr_expect_eq(result->account_uusd[ACCOUNT_DEPRECIATION][BASIS_ACCRUAL],
                 *purchase + value - *book, "%s: what is lost is depreciation",
                 opening);
    books_free(&books);
    arena_free(&arena);
    return value;
}

Test(ledger, a_lot_comes_in_by_purchase_at_book_at_market_or_sunk)
{
    int64_t purchase, book;
    int64_t capex = llround(283457e6 * 1.217 / 8) * 8;
    int64_t residual = llround(283457e6 * 0.093 / 8) * 8;
    /* 560 of 1,095 days old on 2026-01-11; 300 days later, 860. */
    cr_expect_eq(opening_of("purchase", &purchase, &book), 0);
    cr_expect_eq(purchase, capex);
    cr_expect_float_eq((double)book,
                       (double)capex - (double)(capex - residual) * 300 / 1096, 1);

    double line = (double)(capex - residual) / 1095;
    cr_expect_float_eq((double)opening_of("book", &purchase, &book),
                       (double)capex - line * 560, 1);
    cr_expect_eq(purchase, 0);
    cr_expect_float_eq((double)book, (double)capex - line * 860, 1);

    struct catalog catalog;
    struct error err;
    cr_assert(catalog_init(&catalog, &err), "%s", err.text);
    double frac = gpu_class_value_frac(catalog_find(&catalog, "h100-sxm"), 560.0 / 365);
    catalog_free(&catalog);
    double market = 283457e6 * frac;
    cr_expect_float_eq((double)opening_of("market", &purchase, &book), market, 1);
    cr_expect_eq(purchase, 0);
    cr_expect_float_eq((double)book, market - (market - (double)residual) * 300 / 535,
                       1);

    cr_expect_eq(opening_of("sunk", &purchase, &book), 0);
    cr_expect_eq(purchase, 0);
    cr_expect_eq(book, 0);
}

static void closings(const char *pool, int64_t *market, int64_t *book)
{
    static const char *const words[] = {"market", "book", "none"};
    int64_t closing[3];
    for (int i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct books books;
        run_with(&books,
                 arena_printf(&arena, "%sclosing: %s\n",
                              BOOKS_HEAD("2026-01-11", "300d", "10 %/y"), words[i]),
                 pool);
        const struct pool_result *result = &books.result->pools[0];
        double pv = (double)result->closing_uusd / 1e6 * pow(1.1, -300.0 / 365);
        closing[i] = result->closing_uusd;
        cr_expect_float_eq(result->closing_pv_usd, pv, fabs(pv) * 1e-12);
        cr_expect_eq(books.assets[0].book_uusd, result->closing_book_uusd);
        cr_expect_eq(books.assets[0].market_uusd, result->closing_market_uusd);
        books_free(&books);
        arena_free(&arena);
    }
    cr_expect_eq(closing[2], 0);
    *market = closing[0];
    *book = closing[1];
}

Test(ledger, a_lot_goes_out_at_market_less_selling_cost_at_book_or_at_nothing)
{
    int64_t market, book;
    struct catalog catalog;
    struct error err;
    cr_assert(catalog_init(&catalog, &err), "%s", err.text);
    const struct gpu_class *class = catalog_find(&catalog, "h100-sxm");
    closings(OWN8 ", selling_cost: 6.1 %}", &market, &book);
    double value = 283457e6 * gpu_class_value_frac(class, 300.0 / 365);
    cr_expect_float_eq((double)market, value * 0.939, 2);
    double capex = 283457e6 * 1.217, residual = 283457e6 * 0.093;
    cr_expect_float_eq((double)book, capex - (capex - residual) * 300 / 1096, 10);
    catalog_free(&catalog);
}

Test(ledger, a_lease_goes_out_at_its_prepayment_and_its_rent_against_the_market)
{
    int64_t market, book;
    closings(LEASE8 ", prepay: 25 %, term: 600d, market_rent: 1.734 USD/GPU-h}",
             &market, &book);
    double hours = 8 * 300 * 24.0, rate = 2.051234567;
    cr_expect_float_eq((double)book, 512808642e-9 * hours * 1e6, 2);
    /* Worth 1.734 an hour; three quarters of the price are still to be paid. */
    cr_expect_float_eq((double)market, (1.734 - (rate - 0.512808642)) * hours * 1e6, 2);
}

/* ---- rows ---- */

Test(ledger, rows_follow_the_rules_of_accounts_and_add_up_to_the_results)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-11T07:13:00Z", "1y", "10 %/y"),
             OWN8 ", changes: [{at: 2026-02-10, gpus: +8}, {at: 2026-02-20, gpus: "
                  "-12}]}, " LEASE8A ", prepay: 10 %, from: 2026-03-01, term: 3mo}, "
                  "{name: o, tenure: on-demand, class: h100-sxm, minimum: 10h}");
    cr_assert_gt(books.n_ledger, 100);
    int64_t start = books.scenario.start_unix_ms, last = INT64_MIN;
    int64_t total[BASES] = {0};
    for (size_t i = 0; i < books.n_ledger; i++) {
        const struct ledger_row *row = &books.ledger[i];
        int64_t unix_ms = start + row->time_ms;
        cr_expect_neq(row->amount_uusd, 0);
        cr_expect(account_has_basis(row->account, row->basis), "%s in %s",
                  account_names[row->account], basis_names[row->basis]);
        cr_expect_eq(calendar_month_start(row->month_unix_ms), row->month_unix_ms);
        cr_expect(row->month_unix_ms >= last, "months in order");
        last = row->month_unix_ms;
        /* Standing costs at the month's end, lumps inside the month. */
        cr_expect(unix_ms >= row->month_unix_ms &&
                      unix_ms <= calendar_next_month(row->month_unix_ms),
                  "%s of %s posted at %" PRId64, account_names[row->account], row->item,
                  row->time_ms);
        bool lump = row->account == ACCOUNT_PURCHASE ||
                    row->account == ACCOUNT_RESALE ||
                    row->account == ACCOUNT_PREPAYMENT;
        bool at_end = unix_ms == calendar_next_month(row->month_unix_ms) ||
                      row->time_ms == books.result->end_ms;
        cr_expect(lump || at_end, "%s at %" PRId64, account_names[row->account],
                  row->time_ms);
        total[row->basis] += row->amount_uusd;
    }
    int64_t results[BASES] = {0};
    for (size_t p = 0; p < books.result->n_pools; p++)
        for (int b = 0; b < BASES; b++) {
            const struct pool_result *pool = &books.result->pools[p];
            const char *name = books.scenario.pools[p].name;
            int64_t accounts = 0;
            results[b] += pool->basis_uusd[b];
            cr_expect_eq(pool->basis_uusd[b],
                         books_sum(&books, name, NULL, ACCOUNTS, (enum basis)b));
            for (int a = 0; a < ACCOUNTS; a++) {
                accounts += pool->account_uusd[a][b];
                cr_expect_eq(
                    pool->account_uusd[a][b],
                    books_sum(&books, name, NULL, (enum account)a, (enum basis)b));
            }
            cr_expect_eq(accounts, pool->basis_uusd[b]);
        }
    for (int b = 0; b < BASES; b++)
        cr_expect_eq(total[b], results[b]);
    for (size_t i = 0; i < books.n_assets; i++) {
        const struct asset_row *row = &books.assets[i];
        cr_expect_eq(row->cash_uusd,
                     books_sum(&books, row->pool, row->item, ACCOUNTS, BASIS_CASH));
        cr_expect_eq(row->accrual_uusd,
                     books_sum(&books, row->pool, row->item, ACCOUNTS, BASIS_ACCRUAL));
        cr_expect_eq(row->economic_uusd,
                     books_sum(&books, row->pool, row->item, ACCOUNTS, BASIS_ECONOMIC));
    }
    books_free(&books);
}

static const struct ledger_row *find_row(const struct books *books, const char *item,
                                         enum account account, size_t nth)
{
    for (size_t i = 0; i < books->n_ledger; i++) {
        const struct ledger_row *row = &books->ledger[i];
        if (row->account == account && row->basis == BASIS_CASH &&
            strcmp(row->item, item) == 0 && nth-- == 0)
            return row;
    }
    cr_assert_fail("no such row");
    return NULL;
}

Test(ledger, lumps_are_posted_when_they_happen)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-11T07:13:00Z", "200d", "10 %/y"),
             OWN8 ", changes: [{at: 2026-02-10T11:00, gpus: +8}, {at: "
                  "2026-02-20T05:00, gpus: -12}, {at: 2026-04-01, gpus: -1}]}, " LEASE8A
                  ", prepay: 10 %, from: 2026-03-31T23:59:59, term: 3mo}");
    const struct ledger_row *row = find_row(&books, "lot 1", ACCOUNT_PURCHASE, 0);
    cr_expect_eq(row->time_ms, 0);
    cr_expect_eq(row->quantity, 8);
    cr_expect_str_eq(row->unit, "GPU");
    row = find_row(&books, "lot 2", ACCOUNT_PURCHASE, 0);
    cr_expect_eq(row->time_ms, at_date(&books, "2026-02-10T11:00"),
                 "bought when it came, though sold from in the same month");
    row = find_row(&books, "lot 1", ACCOUNT_RESALE, 0);
    cr_expect_eq(row->time_ms, at_date(&books, "2026-02-20T05:00"));
    cr_expect_lt(row->amount_uusd, 0);
    row = find_row(&books, "lot 2", ACCOUNT_RESALE, 0);
    cr_expect_eq(row->time_ms, at_date(&books, "2026-02-20T05:00"));
    /* What happens at the first instant of a month belongs to that month. */
    row = find_row(&books, "lot 2", ACCOUNT_RESALE, 1);
    cr_expect_eq(row->time_ms, at_date(&books, "2026-04-01"));
    cr_expect_eq(row->month_unix_ms - books.scenario.start_unix_ms, row->time_ms);
    row = find_row(&books, "contract 1", ACCOUNT_PREPAYMENT, 0);
    cr_expect_eq(row->time_ms, at_date(&books, "2026-03-31T23:59:59"));
    cr_expect_eq(row->month_unix_ms - books.scenario.start_unix_ms,
                 at_date(&books, "2026-03-01"));
    /* The first rent is for one second. */
    row = find_row(&books, "contract 1", ACCOUNT_RENT, 0);
    cr_expect_eq(row->amount_uusd, llround(2.051234567 * 0.9 * 8 / 3600 * 1e6));
    cr_expect_eq(row->quantity, llround(8.0 / 3600 * 1e9));
    cr_expect_eq(row->quantity_digits, 9);
    cr_expect_str_eq(row->unit, "GPU-h");
    books_free(&books);
}

Test(ledger, a_committed_gpu_is_paid_busy_or_idle)
{
    struct books idle, busy;
    struct arena arena = {0};
    const char *yaml =
        BOOKS_HEAD("2026-01-11", "90d", "0 %/y") "pools: [" LEASE8
                                                 ", prepay: 33.3 %, term: 90d}]\n";
    books_run(&idle, yaml, "0,1,1\n");
    books_run(&busy, yaml, "0,7776000,8\n");
    for (int b = 0; b < BASES; b++)
        cr_expect_eq(idle.result->pools[0].basis_uusd[b],
                     busy.result->pools[0].basis_uusd[b]);
    cr_expect_eq(busy.result->pools[0].cost_uusd[COST_IDLE], 0);
    cr_expect_float_eq((double)idle.result->pools[0].cost_uusd[COST_BUSY],
                       2.051234567 / 3600 * 1e6, 1);
    cr_expect_float_eq((double)idle.result->pools[0].basis_uusd[BASIS_CASH],
                       2.051234567 * 8 * 90 * 24 * 1e6, 1);
    books_free(&idle);
    books_free(&busy);
    arena_free(&arena);
}

Test(ledger, cash_peaks_where_most_has_been_spent)
{
    struct books books;
    run_with(&books, BOOKS_HEAD("2026-01-11", "1y", "0 %/y"),
             OWN8 ", changes: [{at: 2026-09-01, gpus: -8}]}");
    int64_t cash = 0, peak = 0;
    for (size_t i = 0; i < books.n_ledger; i++) {
        cash += books.ledger[i].basis == BASIS_CASH ? books.ledger[i].amount_uusd : 0;
        peak = cash > peak ? cash : peak;
    }
    cr_expect_eq(books.result->peak_cash_uusd, peak);
    cr_expect_gt(peak, books.result->pools[0].basis_uusd[BASIS_CASH]);
    books_free(&books);
}
