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
  return op->family->count_inputs != NULL ? op->family->count_inputs(param) : signature_words(op->family->inputs);
}

int lp_op_count_outputs(const lp_op *op, const void *param) {
  if (op->family->count_outputs != NULL) {
    return op->family->count_outputs(param);
  }
  return op->family->outputs != NULL ? signature_words(op->family->outputs) : 1;
}

int lp_op_count_visible(const lp_op *op, const void *param) {
  return op->family->count_visible != NULL ? op->family->count_visible(param) : 1;
}

const char *lp_op_input_name(const lp_op *op, int index, char *buffer) {
  if (!signature_word(op->family->inputs, index, buffer)) {
    (void)snprintf(buffer, LP_OP_NAME_SIZE, "input%d", index);
  }
  return buffer;
}

static bool signature_is_input(const lp_op *op, int index, const char *name, size_t length) {
  char input[LP_OP_NAME_SIZE];
  (void)lp_op_input_name(op, index, input);
  return strlen(input) == length && memcmp(input, name, length) == 0;
}

int lp_op_find_input(const lp_op *op, const char *name, size_t length) {
  int words = signature_words(op->family->inputs), number = 0;
  for (int k = 0; k < words; k++) {
    if (signature_is_input(op, k, name, length)) {
      return k;
    }
  }
  /* Every other name ends with a number: its index, or that less the words before "arg*". */
  size_t digits = 0;
  while (digits < length && digits < 8 && name[length - 1 - digits] >= '0' &&
         name[length - 1 - digits] <= '9') {
    digits++;
  }
  for (size_t i = length - digits; i < length; i++) {
    number = number * 10 + (name[i] - '0');
  }
  int last = words > 0 ? number + words - 1 : number;
  return signature_is_input(op, number, name, length) ? number
         : signature_is_input(op, last, name, length) ? last
                                                      : -1;
}

const char *lp_op_output_name(const lp_op *op, const void *param, int index, char *buffer) {
  if (!signature_word(op->family->outputs, index, buffer)) {
    if (op->family->outputs == NULL && lp_op_count_outputs(op, param) == 1) {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "output");
    } else {
      (void)snprintf(buffer, LP_OP_NAME_SIZE, "output%d", index);
    }
  }
  return buffer;
}
