/* api_inspect.c - functions that tell about the library, a model, a predictor. */
#include <stdlib.h>
#include <string.h>

#include "../format/text_writer.h"
#include "api_guard.h"

const char *MXGetLastError(void) { return lp_status_text(); }

int LPGetErrorCode(void) { return lp_status_code(); }

int LPSetAllocator(LPAllocateFunction allocate, LPReleaseFunction release, void *user) {
  return lp_guard_return(lp_memory_set_allocator(allocate, release, user));
}

const char *LPPredGetLastError(PredictorHandle handle) {
  const lp_predictor *predictor = lp_guard_predictor("LPPredGetLastError", handle);
  return predictor == NULL ? NULL : predictor->error_text;
}

int LPPredGetErrorCode(PredictorHandle handle) {
  const lp_predictor *predictor = lp_guard_predictor("LPPredGetErrorCode", handle);
  return predictor == NULL ? LP_ERROR_HANDLE : predictor->error_code;
}

/* ---- operators ------------------------------------------------------------------------ */

typedef struct api_inspect_name {
  const char *text;
  size_t length;
} api_inspect_name;

static int api_inspect_compare(const void *a, const void *b) {
  const api_inspect_name *x = a, *y = b;
  size_t common = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->text, y->text, common);
  if (order != 0) {
    return order;
  }
  return x->length < y->length ? -1 : x->length > y->length ? 1 : 0;
}

/* Calls for name and aliases of every operator; counts when names is NULL. */
static size_t api_inspect_names(api_inspect_name *names) {
  size_t count = 0;
  for (int i = 0; i < lp_op_count(); i++) {
    const lp_op *op = lp_op_at(i);
    const char *lists[2] = {op->name, op->aliases};
    for (int k = 0; k < 2; k++) {
      const char *at = lists[k];
      while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, " ");
        if (names != NULL) {
          names[count].text = at;
          names[count].length = length;
        }
        count++;
        at += length;
        at += *at == ' ' ? 1 : 0;
      }
    }
  }
  return count;
}

static lp_status api_inspect_operators(char *list, size_t capacity, size_t *size) {
  LP_TRY(lp_guard_pointer("LPListOperators", "list_size", size));
  LP_TRY(lp_guard_buffer("LPListOperators", "list", list, capacity));
  lp_pool pool = {0};
  size_t count = api_inspect_names(NULL);
  api_inspect_name *names = lp_pool_array(&pool, count, sizeof *names);
  if (names == NULL) {
    return LP_ERROR_MEMORY;
  }
  (void)api_inspect_names(names);
  qsort(names, count, sizeof *names, api_inspect_compare);
  lp_text_writer text = {list, capacity, 0};
  for (size_t i = 0; i < count; i++) {
    lp_text_bytes(&text, names[i].text, names[i].length);
    lp_text_string(&text, "\n");
  }
  lp_text_end(&text, size);
  lp_pool_free(&pool);
  return LP_OK;
}

int LPListOperators(char *list, size_t list_capacity, size_t *list_size) {
  return lp_guard_return(api_inspect_operators(list, list_capacity, list_size));
}

/* ---- models ---------------------------------------------------------------------------- */

static void api_inspect_findings(lp_text_writer *text, const lp_findings *findings,
                                 bool warnings) {
  bool first = true;
  for (const lp_finding *f = findings->first; f != NULL; f = f->next) {
    if (f->warning != warnings) {
      continue;
    }
    lp_text_format(text, "%s{\"code\":%d,\"node\":", first ? "" : ",", f->code);
    lp_text_quote(text, f->node);
    lp_text_string(text, ",\"op\":");
    lp_text_quote(text, f->op);
    lp_text_string(text, ",\"text\":");
    lp_text_quote(text, f->text);
    if (f->remedy != NULL) {
      lp_text_string(text, ",\"remedy\":");
      lp_text_quote(text, f->remedy);
    }
    lp_text_string(text, "}");
    first = false;
  }
}

