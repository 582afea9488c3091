#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "import_text.h"

/* What a real Slurm printed: tests/formats/slurm/, made by slurm_fixture.sh. */

static const char *path_of(const char *name)
{
    static char path[4096];
    const char *source = getenv("TENURE_SOURCE");
    snprintf(path, sizeof path, "%s/tests/formats/slurm/%s", source ? source : ".",
             name);
    return path;
}

static void take(const char *name, const struct import_options *options,
                 struct import_result *result, struct import_report *report)
{
    struct error err = {0};
    bool ok = import_run(importer_find("sacct"), path_of(name), options, result, report,
                         &err);
    cr_assert(ok, "%s", err.text);
    check_result(result);
}

/* The sum over the jobs of that id: GPU-ms, and how many they are. */
static int64_t gpu_ms_of(const struct trace *trace, const char *id, int *n)
{
    int64_t sum = 0;
    char number[16];
    *n = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        if (strcmp(trace_job_id(trace, job, number), id) != 0)
            continue;
        sum += job->gpus * job->duration_ms;
        ++*n;
    }
    return sum;
}

struct counts {
    int64_t rows, steps, no_gpus, runs, waits, kept, gpu_s;
};

/* Another reader: fields by '|', GPUs behind "gres/gpu=". */
static void count_line(char *line, struct counts *counts)
{
    char *fields[16], *at = line;
    for (size_t n = 0; n < COUNT(fields); n++) {
        fields[n] = at;
        at = strchr(at, n < 15 ? '|' : '\n');
        cr_assert(at != NULL, "%s", line);
        *at++ = '\0';
    }
    const char *state = fields[5], *alloc = fields[12], *req = fields[13];
    const char *gpus = strstr(*alloc ? alloc : req, "gres/gpu=");
    counts->rows++;
    if (strchr(fields[0], '.'))
        counts->steps++;
    else if (!gpus)
        counts->no_gpus++;
    else if (strcmp(state, "RUNNING") == 0 || strcmp(state, "SUSPENDED") == 0)
        counts->runs++;
    else if (strcmp(state, "PENDING") == 0)
        counts->waits++;
    else {
        counts->kept++;
        counts->gpu_s += atoll(fields[10]) * atoll(gpus + 9);
    }
}

static struct counts count_file(void)
{
    struct counts counts = {0};
    char line[4096];
    FILE *file = fopen(path_of("sacct.txt"), "r");
    cr_assert(file != NULL);
    cr_assert(fgets(line, sizeof line, file) != NULL);
    while (fgets(line, sizeof line, file))
        count_line(line, &counts);
    fclose(file);
    return counts;
}

/* 122 rows: 60 steps, 2 jobs without GPUs, 2 that run and 1 suspended, 3 that wait (one
 * of them stands for 40 tasks), and 54 jobs.  The elapsed time of the resized job has 3
 * s on one GPU twice. */
Test(sacct_real, each_row_is_kept_or_dropped_as_another_reader_counts)
{
    struct counts counts = count_file();
    cr_expect(eq(i64, counts.rows, 122));
    cr_expect(eq(i64, counts.steps, 60));
    cr_expect(eq(i64, counts.no_gpus, 2));
    cr_expect(eq(i64, counts.runs, 3));
    cr_expect(eq(i64, counts.waits, 3));
    cr_expect(eq(i64, counts.kept, 54));
    struct import_result result;
    struct import_report report;
    take("sacct.txt", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_read, counts.rows));
    cr_expect(eq(i64, report.rows_kept, counts.kept));
    cr_expect(eq(sz, report.n_dropped, 4));
    cr_expect(eq(i64, dropped(&report, "job steps"), counts.steps));
    cr_expect(eq(i64, dropped(&report, "no GPUs"), counts.no_gpus));
    cr_expect(eq(i64, dropped(&report, "still running"), counts.runs));
    cr_expect(eq(i64, dropped(&report, "still pending"), counts.waits));
    cr_expect(result.jobs.gpu_ms == (int128)(counts.gpu_s - 3) * 1000);
    import_result_free(&result);
}

