/* Holds a FOCUS file to the rules of the specification. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "output/focus_rules.h"

struct reading {
    struct focus_check *check;
    const struct focus_column *columns;
    size_t n_columns;
    size_t at[FOCUS_COLUMNS_MAX]; /* field of the file, to the column */
    size_t n_fields;
    struct arena arena;
    struct names ids; /* of commitments */
};

static void PRINTF_LIKE(3, 4)
    find(struct reading *reading, int64_t line, const char *fmt, ...)
{
    struct focus_check *check = reading->check;
    char text[512];
    va_list args;
    check->findings++;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct error message; /* what it quotes is made harmless */
    error_set(&message, "%s", text);
    if (check->finding)
        check->finding(check->self, line, message.text);
}

/* ---- the header tells what the file is ---- */

static bool is_header_of(struct reading *reading, const struct csv_header *header,
                         const struct focus_column columns[], size_t n,
                         enum focus_version version)
{
    size_t field = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(columns[i].versions & 1u << version))
            continue;
        if (field == header->n ||
            strcmp(header->names[field].text, columns[i].name) != 0)
            return false;
        reading->at[field++] = i;
    }
    reading->n_fields = field;
    return field == header->n && field > 0;
}

static bool read_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reading *reading = self;
    for (int version = FOCUS_VERSIONS - 1; version >= 0; version--)
        for (int kind = 0; kind < 2; kind++) {
            const struct focus_column *columns =
                kind ? focus_commitment_columns : focus_cost_columns;
            size_t n =
                kind ? (size_t)FOCUS_COMMITMENT_COLUMNS : (size_t)FOCUS_COST_COLUMNS;
            if (!is_header_of(reading, header, columns, n, (enum focus_version)version))
                continue;
            reading->columns = columns;
            reading->n_columns = n;
            reading->check->version = (enum focus_version)version;
            reading->check->commitments = kind;
            return true;
        }
    return error_at(err, (struct place){header->path, 1, 0},
                    "the columns are not those that `tenure focus` writes for FOCUS "
                    "1.2, 1.3 or 1.4, in their order");
}

/* ---- single fields ---- */

static bool is_plain_decimal(const char *text)
{
    size_t whole, part = 1;
    text += *text == '-';
    whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.')
        text += 1 + (part = strspn(text + 1, "0123456789"));
    return whole > 0 && part > 0 && *text == '\0';
}

/* More than all the world's money, and far from what sums of int128 hold. */
#define WHOLE_DIGITS_MAX 18

static bool is_too_large(const char *text)
{
    text += *text == '-';
    text += strspn(text, "0");
    return strspn(text, "0123456789") > WHOLE_DIGITS_MAX;
}

/* Nine digits or fewer after the point, as an integer times 10^9. */
static int128 scaled(const char *text)
{
    int128 value = 0;
    int digits = -1;
    bool negative = *text == '-';
    for (text += negative; *text; text++) {
        if (*text == '.') {
            digits = 0;
        } else if (digits < 9) {
            value = value * 10 + (*text - '0');
            digits += digits >= 0;
        }
    }
    for (digits = digits < 0 ? 0 : digits; digits < 9; digits++)
        value *= 10;
    return negative ? -value : value;
}

static bool is_date(const char *text, int64_t *unix_ms)
{
    char written[CALENDAR_TEXT];
    struct error ignored;
    if (strlen(text) != 20 || !calendar_parse(text, 20, unix_ms, &ignored))
        return false;
    calendar_format(*unix_ms, written);
    return strcmp(written, text) == 0;
}

static bool is_allowed(const struct focus_column *column, const char *text)
{
    for (const char *const *value = column->allowed; value && *value; value++)
        if (strcmp(*value, text) == 0)
            return true;
    return !column->allowed;
}

