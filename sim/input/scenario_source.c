/* What sources of jobs and of levels have in common: names, and where they may run. */

#include <string.h>

#include "input/scenario_parts.h"

const char *const isolation_names[] = {"shared", "dedicated", NULL};

bool source_check_name(const struct scenario *scenario, const struct node *map,
                       const char *path, const struct source_words *words,
                       struct error *err)
{
    const char *name = words->name;
    if (!name)
        return true;
    struct place place = node_place(map, "name");
    if (strlen(name) > 63)
        return error_at(err, place, "%s.name: more than 63 bytes", path);
    bool taken = false;
    for (size_t k = 0; k < scenario->n_demand; k++)
        taken |= strcmp(scenario->demand[k].label, name) == 0;
    for (size_t k = 0; k < scenario->n_levels; k++)
        taken |= strcmp(scenario->levels[k].label, name) == 0;
    return !taken ||
           error_at(err, place, "%s.name: two sources are called '%s'", path, name);
}

static bool check_length(const struct node *map, const char *path, const char *key,
                         const char *word, struct error *err)
{
    if (!word || strlen(word) <= JOB_WORD_MAX)
        return true;
    return error_at(err, node_place(map, key),
                    "%s.%s: %zu bytes are too long; at most %d", path, key,
                    strlen(word), JOB_WORD_MAX);
}

bool source_check_words(struct scenario *scenario, const struct node *map,
                        const char *path, const struct source_words *words,
                        struct error *err)
{
    if (!check_length(map, path, "workload", words->workload, err) ||
        !check_length(map, path, "tenant", words->tenant, err))
        return false;
    const char *pools = arena_printf(&scenario->arena, "%s.pools", path);
    for (size_t i = 0; i < words->pools.n; i++)
        if (scenario_pool_index(scenario, words->pools.text[i],
                                node_place(map, "pools"), pools, err) < 0)
            return false;
    const char *classes = arena_printf(&scenario->arena, "%s.classes", path);
    for (size_t i = 0; i < words->classes.n; i++)
        if (!scenario_class(scenario, words->classes.text[i],
                            node_place(map, "classes"), classes, err))
            return false;
    return true;
}

static const char *joined(struct scenario *scenario, const struct texts *texts)
{
    const char *text = NULL;
    for (size_t i = 0; i < texts->n; i++)
        text = text ? arena_printf(&scenario->arena, "%s|%s", text, texts->text[i])
                    : texts->text[i];
    return text;
}

void source_fill_kind(struct scenario *scenario, const struct source_words *words,
                      struct job_kind *kind)
{
    kind->workload = kind->tenant = NAMES_NONE;
    kind->pools = joined(scenario, &words->pools);
    kind->classes = joined(scenario, &words->classes);
    kind->jurisdiction = joined(scenario, &words->jurisdiction);
    kind->not_providers = joined(scenario, &words->exclude_providers);
    kind->isolation = (enum isolation)words->isolation;
}
