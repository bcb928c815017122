/*
 * op_bilinear_resize.c - _contrib_BilinearResize2D: images resized, bilinear.
 *
 * Output place i reads at i (in - 1) / (out - 1), or with align_corners=False at
 * max(0, (i + 0.5) in / out - 0.5); an axis of one output reads at 0. The ratio and the place are
 * float32, as in MXNet. Images of the output's size are copied.
 *
 * Attributes: mode = size; height = 1, width = 1; scale_height, scale_width = None;
 * align_corners = True. Output sizes by mode, d an input size, s its scale:
 * size           height and width, or int(d s) where scale_height is given
 * odd_scale      int(d s) of an even d, int((d - 1) s) + 1 of an odd one
 * like           those of the second input
 * to_even_down, to_even_up, to_odd_down, to_odd_up   d, or d - 1 or d + 1 where d is not even or odd
 * Segmentation: FCN, PSPNet, DeepLab, ICNet.
 */
#include "../kernel/resize.h"

#include <string.h>

#include "movement.h"
#include "op_table.h"
#include "plane.h"

enum {
  OP_BILINEAR_RESIZE_SIZE,
  OP_BILINEAR_RESIZE_ODD_SCALE,
  OP_BILINEAR_RESIZE_LIKE,
  OP_BILINEAR_RESIZE_EVEN_DOWN,
  OP_BILINEAR_RESIZE_EVEN_UP,
  OP_BILINEAR_RESIZE_ODD_DOWN,
  OP_BILINEAR_RESIZE_ODD_UP
};

#define OP_BILINEAR_RESIZE_BAND 64 /* output rows of a chunk */

typedef struct op_bilinear_resize_param {
  int64_t size[2];
  double scale[2]; /* NAN: None */
  int mode;
  int align_corners;
} op_bilinear_resize_param;

#define OP_BILINEAR_RESIZE(field) LP_ATTR_OF(op_bilinear_resize_param, field)
static const lp_attr op_bilinear_resize_attrs[] = {
    {"height", LP_ATTR_INT, 0, OP_BILINEAR_RESIZE(size[0]), "1", NULL},
    {"width", LP_ATTR_INT, 0, OP_BILINEAR_RESIZE(size[1]), "1", NULL},
    {"scale_height", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, OP_BILINEAR_RESIZE(scale[0]), "None", NULL},
    {"scale_width", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, OP_BILINEAR_RESIZE(scale[1]), "None", NULL},
    {"mode", LP_ATTR_ENUM, 0, OP_BILINEAR_RESIZE(mode), "size",
     "size|odd_scale|like|to_even_down|to_even_up|to_odd_down|to_odd_up"},
    {"align_corners", LP_ATTR_BOOL, 0, OP_BILINEAR_RESIZE(align_corners), "True", NULL},
};
#undef OP_BILINEAR_RESIZE

static lp_status op_bilinear_resize_check(void *parsed) {
  static const char *const names[2] = {"height", "width"};
  op_bilinear_resize_param *param = parsed;
  const bool by_scale = param->mode == OP_BILINEAR_RESIZE_ODD_SCALE ||
                        (param->mode == OP_BILINEAR_RESIZE_SIZE && !isnan(param->scale[0]));
  for (int axis = 0; axis < 2; axis++) {
    LP_TRY(lp_plane_check(names[axis], param->size[axis], 1));
    if (by_scale && !(param->scale[axis] >= 0.0 && param->scale[axis] < 1e9)) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'scale_%s' is %g, expected a factor",
                     names[axis], param->scale[axis]);
    }
    if (!by_scale) {
      param->scale[axis] = (double)NAN;
    }
  }
  return LP_OK;
}

static int op_bilinear_resize_inputs(const void *parsed) {
  return ((const op_bilinear_resize_param *)parsed)->mode == OP_BILINEAR_RESIZE_LIKE ? 2 : 1;
}

