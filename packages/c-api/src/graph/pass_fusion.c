/*
 * pass_fusion.c - moves BatchNorm, additions and activations into the epilogue
 * of the linear step (Convolution, FullyConnected) before them.
 *
 * Each needs that nobody else reads the linear step's output, and that some
 * algorithm can do the step with the larger epilogue; float32 only.
 */
#include <string.h>

#include "../kernel/activation.h"
#include "program.h"

typedef struct pass_fusion_state {
  lp_program *program;
  lp_pool pool;
  uint32_t *producer; /* per value: number of the step that makes it; LP_NO_VALUE */
  lp_tensor *tensors;
} pass_fusion_state;

static lp_status pass_fusion_begin(pass_fusion_state *state, lp_program *program) {
  memset(state, 0, sizeof *state);
  state->program = program;
  lp_program_count_uses(program);
  state->producer = lp_pool_array(&state->pool, program->num_values, sizeof *state->producer);
  state->tensors =
      lp_pool_array(&state->pool, (size_t)program->max_tensors, sizeof *state->tensors);
  if (state->producer == NULL || state->tensors == NULL) {
    lp_pool_free(&state->pool);
    return LP_ERROR_MEMORY;
  }
  memset(state->producer, 0xff, program->num_values * sizeof *state->producer);
  for (uint32_t i = 0; i < program->num_steps; i++) {
    const lp_step *step = &program->steps[i];
    for (int k = 0; k < step->num_outputs; k++) {
      if (step->outputs[k] != LP_NO_VALUE) {
        state->producer[step->outputs[k]] = i;
      }
    }
  }
  return LP_OK;
}

static lp_status pass_fusion_end(pass_fusion_state *state) {
  lp_pool_free(&state->pool);
  lp_program_sweep(state->program);
  return LP_OK;
}

/* The linear step that makes `value` for one reader only; NULL if there is none. */
static lp_step *pass_fusion_linear(const pass_fusion_state *state, uint32_t value) {
  const lp_program *program = state->program;
  uint32_t producer = state->producer[value];
  if (producer == LP_NO_VALUE || program->uses[value] != 1 || program->values[value].is_output ||
      program->values[value].dtype != LP_FLOAT32) {
    return NULL;
  }
  lp_step *step = &program->steps[producer];
  if (step->dead || step->op->family->role != LP_ROLE_LINEAR || step->outputs[0] != value ||
      step->epilogue.activation.kind != LP_ACTIVATION_NONE) {
    return NULL;
  }
  return step;
}

/* Puts the changed linear step in place of `follower`, whose output it now makes, if it can be run. */
static bool pass_fusion_accept(pass_fusion_state *state, lp_step *linear, const lp_step *changed,
                               lp_step *follower) {
  lp_step fused = *changed;
  uint32_t output = linear->outputs[0];
  linear->outputs[0] = follower->outputs[0];
  if (!lp_program_runnable(state->program, &fused, state->tensors)) {
    linear->outputs[0] = output;
    return false;
  }
  fused.name = follower->name;
  linear->dead = true;
  *follower = fused;
  state->producer[fused.outputs[0]] = (uint32_t)(follower - state->program->steps);
  return true;
}

/* Outputs beyond the first are not read. */
static bool pass_fusion_single(const lp_program *program, const lp_step *step) {
  for (int k = 1; k < step->num_outputs; k++) {
    if (step->outputs[k] != LP_NO_VALUE && program->uses[step->outputs[k]] != 0) {
      return false;
    }
  }
  return true;
}

static bool pass_fusion_channels(const lp_program *program, uint32_t value, int64_t channels) {
  const lp_value *v = &program->values[value];
  return v->constant && v->dtype == LP_FLOAT32 && v->shape.ndim == 1 &&
         v->shape.dim[0] == channels;
}

/* Axis 1 of the output is the channel that an epilogue counts: not so in a FullyConnected that keeps more than two axes. */
static bool pass_fusion_axis_one(const lp_program *program, const lp_step *linear) {
  const lp_shape *output = &program->values[linear->outputs[0]].shape;
  const lp_shape *weight = &program->values[linear->inputs[1]].shape;
  return output->ndim == 2 || (output->ndim > 2 && weight->ndim == output->ndim);
}

