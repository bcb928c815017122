/*
 * symbol_file.c - *-symbol.json into arrays; see symbol_file.h.
 *
 * The text is read twice by the same functions: once counting, then, with
 * arrays of just that size, filling. So memory is a small multiple of the file.
 */
#include "symbol_file.h"

#include <string.h>

#include "json.h"

typedef struct symbol_file_reader {
  lp_json json;
  bool fill;
  /* Counts, and where the next piece goes. */
  size_t num_nodes;
  size_t most_nodes; /* "nodes" may occur twice: the last counts */
  size_t num_attrs;
  size_t num_entries;
  size_t num_bytes;
  /* NULL when counting. */
  lp_symbol_node *nodes;
  lp_attr_text *attrs;
  lp_symbol_entry *entries;
  char *bytes;

  bool seen_nodes;
  bool seen_heads;
  size_t heads;
  size_t num_heads;
  int version;
  bool is_np_shape;
} symbol_file_reader;

/* A dictionary within reader->attrs. */
typedef struct symbol_file_dictionary {
  size_t first;
  size_t count;
  bool given;
} symbol_file_dictionary;

/* The current key or scalar as a NUL-terminated text. */
static const char *symbol_file_text(symbol_file_reader *reader) {
  const char *text = "";
  if (reader->fill) {
    char *target = reader->bytes + reader->num_bytes;
    target[lp_json_copy(&reader->json, target)] = '\0';
    text = target;
  }
  reader->num_bytes += reader->json.length + 1;
  return text;
}

/* Reads [[node, output], ...]; a third number, the version, is passed over. */
static lp_status symbol_file_entries(symbol_file_reader *reader, const char *what, size_t *first,
                                     size_t *count) {
  lp_json *json = &reader->json;
  *first = reader->num_entries;
  *count = 0;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_expect(json, LP_JSON_ARRAY, what));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_ARRAY_END) {
    int64_t node;
    int64_t output;
    int64_t version;
    LP_TRY(lp_json_expect(json, LP_JSON_ARRAY, what));
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_integer(json, 0, INT32_MAX - 1, what, &node));
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_integer(json, 0, INT32_MAX - 1, what, &output));
    LP_TRY(lp_json_next(json));
    if (json->kind != LP_JSON_ARRAY_END) {
      LP_TRY(lp_json_integer(json, INT32_MIN, INT32_MAX, what, &version));
      LP_TRY(lp_json_next(json));
      LP_TRY(lp_json_expect(json, LP_JSON_ARRAY_END, what));
    }
    if (reader->fill) {
      lp_symbol_entry entry = {(int32_t)node, (int32_t)output};
      reader->entries[reader->num_entries] = entry;
    }
    reader->num_entries++;
    (*count)++;
    if (*count > INT32_MAX / 2) {
      return lp_json_fail(json, "too many entries in %s", what);
    }
    LP_TRY(lp_json_next(json));
  }
  return LP_OK;
}

static lp_attr_text *symbol_file_find(symbol_file_reader *reader, size_t first, size_t count,
                                      const char *key) {
  for (size_t i = first; i < first + count; i++) {
    if (strcmp(reader->attrs[i].key, key) == 0) {
      return &reader->attrs[i];
    }
  }
  return NULL;
}

/* Reads {"key": "value", ...}; of a key that occurs twice the last value counts. */
static lp_status symbol_file_read_dictionary(symbol_file_reader *reader,
                                             symbol_file_dictionary *dictionary) {
  lp_json *json = &reader->json;
  dictionary->first = reader->num_attrs;
  dictionary->count = 0;
  dictionary->given = true;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_expect(json, LP_JSON_OBJECT, "the attributes of a node"));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_OBJECT_END) {
    lp_attr_text attr;
    attr.key = symbol_file_text(reader);
    LP_TRY(lp_json_next(json));
    if (json->kind == LP_JSON_OBJECT || json->kind == LP_JSON_ARRAY) {
      return lp_json_expect(json, LP_JSON_STRING, "the value of an attribute");
    }
    attr.value = symbol_file_text(reader);
    if (reader->fill && json->kind == LP_JSON_NULL) {
      attr.value = "None";
    }
    lp_attr_text *same =
        reader->fill ? symbol_file_find(reader, dictionary->first, dictionary->count, attr.key)
                     : NULL;
    if (same != NULL) {
      *same = attr;
    } else {
      if (dictionary->count == LP_SYMBOL_MAX_ATTRS) {
        return lp_json_fail(json, "a node has more than %d attributes", LP_SYMBOL_MAX_ATTRS);
      }
      if (reader->fill) {
        reader->attrs[reader->num_attrs] = attr;
      }
      reader->num_attrs++;
      dictionary->count++;
    }
    LP_TRY(lp_json_next(json));
  }
  return LP_OK;
}

