#include "base/csv_out.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM       ((size_t)1 << 18)
#define NUMBER_MAX 64 /* bytes of the longest number with its point and sign */

struct csv_out {
    char *path;
    int fd;
    int failure;       /* errno of the first failure, or 0 */
    size_t fields;     /* of the present row */
    bool row_is_empty; /* no byte but separators in it */
    struct sha256 sha;
    size_t used;
    char buffer[ROOM];
};

struct csv_out *csv_create(const char *path, struct error *err)
{
    bool to_stdout = strcmp(path, "-") == 0;
    int fd = to_stdout ? STDOUT_FILENO
                       : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        error_errno(err, path);
        return NULL;
    }

    struct csv_out *out = malloc(sizeof *out);
    char *name = strdup(to_stdout ? "<stdout>" : path);
    if (!out || !name)
        out_of_memory();
    out->path = name;
    out->fd = fd;
    out->failure = 0;
    out->fields = 0;
    out->row_is_empty = true;
    out->used = 0;
    sha256_start(&out->sha);
    return out;
}

static void flush(struct csv_out *out)
{
    sha256_add(&out->sha, out->buffer, out->used);
    for (size_t sent = 0; sent < out->used && !out->failure;) {
        ssize_t n = write(out->fd, out->buffer + sent, out->used - sent);
        if (n > 0)
            sent += (size_t)n;
        else if (n == 0 || errno != EINTR)
            out->failure = n == 0 ? EIO : errno;
    }
    out->used = 0;
}

static void put(struct csv_out *out, const char *bytes, size_t length)
{
    while (length > ROOM - out->used) {
        size_t part = ROOM - out->used;
        memcpy(out->buffer + out->used, bytes, part);
        out->used = ROOM;
        bytes += part;
        length -= part;
        flush(out);
    }
    memcpy(out->buffer + out->used, bytes, length);
    out->used += length;
}

/* Room for a separator and a number is certain afterwards. */
static void begin_field(struct csv_out *out)
{
    if (ROOM - out->used < NUMBER_MAX + 1)
        flush(out);
    if (out->fields++)
        out->buffer[out->used++] = ',';
}

/* Writes the digits of `value` so that they end before `end`; returns their begin. */
static char *digits_before(char *end, uint64_t value)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * value, 2);
        return end;
    }
    *--end = (char)('0' + value);
    return end;
}

static char *zeros_before(char *begin, const char *until)
{
    while (begin > until)
        *--begin = '0';
    return begin;
}

static char *wide_digits_before(char *end, uint128 value)
{
    const uint64_t chunk = UINT64_C(1000000000000000000);
    while (value > UINT64_MAX) {
        char *begin = digits_before(end, (uint64_t)(value % chunk));
        end = zeros_before(begin, end - 18);
        value /= chunk;
    }
    return digits_before(end, (uint64_t)value);
}

void csv_fixed(struct csv_out *out, int128 value, int digits)
{
    assert(digits >= 0 && digits <= 38);
    char text[NUMBER_MAX];
    char *end = text + sizeof text;
    uint128 magnitude = value < 0 ? -(uint128)value : (uint128)value;
    char *begin = wide_digits_before(end, magnitude);
    begin = zeros_before(begin, end - digits - 1);

    begin_field(out);
    out->row_is_empty = false;
    char *to = out->buffer + out->used;
    if (value < 0)
        *to++ = '-';
    size_t whole = (size_t)(end - begin) - (size_t)digits;
    memcpy(to, begin, whole);
    to += whole;
    if (digits) {
        *to++ = '.';
        memcpy(to, begin + whole, (size_t)digits);
        to += digits;
    }
    out->used = (size_t)(to - out->buffer);
}

void csv_int(struct csv_out *out, int64_t value)
{
    csv_fixed(out, value, 0);
}

void csv_ms(struct csv_out *out, int64_t ms)
{
    csv_fixed(out, ms, 3);
}

