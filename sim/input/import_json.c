/* Elements of JSON, and their members. */

#include <inttypes.h>

#include "input/import.h"

struct elements {
    struct import *import;
    bool (*take)(struct import *import, const json_t *element, struct place place,
                 struct error *err);
};

static bool take_element(void *self, const json_t *element, struct place place,
                         struct error *err)
{
    struct elements *in = self;
    import_count_row(in->import);
    return in->take(in->import, element, place, err) || import_forgive(in->import, err);
}

static bool forgive_broken(void *self, const struct error *err)
{
    struct elements *in = self;
    import_count_row(in->import);
    return import_forgive(in->import, err);
}

bool import_json(struct import *import, const char *const *keys,
                 bool (*take)(struct import *import, const json_t *element,
                              struct place place, struct error *err),
                 struct error *err)
{
    struct elements in = {import, take};
    struct json_reader reader = {.keys = keys,
                                 .complaint = "error",
                                 .element = take_element,
                                 .broken = forgive_broken,
                                 .self = &in};
    return json_read(import->path, &reader, import_digest(import), err);
}

static const char *type_name(json_type type)
{
    switch (type) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a text";
    case JSON_INTEGER:
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "true or false";
    case JSON_NULL: return "null";
    }
    return "";
}

const json_t *import_member(const json_t *object, const char *key, json_type type,
                            struct place place, struct error *err)
{
    if (!json_is_object(object)) {
        error_at(err, place, "this is %s; an object with '%s' is wanted",
                 type_name(json_typeof(object)), key);
        return NULL;
    }
    const json_t *member = json_object_get(object, key);
    if (member && json_typeof(member) == type)
        return member;
    if (!member)
        error_at(err, place, "there is no '%s', which this format has", key);
    else
        error_at(err, place, "%s: is %s, but %s is wanted", key,
                 type_name(json_typeof(member)), type_name(type));
    return NULL;
}

bool import_json_whole(const json_t *object, const char *key, int64_t min, int64_t max,
                       int64_t *value, struct place place, struct error *err)
{
    const json_t *member = json_object_get(object, key);
    bool ok = false;
    if (json_is_integer(member)) {
        *value = json_integer_value(member);
        ok = true;
    } else if (json_is_real(member)) {
        double real = json_real_value(member);
        ok = real >= -9e15 && real <= 9e15 && (double)(int64_t)real == real;
        *value = ok ? (int64_t)real : 0;
    } else {
        return import_member(object, key, JSON_INTEGER, place, err) != NULL;
    }
    if (ok && *value >= min && *value <= max)
        return true;
    return error_at(err, place, "%s: is not a whole number in %" PRId64 " to %" PRId64,
                    key, min, max);
}
