/*
 * op_broadcast.c - operators of two tensors whose shapes broadcast: y = f(lhs, rhs).
 *
 * The functions of op_binary.c. Shapes are aligned at the right; a dimension of 1, or one that is
 * missing at the left, is repeated to the other's size.
 * Attributes: none; any are accepted. In models since 2016: attention gates and
 * squeeze-and-excitation (broadcast_mul), normalisation written out, masks.
 *
 * Neighbouring dimensions that both operands walk through alike are joined, so that most cases
 * come down to rows of one length: equal shapes and a single number to one row, a value per
 * channel or per trailing dimension to two dimensions. What remains outside is counted up like an
 * odometer. Rows too short for vectors are first written out, repeated elements and all, a piece at
 * a time. Blocked tensors are looked at as [N][C/b][spatial...][b].
 */
#include <string.h>

#include "../kernel/layout.h"
#include "elementwise_run.h"
#include "op_table.h"

#define OP_BROADCAST_NDIM (LP_MAX_NDIM + 1)
/* Rows below this length are written out, in pieces of so many elements. */
#define OP_BROADCAST_SHORT 16
#define OP_BROADCAST_PIECE 192
/* Pieces that one thread does at a time. */
#define OP_BROADCAST_PART 256

typedef struct op_broadcast_walk {
  int ndim; /* at least 2; of 1 where there is nothing to walk */
  int64_t dim[OP_BROADCAST_NDIM];
  int64_t stride[2][OP_BROADCAST_NDIM]; /* elements; 0 where an operand is repeated */
} op_broadcast_walk;

/* The dimensions in memory, with 1 where the shape has none at the left. */
static void op_broadcast_memory_dims(const lp_tensor *tensor, int ndim, int64_t *dim) {
  const int missing = ndim - tensor->shape.ndim;
  for (int i = 0; i < ndim; i++) {
    dim[i] = i < missing ? 1 : tensor->shape.dim[i - missing];
  }
  dim[ndim] = 1;
  if (tensor->block > 1) {
    dim[1] = (dim[1] + tensor->block - 1) / tensor->block;
    dim[ndim] = tensor->block;
  }
}

static op_broadcast_walk op_broadcast_plan(const lp_call *call) {
  const int ndim = call->out[0].shape.ndim;
  int64_t out[OP_BROADCAST_NDIM];
  int64_t in[2][OP_BROADCAST_NDIM];
  int64_t size[2] = {1, 1};
  op_broadcast_walk reversed = {0};
  op_broadcast_memory_dims(&call->out[0], ndim, out);
  op_broadcast_memory_dims(&call->in[0], ndim, in[0]);
  op_broadcast_memory_dims(&call->in[1], ndim, in[1]);
  for (int i = ndim; i >= 0; i--) {
    if (out[i] == 1) {
      continue;
    }
    int64_t stride[2];
    bool joined = reversed.ndim > 0;
    for (int k = 0; k < 2; k++) {
      const int last = reversed.ndim - 1;
      stride[k] = in[k][i] == 1 ? 0 : size[k];
      size[k] *= in[k][i];
      joined = joined && stride[k] == reversed.stride[k][last] * reversed.dim[last];
    }
    if (joined) {
      reversed.dim[reversed.ndim - 1] *= out[i];
      continue;
    }
    reversed.dim[reversed.ndim] = out[i];
    reversed.stride[0][reversed.ndim] = stride[0];
    reversed.stride[1][reversed.ndim] = stride[1];
    reversed.ndim++;
  }
  op_broadcast_walk walk = {.ndim = reversed.ndim < 2 ? 2 : reversed.ndim};
  for (int i = 0; i < walk.ndim; i++) {
    const int from = walk.ndim - 1 - i;
    const bool exists = from < reversed.ndim;
    walk.dim[i] = exists ? reversed.dim[from] : 1;
    walk.stride[0][i] = exists ? reversed.stride[0][from] : 0;
    walk.stride[1][i] = exists ? reversed.stride[1][from] : 0;
  }
  return walk;
}

typedef struct op_broadcast_short {
  const lp_call *call;
  const op_broadcast_walk *walk;
  int64_t size; /* elements of the output */
} op_broadcast_short;

