/* pass_drop.c - drops nodes that do nothing at inference: Dropout, identity, BlockGrad, loss heads. */
#include "program.h"

/* Follows a chain of dropped values to the value that holds the data. */
static uint32_t pass_drop_find(uint32_t *moved, uint32_t value) {
  uint32_t root = value;
  while (moved[root] != root) {
    root = moved[root];
  }
  while (moved[value] != root) {
    uint32_t next = moved[value];
    moved[value] = root;
    value = next;
  }
  return root;
}

lp_status lp_pass_drop(lp_program *program) {
  lp_pool pool = {0};
  uint32_t *moved = lp_pool_array(&pool, program->num_values, sizeof *moved);
  if (moved == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < program->num_values; i++) {
    moved[i] = i;
  }
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    if (step->op->family->identity == NULL || !step->op->family->identity(step->param)) {
      continue;
    }
    bool others = false; /* hidden outputs that somebody reads after all */
    for (int k = 1; k < step->num_outputs; k++) {
      others = others || (step->outputs[k] != LP_NO_VALUE && program->uses[step->outputs[k]] != 0);
    }
    if (!others) {
      moved[step->outputs[0]] = step->inputs[0];
      step->dead = true;
    }
  }
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    for (int k = 0; k < step->num_inputs; k++) {
      step->inputs[k] = pass_drop_find(moved, step->inputs[k]);
    }
  }
  for (uint32_t i = 0; i < program->num_outputs; i++) {
    program->outputs[i] = pass_drop_find(moved, program->outputs[i]);
  }
  lp_pool_free(&pool);
  lp_program_sweep(program);
  return LP_OK;
}
