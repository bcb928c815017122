/*
 * graph_load.c - from a symbol file of any age to a graph.
 *
 * Upgrades (operators.md 1.4, 1.7): inputs that old files leave out become
 * variables; argmax over "-1" of files before 0.9.5 means the whole array;
 * files of 2015/16, which list every attribute of their day, tell by what they
 * lack how Pooling rounds and that BatchNorm uses gamma.
 */
#include <stdio.h>
#include <string.h>

#include "../format/symbol_file.h"
#include "../op/op_foreach.h"
#include "../op/op_refused.h"
#include "graph.h"
#include "subgraph_quantized.h"

/* How errors speak of an operator that is not there, and of those that are. */
#if defined(LP_MINIMAL)
#define GRAPH_LOAD_ABSENT "in this build"
#define GRAPH_LOAD_PRESENT                                                             \
  ". This build has only: " LP_CONFIG_NAMES ". Make predict_config.h again with this " \
  "model, too: libpredict trim"
#else
#define GRAPH_LOAD_ABSENT "registered"
#define GRAPH_LOAD_PRESENT ""
#endif
#define GRAPH_LOAD_VERSION_WITHOUT 800 /* of files that state none */
#define GRAPH_LOAD_VERSION_PLAIN 905 /* from which on nothing is upgraded but missing inputs */
/* Subgraphs within one another, the file itself included. */
#define GRAPH_LOAD_MAX_LEVELS 4
/* Outputs of one node, such as of a split. */
#define GRAPH_LOAD_MAX_OUTPUTS 65536
/*
 * Inputs that are not in the file and outputs of all nodes: so many, and more
 * only as the file is long. Without this a short file could ask for any memory.
 */
#define GRAPH_LOAD_FREE_INPUTS 1024
#define GRAPH_LOAD_BYTES_PER_INPUT 128
#define GRAPH_LOAD_FREE_OUTPUTS 4096
#define GRAPH_LOAD_BYTES_PER_OUTPUT 32

/* Unsupported operators, for one error that names all. */
typedef struct graph_load_report {
  char text[1500];
  size_t used;
  uint32_t count;
  bool cut;
  const char *first; /* operator */
} graph_load_report;

typedef struct graph_load_state {
  int level; /* 1: the file; more: a subgraph */
  lp_pool *pool;
  lp_pool scratch;
  lp_findings *findings;
  lp_symbol_file file;
  lp_graph *graph;
  size_t text_size; /* bytes of the file that were read */
  size_t added_inputs;
  size_t num_outputs; /* of operators */
  int version;
  bool round_up; /* Pooling that does not say how it rounds */
  lp_node *nodes; /* file nodes first, then variables that were added */
  uint32_t num_nodes;
  uint32_t capacity;
  graph_load_report *report;
} graph_load_state;

static const char *graph_load_attr(const lp_symbol_node *node, const char *key) {
  for (int i = 0; i < node->num_attrs; i++) {
    if (strcmp(node->attrs[i].key, key) == 0) {
      return node->attrs[i].value;
    }
  }
  return NULL;
}

/* The index-th operator's name, if it begins like the one looked for or one is a part of the other; else "". */
static const char *graph_load_op_name(void *context, uint32_t index) {
  const char *asked = context;
  const char *name = lp_op_at((int)index)->name;
  size_t same = 0;
  while (asked[same] != '\0' && ((asked[same] ^ name[same]) & ~0x20) == 0) {
    same++;
  }
  return same > 2 || strstr(name, asked) != NULL || strstr(asked, name) != NULL ? name : "";
}

/* Why there is no such operator, or which have a name like it: ": reason", "; did you mean ...?" or "". */
static const char *graph_load_why(const char *op, bool refused, const lp_refusal *refusal,
                                  char *buffer) {
  if (refused) {
    (void)snprintf(buffer, LP_NEAR_NAMES_SIZE, ": %s", refusal->reason);
    return buffer;
  }
  buffer[0] = '\0';
  return LP_WITH_TEXTS ? lp_near_names(op, graph_load_op_name, (void *)(uintptr_t)op,
                                       (uint32_t)lp_op_count(), buffer)
                       : buffer;
}

/* Adds a finding; the text is the thread's last error if NULL. */
static lp_status graph_load_find(graph_load_state *state, bool warning, int code, const char *node,
                                 const char *op, const char *text) {
  lp_findings *findings = state->findings;
  lp_finding *finding = lp_pool_take(findings->pool, sizeof *finding);
  if (finding == NULL) {
    return LP_ERROR_MEMORY;
  }
  if (text == NULL) {
    text = lp_status_text();
  }
  finding->warning = warning;
  finding->code = code;
  finding->node = node;
  finding->op = op;
  finding->text = lp_pool_string(findings->pool, text, strlen(text));
  if (finding->text == NULL) {
    return LP_ERROR_MEMORY;
  }
  if (findings->last != NULL) {
    findings->last->next = finding;
  } else {
    findings->first = finding;
  }
  findings->last = finding;
  findings->num_errors += warning ? 0 : 1;
  return LP_OK;
}

