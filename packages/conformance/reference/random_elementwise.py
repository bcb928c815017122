"""Generators of elementwise operators: unary, binary, broadcast, scalar, reductions (operators.md 4.6)."""

from draws import ALL, FLOATS, NUMBERS, chance, choose, drawn, dtype, integers, product, shape, signed_axis, LOUD, special, tensor, tuple_text, whole

from case_builders import given

FILE = "random/elementwise"

# operator: (tolerance, domain)
UNARIES = {
    "relu": ("exact", (-3, 3)), "sigmoid": ("transcendental", (-9, 9)), "softsign": ("rounding", (-5, 5)), "erf": ("transcendental", (-3, 3)), "erfinv": ("transcendental", (-0.95, 0.95)),
    "tanh": ("transcendental", (-4, 4)), "sin": ("transcendental", (-7, 7)), "cos": ("transcendental", (-7, 7)), "tan": ("transcendental", (-1.2, 1.2)),
    "arcsin": ("transcendental", (-1, 1)), "arccos": ("transcendental", (-1, 1)), "arctan": ("transcendental", (-9, 9)), "sinh": ("transcendental", (-4, 4)), "cosh": ("transcendental", (-4, 4)),
    "arcsinh": ("transcendental", (-9, 9)), "arccosh": ("transcendental", (1, 9)), "arctanh": ("transcendental", (-0.95, 0.95)),
    "degrees": ("rounding", (-2, 2)), "radians": ("rounding", (-360, 360)),
    "exp": ("transcendental", (-8, 4)), "log": ("transcendental", (0.01, 50)), "log10": ("transcendental", (0.01, 50)), "log2": ("transcendental", (0.01, 50)), "log1p": ("transcendental", (-0.9, 20)), "expm1": ("transcendental", (-3, 3)),
    "sqrt": ("rounding", (0, 50)), "rsqrt": ("rounding", (0.01, 50)), "cbrt": ("transcendental", (-30, 30)), "rcbrt": ("transcendental", (0.05, 30)),
    "square": ("rounding", (-9, 9)), "reciprocal": ("rounding", (0.1, 9)), "abs": ("exact", (-9, 9)), "negative": ("exact", (-9, 9)), "sign": ("exact", (-2, 2)),
    "floor": ("exact", (-9, 9)), "ceil": ("exact", (-9, 9)), "trunc": ("exact", (-9, 9)), "fix": ("exact", (-9, 9)), "round": ("exact", (-9, 9)), "rint": ("exact", (-9, 9)),
    "gamma": ("transcendental", (0.2, 5)), "gammaln": ("transcendental", (0.2, 30)), "logical_not": ("exact", (-1, 1)), "_copy": ("exact", (-9, 9)), "BlockGrad": ("exact", (-9, 9)), "make_loss": ("exact", (-9, 9)),
}
AT_LEAST_ONE = {"log", "log10", "log2", "rsqrt", "rcbrt", "reciprocal", "gamma", "gammaln", "arccosh"}  # an infinity is no integer
PLAIN = {"relu", "abs", "negative", "sign", "floor", "ceil", "trunc", "fix", "round", "rint", "logical_not", "_copy", "BlockGrad", "square", "sqrt"}  # special values have one right answer


def unary(op):
    tolerance, (lo, hi) = UNARIES[op]

    def draw(rng):
        dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
        if kind in FLOATS:
            data = special(rng, dims, kind, lo, hi) if op in PLAIN and chance(rng, 0.2) else special(rng, dims, kind, lo, hi, LOUD) if chance(rng, 0.08) else tensor(rng, dims, kind, lo, hi)
        else:
            low = 1 if op in AT_LEAST_ONE else lo
            data = tensor(rng, dims, kind, low, max(hi, low + 2)) if kind != "bool" or op not in AT_LEAST_ONE else integers(rng, dims, 1, 1, kind)
        return drawn(rng, FILE, op, {}, [given("data", data)], tolerance)

    return draw


ARITHMETIC = {
    "add": "rounding", "sub": "rounding", "mul": "rounding", "div": "rounding", "mod": "rounding", "power": "transcendental", "maximum": "exact", "minimum": "exact", "hypot": "transcendental",
}
COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal")
LOGIC = ("logical_and", "logical_or", "logical_xor")
SAFE_SPECIALS = {"maximum", "minimum", *COMPARISONS, *LOGIC}
SAME_SHAPE = {
    **{f"elemwise_{n}": n for n in ("add", "sub", "mul", "div")}, "_grad_add": "add",
    **{f"_{n}": n for n in ("mod", "power", "maximum", "minimum", "hypot")},
    **{f"_{n}": n for n in COMPARISONS + LOGIC},
}


