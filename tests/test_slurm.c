#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "scratch.h"
#include "study/slurm_queue.h"
#include "study/slurm_script.h"

static const char *const about[] = {
    "4,000 replications in 40 tasks of 100: some 8 minutes each.",
};

static const struct slurm_script usual = {
    .version = "0.1.0",
    .program = "/opt/tenure/bin/tenure",
    .from = "/scratch/ada",
    .command = "mc",
    .scenario = "own-or-lease.yaml",
    .dir = "out",
    .id = "5d41402abc4b2a76b9719d911017c592ae3f4e6b2f7c81d0",
    .options =
        (const struct slurm_option[]){
            {"--replications", "4000"},
            {"--set", "pools.own.gpus=512"},
            {"--set", "name=it's mine"},
        },
    .n_options = 3,
    .about = about,
    .n_about = 1,
    .name = "own-or-lease-3f9a2c",
    .sbatch = (const char *const[]){"-p", "gpu", "--time=60"},
    .n_sbatch = 3,
    .tasks = 40,
    .threads = 2,
};

static const char *text_of(const struct slurm_script *script, struct arena *arena)
{
    struct error err = {.text = ""};
    const char *text = slurm_script_text(script, arena, &err);
    cr_assert(text != NULL, "%s", err.text);
    return text;
}

Test(slurm, the_script_is_one_that_a_person_can_read)
{
    static const char wanted[] =
        "#!/bin/sh\n"
        "#SBATCH --job-name=own-or-lease-3f9a2c\n"
        "#SBATCH --array=0-39\n"
        "#SBATCH --cpus-per-task=2\n"
        "#SBATCH --output=/scratch/ada/out/shards/logs/%A_%a.log\n"
        "#SBATCH --open-mode=append\n"
        "#SBATCH --requeue\n"
        "#SBATCH -p gpu --time=60\n"
        "\n"
        "# tenure mc of own-or-lease.yaml, written by Tenure 0.1.0.\n"
        "# 4,000 replications in 40 tasks of 100: some 8 minutes each.\n"
        "#\n"
        "#   sh FILE                submits the tasks, and a job that merges them\n"
        "#   sh FILE --array=3,17   submits tasks 3 and 17 (again), and the merge; "
        "other\n"
        "#                          options of sbatch may be given, too\n"
        "#   sh FILE merge          merges here and now, or says what is missing\n"
        "#\n"
        "# A task is one shard of the study.  Whatever ends it (preemption, a lost "
        "node,\n"
        "# its time limit), it goes on behind the last replication that it finished.\n"
        "\n"
        "set -u\n"
        "tenure=/opt/tenure/bin/tenure\n"
        "from=/scratch/ada # where the paths below begin\n"
        "scenario=own-or-lease.yaml\n"
        "dir=out\n"
        "logs=/scratch/ada/out/shards/logs\n"
        "study=5d41402abc4b2a76b9719d911017c592ae3f4e6b2f7c81d0 # what it was when "
        "this was written; a task of another refuses\n"
        "tasks=40\n"
        "\n"
        "# Outside of a job: submit it all.  The merge waits until every task has "
        "ended, "
        "well\n"
        "# or not, and then says what is missing.\n"
        "if [ -z \"${SLURM_ARRAY_TASK_ID-}\" ] && [ \"${1-}\" != merge ]; then\n"
        "    mkdir -p -- \"$logs\" || exit 5\n"
        "    unset SBATCH_JOB_NAME SBATCH_ARRAY_INX SBATCH_DEPENDENCY SBATCH_OUTPUT\n"
        "    array=$(sbatch --parsable \"$@\" -- \"$0\") || exit 5\n"
        "    array=${array%%;*}\n"
        "    echo \"job $array: the tasks\"\n"
        "    merge=$(sbatch --parsable \"$@\" --array= --cpus-per-task=1 \\\n"
        "        --job-name=own-or-lease-3f9a2c-merge \\\n"
        "        --output=/scratch/ada/out/shards/logs/merge-%j.log \\\n"
        "        --dependency=\"afterany:$array\" -- \"$0\" merge) || exit 5\n"
        "    echo \"job ${merge%%;*}: the merge, when they have ended\"\n"
        "    exit\n"
        "fi\n"
        "\n"
        "cd -- \"$from\" || exit 5\n"
        "if [ \"${1-}\" = merge ]; then\n"
        "    exec \"$tenure\" merge -- \"$dir\"\n"
        "fi\n"
        "exec \"$tenure\" mc \"$scenario\" -o \"$dir\" \\\n"
        "    --replications 4000 \\\n"
        "    --set pools.own.gpus=512 \\\n"
        "    --set 'name=it'\\''s mine' \\\n"
        "    --expect \"$study\" --shard \"$SLURM_ARRAY_TASK_ID/$tasks\" \\\n"
        "    --lock-wait 1800 \\\n"
        "    --jobs \"${SLURM_CPUS_PER_TASK:-2}\"\n";
    struct arena arena = {0};
    cr_expect_str_eq(text_of(&usual, &arena), wanted);
    arena_free(&arena);
}

