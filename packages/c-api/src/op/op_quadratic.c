/*
 * op_quadratic.c - _contrib_quadratic: y = a x^2 + b x + c, computed in float64.
 *
 * a, b, c: float = 0. MXNet's example of how to write an operator.
 */
#include "movement.h"
#include "op_table.h"

#define OP_QUADRATIC_CHUNK 256

typedef struct op_quadratic_param {
  double a;
  double b;
  double c;
} op_quadratic_param;

static const lp_attr op_quadratic_attrs[] = {
    {"a", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_quadratic_param, a), "0", NULL},
    {"b", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_quadratic_param, b), "0", NULL},
    {"c", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_quadratic_param, c), "0", NULL},
};

static lp_status op_quadratic_run(const lp_call *call) {
  const op_quadratic_param *param = call->param;
  const lp_dtype dtype = call->out[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const int64_t total = lp_shape_size(&call->out[0].shape);
  double x[OP_QUADRATIC_CHUNK];
  for (int64_t at = 0; at < total; at += OP_QUADRATIC_CHUNK) {
    const size_t n = (size_t)(total - at < OP_QUADRATIC_CHUNK ? total - at : OP_QUADRATIC_CHUNK);
    lp_dtype_convert(dtype, (const char *)call->in[0].data + (size_t)at * size, LP_FLOAT64, x, n);
    for (size_t i = 0; i < n; i++) {
      x[i] = (param->a * x[i] + param->b) * x[i] + param->c;
    }
    lp_dtype_convert(LP_FLOAT64, x, dtype, (char *)call->out[0].data + (size_t)at * size, n);
  }
  return LP_OK;
}

static const lp_algorithm op_quadratic_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_quadratic_run},
};

static const lp_op_family op_quadratic_family = {
    .attrs = op_quadratic_attrs,
    .num_attrs = LP_COUNT(op_quadratic_attrs),
    .param_size = sizeof(op_quadratic_param),
    .inputs = "data",
    .algorithms = op_quadratic_algorithms,
    .num_algorithms = LP_COUNT(op_quadratic_algorithms),
};
LP_DATA const lp_op lp_op_quadratic = {
    .name = "_contrib_quadratic", .family = &op_quadratic_family};
