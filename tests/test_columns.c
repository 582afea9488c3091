#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output_fixture.h"

Test(columns, names_are_unique_and_each_has_a_meaning)
{
    for (size_t f = 0; f < OUTPUT_TABLES; f++)
        for (size_t i = 0; i < output_files[f].n; i++) {
            const struct column *column = &output_files[f].columns[i];
            cr_assert(column->name && column->help, "%s: column %zu",
                      output_files[f].name, i);
            for (size_t j = 0; j < i; j++)
                cr_expect(ne(str, (char *)column->name,
                             (char *)output_files[f].columns[j].name));
            cr_expect(not(column->unchecked && column->except), "%s", column->name);
        }
}

/* A number without unit in its name is a count. */
Test(columns, the_unit_is_the_last_word_of_the_name)
{
    static const struct {
        enum column_kind kind;
        const char *endings[4];
    } rules[] = {
        {COLUMN_S, {"_s"}},
        {COLUMN_GPU_H, {"_gpu_h"}},
        {COLUMN_USD, {"_usd"}},
        {COLUMN_KWH, {"_kwh"}},
        {COLUMN_NANO, {"_frac", "_usd_per_gpu_h", "_usd_per_work_h"}},
    };
    for (size_t f = 0; f < OUTPUT_TABLES; f++)
        for (size_t i = 0; i < output_files[f].n; i++)
            for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
                const struct column *column = &output_files[f].columns[i];
                bool ends = false;
                for (const char *const *e = rules[r].endings; *e; e++) {
                    size_t n = strlen(column->name), k = strlen(*e);
                    ends |= n > k && strcmp(column->name + n - k, *e) == 0;
                }
                if (column->kind == rules[r].kind)
                    cr_expect(ends, "%s in %s", column->name, output_files[f].name);
            }
}

