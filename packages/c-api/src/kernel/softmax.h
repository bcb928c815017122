/* softmax.h - softmax and its logarithm along one axis. */
#ifndef LP_KERNEL_SOFTMAX_H
#define LP_KERNEL_SOFTMAX_H

#include "../base/threads.h"
#include "../tensor/dtype.h"
#include "isa.h"

/*
 * y = e^z / sum e^z, or z - log sum e^z, with z = (v - max v) / temperature and
 * v = x or -x, along the middle axis of (outer, axis, inner). With lengths, one
 * for each (outer, inner), only that many entries take part; the others become
 * 0. A row with NaN, with +infinity or of -infinities alone becomes NaN.
 */
typedef struct lp_softmax {
  const void *x;
  void *y;             /* may be x if the types are one */
  lp_dtype from;       /* float32 or float64 */
  lp_dtype to;         /* float32 or float64 */
  const void *lengths; /* NULL: none */
  lp_dtype length_type; /* int32 or int64 */
  int64_t outer;
  int64_t axis;
  int64_t inner;
  double temperature;
  bool negate;
  bool log;
} lp_softmax;

LP_INTERNAL void lp_softmax_run(const lp_softmax *softmax, lp_isa isa, lp_threads *threads);

#endif
