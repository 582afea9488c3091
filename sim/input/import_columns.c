/* Any CSV file whose columns the user names. */

#include <inttypes.h>
#include <string.h>

#include "base/decimal.h"
#include "base/names.h"
#include "input/import.h"

enum field {
    SUBMIT,
    START,
    END,
    DURATION,
    GPUS,
    ID,
    TENANT,
    WORKLOAD,
    POOLS,
    CLASSES,
    PRIORITY,
    PATIENCE,
    LIMIT,
    TIME,
    PROMPT,
    OUTPUT,
    MODEL,
    FIELDS
};

enum what { DATE, SPAN, COUNT, WORD, LIST };

#define OF(kind) (1u << (kind))
#define JOBS     OF(IMPORT_JOBS)
#define LEVEL    OF(IMPORT_LEVEL)
#define REQUESTS OF(IMPORT_REQUESTS)

/* What --map may name; in the order of enum field. */
static const struct {
    const char *name;
    enum what what;
    unsigned forms, needed; /* of these kinds */
} fields[FIELDS + 1] = {
    {"submit", DATE, JOBS, JOBS},
    {"start", DATE, JOBS, 0},
    {"end", DATE, JOBS, 0},
    {"duration_s", SPAN, JOBS, 0},
    {"gpus", COUNT, JOBS | LEVEL, JOBS | LEVEL},
    {"id", WORD, JOBS, 0},
    {"tenant", WORD, JOBS, 0},
    {"workload", WORD, JOBS | LEVEL, 0},
    {"pools", LIST, JOBS, 0},
    {"classes", LIST, JOBS, 0},
    {"priority", COUNT, JOBS, 0},
    {"patience_s", SPAN, JOBS, 0},
    {"limit_s", SPAN, JOBS, 0},
    {"time", DATE, LEVEL | REQUESTS, LEVEL | REQUESTS},
    {"prompt_tokens", COUNT, REQUESTS, REQUESTS},
    {"output_tokens", COUNT, REQUESTS, REQUESTS},
    {"model", WORD, REQUESTS, 0},
    {NULL, WORD, 0, 0},
};

static const struct {
    const char *name;
    enum what what;
    int64_t ms; /* of one; 0: a thousandth */
} units[] = {
    {"s", SPAN, 1000},      {"ms", SPAN, 1},      {"us", SPAN, 0},
    {"min", SPAN, 60000},   {"h", SPAN, 3600000}, {"d", SPAN, 86400000},
    {"unix_s", DATE, 1000}, {"unix_ms", DATE, 1}, {"unix_us", DATE, 0},
    {"up", COUNT, 1},
};
#define UNITS (sizeof units / sizeof units[0])

struct columns_options {
    const char *map, *delimiter;
};

static const struct param params[] = {
    {PARAM_WORD(struct columns_options, "map", map, NULL,
                "what each column means: FIELD=COLUMN, FIELD=COLUMN:UNIT or "
                "FIELD==VALUE, separated by commas")},
    {PARAM_WORD(struct columns_options, "delimiter", delimiter, ",",
                "one letter between fields, or tab")},
    PARAMS_END,
};

enum { NO_UNIT = -1 };

struct mapped {
    bool given;
    const char *constant; /* NULL: a column */
    size_t column;        /* index into the table's columns */
    int unit;             /* index into units */
};

struct mapping {
    struct mapped of[FIELDS];
    struct import_column columns[FIELDS + 1];
    size_t n;
    unsigned form;
    bool dated;
};

/* ---- the map ---- */

static bool wrong(struct error *err, const char *entry, const char *why)
{
    return error_kind_set(err, ERROR_USAGE, "--map: '%.150s' %s", entry, why);
}

