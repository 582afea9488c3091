#include "study/boundary.h"

#include <assert.h>
#include <math.h>

#include "base/arena.h"

/* A stretch of the axis in which zero cannot be ruled out. */
struct piece {
    double from, to;
};

/* What is known at the points of the grid. */
struct line {
    const double *x;
    size_t n;
    double *mean;
    double *variance;   /* of the mean; 0 where it is unknown */
    double *covariance; /* with the next point's mean */
    double t2;          /* square of Student's factor */
};

static void drop_incomplete(double *difference, size_t n_x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool whole = true;
        for (size_t i = 0; i < n_x; i++)
            whole &= isfinite(difference[i * n + k]);
        for (size_t i = 0; i < n_x && !whole; i++)
            difference[i * n + k] = NAN;
    }
}

static double variance_of(const struct mean_estimate *estimate)
{
    return estimate->units > 1 ? estimate->standard_error * estimate->standard_error
                               : 0;
}

/* Var(a + b) = Var a + Var b + 2 Cov, but for rounding at most their product. */
static double covariance_of(double sum, double a, double b)
{
    double most = sqrt(a * b);
    return fmin(fmax((sum - a - b) / 2, -most), most);
}

static void measure(struct line *line, const double *difference, size_t n, size_t unit,
                    double confidence, double *room)
{
    struct mean_estimate at;
    for (size_t i = 0; i < line->n; i++) {
        estimate_mean(difference + i * n, n, unit, confidence, &at);
        line->mean[i] = at.mean;
        line->variance[i] = variance_of(&at);
    }
    for (size_t i = 0; i + 1 < line->n; i++) {
        for (size_t k = 0; k < n; k++)
            room[k] = difference[i * n + k] + difference[(i + 1) * n + k];
        struct mean_estimate both;
        estimate_mean(room, n, unit, confidence, &both);
        line->covariance[i] =
            covariance_of(variance_of(&both), line->variance[i], line->variance[i + 1]);
    }
    double factor = at.units > 1 ? student_factor(confidence, (double)at.units - 1) : 0;
    line->t2 = factor * factor;
}

/* ---- where zero is within the band ---- */

static bool accepted(const struct line *line, size_t i)
{
    return line->mean[i] * line->mean[i] <= line->t2 * line->variance[i];
}

/* Mean^2 - t^2 variance at the part w of the way from point i to the next:
 * a w^2 + b w + c; at most 0 within the band. */
struct quadratic {
    double a, b, c;
};

static struct quadratic outside(const struct line *line, size_t i)
{
    double m = line->mean[i], step = line->mean[i + 1] - m;
    double v = line->variance[i], next = line->variance[i + 1];
    double cov = line->covariance[i];
    return (struct quadratic){step * step - line->t2 * (v + next - 2 * cov),
                              2 * m * step - line->t2 * 2 * (cov - v),
                              m * m - line->t2 * v};
}

/* Its zeros in ascending order; false: none.  Without variance the one zero is double,
 * which rounding must not lose. */
static bool roots(struct quadratic q, bool surely, double root[2])
{
    double square = q.b * q.b - 4 * q.a * q.c;
    if (square < 0 && surely)
        square = 0;
    if (!(square >= 0))
        return false;
    double half = -0.5 * (q.b + copysign(sqrt(square), q.b));
    double one = half / q.a, other = half != 0 ? q.c / half : 0;
    if (!isfinite(one))
        one = other;
    root[0] = fmin(one, other);
    root[1] = fmax(one, other);
    return true;
}

static double within(double w)
{
    return fmin(fmax(w, 0), 1);
}

/* The one root between a point inside the band and one outside. */
static double edge(const double root[2], double fallback)
{
    for (int i = 0; i < 2; i++)
        if (root[i] >= 0 && root[i] <= 1)
            return root[i];
    return fallback;
}

/* Up to two stretches of the way to the next point, as parts of it. */
static size_t stretches(const struct line *line, size_t i, struct piece out[2])
{
    bool here = accepted(line, i), next = accepted(line, i + 1);
    bool crosses = line->mean[i] * line->mean[i + 1] < 0;
    struct quadratic q = outside(line, i);
    double root[2] = {NAN, NAN};
    bool any = roots(q, crosses, root);
    if (here && next) {
        if (any && q.a < 0 && root[0] > 0 && root[1] < 1) {
            out[0] = (struct piece){0, root[0]};
            out[1] = (struct piece){root[1], 1};
            return 2;
        }
        out[0] = (struct piece){0, 1};
        return 1;
    }
    if (here || next) {
        double at = edge(root, here ? 0 : 1);
        out[0] = here ? (struct piece){0, at} : (struct piece){at, 1};
        return 1;
    }
    if (!any || !(q.a > 0) || !(root[1] > 0 && root[0] < 1))
        return 0;
    out[0] = (struct piece){within(root[0]), within(root[1])};
    return 1;
}

