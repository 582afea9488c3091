#include "study/slurm_script.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/sha256.h"
#include "base/shell.h"
#include "input/study_spec.h"

#define WORD_MAX 4000 /* sbatch has 8 KiB for a word, paths 4 KiB */

/* A requeued task may find that the one whose node was lost writes on. */
#define LOCK_WAIT "1800"

/* sbatch takes '#' and what follows for a comment, ':' alone for the begin of another
 * job, and a backslash for the escape of what follows even between quotes. */
const char *slurm_sbatch_word(struct arena *arena, const char *text)
{
    if (!strpbrk(text, "\\'") && *text != ':')
        return shell_word(arena, text);
    char *word = arena_alloc(arena, 2 * strlen(text) + 3), *to = word;
    *to++ = '\'';
    for (const char *s = text; *s; s++) {
        if (*s == '\\' || *s == '\'')
            *to++ = '\\';
        *to++ = *s;
    }
    *to++ = '\'';
    return word;
}

const char *slurm_job_name(struct arena *arena, const char *scenario, const char *dir)
{
    struct sha256 sha;
    char hex[SHA256_HEX];
    sha256_start(&sha);
    sha256_add(&sha, dir, strlen(dir));
    sha256_end(&sha, hex);

    const char *slash = strrchr(scenario, '/');
    const char *base = slash ? slash + 1 : scenario, *dot = strrchr(base, '.');
    size_t length = dot ? (size_t)(dot - base) : strlen(base);
    char *name = arena_strndup(arena, base, length < 40 ? length : 40);
    for (char *s = name; *s; s++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
                    *s))
            *s = '-';
    return arena_printf(arena, "%s-%.6s", *name == '-' || !*name ? "study" : name, hex);
}

const char *slurm_array_text(struct arena *arena, const int64_t tasks[], size_t n)
{
    const char *text = "";
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && tasks[end] == tasks[end - 1] + 1;)
            end++;
        const char *comma = i > 0 ? "," : "";
        if (end - i == 1)
            text = arena_printf(arena, "%s%s%" PRId64, text, comma, tasks[i]);
        else
            text = arena_printf(arena, "%s%s%" PRId64 "%c%" PRId64, text, comma,
                                tasks[i], end - i == 2 ? ',' : '-', tasks[end - 1]);
    }
    return text;
}

int64_t slurm_tasks_for(double work_s, double minutes, int64_t threads, int64_t most)
{
    assert(minutes > 0 && threads > 0 && most > 0);
    int64_t limit = most < SLURM_TASKS_MAX_USUAL ? most : SLURM_TASKS_MAX_USUAL;
    double wanted = ceil(work_s / (60 * minutes * (double)threads));
    return wanted < 1 ? 1 : wanted > (double)limit ? limit : (int64_t)wanted;
}

/* ---- checks ---- */

static bool check_text(const char *what, const char *text, struct error *err)
{
    if (strlen(text) > WORD_MAX)
        return error_kind_set(err, ERROR_USAGE, "%s: longer than %d bytes", what,
                              WORD_MAX);
    return shell_check(what, text, err);
}

static bool check_texts(const struct slurm_script *script, struct error *err)
{
    if (!check_text("the path of tenure", script->program, err) ||
        !check_text("the working directory", script->from, err) ||
        !check_text("SCENARIO", script->scenario, err) ||
        !check_text("-o", script->dir, err))
        return false;
    for (size_t i = 0; i < script->n_options; i++)
        if (!check_text(script->options[i].name, script->options[i].value, err))
            return false;
    for (size_t i = 0; i < script->n_sbatch; i++)
        if (!check_text("an option for sbatch", script->sbatch[i], err))
            return false;
    return true;
}

