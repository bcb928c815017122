/* ops_elementwise.h - names of the operators of one room: unary, binary, broadcast, scalar, reductions. See op_table.h. */
#ifndef LP_OP_OPS_ELEMENTWISE_H
#define LP_OP_OPS_ELEMENTWISE_H

#define LP_OPS_ELEMENTWISE(X)

#endif
