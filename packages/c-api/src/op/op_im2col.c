/*
 * op_im2col.c - im2col: the windows of an image as columns: data (N, C, H, W) to (N, C kh kw, oh ow),
 *   out[n, (c kh + i) kw + j, y ow + x] = data[n, c, y s - p + i d, x s - p + j d], 0 outside.
 *               col2im: the way back: every element added to where im2col would take it from.
 *
 * kernel: tuple of 2, required; stride, dilate: tuple = (): ones; pad: tuple = (): zeros;
 * col2im: output_size: tuple of 2, required: H and W. MXNet, too, computes 2-D kernels only.
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_im2col_param {
  lp_tuple kernel;
  lp_tuple stride;
  lp_tuple dilate;
  lp_tuple pad;
  lp_tuple output_size;
} op_im2col_param;

static const lp_attr op_im2col_attrs[] = {
    {"kernel", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_im2col_param, kernel), NULL, NULL},
    {"stride", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_im2col_param, stride), "()", NULL},
    {"dilate", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_im2col_param, dilate), "()", NULL},
    {"pad", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_im2col_param, pad), "()", NULL},
    {"output_size", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_im2col_param, output_size), NULL,
     NULL},
};

static lp_status op_im2col_check_tuple(const char *key, const lp_tuple *tuple, bool required,
                                       int64_t least) {
  if (tuple->count != 2 && (required || tuple->count > 0)) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "%s has %d items, expected 2", key, tuple->count);
  }
  for (int i = 0; i < tuple->count; i++) {
    if (tuple->values[i] < least || tuple->values[i] > INT32_MAX) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "item %d of %s is %lld, expected at least %lld", i, key,
                     (long long)tuple->values[i], (long long)least);
    }
  }
  return LP_OK;
}

static lp_status op_im2col_check(void *any_param) {
  const op_im2col_param *param = any_param;
  LP_TRY(op_im2col_check_tuple("kernel", &param->kernel, true, 1));
  LP_TRY(op_im2col_check_tuple("stride", &param->stride, false, 1));
  LP_TRY(op_im2col_check_tuple("dilate", &param->dilate, false, 1));
  return op_im2col_check_tuple("pad", &param->pad, false, 0);
}

static lp_status op_col2im_check(void *any_param) {
  LP_TRY(op_im2col_check_tuple("output_size", &((const op_im2col_param *)any_param)->output_size,
                               true, 1));
  return op_im2col_check(any_param);
}

static int64_t op_im2col_value(const lp_tuple *tuple, int axis, int64_t otherwise) {
  return tuple->count == 2 ? tuple->values[axis] : otherwise;
}

/* Windows along an axis of `size` elements; 0: the kernel does not fit. */
static int64_t op_im2col_windows(const op_im2col_param *param, int axis, int64_t size) {
  const int64_t window = op_im2col_value(&param->dilate, axis, 1) * (param->kernel.values[axis] - 1);
  const int64_t room = size + 2 * op_im2col_value(&param->pad, axis, 0) - window - 1;
  return room < 0 ? 0 : room / op_im2col_value(&param->stride, axis, 1) + 1;
}

/* The columns of an image whose H and W are known. */
static lp_status op_im2col_columns(const lp_infer *infer, const lp_shape *image, lp_shape *columns) {
  const op_im2col_param *param = infer->param;
  const lp_tuple *kernel = &param->kernel;
  const int64_t rows = op_im2col_windows(param, 0, image->dim[2]);
  const int64_t width = op_im2col_windows(param, 1, image->dim[3]);
  int64_t window[2] = {LP_DIM_UNKNOWN, rows};
  if (rows == 0 || width == 0) {
    return lp_infer_fail(infer, "kernel (%lld,%lld) exceeds the padded image of (%lld,%lld)",
                         (long long)kernel->values[0], (long long)kernel->values[1],
                         (long long)image->dim[2], (long long)image->dim[3]);
  }
  const lp_shape channels = lp_shape_3(image->dim[1], kernel->values[0], kernel->values[1]);
  const lp_shape pixels = lp_shape_2(rows, width);
  if (!lp_movement_product(&channels, 0, 3, &window[0]) ||
      !lp_movement_product(&pixels, 0, 2, &window[1])) {
    return lp_infer_fail(infer, "the result has too many elements");
  }
  *columns = lp_shape_3(image->dim[0], window[0], window[1]);
  return LP_OK;
}

static lp_status op_im2col_shape(const lp_infer *infer) {
  const lp_shape any = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape columns;
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &any));
  if (infer->in[0].dim[2] < 0 || infer->in[0].dim[3] < 0) {
    return LP_OK;
  }
  LP_TRY(op_im2col_columns(infer, &infer->in[0], &columns));
  return lp_infer_merge(infer, &infer->out[0], &columns);
}

static lp_status op_col2im_shape(const lp_infer *infer) {
  const op_im2col_param *param = infer->param;
  const int64_t cells = param->kernel.values[0] * param->kernel.values[1];
  const int64_t *size = param->output_size.values;
  lp_shape image = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, size[0], size[1]);
  lp_shape columns;
  if (infer->in[0].ndim == 3) {
    const int64_t channels = infer->in[0].dim[1];
    if (channels >= 0 && channels % cells != 0) {
      return lp_infer_fail(infer, "data has %lld rows, expected a multiple of the kernel's size %lld",
                           (long long)channels, (long long)cells);
    }
    image.dim[0] = infer->in[0].dim[0];
    image.dim[1] = channels < 0 ? channels : channels / cells;
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &image));
  LP_TRY(op_im2col_columns(infer, &infer->out[0], &columns));
  return lp_infer_merge(infer, &infer->in[0], &columns);
}

