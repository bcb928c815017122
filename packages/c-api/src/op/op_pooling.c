/*
 * op_pooling.c - Pooling and Pooling_v1: maximum, average, sum or root of windows.
 *
 * Window i of an axis covers i s - p up to i s - p + k, cut off at the padded
 * border in + p; what it holds of the data itself takes part. Outputs per axis:
 * valid  floor((in + 2p - k) / s) + 1
 * full   ceil ((in + 2p - k) / s) + 1
 * 2015/16 (op.legacy) floor((min(in + 2p - k + s, in + 2p) - 1) / s) + 1, padding counts
 * as zeros for maxima, and the average's divisor is always the kernel's size;
 * so do Pooling_v1's maxima and averages, whose output sizes are valid or full.
 * Else the divisor counts the padding's cells, unless count_include_pad=False.
 *
 * Attributes: kernel (required unless global_pool), stride = 1, pad = 0,
 * pool_type = max (avg, sum, lp), global_pool = False (one window of everything;
 * kernel, stride and pad do not matter), pooling_convention = valid (full;
 * "same" never worked in MXNet and is refused), p_value (1, 2, 3; required for
 * lp), count_include_pad = None (True), layout = None (channels second, or last).
 * Of all ages; Pooling_v1 in graphs of 2016/17.
 */
#include "../kernel/pooling.h"

#include <float.h>

#include "op_table.h"
#include "pooling_param.h"

enum { OP_POOLING_NOW, OP_POOLING_V1 };
enum { OP_POOLING_VALID, OP_POOLING_FULL, OP_POOLING_SAME };
/* Positions in "NCW|NCHW|NCDHW|NWC|NHWC|NDHWC". */
enum { OP_POOLING_LAYOUT_LAST = 3 };

#define OP_POOLING_AXES 3
#define OP_POOLING_LARGEST INT32_MAX /* kernel, stride and pad */

typedef struct op_pooling_param {
  lp_tuple kernel;
  lp_tuple stride;
  lp_tuple pad;
  int pool_type; /* an lp_pooling_kind */
  int global_pool;
  int convention;
  int64_t p_value;
  int count_include_pad;
  int layout;
  bool legacy;
} op_pooling_param;

static const lp_attr op_pooling_attrs[] = {
    {"kernel", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, kernel), "()", NULL},
    {"pool_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_pooling_param, pool_type), "max",
     "max|avg|sum|lp"},
    {"global_pool", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_pooling_param, global_pool), "False", NULL},
    {"pooling_convention", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_pooling_param, convention), "valid",
     "valid|full|same"},
    {"stride", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, stride), "()", NULL},
    {"pad", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, pad), "()", NULL},
    {"p_value", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_pooling_param, p_value), "None", NULL},
    {"count_include_pad", LP_ATTR_BOOL, LP_ATTR_OPTIONAL,
     LP_ATTR_OF(op_pooling_param, count_include_pad), "None", NULL},
    {"layout", LP_ATTR_ENUM, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_pooling_param, layout), "None",
     "NCW|NCHW|NCDHW|NWC|NHWC|NDHWC"},
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static const lp_attr op_pooling_v1_attrs[] = {
    {"kernel", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, kernel), "()", NULL},
    {"pool_type", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_pooling_param, pool_type), "max", "max|avg|sum"},
    {"global_pool", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_pooling_param, global_pool), "False", NULL},
    {"pooling_convention", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_pooling_param, convention), "valid",
     "valid|full"},
    {"stride", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, stride), "()", NULL},
    {"pad", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_pooling_param, pad), "()", NULL},
    {"p_value", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_pooling_param, p_value), "None", NULL},
    {"count_include_pad", LP_ATTR_BOOL, LP_ATTR_OPTIONAL,
     LP_ATTR_OF(op_pooling_param, count_include_pad), "None", NULL},
    {"layout", LP_ATTR_ENUM, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_pooling_param, layout), "None",
     "NCW|NCHW|NCDHW|NWC|NHWC|NDHWC"},
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

lp_pooling_kind lp_pooling_param_kind(const void *param, bool *include_pad) {
  const op_pooling_param *pooling = param;
  *include_pad = pooling->count_include_pad != 0;
  return (lp_pooling_kind)pooling->pool_type;
}

