/*
 * conv_winograd.c - convolution by Winograd's minimal filtering (winograd.h), in blocked layout.
 *
 * Tiles of the input are transformed, each point of the transform is a matrix
 * product of its own (tiles by channels times channels by filters), and the
 * products are transformed back. It is done for so many tiles at a time that
 * what lies between the stages stays in a cache. Small blocks of tiles go to
 * the threads whole; where there are few blocks, each stage is shared out.
 */
#include "convolution.h"
#include "winograd.h"

#include <string.h>

/* Bytes between the stages that stay in the second-level cache, and that are worth it when the filters are read from memory once for each block. */
#define CONV_WINOGRAD_NEAR_BYTES 393216.0
#define CONV_WINOGRAD_FAR_BYTES 2097152.0
/* Bytes of filters that stay near while blocks of tiles pass. */
#define CONV_WINOGRAD_FILTER_BYTES 1048576.0
/* Tiles that are transformed back before their rows are finished. */
#define CONV_WINOGRAD_RUN 8
#define CONV_WINOGRAD_MOST_OUTPUTS 4
/* Tiles of a block, and bytes of filters, with which each thread may have blocks of its own. */
#define CONV_WINOGRAD_APART_TILES 12
#define CONV_WINOGRAD_APART_BYTES 8388608.0
/* Multiply-adds below which one thread does it all. */
#define CONV_WINOGRAD_PARALLEL 400000.0

typedef struct conv_winograd_cut {
  lp_winograd_sizes sizes;
  int block;
  int64_t high_in, wide_in;   /* numbers of a tile of x */
  int64_t high_out, wide_out; /* of y */
  int64_t tiles_high, tiles_wide, tiles;
  int64_t points;
  int64_t in_blocks, out_blocks;
  int64_t block_tiles, blocks;
  int64_t point_v, point_m; /* floats from point to point */
  bool apart;               /* a block of tiles is one thread's */
  int64_t in_parts, out_parts, pair_parts;
  size_t prepared, v_floats, m_floats; /* scratch: epilogue, then v and m, per worker if apart */
} conv_winograd_cut;

typedef struct conv_winograd_job {
  const lp_conv_run *run;
  lp_winograd_form form;
  conv_winograd_cut cut;
  lp_linear_epilogue epilogue;
  const lp_linear_kernels *kernels;
  const lp_winograd_kernels *transforms;
  float *scratch;
  int64_t first; /* tile of the block at hand, where stages are shared out */
} conv_winograd_job;

bool lp_conv_winograd_accepts(const lp_conv_geometry *g, int block, lp_winograd_form form) {
  const lp_winograd_sizes sizes = lp_winograd_sizes_of(form);
  bool wide = g->kernel[2] == sizes.taps && (sizes.line ? g->kernel[1] == 1 : g->kernel[1] == sizes.taps);
  bool high = sizes.line && g->kernel[1] == sizes.taps && g->kernel[2] == 1;
  if (block < 2 || !(wide || high) || g->groups != 1 || g->channels < 1 || g->batch < 1 ||
      lp_conv_out_pixels(g) < 1 || !lp_conv_is_flat(g)) {
    return false;
  }
  for (int d = 1; d < LP_CONV_DIMS; d++) {
    if (g->stride[d] != 1 || g->dilate[d] != 1 || g->pad[d] < 0) {
      return false;
    }
  }
  return true;
}

/* Tiles of a block, given the bytes that one needs and the bytes there are. */
static int64_t conv_winograd_share(int64_t tiles, double each, double bytes, int64_t multiple) {
  int64_t share = each * (double)tiles <= bytes ? tiles : (int64_t)(bytes / each);
  share = share < 2 * multiple ? 2 * multiple : share;
  int64_t blocks = (tiles + share - 1) / share;
  share = (tiles + blocks - 1) / blocks;
  share = (share + multiple - 1) / multiple * multiple;
  return share < tiles ? share : tiles;
}

