/*
 * op_image_to_tensor.c - _image_to_tensor: images (H, W, C) or (N, H, W, C) of numbers from 0 to 255
 * to float32 (C, H, W) or (N, C, H, W) from 0 to 1; each number is divided by 255 (float16 in
 * float16).
 *
 * No attributes; any element type. Preprocessing in exported networks.
 */
#include "image.h"
#include "movement.h"
#include "op_table.h"

static lp_status op_image_to_tensor_shape(const lp_infer *infer) {
  bool known;
  LP_TRY(lp_image_check(infer, true, 0, &known));
  lp_shape out = infer->in[0];
  if (out.ndim < 3) {
    return LP_OK;
  }
  for (int i = 0; i < 3; i++) {
    out.dim[out.ndim - 3 + i] = infer->in[0].dim[out.ndim - 3 + (i + 2) % 3];
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_image_to_tensor_dtype(const lp_infer *infer) {
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_FLOAT32);
}

/* Pixels whose numbers are brought to float32 at once. */
#define OP_IMAGE_TO_TENSOR_TILE 256

static lp_status op_image_to_tensor_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const int64_t pixels = lp_image_dim(&in->shape, 3) * lp_image_dim(&in->shape, 2);
  const int64_t channels = lp_image_dim(&in->shape, 1);
  const int64_t count = lp_shape_size(&in->shape);
  const char *x = in->data;
  float tile[OP_IMAGE_TO_TENSOR_TILE];
  for (int64_t first = 0; first < count; first += OP_IMAGE_TO_TENSOR_TILE) {
    const int64_t left = count - first;
    const int64_t n = left < OP_IMAGE_TO_TENSOR_TILE ? left : OP_IMAGE_TO_TENSOR_TILE;
    lp_dtype_convert(in->dtype, x + (size_t)first * lp_dtype_size(in->dtype), LP_FLOAT32, tile,
                     (size_t)n);
    for (int64_t i = 0; i < n; i++) {
      const int64_t pixel = (first + i) / channels;
      const int64_t plane = pixel / pixels * channels + (first + i) % channels;
      const float value = tile[i] / 255.0f;
      ((float *)call->out[0].data)[plane * pixels + pixel % pixels] =
          in->dtype == LP_FLOAT16 ? lp_half_to_float(lp_float_to_half(value)) : value;
    }
  }
  return LP_OK;
}

static const lp_algorithm op_image_to_tensor_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_image_to_tensor_run},
};

static const lp_op_family op_image_to_tensor_family = {
    .attrs_any = true,
    .inputs = "data",
    .shape = op_image_to_tensor_shape,
    .dtype = op_image_to_tensor_dtype,
    .algorithms = op_image_to_tensor_algorithms,
    .num_algorithms = (int)LP_COUNT(op_image_to_tensor_algorithms),
};
LP_DATA const lp_op lp_op__image_to_tensor = {
    .name = "_image_to_tensor",
    .aliases = "_npx__image_to_tensor",
    .family = &op_image_to_tensor_family,
};

#undef OP_IMAGE_TO_TENSOR_TILE
