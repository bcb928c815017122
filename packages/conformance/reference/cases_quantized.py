"""Operators of int8 graphs. Expected values are oneDNN's; where the reference is wrong, formulas in float64."""

import numpy as np

from case_builders import case_id, given, stored
from case_tensors import fill, golden, ramp, seeded, to_array, values
from quantized_nets import ATTENTION, BEHIND, CONVOLUTIONS, NETS, ROWS, layer, quantized
from quantized_operands import octets, quantized_case, span

FILE = "operator/quantized"
FUSED = "operator/quantized-fused"
NETWORKS = "network/quantized"
CALIB = dict(min_calib_range=-2.5, max_calib_range=3.0)
POSITIVE = dict(min_calib_range=0.0, max_calib_range=3.0)


def case(op, title, attrs, operands, **more):
    return quantized_case(FILE, op, title, attrs, operands, **more)


def quantize():
    op = "_contrib_quantize_v2"
    data = given("data", values([11], [-3, -2, -1.999, -0.5, 0.5, 1.999, 2, 3, 0.0078, 0.00785, 0.0235]))
    for out_type in ("int8", "uint8", "auto"):
        yield case(op, f"{out_type}", dict(out_type=out_type), [data])
        yield case(op, f"{out_type}-calibrated", dict(out_type=out_type, **CALIB), [data])
        yield case(op, f"{out_type}-calibrated-from-0", dict(out_type=out_type, **POSITIVE), [data])
    yield case(op, "default", {}, [given("data", seeded([2, 3, 5], -3, 3))])
    yield case(op, "uint8 of positive", dict(out_type="uint8"), [given("data", seeded([40], 0, 3))])
    yield case(op, "half a range counts for nothing", dict(min_calib_range=-1), [given("data", seeded([9], -3, 3))])
    yield case(op, "beyond-int8", CALIB, [given("data", values([5], ["nan", "inf", "-inf", 1e10, -1e10]))])
    yield case(op, "beyond-uint8", dict(out_type="uint8", **CALIB), [given("data", values([5], ["nan", "inf", "-inf", 1e10, -1e10]))])
    yield case(op, "nan is in no range", {}, [given("data", values([3], ["nan", 1, -1]))])
    for dtype in ("int8", "uint8"):
        for attrs in ({}, CALIB, dict(out_type="uint8")):
            yield case(op, f"of {dtype} {'-'.join(map(str, attrs.values()))}", attrs, [octets("data", [7], dtype)])
    yield case(op, "zeros", {}, [given("data", fill([3], 0))], outputs=[fill_values([3], "int8"), values([1], [0]), values([1], [0])], source="by hand")
    yield case(op, "of int32", {}, [given("data", ramp([3], dtype="int32"))], count=1, fails=[])
    yield case(op, "type", dict(out_type="int4"), [data], count=1, fails=["out_type"])
    op = "_contrib_quantize"
    for out_type in ("int8", "uint8"):
        for low, high in ((-1, 2), (0, 2), (-3, 1)):
            yield case(op, f"{out_type} {low} {high}", dict(out_type=out_type), [data, *span("range", low, high)])
    yield case(op, "default", {}, [given("data", seeded([2, 3, 5], 0, 3)), *span("range", 0, 3)])
    yield case(op, "range of two", {}, [data, stored("low", values([2], [0, 0])), stored("high", values([1], [2]))], count=1, fails=[])
    op = "_contrib_dequantize"
    for dtype in ("int8", "uint8"):
        for low, high in ((-1, 2), (-3.3, 2), (0, 1)):
            yield case(op, f"{dtype} {low} {high}", {}, [octets("data", [4, 16], dtype), *span("range", low, high)], count=1)
    yield case(op, "of int32", {}, [given("data", ramp([3], dtype="int32")), *span("range", 0, 1)], count=1, fails=[])
    op = "_contrib_requantize"
    sums = given("data", seeded([5, 40], -100000000, 100000000, dtype="int32"))
    for title, attrs in (
        ("default", {}),
        ("uint8", dict(out_type="uint8")),
        ("auto", dict(out_type="auto")),
        ("calibrated", CALIB),
        ("auto-calibrated", dict(out_type="auto", **CALIB)),
        ("auto-calibrated-from-0", dict(out_type="auto", **POSITIVE)),
        ("uint8-calibrated", dict(out_type="uint8", **CALIB)),
    ):
        yield case(op, title, attrs, [sums, *span("range", -100, 90)], steps=1)
    yield case(op, "of int8", {}, [octets("data", [3]), *span("range", 0, 1)], count=1, fails=[])


