#include "output/columns.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "world/sink.h"

static_assert(GPU_STATES == 6 && COST_SHARES == 4 && BASES == 3,
              "the tables below have one column each");

#define STATE_COLUMNS(first)                                                           \
    [(first) +                                                                         \
        GPU_BUSY_USEFUL] = {"busy_useful_gpu_h",                                       \
                            COLUMN_GPU_H,                                              \
                            false,                                                     \
                            "allocated, and the work counts",                          \
                            NULL,                                                      \
                            NULL},                                                     \
        [(first) +                                                                     \
            GPU_BUSY_OVERHEAD] = {"busy_overhead_gpu_h",                               \
                                  COLUMN_GPU_H,                                        \
                                  false,                                               \
                                  "allocated to boots, restarts, checkpoints and "     \
                                  "work done again",                                   \
                                  NULL,                                                \
                                  NULL},                                               \
        [(first) + GPU_IDLE_NO_DEMAND] = {"idle_no_demand_gpu_h",                      \
                                          COLUMN_GPU_H,                                \
                                          false,                                       \
                                          "free, and nobody waiting could use it",     \
                                          NULL,                                        \
                                          NULL},                                       \
        [(first) + GPU_IDLE_FRAGMENTED] = {"idle_fragmented_gpu_h",                    \
                                           COLUMN_GPU_H,                               \
                                           false,                                      \
                                           "free while jobs wait that do not fit",     \
                                           NULL,                                       \
                                           NULL},                                      \
        [(first) +                                                                     \
            GPU_IDLE_HELD] = {"idle_held_gpu_h",                                       \
                              COLUMN_GPU_H,                                            \
                              false,                                                   \
                              "free but kept: for a reservation, by policy, or an "    \
                              "idle instance",                                         \
                              NULL,                                                    \
                              NULL},                                                   \
        [(first) + GPU_DOWN] = {"down_gpu_h", COLUMN_GPU_H,                            \
                                false,        "failed, in repair or in maintenance",   \
                                NULL,         NULL}

static const struct column timeline_columns[TIMELINE_COLUMNS] = {
    [TIMELINE_START] = {"start", COLUMN_DATE, false, "first instant of the interval",
                        NULL, NULL},
    [TIMELINE_END] = {"end", COLUMN_DATE, false,
                      "first instant after it; the next row of the pool begins there",
                      NULL, NULL},
    [TIMELINE_POOL] = {"pool", COLUMN_TEXT, false, "the pool's name", NULL, NULL},
    [TIMELINE_CAPACITY] = {"capacity_gpu_h", COLUMN_GPU_H, false,
                           "the sum of the six states, exactly", NULL, NULL},
    STATE_COLUMNS(TIMELINE_STATES),
    [TIMELINE_SURPLUS] =
        {"surplus_gpu_h", COLUMN_GPU_H, false,
         "paid for but not held: what minimum and increment of the bill "
         "add; no part of capacity",
         NULL, NULL},
    [TIMELINE_UTILIZATION] = {"utilization_frac", COLUMN_NANO, true,
                              "busy (useful and overhead) over capacity; empty without "
                              "capacity",
                              NULL, NULL},
    [TIMELINE_CAPACITY_GPUS] = {"capacity_gpus", COLUMN_COUNT, false,
                                "GPUs at the interval's end",
                                "an instant, of which capacity_gpu_h keeps no trace",
                                NULL},
    [TIMELINE_WAITING_JOBS] = {"waiting_jobs", COLUMN_COUNT, false,
                               "jobs waiting at the end to which the pool is open",
                               "who may use a pool is in no output", NULL},
    [TIMELINE_WAITING_GPUS] = {"waiting_gpus", COLUMN_COUNT, false, "GPUs they want",
                               "who may use a pool is in no output", NULL},
    [TIMELINE_STARTED] = {"jobs_started", COLUMN_COUNT, false,
                          "starts on the pool, restarts included", NULL, NULL},
    [TIMELINE_ENDED] = {"jobs_ended", COLUMN_COUNT, false,
                        "ends on the pool, interruptions included", NULL, NULL},
    [TIMELINE_PRICE] = {"price_usd_per_gpu_h", COLUMN_NANO, false,
                        "rent at the end; 0 for owned pools",
                        "an input that the ledger holds only in sums", NULL},
    [TIMELINE_ECONOMIC] = {"economic_usd", COLUMN_USD, false,
                           "economic cost, the sum of the next four, exactly", NULL,
                           NULL},
    [TIMELINE_SHARES + COST_BUSY] = {"busy_usd", COLUMN_USD, false,
                                     "its part for useful time", NULL, NULL},
    [TIMELINE_SHARES + COST_OVERHEAD] = {"overhead_usd", COLUMN_USD, false,
                                         "its part for overhead", NULL, NULL},
    [TIMELINE_SHARES + COST_IDLE] = {"idle_usd", COLUMN_USD, false,
                                     "its part for idle time, surplus included", NULL,
                                     NULL},
    [TIMELINE_SHARES + COST_DOWN] = {"down_usd", COLUMN_USD, false,
                                     "its part for time down", NULL, NULL},
};

