/*
 * op_proposal.c - _contrib_Proposal, _contrib_MultiProposal: regions of a region proposal network.
 *
 * cls_prob (N, 2 A, H, W), bbox_pred (N, 4 A, H, W), im_info (N, 3): height, width, scale ->
 * (N post, 5): number of the image and corners; (N post, 1): scores, visible if output_score. Sides
 * count both ends: width = x2 - x1 + 1.
 *
 * Anchors: of base [0, 0, stride - 1, stride - 1] with each ratio (outer) and scale: width
 * floor(sqrt(floor(size / ratio)) + 0.5) scale, height floor(width / scale ratio + 0.5) scale, shifted by
 * the stride from cell to cell. A box: centre d0 width + x, d1 height + y, size e^d2 width, e^d3 height
 * (iou_loss: corners + d), cut to the image. Score: channel A + a; -1 in cells beyond the image, and
 * for boxes that are less than rpn_min_size scale wide or high, which grow by half of that on every
 * side. By score, the first of equal ones (row, column, anchor) first, rpn_pre_nms_top_n boxes (below
 * 1: all) go through; those that overlap a better one by more than the threshold go; the first
 * rpn_post_nms_top_n are the result, repeated from the first where there are fewer.
 *
 * Attributes: rpn_pre_nms_top_n = 6000, rpn_post_nms_top_n = 300, threshold = 0.7, rpn_min_size = 16,
 * scales = (4, 8, 16, 32), ratios = (0.5, 1, 2), feature_stride = 16, output_score = False, iou_loss =
 * False. Proposal takes one image. An image larger than H W cells is an error of the forward. NaN is
 * the last score. float32 alone, as in MXNet. Faster R-CNN, R-FCN.
 */
#include "../kernel/order.h"
#include "../kernel/suppress.h"
#include "op_table.h"

enum { OP_PROPOSAL_ONE, OP_PROPOSAL_MULTI };

typedef struct op_proposal_param {
  int64_t pre;
  int64_t post;
  double threshold;
  int64_t min_size;
  lp_float_tuple scales;
  lp_float_tuple ratios;
  int64_t stride;
  int output_score;
  int iou_loss;
} op_proposal_param;

static const lp_attr op_proposal_attrs[] = {
    {"rpn_pre_nms_top_n", LP_ATTR_INT, 0, LP_ATTR_OF(op_proposal_param, pre), "6000", NULL},
    {"rpn_post_nms_top_n", LP_ATTR_INT, 0, LP_ATTR_OF(op_proposal_param, post), "300", NULL},
    {"threshold", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_proposal_param, threshold), "0.7", NULL},
    {"rpn_min_size", LP_ATTR_INT, 0, LP_ATTR_OF(op_proposal_param, min_size), "16", NULL},
    {"scales", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_proposal_param, scales), "(4,8,16,32)", NULL},
    {"ratios", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_proposal_param, ratios), "(0.5,1,2)", NULL},
    {"feature_stride", LP_ATTR_INT, 0, LP_ATTR_OF(op_proposal_param, stride), "16", NULL},
    {"output_score", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_proposal_param, output_score), "False", NULL},
    {"iou_loss", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_proposal_param, iou_loss), "False", NULL},
};

static lp_status op_proposal_check(void *parsed) {
  const op_proposal_param *param = parsed;
  if (param->scales.count < 1 || param->ratios.count < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%d scales and %d ratios, expected at least one of each",
                   param->scales.count, param->ratios.count);
  }
  if (param->post < 1 || param->post > INT32_MAX || param->stride < 1 ||
      param->stride > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "rpn_post_nms_top_n %lld and feature_stride %lld, expected at least 1",
                   (long long)param->post, (long long)param->stride);
  }
  return LP_OK;
}

static int op_proposal_visible(const void *param) {
  return ((const op_proposal_param *)param)->output_score ? 2 : 1;
}

static int64_t op_proposal_anchors(const op_proposal_param *param) {
  return (int64_t)param->scales.count * param->ratios.count;
}

static lp_status op_proposal_shape(const lp_infer *infer) {
  const op_proposal_param *param = infer->param;
  const int64_t anchors = op_proposal_anchors(param);
  lp_shape scores = lp_shape_4(LP_DIM_UNKNOWN, 2 * anchors, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  if (infer->op->kind == OP_PROPOSAL_ONE) {
    scores.dim[0] = 1;
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &scores));
  lp_shape boxes = infer->in[0];
  boxes.dim[1] = 4 * anchors;
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &boxes));
  const int64_t batch = boxes.dim[0];
  if (boxes.dim[2] > 0 && boxes.dim[3] > 0 &&
      boxes.dim[3] > LP_ORDER_MAX / anchors / boxes.dim[2]) {
    return lp_infer_fail(infer, "%lld anchors in each of %lld by %lld cells, expected fewer than "
                                "2^32 in all",
                         (long long)anchors, (long long)boxes.dim[2], (long long)boxes.dim[3]);
  }
  const lp_shape info = lp_shape_2(batch, 3);
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &info));
  if (batch > INT64_MAX / 64 / param->post) {
    return lp_infer_fail(infer, "too many regions: %lld of each of %lld images",
                         (long long)param->post, (long long)batch);
  }
  lp_shape out = lp_shape_2(batch < 0 ? LP_DIM_UNKNOWN : batch * param->post, 5);
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  out.dim[1] = 1;
  return lp_infer_merge(infer, &infer->out[1], &out);
}

