/* elementwise_run.c - costs and threads of elementwise operators. */
#include "elementwise_run.h"

#include "../kernel/layout.h"

/* Work worth splitting, and the smallest part of it, in estimated nanoseconds, which count arithmetic only: memory makes them several times longer. */
#define ELEMENTWISE_RUN_SPLIT 10000.0
#define ELEMENTWISE_RUN_PART 5000.0
/* Elements that several steps are applied to at a time: they stay in the first-level cache. */
#define ELEMENTWISE_RUN_PIECE 2048

typedef struct elementwise_run_parts {
  const lp_elementwise *work;
  int64_t part; /* elements or rows */
  bool rows;
  const lp_elementwise_step *steps;
  int num_steps;
  lp_isa isa;
} elementwise_run_parts;

static const void *elementwise_run_at(const void *data, int64_t index, lp_dtype dtype) {
  return data == NULL ? NULL : (const char *)data + (size_t)index * lp_dtype_size(dtype);
}

/* One row, piece by piece. */
static void elementwise_run_pieces(const elementwise_run_parts *parts, const lp_elementwise *work) {
  const size_t size = lp_dtype_size(work->dtype);
  lp_elementwise piece = *work;
  for (int64_t first = 0; first < work->n; first += ELEMENTWISE_RUN_PIECE) {
    const int64_t left = work->n - first;
    piece.n = left < ELEMENTWISE_RUN_PIECE ? left : ELEMENTWISE_RUN_PIECE;
    piece.x = elementwise_run_at(work->x, first * work->x_step, work->dtype);
    piece.y = elementwise_run_at(work->y, first * work->y_step, work->dtype);
    piece.out = (char *)work->out + (size_t)first * size;
    lp_elementwise_apply(&piece, parts->isa);
    for (int i = 0; i < parts->num_steps; i++) {
      const lp_elementwise step = {.function = parts->steps[i].function,
                                   .dtype = work->dtype,
                                   .x = piece.out,
                                   .y = parts->steps[i].y,
                                   .out = piece.out,
                                   .x_step = 1,
                                   .rows = 1,
                                   .n = piece.n};
      lp_elementwise_apply(&step, parts->isa);
    }
  }
}

static void elementwise_run_part(void *context, int64_t chunk, unsigned worker) {
  const elementwise_run_parts *parts = context;
  lp_elementwise work = *parts->work;
  const int64_t first = chunk * parts->part;
  (void)worker;
  if (parts->rows) {
    work.rows = work.rows - first < parts->part ? work.rows - first : parts->part;
  } else {
    work.n = work.n - first < parts->part ? work.n - first : parts->part;
  }
  work.x = elementwise_run_at(work.x, first * (parts->rows ? work.x_row : work.x_step), work.dtype);
  work.y = elementwise_run_at(work.y, first * (parts->rows ? work.y_row : work.y_step), work.dtype);
  work.out = (char *)work.out +
             (size_t)(first * (parts->rows ? work.n : 1)) * lp_dtype_size(work.dtype);
  if (parts->num_steps > 0) {
    elementwise_run_pieces(parts, &work);
  } else {
    lp_elementwise_apply(&work, parts->isa);
  }
}

static void elementwise_run_split(const lp_elementwise *work, bool rows,
                                  const lp_elementwise_step *steps, int num_steps,
                                  lp_threads *threads, lp_isa isa) {
  const double cost = lp_elementwise_cost(work->function, work->dtype) * (double)work->rows *
                      (double)work->n;
  const int64_t length = rows ? work->rows : work->n;
  elementwise_run_parts parts = {work, length, rows, steps, num_steps, isa};
  if (length <= 0) {
    return;
  }
  if (cost < ELEMENTWISE_RUN_SPLIT || lp_threads_count(threads) < 2) {
    elementwise_run_part(&parts, 0, 0);
    return;
  }
  /* Whole vectors, so that a number's place in its vector does not depend on the split. */
  parts.part = (int64_t)((double)length * ELEMENTWISE_RUN_PART / cost) / 64 * 64 + 64;
  lp_threads_run(threads, (length + parts.part - 1) / parts.part, elementwise_run_part, &parts);
}

void lp_elementwise_run(const lp_elementwise *work, lp_threads *threads, lp_isa isa) {
  elementwise_run_split(work, false, NULL, 0, threads, isa);
}

void lp_elementwise_run_rows(const lp_elementwise *work, lp_threads *threads, lp_isa isa) {
  elementwise_run_split(work, true, NULL, 0, threads, isa);
}

void lp_elementwise_run_steps(const lp_elementwise *work, const lp_elementwise_step *steps,
                              int num_steps, lp_threads *threads, lp_isa isa) {
  elementwise_run_split(work, false, steps, num_steps, threads, isa);
}

int64_t lp_elementwise_size(const lp_call *call) {
  size_t elements = 0;
  (void)lp_layout_elements(&call->out[0].shape, call->out[0].block, &elements);
  return (int64_t)elements;
}

double lp_elementwise_plain_cost(const lp_query *query) {
  const lp_dtype dtype = query->out[0].dtype;
  if (!lp_query_no_epilogue(query) || dtype == LP_FLOAT16 || !lp_query_all(query, dtype)) {
    return LP_COST_REJECT;
  }
  return lp_elementwise_cost(LP_FUNCTION_OF(query->op->kind), dtype) * lp_query_elements(query);
}

double lp_elementwise_blocked_cost(const lp_query *query) {
  size_t elements = 0;
  if (query->block < 2 || query->out[0].shape.ndim < 3 || query->out[0].dtype != LP_FLOAT32 ||
      !lp_layout_elements(&query->out[0].shape, query->block, &elements)) {
    return LP_COST_REJECT;
  }
  return lp_elementwise_plain_cost(query) < 0.0
             ? LP_COST_REJECT
             : lp_elementwise_cost(LP_FUNCTION_OF(query->op->kind), LP_FLOAT32) * (double)elements;
}
