/*
 * plan_emit.c - chooses an algorithm and a layout for every step.
 *
 * Greedy in execution order: of the algorithms that can do a step, the one
 * whose estimate plus the conversions it needs of its inputs is least. A
 * conversion is made once per value and layout.
 */
#include <math.h>
#include <string.h>

#include "../kernel/layout.h"
#include "../op/op_conversion.h"
#include "../op/op_foreach.h"
#include "plan_build.h"

/* Estimated nanoseconds to convert one element between layouts. */
#define PLAN_EMIT_CONVERSION_COST 0.5

static bool plan_emit_has(const lp_plan_build *build, LPPass pass) {
  return (build->source->disabled_passes & (uint32_t)pass) == 0;
}

static bool plan_emit_can_block(const lp_plan_build *build, uint32_t value) {
  const lp_value *v = &build->program.values[value];
  return LP_WITH_FAST && build->program.block > 1 && v->dtype == LP_FLOAT32 && v->shape.ndim >= 3;
}

static bool plan_emit_wants_blocked(const lp_query *query, const lp_algorithm *algorithm,
                                    int input) {
  if (!LP_WITH_FAST) {
    return false;
  }
  if (query->epilogue->add && input == query->num_inputs - 1) {
    return algorithm->blocked_output;
  }
  if (algorithm->wants_blocked != NULL) {
    return algorithm->wants_blocked(query, input);
  }
  return algorithm->blocked_inputs == LP_BLOCKED_ALL ||
         (input < 32 && (algorithm->blocked_inputs >> input & 1u) != 0);
}

/* Whether an algorithm wants this input packed. */
static bool plan_emit_packs(const lp_algorithm *algorithm, int input) {
  return LP_WITH_FAST && algorithm->packing != NULL && algorithm->packing->input == input;
}

static lp_status plan_emit_place(lp_plan_build *build, uint32_t value, int block,
                                 uint32_t *place) {
  if (build->num_places == build->place_capacity) {
    size_t capacity;
    lp_place *grown = NULL;
    if (lp_size_multiply(build->place_capacity, 2, &capacity) && capacity < UINT32_MAX) {
      grown = lp_pool_array(&build->pool, capacity, sizeof *grown);
    }
    if (grown == NULL) {
      return LP_ERROR_MEMORY;
    }
    memcpy(grown, build->places, build->num_places * sizeof *grown);
    build->places = grown;
    build->place_capacity = (uint32_t)capacity;
  }
  lp_place *fresh = &build->places[build->num_places];
  const lp_value *v = &build->program.values[value];
  size_t elements;
  memset(fresh, 0, sizeof *fresh);
  fresh->tensor.dtype = v->dtype;
  fresh->tensor.shape = v->shape;
  fresh->tensor.block = block;
  fresh->alias = LP_NO_PLACE;
  fresh->first = build->num_emitted;
  fresh->last = build->num_emitted;
  if (!lp_layout_elements(&v->shape, block, &elements) ||
      !lp_size_multiply(elements, lp_dtype_size(v->dtype), &fresh->bytes)) {
    return lp_fail_memory("a tensor", SIZE_MAX);
  }
  *place = build->num_places++;
  (block > 1 ? build->blocked_place : build->plain_place)[value] = *place;
  return LP_OK;
}

/* Of the graph, or a weight that the plan has made. */
static bool plan_emit_is_variable(const lp_plan_build *build, uint32_t value) {
  return build->program.values[value].node != LP_NO_VALUE || build->weights[value] != NULL;
}

/* The plain place of a variable, made when it is first read. */
static lp_status plan_emit_variable(lp_plan_build *build, uint32_t value) {
  const lp_value *v = &build->program.values[value];
  void *data = v->constant ? NULL : build->source->variables[v->node];
  if (v->constant) {
    lp_weight *weight = build->weights[value];
    const void *plain;
    LP_TRY(lp_weight_use_plain(weight, &plain));
    lp_status status = lp_plan_keep_use(build->plan, weight, NULL);
    if (status != LP_OK) {
      lp_weight_drop_plain(weight);
      return status;
    }
    data = (void *)(uintptr_t)plain;
  }
  uint32_t place;
  LP_TRY(plan_emit_place(build, value, 1, &place));
  build->places[place].fixed = true;
  build->places[place].constant = v->constant;
  build->places[place].tensor.data = data;
  return LP_OK;
}

