#include "report/report.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/whole_file.h"
#include "output/manifest_parts.h"
#include "output/staging.h"
#include "report/page.h"
#include "report/parts.h"

void report_say(struct report *report, const char *text)
{
    if (report->n_texts + 1 >= report->texts_room) {
        size_t room = report->texts_room ? 2 * report->texts_room : 16;
        report->texts = arena_grow(&report->arena, report->texts, report->n_texts, room,
                                   sizeof *report->texts);
        report->texts_room = room;
    }
    report->texts[report->n_texts++] = arena_strdup(&report->arena, text);
}

void report_add(struct report *report, json_t *section)
{
    if (json_array_append_new(report->sections, section) != 0)
        out_of_memory();
}

/* ---- the directories ---- */

/* "out/own/" is "own": where somebody keeps results is nobody's business. */
static const char *folder_of(const char *path, struct arena *arena)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    return arena_strndup(arena, path + begin, end - begin);
}

static bool load_manifest(struct report_dir *dir, struct error *err)
{
    struct arena arena = {0};
    json_error_t where;
    const char *path = arena_printf(&arena, "%s/" MANIFEST_NAME, dir->path);
    dir->manifest = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!dir->manifest)
        error_kind_set(err, ERROR_AUDIT, "%s: not JSON: %s", path, where.text);
    arena_free(&arena);
    return dir->manifest != NULL;
}

static bool open_dir(struct report *report, const char *path, struct error *err)
{
    struct report_dir *dir = &report->dirs[report->n_dirs];
    dir->path = path;
    dir->folder = folder_of(path, &report->arena);
    dir->letter = "";
    if (!figure_source_open(&dir->source, &path, 1, err))
        return false;
    report->n_dirs++;
    if (!load_manifest(dir, err) || !audit_dir(path, true, &dir->audit, err))
        return false;
    dir->run = dir->source.of == FIGURE_OF_RUN ? &dir->source.runs[0] : NULL;
    const char *name = json_string_value(
        json_object_get(json_object_get(dir->manifest, "scenario"), "name"));
    dir->name = name && *name ? name : dir->folder;
    if (dir->run)
        report->runs[report->n_runs++] = dir;
    else
        report->studies[report->n_studies++] = dir;
    return true;
}

/* Whether its scenario has the name of another's: then the folder tells them apart. */
static bool is_namesake(const struct report *report, const struct report_dir *dir)
{
    for (size_t i = 0; i < report->n_dirs; i++)
        if (&report->dirs[i] != dir && strcmp(report->dirs[i].name, dir->name) == 0)
            return true;
    return false;
}

static void name_dirs(struct report *report)
{
    struct arena *arena = &report->arena;
    for (size_t i = 0; report->n_runs > 1 && i < report->n_runs; i++)
        report->runs[i]->letter = arena_printf(arena, "%c", (char)('A' + i));
    for (size_t i = 0; i < report->n_dirs; i++) {
        struct report_dir *dir = &report->dirs[i];
        const char *name = is_namesake(report, dir)
                               ? arena_printf(arena, "%s (%s)", dir->name, dir->folder)
                               : dir->name;
        dir->label =
            *dir->letter ? arena_printf(arena, "%s %s", dir->letter, name) : name;
    }
}

static bool open_dirs(struct report *report, struct error *err)
{
    const struct report_options *options = report->options;
    size_t n = options->n_dirs;
    assert(n > 0 && n <= REPORT_DIRS_MAX);
    report->dirs = ARENA_ARRAY(&report->arena, n, struct report_dir);
    report->runs = ARENA_ARRAY(&report->arena, n, struct report_dir *);
    report->studies = ARENA_ARRAY(&report->arena, n, struct report_dir *);
    for (size_t i = 0; i < n; i++)
        if (!open_dir(report, options->dirs[i], err))
            return false;
    name_dirs(report);
    return true;
}

static void close_dirs(struct report *report)
{
    for (size_t i = 0; i < report->n_dirs; i++) {
        figure_source_close(&report->dirs[i].source);
        json_decref(report->dirs[i].manifest);
        audit_free(&report->dirs[i].audit);
    }
}

/* ---- the sections ---- */

static const char *const use_keys[] = {"capacity", "states",        "queue",
                                       "waits",    "load-duration", NULL};
static const char *const money_keys[] = {"cost", "cash", "value", NULL};

static bool run_figures(struct report *report, const char *id, const char *title,
                        const char *const keys[], struct error *err)
{
    const struct figure_source *sources[REPORT_DIRS_MAX];
    const char *labels[REPORT_DIRS_MAX];
    json_t *section = section_new(id, title, NULL);
    for (size_t i = 0; i < report->n_runs; i++) {
        sources[i] = &report->runs[i]->source;
        labels[i] = report->n_runs > 1 ? report->runs[i]->label : "";
    }
    report_add(report, section);
    return figures_section(report, section, FIGURE_OF_RUN, sources, labels,
                           report->n_runs, keys, err);
}

static void one_run(struct report *report)
{
    const struct report_dir *dir = report->runs[0];
    json_t *section = section_new("answer", "Answer", NULL);
    answer_run(report, dir);
    section_add(section, run_tiles(dir->run, &report->arena));
    section_add(section, run_pools(dir, &report->arena));
    report_add(report, section);
}