static lp_status op_pooling_check_tuple(const char *key, const lp_tuple *tuple, int axes,
                                        int64_t least) {
  if (tuple->count > 0 && tuple->count != axes) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' has %d entries, expected %d as in kernel",
                   key, tuple->count, axes);
  }
  for (int i = 0; i < tuple->count; i++) {
    if (tuple->values[i] < least || tuple->values[i] > OP_POOLING_LARGEST) {
      return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' has the entry %lld, expected %lld to %lld",
                     key, (long long)tuple->values[i], (long long)least,
                     (long long)OP_POOLING_LARGEST);
    }
  }
  return LP_OK;
}

static lp_status op_pooling_check(void *parsed) {
  const op_pooling_param *param = parsed;
  if (param->pool_type == LP_POOLING_ROOT && (param->p_value < 1 || param->p_value > 3)) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'p_value' must be 1, 2 or 3 for pool_type lp");
  }
  if (param->convention == OP_POOLING_SAME) {
    return lp_fail(LP_ERROR_UNSUPPORTED, "pooling_convention 'same' is not supported");
  }
  if (param->global_pool) {
    return LP_OK;
  }
  if (param->kernel.count < 1 || param->kernel.count > OP_POOLING_AXES) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "attribute 'kernel' has %d entries, expected 1 to 3, or global_pool=True",
                   param->kernel.count < 0 ? 0 : param->kernel.count);
  }
  LP_TRY(op_pooling_check_tuple("kernel", &param->kernel, param->kernel.count, 1));
  LP_TRY(op_pooling_check_tuple("stride", &param->stride, param->kernel.count, 1));
  return op_pooling_check_tuple("pad", &param->pad, param->kernel.count, 0);
}

/* One spatial axis. */
typedef struct op_pooling_axis {
  int64_t in;
  int64_t kernel;
  int64_t stride;
  int64_t pad;
} op_pooling_axis;

static op_pooling_axis op_pooling_axis_of(const op_pooling_param *param, int axis, int64_t in) {
  op_pooling_axis result = {in, in, 1, 0};
  if (!param->global_pool) {
    result.kernel = param->kernel.values[axis];
    result.stride = param->stride.count > 0 ? param->stride.values[axis] : 1;
    result.pad = param->pad.count > 0 ? param->pad.values[axis] : 0;
  }
  return result;
}

/* Outputs along an axis; 0 if the kernel does not fit. */
static int64_t op_pooling_outputs(const op_pooling_param *param, const op_pooling_axis *axis) {
  int64_t padded = axis->in + 2 * axis->pad;
  if (axis->kernel > padded || axis->in <= 0) {
    return 0;
  }
  int64_t room = padded - axis->kernel;
  if (param->global_pool) {
    return 1;
  }
  if (param->legacy) {
    int64_t reach = room + axis->stride < padded ? room + axis->stride : padded;
    return (reach - 1) / axis->stride + 1;
  }
  if (param->convention == OP_POOLING_FULL) {
    return (room + axis->stride - 1) / axis->stride + 1;
  }
  return room / axis->stride + 1;
}

static bool op_pooling_channels_last(const op_pooling_param *param) {
  return param->layout >= OP_POOLING_LAYOUT_LAST;
}

