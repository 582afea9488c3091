#include "base/calendar.h"
#include "input/import.h"

struct options {
    int64_t tick_s;
};

static const struct param params[] = {
    {PARAM_COUNT(struct options, "tick", tick_s, "5", 1, 6.3072e9,
                 "length in seconds of the ticks in which times are counted")},
    PARAMS_END,
};

enum { ARRIVAL_TIME, LENGTH, CPUS };

static const struct import_column columns[] = {
    {.name = "arrival_time"}, {.name = "length"}, {.name = "cpus"}, {.name = NULL}};

static bool take_row(struct import_row *row, struct error *err)
{
    const struct options *options = row->import->options;
    int64_t arrival_ms, length_ms, tick_ms = options->tick_s * MS_PER_S;
    int32_t cpus;
    bool ok = import_ms(row, ARRIVAL_TIME, &arrival_ms, err) &&
              import_ms(row, LENGTH, &length_ms, err) &&
              import_gpus(row, CPUS, &cpus, err);
    if (!ok)
        return false;
    if (length_ms < tick_ms || cpus == 0)
        return import_drop(row, cpus == 0 ? "no units" : "shorter than one tick");
    struct trace_row job =
        trace_row(arrival_ms / tick_ms * tick_ms, length_ms / tick_ms * tick_ms, cpus);
    return import_add(row, &job, err);
}

static bool read_gaia(struct import *import, struct error *err)
{
    static const struct import_table table = {.columns = columns, .row = take_row};
    return import_table(import, &table, err);
}

static const struct import_form forms[] = {{"jobs", IMPORT_JOBS, "a job trace"},
                                           {.name = NULL}};

const struct importer import_gaia = {
    .name = "gaia",
    .summary = "Job samples of the GAIA scheduler: arrival_time, length, cpus.",
    .source = "Hanafy et al., Going Green for Less Green: Optimizing the Cost of "
              "Reducing Cloud Carbon Emissions (ASPLOS 2024), github.com/umassos/GAIA",
    .shape = "A CSV file with the columns `arrival_time,length,cpus`; times are "
             "seconds from the start.",
    .keeps = "Every job of at least one tick.  GAIA counts time in whole ticks, "
             "int(arrival_time / tick) and int(length / tick), and so does this "
             "reading: both are cut to multiples of the tick.",
    .drops = "Jobs shorter than one tick, and those without units.",
    .assumes = "Units of capacity (`cpus`) count as GPUs.",
    .example = "gaia-pai-1k.csv --tick 5 -o jobs.csv",
    .forms = forms,
    .params = params,
    .options_size = sizeof(struct options),
    .read = read_gaia,
};