/* False on overflow. */
static bool conv_winograd_plan(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                               lp_winograd_form form, conv_winograd_cut *cut) {
  const lp_linear_kernels *kernels = lp_linear_find(isa);
  const int block = kernels->block;
  const lp_winograd_sizes sizes = lp_winograd_sizes_of(form);
  memset(cut, 0, sizeof *cut);
  cut->sizes = sizes;
  cut->block = block;
  cut->high_in = g->kernel[1] == 1 ? 1 : sizes.points;
  cut->wide_in = g->kernel[2] == 1 ? 1 : sizes.points;
  cut->high_out = g->kernel[1] == 1 ? 1 : sizes.outputs;
  cut->wide_out = g->kernel[2] == 1 ? 1 : sizes.outputs;
  cut->tiles_high = (g->out[1] + cut->high_out - 1) / cut->high_out;
  cut->tiles_wide = (g->out[2] + cut->wide_out - 1) / cut->wide_out;
  cut->points = lp_winograd_tile(&sizes);
  cut->in_blocks = (g->channels + block - 1) / block;
  cut->out_blocks = (g->filters + block - 1) / block;
  double tile = (double)(cut->in_blocks + cut->out_blocks) * block * sizeof(float) *
                (double)cut->points;
  double filters = (double)cut->out_blocks * block * (double)g->channels * sizeof(float) *
                   (double)cut->points;
  if ((double)g->batch * (double)cut->tiles_high * (double)cut->tiles_wide * tile > 1e15) {
    return false;
  }
  cut->tiles = g->batch * cut->tiles_high * cut->tiles_wide;
  cut->block_tiles = conv_winograd_share(
      cut->tiles, tile,
      filters <= CONV_WINOGRAD_FILTER_BYTES ? CONV_WINOGRAD_NEAR_BYTES : CONV_WINOGRAD_FAR_BYTES,
      kernels->tile_pixels);
  cut->blocks = (cut->tiles + cut->block_tiles - 1) / cut->block_tiles;
  cut->apart = threads > 1 && cut->blocks >= 3 * (int64_t)threads;
  /* A few blocks for each thread, if they fill the registers: nothing then goes from core to core, and nobody waits. */
  const int64_t each = (cut->tiles + threads - 1) / (int64_t)threads;
  if (threads > 1 && !cut->apart && each >= CONV_WINOGRAD_APART_TILES &&
      filters <= CONV_WINOGRAD_APART_BYTES) {
    const int64_t rounds = (each + cut->block_tiles - 1) / cut->block_tiles;
    cut->block_tiles = (each + rounds - 1) / rounds;
    cut->blocks = (cut->tiles + cut->block_tiles - 1) / cut->block_tiles;
    cut->apart = true;
  }
  cut->in_parts = cut->in_blocks >= 4 * (int64_t)threads ? 1 : 4;
  cut->out_parts = cut->out_blocks >= 4 * (int64_t)threads ? 1 : 4;
  int64_t pairs = (cut->out_blocks + 1) / 2;
  cut->pair_parts = (4 * (int64_t)threads + cut->points - 1) / cut->points;
  cut->pair_parts = cut->pair_parts < pairs ? cut->pair_parts : pairs;
  /* The points of one tile would else lie in one set of the first-level cache. */
  cut->point_v = cut->in_blocks * block * cut->block_tiles + LP_MAX_BLOCK;
  cut->point_m = cut->out_blocks * block * cut->block_tiles + LP_MAX_BLOCK;
  cut->v_floats = (size_t)(cut->point_v * cut->points);
  cut->m_floats = (size_t)(cut->point_m * cut->points);
  return lp_linear_prepared(g->filters, &cut->prepared);
}

size_t lp_conv_winograd_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                                lp_winograd_form form) {
  conv_winograd_cut cut;
  size_t floats;
  size_t size;
  if (!conv_winograd_plan(g, isa, threads, form, &cut) ||
      !lp_size_multiply(cut.v_floats + cut.m_floats, cut.apart ? threads : 1, &floats) ||
      !lp_size_add(floats, cut.prepared, &floats) ||
      !lp_size_multiply(floats, sizeof(float), &size)) {
    return SIZE_MAX;
  }
  return size;
}

/* ---- stages ---------------------------------------------------------------------- */

