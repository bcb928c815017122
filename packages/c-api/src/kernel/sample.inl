/* sample.inl - see sample.h; for one element type SAMPLE_REAL. */

#define SAMPLE SAMPLE_NAME(sample)

/* Four neighbours and their weights. */
typedef struct SAMPLE {
  int64_t at[4];
  SAMPLE_REAL weight[4];
} SAMPLE;

static void SAMPLE_NAME(sample_weigh)(SAMPLE *sample, SAMPLE_REAL down, SAMPLE_REAL right) {
  sample->weight[0] = (1 - down) * (1 - right);
  sample->weight[1] = (1 - down) * right;
  sample->weight[2] = down * (1 - right);
  sample->weight[3] = down * right;
}

/* The image at (y, x); outside of it is the edge. */
static void SAMPLE_NAME(sample_inside)(int64_t height, int64_t width, SAMPLE_REAL y, SAMPLE_REAL x,
                                       SAMPLE *sample) {
  const SAMPLE_REAL row = y > 0 ? y < (SAMPLE_REAL)(height - 1) ? y : (SAMPLE_REAL)(height - 1) : 0;
  const SAMPLE_REAL column = x > 0 ? x < (SAMPLE_REAL)(width - 1) ? x : (SAMPLE_REAL)(width - 1) : 0;
  const int64_t top = (int64_t)row;
  const int64_t left = (int64_t)column;
  const int64_t down = top + 1 < height ? width : 0;
  const int64_t right = left + 1 < width ? 1 : 0;
  sample->at[0] = top * width + left;
  sample->at[1] = sample->at[0] + right;
  sample->at[2] = sample->at[0] + down;
  sample->at[3] = sample->at[2] + right;
  SAMPLE_NAME(sample_weigh)(sample, row - (SAMPLE_REAL)top, column - (SAMPLE_REAL)left);
}

/* The image at (y, x); outside of it is 0: such neighbours have the weight 0, and a place that one of the others has. False: there are none. */
static bool SAMPLE_NAME(sample_open)(int64_t height, int64_t width, SAMPLE_REAL y, SAMPLE_REAL x,
                                     SAMPLE *sample) {
  if (!(y > -1 && y < (SAMPLE_REAL)height && x > -1 && x < (SAMPLE_REAL)width)) {
    return false;
  }
  const int64_t top = (int64_t)(y + 1) - 1;
  const int64_t left = (int64_t)(x + 1) - 1;
  SAMPLE_NAME(sample_weigh)(sample, y - (SAMPLE_REAL)top, x - (SAMPLE_REAL)left);
  for (int i = 0; i < 4; i++) {
    const int64_t row = top + i / 2;
    const int64_t column = left + i % 2;
    const int64_t near_row = row < 0 ? 0 : row < height ? row : height - 1;
    const int64_t near_column = column < 0 ? 0 : column < width ? column : width - 1;
    sample->at[i] = near_row * width + near_column;
    if (row != near_row || column != near_column) {
      sample->weight[i] = 0;
    }
  }
  return true;
}

/* A sample that is `value` times what stands in the image's first pixel: 0, or NaN. */
static void SAMPLE_NAME(sample_constant)(SAMPLE *sample, SAMPLE_REAL value) {
  memset(sample, 0, sizeof *sample);
  sample->at[0] = -1;
  sample->weight[0] = value;
}

static SAMPLE_REAL SAMPLE_NAME(sample_take)(const SAMPLE *sample, const SAMPLE_REAL *x) {
  return sample->weight[0] * x[sample->at[0]] + sample->weight[1] * x[sample->at[1]] +
         sample->weight[2] * x[sample->at[2]] + sample->weight[3] * x[sample->at[3]];
}

static void SAMPLE_NAME(sample_row)(const SAMPLE *samples, int64_t count, const SAMPLE_REAL *x,
                                    SAMPLE_REAL *y) {
  for (int64_t i = 0; i < count; i++) {
    y[i] = samples[i].at[0] < 0 ? samples[i].weight[0] : SAMPLE_NAME(sample_take)(samples + i, x);
  }
}

