/* Studies: what they say, and their figures. */

#include "report/parts.h"

static bool add_study(struct report *report, const struct report_dir *dir, size_t i,
                      struct error *err)
{
    struct arena *arena = &report->arena;
    const struct report_options *options = report->options;
    const struct figure_source *source = &dir->source;
    const char *const label = "";
    bool alone = report->n_dirs == 1;
    struct report_study study = {.lead = NULL};
    if (!options->study(dir->path, dir->manifest, arena, &study, err))
        return false;
    json_t *section = section_new(
        alone ? "study" : arena_printf(arena, "study-%zu", i + 1),
        alone ? "The study" : arena_printf(arena, "Study %s", dir->label), NULL);
    report_add(report, section);
    if (!report->lead)
        report->lead = study.lead;
    else
        section_add(section, block_text("lead", study.lead));
    for (const char *const *text = study.texts; *text; text++)
        if (alone)
            report_say(report, *text);
        else
            section_add(section, block_text("text", *text));
    bool ok = figures_section(report, section, FIGURE_OF_STUDY, &source, &label, 1,
                              NULL, err);
    json_array_extend(json_object_get(section, "blocks"), study.blocks);
    json_decref(study.blocks);
    return ok;
}

bool study_sections(struct report *report, struct error *err)
{
    for (size_t i = 0; i < report->n_studies; i++)
        if (!add_study(report, report->studies[i], i, err))
            return false;
    return true;
}
