#include "output/files.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/csv_out.h"

struct files {
    struct sink sink;
    struct csv_out *out[OUTPUT_TABLES]; /* NULL: not written */
    int64_t rows[OUTPUT_TABLES];
    int64_t start_unix_ms;
    struct staging *staging; /* for the table that is opened by its first row */
    struct error late;       /* why that failed */
    bool failed;
};

static void put_date(struct csv_out *out, int64_t unix_ms)
{
    char text[CALENDAR_TEXT];
    calendar_format(unix_ms, text);
    csv_text(out, text);
}

static void put_month(struct csv_out *out, int64_t unix_ms)
{
    char text[CALENDAR_TEXT];
    calendar_format(unix_ms, text);
    text[7] = '\0';
    csv_text(out, text);
}

static void put_text(struct csv_out *out, const char *text)
{
    if (text && *text)
        csv_text(out, text);
    else
        csv_empty(out);
}

/* An instant that may never have come. */
static void put_instant(struct csv_out *out, int64_t ms)
{
    if (ms < 0)
        csv_empty(out);
    else
        csv_ms(out, ms);
}

static int128 sum_states(const int64_t state_gpu_ms[GPU_STATES])
{
    int128 sum = 0;
    for (int s = 0; s < GPU_STATES; s++)
        sum += state_gpu_ms[s];
    return sum;
}

static void put_states(struct csv_out *out, const int64_t state_gpu_ms[GPU_STATES])
{
    csv_gpu_h(out, sum_states(state_gpu_ms));
    for (int s = 0; s < GPU_STATES; s++)
        csv_gpu_h(out, state_gpu_ms[s]);
}

static struct csv_out *next_row(struct files *files, enum output_table table)
{
    files->rows[table]++;
    return files->out[table];
}

static void write_timeline(void *self, const struct timeline_row *row)
{
    struct files *files = self;
    struct csv_out *out = next_row(files, TABLE_TIMELINE);
    int128 capacity = sum_states(row->state_gpu_ms);
    int128 busy = (int128)row->state_gpu_ms[GPU_BUSY_USEFUL] +
                  row->state_gpu_ms[GPU_BUSY_OVERHEAD];
    int128 economic = 0;
    for (int s = 0; s < COST_SHARES; s++)
        economic += row->cost_uusd[s];

    put_date(out, files->start_unix_ms + row->start_ms);
    put_date(out, files->start_unix_ms + row->end_ms);
    csv_text(out, row->pool);
    put_states(out, row->state_gpu_ms);
    csv_gpu_h(out, row->surplus_gpu_ms);
    if (capacity > 0)
        csv_fixed(out, ratio_nano(busy, capacity), 9);
    else
        csv_empty(out);
    csv_int(out, row->capacity_gpus);
    csv_int(out, row->waiting_jobs);
    csv_int(out, row->waiting_gpus);
    csv_int(out, row->jobs_started);
    csv_int(out, row->jobs_ended);
    csv_fixed(out, row->price_nano_usd_per_gpu_h, 9);
    csv_fixed(out, economic, 6);
    for (int s = 0; s < COST_SHARES; s++)
        csv_fixed(out, row->cost_uusd[s], 6);
    csv_end_row(out);
}

static void write_job(void *self, const struct job_row *row)
{
    struct csv_out *out = next_row(self, TABLE_JOBS);

    csv_text(out, row->id);
    put_text(out, row->workload);
    put_text(out, row->tenant);
    csv_ms(out, row->submit_ms);
    if (row->start_ms == NEVER_STARTED)
        csv_empty(out);
    else
        csv_ms(out, row->start_ms);
    put_instant(out, row->end_ms);
    put_text(out, row->pool);
    put_text(out, row->class);
    csv_int(out, row->gpus);
    csv_ms(out, row->wait_ms);
    csv_gpu_h(out, row->useful_gpu_ms);
    csv_gpu_h(out, row->overhead_gpu_ms);
    csv_int(out, row->interruptions);
    csv_text(out, job_outcome_names[row->outcome]);
    put_text(out, row->reason);
    csv_fixed(out, row->direct_uusd, 6);
    csv_end_row(out);
}

