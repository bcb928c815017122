/*
 * op_amp_multicast.c - amp_multicast: float16 and float32 tensors become one type, others pass.
 *
 * num_outputs: int, required, as many as inputs; cast_narrow: bool = False. The type is float32 if
 * one input has it, else the first input's where that is real; with cast_narrow float16 if one input
 * has it, else float32. (MXNet makes int32 of float16 behind an integer tensor, if none is float32.)
 * In models of mixed precision since 1.6.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_amp_multicast_param {
  int64_t num_outputs;
  int cast_narrow;
} op_amp_multicast_param;

static const lp_attr op_amp_multicast_attrs[] = {
    {"num_outputs", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_amp_multicast_param, num_outputs),
     NULL, NULL},
    {"cast_narrow", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_amp_multicast_param, cast_narrow), "False",
     NULL},
};

static lp_status op_amp_multicast_check(void *any_param) {
  const op_amp_multicast_param *param = any_param;
  if (param->num_outputs < 1 || param->num_outputs > LP_MOVEMENT_MAX_TENSORS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_outputs is %lld, expected 1 to %d",
                   (long long)param->num_outputs, LP_MOVEMENT_MAX_TENSORS);
  }
  return LP_OK;
}

static int op_amp_multicast_count(const void *param) {
  return (int)((const op_amp_multicast_param *)param)->num_outputs;
}

static lp_status op_amp_multicast_shape(const lp_infer *infer) {
  for (int i = 0; i < infer->num_inputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &infer->in[i]));
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &infer->out[i]));
  }
  return LP_OK;
}

static lp_status op_amp_multicast_dtype(const lp_infer *infer) {
  const op_amp_multicast_param *param = infer->param;
  const lp_dtype strong = param->cast_narrow ? LP_FLOAT16 : LP_FLOAT32;
  lp_dtype type = param->cast_narrow                      ? LP_FLOAT32
                  : lp_dtype_is_float(infer->in_dtype[0]) ? infer->in_dtype[0]
                                                          : LP_FLOAT16;
  for (int i = 0; i < infer->num_inputs; i++) {
    if (infer->in_dtype[i] == LP_DTYPE_UNKNOWN) {
      return LP_OK;
    }
    type = infer->in_dtype[i] == strong ? strong : type;
  }
  for (int i = 0; i < infer->num_inputs; i++) {
    const bool cast = infer->in_dtype[i] == LP_FLOAT16 || infer->in_dtype[i] == LP_FLOAT32;
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[i], cast ? type : infer->in_dtype[i]));
  }
  return LP_OK;
}

static lp_status op_amp_multicast_run(const lp_call *call) {
  for (int i = 0; i < call->num_inputs; i++) {
    if (call->out[i].data != NULL) {
      lp_dtype_convert(call->in[i].dtype, call->in[i].data, call->out[i].dtype, call->out[i].data,
                       (size_t)lp_shape_size(&call->in[i].shape));
    }
  }
  return LP_OK;
}

static const lp_algorithm op_amp_multicast_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_amp_multicast_run},
};

static const lp_op_family op_amp_multicast_family = {
    .attrs = op_amp_multicast_attrs,
    .num_attrs = LP_COUNT(op_amp_multicast_attrs),
    .param_size = sizeof(op_amp_multicast_param),
    .check = op_amp_multicast_check,
    .inputs = "data_*",
    .count_inputs = op_amp_multicast_count,
    .outputs = "output*",
    .count_outputs = op_amp_multicast_count,
    .count_visible = op_amp_multicast_count,
    .shape = op_amp_multicast_shape,
    .dtype = op_amp_multicast_dtype,
    .algorithms = op_amp_multicast_algorithms,
    .num_algorithms = LP_COUNT(op_amp_multicast_algorithms),
};
LP_DATA const lp_op lp_op_amp_multicast = {
    .name = "amp_multicast", .family = &op_amp_multicast_family};
