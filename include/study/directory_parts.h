#ifndef STUDY_DIRECTORY_PARTS_H
#define STUDY_DIRECTORY_PARTS_H

/* What directory.c and directory_look.c share; nobody else includes this. */

#include <jansson.h>

#include "study/directory.h"

#define SHARDS_NAME "shards"

/* Whether Tenure writes files of that name as results, of runs or of studies. */
bool directory_is_output(const char *name);

/* ".NAME.tmp" of a file that may stand there, or a temporary file that was not yet
 * without a name when its process was killed. */
bool directory_is_hidden(const char *name);

/* Whether there is a plan of Tenure's, of this version or another; a descriptor. */
bool directory_has_plan(int dir);

/* Whether one of shards/I-of-N has one. */
bool directory_has_shards(const char *dir);

/* The manifest of a result of Tenure's, a new reference; else NULL. */
json_t *directory_manifest(int dir);

#endif
