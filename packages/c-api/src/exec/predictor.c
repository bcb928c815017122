/* predictor.c - binding a model to shapes, setting inputs, running. */
#include "predictor.h"

#include "../base/float_mode.h"

#include <string.h>

/* ---- names ------------------------------------------------------------------ */

static const char *predictor_node_name(void *context, uint32_t index) {
  const lp_predictor *predictor = context;
  const lp_selection *selection = &predictor->selection;
  const lp_node *node = &selection->graph->nodes[selection->order[index]];
  return node->op == NULL ? node->name : "";
}

static lp_status predictor_unknown(const lp_predictor *predictor, const char *what,
                                   const char *key) {
  char near[LP_NEAR_NAMES_SIZE];
  return lp_say(LP_ERROR_NAME, "%s %.200s%s", what, key,
                LP_WITH_TEXTS ? lp_near_names(key, predictor_node_name,
                                              (void *)(uintptr_t)predictor,
                                              predictor->selection.num_nodes, near)
                              : "");
}

/* The selected variable of a name, or LP_NAME_MAP_NONE. */
static uint32_t predictor_find(const lp_predictor *predictor, const char *key) {
  uint32_t node = lp_name_map_find(&predictor->model->graph.variables, key, strlen(key));
  return node != LP_NAME_MAP_NONE && predictor->selected[node] ? node : LP_NAME_MAP_NONE;
}

lp_status lp_predictor_find_argument(const lp_predictor *predictor, const char *key,
                                     uint32_t *node) {
  uint32_t found = predictor_find(predictor, key);
  if (found == LP_NAME_MAP_NONE) {
    return predictor_unknown(predictor, "cannot find input key", key);
  }
  if (predictor->model->graph.nodes[found].is_aux) {
    return lp_fail(LP_ERROR_NAME,
                   "cannot find input key %.200s: it is an auxiliary state, which only the "
                   "parameter file can set",
                   key);
  }
  *node = found;
  return LP_OK;
}

/* ---- what the caller gives --------------------------------------------------- */

static lp_status predictor_select(lp_predictor *predictor, const lp_bindings *bindings) {
  const lp_graph *graph = &predictor->model->graph;
  lp_selection *selection = &predictor->selection;
  selection->graph = graph;
  selection->heads = graph->heads;
  selection->num_heads = graph->num_heads;
  if (bindings->num_outputs != 0) {
    lp_entry *heads = lp_pool_array(&predictor->pool, bindings->num_outputs, sizeof *heads);
    if (heads == NULL) {
      return LP_ERROR_MEMORY;
    }
    for (uint32_t i = 0; i < bindings->num_outputs; i++) {
      LP_TRY(lp_graph_find_output(graph, bindings->output_keys[i], &heads[i]));
    }
    selection->heads = heads;
    selection->num_heads = bindings->num_outputs;
  }
  uint32_t *order;
  LP_TRY(lp_graph_select(graph, selection->heads, selection->num_heads, &predictor->pool, &order,
                         &selection->num_nodes));
  selection->order = order;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    predictor->selected[order[i]] = true;
  }
  return LP_OK;
}

static lp_status predictor_take_shapes(lp_predictor *predictor, const lp_bindings *bindings) {
  for (uint32_t i = 0; i < bindings->num_shapes; i++) {
    const char *key = bindings->shape_keys[i];
    uint32_t begin = bindings->shape_indptr[i], end = bindings->shape_indptr[i + 1];
    uint32_t node = predictor_find(predictor, key);
    if (node == LP_NAME_MAP_NONE) {
      if (bindings->strict &&
          lp_name_map_find(&predictor->model->graph.variables, key, strlen(key)) ==
              LP_NAME_MAP_NONE) {
        return predictor_unknown(predictor, "cannot find input key", key);
      }
      continue;
    }
    if (end - begin > LP_MAX_NDIM) {
      return lp_fail(LP_ERROR_SHAPE, "the shape of %.200s has %u dimensions, at most %d are possible",
                     key, (unsigned)(end - begin), LP_MAX_NDIM);
    }
    lp_shape *shape = &predictor->given[node];
    *shape = lp_shape_unknown();
    if (begin != end) {
      shape->ndim = (int)(end - begin);
    }
    for (uint32_t d = begin; d < end; d++) {
      uint32_t dim = bindings->shape_data[d];
      shape->dim[d - begin] = dim == 0 ? LP_DIM_UNKNOWN : (int64_t)dim;
    }
  }
  return LP_OK;
}

