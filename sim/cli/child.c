#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

#define CAPTURE_MAX ((size_t)64 << 20)

extern char **environ;

/* Standard input is empty; standard output is `out`, or ours where that is -1. */
static bool start(const char *const argv[], int out, pid_t *pid, struct error *err)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        out_of_memory();
    int failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                                  O_RDONLY, 0);
    if (!failed && out >= 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (!failed)
            failed = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
                                                      "/dev/null", O_WRONLY, 0);
    }
    /* The pointers are not const for history's sake: nothing is written to. */
    union {
        const char *const *in;
        char *const *out;
    } words = {.in = argv};
    if (!failed)
        failed = posix_spawnp(pid, argv[0], &actions, NULL, words.out, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (!failed)
        return true;
    if (failed == ENOENT)
        return error_kind_set(err, ERROR_IO, "%s is not installed here", argv[0]);
    return error_kind_set(err, ERROR_IO, "%s: %s", argv[0], strerror(failed));
}

static bool finish(const char *const argv[], pid_t pid, struct error *err)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_errno(err, argv[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (!interrupt_check(err))
        return false;
    if (WIFEXITED(status))
        return error_kind_set(err, ERROR_IO, "%s failed, with exit code %d", argv[0],
                              WEXITSTATUS(status));
    return error_kind_set(err, ERROR_IO, "%s was ended by signal %d", argv[0],
                          WTERMSIG(status));
}

bool child_run(const char *const argv[], struct error *err)
{
    pid_t pid;
    fflush(stdout);
    return start(argv, -1, &pid, err) && finish(argv, pid, err);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Everything that comes until the end of the file or of the time. */
static bool read_all(int in, const char *name, double most_s, struct arena *arena,
                     const char **text, struct error *err)
{
    size_t room = 1 << 16, n = 0;
    char *bytes = arena_alloc(arena, room);
    double end_s = now_s() + most_s;
    for (;;) {
        struct pollfd wait = {.fd = in, .events = POLLIN};
        double left_s = end_s - now_s();
        int ready = left_s > 0 ? poll(&wait, 1, (int)(1000 * left_s) + 1) : 0;
        if (!interrupt_check(err))
            return false;
        if (ready == 0)
            return error_kind_set(err, ERROR_IO, "%s does not answer within %.0f s",
                                  name, most_s);
        ssize_t got = ready > 0 ? read(in, bytes + n, room - n - 1) : -1;
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, name);
        n += (size_t)got;
        if (room - n > 1)
            continue;
        if (room >= CAPTURE_MAX)
            return error_kind_set(err, ERROR_IO, "%s prints too much", name);
        bytes = arena_grow(arena, bytes, room, 2 * room, 1);
        room *= 2;
    }
    bytes[n] = '\0';
    *text = bytes;
    return true;
}

bool child_capture(const char *const argv[], double most_s, struct arena *arena,
                   const char **text, struct error *err)
{
    int ends[2];
    pid_t pid;
    if (pipe(ends) != 0)
        return error_errno(err, argv[0]);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    bool ok = start(argv, ends[1], &pid, err);
    close(ends[1]);
    if (ok && !read_all(ends[0], argv[0], most_s, arena, text, err)) {
        struct error ignored;
        kill(pid, SIGKILL);
        (void)!finish(argv, pid, &ignored);
        ok = false;
    } else if (ok) {
        ok = finish(argv, pid, err);
    }
    close(ends[0]);
    return ok;
}
