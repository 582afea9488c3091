#include "study/transpose.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

#define BUFFER_VALUES ((size_t)4 << 20) /* 32 MiB */
#define CACHES        2

/* Adjacent series, whole: what is asked for next is near what was asked for last. */
struct cache {
    uint64_t *bits; /* of series first to first + n - 1, one after the other */
    size_t first, n;
    uint64_t used_at;
};

/* Values are kept as bits that are 0 for NAN, so what was never written is NAN. */
struct transpose {
    int fd;
    char *dir;
    size_t series;
    uint64_t replications;
    uint64_t depth;   /* replications of a block */
    uint64_t block;   /* the one in the buffer */
    uint64_t *buffer; /* series times depth; NULL: too large, values go out at once */
    bool reading;
    struct cache caches[CACHES];
    size_t cached; /* series that fit in a cache */
    uint64_t clock;
};

static uint64_t bits_of(double value)
{
    static const double none = NAN;
    uint64_t bits, none_bits;
    if (isnan(value))
        return 0;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&none_bits, &none, sizeof bits);
    return bits ^ none_bits;
}

static double value_of(uint64_t bits)
{
    static const double none = NAN;
    uint64_t none_bits;
    double value;
    memcpy(&none_bits, &none, sizeof bits);
    bits ^= none_bits;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* A file without a name. */
static int open_nameless(const char *dir, struct error *err)
{
    struct arena arena = {0};
    char *path = arena_printf(&arena, "%s/.columns-XXXXXX", dir);
    int fd = mkstemp(path);
    if (fd < 0)
        error_errno(err, path);
    else
        unlink(path);
    arena_free(&arena);
    return fd;
}

struct transpose *transpose_new(const char *dir, size_t series, uint64_t replications,
                                struct error *err)
{
    assert(series > 0 && replications > 0);
    int fd = open_nameless(dir, err);
    if (fd < 0)
        return NULL;
    struct transpose *t = calloc(1, sizeof *t);
    if (!t || !(t->dir = strdup(dir)))
        out_of_memory();
    t->fd = fd;
    t->series = series;
    t->replications = replications;
    t->depth = BUFFER_VALUES / series;
    if (t->depth > replications)
        t->depth = replications;
    if (t->depth > 0 && !(t->buffer = calloc(series * t->depth, sizeof *t->buffer)))
        out_of_memory();
    if (t->depth == 0)
        t->depth = 1;
    t->cached = BUFFER_VALUES / replications;
    if (t->cached > series)
        t->cached = series;
    if (t->cached == 0)
        t->cached = 1;
    return t;
}

static bool write_at(struct transpose *t, const void *data, size_t bytes, uint64_t at,
                     struct error *err)
{
    const char *from = data;
    while (bytes > 0) {
        ssize_t n = pwrite(t->fd, from, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_errno(err, t->dir);
        from += n;
        at += (uint64_t)n;
        bytes -= (size_t)n;
    }
    return true;
}

static uint64_t position(const struct transpose *t, uint64_t block, size_t series)
{
    return 8 * t->depth * (block * t->series + series);
}

static bool flush(struct transpose *t, struct error *err)
{
    if (!t->buffer)
        return true;
    size_t bytes = 8 * t->series * (size_t)t->depth;
    bool ok = write_at(t, t->buffer, bytes, position(t, t->block, 0), err);
    memset(t->buffer, 0, bytes);
    return ok;
}

static bool put_directly(struct transpose *t, uint64_t replication, size_t first,
                         const double *value, size_t n, struct error *err)
{
    uint64_t bits[512];
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < 512 ? n - done : 512;
        for (size_t i = 0; i < part; i++)
            bits[i] = bits_of(value[done + i]);
        if (!write_at(t, bits, 8 * part, position(t, replication, first + done), err))
            return false;
    }
    return true;
}

bool transpose_put(struct transpose *t, uint64_t replication, size_t first,
                   const double *value, size_t n, struct error *err)
{
    assert(!t->reading && replication < t->replications && first + n <= t->series);
    if (!t->buffer)
        return put_directly(t, replication, first, value, n, err);
    uint64_t block = replication / t->depth;
    assert(block >= t->block);
    if (block != t->block && !flush(t, err))
        return false;
    t->block = block;
    uint64_t *to = t->buffer + first * t->depth + replication % t->depth;
    for (size_t i = 0; i < n; i++)
        to[i * t->depth] = bits_of(value[i]);
    return true;
}

/* What lies behind the end of the file was never put. */
static bool read_at(struct transpose *t, void *data, size_t bytes, uint64_t at,
                    struct error *err)
{
    char *to = data;
    while (bytes > 0) {
        ssize_t n = pread(t->fd, to, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, t->dir);
        if (n == 0)
            break;
        to += n;
        at += (uint64_t)n;
        bytes -= (size_t)n;
    }
    memset(to, 0, bytes);
    return true;
}

/* A block holds depth values of each series; a cache wants all of each together. */
static bool load(struct transpose *t, struct cache *cache, size_t first,
                 struct error *err)
{
    size_t n = t->series - first < t->cached ? t->series - first : t->cached;
    size_t depth = (size_t)t->depth, replications = (size_t)t->replications;
    uint64_t *piece = malloc(8 * n * depth);
    if (!cache->bits)
        cache->bits = malloc(8 * t->cached * replications);
    if (!piece || !cache->bits)
        out_of_memory();
    bool ok = true;
    for (size_t from = 0; ok && from < replications; from += depth) {
        size_t part = replications - from < depth ? replications - from : depth;
        ok = read_at(t, piece, 8 * n * depth, position(t, from / depth, first), err);
        for (size_t i = 0; ok && i < n; i++)
            memcpy(cache->bits + i * replications + from, piece + i * depth, 8 * part);
    }
    free(piece);
    cache->first = first;
    cache->n = ok ? n : 0;
    return ok;
}

bool transpose_get(struct transpose *t, size_t series, uint64_t n, double *value,
                   struct error *err)
{
    assert(series < t->series && n <= t->replications);
    if (!t->reading) {
        if (!flush(t, err))
            return false;
        free(t->buffer);
        t->buffer = NULL;
        t->reading = true;
    }
    struct cache *cache = &t->caches[0];
    for (size_t i = 0; i < CACHES; i++) {
        struct cache *other = &t->caches[i];
        if (series >= other->first && series - other->first < other->n) {
            cache = other;
            break;
        }
        if (other->used_at < cache->used_at)
            cache = other;
    }
    bool hit = series >= cache->first && series - cache->first < cache->n;
    if (!hit && !load(t, cache, series, err))
        return false;
    cache->used_at = ++t->clock;
    const uint64_t *bits = cache->bits + (series - cache->first) * t->replications;
    for (uint64_t i = 0; i < n; i++)
        value[i] = value_of(bits[i]);
    return true;
}

void transpose_free(struct transpose *t)
{
    if (!t)
        return;
    close(t->fd);
    for (size_t i = 0; i < CACHES; i++)
        free(t->caches[i].bits);
    free(t->buffer);
    free(t->dir);
    free(t);
}