static lp_status api_inspect_check(const char *symbol, size_t symbol_size, char *report,
                                   size_t capacity, size_t *report_size, uint32_t *num_errors) {
  LP_TRY(lp_guard_pointer("LPCheckModel", "symbol_json", symbol));
  LP_TRY(lp_guard_pointer("LPCheckModel", "report_size", report_size));
  LP_TRY(lp_guard_pointer("LPCheckModel", "num_errors", num_errors));
  LP_TRY(lp_guard_buffer("LPCheckModel", "report", report, capacity));
  lp_pool pool = {0};
  lp_findings findings;
  lp_graph graph;
  memset(&findings, 0, sizeof findings);
  findings.pool = &pool;
  lp_status status = lp_graph_load(symbol, symbol_size, &pool, &findings, &graph);
  if (status == LP_OK) {
    lp_text_writer text = {report, capacity, 0};
    lp_text_string(&text, "{\"errors\":[");
    api_inspect_findings(&text, &findings, false);
    lp_text_string(&text, "],\"warnings\":[");
    api_inspect_findings(&text, &findings, true);
    lp_text_string(&text, "],\"weights\":[");
    for (uint32_t i = 0; i < findings.num_weights; i++) {
      lp_text_string(&text, i == 0 ? "" : ",");
      lp_text_quote(&text, findings.weights[i]);
    }
    lp_text_string(&text, "]}");
    lp_text_end(&text, report_size);
    *num_errors = findings.num_errors;
  }
  lp_pool_free(&pool);
  return status;
}

int LPCheckModel(const char *symbol_json, size_t symbol_json_size, char *report,
                 size_t report_capacity, size_t *report_size, uint32_t *num_errors) {
  return lp_guard_return(api_inspect_check(symbol_json, symbol_json_size, report, report_capacity,
                                           report_size, num_errors));
}

static lp_status api_inspect_upgrade(const char *symbol, size_t symbol_size, char *buffer,
                                     size_t capacity, size_t *size) {
  LP_TRY(lp_guard_pointer("LPUpgradeSymbol", "symbol_json", symbol));
  LP_TRY(lp_guard_pointer("LPUpgradeSymbol", "text_size", size));
  LP_TRY(lp_guard_buffer("LPUpgradeSymbol", "text", buffer, capacity));
  if (!LP_WITH_REPORTS) {
    return lp_guard_left_out("LPUpgradeSymbol", "LP_WITH_REPORTS");
  }
  lp_pool pool = {0};
  lp_graph graph;
  lp_text_writer text = {buffer, capacity, 0};
  lp_status status = lp_graph_load(symbol, symbol_size, &pool, NULL, &graph);
  if (status == LP_OK) {
    status = lp_graph_save(&graph, &pool, &text);
  }
  lp_pool_free(&pool);
  LP_TRY(status);
  lp_text_end(&text, size);
  return LP_OK;
}

int LPUpgradeSymbol(const char *symbol_json, size_t symbol_json_size, char *text,
                    size_t text_capacity, size_t *text_size) {
  return lp_guard_return(
      api_inspect_upgrade(symbol_json, symbol_json_size, text, text_capacity, text_size));
}

static lp_status api_inspect_count(const char *function, uint32_t *count, uint32_t value) {
  LP_TRY(lp_guard_pointer(function, "count", count));
  *count = value;
  return LP_OK;
}

int LPModelGetInputCount(LPModelHandle handle, uint32_t *count) {
  const lp_model *model = lp_guard_model("LPModelGetInputCount", handle);
  return model == NULL
             ? -1
             : lp_guard_return(api_inspect_count("LPModelGetInputCount", count, model->num_inputs));
}

int LPModelGetOutputCount(LPModelHandle handle, uint32_t *count) {
  const lp_model *model = lp_guard_model("LPModelGetOutputCount", handle);
  return model == NULL ? -1
                       : lp_guard_return(api_inspect_count("LPModelGetOutputCount", count,
                                                           model->graph.num_heads));
}

static lp_status api_inspect_name_at(const char *function, const char **name, uint32_t index,
                                     uint32_t count) {
  LP_TRY(lp_guard_pointer(function, "name", name));
  if (index >= count) {
    return lp_fail(LP_ERROR_INDEX, "%s: index %u, there are %u", function, (unsigned)index,
                   (unsigned)count);
  }
  return LP_OK;
}

