/* `uncertain`: laws of scenario values. */

#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "base/names.h"
#include "input/scenario_parts.h"
#include "input/study_parts.h"

enum { DISCRETE_MAX = 1000, EMPIRICAL_MAX = 1000000 };

/* Numbers are texts here: their unit is that of the value at the path. */
struct input_keys {
    const char *min, *max, *step, *column, *unit;
};

#define IN struct input_keys
const struct param uncertain_params[] = {
    {PARAM_WORD(IN, "min", min, "", "no value below; the law on [min, max]")},
    {PARAM_WORD(IN, "max", max, "", "no value above")},
    {PARAM_WORD(IN, "step", step, "",
                "values are whole multiples of this; 1 for what is counted")},
    {PARAM_WORD(IN, "column", column, "",
                "of empirical: which column of the file; default: the only one")},
    {PARAM_WORD(IN, "unit", unit, "", "of empirical: the unit of its numbers")},
    PARAMS_END,
};

/* The parameters of all laws, as written. */
struct law_input {
    const char *mean, *sd, *median, *sigma, *min, *mode, *max;
};

#define LAW struct law_input
const struct param normal_params[] = {
    {PARAM_WORD(LAW, "mean", mean, NULL, "its mean, with the unit of the value")},
    {PARAM_WORD(LAW, "sd", sd, NULL, "standard deviation, in the same unit")},
    PARAMS_END,
};

const struct param lognormal_params[] = {
    {PARAM_WORD(LAW, "median", median, NULL, "its median, with the unit of the value")},
    {PARAM_WORD(LAW, "sigma", sigma, NULL,
                "standard deviation of the logarithm, a plain number: 0.2 is about 20 "
                "% up and down")},
    PARAMS_END,
};

const struct param uniform_params[] = {
    {PARAM_WORD(LAW, "min", min, NULL, "the least, with the unit of the value")},
    {PARAM_WORD(LAW, "max", max, NULL, "the most, in the same unit")},
    PARAMS_END,
};

const struct param mode_params[] = {
    {PARAM_WORD(LAW, "min", min, NULL, "the least, with the unit of the value")},
    {PARAM_WORD(LAW, "mode", mode, NULL, "the most likely, in the same unit")},
    {PARAM_WORD(LAW, "max", max, NULL, "the most, in the same unit")},
    PARAMS_END,
};

struct weight_input {
    double weight;
};

const struct param discrete_params[] = {
    {PARAM_NUMBER(struct weight_input, "weight", weight, "1", 1e-9, 1e9,
                  "how likely it is, compared with the others")},
    PARAMS_END,
};

static const char *const examples[DIST_KINDS] = {
    [DIST_NORMAL] = "{mean: 1, sd: 0.1}",
    [DIST_LOGNORMAL] = "{median: 2.95 USD/GPU-h, sigma: 0.2}",
    [DIST_UNIFORM] = "{min: 256, max: 1024}",
    [DIST_TRIANGULAR] = "{min: 8w, mode: 16w, max: 40w}",
    [DIST_PERT] = "{min: 8w, mode: 16w, max: 40w}",
};

static const struct param *const law_params[DIST_KINDS] = {
    [DIST_NORMAL] = normal_params,   [DIST_LOGNORMAL] = lognormal_params,
    [DIST_UNIFORM] = uniform_params, [DIST_TRIANGULAR] = mode_params,
    [DIST_PERT] = mode_params,
};

/* The texts of numbers that share one unit. */
struct numbers {
    const char *first; /* which set the unit; NULL: none yet */
    const char *unit;
};

static bool read_number(struct numbers *numbers, const char *text, struct place place,
                        const char *path, const char *key, double *value,
                        struct error *err)
{
    struct error inner;
    const char *unit;
    if (!quantity_split(text, value, &unit, &inner))
        return error_at(err, place, "%s.%s: %s", path, key, inner.text);
    if (!numbers->first) {
        numbers->first = text;
        numbers->unit = unit;
    }
    if (strcmp(unit, numbers->unit) == 0)
        return true;
    return error_at(err, place,
                    "%s.%s: '%s' and '%s' have not the same unit; write all numbers of "
                    "a law in one, %s",
                    path, key, text, numbers->first,
                    *numbers->unit ? "with it behind each" : "or all without");
}

struct law_field {
    const char *key;
    size_t text, value; /* offsets */
};

#define FIELD(key, text, value)                                                        \
    {                                                                                  \
        key, offsetof(struct law_input, text), offsetof(struct distribution, value)    \
    }