static const struct column jobs_columns[JOBS_COLUMNS] = {
    [JOBS_ID] = {"id", COLUMN_TEXT, false, "as in the trace, or its row's number",
                 "a name that stands nowhere else", NULL},
    [JOBS_WORKLOAD] = {"workload", COLUMN_TEXT, true, "as in the trace", NULL, NULL},
    [JOBS_TENANT] = {"tenant", COLUMN_TEXT, true, "as in the trace", NULL, NULL},
    [JOBS_SUBMIT] = {"submit_s", COLUMN_S, false,
                     "when it was submitted; before 0 only for jobs of `initial`", NULL,
                     NULL},
    [JOBS_START] = {"start_s", COLUMN_S, true, "its first start; empty: never", NULL,
                    NULL},
    [JOBS_END] = {"end_s", COLUMN_S, true,
                  "when it left; empty while it runs or waits at the horizon", NULL,
                  "after an interruption or with checkpoints on elastic capacity, but "
                  "for bounds"},
    [JOBS_POOL] = {"pool", COLUMN_TEXT, true,
                   "where it ran last, or boots; empty: never", NULL, NULL},
    [JOBS_CLASS] = {"class", COLUMN_TEXT, true, "that pool's GPU class", NULL, NULL},
    [JOBS_GPUS] = {"gpus", COLUMN_COUNT, false, "size of the gang", NULL,
                   "of jobs that never started, but for their size group"},
    [JOBS_WAIT] = {"wait_s", COLUMN_S, false,
                   "submit to first start; without one, until it left or the horizon",
                   NULL, NULL},
    [JOBS_USEFUL] = {"useful_gpu_h", COLUMN_GPU_H, false, "work that counts", NULL,
                     NULL},
    [JOBS_OVERHEAD] = {"overhead_gpu_h", COLUMN_GPU_H, false,
                       "boots, restarts, checkpoints and work done again", NULL, NULL},
    [JOBS_INTERRUPTIONS] = {"interruptions", COLUMN_COUNT, false,
                            "how often it was stopped and put back in the queue", NULL,
                            NULL},
    [JOBS_OUTCOME] = {"outcome", COLUMN_TEXT, false,
                      "finished, running, waiting, refused or abandoned", NULL, NULL},
    [JOBS_REASON] = {"reason", COLUMN_TEXT, true, "why it was refused or gave up",
                     "a sentence; only that there is one is checked", NULL},
    [JOBS_DIRECT] = {"direct_usd", COLUMN_USD, false,
                     "elastic rent for what was held for it, and the power of its busy "
                     "GPUs; no standing cost",
                     NULL, NULL},
};

