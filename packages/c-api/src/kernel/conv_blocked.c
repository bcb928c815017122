/*
 * conv_blocked.c - direct convolution in blocked layout.
 *
 * The output is cut into bands: some rows of one group of one image, or some
 * pixels where the window is 1 wide, not strided and not padded (then the image
 * is one long row). A band's input is small enough for the second-level cache
 * while all filters pass over it. Where windows step or reach over the edge,
 * the band's input is first copied to scratch with the padding in place and,
 * for stride s, every s-th column beside its neighbours ("phases"), so that
 * the kernels see unit steps only and read every tap at a constant offset.
 * Many channels of one pixel lie as many planes apart, on as many pages; for
 * one long row they are brought together first ("panels"). In three dimensions
 * each slice of the output is an image of its own, and the slices of input under
 * its windows are copied one below the other.
 *
 * Planar: the input is plain; its kernel steps by itself.
 */
#include "convolution.h"

#include <string.h>

/* Bytes of input of a band. */
#define CONV_BLOCKED_BAND_BYTES 393216
/* More scratch than this, and more than four times the input, is not worth it (huge padding or dilation). */
#define CONV_BLOCKED_SCRATCH_MOST 67108864.0
/* Weights of a pair of blocks of filters that stay near enough, and as much of them as is taken if not. */
#define CONV_BLOCKED_WEIGHT_BYTES 65536
#define CONV_BLOCKED_PART_BYTES 24576
/* Fewer channels lie near enough together, fewer products do not repay the copy. */
#define CONV_BLOCKED_PANEL_CHANNELS 128
#define CONV_BLOCKED_PANEL_PRODUCTS 12288
/* Multiply-adds below which one thread does it all. */
#define CONV_BLOCKED_PARALLEL 200000.0
/* Most parts that bands and filters are cut into; and what bringing a pixel near costs, in products of a pair. */
#define CONV_BLOCKED_MOST_PARTS 32
#define CONV_BLOCKED_NEAR 0.1

typedef struct conv_blocked_cut {
  bool planar;
  bool flat; /* the image is one row */
  bool copy;
  bool panels; /* a band of a flat image is brought into panels */
  int block;
  int64_t in_depth, in_height, in_width, out_depth, out_height, out_width;
  int64_t kernel_depth, kernel_height, kernel_width, stride_depth, stride_height, stride_width;
  int64_t dilate_depth, dilate_height, dilate_width, front, top, left;
  int64_t group_channels, group_filters;
  int64_t in_blocks, out_blocks; /* of a group */
  int64_t planes;                /* of a group's input: channels if planar, else blocks */
  int64_t step;                  /* floats of a pixel of a plane */
  int64_t bands, band_rows, band_pixels;
  bool joined;                 /* the rows of a band follow each other without a gap */
  int64_t part_blocks;         /* of input that go through at a time */
  int64_t splits, split_pairs; /* parts of a group's pairs of output blocks */
  /* A plane as the kernel sees it: in scratch if copied. Floats. */
  int64_t row_step; /* rows of the plane per output row */
  int64_t copy_step; /* columns apart that are copied side by side */
  int64_t rows; /* of a slice */
  int64_t phases, phase_width, row_floats, plane_floats;
  size_t prepared, taps_bytes, band_floats; /* scratch: epilogue, offsets of taps, then a band per worker */
} conv_blocked_cut;

typedef struct conv_blocked_job {
  const lp_conv_run *run;
  conv_blocked_cut cut;
  lp_linear_epilogue epilogue;
  const lp_linear_kernels *kernels;
  const int64_t *taps;
  float *bands;
} conv_blocked_job;

bool lp_conv_blocked_accepts(const lp_conv_geometry *g, int block, bool planar) {
  int64_t filters = g->filters / g->groups;
  int64_t channels = g->channels / g->groups;
  if (block < 2 || channels < 1 || lp_conv_out_pixels(g) < 1 || g->batch < 1) {
    return false;
  }
  return g->groups == 1 || (filters % block == 0 && (planar || channels % block == 0));
}

