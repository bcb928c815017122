/*
 * op_split.c - SliceChannel: data in num_outputs equal parts along an axis.
 *              _split_v2: parts that begin at given positions, or as equal as they can be.
 *
 * SliceChannel: num_outputs: int, required; axis: int = 1; squeeze_axis: bool = False: parts have
 *   size 1 along the axis, and lose it
 * _split_v2: indices: tuple, required: where the parts begin, the first at 0; axis: int = 1;
 *   squeeze_axis: bool = False; sections: int = 0: if not 0, so many parts, the first ones larger by
 *   one where it does not come out even
 * Grouped convolutions of 2016, ShuffleNet v2, LSTM cells.
 */
#include "box.h"
#include "op_table.h"

typedef struct op_split_param {
  int64_t num_outputs; /* SliceChannel; _split_v2: set by the check */
  int64_t axis;
  int squeeze_axis;
  int64_t sections; /* equal parts; 0: indices */
  lp_tuple indices;
} op_split_param;

static const lp_attr op_split_attrs[] = {
    {"num_outputs", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_split_param, num_outputs), NULL,
     NULL},
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_split_param, axis), "1", NULL},
    {"squeeze_axis", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_split_param, squeeze_axis), "False", NULL},
};
static const lp_attr op_split_v2_attrs[] = {
    {"indices", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_split_param, indices), NULL, NULL},
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_split_param, axis), "1", NULL},
    {"squeeze_axis", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_split_param, squeeze_axis), "False", NULL},
    {"sections", LP_ATTR_INT, 0, LP_ATTR_OF(op_split_param, sections), "0", NULL},
};

static lp_status op_split_check(void *any_param) {
  op_split_param *param = any_param;
  if (param->num_outputs < 1 || param->num_outputs > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_outputs is %lld, expected 1 to %d",
                   (long long)param->num_outputs, LP_MOVEMENT_MAX_TENSORS);
  }
  param->sections = param->num_outputs;
  return LP_OK;
}

static lp_status op_split_v2_check(void *any_param) {
  op_split_param *param = any_param;
  param->num_outputs = param->sections != 0 ? param->sections : param->indices.count;
  if (param->num_outputs < 1 || param->num_outputs > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "sections is %lld and indices has %d items: expected 1 to "
                                       "%d parts",
                   (long long)param->sections, param->indices.count, LP_MOVEMENT_MAX_TENSORS);
  }
  return LP_OK;
}

static int op_split_count(const void *param) {
  return (int)((const op_split_param *)param)->num_outputs;
}

/* Where part i begins, of an axis of this size; the end of the last is the begin of one more. */
static int64_t op_split_begin(const op_split_param *param, int64_t i, int64_t size) {
  if (param->sections == 0) {
    return i < param->indices.count ? param->indices.values[i] : size;
  }
  int64_t larger = size % param->sections;
  return size / param->sections * i + (i < larger ? i : larger);
}

static lp_status op_split_shape(const lp_infer *infer) {
  const op_split_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (in->ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
  int64_t size = in->dim[axis];
  if (infer->op == &lp_op_SliceChannel && size >= 0 && size % param->num_outputs != 0) {
    return lp_infer_fail(infer, "axis %d has size %lld, which num_outputs %lld does not divide",
                         axis, (long long)size, (long long)param->num_outputs);
  }
  for (int i = 0; i < infer->num_outputs; i++) {
    lp_shape part = *in;
    if (size >= 0) {
      int64_t begin = op_split_begin(param, i, size);
      int64_t end = op_split_begin(param, i + 1, size);
      if (begin < 0 || begin > end || end > size || (i == 0 && begin != 0)) {
        return lp_infer_fail(infer, "part %d goes from %lld to %lld: expected a first part from 0, "
                                    "rising positions and none above %lld",
                             i, (long long)begin, (long long)end, (long long)size);
      }
      part.dim[axis] = end - begin;
      if (param->squeeze_axis && end - begin != 1) {
        return lp_infer_fail(infer, "squeeze_axis: part %d has size %lld along axis %d, expected 1",
                             i, (long long)(end - begin), axis);
      }
    }
    if (param->squeeze_axis) {
      for (int k = axis; k + 1 < part.ndim; k++) {
        part.dim[k] = part.dim[k + 1];
      }
      part.ndim--;
      if (part.ndim == 0) {
        part = lp_shape_1(1); /* there are no scalars */
      }
    }
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &part));
  }
  return LP_OK;
}

/* The box of part i, and its shape before the axis is dropped. */
static void op_split_box(const op_split_param *param, const lp_shape *in, int i, lp_box *box,
                         lp_shape *part) {
  int axis = lp_movement_position(param->axis, in->ndim);
  int64_t begin = op_split_begin(param, i, in->dim[axis]);
  lp_box_whole(box);
  box->begin[axis] = begin;
  *part = *in;
  part->dim[axis] = op_split_begin(param, i + 1, in->dim[axis]) - begin;
}

static lp_status op_split_run(const lp_call *call) {
  for (int i = 0; i < call->num_outputs; i++) {
    lp_box box;
    lp_tensor part = call->out[i];
    if (part.data != NULL) {
      op_split_box(call->param, &call->in[0].shape, i, &box, &part.shape);
      lp_box_copy(&call->in[0], &box, &part, true, call->threads);
    }
  }
  return LP_OK;
}

static bool op_split_view(const lp_query *query, int output, int64_t *offset) {
  lp_box box;
  lp_shape part;
  op_split_box(query->param, &query->in[0].shape, output, &box, &part);
  return lp_box_is_contiguous(&query->in[0].shape, &box, &part, offset);
}

static double op_split_cost(const lp_query *query) {
  return lp_movement_cost(query) * query->num_outputs;
}

static const lp_algorithm op_split_algorithms[] = {
    {.name = "plain", .cost = op_split_cost, .run = op_split_run},
};

static const lp_op_family op_slicechannel_family = {
    .attrs = op_split_attrs,
    .num_attrs = LP_COUNT(op_split_attrs),
    .param_size = sizeof(op_split_param),
    .check = op_split_check,
    .inputs = "data",
    .outputs = "output*",
    .count_outputs = op_split_count,
    .count_visible = op_split_count,
    .shape = op_split_shape,
    .algorithms = op_split_algorithms,
    .num_algorithms = LP_COUNT(op_split_algorithms),
    .slice_view = op_split_view,
};
LP_DATA const lp_op lp_op_SliceChannel = {
    .name = "SliceChannel",
    .aliases = "split",
    .family = &op_slicechannel_family,
};

static const lp_op_family op_split_v2_family = {
    .attrs = op_split_v2_attrs,
    .num_attrs = LP_COUNT(op_split_v2_attrs),
    .param_size = sizeof(op_split_param),
    .check = op_split_v2_check,
    .inputs = "data",
    .outputs = "output*",
    .count_outputs = op_split_count,
    .count_visible = op_split_count,
    .shape = op_split_shape,
    .algorithms = op_split_algorithms,
    .num_algorithms = LP_COUNT(op_split_algorithms),
    .slice_view = op_split_view,
};
LP_DATA const lp_op lp_op_split_v2 = {
    .name = "_split_v2",
    .aliases = "_npi_split",
    .family = &op_split_v2_family,
};
