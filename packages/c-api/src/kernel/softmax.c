/* softmax.c - chooses the level; float64, mixed types and lengths of columns go element by element in double. */
#include "softmax.h"

/* Entries of a row that take part. */
static int64_t softmax_length(const lp_softmax *softmax, int64_t row) {
  int64_t length = softmax->axis;
  if (softmax->lengths != NULL) {
    length = softmax->length_type == LP_INT64 ? ((const int64_t *)softmax->lengths)[row]
                                              : ((const int32_t *)softmax->lengths)[row];
  }
  return length < 0 ? 0 : length < softmax->axis ? length : softmax->axis;
}

#include "isa_base.inl"
#include "vector_functions.inl"
#include "softmax.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "vector_functions.inl"
#include "softmax.inl"
#include "isa_end.inl"
#if LP_WITH_WIDE_FUNCTIONS
#include "isa_avx512.inl"
#include "vector_functions.inl"
#include "softmax.inl"
#include "isa_end.inl"
#endif
#endif

#define SOFTMAX_CHUNK 65536 /* elements: about 50 microseconds in float32 */

static double softmax_get(const lp_softmax *softmax, int64_t i) {
  double x = lp_dtype_is(softmax->from, LP_FLOAT64) ? ((const double *)softmax->x)[i]
                                         : (double)((const float *)softmax->x)[i];
  return softmax->negate ? -x : x;
}

static void softmax_set(const lp_softmax *softmax, int64_t i, double value) {
  if (lp_dtype_is(softmax->to, LP_FLOAT64)) {
    ((double *)softmax->y)[i] = value;
  } else {
    ((float *)softmax->y)[i] = (float)value;
  }
}

static void softmax_doubles(const lp_softmax *softmax, int64_t outer, int64_t from, int64_t to) {
  for (int64_t column = from; column < to; column++) {
    const int64_t at = outer * softmax->axis * softmax->inner + column;
    const int64_t length = softmax_length(softmax, outer * softmax->inner + column);
    double most = -(double)INFINITY;
    double sum = 0;
    for (int64_t i = 0; i < length; i++) {
      double x = softmax_get(softmax, at + i * softmax->inner);
      most = x > most ? x : most;
    }
    for (int64_t i = 0; i < length; i++) {
      sum += exp((softmax_get(softmax, at + i * softmax->inner) - most) / softmax->temperature);
    }
    for (int64_t i = 0; i < softmax->axis; i++) {
      double z = (softmax_get(softmax, at + i * softmax->inner) - most) / softmax->temperature;
      double y = softmax->log ? z - log(sum) : exp(z) / sum;
      softmax_set(softmax, at + i * softmax->inner, i < length ? y : 0);
    }
  }
}

typedef struct softmax_work {
  const lp_softmax *softmax;
  int64_t columns; /* of a chunk, or all of them */
  int64_t outers;  /* of a chunk */
  int64_t parts;   /* of one outer index' columns */
  lp_isa isa;
} softmax_work;

static void softmax_chunk(void *context, int64_t index, unsigned worker) {
  const softmax_work *work = context;
  const lp_softmax *softmax = work->softmax;
  int64_t first = index / work->parts * work->outers;
  int64_t last = first + work->outers < softmax->outer ? first + work->outers : softmax->outer;
  int64_t from = index % work->parts * work->columns;
  int64_t to = from + work->columns < softmax->inner ? from + work->columns : softmax->inner;
  (void)worker;
  for (int64_t outer = first; outer < last; outer++) {
    if (!LP_WITH_FAST || softmax->from != LP_FLOAT32 || softmax->to != LP_FLOAT32 ||
        (softmax->lengths != NULL && softmax->inner > 1)) {
      softmax_doubles(softmax, outer, from, to);
      continue;
    }
#if LP_HAVE_X86_DISPATCH
#if LP_WITH_WIDE_FUNCTIONS
    if (work->isa == LP_ISA_AVX512) {
      softmax_floats_avx512(softmax, outer, from, to);
      continue;
    }
#endif
    if (work->isa >= LP_ISA_AVX2) {
      softmax_floats_avx2(softmax, outer, from, to);
      continue;
    }
#endif
    softmax_floats_base(softmax, outer, from, to);
  }
}

void lp_softmax_run(const lp_softmax *softmax, lp_isa isa, lp_threads *threads) {
  softmax_work work = {softmax, softmax->inner, 1, 1, isa};
  if (softmax->outer == 0 || softmax->axis == 0 || softmax->inner == 0) {
    return;
  }
  int64_t size = softmax->axis * softmax->inner;
  if (size > SOFTMAX_CHUNK) {
    work.columns = (SOFTMAX_CHUNK / softmax->axis + 1 + 15) / 16 * 16;
    work.parts = (softmax->inner + work.columns - 1) / work.columns;
  } else {
    work.outers = SOFTMAX_CHUNK / size;
  }
  int64_t groups = (softmax->outer + work.outers - 1) / work.outers;
  lp_threads_run(threads, groups * work.parts, softmax_chunk, &work);
}

#undef SOFTMAX_CHUNK
