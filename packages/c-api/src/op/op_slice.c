/*
 * op_slice.c - slice: NumPy's data[begin:end:step, ...] on the first axes.
 *              _slice_assign: lhs with that box replaced by rhs; _slice_assign_scalar: by a number.
 *
 * begin, end: tuples of optional int, required; step: tuple of optional int = (): empty: 1. Negative
 * begin and end count from the end, what is out of range is clipped, None is the open end.
 * _slice_assign_scalar: scalar: float = 0
 * The slice of ShuffleNet v2 and of detection heads; written "crop" by front ends of 2016.
 */
#include "box.h"
#include "op_table.h"

#include <string.h>

typedef struct op_slice_param {
  lp_tuple begin;
  lp_tuple end;
  lp_tuple step;
  double scalar;
} op_slice_param;

/* The last one is _slice_assign_scalar's alone. */
static const lp_attr op_slice_attrs[] = {
    {"begin", LP_ATTR_TUPLE_OPTIONAL_ITEMS, LP_ATTR_REQUIRED, LP_ATTR_OF(op_slice_param, begin),
     NULL, NULL},
    {"end", LP_ATTR_TUPLE_OPTIONAL_ITEMS, LP_ATTR_REQUIRED, LP_ATTR_OF(op_slice_param, end), NULL,
     NULL},
    {"step", LP_ATTR_TUPLE_OPTIONAL_ITEMS, 0, LP_ATTR_OF(op_slice_param, step), "()", NULL},
    {"scalar", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_slice_param, scalar), "0", NULL},
};
#define OP_SLICE_NUM_ATTRS (LP_COUNT(op_slice_attrs) - 1)

static lp_status op_slice_check(void *any_param) {
  const op_slice_param *param = any_param;
  if (param->begin.count < 0 || param->begin.count != param->end.count ||
      (param->step.count > 0 && param->step.count != param->begin.count)) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "begin, end and step have %d, %d and %d items, expected equal numbers",
                   param->begin.count, param->end.count, param->step.count);
  }
  for (int i = 0; i < param->step.count; i++) {
    if (param->step.values[i] == 0) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "step: item %d is 0", i);
    }
  }
  return LP_OK;
}

