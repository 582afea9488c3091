#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/interrupt.h"
#include "scratch.h"

struct blob {
    char *bytes;
    size_t length;
};

/* Of all blobs; each test is a process of its own. */
static struct arena memory;

static struct blob blob_new(const void *bytes, size_t length)
{
    struct blob blob = {arena_alloc(&memory, length + 1), length};
    memcpy(blob.bytes, bytes, length);
    return blob;
}

static void blob_add(struct blob *blob, const void *bytes, size_t length)
{
    blob->bytes =
        arena_grow(&memory, blob->bytes, blob->length, blob->length + length + 1, 1);
    memcpy(blob->bytes + blob->length, bytes, length);
    blob->length += length;
}

/* Text that packs, but not to nothing. */
static struct blob sample_text(size_t length)
{
    struct blob blob = {arena_alloc(&memory, length + 1), length};
    uint64_t state = length + 5;
    for (size_t i = 0; i < length; i++)
        blob.bytes[i] = "0123456789,.\nabcd"[draw(&state) % 17];
    return blob;
}

static struct blob gzipped(struct blob text)
{
    z_stream z = {0};
    cr_assert(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib");
    struct blob blob = {0};
    blob.length = deflateBound(&z, text.length) + 64;
    blob.bytes = arena_alloc(&memory, blob.length);
    z.next_in = (unsigned char *)text.bytes;
    z.avail_in = (unsigned)text.length;
    z.next_out = (unsigned char *)blob.bytes;
    z.avail_out = (unsigned)blob.length;
    cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib");
    blob.length = z.total_out;
    deflateEnd(&z);
    return blob;
}

static struct blob zstandard(struct blob text)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t bound = ZSTD_compressBound(text.length);
    struct blob blob = {arena_alloc(&memory, bound), 0};
    blob.length = ZSTD_compress2(context, blob.bytes, bound, text.bytes, text.length);
    cr_assert(not(ZSTD_isError(blob.length)));
    ZSTD_freeCCtx(context);
    return blob;
}

#define TEXT_ROOM ((size_t)10 << 20)

/* Everything in the file, or what came before an error; good until the next call. */
static bool read_all(const char *path, size_t room, struct blob *text, char *hex,
                     struct error *err)
{
    static char read_text[TEXT_ROOM + (1 << 20)];
    *text = (struct blob){read_text, 0};
    struct bytes *in = bytes_open(path, err);
    if (!in)
        return false;
    size_t got = 1;
    bool ok = true;
    while (ok && got > 0 && text->length < TEXT_ROOM) {
        ok = bytes_read(in, text->bytes + text->length, room, &got, err);
        text->length += ok ? got : 0;
    }
    if (ok && hex)
        bytes_digest(in, hex);
    bytes_close(in);
    return ok;
}

static void expect_text(struct blob stored, struct blob text, size_t room)
{
    struct scratch scratch = scratch_file("data", stored.bytes, stored.length);
    struct blob got;
    struct error err = {0};
    char hex[SHA256_HEX] = "", expected[SHA256_HEX];
    cr_expect(read_all(scratch.path, room, &got, hex, &err), "%s", err.text);
    cr_expect(got.length == text.length &&
                  memcmp(got.bytes, text.bytes, text.length) == 0,
              "%zu bytes by %zu: got %zu others", text.length, room, got.length);
    cr_expect(sha256_file(scratch.path, expected, &err));
    cr_expect(eq(str, hex, expected));
    scratch_remove(&scratch);
}

static void expect_error(struct blob stored, const char *message)
{
    struct scratch scratch = scratch_file("data", stored.bytes, stored.length);
    struct blob got;
    struct error err = {0};
    cr_expect(not(read_all(scratch.path, 4096, &got, NULL, &err)));
    cr_expect(eq(str, (char *)without_dir(&scratch, err.text), (char *)message));
    cr_expect(eq(int, err.kind, ERROR_INPUT));
    scratch_remove(&scratch);
}

