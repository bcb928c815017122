"""Models: a graph and its weights, read once, for any number of predictors."""

from __future__ import annotations

from types import TracebackType
from typing import Dict, Iterable, Literal, Mapping, Optional, Sequence, Tuple, Type, Union

import numpy.typing as npt

from .gen.binding import Binding
from .gen.constants import LPMemoryMode, LPPass
from .gen.structs import LPOptions
from .load_library import load_library
from .model_files import PathLike, read_files, read_prefix
from .native_arguments import UINT32, Buffer, size_of, whole_number
from .predict_error import error_of, wrong_type
from .predictor import Predictor
from .shape_arguments import Shapes, shape_arguments, type_arguments

Library = Union[Binding, PathLike, None]
"""A loaded library, the path of one, or None: it is looked up."""

_memory_modes: Dict[str, LPMemoryMode] = {
    "fast": LPMemoryMode.LP_MEMORY_FAST,
    "lean": LPMemoryMode.LP_MEMORY_LEAN,
}


class Model:
    """A trained network. The weights are shared by all its predictors, which outlive it.

    Holds native memory until ``close``, or the end of a ``with`` block; what is forgotten goes with the
    object. May be used by any number of threads.

    Args:
        symbol: the graph's JSON text, or its bytes
        params: the content of the ``.params`` file; None for a model without parameters
        library: a loaded library or the path of one; by default it is looked up

    Raises:
        LoadError: no library could be loaded
        PredictError: ``symbol``, ``params``: damaged; ``unsupported``: operators that the engine lacks,
            each with its node; ``attribute``: an impossible attribute; ``unavailable``: a library with
            MXNet's part of the header only (``libpredict.mxnet_predict`` works with that)
    """

    def __init__(self, symbol: Union[str, Buffer], params: Optional[Buffer] = None, *, library: Library = None) -> None:
        self._library = b = as_library(library)
        if isinstance(symbol, str) and symbol.rstrip().endswith(".json") and "{" not in symbol:
            raise error_of("argument", f'symbol is the JSON text; "{symbol}" is read by Model.from_files')
        graph = symbol.encode("utf-8", "surrogateescape") if isinstance(symbol, str) else symbol
        size = 0 if params is None else size_of("params", params)
        self._handle = b.LPModelCreate(graph, size_of("symbol", graph), params, size)
        self._inputs = tuple(
            b.LPModelGetInputName(self._handle, i) for i in range(b.LPModelGetInputCount(self._handle))
        )
        self._outputs = tuple(
            b.LPModelGetOutputName(self._handle, i) for i in range(b.LPModelGetOutputCount(self._handle))
        )

    @classmethod
    def load(cls, prefix: PathLike, *, epoch: Optional[int] = None, library: Library = None) -> Model:
        """Loads a model from its files.

        Args:
            prefix: ``models/digits`` means ``models/digits-symbol.json`` and the
                ``models/digits-NNNN.params`` with the highest number, or that of ``epoch``
            epoch: which parameters to take
            library: as for ``Model``

        Raises:
            LoadError: no such files; it lists what was tried, and what there is instead
            PredictError: as ``Model``
        """
        return cls(*read_prefix(prefix, epoch), library=library)

    @classmethod
    def from_files(
        cls, symbol_file: PathLike, params_file: Optional[PathLike] = None, *, library: Library = None
    ) -> Model:
        """Loads a model from files of any name; without ``params_file`` where the model has no parameters.

        Raises:
            LoadError: no such file
            PredictError: as ``Model``
        """
        return cls(*read_files(symbol_file, params_file), library=library)

    @property
    def inputs(self) -> Tuple[str, ...]:
        """Names of the inputs: variables without a parameter, labels excepted."""
        return self._inputs

    @property
    def outputs(self) -> Tuple[str, ...]:
        """Names of the outputs, such as ``softmax_output``."""
        return self._outputs

    @property
    def closed(self) -> bool:
        return self._handle.state == "freed"

    def predictor(
        self,
        inputs: Shapes,
        *,
        dtypes: Optional[Mapping[str, npt.DTypeLike]] = None,
        outputs: Optional[Sequence[str]] = None,
        threads: int = 0,
        disabled_passes: Iterable[LPPass] = (),
        memory: Literal["fast", "lean"] = "fast",
    ) -> Predictor:
        """Makes a predictor for given input shapes. Plans memory and packs weights.

        Args:
            inputs: the shape of each input, by name; a dimension of 0 is inferred
            dtypes: element types of inputs that are not float32, as numpy writes them
            outputs: names of outputs, of the graph or inside of it; by default those of the graph
            threads: how many threads a run may use; 0: what ``LIBPREDICT_NUM_THREADS`` says, or as many
                as processors
            disabled_passes: graph passes to switch off
            memory: ``fast``: weights may be held in a second form that is faster, up to four times as large;
                ``lean``: one copy of them, convolutions of 3x3 take two to three times as long

        Raises:
            PredictError: ``disposed``; ``name``: an unknown input or output, near ones are listed;
                ``shape``, ``dtype``: contradictions; ``argument``: an impossible option
        """
        if outputs is not None and not isinstance(outputs, (list, tuple)):
            raise wrong_type("outputs", "a list or tuple of names", outputs)
        mode = _memory_modes.get(memory) if isinstance(memory, str) else None
        if mode is None:
            raise error_of("argument", f'memory must be "fast" or "lean", not {memory!r}')
        passes = 0
        for one in disabled_passes:
            passes |= whole_number("disabled_passes", one, UINT32)
        handle = self._library.LPPredCreate(
            self._handle,
            *shape_arguments(inputs),
            *type_arguments(dtypes),
            len(outputs or ()),
            outputs,
            LPOptions(num_threads=threads, disabled_passes=passes, memory_mode=mode),
        )
        return Predictor(self._library, handle, tuple(inputs))

    def close(self) -> None:
        """Gives the native memory back, once its predictors are gone too. Calling it again does nothing."""
        if not self.closed:
            self._library.LPModelFree(self._handle)

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed, " if self.closed else ""
        return f"<Model {state}{', '.join(self._inputs)} -> {', '.join(self._outputs)}>"


def as_library(library: Library) -> Binding:
    return library if isinstance(library, Binding) else load_library(library)
