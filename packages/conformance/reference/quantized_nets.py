"""Small int8 graphs as MXNet's own tools make them: quantize_model (one node per operator) and
quantize_model_mkldnn (with what it fuses). Weights and data are seeded tensors of the case format."""

import json
import os

import numpy as np

from case_tensors import seeded, to_array, values

QUIET = {"MXNET_ENGINE_TYPE": "NaiveEngine", "MXNET_SUBGRAPH_BACKEND": "NONE", "OMP_NUM_THREADS": "1"}


def load_mxnet():
    """The reference's Python package, which only those need who make cases."""
    os.environ.update(QUIET)
    import mxnet
    from mxnet.contrib import quantization

    return mxnet, quantization


def tensors_of(net, data, seed):
    """Specs of all that a symbol takes besides the data: (name, "arg" or "aux") to spec."""
    arguments, _, states = net.infer_shape(data=tuple(data["shape"]))
    specs = {}
    for kind, names, shapes, low in (
        ("arg", net.list_arguments(), arguments, -0.5),
        ("aux", net.list_auxiliary_states(), states, 0.5),
    ):
        for name, shape in zip(names, shapes):
            if name not in ("data", "softmax_label"):
                specs[name, kind] = seeded(shape, low, 0.5 if kind == "arg" else 1, seed=seed + len(specs))
    return specs


def quantized(build, data, fused=True, mode="naive", dtype="auto", granularity="tensor-wise", seed=1, internals=None):
    """(symbol as JSON text, parameters as named specs, outputs) of a net that `build(sym)` makes.
    `internals`: the outputs whose names contain this instead of the net's."""
    mxnet, quantization = load_mxnet()
    with mxnet.name.NameManager():
        net = build(mxnet.sym)
    specs = tensors_of(net, data, seed)
    arrays = {kind: {n: mxnet.nd.array(to_array(s)) for (n, k), s in specs.items() if k == kind} for kind in ("arg", "aux")}
    more = {}
    if mode != "none":
        samples = np.concatenate([to_array({**data, "seeded": {**data["seeded"], "seed": 50 + i}}) for i in range(4)])
        more = dict(calib_data=mxnet.io.NDArrayIter(data=samples, batch_size=data["shape"][0]), num_calib_examples=len(samples))
    make = quantization.quantize_model_mkldnn if fused else quantization.quantize_model
    label = [name for name in ("softmax_label",) if name in net.list_arguments()]
    symbol, arguments, states = make(
        net, arrays["arg"], arrays["aux"], calib_mode=mode, quantized_dtype=dtype, quantize_mode="full",
        quantize_granularity=granularity, ctx=mxnet.cpu(), label_names=label or None, **more,
    )  # fmt: skip
    if internals is not None:
        inner = symbol.get_internals()
        symbol = mxnet.sym.Group([inner[name] for name in inner.list_outputs() if internals in name])
    params = []
    for kind, names, given in (("arg", symbol.list_arguments(), arguments), ("aux", symbol.list_auxiliary_states(), states)):
        for name in names:
            if name in given:
                array = given[name].asnumpy()
                own = specs.get((name, kind))
                same = own is not None and array.dtype == np.float32 and np.array_equal(array, to_array(own))
                spec = own if same else values(array.shape, array, array.dtype.name)
                params.append({"name": f"{kind}:{name}", **spec})
    return json.loads(symbol.tojson()), params, len(symbol.list_outputs())


# ---- one layer ----


