"""Elementwise operators of operators.md 4.6: unary, binary of equal shapes, broadcast, scalar."""

from case_builders import given, op_case
from case_tensors import fill, ramp, seeded, values

UNARY = "operator/unary"
BINARY = "operator/binary"
BROADCAST = "operator/broadcast"
SCALAR = "operator/scalar"

# operator: (tolerance, domain)
UNARIES = {
    "relu": ("exact", (-3, 3)), "sigmoid": ("transcendental", (-9, 9)), "softsign": ("rounding", (-5, 5)), "erf": ("transcendental", (-3, 3)), "erfinv": ("transcendental", (-0.95, 0.95)),
    "tanh": ("transcendental", (-4, 4)), "sin": ("transcendental", (-7, 7)), "cos": ("transcendental", (-7, 7)), "tan": ("transcendental", (-1.2, 1.2)),
    "arcsin": ("transcendental", (-1, 1)), "arccos": ("transcendental", (-1, 1)), "arctan": ("transcendental", (-9, 9)), "sinh": ("transcendental", (-4, 4)), "cosh": ("transcendental", (-4, 4)),
    "arcsinh": ("transcendental", (-9, 9)), "arccosh": ("transcendental", (1, 9)), "arctanh": ("transcendental", (-0.95, 0.95)),
    "degrees": ("rounding", (-7, 7)), "radians": ("rounding", (-360, 360)),
    "exp": ("transcendental", (-8, 8)), "log": ("transcendental", (0.01, 50)), "log10": ("transcendental", (0.01, 50)), "log2": ("transcendental", (0.01, 50)), "log1p": ("transcendental", (-0.9, 20)), "expm1": ("transcendental", (-3, 3)),
    "sqrt": ("rounding", (0, 50)), "rsqrt": ("rounding", (0.01, 50)), "cbrt": ("transcendental", (-30, 30)), "rcbrt": ("transcendental", (0.05, 30)),
    "square": ("rounding", (-9, 9)), "reciprocal": ("rounding", (0.1, 9)), "abs": ("exact", (-9, 9)), "negative": ("exact", (-9, 9)), "sign": ("exact", (-2, 2)),
    "floor": ("exact", (-9, 9)), "ceil": ("exact", (-9, 9)), "trunc": ("exact", (-9, 9)), "fix": ("exact", (-9, 9)), "round": ("exact", (-9, 9)), "rint": ("exact", (-9, 9)),
    "gamma": ("transcendental", (0.2, 6)), "gammaln": ("transcendental", (0.2, 30)), "logical_not": ("exact", (-1, 1)), "_copy": ("exact", (-9, 9)),
}
INTEGERS = {"relu", "abs", "negative", "sign", "square", "floor", "ceil", "trunc", "fix", "round", "rint", "_copy", "logical_not"}
TIES = values([12], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.0, 0, 8388609, -8388609, 1e20, -1e20])
EDGES = {
    "relu": ["nan", "inf", "-inf", -0.0], "sigmoid": ["inf", "-inf", 100, -100], "softsign": [1e30, -1e30, 0, 1e-30], "erf": [-10, 10, 0, 1e-20], "erfinv": [-1, 1, 0, 2], "tanh": ["inf", "-inf", 30, 1e-20],
    "sin": [0, 1e-20, 1000, 3.1415927], "cos": [0, 1e-20, 1000, 3.1415927], "tan": [0, 1e-20, 1.5, -1.5], "arcsin": [-1, 1, 0, 1.5], "arccos": [-1, 1, 0, -1.5], "arctan": ["inf", "-inf", 0, 1e30], "sinh": [0, 80, -80, 1e-20], "cosh": [0, 80, -80, 100],
    "arcsinh": [0, 1e18, -1e18, 1e-20], "arccosh": [1, 1e18, 0.5, 2], "arctanh": [0, 1, -1, 1e-20], "degrees": [0, 3.1415927, 1e36, -1], "radians": [0, 180, -1e36, 1],
    "exp": [0, 88, -104, "-inf"], "log": [0, -1, 1, "inf"], "log10": [0, -1, 1000, "inf"], "log2": [0, -1, 1024, "inf"], "log1p": [-1, 0, 1e-20, -2], "expm1": [0, 1e-20, 88, -100],
    "sqrt": [0, -1, 1e-38, "inf"], "rsqrt": [0, 4, 1e-38, "inf"], "cbrt": [0, -27, 1e-38, 1e30], "rcbrt": [8, -8, 1e-30, 1e30], "square": [1e20, -1e-30, 0, "inf"], "reciprocal": [0, -0.0, "inf", -4],
    "abs": [-0.0, "-inf", "nan", -1e-40], "negative": [0, "inf", "nan", 1e-40], "sign": [0, "-inf", "inf", 1e-40], "gamma": [1, 5, 0.5, 10], "gammaln": [1, 2, 0.5, 100], "logical_not": [0, -0.0, "nan", 1e-40], "_copy": ["nan", "inf", "-inf", 1e-40],
}
PAIRS = {"elemwise_add": "add", "elemwise_sub": "sub", "elemwise_mul": "mul", "elemwise_div": "div", "_mod": "mod", "_power": "power", "_maximum": "maximum", "_minimum": "minimum", "_hypot": "hypot"}
COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal")
LOGIC = ("logical_and", "logical_or", "logical_xor")
TOLERANCE = {"add": "rounding", "sub": "rounding", "mul": "rounding", "div": "rounding", "mod": "rounding", "power": "transcendental", "maximum": "exact", "minimum": "exact", "hypot": "transcendental"}