Test(columns, only_what_the_writer_would_write_is_read)
{
    static const struct {
        enum column_kind kind;
        const char *text;
        int64_t value;
        const char *message; /* NULL: fine */
    } cases[] = {
        {COLUMN_GPU_H, "0.000000278", 1, NULL},
        {COLUMN_GPU_H, "0.000000277", 0,
         "x: '0.000000277' would be written as '0.000000278'"},
        {COLUMN_GPU_H, "0.000000556", 2, NULL},
        {COLUMN_GPU_H, "-1.500000000", -5400000, NULL},
        {COLUMN_GPU_H, "1111111111111.111111111", INT64_C(4000000000000000000), NULL},
        {COLUMN_GPU_H, "99999999999999.000000000", 0,
         "x: 99999999999999.000000000 is out of range"},
        {COLUMN_GPU_H, "1.5", 0, "x: '1.5' would be written as '1.500000000'"},
        {COLUMN_USD, "-0.000001", -1, NULL},
        {COLUMN_USD, "9223372036854.775807", INT64_MAX, NULL},
        {COLUMN_USD, "9223372036854.775808", 0,
         "x: 9223372036854.775808 is out of range"},
        {COLUMN_USD, "+1.000000", 0, "x: '+1.000000' would be written as '1.000000'"},
        {COLUMN_USD, "1.0000001", 0, "x: '1.0000001' would be written as '1.000000'"},
        {COLUMN_USD, "nan", 0, "x: 'nan' is not a number"},
        {COLUMN_S, "0.001", 1, NULL},
        {COLUMN_S, "00.001", 0, "x: '00.001' would be written as '0.001'"},
        {COLUMN_COUNT, "17", 17, NULL},
        {COLUMN_COUNT, "1e3", 0, "x: '1e3' would be written as '1000'"},
        {COLUMN_COUNT, "-0", 0, "x: '-0' would be written as '0'"},
        {COLUMN_NANO, "0.585000001", 585000001, NULL},
        {COLUMN_DATE, "2026-01-30T00:00:00Z", FIXTURE_START, NULL},
        {COLUMN_DATE, "2026-01-30", 0,
         "x: '2026-01-30' would be written as '2026-01-30T00:00:00Z'"},
        {COLUMN_MONTH, "2026-01", INT64_C(1767225600000), NULL},
        {COLUMN_MONTH, "2026-1", 0, "x: '2026-1' is not a month such as 2026-01"},
        {COLUMN_DECIMAL, "0.5x", 0, "x: '0.5x' is not a number"},
        {COLUMN_TEXT, "", 0, "x is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct column column = {.name = "x", .kind = cases[i].kind, .help = ""};
        struct csv_field field = {cases[i].text, strlen(cases[i].text)};
        struct cell cell;
        struct error err = {0};
        bool ok = cell_parse(&column, &field, &cell, &err);
        cr_expect(ok == (cases[i].message == NULL), "%s: %s", cases[i].text, err.text);
        if (ok)
            cr_expect(eq(i64, cell.value, cases[i].value), "%s", cases[i].text);
        else
            cr_expect(eq(str, err.text, (char *)cases[i].message));
    }
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    char *text = calloc(1, 1 << 16);
    size_t n = fread(text, 1, (1 << 16) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

Test(files, rows_are_written_with_fixed_digits)
{
    static const struct {
        const char *file, *line;
    } cases[] = {
        {"jobs.csv",
         "id,workload,tenant,submit_s,start_s,end_s,pool,class,gpus,wait_s,"
         "useful_gpu_h,overhead_gpu_h,interruptions,outcome,reason,direct_usd\n"},
        {"jobs.csv", "a-1,training,blue,3.385,3.385,90061.007,own,h100-sxm,5,0.000,"
                     "125.080030556,0.000000000,0,finished,,0.056861\n"},
        {"jobs.csv", "\"'=b,2\",training,,60.017,60.017,70000.123,leased,h100-sxm,3,"},
        {"jobs.csv",
         "e,serving,blue,700.001,,700.001,,,999,0.000,0.000000000,0.000000000,"
         "0,refused,no pool has 999 GPUs,0.000000\n"},
        {"ledger.csv", "2026-01,2026-01-30T00:00:00Z,own,lot 1,purchase,cash,"
                       "987654.321012,8,GPU\n"},
        {"ledger.csv",
         "2026-02,2026-02-02T00:00:00Z,burst,,on_demand,economic,61.234567,"},
        {"assets.csv", "leased,contract 1,contract,h100-sxm,4,2026-01-30T00:00:00Z,"
                       "2026-01-30T00:00:00Z,2026-01-30T00:00:00Z,"
                       "2026-02-02T00:00:00Z,2026-02-19T00:00:00Z,288.000000000,"},
        {"assets.csv", ",0.424242,0.000000,0.000000000,,false\n"},
        {"assets.csv",
         ",777.000111,0.000000,986295.283919,2.385000017,2.049000000,true\n"},
        {"timeline.csv", "2026-01-30T00:00:00Z,2026-01-31T00:00:00Z,own,192.000000000,"
                         "119.995298611,0.000000000,"},
        {"usage.csv", "2026-02,own,lot 1,192.000000000,"},
        {"usage.csv", ",411.110877\n"},
        {"events.csv", "3.385,5,submit,a-1,,5,\n"},
        {"decisions.csv", "2026-01-31T00:00:00Z,own,reorder,1,buy,17,,8,0,below\n"},
    };
    struct fixture fixture;
    struct error err;
    fixture_begin(&fixture);
    const char *dir = fixture_path(&fixture, "out");
    bool ok = fixture_write(&fixture, dir, false, &err);
    cr_assert(ok, "%s", err.text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text =
            read_text(arena_printf(&fixture.arena, "%s/%s", dir, cases[i].file));
        cr_expect(strstr(text, cases[i].line) != NULL, "%s is not in %s:\n%s",
                  cases[i].line, cases[i].file, text);
        free(text);
    }
    fixture_end_all(&fixture);
}

Test(files, a_full_disk_is_told_at_close)
{
    struct fixture fixture;
    struct staging staging;
    struct error err = {0};
    struct file_record records[OUTPUT_TABLES];
    size_t n;
    if (access("/dev/full", W_OK) != 0)
        cr_skip_test("no /dev/full here");
    fixture_begin(&fixture);
    cr_assert(staging_begin(&staging, fixture_path(&fixture, "out"), false, &err));
    cr_assert(symlink("/dev/full", staging_path(&staging, "jobs.csv")) == 0, "symlink");
    struct files *files = files_open(&staging, &fixture.scenario, &err);
    cr_assert(files != NULL, "%s", err.text);
    fixture_run(&fixture, files_sink(files));
    cr_expect(not(files_close(files, records, &n, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_IO));
    cr_expect(strstr(err.text, "jobs.csv: No space left on device") != NULL, "%s",
              err.text);
    staging_abort(&staging);
    fixture_end_all(&fixture);
}
