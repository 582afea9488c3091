#include "cli/two_results.h"

int cli_on_two_results(int argc, char **argv, const struct cli_option options[],
                       bool (*act)(void *self, const struct saved_run runs[2],
                                   struct arena *arena, struct error *err),
                       void *self)
{
    const char *dirs[2] = {NULL};
    const struct cli_operands operands = {2, 2, "name two result directories", dirs};
    struct saved_run runs[2] = {0};
    struct arena arena = {0};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &arena, &err) &&
              saved_run_open(&runs[0], dirs[0], &err) &&
              saved_run_open(&runs[1], dirs[1], &err) && act(self, runs, &arena, &err);
    saved_run_close(&runs[0]);
    saved_run_close(&runs[1]);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}
