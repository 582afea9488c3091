/* The contracts of a result, from its manifest, assets.csv and ledger.csv. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/quantity.h"
#include "output/leases.h"
#include "output/table_read.h"

/* The first rent that a contract was charged, and for how many hours. */
struct first_rent {
    double uusd, gpu_h;
};

struct contracts {
    struct saved_run *run;
    const struct lease_options *options;
    struct catalog catalog;
    struct lease *leases;
    struct first_rent *first; /* of each */
    size_t n;
};

static const char *param_of(const struct saved_run *run, const char *pool,
                            const char *key)
{
    char name[160];
    snprintf(name, sizeof name, "pools.%s.%s", pool, key);
    return saved_run_param(run, name);
}

static bool is_true(const struct saved_run *run, const char *pool, const char *key)
{
    const char *text = param_of(run, pool, key);
    return text && strcmp(text, "true") == 0;
}

static bool wrong_param(const struct contracts *in, const char *pool, const char *key,
                        struct error *err)
{
    return error_kind_set(err, ERROR_AUDIT,
                          "%s: its manifest does not say pools.%s.%s, without which "
                          "the contract's payments are not known",
                          in->run->dir, pool, key);
}

static double share_of(const struct saved_run *run, const char *pool, const char *key,
                       double usual)
{
    const char *text = param_of(run, pool, key);
    struct error ignored;
    double value;
    bool sound = text && quantity_number(text, DIM_FRAC, &value, &ignored) &&
                 value >= 0 && value <= 1;
    return sound ? value : usual;
}

static double growth_of(const struct saved_run *run, const char *pool)
{
    const char *text = param_of(run, pool, "escalation.price");
    struct error ignored;
    double value;
    bool sound = text && quantity_number(text, DIM_FRAC_PER_Y, &value, &ignored) &&
                 value > -1 && value <= 10;
    return sound ? value : 0;
}

/* What is owed for an hour by the pool's terms in the manifest, and the part that is
 * prepaid; rounded as rates are when they are set. */
static bool find_terms(const struct contracts *in, const struct lease *lease,
                       int64_t *owed, int64_t *prepaid, struct error *err)
{
    const char *text = param_of(in->run, lease->pool, "price");
    struct error ignored;
    int64_t price;
    if (!text || !quantity_exact(text, DIM_USD_PER_GPU_H, &price, &ignored))
        return wrong_param(in, lease->pool, "price", err);
    double per_use = 1 - share_of(in->run, lease->pool, "take_or_pay", 1);
    *owed = price - llround((double)price * per_use);
    *prepaid = llround((double)*owed * share_of(in->run, lease->pool, "prepay", 0));
    return true;
}

/* The price of a GPU of that class, new: what owned pools of the run pay, or the
 * program's catalogue. */
static double fair_uusd_per_gpu(const struct contracts *in, const struct lease *lease,
                                const char **source)
{
    const struct saved_run *run = in->run;
    for (size_t p = 0; p < run->n_pools; p++) {
        const char *price = param_of(run, run->pools[p].name, "server_price");
        const char *gpus = param_of(run, run->pools[p].name, "gpus_per_server");
        int64_t uusd;
        struct error ignored;
        if (!price || !gpus || atoll(gpus) < 1 ||
            strcmp(run->pools[p].class, lease->class) != 0 ||
            !quantity_exact(price, DIM_USD, &uusd, &ignored))
            continue;
        *source = run->pools[p].name;
        return (double)uusd / (double)atoll(gpus);
    }
    const struct gpu_class *class = catalog_find(&in->catalog, lease->class);
    *source = "the catalogue";
    return class ? (double)class->server_price_uusd / (double)class->gpus_per_server
                 : 0;
}

static void find_fair(const struct contracts *in, struct lease *lease)
{
    double each = (double)in->options->fair_uusd_per_gpu;
    lease->fair_source = "--fair-value";
    if (each == 0)
        each = fair_uusd_per_gpu(in, lease, &lease->fair_source);
    double all = each * (double)lease->gpus;
    lease->terms.fair_uusd = all < 9e18 ? llround(all) : 0;
}

/* All but the prepayment, which the ledger knows. */
static bool asset_row(void *self, int64_t line, const struct cell cells[],
                      struct error *err)
{
    struct contracts *in = self;
    struct arena *arena = &in->run->arena;
    (void)line;
    if (strcmp(cells[ASSETS_KIND].text, "contract") != 0 || cells[ASSETS_BEGIN].empty)
        return true;
    in->leases = arena_grow(arena, in->leases, in->n, in->n + 1, sizeof *in->leases);
    in->first = arena_grow(arena, in->first, in->n, in->n + 1, sizeof *in->first);
    in->first[in->n] = (struct first_rent){0, 0};
    struct lease *lease = &in->leases[in->n++];
    *lease = (struct lease){
        .pool = arena_strdup(arena, cells[ASSETS_POOL].text),
        .item = arena_strdup(arena, cells[ASSETS_ITEM].text),
        .class = arena_strdup(arena, cells[ASSETS_CLASS].text),
        .gpus = cells[ASSETS_GPUS].value,
    };
    struct lease_terms *terms = &lease->terms;
    double rate = in->options->rate_per_y;
    terms->begin_unix_ms = cells[ASSETS_BEGIN].value;
    terms->until_unix_ms = cells[ASSETS_TERM_END].value; /* as agreed */
    terms->rate_per_y = rate < 0 ? in->run->discount_frac_per_y : rate;
    terms->life_y = (double)in->options->life.months / 12 +
                    (double)in->options->life.ms / (double)MS_PER_Y;
    terms->identified_asset = is_true(in->run, lease->pool, "identified_asset");
    terms->purchase_option = is_true(in->run, lease->pool, "purchase_option");
    terms->specialised = is_true(in->run, lease->pool, "specialised");
    terms->growth_per_y = growth_of(in->run, lease->pool);
    find_fair(in, lease);
    (void)err;
    return true;
}

