"""Random RNN and _foreach nodes.

GENERATORS are for random_differential.py. The native reference leaves outputs of float32 RNN unwritten
(operators.md 0b.6), so it is asked in float64, and this program compares float32 with the formula:

    python random_recurrent.py --library libpredict.so --seed 1 --count 300
"""

import argparse
import json
import sys

import numpy as np

from case_builders import given, op_case, seed_case, stored
from case_steps import StepRunner
from case_tensors import seeded, to_array, values
from case_tolerance import worst_excess
from harness_client import HarnessClient
from recurrent_formulas import GATES, parameter_count, run

FILE = "random/recurrent"


def whole(rng, lo, hi):
    return int(rng.integers(lo, hi + 1))


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def tensor(rng, shape, bound=1.0, dtype="float32"):
    return seeded(shape, -bound, bound, dtype, seed=int(rng.integers(1 << 30)))


def draw_rnn(rng, dtype, free=False):
    """A case and what the formula gives. free: what only the formula can answer, too."""
    mode = choose(rng, list(GATES))
    largest = choose(rng, [3, 8, 40])
    steps, images, inputs = whole(rng, 1, 5), choose(rng, [1, 2, 3, whole(rng, 1, 20)]), whole(rng, 1, largest)
    hidden, layers, directions = whole(rng, 1, largest), choose(rng, [1, 1, 2, 3]), whole(rng, 1, 2)
    projection = whole(rng, 1, hidden) if free and mode == "lstm" and rng.random() < 0.3 else None
    lengths = rng.integers(0, steps + 2, images) if free and rng.random() < 0.3 else None
    outputs = rng.random() < 0.5
    attrs = dict(mode=mode, state_size=hidden, num_layers=layers)
    options = dict(bidirectional=directions == 2, state_outputs=outputs, projection_size=projection, use_sequence_length=lengths is not None, p=0.5 if rng.random() < 0.2 else None)
    attrs.update({key: value for key, value in options.items() if value})
    data = tensor(rng, [steps, images, inputs], 1.0, dtype)
    parameters = tensor(rng, [parameter_count(mode, inputs, hidden, layers, directions, projection)], min(0.9, (3 / hidden) ** 0.5), dtype)
    state = tensor(rng, [layers * directions, images, projection or hidden], 0.5, dtype)
    state_cell = tensor(rng, [layers * directions, images, hidden], 0.5, dtype)
    how = given if rng.random() < 0.2 else stored  # parameters that may change are not packed
    operands = [given("data", data), how("parameters", parameters), given("state", state)]
    if mode == "lstm":
        operands.append(given("state_cell", state_cell))
    if lengths is not None:
        operands.append(given("sequence_length", values([images], [int(n) for n in lengths])))
    expected = run(mode, to_array(data), to_array(parameters), hidden, to_array(state), to_array(state_cell) if mode == "lstm" else None, layers, directions, projection, lengths)
    count = len(expected) if outputs else 1
    title = f"random-{rng.integers(1 << 30)}"
    return op_case(FILE, "RNN", title, attrs, operands, "accumulating", (inputs + hidden) * layers * steps, count), expected[:count]


def rnn(rng):
    return draw_rnn(rng, "float64")[0]


