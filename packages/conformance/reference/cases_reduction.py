"""Reductions: sum, mean, prod, nansum, nanprod, max, min, norm, argmax_channel."""

from case_builders import given, op_case
from case_tensors import ramp, seeded, values

FILE = "operator/reduction"


def reduce(op, title, attrs, data, k=None, **more):
    tolerance = "exact" if op in ("max", "min", "argmax_channel", "argmax", "argmin") else "accumulating"
    size = 1
    for d in data["shape"]:
        size *= d
    return op_case(FILE, op, title, attrs, [given("data", data)], tolerance, k or size, **more)


def cases():
    for op in ("sum", "mean", "prod", "nansum", "nanprod", "max", "min"):
        lo = 0.5 if "prod" in op else -3
        hi = 1.5 if "prod" in op else 3
        shape = [2, 5, 3, 4]
        for title, attrs in [
            ("all", {}), ("axis 1", dict(axis=1)), ("axis last", dict(axis=-1)), ("axes 2 and 3", dict(axis="(2,3)")), ("axes keepdims", dict(axis="(2,3)", keepdims=True)), ("all keepdims", dict(keepdims=True)),
            ("exclude", dict(axis=1, exclude=True)), ("exclude keepdims", dict(axis="(0,1)", exclude=True, keepdims=True)), ("empty axis", dict(axis="()")), ("axis 0", dict(axis="0")),
        ]:
            if op in ("nansum", "nanprod") and title in ("axis last", "all keepdims", "exclude keepdims", "axis 0"):
                continue
            yield reduce(op, title, attrs, seeded(shape, lo, hi))
        yield reduce(op, "vector", dict(axis=0), seeded([37], lo, hi))
        yield reduce(op, "with NaN", dict(axis=1), values([2, 3], [1, "nan", 2, 0.5, 3, "nan"]))
        if not op.startswith("nan"):  # the reference's compensated sum turns infinities into NaN there
            yield reduce(op, "infinities", dict(axis=1), values([3, 2], ["inf", 1, "-inf", 2, "inf", "inf"]))
        for dtype in ("float64", "float16", "int32", "int64"):
            yield reduce(op, dtype, dict(axis=1), seeded([3, 4], 1, 5, dtype))
    yield reduce("sum", "long", {}, seeded([4000], 0, 1))
    yield reduce("mean", "long", {}, seeded([3000], 5, 6))
    yield reduce("sum", "refuses axis out of range", dict(axis=3), ramp([2, 3]), fails=[])
    yield reduce("mean", "refuses a repeated axis", dict(axis="(1,1)"), ramp([2, 3]), fails=[])
    yield reduce("mean", "axis None", dict(axis="None"), seeded([3, 4]))
    for order in (1, 2):
        for title, attrs in [("all", {}), ("axis 1", dict(axis=1)), ("keepdims", dict(axis=1, keepdims=True)), ("two axes", dict(axis="(1,2)")), ("last", dict(axis=-1))]:
            if (order, title) != (1, "all"):
                yield reduce("norm", f"ord {order} {title}", dict(ord=order, **attrs), seeded([2, 3, 4], -2, 2))
    yield reduce("norm", "default keepdims", dict(keepdims=True), seeded([2, 3], -2, 2))
    yield reduce("norm", "float64", dict(axis=1), seeded([2, 3], -2, 2, "float64"))
    for shape in ([2, 5], [3, 4, 2], [1, 7, 2, 3], [2, 37]):
        yield reduce("argmax_channel", "x".join(map(str, shape)), {}, seeded(shape))
    yield reduce("argmax_channel", "ties", {}, values([2, 4], [1, 3, 3, 2, 0, 0, 0, 0]))
    yield reduce("argmax_channel", "float64", {}, seeded([2, 5], dtype="float64"))
    for op in ("argmax", "argmin"):
        for title, attrs, data in [("all", {}, seeded([2, 5])), ("axis 0", dict(axis=0), seeded([4, 3])), ("axis -1", dict(axis=-1), seeded([2, 3, 4])), ("keepdims", dict(axis=1, keepdims=True), seeded([2, 5, 2])), ("ties", dict(axis=1), values([2, 4], [1, 3, 3, 1, 0, 0, 0, 0])), ("vector", dict(axis=0), seeded([9]))]:
            yield reduce(op, title, attrs, data)
