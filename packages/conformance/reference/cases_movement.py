"""Operators that move or choose data: Concat, Reshape, slices, transposes, padding, resampling."""

from case_builders import given, op_case, stored
from case_tensors import fill, ramp, seeded, values

JOIN = "operator/join-and-split"
SHAPE = "operator/reshape"
SLICE = "operator/slice"
MOVE = "operator/transpose"
PAD = "operator/pad-and-upsample"


def one(file, op, title, attrs, data, count=1, **more):
    return op_case(file, op, title, attrs, [given("data", data)], "exact", count=count, **more)


def cases():
    yield from joins()
    yield from reshapes()
    yield from slices()
    yield from moves()
    yield from pads()


def joins():
    for title, shapes, dim in [
        ("two matrices", [[2, 3], [2, 4]], 1), ("three images", [[1, 3, 2, 2], [1, 5, 2, 2], [1, 1, 2, 2]], 1), ("blocks of 8 and 16", [[1, 8, 3, 2], [1, 16, 3, 2]], 1), ("batch axis", [[1, 3], [4, 3]], 0),
        ("last axis", [[2, 2, 3], [2, 2, 1]], 2), ("negative axis", [[2, 2, 3], [2, 2, 1]], -1), ("vectors", [[3], [5]], 0), ("one input", [[2, 3]], 1), ("seven inputs", [[1, i + 1, 2, 1] for i in range(7)], 1), ("height", [[2, 3, 1, 2], [2, 3, 4, 2]], 2), ("negative channel axis", [[2, 3, 2, 2], [2, 6, 2, 2]], -3), ("volume", [[1, 2, 2, 2, 2], [1, 3, 2, 2, 2]], 1),
    ]:
        attrs = {"num_args": len(shapes)}
        if dim != 1 or title == "two matrices":
            attrs["dim"] = dim
        yield op_case(JOIN, "Concat", title, attrs, [given(f"arg{i}", seeded(s)) for i, s in enumerate(shapes)], "exact")
    for dtype in ("float64", "float16", "int32", "int64", "int8", "uint8"):
        yield op_case(JOIN, "Concat", dtype, dict(num_args=2), [given(f"arg{i}", seeded([2, 3], 0, 9, dtype)) for i in range(2)], "exact")
    yield op_case(JOIN, "Concat", "refuses sizes that differ", dict(num_args=2), [given("arg0", ramp([2, 3])), given("arg1", ramp([3, 3]))], "exact", fails=["node"])
    yield op_case(JOIN, "Concat", "refuses axis out of range", dict(num_args=2, dim=2), [given("arg0", ramp([2, 3])), given("arg1", ramp([2, 3]))], "exact", fails=["node"])
    yield op_case(JOIN, "Concat", "same operand twice", dict(num_args=2), [given("arg0", ramp([2, 3]))], "exact") | {"nodes": [{"op": "Concat", "attrs": {"num_args": "2"}, "inputs": ["arg0", "arg0"]}]}
    for title, shapes, dim in [("two vectors", [[6], [4]], 0), ("three vectors", [[2], [3], [1]], 0), ("rows", [[1, 3], [2, 3]], 0), ("one", [[5]], 0), ("columns", [[2, 3], [2, 1]], 1)]:
        yield op_case(JOIN, "_rnn_param_concat", title, dict(num_args=len(shapes), dim=dim), [given(f"arg{i}", seeded(s)) for i, s in enumerate(shapes)], "exact")
    for title, shape, n, attrs in [
        ("channels", [2, 6, 2, 2], 3, {}), ("axis 0", [4, 3], 2, dict(axis=0)), ("negative axis", [2, 3, 8], 4, dict(axis=-1)), ("squeeze", [2, 3, 4], 3, dict(squeeze_axis=True)), ("squeeze last", [2, 2], 2, dict(axis=-1, squeeze_axis=True)), ("one part", [2, 3], 1, {}), ("width", [1, 2, 2, 6], 2, dict(axis=3)), ("squeeze matrix", [3, 2], 2, dict(squeeze_axis=1)), ("blocks", [1, 32, 2, 1], 2, {}),
    ]:
        yield one(JOIN, "SliceChannel", title, dict(num_outputs=n, **attrs), seeded(shape), n) | ({"heads": ["node:0"]} if n == 1 else {})
    for dtype in ("float64", "int32", "uint8"):
        yield one(JOIN, "SliceChannel", dtype, dict(num_outputs=2), seeded([2, 4], 0, 9, dtype), 2)
    yield one(JOIN, "SliceChannel", "refuses parts that do not divide", dict(num_outputs=2), ramp([2, 3]), fails=["node"])
    yield one(JOIN, "SliceChannel", "refuses squeeze of larger parts", dict(num_outputs=2, squeeze_axis=True), ramp([2, 4]), fails=[])
    for title, shape, attrs, n in [
        ("indices", [2, 7], dict(indices=(0, 3, 5)), 3), ("indices axis 0", [6, 2], dict(indices=(0, 1), axis=0), 2), ("sections", [2, 6], dict(indices="()", sections=3), 3), ("negative axis", [2, 3, 4], dict(indices=(0, 1), axis=-1), 2), ("squeeze", [2, 3], dict(indices=(0, 1, 2), squeeze_axis=True), 3), ("uneven sections", [1, 7], dict(indices="()", sections=3), 3), ("one piece", [2, 3], dict(indices="(0,)"), 1),
    ]:
        yield one(JOIN, "_split_v2", title, attrs, seeded(shape), n) | ({"heads": ["node:0"]} if n == 1 else {})
    for title, shapes, axis in [("default", [[2, 3]] * 2, None), ("axis 1", [[2, 3]] * 3, 1), ("last", [[2, 3]] * 2, -1), ("vectors", [[4]] * 3, 0), ("one", [[2, 2]], 2), ("images", [[1, 2, 3, 2]] * 2, 1)]:
        attrs = {"num_args": len(shapes)}
        if axis is not None:
            attrs["axis"] = axis
        yield op_case(JOIN, "stack", title, attrs, [given(f"arg{i}", seeded(s)) for i, s in enumerate(shapes)], "exact")
    yield op_case(JOIN, "stack", "int32", dict(num_args=2), [given(f"arg{i}", seeded([3], 0, 9, "int32")) for i in range(2)], "exact")


