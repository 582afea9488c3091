/* The formulas against closed forms, and the figures that others publish. */

#include <criterion/criterion.h>
#include <math.h>

#include "base/finance.h"

/* Textbook tables: A/P and A/F at 10 % over 5 years are 0.2638 and 0.1638, at 8 % over
 * 20 years 0.1019 and 0.0219; they differ by the rate. */
Test(finance, annuity_and_sinking_fund_are_those_of_the_tables)
{
    cr_expect_float_eq(finance_annuity_frac(0.1, 5), 0.2637974808, 1e-10);
    cr_expect_float_eq(finance_sinking_frac(0.1, 5), 0.1637974808, 1e-10);
    cr_expect_float_eq(finance_annuity_frac(0.08, 20), 0.1018522088, 1e-10);
    cr_expect_float_eq(finance_sinking_frac(0.08, 20), 0.0218522088, 1e-10);
    cr_expect_eq(finance_annuity_frac(0, 8), 0.125);
    cr_expect_eq(finance_sinking_frac(0, 8), 0.125);
    for (double rate = 1e-9; rate < 1; rate *= 3.7)
        for (double years = 0.37; years < 60; years *= 1.9)
            cr_expect_float_eq(finance_annuity_frac(rate, years) -
                                   finance_sinking_frac(rate, years),
                               rate, 1e-12 + 1e-14 / rate);
}

/* The present value of an annuity is what it repays: sum of r^t in closed form. */
Test(finance, the_present_value_of_an_annuity_is_the_capital)
{
    for (int n = 1; n <= 40; n++) {
        double flows[41] = {0}, rate = 0.0137 * n;
        for (int t = 1; t <= n; t++)
            flows[t] = 31415.9 * finance_annuity_frac(rate, n);
        cr_expect_float_eq(finance_npv(rate, flows, (size_t)n + 1), 31415.9, 1e-8);
    }
    const double flows[] = {-1000, 300, 420, 680};
    /* 300 / 1.1 + 420 / 1.21 + 680 / 1.331 - 1000 = 130.7288 */
    cr_expect_float_eq(finance_npv(0.1, flows, 4), 130.7287754, 1e-6);
    cr_expect_eq(finance_npv(0.1, flows, 0), 0);
}

/* A study of 64 accelerators over four years: 1.92 MUSD of capital, 728,681 USD of
 * energy and operation, against 2.00 USD/h on demand at 70 %.
 *   on demand  64 x 35,040 h x 0.7 x 2.00    = 3,139,584 USD
 *   saving     3,139,584 - 1,920,000 - 728,681 = 490,903 USD
 *   payback    1,920,000 / ((3,139,584 - 728,681) / 4) = 3.1855 years
 *   break-even (1,920,000 + 728,681) / (64 x 35,040 x 2.00) = 59.05 % */
Test(finance, sixty_four_accelerators_pay_back_in_three_years)
{
    double hours = 64 * 4 * 8760.0, capital = 1920000, running = 728681;
    double rent = hours * 0.7 * 2.00;
    cr_expect_eq(rent, 3139584);
    cr_expect_eq(rent - capital - running, 490903);
    double payback = finance_payback_y(capital, (rent - running) / 4);
    cr_expect_float_eq(payback, 3.1855, 0.00005, "%f", payback);
    double even = finance_break_even_frac((capital + running) / hours, 1, 2.00);
    cr_expect_float_eq(even, 0.5905, 0.0001, "%f", even);
    cr_expect_float_eq(even, 2648681.0 / 4485120, 1e-15);
    cr_expect_eq(finance_payback_y(capital, 0), INFINITY);
    cr_expect_eq(finance_payback_y(capital, -1), INFINITY);
}

/* An owned H100 a year: a server of 280 kUSD with 22 % on top, 10 % residual of the
 * server, 10 %, 5 years: 42,700 x 0.263797 - 3,500 x 0.163797 = 10,691 USD.
 *   colocation 160 USD/kW-mo x 12 x 10.2 kW x 1.1 / 8                       2,693
 *   power      (2.0 + 0.8 x 6.4) kW / 8 x 1.1 x 1.3 x 0.085 x 8,760 h         948
 *   support 4 %, insurance 0.5 % of 42,700                              1,708, 214
 *   staff      260,000 / 256                                                1,016
 * Together 17,268 USD, 1.97 USD per calendar hour, 62 % of it capital; against 2.95 USD
 * on demand, available 97 % of the time, that is even at 69 %. */
Test(finance, an_owned_h100_costs_197_cents_an_hour)
{
    double capex = 280000 * 1.22 / 8, residual = 280000 * 0.1 / 8;
    double running = 160 * 12 * 10.2 * 1.1 / 8 +
                     (2.0 + 0.8 * 6.4) / 8 * 1.1 * 1.3 * 0.085 * 8760 +
                     capex * (0.04 + 0.005) + 260000.0 / 256;
    double capital = finance_yearly(0.1, 5, capex, residual, 0);
    double yearly = finance_yearly(0.1, 5, capex, residual, running);
    cr_expect_float_eq(capital, 10691, 0.5, "%f", capital);
    cr_expect_float_eq(yearly, 17268, 0.5, "%f", yearly);
    cr_expect_float_eq(yearly / 8760, 1.97, 0.005, "%f", yearly / 8760);
    cr_expect_float_eq(capital / yearly, 0.62, 0.005, "%f", capital / yearly);
    double even = finance_break_even_frac(yearly / 8760, 0.97, 2.95);
    cr_expect_float_eq(even, 0.69, 0.005, "%f", even);
    double aws = finance_break_even_frac(yearly / 8760, 0.97, 6.88);
    cr_expect_float_eq(aws, 0.30, 0.005, "%f", aws);
}
