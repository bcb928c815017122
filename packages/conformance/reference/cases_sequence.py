"""dot, batch_dot, _linalg_gemm, interleaved attention, LayerNorm, GroupNorm, moments, Sequence*, softmax with
lengths, and encoder layers of BERT."""

import math

from case_builders import given, net_case, op_case, stored
from case_tensors import fill, ramp, seeded, values

PRODUCT = "operator/matrix_product"
LINALG = "operator/linalg"
NORM = "operator/layer_norm"
SEQUENCE = "operator/sequence"
NET = "network/encoder_layer"


def cases():
    yield from dots()
    yield from batch_dots()
    yield from gemms()
    yield from linalg()
    yield from interleaved()
    yield from norms()
    yield from moments()
    yield from sequences()
    yield from softmaxes()
    yield from encoder_layers()


def text(shape):
    return "x".join(map(str, shape))


def product(op, title, a, b, attrs, k, dtype="float32", **more):
    return op_case(PRODUCT, op, title, attrs, [given("lhs", seeded(a, dtype=dtype)), given("rhs", seeded(b, dtype=dtype))], "accumulating", k, **more)


def refuses(file, op, title, attrs, operands, phrases=("node",)):
    return op_case(file, op, f"refuses {title}", attrs, operands, "exact", fails=list(phrases))


TRANSPOSES = [(False, False), (True, False), (False, True), (True, True)]


def dots():
    for ta, tb in TRANSPOSES:
        attrs = dict(transpose_a=ta, transpose_b=tb)
        name = "".join("T" if t else "N" for t in (ta, tb))
        for m, k, n in [(1, 1, 1), (3, 5, 2), (1, 7, 33), (5, 33, 1), (13, 4, 35), (2, 300, 3), (4, 3, 32), (65, 2, 3)]:
            yield product("dot", f"{name} {m}x{k}x{n}", [k, m] if ta else [m, k], [n, k] if tb else [k, n], attrs, k)
        yield product("dot", f"{name} more axes", [4, 2, 3] if ta else [2, 3, 4], [5, 2, 4] if tb else [4, 5, 2], attrs, 4)
        yield product("dot", f"{name} float64", [6, 3] if ta else [3, 6], [4, 6] if tb else [6, 4], attrs, 6, "float64")
    yield product("dot", "vectors", [17], [17], {}, 17)
    yield product("dot", "vectors float64", [5], [5], {}, 5, "float64")
    yield product("dot", "vector by matrix", [4], [4, 3], {}, 4)
    yield product("dot", "vector by matrix transpose_b", [4], [3, 4], dict(transpose_b=True), 4)
    yield product("dot", "vector is not transposed", [4], [4, 3], dict(transpose_a=True), 4)
    yield product("dot", "matrix by vector", [3, 4], [4], {}, 4)
    yield product("dot", "matrix by vector transpose_a", [4, 3], [4], dict(transpose_a=True), 4)
    yield product("dot", "matrix by vector transpose_b", [3, 4], [4], dict(transpose_b=True), 4)
    yield product("dot", "three axes by vector", [2, 3, 4], [4], {}, 4)
    yield product("dot", "vector by three axes", [4], [4, 2, 3], {}, 4)
    yield product("dot", "forward_stype", [2, 3], [3, 2], dict(forward_stype="default"), 3)
    yield product("dot", "forward_stype None", [2, 3], [3, 4], dict(forward_stype="None"), 3)
    yield op_case(PRODUCT, "_sparse_dot", "alias", {}, [given("lhs", seeded([2, 5])), given("rhs", seeded([5, 2]))], "accumulating", 5)
    yield op_case(PRODUCT, "dot", "float16 by hand", {}, [given("lhs", values([1, 3], [1, 2, 3], "float16")), given("rhs", values([3, 2], [1, 2, 3, 4, 5, 6], "float16"))], "float16", outputs=[values([1, 2], [22, 28], "float16")], source="by hand: the reference refuses float16 on a processor")
    yield op_case(PRODUCT, "dot", "infinity and nan", {}, [given("lhs", values([2, 2], [1, "inf", 0, 1])), given("rhs", values([2, 2], [1, 2, 3, "nan"]))], "accumulating", 2)
    yield refuses(PRODUCT, "dot", "another depth", {}, [given("lhs", fill([3, 4], 1)), given("rhs", fill([3, 4], 1))])
    yield refuses(PRODUCT, "dot", "vectors of two lengths", {}, [given("lhs", fill([3], 1)), given("rhs", fill([4], 1))])
    yield refuses(PRODUCT, "dot", "transposed vectors", dict(transpose_a=True), [given("lhs", fill([3], 1)), given("rhs", fill([3], 1))], ["transpose"])
    yield refuses(PRODUCT, "dot", "integers", {}, [given("lhs", fill([2, 2], 1, "int32")), given("rhs", fill([2, 2], 1, "int32"))], [])
    yield refuses(PRODUCT, "dot", "two types", {}, [given("lhs", fill([2, 2], 1)), given("rhs", fill([2, 2], 1, "float64"))])