def reshapes():
    for text in ["(0,-1)", "(-1,0)", "(-2,)", "(-3,0)", "(0,-4,-1,1,4)", "(0,0,2,-1)", "(24,)", "(4,3,2)", "(-1,)", "-1", "(0,-3)", "(-4,1,2,-2)", "(-4,2,-1,0,0)", "(0,0,-4,2,2)", "(0,-2)", "(-3,-2)", "(2,3,4,1)", "(1,-1,1)", "(0,0,0,1,1)", "[0,-1]", "(0, -1, )", "(-2,1)"]:
        yield one(SHAPE, "Reshape", f"shape {text}", dict(shape=text), ramp([2, 3, 4]))
    for shape, text in [((10, 5, 4), "(-1,0)"), ((8, 3, 3, 3, 4, 4), "(0,-1,1,0,0)"), ((2, 3, 4), "(-3,0)"), ((2, 3, 4), "(0,-1)")]:
        yield one(SHAPE, "Reshape", f"reverse {text} of {len(shape)} axes", dict(shape=text, reverse=True), ramp(shape))
    for title, attrs in [("target_shape with zero", dict(target_shape="(2,0)")), ("target_shape whole", dict(target_shape="(4,6)")), ("keep_highest", dict(target_shape="(0,4,3)", keep_highest=True)), ("shape wins over target_shape", dict(shape="(6,4)", target_shape="(4,6)"))]:
        yield one(SHAPE, "Reshape", title, attrs, ramp([2, 3, 4]))
    for dtype in ("float64", "float16", "int32", "int64", "int8", "uint8"):
        yield one(SHAPE, "Reshape", dtype, dict(shape=(3, -1)), ramp([2, 3], dtype=dtype))
    yield one(SHAPE, "Reshape", "refuses zero past the end", dict(shape="(0,0,0,0)"), ramp([2, 3, 4]), fails=[])
    yield one(SHAPE, "Reshape", "refuses two unknowns", dict(shape="(-1,-1)"), ramp([2, 3]), fails=[])
    yield one(SHAPE, "Reshape", "refuses another size", dict(shape="(5,5)"), ramp([2, 3]), fails=[])
    yield one(SHAPE, "Reshape", "refuses an unknown that does not divide", dict(shape="(4,-1)"), ramp([2, 3]), fails=[])
    for shape in ([2, 3], [2, 3, 4], [1, 2, 3, 4], [5], [2, 1, 1, 3, 2]):
        yield one(SHAPE, "Flatten", "x".join(map(str, shape)), {}, ramp(shape))
    yield one(SHAPE, "Flatten", "int32", {}, ramp([2, 2, 2], dtype="int32"))
    for shape, axis in [([2, 3], 0), ([2, 3], 2), ([2, 3], -1), ([4], 1), ([2, 3, 4], -3), ([2, 3, 4], -4)]:
        yield one(SHAPE, "expand_dims", f"axis {axis} of {len(shape)}", dict(axis=axis), ramp(shape))
    for shape, attrs in [([1, 3, 1, 2], {}), ([1, 3, 1, 2], dict(axis="(0,)")), ([1, 3, 1, 2], dict(axis="(0,2)")), ([1, 3, 1, 2], dict(axis=-2)), ([1, 1], {}), ([2, 1, 1, 1], dict(axis="(-1,1)")), ([1, 4], dict(axis="None"))]:
        yield one(SHAPE, "squeeze", "x".join(map(str, shape)) + "".join(f" {k} {v}" for k, v in attrs.items()), attrs, ramp(shape))
    yield one(SHAPE, "squeeze", "refuses an axis of another size", dict(axis=1), ramp([1, 3]), fails=[])
    for title, a, b, attrs in [("whole", [2, 6], [3, 4], {}), ("flat", [2, 3, 2], [12], {}), ("middle", [2, 12, 3], [3, 4, 9], dict(lhs_begin=1, lhs_end=2, rhs_begin=0, rhs_end=2)), ("negative", [6, 5], [7, 2, 3], dict(lhs_begin=-2, lhs_end=-1, rhs_begin=-2, rhs_end="None")), ("head", [6, 5], [2, 3], dict(lhs_begin=0, lhs_end=1)), ("refuses another size", [2, 3], [2, 2], {})]:
        yield op_case(SHAPE, "reshape_like", title, attrs, [given("lhs", ramp(a)), given("rhs", ramp(b))], "exact", **({"fails": []} if "refuses" in title else {}))


