/* Rows of Cost and Usage from postings and hours. */

#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "base/quantity.h"
#include "output/focus_data.h"

#define HOURS  "GPU-Hours"
#define PERIOD "Units" /* of what is billed without a measure of its own */

/* All of one item and month. */
struct month {
    int64_t month_unix_ms;
    uint32_t item;
    const struct focus_posting *postings;
    size_t n;
    struct focus_usage usage; /* zeros where there was no GPU */
};

struct writer {
    struct focus_data data;
    enum focus_version version;
    struct csv_out *out;
    struct focus_sums *sums;
    int128 *energy_mwh;                  /* by pool, of all rows */
    int128 *energy_shown, *carbon_shown; /* by pool, of the rows so far */
    struct arena scratch;                /* of one month */
};

/* A pool's carbon by the summary, in units of 10^-6 kg. */
static int128 carbon_of(const struct saved_run *run, size_t pool)
{
    const struct saved_metric *value =
        saved_run_metric(run, run->pools[pool].name, "carbon_kg");
    int128 amount = value ? value->value : 0;
    for (int digits = value ? value->digits : 6; digits < 6; digits++)
        amount *= 10;
    return amount;
}

/* The carbon that belongs to so much more energy; over all rows it sums to the
 * summary's. */
static int128 take_carbon(struct writer *w, size_t pool, int128 energy_mwh)
{
    if (w->energy_mwh[pool] == 0)
        return 0;
    w->energy_shown[pool] += energy_mwh;
    int128 now = divide_rounded(carbon_of(w->data.run, pool) * w->energy_shown[pool],
                                w->energy_mwh[pool]);
    int128 part = now - w->carbon_shown[pool];
    w->carbon_shown[pool] = now;
    return part;
}

static struct focus_cell text(const char *value)
{
    return (struct focus_cell){.text = value};
}

static struct focus_cell number(int128 value)
{
    return (struct focus_cell){.value = value, .set = true};
}

/* GPU-ms with nine digits of a GPU-hour. */
static int128 hours(int128 gpu_ms)
{
    return gpu_ms_to_nano_gpu_h(gpu_ms);
}

static const char *decimal(struct arena *arena, int128 value, int digits)
{
    char written[DECIMAL_TEXT];
    decimal_write(written, value, digits);
    return arena_strdup(arena, written);
}

static void put_periods(struct writer *w, const struct month *month,
                        struct focus_cell row[])
{
    const struct saved_run *run = w->data.run;
    int64_t start = month->month_unix_ms;
    int64_t end = calendar_next_month(start);
    row[BILLING_PERIOD_START] = number(start);
    row[BILLING_PERIOD_END] = number(end);
    row[CHARGE_PERIOD_START] =
        number(start > run->start_unix_ms ? start : run->start_unix_ms);
    row[CHARGE_PERIOD_END] = number(
        end < run->end_unix_ms || run->end_unix_ms <= start ? end : run->end_unix_ms);
}

/* What all rows of an item have. */
static void put_common(struct writer *w, const struct month *month,
                       struct focus_cell row[])
{
    const struct focus_item *item = &w->data.items[month->item];
    const struct saved_run *run = w->data.run;
    const struct saved_pool *pool = &run->pools[item->pool];
    const char *provider = focus_provider(&w->data, item->pool);
    const char *region = focus_param(&w->data, item->pool, "region");
    bool own = pool->tenure == TENURE_OWN;

