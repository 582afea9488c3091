/*
 * The price of service: the shadow rows of the ledger against the jobs, the prices in
 * the manifest and the summary.
 */

#include <string.h>

#include "base/calendar.h"
#include "output/books.h"
#include "world/meter.h"

static const struct book_price *price_of(const struct books *books,
                                         const char *workload)
{
    const struct book_price *others = NULL;
    for (size_t i = 0; i < books->n_prices; i++) {
        const struct book_price *price = &books->prices[i];
        if (!price->workload)
            others = price;
        else if (strcmp(price->workload, workload) == 0)
            return price;
    }
    return others;
}

static struct book_service *service_of(struct books *books, const char *workload)
{
    uint32_t n = books->workload_names.n;
    uint32_t id = names_add(&books->workload_names, workload, strlen(workload));
    if (id < n)
        return &books->services[id];
    if (n == books->services_room) {
        size_t room = n ? 2 * (size_t)n : 16;
        books->services =
            arena_grow(books->arena, books->services, n, room, sizeof *books->services);
        books->services_room = room;
    }
    const struct book_price *price = price_of(books, workload);
    books->services[id] = (struct book_service){.interrupted = false};
    if (price)
        memcpy(books->services[id].rate, price->rate, sizeof price->rate);
    return &books->services[id];
}

void audit_service_level(struct books *books, const char *workload, int64_t gpu_ms)
{
    if (books->n_prices > 0)
        service_of(books, workload)->lacked_gpu_ms += gpu_ms;
}

void audit_service_job(struct books *books, int outcome, const struct cell cells[])
{
    if (books->n_prices == 0)
        return;
    struct book_service *service = service_of(books, cells[JOBS_WORKLOAD].text);
    int128 end = cells[JOBS_END].empty ? books->end_ms : cells[JOBS_END].value;
    int128 until = cells[JOBS_START].empty ? end : cells[JOBS_START].value;
    int128 from = cells[JOBS_SUBMIT].value > 0 ? cells[JOBS_SUBMIT].value : 0;
    if (until > from)
        service->waited_gpu_ms += cells[JOBS_GPUS].value * (until - from);
    service->interrupted |= cells[JOBS_INTERRUPTIONS].value > 0;
    service->left_unserved += outcome == JOB_REFUSED || outcome == JOB_ABANDONED;
}

static bool read_quantity(int part, const char *text, int64_t *value)
{
    char written[DECIMAL_TEXT];
    size_t length = strlen(text);
    bool hours = part != SERVICE_MISS;
    enum decimal_result got = hours ? decimal_scaled(text, length, MS_PER_H, value)
                                    : decimal_to_int64(text, length, 0, value);
    if (got != DECIMAL_OK && got != DECIMAL_INEXACT)
        return false;
    decimal_write(written, hours ? gpu_ms_to_nano_gpu_h(*value) : *value,
                  hours ? 9 : 0);
    return strcmp(written, text) == 0;
}

static void check_time(struct books *books, struct finding_at at,
                       const struct cell cells[])
{
    int64_t end = calendar_next_month(cells[LEDGER_MONTH].value);
    int64_t last = books->start_unix_ms + books->end_ms;
    books_expect(books, cells[LEDGER_TIME].value == (end < last ? end : last), at,
                 "time is not the end of the month or of the run");
}

void audit_service_row(struct books *books, struct finding_at at, int account,
                       int basis, const struct cell cells[])
{
    int part = account - ACCOUNT_SERVICE_UNSERVED;
    const char *workload = cells[LEDGER_ITEM].text;
    int64_t quantity = 0;
    /* A row of money has been refused already, and is counted nowhere. */
    if (part < 0 || basis != BASIS_SHADOW)
        return;
    books_expect(books, books->n_prices > 0, at,
                 "a price of service, but by the manifest it has none");
    books_expect(books, cells[LEDGER_POOL].empty, at,
                 "pool is to be empty in the shadow basis");
    check_time(books, at, cells);
    books_expect(books, read_quantity(part, cells[LEDGER_QUANTITY].text, &quantity), at,
                 "quantity %s is not as Tenure writes it", cells[LEDGER_QUANTITY].text);
    books_expect(
        books,
        strcmp(cells[LEDGER_UNIT].text, part == SERVICE_MISS ? "job" : "GPU-h") == 0,
        at, "unit of %s is '%s'", account_names[account], cells[LEDGER_UNIT].text);
    books_expect(books, cells[LEDGER_AMOUNT].value > 0 && quantity > 0, at,
                 "service is never priced below zero");
    uint32_t known = books->workload_names.n;
    struct book_service *service = service_of(books, workload);
    books_expect(books, books->workload_names.n == known, at,
                 "no job has the workload '%s'", workload);
    service->uusd[part] += cells[LEDGER_AMOUNT].value;
    service->stated[part] += quantity;
}

