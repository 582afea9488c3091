#include "output/brief.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "output/brief_parts.h"
#include "output/manifest.h"

#define NAME_MAX_LETTERS 14

/* Three digits and a suffix: rounding may carry to the next suffix (999.9 is "1.00k").
 */
void brief_number(char text[BRIEF_TEXT], double value)
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T", "P"};
    double size = fabs(value);
    size_t s = 0;
    if (size < 999.5 && size == floor(size)) {
        snprintf(text, BRIEF_TEXT, "%.0f", value);
        return;
    }
    while (size >= 999.5 && s + 1 < sizeof suffixes / sizeof suffixes[0]) {
        size /= 1000;
        s++;
    }
    int digits = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    snprintf(text, BRIEF_TEXT, "%s%.*f%s", value < 0 ? "-" : "", digits, size,
             suffixes[s]);
}

struct brief_dollars brief_dollars(int64_t uusd)
{
    struct brief_dollars result;
    char digits[BRIEF_TEXT];
    int64_t whole = (int64_t)divide_rounded(uusd, 1000000);
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRId64, whole);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        result.text[used++] = digits[i];
        if ((n - i - 1) % 3 == 0 && i + 1 < n && digits[i] != '-')
            result.text[used++] = ',';
    }
    result.text[used] = '\0';
    return result;
}

void brief_unit_cost(char text[BRIEF_TEXT], double value)
{
    if (fabs(value) < 999.9995)
        snprintf(text, BRIEF_TEXT, "%.3f", value);
    else
        brief_number(text, value);
}

void brief_duration(char text[BRIEF_TEXT], int64_t ms)
{
    static const struct {
        double limit_s, unit_s;
        const char *name;
    } steps[] = {{59.95, 1, "s"},
                 {59.95 * 60, 60, "min"},
                 {47.95 * 3600, 3600, "h"},
                 {INFINITY, 86400, "d"}};
    double seconds = (double)ms / 1e3;
    size_t i = 0;
    while (seconds >= steps[i].limit_s)
        i++;
    double value = seconds / steps[i].unit_s;
    int digits = value == 0 || value >= 99.95 ? 0 : 1;
    snprintf(text, BRIEF_TEXT, "%.*f %s", digits, value, steps[i].name);
}

/* What the lines are made of: a pool, or several together. */
struct line {
    int128 capacity, busy, useful, idle;
    int128 no_demand, fragmented, held;
    int128 economic_uusd, idle_uusd;
    int128 once_uusd; /* in idle_uusd: what no hour costs */
};

static void add_pool(struct line *line, const struct pool_result *pool)
{
    for (int s = 0; s < GPU_STATES; s++)
        line->capacity += pool->state_gpu_ms[s];
    line->useful += pool->state_gpu_ms[GPU_BUSY_USEFUL];
    line->busy += (int128)pool->state_gpu_ms[GPU_BUSY_USEFUL] +
                  pool->state_gpu_ms[GPU_BUSY_OVERHEAD];
    line->no_demand += pool->state_gpu_ms[GPU_IDLE_NO_DEMAND];
    line->fragmented += pool->state_gpu_ms[GPU_IDLE_FRAGMENTED];
    line->held += pool->state_gpu_ms[GPU_IDLE_HELD];
    line->idle = line->no_demand + line->fragmented + line->held;
    line->economic_uusd += pool->basis_uusd[BASIS_ECONOMIC];
    line->idle_uusd += pool->cost_uusd[COST_IDLE];
    line->once_uusd += (int128)pool->account_uusd[ACCOUNT_EXIT_FEE][BASIS_ECONOMIC] +
                       pool->account_uusd[ACCOUNT_DISPOSAL][BASIS_ECONOMIC] +
                       pool->account_uusd[ACCOUNT_IMPAIRMENT][BASIS_ECONOMIC];
}

static void print_line(FILE *out, const char *name, const char *tenure, int64_t gpus,
                       const struct line *line, const struct histogram *wait)
{
    char utilization[BRIEF_TEXT] = "-", mean[BRIEF_TEXT] = "-", p95[BRIEF_TEXT] = "-";
    char unit_cost[BRIEF_TEXT] = "-";
    if (line->capacity > 0)
        snprintf(utilization, sizeof utilization, "%.1f%%",
                 100 * (double)line->busy / (double)line->capacity);
    if (wait->n > 0) {
        brief_duration(mean, (int64_t)llround(histogram_mean(wait)));
        brief_duration(p95, histogram_quantile(wait, 0.95));
    }
    if (line->useful > 0)
        brief_unit_cost(unit_cost,
                        brief_usd(line->economic_uusd) / brief_gpu_h(line->useful));
    prose_name(name, NAME_MAX_LETTERS + 1, out);
    fprintf(out, "%-9s %6s %6s %8s %8s %7s %7s %7s\n", tenure,
            gpus < 0 ? "" : brief_count(gpus).text, utilization, mean, p95,
            brief_short(brief_gpu_h(line->idle)).text,
            brief_short(brief_usd(line->economic_uusd)).text, unit_cost);
}

