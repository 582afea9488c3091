#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

/*
 * Instants and spans of the proleptic Gregorian calendar, in UTC.
 *
 * An instant is int64_t ms since 1970-01-01T00:00:00Z ("unix_ms"), leap seconds not
 * counted.  The simulation's own clock is ms since the scenario's start; the two meet
 * only where dates enter and leave.  Years 1 to 9999.  Algorithms: Howard Hinnant,
 * "chrono-compatible low-level date algorithms" (2013), days_from_civil and
 * civil_from_days.
 */

#include <stddef.h>

#include "base/errors.h"

#define MS_PER_S   INT64_C(1000)
#define MS_PER_MIN INT64_C(60000)
#define MS_PER_H   INT64_C(3600000)
#define MS_PER_D   INT64_C(86400000)
#define MS_PER_Y   (365 * MS_PER_D) /* a year in rates */
#define MS_PER_MO  (MS_PER_Y / 12)  /* a month in rates */

/* A length of time.  Days and shorter have a fixed length; months and years end on
 * the calendar anniversary (the 31st becomes the month's last day). */
struct span {
    int64_t months;
    int64_t ms;
};

/* RFC 3339: "2026-01-01", "2026-01-01T12:30", "2026-01-01 12:30:00.25+02:00", "...Z".
 * Without a zone it is UTC.  Up to ms are kept, further digits rounded down; a 60th
 * second is refused.  The text need not end in NUL.  The error says what is wrong and
 * shows a right form, without a place. */
bool calendar_parse(const char *text, size_t length, int64_t *unix_ms,
                    struct error *err) MUST_CHECK;

/* "2026-01-01T00:00:00Z", with ".250" only when the ms are not zero. */
#define CALENDAR_TEXT 32
void calendar_format(int64_t unix_ms, char text[CALENDAR_TEXT]);

int64_t calendar_add_months(int64_t unix_ms, int64_t months);
int64_t calendar_add(int64_t unix_ms, struct span span);

/* The first instant of the month that holds `unix_ms`, and of the next one. */
int64_t calendar_month_start(int64_t unix_ms);
int64_t calendar_next_month(int64_t unix_ms);

/* The year, and the month from 1 to 12. */
int calendar_year(int64_t unix_ms);
int calendar_month(int64_t unix_ms);

/* 0 is Monday. */
int calendar_weekday(int64_t unix_ms);

#endif
