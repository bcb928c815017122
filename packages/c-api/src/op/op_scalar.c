/*
 * op_scalar.c - operators of a tensor and a number: y = f(x, scalar), element by element.
 *
 * The functions of op_binary.c, with the scalar as second operand, or first in the _r forms; and
 * smooth_l1: with s = scalar, s^2 x^2 / 2 if |x| < 1 / s^2, else |x| - 1 / (2 s^2). The scalar
 * is first converted to the result's type, then the function computed in it. That is the tensor's
 * type, but float64 for an integer tensor and a scalar that is no integer, and int64 for a bool
 * tensor and one that is.
 * Attributes: scalar: double = 1 (smooth_l1: float = 1); is_int: bool = True (since 1.6: whether the
 * scalar is an integer).
 * In models since 2015, as _PlusScalar, ... until 2016.
 */
#include "elementwise_run.h"
#include "op_table.h"

typedef struct op_scalar_param {
  double scalar;
  int is_int;
} op_scalar_param;

static const lp_attr op_scalar_attrs[] = {
    {"scalar", LP_ATTR_FLOAT, 0, offsetof(op_scalar_param, scalar), "1", NULL},
    {"is_int", LP_ATTR_BOOL, 0, offsetof(op_scalar_param, is_int), "True", NULL},
};

static lp_status op_scalar_dtype(const lp_infer *infer) {
  const op_scalar_param *param = infer->param;
  const lp_dtype in = infer->in_dtype[0];
  if (in == LP_DTYPE_UNKNOWN || lp_dtype_is_float(in) || (in != LP_BOOL && param->is_int)) {
    return lp_infer_same_dtype(infer);
  }
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0],
                              param->is_int ? LP_INT64 : LP_FLOAT64);
}

static lp_status op_scalar_run(const lp_call *call) {
  const op_scalar_param *param = call->param;
  const lp_dtype dtype = call->out[0].dtype;
  const bool reversed = (call->op->kind & LP_FUNCTION_REVERSED) != 0;
  const int64_t n = lp_elementwise_size(call);
  double scalar; /* memory for one element of any type */
  const void *data = call->in[0].data;
  if (call->in[0].dtype != dtype) {
    lp_dtype_convert(call->in[0].dtype, data, dtype, call->out[0].data, (size_t)n);
    data = call->out[0].data;
  }
  lp_dtype_convert(LP_FLOAT64, &param->scalar, dtype, &scalar, 1);
  const lp_elementwise work = {.function = LP_FUNCTION_OF(call->op->kind),
                               .dtype = dtype,
                               .x = reversed ? &scalar : data,
                               .y = reversed ? data : &scalar,
                               .out = call->out[0].data,
                               .x_step = !reversed,
                               .y_step = reversed,
                               .rows = 1,
                               .n = n};
  lp_elementwise_run(&work, call->threads, call->isa);
  return LP_OK;
}

static void op_scalar_to_half(void *param) {
  double *scalar = &((op_scalar_param *)param)->scalar;
  uint16_t half;
  lp_dtype_convert(LP_FLOAT64, scalar, LP_FLOAT16, &half, 1);
  lp_dtype_convert(LP_FLOAT16, &half, LP_FLOAT64, scalar, 1);
}

static int op_scalar_links(const lp_query *query, lp_link *links) {
  links[0] = (lp_link){.kind = LP_LINK_FUNCTION,
                       .function = (int)LP_FUNCTION_OF(query->op->kind),
                       .reversed = (query->op->kind & LP_FUNCTION_REVERSED) != 0,
                       .value = (float)((const op_scalar_param *)query->param)->scalar};
  return 1;
}

/* Where the result has another type than the tensor. */
static double op_scalar_convert_cost(const lp_query *query) {
  const bool half = query->in[0].dtype == LP_FLOAT16 || query->out[0].dtype == LP_FLOAT16;
  return lp_query_no_epilogue(query) && query->in[0].dtype != query->out[0].dtype && !half
             ? 20.0 * lp_query_elements(query)
             : LP_COST_REJECT;
}

static const lp_algorithm op_scalar_algorithms[] = {
    {.name = "plain", .cost = lp_elementwise_plain_cost, .inplace = true, .run = op_scalar_run},
    {.name = "blocked",
     .cost = lp_elementwise_blocked_cost,
     .blocked_inputs = LP_BLOCKED_ALL,
     .blocked_output = true,
     .inplace = true,
     .run = op_scalar_run},
    {.name = "convert", .cost = op_scalar_convert_cost, .run = op_scalar_run},
};

