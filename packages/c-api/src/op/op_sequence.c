/*
 * op_sequence.c - sequences of their own length side by side, steps along `axis`, batch along the other of
 * the first two.
 *
 * SequenceMask    steps from the length on become `value`
 * SequenceLast    the last step of each: data's shape without the axis
 * SequenceReverse the first steps of each in reverse order, the others as they are
 *
 * Inputs: data, at least 2 axes, any type; use_sequence_length (False): sequence_length (N), any type,
 * taken toward zero. Without it all steps count. A length below 0 (SequenceLast: 1) or above the number
 * of steps, where the reference reads or writes memory that is not its own, counts as the nearest.
 * Attributes: use_sequence_length, axis = 0 (0 or 1; SequenceReverse: 0), value = 0 (SequenceMask: in
 * data's type as C converts it). BERT, recurrent nets.
 */
#include <math.h>
#include <string.h>

#include "movement.h"
#include "op_table.h"

enum { OP_SEQUENCE_MASK, OP_SEQUENCE_LAST, OP_SEQUENCE_REVERSE };

typedef struct op_sequence_param {
  int use_sequence_length;
  int64_t axis;
  double value;
} op_sequence_param;

static const lp_attr op_sequence_attrs[] = {
    {"use_sequence_length", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_sequence_param, use_sequence_length),
     "False", NULL},
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_sequence_param, axis), "0", NULL},
    {"value", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_sequence_param, value), "0", NULL},
};
#define OP_SEQUENCE_SHARED 2 /* attributes of all three */

static int op_sequence_inputs(const void *param) {
  return ((const op_sequence_param *)param)->use_sequence_length ? 2 : 1;
}

static bool op_sequence_identity(const void *param) {
  return !((const op_sequence_param *)param)->use_sequence_length;
}

static lp_status op_sequence_check(void *parsed) {
  const op_sequence_param *param = parsed;
  return param->axis == 0 || param->axis == 1
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "axis is %lld, expected 0 or 1", (long long)param->axis);
}

static lp_status op_sequence_check_first(void *parsed) {
  const op_sequence_param *param = parsed;
  return param->axis == 0
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "axis is %lld, expected 0", (long long)param->axis);
}

static lp_status op_sequence_shape(const lp_infer *infer) {
  const op_sequence_param *param = infer->param;
  const int axis = (int)param->axis;
  const bool last = infer->op->kind == OP_SEQUENCE_LAST;
  lp_shape *data = &infer->in[0];
  if (!last) {
    LP_TRY(lp_infer_first_shape(infer));
  }
  if (data->ndim < 0) {
    return LP_OK;
  }
  if (data->ndim < 2) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least 2 dimensions, not %s",
                         lp_shape_print(data, &text));
  }
  if (last) {
    lp_shape out = *data;
    out.ndim--;
    memmove(&out.dim[axis], &data->dim[axis + 1], (size_t)(out.ndim - axis) * sizeof out.dim[0]);
    LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
    memcpy(data->dim, infer->out[0].dim, (size_t)axis * sizeof out.dim[0]);
    memcpy(&data->dim[axis + 1], &infer->out[0].dim[axis],
           (size_t)(out.ndim - axis) * sizeof out.dim[0]);
    if (data->dim[axis] == 0) {
      return lp_infer_fail(infer, "data has no steps, expected at least 1");
    }
  }
  if (infer->num_inputs > 1) {
    const lp_shape lengths = lp_shape_1(data->dim[1 - axis]);
    LP_TRY(lp_infer_merge(infer, &infer->in[1], &lengths));
    data->dim[1 - axis] = infer->in[1].dim[0];
  }
  return LP_OK;
}

/* Lengths whose type nobody says are of data's. */
static lp_status op_sequence_dtype(const lp_infer *infer) {
  LP_TRY(lp_movement_first_dtype(infer));
  if (infer->num_inputs > 1 && infer->in_dtype[1] == LP_DTYPE_UNKNOWN) {
    infer->in_dtype[1] = infer->in_dtype[0];
  }
  return LP_OK;
}

typedef struct op_sequence_place {
  int64_t steps, batch, rest; /* rest: bytes of one step */
  int64_t step, next;         /* bytes from step to step, from sequence to sequence */
} op_sequence_place;

static op_sequence_place op_sequence_find(const lp_call *call) {
  const int axis = (int)((const op_sequence_param *)call->param)->axis;
  const lp_shape *data = &call->in[0].shape;
  const int64_t rest = lp_shape_product(data, 2, data->ndim) *
                       (int64_t)lp_dtype_size(call->in[0].dtype);
  return (op_sequence_place){.steps = data->dim[axis],
                             .batch = data->dim[1 - axis],
                             .rest = rest,
                             .step = axis == 0 ? data->dim[1] * rest : rest,
                             .next = axis == 0 ? rest : data->dim[1] * rest};
}

