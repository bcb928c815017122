"""What the library says of a model before it is loaded, and of itself."""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple, Tuple, Union

from .gen.error_codes import error_words
from .model import Library, as_library
from .native_arguments import Buffer


class Finding(NamedTuple):
    """One thing that stands in the way of running a model, or that is ignored."""

    code: str
    node: str
    op: str
    text: str
    remedy: str = ""
    """What to do, where something is known."""


class ModelReport(NamedTuple):
    """What ``check_model`` found."""

    errors: Tuple[Finding, ...]
    """Operators and modes that are not supported, impossible attributes; none: the model can be run."""
    warnings: Tuple[Finding, ...]
    """Attributes that are not known and are ignored."""
    weights: Tuple[str, ...] = ()
    """Variables that a parameter file must give."""


def check_model(symbol: Union[str, Buffer], *, library: Library = None) -> ModelReport:
    """Says all at once what stands in the way of running a graph, given as JSON text or bytes.

    Raises:
        PredictError: ``symbol``: the graph is damaged
    """
    b = as_library(library)
    graph = symbol.encode("utf-8", "surrogateescape") if isinstance(symbol, str) else bytes(symbol)
    report = bytearray(b.LPCheckModel(graph, len(graph), None, 0).report_size)
    b.LPCheckModel(graph, len(graph), report, len(report))
    found: Dict[str, List[Any]] = json.loads(report[:-1].decode("utf-8", "surrogateescape"))

    def findings(kind: str) -> Tuple[Finding, ...]:
        return tuple(
            Finding(error_words.get(f["code"], ""), f["node"], f["op"], f["text"], f.get("remedy", ""))
            for f in found[kind]
        )

    return ModelReport(findings("errors"), findings("warnings"), tuple(found["weights"]))


def list_operators(*, library: Library = None) -> List[str]:
    """Names of all operators that the library has, aliases included."""
    b = as_library(library)
    names = bytearray(b.LPListOperators(None, 0))
    b.LPListOperators(names, len(names))
    return names[:-1].decode().split()
