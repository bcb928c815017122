/*
 * plan_loop.c - plans the body of a loop.
 *
 * The body is a plan of its own, made once and run for every item. Its variables for items and states
 * are memory that the executor copies to; the rest are the node's inputs where they lie, and weights
 * are the model's, packed as the body wants them.
 */
#include "plan_loop.h"

#include <string.h>

#include "../op/op_foreach.h"

typedef struct plan_loop_work {
  lp_plan_build *build;
  const lp_step *step;
  const lp_call *call;
  lp_plan_loop *loop;
  lp_pool pool; /* of what only the making of the plan needs */
  lp_shape *shapes;
  lp_dtype *dtypes;
  bool *constant;
  lp_weight **weights;
  void **variables;
} plan_loop_work;

static lp_status plan_loop_infer(plan_loop_work *work) {
  const lp_step *step = work->step;
  const lp_graph *body = step->node->body;
  const size_t inputs = (size_t)step->num_inputs, outputs = (size_t)step->num_outputs;
  lp_infer infer = {.node = step->name,
                    .op = step->op,
                    .param = step->param,
                    .num_inputs = step->num_inputs,
                    .num_outputs = step->num_outputs};
  infer.in = lp_pool_array(&work->pool, inputs, sizeof *infer.in);
  infer.out = lp_pool_array(&work->pool, outputs, sizeof *infer.out);
  infer.in_dtype = lp_pool_array(&work->pool, inputs, sizeof *infer.in_dtype);
  infer.out_dtype = lp_pool_array(&work->pool, outputs, sizeof *infer.out_dtype);
  if (infer.in == NULL || infer.out == NULL || infer.in_dtype == NULL || infer.out_dtype == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int k = 0; k < step->num_inputs; k++) {
    infer.in[k] = work->call->in[k].shape;
    infer.in_dtype[k] = work->call->in[k].dtype;
  }
  for (int k = 0; k < step->num_outputs; k++) {
    infer.out[k] = work->call->out[k].shape;
    infer.out_dtype[k] = work->call->out[k].dtype;
  }
  LP_TRY(lp_infer_body(step->node, &infer, work->shapes, work->dtypes));
  for (uint32_t i = 0; i < body->num_nodes; i++) {
    for (int k = 0; k < body->nodes[i].num_outputs; k++) {
      const uint32_t entry = body->nodes[i].first_entry + (uint32_t)k;
      size_t bytes;
      if (!lp_shape_known(&work->shapes[entry]) || work->dtypes[entry] == LP_DTYPE_UNKNOWN ||
          !lp_shape_bytes(&work->shapes[entry], 8, &bytes)) {
        lp_shape_text text;
        return lp_fail(LP_ERROR_SHAPE,
                       "Error in operator %.200s (%s): node '%.200s' of its subgraph has shape %s "
                       "and type %s; give the shapes of the inputs",
                       step->name, step->op->name, body->nodes[i].name,
                       lp_shape_print(&work->shapes[entry], &text),
                       work->dtypes[entry] == LP_DTYPE_UNKNOWN ? "unknown"
                                                               : lp_dtype_name(work->dtypes[entry]));
      }
    }
  }
  return LP_OK;
}

static lp_status plan_loop_copy_size(const plan_loop_work *work, uint32_t entry,
                                     lp_loop_copy *copy) {
  return lp_shape_bytes(&work->shapes[entry], lp_dtype_size(work->dtypes[entry]), &copy->bytes)
             ? LP_OK
             : lp_fail_memory("a loop", SIZE_MAX);
}

/* Memory for items and states, one behind the other. */
static lp_status plan_loop_memory(plan_loop_work *work) {
  lp_plan_loop *loop = work->loop;
  const lp_node *node = work->step->node;
  const int copies = loop->num_data + loop->num_states;
  size_t total = 0;
  for (int k = 0; k < copies; k++) {
    const uint32_t entry = node->body->nodes[node->body_inputs[k]].first_entry;
    lp_loop_copy *copy = &loop->data[k];
    LP_TRY(plan_loop_copy_size(work, entry, copy));
    if (!lp_size_add(total, copy->bytes, &total) ||
        !lp_size_add(total, LP_ALIGNMENT - 1, &total)) {
      return lp_fail_memory("a loop", SIZE_MAX);
    }
    total = total / LP_ALIGNMENT * LP_ALIGNMENT;
  }
  loop->memory = lp_allocate(total);
  if (loop->memory == NULL) {
    return lp_fail_memory("a loop", total);
  }
  loop->memory_bytes = total;
  memset(loop->memory, 0, total);
  char *at = loop->memory;
  for (int k = 0; k < copies; k++) {
    loop->data[k].memory = at;
    work->variables[node->body_inputs[k]] = at;
    at += (loop->data[k].bytes + LP_ALIGNMENT - 1) / LP_ALIGNMENT * LP_ALIGNMENT;
  }
  return LP_OK;
}

