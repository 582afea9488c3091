#include "models.h"

#define FOR_EACH(model)                                                                \
    for (const struct model *const *model = models; *(model); (model)++)

TestSuite(models, .fini = empty_arena);
TestSuite(order, .fini = empty_arena);
TestSuite(wait, .fini = empty_arena);

/* What every model must satisfy, for all models at once. */

Test(models, each_is_documented_and_complete)
{
    FOR_EACH(model)
    {
        const struct model *m = *model;
        cr_expect(m->kind < MODEL_KINDS, "%s has no kind", m->name);
        cr_expect(strlen(m->summary) > 20, "%s has no summary", m->name);
        cr_expect(m->summary[strlen(m->summary) - 1] != '.', "%s: a full stop",
                  m->name);
        cr_expect(strlen(m->source) > 10, "%s has no source", m->name);
        cr_expect(model_find(m->kind, m->name) == m, "%s: name taken twice", m->name);
        for (const struct param *p = m->params; p->name; p++) {
            cr_expect(p->help && strlen(p->help) > 5, "%s.%s has no help", m->name,
                      p->name);
            cr_expect(p->fallback != NULL, "%s.%s has no default", m->name, p->name);
            cr_expect(p->offset < m->params_size, "%s.%s is outside", m->name, p->name);
            cr_expect(p->min < p->max || p->type >= PARAM_DATE || p->type == PARAM_BOOL,
                      "%s.%s has no range", m->name, p->name);
        }
        bool has_work = m->kind == MODEL_DEMAND  ? m->demand.next != NULL
                        : m->kind == MODEL_LEVEL ? m->level.next != NULL
                        : m->kind == MODEL_ORDER ? m->order.key != NULL
                        : m->kind == MODEL_PRICE ? m->price.next != NULL
                        : m->kind == MODEL_WAIT  ? m->wait.until_ms != NULL
                        : m->kind == MODEL_FAILURE
                            ? m->failure.next_ms && m->failure.rate_per_node_d
                            : m->procure.review != NULL;
        cr_expect(has_work, "%s has no function", m->name);
    }
}

