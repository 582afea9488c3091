#ifndef CLI_TRACE_TEXT_H
#define CLI_TRACE_TEXT_H

/* Figures of traces as people read them: short, with thousands marked. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/calendar.h"

struct shown {
    char text[48];
};

struct shown shown_count(int64_t value);              /* 82,247 */
struct shown shown_real(double value, int digits);    /* 978,078.5; "-" if NAN */
struct shown shown_short(double value);               /* three digits: 0.0123 */
struct shown shown_ms(double ms);                     /* 5.51 h */
struct shown shown_time(int64_t time_ms, bool dated); /* a date, or seconds */

/* A bar of up to `most` columns for 0 to 1; what is not 0 shows.  Returns its columns.
 */
int shown_bar(double frac, int most, FILE *out);

#endif