void lp_conv_blocked_live(lp_conv_geometry *g) {
  int64_t first[LP_CONV_DIMS], count[LP_CONV_DIMS];
  bool part = false;
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    const int64_t last = (g->out[d] - 1) * g->stride[d] - g->pad[d];
    int64_t k = 0, end = g->kernel[d];
    for (; k < end && last + k * g->dilate[d] < 0; k++) {
    }
    for (; end > k && (end - 1) * g->dilate[d] - g->pad[d] >= g->in[d]; end--) {
    }
    /* Behind a part of a window come whole ones. */
    if (k == end || (part && end - k < g->kernel[d])) {
      return;
    }
    part = part || end - k > 1;
    first[d] = k;
    count[d] = end - k;
  }
  g->weight_taps = lp_conv_taps(g);
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    g->first_tap = g->first_tap * g->kernel[d] + first[d];
    g->pad[d] -= first[d] * g->dilate[d];
  }
  memcpy(g->kernel, count, sizeof count);
}

/* Taps of a filter in the weights. */
static int64_t conv_blocked_weight_taps(const lp_conv_geometry *g) {
  return g->weight_taps > 0 ? g->weight_taps : lp_conv_taps(g);
}

/* Whether windows do not reach over the edge, and do not step, where steps matter. */
static bool conv_blocked_is_plain(const lp_conv_geometry *g, bool planar) {
  return (lp_conv_is_flat(g) || lp_conv_columns_direct(g)) &&
         (planar || (g->stride[1] == 1 && g->stride[2] == 1)) && g->pad[1] == 0 &&
         g->pad[2] == 0 &&
         (g->out[1] - 1) * g->stride[1] + g->dilate[1] * (g->kernel[1] - 1) < g->in[1] &&
         (g->out[2] - 1) * g->stride[2] + g->dilate[2] * (g->kernel[2] - 1) < g->in[2];
}

/* Rows or pixels of a band, of `all`, each `bytes` of input. */
static int64_t conv_blocked_share(int64_t all, double bytes, int64_t multiple) {
  double most = (double)CONV_BLOCKED_BAND_BYTES / bytes;
  int64_t share = most >= (double)all ? all : most < 1.0 ? 1 : (int64_t)most;
  int64_t bands = (all + share - 1) / share;
  share = (all + bands - 1) / bands;
  share = (share + multiple - 1) / multiple * multiple;
  return share < all ? share : all;
}

/* Bands of a share, and what they are cut to. */
static int64_t conv_blocked_bands(const conv_blocked_cut *cut, int64_t band) {
  const int64_t all = cut->flat ? cut->out_width : cut->out_height;
  return (all + band - 1) / band;
}

/*
 * Bands, and parts of the filters (split_pairs, splits), such that threads that
 * take chunks in turn end soonest: a chunk costs its pixels times its pairs of
 * blocks of filters, and something for bringing its input and its weights near.
 * Among cuts that are as good, the finest, so that a thread that is held up
 * costs least.
 */
static void conv_blocked_share_out(int64_t images, unsigned threads, int64_t tile_pixels,
                                   conv_blocked_cut *cut) {
  const int64_t pairs = (cut->out_blocks + 1) / 2;
  int64_t *band = cut->flat ? &cut->band_pixels : &cut->band_rows;
  const int64_t most = *band;
  const double row = cut->flat ? 1.0 : (double)cut->out_width;
  const double near = cut->panels || cut->copy ? CONV_BLOCKED_NEAR : 0.0;
  const double weights = 0.25 * cut->block / row;
  double best = 0.0;
  cut->bands = conv_blocked_bands(cut, most);
  cut->split_pairs = pairs;
  cut->splits = 1;
  const int64_t parts_most = threads > CONV_BLOCKED_MOST_PARTS / 4 ? CONV_BLOCKED_MOST_PARTS
                                                                   : 4 * (int64_t)threads;
  for (int64_t parts = 1; threads > 1 && parts <= parts_most; parts++) {
    int64_t size = (most + parts - 1) / parts;
    /* Whole tiles, or rows that are worth the copy of those around them. */
    if (parts > 1 && (cut->flat ? size < tile_pixels : size < 2 * cut->kernel_height)) {
      break;
    }
    const int64_t bands = conv_blocked_bands(cut, size);
    for (int64_t split = 1; split <= pairs && split <= parts_most; split++) {
      const int64_t split_pairs = (pairs + split - 1) / split;
      const int64_t splits = (pairs + split_pairs - 1) / split_pairs;
      const int64_t rounds = (images * bands * splits + threads - 1) / (int64_t)threads;
      const double cost = (double)rounds * ((double)size * ((double)split_pairs + near) +
                                            (double)split_pairs * weights);
      if (best == 0.0 || cost < 0.97 * best ||
          (cost < 1.03 * best && bands * splits > cut->bands * cut->splits)) {
        best = best == 0.0 || cost < best ? cost : best;
        *band = size;
        cut->bands = bands;
        cut->split_pairs = split_pairs;
        cut->splits = splits;
      }
    }
  }
}

