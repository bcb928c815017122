/*
 * graph.h - a model's graph: nodes in execution order, parsed and upgraded.
 *
 * Immutable once loaded, and shared by all predictors of the model. Nodes
 * stand in depth-first post-order from the heads, inputs in order, which is
 * the order of arguments, of execution and of internals in MXNet. Nodes that
 * no head needs are not here.
 */
#ifndef LP_GRAPH_GRAPH_H
#define LP_GRAPH_GRAPH_H

#include "../base/name_map.h"
#include "../format/text_writer.h"
#include "../op/op.h"

/* Output `output` of node `node`. */
typedef struct lp_entry {
  uint32_t node;
  uint32_t output;
} lp_entry;

struct lp_graph;
typedef struct lp_node {
  const char *name;
  const lp_op *op; /* NULL: a variable */
  void *param;     /* parsed attributes */
  void *param_round_down; /* of a node whose rounding the file does not tell: the other rule (operators.md 1.7); else NULL */
  const lp_attr_text *attrs;
  uint32_t num_attrs;
  uint32_t num_inputs;
  const lp_entry *inputs;
  int num_outputs; /* hidden ones included; 1 for variables */
  int num_visible;
  uint32_t first_entry; /* number of (this node, output 0) among all outputs of all nodes */
  const struct lp_graph *body; /* LP_ROLE_LOOP: its subgraph, all of whose variables are inputs; else NULL */
  const uint32_t *body_inputs; /* per input: which node of the body stands for it */
  /* Variables. */
  const lp_shape *shape; /* of __shape__; NULL where it says nothing */
  bool is_aux;      /* some operator takes it as auxiliary state */
  bool is_label;    /* operators take it as label only */
  bool is_weight;   /* some operator takes it as weight: it must be loaded or set */
} lp_node;

typedef struct lp_graph {
  uint32_t num_nodes;
  lp_node *nodes;
  uint32_t num_heads;
  lp_entry *heads;
  uint32_t num_entries;  /* outputs of all nodes */
  uint32_t max_inputs;   /* of any node */
  int max_outputs;
  bool is_np_shape; /* the file was written with numpy's shapes: only kept, for writing it again */
  bool has_legacy_rounding; /* some node has a param_round_down */
  uint32_t *order; /* of a body: all nodes */
  lp_name_map variables; /* name to node */
  lp_name_map internals; /* full name of every visible output to entry number */
} lp_graph;

/* One finding of LPCheckModel. */
typedef struct lp_finding {
  struct lp_finding *next;
  bool warning;
  int code;
  const char *node;
  const char *op;
  const char *text;
  const char *remedy; /* NULL: none is known */
} lp_finding;
typedef struct lp_findings {
  lp_pool *pool;
  lp_finding *first, *last;
  uint32_t num_errors;
  const char **weights; /* names of the variables that a parameter file must give, in execution order */
  uint32_t num_weights;
} lp_findings;

/*
 * Reads a symbol file (size SIZE_MAX: up to its closing brace). All memory is
 * the pool's. With findings, problems of single nodes are collected there and
 * the load goes on (the graph is then for nothing but that); without, the
 * first is an error, but unsupported operators are all named together.
 */
LP_INTERNAL lp_status lp_graph_load(const char *json, size_t size, lp_pool *pool,
                                    lp_findings *findings, lp_graph *graph);

/*
 * Writes a loaded graph as MXNet 1.9.1 writes symbol files. What the load has
 * upgraded, this spells out; user attributes (lr_mult, ...) become __lr_mult__,
 * those of an input's name move to its variable. Scratch memory is the pool's.
 * LP_ERROR_UNSUPPORTED where today's files cannot say the same.
 */
LP_INTERNAL lp_status lp_graph_save(const lp_graph *graph, lp_pool *pool, lp_text_writer *text);

/* Full name of an output: a variable's name, else "<node>_<output>" ("<output>" if the node has no name). Written to buffer, cut off at its size; returns it. */
LP_INTERNAL const char *lp_graph_entry_name(const lp_graph *graph, lp_entry entry, char *buffer,
                                            size_t size);
/* Names of `count` entries, in the pool; NULL when out of memory. */
LP_INTERNAL const char **lp_graph_entry_names(const lp_graph *graph, const lp_entry *entries,
                                              uint32_t count, lp_pool *pool);
/*
 * The entry that an output key means: "<key>_output", else `key` as a full
 * name, else "<key>_output0" or "<key>0". LP_ERROR_NAME with near names if none.
 */
LP_INTERNAL lp_status lp_graph_find_output(const lp_graph *graph, const char *key,
                                           lp_entry *entry);
/*
 * The nodes that `heads` need, in execution order, as indices: *order has
 * *count entries, in the pool.
 */
LP_INTERNAL lp_status lp_graph_select(const lp_graph *graph, const lp_entry *heads,
                                      uint32_t num_heads, lp_pool *pool, uint32_t **order,
                                      uint32_t *count);

#endif
