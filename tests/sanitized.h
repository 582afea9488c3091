#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

/*
 * How much of a long loop is left under a sanitizer, which takes ten times as long: one
 * in so many.  What such a loop asserts is seen whole in the plain build; what a
 * sanitizer sees, it sees in the first rounds.
 */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED_SHARE 8
#else
#define SANITIZED_SHARE 1
#endif

#endif
