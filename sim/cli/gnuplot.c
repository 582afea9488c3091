#include "cli/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

#define SECONDS_MOST 60
#define WORDS_MOST   4096
#define NOT_THERE    127 /* as shells say it */

/* In the child.  No start-up files, no locale but one, and no terminal. */
static void become_gnuplot(const char *dir, const char *script, int words)
{
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(words, STDOUT_FILENO) < 0 || dup2(words, STDERR_FILENO) < 0 ||
        chdir(dir) != 0)
        _exit(1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("GNUTERM");
    unsetenv("DISPLAY");
    execlp("gnuplot", "gnuplot", "--default-settings", script, (char *)NULL);
    _exit(errno == ENOENT ? NOT_THERE : 1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Its words until it closes them; what is beyond the room is passed over. */
static bool listen_to(int in, char text[WORDS_MOST], struct error *err)
{
    double end_s = now_s() + SECONDS_MOST;
    size_t n = 0;
    for (;;) {
        char beyond[512];
        struct pollfd wait = {.fd = in, .events = POLLIN};
        double left_s = end_s - now_s();
        int ready = left_s > 0 ? poll(&wait, 1, (int)(1000 * left_s) + 1) : 0;
        if (!interrupt_check(err))
            return false;
        if (ready == 0)
            return error_kind_set(err, ERROR_IO, "gnuplot has not ended within %d s",
                                  SECONDS_MOST);
        bool room = n + 1 < WORDS_MOST;
        ssize_t got = ready < 0 ? -1
                      : room    ? read(in, text + n, WORDS_MOST - 1 - n)
                                : read(in, beyond, sizeof beyond);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "gnuplot");
        if (got == 0)
            break;
        n += room ? (size_t)got : 0;
    }
    text[n] = '\0';
    return true;
}

/* gnuplot shows the line, a caret, and then says what is wrong: its last line. */
static const char *last_line(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    char *line = strrchr(text, '\n');
    return line ? line + 1 : text;
}

static bool judge(int status, char *words, const char *key, struct error *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
        return error_kind_set(err, ERROR_IO,
                              "gnuplot is not installed here; Debian's and Ubuntu's "
                              "package gnuplot-nox has it");
    if (WIFSIGNALED(status))
        return error_kind_set(err, ERROR_IO, "%s: gnuplot was ended by signal %d", key,
                              WTERMSIG(status));
    const char *line = last_line(words);
    return error_kind_set(err, ERROR_IO, "%s: gnuplot failed: %s", key,
                          *line ? line : "it does not say why");
}

static bool run(const char *dir, const char *script, const char *key, struct error *err)
{
    char words[WORDS_MOST] = "";
    int ends[2], status;
    if (pipe(ends) != 0)
        return error_errno(err, "gnuplot");
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        become_gnuplot(dir, script, ends[1]);
    }
    close(ends[1]);
    bool ok = pid > 0 ? listen_to(ends[0], words, err) : error_errno(err, "gnuplot");
    close(ends[0]);
    if (pid > 0 && !ok)
        kill(pid, SIGKILL);
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_errno(err, "gnuplot");
    return ok && judge(status, words, key, err);
}

bool gnuplot_draw(const char *dir, const char *key, enum plot_format format,
                  struct error *err)
{
    struct arena arena = {0};
    struct stat info;
    const char *script = arena_printf(&arena, "%s.gp", key);
    const char *picture =
        arena_printf(&arena, "%s/%s.%s", dir, key, plot_format_names[format]);
    bool ok = run(dir, script, key, err);
    if (ok && (stat(picture, &info) != 0 || info.st_size == 0))
        ok = error_kind_set(err, ERROR_IO, "%s: gnuplot has drawn nothing", key);
    arena_free(&arena);
    return ok;
}
