"""Generators of int8 operators (operators.md 4.5); the answers asked for are oneDNN's."""

from draws import chance, choose, shape, tensor, tuple_text, whole

from case_builders import given, op_case, stored
from case_tensors import seeded, values

FILE = "random/quantized"
TOP = {"int8": (-128, 128), "uint8": (0, 256)}


def number(rng, low, high):
    return float(f"{rng.uniform(low, high):.5g}")


def seed(rng):
    return int(rng.integers(1 << 30))


def octets(rng, name, dims, dtype, kind=given):
    return kind(name, seeded(dims, *TOP[dtype], dtype=dtype, seed=seed(rng)))


def octet_type(rng):
    return choose(rng, ["int8", "uint8"])


def span(rng, name, positive=False):
    low = 0.0 if positive else number(rng, -3, 0)
    return [stored(f"{name}_min", values([1], [low])), stored(f"{name}_max", values([1], [number(rng, 0.1, 3)]))]


def calibrated(rng, attrs, always=False):
    if always or chance(rng, 0.7):
        attrs.update(min_calib_range=choose(rng, [0, number(rng, -3, 0)]), max_calib_range=number(rng, 0.1, 3))
    return "min_calib_range" in attrs


def drawn(rng, op, attrs, operands, steps=1, count=3):
    """Ranges are real numbers, of which `steps` allow a 127th part each."""
    return op_case(FILE, op, f"random-{seed(rng)}", attrs, operands, "quantized", k=steps, count=count, ask="onednn")


def dims_of(rng, least=1, most=5):
    return shape(rng, least, most, zero=0)


def quantize(rng):
    low, high = number(rng, -3, 0), number(rng, 0.1, 3)
    ends = [stored("low", values([1], [low])), stored("high", values([1], [high]))]
    return drawn(rng, "_contrib_quantize", dict(out_type=octet_type(rng)), [given("data", tensor(rng, dims_of(rng), lo=-4, hi=4)), *ends])


def quantize_v2(rng):
    attrs = {}
    if chance(rng, 0.8):
        attrs["out_type"] = choose(rng, ["int8", "uint8", "auto"])
    calibrated(rng, attrs)
    data = tensor(rng, dims_of(rng), lo=choose(rng, [-4, 0]), hi=4) if chance(rng, 0.8) else octets(rng, "data", dims_of(rng), octet_type(rng))[2]
    return drawn(rng, "_contrib_quantize_v2", attrs, [given("data", data)])


def dequantize(rng):
    return drawn(rng, "_contrib_dequantize", {}, [octets(rng, "data", dims_of(rng), octet_type(rng)), *span(rng, "data")], count=1)


def requantize(rng):
    attrs = dict(out_type=choose(rng, ["int8", "uint8", "auto"]))
    calibrated(rng, attrs)
    size = choose(rng, [1000, 10**6, 10**8])
    data = given("data", seeded(dims_of(rng), -size, size, dtype="int32", seed=seed(rng)))
    scale = 2**31 / size
    ends = [stored("low", values([1], [-scale * number(rng, 0.1, 3)])), stored("high", values([1], [scale * number(rng, 0.1, 3)]))]
    return drawn(rng, "_contrib_requantize", attrs, [data, *ends])


def act(rng):
    return drawn(rng, "_contrib_quantized_act", dict(act_type="relu"), [octets(rng, "data", dims_of(rng, 2, 4), "int8"), *span(rng, "data")])


def add(rng):
    attrs, dims = {}, dims_of(rng, 2, 4)
    a, b = octet_type(rng), octet_type(rng)
    if not calibrated(rng, attrs):
        b = a  # the reference loses uint8 beside int8
    operands = [octets(rng, "a", dims, a), octets(rng, "b", dims, b), *span(rng, "a"), *span(rng, "b")]
    return drawn(rng, "_contrib_quantized_elemwise_add", attrs, operands, 1 if attrs else 512)


def multiply(rng):
    attrs, dims = {}, dims_of(rng, 1, 4)
    if chance(rng, 0.5):
        attrs["enable_float_output"] = choose(rng, ["True", "False"])
    if chance(rng, 0.5):
        attrs.update(min_calib_range=-9.5, max_calib_range=number(rng, 1, 9))  # products beyond wrap around in the reference
    floats = attrs.get("enable_float_output") == "True"
    operands = [octets(rng, "a", dims, "int8"), octets(rng, "b", dims, "int8"), *span(rng, "a"), *span(rng, "b")]
    return drawn(rng, "_contrib_quantized_elemwise_mul", attrs, operands, count=1 if floats else 3)


def batch_norm(rng):
    attrs, dims = {}, dims_of(rng, 2, 4)
    calibrated(rng, attrs, True)
    for key, value in (("eps", number(rng, 1e-5, 0.1)), ("fix_gamma", choose(rng, ["True", "False"]))):
        if chance(rng, 0.5):
            attrs[key] = value
    c = [dims[1]]
    weights = [stored("gamma", tensor(rng, c, lo=0.5)), stored("beta", tensor(rng, c)), ("state", "mean", tensor(rng, c)), ("state", "var", tensor(rng, c, lo=0.5))]
    return drawn(rng, "_contrib_quantized_batch_norm", attrs, [octets(rng, "data", dims, octet_type(rng)), *weights, *span(rng, "data")])


