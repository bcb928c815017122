"""What each node took."""

from __future__ import annotations

import numpy as np
import pytest
from small_networks import RELU, convolution

from libpredict import Model, PredictError, Predictor

X = np.array([-1, 0, 2], np.float32)


def test_a_profile_has_each_node_s_times() -> None:
    x = np.ones((1, 16, 8, 8), np.float32)
    with Model(*convolution(16)) as model, model.predictor({"x": x.shape}) as predictor:
        predictor.set_profiling(True)
        for _ in range(3):
            predictor.run(x=x)
        profile = predictor.profile()
    assert profile.runs == 3 and profile.total_ns > 0
    conv = next(node for node in profile.nodes if node.op == "Convolution")
    assert (conv.name, conv.multiply_adds) == ("conv", 16 * 16 * 9 * 64)
    assert 0 < conv.min_ns <= conv.mean_ns <= profile.total_ns
    assert conv.bytes >= 4 * (2 * x.size + 16 * 16 * 9) and conv.algorithm
    assert sum(node.share for node in profile.nodes) == pytest.approx(1, abs=1e-3)


def test_only_what_was_asked_for_is_measured(relu: Predictor) -> None:
    def nothing_was_measured() -> bool:
        with pytest.raises(PredictError) as caught:
            relu.profile()
        return caught.value.code == "state"

    relu.run(x=X)
    assert nothing_was_measured()
    relu.set_profiling(True)
    assert nothing_was_measured()
    relu.run(x=X)
    relu.forward()
    assert relu.profile().runs == 2
    relu.set_profiling(True)
    assert nothing_was_measured()
    relu.run(x=X)
    relu.set_profiling(False)
    assert nothing_was_measured()
    with pytest.raises(TypeError, match="on must be True or False"):
        relu.set_profiling(1)  # type: ignore[arg-type]


def test_a_reshaped_predictor_goes_on_measuring() -> None:
    with Model(RELU) as model, model.predictor({"x": (3,)}) as predictor:
        predictor.set_profiling(True)
        predictor.run(x=X)
        predictor.run(x=np.zeros(5, np.float32))
        profile = predictor.profile()
        assert profile.runs == 1 and sum(node.bytes for node in profile.nodes) >= 2 * 5 * 4
        predictor.set_profiling(False)
        predictor.run(x=X)
        with pytest.raises(PredictError, match="nothing was measured"):
            predictor.profile()