static lp_status predictor_take_dtypes(lp_predictor *predictor, const lp_bindings *bindings) {
  for (uint32_t i = 0; i < bindings->num_dtypes; i++) {
    const char *key = bindings->dtype_keys[i];
    uint32_t node = predictor_find(predictor, key);
    if (node != LP_NAME_MAP_NONE) {
      predictor->given_dtypes[node] = bindings->dtypes[i];
    } else if (bindings->strict &&
               lp_name_map_find(&predictor->model->graph.variables, key, strlen(key)) ==
                   LP_NAME_MAP_NONE) {
      return predictor_unknown(predictor, "cannot find input key", key);
    }
  }
  return LP_OK;
}

/* ---- shapes and types --------------------------------------------------------- */

typedef lp_status (*predictor_attempt)(void *context, bool second);

/* Where the first attempt fails with this code, a second; where that does too, the first's error. */
static lp_status predictor_try_twice(predictor_attempt attempt, void *context, int code) {
  lp_status status = attempt(context, false);
  if (status != code) {
    return status;
  }
  char first[LP_ERROR_TEXT_SIZE];
  memcpy(first, lp_status_text(), sizeof first);
  status = attempt(context, true);
  return status == code ? lp_fail(code, "%s", first) : status;
}

/* trust: parameters of the file count as shapes that are given. */
static lp_status predictor_infer_with(void *context, bool trust) {
  lp_predictor *predictor = context;
  const lp_model *model = predictor->model;
  const lp_graph *graph = &model->graph;
  lp_pool scratch = {0};
  const lp_shape **loaded = lp_pool_array(&scratch, graph->num_nodes, sizeof *loaded);
  if (loaded == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < graph->num_entries; i++) {
    predictor->shapes[i] = lp_shape_unknown();
  }
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    const lp_node *node = &graph->nodes[i];
    if (node->op != NULL || !predictor->selected[i]) {
      continue;
    }
    loaded[i] = model->weights[i] != NULL ? &model->weights[i]->shape : NULL;
    if (predictor->given[i].ndim >= 0) {
      predictor->shapes[node->first_entry] = predictor->given[i];
    } else if (trust && loaded[i] != NULL) {
      predictor->shapes[node->first_entry] = *loaded[i];
    } else if (node->shape != NULL) {
      predictor->shapes[node->first_entry] = *node->shape;
    }
  }
  lp_status status = lp_infer_shapes(&predictor->selection, loaded, predictor->shapes);
  lp_pool_free(&scratch);
  LP_TRY(status);
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    if (!predictor->selected[i] || model->weights[i] == NULL) {
      continue;
    }
    const lp_shape *from = &model->weights[i]->shape, *to = lp_predictor_shape(predictor, i);
    if (!lp_shape_equal(from, to)) {
      lp_shape_text from_text, to_text;
      return lp_say(LP_ERROR_SHAPE,
                     "operands shape mismatch from.shape = %s to.shape=%s: parameter '%.200s' of "
                     "the file has the first, the graph with these inputs needs the second",
                     lp_shape_print(from, &from_text), lp_shape_print(to, &to_text),
                     graph->nodes[i].name);
    }
  }
  return LP_OK;
}

/*
 * As MXNet infers; where parameters of the file then do not fit, with their
 * shapes as given: operators that accept several (a bias (3,1) for (3), one
 * slope for all channels) take the one that is there.
 */
