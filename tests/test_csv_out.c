#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "base/csv_in.h"
#include "base/csv_out.h"
#include "scratch.h"

static struct csv_out *create(const struct scratch *scratch)
{
    struct error err = {0};
    struct csv_out *out = csv_create(scratch->path, &err);
    cr_assert(out != NULL, "%s", err.text);
    return out;
}

/* Closes, compares the file, removes it. */
static void expect_file(const struct scratch *scratch, struct csv_out *out,
                        const char *expected)
{
    struct error err = {0};
    char digest[SHA256_HEX] = "", of_file[SHA256_HEX] = "?";
    cr_expect(csv_close(out, digest, &err), "%s", err.text);
    cr_expect(sha256_file(scratch->path, of_file, &err));
    cr_expect(eq(str, digest, of_file));
    size_t length;
    char *text = scratch_read(scratch, &length);
    cr_expect(eq(str, text, (char *)expected));
    free(text);
    cr_expect(scratch_remove(scratch), "something else was left behind");
}

Test(csv_out, writes_rows_of_all_kinds_of_fields)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_text(out, "name");
    csv_text(out, "n");
    csv_end_row(out);
    csv_text(out, "own");
    csv_int(out, -17);
    csv_fixed(out, 1234567, 6);
    csv_ms(out, 86400250);
    csv_gpu_h(out, 5400000);
    csv_real(out, 0.0625, 3);
    csv_empty(out);
    csv_text(out, "");
    csv_end_row(out);
    expect_file(&scratch, out,
                "name,n\nown,-17,1.234567,86400.250,1.500000000,0.063,,\n");
}

Test(csv_out, numbers_already_written_are_not_taken_for_formulas)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_number(out, "-2.385000", 9);
    csv_number(out, "", 0);
    csv_number(out, "1.5e-07, and more", 7);
    csv_end_row(out);
    expect_file(&scratch, out, "-2.385000,,1.5e-07\n");
}

Test(csv_out, integers_at_their_ends)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {9, "9"},
        {10, "10"},
        {-99, "-99"},
        {100, "100"},
        {1009, "1009"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch scratch = scratch_new("out.csv");
        struct csv_out *out = create(&scratch);
        csv_int(out, cases[i].value);
        csv_end_row(out);
        char expected[64];
        snprintf(expected, sizeof expected, "%s\n", cases[i].text);
        expect_file(&scratch, out, expected);
    }
}

static int128 power_of_ten(int n)
{
    int128 power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

Test(csv_out, fixed_digits_are_exact_to_128_bits)
{
    int128 largest = (int128)(~(uint128)0 >> 1);
    const struct {
        int128 value;
        int digits;
        const char *text;
    } cases[] = {
        {0, 6, "0.000000"},
        {5, 3, "0.005"},
        {-5, 3, "-0.005"},
        {-1000, 3, "-1.000"},
        {999, 3, "0.999"},
        {2385, 0, "2385"},
        {power_of_ten(18), 0, "1000000000000000000"},
        {power_of_ten(20) + 7, 9, "100000000000.000000007"},
        {power_of_ten(38), 38, "1.00000000000000000000000000000000000000"},
        {1, 38, "0.00000000000000000000000000000000000001"},
        {largest, 0, "170141183460469231731687303715884105727"},
        {-largest - 1, 6, "-170141183460469231731687303715884.105728"},
        {(int128)UINT64_MAX, 0, "18446744073709551615"},
        {(int128)UINT64_MAX + 1, 0, "18446744073709551616"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch scratch = scratch_new("out.csv");
        struct csv_out *out = create(&scratch);
        csv_fixed(out, cases[i].value, cases[i].digits);
        csv_end_row(out);
        char expected[64];
        snprintf(expected, sizeof expected, "%s\n", cases[i].text);
        expect_file(&scratch, out, expected);
    }
}

/* 1 GPU-ms is 277.7... units of the last digit, so the way back is exact. */
Test(csv_out, gpu_hours_tell_every_gpu_ms_apart)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_gpu_h(out, 1);
    csv_gpu_h(out, -1);
    csv_gpu_h(out, 2);
    csv_gpu_h(out, 3600000);
    csv_gpu_h(out, INT64_C(4000000000000000000));
    csv_end_row(out);
    expect_file(&scratch, out,
                "0.000000278,-0.000000278,0.000000556,1.000000000,"
                "1111111111111.111111111\n");
}

Test(csv_out, reals_are_rounded_exactly_and_never_nan)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {0.125, 2, "0.13"}, /* a half, away from zero */
        {-0.125, 2, "-0.13"},
        {2.675, 2, "2.67"}, /* the double is below the half */
        {1.005, 2, "1.00"},
        {-0.0, 2, "0.00"},
        {-0.0004, 3, "0.000"},
        {0.1, 18, "0.100000000000000006"},
        {1e-300, 6, "0.000000"},
        {5e-324, 18, "0.000000000000000000"},
        {0.9999999, 6, "1.000000"},
        {9007199254740993e3, 1, "9007199254740993024.0"},
        {123456789012345680000.0, 0, "123456789012345683968"},
        {1e37, 2, "9999999999999999538762658202121142272.00"},
        {NAN, 3, ""},
        {INFINITY, 3, ""},
        {-INFINITY, 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch scratch = scratch_new("out.csv");
        struct csv_out *out = create(&scratch);
        csv_int(out, 1);
        csv_real(out, cases[i].value, cases[i].digits);
        csv_end_row(out);
        char expected[64];
        snprintf(expected, sizeof expected, "1,%s\n", cases[i].text);
        expect_file(&scratch, out, expected);
    }
}

