#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/brief.h"
#include "output_fixture.h"

Test(brief, numbers_have_three_digits_and_a_suffix)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},          {7, "7"},           {999, "999"},     {999.4, "999"},
        {999.6, "1.00k"},  {1000, "1.00k"},    {1234, "1.23k"},  {9994, "9.99k"},
        {9996, "10.0k"},   {99949, "99.9k"},   {99951, "100k"},  {999499, "999k"},
        {999501, "1.00M"}, {2385000, "2.38M"}, {7.3e9, "7.30G"}, {4.01e12, "4.01T"},
        {0.125, "0.12"},   {-1234, "-1.23k"},  {-0.5, "-0.50"},  {3e18, "3000P"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[BRIEF_TEXT];
        brief_number(text, cases[i].value);
        cr_expect(eq(str, text, (char *)cases[i].text), "%g", cases[i].value);
    }
}

Test(brief, durations_change_unit_where_two_digits_would_not_do)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {1, "0.0 s"},
        {34040, "34.0 s"},
        {59949, "59.9 s"},
        {59951, "1.0 min"},
        {738000, "12.3 min"},
        {3 * MS_PER_H, "3.0 h"},
        {47 * MS_PER_H, "47.0 h"},
        {48 * MS_PER_H, "2.0 d"},
        {365 * MS_PER_D, "365 d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[BRIEF_TEXT];
        brief_duration(text, cases[i].ms);
        cr_expect(eq(str, text, (char *)cases[i].text), "%lld", (long long)cases[i].ms);
    }
}

static char *printed(struct fixture *fixture)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    brief_print(&fixture->scenario, &fixture->result, out);
    fclose(out);
    return text;
}

Test(brief, the_summary_is_what_a_planner_reads)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    char *text = printed(&fixture);
    if (getenv("TENURE_SHOW"))
        fputs(text, stderr);
    static const char *const expected[] = {
        "three-pools: 2026-01-30 to 2026-02-02, 8 jobs, 579 useful GPU-h, 4 finished, "
        "1\n",
        "own            own            8  82.8%   22.6 h   25.0 h    84.9     789   "
        "1.654\n",
        "burst          on-demand      7 100.0%",
        "Idle: 282 of 864 owned and leased GPU-h",
        "Beyond the owned: 288 GPU-h leased for 561 USD",
        "Warning: 1 of 6 jobs (16.7 %) had not started by the end;",
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        cr_expect(strstr(text, expected[i]) != NULL, "%s\nis not in\n%s", expected[i],
                  text);
    free(text);
    fixture_end_all(&fixture);
}

/* 602 failures of 5 servers lost, 1,709 interruptions, and taxes that save 12.2 MUSD of
 * cash and 10 of present value; 1.5 of idle cost is an exit fee, 0.25 a loss. */
Test(brief, what_failed_and_what_taxes_come_to_is_said)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    char *text = printed(&fixture);
    cr_expect(strstr(text, "Failures:") == NULL && strstr(text, "After tax") == NULL,
              "%s", text);
    free(text);

    fixture.sums[OWN].failures = 602;
    fixture.sums[OWN].losses = 5;
    fixture.sums[OWN].interruptions = 1709;
    fixture.sums[OWN].tax_uusd = INT64_C(-12200000000000);
    fixture.sums[OWN].tax_pv_usd = -10e6;
    fixture.sums[OWN].account_uusd[ACCOUNT_EXIT_FEE][BASIS_ECONOMIC] =
        INT64_C(1500000000000);
    fixture.sums[LEASED].account_uusd[ACCOUNT_DISPOSAL][BASIS_ECONOMIC] =
        INT64_C(250000000000);
    fixture.result.taxed = true;
    text = printed(&fixture);
    static const char *const expected[] = {
        "Failures: 602 of servers, 5 of them for good; 1709 interruptions of jobs; "
        "0.10\n"
        "  GPU-h of overhead",
        "(of it 1.75M exit fees,",
        "save 12.2M USD, which takes taxable income",
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        cr_expect(strstr(text, expected[i]) != NULL, "%s\nis not in\n%s", expected[i],
                  text);
    free(text);
    fixture_end_all(&fixture);
}

