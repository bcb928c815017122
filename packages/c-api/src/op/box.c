/* box.c - see box.h. */
#include "box.h"

void lp_box_whole(lp_box *box) {
  for (int i = 0; i < LP_MAX_NDIM; i++) {
    box->begin[i] = 0;
    box->step[i] = 1;
  }
}

void lp_box_copy(const lp_tensor *whole, const lp_box *box, const lp_tensor *part, bool to_part,
                 lp_threads *threads) {
  lp_strided_copy copy;
  int64_t whole_stride = whole->block;
  int64_t part_stride = whole->block;
  int64_t whole_strides[LP_MAX_NDIM];
  int64_t part_strides[LP_MAX_NDIM];
  int64_t sizes[LP_MAX_NDIM];
  int64_t offset = 0;
  int ndim = whole->shape.ndim;
  for (int i = ndim - 1; i >= 0; i--) {
    int64_t block = i == 1 ? whole->block : 1;
    sizes[i] = (part->shape.dim[i] + block - 1) / block;
    whole_strides[i] = whole_stride * box->step[i];
    part_strides[i] = part_stride;
    offset += box->begin[i] / block * whole_stride;
    whole_stride *= (whole->shape.dim[i] + block - 1) / block;
    part_stride *= sizes[i];
  }
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < ndim; i++) {
    lp_strided_copy_add(&copy, sizes[i], to_part ? whole_strides[i] : part_strides[i],
                        to_part ? part_strides[i] : whole_strides[i]);
  }
  lp_strided_copy_add(&copy, whole->block, 1, 1);
  size_t size = lp_dtype_size(whole->dtype);
  if (part_stride == 0) {
    return;
  }
  char *place = (char *)whole->data + offset * (int64_t)size;
  if (to_part) {
    lp_strided_copy_run(&copy, place, part->data, size, threads);
  } else {
    lp_strided_copy_run(&copy, part->data, place, size, threads);
  }
}

bool lp_box_is_contiguous(const lp_shape *whole, const lp_box *box, const lp_shape *part,
                          int64_t *offset) {
  int64_t stride = 1;
  bool full = true; /* all axes further in are taken whole */
  *offset = 0;
  for (int i = whole->ndim - 1; i >= 0; i--) {
    if (part->dim[i] == 0) {
      return false; /* the box may begin anywhere */
    }
    if (part->dim[i] != 1 && (box->step[i] != 1 || !full)) {
      return false;
    }
    full = full && part->dim[i] == whole->dim[i];
    *offset += box->begin[i] * stride;
    stride *= whole->dim[i];
  }
  return true;
}

lp_status lp_box_run(const lp_call *call, lp_box_function function) {
  lp_box box;
  lp_box_whole(&box);
  function(call->param, call->in, call->out, &box);
  lp_box_copy(&call->in[0], &box, &call->out[0], true, call->threads);
  return LP_OK;
}

double lp_box_blocked_cost(const lp_query *query, lp_box_function function) {
  lp_box box;
  int ndim = query->in[0].shape.ndim;
  if (query->block == 1 || query->in[0].dtype != LP_FLOAT32 || ndim < 3) {
    return LP_COST_REJECT;
  }
  lp_box_whole(&box);
  function(query->param, query->in, query->out, &box);
  if (box.step[1] != 1 || box.begin[1] % query->block != 0) {
    return LP_COST_REJECT;
  }
  return lp_movement_cost(query);
}

bool lp_box_view(const lp_query *query, lp_box_function function, int64_t *offset) {
  lp_box box;
  lp_box_whole(&box);
  function(query->param, query->in, query->out, &box);
  return lp_box_is_contiguous(&query->in[0].shape, &box, &query->out[0].shape, offset);
}
