"""Writes ../goldens/networks/NAME.json: what the reference answers on a network of networks.py.

Of each output: shape, largest magnitude, mean, a checksum (the sum of its elements with random signs,
over the square root of their number), and elements at seeded places. Of detections: the rows, which a
library may give in any order. Of a few internal outputs: the same as of outputs. The reference is asked
with its native kernels; how far its oneDNN kernels are away says how well-conditioned the network is.
"""

import json
import math
import pathlib

import numpy as np

from case_tensors import Number, hash_words
from case_writer import compact
from networks import digest, files, run_inputs
from whole_network import HERE, REFERENCE_ENVIRONMENT, NetworkRunner

GOLDENS = HERE.parent / "goldens" / "networks"
SAMPLES, INTERNAL_SAMPLES, INTERNALS = 200, 60, 4
ROWS, ROW_VALUES = 60, 12
PLACE_SEED, SIGN_SEED = 1, 2
TOLERANCE = 5e-4
ONE_DNN_ENVIRONMENT = {name: value for name, value in REFERENCE_ENVIRONMENT.items() if name != "MXNET_MKLDNN_ENABLED"}
# Operators whose outputs have other names, or several, or are not float32.
UNNAMED = {"null", "make_loss", "MakeLoss", "shape_array", "size_array", "Cast", "SliceChannel", "split", "_split_v2", "RNN", "_foreach"}
# Operators behind which a rounding error may change everything: order, thresholds.
DECIDING = ("sort", "topk", "nms", "proposal", "multiboxdetection", "argmax", "greater", "lesser", "equal", "where", "floor", "round")