def operands(rng, function, dims, others, kind):
    """Two tensors that the function is defined for."""
    if kind in FLOATS and function in SAFE_SPECIALS and chance(rng, 0.2):
        return special(rng, dims, kind), special(rng, others, kind)
    if function in COMPARISONS + LOGIC and chance(rng, 0.7):
        return integers(rng, dims, 0, 2 if kind != "bool" else 1, kind), integers(rng, others, 0, 2 if kind != "bool" else 1, kind)
    if function == "power":
        return (tensor(rng, dims, kind, 0.1, 3), tensor(rng, others, kind, -2, 3)) if kind in FLOATS else (integers(rng, dims, 1, 3 if kind != "bool" else 1, kind), integers(rng, others, 0, 3 if kind != "bool" else 1, kind))
    if function in ("div", "mod") and kind not in FLOATS:
        return tensor(rng, dims, kind, -50, 50), integers(rng, others, 1, 9 if kind != "bool" else 1, kind)
    if function == "div":
        return tensor(rng, dims, kind, -5, 5), tensor(rng, others, kind, 0.1, 4)
    if function == "mod":  # quarters: no quotient is near a whole number by rounding alone
        return integers_quarters(rng, dims, -20, 20, kind), integers_quarters(rng, others, -8, 8, kind)
    if kind in FLOATS and chance(rng, 0.1):
        return special(rng, dims, kind, -5, 5, LOUD), special(rng, others, kind, -5, 5, LOUD)
    return tensor(rng, dims, kind, -5, 5), tensor(rng, others, kind, -5, 5)


def integers_quarters(rng, dims, lo, hi, kind):
    data = integers(rng, dims, lo, hi, kind)
    return {**data, "data": [v / 4 for v in data["data"]]}


def tolerance_of(function):
    return ARITHMETIC.get(function, "exact")


def same_shape(op):
    function = SAME_SHAPE[op]

    def draw(rng):
        dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
        lhs, rhs = operands(rng, function, dims, dims, kind)
        return drawn(rng, FILE, op, {}, [given("lhs", lhs), given("rhs", rhs)], tolerance_of(function))

    return draw


def broadcast_shapes(rng):
    dims = shape(rng, 1, 6)
    pair = [list(dims), list(dims)]
    for axis in range(len(dims)):
        if chance(rng, 0.35):
            pair[whole(rng, 0, 1)][axis] = 1
    return pair


def broadcast(op):
    function = op.removeprefix("broadcast_")

    def draw(rng):
        kind = dtype(rng, ALL)
        left, right = broadcast_shapes(rng)
        lhs, rhs = operands(rng, function, left, right, kind)
        return drawn(rng, FILE, op, {}, [given("lhs", lhs), given("rhs", rhs)], tolerance_of(function))

    return draw


SCALARS = {
    "_plus_scalar": "add", "_minus_scalar": "sub", "_rminus_scalar": "sub", "_mul_scalar": "mul", "_div_scalar": "div", "_rdiv_scalar": "rdiv", "_mod_scalar": "mod", "_rmod_scalar": "rmod",
    "_power_scalar": "power", "_rpower_scalar": "rpower", "_maximum_scalar": "maximum", "_minimum_scalar": "minimum", "_hypot_scalar": "hypot",
    **{f"_{n}_scalar": n for n in COMPARISONS + LOGIC}, "smooth_l1": "smooth_l1",
}


def scalar(op):
    function = SCALARS[op]
    tolerance = {"rdiv": "rounding", "rmod": "rounding", "rpower": "transcendental", "smooth_l1": "rounding"}.get(function, tolerance_of(function))

    def draw(rng):
        dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
        is_float = kind in FLOATS
        number = choose(rng, [0.0, 1.0, 2.0, -1.0, 0.5, 3.25, -2.75, 7.0, 0.1])
        data = tensor(rng, dims, kind, -5, 5)
        if function == "power":
            data = tensor(rng, dims, kind, 0.1 if is_float else 1, 4)
        elif function == "rpower":
            number, data = abs(number) + 0.5, tensor(rng, dims, kind, -2 if is_float else 0, 3)
        elif function in ("div", "mod"):
            number = number or 4.0
            number = number if is_float or abs(number) >= 1 else 3.0
            data = integers_quarters(rng, dims, -20, 20, kind) if function == "mod" and is_float else data
        elif function == "rmod":
            data = integers_quarters(rng, dims, -8, 8, kind) if is_float else integers(rng, dims, 1, 1 if kind == "bool" else 5, kind)
        elif function == "rdiv":
            data = tensor(rng, dims, kind, 0.3, 4) if is_float else integers(rng, dims, 1, 1 if kind == "bool" else 5, kind)
        elif function in COMPARISONS + LOGIC and chance(rng, 0.7):
            data = integers(rng, dims, 0, 1 if kind == "bool" else 3, kind)
        elif function in ("maximum", "minimum") and is_float and chance(rng, 0.2):
            data = special(rng, dims, kind)
        if function == "smooth_l1":
            number = abs(number) + 0.5
        attrs = {"scalar": choose(rng, [number, repr(number), int(number) if number == int(number) else number])}
        if chance(rng, 0.3):
            attrs["is_int"] = number == int(number)
        if function not in ("rpower", "div", "mod", "smooth_l1") and chance(rng, 0.05):
            attrs = {}
        return drawn(rng, FILE, op, attrs, [given("data", data)], tolerance)

    return draw


