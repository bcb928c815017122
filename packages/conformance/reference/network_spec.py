"""What a network of the suite is: how it is built, what it is given, how its outputs are compared."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Input:
    """A seeded tensor between lo and hi; `whole`: rounded down, as token numbers are; `values`: these instead."""

    shape: tuple
    lo: float = -1
    hi: float = 1
    whole: bool = False
    values: tuple = ()


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    family: str
    build: typing.Callable  # -> gluon HybridBlock or mx.sym.Symbol
    runs: tuple  # of dicts: name of an input -> Input; the first one decides BatchNorm's statistics
    small: bool = False  # is in the half that the tests run
    sets: tuple = ()  # outputs whose rows, together, are detections in any order
    needs: str = ""  # a Python package besides mxnet
    scales: tuple = ()  # (end of a weight's name, factor)
    one_dnn: bool = False  # the reference's native kernels leave RNN outputs unwritten: its oneDNN kernels are asked


def images(*shapes, name="data", lo=-1, hi=1):
    """Runs with one image input."""
    return tuple({name: Input(shape, lo, hi)} for shape in shapes)
