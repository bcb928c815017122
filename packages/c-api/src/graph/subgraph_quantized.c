/*
 * subgraph_quantized.c - what the subgraph of a fused int8 node says, as attributes of the node.
 *
 * It is one Convolution or FullyConnected, and behind it, each at most once: BatchNorm, the sum with
 * one more input, an activation. Only the order matters, for the passes that made it keep to it.
 */
#include "subgraph_quantized.h"

#include <string.h>

static bool subgraph_quantized_is(const char *text, const char *words) {
  const size_t size = strlen(text);
  for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
    at += *at == ' ' ? 1 : 0;
    if (strncmp(at, text, size) == 0 && (at[size] == ' ' || at[size] == '\0')) {
      return true;
    }
  }
  return false;
}

static const char *subgraph_quantized_attr(const lp_symbol_node *node, const char *key) {
  for (int i = 0; i < node->num_attrs; i++) {
    if (strcmp(node->attrs[i].key, key) == 0) {
      return node->attrs[i].value;
    }
  }
  return NULL;
}

bool lp_subgraph_is_quantized(const lp_symbol_node *node) {
  const char *quantized = subgraph_quantized_attr(node, "quantized");
  return node->num_subgraphs == 1 && quantized != NULL &&
         subgraph_quantized_is(node->op, "_sg_mkldnn_conv _sg_mkldnn_fully_connected") &&
         subgraph_quantized_is(quantized, "1 True true");
}

typedef struct subgraph_quantized_list {
  lp_attr_text *attrs;
  uint32_t count;
  bool summed, activated;
} subgraph_quantized_list;

static void subgraph_quantized_add(subgraph_quantized_list *list, const char *key,
                                   const char *value) {
  if (value != NULL) {
    list->attrs[list->count++] = (lp_attr_text){key, value};
  }
}

/* At most four attributes, or the node's own. */
static lp_status subgraph_quantized_node(subgraph_quantized_list *list,
                                         const lp_symbol_node *node) {
  const char *type = subgraph_quantized_attr(node, "act_type");
  const bool sum =
      subgraph_quantized_is(node->op, "elemwise_add _Plus _plus _add _sg_mkldnn_elemwise_add");
  if (subgraph_quantized_is(node->op, "Convolution FullyConnected")) {
    for (int i = 0; i < node->num_attrs; i++) {
      subgraph_quantized_add(list, node->attrs[i].key, node->attrs[i].value);
    }
    return LP_OK;
  }
  if (!list->summed && !list->activated && strcmp(node->op, "BatchNorm") == 0) {
    subgraph_quantized_add(list, "bn", "True");
    subgraph_quantized_add(list, "bn_eps", subgraph_quantized_attr(node, "eps"));
    subgraph_quantized_add(list, "bn_fix_gamma", subgraph_quantized_attr(node, "fix_gamma"));
    return LP_OK;
  }
  if (!list->summed && !list->activated && sum) {
    list->summed = true;
    subgraph_quantized_add(list, "sum", "True");
    return LP_OK;
  }
  if (!list->activated &&
      subgraph_quantized_is(node->op, "Activation LeakyReLU clip abs relu sigmoid tanh")) {
    list->activated = true;
    subgraph_quantized_add(list, "act", type != NULL                        ? type
                                        : strcmp(node->op, "LeakyReLU") == 0 ? "leaky"
                                                                             : node->op);
    subgraph_quantized_add(list, "act_slope", subgraph_quantized_attr(node, "slope"));
    subgraph_quantized_add(list, "act_min", subgraph_quantized_attr(node, "a_min"));
    return LP_OK;
  }
  return lp_fail(LP_ERROR_UNSUPPORTED, "its subgraph has the operator %.100s (%.100s), which is not "
                                       "supported there",
                 node->name, node->op);
}

lp_status lp_subgraph_quantized_attrs(const lp_symbol_node *node, lp_pool *pool,
                                      const lp_attr_text **attrs, uint32_t *count) {
  lp_symbol_file file;
  subgraph_quantized_list list = {0};
  size_t room = (size_t)node->num_attrs;
  LP_TRY(lp_symbol_file_read(node->subgraph, node->subgraph_size, pool, &file));
  for (int i = 0; i < file.num_nodes; i++) {
    room += (size_t)file.nodes[i].num_attrs + 4;
  }
  list.attrs = lp_pool_array(pool, room, sizeof *list.attrs);
  if (list.attrs == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int i = 0; i < node->num_attrs; i++) {
    subgraph_quantized_add(&list, node->attrs[i].key, node->attrs[i].value);
  }
  for (int i = 0; i < file.num_nodes; i++) {
    if (!file.nodes[i].variable) {
      LP_TRY(subgraph_quantized_node(&list, &file.nodes[i]));
    }
  }
  *attrs = list.attrs;
  *count = list.count;
  return LP_OK;
}
