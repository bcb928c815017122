/*
 * op_chain.h - elementwise operators done one after the other in one pass over memory.
 *
 * An operator that computes each element from the element of input 0 at the
 * same place, with numbers, values per channel or other tensors of that shape
 * beside it, says so by its `links`. The chain pass joins the links of
 * neighbouring steps into one step, which runs them piece by piece in the
 * first-level cache, by the same kernels as the operators alone.
 */
#ifndef LP_OP_OP_CHAIN_H
#define LP_OP_OP_CHAIN_H

#include "op.h"

typedef enum lp_link_kind {
  LP_LINK_FUNCTION,  /* x = function(x, value) */
  LP_LINK_OPERAND,   /* x = function(x, input): of the output's shape, one element, (1, C, 1...) or (N, C, 1...) */
  LP_LINK_ACTIVATE,  /* x = function(x), an lp_activation_function of slope `value` */
  LP_LINK_NORMALIZE, /* x = (x - mean[c]) / sqrt(variance[c] + epsilon) * gamma[c] + beta[c] */
  LP_LINK_SLOPES     /* x = x > 0 ? x : slope[c] x */
} lp_link_kind;

enum { LP_LINK_GAMMA, LP_LINK_BETA, LP_LINK_MEAN, LP_LINK_VARIANCE, LP_LINK_INPUTS };

typedef struct lp_link {
  lp_link_kind kind;
  int function;   /* an lp_function or an lp_activation_function */
  bool reversed;  /* the function's operands change places */
  bool fix_gamma; /* gamma counts as 1 */
  bool relu;      /* NORMALIZE: negative results become 0 */
  float value;
  double epsilon;
  int inputs[LP_LINK_INPUTS]; /* of the step; OPERAND and SLOPES have one */
} lp_link;

/* Most links of one operator, of a chain, and most inputs of a chain. */
#define LP_OP_LINKS 4
#define LP_CHAIN_LINKS 12
#define LP_CHAIN_INPUTS 24

/* The parameters of lp_op_chain. */
typedef struct lp_chain {
  int num_links;
  int num_inputs;
  lp_link links[LP_CHAIN_LINKS];
} lp_chain;

/* Not in the table of operators. x begins as input 0. */
LP_DATA_DECLARE const lp_op lp_op_chain;

/* Number of inputs that a link reads besides x. */
LP_INTERNAL int lp_link_count_inputs(const lp_link *link);
/* Whether a chain of one link is better than the operator that has it: values per channel in blocked layout. */
LP_INTERNAL bool lp_link_suits_alone(const lp_link *link, const lp_query *query);

/* `links` of operators that are one function of input 0, or of both inputs, by their kind. */
LP_INTERNAL int lp_link_of_unary(const lp_query *query, lp_link *links);
LP_INTERNAL int lp_link_of_binary(const lp_query *query, lp_link *links);

#endif
