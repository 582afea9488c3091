/* Where every parameter comes from: the scenario, the catalogue with its sources, a
 * default, or other parameters. */

#include <string.h>

#include "input/catalog.h"
#include "output/manifest_parts.h"
#include "report/parts.h"

enum origin { ORIGIN_GIVEN, ORIGIN_CATALOGUE, ORIGIN_DEFAULT, ORIGIN_DERIVED, ORIGINS };

static const struct {
    const char *caption;
    bool fold;
} kinds[ORIGINS] = {
    [ORIGIN_GIVEN] = {"Given by the user", false},
    [ORIGIN_CATALOGUE] = {"From the catalogue", false},
    [ORIGIN_DEFAULT] = {"Defaults: assumed until somebody says otherwise", true},
    [ORIGIN_DERIVED] = {"Derived from others", true},
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* "own.yaml:12:20" is a place in a scenario; others are words. */
static bool is_place(const char *origin)
{
    const char *colon = strrchr(origin, ':');
    return colon && colon[1] >= '0' && colon[1] <= '9';
}

static enum origin origin_of(const char *text)
{
    if (begins(text, "catalogue "))
        return ORIGIN_CATALOGUE;
    if (strcmp(text, "default") == 0)
        return ORIGIN_DEFAULT;
    if (begins(text, "--set") || is_place(text))
        return ORIGIN_GIVEN;
    return ORIGIN_DERIVED;
}

static const char *last_key(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* What a parameter means, by the last word of its path and the section it stands in. */
static const char *help_of(const char *path)
{
    static const char *const titles[][2] = {
        {"pools.", "pools"}, {"demand.", "demand"}, {"dispatch.", "dispatch"}};
    const char *title = strchr(path, '.') ? NULL : "scenario", *key = last_key(path);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (begins(path, titles[i][0]))
            title = titles[i][1];
    for (const struct param_section *section = scenario_sections;
         title && section->title; section++)
        for (const struct param *param = section->params;
             param->name && strcmp(section->title, title) == 0; param++)
            if (strcmp(param->name, key) == 0)
                return param->help;
    return "";
}

static const struct provenance *provenance_of(const struct gpu_class *class,
                                              const char *key)
{
    for (size_t i = 0; class && i < class->n_provenance; i++)
        if (strcmp(class->provenance[i].key, key) == 0)
            return &class->provenance[i];
    return NULL;
}

struct reading {
    struct report *report;
    const struct report_dir *dir;
    const struct catalog *catalog; /* NULL: the run's was another one */
    json_t *section;
};

static void add_row(const struct reading *reading, json_t *table, enum origin kind,
                    const char *path, const json_t *entry)
{
    const char *value = json_string_value(json_object_get(entry, "value"));
    const char *origin = json_string_value(json_object_get(entry, "origin"));
    json_t *row = table_row(table);
    row_text(row, path);
    row_text(row, value);
    if (kind == ORIGIN_CATALOGUE) {
        const char *name = origin + strlen("catalogue ");
        const struct gpu_class *class =
            reading->catalog ? catalog_find(reading->catalog, name) : NULL;
        const struct provenance *figure = provenance_of(class, last_key(path));
        row_text(row, name);
        row_text(row, figure ? mark_names[figure->mark] : NULL);
        row_text(row, figure ? figure->date : NULL);
        row_text(row, figure ? provenance_text(figure, &reading->report->arena) : NULL);
    } else if (kind == ORIGIN_GIVEN) {
        row_text(row, origin);
        row_text(row, help_of(path));
    } else {
        row_text(row, kind == ORIGIN_DEFAULT ? "assumed" : origin);
        row_text(row, help_of(path));
    }
}

static json_t *new_table(const struct reading *reading, enum origin kind)
{
    const char *caption = kinds[kind].caption;
    if (reading->report->n_dirs > 1)
        caption = arena_printf(&reading->report->arena, "%s, %s", reading->dir->label,
                               caption);
    json_t *table =
        block_table(caption, kinds[kind].fold || reading->report->n_dirs > 1);
    table_column(table, "Parameter", "code");
    table_column(table, "Value", "text");
    if (kind == ORIGIN_CATALOGUE) {
        table_column(table, "Class", "text");
        table_column(table, "Mark", "text");
        table_column(table, "Date", "text");
        table_column(table, "Source", "text");
        return table;
    }
    table_column(table, kind == ORIGIN_DEFAULT ? "Mark" : "From",
                 kind == ORIGIN_GIVEN ? "code" : "text");
    table_column(table, "Meaning", "text");
    return table;
}

static void add_kind(const struct reading *reading, enum origin kind)
{
    json_t *resolved = json_object_get(reading->dir->manifest, "resolved"), *entry;
    json_t *table = new_table(reading, kind);
    const char *path;
    json_object_foreach(resolved, path, entry)
    {
        const char *origin = json_string_value(json_object_get(entry, "origin"));
        if (origin && origin_of(origin) == kind)
            add_row(reading, table, kind, path, entry);
    }
    if (json_array_size(json_object_get(table, "rows")) > 0)
        section_add(reading->section, table);
    else
        json_decref(table);
}

/* ---- laws of what a study draws ---- */

/* "low 5", " values [...]"; "" where the law has no such key. */
static const char *law_part(const json_t *law, const char *key, struct arena *arena)
{
    const json_t *value = json_object_get(law, key);
    if (!value || strcmp(key, "kind") == 0)
        return "";
    if (json_is_number(value))
        return arena_printf(arena, " %s %.9g", key, json_number_value(value));
    char *dump =
        json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!dump)
        out_of_memory();
    const char *text = arena_printf(arena, " %s %s", key, dump);
    free(dump);
    return text;
}

/* The keys of most laws in the order in which one says them, then all others. */
static const char *law_text(const json_t *law, struct arena *arena)
{
    static const char *const order[] = {"low",  "min",  "median", "mode",
                                        "mean", "high", "max",    NULL};
    const char *kind = json_string_value(json_object_get(law, "kind")), *key;
    const char *text = arena_printf(arena, "%s:", kind ? kind : "");
    json_t *value;
    for (size_t i = 0; order[i]; i++)
        text = arena_printf(arena, "%s%s", text, law_part(law, order[i], arena));
    json_object_foreach((json_t *)(uintptr_t)law, key, value)
    {
        bool known = false;
        for (size_t i = 0; order[i]; i++)
            known |= strcmp(order[i], key) == 0;
        if (!known)
            text = arena_printf(arena, "%s%s", text, law_part(law, key, arena));
    }
    return text;
}

static void add_uncertain(const struct reading *reading)
{
    const json_t *list =
        json_object_get(json_object_get(reading->dir->manifest, "design"), "uncertain");
    if (json_array_size(list) == 0)
        return;
    json_t *table = block_table("What the study draws: assumed laws", false);
    table_column(table, "Input", "code");
    table_column(table, "Law", "text");
    table_column(table, "Unit", "text");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        json_t *row = table_row(table);
        row_text(row, json_string_value(json_object_get(entry, "path")));
        row_text(row, law_text(json_object_get(entry, "law"), &reading->report->arena));
        row_text(row, json_string_value(json_object_get(entry, "unit")));
    }
    section_add(reading->section, table);
}

