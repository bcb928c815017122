/*
 * op_where.c - where: condition ? x : y for each element, or, with a vector of x's first dimension as
 *              condition, for each row. A condition of any type; what is not 0 is true.
 *
 * No attributes.
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

#define OP_WHERE_CHUNK 256

static lp_status op_where_shape(const lp_infer *infer) {
  lp_shape common = lp_shape_unknown();
  for (int i = 0; i < 6; i++) {
    lp_shape *tensor = i % 3 == 0 ? &infer->in[1] : i % 3 == 1 ? &infer->in[2] : &infer->out[0];
    LP_TRY(lp_infer_merge(infer, tensor, &common));
    common = *tensor;
  }
  if (common.ndim < 0 || infer->in[0].ndim < 0) {
    return LP_OK;
  }
  if (infer->in[0].ndim == 1 && common.ndim != 1) {
    lp_shape rows = lp_shape_1(common.dim[0]);
    if (common.ndim == 0) {
      return lp_infer_fail(infer, "a vector cannot be the condition of scalars");
    }
    return lp_infer_merge(infer, &infer->in[0], &rows);
  }
  return lp_infer_merge(infer, &infer->in[0], &common);
}

static lp_status op_where_dtype(const lp_infer *infer) {
  lp_dtype common = LP_DTYPE_UNKNOWN;
  for (int i = 0; i < 6; i++) {
    lp_dtype *dtype = i % 3 == 0   ? &infer->in_dtype[1]
                      : i % 3 == 1 ? &infer->in_dtype[2]
                                   : &infer->out_dtype[0];
    LP_TRY(lp_infer_merge_dtype(infer, dtype, common));
    common = *dtype;
  }
  return LP_OK;
}

/* n items of one element each: both sides are read, so that there is nothing to predict. */
#define OP_WHERE_ELEMENTS(type)                                                              \
  static void op_where_##type(const uint8_t *truth, const char *x, const char *y, char *to,  \
                              int64_t n) {                                                   \
    for (int64_t i = 0; i < n; i++) {                                                        \
      type a;                                                                                \
      type b;                                                                                \
      memcpy(&a, x + (size_t)i * sizeof a, sizeof a);                                        \
      memcpy(&b, y + (size_t)i * sizeof b, sizeof b);                                        \
      a = truth[i] != 0 ? a : b;                                                             \
      memcpy(to + (size_t)i * sizeof a, &a, sizeof a);                                       \
    }                                                                                        \
  }
OP_WHERE_ELEMENTS(uint8_t)
OP_WHERE_ELEMENTS(uint16_t)
OP_WHERE_ELEMENTS(uint32_t)
OP_WHERE_ELEMENTS(uint64_t)
#undef OP_WHERE_ELEMENTS

static lp_status op_where_run(const lp_call *call) {
  const lp_tensor *condition = &call->in[0];
  const char *x = call->in[1].data;
  const char *y = call->in[2].data;
  char *target = call->out[0].data;
  int64_t count = lp_shape_size(&condition->shape);
  /* Bytes that one item of the condition decides on. */
  size_t row = lp_dtype_size(call->out[0].dtype);
  if (condition->shape.ndim != call->out[0].shape.ndim) {
    row *= (size_t)lp_shape_product(&call->out[0].shape, 1, call->out[0].shape.ndim);
  }
  for (int64_t begin = 0; begin < count; begin += OP_WHERE_CHUNK) {
    uint8_t truth[OP_WHERE_CHUNK];
    int64_t n = count - begin < OP_WHERE_CHUNK ? count - begin : OP_WHERE_CHUNK;
    if (condition->dtype == LP_FLOAT32) { /* the usual one */
      const float *values = (const float *)condition->data + begin;
      for (int64_t i = 0; i < n; i++) {
        truth[i] = values[i] != 0.0f;
      }
    } else {
      size_t size = lp_dtype_size(condition->dtype);
      lp_dtype_convert(condition->dtype, (const char *)condition->data + (size_t)begin * size,
                       LP_BOOL, truth, (size_t)n);
    }
    size_t at = (size_t)begin * row;
    if (row == 1) {
      op_where_uint8_t(truth, x + at, y + at, target + at, n);
    } else if (row == 2) {
      op_where_uint16_t(truth, x + at, y + at, target + at, n);
    } else if (row == 4) {
      op_where_uint32_t(truth, x + at, y + at, target + at, n);
    } else if (row == 8) {
      op_where_uint64_t(truth, x + at, y + at, target + at, n);
    } else {
      for (int64_t i = 0; i < n; i++, at += row) {
        memcpy(target + at, (truth[i] != 0 ? x : y) + at, row);
      }
    }
  }
  return LP_OK;
}

static double op_where_cost(const lp_query *query) { return 8 * lp_movement_cost(query); }

static const lp_algorithm op_where_algorithms[] = {
    {.name = "plain", .cost = op_where_cost, .run = op_where_run},
};

static const lp_op_family op_where_family = {
    .attrs_any = true,
    .inputs = "condition x y",
    .shape = op_where_shape,
    .dtype = op_where_dtype,
    .algorithms = op_where_algorithms,
    .num_algorithms = LP_COUNT(op_where_algorithms),
};
LP_DATA const lp_op lp_op_where = {
    .name = "where",
    .aliases = "_sparse_where",
    .family = &op_where_family,
};