def batch_dots():
    for ta, tb in TRANSPOSES:
        attrs = dict(transpose_a=ta, transpose_b=tb)
        name = "".join("T" if t else "N" for t in (ta, tb))
        for lead, m, k, n in [([1], 1, 1, 1), ([2], 3, 4, 5), ([3], 1, 9, 17), ([2, 3], 7, 5, 6), ([1], 13, 3, 33), ([2], 5, 16, 1)]:
            yield product("batch_dot", f"{name} {text(lead)} of {m}x{k}x{n}", lead + ([k, m] if ta else [m, k]), lead + ([n, k] if tb else [k, n]), attrs, k)
        yield product("batch_dot", f"{name} float64", [2] + ([3, 2] if ta else [2, 3]), [2] + ([4, 3] if tb else [3, 4]), attrs, 3, "float64")
    yield product("batch_dot", "five axes", [1, 2, 2, 3, 4], [1, 2, 2, 4, 3], {}, 4)
    yield product("_npx_batch_dot", "alias", [2, 3, 4], [2, 4, 3], {}, 4)
    yield refuses(PRODUCT, "batch_dot", "matrices", {}, [given("lhs", fill([3, 4], 1)), given("rhs", fill([4, 3], 1))])
    yield refuses(PRODUCT, "batch_dot", "a batch of one", {}, [given("lhs", fill([1, 3, 4], 1)), given("rhs", fill([2, 4, 3], 1))])
    yield refuses(PRODUCT, "batch_dot", "other axes", {}, [given("lhs", fill([2, 3, 4], 1)), given("rhs", fill([1, 2, 4, 3], 1))])
    yield refuses(PRODUCT, "batch_dot", "another depth", dict(transpose_b=True), [given("lhs", fill([2, 3, 4], 1)), given("rhs", fill([2, 4, 3], 1))])


def gemm(op, title, a, b, attrs, k, c=None, dtype="float32"):
    operands = [given("A", seeded(a, dtype=dtype)), given("B", seeded(b, dtype=dtype))]
    if c is not None:
        operands.append(given("C", seeded(c, dtype=dtype)))
    return op_case(PRODUCT, op, title, attrs, operands, "accumulating", k)


def gemms():
    for ta, tb in TRANSPOSES:
        name = "".join("T" if t else "N" for t in (ta, tb))
        attrs = dict(transpose_a=ta, transpose_b=tb)
        a, b = ([4, 3] if ta else [3, 4]), ([5, 4] if tb else [4, 5])
        yield gemm("_linalg_gemm2", f"{name} matrices", a, b, attrs, 4)
        yield gemm("_linalg_gemm2", f"{name} alpha", [2] + a, [2] + b, dict(alpha=-0.125, **attrs), 4)
        yield gemm("_linalg_gemm", f"{name} alpha beta", [2] + a, [2] + b, dict(alpha=0.5, beta=-2, **attrs), 4, [2, 3, 5])
    for axis in (0, 1, 2, -2, -3):
        rows = axis % 4
        a, b, c = [2, 2, 2, 6], [2, 2, 2, 5], [2, 2, 2, 5]
        a[rows], b[rows], c[rows] = 3, 6, 3
        yield gemm("_linalg_gemm2", f"axis {axis}", a, b, dict(axis=axis), 6)
        a[rows], a[3] = 6, 3
        yield gemm("_linalg_gemm", f"axis {axis} transpose_a", a, b, dict(axis=axis, transpose_a=True), 6, c)
    yield gemm("_linalg_gemm2", "float64", [2, 3], [3, 2], {}, 3, dtype="float64")
    yield gemm("_linalg_gemm", "float64", [2, 3], [3, 2], dict(beta=0.5), 3, [2, 2], "float64")
    yield gemm("linalg_gemm2", "alias", [2, 3], [3, 2], {}, 3)
    yield gemm("linalg_gemm", "alias", [2, 3], [3, 2], dict(beta=0), 3, [2, 2])
    yield refuses(PRODUCT, "_linalg_gemm2", "vectors", {}, [given("A", fill([3], 1)), given("B", fill([3], 1))], [])
    yield refuses(PRODUCT, "_linalg_gemm2", "the last axis as rows", dict(axis=-1), [given("A", fill([3, 3], 1)), given("B", fill([3, 3], 1))], ["axis"])
    yield refuses(PRODUCT, "_linalg_gemm2", "a batch of one", {}, [given("A", fill([1, 3, 4], 1)), given("B", fill([2, 4, 3], 1))])
    yield refuses(PRODUCT, "_linalg_gemm", "C of another shape", {}, [given("A", fill([3, 4], 1)), given("B", fill([4, 3], 1)), given("C", fill([1, 3], 1))], [])