/* ---- what a hostile user, or an odd path, makes of it ---- */

/* A folder of its own with stand-ins: tenure and sbatch write their arguments, one a
 * line, and where they are, into `calls`. */
struct stage {
    char dir[64];
    struct arena arena;
};

static const char *stage_path(struct stage *stage, const char *name)
{
    return arena_printf(&stage->arena, "%s/%s", stage->dir, name);
}

static void stage_write(struct stage *stage, const char *name, const char *text)
{
    const char *path = stage_path(stage, name);
    FILE *out = fopen(path, "w");
    cr_assert(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0, "%s", path);
    cr_assert(eq(int, chmod(path, 0755), 0));
}

static struct stage stage_new(void)
{
    struct stage stage = {.dir = "/tmp/tenure-test-XXXXXX"};
    cr_assert(mkdtemp(stage.dir) != NULL);
    stage_write(&stage, "tenure",
                arena_printf(&stage.arena,
                             "#!/bin/sh\nprintf '%%s\\n' \"in $PWD\" \"$@\" >>%s\n",
                             stage_path(&stage, "calls")));
    stage_write(&stage, "sbatch",
                arena_printf(&stage.arena,
                             "#!/bin/sh\nprintf '%%s\\n' sbatch \"$@\" >>%s\n"
                             "echo \"71;cluster\"\n",
                             stage_path(&stage, "calls")));
    return stage;
}

/* Runs `script ARGUMENTS` by sh, with PATH beginning in the folder; what was called. */
static const char *stage_run(struct stage *stage, const char *script,
                             const char *before, const char *arguments)
{
    stage_write(stage, "s.sh", script);
    const char *calls = stage_path(stage, "calls");
    unlink(calls);
    int status = system(arena_printf(&stage->arena,
                                     "cd %s && PATH=%s:$PATH %s sh s.sh %s >said 2>&1",
                                     stage->dir, stage->dir, before, arguments));
    size_t length;
    struct scratch said = {.dir = ""};
    snprintf(said.path, sizeof said.path, "%s/%s", stage->dir, "said");
    char *text = scratch_read(&said, &length);
    cr_expect(status == 0, "%s", text);
    free(text);
    snprintf(said.path, sizeof said.path, "%s/%s", stage->dir, "calls");
    text = scratch_read(&said, &length);
    const char *kept = arena_strdup(&stage->arena, text);
    free(text);
    return kept;
}

