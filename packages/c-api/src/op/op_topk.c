/*
 * op_topk.c - the greatest or least k elements along an axis, and all of them in order.
 *
 * topk     axis: int = -1 (None: of the flattened tensor); k: int = 1 (below 1: all); ret_typ:
 *          enum{both|indices|mask|value} = indices; is_ascend: bool = False; dtype = float32.
 *          value: the k elements in order; indices: their positions along the axis, as `dtype`;
 *          both: two outputs; mask: 1 and 0 in the shape of data.
 * sort     axis = -1, is_ascend = True: the elements in order. A hidden output: the positions.
 * argsort  the same and dtype = float32: the positions in order.
 *
 * Of equal elements the first comes first, NaN comes last either way; MXNet leaves both open. Any
 * element type; positions that `dtype` cannot hold wrap around or are rounded, as in MXNet.
 * CenterNet, SSD, Faster R-CNN.
 */
#include "../kernel/order.h"
#include "movement.h"
#include "op_table.h"

enum { OP_TOPK_SOME, OP_TOPK_SORT, OP_TOPK_ARGSORT };
enum { OP_TOPK_BOTH, OP_TOPK_INDICES, OP_TOPK_MASK, OP_TOPK_VALUE };

#define OP_TOPK_BLOCK 256
#define OP_TOPK_SPLIT 20000 /* elements worth a thread's while */

typedef struct op_topk_param {
  int64_t axis;
  int64_t k;
  int ret_typ;
  int is_ascend;
  int dtype;
} op_topk_param;

static const lp_attr op_topk_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_topk_param, axis), "-1", NULL},
    {"k", LP_ATTR_INT, 0, LP_ATTR_OF(op_topk_param, k), "1", NULL},
    {"ret_typ", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_topk_param, ret_typ), "indices",
     "both|indices|mask|value"},
    {"is_ascend", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_topk_param, is_ascend), "False", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_topk_param, dtype), "float32", NULL},
};

static const lp_attr op_topk_sort_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_topk_param, axis), "-1", NULL},
    {"is_ascend", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_topk_param, is_ascend), "True", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_topk_param, dtype), "float32", NULL},
};

static lp_status op_topk_check(void *parsed) {
  const op_topk_param *param = parsed;
  if (param->dtype == LP_INT8 || param->dtype == LP_BOOL) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "attribute 'dtype' is %s, expected float16, float32, float64, int32, int64 or uint8",
                   lp_dtype_name(param->dtype));
  }
  return LP_OK;
}

static int op_topk_outputs(const void *parsed) {
  const op_topk_param *param = parsed;
  return param->ret_typ == OP_TOPK_BOTH || param->ret_typ == OP_TOPK_VALUE ? 2 : 1;
}

static int op_topk_visible(const void *parsed) {
  return ((const op_topk_param *)parsed)->ret_typ == OP_TOPK_BOTH ? 2 : 1;
}

/* How the work is laid out: rows of n elements. */
typedef struct op_topk_rows {
  int64_t n;
  int64_t most; /* elements wanted of a row */
  int64_t outer;
  int64_t inner; /* stride of a row's elements */
} op_topk_rows;

static op_topk_rows op_topk_lay(const lp_op *op, const op_topk_param *param,
                                const lp_shape *shape) {
  op_topk_rows rows = {lp_shape_size(shape), 0, 1, 1};
  if (param->axis != LP_NONE) {
    const int axis = lp_movement_position(param->axis, shape->ndim);
    rows.n = shape->dim[axis];
    rows.outer = lp_shape_product(shape, 0, axis);
    rows.inner = lp_shape_product(shape, axis + 1, shape->ndim);
  }
  rows.most = op->kind != OP_TOPK_SOME || param->k < 1 ? rows.n : param->k;
  return rows;
}

