/*
 * isa_wasm.inl - vectors of 4 floats in WebAssembly; see isa_base.inl.
 *
 * A module cannot ask what its host has, so relaxed SIMD is a module of its own. There a
 * multiply-add is rounded once or twice, as the host's processor does it.
 */
#define LP_VL 4
#define LP_VREGS 16
#define LP_TUNED 1
#define lp_v v128_t
#define lp_vi v128_t
#define V_LOAD(p) wasm_v128_load(p)
#define V_STORE(p, x) wasm_v128_store((p), (x))
#define V_SET1(x) wasm_f32x4_splat(x)
#define V_ZERO() wasm_f32x4_const_splat(0.0f)
#define V_ADD(a, b) wasm_f32x4_add((a), (b))
#define V_SUB(a, b) wasm_f32x4_sub((a), (b))
#define V_MUL(a, b) wasm_f32x4_mul((a), (b))
#define V_DIV(a, b) wasm_f32x4_div((a), (b))
#if defined(__wasm_relaxed_simd__)
#define LP_FUSED 1
#define V_FMA(a, b, c) wasm_f32x4_relaxed_madd((a), (b), (c))
#define V_CHOOSE(mask, a, b) wasm_i32x4_relaxed_laneselect((a), (b), (mask))
#else
#define LP_FUSED 0
#define V_FMA(a, b, c) wasm_f32x4_add(wasm_f32x4_mul((a), (b)), (c))
#define V_CHOOSE(mask, a, b) wasm_v128_bitselect((a), (b), (mask))
#endif
/* pmax(b, a) = b < a ? a : b */
#define V_MAX(a, b) wasm_f32x4_pmax((b), (a))
#define V_MIN(a, b) wasm_f32x4_pmin((b), (a))
#define V_SELECT_POSITIVE(x, a, b) V_CHOOSE(wasm_f32x4_gt((x), V_ZERO()), (a), (b))
#define V_SELECT_GREATER(x, y, a, b) V_CHOOSE(wasm_f32x4_gt((x), (y)), (a), (b))
#define V_SELECT_EQUAL(x, y, a, b) V_CHOOSE(wasm_f32x4_eq((x), (y)), (a), (b))
#define V_SQRT(x) wasm_f32x4_sqrt(x)
#define V_FLOOR(x) wasm_f32x4_floor(x)
#define V_SUM(x) isa_wasm_sum(x)
#ifndef LP_ISA_WASM_FUNCTIONS
#define LP_ISA_WASM_FUNCTIONS
static LP_ALWAYS_INLINE float isa_wasm_sum(v128_t x) {
  v128_t half = wasm_f32x4_add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(half, 0) + wasm_f32x4_extract_lane(half, 1);
}
#endif
#define V_AS_INT(x) (x)
#define V_AS_FLOAT(i) (i)
#define V_FROM_INT(i) wasm_f32x4_convert_i32x4(i)
#define VI_SET1(i) wasm_i32x4_splat(i)
#define VI_ADD(a, b) wasm_i32x4_add((a), (b))
#define VI_SUB(a, b) wasm_i32x4_sub((a), (b))
#define VI_SHIFT_LEFT(i, n) wasm_i32x4_shl((i), (n))
#define VI_SHIFT_RIGHT(i, n) wasm_i32x4_shr((i), (n))