static lp_status graph_load_unsupported(graph_load_state *state, const lp_symbol_node *node) {
  graph_load_report *report = state->report;
  if (state->findings != NULL) {
    lp_refusal refusal;
    const bool refused = lp_op_refusal(node->op, &refusal);
    char why[LP_NEAR_NAMES_SIZE];
    char text[200 + LP_NEAR_NAMES_SIZE];
    (void)snprintf(text, sizeof text, "Operator %.150s is not " GRAPH_LOAD_ABSENT "%s", node->op,
                   graph_load_why(node->op, refused, &refusal, why));
    LP_TRY(graph_load_find(state, false, LP_ERROR_UNSUPPORTED, node->name, node->op, text));
    state->findings->last->remedy = refused ? refusal.remedy : NULL;
    return LP_OK;
  }
  if (report->count == 0) {
    report->first = node->op;
  }
  char item[400];
  int length = snprintf(item, sizeof item, "%s%.150s (node %.150s)",
                        report->count == 0 ? "" : ", ", node->op, node->name);
  report->count++;
  if (!report->cut && length > 0 && report->used + (size_t)length < sizeof report->text) {
    memcpy(report->text + report->used, item, (size_t)length + 1);
    report->used += (size_t)length;
  } else {
    report->cut = true;
  }
  return LP_OK;
}

typedef struct graph_load_unknown {
  graph_load_state *state;
  const lp_symbol_node *node;
  lp_status status;
} graph_load_unknown;

static void graph_load_on_unknown(void *context, const char *key) {
  graph_load_unknown *unknown = context;
  if (unknown->state->findings == NULL || unknown->status != LP_OK) {
    return;
  }
  char text[300];
  (void)snprintf(text, sizeof text, "unknown attribute '%.100s' is ignored", key);
  unknown->status = graph_load_find(unknown->state, true, LP_ERROR_ATTRIBUTE, unknown->node->name,
                                    unknown->node->op, text);
}

/* __shape__ of a variable; 0 and -1 in it are not known. An unreadable one is passed over with a warning. */
static lp_status graph_load_variable(graph_load_state *state, const lp_symbol_node *from,
                                     lp_node *node) {
  const char *text = graph_load_attr(from, "__shape__");
  node->num_outputs = 1;
  node->num_visible = 1;
  node->attrs = from->attrs;
  node->num_attrs = (uint32_t)from->num_attrs;
  if (text == NULL) {
    return LP_OK;
  }
  lp_tuple tuple;
  lp_status status = lp_attr_parse_tuple("__shape__", text, false, &state->scratch, &tuple);
  if (status == LP_ERROR_MEMORY) {
    return status;
  }
  if (status != LP_OK || tuple.count > LP_MAX_NDIM) {
    if (state->findings != NULL) {
      return graph_load_find(state, true, LP_ERROR_ATTRIBUTE, node->name, "null",
                             "__shape__ cannot be read and is ignored");
    }
    return LP_OK;
  }
  if (tuple.count > 0) {
    lp_shape *shape = lp_pool_take(state->pool, sizeof *shape);
    if (shape == NULL) {
      return LP_ERROR_MEMORY;
    }
    *shape = lp_shape_of(tuple.count, tuple.values);
    for (int i = 0; i < tuple.count; i++) {
      if (shape->dim[i] <= 0) {
        shape->dim[i] = LP_DIM_UNKNOWN;
      }
    }
    node->shape = shape;
  }
  return LP_OK;
}

/* The attributes as the upgrades want them. */
static lp_status graph_load_upgrade_attrs(graph_load_state *state, const lp_symbol_node *from,
                                          const lp_op *op, lp_node *node) {
  bool whole_array = LP_WITH_OLD_FILES && state->version < GRAPH_LOAD_VERSION_PLAIN && (strcmp(op->name, "argmax") == 0 ||
                                              strcmp(op->name, "argmin") == 0);
  bool uses_gamma = LP_WITH_OLD_FILES && state->file.version == 0 && from->has_param &&
                    op->family->role == LP_ROLE_BATCH_NORM && graph_load_attr(from, "fix_gamma") == NULL;
  node->attrs = from->attrs;
  node->num_attrs = (uint32_t)from->num_attrs;
  if (!whole_array && !uses_gamma) {
    return LP_OK;
  }
  lp_attr_text *attrs =
      lp_pool_array(state->pool, (size_t)from->num_attrs + 1, sizeof *attrs);
  if (attrs == NULL) {
    return LP_ERROR_MEMORY;
  }
  uint32_t count = 0;
  for (int i = 0; i < from->num_attrs; i++) {
    if (whole_array && strcmp(from->attrs[i].key, "axis") == 0 &&
        strcmp(from->attrs[i].value, "-1") == 0) {
      continue;
    }
    attrs[count++] = from->attrs[i];
  }
  if (uses_gamma) {
    attrs[count].key = "fix_gamma";
    attrs[count++].value = "False";
  }
  node->attrs = attrs;
  node->num_attrs = count;
  return LP_OK;
}

