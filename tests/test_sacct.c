#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "import_text.h"
#include "input/sacct_row.h"
#include "input/slurm.h"

#define HEAD                                                                           \
    "JobID|User|Account|Partition|QOS|State|Submit|Eligible|Start|End|ElapsedRaw|"     \
    "TimelimitRaw|AllocTRES|ReqTRES|Priority|JobName\n"

/* What stands before the part that a case is about. */
#define WHO  "ada|vision|h100|normal|"
#define WHEN "2026-03-02T01:17:20|2026-03-02T01:18:20|2026-03-02T01:19:00|Unknown|"

Test(slurm, reads_every_form_of_a_duration)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } cases[] = {
        {"00:00:00", 0},
        {"01:02:03", 3723000},
        {"1-01:02:03", 90123000}, /* 86400 + 3723 */
        {"12-00:00:00.250", INT64_C(1036800250)},
        {"17:05", 1025000},
        {"90:05.5", 5405500},
        {"2-06", 194400000},    /* 2 * 86400 + 6 * 3600 */
        {"2-06:30", 196200000}, /* and 1800 */
        {"100:00:00", 360000000},
        {"73000-00:00:00", JOB_DURATION_MAX},
        {"73001-00:00:00", -1},
        {"999999999999-00:00:00", -1},
        {"17", -1},
        {"", -1},
        {":", -1},
        {"1:", -1},
        {"1-", -1},
        {"-1:00", -1},
        {"1-24:00:00", -1},
        {"00:60:00", -1},
        {"00:00:60", -1},
        {"1:2:3:4", -1},
        {"1-00:+1:00", -1},
        {"00:1e1", -1},
        {"00:-1", -1},
        {"INVALID", -1},
        {"99999999999999999999:00", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -2;
        bool ok = slurm_duration(cases[i].text, strlen(cases[i].text), &ms);
        cr_expect(eq(i64, ok ? ms : -1, cases[i].ms), "%s", cases[i].text);
    }
}

Test(slurm, reads_every_form_of_a_limit)
{
    static const struct {
        const char *text;
        enum slurm_limit limit;
        int64_t ms;
    } cases[] = {
        {"UNLIMITED", SLURM_LIMIT_GIVEN, 0},
        {"Partition_Limit", SLURM_LIMIT_OF_PARTITION, 0},
        {"1440", SLURM_LIMIT_GIVEN, 86400000},
        {"1-00:00:00", SLURM_LIMIT_GIVEN, 86400000},
        {"INVALID", SLURM_LIMIT_WRONG, 0},
        {"", SLURM_LIMIT_WRONG, 0},
        {"105120001", SLURM_LIMIT_WRONG, 0}, /* a minute over 200 years */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms;
        int limit = (int)slurm_limit(cases[i].text, strlen(cases[i].text), &ms);
        cr_expect(eq(int, limit, (int)cases[i].limit), "%s", cases[i].text);
        if (limit == (int)SLURM_LIMIT_GIVEN)
            cr_expect(eq(i64, ms, cases[i].ms), "%s", cases[i].text);
    }
}