Test(sacct_real, every_fate_counts_what_it_held)
{
    static const struct {
        const char *id; /* in the order of slurm_fixture.sh */
        int rows;
        int64_t gpu_s;
    } cases[] = {
        {"7", 1, 80},    /* two servers of 8 for 5 s */
        {"14", 1, 24},   /* asked for one and had the server: 8 for 3 s */
        {"15", 0, 0},    /* no GPU */
        {"20_9", 1, 2},  /* a task of an array */
        {"23+0", 1, 5},  /* parts of a heterogeneous job: h100, 1 for 5 s */
        {"23+1", 1, 10}, /* and a100, 2 for 5 s */
        {"25", 1, 2},    /* srun without a script */
        {"33", 1, 4},    /* failed: 2 for 2 s */
        {"36", 1, 60},   /* at its limit */
        {"38", 1, 18},   /* cancelled: 2 for 9 s */
        {"40", 0, 0},    /* cancelled before it was eligible: not in the file */
        {"42", 2, 20},   /* requeued: 8 and 12 s */
        {"43", 1, 8},    /* requeued and held: 8 s, and waits */
        {"44", 2, 42},   /* suspended, then its server failed: 16 and 26 s */
        {"45", 2, 28},   /* 2 for 3 s, then one for 22 s */
        {"49", 1, 6},    /* its server failed */
        {"50", 2, 27},   /* and again elsewhere: 6 and 21 s */
        {"51", 1, 32},   /* preempted: 8 for 4 s */
        {"52", 2, 152},  /* preempted and run again: 8 for 4 and 15 s */
        {"53", 1, 80},   /* what preempted them: 16 for 5 s */
    };
    struct import_result result;
    struct import_report report;
    take("sacct.txt", NULL, &result, &report);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int rows;
        int64_t gpu_ms = gpu_ms_of(&result.jobs, cases[i].id, &rows);
        cr_expect(eq(int, rows, cases[i].rows), "%s", cases[i].id);
        cr_expect(eq(i64, gpu_ms, cases[i].gpu_s * 1000), "%s", cases[i].id);
    }
    import_result_free(&result);
}

/* 54 and 3 that run, 2 that wait, and the 40 tasks of an array that waits. */
Test(sacct_real, what_waits_comes_with_its_limit)
{
    const struct import_setting settings[] = {
        {"unfinished", "limit"}, {"class", "auto"}, {"pools", "partition"}};
    struct import_options options = {.settings = settings,
                                     .n_settings = COUNT(settings)};
    struct import_result result;
    struct import_report report;
    take("sacct.txt", &options, &result, &report);
    cr_expect(eq(sz, result.jobs.n, 54 + 3 + 2 + 40));
    int rows;
    cr_expect(eq(i64, gpu_ms_of(&result.jobs, "57_40", &rows), 1800000));
    cr_expect(eq(i64, gpu_ms_of(&result.jobs, "58", &rows), 2 * 1800000));
    char number[16];
    for (size_t i = 0; i < result.jobs.n; i++) {
        const struct job *job = &result.jobs.jobs[i];
        const struct job_kind *kind = &result.jobs.kinds[job->kind];
        const char *id = trace_job_id(&result.jobs, job, number);
        if (strcmp(id, "58") == 0)
            cr_expect(eq(str, (char *)kind->pools, "a100|h100"));
        if (strcmp(id, "53") == 0)
            cr_expect(eq(str, (char *)kind->classes, "h100-sxm"));
    }
    import_result_free(&result);
}

/* `--parsable --allocations --delimiter ';'` and other columns. */
Test(sacct_real, other_columns_give_the_same_jobs)
{
    struct import_result all, other;
    struct import_report report;
    take("sacct.txt", NULL, &all, &report);
    take("allocations.txt", with("delimiter", ";"), &other, &report);
    cr_assert(eq(sz, all.jobs.n, other.jobs.n));
    cr_expect(eq(i64, dropped(&report, "job steps"), 0));
    char number[16];
    for (size_t i = 0; i < all.jobs.n; i++) {
        const char *id = trace_job_id(&all.jobs, &all.jobs.jobs[i], number);
        int rows[2];
        int64_t gpu_ms = gpu_ms_of(&all.jobs, id, &rows[0]);
        cr_expect(eq(i64, gpu_ms_of(&other.jobs, id, &rows[1]), gpu_ms), "%s", id);
        cr_expect(eq(int, rows[0], rows[1]), "%s", id);
    }
    import_result_free(&all);
    import_result_free(&other);
}

Test(sacct_real, a_name_with_the_delimiter_is_refused)
{
    struct import_result result;
    struct import_report report;
    struct error err = {0};
    cr_expect(not(import_run(importer_find("sacct"), path_of("names.txt"), NULL,
                             &result, &report, &err)));
    cr_expect(strstr(err.text,
                     "names.txt:2: 17 fields, but the header line has 16; a name of a "
                     "job may hold the delimiter") != NULL,
              "%s", err.text);
    import_result_free(&result);
}
