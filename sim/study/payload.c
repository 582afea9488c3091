#include "study/payload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char plain[] = "\\\t\n\r", letters[] = "\\tnr";

void payload_free(struct payload *payload)
{
    free(payload->text);
    *payload = (struct payload){0};
}

void payload_begin(struct payload *payload)
{
    payload->length = 0;
}

/* Room for so many bytes more, and a tab and a NUL. */
static char *make_room(struct payload *payload, size_t bytes)
{
    if (payload->room - payload->length < bytes + 2) {
        payload->room = 2 * (payload->length + bytes + 2) + 1024;
        payload->text = realloc(payload->text, payload->room);
        if (!payload->text)
            out_of_memory();
    }
    return payload->text + payload->length;
}

static void end_field(struct payload *payload, char *to)
{
    *to++ = '\t';
    *to = '\0';
    payload->length = (size_t)(to - payload->text);
}

void payload_text(struct payload *payload, const char *text)
{
    char *to = make_room(payload, 2 * strlen(text));
    for (; *text; text++) {
        const char *special = strchr(plain, *text);
        if (special)
            *to++ = '\\';
        *to++ = special ? letters[special - plain] : *text;
    }
    end_field(payload, to);
}

void payload_cell(struct payload *payload, const struct study_cell *cell, int digits)
{
    char *to = make_room(payload, DECIMAL_TEXT);
    size_t length = cell->has ? decimal_write(to, cell->value, digits) : 0;
    end_field(payload, to + length);
}

/* What stands where a number is expected can be written as one. */
static bool is_numeric(const struct payload_field *field)
{
    static const char allowed[] = "0123456789.-+e";
    for (size_t i = 0; i < field->length; i++)
        if (!memchr(allowed, field->text[i], sizeof allowed - 1))
            return false;
    return true;
}

bool payload_split(const struct study_plan *plan, const struct row *row,
                   struct payload_field fields[], struct error *err)
{
    size_t n = payload_fields(plan), found = 0;
    const char *at = row->payload, *end = row->payload + row->length;
    while (at < end && found < n) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (!tab)
            break;
        fields[found++] = (struct payload_field){at, (size_t)(tab - at)};
        at = tab + 1;
    }
    bool numeric = true;
    for (size_t i = plan->n_uncertain + 1; i < found; i++)
        numeric = numeric && is_numeric(&fields[i]);
    return (found == n && at == end && numeric) ||
           error_at(err, (struct place){.file = row->path},
                    "a row has not the fields of this study; delete the file, and its "
                    "replications are run again");
}

const char *payload_unescape(const struct payload_field *field, struct arena *arena)
{
    char *text = arena_strndup(arena, field->text, field->length), *to = text;
    for (const char *from = text; *from; from++) {
        const char *letter = *from == '\\' ? strchr(letters, from[1]) : NULL;
        if (letter && *letter) {
            *to++ = plain[letter - letters];
            from++;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return text;
}

double payload_number(const struct study_plan *plan,
                      const struct payload_field fields[], size_t column)
{
    const struct payload_field *field = &fields[plan->n_uncertain + 1 + column];
    double value;
    if (field->length == 0)
        return plan->columns.items[column].is_zero && !payload_failed(plan, fields)
                   ? 0
                   : NAN;
    enum decimal_result result = decimal_to_double(field->text, field->length, &value);
    return result == DECIMAL_OK || result == DECIMAL_INEXACT ? value : NAN;
}
