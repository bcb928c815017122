/*
 * plan.h - a program made ready to run: algorithms and layouts chosen, weights
 * packed, memory laid out, every pointer filled in.
 */
#ifndef LP_PLAN_PLAN_H
#define LP_PLAN_PLAN_H

#include "../graph/program.h"
#include "weight.h"

typedef struct lp_plan_loop lp_plan_loop;

/* One call of an algorithm. */
typedef struct lp_plan_step {
  const char *name;
  const lp_node *node; /* NULL: a conversion */
  const lp_algorithm *algorithm;
  lp_call call;
  lp_plan_loop *loop; /* LP_ROLE_LOOP: what to do instead; else NULL */
} lp_plan_step;

/* A use of a weight, to be given back. */
typedef struct lp_plan_use {
  struct lp_plan_use *next;
  lp_weight *weight;
  lp_packed *packed; /* NULL: the plain form */
} lp_plan_use;

typedef struct lp_plan_weight {
  struct lp_plan_weight *next;
  lp_weight_store store;
  lp_weight weight;
} lp_plan_weight;

typedef struct lp_plan {
  lp_pool pool;
  lp_plan_step *steps;
  uint32_t num_steps;
  lp_tensor *outputs; /* plain; data stays valid as long as the plan */
  uint32_t num_outputs;
  void *arena;
  size_t arena_bytes;
  void *scratch;
  size_t scratch_bytes;
  lp_plan_use *uses;
  lp_plan_weight *weights; /* of its own, made from the model's */
} lp_plan;

/* What a plan is made from. */
typedef struct lp_plan_source {
  lp_program_source program;
  lp_weight *const *weights; /* per node: of constant variables */
  void *const *variables;    /* per node: memory of the other variables */
  uint32_t disabled_passes;  /* LPPass bits */
  bool every_node;           /* nothing is fused, hidden outputs are made, weights stay plain: what a monitor sees */
  lp_threads *threads;       /* may be NULL */
} lp_plan_source;

LP_INTERNAL lp_status lp_plan_create(const lp_plan_source *source, lp_plan *plan);
/* Gives everything back and leaves an empty plan. */
LP_INTERNAL void lp_plan_free(lp_plan *plan);

#if defined(LP_TEST_HOOKS)
/* Tests and measurements: plans made from now on take this algorithm for every node of operator `op`, or fail; both NULL: the cheapest again. The texts are not copied. Not while another thread makes a plan. */
LP_INTERNAL void lp_plan_force_algorithm(const char *op, const char *algorithm);
#endif

#endif
