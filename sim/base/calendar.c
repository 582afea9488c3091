#include "base/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct civil {
    int64_t year;
    int month, day; /* from 1 */
};

/* Days since 1970-01-01 (Hinnant 2013): years begin in March, so that the leap day is
 * the last of its year. */
static int64_t days_from_civil(struct civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year =
        (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct civil civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
        365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1),
    };
}

static int64_t day_of(int64_t unix_ms)
{
    return unix_ms / MS_PER_D - (unix_ms % MS_PER_D < 0);
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* What is left to read, and what went wrong first. */
struct reader {
    const char *at, *end;
    const char *wrong; /* NULL while all is well */
};

static bool take(struct reader *in, const char *allowed)
{
    if (in->wrong || in->at == in->end || !*in->at || !strchr(allowed, *in->at))
        return false;
    in->at++;
    return true;
}

static void need(struct reader *in, const char *allowed, const char *wrong)
{
    if (!take(in, allowed) && !in->wrong)
        in->wrong = wrong;
}

static int take_number(struct reader *in, int digits, int min, int max,
                       const char *wrong)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        need(in, "0123456789", wrong);
        if (in->wrong)
            return min;
        value = 10 * value + (in->at[-1] - '0');
    }
    if (value < min || value > max) {
        in->wrong = wrong;
        return min;
    }
    return value;
}

static int64_t take_date(struct reader *in)
{
    struct civil date;
    date.year = take_number(in, 4, 1, 9999, "the year is not of 0001 to 9999");
    need(in, "-", "a '-' must follow the year");
    date.month = take_number(in, 2, 1, 12, "the month is not of 01 to 12");
    need(in, "-", "a '-' must follow the month");
    date.day = take_number(in, 2, 1, 31, "the day is not of 01 to 31");
    if (!in->wrong && date.day > days_in_month(date.year, date.month))
        in->wrong = "the month has no such day";
    return days_from_civil(date) * MS_PER_D;
}

static int64_t take_fraction_ms(struct reader *in)
{
    int64_t ms = 0;
    int digits = 0;
    for (; take(in, "0123456789"); digits++)
        if (digits < 3)
            ms = 10 * ms + (in->at[-1] - '0');
    if (digits == 0 && !in->wrong)
        in->wrong = "digits must follow the point";
    for (; digits < 3; digits++)
        ms *= 10;
    return ms;
}

static int64_t take_time(struct reader *in)
{
    int64_t ms = take_number(in, 2, 0, 23, "the hour is not of 00 to 23") * MS_PER_H;
    need(in, ":", "a ':' must follow the hour");
    ms += take_number(in, 2, 0, 59, "the minute is not of 00 to 59") * MS_PER_MIN;
    if (take(in, ":")) {
        ms += take_number(in, 2, 0, 59, "the second is not of 00 to 59") * MS_PER_S;
        if (take(in, "."))
            ms += take_fraction_ms(in);
    }
    return ms;
}

/* What must be subtracted to come to UTC. */
static int64_t take_zone(struct reader *in)
{
    if (take(in, "Zz") || !take(in, "+-"))
        return 0;
    int64_t sign = in->at[-1] == '-' ? -1 : 1;
    int64_t ms = take_number(in, 2, 0, 23, "the zone's hour is not of 00 to 23");
    ms *= MS_PER_H;
    need(in, ":", "a ':' must follow the zone's hour");
    ms +=
        take_number(in, 2, 0, 59, "the zone's minute is not of 00 to 59") * MS_PER_MIN;
    return sign * ms;
}

bool calendar_parse(const char *text, size_t length, int64_t *unix_ms,
                    struct error *err)
{
    struct reader in = {.at = text, .end = text + length};
    int64_t ms = take_date(&in);
    if (!in.wrong && in.at < in.end) {
        need(&in, "Tt ", "a 'T' must follow the day");
        ms += take_time(&in);
        ms -= take_zone(&in);
    }
    if (!in.wrong && in.at < in.end)
        in.wrong = "something follows it";
    int64_t first = days_from_civil((struct civil){1, 1, 1}) * MS_PER_D;
    int64_t after = days_from_civil((struct civil){10000, 1, 1}) * MS_PER_D;
    if (!in.wrong && (ms < first || ms >= after))
        in.wrong = "in UTC the year is not of 0001 to 9999";
    if (in.wrong) {
        int shown = length < 60 ? (int)length : 60;
        return error_set(err,
                         "'%.*s' is not a date: %s; write it as '2026-01-31' or "
                         "'2026-01-31T12:30:00Z'",
                         shown, text, in.wrong);
    }
    *unix_ms = ms;
    return true;
}

void calendar_format(int64_t unix_ms, char text[CALENDAR_TEXT])
{
    int64_t day = day_of(unix_ms);
    struct civil date = civil_from_days(day);
    /* Modulo first: day * MS_PER_D may lie below INT64_MIN. */
    int64_t ms = unix_ms % MS_PER_D;
    ms += ms < 0 ? MS_PER_D : 0;

    int n = snprintf(text, CALENDAR_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02d",
                     (long long)date.year, date.month, date.day, (int)(ms / MS_PER_H),
                     (int)(ms / MS_PER_MIN % 60), (int)(ms / MS_PER_S % 60));
    assert(n > 0 && n < CALENDAR_TEXT - 5);
    if (ms % MS_PER_S)
        snprintf(text + n, CALENDAR_TEXT - (size_t)n, ".%03dZ", (int)(ms % MS_PER_S));
    else
        snprintf(text + n, CALENDAR_TEXT - (size_t)n, "Z");
}

int64_t calendar_add_months(int64_t unix_ms, int64_t months)
{
    int64_t day = day_of(unix_ms);
    struct civil date = civil_from_days(day);
    int64_t month_index = date.year * 12 + (date.month - 1) + months;
    date.year = month_index / 12 - (month_index % 12 < 0);
    date.month = (int)(month_index - date.year * 12) + 1;
    int last = days_in_month(date.year, date.month);
    if (date.day > last)
        date.day = last;
    return days_from_civil(date) * MS_PER_D + (unix_ms - day * MS_PER_D);
}

int64_t calendar_add(int64_t unix_ms, struct span span)
{
    int64_t sum;
    bool overflow = __builtin_add_overflow(calendar_add_months(unix_ms, span.months),
                                           span.ms, &sum);
    assert(!overflow);
    return sum;
}

int64_t calendar_month_start(int64_t unix_ms)
{
    struct civil date = civil_from_days(day_of(unix_ms));
    date.day = 1;
    return days_from_civil(date) * MS_PER_D;
}

int64_t calendar_next_month(int64_t unix_ms)
{
    return calendar_add_months(calendar_month_start(unix_ms), 1);
}

int calendar_year(int64_t unix_ms)
{
    return (int)civil_from_days(day_of(unix_ms)).year;
}

int calendar_month(int64_t unix_ms)
{
    return (int)civil_from_days(day_of(unix_ms)).month;
}

int calendar_weekday(int64_t unix_ms)
{
    int64_t days = day_of(unix_ms) + 3; /* 1970-01-01 was a Thursday */
    int64_t weekday = days % 7;
    return (int)(weekday < 0 ? weekday + 7 : weekday);
}
