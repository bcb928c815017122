/*
 * op_upsampling.c - UpSampling: images enlarged.
 *
 * nearest: y[h][w] = x[h / f][w / f], where f makes each input as large as the
 * first times scale; several inputs are concatenated along channels, or added
 * with multi_input_mode=sum.
 * bilinear: each channel's transposed convolution with its own kernel from the
 * parameters, (C, 1, k, k): k = 2 scale - scale mod 2, stride = scale,
 * pad = ceil((scale - 1) / 2); input i and tap j add to output i scale - pad + j.
 *
 * Attributes: scale, sample_type, num_args (all required), num_filter = 0
 * (bilinear: C), multi_input_mode = concat; workspace is ignored. Four
 * dimensions. RetinaFace, SSH (nearest), FCN (bilinear).
 */
#include <string.h>

#include "op_table.h"

enum { OP_UPSAMPLING_NEAREST, OP_UPSAMPLING_BILINEAR };
enum { OP_UPSAMPLING_CONCAT, OP_UPSAMPLING_SUM };

#define OP_UPSAMPLING_LARGEST 32767 /* scale */
#define OP_UPSAMPLING_MOST 10000    /* inputs */

typedef struct op_upsampling_param {
  int64_t scale;
  int sample_type;
  int64_t num_args;
  int64_t num_filter;
  int mode;
} op_upsampling_param;

static const lp_attr op_upsampling_attrs[] = {
    {"scale", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_upsampling_param, scale), NULL, NULL},
    {"sample_type", LP_ATTR_ENUM, LP_ATTR_REQUIRED, LP_ATTR_OF(op_upsampling_param, sample_type),
     NULL, "nearest|bilinear"},
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_upsampling_param, num_args), NULL,
     NULL},
    {"num_filter", LP_ATTR_INT, 0, LP_ATTR_OF(op_upsampling_param, num_filter), "0", NULL},
    {"multi_input_mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_upsampling_param, mode), "concat",
     "concat|sum"},
    {"workspace", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_upsampling_check(void *parsed) {
  const op_upsampling_param *param = parsed;
  if (param->scale < 1 || param->scale > OP_UPSAMPLING_LARGEST) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'scale' is %lld, expected 1 to %d",
                   (long long)param->scale, OP_UPSAMPLING_LARGEST);
  }
  if (param->num_args < 1 || param->num_args > OP_UPSAMPLING_MOST) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'num_args' is %lld, expected 1 to %d",
                   (long long)param->num_args, OP_UPSAMPLING_MOST);
  }
  return LP_OK;
}

static int op_upsampling_inputs(const void *parsed) {
  const op_upsampling_param *param = parsed;
  return param->sample_type == OP_UPSAMPLING_BILINEAR ? 2 : (int)param->num_args;
}

static int64_t op_upsampling_kernel(int64_t scale) { return 2 * scale - scale % 2; }

/* One spatial size times scale; -1 if not known. */
static lp_status op_upsampling_scaled(const lp_infer *infer, int64_t size, int64_t *scaled) {
  const op_upsampling_param *param = infer->param;
  *scaled = LP_DIM_UNKNOWN;
  if (size > INT64_MAX / OP_UPSAMPLING_LARGEST) {
    return lp_infer_fail(infer, "size %lld is too large", (long long)size);
  }
  if (size >= 0) {
    *scaled = size * param->scale;
  }
  return LP_OK;
}

static lp_status op_upsampling_bilinear_shape(const lp_infer *infer, lp_shape *out) {
  const op_upsampling_param *param = infer->param;
  const int64_t kernel = op_upsampling_kernel(param->scale);
  lp_shape channels = lp_shape_4(LP_DIM_UNKNOWN,
                                 param->num_filter > 0 ? param->num_filter : LP_DIM_UNKNOWN,
                                 LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &channels));
  lp_shape weight = lp_shape_4(infer->in[0].dim[1], 1, kernel, kernel);
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &weight));
  out->dim[1] = infer->in[0].dim[1];
  return LP_OK;
}