Test(bytes, plain_gzip_and_zstandard_give_the_same_text)
{
    static const size_t lengths[] = {0,      1,      2,      5,      6,     7,
                                     262143, 262144, 262145, 524288, 800003};
    static const size_t rooms[] = {97, 131072, 1 << 20};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct blob text = sample_text(lengths[i]);
        struct blob gzip = gzipped(text), zstd = zstandard(text);
        for (size_t j = 0; j < COUNT(rooms); j++) {
            expect_text(text, text, rooms[j]);
            expect_text(gzip, text, rooms[j]);
            expect_text(zstd, text, rooms[j]);
        }
    }
}

Test(bytes, a_text_far_larger_than_its_packed_form_comes_out_whole)
{
    struct blob text = {arena_alloc(&memory, 9000000), 9000000};
    memset(text.bytes, '7', text.length);
    struct blob gzip = gzipped(text), zstd = zstandard(text);
    expect_text(gzip, text, 65536);
    expect_text(zstd, text, 65536);
}

Test(bytes, members_and_frames_one_after_the_other_are_one_text)
{
    struct blob text = sample_text(3001), other = sample_text(170002),
                empty = sample_text(0), both = blob_new(text.bytes, text.length);
    blob_add(&both, other.bytes, other.length);

    struct blob gzip = gzipped(text), gzip_empty = gzipped(empty),
                gzip_other = gzipped(other);
    blob_add(&gzip, gzip_empty.bytes, gzip_empty.length);
    blob_add(&gzip, gzip_other.bytes, gzip_other.length);
    expect_text(gzip, both, 4096);

    /* A skippable frame comes first in what pzstd writes. */
    struct blob zstd = blob_new("\x5e\x2a\x4d\x18\3\0\0\0xyz", 11);
    struct blob zstd_text = zstandard(text), zstd_other = zstandard(other);
    blob_add(&zstd, zstd_text.bytes, zstd_text.length);
    blob_add(&zstd, zstd_other.bytes, zstd_other.length);
    expect_text(zstd, both, 4096);
}

Test(bytes, an_archive_cut_anywhere_is_an_error)
{
    struct blob text = sample_text(700);
    struct blob gzip = gzipped(text), zstd = zstandard(text);
    for (size_t length = 2; length < gzip.length; length++)
        expect_error((struct blob){gzip.bytes, length},
                     "data: the file ends in the middle of its gzip data");
    for (size_t length = 4; length < zstd.length; length++)
        expect_error((struct blob){zstd.bytes, length},
                     "data: the file ends in the middle of its Zstandard data");
}

Test(bytes, a_damaged_archive_never_gives_another_text)
{
    struct blob text = sample_text(400);
    struct blob archives[] = {gzipped(text), zstandard(text)};
    int refused = 0, tried = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t bit = 32; bit < 8 * archives[i].length; bit++) {
            struct blob bad = blob_new(archives[i].bytes, archives[i].length);
            bad.bytes[bit / 8] ^= (char)(1 << bit % 8);
            struct scratch scratch = scratch_file("data", bad.bytes, bad.length);
            struct blob got;
            struct error err = {0};
            bool ok = read_all(scratch.path, 512, &got, NULL, &err);
            refused += ok == false;
            tried++;
            bool same = got.length == text.length &&
                        memcmp(got.bytes, text.bytes, text.length) == 0;
            cr_expect(same || ok == false, "archive %zu, bit %zu", i, bit);
            scratch_remove(&scratch);
        }
    cr_expect(refused > tried * 9 / 10, "only %d of %d refused", refused, tried);
}

Test(bytes, says_how_an_archive_is_damaged)
{
    struct blob text = sample_text(900);
    struct blob gzip = gzipped(text), zstd = zstandard(text);
    gzip.bytes[gzip.length - 6] ^= 1; /* the checksum */
    expect_error(gzip, "data: the gzip data is damaged (incorrect data check)");
    zstd.bytes[zstd.length - 1] ^= 1;
    expect_error(zstd, "data: the Zstandard data is damaged (Restored data doesn't "
                       "match checksum)");
}

Test(bytes, something_behind_an_archive_is_an_error)
{
    struct blob text = sample_text(333);
    struct blob gzip = gzipped(text), zstd = zstandard(text);
    blob_add(&gzip, "submit,duration_s\n", 18);
    blob_add(&zstd, "submit,duration_s\n", 18);
    expect_error(gzip, "data: something else follows the gzip data");
    expect_error(zstd, "data: something else follows the Zstandard data");
}

