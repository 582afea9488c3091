#include "output/audit.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/calendar.h"
#include "output/books.h"
#include "output/manifest.h"
#include "output/table_read.h"

static void add_finding(struct audit_report *report, const char *text)
{
    if (report->n_findings < FINDINGS_MAX)
        report->findings[report->n_findings].text = arena_strdup(&report->arena, text);
    report->n_findings++;
}

static const char *file_path(const struct books *books, const char *name)
{
    return arena_printf(books->arena, "%s/%s", books->dir, name);
}

void books_find(struct books *books, struct finding_at at, const char *fmt, ...)
{
    /* Past the ones shown, only the number matters. */
    if (books->report->n_findings >= FINDINGS_MAX) {
        books->report->n_findings++;
        return;
    }
    struct error message;
    va_list args;
    va_start(args, fmt);
    char text[512];
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const char *path = file_path(books, output_files[at.table].name);
    error_at(&message, (struct place){path, at.line, 0}, "%s", text);
    add_finding(books->report, message.text);
}

struct exact_text exact_usd(int128 uusd)
{
    struct exact_text text;
    decimal_write(text.text, uusd, 6);
    return text;
}

struct exact_text exact_gpu_h(int128 gpu_ms)
{
    struct exact_text text;
    decimal_write(text.text, gpu_ms_to_nano_gpu_h(gpu_ms), 9);
    return text;
}

int books_pool(const struct books *books, const char *name)
{
    for (size_t i = 0; i < books->result.n_pools; i++)
        if (strcmp(books->pools[i].name, name) == 0)
            return (int)i;
    return -1;
}

struct group_result *books_group(struct books *books, enum group_kind kind,
                                 const char *name)
{
    struct run_result *result = &books->result;
    const char *key = arena_printf(books->arena, "%d:%s", (int)kind, name);
    uint32_t id = names_add(&books->group_names, key, strlen(key));
    if (id < result->n_groups)
        return &result->groups[id];
    if (result->n_groups == books->groups_room) {
        size_t room = books->groups_room ? 2 * books->groups_room : 16;
        result->groups = arena_grow(books->arena, result->groups, result->n_groups,
                                    room, sizeof *result->groups);
        books->groups_room = room;
    }
    struct group_result *group = &result->groups[result->n_groups++];
    group->kind = kind;
    group->name = strchr(key, ':') + 1;
    return group;
}

/* Reading a table. */

struct reading {
    struct books *books;
    enum output_table table;
    void (*row)(struct books *books, struct finding_at at, const struct cell cells[]);
};

static bool read_row(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    const struct reading *reading = self;
    (void)err;
    reading->row(reading->books, (struct finding_at){reading->table, line}, cells);
    return true;
}

static void read_wrong(void *self, int64_t line, const char *message)
{
    const struct reading *reading = self;
    books_find(reading->books, (struct finding_at){reading->table, line}, "%s",
               message);
}

void books_read(struct books *books, enum output_table table,
                void (*row)(struct books *books, struct finding_at at,
                            const struct cell cells[]))
{
    struct reading reading = {.books = books, .table = table, .row = row};
    struct table_reader reader = {
        .table = table, .row = read_row, .wrong = read_wrong, .self = &reading};
    struct error err;

    if (!table_read(books->dir, &reader, &err)) {
        add_finding(books->report, err.text);
        books->broken = true;
        return;
    }
    books->report->n_files++;
    books->report->n_rows += reader.rows;
    books_expect(books, reader.rows == books->rows_listed[table],
                 ((struct finding_at){table, 0}),
                 "has %" PRId64 " rows; the manifest says %" PRId64, reader.rows,
                 books->rows_listed[table]);
}

/* The manifest. */

static bool malformed(struct error *err, const char *path, const char *what)
{
    return error_kind_set(err, ERROR_AUDIT, "%s: %s is missing or malformed", path,
                          what);
}

