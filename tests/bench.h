#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

/* What benchmarks of whole runs share: time, memory, and random numbers for demand. */

#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

/* Of this process alone: what else runs on the machine does not count. */
static inline double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The most the process had so far. */
static inline double memory_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static inline uint64_t random_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 11;
}

static inline double uniform(uint64_t *state)
{
    return ((double)random_bits(state) + 0.5) / 9007199254740992.0;
}

#endif