def cases():
    yield from unaries()
    yield from binaries()
    yield from broadcasts()
    yield from scalars()


def unaries():
    for op, (tolerance, (lo, hi)) in UNARIES.items():
        shapes = {"vector": [37], "image": [2, 5, 3, 3]}
        if op in ("relu", "sigmoid", "exp", "_copy", "tanh"):
            shapes.update({"matrix": [3, 7], "volume": [1, 3, 2, 2, 2]})
        for place, shape in shapes.items():
            yield op_case(UNARY, op, place, {}, [given("data", seeded(shape, lo, hi))], tolerance)
        if op in EDGES:
            yield op_case(UNARY, op, "edges", {}, [given("data", values([2, 2], EDGES[op]))], tolerance)
        else:
            yield op_case(UNARY, op, "edges", {}, [given("data", TIES)], tolerance)
        for dtype in ("float64", "float16"):
            yield op_case(UNARY, op, dtype, {}, [given("data", seeded([3, 4], lo, hi, dtype))], tolerance)
        if op in INTEGERS:
            for dtype in ("int32", "int64", "int8", "uint8"):
                yield op_case(UNARY, op, dtype, {}, [given("data", seeded([2, 5], 0 if dtype == "uint8" else -9, 10, dtype))], "exact")
    for title, attrs, data in [("default", {}, seeded([37], -5, 5)), ("image", {}, seeded([2, 3, 2, 2], -5, 5)), ("alpha beta", dict(alpha=0.5, beta=0.1), seeded([3, 5], -3, 3)), ("edges", {}, values([6], [-2.5, 2.5, 0, "inf", "-inf", 100])), ("float64", {}, seeded([7], -5, 5, "float64")), ("float16", {}, seeded([7], -5, 5, "float16")), ("negative alpha", dict(alpha=-1), seeded([4], -1, 1))]:
        yield op_case(UNARY, "hard_sigmoid", title, attrs, [given("data", data)], "rounding")
    for shape in ([5], [2, 3], [4, 3, 2, 1], [1], [2, 1, 7]):
        text = "x".join(map(str, shape))
        yield op_case(UNARY, "shape_array", text, {}, [given("data", seeded(shape))], "exact")
        yield op_case(UNARY, "size_array", text, {}, [given("data", seeded(shape))], "exact")


def pair(file, op, title, a, b, tolerance, **more):
    return op_case(file, op, title, {}, [given("lhs", a), given("rhs", b)], tolerance, **more)


