/*
 * op_ctc_loss.c - CTCLoss: data (T, N, C), label (N, L) -> (N): -log of the probability that the
 * softmax of data over C gives the label, in any of the ways that repeat its classes and put blanks
 * between them; 0 where there is no way. A hidden output (T, N, C).
 *
 * Attributes: use_data_lengths = False, use_label_lengths = False: one more input (N) each, in this
 * order; blank_label: enum{first|last} = first: which class is the blank. Without lengths a label ends
 * before its first 0 (first) or -1 (last). Labels and lengths are rounded, halves up. One that does not
 * exist is an error of the forward (MXNet reads elsewhere). Training symbols of text recognition.
 */
#include "../kernel/suppress.h"
#include "op_table.h"

typedef struct op_ctc_loss_param {
  int use_data_lengths;
  int use_label_lengths;
  int blank_label;
} op_ctc_loss_param;

static const lp_attr op_ctc_loss_attrs[] = {
    {"use_data_lengths", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_ctc_loss_param, use_data_lengths), "False",
     NULL},
    {"use_label_lengths", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_ctc_loss_param, use_label_lengths), "False",
     NULL},
    {"blank_label", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_ctc_loss_param, blank_label), "first",
     "first|last"},
};

static int op_ctc_loss_inputs(const void *parsed) {
  const op_ctc_loss_param *param = parsed;
  return 2 + (param->use_data_lengths != 0) + (param->use_label_lengths != 0);
}

static lp_status op_ctc_loss_shape(const lp_infer *infer) {
  lp_shape data = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  data = infer->in[0];
  const lp_shape label = lp_shape_2(data.dim[1], LP_DIM_UNKNOWN);
  const lp_shape rows = lp_shape_1(data.dim[1]);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &label));
  if (data.dim[2] == 0 || (data.dim[0] >= 0 && infer->in[1].dim[1] > data.dim[0])) {
    lp_shape_text one;
    lp_shape_text other;
    return lp_infer_fail(infer, "data has shape %s and label %s, expected classes, and labels that "
                                "are no longer than data",
                         lp_shape_print(&data, &one), lp_shape_print(&infer->in[1], &other));
  }
  for (int i = 2; i < infer->num_inputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &rows));
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &rows));
  return lp_infer_merge(infer, &infer->out[1], &data);
}

static lp_status op_ctc_loss_dtype(const lp_infer *infer) {
  for (int i = 0; i < 2; i++) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[i], infer->in_dtype[0]));
  }
  return LP_OK;
}

static double op_ctc_loss_cost(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return lp_query_no_epilogue(query) && (dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64))
             ? 1e5
             : LP_COST_REJECT;
}

/* Two rows of states, blanks and labels in turn, and the label. */
static size_t op_ctc_loss_scratch(const lp_query *query) {
  const int64_t most = query->in[1].shape.dim[1];
  return (uint64_t)most > SIZE_MAX / 64 - 1 ? SIZE_MAX : (size_t)(2 * (2 * most + 1) + most) * 8;
}

/* Element i, rounded, of an input: a number from `least` to below `end`. */
static lp_status op_ctc_loss_get(const lp_call *call, int input, int64_t i, int64_t least,
                                 int64_t end, int64_t *number) {
  const lp_tensor *tensor = &call->in[input];
  double value;
  lp_dtype_convert(tensor->dtype, (const char *)tensor->data + (size_t)i * lp_dtype_size(tensor->dtype),
                   LP_FLOAT64, &value, 1);
  value = floor(value + 0.5);
  if (!(value >= (double)least && value < (double)end)) {
    return lp_fail(LP_ERROR_INDEX, "CTCLoss: %s %g at position %lld, expected %lld to %lld",
                   input == 1 ? "label" : "length", value, (long long)i, (long long)least,
                   (long long)end - 1);
  }
  *number = (int64_t)value;
  return LP_OK;
}

static double op_ctc_loss_add(double a, double b) {
  const double most = a > b ? a : b;
  const double least = a > b ? b : a;
  return least == -(double)INFINITY ? most : most + log1p(exp(least - most));
}

