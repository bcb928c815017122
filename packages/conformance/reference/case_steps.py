"""Turns a case into API calls (../README.md, "Steps") and runs them on a harness.
src/case-steps.ts does the same for the runner."""

from case_params import write_params
from case_symbols import build_symbol
from case_tensors import DTYPE_CODES, DTYPE_NAMES, to_array

import numpy as np

CREATES = {"MXPredCreate", "MXPredCreateEx", "MXPredCreatePartialOut", "MXPredCreateMultiThread"}


def case_models(case):
    """All models of a case by name; a case with `nodes` is itself the model ""."""
    models = dict(case.get("models", {}))
    if any(k in case for k in ("nodes", "symbol", "symbolText")):
        models[""] = case
    return models


def expand_steps(case):
    """The steps of a case; those of an operator case are derived from its tensors."""
    if "steps" in case:
        return case["steps"]
    inputs = case.get("inputs", [])
    create = {"call": "MXPredCreate", "as": "p", "keys": {i["name"]: i["shape"] for i in inputs}}
    typed = {i["name"]: i["dtype"] for i in inputs if i.get("dtype", "float32") != "float32"}
    typed.update(case.get("types", {}))
    if typed:
        create["call"] = "MXPredCreateEx"
        create["dtypes"] = typed
    steps = [create]
    steps += [{"call": "MXPredSetInput", "handle": "p", "key": i["name"], "data": i} for i in inputs]
    steps.append({"call": "MXPredForward", "handle": "p"})
    for index, output in enumerate(case.get("outputs") or [None] * case.get("outputCount", 1)):
        steps.append({"call": "MXPredGetOutputShape", "handle": "p", "index": index})
        steps.append({"call": "MXPredGetOutputType", "handle": "p", "index": index})
        steps.append({"call": "MXPredGetOutput", "handle": "p", "index": index})
    return steps


class StepRunner:
    """Runs one case's steps on a client; keeps handles, shapes and types between them."""

    def __init__(self, client, case):
        self.client = client
        self.case = case
        self.models = case_models(case)
        self.handles = {}
        self.known = {}

    def run(self):
        """A list of answers, one per step, up to the first failure that the step does not expect."""
        self.client.request({"call": "begin", "id": self.case["id"]})
        answers = []
        for step in expand_steps(self.case):
            answer = self.step(step)
            answers.append(answer)
            expect = step.get("expect", {})
            if answer["rc"] != 0 and "error" not in expect and "any" not in expect:
                break
        return answers

    def handle(self, step):
        name = step["handle"]
        return None if name is None else self.handles[name]

    def step(self, step):
        call = step["call"]
        message, payload = {"call": call}, b""
        if step.get("untilDone"):
            message["step"] = 0
        for key in ("index", "step", "threads", "outputs", "all", "remove", "paramsSize", "devType", "devId", "nullOut"):
            if key in step:
                message[key] = step[key]
        if "keys" in step:
            keys = step["keys"]
            message["keys"] = None if keys is None else [{"name": n, "shape": s} for n, s in keys.items()]
        if call in CREATES or call == "MXNDListCreate":
            model = self.models[step.get("model", "")]
            if call in CREATES:
                message["symbol"] = None if step.get("nullSymbol") else build_symbol(model)
            if step.get("nullParams"):
                message["params"] = False
            else:
                payload = write_params(model.get("params", []), model.get("paramsFormat"))
            if "dtypes" in step:
                types = step["dtypes"]
                message["dtypes"] = (
                    None
                    if types is None
                    else [{"name": n, "code": DTYPE_CODES.get(t, t)} for n, t in types.items()]
                )
        if "handle" in step:
            message["handle"] = self.handle(step)
        if call == "MXPredSetInput":
            message["key"] = step.get("key")
            if step.get("data") is None:
                message["data"] = False
                message["size"] = step["size"]
            else:
                array = to_array(step["data"])
                payload = array.tobytes()
                message["size"] = step.get("size", array.size)
        output = (step.get("handle"), step.get("index"))
        if call == "MXPredGetOutput":
            shape, dtype = self.output_info(step)
            count = int(np.prod(shape, dtype=np.int64))
            message["size"] = step.get("size", count)
            message["bytes"] = max(count, message["size"]) * dtype.itemsize
        answer, data = self.client.request(message, payload)
        number = 0
        while step.get("untilDone") and answer.get("rc") == 0 and answer["left"] > 0:
            number += 1
            answer, data = self.client.request({**message, "step": number})
        if answer.get("rc") == 0:
            if "as" in step:
                name = step["as"]
                if isinstance(name, list):
                    self.handles.update(zip(name, answer["handles"]))
                else:
                    self.handles[name] = answer["handle"]
            if call == "MXPredGetOutput" and "size" not in step:
                answer["array"] = np.frombuffer(data, dtype)[:count].reshape(shape)
            if call == "MXNDListGet":
                answer["array"] = np.frombuffer(data, np.float32).reshape(answer["shape"])
            if call == "MXPredGetOutputType":
                written = [s for s in answer["slots"] if s != -1]
                answer["dtype"] = DTYPE_NAMES.get(written[0]) if written else None
        return answer

    def output_info(self, step):
        """Shape and dtype of an output, asked of the library itself."""
        if step["handle"] is None or "size" in step:
            return [step.get("size", 1)], np.dtype("float32")
        where = {"handle": self.handle(step), "index": step["index"]}
        shape, _ = self.client.request({"call": "MXPredGetOutputShape", **where})
        dtype, _ = self.client.request({"call": "MXPredGetOutputType", **where})
        written = [s for s in dtype.get("slots", []) if s != -1]
        return shape.get("shape", [1]), np.dtype(DTYPE_NAMES[written[0]] if written else "float32")
