/* op_table.c - all operators, and how one is found by name. */
#include "op_table.h"

#include <string.h>

#if defined(LP_MINIMAL)
#define OP_TABLE_OPERATORS LP_CONFIG_OPERATORS
#else
#define OP_TABLE_OPERATORS LP_OPS
#endif
#define OP_TABLE_ENTRY(name) &lp_op_##name,
static const lp_op *const op_table[] = {OP_TABLE_OPERATORS(OP_TABLE_ENTRY) NULL};
#undef OP_TABLE_OPERATORS
#undef OP_TABLE_ENTRY

int lp_op_count(void) { return (int)LP_COUNT(op_table) - 1; }

const lp_op *lp_op_at(int index) { return op_table[index]; }

/* Whether a blank-separated list holds a word. */
static bool op_table_lists(const char *list, const char *word, size_t length) {
  while (list != NULL && *list != '\0') {
    const char *end = strchr(list, ' ');
    size_t size = end != NULL ? (size_t)(end - list) : strlen(list);
    if (size == length && memcmp(list, word, length) == 0) {
      return true;
    }
    list = end != NULL ? end + 1 : NULL;
  }
  return false;
}

const lp_op *lp_op_find(const char *name, size_t length) {
  for (int i = 0; i < lp_op_count(); i++) {
    const lp_op *op = op_table[i];
    if ((strlen(op->name) == length && memcmp(op->name, name, length) == 0) ||
        op_table_lists(op->aliases, name, length)) {
      return op;
    }
  }
  return NULL;
}
