"""One case for each alias of a T1 operator (operators.md 4.1, 4.6 and 1.10)."""

from case_builders import free, given, op_case, state, stored
from case_tensors import ramp, seeded, values

FILE = "operator/alias"

IMAGE = [given("data", seeded([1, 2, 4, 4]))]
MATRIX = [given("data", seeded([2, 6]))]
PAIR = [given("lhs", seeded([2, 3], 0.5, 4)), given("rhs", seeded([2, 3], 0.5, 4))]
ROW = [given("lhs", seeded([2, 3], 0.5, 4)), given("rhs", seeded([1, 3], 0.5, 4))]
INPUTS = [given("arg0", seeded([2, 3])), given("arg1", seeded([2, 4]))]
NORM = [given("data", seeded([2, 3, 2, 2])), stored("gamma", seeded([3], 0.5, 2)), stored("beta", seeded([3])), state("moving_mean", seeded([3])), state("moving_var", seeded([3], 0.5, 2))]
CONV = [given("data", seeded([1, 2, 4, 4])), stored("weight", seeded([3, 2, 3, 3])), stored("bias", seeded([3]))]
DECONV = [given("data", seeded([1, 2, 3, 3])), stored("weight", seeded([2, 3, 2, 2]))]
DENSE = [given("data", seeded([2, 5])), stored("weight", seeded([3, 5])), stored("bias", seeded([3]))]
HEAD = [given("data", seeded([2, 6])), free("label")]
TABLE = [given("data", values([3], [2, 0, 1])), stored("weight", seeded([3, 2]))]
ASSIGN = [given("lhs", ramp([4, 3])), given("rhs", ramp([2, 3], 100))]

