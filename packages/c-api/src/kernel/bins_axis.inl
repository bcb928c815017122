/* bins_axis.inl - where a region's bins lie, computed in one element type BINS_REAL as the reference does. */

/* The place at or before a coordinate, within the image; NaN gives 0. */
static int64_t BINS_NAME(bins_place)(BINS_REAL at, int64_t size) {
  return !(at > 0) ? 0 : at < (BINS_REAL)size ? (int64_t)at : size;
}

/* Halves away from zero. */
static BINS_REAL BINS_NAME(bins_round)(BINS_REAL x) {
  const BINS_REAL whole = BINS_FLOOR(x < 0 ? -x : x);
  const BINS_REAL size = whole + ((x < 0 ? -x : x) - whole >= (BINS_REAL)0.5 ? 1 : 0);
  return x < 0 ? -size : size;
}

/* Bins of whole places: floor to ceil. */
static void BINS_NAME(bins_lay_places)(const lp_bins_axis *axis, BINS_REAL from, BINS_REAL to,
                                       lp_bins *bins) {
  const BINS_REAL scale = (BINS_REAL)axis->scale;
  const bool rounded = axis->rule == LP_BINS_ROUNDED;
  BINS_REAL start = rounded ? BINS_NAME(bins_round)(from * scale) : BINS_NAME(bins_round)(from) * scale;
  BINS_REAL extent = rounded ? BINS_NAME(bins_round)(to * scale) - start + 1
                             : (BINS_NAME(bins_round)(to) + 1) * scale - start;
  const BINS_REAL least = rounded ? (BINS_REAL)1 : (BINS_REAL)0.1;
  const BINS_REAL width = (extent > least ? extent : least) / (BINS_REAL)bins->count;
  for (int64_t i = 0; i < bins->count; i++) {
    const BINS_REAL first = (BINS_REAL)i * width;
    const BINS_REAL last = (BINS_REAL)(i + 1) * width;
    lp_bin *bin = bins->bin + i;
    bin->begin = BINS_NAME(bins_place)(
        rounded ? BINS_FLOOR(first) + start : BINS_FLOOR(first + start), axis->size);
    bin->end = BINS_NAME(bins_place)(rounded ? BINS_CEIL(last) + start : BINS_CEIL(last + start),
                                     axis->size);
    bin->scale = bin->end > bin->begin ? 1.0 / (double)(bin->end - bin->begin) : 0.0;
  }
}

/* Adds weight to a place that is one of the bin's last two, or new. */
static void BINS_NAME(bins_add)(lp_bins *bins, lp_bin *bin, int64_t place, BINS_REAL value) {
  const int64_t at = place * bins->step;
  BINS_REAL *weight = bins->weight;
  for (int64_t i = bin->end - 1; i >= bin->begin && i >= bin->end - 2; i--) {
    if (bins->at[i] == at) {
      weight[i] += value;
      return;
    }
  }
  if (bin->end < bins->entries) { /* always, but for regions so large that coordinates are not exact */
    bins->at[bin->end] = at;
    weight[bin->end++] = value;
  }
}

/* One sample: outside (-1, size) it is 0, at the edges it is the edge's value. */
static void BINS_NAME(bins_sample)(lp_bins *bins, lp_bin *bin, int64_t size, BINS_REAL at) {
  const BINS_REAL inside = at > 0 ? at : 0;
  int64_t low = (int64_t)inside;
  BINS_REAL part = inside - (BINS_REAL)low;
  if (low >= size - 1) {
    low = size - 1;
    part = 0;
  }
  BINS_NAME(bins_add)(bins, bin, low, 1 - part);
  if (part > 0) {
    BINS_NAME(bins_add)(bins, bin, low + 1, part);
  }
}

static void BINS_NAME(bins_lay_samples)(const lp_bins_axis *axis, BINS_REAL from, BINS_REAL to,
                                        lp_bins *bins) {
  const BINS_REAL scale = (BINS_REAL)axis->scale;
  const BINS_REAL back = axis->rule == LP_BINS_HALF ? (BINS_REAL)0.5 : 0;
  const BINS_REAL start = from * scale - back;
  BINS_REAL extent = to * scale - back - start;
  BINS_REAL samples = (BINS_REAL)axis->samples;
  int64_t entry = 0;
  if (axis->rule == LP_BINS_SAMPLED && !(extent > 1)) {
    extent = 1;
  }
  const BINS_REAL width = extent / (BINS_REAL)bins->count;
  if (axis->samples <= 0) {
    samples = BINS_CEIL(width);
  }
  const bool empty = axis->size < 1 || !(extent > 0) || !(samples >= 1) || samples > BINS_MOST_SAMPLES;
  for (int64_t i = 0; i < bins->count; i++) {
    lp_bin *bin = bins->bin + i;
    const BINS_REAL begin = start + (BINS_REAL)i * width;
    bin->begin = bin->end = entry;
    bin->scale = empty ? 0.0 : 1.0 / (double)samples;
    /* Of a region that reaches far beyond the image only the samples near it. */
    int64_t k = empty ? 0 : BINS_NAME(bins_place)((-2 - begin) / width * samples, (int64_t)samples);
    for (; !empty && k < (int64_t)samples; k++) {
      const BINS_REAL at = begin + ((BINS_REAL)k + (BINS_REAL)0.5) * width / samples;
      if (!(at <= (BINS_REAL)axis->size)) {
        break;
      }
      if (at >= -1) {
        BINS_NAME(bins_sample)(bins, bin, axis->size, at);
      }
    }
    entry = bin->end;
  }
}

static void BINS_NAME(bins_lay)(const lp_bins_axis *axis, BINS_REAL from, BINS_REAL to,
                                lp_bins *bins) {
  if (axis->rule >= LP_BINS_SAMPLED) {
    BINS_NAME(bins_lay_samples)(axis, from, to, bins);
  } else {
    BINS_NAME(bins_lay_places)(axis, from, to, bins);
  }
}