def binaries():
    for op, short in PAIRS.items():
        tolerance = TOLERANCE[short]
        lo = 0.1 if short == "power" else -4
        for place, shape in (("vector", [37]), ("matrix", [3, 5]), ("image", [2, 5, 3, 3])):
            yield pair(BINARY, op, place, seeded(shape, lo, 4), seeded(shape, -4, 4), tolerance)
        yield pair(BINARY, op, "edges", values([9], ["nan", 1, "inf", "inf", 0, -0.0, 1e38, -1, 2]), values([9], [1, "nan", "inf", "-inf", 0, 0, 1e38, 3, -0.0]), tolerance)
        for dtype in ("float64", "float16"):
            yield pair(BINARY, op, dtype, seeded([2, 6], abs(lo), 4, dtype), seeded([2, 6], 0.5, 4, dtype), tolerance)
        for dtype in ("int32", "int64", "int8", "uint8"):
            yield pair(BINARY, op, dtype, seeded([2, 6], 1 if dtype == "uint8" or short == "power" else -9, 10, dtype), seeded([2, 6], 1, 4, dtype), "exact" if short != "hypot" else tolerance)
        yield pair(BINARY, op, "same operand", seeded([5], 0.5, 4), seeded([5], 0.5, 4), tolerance) | {"nodes": [{"op": op, "inputs": ["lhs", "lhs"]}], "inputs": [{"name": "lhs", **seeded([5], 0.5, 4, seed=77)}]}
    yield pair(BINARY, "elemwise_add", "refuses different shapes", ramp([2, 3]), ramp([3]), "exact", fails=["node"])
    yield pair(BINARY, "elemwise_mul", "refuses different shapes of equal size", ramp([2, 3]), ramp([3, 2]), "exact", fails=["node"])
    for shape in ([5], [2, 3], [1, 3, 2, 5], [2, 1, 4]):
        yield pair(BINARY, "_grad_add", "x".join(map(str, shape)), seeded(shape), seeded(shape), "rounding")
    yield pair(BINARY, "_grad_add", "float64", seeded([2, 3], dtype="float64"), seeded([2, 3], dtype="float64"), "rounding")
    few = [1, 0, -1, 2, "nan", "inf", -0.0, 0.5]
    other = [1, 1, -1, 1, "nan", "inf", 0, 0]
    for op in COMPARISONS + LOGIC:
        name = "_" + op
        yield pair(BINARY, name, "edges", values([8], few), values([8], other), "exact")
        yield pair(BINARY, name, "matrix", values([2, 3], [1, 2, 3, 0, 0, -1]), values([2, 3], [3, 2, 1, 0, 5, -1]), "exact")
        yield pair(BINARY, name, "image", ramp([1, 2, 3, 3]), fill([1, 2, 3, 3], 7), "exact")
        for dtype in ("float64", "int32"):
            yield pair(BINARY, name, dtype, seeded([3, 5], -2, 3, dtype), seeded([3, 5], -2, 3, dtype), "exact")
    for count, shape in [(1, [3, 2]), (2, [5]), (3, [2, 3, 4]), (4, [1, 5, 3, 2]), (7, [2, 2]), (9, [3])]:
        yield op_case(BINARY, "add_n", f"{count} of {'x'.join(map(str, shape))}", dict(num_args=count), [given(f"arg{i}", seeded(shape)) for i in range(count)], "rounding" if count < 3 else "accumulating", count)
    for dtype in ("float64", "int32"):
        yield op_case(BINARY, "add_n", dtype, dict(num_args=3), [given(f"arg{i}", seeded([2, 3], -9, 9, dtype)) for i in range(3)], "rounding")


def broadcasts():
    places = {"row": ([3, 5], [1, 5]), "column": ([3, 5], [3, 1]), "image by channel": ([2, 5, 3, 4], [1, 5, 1, 1]), "both grow": ([3, 1, 2], [1, 4, 2]), "fewer axes": ([2, 3, 4], [4]), "left fewer axes": ([5], [2, 3, 5]), "one element": ([2, 7], [1])}
    for short in PAIRS.values():
        tolerance = TOLERANCE[short]
        lo = 0.1 if short == "power" else -4
        op = "broadcast_" + short
        for place, (a, b) in places.items():
            yield pair(BROADCAST, op, place, seeded(a, lo, 4), seeded(b, -4, 4), tolerance)
        for dtype in ("float64", "int32") + (("float16", "int64", "int8", "uint8") if short in ("add", "mul", "div", "maximum") else ()):
            yield pair(BROADCAST, op, dtype, seeded([3, 4], 1, 9, dtype), seeded([3, 1], 1, 4, dtype), tolerance)
    for op in COMPARISONS + LOGIC:
        name = "broadcast_" + op
        for place in ("row", "column", "both grow", "fewer axes"):
            a, b = places[place]
            yield pair(BROADCAST, name, place, seeded(a, -2, 3, "float32"), values(b, [(-1) ** i * (i % 3) for i in range(len_of(b))]), "exact")
        yield pair(BROADCAST, name, "int32", seeded([3, 4], -2, 3, "int32"), seeded([3, 1], -2, 3, "int32"), "exact")
    yield pair(BROADCAST, "broadcast_add", "refuses sizes that do not meet", ramp([2, 3]), ramp([2, 2]), "exact", fails=["node"])
    yield pair(BROADCAST, "broadcast_mul", "image by image of one channel", seeded([2, 3, 4, 5]), seeded([2, 1, 4, 5]), "rounding")
    yield pair(BROADCAST, "broadcast_mul", "image by gate", seeded([2, 17, 3, 3]), seeded([2, 17, 1, 1]), "rounding")
    yield pair(BROADCAST, "broadcast_sub", "five axes", seeded([2, 1, 3, 1, 2]), seeded([1, 4, 3, 2, 1]), "rounding")


