#include "input/trace_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/calendar.h"

struct csv_field trace_field(const struct trace_fields *fields,
                             enum trace_column column)
{
    static const struct csv_field none = {"", 0};
    int index = fields->at[column];
    return index < 0 ? none : fields->record->fields[index];
}

bool trace_field_bad(const struct trace_fields *fields, enum trace_column column,
                     const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct place place = {fields->path, fields->record->line, fields->at[column] + 1};
    return error_at(fields->err, place, "%s: %s", trace_columns[column], text);
}

struct trace_shown trace_show(struct csv_field field)
{
    struct trace_shown shown;
    size_t most = sizeof shown.text - sizeof "...";
    size_t length = field.length;
    if (length > most) {
        length = most;
        while (length > 0 && ((unsigned char)field.text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(shown.text, field.text, length);
    strcpy(shown.text + length, length < field.length ? "..." : "");
    return shown;
}

bool trace_plain_ms(struct csv_field field, int64_t *ms)
{
    if (field.length == 0 || field.length > 15)
        return false;
    int64_t value = 0;
    size_t i = 0;
    unsigned digit;
    for (; i < field.length && (digit = (unsigned)(field.text[i] - '0')) < 10; i++)
        value = 10 * value + digit;
    if (i == 0)
        return false;
    int decimals = 0;
    if (i < field.length && field.text[i] == '.')
        for (i++; i < field.length && decimals < 3 &&
                  (digit = (unsigned)(field.text[i] - '0')) < 10;
             i++, decimals++)
            value = 10 * value + digit;
    if (i < field.length)
        return false;
    static const int64_t scale[] = {1000, 100, 10, 1};
    *ms = value * scale[decimals];
    return true;
}

enum decimal_result trace_seconds(struct csv_field field, int64_t *ms)
{
    if (trace_plain_ms(field, ms) && *ms <= JOB_DURATION_MAX)
        return DECIMAL_OK;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    bool is_read = result == DECIMAL_OK || result == DECIMAL_INEXACT;
    bool is_far = is_read && (*ms > JOB_DURATION_MAX || *ms < -JOB_DURATION_MAX);
    return is_far ? DECIMAL_OVERFLOW : result;
}

static bool looks_like_date(struct csv_field field)
{
    for (size_t i = 0; i < 4; i++)
        if (i >= field.length || field.text[i] < '0' || field.text[i] > '9')
            return false;
    return field.length > 4 && field.text[4] == '-';
}

bool trace_clock_admits(const struct trace_clock *clock, struct csv_field field,
                        bool is_date, struct error *why)
{
    if (clock->first_line == 0)
        *clock->absolute = is_date;
    if (*clock->absolute == is_date)
        return true;
    return error_set(why,
                     "'%s' is %s, but the first %s, in line %" PRId64
                     ", is %s; a trace has one kind throughout",
                     trace_show(field).text, is_date ? "a date" : "no date",
                     clock->first, clock->first_line,
                     is_date ? "in seconds" : "a date");
}

static bool read_seconds(struct csv_field field, int64_t *ms, struct error *why)
{
    switch (trace_seconds(field, ms)) {
    case DECIMAL_OK:
    case DECIMAL_INEXACT: return true;
    case DECIMAL_OVERFLOW:
        return error_set(why, "%s s is further than 200 years from the start",
                         trace_show(field).text);
    case DECIMAL_NOT_NUMBER: break;
    }
    return error_set(why,
                     "'%s' is neither seconds from the start, as 3600.5, nor a date, "
                     "as 2026-01-31T12:30:00Z",
                     trace_show(field).text);
}

bool trace_clock_read(struct trace_clock *clock, struct csv_field field, int64_t line,
                      int64_t *ms, struct error *why)
{
    if (field.length == 0)
        return error_set(why, "is empty; give seconds from the start, as 3600.5, or a "
                              "date, as 2026-01-31T12:30:00Z");
    bool is_date = looks_like_date(field);
    if (!trace_clock_admits(clock, field, is_date, why) ||
        !(is_date ? calendar_parse(field.text, field.length, ms, why)
                  : read_seconds(field, ms, why)))
        return false;
    if (clock->first_line == 0)
        clock->first_line = line;
    return true;
}

bool trace_field_ms(const struct trace_fields *fields, enum trace_column column,
                    int64_t min, int64_t *ms)
{
    struct csv_field field = trace_field(fields, column);
    if (trace_plain_ms(field, ms) && *ms >= min && *ms <= JOB_DURATION_MAX)
        return true;
    if (field.length == 0)
        return trace_field_bad(fields, column,
                               "is empty; give seconds, as 3600 or 0.5");

    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    if (result == DECIMAL_NOT_NUMBER)
        return trace_field_bad(fields, column,
                               "'%s' is not a number; give seconds, as 3600 or 0.5",
                               trace_show(field).text);
    bool negative = field.text[0] == '-';
    if (min > 0 && (negative || (*ms == 0 && result == DECIMAL_OK)))
        return trace_field_bad(fields, column, "%s is not above 0",
                               trace_show(field).text);
    if (negative && (*ms < 0 || result == DECIMAL_OVERFLOW))
        return trace_field_bad(fields, column, "%s is below 0", trace_show(field).text);
    if (result == DECIMAL_OVERFLOW || *ms > JOB_DURATION_MAX)
        return trace_field_bad(fields, column, "%s is over 200 years (6307200000 s)",
                               trace_show(field).text);
    if (*ms < min)
        return trace_field_bad(fields, column, "%s is less than a millisecond",
                               trace_show(field).text);
    return true;
}

bool trace_field_whole(const struct trace_fields *fields, enum trace_column column,
                       int64_t min, int64_t max, int32_t *value)
{
    struct csv_field field = trace_field(fields, column);
    if (field.length == 0)
        return trace_field_bad(fields, column, "is empty; give a whole number, as 8");

    int64_t whole = 0;
    enum decimal_result result = decimal_to_int64(field.text, field.length, 0, &whole);
    if (result == DECIMAL_NOT_NUMBER || result == DECIMAL_INEXACT)
        return trace_field_bad(fields, column, "'%s' is not a whole number, as 8",
                               trace_show(field).text);
    if (result == DECIMAL_OVERFLOW)
        whole = field.text[0] == '-' ? INT64_MIN : INT64_MAX;
    if (whole < min)
        return trace_field_bad(fields, column, "%s is below %" PRId64,
                               trace_show(field).text, min);
    if (whole > max)
        return trace_field_bad(fields, column, "%s is above %" PRId64,
                               trace_show(field).text, max);
    *value = (int32_t)whole;
    return true;
}

static bool has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}

bool trace_field_text(const struct trace_fields *fields, enum trace_column column,
                      size_t most, struct csv_field *text)
{
    *text = csv_unguard(trace_field(fields, column));
    if (has_control(text->text, text->length))
        return trace_field_bad(fields, column,
                               "'%s' holds a line end, tab or other control character",
                               trace_show(*text).text);
    if (text->length > most)
        return trace_field_bad(fields, column, "%zu bytes are too long; at most %zu",
                               text->length, most);
    return true;
}

const char *trace_join_list(char *to, struct csv_field text)
{
    char *begin = to;
    const char *at = text.text, *end = text.text + text.length;
    while (at <= end) {
        size_t length = strcspn(at, "|;");
        const char *next = at + length + 1;
        for (; length && *at == ' '; at++)
            length--;
        while (length && at[length - 1] == ' ')
            length--;
        if (length == 0)
            return NULL;
        if (to > begin)
            *to++ = '|';
        memcpy(to, at, length);
        to += length;
        at = next;
    }
    *to = '\0';
    return begin;
}

bool trace_field_list(const struct trace_fields *fields, enum trace_column column,
                      char buffer[JOB_LIST_MAX + 1], const char **list)
{
    struct csv_field text;
    if (!trace_field_text(fields, column, JOB_LIST_MAX, &text))
        return false;
    if (text.length == 0)
        return true;
    *list = trace_join_list(buffer, text);
    return *list ||
           trace_field_bad(fields, column,
                           "'%s' has an empty element; join names with '|', as a|b",
                           trace_show(text).text);
}

bool trace_field_choice(const struct trace_fields *fields, enum trace_column column,
                        const char *const words[2], int *choice)
{
    struct csv_field field = trace_field(fields, column);
    *choice = 0;
    if (field.length == 0)
        return true;
    for (*choice = 0; *choice < 2; ++*choice)
        if (strcmp(field.text, words[*choice]) == 0)
            return true;
    return trace_field_bad(fields, column, "'%s' is neither '%s' nor '%s'",
                           trace_show(field).text, words[0], words[1]);
}

bool trace_field_memory(const struct trace_fields *fields, int64_t *memory_mb)
{
    struct csv_field field = trace_field(fields, TRACE_MEMORY);
    if (field.length == 0)
        return true;
    enum decimal_result result =
        decimal_to_int64(field.text, field.length, 3, memory_mb);
    if (result == DECIMAL_NOT_NUMBER)
        return trace_field_bad(fields, TRACE_MEMORY,
                               "'%s' is not a number; give gigabytes, as 80",
                               trace_show(field).text);
    if (result == DECIMAL_OVERFLOW || *memory_mb < 0 || *memory_mb > JOB_MEMORY_MAX)
        return trace_field_bad(fields, TRACE_MEMORY, "%s is not in 0 to 1000000 GB",
                               trace_show(field).text);
    return true;
}

bool trace_field_optional_ms(const struct trace_fields *fields,
                             enum trace_column column, int64_t min, int64_t *ms)
{
    return trace_field(fields, column).length == 0 ||
           trace_field_ms(fields, column, min, ms);
}