def foreach(rng):
    """A loop over a body of a few elementwise and dense nodes."""
    features, images, steps = whole(rng, 1, 5), whole(rng, 1, 3), whole(rng, 1, 4)
    item, dtype = [images, features], choose(rng, ["float32", "float32", "float64"])
    kinds = {f"x{i}": "data" for i in range(whole(rng, 1, 2))}
    kinds.update({f"s{i}": "state" for i in range(whole(rng, 0, 2))})
    nodes = [{"op": "null", "name": name, "inputs": []} for name in kinds]
    shapes = {name: item for name in kinds}

    def add(op, inputs, attrs=None, name=None):
        nodes.append({"op": op, "name": name or f"n{len(nodes)}", **({"attrs": attrs} if attrs else {}), "inputs": [[i, 0, 0] for i in inputs]})
        return len(nodes) - 1

    values_so_far = list(range(len(nodes)))
    for _ in range(whole(rng, 1, 6)):
        a, b = choose(rng, values_so_far), choose(rng, values_so_far)
        kind = whole(rng, 0, 4)
        if kind == 0:
            weight = add("null", [], name=f"w{len(nodes)}")
            kinds[nodes[weight]["name"]], shapes[nodes[weight]["name"]] = "rest", [features, features]
            values_so_far.append(add("FullyConnected", [a, weight], {"num_hidden": str(features), "no_bias": "True"}))
        elif kind == 1:
            values_so_far.append(add("Activation", [a], {"act_type": choose(rng, ["tanh", "sigmoid", "relu"])}))
        elif kind == 2:
            values_so_far.append(add("_mul_scalar", [a], {"scalar": choose(rng, ["0.5", "-1.5"])}))
        else:
            values_so_far.append(add(choose(rng, ["elemwise_add", "elemwise_sub", "elemwise_mul"]), [a, b]))
    total = values_so_far[-1]
    for i in range(len([k for k in kinds.values() if k != "rest"])):
        total = add("elemwise_add", [total, i])
    made = [i for i in values_so_far + [total] if nodes[i]["op"] != "null"]
    states = [name for name, kind in kinds.items() if kind == "state"]
    heads = [total] + [choose(rng, made) for _ in range(whole(rng, 0, 1))]
    stacked = len(heads)
    heads += [choose(rng, made) for _ in states]
    order, seen = [], set()

    def visit(i):
        if i not in seen:
            seen.add(i)
            for entry in nodes[i]["inputs"]:
                visit(entry[0])
            if nodes[i]["op"] == "null":
                order.append(nodes[i]["name"])

    for head in heads:
        visit(head)
    inputs = [name for kind in ("data", "state", "rest") for name in order if kinds[name] == kind]
    # States are named in the order of their outputs.
    inputs = [n for n in inputs if kinds[n] == "data"] + states + [n for n in inputs if kinds[n] == "rest"]
    locations = {kind: str([order.index(n) for n in inputs if kinds[n] == kind]) for kind in ("data", "state", "rest")}
    body = {"nodes": nodes, "arg_nodes": [i for i, n in enumerate(nodes) if n["op"] == "null"], "heads": [[h, 0, 0] for h in heads]}
    attrs = {"num_args": str(len(inputs) + 1), "num_outputs": str(len(heads)), "num_out_data": str(stacked), "in_data_locs": locations["data"], "in_state_locs": locations["state"], "remain_locs": locations["rest"]}
    outer = [{"op": "null", "name": name, "inputs": []} for name in inputs]
    outer.append({"op": "_foreach", "name": "loop", "attrs": attrs, "inputs": [[i, 0, 0] for i in range(len(inputs))], "subgraphs": [body]})
    symbol = {"nodes": outer, "arg_nodes": list(range(len(inputs))), "heads": [[len(inputs), i, 0] for i in range(len(heads))], "attrs": {"mxnet_version": ["int", 10901]}}
    title = f"random-{rng.integers(1 << 30)}"
    case = {"file": FILE, "id": f"recurrent/_foreach/{title}", "symbol": symbol, "nodes": []}
    tensors = {name: tensor(rng, [steps, *item] if kinds[name] == "data" else shapes[name], 0.9, dtype) for name in inputs}
    case["inputs"] = [{"name": name, **tensors[name]} for name in inputs if kinds[name] != "rest"]
    rest = [{"name": "arg:" + name, **tensors[name]} for name in inputs if kinds[name] == "rest"]
    if rest:
        case["params"] = rest
    if len(heads) > 1:
        case["outputCount"] = len(heads)
    return seed_case({**case, "tolerance": "accumulating", "k": 64 * steps})


GENERATORS = {"RNN": rnn, "_foreach": foreach}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    client = HarnessClient([sys.executable, str(__file__).replace("random_recurrent", "ctypes_harness"), options.library], {})
    wrong = 0
    for index in range(options.count):
        case, expected = draw_rnn(np.random.default_rng([options.seed, index]), "float32", free=True)
        answers = StepRunner(client, json.loads(json.dumps(case, default=float))).run()
        arrays = [answer["array"] for answer in answers if "array" in answer]
        problem = next((answer.get("error") for answer in answers if answer.get("rc") != 0), None)
        if problem is None:
            excess = [worst_excess("accumulating", case["k"], e.astype("float32"), a) for e, a in zip(expected, arrays)]
            problem = f"off by {max(excess):.3g}" if max(excess) > 0 or len(arrays) != len(expected) else None
        if problem is not None:
            wrong += 1
            print(index, problem[:300], json.dumps(case["nodes"]))
    client.stop()
    print(f"{options.count} cases, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