static int count_entries(struct stage *stage)
{
    const char *command =
        arena_printf(&stage->arena, "exit $(find %s | wc -l)", stage->dir);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void stage_free(struct stage *stage)
{
    int status = system(arena_printf(&stage->arena, "rm -rf %s", stage->dir));
    cr_expect(eq(int, status, 0));
    arena_free(&stage->arena);
}

static const char *const hostile[] = {
    "; rm -rf x",
    "$(touch pwned)",
    "`touch pwned`",
    "a' ; touch pwned ; 'b",
    "\"; touch pwned; \"",
    "' && touch pwned #",
    "*",
    "a b  c",
    "| touch pwned",
    "& touch pwned",
    "x\\",
    "\\'; touch pwned",
    "${IFS}touch${IFS}pwned",
    "!!",
    "~",
    "#SBATCH --wrap=touch",
    "%A%a%%",
    "\xff\xfe",
    "Gr\u00f6\u00dfe",
    "{a,b}",
    "<s.sh",
};

Test(slurm, no_text_of_the_user_is_more_than_a_word_of_a_task)
{
    struct stage stage = stage_new();
    cr_assert(eq(int, mkdir(stage_path(&stage, "from"), 0755), 0));
    int entries = 0;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct slurm_script script = usual;
        script.program = stage_path(&stage, "tenure");
        script.from = stage_path(&stage, "from");
        script.scenario = hostile[i];
        script.dir = strchr(hostile[i], '\\') ? "out" : hostile[i];
        script.options = (const struct slurm_option[]){{"--set", hostile[i]}};
        script.n_options = 1;
        script.sbatch = &hostile[i];
        script.n_sbatch = 1;
        const char *line =
            arena_printf(&stage.arena, "# tenure mc of %s, w", hostile[i]);
        const char *text = text_of(&script, &stage.arena);
        cr_expect(strstr(text, line) != NULL, "%s", text);
        const char *called =
            stage_run(&stage, text, "SLURM_ARRAY_TASK_ID=17 SLURM_CPUS_PER_TASK=3", "");
        cr_expect_str_eq(
            called,
            arena_printf(&stage.arena,
                         "in %s/from\nmc\n%s\n-o\n%s\n--set\n%s\n"
                         "--expect\n5d41402abc4b2a76b9719d911017c592ae3f4"
                         "e6b2f7c81d0\n--shard\n17/40\n--lock-wait\n1800\n--jobs\n3\n",
                         stage.dir, hostile[i], script.dir, hostile[i]));
        called = stage_run(&stage, text, "", "merge");
        cr_expect_str_eq(called,
                         arena_printf(&stage.arena, "in %s/from\nmerge\n--\n%s\n",
                                      stage.dir, script.dir));
        entries = entries ? entries : count_entries(&stage);
        cr_assert(eq(int, count_entries(&stage), entries), "case %zu left a file", i);
    }
    stage_free(&stage);
}

Test(slurm, by_sh_the_script_submits_its_tasks_and_a_merge_behind_them)
{
    struct stage stage = stage_new();
    struct slurm_script script = usual;
    script.from = stage.dir;
    script.dir = "it's 5 % $(touch pwned)";
    const char *called =
        stage_run(&stage, text_of(&script, &stage.arena), "", "-p gpu '--comment=a b'");
    cr_expect_str_eq(
        called, arena_printf(
                    &stage.arena,
                    "sbatch\n--parsable\n-p\ngpu\n--comment=a b\n--\ns.sh\n"
                    "sbatch\n--parsable\n-p\ngpu\n--comment=a b\n--array=\n"
                    "--cpus-per-task=1\n--job-name=own-or-lease-3f9a2c-merge\n"
                    "--output=%s/it's 5 %%%% $(touch pwned)/shards/logs/merge-%%j.log\n"
                    "--dependency=afterany:71\n--\ns.sh\nmerge\n",
                    stage.dir));
    struct stat at;
    cr_expect(eq(
        int, stat(stage_path(&stage, "it's 5 % $(touch pwned)/shards/logs"), &at), 0));
    cr_expect(eq(int, stat(stage_path(&stage, "pwned"), &at), -1));
    stage_free(&stage);
}

/* What sbatch 22.05 makes of a line: the words of its own reader, written anew. */
static size_t sbatch_reads(const char *line, char words[][64], size_t most)
{
    size_t n = 0;
    for (const char *s = line; *s;) {
        while (*s == ' ')
            s++;
        if (!*s || *s == ':' || *s == '#')
            break;
        cr_assert(n < most);
        char *to = words[n++], quote = 0;
        for (; *s && (quote || *s != ' '); s++)
            if (*s == '\\' && s[1])
                *to++ = *++s;
            else if (quote ? *s == quote : *s == '\'' || *s == '"')
                quote = quote ? 0 : *s;
            else
                *to++ = *s;
        *to = '\0';
    }
    return n;
}

Test(slurm, sbatch_reads_the_options_as_the_words_that_were_given)
{
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(hostile); i++) {
        const char *given[] = {"-p", hostile[i], ":", "#", "\\", "''", "-x"};
        struct slurm_script script = usual;
        script.sbatch = given;
        script.n_sbatch = COUNT(given);
        const char *line = strstr(text_of(&script, &arena), "--requeue\n#SBATCH ");
        cr_assert(line != NULL);
        line += strlen("--requeue\n#SBATCH ");
        char words[COUNT(given) + 1][64];
        size_t n = sbatch_reads(arena_strndup(&arena, line, strcspn(line, "\n")), words,
                                COUNT(words));
        cr_assert(eq(sz, n, COUNT(given)), "case %zu", i);
        for (size_t k = 0; k < n; k++)
            cr_expect_str_eq(words[k], given[k], "case %zu", i);
    }
    arena_free(&arena);
}

