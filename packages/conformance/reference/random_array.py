"""Generators of what makes, numbers and judges arrays (cases_array.py)."""

from draws import ALL, FLOATS, NUMBERS, chance, choose, drawn, dtype, integers, product, shape, signed_axis, special, tensor, tuple_text, whole

from case_builders import given
from case_tensors import values

FILE = "random/array"
SPAN = (-40, 40)


def one(rng, op, attrs, data, tolerance="exact", **more):
    return drawn(rng, FILE, op, attrs, [given("data", data)], tolerance, **more)


def data_of(rng, dims, kinds=ALL):
    return tensor(rng, dims, dtype(rng, kinds), *SPAN)


def fold(attrs, rng, **optional):
    """Some of the optional attributes."""
    return {**attrs, **{k: v for k, v in optional.items() if chance(rng, 0.5)}}


def eye(rng):
    attrs = fold({"N": whole(rng, 1, 6)}, rng, M=whole(rng, -1, 6), k=whole(rng, -7, 7), dtype=dtype(rng, NUMBERS))
    return drawn(rng, FILE, "_eye", attrs, [], "exact")


def linspace(rng):
    kind = dtype(rng, NUMBERS)
    num = whole(rng, 1, 9)
    if kind in FLOATS:
        start, stop = (round(float(v), 2) for v in rng.uniform(-5, 5, 2))
    else:  # numbers in between, which are truncated, are kept away from whole ones
        start = whole(rng, 0, 9)
        stop = start + whole(rng, 0, 3) * max(1, num - 1)
    attrs = fold({"start": start, "stop": stop, "num": num}, rng, dtype=kind)
    if kind in FLOATS or "dtype" not in attrs:
        attrs = fold(attrs, rng, endpoint=choose(rng, [True, False]))
    return drawn(rng, FILE, "_linspace", attrs, [], "rounding")


def diag(rng):
    dims = shape(rng, 1, 5, zero=0)
    attrs = {}
    if len(dims) == 1:
        attrs = fold(attrs, rng, k=whole(rng, -3, 3))
    else:
        first, second = (int(a) for a in rng.permutation(len(dims))[:2])
        if chance(rng, 0.4):
            first, second = 0, 1
        else:
            attrs = {"axis1": signed_axis(rng, len(dims), first), "axis2": signed_axis(rng, len(dims), second)}
        attrs = fold(attrs, rng, k=whole(rng, 1 - dims[first], dims[second] - 1))
    return one(rng, "diag", attrs, data_of(rng, dims))


def scatter_nd(rng):
    out = shape(rng, 1, 4, zero=0)
    depth = whole(rng, 1, len(out))
    places = shape(rng, 1, 2, zero=0)
    rows = []
    for size in out[:depth]:
        rows += [int(v) for v in rng.integers(0, size, product(places))]
    indices = values([depth, *places], rows, choose(rng, ["float32", "int32", "int64"]))
    data = data_of(rng, [*places, *out[depth:]], NUMBERS)
    return drawn(rng, FILE, "scatter_nd", {"shape": tuple_text(out)}, [given("data", data), given("indices", indices)], "exact")


def index_copy(rng):
    dims = shape(rng, 1, 4, zero=0)
    kind = dtype(rng, NUMBERS)
    count = whole(rng, 1, dims[0])
    index = integers(rng, [count], 0, dims[0] - 1, choose(rng, ["int64", "int32", "float32"]))
    operands = [given("old_tensor", tensor(rng, dims, kind, *SPAN)), given("index_vector", index), given("new_tensor", tensor(rng, [count, *dims[1:]], kind, *SPAN))]
    return drawn(rng, FILE, "_contrib_index_copy", {}, operands, "exact")


def ravel(rng):
    sizes = [whole(rng, 1, 4) for _ in range(whole(rng, 1, 4))]
    count = whole(rng, 1, 6)
    items = [int(v) for size in sizes for v in rng.integers(0, size, count)]
    attrs = {"shape": tuple_text([-1 if chance(rng, 0.2) else sizes[0], *sizes[1:]])}
    return one(rng, "_ravel_multi_index", attrs, values([len(sizes), count], items, dtype(rng, NUMBERS)))


def unravel(rng):
    sizes = [whole(rng, 1, 4) for _ in range(whole(rng, 1, 4))]
    data = integers(rng, [whole(rng, 1, 6)], 0, min(120, product(sizes) - 1), dtype(rng, NUMBERS))
    return one(rng, "_unravel_index", {"shape": tuple_text([-1 if chance(rng, 0.2) else sizes[0], *sizes[1:]])}, data)


def cumsum(rng):
    dims = shape(rng, 1, 5, zero=0)
    kind = dtype(rng, NUMBERS)
    attrs = {"axis": choose(rng, [None, whole(rng, 0, len(dims) - 1)])}
    # toward zero is the same before and after adding only for whole numbers
    target = choose(rng, [None, "float32", "float64", "float16", "int32", "int64", "int8"])
    whole_numbers = kind not in FLOATS or target not in (None, *FLOATS)
    data = integers(rng, dims, 0, 3, kind) if whole_numbers else tensor(rng, dims, kind)
    single = "float16" in (kind, target)
    return one(rng, "cumsum", {**attrs, "dtype": target}, data, "float16" if single else "accumulating", k=product(dims))


