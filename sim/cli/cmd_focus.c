#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "output/focus.h"
#include "output/staging.h"

#define COSTS_NAME       "focus-cost-and-usage.csv"
#define COMMITMENTS_NAME "focus-contract-commitment.csv"

struct arguments {
    const char *dir, *output, *check, *version_name;
    enum focus_version version;
    bool force;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments->output},
        {.name = "focus", .value = &arguments->version_name},
        {.name = "force", .flag = &arguments->force},
        {.name = "check", .value = &arguments->check},
        {.name = NULL},
    };
    struct cli_operands operands = {
        .min = 0, .max = 1, .what = "one result directory", .text = &arguments->dir};
    if (!cli_parse(argc, argv, options, &operands, arena, err))
        return false;
    if ((arguments->dir != NULL) == (arguments->check != NULL))
        return error_kind_set(err, ERROR_USAGE,
                              "focus: name one result directory, as in `tenure focus "
                              "out -o bill.csv`, or a file with --check");
    arguments->version = FOCUS_1_4;
    for (int v = 0; arguments->version_name && v <= FOCUS_VERSIONS; v++) {
        if (v == FOCUS_VERSIONS)
            return error_kind_set(err, ERROR_USAGE,
                                  "focus: --focus is '%s'; it is 1.2, 1.3 or 1.4",
                                  arguments->version_name);
        arguments->version = (enum focus_version)v;
        if (strcmp(arguments->version_name, focus_version_names[v]) == 0)
            break;
    }
    return true;
}

/* ---- checking ---- */

#define SHOWN_MAX 20

struct shown {
    const char *path;
    int64_t n;
};

static void show_finding(void *self, int64_t line, const char *text)
{
    struct shown *shown = self;
    if (shown->n++ < SHOWN_MAX)
        printf("%s:%" PRId64 ": %s\n", shown->path, line, text);
}

static int check_file(const char *path)
{
    struct shown shown = {.path = path};
    struct focus_check check = {.finding = show_finding, .self = &shown};
    struct error err;
    if (!focus_check(path, &check, &err))
        return cli_fail(&err);
    if (shown.n > SHOWN_MAX)
        printf("... and %" PRId64 " more\n", shown.n - SHOWN_MAX);
    printf("%s: FOCUS %s, %s, %" PRId64 " rows: ", path,
           focus_version_names[check.version],
           check.commitments ? "Contract Commitment" : "Cost and Usage", check.rows);
    if (check.findings == 0)
        printf("no rule is broken\n");
    else
        printf("%" PRId64 " findings\n", check.findings);
    if (fflush(stdout) != 0)
        return error_errno(&err, "standard output"), cli_fail(&err);
    return check.findings ? ERROR_AUDIT : 0;
}

/* ---- writing ---- */

/* A file that appears whole, by rename, or not at all. */
struct target {
    const char *path; /* "-": standard output */
    char *temporary;  /* NULL: nothing is written yet */
};

