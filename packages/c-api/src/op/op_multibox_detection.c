/*
 * op_multibox_detection.c - _contrib_MultiBoxDetection: boxes of scores, offsets and anchors.
 *
 * cls_prob (N, K, A), loc_pred (N, 4 A), anchor (1, A, 4) -> (N, A, 6): rows class, score, x1, y1, x2,
 * y2; what nothing was found for is -1. Of each anchor the best class of 1 to K - 1, less 1, if its
 * score is at least the threshold (class 0 is background), and the box with centre x = d0 v0 aw + ax,
 * y = d1 v1 ah + ay and size w = e^(d2 v2) aw, h = e^(d3 v3) ah; clip limits it to [0, 1]. With
 * nms_threshold in (0, 1] rows are sorted by score, the first of equal ones first; those that overlap
 * a better one of their class (of any, if force_suppress) by at least the threshold get class -1. If
 * nms_topk is above 0 and less than there are rows, only so many are sorted, to the front; the rows
 * behind them stay as they were before, with class -1.
 *
 * Attributes: clip = True, threshold = 0.01, background_id = 0 (not used, as in MXNet),
 * nms_threshold = 0.5, force_suppress = False, variances = (0.1, 0.1, 0.2, 0.2), nms_topk = -1. NaN is
 * no score. float32 alone, as in MXNet. SSD.
 */
#include "../kernel/order.h"
#include "../kernel/suppress.h"
#include "op_table.h"

typedef struct op_multibox_detection_param {
  int clip;
  double threshold;
  double nms_threshold;
  int force_suppress;
  lp_float_tuple variances;
  int64_t nms_topk;
} op_multibox_detection_param;

static const lp_attr op_multibox_detection_attrs[] = {
    {"clip", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_multibox_detection_param, clip), "True", NULL},
    {"threshold", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_multibox_detection_param, threshold), "0.01",
     NULL},
    {"background_id", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"nms_threshold", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_multibox_detection_param, nms_threshold),
     "0.5", NULL},
    {"force_suppress", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_multibox_detection_param, force_suppress),
     "False", NULL},
    {"variances", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_detection_param, variances),
     "(0.1,0.1,0.2,0.2)", NULL},
    {"nms_topk", LP_ATTR_INT, 0, LP_ATTR_OF(op_multibox_detection_param, nms_topk), "-1", NULL},
};

static lp_status op_multibox_detection_check(void *parsed) {
  const op_multibox_detection_param *param = parsed;
  if (param->variances.count != 4) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%d variances, expected 4", param->variances.count);
  }
  return LP_OK;
}

static lp_status op_multibox_detection_shape(const lp_infer *infer) {
  lp_shape scores = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &scores));
  const int64_t batch = infer->in[0].dim[0];
  const int64_t anchors = infer->in[0].dim[2];
  if (anchors > LP_ORDER_MAX) {
    return lp_infer_fail(infer, "%lld anchors, expected fewer than 2^32", (long long)anchors);
  }
  const lp_shape offsets = lp_shape_2(batch, anchors < 0 ? LP_DIM_UNKNOWN : 4 * anchors);
  const lp_shape boxes = lp_shape_3(1, anchors, 4);
  const lp_shape out = lp_shape_3(batch, anchors, 6);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &offsets));
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &boxes));
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_multibox_detection_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_FLOAT32));
  return lp_infer_same_dtype(infer);
}

static double op_multibox_detection_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? 20 * lp_query_elements(query) : LP_COST_REJECT;
}

/* Scratch of one image, for A anchors. */
typedef struct op_multibox_detection_room {
  float *boxes; /* LP_SUPPRESS_BOX each, by anchor and then by rank */
  float *found; /* class, score and corners of each */
  float *scores;
  int32_t *ids;
  uint8_t *keep;
  char *rest; /* for the order, then for the suppression */
} op_multibox_detection_room;

