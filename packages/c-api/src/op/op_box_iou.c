/*
 * op_box_iou.c - _contrib_box_iou: intersection / union of each box of lhs (..., 4) with each of rhs
 * (..., 4); 0 where they do not touch.
 *
 * Attribute: format: enum{corner|center} = corner: x1 y1 x2 y2, or centre and size. GluonCV.
 */
#include "../kernel/suppress.h"
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

/* Boxes of rhs that go together. */
#define OP_BOX_IOU_PART 256

typedef struct op_box_iou_work {
  const lp_call *call;
  int64_t count; /* boxes of lhs and of rhs */
  int64_t others;
} op_box_iou_work;

static void op_box_iou_chunk(void *context, int64_t chunk, unsigned worker) {
  const op_box_iou_work *work = context;
  const lp_call *call = work->call;
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const bool center = ((const op_box_iou_param *)call->param)->format == 1;
  const int64_t first = chunk * OP_BOX_IOU_PART;
  const int64_t left = work->others - first;
  const int64_t part = left < OP_BOX_IOU_PART ? left : OP_BOX_IOU_PART;
  const int64_t room = lp_suppress_room(part);
  double rows[LP_SUPPRESS_BOX * OP_BOX_IOU_PART]; /* room for either type */
  double y[OP_BOX_IOU_PART];
  double box[LP_SUPPRESS_BOX];
  (void)worker;
  memset(rows, 0, sizeof rows);
  for (int64_t i = 0; i < part; i++) {
    lp_suppress_corners(dtype, center, (const char *)call->in[1].data + (size_t)(first + i) * 4 * size,
                        box);
    for (int k = 0; k < LP_SUPPRESS_BOX; k++) {
      lp_suppress_set(dtype, rows, k * room + i, lp_suppress_get(dtype, box, k));
    }
  }
  for (int64_t i = 0; i < work->count; i++) {
    lp_suppress_corners(dtype, center, (const char *)call->in[0].data + (size_t)i * 4 * size, box);
    lp_suppress_overlaps(dtype, rows, room, box, y, call->isa);
    memcpy((char *)call->out[0].data + (size_t)(i * work->others + first) * size, y,
           (size_t)part * size);
  }
}

static lp_status op_box_iou_run(const lp_call *call) {
  op_box_iou_work work = {call, lp_shape_size(&call->in[0].shape) / 4,
                          lp_shape_size(&call->in[1].shape) / 4};
  lp_threads *threads = lp_shape_size(&call->out[0].shape) > 100000 ? call->threads : NULL;
  lp_threads_run(threads, (work.others + OP_BOX_IOU_PART - 1) / OP_BOX_IOU_PART, op_box_iou_chunk,
                 &work);
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

#undef OP_BOX_IOU_PART
