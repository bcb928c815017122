/*
 * blas.h - matrix products by a CBLAS, where it wins.
 *
 * LP_USE_CBLAS: the program is linked with a library that has cblas_sgemm and
 * cblas_sgemv with 32-bit integers (OpenBLAS, BLIS, MKL, Accelerate, ATLAS, the
 * reference). No header of it is needed.
 *
 * It is asked at one level only, that of the compiler's target: vectors of 4, or
 * plain C. There a tuned library, which chooses its kernels by
 * the processor as well, is 1.5 to 4 times faster than vectors of 4, and 3 to 10
 * times faster than plain C. Measured with OpenBLAS 0.3.21 on one thread of an
 * AMD EPYC with AVX-512: 120 GFLOPS, against 30 to 45 (vectors of 4) and 9 to 18
 * (plain C). Our kernels for AVX2 reach 115 to 126, those for AVX-512 160 to
 * 245, so these levels keep their own, whose results do not depend on the number
 * of threads. NEON, too, is vectors of 4; no such processor was there to measure
 * on, and what the program's author asked for decides.
 *
 * Who has the threads: a predictor cuts the work and calls CBLAS from all of its
 * threads. So CBLAS should have one (OPENBLAS_NUM_THREADS=1, or its sequential
 * build); or the predictor has one, and CBLAS as many as it likes.
 */
#ifndef LP_KERNEL_BLAS_H
#define LP_KERNEL_BLAS_H

#include "linear.h"

/* Multiply-adds of CBLAS in a nanosecond, on the scale of conv_cost.c, where vectors of 4 do 9: three times as many. */
#define LP_BLAS_RATE 28.0

/* Whether products of so many multiply-adds go to CBLAS at a level. */
static inline bool lp_blas_takes(lp_isa isa, double multiply_adds) {
#if defined(LP_USE_CBLAS)
  return isa == LP_ISA_BASE && multiply_adds >= 8192.0; /* a call costs some 300 ns */
#else
  (void)isa;
  (void)multiply_adds;
  return false;
#endif
}

/* The product, or false and nothing done: CBLAS cannot, or is slower. */
LP_INTERNAL bool lp_blas_gemm(const lp_gemm *gemm, lp_isa isa);
LP_INTERNAL bool lp_blas_dot(const lp_dot *dot, lp_isa isa);

#endif
