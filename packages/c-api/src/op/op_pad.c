/*
 * op_pad.c - Pad: a border around the spatial axes of a 4-D or 5-D tensor.
 *
 * mode: enum{constant|edge|reflect}, required; reflect leaves the edge itself out: 2 1 | 0 1 2 | 1 0
 * pad_width: tuple, required: (before, after) for each axis; 0 for the first two axes
 * constant_value: double = 0
 * DenseNet-like and style transfer nets.
 */
#include "movement.h"
#include "op_table.h"

enum { OP_PAD_CONSTANT, OP_PAD_EDGE, OP_PAD_REFLECT };

typedef struct op_pad_param {
  int mode;
  lp_tuple pad_width;
  double constant_value;
} op_pad_param;

static const lp_attr op_pad_attrs[] = {
    {"mode", LP_ATTR_ENUM, LP_ATTR_REQUIRED, LP_ATTR_OF(op_pad_param, mode), NULL,
     "constant|edge|reflect"},
    {"pad_width", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_pad_param, pad_width), NULL, NULL},
    {"constant_value", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_pad_param, constant_value), "0", NULL},
};

static lp_status op_pad_check(void *any_param) {
  const op_pad_param *param = any_param;
  for (int i = 0; i < param->pad_width.count; i++) {
    int64_t width = param->pad_width.values[i];
    if (width < 0 || width > INT32_MAX || (i < 4 && width != 0)) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "pad_width: item %d is %lld, expected %s", i,
                     (long long)width,
                     i < 4 ? "0: the first two axes are not padded" : "0 to 2147483647");
    }
  }
  return LP_OK;
}

