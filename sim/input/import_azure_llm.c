#include "input/import.h"

enum { TIMESTAMP, CONTEXT, GENERATED };

static const struct import_column columns[] = {{.name = "TIMESTAMP"},
                                               {.name = "ContextTokens"},
                                               {.name = "GeneratedTokens"},
                                               {.name = NULL}};

static bool take_row(struct import_row *row, struct error *err)
{
    struct import_request request = {0};
    bool ok = import_date(row, TIMESTAMP, &request.time_ms, err) &&
              import_whole(row, CONTEXT, 0, REQUEST_TOKENS_MAX, &request.prompt_tokens,
                           err) &&
              import_whole(row, GENERATED, 0, REQUEST_TOKENS_MAX,
                           &request.output_tokens, err);
    return ok && import_add_request(row->import, &request,
                                    (struct place){row->path, row->line, 0}, err);
}

static bool read_azure_llm(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {
    {"requests", IMPORT_REQUESTS, "a request trace"}, {.name = NULL}};

const struct importer import_azure_llm = {
    .name = "azure-llm",
    .summary = "Azure inference of large language models, 2023 and 2024: requests.",
    .source = "Patel et al., Splitwise: Efficient Generative LLM Inference Using Phase "
              "Splitting (ISCA 2024); Stojkovic et al., DynamoLLM (HPCA 2025); "
              "Azure/AzurePublicDataset (CC-BY-4.0)",
    .shape = "A CSV file with the columns `TIMESTAMP,ContextTokens,GeneratedTokens`; "
             "dates as `2023-11-16 18:15:46.6805900` or, in 2024, with a zone.",
    .keeps = "TIMESTAMP to the millisecond, ContextTokens as prompt tokens, "
             "GeneratedTokens as output tokens.",
    .drops = "Nothing.",
    .assumes = "Dates without a zone are UTC unless `--zone` says otherwise; digits "
               "beyond milliseconds are cut off.",
    .example = "AzureLLMInferenceTrace_conv.csv -o requests.csv",
    .forms = forms,
    .dated = true,
    .naive_dates = true,
    .read = read_azure_llm,
};
