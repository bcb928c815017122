"""Errors: the code, the class and the text of each failure that can be provoked."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple, Type

import numpy as np
import pytest
from conftest import PACKAGES
from small_networks import RELU, dense, graph, make_predictor, ndarray_file, u32

from libpredict import (
    Binding,
    Model,
    PredictError,
    PredictIndexError,
    PredictKeyError,
    PredictMemoryError,
    PredictStateError,
    PredictTypeError,
    PredictValueError,
)
from libpredict.gen.constants import LPErrorCode
from libpredict.gen.error_codes import error_words
from libpredict.predict_error import error_of

X = np.zeros(3, np.float32)
THREE = u32(3)


def create(b: Binding, symbol: str = RELU, params: bytes = ndarray_file({}), device: int = 1, dims: Any = THREE) -> Any:
    return b.MXPredCreate(symbol, params, len(params), device, 0, 1, ["x"], u32(0, len(dims)), dims)


def missing_weight(b: Binding) -> None:
    symbol, _ = dense([[1, 2], [3, 4]])
    b.MXPredForward(create(b, symbol, dims=u32(1, 2)))


CASES: List[Tuple[str, Type[PredictError], type, Callable[[Binding], object]]] = [
    ("argument", PredictValueError, ValueError, lambda b: b.MXPredPartialForward(create(b), 2**40)),
    ("memory", PredictMemoryError, MemoryError, lambda b: create(b, dims=u32(65535, 65535, 65535))),
    ("symbol", PredictValueError, ValueError, lambda b: create(b, '{"nodes": [')),
    ("params", PredictValueError, ValueError, lambda b: create(b, params=b"no parameters")),
    ("unsupported", PredictError, PredictError, lambda b: create(b, graph("Custom", ["x"], {"op_type": "mine"}))),
    ("attribute", PredictValueError, ValueError, lambda b: create(b, graph("Activation", ["x"], {"act_type": "rolu"}))),
    (
        "shape",
        PredictValueError,
        ValueError,
        lambda b: create(b, dense([[1, 2]])[0], dense([[1, 2]])[1], dims=u32(1, 5)),
    ),
    ("dtype", PredictTypeError, TypeError, lambda b: b.LPPredSetInput(create(b), "x", 1, np.zeros(3), 24)),
    ("name", PredictKeyError, KeyError, lambda b: b.MXPredSetInput(create(b), "y", X, 3)),
    ("size", PredictValueError, ValueError, lambda b: b.MXPredSetInput(create(b), "x", X[:2], 2)),
    ("index", PredictIndexError, IndexError, lambda b: b.MXPredGetOutputShape(create(b), 1)),
    ("state", PredictStateError, RuntimeError, lambda b: b.MXPredGetOutput(create(b), 0, X.copy(), 3)),
    ("missing", PredictValueError, ValueError, missing_weight),
    ("device", PredictValueError, ValueError, lambda b: create(b, device=2)),
    ("file", PredictError, PredictError, lambda b: b.LPModelCreateFromFiles("/", None)),
]


@pytest.mark.parametrize(("code", "kind", "builtin", "provoke"), CASES, ids=[c[0] for c in CASES])
def test_each_code_has_its_class_and_the_library_s_text(
    binding: Binding, code: str, kind: Type[PredictError], builtin: type, provoke: Callable[[Binding], object]
) -> None:
    with pytest.raises(PredictError) as caught:
        provoke(binding)
    error = caught.value
    assert (error.code, type(error)) == (code, kind)
    assert isinstance(error, builtin)
    if code != "argument":  # found by the binding, not by the library
        assert error.function is not None
        assert str(error) == f"{error.function}: {binding.MXGetLastError()}"
        assert binding.LPGetErrorCode() == LPErrorCode[f"LP_ERROR_{code.upper()}"]


def test_every_code_of_the_header_has_a_word_and_only_those_that_cannot_be_provoked_are_missing_here() -> None:
    api = json.loads((PACKAGES / "ffi" / "api.json").read_text())
    members = next(e["members"] for e in api["enums"] if e["name"] == "LPErrorCode")
    assert error_words == {m["value"]: m["name"][9:].lower() for m in members if m["value"] != 0}
    # The binding finds a wrong handle before the library; no defect is known; only another thread can cancel.
    assert set(error_words.values()) - {c[0] for c in CASES} == {"handle", "internal", "cancelled"}


def test_the_text_names_what_is_near(binding: Binding) -> None:
    with pytest.raises(KeyError, match="MXPredSetInput: cannot find input key"):
        binding.MXPredSetInput(make_predictor(binding, RELU, [3]), "X", X, 3)


def test_a_library_without_codes(part_one: Binding) -> None:
    with pytest.raises(PredictError) as caught:
        part_one.MXPredCreate("fail", b"p", 1, 1, 0, 1, ["data"], u32(0, 1), u32(1))
    assert (caught.value.code, str(caught.value)) == ("unknown", "MXPredCreate: the symbol says fail")


def test_a_text_that_is_not_utf_8_can_be_printed(binding: Binding, capsys: pytest.CaptureFixture[str]) -> None:
    symbol = RELU.encode().replace(b'"Activation"', b'"Act\xff"')
    with pytest.raises(PredictError) as caught:
        Model(symbol)
    print(caught.value)
    assert "Act" in capsys.readouterr().out


@pytest.mark.parametrize("code", [*error_words.values(), "disposed", "busy", "unavailable", "unknown"])
def test_errors_survive_a_pickle(code: str) -> None:
    error = error_of(code, "what went wrong").in_function("MXPredForward")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.code, again.function) == ("MXPredForward: what went wrong", code, "MXPredForward")


def test_damaged_models_are_errors_and_cost_no_memory(binding: Binding, tmp_path: Path) -> None:
    symbol, params = dense([[1, 2], [3, 4]])
    texts: Dict[str, int] = {}
    for end in range(len(params)):
        with pytest.raises(PredictError) as caught:
            Model(symbol, params[:end])
        texts[caught.value.code] = texts.get(caught.value.code, 0) + 1
    assert set(texts) == {"params"}
    for end in range(0, len(symbol), 3):
        with pytest.raises(PredictError) as caught:
            Model(symbol[:end], params)
        assert caught.value.code == "symbol"