static lp_status op_proposal_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_FLOAT32));
  return lp_infer_same_dtype(infer);
}

static double op_proposal_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? 1e6 : LP_COST_REJECT;
}

/* Boxes of an image, and how many of them go on. */
static int64_t op_proposal_count(const op_proposal_param *param, const lp_shape *scores,
                                 int64_t *most) {
  const int64_t count = op_proposal_anchors(param) * scores->dim[2] * scores->dim[3];
  *most = param->pre > 0 && param->pre < count ? param->pre : count;
  return count;
}

/* Scratch of one image. */
typedef struct op_proposal_room {
  float *boxes; /* 4 each */
  float *scores;
  float *best; /* LP_SUPPRESS_BOX each, by rank */
  uint8_t *keep;
  char *order;
  char *suppress;
} op_proposal_room;

static op_proposal_room op_proposal_lay(const op_proposal_param *param, const lp_shape *scores,
                                        lp_carve *carve) {
  int64_t most;
  const int64_t count = op_proposal_count(param, scores, &most);
  return (op_proposal_room){
      .boxes = lp_carve_part(carve, (size_t)count * 4 * sizeof(float)),
      .scores = lp_carve_part(carve, (size_t)count * sizeof(float)),
      .best = lp_carve_part(carve, (size_t)most * LP_SUPPRESS_BOX * sizeof(float)),
      .keep = lp_carve_part(carve, (size_t)most),
      .order = lp_carve_part(carve, lp_order_scratch(LP_FLOAT32, count, most)),
      .suppress = lp_carve_part(carve, lp_suppress_scratch(LP_FLOAT32, most))};
}

static size_t op_proposal_scratch(const lp_query *query) {
  lp_carve carve = {NULL, 0};
  (void)op_proposal_lay(query->param, &query->in[0].shape, &carve);
  return lp_carve_times(&carve, query->threads);
}

/* Anchor `a` of cell (0, 0). */
static void op_proposal_anchor(const op_proposal_param *param, int64_t a, float *anchor) {
  const float scale = (float)param->scales.values[a % param->scales.count];
  const float ratio = (float)param->ratios.values[a / param->scales.count];
  const float side = (float)param->stride;
  const float middle = 0.5f * (side - 1.0f);
  const float size = floorf(side * side / ratio);
  const float width = floorf(sqrtf(size) + 0.5f) * scale;
  const float height = floorf(width / scale * ratio + 0.5f) * scale;
  anchor[0] = middle - 0.5f * (width - 1.0f);
  anchor[1] = middle - 0.5f * (height - 1.0f);
  anchor[2] = middle + 0.5f * (width - 1.0f);
  anchor[3] = middle + 0.5f * (height - 1.0f);
}

/* Box of an anchor and its four differences, `step` apart. */
static void op_proposal_decode(const float *anchor, const float *d, int64_t step, bool corners,
                               const float *limit, float *box) {
  for (int k = 0; k < 2; k++) {
    const float size = anchor[k + 2] - anchor[k] + 1.0f;
    const float center = anchor[k] + 0.5f * (size - 1.0f);
    float low = anchor[k] + d[k * step];
    float high = anchor[k + 2] + d[(k + 2) * step];
    if (!corners) {
      const float middle = d[k * step] * size + center;
      const float length = (float)exp((double)d[(k + 2) * step]) * size;
      low = middle - 0.5f * (length - 1.0f);
      high = middle + 0.5f * (length - 1.0f);
    }
    low = low < limit[k] ? low : limit[k];
    high = high < limit[k] ? high : limit[k];
    box[k] = low > 0 ? low : 0;
    box[k + 2] = high > 0 ? high : 0;
  }
}

/* All boxes of an image, and their scores. */
static void op_proposal_boxes(const lp_call *call, int64_t image, const op_proposal_room *room) {
  const op_proposal_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int64_t anchors = op_proposal_anchors(param);
  const int64_t columns = shape->dim[3];
  const int64_t cells = shape->dim[2] * columns;
  const float *scores = (const float *)call->in[0].data + (2 * image + 1) * anchors * cells;
  const float *d = (const float *)call->in[1].data + 4 * image * anchors * cells;
  const float *info = (const float *)call->in[2].data + 3 * image;
  const float limit[2] = {info[1] - 1.0f, info[0] - 1.0f};
  const float least = (float)param->min_size * info[2];
  const float stride = (float)param->stride;
  const float covered[2] = {info[1] / stride, info[0] / stride}; /* cells, cut to an integer */
  for (int64_t a = 0; a < anchors; a++) {
    float first[4];
    op_proposal_anchor(param, a, first);
    for (int64_t cell = 0; cell < cells; cell++) {
      const float shift[2] = {(float)(cell % columns), (float)(cell / columns)};
      const int64_t i = cell * anchors + a;
      float *box = room->boxes + 4 * i;
      float anchor[4];
      for (int k = 0; k < 4; k++) {
        anchor[k] = first[k] + shift[k & 1] * stride;
      }
      op_proposal_decode(anchor, d + 4 * a * cells + cell, cells, param->iou_loss != 0, limit, box);
      bool counts = shift[0] + 1.0f <= covered[0] && shift[1] + 1.0f <= covered[1];
      if (box[2] - box[0] + 1.0f < least || box[3] - box[1] + 1.0f < least) {
        box[0] -= least / 2;
        box[1] -= least / 2;
        box[2] += least / 2;
        box[3] += least / 2;
        counts = false;
      }
      room->scores[i] = counts ? scores[a * cells + cell] : -1.0f;
    }
  }
}

