"""What each node of a network took."""

from __future__ import annotations

import json
from typing import Any, Dict, NamedTuple, Tuple


class NodeProfile(NamedTuple):
    """What one node took."""

    name: str
    """Of the last node of the model that was fused into it."""
    op: str
    """The operator; ``to_layout`` and ``to_dtype`` are conversions that no node of the model stands for."""
    algorithm: str
    """How it is done."""
    min_ns: int
    """Nanoseconds of one run, the least."""
    mean_ns: int
    """Nanoseconds of one run, the mean."""
    share: float
    """Of the sum of the mean times, 0 to 1."""
    multiply_adds: int
    """Of one run; 0 where nobody counts them."""
    bytes: int
    """Of its inputs, weights and outputs, each once."""


class Profile(NamedTuple):
    """What ``Predictor.profile`` tells."""

    runs: int
    """How many runs were measured, whole ones only."""
    total_ns: int
    """The sum of the nodes' mean times."""
    nodes: Tuple[NodeProfile, ...]
    """As they are run: fused, in order."""


def read_profile(report: str) -> Profile:
    found: Dict[str, Any] = json.loads(report)
    nodes = tuple(NodeProfile(*(node[field] for field in NodeProfile._fields)) for node in found["nodes"])
    return Profile(found["runs"], found["total_ns"], nodes)