    memset(row, 0, FOCUS_COST_COLUMNS * sizeof *row);
    put_periods(w, month, row);
    row[BILLING_ACCOUNT_ID] = row[BILLING_ACCOUNT_NAME] =
        text(*run->name ? run->name : "tenure");
    row[BILLING_CURRENCY] = text("USD");
    row[HOST_PROVIDER_NAME] = row[SERVICE_PROVIDER_NAME] = row[PROVIDER_NAME] =
        row[PUBLISHER_NAME] = row[INVOICE_ISSUER_NAME] = text(provider);
    row[REGION_ID] = row[REGION_NAME] = text(region);
    row[RESOURCE_ID] = text(item->id);
    row[RESOURCE_NAME] = text(*item->name ? item->name : pool->name);
    row[RESOURCE_TYPE] = text(own                            ? "GPU lot"
                              : pool->tenure == TENURE_LEASE ? "GPU contract"
                                                             : "GPU pool");
    row[SERVICE_CATEGORY] = text("Compute");
    row[SERVICE_SUBCATEGORY] = text("Other (Compute)");
    row[SERVICE_NAME] = text("GPU capacity");
    row[X_POOL] = text(pool->name);
    row[X_TENURE] = text(tenure_names[pool->tenure]);
    row[CAPACITY_RESERVATION_ID] = text(own ? item->id : NULL);
    row[BILLED_COST] = row[EFFECTIVE_COST] = row[LIST_COST] = row[CONTRACTED_COST] =
        number(0);
    row[X_CAPITAL_CHARGE] = row[X_DEPRECIATION_COST] = number(0);
    row[X_ENERGY_KWH] = row[X_CARBON_KG] = number(0);
}

/* SKU and price: of Usage and Purchase only. */
static void put_sku(struct writer *w, const struct month *month, const char *meter,
                    const char *category, int128 quantity, const char *unit,
                    struct focus_cell row[])
{
    const struct saved_pool *pool =
        &w->data.run->pools[w->data.items[month->item].pool];
    struct arena *arena = &w->scratch;
    row[SKU_ID] = text(pool->class);
    row[SKU_METER] = text(meter);
    row[SKU_PRICE_ID] = text(arena_printf(arena, "%s/%s/%s", pool->class,
                                          tenure_names[pool->tenure], meter));
    if (strcmp(unit, HOURS) == 0)
        row[SKU_PRICE_DETAILS] =
            text(arena_printf(arena, "{\"GpuCount\":1,\"x_Class\":%s,\"x_Tenure\":%s}",
                              focus_json_string(arena, pool->class),
                              focus_json_string(arena, tenure_names[pool->tenure])));
    row[PRICING_CATEGORY] = text(category);
    row[PRICING_QUANTITY] = number(quantity);
    row[PRICING_UNIT] = text(unit);
}

/* A contract's rows name it, twice: as commitment discount and as commitment. */
static void put_contract(struct writer *w, const struct month *month,
                         const char *status, int128 quantity, int128 applied_uusd,
                         struct focus_cell row[])
{
    const struct focus_item *item = &w->data.items[month->item];
    struct arena *arena = &w->scratch;
    if (w->data.run->pools[item->pool].tenure != TENURE_LEASE)
        return;
    const char *id = focus_json_string(arena, item->id);
    row[COMMITMENT_DISCOUNT_CATEGORY] = text("Usage");
    row[COMMITMENT_DISCOUNT_ID] = text(item->id);
    row[COMMITMENT_DISCOUNT_NAME] = text(item->id);
    row[COMMITMENT_DISCOUNT_TYPE] = text("Lease");
    row[COMMITMENT_DISCOUNT_QUANTITY] = number(quantity);
    row[COMMITMENT_DISCOUNT_UNIT] = text(HOURS);
    row[COMMITMENT_DISCOUNT_STATUS] = text(status);
    row[CONTRACT_APPLIED] = text(arena_printf(
        arena,
        "{\"Elements\":[{\"ContractID\":%s,\"ContractCommitmentID\":%s,"
        "\"ContractCommitmentAppliedCost\":%s,"
        "\"ContractCommitmentAppliedQuantity\":%s,"
        "\"ContractCommitmentAppliedUnit\":\"" HOURS "\"}]}",
        id, id, decimal(arena, applied_uusd, 6), decimal(arena, quantity, 9)));
}

