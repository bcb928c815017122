/* shape_inference.c - sweeps of operators' shape and type rules. */
#include "shape_inference.h"

#include "../op/op_foreach.h"

#include <string.h>

/* A chain of any length settles in one sweep each way; more sweeps are for knowledge that turns around. */
#define SHAPE_INFERENCE_MAX_SWEEPS 200

typedef struct shape_inference_state {
  const lp_selection *selection;
  lp_shape *shapes;
  lp_dtype *dtypes; /* NULL: shapes are inferred; else types */
  lp_shape *in;     /* room for one node */
  lp_shape *out;
  lp_dtype *in_dtype;
  lp_dtype *out_dtype;
  bool *settled; /* per node of the selection: all known and checked */
  bool changed;
} shape_inference_state;

static lp_status shape_inference_run(const lp_selection *selection, lp_shape *shapes,
                                     lp_dtype *dtypes);

static uint32_t shape_inference_entry(const lp_graph *graph, lp_entry entry) {
  return graph->nodes[entry.node].first_entry + entry.output;
}

/* ---- loops ----------------------------------------------------------------- */

/* Rounds in which what the body gives for the next step's states may be learned by it. */
#define SHAPE_INFERENCE_MAX_ROUNDS 8

/* What is inferred of a loop's body. */
typedef struct shape_inference_body {
  const lp_node *node;
  const lp_foreach *loop;
  const lp_infer *infer;
  lp_shape *shapes; /* per entry of the body */
  lp_dtype *dtypes; /* NULL: only shapes are asked for */
  bool changed;
} shape_inference_body;

/* The entry of the body that stands for input k, or output k, of the node. */
static uint32_t shape_inference_of_input(const shape_inference_body *body, int k) {
  return body->node->body->nodes[body->node->body_inputs[k]].first_entry;
}
static uint32_t shape_inference_of_output(const shape_inference_body *body, int k) {
  return shape_inference_entry(body->node->body, body->node->body->heads[k]);
}

/* Brings what is known of a tensor of the node into the body. */
static lp_status shape_inference_teach(shape_inference_body *body, uint32_t entry,
                                       const lp_shape *shape) {
  lp_shape merged = body->shapes[entry];
  if (!lp_shape_merge(&merged, shape, &body->changed)) {
    lp_shape_text expected, actual;
    return lp_infer_fail(body->infer, "its subgraph has a tensor of shape %s where the node has %s",
                         lp_shape_print(&merged, &expected), lp_shape_print(shape, &actual));
  }
  body->shapes[entry] = merged;
  return LP_OK;
}

/* A tensor that is the same in the node and in the body. */
static lp_status shape_inference_exchange(shape_inference_body *body, lp_shape *outer,
                                          uint32_t entry) {
  LP_TRY(shape_inference_teach(body, entry, outer));
  return lp_infer_merge(body->infer, outer, &body->shapes[entry]);
}

/* A tensor of which the node has *count along a new axis 0. Of data that are numbers an item is of shape (1). */
static lp_status shape_inference_exchange_items(shape_inference_body *body, lp_shape *outer,
                                                uint32_t entry, int64_t *count, bool data) {
  if (outer->ndim == 0) {
    return lp_infer_fail(body->infer, "a tensor that is taken item by item has no dimensions");
  }
  lp_shape item = *outer;
  if (outer->ndim > 0) {
    *count = *count < 0 ? outer->dim[0] : *count;
    item.ndim--;
    memmove(item.dim, item.dim + 1, (size_t)item.ndim * sizeof item.dim[0]);
    if (data && item.ndim == 0) {
      item = lp_shape_1(1);
    }
    LP_TRY(shape_inference_teach(body, entry, &item));
  }
  item = body->shapes[entry];
  if (item.ndim < 0 || (data && outer->ndim < 0 && item.ndim == 1)) {
    return LP_OK;
  }
  if (item.ndim == LP_MAX_NDIM) {
    return lp_infer_fail(body->infer, "its result has more than %d dimensions", LP_MAX_NDIM);
  }
  if (!data || outer->ndim != 1) {
    memmove(item.dim + 1, item.dim, (size_t)item.ndim * sizeof item.dim[0]);
    item.ndim++;
  }
  item.dim[0] = *count;
  return lp_infer_merge(body->infer, outer, &item);
}

