/*
 * fully_connected.c - see fully_connected.h.
 *
 * A chunk is some rows by some images. With few images memory sets the pace,
 * and every row of weights is read once from end to end. With many, a piece of
 * all the chunk's images stays in the second-level cache while the rows pass
 * by; the sums wait in scratch until the last piece. Constant weights of
 * several images are packed in panels instead, a chunk being some panels by a
 * group of images.
 */
#include "fully_connected.h"

#include <string.h>

#define FULLY_CONNECTED_ROWS 32
#define FULLY_CONNECTED_IMAGES 64
#define FULLY_CONNECTED_FEW 4 /* images up to which the depth is not cut */
#define FULLY_CONNECTED_PIECE 32768 /* floats of all images together */
/* Multiply-adds below which one thread does it all. */
#define FULLY_CONNECTED_PARALLEL 200000.0
/* Images so many floats apart, or a multiple, meet in few sets of a first-level cache; and by how many they are moved. */
#define FULLY_CONNECTED_SET 128
#define FULLY_CONNECTED_APART 16

typedef struct fully_connected_work {
  const lp_fully_connected *job;
  lp_linear_epilogue epilogue;
  const lp_linear_kernels *kernels;
  float *sums;
  const float *x; /* panels: the images, x_image apart */
  int64_t x_image;
  int64_t panels; /* of a chunk */
  int64_t images; /* of a chunk of panels */
  int64_t row_chunks;
  int64_t image_chunks;
} fully_connected_work;

size_t lp_fully_connected_scratch(int64_t rows, unsigned threads) {
  size_t prepared;
  size_t sums;
  if (!lp_linear_prepared(rows, &prepared) ||
      !lp_size_multiply(threads, FULLY_CONNECTED_ROWS * FULLY_CONNECTED_IMAGES, &sums) ||
      !lp_size_add(prepared, sums, &sums) || !lp_size_multiply(sums, sizeof(float), &sums)) {
    return SIZE_MAX;
  }
  return sums;
}

static void fully_connected_chunk(void *context, int64_t chunk, unsigned worker) {
  const fully_connected_work *work = context;
  const lp_fully_connected *job = work->job;
  const lp_linear_epilogue *epilogue = &work->epilogue;
  const bool simple = epilogue->scale == NULL && job->added == NULL &&
                      epilogue->activation.kind == LP_ACTIVATION_NONE;
  float *sums = work->sums + (size_t)worker * FULLY_CONNECTED_ROWS * FULLY_CONNECTED_IMAGES;
  int64_t row = chunk / work->image_chunks * FULLY_CONNECTED_ROWS;
  int64_t image = chunk % work->image_chunks * FULLY_CONNECTED_IMAGES;
  lp_dot dot = {.rows = job->rows - row < FULLY_CONNECTED_ROWS ? job->rows - row
                                                               : FULLY_CONNECTED_ROWS,
                .images = job->images - image < FULLY_CONNECTED_IMAGES ? job->images - image
                                                                       : FULLY_CONNECTED_IMAGES,
                .w_row = job->depth,
                .x_image = job->depth,
                .sum = sums,
                .sum_image = FULLY_CONNECTED_ROWS};
  int64_t piece = dot.images <= FULLY_CONNECTED_FEW ? job->depth
                                                    : FULLY_CONNECTED_PIECE / dot.images / 16 * 16;
  int64_t done = 0;
  do {
    dot.depth = job->depth - done < piece ? job->depth - done : piece;
    dot.w = (const float *)job->w + row * job->depth + done;
    dot.x = (const float *)job->x + image * job->depth + done;
    dot.accumulate = done > 0;
    work->kernels->dot(&dot);
    done += dot.depth;
  } while (done < job->depth);
  for (int64_t i = 0; i < dot.images; i++) {
    const float *sum = sums + i * FULLY_CONNECTED_ROWS;
    int64_t place = (image + i) * job->rows + row;
    float *y = (float *)job->y + place;
    const float *added = job->added != NULL ? job->added + place : NULL;
    for (int64_t r = 0; r < dot.rows; r++) {
      if (simple) {
        y[r] = epilogue->shift != NULL ? sum[r] + epilogue->shift[row + r] : sum[r];
      } else {
        y[r] = lp_linear_finish(epilogue, row + r, sum[r], added != NULL ? added[r] : 0.0f);
      }
    }
  }
}

void lp_fully_connected_f32(const lp_fully_connected *job) {
  size_t prepared = 0;
  fully_connected_work work = {.job = job, .kernels = lp_linear_find(job->isa)};
  double multiplications = (double)job->images * (double)job->rows * (double)job->depth;
  (void)lp_linear_prepared(job->rows, &prepared);
  work.epilogue = lp_linear_prepare(job->epilogue, job->bias, job->rows, job->scratch);
  work.sums = (float *)job->scratch + prepared;
  work.row_chunks = (job->rows + FULLY_CONNECTED_ROWS - 1) / FULLY_CONNECTED_ROWS;
  work.image_chunks = (job->images + FULLY_CONNECTED_IMAGES - 1) / FULLY_CONNECTED_IMAGES;
  lp_threads_run(multiplications < FULLY_CONNECTED_PARALLEL ? NULL : job->threads,
                 work.row_chunks * work.image_chunks, fully_connected_chunk, &work);
}

size_t lp_fully_connected_packed(int64_t rows, int64_t depth, lp_isa isa) {
  const size_t width = (size_t)lp_linear_find(isa)->gemm_columns;
  size_t size;
  if (!lp_size_add((size_t)rows, width - 1, &size) ||
      !lp_size_multiply(size / width * width, (size_t)depth, &size) ||
      !lp_size_multiply(size, sizeof(float), &size)) {
    return SIZE_MAX;
  }
  return size;
}

