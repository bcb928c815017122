/* unroll.h - complete unrolling of loops whose count is a constant. */
#ifndef LP_KERNEL_UNROLL_H
#define LP_KERNEL_UNROLL_H

/* Before a loop: accumulators live in registers only if every index is a constant. */
#if defined(__clang__)
#define LP_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define LP_UNROLL _Pragma("GCC unroll 64")
#else
#define LP_UNROLL
#endif

#endif
