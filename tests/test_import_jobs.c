/* Importers that give jobs: SWF, AcmeTrace, PAI 2020, openb, the JSON of Philly. */

#include "import_text.h"

/* ---- SWF ---- */

#define TAIL " 2 -1 -1 -1 -1 -1\n"
static const char swf[] =
    "; Version: 2.2\n; UnixStartTime: 1000000\n\n"
    "15 10 3 735.5 4 -1 -1 8 3600 -1 1 7" TAIL "16 20 3 0 4 -1 -1 4 3600 -1 1 7" TAIL
    "17 30 -1 -1 4 -1 -1 4 3600 -1 0 7" TAIL "18 40 3 99 -1 -1 -1 16 -1 -1 0 -1" TAIL
    "19 50 3 99 -1 -1 -1 -1 3600 -1 1 7" TAIL "20 60 3 99 4 -1 -1 4 3600 -1 3 7" TAIL
    "21 70 3 -1 4 -1 -1 4 3600 -1 5 7" TAIL "22 -1 3 99 4 -1 -1 4 3600 -1 1 7" TAIL;

Test(swf, keeps_what_is_known_and_says_why_it_drops_the_rest)
{
    struct import_result result;
    struct import_report report;
    import_good("swf", swf, NULL, &result, &report);
    const struct trace *trace = &result.jobs;
    bool absolute = trace->absolute;
    cr_expect(absolute);
    cr_assert(eq(sz, trace->n, 2));
    cr_expect(eq(i64, trace->jobs[0].submit_ms, 1000010000));
    cr_expect(eq(i64, trace->jobs[0].duration_ms, 735500));
    cr_expect(eq(i64, trace->jobs[0].limit_ms, 3600000));
    cr_expect(eq(int, trace->jobs[0].gpus, 4));
    cr_expect(eq(str, (char *)tenant_of(trace, 0), "7"));
    cr_expect(eq(str, trace->ids + trace->jobs[0].id, "15"));
    cr_expect(eq(int, trace->jobs[1].gpus, 16)); /* what was requested */
    cr_expect(eq(i64, trace->jobs[1].limit_ms, 0));
    cr_expect(eq(str, (char *)tenant_of(trace, 1), ""));
    cr_expect(eq(i64, report.rows_read, 8));
    cr_expect(eq(i64, report.rows_kept, 2));
    static const struct {
        const char *reason;
        int64_t line;
    } reasons[] = {{"zero run time", 5},
                   {"run time unknown", 6},
                   {"no processors, or not known how many", 8},
                   {"part of a job that has a row of its own", 9},
                   {"cancelled before it began", 10},
                   {"submit time unknown", 11}};
    cr_assert(eq(sz, report.n_dropped, COUNT(reasons)));
    for (size_t i = 0; i < COUNT(reasons); i++) {
        cr_expect(eq(str, (char *)report.dropped[i].reason, (char *)reasons[i].reason));
        cr_expect(eq(i64, report.dropped[i].first_line, reasons[i].line));
        cr_expect(eq(i64, report.dropped[i].rows, 1));
    }
    import_result_free(&result);
}

Test(swf, has_options_for_what_counts)
{
    struct import_result result;
    struct import_report report;
    import_good("swf", swf, with("count", "requested"), &result, &report);
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 8));
    import_result_free(&result);
    import_good("swf", swf, with("processors_per_gpu", "3"), &result, &report);
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 2)); /* 4 / 3 */
    cr_expect(eq(int, result.jobs.jobs[1].gpus, 6)); /* 16 / 3 */
    import_result_free(&result);
    import_good("swf", swf, with("status", "completed"), &result, &report);
    cr_expect(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, dropped(&report, "did not complete"), 3));
    import_result_free(&result);
}

Test(swf, without_a_header_is_in_seconds)
{
    struct import_result result;
    struct import_report report;
    import_good("swf", "1 10 3 735.5 4 -1 -1 8 3600 -1 1\r\n", NULL, &result, &report);
    cr_expect(not(result.jobs.absolute));
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, 10000));
    cr_assert(eq(sz, report.n_notes, 1));
    cr_expect(eq(str, report.notes[0],
                 "the file has no UnixStartTime: submits are seconds from its start, "
                 "not dates"));
    import_result_free(&result);
}

