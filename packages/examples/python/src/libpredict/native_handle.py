"""Handles as objects: the address never leaves this package, and each handle knows its kind, its
library and whether it may be used.

Invariants: a C object is freed exactly once, when the last reference to its ``NativeObject`` is gone.
The handle, every running call and every view of its memory hold such a reference, so that closing a
handle early is safe, and an exception at any moment (Ctrl-C) leaks nothing. One call at a time is
inside the gate of an object.
"""

from __future__ import annotations

import ctypes
import threading
from contextvars import Context
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Callable, ClassVar, NoReturn, Optional, Type, TypeVar
from weakref import ReferenceType

from .predict_error import PredictError, describe, error_of

if TYPE_CHECKING:
    from .monitor_callback import MonitorCallback
    from .native_library import NativeLibrary
    from .output_views import Lease
    from .tensor_types import TensorTypes

Release = Callable[[ctypes.c_void_p], Any]
_giving_back = threading.Lock()


class NativeObject:
    """A C object, owned. Whoever holds a reference may pass its address to C."""

    __slots__ = ("__weakref__", "_free", "address", "lease", "library", "monitor", "run", "stale", "thread", "types")

    def __init__(self, address: ctypes.c_void_p, library: NativeLibrary, release: Optional[Release]) -> None:
        # Made before the call that fills it, so that nothing can come between and leak the object.
        # C functions that release take NULL.
        self.address = address
        self._free = int if release is None else partial(release, address)
        self.library = library
        # A context can be entered by one thread at a time and once only. It is entered and left in C,
        # with no Python between that and the call, so that no signal can come between.
        self.run = Context().run
        self.types: Optional[TensorTypes] = None
        self.monitor: Optional[MonitorCallback] = None
        # The next forward makes a new plan, and with it new memory for the outputs.
        self.stale = False
        self.lease: Optional[ReferenceType[Lease]] = None
        # The only thread that may use it, for what is lent to a callback.
        self.thread: Optional[int] = None

    # A method in Python would begin by looking for signals: Ctrl-C there would be lost, and the object leak.
    # This reads and calls ``_free`` in C.
    __del__ = property(attrgetter("_free"))


class NativeHandle:
    """A C object of one kind. Only the binding makes them."""

    __slots__ = ("__weakref__", "_native")
    kind: ClassVar[str] = ""
    _native: Optional[NativeObject]

    def __init__(self) -> None:
        raise error_of("handle", "handles are made by the library only")

    def __reduce__(self) -> NoReturn:
        raise error_of("handle", "a handle belongs to this process and cannot be copied")

    @property
    def state(self) -> str:
        """``alive``: may be used. ``busy``: a call that needs it alone is running. ``freed``: given back, or about to be when the running call ends."""
        native = self._native
        if native is None:
            return "freed"
        try:
            native.run(int)
        except RuntimeError:
            return "busy"
        return "alive"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {self.state}>"


H = TypeVar("H", bound=NativeHandle)


def make_handle(kind: Type[H], native: NativeObject) -> H:
    handle = kind.__new__(kind)
    handle._native = native
    return handle


def borrow(handle: object, kind: Type[NativeHandle], name: str, library: object) -> NativeObject:
    """The C object of a handle, to be held for the time of a call.

    Raises:
        PredictError: ``handle``, ``disposed``
    """
    if type(handle) is not kind:
        what = f'of kind "{handle.kind}"' if isinstance(handle, NativeHandle) else describe(handle)
        raise error_of("handle", f'{name} must be a handle of kind "{kind.kind}", not {what}')
    native = handle._native
    if native is None:
        raise freed(kind)
    if native.library is not library:
        raise error_of("handle", f"{name} belongs to another library")
    if native.thread is not None and native.thread != threading.get_ident():
        raise error_of("busy", f"{name} belongs to the thread of the callback that it was handed to")
    return native


def give_back(handle: object, kind: Type[NativeHandle], name: str, library: object) -> None:
    """Ends the use of a handle; the C object goes when calls and views that use it have ended.

    Raises:
        PredictError: ``handle``, ``disposed``
    """
    native = borrow(handle, kind, name, library)
    assert isinstance(handle, NativeHandle)
    with _giving_back:
        if handle._native is None:
            raise freed(kind)
        handle._native = None
    # Here, at the latest, the last reference goes if nobody else has one.
    del native


def end_loan(handle: NativeHandle) -> None:
    """Takes a handle back that was lent to a callback."""
    handle._native = None


def freed(kind: Type[NativeHandle]) -> PredictError:
    return error_of("disposed", f"the {kind.kind} handle was freed")


def check_entered(error: RuntimeError, kind: Type[NativeHandle]) -> None:
    """Raises ``busy`` if the error says that another call is inside the gate; any other is left alone."""
    if is_shut(error):
        raise error_of("busy", f"a running call uses the {kind.kind} handle") from None


def is_shut(error: RuntimeError) -> bool:
    """Whether an error is that of a gate which another call is in."""
    return type(error) is RuntimeError and str(error).startswith("cannot enter context")
