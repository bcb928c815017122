/*
 * isa_avx512.inl - vectors of 16 floats; see isa_base.inl.
 *
 * LP_LOWER_AVX512: for tests on a processor without AVX-512, which define the
 * operations below by pairs of AVX2 vectors.
 */
#if defined(LP_LOWER_AVX512) && defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#elif defined(LP_LOWER_AVX512)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#elif defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx2,fma")
#endif
#define LP_VL 16
#define LP_VREGS 32
#define LP_TUNED 1
#define LP_FUSED 1
#define lp_v __m512
#define lp_vi __m512i
#define V_LOAD(p) _mm512_loadu_ps(p)
#define V_STORE(p, x) _mm512_storeu_ps((p), (x))
#define V_SET1(x) _mm512_set1_ps(x)
#define V_ZERO() _mm512_setzero_ps()
#define V_ADD(a, b) _mm512_add_ps((a), (b))
#define V_SUB(a, b) _mm512_sub_ps((a), (b))
#define V_MUL(a, b) _mm512_mul_ps((a), (b))
#define V_DIV(a, b) _mm512_div_ps((a), (b))
#define V_FMA(a, b, c) _mm512_fmadd_ps((a), (b), (c))
#define V_MAX(a, b) _mm512_max_ps((a), (b))
#define V_MIN(a, b) _mm512_min_ps((a), (b))
#define V_SELECT_POSITIVE(x, a, b) \
  _mm512_mask_blend_ps(_mm512_cmp_ps_mask((x), _mm512_setzero_ps(), _CMP_GT_OQ), (b), (a))
#define V_SELECT_GREATER(x, y, a, b) \
  _mm512_mask_blend_ps(_mm512_cmp_ps_mask((x), (y), _CMP_GT_OQ), (b), (a))
#define V_SELECT_EQUAL(x, y, a, b) \
  _mm512_mask_blend_ps(_mm512_cmp_ps_mask((x), (y), _CMP_EQ_OQ), (b), (a))
#define V_SQRT(x) _mm512_sqrt_ps(x)
#define V_FLOOR(x) _mm512_floor_ps(x)
#define V_SUM(x) _mm512_reduce_add_ps(x)
#define V_AS_INT(x) _mm512_castps_si512(x)
#define V_AS_FLOAT(i) _mm512_castsi512_ps(i)
#define V_FROM_INT(i) _mm512_cvtepi32_ps(i)
#define VI_SET1(i) _mm512_set1_epi32(i)
#define VI_ADD(a, b) _mm512_add_epi32((a), (b))
#define VI_SUB(a, b) _mm512_sub_epi32((a), (b))
#define VI_SHIFT_LEFT(i, n) _mm512_slli_epi32((i), (n))
#define VI_SHIFT_RIGHT(i, n) _mm512_srai_epi32((i), (n))
#define LP_NAME(x) x##_avx512
#define LP_ISA_LEVEL LP_ISA_AVX512
