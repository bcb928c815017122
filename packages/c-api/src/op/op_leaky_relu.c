/*
 * op_leaky_relu.c - LeakyReLU: the rectifiers with something below 0.
 *
 * leaky  x > 0 ? x : slope x                    (YOLO, GAN)
 * prelu  x > 0 ? x : gamma x                    (MTCNN, ArcFace)
 * rrelu  leaky with (lower_bound + upper_bound) / 2; its second output, mask, is 0 here
 * elu    x > 0 ? x : slope (e^x - 1)
 * selu   1.0507 (x > 0 ? x : 1.6733 (e^x - 1))
 * gelu   x/2 (1 + erf(x / sqrt 2))              (BERT)
 *
 * Attributes: act_type = leaky, slope = 0.25, lower_bound = 0.125,
 * upper_bound = 0.334. gamma: one element for all, (C) along axis 1, or a shape
 * that broadcasts over data from axis 0 on.
 */
#include "../kernel/activation.h"
#include "../kernel/layout.h"
#include "op_chain.h"
#include "op_table.h"

#include <string.h>

enum {
  OP_LEAKY_RELU_LEAKY,
  OP_LEAKY_RELU_PRELU,
  OP_LEAKY_RELU_RRELU,
  OP_LEAKY_RELU_ELU,
  OP_LEAKY_RELU_SELU,
  OP_LEAKY_RELU_GELU
};

typedef struct op_leaky_relu_param {
  int act_type;
  double slope;
  double lower_bound;
  double upper_bound;
} op_leaky_relu_param;

static const lp_attr op_leaky_relu_attrs[] = {
    {"act_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_leaky_relu_param, act_type), "leaky",
     "leaky|prelu|rrelu|elu|selu|gelu"},
    {"slope", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_leaky_relu_param, slope), "0.25", NULL},
    {"lower_bound", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_leaky_relu_param, lower_bound), "0.125", NULL},
    {"upper_bound", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_leaky_relu_param, upper_bound), "0.334", NULL},
};

static int op_leaky_relu_type(const void *param) {
  return ((const op_leaky_relu_param *)param)->act_type;
}

static int op_leaky_relu_inputs(const void *param) {
  return op_leaky_relu_type(param) == OP_LEAKY_RELU_PRELU ? 2 : 1;
}

static int op_leaky_relu_outputs(const void *param) {
  return op_leaky_relu_type(param) == OP_LEAKY_RELU_RRELU ? 2 : 1;
}

/* The axis of data at which gamma begins; -1 if it does not fit. Shapes are known; a single element fits anywhere. */
static int op_leaky_relu_align(const lp_shape *data, const lp_shape *gamma) {
  if (gamma->ndim == 1 && data->ndim > 1 && gamma->dim[0] == data->dim[1]) {
    return 1;
  }
  if (gamma->ndim > data->ndim) {
    return -1;
  }
  for (int i = 0; i < gamma->ndim; i++) {
    if (gamma->dim[i] != 1 && gamma->dim[i] != data->dim[i]) {
      return -1;
    }
  }
  return 0;
}

static bool op_leaky_relu_is_one(const lp_shape *gamma) {
  for (int i = 0; i < gamma->ndim; i++) {
    if (gamma->dim[i] != 1) {
      return false;
    }
  }
  return true;
}

static lp_status op_leaky_relu_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_first_shape(infer));
  if (infer->num_outputs > 1) {
    LP_TRY(lp_infer_merge(infer, &infer->out[1], &infer->in[0]));
  }
  const lp_shape *data = &infer->in[0];
  if (infer->num_inputs < 2 || data->ndim < 0) {
    return LP_OK;
  }
  lp_shape *gamma = &infer->in[1];
  if (gamma->ndim < 0 && data->ndim == 0) {
    return lp_infer_fail(infer, "data has no dimensions, and the shape of gamma is not known");
  }
  if (!lp_shape_known(gamma)) {
    lp_shape channels = lp_shape_1(data->dim[data->ndim > 1 ? 1 : 0]);
    return lp_infer_merge(infer, gamma, &channels);
  }
  if (lp_shape_known(data) && !op_leaky_relu_is_one(gamma) && op_leaky_relu_align(data, gamma) < 0) {
    lp_shape_text expected;
    lp_shape_text actual;
    return lp_infer_fail(infer, "gamma must be (1), (channels) or broadcast over data %s, not %s",
                         lp_shape_print(data, &expected), lp_shape_print(gamma, &actual));
  }
  return LP_OK;
}