/* What a quantity comes to; -1 where no sum could hold it. */
static int128 value_of(int part, int64_t rate, int128 amount)
{
    int128 product;
    if (amount < 0 || __builtin_mul_overflow(amount, rate, &product))
        return -1;
    if (part == SERVICE_MISS)
        return product;
    return product / (1000 * MS_PER_H) < INT64_MAX / 2 ? meter_uusd(product) : -1;
}

/* `amount` stands in the summary; the rows may state less, by what came to no whole
 * micro-dollar after the last of them. */
static void check_part(struct books *books, const char *workload,
                       const struct book_service *service, int part, int128 amount)
{
    struct finding_at ledger = {TABLE_LEDGER, 0};
    const char *account = account_names[ACCOUNT_SERVICE_UNSERVED + part];
    int128 due = value_of(part, service->rate[part], amount);
    books_expect(books, due == service->uusd[part], ledger,
                 "%s of workload '%s' is %s, but at its price what the summary says of "
                 "it is %s",
                 account, workload, exact_usd(service->uusd[part]).text,
                 exact_usd(due).text);
    books_expect(
        books,
        service->uusd[part] == 0 ||
            (service->stated[part] <= amount &&
             value_of(part, service->rate[part], service->stated[part]) == due),
        ledger, "quantities of %s of workload '%s' are not those of the summary",
        account, workload);
}

static void check_jobs(struct books *books, const char *workload,
                       const struct book_service *service,
                       const int128 amount[SERVICE_PARTS])
{
    struct finding_at summary = {TABLE_SUMMARY, 0};
    int128 waited = service->waited_gpu_ms;
    int128 by_jobs = amount[SERVICE_UNSERVED] - service->lacked_gpu_ms;
    books_expect(
        books,
        waited == amount[SERVICE_DELAY] ||
            (service->interrupted && waited < amount[SERVICE_DELAY]),
        summary,
        "service_delay_gpu_h of workload '%s' is %s, but by jobs.csv gangs waited %s",
        workload, exact_gpu_h(amount[SERVICE_DELAY]).text, exact_gpu_h(waited).text);
    books_expect(books, amount[SERVICE_MISS] >= service->left_unserved, summary,
                 "service_misses of workload '%s' is less than the jobs that left "
                 "unserved",
                 workload);
    books_expect(books, by_jobs >= 0 && (by_jobs > 0) == (service->left_unserved > 0),
                 summary,
                 "service_unserved_gpu_h of workload '%s' is to be more than levels "
                 "lacked just where jobs left unserved",
                 workload);
}

void audit_service(struct books *books)
{
    if (books->n_prices == 0)
        return;
    struct group_result *total = books_group(books, GROUP_TOTAL, "");
    int128 others[SERVICE_PARTS];
    memcpy(others, total->service, sizeof others);
    (void)service_of(books, "");
    for (size_t i = 0; i < books->result.n_groups; i++)
        if (books->result.groups[i].kind == GROUP_WORKLOAD)
            (void)service_of(books, books->result.groups[i].name);
    for (uint32_t i = 0; i < books->workload_names.n; i++) {
        const char *workload = books->workload_names.text[i];
        const struct book_service *service = &books->services[i];
        struct group_result *group =
            *workload ? books_group(books, GROUP_WORKLOAD, workload) : NULL;
        total = books_group(books, GROUP_TOTAL, "");
        for (int part = 0; part < SERVICE_PARTS; part++) {
            int64_t uusd = (int64_t)service->uusd[part];
            books_add(&total->service_uusd[part], uusd);
            if (!group)
                continue;
            group->service_uusd[part] = uusd;
            others[part] -= group->service[part];
            check_part(books, workload, service, part, group->service[part]);
        }
        if (group)
            check_jobs(books, workload, service, group->service);
    }
    const struct book_service *service = service_of(books, "");
    for (int part = 0; part < SERVICE_PARTS; part++)
        check_part(books, "", service, part, others[part]);
    check_jobs(books, "", service, others);
}
