/*
 * op_deformable_convolution.c - _contrib_DeformableConvolution and
 * _contrib_ModulatedDeformableConvolution: convolution whose windows' taps are moved.
 *
 * Tap t of kh kw, at (i, j) of the window, reads the image at y = h stride - pad + i dilate +
 * offset[n, (g kh kw + t) 2, h, w] and x likewise with the next channel; g is the group of channels,
 * of num_deformable_group equal ones. Between pixels it is bilinear. Deformable: y and x outside of
 * [0, size) give 0, behind the last pixel stands its value. Modulated: pixels beyond the image are
 * 0, and the sample is multiplied with mask[n, g kh kw + t, h, w].
 *
 * Inputs data, offset, (modulated: mask,) weight, bias. Attributes: Convolution's for two
 * dimensions, num_deformable_group = 1; workspace and im2col_step are ignored. The samples of a tile
 * of pixels are laid out as columns of a matrix at a time, never those of an image.
 * Deformable R-FCN, deformable ResNets, CenterNet.
 */
#include "../kernel/sample.h"
#include "conv_param.h"
#include "op_table.h"
#include "plane.h"

enum { OP_DEFORMABLE_CONVOLUTION_PLAIN, OP_DEFORMABLE_CONVOLUTION_MODULATED };

typedef struct op_deformable_convolution_param {
  lp_conv_param conv; /* first: lp_conv_param_check sees it alone */
  int64_t groups;
} op_deformable_convolution_param;

static const lp_attr op_deformable_convolution_attrs[] = {
    LP_CONV_ATTRS("False"),
    {"num_deformable_group", LP_ATTR_UINT, 0, LP_ATTR_OF(op_deformable_convolution_param, groups),
     "1", NULL},
    {"im2col_step", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_deformable_convolution_check(void *parsed) {
  const op_deformable_convolution_param *param = parsed;
  LP_TRY(lp_conv_param_check(parsed));
  if (param->conv.dims != 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "kernel has %d entries, expected 2", param->conv.dims);
  }
  return lp_plane_check("num_deformable_group", param->groups, 1);
}

/* Position of weight; bias follows. */
static int op_deformable_convolution_weight(const lp_op *op) {
  return op->kind == OP_DEFORMABLE_CONVOLUTION_MODULATED ? 3 : 2;
}

static int op_deformable_convolution_inputs(const void *parsed) {
  return ((const op_deformable_convolution_param *)parsed)->conv.no_bias ? 3 : 4;
}

static int op_deformable_convolution_inputs_modulated(const void *parsed) {
  return op_deformable_convolution_inputs(parsed) + 1;
}

static bool op_deformable_convolution_fits(int64_t channels, int64_t groups) {
  return channels < 0 || (channels > 0 && channels % groups == 0);
}

/* Data, and batch and channels of the output. */
static lp_status op_deformable_convolution_data(const lp_infer *infer) {
  const op_deformable_convolution_param *param = infer->param;
  LP_TRY(lp_plane_input(infer, 0));
  LP_TRY(lp_plane_output(infer, param->conv.num_filter, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN));
  const int64_t channels = infer->in[0].dim[1];
  if (!op_deformable_convolution_fits(channels, param->conv.num_group) ||
      !op_deformable_convolution_fits(channels, param->groups)) {
    return lp_infer_fail(infer, "data has %lld channels, expected a multiple of num_group %lld and "
                                "num_deformable_group %lld",
                         (long long)channels, (long long)param->conv.num_group,
                         (long long)param->groups);
  }
  return LP_OK;
}

static lp_status op_deformable_convolution_shape(const lp_infer *infer) {
  const op_deformable_convolution_param *param = infer->param;
  const lp_conv_param *conv = &param->conv;
  const int weight_at = op_deformable_convolution_weight(infer->op);
  LP_TRY(op_deformable_convolution_data(infer));
  const lp_shape *data = &infer->in[0];
  lp_shape out = infer->out[0];
  for (int axis = 0; axis < 2; axis++) {
    const int d = LP_CONV_DIMS - 2 + axis;
    const int64_t size = data->dim[2 + axis];
    const int64_t room = size + 2 * conv->pads[d] - lp_conv_param_reach(conv, d);
    if (size >= 0 && room < 0) {
      return lp_infer_fail(infer, "the window of %lld exceeds the data's %s of %lld, padded by %lld",
                           (long long)lp_conv_param_reach(conv, d), axis == 0 ? "height" : "width",
                           (long long)size, (long long)conv->pads[d]);
    }
    out.dim[2 + axis] = size < 0 ? LP_DIM_UNKNOWN : room / conv->strides[d] + 1;
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  lp_shape weight = lp_shape_4(conv->num_filter,
                               data->dim[1] < 0 ? LP_DIM_UNKNOWN : data->dim[1] / conv->num_group,
                               conv->kernels[1], conv->kernels[2]);
  LP_TRY(lp_infer_merge(infer, &infer->in[weight_at], &weight));
  if (!conv->no_bias) {
    const lp_shape bias = lp_shape_1(conv->num_filter);
    LP_TRY(lp_infer_merge(infer, &infer->in[weight_at + 1], &bias));
  }
  const int64_t taps = conv->kernels[1] * conv->kernels[2];
  if (taps > INT64_MAX / 4 / param->groups) {
    return lp_infer_fail(infer, "there are too many offsets");
  }
  out.dim[1] = 2 * taps * param->groups;
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &out));
  out.dim[1] = taps * param->groups;
  return weight_at == 3 ? lp_infer_merge(infer, &infer->in[2], &out) : LP_OK;
}

