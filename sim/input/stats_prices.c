/* Prices: what each series begins, ends and goes through. */

#include "input/stats_parts.h"

static const char *text_of(const struct price_trace *trace, uint32_t name,
                           struct arena *arena)
{
    return name == NAMES_NONE ? "" : arena_strdup(arena, trace->names.text[name]);
}

static struct stats_price begin_series(struct trace_stats *stats,
                                       const struct price_trace *trace,
                                       const struct price_row *row)
{
    struct arena *arena = &stats->arena;
    return (struct stats_price){.class = text_of(trace, row->class, arena),
                                .tenure = text_of(trace, row->tenure, arena),
                                .region = text_of(trace, row->region, arena),
                                .term = text_of(trace, row->term, arena),
                                .first_ms = row->at_unix_ms,
                                .last_ms = row->at_unix_ms,
                                .min_nano = row->nano_usd_per_gpu_h,
                                .max_nano = row->nano_usd_per_gpu_h,
                                .last_nano = row->nano_usd_per_gpu_h};
}

/* `mean_nano` holds price times ms until the end. */
static void add_row(struct stats_price *price, const struct price_row *row)
{
    int64_t nano = row->nano_usd_per_gpu_h;
    price->rows++;
    price->mean_nano +=
        (double)price->last_nano * (double)(row->at_unix_ms - price->last_ms);
    price->last_ms = row->at_unix_ms;
    price->last_nano = nano;
    price->min_nano = nano < price->min_nano ? nano : price->min_nano;
    price->max_nano = nano > price->max_nano ? nano : price->max_nano;
}

void stats_take_prices(struct trace_stats *stats, const struct price_trace *trace)
{
    if (trace->n == 0)
        return;
    stats->first_ms = trace->rows[0].at_unix_ms;
    stats->last_ms = trace->rows[trace->n - 1].at_unix_ms;
    struct arena scratch = {0};
    struct names keys = {.arena = &scratch};
    size_t room = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct price_row *row = &trace->rows[i];
        uint32_t k = price_row_series(&keys, row);
        if (k == room) {
            stats->prices = arena_grow(&stats->arena, stats->prices, room,
                                       room ? 2 * room : 8, sizeof *stats->prices);
            room = room ? 2 * room : 8;
        }
        if (k == stats->n_prices)
            stats->prices[stats->n_prices++] = begin_series(stats, trace, row);
        add_row(&stats->prices[k], row);
    }
    for (size_t k = 0; k < stats->n_prices; k++) {
        struct stats_price *price = &stats->prices[k];
        int64_t span_ms = price->last_ms - price->first_ms;
        price->mean_nano =
            span_ms ? price->mean_nano / (double)span_ms : (double)price->last_nano;
    }
    arena_free(&scratch);
}
