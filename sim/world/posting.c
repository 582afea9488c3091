#include "world/posting.h"

#include "base/calendar.h"

void posting_quantity(struct ledger_row *row, const struct asset *asset, int64_t now_ms)
{
    const struct pool_spec *spec = asset->pool->spec;
    int64_t capacity = asset_capacity(asset, now_ms).sum - asset->posted_capacity.sum;
    int64_t busy = asset_busy(asset, now_ms).sum - asset->posted_busy.sum;
    int64_t gpu_ms = capacity;

    row->unit = "";
    switch (row->account) {
    case ACCOUNT_ENERGY:
        row->unit = "kWh";
        row->quantity_digits = 6;
        row->quantity = divide_rounded(
            (int128)spec->idle_mw * capacity + (int128)spec->busy_mw * busy, MS_PER_H);
        return;
    case ACCOUNT_PURCHASE:
        row->unit = "GPU";
        row->quantity = asset->first_gpus;
        return;
    case ACCOUNT_COMMISSIONING:
        gpu_ms = asset_setup(asset, now_ms).sum - asset->posted_setup.sum;
        break;
    case ACCOUNT_RENT_USED: gpu_ms = asset->rent_used_gpu_ms; break;
    case ACCOUNT_SURPLUS:
        gpu_ms = asset_surplus(asset, now_ms).sum - asset->posted_surplus.sum;
        break;
    case ACCOUNT_COLOCATION:
    case ACCOUNT_SUPPORT:
    case ACCOUNT_STAFF:
    case ACCOUNT_INSURANCE:
    case ACCOUNT_SOFTWARE:
    case ACCOUNT_SECURITY:
    case ACCOUNT_ON_DEMAND:
    case ACCOUNT_SPOT: break;
    case ACCOUNT_RENT:
        gpu_ms = asset_rented(asset, now_ms).sum - asset->posted_rent.sum;
        break;
    default: return;
    }
    row->unit = "GPU-h";
    row->quantity_digits = 9;
    row->quantity = divide_rounded((int128)gpu_ms * 2500, 9);
}

int64_t posting_time_ms(const struct asset *asset, enum account account, int64_t now_ms)
{
    switch (account) {
    case ACCOUNT_PURCHASE: return asset->delivered_ms;
    case ACCOUNT_DEPOSIT: return asset->ordered_ms;
    case ACCOUNT_RESALE: return asset->sold_ms;
    case ACCOUNT_PREPAYMENT: return asset->begin_ms;
    case ACCOUNT_EXIT_FEE: return asset->left_ms;
    default: return now_ms;
    }
}