Test(slurm, counts_typed_and_untyped_gpus_once)
{
    static const struct {
        bool tres;
        const char *text;
        int64_t total, typed;
        const char *wrong;
    } cases[] = {
        {true, "", 0, 0, NULL},
        {true, "billing=8,cpu=64,mem=512G,node=1", 0, 0, NULL},
        {true, "cpu=64,gres/gpu=8,node=1", 8, 0, NULL},
        {true, "gres/gpu:h100=8,gres/gpu=8", 8, 8, NULL},
        {true, "gres/gpu=8,gres/gpu:h100=3", 8, 3, NULL},
        {true, "gres/gpu:h100=3,gres/gpu:a100=4", 7, 7, NULL},
        {true, "gres/gpumem=80G,gres/gpuutil=40,gres/gpu=2", 2, 0, NULL},
        {true, "gres/shard=2,gres/mps=50", 0, 0, NULL},
        {true, "gres/gpu=8K", 0, 0,
         "does not count GPUs in whole numbers up to 1000000"},
        {true, "gres/gpu=1000001", 0, 0,
         "does not count GPUs in whole numbers up to 1000000"},
        {true, "gres/gpu=2,gres/gpu:h100=3", 0, 0, "has more GPUs by type than in all"},
        {true, "gres/gpu", 0, 0, "is no list like 'cpu=64,gres/gpu=8,mem=512G,node=1'"},
        {true,
         "gres/gpu:a=1,gres/gpu:b=1,gres/gpu:c=1,gres/gpu:d=1,gres/gpu:e=1,"
         "gres/gpu:f=1,gres/gpu:g=1,gres/gpu:h=1,gres/gpu:i=1",
         0, 0, "names more than 8 types of GPU"},
        {false, "(null)", 0, 0, NULL},
        {false, "gpu:8", 8, 0, NULL},
        {false, "gpu", 1, 0, NULL},
        {false, "gpu:h100", 1, 1, NULL},
        {false, "gpu:h100:8(S:0-1)", 8, 8, NULL},
        {false, "gpu:h100:4(IDX:0,2-4),gpu:a100:3,shard:8", 7, 7, NULL},
        {false, "gpu:h100:x", 0, 0,
         "does not count GPUs in whole numbers up to 1000000"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slurm_gpus gpus;
        struct error err = {0};
        bool ok = (cases[i].tres ? slurm_tres : slurm_gres)(cases[i].text, &gpus, &err);
        cr_assert(eq(int, ok, cases[i].wrong == NULL), "%s", cases[i].text);
        if (!ok) {
            cr_expect(eq(str, err.text, (char *)cases[i].wrong));
            continue;
        }
        cr_expect(eq(i64, gpus.total, cases[i].total), "%s", cases[i].text);
        cr_expect(eq(i64, gpus.typed, cases[i].typed), "%s", cases[i].text);
    }
}

Test(slurm, knows_the_class_that_a_type_names)
{
    static const char *const cases[][2] = {
        {"h100", "h100-sxm"},
        {"NVIDIA_H100_80GB_HBM3", "h100-sxm"},
        {"nvidia_h100_pcie", "h100-pcie"},
        {"h100_nvl", "h100-nvl"},
        {"gh200", ""},
        {"a100", "a100-80-sxm"},
        {"nvidia_a100-sxm4-40gb", "a100-40-sxm"},
        {"a100-pcie-40gb", "a100-40-pcie"},
        {"A100_PCIE", "a100-80-pcie"},
        {"l40s", "l40s"},
        {"mi300x", "mi300x"},
        {"h200", "h200"},
        {"l40", ""},
        {"v100", ""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *class = slurm_class(cases[i][0], strlen(cases[i][0]));
        cr_expect(eq(str, (char *)(class ? class : ""), (char *)cases[i][1]), "%s",
                  cases[i][0]);
    }
}

Test(slurm, lists_the_tasks_of_an_array)
{
    static const struct {
        const char *id;
        int64_t tasks, sum; /* -1: no such text */
    } cases[] = {
        {"12_[4-9]", 6, 39},
        {"12_[4-9%2]", 6, 39},
        {"12_[3,5-9:2%4]", 4, 24},
        {"12_[0-4000000]", 4000001, INT64_C(8000002000000)},
        {"12_[0-4000001]", -1, 0},
        {"12_[1,3,...]", -1, 0},
        {"12_[]", -1, 0},
        {"12_[9-4]", -1, 0},
        {"12_[1-9:0]", -1, 0},
        {"12_[1", -1, 0},
        {"12_[1]x", -1, 0},
        {"12", -1, 0},
        {"12_[1-2000000000]", -1, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t count, task, sum = 0, n = 0;
        bool ok = slurm_tasks_count(cases[i].id, &count);
        cr_assert(eq(i64, ok ? count : -1, cases[i].tasks), "%s", cases[i].id);
        struct slurm_tasks tasks;
        slurm_tasks_begin(&tasks, cases[i].id);
        for (; ok && slurm_tasks_next(&tasks, &task); n++)
            sum += task;
        cr_expect(eq(i64, n, ok ? count : 0), "%s", cases[i].id);
        cr_expect(eq(i64, sum, cases[i].sum), "%s", cases[i].id);
    }
}

Test(sacct, keeps_what_held_gpus_and_says_why_the_rest_is_dropped)
{
    static const char text[] =
        HEAD "7|" WHO "COMPLETED|" WHEN "3723|120|gres/gpu:h100=8,gres/gpu=8||9|a\n"
             "7.batch|||||COMPLETED|" WHEN "3723||cpu=12|||batch\n"
             "7.0|||||COMPLETED|" WHEN "3723||gres/gpu=8|||python\n"
             "8_3|" WHO "CANCELLED by 1001|" WHEN "61|UNLIMITED|gres/gpu=2||9|a\n"
             "9+1|" WHO "TIMEOUT|" WHEN "3600|60|gres/gpu=16||9|a\n"
             "10|" WHO "FAILED|" WHEN "3|60||gres/gpu=4|9|a\n" /* requested */
             "11|" WHO "COMPLETED|" WHEN "3|60|cpu=8|gres/gpu=4|9|a\n"
             "12|" WHO "COMPLETED|" WHEN "3|60|gres/shard=8||9|a\n"
             "13|" WHO "CANCELLED|" WHEN "0|60||gres/gpu=4|9|a\n"
             "14|" WHO "RUNNING|" WHEN "500|60|gres/gpu=4||9|a\n"
             "15_[1-40%8]|" WHO "PENDING|" WHEN "0|60||gres/gpu=4|9|a\n"
             "16|" WHO "REVOKED|" WHEN "0|60||gres/gpu=4|9|a\n"
             "17|" WHO "NODE_FAIL|" WHEN "77|Partition_Limit|gres/gpu=4||9|a\n"
             "17|" WHO "COMPLETED|2026-03-02T01:17:20|2026-03-02T01:18:20|"
             "2026-03-02T01:21:00|Unknown|99|60|gres/gpu=4||9|a\n" HEAD;
    struct import_result result;
    struct import_report report;
    import_good("sacct", text, NULL, &result, &report);
    static const int64_t jobs[][3] = {{3723, 8, 7200}, {61, 2, 0}, {3600, 16, 3600},
                                      {3, 4, 3600},    {77, 4, 0}, {99, 4, 3600}};
    cr_assert(eq(sz, result.jobs.n, COUNT(jobs)));
    for (size_t i = 0; i < COUNT(jobs); i++) {
        const struct job *job = &result.jobs.jobs[i];
        cr_expect(eq(i64, job->duration_ms, jobs[i][0] * 1000));
        cr_expect(eq(i64, job->gpus, jobs[i][1]));
        cr_expect(eq(i64, job->limit_ms, jobs[i][2] * 1000));
        cr_expect(eq(i64, job->submit_ms, INT64_C(1772414240000)));
        cr_expect(eq(str, (char *)tenant_of(&result.jobs, i), "vision"));
        const struct job_kind *kind = &result.jobs.kinds[job->kind];
        cr_expect(kind->pools == NULL && kind->classes == NULL);
    }
    char number[16];
    static const char *const ids[] = {"7", "8_3", "9+1", "10", "17", "17"};
    for (size_t i = 0; i < COUNT(ids); i++)
        cr_expect(eq(str,
                     (char *)trace_job_id(&result.jobs, &result.jobs.jobs[i], number),
                     (char *)ids[i]));
    cr_expect(eq(i64, report.rows_read, 15));
    cr_expect(eq(i64, report.rows_kept, 6));
    cr_expect(eq(i64, dropped(&report, "job steps"), 2));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, dropped(&report, "shares of GPUs only"), 1));
    cr_expect(eq(i64, dropped(&report, "never ran"), 1));
    cr_expect(eq(i64, dropped(&report, "still running"), 1));
    cr_expect(eq(i64, dropped(&report, "still pending"), 1));
    cr_expect(
        eq(i64, dropped(&report, "revoked: a sibling ran in another cluster"), 1));
    cr_expect(eq(i64, dropped(&report, "a header line again"), 1));
    static const char *const notes[] = {
        "1 job with GPUs of a type may run on any class; --class gives types a class: "
        "h100",
        "6 jobs were eligible later than submitted (held, or after others); --arrival "
        "eligible lets jobs arrive then",
        "1 job has the limit of the partition, which the file does not tell, and so "
        "none",
        "1 part of a heterogeneous job is a job of its own",
        "1 more output of sacct follows in the file; a record that is in two of them "
        "counts once",
        "dates without a zone are taken as UTC all year; --zone gives another, "
        "daylight saving time cannot be known",
    };
    cr_assert(eq(sz, report.n_notes, COUNT(notes)));
    for (size_t i = 0; i < COUNT(notes); i++)
        cr_expect(eq(str, report.notes[i], (char *)notes[i]));
    import_result_free(&result);
}

Test(sacct, options_choose_what_becomes_of_a_row)
{
    static const char text[] = HEAD
        "7|ada|vision|h100,spare|high|COMPLETED|" WHEN
        "3723|120|gres/gpu:H100=8,gres/gpu=8|gres/gpu=9|4294901760|a\"b\n"
        "14|ben|vision|h100|normal|RUNNING|" WHEN "500|60|gres/gpu:v100=4||8590|x\n"
        "15_[1,3]|ben|vision|h100|normal|PENDING|" WHEN "0|60||gres/gpu=4|0|y\n"
        "16|ben|vision|h100|normal|PENDING|" WHEN "0|UNLIMITED||gres/gpu=4|0|y\n";
    const struct import_setting settings[] = {
        {"tenant", "user"},      {"workload", "job-name"},
        {"pools", "partition"},  {"class", "h100=h100-sxm"},
        {"unfinished", "limit"}, {"arrival", "eligible"},
        {"gpus", "req"},         {"priority", "scaled"}};
    struct import_options options = {
        .zone = "+01:00", .settings = settings, .n_settings = COUNT(settings)};
    struct import_result result;
    struct import_report report;
    import_good("sacct", text, &options, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 4));
    cr_expect(eq(i64, dropped(&report, "unfinished, without a time limit"), 1));
    const struct job *job = &result.jobs.jobs[0];
    const struct job_kind *kind = &result.jobs.kinds[job->kind];
    /* 2026-03-02T01:18:20+01:00 */
    cr_expect(eq(i64, job->submit_ms, INT64_C(1772410700000)));
    cr_expect(eq(int, job->gpus, 9));
    cr_expect(eq(int, job->priority, 999977)); /* 4294901760 / 4295 */
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 0), "ada"));
    cr_expect(eq(str, (char *)workload_of(&result.jobs, 0), "a\"b"));
    cr_expect(eq(str, (char *)kind->pools, "h100|spare"));
    cr_expect(kind->classes == NULL, "requested without a type");
    cr_expect(eq(i64, result.jobs.jobs[1].duration_ms, 3600000));
    cr_expect(eq(int, result.jobs.jobs[1].priority, 2));
    import_result_free(&result);

    const struct import_setting others[] = {{"class", "v100=a100-40-sxm,h100=h100-sxm"},
                                            {"unfinished", "elapsed"},
                                            {"states", "RUNNING,COMPLETED"},
                                            {"tenant", "none"}};
    options = (struct import_options){.settings = others, .n_settings = COUNT(others)};
    import_good("sacct", text, &options, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 2));
    kind = &result.jobs.kinds[result.jobs.jobs[0].kind];
    cr_expect(eq(str, (char *)kind->classes, "h100-sxm"));
    kind = &result.jobs.kinds[result.jobs.jobs[1].kind];
    cr_expect(eq(str, (char *)kind->classes, "a100-40-sxm"));
    cr_expect(eq(i64, result.jobs.jobs[1].duration_ms, 500000));
    cr_expect(kind->tenant == NAMES_NONE);
    cr_expect(eq(i64, dropped(&report, "not in the states asked for"), 2));
    import_result_free(&result);
}

