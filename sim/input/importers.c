/* The list of importers, and one run of one of them. */

#include "input/importer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/utf8.h"
#include "input/capacity.h"
#include "input/import.h"

const struct importer *importer_find(const char *name)
{
    for (const struct importer *const *importer = importers; *importer; importer++)
        if (strcmp((*importer)->name, name) == 0)
            return *importer;
    return NULL;
}

const struct import_form *import_form_find(const struct importer *importer,
                                           const char *as)
{
    for (const struct import_form *form = importer->forms; form->name; form++)
        if (!as || strcmp(form->name, as) == 0)
            return form;
    return NULL;
}

static bool choose_form(struct import *import, const char *as, struct error *err)
{
    const struct importer *importer = import->importer;
    const struct import_form *form = import_form_find(importer, as);
    if (!form) {
        const char *list = "";
        for (form = importer->forms; form->name; form++)
            list = arena_printf(&import->arena, "%s%s%s", list, *list ? ", " : "",
                                form->name);
        return error_kind_set(err, ERROR_USAGE, "--as: %s does not become '%s', but %s",
                              importer->name, as, list);
    }
    import->form = form->name;
    import->result->kind = form->kind;
    return true;
}

static bool take_zone(struct import *import, const char *zone, struct error *err)
{
    if (!zone)
        return true;
    if (!import->importer->naive_dates)
        return error_kind_set(err, ERROR_USAGE,
                              "--zone: %s has no dates that lack a zone",
                              import->importer->name);
    if (strcmp(zone, "Z") == 0)
        return true;
    struct error ignored;
    char date[40];
    int64_t there_ms, utc_ms;
    snprintf(date, sizeof date, "2000-01-01T00:00:00%.7s", zone);
    if (strlen(zone) != 6 || !strchr("+-", zone[0]) ||
        !calendar_parse(date, strlen(date), &there_ms, &ignored))
        return error_kind_set(err, ERROR_USAGE,
                              "--zone: '%s' is no offset from UTC, as +08:00, or Z",
                              zone);
    if (!calendar_parse(date, 19, &utc_ms, &ignored))
        return false;
    import->zone_ms = utc_ms - there_ms;
    return true;
}

/* A default is written as a user would; the longer kinds are YAML. */
static bool set_param(struct import *import, const struct param *param, void *options,
                      const char *text, struct error *err)
{
    struct param named = *param;
    struct node node = {.kind = NODE_SCALAR, .text = text, .quoted = true};
    char *name = arena_printf(&import->arena, "--%s", param->name);
    for (char *at = name; *at; at++)
        *at = *at == '_' ? '-' : *at;
    named.name = name;
    bool is_nested = param->type == PARAM_TABLE || param->type == PARAM_POINTS;
    bool ok = (!is_nested ||
               node_parse(name, text, strlen(text), &import->arena, &node, err)) &&
              params_set(&named, options, &node, &import->arena, err);
    return ok || error_kind_set(err, ERROR_USAGE, "%s", err->text);
}

/* Where there is none the default holds, so that a field is never left at zero by a
 * value that says nothing.  What ends in a trace must be text. */
static bool check_given(const struct param *param, const char *text, struct error *err)
{
    char name[64];
    snprintf(name, sizeof name, "%s", param->name);
    for (char *at = name; *at; at++)
        *at = *at == '_' ? '-' : *at;
    struct error why;
    if (!*text)
        return error_kind_set(err, ERROR_USAGE, "--%s: the value is empty", name);
    return utf8_check(text, strlen(text), (struct place){0}, &why) ||
           error_kind_set(err, ERROR_USAGE, "--%s: '%.70s' is not valid UTF-8", name,
                          text);
}

static const char *setting_of(const struct import_options *options, const char *name)
{
    for (size_t i = 0; i < options->n_settings; i++)
        if (strcmp(options->settings[i].name, name) == 0)
            return options->settings[i].value;
    return NULL;
}

static bool take_settings(struct import *import, const struct import_options *options,
                          struct error *err)
{
    const struct importer *importer = import->importer;
    void *own = arena_alloc(&import->arena, importer->options_size + 1);
    for (const struct param *param = importer->params; param && param->name; param++) {
        const char *text = setting_of(options, param->name);
        if (!text && !param->fallback)
            return error_kind_set(err, ERROR_USAGE, "--%s is needed: %s", param->name,
                                  param->help);
        if (text && !check_given(param, text, err))
            return false;
        text = text ? text : param->fallback;
        if (*text && !set_param(import, param, own, text, err))
            return false;
    }
    import->options = own;
    return true;
}

