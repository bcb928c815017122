/*
 * op_add_n.c - add_n (ElementWiseSum): the sum of any number of tensors of one shape, first to last.
 *
 * Attributes: num_args: int >= 1, required. In models since 2015 (residual and inception sums).
 */
#include <string.h>

#include "elementwise_run.h"
#include "op_table.h"

/* Elements summed at a time, on the stack: the output may be the memory of any input. */
#define OP_ADD_N_CHUNK 256
#define OP_ADD_N_PART 65536

typedef struct op_add_n_param {
  int64_t num_args;
} op_add_n_param;

static const lp_attr op_add_n_attrs[] = {
    {"num_args", LP_ATTR_INT, LP_ATTR_REQUIRED, offsetof(op_add_n_param, num_args), NULL, NULL},
};

static lp_status op_add_n_check(void *param) {
  const op_add_n_param *add_n = param;
  if (add_n->num_args < 1 || add_n->num_args > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "expected num_args >= 1, not %lld",
                   (long long)add_n->num_args);
  }
  return LP_OK;
}

static int op_add_n_count_inputs(const void *param) {
  return (int)((const op_add_n_param *)param)->num_args;
}

static void op_add_n_part(void *context, int64_t chunk, unsigned worker) {
  const lp_call *call = context;
  const lp_dtype dtype = call->out[0].dtype;
  const size_t size = lp_dtype_size(dtype);
  const int64_t total = lp_elementwise_size(call);
  const int64_t end = total - chunk * OP_ADD_N_PART < OP_ADD_N_PART ? total
                                                                    : (chunk + 1) * OP_ADD_N_PART;
  double sum[OP_ADD_N_CHUNK]; /* memory for elements of any type */
  (void)worker;
  for (int64_t first = chunk * OP_ADD_N_PART; first < end; first += OP_ADD_N_CHUNK) {
    const int64_t n = end - first < OP_ADD_N_CHUNK ? end - first : OP_ADD_N_CHUNK;
    const size_t offset = (size_t)first * size;
    memcpy(sum, (const char *)call->in[0].data + offset, (size_t)n * size);
    for (int i = 1; i < call->num_inputs; i++) {
      const lp_elementwise work = {.function = LP_FUNCTION_ADD,
                                   .dtype = dtype,
                                   .x = sum,
                                   .y = (const char *)call->in[i].data + offset,
                                   .out = sum,
                                   .x_step = 1,
                                   .y_step = 1,
                                   .rows = 1,
                                   .n = n};
      lp_elementwise_apply(&work, call->isa);
    }
    memcpy((char *)call->out[0].data + offset, sum, (size_t)n * size);
  }
}

static lp_status op_add_n_run(const lp_call *call) {
  lp_call copy = *call;
  lp_threads_run(call->threads, (lp_elementwise_size(call) + OP_ADD_N_PART - 1) / OP_ADD_N_PART,
                 op_add_n_part, &copy);
  return LP_OK;
}

static const lp_algorithm op_add_n_algorithms[] = LP_ELEMENTWISE_ALGORITHMS(op_add_n_run);

static const lp_op_family op_add_n_family = {
    .attrs = op_add_n_attrs,
    .num_attrs = (int)LP_COUNT(op_add_n_attrs),
    .param_size = sizeof(op_add_n_param),
    .check = op_add_n_check,
    .inputs = "arg*",
    .count_inputs = op_add_n_count_inputs,
    .algorithms = op_add_n_algorithms,
    .num_algorithms = (int)LP_COUNT(op_add_n_algorithms),
};
LP_DATA const lp_op lp_op_add_n = {
    .name = "add_n",
    .aliases = "ElementWiseSum _sparse_add_n _sparse_ElementWiseSum",
    .kind = LP_FUNCTION_ADD,
    .family = &op_add_n_family,
};
