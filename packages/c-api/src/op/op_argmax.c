/*
 * op_argmax.c - index of the greatest or least element along an axis, in the input's element type.
 *
 * argmax, argmin: the first of equal ones; a NaN counts as greatest and as least. argmax_channel:
 * argmax along axis 1. Attributes (not of argmax_channel): axis: int = None (None: of the flattened
 * tensor), keepdims: bool = False. A result without axes has shape (1).
 * In models since 2015 (argmax_channel), argmax since 0.9: classes of pixels and words.
 */
#include "op_table.h"

enum { OP_ARGMAX_GREATEST = 0, OP_ARGMAX_LEAST = 1, OP_ARGMAX_CHANNEL = 2 }; /* kinds */

/* Neighbouring outputs that are looked for together, and elements converted at a time. */
#define OP_ARGMAX_LANES 64

typedef struct op_argmax_param {
  int64_t axis;
  int keepdims;
} op_argmax_param;

static const lp_attr op_argmax_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, offsetof(op_argmax_param, axis), "None", NULL},
    {"keepdims", LP_ATTR_BOOL, 0, offsetof(op_argmax_param, keepdims), "False", NULL},
};

/* The axis from 0 on; ndim if there is no such axis; -1 for the flattened tensor. */
static int op_argmax_axis(const lp_op *op, const op_argmax_param *param, int ndim) {
  int64_t axis = op->kind == OP_ARGMAX_CHANNEL ? 1 : param->axis;
  if (axis == LP_NONE) {
    return -1;
  }
  axis += axis < 0 ? ndim : 0;
  return axis < 0 || axis >= ndim ? ndim : (int)axis;
}

