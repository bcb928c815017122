"""Knows the element type of the tensors behind MXPredSetInput and MXPredGetOutput, whose C type says
float whatever they are. Without this check an array of another type would be read or written past its end.

Outputs are asked of the library; inputs and weights too where it can tell. A library with part one of
the header cannot, so the types given to MXPredCreateEx are remembered there, and of anything else
nothing is known.
"""

from __future__ import annotations

import ctypes
import json
from ctypes import byref
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence

import numpy as np

from .gen.constants import LPDType
from .gen.handles import PredictorHandle
from .native_arguments import Array
from .native_handle import NativeObject, check_entered
from .native_memory import name_text

if TYPE_CHECKING:
    from .native_library import NativeLibrary

dtypes: Dict[int, np.dtype[Any]] = {t.value: np.dtype(t.name[3:].lower()) for t in LPDType}
"""The numpy type of each number of LPDType."""

dtype_numbers: Dict[np.dtype[Any], int] = {dtype: number for number, dtype in dtypes.items()}
_float32 = dtypes[LPDType.LP_FLOAT32]


class TensorTypes:
    """The element types of one predictor."""

    __slots__ = ("inputs", "outputs", "weights")

    def __init__(self, inputs: Dict[str, np.dtype[Any]]) -> None:
        self.inputs = inputs
        self.outputs: Dict[int, np.dtype[Any]] = {}
        # Of all variables; asked when one is set that is no input.
        self.weights: Optional[Dict[str, np.dtype[Any]]] = None


def remember_types(
    library: NativeLibrary,
    native: NativeObject,
    names: Optional[Sequence[str]],
    numbers: Optional[Array],
) -> None:
    """Keeps the types given at the creation of a predictor, if the library cannot tell them later."""
    if names is not None and numbers is not None and not library.has("LPPredGetInputInfo"):
        native.types = TensorTypes({n: dtypes.get(int(t), _float32) for n, t in zip(names, numbers)})


def input_type(library: NativeLibrary, native: NativeObject, key: str) -> Optional[np.dtype[Any]]:
    """None where the library cannot tell.

    float32 for a name that it does not know: the call itself will say so.
    """
    types: Optional[TensorTypes] = native.types
    if types is not None:
        found = types.inputs.get(key)
        if found is not None:
            return found
    if not library.has("LPPredGetInputInfo"):
        return None
    try:
        known: TensorTypes = native.run(_read_inputs, library, native)
        if key in known.inputs:
            return known.inputs[key]
        if not library.has("LPPredDescribe"):
            return None
        weights: Dict[str, np.dtype[Any]] = native.run(_read_weights, library, native, known)
        found = weights.get(key)
        return _float32 if found is None else found
    except RuntimeError as error:
        check_entered(error, PredictorHandle)
        raise


def is_input(native: NativeObject, key: str) -> bool:
    """Whether setting the argument leaves the outputs where they are. A RuntimeError: the gate is shut."""
    types = native.types
    if types is None:
        library: NativeLibrary = native.library
        if not library.has("LPPredGetInputInfo"):
            # No views of outputs either.
            return True
        types = native.run(_read_inputs, library, native)
    return key in types.inputs


def output_type(library: NativeLibrary, native: NativeObject, index: int) -> np.dtype[Any]:
    """float32 for an index that the library refuses: the call itself will say so."""
    known = None if native.types is None else native.types.outputs.get(index)
    if known is not None:
        return known
    try:
        return native.run(_read_output, library, native, index)
    except RuntimeError as error:
        check_entered(error, PredictorHandle)
        raise


# --- what follows runs inside the gate ---


def _read_inputs(library: NativeLibrary, native: NativeObject) -> TensorTypes:
    if native.types is not None:
        return native.types
    c = library._c
    count = ctypes.c_uint32()
    if c["LPPredGetInputCount"](native.address, byref(count)) != 0:
        raise library._failure()
    inputs: Dict[str, np.dtype[Any]] = {}
    for index in range(count.value):
        name, number = ctypes.c_char_p(), ctypes.c_int()
        dims, ndim = ctypes.c_void_p(), ctypes.c_uint32()
        where = byref(name), byref(number), byref(dims), byref(ndim)
        if c["LPPredGetInputInfo"](native.address, index, *where) != 0:
            raise library._failure()
        inputs[name_text(name.value)] = dtypes[number.value]
    native.types = TensorTypes(inputs)
    return native.types


def _read_weights(library: NativeLibrary, native: NativeObject, types: TensorTypes) -> Dict[str, np.dtype[Any]]:
    if types.weights is not None:
        return types.weights
    describe = library._c["LPPredDescribe"]
    size = ctypes.c_size_t()
    if describe(native.address, None, 0, byref(size)) != 0:
        raise library._failure()
    report = ctypes.create_string_buffer(size.value)
    if describe(native.address, report, size.value, byref(size)) != 0:
        raise library._failure()
    nodes = json.loads(report.value.decode("utf-8", "surrogateescape"))["nodes"]
    types.weights = {n["name"]: np.dtype(n["outputs"][0]["dtype"]) for n in nodes if n["op"] == "null"}
    return types.weights


def _read_output(library: NativeLibrary, native: NativeObject, index: int) -> np.dtype[Any]:
    # As many cells as the reference writes; a library that refuses the index writes none.
    cells = (ctypes.c_int * (min(index, 1 << 16) + 1))()
    if index >= len(cells) or library._c["MXPredGetOutputType"](native.address, index, cells) != 0:
        return _float32
    found = dtypes.get(cells[len(cells) - 1] or cells[0], _float32)
    if native.types is not None:
        native.types.outputs[index] = found
    return found
