/*
 * A study of the sample year in one and in two threads, against the replay of the year
 * alone: what threads bring, and what a study adds.
 *
 * Wall times, the best of three; on a machine that does something else they say little,
 * so the seconds of the processors stand beside them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "study/study.h"
#include "world/world.h"

#define REPLICATIONS 120
#define ROUNDS       3

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void need(bool ok, const struct error *err)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

struct times {
    double wall, cpu;
};

static struct times best(struct times a, struct times b)
{
    return a.wall == 0 || b.wall < a.wall ? b : a;
}

/* One replay with inputs in memory and nothing written. */
static struct times replay(const struct scenario_file *file)
{
    struct times times = {0, 0};
    struct scenario scenario;
    struct arena memory = {0};
    struct error err;
    need(scenario_resolve(file, NULL, 0, &scenario, &err), &err);
    for (uint64_t k = 0; k < 3 * ROUNDS; k++) {
        struct run_options options = {.replication = k, .memory = &memory};
        double wall = wall_s(), cpu = cpu_s();
        struct world *world = world_new(&scenario, &options);
        need(world_run(world, &err), &err);
        world_free(world);
        times = best(times, (struct times){wall_s() - wall, cpu_s() - cpu});
    }
    arena_free(&memory);
    scenario_free(&scenario);
    return times;
}

static struct times study(const struct scenario_file *file, unsigned threads)
{
    struct times times = {0, 0};
    struct error err;
    for (int round = 0; round < ROUNDS; round++) {
        char dir[] = "/tmp/tenure-bench-XXXXXX", command[64];
        struct study_setup setup;
        struct study_plan plan;
        struct study_report report;
        struct study_options options = {.dir = dir, .jobs = threads};
        if (!mkdtemp(dir))
            exit(1);
        double wall = wall_s(), cpu = cpu_s();
        setup_begin(&setup, &design_mc, file, TENURE_VERSION);
        need(plan_make(&plan, &setup, NULL, 0, &err), &err);
        need(study_run(&setup, &plan, &options, &report, &err), &err);
        times = best(times, (struct times){wall_s() - wall, cpu_s() - cpu});
        plan_free(&plan);
        setup_free(&setup);
        snprintf(command, sizeof command, "rm -r %s", dir);
        if (system(command) != 0)
            exit(1);
    }
    return times;
}

static void print(const char *name, struct times times, double n)
{
    printf("%s,wall,ms/replication,%.3f\n", name, 1e3 * times.wall / n);
    printf("%s,processor,ms/replication,%.3f\n", name, 1e3 * times.cpu / n);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *source = getenv("TENURE_SOURCE");
    char path[1024], n[48];
    struct error err;
    snprintf(path, sizeof path, "%s/models/scenarios/own-or-lease.yaml",
             argc > 1 ? argv[1]
             : source ? source
                      : ".");
    snprintf(n, sizeof n, "study.replications=%d", REPLICATIONS);
    const char *overrides[] = {n};
    struct scenario_file *file = scenario_open(path, overrides, 1, &err);
    need(file != NULL, &err);
    struct times alone = replay(file), one = study(file, 1), two = study(file, 2);
    print("replay", alone, 1);
    print("study-1-thread", one, REPLICATIONS);
    print("study-2-threads", two, REPLICATIONS);
    printf("study,speed_up,1,%.3f\n", one.wall / two.wall);
    printf("study,over_half_of_replays,1,%.3f\n",
           two.wall / (REPLICATIONS * alone.wall / 2));
    printf("study,memory,MB,%.1f\n", memory_mb());
    scenario_close(file);
    return 0;
}
