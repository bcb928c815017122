"""Short forms in which the case_*.py files write cases.

An operand is (kind, name, tensor): `given` goes in by MXPredSetInput and has a key, `stored` stands in
the parameter file as arg:, `state` as aux:, and `free` is a variable that nobody gives (a label).
"""

import json
import zlib


def given(name, tensor):
    return ("given", name, tensor)


def stored(name, tensor):
    return ("stored", name, tensor)


def state(name, tensor):
    return ("state", name, tensor)


def free(name):
    return ("free", name, None)


def text_attrs(attrs):
    """Attributes are strings in symbol JSON."""
    return {key: str(value) for key, value in attrs.items()}


def op_case(file, op, title, attrs, operands, tolerance, k=None, count=1, name=None, **more):
    """A case of one operator node. `file` names the case file, `k` the length of the longest dot
    product or window, `count` the number of visible outputs."""
    case = {"file": file, "id": case_id(file, op, title), "nodes": []}
    node = {"op": op}
    if name is not None:
        node["name"] = name
    if attrs:
        node["attrs"] = text_attrs(attrs)
    node["inputs"] = [operand[1] for operand in operands]
    case["nodes"].append(node)
    own = name or "node"
    if count > 1:
        case["heads"] = [f"{own}:{i}" for i in range(count)]
        case["outputCount"] = count
    add_operands(case, operands)
    case["tolerance"] = tolerance
    if k is not None and tolerance in ("accumulating", "quantized"):
        case["k"] = k
    case.update(more)
    return seed_case(case)


def case_id(file, *parts):
    return "/".join([file.split("/")[-1], *parts]).replace(" ", "-")


def add_operands(case, operands):
    inputs = [{"name": n, **t} for kind, n, t in operands if kind == "given"]
    params = [{"name": "arg:" + n, **t} for kind, n, t in operands if kind == "stored"]
    params += [{"name": "aux:" + n, **t} for kind, n, t in operands if kind == "state"]
    if inputs:
        case["inputs"] = inputs
    if params:
        case["params"] = params


def net_case(file, title, nodes, operands, tolerance, k=None, heads=None, **more):
    """A case of a small graph; nodes are (name, op, attrs, inputs)."""
    case = {"file": file, "id": case_id(file, title), "nodes": []}
    for name, op, attrs, inputs in nodes:
        node = {"name": name, "op": op}
        if attrs:
            node["attrs"] = text_attrs(attrs)
        node["inputs"] = inputs
        case["nodes"].append(node)
    if heads is not None:
        case["heads"] = heads
        case["outputCount"] = len(heads)
    add_operands(case, operands)
    case["tolerance"] = tolerance
    if k is not None and tolerance in ("accumulating", "quantized"):
        case["k"] = k
    case.update(more)
    return seed_case(case)


def steps_case(file, title, models, steps, **more):
    """A case of API calls. models: name to model, steps: see the README."""
    case = {"file": file, "id": case_id(file, title), "models": models, "steps": steps, **more}
    if any(passes_stray_pointer(step) for step in steps):
        case["needs"] = [*case.get("needs", []), "pointers"]
    return seed_case(case)


def passes_stray_pointer(step):
    """Whether a binding that checks its arguments can not make this call as it stands."""
    null = any(name in step for name in ("nullOut", "nullSymbol", "nullParams", "paramsSize"))
    null = null or ("handle" in step and step["handle"] is None and not step["call"].endswith("Free"))
    null = null or (step["call"] == "MXPredSetInput" and (step["data"] is None or step["key"] is None))
    null = null or step.get("threads", 1) < 0
    return null or "slots" in step.get("expect", {})


def seed_case(case):
    """Gives every seeded tensor without a seed one that depends on the case's id and its position."""
    position = 0

    def walk(value):
        nonlocal position
        if isinstance(value, dict):
            if "seeded" in value and isinstance(value["seeded"], dict):
                if value["seeded"]["seed"] is None:
                    seed = zlib.crc32(f"{case['id']}#{position}".encode()) % 10000
                    value["seeded"] = {**value["seeded"], "seed": seed}
                position += 1
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return value

    return walk(case)


def signature(case):
    """What a case is besides its id and its seeds: two cases must not share one."""

    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key != "seed"}
        if isinstance(value, list):
            return [strip(item) for item in value]
        return value

    asked = {key: item for key, item in case.items() if key not in ("id", "file", "source", "outputs", "outputCount", "spare")}
    return json.dumps(strip(asked), sort_keys=True)


def with_empty_inputs(case):
    """The predict API takes 0 in a shape for "unknown", so inputs without elements are cut from larger ones by `slice`."""
    cuts, inputs = [], []
    for item in case.get("inputs", []):
        if 0 not in item["shape"]:
            inputs.append(item)
            continue
        name, dims = item["name"], item["shape"]
        whole = {"name": name + "_whole", "shape": [max(1, d) for d in dims], "fill": 1}
        if "dtype" in item:
            whole["dtype"] = item["dtype"]
        inputs.append(whole)
        attrs = {"begin": str(tuple(0 for _ in dims)), "end": str(tuple(dims))}
        cuts.append({"op": "slice", "name": name, "attrs": attrs, "inputs": [whole["name"]]})
    if not cuts:
        return case
    heads = {} if "heads" in case else {"heads": [case["nodes"][-1].get("name", "node")]}
    return {**case, "nodes": cuts + case["nodes"], "inputs": inputs, **heads}
