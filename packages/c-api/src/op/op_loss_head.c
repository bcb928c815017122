/*
 * op_loss_head.c - the ends of training graphs at inference: y = data, but for
 * LogisticRegressionOutput, y = 1 / (1 + e^-data).
 *
 * LinearRegressionOutput, MAERegressionOutput, LogisticRegressionOutput:
 * attribute grad_scale, for training; any others are accepted. Label: data's
 * shape, or (N) for data (N, 1), or what has as many elements and the same N.
 * SVMOutput: margin, regularization_coefficient, use_linear, for training.
 * Label: data without the last axis.
 * MakeLoss, make_loss: any expression as a loss. IdentityAttachKLSparseReg:
 * keeps an average while training. Of all ages; make_loss since 0.9.
 */
#include "../kernel/activation.h"
#include "../kernel/layout.h"
#include "op_table.h"
#include "pass_through.h"

static const lp_attr op_loss_head_attrs[] = {
    {"grad_scale", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"margin", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"regularization_coefficient", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"use_linear", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"valid_thresh", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"normalization", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"sparseness_target", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"penalty", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"momentum", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

/* Elements of a known shape as a number that does not overflow. */
static double op_loss_head_elements(const lp_shape *shape) {
  double elements = 1;
  for (int i = 0; i < shape->ndim; i++) {
    elements *= (double)shape->dim[i];
  }
  return elements;
}

static lp_status op_loss_head_regression_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  lp_shape *label = &infer->in[1];
  if (!lp_shape_known(data)) {
    return LP_OK;
  }
  if (lp_shape_known(label) && data->ndim > 0 && label->ndim > 0 &&
      label->dim[0] == data->dim[0] &&
      op_loss_head_elements(label) == op_loss_head_elements(data)) {
    return LP_OK;
  }
  lp_shape expected = *data;
  if (data->ndim == 2 && data->dim[1] == 1) {
    expected.ndim = 1;
  }
  return lp_infer_merge(infer, label, &expected);
}

static lp_status op_loss_head_svm_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  lp_shape label = infer->in[0];
  if (label.ndim < 0) {
    return LP_OK;
  }
  if (label.ndim == 0) {
    return lp_infer_fail(infer, "data must have a dimension");
  }
  label.ndim--;
  return lp_infer_merge(infer, &infer->in[1], &label);
}

static lp_status op_loss_head_average_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  if (data->ndim < 0) {
    return LP_OK;
  }
  if (data->ndim < 2) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data must have at least 2 dimensions, not %s",
                         lp_shape_print(data, &text));
  }
  lp_shape average = lp_shape_1(data->dim[1]);
  return lp_infer_merge(infer, &infer->in[1], &average);
}

static double op_loss_head_cost(const lp_query *query) {
  lp_dtype dtype = query->in[0].dtype;
  if (!LP_HAS_ACTIVATION(LP_ACTIVATE_SIGMOID) || !lp_query_no_epilogue(query) ||
      query->out[0].dtype != dtype ||
      (dtype != LP_FLOAT32 && dtype != LP_FLOAT64)) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * lp_activation_cost(LP_ACTIVATE_SIGMOID) *
         (dtype == LP_FLOAT64 ? 10 : 1);
}

static double op_loss_head_cost_blocked(const lp_query *query) {
  return query->block > 1 && query->in[0].dtype == LP_FLOAT32 && query->in[0].shape.ndim > 2
             ? op_loss_head_cost(query)
             : LP_COST_REJECT;
}

static lp_status op_loss_head_sigmoid(const lp_call *call) {
  size_t elements = 0;
  if (!lp_layout_elements(&call->in[0].shape, call->in[0].block, &elements)) {
    return lp_fail(LP_ERROR_INTERNAL, "%s of an impossible shape", call->op->name);
  }
  lp_activation_run(LP_ACTIVATE_SIGMOID, 0, call->in[0].dtype, call->in[0].data, call->out[0].data,
                    (int64_t)elements, call->isa, call->threads);
  return LP_OK;
}

static const lp_algorithm op_loss_head_sigmoid_algorithms[] = {
    {.name = "blocked",
     .cost = op_loss_head_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .inplace = true,
     .run = op_loss_head_sigmoid},
    {.name = "plain", .cost = op_loss_head_cost, .inplace = true, .run = op_loss_head_sigmoid},
};

#define OP_LOSS_HEAD_ATTRS            \
  .attrs = op_loss_head_attrs,        \
  .num_attrs = (int)LP_COUNT(op_loss_head_attrs), .attrs_any = true
#define OP_LOSS_HEAD_IDENTITY               \
  .algorithms = lp_pass_through_algorithms, \
  .num_algorithms = LP_PASS_THROUGH_COUNT, .identity = lp_pass_through_always

static const lp_op_family op_linearregressionoutput_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "data label",
    .label_inputs = 2,
    .shape = op_loss_head_regression_shape,
    OP_LOSS_HEAD_IDENTITY,
};
LP_DATA const lp_op lp_op_LinearRegressionOutput = {
    .name = "LinearRegressionOutput",
    .aliases = "_sparse_LinearRegressionOutput",
    .family = &op_linearregressionoutput_family,
};

LP_DATA const lp_op lp_op_MAERegressionOutput = {
    .name = "MAERegressionOutput",
    .aliases = "_sparse_MAERegressionOutput",
    .family = &op_linearregressionoutput_family,
};

static const lp_op_family op_logisticregressionoutput_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "data label",
    .label_inputs = 2,
    .shape = op_loss_head_regression_shape,
    .algorithms = op_loss_head_sigmoid_algorithms,
    .num_algorithms = (int)LP_COUNT(op_loss_head_sigmoid_algorithms),
};
LP_DATA const lp_op lp_op_LogisticRegressionOutput = {
    .name = "LogisticRegressionOutput",
    .aliases = "_sparse_LogisticRegressionOutput",
    .family = &op_logisticregressionoutput_family,
};

static const lp_op_family op_svmoutput_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "data label",
    .label_inputs = 2,
    .shape = op_loss_head_svm_shape,
    OP_LOSS_HEAD_IDENTITY,
};
LP_DATA const lp_op lp_op_SVMOutput = {.name = "SVMOutput", .family = &op_svmoutput_family};

static const lp_op_family op_makeloss_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "data",
    OP_LOSS_HEAD_IDENTITY,
};
LP_DATA const lp_op lp_op_MakeLoss = {.name = "MakeLoss", .family = &op_makeloss_family};

static const lp_op_family op_make_loss_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "input0",
    .outputs = "loss",
    OP_LOSS_HEAD_IDENTITY,
};
LP_DATA const lp_op lp_op_make_loss = {
    .name = "make_loss",
    .aliases = "_sparse_make_loss",
    .family = &op_make_loss_family,
};

static const lp_op_family op_identityattachklsparsereg_family = {
    OP_LOSS_HEAD_ATTRS,
    .inputs = "data moving_avg",
    .aux_inputs = 2,
    .shape = op_loss_head_average_shape,
    OP_LOSS_HEAD_IDENTITY,
};
LP_DATA const lp_op lp_op_IdentityAttachKLSparseReg = {
    .name = "IdentityAttachKLSparseReg",
    .family = &op_identityattachklsparsereg_family,
};

#undef OP_LOSS_HEAD_ATTRS
#undef OP_LOSS_HEAD_IDENTITY
