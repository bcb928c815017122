/*
 * op_multibox_target.c - _contrib_MultiBoxTarget: what an SSD is trained towards.
 *
 * anchor (1, A, 4), label (N, G, W >= 5): class and corners in each row, up to the first class of -1;
 * cls_pred (N, K, A) -> loc_target and loc_mask (N, 4 A), cls_target (N, A). Pairs of an anchor and a
 * row are made by overlap (intersection / union, above 1e-6), greatest first; then, for
 * overlap_threshold > 0, every other anchor takes the row that it overlaps most, if by more than that.
 * A pair gives class + 1, a mask of 1 and the row's offsets: (gx - ax) / aw / v0, (gy - ay) / ah / v1,
 * log(gw / aw) / v2, log(gh / ah) / v3. Other anchors give 0; with negative_mining_ratio > 0 only that
 * many times as many as there are pairs, those with the least probability of class 0 first (softmax of
 * cls_pred; of equal ones the first), among anchors whose overlaps are below negative_mining_thresh (if
 * there are not so many, all of them; MXNet fails); the rest ignore_label, as do all without any row.
 *
 * Attributes: overlap_threshold = 0.5, ignore_label = -1, negative_mining_ratio = -1,
 * negative_mining_thresh = 0.5, minimum_negative_samples = 0 (not used, as in MXNet), variances = (0.1,
 * 0.1, 0.2, 0.2). float32 alone, as in MXNet.
 */
#include "../kernel/order.h"
#include "../kernel/suppress.h"
#include "op_table.h"

typedef struct op_multibox_target_param {
  double overlap_threshold;
  double ignore_label;
  double ratio;
  double thresh;
  lp_float_tuple variances;
} op_multibox_target_param;

static const lp_attr op_multibox_target_attrs[] = {
    {"overlap_threshold", LP_ATTR_FLOAT, 0,
     LP_ATTR_OF(op_multibox_target_param, overlap_threshold), "0.5", NULL},
    {"ignore_label", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_multibox_target_param, ignore_label), "-1",
     NULL},
    {"negative_mining_ratio", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_multibox_target_param, ratio), "-1",
     NULL},
    {"negative_mining_thresh", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_multibox_target_param, thresh), "0.5",
     NULL},
    {"minimum_negative_samples", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"variances", LP_ATTR_FLOATS, 0, LP_ATTR_OF(op_multibox_target_param, variances),
     "(0.1,0.1,0.2,0.2)", NULL},
};

static lp_status op_multibox_target_check(void *parsed) {
  const op_multibox_target_param *param = parsed;
  if (param->variances.count != 4) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%d variances, expected 4", param->variances.count);
  }
  if (param->ratio > 0 && !(param->thresh > 0)) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "negative_mining_thresh is %g, expected more than 0",
                   param->thresh);
  }
  return LP_OK;
}

static lp_status op_multibox_target_shape(const lp_infer *infer) {
  lp_shape scores = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape anchor = lp_shape_3(1, LP_DIM_UNKNOWN, 4);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &anchor));
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &scores));
  scores.dim[0] = infer->in[1].dim[0];
  scores.dim[2] = infer->in[0].dim[1];
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &scores));
  const int64_t batch = infer->in[2].dim[0];
  const int64_t anchors = infer->in[2].dim[2];
  const lp_shape *label = &infer->in[1];
  lp_shape_text text;
  if ((label->dim[2] >= 0 && label->dim[2] < 5) || infer->in[2].dim[1] == 0) {
    return lp_infer_fail(infer, "label has shape %s, expected (N, G, 5 or more); cls_pred needs classes",
                         lp_shape_print(label, &text));
  }
  if (anchors > LP_ORDER_MAX || (anchors > 0 && label->dim[1] > INT64_MAX / 64 / anchors)) {
    return lp_infer_fail(infer, "%lld anchors and labels of shape %s are too many",
                         (long long)anchors, lp_shape_print(label, &text));
  }
  lp_shape out = lp_shape_2(batch, anchors < 0 ? LP_DIM_UNKNOWN : 4 * anchors);
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  LP_TRY(lp_infer_merge(infer, &infer->out[1], &out));
  out.dim[1] = anchors;
  return lp_infer_merge(infer, &infer->out[2], &out);
}

static lp_status op_multibox_target_dtype(const lp_infer *infer) {
  LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], LP_FLOAT32));
  return lp_infer_same_dtype(infer);
}

static double op_multibox_target_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? 1e6 : LP_COST_REJECT;
}

typedef struct op_multibox_target_room {
  int64_t stride;    /* of overlaps */
  float *rows;       /* anchors, LP_SUPPRESS_BOX rows */
  float *overlaps;   /* a row for each row of label */
  int64_t *pair;     /* of each anchor, -1: none */
  float *best;       /* greatest overlap of each anchor */
  float *scores;     /* of those that may be negatives */
  uint32_t *numbers; /* which anchors they are */
  char *order;
} op_multibox_target_room;