/* Channels of the concatenation or sum, -1 if not known; sizes of the inputs must divide the output's. */
static lp_status op_upsampling_nearest_shape(const lp_infer *infer, lp_shape *out) {
  const op_upsampling_param *param = infer->param;
  const bool sum = param->mode == OP_UPSAMPLING_SUM;
  int64_t channels = 0;
  for (int i = 0; i < infer->num_inputs; i++) {
    lp_shape like = lp_shape_4(infer->in[0].dim[0], sum ? infer->in[0].dim[1] : LP_DIM_UNKNOWN,
                               LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
    LP_TRY(lp_infer_merge(infer, &infer->in[i], &like));
    const lp_shape *in = &infer->in[i];
    for (int axis = 2; axis < 4; axis++) {
      if (in->dim[axis] == 0 || (in->dim[axis] > 0 && out->dim[axis] >= 0 &&
                                 out->dim[axis] % in->dim[axis] != 0)) {
        lp_shape_text text;
        return lp_infer_fail(infer, "input %d, %s, does not divide the output's %s of %lld", i,
                             lp_shape_print(in, &text), axis == 2 ? "height" : "width",
                             (long long)out->dim[axis]);
      }
    }
    if (sum || in->dim[1] < 0 || channels < 0) {
      channels = sum ? in->dim[1] : LP_DIM_UNKNOWN;
    } else if (in->dim[1] > INT64_MAX - channels) {
      return lp_infer_fail(infer, "too many channels");
    } else {
      channels += in->dim[1];
    }
  }
  out->dim[1] = channels;
  return LP_OK;
}

static lp_status op_upsampling_shape(const lp_infer *infer) {
  const op_upsampling_param *param = infer->param;
  lp_shape four = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  if (infer->in[0].ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &four));
  lp_shape out = four;
  LP_TRY(op_upsampling_scaled(infer, infer->in[0].dim[2], &out.dim[2]));
  LP_TRY(op_upsampling_scaled(infer, infer->in[0].dim[3], &out.dim[3]));
  LP_TRY(param->sample_type == OP_UPSAMPLING_BILINEAR ? op_upsampling_bilinear_shape(infer, &out)
                                                      : op_upsampling_nearest_shape(infer, &out));
  out.dim[0] = infer->in[0].dim[0];
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static bool op_upsampling_possible(const lp_query *query, int sample_type) {
  const op_upsampling_param *param = query->param;
  lp_dtype dtype = query->in[0].dtype;
  return param->sample_type == sample_type && lp_query_no_epilogue(query) &&
         lp_query_all(query, dtype) && (dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64));
}

static double op_upsampling_nearest_cost(const lp_query *query) {
  return op_upsampling_possible(query, OP_UPSAMPLING_NEAREST) ? lp_query_elements(query) * 0.6
                                                              : LP_COST_REJECT;
}

/* Concatenated channels need not begin with a block. */
static double op_upsampling_nearest_cost_blocked(const lp_query *query) {
  const op_upsampling_param *param = query->param;
  return query->block > 1 && query->in[0].dtype == LP_FLOAT32 &&
                 (query->num_inputs == 1 || param->mode == OP_UPSAMPLING_SUM)
             ? op_upsampling_nearest_cost(query) / 2
             : LP_COST_REJECT;
}

static double op_upsampling_bilinear_cost(const lp_query *query) {
  return op_upsampling_possible(query, OP_UPSAMPLING_BILINEAR) ? lp_query_elements(query) * 3
                                                               : LP_COST_REJECT;
}

/* One input to all its planes of the output; pixels are `size` bytes: an element, or a block of them. */
typedef struct op_upsampling_work {
  const char *x;
  char *y;
  size_t size;
  size_t in_plane; /* pixels */
  size_t out_plane;
  int64_t in_channels; /* planes of an image */
  int64_t out_channels;
  int64_t first_channel;
  int64_t out_height;
  int64_t out_width;
  int64_t vertical; /* factors */
  int64_t horizontal;
  bool add;
  lp_dtype dtype;
} op_upsampling_work;

