#ifndef INPUT_REQUEST_TRACE_H
#define INPUT_REQUEST_TRACE_H

/*
 * A request trace: when an inference service was asked, and for how much, as a CSV file
 * with a header and columns in any order; * are required:
 *
 *     time*            seconds from the start, or RFC 3339; one kind per file
 *     prompt_tokens*   whole, 0 to 16,777,215
 *     output_tokens*   the same
 *     model            a word of up to 63 bytes; at most 65,535 of them
 *
 * Plain, gzip or Zstandard; unsorted rows are sorted stably by time.  16 bytes a
 * request, const after loading.
 */

#include "base/names.h"
#include "input/store.h"
#include "input/trace.h"

#define REQUEST_TOKENS_MAX ((1 << 24) - 1)
#define REQUEST_MODELS_MAX 65535

struct request {
    int64_t time_ms; /* unix_ms if trace->absolute, else ms from the start */
    uint64_t prompt_tokens : 24, output_tokens : 24;
    uint64_t model : 16; /* 0: not given; else 1 + the number in trace->models */
};

/* `models` points at `arena`: a trace stays where it was begun. */
struct request_trace {
    struct arena arena;
    const char *path;
    char digest[SHA256_HEX]; /* of the bytes as stored */
    bool absolute;           /* times are dates */
    bool was_sorted;
    struct request *requests; /* by time, equal times in order of the file */
    size_t n, room;
    struct names models;
    int64_t prompt_tokens, output_tokens; /* sums */
};

/* request_trace_free on every path.  A trace without rows is fine here. */
bool request_trace_read(struct request_trace *trace, const char *path,
                        struct error *err) MUST_CHECK;
extern const struct store_kind stored_request_trace; /* of the same */

/* Whether a header line is that of a request trace, and whether a file that can be read
 * twice has such a one. */
bool request_trace_header(const struct csv_header *header);
bool request_trace_sniff(const char *path);
void request_trace_free(struct request_trace *trace);

/* What request_trace_read does with the records of a file, for who reads the file.  A
 * record that is refused leaves the requests as they were.  After the last one
 * request_trace_finish; request_reader_end on every path. */
struct csv_reader request_reader_begin(struct request_trace *trace, const char *path);
void request_reader_end(const struct csv_reader *reader);

/* For importers: an empty trace, rows, and what must be done after the last one.
 * request_trace_model: what goes into `model`; an error without place where there are
 * too many. */
void request_trace_begin(struct request_trace *trace, const char *path, bool absolute);
bool request_trace_model(struct request_trace *trace, const char *text, size_t length,
                         uint16_t *model, struct error *err) MUST_CHECK;
void request_trace_add(struct request_trace *trace, const struct request *request);
void request_trace_finish(struct request_trace *trace);

/* A request of another trace at a time of its own. */
bool request_trace_add_from(struct request_trace *to, const struct request_trace *from,
                            size_t i, int64_t time_ms, struct error *err) MUST_CHECK;

/* The columns above, `model` where some request has one.  Reading it back gives the
 * same rows.  Whole or not at all; "-" is standard output. */
bool request_trace_write(const struct request_trace *trace, const char *path,
                         struct error *err) MUST_CHECK;

void request_trace_check(
    const struct request_trace *trace); /* asserts what must hold */

#endif
