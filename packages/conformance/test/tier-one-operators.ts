/** The operators of tier T1 by their canonical names: operators.md 4.1 (a), T1 of (b), and 4.6. */

const scalars = [
  "plus",
  "minus",
  "rminus",
  "mul",
  "div",
  "rdiv",
  "mod",
  "rmod",
  "power",
  "rpower",
  "maximum",
  "minimum",
  "hypot",
];
const arithmetic = ["add", "sub", "mul", "div", "mod", "power", "maximum", "minimum", "hypot"];
const comparisons = ["equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal"];
const logic = ["logical_and", "logical_or", "logical_xor"];

const layers =
  "Activation BatchNorm BatchNorm_v1 Concat _rnn_param_concat Convolution Convolution_v1 " +
  "Deconvolution Dropout Embedding FullyConnected InstanceNorm L2Normalization LRN LeakyReLU " +
  "Pooling Pooling_v1 SoftmaxActivation SoftmaxOutput UpSampling softmax log_softmax softmin " +
  "LinearRegressionOutput MAERegressionOutput LogisticRegressionOutput SVMOutput MakeLoss";
const matrix =
  "Reshape Flatten transpose expand_dims slice _slice_assign _slice_assign_scalar slice_axis " +
  "slice_like clip repeat tile reverse stack squeeze depth_to_space space_to_depth _split_v2 " +
  "SliceChannel Crop SwapAxis Pad Cast reshape_like shape_array size_array";
const unary =
  "relu sigmoid hard_sigmoid softsign _copy BlockGrad make_loss _identity_with_attr_like_rhs " +
  "negative abs sign round rint ceil floor trunc fix erf erfinv gamma gammaln logical_not sin cos " +
  "tan arcsin arccos arctan degrees radians sinh cosh tanh arcsinh arccosh arctanh exp log log10 " +
  "log2 log1p expm1 sqrt rsqrt cbrt rcbrt square reciprocal smooth_l1";
const binary =
  "elemwise_add elemwise_sub elemwise_mul elemwise_div _mod _power _maximum _minimum _hypot _grad_add add_n";
const reductions = "sum mean prod max min norm argmax_channel";

export const tierOneOperators: readonly string[] = [
  ...[layers, matrix, unary, binary, reductions].flatMap((list) => list.split(" ")),
  ...scalars.map((name) => `_${name}_scalar`),
  ...arithmetic.map((name) => `broadcast_${name}`),
  ...[...comparisons, ...logic].flatMap((name) => [
    `_${name}`,
    `broadcast_${name}`,
    `_${name}_scalar`,
  ]),
];
