"""What the generators of random_*.py draw: shapes, axes, tensors, attributes. Everything comes from the given numpy Generator."""

import zlib

from case_builders import op_case, with_empty_inputs
from case_tensors import seeded, values

FLOATS = ("float32", "float64", "float16")
INTEGERS = ("int32", "int64", "int8", "uint8")
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + ("bool",)


def generator(seed, op, index):
    """The numbers that draw case `index` of an operator."""
    import numpy as np

    return np.random.default_rng([seed, zlib.crc32(op.encode()), index])


def chance(rng, probability):
    return bool(rng.random() < probability)


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def whole(rng, lo, hi):
    """An integer in [lo, hi]."""
    return int(rng.integers(lo, hi + 1))


def shape(rng, least=1, most=5, largest=5, zero=0.04, large=0.06):
    """A shape of `least` to `most` dimensions and at most some hundred elements; sometimes some ten thousand; sometimes a dimension is 0."""
    ndim, limit = whole(rng, least, most), 400
    if chance(rng, large):
        largest, limit, zero = choose(rng, [20, 70, 700]), 20000, 0
    dims = [whole(rng, 1, largest) for _ in range(ndim)]
    while product(dims) > limit:
        dims[dims.index(max(dims))] //= 2
    if ndim < 6 and chance(rng, zero):  # slice, which makes the zero, knows 5 dimensions
        dims[whole(rng, 0, ndim - 1)] = 0
    return dims


def product(dims):
    result = 1
    for d in dims:
        result *= d
    return result


def signed_axis(rng, ndim, axis=None):
    """An axis, or the given one, counted from either end."""
    axis = whole(rng, 0, ndim - 1) if axis is None else axis
    return axis - ndim if chance(rng, 0.4) else axis


def dtype(rng, options=FLOATS):
    """float32 half of the time; sometimes one that the operator is not known for."""
    if chance(rng, 0.04):
        return choose(rng, ALL)
    return "float32" if "float32" in options and chance(rng, 0.4) else choose(rng, options)


LIMITS = {"uint8": (0, 100), "int8": (-60, 60), "bool": (0, 2)}


def tensor(rng, dims, kind="float32", lo=-2.0, hi=2.0):
    """Pseudo-random elements of [lo, hi), for integer types widened to some digits unless the limits say otherwise."""
    if kind in LIMITS:
        low, high = LIMITS[kind]
        lo, hi = max(lo, low) if kind != "bool" else 0, min(hi, high) if kind != "bool" else 2
        if kind == "uint8" and hi <= lo:
            hi = lo + 3
    return seeded(dims, lo, hi, kind, seed=int(rng.integers(1 << 30)))


def integers(rng, dims, lo, hi, kind="float32"):
    """Whole numbers of [lo, hi], one by one."""
    count = product(dims)
    return values(dims, [int(v) for v in rng.integers(lo, hi + 1, count)], kind)


SPECIAL = ["nan", "inf", "-inf", 0.0, -0.0, 1e-40, -1e-40, 1e30, -1e30]


LOUD = ["nan", "inf", "-inf"]


def special(rng, dims, kind="float32", lo=-2.0, hi=2.0, options=None):
    """Like tensor, one by one, with not-a-number, infinities, zeros and denormals among them."""
    if kind not in FLOATS:
        return tensor(rng, dims, kind, lo, hi)
    items = [float(f"{v:.4g}") for v in rng.uniform(lo, hi, product(dims))]
    for i in range(len(items)):
        if chance(rng, 0.3 if options is None else 0.05):
            items[i] = choose(rng, options or SPECIAL)
    return values(dims, items, kind)


def tuple_text(items):
    items = list(items)
    return "(" + ", ".join(str(i) for i in items) + ("," if len(items) == 1 else "") + ")"


def drawn(rng, file, op, attrs, operands, tolerance, **more):
    """A case whose title nothing else has; inputs without elements are made inside the graph."""
    attrs = {k: v for k, v in attrs.items() if v is not None}
    title = f"random-{rng.integers(1 << 30)}"
    return with_empty_inputs(op_case(file, op, title, attrs, operands, tolerance, **more))
