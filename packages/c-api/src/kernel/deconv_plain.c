/*
 * deconv_plain.c - transposed convolution in plain layout.
 *
 * A matrix product gives what every input pixel sends to every tap of every
 * filter, [filter and tap][pixel]; its rows are then added to the output where
 * the taps fall. A chunk has some filters of one image, which no other chunk
 * writes; tiles of pixels and pieces of rows keep the product in the cache.
 * The order of additions to an output does not depend on the cut.
 */
#include "convolution.h"

#include <string.h>

#define DECONV_PLAIN_TILE 128 /* pixels: a multiple of every gemm_columns */
#define DECONV_PLAIN_ROWS 512 /* of a piece of the product */
/* Multiply-adds below which one thread does it all. */
#define DECONV_PLAIN_PARALLEL 400000.0

typedef struct deconv_plain_job {
  const lp_conv_run *run;
  const lp_linear_kernels *kernels;
  int64_t splits, split_filters; /* of a group */
  int64_t tile;                  /* pixels */
  size_t worker_floats;
} deconv_plain_job;

/* What every input pixel is multiplied with, for all. */
static double deconv_plain_work(const lp_conv_geometry *g) {
  return (double)g->batch * (double)g->channels * (double)(g->filters / g->groups) *
         (double)lp_conv_taps(g) * (double)lp_conv_in_pixels(g);
}

static int64_t deconv_plain_tile(const lp_conv_geometry *g, lp_isa isa) {
  int64_t step = lp_linear_find(isa)->gemm_columns;
  int64_t pixels = (lp_conv_in_pixels(g) + step - 1) / step * step;
  return pixels < DECONV_PLAIN_TILE ? (pixels > 0 ? pixels : step) : DECONV_PLAIN_TILE;
}

size_t lp_deconv_plain_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads, lp_dtype dtype) {
  size_t rows = DECONV_PLAIN_ROWS;
  size_t size;
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    return 0;
  }
  if (!lp_size_add(rows, (size_t)(g->channels / g->groups), &rows) ||
      !lp_size_multiply(rows, (size_t)deconv_plain_tile(g, isa), &size) ||
      !lp_size_multiply(size, threads * sizeof(float), &size)) {
    return SIZE_MAX;
  }
  return size;
}

/* Where tap `k` of input position `i` falls in one dimension. */
static int64_t deconv_plain_place(const lp_conv_geometry *g, int d, int64_t i, int64_t k) {
  return i * g->stride[d] - g->pad[d] + k * g->dilate[d];
}

/* Adds one row of the product, of pixels [first, first + count) and one tap, to its filter's output. */
static void deconv_plain_scatter(const lp_conv_geometry *g, int64_t tap, int64_t first,
                                  int64_t count, const float *row, float *y) {
  const int64_t kx = tap % g->kernel[2];
  const int64_t ky = tap / g->kernel[2] % g->kernel[1];
  const int64_t kz = tap / g->kernel[2] / g->kernel[1];
  const int64_t stride = g->stride[2];
  int64_t pixel = first;
  while (pixel < first + count) {
    const int64_t ix = pixel % g->in[2];
    const int64_t oy = deconv_plain_place(g, 1, pixel / g->in[2] % g->in[1], ky);
    const int64_t oz = deconv_plain_place(g, 0, pixel / g->in[2] / g->in[1], kz);
    int64_t length = g->in[2] - ix;
    length = length < first + count - pixel ? length : first + count - pixel;
    if (oy >= 0 && oy < g->out[1] && oz >= 0 && oz < g->out[0]) {
      const int64_t begin = deconv_plain_place(g, 2, ix, kx);
      const float *LP_RESTRICT source = row + (pixel - first);
      float *LP_RESTRICT target = y + (oz * g->out[1] + oy) * g->out[2];
      int64_t from = begin < 0 ? (-begin + stride - 1) / stride : 0;
      int64_t to = begin >= g->out[2] ? 0 : (g->out[2] - 1 - begin) / stride + 1;
      to = to < length ? to : length;
      for (int64_t i = from; i < to; i++) {
        target[begin + i * stride] += source[i];
      }
    }
    pixel += length;
  }
}

