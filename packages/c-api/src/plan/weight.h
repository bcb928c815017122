/*
 * weight.h - parameters in memory, plain or packed, shared by plans.
 *
 * A weight holds one copy of its numbers where that is enough: when a kernel
 * has packed it and no plan reads it plain, the plain copy goes; when a plan
 * wants it plain again, it is unpacked. Beside a form that cannot be unpacked
 * (Winograd's) another is kept. Every use is counted. The store's lock
 * guards the weights of a model, which plans on other threads may use.
 */
#ifndef LP_PLAN_WEIGHT_H
#define LP_PLAN_WEIGHT_H

#include "../op/op.h"

typedef struct lp_weight_store {
  lp_lock *lock;      /* NULL: the store belongs to one predictor */
  size_t plain_bytes; /* one plain copy of every weight */
  size_t held_bytes;  /* what is there now */
} lp_weight_store;

typedef struct lp_packed lp_packed;

typedef struct lp_weight {
  lp_weight_store *store;
  lp_dtype dtype;
  lp_shape shape;
  size_t bytes;
  void *plain; /* NULL while only packed forms are there */
  uint32_t plain_users;
  lp_packed *packed;
} lp_weight;

/* Makes room for the numbers, which the caller then writes to weight->plain. Overflow or no memory: LP_ERROR_MEMORY. */
LP_INTERNAL lp_status lp_weight_create(lp_weight_store *store, lp_dtype dtype,
                                       const lp_shape *shape, lp_weight *weight);
/* Frees all forms; nobody uses the weight any more. */
LP_INTERNAL void lp_weight_free(lp_weight *weight);
/* The plain numbers, valid until lp_weight_drop_plain. */
LP_INTERNAL lp_status lp_weight_use_plain(lp_weight *weight, const void **plain);
LP_INTERNAL void lp_weight_drop_plain(lp_weight *weight);
/* The numbers packed for an algorithm, valid until lp_weight_drop_packed with the same *use. */
LP_INTERNAL lp_status lp_weight_use_packed(lp_weight *weight, const lp_packing *packing,
                                           const lp_query *query, lp_threads *threads,
                                           const void **data, lp_packed **use);
LP_INTERNAL void lp_weight_drop_packed(lp_weight *weight, lp_packed *use);

#endif
