/*
 * conv_columns.c - convolution as a matrix product: for a tile of
 * output pixels the inputs under each tap are laid out as the columns of a
 * matrix, [channel and tap][pixel], and the plain weights are multiplied with it.
 *
 * Each worker has one tile of columns in its scratch. Every sum runs over
 * channels and taps in order, so that the cut into chunks changes nothing.
 */
#include "convolution.h"

#include <string.h>

/* Bytes of a tile of columns: fits a second-level cache besides the weights. */
#define CONV_COLUMNS_TILE_BYTES 262144
#define CONV_COLUMNS_TILE_MOST 512 /* columns */
/* Filters of a chunk when pixels alone give too few chunks: a multiple of gemm's rows. */
#define CONV_COLUMNS_SPLIT_ROWS 24
/* Multiply-adds below which one thread does it all. */
#define CONV_COLUMNS_PARALLEL 400000.0

double lp_conv_work(const lp_conv_geometry *g) {
  return (double)g->batch * (double)g->filters * (double)(g->channels / g->groups) *
         (double)lp_conv_taps(g) * (double)lp_conv_out_pixels(g);
}

/* How the work is cut. */
typedef struct conv_columns_cut {
  int64_t depth;   /* channels of a group times taps */
  int64_t tile;    /* columns of a tile: a multiple of gemm's */
  int64_t tiles;   /* per image and group */
  int64_t splits;  /* of the filters of a group */
  int64_t rows;    /* filters of a split */
  size_t prepared; /* floats before the tiles */
  bool direct;     /* 1 wide, not strided, not padded: the input is the matrix */
} conv_columns_cut;

typedef struct conv_columns_job {
  const lp_conv_run *run;
  conv_columns_cut cut;
  lp_linear_epilogue epilogue;
  const lp_linear_kernels *kernels;
  char *tiles; /* of all workers */
  size_t tile_bytes;
} conv_columns_job;

bool lp_conv_columns_direct(const lp_conv_geometry *g) {
  bool direct = lp_conv_taps(g) == 1;
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    direct = direct && g->stride[d] == 1 && g->pad[d] == 0 && g->in[d] == g->out[d];
  }
  return direct;
}

static conv_columns_cut conv_columns_plan(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                                size_t element) {
  conv_columns_cut cut;
  int64_t pixels = lp_conv_out_pixels(g);
  int64_t filters = g->filters / g->groups;
  int64_t step = lp_linear_find(isa)->gemm_columns;
  int64_t fits;
  cut.depth = g->channels / g->groups * lp_conv_taps(g);
  fits = CONV_COLUMNS_TILE_BYTES / (int64_t)element / (cut.depth > 0 ? cut.depth : 1) / step * step;
  cut.tile = fits < step ? step : fits > CONV_COLUMNS_TILE_MOST ? CONV_COLUMNS_TILE_MOST : fits;
  if (cut.tile > (pixels + step - 1) / step * step) {
    cut.tile = pixels > 0 ? (pixels + step - 1) / step * step : step;
  }
  cut.tiles = (pixels + cut.tile - 1) / cut.tile;
  cut.splits = 1;
  if (threads > 1 && filters > CONV_COLUMNS_SPLIT_ROWS &&
      g->batch * g->groups * cut.tiles < 2 * (int64_t)threads) {
    cut.splits = (filters + CONV_COLUMNS_SPLIT_ROWS - 1) / CONV_COLUMNS_SPLIT_ROWS;
    cut.splits = cut.splits < 2 * (int64_t)threads ? cut.splits : 2 * (int64_t)threads;
  }
  cut.rows = (filters + cut.splits - 1) / cut.splits;
  cut.prepared = 0;
  cut.direct = lp_conv_columns_direct(g);
  return cut;
}

