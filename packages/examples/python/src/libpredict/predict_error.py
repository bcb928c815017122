"""The errors of this package: one class for all, and subclasses that are also what Python programs catch.

Invariant: every error has a code word. The library's own words stand in ``gen.error_codes``; a
binding adds ``disposed``, ``busy``, ``unavailable``, ``load`` and ``unknown``.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple, Type

from .gen.error_codes import error_words


class PredictError(Exception):
    """A call that failed, in the library or before it got there.

    The text is ``<C function>: <what went wrong>``.

    Attributes:
        code: what kind of failure it is: one of the library's words (``argument``, ``shape``, ...), or
            ``disposed``: a handle was used after it was freed;
            ``busy``: a running call uses the handle, or views of its outputs are alive;
            ``unavailable``: the library does not have the function;
            ``load``: no library, or no model, could be loaded;
            ``unknown``: the call failed, and the library gives no code (MXNet's own library).
        function: the C function that was called; None outside of a call.
    """

    code: str
    function: Optional[str]

    def __init__(self, text: str, code: str = "unknown", function: Optional[str] = None) -> None:
        super().__init__(text)
        self.code = code
        self.function = function
        self._text = text

    # Not that of KeyError, which quotes the text.
    def __str__(self) -> str:
        return self._text if self.function is None else f"{self.function}: {self._text}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return (type(self), (self._text, self.code, self.function))

    def in_function(self, name: str) -> PredictError:
        """Says which C function was called, unless that is known."""
        if self.function is None:
            self.function = name
        return self


class PredictValueError(PredictError, ValueError):
    """A value, shape, size or file that cannot be used: ``argument``, ``shape``, ``size``, ``attribute``, ``symbol``, ``params``, ``device``, ``missing``."""


class PredictTypeError(PredictError, TypeError):
    """Something of another type than is needed: ``dtype``, ``handle``, ``argument``."""


class PredictKeyError(PredictError, KeyError):
    """A name that the model does not have: ``name``."""


class PredictIndexError(PredictError, IndexError):
    """An index beyond the last element: ``index``."""


class PredictMemoryError(PredictError, MemoryError):
    """Memory that could not be had: ``memory``."""


class PredictStateError(PredictError, RuntimeError):
    """A call at the wrong time: ``state``, ``busy``, ``disposed``."""


class ViewsAliveError(PredictError, BufferError):
    """A call that would move the outputs while views of them are alive: ``busy``."""


class LoadAttempt(NamedTuple):
    """One place where a file was looked for."""

    source: str
    """Which rule of the look-up, or which part of a model."""
    path: Optional[str]
    """The file, where the rule came to one."""
    reason: str
    """Why it gave nothing; ``found`` where it did."""


class LoadError(PredictError, OSError):
    """No library, or no model, was found: ``load``. Lists every place and why it failed."""

    tried: Tuple[LoadAttempt, ...]
    """Every place, in the order of the look-up."""

    def __init__(self, what: str, tried: Sequence[LoadAttempt]) -> None:
        lines = [f"  {t.source}{'' if t.path is None else f' ({t.path})'}: {t.reason}" for t in tried]
        super().__init__("\n".join([what + "; tried", *lines]), "load")
        self.tried = tuple(tried)
        self._what = what

    def __reduce__(self) -> Tuple[Any, ...]:
        return (type(self), (self._what, self.tried))


_classes: Dict[str, Type[PredictError]] = {
    "argument": PredictValueError,
    "shape": PredictValueError,
    "size": PredictValueError,
    "attribute": PredictValueError,
    "symbol": PredictValueError,
    "params": PredictValueError,
    "device": PredictValueError,
    "missing": PredictValueError,
    "dtype": PredictTypeError,
    "handle": PredictTypeError,
    "name": PredictKeyError,
    "index": PredictIndexError,
    "memory": PredictMemoryError,
    "state": PredictStateError,
    "busy": PredictStateError,
    "disposed": PredictStateError,
}


def error_of(code: str, text: str) -> PredictError:
    """The error for a code word, in the class that goes with it."""
    return _classes.get(code, PredictError)(text, code)


def wrong_type(name: str, wanted: str, value: object, hint: str = "") -> PredictError:
    """The error for an argument that is of another Python type altogether."""
    return PredictTypeError(f"{name} must be {wanted}, not {describe(value)}{hint}", "argument")


def library_error(number: Optional[int], text: bytes) -> PredictError:
    """The error for a failed call; without a number the library gives no codes."""
    word = "unknown" if number is None else error_words.get(number, "unknown")
    return error_of(word, text.decode("utf-8", "backslashreplace") or "failed")


def describe(value: object) -> str:
    """Names a value for a message."""
    return "None" if value is None else f"a {type(value).__name__}"
