/*
 * config.h - what the compiler and the target offer, and how internal names are marked.
 *
 * LP_AMALGAMATION  defined in the single file: internal functions become static.
 * LP_NO_THREADS    the caller wants no threads: no pool, no locks, no thread-local storage.
 * LP_MINIMAL       only the operators and parts that predict_config.h lists: parts.h.
 * LP_NO_VECTORS    without GNU vector extensions: slower, same results within rounding.
 * LP_PLAIN_C       nothing of a compiler but C11: LP_NO_VECTORS, and no attributes, builtins or
 *                  assembler either. For compilers that know none. Numbers below the normal ones,
 *                  which sums of products else take for zero, are computed with.
 */
#ifndef LP_BASE_CONFIG_H
#define LP_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parts.h"

#if defined(LP_PLAIN_C) && !defined(LP_NO_VECTORS)
#define LP_NO_VECTORS 1
#endif
/* Compilers take vectors apart badly for a processor that has none. */
#if defined(__riscv) && !defined(__riscv_vector) && !defined(LP_NO_VECTORS)
#define LP_NO_VECTORS 1
#endif

/* Whether the extensions may be used that gcc and clang share. */
#if defined(__GNUC__) && !defined(LP_PLAIN_C)
#define LP_HAVE_GNU 1
#else
#define LP_HAVE_GNU 0
#endif

/*
 * LP_INTERNAL       before the declaration, in a header, of a function that other files call.
 * LP_DATA_DECLARE   before the declaration, in a header, of a constant that other files read.
 * LP_DATA           before its definition.
 */
#if defined(LP_AMALGAMATION)
#define LP_INTERNAL static
#define LP_DATA_DECLARE static
#define LP_DATA static
#else
#if LP_HAVE_GNU && !defined(_WIN32)
#define LP_INTERNAL __attribute__((visibility("hidden")))
#else
#define LP_INTERNAL
#endif
#define LP_DATA_DECLARE extern LP_INTERNAL
#define LP_DATA
#endif

/* One build option or another leaves internal functions unused: those of the single file, and all of a part that is left out. */
#if defined(__GNUC__) && (defined(LP_AMALGAMATION) || defined(LP_MINIMAL))
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#endif
/* What is compiled in is asked in ordinary conditions; clang 16 takes that for a mistake, in C23 alone. */
#if defined(__clang__) && defined(LP_AMALGAMATION)
#pragma clang diagnostic ignored "-Wconstant-logical-operand"
#endif

#if LP_HAVE_GNU && !defined(LP_NO_VECTORS)
#define LP_HAVE_VECTORS 1
#else
#define LP_HAVE_VECTORS 0
#endif

/* Run-time choice among SSE2, AVX2 and AVX-512 kernels. */
#if LP_HAVE_VECTORS && LP_WITH_LEVELS && (defined(__x86_64__) || defined(__i386__)) && defined(__SSE2__)
#define LP_HAVE_X86_DISPATCH 1
#else
#define LP_HAVE_X86_DISPATCH 0
#endif

/* One level of kernels that every host has which runs what the compiler makes. */
#if LP_HAVE_VECTORS && defined(__wasm_simd128__)
#define LP_HAVE_WASM_SIMD 1
#else
#define LP_HAVE_WASM_SIMD 0
#endif
#if LP_HAVE_VECTORS && defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define LP_HAVE_NEON 1
#else
#define LP_HAVE_NEON 0
#endif

#if defined(LP_NO_THREADS)
#define LP_THREAD_LOCAL
#else
#define LP_THREAD_LOCAL _Thread_local
#endif

/* gcc for Windows takes "printf" for that of a system library which does not know %zu, and is not used. */
#if LP_HAVE_GNU && defined(__MINGW32__) && !defined(__clang__)
#define LP_PRINTF(format_index, first) __attribute__((format(gnu_printf, format_index, first)))
#elif LP_HAVE_GNU
#define LP_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define LP_PRINTF(format_index, first)
#endif

#if LP_HAVE_GNU
#define LP_ALWAYS_INLINE inline __attribute__((always_inline))
#define LP_NOINLINE __attribute__((noinline))
#define LP_RESTRICT __restrict__
#define LP_PREFETCH(address) __builtin_prefetch(address)
#else
#define LP_ALWAYS_INLINE inline
#define LP_NOINLINE
#if defined(__cplusplus)
#define LP_RESTRICT
#else
#define LP_RESTRICT restrict
#endif
#define LP_PREFETCH(address) ((void)(address))
#endif

/* Alignment of every buffer that kernels touch, in bytes. */
#define LP_ALIGNMENT 64
/* Largest block of a blocked layout; per-channel arrays of an epilogue are padded to a multiple of it. */
#define LP_MAX_BLOCK 16

#define LP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