/* False on overflow. */
static bool conv_blocked_plan(const lp_conv_geometry *g, lp_isa isa, unsigned threads, bool planar,
                         conv_blocked_cut *cut) {
  const lp_linear_kernels *kernels = lp_linear_find(isa);
  const int block = kernels->block;
  memset(cut, 0, sizeof *cut);
  cut->planar = planar;
  cut->block = block;
  cut->group_channels = g->channels / g->groups;
  cut->group_filters = g->filters / g->groups;
  cut->copy = !conv_blocked_is_plain(g, planar);
  /* A phase of a transposed convolution may be narrower than its input without any padding. */
  cut->flat = !cut->copy && lp_conv_taps(g) == 1 && g->stride[1] == 1 && g->stride[2] == 1 &&
              g->out[2] == g->in[2];
  const bool whole = conv_blocked_weight_taps(g) == lp_conv_taps(g);
  cut->panels = whole && cut->flat && !planar && cut->group_channels >= CONV_BLOCKED_PANEL_CHANNELS &&
                cut->group_channels * cut->group_filters >= CONV_BLOCKED_PANEL_PRODUCTS;
  cut->in_depth = cut->flat ? 1 : g->in[0];
  cut->out_depth = cut->flat ? 1 : g->out[0];
  cut->in_height = cut->flat ? 1 : g->in[1];
  cut->in_width = cut->flat ? lp_conv_in_pixels(g) : g->in[2];
  cut->out_height = cut->flat ? 1 : g->out[1];
  cut->out_width = cut->flat ? lp_conv_out_pixels(g) : g->out[2];
  cut->kernel_depth = g->kernel[0];
  cut->stride_depth = g->stride[0];
  cut->dilate_depth = g->dilate[0];
  cut->front = g->pad[0];
  cut->kernel_height = g->kernel[1];
  cut->kernel_width = g->kernel[2];
  cut->stride_height = g->stride[1];
  cut->stride_width = g->stride[2];
  cut->dilate_height = g->dilate[1];
  cut->dilate_width = g->dilate[2];
  cut->top = g->pad[1];
  cut->left = g->pad[2];
  cut->in_blocks = (cut->group_channels + block - 1) / block;
  cut->out_blocks = (cut->group_filters + block - 1) / block;
  cut->planes = planar ? cut->group_channels : cut->in_blocks;
  cut->step = planar ? 1 : block;
  cut->row_step = cut->copy && cut->kernel_height == 1 ? 1 : cut->stride_height;
  /* The planar kernel steps by itself. */
  cut->copy_step = planar ? 1 : cut->stride_width;
  cut->phases = cut->kernel_width == 1 ? 1 : cut->copy_step;
  if (cut->copy) {
    int64_t reach = cut->dilate_width * (cut->kernel_width - 1);
    cut->phase_width = planar            ? (cut->out_width - 1) * cut->stride_width + reach + 1
                       : cut->phases > 1 ? cut->out_width + reach / cut->phases
                                         : cut->out_width + reach;
    double row = (double)cut->phases * (double)cut->phase_width * (double)cut->step;
    double slices = (double)cut->planes * (double)cut->kernel_depth;
    if (row * slices > 1e15) {
      return false;
    }
    cut->row_floats = cut->phases * cut->phase_width * cut->step;
    cut->band_rows = conv_blocked_share(
        cut->out_height, row * slices * (double)cut->row_step * sizeof(float), 1);
    cut->rows = (cut->band_rows - 1) * cut->row_step +
                cut->dilate_height * (cut->kernel_height - 1) + 1;
    if ((double)cut->rows * row * slices > 1e15) {
      return false;
    }
    cut->plane_floats = cut->kernel_depth * cut->rows * cut->row_floats;
    cut->band_pixels = cut->out_width;
  } else {
    double row = (double)cut->planes * (double)cut->step * sizeof(float);
    cut->row_floats = cut->in_width * cut->step;
    cut->plane_floats = cut->in_height * cut->row_floats;
    cut->band_rows = cut->flat ? 1
                               : conv_blocked_share(cut->out_height, row * (double)cut->in_width, 1);
    cut->band_pixels = cut->flat ? conv_blocked_share(cut->out_width, row, kernels->tile_pixels)
                                 : cut->out_width;
  }
  cut->joined = cut->copy && !planar && lp_conv_taps(g) == 1;
  /* Where the weights of a pair of blocks do not stay in the first-level cache from tile to tile, fewer channels go through all tiles first. */
  int64_t weights = 2 * block * block * lp_conv_taps(g) * (int64_t)sizeof(float); /* of a block of input */
  cut->part_blocks = cut->in_blocks;
  if (!cut->planar && lp_conv_taps(g) > 1 && weights * cut->in_blocks > CONV_BLOCKED_WEIGHT_BYTES) {
    int64_t parts = (weights * cut->in_blocks + CONV_BLOCKED_PART_BYTES - 1) / CONV_BLOCKED_PART_BYTES;
    cut->part_blocks = (cut->in_blocks + parts - 1) / parts;
  }
  /* A part of the taps is not together beyond a block. */
  cut->part_blocks = whole ? cut->part_blocks : 1;
  conv_blocked_share_out(g->batch * g->groups * cut->out_depth, threads, kernels->tile_pixels, cut);
  /* Scratch; multiples of a cache line. */
  if (!lp_linear_prepared(g->filters, &cut->prepared) ||
      !lp_size_multiply((size_t)lp_conv_taps(g), planar ? (size_t)cut->group_channels : 1,
                        &cut->taps_bytes) ||
      !lp_size_multiply(cut->taps_bytes, sizeof(int64_t), &cut->taps_bytes) ||
      !lp_size_add(cut->taps_bytes, LP_ALIGNMENT - 1, &cut->taps_bytes)) {
    return false;
  }
  cut->taps_bytes = cut->taps_bytes / LP_ALIGNMENT * LP_ALIGNMENT;
  int64_t floats = cut->copy     ? cut->plane_floats * cut->planes
                   : cut->panels ? cut->band_pixels * cut->planes * cut->step
                                 : 0;
  cut->band_floats = ((size_t)floats + 15) / 16 * 16;
  return true;
}

