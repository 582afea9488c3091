/*
 * `correlation`: the Gaussian copula that joins uncertain inputs.  rho is the
 * correlation of the normals behind the inputs; with continuous laws their rank
 * correlation is (6 / pi) asin(rho / 2).
 */

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "input/study_parts.h"

struct correlation_input {
    struct texts between;
    double rho;
};

#define IN struct correlation_input
const struct param correlation_params[] = {
    {PARAM_WORDS(IN, "between", between, NULL, "two paths of `uncertain`")},
    {PARAM_NUMBER(IN, "rho", rho, NULL, -0.9999, 0.9999,
                  "correlation of the normals behind them")},
    PARAMS_END,
};

/* The input's number, or n_uncertain. */
static size_t find_input(const struct study_reader *reader, const char *canonical)
{
    size_t i = 0;
    while (i < reader->spec->n_uncertain &&
           strcmp(reader->paths[i].canonical, canonical) != 0)
        i++;
    return i;
}

static bool read_pair(struct study_reader *reader, const struct node *list,
                      const char *path, size_t pair[2], struct error *err)
{
    size_t n = reader->spec->n_uncertain;
    if (list->kind != NODE_LIST || list->n != 2)
        return error_at(err, list->place,
                        "%s.between: two paths are wanted, as in [pools.burst.price, "
                        "pools.own.tariff]",
                        path);
    for (size_t i = 0; i < 2; i++) {
        const char *canonical =
            study_check_path(reader, &list->items[i], "correlation", err);
        if (!canonical)
            return false;
        pair[i] = find_input(reader, canonical);
        if (pair[i] == n)
            return error_at(err, list->items[i].place,
                            "%s.between: '%s' is not in `uncertain`", path,
                            list->items[i].text);
    }
    if (pair[0] != pair[1])
        return true;
    return error_at(err, list->place, "%s.between: twice the same input", path);
}

/* The matrix, row by row, with NAN where nothing is said yet. */
struct copula {
    size_t n;
    double *matrix, *root;
    struct place *places; /* of the entries */
};

static bool read_entry(struct study_reader *reader, const struct node *map,
                       const char *path, struct copula *to, struct error *err)
{
    struct correlation_input in = {0};
    struct params_context context = {.arena = reader->arena, .path = path};
    size_t pair[2];
    if (!study_want(map, NODE_MAP, path,
                    "{between: [pools.burst.price, pools.own.tariff], rho: 0.6}",
                    err) ||
        !params_read(correlation_params, &in, map, &context, err) ||
        !read_pair(reader, node_get(map, "between"), path, pair, err))
        return false;
    size_t above = pair[0] * to->n + pair[1], below = pair[1] * to->n + pair[0];
    if (!isnan(to->matrix[above]))
        return error_at(err, map->place, "%s: this pair has a rho already", path);
    to->matrix[above] = to->matrix[below] = in.rho;
    to->places[above] = to->places[below] = map->place;
    return true;
}

/* The row of the root, from those before it; false where the matrix is not positive
 * definite. */
static bool root_row(struct copula *copula, size_t row)
{
    size_t n = copula->n;
    double *root = copula->root;
    for (size_t k = 0; k <= row; k++) {
        double sum = copula->matrix[row * n + k];
        for (size_t i = 0; i < k; i++)
            sum -= root[row * n + i] * root[k * n + i];
        if (k == row && sum < 1e-9)
            return false;
        root[row * n + k] = k == row ? sqrt(sum) : sum / root[k * n + k];
    }
    return true;
}

/* The largest |rho| of the pair with which the row's root exists, others as they are;
 * by halving, to three digits.  0 where there is none. */
static double largest_rho(struct copula *copula, size_t row, size_t column)
{
    double *rho = &copula->matrix[row * copula->n + column];
    double given = *rho, low = 0, high = fabs(given);
    *rho = 0;
    bool any = root_row(copula, row);
    while (any && high - low > 1e-4) {
        double middle = (low + high) / 2;
        *rho = copysign(middle, given);
        if (root_row(copula, row))
            low = middle;
        else
            high = middle;
    }
    *rho = given;
    return any ? floor(low * 1000) / 1000 : 0;
}

/* Says which pair of the row cannot be as it is: the one that must give way least, or
 * where none can alone, the strongest. */
