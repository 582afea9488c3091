/* The program on the scenarios of the repository, and what README.md shows of it. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>

#include "program.h"

static struct folder folder;
static const char *source;

static void begin(void)
{
    folder = folder_new();
    source = getenv("TENURE_SOURCE");
}

static void end(void)
{
    folder_remove(&folder);
}

TestSuite(cli_scenarios, .init = begin, .fini = end);

Test(cli_scenarios, every_one_is_well_formed)
{
    char path[512], command[1024];
    const struct dirent *entry;
    int n = 0;
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    snprintf(path, sizeof path, "%s/models/scenarios", source);
    DIR *dir = opendir(path);
    cr_assert(dir != NULL, "%s", path);
    while ((entry = readdir(dir))) {
        const char *end_of_name = strrchr(entry->d_name, '.');
        if (!end_of_name || strcmp(end_of_name, ".yaml") != 0)
            continue;
        snprintf(command, sizeof command, "check %s/%s", path, entry->d_name);
        const struct outcome *outcome = tenure(&folder, command);
        cr_expect(outcome->code == 0, "%s: %s", entry->d_name, outcome->err);
        cr_expect(strstr(outcome->out, "warning") == NULL, "%s", outcome->out);
        cr_expect(strstr(outcome->out, "refused") == NULL, "%s", outcome->out);
        n++;
    }
    closedir(dir);
    cr_expect(ge(int, n, 12));
}

/* Its jobs are a trace, and what is printed has at most four digits: the same on every
 * machine. */
Test(cli_scenarios, the_readme_shows_what_the_first_run_prints)
{
    static char readme[1 << 16];
    char path[512], command[1024], block[sizeof(struct outcome)];
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    snprintf(path, sizeof path, "%s/README.md", source);
    slurp(path, readme, sizeof readme);
    cr_assert(strlen(readme) > 1000, "%s", path);
    snprintf(command, sizeof command, "run %s/models/scenarios/own-or-lease.yaml",
             source);
    const struct outcome *outcome = tenure(&folder, command);
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_assert(strlen(outcome->out) > 1000, "%s", outcome->out);
    snprintf(block, sizeof block, "```\n%.60000s```\n", outcome->out);
    cr_expect(strstr(readme, block) != NULL, "README.md has not:\n%s", block);
}
