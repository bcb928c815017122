/*
 * op_reduce.c - sums, means, products and extremes along axes, and norms.
 *
 * sum (sum_axis), mean, prod, nansum, nanprod (NaN counts as 0 or 1), max (max_axis), min
 * (min_axis: NaN if any is), norm (ord 1: sum |x|, ord 2: sqrt(sum x^2)). In the input's type;
 * integers wrap around, an integer mean is the wrapped sum divided by the wrapped count.
 * Attributes: axis: tuple = None (None or (): all axes), keepdims: bool = False; not norm: exclude:
 * bool = False (reduce the axes that are not listed); norm only: ord: int = 2, out_dtype = None.
 * Reducing everything gives shape (1). In models since 2015 (sum_axis, max_axis), mean since 0.10:
 * global pooling, normalisation written out.
 *
 * Neighbouring axes that are both kept or both reduced are joined. Then either the innermost is
 * reduced: one output is one or several long rows; or it is kept: up to 64 neighbouring outputs are
 * the sums of columns.
 */
#include "../kernel/reduce.h"
#include "op_table.h"

#define OP_REDUCE_MEAN 0x100
#define OP_REDUCE_NORM 0x200
#define OP_REDUCE_OF(kind) ((lp_reduction)((kind) & 0xff))
/* Work worth splitting among threads, and one part of it, in estimated nanoseconds. */
#define OP_REDUCE_SPLIT 200000.0
#define OP_REDUCE_PART 50000.0

typedef struct op_reduce_param {
  lp_tuple axis;
  int keepdims;
  int exclude;
  int64_t ord;
  int out_dtype;
} op_reduce_param;

static const lp_attr op_reduce_attrs[] = {
    {"axis", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, offsetof(op_reduce_param, axis), "None", NULL},
    {"keepdims", LP_ATTR_BOOL, 0, offsetof(op_reduce_param, keepdims), "False", NULL},
    {"exclude", LP_ATTR_BOOL, 0, offsetof(op_reduce_param, exclude), "False", NULL},
};

static const lp_attr op_reduce_norm_attrs[] = {
    {"ord", LP_ATTR_INT, 0, offsetof(op_reduce_param, ord), "2", NULL},
    {"axis", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, offsetof(op_reduce_param, axis), "None", NULL},
    {"keepdims", LP_ATTR_BOOL, 0, offsetof(op_reduce_param, keepdims), "False", NULL},
    {"out_dtype", LP_ATTR_DTYPE, LP_ATTR_OPTIONAL, offsetof(op_reduce_param, out_dtype), "None",
     NULL},
};

static lp_status op_reduce_norm_check(void *param) {
  const op_reduce_param *norm = param;
  if (norm->ord != 1 && norm->ord != 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "expected ord 1 or 2, not %lld", (long long)norm->ord);
  }
  return LP_OK;
}

/* Which axes go away. Returns the position in `axis` of one that does not exist or is there twice, else -1. */
static int op_reduce_axes(const op_reduce_param *param, int ndim, bool *reduced) {
  const bool all = param->axis.count <= 0;
  for (int i = 0; i < ndim; i++) {
    reduced[i] = all || param->exclude;
  }
  for (int i = 0; i < param->axis.count; i++) {
    int64_t axis = param->axis.values[i];
    axis += axis < 0 ? ndim : 0;
    if (axis < 0 || axis >= ndim || reduced[axis] != (param->exclude != 0)) {
      return i;
    }
    reduced[axis] = !param->exclude;
  }
  return -1;
}

