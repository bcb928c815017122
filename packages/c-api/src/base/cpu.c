/* cpu.c - instruction sets and processors. */
#include "cpu.h"

#include "cgroup.h"
#include "os_threads.h"

#include <stdlib.h>
#include <string.h>

#if LP_HAVE_X86_DISPATCH
#include <cpuid.h>

/* The processor and the operating system (by the saved-state mask) both have to agree. Not __builtin_cpu_supports: it answers 0 under some compilers. */
static lp_isa cpu_detect(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) {
    return LP_ISA_BASE;
  }
  const unsigned osxsave = 1u << 27, avx = 1u << 28, fma = 1u << 12;
  if ((c & osxsave) == 0 || (c & avx) == 0 || (c & fma) == 0) {
    return LP_ISA_BASE;
  }
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  (void)high;
  if ((low & 0x6u) != 0x6u || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    return LP_ISA_BASE;
  }
  const unsigned avx2 = 1u << 5, avx512f = 1u << 16;
  (void)avx512f;
  if ((b & avx2) == 0) {
    return LP_ISA_BASE;
  }
#if defined(LP_LOWER_AVX512) /* tests: see isa_avx512.inl */
  return LP_ISA_AVX512;
#else
  return (b & avx512f) != 0 && (low & 0xe6u) == 0xe6u ? LP_ISA_AVX512 : LP_ISA_AVX2;
#endif
}
#else
static lp_isa cpu_detect(void) { return LP_ISA_BASE; }
#endif

#if LP_HAVE_NEON
#define CPU_BASE_NAME "neon"
#elif LP_HAVE_WASM_SIMD && defined(__wasm_relaxed_simd__)
#define CPU_BASE_NAME "relaxed-simd"
#elif LP_HAVE_WASM_SIMD
#define CPU_BASE_NAME "simd128"
#else
#define CPU_BASE_NAME "base"
#endif

const char *lp_cpu_isa_name(lp_isa isa) {
  return isa == LP_ISA_AVX512 ? "avx512" : isa == LP_ISA_AVX2 ? "avx2" : CPU_BASE_NAME;
}

lp_isa lp_cpu_isa(void) {
  lp_isa isa = cpu_detect();
  const char *limit = getenv("LIBPREDICT_ISA");
  if (limit != NULL) {
    for (lp_isa level = LP_ISA_BASE; level < isa; level++) {
      if (strcmp(limit, lp_cpu_isa_name(level)) == 0) {
        return level;
      }
    }
  }
  return isa;
}

int lp_cpu_block(lp_isa isa) {
  if (!LP_HAVE_VECTORS || !LP_WITH_FAST) {
    return 1;
  }
  return isa == LP_ISA_AVX512 ? 16 : isa == LP_ISA_AVX2 ? 8 : 4;
}

unsigned lp_cpu_read_threads(const char *text) {
  unsigned value = 0;
  if (text == NULL || *text == '\0') {
    return 0;
  }
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') {
      return 0;
    }
    value = value * 10 + (unsigned)(*text - '0');
    value = value < LP_MAX_THREADS ? value : LP_MAX_THREADS;
  }
  return value;
}

unsigned lp_cpu_default_threads(void) {
#if defined(LP_NO_THREADS)
  return 1;
#else
  unsigned asked = lp_cpu_read_threads(getenv("LIBPREDICT_NUM_THREADS"));
  if (asked != 0) {
    return asked;
  }
  unsigned count = lp_processors_allowed(), quota = lp_cgroup_processors("");
  count = quota != 0 && quota < count ? quota : count;
  return count < 1 ? 1 : count < LP_MAX_THREADS ? count : LP_MAX_THREADS;
#endif
}
#undef CPU_BASE_NAME
