/*
 * op_softmax_cross_entropy.c - softmax_cross_entropy: data (N, C), label (N) -> (1):
 * -sum log max(softmax(data)[n, label[n]], 1e-8). Labels are cut to integers; those beyond the ends
 * count as the ends (MXNet reads elsewhere). No attributes. Training symbols.
 */
#include "../kernel/suppress.h"
#include "movement.h"
#include "op_table.h"

static lp_status op_softmax_cross_entropy_shape(const lp_infer *infer) {
  lp_shape data = lp_shape_2(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  const lp_shape one = lp_shape_1(1);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  lp_shape label = lp_shape_1(infer->in[0].dim[0]);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &label));
  data.dim[0] = infer->in[1].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  if (infer->in[0].dim[1] == 0) {
    return lp_infer_fail(infer, "data has no classes");
  }
  return lp_infer_merge(infer, &infer->out[0], &one);
}

static double op_softmax_cross_entropy_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) &&
                 (lp_query_all(query, LP_FLOAT32) || lp_query_doubles(query))
             ? 1000
             : LP_COST_REJECT;
}

static lp_status op_softmax_cross_entropy_run(const lp_call *call) {
  const lp_tensor *data = &call->in[0];
  const int64_t classes = data->shape.dim[1];
  double loss = 0;
  for (int64_t n = 0; n < data->shape.dim[0]; n++) {
    const int64_t first = n * classes;
    const int64_t label = lp_movement_index(&call->in[1], n);
    const int64_t own = label < 0 ? 0 : label < classes ? label : classes - 1;
    double most = lp_suppress_get(data->dtype, data->data, first);
    double sum = 0;
    for (int64_t k = 1; k < classes; k++) {
      const double x = lp_suppress_get(data->dtype, data->data, first + k);
      most = x > most ? x : most;
    }
    for (int64_t k = 0; k < classes; k++) {
      sum += exp(lp_suppress_get(data->dtype, data->data, first + k) - most);
    }
    const double share = exp(lp_suppress_get(data->dtype, data->data, first + own) - most) / sum;
    loss -= log(share < 1e-8 ? 1e-8 : share);
  }
  lp_movement_fill(&call->out[0], loss, call->threads);
  return LP_OK;
}

static const lp_algorithm op_softmax_cross_entropy_algorithms[] = {
    {.name = "plain",
     .cost = op_softmax_cross_entropy_cost,
     .run = op_softmax_cross_entropy_run},
};

static const lp_op_family op_softmax_cross_entropy_family = {
    .attrs_any = true,
    .inputs = "data label",
    .shape = op_softmax_cross_entropy_shape,
    .algorithms = op_softmax_cross_entropy_algorithms,
    .num_algorithms = (int)LP_COUNT(op_softmax_cross_entropy_algorithms),
};
LP_DATA const lp_op lp_op_softmax_cross_entropy = {
    .name = "softmax_cross_entropy", .family = &op_softmax_cross_entropy_family};
