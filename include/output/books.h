#ifndef OUTPUT_BOOKS_H
#define OUTPUT_BOOKS_H

/*
 * The audit's own books (sim/output/audit*.c): what it rebuilds from the rows of a
 * result, in the shape of the run's result, so that the same metric table can be
 * applied to it.
 *
 * Each audit_FILE function reads one file, notes what is wrong with single rows, and
 * adds the rows to the books; audit_summary compares the books with summary.csv
 * and, by audit_across, with one another.  They return nothing: whatever is
 * wrong, also an unreadable file, is a finding.
 */

#include "base/names.h"
#include "output/audit.h"
#include "output/columns.h"
#include "world/result.h"

struct book_pool {
    const char *name, *class;
    enum tenure tenure;
    bool shrinks; /* GPUs may leave it during the run, by plan, policy or loss */
    /* timeline.csv */
    int64_t interval_start_ms, interval_end_ms; /* of its last row */
    int64_t ended;
    /* jobs.csv */
    int64_t jobs_finished, jobs_running; /* of those that ran here last */
    /* ledger.csv and assets.csv */
    int128 asset_state_gpu_ms[GPU_STATES];
    int128 asset_idle_uusd;
    int64_t assets;
    /* chargeback.csv */
    int128 charged_gpu_ms[2], charged_uusd[COST_SHARES]; /* useful and overhead */
};

/* What chargeback.csv says of a tenant or a workload. */
struct book_charge {
    enum group_kind kind;
    const char *name;
    int128 useful_gpu_ms, overhead_gpu_ms;
};

/* One lot or contract: by ledger.csv, then by assets.csv. */
struct book_item {
    size_t pool;
    int128 basis_uusd[BASES];
    int64_t ledger_line; /* its first */
    bool has_asset;
    int64_t ordered_ms, delivered_ms; /* the same; -1: not yet */
    int128 setup_gpu_ms;              /* between delivery and begin */
    int64_t begin_ms, end_ms, gpus;   /* from assets.csv, within the run */
    int128 capacity_gpu_ms;
    int64_t state_gpu_ms[GPU_STATES];      /* from assets.csv */
    int128 usage_state_gpu_ms[GPU_STATES]; /* from usage.csv */
    /* Sums over the months that have rows, of one basis. */
    int128 quantity[ACCOUNTS]; /* GPU-ms, mWh or GPUs */
    int128 posted_uusd[ACCOUNTS];
    int64_t postings[ACCOUNTS];
};

/* Jobs of one workload, where service has a price. */
struct book_service {
    int64_t rate[SERVICE_PARTS]; /* from the manifest; of a miss, micro-USD */
    int128 uusd[SERVICE_PARTS], stated[SERVICE_PARTS]; /* by ledger.csv */
    int128 waited_gpu_ms;                              /* by jobs.csv */
    int64_t left_unserved;
    int128 lacked_gpu_ms; /* by levels.csv */
    bool interrupted;     /* a job was: it waited more than jobs.csv says */
};

/* An entry of the scenario's `service`, from the manifest. */
struct book_price {
    const char *workload; /* NULL: all others */
    int64_t rate[SERVICE_PARTS];
};

/* A row of usage.csv. */
struct book_usage {
    uint32_t item;
    int64_t month_unix_ms, energy_mwh, line;
    int128 capacity_gpu_ms;
};

/* A month of an account of an item: the rows of all its bases say the same. */
struct book_posting {
    uint32_t item;
    enum account account;
    unsigned bases; /* 1 << basis */
    int64_t month_unix_ms, time_unix_ms, amount_uusd;
    int64_t quantity;
    int64_t line; /* of the first */
};

struct books {
    struct audit_report *report;
    struct arena *arena; /* the report's */
    const char *dir;
    bool broken; /* a file could not be read: sums mean nothing */

    /* From the manifest. */
    int64_t start_unix_ms, end_ms, warmup_ms;
    enum closing closing;
    bool initial;     /* jobs may be older than the run */
    bool checkpoints; /* some jobs pay for checkpoints */
    struct book_pool *pools;
    const char **pool_names;
    bool *pool_is_fixed;
    int64_t rows_listed[OUTPUT_TABLES]; /* -1: not listed */

