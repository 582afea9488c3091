#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/shell.h"
#include "cli/cli.h"
#include "cli/slurm_cmd.h"
#include "cli/trace_text.h"
#include "output/staging.h"
#include "study/slurm_queue.h"
#include "study/slurm_shards.h"

#define SHOWN_MAX 40 /* shards of the table */

struct status {
    const char *dir;
    struct arena arena;
    struct slurm_note note; /* of the script: the jobs' name, the number of tasks */
    struct slurm_shards shards;
    struct study_plan plan;
    bool begun;    /* there is a plan */
    bool finished; /* the results are there */
    bool asked;    /* squeue has answered */
    struct slurm_queue queue;
    struct slurm_progress *progress; /* by shard */
    struct slurm_progress total;
    uint64_t whole;
    int64_t *missing; /* not whole, not of another study, and in no job */
    size_t n_missing;
    int64_t *foreign; /* of another study */
    size_t n_foreign;
};

static const char *path_in(struct status *status, const char *name)
{
    return arena_printf(&status->arena, "%s/%s", status->dir, name);
}

/* ---- finding out ---- */

static bool find(struct status *status, struct error *err)
{
    struct arena *arena = &status->arena;
    bool noted = slurm_script_note(path_in(status, SLURM_FOLDER "/" SLURM_SCRIPT_NAME),
                                   arena, &status->note);
    status->finished = access(path_in(status, MANIFEST_NAME), F_OK) == 0;
    if (!slurm_shards_find(status->dir, arena, &status->shards, err))
        return false;
    struct slurm_shards *shards = &status->shards;
    bool begun = shards->n > 0;
    if (!begun && noted) {
        shards->n = (uint64_t)status->note.tasks;
        shards->dirs = ARENA_ARRAY(arena, (size_t)shards->n, const char *);
    }
    if (shards->n == 0 && !status->finished)
        return error_set(err, "%s: no study has been begun here by `tenure slurm`",
                         status->dir);
    status->begun = begun && slurm_shards_plan(shards, noted ? status->note.id : NULL,
                                               &status->plan, err);
    return status->begun || !begun;
}

static bool count(struct status *status, struct error *err)
{
    const struct slurm_shards *shards = &status->shards;
    status->progress =
        ARENA_ARRAY(&status->arena, (size_t)shards->n + 1, struct slurm_progress);
    for (uint64_t i = 0; status->begun && i < shards->n; i++) {
        struct slurm_progress *shard = &status->progress[i];
        if (!slurm_shards_count(shards, i, &status->plan, shard, err))
            return false;
        status->total.done += shard->done;
        status->total.of += shard->of;
        status->whole += shard->done == shard->of;
    }
    return true;
}

static bool is_whole(const struct status *status, uint64_t shard)
{
    return status->begun && status->progress[shard].done == status->progress[shard].of;
}

/* NULL: none, or nobody knows. */
static const struct slurm_job_state *job_of(const struct status *status, uint64_t shard)
{
    return status->asked && status->queue.tasks[shard].id ? &status->queue.tasks[shard]
                                                          : NULL;
}

static void ask(struct status *status)
{
    int64_t n = status->shards.n;
    status->asked =
        n > 0 && status->note.name &&
        slurm_ask_queue(status->note.name, n, &status->arena, &status->queue);
    status->missing = ARENA_ARRAY(&status->arena, (size_t)n + 1, int64_t);
    status->foreign = ARENA_ARRAY(&status->arena, (size_t)n + 1, int64_t);
    for (int64_t i = 0; i < n; i++) {
        if (status->progress[i].is_foreign)
            status->foreign[status->n_foreign++] = i;
        else if (!is_whole(status, (uint64_t)i) && !job_of(status, (uint64_t)i))
            status->missing[status->n_missing++] = i;
    }
}

/* ---- telling ---- */

static void print_shards(struct status *status)
{
    uint64_t shown = 0, open = status->shards.n - status->whole;
    if (open == 0)
        return;
    printf("\n   task        done          of%s\n", status->asked ? "  job" : "");
    for (uint64_t i = 0; i < status->shards.n && shown < SHOWN_MAX; i++) {
        if (is_whole(status, i))
            continue;
        const struct slurm_progress *shard = &status->progress[i];
        const struct slurm_job_state *job = job_of(status, i);
        const char *state = status->asked ? "none" : "";
        if (shard->is_foreign)
            state = "of another study";
        else if (job)
            state = slurm_state_text(job, &status->arena);
        printf("%7" PRIu64 " %11" PRIu64 " ", i, shard->done);
        if (status->begun)
            printf("%11" PRIu64, shard->of);
        else
            printf("%11s", "?");
        printf("%s%s\n", *state ? "  " : "", state);
        shown++;
    }
    if (shown < open)
        printf("    ... and %" PRIu64 " more\n", open - shown);
}

