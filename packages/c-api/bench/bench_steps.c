/* Compiled with the engine (LP_TEST_HOOKS) into the library that kernel_bench.c measures: what the public header does not tell. */
#include <string.h>
#include <time.h>

#include "api/api_guard.h"

#define BENCH_EXPORT __attribute__((visibility("default")))

BENCH_EXPORT void bench_force_algorithm(const char *op, const char *algorithm);
BENCH_EXPORT const char *bench_algorithm_at(const char *op, int index);
BENCH_EXPORT const char *bench_chosen(void *predictor, const char *node);
BENCH_EXPORT double bench_step_ns(void *predictor, const char *node, int count);

void bench_force_algorithm(const char *op, const char *algorithm) {
  lp_plan_force_algorithm(op, algorithm);
}

/* The name of an operator's algorithm; NULL beyond the last. */
const char *bench_algorithm_at(const char *op, int index) {
  const lp_op *found = lp_op_find(op, strlen(op));
  return found != NULL && index < found->family->num_algorithms
             ? found->family->algorithms[index].name
             : NULL;
}

static const lp_plan_step *bench_find(void *predictor, const char *node) {
  const lp_predictor *p = lp_guard_predictor("bench", predictor);
  for (uint32_t i = 0; p != NULL && i < p->plan.num_steps; i++) {
    if (p->plan.steps[i].node != NULL && strcmp(p->plan.steps[i].name, node) == 0) {
      return &p->plan.steps[i];
    }
  }
  return NULL;
}

/* The algorithm of a node; NULL: the plan has no step for it. */
const char *bench_chosen(void *predictor, const char *node) {
  const lp_plan_step *step = bench_find(predictor, node);
  return step != NULL ? step->algorithm->name : NULL;
}

/* Mean of `count` runs of one step alone, its inputs being what the last forward left; negative: it failed. */
double bench_step_ns(void *predictor, const char *node, int count) {
  const lp_plan_step *step = bench_find(predictor, node);
  struct timespec begin, end;
  if (step == NULL) {
    return -1;
  }
  (void)clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < count; i++) {
    if (step->algorithm->run(&step->call) != LP_OK) {
      return -1;
    }
  }
  (void)clock_gettime(CLOCK_MONOTONIC, &end);
  return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / count;
}