size_t lp_conv_blocked_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                               bool planar) {
  conv_blocked_cut cut;
  size_t size;
  size_t floats;
  double input = (double)g->batch * (double)g->channels * (double)lp_conv_in_pixels(g) * 4.0;
  if (!conv_blocked_plan(g, isa, threads, planar, &cut) ||
      !lp_size_multiply(cut.band_floats, threads, &floats) ||
      !lp_size_add(floats, cut.prepared, &floats) ||
      !lp_size_multiply(floats, sizeof(float), &size) ||
      !lp_size_add(size, cut.taps_bytes, &size)) {
    return SIZE_MAX;
  }
  if ((double)cut.band_floats * 4.0 > CONV_BLOCKED_SCRATCH_MOST &&
      (double)cut.band_floats > input) {
    return SIZE_MAX;
  }
  return size;
}

size_t lp_conv_blocked_prepared(void) { return sizeof(conv_blocked_cut); }

void lp_conv_blocked_prepare(const lp_conv_geometry *g, lp_isa isa, unsigned threads, bool planar,
                             void *prepared) {
  (void)conv_blocked_plan(g, isa, threads, planar, prepared);
}

/* Offsets of the taps in a plane as the kernel sees it; planar: of all channels, in the order of the weights. */
static void conv_blocked_taps(const conv_blocked_cut *cut, int64_t *taps) {
  const int64_t at_once = cut->planar ? cut->block : 1;
  const int64_t channels = cut->planar ? cut->group_channels : 1;
  for (int64_t first = 0; first < channels; first += at_once) {
    for (int64_t k = 0; k < cut->kernel_depth * cut->kernel_height; k++) {
      const int64_t slice = k / cut->kernel_height, ky = k % cut->kernel_height;
      for (int64_t kx = 0; kx < cut->kernel_width; kx++) {
        int64_t reach = kx * cut->dilate_width;
        int64_t column = cut->copy
                             ? reach % cut->phases * cut->phase_width + reach / cut->phases
                             : reach;
        int64_t tap = (slice * cut->rows + ky * cut->dilate_height) * cut->row_floats +
                      column * cut->step;
        for (int64_t c = first; c < first + at_once && c < channels; c++) {
          *taps++ = c * cut->plane_floats + tap;
        }
      }
    }
  }
}