static op_multibox_target_room op_multibox_target_lay(const lp_shape *anchor, const lp_shape *label,
                                                      lp_carve *carve) {
  const int64_t room = lp_suppress_room(anchor->dim[1]);
  const size_t size = (size_t)room * sizeof(float);
  const bool fits = size == 0 || (uint64_t)label->dim[1] <= SIZE_MAX / size;
  return (op_multibox_target_room){
      .stride = room,
      .rows = lp_carve_part(carve, size * LP_SUPPRESS_BOX),
      .overlaps = lp_carve_part(carve, fits ? size * (size_t)label->dim[1] : SIZE_MAX),
      .pair = lp_carve_part(carve, size * 2),
      .best = lp_carve_part(carve, size),
      .scores = lp_carve_part(carve, size),
      .numbers = lp_carve_part(carve, size),
      .order = lp_carve_part(carve, lp_order_scratch(LP_FLOAT32, room, room))};
}

static size_t op_multibox_target_scratch(const lp_query *query) {
  lp_carve carve = {NULL, 0};
  (void)op_multibox_target_lay(&query->in[0].shape, &query->in[1].shape, &carve);
  return carve.bytes;
}

/* Overlaps of each row with every anchor; how many rows there are. */
static int64_t op_multibox_target_measure(const lp_call *call, const float *label,
                                          const op_multibox_target_room *room) {
  const int64_t anchors = call->in[0].shape.dim[1];
  const int64_t width = call->in[1].shape.dim[2];
  float box[LP_SUPPRESS_BOX];
  int64_t count = 0;
  for (int64_t i = 0; i < anchors; i++) {
    room->pair[i] = -1;
    room->best[i] = 0;
  }
  for (; count < call->in[1].shape.dim[1] && label[count * width] != -1.0f; count++) {
    float *overlaps = room->overlaps + count * room->stride;
    lp_suppress_corners(LP_FLOAT32, false, label + count * width + 1, box);
    lp_suppress_overlaps(LP_FLOAT32, room->rows, room->stride, box, overlaps, call->isa);
    for (int64_t i = 0; i < anchors; i++) {
      room->best[i] = overlaps[i] > room->best[i] ? overlaps[i] : room->best[i];
    }
  }
  return count;
}

/* Pairs anchors with rows; how many. A paired row's overlaps are not read again. */
static int64_t op_multibox_target_pair(const lp_call *call, int64_t count,
                                       const op_multibox_target_room *room) {
  const op_multibox_target_param *param = call->param;
  const int64_t anchors = call->in[0].shape.dim[1];
  int64_t pairs = 0;
  for (int64_t i = 0; i < anchors && param->overlap_threshold > 0; i++) {
    for (int64_t g = 0; g < count && room->best[i] > (float)param->overlap_threshold; g++) {
      if (room->pair[i] < 0 && room->overlaps[g * room->stride + i] == room->best[i]) {
        room->pair[i] = g; /* unless the pairs by overlap, below, say another */
        pairs++;
      }
    }
  }
  for (int64_t made = 0; made < count; made++) {
    float most = 1e-6f;
    int64_t at = -1;
    for (int64_t k = 0; k < count * room->stride; k++) {
      if (k % room->stride < anchors && room->overlaps[k] > most) {
        most = room->overlaps[k];
        at = k;
      }
    }
    if (at < 0) {
      break;
    }
    const int64_t anchor = at % room->stride;
    pairs += room->pair[anchor] < 0;
    room->pair[anchor] = at / room->stride;
    for (int64_t i = 0; i < anchors; i++) {
      room->overlaps[at - anchor + i] = 0;
    }
    for (int64_t g = 0; g < count; g++) {
      room->overlaps[g * room->stride + anchor] = 0;
    }
  }
  return pairs;
}

/* Probability of class 0. */
static float op_multibox_target_background(const float *scores, int64_t classes, int64_t step) {
  float most = scores[0];
  float sum = 0;
  for (int64_t k = 1; k < classes; k++) {
    most = scores[k * step] > most ? scores[k * step] : most;
  }
  for (int64_t k = 0; k < classes; k++) {
    sum += (float)exp((double)(scores[k * step] - most));
  }
  return (float)exp((double)(scores[0] - most)) / sum;
}