static lp_status graph_load_parse(graph_load_state *state, const lp_symbol_node *from,
                                  lp_node *node, void **param) {
  graph_load_unknown unknown = {state, from, LP_OK};
  LP_TRY(lp_attr_parse(node->op, node->attrs, (int)node->num_attrs, state->pool,
                       graph_load_on_unknown, &unknown, param));
  return unknown.status;
}

/* ---- subgraphs -------------------------------------------------------------- */

static lp_status graph_load_file(graph_load_state *state, const char *json, size_t size);

/* The node's subgraph as a graph; NULL where an operator is missing that will be reported. */
static lp_status graph_load_body(graph_load_state *state, const lp_symbol_node *from,
                                 const lp_graph **body) {
  if (from->num_subgraphs != 1 || state->level == GRAPH_LOAD_MAX_LEVELS) {
    return lp_fail(LP_ERROR_SYMBOL,
                   "Error in operator %.100s (%s): it has %d subgraphs, expected 1, at most %d "
                   "within one another",
                   from->name, from->op, from->num_subgraphs, GRAPH_LOAD_MAX_LEVELS - 1);
  }
  graph_load_state *inner = lp_pool_take(&state->scratch, sizeof *inner);
  lp_graph *graph = lp_pool_take(state->pool, sizeof *graph);
  if (inner == NULL || graph == NULL) {
    return LP_ERROR_MEMORY;
  }
  inner->level = state->level + 1;
  inner->pool = state->pool;
  inner->findings = state->findings;
  inner->report = state->report;
  inner->graph = graph;
  inner->num_outputs = state->num_outputs;
  inner->text_size = state->text_size;
  LP_TRY(graph_load_file(inner, from->subgraph, from->subgraph_size));
  state->num_outputs = inner->num_outputs;
  /* Where something is missing the graph is not whole. */
  const bool whole = state->report->count == 0 &&
                     (state->findings == NULL || state->findings->num_errors == 0);
  *body = whole ? graph : NULL;
  return LP_OK;
}

static uint32_t graph_load_count_variables(const lp_graph *graph) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    count += graph->nodes[i].op == NULL ? 1 : 0;
  }
  return count;
}

/* Every input of a loop is one variable of its body, and the other way round. */
static lp_status graph_load_loop(graph_load_state *state, const lp_symbol_node *from,
                                 lp_node *node) {
  const lp_foreach *loop = node->param;
  const int inputs = (int)loop->num_args - 1;
  LP_TRY(graph_load_body(state, from, &node->body));
  if (node->body == NULL) {
    return LP_OK;
  }
  const lp_graph *body = node->body;
  uint32_t *places = lp_pool_array(state->pool, (size_t)inputs, sizeof *places);
  uint32_t *variables = lp_pool_array(&state->scratch, body->num_nodes, sizeof *variables);
  bool *taken = lp_pool_array(&state->scratch, body->num_nodes, sizeof *taken);
  if (places == NULL || variables == NULL || taken == NULL) {
    return LP_ERROR_MEMORY;
  }
  int count = 0;
  for (uint32_t i = 0; i < body->num_nodes; i++) {
    if (body->nodes[i].op == NULL) {
      variables[count++] = i;
    }
  }
  if (count != inputs || from->num_inputs != inputs ||
      body->num_heads != (uint32_t)loop->num_outputs) {
    return lp_fail(LP_ERROR_SYMBOL,
                   "Error in operator %.100s (%s): it has %d inputs, its subgraph %d and %u "
                   "outputs; expected %d and %d",
                   from->name, from->op, from->num_inputs, count, (unsigned)body->num_heads, inputs,
                   (int)loop->num_outputs);
  }
  for (int k = 0; k < inputs; k++) {
    const int64_t location = lp_foreach_location(loop, k);
    if (location < 0 || location >= count || taken[location]) {
      return lp_fail(LP_ERROR_ATTRIBUTE,
                     "Error in operator %.100s (%s): input %d of the node is input %lld of its "
                     "subgraph, expected each of 0 to %d once",
                     from->name, from->op, k, (long long)location, count - 1);
    }
    taken[location] = true;
    places[k] = variables[location];
  }
  node->body_inputs = places;
  return LP_OK;
}

/* Float operators that a backend has fused: their subgraphs say what they do. */
static bool graph_load_is_fused(const lp_symbol_node *from) {
  const char *quantized = graph_load_attr(from, "quantized");
  return from->num_subgraphs == 1 && strncmp(from->op, "_sg_mkldnn_", 11) == 0 &&
         (quantized == NULL || quantized[0] == '0' || quantized[0] == 'F' || quantized[0] == 'f');
}

