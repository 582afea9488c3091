/* How parameters look to people: units, values, where they came from. */

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/params.h"

const char *param_unit(const struct param *param)
{
    switch (param->type) {
    case PARAM_REAL:
    case PARAM_EXACT:
    case PARAM_POINTS:
        /* "USD/GPU-y" where that is what the default says */
        return param->dim == DIM_TIME ? "time"
                                      : quantity_unit(param->dim, param->fallback);
    case PARAM_SPAN: return "term";
    case PARAM_DATE: return "date";
    default: return "";
    }
}

/* A word as it must stand in YAML, also within [ ] and { }. */
static const char *quoted(const char *text, struct arena *arena)
{
    struct node plain = {.kind = NODE_SCALAR, .text = text};
    bool simple = !node_is_null(&plain) && text[0] != '-' && text[0] != ' ';
    for (const char *at = text; *at && simple; at++) {
        unsigned char c = (unsigned char)*at;
        simple = c > ' ' && c != 0x7f && !strchr(":#,[]{}&*!|>'\"%@`?=\\", c);
    }
    if (simple)
        return text;

    char *out = arena_array(arena, strlen(text) + 1, 4);
    char *to = out;
    *to++ = '"';
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < ' ' || c == 0x7f) {
            to += sprintf(to, "\\x%02x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            *to++ = '\\';
        *to++ = *at;
    }
    *to++ = '"';
    return out;
}

static const char *texts_text(const struct texts *texts, struct arena *arena)
{
    const char *list = "";
    for (size_t i = 0; i < texts->n; i++)
        list = arena_printf(arena, "%s%s%s", list, i ? ", " : "",
                            quoted(texts->text[i], arena));
    return arena_printf(arena, "[%s]", list);
}

static const char *table_text(const struct table *table, struct arena *arena)
{
    char *text = arena_array(arena, table->n + 1, 2 * DECIMAL_TEXT + 4);
    char *to = text;
    *to++ = '{';
    for (size_t i = 0; i < table->n; i++) {
        char x[DECIMAL_TEXT], y[DECIMAL_TEXT];
        decimal_write_double(x, table->x[i]);
        decimal_write_double(y, table->y[i]);
        to += sprintf(to, "%s%s: %s", i ? ", " : "", x, y);
    }
    *to++ = '}';
    return text;
}

static const char *points_text(const struct points *points, enum dimension dim,
                               struct arena *arena)
{
    char *text = arena_array(arena, points->n + 1, CALENDAR_TEXT + QUANTITY_TEXT + 8);
    char *to = text;
    *to++ = '{';
    for (size_t i = 0; i < points->n; i++) {
        char date[CALENDAR_TEXT], value[QUANTITY_TEXT];
        calendar_format(points->at_unix_ms[i], date);
        quantity_write_number(value, dim, points->value[i]);
        to += sprintf(to, "%s%s: %s", i ? ", " : "", date, value);
    }
    *to++ = '}';
    return text;
}

const char *params_text(const struct param *param, const void *self,
                        struct arena *arena)
{
    const void *field = (const char *)self + param->offset;
    char text[QUANTITY_TEXT];
    switch (param->type) {
    case PARAM_BOOL: return *(const bool *)field ? "true" : "false";
    case PARAM_INT: decimal_write(text, *(const int64_t *)field, 0); break;
    case PARAM_REAL:
        quantity_write_number(text, param->dim, *(const double *)field);
        break;
    case PARAM_EXACT:
        quantity_write_exact(text, param->dim, *(const int64_t *)field);
        break;
    case PARAM_SPAN: quantity_write_span(text, *(const struct span *)field); break;
    case PARAM_DATE: calendar_format(*(const int64_t *)field, text); break;
    case PARAM_TEXT: {
        const char *value = *(const char *const *)field;
        return value ? quoted(value, arena) : "";
    }
    case PARAM_CHOICE: return param->choices[*(const int *)field];
    case PARAM_TEXTS: return texts_text(field, arena);
    case PARAM_TABLE: return table_text(field, arena);
    case PARAM_POINTS: return points_text(field, param->dim, arena);
    }
    return arena_strdup(arena, text);
}

void resolved_add(struct resolved_list *list, const char *path, const char *value,
                  const char *origin)
{
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 32;
        list->items =
            arena_grow(list->arena, list->items, list->n, room, sizeof *list->items);
        list->room = room;
    }
    list->items[list->n++] = (struct resolved){
        .path = arena_strdup(list->arena, path),
        .value = arena_strdup(list->arena, value),
        .origin = arena_strdup(list->arena, origin),
    };
}
