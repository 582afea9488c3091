#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/interrupt.h"
#include "scratch.h"
#include "study/lock.h"

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* A process that takes the lock, says so, and keeps it until it is killed or, with
 * `hold_ms`, ends. */
static pid_t start_holder(const struct scratch *scratch, int hold_ms, bool remove)
{
    int ready[2];
    cr_assert(eq(int, pipe(ready), 0));
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        struct study_lock lock;
        struct error err;
        if (!lock_take(&lock, scratch->dir, 0, &err))
            _exit(1);
        (void)!write(ready[1], "", 1);
        struct timespec pause = {hold_ms / 1000, hold_ms % 1000 * 1000000L};
        nanosleep(&pause, NULL);
        lock_release(&lock, remove);
        _exit(0);
    }
    char byte;
    close(ready[1]);
    cr_assert(eq(int, (int)read(ready[0], &byte, 1), 1), "the holder did not start");
    close(ready[0]);
    return child;
}

Test(study_lock, a_second_writer_is_refused_by_name_until_the_first_dies)
{
    struct scratch scratch = scratch_new(LOCK_NAME);
    struct study_lock lock;
    struct error err = {0};
    pid_t child = start_holder(&scratch, 60000, false);
    char host[200] = "", expected[600];
    gethostname(host, sizeof host - 1);
    cr_expect(not(lock_take(&lock, scratch.dir, 0, &err)));
    snprintf(expected, sizeof expected,
             "%s is being written to by process %ld on %s; wait for it, or give "
             "--lock-wait SECONDS",
             scratch.dir, (long)child, host);
    cr_expect(eq(str, err.text, expected));
    cr_expect(eq(int, err.kind, ERROR_USAGE));

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_assert(lock_take(&lock, scratch.dir, 0, &err), "%s", err.text);
    lock_release(&lock, true);
    cr_expect(scratch_remove(&scratch));
}

Test(study_lock, who_waits_gets_it_when_the_first_ends)
{
    struct scratch scratch = scratch_new(LOCK_NAME);
    struct study_lock lock;
    struct error err = {0};
    /* The holder takes the file away at its end, and the waiter must not hold the lock
     * of a file that is gone. */
    pid_t child = start_holder(&scratch, 250, true);
    cr_assert(lock_take(&lock, scratch.dir, 30, &err), "%s", err.text);
    waitpid(child, NULL, 0);
    cr_assert(exists(scratch.path));
    struct study_lock second;
    cr_expect(not(lock_take(&second, scratch.dir, 0, &err)), "two hold it");
    lock_release(&lock, true);
    cr_expect(not(exists(scratch.path)));
    cr_expect(scratch_remove(&scratch));
}

Test(study_lock, it_is_not_waited_for_longer_than_said)
{
    struct scratch scratch = scratch_new(LOCK_NAME);
    struct study_lock lock, second;
    struct error err = {0};
    struct timespec begin, end;
    cr_assert(lock_take(&lock, scratch.dir, 0, &err), "%s", err.text);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    cr_expect(not(lock_take(&second, scratch.dir, 0.25, &err)));
    clock_gettime(CLOCK_MONOTONIC, &end);
    double waited = (double)(end.tv_sec - begin.tv_sec) +
                    1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    cr_expect(waited >= 0.25 && waited < 20, "%g s", waited);

    interrupted = 1;
    cr_expect(not(lock_take(&second, scratch.dir, 60, &err)));
    cr_expect(eq(int, err.kind, ERROR_INTERRUPTED));
    interrupted = 0;
    lock_release(&lock, true);
    cr_expect(scratch_remove(&scratch));
}

Test(study_lock, a_link_in_its_place_is_refused)
{
    struct scratch scratch = scratch_new(LOCK_NAME);
    struct study_lock lock;
    struct error err = {0};
    cr_assert(eq(int, symlink("/tmp/tenure-elsewhere", scratch.path), 0));
    cr_expect(not(lock_take(&lock, scratch.dir, 0, &err)));
    cr_expect(not(exists("/tmp/tenure-elsewhere")));
    lock_release(&lock, true); /* of nothing */
    cr_expect(exists(scratch.path));
    cr_expect(scratch_remove(&scratch));
}

Test(study_lock, a_file_of_somebody_is_neither_overwritten_nor_removed)
{
    static const char *const texts[] = {"the combination of the safe\n",
                                        "door 17\nwindow 4\n",
                                        "door 17",
                                        "door\n",
                                        "17\n",
                                        "door 17 \n",
                                        "door -1\n",
                                        "door \n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct scratch scratch = scratch_file(LOCK_NAME, texts[i], strlen(texts[i]));
        struct study_lock lock;
        struct error err = {0};
        char expected[300];
        size_t length;
        cr_expect(not(lock_take(&lock, scratch.dir, 0, &err)), "%s", texts[i]);
        snprintf(expected, sizeof expected,
                 "%s is not Tenure's, and is not overwritten; move that file or name "
                 "another directory",
                 scratch.path);
        cr_expect(eq(str, err.text, expected));
        cr_expect(eq(int, err.kind, ERROR_USAGE));
        lock_release(&lock, true); /* of nothing */
        char *text = scratch_read(&scratch, &length);
        cr_expect(eq(str, text, (char *)(uintptr_t)texts[i]));
        free(text);
        cr_expect(scratch_remove(&scratch));
    }
    /* What is not even a file, and what a killed process leaves. */
    struct scratch scratch = scratch_new(LOCK_NAME);
    struct study_lock lock;
    struct error err = {0};
    cr_assert(eq(int, mkfifo(scratch.path, 0600), 0));
    cr_expect(not(lock_take(&lock, scratch.dir, 0, &err)));
    cr_expect(exists(scratch.path));
    unlink(scratch.path);
    for (int i = 0; i < 2; i++) {
        scratch_write(&scratch, i ? "node-7.example 4194303\n" : "", i ? 23 : 0);
        cr_assert(lock_take(&lock, scratch.dir, 0, &err), "%s", err.text);
        lock_release(&lock, false);
    }
    cr_expect(scratch_remove(&scratch));
}