static void SAMPLE_NAME(sample_grid)(const lp_sample_planes *planes, const SAMPLE_REAL *columns,
                                     const SAMPLE_REAL *rows, int64_t count) {
  SAMPLE samples[SAMPLE_TILE];
  for (int64_t first = 0; first < count; first += SAMPLE_TILE) {
    const int64_t n = count - first < SAMPLE_TILE ? count - first : SAMPLE_TILE;
    for (int64_t i = 0; i < n; i++) {
      const SAMPLE_REAL y = (rows[first + i] + 1) * (SAMPLE_REAL)(planes->height - 1) / 2;
      const SAMPLE_REAL x = (columns[first + i] + 1) * (SAMPLE_REAL)(planes->width - 1) / 2;
      if (!SAMPLE_NAME(sample_open)(planes->height, planes->width, y, x, samples + i)) {
        SAMPLE_NAME(sample_constant)(samples + i, (y - y) * (x - x)); /* NaN where a coordinate is not finite */
      }
    }
    for (int64_t c = 0; c < planes->channels; c++) {
      SAMPLE_NAME(sample_row)(samples, n, (const SAMPLE_REAL *)planes->x + c * planes->x_channel,
                              (SAMPLE_REAL *)planes->y + c * planes->y_channel + first);
    }
  }
}

static void SAMPLE_NAME(sample_affine)(const SAMPLE_REAL *map, int64_t height, int64_t width,
                                       int64_t first, int64_t count, SAMPLE_REAL *columns,
                                       SAMPLE_REAL *rows) {
  /* A grid of one row or column has no coordinates: 0 / 0, as in MXNet. */
  const SAMPLE_REAL down = (SAMPLE_REAL)2 / (SAMPLE_REAL)(height - 1);
  const SAMPLE_REAL right = (SAMPLE_REAL)2 / (SAMPLE_REAL)(width - 1);
  int64_t row = first / width;
  int64_t column = first % width;
  for (int64_t i = 0; i < count; row++, column = 0) {
    const SAMPLE_REAL y = -1 + (SAMPLE_REAL)row * down;
    const int64_t n = width - column < count - i ? width - column : count - i;
    for (int32_t k = 0; k < n; k++) {
      const SAMPLE_REAL x = -1 + (SAMPLE_REAL)((int32_t)column + k) * right;
      columns[i + k] = map[0] * x + map[1] * y + map[2];
      rows[i + k] = map[3] * x + map[4] * y + map[5];
    }
    i += n;
  }
}

/* The samples of a tap's pixels [first, first + n); `offset` and `mask` are those of the tap. */
static void SAMPLE_NAME(sample_tap)(const lp_sample_planes *planes, const lp_sample_window *window,
                                    int64_t tap, int64_t first, int64_t n,
                                    const SAMPLE_REAL *offset, const SAMPLE_REAL *mask,
                                    SAMPLE *samples) {
  const int64_t down = tap / window->kernel[1] * window->dilate[0] - window->pad[0];
  const int64_t right = tap % window->kernel[1] * window->dilate[1] - window->pad[1];
  for (int64_t i = 0; i < n; i++) {
    const int64_t pixel = first + i;
    const SAMPLE_REAL y =
        (SAMPLE_REAL)(pixel / window->out_width * window->stride[0] + down) + offset[pixel];
    const SAMPLE_REAL x = (SAMPLE_REAL)(pixel % window->out_width * window->stride[1] + right) +
                          offset[window->out_pixels + pixel];
    bool any = mask != NULL || (y >= 0 && x >= 0 && y < (SAMPLE_REAL)planes->height &&
                                x < (SAMPLE_REAL)planes->width);
    if (any && mask == NULL) {
      SAMPLE_NAME(sample_inside)(planes->height, planes->width, y, x, samples + i);
    } else if (any) {
      any = SAMPLE_NAME(sample_open)(planes->height, planes->width, y, x, samples + i);
    }
    if (!any) {
      SAMPLE_NAME(sample_constant)(samples + i, mask != NULL ? mask[pixel] * 0 : 0);
    }
    for (int k = 0; any && mask != NULL && k < 4; k++) {
      samples[i].weight[k] *= mask[pixel];
    }
  }
}

