/* `tenure trace merge`: several traces as one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/trace_edit.h"

#define MERGE_MAX 256

static bool write_union(const struct import_result *const from[], size_t n,
                        const char *out, struct error *err)
{
    struct import_result merged;
    bool ok = any_trace_merge(from, n, &merged, err) &&
              import_result_write(&merged, out, err);
    if (ok)
        fprintf(stderr, "%zu %s of %zu traces written\n", any_trace_rows(&merged),
                any_trace_count_noun(&merged, any_trace_rows(&merged)), n);
    import_result_free(&merged);
    return ok;
}

static bool merge(const char *const paths[], size_t n, const char *out,
                  struct error *err)
{
    struct import_result *traces = calloc(n, sizeof *traces);
    const struct import_result **list = calloc(n, sizeof *list);
    if (!traces || !list)
        out_of_memory();
    bool ok = true;
    size_t read = 0;
    while (ok && read < n) {
        list[read] = &traces[read];
        ok = any_trace_read(&traces[read], paths[read], err);
        read++;
    }
    ok = ok && write_union(list, n, out, err);
    while (read-- > 0)
        import_result_free(&traces[read]);
    free(list);
    free(traces);
    return ok;
}

static bool check_streams(const char *const paths[], size_t n, struct error *err)
{
    size_t streams = 0;
    for (size_t i = 0; i < n; i++)
        streams += strcmp(paths[i], "-") == 0;
    return streams < 2 || error_kind_set(err, ERROR_USAGE,
                                         "trace merge: only one of the traces can be "
                                         "standard input");
}

bool trace_merge(int argc, char **argv, struct error *err)
{
    const char *paths[MERGE_MAX] = {NULL}, *out = NULL;
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &out}, {.name = NULL}};
    const struct cli_operands operands = {2, MERGE_MAX, "name 2 to 256 traces", paths};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              trace_need_option(out, argv[0], "-o OUT", err);
    size_t n = 0;
    while (ok && n < MERGE_MAX && paths[n])
        n++;
    ok = ok && check_streams(paths, n, err) && merge(paths, n, out, err);
    arena_free(&arena);
    return ok;
}
