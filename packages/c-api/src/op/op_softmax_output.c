/*
 * op_softmax_output.c - SoftmaxOutput (Softmax): softmax over all axes but the first, or
 * multi_output: over axis 1, or preserve_shape: over the last. The label's value does not matter.
 * And SoftmaxActivation: over the last axis, or mode=channel: over axis 1.
 *
 * Attributes of SoftmaxOutput: multi_output = False, preserve_shape = False;
 * grad_scale, ignore_label, use_ignore, normalization, out_grad and smooth_alpha
 * are for training. Of SoftmaxActivation: mode = instance (channel). Of all
 * ages; nearly every classifier ends in SoftmaxOutput.
 */
#include "../kernel/softmax.h"
#include "op_table.h"

enum { OP_SOFTMAX_OUTPUT_HEAD, OP_SOFTMAX_OUTPUT_ACTIVATION };

typedef struct op_softmax_output_param {
  int multi_output; /* SoftmaxActivation: mode is channel */
  int preserve_shape;
} op_softmax_output_param;

static const lp_attr op_softmax_output_attrs[] = {
    {"multi_output", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_softmax_output_param, multi_output), "False",
     NULL},
    {"preserve_shape", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_softmax_output_param, preserve_shape),
     "False", NULL},
    {"grad_scale", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"ignore_label", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"use_ignore", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"normalization", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"out_grad", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"smooth_alpha", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static const lp_attr op_softmax_output_activation_attrs[] = {
    {"mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_softmax_output_param, multi_output), "instance",
     "instance|channel"},
};

/* A label of multi_output may be (N, 1, rest...) or (N, rest...); all dims known. */
static bool op_softmax_output_is_image(const lp_shape *data, const lp_shape *label) {
  int skip;
  if (label->ndim == data->ndim && data->ndim > 1 && label->dim[1] == 1) {
    skip = 0;
  } else if (label->ndim == data->ndim - 1) {
    skip = 1;
  } else {
    return false;
  }
  for (int i = 0; i < label->ndim; i++) {
    int from = skip == 1 && i > 0 ? i + 1 : i;
    if (!(skip == 0 && i == 1) && label->dim[i] != data->dim[from]) {
      return false;
    }
  }
  return true;
}

static lp_status op_softmax_output_shape(const lp_infer *infer) {
  const op_softmax_output_param *param = infer->param;
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  lp_shape *label = &infer->in[1];
  if (data->ndim < 0) {
    return LP_OK;
  }
  if (data->ndim < (param->multi_output ? 2 : 1)) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least %d dimensions, not %s",
                         param->multi_output ? 2 : 1, lp_shape_print(data, &text));
  }
  size_t bytes;
  if (!lp_shape_known(data)) {
    return LP_OK;
  }
  if (!lp_shape_bytes(data, 1, &bytes)) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data is too large: %s", lp_shape_print(data, &text));
  }
  if (lp_shape_known(label) &&
      (lp_shape_equal(label, data) ||
       (param->multi_output && op_softmax_output_is_image(data, label)))) {
    return LP_OK;
  }
  lp_shape expected = *data;
  if (param->multi_output) {
    expected = lp_shape_2(data->dim[0], lp_shape_product(data, 2, data->ndim));
  } else {
    expected.ndim--;
  }
  return lp_infer_merge(infer, label, &expected);
}

static lp_status op_softmax_output_activation_shape(const lp_infer *infer) {
  const op_softmax_output_param *param = infer->param;
  int least = param->multi_output ? 3 : 1;
  LP_TRY(lp_infer_first_shape(infer));
  if (infer->in[0].ndim >= 0 && infer->in[0].ndim < least) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least %d dimensions, not %s", least,
                         lp_shape_print(&infer->in[0], &text));
  }
  return LP_OK;
}

static double op_softmax_output_cost(const lp_query *query) {
  lp_dtype dtype = query->in[0].dtype;
  if (!lp_query_no_epilogue(query) || (dtype != LP_FLOAT32 && dtype != LP_FLOAT64) ||
      query->out[0].dtype != dtype) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (dtype == LP_FLOAT32 ? 1 : 15);
}

static lp_status op_softmax_output_run(const lp_call *call) {
  const op_softmax_output_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  /* The axes [first, last) are one. */
  int first = 1;
  int last = shape->ndim;
  if (param->multi_output) {
    last = 2;
  } else if (param->preserve_shape || call->op->kind == OP_SOFTMAX_OUTPUT_ACTIVATION) {
    first = shape->ndim - 1;
  }
  lp_softmax softmax = {.x = call->in[0].data,
                        .y = call->out[0].data,
                        .from = call->in[0].dtype,
                        .to = call->out[0].dtype,
                        .outer = lp_shape_product(shape, 0, first),
                        .axis = lp_shape_product(shape, first, last),
                        .inner = lp_shape_product(shape, last, shape->ndim),
                        .temperature = 1};
  lp_softmax_run(&softmax, call->isa, call->threads);
  return LP_OK;
}

static const lp_algorithm op_softmax_output_algorithms[] = {
    {.name = "plain",
     .cost = op_softmax_output_cost,
     .inplace = true,
     .run = op_softmax_output_run},
};

static const lp_op_family op_softmaxoutput_family = {
    .attrs = op_softmax_output_attrs,
    .num_attrs = (int)LP_COUNT(op_softmax_output_attrs),
    .param_size = sizeof(op_softmax_output_param),
    .inputs = "data label",
    .label_inputs = 2,
    .shape = op_softmax_output_shape,
    .algorithms = op_softmax_output_algorithms,
    .num_algorithms = (int)LP_COUNT(op_softmax_output_algorithms),
};
LP_DATA const lp_op lp_op_SoftmaxOutput = {
    .name = "SoftmaxOutput",
    .aliases = "Softmax",
    .kind = OP_SOFTMAX_OUTPUT_HEAD,
    .family = &op_softmaxoutput_family,
};

static const lp_op_family op_softmaxactivation_family = {
    .attrs = op_softmax_output_activation_attrs,
    .num_attrs = (int)LP_COUNT(op_softmax_output_activation_attrs),
    .param_size = sizeof(op_softmax_output_param),
    .inputs = "input0",
    .shape = op_softmax_output_activation_shape,
    .algorithms = op_softmax_output_algorithms,
    .num_algorithms = (int)LP_COUNT(op_softmax_output_algorithms),
};
LP_DATA const lp_op lp_op_SoftmaxActivation = {
    .name = "SoftmaxActivation",
    .kind = OP_SOFTMAX_OUTPUT_ACTIVATION,
    .family = &op_softmaxactivation_family,
};
