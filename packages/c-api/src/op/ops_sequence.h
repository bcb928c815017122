/* ops_sequence.h - names of the operators of one room: matrix products, normalisation of sequences, attention, recurrent networks, loops. See op_table.h. */
#ifndef LP_OP_OPS_SEQUENCE_H
#define LP_OP_OPS_SEQUENCE_H

#define LP_OPS_SEQUENCE(X)                                                                     \
  X(dot) X(batch_dot) X(linalg_gemm) X(linalg_gemm2) X(interleaved_matmul_selfatt_qk)         \
  X(interleaved_matmul_selfatt_valatt) X(interleaved_matmul_encdec_qk)                         \
  X(interleaved_matmul_encdec_valatt) X(LayerNorm) X(GroupNorm) X(moments) X(SequenceMask)     \
  X(SequenceLast) X(SequenceReverse) X(div_sqrt_dim) X(linalg_potrf) X(linalg_potri)           \
  X(linalg_trmm) X(linalg_trsm) X(linalg_syrk) X(linalg_sumlogdiag) X(linalg_extractdiag)      \
  X(linalg_makediag) X(linalg_extracttrian) X(linalg_maketrian)                                \
  X(RNN) X(foreach)

#endif
