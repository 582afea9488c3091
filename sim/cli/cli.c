#include "cli/cli.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"

#define OPTIONS_MAX 32

int cli_fail(const struct error *err)
{
    /* What fails after a signal, as waiting for a pipe does, fails by it. */
    bool by_signal = interrupted && err->kind != ERROR_INTERRUPTED;
    fflush(stdout);
    fprintf(stderr, "tenure: %s\n", by_signal ? "interrupted" : err->text);
    return by_signal ? ERROR_INTERRUPTED : (int)err->kind;
}

/* Whoever passes signals on (`timeout`, a shell, a service manager) may send the
 * process and its group the same one; one that comes later is meant, and has its usual
 * effect. */
static void on_signal(int number)
{
    static volatile sig_atomic_t first_s;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!interrupted)
        first_s = (sig_atomic_t)now.tv_sec;
    else if (now.tv_sec - first_s > 1) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
}

/* What `nohup` has made deaf to the end of a terminal stays so.  SIGINT is ignored in
 * whatever a script starts in the background, and is meant nevertheless when it comes.
 */
static void handle_signals(void (*handler)(int number))
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = handler}, present;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], NULL, &present);
        if (numbers[i] != SIGHUP || present.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

void cli_catch_signals(void)
{
    /* A file that would pass `ulimit -f` is an error of that file (EFBIG). */
    signal(SIGXFSZ, SIG_IGN);
    handle_signals(on_signal);
}

void cli_release_signals(void)
{
    handle_signals(SIG_DFL);
}

static void store(const struct cli_option *option, const char *text)
{
    if (option->flag)
        *option->flag = true;
    else if (option->value)
        *option->value = text;
    else
        option->values->text[option->values->n++] = text;
}

static bool usage_error(struct error *err, const char *command, const char *wrong,
                        const char *what)
{
    return error_kind_set(err, ERROR_USAGE, "%s: %s%s; see `tenure %s --help`", command,
                          wrong, what, command);
}

/* Letters and codes are the same numbers: a letter, or 256 + index. */
static int code_of(const struct cli_option *option, size_t index)
{
    return option->letter ? option->letter : 256 + (int)index;
}

static bool parse_options(int argc, char **argv, const struct cli_option options[],
                          struct error *err)
{
    struct option longs[OPTIONS_MAX + 1] = {{0}};
    char shorts[2 * OPTIONS_MAX + 2] = ":";
    size_t n = 0, used = 1;
    for (; options[n].name; n++) {
        assert(n < OPTIONS_MAX);
        int has = options[n].flag ? no_argument : required_argument;
        longs[n] = (struct option){options[n].name, has, NULL, code_of(&options[n], n)};
        if (!options[n].letter)
            continue;
        shorts[used++] = options[n].letter;
        if (has == required_argument)
            shorts[used++] = ':';
    }
    optind = 0; /* start afresh, with permutation */
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (code == ':')
            return usage_error(err, argv[0], argv[optind - 1], " needs a value");
        if (code == '?') {
            const char *given = argv[optind - 1];
            char letter[] = {'-', (char)optopt, '\0'};
            bool is_letter = optopt > 0 && optopt < 256 && strncmp(given, "--", 2) != 0;
            return usage_error(err, argv[0], "unknown option ",
                               is_letter ? letter : given);
        }
        for (size_t i = 0; i < n; i++)
            if (code_of(&options[i], i) == code)
                store(&options[i], optarg);
    }
    return true;
}

bool cli_parse(int argc, char **argv, const struct cli_option options[],
               const struct cli_operands *operands, struct arena *arena,
               struct error *err)
{
    for (const struct cli_option *option = options; option->name; option++)
        if (option->values)
            option->values->text = ARENA_ARRAY(arena, (size_t)argc, const char *);
    if (!parse_options(argc, argv, options, err))
        return false;
    size_t n = (size_t)(argc - optind);
    if (n < operands->min || n > operands->max)
        return usage_error(err, argv[0], operands->what, "");
    for (size_t i = 0; i < n; i++)
        operands->text[i] = argv[optind + (int)i];
    return true;
}

bool cli_seconds(const char *text, const char *option, double *seconds,
                 struct error *err)
{
    if (decimal_to_double(text, strlen(text), seconds) == DECIMAL_OK && *seconds >= 0 &&
        *seconds <= 1e6)
        return true;
    return error_kind_set(err, ERROR_USAGE,
                          "%s: '%s' is no number of seconds, such as 60", option, text);
}

void cli_wrap(const char *text, int indent, int at, int width, FILE *out)
{
    bool first = true;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (!first && at + 1 + length > width) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            putc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", length, text);
        at += length;
        text += length;
        text += *text == ' ';
        first = false;
    }
    putc('\n', out);
}

void cli_markdown_cell(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '|')
            putc('\\', out);
        putc(*text, out);
    }
}

bool cli_whole_number(const char *text, const char *option, int64_t *value,
                      struct error *err)
{
    if (decimal_to_int64(text, strlen(text), 0, value) == DECIMAL_OK && *value >= 0)
        return true;
    return error_kind_set(err, ERROR_USAGE, "%s: '%s' is not a whole number such as 5",
                          option, text);
}
