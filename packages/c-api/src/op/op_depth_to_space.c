/*
 * op_depth_to_space.c - depth_to_space: out[n, c, h*b + i, w*b + j] = in[n, (i*b + j)*C' + c, h, w],
 *                       C' = C / b^2. space_to_depth: the inverse.
 *
 * block_size: int, required. Super-resolution nets.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_depth_to_space_param {
  int64_t block_size;
} op_depth_to_space_param;

static const lp_attr op_depth_to_space_attrs[] = {
    {"block_size", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_depth_to_space_param, block_size),
     NULL, NULL},
};

static lp_status op_depth_to_space_check(void *any_param) {
  const op_depth_to_space_param *param = any_param;
  if (param->block_size < 1 || param->block_size > 32768) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "block_size is %lld, expected 1 to 32768",
                   (long long)param->block_size);
  }
  return LP_OK;
}

static lp_status op_depth_to_space_shape(const lp_infer *infer) {
  const op_depth_to_space_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  bool deepen = infer->op == &lp_op_space_to_depth;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim != 4) {
    return lp_infer_fail(infer, "expected data of 4 dimensions, found %d", in->ndim);
  }
  lp_shape out = *in;
  for (int i = 1; i < 4; i++) {
    int64_t factor = i == 1 ? param->block_size * param->block_size : param->block_size;
    bool divide = deepen == (i != 1);
    if (in->dim[i] < 0) {
      continue;
    }
    if (divide && in->dim[i] % factor != 0) {
      return lp_infer_fail(infer, "axis %d has size %lld, expected a multiple of %lld", i,
                           (long long)in->dim[i], (long long)factor);
    }
    if (!divide && in->dim[i] > INT64_MAX / factor) {
      return lp_infer_fail(infer, "axis %d of size %lld is too big", i, (long long)in->dim[i]);
    }
    out.dim[i] = divide ? in->dim[i] / factor : in->dim[i] * factor;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_depth_to_space_run(const lp_call *call) {
  const op_depth_to_space_param *param = call->param;
  bool deepen = call->op == &lp_op_space_to_depth;
  /* The tensor whose images are small: (N, b, b, channels, height, width). */
  const lp_tensor *deep = deepen ? &call->out[0] : &call->in[0];
  int64_t b = param->block_size;
  int64_t batch = deep->shape.dim[0];
  int64_t channels = deep->shape.dim[1] / (b * b);
  int64_t height = deep->shape.dim[2];
  int64_t width = deep->shape.dim[3];
  int64_t plane = height * width;
  /* n, c, h, i, w, j with the strides of both; these are the wide tensor's own order. */
  int64_t size[6] = {batch, channels, height, b, width, b};
  int64_t deep_stride[6] = {b * b * channels * plane, plane, width, b * channels * plane, 1,
                            channels * plane};
  int64_t wide_stride[6] = {b * b * channels * plane, b * b * plane, b * b * width, b * width, b,
                            1};
  static const int wide_order[6] = {0, 1, 2, 3, 4, 5};
  static const int deep_order[6] = {0, 3, 5, 1, 2, 4};
  lp_strided_copy copy;
  lp_strided_copy_begin(&copy);
  for (int k = 0; k < 6; k++) {
    int i = deepen ? deep_order[k] : wide_order[k];
    lp_strided_copy_add(&copy, size[i], deepen ? wide_stride[i] : deep_stride[i],
                        deepen ? deep_stride[i] : wide_stride[i]);
  }
  lp_strided_copy_run(&copy, call->in[0].data, call->out[0].data, lp_dtype_size(call->in[0].dtype),
                      call->threads);
  return LP_OK;
}

static double op_depth_to_space_cost(const lp_query *query) { return 3 * lp_movement_cost(query); }

static const lp_algorithm op_depth_to_space_algorithms[] = {
    {.name = "plain", .cost = op_depth_to_space_cost, .run = op_depth_to_space_run},
};

static const lp_op_family op_depth_to_space_family = {
    .attrs = op_depth_to_space_attrs,
    .num_attrs = LP_COUNT(op_depth_to_space_attrs),
    .param_size = sizeof(op_depth_to_space_param),
    .check = op_depth_to_space_check,
    .inputs = "data",
    .shape = op_depth_to_space_shape,
    .algorithms = op_depth_to_space_algorithms,
    .num_algorithms = LP_COUNT(op_depth_to_space_algorithms),
};
LP_DATA const lp_op lp_op_depth_to_space = {
    .name = "depth_to_space",
    .family = &op_depth_to_space_family,
};

LP_DATA const lp_op lp_op_space_to_depth = {
    .name = "space_to_depth",
    .family = &op_depth_to_space_family,
};
