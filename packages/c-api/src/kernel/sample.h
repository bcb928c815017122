/*
 * sample.h - images read between their pixels: deformable convolution, samplers, rotated and
 * deformable regions. float32 and float64, plain layout; coordinates are computed in that type.
 */
#ifndef LP_KERNEL_SAMPLE_H
#define LP_KERNEL_SAMPLE_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Planes that are read, and the places that are written: channel c begins at c times the step. */
typedef struct lp_sample_planes {
  int64_t height, width;
  int64_t channels;
  const void *x;
  int64_t x_channel;
  void *y;
  int64_t y_channel;
} lp_sample_planes;

/* y[i] of each channel is the image at (rows[i], columns[i]), -1 and 1 the centres of the outermost pixels; beyond the image is 0. */
LP_INTERNAL void lp_sample_grid(const lp_sample_planes *planes, lp_dtype dtype,
                                const void *columns, const void *rows, int64_t count);
/* Points [first, first + count) of a grid, row by row, under an affine map of 6 numbers. */
LP_INTERNAL void lp_sample_affine(lp_dtype dtype, const void *map, int64_t height, int64_t width,
                                  int64_t first, int64_t count, void *columns, void *rows);

/* The columns of a deformable convolution: the window's tap t of output pixel p reads the image at a place that is moved. */
typedef struct lp_sample_window {
  int64_t kernel[2], stride[2], dilate[2], pad[2];
  int64_t out_width;
  int64_t out_pixels;
  int64_t group_channels; /* channels of the planes that share offsets */
  int64_t first_channel;  /* the planes' first, among those of the image */
  const void *offset;     /* the image's: [group][tap][y, x][pixel] */
  const void *mask;       /* [group][tap][pixel], factors; NULL: 1, and samples beyond [0, size) are 0; else neighbours are, that lie beyond */
} lp_sample_window;
/* Pixels [first, first + count) of each tap of each channel; y_channel is that of a tap. */
LP_INTERNAL void lp_sample_columns(const lp_sample_planes *planes, lp_dtype dtype,
                                   const lp_sample_window *window, int64_t first, int64_t count);

/* Means of samples in the bins of one region; y[channel][bin]. */
typedef struct lp_sample_region {
  int64_t bins[2];
  double scale;
  const void *roi;
  /* rotated */
  int64_t ratio; /* samples per bin and axis; 0 or less: by the region's size */
  /* deformable */
  int64_t group_size, part_size, samples;
  int64_t classes;     /* of channels that move together */
  const void *moves;   /* [class][x, y][part][part]; NULL: none */
  double moves_scale;
} lp_sample_region;
/* Samples that a bin of a rotated region takes along an axis. */
LP_INTERNAL double lp_sample_rotated_count(const lp_sample_region *region, lp_dtype dtype,
                                           int axis);
LP_INTERNAL void lp_sample_rotated(const lp_sample_planes *planes, lp_dtype dtype,
                                   const lp_sample_region *region);
/* channels are the output's; each reads one of group_size^2 planes per bin. */
LP_INTERNAL void lp_sample_deformable(const lp_sample_planes *planes, lp_dtype dtype,
                                      const lp_sample_region *region);

#endif