static bool read_law_numbers(const struct law_input *in, const struct node *map,
                             const char *path, struct numbers *numbers,
                             struct distribution *law, struct error *err)
{
    static const struct law_field fields[] = {
        FIELD("mean", mean, mean),       FIELD("sd", sd, sd),
        FIELD("median", median, median), FIELD("min", min, low),
        FIELD("mode", mode, mode),       FIELD("max", max, high),
    };
    struct error inner;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *text = *(const char *const *)((const char *)in + fields[i].text);
        double *value = (double *)(void *)((char *)law + fields[i].value);
        if (text && !read_number(numbers, text, node_get(map, fields[i].key)->place,
                                 path, fields[i].key, value, err))
            return false;
    }
    if (in->sigma && !quantity_real(in->sigma, DIM_NUMBER, &law->sigma, &inner))
        return error_at(err, node_get(map, "sigma")->place, "%s.sigma: %s", path,
                        inner.text);
    return true;
}

static bool read_weight(struct study_reader *reader, const struct node *item,
                        const char *path, const struct node **value, double *weight,
                        struct error *err)
{
    static const char *const also[] = {"value", NULL};
    struct weight_input in = {0};
    struct params_context context = {
        .arena = reader->arena, .path = path, .also = also};
    *value = item;
    *weight = 1;
    if (item->kind != NODE_MAP)
        return true;
    if (!params_read(discrete_params, &in, item, &context, err))
        return false;
    *value = node_get(item, "value");
    *weight = in.weight;
    return *value ||
           error_at(err, item->place,
                    "%s: missing key 'value', as in {value: easy, weight: 3}", path);
}

static bool read_discrete(struct study_reader *reader, const struct node *list,
                          const char *path, struct uncertain_input *input,
                          struct error *err)
{
    const char *key = arena_printf(reader->arena, "%s.discrete", path);
    if (!study_want(list, NODE_LIST, key, "[{value: easy, weight: 3}, {value: none}]",
                    err))
        return false;
    size_t n = list->n;
    if (n == 0 || n > DISCRETE_MAX)
        return error_at(err, list->place,
                        "%s: there are %zu values; 1 to %d are allowed", key, n,
                        DISCRETE_MAX);
    const char **labels = ARENA_ARRAY(reader->arena, n, const char *);
    const char **yaml = ARENA_ARRAY(reader->arena, n, const char *);
    double *sum = ARENA_ARRAY(reader->arena, n, double), total = 0;
    for (size_t i = 0; i < n; i++) {
        const struct node *value;
        double weight;
        if (!read_weight(reader, &list->items[i], key, &value, &weight, err))
            return false;
        labels[i] = study_label(value, reader->arena);
        yaml[i] = node_write(value, reader->arena);
        if (!study_check_label(labels[i], value->place, key, err))
            return false;
        for (size_t k = 0; k < i; k++)
            if (strcmp(labels[k], labels[i]) == 0)
                return error_at(err, value->place, "%s: '%s' stands twice", key,
                                labels[i]);
        sum[i] = total += weight;
    }
    for (size_t i = 0; i < n; i++)
        sum[i] = i + 1 < n ? sum[i] / total : 1;
    input->labels = labels;
    input->yaml = yaml;
    input->law.cumulative = sum;
    input->law.n = n;
    return true;
}

struct column_reader {
    struct arena *arena;
    const char *name, *key; /* name: NULL: the only column */
    int column;
    double *values;
    size_t n, room;
};

/* A list of numbers without a header would lose its first one. */
static bool check_name(const struct csv_header *header, int column, struct error *err)
{
    double value;
    const struct csv_field *name = &header->names[column];
    return decimal_to_double(name->text, name->length, &value) != DECIMAL_OK ||
           error_set(err,
                     "%s:1: the first line is the header, and '%s' is a number; give "
                     "the column a name",
                     header->path, name->text);
}

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct column_reader *reader = self;
    reader->column = reader->name ? csv_column(header, reader->name) : 0;
    if (!reader->name && header->n > 1)
        return error_set(err,
                         "%s:1: %s: the file has %zu columns; name one by `column`",
                         header->path, reader->key, header->n);
    if (reader->column >= 0)
        return check_name(header, reader->column, err);
    const char *names[CSV_COLUMNS_MAX + 1] = {NULL};
    for (size_t i = 0; i < header->n; i++)
        names[i] = header->names[i].text;
    const char *near = nearest_name(reader->name, names);
    return error_set(err, "%s:1: no column '%s'%s%s%s", header->path, reader->name,
                     near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "");
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct column_reader *reader = self;
    struct csv_field field = record->fields[reader->column];
    struct place place = {record->path, record->line, reader->column + 1};
    double value;
    if (decimal_to_double(field.text, field.length, &value) != DECIMAL_OK ||
        fabs(value) > DISTRIBUTION_MAX)
        return error_at(err, place,
                        "'%.40s' is not a number within -1e15 and 1e15; the unit is "
                        "given by `unit` in the scenario",
                        field.text);
    if (reader->n == EMPIRICAL_MAX)
        return error_at(err, place, "more than %d values", EMPIRICAL_MAX);
    if (reader->n == reader->room) {
        reader->room = reader->room ? 2 * reader->room : 64;
        reader->values = arena_grow(reader->arena, reader->values, reader->n,
                                    reader->room, sizeof *reader->values);
    }
    reader->values[reader->n++] = value;
    return true;
}

