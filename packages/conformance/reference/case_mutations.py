"""Changes one thing of a drawn case, so that it is odd or wrong: an attribute's value, a dimension, an element type.

What comes of it may be legal all the same, and then has an answer; whatever it is, nothing may crash.
"""

import re

from draws import ALL, chance, choose, tuple_text, whole

WORDS = ["None", "", "True", "False", "0", "1", "-1", "()", "(1,)", "(0, 1)", "(2, 2)", "(1, 1, 1)", "(-1,)", "2.5", "1e-3", "abc", "1000000", "-7"]


def integer(rng, value):
    return str(choose(rng, [value + 1, value - 1, -value, 0, 1, -1, 2 * value, value + whole(rng, -4, 4)]))


def number(rng, value):
    return repr(choose(rng, [-value, 0.0, value * 2, value + 1, 1e30, -1.0]))


def items(rng, values):
    """A tuple with one item changed, taken away, given again or moved."""
    values = list(values)
    form = whole(rng, 0, 4)
    if form == 0 or not values:
        values.append(whole(rng, -2, 3))
    elif form == 1:
        values.pop()
    elif form == 2:
        values = values[::-1]
    else:
        at = whole(rng, 0, len(values) - 1)
        values[at] = "None" if chance(rng, 0.1) else integer(rng, values[at])
    return tuple_text(values)


def text(rng, value):
    """Another value for an attribute's text."""
    if chance(rng, 0.15):
        return choose(rng, WORDS)
    if re.fullmatch(r"-?\d+", value):
        return integer(rng, int(value))
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", value):
        return number(rng, float(value))
    found = re.fullmatch(r"\(([-\d, ]*)\)", value)
    if found:
        return items(rng, [int(i) for i in found.group(1).replace(" ", "").split(",") if i])
    if value in ("True", "False", "1", "0", "true"):
        return choose(rng, ["True", "False", "None"])
    return choose(rng, WORDS)


def changed_attribute(rng, case):
    nodes = [i for i, n in enumerate(case["nodes"]) if n.get("attrs")]
    if not nodes:
        return None
    at = choose(rng, nodes)
    node = case["nodes"][at]
    key = choose(rng, sorted(node["attrs"]))
    attrs = {**node["attrs"], key: text(rng, node["attrs"][key])}
    if chance(rng, 0.15):
        attrs.pop(key)
    return {**case, "nodes": [*case["nodes"][:at], {**node, "attrs": attrs}, *case["nodes"][at + 1 :]]}


def changed_shape(rng, case):
    place, at = operand(rng, case)
    if place is None:
        return None
    spec = case[place][at]
    dims = list(spec["shape"])
    form = whole(rng, 0, 3)
    if form == 0:
        dims.append(whole(rng, 1, 2))
    elif form == 1 and len(dims) > 1:
        dims.pop()
    elif form == 2:
        dims.insert(0, 1)
    else:
        axis = whole(rng, 0, len(dims) - 1)
        dims[axis] = whole(rng, 1, dims[axis] + 2)
    body = {"seeded": spec["seeded"]} if "seeded" in spec else {"fill": 1}
    other = {k: v for k, v in spec.items() if k in ("name", "dtype")} | {"shape": dims} | body
    return {**case, place: [*case[place][:at], other, *case[place][at + 1 :]]}


def changed_type(rng, case):
    place, at = operand(rng, case)
    if place is None:
        return None
    spec = {k: v for k, v in case[place][at].items() if k not in ("dtype", "data", "seeded", "ramp")}
    kind = choose(rng, ALL)
    spec["seeded"] = {"seed": int(rng.integers(1 << 30)), "lo": 0, "hi": 2}
    spec.pop("fill", None)
    return {**case, place: [*case[place][:at], {**spec, "dtype": kind}, *case[place][at + 1 :]]}


def operand(rng, case):
    places = [(p, i) for p in ("inputs", "params") for i in range(len(case.get(p, [])))]
    return choose(rng, places) if places else (None, None)


def mutated(rng, case):
    """The case with one change, or as it is where there is nothing to change."""
    if "nodes" not in case:
        return case
    change = choose(rng, [changed_attribute] * 5 + [changed_shape, changed_shape, changed_type])
    return change(rng, case) or changed_attribute(rng, case) or case
