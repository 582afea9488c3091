/* A bridge in sentences. */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/bridge.h"
#include "output/brief.h"
#include "output/compare.h"
#include "output/prose.h"

#define POOLS_SAID    6 /* the others are said in one sentence */
#define ACCOUNTS_SAID 3
#define WORTH_SAYING  0.02 /* of the largest */

struct part {
    const char *name;
    int64_t uusd;
    size_t index;
};

static int by_size(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    double x = fabs((double)a->uusd), y = fabs((double)b->uusd);
    if (x != y)
        return x < y ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

struct amount {
    char text[BRIEF_TEXT + 8];
};

static struct amount plain(int64_t uusd)
{
    struct amount amount;
    brief_number(amount.text, fabs((double)uusd) / 1e6);
    return amount;
}

static struct amount with_sign(int64_t uusd)
{
    struct amount amount;
    char text[BRIEF_TEXT];
    brief_number(text, fabs((double)uusd) / 1e6);
    snprintf(amount.text, sizeof amount.text, "%c%s", uusd < 0 ? '-' : '+', text);
    return amount;
}

/* " (+6.5 %)", where that says anything. */
static void say_percent(struct paragraph *text, int64_t from_uusd, int64_t difference)
{
    double percent = 100 * (double)difference / (double)from_uusd;
    if (from_uusd > 0 && fabs(percent) >= 0.05)
        paragraph_say(text, " (%+.1f %%)", percent);
}

/* "price +900k, energy -12.0k": the parts worth saying, in order of size. */
static void say_parts(struct paragraph *text, struct part *parts, size_t n, size_t most)
{
    const char *comma = "";
    qsort(parts, n, sizeof *parts, by_size);
    for (size_t i = 0; i < n && i < most; i++) {
        if (parts[i].uusd == 0 ||
            fabs((double)parts[i].uusd) < WORTH_SAYING * fabs((double)parts[0].uusd))
            break;
        paragraph_say(text, "%s%s %s", comma, parts[i].name,
                      with_sign(parts[i].uusd).text);
        comma = ", ";
    }
}

static const char *letter(const struct bridge *bridge, int side)
{
    return saved_run_letter(bridge->runs, side);
}

/* The accounts behind a step of a pool, or behind its whole difference (step < 0). */
static void say_accounts(struct paragraph *text, const struct bridge *bridge,
                         size_t pool, int step)
{
    struct part parts[BRIDGE_ACCOUNTS];
    size_t n = 0;
    for (size_t i = 0; i < bridge->n_lines; i++) {
        const struct bridge_line *line = &bridge->lines[i];
        if (line->pool != pool)
            continue;
        int64_t uusd = step < 0 ? line->total_uusd[1] - line->total_uusd[0]
                                : line->step_uusd[step];
        if (uusd != 0)
            parts[n++] = (struct part){bridge_account_name(line->account), uusd, i};
    }
    if (n == 0)
        return;
    paragraph_say(text, " (");
    say_parts(text, parts, n, ACCOUNTS_SAID);
    paragraph_say(text, ")");
}

/* "own costs 1.20M USD more (+6.5 %): price +900k (energy ...), utilization +300k." */
static void say_pool(struct paragraph *text, const struct bridge *bridge, size_t index)
{
    const struct bridge_pool *pool = &bridge->pools[index];
    int64_t difference = pool->total_uusd[1] - pool->total_uusd[0];
    struct part parts[BRIDGE_STEPS];
    if (!pool->names[0] || !pool->names[1]) {
        paragraph_say(text, "%s is only in %s: %s USD", pool->name,
                      letter(bridge, !pool->names[0]), with_sign(difference).text);
        say_accounts(text, bridge, index, -1);
        paragraph_say(text, ".");
        return;
    }
    paragraph_say(text, "%s costs %s USD %s", pool->name, plain(difference).text,
                  difference < 0 ? "less" : "more");
    say_percent(text, pool->total_uusd[0], difference);
    for (int s = 0; s < BRIDGE_STEPS; s++)
        parts[s] = (struct part){bridge_step_names[s], pool->step_uusd[s], (size_t)s};
    qsort(parts, BRIDGE_STEPS, sizeof *parts, by_size);
    const char *comma = ": ";
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        double least = WORTH_SAYING * fabs((double)parts[0].uusd);
        if (parts[s].uusd == 0 || fabs((double)parts[s].uusd) < least)
            break;
        paragraph_say(text, "%s%s %s", comma, parts[s].name,
                      with_sign(parts[s].uusd).text);
        say_accounts(text, bridge, index, (int)parts[s].index);
        comma = ", ";
    }
    paragraph_say(text, ".");
}

