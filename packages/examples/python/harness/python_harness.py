"""The conformance harness: answers framed messages by calling a library through the low level.

    python harness/python_harness.py [LIBRARY]

Without an argument the library is looked up. The binding refuses stray pointers before C sees them, so
this harness does not declare the feature ``pointers``. The protocol: packages/conformance/README.md.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO, Callable, Dict, List, Optional, Tuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from libpredict import PredictError, load_library
from libpredict.gen.binding import Binding
from libpredict.gen.error_codes import error_words
from libpredict.gen.handles import NDArrayHandle
from libpredict.predict_error import error_of
from libpredict.tensor_types import dtypes

Message = Dict[str, Any]
Answer = Tuple[Message, bytes]
Uints = Optional["np.ndarray[Any, np.dtype[np.uint32]]"]
KeyArguments = Tuple[int, Optional[List[str]], Uints, Uints]

FEATURES = ["types", "partial-output", "multithread", "reshape", "partial-forward", "monitor", "ndlist"]
CODES = {word: number for number, word in error_words.items()}
OUTPUT_TYPE_SLOTS = 8


class Harness:
    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.handles: Dict[int, Any] = {}
        self.next_number = 1
        self.seen: Dict[int, List[str]] = {}

    def answer(self, m: Message, payload: bytes) -> Answer:
        call = m["call"]
        b = self.binding
        if call == "hello":
            features = FEATURES + (["lp"] if b.has("LPGetVersion") else [])
            return {"protocol": 1, "name": "python", "library": b.path, "features": features}, b""
        if call == "begin":
            self.clean()
            return {}, b""
        method = getattr(self, call, None)
        if method is None or (call.startswith("LP") and not b.has("LPGetVersion")):
            return {"unsupported": call}, b""
        try:
            values = method(m, payload)
        except PredictError as error:
            code = CODES.get(error.code)
            return {"rc": -1, "error": str(error), **({} if code is None else {"code": code})}, b""
        if isinstance(values, tuple):
            return {"rc": 0, **values[0]}, values[1]
        return {"rc": 0, **(values or {})}, b""

    def clean(self) -> None:
        """Frees what the case before left behind."""
        for number in list(self.handles):
            self.free(number)
        self.seen.clear()

    # --- handles by the numbers that the runner knows them under ---

    def keep(self, handle: Any) -> int:
        number = self.next_number
        self.next_number += 1
        self.handles[number] = handle
        return number

    def handle(self, number: Optional[int]) -> Any:
        if number not in self.handles:
            raise error_of("argument", f"there is no handle {number}")
        return self.handles[number]

    def free(self, number: Optional[int], kind: str = "predictor") -> None:
        b = self.binding
        release: Dict[str, Callable[[Any], None]] = {
            "predictor": b.MXPredFree,
            "ndlist": b.MXNDListFree,
            "model": b.LPModelFree,
        }
        if number is None:
            release[kind](None)
            return
        handle = self.handle(number)
        release[handle.kind](handle)
        del self.handles[number]

    # --- part one ---

    def MXGetLastError(self, m: Message, _: bytes) -> Message:
        return {"text": self.binding.MXGetLastError()}

    def MXPredCreate(self, m: Message, params: bytes) -> Message:
        return {"handle": self.keep(self.binding.MXPredCreate(*model_arguments(m, params), *key_arguments(m)))}

    def MXPredCreateEx(self, m: Message, params: bytes) -> Message:
        types = m.get("dtypes")
        names = None if types is None else [t["name"] for t in types]
        codes = None if types is None else np.array([t["code"] for t in types], np.int32)
        typed = (len(types or []), names, codes)
        return {
            "handle": self.keep(self.binding.MXPredCreateEx(*model_arguments(m, params), *key_arguments(m), *typed))
        }

    def MXPredCreatePartialOut(self, m: Message, params: bytes) -> Message:
        outputs: Optional[List[str]] = m.get("outputs")
        chosen = (len(outputs or []), outputs)
        make = self.binding.MXPredCreatePartialOut
        return {"handle": self.keep(make(*model_arguments(m, params), *key_arguments(m), *chosen))}

    def MXPredCreateMultiThread(self, m: Message, params: bytes) -> Message:
        threads: int = m["threads"]
        made = self.binding.MXPredCreateMultiThread(*model_arguments(m, params), *key_arguments(m), threads)
        return {"handles": [self.keep(handle) for handle in made]}

    def MXPredReshape(self, m: Message, _: bytes) -> Message:
        old = self.handle(m["handle"])
        return {"handle": self.keep(self.binding.MXPredReshape(*key_arguments(m), old))}

    def MXPredGetOutputShape(self, m: Message, _: bytes) -> Message:
        shape = self.binding.MXPredGetOutputShape(self.handle(m["handle"]), m["index"]).shape_data
        return {"shape": shape.tolist()}

    def MXPredGetOutputType(self, m: Message, _: bytes) -> Message:
        found = self.binding.MXPredGetOutputType(self.handle(m["handle"]), m["index"])
        return {"slots": [found] + [-1] * (OUTPUT_TYPE_SLOTS - 1)}

    def MXPredSetInput(self, m: Message, payload: bytes) -> None:
        elements = np.frombuffer(payload, element_type(m["dtype"]))
        self.binding.MXPredSetInput(self.handle(m["handle"]), m["key"], elements, m["size"])

    def MXPredForward(self, m: Message, _: bytes) -> Message:
        self.binding.MXPredForward(self.handle(m["handle"]))
        return self.monitored(m)

    def MXPredPartialForward(self, m: Message, _: bytes) -> Message:
        left = self.binding.MXPredPartialForward(self.handle(m["handle"]), m["step"])
        return {"left": left, **self.monitored(m)}

    def monitored(self, m: Message) -> Message:
        """What the monitor callback saw since the last forward, if there is one."""
        if m["handle"] not in self.seen:
            return {}
        names, self.seen[m["handle"]] = self.seen[m["handle"]], []
        return {"monitor": names}

    def MXPredGetOutput(self, m: Message, _: bytes) -> Tuple[Message, bytes]:
        elements = np.zeros(m["size"], element_type(m["dtype"]))
        self.binding.MXPredGetOutput(self.handle(m["handle"]), m["index"], elements, m["size"])
        return {}, elements.tobytes()

    def MXPredFree(self, m: Message, _: bytes) -> None:
        self.free(m["handle"])

    def MXPredSetMonitorCallback(self, m: Message, _: bytes) -> None:
        number = m["handle"]

        def note(name: str, _: NDArrayHandle) -> None:
            self.seen[number].append(name)

        self.binding.MXPredSetMonitorCallback(self.handle(number), None if m.get("remove") else note, m["all"])
        self.seen[number] = []

    def MXNDListCreate(self, m: Message, file: bytes) -> Message:
        made = self.binding.MXNDListCreate(file, len(file))
        return {"handle": self.keep(made.out), "length": made.out_length}

    def MXNDListGet(self, m: Message, _: bytes) -> Tuple[Message, bytes]:
        found = self.binding.MXNDListGet(self.handle(m["handle"]), m["index"])
        return {"key": found.out_key, "shape": found.out_shape.tolist()}, found.out_data.tobytes()

    def MXNDListFree(self, m: Message, _: bytes) -> None:
        self.free(m["handle"], "ndlist")

    # --- part two ---

    def LPGetVersion(self, m: Message, _: bytes) -> Message:
        return {"text": self.binding.LPGetVersion()}

    def LPGetBuildInfo(self, m: Message, _: bytes) -> Message:
        return {"text": self.binding.LPGetBuildInfo()}

    def LPModelCreate(self, m: Message, params: bytes) -> Message:
        symbol = m["symbol"].encode()
        return {"handle": self.keep(self.binding.LPModelCreate(symbol, len(symbol), params, len(params)))}

    def LPModelFree(self, m: Message, _: bytes) -> None:
        self.free(m["handle"], "model")

    def LPModelGetInputNames(self, m: Message, _: bytes) -> Message:
        model, b = self.handle(m["handle"]), self.binding
        return {"names": [b.LPModelGetInputName(model, i) for i in range(b.LPModelGetInputCount(model))]}

    def LPModelGetOutputNames(self, m: Message, _: bytes) -> Message:
        model, b = self.handle(m["handle"]), self.binding
        return {"names": [b.LPModelGetOutputName(model, i) for i in range(b.LPModelGetOutputCount(model))]}

    def LPPredCreate(self, m: Message, _: bytes) -> Message:
        outputs = m.get("outputs") or []
        return {
            "handle": self.keep(
                self.binding.LPPredCreate(
                    self.handle(m["handle"]), *key_arguments(m), 0, None, None, len(outputs), outputs, None
                )
            )
        }

    def LPPredGetInputInfo(self, m: Message, _: bytes) -> Message:
        info = self.binding.LPPredGetInputInfo(self.handle(m["handle"]), m["index"])
        return {"name": info.name, "dtype": info.dtype, "shape": info.dims.tolist()}

    def LPPredGetOutputInfo(self, m: Message, _: bytes) -> Message:
        info = self.binding.LPPredGetOutputInfo(self.handle(m["handle"]), m["index"])
        return {"name": info.name, "dtype": info.dtype, "shape": info.dims.tolist()}

    def LPPredSetInput(self, m: Message, payload: bytes) -> None:
        self.binding.LPPredSetInput(self.handle(m["handle"]), m["key"], m["dtype"], payload, len(payload))

    def LPCheckModel(self, m: Message, _: bytes) -> Message:
        symbol = m["symbol"].encode()
        report = bytearray(self.binding.LPCheckModel(symbol, len(symbol), None, 0).report_size)
        self.binding.LPCheckModel(symbol, len(symbol), report, len(report))
        found = json.loads(report[:-1])
        return {kind: [entry["node"] for entry in found[kind]] for kind in ("errors", "warnings")}


def model_arguments(m: Message, params: bytes) -> Tuple[str, bytes, int, int, int]:
    return m["symbol"], params, len(params), m.get("devType", 1), m.get("devId", 0)


def key_arguments(m: Message) -> KeyArguments:
    """Number, names, where each shape begins, and all dimensions."""
    keys = m.get("keys")
    if keys is None:
        return 0, None, None, None
    starts, dims = [0], []
    for key in keys:
        dims += key["shape"]
        starts.append(len(dims))
    return len(keys), [key["name"] for key in keys], np.array(starts, np.uint32), np.array(dims, np.uint32)


def element_type(number: int) -> np.dtype[Any]:
    if number not in dtypes:
        raise error_of("dtype", f"there is no element type {number}")
    return dtypes[number]


def serve(harness: Harness, wire_in: BinaryIO, wire_out: BinaryIO) -> None:
    while len(head := wire_in.read(8)) == 8:
        json_size, payload_size = struct.unpack("<II", head)
        message = json.loads(wire_in.read(json_size))
        answer, data = harness.answer(message, wire_in.read(payload_size))
        text = json.dumps(answer).encode()
        wire_out.write(struct.pack("<II", len(text), len(data)) + text + data)
        wire_out.flush()


if __name__ == "__main__":
    # Libraries print on stdout; the wire gets a descriptor of its own.
    with os.fdopen(os.dup(1), "wb") as wire:
        os.dup2(2, 1)
        serve(Harness(load_library(*sys.argv[1:2])), sys.stdin.buffer, wire)
