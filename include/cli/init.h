#ifndef CLI_INIT_H
#define CLI_INIT_H

/*
 * `tenure init`: a first scenario from a cluster's own records.
 *
 * Servers become pools: those of the same partitions, type of GPU and GPUs per server
 * are one, so that a server in two partitions is there once.  Without `sinfo` a
 * partition has the most GPUs that its jobs ever held at once.  A job may run in the
 * pools of its partitions, and in a lease and an on-demand pool of the same class,
 * which begin empty. Jobs are written in a file for each class, on which their
 * durations hold.
 */

#include "base/arena.h"
#include "input/importer.h"
#include "input/scenario.h"
#include "input/sinfo.h"

#define INIT_POOLS_MAX (POOLS_MAX / 2)

struct init_pool {
    char name[64];          /* plain */
    const char *partitions; /* joined by '|', as Slurm calls them */
    const char *type;       /* of GPU; "": not told */
    const struct gpu_class *class;
    bool class_guessed;       /* the type is none of the catalogue's */
    int64_t gpus, per_server; /* per_server 0: as the class has it */
    bool from_peak;           /* what its jobs held at once */
};

struct init {
    const char *sacct, *sinfo, *dir; /* as named; sinfo may be NULL */
    const char *zone, *class;
    bool force, lenient;
    struct arena arena;
    struct catalog catalog;
    struct sinfo servers;
    struct init_pool pools[INIT_POOLS_MAX];
    size_t n_pools;
    struct import_result jobs, starts; /* the same jobs, by submit and by start */
    struct import_report report, starts_report;
    uint32_t *class_of_kind; /* of jobs.jobs: the pool whose class is the reference */
    const char **pools_of_kind;
    int64_t mixed_jobs;   /* their partition has several classes, and they no type */
    int64_t untyped_jobs; /* of a type that no server of their partition has */
    int64_t shared;       /* pools in several partitions */
};

/* Each class that --class names must be of the catalogue. */
bool init_check_classes(struct init *init, struct error *err) MUST_CHECK;

/* Tells standard error of each type in --class that neither a server nor a job has;
 * after the pools are made. */
void init_warn_of_types(const struct init *init);

/* Pools from servers and jobs, and what jobs may run in them. */
bool init_make_pools(struct init *init, struct error *err) MUST_CHECK;

/* scenario.yaml and the job traces into a directory. */
bool init_write(struct init *init, const char *dir, struct error *err) MUST_CHECK;

/* The trace of a class: "jobs.csv" where there is one class only. */
const char *init_trace_name(struct init *init, const struct gpu_class *class);

/* The classes on which some job's durations hold, in order of the pools; how many. */
size_t init_classes(const struct init *init, const struct gpu_class *classes[]);

/* Whether some job's durations hold on the class. */
bool init_uses_class(const struct init *init, const struct gpu_class *class);

#endif
