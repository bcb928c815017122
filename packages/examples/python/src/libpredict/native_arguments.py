"""Checks arguments before C sees them, and turns them into what ctypes passes on.

Invariants: nothing is converted silently; what C reads stays alive and in place as long as the
caller of these functions holds what they return.
"""

from __future__ import annotations

import ctypes
import operator
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from .predict_error import error_of, wrong_type

INT = (-(2**31), 2**31 - 1)
UINT8 = (0, 2**8 - 1)
INT64 = (-(2**63), 2**63 - 1)
UINT32 = (0, 2**32 - 1)
UINT64 = (0, 2**64 - 1)

Pointer = Any
"""What ctypes takes for ``void *``; holds the memory that it points to."""

Array = npt.NDArray[Any]
"""An array of any element type."""

Buffer = Union[bytes, bytearray, memoryview, Array]
"""Contiguous memory. Anything else that has Python's buffer interface (mmap, array.array) works too."""

# Stands in for an empty array, so that C never sees NULL where it expects none.
_nothing = (ctypes.c_uint64 * 1)()
# Names of inputs: the same few in every call.
_known_texts: Dict[str, bytes] = {}
_most_texts = 1000
# Up to here a copy costs less than a pointer.
_small_bytes = 256
_byref = ctypes.byref
_from_buffer: Callable[[Any], Any] = ctypes.c_char.from_buffer
_ndarray = np.ndarray
_float32 = np.dtype(np.float32)


def whole_number(name: str, value: object, limits: Tuple[int, int]) -> int:
    """A whole number that the C type can hold."""
    if type(value) is not int:
        if isinstance(value, (bool, np.bool_)):
            raise wrong_type(name, "a whole number", value)
        try:
            value = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            raise wrong_type(name, "a whole number", value) from None
    if not limits[0] <= value <= limits[1]:
        raise error_of("argument", f"{name} must be from {limits[0]} to {limits[1]}, not {value}")
    return value


def truth(name: str, value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise wrong_type(name, "True or False", value)
    return bool(value)


def text(name: str, value: object) -> bytes:
    """A text as C has it, without the NUL that ctypes adds."""
    if type(value) is not str:
        if not isinstance(value, str):
            raise wrong_type(name, "a str", value)
        value = str(value)
    known = _known_texts.get(value)
    if known is not None:
        return known
    nul = value.find("\0")
    if nul >= 0:
        raise error_of("argument", f"{name} has a NUL character at {nul}, where C would end it")
    try:
        # Names of a file that is not UTF-8 come with surrogates, and go back as the bytes they were.
        encoded = value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise error_of("argument", f"{name} is no text that UTF-8 can hold: {error}") from None
    if len(encoded) <= _small_bytes and len(_known_texts) < _most_texts:
        _known_texts[value] = encoded
    return encoded


def texts(name: str, value: Optional[Sequence[str]], count: int) -> Pointer:
    """An array of ``count`` texts."""
    if value is None:
        if count != 0:
            raise error_of("argument", f"{name} is None but not empty")
        return _nothing
    if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple)):
        raise wrong_type(name, "a list or tuple of str", value)
    if len(value) != count:
        raise error_of("size", f"{name} has {len(value)} strings, expected {count}")
    if count == 0:
        return _nothing
    return (ctypes.c_char_p * count)(*[text(f"{name}[{i}]", s) for i, s in enumerate(value)])


def array(name: str, value: object, dtype: np.dtype[Any], length: int) -> Optional[Array]:
    """An array of the C type; None stands for one without elements."""
    if value is None:
        if length != 0:
            raise error_of("argument", f"{name} is None but not empty")
        return None
    return readable(name, value, dtype, length)


def readable(name: str, value: object, dtype: Optional[np.dtype[Any]], length: int) -> Array:
    """The array itself where C can read it, a copy where its elements do not lie one after the other.

    Where nobody knows the element type (None), it counts as float32, and C gets a copy with room for
    elements of any.
    """
    if dtype is None:
        known = _typed(name, value, _float32, length).ravel()
        return np.concatenate((known, np.zeros_like(known)))
    checked = _typed(name, value, dtype, length)
    if not checked.flags.c_contiguous:
        return np.ascontiguousarray(checked)
    return checked


