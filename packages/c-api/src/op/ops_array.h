/* ops_array.h - names of the operators of one room: arrays made, numbered, scattered; windows as columns; small matrices. See op_table.h. */
#ifndef LP_OP_OPS_ARRAY_H
#define LP_OP_OPS_ARRAY_H

#define LP_OPS_ARRAY(X)                                                                         \
  X(zeros_without_dtype) X(eye) X(linspace) X(diag) X(scatter_nd) X(ravel_multi_index)          \
  X(unravel_index) X(cumsum) X(index_array) X(index_copy) X(quadratic) X(gradient_multiplier)   \
  X(cast_storage) X(amp_multicast) X(all_finite) X(multi_all_finite) X(softmax_cross_entropy)   \
  X(linalg_inverse) X(linalg_det) X(linalg_slogdet)

#endif
