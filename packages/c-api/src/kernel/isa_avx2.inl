/* isa_avx2.inl - vectors of 8 floats with fused multiply-add; see isa_base.inl. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define LP_VL 8
#define LP_VREGS 16
#define LP_TUNED 1
#define LP_FUSED 1
#define lp_v __m256
#define lp_vi __m256i
#define V_LOAD(p) _mm256_loadu_ps(p)
#define V_STORE(p, x) _mm256_storeu_ps((p), (x))
#define V_SET1(x) _mm256_set1_ps(x)
#define V_ZERO() _mm256_setzero_ps()
#define V_ADD(a, b) _mm256_add_ps((a), (b))
#define V_SUB(a, b) _mm256_sub_ps((a), (b))
#define V_MUL(a, b) _mm256_mul_ps((a), (b))
#define V_DIV(a, b) _mm256_div_ps((a), (b))
#define V_FMA(a, b, c) _mm256_fmadd_ps((a), (b), (c))
#define V_MAX(a, b) _mm256_max_ps((a), (b))
#define V_MIN(a, b) _mm256_min_ps((a), (b))
#define V_SELECT_POSITIVE(x, a, b) \
  _mm256_blendv_ps((b), (a), _mm256_cmp_ps((x), _mm256_setzero_ps(), _CMP_GT_OQ))
#define V_SELECT_GREATER(x, y, a, b) _mm256_blendv_ps((b), (a), _mm256_cmp_ps((x), (y), _CMP_GT_OQ))
#define V_SELECT_EQUAL(x, y, a, b) _mm256_blendv_ps((b), (a), _mm256_cmp_ps((x), (y), _CMP_EQ_OQ))
#define V_SQRT(x) _mm256_sqrt_ps(x)
#define V_FLOOR(x) _mm256_floor_ps(x)
#define V_SUM(x) isa_avx2_sum(x)
#ifndef LP_ISA_AVX2_FUNCTIONS
#define LP_ISA_AVX2_FUNCTIONS
static LP_ALWAYS_INLINE float isa_avx2_sum(__m256 x) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}
#endif
#define V_AS_INT(x) _mm256_castps_si256(x)
#define V_AS_FLOAT(i) _mm256_castsi256_ps(i)
#define V_FROM_INT(i) _mm256_cvtepi32_ps(i)
#define VI_SET1(i) _mm256_set1_epi32(i)
#define VI_ADD(a, b) _mm256_add_epi32((a), (b))
#define VI_SUB(a, b) _mm256_sub_epi32((a), (b))
#define VI_SHIFT_LEFT(i, n) _mm256_slli_epi32((i), (n))
#define VI_SHIFT_RIGHT(i, n) _mm256_srai_epi32((i), (n))
#define LP_NAME(x) x##_avx2
#define LP_ISA_LEVEL LP_ISA_AVX2
