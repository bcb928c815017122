"""Runs that are stopped: from other threads and from monitors, and what is as before afterwards."""

from __future__ import annotations

import threading
import time
from typing import Callable, Iterator, List

import numpy as np
import pytest
from small_networks import chain, fake_predictor, make_predictor, tell_fake

from libpredict import Binding, Model, PredictError, Predictor

X = np.zeros(2, np.float32)


@pytest.fixture
def short() -> Iterator[Predictor]:
    """Ten sigmoids of two numbers."""
    with Model(chain(10)) as model, model.predictor({"x": (2,)}) as predictor:
        yield predictor


def sigmoids(length: int) -> float:
    """What a chain makes of 0."""
    y = 0.0
    for _ in range(length):
        y = 1 / (1 + float(np.exp(-y)))
    return y


def cancelled(work: Callable[[], object]) -> PredictError:
    with pytest.raises(PredictError) as caught:
        work()
    assert caught.value.code == "cancelled" and caught.value.function == "MXPredForward"
    return caught.value


def test_another_thread_stops_a_long_run() -> None:
    x = np.zeros(1 << 20, np.float32)
    with Model(chain(400)) as model, model.predictor({"x": x.shape}) as predictor:
        began = time.monotonic()
        expected = predictor.run(x=x)[0]
        whole = time.monotonic() - began
        assert expected[-1] == pytest.approx(sigmoids(400), abs=1e-6)
        ended = threading.Event()

        def stop() -> None:
            time.sleep(whole / 8)
            while not ended.is_set():
                predictor.cancel()
                time.sleep(0.001)

        thread = threading.Thread(target=stop)
        thread.start()
        try:
            began = time.monotonic()
            cancelled(lambda: predictor.run(x=x))
            assert time.monotonic() - began < whole / 2
        finally:
            ended.set()
            thread.join()
        with pytest.raises(PredictError) as caught:
            predictor.output()
        assert caught.value.code == "state"
        assert np.array_equal(predictor.run(x=x)[0], expected)


def test_a_monitor_stops_its_run_before_the_next_node(short: Predictor) -> None:
    seen: List[str] = []

    def watch(name: str, array: object) -> None:
        seen.append(name)
        if len(seen) == 3:
            short.cancel()

    short.set_monitor(watch)
    assert "act3" in str(cancelled(lambda: short.run(x=X)))
    assert seen == ["act0_output", "act1_output", "act2_output"]
    # The next run is whole.
    assert short.run(x=X)[0].tolist() == pytest.approx([sigmoids(10)] * 2)
    assert len(seen) == 13


def test_where_nothing_runs_a_cancel_does_nothing(short: Predictor) -> None:
    short.cancel()
    assert short.run(x=X)[0].tolist() == pytest.approx([sigmoids(10)] * 2)
    short.cancel()
    assert short.output().tolist() == pytest.approx([sigmoids(10)] * 2)
    short.close()
    short.cancel()


def test_a_run_of_a_predictor_that_was_closed_can_be_stopped(short: Predictor) -> None:
    seen: List[str] = []

    def watch(name: str, array: object) -> None:
        seen.append(name)
        short.close()
        short.cancel()

    short.set_monitor(watch)
    cancelled(lambda: short.run(x=X))
    assert seen == ["act0_output"]
    assert short._handle.state == "freed"


def test_views_live_through_a_cancelled_run(short: Predictor) -> None:
    short.set_monitor(lambda name, array: short.cancel() if name == stop_at else None)
    stop_at = ""
    view = short.run(x=X, views=True)[0]
    stop_at = "act3_output"
    cancelled(short.forward)
    assert np.isfinite(view).all()
    stop_at = ""
    short.forward()
    assert view.tolist() == pytest.approx([sigmoids(10)] * 2)


def test_a_library_that_cannot_be_stopped(part_one: Binding) -> None:
    p = fake_predictor(part_one)
    with pytest.raises(PredictError) as caught:
        part_one.LPPredCancel(p)
    assert caught.value.code == "unavailable"


def test_the_low_level_lets_a_cancel_into_a_busy_handle_and_nothing_else(binding: Binding) -> None:
    p = make_predictor(binding, chain(10), (2,))
    said: List[str] = []

    def watch(name: str, array: object) -> None:
        binding.LPPredCancel(p)
        assert p.state == "busy"
        for use in (binding.MXPredForward, binding.LPPredGetStats):
            with pytest.raises(PredictError) as caught:
                use(p)
            said.append(caught.value.code)
        binding.MXPredFree(p)
        with pytest.raises(PredictError) as caught:
            binding.LPPredCancel(p)
        said.append(caught.value.code)

    binding.MXPredSetMonitorCallback(p, watch, False)
    cancelled(lambda: binding.MXPredForward(p))
    assert said == ["busy", "busy", "disposed"]
    assert p.state == "freed"


def test_freeing_waits_for_a_cancel(fake: Binding, live: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(address: object) -> int:
        inside.set()
        go_on.wait(10)
        return 0

    monkeypatch.setitem(fake._c, "LPPredCancel", slow)
    p = fake_predictor(fake)
    thread = threading.Thread(target=fake.LPPredCancel, args=(p,))
    thread.start()
    inside.wait(10)
    # It is in nobody's way.
    tell_fake(fake, p, "fail", 0)
    fake.MXPredForward(p)
    fake.MXPredFree(p)
    assert (p.state, live()) == ("freed", 1)
    go_on.set()
    thread.join()
    assert live() == 0


def test_many_threads_cancel_and_close_at_any_moment() -> None:
    x = np.zeros(1000, np.float32)
    with Model(chain(20)) as model:
        for _ in range(50):
            predictor = model.predictor({"x": (1000,)}, threads=1)
            said: List[str] = []

            def work(predictor: Predictor = predictor, said: List[str] = said) -> None:
                for _ in range(20):
                    try:
                        predictor.run(x=x)
                    except PredictError as error:
                        said.append(error.code)

            def stop(predictor: Predictor = predictor) -> None:
                for _ in range(50):
                    predictor.cancel()
                predictor.close()
                predictor.cancel()

            threads = [threading.Thread(target=one) for one in (work, stop, stop)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert set(said) <= {"cancelled", "disposed"}
            assert predictor._handle.state == "freed"
