"""A loaded library: finds functions when they are first called, and reads the errors of failed calls.

The generated ``Binding`` adds one method per function.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Dict

from .gen.signatures import signatures
from .predict_error import PredictError, error_of, library_error


class _Functions(Dict[str, Callable[..., Any]]):
    """C functions by name, each looked up once."""

    def __init__(self, library: ctypes.CDLL, path: str) -> None:
        super().__init__()
        self.library = library
        self.path = path

    def __missing__(self, name: str) -> Callable[..., Any]:
        signature = signatures[name]
        try:
            function = self.library[name]
        except AttributeError:
            part = " (it has only MXNet's part of the header)" if signature.part == 2 else ""
            raise error_of("unavailable", f"{self.path} does not have this function{part}") from None
        function.restype = signature.result
        function.argtypes = signature.arguments
        self[name] = function
        return function


class NativeLibrary:
    """A loaded library; ``load_library`` makes it."""

    path: str
    """The file that was loaded."""

    def __init__(self, library: ctypes.CDLL, path: str) -> None:
        self.path = path
        self._c = _Functions(library, path)

    def has(self, name: str) -> bool:
        """Whether the library has a function. One with part one of the header only lacks those that begin with ``LP``."""
        if name not in signatures:
            return False
        try:
            self._c[name]
        except PredictError:
            return False
        return True

    def symbol(self, name: str) -> Any:
        """A function that is not in the header, without a signature; None if there is none."""
        try:
            return self._c.library[name]
        except AttributeError:
            return None

    def _failure(self) -> PredictError:
        """The error of a call that just failed. On the thread of the call: the library keeps it per thread."""
        text = self._c["MXGetLastError"]()
        code = self._c["LPGetErrorCode"]() if self.has("LPGetErrorCode") else None
        return library_error(code, text or b"")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.path}>"
