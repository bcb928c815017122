/*
 * pass_cse.c - merges steps that compute the same: one operator, equal
 * attributes as the file writes them, equal inputs. Steps are looked up in a
 * hash table, in execution order, so inputs are merged before their readers.
 */
#include <string.h>

#include "program.h"

static bool pass_cse_same_attrs(const lp_node *a, const lp_node *b) {
  if (a == b) {
    return true;
  }
  if (a == NULL || b == NULL || a->num_attrs != b->num_attrs || a->body != b->body) {
    return false;
  }
  for (uint32_t i = 0; i < a->num_attrs; i++) {
    if (strcmp(a->attrs[i].key, b->attrs[i].key) != 0 ||
        strcmp(a->attrs[i].value, b->attrs[i].value) != 0) {
      return false;
    }
  }
  return true;
}

static bool pass_cse_same(const lp_step *a, const lp_step *b) {
  return a->op == b->op && a->num_inputs == b->num_inputs && a->num_outputs == b->num_outputs &&
         memcmp(a->inputs, b->inputs, (size_t)a->num_inputs * sizeof *a->inputs) == 0 &&
         (a->param == NULL || pass_cse_same_attrs(a->node, b->node));
}

static uint64_t pass_cse_hash(const lp_step *step) {
  uint64_t hash = (uint64_t)(uintptr_t)step->op;
  for (int i = 0; i < step->num_inputs; i++) {
    hash = (hash ^ step->inputs[i]) * 1099511628211u;
  }
  return hash ^ hash >> 31;
}

/* Values of `step` become those of `kept`; a hidden output that only `step` has goes to `kept`. */
static void pass_cse_merge(lp_step *step, lp_step *kept, uint32_t *moved) {
  for (int k = 0; k < step->num_outputs; k++) {
    if (step->outputs[k] == LP_NO_VALUE) {
      continue;
    }
    if (kept->outputs[k] == LP_NO_VALUE) {
      kept->outputs[k] = step->outputs[k];
    } else {
      moved[step->outputs[k]] = kept->outputs[k];
    }
  }
  step->dead = true;
}

lp_status lp_pass_cse(lp_program *program) {
  lp_pool pool = {0};
  size_t capacity = 16;
  while (capacity / 2 < program->num_steps) {
    capacity *= 2;
  }
  uint32_t *moved = lp_pool_array(&pool, program->num_values, sizeof *moved);
  uint32_t *table = lp_pool_array(&pool, capacity, sizeof *table); /* step number plus 1 */
  if (moved == NULL || table == NULL) {
    lp_pool_free(&pool);
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < program->num_values; i++) {
    moved[i] = i;
  }
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    if (step->dead) {
      continue;
    }
    for (int k = 0; k < step->num_inputs; k++) {
      step->inputs[k] = moved[step->inputs[k]];
    }
    size_t at = (size_t)pass_cse_hash(step) & (capacity - 1);
    while (table[at] != 0 && !pass_cse_same(step, &program->steps[table[at] - 1])) {
      at = (at + 1) & (capacity - 1);
    }
    if (table[at] != 0) {
      pass_cse_merge(step, &program->steps[table[at] - 1], moved);
    } else {
      table[at] = i + 1;
    }
  }
  for (uint32_t i = 0; i < program->num_outputs; i++) {
    program->outputs[i] = moved[program->outputs[i]];
  }
  lp_pool_free(&pool);
  lp_program_sweep(program);
  return LP_OK;
}