int LPModelGetInputName(LPModelHandle handle, uint32_t index, const char **name) {
  const lp_model *model = lp_guard_model("LPModelGetInputName", handle);
  if (model == NULL ||
      api_inspect_name_at("LPModelGetInputName", name, index, model->num_inputs) != LP_OK) {
    return -1;
  }
  *name = model->graph.nodes[model->inputs[index]].name;
  return 0;
}

int LPModelGetOutputName(LPModelHandle handle, uint32_t index, const char **name) {
  const lp_model *model = lp_guard_model("LPModelGetOutputName", handle);
  if (model == NULL ||
      api_inspect_name_at("LPModelGetOutputName", name, index, model->graph.num_heads) != LP_OK) {
    return -1;
  }
  *name = model->output_names[index];
  return 0;
}

/* ---- predictors ------------------------------------------------------------------------ */

static lp_status api_inspect_stats(lp_predictor *predictor, LPStats *stats) {
  LP_TRY(lp_guard_pointer("LPPredGetStats", "stats", stats));
  if (stats->struct_size != sizeof *stats) {
    return lp_fail(LP_ERROR_ARGUMENT, "LPPredGetStats: stats.struct_size is %u, expected %zu",
                   (unsigned)stats->struct_size, sizeof *stats);
  }
  lp_model *model = predictor->model;
  memset(stats, 0, sizeof *stats);
  stats->struct_size = (uint32_t)sizeof *stats;
  for (uint32_t i = 0; i < predictor->selection.num_nodes; i++) {
    stats->graph_nodes +=
        model->graph.nodes[predictor->selection.order[i]].op != NULL ? 1 : 0;
  }
  stats->plan_nodes = predictor->plan.num_steps;
  stats->num_threads = lp_threads_count(predictor->threads);
  lp_lock_take(model->lock);
  stats->weights_bytes = model->store.plain_bytes;
  stats->packed_bytes = model->store.held_bytes > model->store.plain_bytes
                            ? model->store.held_bytes - model->store.plain_bytes
                            : 0;
  lp_lock_give(model->lock);
  stats->arena_bytes = predictor->plan.arena_bytes + predictor->variable_bytes;
  stats->scratch_bytes = predictor->plan.scratch_bytes;
  stats->plan_bytes = predictor->plan.pool.bytes + predictor->pool.bytes +
                      predictor->private_store.held_bytes + sizeof *predictor;
  for (const lp_plan_weight *own = predictor->plan.weights; own != NULL; own = own->next) {
    stats->plan_bytes += own->store.held_bytes;
  }
  return LP_OK;
}

int LPPredGetStats(PredictorHandle handle, LPStats *stats) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetStats", handle);
  return predictor == NULL ? -1
                           : lp_guard_return_for(predictor, api_inspect_stats(predictor, stats));
}

static lp_status api_inspect_array(const lp_array *array, int *dtype, const int64_t **dims,
                                   uint32_t *ndim, const void **data, size_t *size_bytes) {
  LP_TRY(lp_guard_pointer("LPArrayGetInfo", "dtype", dtype));
  LP_TRY(lp_guard_pointer("LPArrayGetInfo", "dims", dims));
  LP_TRY(lp_guard_pointer("LPArrayGetInfo", "ndim", ndim));
  LP_TRY(lp_guard_pointer("LPArrayGetInfo", "data", data));
  LP_TRY(lp_guard_pointer("LPArrayGetInfo", "size_bytes", size_bytes));
  const lp_tensor *tensor = array->tensor;
  *dtype = tensor->dtype;
  *dims = tensor->shape.dim;
  *ndim = (uint32_t)tensor->shape.ndim;
  *data = tensor->data;
  *size_bytes = 0;
  (void)lp_shape_bytes(&tensor->shape, lp_dtype_size(tensor->dtype), size_bytes);
  return LP_OK;
}

int LPArrayGetInfo(NDArrayHandle handle, int *dtype, const int64_t **dims, uint32_t *ndim,
                   const void **data, size_t *size_bytes) {
  const lp_array *array = lp_guard_array("LPArrayGetInfo", handle);
  return array == NULL ? -1
                       : lp_guard_return(api_inspect_array(array, dtype, dims, ndim, data,
                                                           size_bytes));
}
