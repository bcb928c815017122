/* ops_quantized.h - names of the operators of one room: int8 graphs. See op_table.h. */
#ifndef LP_OP_OPS_QUANTIZED_H
#define LP_OP_OPS_QUANTIZED_H

#define LP_OPS_QUANTIZED(X)             \
  X(_contrib_dequantize)                \
  X(_contrib_quantize)                  \
  X(_contrib_quantize_v2)               \
  X(_contrib_quantized_act)             \
  X(_contrib_quantized_batch_norm)      \
  X(_contrib_quantized_concat)          \
  X(_contrib_quantized_conv)            \
  X(_contrib_quantized_elemwise_add)    \
  X(_contrib_quantized_elemwise_mul)    \
  X(_contrib_quantized_embedding)       \
  X(_contrib_quantized_flatten)         \
  X(_contrib_quantized_fully_connected) \
  X(_contrib_quantized_pooling)         \
  X(_contrib_requantize)                \
  X(_sg_mkldnn_conv)                    \
  X(_sg_mkldnn_fully_connected)         \
  X(_sg_mkldnn_selfatt_qk)              \
  X(_sg_mkldnn_selfatt_valatt)

#endif
