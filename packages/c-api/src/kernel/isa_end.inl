/* isa_end.inl - closes a level; see isa_base.inl. */
#if LP_VL > 4
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
#undef LP_VL
#undef LP_VREGS
#undef LP_TUNED
#undef LP_FUSED
#undef lp_v
#undef lp_vi
#undef V_LOAD
#undef V_STORE
#undef V_SET1
#undef V_ZERO
#undef V_ADD
#undef V_SUB
#undef V_MUL
#undef V_DIV
#undef V_FMA
#undef V_FMA_LANE
#undef V_MAX
#undef V_MIN
#undef V_SELECT_POSITIVE
#undef V_SELECT_GREATER
#undef V_SELECT_EQUAL
#undef V_SQRT
#undef V_FLOOR
#undef V_AS_INT
#undef V_AS_FLOAT
#undef V_FROM_INT
#undef VI_SET1
#undef VI_ADD
#undef VI_SUB
#undef VI_SHIFT_LEFT
#undef VI_SHIFT_RIGHT
#undef V_SUM
#undef V_CHOOSE
#undef LP_NAME
#undef LP_ISA_LEVEL