static lp_status op_pooling_shape(const lp_infer *infer) {
  const op_pooling_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  if (in->ndim < 0) {
    return LP_OK;
  }
  lp_shape_text text;
  int axes = in->ndim - 2;
  if (axes < 1 || axes > OP_POOLING_AXES) {
    return lp_infer_fail(infer, "data must have 3, 4 or 5 dimensions, not %s",
                         lp_shape_print(in, &text));
  }
  if (!param->global_pool && param->kernel.count != axes) {
    return lp_infer_fail(infer, "kernel has %d entries, expected %d for data of shape %s",
                         param->kernel.count, axes, lp_shape_print(in, &text));
  }
  if (param->layout >= 0 && param->layout % 3 != axes - 1) {
    return lp_infer_fail(infer, "layout is for %d spatial dimensions, data is %s",
                         param->layout % 3 + 1, lp_shape_print(in, &text));
  }
  int first = op_pooling_channels_last(param) ? 1 : 2;
  lp_shape out = *in;
  for (int i = 0; i < axes; i++) {
    int64_t size = in->dim[first + i];
    if (size < 0) {
      out.dim[first + i] = param->global_pool ? 1 : LP_DIM_UNKNOWN;
      continue;
    }
    op_pooling_axis axis = op_pooling_axis_of(param, i, size);
    /* The bound keeps sums of sizes, pads and strides far from overflow. */
    out.dim[first + i] = size < INT64_MAX / 4 ? op_pooling_outputs(param, &axis) : 0;
    if (out.dim[first + i] <= 0) {
      return lp_infer_fail(infer, "kernel size (%lld) exceeds input (%lld padded to %lld)",
                           (long long)axis.kernel, (long long)size,
                           (long long)size + 2 * (long long)axis.pad);
    }
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  /* Batch and channels are the same on both sides. */
  lp_shape back = *in;
  int channels = op_pooling_channels_last(param) ? in->ndim - 1 : 1;
  back.dim[0] = infer->out[0].dim[0];
  back.dim[channels] = infer->out[0].dim[channels];
  return lp_infer_merge(infer, &infer->in[0], &back);
}

/* The window of one output. */
static lp_pooling_window op_pooling_window(const op_pooling_axis *axis, int64_t output,
                                           bool whole_divisor, bool include_pad) {
  int64_t start = output * axis->stride - axis->pad;
  int64_t end = start + axis->kernel;
  int64_t border = axis->in + axis->pad;
  lp_pooling_window window = {0, 0, 0, 0};
  window.cells = (end < border ? end : border) - start;
  window.begin = start > 0 ? start : 0;
  window.end = end < axis->in ? end : axis->in;
  if (window.end <= window.begin) {
    window.begin = window.end = 0;
  }
  window.divisor = whole_divisor ? axis->kernel
                   : include_pad ? window.cells
                                 : window.end - window.begin;
  if (window.divisor < 1) {
    window.divisor = 1; /* an empty window: its sum is 0 */
  }
  return window;
}

/* The outputs of an axis whose windows are not cut off; called for the last axis last. */
static void op_pooling_whole_windows(const op_pooling_axis *axis, const lp_pooling_window *windows,
                                     int64_t outputs, lp_pooling *pooling) {
  pooling->first = 0;
  while (pooling->first < outputs &&
         windows[pooling->first].end - windows[pooling->first].begin < axis->kernel) {
    pooling->first++;
  }
  pooling->last = pooling->first;
  while (pooling->last < outputs &&
         windows[pooling->last].end - windows[pooling->last].begin == axis->kernel) {
    pooling->last++;
  }
  const lp_pooling_window *first = windows + pooling->first;
  const lp_pooling_window *last = windows + pooling->last;
  const bool three = axis->kernel == 3 && pooling->last > pooling->first;
  pooling->left = three && pooling->first > 0 && first[-1].end - first[-1].begin == 2 &&
                  first->begin == axis->stride - 1 && first[-1].divisor == first->divisor;
  pooling->right = three && pooling->last < outputs && last->end - last->begin == 2 &&
                   last->begin == last[-1].begin + axis->stride &&
                   last->divisor == first->divisor;
}

/* The sizes of a run, windows apart. Every run has three spatial axes. */
static void op_pooling_sizes(const lp_shape *in, const lp_shape *out, bool channels_last,
                             lp_pooling *pooling, int64_t *channels) {
  int axes = in->ndim - 2;
  int first = channels_last ? 1 : 2;
  for (int i = 0; i < OP_POOLING_AXES; i++) {
    int from = i - (OP_POOLING_AXES - axes);
    pooling->in[i] = from < 0 ? 1 : in->dim[first + from];
    pooling->out[i] = from < 0 ? 1 : out->dim[first + from];
  }
  *channels = in->dim[channels_last ? in->ndim - 1 : 1];
}

/* One window of everything: the data are then one row. */
static bool op_pooling_is_one_window(const lp_pooling *pooling) {
  return pooling->out[0] == 1 && pooling->out[1] == 1 && pooling->out[2] == 1 &&
         pooling->windows[0][0].end - pooling->windows[0][0].begin == pooling->in[0] &&
         pooling->windows[1][0].end - pooling->windows[1][0].begin == pooling->in[1] &&
         pooling->windows[2][0].end - pooling->windows[2][0].begin == pooling->in[2];
}

/* Scratch: the structure with its windows, then for each thread a row, and for channels last a channel's data and results. */
static bool op_pooling_scratch_parts(const lp_pooling *pooling, bool channels_last,
                                     size_t element_size, unsigned threads, size_t *windows,
                                     size_t *each, size_t *total) {
  size_t count = 0;
  size_t elements = 0;
  size_t volume = 0;
  size_t all = 0;
  if (!lp_size_add((size_t)pooling->in[2], LP_POOLING_ROW_SPARE, &elements)) {
    return false;
  }
  for (int i = 0; i < OP_POOLING_AXES; i++) {
    if (!lp_size_add(count, (size_t)pooling->out[i], &count)) {
      return false;
    }
  }
  if (channels_last) {
    for (int side = 0; side < 2; side++) {
      volume = 1;
      for (int i = 0; i < OP_POOLING_AXES; i++) {
        if (!lp_size_multiply(volume, (size_t)(side == 0 ? pooling->in : pooling->out)[i],
                              &volume)) {
          return false;
        }
      }
      if (!lp_size_add(elements, volume, &elements)) {
        return false;
      }
    }
  }
  if (!lp_size_multiply(count, sizeof(lp_pooling_window), windows) ||
      !lp_size_add(*windows, sizeof(lp_pooling), windows) ||
      !lp_size_multiply(elements, element_size, each) || !lp_size_add(*windows, 63, windows) ||
      !lp_size_add(*each, 63, each)) {
    return false;
  }
  *windows = *windows / 64 * 64;
  *each = *each / 64 * 64;
  return lp_size_multiply(*each, threads, &all) && lp_size_add(all, *windows, total);
}

/* Bytes of the windows, and of them and a row per thread together; false on overflow. */
static bool op_pooling_bytes(const lp_query *query, size_t element_size, unsigned threads,
                             size_t *windows, size_t *total) {
  lp_pooling pooling;
  int64_t channels;
  size_t each;
  bool last = op_pooling_channels_last(query->param);
  op_pooling_sizes(&query->in[0].shape, &query->out[0].shape, last, &pooling, &channels);
  return op_pooling_scratch_parts(&pooling, last, element_size, threads, windows, &each, total);
}

static size_t op_pooling_prepared(const lp_query *query) {
  size_t windows;
  size_t total;
  return op_pooling_bytes(query, 1, 1, &windows, &total) ? windows : SIZE_MAX;
}

static size_t op_pooling_scratch(const lp_query *query) {
  size_t windows;
  size_t total;
  return op_pooling_bytes(query, lp_dtype_size(query->in[0].dtype), query->threads, &windows, &total)
             ? total
             : SIZE_MAX;
}

static double op_pooling_volume(const op_pooling_param *param, const lp_tensor *in) {
  double volume = 1;
  for (int i = 0; i < in[0].shape.ndim - 2; i++) {
    op_pooling_axis axis = op_pooling_axis_of(
        param, i, in[0].shape.dim[i + (op_pooling_channels_last(param) ? 1 : 2)]);
    volume *= (double)axis.kernel;
  }
  return volume;
}

/* Estimated nanoseconds of a vector, and of a chunk of work. */
#define OP_POOLING_NANOSECONDS 0.25
#define OP_POOLING_CHUNK 5e3

typedef struct op_pooling_work {
  const lp_pooling *pooling;
  const char *x;
  char *y;
  char *scratch;  /* behind the windows */
  size_t each;    /* scratch of one thread */
  int64_t planes; /* all of the run */
  int64_t parts;  /* of a plane */
  int64_t near;   /* planes whose first parts follow each other, then their second: those of an image, so that threads keep to rows as convolutions do */
  int64_t lines;  /* blocked: rows of outputs of a plane */
  int64_t total;  /* parts */
  int64_t chunk;  /* parts of one chunk */
  int64_t row;    /* elements of a row of scratch */
  int64_t in;     /* elements of a plane */
  int64_t out;
  int64_t channels; /* channels last: of one image; otherwise 0 */
  lp_dtype dtype;
  int block;
  lp_isa isa;
} op_pooling_work;

static void op_pooling_plane(const op_pooling_work *work, const char *x, char *y, char *row) {
  if (lp_dtype_is(work->dtype, LP_FLOAT64)) {
    lp_pooling_doubles(work->pooling, (const double *)(const void *)x, (double *)(void *)y,
                       (double *)(void *)row);
  } else {
    lp_pooling_floats(work->pooling, (const float *)(const void *)x, (float *)(void *)y,
                      (float *)(void *)row, work->isa);
  }
}

/* Every `step`-th element to or from neighbours. */
static void op_pooling_gather(lp_dtype dtype, const void *from, int64_t from_step, void *to,
                              int64_t to_step, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (lp_dtype_is(dtype, LP_FLOAT64)) {
      ((double *)to)[i * to_step] = ((const double *)from)[i * from_step];
    } else {
      ((float *)to)[i * to_step] = ((const float *)from)[i * from_step];
    }
  }
}

