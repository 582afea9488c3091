#ifndef TESTS_ONE_TOY_H
#define TESTS_ONE_TOY_H

/* For suites of which each test has one toy world: it is there, `.fini = free_toy` of
 * the suite frees it, and run() demands that it runs to its end. */

#include "world_fixture.h"

static struct toy toy;

static void free_toy(void)
{
    toy_free(&toy);
}

static void run(void)
{
    cr_assert(toy_run(&toy), "%s", toy.err.text);
}

#endif