static const struct column ledger_columns[LEDGER_COLUMNS] = {
    [LEDGER_MONTH] = {"month", COLUMN_MONTH, false, "calendar month, UTC", NULL, NULL},
    [LEDGER_TIME] = {"time", COLUMN_DATE, false, "when the last of it was posted", NULL,
                     "of a resale, but for its month"},
    [LEDGER_POOL] = {"pool", COLUMN_TEXT, true,
                     "the pool's name; empty in the shadow basis", NULL, NULL},
    [LEDGER_ITEM] = {"item", COLUMN_TEXT, true,
                     "lot or contract, as in assets.csv; empty for elastic pools; in "
                     "the shadow basis the workload, empty for jobs without one",
                     NULL, NULL},
    [LEDGER_ACCOUNT] = {"account", COLUMN_TEXT, false, "what it was for", NULL, NULL},
    [LEDGER_BASIS] =
        {"basis", COLUMN_TEXT, false,
         "cash, accrual or economic, or shadow, which is no money; never add "
         "them up",
         NULL, NULL},
    [LEDGER_AMOUNT] = {"amount_usd", COLUMN_USD, false,
                       "positive is cost or payment; never 0", NULL, NULL},
    [LEDGER_QUANTITY] = {"quantity", COLUMN_DECIMAL, false, "what the amount paid for",
                         NULL, NULL},
    [LEDGER_UNIT] = {"unit", COLUMN_TEXT, true, "of the quantity", NULL, NULL},
};

static const struct column assets_columns[ASSETS_COLUMNS] = {
    [ASSETS_POOL] = {"pool", COLUMN_TEXT, false, "the pool's name", NULL, NULL},
    [ASSETS_ITEM] = {"item", COLUMN_TEXT, false, "lot or contract", NULL, NULL},
    [ASSETS_KIND] = {"kind", COLUMN_TEXT, false,
                     "lot (owned), contract (leased) or facility (an own data centre)",
                     NULL, NULL},
    [ASSETS_CLASS] = {"class", COLUMN_TEXT, false, "GPU class", NULL, NULL},
    [ASSETS_GPUS] = {"gpus", COLUMN_COUNT, false, "at the beginning", NULL,
                     "in pools that shrink, but for bounds"},
    [ASSETS_ORDERED] = {"ordered", COLUMN_DATE, false,
                        "when it was ordered; of what comes without an order, begin",
                        NULL, "where no deposit was paid, but for its order"},
    [ASSETS_DELIVERED] = {"delivered", COLUMN_DATE, true,
                          "when it was delivered; empty: not yet", NULL, NULL},
    [ASSETS_BEGIN] =
        {"begin", COLUMN_DATE, true,
         "in service from; a facility: since when it is built; empty: not yet", NULL,
         "before the run, nor in pools that shrink but for bounds"},
    [ASSETS_END] = {"end", COLUMN_DATE, true,
                    "retired or expired; empty: still held at the end", NULL,
                    "in pools that shrink, but for bounds"},
    [ASSETS_TERM_END] = {"term_end", COLUMN_DATE, true,
                         "contracts: when it expires as agreed; lots: empty",
                         "an input; only that no contract outlasts its term is checked",
                         NULL},
    [ASSETS_CAPACITY] = {"capacity_gpu_h", COLUMN_GPU_H, false,
                         "the sum of the six states, exactly", NULL, NULL},
    STATE_COLUMNS(ASSETS_STATES),
    [ASSETS_BASES + BASIS_CASH] = {"cash_usd", COLUMN_USD, false, "paid, by the ledger",
                                   NULL, NULL},
    [ASSETS_BASES + BASIS_ACCRUAL] = {"accrual_usd", COLUMN_USD, false,
                                      "cost without capital charge, by the ledger",
                                      NULL, NULL},
    [ASSETS_BASES + BASIS_ECONOMIC] = {"economic_usd", COLUMN_USD, false,
                                       "cost with capital charge, by the ledger", NULL,
                                       NULL},
    [ASSETS_IDLE] = {"idle_usd", COLUMN_USD, false, "economic cost of its idle time",
                     NULL, "in pools of several lots or contracts"},
    [ASSETS_BOOK] = {"book_usd", COLUMN_USD, false,
                     "net book value at the end; leases: unexpired prepayment", NULL,
                     NULL},
    [ASSETS_MARKET] = {"market_usd", COLUMN_USD, false,
                       "what it would bring at the end, less selling cost", NULL, NULL},
    [ASSETS_COMMITMENT] = {"commitment_usd", COLUMN_USD, false,
                           "leases: what remains to be paid", NULL, NULL},
    [ASSETS_STRANDED] = {"stranded_usd", COLUMN_USD, false,
                         "lots: book above market value at the end; 0 if not", NULL,
                         NULL},
    [ASSETS_AVOIDABLE] =
        {"avoidable_usd_per_work_h", COLUMN_NANO, false,
         "lots: what switching it off would save (power, space, support, staff, "
         "insurance) "
         "per hour of work at the catalogue's speeds, fully busy; contracts: 0",
         "prices and speeds are inputs; only that obsolete follows from it is checked",
         NULL},
    [ASSETS_ALTERNATIVE] =
        {"alternative_usd_per_work_h", COLUMN_NANO, true,
         "lots: the same hour in the cheapest pool that is rented; empty: there is "
         "none",
         "prices and speeds are inputs; only that obsolete follows from it is checked",
         NULL},
    [ASSETS_OBSOLETE] = {"obsolete", COLUMN_TEXT, false,
                         "true where avoidable is above the alternative, else false",
                         NULL, NULL},
};

