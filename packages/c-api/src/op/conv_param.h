/* conv_param.h - attributes that Convolution and Deconvolution share, and the geometry they give. */
#ifndef LP_OP_CONV_PARAM_H
#define LP_OP_CONV_PARAM_H

#include "../kernel/convolution.h"
#include "op.h"

typedef struct lp_conv_param {
  lp_tuple kernel, stride, dilate, pad;
  lp_tuple adj, target_shape; /* Deconvolution only */
  int64_t num_filter, num_group;
  int no_bias;
  int layout; /* position in LP_CONV_LAYOUTS, -1: none */
  /* Set by lp_conv_param_check: what the tuples mean, spatial dimensions aligned to the last. */
  int dims;
  int64_t kernels[LP_CONV_DIMS], strides[LP_CONV_DIMS], dilates[LP_CONV_DIMS], pads[LP_CONV_DIMS];
  int64_t adjs[LP_CONV_DIMS], targets[LP_CONV_DIMS];
} lp_conv_param;

#define LP_CONV_LAYOUTS "NCW|NCHW|NCDHW|NHWC|NDHWC"

/* Rows of the attribute table that both have. */
#define LP_CONV_ATTRS(no_bias_default)                                                           \
  {"kernel", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_conv_param, kernel), NULL, NULL},    \
      {"stride", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, stride), "()", NULL},               \
      {"dilate", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, dilate), "()", NULL},               \
      {"pad", LP_ATTR_TUPLE, 0, LP_ATTR_OF(lp_conv_param, pad), "()", NULL},                     \
      {"num_filter", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_conv_param, num_filter),      \
       NULL, NULL},                                                                              \
      {"num_group", LP_ATTR_UINT, 0, LP_ATTR_OF(lp_conv_param, num_group), "1", NULL},           \
      {"no_bias", LP_ATTR_BOOL, 0, LP_ATTR_OF(lp_conv_param, no_bias), no_bias_default, NULL},   \
      {"layout", LP_ATTR_ENUM, LP_ATTR_OPTIONAL, LP_ATTR_OF(lp_conv_param, layout), "None",      \
       LP_CONV_LAYOUTS},                                                                         \
      {"workspace", LP_ATTR_IGNORED, 0, 0, NULL, NULL},                                          \
      {"cudnn_tune", LP_ATTR_IGNORED, 0, 0, NULL, NULL}, {                                       \
    "cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL                                               \
  }

/* The op's `check`: ranges and entry counts; fills in the meaning. Never more than INT32_MAX in any entry. */
LP_INTERNAL lp_status lp_conv_param_check(void *param);
/* The op's `count_inputs`. */
LP_INTERNAL int lp_conv_param_inputs(const void *param);
/* Data's number of dimensions, batch and channel divisibility, bias: what both shape rules begin with. *known: the data's channels are. */
LP_INTERNAL lp_status lp_conv_param_shape(const lp_infer *infer, bool *known);
/* dilate * (kernel - 1) + 1; at most INT32_MAX squared. */
static inline int64_t lp_conv_param_reach(const lp_conv_param *param, int d) {
  return param->dilates[d] * (param->kernels[d] - 1) + 1;
}
/* Geometry of known shapes. `before`: padding before per dimension (Deconvolution's is not always the attribute). */
LP_INTERNAL lp_conv_geometry lp_conv_param_geometry(const lp_conv_param *param,
                                                    const lp_shape *in, const lp_shape *out,
                                                    const int64_t *before);

#endif
