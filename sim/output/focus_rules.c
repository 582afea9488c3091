#include "output/focus_rules.h"

#include <assert.h>
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static_assert(FOCUS_COST_COLUMNS <= FOCUS_COLUMNS_MAX, "cells of a row");

typedef const struct focus_cell cells_of_row[];

static bool is(const struct focus_cell *cell, const char *value)
{
    return cell->text && strcmp(cell->text, value) == 0;
}

static bool is_null(const struct focus_cell *cell)
{
    return !cell->text;
}

/* ---- Cost and Usage ---- */

static bool is_usage(cells_of_row c)
{
    return is(&c[CHARGE_CATEGORY], "Usage");
}

static bool is_priced(cells_of_row c)
{
    return (is_usage(c) || is(&c[CHARGE_CATEGORY], "Purchase")) &&
           is_null(&c[CHARGE_CLASS]);
}

static bool is_unused(cells_of_row c)
{
    return is(&c[COMMITMENT_DISCOUNT_STATUS], "Unused") ||
           is(&c[CAPACITY_RESERVATION_STATUS], "Unused");
}

static bool periods(cells_of_row c)
{
    return c[BILLING_PERIOD_START].value >= c[BILLING_PERIOD_END].value ||
           c[CHARGE_PERIOD_START].value > c[CHARGE_PERIOD_END].value;
}

static bool within(cells_of_row c)
{
    return c[CHARGE_PERIOD_START].value < c[BILLING_PERIOD_START].value ||
           c[CHARGE_PERIOD_END].value > c[BILLING_PERIOD_END].value;
}

static bool purchase_effective(cells_of_row c)
{
    return is(&c[CHARGE_CATEGORY], "Purchase") && c[EFFECTIVE_COST].value != 0;
}

static bool purchase_committed(cells_of_row c)
{
    return is(&c[CHARGE_CATEGORY], "Purchase") && is(&c[PRICING_CATEGORY], "Committed");
}

static bool pricing(cells_of_row c)
{
    return is_priced(c) && (is_null(&c[PRICING_QUANTITY]) || is_null(&c[PRICING_UNIT]));
}

static bool sku(cells_of_row c)
{
    return is_priced(c) &&
           (is_null(&c[SKU_ID]) || is_null(&c[SKU_PRICE_ID]) || is_null(&c[SKU_METER]));
}

static bool category(cells_of_row c)
{
    return is_priced(c) && is_null(&c[PRICING_CATEGORY]);
}

static bool pricing_pair(cells_of_row c)
{
    return is_null(&c[PRICING_QUANTITY]) != is_null(&c[PRICING_UNIT]);
}

static bool consumed_pair(cells_of_row c)
{
    return is_null(&c[CONSUMED_QUANTITY]) != is_null(&c[CONSUMED_UNIT]);
}

static bool consumed_unused(cells_of_row c)
{
    return is_unused(c) && !is_null(&c[CONSUMED_QUANTITY]);
}

static bool consumed_other(cells_of_row c)
{
    return !is_usage(c) && !is_null(&c[CONSUMED_QUANTITY]);
}

static bool consumed_missing(cells_of_row c)
{
    return is_usage(c) && is_priced(c) && !is_unused(c) &&
           is_null(&c[CONSUMED_QUANTITY]);
}

static bool discount_stray(cells_of_row c)
{
    static const enum focus_cost_column others[] = {
        COMMITMENT_DISCOUNT_CATEGORY, COMMITMENT_DISCOUNT_NAME,
        COMMITMENT_DISCOUNT_QUANTITY, COMMITMENT_DISCOUNT_STATUS,
        COMMITMENT_DISCOUNT_TYPE,     COMMITMENT_DISCOUNT_UNIT};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is_null(&c[COMMITMENT_DISCOUNT_ID]) && !is_null(&c[others[i]]))
            return true;
    return false;
}

