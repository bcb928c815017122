/*
 * op_cast.c - changes of element type, as a C cast does it (real to integer: toward zero).
 *
 * Cast (cast): to `dtype`. amp_cast: float32 and float16 only; other tensors pass
 * unchanged.
 * Attributes: dtype, required. Cast in models since 2015, amp_cast since 1.5.
 */
#include "op_table.h"

#define OP_CAST_PART 65536

enum { OP_CAST_ANY = 0, OP_CAST_REAL = 1 }; /* kinds */

typedef struct op_cast_param {
  int dtype;
} op_cast_param;

static const lp_attr op_cast_attrs[] = {
    {"dtype", LP_ATTR_DTYPE, LP_ATTR_REQUIRED, offsetof(op_cast_param, dtype), NULL, NULL},
};

static lp_status op_cast_dtype(const lp_infer *infer) {
  const op_cast_param *param = infer->param;
  if (infer->op->kind == OP_CAST_REAL) {
    if (infer->in_dtype[0] == LP_DTYPE_UNKNOWN) {
      return LP_OK;
    }
    if (infer->in_dtype[0] != LP_FLOAT32 && infer->in_dtype[0] != LP_FLOAT16) {
      return lp_infer_merge_dtype(infer, &infer->out_dtype[0], infer->in_dtype[0]);
    }
  }
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static double op_cast_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? 2.0 * lp_query_elements(query) : LP_COST_REJECT;
}

static void op_cast_part(void *context, int64_t chunk, unsigned worker) {
  const lp_call *call = context;
  const lp_tensor *in = &call->in[0];
  const lp_tensor *out = &call->out[0];
  const int64_t first = chunk * OP_CAST_PART;
  const int64_t left = lp_shape_size(&out->shape) - first;
  (void)worker;
  lp_dtype_convert(in->dtype, (const char *)in->data + (size_t)first * lp_dtype_size(in->dtype),
                   out->dtype, (char *)out->data + (size_t)first * lp_dtype_size(out->dtype),
                   (size_t)(left < OP_CAST_PART ? left : OP_CAST_PART));
}

static lp_status op_cast_run(const lp_call *call) {
  lp_call copy = *call;
  lp_threads_run(call->threads,
                 (lp_shape_size(&call->out[0].shape) + OP_CAST_PART - 1) / OP_CAST_PART,
                 op_cast_part, &copy);
  return LP_OK;
}

static const lp_algorithm op_cast_algorithms[] = {
    {.name = "plain", .cost = op_cast_cost, .run = op_cast_run},
};

#define OP_CAST_FIELDS                                                                    \
  .attrs = op_cast_attrs, .num_attrs = (int)LP_COUNT(op_cast_attrs),                      \
  .param_size = sizeof(op_cast_param), .inputs = "input0", .dtype = op_cast_dtype,          \
  .algorithms = op_cast_algorithms, .num_algorithms = (int)LP_COUNT(op_cast_algorithms)

static const lp_op_family op_cast_family = {
    OP_CAST_FIELDS,
};
LP_DATA const lp_op lp_op_cast = {
    .name = "Cast",
    .aliases = "cast _npi_cast _npx_cast",
    .kind = OP_CAST_ANY,
    .family = &op_cast_family,
};
static const lp_op_family op_amp_cast_family = {
    OP_CAST_FIELDS,
};
LP_DATA const lp_op lp_op_amp_cast = {
    .name = "amp_cast",
    .kind = OP_CAST_REAL,
    .family = &op_amp_cast_family,
};

#undef OP_CAST_FIELDS