static void write_row(struct writer *w, const struct month *month,
                      const struct focus_cell row[])
{
    size_t pool = w->data.items[month->item].pool;
    if (w->sums) {
        w->sums[pool].billed_uusd += row[BILLED_COST].value;
        w->sums[pool].effective_uusd += row[EFFECTIVE_COST].value;
    }
    focus_write_row(w->out, focus_cost_columns, FOCUS_COST_COLUMNS, w->version, row);
}

/* ---- payments, receipts, adjustments ---- */

static const char *unit_of(const char *unit)
{
    if (strcmp(unit, "GPU-h") == 0)
        return HOURS;
    if (strcmp(unit, "GPU") == 0)
        return "GPUs";
    return *unit ? unit : PERIOD;
}

static const char *said(struct writer *w, const struct month *month,
                        enum account account)
{
    return arena_printf(&w->scratch, "%s of %s", account_names[account],
                        w->data.items[month->item].id);
}

/* What a contract is for: all its term, where paid at once. */
static int128 term_hours(const struct focus_item *item)
{
    int128 length = (int128)item->term_end_unix_ms - item->begin_unix_ms;
    return item->gpus > 0 && length > 0 ? hours(item->gpus * length) : 0;
}

/* The part of a contract's hours that its prepayment buys; rent buys the others. */
static int128 prepaid_part(struct writer *w, size_t pool, int128 quantity)
{
    const char *prepay = focus_param(&w->data, pool, "prepay");
    struct error ignored;
    double frac = 0;
    if (!prepay || !quantity_real(prepay, DIM_FRAC, &frac, &ignored))
        return 0;
    return divide_rounded(quantity * llround(frac * 1e9), 1000000000);
}

static void write_purchase(struct writer *w, const struct month *month,
                           const struct focus_posting *posting, bool once)
{
    struct focus_cell row[FOCUS_COST_COLUMNS];
    int128 amount = posting->amount_uusd[BASIS_CASH];
    bool measured = *posting->unit && posting->quantity > 0;
    put_common(w, month, row);
    row[CHARGE_CATEGORY] = text("Purchase");
    row[CHARGE_FREQUENCY] = text(once ? "One-Time" : "Recurring");
    row[CHARGE_DESCRIPTION] = text(said(w, month, posting->account));
    row[BILLED_COST] = row[LIST_COST] = row[CONTRACTED_COST] = number(amount);
    put_sku(w, month, account_names[posting->account], "Standard",
            measured ? posting->quantity : 1000000000,
            measured ? unit_of(posting->unit) : PERIOD, row);
    /* What is bought of the commitment; extras, use above it and an exit fee are not.
     */
    bool commits =
        posting->account == ACCOUNT_PREPAYMENT || posting->account == ACCOUNT_RENT;
    const struct focus_item *item = &w->data.items[month->item];
    int128 all = once ? term_hours(item) : hours(month->usage.capacity_gpu_ms);
    int128 prepaid = commits ? prepaid_part(w, item->pool, all) : 0;
    if (commits)
        put_contract(w, month, NULL, once ? prepaid : all - prepaid, amount, row);
    write_row(w, month, row);
}

static void write_credit(struct writer *w, const struct month *month,
                         const struct focus_posting *posting)
{
    struct focus_cell row[FOCUS_COST_COLUMNS];
    put_common(w, month, row);
    row[CHARGE_CATEGORY] = text("Credit");
    row[CHARGE_FREQUENCY] = text("One-Time");
    row[CHARGE_DESCRIPTION] = text(said(w, month, posting->account));
    row[BILLED_COST] = row[LIST_COST] = row[CONTRACTED_COST] =
        number(posting->amount_uusd[BASIS_CASH]);
    write_row(w, month, row);
}

