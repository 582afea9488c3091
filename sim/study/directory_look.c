/* Whose a directory is, and what is in it. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/staging.h"
#include "study/directory_parts.h"
#include "study/lock.h"
#include "study/rows.h"

struct contents {
    bool has_plan, has_manifest;
    bool plan_is_ours;
    json_t *manifest;   /* NULL: none of ours */
    char known[256];    /* a name that Tenure writes; "": none */
    char stranger[256]; /* and one that it does not */
};

/* What may stand there without saying anything: shards and a killed beginning. */
static bool says_nothing(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strcmp(name, LOCK_NAME) == 0 || strcmp(name, SHARDS_NAME) == 0 ||
           directory_is_hidden(name);
}

static void note(struct contents *contents, const char *name)
{
    bool is_plan = strcmp(name, PLAN_NAME) == 0;
    bool known = is_plan || rows_is_part_name(name) || directory_is_output(name);
    if (says_nothing(name))
        return;
    contents->has_plan |= is_plan;
    contents->has_manifest |= strcmp(name, MANIFEST_NAME) == 0;
    snprintf(known ? contents->known : contents->stranger, sizeof contents->known, "%s",
             name);
}

static bool look_into(const char *dir, struct contents *contents, struct error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (!list) {
        error_errno(err, dir);
        if (fd >= 0)
            close(fd);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(list));)
        note(contents, entry->d_name);
    contents->plan_is_ours = contents->has_plan && directory_has_plan(fd);
    contents->manifest = contents->has_manifest ? directory_manifest(fd) : NULL;
    closedir(list);
    return true;
}

/* A study has begun there, or is finished: then what others put beside it, as logs of
 * jobs and cores, is left alone. */
static bool check_strangers(const char *dir, const struct contents *contents,
                            struct error *err)
{
    if (!*contents->stranger || contents->plan_is_ours ||
        json_object_get(contents->manifest, "kind") || directory_has_shards(dir))
        return true;
    return error_kind_set(err, ERROR_USAGE,
                          "%s holds '%s', which is not Tenure's; name another "
                          "directory",
                          dir, contents->stranger);
}

/* Names alone are no proof: a jobs.csv may be anybody's. */
static bool check_proof(const char *dir, const struct contents *contents,
                        struct error *err)
{
    const char *what = NULL;
    if (contents->has_manifest && !contents->manifest)
        what = MANIFEST_NAME;
    else if (contents->has_plan && !contents->plan_is_ours)
        what = PLAN_NAME;
    if (what)
        return error_set(err,
                         "%s/%s is not Tenure's, and is not replaced, with --force, "
                         "too; move that file or name another directory",
                         dir, what);
    return !*contents->known || contents->manifest || contents->plan_is_ours ||
           error_set(err,
                     "%s holds '%s', but no " PLAN_NAME " or " MANIFEST_NAME
                     " of Tenure's, so it is no study, and nothing in it is replaced, "
                     "with --force, too; move that file or name another directory",
                     dir, contents->known);
}

static bool look_at_manifest(const char *dir, const json_t *manifest,
                             const struct study_plan *plan, bool force,
                             enum directory_state *state, struct error *err)
{
    const char *id = json_string_value(json_object_get(manifest, "study"));
    char difference[PLAN_DIFFERENCE];
    if (id && strcmp(id, plan->id) == 0) {
        *state = DIRECTORY_FINISHED;
        return true;
    }
    if (force)
        return true;
    if (!json_object_get(manifest, "kind"))
        return error_kind_set(err, ERROR_USAGE,
                              "%s holds the result of a run; name another directory, "
                              "or replace it with --force",
                              dir);
    plan_difference(manifest, plan_identity(plan), difference);
    return error_kind_set(err, ERROR_USAGE,
                          "%s holds another study: %s; name another directory, "
                          "or replace it with --force",
                          dir, difference);
}

static bool look_at_plan(const char *dir, const struct study_plan *plan, bool force,
                         enum directory_state *state, struct error *err)
{
    struct study_plan was;
    struct error inner;
    if (!plan_read(&was, dir, &inner)) {
        if (force)
            return true;
        *err = inner;
        return false;
    }
    if (strcmp(was.id, plan->id) == 0)
        *state = DIRECTORY_BEGUN;
    char difference[PLAN_DIFFERENCE];
    plan_difference(plan_identity(&was), plan_identity(plan), difference);
    plan_free(&was);
    if (*state == DIRECTORY_BEGUN || force)
        return true;
    return error_kind_set(err, ERROR_USAGE,
                          "%s holds another study that has begun: %s; name another "
                          "directory, or replace it with --force",
                          dir, difference);
}

bool directory_look(const char *dir, const struct study_plan *plan, bool force,
                    enum directory_state *state, struct error *err)
{
    struct contents contents = {0};
    *state = DIRECTORY_EMPTY;
    if (!look_into(dir, &contents, err))
        return false;
    bool ok = check_strangers(dir, &contents, err) && check_proof(dir, &contents, err);
    if (ok && contents.manifest)
        ok = look_at_manifest(dir, contents.manifest, plan, force, state, err);
    else if (ok && contents.plan_is_ours)
        ok = look_at_plan(dir, plan, force, state, err);
    json_decref(contents.manifest);
    return ok;
}