/* For now a node without an operator; graph_load_splice puts its body in its place. */
static lp_status graph_load_fused(graph_load_state *state, const lp_symbol_node *from,
                                  lp_node *node) {
  LP_TRY(graph_load_body(state, from, &node->body));
  if (node->body == NULL) {
    return LP_OK;
  }
  const uint32_t variables = graph_load_count_variables(node->body);
  if (variables != (uint32_t)from->num_inputs) {
    return lp_fail(LP_ERROR_SYMBOL,
                   "Error in operator %.100s (%s): it has %d inputs, its subgraph %u", from->name,
                   from->op, from->num_inputs, (unsigned)variables);
  }
  node->num_outputs = (int)node->body->num_heads;
  node->num_visible = node->num_outputs;
  return LP_OK;
}

static lp_status graph_load_operator(graph_load_state *state, const lp_symbol_node *from,
                                     lp_node *node) {
  if (LP_WITH_SUBGRAPHS && graph_load_is_fused(from)) {
    return graph_load_fused(state, from, node);
  }
  const lp_op *op = lp_op_find(from->op, strlen(from->op));
  if (op == NULL) {
    return graph_load_unsupported(state, from);
  }
  node->op = op;
  LP_TRY(graph_load_upgrade_attrs(state, from, op, node));
  lp_status status = LP_OK;
  if (LP_WITH_SUBGRAPHS && lp_subgraph_is_quantized(from)) {
    status = lp_subgraph_quantized_attrs(from, state->pool, &node->attrs, &node->num_attrs);
  }
  if (status == LP_OK) {
    status = graph_load_parse(state, from, node, &node->param);
  }
  if (LP_WITH_OLD_FILES && status == LP_OK && op->family->legacy != NULL && state->file.version == 0 && from->has_param &&
      graph_load_attr(from, "pooling_convention") == NULL) {
    lp_findings *findings = state->findings;
    state->findings = NULL; /* warnings were given for the first parse */
    status = graph_load_parse(state, from, node, &node->param_round_down);
    state->findings = findings;
    if (status == LP_OK) {
      void *other = node->param_round_down;
      op->family->legacy(node->param, state->round_up);
      op->family->legacy(other, !state->round_up);
      state->graph->has_legacy_rounding = true;
    }
  }
  if (status != LP_OK && status != LP_ERROR_MEMORY) {
    status = lp_fail_within("Error in operator %.100s (%s): ", from->name, from->op);
    if (state->findings != NULL) {
      node->op = NULL;
      return graph_load_find(state, false, status, from->name, from->op, NULL);
    }
    return status;
  }
  LP_TRY(status);
  node->num_outputs = lp_op_count_outputs(op, node->param);
  node->num_visible = lp_op_count_visible(op, node->param);
  if (node->num_outputs < 1 || node->num_outputs > GRAPH_LOAD_MAX_OUTPUTS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "Error in operator %.100s (%s): %d outputs, must be 1 to %d",
                   from->name, from->op, node->num_outputs, GRAPH_LOAD_MAX_OUTPUTS);
  }
  if (op->family->role == LP_ROLE_LOOP) {
    if (!LP_WITH_SUBGRAPHS) {
      return lp_say(LP_ERROR_UNSUPPORTED,
                    "Error in operator %.100s (%s): this build has no LP_WITH_SUBGRAPHS",
                    from->name, from->op);
    }
    LP_TRY(graph_load_loop(state, from, node));
  }
  state->num_outputs += (size_t)node->num_outputs;
  if (state->num_outputs >
      GRAPH_LOAD_FREE_OUTPUTS + state->text_size / GRAPH_LOAD_BYTES_PER_OUTPUT) {
    return lp_fail(LP_ERROR_SYMBOL,
                   "Error in operator %.100s (%s): with its %d outputs the graph has %zu, too many "
                   "for a file of %zu bytes",
                   from->name, from->op, node->num_outputs, state->num_outputs, state->text_size);
  }
  return LP_OK;
}

/* Makes room for so many more nodes. */
static lp_status graph_load_reserve(graph_load_state *state, uint32_t more) {
  if (more <= state->capacity - state->num_nodes) {
    return LP_OK;
  }
  size_t capacity;
  lp_node *grown = NULL;
  if (lp_size_multiply((size_t)state->capacity + more, 2, &capacity) && capacity < UINT32_MAX) {
    grown = lp_pool_array(&state->scratch, capacity, sizeof *grown);
  }
  if (grown == NULL) {
    return LP_ERROR_MEMORY;
  }
  memcpy(grown, state->nodes, state->num_nodes * sizeof *grown);
  state->nodes = grown;
  state->capacity = (uint32_t)capacity;
  return LP_OK;
}