static void op_upsampling_row(const op_upsampling_work *work, const char *x, char *y) {
  const int64_t columns = work->out_width / work->horizontal;
  for (int64_t i = 0; i < columns; i++, x += work->size) {
    for (int64_t k = 0; k < work->horizontal; k++, y += work->size) {
      if (work->size == sizeof(float)) {
        memcpy(y, x, sizeof(float));
      } else if (work->size == sizeof(double)) {
        memcpy(y, x, sizeof(double));
      } else {
        memcpy(y, x, work->size);
      }
    }
  }
}

static void op_upsampling_add_row(const op_upsampling_work *work, const char *x, char *y) {
  const bool wide = lp_dtype_is(work->dtype, LP_FLOAT64);
  const size_t lanes = work->size / lp_dtype_size(work->dtype);
  for (int64_t i = 0; i < work->out_width; i++) {
    const char *from = x + (size_t)(i / work->horizontal) * work->size;
    for (size_t k = 0; k < lanes; k++) {
      if (wide) {
        ((double *)(void *)y)[(size_t)i * lanes + k] += ((const double *)(const void *)from)[k];
      } else {
        ((float *)(void *)y)[(size_t)i * lanes + k] += ((const float *)(const void *)from)[k];
      }
    }
  }
}

static void op_upsampling_plane(void *context, int64_t index, unsigned worker) {
  const op_upsampling_work *work = context;
  const int64_t image = index / work->in_channels;
  const int64_t plane =
      image * work->out_channels + work->first_channel + index % work->in_channels;
  const size_t out_row = (size_t)work->out_width * work->size;
  const char *x = work->x + (size_t)index * work->in_plane * work->size;
  char *y = work->y + (size_t)plane * work->out_plane * work->size;
  (void)worker;
  for (int64_t h = 0; h < work->out_height; h++, y += out_row) {
    if (work->add) {
      op_upsampling_add_row(work, x, y);
    } else if (h % work->vertical == 0) {
      op_upsampling_row(work, x, y);
    } else {
      memcpy(y, y - out_row, out_row);
    }
    if (h % work->vertical == work->vertical - 1) {
      x += (size_t)(work->out_width / work->horizontal) * work->size;
    }
  }
}

static lp_status op_upsampling_nearest_run(const lp_call *call) {
  const op_upsampling_param *param = call->param;
  const lp_shape *out = &call->out[0].shape;
  const int block = call->in[0].block;
  const bool sum = param->mode == OP_UPSAMPLING_SUM;
  int64_t channel = 0;
  if (lp_shape_size(out) == 0) {
    return LP_OK;
  }
  for (int i = 0; i < call->num_inputs; i++) {
    const lp_shape *in = &call->in[i].shape;
    op_upsampling_work work = {.x = call->in[i].data,
                               .y = call->out[0].data,
                               .size = lp_dtype_size(call->in[0].dtype) * (size_t)block,
                               .in_plane = (size_t)(in->dim[2] * in->dim[3]),
                               .out_plane = (size_t)(out->dim[2] * out->dim[3]),
                               .in_channels = (in->dim[1] + block - 1) / block,
                               .out_channels = (out->dim[1] + block - 1) / block,
                               .first_channel = sum ? 0 : channel,
                               .out_height = out->dim[2],
                               .out_width = out->dim[3],
                               .vertical = out->dim[2] / in->dim[2],
                               .horizontal = out->dim[3] / in->dim[3],
                               .add = sum && i > 0,
                               .dtype = call->in[0].dtype};
    const int64_t planes = in->dim[0] * work.in_channels;
    channel += work.in_channels;
    if (lp_shape_size(out) > 300000) {
      lp_threads_run(call->threads, planes, op_upsampling_plane, &work);
    } else {
      for (int64_t plane = 0; plane < planes; plane++) {
        op_upsampling_plane(&work, plane, 0);
      }
    }
  }
  return LP_OK;
}