def flatten(rng):
    return drawn(rng, "_contrib_quantized_flatten", {}, [octets(rng, "data", dims_of(rng), octet_type(rng)), *span(rng, "data")])


def embedding(rng):
    rows, width = whole(rng, 1, 9), whole(rng, 1, 7)
    data = given("data", seeded(dims_of(rng, 1, 3), -2, rows + 2, choose(rng, ["float32", "int32", "int64"]), seed=seed(rng)))
    attrs = dict(input_dim=rows, output_dim=width)
    return drawn(rng, "_contrib_quantized_embedding", attrs, [data, octets(rng, "weight", [rows, width], "int8", stored), *span(rng, "weight")])


def concat(rng):
    dims, count = dims_of(rng, 2, 4), whole(rng, 1, 4)
    axis = whole(rng, 0, len(dims) - 1)
    tensors = [octets(rng, f"x{i}", [*dims[:axis], whole(rng, 1, 4), *dims[axis + 1 :]], octet_type(rng)) for i in range(count)]
    return drawn(rng, "_contrib_quantized_concat", dict(num_args=count, dim=axis), [*tensors, *(end for i in range(count) for end in span(rng, f"x{i}"))])


def pooling(rng):
    axes = choose(rng, [2, 2, 3])
    kernel = [whole(rng, 1, 3) for _ in range(axes)]
    attrs = dict(kernel=tuple_text(kernel), pool_type=choose(rng, ["max", "avg"]))
    if chance(rng, 0.5):
        attrs["stride"] = tuple_text(whole(rng, 1, 3) for _ in range(axes))
    if chance(rng, 0.5):
        attrs["pad"] = tuple_text(whole(rng, 0, k - 1) for k in kernel)
    if chance(rng, 0.3):
        attrs["count_include_pad"] = choose(rng, ["True", "False"])
    if chance(rng, 0.2):
        attrs["global_pool"] = "True"
    dims = [whole(rng, 1, 2), whole(rng, 1, 5), *(whole(rng, k, 8) for k in kernel)]
    return drawn(rng, "_contrib_quantized_pooling", attrs, [octets(rng, "data", dims, octet_type(rng)), *span(rng, "data")])


def fully_connected(rng):
    dims, hidden = dims_of(rng, 2, 4), whole(rng, 1, 9)
    attrs = dict(num_hidden=hidden, no_bias=choose(rng, ["True", "False"]), flatten=choose(rng, ["True", "False"]))
    depth = dims[-1]
    if attrs["flatten"] == "True":
        for d in dims[1:-1]:
            depth *= d
    operands = [octets(rng, "data", dims, octet_type(rng)), octets(rng, "weight", [hidden, depth], "int8", stored)]
    ends = [*span(rng, "data"), *span(rng, "weight")]
    if attrs["no_bias"] == "False":
        operands.append(octets(rng, "bias", [hidden], "int8", stored))
        ends += span(rng, "bias")
    return drawn(rng, "_contrib_quantized_fully_connected", attrs, operands + ends, 4)


def convolution(rng):
    """Sums alone: what the reference says of their range is wrong, and it takes little else."""
    kernel = [whole(rng, 1, 3) for _ in range(2)]
    dilate = [whole(rng, 1, 2) for _ in range(2)]
    pad = [whole(rng, 0, 2) for _ in range(2)]
    filters, channels = whole(rng, 1, 9), choose(rng, [1, 3, 16, 70])
    attrs = dict(kernel=tuple_text(kernel), num_filter=filters, no_bias="True", dilate=tuple_text(dilate), pad=tuple_text(pad), stride=tuple_text(whole(rng, 1, 2) for _ in range(2)))
    dims = [whole(rng, 1, 2), channels, *(whole(rng, d * (k - 1) + 1, 9) for k, d in zip(kernel, dilate))]
    operands = [octets(rng, "data", dims, "uint8"), octets(rng, "weight", [filters, channels, *kernel], "int8", stored), *span(rng, "data", True), *span(rng, "weight")]
    return drawn(rng, "_contrib_quantized_conv", attrs, operands, count=1)


GENERATORS = {
    "_contrib_dequantize": dequantize,
    "_contrib_quantize": quantize,
    "_contrib_quantize_v2": quantize_v2,
    "_contrib_quantized_act": act,
    "_contrib_quantized_batch_norm": batch_norm,
    "_contrib_quantized_concat": concat,
    "_contrib_quantized_conv": convolution,
    "_contrib_quantized_elemwise_add": add,
    "_contrib_quantized_elemwise_mul": multiply,
    "_contrib_quantized_embedding": embedding,
    "_contrib_quantized_flatten": flatten,
    "_contrib_quantized_fully_connected": fully_connected,
    "_contrib_quantized_pooling": pooling,
    "_contrib_requantize": requantize,
}
