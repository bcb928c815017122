/*
 * op_adaptive_avg_pooling.c - _contrib_AdaptiveAvgPooling2D: the mean of each bin of an image.
 *
 * Of n bins along an axis, bin i covers floor(i size / n) up to ceil((i + 1) size / n).
 *
 * Attribute: output_size = () (1 x 1; one entry: a square; two: height, width; more: 1 x 1).
 * PSPNet, SENet, global pooling of exported networks.
 */
#include "../kernel/bins.h"
#include "op_table.h"
#include "plane.h"

typedef struct op_adaptive_avg_pooling_param {
  lp_tuple output_size;
} op_adaptive_avg_pooling_param;

static const lp_attr op_adaptive_avg_pooling_attrs[] = {
    {"output_size", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_adaptive_avg_pooling_param, output_size), "()",
     NULL},
};

static lp_status op_adaptive_avg_pooling_check(void *parsed) {
  const op_adaptive_avg_pooling_param *param = parsed;
  return lp_plane_check_entries("output_size", &param->output_size, 0, INT32_MAX, 0);
}

static lp_status op_adaptive_avg_pooling_shape(const lp_infer *infer) {
  const lp_tuple *size = &((const op_adaptive_avg_pooling_param *)infer->param)->output_size;
  const bool given = size->count == 1 || size->count == 2;
  LP_TRY(lp_plane_input(infer, 0));
  return lp_plane_output(infer, LP_PLANE_SAME, given ? size->values[0] : 1,
                         given ? size->values[size->count - 1] : 1);
}

/* What is read counts, not what is written. */
static double op_adaptive_avg_pooling_cost_of(const lp_query *query, double each, bool blocked) {
  const double cost = lp_plane_cost_of(query, each, blocked);
  return cost < 0 ? cost : cost + each * (double)lp_shape_size(&query->in[0].shape);
}

static double op_adaptive_avg_pooling_cost(const lp_query *query) {
  return op_adaptive_avg_pooling_cost_of(query, 0.5, false);
}

static double op_adaptive_avg_pooling_cost_blocked(const lp_query *query) {
  return op_adaptive_avg_pooling_cost_of(query, 0.6 / query->block, true);
}

/* The structures of both axes' bins, in scratch. */
static size_t op_adaptive_avg_pooling_scratch(const lp_query *query) {
  const lp_shape *out = &query->out[0].shape;
  size_t bytes;
  return lp_size_add((size_t)out->dim[2], (size_t)out->dim[3], &bytes) &&
                 lp_size_multiply(bytes, sizeof(lp_bin), &bytes)
             ? bytes
             : SIZE_MAX;
}

typedef struct op_adaptive_avg_pooling_work {
  lp_bins_run run;
  lp_bins_kernel kernel;
  size_t size;
} op_adaptive_avg_pooling_work;

static void op_adaptive_avg_pooling_plane(void *context, int64_t plane, unsigned worker) {
  const op_adaptive_avg_pooling_work *work = context;
  lp_bins_run run = work->run;
  (void)worker;
  run.x = (const char *)run.x + (size_t)(plane * run.x_block) * work->size;
  run.y = (char *)run.y + (size_t)(plane * run.y_block) * work->size;
  work->kernel(&run);
}

static lp_status op_adaptive_avg_pooling_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const lp_shape *out = &call->out[0].shape;
  const int block = in->block;
  lp_bin *memory = call->scratch;
  lp_bins rows = {.count = out->dim[2], .step = in->shape.dim[3] * block, .bin = memory};
  lp_bins columns = {.count = out->dim[3], .step = block, .bin = memory + out->dim[2]};
  op_adaptive_avg_pooling_work work = {
      .run = {.rows = &rows,
              .columns = &columns,
              .blocks = 1,
              .x = in->data,
              .x_block = in->shape.dim[2] * in->shape.dim[3] * block,
              .y = call->out[0].data,
              .y_block = out->dim[2] * out->dim[3] * block},
      .kernel = lp_bins_find(in->dtype, block, call->isa),
      .size = lp_dtype_size(in->dtype)};
  if (lp_shape_size(out) == 0) {
    return LP_OK;
  }
  lp_bins_adapt(in->shape.dim[2], &rows);
  lp_bins_adapt(in->shape.dim[3], &columns);
  lp_threads_run(lp_shape_size(&in->shape) > 200000 ? call->threads : lp_plane_threads(call, 200000),
                 out->dim[0] * ((out->dim[1] + block - 1) / block), op_adaptive_avg_pooling_plane,
                 &work);
  return LP_OK;
}

static const lp_algorithm op_adaptive_avg_pooling_algorithms[] = {
    {.name = "blocked",
     .cost = op_adaptive_avg_pooling_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .scratch = op_adaptive_avg_pooling_scratch,
     .run = op_adaptive_avg_pooling_run},
    {.name = "plain",
     .cost = op_adaptive_avg_pooling_cost,
     .scratch = op_adaptive_avg_pooling_scratch,
     .run = op_adaptive_avg_pooling_run},
};

static const lp_op_family op_adaptive_avg_pooling_family = {
    .attrs = op_adaptive_avg_pooling_attrs,
    .num_attrs = (int)LP_COUNT(op_adaptive_avg_pooling_attrs),
    .param_size = sizeof(op_adaptive_avg_pooling_param),
    .check = op_adaptive_avg_pooling_check,
    .inputs = "data",
    .shape = op_adaptive_avg_pooling_shape,
    .algorithms = op_adaptive_avg_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_adaptive_avg_pooling_algorithms),
};
LP_DATA const lp_op lp_op__contrib_AdaptiveAvgPooling2D = {
    .name = "_contrib_AdaptiveAvgPooling2D",
    .family = &op_adaptive_avg_pooling_family,
};
