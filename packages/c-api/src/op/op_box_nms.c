/*
 * op_box_nms.c - _contrib_box_nms: of boxes that overlap much, the one with the greatest score stays.
 *
 * data (..., N, W): N rows of W >= 5 numbers, of which the score and four coordinates are read, and a
 * class if id_index >= 0. Rows with score > valid_thresh, and with a class other than background_id,
 * are taken by score, the first of equal ones first, topk of them at most (below 0: all; 0: the
 * output is data). A row goes when it overlaps one that stays, of the same class (cut to an integer)
 * unless force_suppress, with intersection / union > overlap_thresh. The rows that stay are written
 * first, by score; the rest is -1. A hidden second output.
 *
 * Attributes: overlap_thresh = 0.5, valid_thresh = 0, topk = -1, coord_start = 2, score_index = 1,
 * id_index = -1, background_id = -1, force_suppress = False, in_format and out_format:
 * enum{corner|center} = corner; boxes whose first coordinate is negative are not converted, as in
 * MXNet. A NaN score is not taken, a box with NaN or without extent overlaps nothing.
 * GluonCV: SSD, YOLOv3, Faster and Mask R-CNN.
 */
#include "../kernel/order.h"
#include "../kernel/suppress.h"
#include "op_table.h"

enum { OP_BOX_NMS_CORNER, OP_BOX_NMS_CENTER };

typedef struct op_box_nms_param {
  double overlap_thresh;
  double valid_thresh;
  int64_t topk;
  int64_t coord_start;
  int64_t score_index;
  int64_t id_index;
  int64_t background_id;
  int force_suppress;
  int in_format;
  int out_format;
} op_box_nms_param;

static const lp_attr op_box_nms_attrs[] = {
    {"overlap_thresh", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_nms_param, overlap_thresh), "0.5", NULL},
    {"valid_thresh", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_nms_param, valid_thresh), "0", NULL},
    {"topk", LP_ATTR_INT, 0, LP_ATTR_OF(op_box_nms_param, topk), "-1", NULL},
    {"coord_start", LP_ATTR_INT, 0, LP_ATTR_OF(op_box_nms_param, coord_start), "2", NULL},
    {"score_index", LP_ATTR_INT, 0, LP_ATTR_OF(op_box_nms_param, score_index), "1", NULL},
    {"id_index", LP_ATTR_INT, 0, LP_ATTR_OF(op_box_nms_param, id_index), "-1", NULL},
    {"background_id", LP_ATTR_INT, 0, LP_ATTR_OF(op_box_nms_param, background_id), "-1", NULL},
    {"force_suppress", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_box_nms_param, force_suppress), "False", NULL},
    {"in_format", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_box_nms_param, in_format), "corner",
     "corner|center"},
    {"out_format", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_box_nms_param, out_format), "corner",
     "corner|center"},
};

static lp_status op_box_nms_shape(const lp_infer *infer) {
  const op_box_nms_param *param = infer->param;
  LP_TRY(lp_infer_first_shape(infer));
  const lp_shape *data = &infer->in[0];
  if (data->ndim < 0) {
    return LP_OK;
  }
  lp_shape_text text;
  if (data->ndim < 2) {
    return lp_infer_fail(infer, "data has shape %s, expected at least 2 dimensions: boxes, and the "
                                "numbers of a box",
                         lp_shape_print(data, &text));
  }
  const int64_t width = data->dim[data->ndim - 1];
  if (width < 0) {
    return LP_OK;
  }
  const int64_t first = param->coord_start;
  const int64_t score = param->score_index;
  const int64_t id = param->id_index;
  if (width < 5 || first < 0 || first > width - 4 || score < 0 || score >= width || id >= width) {
    return lp_infer_fail(infer, "coord_start %lld, score_index %lld and id_index %lld, expected "
                                "places among the %lld numbers of a box, which are at least 5",
                         (long long)first, (long long)score, (long long)id, (long long)width);
  }
  if ((score >= first && score < first + 4) || (id >= first && id < first + 4) || id == score) {
    return lp_infer_fail(infer, "coord_start %lld (and the three behind it), score_index %lld and "
                                "id_index %lld, expected different places",
                         (long long)first, (long long)score, (long long)id);
  }
  if (data->dim[data->ndim - 2] > LP_ORDER_MAX) {
    return lp_infer_fail(infer, "%lld boxes, expected fewer than 2^32",
                         (long long)data->dim[data->ndim - 2]);
  }
  return LP_OK;
}