static bool get_date(const json_t *terms, const char *key, int64_t *unix_ms)
{
    const char *text = json_string_value(json_object_get(terms, key));
    struct error ignored;
    return text && calendar_parse(text, strlen(text), unix_ms, &ignored);
}

static bool get_name(const json_t *object, const char *key, const char *const names[],
                     int *index)
{
    const char *text = json_string_value(json_object_get(object, key));
    for (*index = 0; text && names[*index]; (*index)++)
        if (strcmp(names[*index], text) == 0)
            return true;
    return false;
}

static bool load_pool(struct books *books, size_t i, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *class = json_string_value(json_object_get(entry, "class"));
    int tenure;
    if (!name || !class || !get_name(entry, "tenure", tenure_names, &tenure))
        return false;
    books->pools[i] = (struct book_pool){
        .name = arena_strdup(books->arena, name),
        .class = arena_strdup(books->arena, class),
        .tenure = (enum tenure)tenure,
        .shrinks = json_is_true(json_object_get(entry, "shrinks")),
    };
    books->pool_names[i] = books->pools[i].name;
    books->pool_is_fixed[i] = !tenure_is_elastic((enum tenure)tenure);
    return true;
}

/* An integer from 0 to that of the scenario's own limit. */
static bool get_rate(const json_t *entry, const char *key, int64_t *rate)
{
    const json_t *value = json_object_get(entry, key);
    *rate = json_integer_value(value);
    return json_is_integer(value) && *rate >= 0 && *rate <= INT64_C(1000000000000000);
}

static bool load_service(struct books *books, const json_t *list)
{
    size_t n = json_array_size(list);
    if (list && (!json_is_array(list) || n == 0 || n > 1000))
        return false;
    books->prices = ARENA_ARRAY(books->arena, n + 1, struct book_price);
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(list, i);
        const char *workload = json_string_value(json_object_get(entry, "workload"));
        struct book_price *price = &books->prices[i];
        price->workload = workload ? arena_strdup(books->arena, workload) : NULL;
        if (!get_rate(entry, "unserved_nano_usd_per_gpu_h",
                      &price->rate[SERVICE_UNSERVED]) ||
            !get_rate(entry, "delay_nano_usd_per_gpu_h", &price->rate[SERVICE_DELAY]) ||
            !get_rate(entry, "miss_micro_usd", &price->rate[SERVICE_MISS]))
            return false;
    }
    books->n_prices = n;
    books->result.service_priced = n > 0;
    return true;
}

static bool load_terms(struct books *books, const json_t *root, const char *path,
                       struct error *err)
{
    static const char *const closings[] = {[CLOSING_MARKET] = "market",
                                           [CLOSING_BOOK] = "book",
                                           [CLOSING_NONE] = "none",
                                           NULL};
    const json_t *terms = json_object_get(root, "terms");
    const json_t *pools = json_object_get(terms, "pools");
    const json_t *warmup = json_object_get(terms, "warmup_ms");
    int64_t end_unix_ms;
    int closing;

    if (!get_date(terms, "start", &books->start_unix_ms) ||
        !get_date(terms, "end", &end_unix_ms) || !json_is_integer(warmup) ||
        !get_name(terms, "closing", closings, &closing) || !json_is_array(pools) ||
        json_array_size(pools) > POOLS_MAX)
        return malformed(err, path, "'terms'");
    books->end_ms = end_unix_ms - books->start_unix_ms;
    books->warmup_ms = json_integer_value(warmup);
    books->closing = (enum closing)closing;
    books->initial = json_is_true(json_object_get(terms, "initial"));
    books->result.taxed = json_is_true(json_object_get(terms, "tax"));
    books->checkpoints = json_is_true(json_object_get(terms, "checkpoints"));
    books->report->billing_short =
        json_is_true(json_object_get(terms, "billing_short"));

