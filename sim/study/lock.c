#define _GNU_SOURCE /* F_OFD_SETLK */

#include "study/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool is_present(int fd, const char *path)
{
    struct stat held, there;
    return fstat(fd, &held) == 0 && stat(path, &there) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

/* "HOST PID" as the writer left it; "" where nothing can be read. */
static void read_holder(int fd, char *host, size_t room, long *pid)
{
    char text[300] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    host[0] = '\0';
    *pid = 0;
    char *blank = n > 0 ? strchr(text, ' ') : NULL;
    if (!blank)
        return;
    *blank = '\0';
    snprintf(host, room, "%s", text);
    *pid = strtol(blank + 1, NULL, 10);
}

/* Whether the file may be one of a lock: nothing in it, or what write_holder leaves. */
static bool is_of_lock(int fd)
{
    char text[300];
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size >= (off_t)sizeof text)
        return false;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return n == 0;
    text[n] = '\0';
    size_t host = strcspn(text, " \t\n");
    if (text[host] != ' ')
        return false;
    const char *pid = text + host + 1;
    size_t digits = strspn(pid, "0123456789");
    return digits > 0 && strcmp(pid + digits, "\n") == 0 &&
           pid + digits + 1 == text + n;
}

static bool refuse(const struct study_lock *lock, const char *dir, struct error *err)
{
    char host[256];
    long pid;
    read_holder(lock->fd, host, sizeof host, &pid);
    return error_kind_set(
        err, ERROR_USAGE,
        "%s is being written to by process %ld on %s; wait for it, or "
        "give --lock-wait SECONDS",
        dir, pid, *host ? host : "another machine");
}

static void write_holder(const struct study_lock *lock)
{
    char host[256] = "", text[300];
    gethostname(host, sizeof host - 1);
    int n = snprintf(text, sizeof text, "%s %ld\n", host, (long)getpid());
    /* For a message only: where it fails, the lock holds all the same. */
    if (ftruncate(lock->fd, 0) == 0)
        (void)!pwrite(lock->fd, text, (size_t)n, 0);
}

enum attempt { TAKEN, HELD, GONE, FAILED };

static enum attempt try_lock(struct study_lock *lock, struct error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lock->fd, F_OFD_SETLK, &whole) == 0)
        return is_present(lock->fd, lock->path) ? TAKEN : GONE;
    if (errno == EAGAIN || errno == EACCES || errno == EINTR)
        return is_present(lock->fd, lock->path) ? HELD : GONE;
    error_kind_set(err, ERROR_IO,
                   "%s: %s; a study needs a file system with locks (NFS: version 4)",
                   lock->path, strerror(errno));
    return FAILED;
}

static bool open_file(struct study_lock *lock, struct error *err)
{
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    return lock->fd >= 0 || error_errno(err, lock->path);
}

static bool acquire(struct study_lock *lock, const char *dir, double until,
                    struct error *err)
{
    if (!open_file(lock, err))
        return false;
    for (;;) {
        enum attempt attempt = try_lock(lock, err);
        if (attempt == TAKEN)
            return true;
        if (attempt == HELD && now_s() >= until)
            refuse(lock, dir, err);
        if (attempt == FAILED || (attempt == HELD && now_s() >= until) ||
            !interrupt_check(err))
            break;
        if (attempt == HELD) {
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
            continue;
        }
        close(lock->fd);
        if (!open_file(lock, err))
            return false;
    }
    close(lock->fd);
    return false;
}

static char *lock_path(const char *dir)
{
    size_t room = strlen(dir) + sizeof "/" LOCK_NAME;
    char *path = malloc(room);
    if (!path)
        out_of_memory();
    snprintf(path, room, "%s/" LOCK_NAME, dir);
    return path;
}

bool lock_is_there(const char *dir)
{
    struct stat info;
    char *path = lock_path(dir);
    bool is_there = lstat(path, &info) == 0;
    free(path);
    return is_there;
}

bool lock_take(struct study_lock *lock, const char *dir, double wait_s,
               struct error *err)
{
    char *path = lock_path(dir);
    *lock = (struct study_lock){.fd = -1, .path = path};
    if (acquire(lock, dir, now_s() + wait_s, err)) {
        if (is_of_lock(lock->fd)) {
            write_holder(lock);
            return true;
        }
        close(lock->fd);
        error_kind_set(err, ERROR_USAGE,
                       "%s is not Tenure's, and is not overwritten; move that file or "
                       "name another directory",
                       path);
    }
    free(path);
    lock->path = NULL;
    return false;
}

void lock_release(struct study_lock *lock, bool remove)
{
    if (!lock->path)
        return;
    if (remove)
        unlink(lock->path);
    close(lock->fd);
    free(lock->path);
    *lock = (struct study_lock){.fd = -1};
}