def fill_values(shape, dtype, value=0):
    return values(shape, np.full(int(np.prod(shape)), value), dtype)


def elementwise():
    op = "_contrib_quantized_act"
    for low, high in ((-1, 2), (-3, 1)):
        yield case(op, f"int8 {low} {high}", dict(act_type="relu"), [octets("data", [2, 3, 4]), *span("data", low, high)])
    data = octets("data", [2, 3, 4], "uint8")
    own = to_array(with_seed(data, 7))
    yield case(op, "uint8", dict(act_type="relu"), [("given", "data", with_seed(data, 7)), *span("data", 0, 2)], outputs=[golden(own), values([1], [0]), values([1], [2])], source="by hand")
    for act_type in ("sigmoid", "tanh", "softrelu", "softsign"):
        yield case(op, act_type, dict(act_type=act_type), [octets("data", [2]), *span("data", -1, 1)], count=1, fails=["relu"])
    op = "_contrib_quantized_elemwise_add"
    for a in ("int8", "uint8"):
        for b in ("int8", "uint8"):
            for title, attrs in (("", {}), ("-calibrated", CALIB), ("-calibrated-from-0", POSITIVE)):
                for number, (ra, rb) in enumerate((((-1, 2), (-3, 1.5)), ((0, 3.37), (-0.77, 0.5)))):
                    operands = [octets("lhs", [40, 7], a), octets("rhs", [40, 7], b), *span("lhs", *ra), *span("rhs", *rb)]
                    more = dict(steps=1 if attrs else 512)
                    if a != b and not attrs:
                        if number:
                            continue
                        operands[:2] = [("given", n, with_seed((k, n, t), 11 + number)) for k, n, t in operands[:2]]
                        more.update(outputs=real_sum(operands, ra, rb), source="NumPy float64, (a Ra / top + b Rb / top) (2^31 - 1) / (Ra + Rb)")
                    yield case(op, f"{a}-{b}{title}-{number}", attrs, operands, **more)
    yield case(op, "shapes", CALIB, [octets("lhs", [2, 3]), octets("rhs", [3, 2]), *span("lhs", 0, 1), *span("rhs", 0, 1)], count=1, fails=[])
    op = "_contrib_quantized_elemwise_mul"
    operands = [octets("lhs", [5, 8]), octets("rhs", [5, 8]), *span("lhs", -1, 2), *span("rhs", -3, 1.5)]
    yield case(op, "int32", {}, operands)
    yield case(op, "float", dict(enable_float_output=True), operands, count=1)
    yield case(op, "float-calibrated", dict(enable_float_output=True, **CALIB), operands, count=1)
    yield case(op, "calibrated", dict(min_calib_range=-6, max_calib_range=6), operands, steps=1)
    yield case(op, "calibrated-small", dict(min_calib_range=-7, max_calib_range=1), operands, steps=1)
    over = [given("lhs", values([3], [100, -100, 127], "int8")), given("rhs", values([3], [100, 100, 127], "int8")), *span("lhs", -1, 2), *span("rhs", -3, 1.5)]
    yield case(op, "saturates", CALIB, over, outputs=[values([3], [127, -128, 127], "int8"), values([1], [-2.5]), values([1], [3])], source="by hand")
    yield case(op, "uint8", {}, [octets("lhs", [5], "uint8"), octets("rhs", [5]), *span("lhs", 0, 2), *span("rhs", -3, 1.5)], count=1, fails=[])
    op = "_contrib_quantized_batch_norm"
    for dtype in ("int8", "uint8"):
        for title, shape, attrs in (
            ("", [2, 3, 5, 4], CALIB),
            ("-eps", [2, 3, 5, 4], dict(eps=0.1, fix_gamma=False, **CALIB)),
            ("-fix_gamma", [1, 3, 4], dict(fix_gamma=True, **POSITIVE)),
            ("-rows", [4, 3], CALIB),
        ):
            yield case(op, dtype + title, attrs, norm_operands(shape, dtype), steps=1)
    yield case(op, "uncalibrated", {}, norm_operands([2, 3, 4], "int8"), count=1, fails=["calib"])


