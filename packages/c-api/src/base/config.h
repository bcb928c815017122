/*
 * config.h - what the compiler and the target offer, and how internal names are marked.
 *
 * LP_AMALGAMATION  defined in the single file: internal functions become static.
 * LP_NO_THREADS    the caller wants no threads: no pool, no locks, no thread-local storage.
 * LP_MINIMAL       only the operators and parts that predict_config.h lists: parts.h.
 * LP_NO_VECTORS    plain C11 without GNU vector extensions: slower, same results within rounding.
 */
#ifndef LP_BASE_CONFIG_H
#define LP_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parts.h"

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
#if defined(__GNUC__) && !defined(_WIN32)
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

#if defined(__GNUC__) && !defined(LP_NO_VECTORS)
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

#if defined(LP_NO_THREADS)
#define LP_THREAD_LOCAL
#else
#define LP_THREAD_LOCAL _Thread_local
#endif

#if defined(__GNUC__)
#define LP_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#define LP_ALWAYS_INLINE inline __attribute__((always_inline))
#define LP_NOINLINE __attribute__((noinline))
#define LP_RESTRICT __restrict__
#define LP_PREFETCH(address) __builtin_prefetch(address)
#else
#define LP_PRINTF(format_index, first)
#define LP_ALWAYS_INLINE inline
#define LP_NOINLINE
#define LP_RESTRICT
#define LP_PREFETCH(address) ((void)(address))
#endif

/* Alignment of every buffer that kernels touch, in bytes. */
#define LP_ALIGNMENT 64
/* Largest block of a blocked layout; per-channel arrays of an epilogue are padded to a multiple of it. */
#define LP_MAX_BLOCK 16

#define LP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
