/* Importers that give requests: Azure, BurstGPT, Mooncake. */

#include <zlib.h>
#include <zstd.h>

#include "import_text.h"

#define AZURE "TIMESTAMP,ContextTokens,GeneratedTokens\n"

Test(azure_llm, takes_both_shapes_of_dates)
{
    struct import_result result;
    struct import_report report;
    struct import_options options = {.zone = "-08:00"};
    import_good("azure-llm",
                AZURE "2031-11-16 18:15:46.6805900,374,44\r\n"
                      "2031-05-10 00:00:00.009930+00:00,2162,5\r\n",
                &options, &result, &report);
    const struct request_trace *trace = &result.requests;
    cr_assert(eq(sz, trace->n, 2));
    /* 2031-05-10T00:00Z is 1936137600; 2031-11-17T02:15:46Z is 1952648146. */
    cr_expect(eq(i64, trace->requests[0].time_ms, INT64_C(1936137600009)));
    cr_expect(eq(i64, trace->requests[1].time_ms, INT64_C(1952648146680)));
    cr_expect(eq(int, (int)trace->requests[0].prompt_tokens, 2162));
    cr_expect(eq(int, (int)trace->requests[1].output_tokens, 44));
    cr_expect(eq(sz, report.n_notes, 1));
    import_result_free(&result);
}

Test(azure_llm, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"TIMESTAMP,ContextTokens\n",
         "log.csv:1: no column 'GeneratedTokens', which this format has"},
        {AZURE "2031-11-16 18:15:46,-1,44\n",
         "log.csv:2:2: ContextTokens: '-1' is not a whole number in 0 to 16777215"},
        {AZURE "2031-11-16 18:15:46,1,16777216\n",
         "log.csv:2:3: GeneratedTokens: '16777216' is not a whole number in 0 to "
         "16777215"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("azure-llm", cases[i][0], NULL, cases[i][1]);
}

/* 19,366 requests with means of 1,154.7 and 211.1 tokens. */
Test(azure_llm, reads_the_real_file_whole)
{
    struct import_result result;
    struct import_report report;
    import_real("azure-llm", "azure-llm-2023-conv.csv", NULL, &result, &report);
    cr_expect(eq(i64, report.rows_kept, 19366));
    cr_expect(eq(sz, report.n_dropped, 0));
    const struct request_trace *trace = &result.requests;
    int64_t n = (int64_t)trace->n;
    cr_expect(eq(i64, (trace->prompt_tokens * 10 + n / 2) / n, 11547));
    cr_expect(eq(i64, (trace->output_tokens * 10 + n / 2) / n, 2111));
    import_result_free(&result);
}

#define BURST "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"

Test(burstgpt, keeps_models_and_drops_what_failed)
{
    static const char text[] = BURST "5,ChatGPT,472,18,490,Conversation log\n"
                                     "45,ChatGPT,1087,0,1087,API log\n"
                                     "118.5,GPT-4,417,276,693,Conversation log\n";
    struct import_result result;
    struct import_report report;
    import_good("burstgpt", text, NULL, &result, &report);
    const struct request_trace *trace = &result.requests;
    cr_assert(eq(sz, trace->n, 2));
    cr_expect(not(trace->absolute));
    cr_expect(eq(i64, trace->requests[1].time_ms, 118500));
    cr_expect(
        eq(str, (char *)trace->models.text[trace->requests[1].model - 1], "GPT-4"));
    cr_expect(eq(i64, dropped(&report, "failed: no response tokens"), 1));
    import_result_free(&result);
    import_good("burstgpt", text, with("keep_failed", "true"), &result, &report);
    cr_expect(eq(sz, result.requests.n, 3));
    import_result_free(&result);
    import_wrong("burstgpt", BURST "-5,ChatGPT,472,18,490,Conversation log\n", NULL,
                 "log.csv:2:1: Timestamp: -5 is not in 0 to 200 years");
    import_wrong("burstgpt", "Timestamp,Model\n", NULL,
                 "log.csv:1: no column 'Request tokens', which this format has");
}

