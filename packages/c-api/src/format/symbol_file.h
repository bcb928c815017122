/*
 * symbol_file.h - reads a *-symbol.json into plain arrays, as the file has it.
 *
 * Nothing is upgraded or looked up here: operator names and attribute texts
 * are the file's. What the rest of the library may rely on: every index is
 * that of a node, no node depends on itself, variables have no inputs.
 */
#ifndef LP_FORMAT_SYMBOL_FILE_H
#define LP_FORMAT_SYMBOL_FILE_H

#include "../base/memory.h"
#include "attr_text.h"

/* An output of a node. */
typedef struct lp_symbol_entry {
  int32_t node;   /* position in nodes; checked */
  int32_t output; /* >= 0; whether the node has so many is not known here */
} lp_symbol_entry;

typedef struct lp_symbol_node {
  const char *op;   /* "null" for a variable */
  const char *name; /* may be empty or occur twice */
  /* The later of "attr" and "attrs", then the entries of "param" whose keys it lacks; no key twice. */
  const lp_attr_text *attrs;
  const lp_symbol_entry *inputs;
  int num_attrs;
  int num_inputs;
  bool variable;
  bool has_param;     /* "param" was there: the format before 0.9, which lists every attribute of its day */
  int num_subgraphs;
  const char *subgraph; /* the first item of "subgraphs", a graph like the whole, within the text that was read; NULL: none */
  size_t subgraph_size;
} lp_symbol_node;

typedef struct lp_symbol_file {
  const lp_symbol_node *nodes;
  const lp_symbol_entry *heads;
  int num_nodes;
  int num_heads; /* at least 1 */
  int version;   /* mxnet_version, such as 10901; 0: not in the file (before 0.9) */
  bool is_np_shape;
  size_t text_size; /* bytes up to the closing brace */
  bool ordered; /* every input stands before its node */
} lp_symbol_file;

/* Attributes in one dictionary of a node; more is an error, for comparing keys takes quadratic time. */
#define LP_SYMBOL_MAX_ATTRS 512

/*
 * Reads the text, `size` bytes or up to a NUL (SIZE_MAX: unknown; nothing
 * beyond the closing brace is read). All of *file lives in the pool, and takes
 * less than ten times the text. LP_ERROR_SYMBOL with place: not JSON, cut off,
 * a missing key, an index out of range, a cycle. LP_ERROR_MEMORY. On failure
 * *file is unchanged; the pool may have grown.
 */
LP_INTERNAL lp_status lp_symbol_file_read(const char *text, size_t size, lp_pool *pool,
                                          lp_symbol_file *file);

#endif
