#ifndef OUTPUT_COLUMNS_H
#define OUTPUT_COLUMNS_H

/*
 * What the CSV files of a run hold: each column declared once, for the writer
 * (output/files.h), the audit and the reference page.
 *
 * A column's name ends in its unit.  Every number is written with a fixed number of
 * digits that lets the integer behind it be read back exactly:
 *   _gpu_h  9 digits; 1 GPU-ms is 2.78e-7 GPU-h, so GPU-ms = round(value * 3,600,000)
 *   _usd    6 digits; micro-USD
 *   _kwh    6 digits; mWh
 *   _s      3 digits; ms since the scenario's start
 *   _frac, _usd_per_gpu_h, _usd_per_work_h  9 digits
 * Dates are RFC 3339 in UTC.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "base/int128.h"

enum column_kind {
    COLUMN_TEXT,
    COLUMN_DATE,    /* value: unix_ms */
    COLUMN_MONTH,   /* "2026-01"; value: unix_ms of its first instant */
    COLUMN_S,       /* value: ms */
    COLUMN_COUNT,   /* value: itself */
    COLUMN_GPU_H,   /* value: GPU-ms */
    COLUMN_USD,     /* value: micro-USD */
    COLUMN_KWH,     /* six digits; value: mWh */
    COLUMN_NANO,    /* nine digits; value: times 10^9 */
    COLUMN_DECIMAL, /* any number of digits; no value */
};

struct column {
    const char *name;
    enum column_kind kind;
    bool optional; /* may be empty */
    const char *help;
    /* NULL: other columns or files say the same, and `tenure audit --no-hash` finds a
     * changed digit.  Else why it cannot. */
    const char *unchecked;
    const char *except; /* NULL, or where a checked column is not */
};

enum output_table {
    TABLE_TIMELINE,
    TABLE_JOBS,
    TABLE_LEDGER,
    TABLE_ASSETS,
    TABLE_USAGE,
    TABLE_EVENTS,
    TABLE_CHARGEBACK,
    TABLE_LEVELS,    /* only of a run with levels of demand */
    TABLE_DECISIONS, /* only of a run in which a policy orders */
    TABLE_SUMMARY,
    OUTPUT_TABLES
};

struct output_file {
    const char *name;
    const char *rows; /* what a row is, and in which order */
    const struct column *columns;
    size_t n;
};
extern const struct output_file output_files[OUTPUT_TABLES];

enum timeline_column {
    TIMELINE_START,
    TIMELINE_END,
    TIMELINE_POOL,
    TIMELINE_CAPACITY,
    TIMELINE_STATES, /* six, as enum gpu_state */
    TIMELINE_SURPLUS = TIMELINE_STATES + 6,
    TIMELINE_UTILIZATION,
    TIMELINE_CAPACITY_GPUS,
    TIMELINE_WAITING_JOBS,
    TIMELINE_WAITING_GPUS,
    TIMELINE_STARTED,
    TIMELINE_ENDED,
    TIMELINE_PRICE,
    TIMELINE_ECONOMIC,
    TIMELINE_SHARES, /* four, as enum cost_share */
    TIMELINE_COLUMNS = TIMELINE_SHARES + 4
};

enum jobs_column {
    JOBS_ID,
    JOBS_WORKLOAD,
    JOBS_TENANT,
    JOBS_SUBMIT,
    JOBS_START,
    JOBS_END,
    JOBS_POOL,
    JOBS_CLASS,
    JOBS_GPUS,
    JOBS_WAIT,
    JOBS_USEFUL,
    JOBS_OVERHEAD,
    JOBS_INTERRUPTIONS,
    JOBS_OUTCOME,
    JOBS_REASON,
    JOBS_DIRECT,
    JOBS_COLUMNS
};

enum ledger_column {
    LEDGER_MONTH,
    LEDGER_TIME,
    LEDGER_POOL,
    LEDGER_ITEM,
    LEDGER_ACCOUNT,
    LEDGER_BASIS,
    LEDGER_AMOUNT,
    LEDGER_QUANTITY,
    LEDGER_UNIT,
    LEDGER_COLUMNS
};

