#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/csv_in.h"
#include "scratch.h"

/* What was read, as text: header in <>, then each record with its line. */
struct seen {
    char text[4096];
    size_t used;
    size_t records, longest;
    int64_t last_line;
    bool stop;
};

static void put(struct seen *seen, const char *text, size_t length)
{
    if (length > sizeof seen->text - 1 - seen->used)
        length = sizeof seen->text - 1 - seen->used;
    memcpy(seen->text + seen->used, text, length);
    seen->used += length;
    seen->text[seen->used] = '\0';
}

static void put_fields(struct seen *seen, const struct csv_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            put(seen, "|", 1);
        put(seen, fields[i].text, fields[i].length);
        cr_expect(fields[i].text[fields[i].length] == '\0', "no NUL behind the field");
        if (fields[i].length > seen->longest)
            seen->longest = fields[i].length;
    }
}

static bool see_header(void *self, const struct csv_header *header, struct error *err)
{
    struct seen *seen = self;
    (void)err;
    put(seen, "<", 1);
    put_fields(seen, header->names, header->n);
    put(seen, ">", 1);
    return true;
}

static bool see_record(void *self, const struct csv_record *record, struct error *err)
{
    struct seen *seen = self;
    char line[32];
    snprintf(line, sizeof line, " %lld:", (long long)record->line);
    put(seen, line, strlen(line));
    put_fields(seen, record->fields, record->n);
    seen->records++;
    seen->last_line = record->line;
    return !seen->stop || error_set(err, "enough");
}

static bool read_text(const char *text, size_t length, char delimiter,
                      struct seen *seen, char message[1100])
{
    struct scratch scratch = scratch_file("x.csv", text, length);
    struct csv_reader reader = {.header = see_header,
                                .record = see_record,
                                .self = seen,
                                .delimiter = delimiter};
    struct error err = {0};
    bool ok = csv_read(scratch.path, &reader, NULL, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    cr_expect(ok || err.kind == ERROR_INPUT, "kind %d", err.kind);
    scratch_remove(&scratch);
    return ok;
}

struct text_case {
    const char *text, *expected;
};

static void expect_seen(const struct text_case *cases, size_t n, char delimiter)
{
    for (size_t i = 0; i < n; i++) {
        struct seen seen = {0};
        char message[1100];
        bool ok =
            read_text(cases[i].text, strlen(cases[i].text), delimiter, &seen, message);
        cr_expect(ok, "case %zu: %s", i, message);
        cr_expect(eq(str, seen.text, (char *)cases[i].expected));
    }
}

static void expect_errors(const struct text_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct seen seen = {0};
        char message[1100];
        bool ok = read_text(cases[i].text, strlen(cases[i].text), 0, &seen, message);
        cr_expect(not(ok), "case %zu: %s", i, seen.text);
        cr_expect(eq(str, message, (char *)cases[i].expected));
    }
}

Test(csv_in, reads_what_rfc_4180_allows)
{
    static const struct text_case cases[] = {
        {"a,b\n1,2\n3,4\n", "<a|b> 2:1|2 3:3|4"},
        {"a,b\n1,2", "<a|b> 2:1|2"},
        {"a,b\n", "<a|b>"},
        {"a,b", "<a|b>"},
        {"a\n1\n", "<a> 2:1"},
        {"a,b\r\n1,2\r\n3,4\r\n", "<a|b> 2:1|2 3:3|4"},
        {"a,b\r\n1,2\n3,4\r\n", "<a|b> 2:1|2 3:3|4"},
        {"a,b\n,\n", "<a|b> 2:|"},
        {"a,b\n1,\n,2\n", "<a|b> 2:1| 3:|2"},
        {"a,b\n\"1,5\",\"say \"\"so\"\"\"\n", "<a|b> 2:1,5|say \"so\""},
        {"a\n\"\"\n", "<a> 2:"},
        {"a,b\n\"\",\"\"\n", "<a|b> 2:|"},
        {"\"a\",\"b c\"\n1,2\n", "<a|b c> 2:1|2"},
        {"a,b\n  1 , \t2\t\n", "<a|b> 2:1|2"},
        {"a,b\n \" 1 \" ,2\n", "<a|b> 2: 1 |2"},
        {"a,b\n1 2,3\n", "<a|b> 2:1 2|3"},
        {"a,b\nz\xc3\xbcrich,\xe2\x82\xac\xf0\x9f\x98\x80\n",
         "<a|b> 2:z\xc3\xbcrich|\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a,b\n'1',2\n", "<a|b> 2:'1'|2"},
    };
    expect_seen(cases, COUNT(cases), 0);
}

