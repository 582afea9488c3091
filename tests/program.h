#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

/* The program, run as a user runs it. */

#include <criterion/criterion.h>
#include <sys/wait.h>

#include "scenario_files.h"

struct outcome {
    int code;
    char out[65536], err[8192];
};

static inline void slurp(const char *path, char *text, size_t room)
{
    FILE *in = fopen(path, "r");
    size_t n = in ? fread(text, 1, room - 1, in) : 0;
    text[n] = '\0';
    if (in)
        fclose(in);
}

/* Runs `tenure ARGUMENTS` by the shell in the folder. */
static inline struct outcome *tenure(const struct folder *folder, const char *arguments)
{
    static struct outcome outcome; /* large; one at a time */
    const char *program = getenv("TENURE_PROGRAM");
    if (!program)
        cr_skip_test("TENURE_PROGRAM does not name the program");
    char command[2048], out[128], err[128];
    snprintf(command, sizeof command, "cd %s && { %s %s\n} >out 2>err", folder->path,
             program, arguments);
    int status = system(command);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    slurp(folder_path(folder, "out", out), outcome.out, sizeof outcome.out);
    slurp(folder_path(folder, "err", err), outcome.err, sizeof outcome.err);
    unlink(out);
    unlink(err);
    return &outcome;
}

#endif
