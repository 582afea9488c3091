/* Sentences that a run's summary and a page share: each from figures alone, wherever
 * they come from. */

#include <inttypes.h>

#include "output/brief_parts.h"

const enum tenure brief_rented_tenures[BRIEF_RENTED] = {TENURE_LEASE, TENURE_ON_DEMAND,
                                                        TENURE_SPOT};
static const char *const verbs[BRIEF_RENTED] = {"leased", "rented on demand",
                                                "taken at spot prices"};

void brief_words_rented(struct paragraph *text, bool owned,
                        const struct brief_rented rented[BRIEF_RENTED])
{
    for (size_t i = 0; i < BRIEF_RENTED; i++) {
        const struct brief_rented *of = &rented[i];
        if (of->capacity_gpu_h == 0 && of->usd == 0)
            continue; /* nobody used them, and they cost nothing */
        if (text->used)
            paragraph_say(text, "; ");
        else
            paragraph_say(text, owned ? "Beyond the owned: " : "Rented: ");
        paragraph_say(text, "%s GPU-h %s for %s USD, %s of them useful",
                      brief_short(of->capacity_gpu_h).text, verbs[i],
                      brief_short(of->usd).text, brief_short(of->useful_gpu_h).text);
        if (of->overhead_gpu_h > 0)
            paragraph_say(text, " and %s overhead",
                          brief_short(of->overhead_gpu_h).text);
    }
    if (text->used)
        paragraph_say(text, ".");
}

void brief_words_events(struct paragraph *text, const struct brief_events *events)
{
    if (events->failures == 0 && events->outages == 0 && events->interruptions == 0)
        return;
    paragraph_say(text, "Failures: %" PRId64 " of servers", events->failures);
    if (events->losses > 0)
        paragraph_say(text, ", %" PRId64 " of them for good", events->losses);
    if (events->outages > 0)
        paragraph_say(text, "; %" PRId64 " outages of a pool", events->outages);
    paragraph_say(text,
                  "; %" PRId64 " interruptions of jobs; %s GPU-h of overhead (boots, "
                  "checkpoints, restarts, lost work), %s down.",
                  events->interruptions, brief_short(events->overhead_gpu_h).text,
                  brief_short(events->down_gpu_h).text);
}
