#ifndef CLI_TRACE_CMD_H
#define CLI_TRACE_CMD_H

/*
 * `tenure trace VERB`: the verbs that look at a trace stand in cmd_trace.c, those that
 * write one in cmd_trace_write.c.  argv[0] is "trace VERB"; the result is success.
 */

#include "base/errors.h"

bool trace_convert(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_generate(int argc, char **argv, struct error *err) MUST_CHECK;
bool trace_slice(int argc, char **argv, struct error *err) MUST_CHECK;

#endif
