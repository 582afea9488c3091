#include "output/manifest_parts.h"

#include <stdlib.h>
#include <string.h>

json_t *manifest_value(json_t *value)
{
    if (!value)
        out_of_memory();
    return value;
}

json_t *manifest_text(const char *value)
{
    if (!value)
        return json_null();
    json_t *string = json_string(value);
    if (string)
        return string;
    size_t length = strlen(value);
    char *plain = malloc(length + 1);
    if (!plain)
        out_of_memory();
    for (size_t i = 0; i <= length; i++)
        plain[i] = (unsigned char)value[i] < 0x80 ? value[i] : '?';
    string = manifest_value(json_string(plain));
    free(plain);
    return string;
}

void manifest_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, manifest_value(value)) != 0)
        out_of_memory();
}

void manifest_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, manifest_value(value)) != 0)
        out_of_memory();
}

/* Paths as the scenario's folder sees them, wherever the program was called from and
 * however the scenario's own path was typed: equal inputs, equal manifests. */

static size_t folder_length(const struct scenario *scenario)
{
    const char *slash = strrchr(scenario->path, '/');
    return slash ? (size_t)(slash - scenario->path) + 1 : 0;
}

/* "../base.yaml:12:20" as "base.yaml:12:20"; other origins are no paths. */
static const char *local_origin(const struct scenario *scenario, const char *origin)
{
    size_t length = strlen(scenario->path);
    if (strncmp(origin, scenario->path, length) != 0 ||
        (origin[length] != ':' && origin[length] != '\0'))
        return origin;
    return origin + folder_length(scenario);
}

static bool is_resolved_value(const struct scenario *scenario, const char *text)
{
    for (size_t i = 0; i < scenario->resolved.n; i++)
        if (strcmp(scenario->resolved.items[i].value, text) == 0)
            return true;
    return false;
}

/* An input as it stands in the scenario, before the scenario's folder was added. */
static const char *local_path(const struct scenario *scenario, const char *path)
{
    size_t length = folder_length(scenario);
    if (strcmp(path, scenario->path) == 0)
        return path + length;
    if (strncmp(path, scenario->path, length) != 0 ||
        (path[0] == '/' && is_resolved_value(scenario, path)))
        return path;
    return path + length;
}

json_t *manifest_resolved(const struct scenario *scenario)
{
    json_t *object = manifest_value(json_object());
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        const struct resolved *item = &scenario->resolved.items[i];
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "value", manifest_text(item->value));
        manifest_set(entry, "origin",
                     manifest_text(local_origin(scenario, item->origin)));
        manifest_set(object, item->path, entry);
    }
    return object;
}

json_t *manifest_inputs(const struct scenario *scenario)
{
    json_t *array = manifest_value(json_array());
    for (size_t i = 0; i < scenario->n_inputs; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "path",
                     manifest_text(local_path(scenario, scenario->inputs[i].path)));
        manifest_set(entry, "sha256", json_string(scenario->inputs[i].digest));
        manifest_append(array, entry);
    }
    return array;
}

json_t *manifest_scenario(const struct scenario *scenario)
{
    const char *digest = scenario->n_inputs > 0 ? scenario->inputs[0].digest : "";
    json_t *object = manifest_value(json_object());
    manifest_set(object, "name", manifest_text(scenario->name));
    manifest_set(object, "path", manifest_text(local_path(scenario, scenario->path)));
    manifest_set(object, "sha256", json_string(digest));
    return object;
}

char *manifest_dump(const json_t *root)
{
    char *dump = json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(2));
    if (!dump)
        out_of_memory();
    return dump;
}

void manifest_digest(const json_t *root, char hex[SHA256_HEX])
{
    char *dump = manifest_dump(root);
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, dump, strlen(dump));
    sha256_end(&sha, hex);
    free(dump);
}
