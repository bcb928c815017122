"""Predictors: a model bound to input shapes.

Invariants: one call at a time is inside of a predictor; a run that has begun ends before its memory goes.
"""

from __future__ import annotations

import contextvars
import json
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, TypeVar, Union

import numpy as np

from .gen.binding import Binding
from .gen.handles import NDArrayHandle, PredictorHandle
from .gen.structs import LPStats
from .native_arguments import Array, truth
from .native_handle import is_shut
from .node_profile import Profile, read_profile
from .predict_error import PredictError, error_of, wrong_type
from .shape_arguments import Shapes, shape_arguments
from .tensor_info import OutputNames, Outputs, TensorInfo
from .tensor_types import dtype_numbers, dtypes

Out = Union[Array, Mapping[str, Array], None]
Monitor = Callable[[str, Array], object]
T = TypeVar("T")


class Predictor:
    """Runs a model on inputs of given shapes. Made by ``Model.predictor``.

    Holds native memory until ``close``, or the end of a ``with`` block; what is forgotten goes with the
    object. For one thread at a time: a call while another is running raises ``busy``, ``cancel`` and
    ``close`` excepted. Other threads run meanwhile, since a run does not hold the interpreter's lock.
    """

    def __init__(self, library: Binding, handle: PredictorHandle, required: Tuple[str, ...]) -> None:
        self._library = library
        self._required = required
        self._closed = False
        # Entered by one call at a time, and left whatever happens: see native_handle.py.
        self._gate = contextvars.Context().run
        self._monitor: Optional[Tuple[Monitor, bool]] = None
        self._profiling = False
        self._caller: Optional[contextvars.Context] = None
        self._take(handle)

    @property
    def inputs(self) -> Tuple[TensorInfo, ...]:
        """Name, element type and present shape of each input."""
        return self._inputs

    @property
    def outputs(self) -> Tuple[TensorInfo, ...]:
        """Name, element type and present shape of each output."""
        return self._outputs

    @property
    def closed(self) -> bool:
        return self._closed

    def run(
        self, feeds: Optional[Mapping[str, Array]] = None, *, out: Out = None, views: bool = False, **named: Array
    ) -> Outputs:
        """Computes the outputs: ``run({"data": x})``, or ``run(data=x)``.

        Nothing is converted. Contiguous arrays go to the library as they are; others are copied first. An
        array of another shape than before reshapes the predictor; inputs that are not fed then start from
        zeros again.

        Args:
            feeds: the inputs by name; all that were named in ``Model.predictor`` are needed
            out: arrays of the outputs' types and shapes that receive them: by name, or one where there is
                one output. Others are returned as copies
            views: return the outputs as read-only views of the library's memory. They show the outputs
                of the last run, stay valid after ``close``, and keep the memory until they are gone
            named: more inputs, by name; one that is called ``out``, say, goes into ``feeds``

        Raises:
            PredictError: ``disposed``; ``busy``; ``name``: no such input or output; ``dtype``;
                ``shape``; ``argument``: an input is missing or no array; ``cancelled``: see ``cancel``; or
                what the engine reports, such as ``missing`` for a weight that the parameters lack
        """
        return self._alone(self._run, feeds, named, out, views)

    def set_input(self, name: str, data: Array) -> None:
        """Copies data into an input or any other argument, weights included. A weight that is set becomes this predictor's own.

        Raises:
            PredictError: as ``run``; ViewsAliveError: a weight, while views of the outputs are alive
        """
        self._alone(self._set, name, data)

    def forward(self) -> None:
        """Computes the outputs from the inputs that were set. Inputs that were never set are zeros."""
        self._alone(self._library.MXPredForward, self._handle)

    def output(self, which: Union[str, int] = 0, *, out: Optional[Array] = None) -> Array:
        """A copy of an output, by name or position; ``out`` receives it if it is given."""
        return self._alone(self._copy, which, out)

    def view(self, which: Union[str, int] = 0) -> Array:
        """An output without a copy: a read-only view of the library's memory.

        It shows what each later run computes, stays valid after ``close``, and keeps the memory until it
        is gone. Setting a weight or a monitor raises ViewsAliveError meanwhile.
        """
        return self._alone(self._view, which)

    def reshape(self, inputs: Shapes) -> None:
        """Changes input shapes; inputs that are not named keep theirs. Inputs start from zeros again.

        Raises:
            PredictError: ``name``: no such input; ``shape``: shapes contradict each other, or change the
                size of a weight
        """
        self._alone(self._reshape, inputs)

    def set_monitor(self, callback: Optional[Monitor], *, inputs: bool = False) -> None:
        """Has ``callback(name, array)`` called with every tensor of each later run; None ends that.

        The arrays are copies. An exception in the callback is raised when the run is over. Runs are slower
        with a monitor, since every node is run by itself.

        Args:
            callback: the function
            inputs: inputs of nodes too, not outputs only
        """
        self._alone(self._watch, callback, inputs)

    def cancel(self) -> None:
        """Stops the run that is going on; may be called from any thread, and from a monitor.

        ``run`` or ``forward`` then raises ``cancelled`` before the next node; the next run computes
        everything anew. Where nothing is computed at the moment, this does nothing: who cannot know
        whether a run has begun yet calls again until it has ended.

        Raises:
            PredictError: ``unavailable``: the library does not have LPPredCancel
        """
        try:
            self._library.LPPredCancel(self._handle)
        except PredictError as error:
            # Closed, or reshaped this very moment: nothing runs.
            if error.code != "disposed":
                raise

    def set_profiling(self, on: bool) -> None:
        """Begins or ends the measuring of each node's time, from the next run on.

        What was measured before is forgotten; so it is when the predictor is reshaped, a weight is set, or a
        monitor comes or goes. Measuring takes about 50 ns a node.
        """
        self._alone(self._measure, on)

    def profile(self) -> Profile:
        """What each node took since ``set_profiling(True)``.

        Raises:
            PredictError: ``state``: nothing was measured
        """
        return read_profile(self._alone(self._report, self._library.LPPredGetNodeProfile))

    def stats(self) -> LPStats:
        """What the predictor and its model occupy."""
        return self._alone(self._library.LPPredGetStats, self._handle)

    def describe(self) -> Dict[str, Any]:
        """The graph that the predictor runs: nodes, shapes, parameters, multiply-adds. See LPPredDescribe."""
        found: Dict[str, Any] = json.loads(self._alone(self._report, self._library.LPPredDescribe))
        return found

    def close(self) -> None:
        """Gives the native memory back: at the end of the run that is going on, if one is; when views are gone, if there are any. Calling it again does nothing."""
        self._closed = True
        try:
            self._gate(self._free)
        except RuntimeError as error:
            # The call that is running frees it at its end.
            if not is_shut(error):
                raise

    def __enter__(self) -> Predictor:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed, " if self._closed else ""
        return f"<Predictor {state}{', '.join(f'{i.name} {i.shape}' for i in self._inputs)}>"

    # --- one call at a time ---

    def _alone(self, work: Callable[..., T], *arguments: Any) -> T:
        if self._closed:
            raise error_of("disposed", "the predictor was closed")
        context = None if self._monitor is None else contextvars.copy_context()
        try:
            return self._gate(self._entered, context, work, arguments)
        except RuntimeError as error:
            if is_shut(error):
                raise error_of("busy", "another call of this predictor is running") from None
            raise
        finally:
            if self._closed:
                self.close()

    def _entered(self, context: Optional[contextvars.Context], work: Callable[..., T], arguments: Any) -> T:
        self._caller = context
        return work(*arguments)

    def _free(self) -> None:
        if self._handle.state != "freed":
            self._library.MXPredFree(self._handle)

    # --- what follows runs inside the gate ---

    def _take(self, handle: PredictorHandle) -> None:
        b = self._library
        info = [b.LPPredGetInputInfo(handle, i) for i in range(b.LPPredGetInputCount(handle))]
        self._inputs = tuple(TensorInfo(i.name, dtypes[i.dtype], tuple(i.dims.tolist())) for i in info)
        found = [b.LPPredGetOutputInfo(handle, i) for i in range(b.LPPredGetOutputCount(handle))]
        self._outputs = tuple(TensorInfo(o.name, dtypes[o.dtype], tuple(o.dims.tolist())) for o in found)
        self._by_name = {i.name: i for i in self._inputs}
        self._names = OutputNames([o.name for o in self._outputs])
        self._handle = handle

    def _run(self, feeds: Optional[Mapping[str, Array]], named: Mapping[str, Array], out: Out, views: bool) -> Outputs:
        given = self._checked(feeds, named)
        changed = {n: a.shape for n, a in given.items() if a.shape != self._by_name[n].shape}
        if changed:
            self._reshape({n: a.shape for n, a in given.items()})
        into = self._destinations(out)
        for name, data in given.items():
            self._send(name, data)
        self._library.MXPredForward(self._handle)
        arrays = [
            self._view(i) if views and i not in into else self._copy(i, into.get(i)) for i in range(len(self._outputs))
        ]
        return Outputs(self._names, arrays)

    def _checked(self, feeds: Optional[Mapping[str, Array]], named: Mapping[str, Array]) -> Dict[str, Array]:
        """All feeds, each an array of its input's type."""
        if feeds is not None and not isinstance(feeds, Mapping):
            raise wrong_type("feeds", "a dict of names and arrays", feeds)
        given = dict(named) if feeds is None else {**feeds, **named}
        for name, data in given.items():
            info = self._by_name.get(name)
            if info is None:
                raise error_of("name", f'there is no input "{name}"; there are {", ".join(self._by_name)}')
            _check_array(f'input "{name}"', data, info.dtype)
        for name in self._required:
            if name not in given and name in self._by_name:
                raise error_of("argument", f'input "{name}" is missing')
        return given

    def _destinations(self, out: Out) -> Dict[int, Array]:
        if out is None:
            return {}
        if isinstance(out, Mapping):
            into = {self._names.position(name): array for name, array in out.items()}
        elif len(self._outputs) == 1:
            into = {0: out}
        else:
            raise error_of("argument", f"out must be a dict: there are {len(self._outputs)} outputs")
        for position, array in into.items():
            _check_out(self._outputs[position], array)
        return into

    def _set(self, name: str, data: Array) -> None:
        info = self._by_name.get(name)
        if info is None:
            # A weight, or no argument at all: the library knows its type and size.
            _check_array(f'"{name}"', data, None)
        else:
            _check_array(f'input "{name}"', data, info.dtype)
            if data.shape != info.shape:
                raise error_of("shape", f'input "{name}" has shape {info.shape}, not {data.shape}: reshape changes it')
        self._send(name, data)

    def _send(self, name: str, data: Array) -> None:
        self._library.LPPredSetInput(self._handle, name, dtype_numbers[data.dtype], data, data.nbytes)

    def _copy(self, which: Union[str, int], out: Optional[Array] = None) -> Array:
        position = self._names.position(which)
        info = self._outputs[position]
        if out is not None:
            _check_out(info, out)
        direct = out is not None and out.flags.c_contiguous
        target = out if out is not None and direct else np.empty(info.shape, info.dtype)
        self._library.LPPredGetOutput(self._handle, position, dtype_numbers[info.dtype], target, target.nbytes)
        if out is None or direct:
            return target
        np.copyto(out, target)
        return out

    def _view(self, which: Union[str, int]) -> Array:
        position = self._names.position(which)
        info = self._outputs[position]
        data = self._library.LPPredGetOutputData(self._handle, position).data
        return data.view(info.dtype).reshape(info.shape)

    def _reshape(self, inputs: Shapes) -> None:
        for name in inputs if isinstance(inputs, Mapping) else ():
            if name not in self._by_name:
                raise error_of("name", f'there is no input "{name}"; there are {", ".join(self._by_name)}')
        old = self._handle
        new = self._library.MXPredReshape(*shape_arguments(inputs), old)
        try:
            if self._monitor is not None:
                self._install(new, *self._monitor)
            if self._profiling:
                self._library.LPPredSetProfiling(new, 1)
            self._take(new)
        except BaseException:
            self._library.MXPredFree(new)
            raise
        self._library.MXPredFree(old)

    def _watch(self, callback: Optional[Monitor], inputs: bool) -> None:
        self._install(self._handle, callback, inputs)
        self._monitor = None if callback is None else (callback, inputs)

    def _install(self, handle: PredictorHandle, callback: Optional[Monitor], inputs: bool) -> None:
        b = self._library
        if callback is None:
            b.MXPredSetMonitorCallback(handle, None, False)
            return
        if not callable(callback):
            raise wrong_type("callback", "a function", callback)
        show = callback

        def seen(name: str, array: NDArrayHandle) -> None:
            info = b.LPArrayGetInfo(array)
            tensor = info.data.view(dtypes[info.dtype]).reshape(tuple(info.dims.tolist()))
            if self._caller is None:
                show(name, tensor)
            else:
                self._caller.run(show, name, tensor)

        b.MXPredSetMonitorCallback(handle, seen, inputs)

    def _measure(self, on: bool) -> None:
        wanted = truth("on", on)
        self._library.LPPredSetProfiling(self._handle, int(wanted))
        self._profiling = wanted

    def _report(self, tell: Callable[[PredictorHandle, Optional[bytearray], int], int]) -> str:
        """A text of the library about the predictor."""
        size = tell(self._handle, None, 0)
        report = bytearray(size)
        tell(self._handle, report, size)
        return report[:-1].decode("utf-8", "surrogateescape")


def _check_array(what: str, data: object, dtype: Optional[np.dtype[Any]]) -> None:
    if not isinstance(data, np.ndarray):
        hint = f": numpy.asarray(..., numpy.{dtype or 'float32'}) makes one" if isinstance(data, (list, tuple)) else ""
        raise wrong_type(what, "a numpy.ndarray", data, hint)
    if (dtype is not None and data.dtype != dtype) or data.dtype not in dtype_numbers:
        wanted = "one of the element types" if dtype is None else str(dtype)
        raise error_of("dtype", f"{what} must be {wanted}, not {data.dtype}")


def _check_out(info: TensorInfo, array: object) -> None:
    what = f'the array for "{info.name}"'
    _check_array(what, array, info.dtype)
    assert isinstance(array, np.ndarray)
    if array.shape != info.shape:
        raise error_of("shape", f"{what} must have shape {info.shape}, not {array.shape}")
    if not array.flags.writeable:
        raise error_of("argument", f"{what} is read-only")
