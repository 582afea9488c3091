#include "output/leases.h"

#include <assert.h>
#include <math.h>

#include "base/calendar.h"
#include "base/int128.h"

const char *const lease_standard_names[] = {"asc842", "ifrs16", NULL};

/* One contract while its months are gone through. */
struct months {
    const struct lease_terms *terms;
    struct lease_view *view;
    struct lease_year *year; /* that of the month */
    int64_t liability_uusd;
};

/* amount * (now - begin) / (until - begin), rounded. */
static int64_t straight(const struct lease_terms *terms, int64_t amount_uusd,
                        int64_t now_unix_ms)
{
    int128 part = (int128)amount_uusd * (now_unix_ms - terms->begin_unix_ms);
    return (int64_t)divide_rounded(part, terms->until_unix_ms - terms->begin_unix_ms);
}

/* The payments' clock: time, each year of the contract times its growth. */
static double paid_time(const struct lease_terms *terms, int64_t until_unix_ms)
{
    double sum = 0, times = 1;
    int64_t at = terms->begin_unix_ms;
    for (int64_t n = 1; at < until_unix_ms; n++, times *= 1 + terms->growth_per_y) {
        int64_t to = calendar_add_months(terms->begin_unix_ms, 12 * n);
        to = to < until_unix_ms ? to : until_unix_ms;
        sum += times * (double)(to - at);
        at = to;
    }
    return sum;
}

double lease_growth(const struct lease_terms *terms)
{
    if (terms->growth_per_y == 0)
        return 1;
    return paid_time(terms, terms->until_unix_ms) /
           (double)(terms->until_unix_ms - terms->begin_unix_ms);
}

/* Rent paid up to then. */
static int64_t paid_until(const struct lease_terms *terms, int64_t now_unix_ms)
{
    if (terms->growth_per_y == 0 || now_unix_ms == terms->until_unix_ms)
        return straight(terms, terms->rent_uusd, now_unix_ms);
    return llround((double)terms->rent_uusd * (paid_time(terms, now_unix_ms) /
                                               paid_time(terms, terms->until_unix_ms)));
}

static int64_t paid_between(const struct lease_terms *terms, int64_t from_unix_ms,
                            int64_t to_unix_ms)
{
    return paid_until(terms, to_unix_ms) - paid_until(terms, from_unix_ms);
}

static int64_t between(const struct lease_terms *terms, int64_t amount_uusd,
                       int64_t from_unix_ms, int64_t to_unix_ms)
{
    return straight(terms, amount_uusd, to_unix_ms) -
           straight(terms, amount_uusd, from_unix_ms);
}

static int64_t month_end(const struct lease_terms *terms, int64_t now_unix_ms)
{
    int64_t next = calendar_next_month(now_unix_ms);
    return next < terms->until_unix_ms ? next : terms->until_unix_ms;
}

static double growth(const struct lease_terms *terms, int64_t length_ms)
{
    return log1p(terms->rate_per_y) * ((double)length_ms / (double)MS_PER_Y);
}

static int64_t present_value(const struct lease_terms *terms)
{
    double sum = 0;
    for (int64_t at = terms->begin_unix_ms, to; at < terms->until_unix_ms; at = to) {
        to = month_end(terms, at);
        sum += (double)paid_between(terms, at, to) *
               exp(-growth(terms, to - terms->begin_unix_ms));
    }
    return llround(sum);
}

static void classify(struct lease_view *view, const struct lease_terms *terms,
                     enum lease_standard standard, int64_t worth_uusd)
{
    double length = (double)(terms->until_unix_ms - terms->begin_unix_ms);
    bool is_short =
        terms->until_unix_ms <= calendar_add_months(terms->begin_unix_ms, 12);
    view->is_service = !terms->identified_asset;
    view->term_frac = length / (double)MS_PER_Y / terms->life_y;
    view->worth_frac =
        terms->fair_uusd > 0 ? (double)worth_uusd / (double)terms->fair_uusd : 0;
    if (is_short && !terms->purchase_option)
        view->kind = LEASE_SHORT;
    else if (standard == LEASE_IFRS16 || terms->purchase_option || terms->specialised ||
             view->term_frac >= LEASE_TERM_FRAC || view->worth_frac >= LEASE_WORTH_FRAC)
        view->kind = LEASE_FINANCE;
    else
        view->kind = LEASE_OPERATING;
}

static void begin_year(struct months *months, int64_t now_unix_ms, int64_t right_uusd)
{
    struct lease_view *view = months->view;
    int year = calendar_year(now_unix_ms);
    if (view->n_years > 0 && months->year->year == year)
        return;
    months->year = &view->years[view->n_years++];
    *months->year = (struct lease_year){.year = year,
                                        .opening_uusd = months->liability_uusd,
                                        .closing_uusd = months->liability_uusd,
                                        .right_uusd = right_uusd};
}

static void add_month(struct months *months, int64_t from, int64_t to)
{
    const struct lease_terms *terms = months->terms;
    struct lease_view *view = months->view;
    struct lease_year *year = months->year;
    int64_t paid = paid_between(terms, from, to);
    int64_t all = between(terms, terms->rent_uusd + terms->prepaid_uusd, from, to);
    int64_t interest = 0, amortised = 0;

    year->paid_uusd += paid;
    if (view->kind == LEASE_SHORT) {
        year->expense_uusd += all;
        return;
    }
    interest =
        llround((double)months->liability_uusd * expm1(growth(terms, to - from)));
    if (to == terms->until_unix_ms)
        interest = paid - months->liability_uusd;
    amortised = view->kind == LEASE_FINANCE ? between(terms, view->right_uusd, from, to)
                                            : all - interest;
    months->liability_uusd += interest - paid;
    year->interest_uusd += interest;
    year->amortised_uusd += amortised;
    year->right_uusd -= amortised;
    year->expense_uusd += interest + amortised;
    year->closing_uusd = months->liability_uusd;
}

void lease_view_make(struct lease_view *view, const struct lease_terms *terms,
                     enum lease_standard standard, struct arena *arena)
{
    assert(terms->until_unix_ms > terms->begin_unix_ms);
    int64_t liability = present_value(terms);
    int first = calendar_year(terms->begin_unix_ms);
    int last = calendar_year(terms->until_unix_ms);
    *view = (struct lease_view){0};
    classify(view, terms, standard, liability + terms->prepaid_uusd);
    view->years = ARENA_ARRAY(arena, (size_t)(last - first + 1), struct lease_year);
    if (view->kind != LEASE_SHORT) {
        view->liability_uusd = liability;
        view->right_uusd = liability + terms->prepaid_uusd;
    }

    struct months months = {terms, view, NULL, view->liability_uusd};
    int64_t right = view->right_uusd;
    for (int64_t at = terms->begin_unix_ms, to; at < terms->until_unix_ms; at = to) {
        to = month_end(terms, at);
        begin_year(&months, at, right);
        if (at == terms->begin_unix_ms)
            months.year->prepaid_uusd = terms->prepaid_uusd;
        add_month(&months, at, to);
        right = months.year->right_uusd;
    }
}