static void say_total(struct paragraph *text, const struct bridge *bridge)
{
    static const char *const names[] = {
        [BRIDGE_CASH] = "pays",
        [BRIDGE_ACCRUAL] = "costs",
        [BRIDGE_ECONOMIC] = "costs",
        [BRIDGE_NPV] = "costs, in present value,",
    };
    int64_t a = bridge->total_uusd[0], b = bridge->total_uusd[1];
    if (a == b) {
        paragraph_say(text, "%s and %s cost the same: %s USD.", letter(bridge, 1),
                      letter(bridge, 0), plain(a).text);
        return;
    }
    paragraph_say(text, "%s %s %s USD %s than %s", letter(bridge, 1),
                  names[bridge->basis], plain(b - a).text, b < a ? "less" : "more",
                  letter(bridge, 0));
    say_percent(text, a, b - a);
    paragraph_say(text, ": ");
    struct part parts[BRIDGE_STEPS];
    for (int s = 0; s < BRIDGE_STEPS; s++)
        parts[s] = (struct part){bridge_step_names[s], bridge->step_uusd[s], (size_t)s};
    say_parts(text, parts, BRIDGE_STEPS, BRIDGE_STEPS);
    paragraph_say(text, ".");
}

static void say_rest(struct paragraph *text, const struct bridge *bridge,
                     const struct part *parts, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)bridge->pools[parts[i].index].total_uusd[1] -
               (double)bridge->pools[parts[i].index].total_uusd[0];
    if (sum != 0)
        paragraph_say(text, "%zu other pools together: %s USD.", n,
                      with_sign(llround(sum)).text);
}

/* The largest pool that has GPUs in one run alone, or NULL. */
static const char *only_in(const struct bridge *bridge, int side)
{
    const struct bridge_pool *largest = NULL;
    for (size_t i = 0; i < bridge->n_pools; i++) {
        const struct bridge_pool *pool = &bridge->pools[i];
        if (pool->capacity_gpu_ms[side] > 0 && pool->capacity_gpu_ms[!side] == 0 &&
            (!largest || pool->capacity_gpu_ms[side] > largest->capacity_gpu_ms[side]))
            largest = pool;
    }
    return largest ? largest->names[side] : NULL;
}

/* What moved from one pool to another could be compared hour by hour. */
static void say_match(struct paragraph *text, const struct bridge *bridge)
{
    const char *a = only_in(bridge, 0), *b = only_in(bridge, 1);
    if (a && b)
        paragraph_say(
            text,
            "%s has GPUs in %s alone and %s in %s alone, so what they cost is "
            "mix, and no price is compared; --match %s=%s takes the two for "
            "the same.",
            a, letter(bridge, 0), b, letter(bridge, 1), a, b);
}

static void say_class(struct paragraph *text, const struct bridge *bridge, size_t index)
{
    const char *class[2];
    const struct bridge_pool *pool = &bridge->pools[index];
    if (!pool->names[0] || !pool->names[1])
        return;
    for (int side = 0; side < 2; side++) {
        const struct saved_run *run = bridge->runs[side];
        class[side] = run->pools[saved_run_pool(run, pool->names[side])].class;
    }
    if (strcmp(class[0], class[1]) != 0)
        paragraph_say(
            text,
            "%s has %s in %s and %s in %s, whose GPU-hours do different work: "
            "read volume and price together.",
            pool->name, class[0], letter(bridge, 0), class[1], letter(bridge, 1));
}

static void say_service(struct paragraph *text, const struct bridge *bridge)
{
    const struct saved_run *a = bridge->runs[0], *b = bridge->runs[1];
    const struct compare compare = {.runs = {a, b}};
    if (a->start_unix_ms != b->start_unix_ms || a->end_unix_ms != b->end_unix_ms)
        paragraph_say(text, "The two cover different periods, which is volume here.");
    else if (!compare_is_same_service(&compare))
        paragraph_say(text, "Service differs, too, and no step says so: see `tenure "
                            "compare`.");
}

struct list {
    struct arena *arena;
    const char **text;
    size_t n;
};

static void keep(struct list *list, struct paragraph *text)
{
    if (text->used)
        list->text[list->n++] = arena_strdup(list->arena, text->text);
    *text = (struct paragraph){.used = 0};
}

const char **bridge_sentences(const struct bridge *bridge, struct arena *arena)
{
    struct list list = {arena, NULL, 0};
    struct paragraph text = {.used = 0};
    struct part *pools = ARENA_ARRAY(arena, bridge->n_pools + 1, struct part);
    size_t n = 0;
    list.text = ARENA_ARRAY(arena, 2 * bridge->n_pools + 8, const char *);

    say_total(&text, bridge);
    keep(&list, &text);
    for (size_t i = 0; i < bridge->n_pools; i++) {
        const struct bridge_pool *pool = &bridge->pools[i];
        int64_t difference = pool->total_uusd[1] - pool->total_uusd[0];
        if (difference != 0)
            pools[n++] = (struct part){pool->name, difference, i};
    }
    qsort(pools, n, sizeof *pools, by_size);
    size_t said = n <= POOLS_SAID + 1 ? n : POOLS_SAID;
    for (size_t i = 0; i < said; i++) {
        say_pool(&text, bridge, pools[i].index);
        keep(&list, &text);
    }
    say_rest(&text, bridge, pools + said, n - said);
    keep(&list, &text);
    for (size_t i = 0; i < bridge->n_pools; i++) {
        say_class(&text, bridge, i);
        keep(&list, &text);
    }
    say_match(&text, bridge);
    keep(&list, &text);
    say_service(&text, bridge);
    keep(&list, &text);
    return list.text;
}
