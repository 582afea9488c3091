#ifndef INPUT_STUDY_PARTS_H
#define INPUT_STUDY_PARTS_H

/* What the files that read the study keys share; nobody else includes this. */

#include "base/params.h"
#include "input/study_spec.h"

#define STUDY_PATHS_MAX  1000 /* different paths of all keys together */
#define DESIGN_PATHS_MAX 100
#define AXES_MAX         32

/* A path that is taken, and by what. */
struct study_path {
    const char *text;      /* as written */
    const char *canonical; /* node_path */
    const char *owner;     /* "uncertain", "sweep": said in messages */
    bool shared;           /* designs may set what other designs set */
};

struct study_reader {
    const struct node *root;
    const char *scenario_path;
    struct arena *arena;
    struct study_spec *spec;
    struct study_path *paths; /* those of `uncertain` first, in their order */
    size_t n_paths;
    bool sets; /* what is read may set uncertain inputs, which are not drawn then */
};

/* Checks the path that `key` holds and notes that it is taken; an error where it, or
 * one that it leads into, is taken already. */
bool study_take_path(struct study_reader *reader, const struct node *key,
                     const char *owner, bool shared, struct error *err) MUST_CHECK;

/* The path alone: its form, and that it may be set in a study. */
const char *study_check_path(struct study_reader *reader, const struct node *key,
                             const char *owner, struct error *err) MUST_CHECK;

/* Whether setting one changes the other, too. */
bool study_paths_meet(const char *canonical, const char *other);

/* The text as it may stand in a table: not empty, no control characters, shorter than
 * UNCERTAIN_TEXT_MAX.  `what` is said in the message. */
bool study_check_label(const char *text, struct place place, const char *what,
                       struct error *err) MUST_CHECK;

/* What a value is called: a scalar's text, else the YAML in one line. */
const char *study_label(const struct node *value, struct arena *arena);

/* The value of a key; NULL where there is none, or nothing behind it. */
const struct node *study_given(const struct node *map, const char *key);

/* The node is of this kind, and not null. */
bool study_want(const struct node *node, enum node_kind kind, const char *path,
                const char *example, struct error *err) MUST_CHECK;

/* "a..b step s unit", or a list of values; one axis whose name is the path. */
bool study_read_axis(struct study_reader *reader, const struct node *key,
                     const struct node *value, const char *owner, struct axis *axis,
                     struct error *err) MUST_CHECK;

/* A map of named designs, each a map from paths to values. */
bool study_read_designs(struct study_reader *reader, const struct node *map,
                        const char *owner, struct axis *axis,
                        struct error *err) MUST_CHECK;

bool study_check_metric(const char *text, struct place place, const char *path,
                        struct error *err) MUST_CHECK;

bool study_read_uncertain(struct study_reader *reader, const struct node *node,
                          struct error *err) MUST_CHECK;
bool study_read_correlation(struct study_reader *reader, const struct node *node,
                            struct error *err) MUST_CHECK;
bool study_read_sweep(struct study_reader *reader, const struct node *node,
                      struct error *err) MUST_CHECK;
bool study_read_breakeven(struct study_reader *reader, const struct node *node,
                          struct error *err) MUST_CHECK;
bool study_read_settings(struct study_reader *reader, const struct node *node,
                         struct error *err) MUST_CHECK;
bool study_read_baseline(struct study_reader *reader, const struct node *node,
                         struct error *err) MUST_CHECK;

/* Tables, for the reference. */
extern const struct param study_params[], target_params[], stop_params[],
    uncertain_params[], normal_params[], lognormal_params[], uniform_params[],
    mode_params[], discrete_params[], correlation_params[], breakeven_params[];

/* Some multiple of the step lies within the law's bounds. */
bool study_check_step(const struct uncertain_input *input,
                      struct error *err) MUST_CHECK;

#endif