static void op_pooling_chunk(void *context, int64_t index, unsigned worker) {
  const op_pooling_work *work = context;
  const size_t size = lp_dtype_size(work->dtype);
  char *row = work->scratch + work->each * worker;
  int64_t end = (index + 1) * work->chunk < work->total ? (index + 1) * work->chunk : work->total;
  for (int64_t at = index * work->chunk; at < end; at++) {
    const int64_t plane = at / (work->near * work->parts) * work->near + at % work->near;
    const int64_t part = at / work->near % work->parts;
    if (LP_WITH_FAST && work->block > 1) {
      lp_pooling_blocked(work->pooling, (const float *)(const void *)work->x + plane * work->in,
                         (float *)(void *)work->y + plane * work->out,
                         work->lines * part / work->parts, work->lines * (part + 1) / work->parts,
                         work->isa);
    } else if (work->channels == 0) {
      op_pooling_plane(work, work->x + (size_t)(plane * work->in) * size,
                       work->y + (size_t)(plane * work->out) * size, row);
    } else {
      int64_t image = plane / work->channels;
      int64_t channel = plane % work->channels;
      char *x = row + (size_t)work->row * size;
      char *y = x + (size_t)work->in * size;
      op_pooling_gather(work->dtype,
                        work->x + (size_t)(image * work->channels * work->in + channel) * size,
                        work->channels, x, 1, work->in);
      op_pooling_plane(work, x, y, row);
      op_pooling_gather(work->dtype, y, 1,
                        work->y + (size_t)(image * work->channels * work->out + channel) * size,
                        work->channels, work->out);
    }
  }
}

