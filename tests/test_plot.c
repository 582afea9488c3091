/* `tenure plot`, as a user runs it. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "study_program.h"

/* What would hurt in a shell, in HTML, in gnuplot and in a file of lines. */
#define HOSTILE                                                                        \
    "name: \"'; touch pwned; `touch pwned` $(touch pwned) </script><script> {/Symbol " \
    "a} %d \\\\ @x\"\n"

#define FIXED                                                                          \
    FRAME "breakeven: {x: {pools.burst.price: 1..5 step 2 USD/GPU-h}, y: "             \
          "{demand.0.scale: [0.5, 1.5]}, between: {own: {}, rent: {pools.own.gpus: "   \
          "0}}, metric: total.npv_usd}\n"

static struct folder folder;

static void begin(const char *yaml)
{
    folder = prepared(yaml);
    if (run(&folder, "gnuplot --version")->code != 0)
        cr_skip_test("gnuplot is not installed here (package gnuplot-nox)");
}

static void end(void)
{
    clean(&folder);
}

static void expect(const char *line)
{
    expect_code(&folder, line, 0);
}

static void expect_words(const char *line, int code, const char *words)
{
    struct outcome *outcome = run(&folder, line);
    cr_expect(outcome->code == code, "%s: exit %d: %s", line, outcome->code,
              outcome->err);
    cr_expect(strstr(outcome->err, words) || strstr(outcome->out, words), "%s: %s%s",
              line, outcome->out, outcome->err);
}

/* That there are these figures, whole, and nothing else. */
static void expect_figures(const char *dir, const char *keys, const char *format)
{
    char line[1024];
    snprintf(line, sizeof line,
             "for k in %s; do echo $k.csv; echo $k.gp; echo $k.%s; done | sort >want; "
             "ls -A %s | sort >have; diff want have && for f in %s/*; do test -s $f || "
             "exit 9; done",
             keys, format, dir, dir);
    expect(line);
}

#define RUN_KEYS "capacity states queue waits load-duration cost cash value"

TestSuite(plot, .fini = end);

Test(plot, draws_every_figure_of_a_run_the_same_again_and_by_hand)
{
    begin(FRAME);
    expect("$T run t.yaml -o run --set pools.burst.limit=4 >/dev/null");
    expect("$T plot run");
    expect_figures("run/plots", RUN_KEYS, "svg");
    expect("grep -L '<polygon\\|<path' run/plots/*.svg >bare; ! test -s bare");
    expect("! grep -il 'nan' run/plots/*.svg");
    expect("$T audit run");
    expect("$T plot run -o again && diff -r run/plots again");
    expect("cp -r again hand && rm hand/*.svg && cd hand && for f in *.gp; do gnuplot "
           "$f || exit 1; done && cd .. && diff -r hand again");
    expect("$T run t.yaml -o run --force >/dev/null && ! test -e run/plots");
}

Test(plot, other_formats_and_single_figures)
{
    begin(FRAME);
    expect("$T run t.yaml -o run >/dev/null");
    expect("$T plot run -o a/ --figure cost --figure states --format png");
    expect_figures("a", "cost states", "png");
    expect("$T plot run -o a --figure cash --format pdf && head -c4 a/cash.pdf | grep "
           "PDF");
    expect("test -s a/cost.png"); /* others stay */
    expect_words("$T plot run --figure wait", 1, "did you mean 'waits'?");
    expect_words("$T plot run --format gif", 1, "there are svg, png and pdf");
    expect_words("$T plot run -o run", 1, "holds a result");
    expect_words("$T plot run -o b --figure bridge", 2, "figure of two results");
    expect("! test -e b");
}

Test(plot, a_script_without_its_table_says_what_makes_it)
{
    begin(FRAME);
    expect("$T run t.yaml -o run >/dev/null && $T plot run -o a && rm a/cash.csv "
           "a/cash.svg && : >a/cost.csv");
    expect(
        "cd a && for f in cash cost; do ! gnuplot $f.gp 2>words || exit 1; grep -q "
        "\"$f.csv: it is missing or empty; .tenure plot DIR. makes it\" words || exit "
        "1; done && ! test -e cash.svg");
}

Test(plot, two_runs_have_a_bridge)
{
    begin(FRAME);
    expect("mkdir x; $T run t.yaml -o a >/dev/null; $T run t.yaml -o x/b --set "
           "pools.own.gpus=24 >/dev/null");
    expect("$T plot a x/b -o pics");
    expect("test -s pics/a/cost.svg && test -s pics/b/cost.svg && test -s "
           "pics/bridge.svg");
    expect("$T plot a x/b --figure bridge && test -s x/b/plots/bridge.svg && ! test -e "
           "a/plots");
    expect_words("$T plot a x/../a -o pics2", 1, "called 'a'");
    expect_words("$T plot a nowhere -o pics3", 2, "nowhere");
    expect("! test -e pics2 && ! test -e pics3");
}

