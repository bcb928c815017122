/*
 * op_crop.c - Crop: a part of an image: out[n,c,y,x] = data[n,c,y+offset_y,x+offset_x].
 *
 * num_args: int, required: 2: the size is that of the second input's images; 1: h_w
 * offset: tuple = (0,0): (y, x)
 * h_w: tuple = (0,0)
 * center_crop: bool = False: the offset that centres, rounded down
 * FCN. (The lower-case "crop" of old graphs is another name of slice.)
 */
#include "box.h"
#include "op_table.h"

typedef struct op_crop_param {
  int64_t num_args;
  lp_tuple offset;
  lp_tuple h_w;
  int center_crop;
} op_crop_param;

static const lp_attr op_crop_attrs[] = {
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_crop_param, num_args), NULL, NULL},
    {"offset", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_crop_param, offset), "(0,0)", NULL},
    {"h_w", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_crop_param, h_w), "(0,0)", NULL},
    {"center_crop", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_crop_param, center_crop), "False", NULL},
};

static lp_status op_crop_check(void *any_param) {
  const op_crop_param *param = any_param;
  if (param->num_args < 1 || param->num_args > 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_args is %lld, expected 1 or 2",
                   (long long)param->num_args);
  }
  if (param->offset.count != 2 || param->h_w.count != 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "offset has %d items and h_w %d, expected 2 each",
                   param->offset.count, param->h_w.count);
  }
  return LP_OK;
}

static int op_crop_count_inputs(const void *param) {
  return (int)((const op_crop_param *)param)->num_args;
}

/* Offset along spatial axis i (0: y). */
static int64_t op_crop_offset(const op_crop_param *param, int i, int64_t size, int64_t cropped) {
  return param->center_crop ? (size - cropped) / 2 : param->offset.values[i];
}

static lp_status op_crop_shape(const lp_infer *infer) {
  const op_crop_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim != 4) {
    return lp_infer_fail(infer, "expected data of 4 dimensions, found %d", in->ndim);
  }
  if (infer->num_inputs > 1 && infer->in[1].ndim >= 0 && infer->in[1].ndim != 4) {
    return lp_infer_fail(infer, "expected a second input of 4 dimensions, found %d",
                         infer->in[1].ndim);
  }
  lp_shape out = *in;
  for (int i = 0; i < 2; i++) {
    int64_t cropped = param->h_w.values[i];
    if (infer->num_inputs > 1) {
      cropped = infer->in[1].ndim == 4 ? infer->in[1].dim[2 + i] : LP_DIM_UNKNOWN;
    } else if (cropped < 1) {
      return lp_infer_fail(infer, "h_w: item %d is %lld, expected at least 1", i,
                           (long long)cropped);
    }
    out.dim[2 + i] = cropped;
    if (cropped < 0 || in->dim[2 + i] < 0) {
      continue;
    }
    int64_t size = in->dim[2 + i];
    int64_t offset = op_crop_offset(param, i, size, cropped);
    if (cropped > size || offset < 0 || offset > size - cropped) {
      return lp_infer_fail(infer, "axis %d: expected offset + %lld <= %lld, found an offset of %lld",
                           2 + i, (long long)cropped, (long long)size, (long long)offset);
    }
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static void op_crop_box(const void *param, const lp_tensor *in, const lp_tensor *out, lp_box *box) {
  for (int i = 0; i < 2; i++) {
    box->begin[2 + i] = op_crop_offset(param, i, in->shape.dim[2 + i], out->shape.dim[2 + i]);
  }
}

LP_BOX_ALGORITHMS(op_crop, 1)

static const lp_op_family op_crop_family = {
    .attrs = op_crop_attrs,
    .num_attrs = LP_COUNT(op_crop_attrs),
    .param_size = sizeof(op_crop_param),
    .check = op_crop_check,
    .inputs = "arg*",
    .count_inputs = op_crop_count_inputs,
    .shape_inputs = 2,
    .shape = op_crop_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_crop_algorithms,
    .num_algorithms = LP_COUNT(op_crop_algorithms),
    .slice_view = op_crop_view,
};
LP_DATA const lp_op lp_op_Crop = {.name = "Crop", .family = &op_crop_family};