static lp_status plan_emit_append(lp_plan_build *build, const lp_step *step,
                                  const lp_algorithm *algorithm, lp_emitted **result) {
  if (build->num_emitted == build->emitted_capacity) {
    size_t capacity;
    lp_emitted *grown = NULL;
    if (lp_size_multiply(build->emitted_capacity, 2, &capacity) && capacity < UINT32_MAX - 1) {
      grown = lp_pool_array(&build->pool, capacity, sizeof *grown);
    }
    if (grown == NULL) {
      return LP_ERROR_MEMORY;
    }
    memcpy(grown, build->emitted, build->num_emitted * sizeof *grown);
    build->emitted = grown;
    build->emitted_capacity = (uint32_t)capacity;
  }
  lp_emitted *emitted = &build->emitted[build->num_emitted];
  memset(emitted, 0, sizeof *emitted);
  emitted->step = *step;
  emitted->algorithm = algorithm;
  emitted->in = lp_pool_array(&build->pool, (size_t)step->num_inputs, sizeof(uint32_t));
  emitted->out = lp_pool_array(&build->pool, (size_t)step->num_outputs, sizeof(uint32_t));
  if (emitted->in == NULL || emitted->out == NULL) {
    return LP_ERROR_MEMORY;
  }
  *result = emitted;
  return LP_OK;
}

/* Makes a place a view of another, `offset` bytes behind its begin. */
static void plan_emit_alias(lp_plan_build *build, uint32_t place, uint32_t from, size_t offset) {
  lp_place *view = &build->places[place];
  view->alias = from;
  view->offset = offset;
  if (build->places[from].fixed) {
    view->fixed = true;
    view->constant = build->places[from].constant;
    view->alias = LP_NO_PLACE;
    view->tensor.data = (char *)build->places[from].tensor.data + offset;
  }
}

/* One pixel of whole blocks of channels is the same in both layouts. */
static bool plan_emit_is_same_memory(const lp_plan_build *build, uint32_t value) {
  const lp_shape *shape = &build->program.values[value].shape;
  return plan_emit_has(build, LP_PASS_VIEW) && !build->source->every_node &&
         lp_shape_product(shape, 2, shape->ndim) == 1 &&
         shape->dim[1] % build->program.block == 0;
}

/* The place of a value in the wanted layout; emits a conversion if there is none yet. */
static lp_status plan_emit_read(lp_plan_build *build, const char *name, uint32_t value,
                                bool blocked, uint32_t *place) {
  uint32_t *wanted = (blocked ? build->blocked_place : build->plain_place) + value;
  if (*wanted != LP_NO_PLACE) {
    *place = *wanted;
    return LP_OK;
  }
  if (plan_emit_is_variable(build, value) && build->plain_place[value] == LP_NO_PLACE) {
    LP_TRY(plan_emit_variable(build, value));
    if (!blocked) {
      *place = *wanted;
      return LP_OK;
    }
  }
  uint32_t from = blocked ? build->plain_place[value] : build->blocked_place[value];
  if (!LP_WITH_FAST || from == LP_NO_PLACE) {
    return lp_fail(LP_ERROR_INTERNAL, "node '%s' reads a value that nobody makes", name);
  }
  if (plan_emit_is_same_memory(build, value)) {
    LP_TRY(plan_emit_place(build, value, blocked ? build->program.block : 1, place));
    plan_emit_alias(build, *place, from, 0);
    return LP_OK;
  }
  lp_step step;
  memset(&step, 0, sizeof step);
  step.name = name;
  step.op = &lp_op_to_layout;
  step.num_inputs = 1;
  step.num_outputs = 1;
  step.slope = LP_NO_VALUE;
  lp_emitted *emitted;
  LP_TRY(plan_emit_append(build, &step, &lp_op_to_layout.family->algorithms[0], &emitted));
  LP_TRY(plan_emit_place(build, value, blocked ? build->program.block : 1, place));
  emitted->in[0] = from;
  emitted->out[0] = *place;
  build->num_emitted++;
  return LP_OK;
}

/* The plain place of a program output. What lies in a variable or weight is copied: outputs change with a forward only. */
static lp_status plan_emit_output(lp_plan_build *build, uint32_t value) {
  uint32_t place;
  LP_TRY(plan_emit_read(build, "output", value, false, &place));
  if (build->places[place].fixed) {
    uint32_t from = place;
    lp_step step;
    memset(&step, 0, sizeof step);
    step.name = "output";
    step.op = &lp_op_to_dtype;
    step.num_inputs = 1;
    step.num_outputs = 1;
    step.slope = LP_NO_VALUE;
    lp_emitted *emitted;
    LP_TRY(plan_emit_append(build, &step, &lp_op_to_dtype.family->algorithms[0], &emitted));
    LP_TRY(plan_emit_place(build, value, 1, &place));
    emitted->in[0] = from;
    emitted->out[0] = place;
    build->num_emitted++;
  }
  build->places[place].is_output = true;
  return LP_OK;
}

