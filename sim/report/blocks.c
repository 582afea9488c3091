#include "report/blocks.h"

#include "output/manifest_parts.h"

static json_t *block_new(const char *kind)
{
    json_t *block = manifest_value(json_object());
    manifest_set(block, "block", json_string(kind));
    return block;
}

json_t *section_new(const char *id, const char *title, const char *intro)
{
    json_t *section = manifest_value(json_object());
    manifest_set(section, "id", manifest_text(id));
    manifest_set(section, "title", manifest_text(title));
    manifest_set(section, "intro", manifest_text(intro));
    manifest_set(section, "blocks", json_array());
    return section;
}

void section_add(json_t *section, json_t *block)
{
    manifest_append(json_object_get(section, "blocks"), block);
}

json_t *block_text(const char *kind, const char *text)
{
    json_t *block = block_new(kind);
    manifest_set(block, "text", manifest_text(text));
    return block;
}

json_t *block_tiles(void)
{
    json_t *block = block_new("tiles");
    manifest_set(block, "items", json_array());
    return block;
}

void tiles_add(json_t *tiles, const char *label, const char *value, const char *exact,
               const char *note)
{
    json_t *item = manifest_value(json_object());
    manifest_set(item, "label", manifest_text(label));
    manifest_set(item, "value", manifest_text(value));
    manifest_set(item, "exact", manifest_text(exact));
    manifest_set(item, "note", manifest_text(note));
    manifest_append(json_object_get(tiles, "items"), item);
}

json_t *block_table(const char *caption, bool fold)
{
    json_t *block = block_new("table");
    manifest_set(block, "caption", manifest_text(caption));
    manifest_set(block, "fold", json_boolean(fold));
    manifest_set(block, "columns", json_array());
    manifest_set(block, "rows", json_array());
    return block;
}

void table_column(json_t *table, const char *label, const char *align)
{
    json_t *column = manifest_value(json_object());
    manifest_set(column, "label", manifest_text(label));
    manifest_set(column, "align", json_string(align));
    manifest_append(json_object_get(table, "columns"), column);
}

json_t *table_row(json_t *table)
{
    json_t *row = manifest_value(json_array());
    manifest_append(json_object_get(table, "rows"), row);
    return row;
}

void row_text(json_t *row, const char *text)
{
    manifest_append(row, manifest_text(text));
}

void row_exact(json_t *row, const char *text, const char *exact)
{
    json_t *cell = manifest_value(json_object());
    manifest_set(cell, "t", manifest_text(text));
    manifest_set(cell, "x", manifest_text(exact));
    manifest_append(row, cell);
}

json_t *block_figures(const char *key, const char *title)
{
    json_t *block = block_new("figures");
    manifest_set(block, "key", manifest_text(key));
    manifest_set(block, "title", manifest_text(title));
    manifest_set(block, "items", json_array());
    return block;
}

void figures_add(json_t *figures, const char *label, size_t figure, const char *image)
{
    json_t *item = manifest_value(json_object());
    manifest_set(item, "label", manifest_text(label));
    manifest_set(item, "figure", json_integer((json_int_t)figure));
    manifest_set(item, "image", manifest_text(image));
    manifest_append(json_object_get(figures, "items"), item);
}

void figures_add_absent(json_t *figures, const char *label, const char *absent)
{
    json_t *item = manifest_value(json_object());
    manifest_set(item, "label", manifest_text(label));
    manifest_set(item, "absent", manifest_text(absent));
    manifest_append(json_object_get(figures, "items"), item);
}
