/* Rows of usage: what GPUs did, by month and lot, contract or elastic pool. */

#include <string.h>

#include "base/calendar.h"
#include "world/ledger.h"

/* GPU-ms by state since the last row; true if there were any. */
static bool take_states(struct asset *asset, int64_t now_ms, int64_t state[GPU_STATES])
{
    const struct pool *pool = asset->pool;
    const struct lot *lot = pool->elastic ? NULL : &pool->lots[asset->lot];
    int64_t now[GPU_STATES];
    bool any = false;
    lot_states(pool, lot, now_ms, now);
    for (int s = 0; s < GPU_STATES; s++) {
        state[s] = now[s] - asset->shown_state_gpu_ms[s];
        any |= state[s] != 0;
    }
    memcpy(asset->shown_state_gpu_ms, now, sizeof now);
    return any;
}

void ledger_show_usage(const struct ledger *ledger, struct asset *asset, int64_t now_ms)
{
    const struct sink *sink = ledger->sink;
    int64_t start = ledger->scenario->start_unix_ms;
    struct usage_row row = {
        .month_unix_ms = calendar_month_start(start + ledger->posted_ms),
        .pool = asset->pool->spec->name,
        .item = asset->name,
    };
    if (!sink || !sink->usage || asset->lot == LOT_NONE)
        return;
    int128 energy = asset_energy(asset, now_ms);
    row.energy_mwh = divide_rounded(energy - asset->shown_energy, MS_PER_H);
    asset->shown_energy = energy;
    if (take_states(asset, now_ms, row.state_gpu_ms))
        sink->usage(sink->self, &row);
}