static void print_next(struct status *status)
{
    struct arena *arena = &status->arena;
    const char *dashes = *status->dir == '-' ? "./" : "";
    if (status->n_missing > 0)
        printf(
            "\n%s\n\n  sh %s --array=%s\n",
            status->asked ? "What is missing and in no job is run, and merged, by"
                          : "squeue does not tell what runs.  What is missing is run, "
                            "and merged, by",
            shell_word(arena,
                       arena_printf(arena, "%s%s/" SLURM_FOLDER "/" SLURM_SCRIPT_NAME,
                                    dashes, status->dir)),
            slurm_array_text(arena, status->missing, status->n_missing));
    if (status->n_missing > 0)
        printf("\nWhy a task ended is in its log, %s/" SLURM_FOLDER "/" SLURM_LOGS_NAME
               "/JOB_TASK.log.\n",
               status->dir);
    if (status->n_foreign > 0)
        printf("\nShards %s are of another study, and nothing is merged with them: "
               "move\ntheir folders below %s/" SLURM_FOLDER " away.\n",
               slurm_array_text(arena, status->foreign, status->n_foreign),
               status->dir);
    if (status->asked && status->queue.merging)
        printf("\nThe merge is %s.\n", slurm_state_text(&status->queue.merge, arena));
    else if (status->n_missing == 0 && status->n_foreign == 0)
        printf("\n%s\n\n  tenure merge %s\n",
               status->whole == status->shards.n
                   ? "It is merged by"
                   : "When they have ended, it is merged by",
               shell_word(arena, arena_printf(arena, "%s%s", dashes, status->dir)));
}

static void print_status(struct status *status)
{
    if (status->finished) {
        printf("%s is finished: its results are there.\n", status->dir);
        return;
    }
    printf("%s: %s of %s tasks are done", status->dir,
           shown_count((int64_t)status->whole).text,
           shown_count((int64_t)status->shards.n).text);
    if (status->begun)
        printf(", %s of %s %s", shown_count((int64_t)status->total.done).text,
               shown_count((int64_t)status->total.of).text,
               status->plan.n_points > 1 ? "runs" : "replications");
    puts(".");
    print_shards(status);
    print_next(status);
}

static json_t *numbers(const int64_t tasks[], size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer((json_int_t)tasks[i]));
    return list;
}

static json_t *job_json(const struct slurm_job_state *job)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "job", job->id, "state", job->state,
                     "nodes", job->where, "reason", job->why);
}

/* null where squeue does not answer. */
static json_t *jobs_json(const struct status *status)
{
    json_t *list = status->asked ? json_array() : json_null();
    for (uint64_t i = 0; status->asked && i < status->shards.n; i++) {
        const struct slurm_job_state *job = job_of(status, i);
        json_t *object = job ? job_json(job) : NULL;
        if (!object)
            continue;
        json_object_set_new(object, "task", json_integer((json_int_t)i));
        json_array_append_new(list, object);
    }
    return list;
}

static bool print_json(struct status *status, struct error *err)
{
    bool merging = status->asked && status->queue.merging;
    json_t *root = json_pack(
        "{s:b, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o}", "finished",
        (int)status->finished, "tasks", (json_int_t)status->shards.n, "tasks_done",
        (json_int_t)status->whole, "replications",
        status->begun ? json_integer((json_int_t)status->total.of) : json_null(),
        "replications_done", (json_int_t)status->total.done, "tasks_missing",
        numbers(status->missing, status->n_missing), "tasks_of_another_study",
        numbers(status->foreign, status->n_foreign), "jobs", jobs_json(status), "merge",
        merging ? job_json(&status->queue.merge) : json_null());
    if (!root)
        out_of_memory();
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

bool slurm_status(const char *dir, bool json, struct error *err)
{
    struct status status = {.dir = dir};
    bool ok = find(&status, err) && count(&status, err);
    if (ok) {
        ask(&status);
        if (!interrupt_check(err))
            ok = false;
        else if (json)
            ok = print_json(&status, err);
        else
            print_status(&status);
    }
    if (status.begun)
        plan_free(&status.plan);
    arena_free(&status.arena);
    return ok;
}
