/* The AVX-512 level's templates on a processor without AVX-512.
 *
 * Given to the compiler with -include and -DLP_LOWER_AVX512, for tests only: a vector of 16 floats
 * is a pair of AVX2 vectors, and the _mm512_ operations that src/kernel uses work on both halves.
 * So isa_avx512.inl and every template behind it run with their own block, register count and
 * tails; only the instructions are others. An operation that is missing here does not compile.
 */
#ifndef LP_LOWERED_AVX512_H_
#define LP_LOWERED_AVX512_H_

/* This comes before the file's own request. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

/* Structures of vectors are passed between inlined functions only. */
#define LOWERED static inline __attribute__((always_inline))

typedef struct lowered_floats {
    __m256 low;
    __m256 high;
} lowered_floats;

typedef struct lowered_integers {
    __m256i low;
    __m256i high;
} lowered_integers;

#define LOWERED_UNARY(name, operation)                                                             \
    LOWERED lowered_floats lowered_##name(lowered_floats a) {                                      \
        return (lowered_floats){operation(a.low), operation(a.high)};                              \
    }
#define LOWERED_BINARY(name, operation)                                                            \
    LOWERED lowered_floats lowered_##name(lowered_floats a, lowered_floats b) {                    \
        return (lowered_floats){operation(a.low, b.low), operation(a.high, b.high)};               \
    }
#define LOWERED_TERNARY(name, operation)                                                           \
    LOWERED lowered_floats lowered_##name(lowered_floats a, lowered_floats b, lowered_floats c) {  \
        return (lowered_floats){operation(a.low, b.low, c.low),                                    \
                                operation(a.high, b.high, c.high)};                                \
    }
#define LOWERED_INTEGERS(name, operation)                                                          \
    LOWERED lowered_integers lowered_##name(lowered_integers a, lowered_integers b) {              \
        return (lowered_integers){operation(a.low, b.low), operation(a.high, b.high)};             \
    }
#define LOWERED_SHIFT(name, operation)                                                             \
    LOWERED lowered_integers lowered_##name(lowered_integers a, int count) {                       \
        return (lowered_integers){operation(a.low, count), operation(a.high, count)};              \
    }
#define LOWERED_COMPARE(name, how)                                                                 \
    LOWERED lowered_integers lowered_##name(lowered_floats a, lowered_floats b) {                  \
        return (lowered_integers){_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, how)),           \
                                  _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, how))};        \
    }

LOWERED_UNARY(sqrt, _mm256_sqrt_ps)
LOWERED_UNARY(floor, _mm256_floor_ps)
LOWERED_BINARY(add, _mm256_add_ps)
LOWERED_BINARY(sub, _mm256_sub_ps)
LOWERED_BINARY(mul, _mm256_mul_ps)
LOWERED_BINARY(div, _mm256_div_ps)
LOWERED_BINARY(max, _mm256_max_ps)
LOWERED_BINARY(min, _mm256_min_ps)
LOWERED_TERNARY(fmadd, _mm256_fmadd_ps)
LOWERED_TERNARY(fmsub, _mm256_fmsub_ps)
LOWERED_TERNARY(fnmadd, _mm256_fnmadd_ps)
LOWERED_INTEGERS(add_integers, _mm256_add_epi32)
LOWERED_INTEGERS(sub_integers, _mm256_sub_epi32)
LOWERED_SHIFT(shift_left, _mm256_slli_epi32)
LOWERED_SHIFT(shift_right, _mm256_srai_epi32)
LOWERED_COMPARE(compare_greater, _CMP_GT_OQ)
LOWERED_COMPARE(compare_equal, _CMP_EQ_OQ)