Test(swf, a_start_of_zero_is_told_from_none)
{
    struct import_result result;
    struct import_report report;
    import_good("swf", "; UnixStartTime: 0\n1 10 3 735.5 4 -1 -1 8 3600 -1 1\n", NULL,
                &result, &report);
    cr_expect(eq(str, report.notes[0],
                 "UnixStartTime of the file is 0: submits are seconds from its start, "
                 "not dates"));
    import_result_free(&result);
    import_wrong("swf", "; UnixStartTime: 0\n; UnixStartTime: 7\n", NULL,
                 "log.csv: UnixStartTime stands behind the first job, or twice");
}

Test(swf, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"1 2 3\n", "log.csv:1: 3 fields; there is none for 'run time'"},
        {"1 2 3 4 5 6 7 8 9 10 1 12 13 14 15 16 17 18 19\n",
         "log.csv:1: 19 fields, but the format has 18"},
        {";\n1 x 3 9 4 -1 -1 8 3600 -1 1\n",
         "log.csv:2:2: submit: 'x' is not a number of seconds"},
        {"1 2 3 -9 4 -1 -1 8 3600 -1 1\n",
         "log.csv:1:4: run time: -9 is not in 0 to 200 years"},
        {"1 2 3 9 4.5 -1 -1 8 3600 -1 1\n",
         "log.csv:1:5: allocated processors: '4.5' is not a whole number in 0 to "
         "1000000"},
        {"1 2 3 9 4 -1 -1 8 3600 -1 7\n",
         "log.csv:1:11: status: '7' is not a whole number in -1 to 5"},
        {"1 2 3 6307200000 1000000 -1 -1 8 3600 -1 1\n",
         "log.csv:1: 1000000 GPUs for 6307200000000 ms are over 4e18 GPU-ms"},
        {"1 2 3 9\0 4\n", "log.csv:1: 4 fields; there is none for 'allocated "
                          "processors'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("swf", cases[i][0], NULL, cases[i][1]);
}

/* 28,476 rows; eight ran for no time, and of one no processors are known.  The sum of
 * run time times processors is taken from the file by awk: 2,016,591,520 s. */
Test(swf, reads_the_real_log_whole)
{
    struct import_result result;
    struct import_report report;
    import_real("swf", "kth-sp2.swf", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_read, 28476));
    cr_expect(eq(i64, report.rows_kept, 28467));
    cr_expect(eq(sz, report.n_dropped, 2));
    cr_expect(eq(i64, dropped(&report, "zero run time"), 8));
    cr_expect(eq(i64, dropped(&report, "no processors, or not known how many"), 1));
    cr_expect(result.jobs.gpu_ms == INT64_C(2016591520000), "560,164.3 GPU-h");
    cr_expect(eq(int, result.jobs.gpus_max, 100));
    /* 843480031 + 599850 */
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, INT64_C(844079881000)));
    import_result_free(&result);
}

/* ---- AcmeTrace ---- */

#define ACME                                                                           \
    "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time," \
    "duration,queue,gpu_time\n"

