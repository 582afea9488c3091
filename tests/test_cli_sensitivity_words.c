#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include "study_program.h"

/* What sensitivity and break-even say where there is little to say. */

#define START "start: 2026-01-01\nhorizon: 20d\nseed: 11\ndiscount_rate: 0 %/y\n"
#define DEMAND                                                                         \
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"

#define BURST                                                                          \
    "pools:\n"                                                                         \
    "  - {name: own, tenure: lease, class: h100-sxm, gpus: 16, price: 2 USD/GPU-h, "   \
    "term: 1y}\n"                                                                      \
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "    \
    "USD/GPU-h}\n"                                                                     \
    "dispatch: {wait: {policy: threshold, after: 4h}}\n"

static json_t *json_of(const struct folder *folder, const char *line)
{
    struct outcome *outcome = run(folder, line);
    cr_assert(outcome->code == 0, "%s: exit %d: %s", line, outcome->code, outcome->err);
    json_error_t error;
    json_t *root = json_loads(outcome->out, 0, &error);
    cr_assert(root != NULL, "%s: %s", line, error.text);
    return root;
}

/* Of a risk that no probability of the study meets, 0 would be a false answer. */
Test(cli_sensitivity_words, a_rare_risk_that_is_not_tried_is_told, .timeout = 60)
{
    static const char *const methods[] = {"tornado", "morris", "sobol"};
    struct folder folder = prepared(
        START DEMAND BURST "uncertain:\n"
                           "  pools.burst.price: {discrete: [{value: 9 USD/GPU-h, "
                           "weight: 3}, {value: 2.95 USD/GPU-h, weight: 97}]}\n"
                           "  pools.own.price: {uniform: {min: 1 USD/GPU-h, max: 3 "
                           "USD/GPU-h}}\n");
    for (size_t i = 0; i < COUNT(methods); i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "$T sensitivity t.yaml -o o --force -n 1 --method %s%s --json",
                 methods[i], i > 0 ? " --size 4" : "");
        json_t *root = json_of(&folder, line);
        const json_t *unvaried = json_object_get(root, "unvaried");
        cr_assert(unvaried != NULL);
        cr_expect(json_array_size(unvaried) == (i < 2 ? 1 : 0), "%s", methods[i]);
        if (i < 2)
            cr_expect(strcmp(json_string_value(json_array_get(unvaried, 0)),
                             "pools.burst.price") == 0);
        json_decref(root);
        snprintf(line, sizeof line,
                 "$T sensitivity t.yaml -o o --force -n 1 --method %s%s", methods[i],
                 i > 0 ? " --size 4" : "");
        struct outcome *outcome = run(&folder, line);
        bool told = strstr(outcome->out, "Not tried: pools.burst.price.") != NULL;
        cr_expect(told == (i < 2), "%s", outcome->out);
    }
    /* Nearer to the ends it is met. */
    json_t *root = json_of(&folder, "$T sensitivity t.yaml -o o --force -n 1 --low 1% "
                                    "--json");
    cr_expect(json_array_size(json_object_get(root, "unvaried")) == 0);
    json_decref(root);
    clean(&folder);
}

Test(cli_sensitivity_words, designs_that_are_the_same_are_said_to_be, .timeout = 60)
{
    struct folder folder =
        prepared(START DEMAND BURST "breakeven:\n"
                                    "  x: {pools.own.gpus: [8, 16, 24]}\n"
                                    "  between: {a: {}, b: {name: other}}\n");
    struct outcome *outcome = run(&folder, "$T breakeven t.yaml -o o -n 4 --metric "
                                           "total.economic_usd");
    cr_expect(strstr(outcome->out, "Where total.economic_usd (USD) of a and b is the "
                                   "same, by pools.own.gpus:\n"
                                   "the two have the same mean at every point of the "
                                   "grid\n") != NULL,
              "%s", outcome->out);
    json_t *root = json_of(&folder, "$T breakeven t.yaml -o o -n 4 --metric "
                                    "total.economic_usd --json");
    cr_expect(strcmp(json_string_value(json_object_get(root, "x")), "pools.own.gpus") ==
              0);
    cr_expect(strcmp(json_string_value(json_object_get(root, "x_unit")), "") == 0);
    cr_expect(json_object_get(root, "y_unit") == json_null());
    json_decref(root);
    clean(&folder);
}
