/* Slurm's accounting, as `sacct --parsable2` prints it. */

#include <inttypes.h>
#include <string.h>

#include "input/catalog.h"
#include "input/sacct_row.h"
#include "input/slurm.h"

static const char *const names[] = {"none", "user",     "account", "partition",
                                    "qos",  "job-name", NULL};
static const char *const arrivals[] = {"submit", "eligible", "start", NULL};
static const char *const unfinished[] = {"drop", "elapsed", "limit", NULL};
static const char *const counted[] = {"alloc", "req", NULL};
static const char *const pools[] = {"none", "partition", NULL};
static const char *const priorities[] = {"none", "as-is", "scaled", NULL};

static const struct param params[] = {
    {PARAM_ONE_OF(struct sacct_options, "tenant", tenant, names, "account",
                  "what becomes the tenant")},
    {PARAM_ONE_OF(struct sacct_options, "workload", workload, names, "none",
                  "what becomes the workload")},
    {PARAM_ONE_OF(struct sacct_options, "pools", pools, pools, "none",
                  "with partition, a job may run only in pools named like its "
                  "partitions")},
    {PARAM_WORD(struct sacct_options, "class", class, "",
                "the GPU class of each type: h100=h100-sxm,a100=a100-80-sxm, and auto "
                "for all whose name tells; a job with GPUs of a type may run on that "
                "class alone")},
    {PARAM_WORD(struct sacct_options, "catalog", catalog, "",
                "a catalogue of your own, as of a scenario, whose classes --class may "
                "name, too")},
    {PARAM_WORD(struct sacct_options, "states", states, "",
                "only jobs that ended in one of these states: COMPLETED,TIMEOUT")},
    {PARAM_ONE_OF(struct sacct_options, "unfinished", unfinished, unfinished, "drop",
                  "jobs that still run or wait: elapsed keeps running ones for as long "
                  "as they have run; limit keeps both for their time limit")},
    {PARAM_ONE_OF(struct sacct_options, "arrival", arrival, arrivals, "submit",
                  "when a job arrives; eligible is after dependencies, holds and "
                  "--begin; start is when it ran, for what was held at once")},
    {PARAM_ONE_OF(struct sacct_options, "gpus", gpus, counted, "alloc",
                  "GPUs allocated, or those requested")},
    {PARAM_ONE_OF(struct sacct_options, "priority", priority, priorities, "none",
                  "of the column Priority; scaled is divided by 4295, so that all of "
                  "Slurm's range fits")},
    {PARAM_WORD(struct sacct_options, "delimiter", delimiter, "|",
                "one letter between fields, as of `sacct --delimiter`, or tab")},
    PARAMS_END,
};

/* ---- the file ---- */

static bool check_columns(struct import_row *row, struct error *err)
{
    const struct sacct_options *options =
        ((const struct sacct *)row->import->self)->options;
    const char *wrong = NULL;
    if (!import_has(row, SACCT_SUBMIT) && !import_has(row, SACCT_ELIGIBLE))
        wrong = "no column Submit or Eligible, so that nothing says when jobs arrive";
    else if (!import_has(row, SACCT_ELAPSED_RAW) && !import_has(row, SACCT_ELAPSED) &&
             !(import_has(row, SACCT_START) && import_has(row, SACCT_END)))
        wrong = "no column ElapsedRaw or Elapsed, nor both Start and End, so that "
                "nothing says how long jobs ran";
    else if (!import_has(row, SACCT_ALLOC_TRES) && !import_has(row, SACCT_REQ_TRES) &&
             !import_has(row, SACCT_ALLOC_GRES))
        wrong = "no column AllocTRES, ReqTRES or AllocGRES, so that nothing says how "
                "many GPUs jobs had";
    if (wrong)
        return error_at(err, (struct place){row->path, 1, 0}, "%s", wrong);
    int wanted[] = {options->tenant, options->workload};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (sacct_name_columns[wanted[i]] >= 0 &&
            !import_has(row, (size_t)sacct_name_columns[wanted[i]]))
            import_note(row->import, "no column %s, so that no job has a %s",
                        sacct_columns[sacct_name_columns[wanted[i]]].name,
                        i ? "workload" : "tenant");
    return options->pools == 0 || import_has(row, SACCT_PARTITION) ||
           error_at(err, (struct place){row->path, 1, 0},
                    "no column Partition, which --pools partition needs");
}

