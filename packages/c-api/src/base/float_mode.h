/*
 * float_mode.h - how the running thread rounds, and what it does with numbers below the normal ones.
 *
 * A forward computes in modes of its own and gives the caller's back at its
 * end. EXACT rounds to nearest, keeps denormals and masks exceptions. FLUSH
 * takes denormals for zero, in and out, because some processors take far longer
 * over sums of products with them. RISC-V has no such mode. In plain C, EXACT
 * and FLUSH are both rounding to nearest, which is all that C can ask for.
 * Elsewhere than on x86-64, arm64, 32-bit arm and RISC-V the modes are one, and
 * the caller's.
 */
#ifndef LP_BASE_FLOAT_MODE_H
#define LP_BASE_FLOAT_MODE_H

#include "config.h"

#if LP_HAVE_GNU && defined(__x86_64__)
/* MXCSR without its sticky flags, which are the thread's own whatever the mode. */
#define LP_FLOAT_EXACT 0x1f80u
#define LP_FLOAT_FLUSH 0x9fc0u
static inline uint32_t lp_float_mode_get(void) { return __builtin_ia32_stmxcsr() & 0xffc0u; }
static inline void lp_float_mode_set(uint32_t mode) {
  __builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & 0x3fu) | mode);
}
#elif LP_HAVE_GNU && defined(__aarch64__)
#define LP_FLOAT_EXACT 0u
#define LP_FLOAT_FLUSH (1u << 24)
static inline uint32_t lp_float_mode_get(void) {
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  return (uint32_t)control;
}
static inline void lp_float_mode_set(uint32_t mode) {
  uint64_t control = mode;
  __asm__ volatile("msr fpcr, %0" : : "r"(control));
}
#elif LP_HAVE_GNU && defined(__arm__) && defined(__ARM_FP) && !defined(__SOFTFP__)
/* FPSCR without the flags of comparisons and exceptions, which are the thread's own whatever the mode. */
#define LP_FLOAT_EXACT 0u
#define LP_FLOAT_FLUSH (1u << 24)
static inline uint32_t lp_float_status(void) {
  uint32_t status;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(status));
  return status;
}
static inline uint32_t lp_float_mode_get(void) { return lp_float_status() & 0x07f79f00u; }
static inline void lp_float_mode_set(uint32_t mode) {
  __asm__ volatile("vmsr fpscr, %0" : : "r"((lp_float_status() & ~0x07f79f00u) | mode));
}
#elif LP_HAVE_GNU && defined(__riscv_flen)
/* The rounding mode: there is no other. */
#define LP_FLOAT_EXACT 0u
#define LP_FLOAT_FLUSH 0u
static inline uint32_t lp_float_mode_get(void) {
  unsigned long mode;
  __asm__ volatile("frrm %0" : "=r"(mode));
  return (uint32_t)mode;
}
static inline void lp_float_mode_set(uint32_t mode) {
  __asm__ volatile("fsrm %0" : : "r"((unsigned long)mode));
}
#elif defined(LP_PLAIN_C)
#include <fenv.h>
#define LP_FLOAT_EXACT ((uint32_t)FE_TONEAREST)
#define LP_FLOAT_FLUSH LP_FLOAT_EXACT
static inline uint32_t lp_float_mode_get(void) { return (uint32_t)fegetround(); }
static inline void lp_float_mode_set(uint32_t mode) { (void)fesetround((int)mode); }
#else
#define LP_FLOAT_EXACT 0u
#define LP_FLOAT_FLUSH 0u
static inline uint32_t lp_float_mode_get(void) { return 0u; }
static inline void lp_float_mode_set(uint32_t mode) { (void)mode; }
#endif

/* Changes what is not so already: reading the mode is cheap, setting it is not. */
static inline void lp_float_mode_enter(uint32_t mode) {
  if (lp_float_mode_get() != mode) {
    lp_float_mode_set(mode);
  }
}

#endif
