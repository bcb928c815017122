/*
 * matrix_product.c - see matrix_product.h.
 *
 * A chunk is a part of the rows by a group of columns of one product. It goes
 * through the depth piece by piece: b's piece is brought into panels as wide as
 * the kernel's register block, where it stays in the second-level cache while
 * a's rows pass by, some at a time; sums go on in c. Rows of a whose numbers
 * would meet in few sets of the first-level cache are brought together first.
 * A few rows are not worth packing b for: they read it as it is.
 */
#include "matrix_product.h"

#include <string.h>

#include "blas.h"
#include "elementwise.h"
#include "strided_copy.h"

#define MATRIX_PRODUCT_ROWS 60 /* a multiple of every register block */
#define MATRIX_PRODUCT_DEPTH 256
#define MATRIX_PRODUCT_GROUP 512 /* columns of a group; a multiple of every register block */
#define MATRIX_PRODUCT_FEW 4     /* rows up to which b is read as it is */
/* Rows so many floats apart, or a multiple, meet in few sets; and by how many they are moved. */
#define MATRIX_PRODUCT_SET 512
#define MATRIX_PRODUCT_APART 16
#define MATRIX_PRODUCT_AHEAD 16 /* rows of b that are asked for while one is packed */
/* Multiply-adds below which one thread does it all. */
#define MATRIX_PRODUCT_PARALLEL 200000.0

typedef struct matrix_product_work {
  const lp_matrix_product *job;
  const lp_linear_kernels *kernels;
  int64_t width;   /* of a panel */
  int64_t step;    /* of the depth */
  int64_t columns; /* of a group, a multiple of the panels' */
  int64_t groups;  /* of a product */
  int64_t rows;    /* of a chunk */
  int64_t parts;   /* of a product's rows */
  bool apart;      /* rows of a are copied */
  int64_t floats;  /* of scratch for each thread */
} matrix_product_work;

static int64_t matrix_product_least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t matrix_product_quotient(int64_t a, int64_t b) { return a / b + (a % b != 0); }

/* Columns are cut first; rows too where several threads would have too few chunks. */
static matrix_product_work matrix_product_plan(const lp_matrix_product *job, unsigned threads) {
  matrix_product_work work = {.job = job, .kernels = lp_linear_find(job->isa)};
  work.width = lp_blas_takes(job->isa, lp_matrix_product_adds(job)) ? MATRIX_PRODUCT_GROUP
                                                                    : work.kernels->gemm_columns;
  work.step = matrix_product_least(job->depth, MATRIX_PRODUCT_DEPTH);
  work.columns = matrix_product_least(
      MATRIX_PRODUCT_GROUP, matrix_product_quotient(job->columns, work.width) * work.width);
  work.groups = work.columns > 0 ? matrix_product_quotient(job->columns, work.columns) : 0;
  work.rows = job->rows;
  if (threads > 1 && job->outer * job->inner * work.groups < 4 * (int64_t)threads) {
    const int64_t blocks = matrix_product_quotient(job->rows, MATRIX_PRODUCT_ROWS);
    work.rows = matrix_product_quotient(blocks, 2 * (int64_t)threads) * MATRIX_PRODUCT_ROWS;
  }
  work.parts = work.rows > 0 ? matrix_product_quotient(job->rows, work.rows) : 0;
  work.apart = job->a_depth == 1 && job->a_row % MATRIX_PRODUCT_SET == 0 &&
               job->a_row > work.step && job->rows > MATRIX_PRODUCT_FEW;
  work.floats = work.columns * work.step +
                (work.apart ? MATRIX_PRODUCT_ROWS * (work.step + MATRIX_PRODUCT_APART) : 0);
  return work;
}

size_t lp_matrix_product_scratch(const lp_matrix_product *product, unsigned threads) {
  size_t bytes;
  if (lp_dtype_is(product->dtype, LP_FLOAT64)) {
    return 0;
  }
  const matrix_product_work work = matrix_product_plan(product, threads);
  return lp_size_multiply((size_t)work.floats * sizeof(float), threads, &bytes) ? bytes : SIZE_MAX;
}

/* The matrices of one product. */
typedef struct matrix_product_place {
  const float *a;
  const float *b;
  float *c;
} matrix_product_place;

static matrix_product_place matrix_product_find(const lp_matrix_product *job, int64_t index) {
  const int64_t o = index / job->inner;
  const int64_t i = index % job->inner;
  return (matrix_product_place){(const float *)job->a + o * job->a_outer + i * job->a_inner,
                                (const float *)job->b + o * job->b_outer + i * job->b_inner,
                                (float *)job->c + o * job->c_outer + i * job->c_inner};
}

