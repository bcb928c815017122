/*
 * conv_joined.c - a depthwise convolution and the 1x1 convolution that reads it, band by band.
 *
 * Some rows of the depthwise convolution of all channels are made in scratch,
 * small enough for the second-level cache, and multiplied there; the tensor
 * between the two never goes to memory. It is worth it where that tensor is
 * larger than the cache and the filters of the second are small enough to come
 * again for each band.
 */
#include "convolution.h"

#define CONV_JOINED_BAND_BYTES 163840.0
#define CONV_JOINED_LEAST_BYTES 262144.0
#define CONV_JOINED_FILTER_BYTES 131072.0
/* What the filters of a band cost, in rows. */
#define CONV_JOINED_FILTER_ROWS 0.3
/* Multiply-adds below which one thread does it all. */
#define CONV_JOINED_PARALLEL 400000.0

typedef struct conv_joined_cut {
  int block;
  int64_t band_rows, bands;
  size_t before_prepared, prepared, band_floats; /* scratch: both epilogues, then a band per worker */
} conv_joined_cut;

typedef struct conv_joined_job {
  const lp_conv_run *before, *run;
  conv_joined_cut cut;
  lp_linear_epilogue before_epilogue, epilogue;
  const lp_linear_kernels *kernels;
  float *bands;
} conv_joined_job;

/* False where the two are better done apart. */
static bool conv_joined_plan(const lp_conv_geometry *before, const lp_conv_geometry *g, lp_isa isa,
                             unsigned threads, conv_joined_cut *cut) {
  const int block = lp_linear_find(isa)->block;
  const int64_t blocks = (g->channels + block - 1) / block;
  double row = (double)blocks * block * (double)g->in[2] * sizeof(float);
  double filters = (double)((g->filters + block - 1) / block * block) * (double)g->channels *
                   sizeof(float);
  cut->block = block;
  if (!lp_conv_depthwise_accepts(before, block) || !lp_conv_blocked_accepts(g, block, false) ||
      g->groups != 1 || g->stride[1] != 1 || g->stride[2] != 1 || g->pad[1] != 0 || g->pad[2] != 0 ||
      lp_conv_taps(g) != 1 || g->in[2] != g->out[2] || g->in[1] != g->out[1] ||
      row * (double)g->in[1] < CONV_JOINED_LEAST_BYTES || filters > CONV_JOINED_FILTER_BYTES ||
      row > CONV_JOINED_BAND_BYTES) {
    return false;
  }
  /* Of bands that fit, those with which threads that take them in turn end soonest; the filters come again for each. */
  const int64_t most = (int64_t)(CONV_JOINED_BAND_BYTES / row);
  const int64_t fewest = (g->in[1] + most - 1) / most;
  double best = 0.0;
  for (int64_t bands = fewest; bands <= g->in[1] && bands <= fewest + 2 * (int64_t)threads; bands++) {
    const int64_t rows = (g->in[1] + bands - 1) / bands;
    const int64_t rounds = (g->batch * bands + threads - 1) / (int64_t)threads;
    const double cost = (double)rounds * ((double)rows + CONV_JOINED_FILTER_ROWS);
    if (best == 0.0 || cost < best) {
      best = cost;
      cut->band_rows = rows;
      cut->bands = (g->in[1] + rows - 1) / rows;
    }
  }
  cut->band_floats = (size_t)(blocks * block * cut->band_rows * g->in[2]);
  cut->band_floats = (cut->band_floats + 15) / 16 * 16;
  return lp_linear_prepared(before->filters, &cut->before_prepared) &&
         lp_linear_prepared(g->filters, &cut->prepared);
}

size_t lp_conv_joined_scratch(const lp_conv_geometry *before, const lp_conv_geometry *g, lp_isa isa,
                              unsigned threads) {
  conv_joined_cut cut;
  size_t floats;
  size_t size;
  if (!conv_joined_plan(before, g, isa, threads, &cut)) {
    return 0;
  }
  if (!lp_size_multiply(cut.band_floats, threads, &floats) ||
      !lp_size_add(floats, cut.prepared + cut.before_prepared, &floats) ||
      !lp_size_multiply(floats, sizeof(float), &size)) {
    return SIZE_MAX;
  }
  return size;
}

static void conv_joined_chunk(void *context, int64_t chunk, unsigned worker) {
  static const int64_t taps[1] = {0};
  const conv_joined_job *job = context;
  const conv_joined_cut *cut = &job->cut;
  const lp_conv_geometry *g = job->run->geometry;
  const int64_t block = cut->block;
  const int64_t image = chunk / cut->bands;
  const int64_t first = chunk % cut->bands * cut->band_rows;
  const int64_t rows = g->in[1] - first < cut->band_rows ? g->in[1] - first : cut->band_rows;
  const int64_t pixels = rows * g->in[2];
  const int64_t in_blocks = (g->channels + block - 1) / block;
  const int64_t out_blocks = (g->filters + block - 1) / block;
  const int64_t out_plane = g->out[1] * g->out[2] * block;
  float *band = job->bands + worker * cut->band_floats;
  for (int64_t b = 0; b < in_blocks; b++) {
    lp_depthwise_band rows_of =
        lp_conv_depthwise_band(job->before, &job->before_epilogue, image, b, first, rows);
    rows_of.out = band + b * pixels * block;
    job->kernels->depthwise(&rows_of);
  }
  lp_tile_run run = {.x = band,
                     .x_block = pixels * block,
                     .taps = taps,
                     .num_taps = 1,
                     .channels = g->channels,
                     .pixels = pixels,
                     .out_block = out_plane,
                     .epilogue = &job->epilogue};
  for (int64_t b = 0; b < out_blocks; b += 2) {
    const int64_t place = (image * out_blocks + b) * out_plane + first * g->out[2] * block;
    run.out_blocks = out_blocks - b < 2 ? 1 : 2;
    run.channel = b * block;
    run.w = (const float *)job->run->w + b * block * g->channels;
    run.out = (float *)job->run->y + place;
    run.added = job->run->added != NULL ? job->run->added + place : NULL;
    job->kernels->tile_blocked(&run);
  }
}

void lp_conv_joined_run(const lp_conv_run *before, const lp_conv_run *run) {
  const lp_conv_geometry *g = run->geometry;
  conv_joined_job job = {.before = before, .run = run, .kernels = lp_linear_find(run->isa)};
  float *scratch = run->scratch;
  (void)conv_joined_plan(before->geometry, g, run->isa, lp_threads_count(run->threads), &job.cut);
  job.before_epilogue =
      lp_linear_prepare(before->epilogue, before->bias, before->geometry->filters, scratch);
  scratch += job.cut.before_prepared;
  job.epilogue = lp_linear_prepare(run->epilogue, run->bias, g->filters, scratch);
  job.bands = scratch + job.cut.prepared;
  double work = lp_conv_work(before->geometry) + lp_conv_work(g);
  lp_threads_run(work < CONV_JOINED_PARALLEL ? NULL : run->threads, g->batch * job.cut.bands,
                 conv_joined_chunk, &job);
}

#undef CONV_JOINED_BAND_BYTES
#undef CONV_JOINED_LEAST_BYTES
#undef CONV_JOINED_FILTER_BYTES
#undef CONV_JOINED_FILTER_ROWS
#undef CONV_JOINED_PARALLEL
