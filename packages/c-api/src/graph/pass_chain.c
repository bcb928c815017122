/*
 * pass_chain.c - joins elementwise steps that follow each other into one (op/op_chain.h).
 *
 * A step takes over the step before it when nobody else reads what lies
 * between. It may so become a gate such as x sigmoid(x), which the pass that
 * fuses activations then finds to be one activation. float32 only.
 */
#include <string.h>

#include "../kernel/activation.h"
#include "../kernel/elementwise.h"
#include "../op/op_chain.h"
#include "program.h"

typedef struct pass_chain_state {
  lp_program *program;
  lp_pool pool;
  uint32_t *producer; /* per value: number of the step that makes it; LP_NO_VALUE */
  lp_tensor *tensors;
} pass_chain_state;

/* A chain that may become a step: inputs as values, links that count them. */
typedef struct pass_chain_draft {
  lp_chain chain;
  uint32_t inputs[LP_CHAIN_INPUTS];
} pass_chain_draft;

static bool pass_chain_single(const lp_program *program, const lp_step *step) {
  for (int k = 1; k < step->num_outputs; k++) {
    if (step->outputs[k] != LP_NO_VALUE && program->uses[step->outputs[k]] != 0) {
      return false;
    }
  }
  return true;
}

/* The number of an input that is `value`, added if it is new; -1: no room. */
static int pass_chain_input(pass_chain_draft *draft, uint32_t value) {
  for (int i = 0; i < draft->chain.num_inputs; i++) {
    if (draft->inputs[i] == value) {
      return i;
    }
  }
  if (draft->chain.num_inputs == LP_CHAIN_INPUTS) {
    return -1;
  }
  draft->inputs[draft->chain.num_inputs] = value;
  return draft->chain.num_inputs++;
}

/* Appends links whose inputs are numbered by `values`. */
static bool pass_chain_append(pass_chain_draft *draft, const lp_link *links, int count,
                              const uint32_t *values) {
  for (int k = 0; k < count; k++) {
    lp_link link = links[k];
    lp_link *last = draft->chain.num_links > 0 ? &draft->chain.links[draft->chain.num_links - 1]
                                               : NULL;
    bool relu = (link.kind == LP_LINK_ACTIVATE && link.function == LP_ACTIVATE_RELU) ||
                (link.kind == LP_LINK_FUNCTION && link.function == LP_FUNCTION_RELU);
    if (relu && last != NULL && last->kind == LP_LINK_NORMALIZE) {
      last->relu = true;
      continue;
    }
    for (int i = 0; i < lp_link_count_inputs(&link); i++) {
      link.inputs[i] = pass_chain_input(draft, values[link.inputs[i]]);
      if (link.inputs[i] < 0) {
        return false;
      }
    }
    if (draft->chain.num_links == LP_CHAIN_LINKS) {
      return false;
    }
    draft->chain.links[draft->chain.num_links++] = link;
  }
  return true;
}

/* What a step does, as a draft; `other`: x is the second of two operands. False where it is no such step. */
static bool pass_chain_begin(const pass_chain_state *state, const lp_step *step, bool other,
                             pass_chain_draft *draft) {
  const lp_program *program = state->program;
  lp_link links[LP_OP_LINKS];
  lp_query query;
  int count;
  uint32_t x = step->inputs[0];
  memset(draft, 0, sizeof *draft);
  if (step->dead || step->op->family->links == NULL || step->num_inputs > LP_CHAIN_INPUTS ||
      !pass_chain_single(program, step) || program->values[step->outputs[0]].dtype != LP_FLOAT32) {
    return false;
  }
  lp_program_query(program, step, state->tensors, &query);
  count = step->op->family->links(&query, links);
  if (count == 0) {
    return false;
  }
  if (links[0].kind == LP_LINK_OPERAND) {
    if (other) {
      links[0].inputs[0] = 1 - links[0].inputs[0];
      links[0].reversed = !links[0].reversed;
    }
    x = step->inputs[1 - links[0].inputs[0]];
  } else if (other) {
    return false;
  }
  if (!lp_shape_equal(&program->values[x].shape, &program->values[step->outputs[0]].shape)) {
    return false;
  }
  (void)pass_chain_input(draft, x);
  return pass_chain_append(draft, links, count, step->inputs);
}

/* Puts the chain in place of `step` if it can be run; *failed: out of memory. */
static bool pass_chain_replace(pass_chain_state *state, lp_step *step,
                               const pass_chain_draft *draft, bool *failed) {
  lp_program *program = state->program;
  lp_step changed = *step;
  lp_chain *chain = lp_pool_take(program->pool, sizeof *chain);
  uint32_t *inputs =
      lp_pool_array(program->pool, (size_t)draft->chain.num_inputs + 1, sizeof *inputs);
  if (chain == NULL || inputs == NULL) {
    *failed = true;
    return false;
  }
  *chain = draft->chain;
  memcpy(inputs, draft->inputs, (size_t)chain->num_inputs * sizeof *inputs);
  changed.op = &lp_op_chain;
  changed.param = chain;
  changed.inputs = inputs;
  changed.num_inputs = chain->num_inputs;
  changed.num_outputs = 1;
  if (!lp_program_runnable(program, &changed, state->tensors)) {
    return false;
  }
  for (int i = 0; i < step->num_inputs; i++) {
    program->uses[step->inputs[i]]--;
  }
  for (int i = 0; i < changed.num_inputs; i++) {
    program->uses[inputs[i]]++;
  }
  int tensors = changed.num_inputs + 2;
  program->max_tensors = tensors > program->max_tensors ? tensors : program->max_tensors;
  *step = changed;
  return true;
}