Test(mooncake, reads_lines_of_json)
{
    struct import_result result;
    struct import_report report;
    import_good(
        "mooncake",
        "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, "
        "\"hash_ids\": [0, 1]}\n"
        "{\"timestamp\": 3052, \"input_length\": 2287.0, \"output_length\": 26}\n",
        NULL, &result, &report);
    cr_assert(eq(sz, result.requests.n, 2));
    cr_expect(eq(i64, result.requests.requests[1].time_ms, 3052));
    cr_expect(eq(int, (int)result.requests.requests[1].prompt_tokens, 2287));
    import_result_free(&result);
}

Test(mooncake, says_what_is_wrong_and_where)
{
    static const char *const cases[][2] = {
        {"{\"timestamp\": 0}\n",
         "log.csv:1: there is no 'input_length', which this format has"},
        {"\n{\"timestamp\": -1, \"input_length\": 1}\n",
         "log.csv:2: timestamp: is not a whole number in 0 to 6307200000000"},
        {"{\"timestamp\": 0.5, \"input_length\": 1}\n",
         "log.csv:1: timestamp: is not a whole number in 0 to 6307200000000"},
        {"{\"timestamp\": \"0\", \"input_length\": 1}\n",
         "log.csv:1: timestamp: is a text, but a number is wanted"},
        {"[1]\n", "log.csv:1: this is a number; an object with 'timestamp' is wanted"},
        {"{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 16777216}\n",
         "log.csv:1: output_length: is not a whole number in 0 to 16777215"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        import_wrong("mooncake", cases[i][0], NULL, cases[i][1]);
}

Test(mooncake, lenient_skips_elements_and_shows_them)
{
    struct import_result result;
    struct import_report report;
    struct import_options options = {.lenient = true};
    import_good("mooncake",
                "{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 2}\n"
                "{\"timestamp\": 1}\n"
                "{\"timestamp\": nothing}\n"
                "{\"timestamp\": 2, \"input_length\": 3, \"output_length\": 4}\n",
                &options, &result, &report);
    cr_expect(eq(sz, result.requests.n, 2));
    cr_expect(eq(i64, report.rows_read, 4));
    cr_expect(eq(i64, report.rows_malformed, 2));
    const char *broken = strstr(report.malformed[1], "log.csv:3: this is no JSON: ");
    cr_expect(broken != NULL, "%s", report.malformed[1]);
    import_result_free(&result);
}

/* ---- packed files, of each kind of reader ---- */

static const struct {
    const char *from, *text;
} packed[] = {
    {"azure-llm", AZURE "2031-11-16 18:15:46.680,374,44\n"},
    {"mooncake", "{\"timestamp\": 7, \"input_length\": 1, \"output_length\": 2}\n"},
    {"swf", "; UnixStartTime: 1000000\n15 10 3 735 4 -1 -1 8 3600 -1 1 7\n"},
};

static void check_packed(const char *from, const struct scratch *scratch)
{
    struct import_result result;
    struct import_report report;
    struct error err = {0};
    bool ok =
        import_run(importer_find(from), scratch->path, NULL, &result, &report, &err);
    cr_expect(ok, "%s: %s", from, err.text);
    cr_expect(eq(i64, report.rows_kept, 1));
    import_result_free(&result);
}

Test(importers, gzip_is_read_as_it_is)
{
    for (size_t i = 0; i < COUNT(packed); i++) {
        struct scratch scratch = scratch_new("log.gz");
        gzFile file = gzopen(scratch.path, "wb");
        cr_assert(gzputs(file, packed[i].text) > 0 && gzclose(file) == Z_OK);
        check_packed(packed[i].from, &scratch);
        scratch_remove(&scratch);
    }
}

Test(importers, zstandard_is_read_as_it_is)
{
    for (size_t i = 0; i < COUNT(packed); i++) {
        char bytes[1024];
        size_t length = ZSTD_compress(bytes, sizeof bytes, packed[i].text,
                                      strlen(packed[i].text), 3);
        cr_assert(not(ZSTD_isError(length)));
        struct scratch scratch = scratch_file("log.zst", bytes, length);
        check_packed(packed[i].from, &scratch);
        scratch_remove(&scratch);
    }
}
