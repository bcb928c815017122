/* quantized.c - see quantized.h. */
#include "quantized.h"

#include "../base/memory.h"
#include "fully_connected.h"

#include <string.h>

#define QUANTIZED_TILE 256
#define QUANTIZED_CHUNK 16384
/* Products of 127 or 128 and 255 that fit 2^24 together. */
#define QUANTIZED_TERMS 512

#define QUANTIZED_LOAD(ctype)                                 \
  for (int64_t i = 0; i < n; i++) {                           \
    tile[i] = (float)((const ctype *)x)[first + i] * scale;   \
  }                                                           \
  break

static void quantized_load(const void *x, lp_dtype type, float scale, int64_t first, int64_t n,
                           float *tile) {
  switch (type) {
    case LP_INT8: QUANTIZED_LOAD(int8_t);
    case LP_UINT8: QUANTIZED_LOAD(uint8_t);
    case LP_INT32: QUANTIZED_LOAD(int32_t);
    default: QUANTIZED_LOAD(float);
  }
}
#undef QUANTIZED_LOAD

static void quantized_store(const float *tile, lp_dtype type, int64_t first, int64_t n, void *y) {
  switch (type) {
    case LP_INT8:
      for (int64_t i = 0; i < n; i++) {
        const float from = tile[i];
        const float low = from < 127.0f ? from : 127.0f;
        const float v = low > -128.0f ? low : -128.0f;
        ((int8_t *)y)[first + i] = (int8_t)lp_quantized_round_small(v);
      }
      break;
    case LP_UINT8:
      for (int64_t i = 0; i < n; i++) { /* the other way round: NaN becomes 0 */
        const float from = tile[i];
        const float high = from > 0.0f ? from : 0.0f;
        const float v = high < 255.0f ? high : 255.0f;
        ((uint8_t *)y)[first + i] = (uint8_t)lp_quantized_round_small(v);
      }
      break;
    case LP_INT32:
      for (int64_t i = 0; i < n; i++) {
        float v = tile[i] < 2147483520.0f ? tile[i] : 2147483520.0f;
        v = v > -2147483520.0f ? v : -2147483520.0f;
        ((int32_t *)y)[first + i] = lp_quantized_round((double)v);
      }
      break;
    default: memcpy((float *)y + first, tile, (size_t)n * sizeof(float));
  }
}

static void quantized_activate(const lp_quantized_activation *activation, float *tile, int64_t n) {
  if (activation->magnitude) {
    for (int64_t i = 0; i < n; i++) {
      tile[i] = tile[i] < 0 ? -tile[i] : tile[i];
    }
  } else {
    lp_activation_floats(activation->function, activation->slope, tile, tile, n, activation->isa);
  }
  for (int64_t i = 0; i < n; i++) {
    tile[i] *= activation->gain;
  }
}

static void quantized_bound(lp_quantized_bounds bounds, float *tile, int64_t n) {
  const float most = bounds == LP_QUANTIZED_COMMON ? 127.0f : FLT_MAX;
  for (int64_t i = 0; i < n && bounds != LP_QUANTIZED_OF_TYPE; i++) {
    const float from = tile[i];
    const float v = from > 0.0f ? from : 0.0f;
    tile[i] = v < most ? v : most;
  }
}

static void quantized_chunk(void *context, int64_t chunk, unsigned worker) {
  const lp_quantized_line *line = context;
  const int64_t end = (chunk + 1) * QUANTIZED_CHUNK;
  const int64_t last = end < line->count ? end : line->count;
  float tile[QUANTIZED_TILE];
  float added[QUANTIZED_TILE];
  (void)worker;
  for (int64_t at = chunk * QUANTIZED_CHUNK; at < last; at += QUANTIZED_TILE) {
    const int64_t n = last - at < QUANTIZED_TILE ? last - at : QUANTIZED_TILE;
    quantized_load(line->x, line->type, line->scale, at, n, tile);
    if (line->added != NULL) {
      quantized_load(line->added, line->added_type, line->added_scale, at, n, added);
      for (int64_t i = 0; i < n; i++) {
        tile[i] += added[i];
      }
    }
    if (line->shift != 0.0f) {
      for (int64_t i = 0; i < n; i++) {
        tile[i] += line->shift;
      }
    }
    if (line->activation != NULL) {
      quantized_activate(line->activation, tile, n);
    }
    quantized_bound(line->bounds, tile, n);
    quantized_store(tile, line->to, at, n, line->y);
  }
}

