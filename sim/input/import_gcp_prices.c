#include <string.h>

#include "base/decimal.h"
#include "input/import.h"

enum { DATE, MACHINE, REGION, HOUR, HOUR_SPOT, MONTH_1Y, MONTH_3Y };
static const struct import_column columns[] = {
    {.name = "date"},     {.name = "machine_type"}, {.name = "region"},
    {.name = "hour"},     {.name = "hour_spot"},    {.name = "month_1y"},
    {.name = "month_3y"}, {.name = NULL},
};

#define HOURS_PER_MONTH 730

static const struct {
    const char *machine, *class;
    int gpus;
} machines[] = {
    {"a2-highgpu-8g", "a100-40-sxm", 8}, {"a2-ultragpu-8g", "a100-80-sxm", 8},
    {"a3-highgpu-8g", "h100-sxm", 8},    {"a3-megagpu-8g", "h100-sxm", 8},
    {"a3-ultragpu-8g", "h200", 8},       {"a4-highgpu-8g", "b200", 8},
};

static const struct {
    int column, hours;
    const char *tenure, *term;
} prices[] = {
    {HOUR, 1, "on-demand", ""},
    {HOUR_SPOT, 1, "spot", ""},
    {MONTH_1Y, HOURS_PER_MONTH, "lease", "1y"},
    {MONTH_3Y, HOURS_PER_MONTH, "lease", "3y"},
};
#define PRICES (sizeof prices / sizeof prices[0])

/* USD per instance and month or hour as nano-USD per GPU-hour, rounded once. */
static bool take_price(const struct import_row *row, size_t i, int64_t hours,
                       int64_t gpus, int64_t *nano, struct error *err)
{
    size_t column = (size_t)prices[i].column;
    struct csv_field field = import_text(row, column);
    int64_t pico;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 12, &pico);
    if (result == DECIMAL_NOT_NUMBER)
        return import_refuse(row, column, "is not a price in USD", err);
    if (result == DECIMAL_OVERFLOW || pico < 0)
        return import_refuse(row, column, "is not in 0 to 9 million USD", err);
    *nano = (int64_t)divide_rounded(pico, (int128)1000 * hours * gpus);
    if (*nano > PRICE_MAX_NANO)
        return import_refuse(row, column, "is above 100000 USD per GPU-hour", err);
    return true;
}

static uint32_t name(const struct import_row *row, const char *text)
{
    return import_intern(row->import, text, strlen(text));
}

/* All are read before one is added: a row that is malformed adds nothing. */
static bool take_prices(struct import_row *row, size_t m, struct error *err)
{
    struct price_row taken[PRICES], price = {.line = row->line};
    size_t n = 0;
    if (!import_date(row, DATE, &price.at_unix_ms, err) ||
        !import_name(row, REGION, &price.region, err))
        return false;
    price.class = name(row, machines[m].class);
    for (size_t i = 0; i < PRICES; i++) {
        if (import_text(row, (size_t)prices[i].column).length == 0)
            continue; /* not offered */
        if (!take_price(row, i, prices[i].hours, machines[m].gpus,
                        &price.nano_usd_per_gpu_h, err))
            return false;
        price.tenure = name(row, prices[i].tenure);
        price.term = name(row, prices[i].term);
        taken[n++] = price;
    }
    for (size_t i = 0; i < n; i++)
        price_trace_add(&row->import->result->prices, &taken[i]);
    return n > 0 || import_drop(row, "no price");
}

static bool take_row(struct import_row *row, struct error *err)
{
    struct csv_field machine = import_text(row, MACHINE);
    for (size_t m = 0; m < sizeof machines / sizeof machines[0]; m++)
        if (strcmp(machines[m].machine, machine.text) == 0)
            return take_prices(row, m, err);
    return import_drop(row, "a machine type that is not known");
}

static bool read_prices(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"prices", IMPORT_PRICES, "a price trace"},
                                           {.name = NULL}};

const struct importer import_gcp_prices = {
    .name = "gcp-prices",
    .summary = "List prices of Google Cloud GPU instances, by date and region.",
    .source =
        "Cyclenerd/google-cloud-pricing-cost-calculator (Apache-2.0), list prices "
        "of A2 and A3 instances",
    .shape = "A CSV file with the columns `date,machine_type,region,hour,hour_spot,"
             "month,month_1y,month_3y,month_spot`, in USD per instance of 8 GPUs; "
             "blank where not offered.",
    .keeps =
        "A price trace in USD per GPU-hour: `hour` as on-demand, `hour_spot` as "
        "spot, `month_1y` and `month_3y` (a month has 730 h) as leases of 1y and 3y, "
        "each divided by the 8 GPUs of the instance.  a2-highgpu-8g is a100-40-sxm, "
        "a2-ultragpu-8g a100-80-sxm, a3-highgpu-8g and a3-megagpu-8g h100-sxm, "
        "a3-ultragpu-8g h200, a4-highgpu-8g b200.  The list's `month` and "
        "`month_spot` are not kept: they are the hourly prices times 730.",
    .drops = "Rows of other machine types, and rows without a price.",
    .assumes = "A price holds from its date on, until the next one.",
    .example = "gcp-gpu-prices.csv -o prices.csv",
    .forms = forms,
    .dated = true,
    .read = read_prices,
};
