/*
 * A whole scenario, with traces beside it that it may name; behind the first NUL --set
 * assignments, a line each.
 */

#include <math.h>
#include <unistd.h>

#include "fuzz.h"
#include "input/scenario.h"

enum { OVERRIDES_MAX = 8 };

static void write_traces(void)
{
    static const char *const files[][2] = {
        {"jobs.csv", "submit,duration_s,gpus,workload\n0,100,1,a\n86400,50,8,b\n"
                     "2505600,60,2,a\n"},
        {"dated.csv", "submit,duration_s,gpus\n2025-12-31T23:00:00,100,1\n"
                      "2026-01-29,60,2\n"},
        {"initial.csv", "submit,duration_s,gpus,workload,started\n-7,100,1,a,-5.5\n"
                        "-6,60,2,b,\n"},
        {"level.csv", "time,gpus,workload\n0,3,a\n3600,0,a\n7200,17,b\n"},
        {"requests.csv", "time,prompt_tokens,output_tokens,model\n0,1000,200,a\n"
                         "86400.5,50,70,\n"},
        {"prices.csv", "time,class,tenure,region,term,usd_per_gpu_h\n"
                       "2020-01-01,h100-sxm,lease,eu,1y,4.298205\n"
                       "2020-01-01,a100-80-sxm,on-demand,us,,3.657777\n"
                       "2026-01-01,h100-sxm,lease,eu,1y,2.385\n"},
        {"supply.csv", "time,gpus\n0,64\n86400,8\n"},
        {"classes.yaml",
         "ours:\n  server_price: {value: 286 kUSD, source: s, date: 2026-01, mark: "
         "assumed}\n  memory: {value: 111 GB, source: s, date: 2026-01, mark: "
         "assumed}\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        fuzz_dir_write(files[i][0],
                       (struct fuzz_bytes){files[i][1], strlen(files[i][1])});
}

/* Every input has a value everywhere, every point is one. */
static void expect_study(const struct study_spec *study)
{
    static const double at[] = {0x1p-1000, 0.001, 0.5, 0.999, 1 - 0x1p-53};
    struct arena arena = {0};
    for (size_t i = 0; i < study->n_uncertain; i++) {
        double last = -INFINITY;
        for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
            const struct uncertain_input *input = &study->uncertain[i];
            char text[UNCERTAIN_TEXT_MAX];
            uncertain_text(input, at[k], text);
            fuzz_expect_text(text);
            double number = uncertain_number(input, at[k]);
            fuzz_expect(number >= last && isfinite(number));
            last = number;
            fuzz_expect(strchr(uncertain_assignment(input, at[k], &arena), '='));
        }
    }
    for (size_t i = 0; i < study->n_axes; i++)
        for (size_t k = 0; k < study->axes[i].n; k++)
            fuzz_expect_text(study->axes[i].values[k].label);
    fuzz_expect(study->baseline < study_points(study));
    fuzz_expect(study_batch(study) >= 1);
    arena_free(&arena);
}

static void expect_scenario(struct scenario *scenario)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    scenario_print(scenario, nowhere);
    fuzz_expect(scenario->n_pools > 0);
    expect_study(scenario_study(scenario->file));
    for (size_t i = 0; i < scenario->n_warnings; i++)
        fuzz_expect_text(scenario->warnings[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    struct fuzz_input input = fuzz_split(data, size);
    if (!begun) {
        write_traces();
        fuzz_expect(symlink(fuzz_file(0, input.text), fuzz_path("t.yaml")) == 0);
        begun = true;
    }
    char *lines[OVERRIDES_MAX];
    const char *overrides[OVERRIDES_MAX];
    size_t n = 0;
    for (; n < OVERRIDES_MAX && input.rest.length > 0; n++)
        overrides[n] = lines[n] = fuzz_line(&input.rest);

    fuzz_file(0, input.text);
    struct scenario scenario;
    struct error err = {0};
    if (scenario_read(&scenario, fuzz_path("t.yaml"), overrides, n, &err)) {
        expect_scenario(&scenario);
        scenario_free(&scenario);
    } else {
        fuzz_expect_error(&err);
    }
    for (size_t i = 0; i < n; i++)
        free(lines[i]);
    return 0;
}
