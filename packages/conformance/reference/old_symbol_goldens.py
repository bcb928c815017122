"""Makes ../goldens/imagenet-symbols.json: Inception-BN and FastPoorNet of 2015 with random weights.

    python old_symbol_goldens.py --library .../libmxnet.so --models ../../../../shared/models/imagenet-symbols

The reference runs the symbol rewritten to say what 2015 meant: Pooling_v1 with
pooling_convention=full, and fix_gamma=False (operators.md 1.7). The test runs the file as it is.
"""

import argparse
import hashlib
import json
import pathlib

from case_params import write_params
from case_tensors import seeded, to_array
from case_writer import compact
from old_symbol_weights import weight_shapes, weight_spec
from whole_network import HERE, REFERENCE_ENVIRONMENT, NetworkRunner, summary

NETWORKS = ("Inception_BN", "fastpoor")


def rewritten(symbol):
    """The symbol as 1.9 must see it to do what 2015 did."""
    nodes = []
    for node in symbol["nodes"]:
        if node["op"] == "Pooling":
            node = {**node, "op": "Pooling_v1", "param": {**node["param"], "pooling_convention": "full"}}
        elif node["op"] == "BatchNorm":
            node = {**node, "param": {**node["param"], "fix_gamma": "False"}}
        nodes.append(node)
    return {**symbol, "nodes": nodes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    options = parser.parse_args()
    runner = NetworkRunner(options.library, REFERENCE_ENVIRONMENT)
    lines = []
    for name in NETWORKS:
        text = (options.models / f"{name}-symbol.json").read_text()
        symbol = json.loads(text)
        scores = [n["name"] for n in symbol["nodes"] if n["op"] == "FullyConnected"][-1]
        weights = [weight_spec(i, *entry) for i, entry in enumerate(weight_shapes(symbol))]
        data = to_array(seeded([1, 3, 224, 224], -1, 1, seed=7))
        head = symbol["nodes"][symbol["heads"][0][0]]["name"]
        chosen = [scores, head]
        outputs = runner.run(json.dumps(rewritten(symbol)), write_params(weights), {"data": data}, chosen)
        print(name, [(c, o.shape, float(o.std()), float(abs(o).max())) for c, o in zip(chosen, outputs)])
        assert 0.1 < outputs[0].std() < 10
        digest = hashlib.sha256(text.encode()).hexdigest()
        entry = {"name": name, "sha256": digest, "chosen": chosen, "outputs": [summary(o) for o in outputs]}
        lines.append("    " + compact(entry))
    runner.stop()
    path = HERE.parent / "goldens" / "imagenet-symbols.json"
    path.write_text('{\n  "source": "reference native, symbols rewritten as operators.md 1.7 says",\n  "networks": [\n' + ",\n".join(lines) + "\n  ]\n}\n")


main()
