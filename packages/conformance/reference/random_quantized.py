"""Generators of int8 operators (operators.md 4.5); the answers asked for are oneDNN's."""

from draws import chance, choose, shape, tensor, tuple_text, whole

from case_builders import add_operands, given, op_case, stored
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


class Fused:
    """A fused node: its inputs, and the subgraph that says what it does."""

    def __init__(self):
        self.operands, self.ranges, self.nodes, self.last = [], [], [], None

    def input(self, kind, name, tensor):
        self.operands.append((kind, name, tensor))
        self.nodes.append({"op": "null", "name": name + "0", "inputs": []})
        return len(self.nodes) - 1

    def node(self, op, inputs, **attrs):
        self.nodes.append({"op": op, "name": f"n{len(self.nodes)}", "attrs": {k: str(v) for k, v in attrs.items()}, "inputs": [[i, 0, 0] for i in inputs]})
        self.last = len(self.nodes) - 1

    def case(self, rng, op, attrs, count):
        operands = self.operands + self.ranges
        own = {"op": op, "name": "node", "attrs": {k: str(v) for k, v in attrs.items()}, "inputs": [[i, 0, 0] for i in range(len(operands))]}
        variables = [i for i, node in enumerate(self.nodes) if node["op"] == "null"]
        own["subgraphs"] = [{"nodes": self.nodes, "arg_nodes": variables, "heads": [[self.last, 0, 0]]}]
        nodes = [{"op": "null", "name": name, "inputs": []} for _, name, _ in operands]
        heads = [[len(nodes), i, 0] for i in range(count)]
        symbol = {"nodes": [*nodes, own], "arg_nodes": list(range(len(nodes))), "heads": heads, "attrs": {"mxnet_version": ["int", 10901]}}
        case = {"file": FILE, "id": f"quantized/{op}/random-{seed(rng)}", "symbol": symbol}
        add_operands(case, operands)
        return {**case, "outputCount": count, "tolerance": "quantized", "k": 1, "ask": "onednn"}


def activation(rng, fused, options):
    """Adds one of (operator, attributes), or none; whether it did."""
    op, attrs = choose(rng, options)
    if op is not None:
        fused.node(op, [fused.last], **attrs)
    return op is not None


CONV_ACTS = [(None, {}), ("Activation", {"act_type": "relu"}), ("LeakyReLU", {"act_type": "leaky", "slope": 0.2}), ("LeakyReLU", {"act_type": "gelu"}), ("clip", {"a_min": 0, "a_max": 6})]
ROW_ACTS = [*CONV_ACTS[:4], ("LeakyReLU", {"act_type": "elu", "slope": 0.3}), ("abs", {})]


