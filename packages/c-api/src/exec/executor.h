/* executor.h - runs a plan, whole, step by step, or under a monitor. */
#ifndef LP_EXEC_EXECUTOR_H
#define LP_EXEC_EXECUTOR_H

#include "../plan/plan.h"
#include "profile.h"

/* The array that a monitor callback is handed. */
typedef struct lp_array {
  uint32_t magic; /* LP_MAGIC_ARRAY */
  const lp_tensor *tensor;
} lp_array;

#define LP_MAGIC_ARRAY 0x6c706172u

typedef struct lp_monitor {
  PredMonitorCallback callback; /* NULL: none */
  void *user;
  bool all;
} lp_monitor;

/* Stops with LP_ERROR_CANCELLED before the next step once `cancelled` is written. profile: off, or as many steps as the plan has. */
LP_INTERNAL lp_status lp_executor_run(const lp_plan *plan, const lp_graph *graph,
                                      const lp_monitor *monitor, const lp_flag *cancelled,
                                      lp_profile *profile);
/* Runs one step; a step beyond the last does nothing. */
LP_INTERNAL lp_status lp_executor_run_step(const lp_plan *plan, const lp_graph *graph,
                                           const lp_monitor *monitor, uint32_t step);

#endif