static bool discount_terms(cells_of_row c)
{
    return !is_null(&c[COMMITMENT_DISCOUNT_ID]) &&
           (is_null(&c[COMMITMENT_DISCOUNT_CATEGORY]) ||
            is_null(&c[COMMITMENT_DISCOUNT_TYPE]));
}

static bool discount_status(cells_of_row c)
{
    bool due = is_usage(c) && !is_null(&c[COMMITMENT_DISCOUNT_ID]);
    return due == is_null(&c[COMMITMENT_DISCOUNT_STATUS]);
}

static bool discount_quantity(cells_of_row c)
{
    bool due = is_priced(c) && !is_null(&c[COMMITMENT_DISCOUNT_ID]);
    return due && is_null(&c[COMMITMENT_DISCOUNT_QUANTITY]);
}

static bool discount_unit(cells_of_row c)
{
    return is_null(&c[COMMITMENT_DISCOUNT_QUANTITY]) !=
           is_null(&c[COMMITMENT_DISCOUNT_UNIT]);
}

static bool committed(cells_of_row c)
{
    bool due = is_usage(c) && !is_null(&c[COMMITMENT_DISCOUNT_ID]);
    return is_usage(c) && due != is(&c[PRICING_CATEGORY], "Committed");
}

static bool reservation_stray(cells_of_row c)
{
    return is_null(&c[CAPACITY_RESERVATION_ID]) &&
           !is_null(&c[CAPACITY_RESERVATION_STATUS]);
}

static bool reservation_status(cells_of_row c)
{
    return is_usage(c) && !is_null(&c[CAPACITY_RESERVATION_ID]) &&
           is_null(&c[CAPACITY_RESERVATION_STATUS]);
}

static bool sku_stray(cells_of_row c)
{
    return is_null(&c[SKU_PRICE_ID]) &&
           !(is_null(&c[SKU_METER]) && is_null(&c[PRICING_CATEGORY]) &&
             is_null(&c[SKU_PRICE_DETAILS]) &&
             is_null(&c[COMMITMENT_DISCOUNT_QUANTITY]));
}

static bool tax(cells_of_row c)
{
    return is(&c[CHARGE_CATEGORY], "Tax") &&
           !(is_null(&c[PRICING_QUANTITY]) && is_null(&c[PRICING_UNIT]) &&
             is_null(&c[PRICING_CATEGORY]) && is_null(&c[CONSUMED_QUANTITY]));
}

static bool credit(cells_of_row c)
{
    return is(&c[CHARGE_CATEGORY], "Credit") &&
           c[CONTRACTED_COST].value != c[BILLED_COST].value;
}

static bool list_cost(cells_of_row c)
{
    return is_priced(c) && c[CONTRACTED_COST].value != c[LIST_COST].value;
}

static bool names_stray(cells_of_row c)
{
    return (is_null(&c[REGION_ID]) && !is_null(&c[REGION_NAME])) ||
           (is_null(&c[RESOURCE_ID]) &&
            !(is_null(&c[RESOURCE_NAME]) && is_null(&c[RESOURCE_TYPE])));
}

static bool contract_missing(cells_of_row c)
{
    return is_null(&c[COMMITMENT_DISCOUNT_ID]) != is_null(&c[CONTRACT_APPLIED]);
}

/* ---- JSON ---- */

static bool is_own_key(const char *key)
{
    static const char *const defined[] = {"CoreCount",       "DiskMaxIops",
                                          "DiskSpace",       "DiskType",
                                          "GpuCount",        "InstanceType",
                                          "InstanceSeries",  "MemorySize",
                                          "NetworkMaxIops",  "Redundancy",
                                          "OperatingSystem", "NetworkMaxThroughput",
                                          "StorageClass",    NULL};
    for (const char *const *name = defined; *name; name++)
        if (strcmp(*name, key) == 0)
            return true;
    return strncmp(key, "x_", 2) == 0;
}

