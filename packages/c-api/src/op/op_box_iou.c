/*
 * op_box_iou.c - _contrib_box_iou: intersection / union of each box of lhs (..., 4) with each of rhs
 * (..., 4); 0 where they do not touch.
 *
 * Attribute: format: enum{corner|center} = corner: x1 y1 x2 y2, or centre and size. GluonCV.
 */
#include "op_table.h"

typedef struct op_box_iou_param {
  int format;
} op_box_iou_param;

static const lp_attr op_box_iou_attrs[] = {
    {"format", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_box_iou_param, format), "corner", "corner|center"},
};

static lp_status op_box_iou_shape(const lp_infer *infer) {
  lp_shape out = {0};
  for (int k = 0; k < 2; k++) {
    const lp_shape *in = &infer->in[k];
    if (in->ndim < 0) {
      return LP_OK;
    }
    lp_shape_text text;
    if (in->ndim < 2 || (in->dim[in->ndim - 1] >= 0 && in->dim[in->ndim - 1] != 4)) {
      return lp_infer_fail(infer, "%s has shape %s, expected (..., 4)", k == 0 ? "lhs" : "rhs",
                           lp_shape_print(in, &text));
    }
    for (int i = 0; i < in->ndim - 1; i++) {
      if (out.ndim == LP_MAX_NDIM) {
        return lp_infer_fail(infer, "the result has more than %d dimensions", LP_MAX_NDIM);
      }
      out.dim[out.ndim++] = in->dim[i];
    }
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static double op_box_iou_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) &&
                 (lp_query_all(query, LP_FLOAT32) || lp_query_doubles(query))
             ? 3 * lp_query_elements(query)
             : LP_COST_REJECT;
}

/* Corners and area. */
#define OP_BOX_IOU_RUN(real)                                                                     \
  static void op_box_iou_corners_##real(const real *x, bool center, real *box) {                 \
    real side[2];                                                                                \
    for (int k = 0; k < 2; k++) {                                                                \
      box[k] = center ? x[k] - x[k + 2] / 2 : x[k];                                              \
      box[k + 2] = center ? x[k] + x[k + 2] / 2 : x[k + 2];                                      \
      side[k] = center ? x[k + 2] : x[k + 2] - x[k];                                             \
    }                                                                                            \
    box[4] = side[0] < 0 || side[1] < 0 ? 0 : side[0] * side[1];                                 \
  }                                                                                              \
  static void op_box_iou_row_##real(const real *a, const real *b, int64_t count, bool center,    \
                                    real *y) {                                                   \
    real one[5];                                                                                 \
    real other[5];                                                                               \
    op_box_iou_corners_##real(a, center, one);                                                   \
    for (int64_t i = 0; i < count; i++) {                                                        \
      op_box_iou_corners_##real(b + 4 * i, center, other);                                       \
      const real w = (one[2] < other[2] ? one[2] : other[2]) -                                   \
                     (one[0] > other[0] ? one[0] : other[0]);                                    \
      const real h = (one[3] < other[3] ? one[3] : other[3]) -                                   \
                     (one[1] > other[1] ? one[1] : other[1]);                                    \
      const real common = w > 0 && h > 0 ? w * h : 0;                                            \
      y[i] = common > 0 ? common / (one[4] + other[4] - common) : 0;                             \
    }                                                                                            \
  }

OP_BOX_IOU_RUN(float)
OP_BOX_IOU_RUN(double)

static void op_box_iou_chunk(void *context, int64_t row, unsigned worker) {
  const lp_call *call = context;
  const bool center = ((const op_box_iou_param *)call->param)->format == 1;
  const int64_t count = lp_shape_size(&call->in[1].shape) / 4;
  (void)worker;
  if (call->in[0].dtype == LP_FLOAT32) {
    op_box_iou_row_float((const float *)call->in[0].data + 4 * row, call->in[1].data, count, center,
                         (float *)call->out[0].data + row * count);
  } else {
    op_box_iou_row_double((const double *)call->in[0].data + 4 * row, call->in[1].data, count,
                          center, (double *)call->out[0].data + row * count);
  }
}

static lp_status op_box_iou_run(const lp_call *call) {
  lp_call copy = *call;
  lp_threads *threads = lp_shape_size(&call->out[0].shape) > 50000 ? call->threads : NULL;
  lp_threads_run(threads, lp_shape_size(&call->in[0].shape) / 4, op_box_iou_chunk, &copy);
  return LP_OK;
}

static const lp_algorithm op_box_iou_algorithms[] = {
    {.name = "plain", .cost = op_box_iou_cost, .run = op_box_iou_run},
};

static const lp_op_family op_box_iou_family = {
    .attrs = op_box_iou_attrs,
    .num_attrs = (int)LP_COUNT(op_box_iou_attrs),
    .param_size = sizeof(op_box_iou_param),
    .inputs = "lhs rhs",
    .shape = op_box_iou_shape,
    .algorithms = op_box_iou_algorithms,
    .num_algorithms = (int)LP_COUNT(op_box_iou_algorithms),
};
LP_DATA const lp_op lp_op_contrib_box_iou = {
    .name = "_contrib_box_iou", .family = &op_box_iou_family};

#undef OP_BOX_IOU_RUN