/* Rows as Slurm 22.05 writes them of a job that ran 3 s on 2 GPUs, gave one back, and
 * ran 22 s more: the second elapsed time has the 3 s again. */
Test(sacct, a_resized_job_has_no_second_twice)
{
    static const char text[] =
        "JobID|State|Submit|Start|End|ElapsedRaw|AllocTRES\n"
        "45|RESIZING|2026-11-28T22:11:27|2026-11-28T22:11:36|2026-11-28T22:11:39|3|"
        "gres/gpu=2\n"
        "45|COMPLETED|2026-11-28T22:11:39|2026-11-28T22:11:36|2026-11-28T22:12:01|25|"
        "gres/gpu=1\n"
        "46|RESIZING|2026-11-28T22:11:39|2026-11-28T22:11:36|2026-11-28T22:11:39|3|"
        "gres/gpu=1\n";
    static const struct import_setting settings[] = {{"arrival", "start"}};
    struct import_options options = {.settings = settings};
    for (size_t by_start = 0; by_start < 2; by_start++) {
        options.n_settings = by_start;
        struct import_result result;
        struct import_report report;
        import_good("sacct", text, &options, &result, &report);
        cr_assert(eq(sz, result.jobs.n, 2));
        cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3000));
        cr_expect(eq(i64, result.jobs.jobs[1].duration_ms, 22000));
        cr_expect(eq(i64, result.jobs.jobs[1].submit_ms - result.jobs.jobs[0].submit_ms,
                     by_start ? 3000 : 12000));
        cr_expect(result.jobs.gpu_ms == 2 * 3000 + 22000);
        cr_expect(eq(i64, dropped(&report, "never ran"), 1));
        cr_expect(strncmp(report.notes[1], "2 jobs with Start before Submit", 31) == 0,
                  "%s", report.notes[1]);
        import_result_free(&result);
    }
}

