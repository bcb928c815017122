/* plan.c - makes a plan: passes, stages, pointers. */
#include "plan.h"

#include <string.h>

#include "../op/op_chain.h"
#include "plan_build.h"
#include "plan_loop.h"

lp_status lp_plan_keep_use(lp_plan *plan, lp_weight *weight, lp_packed *packed) {
  lp_plan_use *use = lp_pool_take(&plan->pool, sizeof *use);
  if (use == NULL) {
    return LP_ERROR_MEMORY;
  }
  use->weight = weight;
  use->packed = packed;
  use->next = plan->uses;
  plan->uses = use;
  return LP_OK;
}

static lp_status plan_run_passes(const lp_plan_source *source, lp_program *program) {
  uint32_t off = source->disabled_passes;
  static const struct {
    uint32_t bit;
    lp_status (*run)(lp_program *program);
  } passes[] = {
      {LP_PASS_DROP, lp_pass_drop},
#if LP_WITH_CHAINS
      {LP_PASS_CSE, lp_pass_cse},
#endif
#if LP_WITH_DTYPES
      {0, lp_pass_half},
#endif
      {LP_PASS_FOLD_BATCH_NORM, lp_pass_fold_batch_norm},
      /* Before the additions, for an activation may stand between convolution and addition; after them, for one may follow. */
      {LP_PASS_FUSE_ACTIVATION, lp_pass_fuse_activation},
      {LP_PASS_FUSE_ADD, lp_pass_fuse_add},
      {LP_PASS_FUSE_ACTIVATION, lp_pass_fuse_activation},
#if LP_WITH_CHAINS
      {LP_PASS_CHAIN, lp_pass_chain},
      /* Gates such as x sigmoid(x) are several nodes and now one step. */
      {LP_PASS_FUSE_ACTIVATION, lp_pass_fuse_activation},
#endif
  };
  for (size_t i = 0; i < LP_COUNT(passes); i++) {
    if ((off & passes[i].bit) == 0 && (passes[i].bit == 0 || !source->every_node)) {
      LP_TRY(passes[i].run(program));
    }
  }
  return LP_OK;
}

static void plan_tensor(const lp_plan_build *build, const size_t *offsets, uint32_t place,
                        lp_tensor *tensor) {
  const lp_place *p = &build->places[place];
  *tensor = p->tensor;
  if (!p->fixed) {
    tensor->data = (char *)build->plan->arena + offsets[place];
  }
}

/* A tensor without a place: shape and type alone. */
static void plan_tensor_of_value(const lp_plan_build *build, uint32_t value, lp_tensor *tensor) {
  memset(tensor, 0, sizeof *tensor);
  tensor->block = 1;
  tensor->dtype = LP_DTYPE_UNKNOWN;
  tensor->shape = lp_shape_unknown();
  if (value != LP_NO_VALUE) {
    tensor->dtype = build->program.values[value].dtype;
    tensor->shape = build->program.values[value].shape;
  }
}

static lp_status plan_fill_call(lp_plan_build *build, const size_t *offsets,
                                const lp_emitted *emitted, lp_call *call) {
  lp_pool *pool = &build->plan->pool;
  const lp_step *from = &emitted->step;
  lp_tensor *in = lp_pool_array(pool, (size_t)from->num_inputs, sizeof *in);
  lp_tensor *out = lp_pool_array(pool, (size_t)from->num_outputs, sizeof *out);
  lp_epilogue *epilogue = lp_pool_take(pool, sizeof *epilogue);
  if (in == NULL || out == NULL || epilogue == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int k = 0; k < from->num_inputs; k++) {
    if (emitted->in[k] != LP_NO_PLACE) {
      plan_tensor(build, offsets, emitted->in[k], &in[k]);
    } else {
      plan_tensor_of_value(build, from->inputs[k], &in[k]);
    }
  }
  for (int k = 0; k < from->num_outputs; k++) {
    if (emitted->out[k] != LP_NO_PLACE) {
      plan_tensor(build, offsets, emitted->out[k], &out[k]);
    } else {
      plan_tensor_of_value(build, LP_NO_VALUE, &out[k]);
    }
  }
  *epilogue = from->epilogue;
  call->op = from->op;
  call->param = from->param;
  if (from->op->family->to_half != NULL) { /* a pass may have changed them, in the program's pool */
    void *param = lp_pool_take(pool, from->op->family->param_size);
    if (param == NULL) {
      return LP_ERROR_MEMORY;
    }
    memcpy(param, from->param, from->op->family->param_size);
    call->param = param;
  }
  if (LP_WITH_CHAINS && from->op == &lp_op_chain) {
    /* Made by a pass, in the program's pool: it does not outlive the build. */
    lp_chain *chain = lp_pool_take(pool, sizeof *chain);
    if (chain == NULL) {
      return LP_ERROR_MEMORY;
    }
    memcpy(chain, from->param, sizeof *chain);
    call->param = chain;
  }
  call->num_inputs = from->num_inputs;
  call->num_outputs = from->num_outputs;
  call->in = in;
  call->out = out;
  call->epilogue = epilogue;
  call->packed = emitted->packed;
  call->scratch = build->plan->scratch;
  call->threads = build->source->threads;
  call->isa = build->program.isa;
  call->block = build->program.block;
  if (LP_WITH_FAST && emitted->algorithm->prepared != NULL) {
    lp_query query;
    lp_program_query(&build->program, from, build->tensors, &query);
    size_t bytes = emitted->algorithm->prepared(&query);
    void *prepared = bytes > 0 ? lp_pool_take(pool, bytes) : NULL;
    if (bytes > 0 && prepared == NULL) {
      return LP_ERROR_MEMORY;
    }
    if (prepared != NULL) {
      emitted->algorithm->prepare(call, prepared);
    }
    call->prepared = prepared;
  }
  return LP_OK;
}

