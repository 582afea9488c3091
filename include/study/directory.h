#ifndef STUDY_DIRECTORY_H
#define STUDY_DIRECTORY_H

/*
 * The directory of a study, which is the study's own from the start.
 *
 *   DIR/lock, DIR/plan.json, DIR/rows-*.part     while it runs
 *   DIR/replications.csv, ..., DIR/manifest.json when it is finished; manifest last
 *   DIR/shards/I-of-N/                           the same of a shard, which keeps its
 *                                                rows and has no results
 *
 * Files appear by rename.  Nothing is deleted that Tenure does not write: where no
 * study has begun a directory with other files is refused, with --force, too, and where
 * one has they are left alone.  That it is Tenure's is told by a
 * plan or a manifest of Tenure's and not by the names of files, so from the first file
 * of Tenure's to the last, and while one result takes another's place, there is one of
 * the two.
 */

#include "base/arena.h"
#include "base/sha256.h"
#include "study/lock.h"
#include "study/plan.h"

/* Makes the directory, in one that exists; it may be there already. */
bool directory_make(const char *dir, struct error *err) MUST_CHECK;

/* A file in it, durable, whole or as it was before. */
bool directory_write(const char *dir, const char *name, const char *text,
                     struct error *err) MUST_CHECK;

/* Where a file is created before it appears by directory_show.  What stood there, which
 * may be a link to anything, is removed. */
const char *directory_hide(const char *dir, const char *name, struct arena *arena);
bool directory_show(const char *dir, const char *name, struct error *err) MUST_CHECK;

enum directory_state {
    DIRECTORY_EMPTY,
    DIRECTORY_BEGUN,    /* has a plan: of this study */
    DIRECTORY_FINISHED, /* has the results of this study */
};

/* What a directory holds; an error where that is another study, another result, or
 * is not Tenure's.  With `force` the first two are no error: then it is
 * to be cleared. */
bool directory_look(const char *dir, const struct study_plan *plan, bool force,
                    enum directory_state *state, struct error *err) MUST_CHECK;

/* Removes rows, what was hidden, and shards, which are real folders shards/I-of-N with
 * a plan of Tenure's in them.  An error, and all stays, where one of these is being
 * written to and does not end within `wait_s`. */
bool directory_clear_work(const char *dir, double wait_s, struct error *err) MUST_CHECK;

/* Removes rows alone, of a study whose plan is there and that is to be replaced. */
void directory_clear_rows(const char *dir);

/* Removes results, of a study or, where the manifest is one of those, of a run.  There
 * must be a plan, which stays. */
void directory_clear_results(const char *dir);

/* Whether a finished study needs nothing more: it has no lock file, which goes when all
 * else is done, or nobody could remove anything, as it may not be written to.  An error
 * where somebody else works on it.  Not at rest: the lock is held, and there may be
 * rows that were not to be kept. */
bool directory_at_rest(const char *dir, double wait_s, struct study_lock *lock,
                       bool *at_rest, struct error *err) MUST_CHECK;

/* Removes plan, rows and what was hidden, of a finished study; `keep_rows`: not the
 * rows and the plan. */
void directory_tidy(const char *dir, bool keep_rows);

#endif