static void SAMPLE_NAME(sample_columns)(const lp_sample_planes *planes,
                                        const lp_sample_window *window, int64_t first,
                                        int64_t count) {
  const int64_t taps = window->kernel[0] * window->kernel[1];
  const int64_t end = window->first_channel + planes->channels;
  SAMPLE samples[SAMPLE_TILE];
  int64_t next;
  for (int64_t channel = window->first_channel; channel < end; channel = next) {
    const int64_t group = channel / window->group_channels;
    const int64_t behind = (group + 1) * window->group_channels;
    next = behind < end ? behind : end;
    for (int64_t tap = 0; tap < taps; tap++) {
      const int64_t at = (group * taps + tap) * window->out_pixels;
      const SAMPLE_REAL *mask = window->mask;
      for (int64_t i = 0; i < count; i += SAMPLE_TILE) {
        const int64_t n = count - i < SAMPLE_TILE ? count - i : SAMPLE_TILE;
        SAMPLE_NAME(sample_tap)(planes, window, tap, first + i, n,
                                (const SAMPLE_REAL *)window->offset + 2 * at,
                                mask != NULL ? mask + at : NULL, samples);
        for (int64_t c = channel - window->first_channel; c < next - window->first_channel; c++) {
          SAMPLE_NAME(sample_row)(samples, n, (const SAMPLE_REAL *)planes->x + c * planes->x_channel,
                                  (SAMPLE_REAL *)planes->y + (c * taps + tap) * planes->y_channel +
                                      i);
        }
      }
    }
  }
}

/* Samples that wait for their channels to be read, so that one channel after the other is. */
typedef struct SAMPLE_NAME(sample_tile) {
  SAMPLE sample[SAMPLE_TILE];
  int64_t bin[SAMPLE_TILE];
  int64_t count;
  int64_t x_channel;
  int64_t from; /* channels */
  int64_t to;
} SAMPLE_NAME(sample_tile);

/* Adds the samples to the channels of their bins. */
static void SAMPLE_NAME(sample_flush)(const lp_sample_planes *planes,
                                      SAMPLE_NAME(sample_tile) *tile) {
  for (int64_t c = tile->from; c < tile->to; c++) {
    const SAMPLE_REAL *x = (const SAMPLE_REAL *)planes->x + c * tile->x_channel;
    SAMPLE_REAL *y = (SAMPLE_REAL *)planes->y + c * planes->y_channel;
    int64_t i = 0;
    while (i < tile->count) {
      const int64_t bin = tile->bin[i];
      SAMPLE_REAL sum = 0;
      for (; i < tile->count && tile->bin[i] == bin; i++) {
        sum += SAMPLE_NAME(sample_take)(tile->sample + i, x);
      }
      y[bin] += sum;
    }
  }
  tile->count = 0;
}

/* One more sample of a bin; `plane` is where its planes begin. */
static void SAMPLE_NAME(sample_push)(const lp_sample_planes *planes, SAMPLE_NAME(sample_tile) *tile,
                                     SAMPLE_REAL row, SAMPLE_REAL column, int64_t plane,
                                     int64_t bin) {
  SAMPLE *sample = tile->sample + tile->count;
  SAMPLE_NAME(sample_inside)(planes->height, planes->width, row, column, sample);
  for (int i = 0; i < 4; i++) {
    sample->at[i] += plane;
  }
  tile->bin[tile->count++] = bin;
  if (tile->count == SAMPLE_TILE) {
    SAMPLE_NAME(sample_flush)(planes, tile);
  }
}