lp_status lp_pass_fold_batch_norm(lp_program *program) {
  pass_fusion_state state;
  LP_TRY(pass_fusion_begin(&state, program));
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    if (step->dead || step->op->family->role != LP_ROLE_BATCH_NORM || step->op->family->batch_norm == NULL ||
        step->num_inputs != 5 || !pass_fusion_single(program, step)) {
      continue;
    }
    lp_step *linear = pass_fusion_linear(&state, step->inputs[0]);
    if (linear == NULL || linear->folded || linear->epilogue.add) {
      continue;
    }
    lp_step changed = *linear;
    int64_t axis;
    step->op->family->batch_norm(step->param, &changed.fold.epsilon, &changed.fold.fix_gamma, &axis);
    const lp_shape *shape = &program->values[step->inputs[0]].shape;
    axis = axis < 0 ? axis + shape->ndim : axis;
    bool constant = axis == 1 && pass_fusion_axis_one(program, linear);
    for (int k = 1; k < 5 && constant; k++) {
      constant = pass_fusion_channels(program, step->inputs[k], shape->dim[1]);
    }
    /* A bias that is no constant would have to be scaled at run time. */
    bool bias = linear->num_inputs > 2;
    if (!constant || (bias && !program->values[linear->inputs[2]].constant)) {
      continue;
    }
    changed.folded = true;
    changed.fold.gamma = step->inputs[1];
    changed.fold.beta = step->inputs[2];
    changed.fold.mean = step->inputs[3];
    changed.fold.variance = step->inputs[4];
    changed.epilogue.has_scale = true;
    changed.epilogue.has_shift = true;
    changed.epilogue.bias_in_shift = bias;
    (void)pass_fusion_accept(&state, linear, &changed, step);
  }
  return pass_fusion_end(&state);
}

lp_status lp_pass_fuse_add(lp_program *program) {
  pass_fusion_state state;
  LP_TRY(pass_fusion_begin(&state, program));
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    if (step->dead || step->op->family->role != LP_ROLE_ADD || step->num_inputs != 2 ||
        step->inputs[0] == step->inputs[1]) {
      continue;
    }
    const lp_value *output = &program->values[step->outputs[0]];
    /* The later of two linear steps: its other input is then computed without waiting. */
    for (int attempt = 0; attempt < 2; attempt++) {
      uint32_t first = state.producer[step->inputs[0]], second = state.producer[step->inputs[1]];
      bool second_is_later = second != LP_NO_VALUE && (first == LP_NO_VALUE || second > first);
      int pick = (attempt == 0) == second_is_later ? 1 : 0;
      lp_step *linear = pass_fusion_linear(&state, step->inputs[pick]);
      const lp_value *other = &program->values[step->inputs[1 - pick]];
      if (linear == NULL || linear->epilogue.add || other->dtype != LP_FLOAT32 ||
          !lp_shape_equal(&other->shape, &output->shape) ||
          !lp_shape_equal(&program->values[step->inputs[pick]].shape, &output->shape)) {
        continue;
      }
      lp_step changed = *linear;
      changed.inputs[changed.num_inputs++] = step->inputs[1 - pick]; /* the room for one more */
      changed.epilogue.add = true;
      if (pass_fusion_accept(&state, linear, &changed, step)) {
        break;
      }
    }
  }
  return pass_fusion_end(&state);
}

/* Whether epilogues have it compiled in. */
static bool pass_fusion_has(lp_activation_kind kind) {
  return kind == LP_ACTIVATION_SIGMOID || kind == LP_ACTIVATION_SWISH
             ? LP_HAS_ACTIVATION(LP_ACTIVATE_SIGMOID)
             : kind != LP_ACTIVATION_TANH || LP_HAS_ACTIVATION(LP_ACTIVATE_TANH);
}

lp_status lp_pass_fuse_activation(lp_program *program) {
  pass_fusion_state state;
  LP_TRY(pass_fusion_begin(&state, program));
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    lp_activation activation;
    memset(&activation, 0, sizeof activation);
    if (step->dead || step->op->family->role != LP_ROLE_ACTIVATION || step->op->family->activation == NULL ||
        !step->op->family->activation(step->param, &activation) ||
        !pass_fusion_has(activation.kind) || !pass_fusion_single(program, step)) {
      continue;
    }
    lp_step *linear = pass_fusion_linear(&state, step->inputs[0]);
    if (linear == NULL) {
      continue;
    }
    lp_step changed = *linear;
    changed.epilogue.activation = activation;
    if (activation.kind == LP_ACTIVATION_PRELU) {
      const lp_shape *shape = &program->values[step->inputs[0]].shape;
      if (step->num_inputs != 2 || !pass_fusion_axis_one(program, linear) ||
          !(pass_fusion_channels(program, step->inputs[1], shape->dim[1]) ||
            pass_fusion_channels(program, step->inputs[1], 1))) {
        continue;
      }
      changed.slope = step->inputs[1];
    }
    (void)pass_fusion_accept(&state, linear, &changed, step);
  }
  return pass_fusion_end(&state);
}