def reduction_axes(rng, ndim):
    """Text of `axis`, or None to leave it out."""
    kind = whole(rng, 0, 9)
    if kind == 0:
        return None
    if kind == 1:
        return "None"
    if kind == 2:
        return "()"
    if kind < 6:
        return str(signed_axis(rng, ndim))
    axes = [a for a in range(ndim) if chance(rng, 0.5)] or [0]
    if chance(rng, 0.5):
        rng.shuffle(axes)
    return tuple_text(signed_axis(rng, ndim, a) for a in axes)


REDUCTIONS = {"sum": "accumulating", "mean": "accumulating", "prod": "transcendental", "nansum": "accumulating", "nanprod": "transcendental", "max": "exact", "min": "exact"}


def flag(rng, attrs, name, probability=0.4):
    if chance(rng, probability):
        attrs[name] = choose(rng, ["True", "False", "1", "0", "true"])


def reduction(op):
    def draw(rng):
        dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
        attrs = {"axis": reduction_axes(rng, len(dims))}
        flag(rng, attrs, "keepdims")
        flag(rng, attrs, "exclude", 0.25)
        lo, hi = (0.5, 1.6) if "prod" in op else (-3, 3)
        data = tensor(rng, dims, kind, lo, hi)
        if kind in FLOATS and chance(rng, 0.3 if op in ("max", "min") or op.startswith("nan") else 0.1):
            data = special(rng, dims, kind, lo, hi, ["nan"] if op.startswith("nan") and chance(rng, 0.8) else LOUD)
        return drawn(rng, FILE, op, attrs, [given("data", data)], REDUCTIONS[op], k=max(1, product(dims)))

    return draw


def norm(rng):
    dims, kind = shape(rng, 1, 5), dtype(rng, ALL)
    attrs = {"ord": choose(rng, [None, 1, 2, 2])}
    ndim = len(dims)
    form = whole(rng, 0, 3)
    if form == 1:
        attrs["axis"] = choose(rng, [str(signed_axis(rng, ndim)), tuple_text([signed_axis(rng, ndim)])])
    elif form == 2 and ndim > 1:
        first = whole(rng, 0, ndim - 2)
        attrs["axis"] = tuple_text([signed_axis(rng, ndim, first), signed_axis(rng, ndim, whole(rng, first + 1, ndim - 1))])
    elif form == 3:
        attrs["axis"] = choose(rng, ["None", "()"])
    flag(rng, attrs, "keepdims")
    if chance(rng, 0.3):
        attrs["out_dtype"] = choose(rng, ["None", "float32", "float64", "float16", "int32", "int64", "int8"])
    return drawn(rng, FILE, "norm", attrs, [given("data", tensor(rng, dims, kind, -3, 3))], "accumulating", k=max(1, product(dims)))


def arg_extreme(op):
    def draw(rng):
        dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
        attrs = {}
        if op != "argmax_channel":
            attrs["axis"] = choose(rng, [None, "None", *[signed_axis(rng, len(dims)) for _ in range(4)]])
            flag(rng, attrs, "keepdims")
        few = chance(rng, 0.5)
        top = 1 if kind == "bool" else 3
        data = integers(rng, dims, 0, top, kind) if few else special(rng, dims, kind, -3, 3, LOUD) if chance(rng, 0.2) else tensor(rng, dims, kind, -3, 3)
        return drawn(rng, FILE, op, attrs, [given("data", data)], "exact")

    return draw


