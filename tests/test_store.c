/* Files read once for all scenarios that are resolved from one. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "scenario_files.h"

/* ---- the store ---- */

static atomic_int reads, frees;

struct word {
    char text[32];
};

static bool read_word(void *content, const char *path, struct error *err)
{
    struct word *word = content;
    atomic_fetch_add(&reads, 1);
    snprintf(word->text, sizeof word->text, "<%s>", path);
    if (strcmp(path, "bad") == 0)
        return error_set(err, "%s: it is bad", path);
    return true;
}

static void free_word(void *content)
{
    const struct word *word = content;
    cr_expect(word->text[0] == '<');
    atomic_fetch_add(&frees, 1);
}

static const struct store_kind words = {sizeof(struct word), read_word, free_word};
static const struct store_kind others = {sizeof(struct word), read_word, free_word};

static const char *read_text(struct store *store, const struct store_kind *kind,
                             const char *path)
{
    struct error err = {.text = ""};
    const struct word *word = store_read(store, kind, path, &err);
    return word ? word->text : NULL;
}

Test(store, a_file_is_read_once_for_each_kind)
{
    struct store *store = store_new();
    const char *first = read_text(store, &words, "a.csv");
    cr_expect(eq(str, (char *)first, "<a.csv>"));
    cr_expect(eq(ptr, (void *)read_text(store, &words, "a.csv"), (void *)first));
    cr_expect(eq(int, atomic_load(&reads), 1));
    cr_expect(ne(ptr, (void *)read_text(store, &others, "a.csv"), (void *)first));
    cr_expect(ne(ptr, (void *)read_text(store, &words, "b.csv"), (void *)first));
    cr_expect(eq(int, atomic_load(&reads), 3));
    store_delete(store);
    cr_expect(eq(int, atomic_load(&frees), 3));
    store_delete(NULL);
}

Test(store, what_could_not_be_read_is_freed_and_tried_again)
{
    struct store *store = store_new();
    struct error err = {.text = ""};
    for (int i = 1; i <= 2; i++) {
        cr_expect(eq(ptr, (void *)store_read(store, &words, "bad", &err), NULL));
        cr_expect(eq(str, err.text, "bad: it is bad"));
        cr_expect(eq(int, atomic_load(&reads), i));
        cr_expect(eq(int, atomic_load(&frees), i));
    }
    store_delete(store);
    cr_expect(eq(int, atomic_load(&frees), 2));
}

static void *read_many(void *self)
{
    char path[16];
    for (int i = 0; i < 2000; i++) {
        snprintf(path, sizeof path, "%d", i % 50);
        const char *text = read_text(self, &words, path);
        cr_assert(text && text[0] == '<');
    }
    return NULL;
}

