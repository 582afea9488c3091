/* What must hold of every scenario, on scenarios drawn over every key. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include "focus_totals.h"
#include "output/audit.h"
#include "random_scenario.h"

static struct results results;

/* What is running; told when a run ends by an assertion. */
static struct {
    const char *name, *yaml;
} current;

static void tell(int signal_number)
{
    if (current.name && write(2, current.name, strlen(current.name)) > 0 &&
        write(2, "\n", 1) > 0 && current.yaml &&
        write(2, current.yaml, strlen(current.yaml)) > 0)
        signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Results are made durable, which takes a disk most of the time. */
static void setup(void)
{
    results_begin(&results);
    char parent[] = "/dev/shm/tenure-test-XXXXXX";
    if (mkdtemp(parent) && rmdir(results.parent) == 0)
        strcpy(results.parent, parent);
    const int fatal[] = {SIGABRT, SIGFPE, SIGSEGV};
    for (int i = 0; i < 3; i++)
        signal(fatal[i], tell);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(random, .init = setup, .fini = teardown, .timeout = 3600);

static int count_of(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/* The scenarios of seeds FIRST to FIRST + CASES - 1. */
static uint64_t first_seed(void)
{
    return (uint64_t)count_of("TENURE_FIRST", 1);
}

static uint64_t last_seed(int otherwise)
{
    return first_seed() + (uint64_t)count_of("TENURE_CASES", otherwise) - 1;
}

static void write_inputs(const struct random_scenario *scenario, uint64_t seed)
{
    results_write(&results, "t.yaml", scenario->yaml);
    results_write(&results, "jobs.csv", scenario->jobs);
    results_write(&results, "supply.csv", scenario->supply);
    if (scenario->initial)
        results_write(&results, "initial.csv", scenario->initial);
    if (scenario->catalog)
        results_write(&results, "classes.yaml", scenario->catalog);
    if (scenario->prices)
        results_write(&results, "prices.csv", scenario->prices);
    current.name = arena_printf(&results.arena, "seed %llu", (unsigned long long)seed);
    current.yaml = scenario->yaml;
}

/* ---- one run ---- */

struct variant {
    const char *yaml;                          /* path; NULL: t.yaml */
    const char *dir;                           /* below the folder of the test */
    const char *set;                           /* an override, or NULL */
    bool check;                                /* every invariant after every event */
    void (*change)(struct scenario *scenario); /* or NULL */
};

static int64_t uusd_of(const int64_t uusd[], int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += uusd[i];
    return sum;
}

static void expect_books(const struct scenario *scenario,
                         const struct run_result *result)
{
    for (size_t p = 0; p < result->n_pools; p++) {
        const struct pool_result *pool = &result->pools[p];
        const char *name = scenario->pools[p].name;
        int64_t invested = pool->opening_uusd + pool->basis_uusd[BASIS_CASH] -
                           pool->basis_uusd[BASIS_ACCRUAL];
        cr_expect(invested == pool->closing_book_uusd,
                  "%s, %s: opening + cash - accrual is %lld, the book %lld",
                  current.name, name, (long long)invested,
                  (long long)pool->closing_book_uusd);
        cr_expect(uusd_of(pool->cost_uusd, COST_SHARES) ==
                      pool->basis_uusd[BASIS_ECONOMIC],
                  "%s, %s: the shares of cost add up to %lld of %lld", current.name,
                  name, (long long)uusd_of(pool->cost_uusd, COST_SHARES),
                  (long long)pool->basis_uusd[BASIS_ECONOMIC]);
    }
}

static const char *run(const struct variant *variant)
{
    struct scenario scenario;
    struct staging staging;
    struct error err;
    const char *dir = results_path(&results, variant->dir);
    const char *path = variant->yaml ? variant->yaml : results_path(&results, "t.yaml");
    bool ok = scenario_read(&scenario, path, &variant->set, variant->set ? 1 : 0, &err);
    cr_assert(ok, "%s: %s\n%s", current.name, err.text, current.yaml);
    if (variant->change)
        variant->change(&scenario);
    ok = staging_begin(&staging, dir, true, &err);
    cr_assert(ok, "%s", err.text);
    struct files *files = files_open(&staging, &scenario, &err);
    cr_assert(files != NULL, "%s", err.text);
    struct run_options options = {.sink = files_sink(files), .check = variant->check};
    struct world *world = world_new(&scenario, &options);
    ok = world_run(world, &err);
    cr_assert(ok, "%s: %s\n%s", current.name, err.text, current.yaml);
    expect_books(&scenario, world_result(world));
    results_save(&results, &scenario, world, &staging, files);
    world_free(world);
    scenario_free(&scenario);
    return dir;
}

static void expect_audit(const char *dir, bool with_hashes)
{
    struct audit_report report = {0};
    struct error err;
    bool ok = audit_dir(dir, with_hashes, &report, &err);
    cr_assert(ok, "%s: %s", current.name, err.text);
    for (int64_t i = 0; i < report.n_findings && i < FINDINGS_MAX; i++)
        cr_expect(false, "%s: %s", current.name, report.findings[i].text);
    cr_expect(report.n_findings == 0, "%s: %lld findings in\n%s", current.name,
              (long long)report.n_findings, current.yaml);
    audit_free(&report);
}

/* NULL where there is no such file. */
static char *bytes_of(const char *dir, const char *name)
{
    FILE *file = fopen(arena_printf(&results.arena, "%s/%s", dir, name), "rb");
    char *text = NULL;
    size_t size = 0;
    ssize_t length = file ? getdelim(&text, &size, '\0', file) : 0;
    if (file)
        fclose(file);
    if (length > 0)
        return text;
    free(text);
    return NULL;
}

static void expect_same(const char *a, const char *b, const char *const names[])
{
    for (size_t i = 0; names[i]; i++) {
        char *one = bytes_of(a, names[i]), *two = bytes_of(b, names[i]);
        bool same = one && two ? strcmp(one, two) == 0 : one == two;
        cr_expect(same, "%s: %s differs\n%s", current.name, names[i], current.yaml);
        free(one);
        free(two);
    }
}

static const char *const all_rows[] = {"summary.csv", "timeline.csv",   "jobs.csv",
                                       "ledger.csv",  "assets.csv",     "usage.csv",
                                       "events.csv",  "chargeback.csv", NULL};
static const char *const rows_of_no_interval[] = {
    "summary.csv", "jobs.csv",       "ledger.csv", "assets.csv",
    "usage.csv",   "chargeback.csv", NULL};

static void hold(uint64_t number, const char *path)
{
    static const char *const manifest[] = {"manifest.json", NULL};
    static const char *const intervals[] = {"interval=1h", "interval=1mo",
                                            "interval=11.3h"};
    const struct variant as_drawn = {path, "a", NULL, number % 3 == 0, NULL};
    const struct variant again = {path, "b", NULL, false, NULL};
    const struct variant other = {path, "b", intervals[number % 3], false, NULL};
    const char *dir = run(&as_drawn);
    expect_audit(dir, true);
    expect_audit(dir, false);
    expect_focus_totals(&results, dir, (enum focus_version)(number % FOCUS_VERSIONS));
    if (number % 4 == 0)
        expect_same(dir, run(&again), manifest);
    expect_same(dir, run(&other), rows_of_no_interval);
    expect_audit(results_path(&results, "b"), false);
}

Test(random, drawn_scenarios_keep_their_books)
{
    for (uint64_t seed = first_seed(); seed <= last_seed(60); seed++) {
        const struct random_options options = {.seed = seed};
        struct random_scenario scenario = random_scenario(&options);
        write_inputs(&scenario, seed);
        hold(seed, NULL);
        random_scenario_free(&scenario);
        arena_free(&results.arena);
    }
}

/* Scenarios on which something was once wrong; see the remark at the head of each. */
Test(random, scenarios_that_failed_before_keep_their_books)
{
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source");
    const char *folder = arena_printf(&results.arena, "%s/tests/regress", source);
    DIR *dir = opendir(folder);
    cr_assert(dir != NULL, "%s", folder);
    uint64_t n = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!strstr(entry->d_name, ".yaml"))
            continue;
        current.name = arena_printf(&results.arena, "%s/%s", folder, entry->d_name);
        current.yaml = "";
        hold(n++, current.name);
    }
    closedir(dir);
    cr_expect(n > 0, "no scenario in %s", folder);
}

/* ---- scenarios in pairs ---- */

/* Runs both of a seed and returns what the first reads. */
static void run_pair(struct random_options options, const struct random_options *other,
                     void (*change)(struct scenario *))
{
    const struct random_options *both[] = {&options, other};
    static const char *const dirs[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        struct random_scenario scenario = random_scenario(both[i]);
        write_inputs(&scenario, options.seed);
        const struct variant variant = {NULL, dirs[i], NULL, false, change};
        run(&variant);
        random_scenario_free(&scenario);
        current.yaml = "";
    }
}

Test(random, an_owned_pool_and_a_lease_that_cost_nothing_differ_in_the_label_alone)
{
    static const char *const same[] = {"jobs.csv", "timeline.csv", "events.csv", NULL};
    for (uint64_t seed = first_seed(); seed <= last_seed(20); seed++) {
        const struct random_options own = {.seed = seed, .twin = TWIN_OWN};
        const struct random_options lease = {.seed = seed, .twin = TWIN_LEASE};
        run_pair(own, &lease, NULL);
        expect_same(results_path(&results, "a"), results_path(&results, "b"), same);
        static const char *const dirs[] = {"a", "b"};
        for (int i = 0; i < 2; i++) {
            char *ledger = bytes_of(results_path(&results, dirs[i]), "ledger.csv");
            bool posted = ledger && strstr(ledger, ",p0,");
            cr_expect(not(posted), "%s: a posting of p0", current.name);
            free(ledger);
        }
        arena_free(&results.arena);
    }
}

Test(random, a_failure_rate_of_zero_is_no_failures_byte_for_byte)
{
    for (uint64_t seed = first_seed(); seed <= last_seed(20); seed++) {
        const struct random_options zero = {.seed = seed, .failures = FAILURES_ZERO};
        const struct random_options none = {.seed = seed,
                                            .failures = FAILURES_LEFT_OUT};
        run_pair(zero, &none, NULL);
        expect_same(results_path(&results, "a"), results_path(&results, "b"), all_rows);
        arena_free(&results.arena);
    }
}

/* ---- one more ---- */

static void with_events(struct scenario *scenario)
{
    scenario->write_events = true;
}

/* The file without the lines of the pool and the tenant that came, and without why jobs
 * were refused: the pool that is there is closed to them for another reason. */
static char *lines_of_others(const char *dir, const char *name)
{
    char *text = bytes_of(dir, name), *out = text;
    for (const char *line = text; line && *line;) {
        size_t length = strcspn(line, "\n") + 1;
        const char *apart = strstr(line, ",apart,"), *tenant = strstr(line, "newcomer");
        bool own =
            (apart && apart < line + length) || (tenant && tenant < line + length);
        const char *refusal = strstr(line, ",refuse");
        size_t kept = length;
        if (refusal && refusal < line + length)
            kept = (size_t)(refusal - line);
        if (!own)
            memmove(out, line, kept), out += kept;
        line += length;
    }
    if (out)
        *out = '\0';
    return text;
}

static void expect_others_alike(const char *name)
{
    char *one = lines_of_others(results_path(&results, "a"), name);
    char *two = lines_of_others(results_path(&results, "b"), name);
    cr_expect(one && two && strcmp(one, two) == 0, "%s: %s differs", current.name,
              name);
    free(one);
    free(two);
}

static void add_one(enum random_apart without, enum random_apart with)
{
    results_write(&results, "one.csv", "submit,duration_s,gpus\n0,5003,1\n");
    results_write(&results, "newcomer.csv",
                  "submit,duration_s,gpus\n0,5003,1\n7001,40009,8\n90001,3001,3\n");
    for (uint64_t seed = first_seed(); seed <= last_seed(20); seed++) {
        const struct random_options few = {.seed = seed, .apart = without};
        const struct random_options more = {.seed = seed, .apart = with};
        run_pair(few, &more, with_events);
        expect_others_alike("jobs.csv");
        expect_others_alike("events.csv");
        arena_free(&results.arena);
    }
}

Test(random, one_more_server_changes_nobody_elses_failures_and_jobs)
{
    add_one(APART_CLOSED, APART_SERVER);
}

Test(random, more_of_one_tenant_changes_nobody_elses_failures_and_jobs)
{
    add_one(APART_EMPTY, APART_NEWCOMER);
}

/* ---- doubled prices ---- */

#define OWN_RATES 10

/* The rates that are derived from prices, and rounded; those of the first of two runs.
 */
static struct {
    bool known;
    int64_t rates[POOLS_MAX][OWN_RATES];
} once;

static void own_rates(struct pool_spec *pool, int64_t *rates[OWN_RATES])
{
    int64_t *const all[OWN_RATES] = {
        &pool->capex_uusd_per_gpu, &pool->residual_uusd_per_gpu,
        &pool->colo_rate,          &pool->support_rate,
        &pool->staff_rate,         &pool->insurance_rate,
        &pool->software_rate,      &pool->security_rate,
        &pool->idle_power_rate,    &pool->busy_power_rate,
    };
    memcpy(rates, all, sizeof all);
}

/* Keeps the rates of the first run, and gives the second one exactly twice as much. */
static void double_exactly(struct scenario *scenario)
{
    for (size_t p = 0; p < scenario->n_pools; p++) {
        int64_t *rates[OWN_RATES];
        own_rates(&scenario->pools[p], rates);
        for (int r = 0; r < OWN_RATES; r++) {
            int64_t twice = 2 * once.rates[p][r];
            bool near = !once.known || llabs(*rates[r] - twice) <= 1;
            cr_assert(near, "%s: rate %d of p%zu", current.name, r, p);
            if (once.known)
                *rates[r] = twice;
            else
                once.rates[p][r] = *rates[r];
        }
    }
    once.known = !once.known;
}

/* The amount in the field of that index, in micro-USD, and where the line ends. */
static int64_t amount_at(const char *line, int field, const char **end)
{
    *end = line + strcspn(line, "\n");
    while (field-- > 0)
        line += strcspn(line, ",") + 1;
    long long whole = strtoll(line, NULL, 10);
    const char *point = line + strcspn(line, ".");
    int64_t part = strtoll(point + 1, NULL, 10);
    return (int64_t)whole * 1000000 + (*line == '-' ? -part : part);
}

/* By how much a row may miss twice what it was.  A row is the difference of two
 * readings; each is rounded once, and twice a rounded amount misses the rounded double
 * by one: two micro-dollars, one in each half.  A sale is rounded four times (value,
 * share, selling cost, book value of what goes), and a row has all sales of a month:
 * rarely more than SALES, as many as there are reviews, dates and losses in it. */
enum { ROW_MISS_UUSD = 2, SALES = 16 };

static int64_t may_miss_uusd(const char *row)
{
    const char *account = row;
    for (int i = 0; i < 4; i++)
        account += strcspn(account, ",") + 1;
    bool sale = strncmp(account, "resale,", 7) == 0 ||
                strncmp(account, "disposal", 8) == 0 ||
                strncmp(account, "impairment", 10) == 0;
    return sale ? 4 * SALES : ROW_MISS_UUSD;
}

/* Up to the amount: month, time, pool, item, account, basis. */
static bool same_row(const char *one, const char *two)
{
    int commas = 0;
    for (; commas < LEDGER_AMOUNT && *one == *two && *one != '\0'; one++, two++)
        commas += *one == ',';
    return commas == LEDGER_AMOUNT;
}

/* A row that rounds to nothing in one run alone is nothing there. */
static void expect_rows_double(void)
{
    char *a = bytes_of(results_path(&results, "a"), "ledger.csv");
    char *b = bytes_of(results_path(&results, "b"), "ledger.csv");
    const char *one = a ? strchr(a, '\n') + 1 : "", *two = b ? strchr(b, '\n') + 1 : "";
    while (*one || *two) {
        const char *x = one - 1, *y = two - 1, *row = *one ? one : two;
        int64_t amount = *one ? amount_at(one, LEDGER_AMOUNT, &x) : 0;
        int64_t twice = *two ? amount_at(two, LEDGER_AMOUNT, &y) : 0;
        bool same = *one && *two && same_row(one, two);
        if (!same && *one && llabs(amount) <= ROW_MISS_UUSD)
            twice = 0, y = two - 1;
        else if (!same && *two)
            amount = 0, x = one - 1, row = two;
        if (llabs(twice - 2 * amount) > may_miss_uusd(row)) {
            cr_expect(false, "%s: twice %lld is not %lld:\n%.*s", current.name,
                      (long long)amount, (long long)twice, (int)strcspn(row, "\n"),
                      row);
            break;
        }
        one = x + 1, two = y + 1;
    }
    free(a);
    free(b);
}

/* A market's price of a server is divided among its GPUs, and rounded, at each order.
 */
static bool buys_at_market(const struct random_options *options)
{
    struct random_scenario scenario = random_scenario(options);
    bool found = strstr(scenario.yaml, "buy_at: market") != NULL;
    random_scenario_free(&scenario);
    return found;
}

Test(random, doubled_prices_double_every_row_and_change_nothing_else)
{
    static const char *const same[] = {"usage.csv", NULL};
    for (uint64_t seed = first_seed(); seed <= last_seed(20); seed++) {
        const struct random_options plain = {.seed = seed, .plain_rates = true};
        const struct random_options twice = {
            .seed = seed, .plain_rates = true, .double_prices = true};
        if (buys_at_market(&plain))
            continue;
        run_pair(plain, &twice, double_exactly);
        expect_same(results_path(&results, "a"), results_path(&results, "b"), same);
        expect_rows_double();
        arena_free(&results.arena);
    }
}
