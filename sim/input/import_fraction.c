#include "input/import_fraction.h"

#include <inttypes.h>

const char *const import_fractions[] = {"round-up", "keep", "drop", "refuse", NULL};

bool import_parts_as_gpus(const struct import_row *row, enum import_fraction how,
                          struct import_parts parts, int32_t *gpus, struct error *err)
{
    bool is_fraction = parts.parts % parts.whole != 0;
    int64_t each = (parts.parts + parts.whole - 1) / parts.whole;
    *gpus = 0;
    if (is_fraction && how == FRACTION_REFUSE)
        return import_refuse(row, parts.column, "is no whole number of GPUs", err);
    if (is_fraction && how == FRACTION_DROP)
        return true;
    int128 all = (int128)parts.instances * (how == FRACTION_KEEP ? parts.parts : each);
    if (all > JOB_GPUS_MAX)
        return import_refuse(row, parts.column,
                             how == FRACTION_KEEP ? "gives more than 1000000 parts"
                                                  : "gives more than 1000000 GPUs",
                             err);
    *gpus = (int32_t)all;
    return true;
}

void import_fraction_note(struct import *import, enum import_fraction how,
                          int64_t whole)
{
    if (how == FRACTION_KEEP)
        import_note(import,
                    "GPUs are counted in parts of 1/%" PRId64 ": give pools %" PRId64
                    " per GPU, and prices per part",
                    whole, whole);
}
