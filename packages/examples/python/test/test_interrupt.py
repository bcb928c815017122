"""Ctrl-C at any moment leaves predictors usable and leaks nothing."""

from __future__ import annotations

import random
import signal
import time
from typing import Callable, Iterator

import numpy as np
import pytest
from small_networks import RELU, dense, fake_predictor

from libpredict import Binding, Model, Predictor

X = np.array([-1, 0, 2], np.float32)


@pytest.fixture
def interrupts() -> Iterator[Callable[[float], None]]:
    """Has a KeyboardInterrupt raised after a while, as Ctrl-C does; once more much later, should one get lost."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds, 5) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_long_loop_can_be_interrupted_again_and_again(relu: Predictor, interrupts: Callable[[float], None]) -> None:
    chance = random.Random(1)
    for _ in range(60):
        with pytest.raises(KeyboardInterrupt):
            interrupts(chance.uniform(0.001, 0.01))
            while True:
                relu.run(x=X)
        interrupts(0)
        # Never busy, never half set.
        assert relu.run(x=X)[0].tolist() == [0, 0, 2]


def test_creations_that_are_interrupted_leak_nothing(
    fake: Binding, live: Callable[[], int], interrupts: Callable[[float], None]
) -> None:
    chance = random.Random(2)
    for _ in range(60):
        with pytest.raises(KeyboardInterrupt):
            interrupts(chance.uniform(0.001, 0.01))
            while True:
                p = fake_predictor(fake)
                fake.MXPredForward(p)
                fake.MXPredFree(p)
        interrupts(0)
        p = None  # type: ignore[assignment]
        assert live() == 0


def test_an_interrupt_during_a_forward_comes_when_it_has_ended(interrupts: Callable[[float], None]) -> None:
    ones = np.ones((1200, 1200), np.float32)
    with Model(*dense(ones.tolist())) as model:
        predictor = model.predictor({"x": ones.shape}, threads=1)
        predictor.set_input("x", ones)
        with pytest.raises(KeyboardInterrupt):
            interrupts(0.002)
            predictor.forward()
            while True:
                pass
        interrupts(0)
        assert (predictor.output() == 1200).all()
        predictor.forward()


def test_a_signal_handler_that_uses_the_predictor_is_refused_or_served(relu: Predictor) -> None:
    said = []

    def handler(number: int, frame: object) -> None:
        try:
            relu.run(x=X)
            said.append("done")
        except Exception as error:
            said.append(getattr(error, "code", repr(error)))

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert relu.run(x=X)[0].tolist() == [0, 0, 2]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert said and set(said) <= {"done", "busy"}


def test_models_survive_too(interrupts: Callable[[float], None]) -> None:
    with Model(RELU) as model:
        for _ in range(20):
            with pytest.raises(KeyboardInterrupt):
                interrupts(0.004)
                while True:
                    with model.predictor({"x": (3,)}) as predictor:
                        predictor.run(x=X)
            interrupts(0)
        assert model.predictor({"x": (3,)}).run(x=X)[0].tolist() == [0, 0, 2]
