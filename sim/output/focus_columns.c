#include "output/focus.h"

#include "base/calendar.h"

const char *const focus_version_names[] = {"1.2", "1.3", "1.4", NULL};

static const enum focus_treatment treatments[ACCOUNTS] = {
    [ACCOUNT_PURCHASE] = FOCUS_PAYMENT,
    [ACCOUNT_RESALE] = FOCUS_RECEIPT,
    [ACCOUNT_DEPRECIATION] = FOCUS_SPREAD,
    [ACCOUNT_DISPOSAL] = FOCUS_ADJUSTMENT,
    [ACCOUNT_COLOCATION] = FOCUS_BILL,
    [ACCOUNT_ENERGY] = FOCUS_BILL,
    [ACCOUNT_SUPPORT] = FOCUS_BILL,
    [ACCOUNT_STAFF] = FOCUS_BILL,
    [ACCOUNT_INSURANCE] = FOCUS_BILL,
    [ACCOUNT_SOFTWARE] = FOCUS_BILL,
    [ACCOUNT_SECURITY] = FOCUS_BILL,
    [ACCOUNT_PREPAYMENT] = FOCUS_PAYMENT,
    [ACCOUNT_PREPAID_RENT] = FOCUS_SPREAD,
    [ACCOUNT_RENT] = FOCUS_BILL,
    [ACCOUNT_ON_DEMAND] = FOCUS_BILL,
    [ACCOUNT_SURPLUS] = FOCUS_BILL,
    [ACCOUNT_IMPAIRMENT] = FOCUS_ADJUSTMENT,
    [ACCOUNT_CONSTRUCTION] = FOCUS_PAYMENT,
    [ACCOUNT_FACILITY] = FOCUS_BILL,
    [ACCOUNT_DEPOSIT] = FOCUS_PAYMENT,
    [ACCOUNT_COMMISSIONING] = FOCUS_BILL,
    [ACCOUNT_EXIT_FEE] = FOCUS_BILL,
    [ACCOUNT_SPOT] = FOCUS_BILL,
    [ACCOUNT_DEMAND_CHARGE] = FOCUS_BILL,
    [ACCOUNT_RENT_USED] = FOCUS_BILL,
    [ACCOUNT_EXTRAS] = FOCUS_BILL,
    [ACCOUNT_CAPITAL] = FOCUS_CAPITAL,
};

/* An account that is added has no treatment until it is given one here: the test
 * focus::every_account_has_a_treatment_that_fits_its_bases fails. */
enum focus_treatment focus_treatment(enum account account)
{
    return treatments[account];
}

#define VALUES(...)                                                                    \
    (const char *const[])                                                              \
    {                                                                                  \
        __VA_ARGS__, NULL                                                              \
    }

enum { ALL = IN_1_2 | IN_1_3 | IN_1_4, SINCE_1_3 = IN_1_3 | IN_1_4 };

#define USED_UNUSED VALUES("Used", "Unused")

