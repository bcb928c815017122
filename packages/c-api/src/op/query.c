/* query.c - questions that cost functions ask. */
#include "op.h"

bool lp_query_all(const lp_query *query, lp_dtype dtype) {
  int visible = lp_op_count_visible(query->op, query->param);
  for (int i = 0; i < query->num_inputs; i++) {
    if (query->in[i].dtype != dtype) {
      return false;
    }
  }
  for (int i = 0; i < visible && i < query->num_outputs; i++) {
    if (query->out[i].dtype != dtype) {
      return false;
    }
  }
  return true;
}

bool lp_query_no_epilogue(const lp_query *query) {
  const lp_epilogue *epilogue = query->epilogue;
  return !epilogue->has_scale && !epilogue->has_shift && !epilogue->bias_in_shift &&
         !epilogue->add && epilogue->activation.kind == LP_ACTIVATION_NONE;
}

double lp_query_elements(const lp_query *query) {
  double elements = 1;
  for (int i = 0; i < query->out[0].shape.ndim; i++) {
    elements *= (double)query->out[0].shape.dim[i];
  }
  return elements;
}