# aliases, attributes, operands, tolerance, k, outputs
ALIASES = [
    ("_npx_activation", dict(act_type="tanh"), MATRIX, "transcendental", None, 1),
    ("_npx_batch_norm", dict(fix_gamma=False), NORM, "accumulating", 1, 1),
    ("concat _sparse_concat", dict(num_args=2), INPUTS, "exact", None, 1),
    ("_npi_rnn_param_concat", dict(num_args=2, dim=0), [given("arg0", seeded([4])), given("arg1", seeded([3]))], "exact", None, 1),
    ("_npx_convolution", dict(kernel=(3, 3), num_filter=3), CONV, "accumulating", 18, 1),
    ("_npx_deconvolution", dict(kernel=(2, 2), stride=(2, 2), num_filter=3), DECONV, "accumulating", 8, 1),
    ("_npx_dropout", dict(p=0.3), MATRIX, "exact", None, 1),
    ("_sparse_FullyConnected _npx_fully_connected", dict(num_hidden=3), DENSE, "accumulating", 5, 1),
    ("_npx_leaky_relu", dict(act_type="elu", slope=0.5), MATRIX, "transcendental", None, 1),
    ("_npx_pooling", dict(kernel=(2, 2), stride=(2, 2), pool_type="avg"), IMAGE, "accumulating", 4, 1),
    ("Softmax", {}, [given("data", seeded([2, 6])), free("softmax_label")], "transcendental", None, 1),
    ("broadcast_plus _sparse_broadcast_add _sparse_broadcast_plus", {}, ROW, "rounding", None, 1),
    ("broadcast_minus _sparse_broadcast_sub _sparse_broadcast_minus", {}, ROW, "rounding", None, 1),
    ("_sparse_broadcast_mul", {}, ROW, "rounding", None, 1),
    ("_sparse_broadcast_div", {}, ROW, "rounding", None, 1),
    ("_add _plus _Plus _sparse_elemwise_add", {}, PAIR, "rounding", None, 1),
    ("_sub _minus _Minus _sparse_elemwise_sub", {}, PAIR, "rounding", None, 1),
    ("_mul _Mul _sparse_elemwise_mul", {}, PAIR, "rounding", None, 1),
    ("_div _Div _sparse_elemwise_div", {}, PAIR, "rounding", None, 1),
    ("_Mod", {}, PAIR, "rounding", None, 1),
    ("_Power", {}, PAIR, "transcendental", None, 1),
    ("_Maximum", {}, PAIR, "exact", None, 1),
    ("_Minimum", {}, PAIR, "exact", None, 1),
    ("_Hypot", {}, PAIR, "transcendental", None, 1),
    ("_Equal _Not_Equal _Greater _Greater_Equal _Lesser _Lesser_Equal _Logical_And _Logical_Or _Logical_Xor", {}, [given("lhs", values([4], [1, 0, 2, 3])), given("rhs", values([4], [1, 1, 0, 5]))], "exact", None, 1),
    ("_PlusScalar _MinusScalar _RMinusScalar _MulScalar _DivScalar _RDivScalar _ModScalar _RModScalar", dict(scalar=1.5), [given("data", seeded([2, 3], 0.5, 4))], "rounding", None, 1),
    ("_PowerScalar _RPowerScalar _HypotScalar", dict(scalar=1.5), [given("data", seeded([2, 3], 0.5, 4))], "transcendental", None, 1),
    ("_MaximumScalar _MinimumScalar _EqualScalar _NotEqualScalar _GreaterScalar _GreaterEqualScalar _LesserScalar _LesserEqualScalar _LogicalAndScalar _LogicalOrScalar _LogicalXorScalar", dict(scalar=1.5), [given("data", values([2, 3], [0, 1, 1.5, 2, -1, 1.25]))], "exact", None, 1),
    ("_sparse_sigmoid _sparse_cos _sparse_cosh", {}, MATRIX, "transcendental", None, 1),
    ("_sparse_arccos", {}, [given("data", seeded([2, 3], -0.9, 0.9))], "transcendental", None, 1),
    ("_sparse_arcsin _sparse_arctanh _sparse_cbrt _sparse_expm1 _sparse_log1p", {}, [given("data", seeded([2, 3], -0.9, 0.9))], "transcendental", None, 1),
    ("_sparse_arcsinh _sparse_arctan _sparse_exp _sparse_sin _sparse_sinh _sparse_tan _sparse_tanh", {}, MATRIX, "transcendental", None, 1),
    ("_sparse_log _sparse_log10 _sparse_log2 _sparse_rsqrt _sparse_sqrt", {}, [given("data", seeded([2, 3], 0.5, 4))], "transcendental", None, 1),
    ("_sparse_degrees _sparse_radians _sparse_square", {}, MATRIX, "rounding", None, 1),
    ("_sparse_ceil _sparse_fix _sparse_rint _sparse_round _sparse_sign _sparse_trunc", {}, [given("data", values([6], [-1.5, -0.5, 0, 0.5, 1.5, 2.25]))], "exact", None, 1),
    ("_sparse_norm", {}, MATRIX, "accumulating", 12, 1),
    ("_scatter_elemwise_div", {}, PAIR, "rounding", None, 1),
    ("_CrossDeviceCopy", {}, MATRIX, "exact", None, 1),
    ("_sparse_arccosh _sparse_gamma _sparse_gammaln", {}, [given("data", seeded([2, 3], 1, 4))], "transcendental", None, 1),
    ("identity stop_gradient _sparse_stop_gradient _sparse_make_loss _sparse_abs _sparse_relu _sparse_negative _sparse_floor", {}, MATRIX, "exact", None, 1),
    ("cast _npi_cast _npx_cast", dict(dtype="int32"), [given("data", values([4], [1.9, -1.9, 100.2, 0]))], "exact", None, 1),
    ("reshape", dict(shape="(0,3,-1)"), MATRIX, "exact", None, 1),
    ("flatten _npx_batch_flatten", {}, IMAGE, "exact", None, 1),
    ("_npi_expand_dims", dict(axis=1), MATRIX, "exact", None, 1),
    ("crop _sparse_slice _npx_slice _npi_slice", dict(begin="(0,1)", end="(2,4)"), MATRIX, "exact", None, 1),
    ("_crop_assign _npi_slice_assign", dict(begin="(1,)", end="(3,)"), ASSIGN, "exact", None, 1),
    ("_crop_assign_scalar _npi_slice_assign_scalar", dict(begin="(1,)", end="(3,)", scalar=5), ASSIGN[:1], "exact", None, 1),
    ("_sparse_clip _npi_clip", dict(a_min=-0.5, a_max=0.5), MATRIX, "exact", None, 1),
    ("_np_repeat", dict(repeats=2, axis=1), MATRIX, "exact", None, 1),
    ("_npi_tile", dict(reps="(1,2)"), MATRIX, "exact", None, 1),
    ("flip", dict(axis="(1,)"), MATRIX, "exact", None, 1),
    ("_npi_split", dict(indices="(0,2)", axis=1), MATRIX, "exact", None, 2),
    ("split", dict(num_outputs=2), MATRIX, "exact", None, 2),
    ("swapaxes", dict(dim1=0, dim2=1), MATRIX, "exact", None, 1),
    ("ElementWiseSum _sparse_add_n _sparse_ElementWiseSum", dict(num_args=2), PAIR, "rounding", None, 1),
    ("pad", dict(mode="edge", pad_width="(0,0,0,0,1,1,1,1)"), IMAGE, "exact", None, 1),
    ("sum_axis _sparse_sum _sparse_mean", dict(axis=1), MATRIX, "accumulating", 6, 1),
    ("max_axis min_axis", dict(axis=1), MATRIX, "exact", None, 1),
    ("_npx_softmax _npx_log_softmax", {}, MATRIX, "transcendental", None, 1),
    ("_npx_smooth_l1", dict(scalar=1), MATRIX, "rounding", None, 1),
    ("_sparse_LinearRegressionOutput _sparse_MAERegressionOutput", {}, HEAD, "exact", None, 1),
    ("_sparse_LogisticRegressionOutput", {}, HEAD, "transcendental", None, 1),
    ("_sparse_zeros_like", {}, MATRIX, "exact", None, 1),
    ("_npx_embedding _sparse_Embedding _contrib_SparseEmbedding", dict(input_dim=3, output_dim=2), TABLE, "exact", None, 1),
    ("_npx_erf", {}, MATRIX, "transcendental", None, 1),
    ("_npi_swapaxes", dict(dim1=0, dim2=1), MATRIX, "exact", None, 1),
    ("_npx_reshape_like", {}, [given("lhs", ramp([2, 6])), given("rhs", ramp([3, 4]))], "exact", None, 1),
    ("_npx_shape_array", {}, MATRIX, "exact", None, 1),
    ("_npx_erfinv", {}, [given("data", seeded([2, 3], -0.9, 0.9))], "transcendental", None, 1),
    ("_npx_gamma _npx_gammaln", {}, [given("data", seeded([2, 3], 1, 4))], "transcendental", None, 1),
    ("_npi_maximum _npi_minimum", {}, PAIR, "exact", None, 1),
    ("_npi_maximum_scalar _npi_minimum_scalar", dict(scalar=0.5), MATRIX, "exact", None, 1),
    ("_npi_sort _npi_argsort _npx_topk", dict(axis=1), [given("data", values([2, 4], [3, 1, 2, 0, 5, 7, 6, 4]))], "exact", None, 1),
    ("_contrib_box_non_maximum_suppression", dict(overlap_thresh=0.5, coord_start=2, score_index=1, id_index=0), [given("data", values([1, 3, 6], [0, 0.5, 0, 0, 1, 1, 0, 0.9, 0, 0, 1, 1.1, 1, 0.3, 0, 0, 1, 1]))], "exact", None, 1),
    ("_npx_multibox_prior", dict(sizes=(0.5, 0.25), ratios=(1, 2)), [given("data", seeded([1, 2, 2, 3]))], "rounding", None, 1),
    ("_npx_multibox_detection", {}, [given("cls_prob", values([1, 2, 2], [0.1, 0.2, 0.9, 0.8])), given("loc_pred", values([1, 8], [0, 0, 0, 0, 1, 0, 0, 0.5])), given("anchor", values([1, 2, 4], [0.1, 0.1, 0.6, 0.6, 0.1, 0.1, 0.6, 0.5]))], "transcendental", None, 1),
    ("_npi_hypot_scalar", dict(scalar=0.5), MATRIX, "transcendental", None, 1),
]


def cases():
    for names, attrs, operands, tolerance, k, count in ALIASES:
        for alias in names.split():
            yield op_case(FILE, alias, "alias", attrs, operands, tolerance, k, count=count)
