/*
 * op_correlation.c - Correlation: how alike the windows of two images are at each displacement.
 *
 * Both images are padded with pad_size zeros. With border = max_displacement + (kernel - 1) / 2,
 * output (i, j) stands for the window that begins at (i, j) stride1 + max_displacement, and channel
 * d of (2 floor(max_displacement / stride2) + 1)^2 for the displacement of the second image's window,
 * row by row in steps of stride2: the mean of a b, or of |a - b|, over the window and all channels.
 * Sizes: ceil((size + 2 pad_size - 2 border) / stride1).
 *
 * Attributes: kernel_size = 1 (odd), max_displacement = 1, stride1 = 1, stride2 = 1, pad_size = 0,
 * is_multiply = True. Hidden outputs are not given. FlowNet.
 */
#include "../kernel/correlation.h"
#include "op_table.h"
#include "plane.h"

typedef struct op_correlation_param {
  int64_t kernel_size;
  int64_t max_displacement;
  int64_t stride1;
  int64_t stride2;
  int64_t pad_size;
  int is_multiply;
} op_correlation_param;

static const lp_attr op_correlation_attrs[] = {
    {"kernel_size", LP_ATTR_UINT, 0, LP_ATTR_OF(op_correlation_param, kernel_size), "1", NULL},
    {"max_displacement", LP_ATTR_UINT, 0, LP_ATTR_OF(op_correlation_param, max_displacement), "1",
     NULL},
    {"stride1", LP_ATTR_UINT, 0, LP_ATTR_OF(op_correlation_param, stride1), "1", NULL},
    {"stride2", LP_ATTR_UINT, 0, LP_ATTR_OF(op_correlation_param, stride2), "1", NULL},
    {"pad_size", LP_ATTR_UINT, 0, LP_ATTR_OF(op_correlation_param, pad_size), "0", NULL},
    {"is_multiply", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_correlation_param, is_multiply), "True", NULL},
};

static lp_status op_correlation_check(void *parsed) {
  const op_correlation_param *param = parsed;
  LP_TRY(lp_plane_check("kernel_size", param->kernel_size, 1));
  LP_TRY(lp_plane_check("max_displacement", param->max_displacement, 0));
  LP_TRY(lp_plane_check("stride1", param->stride1, 1));
  LP_TRY(lp_plane_check("stride2", param->stride2, 1));
  LP_TRY(lp_plane_check("pad_size", param->pad_size, 0));
  if (param->max_displacement / param->stride2 > INT32_MAX / 4) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'max_displacement' is %lld, expected less",
                   (long long)param->max_displacement); /* channels are its square */
  }
  return param->kernel_size % 2 != 0
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'kernel_size' is %lld, expected an odd number",
                       (long long)param->kernel_size);
}

/* Displacements along an axis. */
static int64_t op_correlation_steps(const op_correlation_param *param) {
  return 2 * (param->max_displacement / param->stride2) + 1;
}

static lp_status op_correlation_shape(const lp_infer *infer) {
  const op_correlation_param *param = infer->param;
  const int64_t steps = op_correlation_steps(param);
  int64_t size[2];
  LP_TRY(lp_plane_input(infer, 0));
  for (int i = 1; i < 4; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->in[i % 2], &infer->in[(i + 1) % 2]));
  }
  for (int axis = 0; axis < 2; axis++) {
    const int64_t in = infer->in[0].dim[2 + axis];
    const int64_t room = in + 2 * param->pad_size - 2 * param->max_displacement -
                         (param->kernel_size - 1) / 2 * 2;
    if (in >= 0 && room < 1) {
      return lp_infer_fail(infer, "displacement and window do not fit data with the %s %lld",
                           axis == 0 ? "height" : "width", (long long)in);
    }
    size[axis] = in < 0 ? LP_DIM_UNKNOWN : (room + param->stride1 - 1) / param->stride1;
  }
  return lp_plane_output(infer, steps * steps, size[0], size[1]);
}

static double op_correlation_adds(const lp_infer *infer) {
  const op_correlation_param *param = infer->param;
  double adds = (double)(param->kernel_size * param->kernel_size);
  for (int i = 0; i < 4; i++) {
    adds *= (double)infer->out[0].dim[i];
  }
  return adds * (double)infer->in[0].dim[1];
}

typedef struct op_correlation_work {
  const lp_call *call;
  lp_correlation correlation;
} op_correlation_work;

/* One displacement in one image. */
static void op_correlation_plane(void *context, int64_t plane, unsigned worker) {
  const op_correlation_work *work = context;
  const lp_call *call = work->call;
  const op_correlation_param *param = call->param;
  const lp_shape *out = &call->out[0].shape;
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const int64_t steps = op_correlation_steps(param);
  const int64_t reach = param->max_displacement / param->stride2;
  const int64_t move = plane % out->dim[1];
  const size_t image =
      (size_t)(plane / out->dim[1] * lp_shape_product(&call->in[0].shape, 1, 4)) * size;
  (void)worker;
  lp_correlate(&work->correlation, call->in[0].dtype, (const char *)call->in[0].data + image,
               (const char *)call->in[1].data + image, (move / steps - reach) * param->stride2,
               (move % steps - reach) * param->stride2,
               (char *)call->out[0].data + (size_t)(plane * out->dim[2] * out->dim[3]) * size);
}

static lp_status op_correlation_run(const lp_call *call) {
  const op_correlation_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  op_correlation_work work = {.call = call,
                              .correlation = {.channels = in->dim[1],
                                              .height = in->dim[2],
                                              .width = in->dim[3],
                                              .kernel = param->kernel_size,
                                              .stride = param->stride1,
                                              .pad = param->pad_size,
                                              .first = param->max_displacement,
                                              .out_height = out->dim[2],
                                              .out_width = out->dim[3],
                                              .multiply = param->is_multiply != 0}};
  lp_threads_run(lp_plane_threads(call, 5000), out->dim[0] * out->dim[1], op_correlation_plane,
                 &work);
  return LP_OK;
}

static const lp_algorithm op_correlation_algorithms[] = {
    {.name = "plain", .cost = lp_plane_cost, .run = op_correlation_run},
};

static const lp_op_family op_correlation_family = {
    .attrs = op_correlation_attrs,
    .num_attrs = (int)LP_COUNT(op_correlation_attrs),
    .param_size = sizeof(op_correlation_param),
    .check = op_correlation_check,
    .inputs = "data1 data2",
    .shape = op_correlation_shape,
    .multiply_adds = LP_WITH_REPORTS ? op_correlation_adds : NULL,
    .algorithms = op_correlation_algorithms,
    .num_algorithms = (int)LP_COUNT(op_correlation_algorithms),
};
LP_DATA const lp_op lp_op_Correlation = {.name = "Correlation", .family = &op_correlation_family};
