#include "base/json_in.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)1 << 17)
#define END   (-1)

/* A value is cut out of the bytes by brackets and quotes alone; whether it is right is
 * jansson's to say. */
struct input {
    const struct json_reader *reader;
    const char *path;
    struct bytes *bytes;
    struct error *err;
    int64_t line;
    bool failed; /* reading did, and the error is set */
    unsigned char *buffer;
    size_t begin, end;
    char *value; /* the one that is being cut out */
    size_t length, room;
    bool passing; /* and it is not wanted */
    char complaint[200];
};

static struct place place_of(const struct input *in)
{
    return (struct place){in->path, in->line, 0};
}

static bool fill(struct input *in)
{
    in->begin = 0;
    in->failed =
        in->failed || !bytes_read(in->bytes, in->buffer, CHUNK, &in->end, in->err);
    if (in->failed)
        in->end = 0;
    return in->end > 0;
}

static int peek(struct input *in)
{
    return in->begin < in->end || fill(in) ? in->buffer[in->begin] : END;
}

static void next(struct input *in)
{
    in->line += in->buffer[in->begin++] == '\n';
}

static int skip_blanks(struct input *in)
{
    int c;
    while ((c = peek(in)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        next(in);
    return c;
}

static bool wants(struct input *in, const char *what)
{
    int c = peek(in);
    if (in->failed)
        return false;
    if (c == END)
        return error_at(in->err, place_of(in), "the file ends where %s is wanted",
                        what);
    return error_at(in->err, place_of(in), "'%c' stands where %s is wanted",
                    c >= ' ' && c < 0x7f ? c : '?', what);
}

static bool keep(struct input *in, int c)
{
    if (in->passing)
        return true;
    if (in->length == JSON_ELEMENT_MAX)
        return error_at(in->err, place_of(in), "one element of over 16 MiB");
    if (in->length == in->room) {
        in->room = in->room ? 2 * in->room : 4096;
        in->value = realloc(in->value, in->room);
        if (!in->value)
            out_of_memory();
    }
    in->value[in->length++] = (char)c;
    return true;
}

static bool cut_string(struct input *in)
{
    bool escaped = false;
    if (peek(in) != '"')
        return wants(in, "a text in quotes");
    for (size_t n = 0;; n++) {
        int c = peek(in);
        if (in->failed)
            return false;
        if (c == END || c == '\n')
            return error_at(in->err, place_of(in),
                            "a quote that opens in this line is never closed");
        next(in);
        if (!keep(in, c))
            return false;
        if (c == '"' && n > 0 && !escaped)
            return true;
        escaped = c == '\\' && !escaped;
    }
}

/* A number or word: up to what may follow a value. */
static bool cut_word(struct input *in)
{
    size_t n = 0;
    for (int c; (c = peek(in)) != END && !strchr(" \t\r\n,:]}[{\"", c); n++) {
        next(in);
        if (!keep(in, c))
            return false;
    }
    return n > 0 || wants(in, "a value");
}

static bool cut_nested(struct input *in)
{
    int depth = 0;
    do {
        int c = peek(in);
        if (c == END)
            return wants(in, "a closing bracket");
        if (c == '"') {
            if (!cut_string(in))
                return false;
            continue;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (depth > JSON_DEPTH_MAX)
            return error_at(in->err, place_of(in), "brackets nested deeper than %d",
                            JSON_DEPTH_MAX);
        next(in);
        if (!keep(in, c))
            return false;
    } while (depth > 0);
    return true;
}

static bool cut_value(struct input *in)
{
    int c = skip_blanks(in);
    in->length = 0;
    if (c == '{' || c == '[')
        return cut_nested(in);
    return c == '"' ? cut_string(in) : cut_word(in);
}

static bool pass_over(struct input *in)
{
    in->passing = true;
    bool ok = cut_value(in);
    in->passing = false;
    return ok;
}

static bool hand_on(struct input *in)
{
    if (skip_blanks(in) == END)
        return wants(in, "a value");
    struct place place = place_of(in);
    if (!cut_value(in))
        return false;
    json_error_t why;
    json_t *element = json_loadb(in->value, in->length,
                                 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!element) {
        place.line += why.line > 0 ? why.line - 1 : 0;
        error_at(in->err, place, "this is no JSON: %s", why.text);
        return in->reader->broken && in->reader->broken(in->reader->self, in->err);
    }
    bool ok = in->reader->element(in->reader->self, element, place, in->err);
    json_decref(element);
    return ok;
}

static bool read_array(struct input *in)
{
    next(in); /* [ */
    if (skip_blanks(in) == ']') {
        next(in);
        return true;
    }
    for (;;) {
        if (!hand_on(in))
            return false;
        int c = skip_blanks(in);
        if (c != ',' && c != ']')
            return wants(in, "a comma or the end of the list");
        next(in);
        if (c == ']')
            return true;
    }
}

static bool is_key(const struct input *in, const char *key)
{
    return in->length == strlen(key) + 2 &&
           memcmp(in->value + 1, key, in->length - 2) == 0;
}

static bool no_array(const struct input *in, const char *key)
{
    if (*in->complaint)
        return error_at(in->err, place_of(in),
                        "there is no list '%s'; the file says: %s", key, in->complaint);
    return error_at(in->err, place_of(in),
                    "there is no list '%s', which this format has", key);
}

/* The text that comes now. */
static bool take_complaint(struct input *in)
{
    if (!cut_value(in))
        return false;
    size_t n = in->length - 2; /* without its quotes */
    n = n < sizeof in->complaint ? n : sizeof in->complaint - 1;
    for (size_t i = 0; i < n; i++)
        in->complaint[i] =
            (unsigned char)in->value[i + 1] < ' ' ? '?' : in->value[i + 1];
    in->complaint[n] = '\0';
    return true;
}

/* Into the object, up to the value of `key`. */
static bool go_to(struct input *in, const char *key)
{
    if (skip_blanks(in) != '{')
        return in->failed ? false : no_array(in, key);
    next(in);
    while (skip_blanks(in) == '"') {
        if (!cut_value(in))
            return false;
        const char *complaint = in->reader->complaint;
        bool found = is_key(in, key), told = complaint && is_key(in, complaint);
        if (skip_blanks(in) != ':')
            return wants(in, "a colon");
        next(in);
        if (found)
            return true;
        told = told && skip_blanks(in) == '"';
        if (!(told ? take_complaint : pass_over)(in))
            return false;
        if (skip_blanks(in) == ',')
            next(in);
    }
    return in->failed ? false : no_array(in, key);
}

/* What closes the objects around the array: other members are passed over. */
static bool leave(struct input *in, size_t depth)
{
    while (depth > 0) {
        int c = skip_blanks(in);
        if (c == '}')
            depth--;
        if (c == '}' || c == ',' || c == ':')
            next(in);
        else if (c == END)
            return wants(in, "a closing bracket");
        else if (!pass_over(in))
            return false;
    }
    return true;
}

static bool at_end(struct input *in)
{
    if (skip_blanks(in) == END)
        return !in->failed;
    return wants(in, "the end of the file");
}

static bool read_keyed(struct input *in)
{
    size_t depth = 0;
    const char *const *keys = in->reader->keys;
    for (; keys[depth]; depth++)
        if (!go_to(in, keys[depth]))
            return false;
    if (skip_blanks(in) != '[')
        return in->failed ? false : no_array(in, keys[depth - 1]);
    return read_array(in) && leave(in, depth) && at_end(in);
}

static bool read_all(struct input *in)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    for (size_t i = 0; i < sizeof mark && peek(in) == mark[i]; i++)
        next(in);
    if (in->reader->keys && in->reader->keys[0])
        return read_keyed(in);
    int c = skip_blanks(in);
    if (c == '[')
        return read_array(in) && at_end(in);
    while (skip_blanks(in) != END)
        if (!hand_on(in))
            return false;
    return !in->failed;
}

bool json_read(const char *path, const struct json_reader *reader,
               char digest[SHA256_HEX], struct error *err)
{
    struct bytes *bytes = bytes_open(path, err);
    if (!bytes)
        return false;
    struct input in = {.reader = reader,
                       .path = strcmp(path, "-") == 0 ? "<stdin>" : path,
                       .bytes = bytes,
                       .err = err,
                       .line = 1,
                       .buffer = malloc(CHUNK)};
    if (!in.buffer)
        out_of_memory();
    bool ok = read_all(&in);
    if (ok && digest)
        bytes_digest(bytes, digest);
    free(in.buffer);
    free(in.value);
    bytes_close(bytes);
    return ok;
}