def clip(rng):
    dims, kind = shape(rng, 1, 6), dtype(rng, ALL)
    low = choose(rng, [-1, 0, -2.5, 0.3, -1e30, 1e-3])
    high = choose(rng, [1, 0.5, 3, 2.75, 1e30, 100])
    if kind not in FLOATS:
        low, high = choose(rng, [0, 1, 0.5]), choose(rng, [1, 3, 2.75, 100])
        if kind in ("int8", "int32", "int64"):
            low = choose(rng, [low, -2, -0.5])
    data = special(rng, dims, kind) if kind in FLOATS and chance(rng, 0.2) else tensor(rng, dims, kind, -4, 4)
    return drawn(rng, FILE, "clip", {"a_min": low, "a_max": high}, [given("data", data)], "exact")


def hard_sigmoid(rng):
    dims, kind = shape(rng, 1, 5), dtype(rng, ALL)
    attrs = {"alpha": choose(rng, [None, 0.5, 0.1, -0.3]), "beta": choose(rng, [None, 0, 0.2, 1])}
    return drawn(rng, FILE, "hard_sigmoid", attrs, [given("data", tensor(rng, dims, kind, -6, 6))], "rounding")


def cast(rng):
    dims, kind, target = shape(rng, 1, 5), dtype(rng, ALL), choose(rng, ALL)
    unsigned = target == "uint8" or kind == "uint8"
    data = tensor(rng, dims, kind, 0 if unsigned else -60, 60)
    if target == "bool" and kind in FLOATS:
        data = integers(rng, dims, -1, 1, kind)
    return drawn(rng, FILE, "Cast", {"dtype": target}, [given("data", data)], "exact" if kind != "float16" and target != "float16" else "float16")


def amp_cast(rng):
    dims, kind, target = shape(rng, 1, 5), dtype(rng, ALL), choose(rng, FLOATS + ("int32",))
    return drawn(rng, FILE, "amp_cast", {"dtype": target}, [given("data", tensor(rng, dims, kind, -60, 60))], "float16" if "float16" in (kind, target) else "exact")


def add_n(rng):
    dims, kind, count = shape(rng, 1, 5), dtype(rng, ALL), whole(rng, 1, 5)
    parts = [given(f"arg{i}", tensor(rng, dims, kind, -5, 5)) for i in range(count)]
    return drawn(rng, FILE, "add_n", {"num_args": count}, parts, "rounding" if count < 3 else "accumulating", k=count)


def identity_like(rng):
    dims, kind = shape(rng, 1, 5), dtype(rng, ALL)
    return drawn(rng, FILE, "_identity_with_attr_like_rhs", {}, [given("lhs", tensor(rng, dims, kind)), given("rhs", tensor(rng, dims, kind))], "exact")


GENERATORS = {
    **{op: unary(op) for op in UNARIES},
    **{op: same_shape(op) for op in SAME_SHAPE},
    **{f"broadcast_{n}": broadcast(f"broadcast_{n}") for n in (*ARITHMETIC, *COMPARISONS, *LOGIC)},
    **{op: scalar(op) for op in SCALARS},
    **{op: reduction(op) for op in REDUCTIONS},
    **{op: arg_extreme(op) for op in ("argmax", "argmin", "argmax_channel")},
    "norm": norm, "clip": clip, "hard_sigmoid": hard_sigmoid, "Cast": cast, "amp_cast": amp_cast, "add_n": add_n, "_identity_with_attr_like_rhs": identity_like,
}

EXPLAINED = [
    {
        "ops": ["nansum", "norm"],
        "section": "operators.md 4.0 (compensated summation)",
        "reason": "the reference's compensation, or scaling, makes an infinity a not-a-number",
        "when": lambda case, problem: "off by inf" in problem and any("inf" in str(v) for v in case["inputs"][0].get("data", [])),
    },
    {
        "ops": ["norm"],
        "section": "operators.md 4.2 Reductions",
        "reason": "the reference's norm of integers scales by the largest element in integers and so forgets the smaller ones; libpredict truncates the root of the sum",
        "when": lambda case, problem: "off by" in problem and data_type(case) in ("int8", "int32", "int64", "uint8", "bool"),
    },
    {
        "ops": ["_copy"],
        "section": "operators.md 4.1",
        "reason": "the reference infers no type through _copyto",
        "when": lambda case, problem: "type information is not enough" in problem,
    },
    {
        "ops": ["amp_cast"],
        "section": "operators.md 4.2 Cast",
        "reason": "the reference refuses other types than the float ones as a target",
        "when": lambda case, problem: "Invalid Input" in problem,
    },
]


def data_type(case):
    return case["inputs"][0].get("dtype", "float32")
