/*
 * op_dropout.c - Dropout: at inference y = x.
 *
 * mode=always, which drops at random at inference too in MXNet, has no
 * reproducible answer; here it is y = x, the expectation.
 *
 * Attributes: p = 0.5, mode = training (always), axes = (): none changes
 * anything here. Hidden output mask: ones. Of all ages.
 */
#include "op_table.h"
#include "pass_through.h"

typedef struct op_dropout_param {
  double p;
  int mode;
  lp_tuple axes;
} op_dropout_param;

static const lp_attr op_dropout_attrs[] = {
    {"p", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_dropout_param, p), "0.5", NULL},
    {"mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_dropout_param, mode), "training", "training|always"},
    {"axes", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_dropout_param, axes), "()", NULL},
    {"cudnn_off", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_dropout_check(void *parsed) {
  double p = ((const op_dropout_param *)parsed)->p;
  if (!(p >= 0.0 && p <= 1.0)) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "p is %g, must be from 0 to 1", p);
  }
  return LP_OK;
}

static const lp_op_family op_dropout_family = {
    .attrs = op_dropout_attrs,
    .num_attrs = (int)LP_COUNT(op_dropout_attrs),
    .param_size = sizeof(op_dropout_param),
    .check = op_dropout_check,
    .inputs = "data",
    .outputs = "output mask",
    .algorithms = lp_pass_through_algorithms,
    .num_algorithms = LP_PASS_THROUGH_COUNT,
    .identity = lp_pass_through_always,
};
LP_DATA const lp_op lp_op_Dropout = {
    .name = "Dropout",
    .aliases = "_npx_dropout",
    .family = &op_dropout_family,
};
