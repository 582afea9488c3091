#ifndef INPUT_IMPORT_PHILLY_H
#define INPUT_IMPORT_PHILLY_H

/* The two files of Philly: import_philly.c reads the CSV, and hands the JSON on. */

#include "input/import.h"

bool philly_read_json(struct import *import, struct error *err) MUST_CHECK;

/* Of a job's attempts only the last one counts: --attempts last. */
bool philly_last_only(const struct import *import);

#endif
