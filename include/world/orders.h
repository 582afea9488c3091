#ifndef WORLD_ORDERS_H
#define WORLD_ORDERS_H

/*
 * What comes to a fixed pool by decision during the run, and what leaves it: servers
 * that are bought, contracts that are signed, renewed or ended early.
 *
 *     bought    order -> delivery -> service      lead time, then commissioning
 *     leased    signature -> begin -> end         provisioning, then the term
 *
 * A deposit is paid with the order and the rest on delivery; from then on space and
 * guard are paid, and what was paid bears the capital charge; depreciation begins with
 * service.  The lead time is lead_time exp(sigma z), z the normal quantile of the draw
 * that belongs to the pool's n-th order, so that no order shifts another's.
 *
 * Spares are bought with the pool, each a lot of one server, and paid at once.  They
 * stand there without depreciation, and pay space and guard like what is being
 * commissioned, until one takes the place of a lost server and comes into service.
 *
 * Reservations know the begin and the end of contracts, since they are dated; of
 * servers on order only that they will come.  These functions may be called in any
 * phase; what they cause at this very instant happens in its next round.
 */

#include "world/world.h"

/* Orders servers for an owned pool, at its present price. */
void orders_buy(struct world *world, uint32_t pool, int64_t gpus);

/* Signs a contract of that term (all zero: the pool's) for a leased pool, at its
 * present price. */
void orders_lease(struct world *world, uint32_t pool, int64_t gpus, struct span term);

/* GPUs of an owned pool are no longer wanted: free ones leave and are sold at once,
 * oldest first, the rest as their jobs end.  At most its target. */
void orders_retire(struct world *world, uint32_t pool, int64_t gpus);

/* Whether another contract follows when the numbered one ends. */
void orders_renew(struct world *world, uint32_t pool, uint32_t contract, bool renew);

/* Gives notice: the numbered contract ends when the pool's notice is over, unless it
 * ends before; the exit fee is due then. */
void orders_exit(struct world *world, uint32_t pool, uint32_t contract);

/* A server of an owned pool, of so many GPUs, is gone for good: a spare takes its
 * place, and where `failures` says so another is ordered, as a spare if one was used.
 * Call it before its jobs are interrupted, who ask what is to come. */
void orders_replace(struct world *world, uint32_t pool, int64_t gpus);

/* GPUs of a pool that are ordered, and not in service yet. */
int64_t orders_pending(const struct world *world, uint32_t pool);

#endif
