/* op_refused.h - operators that this library does not have: why, and what to do instead. */
#ifndef LP_OP_OP_REFUSED_H
#define LP_OP_OP_REFUSED_H

#include "../base/status.h"

typedef struct lp_refusal {
  const char *names; /* separated by blanks; one '*' in each stands for any text */
  const char *reason; /* a sentence whose subject is the operator, without the stop */
  const char *remedy; /* what to do, likewise */
} lp_refusal;

/* What is said about an operator that lp_op_find does not find; false: nothing. */
LP_INTERNAL bool lp_op_refusal(const char *name, lp_refusal *refusal);
/* The i-th of all, false behind the last. The first that fits counts. */
LP_INTERNAL bool lp_op_refusal_at(int index, lp_refusal *refusal);

#endif