static lp_status predictor_infer_rounding(void *context, bool round_down) {
  lp_predictor *predictor = context;
  predictor->selection.round_down = round_down;
  return predictor_try_twice(predictor_infer_with, predictor, LP_ERROR_SHAPE);
}

/* Shapes, with the other rounding rule if the file does not say which and the first fails. */
static lp_status predictor_shape_all(lp_predictor *predictor) {
  if (!predictor->model->graph.has_legacy_rounding) {
    return predictor_infer_rounding(predictor, false);
  }
  return predictor_try_twice(predictor_infer_rounding, predictor, LP_ERROR_SHAPE);
}

/* as_float32: float parameters count as float32. */
static lp_status predictor_infer_dtypes(void *context, bool as_float32) {
  lp_predictor *predictor = context;
  const lp_model *model = predictor->model;
  const lp_graph *graph = &model->graph;
  for (uint32_t i = 0; i < graph->num_entries; i++) {
    predictor->dtypes[i] = LP_DTYPE_UNKNOWN;
  }
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    const lp_node *node = &graph->nodes[i];
    if (node->op != NULL || !predictor->selected[i]) {
      continue;
    }
    lp_dtype dtype = node->is_label ? LP_DTYPE_UNKNOWN : LP_FLOAT32;
    if (model->weights[i] != NULL) {
      dtype = model->weights[i]->dtype;
      dtype = as_float32 && lp_dtype_is_float(dtype) ? LP_FLOAT32 : dtype;
    } else if (predictor->given_dtypes[i] != LP_DTYPE_UNKNOWN) {
      dtype = predictor->given_dtypes[i];
    }
    predictor->dtypes[node->first_entry] = dtype;
  }
  return lp_infer_dtypes(&predictor->selection, predictor->shapes, predictor->dtypes);
}

/* A model of half or double precision whose caller states no types works in float32, as MXNet before 1.6 did. */
static lp_status predictor_type_all(lp_predictor *predictor) {
  for (uint32_t i = 0; i < predictor->model->graph.num_nodes; i++) {
    if (predictor->given_dtypes[i] != LP_DTYPE_UNKNOWN) {
      return predictor_infer_dtypes(predictor, false);
    }
  }
  return predictor_try_twice(predictor_infer_dtypes, predictor, LP_ERROR_DTYPE);
}

/* ---- memory -------------------------------------------------------------------- */

static void predictor_free_weight(lp_weight **weight) {
  if (*weight != NULL) {
    lp_weight_free(*weight);
    lp_release(*weight, sizeof **weight);
    *weight = NULL;
  }
}

/* A weight of this predictor's own, with room for its numbers. */
static lp_status predictor_new_weight(lp_predictor *predictor, uint32_t node, lp_weight **out) {
  lp_weight *weight = lp_allocate(sizeof *weight);
  if (weight == NULL) {
    return lp_fail_memory("a weight", sizeof *weight);
  }
  lp_status status =
      lp_weight_create(&predictor->private_store, lp_predictor_dtype(predictor, node),
                       lp_predictor_shape(predictor, node), weight);
  if (status != LP_OK) {
    lp_release(weight, sizeof *weight);
    return status;
  }
  *out = weight;
  return LP_OK;
}

/* A copy of a parameter that is this predictor's own, converted to the type its plan works in. */
static lp_status predictor_own_weight(lp_predictor *predictor, uint32_t node, lp_weight *from) {
  lp_weight *own;
  const void *plain;
  LP_TRY(predictor_new_weight(predictor, node, &own));
  lp_status status = lp_weight_use_plain(from, &plain);
  if (status != LP_OK) {
    predictor_free_weight(&own);
    return status;
  }
  predictor->private_weights[node] = own;
  lp_dtype_convert(from->dtype, plain, own->dtype, own->plain,
                   (size_t)lp_shape_size(&own->shape));
  lp_weight_drop_plain(from);
  predictor->weights[node] = own;
  return LP_OK;
}