static lp_status plan_fill_step(lp_plan_build *build, const size_t *offsets,
                                const lp_emitted *emitted, lp_plan_step *step) {
  step->name = emitted->step.name;
  step->node = emitted->step.node;
  step->algorithm = emitted->algorithm;
  if (LP_WITH_FAST && emitted > build->emitted && emitted[-1].joined) {
    lp_call *before = lp_pool_take(&build->plan->pool, sizeof *before);
    if (before == NULL) {
      return LP_ERROR_MEMORY;
    }
    memset(before, 0, sizeof *before);
    LP_TRY(plan_fill_call(build, offsets, emitted - 1, before));
    step->call.before = before;
  }
  LP_TRY(plan_fill_call(build, offsets, emitted, &step->call));
  return LP_WITH_SUBGRAPHS && step->call.op->family->role == LP_ROLE_LOOP
             ? lp_plan_loop_create(build, &emitted->step, &step->call, &step->loop)
             : LP_OK;
}

static lp_status plan_fill(lp_plan_build *build) {
  lp_plan *plan = build->plan;
  size_t *offsets = lp_pool_array(&build->pool, build->num_places, sizeof *offsets);
  if (offsets == NULL) {
    return LP_ERROR_MEMORY;
  }
  LP_TRY(lp_plan_arrange(build, offsets, &plan->arena_bytes));
  for (uint32_t i = 0; i < build->num_emitted; i++) {
    size_t scratch = build->emitted[i].skip ? 0 : build->emitted[i].scratch;
    plan->scratch_bytes = scratch > plan->scratch_bytes ? scratch : plan->scratch_bytes;
  }
  plan->arena = lp_allocate(plan->arena_bytes);
  plan->scratch = lp_allocate(plan->scratch_bytes);
  if (plan->arena == NULL || plan->scratch == NULL) {
    return lp_fail_memory("activations and scratch", plan->arena_bytes + plan->scratch_bytes);
  }
  memset(plan->arena, 0, plan->arena_bytes); /* lanes beyond the channels are read, too */
  plan->steps = lp_pool_array(&plan->pool, build->num_emitted, sizeof *plan->steps);
  plan->outputs = lp_pool_array(&plan->pool, build->program.num_outputs, sizeof *plan->outputs);
  if (plan->steps == NULL || plan->outputs == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < build->num_emitted; i++) {
    if (!build->emitted[i].skip) {
      LP_TRY(plan_fill_step(build, offsets, &build->emitted[i], &plan->steps[plan->num_steps++]));
    }
  }
  plan->num_outputs = build->program.num_outputs;
  for (uint32_t i = 0; i < plan->num_outputs; i++) {
    plan_tensor(build, offsets, build->plain_place[build->program.outputs[i]],
                &plan->outputs[i]);
  }
  return LP_OK;
}

lp_status lp_plan_create(const lp_plan_source *source, lp_plan *plan) {
  lp_plan_build build;
  memset(&build, 0, sizeof build);
  memset(plan, 0, sizeof *plan);
  build.source = source;
  build.plan = plan;
  lp_program_source program = source->program;
  program.hidden_outputs = source->every_node;
  lp_status status = lp_program_create(&program, &build.pool, &build.program);
  if (status == LP_OK) {
    status = plan_run_passes(source, &build.program);
  }
  if (status == LP_OK) {
    status = lp_plan_emit(&build);
  }
  if (LP_WITH_FAST && status == LP_OK && (source->disabled_passes & LP_PASS_JOIN) == 0 && !source->every_node) {
    status = lp_plan_join(&build);
  }
  if (status == LP_OK) {
    status = plan_fill(&build);
  }
  lp_pool_free(&build.pool);
  if (status != LP_OK) {
    lp_plan_free(plan);
  }
  return status;
}

void lp_plan_free(lp_plan *plan) {
  for (uint32_t i = 0; LP_WITH_SUBGRAPHS && i < plan->num_steps; i++) {
    if (plan->steps[i].loop != NULL) {
      lp_plan_loop_free(plan->steps[i].loop);
    }
  }
  for (lp_plan_use *use = plan->uses; use != NULL; use = use->next) {
    if (use->packed != NULL) {
      lp_weight_drop_packed(use->weight, use->packed);
    } else {
      lp_weight_drop_plain(use->weight);
    }
  }
  for (lp_plan_weight *own = plan->weights; own != NULL; own = own->next) {
    lp_weight_free(&own->weight);
  }
  lp_release(plan->arena, plan->arena_bytes);
  lp_release(plan->scratch, plan->scratch_bytes);
  lp_pool_free(&plan->pool);
  memset(plan, 0, sizeof *plan);
}
