/* conv_param.c - see conv_param.h. */
#include "conv_param.h"

static const int64_t conv_param_most = INT32_MAX;

/* Entries of a tuple aligned to the last dimension, or `standard` where it is empty. */
static lp_status conv_param_entries(const char *name, const lp_tuple *tuple, int dims,
                                    int64_t least, int64_t standard, int64_t *entries) {
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    entries[d] = standard;
  }
  if (tuple->count <= 0) {
    return LP_OK;
  }
  if (tuple->count != dims) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "%s has %d entries, expected %d as kernel has", name,
                   tuple->count, dims);
  }
  for (int i = 0; i < dims; i++) {
    int64_t value = tuple->values[i];
    if (value < least || value > conv_param_most) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "entry %d of %s is %lld, expected %lld to %lld", i, name,
                     (long long)value, (long long)least, (long long)conv_param_most);
    }
    entries[LP_CONV_DIMS - dims + i] = value;
  }
  return LP_OK;
}

lp_status lp_conv_param_check(void *param) {
  lp_conv_param *p = param;
  p->dims = p->kernel.count;
  if (p->dims < 1 || p->dims > LP_CONV_DIMS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "kernel has %d entries, expected 1 to %d",
                   p->dims < 0 ? 0 : p->dims, LP_CONV_DIMS);
  }
  LP_TRY(conv_param_entries("kernel", &p->kernel, p->dims, 1, 1, p->kernels));
  LP_TRY(conv_param_entries("stride", &p->stride, p->dims, 1, 1, p->strides));
  LP_TRY(conv_param_entries("dilate", &p->dilate, p->dims, 1, 1, p->dilates));
  LP_TRY(conv_param_entries("pad", &p->pad, p->dims, 0, 0, p->pads));
  LP_TRY(conv_param_entries("adj", &p->adj, p->dims, 0, 0, p->adjs));
  LP_TRY(conv_param_entries("target_shape", &p->target_shape, p->dims, 0, 0, p->targets));
  if (p->num_filter < 1 || p->num_filter > conv_param_most) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_filter is %lld, expected 1 to %lld",
                   (long long)p->num_filter, (long long)conv_param_most);
  }
  if (p->num_group < 1 || p->num_group > conv_param_most) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_group is %lld, expected 1 to %lld",
                   (long long)p->num_group, (long long)conv_param_most);
  }
  if (p->num_filter % p->num_group != 0) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_filter %lld is not divisible by num_group %lld",
                   (long long)p->num_filter, (long long)p->num_group);
  }
  if (p->layout > 2) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "layout has the channels last; only NCW, NCHW and NCDHW are supported");
  }
  if (p->layout >= 0 && p->layout + 1 != p->dims) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "layout is for %d spatial dimensions, kernel has %d",
                   p->layout + 1, p->dims);
  }
  return LP_OK;
}

int lp_conv_param_inputs(const void *param) {
  return ((const lp_conv_param *)param)->no_bias ? 2 : 3;
}

lp_status lp_conv_param_shape(const lp_infer *infer, bool *known) {
  const lp_conv_param *p = infer->param;
  lp_shape open;
  int64_t dims[LP_CONV_DIMS + 2];
  for (int d = 0; d < p->dims + 2; d++) {
    dims[d] = LP_DIM_UNKNOWN;
  }
  open = lp_shape_of(p->dims + 2, dims);
  *known = false;
  if (infer->in[0].ndim >= 0 && infer->in[0].ndim != p->dims + 2) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data should have %d dimensions for a kernel of %d, but is %s",
                         p->dims + 2, p->dims, lp_shape_print(&infer->in[0], &text));
  }
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &open));
  if (infer->num_inputs > 2) {
    lp_shape bias = lp_shape_1(p->num_filter);
    LP_TRY(lp_infer_merge(infer, &infer->in[2], &bias));
  }
  if (infer->in[0].dim[1] >= 0) {
    if (infer->in[0].dim[1] % p->num_group != 0) {
      return lp_infer_fail(infer, "data has %lld channels, expected a multiple of num_group %lld",
                           (long long)infer->in[0].dim[1], (long long)p->num_group);
    }
    *known = true;
  }
  /* Sizes beyond this would overflow what is computed from them, and no memory holds them. */
  for (int d = 0; d < p->dims + 2; d++) {
    if (infer->in[0].dim[d] > INT64_MAX / 8 ||
        (infer->out[0].ndim == p->dims + 2 && infer->out[0].dim[d] > INT64_MAX / 8)) {
      return lp_infer_fail(infer, "dimension %d is too large", d);
    }
  }
  open.dim[0] = infer->in[0].dim[0];
  open.dim[1] = p->num_filter;
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &open));
  open.dim[0] = infer->out[0].dim[0];
  open.dim[1] = LP_DIM_UNKNOWN;
  return lp_infer_merge(infer, &infer->in[0], &open);
}

lp_conv_geometry lp_conv_param_geometry(const lp_conv_param *param, const lp_shape *in,
                                        const lp_shape *out, const int64_t *before) {
  lp_conv_geometry g = {.batch = in->dim[0],
                        .channels = in->dim[1],
                        .filters = param->num_filter,
                        .groups = param->num_group};
  for (int d = 0; d < LP_CONV_DIMS; d++) {
    int place = d - (LP_CONV_DIMS - param->dims);
    g.in[d] = place < 0 ? 1 : in->dim[place + 2];
    g.out[d] = place < 0 ? 1 : out->dim[place + 2];
    g.kernel[d] = param->kernels[d];
    g.stride[d] = param->strides[d];
    g.dilate[d] = param->dilates[d];
    g.pad[d] = before[d];
  }
  return g;
}
