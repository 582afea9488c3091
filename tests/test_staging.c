#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <sys/stat.h>

#include "output_fixture.h"

static struct fixture fixture;

static void setup(void)
{
    fixture_begin(&fixture);
}

static void teardown(void)
{
    fixture_end_all(&fixture);
}

TestSuite(staging, .init = setup, .fini = teardown);

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL, "%s", path);
    fputs(text, file);
    fclose(file);
}

static const char *in(const char *dir, const char *name)
{
    return arena_printf(&fixture.arena, "%s/%s", dir, name);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* How many entries a directory has, hidden ones included. */
static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = -2;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

#define OURS "{\"program\": \"tenure\"}\n"

/* Stages a directory with one file and a manifest. */
static bool stage(struct staging *staging, const char *target, bool force,
                  struct error *err)
{
    return staging_begin(staging, target, force, err) &&
           staging_write(staging, "summary.csv", "new\n", 4, err) &&
           staging_write(staging, MANIFEST_NAME, OURS, strlen(OURS), err);
}

static bool is_new(const char *target)
{
    char text[16] = "";
    FILE *file = fopen(in(target, "summary.csv"), "r");
    if (!file)
        return false;
    size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    return n == 4 && memcmp(text, "new\n", 4) == 0;
}

Test(staging, a_result_appears_at_commit_and_not_before)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    cr_assert(stage(&staging, target, false, &err));
    cr_expect(not(exists(target)));
    bool ok = staging_commit(&staging, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(is_new(target));
    cr_expect(eq(int, entries(fixture.parent), 1));

    struct stat info;
    mode_t mask = umask(0);
    umask(mask);
    stat(target, &info);
    cr_expect(eq(int, (int)(info.st_mode & 0777), (int)(0777 & ~mask)));
}

Test(staging, abort_leaves_nothing)
{
    struct staging staging;
    struct error err;
    cr_assert(stage(&staging, fixture_path(&fixture, "out"), false, &err));
    cr_expect(eq(int, entries(fixture.parent), 1));
    staging_abort(&staging);
    cr_expect(eq(int, entries(fixture.parent), 0));
    staging_abort(&staging); /* again does nothing */
}

Test(staging, slashes_at_the_end_do_not_matter)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    cr_assert(stage(&staging, in(target, "//"), false, &err));
    cr_assert(staging_commit(&staging, &err));
    cr_expect(is_new(target));
}

Test(staging, an_empty_directory_is_filled)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    mkdir(target, 0755);
    cr_assert(stage(&staging, target, false, &err));
    cr_assert(staging_commit(&staging, &err));
    cr_expect(is_new(target));
}

Test(staging, force_replaces_an_earlier_result)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    mkdir(target, 0755);
    put(in(target, MANIFEST_NAME), OURS);
    put(in(target, "events.csv"), "old\n");
    cr_assert(stage(&staging, target, true, &err));
    bool ok = staging_commit(&staging, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(is_new(target));
    cr_expect(not(exists(in(target, "events.csv"))));
    cr_expect(eq(int, entries(fixture.parent), 1));
}

/* What stands in the way, by name of the case. */
static void obstruct(const char *what, const char *target)
{
    if (strcmp(what, "file") == 0) {
        put(target, "precious\n");
        return;
    }
    if (strcmp(what, "link") == 0) {
        const char *elsewhere = fixture_path(&fixture, "elsewhere");
        mkdir(elsewhere, 0755);
        put(in(elsewhere, MANIFEST_NAME), OURS);
        cr_assert(symlink(elsewhere, target) == 0, "symlink");
        return;
    }
    mkdir(target, 0755);
    if (strcmp(what, "no manifest") == 0)
        put(in(target, "summary.csv"), "precious\n");
    else if (strcmp(what, "other's manifest") == 0)
        put(in(target, MANIFEST_NAME), "{\"name\": \"app\", \"icons\": []}");
    else if (strcmp(what, "not JSON") == 0)
        put(in(target, MANIFEST_NAME), "tenure");
    else
        put(in(target, MANIFEST_NAME), OURS);
    if (strcmp(what, "stranger") == 0)
        put(in(target, "notes.txt"), "precious\n");
    if (strcmp(what, "folder of our name") == 0)
        mkdir(in(target, "jobs.csv"), 0755);
    if (strcmp(what, "manifest is a link") == 0) {
        put(fixture_path(&fixture, "m.json"), OURS);
        unlink(in(target, MANIFEST_NAME));
        cr_assert(symlink("../m.json", in(target, MANIFEST_NAME)) == 0, "symlink");
    }
}

