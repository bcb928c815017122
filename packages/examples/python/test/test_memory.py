"""Resident memory stays flat: over 10,000 lives of a predictor, of views, of failures."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Callable

import numpy as np
import pytest
from small_networks import RELU, dense, ndarray_file

from libpredict import Model, PredictError, load_ndarrays

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/status")

WARM_UP, LIMIT_KIB = 1_000, 3 * 1024
X = np.ones((1, 64), np.float32)
SYMBOL, PARAMS = dense(np.ones((64, 64)).tolist())


def resident_kib() -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found.group(1))


def live_and_die() -> None:
    with Model(SYMBOL, PARAMS) as model, model.predictor({"x": (1, 64)}, threads=1) as predictor:
        predictor.run(x=X)


def views_that_outlive() -> None:
    with Model(SYMBOL, PARAMS) as model, model.predictor({"x": (1, 64)}, threads=1) as predictor:
        view = predictor.run(x=X, views=True)[0]
    assert view[0, 0] == 64


def forgotten() -> None:
    Model(SYMBOL, PARAMS).predictor({"x": (1, 64)}, threads=1).run(x=X)


def reshaped_and_watched() -> None:
    with Model(RELU) as model, model.predictor({"x": (8,)}, threads=1) as predictor:
        predictor.set_monitor(lambda name, array: None)
        predictor.run(x=np.ones(8, np.float32))
        predictor.run(x=np.ones(1024, np.float32))


def failures() -> None:
    for work in (
        lambda: Model(SYMBOL, PARAMS[:-3]),
        lambda: Model(SYMBOL[:-3], PARAMS),
        lambda: load_ndarrays(PARAMS[:-3]),
        lambda: Model(SYMBOL, PARAMS).predictor({"x": (1, 63)}),
        lambda: Model(SYMBOL, PARAMS).predictor({"x": (1, 64)}).run(x=X.astype(np.float64)),
    ):
        try:
            work()
        except PredictError:
            continue
        raise AssertionError("should have failed")


def files() -> None:
    load_ndarrays(ndarray_file({"a": X}))


@pytest.mark.parametrize(
    ("work", "cycles"),
    [
        (live_and_die, 10_000),
        (views_that_outlive, 3_000),
        (forgotten, 3_000),
        (reshaped_and_watched, 2_000),
        (failures, 1_000),
        (files, 3_000),
    ],
)
def test_resident_memory_is_flat(work: Callable[[], None], cycles: int) -> None:
    for _ in range(WARM_UP):
        work()
    before = resident_kib()
    for _ in range(cycles):
        work()
    assert resident_kib() - before < LIMIT_KIB
