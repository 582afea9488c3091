/* Queues that mathematics has solved, simulated: shares, waits and utilizations. */

#include "queues.h"

/* ---- Erlang B ---- */

static void share_rented(const struct seen *seen, double figures[MEASURES])
{
    figures[0] = (double)seen->rented / (double)seen->jobs;
    figures[1] = seen->state_gpu_ms[0][GPU_BUSY_USEFUL] /
                 (double)(seen->span_ms * seen->scenario->pools[0].gpus);
}

Test(theory, overflow_is_erlang_b_whatever_the_service)
{
    static const struct {
        const char *what, *model;
    } cases[] = {
        {"Erlang B(100, 100), exponential", ", service: exponential"},
        {"Erlang B(100, 100), constant", ", service: constant"},
        {"Erlang B(100, 100), lognormal of SCV 4", ", service: lognormal, cv: 2"},
    };
    cr_expect(fabs(erlang_b(100, 100) - 0.0757005) < 5e-8, "the formula");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048];
        double values[2][REPLICATIONS];
        simulate(queue_yaml(&(struct queue_case){.gpus = 100,
                                                 .load = 100,
                                                 .model = cases[i].model,
                                                 .dispatch = LOSS,
                                                 .burst = "2.5 USD/GPU-h",
                                                 .horizon = "50d"},
                            text),
                 share_rented, 2, values);
        double b = erlang_b(100, 100);
        agree(cases[i].what, b, figure_of(values[0]), 0.015);
        agree("  utilization", 1 - b, figure_of(values[1]), 0.01);
    }
}

Test(theory, one_percent_overflows_at_the_load_that_erlang_b_gives)
{
    static const struct {
        const char *what;
        int gpus;
        double load;
        const char *horizon;
    } cases[] = {
        {"1 % overflow of 10 GPUs at 4.4612", 10, 4.4612, "800d"},
        {"1 % overflow of 100 GPUs at 84.0642", 100, 84.0642, "120d"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048];
        double values[2][REPLICATIONS];
        double b = erlang_b(cases[i].load, cases[i].gpus);
        cr_expect(fabs(b - 0.01) < 5e-7, "%s: the formula gives %.9f", cases[i].what,
                  b);
        simulate(queue_yaml(&(struct queue_case){.gpus = cases[i].gpus,
                                                 .load = cases[i].load,
                                                 .model = "",
                                                 .dispatch = LOSS,
                                                 .burst = "2.5 USD/GPU-h",
                                                 .horizon = cases[i].horizon},
                            text),
                 share_rented, 2, values);
        agree(cases[i].what, b, figure_of(values[0]), 0.02);
        agree("  utilization", cases[i].load * (1 - b) / cases[i].gpus,
              figure_of(values[1]), 0.01);
    }
}

/* ---- Erlang C ---- */

static double erlang_c(double load, int servers)
{
    double b = erlang_b(load, servers);
    return b / (1 - load / servers * (1 - b));
}

static void waits(const struct seen *seen, double figures[MEASURES])
{
    figures[0] = (double)seen->delayed / (double)seen->jobs;
    figures[1] = seen->wait_ms / (double)seen->jobs / (double)MS_PER_H;
}

Test(theory, all_wait_as_erlang_c_says)
{
    static const struct {
        const char *what;
        int gpus;
        double load, delayed, wait_h;
        const char *horizon;
    } cases[] = {
        {"Erlang C(8, 6), share delayed", 8, 6, 0.356981, 0.178491, "400d"},
        {"Erlang C(100, 90), share delayed", 100, 90, 0.216940, 0.021694, "90d"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048];
        double values[2][REPLICATIONS], c = erlang_c(cases[i].load, cases[i].gpus);
        double wait_h = c / (cases[i].gpus - cases[i].load);
        cr_expect(fabs(c - cases[i].delayed) < 5e-7, "%s: the formula gives %.9f",
                  cases[i].what, c);
        cr_expect(fabs(wait_h - cases[i].wait_h) < 6e-7, "%s: the formula gives %.9f",
                  cases[i].what, wait_h);
        simulate(queue_yaml(&(struct queue_case){.gpus = cases[i].gpus,
                                                 .load = cases[i].load,
                                                 .model = "",
                                                 .dispatch = "order: fifo",
                                                 .horizon = cases[i].horizon},
                            text),
                 waits, 2, values);
        agree(cases[i].what, c, figure_of(values[0]), 0.02);
        agree("  mean wait, h", wait_h, figure_of(values[1]), 0.04);
    }
}

