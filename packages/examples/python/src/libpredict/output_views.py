"""Views of output memory that can never dangle.

The engine keeps the outputs in the memory of its plan. It makes a new plan at the next forward after a
weight was set or a monitor came or went, and frees the old one then (packages/c-api/src/exec); nothing
else moves the outputs. Hence two rules, each checked inside the predictor's gate, together with the call:

- what has the next forward make a new plan is refused while views are alive;
- views are refused while the next forward would make a new plan.

Invariant: where a view is alive, the next forward makes no new plan. So forward itself needs no check.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any, Callable, Optional, Tuple
from weakref import ref

import numpy as np

from .native_arguments import Array
from .native_handle import NativeObject
from .predict_error import ViewsAliveError, error_of
from .tensor_types import is_input

if TYPE_CHECKING:
    from .monitor_callback import MonitorCallback


class Lease:
    """Keeps a predictor's memory for its views; lives as long as any of them."""

    __slots__ = ("__weakref__", "native")

    def __init__(self, native: NativeObject) -> None:
        self.native = native


class _Memory:
    """What numpy takes for the owner of a view."""

    def __init__(self, lease: Lease, address: int, size_bytes: int) -> None:
        self.lease = lease
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (size_bytes,),
            "data": (address, True),
        }


def lend(native: NativeObject, address: Optional[int], size_bytes: int) -> Array:
    """A read-only array over output memory."""
    if native.stale:
        raise error_of(
            "state",
            "a weight or a monitor was set since the last forward, so the next one moves the outputs: "
            "run it first, or copy them",
        )
    if address is None or size_bytes == 0:
        nothing = np.empty(0, np.uint8)
        nothing.flags.writeable = False
        return nothing
    lease = None if native.lease is None else native.lease()
    if lease is None:
        lease = Lease(native)
        native.lease = ref(lease)
    return np.asarray(_Memory(lease, address, size_bytes))


def set_tensor(native: NativeObject, key: str, c: Callable[..., int], *arguments: Any) -> int:
    """Sets an input, or a weight, which moves the outputs."""
    if is_input(native, key):
        return native.run(c, native.address, *arguments)
    return native.run(_move, native, None, c, arguments)


def run_moving(native: NativeObject, monitor: Optional[MonitorCallback], c: Callable[..., int], *arguments: Any) -> int:
    """Sets a monitor, or takes it away, which moves the outputs."""
    return native.run(_set_monitor, native, monitor, c, arguments)


def run_forward(native: NativeObject, c: Callable[..., int], *arguments: Any) -> int:
    """Computes the outputs; raises what a monitor callback raised meanwhile."""
    if native.monitor is None and not native.stale:
        return native.run(c, native.address, *arguments)
    return native.run(_forward, native, c, arguments, contextvars.copy_context())


# --- what follows runs inside the gate ---


def _move(native: NativeObject, _: None, c: Callable[..., int], arguments: Tuple[Any, ...]) -> int:
    if native.lease is not None and native.lease() is not None:
        raise ViewsAliveError(
            "views of the outputs are alive, and this call would have the next forward move them: "
            "drop the views, or use copies",
            "busy",
        )
    before = native.stale
    # Before the call: whatever interrupts, the outputs rather count as about to move than not.
    native.stale = True
    status = c(native.address, *arguments)
    if status != 0:
        native.stale = before
    return status


def _set_monitor(
    native: NativeObject, monitor: Optional[MonitorCallback], c: Callable[..., int], arguments: Tuple[Any, ...]
) -> int:
    status = _move(native, None, c, arguments)
    if status == 0:
        native.monitor = monitor
    return status


def _forward(
    native: NativeObject, c: Callable[..., int], arguments: Tuple[Any, ...], context: contextvars.Context
) -> int:
    monitor = native.monitor
    if monitor is not None:
        monitor.begin(context)
    status = c(native.address, *arguments)
    if status == 0:
        native.stale = False
    if monitor is not None:
        monitor.end()
    return status
