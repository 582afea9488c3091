#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

struct fuzz_input fuzz_split(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *nul = size ? memchr(text, 0, size) : NULL;
    if (!nul)
        return (struct fuzz_input){.text = {text, size}, .rest = {"", 0}};
    size_t length = (size_t)(nul - text);
    return (struct fuzz_input){.text = {text, length},
                               .rest = {nul + 1, size - length - 1}};
}

unsigned fuzz_byte(struct fuzz_bytes *bytes)
{
    if (bytes->length == 0)
        return 0;
    bytes->length--;
    return (unsigned char)*bytes->text++;
}

char *fuzz_line(struct fuzz_bytes *bytes)
{
    size_t length = 0;
    while (length < bytes->length && bytes->text[length] != '\n' && bytes->text[length])
        length++;
    char *line = calloc(length + 1, 1);
    fuzz_expect(line != NULL);
    memcpy(line, bytes->text, length);
    size_t taken = length + (length < bytes->length);
    bytes->text += taken;
    bytes->length -= taken;
    return line;
}

static void write_all(int fd, struct fuzz_bytes bytes)
{
    while (bytes.length > 0) {
        ssize_t n = write(fd, bytes.text, bytes.length);
        fuzz_expect(n > 0);
        bytes.text += n;
        bytes.length -= (size_t)n;
    }
}

const char *fuzz_file(int which, struct fuzz_bytes bytes)
{
    static int fds[FUZZ_FILES];
    static char paths[FUZZ_FILES][32];
    if (fds[which] == 0) {
        fds[which] = memfd_create("input", 0);
        fuzz_expect(fds[which] > 0);
        snprintf(paths[which], sizeof paths[which], "/proc/self/fd/%d", fds[which]);
    }
    fuzz_expect(ftruncate(fds[which], 0) == 0);
    fuzz_expect(lseek(fds[which], 0, SEEK_SET) == 0);
    write_all(fds[which], bytes);
    return paths[which];
}

const char *fuzz_path(const char *name)
{
    static char dir[256], path[512];
    if (!*dir) {
        const char *parent = getenv("TMPDIR");
        snprintf(dir, sizeof dir, "%s/tenure-fuzz-XXXXXX", parent ? parent : "/tmp");
        fuzz_expect(mkdtemp(dir) != NULL);
    }
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

void fuzz_dir_write(const char *name, struct fuzz_bytes bytes)
{
    int fd = open(fuzz_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    fuzz_expect(fd >= 0);
    write_all(fd, bytes);
    close(fd);
}

void fuzz_expect_text(const char *text)
{
    struct error why;
    struct place nowhere = {0};
    if (!utf8_check(text, strlen(text), nowhere, &why))
        fprintf(stderr, "a text is no UTF-8: %s\n", text);
    fuzz_expect(utf8_check(text, strlen(text), nowhere, &why));
    fuzz_expect(*text != '\0');
    for (const char *at = text; *at; at++)
        fuzz_expect((unsigned char)*at >= 0x20 && *at != 0x7f);
}

void fuzz_expect_error(const struct error *err)
{
    fuzz_expect_text(err->text);
    fuzz_expect(err->kind == ERROR_INPUT || err->kind == ERROR_USAGE ||
                err->kind == ERROR_INFEASIBLE || err->kind == ERROR_AUDIT);
}
