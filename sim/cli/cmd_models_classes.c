#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/models.h"

/* A number with `digits` digits, or "-" where the figure is not known. */
static void number(char text[24], bool known, double value, int digits)
{
    if (known)
        snprintf(text, 24, "%.*f", digits, value);
    else
        snprintf(text, 24, "-");
}

struct class_row {
    char memory[24], bf16[24], speed[24], tdp[24], busy[24], price[24], rent[24],
        lease[24];
};

static struct class_row row_of(const struct gpu_class *class)
{
    struct class_row row;
    number(row.memory, true, (double)class->memory_mb / 1e3, 0);
    number(row.bf16, true, class->bf16_tflops, 0);
    number(row.speed, true, gpu_class_speed(class, NULL), 3);
    number(row.tdp, true, (double)class->tdp_mw / 1e3, 0);
    number(row.busy, class->server_busy_mw > 0, (double)class->server_busy_mw / 1e6, 1);
    number(row.price, class->server_price_uusd > 0,
           (double)class->server_price_uusd / 1e9, 0);
    number(row.rent, class->rent_nano_usd_per_gpu_h > 0,
           (double)class->rent_nano_usd_per_gpu_h / 1e9, 2);
    number(row.lease, class->lease_nano_usd_per_gpu_h > 0,
           (double)class->lease_nano_usd_per_gpu_h / 1e9, 2);
    return row;
}

void classes_print(const struct catalog *catalog)
{
    static const char *const form = "%-13s %6s %8s %7s %5s %4s %8s %7s %10s\n";
    printf(form, "class", "memory", "BF16", "speed", "TDP", "GPUs", "server", "price",
           "on-demand");
    printf(form, "", "GB", "TFLOP/s", "h100=1", "W", "", "busy kW", "kUSD",
           "USD/GPU-h");
    for (size_t i = 0; i < catalog->n; i++) {
        const struct gpu_class *class = &catalog->classes[i];
        struct class_row row = row_of(class);
        char gpus[24];
        snprintf(gpus, sizeof gpus, "%lld", (long long)class->gpus_per_server);
        printf(form, class->name, row.memory, row.bf16, row.speed, row.tdp, gpus,
               row.busy, row.price, row.rent);
    }
    puts("\nGPUs, busy power and price are of a server.  `tenure models NAME` shows "
         "every\n"
         "figure with its source, date and mark.");
}

void class_print(const struct gpu_class *class)
{
    struct arena arena = {0};
    printf("%s: %s\n\n", class->name, class->title);
    for (size_t i = 0; i < class->n_provenance; i++) {
        const struct provenance *figure = &class->provenance[i];
        printf("  %-17s %s\n%20s%s, %s: ", figure->key,
               gpu_class_text(class, figure->key, &arena), "", mark_names[figure->mark],
               figure->date);
        int at =
            20 + (int)(strlen(mark_names[figure->mark]) + strlen(figure->date)) + 4;
        cli_wrap(provenance_text(figure, &arena), 20, at, 80, stdout);
    }
    if (class->n_prices > 0)
        puts("\n  prices, USD/GPU-h");
    for (size_t i = 0; i < class->n_prices; i++) {
        const struct dated_price *price = &class->prices[i];
        char at[CALENDAR_TEXT];
        calendar_format(price->unix_ms, at);
        printf("  %.10s  %-10s %6.3f  %s: ", at, price->market,
               (double)price->nano_usd_per_gpu_h / 1e9,
               mark_names[price->provenance.mark]);
        int column = 35 + (int)strlen(mark_names[price->provenance.mark]);
        cli_wrap(provenance_text(&price->provenance, &arena), 33, column, 80, stdout);
    }
    arena_free(&arena);
}

static void class_print_markdown(const struct gpu_class *class)
{
    struct arena arena = {0};
    printf("\n## %s\n\n%s\n\n| figure | value | mark | date | source |\n"
           "|---|---|---|---|---|\n",
           class->name, class->title);
    for (size_t i = 0; i < class->n_provenance; i++) {
        const struct provenance *figure = &class->provenance[i];
        printf("| `%s` | %s | %s | %s | ", figure->key,
               gpu_class_text(class, figure->key, &arena), mark_names[figure->mark],
               figure->date);
        cli_markdown_cell(provenance_text(figure, &arena), stdout);
        puts(" |");
    }
    if (class->n_prices > 0)
        puts("\n| at | market | USD/GPU-h | mark | source |\n|---|---|---|---|---|");
    for (size_t i = 0; i < class->n_prices; i++) {
        const struct dated_price *price = &class->prices[i];
        char at[CALENDAR_TEXT];
        calendar_format(price->unix_ms, at);
        printf("| %.10s | %s | %.3f | %s | ", at, price->market,
               (double)price->nano_usd_per_gpu_h / 1e9,
               mark_names[price->provenance.mark]);
        cli_markdown_cell(provenance_text(&price->provenance, &arena), stdout);
        puts(" |");
    }
    arena_free(&arena);
}

void classes_print_markdown(const struct catalog *catalog)
{
    puts("# GPU classes\n\n"
         "Written by `tenure models --catalogue --markdown` from "
         "`models/catalog.yaml`.\n\n"
         "Marks: *measured* somebody measured it or read it from a live price list; "
         "*quoted*\na vendor, seller or publication says so; *derived* computed from "
         "other "
         "figures;\n*assumed* nobody says so.  `speed` is work per time with h100-sxm "
         "= 1.");
    for (size_t i = 0; i < catalog->n; i++)
        class_print_markdown(&catalog->classes[i]);
}
