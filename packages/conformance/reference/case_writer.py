"""Writes case files as JSON that is readable in review: one line for each operand, node or step."""

import hashlib
import json


def compact(value):
    """JSON on one line; numbers with a text of their own keep it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(compact(v) for v in value) + "]"
    if isinstance(value, float):
        text = repr(value)
        return text[:-2] if text.endswith(".0") else text
    return json.dumps(value, ensure_ascii=False)


SPREAD = ("nodes", "inputs", "params", "outputs", "steps", "models")


def case_text(case):
    lines = []
    for key, value in case.items():
        if key in SPREAD and isinstance(value, list) and value:
            items = ",\n".join("      " + compact(item) for item in value)
            lines.append(f"    {json.dumps(key)}: [\n{items}\n    ]")
        elif key == "models":
            items = ",\n".join(f"      {json.dumps(n)}: {model_text(m)}" for n, m in value.items())
            lines.append(f"    {json.dumps(key)}: {{\n{items}\n    }}")
        else:
            lines.append(f"    {json.dumps(key)}: {compact(value)}")
    return "  {\n" + ",\n".join(lines) + "\n  }"


def model_text(model):
    lines = []
    for key, value in model.items():
        if key in SPREAD and isinstance(value, list) and value:
            items = ",\n".join("          " + compact(item) for item in value)
            lines.append(f"        {json.dumps(key)}: [\n{items}\n        ]")
        elif key == "symbol":
            lines.append(f"        {json.dumps(key)}: {symbol_text(value)}")
        else:
            lines.append(f"        {json.dumps(key)}: {compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n      }"


def symbol_text(symbol):
    """A literal symbol with one node on each line."""
    lines = []
    for key, value in symbol.items():
        if key == "nodes" and isinstance(value, list):
            items = ",\n".join("            " + compact(node) for node in value)
            lines.append(f"          {json.dumps(key)}: [\n{items}\n          ]")
        else:
            lines.append(f"          {json.dumps(key)}: {compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n        }"


def write_case_file(path, cases):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[\n" + ",\n".join(case_text(case) for case in cases) + "\n]\n")


def write_sums(folder):
    """SHA256SUMS of all case files: what was made here is told from what was changed by hand."""
    lines = []
    for path in sorted(folder.rglob("*.json")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / "SHA256SUMS").write_text("".join(lines))