/* The dictionary of a node: `main`, and what only `param` has. */
static void symbol_file_merge(symbol_file_reader *reader, const symbol_file_dictionary *main,
                              const symbol_file_dictionary *param, lp_symbol_node *node) {
  if (main->count == 0 || param->count == 0) {
    const symbol_file_dictionary *only = main->count == 0 ? param : main;
    node->attrs = reader->fill ? reader->attrs + only->first : NULL;
    node->num_attrs = (int)only->count;
    return;
  }
  if (!reader->fill) {
    reader->num_attrs += main->count + param->count;
    return;
  }
  lp_attr_text *target = reader->attrs + reader->num_attrs;
  size_t count = main->count;
  memcpy(target, reader->attrs + main->first, count * sizeof *target);
  for (size_t i = 0; i < param->count; i++) {
    lp_attr_text *attr = &reader->attrs[param->first + i];
    if (symbol_file_find(reader, main->first, main->count, attr->key) == NULL) {
      target[count++] = *attr;
    }
  }
  node->attrs = target;
  node->num_attrs = (int)count;
  reader->num_attrs += count;
}

static lp_status symbol_file_read_text(symbol_file_reader *reader, const char *what,
                                       const char **text) {
  LP_TRY(lp_json_next(&reader->json));
  LP_TRY(lp_json_expect(&reader->json, LP_JSON_STRING, what));
  *text = symbol_file_text(reader);
  return LP_OK;
}

/* Only looks where they are: whoever needs one reads it as a file of its own. */
static lp_status symbol_file_read_subgraphs(lp_json *json, lp_symbol_node *node) {
  node->num_subgraphs = 0;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_expect(json, LP_JSON_ARRAY, "\"subgraphs\" of a node"));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_ARRAY_END) {
    const size_t begin = json->token;
    LP_TRY(lp_json_expect(json, LP_JSON_OBJECT, "an item of \"subgraphs\""));
    LP_TRY(lp_json_skip(json));
    if (node->num_subgraphs++ == 0) {
      node->subgraph = json->text + begin;
      node->subgraph_size = json->at - begin;
    }
    LP_TRY(lp_json_next(json));
  }
  return LP_OK;
}

/* One node; the reader stands at its '{'. */
static lp_status symbol_file_read_node(symbol_file_reader *reader) {
  lp_json *json = &reader->json;
  lp_symbol_node node = {0};
  symbol_file_dictionary attrs = {0};
  symbol_file_dictionary param = {0};
  size_t first_input = 0;
  size_t num_inputs = 0;
  bool has_inputs = false;
  bool variable = false;
  lp_json place = *json;
  LP_TRY(lp_json_expect(json, LP_JSON_OBJECT, "an item of \"nodes\""));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_OBJECT_END) {
    if (lp_json_is(json, "op")) {
      LP_TRY(symbol_file_read_text(reader, "\"op\" of a node", &node.op));
      variable = lp_json_is(json, "null");
    } else if (lp_json_is(json, "name")) {
      LP_TRY(symbol_file_read_text(reader, "\"name\" of a node", &node.name));
    } else if (lp_json_is(json, "inputs")) {
      LP_TRY(symbol_file_entries(reader, "\"inputs\" of a node", &first_input, &num_inputs));
      has_inputs = true;
    } else if (lp_json_is(json, "attr") || lp_json_is(json, "attrs")) {
      LP_TRY(symbol_file_read_dictionary(reader, &attrs));
    } else if (lp_json_is(json, "param")) {
      LP_TRY(symbol_file_read_dictionary(reader, &param));
    } else if (lp_json_is(json, "subgraphs")) {
      LP_TRY(symbol_file_read_subgraphs(json, &node));
    } else {
      LP_TRY(lp_json_skip(json));
    }
    LP_TRY(lp_json_next(json));
  }
  if (node.op == NULL || node.name == NULL || !has_inputs) {
    return lp_json_fail(&place, "node %zu has no \"%s\"", reader->num_nodes,
                        node.op == NULL     ? "op"
                        : node.name == NULL ? "name"
                                            : "inputs");
  }
  if (variable && num_inputs != 0) {
    return lp_json_fail(&place, "node %zu is a variable (op \"null\") and has %zu inputs",
                        reader->num_nodes, num_inputs);
  }
  symbol_file_merge(reader, &attrs, &param, &node);
  if (reader->fill) {
    node.inputs = reader->entries + first_input;
    node.num_inputs = (int)num_inputs;
    node.variable = variable;
    node.has_param = param.given;
    reader->nodes[reader->num_nodes] = node;
  }
  return LP_OK;
}