/* The output's size along an axis. `like`: that of the second input, -1 if not known. */
static int64_t op_bilinear_resize_size(const op_bilinear_resize_param *param, int axis, int64_t in,
                                       int64_t like) {
  const float scale = (float)param->scale[axis];
  const bool odd = in % 2 != 0;
  if (param->mode == OP_BILINEAR_RESIZE_LIKE) {
    return like;
  }
  if (param->mode == OP_BILINEAR_RESIZE_SIZE && isnan(param->scale[axis])) {
    return param->size[axis];
  }
  if (in < 0) {
    return LP_DIM_UNKNOWN;
  }
  switch (param->mode) {
    case OP_BILINEAR_RESIZE_ODD_SCALE:
      return odd ? (int64_t)((float)(in - 1) * scale) + 1 : (int64_t)((float)in * scale);
    case OP_BILINEAR_RESIZE_EVEN_DOWN:
      return odd ? in - 1 : in;
    case OP_BILINEAR_RESIZE_EVEN_UP:
      return odd ? in + 1 : in;
    case OP_BILINEAR_RESIZE_ODD_DOWN:
      return odd || in == 0 ? in : in - 1;
    case OP_BILINEAR_RESIZE_ODD_UP:
      return odd ? in : in + 1;
    default:
      return (int64_t)((float)in * scale);
  }
}

static lp_status op_bilinear_resize_shape(const lp_infer *infer) {
  const op_bilinear_resize_param *param = infer->param;
  int64_t size[2];
  for (int i = 0; i < infer->num_inputs; i++) {
    LP_TRY(lp_plane_input(infer, i));
  }
  for (int axis = 0; axis < 2; axis++) {
    size[axis] = op_bilinear_resize_size(
        param, axis, infer->in[0].dim[2 + axis],
        infer->num_inputs > 1 ? infer->in[1].dim[2 + axis] : LP_DIM_UNKNOWN);
  }
  return lp_plane_output(infer, LP_PLANE_SAME, size[0], size[1]);
}

static double op_bilinear_resize_cost_blocked(const lp_query *query) {
  return lp_plane_cost_of(query, 0.35, true);
}

typedef struct op_bilinear_resize_work {
  const lp_call *call;
  lp_resize_kernels kernels;
  const lp_resize_place *rows, *columns;
  char *lines;   /* two for each worker */
  size_t line;   /* bytes */
  int64_t bands; /* of an image */
} op_bilinear_resize_work;

/* Bytes of the places, and of a line as each worker has two. */
static bool op_bilinear_resize_bytes(const lp_shape *out, size_t pixel, unsigned threads,
                                     size_t *places, size_t *line, size_t *total) {
  size_t lines;
  if (!lp_size_add((size_t)out->dim[2], (size_t)out->dim[3], places) ||
      !lp_size_multiply(*places, sizeof(lp_resize_place), places) ||
      !lp_size_add(*places, 63, places) ||
      !lp_size_multiply((size_t)out->dim[3], pixel, line) || !lp_size_add(*line, 63, line)) {
    return false;
  }
  *places = *places / 64 * 64;
  *line = *line / 64 * 64;
  return lp_size_multiply(*line, 2 * (size_t)threads, &lines) &&
         lp_size_add(*places, lines, total);
}

static size_t op_bilinear_resize_scratch_of(const lp_query *query, int lanes) {
  size_t places;
  size_t line;
  size_t total;
  return op_bilinear_resize_bytes(&query->out[0].shape,
                                  (size_t)lanes * lp_dtype_size(query->in[0].dtype),
                                  query->threads, &places, &line, &total)
             ? total
             : SIZE_MAX;
}

static size_t op_bilinear_resize_scratch(const lp_query *query) {
  return op_bilinear_resize_scratch_of(query, 1);
}

static size_t op_bilinear_resize_scratch_blocked(const lp_query *query) {
  return op_bilinear_resize_scratch_of(query, query->block);
}

