/*
 * op_moments.c - moments: mean and biased variance along axes.
 *
 * Attributes: axes (required in effect: None and () are errors), keepdims = False. Reducing every axis
 * gives shape (1). Two outputs. Any type but bool; integer sums wrap around in their type, and so do the
 * quotients' divisors, as in `mean`. Normalisation written out.
 */
#include <string.h>

#include "movement.h"
#include "op_table.h"

#define OP_MOMENTS_PIECE 256 /* elements converted at once */

typedef struct op_moments_param {
  lp_tuple axes;
  int keepdims;
} op_moments_param;

static const lp_attr op_moments_attrs[] = {
    {"axes", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_moments_param, axes), "None", NULL},
    {"keepdims", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_moments_param, keepdims), "False", NULL},
};

static lp_status op_moments_check(void *parsed) {
  return ((const op_moments_param *)parsed)->axes.count > 0
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "axes is empty, expected at least one axis");
}

static lp_status op_moments_shape(const lp_infer *infer) {
  const op_moments_param *param = infer->param;
  const lp_shape *data = &infer->in[0];
  bool reduced[LP_MAX_NDIM] = {false};
  lp_shape out = {0};
  if (data->ndim < 0) {
    return LP_OK;
  }
  for (int i = 0; i < param->axes.count; i++) {
    int axis = 0;
    LP_TRY(lp_movement_axis(infer, "axes", param->axes.values[i], data->ndim, &axis));
    if (reduced[axis]) {
      return lp_infer_fail(infer, "axes has axis %d twice", axis);
    }
    reduced[axis] = true;
  }
  for (int i = 0; i < data->ndim; i++) {
    if (!reduced[i] || param->keepdims) {
      out.dim[out.ndim++] = reduced[i] ? 1 : data->dim[i];
    }
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  return lp_infer_merge(infer, &infer->out[1], &out);
}

static int op_moments_outputs(const void *param) {
  (void)param;
  return 2;
}

static double op_moments_cost(const lp_query *query) {
  const lp_shape *data = &query->in[0].shape;
  return !lp_query_no_epilogue(query) || query->in[0].dtype == LP_BOOL
             ? LP_COST_REJECT
             : 100.0 + 4.0 * (double)lp_shape_size(data);
}

/* Sums of one output: of numbers, or of integers modulo 2^64. */
typedef union op_moments_sum {
  double real;
  uint64_t integer;
} op_moments_sum;

typedef struct op_moments_work {
  const lp_tensor *in;
  bool real;
  int64_t step[LP_MAX_NDIM]; /* in the outputs; 0 where reduced */
  int64_t count;             /* elements of one output */
  int64_t size;              /* outputs */
  op_moments_sum *mean;
  op_moments_sum *sum;
} op_moments_work;

static size_t op_moments_scratch(const lp_query *query) {
  size_t bytes;
  return lp_shape_bytes(&query->out[0].shape, 2 * sizeof(op_moments_sum), &bytes) ? bytes : SIZE_MAX;
}

/* Adds a run of n neighbours, or their squared distances from the means, to the outputs from `at` on. */
static void op_moments_add(const op_moments_work *work, int64_t from, int64_t n, int64_t at,
                           bool squares) {
  const lp_tensor *in = work->in;
  const int64_t step = work->step[in->shape.ndim - 1];
  op_moments_sum piece[OP_MOMENTS_PIECE];
  lp_dtype_convert(in->dtype, (const char *)in->data + (size_t)from * lp_dtype_size(in->dtype),
                   work->real ? LP_FLOAT64 : LP_INT64, piece, (size_t)n);
  for (int64_t i = 0; i < n; i++, at += step) {
    if (work->real) {
      const double x = squares ? piece[i].real - work->mean[at].real : piece[i].real;
      work->sum[at].real += squares ? x * x : x;
    } else {
      const uint64_t x =
          squares ? piece[i].integer - work->mean[at].integer : piece[i].integer;
      work->sum[at].integer += squares ? x * x : x;
    }
  }
}

/* One pass over the data. */
static void op_moments_pass(const op_moments_work *work, bool squares) {
  const lp_shape *shape = &work->in->shape;
  const int last = shape->ndim - 1;
  const int64_t line = shape->dim[last];
  const int64_t lines = line > 0 ? lp_shape_product(shape, 0, last) : 0;
  int64_t place[LP_MAX_NDIM] = {0};
  int64_t at = 0;
  memset(work->sum, 0, (size_t)work->size * sizeof *work->sum);
  for (int64_t i = 0; i < lines; i++) {
    for (int64_t k = 0; k < line; k += OP_MOMENTS_PIECE) {
      const int64_t n = line - k < OP_MOMENTS_PIECE ? line - k : OP_MOMENTS_PIECE;
      op_moments_add(work, i * line + k, n, at + k * work->step[last], squares);
    }
    for (int d = last - 1; d >= 0; d--) {
      at += work->step[d];
      if (++place[d] < shape->dim[d]) {
        break;
      }
      place[d] = 0;
      at -= work->step[d] * shape->dim[d];
    }
  }
}

/* The sums by the count, kept as means and written to an output. */
static void op_moments_finish(const op_moments_work *work, const lp_tensor *out) {
  const size_t size = lp_dtype_size(out->dtype);
  int64_t count = work->count;
  int64_t wrapped = 0;
  lp_dtype_convert(LP_INT64, &count, out->dtype, &wrapped, 1);
  lp_dtype_convert(out->dtype, &wrapped, LP_INT64, &count, 1);
  for (int64_t i = 0; i < work->size; i++) {
    op_moments_sum *mean = &work->mean[i];
    char *target = out->data == NULL ? NULL : (char *)out->data + (size_t)i * size;
    if (work->real) {
      mean->real = work->sum[i].real / (double)work->count;
    } else {
      int64_t sum;
      lp_dtype_convert(LP_INT64, &work->sum[i], out->dtype, &wrapped, 1);
      lp_dtype_convert(out->dtype, &wrapped, LP_INT64, &sum, 1);
      sum = count == 0 ? 0 : count == -1 ? (int64_t)(0 - (uint64_t)sum) : sum / count;
      mean->integer = (uint64_t)sum;
    }
    if (target != NULL) {
      lp_dtype_convert(work->real ? LP_FLOAT64 : LP_INT64, mean, out->dtype, target, 1);
    }
  }
}

static lp_status op_moments_run(const lp_call *call) {
  const op_moments_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  op_moments_work work = {.in = &call->in[0],
                          .real = lp_dtype_is_float(call->in[0].dtype),
                          .count = 1,
                          .size = lp_shape_size(&call->out[0].shape),
                          .mean = call->scratch};
  bool reduced[LP_MAX_NDIM] = {false};
  int64_t step = 1;
  work.sum = work.mean + work.size;
  for (int i = 0; i < param->axes.count; i++) {
    reduced[lp_movement_position(param->axes.values[i], shape->ndim)] = true;
  }
  for (int d = shape->ndim - 1; d >= 0; d--) {
    work.step[d] = reduced[d] ? 0 : step;
    step *= reduced[d] ? 1 : shape->dim[d];
    work.count *= reduced[d] ? shape->dim[d] : 1;
  }
  op_moments_pass(&work, false);
  op_moments_finish(&work, &call->out[0]);
  op_moments_pass(&work, true);
  op_moments_finish(&work, &call->out[1]);
  return LP_OK;
}

static const lp_algorithm op_moments_algorithms[] = {
    {.name = "plain", .cost = op_moments_cost, .scratch = op_moments_scratch, .run = op_moments_run},
};

static const lp_op_family op_moments_family = {
    .attrs = op_moments_attrs,
    .num_attrs = (int)LP_COUNT(op_moments_attrs),
    .param_size = sizeof(op_moments_param),
    .check = op_moments_check,
    .inputs = "data",
    .outputs = "output*",
    .count_outputs = op_moments_outputs,
    .count_visible = op_moments_outputs,
    .shape = op_moments_shape,
    .algorithms = op_moments_algorithms,
    .num_algorithms = (int)LP_COUNT(op_moments_algorithms),
};
LP_DATA const lp_op lp_op_moments = {.name = "moments", .family = &op_moments_family};

#undef OP_MOMENTS_PIECE
