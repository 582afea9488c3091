#include "world/meter.h"

#include <assert.h>

#include "base/calendar.h"

/* nano-USD/GPU-h times GPU-ms per micro-USD. */
#define METER_ONE ((int128)1000 * MS_PER_H)

int64_t meter_uusd(int128 rate_gpu_ms)
{
    int128 result;
    if (fits_int64(rate_gpu_ms)) { /* nearly always, and much cheaper */
        int64_t value = (int64_t)rate_gpu_ms, one = (int64_t)METER_ONE;
        int64_t whole = value / one, rest = value % one;
        return whole + (rest >= one / 2) - (rest <= -(one / 2));
    }
    result = divide_rounded(rate_gpu_ms, METER_ONE);
    assert(fits_int64(result));
    return (int64_t)result;
}