static lp_status predictor_take_memory(lp_predictor *predictor) {
  lp_model *model = predictor->model;
  const lp_graph *graph = &model->graph;
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    if (graph->nodes[i].op != NULL || !predictor->selected[i]) {
      continue;
    }
    if (model->weights[i] != NULL) {
      predictor->constant[i] = true;
      predictor->weights[i] = model->weights[i];
      if (model->weights[i]->dtype != lp_predictor_dtype(predictor, i)) {
        LP_TRY(predictor_own_weight(predictor, i, model->weights[i]));
      }
      continue;
    }
    size_t bytes;
    if (!lp_shape_bytes(lp_predictor_shape(predictor, i),
                        lp_dtype_size(lp_predictor_dtype(predictor, i)), &bytes)) {
      return lp_fail_memory(graph->nodes[i].name, SIZE_MAX);
    }
    predictor->variables[i] = lp_allocate(bytes);
    if (predictor->variables[i] == NULL) {
      return lp_fail_memory(graph->nodes[i].name, bytes);
    }
    memset(predictor->variables[i], 0, bytes);
    predictor->variable_bytes += bytes;
    if (!graph->nodes[i].is_aux && !graph->nodes[i].is_label) {
      predictor->inputs[predictor->num_inputs++] = i;
    }
  }
  return LP_OK;
}

static lp_status predictor_make_plan(lp_predictor *predictor) {
  lp_plan_source source;
  lp_plan plan;
  memset(&source, 0, sizeof source);
  source.program.selection = &predictor->selection;
  source.program.shapes = predictor->shapes;
  source.program.dtypes = predictor->dtypes;
  source.program.constant = predictor->constant;
  source.program.isa = lp_cpu_isa();
  source.program.threads = predictor->num_threads;
  source.program.lean = predictor->lean;
  source.weights = predictor->weights;
  source.variables = predictor->variables;
  source.disabled_passes = predictor->disabled_passes;
  source.every_node = predictor->monitor.callback != NULL;
  source.threads = predictor->threads;
  /* A plan computes scales and shifts: they must not depend on how the caller rounds. */
  uint32_t callers_mode = lp_float_mode_get();
  lp_float_mode_enter(LP_FLOAT_EXACT);
  lp_status status = lp_plan_create(&source, &plan);
  lp_float_mode_enter(callers_mode);
  LP_TRY(status);
  if (predictor->profile.entries != NULL) {
    status = lp_profile_begin(&predictor->profile, plan.num_steps);
  }
  if (status != LP_OK) {
    lp_plan_free(&plan);
    return status;
  }
  lp_plan_free(&predictor->plan);
  predictor->plan = plan;
  predictor->plan_stale = false;
  for (uint32_t i = 0; i < predictor->model->graph.num_nodes; i++) {
    predictor_free_weight(&predictor->retired_weights[i]);
  }
  predictor->forwarded = false;
  return LP_OK;
}

