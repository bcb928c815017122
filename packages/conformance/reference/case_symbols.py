"""Builds symbol JSON from the `nodes` of a case (../README.md, "Symbols").
src/symbol-builder.ts does the same for the runner."""

import json

AGES = {
    # age: key of the operator's attributes, elements per input, mxnet_version
    "0.8": ("param", 2, None),
    "0.9": ("attr", 3, 905),
    "1.0": ("attrs", 3, 10000),
    "1.9": ("attrs", 3, 10901),
}


def build_symbol(model):
    """The JSON text of a case's model."""
    if "symbolText" in model:
        return model["symbolText"]
    if "symbol" in model:
        return json.dumps(model["symbol"])
    attribute_key, elements, version = AGES[model.get("age", "1.9")]
    version = model.get("version", version)
    variables = model.get("variables", {})
    out, index = [], {}

    def add(name, op, attrs, user, inputs):
        node = {"op": op, "name": name}
        if attribute_key == "param":
            node["param"] = attrs
            if user:
                node["attr"] = user
        elif attrs or user:
            node[attribute_key] = {**attrs, **user}
        node["inputs"] = inputs
        if attribute_key == "param":
            node["backward_source_id"] = -1
        index[name] = len(out)
        out.append(node)

    def entry(text):
        name, _, output = text.partition(":")
        return ([index[name], int(output or 0)] + [0])[:elements]

    for node in model["nodes"]:
        for text in node["inputs"]:
            name = text.partition(":")[0]
            if name not in index:
                add(name, "null", {}, variables.get(name, {}), [])
        inputs = [entry(text) for text in node["inputs"]]
        add(node.get("name", "node"), node["op"], node.get("attrs", {}), node.get("user", {}), inputs)
    heads = model.get("heads", [model["nodes"][-1].get("name", "node")])
    symbol = {
        "nodes": out,
        "arg_nodes": [i for i, node in enumerate(out) if node["op"] == "null"],
        "heads": [entry(text) for text in heads],
    }
    if version is not None:
        symbol["attrs"] = {"mxnet_version": ["int", version]}
    return json.dumps(symbol)
