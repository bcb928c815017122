/*
 * winograd.h - the transforms of Winograd's minimal filtering, one set per instruction-set level.
 *
 * F(m, r) computes m neighbouring outputs of an r-tap filter with n = m + r - 1
 * multiplications: y = A' [(G g) . (B' d)], after S. Winograd, Arithmetic
 * Complexity of Computations, 1980, and A. Lavin and S. Gray, Fast Algorithms
 * for Convolutional Neural Networks, 2015. The polynomials are evaluated at 0,
 * infinity, and points that keep rounding errors small:
 *   F(2,3)         0, +-1, inf
 *   F(3,3)         0, +-3/4, 3/2, inf
 *   F(4,3) F(2,5)  0, +-3/4, +-3/2, inf
 *   F(4,7)         0, +-1/2, +-7/8, +-5/4, +-5/2, inf
 * In two dimensions a tile of n x n inputs gives m x m outputs; in one, n give
 * m, along the width or the height. Everything is in blocked layout: each
 * number of a tile is a vector of channels.
 */
#ifndef LP_KERNEL_WINOGRAD_H
#define LP_KERNEL_WINOGRAD_H

#include "../base/config.h"
#include "../base/cpu.h"

#define LP_WINOGRAD_MOST_POINTS 10
#define LP_WINOGRAD_MOST_TILE 36 /* numbers of the largest tile */

typedef enum lp_winograd_form {
  LP_WINOGRAD_2_3,
  LP_WINOGRAD_3_3,
  LP_WINOGRAD_4_3,
  LP_WINOGRAD_2_5,
  LP_WINOGRAD_LINE_4_3,
  LP_WINOGRAD_LINE_4_7,
  LP_WINOGRAD_FORMS
} lp_winograd_form;

typedef struct lp_winograd_sizes {
  int taps, outputs, points; /* r, m, n: of one dimension */
  bool line;                 /* one dimension */
} lp_winograd_sizes;

/* Transforms tiles that lie side by side: tile i, number (r, c) is x[i * tile_step + r * row_step + c * column_step]; its transform's number p goes to v[p * point_step + i * block]. A line has one row. */
typedef struct lp_winograd_input {
  const float *x;
  int64_t tile_step, row_step, column_step;
  int64_t tiles;
  float *v;
  int64_t point_step;
} lp_winograd_input;

/* The way back: number p of tile i is m[p * point_step + i * block]; output (r, c) goes to y[i * tile_step + r * row_step + c * column_step]. */
typedef struct lp_winograd_output {
  const float *m;
  int64_t point_step;
  int64_t tiles;
  float *y;
  int64_t tile_step, row_step, column_step;
} lp_winograd_output;

typedef struct lp_winograd_kernels {
  void (*input[LP_WINOGRAD_FORMS])(const lp_winograd_input *job);
  void (*output[LP_WINOGRAD_FORMS])(const lp_winograd_output *job);
} lp_winograd_kernels;

/* NULL where there are no blocked layouts. */
LP_INTERNAL const lp_winograd_kernels *lp_winograd_find(lp_isa isa);
LP_INTERNAL lp_winograd_sizes lp_winograd_sizes_of(lp_winograd_form form);
/* Numbers of a transformed tile. */
static inline int64_t lp_winograd_tile(const lp_winograd_sizes *sizes) {
  return (int64_t)sizes->points * (sizes->line ? 1 : sizes->points);
}
/* G: for each point, what each tap is multiplied by. */
LP_INTERNAL void lp_winograd_filter(lp_winograd_form form,
                                    double g[LP_WINOGRAD_MOST_POINTS][LP_WINOGRAD_MOST_POINTS]);

#endif
