"""Reads symbols and what libpredict made of them with MXNet 1.9.1: do they say the same?

    python compare_symbols.py pairs.json

pairs.json: [{"name", "original", "upgraded"}, ...] with the texts. Prints a line for each difference and
a count; the exit code is 1 if there are differences. The upgraded text must load; what the reference
writes of it must be that text again (nodes, operators, attributes, inputs, heads); and, where the
original loads, arguments, states and outputs must be the same, duplicate names counted once.
Needs a Python with mxnet==1.9.1.
"""

import json
import os
import pathlib
import sys

os.environ.update(MXNET_ENGINE_TYPE="NaiveEngine", MXNET_SUBGRAPH_BACKEND="NONE", MXNET_MKLDNN_ENABLED="0")


def graph(text):
    symbol = json.loads(text)
    nodes = [(node["op"], node["name"], node.get("attrs", {}), [entry[:2] for entry in node["inputs"]]) for node in symbol["nodes"]]
    return {"nodes": nodes, "heads": [entry[:2] for entry in symbol["heads"]], "arg_nodes": symbol["arg_nodes"], "attrs": symbol["attrs"]["mxnet_version"]}


def load(mx, text):
    try:
        return mx.sym.load_json(text), None
    except Exception as error:  # the reference's errors are of several classes
        lines = [line for line in str(error).splitlines() if line.strip()]
        return None, lines[-1][:200] if lines else repr(error)


def differences(mx, pair):
    upgraded, failure = load(mx, pair["upgraded"])
    original, original_failure = load(mx, pair["original"])
    if upgraded is None:
        # What the reference refuses for a reason of its own, it refuses before and after.
        return [] if original is None else [f"does not load: {failure}"]
    found = []
    written, own = graph(upgraded.tojson()), graph(pair["upgraded"])
    for key in own:
        if written[key] != own[key]:
            found.append(f"{key} is written as {str(written[key])[:300]}, not {str(own[key])[:300]}")
    if original is not None:
        for list_names in ("list_arguments", "list_auxiliary_states", "list_outputs"):
            before = list(dict.fromkeys(getattr(original, list_names)()))
            after = getattr(upgraded, list_names)()
            after = after if list_names != "list_outputs" else list(dict.fromkeys(after))
            if before != after:
                found.append(f"{list_names}: {before} before, {after} after")
    return found


def main():
    import mxnet as mx

    pairs = json.loads(pathlib.Path(sys.argv[1]).read_text())
    failed = 0
    for pair in pairs:
        for difference in differences(mx, pair):
            failed += 1
            print(f"{pair['name']}: {difference}", flush=True)
    print(f"{len(pairs)} symbols, {failed} differences")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
