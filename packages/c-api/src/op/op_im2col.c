/*
 * op_im2col.c - im2col: the inputs under each tap of a convolution's windows as the columns of a
 * matrix; col2im: its transpose, which adds up what stands for the same pixel.
 *
 * im2col: (N, C, H, W) to (N, C kh kw, windows); row (c kh + i) kw + j, column window: data[c] at
 * y = window row stride - pad + i dilate, x likewise; beyond the image 0.
 * col2im: (N, C kh kw, windows) to (N, C, output_size).
 *
 * Attributes: kernel (two entries, required), stride = 1, dilate = 1, pad = 0; col2im: output_size
 * (required). Two dimensions alone, as in MXNet.
 */
#include "conv_param.h"
#include "op_table.h"
#include "plane.h"

#include <string.h>

enum { OP_IM2COL_COLUMNS, OP_IM2COL_IMAGE };

#define OP_IM2COL_ATTRS                                                                  \
  {"kernel", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_conv_param, kernel), NULL, NULL}, \
      {"stride", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, stride), "()", NULL},       \
      {"dilate", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, dilate), "()", NULL}, {     \
    "pad", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, pad), "()", NULL                  \
  }
static const lp_attr op_im2col_attrs[] = {OP_IM2COL_ATTRS};
static const lp_attr op_im2col_image_attrs[] = {
    OP_IM2COL_ATTRS,
    {"output_size", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_conv_param, target_shape), NULL,
     NULL},
};
#undef OP_IM2COL_ATTRS

static lp_status op_im2col_check(void *parsed) {
  lp_conv_param *param = parsed;
  param->num_filter = param->num_group = 1;
  param->layout = -1;
  LP_TRY(lp_conv_param_check(param));
  return param->dims == 2 ? LP_OK
                          : lp_fail(LP_ERROR_ATTRIBUTE, "kernel has %d entries, expected 2",
                                    param->dims);
}

static lp_status op_im2col_image_check(void *parsed) {
  const lp_conv_param *param = parsed;
  LP_TRY(op_im2col_check(parsed));
  if (param->targets[1] < 1 || param->targets[2] < 1) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'output_size': expected two entries of 1 or more");
  }
  return LP_OK;
}

/* Windows along a spatial axis of an image; -1: not known, -2: none fits. */
static int64_t op_im2col_windows(const lp_conv_param *param, int axis, int64_t size) {
  const int d = LP_CONV_DIMS - 2 + axis;
  const int64_t room = size + 2 * param->pads[d] - lp_conv_param_reach(param, d);
  return size < 0                              ? LP_DIM_UNKNOWN
         : size > INT32_MAX || size == 0 || room < 0 ? -2
                                               : room / param->strides[d] + 1;
}

static lp_status op_im2col_shape(const lp_infer *infer) {
  const lp_conv_param *param = infer->param;
  const bool back = infer->op->kind == OP_IM2COL_IMAGE;
  lp_shape *image = back ? infer->out : infer->in;
  lp_shape *matrix = back ? infer->in : infer->out;
  const int64_t taps = param->kernels[1] * param->kernels[2];
  lp_shape shape = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, back ? param->targets[1] : -1,
                              back ? param->targets[2] : -1);
  LP_TRY(lp_infer_merge(infer, image, &shape));
  int64_t columns = 1;
  for (int axis = 0; axis < 2; axis++) {
    const int64_t windows = op_im2col_windows(param, axis, image->dim[2 + axis]);
    if (windows == -2) {
      return lp_infer_fail(infer, "the window of %lld exceeds the image's %s of %lld",
                           (long long)lp_conv_param_reach(param, LP_CONV_DIMS - 2 + axis),
                           axis == 0 ? "height" : "width", (long long)image->dim[2 + axis]);
    }
    columns = windows < 0 || columns < 0 ? LP_DIM_UNKNOWN : columns * windows;
  }
  if (image->dim[1] > INT64_MAX / taps) {
    return lp_infer_fail(infer, "there are too many channels");
  }
  shape = lp_shape_3(image->dim[0], image->dim[1] < 0 ? LP_DIM_UNKNOWN : image->dim[1] * taps,
                     columns);
  LP_TRY(lp_infer_merge(infer, matrix, &shape));
  if (matrix->dim[1] >= 0 && matrix->dim[1] % taps != 0) {
    return lp_infer_fail(infer, "data has %lld rows, expected a multiple of the kernel's %lld",
                         (long long)matrix->dim[1], (long long)taps);
  }
  shape = lp_shape_4(matrix->dim[0],
                     matrix->dim[1] < 0 ? LP_DIM_UNKNOWN : matrix->dim[1] / taps, LP_DIM_UNKNOWN,
                     LP_DIM_UNKNOWN);
  return lp_infer_merge(infer, image, &shape);
}

/* The windows of a row whose tap lies in the image: [*from, *to). `at`: where window 0 has it. */
static void op_im2col_inside(int64_t at, int64_t stride, int64_t width, int64_t windows,
                             int64_t *from, int64_t *to) {
  const int64_t first = at < 0 ? (-at + stride - 1) / stride : 0;
  const int64_t end = at < width ? (width - 1 - at) / stride + 1 : 0;
  *from = first < windows ? first : windows;
  *to = end < *from ? *from : end < windows ? end : windows;
}