static bool refuse_row(const struct study_spec *spec, struct copula *copula, size_t row,
                       struct error *err)
{
    const double *rho = &copula->matrix[row * copula->n];
    size_t worst = 0;
    double most = 0;
    for (size_t k = 0; k < row; k++) {
        double limit = rho[k] == 0 ? 0 : largest_rho(copula, row, k);
        if (limit > most || (most == 0 && fabs(rho[k]) > fabs(rho[worst])))
            worst = k;
        most = fmax(most, limit);
    }
    char given[DECIMAL_TEXT], limit[DECIMAL_TEXT];
    decimal_write_double(given, rho[worst]);
    decimal_write_double(limit, copysign(most, rho[worst]));
    struct place place = copula->places[row * copula->n + worst];
    const char *pair[2] = {spec->uncertain[worst].path, spec->uncertain[row].path};
    if (most == 0)
        return error_at(err, place,
                        "correlation: rho %s between %s and %s contradicts the others; "
                        "make some of them smaller",
                        given, pair[0], pair[1]);
    return error_at(
        err, place,
        "correlation: rho %s between %s and %s contradicts the others; with "
        "them it can be %s %s",
        given, pair[0], pair[1], limit, rho[worst] > 0 ? "at most" : "at least");
}

/* The correlation matrix that the root of the given one implies for the inputs kept. */
static double *root_of_kept(const struct study_spec *spec, const size_t kept[],
                            size_t n, struct arena *arena)
{
    struct copula copula = {.n = n,
                            .matrix = ARENA_ARRAY(arena, n * n, double),
                            .root = ARENA_ARRAY(arena, n * n, double)};
    for (size_t i = 0; i < n * n; i++) {
        const double *a = &spec->cholesky[kept[i / n] * spec->n_uncertain];
        const double *b = &spec->cholesky[kept[i % n] * spec->n_uncertain];
        for (size_t k = 0; k < spec->n_uncertain; k++)
            copula.matrix[i] += a[k] * b[k];
    }
    for (size_t row = 0; row < n; row++)
        if (!root_row(&copula, row))
            assert(!"part of a positive definite matrix");
    return copula.root;
}

void study_leave_out(struct study_spec *spec, uint64_t inputs, struct arena *arena)
{
    size_t kept[UNCERTAIN_MAX], n = 0;
    for (size_t i = 0; i < spec->n_uncertain; i++)
        if (!(inputs >> i & 1))
            kept[n++] = i;
    if (n == spec->n_uncertain)
        return;
    struct uncertain_input *list = ARENA_ARRAY(arena, n + 1, struct uncertain_input);
    for (size_t i = 0; i < n; i++)
        list[i] = spec->uncertain[kept[i]];
    if (spec->cholesky)
        spec->cholesky = n > 0 ? root_of_kept(spec, kept, n, arena) : NULL;
    spec->uncertain = list;
    spec->n_uncertain = n;
}

bool study_read_correlation(struct study_reader *reader, const struct node *list,
                            struct error *err)
{
    struct study_spec *spec = reader->spec;
    size_t n = spec->n_uncertain;
    if (!study_want(list, NODE_LIST, "correlation",
                    "[{between: [pools.burst.price, pools.own.tariff], rho: 0.6}]",
                    err))
        return false;
    struct copula copula = {
        .n = n,
        .matrix = ARENA_ARRAY(reader->arena, n * n, double),
        .root = ARENA_ARRAY(reader->arena, n * n, double),
        .places = ARENA_ARRAY(reader->arena, n * n, struct place),
    };
    for (size_t i = 0; i < n * n; i++)
        copula.matrix[i] = i % (n + 1) == 0 ? 1 : NAN;
    for (size_t i = 0; i < list->n; i++)
        if (!read_entry(reader, &list->items[i],
                        arena_printf(reader->arena, "correlation.%zu", i), &copula,
                        err))
            return false;
    if (list->n == 0)
        return true;
    for (size_t i = 0; i < n * n; i++)
        copula.matrix[i] = isnan(copula.matrix[i]) ? 0 : copula.matrix[i];
    for (size_t row = 0; row < n; row++)
        if (!root_row(&copula, row))
            return refuse_row(spec, &copula, row, err);
    spec->cholesky = copula.root;
    return true;
}