/* Variables for inputs that the file leaves out. */
static lp_status graph_load_inputs(graph_load_state *state, uint32_t index) {
  const lp_symbol_node *from = &state->file.nodes[index];
  lp_node *node = &state->nodes[index];
  int wanted = node->op == NULL ? from->num_inputs : lp_op_count_inputs(node->op, node->param);
  if (from->num_inputs > wanted || (state->level > 1 && from->num_inputs != wanted)) {
    lp_status status =
        lp_fail(LP_ERROR_SYMBOL, "Error in operator %.100s (%s): it has %d inputs, expected %d",
                from->name, from->op, from->num_inputs, wanted);
    if (state->findings == NULL || state->level > 1) {
      return status;
    }
    LP_TRY(graph_load_find(state, false, status, from->name, from->op, NULL));
    node->op = NULL;
    node->body = NULL;
    wanted = from->num_inputs;
  }
  state->added_inputs += (size_t)(wanted - from->num_inputs);
  if (state->added_inputs >
      GRAPH_LOAD_FREE_INPUTS + state->text_size / GRAPH_LOAD_BYTES_PER_INPUT) {
    return lp_fail(LP_ERROR_SYMBOL,
                   "Error in operator %.100s (%s): it has %d inputs, expected %d, and too many "
                   "inputs are missing from the file",
                   from->name, from->op, from->num_inputs, wanted);
  }
  lp_entry *inputs = lp_pool_array(state->pool, (size_t)wanted, sizeof *inputs);
  if (inputs == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int i = 0; i < from->num_inputs; i++) {
    inputs[i].node = (uint32_t)from->inputs[i].node;
    inputs[i].output = (uint32_t)from->inputs[i].output;
  }
  node->inputs = inputs;
  node->num_inputs = (uint32_t)wanted;
  for (int i = from->num_inputs; i < wanted; i++) {
    char suffix[LP_OP_NAME_SIZE];
    (void)lp_op_input_name(node->op, i, suffix);
    lp_node added;
    memset(&added, 0, sizeof added);
    added.name = from->name[0] == '\0'
                     ? lp_pool_format(state->pool, "%s", suffix)
                     : lp_pool_format(state->pool, "%s_%s", from->name, suffix);
    if (added.name == NULL) {
      return LP_ERROR_MEMORY;
    }
    added.num_outputs = 1;
    added.num_visible = 1;
    LP_TRY(graph_load_reserve(state, 1));
    node = &state->nodes[index];
    inputs[i].node = state->num_nodes;
    inputs[i].output = 0;
    state->nodes[state->num_nodes++] = added;
  }
  return LP_OK;
}

/* operators.md 1.7: other nodes of the file tell whether it is from the time of rounding up. */
static bool graph_load_rounds_up(const lp_symbol_file *file) {
  bool old = false, convolution = false;
  for (int i = 0; i < file->num_nodes; i++) {
    const lp_symbol_node *node = &file->nodes[i];
    if (strcmp(node->op, "Pooling") == 0 && node->has_param &&
        graph_load_attr(node, "global_pool") == NULL) {
      return true;
    }
    if (strcmp(node->op, "Convolution") == 0 && node->has_param) {
      const char *workspace = graph_load_attr(node, "workspace");
      convolution = true;
      old = old || graph_load_attr(node, "cudnn_tune") == NULL ||
            (workspace != NULL && strcmp(workspace, "512") == 0);
    }
  }
  return convolution && old;
}

/* Of the file, or added. */
static bool graph_load_is_variable(const graph_load_state *state, uint32_t node) {
  return node < (uint32_t)state->file.num_nodes ? state->file.nodes[node].variable
                                                : state->nodes[node].op == NULL;
}

/* Appends the operators of a fused node's body, their inputs those of this graph; the body's heads then are what the node's outputs mean. */
static lp_status graph_load_append(graph_load_state *state, uint32_t index) {
  const lp_graph *body = state->nodes[index].body;
  LP_TRY(graph_load_reserve(state, body->num_nodes));
  lp_node *fused = &state->nodes[index];
  lp_entry *place = lp_pool_array(&state->scratch, body->num_nodes, sizeof *place);
  if (place == NULL) {
    return LP_ERROR_MEMORY;
  }
  uint32_t variable = 0;
  for (uint32_t i = 0; i < body->num_nodes; i++) {
    const lp_node *inner = &body->nodes[i];
    if (inner->op == NULL) {
      place[i] = fused->inputs[variable++];
      continue;
    }
    lp_entry *inputs = (lp_entry *)(uintptr_t)inner->inputs;
    for (uint32_t k = 0; k < inner->num_inputs; k++) {
      const bool is_variable = body->nodes[inputs[k].node].op == NULL;
      inputs[k].output = is_variable ? place[inputs[k].node].output : inputs[k].output;
      inputs[k].node = place[inputs[k].node].node;
    }
    place[i].node = state->num_nodes;
    state->nodes[state->num_nodes++] = *inner;
  }
  for (uint32_t i = 0; i < body->num_heads; i++) {
    if (body->nodes[body->heads[i].node].op == NULL) {
      return lp_fail(LP_ERROR_SYMBOL, "Error in operator %.100s: output %u of its subgraph is an input",
                     fused->name, (unsigned)i);
    }
    body->heads[i].node = place[body->heads[i].node].node;
  }
  /* Outputs keep their names. */
  if (body->num_heads == 1) {
    state->nodes[body->heads[0].node].name = fused->name;
  }
  return LP_OK;
}