Test(acme, takes_start_and_end_of_the_whole_trace)
{
    struct import_result result;
    struct import_report report;
    static const char text[] = ACME
        "5778,u59,1,8,128,Other,FAILED,2031-03-01 00:18:22+08:00,2031-03-01 "
        "00:18:54+08:00,2031-03-01 00:20:51+08:00,117,32,936.0\n"
        "5779,u60,1,0,128,Other,COMPLETED,2031-03-01 00:18:22+08:00,2031-03-01 "
        "00:18:54+08:00,2031-03-01 00:20:51+08:00,117,32,0\n"
        "5780,u61,4,32,128,Pretrain,COMPLETED,2031-03-01 00:00:00+08:00,2031-03-01 "
        "01:00:00+08:00,2031-03-02 01:00:00+08:00,9,9,9\n"
        "5781,u61,4,32,128,Pretrain,CANCELLED,2031-03-01 "
        "00:00:00+08:00,,2031-03-02 01:00:00+08:00,9,9,9\n"
        "5782,u61,4,32,128,Pretrain,CANCELLED,2031-03-01 00:00:00+08:00,2031-03-01 "
        "01:00:00+08:00,,9,9,9\n"
        "5783,u61,4,32,128,Pretrain,CANCELLED,2031-03-01 00:00:00+08:00,2031-03-01 "
        "01:00:00+08:00,2031-03-01 01:00:00+08:00,9,9,9\n"
        "5784,u61,4,32,128,Pretrain,CANCELLED,2031-03-01 00:00:00+08:00,2031-03-01 "
        "01:00:01+08:00,2031-03-01 01:00:00+08:00,9,9,9\n";
    import_good("acme", text, NULL, &result, &report);
    const struct trace *trace = &result.jobs;
    cr_assert(eq(sz, trace->n, 2));
    /* 2031-02-28T16:00:00Z is 1930060800; the other is submitted 18 min 22 s later. */
    cr_expect(eq(i64, trace->jobs[0].submit_ms, INT64_C(1930060800000)));
    cr_expect(eq(i64, trace->jobs[0].duration_ms, 24 * MS_PER_H));
    cr_expect(eq(str, (char *)tenant_of(trace, 0), "u61"));
    cr_expect(eq(str, (char *)workload_of(trace, 0), "Pretrain"));
    cr_expect(eq(i64, trace->jobs[1].submit_ms, INT64_C(1930061902000)));
    cr_expect(eq(i64, trace->jobs[1].duration_ms, 117000));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, dropped(&report, "never started"), 1));
    cr_expect(eq(i64, dropped(&report, "no end"), 1));
    cr_expect(eq(i64, dropped(&report, "zero duration"), 1));
    cr_expect(eq(i64, dropped(&report, "ends before it starts"), 1));
    cr_expect(eq(sz, report.n_notes, 0));
    import_result_free(&result);
    import_good("acme", text, with("status", "completed"), &result, &report);
    cr_expect(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, dropped(&report, "did not complete"), 5));
    import_result_free(&result);
}

#define ITERATIONS                                                                     \
    "job_id,arrival_time,num_iteration,iteration_computing_time,gpu_workers,"          \
    "gpu_per_worker\n"

Test(acme, multiplies_iterations_and_workers_of_the_subset)
{
    struct import_result result;
    struct import_report report;
    import_good("acme",
                ITERATIONS "0,12.5,207,0.5,3,8.0\n1,13,0,0.5,3,8\n2,14,7,1,0,8\n", NULL,
                &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(not(result.jobs.absolute));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 103500));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 24));
    cr_expect(eq(i64, dropped(&report, "zero duration"), 1));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    import_result_free(&result);
}

Test(acme, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"job_id,user,gpu_num\n", "log.csv:1: no column 'type', which this format has"},
        {"job_id,num_iteration\n",
         "log.csv:1: no column 'arrival_time', which this format has"},
        {ITERATIONS "0,1,1,0.5,1000000,8\n",
         "log.csv:2:5: gpu_workers: '1000000' gives more than 1000000 GPUs"},
        {ITERATIONS "0,1,1000000000000,0.5,1,8\n",
         "log.csv:2:3: num_iteration: '1000000000000' gives more than 200 years"},
        {ITERATIONS "0,x,1,0.5,1,8\n",
         "log.csv:2:2: arrival_time: 'x' is not a number of seconds"},
        {ACME "1,u,1,8,1,Other,FAILED,2031-03-01,2031-03-01,3031-03-01,1,1,1\n",
         "log.csv:2:10: end_time: '3031-03-01' is over 200 years after the start"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("acme", cases[i][0], NULL, cases[i][1]);
}

/* 319 jobs, 456,843 GPU-h, 1,024 GPUs at most. */
Test(acme, reads_the_real_subset_whole)
{
    struct import_result result;
    struct import_report report;
    import_real("acme", "acme-kalos-subset.csv", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_kept, 319));
    cr_expect(eq(sz, report.n_dropped, 0));
    int64_t gpu_h = (int64_t)divide_rounded(result.jobs.gpu_ms, MS_PER_H);
    cr_expect(eq(i64, gpu_h, 456843));
    cr_expect(eq(int, result.jobs.gpus_max, 1024));
    import_result_free(&result);
}

/* ---- openb ---- */

#define OPENB                                                                          \
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_"     \
    "time,"                                                                            \
    "deletion_time,scheduled_time\n"
