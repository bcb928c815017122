/* ops_elementwise.h - names of the operators of one room: unary, binary, broadcast, scalar, reductions. See op_table.h. */
#ifndef LP_OP_OPS_ELEMENTWISE_H
#define LP_OP_OPS_ELEMENTWISE_H

#define LP_OPS_UNARY(X)                                                                  \
  X(relu) X(sigmoid) X(softsign) X(negative) X(abs) X(sign) X(round) X(rint) X(ceil)     \
  X(floor) X(trunc) X(fix) X(square) X(sqrt) X(rsqrt) X(cbrt) X(rcbrt) X(reciprocal)     \
  X(exp) X(expm1) X(log) X(log1p) X(log2) X(log10) X(sin) X(cos) X(tan) X(arcsin)        \
  X(arccos) X(arctan) X(sinh) X(cosh) X(tanh) X(arcsinh) X(arccosh) X(arctanh)           \
  X(degrees) X(radians) X(erf) X(erfinv) X(gamma) X(gammaln) X(logical_not)
#define LP_OPS_BINARY(X)                                                                 \
  X(elemwise_add) X(grad_add) X(elemwise_sub) X(elemwise_mul) X(elemwise_div) X(mod)     \
  X(power) X(maximum) X(minimum) X(hypot) X(equal) X(not_equal) X(greater)               \
  X(greater_equal) X(lesser) X(lesser_equal) X(logical_and) X(logical_or) X(logical_xor)
#define LP_OPS_SCALAR(X)                                                                 \
  X(plus_scalar) X(minus_scalar) X(rminus_scalar) X(mul_scalar) X(div_scalar)            \
  X(rdiv_scalar) X(mod_scalar) X(rmod_scalar) X(power_scalar) X(rpower_scalar)           \
  X(maximum_scalar) X(minimum_scalar) X(hypot_scalar) X(equal_scalar)                    \
  X(not_equal_scalar) X(greater_scalar) X(greater_equal_scalar) X(lesser_scalar)         \
  X(lesser_equal_scalar) X(logical_and_scalar) X(logical_or_scalar)                      \
  X(logical_xor_scalar) X(smooth_l1)

#define LP_OPS_BROADCAST(X)                                                              \
  X(broadcast_add) X(broadcast_sub) X(broadcast_mul) X(broadcast_div) X(broadcast_mod)   \
  X(broadcast_power) X(broadcast_maximum) X(broadcast_minimum) X(broadcast_hypot)        \
  X(broadcast_equal) X(broadcast_not_equal) X(broadcast_greater)                         \
  X(broadcast_greater_equal) X(broadcast_lesser) X(broadcast_lesser_equal)               \
  X(broadcast_logical_and) X(broadcast_logical_or) X(broadcast_logical_xor)
#define LP_OPS_REDUCE(X)                                                                 \
  X(sum) X(mean) X(prod) X(nansum) X(nanprod) X(max) X(min) X(norm) X(argmax) X(argmin)  \
  X(argmax_channel)

#define LP_OPS_ELEMENTWISE(X)                                                            \
  LP_OPS_UNARY(X) LP_OPS_BINARY(X) LP_OPS_SCALAR(X) LP_OPS_BROADCAST(X) LP_OPS_REDUCE(X) \
  X(clip) X(hard_sigmoid) X(cast) X(amp_cast) X(add_n) X(copy) X(block_grad)             \
  X(identity_with_attr_like_rhs)

#endif
