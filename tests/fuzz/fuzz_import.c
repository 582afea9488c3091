/*
 * One importer: FUZZ_IMPORTER.  Behind the first NUL: a byte for --as, one for --zone,
 * one for --lenient, one for each option of its own (0: not given), and the text that
 * options without a list of choices get; for one that names a second file, that file.
 */

#include "fuzz.h"

enum { SETTINGS_MAX = 32 };

struct drawn {
    struct import_options options;
    struct import_setting settings[SETTINGS_MAX];
    char *line; /* owned */
};

static const char *draw_value(const struct param *param, unsigned byte,
                              struct drawn *drawn, struct fuzz_bytes rest)
{
    size_t n = 0;
    if (param->type == PARAM_BOOL)
        return "true";
    if (param->type == PARAM_CHOICE) {
        while (param->choices[n])
            n++;
        return param->choices[(byte - 1) % n];
    }
    return strcmp(param->name, "jobs") == 0 ? fuzz_file(1, rest) : drawn->line;
}

static void draw(const struct importer *importer, struct drawn *drawn,
                 struct fuzz_bytes rest)
{
    static const char *const zones[] = {NULL, "+08:00", "-03:30", "Z"};
    unsigned as = fuzz_byte(&rest), zone = fuzz_byte(&rest), chosen[SETTINGS_MAX];
    size_t n_forms = 0, n_params = 0;
    *drawn = (struct drawn){.options.lenient = fuzz_byte(&rest) & 1};
    while (importer->forms[n_forms].name)
        n_forms++;
    drawn->options.as = as ? importer->forms[(as - 1) % n_forms].name : NULL;
    if (importer->naive_dates)
        drawn->options.zone = zones[zone % 4];
    while (importer->params && importer->params[n_params].name)
        chosen[n_params++] = fuzz_byte(&rest);
    fuzz_expect(n_params <= SETTINGS_MAX);
    struct fuzz_bytes line = rest;
    drawn->line = fuzz_line(&line);
    for (size_t i = 0; i < n_params; i++)
        if (chosen[i])
            drawn->settings[drawn->options.n_settings++] = (struct import_setting){
                importer->params[i].name,
                draw_value(&importer->params[i], chosen[i], drawn, rest)};
    drawn->options.settings = drawn->settings;
}

static void expect_report(const struct import_report *report,
                          const struct import_options *options)
{
    int64_t rows = report->rows_kept + report->rows_malformed;
    for (size_t i = 0; i < report->n_dropped; i++) {
        fuzz_expect_text(report->dropped[i].reason);
        fuzz_expect(report->dropped[i].rows > 0);
        rows += report->dropped[i].rows;
    }
    fuzz_expect(rows == report->rows_read);
    fuzz_expect(options->lenient || report->rows_malformed == 0);
    for (int64_t i = 0; i < report->rows_malformed && i < IMPORT_SHOWN; i++)
        fuzz_expect_text(report->malformed[i]);
    for (size_t i = 0; i < report->n_notes; i++)
        fuzz_expect_text(report->notes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct importer *importer = importer_find(FUZZ_IMPORTER);
    struct fuzz_input input = fuzz_split(data, size);
    struct drawn drawn;
    struct import_result result;
    struct import_report report;
    struct error err = {0};
    fuzz_expect(importer != NULL);
    draw(importer, &drawn, input.rest);
    if (import_run(importer, fuzz_file(0, input.text), &drawn.options, &result, &report,
                   &err)) {
        expect_report(&report, &drawn.options);
        fuzz_expect_trace(&result);
    } else {
        fuzz_expect_error(&err);
    }
    import_result_free(&result);
    free(drawn.line);
    return 0;
}
