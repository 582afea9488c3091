/* `tenure trace anonymise`: words that say nothing. */

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/trace_edit.h"

struct anonymise {
    const char *in, *out, *key, *seed, *begin;
    unsigned char bytes[TRACE_KEY_MAX];
    struct trace_disguise disguise;
};

/* Up to `most` bytes of a file. */
static bool read_bytes(const char *path, unsigned char *bytes, size_t most,
                       size_t *length, struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_errno(err, path);
    *length = fread(bytes, 1, most, file);
    bool ok = !ferror(file) || error_errno(err, path);
    fclose(file);
    return ok;
}

static bool take_key(struct anonymise *anonymise, struct error *err)
{
    size_t *length = &anonymise->disguise.key_length;
    int64_t seed;
    anonymise->disguise.key = anonymise->bytes;
    if (anonymise->key && anonymise->seed)
        return error_kind_set(err, ERROR_USAGE,
                              "trace anonymise: --key and --seed exclude each other");
    if (anonymise->seed) {
        if (!cli_whole_number(anonymise->seed, "--seed", &seed, err))
            return false;
        *length = (size_t)snprintf((char *)anonymise->bytes, TRACE_KEY_MAX,
                                   "tenure trace anonymise %lld", (long long)seed);
        return true;
    }
    if (!anonymise->key)
        return read_bytes("/dev/urandom", anonymise->bytes, 32, length, err);
    return read_bytes(anonymise->key, anonymise->bytes, TRACE_KEY_MAX, length, err) &&
           (*length >= TRACE_KEY_MIN ||
            error_set(err,
                      "%s: a key of %zu bytes can be guessed; give at least 16 random "
                      "ones",
                      anonymise->key, *length));
}

static bool take_begin(struct anonymise *anonymise, struct error *err)
{
    const char *text = anonymise->begin;
    struct error why;
    anonymise->disguise.begin_ms = INT64_MIN;
    return !text ||
           calendar_parse(text, strlen(text), &anonymise->disguise.begin_ms, &why) ||
           error_kind_set(err, ERROR_USAGE, "--begin: %s", why.text);
}

static bool disguise(const struct anonymise *anonymise, struct error *err)
{
    struct import_result all;
    bool ok = any_trace_read(&all, anonymise->in, err);
    if (ok) {
        struct import_result hidden;
        ok = any_trace_anonymise(&all, &anonymise->disguise, &hidden, err) &&
             import_result_write(&hidden, anonymise->out, err);
        if (ok)
            fprintf(stderr, "%zu %s written\n", any_trace_rows(&hidden),
                    any_trace_count_noun(&hidden, any_trace_rows(&hidden)));
        import_result_free(&hidden);
    }
    import_result_free(&all);
    return ok;
}

bool trace_anonymise(int argc, char **argv, struct error *err)
{
    struct anonymise anonymise = {0};
    const struct cli_option options[] = {
        {.name = "key", .value = &anonymise.key},
        {.name = "seed", .value = &anonymise.seed},
        {.name = "begin", .value = &anonymise.begin},
        {.name = "output", .letter = 'o', .value = &anonymise.out},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace to make anonymous",
                                          &anonymise.in};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              trace_need_option(anonymise.out, argv[0], "-o OUT", err) &&
              take_begin(&anonymise, err) && take_key(&anonymise, err) &&
              disguise(&anonymise, err);
    arena_free(&arena);
    return ok;
}