enum assets_column {
    ASSETS_POOL,
    ASSETS_ITEM,
    ASSETS_KIND,
    ASSETS_CLASS,
    ASSETS_GPUS,
    ASSETS_ORDERED,
    ASSETS_DELIVERED,
    ASSETS_BEGIN,
    ASSETS_END,
    ASSETS_TERM_END,
    ASSETS_CAPACITY,
    ASSETS_STATES,
    ASSETS_BASES = ASSETS_STATES + 6, /* three, as enum basis */
    ASSETS_IDLE = ASSETS_BASES + 3,
    ASSETS_BOOK,
    ASSETS_MARKET,
    ASSETS_COMMITMENT,
    ASSETS_STRANDED,
    ASSETS_AVOIDABLE,
    ASSETS_ALTERNATIVE,
    ASSETS_OBSOLETE,
    ASSETS_COLUMNS
};

enum usage_column {
    USAGE_MONTH,
    USAGE_POOL,
    USAGE_ITEM,
    USAGE_CAPACITY,
    USAGE_STATES, /* six, as enum gpu_state */
    USAGE_ENERGY = USAGE_STATES + 6,
    USAGE_COLUMNS
};

enum events_column {
    EVENTS_TIME,
    EVENTS_PHASE,
    EVENTS_KIND,
    EVENTS_JOB,
    EVENTS_POOL,
    EVENTS_GPUS,
    EVENTS_DETAIL,
    EVENTS_COLUMNS
};

enum chargeback_column {
    CHARGEBACK_POOL,
    CHARGEBACK_PAYER,
    CHARGEBACK_TENANT,
    CHARGEBACK_WORKLOAD,
    CHARGEBACK_USEFUL,
    CHARGEBACK_OVERHEAD,
    CHARGEBACK_SHARES, /* four, as enum cost_share */
    CHARGEBACK_FULL = CHARGEBACK_SHARES + 4,
    CHARGEBACK_COLUMNS
};

enum levels_column {
    LEVELS_START,
    LEVELS_END,
    LEVELS_LEVEL,
    LEVELS_SERIES,
    LEVELS_WORKLOAD,
    LEVELS_TENANT,
    LEVELS_DEMAND,
    LEVELS_SERVED,
    LEVELS_UNSERVED,
    LEVELS_OVERHEAD,
    LEVELS_SERVED_FRAC,
    LEVELS_WANTED_GPUS,
    LEVELS_SERVED_GPUS,
    LEVELS_COLUMNS
};

enum decisions_column {
    DECISIONS_TIME,
    DECISIONS_POOL,
    DECISIONS_POLICY,
    DECISIONS_REVIEW,
    DECISIONS_ACTION,
    DECISIONS_GPUS,
    DECISIONS_ITEM,
    DECISIONS_IN_SERVICE,
    DECISIONS_ON_ORDER,
    DECISIONS_REASON,
    DECISIONS_COLUMNS
};

enum summary_column {
    SUMMARY_SCOPE,
    SUMMARY_METRIC,
    SUMMARY_UNIT,
    SUMMARY_VALUE,
    SUMMARY_COLUMNS
};

/* GPU-ms as GPU-h * 10^9, the integer whose nine digits are written. */
static inline int128 gpu_ms_to_nano_gpu_h(int128 gpu_ms)
{
    return divide_rounded(gpu_ms * 2500, 9);
}

/* numerator / denominator in units of 10^-9. */
static inline int128 ratio_nano(int128 numerator, int128 denominator)
{
    return divide_rounded(numerator * 1000000000, denominator);
}

/* One field read back. */
struct cell {
    const char *text; /* without the apostrophe that guards formulas */
    int64_t value;
    bool empty;
};

/* False, with a message without place, for what the writer would not have written:
 * not a number, other digits, empty where that is not allowed. */
bool cell_parse(const struct column *column, const struct csv_field *field,
                struct cell *cell, struct error *err) MUST_CHECK;

/* The reference page: files, columns, units and what the audit cannot check. */
void columns_print(FILE *out);

#endif