def places(size, count):
    """Seeded indices, one in each of at most `count` equal parts."""
    step = max(1, size // count)
    first = np.arange(0, size - step + 1, step)
    return first + (hash_words(PLACE_SEED, first.size) % np.uint64(step)).astype(np.int64)


def number(value):
    return Number(np.float32(value))


def sampled(array, count):
    flat = array.reshape(-1).astype(np.float64)
    signs = 1 - 2 * (hash_words(SIGN_SEED, flat.size) & np.uint64(1)).astype(np.float64)
    return {
        "shape": list(array.shape),
        "top": number(np.abs(flat).max()),
        "mean": number(flat.mean()),
        "checksum": number((flat * signs).sum() / math.sqrt(flat.size)),
        "values": [number(value) for value in flat[places(flat.size, count)]],
    }


def detections(outputs):
    """The rows of outputs whose first two axes are (image, detection): first value is the class, below 0 none."""
    columns = [array.reshape(*array.shape[:2], -1) for array in outputs]
    columns = [part[:, :, places(part.shape[2], ROW_VALUES)] for part in columns]
    rows = np.concatenate(columns, 2)
    found = []
    for image in rows:
        valid = image[image[:, 0] >= 0]
        step = max(1, len(valid) // ROWS)
        found.append({"count": len(valid), "rows": [[number(v) for v in row] for row in valid[::step][:ROWS]]})
    tops = np.abs(np.where(rows[:, :, :1] >= 0, rows, 0)).max((0, 1))
    return {"shapes": [list(array.shape) for array in outputs], "tops": [number(top) for top in tops], "images": found}


def float_outputs(mx, symbol, inputs):
    """Names of internal outputs of type float32."""
    internals = mx.sym.load_json(symbol).get_internals()
    _, types, _ = internals.infer_type(**{name: np.float32 for name in inputs})
    return {name for name, dtype in zip(internals.list_outputs(), types) if dtype is np.float32}


def internal_names(mx, symbol, inputs):
    """A few nodes, evenly spaced, that depend on the inputs, hang on no decision, and can be asked for by name."""
    nodes = json.loads(symbol)["nodes"]
    floats = float_outputs(mx, symbol, inputs)
    several = {source for node in nodes for source, output, *_ in node["inputs"] if output > 0}
    reached, decided, names = set(), set(), []
    for i, node in enumerate(nodes):
        sources = {source for source, *_ in node["inputs"]}
        if node["name"] in inputs or sources & reached:
            reached.add(i)
        if sources & decided or any(word in node["op"].lower() for word in DECIDING):
            decided.add(i)
        if i in reached - decided - several and node["op"] not in UNNAMED:
            names.append(node["name"])
    names = [name for name in names if names.count(name) == 1 and f"{name}_output" in floats]
    return [names[len(names) * (k + 1) // (INTERNALS + 1)] for k in range(INTERNALS)]


def internal_inputs(symbol, names):
    """Variables that these nodes depend on."""
    nodes = json.loads(symbol)["nodes"]
    needed = {i for i, node in enumerate(nodes) if node["name"] in names and node["op"] != "null"}
    for i in range(len(nodes) - 1, -1, -1):
        if i in needed:
            needed |= {source for source, *_ in nodes[i]["inputs"]}
    return {nodes[i]["name"] for i in needed if nodes[i]["op"] == "null"}


def difference(a, b):
    top = max(float(np.abs(a).max()), 1e-30)
    return float(np.abs(a - b).max()) / top


def with_written_rows(symbol):
    """An equal graph in which the reference's ROIAlign writes every row.

    It leaves those of ROIs with batch index -1 as they were in memory (operators.md 0b.11), and feature
    pyramids add the levels up. Here such ROIs become empty ones of image 0, and their rows times 0.
    """
    graph = json.loads(symbol)
    nodes, place = [], []

    def add(op, name, inputs, **attrs):
        nodes.append({"op": op, "name": name, "attrs": attrs, "inputs": inputs})
        return [len(nodes) - 1, 0, 0]

    for node in graph["nodes"]:
        inputs = [[place[source], *rest] for source, *rest in node["inputs"]]
        name = node["name"]
        if node["op"] == "_contrib_ROIAlign":
            index = add("slice_axis", f"{name}_index", inputs[1:2], axis="1", begin="0", end="1")
            valid = add("_greater_equal_scalar", f"{name}_valid", [index], scalar="0")
            inputs[1] = add("broadcast_mul", f"{name}_rois", [inputs[1], valid])
        nodes.append({**node, "inputs": inputs})
        place.append(len(nodes) - 1)
        if node["op"] == "_contrib_ROIAlign":
            mask = add("Reshape", f"{name}_mask", [valid], shape="(-1, 1, 1, 1)")
            place[-1] = add("broadcast_mul", f"{name}_written", [[place[-1], 0, 0], mask])[0]
    heads = [[place[source], *rest] for source, *rest in graph["heads"]]
    arguments = [i for i, node in enumerate(nodes) if node["op"] == "null"]
    return json.dumps({"nodes": nodes, "arg_nodes": arguments, "heads": heads, "attrs": graph["attrs"]})


def runner(one_dnn):
    """The reference with its oneDNN kernels, or with its native ones."""
    import mxnet as mx

    library = pathlib.Path(mx.__file__).parent / "libmxnet.so"
    return NetworkRunner(library, ONE_DNN_ENVIRONMENT if one_dnn else REFERENCE_ENVIRONMENT)


def read_model(network):
    at = files(network.name)
    return at["symbol"].read_text(), at["params"].read_bytes()


def asked(network, arrays):
    """The outputs that goldens are made of."""
    reference = runner(network.one_dnn)
    outputs = reference.run(*read_model(network), arrays)
    reference.stop()
    return outputs


def write_golden(network):
    import mxnet as mx

    at = files(network.name)
    symbol, params = read_model(network)
    names = internal_names(mx, symbol, network.runs[0])
    unwritten = '"_contrib_ROIAlign"' in symbol and '"add_n"' in symbol
    symbol = with_written_rows(symbol) if unwritten else symbol
    native, other = runner(network.one_dnn), runner(True)
    runs, worst = [], 0.0
    for index in range(len(network.runs)):
        specs, arrays = run_inputs(network, index)
        outputs = native.run(symbol, params, arrays)
        kept = {"inputs": specs}
        for array in outputs:
            if not np.isfinite(array).all():
                raise ValueError(f"run {index} has outputs that are no numbers")
        if network.sets:
            kept["detections"] = detections([outputs[i] for i in network.sets])
        kept["outputs"] = [None if i in network.sets else sampled(a, SAMPLES) for i, a in enumerate(outputs)]
        if index == 0:
            used = {name: array for name, array in arrays.items() if name in internal_inputs(symbol, names)}
            inner = native.run(symbol, params, used, names)
            kept["internalInputs"] = list(used)
            kept["internals"] = [{"name": name, **sampled(a, INTERNAL_SAMPLES)} for name, a in zip(names, inner)]
            second = other.run(symbol, params, used, names)
            worst = max([worst, *(difference(a, b) for a, b in zip(inner, second))])
        second = other.run(symbol, params, arrays)
        worst = max([worst, *(difference(a, b) for i, (a, b) in enumerate(zip(outputs, second)) if i not in network.sets)])
        runs.append(kept)
    native.stop(), other.stop()
    nodes = sum(node["op"] != "null" for node in json.loads(at["symbol"].read_text())["nodes"])
    golden = {
        "network": network.name, "family": network.family, "small": network.small, "needs": network.needs,
        "source": "reference oneDNN" if network.one_dnn else "reference native", **({"unwritten": True} if unwritten else {}), "oneDnnDifference": number(worst), "nodes": nodes,
        "symbolSha256": digest(at["symbol"]), "paramsSha256": digest(at["params"]), "paramsBytes": len(params),
    }
    fields = ",\n".join(f"  {json.dumps(k)}: {compact(v)}" for k, v in golden.items())
    lines = ",\n".join(run_text(run) for run in runs)
    GOLDENS.mkdir(parents=True, exist_ok=True)
    (GOLDENS / f"{network.name}.json").write_text("{\n" + fields + ',\n  "runs": [\n' + lines + "\n  ]\n}\n")
    found = [[image["count"] for image in run["detections"]["images"]] for run in runs if "detections" in run]
    print(f"{network.name}: {nodes} nodes, oneDNN differs by {worst:.1e}, tops {[float(o['top']) for o in runs[0]['outputs'] if o]} {found or ''}", flush=True)


def run_text(run):
    parts = []
    for key, value in run.items():
        items = value if isinstance(value, list) else [value]
        body = ",\n".join("        " + compact(item) for item in items)
        parts.append(f'      "{key}": [\n{body}\n      ]' if isinstance(value, list) else f'      "{key}": {compact(value)}')
    return "    {\n" + ",\n".join(parts) + "\n    }"
