#ifndef OUTPUT_AUDIT_H
#define OUTPUT_AUDIT_H

/*
 * Proves the books of a result directory from its files alone.
 *
 * By hash: the manifest is as it was written, every file it lists has the digest it
 * says, and no other file is there.  By identity (also without hashes): GPU time
 * conserves in every interval, the intervals join, every job's times agree, the bases
 * of the ledger agree with items, pools and intervals, and all of summary.csv that can
 * be recomputed is recomputed and compared digit by digit.
 *
 * Everything is compared in integers, exactly, except metrics that were discounted:
 * those follow from parts that are themselves rounded in the file, and may differ by
 * what that rounding can explain (see docs/outputs.md).
 *
 * What no other file or column says is marked in the tables of columns.h and
 * metrics.h; there only the form is checked.
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/errors.h"

struct finding {
    const char *text; /* "timeline.csv:17: idle_usd: ..." */
};

#define FINDINGS_MAX 20

struct audit_report {
    struct arena arena;
    struct finding findings[FINDINGS_MAX]; /* the first ones */
    int64_t n_findings;                    /* all of them */
    int64_t n_files, n_rows, n_checks;     /* what was looked at */
    bool billing_short; /* billing_until: last_start: utilization may pass 100 % */
    const char *study;  /* "mc": a study, of which the hashes alone are checked; NULL */
};

/* False only where the directory could not be read at all, or is no result; findings
 * are in the report, which the caller frees in any case. */
bool audit_dir(const char *dir, bool with_hashes, struct audit_report *report,
               struct error *err) MUST_CHECK;

/* The hashes alone: whether the directory is the result of a run as it was written; a
 * study is an error. */
bool audit_hashes(const char *dir, struct audit_report *report,
                  struct error *err) MUST_CHECK;

/* That a result, of a run or a study, is as it was written: else the first finding is
 * an error of the kind ERROR_AUDIT. */
bool audit_unchanged(const char *dir, bool is_study, struct error *err) MUST_CHECK;

void audit_free(struct audit_report *report);

#endif
