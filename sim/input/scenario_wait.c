/* How long jobs wait for fixed pools before elastic ones are open to them: one rule for
 * all, or one by workload. */

#include <string.h>

#include "input/scenario_parts.h"

/* Only one wait model has parameters: a map without a name means it. */
static const struct node *complete(struct scenario *scenario, const struct node *node)
{
    if (!node || node->kind != NODE_MAP || node_get(node, "policy"))
        return node;
    struct node *copy = ARENA_NEW(&scenario->arena, struct node);
    *copy = *node;
    copy->keys =
        arena_grow(&scenario->arena, node->keys, node->n, node->n + 1, sizeof *copy);
    copy->items =
        arena_grow(&scenario->arena, node->items, node->n, node->n + 1, sizeof *copy);
    copy->keys[node->n] =
        (struct node){.kind = NODE_SCALAR, .text = "policy", .place = node->place};
    copy->items[node->n] =
        (struct node){.kind = NODE_SCALAR, .text = "threshold", .place = node->place};
    copy->n = node->n + 1;
    return copy;
}

static bool read_rule(struct scenario *scenario, const struct node *node,
                      const char *path, struct wait_rule *rule, struct error *err)
{
    const struct model_choice choice = {MODEL_WAIT, "policy", "none", path, DIM_NUMBER};
    return scenario_read_model(scenario, complete(scenario, node), &choice,
                               &rule->model, &rule->params, err);
}

bool scenario_read_wait(struct scenario *scenario, const struct node *node,
                        struct error *err)
{
    struct dispatch_spec *dispatch = &scenario->dispatch;
    struct wait_rule others = {0};
    const struct node *rest =
        node && node->kind == NODE_MAP ? node_get(node, "default") : NULL;
    bool ok = read_rule(scenario, rest ? rest : node,
                        rest ? "dispatch.wait.default" : "dispatch.wait", &others, err);
    dispatch->wait = others.model;
    dispatch->wait_params = others.params;
    if (!rest || !ok)
        return ok;
    dispatch->waits = ARENA_ARRAY(&scenario->arena, node->n, struct wait_rule);
    for (size_t i = 0; i < node->n; i++) {
        const char *workload = node->keys[i].text;
        struct wait_rule *rule = &dispatch->waits[dispatch->n_waits];
        if (strcmp(workload, "default") == 0)
            continue;
        rule->workload = workload;
        if (!read_rule(scenario, &node->items[i],
                       arena_printf(&scenario->arena, "dispatch.wait.%s", workload),
                       rule, err))
            return false;
        dispatch->n_waits++;
    }
    return true;
}

struct wait_rule dispatch_wait_of(const struct dispatch_spec *dispatch,
                                  const char *workload)
{
    for (size_t i = 0; workload && i < dispatch->n_waits; i++)
        if (strcmp(dispatch->waits[i].workload, workload) == 0)
            return dispatch->waits[i];
    return (struct wait_rule){.model = dispatch->wait, .params = dispatch->wait_params};
}

/* The first elastic pool that stands before a fixed one, or -1. */
static int elastic_before_fixed(const struct scenario *scenario,
                                const struct preference *preference)
{
    int first = -1;
    for (size_t i = 0; i < preference->n; i++) {
        bool elastic = tenure_is_elastic(scenario->pools[preference->pools[i]].tenure);
        if (elastic && first < 0)
            first = preference->pools[i];
        else if (!elastic && first >= 0)
            return first;
    }
    return -1;
}

static void warn_of_preference(struct scenario *scenario,
                               const struct preference *preference)
{
    const char *workload = preference->workload ? preference->workload : "default";
    struct wait_rule rule = dispatch_wait_of(&scenario->dispatch, preference->workload);
    int pool = elastic_before_fixed(scenario, preference);
    if (pool < 0 || strcmp(rule.model->name, "none") == 0)
        return;
    scenario_warn(scenario,
                  "dispatch.prefer: %s stands before fixed pools for %s jobs, but is "
                  "elastic: it stays closed to a job until `wait` (here %s) is over, "
                  "even first in the list; let such jobs go there at once by `wait: "
                  "{%s: none%s}`",
                  scenario->pools[pool].name,
                  preference->workload ? preference->workload : "all other",
                  rule.model->name, workload,
                  preference->workload ? ", default: ..." : "");
}

void scenario_warn_waits(struct scenario *scenario)
{
    const struct dispatch_spec *dispatch = &scenario->dispatch;
    for (size_t i = 0; i < dispatch->n_waits; i++)
        if (!scenario_has_workload(scenario, dispatch->waits[i].workload))
            scenario_warn(scenario,
                          "dispatch.wait names the workload '%s', which no job has",
                          dispatch->waits[i].workload);
    for (size_t i = 0; i < dispatch->n_prefer; i++)
        warn_of_preference(scenario, &dispatch->prefer[i]);
}
