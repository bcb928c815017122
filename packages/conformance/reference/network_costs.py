"""Parameters and multiply-adds of networks, by the shapes that MXNet 1.9.1 infers.

    python network_costs.py zoo DIRECTORY [network ...]  of gluon.model_zoo.vision: DIRECTORY/NAME-symbol.json, costs.json
    python network_costs.py models MODELS                of the folder of models: goldens/network-costs.json

The formulas are written out from attributes, not taken from libpredict. Needs a Python with mxnet==1.9.1.
"""

import ast
import json
import math
import os
import pathlib
import sys

from networks_zoo import NAMES as NETWORKS

os.environ.update(MXNET_ENGINE_TYPE="NaiveEngine", MXNET_SUBGRAPH_BACKEND="NONE")
GOLDEN = pathlib.Path(__file__).parent.parent / "goldens" / "network-costs.json"
MODELS = [
    ("mtcnn/det1", [1, 3, 12, 12]),
    ("mtcnn/det2", [1, 3, 24, 24]),
    ("mtcnn/det3", [1, 3, 48, 48]),
    ("retinaface-mobile/16", [1, 3, 640, 640]),
]


def multiply_adds(op, attrs, data, out):
    """Of one node, by its attributes and the shapes of its data and output."""
    if op == "Convolution":
        filters, groups, kernel = int(attrs["num_filter"]), int(attrs.get("num_group", 1)), ast.literal_eval(attrs["kernel"].replace("L", ""))
        return out[0] * filters * math.prod(out[2:]) * (data[1] // groups) * math.prod(kernel)
    if op == "Deconvolution":
        filters, groups, kernel = int(attrs["num_filter"]), int(attrs.get("num_group", 1)), ast.literal_eval(attrs["kernel"].replace("L", ""))
        return data[0] * data[1] * math.prod(data[2:]) * (filters // groups) * math.prod(kernel)
    if op == "FullyConnected":
        hidden = int(attrs["num_hidden"])
        flat = attrs.get("flatten", "True") in ("True", "1", "true")
        return data[0] * hidden * math.prod(data[1:]) if flat else math.prod(data) * hidden
    return 0


def costs(symbol, shape):
    """Costs of a symbol: parameters, and multiply-adds of each node that has some."""
    internals = symbol.get_internals()
    arguments, outputs, states = internals.infer_shape(data=tuple(shape))
    shapes = dict(zip(internals.list_outputs(), outputs))
    nodes = json.loads(symbol.tojson())["nodes"]
    parameters = sum(math.prod(s) for n, s in zip(internals.list_arguments(), arguments) if n != "data" and not n.endswith("label"))
    parameters += sum(math.prod(s) for s in states)
    layers = {}
    for node in nodes:
        if node["op"] in ("Convolution", "Deconvolution", "FullyConnected"):
            source = nodes[node["inputs"][0][0]]
            entry = node["inputs"][0][1]
            names = [source["name"]] if source["op"] == "null" else [f"{source['name']}_output", f"{source['name']}_output{entry}"]
            data = next(shapes[name] for name in names if name in shapes)
            layers[node["name"]] = multiply_adds(node["op"], node.get("attrs", {}), data, shapes[f"{node['name']}_output"])
    return {"shape": list(shape), "parameters": parameters, "multiplyAdds": sum(layers.values()), "layers": layers}


def zoo(mx, directory, networks):
    from mxnet.gluon.model_zoo import vision

    found = {}
    for name in networks:
        size = 299 if name == "inceptionv3" else 224
        symbol = vision.get_model(name, pretrained=False, prefix="net_")(mx.sym.var("data"))
        (directory / f"{name}-symbol.json").write_text(symbol.tojson())
        found[name] = costs(symbol, [1, 3, size, size])
    (directory / "costs.json").write_text(json.dumps(found))


def main():
    import mxnet as mx

    command, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "zoo":
        zoo(mx, directory, sys.argv[3:] or NETWORKS)
    else:
        found = {name: costs(mx.sym.load(str(directory / f"{name}-symbol.json")), shape) for name, shape in MODELS}
        GOLDEN.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