/* Weights are the model's; what else stays the same during the loop is read where it lies. */
static void plan_loop_rest(plan_loop_work *work) {
  const lp_node *node = work->step->node;
  const lp_program *program = &work->build->program;
  for (int k = work->loop->num_data + work->loop->num_states; k < work->step->num_inputs; k++) {
    const uint32_t variable = node->body_inputs[k];
    const lp_value *value = &program->values[work->step->inputs[k]];
    if (value->constant) {
      work->constant[variable] = true;
      work->weights[variable] = work->build->weights[work->step->inputs[k]];
    } else {
      work->variables[variable] = work->call->in[k].data;
    }
  }
}

static lp_status plan_loop_make(plan_loop_work *work) {
  const lp_plan_source *outer = work->build->source;
  const lp_graph *body = work->step->node->body;
  const lp_selection selection = {.graph = body,
                                  .order = body->order,
                                  .num_nodes = body->num_nodes,
                                  .heads = body->heads,
                                  .num_heads = body->num_heads};
  lp_plan_source source;
  memset(&source, 0, sizeof source);
  source.program = outer->program;
  source.program.selection = &selection;
  source.program.shapes = work->shapes;
  source.program.dtypes = work->dtypes;
  source.program.constant = work->constant;
  source.weights = work->weights;
  source.variables = work->variables;
  source.disabled_passes = outer->disabled_passes;
  source.threads = outer->threads;
  LP_TRY(lp_plan_create(&source, &work->loop->body));
  lp_plan_loop *loop = work->loop;
  for (uint32_t k = 0; k < loop->body.num_outputs; k++) {
    const lp_entry head = body->heads[k];
    loop->outputs[k].memory = loop->body.outputs[k].data;
    LP_TRY(plan_loop_copy_size(work, body->nodes[head.node].first_entry + head.output,
                               &loop->outputs[k]));
  }
  return LP_OK;
}

static lp_status plan_loop_fill(plan_loop_work *work) {
  const lp_foreach *foreach = work->step->param;
  lp_pool *pool = &work->build->plan->pool;
  const lp_graph *body = work->step->node->body;
  lp_plan_loop *loop = work->loop;
  loop->count = work->call->in[0].shape.dim[0];
  loop->num_data = foreach->data.count;
  loop->num_states = foreach->states.count;
  loop->num_stacked = (int)foreach->num_out_data;
  loop->data = lp_pool_array(pool, (size_t)(loop->num_data + loop->num_states), sizeof *loop->data);
  loop->outputs = lp_pool_array(pool, body->num_heads, sizeof *loop->outputs);
  work->shapes = lp_pool_array(&work->pool, body->num_entries, sizeof *work->shapes);
  work->dtypes = lp_pool_array(&work->pool, body->num_entries, sizeof *work->dtypes);
  work->constant = lp_pool_array(&work->pool, body->num_nodes, sizeof *work->constant);
  work->weights = lp_pool_array(&work->pool, body->num_nodes, sizeof *work->weights);
  work->variables = lp_pool_array(&work->pool, body->num_nodes, sizeof *work->variables);
  if (loop->data == NULL || loop->outputs == NULL || work->shapes == NULL ||
      work->dtypes == NULL || work->constant == NULL || work->weights == NULL ||
      work->variables == NULL) {
    return LP_ERROR_MEMORY;
  }
  loop->states = loop->data + loop->num_data;
  LP_TRY(plan_loop_infer(work));
  LP_TRY(plan_loop_memory(work));
  plan_loop_rest(work);
  return plan_loop_make(work);
}

lp_status lp_plan_loop_create(lp_plan_build *build, const lp_step *step, const lp_call *call,
                              lp_plan_loop **out) {
  plan_loop_work work;
  memset(&work, 0, sizeof work);
  work.build = build;
  work.step = step;
  work.call = call;
  work.loop = lp_pool_take(&build->plan->pool, sizeof *work.loop);
  if (work.loop == NULL) {
    return LP_ERROR_MEMORY;
  }
  *out = work.loop;
  lp_status status = plan_loop_fill(&work);
  lp_pool_free(&work.pool);
  return status;
}

void lp_plan_loop_free(lp_plan_loop *loop) {
  lp_plan_free(&loop->body);
  lp_release(loop->memory, loop->memory_bytes);
}
