/*
 * op_reshape_like.c - reshape_like: lhs with its dims [lhs_begin, lhs_end) replaced by the dims
 *                     [rhs_begin, rhs_end) of rhs.
 *
 * lhs_begin, lhs_end, rhs_begin, rhs_end: optional int = None: None: from the first, to the last;
 *   negatives count from the end
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_reshape_like_param {
  int64_t lhs_begin;
  int64_t lhs_end;
  int64_t rhs_begin;
  int64_t rhs_end;
} op_reshape_like_param;

static const lp_attr op_reshape_like_attrs[] = {
    {"lhs_begin", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_reshape_like_param, lhs_begin),
     "None", NULL},
    {"lhs_end", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_reshape_like_param, lhs_end), "None",
     NULL},
    {"rhs_begin", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_reshape_like_param, rhs_begin),
     "None", NULL},
    {"rhs_end", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_reshape_like_param, rhs_end), "None",
     NULL},
};

static lp_status op_reshape_like_range(const lp_infer *infer, const char *side, int64_t begin,
                                       int64_t end, int ndim, int *first, int *last) {
  begin = begin == LP_NONE ? 0 : begin < 0 ? begin + ndim : begin;
  end = end == LP_NONE ? ndim : end < 0 ? end + ndim : end;
  if (begin < 0 || begin > end || end > ndim) {
    return lp_infer_fail(infer, "%s_begin %lld and %s_end %lld: expected 0 <= begin <= end <= %d",
                         side, (long long)begin, side, (long long)end, ndim);
  }
  *first = (int)begin;
  *last = (int)end;
  return LP_OK;
}

static lp_status op_reshape_like_shape(const lp_infer *infer) {
  const op_reshape_like_param *param = infer->param;
  const lp_shape *lhs = &infer->in[0];
  const lp_shape *rhs = &infer->in[1];
  int lhs_begin = 0;
  int lhs_end = 0;
  int rhs_begin = 0;
  int rhs_end = 0;
  if (lhs->ndim < 0 || rhs->ndim < 0) {
    return LP_OK;
  }
  LP_TRY(op_reshape_like_range(infer, "lhs", param->lhs_begin, param->lhs_end, lhs->ndim,
                               &lhs_begin, &lhs_end));
  LP_TRY(op_reshape_like_range(infer, "rhs", param->rhs_begin, param->rhs_end, rhs->ndim,
                               &rhs_begin, &rhs_end));
  lp_shape out = lp_shape_unknown();
  out.ndim = lhs_begin + (rhs_end - rhs_begin) + (lhs->ndim - lhs_end);
  if (out.ndim > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "the result has %d dimensions, expected at most %d", out.ndim,
                         LP_MAX_NDIM);
  }
  int at = 0;
  for (int i = 0; i < lhs_begin; i++) {
    out.dim[at++] = lhs->dim[i];
  }
  for (int i = rhs_begin; i < rhs_end; i++) {
    out.dim[at++] = rhs->dim[i];
  }
  for (int i = lhs_end; i < lhs->ndim; i++) {
    out.dim[at++] = lhs->dim[i];
  }
  int64_t before;
  int64_t after;
  if (!lp_movement_product(lhs, 0, lhs->ndim, &before) ||
      !lp_movement_product(&out, 0, out.ndim, &after) ||
      (before >= 0 && after >= 0 && before != after)) {
    lp_shape_text lhs_text;
    lp_shape_text out_text;
    return lp_infer_fail(infer, "%s cannot be reshaped to %s", lp_shape_print(lhs, &lhs_text),
                         lp_shape_print(&out, &out_text));
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static const lp_op_family op_reshape_like_family = {
    .attrs = op_reshape_like_attrs,
    .num_attrs = LP_COUNT(op_reshape_like_attrs),
    .param_size = sizeof(op_reshape_like_param),
    .inputs = "lhs rhs",
    .shape = op_reshape_like_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = &lp_movement_copy,
    .num_algorithms = 1,
    .reshapes = true,
};
LP_DATA const lp_op lp_op_reshape_like = {
    .name = "reshape_like",
    .aliases = "_npx_reshape_like",
    .family = &op_reshape_like_family,
};