def triangular(n, batch=1, dtype="float32"):
    """Well-conditioned matrices: a heavy diagonal, numbers in both triangles."""
    return values([batch, n, n], [(2 + i % 3 if i == j else ((5 * i + 3 * j + b) % 7 - 3) / 4) for b in range(batch) for i in range(n) for j in range(n)], dtype)


def positive(n, batch=1, dtype="float32"):
    """Symmetric matrices with a dominant diagonal; the upper triangle is spoilt, since nobody reads it."""
    return values([batch, n, n], [(n + 2 if i == j else ((i * j + i + j + b) % 5 - 2) / 2 if j < i else 99) for b in range(batch) for i in range(n) for j in range(n)], dtype)


def linalg():
    def one(op, title, tensor, attrs=None, k=20, **more):
        return op_case(LINALG, op, title, attrs or {}, [given("A", tensor)], "accumulating", k, **more)

    for n, batch in [(1, 1), (2, 1), (3, 2), (6, 1), (17, 1)]:
        yield one("_linalg_potrf", f"{batch} of {n}x{n}", positive(n, batch))
        yield one("_linalg_potri", f"{batch} of {n}x{n}", triangular(n, batch))
        yield one("_linalg_sumlogdiag", f"{batch} of {n}x{n}", triangular(n, batch))
    for op, tensor in [("_linalg_potrf", positive(3, 2, "float64")), ("_linalg_potri", triangular(3, 2, "float64")), ("_linalg_sumlogdiag", triangular(3, 2, "float64"))]:
        yield one(op, "float64", tensor)
        yield one(op.removeprefix("_"), "alias", {**tensor, "dtype": "float32"})
    yield one("_linalg_sumlogdiag", "of a matrix has one element", seeded([3, 3], 1, 2))
    yield one("_linalg_sumlogdiag", "of a negative number", values([2, 2], [-1, 0, 0, 2]))
    yield refuses(LINALG, "_linalg_potrf", "what is not positive definite", {}, [given("A", values([2, 2], [1, 2, 2, 1]))], ["potrf"])
    for transpose in (False, True):
        for rightside in (False, True):
            for lower in (False, True):
                attrs = dict(transpose=transpose, rightside=rightside, lower=lower)
                name = "".join(letter for letter, on in zip("TRL", (transpose, rightside, lower)) if on) or "plain"
                for op in ("_linalg_trmm", "_linalg_trsm"):
                    yield op_case(LINALG, op, name, attrs, [given("A", triangular(4, 2)), given("B", seeded([2, 3, 4] if rightside else [2, 4, 3]))], "accumulating", 20)
    for op in ("_linalg_trmm", "_linalg_trsm"):
        yield op_case(LINALG, op, "alpha", dict(alpha=-2.5), [given("A", triangular(3)), given("B", seeded([1, 3, 5]))], "accumulating", 20)
        yield op_case(LINALG, op, "float64", dict(lower=False), [given("A", triangular(3, dtype="float64")), given("B", seeded([1, 3, 2], dtype="float64"))], "accumulating", 20)
        yield op_case(LINALG, op.removeprefix("_"), "alias", {}, [given("A", triangular(3)), given("B", seeded([1, 3, 2]))], "accumulating", 20)
        yield refuses(LINALG, op, "B of other lines", {}, [given("A", fill([2, 3, 3], 1)), given("B", fill([2, 5, 3], 1))], [])
    for shape in ([1, 1], [3, 4], [2, 4, 3], [2, 2, 5, 2]):
        yield one("_linalg_syrk", text(shape), seeded(shape))
        yield one("_linalg_syrk", f"{text(shape)} transpose alpha", seeded(shape), dict(transpose=True, alpha=0.5))
    yield one("_linalg_syrk", "float64", seeded([3, 2], dtype="float64"))
    yield one("linalg_syrk", "alias", seeded([3, 2]))
    for offset in (0, 1, -1, 2, -2):
        yield one("_linalg_extractdiag", f"offset {offset}", seeded([2, 4, 4]), dict(offset=offset))
        yield one("_linalg_makediag", f"offset {offset}", seeded([2, 3]), dict(offset=offset))
        for lower in (False, True):
            yield one("_linalg_extracttrian", f"offset {offset} lower {lower}", seeded([2, 4, 4]), dict(offset=offset, lower=lower))
            yield one("_linalg_maketrian", f"offset {offset} lower {lower}", seeded([2, 6]), dict(offset=offset, lower=lower))
    for op, shape in [("extractdiag", [3, 3]), ("makediag", [3]), ("extracttrian", [3, 3]), ("maketrian", [3])]:
        yield one(f"_linalg_{op}", "float64", seeded(shape, dtype="float64"))
        yield one(f"linalg_{op}", "alias", seeded(shape))
    yield refuses(LINALG, "_linalg_extractdiag", "an offset beyond the matrix", dict(offset=3), [given("A", fill([3, 3], 1))])
    yield refuses(LINALG, "_linalg_extracttrian", "a matrix that is not square", {}, [given("A", fill([3, 4], 1))])
    yield refuses(LINALG, "_linalg_maketrian", "no triangle's count", {}, [given("A", fill([4], 1))])