def norm_operands(shape, dtype):
    c = [shape[1]]
    return [
        octets("data", shape, dtype),
        stored("gamma", seeded(c, 0.5, 2)),
        stored("beta", seeded(c)),
        ("state", "mean", seeded(c)),
        ("state", "var", seeded(c, 0.5, 2)),
        *span("data", -1.5, 3.7),
    ]


def with_seed(operand, seed):
    tensor = operand[2]
    return {**tensor, "seeded": {**tensor["seeded"], "seed": seed}}


def reals(operand, low, high):
    q = to_array(operand[2])
    return q.astype(np.float64) * max(abs(low), abs(high)) / (255.5 if q.dtype == np.uint8 else 127.5)


def real_sum(operands, ra, rb):
    reach = max(map(abs, ra)) + max(map(abs, rb))
    total = (reals(operands[0], *ra) + reals(operands[1], *rb)) * (2**31 - 1) / reach
    return [golden(np.rint(total).astype(np.int32)), *(values([1], [float(np.float32(end))]) for end in (-reach, reach))]


def movement():
    op = "_contrib_quantized_flatten"
    for dtype, shape in (("int8", [2, 3, 4]), ("uint8", [2, 3, 4]), ("int8", [5]), ("uint8", [1, 2, 3, 1])):
        yield case(op, f"{dtype}-{len(shape)}d", {}, [octets("data", shape, dtype), *span("data", -1, 2)])
    yield case(op, "int32", {}, [given("data", ramp([2, 2, 2], dtype="int32")), *span("data", -1, 2)])
    op = "_contrib_quantized_embedding"
    for index in ("float32", "int32", "int64"):
        yield case(op, index, dict(input_dim=5, output_dim=3), [given("data", values([2, 3], [0, 4, 7, 1, -2, 3], index)), octets("weight", [5, 3], kind=stored), *span("weight", -1, 0.5)])
    yield case(op, "dtype", dict(input_dim=5, output_dim=3, dtype="int8"), [given("data", values([2], [1.7, 3])), octets("weight", [5, 3], kind=stored), *span("weight", -1, 0.5)])
    yield case(op, "uint8", dict(input_dim=5, output_dim=3), [given("data", values([1], [1])), octets("weight", [5, 3], "uint8", kind=stored), *span("weight", -1, 0.5)], count=1, fails=[])
    op = "_contrib_quantized_concat"
    for types in (("int8", "int8"), ("uint8", "uint8"), ("uint8", "int8"), ("int8", "uint8"), ("uint8", "int8", "uint8")):
        for number, ranges in enumerate((((-1, 2), (-3, 1.5), (0, 1)), ((0.5, 2), (0.25, 1.5), (1, 7)))):
            operands = [octets(f"x{i}", [2, i + 1, 3], dtype) for i, dtype in enumerate(types)]
            ends = [end for i in range(len(types)) for end in span(f"x{i}", *ranges[i])]
            yield case(op, f"{'-'.join(types)}-{number}", dict(num_args=len(types)), [*operands, *ends])
    yield case(op, "dim", dict(num_args=2, dim=2), [octets("a", [2, 1, 3]), octets("b", [2, 1, 2]), *span("a", -1, 1), *span("b", -2, 1)])
    yield case(op, "one", dict(num_args=1, dim=0), [octets("a", [2, 3]), *span("a", -1, 1)], steps=1)
    yield case(op, "shapes", dict(num_args=2), [octets("a", [2, 1]), octets("b", [3, 1]), *span("a", -1, 1), *span("b", -2, 1)], count=1, fails=[])