Test(brief, no_line_is_longer_than_80_columns_whatever_the_names_and_numbers)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture.pools[OWN].name =
        "a-pool-with-a-name-of-as-many-letters-as-a-scenario-may-give-it";
    fixture_run(&fixture, NULL);
    for (int p = 0; p < FIXTURE_POOLS; p++) {
        for (int s = 0; s < GPU_STATES; s++)
            fixture.sums[p].state_gpu_ms[s] *= 1000003;
        fixture.sums[p].basis_uusd[BASIS_ECONOMIC] *= 2000003;
        fixture.sums[p].peak_capacity_gpus = 999999999;
    }
    char *text = printed(&fixture);
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        cr_expect(length <= 80, "%zu columns: %.*s", length, (int)length, line);
        line += length + 1;
    }
    free(text);
    fixture_end_all(&fixture);
}

/* 1,768 USD for a GPU-hour is what a pool costs that hardly works; and names that begin
 * alike are told apart by their ends. */
Test(brief, dear_hours_and_names_that_begin_alike_have_their_place)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture.pools[OWN].name = "a-provider-with-a-long-name-region-1";
    fixture.pools[LEASED].name = "a-provider-with-a-long-name-region-2";
    fixture_run(&fixture, NULL);
    for (int p = 0; p < FIXTURE_POOLS; p++)
        fixture.sums[p].basis_uusd[BASIS_ECONOMIC] *= 1069;
    char *text = printed(&fixture);
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        cr_expect(length <= 80, "%zu columns: %.*s", length, (int)length, line);
        line += length + 1;
    }
    cr_expect(strstr(text, "\na-prov~egion-1 own  ") != NULL, "%s", text);
    cr_expect(strstr(text, "\na-prov~egion-2 lease  ") != NULL, "%s", text);
    cr_expect(strstr(text, "   1.77k\n") != NULL, "%s", text);
    free(text);
    fixture_end_all(&fixture);
}

/* An hour of an H100 is more work than one of an A100: what ranks is said to be the
 * cost of finished work. */
Test(brief, hours_of_several_classes_rank_nothing)
{
    struct fixture fixture;
    struct gpu_class old = {.name = "a100-80-sxm"};
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    char *text = printed(&fixture);
    cr_expect(strstr(text, "the figure") != NULL, "%s", text);
    free(text);

    fixture.pools[LEASED].class = &old;
    text = printed(&fixture);
    cr_expect(strstr(text, "the figure") == NULL, "%s", text);
    cr_expect(strstr(text, "Pools are of several classes,") != NULL, "%s", text);
    free(text);
    fixture_end_all(&fixture);
}

/* The fixture's own pool is bought at the start and ends on the third day: of a market
 * value of 61.5 and a book value of 93.25 MUSD. */
Test(brief, what_is_owned_past_the_end_is_said_to_be_sold)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    fixture_run(&fixture, NULL);
    fixture.pools[OWN].gpus = 8;
    fixture.pools[OWN].life = (struct span){.months = 60};
    fixture.sums[OWN].closing_market_uusd = INT64_C(61500000000000);
    fixture.sums[OWN].closing_book_uusd = INT64_C(93250000000000);
    char *text = printed(&fixture);
    cr_expect(strstr(text, "the figure to rank") == NULL, "%s", text);
    cr_expect(strstr(text, "for 61.5M USD") != NULL, "%s", text);
    cr_expect(strstr(text, "or say `closing: book`.") != NULL, "%s", text);
    free(text);

    fixture.scenario.closing = CLOSING_BOOK;
    text = printed(&fixture);
    cr_expect(strstr(text, "the figure to rank") != NULL, "%s", text);
    cr_expect(strstr(text, "It sells") == NULL, "%s", text);
    free(text);
    fixture_end_all(&fixture);
}
