#ifndef CLI_TRACE_CMD_H
#define CLI_TRACE_CMD_H

/*
 * `tenure trace VERB`: cmd_trace.c knows the verbs, and each stands in a file of its
 * own, cmd_trace_VERB.c.  argv[0] is "trace VERB"; the result is
 * success.
 */

#include "base/arena.h"
#include "base/errors.h"
#include "input/importer.h"
#include "input/scenario.h"

bool trace_anonymise(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_check_verb(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_convert(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_formats(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_generate(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_stats(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_fit_verb(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_merge(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_scale(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_slice(int argc, char **argv, struct error *err) MUST_CHECK;

/* Options that several verbs have. */
bool trace_need_option(const char *value, const char *verb, const char *option,
                       struct error *err) MUST_CHECK;

/* An error that lists the formats; false. */
bool trace_unknown_format(const char *name, struct arena *arena, struct error *err);

/* For --help: the page of the format that --from names, if it does. */
bool trace_convert_help(int argc, char **argv);
void trace_print_format(const struct importer *importer);

/* cmd_trace_level.c: of a scenario whose demand is levels alone, a level trace. */
bool trace_generate_level(const struct scenario *scenario, uint64_t replication,
                          const char *path, struct error *err) MUST_CHECK;

#endif