def interleaved():
    for length, batch, heads, size in [(1, 1, 1, 1), (5, 2, 3, 4), (7, 1, 2, 16), (3, 4, 1, 5), (17, 2, 2, 3)]:
        hidden = heads * size
        title = f"length {length} batch {batch} heads {heads} of {size}"
        qkv, att = seeded([length, batch, 3 * hidden]), seeded([batch * heads, length, length], 0, 1)
        yield op_case(PRODUCT, "_contrib_interleaved_matmul_selfatt_qk", title, dict(heads=heads), [given("qkv", qkv)], "accumulating", size)
        yield op_case(PRODUCT, "_contrib_interleaved_matmul_selfatt_valatt", title, dict(heads=heads), [given("qkv", qkv), given("att", att)], "accumulating", length)
        q, kv = seeded([length, batch, hidden]), seeded([length + 2, batch, 2 * hidden])
        cross = seeded([batch * heads, length, length + 2], 0, 1)
        yield op_case(PRODUCT, "_contrib_interleaved_matmul_encdec_qk", title, dict(heads=heads), [given("q", q), given("kv", kv)], "accumulating", size)
        yield op_case(PRODUCT, "_contrib_interleaved_matmul_encdec_valatt", title, dict(heads=heads), [given("kv", kv), given("att", cross)], "accumulating", length + 2)
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_selfatt_qk", "a matrix", dict(heads=2), [given("qkv", fill([5, 24], 1))])
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_selfatt_qk", "missing heads", {}, [given("qkv", fill([5, 1, 24], 1))], ["heads"])
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_selfatt_valatt", "another length", dict(heads=2), [given("qkv", fill([5, 3, 24], 1)), given("att", fill([6, 4, 4], 1))])
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_encdec_qk", "another batch", dict(heads=2), [given("q", fill([5, 3, 8], 1)), given("kv", fill([4, 2, 16], 1))])
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_encdec_qk", "keys without values", dict(heads=2), [given("q", fill([5, 3, 8], 1)), given("kv", fill([4, 3, 8], 1))])
    yield refuses(PRODUCT, "_contrib_interleaved_matmul_encdec_valatt", "another length", dict(heads=2), [given("kv", fill([4, 3, 16], 1)), given("att", fill([6, 5, 3], 1))])


def norm(op, title, shape, size, attrs, dtype="float32", count=1, lo=-2, hi=2):
    return op_case(NORM, op, title, attrs, [given("data", seeded(shape, lo, hi, dtype)), stored("gamma", seeded([size], 0.5, 2, dtype)), stored("beta", seeded([size], -1, 1, dtype))], "accumulating", size, count=count)


