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

#include "strided_copy.h"

#define MATRIX_PRODUCT_ROWS 60 /* a multiple of every register block */
#define MATRIX_PRODUCT_PART (8 * MATRIX_PRODUCT_ROWS)
#define MATRIX_PRODUCT_DEPTH 256
#define MATRIX_PRODUCT_GROUP 131072 /* floats of packed panels */
#define MATRIX_PRODUCT_FEW 4        /* rows up to which b is read as it is */
/* Rows so many floats apart, or a multiple, meet in few sets; and by how many they are moved. */
#define MATRIX_PRODUCT_SET 128
#define MATRIX_PRODUCT_APART 16
/* Multiply-adds below which one thread does it all. */
#define MATRIX_PRODUCT_PARALLEL 200000.0

typedef struct matrix_product_work {
  const lp_matrix_product *job;
  const lp_linear_kernels *kernels;
  lp_linear_epilogue epilogue; /* alpha for each row of a block */
  float alphas[(MATRIX_PRODUCT_ROWS + LP_MAX_BLOCK - 1) / LP_MAX_BLOCK * LP_MAX_BLOCK];
  int64_t step;     /* of the depth */
  int64_t columns;  /* of a group, a multiple of the kernel's */
  int64_t groups;   /* of a product */
  int64_t parts;    /* of a product's rows */
  bool apart;       /* rows of a are copied */
  int64_t floats;   /* of scratch for each thread */
} matrix_product_work;

static int64_t matrix_product_least(int64_t a, int64_t b) { return a < b ? a : b; }