/* One phase of one row: columns first, first + stride, ... of `source`, zeros outside. */
static void conv_blocked_copy_phase(const conv_blocked_cut *cut, const float *source, int64_t first,
                               float *target) {
  const int64_t step = cut->step;
  const int64_t stride = cut->copy_step;
  int64_t begin = first < 0 ? (-first + stride - 1) / stride : 0;
  int64_t end = first >= cut->in_width ? 0 : (cut->in_width - 1 - first) / stride + 1;
  end = end < cut->phase_width ? end : cut->phase_width;
  begin = begin < end ? begin : end;
  memset(target, 0, (size_t)(begin * step) * sizeof(float));
  if (stride == 1) {
    memcpy(target + begin * step, source + (first + begin) * step,
           (size_t)((end - begin) * step) * sizeof(float));
  } else if (step == 1) {
    for (int64_t i = begin; i < end; i++) {
      target[i] = source[first + i * stride];
    }
  } else {
    const size_t pixel = (size_t)step * sizeof(float);
    for (int64_t i = begin; i < end; i++) {
      const float *from = source + (first + i * stride) * step;
      /* Constant sizes become moves. */
      switch (step) {
        case 16: memcpy(target + i * 16, from, 16 * sizeof(float)); break;
        case 8: memcpy(target + i * 8, from, 8 * sizeof(float)); break;
        case 4: memcpy(target + i * 4, from, 4 * sizeof(float)); break;
        default: memcpy(target + i * step, from, pixel); break;
      }
    }
  }
  memset(target + end * step, 0, (size_t)((cut->phase_width - end) * step) * sizeof(float));
}

/* Rows of the input for rows from `row` on of output slice `slice`, `count` rows of each slice as the kernel sees them. */
static void conv_blocked_copy_band(const conv_blocked_cut *cut, const float *x, int64_t slice,
                                   int64_t row, int64_t count, float *band) {
  for (int64_t plane = 0; plane < cut->planes * cut->kernel_depth; plane++) {
    const int64_t z = slice * cut->stride_depth - cut->front +
                      plane % cut->kernel_depth * cut->dilate_depth;
    const bool beyond = z < 0 || z >= cut->in_depth;
    const float *source = x + (plane / cut->kernel_depth * cut->in_depth + (beyond ? 0 : z)) *
                                  cut->in_height * cut->in_width * cut->step;
    float *target = band + plane * cut->rows * cut->row_floats;
    for (int64_t r = 0; r < count; r++) {
      int64_t y = cut->kernel_height == 1 ? (row + r) * cut->stride_height - cut->top
                                          : row * cut->stride_height - cut->top + r;
      if (beyond || y < 0 || y >= cut->in_height) {
        memset(target, 0, (size_t)cut->row_floats * sizeof(float));
      } else {
        for (int64_t phase = 0; phase < cut->phases; phase++) {
          conv_blocked_copy_phase(cut, source + y * cut->in_width * cut->step, phase - cut->left,
                             target + phase * cut->phase_width * cut->step);
        }
      }
      target += cut->row_floats;
    }
  }
}

