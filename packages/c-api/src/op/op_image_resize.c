/*
 * op_image_resize.c - _image_resize: images (H, W, C) or (N, H, W, C) resized as OpenCV does.
 *
 * Output place i of m reads at (i + 0.5) n / m - 0.5 of n, in float32; nearest: floor(i n / m).
 * Bytes are bilinear in whole numbers: weights of 11 bits, the row's sums cut off by 4 bits, their
 * products by 16, and the two added, rounded by 2 bits.
 *
 * Attributes: size (required): width and height, or one number: a square, or with keep_ratio the
 * shorter side, the longer one being int(longer size / shorter); keep_ratio = False; interp = 1
 * (bilinear; 0: nearest; OpenCV's others are refused). uint8, float32, float64. Preprocessing in
 * exported networks.
 */
#include <math.h>
#include <string.h>

#include "image.h"
#include "op_table.h"
#include "plane.h"

#define OP_IMAGE_RESIZE_NEAREST 0
#define OP_IMAGE_RESIZE_BILINEAR 1

typedef struct op_image_resize_param {
  lp_tuple size;
  int keep_ratio;
  int64_t interp;
} op_image_resize_param;

static const lp_attr op_image_resize_attrs[] = {
    {"size", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_image_resize_param, size), "()", NULL},
    {"keep_ratio", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_image_resize_param, keep_ratio), "False", NULL},
    {"interp", LP_ATTR_INT, 0, LP_ATTR_OF(op_image_resize_param, interp), "1", NULL},
};

static lp_status op_image_resize_check(void *parsed) {
  const op_image_resize_param *param = parsed;
  LP_TRY(lp_plane_check_entries("size", &param->size, 1, 2, 1));
  if (param->interp != OP_IMAGE_RESIZE_NEAREST && param->interp != OP_IMAGE_RESIZE_BILINEAR) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "interp %lld is not supported, only 0 (nearest) and 1 (bilinear)",
                   (long long)param->interp);
  }
  return LP_OK;
}

static lp_status op_image_resize_shape(const lp_infer *infer) {
  const op_image_resize_param *param = infer->param;
  bool known;
  LP_TRY(lp_image_check(infer, true, 0, &known));
  if (!known) {
    return LP_OK;
  }
  lp_shape out = infer->in[0];
  const int64_t height = lp_image_dim(&out, 3);
  const int64_t width = lp_image_dim(&out, 2);
  int64_t size[2] = {param->size.values[0], param->size.values[param->size.count - 1]};
  if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX) {
    return lp_infer_fail(infer, "data of %lld x %lld pixels cannot be resized", (long long)width,
                         (long long)height);
  }
  if (param->keep_ratio && param->size.count == 1 && height != width) {
    const int longer = width > height ? 0 : 1;
    size[longer] = longer == 0 ? width * size[0] / height : height * size[0] / width;
  }
  out.dim[out.ndim - 3] = size[1];
  out.dim[out.ndim - 2] = size[0];
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static double op_image_resize_cost(const lp_query *query) {
  return lp_plane_possible(query) || lp_dtype_is(query->in[0].dtype, LP_UINT8)
             ? 500.0 + 5.0 * lp_query_elements(query)
             : LP_COST_REJECT;
}

/* Two places of an axis and the weight of the second. */
typedef struct op_image_resize_place {
  int64_t first, second;
  float part;
} op_image_resize_place;

static op_image_resize_place op_image_resize_at(const op_image_resize_param *param, int64_t in,
                                                int64_t out, int64_t i, bool settle) {
  const double step = 1.0 / ((double)out / (double)in);
  op_image_resize_place place;
  if (param->interp == OP_IMAGE_RESIZE_NEAREST) {
    const int64_t near = (int64_t)floor((double)i * step);
    place.first = place.second = near < in - 1 ? near : in - 1;
    place.part = 0.0f;
    return place;
  }
  const float at = (float)(((double)i + 0.5) * step - 0.5);
  const int64_t before = (int64_t)floor((double)at);
  place.part = at - (float)before;
  place.first = before < 0 ? 0 : before < in ? before : in - 1;
  place.second = before + 1 < in ? before + 1 : in - 1;
  if (settle && (before < 0 || before >= in - 1)) {
    place.part = 0.0f; /* beyond the first and last column these alone count */
  }
  return place;
}

static int32_t op_image_resize_weight(float part) {
  const double scaled = (double)part * 2048.0;
  const int32_t whole = (int32_t)scaled;
  const double rest = scaled - (double)whole;
  return rest > 0.5 || (rest == 0.5 && whole % 2 != 0) ? whole + 1 : whole;
}

static uint8_t op_image_resize_byte(const uint8_t *const *corner, int64_t k, float right,
                                    float down) {
  const int32_t w[2] = {op_image_resize_weight(1.0f - right), op_image_resize_weight(right)};
  const int32_t v[2] = {op_image_resize_weight(1.0f - down), op_image_resize_weight(down)};
  const int32_t above = corner[0][k] * w[0] + corner[1][k] * w[1];
  const int32_t below = corner[2][k] * w[0] + corner[3][k] * w[1];
  const int32_t sum = ((v[0] * (above / 16)) / 65536) + ((v[1] * (below / 16)) / 65536) + 2;
  return (uint8_t)(sum / 4);
}