/* ---- the catalogue ---- */

static bool was_used(const struct reading *reading, const char *class)
{
    json_t *resolved = json_object_get(reading->dir->manifest, "resolved"), *entry;
    const char *path;
    json_object_foreach(resolved, path, entry)
    {
        const char *value = json_string_value(json_object_get(entry, "value"));
        if (value && strcmp(last_key(path), "class") == 0 && strcmp(value, class) == 0)
            return true;
    }
    return false;
}

static void add_class(const struct reading *reading, const struct gpu_class *class)
{
    struct arena *arena = &reading->report->arena;
    json_t *table = block_table(
        arena_printf(arena, "The catalogue of %s, %s", class->name, class->title),
        true);
    table_column(table, "Figure", "code");
    table_column(table, "Value", "text");
    table_column(table, "Mark", "text");
    table_column(table, "Date", "text");
    table_column(table, "Source", "text");
    for (size_t i = 0; i < class->n_provenance; i++) {
        const struct provenance *figure = &class->provenance[i];
        json_t *row = table_row(table);
        row_text(row, figure->key);
        row_text(row, gpu_class_text(class, figure->key, arena));
        row_text(row, mark_names[figure->mark]);
        row_text(row, figure->date);
        row_text(row, provenance_text(figure, arena));
    }
    section_add(reading->section, table);
}

/* Whether the run had the catalogue of this program, by its digest; only then are the
 * sources here those of its figures. */
static bool is_same_catalogue(const struct report_dir *dir,
                              const struct catalog *catalog)
{
    const json_t *inputs = json_object_get(dir->manifest, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const char *digest =
            json_string_value(json_object_get(json_array_get(inputs, i), "sha256"));
        if (digest && strcmp(digest, catalog->digest) == 0)
            return true;
    }
    return false;
}

static void add_catalogue_note(const struct reading *reading)
{
    const json_t *own =
        json_object_get(json_object_get(reading->dir->manifest, "resolved"), "catalog");
    const char *file = json_string_value(json_object_get(own, "value"));
    struct arena *arena = &reading->report->arena;
    if (!reading->catalog)
        section_add(reading->section,
                    block_text("warning",
                               arena_printf(arena,
                                            "%s was made with the catalogue of another "
                                            "version of Tenure, so the sources of its "
                                            "figures are not told here.",
                                            reading->dir->label)));
    else if (file && *file)
        section_add(
            reading->section,
            block_text("warning",
                       arena_printf(arena,
                                    "The catalogue of %s is that of Tenure with %s on "
                                    "top: the sources of what that file adds or "
                                    "replaces stand in it, and not here.",
                                    reading->dir->label, file)));
}

static void add_dir(struct reading *reading, const struct report_dir *dir,
                    const struct catalog *catalog)
{
    reading->dir = dir;
    reading->catalog = is_same_catalogue(dir, catalog) ? catalog : NULL;
    add_uncertain(reading);
    add_catalogue_note(reading);
    for (int kind = 0; kind < ORIGINS; kind++)
        add_kind(reading, (enum origin)kind);
}

static void add_classes(struct reading *reading, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->n; i++)
        for (size_t k = 0; k < reading->report->n_dirs; k++) {
            reading->dir = &reading->report->dirs[k];
            if (!is_same_catalogue(reading->dir, catalog) ||
                !was_used(reading, catalog->classes[i].name))
                continue;
            add_class(reading, &catalog->classes[i]);
            break;
        }
}

bool assumptions_section(struct report *report, struct error *err)
{
    struct catalog catalog;
    if (!catalog_init(&catalog, err))
        return false;
    struct reading reading = {
        .report = report,
        .section = section_new(
            "assumptions", "Assumptions",
            "Every parameter, and where it comes from.  Marks: measured, quoted by "
            "whoever sells it or publishes it, derived from other figures, assumed.")};
    for (size_t i = 0; i < report->n_dirs; i++)
        add_dir(&reading, &report->dirs[i], &catalog);
    add_classes(&reading, &catalog);
    report_add(report, reading.section);
    catalog_free(&catalog);
    return true;
}