static void conv_blocked_chunk(void *context, int64_t chunk, unsigned worker) {
  const conv_blocked_job *job = context;
  const conv_blocked_cut *cut = &job->cut;
  const lp_conv_geometry *g = job->run->geometry;
  const int64_t split = chunk % cut->splits;
  const int64_t band = chunk / cut->splits % cut->bands;
  const int64_t slice = chunk / cut->splits / cut->bands % cut->out_depth;
  const int64_t group = chunk / cut->splits / cut->bands / cut->out_depth % g->groups;
  const int64_t image = chunk / cut->splits / cut->bands / cut->out_depth / g->groups;
  const int64_t row = cut->flat ? 0 : band * cut->band_rows;
  const int64_t pixel = cut->flat ? band * cut->band_pixels : 0;
  const int64_t rows =
      cut->out_height - row < cut->band_rows ? cut->out_height - row : cut->band_rows;
  const int64_t in_plane = cut->in_depth * cut->in_height * cut->in_width * cut->step;
  const int64_t out_slice = cut->out_height * cut->out_width * cut->block;
  const int64_t out_block = cut->out_depth * out_slice;
  const int64_t weight_taps = conv_blocked_weight_taps(g);
  const int64_t weights = cut->group_channels * weight_taps; /* of a filter */
  const float *x = (const float *)job->run->x + (image * g->groups + group) * cut->planes * in_plane;
  const int64_t last_pair = (split + 1) * cut->split_pairs * 2;
  lp_tile_run run = {.x_block = cut->plane_floats,
                     .x_pixel = cut->stride_width,
                     .taps = job->taps,
                     .num_taps = lp_conv_taps(g) * (cut->planar ? cut->group_channels : 1),
                     .pixels = cut->out_width - pixel < cut->band_pixels ? cut->out_width - pixel
                                                                         : cut->band_pixels,
                     .out_block = out_block};
  if (cut->copy) {
    float *copy = job->bands + worker * cut->band_floats;
    conv_blocked_copy_band(cut, x, slice, row,
                      (rows - 1) * cut->row_step + cut->dilate_height * (cut->kernel_height - 1) + 1,
                      copy);
    x = copy;
  } else if (cut->panels) {
    float *copy = job->bands + worker * cut->band_floats;
    job->kernels->panels(x + pixel * cut->step, cut->plane_floats, cut->planes, run.pixels, copy);
    x = copy;
    run.x_block = cut->planes * cut->step;
    run.panels = true;
  } else {
    x += row * cut->row_step * cut->row_floats + pixel * cut->step;
  }
  /* What is added must not be overwritten by sums that are not whole. */
  const int64_t part_blocks =
      job->run->added == (const float *)job->run->y ? cut->in_blocks : cut->part_blocks;
  const int64_t lines = cut->joined ? 1 : rows;
  run.pixels = cut->joined ? rows * cut->out_width : run.pixels;
  for (int64_t b = split * cut->split_pairs * 2; b < last_pair && b < cut->out_blocks; b += 2) {
    const int64_t place =
        ((image * g->groups + group) * cut->out_blocks + b) * out_block + slice * out_slice;
    run.out_blocks = cut->out_blocks - b < 2 ? 1 : 2;
    run.channel = group * cut->group_filters + b * cut->block;
    for (int64_t part = 0; part < cut->in_blocks; part += part_blocks) {
      const int64_t channel = part * cut->block;
      const bool last = part + part_blocks >= cut->in_blocks;
      const int64_t left = cut->group_channels - channel;
      run.channels = last ? left : part_blocks * cut->block;
      run.w = (const float *)job->run->w +
              (group * cut->out_blocks + b) * cut->block * weights +
              (channel * weight_taps + g->first_tap * run.channels) * run.out_blocks * cut->block;
      run.next = run.w + run.channels * weight_taps * run.out_blocks * cut->block;
      run.next_end = run.next + 2 * cut->block * run.channels * lp_conv_taps(g);
      run.accumulate = part > 0;
      run.epilogue = last ? &job->epilogue : NULL;
      for (int64_t r = 0; r < lines; r++) {
        const int64_t offset = place + ((row + r) * cut->out_width + pixel) * cut->block;
        run.x = x + part * run.x_block + r * cut->row_step * cut->row_floats;
        run.out = (float *)job->run->y + offset;
        run.added = last && job->run->added != NULL ? job->run->added + offset : NULL;
        if (cut->planar) {
          job->kernels->tile_planar(&run);
        } else {
          job->kernels->tile_blocked(&run);
        }
      }
    }
  }
}

void lp_conv_blocked_run(const lp_conv_run *run, bool planar) {
  const lp_conv_geometry *g = run->geometry;
  conv_blocked_job job = {.run = run, .kernels = lp_linear_find(run->isa)};
  float *scratch = run->scratch;
  if (run->prepared != NULL) {
    job.cut = *(const conv_blocked_cut *)run->prepared;
  } else {
    lp_conv_blocked_prepare(g, run->isa, lp_threads_count(run->threads), planar, &job.cut);
  }
  job.epilogue = lp_linear_prepare(run->epilogue, run->bias, g->filters, scratch);
  scratch += job.cut.prepared;
  int64_t *taps = (int64_t *)(void *)scratch;
  conv_blocked_taps(&job.cut, taps);
  job.taps = taps;
  job.bands = (float *)(void *)((char *)scratch + job.cut.taps_bytes);
  lp_threads_run(lp_conv_work(g) < CONV_BLOCKED_PARALLEL ? NULL : run->threads,
                 g->batch * g->groups * job.cut.out_depth * job.cut.bands * job.cut.splits,
                 conv_blocked_chunk, &job);
}

#undef CONV_BLOCKED_BAND_BYTES
#undef CONV_BLOCKED_SCRATCH_MOST
#undef CONV_BLOCKED_WEIGHT_BYTES
#undef CONV_BLOCKED_PART_BYTES
#undef CONV_BLOCKED_PANEL_CHANNELS
#undef CONV_BLOCKED_PANEL_PRODUCTS
#undef CONV_BLOCKED_PARALLEL
#undef CONV_BLOCKED_MOST_PARTS
#undef CONV_BLOCKED_NEAR
