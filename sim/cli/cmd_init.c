/* tenure init: a first scenario from the records of a Slurm cluster. */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/init.h"

/* ---- reading ---- */

/* The same file by submit, for the demand, and by start, for what was held at once. */
static bool read_jobs(struct init *init, bool by_start, struct error *err)
{
    const char *class =
        *init->class ? arena_printf(&init->arena, "%s,auto", init->class) : "auto";
    const struct import_setting settings[] = {
        {"pools", "partition"},
        {"class", class},
        {"arrival", by_start ? "start" : "submit"},
    };
    struct import_options options = {.zone = init->zone,
                                     .lenient = init->lenient,
                                     .settings = settings,
                                     .n_settings =
                                         sizeof settings / sizeof settings[0]};
    return import_run(importer_find("sacct"), init->sacct, &options,
                      by_start ? &init->starts : &init->jobs,
                      by_start ? &init->starts_report : &init->report, err);
}

static bool read_all(struct init *init, struct error *err)
{
    return catalog_init(&init->catalog, err) && init_check_classes(init, err) &&
           read_jobs(init, false, err) && read_jobs(init, true, err) &&
           (!init->sinfo ||
            sinfo_read(&init->servers, init->sinfo, &init->arena, err)) &&
           init_make_pools(init, err);
}

/* What is written must be a scenario that runs. */
static bool prove(struct init *init, const char *dir, struct error *err)
{
    struct scenario scenario;
    const char *path = arena_printf(&init->arena, "%s/scenario.yaml", dir);
    bool ok = scenario_read(&scenario, path, NULL, 0, err);
    scenario_free(&scenario);
    return ok || error_kind_set(err, err->kind,
                                "init: the records make no scenario: %s", err->text);
}

/* ---- the directory ---- */

static bool count_entries(const char *path, size_t *n, struct error *err)
{
    struct stat info;
    *n = 0;
    if (lstat(path, &info) != 0)
        return errno == ENOENT || error_errno(err, path);
    if (!S_ISDIR(info.st_mode))
        return error_kind_set(err, ERROR_USAGE,
                              "init: %s is not a directory; name one for the scenario",
                              path);
    DIR *dir = opendir(path);
    if (!dir)
        return error_errno(err, path);
    for (struct dirent *entry; (entry = readdir(dir));)
        *n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return true;
}

static bool check_dir(const struct init *init, size_t *entries, struct error *err)
{
    if (!count_entries(init->dir, entries, err))
        return false;
    return *entries == 0 || init->force ||
           error_kind_set(err, ERROR_USAGE,
                          "init: %s is not empty; --force replaces the files that init "
                          "writes and leaves the others",
                          init->dir);
}

/* Each file that init writes, into `names`; the scenario last. */
static size_t list_files(struct init *init, const char **names)
{
    const struct gpu_class *classes[INIT_POOLS_MAX];
    size_t n = init_classes(init, classes);
    for (size_t i = 0; i < n; i++)
        names[i] = init_trace_name(init, classes[i]);
    names[n++] = "scenario.yaml";
    return n;
}

static void remove_dir(struct init *init, const char *dir)
{
    const char **names = ARENA_ARRAY(&init->arena, INIT_POOLS_MAX + 1, const char *);
    size_t n = list_files(init, names);
    for (size_t i = 0; i < n; i++)
        unlink(arena_printf(&init->arena, "%s/%s", dir, names[i]));
    rmdir(dir);
}

/* Onto nothing, or an empty directory, as a whole; with --force file by file. */
static bool move_into_place(struct init *init, const char *dir, size_t entries,
                            struct error *err)
{
    const char **names = ARENA_ARRAY(&init->arena, INIT_POOLS_MAX + 1, const char *);
    if (entries == 0)
        return rename(dir, init->dir) == 0 || error_errno(err, init->dir);
    size_t n = list_files(init, names);
    for (size_t i = 0; i < n; i++) {
        const char *to = arena_printf(&init->arena, "%s/%s", init->dir, names[i]);
        if (rename(arena_printf(&init->arena, "%s/%s", dir, names[i]), to) != 0)
            return error_errno(err, to);
    }
    rmdir(dir);
    return true;
}

static bool make_dir(char *template, struct error *err)
{
    if (!mkdtemp(template))
        return error_errno(err, template);
    mode_t mask = umask(0);
    umask(mask);
    return chmod(template, 0777 & ~mask) == 0 || error_errno(err, template);
}

static bool write_all(struct init *init, size_t entries, struct error *err)
{
    size_t length = strlen(init->dir);
    while (length > 1 && init->dir[length - 1] == '/')
        length--;
    char *dir = arena_printf(&init->arena, "%.*s.tmp-XXXXXX", (int)length, init->dir);
    if (!make_dir(dir, err))
        return false;
    bool ok = init_write(init, dir, err) && prove(init, dir, err) &&
              move_into_place(init, dir, entries, err);
    if (!ok)
        remove_dir(init, dir);
    return ok;
}

