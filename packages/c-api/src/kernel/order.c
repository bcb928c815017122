/*
 * order.c - see order.h. A number becomes an unsigned key; items of key and position are sorted by
 * bytes, last byte first. Where few are wanted, only those before the last of the best so far are
 * kept, and those are sorted whenever their room is full; neighbours that hold none are passed over.
 */
#include "order.h"

#define ORDER_BLOCK 256
/* Fewer items are inserted one by one. */
#define ORDER_FEW 24

#include "isa_base.inl"
#include "order.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "order.inl"
#include "isa_end.inl"
#endif

void *lp_carve_part(lp_carve *carve, size_t bytes) {
  const size_t at = carve->bytes;
  if (bytes > SIZE_MAX / 4 || at > SIZE_MAX / 4) {
    carve->bytes = SIZE_MAX;
    return NULL;
  }
  carve->bytes += (bytes + LP_ALIGNMENT - 1) / LP_ALIGNMENT * LP_ALIGNMENT;
  return carve->memory == NULL ? NULL : carve->memory + at;
}

size_t lp_carve_times(const lp_carve *carve, unsigned threads) {
  return carve->bytes > SIZE_MAX / threads ? SIZE_MAX : carve->bytes * threads;
}

static void order_insert(uint64_t *items, int64_t count) {
  for (int64_t i = 1; i < count; i++) {
    const uint64_t item = items[i];
    int64_t at = i;
    for (; at > 0 && items[at - 1] >> 32 > item >> 32; at--) {
      items[at] = items[at - 1];
    }
    items[at] = item;
  }
}

void lp_order_sort(uint64_t *items, uint64_t *spare, int64_t count) {
  int64_t starts[4][256];
  uint64_t *from = items;
  uint64_t *to = spare;
  if (count < ORDER_FEW) {
    order_insert(items, count);
    return;
  }
  memset(starts, 0, sizeof starts);
  for (int64_t i = 0; i < count; i++) {
    const uint64_t item = items[i];
    starts[0][item >> 32 & 255]++;
    starts[1][item >> 40 & 255]++;
    starts[2][item >> 48 & 255]++;
    starts[3][item >> 56]++;
  }
  for (int byte = 0; byte < 4; byte++) {
    const int shift = 32 + 8 * byte;
    int64_t sum = 0;
    if (starts[byte][items[0] >> shift & 255] == count) {
      continue;
    }
    for (int digit = 0; digit < 256; digit++) {
      const int64_t own = starts[byte][digit];
      starts[byte][digit] = sum;
      sum += own;
    }
    for (int64_t i = 0; i < count; i++) {
      to[starts[byte][from[i] >> shift & 255]++] = from[i];
    }
    uint64_t *sorted = to;
    to = from;
    from = sorted;
  }
  if (from != items) {
    memcpy(items, from, (size_t)count * sizeof *items);
  }
}

static bool order_is_wide(lp_dtype dtype) {
  return dtype == LP_FLOAT64 || dtype == LP_INT64;
}

/* Items that there is room for. */
static int64_t order_room(lp_dtype dtype, int64_t n, int64_t most) {
  const int64_t few = most < LP_ORDER_MAX / 4 ? 2 * most + 4 * ORDER_BLOCK : n;
  return order_is_wide(dtype) || n < few ? n : few;
}

size_t lp_order_scratch(lp_dtype dtype, int64_t n, int64_t most) {
  const int64_t room = order_room(dtype, n, most);
  const size_t arrays = order_is_wide(dtype) ? 3 : 2;
  return (uint64_t)room > SIZE_MAX / sizeof(uint64_t) / arrays
             ? SIZE_MAX
             : (size_t)room * sizeof(uint64_t) * arrays;
}

/* Bits of a float as a number that grows with it; NaN above all. `sign` is the highest bit. */
static inline uint32_t order_key_of_bits(uint32_t bits, bool descend) {
  const uint32_t key = bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
  return (bits & 0x7fffffffu) > 0x7f800000u ? UINT32_MAX : descend ? ~key : key;
}

