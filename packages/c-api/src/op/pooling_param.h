/* pooling_param.h - what others ask of Pooling's attributes. */
#ifndef LP_OP_POOLING_PARAM_H
#define LP_OP_POOLING_PARAM_H

#include "../kernel/pooling.h"

/* Kind of pooling; *include_pad: averages count the padding. */
LP_INTERNAL lp_pooling_kind lp_pooling_param_kind(const void *param, bool *include_pad);

#endif