static lp_status op_box_nms_hidden_shape(const lp_infer *infer) {
  LP_TRY(op_box_nms_shape(infer));
  lp_shape rows = infer->in[0];
  if (rows.ndim > 0) {
    rows.dim[rows.ndim - 1] = 1;
    LP_TRY(lp_infer_merge(infer, &infer->out[1], &rows));
  }
  return LP_OK;
}

static double op_box_nms_cost(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return lp_query_no_epilogue(query) && lp_query_all(query, dtype) &&
                 (dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64))
             ? 5 * lp_query_elements(query)
             : LP_COST_REJECT;
}

/* Scratch of one batch row. */
typedef struct op_box_nms_room {
  int64_t rows; /* N */
  int64_t most; /* rows that topk leaves */
  char *scores;
  uint32_t *taken;
  char *order;
  char *boxes;
  int32_t *ids;
  uint8_t *keep;
  char *suppress;
} op_box_nms_room;

static op_box_nms_room op_box_nms_lay(const op_box_nms_param *param, const lp_tensor *data,
                                      lp_carve *carve) {
  const int64_t n = data->shape.dim[data->shape.ndim - 2];
  const int64_t most = param->topk < 0 || param->topk > n ? n : param->topk;
  const size_t size = lp_dtype_size(data->dtype);
  return (op_box_nms_room){
      .rows = n,
      .most = most,
      .scores = lp_carve_part(carve, (size_t)n * size),
      .taken = lp_carve_part(carve, (size_t)n * sizeof(uint32_t)),
      .order = lp_carve_part(carve, lp_order_scratch(data->dtype, n, most)),
      .boxes = lp_carve_part(carve, (size_t)most * LP_SUPPRESS_BOX * size),
      .ids = lp_carve_part(carve, (size_t)most * sizeof(int32_t)),
      .keep = lp_carve_part(carve, (size_t)most),
      .suppress = lp_carve_part(carve, lp_suppress_scratch(data->dtype, most))};
}

static size_t op_box_nms_scratch(const lp_query *query) {
  lp_carve carve = {NULL, 0};
  (void)op_box_nms_lay(query->param, &query->in[0], &carve);
  return lp_carve_times(&carve, query->threads);
}

/* Scores and row numbers of the rows that take part; how many. */
static int64_t op_box_nms_take(const lp_call *call, const char *x, int64_t width,
                               const op_box_nms_room *room) {
  const op_box_nms_param *param = call->param;
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const double least = dtype == LP_FLOAT32 ? (double)(float)param->valid_thresh : param->valid_thresh;
  int64_t count = 0;
  for (int64_t i = 0; i < room->rows; i++) {
    const int64_t row = i * width;
    if (lp_suppress_get(dtype, x, row + param->score_index) > least &&
        (param->id_index < 0 ||
         lp_suppress_get(dtype, x, row + param->id_index) != (double)param->background_id)) {
      lp_order_move(room->scores + (size_t)count * size, x + (size_t)(row + param->score_index) * size,
                    size);
      room->taken[count++] = (uint32_t)i;
    }
  }
  return count;
}

/* Of a row that was written: its coordinates in the other format. */
static void op_box_nms_convert(const op_box_nms_param *param, lp_dtype dtype, void *x) {
  if (param->in_format == param->out_format || lp_suppress_get(dtype, x, 0) < 0) {
    return;
  }
  for (int k = 0; k < 2; k++) {
    const double first = lp_suppress_get(dtype, x, k);
    const double second = lp_suppress_get(dtype, x, k + 2);
    if (param->out_format == OP_BOX_NMS_CORNER) {
      lp_suppress_set(dtype, x, k, first - second * 0.5);
      lp_suppress_set(dtype, x, k + 2, first + second * 0.5);
    } else {
      lp_suppress_set(dtype, x, k, (first + second) * 0.5);
      lp_suppress_set(dtype, x, k + 2, second - first);
    }
  }
}