static void write_adjustment(struct writer *w, const struct month *month,
                             const struct focus_posting *posting)
{
    struct focus_cell row[FOCUS_COST_COLUMNS];
    put_common(w, month, row);
    row[CHARGE_CATEGORY] = text("Adjustment");
    row[CHARGE_FREQUENCY] = text("One-Time");
    row[CHARGE_DESCRIPTION] = text(said(w, month, posting->account));
    row[EFFECTIVE_COST] = number(posting->amount_uusd[BASIS_ACCRUAL]);
    write_row(w, month, row);
}

/* ---- lots and contracts: what was used, and what was not ---- */

/* A month's sums of one item. */
struct spread {
    int128 alike_uusd;        /* accrual borne by all hours alike */
    int128 energy_uusd;       /* and by what draws the power */
    int128 depreciation_uusd; /* of the former */
    int128 capital_uusd;
};

/* The part of `amount` for part / whole; all of it stays for the rest where there is
 * nothing to divide by. */
static int128 share(int128 amount, int128 part, int128 whole)
{
    return whole > 0 ? divide_rounded(amount * part, whole) : 0;
}

/* The energy of busy GPUs: their idle draw and all of the busy increment, by the pool's
 * ratings; by hours alone where those are not there. */
static int64_t busy_energy(struct writer *w, const struct month *month)
{
    const struct focus_usage *usage = &month->usage;
    size_t pool = w->data.items[month->item].pool;
    const char *idle_text = focus_param(&w->data, pool, "idle_power");
    const char *busy_text = focus_param(&w->data, pool, "busy_power");
    int64_t idle = 0, more = 0;
    struct error ignored;
    if (usage->capacity_gpu_ms <= 0)
        return 0;
    double busy_frac = (double)usage->busy_gpu_ms / (double)usage->capacity_gpu_ms;
    double frac = busy_frac;
    if (idle_text && busy_text &&
        quantity_exact(idle_text, DIM_POWER, &idle, &ignored) &&
        quantity_exact(busy_text, DIM_POWER, &more, &ignored) && idle >= 0 &&
        more >= 0 && (double)idle + busy_frac * (double)more > 0)
        frac = busy_frac * ((double)idle + (double)more) /
               ((double)idle + busy_frac * (double)more);
    double part = frac * (double)usage->energy_mwh;
    return part < (double)usage->energy_mwh ? (int64_t)part : usage->energy_mwh;
}

static void write_part(struct writer *w, const struct month *month, bool used,
                       int128 gpu_ms, int128 energy_mwh, const struct spread *part)
{
    struct focus_cell row[FOCUS_COST_COLUMNS];
    const struct focus_item *item = &w->data.items[month->item];
    bool lease = w->data.run->pools[item->pool].tenure == TENURE_LEASE;
    int128 effective = part->alike_uusd + part->energy_uusd;
    const char *status = used ? "Used" : "Unused";

    if (gpu_ms == 0 && effective == 0 && part->capital_uusd == 0 && energy_mwh == 0)
        return;
    put_common(w, month, row);
    row[CHARGE_CATEGORY] = text("Usage");
    row[CHARGE_FREQUENCY] = text("Usage-Based");
    row[CHARGE_DESCRIPTION] =
        text(arena_printf(&w->scratch, "%s GPU time of %s", status, item->id));
    row[EFFECTIVE_COST] = row[LIST_COST] = row[CONTRACTED_COST] = number(effective);
    put_sku(w, month, "GPU time", lease ? "Committed" : "Standard", hours(gpu_ms),
            HOURS, row);
    put_contract(w, month, status, hours(gpu_ms), effective, row);
    if (!lease)
        row[CAPACITY_RESERVATION_STATUS] = text(status);
    if (used) {
        row[CONSUMED_QUANTITY] = number(hours(gpu_ms));
        row[CONSUMED_UNIT] = text(HOURS);
    }
    row[X_CAPITAL_CHARGE] = number(part->capital_uusd);
    row[X_DEPRECIATION_COST] = number(part->depreciation_uusd);
    row[X_ENERGY_KWH] = number(energy_mwh);
    row[X_CARBON_KG] = number(take_carbon(w, item->pool, energy_mwh));
    write_row(w, month, row);
}