static void pools_section(struct report *report)
{
    json_t *section = section_new("pools", "Pools", NULL);
    for (size_t i = 0; i < report->n_runs; i++)
        section_add(section, run_pools(report->runs[i], &report->arena));
    report_add(report, section);
}

static void figures_of_all(struct report *report)
{
    json_t *section =
        section_new("figures", "All figures",
                    "As they stand in summary.csv; docs/reference/outputs.md says what "
                    "each is.");
    section_add(section, run_metrics(report));
    report_add(report, section);
}

static bool run_sections(struct report *report, struct error *err)
{
    if (report->n_runs == 0)
        return true;
    if (report->n_runs == 1)
        one_run(report);
    else if (!compare_sections(report, err))
        return false;
    if (report->n_runs > 1)
        pools_section(report);
    return run_figures(report, "use", "Demand and capacity", use_keys, err) &&
           run_figures(report, "money", "Money", money_keys, err);
}

static bool make_sections(struct report *report, struct error *err)
{
    if (!run_sections(report, err) || !study_sections(report, err))
        return false;
    if (report->n_runs > 0)
        figures_of_all(report);
    if (!assumptions_section(report, err))
        return false;
    audit_section(report);
    manifest_section(report);
    about_section(report);
    return true;
}

/* ---- the file ---- */

static const char *title_of(const struct report *report)
{
    struct arena *arena = (struct arena *)(uintptr_t)&report->arena;
    if (report->options->title)
        return report->options->title;
    const char *text = report->dirs[0].name;
    for (size_t i = 1; i < report->n_dirs; i++)
        text =
            arena_printf(arena, "%s%s%s", text, i + 1 < report->n_dirs ? ", " : " and ",
                         report->dirs[i].name);
    return text;
}

struct making {
    struct report *report;
    struct page page;
};

static bool write_page(const void *self, const char *path, struct error *err)
{
    const struct making *making = self;
    FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (!out)
        return error_errno(err, path);
    bool ok = page_write(&making->page, out) && fflush(out) == 0;
    ok = ok && (out == stdout || fsync(fileno(out)) == 0 || errno == EINVAL);
    if (!ok)
        error_errno(err, path);
    if (out != stdout && fclose(out) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

/* Whether a file is a page that this program made, by its head. */
static bool is_page(const char *path)
{
    char head[4096];
    FILE *in = fopen(path, "rb");
    size_t n = in ? fread(head, 1, sizeof head - 1, in) : 0;
    if (in)
        fclose(in);
    head[n] = '\0';
    return strstr(head, "<meta name=\"generator\" content=\"Tenure\">") != NULL;
}

static bool check_target(const char *path, bool force, struct error *err)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return true;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || error_errno(err, path);
    if (!S_ISREG(status.st_mode))
        return error_kind_set(err, ERROR_USAGE,
                              "%s is no file that a page could replace; name another",
                              path);
    if (!force)
        return error_kind_set(err, ERROR_USAGE,
                              "%s is there already; --force replaces an earlier page",
                              path);
    return is_page(path) ||
           error_kind_set(err, ERROR_USAGE,
                          "%s is no page of Tenure's and is not replaced; name another "
                          "file",
                          path);
}

static json_t *data_of(const struct report *report)
{
    json_t *data = json_object();
    if (!data ||
        json_object_set_new(data, "version", json_string(report->options->version)) ||
        json_object_set_new(data, "charts",
                            json_string(report->still ? "still" : "uplot")) ||
        json_object_set_new(
            data, "no_picture",
            manifest_text(report->no_picture ? report->no_picture : "")) ||
        json_object_set(data, "sections", report->sections))
        out_of_memory();
    return data;
}

static bool write_report(struct report *report, const char *path, char *figures,
                         struct error *err)
{
    json_t *data = data_of(report);
    report_say(report, ""); /* room for the end */
    report->texts[report->n_texts - 1] = NULL;
    struct making making = {
        .report = report,
        .page = {.title = title_of(report),
                 .lead = report->lead ? report->lead : "",
                 .texts = report->texts,
                 .data = data,
                 .figures = figures,
                 .still = report->still},
    };
    bool ok = whole_file_write(path, write_page, &making, err);
    json_decref(data);
    return ok;
}

static void count_findings(const struct report *report, struct report_result *result)
{
    *result = (struct report_result){.findings = 0};
    for (size_t i = 0; i < report->n_dirs; i++) {
        if (report->dirs[i].audit.n_findings > 0 && !result->first_dir)
            result->first_dir = report->dirs[i].path;
        result->findings += report->dirs[i].audit.n_findings;
    }
}

bool report_write(const struct report_options *options, const char *path, bool force,
                  struct report_result *result, struct error *err)
{
    struct report report = {.options = options,
                            .sections = json_array(),
                            .still = options->still || !page_has_uplot()};
    char *figures = NULL;
    size_t length = 0;
    report.figures = open_memstream(&figures, &length);
    if (!report.figures || !report.sections)
        out_of_memory();
    putc('[', report.figures);
    bool ok = check_target(path, force, err) && open_dirs(&report, err) &&
              make_sections(&report, err);
    putc(']', report.figures);
    if (fclose(report.figures) != 0 && ok)
        ok = error_errno(err, "the figures of the page");
    ok = ok && write_report(&report, path, figures, err);
    if (ok)
        count_findings(&report, result);
    free(figures);
    close_dirs(&report);
    json_decref(report.sections);
    arena_free(&report.arena);
    return ok;
}