/* A tile that reaches over the edge, with zeros there. */
static void conv_winograd_gather(const conv_winograd_cut *cut, const lp_conv_geometry *g,
                                 const float *plane, int64_t top, int64_t left, float *tile) {
  const size_t pixel = (size_t)cut->block * sizeof(float);
  int64_t begin = left < 0 ? -left : 0;
  int64_t end = g->in[2] - left < cut->wide_in ? g->in[2] - left : cut->wide_in;
  begin = begin < cut->wide_in ? begin : cut->wide_in;
  end = end > begin ? end : begin;
  for (int64_t r = 0; r < cut->high_in; r++) {
    float *row = tile + r * cut->wide_in * cut->block;
    if (top + r < 0 || top + r >= g->in[1]) {
      memset(row, 0, (size_t)cut->wide_in * pixel);
      continue;
    }
    memset(row, 0, (size_t)begin * pixel);
    memcpy(row + begin * cut->block, plane + ((top + r) * g->in[2] + left + begin) * cut->block,
           (size_t)(end - begin) * pixel);
    memset(row + end * cut->block, 0, (size_t)(cut->wide_in - end) * pixel);
  }
}

/* Where a tile stands, and how many stand beside it in its row before tile `to`, itself included. */
typedef struct conv_winograd_place {
  int64_t image, row, column, beside;
} conv_winograd_place;

static conv_winograd_place conv_winograd_find(const conv_winograd_cut *cut, int64_t tile,
                                              int64_t to) {
  const int64_t line = tile / cut->tiles_wide, column = tile % cut->tiles_wide;
  const int64_t left = cut->tiles_wide - column;
  return (conv_winograd_place){line / cut->tiles_high, line % cut->tiles_high, column,
                               left < to - tile ? left : to - tile};
}

/* Tiles [from, to) of one block of channels; v: where tile `first` goes. */
static void conv_winograd_input(const conv_winograd_job *job, int64_t channel, int64_t first,
                                int64_t from, int64_t to, int64_t count, float *v) {
  const conv_winograd_cut *cut = &job->cut;
  const lp_conv_geometry *g = job->run->geometry;
  const int64_t block = cut->block;
  const int64_t row = g->in[2] * block;
  float tile[LP_WINOGRAD_MOST_TILE * LP_MAX_BLOCK];
  lp_winograd_input input = {.tile_step = cut->wide_out * block, .point_step = cut->point_v};
  v += channel * count * block;
  for (int64_t t = from; t < to; t += input.tiles) {
    const conv_winograd_place at = conv_winograd_find(cut, t, to);
    const int64_t top = at.row * cut->high_out - g->pad[1];
    const int64_t left = at.column * cut->wide_out - g->pad[2];
    const float *plane = (const float *)job->run->x +
                         (at.image * cut->in_blocks + channel) * g->in[1] * row;
    int64_t inside = left < 0 || top < 0 || top + cut->high_in > g->in[1] ||
                             left + cut->wide_in > g->in[2]
                         ? 0
                         : (g->in[2] - left - cut->wide_in) / cut->wide_out + 1;
    input.v = v + (t - first) * block;
    if (inside > 0) {
      input.tiles = inside < at.beside ? inside : at.beside;
      input.x = plane + top * row + left * block;
      input.row_step = row;
      /* A line along the height steps from row to row. */
      input.column_step = cut->wide_in == 1 ? row : block;
    } else {
      conv_winograd_gather(cut, g, plane, top, left, tile);
      input.tiles = 1;
      input.x = tile;
      input.row_step = cut->wide_in * block;
      input.column_step = block;
    }
    job->transforms->input[job->form](&input);
  }
}

/* Products of one point for pairs [from, to) of blocks of filters. */
static void conv_winograd_multiply(const conv_winograd_job *job, int64_t point, int64_t from,
                                   int64_t to, int64_t count, const float *v, float *m) {
  static const int64_t taps[1] = {0};
  const conv_winograd_cut *cut = &job->cut;
  const int64_t block = cut->block;
  const int64_t channels = job->run->geometry->channels;
  const float *filters =
      (const float *)job->run->w + point * cut->out_blocks * block * channels;
  lp_tile_run run = {.x = v + point * cut->point_v,
                     .x_block = count * block,
                     .taps = taps,
                     .num_taps = 1,
                     .channels = channels,
                     .pixels = count,
                     .out_block = count * block};
  for (int64_t pair = from; pair < to; pair++) {
    run.w = filters + pair * 2 * block * channels;
    run.next = run.w + 2 * block * channels;
    run.next_end = run.next + 2 * block * channels;
    run.out_blocks = cut->out_blocks - pair * 2 < 2 ? 1 : 2;
    run.out = m + point * cut->point_m + pair * 2 * count * block;
    job->kernels->tile_blocked(&run);
  }
}

