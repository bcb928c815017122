/*
 * op_concat.c - Concat: the inputs one behind the other along an axis.
 *               stack: along a new axis. _rnn_param_concat: Concat that lets unknown inputs share
 *               what the output leaves.
 *
 * num_args: int, required; dim: int = 1 (Concat), axis: int = 0 (stack)
 * Inception, DenseNet, SqueezeNet, SSD heads; stack and _rnn_param_concat in recurrent nets.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_concat_param {
  int64_t num_args;
  int64_t axis;
} op_concat_param;

static const lp_attr op_concat_attrs[] = {
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_concat_param, num_args), NULL, NULL},
    {"dim", LP_ATTR_INT, 0, LP_ATTR_OF(op_concat_param, axis), "1", NULL},
};
static const lp_attr op_concat_stack_attrs[] = {
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_concat_param, num_args), NULL, NULL},
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_concat_param, axis), "0", NULL},
};

static lp_status op_concat_check(void *any_param) {
  const op_concat_param *param = any_param;
  if (param->num_args < 1 || param->num_args > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_args is %lld, expected 1 to %d",
                   (long long)param->num_args, LP_MOVEMENT_MAX_TENSORS);
  }
  return LP_OK;
}

static int op_concat_count_inputs(const void *param) {
  return (int)((const op_concat_param *)param)->num_args;
}

static lp_status op_concat_merge(const lp_infer *infer, lp_shape *target, const lp_shape *common,
                                 int axis) {
  lp_shape shape = *common;
  if (target->ndim == shape.ndim) {
    shape.dim[axis] = target->dim[axis];
  } else {
    shape.dim[axis] = LP_DIM_UNKNOWN;
  }
  return lp_infer_merge(infer, target, &shape);
}

static lp_status op_concat_shape(const lp_infer *infer) {
  const op_concat_param *param = infer->param;
  lp_shape *out = &infer->out[0];
  int ndim = out->ndim;
  for (int i = 0; i < infer->num_inputs && ndim < 0; i++) {
    ndim = infer->in[i].ndim;
  }
  if (ndim < 0) {
    return LP_OK;
  }
  int axis = 0; /* gcc 12 does not see that a failure returns */
  LP_TRY(lp_movement_axis(infer, "dim", param->axis, ndim, &axis));
  /* All but the axis: gathered from everyone, then handed to everyone. */
  lp_shape common = lp_shape_unknown();
  common.ndim = ndim;
  for (int i = 0; i < ndim; i++) {
    common.dim[i] = LP_DIM_UNKNOWN;
  }
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i <= infer->num_inputs; i++) {
      lp_shape *tensor = i < infer->num_inputs ? &infer->in[i] : out;
      if (round == 0 && tensor->ndim < 0) {
        continue;
      }
      LP_TRY(op_concat_merge(infer, tensor, &common, axis));
      common = *tensor;
    }
  }
  int64_t sum = 0;
  int unknown = 0;
  int unknown_at[2] = {0, 0};
  for (int i = 0; i < infer->num_inputs; i++) {
    int64_t size = infer->in[i].dim[axis];
    if (size >= 0) {
      if (size > INT64_MAX - sum) {
        return lp_infer_fail(infer, "the sizes along dim %d are too big", axis);
      }
      sum += size;
    } else {
      if (unknown < 2) {
        unknown_at[unknown] = i;
      }
      unknown++;
    }
  }
  if (unknown == 0) {
    common.dim[axis] = sum;
    return lp_infer_merge(infer, out, &common);
  }
  int64_t rest = out->dim[axis] - sum;
  bool shared = unknown == 2 && infer->op == &lp_op_rnn_param_concat && rest % 2 == 0;
  if (out->dim[axis] < 0 || (unknown > 1 && !shared)) {
    return LP_OK;
  }
  if (rest < 0) {
    return lp_infer_fail(infer, "the inputs have %lld along dim %d, the output %lld",
                         (long long)sum, axis, (long long)out->dim[axis]);
  }
  for (int i = 0; i < unknown; i++) {
    infer->in[unknown_at[i]].dim[axis] = rest / unknown;
  }
  return LP_OK;
}

static lp_status op_concat_stack_shape(const lp_infer *infer) {
  const op_concat_param *param = infer->param;
  lp_shape common = lp_shape_unknown();
  for (int i = 0; i < 2 * infer->num_inputs; i++) {
    lp_shape *in = &infer->in[i % infer->num_inputs];
    LP_TRY(lp_infer_merge(infer, in, &common));
    common = *in;
  }
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (common.ndim < 0) {
    return LP_OK;
  }
  if (common.ndim == LP_MAX_NDIM) {
    return lp_infer_fail(infer, "expected inputs of at most %d dimensions, found %d",
                         LP_MAX_NDIM - 1, common.ndim);
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, common.ndim + 1, &axis));
  for (int i = common.ndim; i > axis; i--) {
    common.dim[i] = common.dim[i - 1];
  }
  common.dim[axis] = infer->num_inputs;
  common.ndim++;
  return lp_infer_merge(infer, &infer->out[0], &common);
}

