#define _XOPEN_SOURCE 700 /* realpath */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/child.h"
#include "cli/slurm_cmd.h"
#include "input/whole_file.h"

/* Where we are, as the user came here: other machines may not know the real path. */
static bool find_working_directory(const char **path, struct arena *arena,
                                   struct error *err)
{
    const char *said = getenv("PWD");
    struct stat there, here;
    *path = said;
    if (said && *said == '/' && stat(said, &there) == 0 && stat(".", &here) == 0 &&
        there.st_dev == here.st_dev && there.st_ino == here.st_ino)
        return true;
    char real[4096];
    if (!getcwd(real, sizeof real))
        return error_errno(err, "the working directory");
    *path = arena_strdup(arena, real);
    return true;
}

static const char *own_path(struct arena *arena)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length > 0 && length < (ssize_t)sizeof path
               ? arena_strndup(arena, path, (size_t)length)
               : "tenure";
}

/* With all folders above it. */
static bool make_folder(const char *path, struct arena *arena, struct error *err)
{
    char *part = arena_strdup(arena, path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_errno(err, part);
        *slash = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST || error_errno(err, path);
}

static bool write_text(const void *self, const char *path, struct error *err)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return error_errno(err, path);
    bool ok = fputs(self, out) >= 0 && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (!ok)
        error_errno(err, path);
    if (fclose(out) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

bool slurm_prepare(struct slurm_script *script, struct arena *arena, struct error *err)
{
    script->program = own_path(arena);
    script->name = "study";
    if (!find_working_directory(&script->from, arena, err))
        return false;
    /* What it refuses is refused before there is a folder of that name. */
    if (!slurm_script_text(script, arena, err) ||
        !make_folder(
            arena_printf(arena, "%s/" SLURM_FOLDER "/" SLURM_LOGS_NAME, script->dir),
            arena, err))
        return false;
    char *real = realpath(script->dir, NULL);
    if (!real)
        return error_errno(err, script->dir);
    /* Of the directory alone: whatever study is submitted there is found. */
    script->name = slurm_job_name(arena, real, real);
    free(real);
    return true;
}

/* The next line that is no remark, as those on how long a replication took; NULL: the
 * end. */
static const char *next_command(const char **text, size_t *length)
{
    while (**text) {
        const char *line = *text;
        *length = strcspn(line, "\n");
        *text += *length + (line[*length] == '\n');
        if (strncmp(line, "# ", 2) != 0)
            return line;
    }
    return NULL;
}

/* Whether a file is there that does something else; one that cannot be read does. */
static bool is_other(const char *path, const char *text)
{
    char *line = NULL;
    size_t room = 0, length = 0;
    const char *command = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return errno != ENOENT;
    bool same = true;
    while (same && getline(&line, &room, file) >= 0) {
        const char *was = line;
        size_t n;
        if (!(was = next_command(&was, &n)))
            continue;
        command = next_command(&text, &length);
        same = command && n == length && memcmp(was, command, n) == 0;
    }
    same = same && !ferror(file) && !next_command(&text, &length);
    free(line);
    fclose(file);
    return !same;
}

/* Under another name, while that of the script never misses one. */
static bool keep_other(const char *path, const char *text, struct arena *arena,
                       bool *kept, struct error *err)
{
    *kept = is_other(path, text);
    if (!*kept)
        return true;
    const char *old = arena_printf(arena, "%s" SLURM_OLD_SUFFIX, path);
    if (unlink(old) != 0 && errno != ENOENT)
        return error_errno(err, old);
    /* Not every file system has a second name for a file. */
    return link(path, old) == 0 || rename(path, old) == 0 || error_errno(err, old);
}

bool slurm_write(const struct slurm_script *script, const char *path,
                 struct arena *arena, const char **text, bool *replaced,
                 struct error *err)
{
    *replaced = false;
    *text = slurm_script_text(script, arena, err);
    return *text && keep_other(path, *text, arena, replaced, err) &&
           whole_file_write(path, write_text, *text, err) &&
           (chmod(path, 0755) == 0 || error_errno(err, path));
}

extern char **environ;

/* What a user has set for squeue, as SQUEUE_STATES, would hide jobs from us. */
static void forget_squeue_settings(void)
{
    static const char begin[] = "SQUEUE_";
    for (char **entry = environ; *entry;) {
        char name[64];
        size_t length = strcspn(*entry, "=");
        bool is_one =
            strncmp(*entry, begin, strlen(begin)) == 0 && length < sizeof name;
        if (is_one) {
            memcpy(name, *entry, length);
            name[length] = '\0';
        }
        if (!is_one || unsetenv(name) != 0)
            entry++;
        else
            entry = environ; /* it was moved */
    }
}

bool slurm_ask_queue(const char *name, int64_t n_tasks, struct arena *arena,
                     struct slurm_queue *queue)
{
    const char *names =
        arena_printf(arena, "--name=%s,%s" SLURM_MERGE_SUFFIX, name, name);
    const char *const argv[] = {
        "squeue", "--noheader", "--array", names, "--format=" SLURM_QUEUE_FORMAT, NULL};
    struct error ignored;
    const char *text;
    forget_squeue_settings();
    if (!child_capture(argv, 20, arena, &text, &ignored))
        return false;
    slurm_queue_read(text, name, n_tasks, arena, queue);
    return true;
}

bool slurm_check_queue(const struct slurm_script *script, int64_t n_tasks,
                       struct arena *arena, struct error *err)
{
    struct slurm_queue queue;
    if (!slurm_ask_queue(script->name, n_tasks, arena, &queue))
        return interrupt_check(err); /* sbatch will tell */
    for (int64_t i = 0; i < queue.n_tasks; i++)
        if (queue.tasks[i].id)
            return error_kind_set(
                err, ERROR_USAGE,
                "%s: jobs of it are in the queue, as %s; `tenure slurm "
                "-o DIR --status` tells more",
                script->dir, slurm_state_text(&queue.tasks[i], arena));
    return true;
}

bool slurm_submit(const struct slurm_script *script, const char *path,
                  struct arena *arena, struct error *err)
{
    /* An option it is not, whatever the directory is called. */
    const char *operand = *path == '-' ? arena_printf(arena, "./%s", path) : path;
    if (child_run((const char *const[]){"sh", operand, NULL}, err))
        return true;
    return err->kind != ERROR_INTERRUPTED &&
           error_kind_set(
               err, err->kind,
               "%s: it was not submitted, or not as a whole; sbatch has said "
               "why",
               script->dir);
}