Test(models, there_is_one_of_each_name_in_the_list)
{
    static const struct {
        enum model_kind kind;
        const char *name;
    } all[] = {
        {MODEL_DEMAND, "poisson"},
        {MODEL_DEMAND, "profile"},
        {MODEL_DEMAND, "gamma"},
        {MODEL_DEMAND, "mmpp"},
        {MODEL_DEMAND, "sessions"},
        {MODEL_LEVEL, "profile"},
        {MODEL_ORDER, "fifo"},
        {MODEL_ORDER, "sjf"},
        {MODEL_ORDER, "ljf"},
        {MODEL_ORDER, "priority"},
        {MODEL_WAIT, "none"},
        {MODEL_WAIT, "forever"},
        {MODEL_WAIT, "threshold"},
        {MODEL_PRICE, "constant"},
        {MODEL_PRICE, "table"},
        {MODEL_PRICE, "decline"},
        {MODEL_PRICE, "ou"},
        {MODEL_PRICE, "gbm"},
        {MODEL_PROCURE, "fixed"},
        {MODEL_PROCURE, "reorder"},
        {MODEL_PROCURE, "target_utilization"},
        {MODEL_PROCURE, "forecast_quantile"},
        {MODEL_PROCURE, "break_even"},
        {MODEL_FAILURE, "exponential"},
        {MODEL_FAILURE, "bathtub"},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        cr_expect(model_find(all[i].kind, all[i].name) != NULL, "%s", all[i].name);
    cr_expect(model_find(MODEL_ORDER, "poisson") == NULL, "of the wrong kind");
    cr_expect(model_find(MODEL_ORDER, "") == NULL, "of no name");
}

Test(models, each_accepts_its_own_defaults)
{
    FOR_EACH(model)
    {
        params_of(*model, "{}");
    }
}

Test(models, demand_is_ordered_valid_and_the_same_for_the_same_seed)
{
    FOR_EACH(model)
    {
        if ((*model)->kind != MODEL_DEMAND)
            continue;
        size_t n, n_again, n_other;
        struct job_draw *jobs = draw(*model, "{}", 17, 90 * MS_PER_D, &n);
        struct job_draw *again = draw(*model, "{}", 17, 90 * MS_PER_D, &n_again);
        struct job_draw *other = draw(*model, "{}", 18, 90 * MS_PER_D, &n_other);
        cr_assert(n > 1000, "%s: %zu jobs", (*model)->name, n);
        cr_assert(eq(sz, n, n_again));
        cr_expect(memcmp(jobs, again, n * sizeof *jobs) == 0, "%s", (*model)->name);
        cr_expect(memcmp(jobs, other, 1000 * sizeof *jobs) != 0, "%s", (*model)->name);
        int64_t last_ms = 0;
        for (size_t i = 0; i < n; i++) {
            cr_assert(jobs[i].submit_ms >= last_ms, "%s: job %zu", (*model)->name, i);
            cr_assert(jobs[i].duration_ms >= 1, "%s: job %zu", (*model)->name, i);
            cr_assert(jobs[i].gpus >= 1, "%s: job %zu", (*model)->name, i);
            last_ms = jobs[i].submit_ms;
        }
    }
}

/* A longer horizon only adds jobs: what is drawn does not depend on it. */
Test(models, demand_does_not_depend_on_the_horizon)
{
    FOR_EACH(model)
    {
        if ((*model)->kind != MODEL_DEMAND)
            continue;
        size_t n, n_longer;
        struct job_draw *jobs = draw(*model, "{}", 17, 37 * MS_PER_D + 1234, &n);
        struct job_draw *longer = draw(*model, "{}", 17, 80 * MS_PER_D, &n_longer);
        cr_assert(n_longer > n, "%s", (*model)->name);
        cr_expect(memcmp(jobs, longer, n * sizeof *jobs) == 0, "%s", (*model)->name);
    }
}

static int64_t key(const char *name, struct job_view job)
{
    const struct model *model = model_find(MODEL_ORDER, name);
    return model->order.key(params_of(model, "{}"), &job);
}

Test(order, the_smaller_key_is_served_first)
{
    struct job_view early = {.submit_ms = 2385, .now_ms = 99999, .estimate_ms = 7000};
    struct job_view late = {.submit_ms = 2386, .now_ms = 2386, .estimate_ms = 6999};
    early.priority = -3;
    late.priority = 17;
    cr_expect(key("fifo", early) < key("fifo", late),
              "an interrupted job lost its place");
    cr_expect(key("sjf", late) < key("sjf", early), "sjf");
    cr_expect(key("ljf", early) < key("ljf", late), "ljf");
    cr_expect(key("priority", late) < key("priority", early), "priority");
}

Test(order, equal_jobs_have_equal_keys)
{
    FOR_EACH(model)
    {
        if ((*model)->kind != MODEL_ORDER)
            continue;
        struct job_view a = {.submit_ms = 5, .now_ms = 5, .estimate_ms = 7, .gpus = 1};
        struct job_view b = {.submit_ms = 5, .now_ms = 9, .estimate_ms = 7, .gpus = 8};
        cr_expect(eq(i64, key((*model)->name, a), key((*model)->name, b)));
    }
}

Test(order, the_extreme_priorities_keep_their_order)
{
    struct job_view job = {.priority = INT64_MIN};
    int64_t last = key("priority", job);
    job.priority = INT64_MIN + 2;
    int64_t before = key("priority", job);
    job.priority = INT64_MAX;
    int64_t first = key("priority", job);
    cr_expect(first < before && before < last, "not in order");
}

static int64_t until(const char *name, const char *yaml, int64_t now_ms,
                     int64_t estimate_ms)
{
    const struct model *model = model_find(MODEL_WAIT, name);
    struct job_view job = {.now_ms = now_ms, .estimate_ms = estimate_ms, .gpus = 1};
    return model->wait.until_ms(params_of(model, yaml), &job);
}

Test(wait, none_is_now_and_forever_is_never)
{
    cr_expect(eq(i64, until("none", "{}", 2385, 7), 2385));
    cr_expect(eq(i64, until("forever", "{}", 2385, 7), WAIT_FOREVER));
}

Test(wait, threshold_tells_short_jobs_from_long_ones)
{
    const int64_t now = 2385;
    static const struct {
        const char *yaml;
        int64_t estimate_ms, wait_ms;
    } cases[] = {
        {"{}", 2 * MS_PER_H - 1, 6 * MS_PER_H},
        {"{}", 2 * MS_PER_H, 24 * MS_PER_H},
        {"{short_below: 30min, short: 0s, long: 1d}", 30 * MS_PER_MIN - 1, 0},
        {"{short_below: 30min, short: 0s, long: 36h}", 30 * MS_PER_MIN, 36 * MS_PER_H},
        {"{after: 30min}", 1, 30 * MS_PER_MIN},
        {"{after: 30min}", 100 * MS_PER_D, 30 * MS_PER_MIN},
        {"{short_below: 0s}", 1, 24 * MS_PER_H},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(eq(i64, until("threshold", cases[i].yaml, now, cases[i].estimate_ms),
                     now + cases[i].wait_ms),
                  "%s", cases[i].yaml);
}

Test(wait, threshold_never_wraps)
{
    cr_expect(
        eq(i64, until("threshold", "after: 30min", INT64_MAX - 5, 1), WAIT_FOREVER));
}

Test(wait, after_excludes_the_others)
{
    static const char *const mixed[] = {
        "{after: 30min, short: 1h}",
        "{after: 30min, long: 1h}",
        "{after: 30min, short_below: 1h}",
    };
    for (size_t i = 0; i < COUNT(mixed); i++)
        cr_expect(eq(str, (char *)complaint(MODEL_WAIT, "threshold", mixed[i]),
                     "'after' is for all jobs: leave out 'short_below', 'short' and "
                     "'long', or leave out 'after'"));
    cr_expect(eq(str, (char *)complaint(MODEL_WAIT, "threshold", "after: 0s"),
                 "m:1:8: after: 0s is below 1ms"));
}

static int64_t next_failure(const char *name, const char *yaml,
                            const struct failure_view *server)
{
    const struct model *model = model_find(MODEL_FAILURE, name);
    return model->failure.next_ms(params_of(model, yaml), server);
}

/* -ln(1/e) = 1, so the gap is 1 / rate: 250 days. */
Test(models, an_exponential_failure_comes_by_inversion)
{
    struct failure_view server = {.now_ms = 2385, .uniform = exp(-1)};
    int64_t gap = next_failure("exponential", "{}", &server) - 2385;
    cr_expect(llabs(gap - 250 * MS_PER_D) <= 1, "%lld", (long long)gap);
    cr_expect(next_failure("exponential", "rate: 0 /node-d", &server) == WAIT_FOREVER);
}

/* H(30 d) = 2.5 x 0.004 x 30 = 0.3.  From birth: with -ln u = 0.15 the failure comes at
 * 30 (0.15 / 0.3)^(4/3) = 11.905508 d; with 0.5 at 30 + (0.5 - 0.3) / 0.004 = 80 d.
 * From the age of 40 d, past infancy, 0.1 is 25 d more. */
Test(models, a_bathtub_is_weibull_at_first_and_then_exponential)
{
    static const struct {
        double age_d, hazard, after_d;
    } cases[] = {{0, 0.15, 11.905508}, {0, 0.5, 80}, {40, 0.1, 25}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct failure_view server = {
            .in_service_ms = 7 * MS_PER_D,
            .now_ms = 7 * MS_PER_D + (int64_t)(cases[i].age_d * MS_PER_D),
            .uniform = exp(-cases[i].hazard),
        };
        double after_d =
            (double)(next_failure("bathtub", "{}", &server) - server.now_ms) / MS_PER_D;
        cr_expect(fabs(after_d - cases[i].after_d) < 1e-6, "case %zu: %.9f", i,
                  after_d);
    }
}
