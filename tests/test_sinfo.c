/* What `sinfo` prints of servers; `tenure init` as a whole is in test_init.c. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/sinfo.h"
#include "scratch.h"

static struct sinfo read_good(const char *text, struct arena *arena)
{
    struct scratch scratch = scratch_file("sinfo.txt", text, strlen(text));
    struct sinfo sinfo;
    struct error err = {0};
    bool ok = sinfo_read(&sinfo, scratch.path, arena, &err);
    cr_assert(ok, "%s", err.text);
    scratch_remove(&scratch);
    return sinfo;
}

/* sinfo prints a line with 0 NODES for each partition that has none. */
Test(sinfo, a_partition_without_servers_is_no_pool)
{
    struct arena arena = {0};
    struct sinfo sinfo = read_good("PARTITION GRES NODES\n"
                                   "h100* gpu:h100:8 0\n"
                                   "a100 gpu:a100:4 00\n"
                                   "a100 gpu:a100:4 3\n"
                                   "cpu (null) 0\n"
                                   "cpu (null) 12\n",
                                   &arena);
    cr_assert(eq(sz, sinfo.n, 1));
    cr_expect(eq(str, (char *)sinfo.items[0].partitions, "a100"));
    cr_expect(eq(i64, sinfo.items[0].servers, 3));
    cr_expect(eq(i64, sinfo.items[0].gpus, 4));
    cr_expect(eq(i64, sinfo.without_gpus, 12));
    arena_free(&arena);
}