static void op_proposal_image(void *context, int64_t image, unsigned worker) {
  const lp_call *call = context;
  const op_proposal_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  lp_carve carve = {NULL, 0};
  int64_t most;
  const int64_t count = op_proposal_count(param, shape, &most);
  float *y = (float *)call->out[0].data + 5 * image * param->post;
  float *scores = call->out[1].data;
  (void)op_proposal_lay(param, shape, &carve);
  carve = (lp_carve){(char *)call->scratch + worker * carve.bytes, 0};
  const op_proposal_room room = op_proposal_lay(param, shape, &carve);
  op_proposal_boxes(call, image, &room);
  const uint64_t *order =
      lp_order_first(LP_FLOAT32, room.scores, 1, count, most, true, room.order, call->isa);
  for (int64_t i = 0; i < most; i++) {
    float *box = room.best + LP_SUPPRESS_BOX * i;
    memcpy(box, room.boxes + 4 * lp_order_position(order[i]), 4 * sizeof(float));
    box[4] = (box[2] - box[0] + 1.0f) * (box[3] - box[1] + 1.0f);
  }
  const lp_suppress suppress = {.dtype = LP_FLOAT32,
                                .boxes = room.best,
                                .count = most,
                                .most = param->post,
                                .threshold = param->threshold,
                                .margin = 1};
  const int64_t kept = lp_suppress_run(&suppress, room.keep, room.suppress, call->isa);
  int64_t at = -1;
  for (int64_t i = 0; i < param->post; i++) {
    if (i >= kept) { /* again from the first one */
      memcpy(y + 5 * i, y + 5 * (i - kept), 5 * sizeof(float));
      if (scores != NULL) {
        scores[image * param->post + i] = scores[image * param->post + i - kept];
      }
      continue;
    }
    do {
      at++;
    } while (!room.keep[at]);
    y[5 * i] = (float)image;
    memcpy(y + 5 * i + 1, room.best + LP_SUPPRESS_BOX * at, 4 * sizeof(float));
    if (scores != NULL) {
      scores[image * param->post + i] = room.scores[lp_order_position(order[at])];
    }
  }
}

static lp_status op_proposal_run(const lp_call *call) {
  const op_proposal_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  lp_call copy = *call;
  for (int64_t i = 0; i < shape->dim[0]; i++) {
    const float *info = (const float *)call->in[2].data + 3 * i;
    for (int k = 0; k < 2; k++) {
      const float cells = info[k] / (float)param->stride;
      if (!(cells < (float)shape->dim[2 + k] + 1.0f) || shape->dim[2 + k] == 0) {
        return lp_fail(LP_ERROR_SHAPE,
                       "%s: image %lld is %g by %g, expected at most %lld by %lld, the cells of "
                       "cls_prob times feature_stride",
                       call->op->name, (long long)i, (double)info[0], (double)info[1],
                       (long long)(shape->dim[2] * param->stride),
                       (long long)(shape->dim[3] * param->stride));
      }
    }
  }
  lp_threads_run(call->threads, shape->dim[0], op_proposal_image, &copy);
  return LP_OK;
}

static const lp_algorithm op_proposal_algorithms[] = {
    {.name = "plain",
     .cost = op_proposal_cost,
     .scratch = op_proposal_scratch,
     .run = op_proposal_run},
};

static const lp_op_family op_proposal_family = {
    .attrs = op_proposal_attrs,
    .num_attrs = (int)LP_COUNT(op_proposal_attrs),
    .param_size = sizeof(op_proposal_param),
    .check = op_proposal_check,
    .inputs = "cls_prob bbox_pred im_info",
    .outputs = "output score",
    .count_visible = op_proposal_visible,
    .shape = op_proposal_shape,
    .dtype = op_proposal_dtype,
    .algorithms = op_proposal_algorithms,
    .num_algorithms = (int)LP_COUNT(op_proposal_algorithms),
};
LP_DATA const lp_op lp_op_contrib_Proposal = {
    .name = "_contrib_Proposal", .kind = OP_PROPOSAL_ONE, .family = &op_proposal_family};
LP_DATA const lp_op lp_op_contrib_MultiProposal = {
    .name = "_contrib_MultiProposal", .kind = OP_PROPOSAL_MULTI, .family = &op_proposal_family};