Test(slurm, what_a_script_cannot_hold_is_refused)
{
    static const struct {
        const char *scenario, *dir, *value, *option, *message;
    } cases[] = {
        {"a\nrm -rf x", "out", "x", "-x",
         "SCENARIO: 'a?rm -rf x' has the end of a line, which no command of a script "
         "should hold"},
        {"a.yaml", "o\tut", "x", "-x",
         "-o: 'o?ut' has a control character, which no command of a script should "
         "hold"},
        {"a.yaml", "out", "x\r", "-x",
         "--set: 'x?' has a control character, which no command of a script should "
         "hold"},
        {"a.yaml", "out", "x", "-x\n#SBATCH --wrap=x",
         "an option for sbatch: '-x?#SBATCH --wrap=x' has the end of a line, which "
         "no "
         "command of a script should hold"},
        {"a.yaml", "o\\ut", "x", "-x",
         "-o: '/scratch/ada/o\\ut' has a backslash, which Slurm takes out of the paths "
         "of its logs; name another directory"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slurm_script script = usual;
        struct error err = {.text = ""};
        script.scenario = cases[i].scenario;
        script.dir = cases[i].dir;
        script.options = (const struct slurm_option[]){{"--set", cases[i].value}};
        script.n_options = 1;
        script.sbatch = &cases[i].option;
        script.n_sbatch = 1;
        cr_expect(slurm_script_text(&script, &arena, &err) == NULL, "case %zu", i);
        cr_expect_str_eq(err.text, cases[i].message);
        cr_expect(eq(int, err.kind, ERROR_USAGE));
    }
    char *large = arena_alloc(&arena, 5001);
    memset(large, 'x', 5000);
    struct slurm_script script = usual;
    struct error err = {.text = ""};
    script.scenario = large;
    cr_expect(slurm_script_text(&script, &arena, &err) == NULL);
    cr_expect_str_eq(err.text, "SCENARIO: longer than 4000 bytes");
    arena_free(&arena);
}

Test(slurm, a_script_tells_again_what_it_was_made_for)
{
    struct arena arena = {0};
    struct slurm_script script = usual;
    script.scenario = "tasks=7";
    script.dir = "#SBATCH --job-name=x";
    const char *text = text_of(&script, &arena);
    struct scratch scratch = scratch_file("study.sbatch", text, strlen(text));
    struct slurm_note note;
    cr_assert(slurm_script_note(scratch.path, &arena, &note));
    cr_expect_str_eq(note.name, "own-or-lease-3f9a2c");
    cr_expect(eq(i64, note.tasks, 40));
    cr_expect(eq(i64, note.threads, 2));
    cr_expect_str_eq(note.id, "5d41402abc4b2a76b9719d911017c592ae3f4e6b2f7c81d0");
    static const char *const others[] = {
        "",
        "tasks=40\n",
        "#SBATCH --job-name=x\ntasks=\n",
        "#SBATCH --job-name=x\ntasks=99999999999\n",
        "#SBATCH --job-name=x\ntasks=4x\n",
        "#SBATCH --job-name=x\ntasks=-4\n",
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        scratch_write(&scratch, others[i], strlen(others[i]));
        bool ok = slurm_script_note(scratch.path, &arena, &note);
        cr_expect(not(ok), "case %zu", i);
        cr_expect(note.name == NULL && note.tasks == 0, "case %zu", i);
    }
    scratch_remove(&scratch);
    bool ok = slurm_script_note(scratch.path, &arena, &note);
    cr_expect(not(ok));
    arena_free(&arena);
}

/* ---- small parts ---- */

Test(slurm, tasks_are_told_as_sbatch_takes_them)
{
    static const struct {
        int64_t tasks[6];
        size_t n;
        const char *text;
    } cases[] = {
        {{0}, 0, ""},
        {{5}, 1, "5"},
        {{0, 1}, 2, "0,1"},
        {{0, 1, 2}, 3, "0-2"},
        {{1, 7, 8, 9, 12, 13}, 6, "1,7-9,12,13"},
        {{998, 999, 1000}, 3, "998-1000"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(slurm_array_text(&arena, cases[i].tasks, cases[i].n),
                         cases[i].text);
    arena_free(&arena);
}

Test(slurm, a_task_lasts_the_minutes_that_are_wanted)
{
    static const struct {
        double work_s, minutes;
        int64_t threads, most, tasks;
    } cases[] = {
        {38800, 10, 2, 4000, 33},    /* 32.3 */
        {38800, 10, 1, 4000, 65},    /* 64.7 */
        {1200, 10, 2, 4000, 1},      /* exactly one */
        {0, 10, 1, 4000, 1},         /* too short for the clock */
        {1e9, 10, 1, 25, 25},        /* no more than there are replications */
        {1e9, 10, 1, 1000000, 1001}, /* nor than Slurm allows */
        {1e300, 0.5, 1, 3000, 1001},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(i64,
                     slurm_tasks_for(cases[i].work_s, cases[i].minutes,
                                     cases[i].threads, cases[i].most),
                     cases[i].tasks),
                  "case %zu", i);
}

Test(slurm, a_job_name_is_of_the_scenario_and_the_directory)
{
    static const char *const cases[][2] = {
        {"own-or-lease.yaml", "own-or-lease-"},
        {"../a/b.c.yaml", "b-c-"},
        {"a b'$(x).yml", "a-b---x--"},
        {"-x.yaml", "study-"},
        {"Gr\u00f6\u00dfe", "Gr----e-"},
        {"dir/", "study-"},
        {".yaml", "study-"},
        {"0123456789012345678901234567890123456789xyz",
         "0123456789012345678901234567890123456789-"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = slurm_job_name(&arena, cases[i][0], "/scratch/ada/out");
        size_t length = strlen(cases[i][1]);
        cr_expect(strncmp(name, cases[i][1], length) == 0, "%s", name);
        cr_expect(eq(sz, strlen(name), length + 6));
        cr_expect(strspn(name + length, "0123456789abcdef") == 6, "%s", name);
    }
    const char *one = slurm_job_name(&arena, "a.yaml", "/scratch/ada/out");
    const char *other = slurm_job_name(&arena, "a.yaml", "/scratch/ada/out2");
    cr_expect_str_neq(one, other);
    cr_expect_str_eq(one, slurm_job_name(&arena, "x/a.yaml", "/scratch/ada/out"));
    arena_free(&arena);
}

Test(slurm, of_a_queue_the_jobs_of_the_study_are_told)
{
    static const char printed[] =
        "12_0|a-1f|RUNNING|n2|None\n"
        "12_1|a-1f|PENDING||Priority\n"
        "12_2|a-1f|COMPLETING|n[1-2]|None\n"
        "9_3|a-2f|RUNNING|n1|None\n"        /* of another study */
        "12_7|a-1f|RUNNING|n1|None\n"       /* no such task */
        "12|a-1f|RUNNING|n1|None\n"         /* no array */
        "12_[3-5]|a-1f|PENDING||Priority\n" /* not by task */
        "12_-1|a-1f|RUNNING|n1|None\n"
        "12_99999999999999999999|a-1f|RUNNING|n1|None\n"
        "slurm_load_jobs error: x\n"
        "14_4|a-1f|RUNNING|n3|None\n"
        "15_4|a-1f|PENDING||Resources\n" /* submitted again: it runs already */
        "15_5|a-1f|PENDING||Nodes\tx\n"
        "16|a-1f-merge|PENDING||Dependency|really";
    static const char *const wanted[] = {
        "running on n2 (12_0)",        "waiting (12_1: Priority)",
        "completing on n[1-2] (12_2)", NULL,
        "running on n3 (14_4)",        NULL,
    };
    struct arena arena = {0};
    struct slurm_queue queue;
    slurm_queue_read(printed, "a-1f", 6, &arena, &queue);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const struct slurm_job_state *job = &queue.tasks[i];
        cr_assert(eq(int, job->id != NULL, wanted[i] != NULL), "task %zu", i);
        if (wanted[i])
            cr_expect_str_eq(slurm_state_text(job, &arena), wanted[i]);
    }
    cr_assert(queue.merging);
    cr_expect_str_eq(slurm_state_text(&queue.merge, &arena),
                     "waiting (16: Dependency|really)");
    slurm_queue_read("", "a-1f", 6, &arena, &queue);
    cr_expect(not(queue.merging));
    cr_expect(queue.tasks[0].id == NULL);
    arena_free(&arena);
}
