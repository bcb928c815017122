/*
 * conv_depthwise.c - one filter per channel in blocked layout: rows of one block of channels at a time.
 *
 * Where there are more threads than images, a plane has a band of rows for each
 * of them, and the bands of all planes follow each other: a thread then reads
 * the rows that it has just made in a convolution.
 */
#include "convolution.h"

/* Multiply-adds below which one thread does it all. */
#define CONV_DEPTHWISE_PARALLEL 200000.0
/* Chunks of each thread. */
#define CONV_DEPTHWISE_CHUNKS 4

typedef struct conv_depthwise_job {
  const lp_conv_run *run;
  lp_linear_epilogue epilogue;
  const lp_linear_kernels *kernels;
  int64_t blocks;
  int64_t bands;
  int64_t band_rows;
  int64_t total; /* bands of all planes */
  int64_t chunk; /* bands */
} conv_depthwise_job;

bool lp_conv_depthwise_accepts(const lp_conv_geometry *g, int block) {
  return block > 1 && g->groups == g->channels && g->filters == g->channels && lp_conv_is_flat(g);
}

size_t lp_conv_depthwise_scratch(const lp_conv_geometry *g) {
  size_t prepared;
  return lp_linear_prepared(g->filters, &prepared) ? prepared * sizeof(float) : SIZE_MAX;
}

lp_depthwise_band lp_conv_depthwise_band(const lp_conv_run *run,
                                         const lp_linear_epilogue *epilogue, int64_t image,
                                         int64_t block_index, int64_t first, int64_t rows) {
  const lp_conv_geometry *g = run->geometry;
  const int64_t block = lp_linear_find(run->isa)->block;
  const int64_t blocks = (g->channels + block - 1) / block;
  const int64_t plane = image * blocks + block_index;
  return (lp_depthwise_band){.x = (const float *)run->x + plane * g->in[1] * g->in[2] * block,
                             .height = g->in[1],
                             .width = g->in[2],
                             .w = (const float *)run->w + block_index * lp_conv_taps(g) * block,
                             .kernel_height = g->kernel[1],
                             .kernel_width = g->kernel[2],
                             .stride_height = g->stride[1],
                             .stride_width = g->stride[2],
                             .dilate_height = g->dilate[1],
                             .dilate_width = g->dilate[2],
                             .top = g->pad[1],
                             .left = g->pad[2],
                             .first = first,
                             .rows = rows,
                             .pixels = g->out[2],
                             .epilogue = epilogue,
                             .channel = block_index * block};
}

static void conv_depthwise_chunk(void *context, int64_t chunk, unsigned worker) {
  const conv_depthwise_job *job = context;
  const lp_conv_run *run = job->run;
  const lp_conv_geometry *g = run->geometry;
  const int64_t from = chunk * job->chunk;
  const int64_t to = from + job->chunk < job->total ? from + job->chunk : job->total;
  (void)worker;
  for (int64_t at = from; at < to; at++) {
    const int64_t block = at % job->blocks;
    const int64_t image = at / job->blocks / job->bands;
    const int64_t first = at / job->blocks % job->bands * job->band_rows;
    const int64_t left = g->out[1] - first;
    const int64_t place = ((image * job->blocks + block) * g->out[1] + first) * g->out[2] *
                          job->kernels->block;
    lp_depthwise_band band =
        lp_conv_depthwise_band(run, &job->epilogue, image, block, first,
                               left < job->band_rows ? left : job->band_rows);
    band.out = (float *)run->y + place;
    band.added = run->added != NULL ? run->added + place : NULL;
    job->kernels->depthwise(&band);
  }
}

void lp_conv_depthwise_run(const lp_conv_run *run) {
  const lp_conv_geometry *g = run->geometry;
  conv_depthwise_job job = {.run = run, .kernels = lp_linear_find(run->isa)};
  const int64_t threads = (int64_t)lp_threads_count(run->threads);
  const int64_t most = g->out[1] > 1 ? g->out[1] / 2 : 1;
  job.blocks = (g->channels + job.kernels->block - 1) / job.kernels->block;
  job.bands = g->batch >= threads ? 1 : threads < most ? threads : most;
  job.band_rows = (g->out[1] + job.bands - 1) / job.bands;
  job.band_rows = job.band_rows > 0 ? job.band_rows : 1;
  job.bands = (g->out[1] + job.band_rows - 1) / job.band_rows;
  job.total = g->batch * job.blocks * job.bands;
  job.chunk = (job.total - 1) / (CONV_DEPTHWISE_CHUNKS * threads) + 1;
  job.epilogue = lp_linear_prepare(run->epilogue, run->bias, g->filters, run->scratch);
  lp_threads_run(lp_conv_work(g) < CONV_DEPTHWISE_PARALLEL ? NULL : run->threads,
                 (job.total + job.chunk - 1) / job.chunk, conv_depthwise_chunk, &job);
}

#undef CONV_DEPTHWISE_PARALLEL
#undef CONV_DEPTHWISE_CHUNKS
