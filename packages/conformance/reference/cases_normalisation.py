"""BatchNorm family, LRN, L2Normalization, InstanceNorm, FullyConnected, Embedding."""

from case_builders import given, op_case, state, stored
from case_tensors import fill, seeded, values

FILE = "operator/normalisation"
DENSE = "operator/dense"


def norm(title, shape, attrs, op="BatchNorm", axis=1, dtype="float32", count=1, second="moving_var"):
    c = shape[axis]
    stats = "float32" if dtype == "float16" else dtype
    operands = [
        given("data", seeded(shape, -2, 2, dtype)), stored("gamma", seeded([c], 0.5, 2, stats)), stored("beta", seeded([c], -1, 1, stats)),
        state("moving_mean", seeded([c], -1, 1, stats)), state(second, seeded([c], 0.5, 2, stats)),
    ]
    return op_case(FILE, op, title, attrs, operands, "accumulating", 1, count=count)


def cases():
    for shape in ([3, 5], [2, 5, 7], [2, 5, 3, 4], [1, 37, 2, 3], [2, 3, 2, 3, 2], [1, 8, 5, 5], [4, 1, 2, 2], [1, 16, 1, 1], [3, 13, 1, 2]):
        text = "x".join(map(str, shape))
        yield norm(f"fix_gamma False {text}", shape, dict(fix_gamma=False))
        if len(shape) != 3:
            yield norm(f"fix_gamma default {text}", shape, {})
    yield norm("fix_gamma True", [2, 4, 3, 3], dict(fix_gamma=True))
    for eps in ("1e-05", "2e-05", "0.001", "0.1", "1e-12"):
        yield norm(f"eps {eps}", [2, 6, 3, 2], dict(eps=eps, fix_gamma=False))
    for axis in (0, 2, 3, -1, -2, -4):
        yield norm(f"axis {axis}", [4, 5, 3, 6], dict(axis=axis, fix_gamma=False), axis=axis)
    yield norm("axis 0 vector", [6], dict(axis=0, fix_gamma=False), axis=0)
    yield norm("use_global_stats", [2, 3, 4, 4], dict(use_global_stats=True, fix_gamma=False))
    yield norm("momentum", [2, 3, 4, 4], dict(momentum=0.5, fix_gamma=False))
    yield norm("cudnn_off", [2, 3, 4, 4], dict(cudnn_off=True, fix_gamma=False))
    yield norm("calib ranges", [2, 3, 4, 4], dict(min_calib_range=-1, max_calib_range=1, fix_gamma=False))
    yield norm("output_mean_var gives inverse deviation", [2, 3, 2, 2], dict(output_mean_var=True, fix_gamma=False), count=3)
    yield norm("float64", [2, 3, 2, 4], dict(fix_gamma=False), dtype="float64")
    yield norm("float16", [2, 3, 2, 4], dict(fix_gamma=False), dtype="float16")
    for shape in ([1, 3, 4, 5], [2, 8, 3, 3], [1, 17, 2, 2]):
        yield norm("x".join(map(str, shape)), shape, dict(fix_gamma=False), op="BatchNorm_v1")
    yield norm("fix_gamma default", [2, 5, 3, 2], {}, op="BatchNorm_v1")
    yield norm("eps", [2, 5, 3, 2], dict(eps=0.1, fix_gamma=False), op="BatchNorm_v1")
    yield op_case(FILE, "BatchNorm", "refuses gamma of another size", dict(fix_gamma=False), [given("data", seeded([1, 3, 2, 2])), stored("gamma", fill([4], 1)), stored("beta", fill([3], 0)), state("moving_mean", fill([3], 0)), state("moving_var", fill([3], 1))], "exact", fails=[])
    yield op_case(FILE, "BatchNorm", "refuses axis out of range", dict(axis=4), [given("data", seeded([1, 3, 2, 2])), stored("gamma", fill([3], 1)), stored("beta", fill([3], 0)), state("moving_mean", fill([3], 0)), state("moving_var", fill([3], 1))], "exact", fails=["node"])
    for n, shape, attrs in [(5, [1, 7, 3, 4], {}), (3, [2, 8, 2, 3], dict(alpha=0.5, beta=0.5, knorm=1)), (1, [1, 4, 3, 3], dict(alpha=1)), (7, [1, 37, 2, 2], dict(alpha=1, beta=1.5, knorm=0.5)), (5, [3, 5, 1, 2], dict(alpha="1e-3")), (3, [1, 16, 4, 4], dict(beta=0.75, knorm=2))]:
        yield op_case(FILE, "LRN", f"nsize {n} {'x'.join(map(str, shape))}", dict(nsize=n, **attrs), [given("data", seeded(shape, -3, 3))], "transcendental")
    yield op_case(FILE, "LRN", "fewer channels than nsize", dict(nsize=5, alpha=5, beta=1, knorm=1), [given("data", values([1, 2, 1, 1], [1, 2]))], "transcendental", outputs=[values([1, 2, 1, 1], [1 / 6, 2 / 6])], source="by hand, operators.md 4.2")
    yield op_case(FILE, "LRN", "large inputs", dict(nsize=5), [given("data", seeded([1, 6, 2, 2], -255, 255))], "transcendental")
    for mode in ("instance", "channel", "spatial"):
        for shape in ([2, 3, 4], [2, 5, 3, 4], [1, 37, 2, 2]):
            yield op_case(FILE, "L2Normalization", f"{mode} {'x'.join(map(str, shape))}", dict(mode=mode), [given("data", seeded(shape))], "accumulating", 60)
        yield op_case(FILE, "L2Normalization", f"{mode} eps", dict(mode=mode, eps=0.5), [given("data", seeded([2, 3, 2, 2]))], "accumulating", 12)
        yield op_case(FILE, "L2Normalization", f"{mode} zeros", dict(mode=mode), [given("data", fill([1, 2, 2, 2], 0))], "accumulating", 8)
    yield op_case(FILE, "L2Normalization", "default matrix", {}, [given("data", seeded([3, 9]))], "accumulating", 9)
    yield op_case(FILE, "L2Normalization", "vector of features", {}, [given("data", seeded([1, 128]))], "accumulating", 128)
    yield op_case(FILE, "L2Normalization", "float64", dict(mode="channel"), [given("data", seeded([2, 3, 4], dtype="float64"))], "accumulating", 3)
    for shape, attrs in [([2, 3, 7], {}), ([1, 5, 4, 3], {}), ([2, 4, 3, 3], dict(eps=0.1)), ([1, 2, 3, 2, 4], {}), ([3, 17, 2, 2], dict(eps="1e-05")), ([1, 1, 5, 5], {})]:
        c = shape[1]
        yield op_case(FILE, "InstanceNorm", "x".join(map(str, shape)) + " ".join(f" {k} {v}" for k, v in attrs.items()), attrs, [given("data", seeded(shape, -2, 2)), stored("gamma", seeded([c], 0.5, 2)), stored("beta", seeded([c]))], "accumulating", 25)
    yield op_case(FILE, "InstanceNorm", "constant image", {}, [given("data", fill([1, 2, 3, 3], 4)), stored("gamma", fill([2], 2)), stored("beta", fill([2], 0.5))], "accumulating", 9)
    yield from dense()


