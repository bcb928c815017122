/*
 * op_unary.c - operators of one tensor without attributes: y = f(x), element by element.
 *
 * relu(x) = x > 0 ? x : 0 (NaN stays), sigmoid = 1 / (1 + e^-x), softsign = x / (1 + |x|);
 * sign = -1, 0, 1; round: halves away from zero; rint: halves down; fix = trunc: toward zero;
 * degrees = 180 x / pi, radians = pi x / 180; square, sqrt, rsqrt = 1 / sqrt(x), cbrt,
 * rcbrt = 1 / cbrt(x), reciprocal = 1 / x; gamma, gammaln = ln |gamma(x)|; erf, erfinv;
 * logical_not = x == 0; the others as in C. In the type of the input; integer types of functions
 * of real numbers: computed in double, then truncated.
 * Attributes: none; any are accepted. In models since 2015; relu, sigmoid, tanh, exp, sqrt and
 * square are the frequent ones.
 */
#include "elementwise_run.h"
#include "op_table.h"

static lp_status op_unary_run(const lp_call *call) {
  const int64_t n = lp_elementwise_size(call);
  const lp_elementwise work = {.function = LP_FUNCTION_OF(call->op->kind),
                               .dtype = call->out[0].dtype,
                               .x = call->in[0].data,
                               .out = call->out[0].data,
                               .x_step = 1,
                               .rows = 1,
                               .n = n};
  lp_elementwise_run(&work, call->threads, call->isa);
  return LP_OK;
}

static const lp_algorithm op_unary_algorithms[] = LP_ELEMENTWISE_ALGORITHMS(op_unary_run);

#define OP_UNARY_ACTIVATION(name, activation_kind)                                          \
  static bool op_unary_##name##_activation(const void *param, lp_activation *activation) {  \
    (void)param;                                                                            \
    *activation = (lp_activation){.kind = LP_ACTIVATION_##activation_kind};                 \
    return true;                                                                            \
  }
OP_UNARY_ACTIVATION(relu, RELU)
OP_UNARY_ACTIVATION(sigmoid, SIGMOID)
OP_UNARY_ACTIVATION(tanh, TANH)

#define OP_UNARY_FIELDS                                                                    \
  .attrs_any = true, .inputs = "input0", .links = lp_link_of_unary,                        \
  .algorithms = op_unary_algorithms, .num_algorithms = (int)LP_COUNT(op_unary_algorithms)
static const lp_op_family op_unary_family = {OP_UNARY_FIELDS};

#define OP_UNARY_OF(operator, alias_texts, function, family_of)   \
  LP_DATA const lp_op lp_op_##operator = {.name = #operator,      \
                                          .aliases = alias_texts, \
                                          .kind = LP_FUNCTION_##function, \
                                          .family = &family_of}
#define OP_UNARY(name, alias_texts, function) \
  OP_UNARY_OF(name, alias_texts, function, op_unary_family)
#define OP_UNARY_FUSED(name, alias_texts, function)                 \
  static const lp_op_family op_unary_##name##_family = {            \
      OP_UNARY_FIELDS,                                              \
      .role = LP_ROLE_ACTIVATION,                                   \
      .activation = op_unary_##name##_activation};                  \
  OP_UNARY_OF(name, alias_texts, function, op_unary_##name##_family)

OP_UNARY_FUSED(relu, "_sparse_relu", RELU);
OP_UNARY_FUSED(sigmoid, "_sparse_sigmoid", SIGMOID);
OP_UNARY(softsign, NULL, SOFTSIGN);
OP_UNARY(negative, "_sparse_negative", NEGATIVE);
OP_UNARY(abs, "_sparse_abs", ABS);
OP_UNARY(sign, "_sparse_sign _contrib_sign_ste _sparse__contrib_sign_ste", SIGN);
OP_UNARY(round, "_sparse_round _contrib_round_ste _sparse__contrib_round_ste", ROUND);
OP_UNARY(rint, "_sparse_rint", RINT);
OP_UNARY(ceil, "_sparse_ceil", CEIL);
OP_UNARY(floor, "_sparse_floor", FLOOR);
OP_UNARY(trunc, "_sparse_trunc", TRUNC);
OP_UNARY(fix, "_sparse_fix", TRUNC);
OP_UNARY(square, "_sparse_square", SQUARE);
OP_UNARY(sqrt, "_sparse_sqrt", SQRT);
OP_UNARY(rsqrt, "_sparse_rsqrt", RSQRT);
OP_UNARY(cbrt, "_sparse_cbrt", CBRT);
OP_UNARY(rcbrt, NULL, RCBRT);
OP_UNARY(reciprocal, NULL, RECIPROCAL);
OP_UNARY(exp, "_sparse_exp", EXP);
OP_UNARY(expm1, "_sparse_expm1", EXPM1);
OP_UNARY(log, "_sparse_log", LOG);
OP_UNARY(log1p, "_sparse_log1p", LOG1P);
OP_UNARY(log2, "_sparse_log2", LOG2);
OP_UNARY(log10, "_sparse_log10", LOG10);
OP_UNARY(sin, "_sparse_sin", SIN);
OP_UNARY(cos, "_sparse_cos", COS);
OP_UNARY(tan, "_sparse_tan", TAN);
OP_UNARY(arcsin, "_sparse_arcsin", ARCSIN);
OP_UNARY(arccos, "_sparse_arccos", ARCCOS);
OP_UNARY(arctan, "_sparse_arctan", ARCTAN);
OP_UNARY(sinh, "_sparse_sinh", SINH);
OP_UNARY(cosh, "_sparse_cosh", COSH);
OP_UNARY_FUSED(tanh, "_sparse_tanh", TANH);
OP_UNARY(arcsinh, "_sparse_arcsinh", ARCSINH);
OP_UNARY(arccosh, "_sparse_arccosh", ARCCOSH);
OP_UNARY(arctanh, "_sparse_arctanh", ARCTANH);
OP_UNARY(degrees, "_sparse_degrees", DEGREES);
OP_UNARY(radians, "_sparse_radians", RADIANS);
OP_UNARY(erf, "_npx_erf", ERF);
OP_UNARY(erfinv, "_npx_erfinv", ERFINV);
OP_UNARY(gamma, "_sparse_gamma _npx_gamma", GAMMA);
OP_UNARY(gammaln, "_sparse_gammaln _npx_gammaln", GAMMALN);
OP_UNARY(logical_not, NULL, LOGICAL_NOT);

#undef OP_UNARY_ACTIVATION
#undef OP_UNARY_FUSED
#undef OP_UNARY_FIELDS
#undef OP_UNARY_OF
#undef OP_UNARY
