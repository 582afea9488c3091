#include "input/trace_stats.h"

#include <math.h>

#include "any_text.h"
#include "input/trace_notes.h"

static void expect_near(double got, double wanted)
{
    cr_expect(fabs(got - wanted) <= 1e-12 * fabs(wanted), "%.15g, not %.15g", got,
              wanted);
}

static void take(const char *text, struct import_result *trace,
                 struct trace_stats *stats)
{
    read_any(text, trace);
    trace_stats_take(stats, trace);
}

static void drop(struct import_result *trace, struct trace_stats *stats)
{
    trace_stats_free(stats);
    import_result_free(trace);
}

/* Durations 0.5, 50, 100, 100 s: ranks 1 of 4 at 25 %, 2 at 50 %, 3 at 75 %, 4 above.
 */
Test(trace_stats, quantiles_are_values_that_occur)
{
    static const int64_t expected[STATS_QUANTILES] = {500,    500,    50000, 100000,
                                                      100000, 100000, 100000};
    struct import_result trace;
    struct trace_stats stats;
    take("submit,duration_s,gpus\n0,100,4\n50,100,2\n150,50,8\n300,0.5,1\n", &trace,
         &stats);
    cr_assert(eq(sz, stats.n_spreads, 4));
    cr_expect(eq(str, (char *)stats.spreads[0].name, (char *)"duration"));
    expect_near(stats.spreads[0].mean, 250500 / 4.0);
    for (int q = 0; q < STATS_QUANTILES; q++)
        cr_expect(eq(i64, stats.spreads[0].quantile[q], expected[q]));
    expect_near(stats.spreads[1].mean, 15 / 4.0);      /* GPUs */
    expect_near(stats.spreads[2].mean, 1000500 / 4.0); /* 400, 200, 400, 0.5 GPU-s */
    expect_near(stats.spreads[3].mean, 100000);        /* gaps of 50, 100 and 150 s */
    cr_expect(eq(i64, stats.spreads[3].quantile[2], 100000));
    drop(&trace, &stats);
}

/* In whole hours from the first: 3, 1, 2; the fourth hour is not over.  Mean 2,
 * variance (1 + 1 + 0) / 2 = 1. */
Test(trace_stats, dispersion_is_of_counts_in_whole_windows)
{
    static const int64_t times_ms[] = {5000,    15000,   25000,   3605000,
                                       7305000, 7405000, 10905000};
    struct stats_arrivals arrivals;
    stats_arrivals(times_ms, COUNT(times_ms), &arrivals);
    expect_near(arrivals.dispersion_h, 0.5);
    cr_expect(isnan(arrivals.dispersion_d));
    expect_near(arrivals.per_h, 6 * 3600 / 10900.0);
}

/* Gaps of 1 and 2 s: mean 1.5, variance 0.5 with one degree of freedom. */
Test(trace_stats, the_variation_of_gaps_is_that_of_the_sample)
{
    static const int64_t times_ms[] = {0, 1000, 3000};
    struct stats_arrivals arrivals;
    stats_arrivals(times_ms, 3, &arrivals);
    expect_near(arrivals.gap_cv, sqrt(0.5) / 1.5);
    stats_arrivals(times_ms, 2, &arrivals);
    cr_expect(isnan(arrivals.gap_cv));
    stats_arrivals(times_ms, 0, &arrivals);
    cr_expect(isnan(arrivals.per_h) && isnan(arrivals.dispersion_h));
}

/* Monday 00:30 to Tuesday 00:30: an hour of each.  3 of 4 arrivals in the first hour,
 * so 3 / 4 * 24; one at noon, so 6. */
Test(trace_stats, the_rhythm_of_a_day_is_by_its_hours_in_the_trace)
{
    struct import_result trace;
    struct trace_stats stats;
    take("submit,duration_s,gpus\n2026-01-05T00:30:00Z,5,1\n2026-01-05T00:45:00Z,5,1\n"
         "2026-01-05T12:00:00Z,5,1\n2026-01-06T00:30:00Z,5,1\n",
         &trace, &stats);
    cr_expect(stats.rhythm.has_day && stats.rhythm.has_week == false);
    expect_near(stats.rhythm.day[0], 18);
    expect_near(stats.rhythm.day[12], 6);
    expect_near(stats.rhythm.day[13], 0);
    drop(&trace, &stats);
}

/* Noon of a Monday to noon of another, three weeks later: three days of each weekday.
 * Of 22 arrivals 4 come on Mondays and 3 on each other day. */
Test(trace_stats, weekdays_begin_on_monday)
{
    char text[4096] = "submit,duration_s,gpus\n";
    for (int day = 5; day <= 26; day++)
        sprintf(text + strlen(text), "2026-01-%02dT12:00:00Z,5,1\n", day);
    struct import_result trace;
    struct trace_stats stats;
    take(text, &trace, &stats);
    cr_assert(stats.rhythm.has_week);
    expect_near(stats.rhythm.week[0], 4 / 3.0 * 21 / 22);
    expect_near(stats.rhythm.week[6], 21 / 22.0);
    drop(&trace, &stats);
}