static lp_status op_topk_shape(const lp_infer *infer) {
  const op_topk_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  const bool some = infer->op->kind == OP_TOPK_SOME;
  lp_shape out = *in;
  int64_t n;
  int axis = 0;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->axis == LP_NONE) {
    if (!lp_movement_product(in, 0, in->ndim, &n)) {
      return lp_infer_fail(infer, "data has too many elements");
    }
    out = lp_shape_1(n);
  } else {
    LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
    n = in->dim[axis];
  }
  if (n > LP_ORDER_MAX) {
    return lp_infer_fail(infer, "%lld elements to sort, expected fewer than 2^32", (long long)n);
  }
  if (some && param->k > 0) {
    if (n >= 0 && param->k > n) {
      return lp_infer_fail(infer, "k is %lld, expected at most %lld, the number of elements",
                           (long long)param->k, (long long)n);
    }
    out.dim[axis] = param->k;
  }
  if (some && param->ret_typ == OP_TOPK_MASK) {
    return lp_infer_merge(infer, &infer->out[0], in);
  }
  for (int i = 0; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], &out));
  }
  return LP_OK;
}

static lp_status op_topk_dtype(const lp_infer *infer) {
  const op_topk_param *param = infer->param;
  const int kind = infer->op->kind;
  const bool indices =
      kind == OP_TOPK_ARGSORT || (kind == OP_TOPK_SOME && param->ret_typ == OP_TOPK_INDICES);
  if (infer->num_outputs > 1) {
    LP_TRY(lp_infer_merge_dtype(infer, &infer->out_dtype[1], param->dtype));
  }
  return indices ? lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype)
                 : lp_movement_first_dtype(infer);
}

static double op_topk_cost(const lp_query *query) {
  double cost = 10;
  for (int i = 0; i < query->in[0].shape.ndim; i++) {
    cost *= (double)query->in[0].shape.dim[i];
  }
  return lp_query_no_epilogue(query) ? cost : LP_COST_REJECT;
}

/* Scratch of one row. */
static void *op_topk_carve(lp_dtype dtype, const op_topk_rows *rows, lp_carve *carve) {
  return lp_carve_part(carve, lp_order_scratch(dtype, rows->n, rows->most));
}

static size_t op_topk_scratch(const lp_query *query) {
  const op_topk_rows rows = op_topk_lay(query->op, query->param, &query->in[0].shape);
  lp_carve carve = {NULL, 0};
  (void)op_topk_carve(query->in[0].dtype, &rows, &carve);
  return lp_carve_times(&carve, query->threads);
}

typedef struct op_topk_work {
  const lp_call *call;
  op_topk_rows rows;
  const lp_tensor *values;  /* NULL: not wanted */
  const lp_tensor *indices; /* NULL: not wanted */
  const lp_tensor *mask;    /* NULL: not wanted */
  int64_t part;             /* rows of a chunk */
} op_topk_work;

static void op_topk_indices(const lp_tensor *out, int64_t at, int64_t stride,
                            const uint64_t *items, int64_t count) {
  const size_t size = lp_dtype_size(out->dtype);
  int64_t positions[OP_TOPK_BLOCK] = {0}; /* else gcc 12 thinks that none may be written */
  int64_t converted[OP_TOPK_BLOCK];
  for (int64_t i = 0; i < count; i++) {
    positions[i] = lp_order_position(items[i]);
  }
  lp_dtype_convert(LP_INT64, positions, out->dtype, converted, (size_t)count);
  for (int64_t i = 0; i < count; i++) {
    lp_order_move((char *)out->data + (size_t)(at + i * stride) * size,
                  (const char *)converted + (size_t)i * size, size);
  }
}

static void op_topk_row(const op_topk_work *work, int64_t row, void *scratch) {
  const lp_tensor *in = &work->call->in[0];
  const op_topk_param *param = work->call->param;
  const op_topk_rows *rows = &work->rows;
  const size_t size = lp_dtype_size(in->dtype);
  const int64_t column = row % rows->inner;
  const int64_t from = row / rows->inner * rows->n * rows->inner + column;
  const int64_t to = row / rows->inner * rows->most * rows->inner + column;
  const char *x = (const char *)in->data + (size_t)from * size;
  const int64_t one = 1;
  int64_t mark;
  const uint64_t *items =
      lp_order_first(in->dtype, x, rows->inner, rows->n, rows->most, !param->is_ascend, scratch,
                     work->call->isa);
  lp_dtype_convert(LP_INT64, &one, in->dtype, &mark, 1);
  for (int64_t first = 0; first < rows->most; first += OP_TOPK_BLOCK) {
    const int64_t left = rows->most - first;
    const int64_t count = left < OP_TOPK_BLOCK ? left : OP_TOPK_BLOCK;
    for (int64_t i = first; i < first + count && work->values != NULL; i++) {
      lp_order_move((char *)work->values->data + (size_t)(to + i * rows->inner) * size,
                    x + (size_t)(lp_order_position(items[i]) * rows->inner) * size, size);
    }
    for (int64_t i = first; i < first + count && work->mask != NULL; i++) {
      lp_order_move((char *)work->mask->data +
                        (size_t)(from + lp_order_position(items[i]) * rows->inner) * size,
                    &mark, size);
    }
    if (work->indices != NULL) {
      op_topk_indices(work->indices, to + first * rows->inner, rows->inner, items + first, count);
    }
  }
}

