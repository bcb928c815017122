/*
 * deconv_blocked.c - transposed convolution in blocked layout, as ordinary convolutions.
 *
 * Outputs o of one residue of (o + pad) modulo the stride s get inputs through
 * the same taps: those k with k * dilate of that residue. They form classes
 * k = first, first + s/g, ... where g = gcd(s, dilate), and for the m-th such
 * output, tap j of a class with n taps meets input m + begin + (n - 1 - j) * dilate/g.
 * So each pair of residues (a "phase") is a convolution with stride 1 and the
 * class's taps in reverse; its result stands in scratch until it is spread over
 * the output. Weights are packed class by class.
 */
#include "convolution.h"

#include <string.h>

/* The taps first, first + step, ... of one dimension. */
typedef struct deconv_blocked_class {
  int64_t first, step, taps;
  int64_t before; /* taps of the classes before it */
} deconv_blocked_class;

static int64_t deconv_blocked_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static int64_t deconv_blocked_classes(const lp_conv_geometry *g, int d) {
  int64_t step = g->stride[d] / deconv_blocked_divisor(g->stride[d], g->dilate[d]);
  return step < g->kernel[d] ? step : g->kernel[d];
}

static deconv_blocked_class deconv_blocked_class_of(const lp_conv_geometry *g, int d,
                                                  int64_t first) {
  deconv_blocked_class class = {.first = first};
  class.step = g->stride[d] / deconv_blocked_divisor(g->stride[d], g->dilate[d]);
  class.taps = (g->kernel[d] - 1 - first) / class.step + 1;
  /* Classes before have one tap more if their first tap has room for it. */
  int64_t least = g->kernel[d] / class.step;
  int64_t longer = g->kernel[d] % class.step;
  class.before = first * least + (first < longer ? first : longer);
  return class;
}

/* The weights of a pair of classes: taps in reverse. */
static lp_conv_weights deconv_blocked_weights(const lp_conv_geometry *g,
                                             const deconv_blocked_class *y,
                                             const deconv_blocked_class *x) {
  const int64_t taps = g->kernel[1] * g->kernel[2];
  const int64_t filters = g->filters / g->groups;
  const int64_t channels = g->channels / g->groups;
  return (lp_conv_weights){
      .filters = g->filters,
      .channels = channels,
      .groups = g->groups,
      .taps = y->taps * x->taps,
      .origin = (y->first + (y->taps - 1) * y->step) * g->kernel[2] + x->first +
                (x->taps - 1) * x->step,
      .group_step = channels * filters * taps,
      .filter_step = taps,
      .channel_step = filters * taps,
      .tap_columns = x->taps,
      .tap_row_step = -y->step * g->kernel[2],
      .tap_step = -x->step};
}

static bool deconv_blocked_depthwise(const lp_conv_geometry *g) {
  return g->groups == g->channels && g->filters == g->channels;
}

/* Floats per tap. */
static size_t deconv_blocked_tap_size(const lp_conv_geometry *g, int block) {
  lp_conv_weights weights = {.filters = g->filters,
                             .channels = g->channels / g->groups,
                             .groups = g->groups,
                             .taps = 1};
  return deconv_blocked_depthwise(g) ? lp_conv_depthwise_size(&weights, block)
                                    : lp_conv_blocked_size(&weights, block);
}

/* Where a pair of classes begins in the packed weights. */
static size_t deconv_blocked_packed_place(const lp_conv_geometry *g, int block,
                                         const deconv_blocked_class *y,
                                         const deconv_blocked_class *x) {
  return (size_t)(y->before * g->kernel[2] + y->taps * x->before) *
         deconv_blocked_tap_size(g, block);
}

size_t lp_deconv_blocked_size(const lp_conv_geometry *g, int block) {
  size_t size;
  size_t bytes;
  if (!lp_size_multiply(deconv_blocked_tap_size(g, block), (size_t)(g->kernel[1] * g->kernel[2]),
                        &size) ||
      !lp_size_multiply(size, sizeof(float), &bytes)) {
    return 0;
  }
  return size;
}