def len_of(shape):
    count = 1
    for d in shape:
        count *= d
    return count


def scalars():
    arithmetic = {
        "_plus_scalar": ("rounding", 2.5), "_minus_scalar": ("rounding", 0.3), "_rminus_scalar": ("rounding", 1.7), "_mul_scalar": ("rounding", -1.25), "_div_scalar": ("rounding", 3), "_rdiv_scalar": ("rounding", 2),
        "_mod_scalar": ("rounding", 3), "_rmod_scalar": ("rounding", 7), "_power_scalar": ("transcendental", 1.5), "_rpower_scalar": ("transcendental", 2), "_maximum_scalar": ("exact", 0.5), "_minimum_scalar": ("exact", 0.5),
        "_hypot_scalar": ("transcendental", 3), "_scatter_plus_scalar": ("rounding", 1.5), "_scatter_minus_scalar": ("rounding", 1.5), "smooth_l1": ("rounding", 2),
    }
    for op, (tolerance, s) in arithmetic.items():
        lo = 0.2 if op in ("_power_scalar", "_rdiv_scalar", "_rmod_scalar") else -4
        for place, shape in (("vector", [37]), ("image", [2, 5, 3, 3])):
            yield op_case(SCALAR, op, place, dict(scalar=s), [given("data", seeded(shape, lo, 4))], tolerance)
        yield op_case(SCALAR, op, "other scalar", dict(scalar=-0.7 if "power" not in op else 3), [given("data", seeded([3, 4], lo, 4))], tolerance)
        yield op_case(SCALAR, op, "default scalar", {}, [given("data", seeded([3, 4], lo, 4))], tolerance)
        yield op_case(SCALAR, op, "edges", dict(scalar=s), [given("data", values([6], ["nan", "inf", "-inf", 0, -0.0, 1e38]))], tolerance)
        for dtype in ("float64", "float16"):
            yield op_case(SCALAR, op, dtype, dict(scalar=s), [given("data", seeded([2, 4], 0.5, 4, dtype))], tolerance)
        for dtype in ("int32", "int8") + (("uint8", "int64") if op in ("_plus_scalar", "_mul_scalar") else ()):
            if op != "smooth_l1" and "scatter" not in op:
                yield op_case(SCALAR, op, dtype, dict(scalar=2), [given("data", seeded([2, 4], 1, 5, dtype))], "rounding")
    for op in COMPARISONS + LOGIC:
        name = f"_{op}_scalar"
        for s in (1, 0, -0.5):
            yield op_case(SCALAR, name, f"scalar {s}", dict(scalar=s), [given("data", values([8], [1, 0, -0.5, 2, "nan", "inf", -0.0, 0.5]))], "exact")
        yield op_case(SCALAR, name, "image", dict(scalar=7), [given("data", ramp([1, 2, 3, 3]))], "exact")
        yield op_case(SCALAR, name, "int32", dict(scalar=1), [given("data", seeded([3, 5], -2, 3, "int32"))], "exact")
    yield op_case(SCALAR, "_plus_scalar", "is_int False", dict(scalar=0.5, is_int=False), [given("data", seeded([5]))], "rounding")
    yield op_case(SCALAR, "_plus_scalar", "scientific notation", dict(scalar="1e-05"), [given("data", seeded([5]))], "rounding")
