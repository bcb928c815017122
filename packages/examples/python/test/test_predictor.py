"""Predictors: results against MXNet's own and against arithmetic by hand, and what is refused."""

from __future__ import annotations

import json
from typing import Any, Callable

import numpy as np
import pytest
from conftest import DIGITS
from small_networks import dense, graph

from libpredict import Binding, Model, PredictError, Predictor, TensorInfo

X = np.array([-1, 0, 2], np.float32)


def held_out() -> "np.ndarray[Any, np.dtype[np.float32]]":
    content = np.fromfile(DIGITS / "digits-heldout.bin", np.uint8)
    return content[: 360 * 64].reshape(360, 1, 8, 8).astype(np.float32) / np.float32(16)


def test_digits_are_what_mxnet_says() -> None:
    golden = json.loads((DIGITS / "digits-golden.json").read_text())
    images = held_out()
    with Model.load(DIGITS / "digits") as model:
        chosen = model.predictor({"data": (1, 1, 8, 8)}, outputs=[golden["logitsNode"], "softmax"])
        for image in golden["images"]:
            at = image["index"]
            outputs = chosen.run(data=images[at : at + 1])
            assert np.allclose(
                outputs["dense2_fwd"][0], image["logits"], rtol=0, atol=5e-4 * max(map(abs, image["logits"]))
            )
            assert np.allclose(outputs["softmax_output"][0], image["softmax"], rtol=0, atol=5e-4)


def test_other_shapes_reshape_by_themselves() -> None:
    golden = json.loads((DIGITS / "digits-golden.json").read_text())["images"]
    images = held_out()[[image["index"] for image in golden]]
    with Model.load(DIGITS / "digits") as model, model.predictor({"data": (1, 1, 8, 8)}) as predictor:
        together = predictor.run(data=images)["softmax"]
        assert predictor.inputs == (TensorInfo("data", np.dtype(np.float32), (20, 1, 8, 8)),)
        assert predictor.outputs == (TensorInfo("softmax_output", np.dtype(np.float32), (20, 10)),)
        assert np.allclose(together, [image["softmax"] for image in golden], rtol=0, atol=5e-4)
        with pytest.raises(PredictError) as caught:
            predictor.run(data=np.zeros((1, 3, 8, 8), np.float32))
        assert caught.value.code == "shape"
        # The failure changed nothing.
        assert np.array_equal(predictor.run(data=images)["softmax"], together)


def test_feeds_by_dict_and_by_name(relu: Predictor) -> None:
    assert relu.run({"x": X})["act"].tolist() == [0, 0, 2]
    outputs = relu.run(x=X)
    assert outputs[0].tolist() == outputs[-1].tolist() == outputs["act_output"].tolist() == [0, 0, 2]
    assert (list(outputs), len(outputs), "act" in outputs, "tca" in outputs) == (["act_output"], 1, True, False)
    assert repr(outputs) == "<Outputs act_output: float32 (3,)>"
    with pytest.raises(KeyError, match='no output "nothing"; there are act_output'):
        outputs["nothing"]
    with pytest.raises(IndexError, match="output 1, there are 1"):
        outputs[1]


def test_outputs_are_copies(relu: Predictor) -> None:
    first = relu.run(x=X)[0]
    relu.run(x=X + 1)
    assert first.tolist() == [0, 0, 2]
    first[0] = 9
    assert relu.output().tolist() == [0, 1, 3]


