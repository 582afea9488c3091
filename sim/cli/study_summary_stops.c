/* What became of the half-widths that a study wanted. */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/study_summary_parts.h"
#include "output/brief_parts.h"

static const struct point_statistics *statistics_of(const struct study_summary *summary,
                                                    size_t point, size_t column)
{
    for (size_t i = 0; i < summary->n_points; i++)
        if (summary->points[i].of.point == point &&
            summary->points[i].of.column == column)
            return &summary->points[i].of;
    return NULL;
}

double study_summary_wanted(const struct plan_stop *stop,
                            const struct point_statistics *of)
{
    return stop->half_width * (stop->relative ? fabs(of->estimate.mean) : 1);
}

bool study_summary_reached(const struct plan_stop *stop,
                           const struct point_statistics *of)
{
    double half_width = (of->estimate.ci.high - of->estimate.ci.low) / 2;
    return half_width <= study_summary_wanted(stop, of) &&
           !(stop->relative && of->estimate.mean == 0);
}

/* The first point at which the rule does not hold; NULL: it holds at all. */
static const struct point_statistics *first_missed(const struct study_summary *summary,
                                                   const struct plan_stop *stop,
                                                   size_t *n_missed)
{
    const struct point_statistics *first = NULL;
    *n_missed = 0;
    for (size_t point = 0; point < summary->plan->n_points && point < SUMMARY_POINTS;
         point++) {
        const struct point_statistics *of = statistics_of(summary, point, stop->column);
        if (!of || study_summary_reached(stop, of))
            continue;
        if ((*n_missed)++ == 0)
            first = of;
    }
    return first;
}

static void say_width(struct paragraph *text, const struct plan_stop *stop,
                      double width, double mean)
{
    if (isnan(width))
        paragraph_say(text, "no half-width at all");
    else if (stop->relative && mean != 0)
        paragraph_say(text, "+-%.3g %% of the mean", 100 * width / fabs(mean));
    else
        paragraph_say(text, "+-%.4g", width);
}

static void say_remedy(struct paragraph *text, const struct plan_stop *stop,
                       const struct point_statistics *of)
{
    if (of->estimate.n == 0)
        paragraph_say(text, ". No replication has this metric.");
    else if (stop->relative && of->estimate.mean == 0)
        paragraph_say(text,
                      ". The mean is 0, of which no share can be reached: ask for "
                      "an amount.");
    else
        paragraph_say(text, ". More replications (-n) would narrow it.");
}

static void say_rule(const struct study_summary *summary, const struct plan_stop *stop,
                     const struct prose_to *to)
{
    const struct study_plan *plan = summary->plan;
    struct paragraph text = {.used = 0};
    struct arena arena = {0};
    size_t n_missed;
    const struct point_statistics *of = first_missed(summary, stop, &n_missed);
    paragraph_say(&text, "%s was wanted to ", plan->columns.items[stop->column].name);
    say_width(&text, stop, stop->half_width, stop->relative ? 1 : 0);
    if (!of)
        paragraph_say(&text, ", and is%s.",
                      plan->n_points > 1 ? " at every point" : "");
    else {
        paragraph_say(&text, " and is NOT");
        if (plan->n_points > 1)
            paragraph_say(&text, " at %zu of %zu points, as at %s", n_missed,
                          plan->n_points < SUMMARY_POINTS ? plan->n_points
                                                          : (size_t)SUMMARY_POINTS,
                          study_summary_label(summary, of->point, &arena));
        paragraph_say(&text, ": after all %" PRIu64 " replications it is ",
                      plan->replications);
        say_width(&text, stop, (of->estimate.ci.high - of->estimate.ci.low) / 2,
                  of->estimate.mean);
        say_remedy(&text, stop, of);
    }
    prose_say(to, &text, 2);
    arena_free(&arena);
}

void study_summary_print_stops(const struct study_summary *summary,
                               const struct prose_to *to)
{
    const struct study_plan *plan = summary->plan;
    if (plan->n_stops > 0)
        prose_gap(to);
    for (size_t i = 0; i < plan->n_stops; i++)
        say_rule(summary, &plan->stops[i], to);
}