Test(csv_in, skips_a_byte_order_mark_once)
{
    static const struct text_case cases[] = {
        {"\xef\xbb\xbf"
         "a,b\n1,2\n",
         "<a|b> 2:1|2"},
        {"\xef\xbb\xbf\xef\xbb\xbf"
         "a,b\n",
         "<\xef\xbb\xbf"
         "a|b>"},
        {"\xef\xbb\xbf\"a\",b\r\n1,2\r\n", "<a|b> 2:1|2"},
    };
    expect_seen(cases, COUNT(cases), 0);
}

Test(csv_in, knows_the_line_on_which_a_record_begins)
{
    static const struct text_case cases[] = {
        {"\n\na,b\n\n\n1,2\n\n3,4\n\n", "<a|b> 6:1|2 8:3|4"},
        {"a,b\n  \t \n1,2\n \n", "<a|b> 3:1|2"},
        {"a,b\r\n\r\n1,2\r\n\r\n\r\n3,4", "<a|b> 3:1|2 6:3|4"},
        {"a,b\n\"1\n2\n3\",4\n5,6\n", "<a|b> 2:1\n2\n3|4 5:5|6"},
        {"a,b\n\"1\n\n\n\",\"\n\"\n5,6\n", "<a|b> 2:1\n\n\n|\n 7:5|6"},
        {"a,b\n\"\n\",2\n\n3,4\n", "<a|b> 2:\n|2 5:3|4"},
        {"\"a\nb\",c\n1,2\n", "<a\nb|c> 3:1|2"},
        {"a,b\n\"1\r\n2\",3\r\n4,5\r\n", "<a|b> 2:1\r\n2|3 4:4|5"},
        {"a,b\n\"\n  \n\",2\n3,4\n", "<a|b> 2:\n  \n|2 5:3|4"},
        {"a,b\n1,2\r\r\n3,4\n", "<a|b> 2:1|2 3:3|4"},
    };
    expect_seen(cases, COUNT(cases), 0);
}

Test(csv_in, takes_another_delimiter)
{
    static const struct text_case bars[] = {{"a|b\n1,5| 2 \n|\n", "<a|b> 2:1,5|2 3:|"}};
    static const struct text_case tabs[] = {
        {"a\tb\n1,5\t2\n\t\n", "<a|b> 2:1,5|2 3:|"}};
    expect_seen(bars, 1, '|');
    expect_seen(tabs, 1, '\t');
}