static bool unknown_field(const char *name, unsigned form, struct error *err)
{
    const char *names[FIELDS + 1] = {NULL};
    char list[300] = "";
    size_t n = 0, used = 0;
    for (size_t i = 0; i < FIELDS; i++) {
        if (!(fields[i].forms & form))
            continue;
        names[n++] = fields[i].name;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 used ? ", " : "", fields[i].name);
    }
    const char *near = nearest_name(name, names);
    return error_kind_set(err, ERROR_USAGE, "--map: no field '%.60s'; %s%s%s", name,
                          near ? "did you mean '" : "there are ", near ? near : list,
                          near ? "'?" : "");
}

static bool find_field(const char *name, unsigned form, size_t *field,
                       struct error *err)
{
    for (size_t i = 0; i < FIELDS; i++) {
        *field = i;
        if (strcmp(fields[i].name, name) == 0 && (fields[i].forms & form))
            return true;
    }
    return unknown_field(name, form, err);
}

/* What stands behind the last colon, if it is a unit; else it is part of the name. */
static bool take_unit(char *column, enum what what, const char *entry, int *unit,
                      struct error *err)
{
    char *colon = strrchr(column, ':');
    *unit = NO_UNIT;
    for (size_t i = 0; colon && i < UNITS; i++)
        if (strcmp(units[i].name, colon + 1) == 0)
            *unit = (int)i;
    if (*unit == NO_UNIT)
        return true;
    *colon = '\0';
    enum what of = units[*unit].what;
    if (of == what || (of == SPAN && what == DATE))
        return true;
    return wrong(err, entry,
                 what == SPAN || what == DATE || what == COUNT
                     ? "has a unit of something else"
                     : "needs no unit");
}

static bool take_entry(struct mapping *mapping, struct arena *arena, const char *entry,
                       struct error *err)
{
    char *name = arena_strdup(arena, entry), *equals = strchr(name, '=');
    size_t field;
    if (!equals || equals[1] == '\0' || (equals[1] == '=' && equals[2] == '\0'))
        return wrong(err, entry,
                     "is not like submit=COLUMN, duration_s=COLUMN:ms or gpus==8");
    *equals = '\0';
    if (!find_field(name, mapping->form, &field, err))
        return false;
    struct mapped *mapped = &mapping->of[field];
    if (mapped->given)
        return wrong(err, entry, "maps a field for the second time");
    *mapped = (struct mapped){.given = true, .unit = NO_UNIT};
    if (equals[1] == '=') {
        mapped->constant = equals + 2;
        return fields[field].what != DATE ||
               wrong(err, entry, "is the same instant in all rows");
    }
    mapped->column = mapping->n;
    if (!take_unit(equals + 1, fields[field].what, entry, &mapped->unit, err))
        return false;
    mapping->columns[mapping->n++].name = equals + 1;
    return true;
}

static bool is_dated(const struct mapped *mapped)
{
    return mapped->unit == NO_UNIT || units[mapped->unit].what == DATE;
}

static bool check_needed(struct mapping *mapping, struct error *err)
{
    const struct mapped *of = mapping->of;
    for (size_t i = 0; i < FIELDS; i++)
        if ((fields[i].needed & mapping->form) && !of[i].given)
            return error_kind_set(err, ERROR_USAGE,
                                  "--map: %s is needed, as in %s=COLUMN",
                                  fields[i].name, fields[i].name);
    if (mapping->form == JOBS && of[DURATION].given == of[END].given)
        return error_kind_set(err, ERROR_USAGE,
                              "--map: one of duration_s and end is needed, not both");
    if (of[START].given && !of[END].given)
        return error_kind_set(err, ERROR_USAGE,
                              "--map: start is for end - start; map end, too");
    mapping->dated = is_dated(&of[mapping->form == JOBS ? SUBMIT : TIME]);
    for (size_t i = 0; i < FIELDS; i++)
        if (of[i].given && fields[i].what == DATE && is_dated(&of[i]) != mapping->dated)
            return error_kind_set(err, ERROR_USAGE,
                                  "--map: %s is a date and another one seconds from "
                                  "the start, or the other way round",
                                  fields[i].name);
    return true;
}

