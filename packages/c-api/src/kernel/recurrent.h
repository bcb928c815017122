/* recurrent.h - what a recurrent cell does to its sums in one time step. */
#ifndef LP_KERNEL_RECURRENT_H
#define LP_KERNEL_RECURRENT_H

#include "../base/threads.h"
#include "../tensor/dtype.h"
#include "isa.h"

/* In the order of the attribute `mode` of RNN. */
typedef enum lp_recurrent_mode {
  LP_RECURRENT_RELU,
  LP_RECURRENT_TANH,
  LP_RECURRENT_LSTM,
  LP_RECURRENT_GRU
} lp_recurrent_mode;

/*
 * One image, arrays of one type, float32 or float64. Gates stand one behind the other,
 * `size` elements each; a + u are the sums (a: of the inputs, u: of the state).
 *   RELU, TANH  h = f(a + u)
 *   LSTM        gates i f g o: c = sigmoid(f) c + sigmoid(i) tanh(g); h = sigmoid(o) tanh(c)
 *   GRU         gates r z n: n = tanh(a + sigmoid(r) (u + bias)); h = (1 - sigmoid(z)) n + sigmoid(z) h
 */
typedef struct lp_recurrent_cell {
  lp_recurrent_mode mode;
  int64_t size;
  const void *a, *u;
  const void *bias; /* GRU: of u's last gate */
  void *c;          /* LSTM */
  void *h;          /* GRU: holds the state before */
} lp_recurrent_cell;

LP_INTERNAL void lp_recurrent_run(const lp_recurrent_cell *cell, lp_dtype dtype, lp_isa isa);

/* y[image][row] = sum over k of x[image][k] * w[row][k], one or two images; w in panels as lp_fully_connected_pack makes them. */
typedef struct lp_recurrent_product {
  int64_t images, rows, depth;
  const float *x, *w;
  float *y;
} lp_recurrent_product;

LP_INTERNAL void lp_recurrent_multiply(const lp_recurrent_product *product, lp_threads *threads,
                                       lp_isa isa);

#endif
