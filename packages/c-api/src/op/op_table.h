/* op_table.h - declares every operator; op_table.c and the files that define them include it. */
#ifndef LP_OP_OP_TABLE_H
#define LP_OP_OP_TABLE_H

#include "op.h"

#include "ops_array.h"
#include "ops_convolution.h"
#include "ops_detection.h"
#include "ops_elementwise.h"
#include "ops_layer.h"
#include "ops_matrix.h"
#include "ops_quantized.h"
#include "ops_sequence.h"
#include "ops_spatial.h"

/* X(name) for each operator, defined as `LP_DATA const lp_op lp_op_<name>`. The order does not matter. */
#define LP_OPS(X)       \
  LP_OPS_ARRAY(X)       \
  LP_OPS_CONVOLUTION(X) \
  LP_OPS_DETECTION(X)   \
  LP_OPS_ELEMENTWISE(X) \
  LP_OPS_LAYER(X)       \
  LP_OPS_MATRIX(X)      \
  LP_OPS_QUANTIZED(X)   \
  LP_OPS_SEQUENCE(X)    \
  LP_OPS_SPATIAL(X)

#define LP_OPS_DECLARE(name) LP_DATA_DECLARE const lp_op lp_op_##name;
LP_OPS(LP_OPS_DECLARE)
#undef LP_OPS_DECLARE

#endif
