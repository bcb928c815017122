/* infer.c - what rules for shapes and element types are made of. */
#include "op.h"

#include <stdarg.h>
#include <stdio.h>

#define INFER_TEXT_SIZE 1024

lp_status lp_infer_say(const lp_infer *infer, const char *format, ...) {
  char text[INFER_TEXT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return lp_say(LP_ERROR_SHAPE, "Error in operator %s (%s): %s", infer->node, infer->op->name,
                text);
}

#if !LP_WITH_TEXTS
lp_status lp_infer_fail_at(const lp_infer *infer, int line) {
  return lp_infer_say(infer, "shapes do not go together (line %d)", line);
}
#endif

/* Name of the input or output that `index` says, inputs first. */
static const char *infer_name(const lp_infer *infer, int index, char *buffer) {
  return index < infer->num_inputs
             ? lp_op_input_name(infer->op, index, buffer)
             : lp_op_output_name(infer->op, infer->param, index - infer->num_inputs, buffer);
}

lp_status lp_infer_merge(const lp_infer *infer, lp_shape *target, const lp_shape *shape) {
  lp_shape merged = *target;
  if (lp_shape_merge(&merged, shape, NULL)) {
    *target = merged;
    return LP_OK;
  }
  char name[LP_OP_NAME_SIZE];
  lp_shape_text expected;
  lp_shape_text actual;
  for (int i = 0; i < infer->num_inputs + infer->num_outputs; i++) {
    const lp_shape *candidate =
        i < infer->num_inputs ? &infer->in[i] : &infer->out[i - infer->num_inputs];
    if (candidate == target) {
      return lp_infer_fail(infer, "Shape inconsistent at %s '%s': expected %s, provided %s",
                           i < infer->num_inputs ? "input" : "output", infer_name(infer, i, name),
                           lp_shape_print(shape, &expected), lp_shape_print(target, &actual));
    }
  }
  return lp_infer_fail(infer, "Shape inconsistent: expected %s, provided %s",
                       lp_shape_print(shape, &expected), lp_shape_print(target, &actual));
}

lp_status lp_infer_same_shape(const lp_infer *infer) {
  lp_shape common = lp_shape_unknown();
  int total = infer->num_inputs + infer->num_outputs;
  /* The first pass gathers what is known, the second hands it out; a contradiction shows in the first. */
  for (int i = 0; i < 2 * total; i++) {
    int index = i % total;
    lp_shape *shape =
        index < infer->num_inputs ? &infer->in[index] : &infer->out[index - infer->num_inputs];
    LP_TRY(lp_infer_merge(infer, shape, &common));
    common = *shape;
  }
  return LP_OK;
}

lp_status lp_infer_first_shape(const lp_infer *infer) {
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &infer->in[0]));
  return lp_infer_merge(infer, &infer->in[0], &infer->out[0]);
}

lp_status lp_infer_merge_dtype(const lp_infer *infer, lp_dtype *target, lp_dtype dtype) {
  if (*target == LP_DTYPE_UNKNOWN) {
    *target = dtype;
  }
  if (dtype == LP_DTYPE_UNKNOWN || *target == dtype) {
    return LP_OK;
  }
  char name[LP_OP_NAME_SIZE];
  const char *place = "?";
  for (int i = 0; i < infer->num_inputs + infer->num_outputs; i++) {
    const lp_dtype *candidate =
        i < infer->num_inputs ? &infer->in_dtype[i] : &infer->out_dtype[i - infer->num_inputs];
    if (candidate == target) {
      place = infer_name(infer, i, name);
      break;
    }
  }
  return lp_fail(LP_ERROR_DTYPE,
                 "Error in operator %s (%s): requires uniform type. Expected '%s' v.s. given '%s' "
                 "at '%s'",
                 infer->node, infer->op->name, lp_dtype_name(dtype), lp_dtype_name(*target), place);
}

lp_status lp_infer_same_dtype(const lp_infer *infer) {
  lp_dtype common = LP_DTYPE_UNKNOWN;
  int total = infer->num_inputs + infer->num_outputs;
  for (int i = 0; i < 2 * total; i++) {
    int index = i % total;
    lp_dtype *dtype = index < infer->num_inputs ? &infer->in_dtype[index]
                                                : &infer->out_dtype[index - infer->num_inputs];
    LP_TRY(lp_infer_merge_dtype(infer, dtype, common));
    common = *dtype;
  }
  return LP_OK;
}

/* Elements of `positions` times the weights of one row. */
static double infer_products(const lp_shape *positions, const lp_shape *weight) {
  double product = 1;
  for (int d = 0; d < positions->ndim; d++) {
    product *= (double)positions->dim[d];
  }
  for (int d = 1; d < weight->ndim; d++) {
    product *= (double)weight->dim[d];
  }
  return product;
}

double lp_infer_adds_per_output(const lp_infer *infer) {
  return infer_products(&infer->out[0], &infer->in[1]);
}

double lp_infer_adds_per_input(const lp_infer *infer) {
  return infer_products(&infer->in[0], &infer->in[1]);
}