/* Everything of a run that follows from shapes and attributes: the structure and, behind it, the windows. */
static void op_pooling_fill(const lp_call *call, lp_pooling *pooling) {
  const op_pooling_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const bool old = param->legacy || call->op->kind == OP_POOLING_V1;
  const int axes = shape->ndim - 2;
  int64_t channels;
  lp_pooling_window *windows = (lp_pooling_window *)(void *)(pooling + 1);
  lp_pooling_window *window = windows;
  op_pooling_sizes(shape, &call->out[0].shape, op_pooling_channels_last(param), pooling, &channels);
  pooling->step = 1;
  for (int i = 0; i < OP_POOLING_AXES; i++) {
    int from = i - (OP_POOLING_AXES - axes);
    op_pooling_axis axis = {1, 1, 1, 0};
    if (from >= 0) {
      axis = op_pooling_axis_of(param, from, pooling->in[i]);
    }
    pooling->windows[i] = window;
    for (int64_t o = 0; o < pooling->out[i]; o++) {
      *window++ = op_pooling_window(&axis, o, old, param->count_include_pad != 0);
    }
    pooling->step = axis.stride;
    op_pooling_whole_windows(&axis, pooling->windows[i], pooling->out[i], pooling);
  }
  pooling->kind = (lp_pooling_kind)param->pool_type;
  pooling->power = pooling->kind == LP_POOLING_ROOT ? (int)param->p_value : 1;
  pooling->zero_padding = old;
  pooling->nothing = call->op->kind == OP_POOLING_V1   ? -(double)INFINITY
                     : lp_dtype_is(call->in[0].dtype, LP_FLOAT64) ? -DBL_MAX
                                                       : -(double)FLT_MAX;
  if (call->in[0].block == 1 && op_pooling_is_one_window(pooling) && pooling->power == 1) {
    /* Rows without end are faster than many short ones. The divisors multiply as before. No row of scratch is used for one. */
    pooling->in[2] *= pooling->in[0] * pooling->in[1];
    pooling->in[0] = pooling->in[1] = 1;
    windows[0].begin = windows[1].begin = windows[2].begin = 0;
    windows[0].end = windows[1].end = 1;
    windows[2].end = pooling->in[2];
    windows[2].cells *= windows[0].cells * windows[1].cells;
    windows[0].cells = windows[1].cells = 1;
  }
}