static const struct column usage_columns[USAGE_COLUMNS] = {
    [USAGE_MONTH] = {"month", COLUMN_MONTH, false, "calendar month, UTC", NULL, NULL},
    [USAGE_POOL] = {"pool", COLUMN_TEXT, false, "the pool's name", NULL, NULL},
    [USAGE_ITEM] = {"item", COLUMN_TEXT, true,
                    "lot or contract, as in assets.csv; empty for elastic pools", NULL,
                    NULL},
    [USAGE_CAPACITY] = {"capacity_gpu_h", COLUMN_GPU_H, false,
                        "the sum of the six states, exactly", NULL, NULL},
    STATE_COLUMNS(USAGE_STATES),
    [USAGE_ENERGY] = {"energy_kwh", COLUMN_KWH, false,
                      "drawn at the meter; 0 for what is rented", NULL,
                      "below half a Wh of the pool's sum where no energy is paid for"},
};

#define UNCHECKED_EVENT "the event log is a narrative; only its form is checked"

static const struct column events_columns[EVENTS_COLUMNS] = {
    [EVENTS_TIME] = {"time_s", COLUMN_S, false, "when; never decreasing",
                     UNCHECKED_EVENT, NULL},
    [EVENTS_PHASE] = {"phase", COLUMN_COUNT, false, "of the instant, 0 to 8",
                      UNCHECKED_EVENT, NULL},
    [EVENTS_KIND] = {"kind", COLUMN_TEXT, false, "submit, start, end, ...",
                     UNCHECKED_EVENT, NULL},
    [EVENTS_JOB] = {"job", COLUMN_TEXT, true, "its id", UNCHECKED_EVENT, NULL},
    [EVENTS_POOL] = {"pool", COLUMN_TEXT, true, "the pool's name", UNCHECKED_EVENT,
                     NULL},
    [EVENTS_GPUS] = {"gpus", COLUMN_COUNT, false, "how many", UNCHECKED_EVENT, NULL},
    [EVENTS_DETAIL] = {"detail", COLUMN_TEXT, true, "more, for people", UNCHECKED_EVENT,
                       NULL},
};

static const struct column chargeback_columns[CHARGEBACK_COLUMNS] = {
    [CHARGEBACK_POOL] = {"pool", COLUMN_TEXT, false, "the pool's name", NULL, NULL},
    [CHARGEBACK_PAYER] = {"payer", COLUMN_TEXT, false,
                          "tenant, or unallocated: cost of months in which nobody ran "
                          "there",
                          NULL, NULL},
    [CHARGEBACK_TENANT] = {"tenant", COLUMN_TEXT, true,
                           "as in the trace; empty: jobs without one", NULL, NULL},
    [CHARGEBACK_WORKLOAD] = {"workload", COLUMN_TEXT, true,
                             "as in the trace; empty: jobs without one", NULL, NULL},
    [CHARGEBACK_USEFUL] = {"busy_useful_gpu_h", COLUMN_GPU_H, false,
                           "their useful time on the pool", NULL, NULL},
    [CHARGEBACK_OVERHEAD] = {"busy_overhead_gpu_h", COLUMN_GPU_H, false,
                             "their overhead there", NULL, NULL},
    [CHARGEBACK_SHARES + COST_BUSY] = {"busy_usd", COLUMN_USD, false,
                                       "of the pool's cost of useful time, by that",
                                       NULL, NULL},
    [CHARGEBACK_SHARES + COST_OVERHEAD] = {"overhead_usd", COLUMN_USD, false,
                                           "of its cost of overhead, by that", NULL,
                                           NULL},
    [CHARGEBACK_SHARES + COST_IDLE] = {"idle_usd", COLUMN_USD, false,
                                       "of its cost of idle time, by both together",
                                       NULL, NULL},
    [CHARGEBACK_SHARES + COST_DOWN] = {"down_usd", COLUMN_USD, false,
                                       "of its cost of time down, by both together",
                                       NULL, NULL},
    [CHARGEBACK_FULL] = {"full_usd", COLUMN_USD, false, "the sum of the four", NULL,
                         NULL},
};

