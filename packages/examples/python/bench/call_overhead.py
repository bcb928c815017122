"""What a call costs: the trivial network, through the low level.

    python bench/call_overhead.py SYMBOL PARAMS LIBRARY

Prints one line of JSON: nanoseconds of MXPredForward alone, and of MXPredSetInput, MXPredForward and
MXPredGetOutput of one float together; the least mean of 7 batches of 20,000.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Callable

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from libpredict import load_library

BATCHES, CALLS = 7, 20_000


def least_mean_ns(work: Callable[[], object]) -> float:
    means = []
    for _ in range(BATCHES):
        began = time.perf_counter_ns()
        for _ in range(CALLS):
            work()
        means.append((time.perf_counter_ns() - began) / CALLS)
    return min(means)


def main(symbol: str, params: str, library: str) -> None:
    b = load_library(library)
    graph, weights = Path(symbol).read_text(), Path(params).read_bytes()
    starts, dims = np.array([0, 1], np.uint32), np.array([1], np.uint32)
    predictor = b.MXPredCreate(graph, weights, len(weights), 1, 0, 1, ["data"], starts, dims)
    data, output = np.array([2], np.float32), np.zeros(1, np.float32)

    def forward() -> None:
        b.MXPredForward(predictor)

    def round_trip() -> None:
        b.MXPredSetInput(predictor, "data", data, 1)
        b.MXPredForward(predictor)
        b.MXPredGetOutput(predictor, 0, output, 1)

    for _ in range(CALLS):
        round_trip()
    if output[0] != 2:
        raise SystemExit(f"error: relu of 2 is {output[0]}")
    print(json.dumps({"forward_ns": round(least_mean_ns(forward)), "round_trip_ns": round(least_mean_ns(round_trip))}))
    b.MXPredFree(predictor)


if __name__ == "__main__":
    main(*sys.argv[1:])
