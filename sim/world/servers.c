#include "world/servers.h"

#include <assert.h>
#include <string.h>

void servers_init(struct servers *servers, struct arena *arena, int32_t gpus)
{
    assert(gpus >= 1 && gpus <= SERVERS_GPUS_MAX);
    size_t levels = (size_t)gpus + 1;
    *servers = (struct servers){.arena = arena, .gpus = gpus};
    servers->bits = ARENA_ARRAY(arena, levels, uint64_t *);
    servers->summary = ARENA_ARRAY(arena, levels, uint64_t *);
    servers->count = ARENA_ARRAY(arena, levels, uint32_t);
}

static size_t words_for(uint32_t servers)
{
    return (servers + 63) / 64;
}

static void make_room(struct servers *servers)
{
    uint32_t old = servers->room, room = old ? old * 2 : 64;
    struct arena *arena = servers->arena;

    assert(room > old);
    servers->free = arena_grow(arena, servers->free, old, room, sizeof *servers->free);
    servers->level =
        arena_grow(arena, servers->level, old, room, sizeof *servers->level);
    servers->blocks =
        arena_grow(arena, servers->blocks, old, room, sizeof *servers->blocks);
    for (int32_t l = 0; l <= servers->gpus; l++) {
        servers->bits[l] = arena_grow(arena, servers->bits[l], words_for(old),
                                      words_for(room), sizeof(uint64_t));
        servers->summary[l] =
            arena_grow(arena, servers->summary[l], words_for(words_for(old)),
                       words_for((uint32_t)words_for(room)), sizeof(uint64_t));
    }
    servers->room = room;
}

static void unlink_server(struct servers *servers, uint32_t server)
{
    int32_t level = servers->level[server];
    if (level < 0)
        return;
    uint64_t *word = &servers->bits[level][server / 64];
    *word &= ~(UINT64_C(1) << server % 64);
    if (*word == 0)
        servers->summary[level][server / 4096] &= ~(UINT64_C(1) << server / 64 % 64);
    servers->count[level]--;
    servers->level[server] = -1;
}

static void link_server(struct servers *servers, uint32_t server, int32_t level)
{
    assert(level >= 0 && level <= servers->gpus);
    servers->bits[level][server / 64] |= UINT64_C(1) << server % 64;
    servers->summary[level][server / 4096] |= UINT64_C(1) << server / 64 % 64;
    servers->count[level]++;
    servers->level[server] = (int16_t)level;
}

uint32_t servers_add(struct servers *servers, bool open)
{
    if (servers->n == servers->room)
        make_room(servers);
    uint32_t server = servers->n++;
    servers->free[server] = (int16_t)servers->gpus;
    servers->level[server] = -1;
    servers->blocks[server] = 0;
    if (open)
        link_server(servers, server, servers->gpus);
    return server;
}

void servers_block(struct servers *servers, uint32_t server)
{
    assert(server < servers->n && servers->blocks[server] < UINT16_MAX);
    if (servers_is_retired(servers, server))
        return;
    unlink_server(servers, server);
    if (servers->blocks[server]++ == 0)
        servers->n_blocked++;
}

bool servers_unblock(struct servers *servers, uint32_t server)
{
    assert(server < servers->n);
    if (servers->blocks[server] == 0 || --servers->blocks[server] > 0)
        return false;
    servers->n_blocked--;
    link_server(servers, server, servers->free[server]);
    return true;
}

void servers_discard(struct servers *servers, uint32_t server)
{
    assert(servers->blocks[server] > 0 && servers->free[server] == servers->gpus);
    servers->blocks[server] = 0;
    servers->n_blocked--;
}

void servers_set_open(struct servers *servers, uint32_t server, bool open)
{
    assert(server < servers->n);
    unlink_server(servers, server);
    if (open)
        link_server(servers, server, servers->free[server]);
}

void servers_set_level(struct servers *servers, uint32_t server, int32_t level)
{
    assert(server < servers->n && level <= servers->free[server]);
    if (servers->level[server] < 0 || servers->level[server] == level)
        return;
    unlink_server(servers, server);
    link_server(servers, server, level);
}

