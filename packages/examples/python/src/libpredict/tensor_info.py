"""What a predictor tells of its inputs and outputs, and the results of a run."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, NamedTuple, Sequence, Tuple, Union

import numpy as np

from .native_arguments import Array
from .predict_error import PredictIndexError, PredictKeyError


class TensorInfo(NamedTuple):
    """Name, element type and present shape of an input or output."""

    name: str
    dtype: np.dtype[Any]
    shape: Tuple[int, ...]


_suffix = "_output"


class OutputNames:
    """Finds outputs by position, full name (``softmax_output``) and, where that is unambiguous, the name
    of the node alone (``softmax``). Of outputs that share a name, the last is meant."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._positions: Dict[str, int] = {}
        for position, name in enumerate(names):
            self._positions[name] = position
        for name, position in list(self._positions.items()):
            short = name[: -len(_suffix)] if name.endswith(_suffix) else ""
            if short:
                self._positions.setdefault(short, position)

    def position(self, which: Union[str, int]) -> int:
        if isinstance(which, str):
            found = self._positions.get(which)
            if found is None:
                raise PredictKeyError(f'there is no output "{which}"; there are {", ".join(self.names)}', "name")
            return found
        if not -len(self.names) <= which < len(self.names):
            raise PredictIndexError(f"output {which}, there are {len(self.names)}", "index")
        return which % len(self.names)


class Outputs(Mapping[str, Array]):
    """The outputs of a run: by full name, by the name of the node alone, and by position. Full names are listed."""

    def __init__(self, names: OutputNames, arrays: Sequence[Array]) -> None:
        self._names = names
        self._arrays = tuple(arrays)

    def __getitem__(self, which: Union[str, int]) -> Array:
        return self._arrays[self._names.position(which)]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._names.names))

    def __len__(self) -> int:
        return len(set(self._names.names))

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}: {a.dtype} {a.shape}" for n, a in zip(self._names.names, self._arrays))
        return f"<Outputs {shown}>"
