/* graph.c - names and selections of a loaded graph. */
#include "graph.h"

#include <stdio.h>
#include <string.h>

const char *lp_graph_entry_name(const lp_graph *graph, lp_entry entry, char *buffer, size_t size) {
  const lp_node *node = &graph->nodes[entry.node];
  if (node->op == NULL) {
    (void)snprintf(buffer, size, "%s", node->name);
    return buffer;
  }
  char suffix[LP_OP_NAME_SIZE];
  (void)lp_op_output_name(node->op, node->param, (int)entry.output, suffix);
  (void)snprintf(buffer, size, "%s%s%s", node->name, node->name[0] == '\0' ? "" : "_", suffix);
  return buffer;
}

const char **lp_graph_entry_names(const lp_graph *graph, const lp_entry *entries, uint32_t count,
                                  lp_pool *pool) {
  const char **names = lp_pool_array(pool, count, sizeof *names);
  for (uint32_t i = 0; names != NULL && i < count; i++) {
    char name[512];
    (void)lp_graph_entry_name(graph, entries[i], name, sizeof name);
    names[i] = lp_pool_string(pool, name, strlen(name));
    if (names[i] == NULL) {
      return NULL;
    }
  }
  return names;
}

static uint32_t graph_lookup(const lp_graph *graph, const char *key, const char *suffix) {
  char name[512];
  int length = snprintf(name, sizeof name, "%s%s", key, suffix);
  if (length < 0 || (size_t)length >= sizeof name) {
    return LP_NAME_MAP_NONE;
  }
  return lp_name_map_find(&graph->internals, name, (size_t)length);
}

/* Near names are looked for among the nodes, for a key is mostly a node's name. */
static const char *graph_node_name(void *context, uint32_t index) {
  return ((const lp_graph *)context)->nodes[index].name;
}

lp_status lp_graph_find_output(const lp_graph *graph, const char *key, lp_entry *entry) {
  static const char *const suffixes[] = {"_output", "", "_output0", "0"};
  uint32_t found = LP_NAME_MAP_NONE;
  for (size_t i = 0; i < LP_COUNT(suffixes) && found == LP_NAME_MAP_NONE; i++) {
    found = graph_lookup(graph, key, suffixes[i]);
  }
  if (found == LP_NAME_MAP_NONE) {
    char near[LP_NEAR_NAMES_SIZE];
    return lp_fail(LP_ERROR_NAME, "didn't find node name: %.200s_output in the graph%s", key,
                   lp_near_names(key, graph_node_name, (void *)(uintptr_t)graph,
                                 graph->num_nodes, near));
  }
  /* Entry numbers rise with nodes: find the node by bisection. */
  uint32_t low = 0, high = graph->num_nodes - 1;
  while (low < high) {
    uint32_t middle = low + (high - low + 1) / 2;
    if (graph->nodes[middle].first_entry <= found) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  entry->node = low;
  entry->output = found - graph->nodes[low].first_entry;
  return LP_OK;
}

lp_status lp_graph_select(const lp_graph *graph, const lp_entry *heads, uint32_t num_heads,
                          lp_pool *pool, uint32_t **order, uint32_t *count) {
  /* Depth-first with a stack of our own: a node and the next input to look at. */
  uint32_t *result = lp_pool_array(pool, graph->num_nodes, sizeof *result);
  uint32_t *stack = lp_pool_array(pool, graph->num_nodes, sizeof *stack);
  uint32_t *next = lp_pool_array(pool, graph->num_nodes, sizeof *next);
  bool *seen = lp_pool_array(pool, graph->num_nodes, sizeof *seen);
  if (result == NULL || stack == NULL || next == NULL || seen == NULL) {
    return LP_ERROR_MEMORY;
  }
  uint32_t used = 0;
  for (uint32_t h = 0; h < num_heads; h++) {
    uint32_t depth = 0;
    if (!seen[heads[h].node]) {
      seen[heads[h].node] = true;
      stack[depth++] = heads[h].node;
    }
    while (depth != 0) {
      uint32_t top = stack[depth - 1];
      const lp_node *node = &graph->nodes[top];
      if (next[top] < node->num_inputs) {
        uint32_t input = node->inputs[next[top]++].node;
        if (!seen[input]) {
          seen[input] = true;
          stack[depth++] = input;
        }
      } else {
        result[used++] = top;
        depth--;
      }
    }
  }
  *order = result;
  *count = used;
  return LP_OK;
}