/* The lowest server of a level from `from` on. */
static uint32_t first_from(const struct servers *servers, int32_t level, uint32_t from)
{
    const uint64_t *bits = servers->bits[level], *summary = servers->summary[level];
    if (from >= servers->n)
        return SERVER_NONE;

    uint32_t word = from / 64;
    uint64_t rest = bits[word] & (~UINT64_C(0) << from % 64);
    if (rest)
        return word * 64 + (uint32_t)__builtin_ctzll(rest);

    uint32_t next = word + 1, words = (uint32_t)words_for(servers->n);
    if (next >= words)
        return SERVER_NONE;
    uint64_t above = summary[next / 64] & (~UINT64_C(0) << next % 64);
    for (uint32_t s = next / 64;; above = summary[s]) {
        if (above) {
            word = s * 64 + (uint32_t)__builtin_ctzll(above);
            return word * 64 + (uint32_t)__builtin_ctzll(bits[word]);
        }
        if (++s > (words - 1) / 64)
            return SERVER_NONE;
    }
}

static uint32_t last_of(const struct servers *servers, int32_t level)
{
    if (servers->count[level] == 0)
        return SERVER_NONE;
    const uint64_t *summary = servers->summary[level];
    uint32_t s = (uint32_t)((words_for(servers->n) - 1) / 64);
    while (!summary[s])
        s--;
    uint32_t word = s * 64 + 63 - (uint32_t)__builtin_clzll(summary[s]);
    return word * 64 + 63 - (uint32_t)__builtin_clzll(servers->bits[level][word]);
}

/* The level at which a gang fits best, or -1; whole free servers may be left out. */
static int32_t best_level(const struct servers *servers, int64_t gang, bool whole_too)
{
    int32_t top = whole_too ? servers->gpus : servers->gpus - 1;
    for (int64_t l = gang; l <= top; l++)
        if (servers->count[l] > 0)
            return (int32_t)l;
    return -1;
}

bool servers_fit(const struct servers *servers, int64_t gang)
{
    if (gang <= servers->gpus)
        return best_level(servers, gang, true) >= 0;

    int64_t whole = gang / servers->gpus, rest = gang % servers->gpus;
    int64_t free = servers->count[servers->gpus];
    if (free < whole)
        return false;
    return rest == 0 || free > whole || best_level(servers, rest, false) >= 0;
}

bool servers_fit_partly(const struct servers *servers, int64_t gang)
{
    return best_level(servers, gang, false) >= 0;
}

uint32_t servers_find(const struct servers *servers, int64_t gang, struct share *shares)
{
    if (!servers_fit(servers, gang))
        return 0;

    uint32_t n = 0, at = 0;
    int64_t rest = gang;
    if (gang > servers->gpus) {
        for (int64_t i = 0; i < gang / servers->gpus; i++) {
            at = first_from(servers, servers->gpus, at);
            shares[n++] = (struct share){at++, servers->gpus};
        }
        rest = gang % servers->gpus;
    }
    if (rest == 0)
        return n;

    int32_t level = best_level(servers, rest, n == 0);
    if (level < 0) { /* none but a whole free one, behind those taken */
        level = servers->gpus;
        shares[n++] = (struct share){first_from(servers, level, at), (int32_t)rest};
    } else {
        shares[n++] = (struct share){first_from(servers, level, 0), (int32_t)rest};
    }
    return n;
}

static void change_free(struct servers *servers, uint32_t server, int32_t delta)
{
    int32_t free = servers->free[server] + delta;
    assert(free >= 0 && free <= servers->gpus);
    servers->free[server] = (int16_t)free;
    int32_t level = servers->level[server];
    if (level < 0)
        return;
    unlink_server(servers, server);
    level += delta;
    link_server(servers, server, level < 0 ? 0 : level);
}

void servers_take(struct servers *servers, struct share share)
{
    change_free(servers, share.server, -share.gpus);
}

void servers_give(struct servers *servers, struct share share)
{
    change_free(servers, share.server, share.gpus);
}

uint32_t servers_last_free(const struct servers *servers)
{
    return last_of(servers, servers->gpus);
}

