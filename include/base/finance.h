#ifndef BASE_FINANCE_H
#define BASE_FINANCE_H

/*
 * Formulas of engineering economics, with a year as the period and payments at its end
 * (Park, Contemporary Engineering Economics; Sullivan, Wicks and Koelling, Engineering
 * Economy).  They are what a calculator on the back of an envelope gives, and what the
 * ledger's exact books are compared with; no figure of a run comes from here.
 *
 * Rates are per year, as fractions; amounts are in any one currency.
 */

#include <stddef.h>

/* Capital recovery factor A/P = r / (1 - (1 + r)^-n): what 1 now is worth as a payment
 * at the end of each of n years (n > 0, r >= 0; 1 / n without interest). */
double finance_annuity_frac(double rate, double years);

/* Sinking fund factor A/F = r / ((1 + r)^n - 1): what 1 after n years is worth as a
 * payment at the end of each year. */
double finance_sinking_frac(double rate, double years);

/* Present value of flows[t] at the end of year t; flows[0] is now. */
double finance_npv(double rate, const double flows[], size_t n);

/* Equivalent annual cost of a capital with a salvage value and running cost. */
double finance_yearly(double rate, double years, double capital, double salvage,
                      double running_per_y);

/* Years until a yearly saving has brought the capital back, without interest; INFINITY
 * where nothing is saved. */
double finance_payback_y(double capital, double saving_per_y);

/* The busy share above which an hour that costs `own` whether used or not, and can be
 * used `availability` of the time, is cheaper than one rented at `rent` when needed; it
 * may be above 1. */
double finance_break_even_frac(double own_per_h, double availability_frac,
                               double rent_per_h);

#endif