static bool read_map(struct import *import, const char *map, struct mapping *mapping,
                     struct error *err)
{
    mapping->form = OF(import->result->kind);
    while (*map) {
        size_t length = strcspn(map, ",");
        if (!take_entry(mapping, &import->arena,
                        arena_strndup(&import->arena, map, length), err))
            return false;
        map += length + (map[length] == ',');
    }
    return check_needed(mapping, err);
}

/* ---- a row ---- */

static const struct mapped *mapped_of(const struct import_row *row, enum field field)
{
    const struct mapping *mapping = row->import->self;
    return &mapping->of[field];
}

static struct csv_field text_of(const struct import_row *row, enum field field)
{
    const struct mapped *mapped = mapped_of(row, field);
    if (!mapped->given)
        return (struct csv_field){"", 0};
    if (mapped->constant)
        return (struct csv_field){mapped->constant, strlen(mapped->constant)};
    return import_text(row, mapped->column);
}

static bool refuse(const struct import_row *row, enum field field, const char *why,
                   struct error *err)
{
    const struct mapped *mapped = mapped_of(row, field);
    if (!mapped->constant)
        return import_refuse(row, mapped->column, why, err);
    return error_kind_set(err, ERROR_USAGE, "--map: %s: '%.60s' %s", fields[field].name,
                          mapped->constant, why);
}

/* A number of units, as ms. */
static bool take_number_ms(const struct import_row *row, enum field field, int64_t *ms,
                           struct error *err)
{
    struct csv_field text = text_of(row, field);
    int unit = mapped_of(row, field)->unit;
    int64_t per_one = unit == NO_UNIT ? 1000 : units[unit].ms;
    enum decimal_result result =
        decimal_scaled(text.text, text.length, per_one ? per_one : 1, ms);
    if (result == DECIMAL_NOT_NUMBER)
        return refuse(row, field, "is not a number", err);
    if (per_one == 0)
        *ms = (int64_t)divide_rounded(*ms, 1000);
    return result != DECIMAL_OVERFLOW || refuse(row, field, "is too large", err);
}

static bool take_span(const struct import_row *row, enum field field, int64_t *ms,
                      struct error *err)
{
    return take_number_ms(row, field, ms, err) &&
           ((*ms >= 0 && *ms <= JOB_DURATION_MAX) ||
            refuse(row, field, "is not in 0 to 200 years", err));
}

static bool take_date(const struct import_row *row, enum field field, int64_t *ms,
                      struct error *err)
{
    const struct mapped *mapped = mapped_of(row, field);
    const struct mapping *mapping = row->import->self;
    if (mapped->unit == NO_UNIT)
        return import_date(row, mapped->column, ms, err);
    if (!take_number_ms(row, field, ms, err))
        return false;
    int64_t least = mapping->dated ? INT64_C(-62135596800000) : -JOB_DURATION_MAX;
    int64_t most = mapping->dated ? INT64_C(253402300799999) : JOB_DURATION_MAX;
    return (*ms >= least && *ms <= most) ||
           refuse(row, field,
                  mapping->dated ? "is not in the years 1 to 9999"
                                 : "is over 200 years from the start",
                  err);
}

static bool take_count(const struct import_row *row, enum field field, int64_t min,
                       int64_t max, int64_t *count, struct error *err)
{
    struct csv_field text = text_of(row, field);
    bool up = mapped_of(row, field)->unit != NO_UNIT;
    int64_t micro;
    enum decimal_result result = decimal_to_int64(text.text, text.length, 6, &micro);
    bool whole = result == DECIMAL_OK && micro % 1000000 == 0;
    if ((whole || (up && result <= DECIMAL_INEXACT)) && micro >= min * 1000000 &&
        micro <= max * 1000000) {
        *count = micro / 1000000 + (micro > 0 && micro % 1000000 != 0);
        return true;
    }
    char why[120];
    bool fraction = result <= DECIMAL_INEXACT && !whole && field == GPUS;
    snprintf(why, sizeof why, "is not a whole number in %" PRId64 " to %" PRId64 "%s",
             min, max, fraction ? "; gpus=COLUMN:up rounds up" : "");
    return refuse(row, field, why, err);
}

