#ifndef INPUT_TRACE_EDIT_H
#define INPUT_TRACE_EDIT_H

/*
 * Traces made of traces: cut, put together, scaled, made anonymous.
 *
 * Each fills `to`, which any_trace_read may also have filled: import_result_free on
 * every path.  What went in stays as it was.
 */

#include "input/any_trace.h"

/* No date is moved beyond it: 9999-01-01. */
#define TRACE_LAST_DATE_MS INT64_C(253370764800000)

/* The part of a trace from one time to before another.
 *
 * Of jobs and requests the rows in it.  Of a level what stands at the beginning is
 * written there and what stands at the end becomes 0, so that the part wants what the
 * whole does in that time and nothing outside; of prices what stands at the beginning
 * is written there.  Filters that a kind does not have are an error of usage. */
bool any_trace_select(const struct import_result *from,
                      const struct trace_filter *filter, struct import_result *to,
                      struct error *err) MUST_CHECK;

/* The union by time of n >= 1 traces of one kind, with dates or all without; rows of
 * one instant are in order of the traces.
 *
 * An id that two traces have gets the name of its file before it: "march:17".  Where no
 * trace has ids the rows are numbered anew.  Levels of one series are added up, as each
 * stands: the part of a level that any_trace_select cut out goes back in its place. */
bool any_trace_merge(const struct import_result *const from[], size_t n,
                     struct import_result *to, struct error *err) MUST_CHECK;

/* Factors in millionths, 1 being 1,000,000.
 *
 * `rows` of jobs and requests: each row is kept, dropped or repeated, by a draw of its
 * own from (seed, its place), so that a larger factor keeps what a smaller one kept;
 * the copies of job 17 are 17+1, 17+2.  `gpus` of jobs, at least 1, and of levels,
 * rounded. `durations` of jobs, and their limits in proportion.  `time` stretches the
 * times of rows from the first one on; what a job's deadline and start are after its
 * submit stays. */
#define TRACE_SCALE_ONE INT64_C(1000000)
#define TRACE_SCALE_MAX (1000 * TRACE_SCALE_ONE)
struct trace_scale {
    int64_t rows, gpus, durations, time;
    uint64_t seed;
};
bool any_trace_scale(const struct import_result *from, const struct trace_scale *scale,
                     struct import_result *to, struct error *err) MUST_CHECK;

/* Words by HMAC-SHA-256 (FIPS 198-1) of what they are and of the text: "tenant-" and 12
 * hexadecimal digits, ids 16 digits.  Equal texts get equal words under one key, in
 * whichever trace.  Replaced are ids, tenants, workloads, pools, jurisdictions,
 * providers, regions and names of models; classes, sizes, times, limits and priorities
 * stay.  `begin_ms` other than INT64_MIN moves dates by whole weeks, so that the first
 * row is in the week that begins then: weekdays and hours stay. */
#define TRACE_KEY_MIN 16
#define TRACE_KEY_MAX 4096
struct trace_disguise {
    const unsigned char *key;
    size_t key_length;
    int64_t begin_ms;
};
bool any_trace_anonymise(const struct import_result *from,
                         const struct trace_disguise *disguise,
                         struct import_result *to, struct error *err) MUST_CHECK;

#endif