static void SAMPLE_NAME(sample_scale)(const lp_sample_planes *planes, SAMPLE_REAL factor,
                                      int64_t from, int64_t to, int64_t bin) {
  for (int64_t c = from; c < to; c++) {
    ((SAMPLE_REAL *)planes->y)[c * planes->y_channel + bin] *= factor;
  }
}

/* One side of a rotated region. */
static SAMPLE_REAL SAMPLE_NAME(sample_side)(const lp_sample_region *region, int axis) {
  const SAMPLE_REAL side =
      ((const SAMPLE_REAL *)region->roi)[axis == 0 ? 4 : 3] * (SAMPLE_REAL)region->scale;
  return side > 1 ? side : 1;
}

static SAMPLE_REAL SAMPLE_NAME(sample_count)(const lp_sample_region *region, int axis) {
  return region->ratio > 0
             ? (SAMPLE_REAL)region->ratio
             : SAMPLE_CEIL(SAMPLE_NAME(sample_side)(region, axis) / (SAMPLE_REAL)region->bins[axis]);
}

static void SAMPLE_NAME(sample_rotated)(const lp_sample_planes *planes,
                                        const lp_sample_region *region) {
  const SAMPLE_REAL *roi = region->roi;
  const SAMPLE_REAL scale = (SAMPLE_REAL)region->scale;
  const SAMPLE_REAL height = SAMPLE_NAME(sample_side)(region, 0);
  const SAMPLE_REAL width = SAMPLE_NAME(sample_side)(region, 1);
  const int64_t down = (int64_t)SAMPLE_NAME(sample_count)(region, 0);
  const int64_t right = (int64_t)SAMPLE_NAME(sample_count)(region, 1);
  const SAMPLE_REAL row_step = height / (SAMPLE_REAL)region->bins[0] / (SAMPLE_REAL)down;
  const SAMPLE_REAL column_step = width / (SAMPLE_REAL)region->bins[1] / (SAMPLE_REAL)right;
  const SAMPLE_REAL angle = roi[5] * (SAMPLE_REAL)3.14159265358979323846 / 180;
  const SAMPLE_REAL cosine = (SAMPLE_REAL)cos((double)angle);
  /* Not sin: a compiler would join the two in a function that not every system has. */
  const SAMPLE_REAL sine = (SAMPLE_REAL)cos(1.5707963267948966 - (double)angle);
  SAMPLE_NAME(sample_tile) tile;
  tile.count = 0;
  tile.x_channel = planes->x_channel;
  tile.from = 0;
  tile.to = planes->channels;
  for (int64_t bin = 0; bin < region->bins[0] * region->bins[1]; bin++) {
    const int64_t top = bin / region->bins[1] * down;
    const int64_t left = bin % region->bins[1] * right;
    for (int64_t i = 0; i < down * right; i++) {
      const SAMPLE_REAL v =
          -height / 2 + ((SAMPLE_REAL)(top + i / right) + (SAMPLE_REAL)0.5) * row_step;
      const SAMPLE_REAL u =
          -width / 2 + ((SAMPLE_REAL)(left + i % right) + (SAMPLE_REAL)0.5) * column_step;
      const SAMPLE_REAL column = u * cosine + v * sine + roi[1] * scale;
      const SAMPLE_REAL row = v * cosine - u * sine + roi[2] * scale;
      if (row >= -1 && row <= (SAMPLE_REAL)planes->height && column >= -1 &&
          column <= (SAMPLE_REAL)planes->width) {
        SAMPLE_NAME(sample_push)(planes, &tile, row, column, 0, bin);
      }
    }
  }
  SAMPLE_NAME(sample_flush)(planes, &tile);
  for (int64_t i = 0; i < planes->channels * planes->y_channel; i++) {
    ((SAMPLE_REAL *)planes->y)[i] *= 1 / (SAMPLE_REAL)(down * right);
  }
}

