/* op_foreach.h - what the graph and the plan know of a loop: which of its inputs and outputs are what. */
#ifndef LP_OP_OP_FOREACH_H
#define LP_OP_OP_FOREACH_H

#include "op.h"

/*
 * The node's inputs are the data, then the states, then the rest; its outputs the stacked ones, then
 * the last states. The locations say which variable of the subgraph, in their order there, each is.
 */
typedef struct lp_foreach {
  int64_t num_args; /* inputs and the subgraph */
  int64_t num_outputs;
  int64_t num_out_data; /* stacked ones */
  lp_tuple data, states, rest;
} lp_foreach;

/* Whether input k is copied at each step, being data or a state. */
static inline bool lp_foreach_copies(const lp_foreach *loop, int k) {
  return k < loop->data.count + loop->states.count;
}

/* The location of input k. */
static inline int64_t lp_foreach_location(const lp_foreach *loop, int k) {
  const int states = loop->data.count, rest = states + loop->states.count;
  return k < states ? loop->data.values[k]
         : k < rest ? loop->states.values[k - states]
                    : loop->rest.values[k - rest];
}

#endif