static lp_conv_geometry op_deformable_convolution_geometry(const void *parsed, const lp_tensor *in,
                                                           const lp_tensor *out) {
  const lp_conv_param *conv = &((const op_deformable_convolution_param *)parsed)->conv;
  return lp_conv_param_geometry(conv, &in->shape, &out->shape, conv->pads);
}

static double op_deformable_convolution_cost(const lp_query *query) {
  const lp_conv_geometry g =
      op_deformable_convolution_geometry(query->param, query->in, query->out);
  return lp_plane_possible(query) ? 2.0 * lp_conv_plain_cost(&g, query->isa) : LP_COST_REJECT;
}

static size_t op_deformable_convolution_scratch(const lp_query *query) {
  const lp_conv_geometry g =
      op_deformable_convolution_geometry(query->param, query->in, query->out);
  return lp_conv_columns_scratch(&g, query->isa, query->threads, query->in[0].dtype);
}

typedef struct op_deformable_convolution_work {
  const lp_call *call;
  const lp_conv_geometry *geometry;
} op_deformable_convolution_work;

static const char *op_deformable_convolution_part(const lp_tensor *tensor, int64_t image) {
  return (const char *)tensor->data +
         (size_t)(image * lp_shape_product(&tensor->shape, 1, 4)) * lp_dtype_size(tensor->dtype);
}

static void op_deformable_convolution_fill(const void *context, int64_t image, int64_t group,
                                           int64_t first, int64_t count, void *target,
                                           int64_t row) {
  const op_deformable_convolution_work *work = context;
  const lp_call *call = work->call;
  const op_deformable_convolution_param *param = call->param;
  const lp_conv_geometry *g = work->geometry;
  const int64_t pixels = g->in[1] * g->in[2];
  const int64_t channels = g->channels / g->groups;
  const bool modulated = call->op->kind == OP_DEFORMABLE_CONVOLUTION_MODULATED;
  const lp_sample_planes planes = {
      .height = g->in[1],
      .width = g->in[2],
      .channels = channels,
      .x = op_deformable_convolution_part(&call->in[0], image) +
           (size_t)(group * channels * pixels) * lp_dtype_size(call->in[0].dtype),
      .x_channel = pixels,
      .y = target,
      .y_channel = row};
  const lp_sample_window window = {
      .kernel = {g->kernel[1], g->kernel[2]},
      .stride = {g->stride[1], g->stride[2]},
      .dilate = {g->dilate[1], g->dilate[2]},
      .pad = {g->pad[1], g->pad[2]},
      .out_width = g->out[2],
      .out_pixels = g->out[1] * g->out[2],
      .group_channels = g->channels / param->groups,
      .first_channel = group * channels,
      .offset = op_deformable_convolution_part(&call->in[1], image),
      .mask = modulated ? op_deformable_convolution_part(&call->in[2], image) : NULL};
  lp_sample_columns(&planes, call->in[0].dtype, &window, first, count);
}

