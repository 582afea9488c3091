#include "output/table_read.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 64
#define PATH_ROOM   4096

static bool read_header(void *self, const struct csv_header *header, struct error *err)
{
    const struct table_reader *reader = self;
    const struct output_file *file = &output_files[reader->table];
    struct place place = {header->path, 1, 0};
    if (header->n != file->n)
        return error_at(err, place, "%zu columns instead of %zu", header->n, file->n);
    for (size_t i = 0; i < file->n; i++)
        if (strcmp(header->names[i].text, file->columns[i].name) != 0)
            return error_at(err, place, "column %zu is '%s' instead of '%s'", i + 1,
                            header->names[i].text, file->columns[i].name);
    return true;
}

static bool read_record(void *self, const struct csv_record *record, struct error *err)
{
    struct table_reader *reader = self;
    const struct output_file *file = &output_files[reader->table];
    struct cell cells[COLUMNS_MAX];
    struct error message;
    bool ok = true;

    reader->rows++;
    for (size_t i = 0; i < file->n; i++) {
        if (cell_parse(&file->columns[i], &record->fields[i], &cells[i], &message))
            continue;
        if (!reader->wrong)
            return error_at(err, (struct place){record->path, record->line, 0}, "%s",
                            message.text);
        reader->wrong(reader->self, record->line, message.text);
        ok = false;
    }
    return !ok || reader->row(reader->self, record->line, cells, err);
}

bool table_read(const char *dir, struct table_reader *reader, struct error *err)
{
    struct csv_reader csv = {
        .header = read_header, .record = read_record, .self = reader};
    const struct output_file *file = &output_files[reader->table];
    char path[PATH_ROOM];
    assert(file->n <= COLUMNS_MAX);

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, file->name) >= sizeof path)
        return error_set(err, "%s: the path is too long", dir);
    return csv_read(path, &csv, NULL, err);
}
