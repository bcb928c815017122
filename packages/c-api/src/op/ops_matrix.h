/* ops_matrix.h - names of the operators of one room: data movement: reshape, slices, concat, transpose, padding. See op_table.h. */
#ifndef LP_OP_OPS_MATRIX_H
#define LP_OP_OPS_MATRIX_H

#define LP_OPS_MATRIX(X)                                                                       \
  X(Reshape) X(Flatten) X(expand_dims) X(squeeze) X(transpose) X(SwapAxis) X(slice)            \
  X(slice_assign) X(slice_assign_scalar) X(slice_axis) X(slice_like) X(Crop) X(reverse)        \
  X(SliceChannel) X(split_v2) X(Concat) X(rnn_param_concat) X(stack) X(Pad) X(depth_to_space)   \
  X(space_to_depth) X(repeat) X(tile) X(Embedding) X(reshape_like) X(shape_array) X(size_array)   \
  X(take) X(batch_take) X(pick) X(gather_nd) X(where) X(one_hot) X(broadcast_to)               \
  X(broadcast_axis) X(broadcast_like) X(zeros) X(ones) X(full) X(zeros_like) X(ones_like)      \
  X(arange) X(arange_like)

#endif