uint32_t servers_first_free(const struct servers *servers)
{
    return first_from(servers, servers->gpus, 0);
}

uint32_t servers_best_fit(const struct servers *servers, int64_t gang)
{
    int32_t level = gang <= servers->gpus ? best_level(servers, gang, true) : -1;
    return level < 0 ? SERVER_NONE : first_from(servers, level, 0);
}

/* Closes up to n servers that are down, highest number first. */
static uint32_t retire_blocked(struct servers *servers, uint32_t n, bool busy)
{
    uint32_t done = 0;
    for (uint32_t s = servers->n; done < n && servers->n_blocked > 0 && s-- > 0;) {
        if (servers->blocks[s] == 0 || (!busy && servers->free[s] < servers->gpus))
            continue;
        servers->blocks[s] = 0;
        servers->n_blocked--;
        done++;
    }
    return done;
}

uint32_t servers_retire(struct servers *servers, uint32_t n)
{
    uint32_t free = 0;
    for (; free < n; free++) {
        uint32_t server = servers_last_free(servers);
        if (server == SERVER_NONE)
            break;
        servers_set_open(servers, server, false);
    }
    free += retire_blocked(servers, n - free, false);
    uint32_t left = n - free;
    left -= retire_blocked(servers, left, true);
    for (uint32_t server = servers->n; left > 0 && server-- > 0;) {
        if (servers->level[server] < 0)
            continue;
        servers_set_open(servers, server, false);
        left--;
    }
    assert(left == 0);
    return free;
}

/* Copies n words and clears what lies behind them, up to `room`. */
static void copy_words(uint64_t *to, const uint64_t *from, size_t n, size_t room)
{
    if (n > 0)
        memcpy(to, from, n * sizeof *to);
    if (room > n)
        memset(to + n, 0, (room - n) * sizeof *to);
}

void servers_copy(struct servers *to, const struct servers *from)
{
    assert(to->gpus == from->gpus);
    while (to->room < from->room)
        make_room(to);
    to->n = from->n;
    to->n_blocked = from->n_blocked;
    if (from->n > 0) {
        memcpy(to->free, from->free, from->n * sizeof *to->free);
        memcpy(to->level, from->level, from->n * sizeof *to->level);
        memcpy(to->blocks, from->blocks, from->n * sizeof *to->blocks);
    }
    size_t words = words_for(from->n), room = words_for(to->room);
    for (int32_t l = 0; l <= from->gpus; l++) {
        copy_words(to->bits[l], from->bits[l], words, room);
        copy_words(to->summary[l], from->summary[l], words_for((uint32_t)words),
                   words_for((uint32_t)room));
        to->count[l] = from->count[l];
    }
}

int64_t servers_busy_closed(const struct servers *servers)
{
    int64_t busy = 0;
    for (uint32_t s = 0; s < servers->n; s++)
        if (servers->level[s] < 0)
            busy += servers->gpus - servers->free[s];
    return busy;
}

int64_t servers_busy_blocked(const struct servers *servers)
{
    int64_t busy = 0;
    for (uint32_t s = 0; s < servers->n && servers->n_blocked > 0; s++)
        if (servers->blocks[s] > 0)
            busy += servers->gpus - servers->free[s];
    return busy;
}

void servers_check(const struct servers *servers)
{
    uint32_t open = 0, counted = 0, blocked = 0;
    for (uint32_t s = 0; s < servers->n; s++) {
        int32_t level = servers->level[s];
        assert(servers->free[s] >= 0 && servers->free[s] <= servers->gpus);
        assert(level <= servers->free[s]);
        open += level >= 0;
        blocked += servers->blocks[s] > 0;
        assert(servers->blocks[s] == 0 || level < 0);
        for (int32_t l = 0; l <= servers->gpus; l++) {
            bool set = servers->bits[l][s / 64] >> s % 64 & 1;
            assert(set == (l == level));
            assert(!set || servers->summary[l][s / 4096] >> s / 64 % 64 & 1);
        }
    }
    for (int32_t l = 0; l <= servers->gpus; l++)
        counted += servers->count[l];
    assert(open == counted && blocked == servers->n_blocked);
}
