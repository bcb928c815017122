"""The old predictor's names: a script as they were written for it, and what it converts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pytest
from conftest import DIGITS
from small_networks import RELU, graph, ndarray_file

from libpredict import PredictError
from libpredict.mxnet_predict import Predictor, devstr2type, load_ndarray_file

OLD_SCRIPT = """
import sys, os
import numpy as np
from {module} import Predictor, load_ndarray_file

prefix = "{prefix}"
num_round = 0
symbol_file = "%s-symbol.json" % prefix
param_file = "%s-0000.params" % prefix
with open(symbol_file) as f: symbol = f.read()
with open(param_file, "rb") as f: params = f.read()
predictor = Predictor(symbol, params, {{'data': (1, 1, 8, 8)}}, 'cpu', 0)
with open("{images}", "rb") as f: pixels = np.frombuffer(f.read(), dtype=np.uint8)
answers = []
for index in {indices}:
    batch = pixels[index * 64:(index + 1) * 64].reshape((1, 1, 8, 8)) / 16.0
    predictor.forward(data=batch)
    prob = predictor.get_output(0)[0]
    answers.append(prob)
predictor.reshape([('data', (2, 1, 8, 8))])
both = pixels[:128].reshape((2, 1, 8, 8)) / 16.0
predictor.forward(data=both)
pair = predictor.get_output(0)
weights = load_ndarray_file(params)
"""


def test_an_old_script_changes_its_import() -> None:
    golden = json.loads((DIGITS / "digits-golden.json").read_text())["images"]
    names: Dict[str, Any] = {}
    script = OLD_SCRIPT.format(
        module="libpredict.mxnet_predict",
        prefix=DIGITS / "digits",
        images=DIGITS / "digits-heldout.bin",
        indices=[image["index"] for image in golden],
    )
    exec(compile(script, "old_script.py", "exec"), names)
    assert np.allclose(names["answers"], [image["softmax"] for image in golden], rtol=0, atol=5e-4)
    assert names["pair"].shape == (2, 10) and names["pair"].dtype == np.float32
    assert golden[0]["index"] == 0
    assert np.allclose(names["pair"][0], golden[0]["softmax"], rtol=0, atol=5e-4)
    assert names["weights"]["arg:conv1a_weight"].shape == (16, 1, 3, 3)


def test_inputs_are_converted_to_float32() -> None:
    predictor = Predictor(RELU, ndarray_file({}), [("x", (3,))])
    for given in ([-1, 0, 2], (-1.0, 0.0, 2.0), np.array([-1, 0, 2]), np.array([-1, 9, 0, 9, 2, 9], np.float64)[::2]):
        predictor.forward(x=given)
        assert predictor.get_output(0).tolist() == [0, 0, 2]
        predictor.forward(x=np.zeros(3))


def test_inputs_are_converted_to_the_declared_type() -> None:
    predictor = Predictor(graph("_copy", ["x"]), ndarray_file({}), {"x": (3,)}, type_dict={"x": np.uint8})
    predictor.forward(x=[1.0, 2.0, 255.0])
    output = predictor.get_output(0)
    assert (output.dtype, output.tolist()) == (np.uint8, [1, 2, 255])


def test_paths_instead_of_contents(tmp_path: Path) -> None:
    (tmp_path / "a-symbol.json").write_text(RELU)
    (tmp_path / "a.params").write_bytes(ndarray_file({}))
    predictor = Predictor(str(tmp_path / "a-symbol.json"), str(tmp_path / "a.params"), {"x": (1,)})
    predictor.forward(x=[3])
    assert predictor.get_output(0).tolist() == [3]


def test_errors() -> None:
    params = ndarray_file({})
    assert devstr2type == {"cpu": 1, "gpu": 2, "cpu_pinned": 3}
    with pytest.raises(PredictError) as caught:
        Predictor(RELU, params, {"x": (3,)}, "gpu")
    assert caught.value.code == "device"
    with pytest.raises(ValueError, match='no device "tpu"'):
        Predictor(RELU, params, {"x": (3,)}, "tpu")
    predictor = Predictor(RELU, params, {"x": (3,)})
    with pytest.raises(KeyError, match="cannot find input key"):
        predictor.forward(y=[1])
    with pytest.raises(ValueError, match="do not match"):
        predictor.forward(x=[1])
    with pytest.raises(IndexError):
        predictor.get_output(1)
    with pytest.raises(TypeError, match="input_shapes must be a dict, or a list"):
        Predictor(RELU, params, 3)  # type: ignore[arg-type]


def test_files_of_arrays() -> None:
    named = load_ndarray_file(ndarray_file({"mean_img": np.ones((2, 2), np.float32)}))
    assert isinstance(named, dict) and named["mean_img"].tolist() == [[1, 1], [1, 1]]
    unnamed = load_ndarray_file(ndarray_file({"a": np.ones(1, np.float32)}, names=False))
    assert isinstance(unnamed, list) and unnamed[0].tolist() == [1]