#define UNCHECKED_DECISION                                                             \
    "what a policy decided is said nowhere else; its form, order and bounds are "      \
    "checked"

static const struct column decisions_columns[DECISIONS_COLUMNS] = {
    [DECISIONS_TIME] = {"time", COLUMN_DATE, false, "of the review", UNCHECKED_DECISION,
                        NULL},
    [DECISIONS_POOL] = {"pool", COLUMN_TEXT, false, "the pool's name",
                        UNCHECKED_DECISION, NULL},
    [DECISIONS_POLICY] = {"policy", COLUMN_TEXT, false, "the model that ordered",
                          UNCHECKED_DECISION, NULL},
    [DECISIONS_REVIEW] = {"review", COLUMN_COUNT, false, "its number, from 1",
                          UNCHECKED_DECISION, NULL},
    [DECISIONS_ACTION] = {"action", COLUMN_TEXT, false,
                          "buy, lease, retire, renew or exit", UNCHECKED_DECISION,
                          NULL},
    [DECISIONS_GPUS] = {"gpus", COLUMN_COUNT, false, "how many", UNCHECKED_DECISION,
                        NULL},
    [DECISIONS_ITEM] = {"item", COLUMN_TEXT, true,
                        "of renew and exit: the contract, as in ledger.csv",
                        UNCHECKED_DECISION, NULL},
    [DECISIONS_IN_SERVICE] = {"in_service_gpus", COLUMN_COUNT, false,
                              "before the order, without those that drain",
                              UNCHECKED_DECISION, NULL},
    [DECISIONS_ON_ORDER] = {"on_order_gpus", COLUMN_COUNT, false, "before the order",
                            UNCHECKED_DECISION, NULL},
    [DECISIONS_REASON] = {"reason", COLUMN_TEXT, false, "the policy's, for people",
                          UNCHECKED_DECISION, NULL},
};

static const struct column levels_columns[LEVELS_COLUMNS] = {
    [LEVELS_START] = {"start", COLUMN_DATE, false, "first instant of the interval",
                      NULL, NULL},
    [LEVELS_END] = {"end", COLUMN_DATE, false,
                    "first instant after it; the next row of the level begins there",
                    NULL, NULL},
    [LEVELS_LEVEL] = {"level", COLUMN_TEXT, false, "the source's name",
                      "a name that stands nowhere else", NULL},
    [LEVELS_SERIES] = {"series", COLUMN_COUNT, false,
                       "of the source's trace, in order of appearance, from 1", NULL,
                       NULL},
    [LEVELS_WORKLOAD] = {"workload", COLUMN_TEXT, true, "of the series", NULL, NULL},
    [LEVELS_TENANT] = {"tenant", COLUMN_TEXT, true, "of the source", NULL, NULL},
    [LEVELS_DEMAND] = {"demand_gpu_h", COLUMN_GPU_H, false,
                       "what was wanted: served and unserved, exactly", NULL, NULL},
    [LEVELS_SERVED] = {"served_gpu_h", COLUMN_GPU_H, false,
                       "served: busy_useful of the pools", NULL, NULL},
    [LEVELS_UNSERVED] = {"unserved_gpu_h", COLUMN_GPU_H, false, "wanted and not served",
                         NULL, NULL},
    [LEVELS_OVERHEAD] = {"overhead_gpu_h", COLUMN_GPU_H, false,
                         "held while it booted, or by its minimum hold though it was "
                         "not wanted: busy_overhead of the pools",
                         NULL, NULL},
    [LEVELS_SERVED_FRAC] = {"served_frac", COLUMN_NANO, true,
                            "served over demand; empty without demand", NULL, NULL},
    [LEVELS_WANTED_GPUS] = {"wanted_gpus", COLUMN_COUNT, false,
                            "GPUs wanted at the interval's end",
                            "an instant, of which demand_gpu_h keeps no trace", NULL},
    [LEVELS_SERVED_GPUS] = {"served_gpus", COLUMN_COUNT, false, "of them served",
                            "an instant, of which served_gpu_h keeps no trace", NULL},
};