/* Writes out `count` elements of operand k, beginning with that of output element `first`. */
static const void *op_broadcast_write_out(const op_broadcast_short *work, int k, int64_t first,
                                          int64_t count, void *piece) {
  const op_broadcast_walk *walk = work->walk;
  const int inner = walk->ndim - 1;
  const int64_t n = walk->dim[inner];
  const int64_t step = walk->stride[k][inner];
  const size_t size = lp_dtype_size(work->call->in[k].dtype);
  const char *data = work->call->in[k].data;
  int64_t index[OP_BROADCAST_NDIM];
  int64_t offset = 0;
  int64_t rest = first;
  for (int d = inner; d >= 0; d--) {
    index[d] = rest % walk->dim[d];
    rest /= walk->dim[d];
    offset += index[d] * walk->stride[k][d];
  }
  for (int64_t done = 0; done < count;) {
    int64_t run = n - index[inner] < count - done ? n - index[inner] : count - done;
    for (int64_t i = 0; i < run; i++) {
      const char *from = data + (size_t)(offset + i * step) * size;
      if (size == sizeof(float)) {
        memcpy((char *)piece + (size_t)(done + i) * sizeof(float), from, sizeof(float));
      } else {
        memcpy((char *)piece + (size_t)(done + i) * size, from, size);
      }
    }
    done += run;
    /* To the beginning of the next row. */
    offset -= index[inner] * step;
    index[inner] = 0;
    int d = inner - 1;
    for (; d >= 0; d--) {
      offset += walk->stride[k][d];
      if (++index[d] < walk->dim[d]) {
        break;
      }
      offset -= walk->dim[d] * walk->stride[k][d];
      index[d] = 0;
    }
  }
  return piece;
}

static void op_broadcast_short_part(void *context, int64_t chunk, unsigned worker) {
  const op_broadcast_short *work = context;
  const lp_call *call = work->call;
  const int64_t length = (int64_t)OP_BROADCAST_PART * OP_BROADCAST_PIECE;
  const int64_t end = work->size - chunk * length < length ? work->size : (chunk + 1) * length;
  double piece[2][OP_BROADCAST_PIECE]; /* memory for elements of any type */
  (void)worker;
  for (int64_t first = chunk * length; first < end; first += OP_BROADCAST_PIECE) {
    const int64_t n = end - first < OP_BROADCAST_PIECE ? end - first : OP_BROADCAST_PIECE;
    const lp_elementwise apply = {
        .function = LP_FUNCTION_OF(call->op->kind),
        .dtype = call->out[0].dtype,
        .x = op_broadcast_write_out(work, 0, first, n, piece[0]),
        .y = op_broadcast_write_out(work, 1, first, n, piece[1]),
        .out = (char *)call->out[0].data + (size_t)first * lp_dtype_size(call->out[0].dtype),
        .x_step = 1,
        .y_step = 1,
        .rows = 1,
        .n = n};
    lp_elementwise_apply(&apply, call->isa);
  }
}

static lp_status op_broadcast_run(const lp_call *call) {
  const op_broadcast_walk walk = op_broadcast_plan(call);
  const int inner = walk.ndim - 1;
  const size_t size = lp_dtype_size(call->out[0].dtype);
  int64_t index[OP_BROADCAST_NDIM] = {0};
  int64_t outer = 1;
  for (int i = 0; i < walk.ndim; i++) {
    if (walk.dim[i] == 0) {
      return LP_OK;
    }
    outer *= i < inner - 1 ? walk.dim[i] : 1;
  }
  lp_elementwise work = {.function = LP_FUNCTION_OF(call->op->kind),
                         .dtype = call->out[0].dtype,
                         .x = call->in[0].data,
                         .y = call->in[1].data,
                         .out = call->out[0].data,
                         .x_step = walk.stride[0][inner],
                         .y_step = walk.stride[1][inner],
                         .x_row = walk.stride[0][inner - 1],
                         .y_row = walk.stride[1][inner - 1],
                         .rows = walk.dim[inner - 1],
                         .n = walk.dim[inner]};
  if (work.n < OP_BROADCAST_SHORT && outer * work.rows > 1 && call->out[0].block == 1) {
    op_broadcast_short part = {call, &walk, outer * work.rows * work.n};
    const int64_t length = (int64_t)OP_BROADCAST_PART * OP_BROADCAST_PIECE;
    lp_threads_run(call->threads, (part.size + length - 1) / length, op_broadcast_short_part,
                   &part);
    return LP_OK;
  }
  const size_t bytes = (size_t)(work.rows * work.n) * size;
  for (int64_t i = 0; i < outer; i++) {
    int64_t offset[2] = {0, 0};
    for (int d = 0; d < inner - 1; d++) {
      offset[0] += index[d] * walk.stride[0][d];
      offset[1] += index[d] * walk.stride[1][d];
    }
    work.x = (const char *)call->in[0].data + (size_t)offset[0] * size;
    work.y = (const char *)call->in[1].data + (size_t)offset[1] * size;
    if (work.rows == 1) {
      lp_elementwise_run(&work, call->threads, call->isa);
    } else {
      lp_elementwise_run_rows(&work, call->threads, call->isa);
    }
    work.out = (char *)work.out + bytes;
    for (int d = inner - 2; d >= 0 && ++index[d] == walk.dim[d]; d--) {
      index[d] = 0;
    }
  }
  return LP_OK;
}

