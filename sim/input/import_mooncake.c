#include "input/import.h"

static bool take_element(struct import *import, const json_t *element,
                         struct place place, struct error *err)
{
    struct import_request request = {0};
    return import_json_whole(element, "timestamp", 0, JOB_DURATION_MAX,
                             &request.time_ms, place, err) &&
           import_json_whole(element, "input_length", 0, REQUEST_TOKENS_MAX,
                             &request.prompt_tokens, place, err) &&
           import_json_whole(element, "output_length", 0, REQUEST_TOKENS_MAX,
                             &request.output_tokens, place, err) &&
           import_add_request(import, &request, place, err);
}

static bool read_mooncake(struct import *import, struct error *err)
{
    return import_json(import, NULL, take_element, err);
}

static const struct import_form forms[] = {
    {"requests", IMPORT_REQUESTS, "a request trace"}, {.name = NULL}};

const struct importer import_mooncake = {
    .name = "mooncake",
    .summary = "Mooncake, the serving of Kimi: requests as JSON lines.",
    .source = "Qin et al., Mooncake: Trading More Storage for Less Computation (FAST "
              "2025), github.com/kvcache-ai/Mooncake",
    .shape = "JSON lines: `{\"timestamp\": 27482, \"input_length\": 6955, "
             "\"output_length\": 52, \"hash_ids\": [46, 47]}`; timestamp is "
             "milliseconds from the start.",
    .keeps =
        "timestamp, input_length as prompt tokens, output_length as output tokens.",
    .drops = "Nothing.",
    .assumes = "`hash_ids`, which say what prompts have in common, are not kept: every "
               "prompt counts in full.",
    .example = "conversation_trace.jsonl -o requests.csv",
    .forms = forms,
    .read = read_mooncake,
};