    if (!load_service(books, json_object_get(terms, "service")))
        return malformed(err, path, "'terms.service'");
    size_t n = json_array_size(pools);
    books->pools = ARENA_ARRAY(books->arena, n + 1, struct book_pool);
    books->pool_names = ARENA_ARRAY(books->arena, n + 1, const char *);
    books->pool_is_fixed = ARENA_ARRAY(books->arena, n + 1, bool);
    books->result.pools = ARENA_ARRAY(books->arena, n + 1, struct pool_result);
    books->result.n_pools = n;
    for (size_t i = 0; i < n; i++)
        if (!load_pool(books, i, json_array_get(pools, i)))
            return malformed(err, path, "'terms.pools'");
    return true;
}

static void load_rows(struct books *books, const json_t *root)
{
    const json_t *outputs = json_object_get(root, "outputs");
    for (int table = 0; table < OUTPUT_TABLES; table++) {
        const json_t *entry = json_object_get(outputs, output_files[table].name);
        const json_t *rows = json_object_get(entry, "rows");
        books->rows_listed[table] =
            json_is_integer(rows) ? json_integer_value(rows) : -1;
        books_expect(books,
                     entry || table == TABLE_EVENTS || table == TABLE_CHARGEBACK ||
                         table == TABLE_DECISIONS || table == TABLE_LEVELS,
                     ((struct finding_at){(enum output_table)table, 0}),
                     "is not listed in the manifest");
    }
}

/* A study has no books; where `wanted` it is told by the report, else an error. */
static bool load_study(struct books *books, const char *kind, bool wanted,
                       struct error *err)
{
    if (!wanted)
        return error_set(err,
                         "%s holds a study of many runs (`tenure %s`), and this is for "
                         "the result of one run; `tenure run --replication K -o OUT` "
                         "makes one of any replication",
                         books->dir, kind);
    books->report->study = arena_strdup(books->arena, kind);
    return true;
}

static json_t *load_manifest(struct books *books, bool study_too, struct error *err)
{
    const char *path = file_path(books, MANIFEST_NAME);
    json_error_t where;
    if (access(books->dir, F_OK) != 0) {
        error_errno(err, books->dir);
        return NULL;
    }
    if (access(path, R_OK) != 0) {
        error_kind_set(err, ERROR_INPUT, "%s: no manifest.json, so it is not a result",
                       books->dir);
        return NULL;
    }
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    const char *program = json_string_value(json_object_get(root, "program"));
    const char *kind = json_string_value(json_object_get(root, "kind"));
    if (!root)
        error_kind_set(err, ERROR_AUDIT, "%s:%d:%d: not JSON: %s", path, where.line,
                       where.column, where.text);
    else if (!program || strcmp(program, "tenure") != 0)
        malformed(err, path, "'program'");
    else if (kind ? load_study(books, kind, study_too, err)
                  : load_terms(books, root, path, err))
        return root;
    json_decref(root);
    return NULL;
}

/* Hashes. */

static bool is_output_name(const char *name)
{
    for (const char *const *known = output_names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

static void check_digest(struct books *books, const char *name, const json_t *entry)
{
    struct error err;
    char hex[SHA256_HEX];
    const char *listed = json_string_value(json_object_get(entry, "sha256"));
    const char *path = file_path(books, name);
    books->report->n_checks++;
    /* A name from the manifest is a path to open: only ours are. */
    if (!is_output_name(name))
        error_kind_set(&err, ERROR_AUDIT, "%s/%s: lists '%s', which is no output",
                       books->dir, MANIFEST_NAME, name);
    else if (!sha256_file(path, hex, &err))
        ;
    else if (!listed || strcmp(listed, hex) != 0)
        error_kind_set(&err, ERROR_AUDIT,
                       "%s: was changed: its SHA-256 is not the one in "
                       "the manifest",
                       path);
    else
        return;
    add_finding(books->report, err.text);
}

/* Beside the results of a study: its shards, and what --keep-rows keeps. */
static bool is_of_study(const char *name)
{
    size_t length = strlen(name);
    return strcmp(name, "shards") == 0 || strcmp(name, "plan.json") == 0 ||
           (strncmp(name, "rows-", 5) == 0 && length > 10 &&
            strcmp(name + length - 5, ".part") == 0);
}

/* What `tenure plot` draws of a result is no part of it. */
static bool is_plots(const struct books *books, const char *name)
{
    struct stat info;
    return strcmp(name, PLOTS_NAME) == 0 && lstat(file_path(books, name), &info) == 0 &&
           S_ISDIR(info.st_mode);
}

static void check_strangers(struct books *books, const json_t *outputs)
{
    DIR *dir = opendir(books->dir);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        struct error err;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
            strcmp(name, MANIFEST_NAME) == 0 || strcmp(name, "run.json") == 0 ||
            json_object_get(outputs, name) || is_plots(books, name) ||
            (books->report->study && is_of_study(name)))
            continue;
        error_kind_set(&err, ERROR_AUDIT, "%s/%s: is not listed in the manifest",
                       books->dir, name);
        add_finding(books->report, err.text);
    }
    closedir(dir);
}