/* An activation that can still go into the linear step before it. */
static bool pass_chain_is_fusible(const pass_chain_state *state, const lp_step *step) {
  const lp_program *program = state->program;
  lp_activation activation;
  memset(&activation, 0, sizeof activation);
  if (step->op->family->role != LP_ROLE_ACTIVATION || step->op->family->activation == NULL ||
      !step->op->family->activation(step->param, &activation)) {
    return false;
  }
  uint32_t producer = state->producer[step->inputs[0]];
  return producer != LP_NO_VALUE && program->uses[step->inputs[0]] == 1 &&
         program->steps[producer].op->family->role == LP_ROLE_LINEAR &&
         program->steps[producer].epilogue.activation.kind == LP_ACTIVATION_NONE;
}

/* What step and the one that makes its x do together; NULL: they stay apart. */
static lp_step *pass_chain_join(const pass_chain_state *state, const lp_step *step, bool other,
                                pass_chain_draft *joined) {
  const lp_program *program = state->program;
  pass_chain_draft draft;
  if (step->op == &lp_op_chain) {
    const lp_chain *chain = step->param;
    draft.chain = *chain;
    memcpy(draft.inputs, step->inputs, (size_t)chain->num_inputs * sizeof *draft.inputs);
    if (other) {
      return NULL;
    }
  } else if (!pass_chain_begin(state, step, other, &draft)) {
    return NULL;
  }
  uint32_t between = draft.inputs[0];
  uint32_t producer = state->producer[between];
  if (producer == LP_NO_VALUE || program->uses[between] != 1 ||
      program->values[between].is_output) {
    return NULL;
  }
  for (int k = 0; k < draft.chain.num_links; k++) {
    for (int i = 0; i < lp_link_count_inputs(&draft.chain.links[k]); i++) {
      if (draft.chain.links[k].inputs[i] == 0) {
        return NULL; /* x is read again later */
      }
    }
  }
  lp_step *before = &state->program->steps[producer];
  if (before->outputs[0] != between || pass_chain_is_fusible(state, before)) {
    return NULL;
  }
  if (before->op == &lp_op_chain) {
    const lp_chain *chain = before->param;
    joined->chain = *chain;
    memcpy(joined->inputs, before->inputs, (size_t)chain->num_inputs * sizeof *joined->inputs);
  } else if (!pass_chain_begin(state, before, false, joined)) {
    return NULL;
  }
  return pass_chain_append(joined, draft.chain.links, draft.chain.num_links, draft.inputs) ? before
                                                                                            : NULL;
}

/* Takes over steps before this one as long as there are such. */
static lp_status pass_chain_step(pass_chain_state *state, lp_step *step) {
  pass_chain_draft draft;
  lp_program *program = state->program;
  bool failed = false;
  for (bool more = true; more;) {
    more = false;
    for (int other = 0; other < 2 && !more; other++) {
      lp_step *before = pass_chain_join(state, step, other != 0, &draft);
      if (before != NULL && pass_chain_replace(state, step, &draft, &failed)) {
        for (int i = 0; i < before->num_inputs; i++) {
          program->uses[before->inputs[i]]--;
        }
        before->dead = true;
        more = true;
      }
    }
  }
  if (!failed && step->op != &lp_op_chain && pass_chain_begin(state, step, false, &draft) &&
      draft.chain.num_links == 1) {
    lp_query query;
    lp_link links[LP_OP_LINKS];
    lp_program_query(program, step, state->tensors, &query);
    (void)step->op->family->links(&query, links);
    if (lp_link_suits_alone(&links[0], &query)) {
      (void)pass_chain_replace(state, step, &draft, &failed);
    }
  }
  return failed ? LP_ERROR_MEMORY : LP_OK;
}

lp_status lp_pass_chain(lp_program *program) {
  pass_chain_state state = {.program = program};
  lp_status status = LP_OK;
  lp_program_count_uses(program);
  int room = program->max_tensors > LP_CHAIN_INPUTS + 2 ? program->max_tensors : LP_CHAIN_INPUTS + 2;
  state.producer = lp_pool_array(&state.pool, program->num_values, sizeof *state.producer);
  state.tensors = lp_pool_array(&state.pool, (size_t)room, sizeof *state.tensors);
  if (state.producer == NULL || state.tensors == NULL) {
    status = LP_ERROR_MEMORY;
  } else {
    memset(state.producer, 0xff, program->num_values * sizeof *state.producer);
  }
  for (uint32_t i = 0; i < program->num_steps && status == LP_OK; i++) {
    lp_step *step = &program->steps[i];
    if (!step->dead && step->num_outputs > 0) {
      status = pass_chain_step(&state, step);
      for (int k = 0; k < step->num_outputs; k++) {
        if (step->outputs[k] != LP_NO_VALUE) {
          state.producer[step->outputs[k]] = i;
        }
      }
    }
  }
  lp_pool_free(&state.pool);
  lp_program_sweep(program);
  return status;
}
