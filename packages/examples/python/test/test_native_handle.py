"""Handles: their states, and when the C object behind one is freed. The fake counts what is alive."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any, Callable

import numpy as np
import pytest
from small_networks import fake_predictor, tell_fake

from libpredict import Binding, PredictError
from libpredict.gen.handles import PredictorHandle
from libpredict.native_handle import NativeHandle

Live = Callable[[], int]


def test_a_call_makes_a_handle_busy_and_alive_again(fake: Binding) -> None:
    p = fake_predictor(fake)
    tell_fake(fake, p, "delay_ms", 300)
    thread = threading.Thread(target=fake.MXPredForward, args=(p,))
    thread.start()
    wait_for(lambda: p.state == "busy")
    assert repr(p) == "<PredictorHandle, busy>"
    for use in (
        lambda: fake.MXPredForward(p),
        lambda: fake.MXPredGetOutputShape(p, 0),
        lambda: tell_fake(fake, p, "fail", 0),
    ):
        with pytest.raises(PredictError) as caught:
            use()
        assert caught.value.code == "busy"
        assert "a running call uses the predictor handle" in str(caught.value)
    thread.join()
    assert p.state == "alive"
    fake.MXPredForward(p)


def test_freeing_during_a_call_waits_for_its_end(fake: Binding, live: Live) -> None:
    p = fake_predictor(fake)
    tell_fake(fake, p, "delay_ms", 300)
    thread = threading.Thread(target=fake.MXPredForward, args=(p,))
    thread.start()
    wait_for(lambda: p.state == "busy")
    fake.MXPredFree(p)
    assert (p.state, live()) == ("freed", 1)
    with pytest.raises(PredictError, match="freed"):
        fake.MXPredFree(p)
    thread.join()
    assert live() == 0


def test_freeing_a_model_during_a_call_waits_for_its_end(fake: Binding, live: Live) -> None:
    model = fake.LPModelCreate(b"m", 1, b"a", 1)
    # What every call has as long as it runs.
    held_by_a_call = model._native
    fake.LPModelFree(model)
    assert (model.state, live()) == ("freed", 1)
    del held_by_a_call
    assert live() == 0


def test_what_is_forgotten_is_freed(fake: Binding, live: Live) -> None:
    made = [
        fake_predictor(fake),
        fake.LPModelCreate(b"m", 1, b"a", 1),
        fake.MXNDListCreate(b"n", 1).out,
        *fake.MXPredCreateMultiThread(
            "", b"p", 1, 1, 0, 1, ["data"], np.array([0, 1], np.uint32), np.array([1], np.uint32), 3
        ),
    ]
    assert live() == 6
    del made
    assert live() == 0


def test_a_forgotten_cycle_is_freed(fake: Binding, live: Live) -> None:
    def make() -> None:
        p = fake_predictor(fake)
        # The callback holds the handle, and the object behind the handle holds the callback.
        fake.MXPredSetMonitorCallback(p, lambda name, array: p, False)

    make()
    gc.collect()
    assert live() == 0


def test_freeing_breaks_the_cycle(fake: Binding, live: Live) -> None:
    p = fake_predictor(fake)
    fake.MXPredSetMonitorCallback(p, lambda name, array: p, False)
    gc.disable()
    try:
        fake.MXPredFree(p)
        assert live() == 0
    finally:
        gc.enable()


def test_a_failed_creation_leaves_nothing(fake: Binding, live: Live) -> None:
    for _ in range(100):
        with pytest.raises(PredictError):
            fake.LPModelCreate(b"fail", 4, b"a", 1)
        with pytest.raises(PredictError):
            fake.MXPredCreate("fail", b"p", 1, 1, 0, 1, ["data"], np.array([0, 1], np.uint32), np.array([1], np.uint32))
    assert live() == 0


def test_two_threads_free_one_handle_once(fake: Binding, live: Live) -> None:
    for _ in range(200):
        p = fake_predictor(fake)
        said = race(lambda p=p: fake.MXPredFree(p))  # type: ignore[misc]
        assert sorted(said) == ["disposed", "done"]
        assert live() == 0


def race(work: Callable[[], object]) -> "list[str]":
    """What two threads get that do the same at the same time."""
    said = []
    barrier = threading.Barrier(2)

    def one() -> None:
        barrier.wait()
        try:
            work()
            said.append("done")
        except PredictError as error:
            said.append(error.code)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def wait_for(condition: Callable[[], Any]) -> None:
    for _ in range(10_000):
        if condition():
            return
        time.sleep(0.0005)
    raise AssertionError("waited in vain")


def test_the_repr_says_kind_and_state(fake: Binding) -> None:
    p: NativeHandle = fake_predictor(fake)
    assert isinstance(p, PredictorHandle)
    assert repr(p) == "<PredictorHandle, alive>"