static void op_pooling_prepare(const lp_call *call, void *prepared) {
  op_pooling_fill(call, prepared);
}

static lp_status op_pooling_run(const lp_call *call) {
  const lp_shape *shape = &call->in[0].shape;
  const bool last = op_pooling_channels_last(call->param);
  lp_pooling sizes;
  op_pooling_work work = {.scratch = call->scratch,
                          .dtype = call->in[0].dtype,
                          .block = call->in[0].block,
                          .isa = call->isa,
                          .x = call->in[0].data,
                          .y = call->out[0].data};
  int64_t channels;
  size_t windows_size;
  size_t total;
  op_pooling_sizes(shape, &call->out[0].shape, last, &sizes, &channels);
  if (!op_pooling_scratch_parts(&sizes, last, lp_dtype_size(work.dtype),
                                lp_threads_count(call->threads), &windows_size, &work.each,
                                &total)) {
    return lp_fail(LP_ERROR_INTERNAL, "Pooling of an impossible shape");
  }
  work.pooling = call->prepared;
  if (call->prepared == NULL) {
    op_pooling_fill(call, call->scratch);
    work.pooling = call->scratch;
  }
  work.scratch += windows_size;
  work.row = sizes.in[2] + LP_POOLING_ROW_SPARE;
  work.in = sizes.in[0] * sizes.in[1] * sizes.in[2];
  work.out = sizes.out[0] * sizes.out[1] * sizes.out[2];
  work.channels = last ? channels : 0;
  work.planes = shape->dim[0] * channels;
  work.parts = 1;
  work.near = 1;
  const double plane =
      op_pooling_volume(call->param, call->in) * (double)work.out * OP_POOLING_NANOSECONDS;
  if (work.block > 1) {
    work.in *= work.block;
    work.out *= work.block;
    work.near = (channels + work.block - 1) / work.block;
    work.planes = shape->dim[0] * work.near;
    /* Where there are few channels or images, a plane has several parts. */
    work.lines = sizes.out[0] * sizes.out[1];
    work.parts = (int64_t)(plane / OP_POOLING_CHUNK) + 1;
    const int64_t threads = (int64_t)lp_threads_count(call->threads);
    work.parts = shape->dim[0] < threads && work.parts < threads ? threads : work.parts;
    work.parts = work.parts < work.lines ? work.parts : work.lines > 0 ? work.lines : 1;
  }
  work.chunk = 1 + (int64_t)(OP_POOLING_CHUNK / (plane / (double)work.parts + 1));
  work.total = work.planes * work.parts;
  lp_threads_run(call->threads, (work.total + work.chunk - 1) / work.chunk, op_pooling_chunk,
                 &work);
  return LP_OK;
}

static double op_pooling_cost_plain(const lp_query *query) {
  lp_dtype dtype = query->in[0].dtype;
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, dtype) ||
      (dtype != LP_FLOAT32 && !lp_dtype_is(dtype, LP_FLOAT64))) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (1 + 0.15 * op_pooling_volume(query->param, query->in));
}

static double op_pooling_cost_blocked(const lp_query *query) {
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, LP_FLOAT32) || query->block < 2 ||
      op_pooling_channels_last(query->param)) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (2 + 0.5 * op_pooling_volume(query->param, query->in)) / (double)query->block;
}

