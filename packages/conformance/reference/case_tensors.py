"""Tensors of the case format (../README.md, "Tensors"): the specs that stand in case files and the
NumPy arrays they mean. src/tensor-data.ts implements the same rules for the runner."""

import numpy as np

DTYPE_CODES = {
    "float32": 0,
    "float64": 1,
    "float16": 2,
    "uint8": 3,
    "int32": 4,
    "int8": 5,
    "int64": 6,
    "bool": 7,
}
DTYPE_NAMES = {code: name for name, code in DTYPE_CODES.items()}


def _spec(shape, dtype, body):
    spec = {"shape": list(shape)}
    if dtype != "float32":
        spec["dtype"] = dtype
    spec.update(body)
    return spec


def values(shape, data, dtype="float32"):
    """The elements one by one."""
    if isinstance(data, np.ndarray):
        data = data.reshape(-1).tolist()
    return _spec(shape, dtype, {"data": [encode_number(v) for v in data]})


def ramp(shape, start=0, step=1, dtype="float32"):
    """Element i is start + i*step."""
    return _spec(shape, dtype, {"ramp": [start, step]})


def fill(shape, value, dtype="float32"):
    """Every element is value."""
    return _spec(shape, dtype, {"fill": encode_number(value)})


def seeded(shape, lo=-1.0, hi=1.0, dtype="float32", seed=None):
    """Pseudo-random elements in [lo, hi). Without a seed, the case's id gives one."""
    return _spec(shape, dtype, {"seeded": {"seed": seed, "lo": lo, "hi": hi}})


def encode_number(v):
    """JSON has no infinity and no NaN; they are strings there."""
    if isinstance(v, str):
        return v
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, int):
        return v if abs(v) < 2**53 else str(v)
    if v != v:
        return "nan"
    if v in (float("inf"), float("-inf")):
        return "inf" if v > 0 else "-inf"
    return v


def hash_words(seed, count, begin=0):
    """Words from `begin` on; word i = lowbias32(seed * 0x9E3779B9 + i), all in arithmetic modulo 2^32."""
    mask = np.uint64(0xFFFFFFFF)
    x = (np.arange(begin, begin + count, dtype=np.uint64) + np.uint64((seed * 0x9E3779B9) & 0xFFFFFFFF)) & mask
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x7FEB352D)) & mask
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x846CA68B)) & mask
    x ^= x >> np.uint64(16)
    return x


def to_array(spec):
    """The NumPy array that a spec means."""
    shape = tuple(spec["shape"])
    dtype = np.dtype(spec.get("dtype", "float32"))
    count = int(np.prod(shape, dtype=np.int64))
    if "data" in spec:
        items = spec["data"]
        if dtype.kind == "f":
            flat = np.array([float(v) for v in items], dtype=np.float64)
        else:
            flat = np.array([int(v) for v in items], dtype=np.int64)
        if flat.size != count:
            raise ValueError(f"{flat.size} elements for shape {shape}")
    elif "ramp" in spec:
        start, step = spec["ramp"]
        flat = start + np.arange(count, dtype=np.float64) * step
    elif "fill" in spec:
        flat = np.full(count, float(spec["fill"]))
    else:
        s = spec["seeded"]
        unit = (hash_words(s["seed"], count) >> np.uint64(8)).astype(np.float64) / 16777216.0
        flat = s["lo"] + unit * (s["hi"] - s["lo"])
        if dtype.kind != "f":
            flat = np.floor(flat)
    return flat.astype(dtype).reshape(shape)


def golden(array):
    """The spec of an answer: shortest decimals that give back the same bits."""
    spec = {"shape": list(array.shape)}
    if array.dtype != np.float32:
        spec["dtype"] = array.dtype.name
    flat = array.reshape(-1)
    if array.dtype.kind == "f":
        spec["data"] = [Number(v) for v in flat]
    else:
        spec["data"] = [encode_number(int(v)) for v in flat]
    return spec


class Number(float):
    """A float that prints as the shortest decimal of its own width."""

    def __new__(cls, value):
        self = super().__new__(cls, value)
        number = float(value)
        if number != number or number in (float("inf"), float("-inf")):
            self.text = '"' + str(encode_number(number)) + '"'
        else:
            text = np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)
            plain = np.format_float_positional(value, unique=True, trim="-")
            text = text if len(text) < len(plain) else plain
            self.text = text.replace("e+", "e")
        return self

    def __repr__(self):
        return self.text