Test(store, threads_that_ask_at_once_read_a_file_once)
{
    struct store *store = store_new();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        cr_assert(pthread_create(&threads[i], NULL, read_many, store) == 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_expect(eq(int, atomic_load(&reads), 50));
    store_delete(store);
}

/* ---- scenarios of one file ---- */

static const char usual[] =
    "start: 2026-01-01\nhorizon: 30d\ndiscount_rate: 10 %/y\n"
    "demand: [{jobs: jobs.csv}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 1024}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm}\n";

struct opened {
    struct folder folder;
    struct scenario_file *file;
};

static void opened_new(struct opened *opened)
{
    char path[128];
    struct error err = {.text = ""};
    opened->folder = folder_new();
    folder_traces(&opened->folder);
    folder_write(&opened->folder, "t.yaml", usual);
    static const char *const sets[] = {"pools.own.gpus=512"};
    opened->file =
        scenario_open(folder_path(&opened->folder, "t.yaml", path), sets, 1, &err);
    cr_assert(opened->file != NULL, "%s", err.text);
}

static void opened_free(struct opened *opened)
{
    scenario_close(opened->file);
    folder_remove(&opened->folder);
}

static bool resolve(const struct opened *opened, const char *assignment,
                    struct scenario *scenario, struct error *err)
{
    return scenario_resolve(opened->file, &assignment, assignment ? 1 : 0, scenario,
                            err);
}

Test(store, scenarios_of_one_file_share_what_it_names_and_nothing_else)
{
    struct opened opened;
    struct scenario a, b;
    struct error err = {.text = ""};
    opened_new(&opened);
    cr_assert(resolve(&opened, "pools.own.gpus=8", &a, &err), "%s", err.text);
    cr_assert(resolve(&opened, NULL, &b, &err), "%s", err.text);
    cr_expect(eq(i64, a.pools[0].gpus, 8));
    cr_expect(eq(i64, b.pools[0].gpus, 512));
    cr_expect(eq(ptr, (void *)a.demand[0].trace, (void *)b.demand[0].trace));
    cr_expect(eq(ptr, (void *)a.catalog, (void *)b.catalog));
    cr_expect(eq(sz, a.n_inputs, 3));
    scenario_free(&a);
    cr_expect(b.demand[0].trace->n > 0);
    scenario_free(&b);
    opened_free(&opened);
}

Test(store, a_trace_that_has_gone_is_still_there)
{
    struct opened opened;
    struct scenario scenario;
    struct error err = {.text = ""};
    char path[128];
    opened_new(&opened);
    cr_assert(resolve(&opened, NULL, &scenario, &err), "%s", err.text);
    scenario_free(&scenario);
    cr_assert(unlink(folder_path(&opened.folder, "jobs.csv", path)) == 0);
    cr_assert(resolve(&opened, NULL, &scenario, &err), "%s", err.text);
    scenario_free(&scenario);
    cr_expect(not(resolve(&opened, "demand.0.jobs=gone.csv", &scenario, &err)));
    cr_expect(strstr(err.text, "gone.csv") != NULL, "%s", err.text);
    opened_free(&opened);
}

Test(store, a_wrong_assignment_leaves_the_file_as_it_was)
{
    struct opened opened;
    struct scenario scenario;
    struct error err = {.text = ""};
    opened_new(&opened);
    cr_expect(not(resolve(&opened, "pools.own.gpus=-3", &scenario, &err)));
    cr_expect(strncmp(err.text, "--set pools.own.gpus: ", 22) == 0, "%s", err.text);
    cr_expect(not(resolve(&opened, "catalog=bad.csv", &scenario, &err)));
    cr_assert(resolve(&opened, NULL, &scenario, &err), "%s", err.text);
    cr_expect(eq(i64, scenario.pools[0].gpus, 512));
    scenario_free(&scenario);
    opened_free(&opened);
}

Test(store, what_is_said_of_studies_belongs_to_the_file)
{
    struct opened opened;
    struct scenario scenario;
    struct error err = {.text = ""};
    char path[128];
    opened_new(&opened);
    cr_expect(eq(sz, scenario_study(opened.file)->n_axes, 0));
    cr_expect(eq(i64, scenario_study(opened.file)->replications, 1000));
    static const char *const sets[] = {"sweep={pools.own.gpus: 0..16 step 8}"};
    struct scenario_file *file =
        scenario_open(folder_path(&opened.folder, "t.yaml", path), sets, 1, &err);
    cr_assert(file != NULL, "%s", err.text);
    cr_expect(eq(sz, study_points(scenario_study(file)), 3));
    cr_assert(scenario_resolve(file, NULL, 0, &scenario, &err), "%s", err.text);
    cr_expect(eq(i64, scenario.pools[0].gpus, 1024));
    scenario_free(&scenario);
    scenario_close(file);
    static const char *const wrong[] = {"sweep={pools.own.gpus: []}"};
    file = scenario_open(folder_path(&opened.folder, "t.yaml", path), wrong, 1, &err);
    cr_expect(eq(ptr, file, NULL));
    cr_expect(strstr(err.text, "pools.own.gpus") != NULL, "%s", err.text);
    opened_free(&opened);
}

static void *resolve_many(void *self)
{
    struct error err = {.text = ""};
    char assignment[64];
    for (int i = 1; i <= 50; i++) {
        struct scenario scenario;
        snprintf(assignment, sizeof assignment, "pools.own.gpus=%d", i);
        bool ok = resolve(self, assignment, &scenario, &err);
        cr_assert(ok, "%s", err.text);
        cr_assert(eq(i64, scenario.pools[0].gpus, i));
        scenario_free(&scenario);
    }
    return NULL;
}

Test(store, threads_resolve_one_file_at_once)
{
    struct opened opened;
    pthread_t threads[4];
    opened_new(&opened);
    for (int i = 0; i < 4; i++)
        cr_assert(pthread_create(&threads[i], NULL, resolve_many, &opened) == 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    opened_free(&opened);
}

Test(store, what_a_text_says_of_studies_is_read_with_it)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "s.yaml",
                 "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n"
                 "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n"
                 "sweep: {pools.own.gpus: 8..24 step 8}\nstudy: {replications: 17}\n");
    char path[128];
    struct error err = {0};
    struct scenario_file *file =
        scenario_open(folder_path(&folder, "s.yaml", path), NULL, 0, &err);
    cr_assert(file != NULL, "%s", err.text);
    cr_expect(eq(i64, scenario_study(file)->replications, 17));
    cr_expect(eq(sz, study_points(scenario_study(file)), 3));
    scenario_close(file);

    const char *more[] = {"study.replications=19", "study.sampling=lsh"};
    file = scenario_open(path, more, 1, &err);
    cr_assert(file != NULL, "%s", err.text);
    cr_expect(eq(i64, scenario_study(file)->replications, 19));
    scenario_close(file);
    cr_expect(scenario_open(path, more, 2, &err) == NULL);
    cr_expect(strstr(err.text, "sampling") != NULL, "%s", err.text);
    folder_remove(&folder);
}
