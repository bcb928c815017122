"""Generators of convolution, deconvolution and fully connected layers (operators.md 4.2)."""

from draws import FLOATS, chance, choose, drawn, dtype, product, shape, tensor, tuple_text, whole

from case_builders import given, stored

FILE = "random/convolution"


def weights(rng, name, dims, kind):
    """Mostly in the parameter file, there sometimes of another type than the layer computes in."""
    if not chance(rng, 0.7):
        return given(name, tensor(rng, dims, kind, -1, 1))
    return stored(name, tensor(rng, dims, kind if chance(rng, 0.9) else choose(rng, FLOATS), -1, 1))


def window_attrs(rng, attrs, axes, stride, dilate, pad):
    for name, items, neutral in (("stride", stride, 1), ("dilate", dilate, 1), ("pad", pad, 0)):
        if any(i != neutral for i in items) or chance(rng, 0.3):
            attrs[name] = tuple_text(items)


def bias_operands(rng, attrs, default_off, filters, kind):
    """Attribute no_bias and the bias, if there is one."""
    with_bias = chance(rng, 0.5)
    if with_bias == default_off or chance(rng, 0.3):
        attrs["no_bias"] = str(not with_bias)
    return [weights(rng, "bias", [filters], kind)] if with_bias else []


def channels_of(rng):
    groups = choose(rng, [1, 1, 1, 2, 3])
    if chance(rng, 0.2):  # whole vectors of channels
        return groups, groups * whole(rng, 8, 40), groups * whole(rng, 8, 40)
    inner, outer = whole(rng, 1, 4), whole(rng, 1, 5)
    if chance(rng, 0.2):  # depthwise
        groups, inner, outer = whole(rng, 1, 9), 1, choose(rng, [1, 1, 2])
    return groups, groups * inner, groups * outer


def convolution(rng):
    axes, kind = choose(rng, [1, 2, 2, 2, 3]), dtype(rng, FLOATS)
    groups, channels, filters = channels_of(rng)
    spatial = [whole(rng, 1, choose(rng, [9, 9, 20]) if axes < 3 else 5) for _ in range(axes)]
    pad = [whole(rng, 0, 2) for _ in range(axes)]
    kernel = [whole(rng, 1, min(5 if axes < 3 else 3, n + 2 * p)) for n, p in zip(spatial, pad)]
    if chance(rng, 0.3):
        kernel = [min(3, n + 2 * p) for n, p in zip(spatial, pad)]
    stride = [choose(rng, [1, 1, 2, 3]) for _ in range(axes)]
    dilate = [choose(rng, [1, 1, 2]) if 2 * (k - 1) + 1 <= n + 2 * p else 1 for k, n, p in zip(kernel, spatial, pad)]
    attrs = {"kernel": tuple_text(kernel), "num_filter": filters}
    window_attrs(rng, attrs, axes, stride, dilate, pad)
    if groups > 1 or chance(rng, 0.2):
        attrs["num_group"] = groups
    if chance(rng, 0.2):
        attrs["layout"] = choose(rng, ["None", {1: "NCW", 2: "NCHW", 3: "NCDHW"}[axes]])
    if chance(rng, 0.1):
        attrs.update(choose(rng, [{"workspace": 512}, {"cudnn_tune": "off"}, {"cudnn_off": "True"}]))
    operands = [given("data", tensor(rng, [whole(rng, 1, 3), channels, *spatial], kind)), weights(rng, "weight", [filters, channels // groups, *kernel], kind)]
    operands += bias_operands(rng, attrs, False, filters, kind)
    return drawn(rng, FILE, "Convolution", attrs, operands, "accumulating", k=product(kernel) * channels // groups)


def deconvolution(rng):
    axes, kind = choose(rng, [1, 2, 2, 2]), dtype(rng, FLOATS)
    groups, channels, filters = channels_of(rng)
    spatial = [whole(rng, 1, 6) for _ in range(axes)]
    kernel = [whole(rng, 1, 4) for _ in range(axes)]
    stride = [choose(rng, [1, 2, 2, 3]) for _ in range(axes)]
    dilate = [1] * axes if max(stride) > 1 else [choose(rng, [1, 1, 2]) for _ in range(axes)]  # natively wrong where both are more than 1
    full = [s * (n - 1) + d * (k - 1) + 1 for s, n, d, k in zip(stride, spatial, dilate, kernel)]
    attrs = {"kernel": tuple_text(kernel), "num_filter": filters}
    pad = [whole(rng, 0, min(2, (f - 1) // 2)) for f in full]
    if chance(rng, 0.2):
        attrs["target_shape"] = tuple_text(whole(rng, max(1, f - 3), f) for f in full)
        pad = [0] * axes
    elif chance(rng, 0.3):
        attrs["adj"] = tuple_text(whole(rng, 0, s - 1) for s in stride)
    window_attrs(rng, attrs, axes, stride, dilate, pad)
    if groups > 1 or chance(rng, 0.2):
        attrs["num_group"] = groups
    operands = [given("data", tensor(rng, [whole(rng, 1, 3), channels, *spatial], kind)), weights(rng, "weight", [channels, filters // groups, *kernel], kind)]
    operands += bias_operands(rng, attrs, True, filters, kind)
    return drawn(rng, FILE, "Deconvolution", attrs, operands, "accumulating", k=product(kernel) * channels // groups)


def fully_connected(rng):
    dims, kind, hidden = shape(rng, 1, 5, zero=0.02), dtype(rng, FLOATS), whole(rng, 1, choose(rng, [9, 9, 70]))
    attrs = {"num_hidden": hidden}
    flatten = len(dims) == 1 or chance(rng, 0.6)
    if not flatten or chance(rng, 0.3):
        attrs["flatten"] = str(flatten)
    size = product(dims[1:]) if flatten else dims[-1]
    operands = [given("data", tensor(rng, dims, kind)), weights(rng, "weight", [hidden, size], kind) if size else given("weight", tensor(rng, [hidden, size], kind))]
    bias = bias_operands(rng, attrs, False, hidden, kind)
    return drawn(rng, FILE, "FullyConnected", attrs, operands + bias, "accumulating", k=max(1, size))


GENERATORS = {"Convolution": convolution, "Deconvolution": deconvolution, "FullyConnected": fully_connected}

EXPLAINED = [
    {
        "ops": [],
        "section": "operators.md 3.2 (recommended behaviour)",
        "reason": "parameters of other float types become float32 when the caller gives no types",
        "when": lambda case, problem: problem.startswith("the reference refuses") and ("Incompatible attr" in problem or "requires uniform type" in problem),
    },
    {
        "ops": ["Convolution"],
        "section": "operators.md 4.2 Convolution",
        "reason": "Convolution_v1 of the reference does not know layout NCW",
        "when": lambda case, problem: "Invalid Input: 'NCW'" in problem,
    },
    {
        "ops": ["Convolution"],
        "section": "operators.md 4.2 Convolution",
        "reason": "Convolution_v1 of the reference knows no single axis, and three only without dilation and as float32 or float64",
        "when": lambda case, problem: any(t in problem for t in ("1D convolution not supported", "Dilate is not supported in 3d", "Volume convolution is not")),
    },
    {
        "ops": ["Deconvolution"],
        "section": "operators.md 4.2 Deconvolution",
        "reason": "a target_shape of odd distance needs an adj of 1, which the reference refuses where stride is 1",
        "when": lambda case, problem: "must be samller than stride" in problem,
    },
]