/* The axis in the output. */
static int op_concat_axis(const op_concat_param *param, const lp_shape *out) {
  return lp_movement_position(param->axis, out->ndim);
}

/* Elements of a tensor that stand between two steps of the axes outside `axis`; `size` is its size along the axis. */
static int64_t op_concat_run_length(const lp_shape *out, int axis, int64_t size, int block) {
  int64_t inner = lp_shape_product(out, axis + 1, out->ndim);
  return (size + block - 1) / block * block * inner;
}

static int64_t op_concat_size(const lp_op *op, const lp_tensor *in, int axis) {
  return op == &lp_op_stack ? 1 : in->shape.dim[axis];
}

static lp_status op_concat_run(const lp_call *call) {
  const lp_tensor *out = &call->out[0];
  int axis = op_concat_axis(call->param, &out->shape);
  int64_t outer = lp_shape_product(&out->shape, 0, axis);
  int64_t out_run = op_concat_run_length(&out->shape, axis, out->shape.dim[axis], out->block);
  int64_t element_size = (int64_t)lp_dtype_size(out->dtype);
  char *target = out->data;
  for (int i = 0; i < call->num_inputs; i++) {
    const lp_tensor *in = &call->in[i];
    int64_t run = op_concat_run_length(&out->shape, axis,
                                       op_concat_size(call->op, in, axis), out->block);
    if (in->data != target) { /* else it is a view of the output already */
      lp_strided_copy copy;
      lp_strided_copy_begin(&copy);
      lp_strided_copy_add(&copy, outer, run, out_run);
      lp_strided_copy_add(&copy, run, 1, 1);
      lp_strided_copy_run(&copy, in->data, target, (size_t)element_size, call->threads);
    }
    target += run * element_size;
  }
  return LP_OK;
}

/* Whether every input but the last fills whole blocks. */
static double op_concat_blocked_cost(const lp_query *query) {
  const lp_shape *out = &query->out[0].shape;
  if (query->block == 1 || query->out[0].dtype != LP_FLOAT32 || out->ndim < 3 ||
      op_concat_axis(query->param, out) != 1) {
    return LP_COST_REJECT;
  }
  for (int i = 0; i + 1 < query->num_inputs; i++) {
    if (query->in[i].shape.dim[1] % query->block != 0) {
      return LP_COST_REJECT;
    }
  }
  return lp_movement_cost(query);
}

static bool op_concat_view(const lp_query *query, int input, bool blocked, int64_t *offset) {
  const lp_shape *out = &query->out[0].shape;
  int axis = op_concat_axis(query->param, out);
  int block = blocked ? query->block : 1;
  if (lp_shape_product(out, 0, axis) != 1 || (blocked && axis != 1)) {
    return false;
  }
  *offset = 0;
  for (int i = 0; i < input; i++) {
    int64_t size = op_concat_size(query->op, &query->in[i], axis);
    if (size % block != 0) {
      return false;
    }
    *offset += op_concat_run_length(out, axis, size, block);
  }
  return true;
}

static const lp_algorithm op_concat_algorithms[] = {
    {.name = "blocked",
     .cost = op_concat_blocked_cost,
     .blocked_inputs = LP_BLOCKED_ALL,
     .blocked_output = true,
     .run = op_concat_run},
    {.name = "plain", .cost = lp_movement_cost, .run = op_concat_run},
};

static const lp_op_family op_concat_family = {
    .attrs = op_concat_attrs,
    .num_attrs = LP_COUNT(op_concat_attrs),
    .param_size = sizeof(op_concat_param),
    .check = op_concat_check,
    .inputs = "arg*",
    .count_inputs = op_concat_count_inputs,
    .shape = op_concat_shape,
    .algorithms = op_concat_algorithms,
    .num_algorithms = LP_COUNT(op_concat_algorithms),
    .concat_view = op_concat_view,
};
LP_DATA const lp_op lp_op_Concat = {
    .name = "Concat",
    .aliases = "concat _sparse_concat",
    .family = &op_concat_family,
};

static const lp_op_family op_rnn_param_concat_family = {
    .attrs = op_concat_attrs,
    .num_attrs = LP_COUNT(op_concat_attrs),
    .param_size = sizeof(op_concat_param),
    .check = op_concat_check,
    .inputs = "arg*",
    .count_inputs = op_concat_count_inputs,
    .shape = op_concat_shape,
    .algorithms = &op_concat_algorithms[1],
    .num_algorithms = 1,
    .once = true,
};
LP_DATA const lp_op lp_op_rnn_param_concat = {
    .name = "_rnn_param_concat",
    .aliases = "_npi_rnn_param_concat",
    .family = &op_rnn_param_concat_family,
};

static const lp_op_family op_stack_family = {
    .attrs = op_concat_stack_attrs,
    .num_attrs = LP_COUNT(op_concat_stack_attrs),
    .param_size = sizeof(op_concat_param),
    .check = op_concat_check,
    .inputs = "arg*",
    .count_inputs = op_concat_count_inputs,
    .shape = op_concat_stack_shape,
    .algorithms = &op_concat_algorithms[1],
    .num_algorithms = 1,
};
LP_DATA const lp_op lp_op_stack = {.name = "stack", .family = &op_stack_family};
