#ifndef INPUT_TRACE_H
#define INPUT_TRACE_H

/*
 * A job trace in memory: parsed once, sorted by submit (stably: file order at ties),
 * const afterwards and shared by all replications.
 *
 * 40 bytes a job.  What many jobs have in common (workload, tenant, constraints,
 * checkpointing) is a `job_kind`, told apart by number; what few traces have (deadline,
 * patience, started) is an array of its own.
 *
 * CSV columns, in any order; * are required:
 *   submit*                 seconds from the start, or RFC 3339; one kind per file
 *   duration_s*             > 0 after rounding to ms; at most 200 years
 *   gpus*                   whole, 1 to 1,000,000
 *   id                      up to 255 bytes; without it the row's number, from 1
 *   tenant workload         words of up to 63 bytes: no control characters
 *   pools classes           allowed ones, joined by '|' or ';', up to 1023 bytes
 *   memory_gb               least memory per GPU
 *   jurisdiction            allowed ones, joined by '|' or ';', up to 1023 bytes
 *   isolation               shared (default) or dedicated
 *   not_providers           whose pools are closed to it, joined in the same way
 *   priority                whole, -1,000,000 to 1,000,000; larger is more urgent
 *   deadline                like submit, and not before it; a job still waiting then is
 *                           abandoned
 *   patience_s              a job that has waited so long in vain is abandoned
 *   limit_s                 the user's time limit: the estimate that dispatch sees
 *   preemptible             true or false
 *   checkpoint_interval_s checkpoint_cost_s restart_s
 *   started                 like submit, and not before it; of jobs that run when the
 *                           scenario starts; only in a trace of `initial:`
 * An unknown column is an error with a suggestion.  An empty optional field is as if
 * the column were not there.  Seconds are decimals, rounded to ms, of at most 200 years
 * in size; a relative submit may be negative here (the scenario decides).  Texts lose
 * the apostrophe that csv_out puts before what looks like a formula.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/csv_in.h"
#include "base/errors.h"
#include "base/int128.h"
#include "base/names.h"
#include "input/store.h"

#define JOB_GPUS_MAX     1000000
#define JOB_DURATION_MAX (INT64_C(200) * 365 * 86400000) /* ms */
#define JOB_GPU_MS_MAX   INT64_C(4000000000000000000)
#define JOB_PRIORITY_MAX 1000000
#define JOB_MEMORY_MAX   INT64_C(1000000000) /* MB */
#define JOB_WORD_MAX     63                  /* bytes of a tenant or workload */
#define JOB_LIST_MAX     1023                /* bytes of pools, classes, ... */
#define JOB_ID_MAX       255

/* The columns of the file, in the order in which trace_write writes them. */
enum trace_column {
    TRACE_SUBMIT,
    TRACE_DURATION,
    TRACE_GPUS,
    TRACE_ID,
    TRACE_TENANT,
    TRACE_WORKLOAD,
    TRACE_POOLS,
    TRACE_CLASSES,
    TRACE_MEMORY,
    TRACE_JURISDICTION,
    TRACE_ISOLATION,
    TRACE_NOT_PROVIDERS,
    TRACE_PRIORITY,
    TRACE_DEADLINE,
    TRACE_PATIENCE,
    TRACE_LIMIT,
    TRACE_PREEMPTIBLE,
    TRACE_CHECKPOINT_INTERVAL,
    TRACE_CHECKPOINT_COST,
    TRACE_RESTART,
    TRACE_STARTED,
    TRACE_COLUMNS
};

/* Their names; NULL ends the list. */
extern const char *const trace_columns[TRACE_COLUMNS + 1];

enum isolation { ISOLATION_SHARED, ISOLATION_DEDICATED };

struct job {
    int64_t submit_ms;   /* unix_ms if trace->absolute, else ms from the start */
    int64_t duration_ms; /* on the reference class, >= 1 */
    int64_t limit_ms;    /* the user's limit; 0: none given */
    int32_t gpus;
    int32_t priority;
    uint32_t kind; /* index into trace->kinds */
    uint32_t id;   /* trace->has_ids: offset into trace->ids; else the row's number */
};

struct job_kind {
    uint32_t workload, tenant; /* in trace->names; NAMES_NONE: not given */
    const char *pools, *classes, *jurisdiction; /* joined by '|': "a|b"; NULL: any */
    const char *not_providers;                  /* the same; NULL: none is excluded */
    int64_t memory_mb;                          /* 0: any */
    enum isolation isolation;
    bool preemptible;
    int64_t checkpoint_interval_ms, checkpoint_cost_ms, restart_ms;
};

