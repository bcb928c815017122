/*
 * plan_arena.c - puts places into one arena.
 *
 * Places that alias form trees whose roots have memory of their own. A Concat
 * input that nobody else has claimed lies in the Concat's output; a step that
 * may work in place takes the memory of an input that dies with it. Roots are
 * then placed, large ones first, at the lowest offset where no other root
 * lives at the same time.
 */
#include <stdlib.h>

#include "plan_build.h"

typedef struct plan_arena_root {
  uint32_t place;
  uint32_t first, last;
  size_t bytes;
  size_t offset;
} plan_arena_root;

static uint32_t plan_arena_find(const lp_plan_build *build, uint32_t place) {
  while (build->places[place].alias != LP_NO_PLACE) {
    place = build->places[place].alias;
  }
  return place;
}

/* Inputs of Concats become views of the outputs. */
static void plan_arena_concat(lp_plan_build *build) {
  for (uint32_t i = 0; i < build->num_emitted; i++) {
    lp_emitted *emitted = &build->emitted[i];
    const lp_step *step = &emitted->step;
    if (step->op->family->concat_view == NULL) {
      continue;
    }
    lp_query query;
    lp_program_query(&build->program, step, build->tensors, &query);
    bool all = true;
    for (int k = 0; k < step->num_inputs; k++) {
      uint32_t in = emitted->in[k], out = emitted->out[0];
      lp_place *place = in == LP_NO_PLACE ? NULL : &build->places[in];
      int64_t offset;
      if (place == NULL || place->fixed || place->alias != LP_NO_PLACE ||
          place->tensor.block != build->places[out].tensor.block ||
          place->tensor.dtype != build->places[out].tensor.dtype ||
          plan_arena_find(build, out) == in ||
          !step->op->family->concat_view(&query, k, place->tensor.block > 1, &offset)) {
        all = false;
        continue;
      }
      place->alias = out;
      place->offset = (size_t)offset * lp_dtype_size(place->tensor.dtype);
    }
    emitted->skip = all;
  }
}

/* Lifetimes of roots: from the first writer to the last reader of anything in them. */
static void plan_arena_lifetimes(lp_plan_build *build) {
  for (uint32_t i = 0; i < build->num_emitted; i++) {
    const lp_emitted *emitted = &build->emitted[i];
    const uint32_t when = emitted->joined ? i + 1 : i; /* when it is really done */
    for (int k = 0; k < emitted->step.num_inputs; k++) {
      if (emitted->in[k] != LP_NO_PLACE) {
        lp_place *root = &build->places[plan_arena_find(build, emitted->in[k])];
        root->last = when > root->last ? when : root->last;
      }
    }
  }
  for (uint32_t p = 0; p < build->num_places; p++) {
    const lp_place *place = &build->places[p];
    lp_place *root = &build->places[plan_arena_find(build, p)];
    root->first = place->first < root->first ? place->first : root->first;
    root->last = place->first > root->last && place->first < build->num_emitted ? place->first
                                                                                : root->last;
    if (place->is_output) {
      root->last = UINT32_MAX;
    }
  }
}

/* Steps that may work in place take over a root that dies with them, if all of it is their input. */
static void plan_arena_inplace(lp_plan_build *build, const bool *partial) {
  for (uint32_t i = 0; i < build->num_emitted; i++) {
    const lp_emitted *emitted = &build->emitted[i];
    const lp_step *step = &emitted->step;
    int from = 0, to = emitted->algorithm->inplace ? step->num_inputs : 0;
    if (step->epilogue.add) {
      from = step->num_inputs - 1; /* only the added input may be overwritten */
      to = step->num_inputs;
    }
    uint32_t out = emitted->out[0];
    if (from >= to || out == LP_NO_PLACE || build->places[out].alias != LP_NO_PLACE ||
        partial[out] || emitted->skip) {
      continue;
    }
    for (int k = from; k < to; k++) {
      uint32_t in = emitted->in[k];
      if (in == LP_NO_PLACE) {
        continue;
      }
      uint32_t root = plan_arena_find(build, in);
      lp_place *source = &build->places[root];
      int readers = 0;
      for (int j = 0; j < step->num_inputs; j++) {
        readers += emitted->in[j] != LP_NO_PLACE && plan_arena_find(build, emitted->in[j]) == root
                       ? 1
                       : 0;
      }
      if (source->fixed || partial[root] || root == out || source->last != i || readers != 1 ||
          build->places[in].bytes != source->bytes ||
          source->bytes != build->places[out].bytes ||
          build->places[in].tensor.dtype != build->places[out].tensor.dtype ||
          build->places[in].tensor.block != build->places[out].tensor.block) {
        continue;
      }
      /* The root goes on living as the output, and may be overwritten again when that dies. */
      source->last = build->places[out].last;
      build->places[out].alias = root;
      build->places[out].offset = 0;
      break;
    }
  }
}