/* ---- epilogues ------------------------------------------------------------ */

static lp_status plan_emit_constant(lp_plan_build *build, uint32_t value, const float **data) {
  if (build->plain_place[value] == LP_NO_PLACE) {
    LP_TRY(plan_emit_variable(build, value));
  }
  *data = build->places[build->plain_place[value]].tensor.data;
  return LP_OK;
}

/* scale, shift and slope of a step's epilogue, one entry per output channel, padded. */
static lp_status plan_emit_epilogue(lp_plan_build *build, lp_step *step) {
  lp_epilogue *epilogue = &step->epilogue;
  const lp_value *output = &build->program.values[step->outputs[0]];
  bool kept_axes = output->shape.ndim > 2 &&
                   build->program.values[step->inputs[1]].shape.ndim != output->shape.ndim;
  int64_t channels = output->shape.dim[kept_axes ? output->shape.ndim - 1 : 1];
  size_t padded = ((size_t)channels + LP_MAX_BLOCK - 1) / LP_MAX_BLOCK * LP_MAX_BLOCK;
  float *scale = NULL, *shift = NULL, *slope = NULL;
  const float *bias = NULL;
  if (epilogue->bias_in_shift) {
    LP_TRY(plan_emit_constant(build, step->inputs[2], &bias));
  }
  if (epilogue->has_shift) {
    shift = lp_pool_array(&build->plan->pool, padded + LP_MAX_BLOCK, sizeof *shift);
    if (shift == NULL) {
      return LP_ERROR_MEMORY;
    }
    for (int64_t c = 0; c < channels; c++) {
      shift[c] = bias != NULL ? bias[c] : 0.0f;
    }
  }
  if (step->folded) {
    const float *gamma, *beta, *mean, *variance;
    LP_TRY(plan_emit_constant(build, step->fold.gamma, &gamma));
    LP_TRY(plan_emit_constant(build, step->fold.beta, &beta));
    LP_TRY(plan_emit_constant(build, step->fold.mean, &mean));
    LP_TRY(plan_emit_constant(build, step->fold.variance, &variance));
    scale = lp_pool_array(&build->plan->pool, padded + LP_MAX_BLOCK, sizeof *scale);
    if (scale == NULL) {
      return LP_ERROR_MEMORY;
    }
    for (int64_t c = 0; c < channels; c++) {
      double g = step->fold.fix_gamma ? 1.0 : (double)gamma[c];
      double s = g / sqrt((double)variance[c] + step->fold.epsilon);
      double b = bias != NULL ? (double)bias[c] : 0.0;
      scale[c] = (float)s;
      shift[c] = (float)((b - (double)mean[c]) * s + (double)beta[c]);
    }
  }
  if (step->slope != LP_NO_VALUE) {
    const float *given;
    LP_TRY(plan_emit_constant(build, step->slope, &given));
    bool shared = build->program.values[step->slope].shape.dim[0] == 1;
    slope = lp_pool_array(&build->plan->pool, padded + LP_MAX_BLOCK, sizeof *slope);
    if (slope == NULL) {
      return LP_ERROR_MEMORY;
    }
    for (int64_t c = 0; c < channels; c++) {
      slope[c] = given[shared ? 0 : c];
    }
  }
  epilogue->scale = scale;
  epilogue->shift = shift;
  epilogue->activation.slope = slope;
  return LP_OK;
}

/* ---- steps ----------------------------------------------------------------- */

/* In blocked layout a slice of whole blocks of channels of one image is contiguous; its last block may be the input's last. */
static bool plan_emit_slices_blocks(const lp_plan_build *build, const lp_shape *whole,
                                    const lp_shape *part, int64_t offset) {
  const int64_t inner = lp_shape_product(whole, 2, whole->ndim);
  if (whole->ndim != part->ndim || whole->dim[0] != 1 || inner == 0) {
    return false;
  }
  for (int i = 0; i < whole->ndim; i++) {
    if (i != 1 && whole->dim[i] != part->dim[i]) {
      return false;
    }
  }
  return offset % (inner * build->program.block) == 0;
}