static double op_leaky_relu_slope(const op_leaky_relu_param *param) {
  return param->act_type == OP_LEAKY_RELU_RRELU ? (param->lower_bound + param->upper_bound) / 2
                                                : param->slope;
}

static lp_activation_function op_leaky_relu_function(const op_leaky_relu_param *param) {
  switch (param->act_type) {
    case OP_LEAKY_RELU_ELU:
      return LP_ACTIVATE_ELU;
    case OP_LEAKY_RELU_SELU:
      return LP_ACTIVATE_SELU;
    case OP_LEAKY_RELU_GELU:
      return LP_ACTIVATE_GELU;
    default:
      return LP_ACTIVATE_LEAKY;
  }
}

static lp_status op_leaky_relu_check(void *param) {
  return lp_activation_check(op_leaky_relu_function(param));
}

static double op_leaky_relu_cost(const lp_query *query) {
  lp_dtype dtype = query->in[0].dtype;
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, dtype) ||
      (dtype != LP_FLOAT32 && dtype != LP_FLOAT64)) {
    return LP_COST_REJECT;
  }
  double each = lp_activation_cost(op_leaky_relu_function(query->param));
  return lp_query_elements(query) * (dtype == LP_FLOAT64 ? 10 * each : each);
}

/* Whether each channel has one slope. */
static bool op_leaky_relu_by_channel(const lp_shape *data, const lp_shape *gamma) {
  return op_leaky_relu_is_one(gamma) || op_leaky_relu_align(data, gamma) == 1;
}

static double op_leaky_relu_cost_blocked(const lp_query *query) {
  bool possible =
      query->block > 1 && query->in[0].dtype == LP_FLOAT32 && query->in[0].shape.ndim > 2 &&
      (query->num_inputs < 2 || op_leaky_relu_by_channel(&query->in[0].shape, &query->in[1].shape));
  return possible ? op_leaky_relu_cost(query) : LP_COST_REJECT;
}

/* x > 0 ? x : slope x, over n elements of one slope. */
static void op_leaky_relu_run_of(const lp_call *call, int64_t at, int64_t n, int64_t slope_at) {
  size_t size = lp_dtype_size(call->in[0].dtype);
  const char *x = (const char *)call->in[0].data + (size_t)at * size;
  char *y = (char *)call->out[0].data + (size_t)at * size;
  if (call->in[0].dtype == LP_FLOAT64) {
    double slope = ((const double *)call->in[1].data)[slope_at];
    lp_activation_doubles(LP_ACTIVATE_LEAKY, slope, (const double *)x, (double *)y, n);
  } else {
    float slope = ((const float *)call->in[1].data)[slope_at];
    lp_activation_floats(LP_ACTIVATE_LEAKY, slope, (const float *)x, (float *)y, n, call->isa);
  }
}

static void op_leaky_relu_prelu_plain(const lp_call *call) {
  const lp_shape *data = &call->in[0].shape;
  const lp_shape *gamma = &call->in[1].shape;
  int64_t stride[LP_MAX_NDIM] = {0};
  int align = op_leaky_relu_is_one(gamma) ? 0 : op_leaky_relu_align(data, gamma);
  /* The axes from `inner` on share one slope. */
  int inner = 0;
  int64_t step = 1;
  for (int i = gamma->ndim - 1; i >= 0 && !op_leaky_relu_is_one(gamma); i--) {
    if (gamma->dim[i] != 1) {
      stride[align + i] = step;
      inner = inner > align + i + 1 ? inner : align + i + 1;
    }
    step *= gamma->dim[i];
  }
  int64_t n = lp_shape_product(data, inner, data->ndim);
  int64_t runs = lp_shape_product(data, 0, inner);
  for (int64_t run = 0; run < runs; run++) {
    int64_t slope_at = 0;
    int64_t left = run;
    for (int i = inner - 1; i >= 0; i--) {
      slope_at += left % data->dim[i] * stride[i];
      left /= data->dim[i];
    }
    op_leaky_relu_run_of(call, run * n, n, slope_at);
  }
}