static void begin(struct import *import)
{
    struct import_result *result = import->result;
    bool dated = import->importer->dated;
    switch (result->kind) {
    case IMPORT_JOBS: trace_begin(&result->jobs, import->path, dated); break;
    case IMPORT_LEVEL: level_trace_begin(&result->level, import->path, dated); break;
    case IMPORT_REQUESTS:
        request_trace_begin(&result->requests, import->path, dated);
        break;
    case IMPORT_PRICES: price_trace_begin(&result->prices, import->path); break;
    }
}

void import_dated(struct import *import, bool dated)
{
    struct import_result *result = import->result;
    switch (result->kind) {
    case IMPORT_JOBS: result->jobs.absolute = dated; break;
    case IMPORT_LEVEL: result->level.absolute = dated; break;
    case IMPORT_REQUESTS: result->requests.absolute = dated; break;
    case IMPORT_PRICES: break;
    }
}

char *import_digest(struct import *import)
{
    struct import_result *result = import->result;
    switch (result->kind) {
    case IMPORT_JOBS: return result->jobs.digest;
    case IMPORT_LEVEL: return result->level.digest;
    case IMPORT_REQUESTS: return result->requests.digest;
    case IMPORT_PRICES: return result->prices.digest;
    }
    return NULL;
}

static bool finish(struct import *import, struct error *err)
{
    struct import_result *result = import->result;
    switch (result->kind) {
    case IMPORT_JOBS: trace_finish(&result->jobs); break;
    case IMPORT_LEVEL: return level_trace_finish(&result->level, err);
    case IMPORT_REQUESTS: request_trace_finish(&result->requests); break;
    case IMPORT_PRICES: price_trace_finish(&result->prices); break;
    }
    return true;
}

static void close_report(struct import *import)
{
    struct import_report *report = import->report;
    report->rows_kept = report->rows_read - report->rows_malformed;
    for (size_t i = 0; i < report->n_dropped; i++)
        report->rows_kept -= report->dropped[i].rows;
    assert(report->rows_kept >= 0);
    int64_t minutes = import->zone_ms / MS_PER_MIN;
    char offset[16] = "";
    if (minutes != 0)
        snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+',
                 abs((int)minutes) / 60, abs((int)minutes) % 60);
    if (import->naive_dates > 0 && import->importer->naive_dates)
        import_note(import,
                    "dates without a zone are taken as UTC%s all year; --zone gives "
                    "another, daylight saving time cannot be known",
                    offset);
}

bool import_run(const struct importer *importer, const char *path,
                const struct import_options *options, struct import_result *result,
                struct import_report *report, struct error *err)
{
    static const struct import_options none = {0};
    struct import import = {
        .importer = importer, .path = path, .result = result, .report = report};
    if (!options)
        options = &none;
    import.lenient = options->lenient;
    *report = (struct import_report){0};
    result->kind = importer->forms[0].kind;
    result->capacity = false;
    bool ok = choose_form(&import, options->as, err);
    begin(&import); /* also after an error: a result is freed on every path */
    ok = ok && take_zone(&import, options->zone, err) &&
         take_settings(&import, options, err) && importer->read(&import, err) &&
         finish(&import, err);
    if (ok)
        close_report(&import);
    arena_free(&import.arena);
    return ok;
}

void import_result_free(struct import_result *result)
{
    switch (result->kind) {
    case IMPORT_JOBS: trace_free(&result->jobs); break;
    case IMPORT_LEVEL: level_trace_free(&result->level); break;
    case IMPORT_REQUESTS: request_trace_free(&result->requests); break;
    case IMPORT_PRICES: price_trace_free(&result->prices); break;
    }
}

bool import_result_write(const struct import_result *result, const char *path,
                         struct error *err)
{
    if (result->capacity)
        return capacity_write(&result->level, path, err);
    switch (result->kind) {
    case IMPORT_JOBS: return trace_write(&result->jobs, path, err);
    case IMPORT_LEVEL: return level_trace_write(&result->level, path, err);
    case IMPORT_REQUESTS: return request_trace_write(&result->requests, path, err);
    case IMPORT_PRICES: return price_trace_write(&result->prices, path, err);
    }
    return false;
}
