#include "base/interrupt.h"

volatile sig_atomic_t interrupted;

bool interrupt_check(struct error *err)
{
    return !interrupted || error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
}