/* Keys of `count` neighbours, at most ORDER_BLOCK. */
static void order_keys(lp_dtype dtype, const void *x, int64_t count, bool descend, uint32_t *keys) {
  union {
    float real[ORDER_BLOCK];
    int32_t integer[ORDER_BLOCK];
  } block;
  if (dtype == LP_INT32) {
    memcpy(block.integer, x, (size_t)count * sizeof(int32_t));
    for (int64_t i = 0; i < count; i++) {
      const uint32_t key = (uint32_t)block.integer[i] ^ 0x80000000u;
      keys[i] = descend ? ~key : key;
    }
    return;
  }
  if (dtype == LP_FLOAT32) {
    memcpy(block.real, x, (size_t)count * sizeof(float));
  } else {
    lp_dtype_convert(dtype, x, LP_FLOAT32, block.real, (size_t)count);
  }
  for (int64_t i = 0; i < count; i++) {
    const float number = block.real[i] + 0.0f; /* -0 becomes 0 */
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    keys[i] = order_key_of_bits(bits, descend);
  }
}

static uint64_t order_wide_key(lp_dtype dtype, const char *x, bool descend) {
  const uint64_t top = (uint64_t)1 << 63;
  uint64_t bits;
  memcpy(&bits, x, sizeof bits);
  if (dtype == LP_FLOAT64) {
    double number;
    memcpy(&number, x, sizeof number);
    if (number != number) {
      return UINT64_MAX;
    }
    number += 0.0;
    memcpy(&bits, &number, sizeof bits);
    bits = bits & top ? ~bits : bits | top;
  } else {
    bits ^= top;
  }
  return descend ? ~bits : bits;
}

/* First by the low halves of the keys, then, keeping that order, by the high ones. */
static const uint64_t *order_wide(lp_dtype dtype, const char *x, int64_t stride, int64_t n,
                                  bool descend, uint64_t *items) {
  uint64_t *spare = items + n;
  uint64_t *keys = spare + n;
  for (int64_t i = 0; i < n; i++) {
    keys[i] = order_wide_key(dtype, x + (size_t)(i * stride) * 8, descend);
    items[i] = lp_order_item((uint32_t)keys[i], i);
  }
  lp_order_sort(items, spare, n);
  for (int64_t i = 0; i < n; i++) {
    const int64_t position = lp_order_position(items[i]);
    items[i] = lp_order_item((uint32_t)(keys[position] >> 32), position);
  }
  lp_order_sort(items, spare, n);
  return items;
}

/* Whether none of ORDER_BLOCK neighbours comes before `last`. */
static bool order_passes(const float *x, float last, bool descend, lp_isa isa) {
  float best;
#if LP_HAVE_X86_DISPATCH
  if (isa >= LP_ISA_AVX2) {
    best = order_extreme_avx2(x, descend);
    return descend ? best <= last : best >= last;
  }
#endif
  (void)isa;
  best = order_extreme_base(x, descend);
  return descend ? best <= last : best >= last;
}

const uint64_t *lp_order_first(lp_dtype dtype, const void *x, int64_t stride, int64_t n,
                               int64_t most, bool descend, void *scratch, lp_isa isa) {
  const int64_t room = order_room(dtype, n, most);
  const size_t size = lp_dtype_size(dtype);
  uint64_t *items = scratch;
  uint64_t limit = (uint64_t)1 << 32; /* keys from here on come too late */
  const bool plain = dtype == LP_FLOAT32 && stride == 1;
  float last = NAN; /* of the best so far */
  int64_t kept = 0;
  if (order_is_wide(dtype)) {
    return order_wide(dtype, x, stride, n, descend, items);
  }
  for (int64_t first = 0; first < n; first += ORDER_BLOCK) {
    const int64_t count = n - first < ORDER_BLOCK ? n - first : ORDER_BLOCK;
    const char *source = (const char *)x + (size_t)(first * stride) * size;
    uint32_t keys[ORDER_BLOCK];
    uint32_t near[ORDER_BLOCK];
    if (plain && count == ORDER_BLOCK &&
        order_passes((const float *)x + first, last, descend, isa)) {
      continue;
    }
    if (stride != 1) {
      for (int64_t i = 0; i < count; i++) {
        lp_order_move((char *)near + (size_t)i * size, source + (size_t)(i * stride) * size, size);
      }
      source = (const char *)near;
    }
    order_keys(dtype, source, count, descend, keys);
    if (kept + count > room) {
      lp_order_sort(items, items + room, kept);
      kept = most;
      limit = items[most - 1] >> 32;
      last = plain ? ((const float *)x)[lp_order_position(items[most - 1])] : NAN;
    }
    for (int64_t i = 0; i < count; i++) {
      items[kept] = lp_order_item(keys[i], first + i);
      kept += keys[i] < limit;
    }
  }
  lp_order_sort(items, items + room, kept);
  return items;
}

#undef ORDER_BLOCK
#undef ORDER_FEW