/* y[i * scale + kw - pad] += x[i] * weight for the inputs [from, to) of a row. */
#define OP_UPSAMPLING_TAP(real)                                                               \
  do {                                                                                        \
    const real weight = ((const real *)call->in[1].data)[weight_at + kh * kernel + kw];       \
    const real *x = (const real *)call->in[0].data + x_at + ih * in->dim[3];                  \
    real *y = (real *)call->out[0].data + y_at;                                               \
    for (int64_t i = from; i < to; i++) {                                                     \
      y[i * scale + kw - pad] += x[i] * weight;                                               \
    }                                                                                         \
  } while (0)

/* One channel, output row by output row: the kernel rows that reach it, tap by tap. */
static void op_upsampling_bilinear_plane(void *context, int64_t index, unsigned worker) {
  const lp_call *call = context;
  const op_upsampling_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const int64_t scale = param->scale;
  const int64_t kernel = op_upsampling_kernel(scale);
  const int64_t pad = scale / 2; /* ceil((scale - 1) / 2) */
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const int64_t weight_at = index % in->dim[1] * kernel * kernel;
  const int64_t x_at = index * in->dim[2] * in->dim[3];
  (void)worker;
  for (int64_t h = 0; h < out->dim[2]; h++) {
    const int64_t y_at = (index * out->dim[2] + h) * out->dim[3];
    memset((char *)call->out[0].data + (size_t)y_at * size, 0, (size_t)out->dim[3] * size);
    for (int64_t kh = (h + pad) % scale; kh < kernel && kh <= h + pad; kh += scale) {
      const int64_t ih = (h + pad - kh) / scale;
      if (ih >= in->dim[2]) {
        continue;
      }
      for (int64_t kw = 0; kw < kernel; kw++) {
        /* 0 <= i scale + kw - pad < width */
        const int64_t from = kw < pad ? (pad - kw + scale - 1) / scale : 0;
        const int64_t end = (out->dim[3] - 1 + pad - kw) / scale + 1;
        const int64_t to = out->dim[3] + pad <= kw ? 0 : end < in->dim[3] ? end : in->dim[3];
        if (size == sizeof(double)) {
          OP_UPSAMPLING_TAP(double);
        } else {
          OP_UPSAMPLING_TAP(float);
        }
      }
    }
  }
}
#undef OP_UPSAMPLING_TAP

static lp_status op_upsampling_bilinear_run(const lp_call *call) {
  lp_call copy = *call;
  const int64_t planes = call->in[0].shape.dim[0] * call->in[0].shape.dim[1];
  if (lp_shape_size(&call->out[0].shape) > 60000) {
    lp_threads_run(call->threads, planes, op_upsampling_bilinear_plane, &copy);
  } else {
    for (int64_t plane = 0; plane < planes; plane++) {
      op_upsampling_bilinear_plane(&copy, plane, 0);
    }
  }
  return LP_OK;
}

static const lp_algorithm op_upsampling_algorithms[] = {
    {.name = "nearest_blocked",
     .cost = op_upsampling_nearest_cost_blocked,
     .blocked_inputs = LP_BLOCKED_ALL,
     .blocked_output = true,
     .run = op_upsampling_nearest_run},
    {.name = "nearest", .cost = op_upsampling_nearest_cost, .run = op_upsampling_nearest_run},
    {.name = "bilinear", .cost = op_upsampling_bilinear_cost, .run = op_upsampling_bilinear_run},
};

static const lp_op_family op_upsampling_family = {
    .attrs = op_upsampling_attrs,
    .num_attrs = (int)LP_COUNT(op_upsampling_attrs),
    .param_size = sizeof(op_upsampling_param),
    .check = op_upsampling_check,
    .inputs = "data weight",
    .count_inputs = op_upsampling_inputs,
    .weight_inputs = 2,
    .shape = op_upsampling_shape,
    .algorithms = op_upsampling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_upsampling_algorithms),
};
LP_DATA const lp_op lp_op_UpSampling = {.name = "UpSampling", .family = &op_upsampling_family};

#undef OP_UPSAMPLING_LARGEST
#undef OP_UPSAMPLING_MOST