#define OP_IMAGE_RESIZE_MIX(real)                                                               \
  for (int64_t k = 0; k < channels; k++) {                                                      \
    const real above = ((const real *)(const void *)corner[0])[k] * (1.0f - column.part) +      \
                       ((const real *)(const void *)corner[1])[k] * column.part;                \
    const real below = ((const real *)(const void *)corner[2])[k] * (1.0f - column.part) +      \
                       ((const real *)(const void *)corner[3])[k] * column.part;                \
    ((real *)(void *)y)[k] = above * (1.0f - row.part) + below * row.part;                      \
  }

static size_t op_image_resize_scratch(const lp_query *query) {
  const lp_shape *out = &query->out[0].shape;
  size_t bytes;
  return lp_size_multiply((size_t)lp_image_dim(out, 2), sizeof(op_image_resize_place), &bytes)
             ? bytes
             : SIZE_MAX;
}

/* One row of one image; the columns' places are in scratch. */
static void op_image_resize_row(void *context, int64_t index, unsigned worker) {
  const lp_call *call = context;
  const op_image_resize_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const lp_dtype dtype = call->in[0].dtype;
  const int64_t channels = lp_image_dim(in, 1);
  const size_t pixel = (size_t)channels * lp_dtype_size(dtype);
  const int64_t width = lp_image_dim(in, 2);
  const int64_t rows = lp_image_dim(out, 3);
  const op_image_resize_place row =
      op_image_resize_at(param, lp_image_dim(in, 3), rows, index % rows, false);
  const char *image =
      (const char *)call->in[0].data + (size_t)(index / rows * lp_image_dim(in, 3) * width) * pixel;
  char *y = (char *)call->out[0].data + (size_t)(index * lp_image_dim(out, 2)) * pixel;
  (void)worker;
  for (int64_t i = 0; i < lp_image_dim(out, 2); i++, y += pixel) {
    const op_image_resize_place column = ((const op_image_resize_place *)call->scratch)[i];
    const char *corner[4] = {image + (size_t)(row.first * width + column.first) * pixel,
                             image + (size_t)(row.first * width + column.second) * pixel,
                             image + (size_t)(row.second * width + column.first) * pixel,
                             image + (size_t)(row.second * width + column.second) * pixel};
    if (param->interp == OP_IMAGE_RESIZE_NEAREST) {
      memcpy(y, corner[0], pixel);
    } else if (dtype == LP_UINT8) {
      const uint8_t *bytes[4];
      for (int k = 0; k < 4; k++) {
        bytes[k] = (const uint8_t *)corner[k];
      }
      for (int64_t k = 0; k < channels; k++) {
        ((uint8_t *)y)[k] = op_image_resize_byte(bytes, k, column.part, row.part);
      }
    } else if (dtype == LP_FLOAT64) {
      OP_IMAGE_RESIZE_MIX(double)
    } else {
      OP_IMAGE_RESIZE_MIX(float)
    }
  }
}
#undef OP_IMAGE_RESIZE_MIX

static lp_status op_image_resize_run(const lp_call *call) {
  const lp_shape *out = &call->out[0].shape;
  lp_call copy = *call;
  if (lp_shape_equal(out, &call->in[0].shape)) {
    memcpy(call->out[0].data, call->in[0].data,
           (size_t)lp_shape_size(out) * lp_dtype_size(call->in[0].dtype));
    return LP_OK;
  }
  for (int64_t i = 0; i < lp_image_dim(out, 2); i++) {
    ((op_image_resize_place *)call->scratch)[i] = op_image_resize_at(
        call->param, lp_image_dim(&call->in[0].shape, 2), lp_image_dim(out, 2), i, true);
  }
  lp_threads_run(lp_plane_threads(call, 20000), lp_image_count(out) * lp_image_dim(out, 3), op_image_resize_row, &copy);
  return LP_OK;
}

static const lp_algorithm op_image_resize_algorithms[] = {
    {.name = "plain",
     .cost = op_image_resize_cost,
     .scratch = op_image_resize_scratch,
     .run = op_image_resize_run},
};

static const lp_op_family op_image_resize_family = {
    .attrs = op_image_resize_attrs,
    .num_attrs = (int)LP_COUNT(op_image_resize_attrs),
    .param_size = sizeof(op_image_resize_param),
    .check = op_image_resize_check,
    .inputs = "data",
    .shape = op_image_resize_shape,
    .algorithms = op_image_resize_algorithms,
    .num_algorithms = (int)LP_COUNT(op_image_resize_algorithms),
};
LP_DATA const lp_op lp_op__image_resize = {
    .name = "_image_resize",
    .aliases = "_npx__image_resize",
    .family = &op_image_resize_family,
};

#undef OP_IMAGE_RESIZE_NEAREST
#undef OP_IMAGE_RESIZE_BILINEAR
