/*
 * The audit of a result whose books agree, but for a few places of its files.  The
 * input is a list of changes, each up to a newline or NUL: a byte for the file, two for
 * the place, one for how many bytes go there, and what comes instead.
 */

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../output_fixture.h"
#include "fuzz.h"
#include "output/audit.h"

enum { FILES_MAX = 24, CHANGES_MAX = 4 };

static struct file {
    char name[64];
    char *text;
    size_t length;
    bool changed;
} files[FILES_MAX];
static size_t n_files;

static const char *in_result(const char *name, char path[128])
{
    snprintf(path, 128, "result/%s", name);
    return path;
}

static void load(const char *name)
{
    char path[128];
    struct file *file = &files[n_files++];
    fuzz_expect(n_files <= FILES_MAX);
    snprintf(file->name, sizeof file->name, "%s", name);
    FILE *in = fopen(fuzz_path(in_result(name, path)), "rb");
    fuzz_expect(in != NULL && fseek(in, 0, SEEK_END) == 0);
    file->length = (size_t)ftell(in);
    rewind(in);
    file->text = calloc(file->length + 1, 1);
    fuzz_expect(file->text && fread(file->text, 1, file->length, in) == file->length);
    fclose(in);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static void make_result(void)
{
    static struct fixture fixture;
    struct error err = {0};
    fixture_begin(&fixture);
    bool ok = fixture_write(&fixture, fuzz_path("result"), false, &err);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    fuzz_expect(ok);
    fixture_end_all(&fixture);
    DIR *dir = opendir(fuzz_path("result"));
    fuzz_expect(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (entry->d_name[0] != '.')
            load(entry->d_name);
    closedir(dir);
    qsort(files, n_files, sizeof files[0], by_name);
}

static void put(struct file *file, struct fuzz_bytes bytes)
{
    char path[128];
    fuzz_dir_write(in_result(file->name, path), bytes);
}

static void change(struct fuzz_bytes *input)
{
    struct file *file = &files[fuzz_byte(input) % n_files];
    size_t at = fuzz_byte(input) << 8;
    at = (at | fuzz_byte(input)) % (file->length + 1);
    size_t gone = fuzz_byte(input) % (file->length - at + 1);
    char *insert = fuzz_line(input);
    size_t length = strlen(insert), rest = file->length - at - gone;
    char *text = malloc(at + length + rest + 1);
    fuzz_expect(text != NULL);
    memcpy(text, file->text, at);
    memcpy(text + at, insert, length);
    memcpy(text + at + length, file->text + at + gone, rest);
    put(file, (struct fuzz_bytes){text, at + length + rest});
    file->changed = true;
    free(text);
    free(insert);
}

static void audit(bool intact)
{
    struct audit_report report;
    struct error err = {0};
    if (audit_dir(fuzz_path("result"), false, &report, &err)) {
        fuzz_expect(!intact || report.n_findings == 0);
        for (int64_t i = 0; i < report.n_findings && i < FINDINGS_MAX; i++)
            fuzz_expect_text(report.findings[i].text);
    } else {
        fuzz_expect(!intact);
        fuzz_expect_error(&err);
    }
    audit_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes input = {(const char *)data, size};
    if (n_files == 0)
        make_result();
    for (int i = 0; i < CHANGES_MAX && input.length > 0; i++)
        change(&input);
    audit(size == 0);
    for (size_t i = 0; i < n_files; i++) {
        if (files[i].changed)
            put(&files[i], (struct fuzz_bytes){files[i].text, files[i].length});
        files[i].changed = false;
    }
    return 0;
}