static const char openb[] =
    OPENB "a,1,1,1,460,,LS,Succeeded,100,7300,104\n"
          "b,1,1,8,1000,V100M16|V100M32,BE,Running,250,90250,250\n"
          "c,1,1,1,1000,,BE,Pending,300,310,\n"
          "d,1,1,0,0,,LS,Succeeded,310,400,311\n"
          "e,1,1,2,500,,LS,Running,311,411,312\n"
          "f,1,1,1,1000,,LS,Running,311,312,312\n";

Test(openb, parts_of_a_gpu_are_rounded_up_kept_dropped_or_refused)
{
    struct import_result result;
    struct import_report report;
    import_good("openb", openb, NULL, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 3));
    static const int whole[] = {1, 8, 2}, parts[] = {460, 8000, 1000};
    for (size_t i = 0; i < 3; i++)
        cr_expect(eq(int, result.jobs.jobs[i].gpus, whole[i]));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, 100000));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 7196000));
    cr_expect(eq(str, (char *)workload_of(&result.jobs, 1), "BE"));
    cr_expect(result.jobs.kinds[result.jobs.jobs[1].kind].classes == NULL);
    cr_expect(eq(i64, dropped(&report, "never scheduled"), 1));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, dropped(&report, "zero duration"), 1));
    import_result_free(&result);

    import_good("openb", openb, with("fraction", "keep"), &result, &report);
    for (size_t i = 0; i < 3; i++)
        cr_expect(eq(int, result.jobs.jobs[i].gpus, parts[i]));
    cr_expect(eq(str, report.notes[0],
                 "GPUs are counted in parts of 1/1000: give pools 1000 per GPU, and "
                 "prices per part"));
    import_result_free(&result);

    import_good("openb", openb, with("fraction", "drop"), &result, &report);
    cr_expect(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, dropped(&report, "asks for a part of a GPU"), 2));
    import_result_free(&result);

    import_wrong("openb", openb, with("fraction", "refuse"),
                 "log.csv:2:5: gpu_milli: '460' is no whole number of GPUs");
    import_good("openb", openb, with("spec", "classes"), &result, &report);
    const char *classes = result.jobs.kinds[result.jobs.jobs[1].kind].classes;
    cr_expect(eq(str, (char *)classes, "V100M16|V100M32"));
    import_result_free(&result);

    /* As it is read again. */
    import_good("openb", OPENB "a,1,1,1,460,T4 ;P100| V100,LS,Succeeded,100,7300,104\n",
                with("spec", "classes"), &result, &report);
    classes = result.jobs.kinds[result.jobs.jobs[0].kind].classes;
    cr_expect(eq(str, (char *)classes, "T4|P100|V100"));
    import_result_free(&result);
}

Test(openb, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"name\n", "log.csv:1: no column 'num_gpu', which this format has"},
        {OPENB "a,1,1,1,0,,LS,Succeeded,100,7300,104\n",
         "log.csv:2:5: gpu_milli: '0' is not a whole number in 1 to 1000"},
        {OPENB "a,1,1,1,1001,,LS,Succeeded,100,7300,104\n",
         "log.csv:2:5: gpu_milli: '1001' is not a whole number in 1 to 1000"},
        {OPENB "a,1,1,-1,1,,LS,Succeeded,100,7300,104\n",
         "log.csv:2:4: num_gpu: '-1' is not a whole number in 0 to 1000000"},
        {OPENB "a,1,1,1,1,,LS,Succeeded,100,soon,104\n",
         "log.csv:2:10: deletion_time: 'soon' is not a number of seconds"},
        {OPENB "a,1,1,1,1,;T4,LS,Succeeded,100,7300,104\n",
         "log.csv:2:6: gpu_spec: ';T4' is no list of words between '|', or too long"},
        {OPENB "a,1,1,1,1,T4| |P100,LS,Succeeded,100,7300,104\n",
         "log.csv:2:6: gpu_spec: 'T4| |P100' is no list of words between '|', or too "
         "long"},
        {OPENB "a,1,1,1,1,T4|,LS,Succeeded,100,7300,104\n",
         "log.csv:2:6: gpu_spec: 'T4|' is no list of words between '|', or too long"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("openb", cases[i][0], NULL, cases[i][1]);
    import_wrong("openb", OPENB "a,1,1,2000,1000,,LS,Succeeded,100,7300,104\n",
                 with("fraction", "keep"),
                 "log.csv:2:5: gpu_milli: '1000' gives more than 1000000 parts");
}