static void op_box_nms_batch(void *context, int64_t batch, unsigned worker) {
  const lp_call *call = context;
  const op_box_nms_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const lp_dtype dtype = call->in[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const int64_t width = shape->dim[shape->ndim - 1];
  const size_t row = (size_t)width * size;
  lp_carve carve = {NULL, 0};
  (void)op_box_nms_lay(param, &call->in[0], &carve);
  carve = (lp_carve){(char *)call->scratch + worker * carve.bytes, 0};
  const op_box_nms_room room = op_box_nms_lay(param, &call->in[0], &carve);
  const char *x = (const char *)call->in[0].data + (size_t)(batch * room.rows) * row;
  char *y = (char *)call->out[0].data + (size_t)(batch * room.rows) * row;
  int64_t count = op_box_nms_take(call, x, width, &room);
  int64_t written = 0;
  if (count > 0) {
    const int64_t all = count;
    count = count < room.most ? count : room.most;
    const uint64_t *order =
        lp_order_first(dtype, room.scores, 1, all, count, true, room.order, call->isa);
    const bool classes = param->id_index >= 0 && !param->force_suppress;
    for (int64_t i = 0; i < count; i++) {
      const char *box = x + room.taken[lp_order_position(order[i])] * row;
      lp_suppress_corners(dtype, param->in_format == OP_BOX_NMS_CENTER, box + (size_t)param->coord_start * size,
                         room.boxes + (size_t)(i * LP_SUPPRESS_BOX) * size);
      if (classes) {
        lp_dtype_convert(dtype, box + (size_t)param->id_index * size, LP_INT32, &room.ids[i], 1);
      }
    }
    const lp_suppress suppress = {.dtype = dtype,
                                  .boxes = room.boxes,
                                  .ids = classes ? room.ids : NULL,
                                  .count = count,
                                  .most = count,
                                  .threshold = param->overlap_thresh};
    (void)lp_suppress_run(&suppress, room.keep, room.suppress, call->isa);
    for (int64_t i = 0; i < count; i++) {
      if (room.keep[i]) {
        char *to = y + (size_t)written++ * row;
        memcpy(to, x + room.taken[lp_order_position(order[i])] * row, row);
        op_box_nms_convert(param, dtype, to + (size_t)param->coord_start * size);
      }
    }
  }
  for (int64_t i = written * width; i < room.rows * width; i++) {
    lp_suppress_set(dtype, y, i, -1);
  }
}

static lp_status op_box_nms_run(const lp_call *call) {
  const lp_shape *shape = &call->in[0].shape;
  const size_t size = lp_dtype_size(call->in[0].dtype);
  lp_call copy = *call;
  if (lp_shape_size(shape) == 0) {
    return LP_OK;
  }
  if (call->out[1].data != NULL) { /* what training needs */
    memset(call->out[1].data, 0, (size_t)lp_shape_size(&call->out[1].shape) * size);
  }
  if (((const op_box_nms_param *)call->param)->topk == 0) {
    memcpy(call->out[0].data, call->in[0].data, (size_t)lp_shape_size(shape) * size);
  } else {
    lp_threads_run(call->threads, lp_shape_product(shape, 0, shape->ndim - 2), op_box_nms_batch,
                   &copy);
  }
  return LP_OK;
}

static const lp_algorithm op_box_nms_algorithms[] = {
    {.name = "plain",
     .cost = op_box_nms_cost,
     .scratch = op_box_nms_scratch,
     .run = op_box_nms_run},
};

static const lp_op_family op_box_nms_family = {
    .attrs = op_box_nms_attrs,
    .num_attrs = (int)LP_COUNT(op_box_nms_attrs),
    .param_size = sizeof(op_box_nms_param),
    .inputs = "data",
    .outputs = "output0 output1",
    .shape = op_box_nms_hidden_shape,
    .algorithms = op_box_nms_algorithms,
    .num_algorithms = (int)LP_COUNT(op_box_nms_algorithms),
};
LP_DATA const lp_op lp_op_contrib_box_nms = {
    .name = "_contrib_box_nms",
    .aliases = "_contrib_box_non_maximum_suppression",
    .family = &op_box_nms_family,
};
