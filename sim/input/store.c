#include "input/store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Files are few and asked for rarely: a list does. */
struct stored {
    struct stored *next;
    const struct store_kind *kind;
    char *path;
    void *content;
};

struct store {
    pthread_mutex_t lock;
    struct stored *first;
};

static void *zeroed(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

struct store *store_new(void)
{
    struct store *store = zeroed(sizeof *store);
    if (pthread_mutex_init(&store->lock, NULL) != 0)
        out_of_memory();
    return store;
}

static void stored_delete(struct stored *stored)
{
    stored->kind->free(stored->content);
    free(stored->content);
    free(stored->path);
    free(stored);
}

void store_delete(struct store *store)
{
    if (!store)
        return;
    for (struct stored *stored = store->first, *next; stored; stored = next) {
        next = stored->next;
        stored_delete(stored);
    }
    pthread_mutex_destroy(&store->lock);
    free(store);
}

static struct stored *stored_new(const struct store_kind *kind, const char *path)
{
    struct stored *stored = zeroed(sizeof *stored);
    stored->kind = kind;
    stored->path = strdup(path);
    if (!stored->path)
        out_of_memory();
    stored->content = zeroed(kind->size);
    return stored;
}

static const void *find_or_read(struct store *store, const struct store_kind *kind,
                                const char *path, struct error *err)
{
    for (const struct stored *stored = store->first; stored; stored = stored->next)
        if (stored->kind == kind && strcmp(stored->path, path) == 0)
            return stored->content;

    struct stored *stored = stored_new(kind, path);
    if (!kind->read(stored->content, path, err)) {
        stored_delete(stored);
        return NULL;
    }
    stored->next = store->first;
    store->first = stored;
    return stored->content;
}

const void *store_read(struct store *store, const struct store_kind *kind,
                       const char *path, struct error *err)
{
    pthread_mutex_lock(&store->lock);
    const void *content = find_or_read(store, kind, path, err);
    pthread_mutex_unlock(&store->lock);
    return content;
}