/* `count` columns of b of so many k, times alpha, in panels; what a panel has beyond the last column is 0. */
static void matrix_product_pack(const matrix_product_work *work, const float *b, int64_t depth,
                                int64_t count, float *panels) {
  const lp_matrix_product *job = work->job;
  const int64_t width = work->width;
  const int64_t left = count % width;
  const float alpha = (float)job->alpha;
  if (left > 0) {
    memset(panels + (count - left) * depth, 0, (size_t)(width * depth) * sizeof(float));
  }
  if (job->b_column == 1) { /* row by row, as memory has them */
    for (int64_t k = 0; k < depth; k++) {
      for (int64_t column = 0; column < count && k + MATRIX_PRODUCT_AHEAD < depth; column += 16) {
        LP_PREFETCH(b + (k + MATRIX_PRODUCT_AHEAD) * job->b_depth + column);
      }
      for (int64_t column = 0; column < count; column += width) {
        memcpy(panels + column * depth + k * width, b + k * job->b_depth + column,
               (size_t)matrix_product_least(width, count - column) * sizeof(float));
      }
    }
  } else {
    for (int64_t column = 0; column < count; column += width) {
      const float *next = b + (column + width) * job->b_column;
      lp_strided_copy copy;
      for (int64_t i = 0; i < width && column + width + i < count; i++) {
        for (int64_t k = 0; k < depth && job->b_depth == 1; k += 16) {
          LP_PREFETCH(next + i * job->b_column + k);
        }
      }
      lp_strided_copy_begin(&copy);
      lp_strided_copy_add(&copy, depth, job->b_depth, width);
      lp_strided_copy_add(&copy, matrix_product_least(width, count - column), job->b_column, 1);
      lp_strided_copy_run(&copy, b + column * job->b_column, panels + column * depth,
                          sizeof(float), NULL);
    }
  }
  if (alpha != 1.0f) {
    const lp_elementwise scale = {.function = LP_FUNCTION_MULTIPLY,
                                  .dtype = LP_FLOAT32,
                                  .x = panels,
                                  .y = &alpha,
                                  .out = panels,
                                  .x_step = 1,
                                  .rows = 1,
                                  .n = matrix_product_quotient(count, width) * width * depth};
    lp_elementwise_apply(&scale, job->isa);
  }
}

/* Few rows with b's columns along k: products of rows with rows. */
static void matrix_product_dots(const matrix_product_work *work, const float *a, const float *b,
                                int64_t count, float *c) {
  const lp_matrix_product *job = work->job;
  const lp_dot dot = {.rows = count,
                      .images = job->rows,
                      .depth = job->depth,
                      .w = b,
                      .w_row = job->b_column,
                      .x = a,
                      .x_image = job->a_row,
                      .sum = c,
                      .sum_image = job->c_row};
  work->kernels->dot(&dot);
}

/* c times alpha, where the rows were few. */
static void matrix_product_scale(const matrix_product_work *work, int64_t count, float *c) {
  const lp_matrix_product *job = work->job;
  for (int64_t row = 0; row < job->rows && job->alpha != 1.0; row++) {
    for (int64_t column = 0; column < count; column++) {
      c[row * job->c_row + column] *= (float)job->alpha;
    }
  }
}

/* So many rows from `row` on, piece by piece along the depth. */
static void matrix_product_block(const matrix_product_work *work, const matrix_product_place *place,
                                 int64_t row, int64_t rows, int64_t count, float *scratch) {
  const lp_matrix_product *job = work->job;
  float *copies = scratch + work->columns * work->step;
  int64_t done = 0;
  do {
    lp_gemm gemm = {.depth = matrix_product_least(work->step, job->depth - done),
                    .b_depth = work->width,
                    .c_row = job->c_row,
                    .accumulate = done > 0};
    matrix_product_pack(work, place->b + done * job->b_depth, gemm.depth, count, scratch);
    for (int64_t r = 0; r < rows; r += MATRIX_PRODUCT_ROWS) {
      gemm.rows = matrix_product_least(MATRIX_PRODUCT_ROWS, rows - r);
      gemm.a = place->a + (row + r) * job->a_row + done * job->a_depth;
      gemm.a_row = job->a_row;
      gemm.a_depth = job->a_depth;
      if (work->apart) {
        gemm.a_row = work->step + MATRIX_PRODUCT_APART;
        for (int64_t i = 0; i < gemm.rows; i++) {
          memcpy(copies + i * gemm.a_row, gemm.a + i * job->a_row,
                 (size_t)gemm.depth * sizeof(float));
        }
        gemm.a = copies;
      }
      for (int64_t column = 0; column < count; column += work->width) {
        gemm.b = scratch + column * gemm.depth;
        gemm.columns = matrix_product_least(work->width, count - column);
        gemm.c = place->c + (row + r) * job->c_row + column;
        work->kernels->gemm(&gemm);
      }
    }
    done += gemm.depth;
  } while (done < job->depth);
}

