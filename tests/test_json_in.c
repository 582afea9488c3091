#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/json_in.h"
#include "scratch.h"

struct seen {
    char text[512];
};

/* "LINE=ELEMENT;" */
static bool take(void *self, const json_t *element, struct place place,
                 struct error *err)
{
    struct seen *seen = self;
    size_t used = strlen(seen->text);
    char *text = json_dumps(element, JSON_COMPACT | JSON_ENCODE_ANY);
    bool stop = strcmp(text, "\"stop\"") == 0;
    snprintf(seen->text + used, sizeof seen->text - used, "%lld=%.60s;",
             (long long)place.line, text);
    free(text);
    return !stop || error_at(err, place, "stopped");
}

static bool read_bytes(const void *text, size_t length, const char *const *keys,
                       struct seen *seen, char message[1100])
{
    struct scratch scratch = scratch_file("a.json", text, length);
    struct error err = {0};
    char digest[SHA256_HEX];
    *seen = (struct seen){0};
    struct json_reader reader = {.keys = keys, .element = take, .self = seen};
    bool ok = json_read(scratch.path, &reader, digest, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    scratch_remove(&scratch);
    return ok;
}

static const char *const deep[] = {"data", "result", NULL};

Test(json_in, hands_on_each_element_with_its_line)
{
    static const struct {
        const char *text;
        const char *const *keys;
        const char *seen;
    } cases[] = {
        {"", NULL, ""},
        {" \n ", NULL, ""},
        {"[]", NULL, ""},
        {"[1,\n {\"a\": [2, \"]}\"]},\n\"x\\\"y\"]\n", NULL,
         "1=1;2={\"a\":[2,\"]}\"]};3=\"x\\\"y\";"},
        {"{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}", NULL,
         "1={\"a\":1};2={\"a\":2};4={\"a\":3};"},
        {"\xef\xbb\xbf[true]", NULL, "1=true;"},
        {"{\"status\": \"ok\", \"data\": {\"x\": [1, {\"result\": 3}], \"result\": "
         "[\n5, 6], \"more\": {}}, \"z\": null}\n",
         deep, "2=5;2=6;"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        char message[1100];
        bool ok = read_bytes(cases[i].text, strlen(cases[i].text), cases[i].keys, &seen,
                             message);
        cr_expect(ok, "%s: %s", cases[i].text, message);
        cr_expect(eq(str, seen.text, (char *)cases[i].seen));
    }
}

Test(json_in, what_is_no_json_is_refused_with_its_line)
{
    static const struct {
        const char *text;
        const char *const *keys;
        const char *message;
    } cases[] = {
        {"[1,\n2", NULL,
         "a.json:2: the file ends where a comma or the end of the list is wanted"},
        {"[1 2]", NULL,
         "a.json:1: '2' stands where a comma or the end of the list is "
         "wanted"},
        {"[1,\n]", NULL, "a.json:2: ']' stands where a value is wanted"},
        {"[1]\nx", NULL, "a.json:2: 'x' stands where the end of the file is wanted"},
        {"[\n{\"a\":1,\n\"a\":2}]", NULL,
         "a.json:3: this is no JSON: duplicate object key near '\"a\"'"},
        {"[\nnope]", NULL, "a.json:2: this is no JSON: invalid token near 'nope'"},
        {"[\"a\nb\"]", NULL,
         "a.json:1: a quote that opens in this line is never closed"},
        {"[{\"a\": [1}]", NULL, "a.json:1: this is no JSON: ']' expected near '}'"},
        {"[[1", NULL, "a.json:1: the file ends where a closing bracket is wanted"},
        {"[\"\xff\"]", NULL,
         "a.json:1: this is no JSON: unable to decode byte 0xff near '\"'"},
        {"{\"data\": {\"x\": 1}}", deep,
         "a.json:1: there is no list 'result', which this format has"},
        {"{\"data\": {\"result\": 1}}", deep,
         "a.json:1: there is no list 'result', which this format has"},
        {"[1]", deep, "a.json:1: there is no list 'data', which this format has"},
        {"", deep, "a.json:1: there is no list 'data', which this format has"},
        {"{\"data\": {\"result\": [1]", deep,
         "a.json:1: the file ends where a closing bracket is wanted"},
        {"[1, \"stop\", 3]", NULL, "a.json:1: stopped"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        char message[1100];
        bool ok = read_bytes(cases[i].text, strlen(cases[i].text), cases[i].keys, &seen,
                             message);
        cr_expect(not(ok), "taken: %s", cases[i].text);
        cr_expect(eq(str, message, (char *)cases[i].message));
    }
}

Test(json_in, nesting_and_size_have_limits)
{
    struct seen seen;
    char message[1100], nested[300] = "";
    for (int i = 0; i < 66; i++)
        strcat(nested, "[");
    cr_expect(not(read_bytes(nested, strlen(nested), NULL, &seen, message)));
    cr_expect(eq(str, message, "a.json:1: brackets nested deeper than 64"));

    size_t length = JSON_ELEMENT_MAX + 10;
    char *text = malloc(length);
    memset(text, 'x', length);
    memcpy(text, "[\"", 2);
    cr_expect(not(read_bytes(text, length, NULL, &seen, message)));
    cr_expect(eq(str, message, "a.json:1: one element of over 16 MiB"));
    free(text);
}

/* Elements fall across the seams of the buffer. */
Test(json_in, a_long_list_is_read_whole)
{
    struct scratch scratch = scratch_new("long.json");
    FILE *file = fopen(scratch.path, "wb");
    fputs("[", file);
    for (int i = 0; i < 40000; i++)
        fprintf(file, "%s{\"n\": %d, \"t\": \"%*d\"}", i ? ",\n" : "", i, 1 + i % 37,
                i);
    fputs("]", file);
    fclose(file);
    struct seen seen = {0};
    struct error err = {0};
    struct json_reader reader = {.element = take, .self = &seen};
    bool ok = json_read(scratch.path, &reader, NULL, &err);
    cr_expect(ok, "%s", err.text);
    scratch_remove(&scratch);
}