static bool add_file(struct study_reader *reader, const char *path,
                     const char digest[SHA256_HEX])
{
    struct study_spec *spec = reader->spec;
    size_t n = spec->n_files;
    spec->files = arena_grow(reader->arena, spec->files, n, n + 1, sizeof *spec->files);
    spec->files[n].path = arena_strdup(reader->arena, path);
    memcpy(spec->files[n].digest, digest, SHA256_HEX);
    spec->n_files = n + 1;
    return true;
}

static const char *path_beside(struct study_reader *reader, const char *path)
{
    const char *slash = strrchr(reader->scenario_path, '/');
    if (!slash || path[0] == '/')
        return path;
    return arena_printf(reader->arena, "%.*s/%s", (int)(slash - reader->scenario_path),
                        reader->scenario_path, path);
}

static bool read_empirical(struct study_reader *reader, const struct node *file,
                           const struct input_keys *keys, const char *path,
                           struct distribution *law, struct error *err)
{
    const char *key = arena_printf(reader->arena, "%s.empirical", path);
    if (!study_want(file, NODE_SCALAR, key, "prices.csv", err))
        return false;
    if (strcmp(file->text, "-") == 0 || *file->text == '\0')
        return error_at(err, file->place, "%s: the name of a file is wanted", key);
    struct column_reader column = {
        .arena = reader->arena, .name = keys->column, .key = key};
    const struct csv_reader csv = {
        .header = take_header, .record = take_record, .self = &column};
    const char *name = path_beside(reader, file->text);
    char digest[SHA256_HEX];
    if (!csv_read(name, &csv, digest, err)) {
        scenario_blame(file->place, key, name, err);
        return false;
    }
    if (column.n == 0)
        return error_at(err, file->place, "%s: '%s' has no values", key, file->text);
    if (column.n > 0)
        gsl_sort(column.values, 1, column.n);
    law->value = column.values;
    law->n = column.n;
    return add_file(reader, file->text, digest);
}

/* The law that the map names; DIST_KINDS with the error set. */
static enum distribution_kind find_law(const struct node *map, const char *path,
                                       struct error *err)
{
    enum distribution_kind found = DIST_KINDS;
    for (int kind = 0; kind < DIST_KINDS; kind++) {
        const struct node *law = node_get(map, distribution_names[kind]);
        if (law && found != DIST_KINDS) {
            error_at(err, law->place, "%s: it has two laws, %s and %s", path,
                     distribution_names[found], distribution_names[kind]);
            return DIST_KINDS;
        }
        if (law)
            found = (enum distribution_kind)kind;
    }
    if (found == DIST_KINDS)
        error_at(err, map->place,
                 "%s: no law; give normal, lognormal, uniform, triangular, pert, "
                 "discrete or empirical, as in {uniform: {min: 2 USD/GPU-h, max: 3 "
                 "USD/GPU-h}}",
                 path);
    return found;
}

/* Keys that say nothing with this law. */
static bool check_keys(const struct node *map, enum distribution_kind kind,
                       const char *path, struct error *err)
{
    static const char *const numeric[] = {"min", "max", "step", NULL};
    static const char *const filed[] = {"column", "unit", NULL};
    for (size_t i = 0; kind == DIST_DISCRETE && numeric[i]; i++)
        if (node_get(map, numeric[i]))
            return error_at(err, node_get(map, numeric[i])->place,
                            "%s.%s: a discrete law has the values that are listed",
                            path, numeric[i]);
    for (size_t i = 0; kind != DIST_EMPIRICAL && filed[i]; i++)
        if (node_get(map, filed[i]))
            return error_at(err, node_get(map, filed[i])->place,
                            "%s.%s: only an empirical law has this key", path,
                            filed[i]);
    return true;
}

