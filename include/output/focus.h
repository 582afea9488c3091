#ifndef OUTPUT_FOCUS_H
#define OUTPUT_FOCUS_H

/*
 * A result in the shape of FOCUS, the FinOps Open Cost and Usage Specification, so that
 * tools for cloud bills can read it (docs/focus.md).  FOCUS describes invoices of
 * providers; a simulation has none, so what is owned follows our convention.
 *
 * The sum of BilledCost is the cash basis of the ledger, that of EffectiveCost the
 * accrual basis, for each pool, to the micro-dollar; the capital charge stands in a
 * column of its own and in no cost.  Source of columns, null rules and allowed values:
 * the specification of each version, focus.finops.org.
 */

#include "base/csv_in.h"
#include "base/csv_out.h"
#include "output/saved_run.h"
#include "world/sink.h"

enum focus_version { FOCUS_1_2, FOCUS_1_3, FOCUS_1_4, FOCUS_VERSIONS };
extern const char *const focus_version_names[]; /* "1.2", ..., NULL */

/* What an account of the ledger becomes. */
enum focus_treatment {
    FOCUS_UNMAPPED,
    FOCUS_PAYMENT,    /* cash: a Purchase, once */
    FOCUS_RECEIPT,    /* cash: a Credit */
    FOCUS_SPREAD,     /* accrual: in the EffectiveCost of what was used and unused */
    FOCUS_ADJUSTMENT, /* accrual: an Adjustment */
    FOCUS_BILL,       /* both; in fixed pools cash is a recurring Purchase and accrual
                         is spread, in elastic ones a single row of Usage */
    FOCUS_CAPITAL,    /* economic: x_CapitalCharge */
};
enum focus_treatment focus_treatment(enum account account);

/* The columns of both files, in the order of the specification, ours last. */
enum focus_kind { FOCUS_TEXT, FOCUS_DATE, FOCUS_USD, FOCUS_QUANTITY, FOCUS_JSON };

enum { IN_1_2 = 1 << FOCUS_1_2, IN_1_3 = 1 << FOCUS_1_3, IN_1_4 = 1 << FOCUS_1_4 };

struct focus_column {
    const char *name;
    enum focus_kind kind;
    bool nullable;
    unsigned versions;
    const char *const *allowed; /* NULL: anything; ends with NULL */
};

enum focus_cost_column {
    BILLED_COST,
    BILLING_ACCOUNT_ID,
    BILLING_ACCOUNT_NAME,
    BILLING_CURRENCY,
    BILLING_PERIOD_END,
    BILLING_PERIOD_START,
    CAPACITY_RESERVATION_ID,
    CAPACITY_RESERVATION_STATUS,
    CHARGE_CATEGORY,
    CHARGE_CLASS,
    CHARGE_DESCRIPTION,
    CHARGE_FREQUENCY,
    CHARGE_PERIOD_END,
    CHARGE_PERIOD_START,
    COMMITMENT_DISCOUNT_CATEGORY,
    COMMITMENT_DISCOUNT_ID,
    COMMITMENT_DISCOUNT_NAME,
    COMMITMENT_DISCOUNT_QUANTITY,
    COMMITMENT_DISCOUNT_STATUS,
    COMMITMENT_DISCOUNT_TYPE,
    COMMITMENT_DISCOUNT_UNIT,
    CONSUMED_QUANTITY,
    CONSUMED_UNIT,
    CONTRACT_APPLIED,
    CONTRACTED_COST,
    EFFECTIVE_COST,
    HOST_PROVIDER_NAME,
    INVOICE_ISSUER_NAME,
    LIST_COST,
    PRICING_CATEGORY,
    PRICING_QUANTITY,
    PRICING_UNIT,
    PROVIDER_NAME,
    PUBLISHER_NAME,
    REGION_ID,
    REGION_NAME,
    RESOURCE_ID,
    RESOURCE_NAME,
    RESOURCE_TYPE,
    SERVICE_CATEGORY,
    SERVICE_NAME,
    SERVICE_PROVIDER_NAME,
    SERVICE_SUBCATEGORY,
    SKU_ID,
    SKU_METER,
    SKU_PRICE_DETAILS,
    SKU_PRICE_ID,
    X_CAPITAL_CHARGE,
    X_CARBON_KG,
    X_DEPRECIATION_COST,
    X_ENERGY_KWH,
    X_POOL,
    X_TENURE,
    FOCUS_COST_COLUMNS
};
extern const struct focus_column focus_cost_columns[FOCUS_COST_COLUMNS];

enum focus_commitment_column {
    CC_BILLING_CURRENCY,
    CC_BENEFIT_CATEGORY,
    CC_CATEGORY,
    CC_COST,
    CC_DESCRIPTION,
    CC_DISCOUNT_PERCENTAGE,
    CC_DURATION_TYPE,
    CC_FULFILLMENT_INTERVAL,
    CC_ID,
    CC_LIFECYCLE_STATUS,
    CC_MODEL,
    CC_OFFER_CATEGORY,
    CC_PAYMENT_INTERVAL,
    CC_PAYMENT_MODEL,
    CC_PAYMENT_UPFRONT_PERCENTAGE,
    CC_PERIOD_END,
    CC_PERIOD_START,
    CC_QUANTITY,
    CC_TYPE,
    CC_UNIT,
    CC_CONTRACT_ID,
    CC_CONTRACT_PERIOD_END,
    CC_CONTRACT_PERIOD_START,
    CC_INVOICE_ISSUER_NAME,
    CC_SERVICE_PROVIDER_NAME,
    FOCUS_COMMITMENT_COLUMNS
};
extern const struct focus_column focus_commitment_columns[FOCUS_COMMITMENT_COLUMNS];

/* A cell: NULL text and not `set` is null.  USD are micro-USD, quantities have nine
 * digits, dates are unix_ms. */
struct focus_cell {
    const char *text;
    int128 value;
    bool set;
};

void focus_write_header(struct csv_out *out, const struct focus_column columns[],
                        size_t n, enum focus_version version);
void focus_write_row(struct csv_out *out, const struct focus_column columns[], size_t n,
                     enum focus_version version, const struct focus_cell cells[]);

/* The rows of a result.  `sums` may be NULL, or gets for each pool the sums of
 * BilledCost and EffectiveCost. */
struct focus_sums {
    int128 billed_uusd, effective_uusd;
};
bool focus_write_costs(const struct saved_run *run, enum focus_version version,
                       struct csv_out *out, struct focus_sums sums[],
                       struct error *err) MUST_CHECK;
bool focus_write_commitments(const struct saved_run *run, enum focus_version version,
                             struct csv_out *out, struct error *err) MUST_CHECK;

/* Reads a file of either kind back, and holds it to the rules of the specification that
 * we rely on; the header tells kind and version.  `finding` is told each violation with
 * the line; the result is false only for a file that could not be read as such.  */
struct focus_check {
    void (*finding)(void *self, int64_t line, const char *text);
    void *self;
    int64_t rows, findings; /* out */
    enum focus_version version;
    bool commitments;
    int128 billed_uusd, effective_uusd; /* of all rows */
};
bool focus_check(const char *path, struct focus_check *check,
                 struct error *err) MUST_CHECK;

#endif