static lp_status op_reduce_shape(const lp_infer *infer) {
  const op_reduce_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  bool reduced[LP_MAX_NDIM];
  lp_shape out = {0};
  if (in->ndim < 0) {
    return LP_OK;
  }
  const int wrong = op_reduce_axes(param, in->ndim, reduced);
  if (wrong >= 0) {
    lp_shape_text text;
    return lp_infer_fail(infer,
                         "attribute 'axis': expected axes of data of shape %s, each once, not %lld",
                         lp_shape_print(in, &text), (long long)param->axis.values[wrong]);
  }
  for (int i = 0; i < in->ndim; i++) {
    if (!reduced[i]) {
      out.dim[out.ndim++] = in->dim[i];
    } else if (param->keepdims) {
      out.dim[out.ndim++] = 1;
    }
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_reduce_norm_dtype(const lp_infer *infer) {
  const op_reduce_param *param = infer->param;
  return param->out_dtype < 0 ? lp_infer_same_dtype(infer)
                              : lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->out_dtype);
}

static double op_reduce_cost(const lp_query *query) {
  const lp_tensor *in = &query->in[0];
  double cost = lp_reduce_cost(OP_REDUCE_OF(query->op->kind), in->dtype);
  if (!lp_query_no_epilogue(query) || in->dtype == LP_FLOAT16 ||
      query->out[0].dtype == LP_FLOAT16) {
    return LP_COST_REJECT;
  }
  for (int i = 0; i < in->shape.ndim; i++) {
    cost *= (double)in->shape.dim[i];
  }
  return cost + 50.0 * lp_query_elements(query);
}

/* Joined axes, innermost first, with strides in elements. */
typedef struct op_reduce_axes_list {
  int count;
  int64_t dim[LP_MAX_NDIM];
  int64_t stride[LP_MAX_NDIM];
} op_reduce_axes_list;

typedef struct op_reduce_work {
  const lp_call *call;
  lp_reduction reduction;
  bool rows;                   /* the innermost axis is reduced */
  op_reduce_axes_list kept;    /* not the columns */
  op_reduce_axes_list reduced; /* not the innermost one */
  int64_t n;                   /* size and stride of the innermost reduced axis */
  int64_t stride;
  int64_t columns; /* outputs that are neighbours in the input; 1 if `rows` */
  int64_t blocks;  /* of columns */
  int64_t units;   /* blocks of all outputs */
  int64_t part;
  int64_t outer;  /* combinations of `reduced` */
  double divisor; /* elements per output */
} op_reduce_work;

/* Takes an axis list's innermost axis off. */
static void op_reduce_take(op_reduce_axes_list *axes, int64_t *dim, int64_t *stride) {
  *dim = 1;
  *stride = 1;
  if (axes->count > 0) {
    *dim = axes->dim[0];
    *stride = axes->stride[0];
    axes->count--;
    for (int i = 0; i < axes->count; i++) {
      axes->dim[i] = axes->dim[i + 1];
      axes->stride[i] = axes->stride[i + 1];
    }
  }
}

static op_reduce_work op_reduce_plan(const lp_call *call) {
  const op_reduce_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  op_reduce_work work = {.call = call,
                         .reduction = OP_REDUCE_OF(call->op->kind),
                         .columns = 1,
                         .outer = 1,
                         .units = 1,
                         .divisor = 1.0};
  bool reduced[LP_MAX_NDIM];
  bool any = false;
  bool last = false; /* whether the axis before (further in) is reduced */
  int64_t stride = 1;
  (void)op_reduce_axes(param, in->ndim, reduced);
  for (int i = in->ndim - 1; i >= 0; stride *= in->dim[i], i--) {
    op_reduce_axes_list *list = reduced[i] ? &work.reduced : &work.kept;
    work.divisor *= reduced[i] ? (double)in->dim[i] : 1.0;
    if (in->dim[i] == 1) {
      continue;
    }
    if (any && last == reduced[i]) {
      list->dim[list->count - 1] *= in->dim[i];
      continue;
    }
    work.rows = any ? work.rows : reduced[i];
    list->dim[list->count] = in->dim[i];
    list->stride[list->count] = stride;
    list->count++;
    last = reduced[i];
    any = true;
  }
  if (param->ord == 1 && work.reduction == LP_REDUCTION_SUM_SQUARE) {
    work.reduction = LP_REDUCTION_SUM_ABS;
  }
  op_reduce_take(&work.reduced, &work.n, &work.stride);
  if (!work.rows) {
    int64_t unused;
    op_reduce_take(&work.kept, &work.columns, &unused);
  }
  for (int i = 0; i < work.reduced.count; i++) {
    work.outer *= work.reduced.dim[i];
  }
  work.blocks = (work.columns + LP_REDUCE_LANES - 1) / LP_REDUCE_LANES;
  work.units = work.blocks;
  for (int i = 0; i < work.kept.count; i++) {
    work.units *= work.kept.dim[i];
  }
  return work;
}

/* Offset of the index-th combination of axes, innermost fastest. */
static int64_t op_reduce_offset(const op_reduce_axes_list *axes, int64_t index) {
  int64_t offset = 0;
  for (int i = 0; i < axes->count; i++) {
    offset += index % axes->dim[i] * axes->stride[i];
    index /= axes->dim[i];
  }
  return offset;
}

/* An integer sum by the count, which wraps around like the sum; 0 where it wraps to 0. */
static int64_t op_reduce_quotient(int64_t sum, double count, lp_dtype dtype) {
  char wrapped[8];
  int64_t divisor = 0;
  lp_dtype_convert(LP_FLOAT64, &count, dtype, wrapped, 1);
  lp_dtype_convert(dtype, wrapped, LP_INT64, &divisor, 1);
  return divisor == 0 ? 0 : divisor == -1 ? (int64_t)(0 - (uint64_t)sum) : sum / divisor;
}

/* Writes `lanes` results from element `first` on. */
static void op_reduce_finish(const op_reduce_work *work, const lp_reduce_state *state,
                             int64_t first, int64_t lanes) {
  const lp_tensor *out = &work->call->out[0];
  const int kind = work->call->op->kind;
  const bool root = work->reduction == LP_REDUCTION_SUM_SQUARE;
  char *target = (char *)out->data + (size_t)first * lp_dtype_size(out->dtype);
  double real[LP_REDUCE_LANES];
  for (int64_t i = 0; i < lanes; i++) {
    if (state->form != LP_REDUCE_INTEGER) {
      real[i] = lp_reduce_real(state, i);
    } else if (kind & OP_REDUCE_NORM) {
      real[i] = (double)lp_reduce_integer(state, i);
    } else {
      int64_t integer = lp_reduce_integer(state, i);
      char *at = target + (size_t)i * lp_dtype_size(out->dtype);
      lp_dtype_convert(LP_INT64, &integer, out->dtype, at, 1);
      if ((kind & OP_REDUCE_MEAN) != 0 && out->dtype != LP_BOOL) {
        lp_dtype_convert(out->dtype, at, LP_INT64, &integer, 1);
        integer = op_reduce_quotient(integer, work->divisor, out->dtype);
        lp_dtype_convert(LP_INT64, &integer, out->dtype, at, 1);
      }
      continue;
    }
    if (kind & OP_REDUCE_MEAN) {
      real[i] /= work->divisor;
    }
    real[i] = root ? sqrt(real[i]) : real[i];
  }
  if (state->form != LP_REDUCE_INTEGER || (kind & OP_REDUCE_NORM) != 0) {
    lp_dtype_convert(LP_FLOAT64, real, out->dtype, target, (size_t)lanes);
  }
}

static void op_reduce_unit(const op_reduce_work *work, int64_t unit) {
  const lp_tensor *in = &work->call->in[0];
  const size_t size = lp_dtype_size(in->dtype);
  const int64_t index = unit / work->blocks;
  const int64_t column = unit % work->blocks * LP_REDUCE_LANES;
  const int64_t left = work->columns - column;
  /* Lanes of a row: few for a short one, which else spent its time putting them together. */
  int64_t lanes = work->n < 512 ? 16 : LP_REDUCE_LANES;
  if (!work->rows) {
    lanes = left < LP_REDUCE_LANES ? left : LP_REDUCE_LANES;
  }
  const int64_t base = op_reduce_offset(&work->kept, index) + column;
  lp_reduce_state state;
  lp_reduce_begin(&state, work->reduction, in->dtype, lanes, work->call->isa);
  for (int64_t i = 0; i < work->outer; i++) {
    const char *x =
        (const char *)in->data + (size_t)(base + op_reduce_offset(&work->reduced, i)) * size;
    if (!work->rows) {
      lp_reduce_add(&state, x, work->stride, work->n, lanes);
      continue;
    }
    const int64_t whole = work->n / lanes;
    if (whole > 0) {
      lp_reduce_add(&state, x, lanes, whole, lanes);
    }
    if (work->n % lanes != 0) {
      lp_reduce_add(&state, x + (size_t)(whole * lanes) * size, lanes, 1, work->n % lanes);
    }
  }
  if (work->rows) {
    lp_reduce_fold(&state, work->n < lanes ? work->n : lanes);
    op_reduce_finish(work, &state, index, 1);
  } else {
    op_reduce_finish(work, &state, index * work->columns + column, lanes);
  }
}

static void op_reduce_part(void *context, int64_t chunk, unsigned worker) {
  const op_reduce_work *work = context;
  const int64_t first = chunk * work->part;
  const int64_t end = work->units - first < work->part ? work->units : first + work->part;
  (void)worker;
  for (int64_t unit = first; unit < end; unit++) {
    op_reduce_unit(work, unit);
  }
}

static lp_status op_reduce_run(const lp_call *call) {
  op_reduce_work work = op_reduce_plan(call);
  if (work.units == 0) {
    return LP_OK;
  }
  const double cost = lp_reduce_cost(work.reduction, call->in[0].dtype) *
                      (double)lp_shape_size(&call->in[0].shape);
  work.part = cost < OP_REDUCE_SPLIT
                  ? work.units
                  : (int64_t)((double)work.units * OP_REDUCE_PART / cost) + 1;
  lp_threads_run(call->threads, (work.units + work.part - 1) / work.part, op_reduce_part, &work);
  return LP_OK;
}

static const lp_algorithm op_reduce_algorithms[] = {
    {.name = "plain", .cost = op_reduce_cost, .run = op_reduce_run},
};

static const lp_op_family op_reduce_family = {
    .attrs = op_reduce_attrs,
    .num_attrs = (int)LP_COUNT(op_reduce_attrs),
    .param_size = sizeof(op_reduce_param),
    .inputs = "input0",
    .shape = op_reduce_shape,
    .algorithms = op_reduce_algorithms,
    .num_algorithms = (int)LP_COUNT(op_reduce_algorithms),
};

#define OP_REDUCE(identifier, alias_texts, reduction) \
  LP_DATA const lp_op lp_op_##identifier = {          \
      .name = #identifier, .aliases = alias_texts, .kind = reduction, .family = &op_reduce_family}

OP_REDUCE(sum, "sum_axis _sparse_sum", LP_REDUCTION_SUM);
OP_REDUCE(mean, "_sparse_mean", LP_REDUCTION_SUM | OP_REDUCE_MEAN);
OP_REDUCE(prod, NULL, LP_REDUCTION_PROD);
OP_REDUCE(nansum, NULL, LP_REDUCTION_NANSUM);
OP_REDUCE(nanprod, NULL, LP_REDUCTION_NANPROD);
OP_REDUCE(max, "max_axis", LP_REDUCTION_MAX);
OP_REDUCE(min, "min_axis", LP_REDUCTION_MIN);

static const lp_op_family op_norm_family = {
    .attrs = op_reduce_norm_attrs,
    .num_attrs = (int)LP_COUNT(op_reduce_norm_attrs),
    .param_size = sizeof(op_reduce_param),
    .check = op_reduce_norm_check,
    .inputs = "input0",
    .shape = op_reduce_shape,
    .dtype = op_reduce_norm_dtype,
    .algorithms = op_reduce_algorithms,
    .num_algorithms = (int)LP_COUNT(op_reduce_algorithms),
};
LP_DATA const lp_op lp_op_norm = {
    .name = "norm",
    .aliases = "_sparse_norm",
    .kind = LP_REDUCTION_SUM_SQUARE | OP_REDUCE_NORM,
    .family = &op_norm_family,
};

#undef OP_REDUCE