def norms():
    for shape in ([3], [2, 7], [2, 3, 16], [1, 5, 37], [4, 1], [2, 2, 2, 2, 9], [1, 300]):
        yield norm("LayerNorm", text(shape), shape, shape[-1], {})
        yield norm("LayerNorm", f"{text(shape)} moments", shape, shape[-1], dict(output_mean_var=True), count=3)
    for axis in (0, 1, 2, -1, -2, -3):
        shape = [3, 5, 4]
        yield norm("LayerNorm", f"axis {axis}", shape, shape[axis], dict(axis=axis), count=1)
        yield norm("LayerNorm", f"axis {axis} moments", shape, shape[axis], dict(axis=axis, output_mean_var=True), count=3)
    for eps in ("1e-12", "1e-6", "0.1"):
        yield norm("LayerNorm", f"eps {eps}", [2, 5], 5, dict(eps=eps))
    yield norm("LayerNorm", "float64", [2, 3, 6], 6, dict(output_mean_var=True), "float64", 3)
    yield norm("LayerNorm", "float64 axis 1", [2, 3, 6], 3, dict(axis=1), "float64")
    yield norm("LayerNorm", "float16", [2, 3, 6], 6, {}, "float16")
    yield norm("LayerNorm", "far from zero", [2, 64], 64, {}, lo=1000, hi=1001, dtype="float64")
    yield norm("_npx_layer_norm", "alias", [2, 6], 6, {})
    yield op_case(NORM, "LayerNorm", "constant rows", dict(output_mean_var=True), [given("data", fill([2, 4], 3)), stored("gamma", ramp([4])), stored("beta", ramp([4], 1))], "accumulating", 4, count=3)
    yield op_case(NORM, "LayerNorm", "nan and infinity", {}, [given("data", values([3, 2], [1, "nan", 1, 3, "inf", 1])), stored("gamma", fill([2], 1)), stored("beta", fill([2], 0))], "accumulating", 2)
    yield refuses(NORM, "LayerNorm", "axis out of range", dict(axis=2), [given("data", fill([2, 4], 3)), stored("gamma", fill([4], 1)), stored("beta", fill([4], 1))], ["axis"])
    yield refuses(NORM, "LayerNorm", "gamma of another size", {}, [given("data", fill([2, 4], 3)), stored("gamma", fill([3], 1)), stored("beta", fill([4], 1))], [])
    yield refuses(NORM, "LayerNorm", "integers", {}, [given("data", fill([2, 4], 3, "int32")), stored("gamma", fill([4], 1, "int32")), stored("beta", fill([4], 1, "int32"))], [])
    for shape, groups in [([2, 4, 3], 2), ([1, 6, 2, 2], 3), ([2, 3, 5], 1), ([2, 8, 3, 1, 2], 8), ([1, 32, 4, 4], 16)]:
        yield norm("GroupNorm", f"{text(shape)} groups {groups}", shape, groups, dict(num_groups=groups))
        yield norm("GroupNorm", f"{text(shape)} groups {groups} moments", shape, groups, dict(num_groups=groups, output_mean_var=True), count=3)
    yield norm("GroupNorm", "default", [2, 4, 3], 1, {})
    yield norm("GroupNorm", "eps", [2, 4, 3], 2, dict(num_groups=2, eps=0.25))
    yield norm("GroupNorm", "float64", [2, 4, 3], 2, dict(num_groups=2, output_mean_var=True), "float64", 3)
    yield norm("GroupNorm", "float16", [2, 4, 3], 2, dict(num_groups=2), "float16")
    yield refuses(NORM, "GroupNorm", "a matrix", dict(num_groups=2), [given("data", fill([2, 4], 3)), stored("gamma", fill([2], 1)), stored("beta", fill([2], 1))])
    yield refuses(NORM, "GroupNorm", "groups that do not fit", dict(num_groups=3), [given("data", fill([2, 4, 2], 3)), stored("gamma", fill([3], 1)), stored("beta", fill([3], 1))])
    yield refuses(NORM, "GroupNorm", "gamma for each channel", dict(num_groups=2), [given("data", fill([2, 4, 2], 3)), stored("gamma", fill([4], 1)), stored("beta", fill([4], 1))], [])