def fc(title, shape, h, attrs=None, dtype="float32", bias_shape=None, width=None, no_bias=False):
    flat = (attrs or {}).get("flatten", True)
    width = width or (shape[-1] if not flat else count(shape[1:]))
    lo, hi = (-1, 1) if dtype.startswith("float") else (-3, 4)
    operands = [given("data", seeded(shape, lo, hi, dtype)), stored("weight", seeded([h, width], lo, hi, dtype))]
    if not no_bias:
        # a bias of shape (H, 1) needs a key: by default the reference infers (H)
        operands.append((given if bias_shape else stored)("bias", seeded(bias_shape or [h], lo, hi, dtype)))
    all_attrs = {"num_hidden": h, **(attrs or {})}
    if no_bias:
        all_attrs["no_bias"] = True
    return op_case(DENSE, "FullyConnected", title, all_attrs, operands, "accumulating", width)


def count(shape):
    n = 1
    for d in shape:
        n *= d
    return n


def dense():
    for n, width, h in [(1, 1, 1), (1, 7, 3), (2, 8, 8), (3, 17, 5), (5, 32, 16), (1, 128, 37), (4, 13, 31), (7, 100, 10), (16, 9, 4), (1, 300, 2)]:
        yield fc(f"{n}x{width} to {h}", [n, width], h)
        if n < 4:
            yield fc(f"{n}x{width} to {h} nobias", [n, width], h, no_bias=True)
    yield fc("image flattened", [2, 3, 4, 5], 6)
    yield fc("sequence flattened", [3, 4, 2], 5, no_bias=True)
    yield fc("flatten True", [2, 2, 3], 5, dict(flatten=True))
    for shape in ([2, 3, 4], [2, 3, 2, 5], [3, 7], [1, 1, 37]):
        yield fc(f"flatten False {'x'.join(map(str, shape))}", shape, 6, dict(flatten=False))
        yield fc(f"flatten False {'x'.join(map(str, shape))} nobias", shape, 3, dict(flatten=False), no_bias=True)
    yield fc("bias of two axes", [2, 5], 4, bias_shape=[4, 1])
    yield fc("vector", [5], 3, width=1)
    yield fc("float64", [3, 6], 4, dtype="float64")
    yield fc("float64 nobias", [2, 9], 5, dtype="float64", no_bias=True)
    yield fc("float64 flatten False", [2, 3, 4], 5, dict(flatten=False), dtype="float64")
    yield op_case(DENSE, "FullyConnected", "refuses weight of another width", dict(num_hidden=3), [given("data", seeded([2, 5])), stored("weight", seeded([3, 4])), stored("bias", seeded([3]))], "exact", fails=[])
    yield op_case(DENSE, "FullyConnected", "refuses bias of another size", dict(num_hidden=3), [given("data", seeded([2, 5])), stored("weight", seeded([3, 5])), stored("bias", seeded([2]))], "exact", fails=[])
    yield op_case(DENSE, "FullyConnected", "refuses missing num_hidden", {}, [given("data", seeded([2, 5])), stored("weight", seeded([3, 5])), stored("bias", seeded([3]))], "exact", fails=["num_hidden"])
    for title, index, rows, width, attrs in [
        ("matrix of indices", values([2, 3], [0, 1, 2, 3, 4, 5]), 6, 3, {}), ("truncates and clips", values([5], [-3, 0.9, 1.5, 2.999, 99]), 4, 2, {}), ("one row", values([3], [0, 0, 5]), 1, 4, {}),
        ("image of indices", values([1, 2, 1, 2], [3, 1, 0, 2]), 4, 5, {}), ("sparse_grad", values([2], [1, 2]), 3, 3, dict(sparse_grad=True)), ("int32 indices", values([3], [2, 0, 9], "int32"), 3, 2, {}), ("int64 indices", values([2], [1, 2], "int64"), 3, 2, {}), ("dtype float32", values([2], [1, 0]), 3, 2, dict(dtype="float32")),
    ]:
        yield op_case(DENSE, "Embedding", title, dict(input_dim=rows, output_dim=width, **attrs), [given("data", index), stored("weight", seeded([rows, width]))], "exact")
    for dtype in ("float64", "float16"):
        yield op_case(DENSE, "Embedding", f"{dtype} table", dict(input_dim=4, output_dim=3, dtype=dtype), [given("data", values([3], [0, 3, 1])), stored("weight", seeded([4, 3], dtype=dtype))], "exact")
    yield op_case(DENSE, "_contrib_SparseEmbedding", "plain", dict(input_dim=4, output_dim=3), [given("data", values([3], [0, 3, 1])), stored("weight", seeded([4, 3]))], "exact")