struct job_times {
    int64_t deadline_ms; /* INT64_MAX: none; same zero as submit_ms */
    int64_t patience_ms; /* INT64_MAX: none */
    int64_t started_ms;  /* INT64_MAX: not started; same zero as submit_ms */
};

struct trace_builder;

/* `names` points at `arena`: a trace stays where it was begun. */
struct trace {
    struct arena arena;
    struct trace_builder *builder; /* between trace_begin and trace_finish */
    const char *path;
    char digest[SHA256_HEX];
    bool absolute; /* submits are dates */
    bool has_ids;
    bool has_limits;
    bool has_started; /* the file has that column, or a job the value */
    bool was_sorted;
    struct job *jobs;
    struct job_times *times; /* NULL, or one per job */
    size_t n;
    struct job_kind *kinds;
    size_t n_kinds;
    struct names names;
    char *ids; /* NUL-terminated ids one after the other */
    int32_t gpus_max;
    int128 gpu_ms; /* sum of gpus * duration */
};

/* Reads a whole trace.  Errors name line, column and rule.  An empty trace (header
 * only) is fine here; trace_free on every path. */
bool trace_read(struct trace *trace, const char *path, struct error *err) MUST_CHECK;
extern const struct store_kind stored_trace; /* of the same */

void trace_free(struct trace *trace);

/* What trace_read does with the records of a file, for who reads the file.  A record
 * that is refused leaves the trace as it was.  After the last one trace_finish;
 * trace_reader_end on every path. */
struct csv_reader trace_reader_begin(struct trace *trace, const char *path);
void trace_reader_end(const struct csv_reader *reader);

/* The job's id as text (trace->has_ids or the row's number); `text` holds >= 16. */
const char *trace_job_id(const struct trace *trace, const struct job *job,
                         char text[16]);

/* Building a trace by program (importers, generators): add rows in any order, then
 * finish, which sorts.  Kinds are found by content; the texts of a row are copied.  At
 * most 2^32 - 2 rows and 4 GiB of ids. */
struct trace_row {
    struct job job; /* kind and id are set by trace_add */
    struct job_kind kind;
    struct job_times times;
    const char *id; /* NULL: row number */
};
void trace_begin(struct trace *trace, const char *path, bool absolute);
uint32_t trace_name(struct trace *trace, const char *text, size_t length);
void trace_add(struct trace *trace, const struct trace_row *row);
void trace_finish(struct trace *trace);

/* A row with nothing but what every job has: start from it, since "not given" is not
 * zero for all that is optional. */
struct trace_row trace_row(int64_t submit_ms, int64_t duration_ms, int32_t gpus);

/* The two halves of trace_add, for who knows the kind already. */
uint32_t trace_kind(struct trace *trace, const struct job_kind *kind);
void trace_add_job(struct trace *trace, const struct job *job,
                   const struct job_times *times, const char *id);

/* A job of another trace with all that is said of it but the id, to be added here; its
 * words have numbers of `to`, its lists are those of `from`. */
struct trace_row trace_row_from(struct trace *to, const struct trace *from, size_t i);

/* Whether there are no ids, and the rows are numbered 1, 2, 3 by their order. */
bool trace_is_numbered(const struct trace *trace);

/* The jobs with from_ms <= submit_ms < to_ms, and of that tenant or workload and those
 * sizes alone, as a trace of its own; ids stay what they were.  An unknown tenant or
 * workload, or an empty span, is an error.  trace_free(to) on every path. */
struct trace_filter {
    int64_t from_ms, to_ms;        /* INT64_MIN and INT64_MAX: no bound */
    const char *tenant, *workload; /* NULL: any */
    int64_t min_gpus, max_gpus;    /* 0: no bound */
};
bool trace_select(const struct trace *from, const struct trace_filter *filter,
                  struct trace *to, struct error *err) MUST_CHECK;

/* Writes the CSV above, with just the columns that some job uses, in the order above;
 * `id` also where the jobs are no longer numbered 1, 2, 3 by their order.  Reading it
 * back gives the same jobs.  `path` "-" is standard output; a file appears whole or not
 * at all. */
bool trace_write(const struct trace *trace, const char *path,
                 struct error *err) MUST_CHECK;

void trace_check(const struct trace *trace); /* asserts what must hold */
void trace_print(const struct trace *trace, FILE *out);

#endif