    /* Rebuilt. */
    struct run_result result;
    size_t groups_room;
    struct names group_names; /* "workload:X", to an index into result.groups */
    struct names item_names;  /* "pool\nitem" */
    struct book_item *items;
    size_t items_room;
    struct names ledger_keys;
    struct names posting_keys;
    struct book_posting *postings;
    size_t postings_room;
    struct book_price *prices; /* of service; n_prices 0: it has none */
    size_t n_prices;
    struct names
        workload_names; /* "" for jobs without one, to an index into services */
    struct book_service *services;
    size_t services_room;
    struct names usage_keys;
    struct book_usage *usage;
    size_t usage_room;
    int64_t usage_month_unix_ms; /* of the last row */
    struct names charge_keys;    /* rows of chargeback.csv */
    struct names charge_names;   /* "kind:name", to an index into charges */
    struct book_charge *charges;
    size_t charges_room;
    /* Bounds of peak_cash_usd; they differ only where a resale shares a month with it.
     */
    int64_t peak_low_uusd, peak_high_uusd;
    int64_t ledger_month_unix_ms;
    int64_t timeline_rows;
    int64_t first_submit_ms, last_end_ms;
    int64_t interruptions;
    int64_t last_event_ms, last_decision_ms;
    struct book_levels *levels; /* audit_levels.c, while it reads */
    struct summary *summary;    /* audit_summary.c, while it reads */
};

/* A place in a file of the result; line 0: the whole file. */
struct finding_at {
    enum output_table table;
    int64_t line;
};

/* Notes a finding; `books_expect` does when `holds` is false, and counts the check. */
void books_find(struct books *books, struct finding_at at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
#define books_expect(books, holds, at, ...)                                            \
    ((books)->report->n_checks++,                                                      \
     (holds) ? (void)0 : books_find(books, at, __VA_ARGS__))

/* Every row of a file whose fields have the form of their columns. */
void books_read(struct books *books, enum output_table table,
                void (*row)(struct books *books, struct finding_at at,
                            const struct cell cells[]));

/* The number of a lot or contract (made when it is new), "" for an elastic pool. */
uint32_t books_item(struct books *books, size_t pool, const char *name);

/* The index of a pool, or of a group (made when it is new), or -1. */
int books_pool(const struct books *books, const char *name);
struct group_result *books_group(struct books *books, enum group_kind kind,
                                 const char *name);

void audit_timeline(struct books *books);
void audit_jobs(struct books *books);
void audit_ledger(struct books *books);
void audit_assets(struct books *books);
void audit_usage(struct books *books);
void audit_events(struct books *books);
void audit_chargeback(struct books *books);
void audit_levels(struct books *books);    /* before the ledger is read */
void audit_decisions(struct books *books); /* audit_decisions.c */
void audit_summary(
    struct books *books); /* calls audit_across when the summary is read */
void audit_across(struct books *books);

/* One row of ledger.csv beside those of the same month, item and account. */
void audit_posting(struct books *books, struct finding_at at, uint32_t item,
                   enum account account, enum basis basis, const struct cell cells[]);
/* A row of ledger.csv in the shadow basis, or in an account of service; a job's row;
 * and, when the quantities of the summary are in the groups, all of it together. */
void audit_service_row(struct books *books, struct finding_at at, int account,
                       int basis, const struct cell cells[]);
void audit_service_job(struct books *books, int outcome, const struct cell cells[]);
void audit_service_level(struct books *books, const char *workload, int64_t gpu_ms);
void audit_service(struct books *books);

/* When all files are read: chargeback.csv against the others. */
void audit_charges(struct books *books);

/* When all files are read: months, quantities against hours and GPUs, and the peak. */
void audit_postings(struct books *books);
/* usage.csv against assets, timeline, ledger and summary. */
void audit_usage_across(struct books *books);
/* energy_kwh of the summary, which is taken from there, against the quantities. */
void audit_energy(struct books *books);

/* Hostile files may hold what no sum can: it wraps here, and so agrees with nothing. */
static inline void books_add(int64_t *sum, int64_t value)
{
    (void)__builtin_add_overflow(*sum, value, sum);
}

static inline int64_t books_less(int64_t a, int64_t b)
{
    int64_t difference;
    (void)__builtin_sub_overflow(a, b, &difference);
    return difference;
}

/* Texts of exact values, for findings. */
struct exact_text {
    char text[DECIMAL_TEXT];
};
struct exact_text exact_usd(int128 uusd);
struct exact_text exact_gpu_h(int128 gpu_ms);

#endif
