#include "world/sink.h"

#include <stddef.h>

const char *const gpu_state_names[] = {
    "busy_useful",
    "busy_overhead",
    "idle_no_demand",
    "idle_fragmented",
    "idle_held",
    "down",
    NULL,
};

const char *const cost_share_names[] = {"busy", "overhead", "idle", "down", NULL};

const char *const basis_names[] = {"cash", "accrual", "economic", "shadow", NULL};

const char *const cause_names[] = {
    [CAUSE_CONTRACT_END] = "contract end",
    [CAUSE_PREEMPTION] = "preemption",
    [CAUSE_FAILURE] = "failure",
    [CAUSE_JOB_FAILURE] = "job failure",
    [CAUSE_OUTAGE] = "outage",
    [CAUSE_MAINTENANCE] = "maintenance",
    [CAUSE_SPOT] = "spot",
    [CAUSE_PROVIDER_END] = "provider end",
    [CAUSES] = NULL,
};

const char *const job_outcome_names[] = {
    "finished", "running", "waiting", "refused", "abandoned", NULL,
};

const char *const account_names[] = {
    [ACCOUNT_PURCHASE] = "purchase",
    [ACCOUNT_DEPOSIT] = "deposit",
    [ACCOUNT_RESALE] = "resale",
    [ACCOUNT_DEPRECIATION] = "depreciation",
    [ACCOUNT_DISPOSAL] = "disposal",
    [ACCOUNT_COMMISSIONING] = "commissioning",
    [ACCOUNT_CONSTRUCTION] = "construction",
    [ACCOUNT_FACILITY] = "facility",
    [ACCOUNT_IMPAIRMENT] = "impairment",
    [ACCOUNT_COLOCATION] = "colocation",
    [ACCOUNT_ENERGY] = "energy",
    [ACCOUNT_DEMAND_CHARGE] = "demand_charge",
    [ACCOUNT_SUPPORT] = "support",
    [ACCOUNT_STAFF] = "staff",
    [ACCOUNT_INSURANCE] = "insurance",
    [ACCOUNT_SOFTWARE] = "software",
    [ACCOUNT_SECURITY] = "security",
    [ACCOUNT_PREPAYMENT] = "prepayment",
    [ACCOUNT_PREPAID_RENT] = "prepaid_rent",
    [ACCOUNT_EXIT_FEE] = "exit_fee",
    [ACCOUNT_RENT] = "rent",
    [ACCOUNT_RENT_USED] = "rent_used",
    [ACCOUNT_ON_DEMAND] = "on_demand",
    [ACCOUNT_SPOT] = "spot",
    [ACCOUNT_EXTRAS] = "extras",
    [ACCOUNT_SURPLUS] = "surplus",
    [ACCOUNT_CAPITAL] = "capital_charge",
    [ACCOUNT_SERVICE_UNSERVED] = "service_unserved",
    [ACCOUNT_SERVICE_DELAY] = "service_delay",
    [ACCOUNT_SERVICE_MISS] = "service_miss",
    [ACCOUNTS_ALL] = NULL,
};

enum { CASH = 1 << BASIS_CASH, COST = 1 << BASIS_ACCRUAL | 1 << BASIS_ECONOMIC };

static const unsigned bases[ACCOUNTS] = {
    [ACCOUNT_PURCHASE] = CASH,
    [ACCOUNT_DEPOSIT] = CASH,
    [ACCOUNT_RESALE] = CASH,
    [ACCOUNT_DEPRECIATION] = COST,
    [ACCOUNT_DISPOSAL] = COST,
    [ACCOUNT_CONSTRUCTION] = CASH,
    [ACCOUNT_FACILITY] = CASH | COST,
    [ACCOUNT_IMPAIRMENT] = COST,
    [ACCOUNT_COMMISSIONING] = CASH | COST,
    [ACCOUNT_COLOCATION] = CASH | COST,
    [ACCOUNT_ENERGY] = CASH | COST,
    [ACCOUNT_DEMAND_CHARGE] = CASH | COST,
    [ACCOUNT_RENT_USED] = CASH | COST,
    [ACCOUNT_EXTRAS] = CASH | COST,
    [ACCOUNT_SUPPORT] = CASH | COST,
    [ACCOUNT_STAFF] = CASH | COST,
    [ACCOUNT_INSURANCE] = CASH | COST,
    [ACCOUNT_SOFTWARE] = CASH | COST,
    [ACCOUNT_SECURITY] = CASH | COST,
    [ACCOUNT_PREPAYMENT] = CASH,
    [ACCOUNT_PREPAID_RENT] = COST,
    [ACCOUNT_EXIT_FEE] = CASH | COST,
    [ACCOUNT_RENT] = CASH | COST,
    [ACCOUNT_ON_DEMAND] = CASH | COST,
    [ACCOUNT_SPOT] = CASH | COST,
    [ACCOUNT_SURPLUS] = CASH | COST,
    [ACCOUNT_CAPITAL] = 1 << BASIS_ECONOMIC,
};

bool account_is_lump(enum account account)
{
    switch (account) {
    case ACCOUNT_PURCHASE:
    case ACCOUNT_DEPOSIT:
    case ACCOUNT_RESALE:
    case ACCOUNT_PREPAYMENT:
    case ACCOUNT_EXIT_FEE: return true;
    default: return false;
    }
}

bool account_has_basis(enum account account, enum basis basis)
{
    if (account >= ACCOUNTS)
        return basis == BASIS_SHADOW;
    return bases[account] >> basis & 1;
}

static const enum account_nature natures[ACCOUNTS] = {
    [ACCOUNT_PURCHASE] = NATURE_CAPITAL,     [ACCOUNT_RESALE] = NATURE_CAPITAL,
    [ACCOUNT_DEPRECIATION] = NATURE_CAPITAL, [ACCOUNT_DISPOSAL] = NATURE_CAPITAL,
    [ACCOUNT_CONSTRUCTION] = NATURE_CAPITAL, [ACCOUNT_FACILITY] = NATURE_PRICE,
    [ACCOUNT_IMPAIRMENT] = NATURE_CAPITAL,   [ACCOUNT_COLOCATION] = NATURE_PRICE,
    [ACCOUNT_ENERGY] = NATURE_PRICE,         [ACCOUNT_SUPPORT] = NATURE_PRICE,
    [ACCOUNT_STAFF] = NATURE_PRICE,          [ACCOUNT_INSURANCE] = NATURE_PRICE,
    [ACCOUNT_SOFTWARE] = NATURE_PRICE,       [ACCOUNT_SECURITY] = NATURE_PRICE,
    [ACCOUNT_PREPAYMENT] = NATURE_PRICE,     [ACCOUNT_PREPAID_RENT] = NATURE_PRICE,
    [ACCOUNT_RENT] = NATURE_PRICE,           [ACCOUNT_ON_DEMAND] = NATURE_PRICE,
    [ACCOUNT_SURPLUS] = NATURE_PRICE,        [ACCOUNT_SPOT] = NATURE_PRICE,
    [ACCOUNT_DEMAND_CHARGE] = NATURE_PRICE,  [ACCOUNT_RENT_USED] = NATURE_PRICE,
    [ACCOUNT_EXTRAS] = NATURE_PRICE,         [ACCOUNT_DEPOSIT] = NATURE_CAPITAL,
    [ACCOUNT_COMMISSIONING] = NATURE_PRICE,  [ACCOUNT_EXIT_FEE] = NATURE_PRICE,
    [ACCOUNT_CAPITAL] = NATURE_CAPITAL,
};

enum account_nature account_nature(enum account account)
{
    return natures[account];
}
