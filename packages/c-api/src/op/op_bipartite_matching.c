/*
 * op_bipartite_matching.c - _contrib_bipartite_matching: pairs of a row and a column of scores
 * data (..., R, C), best first, each row and each column in one pair at most.
 *
 * Pairs are taken by score, the first of equal ones first, while the score is better than the
 * threshold (greater, or less if is_ascend) and, for topk > 0, until topk + 1 pairs are made (as in
 * MXNet). Outputs: of each row (..., R) its column, of each column (..., C) its row, -1 without.
 * Attributes: threshold: float, required; is_ascend = False; topk = -1. NaN never matches; MXNet
 * leaves that open. GluonCV, in training.
 */
#include "../kernel/order.h"
#include "../kernel/suppress.h"
#include "op_table.h"

typedef struct op_bipartite_matching_param {
  int is_ascend;
  double threshold;
  int64_t topk;
} op_bipartite_matching_param;

static const lp_attr op_bipartite_matching_attrs[] = {
    {"is_ascend", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_bipartite_matching_param, is_ascend), "False",
     NULL},
    {"threshold", LP_ATTR_FLOAT, LP_ATTR_REQUIRED,
     LP_ATTR_OF(op_bipartite_matching_param, threshold), NULL, NULL},
    {"topk", LP_ATTR_INT, 0, LP_ATTR_OF(op_bipartite_matching_param, topk), "-1", NULL},
};

static lp_status op_bipartite_matching_shape(const lp_infer *infer) {
  lp_shape out = infer->in[0];
  if (out.ndim < 0) {
    return LP_OK;
  }
  if (out.ndim < 2) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data has shape %s, expected at least 2 dimensions",
                         lp_shape_print(&out, &text));
  }
  const int64_t rows = out.dim[out.ndim - 2];
  const int64_t columns = out.dim[out.ndim - 1];
  if (columns > 0 && rows > LP_ORDER_MAX / columns) {
    return lp_infer_fail(infer, "%lld by %lld scores, expected fewer than 2^32", (long long)rows,
                         (long long)columns);
  }
  out.ndim--;
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  out.dim[out.ndim - 1] = columns;
  return lp_infer_merge(infer, &infer->out[1], &out);
}

static double op_bipartite_matching_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) &&
                 (lp_query_all(query, LP_FLOAT32) || lp_query_doubles(query))
             ? 1000
             : LP_COST_REJECT;
}

/* Scores of one batch entry. */
static int64_t op_bipartite_matching_count(const lp_shape *shape) {
  return lp_shape_product(shape, shape->ndim - 2, shape->ndim);
}

static size_t op_bipartite_matching_scratch(const lp_query *query) {
  const int64_t count = op_bipartite_matching_count(&query->in[0].shape);
  return lp_order_scratch(query->in[0].dtype, count, count);
}

static void op_bipartite_matching_pair(const lp_call *call, int64_t batch, const uint64_t *items) {
  const op_bipartite_matching_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int64_t rows = shape->dim[shape->ndim - 2];
  const int64_t columns = shape->dim[shape->ndim - 1];
  const lp_dtype dtype = call->in[0].dtype;
  const double threshold =
      dtype == LP_FLOAT32 ? (double)(float)param->threshold : param->threshold;
  int64_t made = 0;
  for (int64_t i = 0; i < rows * columns; i++) {
    const int64_t at = lp_order_position(items[i]);
    const double score = lp_suppress_get(dtype, call->in[0].data, batch * rows * columns + at);
    const int64_t row = batch * rows + at / columns;
    const int64_t column = batch * columns + at % columns;
    if (!(param->is_ascend ? score < threshold : score > threshold)) {
      return;
    }
    if (lp_suppress_get(dtype, call->out[0].data, row) < 0 &&
        lp_suppress_get(dtype, call->out[1].data, column) < 0) {
      lp_suppress_set(dtype, call->out[0].data, row, (double)(at % columns));
      lp_suppress_set(dtype, call->out[1].data, column, (double)(at / columns));
      if (param->topk > 0 && made++ == param->topk) {
        return;
      }
    }
  }
}

static lp_status op_bipartite_matching_run(const lp_call *call) {
  const lp_tensor *data = &call->in[0];
  const int64_t count = op_bipartite_matching_count(&data->shape);
  const op_bipartite_matching_param *param = call->param;
  for (int k = 0; k < 2; k++) {
    for (int64_t i = 0; i < lp_shape_size(&call->out[k].shape); i++) {
      lp_suppress_set(data->dtype, call->out[k].data, i, -1);
    }
  }
  for (int64_t i = 0; count > 0 && i < lp_shape_product(&data->shape, 0, data->shape.ndim - 2); i++) {
    const char *scores = (const char *)data->data + (size_t)(i * count) * lp_dtype_size(data->dtype);
    op_bipartite_matching_pair(call, i, lp_order_first(data->dtype, scores, 1, count, count,
                                                       !param->is_ascend, call->scratch, call->isa));
  }
  return LP_OK;
}

static const lp_algorithm op_bipartite_matching_algorithms[] = {
    {.name = "plain",
     .cost = op_bipartite_matching_cost,
     .scratch = op_bipartite_matching_scratch,
     .run = op_bipartite_matching_run},
};

static int op_bipartite_matching_two(const void *param) {
  (void)param;
  return 2;
}
static const lp_op_family op_bipartite_matching_family = {
    .attrs = op_bipartite_matching_attrs,
    .num_attrs = (int)LP_COUNT(op_bipartite_matching_attrs),
    .param_size = sizeof(op_bipartite_matching_param),
    .inputs = "data",
    .outputs = "output0 output1",
    .count_visible = op_bipartite_matching_two,
    .shape = op_bipartite_matching_shape,
    .algorithms = op_bipartite_matching_algorithms,
    .num_algorithms = (int)LP_COUNT(op_bipartite_matching_algorithms),
};
LP_DATA const lp_op lp_op_contrib_bipartite_matching = {
    .name = "_contrib_bipartite_matching", .family = &op_bipartite_matching_family};