/* Halves away from zero. */
static SAMPLE_REAL SAMPLE_NAME(sample_round)(SAMPLE_REAL x) {
  const SAMPLE_REAL size = x < 0 ? -x : x;
  const SAMPLE_REAL whole = SAMPLE_FLOOR(size);
  const SAMPLE_REAL rounded = size - whole >= (SAMPLE_REAL)0.5 ? whole + 1 : whole;
  return x < 0 ? -rounded : rounded;
}

/* Samples of the bin whose first one is at (top, left). */
static void SAMPLE_NAME(sample_bin)(const lp_sample_planes *planes, const lp_sample_region *region,
                                    const SAMPLE_REAL *corner, const SAMPLE_REAL *step,
                                    int64_t plane, int64_t from, int64_t to, int64_t bin) {
  SAMPLE_NAME(sample_tile) tile;
  int64_t found = 0;
  tile.count = 0;
  tile.x_channel = planes->x_channel * region->group_size * region->group_size;
  tile.from = from;
  tile.to = to;
  for (int64_t i = 0; i < region->samples * region->samples; i++) {
    const SAMPLE_REAL row = corner[0] + (SAMPLE_REAL)(i / region->samples) * step[0];
    const SAMPLE_REAL column = corner[1] + (SAMPLE_REAL)(i % region->samples) * step[1];
    const SAMPLE_REAL half = (SAMPLE_REAL)0.5;
    if (row >= -half && row <= (SAMPLE_REAL)planes->height - half && column >= -half &&
        column <= (SAMPLE_REAL)planes->width - half) {
      SAMPLE_NAME(sample_push)(planes, &tile, row, column, plane * planes->x_channel, bin);
      found++;
    }
  }
  SAMPLE_NAME(sample_flush)(planes, &tile);
  if (found > 1) {
    SAMPLE_NAME(sample_scale)(planes, 1 / (SAMPLE_REAL)found, from, to, bin);
  }
}

static void SAMPLE_NAME(sample_deformable)(const lp_sample_planes *planes,
                                           const lp_sample_region *region) {
  const SAMPLE_REAL *roi = region->roi;
  const SAMPLE_REAL *moves = region->moves;
  const SAMPLE_REAL scale = (SAMPLE_REAL)region->scale;
  const int64_t bins = region->bins[0];
  const int64_t group = region->group_size;
  const int64_t part = region->part_size;
  const int64_t members = planes->channels / region->classes;
  SAMPLE_REAL start[2];
  SAMPLE_REAL size[2];
  SAMPLE_REAL step[2];
  for (int axis = 0; axis < 2; axis++) {
    const SAMPLE_REAL half = (SAMPLE_REAL)0.5;
    start[axis] = SAMPLE_NAME(sample_round)(roi[2 - axis]) * scale - half;
    size[axis] = (SAMPLE_NAME(sample_round)(roi[4 - axis]) + 1) * scale - half - start[axis];
    size[axis] = size[axis] > (SAMPLE_REAL)0.1 ? size[axis] : (SAMPLE_REAL)0.1;
    step[axis] = size[axis] / (SAMPLE_REAL)bins / (SAMPLE_REAL)region->samples;
  }
  for (int64_t bin = 0; bin < bins * bins; bin++) {
    const int64_t at[2] = {bin / bins, bin % bins};
    const int64_t plane = at[0] * group / bins * group + at[1] * group / bins;
    for (int64_t one = 0; one < region->classes; one++) {
      SAMPLE_REAL corner[2];
      for (int axis = 0; axis < 2; axis++) {
        corner[axis] = (SAMPLE_REAL)at[axis] * (size[axis] / (SAMPLE_REAL)bins) + start[axis];
        if (moves != NULL) {
          const int64_t row = (one * 2 + 1 - axis) * part + at[0] * part / bins;
          corner[axis] +=
              moves[row * part + at[1] * part / bins] * (SAMPLE_REAL)region->moves_scale *
              size[axis];
        }
      }
      SAMPLE_NAME(sample_bin)(planes, region, corner, step, plane, one * members,
                              (one + 1) * members, bin);
    }
  }
}
#undef SAMPLE