def pooling():
    op = "_contrib_quantized_pooling"
    for dtype in ("int8", "uint8"):
        for title, attrs in (
            ("max", dict(kernel=(2, 2), stride=(2, 2))),
            ("max-pad", dict(kernel=(3, 3), pad=(1, 1), stride=(2, 2))),
            ("max-full", dict(kernel=(2, 2), stride=(2, 2), pooling_convention="full")),
            ("avg", dict(kernel=(2, 3), pool_type="avg")),
            ("avg-pad", dict(kernel=(3, 3), pad=(1, 1), pool_type="avg")),
            ("avg-pad-apart", dict(kernel=(3, 3), pad=(1, 1), pool_type="avg", count_include_pad=False)),
            ("avg-full", dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full")),
            ("avg-full-apart", dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full", count_include_pad=False)),
            ("global-max", dict(kernel=(1, 1), global_pool=True)),
            ("global-avg", dict(kernel=(1, 1), global_pool=True, pool_type="avg")),
        ):
            yield case(op, f"{dtype}-{title}", attrs, [octets("data", [2, 3, 6, 6], dtype), *span("data", -1, 2)])
        yield case(op, f"{dtype}-3d", dict(kernel=(2, 2, 2), pool_type="avg"), [octets("data", [1, 2, 4, 3, 4], dtype), *span("data", -1, 2)])
    for kind in ("sum", "lp"):
        yield case(op, kind, dict(kernel=(2, 2), pool_type=kind, p_value=2), [octets("data", [1, 1, 4, 4]), *span("data", -1, 2)], count=1, fails=["max"])
    yield case(op, "int32", dict(kernel=(2, 2)), [given("data", ramp([1, 1, 4, 4], dtype="int32")), *span("data", -1, 2)], count=1, fails=[])
    yield case(op, "large", dict(kernel=(7, 7)), [octets("data", [1, 1, 4, 4]), *span("data", -1, 2)], count=1, fails=["kernel"])


def rows(bias, dtype, shape, hidden, depth, kind=stored):
    operands = [octets("data", shape, dtype), octets("weight", [hidden, depth], kind=kind)]
    operands += [octets("bias", [hidden], kind=kind)] if bias else []
    operands += [*span("data", -1 if dtype == "int8" else 0, 2), *span("weight", -0.5, 0.4)]
    return operands + (span("bias", -0.7, 0.9) if bias else [])


def linear():
    op = "_contrib_quantized_fully_connected"
    for dtype in ("int8", "uint8"):
        for bias in (False, True):
            for title, shape, attrs, depth in (
                ("", [3, 2, 5], {}, 10),
                ("-axes", [3, 2, 5], dict(flatten=False), 5),
                ("-long", [2, 1030], {}, 1030),
            ):
                yield case(op, f"{dtype}{'-bias' if bias else ''}{title}", dict(num_hidden=4, no_bias=not bias, **attrs), rows(bias, dtype, shape, 4, depth), steps=1)
    yield case(op, "given weights", dict(num_hidden=4), rows(True, "int8", [2, 6], 4, 6, given), steps=1)
    yield case(op, "uint8 weights", dict(num_hidden=2, no_bias=True), [octets("data", [2, 3]), octets("weight", [2, 3], "uint8"), *span("data", 0, 1), *span("weight", 0, 1)], count=1, fails=[])
    yield case(op, "depth", dict(num_hidden=2, no_bias=True), [octets("data", [2, 3]), octets("weight", [2, 4], kind=stored), *span("data", 0, 1), *span("weight", 0, 1)], count=1, fails=[])
    op = "_contrib_quantized_conv"
    for title, shape, weight, attrs in (
        ("3x3", [2, 3, 5, 6], [4, 3, 3, 3], {}),
        ("3x3-pad", [1, 3, 5, 6], [4, 3, 3, 3], dict(pad=(1, 1))),
        ("3x3-stride-dilate", [1, 3, 9, 9], [2, 3, 3, 3], dict(stride=(2, 2), dilate=(2, 2), pad=(1, 1))),
        ("1x1", [1, 6, 3, 3], [5, 6, 1, 1], {}),
        ("5x5-deep", [1, 50, 6, 5], [2, 50, 5, 5], {}),
        ("3d", [1, 2, 4, 5, 4], [3, 2, 2, 3, 2], {}),
    ):
        attrs = dict(kernel=tuple(weight[2:]), num_filter=weight[0], no_bias=True, **attrs)
        operands = [octets("data", shape, "uint8"), octets("weight", weight, kind=stored), *span("data", 0, 2), *span("weight", -0.5, 0.4)]
        yield case(op, f"uint8-{title}", attrs, operands, count=1)
    for number, (dtype, title, shape, weight, attrs, bias) in enumerate((
        ("uint8", "range", [1, 3, 5, 6], [4, 3, 3, 3], {}, False),
        ("uint8", "bias", [1, 3, 5, 6], [4, 3, 3, 3], {}, True),
        ("int8", "bias", [2, 3, 5, 6], [4, 3, 3, 3], dict(pad=(1, 1)), True),
        ("int8", "groups", [1, 4, 5, 5], [6, 2, 3, 3], dict(num_group=2), True),
        ("uint8", "depthwise", [2, 4, 5, 5], [4, 1, 3, 3], dict(num_group=4, stride=(2, 2)), False),
        ("uint8", "groups-deep", [2, 120, 4, 4], [4, 60, 3, 3], dict(num_group=2), True),
        ("int8", "1d", [1, 3, 9], [4, 3, 3], {}, False),
    )):
        yield conv_case(op, f"{dtype}-{title}", dtype, shape, weight, attrs, bias, number)
    yield case(op, "float data", dict(kernel=(1, 1), num_filter=1, no_bias=True), [given("data", ramp([1, 1, 2, 2])), octets("weight", [1, 1, 1, 1], kind=stored), *span("data", 0, 1), *span("weight", 0, 1)], count=1, fails=[])
    yield case(op, "channels", dict(kernel=(1, 1), num_filter=1, no_bias=True), [octets("data", [1, 2, 2, 2], "uint8"), octets("weight", [1, 1, 1, 1], kind=stored), *span("data", 0, 1), *span("weight", 0, 1)], count=1, fails=[])


def conv_case(op, title, dtype, shape, weight, attrs, bias, seed):
    spans = ((-1, 2) if dtype == "int8" else (0, 2), (-0.5, 0.4), (-0.7, 0.9))
    operands = [octets("data", shape, dtype, seed=seed), octets("weight", weight, kind=stored, seed=seed + 100)]
    operands += [octets("bias", weight[:1], kind=stored, seed=seed + 200)] if bias else []
    for name, ends in zip(("data", "weight", "bias") if bias else ("data", "weight"), spans):
        operands += span(name, *ends)
    attrs = dict(kernel=tuple(weight[2:]), num_filter=weight[0], no_bias=not bias, **attrs)
    sums = convolve(*(to_array(o[2]).astype(np.int64) for o in operands[:2]), attrs)
    top, step = (255.5, 255) if dtype == "uint8" else (127.5, 127)
    if bias:
        scale = np.float32(top * 0.9 / (2 * 0.5))
        own = np.trunc(to_array(operands[2][2]).astype(np.float32) * scale).astype(np.int64)
        sums = sums + own.reshape([-1] + [1] * (len(weight) - 2))
    reach = float(np.float32(2 / step * 0.5 / 127 * (2**31 - 1)))
    outputs = [golden(sums.astype(np.int32)), values([1], [-reach]), values([1], [reach])]
    return case(op, title, attrs, operands, steps=1, outputs=outputs, source="NumPy int64, op_quantized_linear.c")


def convolve(x, w, attrs):
    """Sums of products in int64, one tap at a time."""
    axes = w.ndim - 2
    stride, dilate, pad = (attrs.get(key, (1 if key != "pad" else 0,) * axes) for key in ("stride", "dilate", "pad"))
    groups = attrs.get("num_group", 1)
    x = np.pad(x, [(0, 0), (0, 0)] + [(p, p) for p in pad])
    size = [(x.shape[2 + i] - dilate[i] * (w.shape[2 + i] - 1) - 1) // stride[i] + 1 for i in range(axes)]
    y = np.zeros([x.shape[0], w.shape[0], *size], np.int64)
    per_x, per_y = x.shape[1] // groups, w.shape[0] // groups
    for tap in np.ndindex(*w.shape[2:]):
        cut = tuple(slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, n, s in zip(tap, dilate, size, stride))
        for g in range(groups):
            part = x[(slice(None), slice(g * per_x, (g + 1) * per_x), *cut)]
            own = w[(slice(g * per_y, (g + 1) * per_y), slice(None), *tap)]
            y[:, g * per_y : (g + 1) * per_y] += np.einsum("nc...,fc->nf...", part, own)
    return y


def graph_case(file, parts, build, shape, steps, low=0.0, **options):
    """A graph of MXNet's making; its weights stand in quantized_nets.py, the data have a seed of their own."""
    data = seeded(shape, low, 1, seed=41)
    symbol, params, count = quantized(build, data, **options)
    case = {"file": file, "id": case_id(file, *parts), "symbol": symbol, "inputs": [{"name": "data", **data}], "params": params}
    return {**case, "outputCount": count, "tolerance": "quantized", "k": steps, "ask": "onednn"}


def fused():
    for name, build in CONVOLUTIONS.items():
        for dtype, low in (("auto", 0.0), ("int8", -1.0)):
            yield graph_case(FUSED, ["conv", f"{name}-{dtype}"], layer(build), [2, 4, 6, 5], 1, low, dtype=dtype, internals="quantized_sg")
    for name in ("no_bias", "bn", "relu"):
        yield graph_case(FUSED, ["conv", f"{name}-uncalibrated"], layer(CONVOLUTIONS[name]), [2, 4, 6, 5], 1, -1.0, mode="none", internals="quantized_sg")
    for granularity in ("tensor-wise", "channel-wise"):
        for name, build in ROWS.items():
            yield graph_case(FUSED, ["rows", granularity, f"{name}-float"], layer(build), [4, 3, 6], 1, granularity=granularity)
            yield graph_case(FUSED, ["rows", granularity, name], layer(BEHIND[name]), [4, 3, 6], 1, -1.0, granularity=granularity, dtype="int8", internals="quantized_sg")
    for name, build in ATTENTION.items():
        yield graph_case(FUSED, ["attention", name], layer(build), [2, 5, 24], 1, -1.0, internals="quantized_sg_mkldnn_selfatt")
    yield graph_case(FUSED, ["attention", "valatt-longer"], layer(ATTENTION["valatt"]), [3, 2, 12], 1, -1.0, internals="quantized_sg_mkldnn_selfatt")
    yield graph_case(FUSED, ["attention", "qk-uncalibrated"], layer(ATTENTION["qk-float"]), [2, 5, 24], 1, -1.0, mode="none", internals="quantized_sg_mkldnn_selfatt_qk_0_output")
    yield graph_case(FUSED, ["rows", "uncalibrated"], layer(ROWS["bias"]), [4, 3, 6], 1, mode="none", internals="quantized_sg")


def networks():
    for name, mode, dtype in (
        ("lenet", "naive", "auto"),
        ("lenet", "naive", "int8"),
        ("lenet", "naive", "uint8"),
        ("lenet", "entropy", "auto"),
        ("lenet", "none", "int8"),
        ("residual", "naive", "auto"),
        ("residual", "naive", "int8"),
        ("branches", "naive", "auto"),
        ("branches", "none", "int8"),
        ("perceptron", "naive", "auto"),
    ):
        yield graph_case(NETWORKS, [name, mode, dtype, "fused"], NETS[name], [2, 4, 8, 8], 1, mode=mode, dtype=dtype)
    for granularity in ("tensor-wise", "channel-wise"):
        yield graph_case(NETWORKS, ["attention", granularity, "fused"], NETS["attention"], [2, 3, 10], 2, -1.0, granularity=granularity)
    for name, mode, dtype in (
        ("perceptron", "naive", "auto"),
        ("perceptron", "none", "int8"),
        ("perceptron", "entropy", "auto"),
        ("pools", "naive", "auto"),
        ("pools", "naive", "int8"),
    ):
        yield graph_case(NETWORKS, [name, mode, dtype], NETS[name], [2, 4, 8, 8], 1, fused=False, mode=mode, dtype=dtype)


def cases():
    yield from fused()
    yield from networks()
    yield from quantize()
    yield from elementwise()
    yield from movement()
    yield from pooling()
    yield from linear()
