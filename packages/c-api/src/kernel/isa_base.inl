/*
 * isa_base.inl - vector type and operations of the level the compiler targets.
 *
 * Kernel templates (*.inl) are included once per level, between an isa_*.inl
 * and isa_end.inl. They use lp_v and the V_ macros only, name their functions
 * LP_NAME(x) (x_base, x_avx2, x_avx512), and never hold more than LP_VREGS
 * vectors at once. Without vector extensions a vector is one float.
 *   V_LOAD/V_STORE unaligned; V_SET1 broadcast; V_FMA(a,b,c) = a*b+c;
 *   V_MAX(a,b) = a > b ? a : b and V_MIN(a,b) = a < b ? a : b (so b wins when
 *   one is NaN); V_SELECT_POSITIVE(x,a,b) = x > 0 ? a : b;
 *   V_SELECT_GREATER(x,y,a,b) = x > y ? a : b; V_SELECT_EQUAL(x,y,a,b) = x == y ? a : b;
 *   V_SQRT and V_FLOOR round as sqrtf and floorf; V_SUM(x) is the float sum of the lanes.
 *   lp_vi is LP_VL 32-bit integers: V_AS_INT and V_AS_FLOAT keep the bits, V_FROM_INT converts;
 *   VI_SHIFT_RIGHT keeps the sign, VI_ADD and VI_SUB must not overflow.
 * V_FMA_LANE(a,b,lane,c) = a * b[lane] + c with a constant lane, where there is such an instruction.
 * LP_TUNED is 1 where speed is worth code: at every level but the one that is there for compilers
 * and processors without a better one.
 */
#if LP_HAVE_WASM_SIMD
#include "isa_wasm.inl"
#elif LP_HAVE_NEON
#include "isa_neon.inl"
#elif LP_HAVE_VECTORS
#define LP_VL 4
#define LP_VREGS 16
#define LP_TUNED 0
#define LP_FUSED 0
#ifndef LP_ISA_BASE_TYPES
#define LP_ISA_BASE_TYPES
typedef float lp_v4 __attribute__((vector_size(16)));
typedef int32_t lp_v4i __attribute__((vector_size(16)));
typedef uint32_t lp_v4w __attribute__((vector_size(16)));
typedef float lp_v4u __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t lp_v4iu __attribute__((vector_size(16), aligned(4), may_alias));
static LP_ALWAYS_INLINE lp_v4 isa_base_select(lp_v4i mask, lp_v4 a, lp_v4 b) {
  return (lp_v4)((mask & (lp_v4i)a) | (~mask & (lp_v4i)b));
}
static LP_ALWAYS_INLINE lp_v4 isa_base_sqrt(lp_v4 x) {
  return (lp_v4){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
}
static LP_ALWAYS_INLINE float isa_base_sum(lp_v4 x) { return (x[0] + x[2]) + (x[1] + x[3]); }
static LP_ALWAYS_INLINE lp_v4 isa_base_floor(lp_v4 x) {
  return (lp_v4){floorf(x[0]), floorf(x[1]), floorf(x[2]), floorf(x[3])};
}
static LP_ALWAYS_INLINE lp_v4 isa_base_from_int(lp_v4i i) {
  return (lp_v4){(float)i[0], (float)i[1], (float)i[2], (float)i[3]};
}
#endif
#define lp_v lp_v4
#define lp_vi lp_v4i
#define V_LOAD(p) ((lp_v)(*(const lp_v4u *)(p)))
#define V_STORE(p, x) (*(lp_v4u *)(p) = (lp_v4u)(x))
#define V_SET1(x) ((lp_v){(x), (x), (x), (x)})
#define V_ZERO() ((lp_v){0.0f, 0.0f, 0.0f, 0.0f})
#define V_ADD(a, b) ((a) + (b))
#define V_SUB(a, b) ((a) - (b))
#define V_MUL(a, b) ((a) * (b))
#define V_DIV(a, b) ((a) / (b))
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define V_MAX(a, b) isa_base_select((lp_v4i)((a) > (b)), (a), (b))
#define V_MIN(a, b) isa_base_select((lp_v4i)((a) < (b)), (a), (b))
#define V_SELECT_POSITIVE(x, a, b) isa_base_select((lp_v4i)((x) > V_ZERO()), (a), (b))
#define V_SELECT_GREATER(x, y, a, b) isa_base_select((lp_v4i)((x) > (y)), (a), (b))
#define V_SELECT_EQUAL(x, y, a, b) isa_base_select((lp_v4i)((x) == (y)), (a), (b))
#define V_SQRT(x) isa_base_sqrt(x)
#define V_FLOOR(x) isa_base_floor(x)
#define V_AS_INT(x) ((lp_vi)(x))
#define V_AS_FLOAT(i) ((lp_v)(i))
#define V_FROM_INT(i) isa_base_from_int(i)
#define VI_SET1(i) ((lp_vi){(i), (i), (i), (i)})
#define VI_ADD(a, b) ((a) + (b))
#define VI_SUB(a, b) ((a) - (b))
#define VI_SHIFT_LEFT(i, n) ((lp_vi)((lp_v4w)(i) << (n)))
#define VI_SHIFT_RIGHT(i, n) ((i) >> (n))
#define V_SUM(x) isa_base_sum(x)
#else
#ifndef LP_ISA_BASE_TYPES
#define LP_ISA_BASE_TYPES
static LP_ALWAYS_INLINE int32_t isa_base_as_int(float x) {
  int32_t i;
  memcpy(&i, &x, sizeof i);
  return i;
}
static LP_ALWAYS_INLINE float isa_base_as_float(int32_t i) {
  float x;
  memcpy(&x, &i, sizeof x);
  return x;
}
#endif
#define LP_VL 1
#define LP_VREGS 16
#define LP_TUNED 0
#define LP_FUSED 0
#define lp_v float
#define lp_vi int32_t
#define V_LOAD(p) (*(const float *)(p))
#define V_STORE(p, x) (*(float *)(p) = (x))
#define V_SET1(x) ((float)(x))
#define V_ZERO() 0.0f
#define V_ADD(a, b) ((a) + (b))
#define V_SUB(a, b) ((a) - (b))
#define V_MUL(a, b) ((a) * (b))
#define V_DIV(a, b) ((a) / (b))
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define V_MAX(a, b) ((a) > (b) ? (a) : (b))
#define V_MIN(a, b) ((a) < (b) ? (a) : (b))
#define V_SELECT_POSITIVE(x, a, b) ((x) > 0.0f ? (a) : (b))
#define V_SELECT_GREATER(x, y, a, b) ((x) > (y) ? (a) : (b))
#define V_SELECT_EQUAL(x, y, a, b) ((x) == (y) ? (a) : (b))
#define V_SQRT(x) sqrtf(x)
#define V_FLOOR(x) floorf(x)
#define V_AS_INT(x) isa_base_as_int(x)
#define V_AS_FLOAT(i) isa_base_as_float(i)
#define V_FROM_INT(i) ((float)(i))
#define VI_SET1(i) ((int32_t)(i))
#define VI_ADD(a, b) ((a) + (b))
#define VI_SUB(a, b) ((a) - (b))
#define VI_SHIFT_LEFT(i, n) ((int32_t)((uint32_t)(i) << (n)))
/* Rounds down as a shift does, without shifting a sign bit, which C leaves to the compiler. */
#define VI_SHIFT_RIGHT(i, n) ((i) >= 0 ? (i) >> (n) : ~(~(i) >> (n)))
#define V_SUM(x) (x)
#endif
#define LP_NAME(x) x##_base
#define LP_ISA_LEVEL LP_ISA_BASE
