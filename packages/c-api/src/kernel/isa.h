/* isa.h - what every file with kernel templates needs first. */
#ifndef LP_KERNEL_ISA_H
#define LP_KERNEL_ISA_H

#include "../base/config.h"
#include "../base/cpu.h"

#include <math.h>
#include <string.h>

#if LP_HAVE_X86_DISPATCH
#include <immintrin.h>
#endif
#if LP_HAVE_WASM_SIMD
#include <wasm_simd128.h>
#endif
#if LP_HAVE_NEON
#include <arm_neon.h>
#endif

#endif
