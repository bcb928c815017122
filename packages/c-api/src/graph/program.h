/*
 * program.h - one predictor's copy of the graph, which passes rewrite.
 *
 * A program is a list of steps in execution order over numbered values. Passes
 * kill steps, redirect values and fill epilogues; they never change parameters
 * or shapes. Everything lives in one pool.
 */
#ifndef LP_GRAPH_PROGRAM_H
#define LP_GRAPH_PROGRAM_H

#include "shape_inference.h"

#define LP_NO_VALUE UINT32_MAX

typedef struct lp_value {
  lp_shape shape;
  lp_dtype dtype;
  uint32_t node;   /* of a variable: its node in the graph; else LP_NO_VALUE */
  bool constant;   /* a variable whose content does not change between forwards */
  bool is_output;  /* of the program */
} lp_value;

/* BatchNorm parameters folded into a step's epilogue: values of constants. */
typedef struct lp_fold {
  uint32_t gamma, beta, mean, variance;
  double epsilon;
  bool fix_gamma;
} lp_fold;

typedef struct lp_step {
  const char *name;
  const lp_op *op;
  const void *param;
  const lp_node *node; /* NULL: a conversion that no node stands for */
  uint32_t *inputs;    /* value numbers; room for one more than num_inputs */
  uint32_t *outputs;   /* value numbers; hidden ones that nobody reads: LP_NO_VALUE */
  int num_inputs;
  int num_outputs;
  lp_epilogue epilogue; /* flags and kinds; arrays are made by the plan */
  bool folded;
  lp_fold fold;
  uint32_t slope; /* value of a PRELU epilogue's slope; LP_NO_VALUE */
  bool dead;
} lp_step;

typedef struct lp_program {
  lp_pool *pool;
  lp_step *steps;
  uint32_t num_steps;
  lp_value *values;
  uint32_t num_values;
  uint32_t value_capacity;
  uint32_t *outputs; /* value numbers */
  uint32_t num_outputs;
  uint32_t *uses;    /* per value: inputs of live steps that read it, plus one for each program output; see lp_program_count_uses */
  int max_tensors;   /* inputs plus outputs of any step, plus one */
  lp_isa isa;
  int block;
  unsigned threads;
  bool lean;
} lp_program;

/* What a program is made from. */
typedef struct lp_program_source {
  const lp_selection *selection;
  const lp_shape *shapes; /* per entry */
  const lp_dtype *dtypes; /* per entry */
  const bool *constant;   /* per node: a variable with fixed content */
  bool hidden_outputs;    /* give values to hidden outputs too */
  lp_isa isa;
  unsigned threads;
  bool lean; /* memory goes before time */
} lp_program_source;

LP_INTERNAL lp_status lp_program_create(const lp_program_source *source, lp_pool *pool,
                                        lp_program *program);
/* Adds a value; LP_NO_VALUE and an error when out of memory. */
LP_INTERNAL uint32_t lp_program_add_value(lp_program *program, const lp_value *value);
LP_INTERNAL void lp_program_count_uses(lp_program *program);
/* Kills steps none of whose outputs is read, then drops dead steps from the list. */
LP_INTERNAL void lp_program_sweep(lp_program *program);
/* Describes a step for cost functions; tensors: room for max_tensors. */
LP_INTERNAL void lp_program_query(const lp_program *program, const lp_step *step,
                                  lp_tensor *tensors, lp_query *query);
/* Whether some algorithm of the step's operator can do it, as it stands. */
LP_INTERNAL bool lp_program_runnable(const lp_program *program, const lp_step *step,
                                     lp_tensor *tensors);

/* The passes, in the order they run. Each can run alone on any program. */
LP_INTERNAL lp_status lp_pass_drop(lp_program *program);
LP_INTERNAL lp_status lp_pass_cse(lp_program *program);
LP_INTERNAL lp_status lp_pass_half(lp_program *program); /* float16 steps without an algorithm compute in float32 */
LP_INTERNAL lp_status lp_pass_fold_batch_norm(lp_program *program);
LP_INTERNAL lp_status lp_pass_fuse_add(lp_program *program);
LP_INTERNAL lp_status lp_pass_fuse_activation(lp_program *program);
LP_INTERNAL lp_status lp_pass_chain(lp_program *program); /* joins elementwise steps */

#endif