/* What the page tells people to type must be what Slurm and this importer know. */
Test(sacct, the_command_of_the_page_asks_for_columns_that_are_read)
{
    const char *at = strstr(importer_find("sacct")->shape, "--format JobID");
    cr_assert(at != NULL);
    at += strlen("--format ");
    size_t n = 0;
    for (size_t length; *at != ' '; n++, at += length + (at[length] == ',')) {
        length = strcspn(at, ", ");
        bool known = false;
        for (size_t i = 0; sacct_columns[i].name; i++)
            known |= strlen(sacct_columns[i].name) == length &&
                     memcmp(sacct_columns[i].name, at, length) == 0;
        cr_expect(known, "%.*s", (int)length, at);
    }
    cr_expect(eq(sz, n, 16));
}

Test(sacct, other_columns_say_the_same)
{
    /* --parsable ends each line in a delimiter; here it is a comma, and old names. */
    static const char text[] =
        "JobID,State,Eligible,Start,End,AllocGRES,Timelimit,\n"
        "7,COMPLETED,1772414240,1772414300,1772418023,gpu:8,2-00:00:00,\n"
        "8,COMPLETED,2026-03-02T01:17:20,Unknown,Unknown,gpu:8,,\n";
    struct import_result result;
    struct import_report report;
    import_good("sacct", text, with("delimiter", ","), &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3723000));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, INT64_C(1772414240000)));
    cr_expect(eq(i64, result.jobs.jobs[0].limit_ms, INT64_C(172800000)));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 8));
    cr_expect(
        eq(str, report.notes[0], "no column Account, so that no job has a tenant"));
    import_result_free(&result);
}

