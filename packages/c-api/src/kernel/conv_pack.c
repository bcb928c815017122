/*
 * conv_pack.c - weights in the order in which the blocked kernels read them, and back.
 *
 * Both directions walk the packed form once, a pair of blocks of filters and a
 * block of channels at a time, so that what is scattered stays in the first-
 * level cache.
 */
#include "convolution.h"

#include <string.h>

/* Floats below which one thread does it all. */
#define CONV_PACK_PARALLEL 32768.0

lp_conv_weights lp_conv_weights_of(int64_t filters, int64_t channels, int64_t taps,
                                   int64_t groups) {
  return (lp_conv_weights){.filters = filters,
                           .channels = channels,
                           .groups = groups,
                           .taps = taps,
                           .group_step = filters / groups * channels * taps,
                           .filter_step = channels * taps,
                           .channel_step = taps,
                           .tap_columns = taps > 0 ? taps : 1,
                           .tap_step = 1};
}

/* Floats of one group; false on overflow. */
static bool conv_pack_group_size(const lp_conv_weights *weights, int block, size_t *size) {
  size_t filters = (size_t)(weights->filters / weights->groups);
  return lp_size_add(filters, (size_t)block - 1, &filters) &&
         lp_size_multiply(filters / (size_t)block * (size_t)block, (size_t)weights->channels, size) &&
         lp_size_multiply(*size, (size_t)weights->taps, size);
}

size_t lp_conv_blocked_size(const lp_conv_weights *weights, int block) {
  size_t size;
  size_t bytes;
  if (!conv_pack_group_size(weights, block, &size) ||
      !lp_size_multiply(size, (size_t)weights->groups, &size) ||
      !lp_size_multiply(size, sizeof(float), &bytes)) {
    return 0;
  }
  return size;
}

/*
 * One pair of blocks of one group. `unpacking` is a constant where this is
 * inlined; the side that is read is const in the functions that call it.
 */
static LP_ALWAYS_INLINE void conv_pack_pair(const lp_conv_weights *weights, int block, int64_t count,
                                       int64_t width, const bool unpacking, float *plain,
                                       float *packed) {
  const int64_t taps = weights->taps;
  for (int64_t channel = 0; channel < weights->channels; channel += block) {
    int64_t lanes = weights->channels - channel < block ? weights->channels - channel : block;
    for (int64_t f = 0; f < count; f++) {
      for (int64_t lane = 0; lane < lanes; lane++) {
        float *row = plain + f * weights->filter_step + (channel + lane) * weights->channel_step;
        float *place = packed + lane * width + f;
        for (int64_t tap = 0; tap < taps; tap += weights->tap_columns) {
          float *element = row;
          for (int64_t column = 0; column < weights->tap_columns; column++) {
            if (unpacking) {
              *element = *place;
            } else {
              *place = *element;
            }
            element += weights->tap_step;
            place += lanes * width;
          }
          row += weights->tap_row_step;
        }
      }
    }
    if (!unpacking && count < width) {
      for (int64_t i = 0; i < lanes * taps; i++) {
        memset(packed + i * width + count, 0, (size_t)(width - count) * sizeof(float));
      }
    }
    packed += lanes * taps * width;
  }
}

typedef struct conv_pack_job {
  const lp_conv_weights *weights;
  int block;
  int64_t pairs; /* of blocks of filters of a group */
  float *plain, *packed;
} conv_pack_job;

static LP_ALWAYS_INLINE void conv_pack_chunk(const conv_pack_job *job, int64_t chunk,
                                             const bool unpacking) {
  const lp_conv_weights *weights = job->weights;
  const int64_t block = job->block;
  const int64_t filters = weights->filters / weights->groups;
  const int64_t products = weights->channels * weights->taps;
  const int64_t group = chunk / job->pairs;
  const int64_t f = chunk % job->pairs * 2 * block;
  const int64_t count = filters - f < 2 * block ? filters - f : 2 * block;
  conv_pack_pair(weights, job->block, count, count > block ? 2 * block : block, unpacking,
                 job->plain + weights->origin + group * weights->group_step +
                     f * weights->filter_step,
                 job->packed + (group * ((filters + block - 1) / block * block) + f) * products);
}

static void conv_pack_forth(void *context, int64_t chunk, unsigned worker) {
  (void)worker;
  conv_pack_chunk(context, chunk, false);
}

static void conv_pack_back(void *context, int64_t chunk, unsigned worker) {
  (void)worker;
  conv_pack_chunk(context, chunk, true);
}

/* The side that `chunk` reads is const in the functions that call this. */
static void conv_pack_run(const lp_conv_weights *weights, int block, lp_threads *threads,
                          lp_loop_body chunk, float *plain, float *packed) {
  conv_pack_job job = {weights, block, 0, plain, packed};
  job.pairs = (weights->filters / weights->groups + 2 * block - 1) / (2 * block);
  double floats = (double)weights->filters * (double)weights->channels * (double)weights->taps;
  lp_threads_run(floats < CONV_PACK_PARALLEL ? NULL : threads, job.pairs * weights->groups, chunk,
                 &job);
}

void lp_conv_blocked_pack(const lp_conv_weights *weights, int block, const float *plain,
                          lp_threads *threads, float *packed) {
  conv_pack_run(weights, block, threads, conv_pack_forth, (float *)(uintptr_t)plain, packed);
}

void lp_conv_blocked_unpack(const lp_conv_weights *weights, int block, const float *packed,
                            float *plain) {
  conv_pack_run(weights, block, NULL, conv_pack_back, plain, (float *)(uintptr_t)packed);
}

size_t lp_conv_depthwise_size(const lp_conv_weights *weights, int block) {
  size_t size;
  size_t bytes;
  if (!lp_size_add((size_t)weights->filters, (size_t)block - 1, &size) ||
      !lp_size_multiply(size / (size_t)block * (size_t)block, (size_t)weights->taps, &size) ||
      !lp_size_multiply(size, sizeof(float), &bytes)) {
    return 0;
  }
  return size;
}

static LP_ALWAYS_INLINE void conv_pack_depthwise(const lp_conv_weights *weights, int block,
                                            const bool unpacking, float *plain, float *packed) {
  for (int64_t f = 0; f < weights->filters; f++) {
    float *row = plain + weights->origin + f * weights->group_step;
    float *place = packed + f / block * block * weights->taps + f % block;
    for (int64_t tap = 0; tap < weights->taps; tap++) {
      float *element = row + tap / weights->tap_columns * weights->tap_row_step +
                       tap % weights->tap_columns * weights->tap_step;
      if (unpacking) {
        *element = place[tap * block];
      } else {
        place[tap * block] = *element;
      }
    }
  }
}

void lp_conv_depthwise_pack(const lp_conv_weights *weights, int block, const float *plain,
                            float *packed) {
  memset(packed, 0, lp_conv_depthwise_size(weights, block) * sizeof(float));
  conv_pack_depthwise(weights, block, false, (float *)(uintptr_t)plain, packed);
}

void lp_conv_depthwise_unpack(const lp_conv_weights *weights, int block, const float *packed,
                              float *plain) {
  conv_pack_depthwise(weights, block, true, plain, (float *)(uintptr_t)packed);
}

#undef CONV_PACK_PARALLEL