def moments():
    for axes in ((0,), (1,), (2,), (-1,), (0, 2), (2, 0), (1, 2), (0, 1, 2)):
        for keep in (False, True):
            yield op_case(NORM, "moments", f"axes {'_'.join(map(str, axes))}{' keepdims' if keep else ''}", dict(axes=axes, **(dict(keepdims=True) if keep else {})), [given("data", seeded([3, 4, 5], -2, 2))], "accumulating", 60, count=2)
    yield op_case(NORM, "moments", "long rows", dict(axes="(1,)"), [given("data", seeded([2, 700]))], "accumulating", 700, count=2)
    yield op_case(NORM, "moments", "float64", dict(axes="(0,)"), [given("data", seeded([3, 4], dtype="float64"))], "accumulating", 3, count=2)
    yield op_case(NORM, "moments", "float16", dict(axes="(0,)"), [given("data", seeded([3, 4], dtype="float16"))], "accumulating", 3, count=2)
    for dtype in ("int32", "int64", "int8", "uint8"):
        yield op_case(NORM, "moments", dtype, dict(axes="(0,)"), [given("data", seeded([3, 4], 0 if dtype == "uint8" else -9, 20, dtype))], "exact", count=2)
    yield refuses(NORM, "moments", "no axes", {}, [given("data", fill([2, 4], 3))], ["axes"])
    yield refuses(NORM, "moments", "axis out of range", dict(axes="(2,)"), [given("data", fill([2, 4], 3))], [])
    yield refuses(NORM, "moments", "an axis twice", dict(axes="(1, 1)"), [given("data", fill([2, 4], 3))], [])


def sequence(op, title, shape, attrs, lengths=None, dtype="float32", length_type="float32", **more):
    operands = [given("data", seeded(shape, 0 if dtype in ("uint8",) else -9, 9, dtype))]
    if lengths is not None:
        attrs = dict(use_sequence_length=True, **attrs)
        operands.append(given("lengths", values([len(lengths)], lengths, length_type)))
    return op_case(SEQUENCE, op, title, attrs, operands, "exact", **more)


def sequences():
    for shape, lengths in [([4, 3, 2], [1, 4, 2]), ([5, 2], [2, 5]), ([3, 2, 2, 3], [3, 1]), ([1, 1, 1], [1])]:
        turned = [shape[1], shape[0], *shape[2:]]
        yield sequence("SequenceMask", f"{text(shape)} steps first", shape, {}, lengths)
        yield sequence("SequenceMask", f"{text(shape)} batch first", turned, dict(axis=1), lengths)
        yield sequence("SequenceMask", f"{text(shape)} value", shape, dict(value=-1.5), lengths)
        yield sequence("SequenceLast", f"{text(shape)} steps first", shape, {}, lengths)
        yield sequence("SequenceLast", f"{text(shape)} batch first", turned, dict(axis=1), lengths)
        yield sequence("SequenceLast", f"{text(shape)} whole", shape, {})
        yield sequence("SequenceLast", f"{text(shape)} whole batch first", turned, dict(axis=1))
        yield sequence("SequenceReverse", f"{text(shape)}", shape, {}, lengths)
        yield sequence("SequenceReverse", f"{text(shape)} whole", shape, {})
    yield sequence("SequenceMask", "without lengths", [3, 2, 2], dict(value=5))
    yield sequence("SequenceMask", "length zero", [3, 2], dict(value=-2), [0, 3])
    yield sequence("SequenceReverse", "length zero", [3, 2], {}, [0, 3])
    yield sequence("SequenceMask", "fractions go toward zero", [3, 2], dict(value=7), [1.9, 0.5])
    yield sequence("SequenceReverse", "fractions go toward zero", [3, 2], {}, [2.9, 0.5])
    yield sequence("SequenceMask", "infinite value", [3, 2], dict(value="-inf"), [1, 2])
    for dtype in ("float64", "float16", "int32", "int64", "int8", "uint8"):
        yield sequence("SequenceMask", f"data {dtype}", [4, 2, 3], dict(value=2.75), [1, 3], dtype, dtype)
        yield sequence("SequenceMask", f"data {dtype} negative value", [4, 2, 3], dict(value=-3), [1, 3], dtype, dtype)
        yield sequence("SequenceLast", f"data {dtype}", [4, 2, 3], {}, [1, 3], dtype, dtype)
        yield sequence("SequenceReverse", f"data {dtype}", [4, 2, 3], {}, [4, 3], dtype, dtype)
        yield sequence("SequenceMask", f"lengths {dtype}", [4, 2, 3], dict(value=1), [1, 3], length_type=dtype)
        yield sequence("SequenceLast", f"lengths {dtype}", [4, 2, 3], {}, [1, 3], length_type=dtype)
        yield sequence("SequenceReverse", f"lengths {dtype}", [4, 2, 3], {}, [4, 3], length_type=dtype)
    yield sequence("_npx_sequence_mask", "alias", [4, 2], {}, [1, 3])
    yield sequence("SequenceMask", "lengths beyond the steps", [3, 2], {}, [2, 9])
    use = dict(use_sequence_length=True)
    for op in ("SequenceMask", "SequenceLast", "SequenceReverse"):
        yield refuses(SEQUENCE, op, "axis 2", dict(axis=2), [given("data", fill([2, 2, 2], 1))], ["axis"])
        yield refuses(SEQUENCE, op, "a vector", {}, [given("data", fill([2], 1))])
        yield refuses(SEQUENCE, op, "lengths of another batch", use, [given("data", fill([2, 3, 2], 1)), given("lengths", fill([2], 1))], [])
    yield refuses(SEQUENCE, "SequenceReverse", "axis 1", dict(axis=1), [given("data", fill([2, 2, 2], 1))], ["axis"])
    for dtype in ("float32", "float64", "float16", "int32", "int8", "uint8", "int64"):
        yield op_case(SEQUENCE, "_contrib_div_sqrt_dim", dtype, {}, [given("data", seeded([2, 3, 8], 0 if dtype == "uint8" else -90, 100, dtype))], "float16" if dtype == "float16" else "rounding" if dtype.startswith("float") else "exact")
    for shape in ([7], [3, 1], [2, 2, 5]):
        yield op_case(SEQUENCE, "_contrib_div_sqrt_dim", text(shape), {}, [given("data", seeded(shape))], "rounding")


