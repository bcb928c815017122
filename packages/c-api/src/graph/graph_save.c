/*
 * graph_save.c - a graph as the symbol file that MXNet 1.9.1 writes of it.
 *
 * Nodes keep their order, which is MXNet's. One node stands on a line, its
 * attributes in the order of their keys, so that two files can be compared by
 * lines.
 */
#include <string.h>

#include "graph.h"

#define GRAPH_SAVE_VERSION 10901
/* Attributes that a node gains: pooling_convention, or the five user words from an operator. */
#define GRAPH_SAVE_GAINED 5

/* What is written of a node besides its name and inputs. */
typedef struct graph_save_node {
  const char *op;
  lp_attr_text *attrs; /* by rising key */
  uint32_t num_attrs;
} graph_save_node;

typedef struct graph_save_state {
  const lp_graph *graph;
  lp_pool *pool;
  graph_save_node *nodes;
} graph_save_state;

/* Adds an attribute, or replaces the one of this key; there is room. */
static void graph_save_set(graph_save_node *node, const char *key, const char *value) {
  uint32_t at = node->num_attrs;
  for (; at > 0; at--) {
    int order = strcmp(node->attrs[at - 1].key, key);
    if (order == 0) {
      node->attrs[at - 1].value = value;
      return;
    }
    if (order < 0) {
      break;
    }
  }
  memmove(&node->attrs[at + 1], &node->attrs[at], (node->num_attrs - at) * sizeof *node->attrs);
  node->attrs[at].key = key;
  node->attrs[at].value = value;
  node->num_attrs++;
}

/* The variable that feeds the input of this name; NULL: none. */
static graph_save_node *graph_save_input(const graph_save_state *state, const lp_node *node,
                                         const char *name, size_t length) {
  int k = node->op == NULL ? -1 : lp_op_find_input(node->op, name, length);
  if (k < 0 || (uint32_t)k >= node->num_inputs) {
    return NULL;
  }
  uint32_t from = node->inputs[k].node;
  return state->graph->nodes[from].op == NULL ? &state->nodes[from] : NULL;
}

/* Attributes of the optimiser and such, which readers of today know between underscores only. */
static lp_status graph_save_user(const graph_save_state *state, uint32_t index,
                                 const lp_attr_text *attr, const char *word) {
  const lp_node *node = &state->graph->nodes[index];
  graph_save_node *target = &state->nodes[index];
  size_t length = strlen(attr->key), size = strlen(word);
  const char *hidden = attr->key;
  if (length > size + 1 && attr->key[length - size - 1] == '_' &&
      strcmp(attr->key + length - size, word) == 0) {
    graph_save_node *input = graph_save_input(state, node, attr->key, length - size - 1);
    hidden = input != NULL ? word : hidden;
    target = input != NULL ? input : target;
  }
  if (node->op == NULL && length != size) {
    graph_save_set(target, attr->key, attr->value); /* of variables any key may be read */
    return LP_OK;
  }
  const char *key = lp_pool_format(state->pool, "__%s__", hidden);
  if (key == NULL) {
    return LP_ERROR_MEMORY;
  }
  graph_save_set(target, key, attr->value);
  return LP_OK;
}

/* The plain attributes of all nodes, so that user attributes come to nodes that have theirs. */
static lp_status graph_save_plain(graph_save_state *state, uint32_t index) {
  const lp_node *node = &state->graph->nodes[index];
  graph_save_node *to = &state->nodes[index];
  if (node->op != NULL && strncmp(node->op->name, "_sg_mkldnn_", 11) == 0) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "Error in operator %.100s (%s): fused int8 nodes are not written, their files "
                   "are of today",
                   node->name, node->op->name);
  }
  to->op = node->op == NULL ? "null" : node->op->name;
  to->attrs =
      lp_pool_array(state->pool, (size_t)node->num_attrs + GRAPH_SAVE_GAINED, sizeof *to->attrs);
  if (to->attrs == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < node->num_attrs; i++) {
    const lp_attr_text *attr = &node->attrs[i];
    if (lp_attr_is_dunder(attr->key) || lp_attr_user_word(attr->key) == NULL) {
      graph_save_set(to, attr->key, attr->value);
    }
  }
  if (node->op != NULL && node->param_round_down != NULL) {
    const char *convention;
    lp_status status = node->op->family->legacy_save(node->param, &to->op, &convention);
    if (status != LP_OK) {
      return lp_fail_within("Error in operator %.100s (%s): ", node->name, node->op->name);
    }
    graph_save_set(to, "pooling_convention", convention);
  }
  return LP_OK;
}

