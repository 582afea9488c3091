/* The contracts of a result as the Contract Commitment dataset. */

#include "base/calendar.h"
#include "output/focus_data.h"

static struct focus_cell text(const char *value)
{
    return (struct focus_cell){.text = value};
}

static struct focus_cell number(int128 value)
{
    return (struct focus_cell){.value = value, .set = true};
}

static const char *counted(struct arena *arena, int64_t n, const char *unit)
{
    return arena_printf(arena, "%lld %s%s", (long long)n, unit, n == 1 ? "" : "s");
}

/* "3 Years", "18 Months"; days or hours where it ends on no anniversary. */
static const char *duration(struct arena *arena, int64_t begin, int64_t end)
{
    int64_t months = (end - begin) / (28 * MS_PER_D);
    while (months > 0 && calendar_add_months(begin, months) > end)
        months--;
    if (months > 0 && calendar_add_months(begin, months) == end)
        return months % 12 == 0 ? counted(arena, months / 12, "Year")
                                : counted(arena, months, "Month");
    if ((end - begin) % MS_PER_D == 0)
        return counted(arena, (end - begin) / MS_PER_D, "Day");
    return counted(arena, (end - begin + MS_PER_H - 1) / MS_PER_H, "Hour");
}

#define ONE INT64_C(1000000000) /* with nine digits */

/* What is paid at once, and the rest of it by the month. */
static void put_payment(const struct focus_item *item, struct focus_cell row[])
{
    int128 cost =
        item->paid_uusd + item->rent_uusd + item->commitment_uusd + item->exit_fee_uusd;
    bool partly = item->paid_uusd > 0 && item->paid_uusd < cost;
    bool wholly = item->paid_uusd > 0 && !partly;
    int128 frac = wholly ? ONE : 0;
    if (partly) {
        frac = divide_rounded(item->paid_uusd * ONE, cost);
        frac = frac < 1 ? 1 : frac > ONE - 1 ? ONE - 1 : frac;
    }
    row[CC_COST] = number(cost);
    row[CC_PAYMENT_MODEL] = text(wholly   ? "All Upfront"
                                 : partly ? "Partial Upfront"
                                          : "No Upfront");
    row[CC_PAYMENT_INTERVAL] = text(wholly ? "One-Time" : "Monthly");
    row[CC_PAYMENT_UPFRONT_PERCENTAGE] = number(frac);
}

/* As it stands when the run ends. */
static const char *status(const struct focus_item *item)
{
    if (item->end_unix_ms < 0)
        return "Active";
    return item->end_unix_ms < item->term_end_unix_ms ? "Canceled" : "Expired";
}

static void write_item(struct focus_data *data, const struct focus_item *item,
                       enum focus_version version, struct csv_out *out)
{
    struct focus_cell row[FOCUS_COMMITMENT_COLUMNS] = {0};
    int64_t begin = item->begin_unix_ms, end = item->term_end_unix_ms;
    if (item->end_unix_ms >= 0 && item->end_unix_ms < end)
        end = item->end_unix_ms; /* cancelled: what was in force */
    int128 gpu_ms = (int128)item->gpus * (end - begin);
    const struct saved_pool *pool = &data->run->pools[item->pool];

    row[CC_BILLING_CURRENCY] = text("USD");
    row[CC_BENEFIT_CATEGORY] = text("Availability");
    row[CC_CATEGORY] = text("Usage");
    row[CC_DESCRIPTION] =
        text(arena_printf(&data->arena, "%lld GPUs of class %s under take-or-pay lease",
                          (long long)item->gpus, pool->class));
    row[CC_DURATION_TYPE] = text(duration(&data->arena, begin, end));
    row[CC_FULFILLMENT_INTERVAL] = text("Hourly");
    row[CC_ID] = row[CC_CONTRACT_ID] = text(item->id);
    row[CC_LIFECYCLE_STATUS] = text(status(item));
    row[CC_MODEL] = text("Continuous");
    row[CC_OFFER_CATEGORY] = text("Negotiated");
    row[CC_PERIOD_START] = row[CC_CONTRACT_PERIOD_START] = number(begin);
    row[CC_PERIOD_END] = row[CC_CONTRACT_PERIOD_END] = number(end);
    row[CC_QUANTITY] = number(gpu_ms_to_nano_gpu_h(gpu_ms));
    row[CC_TYPE] = text("Lease");
    row[CC_UNIT] = text("GPU-Hours");
    row[CC_INVOICE_ISSUER_NAME] = row[CC_SERVICE_PROVIDER_NAME] =
        text(focus_provider(data, item->pool));
    put_payment(item, row);
    focus_write_row(out, focus_commitment_columns, FOCUS_COMMITMENT_COLUMNS, version,
                    row);
}

bool focus_write_commitments(const struct saved_run *run, enum focus_version version,
                             struct csv_out *out, struct error *err)
{
    struct focus_data data;
    bool ok = focus_load(&data, run, err);
    if (ok)
        focus_write_header(out, focus_commitment_columns, FOCUS_COMMITMENT_COLUMNS,
                           version);
    for (uint32_t i = 0; ok && i < data.item_names.n; i++)
        if (run->pools[data.items[i].pool].tenure == TENURE_LEASE &&
            data.items[i].gpus >= 0)
            write_item(&data, &data.items[i], version, out);
    focus_data_free(&data);
    return ok;
}