def conv(sym, x, name="c", kernel=3, num_filter=4, **attrs):
    pad = (kernel // 2,) * 2
    return sym.Convolution(x, kernel=(kernel,) * 2, pad=pad, num_filter=num_filter, name=name, **attrs)


def layer(build):
    """A net of one convolution, or of what comes to `build(sym, data)`."""
    return lambda sym: build(sym, sym.Variable("data"))


CONVOLUTIONS = {
    "no_bias": lambda s, d: conv(s, d, no_bias=True),
    "bias": lambda s, d: conv(s, d),
    "bn": lambda s, d: s.BatchNorm(conv(s, d), name="b"),
    "bn-gamma": lambda s, d: s.BatchNorm(conv(s, d, no_bias=True), fix_gamma=False, eps=0.01, name="b"),
    "relu": lambda s, d: s.Activation(conv(s, d), act_type="relu", name="a"),
    "bn-relu": lambda s, d: s.Activation(s.BatchNorm(conv(s, d), name="b"), act_type="relu", name="a"),
    "leaky": lambda s, d: s.LeakyReLU(conv(s, d), act_type="leaky", slope=0.1, name="a"),
    "gelu": lambda s, d: s.LeakyReLU(conv(s, d), act_type="gelu", name="a"),
    "clip": lambda s, d: s.clip(conv(s, d), a_min=0, a_max=0.6, name="a"),
    "sum": lambda s, d: s.elemwise_add(conv(s, d), d, name="s"),
    "bn-sum-relu": lambda s, d: s.Activation(s.elemwise_add(d, s.BatchNorm(conv(s, d), name="b"), name="s"), act_type="relu", name="a"),
    "sum-of-two": lambda s, d: s.Activation(s.elemwise_add(conv(s, d), conv(s, d, "e", 1), name="s"), act_type="relu", name="a"),
    "1x1-strided": lambda s, d: conv(s, d, kernel=1, stride=(2, 2)),
    "groups": lambda s, d: conv(s, d, num_filter=6, num_group=2),
    "depthwise": lambda s, d: s.Activation(conv(s, d, num_group=4, stride=(2, 2)), act_type="relu", name="a"),
}


def rows(sym, x, name="f", num_hidden=5, **attrs):
    return sym.FullyConnected(x, num_hidden=num_hidden, name=name, **attrs)


ROWS = {
    "no_bias": lambda s, d: rows(s, d, no_bias=True),
    "bias": lambda s, d: rows(s, d),
    "axes": lambda s, d: rows(s, d, flatten=False),
    "relu": lambda s, d: s.Activation(rows(s, d), act_type="relu", name="a"),
    "gelu": lambda s, d: s.LeakyReLU(rows(s, d), act_type="gelu", name="a"),
    "elu": lambda s, d: s.LeakyReLU(rows(s, d), act_type="elu", name="a"),
    "leaky": lambda s, d: s.LeakyReLU(rows(s, d), act_type="leaky", name="a"),
    "abs": lambda s, d: s.abs(rows(s, d), name="a"),
}
BEHIND = {name: lambda s, d, build=build: rows(s, build(s, d), "g", 3) for name, build in ROWS.items()}


def scores(sym, x):
    return sym.contrib.interleaved_matmul_selfatt_qk(x, heads=2, name="qk")


def mixture(sym, x):
    return sym.contrib.interleaved_matmul_selfatt_valatt(x, sym.softmax(scores(sym, x), name="soft"), heads=2, name="va")


ATTENTION = {
    "qk-float": scores,
    "qk": lambda s, d: rows(s, scores(s, d), num_hidden=3, flatten=False),
    "valatt-float": mixture,
    "valatt": lambda s, d: rows(s, mixture(s, d), num_hidden=3, flatten=False),
}


# ---- whole nets ----


def lenet(sym):
    x = sym.Variable("data")
    x = sym.Activation(conv(sym, x, "conv1"), act_type="relu", name="relu1")
    x = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", name="pool1")
    x = sym.Activation(conv(sym, x, "conv2", num_filter=6), act_type="relu", name="relu2")
    x = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg", name="pool2")
    x = sym.Activation(rows(sym, sym.Flatten(x, name="flat"), "fc1", 10), act_type="relu", name="relu3")
    return sym.SoftmaxOutput(rows(sym, x, "fc2"), name="softmax")


def residual(sym):
    def part(x, name, last=True):
        x = sym.BatchNorm(conv(sym, x, name, no_bias=True), fix_gamma=False, name=name + "_bn")
        return sym.Activation(x, act_type="relu", name=name + "_relu") if not last else x

    x = part(sym.Variable("data"), "stem", False)
    y = part(part(x, "one_a", False), "one_b")
    x = sym.Activation(sym.elemwise_add(y, x, name="sum1"), act_type="relu", name="out1")
    y = part(part(x, "two_a", False), "two_b")
    short = sym.BatchNorm(conv(sym, x, "short", 1, no_bias=True), fix_gamma=False, name="short_bn")
    x = sym.Activation(sym.elemwise_add(y, short, name="sum2"), act_type="relu", name="out2")
    x = sym.Pooling(x, kernel=(1, 1), global_pool=True, pool_type="avg", name="pool")
    return rows(sym, sym.Flatten(x, name="flat"), "fc")


def branches(sym):
    x = sym.Activation(conv(sym, sym.Variable("data"), "stem"), act_type="relu", name="stem_relu")
    a = sym.Activation(conv(sym, x, "a", 1), act_type="relu", name="a_relu")
    b = conv(sym, x, "b")
    c = sym.Pooling(x, kernel=(3, 3), pad=(1, 1), pool_type="max", name="c")
    x = sym.Concat(a, b, c, name="concat")
    x = sym.elemwise_add(x, x, name="twice")
    x = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg", name="pool")
    return rows(sym, x, "fc")


def perceptron(sym):
    x = sym.Activation(rows(sym, sym.Variable("data"), "fc1", 12), act_type="relu", name="relu1")
    x = rows(sym, x, "fc2", 8)
    return rows(sym, sym.Flatten(x, name="flat"), "fc3", no_bias=True)


def pools(sym):
    x = sym.Variable("data")
    a = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", name="a")
    b = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg", name="b")
    x = sym.Concat(a, sym.elemwise_add(a, b, name="sum"), name="concat")
    x = sym.Activation(sym.BatchNorm(x, fix_gamma=False, name="bn"), act_type="relu", name="relu")
    return rows(sym, sym.Flatten(x, name="flat"), "fc")


def attention(sym):
    x = rows(sym, sym.Variable("data"), "project", 24, flatten=False)
    x = rows(sym, mixture(sym, x), "out", 16, flatten=False)
    x = sym.LeakyReLU(rows(sym, x, "wide", 20, flatten=False), act_type="gelu", name="gelu")
    return rows(sym, x, "narrow", 6, flatten=False)


NETS = {"attention": attention, "lenet": lenet, "residual": residual, "branches": branches, "perceptron": perceptron, "pools": pools}
