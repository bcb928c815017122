/* clock.h - time that passes. */
#ifndef LP_BASE_CLOCK_H
#define LP_BASE_CLOCK_H

#include "config.h"

/* Nanoseconds since some moment; never falls. */
LP_INTERNAL uint64_t lp_clock_now(void);

#endif