static lp_status graph_save_attrs(graph_save_state *state) {
  for (uint32_t i = 0; i < state->graph->num_nodes; i++) {
    LP_TRY(graph_save_plain(state, i));
  }
  for (uint32_t i = 0; i < state->graph->num_nodes; i++) {
    const lp_node *node = &state->graph->nodes[i];
    for (uint32_t k = 0; k < node->num_attrs; k++) {
      const char *word = lp_attr_user_word(node->attrs[k].key);
      if (word != NULL && !lp_attr_is_dunder(node->attrs[k].key)) {
        LP_TRY(graph_save_user(state, i, &node->attrs[k], word));
      }
    }
  }
  return LP_OK;
}

static void graph_save_entries(lp_text_writer *text, const lp_entry *entries, uint32_t count) {
  lp_text_string(text, "[");
  for (uint32_t i = 0; i < count; i++) {
    lp_text_format(text, "%s[%u, %u, 0]", i == 0 ? "" : ", ", (unsigned)entries[i].node,
                   (unsigned)entries[i].output);
  }
  lp_text_string(text, "]");
}

static lp_status graph_save_graph(const lp_graph *graph, lp_pool *pool, lp_text_writer *text);

static lp_status graph_save_node_text(lp_text_writer *text, lp_pool *pool, const lp_node *node,
                                      const graph_save_node *saved) {
  lp_text_string(text, "{\"op\": ");
  lp_text_quote(text, saved->op);
  lp_text_string(text, ", \"name\": ");
  lp_text_quote(text, node->name);
  for (uint32_t i = 0; i < saved->num_attrs; i++) {
    lp_text_string(text, i == 0 ? ", \"attrs\": {" : ", ");
    lp_text_quote(text, saved->attrs[i].key);
    lp_text_string(text, ": ");
    lp_text_quote(text, saved->attrs[i].value);
  }
  lp_text_string(text, saved->num_attrs == 0 ? ", \"inputs\": " : "}, \"inputs\": ");
  graph_save_entries(text, node->inputs, node->num_inputs);
  if (LP_WITH_SUBGRAPHS && node->body != NULL) {
    lp_text_string(text, ", \"subgraphs\": [");
    LP_TRY(graph_save_graph(node->body, pool, text));
    lp_text_string(text, "}]");
  }
  lp_text_string(text, "}");
  return LP_OK;
}

/* A graph but for its attributes and closing brace. */
static lp_status graph_save_text(lp_text_writer *text, const graph_save_state *state) {
  const lp_graph *graph = state->graph;
  lp_text_string(text, "{\n\"nodes\": [");
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    lp_text_string(text, i == 0 ? "\n" : ",\n");
    LP_TRY(graph_save_node_text(text, state->pool, &graph->nodes[i], &state->nodes[i]));
  }
  lp_text_string(text, "\n],\n\"arg_nodes\": [");
  const char *between = "";
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    if (graph->nodes[i].op == NULL) {
      lp_text_format(text, "%s%u", between, (unsigned)i);
      between = ", ";
    }
  }
  lp_text_string(text, "],\n\"node_row_ptr\": [");
  for (uint32_t i = 0; i < graph->num_nodes; i++) {
    lp_text_format(text, "%u, ", (unsigned)graph->nodes[i].first_entry);
  }
  lp_text_format(text, "%u],\n\"heads\": ", (unsigned)graph->num_entries);
  graph_save_entries(text, graph->heads, graph->num_heads);
  return LP_OK;
}

static lp_status graph_save_graph(const lp_graph *graph, lp_pool *pool, lp_text_writer *text) {
  graph_save_state state = {graph, pool, NULL};
  state.nodes = lp_pool_array(pool, graph->num_nodes, sizeof *state.nodes);
  if (state.nodes == NULL) {
    return LP_ERROR_MEMORY;
  }
  LP_TRY(graph_save_attrs(&state));
  return graph_save_text(text, &state);
}

lp_status lp_graph_save(const lp_graph *graph, lp_pool *pool, lp_text_writer *text) {
  LP_TRY(graph_save_graph(graph, pool, text));
  lp_text_format(text, ",\n\"attrs\": {%s\"mxnet_version\": [\"int\", %d]}\n}\n",
                 graph->is_np_shape ? "\"is_np_shape\": [\"int\", 1], " : "", GRAPH_SAVE_VERSION);
  return LP_OK;
}