static void check_hashes(struct books *books, json_t *root)
{
    struct error err;
    json_t *outputs = json_object_get(root, "outputs"), *entry;
    const char *name;
    books->report->n_checks++;
    if (!manifest_verify(file_path(books, MANIFEST_NAME), &err))
        add_finding(books->report, err.text);
    json_object_foreach(outputs, name, entry)
    {
        check_digest(books, name, entry);
        books->report->n_files += books->report->study != NULL;
    }
    check_strangers(books, outputs);
}

static void check_identities(struct books *books)
{
    audit_timeline(books);
    audit_jobs(books);
    if (books->rows_listed[TABLE_LEVELS] >= 0)
        audit_levels(books);
    audit_ledger(books);
    audit_assets(books);
    audit_usage(books);
    if (books->rows_listed[TABLE_EVENTS] >= 0)
        audit_events(books);
    if (books->rows_listed[TABLE_CHARGEBACK] >= 0)
        audit_chargeback(books);
    if (books->rows_listed[TABLE_DECISIONS] >= 0)
        audit_decisions(books);
    /* With a file missing, everything else would be a finding, too. */
    if (books->broken)
        return;
    audit_summary(books);
}

static bool audit(const char *dir, bool with_hashes, bool with_identities,
                  struct audit_report *report, struct error *err)
{
    *report = (struct audit_report){0};
    struct books *books = ARENA_NEW(&report->arena, struct books);
    books->report = report;
    books->arena = &report->arena;
    books->dir = dir;
    books->group_names.arena = books->item_names.arena = books->ledger_keys.arena =
        books->posting_keys.arena = books->workload_names.arena =
            books->usage_keys.arena = books->charge_keys.arena =
                books->charge_names.arena = books->arena;

    json_t *root = load_manifest(books, with_identities, err);
    if (!root)
        return false;
    if (!report->study) {
        (void)books_group(books, GROUP_TOTAL, "");
        load_rows(books, root);
    }
    if (with_hashes)
        check_hashes(books, root);
    if (with_identities && !report->study)
        check_identities(books);
    json_decref(root);
    return true;
}

bool audit_dir(const char *dir, bool with_hashes, struct audit_report *report,
               struct error *err)
{
    return audit(dir, with_hashes, true, report, err);
}

bool audit_hashes(const char *dir, struct audit_report *report, struct error *err)
{
    return audit(dir, true, false, report, err);
}

bool audit_unchanged(const char *dir, bool is_study, struct error *err)
{
    struct audit_report report;
    bool ok = is_study ? audit_dir(dir, true, &report, err) /* hashes are all it has */
                       : audit_hashes(dir, &report, err);
    if (ok && report.n_findings > 0)
        ok = error_kind_set(err, ERROR_AUDIT,
                            "%s; `tenure audit %s` lists what does not agree",
                            report.findings[0].text, dir);
    audit_free(&report);
    return ok;
}

void audit_free(struct audit_report *report)
{
    arena_free(&report->arena);
    *report = (struct audit_report){0};
}
