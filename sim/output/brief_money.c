#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "output/brief_parts.h"
#include "world/route.h"

/* Whether useful hours are of GPUs of different classes, and not to be added up. */
static bool classes_differ(const struct scenario *scenario,
                           const struct run_result *result)
{
    const char *first = NULL;
    for (size_t i = 0; i < result->n_pools; i++) {
        const char *class = scenario->pools[i].class->name;
        if (result->pools[i].state_gpu_ms[GPU_BUSY_USEFUL] == 0)
            continue;
        if (!first)
            first = class;
        if (strcmp(class, first) != 0)
            return true;
    }
    return false;
}

/* When the youngest GPUs of a pool that can be left at the end began to serve: the
 * first lot's date, or that of the last addition.  What a policy bought has no date
 * here, and counts as new. */
static int64_t youngest_ms(const struct pool_spec *pool, int64_t end_ms)
{
    int64_t latest = pool->gpus > 0 ? pool->in_service_ms : INT64_MIN;
    for (size_t i = 0; i < pool->n_changes; i++)
        if (pool->changes[i].gpus > 0 && pool->changes[i].at_ms <= end_ms &&
            pool->changes[i].at_ms > latest)
            latest = pool->changes[i].at_ms;
    for (size_t i = 0; i < pool->n_orders; i++)
        if (pool->orders[i].at_ms <= end_ms && pool->orders[i].at_ms > latest)
            latest = pool->orders[i].at_ms;
    return pool->procure.model ? end_ms : latest;
}

static bool ends_within_life(const struct scenario *scenario,
                             const struct pool_spec *pool, int64_t end_ms)
{
    int64_t from_ms = youngest_ms(pool, end_ms);
    return from_ms != INT64_MIN &&
           calendar_add(scenario->start_unix_ms + from_ms, pool->life) >
               scenario->start_unix_ms + end_ms;
}

/* What is owned and sold at the end by `closing: market`, within its book life. */
struct sale {
    int128 market_uusd, book_uusd;
};

static struct sale sale_of(const struct scenario *scenario,
                           const struct run_result *result)
{
    struct sale sale = {0};
    if (scenario->closing != CLOSING_MARKET)
        return sale;
    for (size_t i = 0; i < result->n_pools; i++) {
        const struct pool_spec *pool = &scenario->pools[i];
        if (pool->tenure != TENURE_OWN ||
            !ends_within_life(scenario, pool, result->end_ms))
            continue;
        sale.market_uusd += result->pools[i].closing_market_uusd;
        sale.book_uusd += result->pools[i].closing_book_uusd;
    }
    return sale;
}

static void say_sale(struct paragraph *text, const struct scenario *scenario,
                     const struct run_result *result, struct sale sale)
{
    char date[CALENDAR_TEXT];
    calendar_format(scenario->start_unix_ms + result->end_ms, date);
    paragraph_say(text,
                  " It sells what is owned on %.10s, for %s USD (by the books %s):"
                  " if you would keep it, run its whole life, or say `closing: book`.",
                  date, brief_short(brief_usd(sale.market_uusd)).text,
                  brief_short(brief_usd(sale.book_uusd)).text);
}

/* Hours of several classes rank nothing: what can is said instead. */
static void say_across_classes(struct paragraph *text, const struct scenario *scenario,
                               const struct run_result *result, double npv_usd)
{
    int128 economic = 0, work = 0;
    for (size_t i = 0; i < result->n_pools; i++) {
        economic += result->pools[i].basis_uusd[BASIS_ECONOMIC];
        work += result->pools[i].work_gpu_ms;
    }
    paragraph_say(text,
                  " Pools are of several classes, an hour of which is not the same"
                  " work: rank mixes by net present cost (%s USD) at equal service",
                  brief_short(npv_usd).text);
    if (work > 0)
        paragraph_say(text,
                      ", or by economic cost per GPU-h of finished work on the"
                      " reference class %s (%.3f USD)",
                      route_work_class(scenario)->name,
                      brief_usd(economic) / brief_gpu_h(work));
    paragraph_say(text, ".");
}

void brief_say_levelised(const struct scenario *scenario,
                         const struct run_result *result, FILE *out)
{
    double cost = 0, useful = 0, left = 0;
    struct paragraph text = {.used = 0};
    bool differ = classes_differ(scenario, result);
    struct sale sale = sale_of(scenario, result);
    bool sells = sale.market_uusd != sale.book_uusd;
    for (size_t i = 0; i < result->n_pools; i++) {
        const struct pool_result *pool = &result->pools[i];
        cost +=
            brief_usd(pool->opening_uusd) + pool->cash_pv_usd - pool->closing_pv_usd;
        useful += pool->useful_pv_gpu_h;
        left += brief_usd(pool->closing_uusd);
    }
    if (useful <= 0)
        return;
    paragraph_say(&text,
                  "Levelised: %.3f USD per useful GPU-h%s: present value of cost, less"
                  " what is left at the end (%s USD), over useful hours.",
                  cost / useful, differ || sells ? "" : ", the figure to rank mixes by",
                  brief_short(left).text);
    if (sells)
        say_sale(&text, scenario, result, sale);
    if (differ)
        say_across_classes(&text, scenario, result, cost);
    paragraph_print(&text, 2, out);
}

void brief_say_taxes(const struct run_result *result, FILE *out)
{
    double before_usd = 0, after_usd = 0, paid_usd = 0;
    struct paragraph text = {.used = 0};
    if (!result->taxed)
        return;
    for (size_t i = 0; i < result->n_pools; i++) {
        const struct pool_result *pool = &result->pools[i];
        before_usd +=
            brief_usd(pool->opening_uusd) + pool->cash_pv_usd - pool->closing_pv_usd;
        after_usd += pool->tax_pv_usd;
        paid_usd += brief_usd(pool->tax_uusd);
    }
    after_usd += before_usd;
    paragraph_say(&text,
                  "After tax: net present cost %s USD, before tax %s, as is all above."
                  " Taxes of the period",
                  brief_short(after_usd).text, brief_short(before_usd).text);
    if (paid_usd < 0)
        paragraph_say(&text, " save %s USD, which takes taxable income from elsewhere",
                      brief_short(-paid_usd).text);
    else
        paragraph_say(&text, " come to %s USD", brief_short(paid_usd).text);
    paragraph_say(&text, "; sales and property tax are in that, not in cash.");
    paragraph_print(&text, 2, out);
}
