"""Weights of networks from seeds, the same bytes on every machine.

A weight is a row of words of ../README.md ("Tensors"), scaled by its fan-in (He) and centred in integers:
without the common mean of its inputs a deep network keeps telling images apart. A BatchNorm's mean and
variance are random around what its input has in the reference, rounded to quarters of a power of two, so
that another processor's rounding errors do not change them.
"""

import ast
import json
import math
import zlib

import numpy as np

from case_tensors import hash_words

CHUNK = 1 << 22
CENTRED_FROM = 8  # input channels
STATISTICS = ("running_mean", "running_var", "moving_mean", "moving_var")


def words(name, count):
    """Whole numbers from -2^23 to 2^23 - 1."""
    seed = zlib.crc32(name.encode()) & 0x7FFFFFFF
    result = np.empty(count, np.int32)
    for begin in range(0, count, CHUNK):
        end = min(begin + CHUNK, count)
        result[begin:end] = (hash_words(seed, end - begin, begin) >> np.uint64(8)).astype(np.int32) - (1 << 23)
    return result


def uniform(name, shape, lo, hi):
    unit = words(name, math.prod(shape)).reshape(shape) / (1 << 24)
    return ((lo + hi) / 2 + unit * (hi - lo)).astype(np.float32)


def consumers(graph):
    """Variable to the node that reads it first."""
    found = {}
    for node in graph["nodes"]:
        for source, *_ in node["inputs"]:
            if graph["nodes"][source]["op"] == "null":
                found.setdefault(graph["nodes"][source]["name"], node)
    return found


def fan_in(shape, node):
    """How many products are added for one output, and along which axes they lie."""
    attrs = node.get("attrs", {})
    if node["op"] == "Deconvolution":
        stride = ast.literal_eval(attrs.get("stride", "1"))
        steps = math.prod(stride) if isinstance(stride, tuple) else stride
        return max(1, math.prod(shape) // shape[1] // int(attrs.get("num_group", 1)) // steps), (0,)
    return math.prod(shape[1:]), tuple(range(1, len(shape)))


def initial(name, shape, node):
    """The weight of one variable, or None where the network's own value stays."""
    if name.endswith(("weight", "kernel")) and len(shape) > 1:
        fan, axes = fan_in(shape, node)
        gain = 1 if "h2h" in name or "i2h" in name else 2
        deviation = math.sqrt(gain / fan)
        values = words(name, math.prod(shape)).reshape(shape)
        depth = shape[0] if node["op"] == "Deconvolution" else shape[1]
        if depth >= CENTRED_FROM and node["op"] != "Embedding":
            mean = values.sum(axes, dtype=np.int64, keepdims=True) // math.prod(shape[axis] for axis in axes)
            values -= mean.astype(np.int32)
        return (values * (deviation * math.sqrt(3) / (1 << 23))).astype(np.float32)
    # Scales below 1 and offsets mostly above 0 keep deep networks well-conditioned.
    if name.endswith("gamma"):
        return uniform(name, shape, 0.4, 0.8)
    if name.endswith("beta"):
        return uniform(name, shape, -0.1, 0.3)
    if name.endswith(("bias", "parameters")):
        return uniform(name, shape, -0.1, 0.1)
    if name.endswith("slope"):
        return uniform(name, shape, 0.1, 0.4)
    if name == "conv3_scale":
        return uniform(name, shape, 8, 12)
    return None


def fill(symbol, inputs, kept, scales):
    """All arrays of a network by name, `arg:` and `aux:` before it.

    `kept` has those of its own; `scales` are (end of a name, factor) of layers whose outputs should be small.
    """
    graph = json.loads(symbol.tojson())
    readers = consumers(graph)
    shapes, _, states = symbol.infer_shape(**inputs)
    params = {}
    for kind, names, found in (("arg", symbol.list_arguments(), shapes), ("aux", symbol.list_auxiliary_states(), states)):
        for name, shape in zip(names, found):
            if name in inputs or name.endswith("label"):
                continue
            key = f"{kind}:{name}"
            if name.endswith(STATISTICS):
                params[key] = (np.ones if name.endswith("var") else np.zeros)(shape, np.float32)
                continue
            value = initial(name, shape, readers[name])
            factor = next((factor for end, factor in scales if name.endswith(end)), 1)
            params[key] = kept[key].asnumpy() if value is None else value * np.float32(factor)
    return params


def for_statistics(graph):
    """The graph without chance, and without BatchNorms that keep to their statistics in training too."""
    for node in graph["nodes"]:
        if node["op"] == "Dropout":
            node["attrs"]["p"] = "0"
        node.get("attrs", {}).pop("use_global_stats", None)
    return json.dumps(graph)


def set_statistics(mx, symbol, params, data):
    """Gives every BatchNorm a mean and a variance near those that its input has for this data."""
    graph = json.loads(symbol.tojson())
    nodes = graph["nodes"]
    norms = [node for node in nodes if node["op"] in ("BatchNorm", "_contrib_SyncBatchNorm", "SyncBatchNorm")]
    if not norms:
        return
    internals = mx.sym.load_json(for_statistics(graph)).get_internals()
    places = {name: i for i, name in enumerate(internals.list_outputs())}
    entries = []
    for node in norms:
        source, output, *_ = node["inputs"][0]
        name = nodes[source]["name"]
        candidates = (name, f"{name}_output", f"{name}_output{output}")
        entries.append(internals[next(places[c] for c in candidates if c in places)])
    shapes = {name: array.shape for name, array in data.items()}
    group = mx.sym.Group(entries)
    used = {name: shape for name, shape in shapes.items() if name in group.list_arguments()}
    executor = group.simple_bind(mx.cpu(), grad_req="null", **used)
    arrays = {key.partition(":")[2]: mx.nd.array(value) for key, value in params.items()}
    executor.copy_params_from(arrays, {n: arrays[n] for n in executor.aux_dict}, allow_extra_params=True)
    # In training mode every BatchNorm uses the statistics of its input.
    outputs = executor.forward(is_train=True, **{name: mx.nd.array(data[name]) for name in used})
    for node, output in zip(norms, outputs):
        square = float(np.square(output.asnumpy(), dtype=np.float64).mean())
        variance = 2.0 ** (round(4 * math.log2(max(square, 1e-3))) / 4)
        mean, var = (nodes[node["inputs"][i][0]]["name"] for i in (3, 4))
        shape = params["aux:" + mean].shape
        params["aux:" + mean] = uniform(mean, shape, -0.2, 0.2) * np.float32(math.sqrt(variance))
        params["aux:" + var] = uniform(var, shape, 0.75, 1.25) * np.float32(variance)
