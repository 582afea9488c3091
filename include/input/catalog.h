#ifndef INPUT_CATALOG_H
#define INPUT_CATALOG_H

/*
 * The GPU catalogue: what is known of each class, and how well.
 *
 * models/catalog.yaml is built into the program; a scenario's `catalog: FILE` adds
 * classes or replaces single figures of known ones.  Every figure has a value, a
 * source, a date and a mark:
 *   measured  somebody measured it and published how
 *   quoted    the vendor or seller says so
 *   derived   computed from other figures; the source says how
 *   assumed   nobody says so; a default to be replaced
 */

#include "base/arena.h"
#include "base/params.h"
#include "base/sha256.h"
#include "input/store.h"

enum mark { MARK_MEASURED, MARK_QUOTED, MARK_DERIVED, MARK_ASSUMED, MARKS };
extern const char *const mark_names[]; /* ends with NULL */

/* The products that have prices; "block" is capacity reserved for days, paid ahead. */
extern const char *const market_names[]; /* ends with NULL */

/* Every figure that is one quantity: its key, unit, range and meaning. */
extern const struct param catalog_figures[];

/* Where a figure comes from. */
struct provenance {
    const char *key;    /* the figure: "tdp" */
    const char *source; /* document, with publisher */
    const char *date;   /* as of: "2026-05" */
    enum mark mark;
    const char *note; /* may be NULL */
};

/* A dated figure: prices paid and asked over time. */
struct dated_price {
    int64_t unix_ms;
    const char *market; /* one of market_names */
    int64_t nano_usd_per_gpu_h;
    struct provenance provenance;
};

struct class_speed {
    const char *workload; /* NULL: all others */
    double ratio;         /* work per time against the catalogue's unit, h100-sxm = 1 */
};

struct gpu_class {
    const char *name;  /* "h100-sxm" */
    const char *title; /* "NVIDIA H100 SXM5 80 GB" */
    int64_t memory_mb;
    double bf16_tflops; /* dense */
    struct class_speed *speeds;
    size_t n_speeds;
    int64_t tdp_mw, idle_mw; /* of one GPU, milliwatts */
    int64_t gpus_per_server;
    int64_t server_idle_mw; /* all of a server, nothing running */
    int64_t server_busy_mw; /* all of a server, all GPUs busy: measured training draw */
    int64_t server_nameplate_mw; /* what a colocation contract reserves */
    int64_t launch_unix_ms;
    int64_t server_price_uusd; /* micro-USD; 0: not known */
    int64_t
        rent_nano_usd_per_gpu_h; /* on-demand, at the catalogue's date; 0: not known */
    int64_t lease_nano_usd_per_gpu_h; /* 1-year lease; 0: not known */
    struct table
        value_by_age;   /* x: years since purchase, y: fraction of server price */
    double embodied_kg; /* CO2e per GPU, manufacture */
    struct dated_price *prices;
    size_t n_prices;
    struct provenance *provenance; /* one per figure given */
    size_t n_provenance;
};

struct catalog {
    struct arena arena;
    struct gpu_class *classes;
    size_t n;
    char digest[SHA256_HEX]; /* of the built-in text */
    char added[SHA256_HEX];  /* of what was added to it; "" if nothing */
};

/* The built-in catalogue. */
bool catalog_init(struct catalog *catalog, struct error *err) MUST_CHECK;

/* Adds a file's classes and figures. */
bool catalog_add(struct catalog *catalog, const char *path, char digest[SHA256_HEX],
                 struct error *err) MUST_CHECK;
void catalog_free(struct catalog *catalog);

/* The built-in catalogue with the file of that path added; "": nothing. */
extern const struct store_kind stored_catalog;

/* A figure of a class as a user would write it, by the key of its provenance; in the
 * arena. */
const char *gpu_class_text(const struct gpu_class *class, const char *key,
                           struct arena *arena);

/* Its source, with the note there may be; in the arena or borrowed. */
const char *provenance_text(const struct provenance *provenance, struct arena *arena);

const struct gpu_class *catalog_find(const struct catalog *catalog, const char *name);

/* The speed of a class for a workload (NULL: none given). */
double gpu_class_speed(const struct gpu_class *class, const char *workload);

/* What a server of that class is worth at an age, as a fraction of its price; linear
 * between the table's points, flat beyond them. */
double gpu_class_value_frac(const struct gpu_class *class, double age_y);

#endif