static lp_status shape_inference_exchange_all(shape_inference_body *body, int64_t *count) {
  const lp_infer *infer = body->infer;
  const int data = body->loop->data.count, stacked = (int)body->loop->num_out_data;
  for (int k = 0; k < infer->num_inputs; k++) {
    const uint32_t entry = shape_inference_of_input(body, k);
    LP_TRY(k < data ? shape_inference_exchange_items(body, &infer->in[k], entry, count, true)
                    : shape_inference_exchange(body, &infer->in[k], entry));
  }
  for (int k = 0; k < infer->num_outputs; k++) {
    const uint32_t entry = shape_inference_of_output(body, k);
    if (k < stacked) {
      LP_TRY(shape_inference_exchange_items(body, &infer->out[k], entry, count, false));
    } else { /* the next step's state */
      LP_TRY(shape_inference_exchange(body, &infer->out[k], entry));
      LP_TRY(shape_inference_exchange(body, &infer->in[data + k - stacked], entry));
    }
  }
  return LP_OK;
}

static lp_status shape_inference_exchange_dtypes(shape_inference_body *body) {
  const lp_infer *infer = body->infer;
  const int data = body->loop->data.count, stacked = (int)body->loop->num_out_data;
  for (int k = 0; k < infer->num_inputs + infer->num_outputs; k++) {
    const int out = k - infer->num_inputs;
    lp_dtype *outer = out < 0 ? &infer->in_dtype[k] : &infer->out_dtype[out];
    const uint32_t entry =
        out < 0 ? shape_inference_of_input(body, k) : shape_inference_of_output(body, out);
    lp_dtype *inner = &body->dtypes[entry], before = *inner;
    if (out >= stacked && *outer == LP_DTYPE_UNKNOWN) {
      *outer = infer->in_dtype[data + out - stacked];
    }
    if (*outer != LP_DTYPE_UNKNOWN) {
      LP_TRY(lp_infer_merge_dtype(infer, inner, *outer));
    }
    if (*inner != LP_DTYPE_UNKNOWN) {
      LP_TRY(lp_infer_merge_dtype(infer, outer, *inner));
    }
    body->changed = body->changed || *inner != before;
  }
  return LP_OK;
}

static lp_status shape_inference_settle(shape_inference_body *body) {
  const lp_graph *graph = body->node->body;
  const lp_selection selection = {.graph = graph,
                                  .order = graph->order,
                                  .num_nodes = graph->num_nodes,
                                  .heads = graph->heads,
                                  .num_heads = graph->num_heads};
  int64_t count = LP_DIM_UNKNOWN;
  body->changed = true;
  for (int round = 0; body->changed && round < SHAPE_INFERENCE_MAX_ROUNDS; round++) {
    body->changed = false;
    LP_TRY(shape_inference_exchange_all(body, &count));
    if (body->dtypes != NULL) {
      LP_TRY(shape_inference_exchange_dtypes(body));
    }
    LP_TRY(shape_inference_run(&selection, body->shapes, NULL));
    if (body->dtypes != NULL) {
      LP_TRY(shape_inference_run(&selection, body->shapes, body->dtypes));
    }
  }
  LP_TRY(shape_inference_exchange_all(body, &count));
  return body->dtypes != NULL ? shape_inference_exchange_dtypes(body) : LP_OK;
}

lp_status lp_infer_body(const lp_node *node, const lp_infer *infer, lp_shape *shapes,
                        lp_dtype *dtypes) {
  shape_inference_body body = {
      .node = node, .loop = node->param, .infer = infer, .shapes = shapes, .dtypes = dtypes};
  for (uint32_t i = 0; i < node->body->num_entries; i++) {
    shapes[i] = lp_shape_unknown();
    if (dtypes != NULL) {
      dtypes[i] = LP_DTYPE_UNKNOWN;
    }
  }
  for (uint32_t i = 0; i < node->body->num_nodes; i++) {
    const lp_node *inner = &node->body->nodes[i];
    if (inner->shape != NULL) {
      shapes[inner->first_entry] = *inner->shape;
    }
  }
  return shape_inference_settle(&body);
}

