#define _DEFAULT_SOURCE /* wait4 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "program.h"

/*
 * A study of many replications: shards and their merge stay within their buffers.
 * TENURE_CASES says how many; 100,000 in the slow suite.
 */

static const char yaml[] =
    "start: 2026-01-01\nhorizon: 2d\ndiscount_rate: 8 %/y\n"
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "
    "USD/GPU-h}\n";

/* Memory of a process of the program that must end well, in MiB. */
static double memory_of(const struct folder *folder, const char *const arguments[])
{
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        const char *program = getenv("TENURE_PROGRAM");
        char *argv[16] = {(char *)(uintptr_t)program};
        for (size_t i = 0; arguments[i]; i++)
            argv[i + 1] = (char *)(uintptr_t)arguments[i];
        if (chdir(folder->path) != 0)
            _exit(99);
        execv(program, argv);
        _exit(98);
    }
    struct rusage usage;
    int status;
    cr_assert(eq(int, wait4(child, &status, 0, &usage), child));
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    cr_assert(ok, "%s %s", arguments[0], arguments[1]);
    return (double)usage.ru_maxrss / 1024;
}

/* Lines of a file, and whether each begins with its number, from 0, after the head. */
static long count_rows(const struct folder *folder, const char *name)
{
    char path[128], line[65536];
    FILE *file = fopen(folder_path(folder, name, path), "r");
    cr_assert(file != NULL);
    long rows = -1;
    for (; fgets(line, sizeof line, file); rows++)
        cr_assert(rows < 0 || strtol(line, NULL, 10) == rows, "row %ld", rows);
    fclose(file);
    return rows;
}

Test(study_many, shards_and_merge_need_no_memory_for_replications, .timeout = 1200)
{
    const char *cases = getenv("TENURE_CASES"), *n = cases ? cases : "1500";
    if (!getenv("TENURE_PROGRAM"))
        cr_skip_test("TENURE_PROGRAM does not name the program");
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    double largest = 0;
    for (int shard = 0; shard < 3; shard++) {
        char text[16];
        snprintf(text, sizeof text, "%d/3", shard);
        const char *const arguments[] = {"mc", "t.yaml", "-q",      "-o", "a", "-j1",
                                         "-n", n,        "--shard", text, NULL};
        double memory = memory_of(&folder, arguments);
        largest = memory > largest ? memory : largest;
    }
    const char *const merge[] = {"merge", "a", "-q", NULL};
    double merged = memory_of(&folder, merge);
    cr_log_info("%s replications: %.1f MiB a shard, %.1f MiB the merge", n, largest,
                merged);
#ifndef __SANITIZE_ADDRESS__ /* which has memory of its own */
    cr_expect(largest < 24, "%.1f MiB a shard", largest);
    cr_expect(merged < 112, "%.1f MiB the merge", merged);
#endif
    cr_expect(eq(long, count_rows(&folder, "a/replications.csv"), atol(n)));
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder.path);
    cr_expect(eq(int, system(command), 0));
}