static lp_status graph_load_redirect(const graph_load_state *state, const char *who,
                                     lp_entry *entry) {
  const lp_node *node = &state->nodes[entry->node];
  if (node->op != NULL || node->body == NULL) {
    return LP_OK;
  }
  if (entry->output >= node->body->num_heads) {
    return lp_fail(LP_ERROR_SYMBOL, "%.100s takes output %u of node '%.100s', which has %u", who,
                   (unsigned)entry->output, node->name, (unsigned)node->body->num_heads);
  }
  *entry = node->body->heads[entry->output];
  return LP_OK;
}

/* Puts the nodes of their subgraphs in the place of fused nodes. */
static lp_status graph_load_splice(graph_load_state *state) {
  bool any = false;
  for (int i = 0; i < state->file.num_nodes; i++) {
    if (state->nodes[i].op == NULL && state->nodes[i].body != NULL) {
      any = true;
      LP_TRY(graph_load_append(state, (uint32_t)i));
    }
  }
  for (uint32_t i = 0; any && i < state->num_nodes; i++) {
    for (uint32_t k = 0; k < state->nodes[i].num_inputs; k++) {
      lp_entry *input = (lp_entry *)(uintptr_t)&state->nodes[i].inputs[k];
      LP_TRY(graph_load_redirect(state, state->nodes[i].name, input));
    }
  }
  for (uint32_t i = 0; any && i < state->graph->num_heads; i++) {
    LP_TRY(graph_load_redirect(state, "the graph", &state->graph->heads[i]));
  }
  return LP_OK;
}

/* Variables of one name are one variable: everybody takes the first. */
static lp_status graph_load_merge_names(graph_load_state *state) {
  lp_name_map map;
  size_t variables = 0;
  for (uint32_t i = 0; i < state->num_nodes; i++) {
    variables += graph_load_is_variable(state, i) ? 1 : 0;
  }
  LP_TRY(lp_name_map_create(&map, variables, &state->scratch));
  uint32_t *first = lp_pool_array(&state->scratch, state->num_nodes, sizeof *first);
  if (first == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < state->num_nodes; i++) {
    lp_node *node = &state->nodes[i];
    first[i] = graph_load_is_variable(state, i) ? lp_name_map_add(&map, node->name, i) : i;
    if (first[i] != i && state->nodes[first[i]].shape == NULL) {
      state->nodes[first[i]].shape = node->shape;
    }
  }
  for (uint32_t i = 0; i < state->num_nodes; i++) {
    lp_entry *inputs = (lp_entry *)(uintptr_t)state->nodes[i].inputs;
    for (uint32_t k = 0; k < state->nodes[i].num_inputs; k++) {
      inputs[k].node = first[inputs[k].node];
    }
  }
  for (uint32_t i = 0; i < state->graph->num_heads; i++) {
    state->graph->heads[i].node = first[state->graph->heads[i].node];
  }
  return LP_OK;
}

static lp_status graph_load_check_output(graph_load_state *state, const char *who, lp_entry entry) {
  const lp_node *node = &state->nodes[entry.node];
  bool failed = node->num_outputs == 0; /* an operator that is reported already */
  if (!failed && entry.output >= (uint32_t)node->num_outputs) {
    return lp_fail(LP_ERROR_SYMBOL, "%.100s takes output %u of node '%.100s', which has %d", who,
                   (unsigned)entry.output, node->name, node->num_outputs);
  }
  return LP_OK;
}

static lp_status graph_load_check_outputs(graph_load_state *state) {
  for (uint32_t i = 0; i < state->num_nodes; i++) {
    const lp_node *node = &state->nodes[i];
    for (uint32_t k = 0; k < node->num_inputs; k++) {
      LP_TRY(graph_load_check_output(state, node->name, node->inputs[k]));
    }
  }
  for (uint32_t i = 0; i < state->graph->num_heads; i++) {
    LP_TRY(graph_load_check_output(state, "the graph", state->graph->heads[i]));
  }
  return LP_OK;
}