static void print_table(FILE *out, const struct scenario *scenario,
                        const struct run_result *result)
{
    struct line total = {0}, fixed = {0};
    const struct histogram none = {0};
    bool elastic = false;
    fprintf(out, "%-*s %-9s %6s %6s %8s %8s %7s %7s %7s\n", NAME_MAX_LETTERS, "pool",
            "tenure", "peak", "used", "wait", "wait", "idle", "cost", "USD per");
    fprintf(out, "%-*s %-9s %6s %6s %8s %8s %7s %6s %8s\n", NAME_MAX_LETTERS, "", "",
            "GPUs", "", "mean", "p95", "GPU-h", "USD", "useful h");
    for (size_t i = 0; i < result->n_pools; i++) {
        struct line line = {0};
        add_pool(&line, &result->pools[i]);
        add_pool(&total, &result->pools[i]);
        if (tenure_is_elastic(scenario->pools[i].tenure))
            elastic = true;
        else
            add_pool(&fixed, &result->pools[i]);
        print_line(out, scenario->pools[i].name,
                   tenure_names[scenario->pools[i].tenure],
                   result->pools[i].peak_capacity_gpus, &line, &result->pools[i].wait);
    }
    /* Elastic pools are busy while they are held: a sum with them says nothing. */
    if (elastic && fixed.capacity > 0) {
        print_line(out, "owned, leased", "", -1, &fixed, &none);
        total.capacity = 0;
    }
    print_line(out, "total", "", -1, &total, &result->groups[0].wait);
}

static void say_levels(struct paragraph *text, const struct group_result *total)
{
    int128 wanted = total->level_demand_gpu_ms, served = total->level_served_gpu_ms;
    paragraph_say(text, ", levels wanted %s GPU-h and %s",
                  brief_short(brief_gpu_h(wanted)).text,
                  wanted == served ? "got them" : "lacked");
    if (wanted > served)
        paragraph_say(text, " %s of them (%.2f %%)",
                      brief_short(brief_gpu_h(wanted - served)).text,
                      100 * (double)(wanted - served) / (double)wanted);
}

static void print_header(FILE *out, const struct scenario *scenario,
                         const struct run_result *result)
{
    const struct group_result *total = &result->groups[0];
    char from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    struct paragraph text = {.used = 0};

    calendar_format(scenario->start_unix_ms, from);
    calendar_format(scenario->start_unix_ms + result->end_ms, to);
    paragraph_say(&text, "%s: %.10s to %.10s,", scenario->name ? scenario->name : "run",
                  from, to);
    paragraph_say(
        &text, " %" PRId64 " jobs, %s useful GPU-h,", total->arrived,
        brief_short(brief_gpu_h(total->useful_gpu_ms + total->level_served_gpu_ms))
            .text);
    paragraph_say(&text, " %" PRId64 " finished", total->finished);
    if (total->running + total->waiting > 0)
        paragraph_say(&text, ", %" PRId64 " running and %" PRId64 " waiting at the end",
                      total->running, total->waiting);
    if (result->has_levels)
        say_levels(&text, total);
    if (total->refused > 0)
        paragraph_say(&text, ", %" PRId64 " refused", total->refused);
    if (total->abandoned > 0)
        paragraph_say(&text, ", %" PRId64 " gave up", total->abandoned);
    paragraph_print(&text, 2, out);
}