LOWERED lowered_floats lowered_load(const float *p) {
    return (lowered_floats){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}

LOWERED void lowered_store(float *p, lowered_floats a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps(p + 8, a.high);
}

LOWERED lowered_floats lowered_set1(float x) {
    return (lowered_floats){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}

LOWERED lowered_floats lowered_zero(void) {
    return (lowered_floats){_mm256_setzero_ps(), _mm256_setzero_ps()};
}

LOWERED lowered_integers lowered_set1_integer(int i) {
    return (lowered_integers){_mm256_set1_epi32(i), _mm256_set1_epi32(i)};
}

/* Where the mask's bit is set b, otherwise a. */
LOWERED lowered_floats lowered_blend(lowered_integers mask, lowered_floats a, lowered_floats b) {
    return (lowered_floats){_mm256_blendv_ps(a.low, b.low, _mm256_castsi256_ps(mask.low)),
                            _mm256_blendv_ps(a.high, b.high, _mm256_castsi256_ps(mask.high))};
}

LOWERED lowered_integers lowered_as_integers(lowered_floats a) {
    return (lowered_integers){_mm256_castps_si256(a.low), _mm256_castps_si256(a.high)};
}

LOWERED lowered_floats lowered_as_floats(lowered_integers a) {
    return (lowered_floats){_mm256_castsi256_ps(a.low), _mm256_castsi256_ps(a.high)};
}

LOWERED lowered_floats lowered_from_integers(lowered_integers a) {
    return (lowered_floats){_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)};
}

LOWERED float lowered_sum(lowered_floats a) {
    __m256 eight = _mm256_add_ps(a.low, a.high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

/* Some are macros in some compilers. */
#undef _mm512_loadu_ps
#undef _mm512_load_ps
#undef _mm512_storeu_ps
#undef _mm512_store_ps
#undef _mm512_set1_ps
#undef _mm512_setzero_ps
#undef _mm512_add_ps
#undef _mm512_sub_ps
#undef _mm512_mul_ps
#undef _mm512_div_ps
#undef _mm512_max_ps
#undef _mm512_min_ps
#undef _mm512_fmadd_ps
#undef _mm512_fmsub_ps
#undef _mm512_fnmadd_ps
#undef _mm512_sqrt_ps
#undef _mm512_floor_ps
#undef _mm512_reduce_add_ps
#undef _mm512_cmp_ps_mask
#undef _mm512_mask_blend_ps
#undef _mm512_castps_si512
#undef _mm512_castsi512_ps
#undef _mm512_cvtepi32_ps
#undef _mm512_set1_epi32
#undef _mm512_add_epi32
#undef _mm512_sub_epi32
#undef _mm512_slli_epi32
#undef _mm512_srai_epi32

#define __m512 lowered_floats
#define __m512i lowered_integers
#define _mm512_loadu_ps(p) lowered_load(p)
#define _mm512_load_ps(p) lowered_load(p)
#define _mm512_storeu_ps(p, a) lowered_store((p), (a))
#define _mm512_store_ps(p, a) lowered_store((p), (a))
#define _mm512_set1_ps(x) lowered_set1(x)
#define _mm512_setzero_ps() lowered_zero()
#define _mm512_add_ps(a, b) lowered_add((a), (b))
#define _mm512_sub_ps(a, b) lowered_sub((a), (b))
#define _mm512_mul_ps(a, b) lowered_mul((a), (b))
#define _mm512_div_ps(a, b) lowered_div((a), (b))
#define _mm512_max_ps(a, b) lowered_max((a), (b))
#define _mm512_min_ps(a, b) lowered_min((a), (b))
#define _mm512_fmadd_ps(a, b, c) lowered_fmadd((a), (b), (c))
#define _mm512_fmsub_ps(a, b, c) lowered_fmsub((a), (b), (c))
#define _mm512_fnmadd_ps(a, b, c) lowered_fnmadd((a), (b), (c))
#define _mm512_sqrt_ps(a) lowered_sqrt(a)
#define _mm512_floor_ps(a) lowered_floor(a)
#define _mm512_reduce_add_ps(a) lowered_sum(a)
/* Of the comparisons the two that the level uses. */
#define _mm512_cmp_ps_mask(a, b, how) LOWERED_CMP_##how((a), (b))
#define LOWERED_CMP__CMP_GT_OQ(a, b) lowered_compare_greater((a), (b))
#define LOWERED_CMP__CMP_EQ_OQ(a, b) lowered_compare_equal((a), (b))
#define _mm512_mask_blend_ps(mask, a, b) lowered_blend((mask), (a), (b))
#define _mm512_castps_si512(a) lowered_as_integers(a)
#define _mm512_castsi512_ps(a) lowered_as_floats(a)
#define _mm512_cvtepi32_ps(a) lowered_from_integers(a)
#define _mm512_set1_epi32(i) lowered_set1_integer(i)
#define _mm512_add_epi32(a, b) lowered_add_integers((a), (b))
#define _mm512_sub_epi32(a, b) lowered_sub_integers((a), (b))
#define _mm512_slli_epi32(a, n) lowered_shift_left((a), (int)(n))
#define _mm512_srai_epi32(a, n) lowered_shift_right((a), (int)(n))

#endif /* LP_LOWERED_AVX512_H_ */
