/* Which of sbatch's options a user may give. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/slurm_cmd.h"

/* Those that take no value of their own word; the others may take the next word.
 * Source: sbatch(1) and src/sbatch/opt.c of Slurm 22.05 to 25.05, which read them with
 * getopt_long: an abbreviation that is unique is the option. */
static const char letters_without_value[] = "hHkOQsuvVW";
static const char *const names_without_value[] = {
    "contiguous",    "disable-stdout-job-summary",
    "exclusive",     "get-user-env",
    "help",          "hold",
    "ignore-pbs",    "nice",
    "no-kill",       "no-requeue",
    "overcommit",    "oversubscribe",
    "parsable",      "propagate",
    "quiet",         "reboot",
    "requeue",       "resv-ports",
    "share",         "spread-job",
    "test-only",     "usage",
    "use-min-nodes", "verbose",
    "version",       "wait",
};

/* One option as it was given. */
struct given {
    const char *word;  /* the whole of it */
    const char *name;  /* behind "--"; NULL: of one letter */
    size_t length;     /* of the name */
    char letter;       /* of one letter; '\0': another */
    const char *value; /* NULL: none */
};

static bool abbreviates(const struct given *given, const char *name, size_t shortest)
{
    return given->name && given->length >= shortest && given->length <= strlen(name) &&
           strncmp(given->name, name, given->length) == 0;
}

static bool has_no_value(const struct given *given)
{
    for (size_t i = 0; i < sizeof names_without_value / sizeof names_without_value[0];
         i++)
        if (abbreviates(given, names_without_value[i], 1))
            return true;
    return false;
}

/* Of the `n` words the first is an option; how many words it is. */
static size_t read_long(const char *const words[], size_t n, struct given *given)
{
    const char *equals = strchr(words[0], '=');
    *given = (struct given){.word = words[0], .name = words[0] + 2};
    given->length = equals ? (size_t)(equals - given->name) : strlen(given->name);
    if (equals)
        given->value = equals + 1;
    if (equals || n == 1 || has_no_value(given))
        return 1;
    given->value = words[1];
    return 2;
}

/* The same of letters, of which the last may have a value: "-HJ x". */
static size_t read_letters(const char *const words[], size_t n, struct given *given)
{
    const char *c = words[0] + 1;
    while (c[1] && strchr(letters_without_value, *c))
        c++;
    *given = (struct given){.word = words[0], .letter = *c};
    if (c[1]) {
        given->value = c + 1;
        return 1;
    }
    if (n == 1 || strchr(letters_without_value, *c))
        return 1;
    given->value = words[1];
    return 2;
}

/* "0-7", and how many of them at a time. */
static bool is_whole_array(const char *text, const char *all)
{
    size_t length = strlen(all);
    if (!text || strncmp(text, all, length) != 0)
        return false;
    text += length;
    return !*text || (*text == '%' && text[1] >= '1' && text[1] <= '9' &&
                      !text[1 + strspn(text + 1, "0123456789")]);
}

static bool check(const struct given *given, int64_t tasks, struct error *err)
{
    char all[64];
    snprintf(all, sizeof all, "0-%" PRId64, tasks - 1);
    if (given->letter == 'J' || abbreviates(given, "job-name", 1))
        return error_kind_set(err, ERROR_USAGE,
                              "%s: the name of the jobs is that by which --status "
                              "finds them; leave it",
                              given->word);
    if (abbreviates(given, "test-only", 2))
        return error_kind_set(err, ERROR_USAGE,
                              "%s: without --submit nothing is submitted; "
                              "give it to sbatch with the script by hand",
                              given->word);
    if ((given->letter == 'a' || abbreviates(given, "array", 2)) &&
        !is_whole_array(given->value, all))
        return error_kind_set(err, ERROR_USAGE,
                              "--array: this study has tasks %s, all of which are "
                              "needed; %s%%8 runs eight at a time",
                              all, all);
    return true;
}

bool slurm_check_sbatch(const char *const words[], size_t n, int64_t tasks,
                        struct error *err)
{
    for (size_t i = 0, taken = 1; i < n; i += taken) {
        struct given given;
        taken = 1;
        if (words[i][0] != '-' || !words[i][1])
            continue;
        taken = words[i][1] == '-' ? read_long(words + i, n - i, &given)
                                   : read_letters(words + i, n - i, &given);
        if (!check(&given, tasks, err))
            return false;
    }
    return true;
}