/* One channel of one image: its windows as a convolution sees them. */
static void op_im2col_columns(const lp_call *call, int64_t plane) {
  const lp_conv_param *param = call->param;
  const lp_shape *image = &call->in[0].shape;
  const lp_shape windows = lp_shape_4(1, 1, op_im2col_windows(param, 0, image->dim[2]),
                                      op_im2col_windows(param, 1, image->dim[3]));
  const lp_shape channel = lp_shape_4(1, 1, image->dim[2], image->dim[3]);
  const lp_conv_geometry g = lp_conv_param_geometry(param, &channel, &windows, param->pads);
  const int64_t pixels = lp_conv_out_pixels(&g);
  const int64_t size = (int64_t)lp_dtype_size(call->in[0].dtype);
  lp_conv_columns_fill(&g, (const char *)call->in[0].data + plane * lp_conv_in_pixels(&g) * size, 0,
                       pixels, (char *)call->out[0].data + plane * lp_conv_taps(&g) * pixels * size,
                       pixels, call->in[0].dtype);
}

/* Adds one tap's row of windows to the image's row. */
#define OP_IM2COL_ROW(real)                                              \
  do {                                                                   \
    const real *cell = (const real *)call->in[0].data + row * columns;   \
    real *pixel = (real *)call->out[0].data + (plane * height + y) * width + at; \
    if (stride == 1) {                                                   \
      for (int64_t w = from; w < to; w++) {                              \
        pixel[w] += cell[w];                                             \
      }                                                                  \
    } else {                                                             \
      for (int64_t w = from; w < to; w++) {                              \
        pixel[w * stride] += cell[w];                                    \
      }                                                                  \
    }                                                                    \
  } while (0)

/* One channel of one image: what stands for each of its pixels. */
static void op_im2col_image(const lp_call *call, int64_t plane) {
  const lp_conv_param *param = call->param;
  const int64_t height = call->out[0].shape.dim[2];
  const int64_t width = call->out[0].shape.dim[3];
  const int64_t taps = param->kernels[1] * param->kernels[2];
  const int64_t rows = op_im2col_windows(param, 0, height);
  const int64_t columns = op_im2col_windows(param, 1, width);
  const int64_t stride = param->strides[2];
  const size_t written = (size_t)(height * width) * lp_dtype_size(call->in[0].dtype);
  memset((char *)call->out[0].data + (size_t)plane * written, 0, written);
  for (int64_t line = 0; line < taps * rows; line++) {
    const int64_t tap = line / rows;
    const int64_t row = plane * taps * rows + line;
    const int64_t y = line % rows * param->strides[1] - param->pads[1] +
                      tap / param->kernels[2] * param->dilates[1];
    const int64_t at = tap % param->kernels[2] * param->dilates[2] - param->pads[2];
    int64_t from;
    int64_t to;
    op_im2col_inside(at, stride, width, columns, &from, &to);
    if (y < 0 || y >= height || from == to) {
      continue;
    }
    if (lp_dtype_is(call->in[0].dtype, LP_FLOAT64)) {
      OP_IM2COL_ROW(double);
    } else {
      OP_IM2COL_ROW(float);
    }
  }
}
#undef OP_IM2COL_ROW

static void op_im2col_plane(void *context, int64_t plane, unsigned worker) {
  const lp_call *call = context;
  (void)worker;
  if (call->op->kind == OP_IM2COL_IMAGE) {
    op_im2col_image(call, plane);
  } else {
    op_im2col_columns(call, plane);
  }
}

static lp_status op_im2col_run(const lp_call *call) {
  lp_call copy = *call;
  const lp_shape *image =
      call->op->kind == OP_IM2COL_IMAGE ? &call->out[0].shape : &call->in[0].shape;
  lp_threads_run(lp_plane_threads(call, 20000), image->dim[0] * image->dim[1], op_im2col_plane,
                 &copy);
  return LP_OK;
}

static const lp_algorithm op_im2col_algorithms[] = {
    {.name = "plain", .cost = lp_plane_cost, .run = op_im2col_run},
};

static const lp_op_family op_im2col_family = {
    .attrs = op_im2col_attrs,
    .num_attrs = (int)LP_COUNT(op_im2col_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = op_im2col_check,
    .inputs = "data",
    .shape = op_im2col_shape,
    .algorithms = op_im2col_algorithms,
    .num_algorithms = (int)LP_COUNT(op_im2col_algorithms),
};
LP_DATA const lp_op lp_op_im2col = {
    .name = "im2col",
    .kind = OP_IM2COL_COLUMNS,
    .family = &op_im2col_family,
};

static const lp_op_family op_im2col_image_family = {
    .attrs = op_im2col_image_attrs,
    .num_attrs = (int)LP_COUNT(op_im2col_image_attrs),
    .param_size = sizeof(lp_conv_param),
    .check = op_im2col_image_check,
    .inputs = "data",
    .shape = op_im2col_shape,
    .algorithms = op_im2col_algorithms,
    .num_algorithms = (int)LP_COUNT(op_im2col_algorithms),
};
LP_DATA const lp_op lp_op_col2im = {
    .name = "col2im",
    .kind = OP_IM2COL_IMAGE,
    .family = &op_im2col_image_family,
};
