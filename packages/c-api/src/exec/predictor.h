/*
 * predictor.h - a model bound to input shapes, with memory and a plan of its own.
 *
 * The plan is made at create, and made anew at the next forward when a weight
 * was set or a monitor came or went.
 */
#ifndef LP_EXEC_PREDICTOR_H
#define LP_EXEC_PREDICTOR_H

#include "executor.h"
#include "model.h"

/* Shapes, types and outputs as the caller names them; arrays already checked for NULL. */
typedef struct lp_bindings {
  uint32_t num_shapes;
  const char *const *shape_keys;
  const uint32_t *shape_indptr;
  const uint32_t *shape_data;
  uint32_t num_dtypes;
  const char *const *dtype_keys;
  const int *dtypes;
  uint32_t num_outputs;
  const char *const *output_keys;
  bool strict; /* an unknown name is an error */
  uint32_t num_threads;
  uint32_t disabled_passes;
  bool lean;
} lp_bindings;

typedef struct lp_predictor {
  uint32_t magic; /* LP_MAGIC_PREDICTOR */
  lp_model *model;
  lp_pool pool;
  lp_selection selection;
  lp_shape *given;       /* per node: the shape the caller gave; ndim -1: none */
  lp_shape *shapes;      /* per entry */
  lp_dtype *given_dtypes; /* per node: the type the caller gave */
  lp_dtype *dtypes;      /* per entry */
  bool *selected;        /* per node */
  bool *constant;        /* per node */
  lp_weight **weights;   /* per node: the model's, or private_weights[node] */
  lp_weight **private_weights; /* per node; NULL where there is none */
  lp_weight **retired_weights; /* per node: a private one that was replaced, while the plan still reads it */
  lp_weight_store private_store;
  void **variables;      /* per node: memory of variables that are no weights */
  bool *set;             /* per node: the caller has set it */
  size_t variable_bytes;
  uint32_t *inputs;      /* nodes */
  uint32_t num_inputs;
  const char **output_names;
  lp_threads *threads;
  uint32_t num_threads;
  uint32_t disabled_passes;
  bool lean;
  lp_flag cancelled; /* written by another thread while a forward runs */
  lp_profile profile;
  lp_plan plan;
  bool plan_stale;
  bool complete; /* no weight is missing, and none can go missing again */
  bool forwarded;
  lp_monitor monitor;
  uint32_t dims[LP_MAX_NDIM]; /* of MXPredGetOutputShape */
  int error_code;
  char error_text[LP_ERROR_TEXT_SIZE];
} lp_predictor;

#define LP_MAGIC_PREDICTOR 0x6c707072u

/* Takes a reference of the model. */
LP_INTERNAL lp_status lp_predictor_create(lp_model *model, const lp_bindings *bindings,
                                          lp_predictor **out);
/* A new predictor with other shapes; outputs, types, options and weights that were set are those of `old`. */
LP_INTERNAL lp_status lp_predictor_reshape(const lp_predictor *old, const lp_bindings *shapes,
                                           lp_predictor **out);
LP_INTERNAL void lp_predictor_free(lp_predictor *predictor);

/* The node of an argument's name; LP_ERROR_NAME with near names. */
LP_INTERNAL lp_status lp_predictor_find_argument(const lp_predictor *predictor, const char *key,
                                                 uint32_t *node);
static inline const lp_shape *lp_predictor_shape(const lp_predictor *predictor, uint32_t node) {
  return &predictor->shapes[predictor->model->graph.nodes[node].first_entry];
}
static inline lp_dtype lp_predictor_dtype(const lp_predictor *predictor, uint32_t node) {
  return predictor->dtypes[predictor->model->graph.nodes[node].first_entry];
}
/* Copies the argument's elements; the size is the right one. */
LP_INTERNAL lp_status lp_predictor_set(lp_predictor *predictor, uint32_t node, const void *data);
LP_INTERNAL void lp_predictor_set_monitor(lp_predictor *predictor, const lp_monitor *monitor);
LP_INTERNAL lp_status lp_predictor_forward(lp_predictor *predictor);
LP_INTERNAL lp_status lp_predictor_forward_step(lp_predictor *predictor, uint32_t step,
                                                uint32_t *left);

#endif
