#ifndef WORLD_SERVERS_H
#define WORLD_SERVERS_H

/*
 * Which GPUs of which server: packed placement, and instances of elastic pools.
 *
 * Rule: up to one server's GPUs go best-fit on one server (the fewest free GPUs that
 * suffice); a larger gang goes on whole free servers, and its remainder best-fit on
 * another; among equals the lowest number wins.
 *
 * For each number of free GPUs there is a bitmap of the servers that have it, with a
 * summary bit per 64 servers; finding, taking and giving back touch one or two words
 * per server used, whatever the number of servers.
 *
 * A server is `open` (placement may use it), or not: not there, closed for draining, or
 * blocked, that is down for one or several reasons and open again when all are over.
 * `level` is the free count under which a server is found; it is its true free count
 * except while a reservation holds part of it (servers_set_level).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define SERVERS_GPUS_MAX 256
#define SERVER_NONE      UINT32_MAX

struct servers {
    struct arena *arena; /* borrowed */
    int32_t gpus;        /* per server */
    uint32_t n, room;    /* numbers given, and what the bitmaps hold */
    int16_t *free;       /* true free GPUs, open or not */
    int16_t *level;      /* under which it is found; -1: not open */
    uint64_t **bits;     /* bits[level][server / 64] */
    uint64_t **summary;  /* summary[level][server / 4096] */
    uint32_t *count;     /* open servers per level */
    uint16_t *blocks;    /* by how many reasons a server is down; not open meanwhile */
    uint32_t n_blocked;  /* servers with any */
};

/* A piece of a gang. */
struct share {
    uint32_t server;
    int32_t gpus;
};

void servers_init(struct servers *servers, struct arena *arena, int32_t gpus);

/* Adds a server, number n, wholly free; open or not. */
uint32_t servers_add(struct servers *servers, bool open);
void servers_set_open(struct servers *servers, uint32_t server, bool open);
void servers_set_level(struct servers *servers, uint32_t server, int32_t level);

/* Whether the rule finds room for a gang. */
bool servers_fit(const struct servers *servers, int64_t gang);

/* Whether a server that is partly used has room for a gang. */
bool servers_fit_partly(const struct servers *servers, int64_t gang);

/* Finds room by the rule, without taking it; shares must hold gang / gpus + 1.
 * Returns the number of shares, 0 if there is no room. */
uint32_t servers_find(const struct servers *servers, int64_t gang,
                      struct share *shares);

/* Changes free counts (and levels with them, where open). */
void servers_take(struct servers *servers, struct share share);
void servers_give(struct servers *servers, struct share share);

/* A reason to be down comes, and goes: true if that opened the server.  A server that
 * was retired meanwhile stays closed. */
void servers_block(struct servers *servers, uint32_t server);
bool servers_unblock(struct servers *servers, uint32_t server);

/* A blocked server on which nothing is taken retires. */
void servers_discard(struct servers *servers, uint32_t server);

/* Whether it was closed for good, or not opened yet. */
static inline bool servers_is_retired(const struct servers *servers, uint32_t server)
{
    return servers->level[server] < 0 && servers->blocks[server] == 0;
}

/* Closes n servers for good: wholly free ones first, then those that are down with
 * nothing on them, then those at work, highest number first.  Returns how many had
 * nothing on them. */
uint32_t servers_retire(struct servers *servers, uint32_t n);

/* GPUs at work on servers that are not open, and on those of them that are down. */
int64_t servers_busy_closed(const struct servers *servers);
int64_t servers_busy_blocked(const struct servers *servers);

/* Makes `to` (of the same width) a copy of `from`, for looking ahead. */
void servers_copy(struct servers *to, const struct servers *from);

/* The highest-numbered open, wholly free server, or SERVER_NONE; and the lowest. */
uint32_t servers_last_free(const struct servers *servers);
uint32_t servers_first_free(const struct servers *servers);

/* The lowest-numbered open server with the fewest free GPUs >= gang, or SERVER_NONE. */
uint32_t servers_best_fit(const struct servers *servers, int64_t gang);

void servers_check(const struct servers *servers);

#endif