static void op_pooling_legacy(void *parsed, bool round_up) {
  op_pooling_param *param = parsed;
  param->legacy = round_up;
}

/*
 * Rounding up is "full" while no stride exceeds its kernel, and, a window of 1
 * being all it can reach, "valid" where the kernel is 1. Zeros around maxima
 * and full divisors of averages are Pooling_v1's.
 */
static lp_status op_pooling_legacy_save(const void *parsed, const char **op,
                                        const char **convention) {
  const op_pooling_param *param = parsed;
  *op = "Pooling";
  *convention = "valid";
  if (!param->legacy || param->global_pool) {
    return LP_OK;
  }
  bool full = false, valid = false, padded = false;
  for (int i = 0; i < param->kernel.count; i++) {
    op_pooling_axis axis = op_pooling_axis_of(param, i, 1);
    if (axis.stride > axis.kernel && axis.kernel > 1) {
      return lp_fail(LP_ERROR_UNSUPPORTED,
                     "stride %lld exceeds kernel %lld: no attribute of today rounds as the file's "
                     "time did",
                     (long long)axis.stride, (long long)axis.kernel);
    }
    full = full || axis.kernel > 1;
    valid = valid || axis.stride > axis.kernel;
    padded = padded || axis.pad > 0;
  }
  bool old = param->pool_type == LP_POOLING_MAX ? padded
                                                : param->pool_type == LP_POOLING_AVERAGE && full;
  if (full && valid) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "one axis strides over a kernel of 1 and another does not: no attribute of "
                   "today rounds both as the file's time did");
  }
  if (old && param->kernel.count != 2) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "kernel has %d entries: with 2 only there is an operator of today that treats "
                   "borders as the file's time did",
                   param->kernel.count);
  }
  *op = old ? "Pooling_v1" : "Pooling";
  *convention = full ? "full" : "valid";
  return LP_OK;
}

static const lp_algorithm op_pooling_algorithms[] = {
#if LP_WITH_FAST
    {.name = "blocked",
     .cost = op_pooling_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .scratch = op_pooling_scratch,
     .prepared = op_pooling_prepared,
     .prepare = op_pooling_prepare,
     .run = op_pooling_run},
#endif
    {.name = "plain",
     .cost = op_pooling_cost_plain,
     .scratch = op_pooling_scratch,
     .prepared = op_pooling_prepared,
     .prepare = op_pooling_prepare,
     .run = op_pooling_run},
};

static const lp_op_family op_pooling_family = {
    .attrs = op_pooling_attrs,
    .num_attrs = (int)LP_COUNT(op_pooling_attrs),
    .param_size = sizeof(op_pooling_param),
    .check = op_pooling_check,
    .inputs = "data",
    .shape = op_pooling_shape,
    .algorithms = op_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_pooling_algorithms),
    .legacy = LP_WITH_OLD_FILES ? op_pooling_legacy : NULL,
    .legacy_save = LP_WITH_OLD_FILES && LP_WITH_REPORTS ? op_pooling_legacy_save : NULL,
};
LP_DATA const lp_op lp_op_Pooling = {
    .name = "Pooling",
    .aliases = "_npx_pooling",
    .kind = OP_POOLING_NOW,
    .family = &op_pooling_family,
};

static const lp_op_family op_pooling_v1_family = {
    .attrs = op_pooling_v1_attrs,
    .num_attrs = (int)LP_COUNT(op_pooling_v1_attrs),
    .param_size = sizeof(op_pooling_param),
    .check = op_pooling_check,
    .inputs = "data",
    .shape = op_pooling_shape,
    .algorithms = op_pooling_algorithms,
    .num_algorithms = (int)LP_COUNT(op_pooling_algorithms),
};
LP_DATA const lp_op lp_op_Pooling_v1 = {
    .name = "Pooling_v1",
    .kind = OP_POOLING_V1,
    .family = &op_pooling_v1_family,
};

#undef OP_POOLING_NANOSECONDS
#undef OP_POOLING_CHUNK
#undef OP_POOLING_AXES
#undef OP_POOLING_LARGEST
