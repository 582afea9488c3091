#ifndef WORLD_LEVEL_HOLD_H
#define WORLD_LEVEL_HOLD_H

/* What level.c lends to level_pass.c: single GPUs of a level in one pool of its route.
 */

#include "world/state.h"

/* Marks those whose hold is over. */
void level_ripen(struct world *world, struct level *level, uint32_t outlet);

/* Takes one more, where it fits; `beyond`: of what a reservation leaves over. */
void level_take(struct world *world, struct level *level, uint32_t outlet, bool beyond);

/* Gives one back. */
void level_give(struct world *world, uint32_t job);

/* What it holds serves, most preferred pools first; the rest is overhead. */
void level_set_useful(struct world *world, struct level *level);

/* GPU-ms that it served from there, up to now. */
int128 level_served_in(const struct world *world, const struct level *level,
                       uint32_t outlet);

/* The event that ends the next hold that matters. */
void level_plan_hold(struct world *world, struct level *level);

#endif
