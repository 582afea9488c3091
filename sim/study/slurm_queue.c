#include "study/slurm_queue.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/slurm_script.h"

#define FIELDS 5 /* of SLURM_QUEUE_FORMAT */

/* Cuts the line at its bars; a job's name has none, and reasons may have any. */
static bool split(char *line, const char *field[FIELDS])
{
    for (int i = 0; i < FIELDS; i++) {
        field[i] = line;
        char *bar = i + 1 < FIELDS ? strchr(line, '|') : NULL;
        if (!bar && i + 1 < FIELDS)
            return false;
        if (bar)
            *bar = '\0';
        line = bar ? bar + 1 : line;
    }
    for (int i = 0; i < FIELDS; i++)
        for (const char *s = field[i]; *s; s++)
            if ((unsigned char)*s < 0x20 || *s == 0x7f)
                return false;
    return true;
}

/* The task in "12_3"; -1 where there is none. */
static int64_t task_of(const char *id, int64_t n_tasks)
{
    const char *bar = strchr(id, '_');
    if (!bar || !isdigit((unsigned char)bar[1]) || strlen(bar + 1) > 9)
        return -1;
    char *end;
    long task = strtol(bar + 1, &end, 10);
    return *end == '\0' && task < n_tasks ? task : -1;
}

static bool runs(const struct slurm_job_state *job)
{
    return job->id && strcmp(job->state, "RUNNING") == 0;
}

void slurm_queue_read(const char *text, const char *name, int64_t n_tasks,
                      struct arena *arena, struct slurm_queue *queue)
{
    assert(n_tasks > 0);
    const char *merge = arena_printf(arena, "%s" SLURM_MERGE_SUFFIX, name);
    *queue = (struct slurm_queue){
        .tasks = ARENA_ARRAY(arena, (size_t)n_tasks, struct slurm_job_state),
        .n_tasks = n_tasks,
    };
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        const char *field[FIELDS];
        char *copy = arena_strndup(arena, line, length);
        line += length + (line[length] == '\n');
        if (!split(copy, field))
            continue;
        struct slurm_job_state job = {field[0], field[2], field[3], field[4]};
        int64_t task = task_of(field[0], n_tasks);
        if (strcmp(field[1], merge) == 0) {
            queue->merge = job;
            queue->merging = true;
        } else if (strcmp(field[1], name) == 0 && task >= 0 &&
                   !runs(&queue->tasks[task])) {
            queue->tasks[task] = job;
        }
    }
}

const char *slurm_state_text(const struct slurm_job_state *job, struct arena *arena)
{
    if (strcmp(job->state, "PENDING") == 0)
        return arena_printf(arena, "waiting (%s: %s)", job->id, job->why);
    char *state = arena_strdup(arena, job->state);
    for (char *s = state; *s; s++)
        *s = (char)tolower((unsigned char)*s);
    return arena_printf(arena, "%s%s%s (%s)", state, *job->where ? " on " : "",
                        job->where, job->id);
}