static bool target_open(struct target *target, const char *path, bool force,
                        struct arena *arena, struct error *err)
{
    struct stat there;
    target->path = path;
    if (!force && lstat(path, &there) == 0)
        return error_set(err, "%s: is there already; --force replaces it", path);
    if (force && lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return error_set(err, "%s: is no plain file", path);
    target->temporary = arena_printf(arena, "%s.tmp-XXXXXX", path);
    int fd = mkstemp(target->temporary);
    if (fd < 0) {
        target->temporary = NULL;
        return error_errno(err, path);
    }
    mode_t mask = umask(0);
    umask(mask);
    bool ok = fchmod(fd, 0666 & ~mask) == 0;
    return close(fd) == 0 && ok ? true : error_errno(err, path);
}

static void target_drop(struct target *target)
{
    if (target->temporary)
        unlink(target->temporary);
    target->temporary = NULL;
}

static bool target_keep(struct target *target, struct error *err)
{
    if (!target->temporary)
        return true;
    if (interrupted)
        return error_kind_set(err, ERROR_INTERRUPTED,
                              "interrupted; nothing was written");
    if (rename(target->temporary, target->path) != 0)
        return error_errno(err, target->path);
    target->temporary = NULL;
    return true;
}

static void keep_first(void *self, int64_t line, const char *text)
{
    struct error *first = self;
    if (!first->text[0])
        error_kind_set(first, ERROR_AUDIT, "line %" PRId64 ": %s", line, text);
}

/* What was written is held to the rules before anybody sees it. */
static bool verify(const char *path, struct error *err)
{
    struct error first = {.kind = ERROR_AUDIT};
    struct focus_check check = {.finding = keep_first, .self = &first};
    if (!focus_check(path, &check, err))
        return false;
    return check.findings == 0 ||
           error_kind_set(err, ERROR_AUDIT,
                          "what would be written breaks a rule of FOCUS: %s",
                          first.text);
}

static bool write_file(const struct saved_run *run, enum focus_version version,
                       bool commitments, const char *path, struct error *err)
{
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    if (!(commitments ? focus_write_commitments(run, version, out, err)
                      : focus_write_costs(run, version, out, NULL, err))) {
        csv_discard(out);
        return false;
    }
    return csv_close(out, NULL, err) && (strcmp(path, "-") == 0 || verify(path, err));
}

/* Where the two files go; the second is NULL where there is none. */
static bool name_targets(const struct arguments *arguments, struct arena *arena,
                         const char **costs, const char **commitments,
                         struct error *err)
{
    const char *output = arguments->output;
    size_t length = strlen(output);
    struct stat there;
    bool second = arguments->version >= FOCUS_1_3;
    if (length > 4 && strcmp(output + length - 4, ".csv") == 0) {
        *costs = output;
        *commitments = second ? arena_printf(arena, "%.*s-contract-commitment.csv",
                                             (int)(length - 4), output)
                              : NULL;
        return true;
    }
    if (mkdir(output, 0777) != 0 && errno != EEXIST)
        return error_errno(err, output);
    if (lstat(arena_printf(arena, "%s/%s", output, MANIFEST_NAME), &there) == 0)
        return error_set(err,
                         "%s: is a result, to which nothing may be added; give another "
                         "directory, or a file that ends in .csv",
                         output);
    *costs = arena_printf(arena, "%s/" COSTS_NAME, output);
    *commitments = second ? arena_printf(arena, "%s/" COMMITMENTS_NAME, output) : NULL;
    return true;
}

static bool write_targets(const struct saved_run *run,
                          const struct arguments *arguments, struct arena *arena,
                          struct error *err)
{
    const char *paths[2];
    struct target targets[2] = {0};
    bool ok = name_targets(arguments, arena, &paths[0], &paths[1], err);
    for (int i = 0; ok && i < 2 && paths[i]; i++)
        ok = target_open(&targets[i], paths[i], arguments->force, arena, err) &&
             write_file(run, arguments->version, i == 1, targets[i].temporary, err);
    for (int i = 0; ok && i < 2; i++)
        ok = target_keep(&targets[i], err);
    for (int i = 0; i < 2; i++)
        target_drop(&targets[i]);
    return ok;
}

static bool export(const struct arguments *arguments, struct arena *arena,
                   struct error *err)
{
    struct saved_run run = {0};
    if (!arguments->output && isatty(STDOUT_FILENO))
        return error_kind_set(err, ERROR_USAGE,
                              "focus: that would fill the terminal with rows; give -o "
                              "FILE.csv, or -o - for standard output");
    if (!saved_run_open(&run, arguments->dir, err))
        return false;
    bool to_stdout = !arguments->output || strcmp(arguments->output, "-") == 0;
    bool ok = to_stdout ? write_file(&run, arguments->version, false, "-", err)
                        : write_targets(&run, arguments, arena, err);
    saved_run_close(&run);
    return ok;
}

static int run_focus(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct arena arena = {0};
    struct error err;
    int code = 0;
    if (!parse(argc, argv, &arguments, &arena, &err))
        code = cli_fail(&err);
    else if (arguments.check)
        code = check_file(arguments.check);
    else if (!export(&arguments, &arena, &err))
        code = cli_fail(&err);
    arena_free(&arena);
    return code;
}

const struct command cmd_focus = {
    .name = "focus",
    .synopsis = "focus DIR [--focus VERSION] [-o FILE.csv | -o DIR]",
    .summary = "write a result as FOCUS cost and usage rows",
    .help =
        "Writes the result in DIR in the shape of FOCUS, the FinOps Open Cost and "
        "Usage\n"
        "Specification: Cost and Usage, and since 1.3 the Contract Commitment "
        "dataset.\n"
        "The sum of BilledCost is cash_usd, that of EffectiveCost accrual_usd, for "
        "each\n"
        "pool, exactly.  Files appear whole or not at all, and are held to the rules "
        "of\n"
        "the specification first.\n"
        "\n"
        "  --focus VERSION    1.2, 1.3 or 1.4 (default)\n"
        "  -o, --output       FILE.csv, beside which FILE-contract-commitment.csv "
        "goes;\n"
        "                     or a directory, for focus-cost-and-usage.csv and\n"
        "                     focus-contract-commitment.csv; or - (default), standard\n"
        "                     output, for Cost and Usage alone, unchecked\n"
        "  --force            replace files that are there\n"
        "  --check FILE       hold a file to the rules instead; the exit code is 4 "
        "where\n"
        "                     one is broken\n",
    .run = run_focus,
};
