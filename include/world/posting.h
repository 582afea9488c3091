#ifndef WORLD_POSTING_H
#define WORLD_POSTING_H

/*
 * What a row of the ledger says beside its amount: the quantity that was paid for since
 * the last posting, and when a lump was paid.
 */

#include "world/asset.h"

/* Sets quantity and unit by the row's account. */
void posting_quantity(struct ledger_row *row, const struct asset *asset,
                      int64_t now_ms);

/* The instant of a lump; of anything else, now. */
int64_t posting_time_ms(const struct asset *asset, enum account account,
                        int64_t now_ms);

#endif
