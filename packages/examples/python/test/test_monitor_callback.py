"""Monitor callbacks: what they see, what their exceptions do, and how long C can call them."""

from __future__ import annotations

import contextvars
import gc
import threading
import weakref
from typing import Callable, List, Tuple

import numpy as np
import pytest
from small_networks import RELU, fake_predictor, make_predictor

from libpredict import Binding, PredictError, Predictor
from libpredict.gen.handles import NDArrayHandle

X = np.array([-1, 0, 2], np.float32)


def test_it_sees_names_and_arrays(relu: Predictor) -> None:
    seen: List[Tuple[str, List[float]]] = []
    relu.set_monitor(lambda name, array: seen.append((name, array.tolist())), inputs=True)
    relu.run(x=X)
    assert seen == [("x", [-1, 0, 2]), ("act_input0", [-1, 0, 2]), ("act_output", [0, 0, 2])]
    seen.clear()
    relu.set_monitor(None)
    relu.run(x=X)
    assert seen == []


def test_a_reshaped_predictor_keeps_it(relu: Predictor) -> None:
    shapes = []
    relu.set_monitor(lambda name, array: shapes.append(array.shape))
    relu.run(x=X)
    relu.run(x=np.zeros(5, np.float32))
    assert shapes == [(3,), (5,)]


def test_an_exception_ends_the_watching_and_comes_out_of_the_forward(relu: Predictor) -> None:
    seen = []

    def fail(name: str, array: object) -> None:
        seen.append(name)
        raise ZeroDivisionError(name)

    relu.set_monitor(fail, inputs=True)
    with pytest.raises(ZeroDivisionError, match=r"^x$"):
        relu.run(x=X)
    assert seen == ["x"]
    assert relu.output().tolist() == [0, 0, 2]
    with pytest.raises(ZeroDivisionError):
        relu.forward()
    relu.set_monitor(None)
    relu.forward()


def test_ctrl_c_in_a_callback_comes_out_of_the_forward(relu: Predictor) -> None:
    def interrupt(name: str, array: object) -> None:
        raise KeyboardInterrupt

    relu.set_monitor(interrupt)
    with pytest.raises(KeyboardInterrupt):
        relu.run(x=X)
    relu.set_monitor(None)
    assert relu.run(x=X)[0].tolist() == [0, 0, 2]


def test_it_cannot_use_the_predictor_that_runs(relu: Predictor, binding: Binding) -> None:
    relu.set_monitor(lambda name, array: relu.forward())
    with pytest.raises(PredictError) as caught:
        relu.forward()
    assert caught.value.code == "busy"
    p = make_predictor(binding, RELU, [3])
    binding.MXPredSetMonitorCallback(p, lambda name, array: binding.MXPredForward(p), False)
    with pytest.raises(PredictError) as caught:
        binding.MXPredForward(p)
    assert (caught.value.code, caught.value.function) == ("busy", "MXPredForward")


def test_it_can_free_the_predictor_that_runs(fake: Binding, live: Callable[[], int]) -> None:
    p = fake_predictor(fake)
    counts = []

    def free(name: str, array: NDArrayHandle) -> None:
        if not counts:
            fake.MXPredFree(p)
        counts.append(live())

    fake.MXPredSetMonitorCallback(p, free, False)
    fake.MXPredForward(p)
    assert (counts, live()) == ([1, 1], 0)


def test_the_array_is_good_during_the_callback_and_on_its_thread(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    kept: List[NDArrayHandle] = []
    said: List[str] = []

    def elsewhere(array: NDArrayHandle) -> None:
        try:
            binding.LPArrayGetInfo(array)
        except PredictError as error:
            said.append(error.code)

    def keep(name: str, array: NDArrayHandle) -> None:
        assert binding.LPArrayGetInfo(array).size_bytes == 12
        thread = threading.Thread(target=elsewhere, args=(array,))
        thread.start()
        thread.join()
        kept.append(array)

    binding.MXPredSetMonitorCallback(p, keep, False)
    binding.MXPredForward(p)
    assert said == ["busy"]
    with pytest.raises(PredictError, match="the ndarray handle was freed"):
        binding.LPArrayGetInfo(kept[0])


def test_it_lives_as_long_as_c_can_call_it(fake: Binding) -> None:
    class Note:
        def __call__(self, name: str, array: object) -> None:
            names.append(name)

    names: List[str] = []
    note = Note()
    gone = weakref.ref(note)
    p = fake_predictor(fake)
    fake.MXPredSetMonitorCallback(p, note, False)
    del note
    gc.collect()
    fake.MXPredForward(p)
    assert names == ["first", "second"]
    # A refused one does not take its place.
    with pytest.raises(PredictError):
        fake.MXPredSetMonitorCallback(p, print, True)
    fake.MXPredForward(p)
    assert len(names) == 4
    fake.MXPredSetMonitorCallback(p, None, False)
    gc.collect()
    assert gone() is None


def test_it_sees_the_caller_s_context(relu: Predictor) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    seen = []
    variable.set("mine")
    relu.set_monitor(lambda name, array: seen.append(variable.get()))
    relu.run(x=X)
    assert seen == ["mine"]


def test_what_is_no_function(relu: Predictor, binding: Binding) -> None:
    with pytest.raises(TypeError, match="callback must be a function, not a int"):
        relu.set_monitor(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="callback must be a function, not a str"):
        binding.MXPredSetMonitorCallback(make_predictor(binding, RELU, [3]), "f", False)  # type: ignore[arg-type]


def test_arrays_of_the_reference_are_given_back(part_one: Binding) -> None:
    """The fake's forward fails where an array that its monitor handed over was not given back."""
    p = fake_predictor(part_one)
    names: List[str] = []
    part_one.MXPredSetMonitorCallback(p, lambda name, array: names.append(name), False)
    part_one.MXPredForward(p)
    assert names == ["first", "second"]

    def fail(name: str, array: object) -> None:
        raise ValueError(name)

    part_one.MXPredSetMonitorCallback(p, fail, False)
    with pytest.raises(ValueError, match="first"):
        part_one.MXPredForward(p)
    part_one.MXPredSetMonitorCallback(p, lambda name, array: None, False)
    part_one.MXPredForward(p)
