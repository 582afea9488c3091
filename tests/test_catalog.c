#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "scenario_files.h"

static struct catalog built_in(void)
{
    struct catalog catalog;
    struct error err = {.text = ""};
    bool ok = catalog_init(&catalog, &err);
    cr_assert(ok, "%s", err.text);
    return catalog;
}

static const struct provenance *provenance(const struct gpu_class *class,
                                           const char *key)
{
    for (size_t i = 0; i < class->n_provenance; i++)
        if (strcmp(class->provenance[i].key, key) == 0)
            return &class->provenance[i];
    return NULL;
}

Test(catalog, holds_the_classes_a_planner_meets)
{
    static const char *const names[] = {"a100-40-sxm",  "a100-40-pcie", "a100-80-sxm",
                                        "a100-80-pcie", "h100-sxm",     "h100-pcie",
                                        "h100-nvl",     "h200",         "b200",
                                        "b300",         "l40s",         "mi300x"};
    struct catalog catalog = built_in();
    for (size_t i = 0; i < COUNT(names); i++)
        cr_expect(catalog_find(&catalog, names[i]) != NULL, "%s", names[i]);
    cr_expect(catalog_find(&catalog, "h100") == NULL);
    cr_expect(eq(sz, strlen(catalog.digest), 64));
    catalog_free(&catalog);
}

Test(catalog, every_figure_says_where_it_is_from)
{
    struct catalog catalog = built_in();
    for (size_t i = 0; i < catalog.n; i++) {
        const struct gpu_class *class = &catalog.classes[i];
        cr_expect(class->n_provenance >= 12, "%s: %zu figures", class->name,
                  class->n_provenance);
        for (size_t k = 0; k < class->n_provenance; k++) {
            const struct provenance *figure = &class->provenance[k];
            cr_expect(strlen(figure->source) > 3, "%s.%s", class->name, figure->key);
            cr_expect(strlen(figure->date) >= 4, "%s.%s", class->name, figure->key);
        }
        for (size_t k = 1; k < class->n_prices; k++)
            cr_expect(class->prices[k].unix_ms >= class->prices[k - 1].unix_ms,
                      "%s: prices stand in order of date", class->name);
    }
    catalog_free(&catalog);
}

Test(catalog, speed_is_dense_bf16_relative_to_the_h100)
{
    struct catalog catalog = built_in();
    double unit = catalog_find(&catalog, "h100-sxm")->bf16_tflops;
    for (size_t i = 0; i < catalog.n; i++) {
        const struct gpu_class *class = &catalog.classes[i];
        double ratio = class->bf16_tflops / unit;
        cr_expect(fabs(gpu_class_speed(class, NULL) / ratio - 1) < 1e-3, "%s: %f, %f",
                  class->name, gpu_class_speed(class, NULL), ratio);
        cr_expect(class->bf16_tflops <= 2500, "%s: a sparse figure?", class->name);
    }
    catalog_free(&catalog);
}

Test(catalog, speed_may_differ_by_workload)
{
    struct catalog catalog = built_in();
    const struct gpu_class *h200 = catalog_find(&catalog, "h200");
    cr_expect(eq(dbl, gpu_class_speed(h200, "inference"), 1.4));
    cr_expect(eq(dbl, gpu_class_speed(h200, "training"), 1));
    cr_expect(eq(dbl, gpu_class_speed(h200, NULL), 1));
    catalog_free(&catalog);
}

Test(catalog, a_server_that_can_be_owned_has_its_power_in_order)
{
    struct catalog catalog = built_in();
    for (size_t i = 0; i < catalog.n; i++) {
        const struct gpu_class *class = &catalog.classes[i];
        int64_t gpus_mw = class->gpus_per_server * class->tdp_mw;
        cr_expect(class->server_idle_mw > class->gpus_per_server * class->idle_mw, "%s",
                  class->name);
        cr_expect(class->server_busy_mw > class->server_idle_mw, "%s", class->name);
        cr_expect(class->server_nameplate_mw > gpus_mw, "%s", class->name);
        cr_expect(class->server_price_uusd > 0, "%s", class->name);
    }
    catalog_free(&catalog);
}

Test(catalog, value_falls_linearly_between_the_points_of_its_table)
{
    struct catalog catalog = built_in();
    const struct gpu_class *class = catalog_find(&catalog, "h100-sxm");
    static const double cases[][2] = {{-1, 1},    {0, 1},       {0.4, 0.85},
                                      {1, 0.625}, {1.5, 0.525}, {4.5, 0.15},
                                      {5, 0.125}, {17.3, 0.125}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = gpu_class_value_frac(class, cases[i][0]);
        cr_expect(fabs(value - cases[i][1]) < 1e-12, "age %g: %g", cases[i][0], value);
    }
    cr_expect(eq(dbl, gpu_class_value_frac(&(struct gpu_class){.name = "x"}, 1), 0));
    catalog_free(&catalog);
}

