/* suppress.c - see suppress.h. Each box is compared with those kept so far, a vector of them at a time. */
#include "suppress.h"

#include "order.h"

#include "isa_base.inl"
#include "suppress.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "suppress.inl"
#include "isa_end.inl"
#endif

void lp_suppress_corners(lp_dtype dtype, bool center, const void *x, void *box) {
  double side[2];
  for (int k = 0; k < 2; k++) {
    const double first = lp_suppress_get(dtype, x, k);
    const double second = lp_suppress_get(dtype, x, k + 2);
    lp_suppress_set(dtype, box, 4, second - first);
    side[k] = center ? second : lp_suppress_get(dtype, box, 4);
    lp_suppress_set(dtype, box, k, center ? first - second / 2 : first);
    lp_suppress_set(dtype, box, k + 2, center ? first + second / 2 : second);
  }
  lp_suppress_set(dtype, box, 4, side[0] < 0 || side[1] < 0 ? 0 : side[0] * side[1]);
}

size_t lp_suppress_scratch(lp_dtype dtype, int64_t count) {
  const size_t bytes = LP_SUPPRESS_BOX * lp_dtype_size(dtype) + 2 * sizeof(uint64_t);
  return (uint64_t)count > SIZE_MAX / bytes - LP_SUPPRESS_STEP ? SIZE_MAX
                                                            : (size_t)lp_suppress_room(count) * bytes;
}

/* What two boxes have in common. */
static double suppress_common_double(const double *rows, int64_t room, int64_t i,
                                     const double *box, double margin) {
  double side[2];
  for (int k = 0; k < 2; k++) {
    const double low = rows[k * room + i];
    const double high = rows[(2 + k) * room + i];
    side[k] = (high < box[2 + k] ? high : box[2 + k]) - (low > box[k] ? low : box[k]) + margin;
  }
  return side[0] > 0 && side[1] > 0 ? side[0] * side[1] : 0;
}

static bool suppress_any_double(const double *kept, int64_t room, int64_t count, const double *box,
                                double threshold, double margin) {
  for (int64_t i = 0; i < count; i++) {
    const double common = suppress_common_double(kept, room, i, box, margin);
    if (common / (kept[4 * room + i] + box[4] - common) > threshold) {
      return true;
    }
  }
  return false;
}

static void suppress_overlaps_double(const double *rows, int64_t room, const double *box,
                                     double *y) {
  for (int64_t i = 0; i < room; i++) {
    const double common = suppress_common_double(rows, room, i, box, 0);
    y[i] = common > 0 ? common / (rows[4 * room + i] + box[4] - common) : 0;
  }
}

void lp_suppress_overlaps(lp_dtype dtype, const void *rows, int64_t room, const void *box, void *y,
                          lp_isa isa) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    suppress_overlaps_double(rows, room, box, y);
    return;
  }
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    suppress_overlaps_avx2(rows, room, box, y);
    return;
  }
#endif
  (void)isa;
  suppress_overlaps_base(rows, room, box, y);
}

static bool suppress_hit(const lp_suppress *suppress, const void *kept, int64_t room, int64_t count,
                         const void *box, lp_isa isa) {
  const float threshold = (float)suppress->threshold;
  const float margin = (float)suppress->margin;
  if (lp_dtype_is(suppress->dtype, LP_FLOAT64)) {
    return suppress_any_double(kept, room, count, box, suppress->threshold, suppress->margin);
  }
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    return suppress_any_avx2(kept, room, count, box, threshold, margin);
  }
#endif
  (void)isa;
  return suppress_any_base(kept, room, count, box, threshold, margin);
}

int64_t lp_suppress_run(const lp_suppress *suppress, uint8_t *keep, void *scratch, lp_isa isa) {
  const int64_t count = suppress->count;
  const int64_t room = lp_suppress_room(count);
  const size_t size = lp_dtype_size(suppress->dtype);
  uint64_t *items = scratch;
  char *kept = (char *)(items + 2 * room);
  int64_t together = 0; /* kept boxes of this class */
  int64_t all = 0;
  if (suppress->ids != NULL) { /* class by class */
    for (int64_t i = 0; i < count; i++) {
      items[i] = lp_order_item((uint32_t)suppress->ids[i] ^ 0x80000000u, i);
    }
    lp_order_sort(items, items + room, count);
  }
  memset(kept, 0xff, (size_t)(LP_SUPPRESS_BOX * room) * size); /* NaN */
  memset(keep, 0, (size_t)count);
  for (int64_t i = 0; i < count; i++) {
    const int64_t at = suppress->ids != NULL ? lp_order_position(items[i]) : i;
    const char *box = (const char *)suppress->boxes + (size_t)(at * LP_SUPPRESS_BOX) * size;
    if (suppress->ids != NULL && i > 0 && items[i] >> 32 != items[i - 1] >> 32) {
      for (int row = 0; row < LP_SUPPRESS_BOX; row++) {
        memset(kept + (size_t)(row * room) * size, 0xff, (size_t)together * size);
      }
      together = 0;
    }
    if (suppress_hit(suppress, kept, room, together, box, isa)) {
      continue;
    }
    for (int row = 0; row < LP_SUPPRESS_BOX; row++) {
      memcpy(kept + (size_t)(row * room + together) * size, box + (size_t)row * size, size);
    }
    keep[at] = 1;
    together++;
    all++;
    if (suppress->ids == NULL && all == suppress->most) {
      break;
    }
  }
  return all;
}

