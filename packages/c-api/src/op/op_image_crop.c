/*
 * op_image_crop.c - _image_crop: a rectangle of each image; _image_flip_left_right and
 * _image_flip_top_bottom: the image mirrored.
 *
 * (H, W, C), cropped also (N, H, W, C); 1 or 3 channels; any element type. Attributes of
 * _image_crop: x, y, width, height, all required; the rectangle lies in the image (MXNet takes a
 * negative x or y and reads memory that is not its own). In an image of an odd size MXNet leaves
 * the line in the middle of a mirrored one unwritten; here it stays where it is.
 * Preprocessing in exported networks.
 */
#include <string.h>

#include "image.h"
#include "movement.h"
#include "op_table.h"

enum { OP_IMAGE_CROP_RECTANGLE, OP_IMAGE_CROP_LEFT_RIGHT, OP_IMAGE_CROP_TOP_BOTTOM };

typedef struct op_image_crop_param {
  int64_t x;
  int64_t y;
  int64_t width;
  int64_t height;
} op_image_crop_param;

static const lp_attr op_image_crop_attrs[] = {
    {"x", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_image_crop_param, x), NULL, NULL},
    {"y", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_image_crop_param, y), NULL, NULL},
    {"width", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_image_crop_param, width), NULL, NULL},
    {"height", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_image_crop_param, height), NULL, NULL},
};

static lp_status op_image_crop_shape(const lp_infer *infer) {
  const op_image_crop_param *param = infer->param;
  bool known;
  LP_TRY(lp_image_check(infer, true, 1, &known));
  if (!known) {
    return LP_OK;
  }
  lp_shape out = infer->in[0];
  if (param->x < 0 || param->y < 0 || param->width < 1 || param->height < 1 ||
      param->width > lp_image_dim(&out, 2) || param->x > lp_image_dim(&out, 2) - param->width ||
      param->height > lp_image_dim(&out, 3) || param->y > lp_image_dim(&out, 3) - param->height) {
    lp_shape_text text;
    return lp_infer_fail(infer, "a rectangle of %lld x %lld at (%lld, %lld) is not inside images of "
                                "shape %s",
                         (long long)param->width, (long long)param->height, (long long)param->x,
                         (long long)param->y, lp_shape_print(&out, &text));
  }
  out.dim[out.ndim - 3] = param->height;
  out.dim[out.ndim - 2] = param->width;
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_image_crop_flip_shape(const lp_infer *infer) {
  bool known;
  LP_TRY(lp_infer_same_shape(infer));
  return lp_image_check(infer, false, 1, &known);
}

static lp_status op_image_crop_run(const lp_call *call) {
  const op_image_crop_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const size_t pixel = (size_t)lp_image_dim(in, 1) * lp_dtype_size(call->in[0].dtype);
  const int64_t rows = lp_image_dim(out, 3);
  const int64_t width = lp_image_dim(in, 2);
  const size_t row = (size_t)lp_image_dim(out, 2) * pixel;
  const int kind = call->op->kind;
  char *y = call->out[0].data;
  for (int64_t i = 0; i < lp_image_count(out) * rows; i++, y += row) {
    int64_t from = i % rows;
    from = kind == OP_IMAGE_CROP_RECTANGLE  ? from + param->y
           : kind == OP_IMAGE_CROP_TOP_BOTTOM ? rows - 1 - from
                                              : from;
    const char *x = (const char *)call->in[0].data +
                    (size_t)((i / rows * lp_image_dim(in, 3) + from) * width) * pixel;
    if (kind != OP_IMAGE_CROP_LEFT_RIGHT) {
      memcpy(y, x + (kind == OP_IMAGE_CROP_RECTANGLE ? (size_t)param->x * pixel : 0), row);
      continue;
    }
    for (int64_t k = 0; k < width; k++) {
      memcpy(y + (size_t)k * pixel, x + (size_t)(width - 1 - k) * pixel, pixel);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_image_crop_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_image_crop_run},
};

static const lp_op_family op_image_crop_family = {
    .attrs = op_image_crop_attrs,
    .num_attrs = (int)LP_COUNT(op_image_crop_attrs),
    .param_size = sizeof(op_image_crop_param),
    .inputs = "data",
    .shape = op_image_crop_shape,
    .algorithms = op_image_crop_algorithms,
    .num_algorithms = (int)LP_COUNT(op_image_crop_algorithms),
};
LP_DATA const lp_op lp_op__image_crop = {
    .name = "_image_crop",
    .aliases = "_npx__image_crop",
    .kind = OP_IMAGE_CROP_RECTANGLE,
    .family = &op_image_crop_family,
};

static const lp_op_family op_image_crop_flip_family = {
    .attrs_any = true,
    .inputs = "data",
    .shape = op_image_crop_flip_shape,
    .algorithms = op_image_crop_algorithms,
    .num_algorithms = (int)LP_COUNT(op_image_crop_algorithms),
};
LP_DATA const lp_op lp_op__image_flip_left_right = {
    .name = "_image_flip_left_right",
    .aliases = "_npx__image_flip_left_right",
    .kind = OP_IMAGE_CROP_LEFT_RIGHT,
    .family = &op_image_crop_flip_family,
};
LP_DATA const lp_op lp_op__image_flip_top_bottom = {
    .name = "_image_flip_top_bottom",
    .aliases = "_npx__image_flip_top_bottom",
    .kind = OP_IMAGE_CROP_TOP_BOTTOM,
    .family = &op_image_crop_flip_family,
};
