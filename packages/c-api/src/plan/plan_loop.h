/* plan_loop.h - a loop made ready to run: its body's plan, and the memory between its steps. */
#ifndef LP_PLAN_PLAN_LOOP_H
#define LP_PLAN_PLAN_LOOP_H

#include "plan_build.h"

/* A tensor that is copied between the node and the body. */
typedef struct lp_loop_copy {
  void *memory; /* of the body's variable, or what its plan puts out */
  size_t bytes;
} lp_loop_copy;

struct lp_plan_loop {
  lp_plan body; /* outputs: those that are stacked, then the next step's states */
  int64_t count; /* steps */
  int num_data, num_states, num_stacked;
  lp_loop_copy *data;   /* one item */
  lp_loop_copy *states;
  lp_loop_copy *outputs; /* of the body; a stacked one's bytes are one item's */
  void *memory; /* of data and states */
  size_t memory_bytes;
};

/* The loop of a step whose call is filled in. *out is set as soon as there is something to free. */
LP_INTERNAL lp_status lp_plan_loop_create(lp_plan_build *build, const lp_step *step,
                                          const lp_call *call, lp_plan_loop **out);
LP_INTERNAL void lp_plan_loop_free(lp_plan_loop *loop);

#endif
