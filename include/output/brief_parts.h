#ifndef OUTPUT_BRIEF_PARTS_H
#define OUTPUT_BRIEF_PARTS_H

/*
 * The sentences below the table of a run: each prints one paragraph, or nothing.
 */

#include "output/brief.h"
#include "output/prose.h"

struct brief_number {
    char text[BRIEF_TEXT];
};

static inline struct brief_number brief_short(double value)
{
    struct brief_number result;
    brief_number(result.text, value);
    return result;
}

/* Of things that are counted: whole up to 99999, then as above. */
static inline struct brief_number brief_count(int64_t value)
{
    struct brief_number result;
    if (value < 100000 && value > -100000)
        snprintf(result.text, sizeof result.text, "%lld", (long long)value);
    else
        brief_number(result.text, (double)value);
    return result;
}

static inline double brief_gpu_h(int128 gpu_ms)
{
    return (double)gpu_ms / (double)MS_PER_H;
}

static inline double brief_usd(int128 uusd)
{
    return (double)uusd / 1e6;
}

/* The figure that decides between mixes, and what it takes for granted: where the run
 * ends within the book life of what is owned and `closing` is market, that it is sold.
 */
void brief_say_levelised(const struct scenario *scenario,
                         const struct run_result *result, FILE *out);

/* With `tax`: net present cost after tax, and what taxes come to. */
void brief_say_taxes(const struct run_result *result, FILE *out);

/* Failures, outages and interruptions, and the GPU time they took; nothing without. */
void brief_say_events(const struct run_result *result, FILE *out);

/* ---- the words, for pages, too ---- */

/* GPUs beyond the owned, by tenure; a sentence, or nothing where there were none. */
#define BRIEF_RENTED 3
extern const enum tenure brief_rented_tenures[BRIEF_RENTED];
struct brief_rented {
    double capacity_gpu_h, useful_gpu_h, overhead_gpu_h, usd; /* economic */
};
void brief_words_rented(struct paragraph *text, bool owned,
                        const struct brief_rented rented[BRIEF_RENTED]);

struct brief_events {
    int64_t failures, losses, outages, interruptions;
    double overhead_gpu_h, down_gpu_h;
};
void brief_words_events(struct paragraph *text, const struct brief_events *events);

#endif
