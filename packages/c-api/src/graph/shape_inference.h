/*
 * shape_inference.h - shapes and element types of every output of a selection.
 *
 * Rules of single operators are swept forward and backward over the nodes
 * until nothing changes.
 */
#ifndef LP_GRAPH_SHAPE_INFERENCE_H
#define LP_GRAPH_SHAPE_INFERENCE_H

#include "graph.h"

typedef struct lp_selection {
  const lp_graph *graph;
  const uint32_t *order; /* nodes, in execution order */
  uint32_t num_nodes;
  const lp_entry *heads;
  uint32_t num_heads;
  bool round_down; /* use param_round_down where a node has one */
} lp_selection;

static inline const void *lp_selection_param(const lp_selection *selection, const lp_node *node) {
  return selection->round_down && node->param_round_down != NULL ? node->param_round_down
                                                                 : node->param;
}

/*
 * shapes: one per entry of the graph, with what is known beforehand (variables);
 * filled in place. loaded: per node of the graph, the shape of the parameter
 * that was loaded for it, or NULL; used only where inference alone does not
 * get there. Labels that stay unknown get the shape (0). Fails with
 * LP_ERROR_SHAPE on contradiction, or when something stays unknown; the text
 * names the node.
 */
LP_INTERNAL lp_status lp_infer_shapes(const lp_selection *selection,
                                      const lp_shape *const *loaded, lp_shape *shapes);
/* The same for element types; LP_ERROR_DTYPE. Variables still unknown at the end become float32. */
LP_INTERNAL lp_status lp_infer_dtypes(const lp_selection *selection, const lp_shape *shapes,
                                      lp_dtype *dtypes);

/*
 * Shapes and, unless NULL, types of every entry of a loop's body, from those of
 * the node, which learn in turn. What stays unknown is no error here.
 */
LP_INTERNAL lp_status lp_infer_body(const lp_node *node, const lp_infer *infer, lp_shape *shapes,
                                    lp_dtype *dtypes);
/* Multiply-adds of one run of a node, all shapes known; those of a loop's body count for every item. 0 where memory is out. */
LP_INTERNAL double lp_infer_multiply_adds(const lp_node *node, const lp_infer *infer);

#endif