/* A band of rows of one channel, or block of channels. Resized rows are kept until others are needed. */
static void op_bilinear_resize_band(void *context, int64_t chunk, unsigned worker) {
  const op_bilinear_resize_work *work = context;
  const lp_shape *in = &work->call->in[0].shape;
  const lp_shape *out = &work->call->out[0].shape;
  const size_t pixel =
      (size_t)work->call->in[0].block * lp_dtype_size(work->call->in[0].dtype);
  const size_t row = (size_t)in->dim[3] * pixel;
  const int64_t plane = chunk / work->bands;
  const int64_t first = chunk % work->bands * OP_BILINEAR_RESIZE_BAND;
  const int64_t left = out->dim[2] - first;
  const char *x = (const char *)work->call->in[0].data + (size_t)(plane * in->dim[2]) * row;
  char *y = (char *)work->call->out[0].data +
            (size_t)((plane * out->dim[2] + first) * out->dim[3]) * pixel;
  char *line[2] = {work->lines + (size_t)worker * 2 * work->line,
                   work->lines + ((size_t)worker * 2 + 1) * work->line};
  int64_t held[2] = {-1, -1};
  for (int64_t i = first; i < first + (left < OP_BILINEAR_RESIZE_BAND ? left
                                                                    : OP_BILINEAR_RESIZE_BAND);
       i++, y += (size_t)out->dim[3] * pixel) {
    const int64_t wanted[2] = {work->rows[i].first, work->rows[i].second};
    if (held[1] == wanted[0]) {
      char *other = line[0];
      line[0] = line[1];
      line[1] = other;
      held[1] = held[0];
      held[0] = wanted[0];
    }
    for (int k = 0; k < 2; k++) {
      if (held[k] != wanted[k]) {
        work->kernels.columns(work->columns, out->dim[3], x + (size_t)wanted[k] * row, line[k]);
        held[k] = wanted[k];
      }
    }
    work->kernels.rows(line[0], line[1], work->rows[i].part,
                       out->dim[3] * work->call->in[0].block, y);
  }
}

static lp_status op_bilinear_resize_run(const lp_call *call) {
  const op_bilinear_resize_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const int block = call->in[0].block;
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const int64_t planes = out->dim[0] * ((out->dim[1] + block - 1) / block);
  lp_resize_place *places = call->scratch;
  op_bilinear_resize_work work = {.call = call,
                                  .kernels = lp_resize_find(call->in[0].dtype, block, call->isa),
                                  .rows = places,
                                  .columns = places + out->dim[2]};
  size_t before = 0;
  size_t total;
  if (lp_shape_size(out) == 0) {
    return LP_OK;
  }
  if (lp_shape_equal(in, out)) {
    memcpy(call->out[0].data, call->in[0].data,
           (size_t)(planes * out->dim[2] * out->dim[3] * block) * size);
    return LP_OK;
  }
  (void)op_bilinear_resize_bytes(out, (size_t)block * size, 1, &before, &work.line, &total);
  work.lines = (char *)call->scratch + before;
  work.bands = (out->dim[2] + OP_BILINEAR_RESIZE_BAND - 1) / OP_BILINEAR_RESIZE_BAND;
  lp_resize_places(in->dim[2], out->dim[2], param->align_corners != 0, 1, places);
  lp_resize_places(in->dim[3], out->dim[3], param->align_corners != 0, block,
                   places + out->dim[2]);
  lp_threads_run(lp_plane_threads(call, 60000), planes * work.bands,
                 op_bilinear_resize_band, &work);
  return LP_OK;
}

static const lp_algorithm op_bilinear_resize_algorithms[] = {
    {.name = "blocked",
     .cost = op_bilinear_resize_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .scratch = op_bilinear_resize_scratch_blocked,
     .run = op_bilinear_resize_run},
    {.name = "plain",
     .cost = lp_plane_cost,
     .scratch = op_bilinear_resize_scratch,
     .run = op_bilinear_resize_run},
};

static const lp_op_family op_bilinear_resize_family = {
    .attrs = op_bilinear_resize_attrs,
    .num_attrs = (int)LP_COUNT(op_bilinear_resize_attrs),
    .param_size = sizeof(op_bilinear_resize_param),
    .check = op_bilinear_resize_check,
    .inputs = "data like",
    .count_inputs = op_bilinear_resize_inputs,
    .shape_inputs = 2,
    .shape = op_bilinear_resize_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_bilinear_resize_algorithms,
    .num_algorithms = (int)LP_COUNT(op_bilinear_resize_algorithms),
};
LP_DATA const lp_op lp_op__contrib_BilinearResize2D = {
    .name = "_contrib_BilinearResize2D",
    .family = &op_bilinear_resize_family,
};

#undef OP_BILINEAR_RESIZE_BAND
