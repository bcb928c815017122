/*
 * model.h - graph and weights: immutable, counted, shared by predictors.
 */
#ifndef LP_EXEC_MODEL_H
#define LP_EXEC_MODEL_H

#include "../format/byte_source.h"
#include "../graph/graph.h"
#include "../plan/weight.h"

typedef struct lp_model {
  uint32_t magic; /* LP_MAGIC_MODEL */
  lp_lock *lock;  /* of the count of references and of the weights */
  uint32_t references;
  lp_pool pool;
  lp_graph graph;
  lp_weight_store store;
  lp_weight **weights;  /* per node: its parameter; NULL: none was in the file */
  uint32_t *inputs;     /* nodes: arguments that are not loaded, labels excepted */
  uint32_t num_inputs;
  const char **output_names;
} lp_model;

#define LP_MAGIC_MODEL 0x6c706d6fu

/* Reads the graph. The model has one reference, and is of use after lp_model_read_params. */
LP_INTERNAL lp_status lp_model_create(const char *json, size_t json_size, lp_model **out);
/*
 * Reads the parameters, once; NULL: there are none. must_match: it is an error
 * when the file has names and the graph knows none of them. On failure the
 * model can only be released.
 */
LP_INTERNAL lp_status lp_model_read_params(lp_model *model, lp_byte_source *params,
                                           bool must_match);
LP_INTERNAL void lp_model_retain(lp_model *model);
LP_INTERNAL void lp_model_release(lp_model *model);

#endif
