/* program.c - making and walking programs. */
#include "program.h"

#include <string.h>

static void program_use(lp_program *program, uint32_t value) {
  if (value != LP_NO_VALUE) {
    program->uses[value]++;
  }
}

void lp_program_count_uses(lp_program *program) {
  memset(program->uses, 0, program->num_values * sizeof *program->uses);
  for (uint32_t i = 0; i < program->num_values; i++) {
    program->values[i].is_output = false;
  }
  for (uint32_t i = 0; i < program->num_steps; i++) {
    const lp_step *step = &program->steps[i];
    if (step->dead) {
      continue;
    }
    for (int k = 0; k < step->num_inputs; k++) {
      program_use(program, step->inputs[k]);
    }
    program_use(program, step->slope);
    if (step->folded) {
      program_use(program, step->fold.gamma);
      program_use(program, step->fold.beta);
      program_use(program, step->fold.mean);
      program_use(program, step->fold.variance);
    }
  }
  for (uint32_t i = 0; i < program->num_outputs; i++) {
    program_use(program, program->outputs[i]);
    program->values[program->outputs[i]].is_output = true;
  }
}

void lp_program_sweep(lp_program *program) {
  /* Backward once: a step dies before the steps it reads are looked at. */
  lp_program_count_uses(program);
  for (uint32_t i = program->num_steps; i-- > 0;) {
    lp_step *step = &program->steps[i];
    bool read = false;
    for (int k = 0; k < step->num_outputs && !step->dead; k++) {
      read = read || (step->outputs[k] != LP_NO_VALUE && program->uses[step->outputs[k]] != 0);
    }
    if (!step->dead && !read) {
      step->dead = true;
      for (int k = 0; k < step->num_inputs; k++) {
        program->uses[step->inputs[k]]--;
      }
    }
  }
  uint32_t count = 0;
  for (uint32_t i = 0; i < program->num_steps; i++) {
    if (!program->steps[i].dead) {
      program->steps[count++] = program->steps[i];
    }
  }
  program->num_steps = count;
  lp_program_count_uses(program);
}

uint32_t lp_program_add_value(lp_program *program, const lp_value *value) {
  if (program->num_values == program->value_capacity) {
    size_t capacity;
    lp_value *values = NULL;
    uint32_t *uses = NULL;
    if (lp_size_multiply(program->value_capacity, 2, &capacity) && capacity < UINT32_MAX) {
      values = lp_pool_array(program->pool, capacity, sizeof *values);
      uses = lp_pool_array(program->pool, capacity, sizeof *uses);
    }
    if (values == NULL || uses == NULL) {
      return LP_NO_VALUE;
    }
    memcpy(values, program->values, program->num_values * sizeof *values);
    memcpy(uses, program->uses, program->num_values * sizeof *uses);
    program->values = values;
    program->uses = uses;
    program->value_capacity = (uint32_t)capacity;
  }
  program->values[program->num_values] = *value;
  return program->num_values++;
}

static lp_status program_add_steps(const lp_program_source *source, const uint32_t *value_of,
                                   lp_program *program) {
  const lp_selection *selection = source->selection;
  const lp_graph *graph = selection->graph;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const lp_node *node = &graph->nodes[selection->order[i]];
    if (node->op == NULL) {
      continue;
    }
    lp_step *step = &program->steps[program->num_steps++];
    step->name = node->name;
    step->op = node->op;
    step->node = node;
    step->param = lp_selection_param(selection, node);
    step->num_inputs = (int)node->num_inputs;
    step->num_outputs = node->num_outputs;
    step->slope = LP_NO_VALUE;
    step->inputs = lp_pool_array(program->pool, (size_t)node->num_inputs + 1, sizeof(uint32_t));
    step->outputs = lp_pool_array(program->pool, (size_t)node->num_outputs, sizeof(uint32_t));
    if (step->inputs == NULL || step->outputs == NULL) {
      return LP_ERROR_MEMORY;
    }
    for (uint32_t k = 0; k < node->num_inputs; k++) {
      lp_entry entry = node->inputs[k];
      step->inputs[k] = value_of[graph->nodes[entry.node].first_entry + entry.output];
    }
    for (int k = 0; k < node->num_outputs; k++) {
      step->outputs[k] = value_of[node->first_entry + (uint32_t)k];
    }
    int tensors = step->num_inputs + step->num_outputs + 1;
    program->max_tensors = tensors > program->max_tensors ? tensors : program->max_tensors;
  }
  return LP_OK;
}