/* Of one axis and one cell of the kernel: the windows whose element there is in the image. */
typedef struct op_im2col_range {
  int64_t first;
  int64_t count;
  int64_t at; /* where in the image the first takes it */
} op_im2col_range;

static op_im2col_range op_im2col_inside(const op_im2col_param *param, int axis, int64_t cell,
                                        int64_t size) {
  const int64_t stride = op_im2col_value(&param->stride, axis, 1);
  const int64_t start =
      cell * op_im2col_value(&param->dilate, axis, 1) - op_im2col_value(&param->pad, axis, 0);
  const int64_t windows = op_im2col_windows(param, axis, size);
  op_im2col_range range;
  range.first = start < 0 ? (-start + stride - 1) / stride : 0;
  const int64_t end = start < size ? (size - 1 - start) / stride + 1 : 0;
  range.count = (end < windows ? end : windows) - range.first;
  range.at = start + range.first * stride;
  return range;
}

#define OP_IM2COL_ADD(type)                                                                      \
  for (int64_t n = 0; n < move->size[0] * move->size[1]; n++) {                                  \
    for (int64_t y = 0; y < move->size[2]; y++) {                                                \
      for (int64_t x = 0; x < move->size[3]; x++) {                                              \
        ((type *)image)[n * move->from[1] + y * move->from[2] + x * move->from[3]] +=            \
            ((const type *)columns)[n * move->to[1] + y * move->to[2] + x * move->to[3]];        \
      }                                                                                          \
    }                                                                                            \
  }

static void op_im2col_add(const lp_strided_copy *move, lp_dtype dtype, void *image,
                          const void *columns) {
  if (dtype == LP_FLOAT32) {
    OP_IM2COL_ADD(float)
  } else {
    OP_IM2COL_ADD(double)
  }
}
#undef OP_IM2COL_ADD

static lp_status op_im2col_run(const lp_call *call) {
  const op_im2col_param *param = call->param;
  const bool back = call->op == &lp_op_col2im;
  const lp_tensor *image = back ? &call->out[0] : &call->in[0];
  const lp_tensor *columns = back ? &call->in[0] : &call->out[0];
  const int64_t *dim = image->shape.dim;
  const int64_t cells = param->kernel.values[0] * param->kernel.values[1];
  const int64_t width = op_im2col_windows(param, 1, dim[3]);
  const int64_t pixels = columns->shape.dim[2];
  const size_t size = lp_dtype_size(image->dtype);
  lp_movement_fill(&call->out[0], 0, call->threads);
  for (int64_t cell = 0; cell < cells; cell++) {
    const op_im2col_range y =
        op_im2col_inside(param, 0, cell / param->kernel.values[1], dim[2]);
    const op_im2col_range x =
        op_im2col_inside(param, 1, cell % param->kernel.values[1], dim[3]);
    if (y.count <= 0 || x.count <= 0 || dim[0] == 0 || dim[1] == 0) {
      continue;
    }
    lp_strided_copy move;
    lp_strided_copy_begin(&move);
    lp_strided_copy_add(&move, dim[0], dim[1] * dim[2] * dim[3], dim[1] * cells * pixels);
    lp_strided_copy_add(&move, dim[1], dim[2] * dim[3], cells * pixels);
    lp_strided_copy_add(&move, y.count, op_im2col_value(&param->stride, 0, 1) * dim[3], width);
    lp_strided_copy_add(&move, x.count, op_im2col_value(&param->stride, 1, 1), 1);
    char *in_image = (char *)image->data + (size_t)(y.at * dim[3] + x.at) * size;
    char *in_columns =
        (char *)columns->data + (size_t)(cell * pixels + y.first * width + x.first) * size;
    if (back) {
      op_im2col_add(&move, image->dtype, in_image, in_columns);
    } else {
      lp_strided_copy_run(&move, in_image, in_columns, size, call->threads);
    }
  }
  return LP_OK;
}

static double op_im2col_cost(const lp_query *query) {
  return lp_dtype_is_float(query->out[0].dtype) ? lp_movement_cost(query) : LP_COST_REJECT;
}

static double op_col2im_cost(const lp_query *query) {
  return query->out[0].dtype == LP_FLOAT16 ? LP_COST_REJECT : op_im2col_cost(query);
}

static const lp_algorithm op_im2col_algorithms[] = {
    {.name = "plain", .cost = op_im2col_cost, .run = op_im2col_run},
};
static const lp_algorithm op_col2im_algorithms[] = {
    {.name = "plain", .cost = op_col2im_cost, .run = op_im2col_run},
};

static const lp_op_family op_im2col_family = {
    .attrs = op_im2col_attrs,
    .num_attrs = LP_COUNT(op_im2col_attrs) - 1,
    .param_size = sizeof(op_im2col_param),
    .check = op_im2col_check,
    .inputs = "data",
    .shape = op_im2col_shape,
    .algorithms = op_im2col_algorithms,
    .num_algorithms = LP_COUNT(op_im2col_algorithms),
};
LP_DATA const lp_op lp_op_im2col = {.name = "im2col", .family = &op_im2col_family};

static const lp_op_family op_col2im_family = {
    .attrs = op_im2col_attrs,
    .num_attrs = LP_COUNT(op_im2col_attrs),
    .param_size = sizeof(op_im2col_param),
    .check = op_col2im_check,
    .inputs = "data",
    .shape = op_col2im_shape,
    .algorithms = op_col2im_algorithms,
    .num_algorithms = LP_COUNT(op_col2im_algorithms),
};
LP_DATA const lp_op lp_op_col2im = {.name = "col2im", .family = &op_col2im_family};
