"""Generators of graphs in which a shape is known from what comes after: `_ones(shape=(0, H))` goes through an operator and meets a tensor of the full shape (operators.md 1.8)."""

from draws import chance, choose, product, tensor, tuple_text, whole

from case_builders import given, net_case

FILE = "random/inference"


def same(op, attrs=None, extra=None):
    def make(rng, dims):
        return op, dict(attrs or {}), dims, extra(rng, dims) if extra else []

    return make


def of_channels(*names):
    """Weights of a channel's size each."""
    return lambda rng, dims: [(name, [dims[1]]) for name in names]


def fully_connected(rng, dims):
    hidden, flatten = whole(rng, 1, 5), chance(rng, 0.6)
    size = product(dims[1:]) if flatten else dims[-1]
    out = [dims[0], hidden] if flatten else [*dims[:-1], hidden]
    return "FullyConnected", {"num_hidden": hidden, "no_bias": "True", "flatten": flatten}, out, [("weight", [hidden, size])]


def convolution(rng, dims):
    filters, kernel, pad = whole(rng, 1, 4), choose(rng, [1, 3]), whole(rng, 0, 1)
    stride = choose(rng, [1, 1, 2])
    if min(dims[2:]) + 2 * pad < kernel:
        kernel = 1
    out = [(n + 2 * pad - kernel) // stride + 1 for n in dims[2:]]
    attrs = {"kernel": f"({kernel}, {kernel})", "pad": f"({pad}, {pad})", "stride": f"({stride}, {stride})", "num_filter": filters, "no_bias": "True"}
    return "Convolution", attrs, [dims[0], filters, *out], [("weight", [filters, dims[1], kernel, kernel])]


def pooling(rng, dims):
    if chance(rng, 0.3):
        return "Pooling", {"global_pool": "True", "pool_type": "max"}, [*dims[:2], 1, 1], []
    return "Pooling", {"kernel": "(1, 1)", "stride": "(1, 1)", "pool_type": "avg"}, dims, []


def transpose(rng, dims):
    axes = [int(a) for a in rng.permutation(len(dims))]
    return "transpose", {"axes": tuple_text(axes)}, [dims[a] for a in axes], []


def swap_axis(rng, dims):
    out = list(dims)
    out[0], out[-1] = out[-1], out[0]
    return "SwapAxis", {"dim1": 0, "dim2": len(dims) - 1}, out, []


def expand_dims(rng, dims):
    axis = whole(rng, 0, len(dims))
    return "expand_dims", {"axis": axis}, [*dims[:axis], 1, *dims[axis:]], []


def reshape(rng, dims):
    if len(dims) < 2:
        return "Reshape", {"shape": "(-1, 1)"}, [dims[0], 1], []
    code, out = choose(rng, [("(-3, -2)", [dims[0] * dims[1], *dims[2:]]), ("(0, -1)", [dims[0], product(dims[1:])]), ("(-1,)", [product(dims)]), ("(0, 0, -1)", [*dims[:2], product(dims[2:])]), ("(0, 1, -2)", None), ("(-2, 1)", [*dims, 1])])
    if out is None or (code == "(0, 0, -1)" and len(dims) == 2):
        return "Reshape", {"shape": "(-2,)"}, dims, []
    return "Reshape", {"shape": code}, out, []


def flatten(rng, dims):
    return "Flatten", {}, [dims[0], product(dims[1:])], []


def slice_axis(rng, dims):
    axis = whole(rng, 0, len(dims) - 1)
    end = whole(rng, 1, dims[axis])
    return "slice_axis", {"axis": axis, "begin": 0, "end": end}, [end if a == axis else d for a, d in enumerate(dims)], []


def slice_(rng, dims):
    return "slice", {"begin": "(0,)", "end": f"({dims[0]},)"}, dims, []


def reduction(rng, dims):
    axis = whole(rng, 0, len(dims) - 1)
    return choose(rng, ["sum", "max", "mean"]), {"axis": axis, "keepdims": "True"}, [1 if a == axis else d for a, d in enumerate(dims)], []


def concat(rng, dims):
    axis = whole(rng, 0, len(dims) - 1)
    other = [whole(rng, 1, 3) if a == axis else d for a, d in enumerate(dims)]
    return "Concat", {"num_args": 2, "dim": axis}, [d + (other[axis] if a == axis else 0) for a, d in enumerate(dims)], [("other", other)]


def stack(rng, dims):
    axis = whole(rng, 0, len(dims))
    return "stack", {"num_args": 2, "axis": axis}, [*dims[:axis], 2, *dims[axis:]], [("other", dims)]


def where(rng, dims):
    return "where", {}, dims, [("x", dims), ("y", dims)]


def binary(rng, dims):
    return choose(rng, ["elemwise_add", "elemwise_mul", "_maximum", "_greater", "_mod", "broadcast_add"]), {}, dims, [("other", dims)]


def add_n(rng, dims):
    return "add_n", {"num_args": 3}, dims, [("a", dims), ("b", dims)]


def repeat(rng, dims):
    axis = whole(rng, 0, len(dims) - 1)
    return "repeat", {"repeats": 2, "axis": axis}, [d * (2 if a == axis else 1) for a, d in enumerate(dims)], []


def up_sampling(rng, dims):
    return "UpSampling", {"scale": 2, "sample_type": "nearest", "num_args": 1}, [*dims[:2], dims[2] * 2, dims[3] * 2], []


def pad(rng, dims):
    return "Pad", {"mode": "edge", "pad_width": "(0, 0, 0, 0, 1, 1, 0, 2)"}, [*dims[:2], dims[2] + 2, dims[3] + 2], []


ANY = [
    same("relu"), same("Activation", {"act_type": "tanh"}), same("_plus_scalar", {"scalar": 2}), same("clip", {"a_min": 0, "a_max": 2}), same("Cast", {"dtype": "float32"}), same("Dropout"), same("softmax"), same("log_softmax"), same("LeakyReLU"),
    same("BlockGrad"), same("L2Normalization"), same("zeros_like"), same("ones_like"), same("reverse", {"axis": 0}), same("SoftmaxActivation"), same("MakeLoss"), same("smooth_l1"),
    transpose, swap_axis, expand_dims, reshape, reshape, flatten, slice_axis, slice_, reduction, concat, concat, stack, where, binary, binary, binary, add_n, repeat, fully_connected, fully_connected,
]
MATRICES = [same("BatchNorm", None, of_channels("gamma", "beta", "moving_mean", "moving_var")), same("LinearRegressionOutput", None, lambda rng, dims: [("label", dims)]), same("SoftmaxOutput", None, lambda rng, dims: [("label", dims[:-1])])]
IMAGES = [convolution, convolution, pooling, up_sampling, pad, same("LRN", {"nsize": 1}), same("InstanceNorm", None, of_channels("gamma", "beta"))]


def backwards(rng):
    """The first input is known in part; it meets the operator, then the full shape, before or behind the unknown."""
    form = whole(rng, 0, 3)
    dims = [whole(rng, 1, 4) for _ in range(4 if form == 0 else whole(rng, 2, 4))]
    make = choose(rng, IMAGES if form == 0 else MATRICES if form == 1 and len(dims) > 1 else ANY)
    op, attrs, out, extra = make(rng, dims)
    partial = [0 if chance(rng, 0.5) else d for d in dims]
    if chance(rng, 0.3):
        partial = [0, *dims[1:]]
    nodes, operands = [("start", choose(rng, ["_ones", "_zeros"]), {"shape": tuple_text(partial)}, [])], []
    inputs = ["start"]
    for name, size in extra:
        known = chance(rng, 0.6) or op not in ("Concat", "where", "add_n", "stack", "elemwise_add", "elemwise_mul", "_maximum", "_greater", "_mod")
        if known:
            operands.append(given(name, tensor(rng, size, "float32", 0.5, 2)))
        else:
            nodes.append((name, "_ones", {"shape": tuple_text([0 if chance(rng, 0.5) else d for d in size])}, []))
        inputs.append(name)
    nodes.append(("middle", op, attrs, inputs if op not in ("Concat", "where") or chance(rng, 0.7) or op == "where" else inputs[::-1]))
    operands.append(given("full", tensor(rng, out)))
    nodes.append(("end", choose(rng, ["elemwise_add", "_maximum", "elemwise_mul"]), {}, choose(rng, [["middle", "full"], ["full", "middle"]])))
    return net_case(FILE, f"random-{rng.integers(1 << 30)}", nodes, operands, "network")


GENERATORS = {"(backwards)": backwards}

EXPLAINED = [
    {
        "ops": ["(backwards)"],
        "section": "operators.md 1.8",
        "reason": "libpredict infers a shape that the reference leaves unknown",
        "when": lambda case, problem: problem.startswith("the reference refuses") and "infer_complete" in problem,
    },
]