void csv_gpu_h(struct csv_out *out, int128 gpu_ms)
{
    /* 1 GPU-ms is 10^9 / 3,600,000 = 2500 / 9 units of the ninth digit. */
    csv_fixed(out, divide_rounded(gpu_ms * 2500, 9), 9);
}

/* value * 10^digits, exactly, then rounded: a double is fraction * 2^exponent. */
static int128 scale_real(double value, int digits)
{
    int exponent;
    double fraction = frexp(value, &exponent);
    int128 scaled = (int64_t)ldexp(fraction, 53);
    exponent -= 53;
    for (int i = 0; i < digits; i++)
        scaled *= 10;
    if (exponent >= 0)
        return scaled * ((int128)1 << exponent);
    return exponent > -120 ? divide_rounded(scaled, (int128)1 << -exponent) : 0;
}

void csv_real(struct csv_out *out, double value, int digits)
{
    assert(digits >= 0 && digits <= 18);
    if (!isfinite(value)) {
        csv_empty(out);
        return;
    }
    assert(fabs(value) < 1e38);
    /* Beyond 2^53 a double is whole, and its digits after the point are zeros. */
    if (fabs(value) < 0x1p53) {
        csv_fixed(out, scale_real(value, digits), digits);
        return;
    }
    csv_fixed(out, scale_real(value, 0), 0);
    if (digits)
        put(out, ".000000000000000000", (size_t)digits + 1);
}

void csv_number(struct csv_out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        assert(text[i] && strchr("0123456789.-+e", text[i]));
    begin_field(out);
    out->row_is_empty = out->row_is_empty && length == 0;
    put(out, text, length);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void put_quoted(struct csv_out *out, const char *text, bool guard)
{
    put(out, guard ? "\"'" : "\"", guard ? 2 : 1);
    for (size_t part; *text; text += part) {
        part = strcspn(text, "\"");
        put(out, text, part);
        if (text[part] == '"') {
            put(out, "\"\"", 2);
            part++;
        }
    }
    put(out, "\"", 1);
}

void csv_text(struct csv_out *out, const char *text)
{
    begin_field(out);
    size_t length = strlen(text);
    if (length == 0)
        return;

    out->row_is_empty = false;
    bool guard = strchr("=+-@\t\r'", *text) != NULL;
    bool quote = is_blank(text[0]) || is_blank(text[length - 1]) ||
                 text[strcspn(text, ",\"\n\r")] != '\0';
    if (quote) {
        put_quoted(out, text, guard);
        return;
    }
    if (guard)
        put(out, "'", 1);
    put(out, text, length);
}

void csv_empty(struct csv_out *out)
{
    begin_field(out);
}

void csv_end_row(struct csv_out *out)
{
    /* A blank line would be no record. */
    if (out->fields <= 1 && out->row_is_empty)
        put(out, "\"\"", 2);
    put(out, "\n", 1);
    out->fields = 0;
    out->row_is_empty = true;
}

static void release(struct csv_out *out)
{
    if (out->fd != STDOUT_FILENO)
        close(out->fd);
    free(out->path);
    free(out);
}

/* Pipes and terminals cannot be synchronised, which is no failure. */
static void synchronise(struct csv_out *out)
{
    if (!out->failure && fsync(out->fd) != 0 && errno != EINVAL && errno != ENOTSUP &&
        errno != EROFS)
        out->failure = errno;
}

bool csv_close(struct csv_out *out, char digest[SHA256_HEX], struct error *err)
{
    assert(out->fields == 0);
    flush(out);
    synchronise(out);
    if (out->fd != STDOUT_FILENO && close(out->fd) != 0 && !out->failure)
        out->failure = errno;
    out->fd = STDOUT_FILENO;
    errno = out->failure;
    bool ok = out->failure == 0 || error_errno(err, out->path);
    if (ok && digest)
        sha256_end(&out->sha, digest);
    release(out);
    return ok;
}

void csv_discard(struct csv_out *out)
{
    if (out)
        release(out);
}