static lp_status op_deformable_convolution_run(const lp_call *call) {
  const op_deformable_convolution_param *param = call->param;
  const int weight = op_deformable_convolution_weight(call->op);
  const lp_conv_geometry g = op_deformable_convolution_geometry(param, call->in, call->out);
  const op_deformable_convolution_work work = {call, &g};
  const lp_conv_fill fill = {op_deformable_convolution_fill, &work};
  const lp_conv_run run = {.geometry = &g,
                           .x = call->in[0].data,
                           .w = call->in[weight].data,
                           .y = call->out[0].data,
                           .bias = param->conv.no_bias ? NULL : call->in[weight + 1].data,
                           .epilogue = call->epilogue,
                           .fill = &fill,
                           .scratch = call->scratch,
                           .threads = call->threads,
                           .isa = call->isa};
  lp_conv_columns_run(&run, call->in[0].dtype);
  return LP_OK;
}

static double op_deformable_convolution_adds(const lp_infer *infer) {
  lp_shape in[2] = {infer->in[0], infer->in[op_deformable_convolution_weight(infer->op)]};
  lp_infer plain = *infer;
  plain.in = in;
  return lp_infer_adds_per_output(&plain);
}

static const lp_algorithm op_deformable_convolution_algorithms[] = {
    {.name = "plain",
     .cost = op_deformable_convolution_cost,
     .scratch = op_deformable_convolution_scratch,
     .run = op_deformable_convolution_run},
};

static const lp_op_family op_deformable_convolution_family = {
    .attrs = op_deformable_convolution_attrs,
    .num_attrs = (int)LP_COUNT(op_deformable_convolution_attrs),
    .param_size = sizeof(op_deformable_convolution_param),
    .check = op_deformable_convolution_check,
    .inputs = "data offset weight bias",
    .count_inputs = op_deformable_convolution_inputs,
    .weight_inputs = 0xc,
    .shape = op_deformable_convolution_shape,
    .multiply_adds = LP_WITH_REPORTS ? op_deformable_convolution_adds : NULL,
    .algorithms = op_deformable_convolution_algorithms,
    .num_algorithms = (int)LP_COUNT(op_deformable_convolution_algorithms),
};
LP_DATA const lp_op lp_op__contrib_DeformableConvolution = {
    .name = "_contrib_DeformableConvolution",
    .kind = OP_DEFORMABLE_CONVOLUTION_PLAIN,
    .family = &op_deformable_convolution_family,
};

static const lp_op_family op_deformable_convolution_modulated_family = {
    .attrs = op_deformable_convolution_attrs,
    .num_attrs = (int)LP_COUNT(op_deformable_convolution_attrs),
    .param_size = sizeof(op_deformable_convolution_param),
    .check = op_deformable_convolution_check,
    .inputs = "data offset mask weight bias",
    .count_inputs = op_deformable_convolution_inputs_modulated,
    .weight_inputs = 0x18,
    .shape = op_deformable_convolution_shape,
    .multiply_adds = LP_WITH_REPORTS ? op_deformable_convolution_adds : NULL,
    .algorithms = op_deformable_convolution_algorithms,
    .num_algorithms = (int)LP_COUNT(op_deformable_convolution_algorithms),
};
LP_DATA const lp_op lp_op__contrib_ModulatedDeformableConvolution = {
    .name = "_contrib_ModulatedDeformableConvolution",
    .kind = OP_DEFORMABLE_CONVOLUTION_MODULATED,
    .family = &op_deformable_convolution_modulated_family,
};