static op_multibox_detection_room op_multibox_detection_lay(int64_t anchors, lp_carve *carve) {
  const size_t n = (size_t)anchors;
  const size_t sort = lp_order_scratch(LP_FLOAT32, anchors, anchors);
  const size_t suppress = lp_suppress_scratch(LP_FLOAT32, anchors);
  return (op_multibox_detection_room){
      .boxes = lp_carve_part(carve, n * LP_SUPPRESS_BOX * sizeof(float)),
      .found = lp_carve_part(carve, n * 6 * sizeof(float)),
      .scores = lp_carve_part(carve, n * sizeof(float)),
      .ids = lp_carve_part(carve, n * sizeof(int32_t)),
      .keep = lp_carve_part(carve, n),
      .rest = lp_carve_part(carve, sort > suppress ? sort : suppress)};
}

static size_t op_multibox_detection_scratch(const lp_query *query) {
  lp_carve carve = {NULL, 0};
  (void)op_multibox_detection_lay(query->in[0].shape.dim[2], &carve);
  return lp_carve_times(&carve, query->threads);
}

#define OP_MULTIBOX_DETECTION_BLOCK 64

/* Best class and score of `count` neighbouring anchors; class 0: none is above -1. Made into vectors where the count is a constant. */
static LP_ALWAYS_INLINE void op_multibox_detection_best(const float *scores, int64_t classes,
                                                        int64_t step, int64_t count,
                                                        float *restrict best,
                                                        int32_t *restrict ids) {
  for (int64_t i = 0; i < count; i++) {
    best[i] = -1;
    ids[i] = 0;
  }
  for (int64_t k = 1; k < classes; k++) {
    const float *restrict row = scores + k * step;
    for (int64_t i = 0; i < count; i++) {
      const bool better = row[i] > best[i];
      best[i] = better ? row[i] : best[i];
      ids[i] = better ? (int32_t)k : ids[i];
    }
  }
}

static void op_multibox_detection_decode(const op_multibox_detection_param *param,
                                         const float *offsets, const float *anchor, float *box) {
  for (int k = 0; k < 2; k++) {
    const float size = anchor[k + 2] - anchor[k];
    const float middle = (anchor[k] + anchor[k + 2]) / 2;
    const float center = offsets[k] * (float)param->variances.values[k] * size + middle;
    const float half =
        (float)exp((double)(offsets[k + 2] * (float)param->variances.values[k + 2])) * size / 2;
    box[k] = center - half;
    box[k + 2] = center + half;
  }
  for (int k = 0; k < 4 && param->clip; k++) {
    const float below = box[k] < 1 ? box[k] : 1;
    box[k] = below > 0 ? below : 0;
  }
}

/* Rows of what is found in an image, in order of anchors; how many. */
static int64_t op_multibox_detection_find(const lp_call *call, int64_t image,
                                          const op_multibox_detection_room *room) {
  const op_multibox_detection_param *param = call->param;
  const int64_t classes = call->in[0].shape.dim[1];
  const int64_t anchors = call->in[0].shape.dim[2];
  const float *scores = (const float *)call->in[0].data + image * classes * anchors;
  const float *offsets = (const float *)call->in[1].data + image * 4 * anchors;
  const float *boxes = call->in[2].data;
  const float threshold = (float)param->threshold;
  int64_t found = 0;
  for (int64_t first = 0; first < anchors; first += OP_MULTIBOX_DETECTION_BLOCK) {
    float best[OP_MULTIBOX_DETECTION_BLOCK];
    int32_t ids[OP_MULTIBOX_DETECTION_BLOCK];
    const int64_t left = anchors - first;
    const int64_t count =
        left < OP_MULTIBOX_DETECTION_BLOCK ? left : OP_MULTIBOX_DETECTION_BLOCK;
    if (count == OP_MULTIBOX_DETECTION_BLOCK) {
      op_multibox_detection_best(scores + first, classes, anchors, OP_MULTIBOX_DETECTION_BLOCK,
                                 best, ids);
    } else {
      op_multibox_detection_best(scores + first, classes, anchors, count, best, ids);
    }
    for (int64_t i = 0; i < count; i++) {
      if (ids[i] > 0 && best[i] >= threshold) {
        float *row = room->found + 6 * found;
        row[0] = (float)(ids[i] - 1);
        row[1] = best[i];
        op_multibox_detection_decode(param, offsets + 4 * (first + i), boxes + 4 * (first + i),
                                     row + 2);
        room->scores[found++] = best[i];
      }
    }
  }
  return found;
}