static const lp_op_family op_scalar_family = {
    .attrs = op_scalar_attrs,
    .num_attrs = (int)LP_COUNT(op_scalar_attrs),
    .param_size = sizeof(op_scalar_param),
    .inputs = "input0",
    .dtype = op_scalar_dtype,
    .links = op_scalar_links,
    .to_half = op_scalar_to_half,
    .algorithms = op_scalar_algorithms,
    .num_algorithms = (int)LP_COUNT(op_scalar_algorithms),
};

#define OP_SCALAR(identifier, text, alias_texts, function) \
  LP_DATA const lp_op lp_op_##identifier = {               \
      .name = text, .aliases = alias_texts, .kind = function, .family = &op_scalar_family}

OP_SCALAR(plus_scalar, "_plus_scalar", "_PlusScalar _scatter_plus_scalar", LP_FUNCTION_ADD);
OP_SCALAR(minus_scalar, "_minus_scalar", "_MinusScalar _scatter_minus_scalar",
          LP_FUNCTION_SUBTRACT);
OP_SCALAR(rminus_scalar, "_rminus_scalar", "_RMinusScalar",
          LP_FUNCTION_SUBTRACT | LP_FUNCTION_REVERSED);
OP_SCALAR(mul_scalar, "_mul_scalar", "_MulScalar", LP_FUNCTION_MULTIPLY);
OP_SCALAR(div_scalar, "_div_scalar", "_DivScalar", LP_FUNCTION_DIVIDE);
OP_SCALAR(rdiv_scalar, "_rdiv_scalar", "_RDivScalar", LP_FUNCTION_DIVIDE | LP_FUNCTION_REVERSED);
OP_SCALAR(mod_scalar, "_mod_scalar", "_ModScalar", LP_FUNCTION_MOD);
OP_SCALAR(rmod_scalar, "_rmod_scalar", "_RModScalar", LP_FUNCTION_MOD | LP_FUNCTION_REVERSED);
OP_SCALAR(power_scalar, "_power_scalar", "_PowerScalar", LP_FUNCTION_POWER);
OP_SCALAR(rpower_scalar, "_rpower_scalar", "_RPowerScalar",
          LP_FUNCTION_POWER | LP_FUNCTION_REVERSED);
OP_SCALAR(maximum_scalar, "_maximum_scalar", "_MaximumScalar _npi_maximum_scalar",
          LP_FUNCTION_MAXIMUM);
OP_SCALAR(minimum_scalar, "_minimum_scalar", "_MinimumScalar _npi_minimum_scalar",
          LP_FUNCTION_MINIMUM);
OP_SCALAR(hypot_scalar, "_hypot_scalar", "_HypotScalar _npi_hypot_scalar", LP_FUNCTION_HYPOT);
OP_SCALAR(equal_scalar, "_equal_scalar", "_EqualScalar", LP_FUNCTION_EQUAL);
OP_SCALAR(not_equal_scalar, "_not_equal_scalar", "_NotEqualScalar", LP_FUNCTION_NOT_EQUAL);
OP_SCALAR(greater_scalar, "_greater_scalar", "_GreaterScalar", LP_FUNCTION_GREATER);
OP_SCALAR(greater_equal_scalar, "_greater_equal_scalar", "_GreaterEqualScalar",
          LP_FUNCTION_GREATER_EQUAL);
OP_SCALAR(lesser_scalar, "_lesser_scalar", "_LesserScalar", LP_FUNCTION_LESSER);
OP_SCALAR(lesser_equal_scalar, "_lesser_equal_scalar", "_LesserEqualScalar",
          LP_FUNCTION_LESSER_EQUAL);
OP_SCALAR(logical_and_scalar, "_logical_and_scalar", "_LogicalAndScalar", LP_FUNCTION_LOGICAL_AND);
OP_SCALAR(logical_or_scalar, "_logical_or_scalar", "_LogicalOrScalar", LP_FUNCTION_LOGICAL_OR);
OP_SCALAR(logical_xor_scalar, "_logical_xor_scalar", "_LogicalXorScalar", LP_FUNCTION_LOGICAL_XOR);
OP_SCALAR(smooth_l1, "smooth_l1", "_npx_smooth_l1", LP_FUNCTION_SMOOTH_L1);

#undef OP_SCALAR
