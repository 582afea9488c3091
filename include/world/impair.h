#ifndef WORLD_IMPAIR_H
#define WORLD_IMPAIR_H

/*
 * Impairment of owned lots, tested at the end of each calendar year (UTC), lot by lot.
 *
 *   asc360  where the undiscounted future cash flows of a lot do not reach its book
 *           value, it falls to the fair value, for good (ASC 360-10-35-17, -20)
 *   ias36   the book value falls to the recoverable amount, the higher of fair value
 *           less selling cost and value in use (IAS 36.59); it is restored when that
 *           recovers, up to what the book value would be without (36.114, 36.117)
 *
 * Future cash flows are what the GPUs would bring if they were let: rent x expected
 * utilization less what the hour costs (space, support, staff, insurance, power), at
 * present prices, to the end of the economic life, else of the book life, and never
 * below nothing, for then they would be switched off; and what they can be sold for
 * then.  Value in use discounts them at the discount rate.  Fair value is the market
 * value at the lot's age.
 *
 * The loss is posted to `impairment` in the month that ends, with accrual and economic
 * cost, and counts as idle.
 */

#include "world/ledger.h"

struct impair_view {
    int64_t fair_uusd; /* before selling cost */
    double cash_uusd;  /* undiscounted */
    int64_t recoverable_uusd;
};

/* What is known of a lot now. */
void impair_look(struct impair_view *view, const struct ledger *ledger,
                 const struct asset *asset, int64_t now_ms);

/* The value that the books ought to have: `book` is what they have, `unimpaired` what
 * they would without any loss so far. */
int64_t impair_value(enum impairment method, const struct impair_view *view,
                     int64_t book_uusd, int64_t unimpaired_uusd);

#endif