size_t lp_conv_columns_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                               lp_dtype dtype) {
  size_t element = lp_dtype_size(dtype);
  conv_columns_cut cut = conv_columns_plan(g, isa, threads, element);
  size_t size;
  size_t prepared;
  if (!lp_size_multiply((size_t)cut.depth, (size_t)cut.tile, &size) ||
      !lp_size_multiply(size, element * threads, &size) ||
      !lp_linear_prepared(g->filters, &prepared) ||
      !lp_size_add(size, prepared * sizeof(float), &size)) {
    return SIZE_MAX;
  }
  return size;
}

#define CONV_COLUMNS_REAL float
#define CONV_COLUMNS_NAME(x) x##_f32
#include "conv_columns.inl"
#undef CONV_COLUMNS_REAL
#undef CONV_COLUMNS_NAME
#define CONV_COLUMNS_REAL double
#define CONV_COLUMNS_NAME(x) x##_f64
#include "conv_columns.inl"
#undef CONV_COLUMNS_REAL
#undef CONV_COLUMNS_NAME

void lp_conv_columns_fill(const lp_conv_geometry *g, const void *x, int64_t first, int64_t count,
                          void *columns, int64_t row, lp_dtype dtype) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    conv_columns_fill_f64(g, x, first, count, columns, row);
  } else {
    conv_columns_fill_f32(g, x, first, count, columns, row);
  }
}

/* y[row][column] = bias[row] + sum over k of w[row][k] * b[k][column], in double. */
static void conv_columns_product_f64(int64_t rows, int64_t columns, int64_t depth, const double *w,
                                const double *b, int64_t b_depth, const double *bias, double *y,
                                int64_t y_row) {
  for (int64_t row = 0; row < rows; row++) {
    double start = bias != NULL ? bias[row] : 0.0;
    for (int64_t column = 0; column < columns; column += 4) {
      const double *value = b + column;
      double sum[4] = {0, 0, 0, 0};
      int64_t count = columns - column < 4 ? columns - column : 4;
      for (int64_t k = 0; k < depth; k++) {
        double weight = w[row * depth + k];
        sum[0] += weight * value[0];
        sum[1] += weight * value[1];
        sum[2] += weight * value[2];
        sum[3] += weight * value[3];
        value += b_depth;
      }
      for (int64_t i = 0; i < count; i++) {
        y[row * y_row + column + i] = sum[i] + start;
      }
    }
  }
}

/* One chunk: a tile of pixels of one group of one image, and a split of its filters. */
typedef struct conv_columns_piece {
  int64_t image, group, first, count; /* pixels */
  int64_t filter, filters;            /* of all */
} conv_columns_piece;

static conv_columns_piece conv_columns_chunk(const conv_columns_job *job, int64_t chunk) {
  const lp_conv_geometry *g = job->run->geometry;
  int64_t pixels = lp_conv_out_pixels(g);
  int64_t per_group = g->filters / g->groups;
  int64_t split = chunk % job->cut.splits;
  int64_t row = split * job->cut.rows;
  conv_columns_piece piece;
  chunk /= job->cut.splits;
  piece.first = chunk % job->cut.tiles * job->cut.tile;
  piece.count = pixels - piece.first < job->cut.tile ? pixels - piece.first : job->cut.tile;
  chunk /= job->cut.tiles;
  piece.group = chunk % g->groups;
  piece.image = chunk / g->groups;
  piece.filter = piece.group * per_group + row;
  piece.filters = per_group - row < job->cut.rows ? per_group - row : job->cut.rows;
  piece.filters = piece.filters > 0 ? piece.filters : 0;
  return piece;
}

