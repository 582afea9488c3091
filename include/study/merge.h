#ifndef STUDY_MERGE_H
#define STUDY_MERGE_H

/*
 * The rows of shards to the results that one machine would have written.
 *
 * Shards belong together if their plans have the same id: the same program, inputs,
 * numeric fingerprint and design.  How the study was divided does not matter, nor
 * whether a replication was run twice, as long as it gave the same.  Whether all that
 * counts is there is looked up in the rows themselves.
 */

#include "study/study.h"

#define MERGE_SHOWN 20

struct merge_options {
    /* Directories of shards, or one of a study: then its shards, and what was run in it
     * without any. */
    const char *const *sources;
    size_t n_sources;
    const char *dir;     /* for the results; NULL: the one source */
    const char *version; /* of the program */
    bool force;
    double lock_wait_s;
};

/* Replications, the last included. */
struct merge_range {
    uint64_t first, last;
};

struct merge_report {
    bool was_finished;
    size_t shards;    /* directories that were read */
    uint64_t missing; /* tasks; then nothing was written */
    /* The first of the replications that lack a point, and of the shards that have
     * some of them to run, where all were divided alike. */
    struct merge_range ranges[MERGE_SHOWN];
    size_t n_ranges; /* in all, of which MERGE_SHOWN are shown */
    struct study_shard todo[MERGE_SHOWN];
    size_t n_todo;    /* in all; 0: the study as a whole */
    const char *base; /* the directory with the shards, for commands; in the plan */
    struct finish_report finish;
};

/* `plan` is read from the first source, and the caller's to free on success. */
bool study_merge(const struct merge_options *options, struct study_plan *plan,
                 struct merge_report *report, struct error *err) MUST_CHECK;

#endif