/* Writes the best rows by score, the others as they are, and takes the class of those not kept. */
static void op_multibox_detection_suppress(const lp_call *call, int64_t found,
                                           const op_multibox_detection_room *room, float *y) {
  const op_multibox_detection_param *param = call->param;
  const int64_t most =
      param->nms_topk > 0 && param->nms_topk < found ? param->nms_topk : found;
  const uint64_t *order =
      lp_order_first(LP_FLOAT32, room->scores, 1, found, most, true, room->rest, call->isa);
  /* At least the threshold, which is above 0, is more than the float before it. */
  float below = (float)param->nms_threshold;
  uint32_t bits;
  memcpy(&bits, &below, sizeof bits);
  bits -= bits > 0;
  memcpy(&below, &bits, sizeof bits);
  memcpy(y, room->found, (size_t)found * 6 * sizeof(float));
  for (int64_t i = 0; i < most; i++) {
    float *row = y + 6 * i;
    float *box = room->boxes + LP_SUPPRESS_BOX * i;
    memcpy(row, room->found + 6 * lp_order_position(order[i]), 6 * sizeof(float));
    memcpy(box, row + 2, 4 * sizeof(float));
    box[4] = (box[2] - box[0]) * (box[3] - box[1]);
    room->ids[i] = (int32_t)row[0];
  }
  const lp_suppress suppress = {
      .dtype = LP_FLOAT32,
      .boxes = room->boxes,
      .ids = param->force_suppress ? NULL : room->ids,
      .count = most,
      .most = most,
      .threshold = (double)below};
  (void)lp_suppress_run(&suppress, room->keep, room->rest, call->isa);
  for (int64_t i = 0; i < found; i++) {
    if (i >= most || !room->keep[i]) {
      y[6 * i] = -1;
    }
  }
}

static void op_multibox_detection_image(void *context, int64_t image, unsigned worker) {
  const lp_call *call = context;
  const op_multibox_detection_param *param = call->param;
  const int64_t anchors = call->in[0].shape.dim[2];
  lp_carve carve = {NULL, 0};
  float *y = (float *)call->out[0].data + 6 * image * anchors;
  (void)op_multibox_detection_lay(anchors, &carve);
  carve = (lp_carve){(char *)call->scratch + worker * carve.bytes, 0};
  const op_multibox_detection_room room = op_multibox_detection_lay(anchors, &carve);
  const int64_t found = op_multibox_detection_find(call, image, &room);
  if (found > 0 && param->nms_threshold > 0 && param->nms_threshold <= 1) {
    op_multibox_detection_suppress(call, found, &room, y);
  } else {
    memcpy(y, room.found, (size_t)found * 6 * sizeof(float));
  }
  for (int64_t i = 6 * found; i < 6 * anchors; i++) {
    y[i] = -1;
  }
}

static lp_status op_multibox_detection_run(const lp_call *call) {
  lp_call copy = *call;
  if (call->in[0].shape.dim[2] > 0) {
    lp_threads_run(call->threads, call->in[0].shape.dim[0], op_multibox_detection_image, &copy);
  }
  return LP_OK;
}

static const lp_algorithm op_multibox_detection_algorithms[] = {
    {.name = "plain",
     .cost = op_multibox_detection_cost,
     .scratch = op_multibox_detection_scratch,
     .run = op_multibox_detection_run},
};

static const lp_op_family op_multibox_detection_family = {
    .attrs = op_multibox_detection_attrs,
    .num_attrs = (int)LP_COUNT(op_multibox_detection_attrs),
    .param_size = sizeof(op_multibox_detection_param),
    .check = op_multibox_detection_check,
    .inputs = "cls_prob loc_pred anchor",
    .shape = op_multibox_detection_shape,
    .dtype = op_multibox_detection_dtype,
    .algorithms = op_multibox_detection_algorithms,
    .num_algorithms = (int)LP_COUNT(op_multibox_detection_algorithms),
};
LP_DATA const lp_op lp_op_contrib_MultiBoxDetection = {
    .name = "_contrib_MultiBoxDetection",
    .aliases = "_npx_multibox_detection",
    .family = &op_multibox_detection_family,
};

#undef OP_MULTIBOX_DETECTION_BLOCK