/* Both directions; the side that is read is const in the functions that call it. */
static void deconv_blocked_reorder(const lp_conv_geometry *g, int block, bool unpacking,
                                   float *plain, lp_threads *threads, float *packed) {
  for (int64_t cy = 0; cy < deconv_blocked_classes(g, 1); cy++) {
    deconv_blocked_class y = deconv_blocked_class_of(g, 1, cy);
    for (int64_t cx = 0; cx < deconv_blocked_classes(g, 2); cx++) {
      deconv_blocked_class x = deconv_blocked_class_of(g, 2, cx);
      lp_conv_weights weights = deconv_blocked_weights(g, &y, &x);
      float *part = packed + deconv_blocked_packed_place(g, block, &y, &x);
      if (deconv_blocked_depthwise(g)) {
        if (unpacking) {
          lp_conv_depthwise_unpack(&weights, block, part, plain);
        } else {
          lp_conv_depthwise_pack(&weights, block, plain, part);
        }
      } else if (unpacking) {
        lp_conv_blocked_unpack(&weights, block, part, plain);
      } else {
        lp_conv_blocked_pack(&weights, block, plain, threads, part);
      }
    }
  }
}

void lp_deconv_blocked_pack(const lp_conv_geometry *g, int block, const float *plain,
                            lp_threads *threads, float *packed) {
  deconv_blocked_reorder(g, block, false, (float *)(uintptr_t)plain, threads, packed);
}

void lp_deconv_blocked_unpack(const lp_conv_geometry *g, int block, const float *packed,
                              float *plain) {
  deconv_blocked_reorder(g, block, true, plain, NULL, (float *)(uintptr_t)packed);
}

/* Outputs first, first + stride, ... of one dimension as a convolution; false if no tap reaches them. */
static bool deconv_blocked_phase(const lp_conv_geometry *g, int d, int64_t first,
                                lp_conv_geometry *phase, deconv_blocked_class *class) {
  const int64_t stride = g->stride[d];
  const int64_t classes = deconv_blocked_classes(g, d);
  const int64_t residue = (first + g->pad[d]) % stride;
  phase->out[d] = (g->out[d] - 1 - first) / stride + 1;
  for (int64_t k = 0; k < classes; k++) {
    if (k * g->dilate[d] % stride == residue) {
      int64_t begin = (first + g->pad[d] - k * g->dilate[d]) / stride;
      *class = deconv_blocked_class_of(g, d, k);
      phase->kernel[d] = class->taps;
      phase->stride[d] = 1;
      phase->dilate[d] = g->dilate[d] / deconv_blocked_divisor(stride, g->dilate[d]);
      phase->pad[d] = (class->taps - 1) * phase->dilate[d] - begin;
      return true;
    }
  }
  return false;
}

/* Phases of one dimension. */
static int64_t deconv_blocked_phases(const lp_conv_geometry *g, int d) {
  return g->stride[d] < g->out[d] ? g->stride[d] : g->out[d];
}

bool lp_deconv_blocked_accepts(const lp_conv_geometry *g, int block) {
  int64_t filters = g->filters / g->groups;
  int64_t channels = g->channels / g->groups;
  /* Many phases do little each. */
  if (block < 2 || channels < 1 || g->batch < 1 || g->in[0] != 1 || g->out[0] != 1 ||
      g->kernel[0] != 1 || g->pad[0] != 0 || deconv_blocked_phases(g, 1) > 64 ||
      deconv_blocked_phases(g, 2) > 64) {
    return false;
  }
  return g->groups == 1 || deconv_blocked_depthwise(g) ||
         (filters % block == 0 && channels % block == 0);
}

/* Floats of the largest phase's result: of the first one; 0 if there is one phase only. */
static bool deconv_blocked_buffer(const lp_conv_geometry *g, int block, size_t *floats) {
  const int64_t pixels = ((g->out[1] - 1) / g->stride[1] + 1) * ((g->out[2] - 1) / g->stride[2] + 1);
  *floats = 0;
  if (deconv_blocked_phases(g, 1) == 1 && deconv_blocked_phases(g, 2) == 1) {
    return true;
  }
  return lp_size_add((size_t)g->filters, (size_t)block - 1, floats) &&
         lp_size_multiply(*floats / (size_t)block, (size_t)(g->batch * pixels), floats) &&
         lp_size_multiply(*floats, LP_MAX_BLOCK, floats);
}

