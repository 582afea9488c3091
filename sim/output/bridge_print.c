#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/csv_out.h"
#include "output/bridge.h"
#include "output/brief.h"
#include "output/prose.h"

#define LABEL  16
#define AMOUNT 16
#define BAR    (PROSE_WIDTH - LABEL - AMOUNT - 2)
#define NAME   16
#define CELL   8

/* The scale of the bars: where it can, it begins at nothing; where steps would be too
 * small to see, it begins higher, and the bars of the totals are broken. */
struct scale {
    double low_uusd, high_uusd;
    bool broken;
};

static struct scale scale_of(const struct bridge *bridge)
{
    double level = (double)bridge->total_uusd[0], low = level, high = level;
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        level += (double)bridge->step_uusd[s];
        low = fmin(low, level);
        high = fmax(high, level);
    }
    struct scale scale = {fmin(low, 0), fmax(high, 0), false};
    double margin = (high - low) / 4;
    if (low - margin > (high - low)) {
        scale.low_uusd = low - margin;
        scale.broken = true;
    }
    return scale;
}

static int column_of(const struct scale *scale, double uusd)
{
    double width = scale->high_uusd - scale->low_uusd;
    return width <= 0 ? 0 : (int)lround((uusd - scale->low_uusd) / width * BAR);
}

static void print_bar(const struct scale *scale, double from, double to, char mark,
                      FILE *out)
{
    int first = column_of(scale, fmin(from, to));
    int last = column_of(scale, fmax(from, to));
    if (first == last && from != to) {
        first -= first == BAR;
        last = first + 1;
    }
    if (last == first)
        return;
    fprintf(out, "  %*s", first, "");
    for (int i = first; i < last; i++)
        putc(scale->broken && mark == '#' && (i == 2 || i == 3) ? '/' : mark, out);
}

static void print_level(const struct bridge *bridge, int side,
                        const struct scale *scale, FILE *out)
{
    double total = (double)bridge->total_uusd[side];
    fprintf(out, "%-*s%*s", LABEL, side ? "B" : "A", AMOUNT,
            brief_dollars(bridge->total_uusd[side]).text);
    print_bar(scale, scale->broken ? scale->low_uusd : 0, total, '#', out);
    putc('\n', out);
}

static void print_waterfall(const struct bridge *bridge, FILE *out)
{
    struct scale scale = scale_of(bridge);
    double level = (double)bridge->total_uusd[0];
    print_level(bridge, 0, &scale, out);
    for (int s = 0; s < BRIDGE_STEPS; s++) {
        int64_t step = bridge->step_uusd[s];
        char amount[64];
        snprintf(amount, sizeof amount, "%s%s", step > 0 ? "+" : "",
                 brief_dollars(step).text);
        fprintf(out, "  %-*s%*s", LABEL - 2, bridge_step_names[s], AMOUNT, amount);
        print_bar(&scale, level, level + (double)step, step < 0 ? '-' : '+', out);
        putc('\n', out);
        level += (double)step;
    }
    print_level(bridge, 1, &scale, out);
}

static void print_cell(int64_t uusd, bool sign, FILE *out)
{
    char number[BRIEF_TEXT];
    if (uusd > -5000 && uusd < 5000) { /* of it no digit would be seen */
        fprintf(out, "%*s", CELL, "-");
        return;
    }
    brief_number(number, fabs((double)uusd) / 1e6);
    char text[BRIEF_TEXT + 2];
    snprintf(text, sizeof text, "%s%s", uusd < 0 ? "-" : sign ? "+" : "", number);
    fprintf(out, "%*s", CELL, text);
}

static void print_row(const char *name, const int64_t total_uusd[2],
                      const int64_t step_uusd[BRIDGE_STEPS], FILE *out)
{
    prose_name(name, NAME, out);
    print_cell(total_uusd[0], false, out);
    for (int s = 0; s < BRIDGE_STEPS; s++)
        print_cell(step_uusd[s], true, out);
    print_cell(total_uusd[1], false, out);
    putc('\n', out);
}

