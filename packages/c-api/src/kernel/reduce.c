/* reduce.c - reductions in double and in int64, and the choice among them and vectors. Vectors of 16 would add little to those of 8 but code. */
#include "reduce.h"

/* What changes no result. */
static double reduce_neutral(lp_reduction reduction) {
  switch (reduction) {
    case LP_REDUCTION_MAX:
      return -HUGE_VAL;
    case LP_REDUCTION_MIN:
      return HUGE_VAL;
    case LP_REDUCTION_PROD:
    case LP_REDUCTION_NANPROD:
      return 1.0;
    default:
      return 0.0;
  }
}

#include "isa_base.inl"
#include "reduce.inl"
#include "isa_end.inl"
#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "reduce.inl"
#include "isa_end.inl"
#endif

static void reduce_add_real(lp_reduction reduction, double *value, double *error, double x) {
  const double s = *value;
  switch (reduction) {
    case LP_REDUCTION_MAX:
      *value = s != s || s > x ? s : x;
      return;
    case LP_REDUCTION_MIN:
      *value = s != s || s < x ? s : x;
      return;
    case LP_REDUCTION_PROD:
      *value = s * x;
      return;
    case LP_REDUCTION_NANPROD:
      *value = x == x ? s * x : s;
      return;
    case LP_REDUCTION_NANSUM:
      x = x == x ? x : 0.0;
      break;
    case LP_REDUCTION_SUM_ABS:
      x = fabs(x);
      break;
    case LP_REDUCTION_SUM_SQUARE:
      x = x * x;
      break;
    default:
      break;
  }
  const double t = s + x;
  const double b = t - s;
  *error += (s - (t - b)) + (x - b);
  *value = t;
}

/* Wraps around, as unsigned numbers do. */
static void reduce_add_integer(lp_reduction reduction, int64_t *value, int64_t x) {
  const uint64_t s = (uint64_t)*value;
  const uint64_t u = (uint64_t)x;
  switch (reduction) {
    case LP_REDUCTION_MAX:
      *value = x > *value ? x : *value;
      break;
    case LP_REDUCTION_MIN:
      *value = x < *value ? x : *value;
      break;
    case LP_REDUCTION_PROD:
    case LP_REDUCTION_NANPROD:
      *value = (int64_t)(s * u);
      break;
    case LP_REDUCTION_SUM_ABS:
      *value = (int64_t)(x < 0 ? s - u : s + u);
      break;
    case LP_REDUCTION_SUM_SQUARE:
      *value = (int64_t)(s + u * u);
      break;
    default:
      *value = (int64_t)(s + u);
      break;
  }
}

void lp_reduce_begin(lp_reduce_state *state, lp_reduction reduction, lp_dtype dtype, int64_t lanes,
                     lp_isa isa) {
  const int64_t count = (lanes + LP_MAX_BLOCK - 1) / LP_MAX_BLOCK * LP_MAX_BLOCK; /* whole vectors */
  const double neutral = reduce_neutral(reduction);
  state->reduction = reduction;
  state->dtype = dtype;
  state->isa = isa;
  state->form = !lp_dtype_is_float(dtype) ? LP_REDUCE_INTEGER
                : dtype == LP_FLOAT32 && reduction <= LP_REDUCTION_LAST_VECTOR ? LP_REDUCE_SINGLE
                                                                               : LP_REDUCE_REAL;
  if (state->form == LP_REDUCE_SINGLE) {
    for (int64_t i = 0; i < count; i++) {
      state->value.single[i] = (float)neutral;
      state->error.single[i] = 0.0f;
    }
  } else if (state->form == LP_REDUCE_REAL) {
    for (int64_t i = 0; i < count; i++) {
      state->value.real[i] = neutral;
      state->error.real[i] = 0.0;
    }
  } else {
    const int64_t first = reduction == LP_REDUCTION_MAX   ? INT64_MIN
                          : reduction == LP_REDUCTION_MIN ? INT64_MAX
                                                          : (int64_t)neutral;
    for (int64_t i = 0; i < count; i++) {
      state->value.integer[i] = first;
    }
  }
}

void lp_reduce_add(lp_reduce_state *state, const void *x, int64_t stride, int64_t rows,
                   int64_t lanes) {
  union {
    double real[LP_REDUCE_LANES];
    int64_t integer[LP_REDUCE_LANES];
  } chunk;
  if (state->form == LP_REDUCE_SINGLE) {
#if LP_HAVE_X86_DISPATCH
    if (state->isa >= LP_ISA_AVX2) {
      reduce_vectors_avx2(state, x, stride, rows, lanes);
      return;
    }
#endif
    reduce_vectors_base(state, x, stride, rows, lanes);
    return;
  }
  const size_t size = lp_dtype_size(state->dtype);
  const char *source = x;
  for (int64_t row = 0; row < rows; row++, source += (size_t)stride * size) {
    if (state->form == LP_REDUCE_INTEGER) {
      lp_dtype_convert(state->dtype, source, LP_INT64, chunk.integer, (size_t)lanes);
      for (int64_t i = 0; i < lanes; i++) {
        reduce_add_integer(state->reduction, &state->value.integer[i], chunk.integer[i]);
      }
      continue;
    }
    lp_dtype_convert(state->dtype, source, LP_FLOAT64, chunk.real, (size_t)lanes);
    for (int64_t i = 0; i < lanes; i++) {
      reduce_add_real(state->reduction, &state->value.real[i], &state->error.real[i],
                      chunk.real[i]);
    }
  }
}

double lp_reduce_real(const lp_reduce_state *state, int64_t lane) {
  const bool single = state->form == LP_REDUCE_SINGLE;
  const double value = single ? (double)state->value.single[lane] : state->value.real[lane];
  const double error = single ? (double)state->error.single[lane] : state->error.real[lane];
  /* The error of an infinite sum is NaN; and adding 0 would change the sign of -0. */
  return isfinite(value) && error != 0.0 ? value + error : value;
}

int64_t lp_reduce_integer(const lp_reduce_state *state, int64_t lane) {
  return state->value.integer[lane];
}

void lp_reduce_fold(lp_reduce_state *state, int64_t lanes) {
  /* Lanes took absolute values and squares when they took the elements in, and no NaN that is to be passed over. */
  lp_reduction reduction = state->reduction;
  if (reduction == LP_REDUCTION_NANPROD) {
    reduction = LP_REDUCTION_PROD;
  } else if (reduction != LP_REDUCTION_MAX && reduction != LP_REDUCTION_MIN &&
             reduction != LP_REDUCTION_PROD) {
    reduction = LP_REDUCTION_SUM;
  }
  if (state->form == LP_REDUCE_INTEGER) {
    for (int64_t i = 1; i < lanes; i++) {
      reduce_add_integer(reduction, &state->value.integer[0], state->value.integer[i]);
    }
    return;
  }
  const bool single = state->form == LP_REDUCE_SINGLE;
  double value = single ? (double)state->value.single[0] : state->value.real[0];
  double error = single ? (double)state->error.single[0] : state->error.real[0];
  for (int64_t i = 1; i < lanes; i++) {
    reduce_add_real(reduction, &value, &error,
                    single ? (double)state->value.single[i] : state->value.real[i]);
    error += single ? (double)state->error.single[i] : state->error.real[i];
  }
  state->form = LP_REDUCE_REAL;
  state->value.real[0] = value;
  state->error.real[0] = error;
}

double lp_reduce_cost(lp_reduction reduction, lp_dtype dtype) {
  return dtype == LP_FLOAT32 && reduction <= LP_REDUCTION_LAST_VECTOR ? 0.15 : 4.0;
}