static void op_topk_chunk(void *context, int64_t chunk, unsigned worker) {
  const op_topk_work *work = context;
  const int64_t rows = work->rows.outer * work->rows.inner;
  const int64_t first = chunk * work->part;
  lp_carve carve = {NULL, 0};
  (void)op_topk_carve(work->call->in[0].dtype, &work->rows, &carve);
  for (int64_t row = first; row < first + work->part && row < rows; row++) {
    op_topk_row(work, row, (char *)work->call->scratch + worker * carve.bytes);
  }
}

static lp_status op_topk_run(const lp_call *call) {
  const op_topk_param *param = call->param;
  const int type = call->op->kind == OP_TOPK_SOME   ? param->ret_typ
                   : call->op->kind == OP_TOPK_SORT ? OP_TOPK_BOTH
                                                    : OP_TOPK_INDICES;
  op_topk_work work = {.call = call, .rows = op_topk_lay(call->op, param, &call->in[0].shape)};
  const int64_t rows = work.rows.outer * work.rows.inner;
  if (type == OP_TOPK_MASK) {
    work.mask = &call->out[0];
    lp_movement_fill(work.mask, 0, call->threads);
  } else if (type == OP_TOPK_INDICES) {
    work.indices = &call->out[0];
  } else {
    work.values = &call->out[0];
    work.indices = call->out[1].data != NULL ? &call->out[1] : NULL;
  }
  if (rows > 0 && work.rows.n > 0) {
    work.part = OP_TOPK_SPLIT / work.rows.n + 1;
    lp_threads_run(call->threads, (rows + work.part - 1) / work.part, op_topk_chunk, &work);
  }
  return LP_OK;
}

static const lp_algorithm op_topk_algorithms[] = {
    {.name = "plain", .cost = op_topk_cost, .scratch = op_topk_scratch, .run = op_topk_run},
};

#define OP_TOPK_REST                                                                    \
  .param_size = sizeof(op_topk_param), .check = op_topk_check, .inputs = "data",        \
  .shape = op_topk_shape, .dtype = op_topk_dtype, .algorithms = op_topk_algorithms,     \
  .num_algorithms = (int)LP_COUNT(op_topk_algorithms)

static const lp_op_family op_topk_family = {
    .attrs = op_topk_attrs,
    .num_attrs = (int)LP_COUNT(op_topk_attrs),
    .count_outputs = op_topk_outputs,
    .count_visible = op_topk_visible,
    OP_TOPK_REST,
};
LP_DATA const lp_op lp_op_topk = {
    .name = "topk",
    .aliases = "_npx_topk",
    .kind = OP_TOPK_SOME,
    .family = &op_topk_family,
};

static const lp_op_family op_sort_family = {
    .attrs = op_topk_sort_attrs,
    .num_attrs = (int)LP_COUNT(op_topk_sort_attrs) - 1, /* no dtype */
    .outputs = "output0 output1",
    OP_TOPK_REST,
};
LP_DATA const lp_op lp_op_sort = {
    .name = "sort",
    .aliases = "_npi_sort",
    .kind = OP_TOPK_SORT,
    .family = &op_sort_family,
};

static const lp_op_family op_argsort_family = {
    .attrs = op_topk_sort_attrs,
    .num_attrs = (int)LP_COUNT(op_topk_sort_attrs),
    OP_TOPK_REST,
};
LP_DATA const lp_op lp_op_argsort = {
    .name = "argsort",
    .aliases = "_npi_argsort",
    .kind = OP_TOPK_ARGSORT,
    .family = &op_argsort_family,
};

#undef OP_TOPK_REST
#undef OP_TOPK_BLOCK
#undef OP_TOPK_SPLIT