static void note_types(struct import *import, const struct sacct *sacct)
{
    const char *list = "";
    for (size_t i = 0; i < sacct->n_seen; i++)
        list =
            arena_printf(&import->arena, "%s%s%s", list, i ? ", " : "", sacct->seen[i]);
    if (sacct->untold)
        import_note(import,
                    "%" PRId64 " job%s with GPUs of a type may run on any class; "
                    "--class gives types a class: %.150s%s",
                    sacct->untold, sacct->untold == 1 ? "" : "s", list,
                    sacct->more_seen ? ", ..." : "");
}

static void note_all(struct import *import, const struct sacct *sacct)
{
    const struct {
        int64_t n;
        const char *one, *many, *text;
    } notes[] = {
        {sacct->later, "job was", "jobs were",
         " eligible later than submitted (held, or after others); --arrival eligible "
         "lets jobs arrive then"},
        {sacct->resized, "job", "jobs",
         " with Start before Submit, as after a resize: counted from Submit on; what "
         "was "
         "held before is in rows of its own (--duplicates)"},
        {sacct->partition_limits, "job has", "jobs have",
         " the limit of the partition, which the file does not tell, and so none"},
        {sacct->parts, "part of a heterogeneous job is a job of its own",
         "parts of heterogeneous jobs are jobs of their own", ""},
        {sacct->tasks, "task of an array that waits is a job of its own",
         "tasks of arrays that wait are jobs of their own", ""},
        {sacct->slices, "job has", "jobs have",
         " slices of GPUs (MIG), each counted as a GPU"},
        {sacct->headers, "more output of sacct follows", "more outputs of sacct follow",
         " in the file; a record that is in two of them counts once"},
        {sacct->cut, "name of a job was", "names of jobs were", " cut to 63 bytes"},
    };
    note_types(import, sacct);
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (notes[i].n)
            import_note(import, "%" PRId64 " %s%s", notes[i].n,
                        notes[i].n == 1 ? notes[i].one : notes[i].many, notes[i].text);
}

static bool check_classes(const struct sacct_options *options, struct error *err)
{
    struct catalog catalog;
    char digest[SHA256_HEX];
    bool ok =
        catalog_init(&catalog, err) &&
        (!options->catalog || catalog_add(&catalog, options->catalog, digest, err));
    for (const char *at = options->class; *at && ok;) {
        size_t entry = strcspn(at, ","), name = strcspn(at, "=") + 1;
        char class[JOB_WORD_MAX + 1];
        snprintf(class, sizeof class, "%.*s", name < entry ? (int)(entry - name) : 0,
                 at + name);
        if (name < entry && !catalog_find(&catalog, class))
            ok = error_kind_set(err, ERROR_USAGE,
                                "--class: '%s' is no class of the catalogue; `tenure "
                                "models --catalogue` lists them, and --catalog FILE "
                                "adds your own",
                                class);
        at += entry + (at[entry] == ',');
    }
    catalog_free(&catalog);
    return ok;
}

/* Each entry of --class is TYPE=CLASS, and of --states a state. */
static bool check_options(const struct sacct_options *options, struct error *err)
{
    for (const char *at = options->class; *at;) {
        size_t entry = strcspn(at, ","), name = strcspn(at, "=");
        bool is_auto = entry == 4 && memcmp(at, "auto", 4) == 0;
        if (!is_auto && (name == 0 || name + 1 >= entry || memchr(at, '|', entry)))
            return error_kind_set(err, ERROR_USAGE,
                                  "--class: '%.*s' is not like h100=h100-sxm",
                                  (int)entry, at);
        at += entry + (at[entry] == ',');
    }
    for (const char *at = options->states; *at;) {
        size_t entry = strcspn(at, ",");
        char state[32];
        snprintf(state, sizeof state, "%.*s", (int)entry, at);
        if (slurm_fate(state) == SLURM_UNKNOWN)
            return error_kind_set(err, ERROR_USAGE,
                                  "--states: '%.*s' is no state of a job, as "
                                  "COMPLETED is",
                                  (int)entry, at);
        at += entry + (at[entry] == ',');
    }
    if (strcmp(options->delimiter, "tab") == 0 || strlen(options->delimiter) == 1)
        return true;
    return error_kind_set(err, ERROR_USAGE, "--delimiter: '%s' is not one letter",
                          options->delimiter);
}

