/* JSON, element by element; behind the first NUL a byte: whether the elements stand at
 * data.result, and whether broken ones are passed over. */

#include "base/json_in.h"
#include "fuzz.h"

static int64_t last_line;

static bool take(void *self, const json_t *element, struct place place,
                 struct error *err)
{
    int64_t *elements = self;
    (void)err;
    fuzz_expect(place.line >= last_line && place.line > 0);
    last_line = place.line;
    ++*elements;
    char *text = json_dumps(element, JSON_ENCODE_ANY | JSON_COMPACT);
    fuzz_expect(text != NULL);
    json_t *again = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    fuzz_expect(again != NULL && json_equal(again, element));
    json_decref(again);
    free(text);
    return true;
}

static bool pass_over(void *self, const struct error *err)
{
    (void)self;
    fuzz_expect_error(err);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"data", "result", NULL};
    struct fuzz_input input = fuzz_split(data, size);
    unsigned bits = fuzz_byte(&input.rest);
    int64_t elements = 0;
    struct json_reader reader = {.element = take, .self = &elements};
    struct error err = {0};
    last_line = 0;
    reader.keys = bits & 1 ? keys : NULL;
    reader.broken = bits & 2 ? pass_over : NULL;
    if (!json_read(fuzz_file(0, input.text), &reader, NULL, &err))
        fuzz_expect_error(&err);
    return 0;
}