static lp_status symbol_file_read_nodes(symbol_file_reader *reader) {
  lp_json *json = &reader->json;
  reader->seen_nodes = true;
  reader->num_nodes = 0;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_expect(json, LP_JSON_ARRAY, "\"nodes\""));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_ARRAY_END) {
    LP_TRY(symbol_file_read_node(reader));
    reader->num_nodes++;
    if (reader->num_nodes > INT32_MAX / 2) {
      return lp_json_fail(json, "too many nodes");
    }
    LP_TRY(lp_json_next(json));
  }
  if (reader->num_nodes > reader->most_nodes) {
    reader->most_nodes = reader->num_nodes;
  }
  return LP_OK;
}

/* The graph's "attrs": each value is a pair [type, value]; only two are of interest. */
static lp_status symbol_file_read_graph_attrs(symbol_file_reader *reader) {
  lp_json *json = &reader->json;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_expect(json, LP_JSON_OBJECT, "\"attrs\" of the graph"));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_OBJECT_END) {
    bool version = lp_json_is(json, "mxnet_version");
    if (!version && !lp_json_is(json, "is_np_shape")) {
      LP_TRY(lp_json_skip(json));
      LP_TRY(lp_json_next(json));
      continue;
    }
    const char *what = version ? "\"mxnet_version\"" : "\"is_np_shape\"";
    int64_t value;
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_expect(json, LP_JSON_ARRAY, what));
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_expect(json, LP_JSON_STRING, what));
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_integer(json, 0, INT32_MAX, what, &value));
    LP_TRY(lp_json_next(json));
    LP_TRY(lp_json_expect(json, LP_JSON_ARRAY_END, what));
    if (version) {
      reader->version = (int)value;
    } else {
      reader->is_np_shape = value != 0;
    }
    LP_TRY(lp_json_next(json));
  }
  return LP_OK;
}

static lp_status symbol_file_read_graph(symbol_file_reader *reader) {
  lp_json *json = &reader->json;
  LP_TRY(lp_json_next(json));
  LP_TRY(lp_json_next(json));
  while (json->kind != LP_JSON_OBJECT_END) {
    if (lp_json_is(json, "nodes")) {
      LP_TRY(symbol_file_read_nodes(reader));
    } else if (lp_json_is(json, "heads")) {
      reader->seen_heads = true;
      LP_TRY(symbol_file_entries(reader, "\"heads\"", &reader->heads, &reader->num_heads));
    } else if (lp_json_is(json, "attrs")) {
      LP_TRY(symbol_file_read_graph_attrs(reader));
    } else {
      LP_TRY(lp_json_skip(json));
    }
    LP_TRY(lp_json_next(json));
  }
  if (!reader->seen_nodes || !reader->seen_heads) {
    return lp_json_fail(json, "the graph has no \"%s\"", reader->seen_nodes ? "heads" : "nodes");
  }
  if (reader->num_heads == 0) {
    return lp_json_fail(json, "\"heads\" is empty: the graph has no output");
  }
  return LP_OK;
}

