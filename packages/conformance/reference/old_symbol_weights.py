"""Random weights for the 2015 ImageNet symbols, from the hash of the case format, so that the test
makes the same ones. test/old-symbol-weights.ts does the same.

Array number i of the arguments (or states) in traversal order is seeded(seed=1000+i). A weight is
uniform in ±sqrt(6 / fan-in) (He), a bias in ±0.1, gamma in 0.8 … 1.2, beta in ±0.1, a moving mean in
±0.1, a moving variance in 0.9 … 1.5.
"""

import math

from case_tensors import seeded

RANGES = {"bias": (-0.1, 0.1), "gamma": (0.8, 1.2), "beta": (-0.1, 0.1), "moving_mean": (-0.1, 0.1), "moving_var": (0.9, 1.5)}


def kind_of(name):
    return next(k for k in ("moving_mean", "moving_var", "gamma", "beta", "bias", "weight") if name.endswith("_" + k))


def weight_spec(number, name, shape):
    kind = kind_of(name)
    bound = math.sqrt(6 / math.prod(shape[1:])) if kind == "weight" else 0
    lo, hi = RANGES.get(kind, (-bound, bound))
    prefix = "aux:" if kind.startswith("moving") else "arg:"
    return {"name": prefix + name, **seeded(shape, lo, hi, seed=1000 + number)}


def weight_shapes(symbol):
    """Names and shapes of all parameters of a 2015 symbol for 1x3x224x224 inputs, in node order.

    Pooling rounds up, as it did then (operators.md 1.7)."""
    shapes, out = {}, []
    for index, node in enumerate(symbol["nodes"]):
        op, name, attrs = node["op"], node["name"], node.get("param", {})
        if op == "null":
            shapes[index] = (1, 3, 224, 224) if name == "data" else None
            continue
        data = shapes[node["inputs"][0][0]]

        def numbers(key):
            return tuple(int(v) for v in attrs[key].strip("()").split(","))

        if op == "Convolution":
            k, s, p, f = numbers("kernel"), numbers("stride"), numbers("pad"), int(attrs["num_filter"])
            out += [(name + "_weight", [f, data[1] // int(attrs["num_group"]), *k]), (name + "_bias", [f])]
            shapes[index] = (1, f, *((data[2 + a] + 2 * p[a] - k[a]) // s[a] + 1 for a in (0, 1)))
        elif op == "Pooling":
            k, s, p = numbers("kernel"), numbers("stride"), numbers("pad")
            shapes[index] = (*data[:2], *(min(data[2 + a] + 2 * p[a] - k[a] + s[a] - 1, data[2 + a] + 2 * p[a] - 1) // s[a] + 1 for a in (0, 1)))
        elif op == "BatchNorm":
            out += [(f"{name}_{k}", [data[1]]) for k in ("gamma", "beta", "moving_mean", "moving_var")]
            shapes[index] = data
        elif op == "FullyConnected":
            f = int(attrs["num_hidden"])
            out += [(name + "_weight", [f, math.prod(data[1:])]), (name + "_bias", [f])]
            shapes[index] = (1, f)
        elif op == "Flatten":
            shapes[index] = (1, math.prod(data[1:]))
        elif op == "Concat":
            shapes[index] = (1, sum(shapes[i[0]][1] for i in node["inputs"]), *data[2:])
        else:
            shapes[index] = data
    return out