static void read_field(struct reading *reading, int64_t line,
                       const struct focus_column *column, struct csv_field field,
                       struct focus_cell *cell)
{
    int64_t unix_ms;
    if (field.length == 0) {
        if (!column->nullable)
            find(reading, line, "%s must not be null", column->name);
        return;
    }
    cell->text = field.text;
    cell->set = true;
    switch (column->kind) {
    case FOCUS_USD:
    case FOCUS_QUANTITY:
        if (is_plain_decimal(field.text) && is_too_large(field.text))
            find(reading, line, "%s: '%.40s' is too large", column->name, field.text);
        else if (is_plain_decimal(field.text))
            cell->value = scaled(field.text);
        else
            find(reading, line, "%s: '%s' is not a plain decimal number", column->name,
                 field.text);
        return;
    case FOCUS_DATE:
        if (is_date(field.text, &unix_ms))
            cell->value = unix_ms;
        else
            find(reading, line, "%s: '%s' is not a date YYYY-MM-DDTHH:MM:SSZ",
                 column->name, field.text);
        return;
    case FOCUS_JSON:
    case FOCUS_TEXT: break;
    }
    if (!is_allowed(column, field.text))
        find(reading, line, "%s: '%s' is not one of the allowed values", column->name,
             field.text);
}

/* ---- rows ---- */

static void check_id(struct reading *reading, int64_t line,
                     const struct focus_cell cells[])
{
    const char *id = cells[CC_ID].text;
    uint32_t n = reading->ids.n;
    if (id && names_add(&reading->ids, id, strlen(id)) < n)
        find(reading, line, "ContractCommitmentId: '%s' stands in a row before", id);
}

static bool read_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *reading = self;
    struct focus_check *check = reading->check;
    struct focus_cell cells[FOCUS_COLUMNS_MAX] = {0};
    const struct focus_rule *rule =
        check->commitments ? focus_commitment_rules : focus_cost_rules;
    int64_t before = check->findings;

    (void)err;
    check->rows++;
    for (size_t i = 0; i < reading->n_fields; i++)
        read_field(reading, record->line, &reading->columns[reading->at[i]],
                   csv_unguard(record->fields[i]), &cells[reading->at[i]]);
    if (check->findings > before)
        return true; /* what is no value breaks no rule */
    for (; rule->says; rule++)
        if ((rule->versions & 1u << check->version) && rule->is_broken(cells))
            find(reading, record->line, "%s", rule->says);
    if (check->commitments) {
        check_id(reading, record->line, cells);
    } else {
        check->billed_uusd += cells[BILLED_COST].value / 1000;
        check->effective_uusd += cells[EFFECTIVE_COST].value / 1000;
    }
    return true;
}

/* Null is an empty field and never a quoted one, which the reader of CSV cannot tell
 * apart. */
static bool check_quotes(struct reading *reading, const char *path, struct error *err)
{
    FILE *file = fopen(path, "rb");
    int64_t line = 1, began = 1, length = 0;
    bool quoted = false, any = false;
    if (!file)
        return error_errno(err, path);
    for (int c = getc(file), last = '\n'; c != EOF; last = c, c = getc(file)) {
        bool begins = !quoted && (last == ',' || last == '\n');
        line += c == '\n';
        if (begins)
            any = false;
        if (c == '"') {
            if (begins) {
                any = true;
                length = 0;
                began = line;
            }
            quoted = !quoted;
        } else if (quoted) {
            length++;
        } else if (any && length == 0 && (c == ',' || c == '\n') && last == '"') {
            find(reading, began, "a null is an empty field, without quotes");
            any = false;
        }
    }
    bool ok = !ferror(file);
    fclose(file);
    return ok || error_errno(err, path);
}

bool focus_check(const char *path, struct focus_check *check, struct error *err)
{
    struct reading reading = {.check = check};
    struct csv_reader csv = {
        .header = read_header, .record = read_record, .self = &reading};
    reading.ids.arena = &reading.arena;
    check->rows = check->findings = 0;
    check->billed_uusd = check->effective_uusd = 0;
    bool ok = csv_read(path, &csv, NULL, err) && check_quotes(&reading, path, err);
    arena_free(&reading.arena);
    return ok;
}
