#ifndef CLI_STUDY_SUMMARY_PARTS_H
#define CLI_STUDY_SUMMARY_PARTS_H

/* What the two forms of a study's summary share; nobody else includes this. */

#include "cli/study_summary.h"
#include "study/design.h"

#define SUMMARY_POINTS 1000 /* kept in memory, and in JSON */

struct summary_point {
    struct point_statistics of; /* its arrays live in the summary's arena */
};

struct summary_pair {
    struct pair_statistics of;
};

#endif
