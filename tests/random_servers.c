/* How servers fail, are repaired and replaced; when they are down on purpose. */

#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>

#include "random_draw.h"

/* To a text that is printed only where failures are: no other draw depends on that. */
static char *draw_apart(struct drawing *d, void (*put_it)(struct drawing *d, bool own),
                        bool own)
{
    char *text = NULL;
    size_t size;
    FILE *out = d->out;
    d->out = open_memstream(&text, &size);
    put_it(d, own);
    fclose(d->out);
    d->out = out;
    return text;
}

static void put_repairs(struct drawing *d, bool own)
{
    static const char *const repairs[] = {
        "", ", reset_share: 100 %, service_share: 0 %, reset_sigma: 0",
        ", swap_median: 3d, swap_sigma: 0.3",
        (", reset_share: 0 %, service_share: 40 %, service_median: 3h, service_sigma: "
         "0.4, reset_median: 10min")};
    put(d, "%s", PICK(d, repairs));
    if (!own)
        return;
    maybe(d, 50, ", loss: #1..100 %");
    maybe(d, 40, ", salvage: #0..100 %");
    /* Bought with the pool, whether servers fail or not. */
    if (d->options->failures == FAILURES_DRAWN)
        maybe(d, 40, ", spares: #0..6");
    else
        (void)(chance(d, 40) && below(d, 7));
    maybe(d, 40, ", swap_time: #0..99h");
    maybe(d, 40, ", replace: order");
}

void put_failures(struct drawing *d, bool own)
{
    bool any = chance(d, 40), bathtub = chance(d, 50), rare = chance(d, 70);
    uint64_t rate = 1 + below(d, rare ? 60 : 900);
    unsigned infant = (unsigned)below(d, 10), shape = 1 + (unsigned)below(d, 9);
    char *repairs = draw_apart(d, put_repairs, own);
    if (any && d->options->failures != FAILURES_LEFT_OUT) {
        put(d, ", failures: {model: %s, rate: %u /1000-node-d%s",
            bathtub ? "bathtub" : "exponential",
            d->options->failures == FAILURES_ZERO ? 0 : (unsigned)rate, repairs);
        put(d, bathtub ? ", infant: 2.%u, shape: 0.%u5, infancy: 20d}" : "}", infant,
            shape);
    }
    free(repairs);
}

void put_maintenance(struct drawing *d)
{
    if (!chance(d, 25))
        return;
    put(d, ", maintenance: [{from: ");
    put_date(d, 0.1 + 0.5 * unit(d));
    draw(d, ", lasts: #1..30h, servers: #5..100 %");
    maybe(d, 60, ", every: #3..42d");
    maybe(d, 40, ", drain: #1..6h");
    maybe(d, 50, ", mode: interrupt");
    put(d, "}]");
}

void put_outages(struct drawing *d)
{
    bool any = false;
    for (size_t p = 0; p < d->n_pools; p++) {
        if (!d->provider_of[p] || !chance(d, 30))
            continue;
        if (!any)
            put(d, "outages:\n");
        any = true;
        put(d, "  - {provider: %s, lasts: %uh",
            d->provider_of[p] == 1 ? "north" : "south", (unsigned)(1 + below(d, 90)));
        if (chance(d, 50)) {
            put(d, ", from: ");
            put_date(d, unit(d));
        } else {
            draw(d, ", per_y: #1..12");
            maybe(d, 50, ", sigma: 0.#1..9");
        }
        put(d, "}\n");
    }
}