static int64_t op_slice_clip(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

/* Begin, step and number of elements along axis i of size `dim`. */
static int64_t op_slice_range(const op_slice_param *param, int i, int64_t dim, int64_t *begin,
                              int64_t *step) {
  int64_t first = param->begin.values[i];
  int64_t end = param->end.values[i];
  int64_t by = param->step.count > 0 ? param->step.values[i] : LP_NONE;
  by = by == LP_NONE ? 1 : by;
  /* Out of reach of any tensor, and safe to add to. */
  by = op_slice_clip(by, -INT64_MAX / 4, INT64_MAX / 4);
  int64_t low = by > 0 ? 0 : -1;
  int64_t high = by > 0 ? dim : dim - 1;
  if (first == LP_NONE) {
    first = by > 0 ? low : high;
  } else {
    first = op_slice_clip(first < 0 ? first + dim : first, low, high);
  }
  if (end == LP_NONE) {
    end = by > 0 ? high : low;
  } else {
    end = op_slice_clip(end < 0 ? end + dim : end, low, high);
  }
  int64_t distance = by > 0 ? end - first : first - end;
  int64_t stride = by > 0 ? by : -by;
  *begin = first;
  *step = by;
  return distance > 0 ? (distance + stride - 1) / stride : 0;
}

static void op_slice_box(const void *param, const lp_tensor *in, const lp_tensor *out,
                         lp_box *box) {
  const op_slice_param *slice = param;
  (void)out;
  for (int i = 0; i < slice->begin.count; i++) {
    if (op_slice_range(slice, i, in->shape.dim[i], &box->begin[i], &box->step[i]) <= 1) {
      box->step[i] = 1; /* not walked */
    }
  }
}

/* Shape of the box; dims that are not known stay so. */
static lp_status op_slice_part(const lp_infer *infer, lp_shape *part) {
  const op_slice_param *param = infer->param;
  *part = infer->in[0];
  if (param->begin.count > part->ndim) {
    return lp_infer_fail(infer, "begin has %d items, the input %d dimensions", param->begin.count,
                         part->ndim);
  }
  for (int i = 0; i < param->begin.count; i++) {
    int64_t begin;
    int64_t step;
    if (part->dim[i] >= 0) {
      part->dim[i] = op_slice_range(param, i, part->dim[i], &begin, &step);
    }
  }
  return LP_OK;
}

static lp_status op_slice_shape(const lp_infer *infer) {
  lp_shape part;
  if (infer->in[0].ndim < 0) {
    return LP_OK;
  }
  LP_TRY(op_slice_part(infer, &part));
  return lp_infer_merge(infer, &infer->out[0], &part);
}

static lp_status op_slice_assign_shape(const lp_infer *infer) {
  lp_shape part;
  LP_TRY(lp_infer_first_shape(infer));
  if (infer->in[0].ndim < 0) {
    return LP_OK;
  }
  LP_TRY(op_slice_part(infer, &part));
  return infer->num_inputs > 1 ? lp_infer_merge(infer, &infer->in[1], &part) : LP_OK;
}

static lp_status op_slice_assign_run(const lp_call *call) {
  const op_slice_param *param = call->param;
  const lp_tensor *out = &call->out[0];
  size_t size = lp_dtype_size(out->dtype);
  lp_box box;
  int64_t scalar[1];
  int64_t strides[LP_MAX_NDIM];
  lp_strided_copy copy;
  int64_t offset = 0;
  if (out->data != call->in[0].data) {
    lp_strided_copy_begin(&copy);
    lp_strided_copy_add(&copy, lp_shape_size(&out->shape), 1, 1);
    lp_strided_copy_run(&copy, call->in[0].data, out->data, size, call->threads);
  }
  lp_box_whole(&box);
  op_slice_box(param, call->in, out, &box);
  if (call->num_inputs > 1) {
    lp_box_copy(out, &box, &call->in[1], false, call->threads);
    return LP_OK;
  }
  lp_dtype_convert(LP_FLOAT64, &param->scalar, out->dtype, scalar, 1);
  lp_movement_strides(&out->shape, strides);
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < out->shape.ndim; i++) {
    int64_t begin;
    int64_t step;
    int64_t count = i < param->begin.count
                        ? op_slice_range(param, i, out->shape.dim[i], &begin, &step)
                        : out->shape.dim[i];
    if (count == 0) {
      return LP_OK;
    }
    offset += box.begin[i] * strides[i];
    lp_strided_copy_add(&copy, count, 0, box.step[i] * strides[i]);
  }
  lp_strided_copy_run(&copy, scalar, (char *)out->data + offset * (int64_t)size, size,
                      call->threads);
  return LP_OK;
}

LP_BOX_ALGORITHMS(op_slice, 1)

static const lp_algorithm op_slice_assign_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_slice_assign_run},
};

static const lp_op_family op_slice_family = {
    .attrs = op_slice_attrs,
    .num_attrs = OP_SLICE_NUM_ATTRS,
    .param_size = sizeof(op_slice_param),
    .check = op_slice_check,
    .inputs = "input0",
    .shape = op_slice_shape,
    .algorithms = op_slice_algorithms,
    .num_algorithms = LP_COUNT(op_slice_algorithms),
    .slice_view = op_slice_view,
};
LP_DATA const lp_op lp_op_slice = {
    .name = "slice",
    .aliases = "crop _sparse_slice _npx_slice _npi_slice",
    .family = &op_slice_family,
};

static const lp_op_family op_slice_assign_family = {
    .attrs = op_slice_attrs,
    .num_attrs = OP_SLICE_NUM_ATTRS,
    .param_size = sizeof(op_slice_param),
    .check = op_slice_check,
    .inputs = "lhs rhs",
    .shape = op_slice_assign_shape,
    .algorithms = op_slice_assign_algorithms,
    .num_algorithms = LP_COUNT(op_slice_assign_algorithms),
};
LP_DATA const lp_op lp_op_slice_assign = {
    .name = "_slice_assign",
    .aliases = "_crop_assign _npi_slice_assign",
    .family = &op_slice_assign_family,
};

static const lp_op_family op_slice_assign_scalar_family = {
    .attrs = op_slice_attrs,
    .num_attrs = LP_COUNT(op_slice_attrs),
    .param_size = sizeof(op_slice_param),
    .check = op_slice_check,
    .inputs = "input0",
    .shape = op_slice_assign_shape,
    .algorithms = op_slice_assign_algorithms,
    .num_algorithms = LP_COUNT(op_slice_assign_algorithms),
};
LP_DATA const lp_op lp_op_slice_assign_scalar = {
    .name = "_slice_assign_scalar",
    .aliases = "_crop_assign_scalar _npi_slice_assign_scalar",
    .family = &op_slice_assign_scalar_family,
};