static int plan_arena_compare(const void *a, const void *b) {
  const plan_arena_root *x = a, *y = b;
  if (x->bytes != y->bytes) {
    return x->bytes > y->bytes ? -1 : 1;
  }
  return x->place < y->place ? -1 : x->place > y->place ? 1 : 0;
}

/* Lowest offset at which nothing placed so far lives at the same time; `placed` is in order of offset. */
static bool plan_arena_fit(const plan_arena_root *roots, const uint32_t *placed, uint32_t count,
                           plan_arena_root *root, bool reuse) {
  size_t offset = 0;
  for (uint32_t i = 0; i < count; i++) {
    const plan_arena_root *other = &roots[placed[i]];
    bool apart = reuse && (other->last < root->first || other->first > root->last);
    if (apart || other->offset + other->bytes <= offset) {
      continue;
    }
    if (other->offset >= offset && other->offset - offset >= root->bytes) {
      break;
    }
    offset = other->offset + other->bytes;
  }
  root->offset = offset;
  return offset <= SIZE_MAX / 2 - root->bytes;
}

static lp_status plan_arena_assign(lp_plan_build *build, size_t *offsets, size_t *arena_bytes) {
  bool reuse = (build->source->disabled_passes & LP_PASS_REUSE) == 0;
  plan_arena_root *roots = lp_pool_array(&build->pool, build->num_places, sizeof *roots);
  uint32_t *placed = lp_pool_array(&build->pool, build->num_places, sizeof *placed);
  if (roots == NULL || placed == NULL) {
    return LP_ERROR_MEMORY;
  }
  uint32_t count = 0;
  for (uint32_t p = 0; p < build->num_places; p++) {
    const lp_place *place = &build->places[p];
    if (place->fixed || place->alias != LP_NO_PLACE) {
      continue;
    }
    plan_arena_root *root = &roots[count++];
    root->place = p;
    root->first = place->first;
    root->last = place->last;
    if (!lp_size_add(place->bytes, LP_ALIGNMENT - 1, &root->bytes)) {
      return lp_fail_memory("activations", SIZE_MAX);
    }
    root->bytes = root->bytes / LP_ALIGNMENT * LP_ALIGNMENT;
  }
  qsort(roots, count, sizeof *roots, plan_arena_compare);
  *arena_bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!plan_arena_fit(roots, placed, i, &roots[i], reuse)) {
      return lp_fail_memory("activations", SIZE_MAX);
    }
    size_t end = roots[i].offset + roots[i].bytes;
    *arena_bytes = end > *arena_bytes ? end : *arena_bytes;
    offsets[roots[i].place] = roots[i].offset;
    uint32_t at = i;
    while (at > 0 && roots[placed[at - 1]].offset > roots[i].offset) {
      placed[at] = placed[at - 1];
      at--;
    }
    placed[at] = i;
  }
  for (uint32_t p = 0; p < build->num_places; p++) {
    size_t offset = 0;
    uint32_t at = p;
    while (build->places[at].alias != LP_NO_PLACE) {
      offset += build->places[at].offset;
      at = build->places[at].alias;
    }
    if (at != p) {
      offsets[p] = offsets[at] + offset;
    }
  }
  return LP_OK;
}

lp_status lp_plan_arrange(lp_plan_build *build, size_t *offsets, size_t *arena_bytes) {
  bool *partial = lp_pool_array(&build->pool, build->num_places, sizeof *partial);
  if (partial == NULL) {
    return LP_ERROR_MEMORY;
  }
  if ((build->source->disabled_passes & LP_PASS_VIEW) == 0 && !build->source->every_node) {
    plan_arena_concat(build);
  }
  plan_arena_lifetimes(build);
  /* A root of which a view is only a part must not be overwritten as a whole, nor may it be taken over. */
  for (uint32_t p = 0; p < build->num_places; p++) {
    uint32_t root = plan_arena_find(build, p);
    partial[root] = partial[root] || build->places[p].bytes != build->places[root].bytes;
  }
  if ((build->source->disabled_passes & LP_PASS_REUSE) == 0 && !build->source->every_node) {
    plan_arena_inplace(build, partial);
  }
  return plan_arena_assign(build, offsets, arena_bytes);
}
