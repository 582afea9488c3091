#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

/*
 * Whether the user wants the program to stop (Ctrl-C, SIGTERM, SIGHUP).
 *
 * A signal handler is given nothing but its number, so this is the one variable that
 * all share.  Who reads or writes a file asks at each piece of it, and a file that
 * appears whole asks before it appears: so a command over a long file ends soon, leaves
 * nothing behind, and need not ask itself.
 */

#include <signal.h>

#include "base/errors.h"

extern volatile sig_atomic_t interrupted; /* set by the handler, never cleared */

/* False with the error set, of kind ERROR_INTERRUPTED, once it is. */
bool interrupt_check(struct error *err) MUST_CHECK;

#endif