/* Tiles [from, to) of one block of filters; m: where tile `first` stands. */
static void conv_winograd_output(const conv_winograd_job *job, int64_t filter, int64_t first,
                                 int64_t from, int64_t to, int64_t count, const float *m) {
  const conv_winograd_cut *cut = &job->cut;
  const lp_conv_geometry *g = job->run->geometry;
  const int64_t block = cut->block;
  float rows[CONV_WINOGRAD_MOST_OUTPUTS * CONV_WINOGRAD_RUN * CONV_WINOGRAD_MOST_OUTPUTS *
             LP_MAX_BLOCK];
  lp_winograd_output output = {.point_step = cut->point_m, .y = rows};
  m += filter * count * block;
  for (int64_t t = from; t < to; t += output.tiles) {
    const conv_winograd_place at = conv_winograd_find(cut, t, to);
    const int64_t top = at.row * cut->high_out;
    const int64_t left = at.column * cut->wide_out;
    output.tiles = at.beside < CONV_WINOGRAD_RUN ? at.beside : CONV_WINOGRAD_RUN;
    output.m = m + (t - first) * block;
    const int64_t row = output.tiles * cut->wide_out * block;
    output.tile_step = cut->wide_out * block;
    output.row_step = row;
    /* The outputs of a line along the height stand in rows of their own. */
    output.column_step = cut->wide_out == 1 ? row : block;
    job->transforms->output[job->form](&output);
    int64_t place =
        (((at.image * cut->out_blocks + filter) * g->out[1] + top) * g->out[2] + left) * block;
    int64_t height = g->out[1] - top < cut->high_out ? g->out[1] - top : cut->high_out;
    int64_t width = output.tiles * cut->wide_out;
    width = g->out[2] - left < width ? g->out[2] - left : width;
    for (int64_t r = 0; r < height; r++) {
      job->kernels->finish(&job->epilogue, filter * block, rows + r * row,
                           job->run->added != NULL ? job->run->added + place : NULL,
                           (float *)job->run->y + place, width);
      place += g->out[2] * block;
    }
  }
}

/* ---- sharing out ------------------------------------------------------------------ */

static int64_t conv_winograd_count(const conv_winograd_cut *cut, int64_t first) {
  return cut->tiles - first < cut->block_tiles ? cut->tiles - first : cut->block_tiles;
}

/* A whole block of tiles. */
static void conv_winograd_block(void *context, int64_t chunk, unsigned worker) {
  const conv_winograd_job *job = context;
  const conv_winograd_cut *cut = &job->cut;
  const int64_t first = chunk * cut->block_tiles;
  const int64_t count = conv_winograd_count(cut, first);
  float *v = job->scratch + (size_t)worker * (cut->v_floats + cut->m_floats);
  float *m = v + cut->v_floats;
  for (int64_t channel = 0; channel < cut->in_blocks; channel++) {
    conv_winograd_input(job, channel, first, first, first + count, count, v);
  }
  for (int64_t point = 0; point < cut->points; point++) {
    conv_winograd_multiply(job, point, 0, (cut->out_blocks + 1) / 2, count, v, m);
  }
  for (int64_t filter = 0; filter < cut->out_blocks; filter++) {
    conv_winograd_output(job, filter, first, first, first + count, count, m);
  }
}

static void conv_winograd_input_chunk(void *context, int64_t chunk, unsigned worker) {
  const conv_winograd_job *job = context;
  const conv_winograd_cut *cut = &job->cut;
  const int64_t count = conv_winograd_count(cut, job->first);
  const int64_t part = chunk % cut->in_parts;
  (void)worker;
  conv_winograd_input(job, chunk / cut->in_parts, job->first,
                      job->first + count * part / cut->in_parts,
                      job->first + count * (part + 1) / cut->in_parts, count, job->scratch);
}