const struct focus_column focus_cost_columns[FOCUS_COST_COLUMNS] = {
    [BILLED_COST] = {"BilledCost", FOCUS_USD, false, ALL, NULL},
    [BILLING_ACCOUNT_ID] = {"BillingAccountId", FOCUS_TEXT, false, ALL, NULL},
    [BILLING_ACCOUNT_NAME] = {"BillingAccountName", FOCUS_TEXT, true, ALL, NULL},
    [BILLING_CURRENCY] = {"BillingCurrency", FOCUS_TEXT, false, ALL, VALUES("USD")},
    [BILLING_PERIOD_END] = {"BillingPeriodEnd", FOCUS_DATE, false, ALL, NULL},
    [BILLING_PERIOD_START] = {"BillingPeriodStart", FOCUS_DATE, false, ALL, NULL},
    [CAPACITY_RESERVATION_ID] = {"CapacityReservationId", FOCUS_TEXT, true, ALL, NULL},
    [CAPACITY_RESERVATION_STATUS] = {"CapacityReservationStatus", FOCUS_TEXT, true, ALL,
                                     USED_UNUSED},
    [CHARGE_CATEGORY] = {"ChargeCategory", FOCUS_TEXT, false, ALL,
                         VALUES("Usage", "Purchase", "Tax", "Credit", "Adjustment")},
    [CHARGE_CLASS] = {"ChargeClass", FOCUS_TEXT, true, ALL, VALUES("Correction")},
    [CHARGE_DESCRIPTION] = {"ChargeDescription", FOCUS_TEXT, true, ALL, NULL},
    [CHARGE_FREQUENCY] = {"ChargeFrequency", FOCUS_TEXT, false, ALL,
                          VALUES("One-Time", "Recurring", "Usage-Based")},
    [CHARGE_PERIOD_END] = {"ChargePeriodEnd", FOCUS_DATE, false, ALL, NULL},
    [CHARGE_PERIOD_START] = {"ChargePeriodStart", FOCUS_DATE, false, ALL, NULL},
    [COMMITMENT_DISCOUNT_CATEGORY] = {"CommitmentDiscountCategory", FOCUS_TEXT, true,
                                      ALL, VALUES("Spend", "Usage")},
    [COMMITMENT_DISCOUNT_ID] = {"CommitmentDiscountId", FOCUS_TEXT, true, ALL, NULL},
    [COMMITMENT_DISCOUNT_NAME] = {"CommitmentDiscountName", FOCUS_TEXT, true, ALL,
                                  NULL},
    [COMMITMENT_DISCOUNT_QUANTITY] = {"CommitmentDiscountQuantity", FOCUS_QUANTITY,
                                      true, ALL, NULL},
    [COMMITMENT_DISCOUNT_STATUS] = {"CommitmentDiscountStatus", FOCUS_TEXT, true, ALL,
                                    USED_UNUSED},
    [COMMITMENT_DISCOUNT_TYPE] = {"CommitmentDiscountType", FOCUS_TEXT, true, ALL,
                                  NULL},
    [COMMITMENT_DISCOUNT_UNIT] = {"CommitmentDiscountUnit", FOCUS_TEXT, true, ALL,
                                  NULL},
    [CONSUMED_QUANTITY] = {"ConsumedQuantity", FOCUS_QUANTITY, true, ALL, NULL},
    [CONSUMED_UNIT] = {"ConsumedUnit", FOCUS_TEXT, true, ALL, NULL},
    [CONTRACT_APPLIED] = {"ContractApplied", FOCUS_JSON, true, SINCE_1_3, NULL},
    [CONTRACTED_COST] = {"ContractedCost", FOCUS_USD, false, ALL, NULL},
    [EFFECTIVE_COST] = {"EffectiveCost", FOCUS_USD, false, ALL, NULL},
    [HOST_PROVIDER_NAME] = {"HostProviderName", FOCUS_TEXT, false, SINCE_1_3, NULL},
    [INVOICE_ISSUER_NAME] = {"InvoiceIssuerName", FOCUS_TEXT, false, ALL, NULL},
    [LIST_COST] = {"ListCost", FOCUS_USD, false, ALL, NULL},
    [PRICING_CATEGORY] = {"PricingCategory", FOCUS_TEXT, true, ALL,
                          VALUES("Standard", "Dynamic", "Committed", "Other")},
    [PRICING_QUANTITY] = {"PricingQuantity", FOCUS_QUANTITY, true, ALL, NULL},
    [PRICING_UNIT] = {"PricingUnit", FOCUS_TEXT, true, ALL, NULL},
    [PROVIDER_NAME] = {"ProviderName", FOCUS_TEXT, false, IN_1_2 | IN_1_3, NULL},
    [PUBLISHER_NAME] = {"PublisherName", FOCUS_TEXT, false, IN_1_2 | IN_1_3, NULL},
    [REGION_ID] = {"RegionId", FOCUS_TEXT, true, ALL, NULL},
    [REGION_NAME] = {"RegionName", FOCUS_TEXT, true, ALL, NULL},
    [RESOURCE_ID] = {"ResourceId", FOCUS_TEXT, true, ALL, NULL},
    [RESOURCE_NAME] = {"ResourceName", FOCUS_TEXT, true, ALL, NULL},
    [RESOURCE_TYPE] = {"ResourceType", FOCUS_TEXT, true, ALL, NULL},
    [SERVICE_CATEGORY] = {"ServiceCategory", FOCUS_TEXT, false, ALL,
                          VALUES("Compute", "AI and Machine Learning", "Storage",
                                 "Networking", "Other")},
    [SERVICE_NAME] = {"ServiceName", FOCUS_TEXT, false, ALL, NULL},
    [SERVICE_PROVIDER_NAME] = {"ServiceProviderName", FOCUS_TEXT, false, SINCE_1_3,
                               NULL},
    [SERVICE_SUBCATEGORY] = {"ServiceSubcategory", FOCUS_TEXT, false, ALL, NULL},
    [SKU_ID] = {"SkuId", FOCUS_TEXT, true, ALL, NULL},
    [SKU_METER] = {"SkuMeter", FOCUS_TEXT, true, ALL, NULL},
    [SKU_PRICE_DETAILS] = {"SkuPriceDetails", FOCUS_JSON, true, ALL, NULL},
    [SKU_PRICE_ID] = {"SkuPriceId", FOCUS_TEXT, true, ALL, NULL},
    [X_CAPITAL_CHARGE] = {"x_CapitalCharge", FOCUS_USD, true, ALL, NULL},
    [X_CARBON_KG] = {"x_CarbonKg", FOCUS_USD, true, ALL, NULL},
    [X_DEPRECIATION_COST] = {"x_DepreciationCost", FOCUS_USD, true, ALL, NULL},
    [X_ENERGY_KWH] = {"x_EnergyKWh", FOCUS_USD, true, ALL, NULL},
    [X_POOL] = {"x_Pool", FOCUS_TEXT, false, ALL, NULL},
    [X_TENURE] = {"x_Tenure", FOCUS_TEXT, false, ALL, NULL},
};