/* Where no value lies on a half, printf rounds the same way. */
Test(csv_out, reals_agree_with_printf)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    char *expected = malloc(2000000);
    size_t used = 0;
    uint64_t state = 2385;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)draw(&state) << 22 ^ draw(&state);
        double value = ldexp((double)(bits | 1), (int)(draw(&state) % 70) - 90);
        int digits = (int)(draw(&state) % 10);
        value = i % 2 ? -value - 1 : value + 1;
        csv_real(out, value, digits);
        csv_end_row(out);
        used += (size_t)sprintf(expected + used, "%.*f\n", digits, value);
    }
    expect_file(&scratch, out, expected);
    free(expected);
}

Test(csv_out, quotes_and_guards_texts)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"plain", "plain"},
        {"two words", "two words"},
        {"a,b", "\"a,b\""},
        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"\"", "\"\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"cr\r", "\"cr\r\""},
        {" blank", "\" blank\""},
        {"blank\t", "\"blank\t\""},
        {" ", "\" \""},
        {"=1+1", "'=1+1"},
        {"+49", "'+49"},
        {"-3", "'-3"},
        {"@sum", "'@sum"},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
        {"'quoted'", "''quoted'"},
        {"'", "''"},
        {"a=b", "a=b"},
        {"z\xc3\xbcrich", "z\xc3\xbcrich"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch scratch = scratch_new("out.csv");
        struct csv_out *out = create(&scratch);
        csv_text(out, cases[i].text);
        csv_int(out, 1);
        csv_end_row(out);
        char expected[64];
        snprintf(expected, sizeof expected, "%s,1\n", cases[i].written);
        expect_file(&scratch, out, expected);
    }
}

Test(csv_out, a_row_of_one_empty_field_is_no_blank_line)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_text(out, "a");
    csv_end_row(out);
    csv_text(out, "");
    csv_end_row(out);
    csv_empty(out);
    csv_end_row(out);
    csv_int(out, 0);
    csv_end_row(out);
    expect_file(&scratch, out, "a\n\"\"\n\"\"\n0\n");
}

/* A text of bytes that are apt to go wrong; the caller frees. */
static char *wicked_text(uint64_t *state)
{
    static const char *const pieces[] = {",", "\"", "\n", "\r", " ", "\t",      "'",
                                         "=", "-",  "+",  "@",  "x", "\xc3\xa4"};
    size_t n = draw(state) % 6;
    char *text = calloc(2 * n + 1, 1);
    for (size_t i = 0; i < n; i++)
        strcat(text, pieces[draw(state) % COUNT(pieces)]);
    return text;
}

#define WICKED_ROWS 20000
#define WICKED_SEED 20260131

struct wicked {
    uint64_t state;
    int rows;
};

static bool ignore_header(void *self, const struct csv_header *header,
                          struct error *err)
{
    (void)self, (void)err;
    return header->n == 3;
}

static bool compare_wicked(void *self, const struct csv_record *record,
                           struct error *err)
{
    (void)err;
    struct wicked *wicked = self;
    for (size_t i = 0; i < 3; i++) {
        char *text = wicked_text(&wicked->state);
        struct csv_field field = csv_unguard(record->fields[i]);
        cr_expect(eq(str, (char *)field.text, text));
        cr_expect(eq(sz, field.length, strlen(text)));
        free(text);
    }
    wicked->rows++;
    return true;
}

