#include "base/names.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* FNV-1a, 32 bits. */
static uint32_t hash(const char *text, size_t length)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

/* The slot that holds the name, or the empty one where it would go. */
static uint32_t slot_of(const struct names *names, const char *text, size_t length)
{
    uint32_t slot = hash(text, length) & names->slots_mask;
    while (names->slots[slot]) {
        const char *known = names->text[names->slots[slot] - 1];
        if (strncmp(known, text, length) == 0 && known[length] == '\0')
            break;
        slot = (slot + 1) & names->slots_mask;
    }
    return slot;
}

/* Keeps at least half of the slots empty. */
static void make_room(struct names *names)
{
    if (names->n < names->room)
        return;
    assert(names->room < UINT32_MAX / 8);
    uint32_t room = names->room ? 2 * names->room : 16;
    names->text =
        arena_grow(names->arena, names->text, names->n, room, sizeof *names->text);
    names->room = room;
    names->slots = ARENA_ARRAY(names->arena, 2 * (size_t)room, uint32_t);
    names->slots_mask = 2 * room - 1;
    for (uint32_t id = 0; id < names->n; id++) {
        const char *text = names->text[id];
        names->slots[slot_of(names, text, strlen(text))] = id + 1;
    }
}

uint32_t names_add(struct names *names, const char *text, size_t length)
{
    assert(names->arena);
    assert(!memchr(text, '\0', length));
    uint32_t id = names_find(names, text, length);
    if (id != NAMES_NONE)
        return id;

    make_room(names);
    uint32_t slot = slot_of(names, text, length);
    names->text[names->n] = arena_strndup(names->arena, text, length);
    names->slots[slot] = ++names->n;
    return names->n - 1;
}

uint32_t names_find(const struct names *names, const char *text, size_t length)
{
    if (names->n == 0)
        return NAMES_NONE;
    uint32_t slot = slot_of(names, text, length);
    return names->slots[slot] ? names->slots[slot] - 1 : NAMES_NONE;
}

#define LONGEST_COMPARED 64

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits, with the swap of two neighbours counted as one ("optimal string alignment").
 */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[3][LONGEST_COMPARED + 1];
    size_t *before = row[0], *above = row[1], *now = row[2];
    for (size_t j = 0; j <= m; j++)
        above[j] = j;

    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t changed = above[j - 1] + !same_letter(a[i - 1], b[j - 1]);
            now[j] = min(changed, min(above[j], now[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                           same_letter(a[i - 2], b[j - 1]);
            if (swapped)
                now[j] = min(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above;
        above = now;
        now = free_row;
    }
    return above[m];
}

const char *nearest_name(const char *text, const char *const candidates[])
{
    const char *best = NULL;
    size_t best_distance = 0;
    size_t n = strlen(text);
    if (n > LONGEST_COMPARED)
        return NULL;

    for (const char *const *candidate = candidates; *candidate; candidate++) {
        size_t m = strlen(*candidate);
        if (m > LONGEST_COMPARED)
            continue;
        size_t d = distance(text, n, *candidate, m);
        if (3 * d <= m && (!best || d < best_distance)) {
            best = *candidate;
            best_distance = d;
        }
    }
    return best;
}