static bool details(cells_of_row c)
{
    const char *key;
    json_t *value, *root;
    if (is_null(&c[SKU_PRICE_DETAILS]))
        return false;
    root = json_loads(c[SKU_PRICE_DETAILS].text, JSON_REJECT_DUPLICATES, NULL);
    bool broken = !json_is_object(root);
    json_object_foreach(root, key, value)
    {
        broken |= !is_own_key(key) || json_is_object(value) || json_is_array(value);
    }
    json_decref(root);
    return broken;
}

static bool is_application(const json_t *element)
{
    const json_t *quantity =
        json_object_get(element, "ContractCommitmentAppliedQuantity");
    const json_t *unit = json_object_get(element, "ContractCommitmentAppliedUnit");
    const json_t *cost = json_object_get(element, "ContractCommitmentAppliedCost");
    return json_is_string(json_object_get(element, "ContractID")) &&
           json_is_string(json_object_get(element, "ContractCommitmentID")) &&
           (json_is_number(quantity) || json_is_number(cost)) &&
           json_is_number(quantity) == json_is_string(unit);
}

static bool applied(cells_of_row c)
{
    size_t i;
    json_t *element, *root;
    if (is_null(&c[CONTRACT_APPLIED]))
        return false;
    root = json_loads(c[CONTRACT_APPLIED].text, JSON_REJECT_DUPLICATES, NULL);
    const json_t *elements = json_object_get(root, "Elements");
    bool broken = !json_is_array(elements) || json_array_size(elements) == 0;
    json_array_foreach(elements, i, element)
    {
        broken |= !is_application(element);
    }
    json_decref(root);
    return broken;
}

enum { ALL = IN_1_2 | IN_1_3 | IN_1_4, SINCE_1_3 = IN_1_3 | IN_1_4 };

const struct focus_rule focus_cost_rules[] = {
    {"a period ends before it begins", ALL, periods},
    {"the charge period is not within the billing period", ALL, within},
    {"EffectiveCost of a Purchase, which pays for what is used later, must be 0", ALL,
     purchase_effective},
    {"PricingCategory of a Purchase must not be Committed", ALL, purchase_committed},
    {"PricingQuantity and PricingUnit are required on Usage and Purchase", ALL,
     pricing},
    {"SkuId, SkuPriceId and SkuMeter are required on Usage and Purchase", ALL, sku},
    {"PricingCategory is required on Usage and Purchase", ALL, category},
    {"PricingQuantity and PricingUnit are null together", ALL, pricing_pair},
    {"ConsumedQuantity and ConsumedUnit are null together", ALL, consumed_pair},
    {"ConsumedQuantity of what is Unused must be null", ALL, consumed_unused},
    {"ConsumedQuantity must be null but on Usage", ALL, consumed_other},
    {"ConsumedQuantity is required on Usage that is not Unused", ALL, consumed_missing},
    {"without CommitmentDiscountId all CommitmentDiscount columns must be null", ALL,
     discount_stray},
    {"CommitmentDiscountCategory and -Type are required beside CommitmentDiscountId",
     ALL, discount_terms},
    {"CommitmentDiscountStatus is required on Usage with CommitmentDiscountId, and "
     "null elsewhere",
     ALL, discount_status},
    {"CommitmentDiscountQuantity is required on Usage and Purchase with "
     "CommitmentDiscountId",
     ALL, discount_quantity},
    {"CommitmentDiscountQuantity and -Unit are null together", ALL, discount_unit},
    {"Usage is Committed just where it has a CommitmentDiscountId", ALL, committed},
    {"CapacityReservationStatus must be null without CapacityReservationId", ALL,
     reservation_stray},
    {"CapacityReservationStatus is required on Usage with CapacityReservationId", ALL,
     reservation_status},
    {"without SkuPriceId, SkuMeter, SkuPriceDetails, PricingCategory and "
     "CommitmentDiscountQuantity must be null",
     ALL, sku_stray},
    {"price, quantity and consumption of a Tax must be null", ALL, tax},
    {"ContractedCost of a Credit must be its BilledCost", ALL, credit},
    {"ContractedCost must be ListCost, as no terms are negotiated", ALL, list_cost},
    {"RegionName, ResourceName and ResourceType must be null without their Id", ALL,
     names_stray},
    {"ContractApplied is to be given just with CommitmentDiscountId", SINCE_1_3,
     contract_missing},
    {"SkuPriceDetails is not a flat JSON object of defined keys and x_ keys", ALL,
     details},
    {"ContractApplied is not a JSON object with Elements as the specification wants "
     "them",
     SINCE_1_3, applied},
    {NULL, 0, NULL},
};