/* All stretches of the axis, those that touch as one. */
static size_t pieces_of(const struct line *line, struct piece *out)
{
    size_t n = 0;
    bool open = accepted(line, 0); /* the last piece reaches the point at hand */
    if (open)
        out[n++] = (struct piece){line->x[0], line->x[0]};
    for (size_t i = 0; i + 1 < line->n; i++) {
        struct piece part[2];
        size_t parts = stretches(line, i, part);
        double width = line->x[i + 1] - line->x[i];
        for (size_t p = 0; p < parts; p++) {
            double from = line->x[i] + part[p].from * width;
            double to =
                part[p].to == 1 ? line->x[i + 1] : line->x[i] + part[p].to * width;
            if (p == 0 && open)
                out[n - 1].to = to;
            else
                out[n++] = (struct piece){from, to};
        }
        open = accepted(line, i + 1);
    }
    return n;
}

/* ---- where the mean is zero ---- */

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

/* The zero between two points of opposite sign with nothing but zeros in between. */
static double zero_between(const struct line *line, size_t left, size_t right)
{
    if (right > left + 1)
        return (line->x[left + 1] + line->x[right - 1]) / 2;
    double part = line->mean[left] / (line->mean[left] - line->mean[right]);
    return line->x[left] + part * (line->x[right] - line->x[left]);
}

static size_t zeros_of(const struct line *line, struct crossing *out)
{
    size_t n = 0, last = 0;
    for (size_t i = 1; i < line->n; i++) {
        int before = sign(line->mean[last]), now = sign(line->mean[i]);
        if (now == 0)
            continue;
        if (before * now < 0)
            out[n++] = (struct crossing){
                .x = zero_between(line, last, i), .below = before, .above = now};
        last = i;
    }
    return n;
}

/* ---- both together ---- */

static struct interval band_of(const struct line *line, struct piece piece)
{
    bool known = line->t2 > 0;
    return (struct interval){
        known && piece.from > line->x[0] ? piece.from : NAN,
        known && piece.to < line->x[line->n - 1] ? piece.to : NAN,
    };
}

/* The sign of the mean where it comes close to zero without crossing it. */
static int sign_near(const struct line *line, double x)
{
    size_t i = 0;
    while (i + 1 < line->n && line->x[i] < x)
        i++;
    int here = sign(line->mean[i]);
    return here != 0 || i == 0 ? here : sign(line->mean[i - 1]);
}

/* Every zero is within a piece, but for rounding where there is no variance. */
static size_t join(const struct line *line, const struct piece *piece, size_t pieces,
                   const struct crossing *zero, size_t zeros, struct crossing *out)
{
    double rounding = 1e-9 * (line->x[line->n - 1] - line->x[0]);
    size_t n = 0, z = 0;
    for (size_t p = 0; p < pieces; p++) {
        size_t before = n;
        for (; z < zeros && zero[z].x <= piece[p].to + rounding; z++) {
            out[n] = zero[z];
            out[n++].band = band_of(line, piece[p]);
        }
        int side = sign_near(line, piece[p].from);
        if (n == before)
            out[n++] = (struct crossing){NAN, band_of(line, piece[p]), side, side};
    }
    assert(z == zeros);
    return n;
}

size_t boundary_find(const double x[], size_t n_x, double difference[], size_t n,
                     size_t unit, double confidence, struct crossing out[])
{
    assert(n_x >= 1);
    struct arena arena = {0};
    struct line line = {.x = x,
                        .n = n_x,
                        .mean = ARENA_ARRAY(&arena, n_x, double),
                        .variance = ARENA_ARRAY(&arena, n_x, double),
                        .covariance = ARENA_ARRAY(&arena, n_x, double)};
    struct piece *piece = ARENA_ARRAY(&arena, 2 * n_x, struct piece);
    struct crossing *zero = ARENA_ARRAY(&arena, n_x, struct crossing);
    drop_incomplete(difference, n_x, n);
    measure(&line, difference, n, unit, confidence, ARENA_ARRAY(&arena, n + 1, double));
    size_t found = 0;
    if (isfinite(line.mean[0]))
        found = join(&line, piece, pieces_of(&line, piece), zero, zeros_of(&line, zero),
                     out);
    arena_free(&arena);
    return found;
}
