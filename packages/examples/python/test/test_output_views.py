"""Views of outputs: no copy, read-only, and never over memory that is gone."""

from __future__ import annotations

import gc
import weakref
from typing import Callable

import numpy as np
import pytest
from small_networks import RELU, dense, fake_predictor, make_predictor

from libpredict import Binding, Model, PredictError, Predictor, ViewsAliveError

X = np.array([-1, 0, 2], np.float32)


def test_a_view_shows_each_run_without_a_copy(relu: Predictor) -> None:
    relu.run(x=X)
    view = relu.view()
    assert (view.dtype, view.shape, view.tolist()) == (np.float32, (3,), [0, 0, 2])
    relu.run(x=X + 1)
    assert view.tolist() == [0, 1, 3]
    again = relu.run(x=X, views=True)["act"]
    assert np.shares_memory(view, again)
    assert not np.shares_memory(view, relu.output())


def test_a_view_cannot_be_written_to_or_made_writable(relu: Predictor) -> None:
    view = relu.run(x=X, views=True)[0]
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.flags.writeable = True
    assert memoryview(view).readonly


def test_closing_with_views_frees_when_the_last_is_gone(fake: Binding, live: Callable[[], int]) -> None:
    p = fake_predictor(fake, 4)
    fake.MXPredSetInput(p, "data", np.array([1, 2, 3, 4], np.float32), 4)
    fake.MXPredForward(p)
    view = fake.LPPredGetOutputData(p, 0).data.view(np.float32)
    part = view[2:].reshape(1, 2)
    other = memoryview(fake.LPPredGetOutputData(p, 0).data)
    fake.MXPredFree(p)
    assert p.state == "freed"
    del view
    # The fake overwrites what it frees.
    assert (part.tolist(), live()) == ([[6, 8]], 1)
    del part
    assert live() == 1
    other.release()
    del other
    gc.collect()
    assert live() == 0


def test_closing_a_predictor_and_its_model_leaves_views_alive() -> None:
    model = Model(*dense([[1, 2], [3, 4]]))
    predictor = model.predictor({"x": (1, 2)})
    view = predictor.run(x=np.array([[1, 1]], np.float32), views=True)["fc"]
    predictor.close()
    model.close()
    del model, predictor
    gc.collect()
    assert view.tolist() == [[3, 7]]


def test_setting_a_weight_while_views_are_alive(dense_predictor: Predictor) -> None:
    p = dense_predictor
    x = np.array([[1, 1]], np.float32)
    view = p.run(x=x, views=True)[0]
    weight = np.array([[5, 6], [7, 8]], np.float32)
    with pytest.raises(BufferError) as caught:
        p.set_input("w", weight)
    assert isinstance(caught.value, ViewsAliveError)
    assert caught.value.code == "busy"
    assert p.run(x=x)[0].tolist() == [[3, 7]]
    p.set_input("x", x)  # an input is no weight
    assert view.tolist() == [[3, 7]]
    del view
    p.set_input("w", weight)
    assert p.run(x=x)[0].tolist() == [[11, 15]]


def test_setting_or_taking_a_monitor_while_views_are_alive(relu: Predictor) -> None:
    view = relu.run(x=X, views=True)[0]
    with pytest.raises(BufferError):
        relu.set_monitor(print)
    del view
    relu.set_monitor(lambda name, array: None)
    view = relu.run(x=X, views=True)[0]
    with pytest.raises(BufferError):
        relu.set_monitor(None)
    relu.run(x=X + 1)
    assert view.tolist() == [0, 1, 3]


def test_no_view_while_the_next_forward_moves_the_outputs(dense_predictor: Predictor) -> None:
    p = dense_predictor
    x = np.array([[1, 1]], np.float32)
    p.run(x=x)
    p.set_input("w", np.array([[5, 6], [7, 8]], np.float32))
    with pytest.raises(PredictError) as caught:
        p.view()
    assert (caught.value.code, "run it first, or copy them" in str(caught.value)) == ("state", True)
    assert p.output().tolist() == [[3, 7]]
    p.forward()
    assert p.view().tolist() == [[11, 15]]


def test_a_refused_weight_leaves_views_possible(binding: Binding) -> None:
    symbol, params = dense([[1, 2], [3, 4]])
    p = make_predictor(binding, symbol, [1, 2], params)
    binding.MXPredForward(p)
    with pytest.raises(PredictError, match="do not match"):
        binding.MXPredSetInput(p, "w", np.zeros(3, np.float32), 3)
    assert binding.LPPredGetOutputData(p, 0).data.view(np.float32).tolist() == [0, 0]


def test_outputs_do_not_move_between_forwards_of_one_plan(binding: Binding) -> None:
    """What the rules rest on: only a new plan moves the outputs."""
    symbol, params = dense([[1, 2], [3, 4]])
    p = make_predictor(binding, symbol, [1, 2], params)
    binding.MXPredForward(p)
    where = address(binding, p)
    for _ in range(3):
        binding.MXPredSetInput(p, "x", np.ones(2, np.float32), 2)
        binding.MXPredForward(p)
        binding.MXPredPartialForward(p, 0)
        binding.LPPredGetStats(p)
        reshaped = binding.MXPredReshape(1, ["x"], np.array([0, 2], np.uint32), np.array([3, 2], np.uint32), p)
        binding.MXPredForward(p)
        binding.MXPredFree(reshaped)
        assert address(binding, p) == where


def address(binding: Binding, p: object) -> int:
    return int(binding.LPPredGetOutputData(p, 0).data.ctypes.data)  # type: ignore[arg-type]


def test_a_reshape_leaves_old_views_as_they_are(relu: Predictor) -> None:
    view = relu.run(x=X, views=True)[0]
    assert relu.run(x=np.ones(5, np.float32))[0].tolist() == [1] * 5
    assert view.tolist() == [0, 0, 2]


def test_views_keep_each_other_and_go_one_by_one(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    binding.MXPredForward(p)
    first = binding.LPPredGetOutputData(p, 0).data
    second = binding.LPPredGetOutputData(p, 0).data
    native = p._native
    assert native is not None and native.lease is not None
    lease = native.lease
    del first
    assert lease() is not None
    gone = weakref.ref(second)
    del second
    assert gone() is None and lease() is None


def test_there_is_no_view_before_a_forward(relu: Predictor) -> None:
    with pytest.raises(PredictError) as caught:
        relu.view()
    assert caught.value.code == "state"