/* Which variables are states, labels, weights. */
static void graph_load_classify(lp_graph *graph) {
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    graph->nodes[i].is_label = graph->nodes[i].op == NULL;
  }
  for (uint32_t i = 0; i < graph->num_heads; i++) {
    graph->nodes[graph->heads[i].node].is_label = false;
  }
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    const lp_op *op = graph->nodes[i].op;
    for (uint32_t k = 0; op != NULL && k < graph->nodes[i].num_inputs; k++) {
      lp_node *input = &graph->nodes[graph->nodes[i].inputs[k].node];
      uint32_t bit = k < 32 ? 1u << k : 0u;
      if (input->op != NULL) {
        continue;
      }
      if (LP_WITH_SUBGRAPHS && graph->nodes[i].body != NULL) {
        const lp_node *within = &graph->nodes[i].body->nodes[graph->nodes[i].body_inputs[k]];
        /* A loop has no states in MXNet's sense: those of its body are arguments here. */
        input->is_weight = input->is_weight || within->is_weight || within->is_aux;
        input->is_label = input->is_label && within->is_label;
        continue;
      }
      const uint32_t states = op->family->aux_inputs_of != NULL
                                  ? op->family->aux_inputs_of(graph->nodes[i].param)
                                  : op->family->aux_inputs;
      input->is_aux = input->is_aux || (states & bit) != 0;
      input->is_weight = input->is_weight || ((op->family->weight_inputs | states) & bit) != 0;
      input->is_label = input->is_label && (op->family->label_inputs & bit) != 0;
    }
  }
}

/* Findings: which variables must be given. Nodes of operators that were refused have inputs, too. */
static lp_status graph_load_find_weights(graph_load_state *state) {
  lp_findings *findings = state->findings;
  lp_graph whole = *state->graph;
  uint32_t *order, count;
  whole.nodes = state->nodes;
  whole.num_nodes = state->num_nodes;
  LP_TRY(lp_graph_select(&whole, whole.heads, whole.num_heads, &state->scratch, &order, &count));
  findings->weights = lp_pool_array(findings->pool, count, sizeof *findings->weights);
  if (findings->weights == NULL) {
    return LP_ERROR_MEMORY;
  }
  graph_load_classify(&whole);
  for (uint32_t i = 0; i < count; i++) {
    const lp_node *node = &whole.nodes[order[i]];
    if (graph_load_is_variable(state, order[i]) && (node->is_weight || node->is_aux)) {
      findings->weights[findings->num_weights++] = node->name;
    }
  }
  return LP_OK;
}

/* Puts the nodes that the heads need into execution order and numbers their outputs. */
static lp_status graph_load_order(graph_load_state *state) {
  lp_graph *graph = state->graph;
  lp_graph whole = *graph;
  whole.nodes = state->nodes;
  whole.num_nodes = state->num_nodes;
  uint32_t *order, count;
  LP_TRY(lp_graph_select(&whole, graph->heads, graph->num_heads, &state->scratch, &order, &count));
  uint32_t *place = lp_pool_array(&state->scratch, state->num_nodes, sizeof *place);
  graph->nodes = lp_pool_array(state->pool, count, sizeof *graph->nodes);
  if (place == NULL || graph->nodes == NULL) {
    return LP_ERROR_MEMORY;
  }
  graph->num_nodes = count;
  for (uint32_t i = 0; i < count; i++) {
    place[order[i]] = i;
    graph->nodes[i] = state->nodes[order[i]];
  }
  for (uint32_t i = 0; i < count; i++) {
    lp_node *node = &graph->nodes[i];
    lp_entry *inputs = (lp_entry *)(uintptr_t)node->inputs;
    for (uint32_t k = 0; k < node->num_inputs; k++) {
      inputs[k].node = place[inputs[k].node];
    }
    node->first_entry = graph->num_entries;
    graph->num_entries += (uint32_t)node->num_outputs;
    graph->max_inputs = node->num_inputs > graph->max_inputs ? node->num_inputs : graph->max_inputs;
    graph->max_outputs =
        node->num_outputs > graph->max_outputs ? node->num_outputs : graph->max_outputs;
  }
  for (uint32_t i = 0; i < graph->num_heads; i++) {
    graph->heads[i].node = place[graph->heads[i].node];
  }
  return LP_OK;
}

static lp_status graph_load_names(graph_load_state *state) {
  lp_graph *graph = state->graph;
  size_t visible = 0, variables = 0;
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    visible += (size_t)graph->nodes[i].num_visible;
    variables += graph->nodes[i].op == NULL ? 1 : 0;
  }
  LP_TRY(lp_name_map_create(&graph->variables, variables, state->pool));
  LP_TRY(lp_name_map_create(&graph->internals, visible, state->pool));
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    const lp_node *node = &graph->nodes[i];
    if (node->op == NULL) {
      (void)lp_name_map_add(&graph->variables, node->name, i);
      (void)lp_name_map_add(&graph->internals, node->name, node->first_entry);
      continue;
    }
    for (int k = 0; k < node->num_visible; k++) {
      char suffix[LP_OP_NAME_SIZE];
      (void)lp_op_output_name(node->op, node->param, k, suffix);
      const char *name = node->name[0] == '\0'
                             ? lp_pool_format(state->pool, "%s", suffix)
                             : lp_pool_format(state->pool, "%s_%s", node->name, suffix);
      if (name == NULL) {
        return LP_ERROR_MEMORY;
      }
      (void)lp_name_map_add(&graph->internals, name, node->first_entry + (uint32_t)k);
    }
  }
  return LP_OK;
}