#define FIGURE(value) "{value: " value ", source: a test, date: 2026-05, mark: assumed}"
#define WHOLE                                                                          \
    "x:\n  memory: " FIGURE("80 GB") "\n  bf16: " FIGURE(                              \
        "900 TFLOP/s") "\n  "                                                          \
                       "tdp:"                                                          \
                       " " FIGURE(                                                     \
                           "7"                                                         \
                           "0"                                                         \
                           "0"                                                         \
                           " "                                                         \
                           "W") "\n  gpus_per_server: " FIGURE("4") "\n "              \
                                                                    " sp"              \
                                                                    "eed"              \
                                                                    ":"                \
                                                                    " " FIGURE(        \
                                                                        "0.9") "\n"

Test(catalog, a_file_adds_a_class)
{
    struct folder folder = folder_new();
    folder_write(&folder, "more.yaml", WHOLE "  rent: " FIGURE("1.7 USD/GPU-h") "\n");
    struct catalog catalog = built_in();
    char path[128], digest[SHA256_HEX];
    struct error err = {.text = ""};
    bool ok =
        catalog_add(&catalog, folder_path(&folder, "more.yaml", path), digest, &err);
    cr_assert(ok, "%s", err.text);
    const struct gpu_class *class = catalog_find(&catalog, "x");
    cr_assert(class != NULL);
    cr_expect(eq(i64, class->rent_nano_usd_per_gpu_h, 1700000000));
    cr_expect(eq(i64, class->gpus_per_server, 4));
    cr_expect(provenance(class, "rent")->mark == MARK_ASSUMED, "mark");
    catalog_free(&catalog);
    folder_remove(&folder);
}

Test(catalog, a_wrong_file_is_refused_with_its_place)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[]", "more.yaml:1:1: a catalogue is a map from the names of classes to their "
               "figures"},
        {"x: 3", "more.yaml:1:4: x: a class is a map of figures"},
        {"x: {tdp: 700 W}",
         "more.yaml:1:10: tdp: a figure is a map, as in {value: 700 W, source: vendor "
         "datasheet, date: 2022-10, mark: quoted}"},
        {"x: {tpd: " FIGURE("700 W") "}",
         "more.yaml:1:5: x: unknown key 'tpd'; did you mean 'tdp'?"},
        {"x: {tdp: {value: 700 W, date: 2026, mark: quoted}}",
         "more.yaml:1:10: tdp: `source` is needed, as in {value: 700 W, source: vendor "
         "datasheet, date: 2022-10, mark: quoted}"},
        {"x: {tdp: {value: 700 W, source: me, date: May, mark: quoted}}",
         "more.yaml:1:43: tdp: 'May' is not a date such as 2026, 2026-05 or "
         "2026-05-20"},
        {"x: {tdp: {value: 700 W, source: me, date: 2026, mark: sure}}",
         "more.yaml:1:55: tdp: 'sure' is not a mark; one of measured, quoted, derived, "
         "assumed"},
        {"x: {tdp: {valu: 700 W, source: me, date: 2026, mark: quoted}}",
         "more.yaml:1:11: tdp: unknown key 'valu'; did you mean 'value'?"},
        {"x: {tdp: " FIGURE("700") "}",
         "more.yaml:1:18: tdp: '700' needs a unit, as in '10.2 kW'"},
        {"x: {tdp: " FIGURE("700 W") "}",
         "more.yaml:1:4: x: the figure `memory` is needed"},
        {"x: {speed: " FIGURE("{training: 2}") "}",
         "more.yaml:1:20: speed: a map needs `default`, the speed for all other "
         "workloads"},
        {"x: {speed: " FIGURE("0") "}", "more.yaml:1:20: speed: 0 is below 0.000001"},
        {WHOLE "  idle: " FIGURE("701 W"), "more.yaml:2:3: x: `idle` is above `tdp`"},
        {"h100-sxm: {server_busy: " FIGURE("11 kW") "}",
         "more.yaml:1:11: h100-sxm: `server_busy` is above `server_nameplate`"},
        {"h100-sxm: {prices: [{at: 2026-01-01, market: swap, price: 2 USD/GPU-h}]}",
         "more.yaml:1:46: prices.market: 'swap' is not one of on-demand, lease-1y, "
         "lease-3y, block, spot"},
    };
    struct folder folder = folder_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        folder_write(&folder, "more.yaml", cases[i].text);
        struct catalog catalog = built_in();
        char path[128], digest[SHA256_HEX], stripped[1024];
        struct error err = {.text = ""};
        bool ok = catalog_add(&catalog, folder_path(&folder, "more.yaml", path), digest,
                              &err);
        folder_strip(&folder, err.text, stripped, sizeof stripped);
        cr_expect(ok == false && strcmp(stripped, cases[i].message) == 0,
                  "case %zu\n  says   %s\n  wanted %s", i, stripped, cases[i].message);
        catalog_free(&catalog);
    }
    folder_remove(&folder);
}
