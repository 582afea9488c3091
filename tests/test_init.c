#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/sinfo.h"
#include "program.h"
#include "real_trace.h"

/* tenure init: a first scenario from the records of a cluster. */

#define HEAD                                                                           \
    "JobID|User|Account|Partition|State|Submit|Start|ElapsedRaw|TimelimitRaw|"         \
    "AllocTRES|JobName\n"

static void forget(const struct folder *folder)
{
    char command[128];
    cr_assert(strncmp(folder->path, "/tmp/tenure-test-", 17) == 0);
    snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* A cluster's records, as sacct.txt and sinfo.txt: `sacct` is the example, `slurm` what
 * a real Slurm printed. */
static struct folder records(const char *name)
{
    struct folder folder = folder_new();
    const char *source = getenv("TENURE_SOURCE");
    char command[512];
    snprintf(command, sizeof command, "cp '%s'/tests/formats/%s/*.txt '%s'",
             source ? source : ".", name, folder.path);
    cr_assert(eq(int, system(command), 0));
    return folder;
}

static char *text_of(const struct folder *folder, const char *name)
{
    static char text[65536];
    char path[128];
    slurp(folder_path(folder, name, path), text, sizeof text);
    return text;
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

Test(init, writes_a_scenario_that_checks_and_runs)
{
    struct folder folder = records("sacct");
    struct outcome *outcome =
        tenure(&folder, "init --sacct sacct.txt --sinfo sinfo.txt -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, outcome->out,
                 "564 jobs, 33773.5 GPU-h; 835 rows read, 564 kept\n"
                 "  h100                     64 GPUs, h100-sxm\n"
                 "  a100                     32 GPUs, a100-80-sxm\n"
                 "  2 servers without GPUs are left out\n"
                 "written to mine: jobs-h100-sxm.csv jobs-a100-80-sxm.csv "
                 "scenario.yaml\n"
                 "Every ASSUMED in scenario.yaml is for you to settle.\n"));
    cr_expect(gt(int, count(text_of(&folder, "mine/scenario.yaml"), "ASSUMED"), 10));
    outcome = tenure(&folder, "check mine/scenario.yaml");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    outcome = tenure(&folder, "run mine/scenario.yaml -o as-is");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(strstr(outcome->out, "564 jobs, 33.8k useful GPU-h, 564 finished") !=
              NULL);
    outcome = tenure(&folder, "audit as-is");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->out);

    outcome = tenure(&folder, "init --sacct sacct.txt -o mine");
    cr_expect(eq(int, outcome->code, 1));
    cr_expect(
        eq(str, outcome->err,
           "tenure: init: mine is not empty; --force replaces the files that init "
           "writes and leaves the others\n"));
    folder_write(&folder, "mine/notes.txt", "mine\n");
    outcome = tenure(&folder, "init --sacct sacct.txt -o mine --force");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, text_of(&folder, "mine/notes.txt"), "mine\n"));
    cr_expect(strstr(text_of(&folder, "mine/scenario.yaml"), "give --sinfo") != NULL);
    forget(&folder);
}

/* Servers in two partitions are one pool. */
Test(init, takes_what_a_real_slurm_prints)
{
    struct folder folder = records("slurm");
    struct outcome *outcome =
        tenure(&folder, "init --sacct sacct.txt --sinfo sinfo.txt -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, outcome->out,
                 "54 jobs, 0.3 GPU-h; 122 rows read, 54 kept\n"
                 "  h100-urgent              16 GPUs, h100-sxm\n"
                 "  a100                      8 GPUs, a100-80-sxm\n"
                 "  1 servers without GPUs are left out\n"
                 "written to mine: jobs-h100-sxm.csv jobs-a100-80-sxm.csv "
                 "scenario.yaml\n"
                 "Every ASSUMED in scenario.yaml is for you to settle.\n"));
    outcome = tenure(&folder, "check mine/scenario.yaml");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    outcome = tenure(&folder, "run mine/scenario.yaml -o as-is");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(strstr(outcome->out, "54 jobs, ") != NULL, "%s", outcome->out);
    cr_expect(strstr(outcome->out, " 54 finished") != NULL, "%s", outcome->out);
    outcome = tenure(&folder, "audit as-is");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->out);
    forget(&folder);
}

/* Held at once: 3 + 5 from 10:00:10 to 10:00:20, where the third begins as the second
 * ends; so 8 GPUs, a server of the class. */