static bool read_law(struct study_reader *reader, const struct node *map,
                     const char *path, struct numbers *numbers,
                     struct distribution *law, struct error *err)
{
    struct law_input in = {0};
    const char *name = distribution_names[law->kind];
    const char *key = arena_printf(reader->arena, "%s.%s", path, name);
    const struct node *params = node_get(map, name);
    struct params_context context = {.arena = reader->arena, .path = key};
    return study_want(params, NODE_MAP, key, examples[law->kind], err) &&
           params_read(law_params[law->kind], &in, params, &context, err) &&
           read_law_numbers(&in, params, key, numbers, law, err);
}

static bool read_unit(struct study_reader *reader, const struct node *map,
                      const char *text, const char *path, struct numbers *numbers,
                      struct error *err)
{
    struct error inner;
    double one;
    numbers->first = arena_printf(reader->arena, "1 %s", text);
    if (quantity_split(numbers->first, &one, &numbers->unit, &inner) && *numbers->unit)
        return true;
    return error_at(err, node_get(map, "unit")->place,
                    "%s.unit: '%s' is no unit, such as USD/GPU-h", path, text);
}

static bool read_bounds(const struct node *map, const struct input_keys *keys,
                        const char *path, struct numbers *numbers,
                        struct uncertain_input *input, struct error *err)
{
    struct distribution *law = &input->law;
    if ((keys->min && !read_number(numbers, keys->min, node_get(map, "min")->place,
                                   path, "min", &law->min, err)) ||
        (keys->max && !read_number(numbers, keys->max, node_get(map, "max")->place,
                                   path, "max", &law->max, err)) ||
        (keys->step && !read_number(numbers, keys->step, node_get(map, "step")->place,
                                    path, "step", &input->step, err)))
        return false;
    if (keys->step && input->step <= 0)
        return error_at(err, node_get(map, "step")->place,
                        "%s.step: '%s' is not above 0", path, keys->step);
    return true;
}

static bool read_input(struct study_reader *reader, const struct node *map,
                       const char *path, struct uncertain_input *input,
                       struct error *err)
{
    struct input_keys keys = {0};
    struct numbers numbers = {0};
    struct params_context context = {
        .arena = reader->arena, .path = path, .also = distribution_names};
    struct distribution *law = &input->law;
    *law = (struct distribution){.min = -INFINITY, .max = INFINITY};
    if (!params_read(uncertain_params, &keys, map, &context, err))
        return false;
    law->kind = find_law(map, path, err);
    if (law->kind == DIST_KINDS || !check_keys(map, law->kind, path, err))
        return false;
    const struct node *value = node_get(map, distribution_names[law->kind]);
    if (keys.unit && !read_unit(reader, map, keys.unit, path, &numbers, err))
        return false;
    if (law->kind == DIST_EMPIRICAL && !keys.unit)
        numbers = (struct numbers){value->kind == NODE_SCALAR ? value->text : "", ""};
    bool ok = law->kind == DIST_DISCRETE
                  ? read_discrete(reader, value, path, input, err)
              : law->kind == DIST_EMPIRICAL
                  ? read_empirical(reader, value, &keys, path, law, err)
                  : read_law(reader, map, path, &numbers, law, err);
    if (!ok || !read_bounds(map, &keys, path, &numbers, input, err))
        return false;
    struct error inner;
    if (!distribution_init(law, &inner))
        return error_at(err, value->place, "%s: %s", path, inner.text);
    input->unit = arena_strdup(reader->arena, numbers.unit ? numbers.unit : "");
    return input->step == 0 || study_check_step(input, &inner) ||
           error_at(err, node_get(map, "step")->place, "%s.step: %s", path, inner.text);
}

bool study_read_uncertain(struct study_reader *reader, const struct node *node,
                          struct error *err)
{
    struct study_spec *spec = reader->spec;
    if (!study_want(node, NODE_MAP, "uncertain",
                    "{pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: "
                    "0.2}}}",
                    err))
        return false;
    if (node->n > UNCERTAIN_MAX)
        return error_at(err, node->place, "uncertain: there are %zu inputs; at most %d",
                        node->n, UNCERTAIN_MAX);
    spec->uncertain = ARENA_ARRAY(reader->arena, node->n, struct uncertain_input);
    for (size_t i = 0; i < node->n; i++) {
        struct uncertain_input *input = &spec->uncertain[i];
        const struct node *key = &node->keys[i], *map = &node->items[i];
        const char *path = arena_printf(reader->arena, "uncertain.%s", key->text);
        input->path = arena_strdup(reader->arena, key->text);
        input->place = key->place;
        if (!study_take_path(reader, key, "uncertain", false, err) ||
            !study_want(map, NODE_MAP, path, "{normal: {mean: 1, sd: 0.1}, min: 0.2}",
                        err) ||
            !read_input(reader, map, path, input, err))
            return false;
        spec->n_uncertain = i + 1;
    }
    return true;
}
