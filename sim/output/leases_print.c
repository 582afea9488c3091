/* The view of leases for people, and as CSV. */

#include <inttypes.h>
#include <math.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "output/brief.h"
#include "output/leases.h"
#include "output/prose.h"

static const char *const standards[] = {
    [LEASE_ASC842] = "ASC 842", [LEASE_IFRS16] = "IFRS 16"};

static const char *kind_of(const struct lease_view *view, enum lease_standard standard)
{
    if (view->kind == LEASE_SHORT)
        return "a short-term lease, off the balance sheet";
    if (standard == LEASE_IFRS16)
        return "a lease on the balance sheet";
    return view->kind == LEASE_FINANCE ? "a finance lease" : "an operating lease";
}

static const char *yes(bool answer)
{
    return answer ? "yes" : "no";
}

static void print_terms(const struct lease *lease, FILE *out)
{
    const struct lease_terms *terms = &lease->terms;
    char from[CALENDAR_TEXT], until[CALENDAR_TEXT];
    struct paragraph line = {.used = 0};
    calendar_format(terms->begin_unix_ms, from);
    calendar_format(terms->until_unix_ms, until);
    paragraph_say(&line,
                  "%s, %s: %" PRId64 " GPUs of %s from %.10s to %.10s at %.6g "
                  "USD/GPU-h: %s USD in all, %s of it prepaid",
                  lease->pool, lease->item, lease->gpus, lease->class, from, until,
                  (double)lease->price_rate / 1e9,
                  brief_dollars(terms->rent_uusd + terms->prepaid_uusd).text,
                  brief_dollars(terms->prepaid_uusd).text);
    paragraph_print(&line, 2, out);
}

static void print_tests(const struct lease *lease, FILE *out)
{
    const struct lease_terms *terms = &lease->terms;
    const struct lease_view *view = &lease->view;
    fprintf(out, "  %-46s %s\n", "purchase option, reasonably certain",
            yes(terms->purchase_option));
    fprintf(out, "  %-46s %5.1f %%  %s\n", "term over the life of the asset (75 %)",
            100 * view->term_frac, yes(view->term_frac >= LEASE_TERM_FRAC));
    if (view->worth_frac > 0)
        fprintf(out, "  %-46s %5.1f %%  %s\n",
                "present value over the fair value (90 %)", 100 * view->worth_frac,
                yes(view->worth_frac >= LEASE_WORTH_FRAC));
    else
        fprintf(out, "  %-46s %s\n", "present value over the fair value (90 %)",
                "not known; see --fair-value");
    fprintf(out, "  %-46s %s\n", "specialised for the customer",
            yes(terms->specialised));
}

static void print_verdict(const struct lease *lease, enum lease_standard standard,
                          FILE *out)
{
    struct paragraph line = {.used = 0};
    const char *kind = kind_of(&lease->view, standard);
    paragraph_say(&line, "%s: ", standards[standard]);
    if (lease->view.is_service)
        paragraph_say(&line,
                      "a service contract, for no identified asset is controlled; "
                      "expensed as it is used, nothing on the balance sheet.  "
                      "Otherwise it would be %s:",
                      kind);
    else
        paragraph_say(&line, "%s.", kind);
    paragraph_print(&line, 2, out);
}

static void print_years(const struct lease_view *view, FILE *out)
{
    struct lease_year all = {0};
    fprintf(out, "  right of use %s USD, liability %s USD at commencement\n",
            brief_dollars(view->right_uusd).text,
            brief_dollars(view->liability_uusd).text);
    fprintf(out, "  %-6s%14s%14s%14s%14s%14s\n", "year", "paid", "interest",
            "liability", "right of use", "expense");
    for (size_t i = 0; i < view->n_years; i++) {
        const struct lease_year *year = &view->years[i];
        int64_t paid = year->paid_uusd + year->prepaid_uusd;
        fprintf(out, "  %-6d%14s%14s%14s%14s%14s\n", year->year,
                brief_dollars(paid).text, brief_dollars(year->interest_uusd).text,
                brief_dollars(year->closing_uusd).text,
                brief_dollars(year->right_uusd).text,
                brief_dollars(year->expense_uusd).text);
        all.paid_uusd += paid;
        all.interest_uusd += year->interest_uusd;
        all.expense_uusd += year->expense_uusd;
    }
    fprintf(out, "  %-6s%14s%14s%14s%14s%14s\n", "all",
            brief_dollars(all.paid_uusd).text, brief_dollars(all.interest_uusd).text,
            "", "", brief_dollars(all.expense_uusd).text);
}

void leases_print(const struct lease *leases, size_t n,
                  const struct lease_options *options, FILE *out)
{
    char life[QUANTITY_TEXT];
    quantity_write_span(life, options->life);
    if (n == 0) {
        fprintf(out, "No pool is leased.\n");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        print_terms(&leases[i], out);
        print_tests(&leases[i], out);
        print_verdict(&leases[i], options->standard, out);
        print_years(&leases[i].view, out);
        fputc('\n', out);
    }
    struct paragraph note = {.used = 0};
    paragraph_say(&note,
                  "Rate %.4g %% a year, life of the assets %s from the beginning of "
                  "each contract, fair value per GPU %s USD (%s).  Amounts in USD, "
                  "years end on 31 December; --csv has micro-dollars.",
                  100 * leases[0].terms.rate_per_y, life,
                  brief_dollars(leases[0].terms.fair_uusd / leases[0].gpus).text,
                  leases[0].fair_source);
    paragraph_print(&note, 0, out);
    note = (struct paragraph){.used = 0};
    paragraph_say(&note,
                  "The rent pays for power, space and support, too, and the fair "
                  "value holds no fabric, so the test of present value against "
                  "fair value is easily met: --fair-value gives one that fits.");
    paragraph_print(&note, 0, out);
}

static void print_usd(int64_t uusd, FILE *out)
{
    char text[DECIMAL_TEXT];
    decimal_write(text, uusd, 6);
    fprintf(out, ",%s", text);
}

void leases_print_csv(const struct lease *leases, size_t n, FILE *out)
{
    static const char *const kinds[] = {[LEASE_SHORT] = "short-term",
                                        [LEASE_OPERATING] = "operating",
                                        [LEASE_FINANCE] = "finance"};
    fputs("pool,item,kind,service,year,opening_liability_usd,interest_usd,paid_usd,"
          "closing_liability_usd,prepaid_usd,amortised_usd,right_of_use_usd,"
          "expense_usd\n",
          out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < leases[i].view.n_years; k++) {
            const struct lease_year *year = &leases[i].view.years[k];
            fprintf(out, "%s,%s,%s,%s,%d", leases[i].pool, leases[i].item,
                    kinds[leases[i].view.kind],
                    leases[i].view.is_service ? "true" : "false", year->year);
            print_usd(year->opening_uusd, out);
            print_usd(year->interest_uusd, out);
            print_usd(year->paid_uusd, out);
            print_usd(year->closing_uusd, out);
            print_usd(year->prepaid_uusd, out);
            print_usd(year->amortised_uusd, out);
            print_usd(year->right_uusd, out);
            print_usd(year->expense_uusd, out);
            fputc('\n', out);
        }
}