const struct focus_column focus_commitment_columns[FOCUS_COMMITMENT_COLUMNS] = {
    [CC_BILLING_CURRENCY] = {"BillingCurrency", FOCUS_TEXT, true, SINCE_1_3,
                             VALUES("USD")},
    [CC_BENEFIT_CATEGORY] = {"ContractCommitmentBenefitCategory", FOCUS_TEXT, false,
                             IN_1_4,
                             VALUES("Discount", "Monetary Pool", "Availability",
                                    "Other")},
    [CC_CATEGORY] = {"ContractCommitmentCategory", FOCUS_TEXT, false, SINCE_1_3,
                     VALUES("Spend", "Usage")},
    [CC_COST] = {"ContractCommitmentCost", FOCUS_USD, true, SINCE_1_3, NULL},
    [CC_DESCRIPTION] = {"ContractCommitmentDescription", FOCUS_TEXT, true, SINCE_1_3,
                        NULL},
    [CC_DISCOUNT_PERCENTAGE] = {"ContractCommitmentDiscountPercentage", FOCUS_QUANTITY,
                                true, IN_1_4, NULL},
    [CC_DURATION_TYPE] = {"ContractCommitmentDurationType", FOCUS_TEXT, false, IN_1_4,
                          NULL},
    [CC_FULFILLMENT_INTERVAL] = {"ContractCommitmentFulfillmentInterval", FOCUS_TEXT,
                                 false, IN_1_4,
                                 VALUES("Hourly", "Daily", "Weekly", "Monthly",
                                        "Quarterly", "Semi-Annual", "Annual",
                                        "Transactional", "Custom")},
    [CC_ID] = {"ContractCommitmentId", FOCUS_TEXT, false, SINCE_1_3, NULL},
    [CC_LIFECYCLE_STATUS] = {"ContractCommitmentLifecycleStatus", FOCUS_TEXT, false,
                             IN_1_4,
                             VALUES("Proposed", "Pending", "Active", "Exhausted",
                                    "Expired", "Canceled", "Superseded")},
    [CC_MODEL] = {"ContractCommitmentModel", FOCUS_TEXT, false, IN_1_4,
                  VALUES("Continuous", "Discontinuous")},
    [CC_OFFER_CATEGORY] = {"ContractCommitmentOfferCategory", FOCUS_TEXT, false, IN_1_4,
                           VALUES("Public", "Negotiated")},
    [CC_PAYMENT_INTERVAL] = {"ContractCommitmentPaymentInterval", FOCUS_TEXT, false,
                             IN_1_4,
                             VALUES("One-Time", "Monthly", "Quarterly", "Semi-Annual",
                                    "Annual", "Custom")},
    [CC_PAYMENT_MODEL] = {"ContractCommitmentPaymentModel", FOCUS_TEXT, false, IN_1_4,
                          VALUES("No Upfront", "Partial Upfront", "All Upfront")},
    [CC_PAYMENT_UPFRONT_PERCENTAGE] = {"ContractCommitmentPaymentUpfrontPercentage",
                                       FOCUS_QUANTITY, false, IN_1_4, NULL},
    [CC_PERIOD_END] = {"ContractCommitmentPeriodEnd", FOCUS_DATE, false, SINCE_1_3,
                       NULL},
    [CC_PERIOD_START] = {"ContractCommitmentPeriodStart", FOCUS_DATE, false, SINCE_1_3,
                         NULL},
    [CC_QUANTITY] = {"ContractCommitmentQuantity", FOCUS_QUANTITY, true, SINCE_1_3,
                     NULL},
    [CC_TYPE] = {"ContractCommitmentType", FOCUS_TEXT, false, SINCE_1_3, NULL},
    [CC_UNIT] = {"ContractCommitmentUnit", FOCUS_TEXT, true, SINCE_1_3, NULL},
    [CC_CONTRACT_ID] = {"ContractId", FOCUS_TEXT, false, SINCE_1_3, NULL},
    [CC_CONTRACT_PERIOD_END] = {"ContractPeriodEnd", FOCUS_DATE, false, SINCE_1_3,
                                NULL},
    [CC_CONTRACT_PERIOD_START] = {"ContractPeriodStart", FOCUS_DATE, false, SINCE_1_3,
                                  NULL},
    [CC_INVOICE_ISSUER_NAME] = {"InvoiceIssuerName", FOCUS_TEXT, false, IN_1_4, NULL},
    [CC_SERVICE_PROVIDER_NAME] = {"ServiceProviderName", FOCUS_TEXT, false, IN_1_4,
                                  NULL},
};

