/* What scripts for gnuplot are made of. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "figure/kinds.h"
#include "figure/plot.h"

Test(plot_script, gnuplot_reads_no_more_than_a_text_in_a_text)
{
    struct arena arena = {0};
    const char *quoted =
        plot_quote("'; `date` \"x\" \\n @m {/Symbol a}\n$y", 99, &arena);
    cr_expect(eq(str, (char *)(uintptr_t)quoted,
                 "\"\\047; \\140date\\140 \\042x\\042 \\134n \\100m "
                 "\\173/Symbol a\\175 \\044y\""));
    cr_expect(eq(str, (char *)(uintptr_t)plot_quote("caf\xc3\xa9s", 4, &arena),
                 "\"caf\xc3\xa9\xe2\x80\xa6\""));
    arena_free(&arena);
}

Test(plot_script, units_are_those_that_people_say)
{
    static const struct {
        const char *unit;
        double most, scale;
        const char *shown;
    } cases[] = {
        {"USD", 24680417, 1e6, "M USD"}, {"USD", 9999, 1, "USD"},
        {"GPUs", 12345, 1e3, "k GPUs"},  {"GPUs", 2753, 1, "GPUs"},
        {"s", 18857.984, 3600, "h"},     {"s", 200000, 86400, "days"},
        {"s", 125, 60, "min"},           {"%", 123456, 1, "%"},
        {"USD", 3.5e9, 1e9, "bn USD"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *shown;
        double scale = plot_unit(cases[i].unit, cases[i].most, &shown, &arena);
        cr_expect(eq(dbl, scale, cases[i].scale));
        cr_expect(eq(str, (char *)(uintptr_t)shown, (char *)(uintptr_t)cases[i].shown));
    }
    arena_free(&arena);
}

Test(plot_script, time_has_tics_on_the_calendar)
{
    static const struct {
        double low_s, high_s;
        const char *tics;
    } cases[] = {
        /* a year: the first of every second month */
        {1767225600, 1798761600,
         "(\"Jan\\n2026\" 1767225600.000, \"Mar\" 1772323200.000, \"May\" "
         "1777593600.000, "
         "\"Jul\" 1782864000.000, \"Sep\" 1788220800.000, \"Nov\" 1793491200.000, "
         "\"Jan\\n2027\" 1798761600.000)"},
        /* a day */
        {1767225600, 1767312000,
         "(\"00:00\\n1 Jan\" 1767225600.000, \"06:00\" 1767247200.000, \"12:00\" "
         "1767268800.000, \"18:00\" 1767290400.000, \"00:00\\n2 Jan\" 1767312000.000)"},
        /* two weeks from a Thursday: days, by the epoch's even ones */
        {1767225600, 1767225600 + 30 * 86400.0,
         "(\"5 Jan\\n2026\" 1767571200.000, \"12 Jan\" 1768176000.000, \"19 Jan\" "
         "1768780800.000, \"26 Jan\" 1769385600.000)"},
        /* before 1970 */
        {-94694400, 0,
         "(\"Jan\\n1967\" -94694400.000, \"Jul\" -79056000.000, \"Jan\\n1968\" "
         "-63158400.000, \"Jul\" -47433600.000, \"Jan\\n1969\" -31536000.000, \"Jul\" "
         "-15897600.000, \"Jan\\n1970\" 0.000)"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *tics = plot_time_tics(cases[i].low_s, cases[i].high_s, &arena);
        cr_expect(eq(str, (char *)(uintptr_t)tics, (char *)(uintptr_t)cases[i].tics));
    }
    arena_free(&arena);
}

Test(plot_script, every_kind_has_a_script_and_says_what_it_is)
{
    for (size_t i = 0; figure_kinds[i]; i++) {
        const struct figure_kind *kind = figure_kinds[i];
        const struct plot_script *script = plot_scripts;
        while (script->key && strcmp(script->key, kind->key) != 0)
            script++;
        cr_expect(script->key != NULL, "%s", kind->key);
        cr_expect(kind->title && kind->files && kind->command && kind->build);
        cr_expect(figure_kind_find(kind->key) == kind);
        bool is_study = kind->of == FIGURE_OF_STUDY;
        cr_expect(is_study == (kind->studies != NULL));
    }
    cr_expect(figure_kind_find("no such") == NULL);
}