def softmaxes():
    for shape, axis, lengths in [([3, 5], -1, [1, 5, 3]), ([2, 2, 19], -1, [19, 4, 7, 1]), ([2, 4, 3], 1, [1, 2, 3, 4, 4, 2]), ([3, 2], 0, [2, 3]), ([2, 40], 1, [33, 8])]:
        rest = [d for i, d in enumerate(shape) if i != axis % len(shape)]
        for kind in ("int32", "int64"):
            yield op_case(SEQUENCE, "softmax", f"{text(shape)} axis {axis} lengths {kind}", dict(axis=axis, use_length=True), [given("data", seeded(shape, -4, 4)), given("length", values(rest, lengths, kind))], "transcendental")
        yield op_case(SEQUENCE, "softmax", f"{text(shape)} axis {axis} temperature", dict(axis=axis, use_length=True, temperature=2.5), [given("data", seeded(shape, -4, 4)), given("length", values(rest, lengths, "int32"))], "transcendental")
    yield op_case(SEQUENCE, "softmax", "length zero", dict(use_length=True), [given("data", seeded([2, 3])), given("length", values([2], [0, 2], "int32"))], "transcendental")
    for dtype in ("float64", "float16"):
        yield op_case(SEQUENCE, "softmax", f"{dtype} lengths", dict(use_length=True), [given("data", seeded([2, 9], -3, 3, dtype)), given("length", values([2], [4, 9], "int32"))], "float16" if dtype == "float16" else "transcendental")
    for source in ("float16", "float32", "float64"):
        for target in ("float16", "float32", "float64"):
            if source != target:
                yield op_case(SEQUENCE, "softmax", f"{source} to {target}", dict(dtype=target), [given("data", seeded([2, 9], -3, 3, source))], "float16" if "float16" in (source, target) else "transcendental")


def layer_operands(hidden, inner, interleaved):
    projections = [("qkv", 3 * hidden, hidden)] if interleaved else [(p, hidden, hidden) for p in ("query", "key", "value")]
    operands = []
    for name, rows, columns in [*projections, ("proj", hidden, hidden), ("ffn1", inner, hidden), ("ffn2", hidden, inner)]:
        edge = 1 / math.sqrt(columns)
        operands += [stored(f"{name}_weight", seeded([rows, columns], -2 * edge, 2 * edge)), stored(f"{name}_bias", seeded([rows], -0.2, 0.2))]
    for name in ("ln1", "ln2"):
        operands += [stored(f"{name}_gamma", seeded([hidden], 0.5, 1.5)), stored(f"{name}_beta", seeded([hidden], -0.5, 0.5))]
    return operands


def dense(name, data, units):
    return (name, "FullyConnected", dict(num_hidden=units, flatten=False), [data, f"{name}_weight", f"{name}_bias"])


