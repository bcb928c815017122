"""The tolerance classes of the case format (../README.md, "Tolerances"); src/tolerance.ts is the runner's."""

import math

import numpy as np


def allowed(kind, k, expected):
    """The largest permitted |difference|, element by element, as float64."""
    r = np.abs(np.where(np.isfinite(expected), expected, 0).astype(np.float64))
    top = float(r.max()) if r.size else 0.0
    if kind == "float16" or (expected.dtype == np.float16 and kind not in ("exact", "quantized")):
        return 1e-3 + 2e-3 * r
    if kind == "quantized":
        return np.full_like(r, k if expected.dtype.kind != "f" else k * top / 127)
    if kind == "exact" or expected.dtype.kind != "f":
        return np.zeros_like(r)
    if kind == "rounding":
        return 1e-7 + 5e-7 * r
    if kind == "transcendental":
        return 1e-6 + 1e-5 * r
    if kind == "accumulating":
        return np.full_like(r, 1e-6 + (1e-6 * math.sqrt(k) + 2e-6) * top)
    if kind == "network":
        return np.full_like(r, 5e-4 * top)
    raise ValueError(f"unknown tolerance class {kind}")


def worst_excess(kind, k, expected, actual):
    """0 when every element is within tolerance, else the largest |difference| that is not."""
    e, a = expected.astype(np.float64), actual.astype(np.float64)
    limit = allowed(kind, k, expected)
    with np.errstate(invalid="ignore"):
        difference = np.abs(e - a)
    same = (e == a) | (np.isnan(e) & np.isnan(a))
    bad = ~same & ~(difference <= limit)
    if not bad.any():
        return 0.0
    worst = np.where(np.isnan(difference), np.inf, difference)[bad].max()
    return float(worst)
