/* signature.c - how many inputs and outputs an operator has, and what they are called. */
#include "op.h"

#include <stdio.h>
#include <string.h>

static int signature_words(const char *list) {
  int count = 0;
  while (list != NULL && *list != '\0') {
    const char *blank = strchr(list, ' ');
    count++;
    list = blank != NULL ? blank + 1 : NULL;
  }
  return count;
}

/* Word `index` of a blank-separated list; a last word "arg*" goes on as arg0, arg1, ... False where the list ends before. */
static bool signature_word(const char *list, int index, char *buffer) {
  for (int i = 0; list != NULL; i++) {
    const char *blank = strchr(list, ' ');
    int length = blank != NULL ? (int)(blank - list) : (int)strlen(list);
    if (blank == NULL && length > 0 && list[length - 1] == '*') {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "%.*s%d", length - 1, list, index - i);
      return true;
    }
    if (i == index) {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "%.*s", length, list);
      return true;
    }
    list = blank != NULL ? blank + 1 : NULL;
  }
  return false;
}

int lp_op_count_inputs(const lp_op *op, const void *param) {
  return op->count_inputs != NULL ? op->count_inputs(param) : signature_words(op->inputs);
}

int lp_op_count_outputs(const lp_op *op, const void *param) {
  if (op->count_outputs != NULL) {
    return op->count_outputs(param);
  }
  return op->outputs != NULL ? signature_words(op->outputs) : 1;
}

int lp_op_count_visible(const lp_op *op, const void *param) {
  return op->count_visible != NULL ? op->count_visible(param) : 1;
}

const char *lp_op_input_name(const lp_op *op, int index, char *buffer) {
  if (!signature_word(op->inputs, index, buffer)) {
    (void)snprintf(buffer, LP_OP_NAME_SIZE, "input%d", index);
  }
  return buffer;
}

const char *lp_op_output_name(const lp_op *op, int index, char *buffer) {
  if (!signature_word(op->outputs, index, buffer)) {
    if (index == 0 && op->outputs == NULL) {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "output");
    } else {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "output%d", index);
    }
  }
  return buffer;
}
