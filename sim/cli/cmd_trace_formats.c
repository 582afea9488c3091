/* `tenure trace formats`: what can be imported, as text and as pages of Markdown. */

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/models.h"
#include "cli/trace_cmd.h"
#include "input/importer.h"

#define EXAMPLE "tenure trace convert --from "

static void print_list(void)
{
    for (const struct importer *const *each = importers; *each; each++) {
        printf("  %-12s ", (*each)->name);
        cli_wrap((*each)->summary, 15, 15, 80, stdout);
    }
    puts("\n`tenure trace formats NAME` explains one.");
}

/* --keep-failed, of the field keep_failed. */
static const char *option_name(const struct param *param, char name[48])
{
    snprintf(name, 48, "--%s", param->name);
    for (char *at = name; *at; at++)
        *at = *at == '_' ? '-' : *at;
    return name;
}

/* Apart from those of every format, which `tenure trace --help` explains. */
static void print_params(const struct importer *importer)
{
    for (const struct param *param = importer->params; param && param->name; param++) {
        bool is_flag = param->type == PARAM_BOOL;
        const char *fallback = param->fallback ? param->fallback : "required";
        char name[48];
        printf("\n  %-16s ", option_name(param, name));
        if (is_flag)
            puts("off unless given");
        else
            printf("%s; default %s\n", param_form(param),
                   *fallback ? fallback : "none");
        printf("%19s", "");
        cli_wrap(param->help, 19, 19, 80, stdout);
        for (size_t i = 0; param->choices && param->choices[i]; i++)
            printf("%s%s%s", i ? ", " : "                   one of ", param->choices[i],
                   param->choices[i + 1] ? "" : "\n");
    }
}

static void print_paragraph(const char *label, const char *text)
{
    printf("\n  %s ", label);
    cli_wrap(text, 2, 3 + (int)strlen(label), 80, stdout);
}

void trace_print_format(const struct importer *importer)
{
    printf("%s\n\n  ", importer->name);
    cli_wrap(importer->summary, 2, 2, 80, stdout);
    print_paragraph("Source:", importer->source);
    print_paragraph("File:", importer->shape);
    print_paragraph("Kept:", importer->keeps);
    print_paragraph("Dropped:", importer->drops);
    print_paragraph("Assumed:", importer->assumes);
    putchar('\n');
    for (const struct import_form *form = importer->forms; form->name; form++)
        printf("  --as %-11s %s%s\n", form->name, form->help,
               form == importer->forms ? " (default)" : "");
    print_params(importer);
    printf("\n  " EXAMPLE "%s %s\n", importer->name, importer->example);
}

static void print_param_cells(const struct param *param)
{
    const char *fallback = param->fallback ? param->fallback : "required";
    char name[48];
    printf("| `%s` | ", option_name(param, name));
    cli_markdown_cell(param->type == PARAM_BOOL ? "no value" : param_form(param),
                      stdout);
    fputs(" | ", stdout);
    cli_markdown_cell(param->type == PARAM_BOOL ? "off" : fallback, stdout);
    fputs(" | ", stdout);
    cli_markdown_cell(param->help, stdout);
    for (size_t i = 0; param->choices && param->choices[i]; i++)
        printf("%s`%s`", i ? ", " : ": ", param->choices[i]);
    puts(" |");
}

static void print_format_markdown(const struct importer *importer)
{
    printf("# Format `%s`\n\nWritten by `tenure trace formats %s --markdown`.\n\n%s\n\n"
           "Source: %s.\n\n"
           "**File.** %s\n\n**Kept.** %s\n\n**Dropped.** %s\n\n**Assumed.** %s\n",
           importer->name, importer->name, importer->summary, importer->source,
           importer->shape, importer->keeps, importer->drops, importer->assumes);
    printf("\n## Example\n\n    " EXAMPLE "%s %s\n", importer->name, importer->example);
    puts("\n## Options\n\n| option | value | default | meaning |\n|---|---|---|---|");
    for (const struct import_form *form = importer->forms; form->name; form++)
        printf("| `--as %s` |  | %s | gives %s |\n", form->name,
               form == importer->forms ? "yes" : "", form->help);
    for (const struct param *param = importer->params; param && param->name; param++)
        print_param_cells(param);
    if (importer->naive_dates)
        puts("| `--zone` | offset | UTC | of dates that name no zone: `+08:00` |");
    puts("| `--lenient` | no value | off | count malformed rows and go on |\n"
         "| `--json` | no value | off | print the counts as JSON |");
}

static void print_index_markdown(void)
{
    puts(
        "# Formats that can be imported\n\n"
        "Written by `tenure trace formats --markdown`.\n\n"
        "`tenure trace convert --from FORMAT FILE -o TRACE` turns other people's files "
        "into a trace:\njobs, a level of GPUs over time, requests, or prices.  Files "
        "are read once from begin to end,\nplain, gzip or Zstandard.  It prints how "
        "many rows were read, kept and dropped, by reason, with\nthe line of the first "
        "of each reason.  A row that cannot be understood is an error that names\n"
        "line and rule; `--lenient` counts such rows, shows the first of them, and "
        "goes on.\n\n"
        "| format | becomes | what |\n|---|---|---|");
    for (const struct importer *const *each = importers; *each; each++) {
        printf("| [`%s`](formats/%s.md) | ", (*each)->name, (*each)->name);
        for (const struct import_form *form = (*each)->forms; form->name; form++)
            printf("%s%s", form == (*each)->forms ? "" : ", ", form->name);
        printf(" | %s |\n", (*each)->summary);
    }
}

static void print_names(bool examples)
{
    for (const struct importer *const *each = importers; *each; each++)
        printf("%s%s%s\n", (*each)->name, examples ? " " : "",
               examples ? (*each)->example : "");
}

bool trace_formats(int argc, char **argv, struct error *err)
{
    bool markdown = false, names = false, examples = false;
    const char *name = NULL;
    const struct cli_option options[] = {{.name = "markdown", .flag = &markdown},
                                         {.name = "names", .flag = &names},
                                         {.name = "examples", .flag = &examples},
                                         {.name = NULL}};
    const struct cli_operands operands = {0, 1, "name at most one format", &name};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err);
    const struct importer *importer = ok && name ? importer_find(name) : NULL;
    if (ok && name && !importer)
        ok = trace_unknown_format(name, &arena, err);
    else if (ok && importer)
        (markdown ? print_format_markdown : trace_print_format)(importer);
    else if (ok && (names || examples))
        print_names(examples);
    else if (ok)
        (markdown ? print_index_markdown : print_list)();
    arena_free(&arena);
    return ok;
}