static void conv_winograd_multiply_chunk(void *context, int64_t chunk, unsigned worker) {
  const conv_winograd_job *job = context;
  const conv_winograd_cut *cut = &job->cut;
  const int64_t pairs = (cut->out_blocks + 1) / 2;
  const int64_t part = chunk % cut->pair_parts;
  (void)worker;
  conv_winograd_multiply(job, chunk / cut->pair_parts, pairs * part / cut->pair_parts,
                         pairs * (part + 1) / cut->pair_parts, conv_winograd_count(cut, job->first),
                         job->scratch, job->scratch + cut->v_floats);
}

static void conv_winograd_output_chunk(void *context, int64_t chunk, unsigned worker) {
  const conv_winograd_job *job = context;
  const conv_winograd_cut *cut = &job->cut;
  const int64_t count = conv_winograd_count(cut, job->first);
  const int64_t part = chunk % cut->out_parts;
  (void)worker;
  conv_winograd_output(job, chunk / cut->out_parts, job->first,
                       job->first + count * part / cut->out_parts,
                       job->first + count * (part + 1) / cut->out_parts, count,
                       job->scratch + cut->v_floats);
}

void lp_conv_winograd_run(const lp_conv_run *run, lp_winograd_form form) {
  const lp_conv_geometry *g = run->geometry;
  conv_winograd_job job = {.run = run,
                           .form = form,
                           .kernels = lp_linear_find(run->isa),
                           .transforms = lp_winograd_find(run->isa)};
  conv_winograd_cut *cut = &job.cut;
  lp_threads *threads = lp_conv_work(g) < CONV_WINOGRAD_PARALLEL ? NULL : run->threads;
  (void)conv_winograd_plan(g, run->isa, lp_threads_count(run->threads), form, cut);
  job.epilogue = lp_linear_prepare(run->epilogue, run->bias, g->filters, run->scratch);
  job.scratch = (float *)run->scratch + cut->prepared;
  if (cut->apart || threads == NULL) {
    lp_threads_run(threads, cut->blocks, conv_winograd_block, &job);
    return;
  }
  for (int64_t i = 0; i < cut->blocks; i++) {
    job.first = i * cut->block_tiles;
    lp_threads_run(threads, cut->in_blocks * cut->in_parts, conv_winograd_input_chunk, &job);
    lp_threads_run(threads, cut->points * cut->pair_parts, conv_winograd_multiply_chunk, &job);
    lp_threads_run(threads, cut->out_blocks * cut->out_parts, conv_winograd_output_chunk, &job);
  }
}

/* ---- weights ---------------------------------------------------------------------- */

size_t lp_conv_winograd_size(const lp_conv_weights *weights, int block, lp_winograd_form form) {
  const lp_winograd_sizes sizes = lp_winograd_sizes_of(form);
  size_t size;
  size_t bytes;
  if (!lp_size_add((size_t)weights->filters, (size_t)block - 1, &size) ||
      !lp_size_multiply(size / (size_t)block * (size_t)block, (size_t)weights->channels, &size) ||
      !lp_size_multiply(size, (size_t)lp_winograd_tile(&sizes), &size) ||
      !lp_size_multiply(size, sizeof(float), &bytes)) {
    return 0;
  }
  return size;
}

/* Filters that are transformed together: a block has that many, or a multiple. */
#define CONV_WINOGRAD_LANES 4
/* Floats of plain weights below which one thread does it all. */
#define CONV_WINOGRAD_PACK_PARALLEL 8192.0

typedef struct conv_winograd_packing {
  const lp_conv_weights *weights;
  lp_winograd_sizes sizes;
  int block;
  const float *plain;
  float *packed;
  double g[LP_WINOGRAD_MOST_POINTS][LP_WINOGRAD_MOST_POINTS];
} conv_winograd_packing;