static bool ledger_row(void *self, int64_t line, const struct cell cells[],
                       struct error *err)
{
    struct contracts *in = self;
    const char *account = cells[LEDGER_ACCOUNT].text;
    bool prepays = strcmp(account, account_names[ACCOUNT_PREPAYMENT]) == 0;
    bool rents = strcmp(account, account_names[ACCOUNT_RENT]) == 0;
    (void)line;
    (void)err;
    if (!(prepays || rents) ||
        strcmp(cells[LEDGER_BASIS].text, basis_names[BASIS_CASH]) != 0)
        return true;
    for (size_t i = 0; i < in->n; i++) {
        if (strcmp(in->leases[i].pool, cells[LEDGER_POOL].text) != 0 ||
            strcmp(in->leases[i].item, cells[LEDGER_ITEM].text) != 0)
            continue;
        if (prepays)
            in->leases[i].terms.prepaid_uusd += cells[LEDGER_AMOUNT].value;
        else if (in->first[i].gpu_h == 0)
            in->first[i] =
                (struct first_rent){(double)cells[LEDGER_AMOUNT].value,
                                    strtod(cells[LEDGER_QUANTITY].text, NULL)};
    }
    return true;
}

/* What is owed month by month for an hour of the first year: by the terms in the
 * manifest where that is what was charged, else what was; a contract that was charged
 * nothing owes what its pool's terms say if it had no time to. */
static bool find_price(const struct contracts *in, struct lease *lease,
                       const struct first_rent *first, int64_t *rate, struct error *err)
{
    const struct lease_terms *terms = &lease->terms;
    int64_t owed = 0, prepaid = 0;
    if (!find_terms(in, lease, &owed, &prepaid, err))
        return false;
    double hours = first->gpu_h, charged = first->uusd;
    *rate = owed - prepaid;
    lease->price_rate = owed;
    if (!(hours > 0) || fabs((double)*rate / 1e3 * hours - charged) <= 2)
        return true;
    double all = (double)lease->gpus *
                 ((double)terms->until_unix_ms - (double)terms->begin_unix_ms) /
                 (double)MS_PER_H;
    double price = charged * 1e3 / hours, upfront = 0;
    if (all > 0)
        upfront = (double)terms->prepaid_uusd * 1e3 / all;
    if (!(price >= 0 && price + upfront < 1e18))
        price = upfront = -1; /* set_rent refuses it */
    *rate = llround(price);
    lease->price_rate = llround(price + upfront);
    return true;
}

/* What hostile files could say is refused before it is computed with. */
static bool set_rent(const struct contracts *in, struct lease *lease,
                     const struct first_rent *first, struct error *err)
{
    struct lease_terms *terms = &lease->terms;
    int64_t rate;
    double length = (double)terms->until_unix_ms - (double)terms->begin_unix_ms;
    if (!find_price(in, lease, first, &rate, err))
        return false;
    double least = (double)(rate < lease->price_rate ? rate : lease->price_rate);
    double whole =
        least < 0 ? -1 : (double)lease->price_rate * (double)lease->gpus * length;
    if (length >= 1 && length <= 201 * 366 * (double)MS_PER_D)
        whole *= lease_growth(terms);
    if (!(length >= 1 && length <= 201 * 366 * (double)MS_PER_D && whole >= 0 &&
          whole < 9e18 * 3.6e9))
        return error_kind_set(err, ERROR_AUDIT,
                              "%s/assets.csv: %s of pool '%s' has no sound dates, GPUs "
                              "and price",
                              in->run->dir, lease->item, lease->pool);
    int128 rate_gpu_ms =
        (int128)rate * lease->gpus * (terms->until_unix_ms - terms->begin_unix_ms);
    terms->rent_uusd = (int64_t)divide_rounded(rate_gpu_ms, (int128)1000 * MS_PER_H);
    if (terms->growth_per_y != 0)
        terms->rent_uusd = llround((double)terms->rent_uusd * lease_growth(terms));
    return true;
}

static bool read_all(struct contracts *in, struct error *err)
{
    struct table_reader assets = {.table = TABLE_ASSETS, .row = asset_row, .self = in};
    struct table_reader ledger = {.table = TABLE_LEDGER, .row = ledger_row, .self = in};
    if (!table_read(in->run->dir, &assets, err) ||
        !table_read(in->run->dir, &ledger, err))
        return false;
    for (size_t i = 0; i < in->n; i++) {
        struct lease *lease = &in->leases[i];
        if (!set_rent(in, lease, &in->first[i], err))
            return false;
        lease_view_make(&lease->view, &lease->terms, in->options->standard,
                        &in->run->arena);
    }
    return true;
}

bool leases_read(struct saved_run *run, const struct lease_options *options,
                 struct lease **leases, size_t *n, struct error *err)
{
    struct contracts in = {.run = run, .options = options};
    if (!catalog_init(&in.catalog, err))
        return false;
    bool ok = read_all(&in, err);
    catalog_free(&in.catalog);
    *leases = in.leases;
    *n = in.n;
    return ok;
}
