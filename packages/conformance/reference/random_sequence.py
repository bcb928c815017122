"""Cases at random for matrix products, attention, normalisation and sequences: GENERATORS of
random_differential.py. A generator draws shapes, attributes and element types that the reference defines."""

from case_builders import given, op_case, stored
from case_tensors import seeded, values

FILE = "random/sequence"


def pick(rng, *choices):
    return choices[int(rng.integers(len(choices)))]


def size(rng, most=9):
    """Mostly small, sometimes across a register block."""
    return int(rng.integers(1, 70 if rng.random() < 0.15 else most + 1))


def tensor(rng, shape, dtype="float32", lo=-2.0, hi=2.0):
    return seeded([int(d) for d in shape], lo, hi, dtype, seed=int(rng.integers(1 << 30)))


def flag(rng, attrs, key):
    """A boolean, spelled in one of the ways of files, or left out."""
    value = bool(rng.integers(2))
    if value or rng.random() < 0.5:
        attrs[key] = pick(rng, str(value), str(int(value)))
    return value


def float_type(rng):
    return pick(rng, "float32", "float32", "float32", "float64")


def case(rng, op, attrs, operands, tolerance="accumulating", k=None, count=1):
    return op_case(FILE, op, f"{rng.integers(1 << 30)}", attrs, operands, tolerance, k=k, count=count)


def dot(rng):
    attrs, dtype = {}, float_type(rng)
    left, right = (int(rng.integers(1, 5)) for _ in range(2))
    ta, tb = False, False
    if left + right > 2:
        ta, tb = flag(rng, attrs, "transpose_a"), flag(rng, attrs, "transpose_b")
    k = size(rng, 20)
    a = [size(rng, 5 if left > 2 else 12) if left < 4 else int(rng.integers(1, 4)) for _ in range(left - 1)]
    b = [size(rng, 5 if right > 2 else 12) if right < 4 else int(rng.integers(1, 4)) for _ in range(right - 1)]
    a, b = ([k, *a] if ta and left > 1 else [*a, k]), ([*b, k] if tb and right > 1 else [k, *b])
    return case(rng, "dot", attrs, [given("lhs", tensor(rng, a, dtype)), given("rhs", tensor(rng, b, dtype))], k=k)


def matrices(rng, lead, attrs):
    """Shapes of two matrices that can be multiplied, and the product's."""
    ta, tb = flag(rng, attrs, "transpose_a"), flag(rng, attrs, "transpose_b")
    m, k, n = size(rng, 12), size(rng, 20), size(rng, 12)
    return [*lead, *([k, m] if ta else [m, k])], [*lead, *([n, k] if tb else [k, n])], [*lead, m, n], k


def batch_dot(rng):
    attrs, dtype = {}, float_type(rng)
    a, b, _, k = matrices(rng, [int(rng.integers(1, 4)) for _ in range(int(rng.integers(1, 4)))], attrs)
    return case(rng, "batch_dot", attrs, [given("lhs", tensor(rng, a, dtype)), given("rhs", tensor(rng, b, dtype))], k=k)


def linalg(rng, op):
    attrs, dtype = {}, float_type(rng)
    a, b, c, k = matrices(rng, [int(rng.integers(1, 4)) for _ in range(int(rng.integers(0, 3)))], attrs)
    if rng.random() < 0.5:
        attrs["alpha"] = round(float(rng.uniform(-3, 3)), 3)
    if rng.random() < 0.4:
        row = int(rng.integers(len(a) - 1))
        for shape in (a, b, c):
            shape.insert(row, shape.pop(-2))
        attrs["axis"] = pick(rng, row, row - len(a))
    operands = [given("A", tensor(rng, a, dtype)), given("B", tensor(rng, b, dtype))]
    if op == "_linalg_gemm":
        operands.append(given("C", tensor(rng, c, dtype)))
        if rng.random() < 0.6:
            attrs["beta"] = round(float(rng.uniform(-3, 3)), 3)
    return case(rng, op, attrs, operands, k=k)


def square(rng, positive=False):
    """A batch of matrices whose diagonals are heavy enough for factors and quotients."""
    lead, n, dtype = [int(rng.integers(1, 4)) for _ in range(int(rng.integers(0, 3)))], int(rng.integers(1, 7)), float_type(rng)
    numbers = rng.uniform(-1, 1, (*lead, n, n)).round(3)
    for i in range(n):
        numbers[..., i, i] = rng.uniform(2, 3) * (n if positive else 1)
    return lead, n, dtype, values([*lead, n, n], numbers, dtype)


def linalg_square(rng, op):
    _, n, _, a = square(rng, op == "_linalg_potrf")
    return case(rng, op, {}, [given("A", a)], k=100 * n)


