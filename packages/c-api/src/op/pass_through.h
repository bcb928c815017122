/* pass_through.h - algorithms of operators whose first output is their first input: Dropout, loss heads. */
#ifndef LP_OP_PASS_THROUGH_H
#define LP_OP_PASS_THROUGH_H

#include "op.h"

#define LP_PASS_THROUGH_COUNT 2
/* Any element type, plain or blocked. Further outputs that are asked for are filled with ones if floating point, else with zeros. */
LP_DATA_DECLARE const lp_algorithm lp_pass_through_algorithms[LP_PASS_THROUGH_COUNT];
/* An lp_op.identity that is always true. */
LP_INTERNAL bool lp_pass_through_always(const void *param);

#endif
