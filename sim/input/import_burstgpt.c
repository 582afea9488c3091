#include "input/import.h"

struct options {
    bool keep_failed;
};

static const struct param params[] = {
    {PARAM_FLAG(struct options, "keep_failed", keep_failed, "false",
                "keep requests without a response; they cost their prompt")},
    PARAMS_END,
};

enum { TIMESTAMP, MODEL, REQUEST, RESPONSE };

static const struct import_column columns[] = {{.name = "Timestamp"},
                                               {.name = "Model"},
                                               {.name = "Request tokens"},
                                               {.name = "Response tokens"},
                                               {.name = NULL}};

static bool take_row(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    struct import_request request = {.model = import_text(row, MODEL)};
    if (!import_is_word(request.model.text, request.model.length, JOB_WORD_MAX))
        return import_refuse(row, MODEL, "is no word of up to 63 bytes", err);
    bool ok =
        import_ms(row, TIMESTAMP, &request.time_ms, err) &&
        import_whole(row, REQUEST, 0, REQUEST_TOKENS_MAX, &request.prompt_tokens,
                     err) &&
        import_whole(row, RESPONSE, 0, REQUEST_TOKENS_MAX, &request.output_tokens, err);
    if (!ok)
        return false;
    if (request.output_tokens == 0 && !options->keep_failed)
        return import_drop(row, "failed: no response tokens");
    return import_add_request(row->import, &request,
                              (struct place){row->path, row->line, 0}, err);
}

static bool read_burstgpt(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {
    {"requests", IMPORT_REQUESTS, "a request trace"}, {.name = NULL}};

const struct importer import_burstgpt = {
    .name = "burstgpt",
    .summary = "BurstGPT: requests to ChatGPT and GPT-4 on a campus, by model.",
    .source = "Wang et al., BurstGPT: A Real-World Workload Dataset to Optimize LLM "
              "Serving Systems (KDD 2025), github.com/HPMLL/BurstGPT (CC-BY-4.0)",
    .shape = "A CSV file with the columns `Timestamp,Model,Request tokens,Response "
             "tokens,Total tokens,Log Type`; Timestamp is seconds from the start.",
    .keeps = "Timestamp, Request tokens as prompt tokens, Response tokens as output "
             "tokens, Model.",
    .drops = "Requests without response tokens, which failed, unless `--keep-failed`.",
    .assumes =
        "Conversations and calls of the API (Log Type) are not told apart; Total "
        "tokens, their sum, is not read.",
    .example = "BurstGPT_1.csv -o requests.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .read = read_burstgpt,
};