def test_nothing_is_converted(relu: Predictor) -> None:
    for wrong, code in [
        (X.astype(np.float64), "dtype"),
        (X.astype(np.int32), "dtype"),
        (X.astype(">f4"), "dtype"),
        (np.array([None] * 3), "dtype"),
        ([1.0, 2.0, 3.0], "argument"),
        (1.0, "argument"),
        (None, "argument"),
    ]:
        with pytest.raises(TypeError) as caught:
            relu.run(x=wrong)  # type: ignore[arg-type]
        assert isinstance(caught.value, PredictError) and caught.value.code == code
    with pytest.raises(TypeError, match=r"numpy.asarray\(..., numpy.float32\) makes one"):
        relu.run(x=[1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="feeds must be a dict"):
        relu.run(X)  # type: ignore[arg-type]


def test_names_and_missing_inputs() -> None:
    with Model(graph("elemwise_add", ["a", "b"])) as model, model.predictor({"a": (2,), "b": (2,)}) as predictor:
        one = np.ones(2, np.float32)
        assert predictor.run(a=one, b=one)[0].tolist() == [2, 2]
        with pytest.raises(PredictError, match='input "b" is missing') as caught:
            predictor.run(a=one)
        assert caught.value.code == "argument"
        with pytest.raises(KeyError, match='no input "c"; there are a, b'):
            predictor.run(a=one, b=one, c=one)
        with pytest.raises(KeyError, match='no input "c"'):
            predictor.reshape({"c": (1,)})
        predictor.set_input("a", 2 * one)
        predictor.set_input("b", 3 * one)
        predictor.forward()
        assert predictor.output("node").tolist() == [5, 5]


def test_strided_inputs_are_copied_and_outputs_too(relu: Predictor) -> None:
    assert relu.run(x=np.array([5, 0, -1, 0, 2, 0], np.float32)[::2])[0].tolist() == [5, 0, 2]
    assert relu.run(x=X[::-1])[0].tolist() == [2, 0, 0]
    spread = np.full(6, 7, np.float32)
    relu.run(x=X, out=spread[::2])
    assert spread.tolist() == [0, 7, 0, 7, 2, 7]


def test_out_receives_the_outputs(relu: Predictor) -> None:
    mine = np.empty(3, np.float32)
    outputs = relu.run(x=X, out=mine)
    assert outputs[0] is mine and mine.tolist() == [0, 0, 2]
    assert relu.run(x=X + 1, out={"act": mine})["act"] is mine and mine.tolist() == [0, 1, 3]
    assert relu.output(out=mine) is mine
    mine.flags.writeable = False
    wrong: "list[tuple[Any, str]]" = [
        (mine, "argument"),
        (np.empty(3), "dtype"),
        (np.empty(4, np.float32), "shape"),
        ([0.0] * 3, "argument"),
        ({"nothing": np.empty(3, np.float32)}, "name"),
    ]
    for out, code in wrong:
        with pytest.raises(PredictError) as caught:
            relu.run(x=X, out=out)
        assert caught.value.code == code
    assert relu.output().tolist() == [0, 1, 3]  # nothing ran


def test_several_outputs_by_name_position_and_out() -> None:
    with Model.load(DIGITS / "digits") as model:
        p = model.predictor({"data": (1, 1, 8, 8)}, outputs=["softmax", "dense2_fwd", "softmax"])
        mine = np.empty((1, 10), np.float32)
        outputs = p.run(data=held_out()[:1], out={"dense2_fwd_output": mine})
        assert outputs[1] is mine
        assert np.array_equal(outputs[0], outputs[2])
        assert (list(outputs), len(outputs)) == (["softmax_output", "dense2_fwd_output"], 2)
        assert p.output(1).tolist() == mine.tolist()
        with pytest.raises(PredictError, match="out must be a dict: there are 3 outputs"):
            p.run(data=held_out()[:1], out=mine)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int8", "int32", "int64", "bool"])
def test_element_types(dtype: str) -> None:
    data = np.array([[1, 0], [1, 1]], dtype)
    with Model(graph("_copy", ["x"])) as model, model.predictor({"x": (2, 2)}, dtypes={"x": dtype}) as predictor:
        assert predictor.inputs[0].dtype == predictor.outputs[0].dtype == np.dtype(dtype)
        outputs = predictor.run(x=data, views=True)
        assert outputs[0].dtype == np.dtype(dtype) and np.array_equal(outputs[0], data)
        assert np.array_equal(predictor.output(), data)


def test_weights_become_the_predictor_s_own(dense_predictor: Predictor) -> None:
    x = np.array([[1, 1]], np.float32)
    assert dense_predictor.run(x=x)[0].tolist() == [[3, 7]]
    dense_predictor.set_input("w", np.array([[5, 6], [7, 8]], np.float32))
    assert dense_predictor.run(x=x)[0].tolist() == [[11, 15]]
    two = np.array([[1, 0], [0, 1]], np.float32)
    assert dense_predictor.run(x=two)[0].tolist() == [[5, 7], [6, 8]]  # kept by a reshape
    for wrong, code in [
        (("w", np.zeros((2, 2))), "dtype"),
        (("w", np.zeros(3, np.float32)), "size"),
        (("v", np.zeros(4, np.float32)), "name"),
        (("x", np.zeros((1, 2), np.float32)), "shape"),
    ]:
        with pytest.raises(PredictError) as caught:
            dense_predictor.set_input(*wrong)
        assert caught.value.code == code


def test_a_weight_that_the_file_lacks_can_be_set() -> None:
    symbol, _ = dense([[1, 2], [3, 4]])
    with Model(symbol) as model, model.predictor({"x": (1, 2)}) as predictor:
        x = np.array([[1, 1]], np.float32)
        with pytest.raises(PredictError) as caught:
            predictor.run(x=x)
        assert caught.value.code == "missing"
        predictor.set_input("w", np.array([[1, 2], [3, 4]], np.float32))
        assert predictor.run(x=x)[0].tolist() == [[3, 7]]


def test_a_description(dense_predictor: Predictor) -> None:
    nodes = {node["name"]: node for node in dense_predictor.describe()["nodes"]}
    assert nodes["fc"]["multiply_adds"] == 4
    assert nodes["x"]["outputs"][0]["shape"] == [1, 2]


def test_a_closed_predictor(relu: Predictor) -> None:
    with relu as same:
        assert same is relu
    relu.close()
    assert relu.closed and repr(relu) == "<Predictor closed, x (3,)>"
    uses: "list[Callable[[], object]]" = [
        lambda: relu.run(x=X),
        relu.forward,
        relu.output,
        relu.view,
        relu.stats,
        relu.describe,
        relu.profile,
        lambda: relu.set_profiling(True),
        lambda: relu.set_input("x", X),
        lambda: relu.reshape({"x": (4,)}),
        lambda: relu.set_monitor(None),
    ]
    for use in uses:
        with pytest.raises(PredictError) as caught:
            use()
        assert caught.value.code == "disposed"


def test_a_failed_reshape_or_constructor_leaks_nothing(fake: Binding, live: Callable[[], int]) -> None:
    model = Model("m", b"", library=fake)
    with pytest.raises(PredictError):
        model.predictor({"data": (2,)}, outputs=["nothing"])
    predictor = model.predictor({"data": (2,)})
    predictor.set_monitor(lambda name, array: None)
    assert live() == 2
    predictor.reshape({"data": (5,)})
    assert live() == 2
    model.close()
    predictor.close()
    assert live() == 0


def test_contiguous_arrays_go_to_the_library_where_they_are(relu: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy: what the C function is passed points into the caller's array."""
    passed = []
    handle = relu._handle
    b = relu._library
    original = b._c["LPPredSetInput"]
    large = np.zeros(1000, np.float32)
    relu.reshape({"x": (1000,)})
    handle = relu._handle

    def note(address: object, key: bytes, dtype: int, data: Any, size: int) -> int:
        passed.append(data)
        return int(original(address, key, dtype, data, size))

    monkeypatch.setitem(b._c, "LPPredSetInput", note)
    relu.run(x=large)
    large[0] = 5
    assert passed[0]._obj.value == large.view("S1")[0] or passed[0]._obj.value == bytes(large.view(np.uint8)[:1])
    assert handle.state == "alive"