/* Of one item. */
static double shape_inference_body_adds(const lp_node *node, const lp_infer *infer, lp_pool *pool) {
  const lp_graph *body = node->body;
  lp_shape *shapes = lp_pool_array(pool, body->num_entries, sizeof *shapes);
  lp_shape *in = lp_pool_array(pool, body->max_inputs, sizeof *in);
  double sum = 0;
  if (shapes == NULL || in == NULL || lp_infer_body(node, infer, shapes, NULL) != LP_OK) {
    return 0;
  }
  for (uint32_t i = 0; i < body->num_nodes; i++) {
    const lp_node *inner = &body->nodes[i];
    for (uint32_t k = 0; k < inner->num_inputs; k++) {
      in[k] = shapes[shape_inference_entry(body, inner->inputs[k])];
    }
    const lp_infer of = {.node = inner->name,
                         .op = inner->op,
                         .param = inner->param,
                         .num_inputs = (int)inner->num_inputs,
                         .num_outputs = inner->num_outputs,
                         .in = in,
                         .out = &shapes[inner->first_entry]};
    sum += inner->op != NULL ? lp_infer_multiply_adds(inner, &of) : 0;
  }
  return sum;
}

double lp_infer_multiply_adds(const lp_node *node, const lp_infer *infer) {
  if (!LP_WITH_SUBGRAPHS || node->body == NULL) {
    const lp_op_family *family = node->op->family;
    return family->multiply_adds != NULL ? family->multiply_adds(infer) : 0;
  }
  lp_pool pool = {0};
  const double items = (double)infer->in[0].dim[0];
  const double sum = items * shape_inference_body_adds(node, infer, &pool);
  lp_pool_free(&pool);
  return sum;
}

static lp_status shape_inference_loop(const lp_node *node, const lp_infer *infer) {
  lp_pool pool = {0};
  lp_shape *shapes = lp_pool_array(&pool, node->body->num_entries, sizeof *shapes);
  lp_dtype *dtypes = infer->in_dtype == NULL
                         ? NULL
                         : lp_pool_array(&pool, node->body->num_entries, sizeof *dtypes);
  lp_status status = LP_ERROR_MEMORY;
  if (shapes != NULL && (dtypes != NULL || infer->in_dtype == NULL)) {
    status = lp_infer_body(node, infer, shapes, dtypes);
  }
  lp_pool_free(&pool);
  return status;
}

static lp_status shape_inference_rule(const lp_node *node, const lp_infer *infer) {
  const lp_op_family *family = node->op->family;
  if (LP_WITH_SUBGRAPHS && node->body != NULL) {
    return shape_inference_loop(node, infer);
  }
  if (infer->in_dtype != NULL) {
    return family->dtype != NULL ? family->dtype(infer) : lp_infer_same_dtype(infer);
  }
  return family->shape != NULL ? family->shape(infer) : lp_infer_same_shape(infer);
}