/* ---- Contract Commitment ---- */

#define ONE 1000000000 /* nine digits */

static bool commitment_period(cells_of_row c)
{
    return c[CC_PERIOD_START].value >= c[CC_PERIOD_END].value ||
           c[CC_CONTRACT_PERIOD_START].value >= c[CC_CONTRACT_PERIOD_END].value;
}

static bool commitment_nothing(cells_of_row c)
{
    return is_null(&c[CC_COST]) && is_null(&c[CC_QUANTITY]);
}

static bool commitment_unit(cells_of_row c)
{
    return is_null(&c[CC_QUANTITY]) != is_null(&c[CC_UNIT]);
}

static bool commitment_currency(cells_of_row c)
{
    return !is_null(&c[CC_COST]) && is_null(&c[CC_BILLING_CURRENCY]);
}

static bool commitment_discount(cells_of_row c)
{
    if (is(&c[CC_BENEFIT_CATEGORY], "Availability"))
        return !is_null(&c[CC_DISCOUNT_PERCENTAGE]);
    return is(&c[CC_BENEFIT_CATEGORY], "Discount") &&
           is_null(&c[CC_DISCOUNT_PERCENTAGE]);
}

static bool commitment_upfront(cells_of_row c)
{
    int128 frac = c[CC_PAYMENT_UPFRONT_PERCENTAGE].value;
    if (is(&c[CC_PAYMENT_MODEL], "All Upfront"))
        return frac != ONE;
    if (is(&c[CC_PAYMENT_MODEL], "No Upfront"))
        return frac != 0;
    return frac <= 0 || frac >= ONE;
}

static bool commitment_interval(cells_of_row c)
{
    return is(&c[CC_PAYMENT_MODEL], "All Upfront") &&
           !is(&c[CC_PAYMENT_INTERVAL], "One-Time");
}

/* "3 Years": a positive integer, a blank, a unit of time. */
static bool commitment_duration(cells_of_row c)
{
    static const char *const units[] = {"Minute", "Hour",    "Day",  "Week",
                                        "Month",  "Quarter", "Year", NULL};
    char *unit;
    long long n = strtoll(c[CC_DURATION_TYPE].text, &unit, 10);
    if (n < 1 || !isdigit((unsigned char)*c[CC_DURATION_TYPE].text) || *unit++ != ' ')
        return true;
    for (const char *const *name = units; *name; name++) {
        size_t length = strlen(*name);
        if (strncmp(unit, *name, length) == 0 &&
            strcmp(unit + length, n == 1 ? "" : "s") == 0)
            return false;
    }
    return true;
}

const struct focus_rule focus_commitment_rules[] = {
    {"a period does not end after it begins", SINCE_1_3, commitment_period},
    {"either ContractCommitmentCost or -Quantity must be given", SINCE_1_3,
     commitment_nothing},
    {"ContractCommitmentQuantity and -Unit are null together", SINCE_1_3,
     commitment_unit},
    {"BillingCurrency is required beside ContractCommitmentCost", SINCE_1_3,
     commitment_currency},
    {"ContractCommitmentDiscountPercentage is required for a Discount, and null for "
     "Availability",
     IN_1_4, commitment_discount},
    {"ContractCommitmentPaymentUpfrontPercentage does not fit the payment model",
     IN_1_4, commitment_upfront},
    {"what is paid All Upfront has the payment interval One-Time", IN_1_4,
     commitment_interval},
    {"ContractCommitmentDurationType is not of the form '3 Years'", IN_1_4,
     commitment_duration},
    {NULL, 0, NULL},
};
