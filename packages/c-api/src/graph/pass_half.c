/*
 * pass_half.c - float16 steps that no algorithm does are computed in float32:
 * their float16 inputs are converted before, their float16 outputs after. Not
 * an optimisation: it cannot be switched off.
 */
#include <string.h>

#include "../op/op_conversion.h"
#include "program.h"

/* Appends a conversion of `from` to a new value like it but of type `dtype`, or into the given value. */
static uint32_t pass_half_convert(lp_program *program, lp_step *step, const char *name,
                                  uint32_t from, lp_dtype dtype, uint32_t into) {
  if (into == LP_NO_VALUE) {
    lp_value value = program->values[from];
    value.dtype = dtype;
    value.node = LP_NO_VALUE;
    value.constant = false;
    into = lp_program_add_value(program, &value);
  }
  memset(step, 0, sizeof *step);
  step->name = name;
  step->op = &lp_op_to_dtype;
  step->num_inputs = 1;
  step->num_outputs = 1;
  step->slope = LP_NO_VALUE;
  step->inputs = lp_pool_array(program->pool, 2, sizeof(uint32_t));
  step->outputs = lp_pool_array(program->pool, 1, sizeof(uint32_t));
  if (into == LP_NO_VALUE || step->inputs == NULL || step->outputs == NULL) {
    return LP_NO_VALUE;
  }
  step->inputs[0] = from;
  step->outputs[0] = into;
  return into;
}

static bool pass_half_is(const lp_program *program, uint32_t value) {
  return value != LP_NO_VALUE && program->values[value].dtype == LP_FLOAT16;
}

static lp_status pass_half_rewrite(lp_program *program, const lp_step *old, lp_step *steps,
                                   uint32_t *count) {
  lp_step step = *old;
  for (int k = 0; k < step.num_inputs; k++) {
    if (pass_half_is(program, step.inputs[k])) {
      step.inputs[k] = pass_half_convert(program, &steps[(*count)++], step.name, step.inputs[k],
                                         LP_FLOAT32, LP_NO_VALUE);
      if (step.inputs[k] == LP_NO_VALUE) {
        return LP_ERROR_MEMORY;
      }
    }
  }
  if (step.op->family->to_half != NULL) {
    void *param = lp_pool_array(program->pool, 1, step.op->family->param_size);
    if (param == NULL) {
      return LP_ERROR_MEMORY;
    }
    memcpy(param, step.param, step.op->family->param_size);
    step.op->family->to_half(param);
    step.param = param;
  }
  uint32_t place = (*count)++;
  for (int k = 0; k < step.num_outputs; k++) {
    uint32_t result = step.outputs[k];
    if (!pass_half_is(program, result)) {
      continue;
    }
    lp_value value = program->values[result];
    value.dtype = LP_FLOAT32;
    step.outputs[k] = lp_program_add_value(program, &value);
    if (step.outputs[k] == LP_NO_VALUE ||
        pass_half_convert(program, &steps[(*count)++], step.name, step.outputs[k], LP_FLOAT16,
                          result) == LP_NO_VALUE) {
      return LP_ERROR_MEMORY;
    }
  }
  steps[place] = step;
  return LP_OK;
}

lp_status lp_pass_half(lp_program *program) {
  size_t most = program->num_steps;
  bool any = false;
  for (uint32_t i = 0; i < program->num_steps; i++) {
    most += (size_t)program->steps[i].num_inputs + (size_t)program->steps[i].num_outputs;
  }
  for (uint32_t i = 0; i < program->num_values; i++) {
    any = any || program->values[i].dtype == LP_FLOAT16;
  }
  if (!any) {
    return LP_OK;
  }
  lp_step *steps = lp_pool_array(program->pool, most, sizeof *steps);
  lp_tensor *tensors = lp_pool_array(program->pool, (size_t)program->max_tensors, sizeof *tensors);
  if (steps == NULL || tensors == NULL) {
    return LP_ERROR_MEMORY;
  }
  uint32_t count = 0;
  for (uint32_t i = 0; i < program->num_steps; i++) {
    lp_step *step = &program->steps[i];
    bool half = false;
    for (int k = 0; k < step->num_inputs; k++) {
      half = half || pass_half_is(program, step->inputs[k]);
    }
    for (int k = 0; k < step->num_outputs; k++) {
      half = half || pass_half_is(program, step->outputs[k]);
    }
    if (half && !step->op->family->reshapes && !lp_program_runnable(program, step, tensors)) {
      LP_TRY(pass_half_rewrite(program, step, steps, &count));
    } else {
      steps[count++] = *step;
    }
  }
  program->steps = steps;
  program->num_steps = count;
  lp_program_count_uses(program);
  return LP_OK;
}