static void write_ledger(void *self, const struct ledger_row *row)
{
    struct files *files = self;
    struct csv_out *out = next_row(files, TABLE_LEDGER);

    put_month(out, row->month_unix_ms);
    put_date(out, files->start_unix_ms + row->time_ms);
    csv_text(out, row->pool);
    put_text(out, row->item);
    csv_text(out, account_names[row->account]);
    csv_text(out, basis_names[row->basis]);
    csv_fixed(out, row->amount_uusd, 6);
    csv_fixed(out, row->quantity, row->quantity_digits);
    put_text(out, row->unit);
    csv_end_row(out);
}

static void put_date_or_empty(const struct files *files, struct csv_out *out,
                              int64_t at_ms, int64_t none)
{
    if (at_ms == none)
        csv_empty(out);
    else
        put_date(out, files->start_unix_ms + at_ms);
}

static void write_asset(void *self, const struct asset_row *row)
{
    struct files *files = self;
    struct csv_out *out = next_row(files, TABLE_ASSETS);

    csv_text(out, row->pool);
    csv_text(out, row->item);
    csv_text(out, row->is_lot ? "lot" : row->is_facility ? "facility" : "contract");
    csv_text(out, row->class);
    csv_int(out, row->gpus);
    put_date(out, files->start_unix_ms + row->ordered_ms);
    put_date_or_empty(files, out, row->delivered_ms, NEVER_MS);
    put_date_or_empty(files, out, row->begin_ms, NEVER_MS);
    put_date_or_empty(files, out, row->end_ms, -1);
    put_date_or_empty(files, out, row->term_end_ms, -1);
    put_states(out, row->state_gpu_ms);
    csv_fixed(out, row->cash_uusd, 6);
    csv_fixed(out, row->accrual_uusd, 6);
    csv_fixed(out, row->economic_uusd, 6);
    csv_fixed(out, row->idle_uusd, 6);
    csv_fixed(out, row->book_uusd, 6);
    csv_fixed(out, row->market_uusd, 6);
    csv_fixed(out, row->commitment_uusd, 6);
    csv_fixed(out, row->stranded_uusd, 6);
    csv_fixed(out, llround(row->avoidable_usd_per_work_h * 1e9), 9);
    if (row->alternative_usd_per_work_h > 0)
        csv_fixed(out, llround(row->alternative_usd_per_work_h * 1e9), 9);
    else
        csv_empty(out);
    csv_text(out, row->obsolete ? "true" : "false");
    csv_end_row(out);
}

static void write_usage(void *self, const struct usage_row *row)
{
    struct csv_out *out = next_row(self, TABLE_USAGE);

    put_month(out, row->month_unix_ms);
    csv_text(out, row->pool);
    put_text(out, row->item);
    put_states(out, row->state_gpu_ms);
    csv_fixed(out, row->energy_mwh, 6);
    csv_end_row(out);
}

static void write_event(void *self, const struct event_row *row)
{
    struct csv_out *out = next_row(self, TABLE_EVENTS);

    csv_ms(out, row->time_ms);
    csv_int(out, row->phase);
    csv_text(out, row->kind);
    put_text(out, row->job);
    put_text(out, row->pool);
    csv_int(out, row->gpus);
    put_text(out, row->detail);
    csv_end_row(out);
}

static void write_charge(void *self, const struct charge_row *row)
{
    struct csv_out *out = next_row(self, TABLE_CHARGEBACK);
    int128 full = 0;

    csv_text(out, row->pool);
    csv_text(out, row->unallocated ? "unallocated" : "tenant");
    put_text(out, row->tenant);
    put_text(out, row->workload);
    csv_gpu_h(out, row->useful_gpu_ms);
    csv_gpu_h(out, row->overhead_gpu_ms);
    for (int s = 0; s < COST_SHARES; s++) {
        csv_fixed(out, row->cost_uusd[s], 6);
        full += row->cost_uusd[s];
    }
    csv_fixed(out, full, 6);
    csv_end_row(out);
}

