#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "slurm_program.h"

/* What `tenure slurm` is given: options for sbatch, and mistakes. */

/* As getopt_long reads them, which knows abbreviations, letters in one word, and words
 * that are values. */
Test(cli_slurm_options, options_for_sbatch_are_read_as_it_does, .timeout = 60)
{
    static const struct {
        const char *options, *says; /* NULL: taken */
    } cases[] = {
        {"--job=x", "--job=x: the name of the jobs"},
        {"--job-n x", "--job-n: the name of the jobs"},
        {"--j x", "--j: the name of the jobs"},
        {"-HJ x", "-HJ: the name of the jobs"},
        {"-HJx", "-HJx: the name of the jobs"},
        {"-p gpu -Jx", "-Jx: the name of the jobs"},
        {"--exclusive -Jx", "-Jx: the name of the jobs"},
        {"--arr=1-4", "--array: this study has tasks 0-3"},
        {"--ar 1-4", "--array: this study has tasks 0-3"},
        {"--array=0-3%", "--array: this study has tasks 0-3"},
        {"--array=0-3%x", "--array: this study has tasks 0-3"},
        {"--array=0-3%0", "--array: this study has tasks 0-3"},
        {"--array=0-3%2,5", "--array: this study has tasks 0-3"},
        {"--array", "--array: this study has tasks 0-3"},
        {"--test", "--test: without --submit nothing is submitted"},
        {"--te", "--te: without --submit nothing is submitted"},
        {"--comment -J5", NULL},
        {"--comment=-J5", NULL},
        {"-A -J5", NULL},
        {"-p J -t 5 --mem 4G", NULL},
        {"--account=array --time-min=5", NULL},
        {"-a 0-3%12", NULL},
        {"--array 0-3", NULL},
        {"-Ha0-3", NULL},
    };
    struct folder folder = prepared();
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line, "$T slurm t.yaml -o d -q --shards 4 -- %s",
                 cases[i].options);
        struct outcome *outcome = run(&folder, line);
        bool ok = cases[i].says ? outcome->code == 1 &&
                                      strstr(outcome->err, cases[i].says) != NULL
                                : outcome->code == 0;
        cr_expect(ok, "%s: exit %d, %s", cases[i].options, outcome->code, outcome->err);
    }
    clean(&folder);
}

Test(cli_slurm_options, mistakes_are_told, .timeout = 60)
{
    static const struct {
        const char *arguments;
        int code;
        const char *message;
    } cases[] = {
        {"t.yaml", 1, "slurm: -o DIR is needed, the directory of the study"},
        {"-o d", 1, "slurm: name one scenario; see `tenure slurm --help`"},
        {"t.yaml x -o d", 1, "slurm: name one scenario; see `tenure slurm --help`"},
        {"- -o d", 1, "slurm: the tasks cannot read standard input; name a file"},
        {"t.yaml -o d --submit --status", 1, "slurm: --submit or --status, not both"},
        {"t.yaml -o d --shards 3 --minutes 5", 1,
         "slurm: --shards or --minutes, not both"},
        {"t.yaml -o d --json", 1, "slurm: --json is for --status"},
        {"t.yaml -o d --shards 0", 1, "--shards: 0 is not in 1 to 10000000"},
        {"t.yaml -o d --shards x", 1, "--shards: 'x' is not a whole number such as 5"},
        {"t.yaml -o d --shards 24", 1,
         "--shards: 24 are more than the 23 replications, of which each shard has "
         "some"},
        {"t.yaml -o d --minutes 0", 1,
         "--minutes: '0' is not a number in 0.1 to 10000"},
        {"t.yaml -o d --minutes inf", 1,
         "--minutes: 'inf' is not a number in 0.1 to 10000"},
        {"t.yaml -o d --jobs 1025", 1, "--jobs: 1025 is not in 1 to 1024"},
        {"t.yaml -o d --command nc", 1,
         "--command: 'nc' is not mc, sweep, sensitivity or breakeven"},
        {"t.yaml -o d -- -J mine", 1,
         "-J: the name of the jobs is that by which --status finds them; leave it"},
        {"t.yaml -o d -- --time=5 --job-name=mine", 1,
         "--job-name=mine: the name of the jobs is that by which --status finds them; "
         "leave it"},
        {"t.yaml -o d --shards 4 -- --array=1-3", 1,
         "--array: this study has tasks 0-3, all of which are needed; 0-3%8 runs eight "
         "at a time"},
        {"t.yaml -o d --shards 4 -- -a 0-31", 1,
         "--array: this study has tasks 0-3, all of which are needed; 0-3%8 runs eight "
         "at a time"},
        {"none.yaml -o d", 2, "none.yaml: No such file or directory"},
        {"t.yaml -o d --set pools.own.gpus=x", 2,
         "--set pools.own.gpus: 'x' is not a whole number, such as 8"},
        {"t.yaml -o ''", 1, "slurm: -o DIR is needed, the directory of the study"},
        {"t.yaml -o \"$(printf 'a\\nb')\"", 1,
         "-o: 'a?b' has the end of a line, which no command of a script should hold"},
        {"t.yaml -o d -- \"$(printf 'a\\rb')\"", 1,
         "an option for sbatch: 'a?b' has a control character, which no command of a "
         "script should hold"},
        {"t.yaml -o full", 1,
         "full holds 'mine', which is not Tenure's; name another directory"},
    };
    struct folder folder = prepared();
    expect_code(&folder, "mkdir full; touch full/mine", 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256], wanted[512];
        snprintf(line, sizeof line, "$T slurm %s", cases[i].arguments);
        snprintf(wanted, sizeof wanted, "tenure: %s", cases[i].message);
        struct outcome *outcome = run(&folder, line);
        cr_expect(strncmp(outcome->err, wanted, strlen(wanted)) == 0 &&
                      strcmp(outcome->err + strlen(wanted), "\n") == 0,
                  "case %zu\n  says   %s  wanted %s", i, outcome->err, wanted);
        cr_expect(outcome->code == cases[i].code, "case %zu: exit %d", i,
                  outcome->code);
    }
    expect_code(&folder,
                "test \"$(ls)\" = \"$(printf 'err\\nfull\\nout\\nsbatch\\n"
                "squeue\\nt.yaml')\"",
                0);
    clean(&folder);
}
