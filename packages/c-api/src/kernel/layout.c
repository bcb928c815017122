/* layout.c - conversion between plain and blocked layouts: a transposition of pixels and lanes. */
#include "layout.h"

#include <string.h>

/* Pixels that one step moves: as many floats of each channel as a cache line has. */
#define LAYOUT_STEP 16
/* Below this many floats a second thread costs more than it saves. */
#define LAYOUT_PARALLEL 262144

typedef struct layout_job {
  const float *from;
  float *to;
  int64_t channels;
  int64_t pixels;
  int block;
  bool to_blocked;
} layout_job;

bool lp_layout_elements(const lp_shape *shape, int block, size_t *elements) {
  lp_shape padded = *shape;
  size_t bytes;
  if (block > 1) {
    if (shape->ndim < 2 || shape->dim[1] < 0 || shape->dim[1] > INT64_MAX - block) {
      return false;
    }
    padded.dim[1] = (shape->dim[1] + block - 1) / block * block;
  }
  if (!lp_shape_bytes(&padded, sizeof(float), &bytes)) {
    return false;
  }
  *elements = bytes / sizeof(float);
  return true;
}

/* `block` is a constant where this is inlined, so that the lanes are unrolled. */
static LP_ALWAYS_INLINE void layout_pack_block(const float *from, int64_t pixels, int lanes,
                                               int block, float *to) {
  if (pixels == 1) {
    memcpy(to, from, (size_t)lanes * sizeof(float));
    memset(to + lanes, 0, (size_t)(block - lanes) * sizeof(float));
    return;
  }
  for (int64_t begin = 0; begin < pixels; begin += LAYOUT_STEP) {
    int64_t end = begin + LAYOUT_STEP < pixels ? begin + LAYOUT_STEP : pixels;
    for (int lane = 0; lane < lanes; lane++) {
      const float *source = from + lane * pixels;
      for (int64_t pixel = begin; pixel < end; pixel++) {
        to[pixel * block + lane] = source[pixel];
      }
    }
    for (int lane = lanes; lane < block; lane++) {
      for (int64_t pixel = begin; pixel < end; pixel++) {
        to[pixel * block + lane] = 0.0f;
      }
    }
  }
}

static LP_ALWAYS_INLINE void layout_unpack_block(const float *from, int64_t pixels, int lanes,
                                                 int block, float *to) {
  if (pixels == 1) {
    memcpy(to, from, (size_t)lanes * sizeof(float));
    return;
  }
  for (int64_t begin = 0; begin < pixels; begin += LAYOUT_STEP) {
    int64_t end = begin + LAYOUT_STEP < pixels ? begin + LAYOUT_STEP : pixels;
    for (int lane = 0; lane < lanes; lane++) {
      float *target = to + lane * pixels;
      for (int64_t pixel = begin; pixel < end; pixel++) {
        target[pixel] = from[pixel * block + lane];
      }
    }
  }
}

/* One chunk is one block of channels of one image. */
static void layout_chunk(void *context, int64_t chunk, unsigned worker) {
  const layout_job *job = context;
  int64_t blocks = (job->channels + job->block - 1) / job->block;
  int64_t channel = chunk % blocks * job->block;
  int64_t plain = (chunk / blocks * job->channels + channel) * job->pixels;
  int64_t blocked = chunk * job->pixels * job->block;
  int64_t left = job->channels - channel;
  int lanes = left < job->block ? (int)left : job->block;
  (void)worker;
  if (job->to_blocked) {
    const float *from = job->from + plain;
    float *to = job->to + blocked;
    switch (job->block) {
      case 4: layout_pack_block(from, job->pixels, lanes, 4, to); break;
      case 8: layout_pack_block(from, job->pixels, lanes, 8, to); break;
      case 16: layout_pack_block(from, job->pixels, lanes, 16, to); break;
      default: layout_pack_block(from, job->pixels, lanes, job->block, to); break;
    }
  } else {
    const float *from = job->from + blocked;
    float *to = job->to + plain;
    switch (job->block) {
      case 4: layout_unpack_block(from, job->pixels, lanes, 4, to); break;
      case 8: layout_unpack_block(from, job->pixels, lanes, 8, to); break;
      case 16: layout_unpack_block(from, job->pixels, lanes, 16, to); break;
      default: layout_unpack_block(from, job->pixels, lanes, job->block, to); break;
    }
  }
}

void lp_layout_convert(const lp_tensor *from, const lp_tensor *to, lp_isa isa,
                       lp_threads *threads) {
  int64_t elements = lp_shape_size(&from->shape);
  (void)isa;
  if (elements == 0) {
    return;
  }
  if (from->block == to->block) {
    size_t count = 0;
    if (lp_layout_elements(&from->shape, from->block, &count)) {
      memcpy(to->data, from->data, count * sizeof(float));
    }
    return;
  }
  layout_job job = {.from = from->data,
                    .to = to->data,
                    .channels = from->shape.dim[1],
                    .pixels = lp_shape_product(&from->shape, 2, from->shape.ndim),
                    .block = from->block > to->block ? from->block : to->block,
                    .to_blocked = to->block > 1};
  int64_t chunks = from->shape.dim[0] * ((job.channels + job.block - 1) / job.block);
  lp_threads_run(elements >= LAYOUT_PARALLEL ? threads : NULL, chunks, layout_chunk, &job);
}
