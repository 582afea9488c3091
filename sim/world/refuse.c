/* Jobs that no pool could ever hold, or none any more. */

#include <stdio.h>

#include "base/calendar.h"
#include "world/state.h"

/* A lease that could hold the gang, were the job shorter: NULL: none. */
static const struct pool *lease_too_short(const struct world *world,
                                          const struct live_job *job)
{
    const struct route *route = &world->routes.items[job->kind->route];
    for (uint32_t o = 0; o < route->n; o++) {
        const struct pool *pool = &world->fleet.pools[route->outlets[o].pool];
        if (pool->spec->tenure == TENURE_LEASE &&
            gang_could_run(world, job->gpus, route->outlets[o].pool))
            return pool;
    }
    return NULL;
}

const char *refusal_reason(struct world *world, const struct live_job *job)
{
    const struct pool *lease = lease_too_short(world, job);
    char date[CALENDAR_TEXT];
    if (!lease)
        return "larger or longer than any open pool ever holds";
    calendar_format(world->scenario->start_unix_ms + lease->last_end_ms, date);
    snprintf(world->reason, sizeof world->reason,
             "would end after the last contract of %.60s does, on %s",
             lease->spec->name, date);
    return world->reason;
}

static bool is_hopeless(const struct world *world, const struct queue *queue)
{
    const struct route *route = &world->routes.items[queue->route];
    for (uint32_t o = 0; o < route->n; o++)
        if (gang_could_run(world, queue->gpus, route->outlets[o].pool))
            return false;
    return true;
}

void refuse_hopeless(struct world *world)
{
    struct backlog *backlog = &world->backlog;
    struct tree_entry entry;
    world->shrunk = false;
    for (uint32_t q = 0; q < backlog->n_queues; q++) {
        const struct queue *queue = &backlog->queues[q];
        if (queue->active_at == QUEUE_NONE || !is_hopeless(world, queue))
            continue;
        while (tree_first(&queue->jobs, &entry))
            job_refuse(world, (uint32_t)entry.item,
                       "no open pool will hold so many GPUs again");
    }
}
