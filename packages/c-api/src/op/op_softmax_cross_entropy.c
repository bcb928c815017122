/*
 * op_softmax_cross_entropy.c - softmax_cross_entropy: a loss as one number, a vector of one: the sum
 *                              over rows n of -ln max(softmax(data[n])[label[n]], 1e-8).
 *
 * data (N, K), label (N): toward zero; where it is no class, the probability counts as 0. No
 * attributes.
 */
#include "movement.h"
#include "op_table.h"

#include <math.h>

#define OP_SOFTMAX_CROSS_ENTROPY_LEAST 1e-8

static lp_status op_softmax_cross_entropy_shape(const lp_infer *infer) {
  lp_shape data = lp_shape_2(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape label = lp_shape_1(LP_DIM_UNKNOWN);
  const lp_shape out = lp_shape_1(1);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  label.dim[0] = infer->in[0].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &label));
  data.dim[0] = infer->in[1].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static double op_softmax_cross_entropy_cost(const lp_query *query) {
  return lp_dtype_is_float(query->in[0].dtype) ? 10.0 * (double)lp_shape_size(&query->in[0].shape)
                                               : LP_COST_REJECT;
}

static size_t op_softmax_cross_entropy_scratch(const lp_query *query) {
  size_t bytes;
  const lp_shape row = lp_shape_1(query->in[0].shape.dim[1]);
  return lp_shape_bytes(&row, sizeof(double), &bytes) ? bytes : SIZE_MAX;
}

static lp_status op_softmax_cross_entropy_run(const lp_call *call) {
  const lp_tensor *data = &call->in[0];
  const int64_t rows = data->shape.dim[0];
  const int64_t classes = data->shape.dim[1];
  double *x = call->scratch;
  double loss = 0;
  for (int64_t n = 0; n < rows; n++) {
    const int64_t label = lp_movement_index(&call->in[1], n);
    double top = -INFINITY;
    double sum = 0;
    lp_dtype_convert(data->dtype,
                     (const char *)data->data + (size_t)(n * classes) * lp_dtype_size(data->dtype),
                     LP_FLOAT64, x, (size_t)classes);
    for (int64_t k = 0; k < classes; k++) {
      top = x[k] > top ? x[k] : top;
    }
    for (int64_t k = 0; k < classes; k++) {
      sum += exp(x[k] - top);
    }
    const double found = label >= 0 && label < classes ? exp(x[label] - top) / sum : 0;
    loss -= log(found < OP_SOFTMAX_CROSS_ENTROPY_LEAST ? OP_SOFTMAX_CROSS_ENTROPY_LEAST : found);
  }
  lp_dtype_convert(LP_FLOAT64, &loss, call->out[0].dtype, call->out[0].data, 1);
  return LP_OK;
}

static const lp_algorithm op_softmax_cross_entropy_algorithms[] = {
    {.name = "plain",
     .cost = op_softmax_cross_entropy_cost,
     .scratch = op_softmax_cross_entropy_scratch,
     .run = op_softmax_cross_entropy_run},
};

static const lp_op_family op_softmax_cross_entropy_family = {
    .attrs_any = true,
    .inputs = "data label",
    .shape = op_softmax_cross_entropy_shape,
    .algorithms = op_softmax_cross_entropy_algorithms,
    .num_algorithms = LP_COUNT(op_softmax_cross_entropy_algorithms),
};
LP_DATA const lp_op lp_op_softmax_cross_entropy = {
    .name = "softmax_cross_entropy", .family = &op_softmax_cross_entropy_family};