/* Logarithms of what the states are worth after one more row of data. */
static void op_ctc_loss_step(const lp_call *call, int64_t row, int64_t blank, const int64_t *label,
                             int64_t states, const double *before, double *after) {
  const lp_dtype dtype = call->in[0].dtype;
  const int64_t classes = call->in[0].shape.dim[2];
  const int64_t first = row * classes;
  double most = -(double)INFINITY;
  double sum = 0;
  for (int64_t k = 0; k < classes; k++) {
    const double x = lp_suppress_get(dtype, call->in[0].data, first + k);
    most = x > most ? x : most;
  }
  for (int64_t k = 0; k < classes; k++) {
    sum += exp(lp_suppress_get(dtype, call->in[0].data, first + k) - most);
  }
  for (int64_t s = 0; s < states; s++) {
    const int64_t own = s % 2 == 0 ? blank : label[s / 2];
    double total = before[s];
    if (s > 0) {
      total = op_ctc_loss_add(total, before[s - 1]);
    }
    if (s > 1 && own != blank && own != label[s / 2 - 1]) {
      total = op_ctc_loss_add(total, before[s - 2]);
    }
    after[s] = total + lp_suppress_get(dtype, call->in[0].data, first + own) - most - log(sum);
  }
}

static lp_status op_ctc_loss_one(const lp_call *call, int64_t n) {
  const op_ctc_loss_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int64_t most = call->in[1].shape.dim[1];
  const int64_t blank = param->blank_label == 0 ? 0 : shape->dim[2] - 1;
  const int64_t pad = param->blank_label == 0 ? 0 : -1;
  int64_t steps = shape->dim[0];
  int64_t length = most;
  double *states = call->scratch;
  double *next = states + 2 * most + 1;
  int64_t *label = (int64_t *)(void *)(next + 2 * most + 1);
  if (param->use_data_lengths) {
    LP_TRY(op_ctc_loss_get(call, 2, n, 0, shape->dim[0] + 1, &steps));
  }
  if (param->use_label_lengths) {
    LP_TRY(op_ctc_loss_get(call, call->num_inputs - 1, n, 0, most + 1, &length));
  }
  for (int64_t i = 0; i < length; i++) {
    LP_TRY(op_ctc_loss_get(call, 1, n * most + i, param->use_label_lengths ? 0 : pad, shape->dim[2],
                           &label[i]));
    if (!param->use_label_lengths && label[i] == pad) {
      length = i;
    }
  }
  /* Before the first row only the way into the first blank or label is open. */
  for (int64_t s = 0; s < 2 * length + 1; s++) {
    states[s] = s == 0 ? 0 : -(double)INFINITY;
  }
  for (int64_t t = 0; t < steps; t++) {
    op_ctc_loss_step(call, t * shape->dim[1] + n, blank, label, 2 * length + 1, states, next);
    double *done = states;
    states = next;
    next = done;
  }
  double total = steps > 0 ? states[2 * length] : -(double)INFINITY;
  if (steps > 0 && length > 0) {
    total = op_ctc_loss_add(total, states[2 * length - 1]);
  }
  lp_suppress_set(call->out[0].dtype, call->out[0].data, n, total == -(double)INFINITY ? 0 : -total);
  return LP_OK;
}

static lp_status op_ctc_loss_run(const lp_call *call) {
  for (int64_t n = 0; n < call->in[0].shape.dim[1]; n++) {
    LP_TRY(op_ctc_loss_one(call, n));
  }
  return LP_OK;
}

static const lp_algorithm op_ctc_loss_algorithms[] = {
    {.name = "plain",
     .cost = op_ctc_loss_cost,
     .scratch = op_ctc_loss_scratch,
     .run = op_ctc_loss_run},
};

static const lp_op_family op_ctc_loss_family = {
    .attrs = op_ctc_loss_attrs,
    .num_attrs = (int)LP_COUNT(op_ctc_loss_attrs),
    .param_size = sizeof(op_ctc_loss_param),
    .inputs = "data label data_lengths label_lengths",
    .count_inputs = op_ctc_loss_inputs,
    .outputs = "output0 output1",
    .shape = op_ctc_loss_shape,
    .dtype = op_ctc_loss_dtype,
    .algorithms = op_ctc_loss_algorithms,
    .num_algorithms = (int)LP_COUNT(op_ctc_loss_algorithms),
};
LP_DATA const lp_op lp_op_CTCLoss = {
    .name = "CTCLoss",
    .aliases = "ctc_loss _contrib_CTCLoss _contrib_ctc_loss",
    .family = &op_ctc_loss_family,
};