Test(csv_in, says_what_is_wrong_and_where)
{
    static const struct text_case cases[] = {
        {"", "x.csv:1: the file is empty; a header line is wanted"},
        {"\n \n\r\n", "x.csv:1: the file is empty; a header line is wanted"},
        {"\xef\xbb\xbf", "x.csv:1: the file is empty; a header line is wanted"},
        {"a,b\n1\n", "x.csv:2: 1 field, but the header line has 2"},
        {"a,b\n1,2\n\n1,2,3\n", "x.csv:4: 3 fields, but the header line has 2"},
        {"a,b\n1,2,\n", "x.csv:2: 3 fields, but the header line has 2"},
        {"a\n1\n,\n", "x.csv:3: 2 fields, but the header line has 1"},
        {"a,b\n\"1\n\",2,3\n", "x.csv:2: 3 fields, but the header line has 2"},
        {"a,b\n1,2\n3", "x.csv:3: 1 field, but the header line has 2"},
        {"a,b,a\n", "x.csv:1:3: the column 'a' is there twice; it is also column 1"},
        {"\n\na,\"b\", b\n",
         "x.csv:3:3: the column 'b' is there twice; it is also column 2"},
        {"a,,c\n", "x.csv:1:2: a column without a name in the header line"},
        {"a,b,\n", "x.csv:1:3: a column without a name in the header line"},
        {"a,b\n1,2\n3,\"4\n5,6\n",
         "x.csv:3:2: the quote that opens here is never closed"},
        {"a,b\n\"1", "x.csv:2:1: the quote that opens here is never closed"},
        {"a,b\n1,2\"3\n",
         "x.csv:2:2: a quote astray; write the whole field in quotes and each quote in "
         "it twice, as in \"a \"\"b\"\"\""},
        {"a,b\n\"1\"2,3\n",
         "x.csv:2:1: a quote astray; write the whole field in quotes and each quote in "
         "it twice, as in \"a \"\"b\"\"\""},
        {"a,b\r1,2\r",
         "x.csv:1: a carriage return that ends no line; lines end in LF or in CR LF"},
        {"a,b\n1,2\r3,4\n",
         "x.csv:2: a carriage return that ends no line; lines end in LF or in CR LF"},
        {"a,b\n1,2\r\n3,4\r",
         "x.csv:3: a carriage return that ends no line; lines end in LF or in CR LF"},
        {"a,b\n1,2\r  \n",
         "x.csv:2: a carriage return that ends no line; lines end in LF or in CR LF"},
        {"a,b\n1,\xe4\n",
         "x.csv:2: the byte 0xE4 is not valid UTF-8; save the file as UTF-8"},
        {"a,b\n1,\xc3", "x.csv:2: the byte 0xC3 is not valid UTF-8; save the file as "
                        "UTF-8"},
        {"a,b\n\"1\n\xff\",2\n",
         "x.csv:3: the byte 0xFF is not valid UTF-8; save the file as UTF-8"},
        {"\xff\xfe"
         "a\n",
         "x.csv:1: this is UTF-16; save the file as UTF-8"},
        {"\xfe\xff"
         "a\n",
         "x.csv:1: this is UTF-16; save the file as UTF-8"},
    };
    expect_errors(cases, COUNT(cases));
}