/* Between rows and panels; 8 k at a time, so that a line of either is used while it is near. */
static void fully_connected_repack(int64_t rows, int64_t depth, lp_isa isa, float *w,
                                   float *packed, bool pack) {
  const int64_t width = lp_linear_find(isa)->gemm_columns;
  for (int64_t row = 0; row < rows; row += width, packed += depth * width) {
    for (int64_t from = 0; from < depth; from += 8) {
      const int64_t to = from + 8 < depth ? from + 8 : depth;
      for (int64_t r = 0; r < width; r++) {
        for (int64_t k = from; k < to; k++) {
          float *place = packed + k * width + r;
          if (row + r >= rows) {
            *place = pack ? 0.0f : *place;
          } else if (pack) {
            *place = w[(row + r) * depth + k];
          } else {
            w[(row + r) * depth + k] = *place;
          }
        }
      }
    }
  }
}

void lp_fully_connected_pack(int64_t rows, int64_t depth, lp_isa isa, const float *w,
                             float *packed) {
  fully_connected_repack(rows, depth, isa, (float *)(uintptr_t)w, packed, true);
}

void lp_fully_connected_unpack(int64_t rows, int64_t depth, lp_isa isa, const float *packed,
                               float *w) {
  fully_connected_repack(rows, depth, isa, w, (float *)(uintptr_t)packed, false);
}

/* Floats from image to image where panels read them: the numbers of all images at one place would else lie in one set of the first-level cache. */
static int64_t fully_connected_step(int64_t depth) {
  return depth % FULLY_CONNECTED_SET == 0 ? depth + FULLY_CONNECTED_APART : depth;
}

size_t lp_fully_connected_panels_scratch(int64_t images, int64_t rows, int64_t depth) {
  size_t prepared, copy, step;
  if (!lp_linear_prepared(rows, &prepared) ||
      !lp_size_add((size_t)depth, FULLY_CONNECTED_APART, &step) ||
      !lp_size_multiply(fully_connected_step(depth) == depth ? 0 : step, (size_t)images, &copy) ||
      !lp_size_add(prepared, copy, &copy) || !lp_size_multiply(copy, sizeof(float), &copy)) {
    return SIZE_MAX;
  }
  return copy;
}

/* Panels of a chunk by one group of images. */
static void fully_connected_panels_chunk(void *context, int64_t chunk, unsigned worker) {
  const fully_connected_work *work = context;
  const lp_fully_connected *job = work->job;
  const int64_t width = work->kernels->gemm_columns;
  const int64_t image = chunk / work->row_chunks * work->images;
  const int64_t from = chunk % work->row_chunks * work->panels * width;
  const int64_t to = from + work->panels * width < job->rows ? from + work->panels * width
                                                             : job->rows;
  (void)worker;
  for (int64_t row = from; row < to; row += width) {
    const int64_t place = image * job->rows + row;
    const lp_panel panel = {
        .images = job->images - image < work->images ? job->images - image : work->images,
        .columns = job->rows - row < width ? job->rows - row : width,
        .depth = job->depth,
        .x = work->x + image * work->x_image,
        .x_image = work->x_image,
        .w = (const float *)job->w + row * job->depth,
        .y = (float *)job->y + place,
        .y_image = job->rows,
        .added = job->added != NULL ? job->added + place : NULL,
        .epilogue = &work->epilogue,
        .channel = row};
    work->kernels->panel(&panel);
  }
}

void lp_fully_connected_panels(const lp_fully_connected *job) {
  fully_connected_work work = {.job = job, .kernels = lp_linear_find(job->isa)};
  const int64_t width = work.kernels->gemm_columns;
  const int64_t panels = (job->rows + width - 1) / width;
  work.image_chunks = (job->images + LP_PANEL_IMAGES - 1) / LP_PANEL_IMAGES;
  work.images = (job->images + work.image_chunks - 1) / work.image_chunks;
  const double each = (double)work.images * (double)width * (double)job->depth;
  work.epilogue = lp_linear_prepare(job->epilogue, job->bias, job->rows, job->scratch);
  work.x = job->x;
  work.x_image = fully_connected_step(job->depth);
  if (work.x_image != job->depth) {
    size_t prepared = 0;
    (void)lp_linear_prepared(job->rows, &prepared);
    float *copy = (float *)job->scratch + prepared;
    for (int64_t image = 0; image < job->images; image++) {
      memcpy(copy + image * work.x_image, work.x + image * job->depth,
             (size_t)job->depth * sizeof(float));
    }
    work.x = copy;
  }
  work.panels = 1 + (int64_t)(FULLY_CONNECTED_PARALLEL * 4 / (each + 1));
  work.row_chunks = (panels + work.panels - 1) / work.panels;
  lp_threads_run(job->threads, work.row_chunks * work.image_chunks, fully_connected_panels_chunk,
                 &work);
}

void lp_fully_connected_f64(const lp_fully_connected *job) {
  const double *bias = job->bias;
  for (int64_t image = 0; image < job->images; image++) {
    const double *x = (const double *)job->x + image * job->depth;
    for (int64_t row = 0; row < job->rows; row++) {
      const double *w = (const double *)job->w + row * job->depth;
      double sum = bias != NULL ? bias[row] : 0.0;
      for (int64_t k = 0; k < job->depth; k++) {
        sum += x[k] * w[k];
      }
      ((double *)job->y)[image * job->rows + row] = sum;
    }
  }
}

#undef FULLY_CONNECTED_ROWS
#undef FULLY_CONNECTED_IMAGES
#undef FULLY_CONNECTED_FEW
#undef FULLY_CONNECTED_PIECE
#undef FULLY_CONNECTED_PARALLEL
#undef FULLY_CONNECTED_SET
#undef FULLY_CONNECTED_APART
