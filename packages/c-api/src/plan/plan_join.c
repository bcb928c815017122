/*
 * plan_join.c - steps whose output the next step alone reads, done together band by band.
 *
 * The tensor between them gets no place in the arena.
 */
#include <string.h>

#include "plan_build.h"

/* Whether step `i` may write over or still needs what step `i - 1` reads. */
static bool plan_join_apart(const lp_plan_build *build, const lp_emitted *before,
                            const lp_emitted *emitted) {
  for (int k = 1; k < emitted->step.num_inputs; k++) {
    if (emitted->in[k] == before->out[0] || emitted->in[k] == before->in[0]) {
      return false;
    }
  }
  return build->places[before->out[0]].alias == LP_NO_PLACE;
}

/* Whether another step reads the output of step `i - 1`. */
static bool plan_join_shared(const lp_plan_build *build, uint32_t place, uint32_t i) {
  for (uint32_t p = 0; p < build->num_places; p++) {
    if (build->places[p].alias == place) {
      return true;
    }
  }
  for (uint32_t j = i + 1; j < build->num_emitted; j++) {
    for (int k = 0; k < build->emitted[j].step.num_inputs; k++) {
      if (build->emitted[j].in[k] == place) {
        return true;
      }
    }
  }
  return build->places[place].is_output;
}

lp_status lp_plan_join(lp_plan_build *build) {
  lp_tensor *tensors = lp_pool_array(&build->pool, (size_t)build->program.max_tensors + 2,
                                     sizeof *tensors);
  if (tensors == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 1; i < build->num_emitted; i++) {
    lp_emitted *before = &build->emitted[i - 1];
    lp_emitted *emitted = &build->emitted[i];
    const lp_join *join = emitted->algorithm->join;
    if (join == NULL || before->step.op != emitted->step.op || before->joined ||
        strcmp(before->algorithm->name, join->before) != 0 || before->out[0] == LP_NO_PLACE ||
        emitted->in[0] != before->out[0] || !plan_join_apart(build, before, emitted) ||
        plan_join_shared(build, before->out[0], i)) {
      continue;
    }
    lp_query first, second;
    lp_program_query(&build->program, &before->step, tensors, &first);
    lp_program_query(&build->program, &emitted->step, build->tensors, &second);
    first.epilogue = &before->step.epilogue;
    second.epilogue = &emitted->step.epilogue;
    size_t scratch = join->scratch(&first, &second);
    if (scratch == 0 || scratch > SIZE_MAX / 2) {
      continue;
    }
    before->skip = true;
    before->joined = true;
    build->places[before->out[0]].fixed = true; /* without memory */
    emitted->algorithm = join->joined;
    emitted->scratch = scratch;
  }
  return LP_OK;
}