Test(init, without_sinfo_a_partition_has_what_its_jobs_held_at_once)
{
    struct folder folder = folder_new();
    folder_write(
        &folder, "sacct.txt",
        HEAD
        "1|u|a|big|COMPLETED|2026-03-02T09:00:00|2026-03-02T10:00:00|60|9|gres/"
        "gpu=3|x\n"
        "2|u|a|big|COMPLETED|2026-03-02T09:00:00|2026-03-02T10:00:10|10|9|gres/"
        "gpu=5|x\n"
        "3|u|a|big|FAILED|2026-03-02T09:00:00|2026-03-02T10:00:20|10|9|gres/gpu=5|x\n"
        "4|u|a|big|COMPLETED|2026-03-02T09:00:00|2026-03-02T11:00:00|9|9|"
        "gres/gpu:l40s=9,gres/gpu=9|x\n");
    struct outcome *outcome = tenure(&folder, "init --sacct sacct.txt -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    const char *text = text_of(&folder, "mine/scenario.yaml");
    cr_expect(strstr(text,
                     "    class: h100-sxm  # ASSUMED: the records name no class of "
                     "the catalogue; see\n"
                     "    # `tenure models --catalogue`, and `tenure init --class "
                     "TYPE=CLASS`\n    gpus: 8  # ASSUMED") != NULL,
              "%s", text);
    cr_expect(strstr(text, "  - name: big-2\n    tenure: own\n    class: l40s") !=
              NULL);
    cr_expect(strstr(text,
                     "    gpus: 16  # ASSUMED: the most that its jobs held at once, "
                     "in whole servers; give --sinfo\n") != NULL);
    outcome = tenure(&folder, "check mine/scenario.yaml");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    forget(&folder);
}

/* Two servers are in both partitions: 4 of 4 GPUs, once each.  Names come from users
 * and administrators and may hold what YAML, CSV or a shell would take for its own. */
Test(init, shared_servers_count_once_and_names_do_no_harm)
{
    struct folder folder = folder_new();
    folder_write(&folder, "sinfo.txt",
                 "NODELIST|PARTITION|GRES\n"
                 "n1|a: {b}*|gpu:weird\"type:4(S:0)\nn1|total|gpu:weird\"type:4\n"
                 "n2|a: {b}*|gpu:weird\"type:4\nn2|total|gpu:weird\"type:4\n"
                 "n3|a: {b}*|gpu:weird\"type:4\nn4|total|gpu:weird\"type:4\n"
                 "n4|total|gpu:weird\"type:4\n");
    folder_write(
        &folder, "sacct.txt",
        HEAD
        "1|$(touch pwned)|=cmd()|a: {b}|COMPLETED|2026-03-02T09:00:00|"
        "2026-03-02T10:00:00|60|9|gres/gpu:weird\"type=8,gres/gpu=8|`touch pwned`\n"
        "2|'; touch pwned; '|\",\"|total|COMPLETED|2026-03-02T09:00:00|"
        "2026-03-02T10:00:00|60|9|gres/gpu:x\xe2\x80\xa8pools: []=8,gres/gpu=8|# x\n");
    struct outcome *outcome =
        tenure(&folder, "init --sacct sacct.txt --sinfo sinfo.txt -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, outcome->out,
                 "2 jobs, 0.3 GPU-h; 2 rows read, 2 kept\n"
                 "  a---b--total              8 GPUs, h100-sxm (assumed)\n"
                 "  a---b-                    4 GPUs, h100-sxm (assumed)\n"
                 "  total-2                   4 GPUs, h100-sxm (assumed)\n"
                 "written to mine: jobs.csv scenario.yaml\n"
                 "Every ASSUMED in scenario.yaml is for you to settle.\n"));
    cr_expect(eq(str, text_of(&folder, "mine/jobs.csv"),
                 "submit,duration_s,gpus,id,tenant,pools,limit_s\n"
                 "2026-03-02T09:00:00Z,60.000,8,1,'=cmd(),"
                 "a---b--total|a---b-|lease-h100-sxm|burst-h100-sxm,540.000\n"
                 "2026-03-02T09:00:00Z,60.000,8,2,\"\"\",\"\"\","
                 "a---b--total|total-2|lease-h100-sxm|burst-h100-sxm,540.000\n"));
    cr_expect(strstr(text_of(&folder, "mine/scenario.yaml"),
                     "  # of partition \"a: {b}\" and partition \"total\"") == NULL);
    cr_expect(strstr(text_of(&folder, "mine/scenario.yaml"),
                     "  # of partition \"a: {b}\" and \"total\", type "
                     "\"weird\\\"type\"\n") != NULL);
    outcome = tenure(&folder, "run mine/scenario.yaml");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    forget(&folder);
}