def slices():
    for shape, begin, end, step in [
        ([2, 4], "(0,1)", "(2,3)", None), ([5], "(1,)", "(None,)", None), ([6], "(None,)", "(None,)", "(2,)"), ([6], "(5,)", "(0,)", "(-2,)"), ([6], "(None,)", "(None,)", "(-1,)"), ([2, 3, 4], "(0,-2)", "(1,None)", None),
        ([2, 3, 4], "(None,None,1)", "(None,None,99)", None), ([4, 4], "(-3,-3)", "(-1,-1)", "(1,2)"), ([1, 8, 3, 3], "(0,2,0,0)", "(1,7,2,3)", None), ([1, 2, 5, 6], "(0,0,0,0)", "(None,None,None,None)", "(1,1,2,3)"), ([3, 4], "1", "3", None), ([4, 3], "(1,)", "(3,)", "()"), ([2, 3, 2, 3, 2], "(0,1,0,1,0)", "(2,3,1,3,2)", None),
    ]:
        attrs = dict(begin=begin, end=end)
        if step:
            attrs["step"] = step
        yield one(SLICE, "slice", f"{begin} to {end}" + (f" step {step}" if step else "") + f" of {'x'.join(map(str, shape))}", attrs, ramp(shape))
    for dtype in ("float64", "int32", "uint8"):
        yield one(SLICE, "slice", dtype, dict(begin="(0,1)", end="(2,3)"), ramp([2, 4], dtype=dtype))
    yield one(SLICE, "slice", "refuses step 0", dict(begin="(0,)", end="(2,)", step="(0,)"), ramp([4]), fails=[])
    yield one(SLICE, "slice", "refuses missing end", dict(begin="(0,)"), ramp([4]), fails=["end"])
    for shape, axis, begin, end in [([2, 5], 1, 1, 4), ([5, 2], 0, -3, "None"), ([2, 3, 4], -1, 0, -1), ([2, 3, 4], 1, 2, 3), ([7], 0, 3, 7), ([1, 16, 2, 2], 1, 8, 16), ([1, 9, 2, 2], 1, 4, "None")]:
        yield one(SLICE, "slice_axis", f"axis {axis} {begin} to {end} of {'x'.join(map(str, shape))}", dict(axis=axis, begin=begin, end=end), ramp(shape))
    yield one(SLICE, "slice_axis", "float64", dict(axis=0, begin=1, end=2), ramp([3], dtype="float64"))
    yield one(SLICE, "slice_axis", "refuses end beyond the size", dict(axis=0, begin=1, end=9), ramp([3]), fails=[])
    yield one(SLICE, "slice_axis", "refuses begin after end", dict(axis=0, begin=2, end=1), ramp([3]), fails=[])
    yield one(SLICE, "slice_axis", "refuses axis out of range", dict(axis=1, begin=0, end=1), ramp([3]), fails=[])
    for a, b, axes in [([3, 4], [2, 3], None), ([2, 5, 6], [2, 3, 4], None), ([1, 3, 6, 7], [1, 9, 4, 5], "(2,3)"), ([4, 3], [2, 9], "(0,)"), ([2, 3, 5], [1, 2, 3], "(-1,)"), ([1, 2, 5, 5], [1, 2, 4, 3], "(-2,-1)"), ([5], [3], None)]:
        yield op_case(SLICE, "slice_like", f"{'x'.join(map(str, a))} like {'x'.join(map(str, b))}" + (f" axes {axes}" if axes else ""), dict(axes=axes) if axes else {}, [given("data", ramp(a)), given("shape_like", fill(b, 0))], "exact")
    yield op_case(SLICE, "slice_like", "refuses a larger like", {}, [given("data", ramp([2, 3])), given("shape_like", fill([3, 3], 0))], "exact", fails=[])
    for title, a, b, attrs in [("default offset", [1, 2, 5, 6], [1, 9, 3, 4], {}), ("offset", [2, 1, 6, 6], [2, 1, 3, 3], dict(offset=(2, 1))), ("center like", [1, 3, 7, 6], [1, 1, 3, 3], dict(center_crop=True)), ("center odd", [1, 1, 6, 5], [1, 1, 3, 2], dict(center_crop=True)), ("whole", [1, 2, 3, 3], [1, 2, 3, 3], {})]:
        yield op_case(SLICE, "Crop", title, dict(num_args=2, **attrs), [given("arg0", ramp(a)), given("arg1", fill(b, 0))], "exact")
    for title, shape, attrs in [("h_w", [1, 2, 5, 6], dict(h_w=(3, 2))), ("h_w offset", [1, 2, 5, 6], dict(h_w=(3, 2), offset=(1, 3))), ("h_w center", [2, 3, 7, 4], dict(h_w=(4, 2), center_crop=True))]:
        yield one(SLICE, "Crop", title, dict(num_args=1, **attrs), ramp(shape))
    yield one(SLICE, "Crop", "refuses offset that does not fit", dict(num_args=1, h_w=(3, 3), offset=(3, 0)), ramp([1, 1, 5, 5]), fails=[])
    for title, a, b, attrs in [("rows", [4, 3], [2, 3], dict(begin="(1,)", end="(3,)")), ("block", [3, 4], [2, 2], dict(begin="(0,1)", end="(2,3)")), ("step", [6], [3], dict(begin="(0,)", end="(None,)", step="(2,)")), ("negative step", [5], [2], dict(begin="(4,)", end="(0,)", step="(-2,)")), ("channel", [1, 3, 2, 2], [1, 1, 2, 2], dict(begin="(None,1)", end="(None,2)"))]:
        yield op_case(SLICE, "_slice_assign", title, attrs, [given("lhs", ramp(a)), given("rhs", ramp(b, 100))], "exact")
        yield one(SLICE, "_slice_assign_scalar", title, dict(scalar=-7.5, **attrs), ramp(a))