/* ---- PAI 2020 ---- */

static const char pai[] =
    "aa,worker,4.0,Terminated,2001.0,5602.0,600.0,29.3,50.0,T4\n"
    "aa,ps,1.0,Terminated,2001.0,5602.0,600.0,29.3,,\n"
    "bb,tensorflow,1.0,Failed,3100.0,3177.0,600.0,29.3,200.0,V100\n"
    "cc,tensorflow,1.0,Running,4000.0,,600.0,29.3,100.0,P100\n"
    "dd,tensorflow,1.0,Waiting,,,600.0,29.3,100.0,P100\n"
    "ee,tensorflow,1.0,Failed,3100.0,3099.0,600.0,29.3,25.0,T4\n";

Test(pai2020, each_task_with_gpus_is_a_job)
{
    struct import_result result;
    struct import_report report;
    import_good("pai2020", pai, NULL, &result, &report);
    cr_assert(eq(sz, result.jobs.n, 2));
    cr_expect(eq(i64, report.rows_read, 6));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 4)); /* 4 halves, each rounded up */
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, 2001000));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3601000));
    cr_expect(eq(str, (char *)workload_of(&result.jobs, 0), "worker"));
    cr_expect(eq(int, result.jobs.jobs[1].gpus, 2));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, dropped(&report, "has not ended"), 1));
    cr_expect(eq(i64, dropped(&report, "has not started"), 1));
    cr_expect(eq(i64, dropped(&report, "ends before it starts"), 1));
    import_result_free(&result);
    import_good("pai2020", pai, with("fraction", "keep"), &result, &report);
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 200));
    import_result_free(&result);
}

Test(pai2020, less_than_a_percent_is_a_part_of_a_gpu)
{
    struct import_result result;
    struct import_report report;
    import_good("pai2020", "j4,w,3,Terminated,0,57,600,1,0.4,T4\n", NULL, &result,
                &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(eq(int, result.jobs.jobs[0].gpus, 3));
    import_result_free(&result);
}

Test(pai2020, a_header_line_may_be_there)
{
    static const char head[] = "job_name,task_name,inst_num,status,start_time,end_time,"
                               "plan_cpu,plan_mem,plan_gpu,gpu_type\n";
    char text[1024];
    struct import_result result;
    struct import_report report;
    snprintf(text, sizeof text, "%s%s", head, pai);
    import_good("pai2020", text, NULL, &result, &report);
    cr_expect(eq(i64, report.rows_read, 6));
    import_result_free(&result);
}

Test(pai2020, the_table_of_jobs_says_who_and_when)
{
    static const char jobs[] = "aa,i1,ada,Terminated,1990.0,5602.0\n"
                               "cc,i3,bob,Running,,\n";
    struct scratch scratch = scratch_file("jobs.csv", jobs, strlen(jobs));
    struct import_result result;
    struct import_report report;
    import_good("pai2020", pai, with("jobs", scratch.path), &result, &report);
    cr_assert(eq(sz, result.jobs.n, 1));
    cr_expect(eq(i64, result.jobs.jobs[0].submit_ms, 1990000));
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3601000));
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 0), "ada"));
    cr_expect(eq(i64, dropped(&report, "its job is not in the table of jobs"), 1));
    import_result_free(&result);
    scratch_remove(&scratch);
}

Test(pai2020, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"aa,worker,4\n", "log.csv:1: 3 fields, but the format has 10"},
        {"aa,w,x,T,1,2,3,4,50,T4\n",
         "log.csv:1:3: inst_num: 'x' is not a whole number in 0 to 1000000"},
        {"aa,w,1,T,1,2,3,4,-50,T4\n",
         "log.csv:1:9: plan_gpu: '-50' is no percentage of GPUs"},
        {"aa,w,1000000,T,1,2,3,4,101,T4\n",
         "log.csv:1:9: plan_gpu: '101' gives more than 1000000 GPUs"},
        {"aa,w,1,T,now,2,3,4,100,T4\n",
         "log.csv:1:5: start_time: 'now' is not a number of seconds"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("pai2020", cases[i][0], NULL, cases[i][1]);
}

/* ---- the JSON of Philly ---- */

#define JOB(id, attempts)                                                              \
    "{\"status\": \"Pass\", \"vc\": \"v1\", \"jobid\": \"" id                          \
    "\", \"attempts\": [" attempts                                                     \
    "], \"submitted_time\": \"2031-10-07 01:11:39\", \"user\": \"u\"}"
