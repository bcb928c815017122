/* clock.c - the system's clock that is never set. */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE)
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#endif
#include "clock.h"

#include "os_win32.h"

#include <time.h>

uint64_t lp_clock_now(void) {
#if defined(_WIN32)
  LARGE_INTEGER count, rate;
  QueryPerformanceCounter(&count);
  QueryPerformanceFrequency(&rate);
  uint64_t ticks = (uint64_t)count.QuadPart, second = (uint64_t)rate.QuadPart;
  return ticks / second * 1000000000u + ticks % second * 1000000000u / second;
#elif defined(CLOCK_MONOTONIC)
  struct timespec now;
  return clock_gettime(CLOCK_MONOTONIC, &now) == 0
             ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec
             : 0;
#else
  struct timespec now;
  return timespec_get(&now, TIME_UTC) == TIME_UTC
             ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec
             : 0;
#endif
}
