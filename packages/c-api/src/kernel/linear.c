/* linear.c - the sets of linear.h, made from one template per kind of kernel. */
#include "linear.h"

#include "activation.h"
#include "blas.h"
#include "isa.h"
#include "unroll.h"

#include <string.h>

/* Repeats of a macro for tables of instances. */
#define LINEAR_REPEAT_2(X) X(1) X(2)
#define LINEAR_REPEAT_4(X) LINEAR_REPEAT_2(X) X(3) X(4)
#define LINEAR_REPEAT_6(X) LINEAR_REPEAT_4(X) X(5) X(6)
#define LINEAR_REPEAT_8(X) LINEAR_REPEAT_6(X) X(7) X(8)
#define LINEAR_REPEAT_12(X) LINEAR_REPEAT_8(X) X(9) X(10) X(11) X(12)
#define LINEAR_REPEAT_14(X) LINEAR_REPEAT_12(X) X(13) X(14)
#define LINEAR_REPEAT_7_TO_14(X) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)

#include "isa_base.inl"
#include "linear.inl"
#include "isa_end.inl"

#if LP_HAVE_X86_DISPATCH
#include "isa_avx2.inl"
#include "linear.inl"
#include "isa_end.inl"

#include "isa_avx512.inl"
#include "linear.inl"
#include "isa_end.inl"
#endif

const lp_linear_kernels *lp_linear_find(lp_isa isa) {
#if LP_HAVE_X86_DISPATCH
  if (isa == LP_ISA_AVX512) {
    return &linear_kernels_avx512;
  }
  if (isa == LP_ISA_AVX2) {
    return &linear_kernels_avx2;
  }
#endif
  (void)isa;
  return &linear_kernels_base;
}

float lp_linear_finish(const lp_linear_epilogue *epilogue, int64_t channel, float sum,
                       float added) {
  float y = epilogue->scale != NULL ? sum * epilogue->scale[channel] : sum;
  const lp_activation *activation = &epilogue->activation;
  if (epilogue->shift != NULL) {
    y += epilogue->shift[channel];
  }
  y += added;
  switch (activation->kind) {
    case LP_ACTIVATION_RELU: return y > 0 ? y : 0;
    case LP_ACTIVATION_CLIP:
      y = activation->low > y ? activation->low : y;
      return activation->high < y ? activation->high : y;
    case LP_ACTIVATION_LEAKY: return y > 0 ? y : activation->low * y;
    case LP_ACTIVATION_PRELU: return y > 0 ? y : activation->slope[channel] * y;
    case LP_ACTIVATION_HARD_SIGMOID:
    case LP_ACTIVATION_HARD_SWISH: {
      float gate = y * activation->low + activation->high;
      gate = gate < 0 ? 0 : gate > 1 ? 1 : gate;
      return activation->kind == LP_ACTIVATION_HARD_SWISH ? y * gate : gate;
    }
    case LP_ACTIVATION_SIGMOID: return (float)(1 / (1 + exp(-(double)y)));
    case LP_ACTIVATION_SWISH: return (float)(y / (1 + exp(-(double)y)));
    case LP_ACTIVATION_TANH: return (float)tanh(y);
    case LP_ACTIVATION_NONE: break;
  }
  return y;
}

bool lp_linear_prepared(int64_t channels, size_t *floats) {
  size_t padded;
  if (!lp_size_add((size_t)channels, LP_MAX_BLOCK - 1, &padded)) {
    return false;
  }
  *floats = padded / LP_MAX_BLOCK * LP_MAX_BLOCK;
  return *floats <= SIZE_MAX / sizeof(float);
}

lp_linear_epilogue lp_linear_prepare(const lp_epilogue *epilogue, const float *bias,
                                     int64_t channels, float *buffer) {
  lp_linear_epilogue prepared = {epilogue->scale, epilogue->shift, epilogue->activation};
  size_t floats;
  if (bias != NULL && !epilogue->bias_in_shift && lp_linear_prepared(channels, &floats)) {
    memset(buffer, 0, floats * sizeof(float));
    for (int64_t c = 0; c < channels; c++) {
      float scale = epilogue->scale != NULL ? epilogue->scale[c] : 1.0f;
      float shift = epilogue->shift != NULL ? epilogue->shift[c] : 0.0f;
      buffer[c] = bias[c] * scale + shift;
    }
    prepared.shift = buffer;
  }
  return prepared;
}

#undef LINEAR_REPEAT_2
#undef LINEAR_REPEAT_4
#undef LINEAR_REPEAT_6
#undef LINEAR_REPEAT_8
#undef LINEAR_REPEAT_12
#undef LINEAR_REPEAT_14
#undef LINEAR_REPEAT_7_TO_14
