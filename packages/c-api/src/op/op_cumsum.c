/*
 * op_cumsum.c - cumsum: sums of all elements up to each one, along an axis.
 *
 * axis: optional int = None, no negatives: None: of the flattened tensor, a vector; dtype: optional
 *   type = None: None: data's (bool: int64); else elements are converted first. Added one after the
 * other in that type, float16 in float32; integers wrap.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_cumsum_param {
  int64_t axis;
  int dtype;
} op_cumsum_param;

static const lp_attr op_cumsum_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_cumsum_param, axis), "None", NULL},
    {"dtype", LP_ATTR_DTYPE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_cumsum_param, dtype), "None", NULL},
};

static lp_status op_cumsum_check(void *any_param) {
  const op_cumsum_param *param = any_param;
  if (param->dtype == LP_BOOL) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "dtype is bool, expected a type of numbers");
  }
  return LP_OK;
}

static lp_status op_cumsum_shape(const lp_infer *infer) {
  const op_cumsum_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape out = lp_shape_1(0);
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->axis == LP_NONE) {
    if (!lp_movement_product(in, 0, in->ndim, &out.dim[0])) {
      return lp_infer_fail(infer, "data has too many elements");
    }
    return lp_infer_merge(infer, &infer->out[0], &out);
  }
  if (param->axis < 0 || param->axis >= in->ndim) {
    return lp_infer_fail(infer, "axis is %lld, expected 0 to %d", (long long)param->axis,
                         in->ndim - 1);
  }
  return lp_infer_first_shape(infer);
}

static lp_status op_cumsum_dtype(const lp_infer *infer) {
  const op_cumsum_param *param = infer->param;
  const lp_dtype in = infer->in_dtype[0];
  if (param->dtype < 0 && in != LP_BOOL) {
    return lp_movement_first_dtype(infer);
  }
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype < 0 ? LP_INT64 : param->dtype);
}

#define OP_CUMSUM_ADD(code, type)                              \
  case code: {                                                 \
    type *data = call->out[0].data;                            \
    for (int64_t i = 0; i < total; i++) {                      \
      if (i / inner % size != 0) {                             \
        data[i] = (type)(data[i] + data[i - inner]);           \
      }                                                        \
    }                                                          \
    break;                                                     \
  }

/* Integers are added without sign, which wraps. */
static lp_status op_cumsum_run(const lp_call *call) {
  const op_cumsum_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const int axis = param->axis == LP_NONE ? 0 : (int)param->axis;
  const int64_t total = lp_shape_size(in);
  const int64_t inner = param->axis == LP_NONE ? 1 : lp_shape_product(in, axis + 1, in->ndim);
  const int64_t size = param->axis == LP_NONE ? total : in->dim[axis];
  lp_dtype_convert(call->in[0].dtype, call->in[0].data, call->out[0].dtype, call->out[0].data,
                   (size_t)total);
  switch (call->out[0].dtype) {
    OP_CUMSUM_ADD(LP_FLOAT32, float)
    OP_CUMSUM_ADD(LP_FLOAT64, double)
    OP_CUMSUM_ADD(LP_UINT8, uint8_t)
    OP_CUMSUM_ADD(LP_INT8, uint8_t)
    OP_CUMSUM_ADD(LP_INT32, uint32_t)
    OP_CUMSUM_ADD(LP_INT64, uint64_t)
    default: break;
  }
  return LP_OK;
}
#undef OP_CUMSUM_ADD

static double op_cumsum_cost(const lp_query *query) {
  return query->out[0].dtype == LP_FLOAT16 ? LP_COST_REJECT : 5 * lp_query_elements(query);
}

static const lp_algorithm op_cumsum_algorithms[] = {
    {.name = "plain", .cost = op_cumsum_cost, .run = op_cumsum_run},
};

static const lp_op_family op_cumsum_family = {
    .attrs = op_cumsum_attrs,
    .num_attrs = LP_COUNT(op_cumsum_attrs),
    .param_size = sizeof(op_cumsum_param),
    .check = op_cumsum_check,
    .inputs = "a",
    .shape = op_cumsum_shape,
    .dtype = op_cumsum_dtype,
    .algorithms = op_cumsum_algorithms,
    .num_algorithms = LP_COUNT(op_cumsum_algorithms),
};
LP_DATA const lp_op lp_op_cumsum = {
    .name = "_np_cumsum", .aliases = "cumsum", .family = &op_cumsum_family};
