#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "input/scenario.h"

static void print_row(const char *name, const char *unit, const char *fallback,
                      const char *who, const char *help)
{
    printf("| `%s` | ", name);
    cli_markdown_cell(unit, stdout);
    fputs(" | ", stdout);
    cli_markdown_cell(fallback, stdout);
    if (who)
        printf(" | %s", who);
    fputs(" | ", stdout);
    cli_markdown_cell(help, stdout);
    puts(" |");
}

/* "one of a, b" or the unit; what a reader must write. */
static void form_of(const struct param *param, char *text, size_t room)
{
    static const char *const forms[] = {
        [PARAM_BOOL] = "true or false",  [PARAM_INT] = "whole number",
        [PARAM_REAL] = "number",         [PARAM_EXACT] = "",
        [PARAM_SPAN] = "term",           [PARAM_DATE] = "date",
        [PARAM_TEXT] = "text",           [PARAM_CHOICE] = "",
        [PARAM_TEXTS] = "list of words", [PARAM_TABLE] = "map of numbers",
        [PARAM_POINTS] = "map of dates",
    };
    const char *unit = param_unit(param);
    bool has_dimension = param->type == PARAM_REAL || param->type == PARAM_EXACT;
    snprintf(text, room, "%s", has_dimension && *unit ? unit : forms[param->type]);
    if (param->type != PARAM_CHOICE)
        return;
    for (size_t i = 0; param->choices[i]; i++)
        snprintf(text + strlen(text), room - strlen(text), "%s%s", i ? ", " : "",
                 param->choices[i]);
}

static void print_section(const struct param_section *section)
{
    printf(
        "\n## %s\n\n%s\n\n| key | value | default |%s meaning |\n|---|---|---|%s---|\n",
        section->title, section->summary, section->who ? " for |" : "",
        section->who ? "---|" : "");
    for (const struct param *param = section->params; param->name; param++) {
        char form[256];
        form_of(param, form, sizeof form);
        print_row(param->name, form, param->fallback ? param->fallback : "required",
                  section->who ? section->who(param) : NULL, param->help);
    }
    for (const struct param_also *also = section->also; also && also->name; also++)
        print_row(also->name, also->form, also->fallback, section->who ? "" : NULL,
                  also->help);
}

static void print_reference(void)
{
    puts("# Scenario keys\n\n"
         "Written by `tenure show --reference`.\n\n"
         "A quantity with a dimension carries its unit: `16w`, `2.49 USD/GPU-h`, `10.2 "
         "kW`,\n`0.085 USD/kWh`, `160 USD/kW-mo`, `10 %/y`.  A default left empty "
         "means: "
         "not set, or as\nthe text says.  Any key can be set on the command line: "
         "`--set "
         "pools.own.gpus=512`.");
    for (const struct param_section *section = scenario_sections; section->title;
         section++)
        print_section(section);
}

static bool print_json(const struct scenario *scenario, struct error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        const struct resolved *item = &scenario->resolved.items[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "path", item->path, "value",
                                        item->value, "origin", item->origin));
    }
    json_t *warnings = json_array();
    for (size_t i = 0; i < scenario->n_warnings; i++)
        json_array_append_new(warnings, json_string(scenario->warnings[i]));
    json_t *root = json_pack("{s:s, s:o, s:o}", "scenario", scenario->name, "resolved",
                             list, "warnings", warnings);
    if (!root)
        return error_set(err, "a value is not valid UTF-8");
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static bool show(const char *path, const struct cli_values *set, bool json,
                 struct error *err)
{
    struct scenario scenario;
    if (!scenario_read(&scenario, path, set->text, set->n, err))
        return false;
    bool ok = true;
    if (json)
        ok = print_json(&scenario, err);
    else
        scenario_print(&scenario, stdout);
    for (size_t i = 0; i < scenario.n_warnings && !json; i++)
        fprintf(stderr, "tenure: warning: %s\n", scenario.warnings[i]);
    scenario_free(&scenario);
    return ok;
}

static int run_show(int argc, char **argv)
{
    bool json = false, reference = false;
    struct cli_values set = {0};
    const char *path = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = "reference", .flag = &reference},
                                         {.name = "set", .values = &set},
                                         {.name = NULL}};
    const struct cli_operands operands = {0, 1, "name one scenario", &path};
    struct arena arena = {0};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &arena, &err);
    if (ok && reference)
        print_reference();
    else if (ok && !path)
        ok = error_kind_set(&err, ERROR_USAGE,
                            "show: name one scenario; see `tenure show --help`");
    else if (ok)
        ok = show(path, &set, json, &err);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_show = {
    .name = "show",
    .synopsis = "show SCENARIO [--set PATH=VALUE]... [--json]",
    .summary = "print what a scenario comes to, and where each value is from",
    .help =
        "Reads SCENARIO with all defaults, looks up what the catalogue gives, "
        "computes\n"
        "the rates per GPU, and prints one line for each value: its path, the value, "
        "and\n"
        "where it comes from (a line of the file, --set, default, the catalogue, or\n"
        "derived from others).\n"
        "\n"
        "  --set PATH=VALUE    override a key, as in --set pools.own.gpus=512; may be\n"
        "                      repeated\n"
        "  --json              the same as JSON\n"
        "  --reference         print the reference of all scenario keys, as Markdown\n",
    .run = run_show,
};