Test(init, partitions_may_be_called_like_the_pools_that_init_adds)
{
    struct folder folder = folder_new();
    folder_write(&folder, "sinfo.txt",
                 "PARTITION GRES NODES\nburst-h100-sxm gpu:h100:8 1\n"
                 "burst-h100-sxm gpu:h100:4 1\nfixed gpu:H100:8 1\n-rf gpu:x:2 1\n");
    folder_write(&folder, "sacct.txt",
                 HEAD
                 "1|u|a|fixed|COMPLETED|2026-03-02T09:00:00|2026-03-02T10:00:00|60|"
                 "9|gres/gpu=8|x\n");
    struct outcome *outcome = tenure(
        &folder, "init --sacct sacct.txt --sinfo sinfo.txt --class X=l40s -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, outcome->out,
                 "1 job, 0.1 GPU-h; 1 row read, 1 kept\n"
                 "  pool-burst-h100-sxm       8 GPUs, h100-sxm\n"
                 "  pool-burst-h100-sxm-2      4 GPUs, h100-sxm\n"
                 "  fixed-2                   8 GPUs, h100-sxm\n"
                 "  pool-rf                   2 GPUs, l40s\n"
                 "written to mine: jobs.csv scenario.yaml\n"
                 "Every ASSUMED in scenario.yaml is for you to settle.\n"));
    outcome = tenure(&folder, "run mine/scenario.yaml");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    forget(&folder);
}

Test(init, mistakes_leave_nothing_behind)
{
    static const struct {
        const char *arguments;
        int code;
        const char *message;
    } cases[] = {
        {"init", 1,
         "tenure: init: --sacct FILE is needed, as in `tenure init --sacct sacct.txt "
         "--sinfo sinfo.txt -o DIR`\n"},
        {"init --sacct sacct.txt", 1,
         "tenure: init: -o DIR is needed, as in `tenure init --sacct sacct.txt --sinfo "
         "sinfo.txt -o DIR`\n"},
        {"init --sacct - -o mine", 1,
         "tenure: init: --sacct is read twice, and standard input cannot be; name a "
         "file\n"},
        {"init --sacct none.txt -o mine", 2,
         "tenure: none.txt: there is no such file\n"},
        {"init --sacct sacct.txt --sinfo sacct.txt -o mine", 2,
         "tenure: sacct.txt:1: the first line must name PARTITION and GRES, and "
         "NODELIST or NODES, as `sinfo --Node -o \"%N|%P|%G\"` prints them\n"},
        {"init --sacct sacct.txt --sinfo short.txt -o mine", 2,
         "tenure: short.txt:2: 2 fields, but the first line has 3\n"},
        {"init --sacct sacct.txt --sinfo nodes.txt -o mine", 2,
         "tenure: nodes.txt:2:3: NODES: '-1' is not a number of servers\n"},
        {"init --sacct sacct.txt --sinfo gres.txt -o mine", 2,
         "tenure: gres.txt:2:2: GRES: 'gpu:h100:x' does not count GPUs in whole "
         "numbers "
         "up to 1000000\n"},
        {"init --sacct sacct.txt --sinfo sinfo.txt --class h100=h1000 -o mine", 1,
         "tenure: init: --class: 'h1000' is no class of the catalogue; `tenure models "
         "--catalogue` lists them\n"},
        {"init --sacct sacct.txt --sinfo sinfo.txt --class gpu=nosuch -o mine", 1,
         "tenure: init: --class: 'nosuch' is no class of the catalogue; `tenure models "
         "--catalogue` lists them\n"},
        {"init --sacct empty.txt -o mine", 2,
         "tenure: empty.txt: no job with GPUs ran and ended, so that there is nothing "
         "to begin with; `tenure trace convert --from sacct` says what was dropped\n"},
        {"init --sacct sacct.txt -o sacct.txt", 1,
         "tenure: init: sacct.txt is not a directory; name one for the scenario\n"},
        {"init --sacct sacct.txt -o none/mine", 2, NULL},
    };
    struct folder folder = records("sacct");
    folder_write(&folder, "short.txt", "NODELIST|PARTITION|GRES\nn1|p\n");
    folder_write(&folder, "nodes.txt", "PARTITION GRES NODES\np gpu:8 -1\n");
    folder_write(&folder, "gres.txt", "PARTITION GRES NODES\np gpu:h100:x 2\n");
    folder_write(&folder, "empty.txt", HEAD);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outcome *outcome = tenure(&folder, cases[i].arguments);
        cr_expect(eq(int, outcome->code, cases[i].code), "%s", outcome->err);
        if (cases[i].message)
            cr_expect(eq(str, outcome->err, (char *)cases[i].message));
        cr_expect(eq(str, outcome->out, ""));
    }
    char command[256];
    snprintf(command, sizeof command, "ls -A '%s' | grep -c mine >/dev/null",
             folder.path);
    cr_expect(ne(int, system(command), 0), "something was left behind");
    forget(&folder);
}

