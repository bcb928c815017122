/* weight.c - plain and packed forms of weights. */
#include "weight.h"

#include <string.h>

#define WEIGHT_QUERY_INPUTS 3 /* data, weight, bias: what packing may look at */

struct lp_packed {
  lp_packed *next;
  const lp_packing *packing;
  int64_t variant;
  int block;
  size_t bytes;
  void *data;
  uint32_t users;
  /* To unpack later, when the query that made it is gone. */
  lp_query query;
  lp_tensor in[WEIGHT_QUERY_INPUTS];
  lp_epilogue epilogue;
};

static void weight_lock(const lp_weight *weight) {
  if (weight->store->lock != NULL) {
    lp_lock_take(weight->store->lock);
  }
}

static void weight_unlock(const lp_weight *weight) {
  if (weight->store->lock != NULL) {
    lp_lock_give(weight->store->lock);
  }
}

lp_status lp_weight_create(lp_weight_store *store, lp_dtype dtype, const lp_shape *shape,
                           lp_weight *weight) {
  memset(weight, 0, sizeof *weight);
  weight->store = store;
  weight->dtype = dtype;
  weight->shape = *shape;
  if (!lp_shape_bytes(shape, lp_dtype_size(dtype), &weight->bytes)) {
    return lp_fail_memory("a weight", SIZE_MAX);
  }
  weight->plain = lp_allocate(weight->bytes);
  if (weight->plain == NULL) {
    return lp_fail_memory("a weight", weight->bytes);
  }
  store->plain_bytes += weight->bytes;
  store->held_bytes += weight->bytes;
  return LP_OK;
}

static void weight_free_plain(lp_weight *weight) {
  if (weight->plain != NULL) {
    lp_release(weight->plain, weight->bytes);
    weight->plain = NULL;
    weight->store->held_bytes -= weight->bytes;
  }
}

static void weight_free_packed(lp_weight *weight, lp_packed *packed) {
  lp_release(packed->data, packed->bytes);
  weight->store->held_bytes -= packed->bytes + sizeof *packed;
  lp_release(packed, sizeof *packed);
}

void lp_weight_free(lp_weight *weight) {
  weight_free_plain(weight);
  while (weight->packed != NULL) {
    lp_packed *next = weight->packed->next;
    weight_free_packed(weight, weight->packed);
    weight->packed = next;
  }
  if (weight->store != NULL) {
    weight->store->plain_bytes -= weight->bytes;
  }
  memset(weight, 0, sizeof *weight);
}

/* Brings the plain form back; under the lock. */
static lp_status weight_restore(lp_weight *weight) {
  if (weight->plain != NULL) {
    return LP_OK;
  }
  void *plain = lp_allocate(weight->bytes);
  if (plain == NULL) {
    return lp_fail_memory("a weight", weight->bytes);
  }
  const lp_packed *packed = weight->packed;
  while (packed->packing->unpack == NULL) {
    packed = packed->next; /* one form that can be unpacked is always kept */
  }
  packed->packing->unpack(&packed->query, packed->data, plain);
  weight->plain = plain;
  weight->store->held_bytes += weight->bytes;
  return LP_OK;
}

/* Gives up forms that nobody uses as long as one is left that the numbers can be had from; under the lock. */
static void weight_trim(lp_weight *weight) {
  bool kept = false;
  for (lp_packed *packed = weight->packed; packed != NULL; packed = packed->next) {
    kept = kept || (packed->users != 0 && packed->packing->unpack != NULL);
  }
  if (weight->plain != NULL && weight->plain_users == 0 && kept) {
    weight_free_plain(weight);
  }
  kept = kept || weight->plain != NULL;
  lp_packed **link = &weight->packed;
  while (*link != NULL) {
    lp_packed *packed = *link;
    if (packed->users == 0 && (kept || packed->packing->unpack == NULL)) {
      *link = packed->next;
      weight_free_packed(weight, packed);
    } else {
      kept = kept || packed->packing->unpack != NULL;
      link = &packed->next;
    }
  }
}

lp_status lp_weight_use_plain(lp_weight *weight, const void **plain) {
  weight_lock(weight);
  lp_status status = weight_restore(weight);
  if (status == LP_OK) {
    weight->plain_users++;
    *plain = weight->plain;
    weight_trim(weight);
  }
  weight_unlock(weight);
  return status;
}

void lp_weight_drop_plain(lp_weight *weight) {
  weight_lock(weight);
  weight->plain_users--;
  weight_trim(weight);
  weight_unlock(weight);
}

static lp_status weight_pack(lp_weight *weight, const lp_packing *packing, const lp_query *query,
                             lp_threads *threads, int64_t variant) {
  LP_TRY(weight_restore(weight));
  size_t bytes = packing->size(query);
  if (bytes == 0) {
    return lp_fail_memory("a packed weight", SIZE_MAX);
  }
  lp_packed *packed = lp_allocate(sizeof *packed);
  if (packed == NULL) {
    return lp_fail_memory("a packed weight", sizeof *packed);
  }
  memset(packed, 0, sizeof *packed);
  packed->data = lp_allocate(bytes);
  if (packed->data == NULL) {
    lp_release(packed, sizeof *packed);
    return lp_fail_memory("a packed weight", bytes);
  }
  packed->bytes = bytes;
  packed->packing = packing;
  packed->variant = variant;
  packed->block = query->block;
  packed->query = *query;
  for (int i = 0; i < WEIGHT_QUERY_INPUTS && i < query->num_inputs; i++) {
    packed->in[i] = query->in[i];
  }
  packed->query.in = packed->in;
  packed->query.out = NULL;
  packed->query.num_outputs = 0;
  if (packed->query.num_inputs > WEIGHT_QUERY_INPUTS) {
    packed->query.num_inputs = WEIGHT_QUERY_INPUTS;
  }
  packed->query.epilogue = &packed->epilogue;
  packing->pack(query, weight->plain, threads, packed->data);
  packed->next = weight->packed;
  weight->packed = packed;
  weight->store->held_bytes += bytes + sizeof *packed;
  return LP_OK;
}

lp_status lp_weight_use_packed(lp_weight *weight, const lp_packing *packing, const lp_query *query,
                               lp_threads *threads, const void **data, lp_packed **use) {
  int64_t variant = packing->variant != NULL ? packing->variant(query) : 0;
  lp_status status = LP_OK;
  weight_lock(weight);
  lp_packed *packed = weight->packed;
  while (packed != NULL && !(packed->packing == packing && packed->variant == variant &&
                             packed->block == query->block)) {
    packed = packed->next;
  }
  if (packed == NULL) {
    status = weight_pack(weight, packing, query, threads, variant);
    packed = weight->packed;
  }
  if (status == LP_OK) {
    packed->users++;
    *data = packed->data;
    *use = packed;
    weight_trim(weight);
  }
  weight_unlock(weight);
  return status;
}

void lp_weight_drop_packed(lp_weight *weight, lp_packed *use) {
  weight_lock(weight);
  use->users--;
  weight_trim(weight);
  weight_unlock(weight);
}