Test(plot, what_users_wrote_is_only_data)
{
    begin(HOSTILE FRAME);
    folder_write(&folder, "jobs.csv",
                 "submit,duration_s,gpus,workload\n0,90000,16,'; touch pwned #\n"
                 "9,90000,16,`touch pwned`\n10,90000,16,\"</script>\"\"<script>\"\n"
                 "11,90000,16,{/Symbol a} %d %s @x $(touch pwned)\n13,9,1,=1+1\n");
    expect("sed -i 's/^demand: .*/demand: [{jobs: jobs.csv, reference_class: "
           "h100-sxm, after_end: stop}]/' t.yaml && mkdir -p \"d '; touch pwned\" && "
           "$T run t.yaml -o \"d "
           "'; touch pwned/run\" >/dev/null");
    expect("$T plot \"d '; touch pwned/run\" -o plots");
    expect("for f in plots/*.gp; do (cd plots && gnuplot ${f#plots/}) || exit 1; done");
    expect("! find . -name pwned | grep .");
    expect("! grep -l '<script' plots/*.svg");
    expect("grep -q '<text>.*; touch pwned; `touch' plots/cost.svg");
    expect("grep -q '<text>{/Symbol a} %d %s' plots/waits.svg");
    expect("grep -q '<text>&lt;/script>' plots/waits.svg");
    expect("! grep -n '[[:cntrl:]]' plots/*.csv");
    expect("test $(wc -l <plots/waits.csv) -gt 20");
}

Test(plot, a_failure_leaves_nothing_and_says_what_gnuplot_said)
{
    begin(FRAME);
    expect("$T run t.yaml -o run >/dev/null; mkdir bin");
    expect("printf '#!/bin/sh\\necho \"line 7: no such thing\" >&2\\nexit 1\\n' "
           ">bin/gnuplot; chmod +x bin/gnuplot");
    expect_words("PATH=$PWD/bin:$PATH $T plot run -o pics", 5,
                 "capacity: gnuplot failed: line 7: no such thing");
    expect("printf '#!/bin/sh\\nexit 0\\n' >bin/gnuplot");
    expect_words("PATH=$PWD/bin:$PATH $T plot run -o pics", 5, "has drawn nothing");
    expect_words("PATH=/nowhere $T plot run -o pics", 5, "package gnuplot-nox");
    expect("rm run/timeline.csv");
    expect_words("$T plot run -o pics", 4, "`tenure run SCENARIO -o DIR` makes it");
    expect(
        "! ls -A | grep -v '^\\(run\\|bin\\|t.yaml\\|out\\|err\\)$'; ! test -e pics");
}

/* A folder in the way of one file: none of the others is moved. */
Test(plot, what_cannot_be_replaced_as_a_whole_is_left_alone)
{
    begin(FRAME);
    expect("$T run t.yaml -o run >/dev/null && mkdir -p pics/load-duration.svg");
    expect_words("$T plot run -o pics", 2, "pics/load-duration.svg: Is a directory");
    expect("test \"$(ls -A pics)\" = load-duration.svg && ! ls -d .pics.tmp-*");
}

/* Its bars are those of the present value, as what `tenure sensitivity` says first, and
 * its labels stand without the apostrophe that guards a CSV file against formulas. */
Test(plot, a_tornado_is_of_the_present_value_and_has_plain_labels)
{
    begin(FRAME "uncertain: {pools.burst.price: {uniform: {min: 2 USD/GPU-h, max: 4 "
                "USD/GPU-h}}, demand.0.growth: {discrete: ['-2 %/y', '3 %/y']}}\n");
    expect("$T sensitivity t.yaml -o s -n 2 >/dev/null && $T plot s");
    expect("grep -q '^total.npv_usd,' s/tornado.csv && grep -q \",'-2 %/y\" "
           "s/tornado.csv");
    expect("grep -q 'change of total.npv_usd' s/plots/tornado.gp");
    /* Guarded in the table, and not in what a page draws. */
    expect("grep -q \",'-2 %/y\" s/plots/tornado.csv && $T report s -o s.html && grep "
           "-qF '\"-2 %\\u002fy\"' s.html");
}

Test(plot, draws_studies)
{
    begin(FIXED UNCERTAIN SWEEP);
    expect("$T sweep t.yaml -o sweep -n 8 >/dev/null");
    expect("$T plot sweep");
    expect_figures("sweep/plots", "distribution pareto convergence", "svg");
    expect("test $(grep -c . sweep/plots/pareto.csv) -eq 4");
    expect("$T audit sweep");
    expect("grep -v sweep: t.yaml >u.yaml; $T mc u.yaml -o mc -n 8 >/dev/null");
    expect_words("$T plot mc", 0, "pareto: the study has one point");
    expect_figures("mc/plots", "distribution convergence", "svg");
    expect("$T sensitivity u.yaml -o tornado -n 2 --set uncertain.dispatch.backfill= "
           ">/dev/null || $T sensitivity u.yaml -o tornado -n 2 >/dev/null");
    expect("$T plot tornado");
    expect_figures("tornado/plots", "tornado", "svg");
    expect("$T breakeven u.yaml -o even -n 2 >/dev/null && $T plot even --format png");
    expect_figures("even/plots", "break-even", "png");
    expect_words("$T plot even --figure cost", 2, "a figure of one result");
    expect_words("$T plot even mc -o both --figure bridge", 2, "nothing was drawn");
}

/* What a curve ends with is what points.csv has. */
Test(plot, the_half_width_is_that_of_the_statistics)
{
    begin(MONTE_CARLO);
    expect("$T mc t.yaml -o mc -n 60 >/dev/null && $T plot mc --figure convergence");
    expect("w=$(awk -F, '$2 == \"total.npv_usd\" {printf \"%.3f\", ($8 - $7) / 2}' "
           "mc/points.csv); h=$(tail -1 mc/plots/convergence.csv | awk -F, "
           "'{printf \"%d %.3f\", $1, $2}'); test \"$h\" = \"60 $w\" || { echo $h $w; "
           "false; }");
}
