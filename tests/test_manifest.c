#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include "base/fingerprint.h"
#include "output_fixture.h"

static struct fixture fixture;
static const char *path;

static void setup(void)
{
    struct error err;
    fixture_begin(&fixture);
    const char *dir = fixture_path(&fixture, "out");
    bool ok = fixture_write(&fixture, dir, false, &err);
    cr_assert(ok, "%s", err.text);
    path = arena_printf(&fixture.arena, "%s/manifest.json", dir);
}

static void teardown(void)
{
    fixture_end_all(&fixture);
}

TestSuite(manifest, .init = setup, .fini = teardown);

static char *read_text(const char *name, size_t *length)
{
    FILE *file = fopen(name, "rb");
    cr_assert(file != NULL, "%s", name);
    char *text = calloc(1, 1 << 16);
    *length = fread(text, 1, 1 << 16, file);
    fclose(file);
    return text;
}

static void write_text(const char *name, const char *text, size_t length)
{
    FILE *file = fopen(name, "wb");
    fwrite(text, 1, length, file);
    fclose(file);
}

Test(manifest, it_names_everything_that_made_the_result)
{
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert(root != NULL, "not JSON");
    const char *name, *value, *origin, *program, *digest;
    int seed, rows;
    int failed =
        json_unpack(root, "{s:s, s:i, s:{s:s}, s:{s:{s:s, s:s}}, s:{s:{s:i, s:s}}}",
                    "program", &program, "seed", &seed, "scenario", "name", &name,
                    "resolved", "pools.own.gpus", "value", &value, "origin", &origin,
                    "outputs", "timeline.csv", "rows", &rows, "sha256", &digest);
    cr_assert(eq(int, failed, 0));
    cr_expect(eq(str, (char *)program, "tenure"));
    cr_expect(eq(str, (char *)name, "three-pools"));
    cr_expect(eq(int, seed, 7));
    cr_expect(eq(str, (char *)value, "8"));
    cr_expect(eq(str, (char *)origin, "three-pools.yaml:12:20"));
    cr_expect(eq(int, rows, 9));
    cr_expect(eq(sz, json_object_size(json_object_get(root, "outputs")), 8));

    char hex[SHA256_HEX];
    struct error err;
    const char *timeline = fixture_path(&fixture, "out/timeline.csv");
    cr_assert(sha256_file(timeline, hex, &err));
    cr_expect(eq(str, (char *)digest, hex));
    json_decref(root);
}

Test(manifest, equal_runs_have_equal_manifests)
{
    struct fixture again;
    struct error err;
    size_t n, m;
    fixture_begin(&again);
    const char *dir = fixture_path(&again, "other-place");
    bool ok = fixture_write(&again, dir, false, &err);
    cr_assert(ok, "%s", err.text);
    char *a = read_text(path, &n);
    char *b = read_text(arena_printf(&again.arena, "%s/manifest.json", dir), &m);
    cr_expect(eq(sz, n, m));
    cr_expect(eq(str, a, b));
    free(a);
    free(b);
    fixture_end_all(&again);
}

Test(manifest, a_changed_byte_anywhere_is_found)
{
    struct error err;
    size_t length;
    char *text = read_text(path, &length);
    cr_assert(manifest_verify(path, &err));
    for (size_t i = 0; i < length; i += 7) {
        char kept = text[i];
        text[i] = kept == '1' ? '2' : kept == ' ' ? '\t' : '1';
        write_text(path, text, length);
        cr_expect(not(manifest_verify(path, &err)), "byte %zu ('%c') of the manifest",
                  i, kept);
        text[i] = kept;
    }
    write_text(path, text, length);
    cr_expect(manifest_verify(path, &err));
    write_text(path, text, length - 1);
    cr_expect(not(manifest_verify(path, &err)), "the last line end");
    free(text);
}

Test(manifest, says_what_is_wrong_with_it)
{
    static const struct {
        const char *text, *message; /* after the path */
    } cases[] = {
        {"", ":1:0: not JSON: '[' or '{' expected near end of file"},
        {"[]\n", ": was changed: its digest 'self' is not that of its content"},
        {"{}\n", ": was changed: its digest 'self' is not that of its content"},
        {"{\"self\": 1}\n",
         ": was changed: its digest 'self' is not that of its content"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {0};
        write_text(path, cases[i].text, strlen(cases[i].text));
        cr_expect(not(manifest_verify(path, &err)), "%s", cases[i].text);
        cr_expect(strstr(err.text, cases[i].message + (i == 0 ? 4 : 0)) != NULL, "%s",
                  err.text);
    }
}

Test(manifest, labels_that_are_no_text_do_not_break_it)
{
    struct error err;
    struct fixture other;
    fixture_begin(&other);
    other.scenario.path = "caf\xe9/own\x01.yaml";
    const char *dir = fixture_path(&other, "out");
    bool ok = fixture_write(&other, dir, false, &err);
    cr_assert(ok, "%s", err.text);
    ok = manifest_verify(arena_printf(&other.arena, "%s/manifest.json", dir), &err);
    cr_expect(ok, "%s", err.text);
    fixture_end_all(&other);
}

Test(fingerprint, is_the_same_each_time_on_one_machine)
{
    char a[SHA256_HEX], b[SHA256_HEX];
    fingerprint(a);
    fingerprint(b);
    cr_expect(eq(str, a, b));
    cr_expect(eq(sz, strlen(a), 64));
}