/* Overlong, surrogate, beyond U+10FFFF, stray continuation; and their neighbours. */
Test(csv_in, accepts_exactly_the_utf_8_of_rfc_3629)
{
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"\x7f", true},
        {"\x80", false},
        {"\xbf", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xe0\x9f\xbf", false},
        {"\xe0\xa0\x80", true},
        {"\xec\xbf\xbf", true},
        {"\xed\x9f\xbf", true},
        {"\xed\xa0\x80", false},
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf0\x90\x80\x80", true},
        {"\xf3\xbf\xbf\xbf", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xe2\x82", false},
        {"\xe2\x82x", false},
        {"\xf0\x9f\x98", false},
        {"\xc3\xc3", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[64], message[1100];
        snprintf(text, sizeof text, "a\nx%sy\n", cases[i].bytes);
        struct seen seen = {0};
        bool ok = read_text(text, strlen(text), 0, &seen, message);
        cr_expect(ok == cases[i].valid, "case %zu: %s", i, message);
    }
}

Test(csv_in, a_binary_file_is_told_by_its_nul_bytes)
{
    static const char text[] = "a,b\n1,2\n3,\0\n";
    struct seen seen = {0};
    char message[1100];
    cr_expect(not(read_text(text, sizeof text - 1, 0, &seen, message)));
    cr_expect(eq(str, message, "x.csv:3: a NUL byte; this is not a text file"));

    size_t length = 3000000;
    char *zeros = calloc(length, 1);
    cr_expect(not(read_text(zeros, length, 0, &seen, message)));
    cr_expect(eq(str, message, "x.csv:1: a NUL byte; this is not a text file"));
    free(zeros);
}

/* A header, then one line of `length` bytes with its end. */
static char *long_line(size_t length, size_t *total)
{
    *total = length + 2;
    char *text = malloc(*total);
    memset(text, 'y', *total);
    memcpy(text, "a\n", 2);
    text[*total - 1] = '\n';
    return text;
}

Test(csv_in, a_line_may_have_1_MiB_and_no_more)
{
    char message[1100];
    size_t total;
    struct seen seen = {0};
    char *text = long_line(CSV_LINE_MAX, &total);
    cr_expect(read_text(text, total, 0, &seen, message), "%s", message);
    cr_expect(eq(sz, seen.longest, CSV_LINE_MAX - 1));
    free(text);

    static const size_t lengths[] = {CSV_LINE_MAX + 1, CSV_LINE_MAX + 200000, 5000000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        text = long_line(lengths[i], &total);
        cr_expect(not(read_text(text, total, 0, &seen, message)));
        cr_expect(
            eq(str, message, "x.csv:2: a line of over 1 MiB; is this a CSV file?"));
        free(text);
    }
}

Test(csv_in, a_quote_left_open_does_not_swallow_the_file)
{
    size_t length = 3000000;
    char *text = malloc(length), message[1100];
    for (size_t i = 0; i < length; i++)
        text[i] = "1,2\n"[i % 4];
    memcpy(text, "a,b\n\"", 5);
    struct seen seen = {0};
    cr_expect(not(read_text(text, length, 0, &seen, message)));
    cr_expect(
        eq(str, message, "x.csv:2: a record of over 1 MiB; is a quote left open?"));
    free(text);
}

static size_t numbered_columns(char *text, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "%sc%zu", i ? "," : "", i);
    text[used++] = '\n';
    return used;
}

Test(csv_in, has_room_for_512_columns)
{
    char text[8192], message[1100];
    struct seen seen = {0};
    size_t length = numbered_columns(text, CSV_COLUMNS_MAX);
    cr_expect(read_text(text, length, 0, &seen, message), "%s", message);
    length = numbered_columns(text, CSV_COLUMNS_MAX + 1);
    cr_expect(not(read_text(text, length, 0, &seen, message)));
    cr_expect(eq(str, message, "x.csv:1: 513 columns; at most 512 can be read"));

    memcpy(text, "a\n", 2);
    memset(text + 2, ',', 8000);
    text[8001] = '\n';
    cr_expect(not(read_text(text, 8002, 0, &seen, message)));
    cr_expect(eq(str, message, "x.csv:2: 8000 fields, but the header line has 1"));
}

/* The reader's buffer is 128 KiB: lines of all lengths come to lie across its end. */
Test(csv_in, no_line_is_lost_or_miscounted_where_buffers_meet)
{
    size_t room = 8000000, used = 0, written = 0;
    char *text = malloc(room);
    used += (size_t)sprintf(text, "n,filler\n");
    uint64_t state = 17;
    int64_t line = 1, last = 0;
    while (used < room - 4000) {
        line++;
        size_t width = draw(&state) % 3000;
        if (width % 7 == 0) {
            text[used++] = '\n';
            continue;
        }
        used += (size_t)sprintf(text + used, "%zu,%0*d\n", written++, (int)width, 0);
        last = line;
    }
    struct seen seen = {0};
    char message[1100];
    cr_expect(read_text(text, used, 0, &seen, message), "%s", message);
    cr_expect(eq(sz, seen.records, written));
    cr_expect(eq(i64, seen.last_line, last));
    free(text);
}

Test(csv_in, a_callback_that_fails_ends_the_reading)
{
    struct seen seen = {.stop = true};
    char message[1100];
    cr_expect(not(read_text("a\n1\n2\n", 6, 0, &seen, message)));
    cr_expect(eq(str, message, "enough"));
    cr_expect(eq(sz, seen.records, 1));
}