#define PIPES                                                                          \
    "; a name of a job may hold the delimiter: choose another one by `sacct "          \
    "--delimiter`, or leave JobName out"

Test(sacct, says_what_it_cannot_read)
{
    static const struct {
        const char *row, *message;
    } cases[] = {
        {"7|" WHO "COMPLETED|" WHEN "3|1|gres/gpu=1||9|a|b",
         "log.csv:2: 17 fields, but the header line has 16" PIPES},
        {"7|" WHO "COMPLETED|" WHEN "3|1|gres/gpu=1||9",
         "log.csv:2: 15 fields, but the header line has 16" PIPES},
        {"7|" WHO "DONE|" WHEN "3|1|gres/gpu=1||9|a",
         "log.csv:2:6: State: 'DONE' is no state of a job"},
        {"7|" WHO "COMPLETED|yesterday|||Unknown|3|1|gres/gpu=1||9|a",
         "log.csv:2:7: Submit: 'yesterday' is not a date: the year is not of 0001 to "
         "9999; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
        {"7|" WHO "COMPLETED|Unknown||||3|1|gres/gpu=1||9|a",
         "log.csv:2:7: Submit: 'Unknown' is no date"},
        {"7|" WHO "COMPLETED|" WHEN "-3|1|gres/gpu=1||9|a",
         "log.csv:2:11: ElapsedRaw: -3 is not in 0 to 200 years"},
        {"7|" WHO "COMPLETED|" WHEN "3|soon|gres/gpu=1||9|a",
         "log.csv:2:12: TimelimitRaw: 'soon' is no time limit: minutes, "
         "[DD-]HH:MM:SS, UNLIMITED or Partition_Limit"},
        {"7|" WHO "COMPLETED|" WHEN "3|1|gres/gpu=1,gres/gpu:a=2||9|a",
         "log.csv:2:13: AllocTRES: 'gres/gpu=1,gres/gpu:a=2' has more GPUs by type "
         "than "
         "in all"},
        {"7|" WHO "COMPLETED|" WHEN "|1|gres/gpu=1||9|a", NULL}, /* never ran */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        snprintf(text, sizeof text, HEAD "%s\n", cases[i].row);
        if (cases[i].message)
            import_wrong("sacct", text, NULL, cases[i].message);
    }
    static const struct {
        const char *header, *message;
    } headers[] = {
        {"JobID|Submit|ElapsedRaw|AllocTRES",
         "log.csv:1: no column 'State', which this format has"},
        {"JobID|State|ElapsedRaw|AllocTRES",
         "log.csv:1: no column Submit or Eligible, so that nothing says when jobs "
         "arrive"},
        {"JobID|State|Submit|Start|AllocTRES",
         "log.csv:1: no column ElapsedRaw or Elapsed, nor both Start and End, so that "
         "nothing says how long jobs ran"},
        {"JobID|State|Submit|Elapsed|ReqMem",
         "log.csv:1: no column AllocTRES, ReqTRES or AllocGRES, so that nothing says "
         "how many GPUs jobs had"},
    };
    for (size_t i = 0; i < COUNT(headers); i++)
        import_wrong("sacct", headers[i].header, NULL, headers[i].message);
}

Test(sacct, refuses_options_that_say_nothing)
{
    static const struct {
        struct import_setting setting;
        const char *message;
    } cases[] = {
        {{"class", "h100"}, "--class: 'h100' is not like h100=h100-sxm"},
        {{"class", "a=b,=c"}, "--class: '=c' is not like h100=h100-sxm"},
        {{"class", "a="}, "--class: 'a=' is not like h100=h100-sxm"},
        {{"class", "h100=h100-sxm,auto,v100=nosuch"},
         "--class: 'nosuch' is no class of the catalogue; `tenure models --catalogue` "
         "lists them, and --catalog FILE adds your own"},
        {{"states", "COMPLETED,DONE"},
         "--states: 'DONE' is no state of a job, as COMPLETED is"},
        {{"delimiter", "||"}, "--delimiter: '||' is not one letter"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_options options = {.settings = &cases[i].setting,
                                         .n_settings = 1};
        import_wrong("sacct", HEAD, &options, cases[i].message);
    }
}

Test(sacct, a_catalogue_of_ones_own_has_classes_too)
{
    static const char from[] = ", source: a test, date: 2026-05, mark: assumed}";
    char catalog[1024];
    snprintf(catalog, sizeof catalog,
             "x7:\n  memory: {value: 80 GB%s\n  bf16: {value: 900 TFLOP/s%s\n"
             "  tdp: {value: 700 W%s\n  gpus_per_server: {value: 4%s\n"
             "  speed: {value: 0.9%s\n",
             from, from, from, from, from);
    struct scratch scratch = scratch_file("own.yaml", catalog, strlen(catalog));
    const struct import_setting settings[] = {{"class", "x=x7"},
                                              {"catalog", scratch.path}};
    struct import_options options = {.settings = settings,
                                     .n_settings = COUNT(settings)};
    struct import_result result;
    struct import_report report;
    import_good("sacct", HEAD "7|" WHO "COMPLETED|" WHEN "3723|120|gres/gpu:x=5||9|a\n",
                &options, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(
        eq(str, (char *)result.jobs.kinds[result.jobs.jobs[0].kind].classes, "x7"));
    import_result_free(&result);
    scratch_remove(&scratch);
}

/* A row in two outputs counts once, also where it still ran in the first; an attempt
 * of a requeued job is another row. */
Test(sacct, a_record_that_is_in_two_outputs_counts_once)
{
    static const char text[] =
        "JobID|State|Submit|Start|End|ElapsedRaw|AllocTRES\n"
        "1|REQUEUED|2026-03-02T01:00:00|2026-03-02T01:10:00|2026-03-02T01:27:00|1020|"
        "gres/gpu=8\n"
        "1|COMPLETED|2026-03-02T01:00:00|2026-03-02T02:10:00|2026-03-02T02:51:00|2460|"
        "gres/gpu=8\n"
        "2|RUNNING|2026-03-02T01:00:00|2026-03-02T02:10:00|Unknown|2460|gres/gpu=3\n"
        "1|COMPLETED|2026-03-02T01:00:00|2026-03-02T02:10:00|2026-03-02T02:51:00|2460|"
        "gres/gpu=8\n"
        "2|COMPLETED|2026-03-02T01:00:00|2026-03-02T02:10:00|2026-03-02T03:10:00|3600|"
        "gres/gpu=3\n";
    struct import_result result;
    struct import_report report;
    import_good("sacct", text, NULL, &result, &report);
    cr_expect(eq(sz, result.jobs.n, 3));
    cr_expect(eq(i64, dropped(&report, "repeated record"), 1));
    /* (1020 + 2460) s of 8 GPUs and an hour of 3 */
    cr_expect(eq(i64, (int64_t)result.jobs.gpu_ms, 38640000));
    import_result_free(&result);
}

Test(sacct, without_starts_a_record_is_repeated_where_all_of_it_is)
{
    static const char text[] = "JobID|State|Submit|ElapsedRaw|AllocTRES\n"
                               "1|REQUEUED|2026-03-02T01:00:00|1020|gres/gpu=8\n"
                               "1|REQUEUED|2026-03-02T01:00:00|1021|gres/gpu=8\n"
                               "1|COMPLETED|2026-03-02T01:00:00|1021|gres/gpu=8\n"
                               "1|COMPLETED|2026-03-02T01:00:00|1021|gres/gpu=8\n";
    struct import_result result;
    struct import_report report;
    import_good("sacct", text, NULL, &result, &report);
    cr_expect(eq(sz, result.jobs.n, 3));
    cr_expect(eq(i64, dropped(&report, "repeated record"), 1));
    import_result_free(&result);
}

/* The records of the example, counted by another reader: fields by '|', GPUs by
 * "gres/gpu=". */
Test(sacct, the_example_goes_in_as_it_is)
{
    char path[4096], line[4096];
    const char *source = getenv("TENURE_SOURCE");
    snprintf(path, sizeof path, "%s/tests/formats/sacct/sacct.txt",
             source ? source : ".");
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    int64_t rows = -1, kept = 0, gpu_s = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        char *fields[32], *at = line;
        size_t n = 0;
        for (char *bar; (bar = strchr(at, '|')); at = bar + 1) {
            *bar = '\0';
            fields[n++] = at;
        }
        const char *gpus = rows >= 0 ? strstr(fields[12], "gres/gpu=") : NULL;
        bool ended = gpus && strcmp(fields[5], "RUNNING") != 0;
        kept += ended;
        gpu_s += ended ? atoll(fields[10]) * atoll(gpus + 9) : 0;
    }
    fclose(file);
    struct import_result result;
    struct import_report report;
    struct error err = {0};
    cr_assert(import_run(importer_find("sacct"), path, NULL, &result, &report, &err),
              "%s", err.text);
    check_result(&result);
    cr_expect(eq(i64, report.rows_read, rows));
    cr_expect(eq(i64, report.rows_kept, kept));
    cr_expect(eq(sz, result.jobs.n, (size_t)kept));
    cr_expect(result.jobs.gpu_ms == (int128)gpu_s * 1000);
    cr_expect(gt(i64, kept, 500));
    import_result_free(&result);
}