static void print_idle(FILE *out, const struct scenario *scenario,
                       const struct run_result *result)
{
    struct line fixed = {0};
    struct paragraph text = {.used = 0};
    for (size_t i = 0; i < result->n_pools; i++)
        if (!tenure_is_elastic(scenario->pools[i].tenure))
            add_pool(&fixed, &result->pools[i]);
    if (fixed.capacity == 0)
        return;

    paragraph_say(
        &text,
        "Idle: %s of %s owned and leased GPU-h (%.1f %%) stood idle, at a cost of"
        " %s USD",
        brief_short(brief_gpu_h(fixed.idle)).text,
        brief_short(brief_gpu_h(fixed.capacity)).text,
        100 * (double)fixed.idle / (double)fixed.capacity,
        brief_short(brief_usd(fixed.idle_uusd)).text);
    if (fixed.once_uusd != 0)
        paragraph_say(&text, " (of it %s exit fees, losses on sales and impairment)",
                      brief_short(brief_usd(fixed.once_uusd)).text);
    if (fixed.idle > 0)
        paragraph_say(&text,
                      ": %s GPU-h without demand, %s free but not fitting, %s held",
                      brief_short(brief_gpu_h(fixed.no_demand)).text,
                      brief_short(brief_gpu_h(fixed.fragmented)).text,
                      brief_short(brief_gpu_h(fixed.held)).text);
    paragraph_say(&text, ".");
    paragraph_print(&text, 2, out);
}

static void print_rented(FILE *out, const struct scenario *scenario,
                         const struct run_result *result)
{
    struct brief_rented rented[BRIEF_RENTED];
    struct line owned = {0};
    struct paragraph text = {.used = 0};
    for (size_t i = 0; i < result->n_pools; i++)
        if (scenario->pools[i].tenure == TENURE_OWN)
            add_pool(&owned, &result->pools[i]);
    for (size_t k = 0; k < BRIEF_RENTED; k++) {
        struct line line = {0};
        for (size_t i = 0; i < result->n_pools; i++)
            if (scenario->pools[i].tenure == brief_rented_tenures[k])
                add_pool(&line, &result->pools[i]);
        rented[k] = (struct brief_rented){
            .capacity_gpu_h = brief_gpu_h(line.capacity),
            .useful_gpu_h = brief_gpu_h(line.useful),
            .overhead_gpu_h = brief_gpu_h(line.busy - line.useful),
            .usd = brief_usd(line.economic_uusd),
        };
    }
    brief_words_rented(&text, owned.capacity > 0, rented);
    if (text.used)
        paragraph_print(&text, 2, out);
}

/* Apart from the money, which it is no part of. */
static void print_service(FILE *out, const struct run_result *result)
{
    const struct group_result *total = &result->groups[0];
    struct paragraph text = {.used = 0};
    int128 service = 0, economic = 0;
    if (!result->service_priced)
        return;
    for (int part = 0; part < SERVICE_PARTS; part++)
        service += total->service_uusd[part];
    for (size_t i = 0; i < result->n_pools; i++)
        economic += result->pools[i].basis_uusd[BASIS_ECONOMIC];
    paragraph_say(
        &text,
        "Service: what was not served, or late, is priced at %s USD, which nobody pays",
        brief_short(brief_usd(service)).text);
    paragraph_say(&text, ": %s for %s GPU-h not served, %s for %s GPU-h waited,",
                  brief_short(brief_usd(total->service_uusd[SERVICE_UNSERVED])).text,
                  brief_short(brief_gpu_h(total->service[SERVICE_UNSERVED])).text,
                  brief_short(brief_usd(total->service_uusd[SERVICE_DELAY])).text,
                  brief_short(brief_gpu_h(total->service[SERVICE_DELAY])).text);
    paragraph_say(&text,
                  " %s for %s misses; with it the economic cost of %s USD would be %s.",
                  brief_short(brief_usd(total->service_uusd[SERVICE_MISS])).text,
                  brief_short((double)total->service[SERVICE_MISS]).text,
                  brief_short(brief_usd(economic)).text,
                  brief_short(brief_usd(economic + service)).text);
    paragraph_print(&text, 2, out);
}

static void print_warnings(FILE *out, const struct scenario *scenario,
                           const struct run_result *result)
{
    struct arena arena = {0};
    const char **list = manifest_warnings(scenario, result, &arena);
    for (; *list; list++) {
        struct paragraph text = {.used = 0};
        paragraph_say(&text, "Warning: %s%s", *list,
                      ispunct((unsigned char)(*list)[strlen(*list) - 1]) ? "" : ".");
        paragraph_print(&text, 2, out);
    }
    arena_free(&arena);
}

void brief_print(const struct scenario *scenario, const struct run_result *result,
                 FILE *out)
{
    print_header(out, scenario, result);
    fputc('\n', out);
    print_table(out, scenario, result);
    fputc('\n', out);
    print_idle(out, scenario, result);
    print_rented(out, scenario, result);
    brief_say_events(result, out);
    brief_say_levelised(scenario, result, out);
    brief_say_taxes(result, out);
    print_service(out, result);
    print_warnings(out, scenario, result);
}