/* Where Slurm writes the logs, as a pattern: a file name of it has '%' and a letter. */
static const char *logs_pattern(const char *logs, struct arena *arena)
{
    char *pattern = arena_alloc(arena, 2 * strlen(logs) + 1), *to = pattern;
    for (const char *s = logs; *s; s++) {
        *to++ = *s;
        if (*s == '%')
            *to++ = '%';
    }
    return pattern;
}

/* ---- parts of the text ---- */

static void write_sbatch(const struct slurm_script *script, const char *pattern,
                         struct arena *arena, FILE *out)
{
    fprintf(out,
            "#!/bin/sh\n"
            "#SBATCH --job-name=%s\n"
            "#SBATCH --array=0-%" PRId64 "\n"
            "#SBATCH --cpus-per-task=%" PRId64 "\n"
            "#SBATCH --output=%s\n"
            "#SBATCH --open-mode=append\n"
            "#SBATCH --requeue\n",
            script->name, script->tasks - 1, script->threads,
            slurm_sbatch_word(arena, arena_printf(arena, "%s/%%A_%%a.log", pattern)));
    if (script->n_sbatch == 0)
        return;
    fputs("#SBATCH", out);
    for (size_t i = 0; i < script->n_sbatch; i++)
        fprintf(out, " %s", slurm_sbatch_word(arena, script->sbatch[i]));
    putc('\n', out);
}

static void write_about(const struct slurm_script *script, FILE *out)
{
    fprintf(out, "\n# tenure %s of %s, written by Tenure %s.\n", script->command,
            script->scenario, script->version);
    for (size_t i = 0; i < script->n_about; i++)
        fprintf(out, "# %s\n", script->about[i]);
    fputs(
        "#\n"
        "#   sh FILE                submits the tasks, and a job that merges them\n"
        "#   sh FILE --array=3,17   submits tasks 3 and 17 (again), and the merge; "
        "other\n"
        "#                          options of sbatch may be given, too\n"
        "#   sh FILE merge          merges here and now, or says what is missing\n"
        "#\n"
        "# A task is one shard of the study.  Whatever ends it (preemption, a lost "
        "node,\n"
        "# its time limit), it goes on behind the last replication that it finished.\n",
        out);
}

static void write_names(const struct slurm_script *script, const char *logs,
                        struct arena *arena, FILE *out)
{
    fprintf(out,
            "\nset -u\n"
            "tenure=%s\n"
            "from=%s # where the paths below begin\n"
            "scenario=%s\n"
            "dir=%s\n"
            "logs=%s\n"
            "study=%s # what it was when this was written; a task of another refuses\n"
            "tasks=%" PRId64 "\n",
            shell_word(arena, script->program), shell_word(arena, script->from),
            shell_word(arena, script->scenario), shell_word(arena, script->dir),
            shell_word(arena, logs), script->id, script->tasks);
}

static void write_submit(const struct slurm_script *script, const char *pattern,
                         struct arena *arena, FILE *out)
{
    const char *log = arena_printf(arena, "%s/merge-%%j.log", pattern);
    fprintf(
        out,
        "\n# Outside of a job: submit it all.  The merge waits until every task has "
        "ended, well\n"
        "# or not, and then says what is missing.\n"
        "if [ -z \"${SLURM_ARRAY_TASK_ID-}\" ] && [ \"${1-}\" != merge ]; then\n"
        "    mkdir -p -- \"$logs\" || exit 5\n"
        "    unset SBATCH_JOB_NAME SBATCH_ARRAY_INX SBATCH_DEPENDENCY SBATCH_OUTPUT\n"
        "    array=$(sbatch --parsable \"$@\" -- \"$0\") || exit 5\n"
        "    array=${array%%%%;*}\n"
        "    echo \"job $array: the tasks\"\n"
        "    merge=$(sbatch --parsable \"$@\" --array= --cpus-per-task=1 \\\n"
        "        --job-name=%s%s \\\n"
        "        --output=%s \\\n"
        "        --dependency=\"afterany:$array\" -- \"$0\" merge) || exit 5\n"
        "    echo \"job ${merge%%%%;*}: the merge, when they have ended\"\n"
        "    exit\n"
        "fi\n",
        script->name, SLURM_MERGE_SUFFIX, shell_word(arena, log));
}

