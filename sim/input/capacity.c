#include "input/capacity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "input/whole_file.h"

/* What YAML takes for a line end or refuses: controls, U+2028, U+2029, U+FEFF, U+FFFE,
 * U+FFFF.  The length of the letter, or 0. */
static size_t special_letter(const unsigned char *at, unsigned *code)
{
    *code = at[0];
    if (at[0] < 0x20 || at[0] == 0x7f)
        return 1;
    *code = at[1];
    if (at[0] == 0xc2 && at[1] < 0xa0)
        return 2;
    if (at[0] < 0xe2 || at[0] > 0xef || !at[1] || !at[2])
        return 0;
    *code = (at[0] & 0xfU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
    bool special = *code == 0x2028 || *code == 0x2029 || *code == 0xfeff ||
                   *code == 0xfffe || *code == 0xffff;
    return special ? 3 : 0;
}

void yaml_quote(char *quoted, size_t room, const char *text)
{
    size_t used = 0;
    assert(room >= 6 * strlen(text) + 3);
    quoted[used++] = '"';
    while (*text) {
        unsigned code;
        size_t special = special_letter((const unsigned char *)text, &code);
        if (special) {
            used += (size_t)snprintf(quoted + used, room - used, "\\u%04x", code);
            text += special;
            continue;
        }
        if (*text == '"' || *text == '\\')
            quoted[used++] = '\\';
        quoted[used++] = *text++;
    }
    quoted[used++] = '"';
    quoted[used] = '\0';
}

/* The rows of one series, in order of time. */
struct pool_capacity {
    const struct level_trace *trace;
    uint32_t series;
    int64_t start_ms;
};

/* The GPUs at the start, and the most there ever are. */
static void measure(const struct pool_capacity *pool, int64_t *first, int64_t *most)
{
    *first = *most = 0;
    for (size_t i = 0; i < pool->trace->n; i++) {
        const struct level_row *row = &pool->trace->rows[i];
        if (row->series != pool->series)
            continue;
        if (row->time_ms == pool->start_ms)
            *first = row->gpus;
        *most = row->gpus > *most ? row->gpus : *most;
    }
}

static void print_changes(FILE *out, const struct pool_capacity *pool, int64_t gpus)
{
    bool any = false;
    for (size_t i = 0; i < pool->trace->n; i++) {
        const struct level_row *row = &pool->trace->rows[i];
        char date[CALENDAR_TEXT];
        if (row->series != pool->series || row->gpus == gpus)
            continue;
        calendar_format(row->time_ms, date);
        fprintf(out, "%s      - {at: %s, gpus: %+" PRId64 "}\n",
                any ? "" : "    changes:\n", date, row->gpus - gpus);
        gpus = row->gpus;
        any = true;
    }
}

static void print_pool(FILE *out, const struct pool_capacity *pool)
{
    const struct level_series *series = &pool->trace->series[pool->series];
    char name[6 * JOB_WORD_MAX + 3];
    int64_t first, most;
    measure(pool, &first, &most);
    if (most == 0)
        return;
    yaml_quote(name, sizeof name,
               series->workload == NAMES_NONE
                   ? "cluster"
                   : pool->trace->names.text[series->workload]);
    fprintf(out,
            "  - name: %s\n    tenure: own\n    class: " CAPACITY_CLASS
            "  # ASSUMED: the file does not tell\n    gpus: %" PRId64 "\n",
            name, first);
    print_changes(out, pool, first);
}

static void print_all(FILE *out, const struct level_trace *trace)
{
    char date[CALENDAR_TEXT];
    int64_t start_ms = trace->n ? trace->rows[0].time_ms : 0;
    calendar_format(start_ms, date);
    fprintf(out,
            "# The capacity of pools over time: part of a scenario, to be completed.\n"
            "# ASSUMED: the class; that the GPUs are owned.\n"
            "start: %s\npools:%s\n",
            date, trace->n ? "" : " []");
    for (uint32_t i = 0; i < trace->n_series; i++)
        print_pool(out, &(struct pool_capacity){trace, i, start_ms});
}

static bool write_to(const void *self, const char *path, struct error *err)
{
    bool is_stdout = strcmp(path, "-") == 0;
    FILE *out = is_stdout ? stdout : fopen(path, "w");
    if (!out)
        return error_errno(err, path);
    print_all(out, self);
    bool ok =
        fflush(out) == 0 && !ferror(out) && (is_stdout || fsync(fileno(out)) == 0);
    if (!ok)
        error_errno(err, path);
    if (!is_stdout && fclose(out) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

bool capacity_write(const struct level_trace *trace, const char *path,
                    struct error *err)
{
    return whole_file_write(path, write_to, trace, err);
}