Test(csv_in, gives_the_digest_of_the_file)
{
    struct scratch scratch = scratch_file("x.csv", "a,b\n1,2\n", 8);
    struct seen seen = {0};
    struct csv_reader reader = {
        .header = see_header, .record = see_record, .self = &seen, .delimiter = 0};
    struct error err;
    char digest[SHA256_HEX], expected[SHA256_HEX];
    cr_expect(csv_read(scratch.path, &reader, digest, &err));
    cr_expect(sha256_file(scratch.path, expected, &err));
    cr_expect(eq(str, digest, expected));
    scratch_remove(&scratch);
}

Test(csv_in, a_column_is_found_by_its_exact_name)
{
    static const struct csv_field names[] = {{"submit", 6}, {"gpus", 4}, {"GPUs", 4}};
    struct csv_header header = {"x.csv", names, 3};
    cr_expect(eq(int, csv_column(&header, "submit"), 0));
    cr_expect(eq(int, csv_column(&header, "GPUs"), 2));
    cr_expect(eq(int, csv_column(&header, "gpu"), -1));
    cr_expect(eq(int, csv_column(&header, ""), -1));
}

Test(csv_in, unguard_takes_off_only_what_csv_out_puts_on)
{
    static const struct text_case cases[] = {
        {"'=1+1", "=1+1"}, {"'+x", "+x"},    {"'-x", "-x"}, {"'@x", "@x"},
        {"''x", "'x"},     {"''", "'"},      {"'x", "'x"},  {"'", "'"},
        {"", ""},          {"=1+1", "=1+1"}, {"'1", "'1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct csv_field field = {cases[i].text, strlen(cases[i].text)};
        struct csv_field plain = csv_unguard(field);
        cr_expect(eq(str, (char *)plain.text, (char *)cases[i].expected));
        cr_expect(eq(sz, plain.length, strlen(cases[i].expected)));
    }
}

static bool skip_ragged(void *self, int64_t line, const struct error *err)
{
    struct seen *seen = self;
    char text[256];
    snprintf(text, sizeof text, " [%lld %s]", (long long)line, strrchr(err->text, ':'));
    put(seen, text, strlen(text));
    return true;
}

/* Files without a header line, texts with quotes as they are, records that are too
 * short or too long. */
Test(csv_in, reads_dialects)
{
    static const char *const names[] = {"a", "b", NULL};
    static const struct {
        const char *text;
        const char *const *names;
        bool no_quotes;
        const char *expected;
    } cases[] = {
        {"1,2\n3,4\n", names, false, "<a|b> 1:1|2 2:3|4"},
        {"a,b\n3,4\n", names, false, "<a|b> 2:3|4"},
        {"\n1,2", names, false, "<a|b> 2:1|2"},
        {"", names, false, "<a|b>"},
        {"1,2,3\n3,4\n", names, false,
         "<a|b> [1 : 3 fields, but the format has 2] 2:3|4"},
        {"a,b\n1\n3,4\n", NULL, false,
         "<a|b> [2 : 1 field, but the header line has 2] 3:3|4"},
        {"a,b\n\"x,y\"z\n", NULL, true, "<a|b> 2:\"x|y\"z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch scratch =
            scratch_file("x.csv", cases[i].text, strlen(cases[i].text));
        struct seen seen = {0};
        struct error err = {0};
        struct csv_reader reader = {.header = see_header,
                                    .record = see_record,
                                    .self = &seen,
                                    .no_quotes = cases[i].no_quotes,
                                    .names = cases[i].names,
                                    .ragged = skip_ragged};
        bool ok = csv_read(scratch.path, &reader, NULL, &err);
        cr_expect(ok, "case %zu: %s", i, err.text);
        cr_expect(eq(str, seen.text, (char *)cases[i].expected));
        scratch_remove(&scratch);
    }
}
