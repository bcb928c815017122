/*
 * op_div_sqrt_dim.c - _contrib_div_sqrt_dim: y = x / sqrt(d), d the size of the last axis.
 *
 * No attributes. In integer types the root is first rounded toward zero. Attention of GluonNLP.
 */
#include "elementwise_run.h"
#include "op_table.h"

static double op_div_sqrt_dim_root(const lp_shape *shape) {
  return shape->ndim < 1 ? 1.0 : sqrt((double)shape->dim[shape->ndim - 1]);
}

static lp_status op_div_sqrt_dim_run(const lp_call *call) {
  const double root = op_div_sqrt_dim_root(&call->in[0].shape);
  double divisor; /* memory for one element of any type */
  lp_dtype_convert(LP_FLOAT64, &root, call->out[0].dtype, &divisor, 1);
  const lp_elementwise work = {.function = LP_FUNCTION_DIVIDE,
                               .dtype = call->out[0].dtype,
                               .x = call->in[0].data,
                               .y = &divisor,
                               .out = call->out[0].data,
                               .x_step = 1,
                               .rows = 1,
                               .n = lp_elementwise_size(call)};
  lp_elementwise_run(&work, call->threads, call->isa);
  return LP_OK;
}

static int op_div_sqrt_dim_links(const lp_query *query, lp_link *links) {
  links[0] = (lp_link){.kind = LP_LINK_FUNCTION,
                       .function = LP_FUNCTION_DIVIDE,
                       .value = (float)op_div_sqrt_dim_root(&query->in[0].shape)};
  return 1;
}

static const lp_algorithm op_div_sqrt_dim_algorithms[] =
    LP_ELEMENTWISE_ALGORITHMS(op_div_sqrt_dim_run);

static const lp_op_family op_div_sqrt_dim_family = {
    .attrs_any = true,
    .inputs = "data",
    .links = op_div_sqrt_dim_links,
    .algorithms = op_div_sqrt_dim_algorithms,
    .num_algorithms = (int)LP_COUNT(op_div_sqrt_dim_algorithms),
};
LP_DATA const lp_op lp_op_div_sqrt_dim = {.name = "_contrib_div_sqrt_dim",
                                          .family = &op_div_sqrt_dim_family};
