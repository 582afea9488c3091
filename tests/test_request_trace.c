#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/calendar.h"
#include "input/request_trace.h"
#include "scratch.h"

static bool read_text(const char *text, struct request_trace *trace, char message[1100])
{
    struct scratch scratch = scratch_file("r.csv", text, strlen(text));
    struct error err = {0};
    bool ok = request_trace_read(trace, scratch.path, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    if (ok)
        request_trace_check(trace);
    scratch_remove(&scratch);
    return ok;
}

static const char unsorted[] = "model,output_tokens,time,prompt_tokens\n"
                               "llama,44,2026-01-02,374\n"
                               "qwen,109,2026-01-01T12:00:00.25Z,396\n"
                               ",0,2026-01-02,16777215\n"
                               "llama,16777215,2026-01-01,0\n";

Test(request_trace, is_sorted_stably_and_keeps_models)
{
    struct request_trace trace;
    char message[1100];
    cr_assert(sizeof(struct request) == 16);
    bool ok = read_text(unsorted, &trace, message);
    cr_assert(ok, "%s", message);
    cr_assert(eq(sz, trace.n, 4));
    const int prompts[] = {0, 396, 374, 16777215};
    for (size_t i = 0; i < trace.n; i++)
        cr_expect(eq(int, (int)trace.requests[i].prompt_tokens, prompts[i]));
    cr_expect(eq(i64, trace.requests[1].time_ms,
                 INT64_C(1767225600000) + 12 * MS_PER_H + 250));
    cr_expect(eq(int, (int)trace.requests[3].model, 0));
    cr_expect(eq(str, (char *)trace.models.text[trace.requests[1].model - 1], "qwen"));
    cr_expect(eq(i64, trace.prompt_tokens, 16777985)); /* 374 + 396 + 16777215 */
    cr_expect(not(trace.was_sorted));
    request_trace_free(&trace);
}

Test(request_trace, what_is_written_reads_back)
{
    struct request_trace trace, again;
    struct error err;
    char message[1100];
    cr_assert(read_text(unsorted, &trace, message), "%s", message);
    struct scratch scratch = scratch_new("out.csv");
    cr_assert(request_trace_write(&trace, scratch.path, &err), "%s", err.text);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(str, text,
                 "time,prompt_tokens,output_tokens,model\n"
                 "2026-01-01T00:00:00Z,0,16777215,llama\n"
                 "2026-01-01T12:00:00.250Z,396,109,qwen\n"
                 "2026-01-02T00:00:00Z,374,44,llama\n"
                 "2026-01-02T00:00:00Z,16777215,0,\n"));
    cr_expect(request_trace_sniff(scratch.path), "is not known as what it is");
    cr_assert(read_text(text, &again, message), "%s", message);
    cr_expect(eq(sz, again.n, trace.n));
    free(text);
    scratch_remove(&scratch);
    request_trace_free(&trace);
    request_trace_free(&again);
}

/* Times at random, against the order that a sort by time and line gives. */
Test(request_trace, many_requests_come_in_order_of_time_and_file)
{
    struct request_trace trace;
    uint64_t state = 11;
    request_trace_begin(&trace, "drawn", false);
    for (int i = 0; i < 20000; i++) {
        struct request request = {.time_ms = (int64_t)draw(&state) * 7 - 3000000000,
                                  .prompt_tokens = (uint64_t)i & 0xffffff};
        if (i % 3)
            request.time_ms = request.time_ms / 100000000;
        request_trace_add(&trace, &request);
    }
    request_trace_finish(&trace);
    request_trace_check(&trace);
    for (size_t i = 1; i < trace.n; i++)
        cr_assert(trace.requests[i - 1].time_ms < trace.requests[i].time_ms ||
                  trace.requests[i - 1].prompt_tokens <
                      trace.requests[i].prompt_tokens);
    request_trace_free(&trace);
}

Test(request_trace, says_what_is_wrong_and_where)
{
#define HEAD "time,prompt_tokens,output_tokens,model\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "r.csv:1: the file is empty; a header line is wanted"},
        {"time,prompt_tokens\n", "r.csv:1: no column 'output_tokens'; a request trace "
                                 "has time, prompt_tokens and output_tokens"},
        {"time,prompt_tokens,output_tokens,modle\n",
         "r.csv:1:4: unknown column 'modle'; did you mean 'model'?"},
        {"time,prompt_tokens,output_tokens,colour\n",
         "r.csv:1:4: unknown column 'colour'; a request trace has time, prompt_tokens, "
         "output_tokens and optional model"},
        {HEAD "0,1,2,\n2026-01-01,1,2,\n",
         "r.csv:3:1: time: '2026-01-01' is a date, but the first time, in line 2, is "
         "in seconds; a trace has one kind throughout"},
        {HEAD "now,1,2,\n",
         "r.csv:2:1: time: 'now' is neither seconds from the start, as 3600.5, nor a "
         "date, as 2026-01-31T12:30:00Z"},
        {HEAD "1e30,1,2,\n",
         "r.csv:2:1: time: '1e30' is further than 200 years from the start"},
        {HEAD "1,-1,2,\n",
         "r.csv:2:2: prompt_tokens: '-1' is not a whole number in 0 to 16777215"},
        {HEAD "1,1,16777216,\n", "r.csv:2:3: output_tokens: '16777216' is not a whole "
                                 "number in 0 to 16777215"},
        {HEAD "1,1.5,2,\n",
         "r.csv:2:2: prompt_tokens: '1.5' is not a whole number in 0 to 16777215"},
        {HEAD "1,1,2,\"a\tb\"\n",
         "r.csv:2:4: model: the word holds a control character"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request_trace trace;
        char message[1100];
        cr_expect(not(read_text(cases[i].text, &trace, message)));
        cr_expect(eq(str, message, (char *)cases[i].message));
        request_trace_free(&trace);
    }
}