def writable(name: str, value: object, dtype: np.dtype[Any], length: int) -> Array:
    """The array itself, which C writes to."""
    checked = _typed(name, value, dtype, length)
    flags = checked.flags
    if not flags.writeable:
        raise error_of("argument", f"{name} is read-only")
    if not flags.c_contiguous:
        raise error_of("argument", f"{name} is not contiguous, so it cannot be written as a whole")
    return checked


def _typed(name: str, value: object, dtype: np.dtype[Any], length: int) -> Array:
    if not isinstance(value, _ndarray):
        hint = f": numpy.asarray({name}, numpy.{dtype}) makes one" if isinstance(value, (list, tuple)) else ""
        raise wrong_type(name, f"a numpy.ndarray of {dtype}", value, hint)
    if value.dtype is not dtype and value.dtype != dtype:
        raise error_of("dtype", f"{name} must be an array of {dtype}, not of {value.dtype}")
    if value.size != length:
        raise error_of("size", f"{name} has {value.size} elements, expected {length}")
    return value


def extent(name: str, length: int) -> int:
    """A length that the caller gave as a number with a sign."""
    if length < 0:
        raise error_of("argument", f"{name} would have a negative length: {length}")
    return length


def size_of(name: str, value: object) -> int:
    """How many bytes something with a buffer has."""
    try:
        return memoryview(value).nbytes  # type: ignore[arg-type]
    except TypeError:
        raise wrong_type(name, "bytes or something with a buffer", value) from None


def readable_bytes(name: str, value: object, length: int) -> Array:
    """The bytes of ``bytes``, ``bytearray``, ``memoryview``, an array or anything else with a buffer."""
    return _bytes(name, value, length, False)


def writable_bytes(name: str, value: object, length: int) -> Array:
    """As ``readable_bytes``, for memory that C writes to."""
    return _bytes(name, value, length, True)


def nullable_bytes(name: str, value: object, length: int, write: bool = False) -> Optional[Array]:
    """As the two above; None stands for no bytes."""
    if value is None:
        if length != 0:
            raise error_of("argument", f"{name} is None but not empty")
        return None
    return _bytes(name, value, length, write)


def _bytes(name: str, value: object, length: int, write: bool) -> Array:
    if isinstance(value, _ndarray):
        found = value
        if found.dtype.hasobject:
            raise error_of("dtype", f"{name} is an array of Python objects")
        if not found.flags.c_contiguous:
            if write:
                raise error_of("argument", f"{name} is not contiguous, so it cannot be written as a whole")
            found = np.ascontiguousarray(found)
    else:
        try:
            found = np.frombuffer(value, np.uint8)  # type: ignore[call-overload]
        except (TypeError, ValueError, BufferError, AttributeError) as error:
            hint = ": text.encode() makes bytes" if isinstance(value, str) else f" ({error})"
            raise wrong_type(name, "bytes or something with a buffer", value, hint) from None
    if write and not found.flags.writeable:
        raise error_of("argument", f"{name} is read-only")
    if found.nbytes != length:
        raise error_of("size", f"{name} has {found.nbytes} bytes, expected {length}")
    return found


def pointer(array: Optional[Array]) -> Pointer:
    """Points to the first element of a contiguous array; never NULL where there is an array."""
    if array is None:
        return None
    try:
        # Three times as fast as array.ctypes, and keeps the array from being resized.
        return _byref(_from_buffer(array))
    except (TypeError, ValueError):
        # Read-only, or without elements.
        return array.ctypes.data if array.size else _nothing


def pointer_to_read(array: Array) -> Pointer:
    """As ``pointer``, for what C only reads."""
    if 0 < array.nbytes <= _small_bytes:
        return array.tobytes()
    return pointer(array)


def pointer_or_nothing(array: Optional[Array]) -> Pointer:
    """As ``pointer``, but never NULL."""
    return _nothing if array is None else pointer(array)
