/* ops_array.h - names of the operators of one room: what makes or reshuffles arrays, beyond ops_matrix.h. See op_table.h. */
#ifndef LP_OP_OPS_ARRAY_H
#define LP_OP_OPS_ARRAY_H

#define LP_OPS_ARRAY(X)

#endif
