"""What cases of int8 operators are made of: tensors of 8 bits and ranges."""

from case_builders import given, op_case, stored
from case_tensors import seeded, values

LIMITS = {"int8": (-128, 128), "uint8": (0, 256)}


def octets(name, shape, dtype="int8", kind=given, seed=None):
    """A tensor of all values that the type has."""
    return kind(name, seeded(shape, *LIMITS[dtype], dtype=dtype, seed=seed))


def span(name, low, high):
    """The two ends of a range, as parameters."""
    return [stored(f"{name}_min", values([1], [low])), stored(f"{name}_max", values([1], [high]))]


def quantized_case(file, op, title, attrs, operands, tolerance="rounding", steps=None, count=3, **more):
    """A case of one operator with oneDNN's answers; integers exact unless `steps` may lie between."""
    if steps is not None:
        more, tolerance = {**more, "k": steps}, "quantized"
    return op_case(file, op, title, attrs, operands, tolerance, count=count, ask="onednn", **more)
