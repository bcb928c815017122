/*
 * elementwise_run.h - what elementwise operators share: costs, threads, the two algorithms.
 *
 * An operator whose tensors all have one shape computes in any layout, because
 * it looks at no index: "plain" for every element type, "blocked" for float32
 * in the layout that its neighbours may have. `kind` of such an operator is an
 * lp_function, with LP_FUNCTION_REVERSED where the operands change places.
 */
#ifndef LP_OP_ELEMENTWISE_RUN_H
#define LP_OP_ELEMENTWISE_RUN_H

#include "../kernel/elementwise.h"
#include "op_chain.h"

#define LP_FUNCTION_REVERSED 0x100
#define LP_FUNCTION_OF(kind) ((lp_function)((kind) & 0xff))

/* `work` with one row of any length, split among threads where that pays. */
LP_INTERNAL void lp_elementwise_run(const lp_elementwise *work, lp_threads *threads, lp_isa isa);
/* Rows split among threads. */
LP_INTERNAL void lp_elementwise_run_rows(const lp_elementwise *work, lp_threads *threads,
                                         lp_isa isa);
/*
 * One row, then each step in turn on what the one before left in `out`; a step's y is one element.
 * Done piece by piece, so that memory is read and written once.
 */
typedef struct lp_elementwise_step {
  lp_function function;
  const void *y;
} lp_elementwise_step;
LP_INTERNAL void lp_elementwise_run_steps(const lp_elementwise *work,
                                          const lp_elementwise_step *steps, int num_steps,
                                          lp_threads *threads, lp_isa isa);
/* Elements of output 0 in the layout it has in this call. */
LP_INTERNAL int64_t lp_elementwise_size(const lp_call *call);

/* Costs of the two algorithms. Rejected: an epilogue, float16, mixed element types; blocked: what cannot be blocked. */
LP_INTERNAL double lp_elementwise_plain_cost(const lp_query *query);
LP_INTERNAL double lp_elementwise_blocked_cost(const lp_query *query);

/* The initializer of such an operator's `algorithms`. */
#define LP_ELEMENTWISE_ALGORITHMS(run_function)                                             \
  {                                                                                         \
    {.name = "plain",                                                                       \
     .cost = lp_elementwise_plain_cost,                                                     \
     .inplace = true,                                                                       \
     .run = run_function},                                                                  \
        {.name = "blocked",                                                                 \
         .cost = lp_elementwise_blocked_cost,                                               \
         .blocked_inputs = LP_BLOCKED_ALL,                                                  \
         .blocked_output = true,                                                            \
         .inplace = true,                                                                   \
         .run = run_function},                                                              \
  }

#endif