static int64_t op_sequence_length(const lp_call *call, int64_t sequence, int64_t least,
                                  int64_t steps) {
  const int64_t length =
      call->num_inputs > 1 ? lp_movement_index(&call->in[1], sequence) : steps;
  return length < least ? least : length < steps ? length : steps;
}

static lp_status op_sequence_mask_run(const lp_call *call) {
  const op_sequence_place place = op_sequence_find(call);
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const double value = ((const op_sequence_param *)call->param)->value;
  const int64_t whole = lp_dtype_is_float(dtype) || !(fabs(value) < 9e18) ? 0 : (int64_t)value;
  int64_t element[1];
  lp_strided_copy copy;
  (void)lp_movement_copy.run(call);
  if (whole != 0) { /* wraps around in narrow types */
    lp_dtype_convert(LP_INT64, &whole, dtype, element, 1);
  } else {
    lp_dtype_convert(LP_FLOAT64, &value, dtype, element, 1);
  }
  for (int64_t i = 0; i < place.batch; i++) {
    const int64_t length = op_sequence_length(call, i, 0, place.steps);
    lp_strided_copy_begin(&copy);
    lp_strided_copy_add(&copy, place.steps - length, 0, place.step / (int64_t)size);
    lp_strided_copy_add(&copy, place.rest / (int64_t)size, 0, 1);
    lp_strided_copy_run(&copy, element,
                        (char *)call->out[0].data + i * place.next + length * place.step, size,
                        call->threads);
  }
  return LP_OK;
}

static lp_status op_sequence_last_run(const lp_call *call) {
  const op_sequence_place place = op_sequence_find(call);
  for (int64_t i = 0; i < place.batch && place.rest > 0; i++) {
    const int64_t length = op_sequence_length(call, i, 1, place.steps);
    memcpy((char *)call->out[0].data + i * place.rest,
           (const char *)call->in[0].data + i * place.next + (length - 1) * place.step,
           (size_t)place.rest);
  }
  return LP_OK;
}

static lp_status op_sequence_reverse_run(const lp_call *call) {
  const op_sequence_place place = op_sequence_find(call);
  for (int64_t i = 0; i < place.batch && place.rest > 0; i++) {
    const int64_t length = op_sequence_length(call, i, 0, place.steps);
    for (int64_t t = 0; t < place.steps; t++) {
      const int64_t from = t < length ? length - 1 - t : t;
      memcpy((char *)call->out[0].data + i * place.next + t * place.step,
             (const char *)call->in[0].data + i * place.next + from * place.step,
             (size_t)place.rest);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_sequence_mask_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .inplace = true, .run = op_sequence_mask_run},
};
static const lp_algorithm op_sequence_last_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_sequence_last_run},
};
static const lp_algorithm op_sequence_reverse_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_sequence_reverse_run},
};

#define OP_SEQUENCE_FAMILY(more, check_function, algorithm_list)                    \
  .attrs = op_sequence_attrs, .num_attrs = OP_SEQUENCE_SHARED + (more),             \
  .param_size = sizeof(op_sequence_param), .check = check_function,                 \
  .inputs = "data sequence_length", .count_inputs = op_sequence_inputs,             \
  .weight_inputs = 2, .shape = op_sequence_shape, .dtype = op_sequence_dtype,       \
  .algorithms = algorithm_list, .num_algorithms = (int)LP_COUNT(algorithm_list)

static const lp_op_family op_sequence_mask_family = {
    OP_SEQUENCE_FAMILY(1, op_sequence_check, op_sequence_mask_algorithms),
    .identity = op_sequence_identity,
};
static const lp_op_family op_sequence_last_family = {
    OP_SEQUENCE_FAMILY(0, op_sequence_check, op_sequence_last_algorithms),
};
static const lp_op_family op_sequence_reverse_family = {
    OP_SEQUENCE_FAMILY(0, op_sequence_check_first, op_sequence_reverse_algorithms),
};

LP_DATA const lp_op lp_op_SequenceMask = {.name = "SequenceMask",
                                          .aliases = "_npx_sequence_mask",
                                          .kind = OP_SEQUENCE_MASK,
                                          .family = &op_sequence_mask_family};
LP_DATA const lp_op lp_op_SequenceLast = {
    .name = "SequenceLast", .kind = OP_SEQUENCE_LAST, .family = &op_sequence_last_family};
LP_DATA const lp_op lp_op_SequenceReverse = {
    .name = "SequenceReverse", .kind = OP_SEQUENCE_REVERSE, .family = &op_sequence_reverse_family};

#undef OP_SEQUENCE_SHARED
#undef OP_SEQUENCE_FAMILY
