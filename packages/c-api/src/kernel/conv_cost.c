/*
 * conv_cost.c - how long each way of convolution takes, for the plan to choose by.
 *
 * Nanoseconds on one thread: multiply-adds at the rate of the kernels, plus
 * what is moved besides, plus weights, which come from memory each time since
 * a network's weights do not stay in a cache. Only ratios matter. Those of AVX2
 * were measured, layers in a chain on an AMD EPYC; the others are estimates (those of
 * NEON for a telephone's: its memory is slow beside its multipliers). With those of
 * the base level WebAssembly chooses what was measured to be fastest or within 5 %
 * of it, but for one of 50 layers. The kernel benchmark (packages/c-api/bench) fits constants like these.
 */
#include "blas.h"
#include "convolution.h"

/* Where a cost is compared with that of other operators' algorithms, a call costs this. */
#define CONV_COST_CALL 500.0
/* Beginning and end of a tile, in channels. */
#define CONV_COST_END 8.0

typedef struct conv_cost_machine {
  double multiply; /* multiply-adds of a dense kernel */
  double move;     /* vectors loaded, changed a little, and stored */
  double fetch;    /* bytes of weights */
} conv_cost_machine; /* per nanosecond */

static const conv_cost_machine *conv_cost_of(lp_isa isa) {
#if LP_HAVE_NEON
  static const conv_cost_machine base = {16.0, 2.0, 10.0};
#else
  static const conv_cost_machine base = {9.0, 2.0, 20.0};
#endif
  static const conv_cost_machine avx2 = {42.0, 2.0, 20.0};
  static const conv_cost_machine avx512 = {110.0, 2.5, 25.0};
  return isa == LP_ISA_AVX512 ? &avx512 : isa == LP_ISA_AVX2 ? &avx2 : &base;
}

static double conv_cost_ceil(double a, double b) { return (double)(int64_t)((a + b - 1.0) / b); }

/* Pixels as a row of tiles takes them: narrow tiles wait for their own sums. */
static double conv_cost_pixels(const lp_linear_kernels *kernels, double pixels) {
  double least = 4.0 * conv_cost_ceil(pixels, kernels->tile_pixels);
  return pixels > least ? pixels : least;
}

/* Lanes that filters take; a block without a partner leaves a third of the multipliers idle. */
static double conv_cost_lanes(const lp_linear_kernels *kernels, double filters) {
  double blocks = conv_cost_ceil(filters, kernels->block);
  double pairs = 2.0 * conv_cost_ceil(blocks, 2.0);
  return (pairs > blocks ? blocks + 0.33 : blocks) * kernels->block;
}

double lp_conv_plain_cost(const lp_conv_geometry *g, lp_isa isa) {
  double filters = (double)g->filters / (double)g->groups;
  double pixels = (double)lp_conv_out_pixels(g);
  double taken = conv_cost_ceil(pixels, lp_linear_find(isa)->gemm_columns) *
                 lp_linear_find(isa)->gemm_columns;
  double columns = (double)g->batch * (double)g->channels * (double)lp_conv_taps(g) * pixels;
  double work = lp_conv_work(g);
  double multiplied = work * (pixels > 0 ? taken / pixels : 1.0);
  /* Few rows leave the register block half empty. */
  double rate = 0.66 * conv_cost_of(isa)->multiply * (filters >= 12 ? 0.7 : 0.1 + 0.05 * filters);
  /* What is 1 wide and not strided is read where it stands. */
  if (lp_blas_takes(isa, work / (double)g->groups / (double)(g->batch > 0 ? g->batch : 1))) {
    rate = LP_BLAS_RATE * (filters >= 12 ? 1.0 : filters / 12.0);
    multiplied = work;
  }
  return 2.0 * CONV_COST_CALL + multiplied / rate +
         (lp_conv_columns_direct(g) ? 0.03 : 0.15) * columns +
         (double)g->filters * (double)g->channels / (double)g->groups * (double)lp_conv_taps(g) *
             sizeof(float) / conv_cost_of(isa)->fetch;
}

double lp_conv_blocked_cost(const lp_conv_geometry *g, lp_isa isa, bool planar) {
  const conv_cost_machine *machine = conv_cost_of(isa);
  const lp_linear_kernels *kernels = lp_linear_find(isa);
  double filters = (double)g->filters / (double)g->groups;
  double channels = (double)g->channels / (double)g->groups;
  double lanes = conv_cost_lanes(kernels, filters);
  bool flat = lp_conv_taps(g) == 1 && g->stride[1] == 1 && g->stride[2] == 1 && g->pad[1] == 0 &&
              g->pad[2] == 0;
  double pixels = flat ? conv_cost_pixels(kernels, (double)lp_conv_out_pixels(g))
                       : (double)g->out[0] * (double)g->out[1] *
                             conv_cost_pixels(kernels, (double)g->out[2]);
  double multiplied = (double)g->batch * (double)g->groups * lanes * channels *
                      (double)lp_conv_taps(g) * pixels;
  if (flat) {
    multiplied += (double)g->batch * (double)g->groups * lanes * CONV_COST_END * pixels;
  }
  double weights = (double)g->groups * lanes * channels * (double)lp_conv_taps(g) * sizeof(float);
  /* Planes of many channels lie far apart. */
  double rate = machine->multiply * (planar && g->channels > 16 ? 0.75 : 1.0);
  double moved = ((double)g->batch * (double)g->channels * (double)lp_conv_in_pixels(g) +
                  (double)g->batch * (double)g->filters * (double)lp_conv_out_pixels(g)) /
                 kernels->block;
  return CONV_COST_CALL + multiplied / rate + moved / machine->move + weights / machine->fetch;
}

double lp_conv_winograd_cost(const lp_conv_geometry *g, lp_isa isa, lp_winograd_form form) {
  const conv_cost_machine *machine = conv_cost_of(isa);
  const lp_linear_kernels *kernels = lp_linear_find(isa);
  const lp_winograd_sizes sizes = lp_winograd_sizes_of(form);
  double points = (double)lp_winograd_tile(&sizes);
  double high = g->kernel[1] == 1 ? 1.0 : sizes.outputs;
  double wide = g->kernel[2] == 1 ? 1.0 : sizes.outputs;
  double tiles = (double)g->batch * conv_cost_ceil((double)g->out[1], high) *
                 conv_cost_ceil((double)g->out[2], wide);
  double lanes = conv_cost_lanes(kernels, (double)g->filters);
  double blocks = conv_cost_ceil((double)g->channels, kernels->block) +
                  conv_cost_ceil((double)g->filters, kernels->block);
  /* Each product of few channels ends soon after it began. */
  double multiplied = points * conv_cost_pixels(kernels, tiles) * lanes *
                      ((double)g->channels + CONV_COST_END);
  double weights = points * lanes * (double)g->channels * sizeof(float);
  return 4.0 * CONV_COST_CALL + multiplied / machine->multiply +
         1.5 * tiles * points * blocks / machine->move + weights / machine->fetch;
}

double lp_conv_depthwise_cost(const lp_conv_geometry *g, lp_isa isa) {
  return CONV_COST_CALL + lp_conv_work(g) / (0.25 * conv_cost_of(isa)->multiply) +
         0.1 * (double)g->batch * (double)g->filters * (double)lp_conv_out_pixels(g);
}
#undef CONV_COST_CALL
#undef CONV_COST_END