static lp_status graph_load_fail_unsupported(const graph_load_report *report) {
  lp_refusal refusal;
  char why[LP_NEAR_NAMES_SIZE];
  if (lp_op_refusal(report->first, &refusal)) {
    (void)snprintf(why, sizeof why, ". %.60s: %s; %s", report->first, refusal.reason,
                   refusal.remedy);
  } else {
    (void)graph_load_why(report->first, false, NULL, why);
  }
  return lp_say(LP_ERROR_UNSUPPORTED,
                "Operator is not " GRAPH_LOAD_ABSENT ": the model needs %u node%s of operators "
                "that this library does not have: %s%s%s" GRAPH_LOAD_PRESENT,
                (unsigned)report->count, report->count == 1 ? "" : "s", report->text,
                report->cut ? ", ...; LPCheckModel lists them all" : "", why);
}

static lp_status graph_load_nodes(graph_load_state *state) {
  const lp_symbol_file *file = &state->file;
  state->capacity = (uint32_t)file->num_nodes + 16;
  state->nodes = lp_pool_array(&state->scratch, state->capacity, sizeof *state->nodes);
  state->graph->heads =
      lp_pool_array(state->pool, (size_t)file->num_heads, sizeof *state->graph->heads);
  if (state->nodes == NULL || state->graph->heads == NULL) {
    return LP_ERROR_MEMORY;
  }
  state->num_nodes = (uint32_t)file->num_nodes;
  for (int i = 0; i < file->num_nodes; i++) {
    state->nodes[i].name = file->nodes[i].name;
    LP_TRY(file->nodes[i].variable
               ? graph_load_variable(state, &file->nodes[i], &state->nodes[i])
               : graph_load_operator(state, &file->nodes[i], &state->nodes[i]));
  }
  const graph_load_report *report = state->report;
  if (report->count != 0) {
    return state->level > 1 ? LP_OK : graph_load_fail_unsupported(report);
  }
  state->graph->num_heads = (uint32_t)file->num_heads;
  for (int i = 0; i < file->num_heads; i++) {
    state->graph->heads[i].node = (uint32_t)file->heads[i].node;
    state->graph->heads[i].output = (uint32_t)file->heads[i].output;
  }
  for (int i = 0; i < file->num_nodes; i++) {
    LP_TRY(graph_load_inputs(state, (uint32_t)i));
  }
  if (LP_WITH_SUBGRAPHS) {
    LP_TRY(graph_load_splice(state));
  }
  if (state->level == 1) {
    LP_TRY(graph_load_merge_names(state));
  }
  LP_TRY(graph_load_check_outputs(state));
  if (state->findings != NULL && state->level == 1) {
    return graph_load_find_weights(state);
  }
  if (state->findings != NULL && state->findings->num_errors != 0) {
    return LP_OK;
  }
  LP_TRY(graph_load_order(state));
  graph_load_classify(state->graph);
  if (state->level == 1) {
    return graph_load_names(state);
  }
  lp_graph *graph = state->graph;
  uint32_t count;
  return lp_graph_select(graph, graph->heads, graph->num_heads, state->pool, &graph->order, &count);
}

/* Reads a file, or a subgraph, in which nothing is upgraded. */
static lp_status graph_load_file(graph_load_state *state, const char *json, size_t size) {
  const lp_findings *findings = state->findings;
  lp_symbol_file *file = &state->file;
  /* Names and attribute texts stay, so the file's pool is the graph's. */
  lp_status status = lp_symbol_file_read(json, size, state->pool, file);
  if (status == LP_OK) {
    if (state->level == 1) {
      state->text_size = file->text_size;
    } else {
      file->version = GRAPH_LOAD_VERSION_PLAIN;
    }
    state->graph->is_np_shape = file->is_np_shape;
    state->version = file->version != 0 ? file->version : GRAPH_LOAD_VERSION_WITHOUT;
    state->round_up = LP_WITH_OLD_FILES && file->version == 0 && graph_load_rounds_up(file);
    status = graph_load_nodes(state);
    /* Operators that are missing are of more interest. */
    if (!LP_WITH_OLD_FILES && state->version < GRAPH_LOAD_VERSION_PLAIN && status == LP_OK &&
        (findings == NULL || findings->num_errors == 0)) {
      status = lp_say(LP_ERROR_UNSUPPORTED,
                      "the graph is of before MXNet 0.9.5: this build has no LP_WITH_OLD_FILES");
    }
  }
  lp_pool_free(&state->scratch);
  return status;
}

lp_status lp_graph_load(const char *json, size_t size, lp_pool *pool, lp_findings *findings,
                        lp_graph *graph) {
  graph_load_report report;
  graph_load_state state;
  memset(&report, 0, sizeof report);
  memset(&state, 0, sizeof state);
  memset(graph, 0, sizeof *graph);
  state.level = 1;
  state.pool = pool;
  state.findings = findings;
  state.report = &report;
  state.graph = graph;
  return graph_load_file(&state, json, size);
}