static void deconv_plain_chunk(void *context, int64_t chunk, unsigned worker) {
  const deconv_plain_job *job = context;
  const lp_conv_run *run = job->run;
  const lp_conv_geometry *g = run->geometry;
  const int64_t taps = lp_conv_taps(g);
  const int64_t pixels = lp_conv_in_pixels(g);
  const int64_t out_pixels = lp_conv_out_pixels(g);
  const int64_t channels = g->channels / g->groups;
  const int64_t filters = g->filters / g->groups;
  const int64_t group = chunk / job->splits % g->groups;
  const int64_t image = chunk / job->splits / g->groups;
  const int64_t first_filter = chunk % job->splits * job->split_filters;
  const int64_t count =
      filters - first_filter < job->split_filters ? filters - first_filter : job->split_filters;
  const int64_t rows = count * taps;
  const float *x = (const float *)run->x + (image * g->channels + group * channels) * pixels;
  const float *w = (const float *)run->w + (group * channels * filters + first_filter) * taps;
  const float *bias = run->bias;
  const int64_t filter = group * filters + first_filter;
  float *y = (float *)run->y + (image * g->filters + filter) * out_pixels;
  float *product = (float *)run->scratch + worker * job->worker_floats;
  float *tile = product + DECONV_PLAIN_ROWS * job->tile;
  for (int64_t f = 0; f < count; f++) {
    const float start = bias != NULL ? bias[filter + f] : 0.0f;
    for (int64_t i = 0; i < out_pixels; i++) {
      y[f * out_pixels + i] = start;
    }
  }
  for (int64_t first = 0; first < pixels; first += job->tile) {
    lp_gemm gemm = {.columns = pixels - first < job->tile ? pixels - first : job->tile,
                    .depth = channels,
                    .a_row = 1,
                    .a_depth = filters * taps,
                    .b = x + first,
                    .b_depth = pixels,
                    .c = product,
                    .c_row = job->tile};
    if (gemm.columns % job->kernels->gemm_columns != 0) {
      for (int64_t c = 0; c < channels; c++) {
        memcpy(tile + c * job->tile, x + c * pixels + first,
               (size_t)gemm.columns * sizeof(float));
      }
      gemm.b = tile;
      gemm.b_depth = job->tile;
    }
    for (int64_t row = 0; row < rows; row += DECONV_PLAIN_ROWS) {
      gemm.rows = rows - row < DECONV_PLAIN_ROWS ? rows - row : DECONV_PLAIN_ROWS;
      gemm.a = w + row;
      job->kernels->gemm(&gemm);
      for (int64_t r = 0; r < gemm.rows; r++) {
        deconv_plain_scatter(g, (row + r) % taps, first, gemm.columns, product + r * job->tile,
                              y + (row + r) / taps * out_pixels);
      }
    }
  }
}

/* In double, by definition. */
static void deconv_plain_f64(const lp_conv_run *run) {
  const lp_conv_geometry *g = run->geometry;
  const int64_t taps = lp_conv_taps(g);
  const int64_t pixels = lp_conv_in_pixels(g);
  const int64_t out_pixels = lp_conv_out_pixels(g);
  const int64_t channels = g->channels / g->groups;
  const int64_t filters = g->filters / g->groups;
  const double *bias = run->bias;
  for (int64_t plane = 0; plane < g->batch * g->filters; plane++) {
    const int64_t image = plane / g->filters;
    const int64_t filter = plane % g->filters;
    const int64_t first = filter / filters * channels;
    double *y = (double *)run->y + plane * out_pixels;
    for (int64_t i = 0; i < out_pixels; i++) {
      y[i] = bias != NULL ? bias[filter] : 0.0;
    }
    for (int64_t c = 0; c < channels; c++) {
      const double *x = (const double *)run->x + (image * g->channels + first + c) * pixels;
      const double *w = (const double *)run->w + ((first + c) * filters + filter % filters) * taps;
      for (int64_t pixel = 0; pixel < pixels; pixel++) {
        for (int64_t tap = 0; tap < taps; tap++) {
          const int64_t ox = deconv_plain_place(g, 2, pixel % g->in[2], tap % g->kernel[2]);
          const int64_t oy = deconv_plain_place(g, 1, pixel / g->in[2] % g->in[1],
                                                 tap / g->kernel[2] % g->kernel[1]);
          const int64_t oz = deconv_plain_place(g, 0, pixel / g->in[2] / g->in[1],
                                                 tap / g->kernel[2] / g->kernel[1]);
          if (ox >= 0 && ox < g->out[2] && oy >= 0 && oy < g->out[1] && oz >= 0 &&
              oz < g->out[0]) {
            y[(oz * g->out[1] + oy) * g->out[2] + ox] += x[pixel] * w[tap];
          }
        }
      }
    }
  }
}

void lp_deconv_plain_run(const lp_conv_run *run, lp_dtype dtype) {
  const lp_conv_geometry *g = run->geometry;
  int64_t threads = (int64_t)lp_threads_count(run->threads);
  int64_t filters = g->filters / g->groups;
  deconv_plain_job job = {.run = run, .kernels = lp_linear_find(run->isa)};
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    deconv_plain_f64(run);
    return;
  }
  job.splits = threads > 1 && g->batch * g->groups < 2 * threads ? 2 * threads : 1;
  job.splits = job.splits < filters ? job.splits : filters;
  job.split_filters = (filters + job.splits - 1) / job.splits;
  job.splits = (filters + job.split_filters - 1) / job.split_filters;
  job.tile = deconv_plain_tile(g, run->isa);
  job.worker_floats = (size_t)((DECONV_PLAIN_ROWS + g->channels / g->groups) * job.tile);
  lp_threads_run(deconv_plain_work(g) < DECONV_PLAIN_PARALLEL ? NULL : run->threads,
                 g->batch * g->groups * job.splits, deconv_plain_chunk, &job);
}

#undef DECONV_PLAIN_TILE
#undef DECONV_PLAIN_ROWS
#undef DECONV_PLAIN_PARALLEL
