#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "world/servers.h"

enum { PLAIN_MAX = 9000 };

static struct arena arena;

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(servers, .fini = empty_arena);

static uint64_t below(struct rng *rng, uint64_t n)
{
    return rng_u32(rng) % n;
}

/* The rule said plainly. */
struct plain {
    int width;
    uint32_t n;
    int free[PLAIN_MAX], seen[PLAIN_MAX]; /* seen: what placement may use */
    bool open[PLAIN_MAX];
};

static struct plain plain;

static uint32_t plain_best(int64_t gang, const bool *taken)
{
    uint32_t best = SERVER_NONE;
    for (uint32_t s = 0; s < plain.n; s++)
        if (plain.open[s] && !(taken && taken[s]) && plain.seen[s] >= gang &&
            (best == SERVER_NONE || plain.seen[s] < plain.seen[best]))
            best = s;
    return best;
}

static uint32_t plain_find(int64_t gang, struct share *shares)
{
    static bool taken[PLAIN_MAX];
    uint32_t n = 0;
    for (uint32_t s = 0; s < plain.n; s++)
        taken[s] = false;
    if (gang > plain.width)
        for (uint32_t s = 0; s < plain.n && gang >= plain.width; s++) {
            if (!plain.open[s] || plain.seen[s] < plain.width)
                continue;
            taken[s] = true;
            shares[n++] = (struct share){s, plain.width};
            gang -= plain.width;
        }
    if (gang == 0)
        return n;
    uint32_t s = gang <= plain.width ? plain_best(gang, taken) : SERVER_NONE;
    if (s == SERVER_NONE)
        return 0;
    shares[n++] = (struct share){s, (int32_t)gang};
    return n;
}

static void expect_find(const struct servers *servers, int64_t gang)
{
    static struct share got[PLAIN_MAX], wanted[PLAIN_MAX];
    uint32_t n = servers_find(servers, gang, got), m = plain_find(gang, wanted);
    cr_assert(n == m, "gang %lld: %u shares, not %u", (long long)gang, n, m);
    cr_assert(servers_fit(servers, gang) == (m > 0), "fit %lld", (long long)gang);
    for (uint32_t i = 0; i < n; i++)
        cr_assert(got[i].server == wanted[i].server && got[i].gpus == wanted[i].gpus,
                  "gang %lld share %u: %d on %u, not %d on %u", (long long)gang, i,
                  got[i].gpus, got[i].server, wanted[i].gpus, wanted[i].server);
    uint32_t best = gang <= plain.width ? plain_best(gang, NULL) : SERVER_NONE;
    cr_assert(servers_best_fit(servers, gang) == best);
}

static void expect_ends(const struct servers *servers)
{
    uint32_t first = SERVER_NONE, last = SERVER_NONE;
    for (uint32_t s = 0; s < plain.n; s++) {
        if (!plain.open[s] || plain.seen[s] != plain.width)
            continue;
        first = first == SERVER_NONE ? s : first;
        last = s;
    }
    cr_assert(servers_first_free(servers) == first &&
              servers_last_free(servers) == last);
}

static uint32_t plain_retire(uint32_t n)
{
    uint32_t free = 0;
    for (uint32_t s = plain.n; s-- > 0 && free < n;)
        if (plain.open[s] && plain.seen[s] == plain.width) {
            plain.open[s] = false;
            free++;
        }
    uint32_t left = n - free;
    for (uint32_t s = plain.n; s-- > 0 && left > 0;)
        if (plain.open[s]) {
            plain.open[s] = false;
            left--;
        }
    return free;
}

static uint32_t plain_open(void)
{
    uint32_t n = 0;
    for (uint32_t s = 0; s < plain.n; s++)
        n += plain.open[s];
    return n;
}

static void take_or_give(struct servers *servers, struct rng *rng)
{
    static struct share shares[PLAIN_MAX];
    if (below(rng, 2)) {
        int64_t gang =
            1 + (int64_t)below(rng, (uint64_t)plain.width * (below(rng, 4) ? 1 : 5));
        uint32_t n = servers_find(servers, gang, shares);
        for (uint32_t i = 0; i < n; i++) {
            servers_take(servers, shares[i]);
            plain.free[shares[i].server] -= shares[i].gpus;
            plain.seen[shares[i].server] -= shares[i].gpus;
        }
        return;
    }
    uint32_t s = (uint32_t)below(rng, plain.n);
    int busy = plain.width - plain.free[s];
    if (busy == 0)
        return;
    int gpus = 1 + (int)below(rng, (uint64_t)busy);
    servers_give(servers, (struct share){s, gpus});
    plain.free[s] += gpus;
    plain.seen[s] += gpus;
}

static void change_one(struct servers *servers, struct rng *rng)
{
    uint32_t s = (uint32_t)below(rng, plain.n);
    uint32_t open = plain_open();
    switch (below(rng, 4)) {
    case 0: /* a reservation holds part of it, and lets it go */
        if (!plain.open[s])
            break;
        plain.seen[s] = (int)below(rng, (uint64_t)plain.free[s] + 1);
        servers_set_level(servers, s, plain.seen[s]);
        expect_find(servers, 1 + (int64_t)below(rng, (uint64_t)plain.width));
        servers_set_level(servers, s, plain.free[s]);
        plain.seen[s] = plain.free[s];
        break;
    case 1:
        plain.open[s] = !plain.open[s];
        servers_set_open(servers, s, plain.open[s]);
        break;
    case 2:
        if (plain.n < PLAIN_MAX) {
            plain.open[plain.n] = below(rng, 5) > 0;
            plain.free[plain.n] = plain.seen[plain.n] = plain.width;
            uint32_t number = servers_add(servers, plain.open[plain.n]);
            cr_assert(number == plain.n++);
        }
        break;
    default:
        if (open > 3) {
            uint32_t n = (uint32_t)below(rng, 3);
            uint32_t wanted = plain_retire(n);
            cr_assert(servers_retire(servers, n) == wanted);
        }
    }
}