static lp_status op_argmax_shape(const lp_infer *infer) {
  const op_argmax_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  const bool keep = infer->op->kind != OP_ARGMAX_CHANNEL && param->keepdims;
  lp_shape out = {0};
  if (in->ndim < 0) {
    return LP_OK;
  }
  const int axis = op_argmax_axis(infer->op, param, in->ndim);
  lp_shape_text text;
  if (axis == in->ndim) {
    return lp_infer_fail(infer, "attribute 'axis': expected an axis of data of shape %s, not %lld",
                         lp_shape_print(in, &text),
                         infer->op->kind == OP_ARGMAX_CHANNEL ? 1LL : (long long)param->axis);
  }
  for (int i = 0; i < in->ndim; i++) {
    if (in->dim[i] == 0 && (axis < 0 || axis == i)) {
      return lp_infer_fail(infer, "expected at least one element to choose from, data has shape %s",
                           lp_shape_print(in, &text));
    }
    if (axis >= 0 && axis != i) {
      out.dim[out.ndim++] = in->dim[i];
    } else if (keep) {
      out.dim[out.ndim++] = 1;
    }
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static double op_argmax_cost(const lp_query *query) {
  const lp_tensor *in = &query->in[0];
  double cost = 3.0;
  if (!lp_query_no_epilogue(query) || in->dtype == LP_FLOAT16 || !lp_query_all(query, in->dtype)) {
    return LP_COST_REJECT;
  }
  for (int i = 0; i < in->shape.ndim; i++) {
    cost *= (double)in->shape.dim[i];
  }
  return cost;
}

typedef struct op_argmax_best {
  double value[OP_ARGMAX_LANES];
  int64_t integer[OP_ARGMAX_LANES]; /* instead of value, for integer types */
  int64_t index[OP_ARGMAX_LANES];
} op_argmax_best;

typedef union op_argmax_chunk {
  double real[OP_ARGMAX_LANES];
  int64_t integer[OP_ARGMAX_LANES];
} op_argmax_chunk;

/* Offers element `index` of each lane. */
static void op_argmax_offer(op_argmax_best *best, lp_dtype dtype, bool least, const void *x,
                            int64_t lanes, int64_t index) {
  op_argmax_chunk chunk;
  if (lp_dtype_is_float(dtype)) {
    lp_dtype_convert(dtype, x, LP_FLOAT64, chunk.real, (size_t)lanes);
    for (int64_t i = 0; i < lanes; i++) {
      const double value = chunk.real[i];
      const double old = best->value[i];
      const bool better = old == old && (value != value || (least ? value < old : value > old));
      if (index == 0 || better) {
        best->value[i] = value;
        best->index[i] = index;
      }
    }
    return;
  }
  lp_dtype_convert(dtype, x, LP_INT64, chunk.integer, (size_t)lanes);
  for (int64_t i = 0; i < lanes; i++) {
    const int64_t value = chunk.integer[i];
    const int64_t old = best->integer[i];
    if (index == 0 || (least ? value < old : value > old)) {
      best->integer[i] = value;
      best->index[i] = index;
    }
  }
}

/* Of a contiguous row. */
static int64_t op_argmax_row(lp_dtype dtype, bool least, const char *x, int64_t n) {
  op_argmax_chunk chunk;
  double real = 0.0;
  int64_t integer = 0;
  int64_t best = 0;
  for (int64_t first = 0; first < n; first += OP_ARGMAX_LANES) {
    const int64_t count = n - first < OP_ARGMAX_LANES ? n - first : OP_ARGMAX_LANES;
    const char *source = x + (size_t)first * lp_dtype_size(dtype);
    if (lp_dtype_is_float(dtype)) {
      lp_dtype_convert(dtype, source, LP_FLOAT64, chunk.real, (size_t)count);
      for (int64_t i = 0; i < count; i++) {
        const double value = least ? -chunk.real[i] : chunk.real[i];
        /* Greater, or NaN after a number. */
        if ((!(value <= real) && real == real) || first + i == 0) {
          real = value;
          best = first + i;
        }
      }
      continue;
    }
    lp_dtype_convert(dtype, source, LP_INT64, chunk.integer, (size_t)count);
    for (int64_t i = 0; i < count; i++) {
      const int64_t value = chunk.integer[i];
      if ((least ? value < integer : value > integer) || first + i == 0) {
        integer = value;
        best = first + i;
      }
    }
  }
  return best;
}

static lp_status op_argmax_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const lp_tensor *out = &call->out[0];
  const lp_dtype dtype = in->dtype;
  const size_t size = lp_dtype_size(dtype);
  const bool least = call->op->kind == OP_ARGMAX_LEAST;
  const int axis = op_argmax_axis(call->op, call->param, in->shape.ndim);
  const int64_t n = axis < 0 ? lp_shape_size(&in->shape) : in->shape.dim[axis];
  const int64_t outer = axis < 0 ? 1 : lp_shape_product(&in->shape, 0, axis);
  const int64_t inner = axis < 0 ? 1 : lp_shape_product(&in->shape, axis + 1, in->shape.ndim);
  op_argmax_best best = {{0.0}, {0}, {0}};
  for (int64_t o = 0; o < outer; o++) {
    const char *x = (const char *)in->data + (size_t)(o * n * inner) * size;
    char *target = (char *)out->data + (size_t)(o * inner) * size;
    if (inner == 1) {
      const int64_t index = op_argmax_row(dtype, least, x, n);
      lp_dtype_convert(LP_INT64, &index, dtype, target, 1);
      continue;
    }
    for (int64_t first = 0; first < inner; first += OP_ARGMAX_LANES) {
      const int64_t lanes = inner - first < OP_ARGMAX_LANES ? inner - first : OP_ARGMAX_LANES;
      for (int64_t i = 0; i < n; i++) {
        op_argmax_offer(&best, dtype, least, x + (size_t)(i * inner + first) * size, lanes, i);
      }
      lp_dtype_convert(LP_INT64, best.index, dtype, target + (size_t)first * size, (size_t)lanes);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_argmax_algorithms[] = {
    {.name = "plain", .cost = op_argmax_cost, .run = op_argmax_run},
};

#define OP_ARGMAX_FIELDS                                                                      \
  .inputs = "input0", .shape = op_argmax_shape, .algorithms = op_argmax_algorithms,             \
  .num_algorithms = (int)LP_COUNT(op_argmax_algorithms)
#define OP_ARGMAX_ATTRS                                                        \
  .attrs = op_argmax_attrs, .num_attrs = (int)LP_COUNT(op_argmax_attrs),       \
  .param_size = sizeof(op_argmax_param)

static const lp_op_family op_argmax_family = {
    OP_ARGMAX_ATTRS,
    OP_ARGMAX_FIELDS,
};
LP_DATA const lp_op lp_op_argmax = {
    .name = "argmax",
    .kind = OP_ARGMAX_GREATEST,
    .family = &op_argmax_family,
};
LP_DATA const lp_op lp_op_argmin = {
    .name = "argmin",
    .kind = OP_ARGMAX_LEAST,
    .family = &op_argmax_family,
};
static const lp_op_family op_argmax_channel_family = {
    .attrs_any = true,
    OP_ARGMAX_FIELDS,
};
LP_DATA const lp_op lp_op_argmax_channel = {
    .name = "argmax_channel",
    .kind = OP_ARGMAX_CHANNEL,
    .family = &op_argmax_channel_family,
};

#undef OP_ARGMAX_FIELDS
#undef OP_ARGMAX_ATTRS