/* What is known of the output's dimension if the operands' are a and b; false: they do not fit. */
static bool op_broadcast_dim(int64_t a, int64_t b, int64_t *out) {
  *out = a == 1 || a == LP_DIM_UNKNOWN ? b : a;
  if ((a == LP_DIM_UNKNOWN && b == 1) || (b == LP_DIM_UNKNOWN && a == 1)) {
    *out = LP_DIM_UNKNOWN;
  }
  return a == b || a == 1 || b == 1 || a == LP_DIM_UNKNOWN || b == LP_DIM_UNKNOWN;
}

static lp_status op_broadcast_shape(const lp_infer *infer) {
  const lp_shape *a = &infer->in[0];
  const lp_shape *b = &infer->in[1];
  if (a->ndim < 0 || b->ndim < 0) {
    return LP_OK;
  }
  lp_shape out = lp_shape_unknown();
  out.ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
  for (int i = 0; i < out.ndim; i++) {
    const int ia = i - (out.ndim - a->ndim);
    const int ib = i - (out.ndim - b->ndim);
    if (!op_broadcast_dim(ia < 0 ? 1 : a->dim[ia], ib < 0 ? 1 : b->dim[ib], &out.dim[i])) {
      lp_shape_text text[2];
      return lp_infer_fail(infer,
                           "operands could not be broadcast together: lhs has shape %s, rhs %s; "
                           "expected equal sizes or 1 at each dimension, counted from the right",
                           lp_shape_print(a, &text[0]), lp_shape_print(b, &text[1]));
    }
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

/* Blocked, both operands need all channels in the same places. */
static double op_broadcast_blocked_cost(const lp_query *query) {
  const lp_shape *a = &query->in[0].shape;
  const lp_shape *b = &query->in[1].shape;
  return a->ndim == b->ndim && a->ndim >= 3 && a->dim[1] == b->dim[1]
             ? lp_elementwise_blocked_cost(query)
             : LP_COST_REJECT;
}

static const lp_algorithm op_broadcast_algorithms[] = {
    {.name = "plain", .cost = lp_elementwise_plain_cost, .inplace = true, .run = op_broadcast_run},
    {.name = "blocked",
     .cost = op_broadcast_blocked_cost,
     .blocked_inputs = LP_BLOCKED_ALL,
     .blocked_output = true,
     .inplace = true,
     .run = op_broadcast_run},
};

static const lp_op_family op_broadcast_family = {
    .attrs_any = true,
    .inputs = "lhs rhs",
    .links = lp_link_of_binary,
    .shape = op_broadcast_shape,
    .algorithms = op_broadcast_algorithms,
    .num_algorithms = (int)LP_COUNT(op_broadcast_algorithms),
};

#define OP_BROADCAST(name_end, alias_texts, function)                    \
  LP_DATA const lp_op lp_op_broadcast_##name_end = {                     \
      .name = "broadcast_" #name_end,                                    \
      .aliases = alias_texts,                                            \
      .kind = LP_FUNCTION_##function,                                    \
      .family = &op_broadcast_family}

OP_BROADCAST(add, "broadcast_plus _sparse_broadcast_add _sparse_broadcast_plus", ADD);
OP_BROADCAST(sub, "broadcast_minus _sparse_broadcast_sub _sparse_broadcast_minus", SUBTRACT);
OP_BROADCAST(mul, "_sparse_broadcast_mul", MULTIPLY);
OP_BROADCAST(div, "_sparse_broadcast_div", DIVIDE);
OP_BROADCAST(mod, NULL, MOD);
OP_BROADCAST(power, NULL, POWER);
OP_BROADCAST(maximum, "_npi_maximum", MAXIMUM);
OP_BROADCAST(minimum, "_npi_minimum", MINIMUM);
OP_BROADCAST(hypot, NULL, HYPOT);
OP_BROADCAST(equal, NULL, EQUAL);
OP_BROADCAST(not_equal, NULL, NOT_EQUAL);
OP_BROADCAST(greater, NULL, GREATER);
OP_BROADCAST(greater_equal, NULL, GREATER_EQUAL);
OP_BROADCAST(lesser, NULL, LESSER);
OP_BROADCAST(lesser_equal, NULL, LESSER_EQUAL);
OP_BROADCAST(logical_and, NULL, LOGICAL_AND);
OP_BROADCAST(logical_or, NULL, LOGICAL_OR);
OP_BROADCAST(logical_xor, NULL, LOGICAL_XOR);

#undef OP_BROADCAST