static lp_status shape_inference_visit(shape_inference_state *state, uint32_t position) {
  const lp_graph *graph = state->selection->graph;
  const lp_node *node = &graph->nodes[state->selection->order[position]];
  if (node->op == NULL || state->settled[position]) {
    return LP_OK;
  }
  lp_infer infer;
  memset(&infer, 0, sizeof infer);
  infer.node = node->name;
  infer.op = node->op;
  infer.param = lp_selection_param(state->selection, node);
  infer.num_inputs = (int)node->num_inputs;
  infer.num_outputs = node->num_outputs;
  infer.in = state->in;
  infer.out = state->out;
  infer.in_dtype = state->dtypes != NULL ? state->in_dtype : NULL;
  infer.out_dtype = state->out_dtype;
  bool known = true;
  for (uint32_t i = 0; i < node->num_inputs; i++) {
    uint32_t entry = shape_inference_entry(graph, node->inputs[i]);
    state->in[i] = state->shapes[entry];
    if (state->dtypes != NULL) {
      state->in_dtype[i] = state->dtypes[entry];
    }
  }
  for (int i = 0; i < node->num_outputs; i++) {
    uint32_t entry = node->first_entry + (uint32_t)i;
    state->out[i] = state->shapes[entry];
    if (state->dtypes != NULL) {
      state->out_dtype[i] = state->dtypes[entry];
    }
  }
  if (state->dtypes != NULL) {
    LP_TRY(shape_inference_rule(node, &infer));
    for (uint32_t i = 0; i < node->num_inputs; i++) {
      lp_dtype *dtype = &state->dtypes[shape_inference_entry(graph, node->inputs[i])];
      /* Two inputs from one output: the second merge sees what the first left. */
      if (state->in_dtype[i] != LP_DTYPE_UNKNOWN && *dtype != state->in_dtype[i]) {
        LP_TRY(lp_infer_merge_dtype(&infer, dtype, state->in_dtype[i]));
        state->changed = true;
      }
      known = known && *dtype != LP_DTYPE_UNKNOWN;
    }
    for (int i = 0; i < node->num_outputs; i++) {
      lp_dtype *dtype = &state->dtypes[node->first_entry + (uint32_t)i];
      if (*dtype != state->out_dtype[i]) {
        *dtype = state->out_dtype[i];
        state->changed = true;
      }
      known = known && *dtype != LP_DTYPE_UNKNOWN;
    }
  } else {
    LP_TRY(shape_inference_rule(node, &infer));
    bool learned = false;
    for (uint32_t i = 0; i < node->num_inputs; i++) {
      lp_shape *shape = &state->shapes[shape_inference_entry(graph, node->inputs[i])];
      if (!lp_shape_merge(shape, &state->in[i], &learned)) {
        LP_TRY(lp_infer_merge(&infer, &state->in[i], shape));
      }
      known = known && lp_shape_known(shape);
    }
    for (int i = 0; i < node->num_outputs; i++) {
      lp_shape *shape = &state->shapes[node->first_entry + (uint32_t)i];
      if (!lp_shape_merge(shape, &state->out[i], &learned)) {
        LP_TRY(lp_infer_merge(&infer, &state->out[i], shape));
      }
      known = known && lp_shape_known(shape);
    }
    /* What was learned may contradict what the rule sees next time: settled only once it learns nothing more. */
    state->changed = state->changed || learned;
    known = known && !learned;
  }
  state->settled[position] = known;
  return LP_OK;
}

static lp_status shape_inference_sweep(shape_inference_state *state) {
  uint32_t count = state->selection->num_nodes;
  for (int sweep = 0; sweep < SHAPE_INFERENCE_MAX_SWEEPS; sweep++) {
    state->changed = false;
    for (uint32_t i = 0; i < count; i++) {
      LP_TRY(shape_inference_visit(state, i));
    }
    if (state->changed) {
      for (uint32_t i = count; i-- > 0;) {
        LP_TRY(shape_inference_visit(state, i));
      }
    }
    if (!state->changed) {
      return LP_OK;
    }
  }
  return lp_fail(LP_ERROR_SHAPE, "shape inference does not settle after %d sweeps",
                 SHAPE_INFERENCE_MAX_SWEEPS);
}

