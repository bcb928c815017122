/*
 * float_mode.h - how the running thread rounds, and what it does with numbers below the normal ones.
 *
 * A forward computes in modes of its own and gives the caller's back at its
 * end. EXACT rounds to nearest, keeps denormals and masks exceptions. FLUSH
 * takes denormals for zero, in and out, because some processors take far longer
 * over sums of products with them. RISC-V has no such mode; elsewhere than on
 * x86-64, arm64, 32-bit arm and RISC-V the modes are one, and the caller's.
 */
#ifndef LP_BASE_FLOAT_MODE_H
#define LP_BASE_FLOAT_MODE_H

#include "config.h"

#if defined(__GNUC__) && defined(__x86_64__)
/* MXCSR without its sticky flags, which are the thread's own whatever the mode. */
#define LP_FLOAT_EXACT 0x1f80u
#define LP_FLOAT_FLUSH 0x9fc0u
static inline uint32_t lp_float_mode_get(void) { return __builtin_ia32_stmxcsr() & 0xffc0u; }
static inline void lp_float_mode_set(uint32_t mode) {
  __builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & 0x3fu) | mode);
}
#elif defined(__GNUC__) && defined(__aarch64__)
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
#elif defined(__GNUC__) && defined(__arm__) && defined(__ARM_FP) && !defined(__SOFTFP__)
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
#elif defined(__GNUC__) && defined(__riscv_flen)
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
