#include "cli/study_print.h"

#include <inttypes.h>
#include <string.h>

#include "cli/study_summary.h"
#include "output/prose.h"

static const struct printer {
    const char *kind;
    bool (*print)(const struct study_plan *plan, const char *dir,
                  const struct prose_to *to, struct error *err);
    bool (*json)(const struct study_plan *plan, const char *dir, json_t *root,
                 struct error *err);
} printers[] = {
    {"sensitivity", sensitivity_print, sensitivity_json},
    {"breakeven", breakeven_print, breakeven_json},
};

static const struct printer *find(const struct study_plan *plan)
{
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        if (strcmp(printers[i].kind, plan->design->kind) == 0)
            return &printers[i];
    return NULL;
}

bool study_print_has(const struct study_plan *plan)
{
    return find(plan) != NULL;
}

static bool print_json(const struct printer *printer, const struct study_plan *plan,
                       const struct finish_report *report, const char *dir, FILE *out,
                       struct error *err)
{
    json_t *root = study_json_head(plan, report, dir);
    if (printer->json(plan, dir, root, err))
        return study_json_print(root, out, err);
    json_decref(root);
    return false;
}

static void print_head(const struct study_plan *plan,
                       const struct finish_report *report, const struct prose_to *to)
{
    struct paragraph head = {.used = 0};
    paragraph_say(&head,
                  "%s: %zu points with %" PRIu64 " replication%s each, %" PRIu64
                  " runs in all",
                  plan->scenario, plan->n_points, plan->replications,
                  plan->replications == 1 ? "" : "s", report->rows);
    if (report->failed > 0)
        paragraph_say(&head, ", of which %" PRIu64 " could not be done",
                      report->failed);
    paragraph_say(&head, "; intervals of %g %%.", 100 * plan->confidence);
    prose_say(to, &head, 0);
}

bool study_print_say(const struct study_plan *plan, const struct finish_report *report,
                     const char *dir, const struct prose_to *to, struct error *err)
{
    print_head(plan, report, to);
    return find(plan)->print(plan, dir, to, err);
}

bool study_print(const struct study_plan *plan, const struct finish_report *report,
                 const char *dir, bool json, FILE *out, struct error *err)
{
    const struct printer *printer = find(plan);
    if (json)
        return print_json(printer, plan, report, dir, out, err);
    const struct prose_to to = {.out = out};
    return study_print_say(plan, report, dir, &to, err) &&
           (fflush(out) == 0 || error_errno(err, "standard output"));
}