void lp_quantized_run(const lp_quantized_line *line, lp_threads *threads) {
  lp_quantized_line copy = *line;
  lp_threads_run(threads, (line->count + QUANTIZED_CHUNK - 1) / QUANTIZED_CHUNK, quantized_chunk,
                 &copy);
}

/* Exact float copies of integers. */
static void quantized_widen(const void *x, lp_dtype type, int64_t first, int64_t n, float *y) {
  for (int64_t at = 0; at < n; at += QUANTIZED_CHUNK) {
    quantized_load(x, type, 1.0f, first + at, n - at < QUANTIZED_CHUNK ? n - at : QUANTIZED_CHUNK,
                   y + at);
  }
}

/* `columns` of every row of an int8 matrix. */
static void quantized_widen_columns(const int8_t *w, int64_t rows, int64_t depth, int64_t first,
                                    int64_t columns, float *y) {
  for (int64_t r = 0; r < rows; r++) {
    quantized_widen(w, LP_INT8, r * depth + first, columns, y + r * columns);
  }
}

static void quantized_sum_up(const float *part, int64_t n, bool begin, int32_t *y) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = (int32_t)((begin ? 0 : (uint32_t)y[i]) + (uint32_t)(int32_t)part[i]);
  }
}

/* Adds count * size bytes, rounded up to a cache line, to *total. */
static bool quantized_reserve(int64_t count, int64_t other, size_t size, size_t *total) {
  size_t bytes;
  return lp_size_multiply((size_t)count, (size_t)other, &bytes) &&
         lp_size_multiply(bytes, size, &bytes) && lp_size_add(bytes, LP_ALIGNMENT - 1, &bytes) &&
         lp_size_add(*total, bytes / LP_ALIGNMENT * LP_ALIGNMENT, total);
}

static const lp_epilogue quantized_no_epilogue = {0};

/* The part of a convolution that is done at once: one image, of all groups or some channels of one. */
static lp_conv_geometry quantized_conv_part(const lp_conv_geometry *g) {
  lp_conv_geometry part = *g;
  const int64_t channels = g->channels / g->groups;
  const int64_t taps = lp_conv_taps(g);
  part.batch = 1;
  if (channels * taps > QUANTIZED_TERMS) {
    part.groups = 1;
    part.filters = g->filters / g->groups;
    part.channels = taps < QUANTIZED_TERMS ? QUANTIZED_TERMS / taps : 1;
  }
  return part;
}

/* Offsets of the parts of the scratch memory; false on overflow. */
static bool quantized_conv_layout(const lp_conv_geometry *part, lp_isa isa, unsigned threads,
                                  size_t offset[4]) {
  size_t columns = lp_conv_columns_scratch(part, isa, threads, LP_FLOAT32);
  offset[0] = 0;
  if (columns == SIZE_MAX ||
      !quantized_reserve(part->channels, lp_conv_in_pixels(part), sizeof(float), &offset[0])) {
    return false;
  }
  offset[1] = offset[0];
  if (!quantized_reserve(part->filters, part->channels / part->groups * lp_conv_taps(part),
                         sizeof(float), &offset[1])) {
    return false;
  }
  offset[2] = offset[1];
  return quantized_reserve(part->filters, lp_conv_out_pixels(part), sizeof(float), &offset[2]) &&
         lp_size_add(offset[2], columns, &offset[3]);
}

size_t lp_quantized_conv_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads) {
  const lp_conv_geometry part = quantized_conv_part(g);
  size_t offset[4];
  return quantized_conv_layout(&part, isa, threads, offset) ? offset[3] : SIZE_MAX;
}