Test(bytes, names_other_formats_that_people_have)
{
    expect_error((struct blob){"PK\3\4 and so on", 14},
                 "data: is a zip archive or spreadsheet; plain text, gzip and "
                 "Zstandard can be read");
    expect_error((struct blob){"\xfd\x37zXZ\0\0", 7},
                 "data: is an xz archive; plain text, gzip and Zstandard can be read");
    expect_error((struct blob){"BZh91AY", 7}, "data: is a bzip2 archive; plain text, "
                                              "gzip and Zstandard can be read");
}

Test(bytes, a_path_that_is_no_file_is_an_error)
{
    struct scratch scratch = scratch_file("file", "x", 1);
    char absent[128], below[128], directory[128];
    snprintf(absent, sizeof absent, "%s/absent.csv", scratch.dir);
    snprintf(below, sizeof below, "%s/file/x", scratch.dir);
    snprintf(directory, sizeof directory, "%s/.", scratch.dir);
    const struct {
        const char *path, *message;
    } cases[] = {
        {absent, "absent.csv: there is no such file"},
        {below, "file/x: a part of this path is no directory"},
        {directory, ".: is a directory; a file is wanted"},
        {"", "the name of a file to read is empty"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        cr_expect(bytes_open(cases[i].path, &err) == NULL, "%s", cases[i].path);
        cr_expect(
            eq(str, (char *)without_dir(&scratch, err.text), (char *)cases[i].message));
        cr_expect(eq(int, err.kind, ERROR_INPUT));
    }
    scratch_remove(&scratch);
}

/* A writer that is slower than the reader: each read may bring one byte. */
static void read_from_pipe(struct blob stored, struct blob text)
{
    int ends[2];
    cr_assert(pipe(ends) == 0, "no pipe");
    pid_t child = fork();
    if (child == 0) {
        for (size_t i = 0; i < stored.length; i++)
            if (write(ends[1], stored.bytes + i, 1) != 1)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    cr_assert(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO, "dup2");
    struct blob got;
    struct error err = {0};
    cr_expect(read_all("-", 64, &got, NULL, &err), "%s", err.text);
    cr_expect(got.length == text.length &&
                  memcmp(got.bytes, text.bytes, text.length) == 0,
              "%zu bytes", got.length);
    waitpid(child, NULL, 0);
    close(ends[0]);
}

Test(bytes, a_slow_pipe_on_standard_input_is_read_to_its_end)
{
    struct blob text = sample_text(2003);
    read_from_pipe(text, text);
    read_from_pipe(gzipped(text), text);
    read_from_pipe(zstandard(text), text);
}

Test(bytes, an_error_on_standard_input_calls_it_stdin)
{
    struct scratch scratch = scratch_file("data", "\x1f\x8b\x08\0", 4);
    int fd = open(scratch.path, O_RDONLY);
    cr_assert(dup2(fd, STDIN_FILENO) == STDIN_FILENO, "dup2");
    struct blob got;
    struct error err = {0};
    cr_expect(not(read_all("-", 64, &got, NULL, &err)));
    cr_expect(
        eq(str, err.text, "<stdin>: the file ends in the middle of its gzip data"));
    scratch_remove(&scratch);
}

Test(bytes, close_takes_null)
{
    bytes_close(NULL);
}

/* Everything that is read passes here, so a long file ends within one piece of it. */
Test(bytes, reading_ends_when_the_user_wants_to_stop)
{
    struct blob text = sample_text(300000);
    struct scratch file = scratch_file("long.csv", text.bytes, text.length);
    struct error err = {0};
    struct bytes *in = bytes_open(file.path, &err);
    cr_assert(in != NULL, "%s", err.text);
    char buffer[1000];
    size_t got;
    cr_assert(bytes_read(in, buffer, sizeof buffer, &got, &err), "%s", err.text);
    interrupted = 1;
    cr_expect(not(bytes_read(in, buffer, sizeof buffer, &got, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INTERRUPTED));
    cr_expect(eq(str, err.text, "interrupted"));
    bytes_close(in);
    cr_expect(scratch_remove(&file));
}
