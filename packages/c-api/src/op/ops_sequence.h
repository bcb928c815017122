/* ops_sequence.h - names of the operators of one room: matrix products, normalisation of sequences, attention, recurrent networks, loops. See op_table.h. */
#ifndef LP_OP_OPS_SEQUENCE_H
#define LP_OP_OPS_SEQUENCE_H

#define LP_OPS_SEQUENCE(X) \
  X(RNN) X(foreach)

#endif