void lp_quantized_conv(const lp_conv_geometry *g, const void *x, lp_dtype type, const int8_t *w,
                       int32_t *y, void *scratch, lp_threads *threads, lp_isa isa) {
  const lp_conv_geometry whole = quantized_conv_part(g);
  const int64_t pixels = lp_conv_in_pixels(g);
  const int64_t outputs = whole.filters * lp_conv_out_pixels(g);
  const int64_t taps = lp_conv_taps(g);
  const int64_t groups = g->groups / whole.groups;
  const int64_t channels = g->channels / groups;
  const int64_t depth = g->channels / g->groups * taps;
  size_t offset[4];
  char *memory = scratch;
  (void)quantized_conv_layout(&whole, isa, lp_threads_count(threads), offset);
  float *part_x = scratch;
  float *part_w = (float *)(memory + offset[0]);
  float *part_y = (float *)(memory + offset[1]);
  if (channels == 0) {
    memset(y, 0, (size_t)(g->batch * groups * outputs) * sizeof *y);
  }
  for (int64_t i = 0; i < g->batch * groups; i++) {
    for (int64_t c = 0; c < channels; c += whole.channels) {
      lp_conv_geometry part = whole;
      part.channels = channels - c < whole.channels ? channels - c : whole.channels;
      quantized_widen(x, type, (i * channels + c) * pixels, part.channels * pixels, part_x);
      quantized_widen_columns(w + i % groups * whole.filters * depth, whole.filters, depth,
                              c * taps, part.channels / part.groups * taps, part_w);
      const lp_conv_run run = {.geometry = &part,
                               .x = part_x,
                               .w = part_w,
                               .y = part_y,
                               .epilogue = &quantized_no_epilogue,
                               .scratch = memory + offset[2],
                               .threads = threads,
                               .isa = isa};
      lp_conv_columns_run(&run, LP_FLOAT32);
      quantized_sum_up(part_y, outputs, c == 0, y + i * outputs);
    }
  }
}

static int64_t quantized_rows_part(int64_t depth) {
  return depth < QUANTIZED_TERMS ? depth : QUANTIZED_TERMS;
}

static bool quantized_rows_layout(int64_t images, int64_t rows, int64_t depth, unsigned threads,
                                  size_t offset[4]) {
  const int64_t part = quantized_rows_part(depth);
  const size_t inner = lp_fully_connected_scratch(rows, threads);
  offset[0] = 0;
  if (inner == SIZE_MAX || !quantized_reserve(images, part, sizeof(float), &offset[0])) {
    return false;
  }
  offset[1] = offset[0];
  if (!quantized_reserve(rows, part, sizeof(float), &offset[1])) {
    return false;
  }
  offset[2] = offset[1];
  return quantized_reserve(images, rows, sizeof(float), &offset[2]) &&
         lp_size_add(offset[2], inner, &offset[3]);
}

size_t lp_quantized_rows_scratch(int64_t images, int64_t rows, int64_t depth, unsigned threads) {
  size_t offset[4];
  return quantized_rows_layout(images, rows, depth, threads, offset) ? offset[3] : SIZE_MAX;
}

void lp_quantized_rows(int64_t images, int64_t rows, int64_t depth, const void *x, lp_dtype type,
                       const int8_t *w, int32_t *y, void *scratch, lp_threads *threads,
                       lp_isa isa) {
  const int64_t whole = quantized_rows_part(depth);
  char *memory = scratch;
  size_t offset[4];
  (void)quantized_rows_layout(images, rows, depth, lp_threads_count(threads), offset);
  float *part_x = scratch;
  float *part_w = (float *)(memory + offset[0]);
  float *part_y = (float *)(memory + offset[1]);
  memset(y, 0, (size_t)(images * rows) * sizeof *y);
  for (int64_t k = 0; k < depth; k += whole) {
    const int64_t part = depth - k < whole ? depth - k : whole;
    for (int64_t i = 0; i < images; i++) {
      quantized_widen(x, type, i * depth + k, part, part_x + i * part);
    }
    quantized_widen_columns(w, rows, depth, k, part, part_w);
    const lp_fully_connected job = {.images = images,
                                    .rows = rows,
                                    .depth = part,
                                    .x = part_x,
                                    .w = part_w,
                                    .epilogue = &quantized_no_epilogue,
                                    .y = part_y,
                                    .scratch = memory + offset[2],
                                    .threads = threads,
                                    .isa = isa};
    lp_fully_connected_f32(&job);
    quantized_sum_up(part_y, images * rows, false, y);
  }
}

#undef QUANTIZED_TILE
#undef QUANTIZED_CHUNK
#undef QUANTIZED_TERMS