static void op_leaky_relu_prelu_blocked(const lp_call *call) {
  const lp_shape *data = &call->in[0].shape;
  const float *gamma = call->in[1].data;
  bool shared = op_leaky_relu_is_one(&call->in[1].shape);
  int block = call->in[0].block;
  int64_t channels = data->dim[1];
  int64_t blocks = (channels + block - 1) / block;
  int64_t pixels = lp_shape_product(data, 2, data->ndim);
  for (int64_t i = 0; i < data->dim[0] * blocks; i++) {
    float slope[LP_MAX_BLOCK] = {0.0f};
    for (int k = 0; k < block; k++) {
      int64_t c = i % blocks * block + k;
      slope[k] = shared ? gamma[0] : c < channels ? gamma[c] : 0.0f;
    }
    lp_activation_slopes(slope, block, (const float *)call->in[0].data + i * pixels * block,
                         (float *)call->out[0].data + i * pixels * block, pixels, call->isa);
  }
}

static lp_status op_leaky_relu_run(const lp_call *call) {
  const op_leaky_relu_param *param = call->param;
  size_t elements = 0;
  if (!lp_layout_elements(&call->in[0].shape, call->in[0].block, &elements)) {
    return lp_fail(LP_ERROR_INTERNAL, "LeakyReLU of an impossible shape");
  }
  if (param->act_type != OP_LEAKY_RELU_PRELU) {
    lp_activation_run(op_leaky_relu_function(param), op_leaky_relu_slope(param),
                      call->in[0].dtype, call->in[0].data, call->out[0].data, (int64_t)elements,
                      call->isa, call->threads);
  } else if (call->in[0].block > 1) {
    op_leaky_relu_prelu_blocked(call);
  } else {
    op_leaky_relu_prelu_plain(call);
  }
  if (call->num_outputs > 1 && call->out[1].data != NULL) {
    memset(call->out[1].data, 0,
           (size_t)lp_shape_size(&call->out[1].shape) * lp_dtype_size(call->out[1].dtype));
  }
  return LP_OK;
}

static bool op_leaky_relu_fused(const void *param, lp_activation *activation) {
  int type = op_leaky_relu_type(param);
  if (type == OP_LEAKY_RELU_PRELU) {
    activation->kind = LP_ACTIVATION_PRELU;
  } else if (type == OP_LEAKY_RELU_LEAKY || type == OP_LEAKY_RELU_RRELU) {
    activation->kind = LP_ACTIVATION_LEAKY;
    activation->low = (float)op_leaky_relu_slope(param);
  } else {
    return false;
  }
  return true;
}

static int op_leaky_relu_links(const lp_query *query, lp_link *links) {
  const op_leaky_relu_param *param = query->param;
  if (param->act_type == OP_LEAKY_RELU_PRELU) {
    links[0] = (lp_link){.kind = LP_LINK_SLOPES, .inputs = {1}};
    return query->in[1].shape.ndim == 1 || op_leaky_relu_is_one(&query->in[1].shape) ? 1 : 0;
  }
  links[0] = (lp_link){.kind = LP_LINK_ACTIVATE,
                       .function = (int)op_leaky_relu_function(param),
                       .value = (float)op_leaky_relu_slope(param)};
  return 1;
}

static const lp_algorithm op_leaky_relu_algorithms[] = {
    {.name = "blocked",
     .cost = op_leaky_relu_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .inplace = true,
     .run = op_leaky_relu_run},
    {.name = "plain", .cost = op_leaky_relu_cost, .inplace = true, .run = op_leaky_relu_run},
};

static const lp_op_family op_leakyrelu_family = {
    .attrs = op_leaky_relu_attrs,
    .num_attrs = (int)LP_COUNT(op_leaky_relu_attrs),
    .param_size = sizeof(op_leaky_relu_param),
    .check = op_leaky_relu_check,
    .inputs = "data gamma",
    .count_inputs = op_leaky_relu_inputs,
    .outputs = "output mask",
    .count_outputs = op_leaky_relu_outputs,
    .count_visible = op_leaky_relu_outputs,
    .weight_inputs = 2,
    .shape = op_leaky_relu_shape,
    .algorithms = op_leaky_relu_algorithms,
    .num_algorithms = (int)LP_COUNT(op_leaky_relu_algorithms),
    .links = LP_WITH_CHAINS ? op_leaky_relu_links : NULL,
    .role = LP_ROLE_ACTIVATION,
    .activation = op_leaky_relu_fused,
};
LP_DATA const lp_op lp_op_LeakyReLU = {
    .name = "LeakyReLU",
    .aliases = "_npx_leaky_relu",
    .family = &op_leakyrelu_family,
};