def fused_conv(rng):
    fused, attrs, axes = Fused(), {"quantized": "true"}, 2
    calib = calibrated(rng, attrs, chance(rng, 0.8))
    groups = choose(rng, [1, 1, 1, 2, 4])
    filters, channels = groups * whole(rng, 1, 4), groups * choose(rng, [1, 2, 5])
    kernel, dilate, stride = ([whole(rng, 1, most) for _ in range(axes)] for most in (3, 2, 2))
    pad = [whole(rng, 0, k - 1) for k in kernel]
    size = [whole(rng, d * (k - 1) + 1, 8) for k, d in zip(kernel, dilate)]
    dtype, images, bias = octet_type(rng), whole(rng, 1, 2), chance(rng, 0.6)
    inputs = [fused.input("given", "data", seeded([images, channels, *size], *TOP[dtype], dtype=dtype, seed=seed(rng)))]
    inputs.append(fused.input("stored", "weight", tensor(rng, [filters, channels // groups, *kernel])))
    if bias:
        inputs.append(fused.input("stored", "bias", tensor(rng, [filters])))
    given_attrs = dict(kernel=tuple_text(kernel), stride=tuple_text(stride), dilate=tuple_text(dilate), pad=tuple_text(pad), num_filter=filters, num_group=groups, no_bias=not bias)
    fused.node("Convolution", inputs, **given_attrs)
    if chance(rng, 0.4):
        attrs["with_bn"] = "true"
        conv = fused.last
        weights = [fused.input(kind, name, tensor(rng, [filters], lo=lo)) for kind, name, lo in (("stored", "gamma", 0.5), ("stored", "beta", -2.0), ("state", "mean", -2.0), ("state", "var", 0.5))]
        fused.node("BatchNorm", [conv, *weights], eps=number(rng, 1e-5, 0.1), fix_gamma=choose(rng, ["True", "False"]))
    fused.ranges += span(rng, "data", dtype == "uint8")
    if calib and chance(rng, 0.4):
        attrs["with_sum"] = "true"
        relu = chance(rng, 0.5)
        other = "uint8" if relu else "int8"  # what the result has: the others lose what the types do not share
        out = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in zip(size, pad, dilate, kernel, stride)]
        before = fused.last
        fused.node("elemwise_add", [before, fused.input("given", "sum", seeded([images, filters, *out], *TOP[other], dtype=other, seed=seed(rng)))])
        fused.ranges += span(rng, "sum", relu)
        if relu:
            attrs["with_postsum_act"] = "true"
            fused.node("Activation", [fused.last], act_type="relu")
    elif activation(rng, fused, CONV_ACTS if calib else CONV_ACTS[:2]):
        attrs["with_act"] = "true"
    return fused.case(rng, "_sg_mkldnn_conv", attrs, 3)


def fused_rows(rng):
    fused, attrs = Fused(), {"quantized": "True"}
    floats = chance(rng, 0.4)
    if floats:
        attrs["enable_float_output"] = "True"
    calib = not floats and calibrated(rng, attrs, True)
    dtype, apart, bias, flatten = octet_type(rng), chance(rng, 0.5), chance(rng, 0.6), chance(rng, 0.5)
    dims, hidden = dims_of(rng, 2, 3), whole(rng, 1, 8)
    depth = dims[1] * (dims[2] if len(dims) > 2 else 1) if flatten else dims[-1]
    inputs = [fused.input("given", "data", seeded(dims, *TOP[dtype], dtype=dtype, seed=seed(rng)))]
    fused.ranges += span(rng, "data", dtype == "uint8")
    for name, size in (("weight", [hidden, depth]), ("bias", [hidden]))[: 2 if bias else 1]:
        own = tensor(rng, size) if apart else seeded(size, *TOP["int8"], dtype="int8", seed=seed(rng))
        inputs.append(fused.input("stored", name, own))
        fused.ranges += [] if apart else span(rng, name)
    if apart:
        attrs["channel_wise_quantize"] = "True"
    fused.node("FullyConnected", inputs, num_hidden=hidden, no_bias=not bias, flatten=flatten)
    if activation(rng, fused, ROW_ACTS if calib or floats else ROW_ACTS[:1]):
        attrs["with_eltwise"] = "True"
    return fused.case(rng, "_sg_mkldnn_fully_connected", attrs, 1 if floats else 3)


def fused_attention(rng, value):
    fused, heads, floats = Fused(), whole(rng, 1, 3), chance(rng, 0.4)
    attrs = {"quantized": "True", "heads": heads, "enable_float_output": floats}
    if not floats:
        calibrated(rng, attrs, True)
    length, batch, head = whole(rng, 1, 6), whole(rng, 1, 3), whole(rng, 1, 5)
    inputs = [fused.input("given", "data", seeded([length, batch, 3 * heads * head], *TOP["int8"], dtype="int8", seed=seed(rng)))]
    fused.ranges += span(rng, "data")
    if value:
        inputs.append(fused.input("given", "attention", seeded([batch * heads, length, length], *TOP["uint8"], dtype="uint8", seed=seed(rng))))
        fused.ranges += span(rng, "attention", True)
    name = "selfatt_valatt" if value else "selfatt_qk"
    fused.node("_contrib_interleaved_matmul_" + name, inputs, heads=heads)
    return fused.case(rng, "_sg_mkldnn_" + name, attrs, 1 if floats else 3)


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
    "_sg_mkldnn_conv": fused_conv,
    "_sg_mkldnn_fully_connected": fused_rows,
    "_sg_mkldnn_selfatt_qk": lambda rng: fused_attention(rng, False),
    "_sg_mkldnn_selfatt_valatt": lambda rng: fused_attention(rng, True),
}
