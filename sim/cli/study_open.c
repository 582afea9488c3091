#include "cli/study_open.h"

#include <assert.h>
#include <inttypes.h>

void study_options_add(struct cli_option options[], size_t n, size_t room,
                       const struct study_command *command)
{
    const struct cli_option *own = command->options;
    for (size_t i = 0; own && own[i].name; i++) {
        assert(n + i + 1 < room);
        options[n + i] = own[i];
    }
}

/* The values of an option that takes one, or several. */
static size_t values_of(const struct cli_option *option, const char *const **values)
{
    if (option->values) {
        *values = option->values->text;
        return option->values->n;
    }
    *values = option->value;
    return option->value && *option->value;
}

static size_t count_values(const struct cli_option *own)
{
    size_t n = 0;
    const char *const *values;
    for (size_t i = 0; own && own[i].name; i++)
        n += values_of(&own[i], &values);
    return n;
}

const char *const *study_words(const struct study_request *request, struct arena *arena,
                               size_t *n)
{
    const struct cli_option *own = request->command->options;
    size_t room = 4 + 2 * (count_values(own) + request->overrides.n);
    const char **words = ARENA_ARRAY(arena, room, const char *), *const * values;
    *n = 0;
    words[(*n)++] = request->design->kind;
    words[(*n)++] = request->scenario;
    for (size_t i = 0; own && own[i].name; i++)
        for (size_t k = 0; k < values_of(&own[i], &values); k++) {
            words[(*n)++] = arena_printf(arena, "--%s", own[i].name);
            words[(*n)++] = values[k];
        }
    if (request->replications) {
        words[(*n)++] = "--replications";
        words[(*n)++] = request->replications;
    }
    for (size_t i = 0; i < request->overrides.n; i++) {
        words[(*n)++] = "--set";
        words[(*n)++] = request->overrides.text[i];
    }
    assert(*n <= room);
    return words;
}

struct scenario_file *study_scenario(const struct study_request *request,
                                     struct arena *arena, struct error *err)
{
    size_t n = request->overrides.n;
    const char **overrides = ARENA_ARRAY(arena, n + 1, const char *);
    int64_t replications;
    for (size_t i = 0; i < n; i++)
        overrides[i] = request->overrides.text[i];
    if (request->replications) {
        if (!cli_whole_number(request->replications, "--replications", &replications,
                              err))
            return NULL;
        overrides[n++] =
            arena_printf(arena, "study.replications=%" PRId64, replications);
    }
    return scenario_open(request->scenario, overrides, n, err);
}

bool study_plan(const struct study_request *request, const struct scenario_file *file,
                struct study_setup *setup, struct study_plan *plan, struct arena *arena,
                struct error *err)
{
    const struct study_command *command = request->command;
    size_t n;
    const char *const *words = study_words(request, arena, &n);
    setup_begin(setup, request->design, file, TENURE_VERSION);
    setup->replications_given = request->replications != NULL;
    return (!command->apply || command->apply(command->self, setup, err)) &&
           plan_make(plan, setup, words, n, err);
}