def layer_end(attention, data, hidden, inner, gelu):
    """From the heads' answers to the layer's output."""
    nodes = [dense("proj", attention, hidden), ("drop", "Dropout", dict(p=0.1), ["proj"]), ("sum1", "elemwise_add", {}, ["drop", data]),
             ("ln1", "LayerNorm", dict(eps="1e-12"), ["sum1", "ln1_gamma", "ln1_beta"]), dense("ffn1", "ln1", inner)]
    if gelu == "LeakyReLU":
        nodes.append(("gelu", "LeakyReLU", dict(act_type="gelu"), ["ffn1"]))
    else:
        nodes += [("scaled", "_div_scalar", dict(scalar=math.sqrt(2)), ["ffn1"]), ("erf", "erf", {}, ["scaled"]), ("plus", "_plus_scalar", dict(scalar=1), ["erf"]),
                  ("half", "_mul_scalar", dict(scalar=0.5), ["ffn1"]), ("gelu", "elemwise_mul", {}, ["half", "plus"])]
    return [*nodes, dense("ffn2", "gelu", hidden), ("sum2", "elemwise_add", {}, ["ffn2", "ln1"]), ("ln2", "LayerNorm", dict(eps="1e-12"), ["sum2", "ln2_gamma", "ln2_beta"])]


def encoder_layers():
    length, batch, hidden, heads, inner = 7, 2, 48, 4, 96
    for gelu in ("LeakyReLU", "erf"):
        steps_first = [
            dense("qkv", "data", 3 * hidden),
            ("scores", "_contrib_interleaved_matmul_selfatt_qk", dict(heads=heads), ["qkv"]),
            ("lengths", "repeat", dict(repeats=heads * length, axis=0), ["valid_length"]),
            ("rows", "Reshape", dict(shape=f"({batch * heads}, {length})"), ["lengths"]),
            ("whole", "Cast", dict(dtype="int32"), ["rows"]),
            ("weights", "softmax", dict(axis=-1, use_length=True), ["scores", "whole"]),
            ("dropped", "Dropout", dict(p=0.1), ["weights"]),
            ("answers", "_contrib_interleaved_matmul_selfatt_valatt", dict(heads=heads), ["qkv", "dropped"]),
            *layer_end("answers", "data", hidden, inner, gelu),
            ("masked", "SequenceMask", dict(use_sequence_length=True), ["ln2", "valid_length"]),
        ]
        lengths = given("valid_length", values([batch], [7, 4]))
        yield net_case(NET, f"interleaved attention gelu {gelu}", steps_first, [given("data", seeded([length, batch, hidden])), lengths, *layer_operands(hidden, inner, True)], "network", heads=["masked"])

        def head_form(name):
            return [dense(name, "data", hidden), (f"{name}_split", "Reshape", dict(shape=f"(0, 0, {heads}, -1)"), [name]), (f"{name}_turned", "transpose", dict(axes="(0, 2, 1, 3)"), [f"{name}_split"]),
                    (f"{name}_heads", "Reshape", dict(shape="(-1, 0, 0)", reverse=True), [f"{name}_turned"])]

        batch_first = [
            *head_form("query"), *head_form("key"), *head_form("value"),
            ("scaled_query", "_contrib_div_sqrt_dim", {}, ["query_heads"]),
            ("scores", "batch_dot", dict(transpose_b=True), ["scaled_query", "key_heads"]),
            ("lengths", "repeat", dict(repeats=heads * length, axis=0), ["valid_length"]),
            ("rows", "Reshape", dict(shape=f"({batch * heads}, {length})"), ["lengths"]),
            ("whole", "Cast", dict(dtype="int32"), ["rows"]),
            ("weights", "softmax", dict(axis=-1, use_length=True), ["scores", "whole"]),
            ("dropped", "Dropout", dict(p=0.1), ["weights"]),
            ("answers", "batch_dot", {}, ["dropped", "value_heads"]),
            ("answers_split", "Reshape", dict(shape=f"(-1, {heads}, 0, 0)", reverse=True), ["answers"]),
            ("answers_turned", "transpose", dict(axes="(0, 2, 1, 3)"), ["answers_split"]),
            ("answers_joined", "Reshape", dict(shape="(0, 0, -1)"), ["answers_turned"]),
            *layer_end("answers_joined", "data", hidden, inner, gelu),
            ("masked", "SequenceMask", dict(use_sequence_length=True, axis=1), ["ln2", "valid_length"]),
        ]
        yield net_case(NET, f"batch_dot attention gelu {gelu}", batch_first, [given("data", seeded([batch, length, hidden])), lengths, *layer_operands(hidden, inner, False)], "network", heads=["masked"])
