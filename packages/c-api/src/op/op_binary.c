/*
 * op_binary.c - operators of two tensors of one shape: y = f(lhs, rhs), element by element.
 *
 * + - * /, _mod (floor modulo: the sign of rhs; 0 for rhs = 0), _power, _hypot, _maximum and
 * _minimum (NaN if either is), comparisons and logic (1 or 0 in the type of the inputs). Integer
 * types wrap around; their division is toward zero, and by zero gives 0.
 * Attributes: none; any are accepted. In models since 2015, under the names _Plus, _Mul, ... until
 * 2016: residual sums, unrolled recurrent cells.
 */
#include "elementwise_run.h"
#include "op_table.h"

static lp_status op_binary_run(const lp_call *call) {
  const int64_t n = lp_elementwise_size(call);
  const lp_elementwise work = {.function = LP_FUNCTION_OF(call->op->kind),
                               .dtype = call->out[0].dtype,
                               .x = call->in[0].data,
                               .y = call->in[1].data,
                               .out = call->out[0].data,
                               .x_step = 1,
                               .y_step = 1,
                               .rows = 1,
                               .n = n};
  lp_elementwise_run(&work, call->threads, call->isa);
  return LP_OK;
}

static const lp_algorithm op_binary_algorithms[] = LP_ELEMENTWISE_ALGORITHMS(op_binary_run);

#define OP_BINARY_FIELDS                                                                     \
  .attrs_any = true, .inputs = "lhs rhs", .links = lp_link_of_binary,                        \
  .algorithms = op_binary_algorithms, .num_algorithms = (int)LP_COUNT(op_binary_algorithms)
static const lp_op_family op_binary_family = {OP_BINARY_FIELDS};
static const lp_op_family op_binary_add_family = {OP_BINARY_FIELDS, .role = LP_ROLE_ADD};

#define OP_BINARY(identifier, text, alias_texts, function, family_of) \
  LP_DATA const lp_op lp_op_##identifier = {.name = text,             \
                                            .aliases = alias_texts,   \
                                            .kind = LP_FUNCTION_##function, \
                                            .family = &family_of}

OP_BINARY(elemwise_add, "elemwise_add", "_add _plus _Plus _sparse_elemwise_add", ADD,
          op_binary_add_family);
OP_BINARY(grad_add, "_grad_add", NULL, ADD, op_binary_add_family);
OP_BINARY(elemwise_sub, "elemwise_sub", "_sub _minus _Minus _sparse_elemwise_sub", SUBTRACT,
          op_binary_family);
OP_BINARY(elemwise_mul, "elemwise_mul", "_mul _Mul _sparse_elemwise_mul", MULTIPLY,
          op_binary_family);
OP_BINARY(elemwise_div, "elemwise_div", "_div _Div _sparse_elemwise_div _scatter_elemwise_div",
          DIVIDE, op_binary_family);
OP_BINARY(mod, "_mod", "_Mod", MOD, op_binary_family);
OP_BINARY(power, "_power", "_Power", POWER, op_binary_family);
OP_BINARY(maximum, "_maximum", "_Maximum", MAXIMUM, op_binary_family);
OP_BINARY(minimum, "_minimum", "_Minimum", MINIMUM, op_binary_family);
OP_BINARY(hypot, "_hypot", "_Hypot", HYPOT, op_binary_family);
OP_BINARY(equal, "_equal", "_Equal", EQUAL, op_binary_family);
OP_BINARY(not_equal, "_not_equal", "_Not_Equal", NOT_EQUAL, op_binary_family);
OP_BINARY(greater, "_greater", "_Greater", GREATER, op_binary_family);
OP_BINARY(greater_equal, "_greater_equal", "_Greater_Equal", GREATER_EQUAL, op_binary_family);
OP_BINARY(lesser, "_lesser", "_Lesser", LESSER, op_binary_family);
OP_BINARY(lesser_equal, "_lesser_equal", "_Lesser_Equal", LESSER_EQUAL, op_binary_family);
OP_BINARY(logical_and, "_logical_and", "_Logical_And", LOGICAL_AND, op_binary_family);
OP_BINARY(logical_or, "_logical_or", "_Logical_Or", LOGICAL_OR, op_binary_family);
OP_BINARY(logical_xor, "_logical_xor", "_Logical_Xor", LOGICAL_XOR, op_binary_family);

#undef OP_BINARY
#undef OP_BINARY_FIELDS