static void matrix_product_chunk(void *context, int64_t chunk, unsigned worker) {
  const matrix_product_work *work = context;
  const lp_matrix_product *job = work->job;
  matrix_product_place place = matrix_product_find(job, chunk / work->parts / work->groups);
  const int64_t column = chunk / work->parts % work->groups * work->columns;
  const int64_t count = matrix_product_least(work->columns, job->columns - column);
  const int64_t row = chunk % work->parts * work->rows;
  place.b += column * job->b_column;
  place.c += column;
  if (job->rows <= MATRIX_PRODUCT_FEW && job->a_depth == 1 && job->b_depth == 1) {
    matrix_product_dots(work, place.a, place.b, count, place.c);
    matrix_product_scale(work, count, place.c);
  } else if (job->rows <= MATRIX_PRODUCT_FEW && job->b_column == 1 &&
             count % work->kernels->gemm_columns == 0) {
    const lp_gemm gemm = {.rows = job->rows,
                          .columns = count,
                          .depth = job->depth,
                          .a = place.a,
                          .a_row = job->a_row,
                          .a_depth = job->a_depth,
                          .b = place.b,
                          .b_depth = job->b_depth,
                          .c = place.c,
                          .c_row = job->c_row};
    work->kernels->gemm(&gemm);
    matrix_product_scale(work, count, place.c);
  } else {
    matrix_product_block(work, &place, row, matrix_product_least(work->rows, job->rows - row),
                         count, (float *)job->scratch + (int64_t)worker * work->floats);
  }
}

/* float64: row by row, along whichever of columns and k are neighbours. */
static void matrix_product_doubles(void *context, int64_t chunk, unsigned worker) {
  const lp_matrix_product *job = context;
  const int64_t row = chunk % job->rows;
  const int64_t o = chunk / job->rows / job->inner;
  const int64_t i = chunk / job->rows % job->inner;
  const double *a = (const double *)job->a + o * job->a_outer + i * job->a_inner + row * job->a_row;
  const double *b = (const double *)job->b + o * job->b_outer + i * job->b_inner;
  double *c = (double *)job->c + o * job->c_outer + i * job->c_inner + row * job->c_row;
  (void)worker;
  for (int64_t column = 0; column < job->columns; column++) {
    c[column] = 0;
  }
  for (int64_t k = 0; k < job->depth && job->b_column == 1; k++) {
    for (int64_t column = 0; column < job->columns; column++) {
      c[column] += a[k * job->a_depth] * b[k * job->b_depth + column];
    }
  }
  for (int64_t column = 0; column < job->columns; column++) {
    double sum = c[column];
    for (int64_t k = 0; k < job->depth && job->b_column != 1; k++) {
      sum += a[k * job->a_depth] * b[k * job->b_depth + column * job->b_column];
    }
    c[column] = job->alpha * sum;
  }
}

void lp_matrix_product_run(const lp_matrix_product *product) {
  lp_matrix_product job = *product;
  const int64_t products = job.outer * job.inner;
  if (products == 0 || job.rows == 0 || job.columns == 0) {
    return;
  }
  if (job.columns == 1 && job.a_depth == 1 && job.b_depth == 1 && job.c_row == 1) {
    /* A matrix by a vector: the vector by the transposed matrix. */
    job.rows = 1;
    job.columns = product->rows;
    job.a = product->b;
    job.a_outer = product->b_outer;
    job.a_inner = product->b_inner;
    job.b = product->a;
    job.b_outer = product->a_outer;
    job.b_inner = product->a_inner;
    job.b_column = product->a_row;
  }
  lp_threads *threads =
      lp_matrix_product_adds(&job) < MATRIX_PRODUCT_PARALLEL ? NULL : job.threads;
  if (lp_dtype_is(job.dtype, LP_FLOAT64)) {
    lp_threads_run(threads, products * job.rows, matrix_product_doubles, &job);
    return;
  }
  matrix_product_work work = matrix_product_plan(&job, lp_threads_count(job.threads));
  lp_threads_run(threads, products * work.groups * work.parts, matrix_product_chunk, &work);
}

#undef MATRIX_PRODUCT_ROWS
#undef MATRIX_PRODUCT_DEPTH
#undef MATRIX_PRODUCT_GROUP
#undef MATRIX_PRODUCT_FEW
#undef MATRIX_PRODUCT_SET
#undef MATRIX_PRODUCT_APART
#undef MATRIX_PRODUCT_AHEAD
#undef MATRIX_PRODUCT_PARALLEL
