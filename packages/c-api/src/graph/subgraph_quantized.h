/* subgraph_quantized.h - int8 nodes that a backend has fused. */
#ifndef LP_GRAPH_SUBGRAPH_QUANTIZED_H
#define LP_GRAPH_SUBGRAPH_QUANTIZED_H

#include "../format/symbol_file.h"

/* Whether the node is one of op_fused.c: fused, and with 8 bits. */
LP_INTERNAL bool lp_subgraph_is_quantized(const lp_symbol_node *node);
/*
 * The node's attributes and those that its subgraph adds, in the pool: see op_fused.c.
 * LP_ERROR_UNSUPPORTED for a subgraph of another kind, text without the node.
 */
LP_INTERNAL lp_status lp_subgraph_quantized_attrs(const lp_symbol_node *node, lp_pool *pool,
                                                  const lp_attr_text **attrs, uint32_t *count);

#endif
