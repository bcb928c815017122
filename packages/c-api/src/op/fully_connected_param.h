/* fully_connected_param.h - FullyConnected's attributes, for the operators that have its shape rule. */
#ifndef LP_OP_FULLY_CONNECTED_PARAM_H
#define LP_OP_FULLY_CONNECTED_PARAM_H

#include <stdint.h>

typedef struct lp_fully_connected_param {
  int64_t num_hidden;
  int no_bias;
  int flatten;
} lp_fully_connected_param;

#endif
