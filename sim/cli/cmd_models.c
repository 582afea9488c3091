#include <stdio.h>
#include <string.h>

#include "base/model.h"
#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/models.h"

static const char *const kind_titles[MODEL_KINDS] = {
    [MODEL_DEMAND] = "demand: how jobs arrive",
    [MODEL_LEVEL] = "level: how many GPUs are wanted over time",
    [MODEL_ORDER] = "order: who is served first",
    [MODEL_FAILURE] = "failure: when a server fails",
    [MODEL_PRICE] = "price: how a price changes",
    [MODEL_WAIT] = "wait: how long a job waits before it may go to elastic pools",
    [MODEL_PROCURE] = "procure: what is bought, leased, renewed and retired",
};

static void print_list(void)
{
    for (int kind = 0; kind < MODEL_KINDS; kind++) {
        printf("%s%s\n", kind ? "\n" : "", kind_titles[kind]);
        for (const struct model *const *model = models; *model; model++) {
            if ((int)(*model)->kind != kind)
                continue;
            printf("  %-18s ", (*model)->name);
            cli_wrap((*model)->summary, 21, 21, 80, stdout);
        }
    }
    puts("\n`tenure models NAME` explains one; `tenure models --catalogue` lists the "
         "GPU\n"
         "classes.");
}

const char *param_form(const struct param *param)
{
    static const char *const forms[] = {
        [PARAM_BOOL] = "true or false",  [PARAM_INT] = "whole number",
        [PARAM_REAL] = "number",         [PARAM_EXACT] = "",
        [PARAM_SPAN] = "term",           [PARAM_DATE] = "date",
        [PARAM_TEXT] = "text",           [PARAM_CHOICE] = "word",
        [PARAM_TEXTS] = "list",          [PARAM_TABLE] = "map",
        [PARAM_POINTS] = "map of dates",
    };
    const char *unit = param_unit(param);
    return *unit && param->type != PARAM_POINTS ? unit : forms[param->type];
}

static const char *fallback_of(const struct param *param)
{
    return param->fallback ? param->fallback : "required";
}

static void print_model(const struct model *model)
{
    printf("%s %s\n\n  ", model_kind_names[model->kind], model->name);
    cli_wrap(model->summary, 2, 2, 80, stdout);
    fputs("\n  Source: ", stdout);
    cli_wrap(model->source, 2, 10, 80, stdout);
    for (const struct param *param = model->params; param && param->name; param++) {
        printf("\n  %-16s %s; default ", param->name, param_form(param));
        int at = 29 + (int)strlen(param_form(param));
        cli_wrap(*fallback_of(param) ? fallback_of(param) : "none", 19, at, 80, stdout);
        printf("%19s", "");
        cli_wrap(param->help, 19, 19, 80, stdout);
        if (param->type != PARAM_CHOICE)
            continue;
        printf("%19sone of", "");
        for (size_t i = 0; param->choices[i]; i++)
            printf("%s %s", i ? "," : "", param->choices[i]);
        putchar('\n');
    }
}

static void print_model_markdown(const struct model *model)
{
    printf("\n### `%s`: %s\n\n%s.\n\nSource: %s.\n", model_kind_names[model->kind],
           model->name, model->summary, model->source);
    if (!model->params || !model->params->name)
        return;
    puts("\n| parameter | value | default | meaning |\n|---|---|---|---|");
    for (const struct param *param = model->params; param->name; param++) {
        printf("| `%s` | ", param->name);
        cli_markdown_cell(param_form(param), stdout);
        fputs(" | ", stdout);
        cli_markdown_cell(fallback_of(param), stdout);
        fputs(" | ", stdout);
        cli_markdown_cell(param->help, stdout);
        puts(" |");
    }
}

