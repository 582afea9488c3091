#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int64_t at(const char *text)
{
    struct error err;
    int64_t unix_ms = 0;
    bool ok = calendar_parse(text, strlen(text), &unix_ms, &err);
    cr_assert(ok, "%s", err.text);
    return unix_ms;
}

Test(calendar, dates_become_instants)
{
    static const struct {
        const char *text;
        int64_t unix_ms;
    } cases[] = {
        {"1970-01-01", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"2026-01-01", 1767225600000},
        {"2026-01-01T12:30", 1767270600000},
        {"2026-01-01 12:30:00.25+02:00", 1767263400250},
        {"2026-01-01t12:30:00z", 1767270600000},
        {"2026-01-01T12:30:00-00:30", 1767272400000},
        {"2026-01-01T12:30Z", 1767270600000},
        {"2024-02-29", 1709164800000},
        {"2000-02-29", 951782400000},
        {"1969-12-31T23:59:59.9999", -1},
        {"2026-01-01T00:00:00.0009", 1767225600000},
        {"2026-01-01T00:00:00.123456789", 1767225600123},
        {"0001-01-01", -62135596800000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
        {"1999-12-31T23:59:59-23:59", 946771139000},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(i64, at(cases[i].text), cases[i].unix_ms), "%s", cases[i].text);
}

Test(calendar, what_is_no_date_is_refused_with_the_reason)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the year is not of 0001 to 9999"},
        {"26-01-01", "the year is not of 0001 to 9999"},
        {"0000-01-01", "the year is not of 0001 to 9999"},
        {"20260101", "a '-' must follow the year"},
        {"2026/01/01", "a '-' must follow the year"},
        {"2026-13-01", "the month is not of 01 to 12"},
        {"2026-00-01", "the month is not of 01 to 12"},
        {"2026-1-1", "the month is not of 01 to 12"},
        {"2026-01", "a '-' must follow the month"},
        {"2026-01-00", "the day is not of 01 to 31"},
        {"2026-02-29", "the month has no such day"},
        {"1900-02-29", "the month has no such day"},
        {"2026-04-31", "the month has no such day"},
        {"2026-01-01Z", "a 'T' must follow the day"},
        {"2026-01-01T", "the hour is not of 00 to 23"},
        {"2026-01-01T12", "a ':' must follow the hour"},
        {"2026-01-01T24:00", "the hour is not of 00 to 23"},
        {"2026-01-01T12:60", "the minute is not of 00 to 59"},
        {"2026-06-30T23:59:60Z", "the second is not of 00 to 59"},
        {"2026-01-01T12:30:00.", "digits must follow the point"},
        {"2026-01-01T12:30:00.Z", "digits must follow the point"},
        {"2026-01-01T12:30:00+2", "the zone's hour is not of 00 to 23"},
        {"2026-01-01T12:30:00+02", "a ':' must follow the zone's hour"},
        {"2026-01-01T12:30:00+0200", "a ':' must follow the zone's hour"},
        {"2026-01-01T12:30:00+02:75", "the zone's minute is not of 00 to 59"},
        {"2026-01-01T12:30:00ZZ", "something follows it"},
        {"2026-01-01 ", "the hour is not of 00 to 23"},
        {"0001-01-01T00:00:00+00:01", "in UTC the year is not of 0001 to 9999"},
        {"9999-12-31T23:59:59-00:01", "in UTC the year is not of 0001 to 9999"},
        {"-2026-01-01", "the year is not of 0001 to 9999"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        int64_t unix_ms;
        char want[256];
        snprintf(want, sizeof want,
                 "'%s' is not a date: %s; write it as '2026-01-31' or "
                 "'2026-01-31T12:30:00Z'",
                 cases[i].text, cases[i].why);
        cr_expect(
            not(calendar_parse(cases[i].text, strlen(cases[i].text), &unix_ms, &err)));
        cr_expect(eq(str, err.text, want));
    }
}

