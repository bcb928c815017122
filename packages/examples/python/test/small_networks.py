"""Networks small enough that their results are worked out by hand."""

from __future__ import annotations

import json
import struct
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from libpredict import Binding
from libpredict.gen.handles import PredictorHandle
from libpredict.tensor_types import dtype_numbers

Attributes = Dict[str, str]


def graph(op: str, inputs: Sequence[str], attrs: Optional[Attributes] = None, name: str = "node") -> str:
    """One operator on variables."""
    variables: List[Dict[str, Any]] = [{"op": "null", "name": n, "inputs": []} for n in inputs]
    node = {"op": op, "name": name, "attrs": attrs or {}, "inputs": [[i, 0, 0] for i in range(len(inputs))]}
    return json.dumps(
        {
            "nodes": [*variables, node],
            "arg_nodes": list(range(len(inputs))),
            "heads": [[len(inputs), 0, 0]],
            "attrs": {"mxnet_version": ["int", 10901]},
        }
    )


def ndarray_file(arrays: Dict[str, npt.NDArray[Any]], names: bool = True) -> bytes:
    """The content of a file of arrays, as MXNet 1.9 writes it."""
    out = struct.pack("<QQQ", 0x112, 0, len(arrays))
    for array in arrays.values():
        dims = struct.pack(f"<I{array.ndim}q", array.ndim, *array.shape)
        device = struct.pack("<ii", 1, 0)
        out += struct.pack("<Ii", 0xF993FAC9, 0) + dims + device
        out += struct.pack("<i", dtype_numbers[array.dtype]) + np.ascontiguousarray(array).tobytes()
    listed = [n.encode() for n in arrays] if names else []
    out += struct.pack("<Q", len(listed))
    for name in listed:
        out += struct.pack("<Q", len(name)) + name
    return out


RELU = graph("Activation", ["x"], {"act_type": "relu"}, "act")


def dense(weight: Sequence[Sequence[float]], dtype: npt.DTypeLike = np.float32) -> Tuple[str, bytes]:
    """Symbol and parameters of y = x W^T."""
    w = np.array(weight, dtype)
    attrs = {"num_hidden": str(w.shape[0]), "no_bias": "True"}
    return graph("FullyConnected", ["x", "w"], attrs, "fc"), ndarray_file({"arg:w": w})


def chain(length: int) -> str:
    """A sigmoid after the other on "x"."""
    nodes: List[Dict[str, Any]] = [{"op": "null", "name": "x", "inputs": []}]
    for i in range(length):
        attrs = {"act_type": "sigmoid"}
        nodes.append({"op": "Activation", "name": f"act{i}", "attrs": attrs, "inputs": [[i, 0, 0]]})
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [[length, 0, 0]]})


def convolution(channels: int) -> Tuple[str, bytes]:
    """Symbol and parameters of a 3x3 convolution of "x", all weights 1, padded to keep the size."""
    attrs = {"kernel": "(3, 3)", "pad": "(1, 1)", "num_filter": str(channels), "no_bias": "True"}
    weight = np.ones((channels, channels, 3, 3), np.float32)
    return graph("Convolution", ["x", "w"], attrs, "conv"), ndarray_file({"arg:w": weight})


def u32(*numbers: int) -> npt.NDArray[np.uint32]:
    return np.array(numbers, np.uint32)


def make_predictor(
    b: Binding, symbol: str, shape: Sequence[int], params: bytes = ndarray_file({}), key: str = "x"
) -> PredictorHandle:
    """A predictor of the low level, with one input of a shape."""
    return b.MXPredCreate(symbol, params, len(params), 1, 0, 1, [key], u32(0, len(shape)), u32(*shape))


def fake_predictor(fake: Binding, count: int = 1) -> PredictorHandle:
    return make_predictor(fake, "", [count], b"p", "data")


def tell_fake(fake: Binding, predictor: PredictorHandle, command: str, value: float) -> None:
    """Has the next forward of the fake wait (``delay_ms``) or ``fail``."""
    fake.MXPredSetInput(predictor, command, np.array([value], np.float32), 1)
