"""Pooling, Pooling_v1."""

import math

from case_builders import given, op_case
from case_tensors import fill, ramp, seeded, values

FILE = "operator/pooling"


def pool(title, data, attrs, op="Pooling", tolerance=None, **more):
    kernel = attrs.get("kernel", tuple(data["shape"][2:]))
    if attrs.get("global_pool") in (True, "True", "1"):
        kernel = tuple(data["shape"][2:])
    kind = attrs.get("pool_type", "max")
    tolerance = tolerance or ("exact" if kind == "max" else "accumulating")
    return op_case(FILE, op, title, attrs, [given("data", data)], tolerance, max(1, math.prod(kernel)), **more)


def cases():
    kinds = ("max", "avg", "sum")
    # each kind over sizes, strides, pads and both conventions
    grid = [
        ((1, 1, 5, 5), (2, 2), (2, 2), None), ((1, 3, 7, 7), (3, 3), (2, 2), (1, 1)), ((2, 4, 6, 8), (3, 3), (1, 1), (1, 1)), ((1, 8, 8, 8), (2, 2), (2, 2), None),
        ((1, 5, 9, 6), (3, 2), (2, 3), (1, 0)), ((1, 16, 5, 7), (3, 3), (2, 2), None), ((3, 2, 6, 6), (5, 5), (3, 3), (2, 2)), ((1, 7, 8, 5), (1, 3), (1, 2), (0, 1)),
        ((1, 13, 4, 4), (4, 4), None, None), ((1, 6, 10, 3), (4, 1), (3, 1), None), ((2, 17, 5, 5), (2, 2), (1, 1), (1, 1)), ((1, 3, 6, 7), (1, 1), (2, 2), None), ((1, 9, 7, 8), (2, 3), (3, 2), (1, 1)),
    ]
    for kind in kinds:
        for shape, kernel, stride, pad in grid:
            for convention in ("valid", "full"):
                attrs = {"kernel": kernel, "pool_type": kind}
                if stride:
                    attrs["stride"] = stride
                if pad:
                    attrs["pad"] = pad
                if convention == "full":
                    attrs["pooling_convention"] = "full"
                text = "x".join(map(str, shape)) + f" k{kernel[0]}x{kernel[1]}" + (f" s{stride[0]}x{stride[1]}" if stride else "") + (f" p{pad[0]}x{pad[1]}" if pad else "")
                yield pool(f"{kind} {convention} {text}", seeded(shape), attrs)
    for shape, kernel, stride, pad in grid[1:10]:
        if pad:
            for convention in ("valid", "full"):
                yield pool(
                    f"avg {convention} pad not counted {'x'.join(map(str, shape))} k{kernel[0]}x{kernel[1]}",
                    seeded(shape), dict(kernel=kernel, stride=stride, pad=pad, pool_type="avg", pooling_convention=convention, count_include_pad=False),
                )
    for value in ("True", "None"):
        yield pool(f"avg count_include_pad {value}", seeded([1, 2, 5, 5]), dict(kernel=(3, 3), pad=(1, 1), pool_type="avg", count_include_pad=value))
    # lp on positive data: the reference takes no absolute values
    for p in (1, 2, 3):
        for shape, kernel, stride in [((1, 2, 5, 6), (2, 2), (2, 2)), ((2, 3, 4, 4), (3, 3), (1, 1))]:
            yield pool(f"lp p{p} {'x'.join(map(str, shape))}", seeded(shape, 0.1, 2), dict(kernel=kernel, stride=stride, pool_type="lp", p_value=p), tolerance="transcendental" if p == 3 else None)
    yield pool("lp p2 padded", seeded([1, 2, 5, 5], 0.1, 2), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="lp", p_value=2))
    yield pool("lp p2 global", seeded([1, 3, 4, 5], 0.1, 2), dict(kernel=(1, 1), global_pool=True, pool_type="lp", p_value=2))
    # global
    for kind in kinds:
        for shape in ((1, 5, 7, 7), (2, 8, 3, 5), (1, 37, 1, 1), (2, 3, 6), (1, 4, 3, 2, 4)):
            yield pool(f"{kind} global {'x'.join(map(str, shape))}", seeded(shape), dict(global_pool=True, pool_type=kind, kernel=(1,) * (len(shape) - 2)))
    yield pool("global without kernel", seeded([1, 3, 4, 4]), dict(global_pool=True, pool_type="avg"))
    yield pool("global ignores stride and pad", seeded([1, 3, 4, 4]), dict(global_pool=True, pool_type="max", kernel=(2, 2), stride=(2, 2), pad=(1, 1)))
    yield pool("global full", seeded([2, 3, 5, 4]), dict(global_pool=True, pool_type="avg", kernel=(7, 7), pooling_convention="full"))
    # 1-D and 3-D
    for kind in kinds:
        for shape, kernel, stride, pad, convention in [((1, 2, 9), 3, 2, 1, "valid"), ((2, 5, 8), 2, 2, 0, "valid"), ((1, 3, 10), 4, 3, 0, "full"), ((1, 8, 7), 3, 1, 1, "full")]:
            yield pool(f"{kind} {convention} 1d {'x'.join(map(str, shape))} k{kernel}", seeded(shape), dict(kernel=(kernel,), stride=(stride,), pad=(pad,), pool_type=kind, pooling_convention=convention))
        for shape, kernel, stride, pad, convention in [((1, 2, 4, 5, 3), (2, 2, 2), (2, 2, 2), (0, 0, 0), "valid"), ((1, 3, 5, 4, 5), (3, 3, 3), (2, 2, 2), (1, 1, 1), "valid"), ((2, 2, 4, 6, 5), (3, 2, 1), (2, 1, 3), (1, 0, 0), "full")]:
            yield pool(f"{kind} {convention} 3d {'x'.join(map(str, shape))}", seeded(shape), dict(kernel=kernel, stride=stride, pad=pad, pool_type=kind, pooling_convention=convention))
    yield pool("avg 1d pad not counted", seeded([1, 3, 7]), dict(kernel=(3,), stride=(2,), pad=(1,), pool_type="avg", count_include_pad=False))
    yield pool("avg 3d pad not counted", seeded([1, 2, 4, 4, 4]), dict(kernel=(3, 3, 3), stride=(2, 2, 2), pad=(1, 1, 1), pool_type="avg", count_include_pad=False))
    yield pool("lp 1d", seeded([1, 2, 6], 0.5, 2), dict(kernel=(2,), stride=(2,), pool_type="lp", p_value=2))
    # layout names that mean the default
    for layout, shape in (("NCW", (1, 2, 5)), ("NCHW", (1, 2, 4, 5)), ("NCDHW", (1, 2, 3, 4, 3)), ("None", (1, 3, 4, 4))):
        yield pool(f"layout {layout}", seeded(shape), dict(kernel=(2,) * (len(shape) - 2), pool_type="avg", layout=layout))
    for layout, shape in (("NWC", (1, 5, 2)), ("NHWC", (1, 4, 5, 3)), ("NDHWC", (1, 3, 4, 3, 2))):
        for kind in ("max", "avg"):
            yield pool(f"layout {layout} {kind}", seeded(shape), dict(kernel=(2,) * (len(shape) - 2), pool_type=kind, layout=layout))
    yield pool("cudnn_off", seeded([1, 2, 4, 4]), dict(kernel=(2, 2), pool_type="max", cudnn_off=True))
    # values at the edges of float32
    yield pool("max of minus infinity and large", values([1, 1, 2, 4], ["-inf", "-inf", 3e38, 1, "-inf", "-inf", -3e38, "inf"]), dict(kernel=(2, 2), stride=(2, 2), pool_type="max"))
    yield pool("max ignores NaN", values([1, 1, 2, 4], ["nan", -1, 2, "nan", 3, -4, "nan", 1]), dict(kernel=(2, 2), stride=(2, 2), pool_type="max"))
    yield pool("max of negatives never sees padding", fill([1, 1, 4, 4], -5), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max"))
    yield pool("sum full empty windows", ramp([1, 1, 6, 6]), dict(kernel=(2, 2), stride=(3, 3), pool_type="sum", pooling_convention="full"))
    yield pool("avg full empty windows", ramp([1, 1, 6, 6]), dict(kernel=(2, 2), stride=(3, 3), pool_type="avg", pooling_convention="full"))
    for dtype in ("float64", "float16"):
        for kind in ("max", "avg"):
            yield pool(f"{kind} {dtype}", seeded([1, 3, 5, 6], dtype=dtype), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type=kind))
    # Pooling_v1
    for kind in kinds:
        for convention in ("valid", "full"):
            yield pool(f"{kind} {convention}", seeded([1, 3, 6, 7]), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type=kind, pooling_convention=convention), op="Pooling_v1")
            yield pool(f"{kind} {convention} k2", seeded([2, 5, 5, 8]), dict(kernel=(2, 2), stride=(2, 2), pool_type=kind, pooling_convention=convention), op="Pooling_v1")
        yield pool(f"{kind} global", seeded([2, 3, 4, 5]), dict(kernel=(2, 2), global_pool=True, pool_type=kind), op="Pooling_v1")
    yield pool("max of negatives sees zero padding", fill([1, 1, 4, 4], -5), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max", pooling_convention="full"), op="Pooling_v1")
    # refusals
    yield pool("refuses kernel beyond the padded input", seeded([1, 1, 3, 3]), dict(kernel=(5, 5)), fails=["node"])
    yield pool("refuses missing kernel", seeded([1, 1, 3, 3]), dict(pool_type="max"), fails=[])
    yield pool("refuses kernel of another length", seeded([1, 1, 3, 3]), dict(kernel=(2,)), fails=[])
    yield pool("refuses unknown pool_type", seeded([1, 1, 3, 3]), dict(kernel=(2, 2), pool_type="median"), fails=["median"])
    yield pool("refuses two axes", seeded([3, 3]), dict(kernel=(2, 2)), fails=["node"])
    yield pool("refuses lp without p_value", seeded([1, 1, 3, 3]), dict(kernel=(2, 2), pool_type="lp"), fails=["p_value"])
