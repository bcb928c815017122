/* unroll.h - complete unrolling of loops whose count is a constant. */
#ifndef LP_KERNEL_UNROLL_H
#define LP_KERNEL_UNROLL_H

#include "../base/config.h"

/* Before a loop: accumulators live in registers only if every index is a constant. */
#if !LP_HAVE_GNU
#define LP_UNROLL
#elif defined(__clang__)
#define LP_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LP_UNROLL _Pragma("GCC unroll 64")
#endif

#endif
