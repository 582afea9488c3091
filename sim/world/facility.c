#include "world/facility.h"

#include <math.h>
#include <stdio.h>

#include "base/calendar.h"

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Bills of running it, from readiness or the start on. */
static int64_t running_at(const struct facility *facility, int64_t now_ms)
{
    int64_t from_ms = later(facility->spec->ready_ms, 0);
    if (now_ms <= from_ms)
        return 0;
    int128 due = (int128)facility->spec->running_uusd_per_y * (now_ms - from_ms);
    return (int64_t)divide_rounded(due, MS_PER_Y);
}

static int64_t built_at(const struct facility *facility, int64_t now_ms)
{
    return schedule_at(&facility->built, now_ms);
}

static int64_t value_at(const struct facility *facility, int64_t now_ms)
{
    return now_ms < facility->spec->ready_ms ? built_at(facility, now_ms)
                                             : schedule_at(&facility->line, now_ms);
}

void facility_begin(struct facility *facility, const struct pool *pool,
                    const struct facility_spec *spec)
{
    *facility = (struct facility){
        .spec = spec,
        .item = {.pool = pool},
        .built = {spec->begin_ms, spec->ready_ms, 0, spec->cost_uusd},
        .line = {spec->ready_ms, spec->life_end_ms, spec->cost_uusd,
                 spec->residual_uusd},
    };
    snprintf(facility->item.name, sizeof facility->item.name, "facility 1");
    facility->opening_uusd = value_at(facility, 0);
    facility->paid_built_uusd = built_at(facility, 0);
    facility->mark_invested_uusd = facility_invested(facility, 0);
}

int64_t facility_book_uusd(const struct facility *facility, int64_t now_ms)
{
    return value_at(facility, now_ms) -
           (built_at(facility, now_ms) - facility->paid_built_uusd);
}

double facility_invested(const struct facility *facility, int64_t now_ms)
{
    return (double)facility_book_uusd(facility, now_ms) -
           (double)(running_at(facility, now_ms) - facility->paid_running_uusd);
}

double facility_capital(const struct facility *facility,
                        const struct asset_terms *terms, int64_t now_ms)
{
    double mean =
        (facility->mark_invested_uusd + facility_invested(facility, now_ms)) / 2;
    return facility->capital_uusd +
           terms->charge_per_ms * mean * (double)(now_ms - facility->mark_ms);
}

static int64_t written_off(const struct facility *facility, int64_t now_ms)
{
    return schedule_at(&facility->line, 0) - schedule_at(&facility->line, now_ms);
}

int64_t facility_accrual(const struct facility *facility, int64_t now_ms)
{
    return written_off(facility, now_ms) + running_at(facility, now_ms);
}

int64_t facility_economic(const struct facility *facility,
                          const struct asset_terms *terms, int64_t now_ms)
{
    return facility_accrual(facility, now_ms) +
           llround(facility_capital(facility, terms, now_ms));
}

int64_t facility_read(const struct facility *facility, enum account account,
                      const struct asset_terms *terms, int64_t now_ms)
{
    switch (account) {
    case ACCOUNT_CONSTRUCTION:
        return built_at(facility, now_ms) - built_at(facility, 0);
    case ACCOUNT_DEPRECIATION: return written_off(facility, now_ms);
    case ACCOUNT_FACILITY: return running_at(facility, now_ms);
    case ACCOUNT_CAPITAL: return llround(facility_capital(facility, terms, now_ms));
    default: return 0;
    }
}

void facility_break(struct facility *facility, const struct asset_terms *terms,
                    int64_t now_ms)
{
    facility->capital_uusd = facility_capital(facility, terms, now_ms);
    facility->mark_ms = now_ms;
    facility->mark_invested_uusd = facility_invested(facility, now_ms);
}

void facility_pay(struct facility *facility, const struct asset_terms *terms,
                  int64_t now_ms)
{
    facility_break(facility, terms, now_ms);
    facility->paid_built_uusd = built_at(facility, now_ms);
    facility->paid_running_uusd = running_at(facility, now_ms);
    facility->mark_invested_uusd = facility_invested(facility, now_ms);
}