static lp_status symbol_file_check_indices(const lp_symbol_file *file, bool *ordered) {
  *ordered = true;
  for (int i = 0; i < file->num_nodes; i++) {
    const lp_symbol_node *node = &file->nodes[i];
    for (int k = 0; k < node->num_inputs; k++) {
      if (node->inputs[k].node >= file->num_nodes) {
        return lp_fail(LP_ERROR_SYMBOL,
                       "symbol JSON: input %d of node %d '%s' is node %d, but there are %d nodes",
                       k, i, node->name, (int)node->inputs[k].node, file->num_nodes);
      }
      *ordered = *ordered && node->inputs[k].node < i;
    }
  }
  for (int k = 0; k < file->num_heads; k++) {
    if (file->heads[k].node >= file->num_nodes) {
      return lp_fail(LP_ERROR_SYMBOL, "symbol JSON: head %d is node %d, but there are %d nodes", k,
                     (int)file->heads[k].node, file->num_nodes);
    }
  }
  return LP_OK;
}

/*
 * Looks for a cycle depth first, with a stack of its own: `path` holds the
 * nodes under way, next[i] the input to visit next: -1 for a node not yet
 * seen, num_inputs when all are done. A node under way that is met again
 * closes a cycle.
 */
static lp_status symbol_file_check_cycles(const lp_symbol_file *file) {
  size_t size = (size_t)file->num_nodes * 2 * sizeof(int);
  int *path = lp_allocate(size);
  if (path == NULL) {
    return lp_fail_memory("looking for cycles in the graph", size);
  }
  int *next = path + file->num_nodes;
  lp_status status = LP_OK;
  for (int i = 0; i < file->num_nodes; i++) {
    next[i] = -1;
  }
  for (int root = 0; root < file->num_nodes && status == LP_OK; root++) {
    if (next[root] >= 0) {
      continue;
    }
    int depth = 1;
    path[0] = root;
    next[root] = 0;
    while (depth > 0 && status == LP_OK) {
      int at = path[depth - 1];
      const lp_symbol_node *node = &file->nodes[at];
      if (next[at] == node->num_inputs) {
        next[at]++; /* done: not under way any more */
        depth--;
        continue;
      }
      int input = node->inputs[next[at]++].node;
      if (next[input] < 0) {
        next[input] = 0;
        path[depth++] = input;
      } else if (next[input] <= file->nodes[input].num_inputs) {
        status = lp_fail(LP_ERROR_SYMBOL,
                         "symbol JSON: the graph has a cycle: node %d '%s' depends on itself",
                         input, file->nodes[input].name);
      }
    }
  }
  lp_release(path, size);
  return status;
}

lp_status lp_symbol_file_read(const char *text, size_t size, lp_pool *pool, lp_symbol_file *file) {
  symbol_file_reader counted = {0};
  symbol_file_reader reader = {0};
  lp_json_begin(&counted.json, text, size, "symbol JSON");
  LP_TRY(symbol_file_read_graph(&counted));
  reader.nodes = lp_pool_array(pool, counted.most_nodes, sizeof *reader.nodes);
  reader.attrs = lp_pool_array(pool, counted.num_attrs, sizeof *reader.attrs);
  reader.entries = lp_pool_array(pool, counted.num_entries, sizeof *reader.entries);
  reader.bytes = lp_pool_take(pool, counted.num_bytes);
  if (reader.nodes == NULL || reader.attrs == NULL || reader.entries == NULL ||
      reader.bytes == NULL) {
    return LP_ERROR_MEMORY;
  }
  reader.fill = true;
  lp_json_begin(&reader.json, text, size, "symbol JSON");
  LP_TRY(symbol_file_read_graph(&reader));

  lp_symbol_file result = {0};
  result.nodes = reader.nodes;
  result.num_nodes = (int)reader.num_nodes;
  result.heads = reader.entries + reader.heads;
  result.num_heads = (int)reader.num_heads;
  result.version = reader.version;
  result.is_np_shape = reader.is_np_shape;
  result.text_size = reader.json.at;
  LP_TRY(symbol_file_check_indices(&result, &result.ordered));
  if (!result.ordered) {
    LP_TRY(symbol_file_check_cycles(&result));
  }
  *file = result;
  return LP_OK;
}