Test(calendar, a_date_need_not_end_in_nul)
{
    struct error err;
    int64_t unix_ms = 1;
    cr_expect(calendar_parse("1970-01-01,8", 10, &unix_ms, &err), "%s", err.text);
    cr_expect(eq(i64, unix_ms, 0));
    cr_expect(not(calendar_parse("1970-01-01\0T", 11, &unix_ms, &err)));
}

Test(calendar, instants_become_text)
{
    static const struct {
        int64_t unix_ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1767270600250, "2026-01-01T12:30:00.250Z"},
        {253402300800000, "10000-01-01T00:00:00Z"},
        {INT64_MAX, "292278994-08-17T07:12:55.807Z"},
        {INT64_MIN, "-292275055-05-16T16:47:04.192Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[CALENDAR_TEXT];
        calendar_format(cases[i].unix_ms, text);
        cr_expect(eq(str, text, (char *)cases[i].text));
    }
}

/* Every day of 400 years and more, against the C library. */
Test(calendar, agrees_with_gmtime_on_every_day)
{
    for (int64_t day = -719162; day < 400 * 366; day += day < 0 ? 17 : 1) {
        time_t seconds = (time_t)(day * 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        char want[CALENDAR_TEXT + 64], got[CALENDAR_TEXT];
        snprintf(want, sizeof want, "%04d-%02d-%02dT00:00:00Z", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday);
        calendar_format(day * MS_PER_D, got);
        cr_assert(eq(str, got, want));
        cr_assert(eq(i64, at(got), day * MS_PER_D));
        cr_assert(eq(int, calendar_weekday(day * MS_PER_D), (tm.tm_wday + 6) % 7));
    }
}

Test(calendar, what_is_written_reads_back)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){17, 0, "test", "calendar"});
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)(rng_uniform(&rng) * 315537897599999.0) - 62135596800000;
        char text[CALENDAR_TEXT];
        calendar_format(ms, text);
        cr_assert(eq(i64, at(text), ms));
    }
}

Test(calendar, months_end_on_the_anniversary_or_the_last_day)
{
    static const struct {
        const char *from;
        int64_t months;
        const char *to;
    } cases[] = {
        {"2026-01-15T07:00", 1, "2026-02-15T07:00"},
        {"2026-01-31", 1, "2026-02-28"},
        {"2024-01-31", 1, "2024-02-29"},
        {"2024-02-29", 12, "2025-02-28"},
        {"2024-02-29", 48, "2028-02-29"},
        {"2026-12-31", 2, "2027-02-28"},
        {"2026-03-31", -1, "2026-02-28"},
        {"2026-01-15", -13, "2024-12-15"},
        {"2026-05-05", 0, "2026-05-05"},
        {"1969-12-31T23:59:59.999", 2, "1970-02-28T23:59:59.999"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(i64, calendar_add_months(at(cases[i].from), cases[i].months),
                     at(cases[i].to)),
                  "%s", cases[i].from);
}

Test(calendar, a_span_adds_its_months_first)
{
    struct span span = {.months = 1, .ms = MS_PER_D};
    cr_expect(eq(i64, calendar_add(at("2026-01-31"), span), at("2026-03-01")));
}

Test(calendar, months_begin_at_midnight_of_the_first)
{
    int64_t some = at("2024-02-29T13:14:15.161");
    cr_expect(eq(i64, calendar_month_start(some), at("2024-02-01")));
    cr_expect(eq(i64, calendar_next_month(some), at("2024-03-01")));
    cr_expect(eq(i64, calendar_month_start(at("2024-03-01")), at("2024-03-01")));
    cr_expect(eq(i64, calendar_next_month(at("2024-12-01")), at("2025-01-01")));
    cr_expect(eq(i64, calendar_month_start(at("1969-12-31T23:59")), at("1969-12-01")));
}

Test(calendar, weekdays_count_from_monday)
{
    cr_expect(eq(int, calendar_weekday(at("2026-01-05")), 0));
    cr_expect(eq(int, calendar_weekday(at("2026-01-04T23:59:59.999")), 6));
    cr_expect(eq(int, calendar_weekday(at("1969-12-29")), 0));
}
