/*
 * bins.h - an image summed up in a grid of bins: pooling of regions, adaptive pooling.
 *
 * Each axis has its bins apart; a bin is a range of the image's places, or, where they have
 * weights, a range of a list of places. The value of bin (i, j) is the maximum, or the sum of
 * weights times values, over its rows and columns. An empty bin gives 0.
 */
#ifndef LP_KERNEL_BINS_H
#define LP_KERNEL_BINS_H

#include "../tensor/dtype.h"
#include "isa.h"

typedef struct lp_bin {
  int64_t begin; /* places, or entries of the list; begin >= end: none */
  int64_t end;
  double scale; /* the sum is multiplied with it */
} lp_bin;

typedef struct lp_bins {
  int64_t count;
  int64_t step; /* elements from place to place */
  lp_bin *bin;
  int64_t entries; /* room in the list */
  int64_t *at; /* the list: elements from the image's begin; NULL: ranges of places, weight 1 */
  void *weight; /* in the element type */
} lp_bins;

typedef struct lp_bins_run {
  const lp_bins *rows, *columns;
  bool most;      /* the maximum, NaN never wins; ranges only */
  int64_t blocks; /* channels, or blocks of them */
  const void *x;
  int64_t x_block; /* elements from block to block */
  void *y;         /* bins row by row */
  int64_t y_block;
} lp_bins_run;

/* One kernel per element type and level; the pixels are `lanes` elements: 1, or floats as many as lp_cpu_block of the level. */
typedef void (*lp_bins_kernel)(const lp_bins_run *run);
LP_INTERNAL lp_bins_kernel lp_bins_find(lp_dtype dtype, int lanes, lp_isa isa);

/* How the bins of a region lie along an axis; from and to are the region's coordinates. */
typedef enum lp_bins_rule {
  LP_BINS_ROUNDED, /* ROIPooling: whole places, the last one included */
  LP_BINS_SCALED,  /* PSROIPooling: whole places, then scaled */
  LP_BINS_SAMPLED, /* ROIAlign: `samples` samples in each bin, interpolated */
  LP_BINS_HALF     /* the same, half a place back, the region may be smaller than one place */
} lp_bins_rule;
typedef struct lp_bins_axis {
  lp_bins_rule rule;
  double scale;
  int64_t samples; /* 0 or less: as many as a bin has places */
  int64_t size;    /* places of the image */
} lp_bins_axis;

/* Entries that the list of `count` bins needs at most: bins lie side by side, so they share no more than their ends. */
static inline int64_t lp_bins_entries(int64_t count, int64_t size) { return size + 4 * count; }
/* Fills in a region's bins; count, step and memory are given. float32 and float64: coordinates are computed in that type. */
LP_INTERNAL void lp_bins_lay(const lp_bins_axis *axis, lp_dtype dtype, double from, double to,
                             lp_bins *bins);
/* The bins of adaptive pooling: bin i covers floor(i size / count) up to ceil((i + 1) size / count). */
LP_INTERNAL void lp_bins_adapt(int64_t size, lp_bins *bins);

#endif
