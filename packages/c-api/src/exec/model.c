/* model.c - loading and sharing of models. */
#include "model.h"

#include <string.h>

#include "../format/ndarray_file.h"

static void model_free(lp_model *model) {
  if (model->weights != NULL) {
    for (uint32_t i = 0; i < model->graph.num_nodes; i++) {
      if (model->weights[i] != NULL) {
        lp_weight_free(model->weights[i]);
      }
    }
  }
  lp_lock_free(model->lock);
  lp_pool_free(&model->pool);
  model->magic = 0;
  lp_release(model, sizeof *model);
}

void lp_model_retain(lp_model *model) {
  lp_lock_take(model->lock);
  model->references++;
  lp_lock_give(model->lock);
}

void lp_model_release(lp_model *model) {
  lp_lock_take(model->lock);
  bool last = --model->references == 0;
  lp_lock_give(model->lock);
  if (last) {
    model_free(model);
  }
}

/*
 * The variable that a name of the file means. "arg:x" means an argument and
 * "aux:x" a state, but a wrong or missing prefix is forgiven; *exact tells.
 */
static uint32_t model_find(const lp_model *model, const char *name, size_t length, bool *exact) {
  bool arg = length >= 4 && memcmp(name, "arg:", 4) == 0;
  bool aux = length >= 4 && memcmp(name, "aux:", 4) == 0;
  size_t prefix = arg || aux ? 4 : 0;
  uint32_t node = lp_name_map_find(&model->graph.variables, name + prefix, length - prefix);
  if (node == LP_NAME_MAP_NONE && prefix != 0) {
    prefix = 0; /* a variable that is really called "arg:x" */
    node = lp_name_map_find(&model->graph.variables, name, length);
  }
  *exact = node != LP_NAME_MAP_NONE && prefix != 0 && model->graph.nodes[node].is_aux == aux;
  return node;
}

/* Reads an array straight to where the model keeps it. */
static lp_status model_read_weight(lp_model *model, const lp_ndarray_file *file, size_t index,
                                   lp_weight **out) {
  lp_ndarray_entry entry;
  LP_TRY(lp_ndarray_file_get(file, index, &entry));
  if (entry.none) {
    return lp_fail(LP_ERROR_FILE, "byte %zu: the file has changed while it was read",
                   file->arrays[index]);
  }
  lp_weight *weight = lp_pool_take(&model->pool, sizeof *weight);
  if (weight == NULL) {
    return LP_ERROR_MEMORY;
  }
  LP_TRY(lp_weight_create(&model->store, entry.dtype, &entry.shape, weight));
  *out = weight;
  return lp_ndarray_file_copy(file, &entry, entry.dtype, weight->plain);
}

static lp_status model_read_weights(lp_model *model, lp_byte_source *params, bool must_match,
                                    lp_pool *scratch) {
  lp_ndarray_file file;
  LP_TRY(lp_ndarray_file_open(params, scratch, &file));
  if (file.count != 0 && !file.named) {
    return lp_fail(LP_ERROR_PARAMS,
                   "Invalid param file format: the file has %zu arrays without names", file.count);
  }
  /* Which array each variable takes: the last of its name, but an exact prefix goes before a forgiven one. */
  uint32_t nodes = model->graph.num_nodes;
  size_t *chosen = lp_pool_array(scratch, nodes, sizeof *chosen); /* array number plus 1 */
  bool *is_exact = lp_pool_array(scratch, nodes, sizeof *is_exact);
  if (chosen == NULL || is_exact == NULL) {
    return LP_ERROR_MEMORY;
  }
  bool matched = false;
  lp_ndarray_entry entry;
  for (size_t i = 0; i < file.count; i++) {
    bool exact;
    LP_TRY(lp_ndarray_file_get(&file, i, &entry));
    uint32_t node = model_find(model, entry.name, entry.name_length, &exact);
    if (node == LP_NAME_MAP_NONE || entry.none || (is_exact[node] && !exact)) {
      matched = matched || node != LP_NAME_MAP_NONE;
      continue;
    }
    matched = true;
    chosen[node] = i + 1;
    is_exact[node] = exact;
  }
  if (must_match && file.count != 0 && !matched) {
    LP_TRY(lp_ndarray_file_get(&file, 0, &entry));
    int shown = entry.name_length < 100 ? (int)entry.name_length : 100;
    return lp_fail(LP_ERROR_PARAMS,
                   "none of the %zu names of the parameter file is in the graph (the first is "
                   "'%.*s'): do symbol and parameters belong together?",
                   file.count, shown, entry.name);
  }
  for (uint32_t node = 0; node < nodes; node++) {
    if (chosen[node] != 0) {
      LP_TRY(model_read_weight(model, &file, chosen[node] - 1, &model->weights[node]));
    }
  }
  return LP_OK;
}

static lp_status model_name_ends(lp_model *model) {
  const lp_graph *graph = &model->graph;
  uint32_t inputs = 0;
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    inputs += graph->nodes[i].op == NULL ? 1 : 0;
  }
  model->inputs = lp_pool_array(&model->pool, inputs, sizeof *model->inputs);
  model->output_names =
      lp_graph_entry_names(graph, graph->heads, graph->num_heads, &model->pool);
  if (model->inputs == NULL || model->output_names == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    const lp_node *node = &graph->nodes[i];
    if (node->op == NULL && model->weights[i] == NULL && !node->is_aux && !node->is_label) {
      model->inputs[model->num_inputs++] = i;
    }
  }
  return LP_OK;
}

lp_status lp_model_read_params(lp_model *model, lp_byte_source *params, bool must_match) {
  if (params != NULL) {
    lp_pool scratch = {0};
    lp_status status = model_read_weights(model, params, must_match, &scratch);
    lp_pool_free(&scratch);
    LP_TRY(status);
  }
  return model_name_ends(model);
}

static lp_status model_read_graph(lp_model *model, const char *json, size_t json_size) {
  LP_TRY(lp_lock_create(&model->lock));
  model->store.lock = model->lock;
  LP_TRY(lp_graph_load(json, json_size, &model->pool, NULL, &model->graph));
  model->weights = lp_pool_array(&model->pool, model->graph.num_nodes, sizeof *model->weights);
  return model->weights == NULL ? LP_ERROR_MEMORY : LP_OK;
}

lp_status lp_model_create(const char *json, size_t json_size, lp_model **out) {
  lp_model *model = lp_allocate(sizeof *model);
  if (model == NULL) {
    return lp_fail_memory("a model", sizeof *model);
  }
  memset(model, 0, sizeof *model);
  model->magic = LP_MAGIC_MODEL;
  model->references = 1;
  lp_status status = model_read_graph(model, json, json_size);
  if (status != LP_OK) {
    model_free(model);
    return status;
  }
  *out = model;
  return LP_OK;
}