static void conv_columns_body_f32(void *context, int64_t chunk, unsigned worker) {
  const conv_columns_job *job = context;
  const lp_conv_geometry *g = job->run->geometry;
  const conv_columns_piece piece = conv_columns_chunk(job, chunk);
  const int64_t pixels = lp_conv_out_pixels(g);
  const int64_t group_channels = g->channels / g->groups;
  const float *x = (const float *)job->run->x + (piece.image * g->channels + piece.group *
                                                 group_channels) * lp_conv_in_pixels(g);
  const int64_t place = (piece.image * g->filters + piece.filter) * pixels + piece.first;
  lp_gemm gemm = {.rows = piece.filters,
                  .columns = piece.count,
                  .depth = job->cut.depth,
                  .a = (const float *)job->run->w + piece.filter * job->cut.depth,
                  .a_row = job->cut.depth,
                  .a_depth = 1,
                  .c = (float *)job->run->y + place,
                  .c_row = pixels,
                  .added = job->run->added != NULL ? job->run->added + place : NULL,
                  .epilogue = &job->epilogue,
                  .channel = piece.filter};
  const lp_conv_fill *own = job->run->fill;
  if (own == NULL && job->cut.direct && piece.count % job->kernels->gemm_columns == 0) {
    gemm.b = x + piece.first;
    gemm.b_depth = pixels;
  } else {
    float *tile = (float *)(void *)(job->tiles + worker * job->tile_bytes);
    if (own != NULL) {
      own->fill(own->context, piece.image, piece.group, piece.first, piece.count, tile,
                job->cut.tile);
    } else {
      conv_columns_fill_f32(g, x, piece.first, piece.count, tile, job->cut.tile);
    }
    gemm.b = tile;
    gemm.b_depth = job->cut.tile;
  }
  job->kernels->gemm(&gemm);
}

static void conv_columns_body_f64(void *context, int64_t chunk, unsigned worker) {
  const conv_columns_job *job = context;
  const lp_conv_geometry *g = job->run->geometry;
  const conv_columns_piece piece = conv_columns_chunk(job, chunk);
  const int64_t pixels = lp_conv_out_pixels(g);
  const double *x =
      (const double *)job->run->x + (piece.image * g->channels +
                                     piece.group * (g->channels / g->groups)) *
                                        lp_conv_in_pixels(g);
  const double *bias = job->run->bias;
  double *tile = (double *)(void *)(job->tiles + worker * job->tile_bytes);
  const lp_conv_fill *own = job->run->fill;
  if (own != NULL) {
    own->fill(own->context, piece.image, piece.group, piece.first, piece.count, tile,
              job->cut.tile);
  } else {
    conv_columns_fill_f64(g, x, piece.first, piece.count, tile, job->cut.tile);
  }
  conv_columns_product_f64(piece.filters, piece.count, job->cut.depth,
                      (const double *)job->run->w + piece.filter * job->cut.depth, tile,
                      job->cut.tile, bias != NULL ? bias + piece.filter : NULL,
                      (double *)job->run->y + (piece.image * g->filters + piece.filter) * pixels +
                          piece.first,
                      pixels);
}

void lp_conv_columns_run(const lp_conv_run *run, lp_dtype dtype) {
  const lp_conv_geometry *g = run->geometry;
  unsigned threads = lp_threads_count(run->threads);
  size_t element = lp_dtype_size(dtype);
  size_t prepared = 0;
  conv_columns_job job = {.run = run,
                     .cut = conv_columns_plan(g, run->isa, threads, element),
                     .kernels = lp_linear_find(run->isa)};
  (void)lp_linear_prepared(g->filters, &prepared);
  job.tiles = (char *)run->scratch + prepared * sizeof(float);
  job.tile_bytes = (size_t)(job.cut.depth * job.cut.tile) * element;
  if (dtype == LP_FLOAT32) {
    job.epilogue = lp_linear_prepare(run->epilogue, run->bias, g->filters, run->scratch);
  }
  lp_threads_run(lp_conv_work(g) < CONV_COLUMNS_PARALLEL ? NULL : run->threads,
                 g->batch * g->groups * job.cut.tiles * job.cut.splits,
                 lp_dtype_is(dtype, LP_FLOAT64) ? conv_columns_body_f64 : conv_columns_body_f32, &job);
}

#undef CONV_COLUMNS_TILE_BYTES
#undef CONV_COLUMNS_TILE_MOST
#undef CONV_COLUMNS_SPLIT_ROWS
#undef CONV_COLUMNS_PARALLEL