static bool take_word(const struct import_row *row, enum field field, uint32_t *name,
                      struct error *err)
{
    struct csv_field text = text_of(row, field);
    *name = NAMES_NONE;
    if (!import_is_word(text.text, text.length, JOB_WORD_MAX))
        return refuse(row, field,
                      "is no word of up to 63 bytes without control characters", err);
    *name = import_intern(row->import, text.text, text.length);
    return true;
}

static bool take_list(const struct import_row *row, enum field field,
                      char buffer[JOB_LIST_MAX + 1], const char **list,
                      struct error *err)
{
    return import_list(text_of(row, field), buffer, list) ||
           refuse(row, field, "is no list of names between '|'", err);
}

static bool take_length(const struct import_row *row, int64_t submit_ms, int64_t *ms,
                        struct error *err)
{
    int64_t start_ms = submit_ms, end_ms;
    if (mapped_of(row, DURATION)->given)
        return take_span(row, DURATION, ms, err);
    if ((mapped_of(row, START)->given && !take_date(row, START, &start_ms, err)) ||
        !take_date(row, END, &end_ms, err))
        return false;
    *ms = end_ms - start_ms;
    return (*ms >= 0 && *ms <= JOB_DURATION_MAX) ||
           refuse(row, END, "is before its start, or 200 years after it", err);
}

/* What a job's lists point to. */
struct lists {
    char pools[JOB_LIST_MAX + 1], classes[JOB_LIST_MAX + 1];
};

static bool take_optional(const struct import_row *row, struct trace_row *job,
                          struct lists *lists, struct error *err)
{
    int64_t priority = 0;
    struct csv_field id = text_of(row, ID);
    if (!import_is_word(id.text, id.length, JOB_ID_MAX))
        return refuse(row, ID, "is no id of up to 255 bytes", err);
    job->id = id.length ? id.text : NULL;
    if (text_of(row, PRIORITY).length &&
        !take_count(row, PRIORITY, -JOB_PRIORITY_MAX, JOB_PRIORITY_MAX, &priority, err))
        return false;
    job->job.priority = (int32_t)priority;
    return (text_of(row, LIMIT).length == 0 ||
            take_span(row, LIMIT, &job->job.limit_ms, err)) &&
           (text_of(row, PATIENCE).length == 0 ||
            take_span(row, PATIENCE, &job->times.patience_ms, err)) &&
           take_word(row, TENANT, &job->kind.tenant, err) &&
           take_word(row, WORKLOAD, &job->kind.workload, err) &&
           take_list(row, POOLS, lists->pools, &job->kind.pools, err) &&
           take_list(row, CLASSES, lists->classes, &job->kind.classes, err);
}

static bool take_job(struct import_row *row, struct error *err)
{
    struct lists lists;
    int64_t submit_ms, duration_ms, gpus;
    if (!take_date(row, SUBMIT, &submit_ms, err) ||
        !take_count(row, GPUS, 0, JOB_GPUS_MAX, &gpus, err))
        return false;
    if (gpus == 0)
        return import_drop(row, "no GPUs");
    if (mapped_of(row, END)->given && text_of(row, END).length == 0)
        return import_drop(row, "no end");
    if (!take_length(row, submit_ms, &duration_ms, err))
        return false;
    if (duration_ms == 0)
        return import_drop(row, "zero duration");
    struct trace_row job = trace_row(submit_ms, duration_ms, (int32_t)gpus);
    return take_optional(row, &job, &lists, err) && import_add(row, &job, err);
}

