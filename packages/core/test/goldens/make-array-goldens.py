"""Writes the array files beside it, and what is in them: array-goldens.json, float16-goldens.json.

Run with MXNet 1.9.1 and NumPy 1.23.5: python make-array-goldens.py; then npx biome check --write .
Files of the ages that MXNet 1.9.1 no longer writes are assembled here, and kept only if MXNet
loads the expected values from them.
"""
import json
import pathlib
import struct

import mxnet as mx
import numpy as np
from numpy.lib import format as npy

FOLDER = pathlib.Path(__file__).parent
DTYPES = ["float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool"]
CODES = {name: code for code, name in enumerate(DTYPES)}
contents = {}


def values_of(array):
    """Elements as numbers; not finite ones, and integers that JSON has no exact number for, as text."""
    def element(x):
        if isinstance(x, (bool, np.bool_)):
            return bool(x)
        if isinstance(x, float):
            return x if np.isfinite(x) else str(x)
        return x if abs(x) <= 2**53 else str(x)

    return [element(x) for x in array.astype(np.float64 if array.dtype == np.float16 else array.dtype).ravel().tolist()]


def describe(array, name=None):
    return {"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "values": values_of(array)}


def example(dtype, shape):
    """Elements at the limits of each type, then 0, 1, 2, …"""
    count = int(np.prod(shape))
    if dtype == "bool":
        return (np.arange(count) % 3 == 1).reshape(shape)
    if dtype.startswith("float"):
        edge = [np.finfo(dtype).max, np.finfo(dtype).tiny, -0.1, np.inf, -np.inf]
    else:
        edge = [np.iinfo(dtype).max, np.iinfo(dtype).min]
    return np.array((edge + list(range(count)))[:count]).astype(dtype).reshape(shape)


# .npy: every type, both byte orders, versions, orders, shapes.
def save_npy(name, array, version=None):
    with open(FOLDER / name, "wb") as file:
        if version is None:
            np.save(file, array)
        else:
            npy.write_array(file, array, version=version)
    contents[name] = [describe(array)]


for dtype in DTYPES:
    save_npy(f"{dtype}.npy", example(dtype, (2, 4)))
    if np.dtype(dtype).itemsize > 1:
        array = example(dtype, (2, 4))
        save_npy(f"{dtype}-big-endian.npy", array.astype(array.dtype.newbyteorder(">")))
        contents[f"{dtype}-big-endian.npy"] = [describe(array)]
save_npy("version-2.npy", example("float32", (2, 3)), (2, 0))
save_npy("version-3.npy", example("float32", (2, 3)), (3, 0))
save_npy("fortran.npy", np.asfortranarray(example("int32", (2, 3, 4))))
save_npy("scalar.npy", np.array(2.5, np.float32))
save_npy("vector.npy", example("float32", (7,)))
save_npy("empty.npy", np.zeros((0, 3), np.float32))
for name, array in {
    "refused-int16.npy": np.zeros(2, np.int16),
    "refused-complex.npy": np.zeros(2, np.complex64),
    "refused-text.npy": np.array(["ab"]),
    "refused-fields.npy": np.zeros(2, [("a", "<f4"), ("b", "<i4")]),
}.items():
    np.save(FOLDER / name, array)


# NDArray files that MXNet writes.
def describe_list(loaded):
    named = isinstance(loaded, dict)
    return [describe(array.asnumpy(), name) for name, array in (loaded.items() if named else [(None, a) for a in loaded])]


def save_nd(name, arrays):
    mx.nd.save(str(FOLDER / name), arrays)
    contents[name] = describe_list(mx.nd.load(str(FOLDER / name)))


def nd(array):
    return mx.nd.array(array, dtype=array.dtype)


save_nd("dtypes.params", {f"arg:{dtype}": nd(example(dtype, (2, 3))) for dtype in DTYPES})
save_nd("kinds.params", {"arg:fc_weight": nd(example("float32", (2, 2))), "aux:bn_mean": nd(example("float32", (3,))), "features.0.weight": nd(example("float32", (1,))), "größe": nd(example("int32", (1,)))})
save_nd("list.nd", [nd(example("float32", (2, 1, 3))), nd(example("int8", (5,)))])
save_nd("sparse.nd", [
    mx.nd.sparse.row_sparse_array((np.array([[1, 2], [3, 4]], np.float32), np.array([0, 3])), shape=(5, 2)),
    mx.nd.sparse.csr_matrix((np.array([7, 8, 9], np.float32), np.array([1, 0, 3]), np.array([0, 1, 1, 3])), shape=(3, 4)),
    mx.nd.sparse.zeros("row_sparse", (3, 2)),
])


# NDArray files of other ages.
def file_of(arrays, names=()):
    data = struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(arrays) + struct.pack("<Q", len(names))
    return data + b"".join(struct.pack("<Q", len(name)) + name.encode() for name in names)


def legacy(array, device=1):
    shape = array.shape
    return struct.pack(f"<I{len(shape)}Iiii", len(shape), *shape, device, 0, CODES[array.dtype.name]) + array.tobytes()


def version_1(array):
    shape = array.shape
    return struct.pack(f"<II{len(shape)}qiii", 0xF993FAC8, len(shape), *shape, 1, 0, CODES[array.dtype.name]) + array.tobytes()


def save_made(name, arrays, data):
    (FOLDER / name).write_bytes(data)
    loaded = mx.nd.load(str(FOLDER / name))
    loaded = list(loaded.values()) if isinstance(loaded, dict) else loaded
    for expected, actual in zip(arrays, loaded, strict=True):
        assert np.array_equal(expected, actual.asnumpy(), equal_nan=True) and expected.dtype == actual.dtype, name


pair = [example("float32", (2, 3)), example("uint8", (4,))]
save_made("age-2015.params", pair, file_of([legacy(pair[0], 2), legacy(pair[1])], ["arg:w", "aux:s"]))
contents["age-2015.params"] = [describe(pair[0], "arg:w"), describe(pair[1], "aux:s")]
save_made("age-2017.params", pair, file_of([version_1(a) for a in pair], ["arg:w", "aux:s"]))
contents["age-2017.params"] = contents["age-2015.params"]
with mx.util.np_shape(True):
    scalars = [nd(np.array(2.5, np.float32)), nd(np.zeros((0, 2), np.float32))]
    mx.nd.save(str(FOLDER / "numpy-shapes.params"), scalars)
    contents["numpy-shapes.params"] = [describe(a.asnumpy()) for a in scalars]

(FOLDER / "array-goldens.json").write_text(json.dumps(contents, ensure_ascii=False, indent=1) + "\n")

# float16: values near every kind of boundary, as float64, and NumPy's bits.
random = np.random.RandomState(4)
edges = [0.0, -0.0, 2**-24, 2**-25, np.nextafter(2**-25, 1), 3 * 2**-25, 2**-14, np.nextafter(2**-14, 0), 65504, 65519.99, 65520, 65535, 70000, 1e300, 5e-324, 0.1, 1 / 3, 2049, 2051, 4098, 4102]
edges += [-x for x in edges]
halves = random.randint(0, 0x7C00, 200).astype(np.uint16).view(np.float16).astype(np.float64)
next_halves = (halves.astype(np.float16).view(np.uint16) + 1).view(np.float16).astype(np.float64)
middles = [(a + b) / 2 for a, b in zip(halves, next_halves) if np.isfinite(b)]
near = [x for m in middles[:80] for x in (m, np.nextafter(m, 0), np.nextafter(m, 1e9))]
plain = list(random.standard_normal(100) * 10.0 ** random.randint(-9, 6, 100))
inputs = np.array(edges + near + plain, np.float64)
with np.errstate(over="ignore", under="ignore"):
    bits = inputs.astype(np.float16).view(np.uint16)
lines = [json.dumps([x, int(b)]) for x, b in zip(inputs.tolist(), bits)]
(FOLDER / "float16-goldens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
