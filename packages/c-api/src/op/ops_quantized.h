/* ops_quantized.h - names of the operators of one room: int8 graphs. See op_table.h. */
#ifndef LP_OP_OPS_QUANTIZED_H
#define LP_OP_OPS_QUANTIZED_H

#define LP_OPS_QUANTIZED(X)

#endif
