#include "study/study.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "study/bitmap.h"
#include "study/directory.h"
#include "study/judge.h"
#include "study/lock.h"
#include "study/pool.h"
#include "study/worker.h"

#define SYNC_S 1.0

/* One call of study_run. */
struct session {
    const struct study_setup *setup;
    const struct study_plan *plan;
    const struct study_options *options;
    struct study_report *report;
    struct arena arena;
    const char *dir;        /* of the study, or of the shard */
    uint64_t replications;  /* of the shard */
    struct bitmap done;     /* tasks of the shard, before this session */
    uint64_t *cut;          /* of each point */
    struct dir_list shards; /* of this study; looked up once */
    bool has_looked;
    struct rows_files files;
    unsigned number; /* of this session */
    struct study_lock lock;
    bool was_left; /* finished, but killed before all was tidied */
    struct crew crew;
    struct worker *workers;
    unsigned n_workers;
    atomic_uint_fast64_t run; /* tasks of this session */
    double begin_s, synced_s;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- tasks: numbers of a shard, and of the study ---- */

static uint64_t replication_of(const struct session *session, uint64_t number)
{
    struct study_shard shard = session->options->shard;
    uint64_t own = number / session->plan->n_points;
    return shard.count ? shard.index + shard.count * own : own;
}

static size_t point_of(const struct session *session, uint64_t number)
{
    return (size_t)(number % session->plan->n_points);
}

/* False where the task is none of the shard's. */
static bool number_of(const struct session *session, uint64_t task, uint64_t *number)
{
    const struct study_plan *plan = session->plan;
    struct study_shard shard = session->options->shard;
    uint64_t replication = task / plan->n_points, point = task % plan->n_points;
    if (replication >= plan->replications)
        return false;
    if (shard.count && replication % shard.count != shard.index)
        return false;
    *number = (shard.count ? replication / shard.count : replication) * plan->n_points +
              point;
    return true;
}

static void tell_progress(struct session *session)
{
    struct study_progress *progress = &session->report->progress;
    progress->run = atomic_load(&session->run);
    progress->done = session->done.set + progress->run;
    progress->wall_s = now_s() - session->begin_s;
    if (session->options->progress)
        session->options->progress(session->options->self, progress);
}

static bool sync_rows(struct session *session, struct error *err)
{
    for (unsigned i = 0; i < session->n_workers; i++)
        if (!rows_sync(&session->workers[i].writer, err))
            return false;
    session->synced_s = now_s();
    return true;
}

static bool tick(void *self, struct error *err)
{
    struct session *session = self;
    tell_progress(session);
    return now_s() - session->synced_s < SYNC_S || sync_rows(session, err);
}

static bool work(void *self, unsigned at, uint64_t number, struct error *err)
{
    struct session *session = self;
    struct worker *worker = &session->workers[at];
    uint64_t replication = replication_of(session, number);
    size_t point = point_of(session, number);
    if (bitmap_get(&session->done, number) || replication >= session->cut[point])
        return true;
    if (!worker_run(worker, point, replication, err))
        return false;
    if (!worker->writer.path &&
        !rows_create(&worker->writer, session->dir, session->plan->id, session->number,
                     at, err))
        return false;
    uint64_t task = replication * session->plan->n_points + point;
    if (!rows_append(&worker->writer, task, worker->payload.text,
                     worker->payload.length, err))
        return false;
    atomic_fetch_add(&session->run, 1);
    return true;
}

/* All tasks whose numbers are below `end` and that no stopping rule leaves out. */
static bool run_until(struct session *session, uint64_t begin, uint64_t end,
                      struct error *err)
{
    struct pool_work pool = {.self = session,
                             .threads = session->n_workers,
                             .begin = begin,
                             .end = end,
                             .work = work,
                             .tick = tick,
                             .stop = &session->crew.stop};
    return pool_run(&pool, err) && sync_rows(session, err);
}

/* The shards that are of this study: what they did need not be done again. */
static bool find_shards(struct session *session, struct error *err)
{
    struct arena *arena = &session->arena;
    struct dir_list dirs = {.n = 0};
    session->has_looked = true;
    if (!study_shard_dirs(session->dir, arena, &dirs, err))
        return false;
    for (size_t i = 0; i < dirs.n; i++) {
        struct study_plan plan;
        struct error ignored;
        if (!plan_read(&plan, dirs.items[i], &ignored))
            continue;
        if (strcmp(plan.id, session->plan->id) == 0)
            dir_list_add(&session->shards, dirs.items[i], arena);
        plan_free(&plan);
    }
    return true;
}

static bool find_rows_of_shards(struct session *session, struct error *err)
{
    unsigned next_session = session->files.next_session;
    if (!session->has_looked && !find_shards(session, err))
        return false;
    for (size_t i = 0; i < session->shards.n; i++)
        if (!rows_find(session->shards.items[i], &session->arena, &session->files, err))
            return false;
    session->files.next_session = next_session;
    return true;
}

/* The files, those of this session included. */
static bool find_rows(struct session *session, struct error *err)
{
    session->files = (struct rows_files){.n = 0};
    return rows_find(session->dir, &session->arena, &session->files, err) &&
           (session->options->shard.count || find_rows_of_shards(session, err));
}

static bool all_stopped(const struct session *session, uint64_t done)
{
    for (size_t point = 0; point < session->plan->n_points; point++)
        if (session->cut[point] > done)
            return false;
    return true;
}

/* Up to one prefix after the other; a shard, which sees only its part, to the end. */
static bool run_rounds(struct session *session, struct error *err)
{
    const struct study_plan *plan = session->plan;
    uint64_t done = 0, own = session->replications;
    if (session->options->shard.count)
        return run_until(session, 0, own * plan->n_points, err);
    while (done < plan->replications && !all_stopped(session, done)) {
        uint64_t next = judge_next(plan, done);
        if (!run_until(session, done * plan->n_points, next * plan->n_points, err))
            return false;
        done = next;
        if (plan->n_stops == 0)
            break;
        if (!find_rows(session, err) ||
            !judge_points(plan, &session->files, session->dir, done, session->cut, err))
            return false;
    }
    return true;
}

static void start_workers(struct session *session)
{
    uint64_t tasks = session->done.n - session->done.set;
    unsigned jobs = session->options->jobs ? session->options->jobs : pool_threads();
    session->n_workers = tasks < jobs ? (unsigned)tasks : jobs;
    if (session->n_workers == 0)
        session->n_workers = 1;
    session->workers = calloc(session->n_workers, sizeof *session->workers);
    if (!session->workers)
        out_of_memory();
    for (unsigned i = 0; i < session->n_workers; i++)
        worker_init(&session->workers[i], &session->crew);
}

static bool close_workers(struct session *session, struct error *err)
{
    bool ok = true;
    for (unsigned i = 0; i < session->n_workers; i++) {
        ok = rows_close(&session->workers[i].writer, ok ? err : &(struct error){0}) &&
             ok;
        worker_free(&session->workers[i]);
    }
    free(session->workers);
    session->workers = NULL;
    session->n_workers = 0;
    return ok;
}

/* Whatever happens, what was done is on the disk. */
static bool run_tasks(struct session *session, struct error *err)
{
    struct error late;
    crew_init(&session->crew, session->setup, session->plan);
    start_workers(session);
    bool ok = run_rounds(session, err);
    tell_progress(session);
    session->report->failed = atomic_load(&session->crew.failed);
    if (!close_workers(session, &late) && ok) {
        *err = late;
        ok = false;
    }
    crew_free(&session->crew);
    return ok;
}

/* What earlier sessions did. */
static bool read_done(struct session *session, struct error *err)
{
    const struct study_plan *plan = session->plan;
    bitmap_init(&session->done, session->replications * plan->n_points);
    if (!find_rows(session, err))
        return false;
    session->number = session->files.next_session;
    struct rows_reader *reader = rows_open(&session->files, plan->id, err);
    struct row row;
    bool more, ok = reader != NULL;
    while (ok && (ok = rows_next(reader, &row, &more, err)) && more) {
        uint64_t number;
        if (number_of(session, row.task, &number))
            bitmap_set(&session->done, number);
        else
            ok =
                error_set(err,
                          "%s: row %" PRIu64 " is of no task of this study; delete the "
                          "file, and its replications are run again",
                          row.path, row.task);
    }
    rows_free(reader);
    session->report->progress.total = session->done.n;
    session->report->progress.done = session->done.set;
    return ok;
}

static bool finish(struct session *session, struct error *err)
{
    if (!find_rows(session, err))
        return false;
    struct finish_options finish_options = {
        .plan = session->plan,
        .dir = session->dir,
        .files = &session->files,
        .cut = session->cut,
    };
    return study_finish(&finish_options, &session->report->finish, err);
}

static bool run_and_finish(struct session *session, struct error *err)
{
    const struct study_options *options = session->options;
    size_t n = session->plan->n_points;
    session->begin_s = session->synced_s = now_s();
    session->cut = ARENA_ARRAY(&session->arena, n, uint64_t);
    for (size_t point = 0; point < n; point++)
        session->cut[point] = session->plan->replications;
    if (!read_done(session, err) || !run_tasks(session, err))
        return false;
    if (options->shard.count)
        return true;
    if (!finish(session, err))
        return false;
    directory_tidy(session->dir, options->keep_rows);
    return true;
}

/* The plan takes the place of the old one before results go. */
static bool begin_anew(struct session *session, struct error *err)
{
    if (!directory_clear_work(session->dir, session->options->lock_wait_s, err) ||
        !plan_write(session->plan, session->dir, err))
        return false;
    directory_clear_results(session->dir);
    return true;
}

/* Under the lock. */
static bool begin(struct session *session, struct error *err)
{
    const struct study_options *options = session->options;
    enum directory_state state;
    if (!directory_look(session->dir, session->plan, options->force, &state, err))
        return false;
    if (options->force)
        return begin_anew(session, err) && run_and_finish(session, err);
    if (state == DIRECTORY_FINISHED) {
        session->report->was_finished = true;
        if (session->was_left)
            directory_tidy(session->dir, options->keep_rows);
        return true;
    }
    return (state == DIRECTORY_BEGUN || plan_write(session->plan, session->dir, err)) &&
           run_and_finish(session, err);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* A look before the lock, so that nothing is left behind in a directory that is not
 * for a study. */
static bool look_first(struct session *session, const char *dir, bool force,
                       enum directory_state *state, struct error *err)
{
    *state = DIRECTORY_EMPTY;
    return !exists(dir) || directory_look(dir, session->plan, force, state, err);
}

/* The study's directory is not the shard's, and stays whatever is forced. */
static bool look_above_shard(struct session *session, enum directory_state *state,
                             struct error *err)
{
    const struct study_options *options = session->options;
    if (look_first(session, options->dir, false, state, err))
        return true;
    if (!options->force || err->kind != ERROR_USAGE)
        return false;
    char text[sizeof err->text];
    char *advice = strstr(err->text, "; name another directory");
    if (advice)
        *advice = '\0';
    snprintf(text, sizeof text, "%s", err->text);
    return error_kind_set(
        err, ERROR_USAGE,
        "%s; with --shard, --force begins that shard anew and nothing "
        "else: name another directory, or remove this one",
        text);
}

static bool make_directories(struct session *session, struct error *err)
{
    const char *dir = session->options->dir;
    if (!directory_make(dir, err))
        return false;
    if (session->options->shard.count == 0)
        return true;
    return directory_make(arena_printf(&session->arena, "%s/shards", dir), err) &&
           directory_make(session->dir, err);
}

/* A study that is finished is left as it is, and may be read-only. */
static bool look_at_finished(struct session *session, struct error *err)
{
    bool at_rest;
    if (!directory_at_rest(session->dir, session->options->lock_wait_s, &session->lock,
                           &at_rest, err))
        return false;
    session->report->was_finished = at_rest;
    session->was_left = !at_rest;
    return true;
}

static bool lock_directory(struct session *session, struct error *err)
{
    return session->was_left || (make_directories(session, err) &&
                                 lock_take(&session->lock, session->dir,
                                           session->options->lock_wait_s, err));
}

static bool run_session(struct session *session, struct error *err)
{
    const struct study_options *options = session->options;
    enum directory_state state;
    session->dir = options->dir;
    if (options->shard.count) {
        if (!look_above_shard(session, &state, err))
            return false;
        if (state == DIRECTORY_FINISHED && !options->force) {
            session->report->was_finished = true;
            return true;
        }
        session->dir = study_shard_dir(options->dir, options->shard, &session->arena);
    }
    if (!look_first(session, session->dir, options->force, &state, err))
        return false;
    if (state == DIRECTORY_FINISHED && !options->force &&
        !look_at_finished(session, err))
        return false;
    if (session->report->was_finished)
        return true;
    if (!lock_directory(session, err))
        return false;
    bool ok = begin(session, err);
    bool finished = session->options->shard.count == 0 && ok;
    lock_release(&session->lock, finished);
    return ok;
}

bool study_run(const struct study_setup *setup, const struct study_plan *plan,
               const struct study_options *options, struct study_report *report,
               struct error *err)
{
    struct session session = {
        .setup = setup,
        .plan = plan,
        .options = options,
        .report = report,
        .replications = study_shard_replications(options->shard, plan->replications),
    };
    assert(options->shard.count == 0 || options->shard.index < options->shard.count);
    *report = (struct study_report){0};
    bool ok = run_session(&session, err);
    bitmap_free(&session.done);
    arena_free(&session.arena);
    return ok;
}
