/*
 * plan_build.h - what the stages of making a plan share.
 *
 * A place is a tensor in memory in one layout: a value has a plain place, a
 * blocked one, or both. Stages: emit steps with chosen algorithms and
 * conversions (plan_emit.c); put places into one arena (plan_arena.c); fill in
 * pointers (plan.c).
 */
#ifndef LP_PLAN_PLAN_BUILD_H
#define LP_PLAN_PLAN_BUILD_H

#include "plan.h"

#define LP_NO_PLACE UINT32_MAX

typedef struct lp_place {
  lp_tensor tensor;  /* data: filled for fixed places */
  size_t bytes;
  bool fixed;        /* memory of a variable or weight */
  bool constant;     /* of a weight */
  bool is_output;
  uint32_t alias;    /* lies in this place, at offset; LP_NO_PLACE: a place of its own */
  size_t offset;     /* bytes */
  uint32_t first;    /* step that writes it */
  uint32_t last;     /* last step that reads it */
} lp_place;

typedef struct lp_emitted {
  lp_step step; /* its epilogue has arrays now */
  const lp_algorithm *algorithm;
  uint32_t *in;  /* places; LP_NO_PLACE: only the packed form is used */
  uint32_t *out; /* places; LP_NO_PLACE: a hidden output that nobody reads */
  const void *packed;
  size_t scratch;
  bool skip;     /* a Concat all of whose inputs are in place already, or a step that the next one does as well */
  bool joined;   /* the next one does it */
} lp_emitted;

typedef struct lp_plan_build {
  const lp_plan_source *source;
  lp_plan *plan;
  lp_pool pool; /* of the build; freed at its end */
  lp_program program;
  lp_place *places;
  uint32_t num_places;
  uint32_t place_capacity;
  lp_emitted *emitted;
  uint32_t num_emitted;
  uint32_t emitted_capacity;
  uint32_t *plain_place;   /* per value */
  uint32_t *blocked_place; /* per value */
  lp_weight **weights;     /* per value: of a constant */
  lp_tensor *tensors;      /* room for a query */
} lp_plan_build;

/* Chooses algorithms and layouts, acquires weights, makes places and emitted steps, the program's outputs plain. */
LP_INTERNAL lp_status lp_plan_emit(lp_plan_build *build);
/* Joins steps that follow each other where an algorithm does both at once. */
LP_INTERNAL lp_status lp_plan_join(lp_plan_build *build);
/* Makes Concat inputs views of its output and lets steps work in place; then gives every place its offset. *arena_bytes is the arena's size. offsets: per place, its position in the arena. */
LP_INTERNAL lp_status lp_plan_arrange(lp_plan_build *build, size_t *offsets, size_t *arena_bytes);
/* Keeps a use for lp_plan_free. */
LP_INTERNAL lp_status lp_plan_keep_use(lp_plan *plan, lp_weight *weight, lp_packed *packed);

#endif
