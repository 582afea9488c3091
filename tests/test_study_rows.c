#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "scratch.h"
#include "study/rows.h"

static const char id[] = "5ea1f00d";

static struct scratch folder;
static struct arena arena;

static void setup(void)
{
    folder = scratch_new("rows-000000-0000.part");
}

static void teardown(void)
{
    struct rows_files files = {0};
    struct error err;
    if (rows_find(folder.dir, &arena, &files, &err))
        for (size_t i = 0; i < files.n; i++)
            unlink(files.paths[i]);
    cr_expect(scratch_remove(&folder), "something else was left behind");
    arena_free(&arena);
}

TestSuite(study_rows, .init = setup, .fini = teardown);

/* The payload of a task, of a length that depends on it. */
static const char *payload(uint64_t task)
{
    static char text[64];
    int length = snprintf(text, sizeof text, "%llu.875,own", (unsigned long long)task);
    for (uint64_t i = 0; i < task % 7; i++)
        text[length++] = (char)('a' + i);
    text[length] = '\0';
    return text;
}

static void append(struct rows_writer *writer, uint64_t task)
{
    struct error err;
    const char *text = payload(task);
    cr_assert(rows_append(writer, task, text, strlen(text), &err), "%s", err.text);
}

static void create(struct rows_writer *writer, unsigned session, unsigned worker)
{
    struct error err;
    cr_assert(rows_create(writer, folder.dir, id, session, worker, &err), "%s",
              err.text);
}

static void finish(struct rows_writer *writer)
{
    struct error err;
    cr_assert(rows_close(writer, &err), "%s", err.text);
}

/* The tasks first, first + step, ... below end, in one file. */
static void write_tasks(unsigned worker, uint64_t first, uint64_t step, uint64_t end)
{
    struct rows_writer writer;
    create(&writer, 0, worker);
    for (uint64_t task = first; task < end; task += step)
        append(&writer, task);
    finish(&writer);
}

static struct rows_files found(void)
{
    struct rows_files files = {0};
    struct error err;
    cr_assert(rows_find(folder.dir, &arena, &files, &err), "%s", err.text);
    return files;
}

/* Reads all; the rows must be the tasks from 0 on with their payloads.  How many, or -1
 * with the error set. */
static int64_t read_all(struct error *err)
{
    struct rows_files files = found();
    struct rows_reader *reader = rows_open(&files, id, err);
    struct row row;
    int64_t n = 0;
    bool more, ok = reader != NULL;
    while (ok && (ok = rows_next(reader, &row, &more, err)) && more) {
        cr_assert(eq(u64, row.task, (uint64_t)n));
        cr_assert(eq(str, (char *)row.payload, (char *)payload(row.task)));
        cr_assert(eq(sz, row.length, strlen(row.payload)));
        n++;
    }
    rows_free(reader);
    return ok ? n : -1;
}

Test(study_rows, rows_of_many_workers_come_back_in_order)
{
    struct error err = {0};
    cr_expect(eq(i64, read_all(&err), 0), "%s", err.text);
    write_tasks(0, 0, 3, 100);
    write_tasks(1, 2, 3, 100);
    write_tasks(2, 1, 3, 100);
    write_tasks(3, 0, 1, 0);
    cr_expect(eq(i64, read_all(&err), 100), "%s", err.text);
    cr_expect(eq(uint, found().next_session, 1));
}

Test(study_rows, a_file_torn_at_any_byte_gives_the_whole_rows_before)
{
    write_tasks(0, 0, 1, 9);
    size_t length;
    char *text = scratch_read(&folder, &length);
    for (size_t cut = 0; cut <= length; cut++) {
        scratch_write(&folder, text, cut);
        int64_t lines = 0;
        for (size_t i = 0; i < cut; i++)
            lines += text[i] == '\n';
        struct error err = {0};
        cr_expect(eq(i64, read_all(&err), lines > 0 ? lines - 1 : 0), "at %zu: %s", cut,
                  err.text);
    }
    free(text);
}

Test(study_rows, a_damaged_byte_is_an_error_unless_no_row_follows)
{
    write_tasks(0, 0, 1, 5);
    size_t length;
    char *text = scratch_read(&folder, &length);
    int64_t line = 0;
    for (size_t at = 0; at < length; at++) {
        static const char damage[] = {1, 0x20, (char)0x80};
        for (size_t d = 0; d < sizeof damage; d++) {
            struct error err = {0};
            text[at] ^= damage[d];
            scratch_write(&folder, text, length);
            /* The end of the last line but one takes both with it. */
            bool last = line == 5, end = (text[at] ^ damage[d]) == '\n';
            bool both = line == 4 && end;
            int64_t expected = last ? 4 : both ? 3 : -1;
            cr_expect(eq(i64, read_all(&err), expected), "byte %zu", at);
            if (expected < 0)
                cr_expect(strstr(err.text, "the line is damaged, and whole ones follow "
                                           "it") != NULL,
                          "%s", err.text);
            text[at] ^= damage[d];
        }
        line += text[at] == '\n';
    }
    free(text);
}

