#ifndef TESTS_IMPORT_TEXT_H
#define TESTS_IMPORT_TEXT_H

/* Files of foreign formats, as tests write them down, and the real ones. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/calendar.h"
#include "input/import.h"
#include "scratch.h"

static inline void check_result(const struct import_result *result)
{
    if (result->kind == IMPORT_JOBS)
        trace_check(&result->jobs);
    if (result->kind == IMPORT_LEVEL)
        level_trace_check(&result->level);
    if (result->kind == IMPORT_REQUESTS)
        request_trace_check(&result->requests);
}

/* The file is called log.csv in messages. */
static inline bool import_from_text(const char *name, const char *text,
                                    const struct import_options *options,
                                    struct import_result *result,
                                    struct import_report *report, char message[1100])
{
    struct scratch scratch = scratch_file("log.csv", text, strlen(text));
    struct error err = {0};
    bool ok =
        import_run(importer_find(name), scratch.path, options, result, report, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    if (ok)
        check_result(result);
    scratch_remove(&scratch);
    return ok;
}

static inline void import_good(const char *name, const char *text,
                               const struct import_options *options,
                               struct import_result *result,
                               struct import_report *report)
{
    char message[1100];
    bool ok = import_from_text(name, text, options, result, report, message);
    cr_assert(ok, "%s", message);
}

/* A text that must be refused, with that message. */
static inline void import_wrong(const char *name, const char *text,
                                const struct import_options *options,
                                const char *expected)
{
    struct import_result result;
    struct import_report report;
    char message[1100];
    bool ok = import_from_text(name, text, options, &result, &report, message);
    cr_expect(not(ok), "taken: %s", text);
    cr_expect(eq(str, message, (char *)expected));
    import_result_free(&result);
}

/* One setting, until the next call. */
static inline const struct import_options *with(const char *name, const char *value)
{
    static struct import_setting setting;
    static struct import_options options;
    setting = (struct import_setting){name, value};
    options = (struct import_options){.settings = &setting, .n_settings = 1};
    return &options;
}

/* How many rows were dropped for that reason. */
static inline int64_t dropped(const struct import_report *report, const char *reason)
{
    for (size_t i = 0; i < report->n_dropped; i++)
        if (strcmp(report->dropped[i].reason, reason) == 0)
            return report->dropped[i].rows;
    return 0;
}

/* The tenant of a job, or "". */
static inline const char *tenant_of(const struct trace *trace, size_t i)
{
    uint32_t tenant = trace->kinds[trace->jobs[i].kind].tenant;
    return tenant == NAMES_NONE ? "" : trace->names.text[tenant];
}

static inline const char *workload_of(const struct trace *trace, size_t i)
{
    uint32_t workload = trace->kinds[trace->jobs[i].kind].workload;
    return workload == NAMES_NONE ? "" : trace->names.text[workload];
}

/* A file of the real traces; the test is skipped where they are absent. */
static inline void import_real(const char *importer, const char *file,
                               const struct import_options *options,
                               struct import_result *result,
                               struct import_report *report)
{
    char path[4096];
    if (!real_trace(file, path))
        cr_skip_test("%s is not there (see $TENURE_TRACES)", file);
    struct error err = {0};
    bool ok = import_run(importer_find(importer), path, options, result, report, &err);
    cr_assert(ok, "%s", err.text);
    check_result(result);
}

#endif