void focus_write_header(struct csv_out *out, const struct focus_column columns[],
                        size_t n, enum focus_version version)
{
    for (size_t i = 0; i < n; i++)
        if (columns[i].versions & 1u << version)
            csv_text(out, columns[i].name);
    csv_end_row(out);
}

/* FOCUS wants whole seconds; the ms of an odd start are cut. */
static void write_date(struct csv_out *out, int64_t unix_ms)
{
    char text[CALENDAR_TEXT];
    int64_t odd = unix_ms % MS_PER_S;
    calendar_format(unix_ms - (odd < 0 ? odd + MS_PER_S : odd), text);
    csv_text(out, text);
}

static void write_cell(struct csv_out *out, const struct focus_column *column,
                       const struct focus_cell *cell)
{
    bool is_text = column->kind == FOCUS_TEXT || column->kind == FOCUS_JSON;
    if (is_text ? !cell->text || !*cell->text : !cell->set)
        csv_empty(out);
    else if (is_text)
        csv_text(out, cell->text);
    else if (column->kind == FOCUS_DATE)
        write_date(out, (int64_t)cell->value);
    else
        csv_fixed(out, cell->value, column->kind == FOCUS_USD ? 6 : 9);
}

void focus_write_row(struct csv_out *out, const struct focus_column columns[], size_t n,
                     enum focus_version version, const struct focus_cell cells[])
{
    for (size_t i = 0; i < n; i++)
        if (columns[i].versions & 1u << version)
            write_cell(out, &columns[i], &cells[i]);
    csv_end_row(out);
}