#define ATTEMPT(start, end, gpus)                                                      \
    "{\"start_time\": " start ", \"end_time\": " end                                   \
    ", \"detail\": [{\"ip\": \"m1\", \"gpus\": [" gpus "]}]}"
#define DAY "2031-10-07 "

static const struct import_options *as_json(const char *attempts)
{
    static struct import_setting settings[2];
    static struct import_options options;
    settings[0] = (struct import_setting){"file", "json"};
    settings[1] = (struct import_setting){"attempts", attempts};
    options = (struct import_options){.settings = settings, .n_settings = 2};
    return &options;
}

static const char philly[] = "[\n" JOB(
    "a",
    ATTEMPT("\"" DAY "01:12:00\"", "\"" DAY "01:13:00\"", "\"g0\"") "," ATTEMPT(
        "\"" DAY "01:20:00\"", "\"" DAY "02:20:07\"",
        "\"g0\", \"g1\"")) ",\n" JOB("b",
                                     "") ",\n" JOB("c",
                                                   ATTEMPT(
                                                       "\"" DAY "01:12:00\"", "null",
                                                       "\"g0\"")) ",\n" JOB("d",
                                                                            ATTEMPT(
                                                                                "null",
                                                                                "\"" DAY
                                                                                "01:12:"
                                                                                "00\"",
                                                                                "\"g0"
                                                                                "\"")) ",\n" JOB("e",
                                                                                                 ATTEMPT(
                                                                                                     "\"" DAY
                                                                                                     "01:12:00\"",
                                                                                                     "\"" DAY
                                                                                                     "01:13:00\"",
                                                                                                     "")) "\n]\n";

Test(philly_json, attempts_make_one_job_and_are_counted)
{
    struct import_result result;
    struct import_report report;
    import_good("philly", philly, as_json("sum"), &result, &report);
    cr_expect(eq(i64, report.rows_read, 5));
    cr_assert(eq(sz, result.jobs.n, 1));
    const struct job *job = &result.jobs.jobs[0];
    cr_expect(eq(i64, job->duration_ms, 3667000)); /* 60 s and 1 h 7 s */
    cr_expect(eq(int, job->gpus, 2));
    cr_expect(eq(str, (char *)tenant_of(&result.jobs, 0), "v1"));
    cr_expect(eq(str, result.jobs.ids + job->id, "a"));
    cr_expect(eq(i64, dropped(&report, "never started"), 1));
    cr_expect(eq(i64, dropped(&report, "still running when the log was taken"), 1));
    cr_expect(eq(i64, dropped(&report, "no attempt with start and end"), 1));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), 1));
    cr_expect(eq(i64, report.dropped[0].first_line, 3));
    cr_expect(eq(str, report.notes[0],
                 "3 attempts; jobs with more than one: 1; with attempts that differ in "
                 "GPUs: 1"));
    cr_expect(eq(str, report.notes[1], "2 attempts without start or end are left out"));
    import_result_free(&result);
    import_good("philly", philly, as_json("last"), &result, &report);
    cr_expect(eq(i64, result.jobs.jobs[0].duration_ms, 3607000));
    import_result_free(&result);
}

Test(philly_json, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"[3]", "log.csv:1: this is a number; an object with 'vc' is wanted (job 1 of "
                "the file)"},
        {"[\n{\"vc\": 7}]",
         "log.csv:2: vc: is a number, but a text is wanted (job 1 of the file)"},
        {"[{\"vc\": \"a\"}]",
         "log.csv:1: there is no 'jobid', which this format has (job 1 of the "
         "file)"},
        {"[" JOB("a", "7") "]",
         "log.csv:1: this is a number; an object with 'detail' is wanted (jobid 'a')"},
        {"[" JOB("a", ATTEMPT("\"" DAY "01:12:00\"", "\"" DAY "01:11:00\"", "")) "]",
         "log.csv:1: end_time: is before start_time (jobid 'a')"},
        {"[" JOB("a", ATTEMPT("7", "null", "")) "]",
         "log.csv:1: start_time: a date as a text, or null, is wanted (jobid 'a')"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("philly", cases[i][0], as_json("sum"), cases[i][1]);
}