Test(study_rows, damage_is_told_with_its_line)
{
    struct error err = {0};
    write_tasks(0, 0, 1, 5);
    size_t length;
    char *text = scratch_read(&folder, &length);
    *strstr(text, "2.875") = '3';
    scratch_write(&folder, text, length);
    free(text);
    cr_expect(eq(i64, read_all(&err), -1));
    cr_expect(
        eq(str, (char *)without_dir(&folder, err.text),
           "rows-000000-0000.part:4: the line is damaged, and whole ones follow it; "
           "delete the file, and its replications are run again"));
    cr_expect(eq(int, err.kind, ERROR_INPUT));
}

/* What a power failure may leave: the file has its length, but not its bytes. */
Test(study_rows, any_amount_of_rubbish_at_the_end_is_dropped)
{
    static const struct {
        size_t length;
        char byte;
    } cases[] = {{1, '\0'}, {4096, '\0'}, {6000000, '\0'}, {5000000, 'x'}, {99, '\n'}};
    write_tasks(0, 0, 1, 8);
    size_t length;
    char *text = scratch_read(&folder, &length);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {0};
        char *longer = malloc(length + cases[i].length);
        cr_assert(longer != NULL);
        memcpy(longer, text, length);
        memset(longer + length, cases[i].byte, cases[i].length);
        scratch_write(&folder, longer, length + cases[i].length);
        free(longer);
        cr_expect(eq(i64, read_all(&err), 8), "case %zu: %s", i, err.text);
    }
    free(text);
}

Test(study_rows, rows_of_another_study_are_refused)
{
    struct rows_writer writer;
    struct error err = {0};
    cr_assert(rows_create(&writer, folder.dir, "0ther", 0, 0, &err));
    append(&writer, 0);
    finish(&writer);
    cr_expect(eq(i64, read_all(&err), -1));
    cr_expect(eq(str, (char *)without_dir(&folder, err.text),
                 "rows-000000-0000.part: these rows belong to another study"));
}

Test(study_rows, a_row_may_come_twice_if_it_is_the_same)
{
    struct error err = {0};
    write_tasks(0, 0, 1, 20);
    write_tasks(1, 3, 2, 30);
    write_tasks(2, 9, 1, 31);
    cr_expect(eq(i64, read_all(&err), 31), "%s", err.text);

    struct rows_writer writer;
    create(&writer, 1, 0);
    cr_assert(rows_append(&writer, 17, "17.876", 6, &err));
    finish(&writer);
    cr_expect(eq(i64, read_all(&err), -1));
    cr_expect(strstr(err.text, "hold different results of the same replication") !=
                  NULL,
              "%s", err.text);
}

Test(study_rows, a_file_out_of_order_is_refused)
{
    struct error err = {0};
    write_tasks(0, 0, 1, 4);
    size_t length;
    char *text = scratch_read(&folder, &length);
    const char *third = strstr(text, " 2 2.875") - 8, *end = strchr(third, '\n') + 1;
    char *longer = malloc(length + (size_t)(end - third));
    cr_assert(longer != NULL);
    memcpy(longer, text, length);
    memcpy(longer + length, third, (size_t)(end - third));
    scratch_write(&folder, longer, length + (size_t)(end - third));
    free(longer);
    free(text);
    cr_expect(eq(i64, read_all(&err), -1));
    cr_expect(strstr(err.text, "row 2 comes too late") != NULL, "%s", err.text);
}

Test(study_rows, a_part_file_is_never_written_to_again)
{
    struct rows_writer writer;
    struct error err;
    write_tasks(0, 0, 1, 4);
    cr_expect(not(rows_create(&writer, folder.dir, id, 0, 0, &err)));
    cr_expect(strstr(err.text, "File exists") != NULL, "%s", err.text);
    cr_expect(rows_close(&writer, &err));
}

static _Noreturn void write_for_ever(unsigned session, uint64_t task)
{
    struct rows_writer writer;
    create(&writer, session, 0);
    for (;;)
        append(&writer, task++);
}

