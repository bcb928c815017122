"""Memory that C writes results to, and structures: from Python to C and back."""

from __future__ import annotations

import ctypes
from dataclasses import fields
from typing import Any, Dict, Optional, Tuple, Type, TypeVar

import numpy as np

from .native_arguments import INT, UINT32, UINT64, Array, whole_number
from .predict_error import error_of, wrong_type

# The largest index for which the reference's defect in MXPredGetOutputType is made room for.
_max_cell_index = 1 << 16
_limits: Dict[Any, Tuple[int, int]] = {ctypes.c_int32: INT, ctypes.c_uint32: UINT32, ctypes.c_uint64: UINT64}
T = TypeVar("T")


def cells_for(name: str, index: int, ctype: Type[Any]) -> Any:
    """Room for one value: the reference writes element ``index`` of what should be one."""
    if index > _max_cell_index:
        raise error_of("index", f"{name} {index} is beyond {_max_cell_index}")
    return (ctype * (index + 1))()


def last_of(cells: Any) -> int:
    """The value, whichever of the two cells the library has written."""
    return int(cells[len(cells) - 1] or cells[0])


def name_text(value: Optional[bytes]) -> str:
    """A name; bytes that are not UTF-8 become surrogates, which go back as the bytes they were."""
    return (value or b"").decode("utf-8", "surrogateescape")


def copy_elements(address: Optional[int], count: int, dtype: np.dtype[Any]) -> Array:
    """A copy of elements that the library owns."""
    copy = np.empty(count, dtype)
    if count and address:
        ctypes.memmove(copy.ctypes.data, address, copy.nbytes)
    return copy


def encode_struct(name: str, value: Any, shown: Type[Any], layout: Type[ctypes.Structure]) -> Any:
    """A structure as C reads it, ``struct_size`` filled in; None stays NULL."""
    if value is None:
        return None
    if type(value) is not shown:
        raise wrong_type(name, f"a {shown.__name__}", value)
    native = layout(struct_size=ctypes.sizeof(layout))
    types = dict(layout._fields_)  # type: ignore[arg-type]
    for field in fields(shown):
        given = whole_number(f"{name}.{field.name}", getattr(value, field.name), _limits[types[field.name]])
        setattr(native, field.name, given)
    return ctypes.byref(native)


def decode_struct(shown: Type[T], native: ctypes.Structure) -> T:
    """The members that programs see."""
    return shown(**{field.name: getattr(native, field.name) for field in fields(shown)})  # type: ignore[arg-type]