/* Two parts: what the one gets rounded, the other gets the rest of, exactly. */
static void write_usage(struct writer *w, const struct month *month,
                        const struct spread *all)
{
    const struct focus_usage *usage = &month->usage;
    int128 busy = usage->busy_gpu_ms, capacity = usage->capacity_gpu_ms;
    int64_t energy = busy_energy(w, month);
    bool metered = usage->energy_mwh > 0;
    struct spread used = {
        .alike_uusd = share(all->alike_uusd, busy, capacity),
        .energy_uusd = share(all->energy_uusd, metered ? energy : busy,
                             metered ? usage->energy_mwh : capacity),
        .depreciation_uusd = share(all->depreciation_uusd, busy, capacity),
        .capital_uusd = share(all->capital_uusd, busy, capacity),
    };
    struct spread unused = {
        .alike_uusd = all->alike_uusd - used.alike_uusd,
        .energy_uusd = all->energy_uusd - used.energy_uusd,
        .depreciation_uusd = all->depreciation_uusd - used.depreciation_uusd,
        .capital_uusd = all->capital_uusd - used.capital_uusd,
    };
    write_part(w, month, true, busy, energy, &used);
    write_part(w, month, false, capacity - busy, usage->energy_mwh - energy, &unused);
}

static void write_fixed(struct writer *w, const struct month *month)
{
    struct spread all = {0};
    for (size_t i = 0; i < month->n; i++) {
        const struct focus_posting *posting = &month->postings[i];
        enum focus_treatment how = focus_treatment(posting->account);
        int128 accrual = posting->amount_uusd[BASIS_ACCRUAL];
        if (how == FOCUS_RECEIPT)
            write_credit(w, month, posting);
        else if (posting->amount_uusd[BASIS_CASH] != 0)
            write_purchase(w, month, posting, how == FOCUS_PAYMENT);
        if (how == FOCUS_CAPITAL)
            all.capital_uusd += posting->amount_uusd[BASIS_ECONOMIC];
        else if (how == FOCUS_ADJUSTMENT)
            write_adjustment(w, month, posting);
        else if (posting->account == ACCOUNT_ENERGY)
            all.energy_uusd += accrual;
        else
            all.alike_uusd += accrual;
        if (posting->account == ACCOUNT_DEPRECIATION)
            all.depreciation_uusd += accrual;
    }
    write_usage(w, month, &all);
}

/* ---- elastic pools ---- */

static void write_elastic_row(struct writer *w, const struct month *month,
                              const char *meter, int128 billed, int128 effective,
                              int128 capital, int128 quantity, const char *unit,
                              int128 consumed)
{
    struct focus_cell row[FOCUS_COST_COLUMNS];
    size_t pool = w->data.items[month->item].pool;
    bool spot = w->data.run->pools[pool].tenure == TENURE_SPOT;
    put_common(w, month, row);
    row[CHARGE_CATEGORY] = text("Usage");
    row[CHARGE_FREQUENCY] = text("Usage-Based");
    row[CHARGE_DESCRIPTION] = text(
        arena_printf(&w->scratch, "%s of %s", meter, w->data.items[month->item].id));
    row[BILLED_COST] = row[LIST_COST] = row[CONTRACTED_COST] = number(billed);
    row[EFFECTIVE_COST] = number(effective);
    row[CONSUMED_QUANTITY] = number(consumed);
    row[CONSUMED_UNIT] = text(unit);
    row[X_CAPITAL_CHARGE] = number(capital);
    put_sku(w, month, meter, spot ? "Dynamic" : "Standard", quantity, unit, row);
    write_row(w, month, row);
}

/* GPU time is one row, priced by what the bill counts: what was held, and what minimum
 * and increment add.  Whatever else is billed has rows of its own. */