static bool read_sacct(struct import *import, struct error *err)
{
    struct sacct_options options = *(const struct sacct_options *)import->options;
    options.class = options.class ? options.class : "";
    options.states = options.states ? options.states : "";
    struct sacct sacct = {.options = &options, .kept = {.arena = &import->arena}};
    if (!check_options(&options, err) || !check_classes(&options, err))
        return false;
    bool tab = strcmp(options.delimiter, "tab") == 0;
    struct import_table table = {
        .columns = sacct_columns,
        .row = sacct_take_row,
        .header = check_columns,
        .delimiter = tab ? '\t' : options.delimiter[0],
        .no_quotes = true,
        .trailing = true,
        .hint = "a name of a job may hold the delimiter: choose another one by "
                "`sacct --delimiter`, or leave JobName out",
    };
    import->self = &sacct;
    if (!import_table(import, &table, err))
        return false;
    note_all(import, &sacct);
    return true;
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_sacct = {
    .name = "sacct",
    .summary = "The accounting records of Slurm: what `sacct --parsable2` prints.",
    .source = "Slurm, manual page sacct(1), versions 17.11 to 25.05",
    .shape =
        "Lines of fields between `|`, the first of them the names of the columns.  "
        "Best "
        "made by `TZ=UTC sacct --allusers --allocations --duplicates --parsable2 "
        "--noconvert --starttime 2026-01-01 --endtime now --format JobID,User,Account,"
        "Partition,QOS,State,Submit,Eligible,Start,End,ElapsedRaw,TimelimitRaw,"
        "AllocTRES,ReqTRES,Priority,JobName > sacct.txt`.  Columns may stand in any "
        "order and others are not looked at; needed are JobID, State, Submit or "
        "Eligible, one of ElapsedRaw, Elapsed, or Start and End, and one of AllocTRES, "
        "ReqTRES, AllocGRES.  `--parsable`, with a delimiter at the end of each line, "
        "is "
        "read as well.",
    .keeps =
        "Every job that had GPUs and ran, however it ended (COMPLETED, FAILED, "
        "TIMEOUT, "
        "CANCELLED, OUT_OF_MEMORY, NODE_FAIL, PREEMPTED, ...), since it held its GPUs; "
        "`--states` keeps fewer.  The elapsed time is the duration, the time limit "
        "`limit_s` (none where it is UNLIMITED).  GPUs are `gres/gpu` of AllocTRES, or "
        "of ReqTRES where that is empty; where there are typed counts, too "
        "(`gres/gpu:h100`), they are the same GPUs and not counted again.  A task of "
        "an "
        "array and a part of a heterogeneous job are jobs of their own, and so is each "
        "attempt of a job that was requeued (rows of one JobID that `--duplicates` "
        "shows): each of them held GPUs.",
    .drops =
        "Job steps (`12.batch`, `12.0`), jobs without GPUs, those with shares of GPUs "
        "alone (shard, mps), jobs that never ran or not for a second, siblings revoked "
        "in a federation, "
        "and "
        "what still runs or waits, unless `--unfinished` says otherwise.  A record "
        "whose JobID, Submit and Start are those of one that was kept is dropped as "
        "repeated, so that outputs of overlapping periods can be put into one file, "
        "the newest first where `--unfinished` is given.",
    .assumes =
        "Dates are local times of whoever ran `sacct`: run it with `TZ=UTC`, or give "
        "`--zone`.  Elapsed time leaves out what a job was suspended, although Slurm "
        "(22.05) "
        "leaves it its GPUs meanwhile.  Of a job that was resized while it ran, each "
        "size "
        "is a job of its own; the row of the later size, whose Start is that of the "
        "first, "
        "counts from its Submit on.  Jobs that never became eligible (held, or after "
        "one "
        "that failed) are not in what `sacct` prints of a period.  The types of "
        "GPUs bind a job only where `--class` gives them a class.  A row with too many "
        "fields is an error that says so, since columns would shift: a job's name may "
        "hold the delimiter.",
    .example = "sacct.txt -o jobs.csv --class h100=h100-sxm,a100=a100-80-sxm",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct sacct_options),
    .dated = true,
    .naive_dates = true,
    .read = read_sacct,
};
