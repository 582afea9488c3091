#include "base/calendar.h"
#include "input/import_csv.h"

enum { ARRIVAL_TIME, LENGTH, CPUS };

static const char *const columns[] = {"arrival_time", "length", "cpus", NULL};

#define DEFAULT_TICK_S 5

static bool take_row(struct import_row *row, struct error *err)
{
    int64_t arrival_ms, length_ms;
    int32_t cpus;
    bool ok = import_ms(row, ARRIVAL_TIME, &arrival_ms, err) &&
              import_ms(row, LENGTH, &length_ms, err) &&
              import_gpus(row, CPUS, &cpus, err);
    if (!ok)
        return false;

    int64_t tick_s = row->options->tick_s ? row->options->tick_s : DEFAULT_TICK_S;
    int64_t tick_ms = tick_s * MS_PER_S;
    if (length_ms < tick_ms || cpus == 0) {
        import_drop(row->report, cpus == 0 ? "no units" : "shorter than one tick");
        return true;
    }
    struct trace_row job =
        trace_row(arrival_ms / tick_ms * tick_ms, length_ms / tick_ms * tick_ms, cpus);
    return import_add(row, &job, err);
}

static bool read_gaia(const char *path, const struct import_options *options,
                      struct trace *trace, struct import_report *report,
                      struct error *err)
{
    static const struct import_table table = {columns, false, take_row};
    int64_t tick_s = options ? options->tick_s : 0;
    if (tick_s < 0 || tick_s > JOB_DURATION_MAX / MS_PER_S) {
        trace_begin(trace, path, false);
        return error_set(err, "a tick of %lld s is not in 1 s to 200 years",
                         (long long)tick_s);
    }
    return import_csv(path, &table, options, trace, report, err);
}

const struct importer import_gaia = {
    .name = "gaia",
    .summary = "Job samples of the GAIA scheduler: arrival_time, length, cpus.",
    .source = "Hanafy et al., Going Green for Less Green: Optimizing the Cost of "
              "Reducing Cloud Carbon Emissions (ASPLOS 2024), github.com/umassos/GAIA",
    .keeps =
        "Keeps every job of at least one tick; units of capacity (cpus) count as "
        "GPUs.  GAIA counts time in whole ticks, int(arrival_time / tick) and "
        "int(length / tick), and so does this reading: both are cut to multiples "
        "of the tick (5 s unless another is given).  Submits are seconds from the "
        "start.  Jobs shorter than one tick, and those without units, are dropped.",
    .read = read_gaia,
};