static lp_status predictor_arrays(lp_predictor *predictor) {
  const lp_graph *graph = &predictor->model->graph;
  lp_pool *pool = &predictor->pool;
  size_t nodes = graph->num_nodes;
  predictor->private_weights = lp_pool_array(pool, nodes, sizeof *predictor->private_weights);
  predictor->retired_weights = lp_pool_array(pool, nodes, sizeof *predictor->retired_weights);
  predictor->given = lp_pool_array(pool, nodes, sizeof *predictor->given);
  predictor->given_dtypes = lp_pool_array(pool, nodes, sizeof *predictor->given_dtypes);
  predictor->shapes = lp_pool_array(pool, graph->num_entries, sizeof *predictor->shapes);
  predictor->dtypes = lp_pool_array(pool, graph->num_entries, sizeof *predictor->dtypes);
  predictor->selected = lp_pool_array(pool, nodes, sizeof *predictor->selected);
  predictor->constant = lp_pool_array(pool, nodes, sizeof *predictor->constant);
  predictor->weights = lp_pool_array(pool, nodes, sizeof *predictor->weights);
  predictor->set = lp_pool_array(pool, nodes, sizeof *predictor->set);
  predictor->inputs = lp_pool_array(pool, nodes, sizeof *predictor->inputs);
  if (predictor->private_weights == NULL || predictor->retired_weights == NULL ||
      predictor->given == NULL ||
      predictor->given_dtypes == NULL || predictor->shapes == NULL || predictor->dtypes == NULL ||
      predictor->selected == NULL || predictor->constant == NULL || predictor->weights == NULL ||
      predictor->set == NULL || predictor->inputs == NULL) {
    return LP_ERROR_MEMORY;
  }
  /* The last one: where it is there, so are all others. */
  predictor->variables = lp_pool_array(pool, nodes, sizeof *predictor->variables);
  if (predictor->variables == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (size_t i = 0; i < nodes; i++) {
    predictor->given[i] = lp_shape_unknown();
    predictor->given_dtypes[i] = LP_DTYPE_UNKNOWN;
  }
  return LP_OK;
}

/* From shapes and types that were given to a plan. */
static lp_status predictor_bind(lp_predictor *predictor) {
  LP_TRY(predictor_shape_all(predictor));
  LP_TRY(predictor_type_all(predictor));
  LP_TRY(predictor_take_memory(predictor));
  predictor->output_names =
      lp_graph_entry_names(predictor->selection.graph, predictor->selection.heads,
                           predictor->selection.num_heads, &predictor->pool);
  if (predictor->output_names == NULL) {
    return LP_ERROR_MEMORY;
  }
  return lp_threads_create(predictor->num_threads, &predictor->threads);
}

static lp_status predictor_allocate(lp_model *model, lp_predictor **out) {
  lp_predictor *predictor = lp_allocate(sizeof *predictor);
  if (predictor == NULL) {
    return lp_fail_memory("a predictor", sizeof *predictor);
  }
  memset(predictor, 0, sizeof *predictor);
  predictor->magic = LP_MAGIC_PREDICTOR;
  predictor->model = model;
  lp_model_retain(model);
  lp_status status = predictor_arrays(predictor);
  if (status != LP_OK) {
    lp_predictor_free(predictor);
    return status;
  }
  *out = predictor;
  return LP_OK;
}

lp_status lp_predictor_create(lp_model *model, const lp_bindings *bindings, lp_predictor **out) {
  lp_predictor *predictor;
  LP_TRY(predictor_allocate(model, &predictor));
  predictor->num_threads =
      bindings->num_threads != 0 ? bindings->num_threads : lp_cpu_default_threads();
  predictor->disabled_passes = bindings->disabled_passes;
  predictor->lean = bindings->lean;
  lp_status status = predictor_select(predictor, bindings);
  if (status == LP_OK) {
    status = predictor_take_shapes(predictor, bindings);
  }
  if (status == LP_OK) {
    status = predictor_take_dtypes(predictor, bindings);
  }
  if (status == LP_OK) {
    status = predictor_bind(predictor);
  }
  if (status == LP_OK) {
    status = predictor_make_plan(predictor);
  }
  if (status != LP_OK) {
    lp_predictor_free(predictor);
    return status;
  }
  *out = predictor;
  return LP_OK;
}

/* Weights that were set by name, which the new predictor gets copies of. */
static lp_status predictor_copy_weights(lp_predictor *predictor, const lp_predictor *old) {
  for (uint32_t i = 0; i < predictor->model->graph.num_nodes; i++) {
    if (predictor->constant[i] && old->set[i] && old->private_weights[i] != NULL) {
      predictor_free_weight(&predictor->private_weights[i]);
      LP_TRY(predictor_own_weight(predictor, i, old->private_weights[i]));
      predictor->set[i] = true;
    }
    /* A weight that the file lacks and the caller has set keeps its content while its size stays. */
    if (predictor->variables[i] != NULL && old->set[i] &&
        predictor->model->graph.nodes[i].is_weight &&
        lp_shape_equal(lp_predictor_shape(predictor, i), lp_predictor_shape(old, i)) &&
        lp_predictor_dtype(predictor, i) == lp_predictor_dtype(old, i)) {
      size_t bytes = 0;
      (void)lp_shape_bytes(lp_predictor_shape(old, i),
                           lp_dtype_size(lp_predictor_dtype(old, i)), &bytes);
      memcpy(predictor->variables[i], old->variables[i], bytes);
      predictor->set[i] = true;
    }
  }
  return LP_OK;
}

/* keep: inputs that are not named keep their shapes; labels follow their data. */
static lp_status predictor_reshape_with(const lp_predictor *old, const lp_bindings *bindings,
                                        bool keep, lp_predictor **out) {
  lp_predictor *predictor;
  LP_TRY(predictor_allocate(old->model, &predictor));
  const lp_graph *graph = &old->model->graph;
  predictor->num_threads = old->num_threads;
  predictor->disabled_passes = old->disabled_passes;
  predictor->lean = old->lean;
  lp_status status = LP_OK;
  lp_entry *heads =
      lp_pool_array(&predictor->pool, old->selection.num_heads, sizeof *heads);
  uint32_t *order =
      lp_pool_array(&predictor->pool, old->selection.num_nodes, sizeof *order);
  if (heads == NULL || order == NULL) {
    status = LP_ERROR_MEMORY;
  } else {
    memcpy(heads, old->selection.heads, old->selection.num_heads * sizeof *heads);
    memcpy(order, old->selection.order, old->selection.num_nodes * sizeof *order);
    predictor->selection = old->selection;
    predictor->selection.heads = heads;
    predictor->selection.order = order;
    predictor->selection.round_down = false;
    for (uint32_t i = 0; i < graph->num_nodes; i++) {
      predictor->selected[i] = old->selected[i];
      predictor->given_dtypes[i] = old->given_dtypes[i];
      if (keep && !graph->nodes[i].is_label) {
        predictor->given[i] = old->given[i];
      }
    }
    status = predictor_take_shapes(predictor, bindings);
  }
  if (status == LP_OK) {
    status = predictor_bind(predictor);
  }
  if (status == LP_OK) {
    status = predictor_copy_weights(predictor, old);
  }
  if (status == LP_OK) {
    status = predictor_make_plan(predictor);
  }
  if (status != LP_OK) {
    lp_predictor_free(predictor);
    return status;
  }
  *out = predictor;
  return LP_OK;
}

typedef struct predictor_reshaping {
  const lp_predictor *old;
  const lp_bindings *bindings;
  lp_predictor **out;
} predictor_reshaping;

/* A shape that was given before may follow from the new ones: MXNet looks at those alone. */
static lp_status predictor_reshape_attempt(void *context, bool new_ones_alone) {
  const predictor_reshaping *job = context;
  return predictor_reshape_with(job->old, job->bindings, !new_ones_alone, job->out);
}

lp_status lp_predictor_reshape(const lp_predictor *old, const lp_bindings *bindings,
                               lp_predictor **out) {
  predictor_reshaping job = {old, bindings, out};
  return predictor_try_twice(predictor_reshape_attempt, &job, LP_ERROR_SHAPE);
}

void lp_predictor_free(lp_predictor *predictor) {
  const lp_graph *graph = &predictor->model->graph;
  lp_profile_end(&predictor->profile);
  lp_plan_free(&predictor->plan);
  lp_threads_free(predictor->threads);
  for (uint32_t i = 0; predictor->variables != NULL && i < graph->num_nodes; i++) {
    predictor_free_weight(&predictor->private_weights[i]);
    predictor_free_weight(&predictor->retired_weights[i]);
    if (predictor->variables[i] != NULL) {
      size_t bytes = 0;
      (void)lp_shape_bytes(lp_predictor_shape(predictor, i),
                           lp_dtype_size(lp_predictor_dtype(predictor, i)), &bytes);
      lp_release(predictor->variables[i], bytes);
    }
  }
  lp_pool_free(&predictor->pool);
  lp_model_release(predictor->model);
  predictor->magic = 0;
  lp_release(predictor, sizeof *predictor);
}

/* ---- use ------------------------------------------------------------------------ */

lp_status lp_predictor_set(lp_predictor *predictor, uint32_t node, const void *data) {
  size_t bytes = 0;
  (void)lp_shape_bytes(lp_predictor_shape(predictor, node),
                       lp_dtype_size(lp_predictor_dtype(predictor, node)), &bytes);
  if (!predictor->constant[node]) {
    if (bytes != 0) {
      memcpy(predictor->variables[node], data, bytes);
    }
    predictor->set[node] = true;
    return LP_OK;
  }
  /* A new private weight takes the place of the old; the plan that reads the old stays until the next forward. */
  lp_weight *own;
  LP_TRY(predictor_new_weight(predictor, node, &own));
  if (bytes != 0) {
    memcpy(own->plain, data, bytes);
  }
  if (predictor->retired_weights[node] == NULL) {
    predictor->retired_weights[node] = predictor->private_weights[node];
  } else {
    predictor_free_weight(&predictor->private_weights[node]); /* no plan has seen it */
  }
  predictor->private_weights[node] = own;
  predictor->weights[node] = own;
  predictor->set[node] = true;
  predictor->plan_stale = true;
  return LP_OK;
}

void lp_predictor_set_monitor(lp_predictor *predictor, const lp_monitor *monitor) {
  bool was = predictor->monitor.callback != NULL, is = monitor->callback != NULL;
  predictor->monitor = *monitor;
  predictor->plan_stale = predictor->plan_stale || was != is;
}

static lp_status predictor_find_missing(const lp_predictor *predictor) {
  const lp_graph *graph = &predictor->model->graph;
  for (uint32_t i = 0; i < predictor->selection.num_nodes; i++) {
    uint32_t index = predictor->selection.order[i];
    const lp_node *node = &graph->nodes[index];
    if (node->op == NULL && (node->is_weight || node->is_aux) && !predictor->constant[index] &&
        !predictor->set[index]) {
      return lp_fail(LP_ERROR_MISSING,
                     "%s '%.200s' is neither in the parameter file nor set by the caller",
                     node->is_aux ? "auxiliary state" : "weight", node->name);
    }
  }
  return LP_OK;
}

static lp_status predictor_ready(lp_predictor *predictor) {
  if (!predictor->complete) {
    LP_TRY(predictor_find_missing(predictor));
    predictor->complete = true;
  }
  return predictor->plan_stale ? predictor_make_plan(predictor) : LP_OK;
}

lp_status lp_predictor_forward(lp_predictor *predictor) {
  lp_flag_write(&predictor->cancelled, 0);
  LP_TRY(predictor_ready(predictor));
  predictor->forwarded = false;
  LP_TRY(lp_executor_run(&predictor->plan, &predictor->model->graph, &predictor->monitor,
                         &predictor->cancelled, &predictor->profile));
  predictor->forwarded = true;
  return LP_OK;
}

lp_status lp_predictor_forward_step(lp_predictor *predictor, uint32_t step, uint32_t *left) {
  LP_TRY(predictor_ready(predictor));
  uint32_t steps = predictor->plan.num_steps == 0 ? 1 : predictor->plan.num_steps;
  if (step >= steps) {
    *left = 0;
    return LP_OK;
  }
  predictor->forwarded = false;
  LP_TRY(lp_executor_run_step(&predictor->plan, &predictor->model->graph, &predictor->monitor,
                              step));
  predictor->forwarded = step + 1 == steps;
  *left = steps - step - 1;
  return LP_OK;
}