/* Hidden outputs that some node or head reads after all. */
static void program_mark_read(const lp_program_source *source, bool *read) {
  const lp_selection *selection = source->selection;
  const lp_graph *graph = selection->graph;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const lp_node *node = &graph->nodes[selection->order[i]];
    for (uint32_t k = 0; k < node->num_inputs; k++) {
      read[graph->nodes[node->inputs[k].node].first_entry + node->inputs[k].output] = true;
    }
  }
  for (uint32_t i = 0; i < selection->num_heads; i++) {
    lp_entry head = selection->heads[i];
    read[graph->nodes[head.node].first_entry + head.output] = true;
  }
}

lp_status lp_program_create(const lp_program_source *source, lp_pool *pool, lp_program *program) {
  const lp_selection *selection = source->selection;
  const lp_graph *graph = selection->graph;
  memset(program, 0, sizeof *program);
  program->pool = pool;
  program->isa = source->isa;
  program->block = lp_cpu_block(source->isa);
  program->threads = source->threads;
  program->lean = source->lean;
  program->value_capacity = graph->num_entries + 16;
  program->max_tensors = 4;
  program->values = lp_pool_array(pool, program->value_capacity, sizeof *program->values);
  program->uses = lp_pool_array(pool, program->value_capacity, sizeof *program->uses);
  program->steps = lp_pool_array(pool, selection->num_nodes, sizeof *program->steps);
  program->outputs = lp_pool_array(pool, selection->num_heads, sizeof *program->outputs);
  uint32_t *value_of = lp_pool_array(pool, graph->num_entries, sizeof *value_of);
  bool *read = lp_pool_array(pool, graph->num_entries, sizeof *read);
  if (program->values == NULL || program->uses == NULL || program->steps == NULL ||
      program->outputs == NULL || value_of == NULL || read == NULL) {
    return LP_ERROR_MEMORY;
  }
  program_mark_read(source, read);
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    uint32_t index = selection->order[i];
    const lp_node *node = &graph->nodes[index];
    for (int k = 0; k < node->num_outputs; k++) {
      uint32_t entry = node->first_entry + (uint32_t)k;
      value_of[entry] = LP_NO_VALUE;
      if (k >= node->num_visible && !read[entry] && !source->hidden_outputs) {
        continue;
      }
      lp_value value;
      memset(&value, 0, sizeof value);
      value.shape = source->shapes[entry];
      value.dtype = source->dtypes[entry];
      value.node = node->op == NULL ? index : LP_NO_VALUE;
      value.constant = node->op == NULL && source->constant[index];
      value_of[entry] = lp_program_add_value(program, &value);
      if (value_of[entry] == LP_NO_VALUE) {
        return LP_ERROR_MEMORY;
      }
    }
  }
  LP_TRY(program_add_steps(source, value_of, program));
  program->num_outputs = selection->num_heads;
  for (uint32_t i = 0; i < selection->num_heads; i++) {
    lp_entry head = selection->heads[i];
    program->outputs[i] = value_of[graph->nodes[head.node].first_entry + head.output];
  }
  lp_program_count_uses(program);
  return LP_OK;
}

static void program_tensor(const lp_program *program, uint32_t value, lp_tensor *tensor) {
  memset(tensor, 0, sizeof *tensor);
  tensor->block = 1;
  if (value == LP_NO_VALUE) {
    tensor->dtype = LP_DTYPE_UNKNOWN;
    tensor->shape = lp_shape_unknown();
    return;
  }
  tensor->dtype = program->values[value].dtype;
  tensor->shape = program->values[value].shape;
}

void lp_program_query(const lp_program *program, const lp_step *step, lp_tensor *tensors,
                      lp_query *query) {
  memset(query, 0, sizeof *query);
  query->op = step->op;
  query->param = step->param;
  query->num_inputs = step->num_inputs;
  query->num_outputs = step->num_outputs;
  query->in = tensors;
  query->out = tensors + step->num_inputs;
  query->epilogue = &step->epilogue;
  query->isa = program->isa;
  query->block = program->block;
  query->threads = program->threads;
  query->lean = program->lean;
  for (int i = 0; i < step->num_inputs; i++) {
    program_tensor(program, step->inputs[i], &tensors[i]);
    if (i < 32 && program->values[step->inputs[i]].constant) {
      query->constant_inputs |= 1u << i;
    }
  }
  for (int i = 0; i < step->num_outputs; i++) {
    program_tensor(program, step->outputs[i], &tensors[step->num_inputs + i]);
  }
}

bool lp_program_runnable(const lp_program *program, const lp_step *step, lp_tensor *tensors) {
  lp_query query;
  if (LP_WITH_SUBGRAPHS && step->op->family->role == LP_ROLE_LOOP) {
    return true;
  }
  lp_program_query(program, step, tensors, &query);
  for (int i = 0; i < step->op->family->num_algorithms; i++) {
    if (step->op->family->algorithms[i].cost(&query) >= 0.0) {
      return true;
    }
  }
  return false;
}