static lp_status shape_inference_run(const lp_selection *selection, lp_shape *shapes,
                                     lp_dtype *dtypes) {
  const lp_graph *graph = selection->graph;
  lp_pool pool = {0};
  size_t inputs = (size_t)graph->max_inputs + 1, outputs = (size_t)graph->max_outputs + 1;
  shape_inference_state state;
  memset(&state, 0, sizeof state);
  state.selection = selection;
  state.shapes = shapes;
  state.dtypes = dtypes;
  state.in = lp_pool_array(&pool, inputs, sizeof(lp_shape));
  state.out = lp_pool_array(&pool, outputs, sizeof(lp_shape));
  state.in_dtype = lp_pool_array(&pool, inputs, sizeof(lp_dtype));
  state.out_dtype = lp_pool_array(&pool, outputs, sizeof(lp_dtype));
  state.settled = lp_pool_array(&pool, selection->num_nodes, sizeof(bool));
  lp_status status = LP_ERROR_MEMORY;
  if (state.in != NULL && state.out != NULL && state.in_dtype != NULL &&
      state.out_dtype != NULL && state.settled != NULL) {
    status = shape_inference_sweep(&state);
  }
  lp_pool_free(&pool);
  return status;
}

/* Gives variables that are still unknown the shape of their loaded parameter; whether there were any. */
static bool shape_inference_use_loaded(const lp_selection *selection,
                                       const lp_shape *const *loaded, lp_shape *shapes) {
  bool used = false;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const lp_node *node = &selection->graph->nodes[selection->order[i]];
    const lp_shape *shape = loaded[selection->order[i]];
    if (node->op == NULL && shape != NULL && !lp_shape_known(&shapes[node->first_entry]) &&
        lp_shape_merge(&shapes[node->first_entry], shape, NULL)) {
      used = true;
    }
  }
  return used;
}

lp_status lp_infer_shapes(const lp_selection *selection, const lp_shape *const *loaded,
                          lp_shape *shapes) {
  LP_TRY(shape_inference_run(selection, shapes, NULL));
  if (shape_inference_use_loaded(selection, loaded, shapes)) {
    LP_TRY(shape_inference_run(selection, shapes, NULL));
  }
  const lp_graph *graph = selection->graph;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const lp_node *node = &graph->nodes[selection->order[i]];
    for (int k = 0; k < node->num_outputs; k++) {
      lp_shape *shape = &shapes[node->first_entry + (uint32_t)k];
      size_t bytes;
      lp_shape_text text;
      if (lp_shape_known(shape)) {
        if (!lp_shape_bytes(shape, 8, &bytes)) {
          return lp_fail(LP_ERROR_SHAPE, "Error in operator %s: its shape %s is too large",
                         node->name, lp_shape_print(shape, &text));
        }
        continue;
      }
      if (node->op == NULL && node->is_label) {
        *shape = lp_shape_1(0); /* nobody reads a label */
        continue;
      }
      return lp_say(LP_ERROR_SHAPE,
                     "The shape information of is not enough to get the shapes: %s '%s' has shape "
                     "%s; give the shapes of the inputs",
                     node->op == NULL ? "variable" : "node", node->name,
                     lp_shape_print(shape, &text));
    }
  }
  return LP_OK;
}

lp_status lp_infer_dtypes(const lp_selection *selection, const lp_shape *shapes,
                          lp_dtype *dtypes) {
  /* Type rules may look at shapes but leave them alone: they get copies. */
  LP_TRY(shape_inference_run(selection, (lp_shape *)(uintptr_t)shapes, dtypes));
  const lp_graph *graph = selection->graph;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const lp_node *node = &graph->nodes[selection->order[i]];
    for (int k = 0; k < node->num_outputs; k++) {
      lp_dtype *dtype = &dtypes[node->first_entry + (uint32_t)k];
      if (*dtype != LP_DTYPE_UNKNOWN) {
        if (!LP_WITH_DTYPES && *dtype != LP_FLOAT32) {
          return lp_say(LP_ERROR_UNSUPPORTED, "%s '%s' is of type %s: this build has no LP_WITH_DTYPES",
                        node->op == NULL ? "variable" : "node", node->name, lp_dtype_name(*dtype));
        }
        continue;
      }
      if (node->op == NULL && node->is_label) {
        *dtype = LP_FLOAT32;
        continue;
      }
      return lp_fail(LP_ERROR_DTYPE,
                     "The type information is not enough, please provide input types: %s '%s'",
                     node->op == NULL ? "variable" : "node", node->name);
    }
  }
  return LP_OK;
}