/* A reshape, or a slice whose parts are contiguous, becomes views of its input's place; *done tells. */
static lp_status plan_emit_view(lp_plan_build *build, const lp_step *step, bool *done) {
  lp_query query;
  *done = false;
  if (!plan_emit_has(build, LP_PASS_VIEW) || build->source->every_node ||
      !(step->op->family->reshapes || step->op->family->slice_view != NULL)) {
    return LP_OK;
  }
  uint32_t input = step->inputs[0];
  /* A blocked input would have to be converted first; a slice may be cheaper blocked, or a view there too. */
  bool blocked = LP_WITH_FAST && !step->op->family->reshapes && build->plain_place[input] == LP_NO_PLACE &&
                 build->blocked_place[input] != LP_NO_PLACE;
  lp_program_query(&build->program, step, build->tensors, &query);
  for (int k = 0; k < step->num_outputs; k++) {
    int64_t offset;
    uint32_t output = step->outputs[k];
    if (output == LP_NO_VALUE) {
      continue;
    }
    if (build->program.values[output].dtype != build->program.values[input].dtype ||
        (step->op->family->reshapes ? k != 0 : !step->op->family->slice_view(&query, k, &offset)) ||
        (blocked && !plan_emit_slices_blocks(build, &build->program.values[input].shape,
                                             &build->program.values[output].shape, offset))) {
      return LP_OK;
    }
  }
  uint32_t from;
  LP_TRY(plan_emit_read(build, step->name, input, blocked, &from));
  for (int k = 0; k < step->num_outputs; k++) {
    uint32_t place;
    int64_t offset = 0;
    if (step->outputs[k] == LP_NO_VALUE) {
      continue;
    }
    if (!step->op->family->reshapes) {
      (void)step->op->family->slice_view(&query, k, &offset);
    }
    LP_TRY(plan_emit_place(build, step->outputs[k], blocked ? build->program.block : 1, &place));
    plan_emit_alias(build, place, from,
                    (size_t)offset * lp_dtype_size(build->places[place].tensor.dtype));
  }
  *done = true;
  return LP_OK;
}

static lp_status plan_emit_unable(const lp_plan_build *build, const lp_step *step) {
  const lp_value *first = &build->program.values[step->num_inputs > 0 ? step->inputs[0]
                                                                      : step->outputs[0]];
  lp_shape_text text;
  return lp_say(LP_ERROR_UNSUPPORTED,
                 "Error in operator %.200s (%s): it cannot work on %s data of shape %s", step->name,
                 step->op->name, lp_dtype_name(first->dtype),
                 lp_shape_print(&first->shape, &text));
}

#if defined(LP_TEST_HOOKS)
static const char *plan_emit_forced_op, *plan_emit_forced_algorithm;

void lp_plan_force_algorithm(const char *op, const char *algorithm) {
  plan_emit_forced_op = op;
  plan_emit_forced_algorithm = algorithm;
}

static bool plan_emit_allows(const lp_op *op, const lp_algorithm *algorithm) {
  return plan_emit_forced_op == NULL || strcmp(op->name, plan_emit_forced_op) != 0 ||
         strcmp(algorithm->name, plan_emit_forced_algorithm) == 0;
}
#else
static bool plan_emit_allows(const lp_op *op, const lp_algorithm *algorithm) {
  (void)op;
  (void)algorithm;
  return true;
}
#endif

