#ifndef STUDY_LOCK_H
#define STUDY_LOCK_H

/*
 * One writer at a time in a study's directory.
 *
 * The file "lock" in it is locked as a whole (open file description lock, fcntl), so a
 * process that dies lets go of it, on one machine and over NFS; what it holds, "HOST
 * PID", is for the message alone.  Who got the lock of a file that was removed or
 * replaced meanwhile tries again with the present one.
 * A file of that name with anything else in it is somebody's, and is left alone.
 */

#include "base/errors.h"

#define LOCK_NAME "lock"

struct study_lock {
    int fd;
    char *path; /* NULL: not held */
};

/* Waits up to `wait_s` for another writer to end; a signal ends the wait. */
bool lock_take(struct study_lock *lock, const char *dir, double wait_s,
               struct error *err) MUST_CHECK;

/* Whether there is the file, of a process that runs or was killed. */
bool lock_is_there(const char *dir);

/* Lets go, of what is held; `remove` takes the file away, too. */
void lock_release(struct study_lock *lock, bool remove);

#endif