static void print_pools(const struct bridge *bridge, FILE *out)
{
    static const char *const heads[BRIDGE_STEPS] = {"volume", "mix",     "use",
                                                    "price",  "capital", "timing"};
    fprintf(out, "%-*s%*s", NAME, "USD by pool", CELL, "A");
    for (int s = 0; s < BRIDGE_STEPS; s++)
        fprintf(out, "%*s", CELL, heads[s]);
    fprintf(out, "%*s\n", CELL, "B");
    for (size_t i = 0; i < bridge->n_pools; i++)
        print_row(bridge->pools[i].name, bridge->pools[i].total_uusd,
                  bridge->pools[i].step_uusd, out);
    print_row("total", bridge->total_uusd, bridge->step_uusd, out);
}

static void print_runs(const struct bridge *bridge, FILE *out)
{
    static const char *const titles[] = {
        [BRIDGE_CASH] = "Cash paid",
        [BRIDGE_ACCRUAL] = "Accrued cost",
        [BRIDGE_ECONOMIC] = "Economic cost",
        [BRIDGE_NPV] = "Net present cost",
    };
    struct paragraph text = {.used = 0};
    paragraph_say(&text, "%s, USD, from A (%s) to B (%s).", titles[bridge->basis],
                  bridge->runs[0]->dir, bridge->runs[1]->dir);
    paragraph_print(&text, 2, out);
}

void bridge_print(const struct bridge *bridge, FILE *out)
{
    struct arena arena = {0};
    print_runs(bridge, out);
    putc('\n', out);
    print_waterfall(bridge, out);
    putc('\n', out);
    for (const char **text = bridge_sentences(bridge, &arena); *text; text++)
        prose_print(*text, 2, out);
    if (bridge->n_pools > 0) {
        putc('\n', out);
        print_pools(bridge, out);
    }
    arena_free(&arena);
}

bool bridge_write_csv(const struct bridge *bridge, const char *path, struct error *err)
{
    static const char *const heads[] = {"step", "pool", "account", "amount_usd"};
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_text(out, heads[i]);
    csv_end_row(out);
    for (int s = 0; s < BRIDGE_STEPS; s++)
        for (size_t i = 0; i < bridge->n_lines; i++) {
            const struct bridge_line *line = &bridge->lines[i];
            if (line->step_uusd[s] == 0)
                continue;
            csv_text(out, bridge_step_names[s]);
            csv_text(out, bridge->pools[line->pool].name);
            csv_text(out, bridge_account_name(line->account));
            csv_fixed(out, line->step_uusd[s], 6);
            csv_end_row(out);
        }
    return csv_close(out, NULL, err);
}

/* JSON. */

static json_t *usd(int64_t uusd)
{
    char text[DECIMAL_TEXT];
    double value = 0;
    size_t length = decimal_write(text, uusd, 6);
    (void)decimal_to_double(text, length, &value);
    return json_real(value);
}

static json_t *run_json(const struct bridge *bridge, int side)
{
    const struct saved_run *run = bridge->runs[side];
    return json_pack("{s:s, s:s, s:o}", "dir", run->dir, "scenario", run->name,
                     "total_usd", usd(bridge->total_uusd[side]));
}

static json_t *lines_json(const struct bridge *bridge)
{
    json_t *list = json_array();
    for (int s = 0; s < BRIDGE_STEPS; s++)
        for (size_t i = 0; i < bridge->n_lines; i++) {
            const struct bridge_line *line = &bridge->lines[i];
            if (line->step_uusd[s] != 0)
                json_array_append_new(
                    list,
                    json_pack("{s:s, s:s, s:s, s:o}", "step", bridge_step_names[s],
                              "pool", bridge->pools[line->pool].name, "account",
                              bridge_account_name(line->account), "amount_usd",
                              usd(line->step_uusd[s])));
        }
    return list;
}

bool bridge_print_json(const struct bridge *bridge, FILE *out, struct error *err)
{
    struct arena arena = {0};
    json_t *steps = json_object(), *sentences = json_array();
    for (int s = 0; s < BRIDGE_STEPS; s++)
        json_object_set_new(steps, bridge_step_names[s], usd(bridge->step_uusd[s]));
    for (const char **text = bridge_sentences(bridge, &arena); *text; text++)
        json_array_append_new(sentences, json_string(*text));
    json_t *root =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "basis",
                  bridge_basis_names[bridge->basis], "a", run_json(bridge, 0), "b",
                  run_json(bridge, 1), "difference_usd",
                  usd(bridge->total_uusd[1] - bridge->total_uusd[0]), "steps_usd",
                  steps, "lines", lines_json(bridge), "sentences", sentences);
    arena_free(&arena);
    if (!root)
        out_of_memory();
    bool ok = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 &&
              fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}
