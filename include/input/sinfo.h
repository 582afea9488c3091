#ifndef INPUT_SINFO_H
#define INPUT_SINFO_H

/*
 * The servers of a cluster, as Slurm's `sinfo` prints them:
 *
 *     sinfo --Node -o "%N|%P|%G"      a line for each server and partition
 *     sinfo -o "%P %G %D"             a line for each kind of server
 *
 * Columns are found by name: PARTITION and GRES, and NODELIST or NODES (how many);
 * others are not looked at.  Fields stand between '|' or, where the first line has
 * none, between blanks.  Only the first form tells which servers are in several
 * partitions. Source: manual page sinfo(1) of Slurm 25.05.
 */

#include "base/arena.h"
#include "base/errors.h"
#include "input/slurm.h"

/* Servers alike: of the same partitions and the same GPUs. */
struct sinfo_servers {
    const char *partitions; /* joined by '|', in order of the file */
    const char *type;       /* of their GPUs; "": not told */
    int64_t gpus;           /* of that type in each of them, >= 1 */
    int64_t servers;        /* >= 1 */
};

struct sinfo {
    struct sinfo_servers *items;
    size_t n;
    int64_t without_gpus; /* servers */
    bool by_node;         /* the file tells which servers are in several partitions */
};

/* The texts live in the arena. */
bool sinfo_read(struct sinfo *sinfo, const char *path, struct arena *arena,
                struct error *err) MUST_CHECK;

#endif