static void print_models_markdown(void)
{
    puts("# Models\n\n"
         "Written by `tenure models --markdown`.\n\n"
         "A model is one replaceable assumption: one file in `models/`.  A scenario "
         "names "
         "it\nby a word, or by a map of its name and its parameters.");
    for (int kind = 0; kind < MODEL_KINDS; kind++) {
        printf("\n## %s\n", kind_titles[kind]);
        for (const struct model *const *model = models; *model; model++)
            if ((int)(*model)->kind == kind)
                print_model_markdown(*model);
    }
}

static bool unknown_name(const struct catalog *catalog, const char *name,
                         struct arena *arena, struct error *err)
{
    size_t n = 0;
    while (models[n])
        n++;
    const char **names = ARENA_ARRAY(arena, n + catalog->n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        names[i] = models[i]->name;
    for (size_t i = 0; i < catalog->n; i++)
        names[n + i] = catalog->classes[i].name;
    const char *forms = "";
    for (size_t i = 0; *name && i < catalog->n; i++)
        if (strncmp(names[n + i], name, strlen(name)) == 0)
            forms =
                arena_printf(arena, "%s%s%s", forms, *forms ? ", " : "", names[n + i]);
    if (*forms)
        return error_kind_set(err, ERROR_USAGE,
                              "models: no GPU class '%s'; there are %s", name, forms);
    const char *near = nearest_name(name, names);
    if (near)
        return error_kind_set(err, ERROR_USAGE,
                              "models: no model or GPU class '%s'; did you mean '%s'?",
                              name, near);
    return error_kind_set(err, ERROR_USAGE,
                          "models: no model or GPU class '%s'; `tenure models` and "
                          "`tenure models --catalogue` list them",
                          name);
}

static bool print_name(const struct catalog *catalog, const char *name,
                       struct arena *arena, struct error *err)
{
    const struct gpu_class *class = catalog_find(catalog, name);
    if (class)
        class_print(class);
    size_t shown = class != NULL;
    for (const struct model *const *model = models; *model; model++) {
        if (strcmp((*model)->name, name) != 0)
            continue;
        if (shown++)
            putchar('\n');
        print_model(*model);
    }
    return shown > 0 || unknown_name(catalog, name, arena, err);
}

struct arguments {
    const char *name, *file;
    bool markdown, catalogue;
};

static bool print(const struct arguments *arguments, struct arena *arena,
                  struct error *err)
{
    struct catalog catalog;
    if (!catalog_init(&catalog, err))
        return false;
    char digest[SHA256_HEX];
    bool ok = !arguments->file || catalog_add(&catalog, arguments->file, digest, err);
    if (ok && arguments->name)
        ok = print_name(&catalog, arguments->name, arena, err);
    else if (ok && arguments->catalogue && arguments->markdown)
        classes_print_markdown(&catalog);
    else if (ok && arguments->catalogue)
        classes_print(&catalog);
    else if (ok && arguments->markdown)
        print_models_markdown();
    else if (ok)
        print_list();
    catalog_free(&catalog);
    return ok;
}

static int run_models(int argc, char **argv)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {
        {.name = "markdown", .flag = &arguments.markdown},
        {.name = "catalogue", .flag = &arguments.catalogue},
        {.name = "file", .value = &arguments.file},
        {.name = NULL},
    };
    const struct cli_operands operands = {0, 1, "name at most one", &arguments.name};
    struct arena arena = {0};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &arena, &err) &&
              print(&arguments, &arena, &err);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_models = {
    .name = "models",
    .synopsis = "models [NAME] [--catalogue] [--file FILE] [--markdown]",
    .summary = "list models and GPU classes, or explain one",
    .help =
        "Lists the models a scenario can name.  With NAME, explains that model and "
        "its\n"
        "parameters, or that GPU class with the source, date and mark of every "
        "figure.\n"
        "\n"
        "  --catalogue    list the GPU classes\n"
        "  --file FILE    add the classes and figures of FILE, as `catalog:` does\n"
        "  --markdown     print the reference page of the models, or with --catalogue\n"
        "                 of the classes\n",
    .run = run_models,
};
