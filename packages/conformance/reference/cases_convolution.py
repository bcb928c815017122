"""Convolution, Convolution_v1, Deconvolution."""

import math

import numpy as np

from case_builders import given, op_case, stored
from case_tensors import golden, seeded, to_array


def label(kernel, stride, pad, dilate):
    def x(t):
        return "x".join(str(v) for v in t)

    text = f"k{x(kernel)}"
    for letter, value, default in (("s", stride, 1), ("p", pad, 0), ("d", dilate, 1)):
        if value is not None and any(v != default for v in value):
            text += f" {letter}{x(value)}"
    return text


def conv(n, c, spatial, f, kernel, stride=None, pad=None, dilate=None, group=1, no_bias=None, op="Convolution", dtype="float32", note="", extra=None, file="operator/convolution"):
    attrs = {"kernel": kernel, "num_filter": f}
    for key, value in (("stride", stride), ("pad", pad), ("dilate", dilate), ("no_bias", no_bias)):
        if value is not None:
            attrs[key] = value
    if group != 1:
        attrs["num_group"] = group
    attrs.update(extra or {})
    k = (c // group) * int(np.prod(kernel))
    scale = 1 / math.sqrt(k)
    lo, hi = (-1, 1) if dtype.startswith("float") else (-4, 5)
    wlo, whi = (-scale, scale) if dtype.startswith("float") else (-3, 4)
    operands = [
        given("data", seeded([n, c, *spatial], lo, hi, dtype)),
        stored("weight", seeded([f, c // group, *kernel], wlo, whi, dtype)),
    ]
    if not no_bias:
        operands.append(stored("bias", seeded([f], lo, hi, dtype)))
    title = f"{note + ' ' if note else ''}n{n} c{c} {'x'.join(map(str, spatial))} f{f} {label(kernel, stride, pad, dilate)}"
    title += (f" g{group}" if group != 1 else "") + (" nobias" if no_bias else "") + (f" {dtype}" if dtype != "float32" else "")
    return op_case(file, op, title, attrs, operands, "accumulating", k)


def deconv_formula(x, w, b, kernel, stride, pad, dilate, adj, group, filters):
    """operators.md 4.2: y[o] gathers x[i]*w at o = i*s - p + j*d; adj extends the far side."""
    n, c = x.shape[:2]
    spatial = x.shape[2:]
    axes = range(len(kernel))
    out = [stride[a] * (spatial[a] - 1) + dilate[a] * (kernel[a] - 1) + 1 - 2 * pad[a] + adj[a] for a in axes]
    y = np.zeros((n, filters, *out), np.float64)
    cg, fg = c // group, filters // group
    for g in range(group):
        part = np.einsum("nc...,cfk->nfk...", x[:, g * cg : (g + 1) * cg].astype(np.float64), w[g * cg : (g + 1) * cg].reshape(cg, fg, -1).astype(np.float64))
        for index, j in enumerate(np.ndindex(*kernel)):
            for i in np.ndindex(*spatial):
                o = tuple(i[a] * stride[a] - pad[a] + j[a] * dilate[a] for a in axes)
                if all(0 <= o[a] < out[a] for a in axes):
                    y[(slice(None), slice(g * fg, (g + 1) * fg), *o)] += part[(slice(None), slice(None), index, *i)]
    return y if b is None else y + b.reshape(1, -1, *[1] * len(kernel))


def deconv(n, c, spatial, f, kernel, stride=None, pad=None, dilate=None, adj=None, target=None, group=1, bias=False, formula=False, dtype="float32", extra=None, note=""):
    attrs = {"kernel": kernel, "num_filter": f}
    for key, value in (("stride", stride), ("pad", pad), ("dilate", dilate), ("adj", adj), ("target_shape", target)):
        if value is not None:
            attrs[key] = value
    if group != 1:
        attrs["num_group"] = group
    if bias:
        attrs["no_bias"] = False
    attrs.update(extra or {})
    k = (c // group) * int(np.prod(kernel))
    operands = [given("data", seeded([n, c, *spatial], dtype=dtype)), stored("weight", seeded([c, f // group, *kernel], dtype=dtype))]
    if bias:
        operands.append(stored("bias", seeded([f], dtype=dtype)))
    title = f"{note + ' ' if note else ''}n{n} c{c} {'x'.join(map(str, spatial))} f{f} {label(kernel, stride, pad, dilate)}"
    title += (f" a{'x'.join(map(str, adj))}" if adj else "") + (f" t{'x'.join(map(str, target))}" if target else "")
    title += (f" g{group}" if group != 1 else "") + (" bias" if bias else "") + (f" {dtype}" if dtype != "float32" else "")
    case = op_case("operator/deconvolution", "Deconvolution", title, attrs, operands, "accumulating", k)
    if formula:
        arrays = [to_array(t) for t in case["inputs"] + case["params"]]
        ones, zeros = (1,) * len(kernel), (0,) * len(kernel)
        y = deconv_formula(arrays[0], arrays[1], arrays[2] if bias else None, kernel, stride or ones, pad or zeros, dilate or ones, adj or zeros, group, f)
        case["outputs"] = [golden(y.astype(np.float32))]
        case["source"] = "NumPy float64, formula of operators.md 4.2 (0b.1: the reference is wrong here)" if formula == "wrong" else "NumPy float64, formula of operators.md 4.2 (no native kernel)"
    return case


def cases():
    # pointwise: channel counts around the widths of vectors and blocks
    for c, f, size in [(1, 1, (3, 5)), (2, 3, (5, 4)), (3, 2, (1, 7)), (4, 4, (3, 3)), (5, 7, (4, 3)), (7, 8, (5, 5)), (8, 8, (2, 9)), (9, 16, (3, 3)), (12, 6, (5, 3)), (13, 5, (4, 4)), (15, 17, (3, 4)), (16, 16, (4, 2)), (17, 9, (3, 5)), (24, 10, (5, 5)), (31, 4, (6, 3)), (32, 33, (2, 3)), (37, 37, (3, 3)), (64, 24, (3, 2))]:
        yield conv(1, c, size, f, (1, 1))
    yield conv(2, 6, (5, 7), 9, (1, 1), stride=(2, 2))
    yield conv(3, 10, (4, 6), 5, (1, 1), stride=(2, 3), no_bias=True)
    yield conv(1, 8, (4, 4), 8, (1, 1), pad=(1, 1))
    # 3x3: the common sizes and the odd ones
    for c, f, size, stride, pad in [
        (1, 1, (3, 3), None, None), (1, 2, (7, 5), None, (1, 1)), (2, 3, (6, 6), None, (1, 1)), (3, 8, (9, 7), (2, 2), (1, 1)), (3, 5, (8, 8), (2, 2), None),
        (4, 4, (5, 5), None, (1, 1)), (5, 3, (7, 9), None, (2, 2)), (6, 12, (4, 4), None, (1, 1)), (7, 7, (6, 5), (1, 2), (1, 0)), (8, 8, (8, 8), None, (1, 1)),
        (8, 16, (5, 6), (2, 2), (1, 1)), (9, 4, (3, 11), (3, 1), (0, 1)), (11, 13, (5, 4), None, (1, 1)), (16, 8, (7, 7), (2, 2), (1, 1)), (16, 16, (6, 6), None, (1, 1)),
        (17, 3, (5, 7), None, (1, 1)), (23, 6, (4, 5), None, None), (24, 8, (6, 4), (2, 1), (1, 1)), (32, 8, (5, 5), None, (1, 1)), (37, 5, (6, 3), None, (1, 1)),
        (4, 8, (13, 14), None, (1, 1)), (8, 8, (12, 3), None, (1, 1)), (3, 4, (15, 15), (2, 2), (1, 1)),
    ]:
        yield conv(1, c, size, f, (3, 3), stride=stride, pad=pad)
    for n in (2, 3, 5):
        yield conv(n, 3, (5 + n, 6), 4, (3, 3), pad=(1, 1))
        yield conv(n, 8, (4, 3 + n), 8, (3, 3), pad=(1, 1), stride=(2, 2), no_bias=True)
    # dilation
    for dilate, pad, stride in [((2, 2), (2, 2), None), ((3, 3), (3, 3), None), ((1, 2), None, None), ((2, 1), (1, 0), (2, 2)), ((4, 4), (4, 4), (1, 2))]:
        yield conv(1, 5, (9, 11), 4, (3, 3), stride=stride, pad=pad, dilate=dilate)
        yield conv(2, 8, (10, 9), 3, (2, 2), stride=stride, dilate=dilate)
    # other kernels
    for kernel, size, stride, pad in [
        ((2, 2), (5, 5), None, None), ((2, 2), (6, 7), (2, 2), (1, 1)), ((4, 4), (7, 7), (2, 2), (1, 1)), ((5, 5), (8, 9), None, (2, 2)), ((5, 5), (11, 11), (4, 4), (2, 2)),
        ((7, 7), (13, 12), (2, 2), (3, 3)), ((11, 11), (15, 15), (4, 4), (2, 2)), ((1, 3), (5, 6), None, (0, 1)), ((3, 1), (5, 6), None, (1, 0)), ((1, 7), (3, 9), None, (0, 3)),
        ((7, 1), (9, 3), None, (3, 0)), ((3, 5), (6, 8), (1, 2), (1, 2)), ((2, 3), (5, 5), (3, 2), (0, 1)), ((6, 6), (6, 6), None, None), ((4, 1), (9, 4), (3, 1), (1, 0)),
    ]:
        yield conv(1, 3, size, 5, kernel, stride=stride, pad=pad)
        yield conv(2, 4, size, 3, kernel, stride=stride, pad=pad, no_bias=True)
    # groups
    for c, f, group, kernel, pad in [(4, 6, 2, (1, 1), None), (6, 6, 3, (3, 3), (1, 1)), (8, 16, 4, (3, 3), (1, 1)), (10, 5, 5, (1, 1), None), (12, 8, 4, (2, 2), None), (15, 9, 3, (3, 3), None), (32, 32, 8, (1, 1), None), (34, 6, 2, (3, 3), (1, 1)), (16, 32, 2, (1, 1), None), (24, 36, 12, (3, 3), (1, 1))]:
        yield conv(1, c, (5, 4), f, kernel, pad=pad, group=group)
    yield conv(2, 8, (6, 5), 12, (3, 3), stride=(2, 2), pad=(1, 1), group=4)
    yield conv(2, 9, (7, 7), 6, (3, 3), dilate=(2, 2), group=3, no_bias=True)
    # depthwise
    for c, size, stride, pad, kernel in [(1, (5, 5), None, (1, 1), (3, 3)), (3, (7, 6), None, (1, 1), (3, 3)), (4, (8, 8), (2, 2), (1, 1), (3, 3)), (8, (5, 7), None, (1, 1), (3, 3)), (13, (6, 6), (2, 2), (1, 1), (3, 3)), (16, (4, 5), None, (1, 1), (3, 3)), (19, (5, 4), None, None, (3, 3)), (32, (3, 3), None, (1, 1), (3, 3)), (37, (5, 3), (2, 1), (1, 1), (3, 3)), (6, (9, 9), None, (2, 2), (5, 5)), (8, (9, 10), (2, 2), (2, 2), (5, 5)), (5, (9, 8), None, (3, 3), (7, 7)), (7, (6, 6), None, None, (2, 2)), (9, (5, 5), None, None, (1, 1)), (12, (7, 5), None, (0, 1), (1, 3))]:
        yield conv(1, c, size, c, kernel, stride=stride, pad=pad, group=c, note="depthwise")
    yield conv(2, 8, (7, 7), 8, (3, 3), pad=(2, 2), dilate=(2, 2), group=8, note="depthwise")
    yield conv(3, 5, (6, 7), 5, (3, 3), stride=(2, 2), pad=(1, 1), group=5, no_bias=True, note="depthwise")
    yield conv(1, 4, (5, 5), 8, (3, 3), pad=(1, 1), group=4, note="depth multiplier 2")
    yield conv(2, 3, (6, 5), 9, (3, 3), stride=(2, 2), pad=(1, 1), group=3, note="depth multiplier 3")
    # 1-D
    for c, f, size, kernel, stride, pad, dilate, group in [(1, 1, 5, 3, None, None, None, 1), (2, 3, 9, 3, (2,), (1,), None, 1), (4, 4, 8, 1, None, None, None, 1), (5, 7, 11, 5, None, (2,), None, 1), (8, 8, 12, 3, None, (2,), (2,), 1), (6, 4, 7, 2, (3,), None, None, 2), (7, 7, 9, 3, None, (1,), None, 7), (16, 9, 10, 4, (2,), (1,), (3,), 1), (37, 5, 6, 3, None, (1,), None, 1)]:
        yield conv(1 + c % 3, c, (size,), f, (kernel,), stride=stride, pad=pad, dilate=dilate, group=group)
    # 3-D
    for c, f, size, kernel, stride, pad, dilate, group in [(1, 2, (3, 4, 5), (3, 3, 3), None, None, None, 1), (2, 3, (4, 4, 4), (3, 3, 3), (2, 2, 2), (1, 1, 1), None, 1), (4, 4, (3, 3, 3), (1, 1, 1), None, None, None, 1), (3, 5, (5, 4, 3), (2, 3, 1), (1, 2, 1), (0, 1, 0), None, 1), (4, 6, (5, 5, 5), (2, 2, 2), None, (1, 1, 1), (2, 2, 2), 2), (5, 5, (3, 4, 4), (3, 3, 3), None, (1, 1, 1), None, 5), (8, 3, (2, 5, 3), (1, 3, 3), None, (0, 1, 1), None, 1)]:
        yield conv(1 + c % 2, c, size, f, kernel, stride=stride, pad=pad, dilate=dilate, group=group)
    # the reference has no float16 matrix product on the CPU
    for dtype in ("float64",):
        yield conv(1, 3, (5, 5), 4, (3, 3), pad=(1, 1), dtype=dtype)
        yield conv(2, 4, (4, 5), 6, (3, 3), stride=(2, 2), group=2, no_bias=True, dtype=dtype)
        yield conv(1, 8, (3, 3), 5, (1, 1), dtype=dtype)
        yield conv(1, 3, (6,), 2, (3,), pad=(1,), dtype=dtype)
    # attributes that change nothing
    for value in ("off", "limited_workspace", "fastest", "None"):
        yield conv(1, 2, (4, 4), 3, (3, 3), extra={"cudnn_tune": value}, note=f"cudnn_tune {value}")
    yield conv(1, 2, (4, 4), 3, (3, 3), extra={"cudnn_off": "True"}, note="cudnn_off")
    yield conv(1, 2, (4, 4), 3, (3, 3), extra={"workspace": 512}, note="workspace")
    for layout, size in (("NCW", (5,)), ("NCHW", (5, 4)), ("NCDHW", (4, 3, 3)), ("None", (4, 5))):
        yield conv(1, 2, size, 3, (2,) * len(size), extra={"layout": layout}, note=f"layout {layout}")
    for size, kernel, stride, pad, dilate, group in [((5, 5), (3, 3), None, (1, 1), None, 1), ((7, 6), (3, 3), (2, 2), (1, 1), None, 2), ((6, 6), (2, 2), None, None, (2, 2), 1), ((4, 3), (1, 1), None, None, None, 4), ((9, 8), (5, 3), (2, 1), (2, 1), None, 1)]:
        yield conv(2, 4, size, 8, kernel, stride=stride, pad=pad, dilate=dilate, group=group, op="Convolution_v1")
    yield from deconvolutions()
    yield from refusals()


def deconvolutions():
    for n, c, size, f, kernel, stride, pad, adj, group, bias in [
        (1, 1, (3, 3), 1, (2, 2), None, None, None, 1, False), (1, 3, (4, 5), 2, (3, 3), None, None, None, 1, True), (2, 4, (3, 4), 5, (4, 4), (2, 2), (1, 1), None, 1, False),
        (1, 5, (4, 3), 4, (3, 3), (2, 2), (1, 1), (1, 1), 1, True), (1, 8, (3, 3), 8, (2, 2), (2, 2), None, None, 1, False), (1, 6, (3, 5), 6, (3, 3), (2, 1), (1, 0), (1, 0), 1, False),
        (1, 4, (5, 4), 6, (3, 3), None, (1, 1), None, 2, True), (2, 6, (3, 3), 3, (4, 4), (2, 2), (1, 1), None, 3, False), (1, 7, (3, 4), 7, (4, 4), (2, 2), (1, 1), None, 7, False),
        (1, 3, (4, 4), 3, (8, 8), (4, 4), (2, 2), None, 3, False), (1, 2, (3, 3), 3, (1, 1), (3, 3), None, (2, 1), 1, True), (3, 2, (2, 3), 2, (5, 5), (3, 3), (2, 2), (2, 0), 1, False),
        (1, 16, (3, 2), 9, (3, 3), (2, 2), (1, 1), (1, 1), 1, False), (1, 17, (2, 2), 13, (2, 2), (2, 2), None, None, 1, True), (1, 4, (1, 1), 4, (4, 4), None, None, None, 1, False),
        (1, 3, (3, 6), 5, (1, 3), (1, 2), (0, 1), None, 1, False), (1, 3, (6, 3), 5, (3, 1), (2, 1), (1, 0), None, 1, True), (1, 12, (3, 3), 8, (3, 3), (2, 2), None, None, 4, True),
    ]:
        yield deconv(n, c, size, f, kernel, stride, pad, None, adj, None, group, bias)
    for target, kernel, stride in [((7, 7), (4, 4), (2, 2)), ((6, 7), (4, 4), (2, 2)), ((5, 5), (3, 3), (2, 2)), ((8, 6), (4, 3), (3, 2))]:
        yield deconv(1, 2, (3, 3), 3, kernel, stride, None, None, None, target)
    yield deconv(1, 2, (3, 4), 2, (4, 4), (2, 2), (3, 3), None, (1, 1), (6, 8), note="target_shape over pad and adj")
    for dilate in ((2, 2), (3, 1)):
        yield deconv(1, 3, (4, 3), 4, (2, 3), None, None, dilate)
        yield deconv(1, 3, (4, 3), 4, (2, 3), (2, 2), None, dilate, formula="wrong")
    yield deconv(2, 2, (3, 3), 3, (3, 3), (2, 3), (1, 1), (2, 2), None, None, 1, True, formula="wrong")
    yield deconv(1, 4, (4, 3), 4, (3, 3), (3, 2), None, (2, 2), None, None, 2, formula="wrong")
    # 1-D and 3-D
    for c, f, size, kernel, stride, pad, adj, group in [(2, 3, 5, 3, None, None, None, 1), (4, 4, 4, 4, (2,), (1,), None, 1), (3, 2, 5, 3, (2,), (1,), (1,), 1), (4, 2, 3, 2, (3,), None, (1,), 2)]:
        yield deconv(1 + c % 2, c, (size,), f, (kernel,), stride, pad, None, adj, None, group, c == 3)
    for c, f, size, kernel, stride, pad, adj, bias in [(2, 3, (2, 3, 2), (2, 2, 2), None, None, None, False), (2, 2, (2, 2, 3), (3, 3, 3), (2, 2, 2), (1, 1, 1), (1, 1, 1), True), (3, 2, (2, 2, 2), (4, 4, 4), (2, 2, 2), (1, 1, 1), None, False)]:
        yield deconv(1, c, size, f, kernel, stride, pad, None, adj, None, 1, bias, formula="none")
    yield deconv(1, 3, (3, 4), 2, (4, 4), (2, 2), (1, 1), dtype="float64")
    for extra in ({"cudnn_tune": "fastest"}, {"cudnn_tune": "off"}, {"cudnn_tune": "limited_workspace"}, {"cudnn_off": "True"}, {"workspace": 1024}, {"layout": "NCHW"}):
        yield deconv(1, 2, (3, 3), 2, (2, 2), (2, 2), extra=extra, note=" ".join(f"{a} {b}" for a, b in extra.items()))


def refusals():
    """Contradictions that must be refused, by create or at the latest by the first forward."""

    def bad(title, data, weight, attrs, op="Convolution"):
        file = "operator/" + op.lower().split("_")[0]
        return op_case(file, op, title, attrs, [given("data", seeded(data)), stored("weight", seeded(weight))], "exact", fails=["node"])

    yield bad("refuses kernel beyond the padded input", [1, 1, 3, 3], [1, 1, 5, 5], dict(kernel=(5, 5), num_filter=1, no_bias=True))
    yield bad("refuses channels not divisible by groups", [1, 3, 4, 4], [4, 1, 1, 1], dict(kernel=(1, 1), num_filter=4, num_group=2, no_bias=True))
    yield bad("refuses filters not divisible by groups", [1, 4, 4, 4], [3, 2, 1, 1], dict(kernel=(1, 1), num_filter=3, num_group=2, no_bias=True))
    yield bad("refuses data of too few axes", [1, 4, 4], [3, 4, 1, 1], dict(kernel=(1, 1), num_filter=3, no_bias=True))
    yield bad("refuses data of too many axes", [1, 4, 4, 2], [3, 4, 1], dict(kernel=(1,), num_filter=3, no_bias=True))
    yield bad("refuses missing num_filter", [1, 4, 4, 4], [3, 4, 1, 1], dict(kernel=(1, 1), no_bias=True)) | {"fails": ["num_filter"]}
    yield bad("refuses missing kernel", [1, 4, 4, 4], [3, 4, 1, 1], dict(num_filter=3, no_bias=True)) | {"fails": ["kernel"]}
    yield bad("refuses stride of another length", [1, 4, 4, 4], [3, 4, 1, 1], dict(kernel=(1, 1), num_filter=3, stride="(2,2,2)", no_bias=True)) | {"fails": []}
    yield bad("refuses target_shape too big", [1, 1, 2, 2], [1, 1, 2, 2], dict(kernel=(2, 2), stride=(2, 2), target_shape=(9, 9), num_filter=1), "Deconvolution") | {"fails": []}
    yield bad("refuses adj of at least stride", [1, 1, 2, 2], [1, 1, 2, 2], dict(kernel=(2, 2), stride=(2, 2), adj=(2, 2), num_filter=1), "Deconvolution") | {"fails": []}
