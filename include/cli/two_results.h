#ifndef CLI_TWO_RESULTS_H
#define CLI_TWO_RESULTS_H

/* Commands on two results, A and B: both are opened, the command acts, and both are
 * closed. */

#include "cli/cli.h"
#include "output/saved_run.h"

/* `act` does it; `self` is its own, `arena` is gone when it has returned.  argv[0] is
 * the command's name; the result is the exit code. */
int cli_on_two_results(int argc, char **argv, const struct cli_option options[],
                       bool (*act)(void *self, const struct saved_run runs[2],
                                   struct arena *arena, struct error *err),
                       void *self);

#endif
