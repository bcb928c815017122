/* ops_matrix.h - names of the operators of one room: data movement: reshape, slices, concat, transpose, padding. See op_table.h. */
#ifndef LP_OP_OPS_MATRIX_H
#define LP_OP_OPS_MATRIX_H

#define LP_OPS_MATRIX(X)

#endif