static lp_status op_pad_shape(const lp_infer *infer) {
  const op_pad_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (in->ndim != 4 && in->ndim != 5) {
    return lp_infer_fail(infer, "expected data of 4 or 5 dimensions, found %d", in->ndim);
  }
  if (param->pad_width.count != 2 * in->ndim) {
    return lp_infer_fail(infer, "pad_width has %d items, expected %d for %d dimensions",
                         param->pad_width.count, 2 * in->ndim, in->ndim);
  }
  lp_shape out = *in;
  for (int i = 0; i < in->ndim; i++) {
    int64_t before = param->pad_width.values[2 * i];
    int64_t after = param->pad_width.values[2 * i + 1];
    if (in->dim[i] < 0) {
      continue;
    }
    if (in->dim[i] > INT64_MAX - before - after) {
      return lp_infer_fail(infer, "axis %d of size %lld is too big", i, (long long)in->dim[i]);
    }
    int64_t most = param->mode == OP_PAD_REFLECT ? in->dim[i] - 1
                   : param->mode == OP_PAD_EDGE && in->dim[i] == 0 ? 0
                                                                  : INT64_MAX;
    if ((before != 0 || after != 0) && (before > most || after > most)) {
      return lp_infer_fail(infer, "pad_width: axis %d has size %lld: expected at most %lld, found "
                                  "%lld and %lld",
                           i, (long long)in->dim[i], (long long)most, (long long)before,
                           (long long)after);
    }
    out.dim[i] += before + after;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

/* The tensors' memory, row-major; the lanes of a block are one more axis. */
typedef struct op_pad_memory {
  int ndim;
  int64_t before[LP_MAX_NDIM + 1];
  int64_t in_size[LP_MAX_NDIM + 1];
  int64_t in_stride[LP_MAX_NDIM + 1];
  int64_t out_size[LP_MAX_NDIM + 1];
  int64_t out_stride[LP_MAX_NDIM + 1];
} op_pad_memory;

static void op_pad_describe(const lp_call *call, op_pad_memory *memory) {
  const op_pad_param *param = call->param;
  const lp_tensor *in = &call->in[0];
  const lp_tensor *out = &call->out[0];
  int64_t in_stride = in->block;
  int64_t out_stride = in->block;
  int ndim = in->shape.ndim;
  memory->ndim = ndim + 1;
  memory->before[ndim] = 0;
  memory->in_size[ndim] = memory->out_size[ndim] = in->block;
  memory->in_stride[ndim] = memory->out_stride[ndim] = 1;
  for (int i = ndim - 1; i >= 0; i--) {
    int64_t block = i == 1 ? in->block : 1;
    memory->before[i] = param->pad_width.values[2 * i];
    memory->in_size[i] = (in->shape.dim[i] + block - 1) / block;
    memory->out_size[i] = (out->shape.dim[i] + block - 1) / block;
    memory->in_stride[i] = in_stride;
    memory->out_stride[i] = out_stride;
    in_stride *= memory->in_size[i];
    out_stride *= memory->out_size[i];
  }
}

/*
 * Fills `count` places along `axis` from place `first` on, of all that is done
 * already: the inside along axes before it, everything along axes behind. The
 * source is the output itself, from place `source` along the axis by `step`;
 * or, where there is a value, that.
 */
static void op_pad_side(const lp_call *call, const op_pad_memory *memory, int axis, int64_t first,
                        int64_t count, int64_t source, int64_t step, const void *value) {
  size_t size = lp_dtype_size(call->out[0].dtype);
  char *data = call->out[0].data;
  lp_strided_copy copy;
  int64_t offset = 0;
  if (count == 0) {
    return;
  }
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < memory->ndim; i++) {
    int64_t stride = memory->out_stride[i];
    int64_t places = i < axis ? memory->in_size[i] : i == axis ? count : memory->out_size[i];
    int64_t from = i == axis ? step * stride : stride;
    if (places == 0) {
      return;
    }
    lp_strided_copy_add(&copy, places, value != NULL ? 0 : from, stride);
    offset += i < axis ? memory->before[i] * stride : 0;
  }
  int64_t to = offset + first * memory->out_stride[axis];
  int64_t from = offset + source * memory->out_stride[axis];
  lp_strided_copy_run(&copy, value != NULL ? value : data + from * (int64_t)size,
                      data + to * (int64_t)size, size, call->threads);
}

static lp_status op_pad_run(const lp_call *call) {
  const op_pad_param *param = call->param;
  size_t size = lp_dtype_size(call->out[0].dtype);
  op_pad_memory memory;
  lp_strided_copy copy;
  int64_t value[1];
  int64_t offset = 0;
  op_pad_describe(call, &memory);
  lp_dtype_convert(LP_FLOAT64, &param->constant_value, call->out[0].dtype, value, 1);
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < memory.ndim; i++) {
    lp_strided_copy_add(&copy, memory.in_size[i], memory.in_stride[i], memory.out_stride[i]);
    offset += memory.before[i] * memory.out_stride[i];
  }
  lp_strided_copy_run(&copy, call->in[0].data, (char *)call->out[0].data + offset * (int64_t)size,
                      size, call->threads);
  for (int i = call->in[0].shape.ndim - 1; i >= 2; i--) {
    int64_t before = memory.before[i];
    int64_t end = before + memory.in_size[i];
    int64_t after = memory.out_size[i] - end;
    if (param->mode == OP_PAD_CONSTANT) {
      op_pad_side(call, &memory, i, 0, before, 0, 0, value);
      op_pad_side(call, &memory, i, end, after, 0, 0, value);
    } else if (param->mode == OP_PAD_EDGE) {
      op_pad_side(call, &memory, i, 0, before, before, 0, NULL);
      op_pad_side(call, &memory, i, end, after, end - 1, 0, NULL);
    } else {
      op_pad_side(call, &memory, i, 0, before, 2 * before, -1, NULL);
      op_pad_side(call, &memory, i, end, after, end - 2, -1, NULL);
    }
  }
  return LP_OK;
}

static double op_pad_blocked_cost(const lp_query *query) {
  if (query->block == 1 || query->in[0].dtype != LP_FLOAT32) {
    return LP_COST_REJECT;
  }
  return lp_movement_cost(query);
}

static const lp_algorithm op_pad_algorithms[] = {
    {.name = "blocked",
     .cost = op_pad_blocked_cost,
     .blocked_inputs = 1,
     .blocked_output = true,
     .run = op_pad_run},
    {.name = "plain", .cost = lp_movement_cost, .run = op_pad_run},
};

static const lp_op_family op_pad_family = {
    .attrs = op_pad_attrs,
    .num_attrs = LP_COUNT(op_pad_attrs),
    .param_size = sizeof(op_pad_param),
    .check = op_pad_check,
    .inputs = "data",
    .shape = op_pad_shape,
    .algorithms = op_pad_algorithms,
    .num_algorithms = LP_COUNT(op_pad_algorithms),
};
LP_DATA const lp_op lp_op_Pad = {.name = "Pad", .aliases = "pad", .family = &op_pad_family};
