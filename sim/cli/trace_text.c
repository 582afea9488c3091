#include "cli/trace_text.h"

#include <math.h>
#include <string.h>

#include "base/decimal.h"

/* Puts a comma before every third digit from the point, or the end. */
static struct shown grouped(const char *plain)
{
    struct shown figure;
    size_t sign = plain[0] == '-', whole = sign + strspn(plain + sign, "0123456789");
    size_t used = 0;
    for (size_t i = 0; plain[i] && used + 2 < sizeof figure.text; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            figure.text[used++] = ',';
        figure.text[used++] = plain[i];
    }
    figure.text[used] = '\0';
    return figure;
}

struct shown shown_count(int64_t value)
{
    char plain[DECIMAL_TEXT];
    decimal_write(plain, value, 0);
    return grouped(plain);
}

struct shown shown_real(double value, int digits)
{
    if (!isfinite(value) || fabs(value) >= 1e24)
        return (struct shown){"-"};
    char plain[64];
    snprintf(plain, sizeof plain, "%.*f", digits, value);
    return grouped(plain);
}

struct shown shown_short(double value)
{
    double size = fabs(value);
    int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    if (size > 0 && size < 0.0995)
        digits = size >= 0.00995 ? 4 : 5;
    if (size == 0)
        digits = 0;
    return shown_real(value, digits);
}

struct shown shown_ms(double ms)
{
    static const struct {
        double below, ms;
        const char *name;
    } units[] = {{1e3, 1, "ms"},
                 {60e3, 1e3, "s"},
                 {3600e3, 60e3, "min"},
                 {48 * 3600e3, 3600e3, "h"},
                 {INFINITY, 86400e3, "d"}};
    if (ms == 0)
        return (struct shown){"0 s"};
    size_t k = 0;
    while (fabs(ms) >= units[k].below)
        k++;
    struct shown figure = shown_short(ms / units[k].ms);
    char *point = strchr(figure.text, '.');
    size_t length = strlen(figure.text);
    while (point && (figure.text[length - 1] == '0' || figure.text[length - 1] == '.'))
        point = figure.text[--length] == '.' ? NULL : point;
    snprintf(figure.text + length, sizeof figure.text - length, " %s", units[k].name);
    return figure;
}

struct shown shown_time(int64_t time_ms, bool dated)
{
    struct shown figure;
    if (dated)
        calendar_format(time_ms, figure.text);
    else
        snprintf(figure.text, sizeof figure.text, "%s s",
                 shown_real((double)time_ms / 1000, time_ms % 1000 ? 3 : 0).text);
    return figure;
}

int shown_bar(double frac, int most, FILE *out)
{
    int columns = frac > 0 ? (int)lround(frac * most) : 0;
    if (frac > 0 && columns == 0)
        columns = 1;
    for (int i = 0; i < columns && i < most; i++)
        putc('#', out);
    return columns < most ? columns : most;
}