Test(staging, what_is_no_result_is_never_replaced)
{
    static const struct {
        const char *what;
        bool force;
        const char *message; /* after the target's path */
    } cases[] = {
        {"result", false, " is not empty; --force replaces an earlier result"},
        {"stranger", false, " is not empty; --force replaces an earlier result"},
        {"stranger", true,
         " holds 'notes.txt', which Tenure did not write, and is not replaced; move "
         "that "
         "file or name another directory"},
        {"folder of our name", true,
         " holds 'jobs.csv', which Tenure did not write, and is not replaced; move "
         "that "
         "file or name another directory"},
        {"no manifest", true,
         " has no manifest of Tenure's, so it is not a result and is not replaced; "
         "name "
         "another directory"},
        {"other's manifest", true,
         " has no manifest of Tenure's, so it is not a result and is not replaced; "
         "name "
         "another directory"},
        {"not JSON", true,
         " has no manifest of Tenure's, so it is not a result and is not replaced; "
         "name "
         "another directory"},
        {"manifest is a link", true,
         " has no manifest of Tenure's, so it is not a result and is not replaced; "
         "name "
         "another directory"},
        {"file", true, " is not a directory; name one for the result"},
        {"link", true, " is a symbolic link; name the directory itself"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct staging staging;
        struct error err = {0};
        const char *dir = arena_printf(&fixture.arena, "%s/%zu", fixture.parent, i);
        mkdir(dir, 0755);
        const char *target = in(dir, "out");
        obstruct(cases[i].what, target);
        int before = entries(dir);
        bool ok = staging_begin(&staging, target, cases[i].force, &err);
        cr_assert(not(ok), "%s", cases[i].what);
        cr_expect(eq(int, (int)err.kind, ERROR_USAGE));
        const char *expected =
            arena_printf(&fixture.arena, "%s%s", target, cases[i].message);
        cr_expect(eq(str, err.text, (char *)expected));
        cr_expect(eq(int, entries(dir), before));
    }
}

Test(staging, a_target_that_fills_up_meanwhile_is_not_lost)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    cr_assert(stage(&staging, target, true, &err));
    mkdir(target, 0755);
    put(in(target, "thesis.tex"), "precious\n");
    cr_expect(not(staging_commit(&staging, &err)));
    cr_expect(exists(in(target, "thesis.tex")));
    cr_expect(eq(int, entries(fixture.parent), 1));
}

Test(staging, deleting_an_earlier_result_never_follows_a_link)
{
    struct staging staging;
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    const char *outside = fixture_path(&fixture, "outside.csv");
    put(outside, "precious\n");
    mkdir(target, 0755);
    put(in(target, MANIFEST_NAME), OURS);
    cr_assert(symlink(outside, in(target, "jobs.csv")) == 0, "symlink");
    cr_assert(stage(&staging, target, true, &err));
    cr_assert(staging_commit(&staging, &err));
    cr_expect(exists(outside));
    cr_expect(not(exists(in(target, "jobs.csv"))));
}

Test(staging, names_that_are_no_new_directory_are_refused)
{
    static const char *const targets[] = {"", "/", ".", "..", "out/.", "./..", "///"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct staging staging;
        struct error err = {0};
        cr_assert(not(staging_begin(&staging, targets[i], true, &err)), "'%s'",
                  targets[i]);
        const char *expected = arena_printf(
            &fixture.arena, "'%s' cannot be made; name a new directory for the result",
            targets[i]);
        cr_expect(eq(str, err.text, (char *)expected));
    }
}

Test(staging, a_missing_parent_is_bad_input_and_a_read_only_one_an_io_error)
{
    struct staging staging;
    struct error err = {0};
    const char *locked = fixture_path(&fixture, "locked");
    cr_assert(
        not(staging_begin(&staging, fixture_path(&fixture, "no/out"), false, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
    char expected[512];
    snprintf(expected, sizeof expected,
             "%s: there is no such directory for 'out' to stand in; make it first",
             fixture_path(&fixture, "no"));
    cr_expect(eq(str, err.text, (char *)expected));

    mkdir(locked, 0555);
    if (geteuid() == 0)
        cr_skip_test("root may write into any directory");
    cr_assert(not(staging_begin(&staging, in(locked, "out"), false, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_IO));
    cr_expect(strstr(err.text, "Permission denied") != NULL, "%s", err.text);
}

Test(staging, a_full_disk_is_an_io_error_and_leaves_nothing)
{
    struct staging staging;
    struct error err = {0};
    if (access("/dev/full", W_OK) != 0)
        cr_skip_test("no /dev/full here");
    cr_assert(staging_begin(&staging, fixture_path(&fixture, "out"), false, &err));
    cr_assert(symlink("/dev/full", staging_path(&staging, "run.json")) == 0, "symlink");
    cr_expect(not(staging_write(&staging, "run.json", "{}", 2, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_IO));
    cr_expect(strstr(err.text, "No space left on device") != NULL, "%s", err.text);
    staging_abort(&staging);
    cr_expect(eq(int, entries(fixture.parent), 0));
}

Test(staging, a_whole_result_is_replaced_by_a_whole_result)
{
    struct error err;
    const char *target = fixture_path(&fixture, "out");
    bool ok = fixture_write(&fixture, target, false, &err);
    cr_assert(ok, "%s", err.text);
    int before = entries(target);
    struct fixture again;
    fixture_begin(&again);
    again.scenario.write_events = false;
    ok = fixture_write(&again, target, true, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(eq(int, entries(target), before - 1));
    cr_expect(eq(int, entries(fixture.parent), 1));
    fixture_end_all(&again);
}
