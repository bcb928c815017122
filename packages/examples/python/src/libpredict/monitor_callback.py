"""Monitor callbacks: Python functions as C function pointers.

An exception never unwinds through C: it is kept, ends the watching, and is raised when the forward is over.
"""

from __future__ import annotations

import contextvars
import ctypes
import threading
from typing import TYPE_CHECKING, Optional

from .gen.callbacks import PredMonitorCallback, PredMonitorCallbackType
from .gen.handles import NDArrayHandle
from .native_handle import NativeObject, end_loan, make_handle
from .native_memory import name_text
from .predict_error import wrong_type

if TYPE_CHECKING:
    from .native_library import NativeLibrary


class _Watch:
    """What one forward has come to."""

    def __init__(self) -> None:
        self.context: Optional[contextvars.Context] = None
        self.failure: Optional[BaseException] = None


class MonitorCallback:
    """A callback that C can call as long as this lives."""

    def __init__(self, callback: PredMonitorCallback, library: NativeLibrary) -> None:
        watch = self._watch = _Watch()
        # The reference hands out arrays that it wants back; libpredict lends its own.
        free_array = library.symbol("MXNDArrayFree")

        def show(name: bytes, address: int) -> None:
            native = NativeObject(ctypes.c_void_p(address), library, None)
            native.thread = threading.get_ident()
            handle = make_handle(NDArrayHandle, native)
            try:
                callback(name_text(name), handle)
            finally:
                end_loan(handle)

        def called(name: bytes, address: int, _: object) -> None:
            try:
                if watch.failure is None:
                    # The caller's context variables; the gate has a context of its own.
                    if watch.context is None:
                        show(name, address)
                    else:
                        watch.context.run(show, name, address)
            except BaseException as error:
                watch.failure = error
            finally:
                if free_array is not None:
                    free_array(ctypes.c_void_p(address))

        self.pointer = PredMonitorCallbackType(called)

    def begin(self, context: contextvars.Context) -> None:
        self._watch.context = context
        self._watch.failure = None

    def end(self) -> None:
        """Raises what the callback raised."""
        watch = self._watch
        failure, watch.failure, watch.context = watch.failure, None, None
        if failure is not None:
            raise failure


def make_monitor(name: str, callback: object, library: NativeLibrary) -> Optional[MonitorCallback]:
    """None stays NULL."""
    if callback is None:
        return None
    if not callable(callback):
        raise wrong_type(name, "a function", callback)
    return MonitorCallback(callback, library)