def moves():
    for shape, axes in [([2, 3], None), ([2, 3, 4], None), ([2, 3, 4], "(0,2,1)"), ([2, 3, 4, 5], "(0,2,3,1)"), ([2, 4, 5, 3], "(0,3,1,2)"), ([2, 3, 4, 5], "(1,0,3,2)"), ([2, 3, 2, 3, 2], "(4,2,0,1,3)"), ([2, 1, 3, 1, 2, 2], "(5,4,3,2,1,0)"), ([4], None), ([3, 1, 2], "()"), ([1, 8, 3, 3], "(0,2,3,1)")]:
        yield one(MOVE, "transpose", f"{'x'.join(map(str, shape))} axes {axes or 'default'}", dict(axes=axes) if axes else {}, ramp(shape))
    for dtype in ("float64", "float16", "int32", "int64", "uint8"):
        yield one(MOVE, "transpose", dtype, {}, ramp([2, 3], dtype=dtype))
    yield one(MOVE, "transpose", "refuses a repeated axis", dict(axes="(0,0)"), ramp([2, 3]), fails=[])
    yield one(MOVE, "transpose", "refuses too few axes", dict(axes="(0,1)"), ramp([2, 3, 4]), fails=[])
    for shape, a, b in [([2, 3], 0, 1), ([2, 3, 4], 0, 2), ([2, 3, 4, 5], 1, 3), ([2, 3], 1, 1), ([2, 3, 2, 2, 3], 1, 4), ([3, 5, 2], 1, 0)]:
        yield one(MOVE, "SwapAxis", f"{'x'.join(map(str, shape))} {a} {b}", dict(dim1=a, dim2=b), ramp(shape)) if a != b else one(MOVE, "SwapAxis", "default", {}, ramp(shape))
    for shape, axis in [([4], "(0,)"), ([2, 3], "(1,)"), ([2, 3], "(0,1)"), ([2, 3, 4], "1"), ([1, 2, 2, 3], "(3,)")]:
        yield one(MOVE, "reverse", f"{'x'.join(map(str, shape))} axis {axis}", dict(axis=axis), ramp(shape))
    for shape, attrs in [([3], dict(repeats=2)), ([2, 3], dict(repeats=2)), ([2, 3], dict(repeats=2, axis=0)), ([2, 3], dict(repeats=3, axis=1)), ([2, 3, 2], dict(repeats=2, axis=-1)), ([1, 2, 2, 2], dict(repeats=2, axis=2)), ([2, 2], dict(repeats=1, axis="None"))]:
        yield one(MOVE, "repeat", "x".join(map(str, shape)) + "".join(f" {k} {v}" for k, v in attrs.items()), attrs, ramp(shape))
    for shape, reps in [([3], "(2,)"), ([2, 3], "(2,)"), ([2, 3], "(2,1)"), ([2, 3], "(2,2,2)"), ([2, 1, 2], "(1,3,1)"), ([3], "2"), ([1, 2, 2, 2], "(2,1,1,2)")]:
        yield one(MOVE, "tile", f"{'x'.join(map(str, shape))} reps {reps}", dict(reps=reps), ramp(shape))
    for shape, block in [([1, 4, 2, 3], 2), ([2, 8, 1, 2], 2), ([1, 9, 2, 2], 3), ([1, 12, 3, 1], 2), ([1, 5, 2, 2], 1)]:
        yield one(MOVE, "depth_to_space", f"{'x'.join(map(str, shape))} block {block}", dict(block_size=block), ramp(shape))
    for shape, block in [([1, 1, 4, 6], 2), ([2, 3, 2, 4], 2), ([1, 2, 6, 3], 3), ([1, 5, 4, 2], 2), ([1, 3, 2, 2], 1)]:
        yield one(MOVE, "space_to_depth", f"{'x'.join(map(str, shape))} block {block}", dict(block_size=block), ramp(shape))
    yield one(MOVE, "depth_to_space", "refuses channels that do not divide", dict(block_size=2), ramp([1, 6, 2, 2]), fails=[])
    for op, shape in (("reverse", [2, 3]), ("repeat", [2, 3]), ("tile", [2, 3])):
        attrs = {"reverse": dict(axis=1), "repeat": dict(repeats=2, axis=0), "tile": dict(reps=(1, 2))}[op]
        for dtype in ("float64", "int32"):
            yield one(MOVE, op, dtype, attrs, ramp(shape, dtype=dtype))
    data = values([2, 5], ["nan", "inf", "-inf", -0.0, 7, 0.5, -0.5, 6.0001, 6, -1e-30])
    for low, high in [(0, 6), (-1, 1), (2, 2), (-1000000, 3), (-1e30, 1e30)]:
        yield one(MOVE, "clip", f"{low} to {high}", dict(a_min=low, a_max=high), data)
    yield one(MOVE, "clip", "image", dict(a_min=0, a_max=6), seeded([2, 5, 3, 3], -4, 10))
    for dtype in ("float64", "float16", "int32", "int8", "uint8", "int64"):
        yield one(MOVE, "clip", dtype, dict(a_min=2, a_max=5), ramp([2, 4], dtype=dtype))
    kinds = ("float32", "float64", "float16", "uint8", "int8", "int32", "int64")
    numbers = values([8], [0, 1.9, 2.5, 100.7, 3.49, 7, 0.0001, 126.5])
    for target in kinds:
        yield one(MOVE, "Cast", f"float32 to {target}", dict(dtype=target), numbers)
        if target != "float32":
            yield one(MOVE, "Cast", f"{target} to float32", dict(dtype="float32"), ramp([6], 1, 3, dtype=target))
    for source, target in [("float64", "float16"), ("int32", "int64"), ("int64", "int8"), ("uint8", "int32"), ("int8", "uint8"), ("float16", "int32"), ("float64", "int64"), ("int32", "float64")]:
        yield one(MOVE, "Cast", f"{source} to {target}", dict(dtype=target), ramp([5], 2, 20, dtype=source))
    yield one(MOVE, "Cast", "negative toward zero", dict(dtype="int32"), values([5], [-1.9, -0.5, -2.5, -100.7, 0.9]))
    yield one(MOVE, "Cast", "to bool", dict(dtype="bool"), values([5], [0, 1, -2, 0.5, "nan"]))
    yield one(MOVE, "Cast", "overflow to float16", dict(dtype="float16"), values([5], [65504, 65520, 1e-8, 6e-8, -70000]))
    yield one(MOVE, "Cast", "refuses unknown dtype", dict(dtype="float8"), ramp([2]), fails=["float8"])