/* Until the session's file is as long; on a loaded machine that may take a while. */
static void wait_for_bytes(unsigned session, long bytes)
{
    const char *path =
        arena_printf(&arena, "%s/rows-%06u-0000.part", folder.dir, session);
    struct timespec pause = {.tv_nsec = 20000};
    struct stat info = {.st_size = 0};
    for (int i = 0; i < 1000000 && info.st_size < bytes; i++) {
        nanosleep(&pause, NULL);
        if (stat(path, &info) != 0)
            info.st_size = 0;
    }
}

/* Sessions that are killed in the middle of writing, one after the other: none loses
 * what another wrote, and each goes on where the last one ended. */
Test(study_rows, a_killed_writer_leaves_a_prefix)
{
    uint64_t state = 20260101;
    int64_t before = 0;
    for (unsigned session = 0; session < 12; session++) {
        struct error err = {0};
        pid_t child = fork();
        cr_assert(child >= 0);
        if (child == 0)
            write_for_ever(session, (uint64_t)before);
        wait_for_bytes(session, 1 + draw(&state) % 40000);
        kill(child, SIGKILL);
        cr_assert(eq(int, waitpid(child, NULL, 0), child));
        int64_t now = read_all(&err);
        cr_assert(now >= before, "session %u: %lld after %lld: %s", session,
                  (long long)now, (long long)before, err.text);
        before = now;
    }
    cr_expect(before > 100, "%lld rows in all", (long long)before);
}

Test(study_rows, a_full_disk_is_told)
{
    struct rows_writer writer;
    struct error err = {0};
    int fd = open("/dev/full", O_WRONLY);
    cr_assert(fd >= 0);
    cr_expect(not(rows_begin(&writer, fd, "full.part", id, &err)));
    cr_expect(eq(str, err.text, "full.part: No space left on device"));
    cr_expect(eq(int, err.kind, ERROR_IO));
}

/* The limit falls into the middle of a row, so write() takes half of it. */
Test(study_rows, a_row_that_does_not_fit_is_taken_back)
{
    struct rlimit usual, small;
    struct rows_writer writer;
    struct error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(eq(int, getrlimit(RLIMIT_FSIZE, &usual), 0));
    create(&writer, 0, 0);
    small = (struct rlimit){.rlim_cur = 500, .rlim_max = usual.rlim_max};
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &small), 0));
    uint64_t task = 0;
    while (rows_append(&writer, task, payload(task), strlen(payload(task)), &err))
        task++;
    cr_expect(strstr(err.text, "File too large") != NULL, "%s", err.text);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &usual), 0));
    finish(&writer);

    size_t length;
    char *text = scratch_read(&folder, &length);
    cr_expect(length > 0 && length < 500 && text[length - 1] == '\n');
    free(text);
    cr_expect(eq(i64, read_all(&err), (int64_t)task), "%s", err.text);
}

Test(study_rows, no_limit_on_open_files_is_met)
{
    struct error err = {0};
    for (unsigned worker = 0; worker < 200; worker++)
        write_tasks(worker, worker, 200, 1000);
    struct rlimit usual, small;
    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &usual), 0));
    small = (struct rlimit){.rlim_cur = 100, .rlim_max = usual.rlim_max};
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &small), 0));
    int64_t n = read_all(&err);
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &usual), 0));
    cr_expect(eq(i64, n, 1000), "%s", err.text);
}

Test(study_rows, long_rows_are_read_whole)
{
    struct rows_writer writer;
    struct rows_reader *reader;
    struct error err = {0};
    static const size_t lengths[] = {0, 1, 262130, 262144, 3000000, 7, 4194280};
    char *text = malloc(ROWS_LINE_MAX);
    cr_assert(text != NULL);
    create(&writer, 0, 0);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(text, (int)('a' + i), lengths[i]);
        cr_assert(rows_append(&writer, i, text, lengths[i], &err), "%s", err.text);
    }
    finish(&writer);

    struct rows_files files = found();
    reader = rows_open(&files, id, &err);
    cr_assert(reader != NULL, "%s", err.text);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct row row;
        bool more;
        cr_assert(rows_next(reader, &row, &more, &err), "%s", err.text);
        cr_assert(more);
        memset(text, (int)('a' + i), lengths[i]);
        cr_expect(row.length == lengths[i] &&
                  memcmp(row.payload, text, lengths[i]) == 0);
    }
    rows_free(reader);
    free(text);
}

Test(study_rows, only_part_files_are_taken)
{
    static const struct {
        const char *name;
        bool is_part;
    } cases[] = {
        {"rows-000000-0000.part", true},   {"rows-1-2.part", true},
        {"rows-000000-0000.part~", false}, {"rows-000000.part", false},
        {"replications.csv", false},       {".rows-000000-0000.part", false},
        {"rows-000000-0000.par", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(int, rows_is_part_name(cases[i].name), cases[i].is_part), "%s",
                  cases[i].name);
}