def index_array(rng):
    dims = shape(rng, 1, 5, zero=0)
    attrs = {"axes": choose(rng, [None, tuple_text(signed_axis(rng, len(dims)) for _ in range(whole(rng, 1, 3)))])}
    return one(rng, "_contrib_index_array", attrs, data_of(rng, dims, NUMBERS))


def quadratic(rng):
    attrs = fold({}, rng, a=0.5, b=choose(rng, [1.25, 2, 3]), c=choose(rng, [0.75, 4]))
    return one(rng, "_contrib_quadratic", attrs, tensor(rng, shape(rng, 1, 5), dtype(rng, FLOATS), 0, 3), "rounding")


def same(op, attrs):
    return lambda rng: one(rng, op, attrs, data_of(rng, shape(rng, 1, 6), NUMBERS))


def amp_multicast(rng):
    kinds = [dtype(rng, ("float32", "float16", "float64", "int32", "int8")) for _ in range(whole(rng, 1, 4))]
    if kinds[0] not in FLOATS:  # undefined where no float32 follows
        kinds[0] = "float32"
    operands = [given(f"data_{i}", tensor(rng, shape(rng, 1, 4, zero=0), kind, *SPAN)) for i, kind in enumerate(kinds)]
    attrs = fold({"num_outputs": len(kinds)}, rng, cast_narrow=choose(rng, [True, False]))
    heads = {"heads": ["node:0"]} if len(kinds) == 1 else {}
    return drawn(rng, FILE, "amp_multicast", attrs, operands, "exact", count=len(kinds), **heads)


def all_finite(rng):
    dims = shape(rng, 1, 4, zero=0)
    kind = dtype(rng, FLOATS)
    data = special(rng, dims, kind) if chance(rng, 0.5) and kind != "float16" else tensor(rng, dims, kind)
    return one(rng, "all_finite", {}, data)


def multi_all_finite(rng):
    count = whole(rng, 1, 4)
    kind = choose(rng, ("float32", "float64"))
    dims = [shape(rng, 1, 3, zero=0) for _ in range(count)]
    tensors = [special(rng, d, kind) if chance(rng, 0.15) else tensor(rng, d, kind) for d in dims]
    return drawn(rng, FILE, "multi_all_finite", {"num_arrays": count}, [given(f"array_{i}", t) for i, t in enumerate(tensors)], "exact")


def softmax_cross_entropy(rng):
    rows, classes = whole(rng, 1, 6), whole(rng, 1, 9)
    kind = dtype(rng, FLOATS)
    operands = [given("data", tensor(rng, [rows, classes], kind, -4, 4)), given("label", integers(rng, [rows], 0, classes - 1, kind))]
    return drawn(rng, FILE, "softmax_cross_entropy", {}, operands, "float16" if kind == "float16" else "transcendental")


def matrix(op, count):
    def draw(rng):
        n = whole(rng, 1, 5)
        dims = shape(rng, 1, 2, zero=0) if chance(rng, 0.5) else []
        items = rng.uniform(-1, 1, (product(dims), n, n))
        for one_matrix in items:
            for i in range(n):
                one_matrix[i][i] += choose(rng, [-1, 1]) * (n + 1)
        data = values([*dims, n, n], [round(float(v), 3) for v in items.reshape(-1)], dtype(rng, ("float32", "float64")))
        heads = {"heads": ["node:0"]} if op == "_linalg_det" else {}
        return one(rng, op, {}, data, "accumulating", k=n * n, count=count, **heads)

    return draw


GENERATORS = {
    "_eye": eye, "_linspace": linspace, "diag": diag, "scatter_nd": scatter_nd, "_contrib_index_copy": index_copy, "_ravel_multi_index": ravel, "_unravel_index": unravel,
    "cumsum": cumsum, "_contrib_index_array": index_array, "_contrib_quadratic": quadratic, "_contrib_gradientmultiplier": same("_contrib_gradientmultiplier", {"scalar": 2}), "cast_storage": same("cast_storage", {"stype": "default"}),
    "amp_multicast": amp_multicast, "all_finite": all_finite, "multi_all_finite": multi_all_finite, "softmax_cross_entropy": softmax_cross_entropy,
    "_linalg_inverse": matrix("_linalg_inverse", 1), "_linalg_det": matrix("_linalg_det", 1), "_linalg_slogdet": matrix("_linalg_slogdet", 2),
}

EXPLAINED = [
    {
        "ops": ["cumsum"],
        "section": "op_cumsum.c",
        "reason": "the reference adds float16 numbers in float16, where what is less than half of the last digit is lost; libpredict adds them in float32",
        "when": lambda case, problem: "off by" in problem and "float16" in (case["nodes"][-1].get("attrs", {}).get("dtype"), case["inputs"][0].get("dtype")),
    },
]
