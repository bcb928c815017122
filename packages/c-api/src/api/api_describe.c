/* api_describe.c - LPPredDescribe: a predictor's graph, its shapes and costs, as JSON. */
#include <string.h>

#include "../format/text_writer.h"
#include "api_guard.h"

static void api_describe_attrs(lp_text_writer *text, const lp_node *node) {
  for (uint32_t i = 0; i < node->num_attrs; i++) {
    lp_text_string(text, i == 0 ? "" : ",");
    lp_text_quote(text, node->attrs[i].key);
    lp_text_string(text, ":");
    lp_text_quote(text, node->attrs[i].value);
  }
}

static void api_describe_entries(lp_text_writer *text, const lp_entry *entries, uint32_t count,
                                 const uint32_t *place) {
  for (uint32_t i = 0; i < count; i++) {
    lp_text_format(text, "%s[%u,%u]", i == 0 ? "" : ",", (unsigned)place[entries[i].node],
                   (unsigned)entries[i].output);
  }
}

/* Outputs that other nodes and callers are meant to see. */
static void api_describe_outputs(lp_text_writer *text, const lp_predictor *predictor,
                                 const lp_node *node) {
  for (int k = 0; k < node->num_visible; k++) {
    const lp_shape *shape = &predictor->shapes[node->first_entry + (uint32_t)k];
    lp_text_string(text, k == 0 ? "{\"name\":\"" : ",{\"name\":\"");
    lp_text_escape(text, node->name);
    if (node->op != NULL) {
      char suffix[LP_OP_NAME_SIZE];
      lp_text_string(text, node->name[0] == '\0' ? "" : "_");
      lp_text_escape(text, lp_op_output_name(node->op, node->param, k, suffix));
    }
    lp_text_format(text, "\",\"dtype\":\"%s\",\"shape\":[",
                   lp_dtype_name(predictor->dtypes[node->first_entry + (uint32_t)k]));
    for (int d = 0; d < shape->ndim; d++) {
      lp_text_format(text, "%s%lld", d == 0 ? "" : ",", (long long)shape->dim[d]);
    }
    lp_text_string(text, "]}");
  }
}

/* A variable whose numbers belong to the model: in its file, or missing there. */
static bool api_describe_is_parameter(const lp_model *model, uint32_t index) {
  const lp_node *node = &model->graph.nodes[index];
  return node->op == NULL && (model->weights[index] != NULL || node->is_weight || node->is_aux);
}

/* What a variable is for. */
static void api_describe_variable(lp_text_writer *text, const lp_predictor *predictor,
                                  uint32_t index) {
  const lp_node *node = &predictor->model->graph.nodes[index];
  bool held = predictor->model->weights[index] != NULL;
  if (node->is_aux) {
    lp_text_string(text, ",\"state\":true");
  } else if (!held) {
    lp_text_string(text, node->is_label ? ",\"label\":true" : ",\"input\":true");
  }
  if (!held && !predictor->set[index] && (node->is_weight || node->is_aux)) {
    lp_text_string(text, ",\"missing\":true");
  }
}

/* What is needed while the nodes are written. */
typedef struct api_describe_work {
  uint32_t *place;  /* per node of the graph: its number in the report */
  bool *counted;    /* per node: a parameter that stands in some node's sum */
  bool *head;       /* per node: some output of it is one of the predictor's */
  lp_shape *inputs; /* of one node */
} api_describe_work;

/* Adds a parameter that is in no sum yet. */
static void api_describe_count(const lp_predictor *predictor, uint32_t index,
                               const api_describe_work *work, uint64_t *elements,
                               uint64_t *bytes) {
  const lp_model *model = predictor->model;
  if (work->counted[index] || !api_describe_is_parameter(model, index)) {
    return;
  }
  lp_dtype dtype = model->weights[index] != NULL ? model->weights[index]->dtype
                                                 : lp_predictor_dtype(predictor, index);
  uint64_t size = (uint64_t)lp_shape_size(lp_predictor_shape(predictor, index));
  *elements += size;
  *bytes += size * lp_dtype_size(dtype);
  work->counted[index] = true;
}

/* A parameter counts at its first reader; at itself where it is an output. */
static void api_describe_parameters(lp_text_writer *text, const lp_predictor *predictor,
                                    uint32_t index, const api_describe_work *work) {
  const lp_node *node = &predictor->model->graph.nodes[index];
  uint64_t elements = 0, bytes = 0;
  for (uint32_t k = 0; k < node->num_inputs; k++) {
    api_describe_count(predictor, node->inputs[k].node, work, &elements, &bytes);
  }
  if (work->head[index]) {
    api_describe_count(predictor, index, work, &elements, &bytes);
  }
  lp_text_format(text, ",\"parameters\":%llu,\"parameter_bytes\":%llu",
                 (unsigned long long)elements, (unsigned long long)bytes);
}