static void write_elastic(struct writer *w, const struct month *month)
{
    int128 billed = 0, effective = 0, capital = 0;
    int128 held = hours(month->usage.capacity_gpu_ms), surplus = 0;
    for (size_t i = 0; i < month->n; i++) {
        const struct focus_posting *posting = &month->postings[i];
        int128 cash = posting->amount_uusd[BASIS_CASH];
        int128 accrual = posting->amount_uusd[BASIS_ACCRUAL];
        capital += posting->amount_uusd[BASIS_ECONOMIC] *
                   (focus_treatment(posting->account) == FOCUS_CAPITAL);
        if (strcmp(posting->unit, "GPU-h") == 0) {
            billed += cash;
            effective += accrual;
            if (posting->account == ACCOUNT_SURPLUS)
                surplus += posting->quantity;
        } else if (cash != 0 || accrual != 0) {
            bool measured = *posting->unit && posting->quantity > 0;
            int128 quantity = measured ? posting->quantity : 1000000000;
            write_elastic_row(w, month, account_names[posting->account], cash, accrual,
                              0, quantity, measured ? unit_of(posting->unit) : PERIOD,
                              quantity);
        }
    }
    if (held != 0 || surplus != 0 || billed != 0 || effective != 0 || capital != 0)
        write_elastic_row(w, month, "GPU time", billed, effective, capital,
                          held + surplus, HOURS, held);
}

/* ---- months in order ---- */

static void write_month(struct writer *w, const struct month *month)
{
    enum tenure tenure = w->data.run->pools[w->data.items[month->item].pool].tenure;
    if (tenure_is_elastic(tenure))
        write_elastic(w, month);
    else
        write_fixed(w, month);
    arena_free(&w->scratch);
}

/* Postings and hours are both in order: the next month of an item is the smaller. */
static void write_months(struct writer *w)
{
    const struct focus_data *data = &w->data;
    size_t p = 0, u = 0;
    while (p < data->n_postings || u < data->n_usage) {
        const struct focus_posting *posting = &data->postings[p];
        const struct focus_usage *usage = &data->usage[u];
        int order = p == data->n_postings ? 1
                    : u == data->n_usage
                        ? -1
                        : focus_order(data, posting->month_unix_ms, posting->item,
                                      usage->month_unix_ms, usage->item);
        struct month month = {.postings = posting};
        month.month_unix_ms =
            order <= 0 ? posting->month_unix_ms : usage->month_unix_ms;
        month.item = order <= 0 ? posting->item : usage->item;
        if (order >= 0)
            month.usage = data->usage[u++];
        while (p < data->n_postings && data->postings[p].item == month.item &&
               data->postings[p].month_unix_ms == month.month_unix_ms) {
            p++;
            month.n++;
        }
        write_month(w, &month);
    }
}

bool focus_write_costs(const struct saved_run *run, enum focus_version version,
                       struct csv_out *out, struct focus_sums sums[], struct error *err)
{
    struct writer w = {.version = version, .out = out, .sums = sums};
    bool ok = focus_load(&w.data, run, err);
    for (size_t i = 0; sums && i < run->n_pools; i++)
        sums[i] = (struct focus_sums){0};
    if (ok) {
        w.energy_mwh = ARENA_ARRAY(&w.data.arena, run->n_pools + 1, int128);
        w.energy_shown = ARENA_ARRAY(&w.data.arena, run->n_pools + 1, int128);
        for (size_t i = 0; i < w.data.n_usage; i++)
            w.energy_mwh[w.data.items[w.data.usage[i].item].pool] +=
                w.data.usage[i].energy_mwh;
        w.carbon_shown = ARENA_ARRAY(&w.data.arena, run->n_pools + 1, int128);
        focus_write_header(out, focus_cost_columns, FOCUS_COST_COLUMNS, version);
        write_months(&w);
    }
    focus_data_free(&w.data);
    return ok;
}