static void write_work(const struct slurm_script *script, struct arena *arena,
                       FILE *out)
{
    fprintf(out,
            "\ncd -- \"$from\" || exit 5\n"
            "if [ \"${1-}\" = merge ]; then\n"
            "    exec \"$tenure\" merge -- \"$dir\"\n"
            "fi\n"
            "exec \"$tenure\" %s \"$scenario\" -o \"$dir\" \\\n",
            script->command);
    for (size_t i = 0; i < script->n_options; i++)
        fprintf(out, "    %s %s \\\n", script->options[i].name,
                shell_word(arena, script->options[i].value));
    fprintf(out,
            "    --expect \"$study\" --shard \"$SLURM_ARRAY_TASK_ID/$tasks\" \\\n"
            "    --lock-wait " LOCK_WAIT " \\\n"
            "    --jobs \"${SLURM_CPUS_PER_TASK:-%" PRId64 "}\"\n",
            script->threads);
}

/* ---- what was written before ---- */

/* What stands behind `begin` in a line; NULL: it is another line. */
static const char *behind(const char *line, const char *begin)
{
    size_t length = strlen(begin);
    return strncmp(line, begin, length) == 0 ? line + length : NULL;
}

static int64_t count_in(const char *text)
{
    int64_t count;
    return decimal_to_int64(text, strlen(text), 0, &count) == DECIMAL_OK &&
                   count >= 1 && count <= REPLICATIONS_MAX
               ? count
               : 0;
}

static void note_line(const char *line, struct arena *arena, struct slurm_note *note)
{
    const char *text;
    if ((text = behind(line, "#SBATCH --job-name=")))
        note->name = arena_strdup(arena, text);
    else if ((text = behind(line, "#SBATCH --cpus-per-task=")))
        note->threads = count_in(text);
    else if ((text = behind(line, "study=")))
        note->id = arena_strndup(arena, text, strcspn(text, " "));
    else if ((text = behind(line, "tasks=")))
        note->tasks = count_in(text);
}

bool slurm_script_note(const char *path, struct arena *arena, struct slurm_note *note)
{
    char line[256];
    *note = (struct slurm_note){.id = ""};
    FILE *file = fopen(path, "r");
    while (file && note->tasks == 0 && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        note_line(line, arena, note);
        if (behind(line, "tasks="))
            break;
    }
    if (file)
        fclose(file);
    if (note->name && note->tasks > 0)
        return true;
    *note = (struct slurm_note){.id = ""};
    return false;
}

/* ---- the whole ---- */

const char *slurm_script_text(const struct slurm_script *script, struct arena *arena,
                              struct error *err)
{
    assert(script->tasks > 0 && script->threads > 0);
    assert(*script->from == '/');
    if (!check_texts(script, err))
        return NULL;
    const char *dir = *script->dir == '/'
                          ? script->dir
                          : arena_printf(arena, "%s/%s", script->from, script->dir);
    const char *logs = arena_printf(arena, "%s/" SLURM_FOLDER "/" SLURM_LOGS_NAME, dir);
    if (strchr(logs, '\\')) {
        (void)!error_kind_set(err, ERROR_USAGE,
                              "-o: '%s' has a backslash, which Slurm takes out of the "
                              "paths of its logs; name another directory",
                              dir);
        return NULL;
    }
    const char *pattern = logs_pattern(logs, arena);

    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        out_of_memory();
    write_sbatch(script, pattern, arena, out);
    write_about(script, out);
    write_names(script, logs, arena, out);
    write_submit(script, pattern, arena, out);
    write_work(script, arena, out);
    if (fclose(out) != 0)
        out_of_memory();
    const char *kept = arena_strndup(arena, text, length);
    free(text);
    return kept;
}