/* 10 GPUs until noon, 30 after it: the mean is 20. */
Test(trace_stats, the_rhythm_of_a_level_is_of_its_gpus)
{
    struct import_result trace;
    struct trace_stats stats;
    take("time,gpus\n0,10\n43200,30\n86400,0\n", &trace, &stats);
    expect_near(stats.rhythm.day[0], 0.5);
    expect_near(stats.rhythm.day[11], 0.5);
    expect_near(stats.rhythm.day[12], 1.5);
    expect_near(load_mean_gpus(&stats.load), 20);
    drop(&trace, &stats);
}

Test(trace_stats, the_peak_of_a_level_may_be_its_last_row)
{
    struct import_result trace;
    struct trace_stats stats;
    take("time,gpus\n0,10\n43200,30\n", &trace, &stats);
    cr_expect(eq(i64, stats.peak_gpus, 30));
    cr_expect(eq(i64, stats.load.peak_gpus, 10));
    drop(&trace, &stats);
}

Test(trace_stats, sizes_go_by_powers_of_two)
{
    static const char *const names[] = {"1", "2", "3-4", "5-8", "65-128"};
    struct import_result trace;
    struct trace_stats stats;
    take("submit,duration_s,gpus\n0,1,1\n0,1,2\n0,1,3\n0,1,4\n0,1,5\n0,1,8\n0,1,128\n",
         &trace, &stats);
    const struct stats_shares *sizes = &stats.shares[0];
    cr_assert(eq(sz, sizes->n, COUNT(names)));
    for (size_t i = 0; i < COUNT(names); i++)
        cr_expect(eq(str, (char *)sizes->share[i].name, (char *)names[i]));
    cr_expect(eq(i64, sizes->share[2].rows, 2));
    cr_expect(eq(i64, (int64_t)sizes->share[2].weight, 7000));
    drop(&trace, &stats);
}

Test(trace_stats, of_many_tenants_ten_are_named_and_the_others_added_up)
{
    char text[4096] = "submit,duration_s,gpus,tenant\n";
    for (int i = 1; i <= 14; i++)
        sprintf(text + strlen(text), "0,%d,1,t%d\n", i, i);
    strcat(text, "0,100,1,\n");
    struct import_result trace;
    struct trace_stats stats;
    take(text, &trace, &stats);
    cr_assert(eq(sz, stats.n_shares, 2));
    const struct stats_shares *tenants = &stats.shares[1];
    cr_expect(eq(str, (char *)tenants->by, (char *)"tenant"));
    cr_expect(eq(sz, tenants->groups, 15));
    cr_assert(eq(sz, tenants->n, 11));
    cr_expect(eq(str, (char *)tenants->share[0].name, (char *)"")); /* not given */
    cr_expect(eq(str, (char *)tenants->share[1].name, (char *)"t14"));
    cr_expect(tenants->share[10].name == NULL);
    cr_expect(eq(i64, tenants->share[10].rows, 5));
    cr_expect(eq(i64, (int64_t)tenants->share[10].weight, 15000)); /* 1 + ... + 5 s */
    drop(&trace, &stats);
}

/* 2 USD for 10 days, then 4 for 20. */
Test(trace_stats, the_mean_of_prices_is_over_time)
{
    struct import_result trace;
    struct trace_stats stats;
    take("time,class,tenure,usd_per_gpu_h\n2026-01-01,h100-sxm,spot,2\n"
         "2026-01-11,h100-sxm,spot,4\n2026-01-31,h100-sxm,spot,3\n"
         "2026-01-05,h100-sxm,on-demand,7\n",
         &trace, &stats);
    cr_assert(eq(sz, stats.n_prices, 2));
    const struct stats_price *spot = &stats.prices[0];
    cr_expect(eq(str, (char *)spot->tenure, (char *)"spot"));
    cr_expect(eq(sz, spot->rows, 3));
    expect_near(spot->mean_nano, 100e9 / 30);
    cr_expect(eq(i64, spot->min_nano, INT64_C(2000000000)));
    cr_expect(eq(i64, spot->max_nano, INT64_C(4000000000)));
    cr_expect(eq(i64, spot->last_nano, INT64_C(3000000000)));
    expect_near(stats.prices[1].mean_nano, 7e9);
    drop(&trace, &stats);
}

Test(trace_stats, tokens_of_requests_are_added_up_by_model)
{
    struct import_result trace;
    struct trace_stats stats;
    take("time,prompt_tokens,output_tokens,model\n0,100,7,m\n1,200,5,m\n3,11,0,k\n",
         &trace, &stats);
    cr_assert(eq(sz, stats.n_shares, 1));
    cr_expect(eq(str, (char *)stats.shares[0].share[0].name, (char *)"m"));
    cr_expect(eq(i64, (int64_t)stats.shares[0].share[0].weight, 312));
    expect_near(stats.spreads[0].mean, 311 / 3.0);
    expect_near(stats.spreads[1].mean, 4);
    drop(&trace, &stats);
}

Test(trace_stats, nothing_is_known_of_an_empty_trace)
{
    static const char *const texts[] = {"submit,duration_s,gpus\n", "time,gpus\n",
                                        "time,prompt_tokens,output_tokens\n",
                                        "time,class,tenure,usd_per_gpu_h\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_result trace;
        struct trace_stats stats;
        take(texts[i], &trace, &stats);
        cr_expect(stats.n == 0 && stats.n_spreads == 0 && stats.n_shares == 0 &&
                  stats.load.n == 0 && stats.n_prices == 0 && !stats.rhythm.has_day);
        drop(&trace, &stats);
    }
}