static const lp_algorithm *plan_emit_choose(const lp_plan_build *build, const lp_step *step,
                                            const lp_query *query) {
  if (LP_WITH_SUBGRAPHS && step->op->family->role == LP_ROLE_LOOP) {
    return &step->op->family->algorithms[0]; /* only a name */
  }
  const lp_algorithm *best = NULL;
  double best_cost = 0.0;
  bool layouts = plan_emit_has(build, LP_PASS_LAYOUT) && !build->source->every_node;
  for (int a = 0; a < step->op->family->num_algorithms; a++) {
    const lp_algorithm *algorithm = &step->op->family->algorithms[a];
    bool blocked = algorithm->blocked_inputs != LP_BLOCKED_NONE || algorithm->blocked_output;
    if (!plan_emit_allows(step->op, algorithm) ||
        (blocked && (!layouts || !plan_emit_can_block(build, step->outputs[0])))) {
      continue;
    }
    double cost = algorithm->cost(query);
    bool able = cost >= 0.0 && !(algorithm->packing != NULL && build->source->every_node);
    for (int i = 0; i < step->num_inputs && able; i++) {
      uint32_t value = step->inputs[i];
      if (plan_emit_packs(algorithm, i)) {
        able = build->program.values[value].constant;
        continue;
      }
      if (i < 32 && (step->op->family->shape_inputs >> i & 1u) != 0) {
        continue;
      }
      bool wants = plan_emit_wants_blocked(query, algorithm, i);
      if (wants && !plan_emit_can_block(build, value)) {
        able = false;
      }
      bool there = wants ? build->blocked_place[value] != LP_NO_PLACE
                         : build->plain_place[value] != LP_NO_PLACE ||
                               plan_emit_is_variable(build, value);
      if (!there) {
        cost += (double)lp_shape_size(&build->program.values[value].shape) *
                PLAN_EMIT_CONVERSION_COST;
      }
    }
    if (able && (best == NULL || cost < best_cost)) {
      best = algorithm;
      best_cost = cost;
    }
  }
  return best;
}

static lp_status plan_emit_inputs(lp_plan_build *build, const lp_query *query,
                                  const lp_algorithm *algorithm, lp_emitted *emitted) {
  const lp_step *step = &emitted->step;
  for (int i = 0; i < step->num_inputs; i++) {
    uint32_t value = step->inputs[i];
    bool packed = plan_emit_packs(algorithm, i);
    emitted->in[i] = LP_NO_PLACE;
    if (packed) {
      lp_weight *weight = build->weights[value];
      lp_packed *use;
      LP_TRY(lp_weight_use_packed(weight, algorithm->packing, query, build->source->threads,
                                  &emitted->packed, &use));
      lp_status status = lp_plan_keep_use(build->plan, weight, use);
      if (status != LP_OK) {
        lp_weight_drop_packed(weight, use);
        return status;
      }
    }
    /* The bias is in the shift already; a label is not read, nor what is there for its shape, nor weights of a loop but by its body. */
    bool unread = (step->epilogue.bias_in_shift && i == 2) ||
                  (LP_WITH_SUBGRAPHS && step->op->family->role == LP_ROLE_LOOP &&
                   build->program.values[value].constant &&
                   !lp_foreach_copies(step->param, i)) ||
                  (i < 32 && (step->op->family->shape_inputs >> i & 1u) != 0) ||
                  (i < 32 && (step->op->family->label_inputs >> i & 1u) != 0 &&
                   build->program.values[value].node != LP_NO_VALUE);
    if (build->source->every_node || !(packed || unread)) {
      LP_TRY(plan_emit_read(build, step->name, value, plan_emit_wants_blocked(query, algorithm, i),
                            &emitted->in[i]));
    }
  }
  return LP_OK;
}

/* Whether every input is a weight, or a view of one. */
static bool plan_emit_is_constant(const lp_plan_build *build, const lp_step *step) {
  for (int k = 0; k < step->num_inputs; k++) {
    const uint32_t place = build->plain_place[step->inputs[k]];
    if (build->weights[step->inputs[k]] == NULL &&
        (place == LP_NO_PLACE || !build->places[place].constant)) {
      return false;
    }
  }
  return true;
}

/* Runs the step now. Its output is a weight of the plan, which may be packed like the model's. */
static lp_status plan_emit_once(lp_plan_build *build, const lp_step *step) {
  const uint32_t output = step->outputs[0];
  lp_plan_weight *own = lp_pool_take(&build->plan->pool, sizeof *own);
  lp_tensor *in = lp_pool_array(&build->pool, (size_t)step->num_inputs, sizeof *in);
  if (own == NULL || in == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int k = 0; k < step->num_inputs; k++) {
    uint32_t place;
    LP_TRY(plan_emit_read(build, step->name, step->inputs[k], false, &place));
    in[k] = build->places[place].tensor;
  }
  lp_value *value = &build->program.values[output];
  LP_TRY(lp_weight_create(&own->store, value->dtype, &value->shape, &own->weight));
  own->next = build->plan->weights;
  build->plan->weights = own;
  build->weights[output] = &own->weight;
  value->constant = true;
  const lp_tensor out = {own->weight.plain, value->dtype, 1, value->shape};
  const lp_call call = {.op = step->op,
                        .param = step->param,
                        .num_inputs = step->num_inputs,
                        .num_outputs = 1,
                        .in = in,
                        .out = &out,
                        .epilogue = &step->epilogue,
                        .threads = build->source->threads,
                        .isa = build->program.isa,
                        .block = 1};
  return step->op->family->algorithms[0].run(&call);
}