def linalg_triangle(rng, op):
    lead, n, dtype, a = square(rng)
    attrs = {}
    right = flag(rng, attrs, "rightside")
    for key in ("transpose", "lower"):
        attrs[key] = bool(rng.integers(2))
    if rng.random() < 0.5:
        attrs["alpha"] = round(float(rng.uniform(-3, 3)), 3)
    other = int(rng.integers(1, 7))
    return case(rng, op, attrs, [given("A", a), given("B", tensor(rng, [*lead, *([other, n] if right else [n, other])], dtype))], k=400 * n)


def syrk(rng):
    attrs, shape = {}, [int(rng.integers(1, 6)) for _ in range(int(rng.integers(2, 5)))]
    flag(rng, attrs, "transpose")
    if rng.random() < 0.5:
        attrs["alpha"] = round(float(rng.uniform(-3, 3)), 3)
    return case(rng, "_linalg_syrk", attrs, [given("A", tensor(rng, shape, float_type(rng)))], k=6)


def linalg_part(rng, op):
    lead, n = [int(rng.integers(1, 4)) for _ in range(int(rng.integers(0, 3)))], int(rng.integers(1, 7))
    attrs = {}
    if rng.random() < 0.7:
        attrs["offset"] = int(rng.integers(1 - n, n)) if "extract" in op else int(rng.integers(-3, 4))
    if op.endswith("trian") and rng.random() < 0.7:
        attrs["lower"] = bool(rng.integers(2))
    last = [n, n] if "extract" in op else [n * (n + 1) // 2] if op.endswith("trian") else [n]
    return case(rng, op, attrs, [given("A", tensor(rng, [*lead, *last], float_type(rng)))], k=1)


def interleaved(rng, which):
    heads, width, batch = int(rng.integers(1, 5)), size(rng, 8), int(rng.integers(1, 4))
    queries = size(rng, 8)
    keys = queries if which.startswith("selfatt") else size(rng, 8)
    hidden = heads * width
    attention = tensor(rng, [batch * heads, queries, keys], lo=0, hi=1)
    operands = {
        "selfatt_qk": [tensor(rng, [queries, batch, 3 * hidden])],
        "selfatt_valatt": [tensor(rng, [queries, batch, 3 * hidden]), attention],
        "encdec_qk": [tensor(rng, [queries, batch, hidden]), tensor(rng, [keys, batch, 2 * hidden])],
        "encdec_valatt": [tensor(rng, [keys, batch, 2 * hidden]), attention],
    }[which]
    k = width if which.endswith("qk") else keys
    return case(rng, f"_contrib_interleaved_matmul_{which}", dict(heads=heads), [given(f"x{i}", t) for i, t in enumerate(operands)], k=k)


def norm_operands(rng, shape, vectors, dtype):
    return [given("data", tensor(rng, shape, dtype)), stored("gamma", tensor(rng, [vectors], dtype, 0.5, 2)), stored("beta", tensor(rng, [vectors], dtype))]


def norm_attrs(rng):
    attrs = {}
    if rng.random() < 0.5:
        attrs["eps"] = pick(rng, "1e-12", "1e-06", "0.001", "0.5")
    count = 3 if flag(rng, attrs, "output_mean_var") else 1
    return attrs, count


def layer_norm(rng):
    attrs, count = norm_attrs(rng)
    attrs.setdefault("eps", "1e-05")
    shape = [size(rng, 6) if i < 3 else 2 for i in range(int(rng.integers(1, 5)))]
    axis = len(shape) - 1
    if rng.random() < 0.6:
        axis = int(rng.integers(len(shape)))
        attrs["axis"] = pick(rng, axis, axis - len(shape))
    # a row of few equal numbers has no scale: eps must then keep the quotient away from 0 / 0
    shape[axis] += 2
    return case(rng, "LayerNorm", attrs, norm_operands(rng, shape, shape[axis], float_type(rng)), k=4 * shape[axis], count=count)


def group_norm(rng):
    attrs, count = norm_attrs(rng)
    groups = int(rng.integers(1, 6))
    shape = [int(rng.integers(1, 4)), groups * int(rng.integers(1, 4)), *[int(rng.integers(2, 6)) for _ in range(int(rng.integers(1, 4)))]]
    if groups > 1 or rng.random() < 0.5:
        attrs["num_groups"] = groups
    return case(rng, "GroupNorm", attrs, norm_operands(rng, shape, groups, float_type(rng)), k=400, count=count)


def moments(rng):
    attrs = {}
    shape = [size(rng, 6) if i < 2 else int(rng.integers(1, 5)) for i in range(int(rng.integers(1, 6)))]
    axes = rng.permutation(len(shape))[: int(rng.integers(1, len(shape) + 1))]
    attrs["axes"] = tuple(int(pick(rng, a, a - len(shape))) for a in axes)
    flag(rng, attrs, "keepdims")
    dtype = pick(rng, "float32", "float32", "float64", "int32", "int64", "uint8", "int8")
    exact = not dtype.startswith("float")
    lo, hi = (0, 12) if dtype == "uint8" else (-12, 12) if exact else (-2, 2)
    if dtype.endswith("int8"):
        shape = [min(d, 2) for d in shape]  # a count that wraps around to 0 stops the reference
    return case(rng, "moments", attrs, [given("data", tensor(rng, shape, dtype, lo, hi))], "exact" if exact else "accumulating", k=400, count=2)


def sequence(rng, op):
    attrs = {}
    shape = [int(rng.integers(1, 8)), int(rng.integers(1, 6)), *[int(rng.integers(1, 5)) for _ in range(int(rng.integers(0, 3)))]]
    axis = int(rng.integers(2)) if op != "SequenceReverse" else 0
    if axis or rng.random() < 0.5:
        attrs["axis"] = axis
    dtype = pick(rng, "float32", "float32", "float64", "float16", "int32", "int64", "int8", "uint8")
    operands = [given("data", tensor(rng, shape, dtype, 0 if dtype == "uint8" else -50, 50))]
    if flag(rng, attrs, "use_sequence_length"):
        least = 1 if op == "SequenceLast" else 0
        kind = pick(rng, "float32", "float64", "int32", "int64", "uint8")
        lengths = rng.integers(least, shape[axis] + 1, shape[1 - axis])
        operands.append(given("lengths", values([shape[1 - axis]], [int(v) for v in lengths], kind)))
    if op == "SequenceMask" and rng.random() < 0.6:
        attrs["value"] = pick(rng, 1, 7.5, 0.25) if dtype == "uint8" else pick(rng, -1, 7.5, "-inf" if dtype.startswith("float") else 3)
    return case(rng, op, attrs, operands, "exact")


def div_sqrt_dim(rng):
    shape = [size(rng, 6) for _ in range(int(rng.integers(1, 4)))]
    dtype = pick(rng, "float32", "float32", "float64", "int32", "int64")
    return case(rng, "_contrib_div_sqrt_dim", {}, [given("data", tensor(rng, shape, dtype, -90, 90))], "rounding" if dtype.startswith("float") else "exact")


def softmax(rng):
    shape = [size(rng, 8) if i < 2 else int(rng.integers(1, 5)) for i in range(int(rng.integers(1, 5)))]
    axis = int(rng.integers(len(shape)))
    last = axis == len(shape) - 1
    attrs = dict(axis=axis if not last else pick(rng, axis, -1))  # with lengths the reference fails for -2 and below
    if rng.random() < 0.4:
        attrs["temperature"] = pick(rng, 0.5, 1, 3, "None")
    source = float_type(rng)
    if rng.random() < 0.3:
        attrs["dtype"] = pick(rng, "float32", "float64")
    operands = [given("data", tensor(rng, shape, source, -6, 6))]
    rest = [d for i, d in enumerate(shape) if i != axis]
    if rest and flag(rng, attrs, "use_length"):
        count = 1
        for d in rest:
            count *= d
        operands.append(given("length", values(rest, [int(v) for v in rng.integers(0, shape[axis] + 1, count)], pick(rng, "int32", "int64"))))
    return case(rng, "softmax", attrs, operands, "transcendental")


GENERATORS = {
    "dot": dot,
    "batch_dot": batch_dot,
    "_linalg_gemm2": lambda rng: linalg(rng, "_linalg_gemm2"),
    "_linalg_gemm": lambda rng: linalg(rng, "_linalg_gemm"),
    **{f"_contrib_interleaved_matmul_{which}": lambda rng, which=which: interleaved(rng, which) for which in ("selfatt_qk", "selfatt_valatt", "encdec_qk", "encdec_valatt")},
    **{op: lambda rng, op=op: linalg_square(rng, op) for op in ("_linalg_potrf", "_linalg_potri", "_linalg_sumlogdiag")},
    **{op: lambda rng, op=op: linalg_triangle(rng, op) for op in ("_linalg_trmm", "_linalg_trsm")},
    "_linalg_syrk": syrk,
    **{op: lambda rng, op=op: linalg_part(rng, op) for op in ("_linalg_extractdiag", "_linalg_makediag", "_linalg_extracttrian", "_linalg_maketrian")},
    "LayerNorm": layer_norm,
    "GroupNorm": group_norm,
    "moments": moments,
    **{op: lambda rng, op=op: sequence(rng, op) for op in ("SequenceMask", "SequenceLast", "SequenceReverse")},
    "_contrib_div_sqrt_dim": div_sqrt_dim,
    "softmax": softmax,
}