static double api_describe_multiply_adds(const lp_predictor *predictor, const lp_node *node,
                                         const api_describe_work *work) {
  if (node->op == NULL) {
    return 0;
  }
  const lp_graph *graph = &predictor->model->graph;
  for (uint32_t k = 0; k < node->num_inputs; k++) {
    work->inputs[k] = predictor->shapes[graph->nodes[node->inputs[k].node].first_entry +
                                        node->inputs[k].output];
  }
  lp_infer infer;
  memset(&infer, 0, sizeof infer);
  infer.node = node->name;
  infer.op = node->op;
  infer.param = lp_selection_param(&predictor->selection, node);
  infer.num_inputs = (int)node->num_inputs;
  infer.num_outputs = node->num_outputs;
  infer.in = work->inputs;
  infer.out = &predictor->shapes[node->first_entry];
  return lp_infer_multiply_adds(node, &infer);
}

static void api_describe_node(lp_text_writer *text, const lp_predictor *predictor, uint32_t index,
                              const api_describe_work *work) {
  const lp_node *node = &predictor->model->graph.nodes[index];
  lp_text_string(text, "{\"name\":");
  lp_text_quote(text, node->name);
  lp_text_string(text, ",\"op\":");
  lp_text_quote(text, node->op == NULL ? "null" : node->op->name);
  lp_text_string(text, ",\"attrs\":{");
  api_describe_attrs(text, node);
  lp_text_string(text, "},\"inputs\":[");
  api_describe_entries(text, node->inputs, node->num_inputs, work->place);
  lp_text_string(text, "],\"outputs\":[");
  api_describe_outputs(text, predictor, node);
  lp_text_string(text, "]");
  api_describe_parameters(text, predictor, index, work);
  lp_text_format(text, ",\"multiply_adds\":%.0f",
                 api_describe_multiply_adds(predictor, node, work));
  if (node->op == NULL) {
    api_describe_variable(text, predictor, index);
  }
  lp_text_string(text, "}");
}

static lp_status api_describe_with(const lp_predictor *predictor, lp_text_writer *text,
                                   lp_pool *pool) {
  const lp_graph *graph = &predictor->model->graph;
  const lp_selection *selection = &predictor->selection;
  api_describe_work work;
  work.place = lp_pool_array(pool, graph->num_nodes, sizeof *work.place);
  work.counted = lp_pool_array(pool, graph->num_nodes, sizeof *work.counted);
  work.head = lp_pool_array(pool, graph->num_nodes, sizeof *work.head);
  work.inputs = lp_pool_array(pool, graph->max_inputs, sizeof *work.inputs);
  if (work.place == NULL || work.counted == NULL || work.head == NULL || work.inputs == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    work.place[selection->order[i]] = i;
  }
  for (uint32_t h = 0; h < selection->num_heads; h++) {
    work.head[selection->heads[h].node] = true;
  }
  lp_text_string(text, "{\"nodes\":[");
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    lp_text_string(text, i == 0 ? "\n" : ",\n");
    api_describe_node(text, predictor, selection->order[i], &work);
  }
  lp_text_string(text, "],\n\"heads\":[");
  api_describe_entries(text, selection->heads, selection->num_heads, work.place);
  lp_text_string(text, "]}");
  return LP_OK;
}

static lp_status api_describe(const lp_predictor *predictor, char *report, size_t capacity,
                              size_t *size) {
  LP_TRY(lp_guard_pointer("LPPredDescribe", "report_size", size));
  LP_TRY(lp_guard_buffer("LPPredDescribe", "report", report, capacity));
  if (!LP_WITH_REPORTS) {
    return lp_guard_left_out("LPPredDescribe", "LP_WITH_REPORTS");
  }
  lp_pool pool = {0};
  lp_text_writer text = {report, capacity, 0};
  lp_status status = api_describe_with(predictor, &text, &pool);
  lp_pool_free(&pool);
  LP_TRY(status);
  lp_text_end(&text, size);
  return LP_OK;
}

int LPPredDescribe(PredictorHandle handle, char *report, size_t report_capacity,
                   size_t *report_size) {
  lp_predictor *predictor = lp_guard_predictor("LPPredDescribe", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor,
                                   api_describe(predictor, report, report_capacity, report_size));
}