/* 3 servers of 8 and 2 of 4; blanks between the fields, and other columns. */
/* One server alone cannot be taken away; a type that nothing has is told of. */
Test(init, a_hall_of_one_server_is_tried_with_two)
{
    struct folder folder = folder_new();
    folder_write(&folder, "sacct.txt",
                 HEAD
                 "1|ada|vision|p|COMPLETED|2026-03-02T01:17:20|2026-03-02T01:19:00|"
                 "3723|120|gres/gpu=5|a\n");
    folder_write(&folder, "sinfo.txt", "PARTITION GRES NODES\np gpu:8 1\n");
    struct outcome *outcome = tenure(
        &folder,
        "init --sacct sacct.txt --sinfo sinfo.txt --class gpu=a100-80-sxm -o mine");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(eq(str, outcome->err,
                 "warning: --class: no server and no job has GPUs of the type 'gpu'; "
                 "where the records tell no type, give the class in the scenario\n"));
    const char *text = text_of(&folder, "mine/scenario.yaml");
    cr_expect(strstr(text, "--set pools.p.gpus=16 -o larger && tenure compare as-is "
                           "larger\n") != NULL);
    forget(&folder);
}

Test(init, reads_the_short_form_of_sinfo)
{
    struct folder folder = folder_new();
    folder_write(&folder, "sinfo.txt",
                 "PARTITION GRES NODES CPUS MEMORY\n\nbig* gpu:h100:8(S:0-1) 3 96 1+\n"
                 "big gpu:a100:4 2 64 5\ncpu (null) 7 128 5\n");
    char path[128];
    struct arena arena = {0};
    struct sinfo sinfo;
    struct error err = {0};
    cr_assert(sinfo_read(&sinfo, folder_path(&folder, "sinfo.txt", path), &arena, &err),
              "%s", err.text);
    cr_assert(eq(sz, sinfo.n, 2));
    cr_expect(not(sinfo.by_node));
    cr_expect(eq(i64, sinfo.without_gpus, 7));
    cr_expect(eq(str, (char *)sinfo.items[0].partitions, "big"));
    cr_expect(eq(str, (char *)sinfo.items[0].type, "h100"));
    cr_expect(eq(i64, sinfo.items[0].gpus, 8));
    cr_expect(eq(i64, sinfo.items[0].servers, 3));
    cr_expect(eq(str, (char *)sinfo.items[1].type, "a100"));
    cr_expect(eq(i64, sinfo.items[1].servers, 2));
    arena_free(&arena);
    forget(&folder);
}

/* Minute by minute, of the file itself: min(level, capacity) = 8,585,142 GPU-min busy,
 * 699,978 idle, 684,071 unserved, of 44,640 * 208 = 9,285,120; level is running +
 * pending.  In GPU-h to the last digit. */
Test(helios, the_level_of_vc6YE_meets_its_capacity_as_the_file_has_it)
{
    char trace[4096], command[6000];
    if (!real_trace("helios-earth-vc6YE.csv", trace))
        cr_skip_test("helios-earth-vc6YE.csv is not there (see $TENURE_TRACES)");
    struct folder folder = folder_new();
    snprintf(command, sizeof command, "ln -s \"$(realpath '%s')\" '%s'/vc6YE.csv",
             trace, folder.path);
    cr_assert(eq(int, system(command), 0));
    struct outcome *outcome = tenure(
        &folder, "trace convert --from helios --as level vc6YE.csv -o level.csv");
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    outcome = tenure(&folder, "trace convert --from helios --as capacity --pool vc6YE "
                              "vc6YE.csv -o capacity.yaml");
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    char yaml[4096];
    snprintf(yaml, sizeof yaml,
             "name: vc6YE\nhorizon: 31d\ndemand: [{level: level.csv}]\n%s",
             text_of(&folder, "capacity.yaml"));
    folder_write(&folder, "t.yaml", yaml);
    outcome = tenure(&folder, "run t.yaml -o result");
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    const char *summary = text_of(&folder, "result/summary.csv");
    static const char *const rows[] = {
        "\ntotal,capacity_gpu_h,GPU-h,154752.000000000\n",
        "\ntotal,busy_gpu_h,GPU-h,143085.700000000\n",
        "\ntotal,idle_gpu_h,GPU-h,11666.300000000\n",
        "\ntotal,unserved_gpu_h,GPU-h,11401.183333333\n"};
    for (size_t i = 0; i < COUNT(rows); i++)
        cr_expect(strstr(summary, rows[i]) != NULL, "%s", rows[i]);
    forget(&folder);
}
