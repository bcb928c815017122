"""The Python predictor of MXNet's predict API, by its own names.

An old script changes its import, from ``mxnet_predict`` to ``libpredict.mxnet_predict``, and nothing else::

    from libpredict.mxnet_predict import Predictor, load_ndarray_file

It needs part one of the header only, so it works with MXNet's own library too. ``Predictor.forward``
converts its inputs to the declared type, as it always did: the one place in this package that does. New
programs take ``libpredict.Model``, which converts nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from .load_library import load_library
from .native_arguments import Array, Buffer, size_of
from .ndarray_file import load_ndarrays
from .predict_error import error_of, wrong_type
from .shape_arguments import shape_arguments, type_arguments
from .tensor_types import dtypes

__all__ = ["Predictor", "devstr2type", "load_ndarray_file"]

devstr2type: Dict[str, int] = {"cpu": 1, "gpu": 2, "cpu_pinned": 3}
"""The number of each device name. libpredict has the CPU only: ``cpu``."""

InputShapes = Union[Mapping[str, Sequence[int]], Sequence[Tuple[str, Sequence[int]]]]


class Predictor:
    """A network, ready to run.

    Args:
        symbol_file: the JSON text of the symbol, or the path of its file
        param_raw_bytes: the content of the ``.params`` file, or its path
        input_shapes: the shape of each input: a dict, or a list of (name, shape)
        dev_type: the device; ``cpu``
        dev_id: ignored
        type_dict: element types of inputs that are not float32
    """

    def __init__(
        self,
        symbol_file: Union[str, "os.PathLike[str]"],
        param_raw_bytes: Union[Buffer, str, "os.PathLike[str]"],
        input_shapes: InputShapes,
        dev_type: str = "cpu",
        dev_id: int = 0,
        type_dict: Optional[Mapping[str, npt.DTypeLike]] = None,
    ) -> None:
        if dev_type not in devstr2type:
            raise error_of("device", f'there is no device "{dev_type}"; "cpu" is one')
        self._library = b = load_library()
        text = _read(symbol_file).decode() if _is_path(symbol_file) else str(symbol_file)
        params = _read(param_raw_bytes) if isinstance(param_raw_bytes, (str, os.PathLike)) else param_raw_bytes
        shapes = _shapes(input_shapes)
        self._types: Dict[str, np.dtype[Any]] = {n: np.dtype(t) for n, t in (type_dict or {}).items()}
        size = size_of("param_raw_bytes", params)
        model = (text, params, size, devstr2type[dev_type], dev_id)
        if type_dict:
            self._handle = b.MXPredCreateEx(*model, *shape_arguments(shapes), *type_arguments(type_dict))
        else:
            self._handle = b.MXPredCreate(*model, *shape_arguments(shapes))

    def forward(self, **inputs: npt.ArrayLike) -> None:
        """Sets the inputs, each converted to float32 or its declared type, and computes the outputs."""
        for name, value in inputs.items():
            data = np.ascontiguousarray(value, dtype=self._types.get(name, np.dtype(np.float32)))
            self._library.MXPredSetInput(self._handle, name, data, data.size)
        self._library.MXPredForward(self._handle)

    def reshape(self, input_shapes: InputShapes) -> None:
        """Changes the shapes of inputs."""
        new = self._library.MXPredReshape(*shape_arguments(_shapes(input_shapes)), self._handle)
        old, self._handle = self._handle, new
        self._library.MXPredFree(old)

    def get_output(self, index: int) -> Array:
        """A copy of an output."""
        b = self._library
        shape = b.MXPredGetOutputShape(self._handle, index).shape_data.tolist()
        output = np.empty(shape, dtypes[b.MXPredGetOutputType(self._handle, index)])
        b.MXPredGetOutput(self._handle, index, output, output.size)
        return output


def load_ndarray_file(nd_bytes: Buffer) -> Union[Dict[str, Array], List[Array]]:
    """Reads the content of a file of arrays: a dict by name, or a list where the file has no names."""
    return load_ndarrays(nd_bytes)


def _shapes(given: InputShapes) -> Dict[str, Sequence[int]]:
    if isinstance(given, Mapping):
        return dict(given)
    try:
        return dict(given)
    except (TypeError, ValueError):
        raise wrong_type("input_shapes", "a dict, or a list of (name, shape)", given) from None


def _is_path(symbol: Union[str, "os.PathLike[str]"]) -> bool:
    return not isinstance(symbol, str) or (symbol.endswith(".json") and "{" not in symbol)


def _read(path: Union[str, "os.PathLike[str]"]) -> bytes:
    return Path(path).read_bytes()