static const struct column summary_columns[SUMMARY_COLUMNS] = {
    [SUMMARY_SCOPE] = {"scope", COLUMN_TEXT, false,
                       "total, fixed, a pool, workload:X, tenant:X or size:X", NULL,
                       NULL},
    [SUMMARY_METRIC] = {"metric", COLUMN_TEXT, false, "see below", NULL, NULL},
    [SUMMARY_UNIT] = {"unit", COLUMN_TEXT, false, "of the value", NULL, NULL},
    [SUMMARY_VALUE] = {"value", COLUMN_DECIMAL, false,
                       "most are recomputed; metrics that are not say so below", NULL,
                       NULL},
};

const struct output_file output_files[OUTPUT_TABLES] = {
    [TABLE_TIMELINE] =
        {"timeline.csv",
         "one per interval and pool, in order of time, then of the pools",
         timeline_columns, TIMELINE_COLUMNS},
    [TABLE_JOBS] = {"jobs.csv",
                    "one per job, in order of leaving; those still there come last",
                    jobs_columns, JOBS_COLUMNS},
    [TABLE_LEDGER] =
        {"ledger.csv",
         "one per month, pool, lot or contract, account and basis, and where service "
         "has a price one per month, workload and account; no zeros",
         ledger_columns, LEDGER_COLUMNS},
    [TABLE_ASSETS] = {"assets.csv", "one per lot of an owned pool and per contract",
                      assets_columns, ASSETS_COLUMNS},
    [TABLE_USAGE] =
        {"usage.csv",
         "one per month, pool, and lot or contract that had GPUs in the month",
         usage_columns, USAGE_COLUMNS},
    [TABLE_EVENTS] = {"events.csv",
                      "one per event, with `events: true` in the scenario",
                      events_columns, EVENTS_COLUMNS},
    [TABLE_CHARGEBACK] = {"chargeback.csv",
                          "one per pool, tenant and workload that used it, and what is "
                          "unallocated; with "
                          "`chargeback: true` in the scenario; no zeros",
                          chargeback_columns, CHARGEBACK_COLUMNS},
    [TABLE_LEVELS] = {"levels.csv",
                      "one per interval and level, in order of time, then of the "
                      "scenario; only with levels of demand",
                      levels_columns, LEVELS_COLUMNS},
    [TABLE_DECISIONS] = {"decisions.csv",
                         "one per order of a procurement policy, in order of time; "
                         "without any there is no file",
                         decisions_columns, DECISIONS_COLUMNS},
    [TABLE_SUMMARY] = {"summary.csv", "one per scope and metric", summary_columns,
                       SUMMARY_COLUMNS},
};

/* Reading back. */

static int digits_of(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_S: return 3;
    case COLUMN_USD:
    case COLUMN_KWH: return 6;
    case COLUMN_NANO: return 9;
    default: return 0;
    }
}

/* Only what the writer would have written is accepted, so that no digit is free to
 * change: the value is written again and compared. */
static bool written_so(const char *written, const struct csv_field *field,
                       struct error *err)
{
    if (strcmp(written, field->text) == 0)
        return true;
    return error_set(err, "'%s' would be written as '%s'", field->text, written);
}

static bool parse_date(const struct csv_field *field, struct cell *cell,
                       struct error *err)
{
    char text[CALENDAR_TEXT];
    if (!calendar_parse(field->text, field->length, &cell->value, err))
        return false;
    calendar_format(cell->value, text);
    return written_so(text, field, err);
}

