#include "base/finance.h"

#include <assert.h>
#include <math.h>

double finance_annuity_frac(double rate, double years)
{
    assert(years > 0 && rate >= 0);
    return rate == 0 ? 1 / years : rate / -expm1(-years * log1p(rate));
}

double finance_sinking_frac(double rate, double years)
{
    assert(years > 0 && rate >= 0);
    return rate == 0 ? 1 / years : rate / expm1(years * log1p(rate));
}

double finance_npv(double rate, const double flows[], size_t n)
{
    double value = 0; /* Horner, from the last flow back */
    for (size_t t = n; t-- > 0;)
        value = value / (1 + rate) + flows[t];
    return value;
}

double finance_yearly(double rate, double years, double capital, double salvage,
                      double running_per_y)
{
    return capital * finance_annuity_frac(rate, years) -
           salvage * finance_sinking_frac(rate, years) + running_per_y;
}

double finance_payback_y(double capital, double saving_per_y)
{
    return saving_per_y > 0 ? capital / saving_per_y : INFINITY;
}

double finance_break_even_frac(double own_per_h, double availability_frac,
                               double rent_per_h)
{
    assert(availability_frac > 0 && rent_per_h > 0);
    return own_per_h / (availability_frac * rent_per_h);
}
