"""Threads: a forward does not hold the interpreter's lock; one predictor is for one thread at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, List

import numpy as np
import pytest
from conftest import DIGITS
from small_networks import RELU, dense, fake_predictor, tell_fake

from libpredict import Binding, Model, PredictError, Predictor


def test_a_forward_does_not_hold_the_interpreter_s_lock(fake: Binding) -> None:
    # Each waits until the other is inside: that can only end if both are at once.
    predictors = [fake_predictor(fake) for _ in range(2)]
    for p in predictors:
        tell_fake(fake, p, "delay_ms", 200)
    ticks = 0
    threads = [threading.Thread(target=fake.MXPredForward, args=(p,)) for p in predictors]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ticks += 1
        time.sleep(0.001)
    assert "peak=2" in fake.LPGetBuildInfo()
    assert ticks > 20


def test_one_predictor_and_two_threads_is_busy_and_never_a_crash() -> None:
    with Model.load(DIGITS / "digits") as model, model.predictor({"data": (8, 1, 8, 8)}, threads=1) as predictor:
        image = np.ones((8, 1, 8, 8), np.float32)
        expected = predictor.run(data=image)[0]
        said: "Counter[str]" = Counter()

        def work() -> None:
            for _ in range(300):
                try:
                    assert np.array_equal(predictor.run(data=image)[0], expected)
                    said["done"] += 1
                except PredictError as error:
                    said[error.code] += 1

        together(work, work)
        assert said["busy"] > 0 and said["done"] > 0
        assert set(said) == {"busy", "done"}
        assert np.array_equal(predictor.run(data=image)[0], expected)


def test_the_low_level_in_two_threads(binding: Binding) -> None:
    with Model(RELU) as model, model.predictor({"x": (1000,)}) as predictor:
        handle = predictor._handle
        said: "Counter[str]" = Counter()
        x = np.ones(1000, np.float32)

        def work() -> None:
            out = np.zeros(1000, np.float32)
            for i in range(1000):
                try:
                    if i % 10 == 0:
                        binding.MXPredSetMonitorCallback(handle, None, False)
                    binding.MXPredSetInput(handle, "x", x, 1000)
                    binding.MXPredForward(handle)
                    binding.MXPredGetOutput(handle, 0, out, 1000)
                    assert binding.LPPredGetOutputInfo(handle, 0).dims.tolist() == [1000]
                    assert float(binding.LPPredGetOutputData(handle, 0).data.view(np.float32).sum()) == 1000
                    said["done"] += 1
                except PredictError as error:
                    said[error.code] += 1

        together(work, work)
        # A view of one thread keeps the other from setting the monitor.
        assert set(said) <= {"busy", "done", "state"}
        assert said["done"] > 0


def test_weights_and_views_in_three_threads_never_dangle() -> None:
    with Model(*dense(np.ones((64, 64)).tolist())) as model, model.predictor({"x": (1, 64)}) as p:
        x = np.ones((1, 64), np.float32)
        weights = [np.full((64, 64), n, np.float32) for n in (1, 2)]
        p.run(x=x)
        stop = time.monotonic() + 1.0
        said: "Counter[str]" = Counter()

        def repeat(work: Callable[[int], object]) -> Callable[[], None]:
            def loop() -> None:
                i = 0
                while time.monotonic() < stop:
                    i += 1
                    try:
                        work(i)
                        said["done"] += 1
                    except PredictError as error:
                        said[error.code] += 1

            return loop

        def look(_: int) -> None:
            view = p.view()
            for _ in range(20):
                assert set(view[0].tolist()) <= {64.0, 128.0}

        together(
            repeat(lambda i: p.set_input("w", weights[i % 2])),
            repeat(lambda i: p.forward()),
            repeat(look),
        )
        assert set(said) <= {"done", "busy", "state"}
        assert said["done"] > 100


def test_one_model_and_many_threads() -> None:
    with Model.load(DIGITS / "digits") as model:
        images = np.linspace(0, 1, 4 * 64, dtype=np.float32).reshape(4, 1, 8, 8)
        with model.predictor({"data": (1, 1, 8, 8)}) as one:
            expected = [one.run(data=image[None])[0] for image in images]

        def work(number: int) -> bool:
            with model.predictor({"data": (1, 1, 8, 8)}, threads=1) as predictor:
                return all(
                    np.array_equal(predictor.run(data=images[number % 4][None])[0], expected[number % 4])
                    for _ in range(20)
                )

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(32)))


def test_closing_during_a_run_lets_it_end(fake: Binding, live: Callable[[], int]) -> None:
    model = fake.LPModelCreate(b"m", 1, b"", 0)
    handle = fake.LPPredCreate(
        model, 1, ["data"], np.array([0, 1], np.uint32), np.array([2], np.uint32), 0, None, None, 0, None, None
    )
    fake.LPModelFree(model)
    predictor = Predictor(fake, handle, ("data",))
    tell_fake(fake, handle, "delay_ms", 300)
    results: List[List[float]] = []
    thread = threading.Thread(
        target=lambda: results.append(predictor.run(data=np.array([1, 2], np.float32))[0].tolist())
    )
    thread.start()
    while handle.state != "busy":
        time.sleep(0.001)
    predictor.close()
    assert predictor.closed and live() == 1
    with pytest.raises(PredictError) as caught:
        predictor.run(data=np.array([1, 2], np.float32))
    assert caught.value.code == "disposed"
    thread.join()
    assert (results, live()) == ([[2, 4]], 0)
    predictor.close()


def test_memory_that_a_call_reads_cannot_be_resized(fake: Binding) -> None:
    params = bytearray(b"12345678")
    models = []
    thread = threading.Thread(target=lambda: models.append(fake.LPModelCreate(b"slow", 4, params, len(params))))
    thread.start()
    time.sleep(0.05)
    with pytest.raises(BufferError):
        params.clear()
    thread.join()
    # The fake gives the sum of the bytes here.
    assert fake.LPModelGetInputCount(models[0]) == sum(b"12345678")
    params.clear()


def test_the_error_text_belongs_to_the_thread_of_the_call(binding: Binding) -> None:
    def work(name: str) -> bool:
        with Model(RELU) as model, model.predictor({"x": (1,)}) as predictor:
            for _ in range(200):
                try:
                    binding.MXPredSetInput(predictor._handle, name, np.zeros(1, np.float32), 1)
                except KeyError as error:
                    if f"cannot find input key {name}" not in str(error):
                        return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, ["first", "second", "third", "fourth"]))


def together(*work: Callable[[], None]) -> None:
    """Runs functions at the same time; raises what one of them raises."""
    with ThreadPoolExecutor(len(work)) as pool:
        for future in [pool.submit(one) for one in work]:
            future.result()