static bool parse_month(const struct csv_field *field, struct cell *cell,
                        struct error *err)
{
    char text[CALENDAR_TEXT];
    if (field->length != 7)
        return error_set(err, "'%s' is not a month such as 2026-01", field->text);
    snprintf(text, sizeof text, "%.7s-01", field->text);
    return calendar_parse(text, strlen(text), &cell->value, err);
}

static bool parse_number(const struct column *column, const struct csv_field *field,
                         struct cell *cell, struct error *err)
{
    bool hours = column->kind == COLUMN_GPU_H;
    int digits = digits_of(column->kind);
    enum decimal_result got =
        hours ? decimal_scaled(field->text, field->length, MS_PER_H, &cell->value)
              : decimal_to_int64(field->text, field->length, digits, &cell->value);
    if (got == DECIMAL_NOT_NUMBER)
        return error_set(err, "'%s' is not a number", field->text);
    if (got == DECIMAL_OVERFLOW)
        return error_set(err, "%s is out of range", field->text);

    char text[DECIMAL_TEXT];
    if (hours)
        decimal_write(text, gpu_ms_to_nano_gpu_h(cell->value), 9);
    else
        decimal_write(text, cell->value, digits);
    return written_so(text, field, err);
}

static bool parse_decimal(const struct csv_field *field, struct error *err)
{
    double value;
    if (decimal_to_double(field->text, field->length, &value) == DECIMAL_NOT_NUMBER)
        return error_set(err, "'%s' is not a number", field->text);
    return true;
}

static bool parse_value(const struct column *column, const struct csv_field *field,
                        struct cell *cell, struct error *err)
{
    switch (column->kind) {
    case COLUMN_TEXT: return true;
    case COLUMN_DATE: return parse_date(field, cell, err);
    case COLUMN_MONTH: return parse_month(field, cell, err);
    case COLUMN_DECIMAL: return parse_decimal(field, err);
    default: return parse_number(column, field, cell, err);
    }
}

bool cell_parse(const struct column *column, const struct csv_field *field,
                struct cell *cell, struct error *err)
{
    *cell = (struct cell){.text = field->text, .empty = field->length == 0};
    if (cell->text[0] == '\'')
        cell->text++;
    if (cell->empty) {
        if (column->optional)
            return true;
        return error_set(err, "%s is empty", column->name);
    }
    struct error inner;
    if (parse_value(column, field, cell, &inner))
        return true;
    return error_set(err, "%s: %s", column->name, inner.text);
}

/* The reference page. */

static const char *unit_of(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_DATE: return "RFC 3339";
    case COLUMN_MONTH: return "YYYY-MM";
    case COLUMN_S: return "s";
    case COLUMN_COUNT: return "1";
    case COLUMN_GPU_H: return "GPU-h";
    case COLUMN_USD: return "USD";
    case COLUMN_KWH: return "kWh";
    case COLUMN_NANO: return strstr(column->name, "usd") ? "USD/GPU-h" : "0 to 1";
    default: return "";
    }
}

static void print_file(FILE *out, const struct output_file *file)
{
    fprintf(out, "\n## %s\n\nRows: %s.\n\n", file->name, file->rows);
    fprintf(out, "| column | unit | meaning | audit |\n|---|---|---|---|\n");
    for (size_t i = 0; i < file->n; i++) {
        const struct column *column = &file->columns[i];
        fprintf(out, "| `%s` | %s | %s | %s%s%s%s |\n", column->name, unit_of(column),
                column->help, column->unchecked ? "not checked: " : "checked",
                column->unchecked ? column->unchecked : "",
                column->except ? "; not " : "", column->except ? column->except : "");
    }
}

void columns_print(FILE *out)
{
    fprintf(out, "# Output columns\n\nPrinted by `tenure run --reference`.  The last "
                 "column says whether `tenure audit --no-hash`\nfinds a changed digit "
                 "from what else is there, or why it cannot; the hashes find any.\n");
    for (size_t i = 0; i < OUTPUT_TABLES; i++)
        print_file(out, &output_files[i]);
}