static bool take_level(struct import_row *row, struct error *err)
{
    int64_t time_ms, gpus;
    struct csv_field workload = text_of(row, WORKLOAD);
    if (!take_date(row, TIME, &time_ms, err) ||
        !take_count(row, GPUS, 0, LEVEL_GPUS_MAX, &gpus, err))
        return false;
    if (!import_is_word(workload.text, workload.length, JOB_WORD_MAX))
        return refuse(row, WORKLOAD,
                      "is no word of up to 63 bytes without control characters", err);
    return import_add_level(row->import, time_ms, gpus, workload.text,
                            (struct place){row->path, row->line, 0}, err);
}

static bool take_request(struct import_row *row, struct error *err)
{
    struct import_request request = {.model = text_of(row, MODEL)};
    return take_date(row, TIME, &request.time_ms, err) &&
           take_count(row, PROMPT, 0, REQUEST_TOKENS_MAX, &request.prompt_tokens,
                      err) &&
           take_count(row, OUTPUT, 0, REQUEST_TOKENS_MAX, &request.output_tokens,
                      err) &&
           import_add_request(row->import, &request,
                              (struct place){row->path, row->line, 0}, err);
}

static bool read_columns(struct import *import, struct error *err)
{
    const struct columns_options *options = import->options;
    struct mapping *mapping = ARENA_ARRAY(&import->arena, 1, struct mapping);
    bool tab = strcmp(options->delimiter, "tab") == 0;
    if (!tab && strlen(options->delimiter) != 1)
        return error_kind_set(err, ERROR_USAGE, "--delimiter: '%s' is not one letter",
                              options->delimiter);
    if (!read_map(import, options->map, mapping, err))
        return false;
    import->self = mapping;
    import_dated(import, mapping->dated);
    struct import_table table = {.columns = mapping->columns,
                                 .delimiter = tab ? '\t' : options->delimiter[0],
                                 .row = mapping->form == JOBS    ? take_job
                                        : mapping->form == LEVEL ? take_level
                                                                 : take_request};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {
    {"jobs", IMPORT_JOBS, "a job trace"},
    {"level", IMPORT_LEVEL, "a level trace"},
    {"requests", IMPORT_REQUESTS, "a request trace"},
    {.name = NULL}};

const struct importer import_columns = {
    .name = "columns",
    .summary = "Any CSV file: you say what its columns mean.",
    .source = "whatever makes CSV files: a database, a spreadsheet, a script",
    .shape =
        "A CSV file with a header line.  `--map` names its columns: `submit=queued_at,"
        "duration_s=runtime:ms,gpus=cards`.  Of jobs: submit, gpus and duration_s or "
        "end "
        "are needed (with end, the duration is end - start, or end - submit where "
        "start "
        "is not mapped); id, tenant, workload, pools, classes, priority, patience_s, "
        "limit_s may be mapped.  Of a level: time and gpus; workload may be.  Of "
        "requests: time, prompt_tokens and output_tokens; model may be.  `gpus==8` is "
        "the same in all rows.",
    .keeps =
        "What is mapped.  Units behind a colon: `s` (the default), `ms`, `us`, "
        "`min`, `h`, `d` of durations; dates are RFC 3339, or numbers with "
        "`unix_s`, `unix_ms`, `unix_us` since 1970, or with `s`, `ms`, `us`, `min`, "
        "`h`, `d` from the start; `gpus=COLUMN:up` rounds fractions up.",
    .drops = "Jobs without GPUs, of zero duration, and with an empty end.",
    .assumes = "A colon in a column's name is part of it unless a unit follows; a name "
               "with a comma cannot be mapped.",
    .example = "log.csv -o jobs.csv --map submit=queued_at,duration_s=runtime:ms,"
               "gpus=cards,tenant=team",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct columns_options),
    .naive_dates = true,
    .read = read_columns,
};