static matrix_product_work matrix_product_plan(const lp_matrix_product *job) {
  matrix_product_work work = {.job = job, .kernels = lp_linear_find(job->isa)};
  const int64_t width = work.kernels->gemm_columns;
  const int64_t panels = job->columns / width + (job->columns % width != 0);
  work.step = matrix_product_least(job->depth, MATRIX_PRODUCT_DEPTH);
  work.columns =
      width * matrix_product_least(panels, MATRIX_PRODUCT_GROUP / width / MATRIX_PRODUCT_DEPTH);
  work.groups = work.columns > 0 ? (job->columns - 1) / work.columns + 1 : 0;
  work.parts = job->rows / MATRIX_PRODUCT_PART + (job->rows % MATRIX_PRODUCT_PART != 0);
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
  const matrix_product_work work = matrix_product_plan(product);
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

/* `count` columns of b of so many k in panels; what a panel has beyond the last column is 0. */
static void matrix_product_pack(const matrix_product_work *work, const float *b, int64_t depth,
                                int64_t count, float *panels) {
  const lp_matrix_product *job = work->job;
  const int64_t width = work->kernels->gemm_columns;
  for (int64_t column = 0; column < count; column += width, panels += width * depth) {
    const int64_t columns = matrix_product_least(width, count - column);
    lp_strided_copy copy;
    if (columns < width) {
      memset(panels, 0, (size_t)(width * depth) * sizeof(float));
    }
    lp_strided_copy_begin(&copy);
    lp_strided_copy_add(&copy, depth, job->b_depth, width);
    lp_strided_copy_add(&copy, columns, job->b_column, 1);
    lp_strided_copy_run(&copy, b + column * job->b_column, panels, sizeof(float), NULL);
  }
}

/* Adds to, or begins, `count` columns of some rows of c with b's piece in panels. */
static void matrix_product_rows(const matrix_product_work *work, lp_gemm gemm, int64_t count,
                                bool first, const float *panels) {
  const int64_t width = work->kernels->gemm_columns;
  gemm.b_depth = width;
  gemm.epilogue = first && work->job->alpha == 1.0 ? NULL : &work->epilogue;
  for (int64_t column = 0; column < count; column += width) {
    gemm.b = panels + column * gemm.depth;
    gemm.columns = matrix_product_least(width, count - column);
    gemm.added = first ? NULL : gemm.c;
    work->kernels->gemm(&gemm);
    gemm.c += width;
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
  for (int64_t row = 0; row < job->rows && job->alpha != 1.0; row++) {
    for (int64_t column = 0; column < count; column++) {
      c[row * job->c_row + column] *= (float)job->alpha;
    }
  }
}

static void matrix_product_chunk(void *context, int64_t chunk, unsigned worker) {
  const matrix_product_work *work = context;
  const lp_matrix_product *job = work->job;
  matrix_product_place place =
      matrix_product_find(job, chunk / work->parts / work->groups);
  const int64_t width = work->kernels->gemm_columns;
  const int64_t column = chunk / work->parts % work->groups * work->columns;
  const int64_t count = matrix_product_least(work->columns, job->columns - column);
  const int64_t from = chunk % work->parts * MATRIX_PRODUCT_PART;
  const int64_t to = matrix_product_least(job->rows, from + MATRIX_PRODUCT_PART);
  const bool few = job->rows <= MATRIX_PRODUCT_FEW;
  float *panels = (float *)job->scratch + (int64_t)worker * work->floats;
  float *rows = panels + work->columns * work->step;
  int64_t done = 0;
  place.b += column * job->b_column;
  place.c += column;
  if (few && job->a_depth == 1 && job->b_depth == 1) {
    matrix_product_dots(work, place.a, place.b, count, place.c);
    return;
  }
  const bool direct = few && job->b_column == 1 && count % width == 0;
  do {
    lp_gemm gemm = {.depth = matrix_product_least(direct ? job->depth : work->step,
                                                  job->depth - done),
                    .c_row = job->c_row};
    if (direct) {
      gemm.b = place.b;
      gemm.b_depth = job->b_depth;
    } else {
      matrix_product_pack(work, place.b + done * job->b_depth, gemm.depth, count, panels);
    }
    for (int64_t row = from; row < to; row += MATRIX_PRODUCT_ROWS) {
      gemm.rows = matrix_product_least(MATRIX_PRODUCT_ROWS, to - row);
      gemm.a = place.a + row * job->a_row + done * job->a_depth;
      gemm.a_row = job->a_row;
      gemm.a_depth = job->a_depth;
      gemm.c = place.c + row * job->c_row;
      if (direct) {
        gemm.columns = count;
        gemm.epilogue = job->alpha == 1.0 ? NULL : &work->epilogue;
        work->kernels->gemm(&gemm);
        continue;
      }
      if (work->apart) {
        gemm.a_row = work->step + MATRIX_PRODUCT_APART;
        for (int64_t r = 0; r < gemm.rows; r++) {
          memcpy(rows + r * gemm.a_row, gemm.a + r * job->a_row,
                 (size_t)gemm.depth * sizeof(float));
        }
        gemm.a = rows;
      }
      matrix_product_rows(work, gemm, count, done == 0, panels);
    }
    done += gemm.depth;
  } while (done < job->depth);
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
  const double each = (double)job.rows * (double)job.columns * (double)job.depth;
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
  lp_threads *threads = each * (double)products < MATRIX_PRODUCT_PARALLEL ? NULL : job.threads;
  if (lp_dtype_is(job.dtype, LP_FLOAT64)) {
    lp_threads_run(threads, products * job.rows, matrix_product_doubles, &job);
    return;
  }
  matrix_product_work work = matrix_product_plan(&job);
  for (size_t i = 0; i < LP_COUNT(work.alphas); i++) {
    work.alphas[i] = (float)job.alpha;
  }
  work.epilogue = (lp_linear_epilogue){.scale = work.alphas};
  lp_threads_run(threads, products * work.groups * work.parts, matrix_product_chunk, &work);
}

#undef MATRIX_PRODUCT_ROWS
#undef MATRIX_PRODUCT_PART
#undef MATRIX_PRODUCT_DEPTH
#undef MATRIX_PRODUCT_GROUP
#undef MATRIX_PRODUCT_FEW
#undef MATRIX_PRODUCT_SET
#undef MATRIX_PRODUCT_APART
#undef MATRIX_PRODUCT_PARALLEL
