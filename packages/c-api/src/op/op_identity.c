/*
 * op_identity.c - operators that give their first input back: y = x, of any element type.
 *
 * _copy (identity), BlockGrad (stop_gradient), _contrib_gradientmultiplier, cast_storage (all tensors
 * are dense here), and _identity_with_attr_like_rhs, whose second input only says shape and type.
 * Attributes: none that matter; any are accepted. In models since 2015.
 */
#include <string.h>

#include "../kernel/layout.h"
#include "op_table.h"

static bool op_identity_always(const void *param) {
  (void)param;
  return true;
}

static double op_identity_plain_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) ? 0.1 * lp_query_elements(query) : LP_COST_REJECT;
}

static double op_identity_blocked_cost(const lp_query *query) {
  return query->block > 1 && query->out[0].dtype == LP_FLOAT32 && query->out[0].shape.ndim >= 3
             ? op_identity_plain_cost(query)
             : LP_COST_REJECT;
}

static lp_status op_identity_run(const lp_call *call) {
  const lp_tensor *out = &call->out[0];
  size_t bytes = 0;
  if (out->block > 1) {
    (void)lp_layout_elements(&out->shape, out->block, &bytes);
    bytes *= sizeof(float);
  } else {
    (void)lp_shape_bytes(&out->shape, lp_dtype_size(out->dtype), &bytes);
  }
  if (out->data != call->in[0].data && bytes > 0) {
    memcpy(out->data, call->in[0].data, bytes);
  }
  return LP_OK;
}

static const lp_algorithm op_identity_algorithms[] = {
    {.name = "plain", .cost = op_identity_plain_cost, .run = op_identity_run},
    {.name = "blocked",
     .cost = op_identity_blocked_cost,
     .blocked_inputs = 1u,
     .blocked_output = true,
     .run = op_identity_run},
};

#define OP_IDENTITY(identifier, text, alias_texts, input_texts)        \
  static const lp_op_family op_identity_##identifier##_family = {      \
      .attrs_any = true,                                               \
      .inputs = input_texts,                                           \
      .algorithms = op_identity_algorithms,                            \
      .num_algorithms = (int)LP_COUNT(op_identity_algorithms),         \
      .identity = op_identity_always};                                 \
  LP_DATA const lp_op lp_op_##identifier = {                           \
      .name = text, .aliases = alias_texts, .family = &op_identity_##identifier##_family}

OP_IDENTITY(copy, "_copy", "identity _copyto _npi_copyto _CrossDeviceCopy", "input0");
OP_IDENTITY(block_grad, "BlockGrad", "stop_gradient _sparse_stop_gradient", "input0");
OP_IDENTITY(gradient_multiplier, "_contrib_gradientmultiplier", NULL, "data");
OP_IDENTITY(cast_storage, "cast_storage", "_sparse_cast_storage", "data");
OP_IDENTITY(identity_with_attr_like_rhs, "_identity_with_attr_like_rhs", NULL, "lhs rhs");

#undef OP_IDENTITY
