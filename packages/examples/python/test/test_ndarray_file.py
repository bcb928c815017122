"""Files of arrays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import DIGITS
from small_networks import ndarray_file

from libpredict import LoadError, PredictError, load_ndarrays

ARRAYS = {"arg:w": np.array([[1, 2, 3], [4, 5, 6]], np.float32), "aux:m": np.array([7], np.float32)}


def test_names_and_values(tmp_path: Path) -> None:
    content = ndarray_file(ARRAYS)
    (tmp_path / "a.params").write_bytes(content)
    for source in (
        content,
        bytearray(content),
        np.frombuffer(content, np.uint8),
        tmp_path / "a.params",
        str(tmp_path / "a.params"),
    ):
        found = load_ndarrays(source)
        assert isinstance(found, dict)
        assert {n: a.tolist() for n, a in found.items()} == {"arg:w": [[1, 2, 3], [4, 5, 6]], "aux:m": [7]}
        assert all(a.dtype == np.float32 and a.flags.writeable for a in found.values())


def test_a_file_without_names_is_a_list() -> None:
    found = load_ndarrays(ndarray_file(ARRAYS, names=False))
    assert isinstance(found, list)
    assert [a.tolist() for a in found] == [[[1, 2, 3], [4, 5, 6]], [7]]
    assert load_ndarrays(ndarray_file({})) == {}


def test_other_element_types_become_float32() -> None:
    found = load_ndarrays(ndarray_file({"a": np.array([1, 300], np.int64), "b": np.array([0.5], np.float16)}))
    assert isinstance(found, dict)
    assert (found["a"].tolist(), found["b"].tolist(), found["a"].dtype) == ([1, 300], [0.5], np.float32)


def test_the_digits() -> None:
    found = load_ndarrays(DIGITS / "digits-0000.params")
    assert isinstance(found, dict)
    about = json.loads((DIGITS / "digits.json").read_text())
    assert sum(a.size for a in found.values()) == about["weights"] == 50_138
    assert found["arg:conv1a_weight"].shape == (16, 1, 3, 3)


def test_damage_and_absence(tmp_path: Path) -> None:
    content = ndarray_file(ARRAYS)
    for end in range(len(content)):
        with pytest.raises(PredictError) as caught:
            load_ndarrays(content[:end])
        assert caught.value.code == "params"
    with pytest.raises(LoadError, match="No such file"):
        load_ndarrays(tmp_path / "gone")
    with pytest.raises(TypeError, match="source must be bytes"):
        load_ndarrays([1])  # type: ignore[arg-type]
