"""Shapes and element types by name, as C takes them."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from .native_arguments import UINT32, whole_number
from .predict_error import error_of, wrong_type
from .tensor_types import dtype_numbers, dtypes

Shapes = Mapping[str, Sequence[int]]
ShapeArguments = Tuple[int, List[str], "npt.NDArray[np.uint32]", "npt.NDArray[np.uint32]"]
TypeArguments = Tuple[int, List[str], "npt.NDArray[np.int32]"]


def shape_arguments(shapes: Shapes) -> ShapeArguments:
    """How many, their names, where each shape begins, and all dimensions."""
    if not isinstance(shapes, Mapping):
        raise wrong_type("inputs", "a dict of names and shapes", shapes)
    starts, dims = [0], []
    for name, shape in shapes.items():
        if isinstance(shape, (str, bytes)) or not isinstance(shape, (Sequence, np.ndarray)):
            raise wrong_type(f'the shape of "{name}"', "a tuple of whole numbers", shape)
        dims += [whole_number(f'dimension {i} of "{name}"', dim, UINT32) for i, dim in enumerate(shape)]
        starts.append(len(dims))
    return len(shapes), list(shapes), np.array(starts, np.uint32), np.array(dims, np.uint32)


def type_arguments(types: Optional[Mapping[str, npt.DTypeLike]]) -> TypeArguments:
    """How many, their names, and their numbers."""
    if types is not None and not isinstance(types, Mapping):
        raise wrong_type("dtypes", "a dict of names and element types", types)
    given = {} if types is None else types
    return len(given), list(given), np.array([type_number(n, t) for n, t in given.items()], np.int32)


def type_number(name: str, dtype: npt.DTypeLike) -> int:
    """The number of an element type."""
    try:
        found: Optional[np.dtype[Any]] = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found not in dtype_numbers:
        known = ", ".join(str(t) for t in dtypes.values())
        raise error_of("dtype", f'"{name}" cannot be {dtype}: the element types are {known}')
    return dtype_numbers[found]
