/* linear.inl - all kernels of linear.h at one level, and their table. */
#include "vector_functions.inl"
#include "linear_epilogue.inl"
#include "linear_gemm.inl"
#include "linear_dot.inl"
#if LP_VL > 1 && LP_WITH_FAST
#include "linear_tile.inl"
#include "linear_depthwise.inl"
#endif

static const lp_linear_kernels LP_NAME(linear_kernels) = {
    .block = LP_VL,
    .gemm_columns = LINEAR_GEMM_VECTORS * LP_VL,
    .gemm = LP_NAME(linear_gemm),
    .dot = LP_NAME(linear_dot),
#if LP_WITH_FAST
    .panel = LP_NAME(linear_panel),
#endif
#if LP_VL > 1 && LP_WITH_FAST
    .tile_pixels = LINEAR_TILE_PIXELS,
    .tile_blocked = LP_NAME(linear_tile_blocked),
    .tile_planar = LP_NAME(linear_tile_planar),
    .depthwise = LP_NAME(linear_depthwise),
    .panels = LP_NAME(linear_panels),
    .finish = LP_NAME(linear_finish_blocked),
#endif
};
#undef LINEAR_GEMM_VECTORS
#undef LINEAR_TILE_PIXELS