size_t lp_deconv_blocked_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads) {
  const int block = lp_linear_find(isa)->block;
  size_t most = 0;
  size_t floats;
  size_t total;
  for (int64_t y = 0; y < deconv_blocked_phases(g, 1); y++) {
    for (int64_t x = 0; x < deconv_blocked_phases(g, 2); x++) {
      lp_conv_geometry phase = *g;
      deconv_blocked_class classes[2];
      if (deconv_blocked_phase(g, 1, y, &phase, &classes[0]) &&
          deconv_blocked_phase(g, 2, x, &phase, &classes[1])) {
        size_t size = deconv_blocked_depthwise(g) ? lp_conv_depthwise_scratch(&phase)
                                                 : lp_conv_blocked_scratch(&phase, isa, threads,
                                                                           false);
        most = size > most ? size : most;
      }
    }
  }
  if (most == SIZE_MAX || !deconv_blocked_buffer(g, block, &floats) ||
      !lp_size_multiply(floats, sizeof(float), &total) || !lp_size_add(total, most, &total) ||
      !lp_linear_prepared(g->filters, &floats) ||
      !lp_size_add(total, floats * sizeof(float), &total)) {
    return SIZE_MAX;
  }
  return total;
}

/* Spreads a phase's result over the output; `bias` (padded) instead where no tap reaches. */
static void deconv_blocked_spread(const lp_conv_geometry *g, int block,
                                 const lp_conv_geometry *phase, int64_t first_y, int64_t first_x,
                                 const float *source, const float *bias, float *y) {
  const int64_t blocks = (g->filters + block - 1) / block;
  const size_t pixel = (size_t)block * sizeof(float);
  for (int64_t plane = 0; plane < g->batch * blocks; plane++) {
    for (int64_t py = 0; py < phase->out[1]; py++) {
      float *target = y + ((plane * g->out[1] + first_y + py * g->stride[1]) * g->out[2] + first_x) *
                              block;
      for (int64_t px = 0; px < phase->out[2]; px++) {
        if (source != NULL) {
          memcpy(target, source, pixel);
          source += block;
        } else {
          memcpy(target, bias + plane % blocks * block, pixel);
        }
        target += g->stride[2] * block;
      }
    }
  }
}

void lp_deconv_blocked_run(const lp_conv_run *run) {
  const lp_conv_geometry *g = run->geometry;
  const int block = lp_linear_find(run->isa)->block;
  float *bias = run->scratch;
  size_t prepared = 0;
  size_t floats = 0;
  (void)lp_linear_prepared(g->filters, &prepared);
  (void)deconv_blocked_buffer(g, block, &floats);
  memset(bias, 0, prepared * sizeof(float));
  if (run->bias != NULL) {
    memcpy(bias, run->bias, (size_t)g->filters * sizeof(float));
  }
  float *buffer = bias + prepared;
  for (int64_t y = 0; y < deconv_blocked_phases(g, 1); y++) {
    for (int64_t x = 0; x < deconv_blocked_phases(g, 2); x++) {
      lp_conv_geometry phase = *g;
      lp_conv_run part = *run;
      deconv_blocked_class classes[2];
      /* Both are asked: each sets its part of the output's size. */
      bool reached = deconv_blocked_phase(g, 1, y, &phase, &classes[0]);
      reached = deconv_blocked_phase(g, 2, x, &phase, &classes[1]) && reached;
      if (!reached) {
        deconv_blocked_spread(g, block, &phase, y, x, NULL, bias, run->y);
        continue;
      }
      part.geometry = &phase;
      part.w = (const float *)run->w +
               deconv_blocked_packed_place(g, block, &classes[0], &classes[1]);
      part.scratch = buffer + floats;
      part.y = floats > 0 ? buffer : run->y;
      if (deconv_blocked_depthwise(g)) {
        lp_conv_depthwise_run(&part);
      } else {
        lp_conv_blocked_run(&part, false);
      }
      if (floats > 0) {
        deconv_blocked_spread(g, block, &phase, y, x, buffer, NULL, run->y);
      }
    }
  }
}