Test(csv_out, whatever_is_written_reads_back_the_same)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    uint64_t state = WICKED_SEED;
    csv_text(out, "a");
    csv_text(out, "b");
    csv_text(out, "c");
    csv_end_row(out);
    for (int i = 0; i < WICKED_ROWS; i++) {
        for (int j = 0; j < 3; j++) {
            char *text = wicked_text(&state);
            csv_text(out, text);
            free(text);
        }
        csv_end_row(out);
    }
    struct error err = {0};
    char digest[SHA256_HEX], of_read[SHA256_HEX];
    cr_assert(csv_close(out, digest, &err), "%s", err.text);

    struct wicked wicked = {.state = WICKED_SEED};
    struct csv_reader reader = {.header = ignore_header,
                                .record = compare_wicked,
                                .self = &wicked,
                                .delimiter = 0};
    cr_expect(csv_read(scratch.path, &reader, of_read, &err), "%s", err.text);
    cr_expect(eq(int, wicked.rows, WICKED_ROWS));
    cr_expect(eq(str, of_read, digest));
    scratch_remove(&scratch);
}

Test(csv_out, texts_longer_than_the_buffer_come_out_whole)
{
    size_t length = 700001;
    char *text = malloc(length + 1), *expected = malloc(2 * length + 16);
    memset(text, 'x', length);
    text[length] = '\0';
    sprintf(expected, "%s,7\n%s\n", text, text);
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_text(out, text);
    csv_int(out, 7);
    csv_end_row(out);
    csv_text(out, text);
    csv_end_row(out);
    expect_file(&scratch, out, expected);
    free(text);
    free(expected);
}

Test(csv_out, numbers_come_out_whole_where_buffers_meet)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    size_t rows = 40000, used = 0;
    char *expected = malloc(rows * 64);
    uint64_t state = 3;
    for (size_t i = 0; i < rows; i++) {
        int64_t value = (int64_t)draw(&state) * draw(&state) >> draw(&state) % 60;
        csv_int(out, -value);
        csv_ms(out, value);
        csv_end_row(out);
        used +=
            (size_t)sprintf(expected + used, "%lld,%lld.%03lld\n", -(long long)value,
                            (long long)(value / 1000), (long long)(value % 1000));
    }
    expect_file(&scratch, out, expected);
    free(expected);
}

Test(csv_out, a_file_that_cannot_be_made_is_an_error)
{
    struct scratch scratch = scratch_new("absent/out.csv");
    struct error err = {0};
    cr_expect(csv_create(scratch.path, &err) == NULL, "made %s", scratch.path);
    cr_expect(eq(str, (char *)without_dir(&scratch, err.text),
                 "absent/out.csv: No such file or directory"));
    scratch_remove(&scratch);
}

Test(csv_out, a_full_disk_is_told_at_the_end_whenever_it_filled)
{
    static const int rows[] = {0, 1, 200000};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {0};
        struct csv_out *out = csv_create("/dev/full", &err);
        cr_assert(out != NULL, "%s", err.text);
        for (int row = 0; row < rows[i]; row++) {
            csv_text(out, "some text");
            csv_end_row(out);
        }
        char digest[SHA256_HEX] = "untouched";
        bool ok = csv_close(out, digest, &err);
        cr_expect(ok == (rows[i] == 0), "%d rows", rows[i]);
        if (ok)
            continue;
        cr_expect(eq(str, err.text, "/dev/full: No space left on device"));
        cr_expect(eq(int, err.kind, ERROR_IO));
        cr_expect(eq(str, digest, "untouched"));
    }
}

Test(csv_out, standard_output_may_be_a_pipe)
{
    int ends[2];
    cr_assert(pipe(ends) == 0, "no pipe");
    int keep = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    struct error err = {0};
    struct csv_out *out = csv_create("-", &err);
    csv_text(out, "a");
    csv_end_row(out);
    bool ok = csv_close(out, NULL, &err);
    dup2(keep, STDOUT_FILENO);
    close(ends[1]);

    char text[16] = "";
    cr_expect(ok, "%s", err.text);
    cr_expect(read(ends[0], text, sizeof text - 1) == 2, "not two bytes");
    cr_expect(eq(str, text, "a\n"));
}

Test(csv_out, discard_closes_what_was_begun)
{
    struct scratch scratch = scratch_new("out.csv");
    struct csv_out *out = create(&scratch);
    csv_text(out, "half a row");
    csv_discard(out);
    csv_discard(NULL);
    size_t length;
    char *text = scratch_read(&scratch, &length);
    cr_expect(eq(sz, length, 0));
    free(text);
    scratch_remove(&scratch);
}
