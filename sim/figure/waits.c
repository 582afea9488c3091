/* How long jobs waited: the cumulative distribution of each workload. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/build.h"
#include "output/table_read.h"

#define PER_DECADE 20
#define BINS       (9 * PER_DECADE + 1) /* 1 s to 10^9 s, which is 31 years */
#define SHOWN      6                    /* workloads with a line of their own */
#define KNOWN      512                  /* told apart; what comes then is "others" */

struct workload {
    const char *name;
    int64_t jobs;
    int64_t bins[BINS]; /* waits up to edge(i), and above the edge before */
};

struct waits {
    struct arena arena;
    struct names names;
    int64_t warmup_ms;
    struct workload *list[KNOWN + 1]; /* the last one: the others */
    struct workload all;
    int64_t longest_ms;
};

static double edge_s(int bin)
{
    return pow(10, (double)bin / PER_DECADE);
}

/* The first bin whose edge is not below the wait. */
static int bin_of(int64_t wait_ms)
{
    double wait_s = (double)wait_ms / 1e3;
    int bin = wait_s <= 1 ? 0 : (int)ceil(log10(wait_s) * PER_DECADE);
    bin = bin < BINS ? bin : BINS - 1;
    while (bin > 0 && edge_s(bin - 1) >= wait_s)
        bin--;
    while (bin < BINS - 1 && edge_s(bin) < wait_s)
        bin++;
    return bin;
}

static struct workload *workload_of(struct waits *waits, const char *name)
{
    size_t length = strlen(name);
    uint32_t id = names_find(&waits->names, name, length);
    if (id == NAMES_NONE)
        id = waits->names.n < KNOWN ? names_add(&waits->names, name, length) : KNOWN;
    if (!waits->list[id]) {
        waits->list[id] = ARENA_NEW(&waits->arena, struct workload);
        waits->list[id]->name = id == KNOWN ? "" : waits->names.text[id];
    }
    return waits->list[id];
}

/* As the waits of summary.csv are counted. */
static bool take_job(void *self, int64_t line, const struct cell cells[],
                     struct error *err)
{
    struct waits *waits = self;
    int64_t wait_ms = cells[JOBS_WAIT].value;
    (void)line;
    (void)err;
    if (cells[JOBS_SUBMIT].value < waits->warmup_ms ||
        strcmp(cells[JOBS_OUTCOME].text, "refused") == 0)
        return true;
    struct workload *workload = workload_of(waits, cells[JOBS_WORKLOAD].text);
    int bin = bin_of(wait_ms);
    workload->jobs++;
    workload->bins[bin]++;
    waits->all.jobs++;
    waits->all.bins[bin]++;
    waits->longest_ms = wait_ms > waits->longest_ms ? wait_ms : waits->longest_ms;
    return true;
}

static int by_jobs(const void *left, const void *right)
{
    const struct workload *a = *(struct workload *const *)left;
    const struct workload *b = *(struct workload *const *)right;
    if (a->jobs != b->jobs)
        return a->jobs < b->jobs ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* The largest ones first; those beyond SHOWN together. */
static size_t sort_out(struct waits *waits)
{
    size_t n = 0;
    for (size_t i = 0; i <= KNOWN; i++)
        if (waits->list[i])
            waits->list[n++] = waits->list[i];
    qsort(waits->list, n, sizeof waits->list[0], by_jobs);
    if (n <= SHOWN + 1)
        return n;
    struct workload *others = waits->list[SHOWN];
    others->name = "others";
    for (size_t i = SHOWN + 1; i < n; i++)
        for (int bin = 0; bin < BINS; bin++)
            others->bins[bin] += waits->list[i]->bins[bin];
    for (size_t i = SHOWN + 1; i < n; i++)
        others->jobs += waits->list[i]->jobs;
    return SHOWN + 1;
}

static void add_columns(struct figure *figure, const struct waits *waits, size_t n)
{
    figure_add_column(figure, "wait_s", "wait", "s", FIGURE_X);
    figure_add_column(figure, "jobs_percent", "all jobs", "%", FIGURE_LINE);
    for (size_t i = 0; n > 1 && i < n; i++) {
        const char *name = waits->list[i]->name;
        bool others = i == SHOWN;
        figure_add_column(figure,
                          others ? "others_percent"
                                 : figure_name(figure, "jobs_percent", name),
                          *name ? name : "no workload", "%", FIGURE_LINE);
    }
}

static void fill(struct figure *figure, struct waits *waits)
{
    size_t n = sort_out(waits);
    int last = bin_of(waits->longest_ms);
    int64_t all = 0, sums[SHOWN + 1] = {0};
    figure->shape = FIGURE_LINES;
    figure->x = (struct figure_axis){FIGURE_NUMBER, "wait", "s", true};
    figure->y.label = "jobs";
    figure->y.unit = "%";
    figure->note =
        "The share of jobs that had started after a wait; where a line begins is the "
        "share that waited no more than a second. Jobs that left or still waited at "
        "the "
        "end count with the wait they had.";
    add_columns(figure, waits, n);
    for (int bin = 0; bin <= last; bin++) {
        double *row = figure_add_row(figure);
        row[0] = edge_s(bin);
        row[1] = 100 * (double)(all += waits->all.bins[bin]) / (double)waits->all.jobs;
        for (size_t i = 0; n > 1 && i < n; i++)
            row[2 + i] = 100 * (double)(sums[i] += waits->list[i]->bins[bin]) /
                         (double)waits->list[i]->jobs;
    }
}

static bool build(struct figure *figure, const struct figure_source *source,
                  struct error *err)
{
    const struct saved_run *run = &source->runs[0];
    struct arena arena = {0};
    struct waits *waits = ARENA_NEW(&arena, struct waits);
    struct table_reader reader = {.table = TABLE_JOBS, .row = take_job, .self = waits};
    waits->warmup_ms = run->warmup_ms;
    waits->names.arena = &waits->arena;
    bool ok = table_read(run->dir, &reader, err);
    if (ok && waits->all.jobs == 0)
        figure_set_absent(figure, "waits: no job was submitted after the warm-up.");
    else if (ok && bin_of(waits->longest_ms) == 0)
        figure_set_absent(figure, "waits: no job waited longer than a second.");
    else if (ok)
        fill(figure, waits);
    arena_free(&waits->arena);
    arena_free(&arena);
    return ok;
}

const struct figure_kind kind_waits = {
    .key = "waits",
    .title = "How long jobs waited",
    .of = FIGURE_OF_RUN,
    .files = "jobs.csv",
    .command = FIGURE_RUN_COMMAND,
    .build = build,
};