static void write_level(void *self, const struct level_interval *row)
{
    struct files *files = self;
    struct csv_out *out = next_row(files, TABLE_LEVELS);

    put_date(out, files->start_unix_ms + row->start_ms);
    put_date(out, files->start_unix_ms + row->end_ms);
    csv_text(out, row->level);
    csv_int(out, row->series);
    put_text(out, row->workload);
    put_text(out, row->tenant);
    csv_gpu_h(out, row->demand_gpu_ms);
    csv_gpu_h(out, row->served_gpu_ms);
    csv_gpu_h(out, row->demand_gpu_ms - row->served_gpu_ms);
    csv_gpu_h(out, row->overhead_gpu_ms);
    if (row->demand_gpu_ms > 0)
        csv_fixed(out, ratio_nano(row->served_gpu_ms, row->demand_gpu_ms), 9);
    else
        csv_empty(out);
    csv_int(out, row->wanted_gpus);
    csv_int(out, row->served_gpus);
    csv_end_row(out);
}

static bool open_table(struct files *files, struct staging *staging,
                       enum output_table table, struct error *err)
{
    const struct output_file *file = &output_files[table];
    struct csv_out *out = csv_create(staging_path(staging, file->name), err);
    if (!out)
        return false;
    for (size_t i = 0; i < file->n; i++)
        csv_text(out, file->columns[i].name);
    csv_end_row(out);
    files->out[table] = out;
    return true;
}

/* The first decision of a run opens the table; a run without any has none. */
static void write_decision(void *self, const struct decision_row *row)
{
    struct files *files = self;
    if (!files->out[TABLE_DECISIONS])
        files->failed = files->failed || !open_table(files, files->staging,
                                                     TABLE_DECISIONS, &files->late);
    if (files->failed)
        return;
    struct csv_out *out = next_row(files, TABLE_DECISIONS);
    put_date(out, files->start_unix_ms + row->time_ms);
    csv_text(out, row->pool);
    csv_text(out, row->policy);
    csv_int(out, row->review);
    csv_text(out, row->action);
    csv_int(out, row->gpus);
    put_text(out, row->item);
    csv_int(out, row->in_service_gpus);
    csv_int(out, row->on_order_gpus);
    csv_text(out, row->reason);
    csv_end_row(out);
}

struct files *files_open(struct staging *staging, const struct scenario *scenario,
                         struct error *err)
{
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        out_of_memory();
    files->start_unix_ms = scenario->start_unix_ms;
    files->sink = (struct sink){
        .self = files,
        .timeline = write_timeline,
        .job = write_job,
        .ledger = write_ledger,
        .asset = write_asset,
        .usage = write_usage,
        .event = scenario->write_events ? write_event : NULL,
        .charge = scenario->chargeback ? write_charge : NULL,
        .level = scenario->n_levels > 0 ? write_level : NULL,
        .decision = write_decision,
    };
    files->staging = staging;
    for (int table = TABLE_TIMELINE; table <= TABLE_LEVELS; table++) {
        if ((table == TABLE_EVENTS && !scenario->write_events) ||
            (table == TABLE_CHARGEBACK && !scenario->chargeback) ||
            (table == TABLE_LEVELS && scenario->n_levels == 0))
            continue;
        if (!open_table(files, staging, (enum output_table)table, err)) {
            files_discard(files);
            return NULL;
        }
    }
    return files;
}

const struct sink *files_sink(const struct files *files)
{
    return &files->sink;
}

bool files_close(struct files *files, struct file_record records[OUTPUT_TABLES],
                 size_t *n, struct error *err)
{
    bool ok = !files->failed;
    *n = 0;
    if (!ok)
        *err = files->late;
    for (int table = 0; ok && table < OUTPUT_TABLES; table++) {
        if (!files->out[table])
            continue;
        struct file_record *record = &records[(*n)++];
        *record = (struct file_record){.name = output_files[table].name,
                                       .rows = files->rows[table]};
        ok = csv_close(files->out[table], record->digest, err);
        files->out[table] = NULL;
    }
    files_discard(files);
    return ok;
}

void files_discard(struct files *files)
{
    if (!files)
        return;
    for (int table = 0; table < OUTPUT_TABLES; table++)
        if (files->out[table])
            csv_discard(files->out[table]);
    free(files);
}
