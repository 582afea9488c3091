/* Of a run's sentences those of present values, taxes and the price of service. */

#include <string.h>

#include "base/calendar.h"
#include "output/brief_parts.h"
#include "output/compare.h"
#include "report/parts.h"

static double value(const struct saved_run *run, const char *metric)
{
    return saved_run_value(run, "total", metric);
}

static void say_sale(struct paragraph *text, const struct saved_run *run,
                     struct compare_sale sale)
{
    char date[CALENDAR_TEXT];
    calendar_format(run->end_unix_ms, date);
    paragraph_say(text,
                  " It sells what is owned on %.10s, for %s USD (by the books %s): if "
                  "you would keep it, run its whole life, or say `closing: book`.",
                  date, brief_short(sale.market_usd).text,
                  brief_short(sale.book_usd).text);
}

/* The reference class of all sources; where none says one, the class of the first pool;
 * "" where they differ. */
static const char *work_class(const struct saved_run *run)
{
    const char *class = NULL;
    for (size_t i = 0; i < run->n_params; i++) {
        const char *name = run->params[i].name, *end = strrchr(name, '.');
        if (strncmp(name, "demand.", 7) != 0 || strcmp(end, ".reference_class") != 0)
            continue;
        if (class && strcmp(class, run->params[i].value) != 0)
            return "";
        class = run->params[i].value;
    }
    return class ? class : run->n_pools > 0 ? run->pools[0].class : "";
}

/* Hours of several classes rank nothing: what can is said instead. */
static void say_across_classes(struct paragraph *text, const struct saved_run *run)
{
    paragraph_say(text,
                  " Pools are of several classes, an hour of which is not the same "
                  "work: rank mixes by net present cost (%s USD) at equal service",
                  brief_short(value(run, "npv_usd")).text);
    if (saved_run_metric(run, "total", "usd_per_work_h"))
        paragraph_say(text,
                      ", or by economic cost per GPU-h of finished work on the "
                      "reference class%s%s (%.3f USD)",
                      *work_class(run) ? " " : "", work_class(run),
                      value(run, "usd_per_work_h"));
    paragraph_say(text, ".");
}

void answer_levelised(struct report *report, const struct saved_run *run)
{
    struct paragraph text = {.used = 0};
    struct compare_sale sale = compare_sale_of(run);
    bool differ = saved_runs_mix_classes(&run, 1),
         sells = sale.market_usd != sale.book_usd;
    if (!saved_run_metric(run, "total", "levelised_usd_per_useful_gpu_h"))
        return;
    paragraph_say(&text,
                  "Levelised: %.3f USD per useful GPU-h%s: present value of cost, less "
                  "what is left at the end (%s USD), over useful hours.",
                  value(run, "levelised_usd_per_useful_gpu_h"),
                  differ || sells ? "" : ", the figure to rank mixes by",
                  brief_short(value(run, "closing_usd")).text);
    if (sells)
        say_sale(&text, run, sale);
    if (differ)
        say_across_classes(&text, run);
    report_say(report, text.text);
}

void answer_taxes(struct report *report, const struct saved_run *run)
{
    struct paragraph text = {.used = 0};
    double paid = value(run, "tax_cash_usd");
    if (!saved_run_metric(run, "total", "npv_after_tax_usd"))
        return;
    paragraph_say(&text,
                  "After tax: net present cost %s USD, before tax %s, as is all above. "
                  "Taxes of the period",
                  brief_short(value(run, "npv_after_tax_usd")).text,
                  brief_short(value(run, "npv_usd")).text);
    if (paid < 0)
        paragraph_say(&text, " save %s USD, which takes taxable income from elsewhere",
                      brief_short(-paid).text);
    else
        paragraph_say(&text, " come to %s USD", brief_short(paid).text);
    paragraph_say(&text, "; sales and property tax are in that, not in cash.");
    report_say(report, text.text);
}

/* Apart from the money, which it is no part of. */
void answer_service(struct report *report, const struct saved_run *run)
{
    struct paragraph text = {.used = 0};
    if (!saved_run_metric(run, "total", "service_usd"))
        return;
    paragraph_say(
        &text,
        "Service: what was not served, or late, is priced at %s USD, which nobody pays",
        brief_short(value(run, "service_usd")).text);
    paragraph_say(&text, ": %s for %s GPU-h not served, %s for %s GPU-h waited,",
                  brief_short(value(run, "service_unserved_usd")).text,
                  brief_short(value(run, "service_unserved_gpu_h")).text,
                  brief_short(value(run, "service_delay_usd")).text,
                  brief_short(value(run, "service_delay_gpu_h")).text);
    paragraph_say(&text,
                  " %s for %s misses; with it the economic cost of %s USD would be %s.",
                  brief_short(value(run, "service_miss_usd")).text,
                  brief_short(value(run, "service_misses")).text,
                  brief_short(value(run, "economic_usd")).text,
                  brief_short(value(run, "economic_with_service_usd")).text);
    report_say(report, text.text);
}