static void campaign(int width, uint32_t start, int operations, uint64_t seed)
{
    struct servers servers, copy;
    struct rng rng;
    struct rng_key key = {seed, 0, "test", "servers"};
    rng_init(&rng, key);
    servers_init(&servers, &arena, width);
    servers_init(&copy, &arena, width);
    plain.width = width;
    plain.n = start;
    for (uint32_t s = 0; s < start; s++) {
        servers_add(&servers, true);
        plain.open[s] = true;
        plain.free[s] = plain.seen[s] = width;
    }
    for (int i = 0; i < operations; i++) {
        if (below(&rng, 8) == 0)
            change_one(&servers, &rng);
        else
            take_or_give(&servers, &rng);
        expect_find(&servers, 1 + (int64_t)below(&rng, 6 * (uint64_t)width));
        if (i % 16 == 0)
            expect_ends(&servers);
        if (i % 499 == 0) {
            servers_check(&servers);
            servers_copy(&copy, &servers);
            servers_check(&copy);
            expect_find(&copy, 1 + (int64_t)below(&rng, 3 * (uint64_t)width));
        }
    }
    servers_check(&servers);
}

Test(servers, the_rule_is_the_plain_one_for_servers_of_one)
{
    campaign(1, 70, 20000, 1);
}

Test(servers, the_rule_is_the_plain_one_for_servers_of_eight)
{
    campaign(8, 40, 30000, 2);
}

Test(servers, the_rule_is_the_plain_one_for_servers_of_five)
{
    campaign(5, 3, 20000, 3);
}

Test(servers, the_rule_is_the_plain_one_for_the_widest_servers)
{
    campaign(SERVERS_GPUS_MAX, 9, 3000, 4);
}

/* More than one summary word: numbers past 4096 and past 8192. */
Test(servers, the_rule_is_the_plain_one_for_thousands_of_servers)
{
    campaign(4, 8300, 2500, 5);
}

Test(servers, one_free_server_is_found_wherever_it_stands)
{
    static const uint32_t where[] = {0, 63, 64, 4095, 4096, 4097, 8191, 8192, 8999};
    struct servers servers;
    struct share share;
    servers_init(&servers, &arena, 8);
    for (uint32_t s = 0; s < PLAIN_MAX; s++) {
        servers_add(&servers, true);
        servers_take(&servers, (struct share){s, 6});
    }
    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        servers_give(&servers, (struct share){where[i], 6});
        cr_expect(eq(u32, servers_first_free(&servers), where[i]));
        cr_expect(eq(u32, servers_last_free(&servers), where[i]));
        cr_assert(servers_find(&servers, 7, &share) == 1);
        cr_expect(eq(u32, share.server, where[i]));
        cr_assert(servers_find(&servers, 2, &share) == 1);
        cr_expect(eq(u32, share.server, where[i] == 0 ? 1 : 0));
        servers_take(&servers, (struct share){where[i], 6});
    }
    cr_expect(eq(u32, servers_first_free(&servers), SERVER_NONE));
    servers_check(&servers);
}

Test(servers, retiring_takes_free_ones_first_and_the_highest_number)
{
    struct servers servers;
    servers_init(&servers, &arena, 8);
    for (int s = 0; s < 6; s++)
        servers_add(&servers, true);
    servers_take(&servers, (struct share){5, 1});
    servers_take(&servers, (struct share){2, 8});
    cr_expect(eq(u32, servers_retire(&servers, 3), 3)); /* 4, 3, 1 */
    cr_expect(servers.level[4] < 0 && servers.level[3] < 0 && servers.level[1] < 0,
              "free ones went");
    cr_expect(eq(u32, servers_retire(&servers, 2), 1)); /* 0, then 5 at work */
    cr_expect(servers.level[5] < 0 && servers.level[2] == 0, "5 drains, 2 stays");
    servers_give(&servers, (struct share){5, 1});
    cr_expect(servers.level[5] < 0 && servers.free[5] == 8, "and is not found again");
    servers_check(&servers);
}

/* Looking ahead adds servers to a copy, which is then made anew. */
Test(servers, a_copy_forgets_what_it_held_before)
{
    struct servers servers, copy;
    servers_init(&servers, &arena, 2);
    servers_init(&copy, &arena, 2);
    servers_copy(&copy, &servers); /* of nothing */
    cr_expect(eq(u32, servers_first_free(&copy), SERVER_NONE));
    for (int s = 0; s < 64; s++) {
        servers_add(&servers, true);
        servers_take(&servers, (struct share){(uint32_t)s, 2});
    }
    servers_copy(&copy, &servers);
    for (int s = 64; s < 5000; s++)
        servers_add(&copy, true);
    servers_copy(&copy, &servers);
    cr_expect(eq(u32, servers_first_free(&copy), SERVER_NONE));
    uint32_t added = servers_add(&copy, true);
    cr_expect(eq(u32, added, 64));
    servers_take(&copy, (struct share){added, 2});
    cr_expect(eq(u32, servers_first_free(&copy), SERVER_NONE));
    cr_expect(eq(u32, servers_last_free(&copy), SERVER_NONE));
    added = servers_add(&copy, true);
    cr_expect(eq(u32, servers_last_free(&copy), added));
    servers_check(&copy);
}