/* Marks the negatives of an image among the ignored ones. */
static void op_multibox_target_mine(const lp_call *call, int64_t image, int64_t pairs, float *classes,
                                    const op_multibox_target_room *room) {
  const op_multibox_target_param *param = call->param;
  const lp_shape *shape = &call->in[2].shape;
  const int64_t anchors = shape->dim[2];
  const float *scores = (const float *)call->in[2].data + image * shape->dim[1] * anchors;
  const double wanted = (double)pairs * (double)(float)param->ratio;
  int64_t count = 0;
  for (int64_t i = 0; i < anchors; i++) {
    if (room->pair[i] < 0 && room->best[i] < (float)param->thresh) {
      room->scores[count] = op_multibox_target_background(scores + i, shape->dim[1], anchors);
      room->numbers[count++] = (uint32_t)i;
    }
  }
  const int64_t most = wanted < (double)count ? (int64_t)wanted : count;
  if (most > 0) {
    const uint64_t *order =
        lp_order_first(LP_FLOAT32, room->scores, 1, count, most, false, room->order, call->isa);
    for (int64_t i = 0; i < most; i++) {
      classes[room->numbers[lp_order_position(order[i])]] = 0;
    }
  }
}

static void op_multibox_target_offsets(const op_multibox_target_param *param, const float *a,
                                       const float *g, float *offsets) {
  for (int k = 0; k < 2; k++) {
    const float size = a[k + 2] - a[k];
    const float center = (a[k] + a[k + 2]) * 0.5f;
    const float other = (g[k] + g[k + 2]) * 0.5f;
    offsets[k] = (other - center) / size / (float)param->variances.values[k];
    offsets[k + 2] = (float)log((double)((g[k + 2] - g[k]) / size)) /
                     (float)param->variances.values[k + 2];
  }
}

static lp_status op_multibox_target_run(const lp_call *call) {
  const op_multibox_target_param *param = call->param;
  const lp_shape *label = &call->in[1].shape;
  const int64_t anchors = call->in[0].shape.dim[1];
  lp_carve carve = {call->scratch, 0};
  const op_multibox_target_room room =
      op_multibox_target_lay(&call->in[0].shape, label, &carve);
  memset(room.rows, 0, (size_t)room.stride * LP_SUPPRESS_BOX * sizeof(float));
  for (int64_t i = 0; i < anchors; i++) {
    float box[LP_SUPPRESS_BOX];
    lp_suppress_corners(LP_FLOAT32, false, (const float *)call->in[0].data + 4 * i, box);
    for (int k = 0; k < LP_SUPPRESS_BOX; k++) {
      room.rows[k * room.stride + i] = box[k];
    }
  }
  for (int64_t n = 0; n < label->dim[0]; n++) {
    const float *rows = (const float *)call->in[1].data + n * label->dim[1] * label->dim[2];
    float *offsets = (float *)call->out[0].data + 4 * n * anchors;
    float *mask = (float *)call->out[1].data + 4 * n * anchors;
    float *classes = (float *)call->out[2].data + n * anchors;
    const int64_t count = op_multibox_target_measure(call, rows, &room);
    const int64_t pairs = op_multibox_target_pair(call, count, &room);
    const bool mining = param->ratio > 0 || count == 0;
    for (int64_t i = 0; i < anchors; i++) {
      const bool paired = room.pair[i] >= 0;
      for (int k = 0; k < 4; k++) {
        offsets[4 * i + k] = 0;
        mask[4 * i + k] = paired ? 1.0f : 0.0f;
      }
      classes[i] = mining ? (float)param->ignore_label : 0;
      if (paired) {
        const float *row = rows + room.pair[i] * label->dim[2];
        classes[i] = row[0] + 1;
        op_multibox_target_offsets(param, (const float *)call->in[0].data + 4 * i, row + 1,
                                   offsets + 4 * i);
      }
    }
    if (mining && count > 0) {
      op_multibox_target_mine(call, n, pairs, classes, &room);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_multibox_target_algorithms[] = {
    {.name = "plain",
     .cost = op_multibox_target_cost,
     .scratch = op_multibox_target_scratch,
     .run = op_multibox_target_run},
};

static int op_multibox_target_three(const void *param) {
  (void)param;
  return 3;
}
static const lp_op_family op_multibox_target_family = {
    .attrs = op_multibox_target_attrs,
    .num_attrs = (int)LP_COUNT(op_multibox_target_attrs),
    .param_size = sizeof(op_multibox_target_param),
    .check = op_multibox_target_check,
    .inputs = "anchor label cls_pred",
    .outputs = "loc_target loc_mask cls_target",
    .count_visible = op_multibox_target_three,
    .shape = op_multibox_target_shape,
    .dtype = op_multibox_target_dtype,
    .algorithms = op_multibox_target_algorithms,
    .num_algorithms = (int)LP_COUNT(op_multibox_target_algorithms),
};
LP_DATA const lp_op lp_op_contrib_MultiBoxTarget = {
    .name = "_contrib_MultiBoxTarget",
    .aliases = "_npx_multibox_target",
    .family = &op_multibox_target_family,
};