/* ---- the command ---- */

static void say(struct init *init)
{
    const char **names = ARENA_ARRAY(&init->arena, INIT_POOLS_MAX + 1, const char *);
    size_t n = list_files(init, names);
    printf("%zu job%s, %.1f GPU-h; %" PRId64 " row%s read, %" PRId64 " kept\n",
           init->jobs.jobs.n, init->jobs.jobs.n == 1 ? "" : "s",
           (double)init->jobs.jobs.gpu_ms / (double)MS_PER_H, init->report.rows_read,
           init->report.rows_read == 1 ? "" : "s", init->report.rows_kept);
    for (size_t i = 0; i < init->n_pools; i++)
        printf("  %-20s %6" PRId64 " GPUs, %s%s%s\n", init->pools[i].name,
               init->pools[i].gpus, init->pools[i].class->name,
               init->pools[i].class_guessed ? " (assumed)" : "",
               init->pools[i].from_peak ? ", the most its jobs held at once" : "");
    if (init->servers.without_gpus)
        printf("  %" PRId64 " servers without GPUs are left out\n",
               init->servers.without_gpus);
    printf("written to %s:", init->dir);
    for (size_t i = 0; i < n; i++)
        printf(" %s", names[i]);
    init_warn_of_types(init);
    puts("\nEvery ASSUMED in scenario.yaml is for you to settle.");
}

static bool parse(int argc, char **argv, struct init *init, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "sacct", .value = &init->sacct},
        {.name = "sinfo", .value = &init->sinfo},
        {.name = "output", .letter = 'o', .value = &init->dir},
        {.name = "zone", .value = &init->zone},
        {.name = "class", .value = &init->class},
        {.name = "lenient", .flag = &init->lenient},
        {.name = "force", .flag = &init->force},
        {.name = NULL},
    };
    const struct cli_operands operands = {0, 0, "no operands are taken", NULL};
    if (!cli_parse(argc, argv, options, &operands, &init->arena, err))
        return false;
    init->class = init->class ? init->class : "";
    if (!init->sacct || !init->dir)
        return error_kind_set(
            err, ERROR_USAGE,
            "init: %s is needed, as in `tenure init --sacct sacct.txt "
            "--sinfo sinfo.txt -o DIR`",
            init->sacct ? "-o DIR" : "--sacct FILE");
    return strcmp(init->sacct, "-") != 0 ||
           error_kind_set(err, ERROR_USAGE,
                          "init: --sacct is read twice, and standard input cannot be; "
                          "name a file");
}

static int run_init(int argc, char **argv)
{
    struct init *init = calloc(1, sizeof *init);
    struct error err;
    size_t entries;
    if (!init)
        out_of_memory();
    bool ok = parse(argc, argv, init, &err) && check_dir(init, &entries, &err) &&
              read_all(init, &err) && write_all(init, entries, &err);
    if (ok)
        say(init);
    int code = ok ? 0 : cli_fail(&err);
    import_result_free(&init->jobs);
    import_result_free(&init->starts);
    catalog_free(&init->catalog);
    arena_free(&init->arena);
    free(init);
    return code;
}

const struct command cmd_init = {
    .name = "init",
    .synopsis = "init --sacct FILE [--sinfo FILE] -o DIR",
    .summary = "write a first scenario from a Slurm cluster's own records",
    .help =
        "Writes DIR/scenario.yaml and the jobs beside it, ready for check and run.\n"
        "Partitions become owned pools, GPUs classes of the catalogue, time limits "
        "the\n"
        "estimates that backfill sees; for each class there is an empty lease and an\n"
        "empty on-demand pool to try.  What the records do not tell is marked "
        "ASSUMED.\n"
        "\n"
        "  --sacct FILE       what `sacct` prints; which columns, and how, says\n"
        "                     `tenure trace formats sacct`\n"
        "  --sinfo FILE       what `sinfo --Node -o \"%N|%P|%G\"` prints (or, not "
        "told\n"
        "                     which servers are in several partitions,\n"
        "                     `sinfo -o \"%P %G %D\"`).  Without it a partition has "
        "the\n"
        "                     most GPUs that its jobs held at once\n"
        "  -o, --output DIR   appears whole or not at all\n"
        "  --class TYPE=CLASS,...  the catalogue's class of a type of GPU\n"
        "  --zone OFFSET      of the dates in FILE: +02:00; default UTC\n"
        "  --lenient          skip and count rows that cannot be understood\n"
        "  --force            replace the files of an earlier init in DIR, and leave\n"
        "                     other files there as they are\n"
        "\n"
        "  tenure init --sacct sacct.txt --sinfo sinfo.txt -o mine\n",
    .run = run_init,
};
