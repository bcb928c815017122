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

#define OP_IMAGE_TO_TENSOR_TILE 512 /* numbers brought to float32 at once */

/* One channel of a tile of n numbers. */
static void op_image_to_tensor_tile(const float *tile, int64_t n, int64_t step, bool half,
                                    float *y) {
  for (int64_t i = 0; i * step < n; i++) {
    y[i] = tile[i * step] / 255.0f;
  }
  for (int64_t i = 0; half && i * step < n; i++) {
    y[i] = lp_half_to_float(lp_float_to_half(y[i]));
  }
}

static lp_status op_image_to_tensor_run(const lp_call *call) {
  const lp_tensor *in = &call->in[0];
  const int64_t pixels = lp_image_dim(&in->shape, 3) * lp_image_dim(&in->shape, 2);
  const int64_t channels = lp_image_dim(&in->shape, 1);
  const size_t size = lp_dtype_size(in->dtype);
  /* Whole pixels, or, where one has more numbers than a tile, parts of one. */
  const int64_t tile_pixels =
      channels > 0 && channels < OP_IMAGE_TO_TENSOR_TILE ? OP_IMAGE_TO_TENSOR_TILE / channels : 1;
  float tile[OP_IMAGE_TO_TENSOR_TILE];
  for (int64_t image = 0; image < lp_image_count(&in->shape); image++) {
    const char *x = (const char *)in->data + (size_t)(image * pixels * channels) * size;
    float *y = (float *)call->out[0].data + image * pixels * channels;
    for (int64_t first = 0; first < pixels; first += tile_pixels) {
      const int64_t count = pixels - first < tile_pixels ? pixels - first : tile_pixels;
      for (int64_t c = 0; c < channels; c += OP_IMAGE_TO_TENSOR_TILE) {
        const int64_t left = channels - c;
        const int64_t part = left < OP_IMAGE_TO_TENSOR_TILE ? left : OP_IMAGE_TO_TENSOR_TILE;
        lp_dtype_convert(in->dtype, x + (size_t)(first * channels + c) * size, LP_FLOAT32, tile,
                         (size_t)(count * part));
        for (int64_t k = 0; k < part; k++) {
          op_image_to_tensor_tile(tile + k, count * part - k, part, in->dtype == LP_FLOAT16,
                                  y + (c + k) * pixels + first);
        }
      }
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
