/*
 * isa_neon.inl - vectors of 4 floats on arm64, where every processor has them; see isa_base.inl.
 *
 * Not on 32-bit arm: its NEON takes denormals for zero in every operator.
 */
#define LP_VL 4
#define LP_VREGS 32
#define LP_TUNED 1
#define LP_FUSED 1
#define lp_v float32x4_t
#define lp_vi int32x4_t
#define V_LOAD(p) vld1q_f32(p)
#define V_STORE(p, x) vst1q_f32((p), (x))
#define V_SET1(x) vdupq_n_f32(x)
#define V_ZERO() vdupq_n_f32(0.0f)
#define V_ADD(a, b) vaddq_f32((a), (b))
#define V_SUB(a, b) vsubq_f32((a), (b))
#define V_MUL(a, b) vmulq_f32((a), (b))
#define V_DIV(a, b) vdivq_f32((a), (b))
#define V_FMA(a, b, c) vfmaq_f32((c), (a), (b))
/* a times a lane of b; without it a lane is loaded into all, which on many cores is a multiplier's work. */
#define V_FMA_LANE(a, b, lane, c) vfmaq_laneq_f32((c), (a), (b), (lane))
/* Neither fmax nor fmaxnm: they know no order of their operands where one is NaN. */
#define V_MAX(a, b) V_SELECT_GREATER((a), (b), (a), (b))
#define V_MIN(a, b) V_SELECT_GREATER((b), (a), (a), (b))
#define V_SELECT_POSITIVE(x, a, b) vbslq_f32(vcgtzq_f32(x), (a), (b))
#define V_SELECT_GREATER(x, y, a, b) vbslq_f32(vcgtq_f32((x), (y)), (a), (b))
#define V_SELECT_EQUAL(x, y, a, b) vbslq_f32(vceqq_f32((x), (y)), (a), (b))
#define V_SQRT(x) vsqrtq_f32(x)
#define V_FLOOR(x) vrndmq_f32(x)
#define V_SUM(x) vpadds_f32(vadd_f32(vget_low_f32(x), vget_high_f32(x)))
#define V_AS_INT(x) vreinterpretq_s32_f32(x)
#define V_AS_FLOAT(i) vreinterpretq_f32_s32(i)
#define V_FROM_INT(i) vcvtq_f32_s32(i)
#define VI_SET1(i) vdupq_n_s32(i)
#define VI_ADD(a, b) vaddq_s32((a), (b))
#define VI_SUB(a, b) vsubq_s32((a), (b))
#define VI_SHIFT_LEFT(i, n) vshlq_n_s32((i), (n))
#define VI_SHIFT_RIGHT(i, n) vshrq_n_s32((i), (n))
