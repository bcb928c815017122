"""Models: where they are loaded from, and what they tell."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import DIGITS
from small_networks import RELU, convolution, dense, graph

from libpredict import Binding, LoadError, LPPass, Model, PredictError, check_model, list_operators

X = np.array([-1, 0, 2], np.float32)


def test_a_prefix_means_the_symbol_and_the_highest_epoch(tmp_path: Path) -> None:
    symbol, _ = dense([[1, 2]])
    (tmp_path / "net-symbol.json").write_text(symbol)
    for epoch in (0, 3, 12):
        (tmp_path / f"net-{epoch:04d}.params").write_bytes(dense([[epoch, 0]])[1])
    (tmp_path / "net-other.params").write_bytes(b"")
    (tmp_path / "network-0099.params").write_bytes(b"")

    def first_weight(**options: int) -> float:
        with Model.load(tmp_path / "net", **options) as model, model.predictor({"x": (1, 2)}) as predictor:
            return float(predictor.run(x=np.ones((1, 2), np.float32))[0][0, 0])

    assert first_weight() == 12
    assert first_weight(epoch=3) == 3
    assert first_weight(epoch=0) == 0
    with Model.load(str(tmp_path / "net-symbol.json")) as model:
        assert (model.inputs, model.outputs) == (("x",), ("fc_output",))
    with pytest.raises(LoadError) as caught:
        Model.load(tmp_path / "net", epoch=4)
    assert caught.value.tried[-1].reason == "no such file or directory; there are epochs 0, 3, 12"


def test_what_is_not_found_is_told_with_what_there_is(tmp_path: Path) -> None:
    for name in ("digits-symbol.json", "digits-0000.params"):
        shutil.copy(DIGITS / name, tmp_path / name)
    with pytest.raises(LoadError) as caught:
        Model.load(tmp_path / "digit")
    text = str(caught.value)
    assert text.startswith(
        f'no model "{tmp_path / "digit"}"; tried\n  symbol ({tmp_path / "digit-symbol.json"}): no such file'
    )
    assert f'the folder has "{tmp_path / "digits"}"' in text
    assert 'the folder has "digits-0000.params"' in text
    assert "Model.from_files" in text
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError, match="that is a folder without models"):
        Model.load(tmp_path / "empty")
    with pytest.raises(LoadError, match="itself is a file: give its prefix"):
        Model.load(tmp_path / "digits-0000.params")
    with pytest.raises(OSError, match="no such file or directory"):
        Model.from_files(tmp_path / "digits-symbol.json", tmp_path / "gone.params")
    with pytest.raises(LoadError, match="s a directory"):
        Model.from_files(tmp_path)


@pytest.mark.parametrize(("epoch", "said"), [(-1, "0 or more"), ("1", "whole number"), (1.0, "whole number")])
def test_an_epoch_is_a_whole_number(epoch: int, said: str) -> None:
    with pytest.raises(PredictError, match=said):
        Model.load(DIGITS / "digits", epoch=epoch)


def test_files_of_any_name_and_content(tmp_path: Path) -> None:
    symbol, params = dense([[1, 2]])
    (tmp_path / "a").write_text(symbol)
    (tmp_path / "b").write_bytes(params)
    with Model.from_files(tmp_path / "a", tmp_path / "b") as model:
        assert model.inputs == ("x",)
    for text in (symbol, symbol.encode(), bytearray(symbol.encode())):
        with Model(text, memoryview(params)) as model:
            assert model.inputs == ("x",)
    with Model(symbol) as model:
        assert model.inputs == ("x", "w")
    with pytest.raises(PredictError, match=r"is read by Model\.from_files"):
        Model("net-symbol.json")
    with pytest.raises(TypeError, match="symbol must be bytes or something with a buffer, not a int"):
        Model(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="params must be bytes"):
        Model(symbol, "net.params")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="prefix must be a str or a path"):
        Model.load(3)  # type: ignore[arg-type]


def test_closing_leaves_predictors_and_can_be_repeated() -> None:
    model = Model(RELU)
    predictor = model.predictor({"x": (3,)})
    model.close()
    model.close()
    assert model.closed and repr(model) == "<Model closed, x -> act_output>"
    assert predictor.run(x=X)[0].tolist() == [0, 0, 2]
    with pytest.raises(PredictError) as caught:
        model.predictor({"x": (3,)})
    assert caught.value.code == "disposed"
    predictor.close()


def test_a_given_library(binding: Binding, part_one: Binding) -> None:
    for library in (binding, binding.path, Path(binding.path)):
        with Model(RELU, library=library) as model:
            assert model.inputs == ("x",)
    with pytest.raises(LoadError):
        Model(RELU, library="no/such/library.so")
    with pytest.raises(PredictError) as caught:
        Model(RELU, library=part_one)
    assert caught.value.code == "unavailable"


def test_choices_of_a_predictor() -> None:
    with Model.load(DIGITS / "digits") as model:
        options = {"threads": 1, "disabled_passes": [LPPass.LP_PASS_FUSE_ACTIVATION, LPPass.LP_PASS_FOLD_BATCH_NORM]}
        plain = model.predictor({"data": (1, 1, 8, 8)}).stats()
        fewer = model.predictor({"data": (1, 1, 8, 8)}, **options).stats()  # type: ignore[arg-type]
        assert fewer.num_threads == 1 and fewer.plan_nodes > plain.plan_nodes
        assert fewer.weights_bytes == plain.weights_bytes > 50_000 * 4 * 0.99
        inner = model.predictor({"data": (2, 1, 8, 8)}, outputs=["dense2_fwd", "softmax"])
        assert [(o.name, o.shape) for o in inner.outputs] == [
            ("dense2_fwd_output", (2, 10)),
            ("softmax_output", (2, 10)),
        ]


def test_lean_holds_one_copy_of_the_weights() -> None:
    x = np.ones((1, 64, 28, 28), np.float32)
    packed = {}
    with Model(*convolution(64)) as model:
        for mode in ("fast", "lean"):
            with model.predictor({"x": x.shape}, memory=mode) as predictor:  # type: ignore[arg-type]
                y = predictor.run(x=x)[0][0, 0]
                # In a corner four of the nine weights of each channel meet a pixel.
                assert np.allclose([y[0, 0], y[5, 5]], [4 * 64, 9 * 64], rtol=1e-5)
                packed[mode] = predictor.stats().packed_bytes
    assert packed["lean"] < packed["fast"] / 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"inputs": {"y": (3,)}}, "name"),
        ({"inputs": {"x": (3,)}, "outputs": ["nothing"]}, "name"),
        ({"inputs": {"x": (3,)}, "outputs": "act"}, "argument"),
        ({"inputs": {"x": (3,)}, "dtypes": {"y": "float16"}}, "name"),
        ({"inputs": {"x": (3,)}, "dtypes": {"x": "complex64"}}, "dtype"),
        ({"inputs": {"x": (3,)}, "dtypes": {"x": "nothing"}}, "dtype"),
        ({"inputs": {"x": (3,)}, "dtypes": ["float16"]}, "argument"),
        ({"inputs": {"x": (3,)}, "threads": 257}, "argument"),
        ({"inputs": {"x": (3,)}, "threads": -1}, "argument"),
        ({"inputs": {"x": (3,)}, "memory": "small"}, "argument"),
        ({"inputs": {"x": (3,)}, "memory": 1}, "argument"),
        ({"inputs": {"x": (3,)}, "memory": ["lean"]}, "argument"),
        ({"inputs": {"x": (-1,)}}, "argument"),
        ({"inputs": {"x": 3}}, "argument"),
        ({"inputs": {"x": "3"}}, "argument"),
        ({"inputs": [("x", (3,))]}, "argument"),
        ({"inputs": {}}, "shape"),
    ],
)
def test_impossible_choices(options: "dict[str, object]", code: str) -> None:
    with Model(RELU) as model:
        with pytest.raises(PredictError) as caught:
            model.predictor(**options)  # type: ignore[arg-type]
        assert caught.value.code == code, str(caught.value)


def test_a_check_says_all_at_once() -> None:
    symbol = graph("Custom", ["x"], {"op_type": "mine"}, "strange")
    report = check_model(symbol)
    assert [(f.code, f.node, f.op) for f in report.errors] == [("unsupported", "strange", "Custom")]
    assert "before it" in report.errors[0].remedy
    assert check_model(RELU.encode()) == ((), (), ())
    assert check_model(dense([[1, 2]])[0]).weights == ("w",)
    ignored = check_model(graph("Activation", ["x"], {"act_type": "relu", "colour": "red"}, "act"))
    assert ignored.errors == () and [f.node for f in ignored.warnings] == ["act"]
    with pytest.raises(PredictError, match="LPCheckModel"):
        check_model("{")


def test_operators_are_listed() -> None:
    names = list_operators()
    assert names == sorted(names)
    assert {"Convolution", "FullyConnected", "softmax"} <= set(names)