/* A few filters of one channel. `u` is the place of the first point; points lie `plane` apart. */
static void conv_winograd_pack_lanes(const conv_winograd_packing *job, const float *w, int64_t count,
                                     float *u, int64_t plane) {
  const int64_t taps = job->sizes.taps, points = job->sizes.points;
  const int64_t high = job->sizes.line ? 1 : taps, rows = job->sizes.line ? 1 : points;
  double plain[LP_WINOGRAD_MOST_POINTS][LP_WINOGRAD_MOST_POINTS][CONV_WINOGRAD_LANES];
  for (int64_t i = 0; i < high; i++) {
    for (int64_t k = 0; k < taps; k++) {
      for (int lane = 0; lane < CONV_WINOGRAD_LANES; lane++) {
        plain[i][k][lane] =
            lane < count ? (double)w[lane * job->weights->filter_step + i * taps + k] : 0.0;
      }
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    double turned[LP_WINOGRAD_MOST_POINTS][CONV_WINOGRAD_LANES];
    for (int64_t k = 0; k < taps; k++) {
      double sum[CONV_WINOGRAD_LANES] = {0};
      for (int64_t i = 0; i < high; i++) {
        const double factor = job->sizes.line ? 1.0 : job->g[r][i];
        for (int lane = 0; lane < CONV_WINOGRAD_LANES; lane++) {
          sum[lane] += factor * plain[i][k][lane];
        }
      }
      memcpy(turned[k], sum, sizeof sum);
    }
    for (int64_t p = 0; p < points; p++) {
      double sum[CONV_WINOGRAD_LANES] = {0};
      for (int64_t k = 0; k < taps; k++) {
        for (int lane = 0; lane < CONV_WINOGRAD_LANES; lane++) {
          sum[lane] += job->g[p][k] * turned[k][lane];
        }
      }
      for (int lane = 0; lane < CONV_WINOGRAD_LANES; lane++) {
        u[lane] = (float)sum[lane];
      }
      u += plane;
    }
  }
}

/* One pair of blocks of filters. */
static void conv_winograd_pack_pair(void *context, int64_t pair, unsigned worker) {
  const conv_winograd_packing *job = context;
  const lp_conv_weights *weights = job->weights;
  const int64_t filters = (weights->filters + job->block - 1) / job->block * job->block;
  const int64_t first = pair * 2 * job->block;
  const int64_t width = filters - first < 2 * job->block ? job->block : 2 * job->block;
  (void)worker;
  for (int64_t c = 0; c < weights->channels; c++) {
    for (int64_t f = first; f < first + width; f += CONV_WINOGRAD_LANES) {
      const int64_t left = weights->filters - f;
      const float *w = job->plain + f * weights->filter_step + c * weights->channel_step;
      conv_winograd_pack_lanes(job, left > 0 ? w : job->plain, left,
                               job->packed + first * weights->channels + c * width + f - first,
                               filters * weights->channels);
    }
  }
}

/* [point][pair of blocks of filters][channel][filter]; the transform is done in double and rounded once. */
void lp_conv_winograd_pack(const lp_conv_weights *weights, int block, lp_winograd_form form,
                           const float *plain, lp_threads *threads, float *packed) {
  conv_winograd_packing job = {.weights = weights,
                               .sizes = lp_winograd_sizes_of(form),
                               .block = block,
                               .plain = plain,
                               .packed = packed};
  double floats = (double)weights->filters * (double)weights->channels * (double)weights->taps;
  lp_winograd_filter(form, job.g);
  lp_threads_run(floats < CONV_WINOGRAD_PACK_PARALLEL ? NULL : threads,
                 (weights->filters + 2 * block - 1) / (2 * block), conv_winograd_pack_pair, &job);
}

#undef CONV_WINOGRAD_NEAR_BYTES
#undef CONV_WINOGRAD_FAR_BYTES
#undef CONV_WINOGRAD_FILTER_BYTES
#undef CONV_WINOGRAD_RUN
#undef CONV_WINOGRAD_MOST_OUTPUTS
#undef CONV_WINOGRAD_PARALLEL
#undef CONV_WINOGRAD_APART_TILES
#undef CONV_WINOGRAD_APART_BYTES
#undef CONV_WINOGRAD_LANES
#undef CONV_WINOGRAD_PACK_PARALLEL
