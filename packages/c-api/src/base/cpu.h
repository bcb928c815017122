/* cpu.h - the processor's instruction sets, found once. */
#ifndef LP_BASE_CPU_H
#define LP_BASE_CPU_H

#include "config.h"

/* Levels of kernels, in rising order. BASE is what the compiler was told to target: SSE2, NEON, WebAssembly's SIMD, or vectors as the compiler makes them. */
typedef enum lp_isa { LP_ISA_BASE = 0, LP_ISA_AVX2 = 1, LP_ISA_AVX512 = 2 } lp_isa;

/*
 * The level to use here. LIBPREDICT_ISA (base, avx2, avx512) in the
 * environment lowers it; a level the processor lacks is not raised.
 */
LP_INTERNAL lp_isa lp_cpu_isa(void);
/* base, avx2 or avx512; for BASE neon, simd128 or relaxed-simd where it is one of these. */
LP_INTERNAL const char *lp_cpu_isa_name(lp_isa isa);
/* Floats per vector at a level: the block of blocked layouts. 1 without vector extensions. */
LP_INTERNAL int lp_cpu_block(lp_isa isa);
/* Threads of a predictor whose creator does not say: as header, LPOptions.num_threads; 1 to LP_MAX_THREADS. */
LP_INTERNAL unsigned lp_cpu_default_threads(void);
/* The number that LIBPREDICT_NUM_THREADS says; 0: the text (may be NULL) is no number from 1 up. */
LP_INTERNAL unsigned lp_cpu_read_threads(const char *text);

/* Threads of a predictor at most. */
#define LP_MAX_THREADS 256u

#endif