static lp_status plan_emit_step(lp_plan_build *build, const lp_step *original) {
  lp_step step = *original;
  lp_query query;
  bool viewed;
  LP_TRY(plan_emit_view(build, &step, &viewed));
  if (viewed) {
    return LP_OK;
  }
  if (LP_WITH_FAST && step.op->family->once && !build->program.lean && !build->source->every_node &&
      plan_emit_is_constant(build, &step)) {
    return plan_emit_once(build, &step);
  }
  if (step.op->family->role == LP_ROLE_LINEAR && step.num_inputs - (step.epilogue.add ? 1 : 0) > 2 &&
      build->program.values[step.inputs[2]].constant &&
      build->program.values[step.inputs[2]].dtype == LP_FLOAT32 &&
      build->program.values[step.outputs[0]].dtype == LP_FLOAT32) {
    step.epilogue.bias_in_shift = true;
    step.epilogue.has_shift = true;
  }
  lp_program_query(&build->program, &step, build->tensors, &query);
  const lp_algorithm *algorithm = plan_emit_choose(build, &step, &query);
  if (algorithm == NULL) {
    return plan_emit_unable(build, &step);
  }
  if (step.op->family->role == LP_ROLE_LINEAR) {
    LP_TRY(plan_emit_epilogue(build, &step));
  }
  /* Reading inputs may emit conversions, which go before: the step is filled apart and appended after them. */
  lp_emitted filled;
  memset(&filled, 0, sizeof filled);
  filled.step = step;
  filled.in = lp_pool_array(&build->pool, (size_t)step.num_inputs, sizeof(uint32_t));
  if (filled.in == NULL) {
    return LP_ERROR_MEMORY;
  }
  LP_TRY(plan_emit_inputs(build, &query, algorithm, &filled));
  lp_emitted *emitted;
  LP_TRY(plan_emit_append(build, &step, algorithm, &emitted));
  emitted->in = filled.in;
  emitted->packed = filled.packed;
  if (algorithm->scratch != NULL) {
    query.epilogue = &step.epilogue;
    emitted->scratch = algorithm->scratch(&query);
    if (emitted->scratch > SIZE_MAX / 2) {
      return lp_fail_memory("scratch", SIZE_MAX);
    }
  }
  for (int k = 0; k < step.num_outputs; k++) {
    emitted->out[k] = LP_NO_PLACE;
    if (step.outputs[k] != LP_NO_VALUE) {
      int block = k == 0 && algorithm->blocked_output ? build->program.block : 1;
      LP_TRY(plan_emit_place(build, step.outputs[k], block, &emitted->out[k]));
    }
  }
  build->num_emitted++;
  return LP_OK;
}

lp_status lp_plan_emit(lp_plan_build *build) {
  const lp_program *program = &build->program;
  size_t values = program->num_values;
  build->place_capacity = program->num_values + 16;
  build->emitted_capacity = program->num_steps + 16;
  build->places = lp_pool_array(&build->pool, build->place_capacity, sizeof *build->places);
  build->emitted = lp_pool_array(&build->pool, build->emitted_capacity, sizeof *build->emitted);
  build->plain_place = lp_pool_array(&build->pool, values, sizeof(uint32_t));
  build->blocked_place = lp_pool_array(&build->pool, values, sizeof(uint32_t));
  build->weights = lp_pool_array(&build->pool, values, sizeof *build->weights);
  build->tensors =
      lp_pool_array(&build->pool, (size_t)program->max_tensors + 2, sizeof *build->tensors);
  if (build->places == NULL || build->emitted == NULL || build->plain_place == NULL ||
      build->blocked_place == NULL || build->weights == NULL || build->tensors == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (size_t i = 0; i < values; i++) {
    const lp_value *value = &program->values[i];
    build->weights[i] = value->constant ? build->source->weights[value->node] : NULL;
  }
  memset(build->plain_place, 0xff, values * sizeof(uint32_t));
  memset(build->blocked_place, 0xff, values * sizeof(uint32_t));
  for (uint32_t i = 0; i < program->num_steps; i++) {
    LP_TRY(plan_emit_step(build, &program->steps[i]));
  }
  for (uint32_t i = 0; i < program->num_outputs; i++) {
    LP_TRY(plan_emit_output(build, program->outputs[i]));
  }
  return LP_OK;
}