/* ---- M/M/c with a wait of at most tau, then on-demand ---- */

struct patience_queue {
    double share, wait_h;
};

static struct patience_queue mmcd(int servers, double load, double tau)
{
    double theta = servers - load, p = 1, sum = 0; /* p = load^j / j! */
    for (int j = 0; j < servers; j++) {
        sum += p;
        if (j < servers - 1)
            p *= load / (j + 1);
    }
    double e = exp(-theta * tau);
    double i1 = theta == 0 ? tau * load * p : load * p * (1 - e) / theta;
    double i2 = load * p * e / servers;
    double z = sum + i1 + i2;
    double first = theta == 0
                       ? load * p * tau * tau / 2
                       : load * p * (1 - e * (1 + theta * tau)) / (theta * theta);
    return (struct patience_queue){i2 / z, (first + tau * i2) / z};
}

static void shares_and_waits(const struct seen *seen, double figures[MEASURES])
{
    figures[0] = (double)seen->rented / (double)seen->jobs;
    figures[1] = seen->wait_ms / (double)seen->jobs / (double)MS_PER_H;
}

Test(theory, jobs_that_wait_at_most_tau_are_an_m_m_c_d_queue)
{
    static const struct {
        const char *what;
        int gpus;
        double load, tau, share, wait_h;
        const char *dispatch;
    } cases[] = {
        {"M/M/8+D, load 8, tau 0.5 h", 8, 8, 0.5, 0.121285, 0.181928,
         "order: fifo, wait: {after: 30min}"},
        {"M/M/8+D, load 8, tau 2 h", 8, 8, 2, 0.049395, 0.889108,
         "order: fifo, wait: {policy: threshold, after: 2h}"},
        {"M/M/8+D, load 9.5, tau 1 h, skip", 8, 9.5, 1, 0, 0,
         "order: fifo, backfill: skip, wait: {after: 1h}"},
        {"M/M/8+D, load 6.5, tau 1 h, easy", 8, 6.5, 1, 0, 0,
         "order: fifo, backfill: easy, wait: {after: 1h}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048];
        double values[2][REPLICATIONS];
        struct patience_queue q = mmcd(cases[i].gpus, cases[i].load, cases[i].tau);
        cr_expect(cases[i].share == 0 || fabs(q.share - cases[i].share) < 6e-7,
                  "%s: the formula gives %.9f", cases[i].what, q.share);
        cr_expect(cases[i].wait_h == 0 || fabs(q.wait_h - cases[i].wait_h) < 6e-7,
                  "%s: the formula gives %.9f", cases[i].what, q.wait_h);
        simulate(queue_yaml(&(struct queue_case){.gpus = cases[i].gpus,
                                                 .load = cases[i].load,
                                                 .model = "",
                                                 .dispatch = cases[i].dispatch,
                                                 .burst = "2.5 USD/GPU-h",
                                                 .horizon = "400d"},
                            text),
                 shares_and_waits, 2, values);
        agree(cases[i].what, q.share, figure_of(values[0]), 0.02);
        agree("  mean wait, h", q.wait_h, figure_of(values[1]), 0.02);
    }
}

/* ---- Kaufman-Roberts ---- */

enum { CAPACITY = 64 };
static const int gangs[SIZES] = {1, 2, 4, 8};
static const double offered[SIZES] = {20, 6, 3, 3};

static void kaufman_roberts(double blocked[SIZES], double *utilization,
                            double *rented_gpus)
{
    double q[CAPACITY + 1] = {1}, sum = 0, mean = 0;
    for (int j = 0; j <= CAPACITY; j++) {
        for (int k = 0; k < SIZES && j > 0; k++)
            if (j >= gangs[k])
                q[j] += offered[k] * gangs[k] * q[j - gangs[k]] / j;
        sum += q[j];
        mean += j * q[j];
    }
    *utilization = mean / sum / CAPACITY;
    *rented_gpus = 0;
    for (int k = 0; k < SIZES; k++) {
        blocked[k] = 0;
        for (int j = CAPACITY - gangs[k] + 1; j <= CAPACITY; j++)
            blocked[k] += q[j] / sum;
        *rented_gpus += offered[k] * gangs[k] * blocked[k];
    }
}

static void by_size(const struct seen *seen, double figures[MEASURES])
{
    for (int k = 0; k < SIZES; k++)
        figures[k] = (double)seen->rented_by_size[k] / (double)seen->jobs_by_size[k];
    figures[4] =
        seen->state_gpu_ms[0][GPU_BUSY_USEFUL] / (double)(seen->span_ms * CAPACITY);
    figures[5] = seen->state_gpu_ms[1][GPU_BUSY_USEFUL] / (double)seen->span_ms;
}

Test(theory, gangs_without_a_queue_are_blocked_as_kaufman_and_roberts_say)
{
    static const double published[SIZES] = {0.053984, 0.107718, 0.213648, 0.413979};
    static const char *const names[SIZES] = {
        "Kaufman-Roberts, gangs of 1, blocked", "  gangs of 2, blocked",
        "  gangs of 4, blocked", "  gangs of 8, blocked"};
    double blocked[SIZES], utilization, rented_gpus, values[6][REPLICATIONS];
    kaufman_roberts(blocked, &utilization, &rented_gpus);
    for (int k = 0; k < SIZES; k++)
        cr_expect(fabs(blocked[k] - published[k]) < 6e-7, "%s: %.9f", names[k],
                  blocked[k]);
    cr_expect(fabs(utilization - 0.83013) < 6e-6, "%.9f", utilization);
    cr_expect(fabs(rented_gpus - 14.87158) < 6e-6, "%.9f", rented_gpus);

    char text[2048];
    simulate(
        queue_yaml(&(struct queue_case){.gpus = CAPACITY,
                                        .load = 32,
                                        .model = ", sizes: {1: 20, 2: 6, 4: 3, 8: 3}",
                                        .dispatch = LOSS,
                                        .burst = "2.5 USD/GPU-h",
                                        .horizon = "150d"},
                   text),
        by_size, 6, values);
    for (int k = 0; k < SIZES; k++)
        agree(names[k], blocked[k], figure_of(values[k]), 0.01);
    agree("  utilization", utilization, figure_of(values[4]), 0.01);
    agree("  GPUs rented, in the mean", rented_gpus, figure_of(values[5]), 0.01);
}

/* ---- M/G/1 ---- */

Test(theory, one_server_waits_as_pollaczek_and_khinchine_say)
{
    static const struct {
        const char *what, *model;
        double load, scv;
        const char *horizon;
    } cases[] = {
        {"M/D/1, load 0.7: mean wait, h", ", service: constant", 0.7, 0, "2000d"},
        {"M/M/1, load 0.7: mean wait, h", ", service: exponential", 0.7, 1, "4000d"},
        {"M/G/1, load 0.7, SCV 2.25: mean wait, h", ", service: lognormal, cv: 1.5",
         0.7, 2.25, "6000d"},
        {"M/G/1, load 0.5, SCV 4: mean wait, h", ", service: lognormal, cv: 2", 0.5, 4,
         "12000d"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048];
        double values[2][REPLICATIONS], load = cases[i].load;
        simulate(queue_yaml(&(struct queue_case){.gpus = 1,
                                                 .load = load,
                                                 .model = cases[i].model,
                                                 .dispatch = "order: fifo",
                                                 .horizon = cases[i].horizon},
                            text),
                 waits, 2, values);
        agree(cases[i].what, load * (1 + cases[i].scv) / (2 * (1 - load)),
              figure_of(values[1]), 0.04);
        agree("  share delayed", load, figure_of(values[0]), 0.01);
    }
}

/* ---- Little's law, and what arrivals see ---- */

static void queue_and_waits(const struct seen *seen, double figures[MEASURES])
{
    double span = (double)seen->span_ms;
    figures[0] = seen->waiting_ms / span;
    figures[1] = seen->wait_ms / (double)seen->jobs / (double)MS_PER_H;
    figures[2] = seen->full_ms / span;
    figures[3] = (double)seen->delayed / (double)seen->jobs;
}

Test(theory, the_mean_queue_is_the_arrival_rate_times_the_mean_wait)
{
    char text[2048];
    double values[4][REPLICATIONS], off[REPLICATIONS];
    const double load = 14.25;
    simulate(queue_yaml(&(struct queue_case){.gpus = 16,
                                             .load = load,
                                             .model = ", service: lognormal, cv: 1.3",
                                             .dispatch = "order: fifo",
                                             .horizon = "200d",
                                             .events = true},
                        text),
             queue_and_waits, 4, values);
    for (int k = 0; k < REPLICATIONS; k++)
        off[k] = values[0][k] / (load * values[1][k]);
    agree("L / (lambda W) of M/G/16", 1, figure_of(off), 0.01);
    for (int k = 0; k < REPLICATIONS; k++)
        off[k] = values[2][k] / values[3][k];
    agree("time with no GPU free / share delayed", 1, figure_of(off), 0.01);
}
