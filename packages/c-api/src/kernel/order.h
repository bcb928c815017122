/*
 * order.h - puts numbers in order. Equal ones keep theirs, 0 and -0 are equal, NaN comes after
 * every number whichever way. A row has at most LP_ORDER_MAX elements.
 */
#ifndef LP_KERNEL_ORDER_H
#define LP_KERNEL_ORDER_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Positions are the low halves of 64-bit items. */
#define LP_ORDER_MAX 0xffffffff

/* An item: small keys come first. */
static inline uint64_t lp_order_item(uint32_t key, int64_t position) {
  return (uint64_t)key << 32 | (uint64_t)position;
}
static inline int64_t lp_order_position(uint64_t item) { return (int64_t)(item & 0xffffffffu); }

/* Cuts scratch into aligned parts. Without memory it only adds up `bytes`, SIZE_MAX on overflow. */
typedef struct lp_carve {
  char *memory;
  size_t bytes;
} lp_carve;
LP_INTERNAL void *lp_carve_part(lp_carve *carve, size_t bytes);
/* Bytes for each of several threads. */
LP_INTERNAL size_t lp_carve_times(const lp_carve *carve, unsigned threads);

/* One element of 1 to 8 bytes; the usual ones without a call. */
static inline void lp_order_move(void *to, const void *from, size_t size) {
  if (size == 4) {
    memcpy(to, from, 4);
  } else if (size == 8) {
    memcpy(to, from, 8);
  } else {
    memcpy(to, from, size);
  }
}

/* Sorts by key; `spare` has room for as many. Stable. */
LP_INTERNAL void lp_order_sort(uint64_t *items, uint64_t *spare, int64_t count);

/* Bytes of scratch for a row of n elements, of which `most` are wanted; SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_order_scratch(lp_dtype dtype, int64_t n, int64_t most);
/* Items whose positions are those of the first `most` (1 to n) of n elements that lie `stride` elements apart; they stand in the scratch. */
LP_INTERNAL const uint64_t *lp_order_first(lp_dtype dtype, const void *x, int64_t stride, int64_t n,
                                           int64_t most, bool descend, void *scratch, lp_isa isa);

#endif