def pads():
    for mode in ("constant", "edge", "reflect"):
        for shape, width in [([1, 2, 3, 4], "(0,0,0,0,1,1,2,2)"), ([2, 3, 4, 5], "(0,0,0,0,2,1,0,3)"), ([1, 1, 4, 4], "(0,0,0,0,0,0,3,3)"), ([1, 2, 3, 3, 3], "(0,0,0,0,1,1,1,2,2,0)"), ([1, 9, 3, 2], "(0,0,0,0,1,0,1,0)")]:
            yield one(PAD, "Pad", f"{mode} {'x'.join(map(str, shape))} {width}", dict(mode=mode, pad_width=width), ramp(shape))
    yield one(PAD, "Pad", "constant value", dict(mode="constant", pad_width="(0,0,0,0,1,1,1,1)", constant_value=-2.5), ramp([1, 2, 2, 2]))
    yield one(PAD, "Pad", "edge wide", dict(mode="edge", pad_width="(0,0,0,0,4,4,4,4)"), ramp([1, 1, 2, 2]))
    yield one(PAD, "Pad", "float64", dict(mode="reflect", pad_width="(0,0,0,0,1,1,1,1)"), ramp([1, 1, 3, 3], dtype="float64"))
    yield one(PAD, "Pad", "refuses padding of channels", dict(mode="constant", pad_width="(0,0,1,1,1,1,1,1)"), ramp([1, 1, 3, 3]), fails=[])
    yield one(PAD, "Pad", "refuses three axes", dict(mode="constant", pad_width="(0,0,0,0,1,1)"), ramp([1, 1, 3]), fails=[])
    yield one(PAD, "Pad", "refuses unknown mode", dict(mode="wrap", pad_width="(0,0,0,0,1,1,1,1)"), ramp([1, 1, 3, 3]), fails=["wrap"])
    for shape, scale in [([1, 2, 3, 2], 2), ([2, 5, 2, 3], 3), ([1, 8, 4, 4], 2), ([1, 1, 1, 1], 4), ([1, 37, 2, 1], 1)]:
        yield one(PAD, "UpSampling", f"nearest {'x'.join(map(str, shape))} by {scale}", dict(scale=scale, sample_type="nearest", num_args=1), seeded(shape))
    two = [given("arg0", seeded([1, 2, 2, 3])), given("arg1", seeded([1, 3, 4, 6]))]
    yield op_case(PAD, "UpSampling", "nearest two inputs", dict(scale=4, sample_type="nearest", num_args=2), two, "exact")
    yield op_case(PAD, "UpSampling", "nearest concat", dict(scale=2, sample_type="nearest", num_args=2, multi_input_mode="concat"), two, "exact")
    yield op_case(PAD, "UpSampling", "nearest sum", dict(scale=2, sample_type="nearest", num_args=2, multi_input_mode="sum"), [given("arg0", seeded([1, 2, 2, 3])), given("arg1", seeded([1, 2, 4, 6]))], "rounding")
    yield op_case(PAD, "UpSampling", "nearest workspace", dict(scale=2, sample_type="nearest", num_args=1, workspace=1024), [given("data", seeded([1, 3, 3, 3]))], "exact")
    for c, scale, size in [(2, 2, (3, 3)), (3, 3, (2, 4)), (1, 4, (2, 2)), (5, 2, (1, 3))]:
        k = 2 * scale - scale % 2
        yield op_case(PAD, "UpSampling", f"bilinear c{c} by {scale}", dict(scale=scale, sample_type="bilinear", num_args=2, num_filter=c), [given("data", seeded([1, c, *size])), stored("weight", seeded([c, 1, k, k], 0, 1))], "accumulating", k * k)
    yield one(PAD, "UpSampling", "float64", dict(scale=2, sample_type="nearest", num_args=1), seeded([1, 2, 2, 2], dtype="float64"))
