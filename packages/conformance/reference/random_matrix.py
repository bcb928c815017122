"""Generators of what moves and makes arrays: reshape, slices, concat, transpose, padding, take, fill (operators.md 4.2, 4.3)."""

from draws import ALL, FLOATS, INTEGERS, NUMBERS, chance, choose, drawn, dtype, integers, product, shape, signed_axis, tensor, tuple_text, whole

from case_builders import given

FILE = "random/matrix"
SPAN = (-40, 40)


def flag(rng, attrs, name, probability=0.4):
    if chance(rng, probability):
        attrs[name] = choose(rng, ["True", "False", "1", "0"])


def on(attrs, name):
    return attrs.get(name) in ("True", "1")


def data_of(rng, dims, kind):
    return tensor(rng, dims, kind, *SPAN)


def moved(rng, op, attrs, dims, kind=None, more=(), **options):
    """A case of an operator that copies elements."""
    kind = kind or dtype(rng, ALL)
    return drawn(rng, FILE, op, attrs, [given("data", data_of(rng, dims, kind)), *more], "exact", **options)


def split_text(rng, size):
    """Two factors of a size, one perhaps left to be inferred."""
    left = choose(rng, [d for d in range(1, size + 1) if size % d == 0]) if size else 1
    right = size // left
    form = whole(rng, 0, 2)
    return [-1 if form == 1 else left, -1 if form == 2 else right]


def reshape_codes(rng, dims):
    """A shape with the codes 0, -1, -2, -3, -4 that fits."""
    codes, cursor, inferred = [], 0, False
    while cursor < len(dims):
        form = whole(rng, 0, 6)
        if form == 0:
            codes.append(0)
        elif form == 1 and not inferred:
            codes.append(-1)
            inferred = True
        elif form == 2:
            codes.append(-2)
            return codes
        elif form == 3 and cursor + 1 < len(dims):
            codes.append(-3)
            cursor += 1
        elif form == 4:
            codes += [-4, *split_text(rng, dims[cursor])]
        elif form == 5 and not inferred and cursor + 1 < len(dims):
            codes += [dims[cursor + 1], -1]
            inferred = True
            cursor += 1
        else:
            codes.append(dims[cursor] or 0)
        cursor += 1
    return codes + ([1] if chance(rng, 0.1) else [])


def reshape(rng):
    dims = shape(rng, 1, 6, zero=0)
    if chance(rng, 0.1):
        total = product(dims)
        target = choose(rng, [[0, -1], [total], [0, 0], [1, 0], [total, 1]])
        attrs = {"target_shape": tuple_text(target)}
        flag(rng, attrs, "keep_highest", 0.5)
        return moved(rng, "Reshape", attrs, dims)
    attrs = {}
    reverse = chance(rng, 0.3)
    codes = reshape_codes(rng, dims[::-1] if reverse else dims)
    if reverse:
        attrs["reverse"] = choose(rng, ["True", "1"])
        codes = codes[::-1]
        if -4 in codes:  # the pair after -4 is read reversed too
            codes = [0] * len(dims)
    attrs["shape"] = tuple_text(codes)
    return moved(rng, "Reshape", attrs, dims)


def flatten(rng):
    return moved(rng, "Flatten", {}, shape(rng, 1, 6))


def expand_dims(rng):
    dims = shape(rng, 1, 5)
    return moved(rng, "expand_dims", {"axis": whole(rng, -len(dims) - 1, len(dims))}, dims)


def squeeze(rng):
    dims = [1 if chance(rng, 0.5) else d for d in shape(rng, 1, 6)]
    ones = [a for a, d in enumerate(dims) if d == 1]
    attrs = {}
    if ones and chance(rng, 0.6):
        chosen = [a for a in ones if chance(rng, 0.6)] or ones[:1]
        attrs["axis"] = tuple_text(signed_axis(rng, len(dims), a) for a in chosen)
        if len(chosen) == 1 and chance(rng, 0.5):
            attrs["axis"] = str(chosen[0])
    elif chance(rng, 0.3):
        attrs["axis"] = choose(rng, ["None"])
    return moved(rng, "squeeze", attrs, dims)


def transpose(rng):
    dims = shape(rng, 1, 6)
    attrs = {} if chance(rng, 0.25) else {"axes": tuple_text(int(a) for a in rng.permutation(len(dims)))}
    return moved(rng, "transpose", attrs, dims)


def swap_axis(rng):
    dims = shape(rng, 1, 6)
    attrs = {k: signed_axis(rng, len(dims)) for k in ("dim1", "dim2") if chance(rng, 0.85)}
    return moved(rng, "SwapAxis", attrs, dims)


def slice_bounds(rng, dims, strided=True):
    count = whole(rng, 1, len(dims))
    begin, end, step = [], [], []
    for size in dims[:count]:
        a = whole(rng, 0, max(0, size - 1))
        b = whole(rng, a + 1, max(a + 1, size))
        if strided and chance(rng, 0.25):
            s = -whole(rng, 1, 3)
            first, last = choose(rng, [b - 1, b - 1 - size, None]), choose(rng, [a - size - 1, None])
        else:
            s = whole(rng, 1, 3)
            first, last = choose(rng, [a, a - size, None]), choose(rng, [b, b, b - size if b < size else None, size + 3, None])
        begin.append(first)
        end.append(last)
        step.append(choose(rng, [s, s, None]) if s == 1 else s)
    attrs = {"begin": tuple_text(begin), "end": tuple_text(end)}
    if any(s not in (1, None) for s in step) or chance(rng, 0.2):
        attrs["step"] = tuple_text(step)
    return attrs


def slice_(rng):
    dims = shape(rng, 1, 5, zero=0)
    return moved(rng, "slice", slice_bounds(rng, dims), dims)


def sliced_shape(dims, attrs):
    names = {"None": None}
    read = [[names.get(t, None) if t in names else int(t) for t in attrs[k].strip("()").replace(" ", "").split(",") if t] for k in ("begin", "end")]
    steps = [None if t == "None" else int(t) for t in attrs.get("step", "()").strip("()").replace(" ", "").split(",") if t]
    result = list(dims)
    for a, (b, e) in enumerate(zip(*read)):
        result[a] = len(range(dims[a])[slice(b, e, steps[a] if steps else None)])
    return result


def slice_assign(rng):
    while True:
        dims = shape(rng, 1, 5, zero=0)
        attrs = slice_bounds(rng, dims)
        part = sliced_shape(dims, attrs)
        if 0 not in part:
            break
    kind = dtype(rng, NUMBERS)
    return drawn(rng, FILE, "_slice_assign", attrs, [given("lhs", data_of(rng, dims, kind)), given("rhs", data_of(rng, part, kind))], "exact")


def slice_assign_scalar(rng):
    dims = shape(rng, 1, 5, zero=0)
    attrs = {**slice_bounds(rng, dims), "scalar": choose(rng, [0, 3, 2.5, 7])}
    return moved(rng, "_slice_assign_scalar", attrs, dims, dtype(rng, NUMBERS))


def slice_axis(rng):
    dims = shape(rng, 1, 6, zero=0.02)
    axis = whole(rng, 0, len(dims) - 1)
    dims[axis] = size = max(1, dims[axis])
    begin = whole(rng, 0, size - 1)
    end = whole(rng, begin + 1, size)
    attrs = {"axis": signed_axis(rng, len(dims), axis), "begin": choose(rng, [begin, begin - size]), "end": choose(rng, [end, end - size if end < size else "None", "None"])}
    return moved(rng, "slice_axis", attrs, dims)


def slice_like(rng):
    dims, kind = shape(rng, 1, 5, zero=0), dtype(rng, ALL)
    like = [whole(rng, 1, d) for d in dims]
    attrs = {}
    if chance(rng, 0.6):
        axes = [a for a in range(len(dims)) if chance(rng, 0.6)] or [0]
        attrs["axes"] = tuple_text(signed_axis(rng, len(dims), a) for a in axes)
        like = [like[a] if a in axes else whole(rng, 1, 6) for a in range(len(dims))]
    return moved(rng, "slice_like", attrs, dims, kind, [given("shape_like", data_of(rng, like, kind))])


def crop(rng):
    n, c, h, w = whole(rng, 1, 2), whole(rng, 1, 3), whole(rng, 1, 7), whole(rng, 1, 7)
    kind = dtype(rng, FLOATS)
    oh, ow = whole(rng, 1, h), whole(rng, 1, w)
    attrs = {"num_args": choose(rng, [1, 2])}
    more = []
    if attrs["num_args"] == 2:
        more = [given("like", data_of(rng, [whole(rng, 1, 2), whole(rng, 1, 2), oh, ow], kind))]
    else:
        attrs["h_w"] = tuple_text([oh, ow])
    if chance(rng, 0.4):
        attrs["center_crop"] = "True"
    elif chance(rng, 0.7):
        attrs["offset"] = tuple_text([whole(rng, 0, h - oh), whole(rng, 0, w - ow)])
    return moved(rng, "Crop", attrs, [n, c, h, w], kind, more)


def reverse(rng):
    dims = shape(rng, 1, 6)
    axes = [a for a in range(len(dims)) if chance(rng, 0.5)] or [whole(rng, 0, len(dims) - 1)]
    return moved(rng, "reverse", {"axis": tuple_text(axes) if len(axes) > 1 or chance(rng, 0.5) else axes[0]}, dims)


def slice_channel(rng):
    dims = shape(rng, 1, 5, zero=0.02)
    axis = whole(rng, 0, len(dims) - 1)
    count = whole(rng, 1, 4)
    attrs = {"num_outputs": count}
    squeezed = chance(rng, 0.3) and len(dims) > 1
    dims[axis] = count * (1 if squeezed else whole(rng, 1, 3))
    if squeezed:
        attrs["squeeze_axis"] = choose(rng, ["True", "1"])
    if axis != 1 or chance(rng, 0.5):
        attrs["axis"] = signed_axis(rng, len(dims), axis)
    return moved(rng, "SliceChannel", attrs, dims, count=count)


def split_v2(rng):
    dims = shape(rng, 1, 5, zero=0)
    axis = whole(rng, 0, len(dims) - 1)
    attrs = {"axis": signed_axis(rng, len(dims), axis)}
    if chance(rng, 0.5):
        count = whole(rng, 1, 4)
        dims[axis] = max(count, dims[axis])
        attrs.update(indices="()", sections=count)
        if chance(rng, 0.3):
            dims[axis] = count
            attrs["squeeze_axis"] = "True"
    else:
        dims[axis] = whole(rng, 2, 7)
        cuts = sorted({0, *[whole(rng, 1, dims[axis] - 1) for _ in range(whole(rng, 0, 3))]})
        attrs["indices"] = tuple_text(cuts)
        count = len(cuts)
    return moved(rng, "_split_v2", attrs, dims, count=count)


def concat(op, axis_name, default):
    def draw(rng):
        dims, kind, count = shape(rng, 1, 5), dtype(rng, ALL), whole(rng, 1, 4)
        axis = whole(rng, 0, len(dims) - 1)
        attrs = {"num_args": count}
        if axis != default or chance(rng, 0.5):
            attrs[axis_name] = signed_axis(rng, len(dims), axis)
        parts = [given(f"arg{i}", data_of(rng, [whole(rng, 1, 4) if a == axis else d for a, d in enumerate(dims)], kind)) for i in range(count)]
        return drawn(rng, FILE, op, attrs, parts, "exact")

    return draw


def stack(rng):
    dims, kind, count = shape(rng, 1, 5), dtype(rng, ALL), whole(rng, 1, 4)
    attrs = {"num_args": count}
    if chance(rng, 0.8):
        attrs["axis"] = whole(rng, -len(dims) - 1, len(dims))
    return drawn(rng, FILE, "stack", attrs, [given(f"arg{i}", data_of(rng, dims, kind)) for i in range(count)], "exact")


def pad(rng):
    ndim = choose(rng, [4, 4, 5])
    mode = choose(rng, ["constant", "edge", "reflect"])
    dims = [whole(rng, 1, 2), whole(rng, 1, 3), *[whole(rng, 1 if mode != "reflect" else 2, 5) for _ in range(ndim - 2)]]
    width = [0, 0, 0, 0]
    for size in dims[2:]:
        width += [whole(rng, 0, 3 if mode != "reflect" else size - 1) for _ in range(2)]
    attrs = {"mode": mode, "pad_width": tuple_text(width)}
    if mode == "constant" and chance(rng, 0.6):
        attrs["constant_value"] = choose(rng, [0, 1.5, -2, "1e-3"])
    return drawn(rng, FILE, "Pad", attrs, [given("data", data_of(rng, dims, dtype(rng, NUMBERS)))], "rounding")


def depth_to_space(rng):
    block = whole(rng, 1, 3)
    dims = [whole(rng, 1, 2), block * block * whole(rng, 1, 3), whole(rng, 1, 3), whole(rng, 1, 3)]
    return moved(rng, "depth_to_space", {"block_size": block}, dims, dtype(rng, ALL))


def space_to_depth(rng):
    block = whole(rng, 1, 3)
    dims = [whole(rng, 1, 2), whole(rng, 1, 3), block * whole(rng, 1, 3), block * whole(rng, 1, 3)]
    return moved(rng, "space_to_depth", {"block_size": block}, dims, dtype(rng, ALL))


def repeat(rng):
    dims = shape(rng, 1, 5)
    attrs = {"repeats": whole(rng, 1, 3)}
    if chance(rng, 0.7):
        attrs["axis"] = signed_axis(rng, len(dims))
    return moved(rng, "repeat", attrs, dims)


def tile(rng):
    dims = shape(rng, 1, 4)
    reps = [whole(rng, 1, 3) for _ in range(whole(rng, 1, 5))]
    while product(reps) > 12:
        reps[reps.index(max(reps))] = 1
    return moved(rng, "tile", {"reps": tuple_text(reps)}, dims)


def embedding(rng):
    rows, width = whole(rng, 1, 6), whole(rng, 1, 5)
    kind, of_index = dtype(rng, ALL), dtype(rng, NUMBERS)
    indices = integers(rng, shape(rng, 1, 3, 4), 0 if of_index == "uint8" else -2, rows + 1, of_index)
    if of_index == "float32" and chance(rng, 0.3):
        indices["data"] = [v + 0.75 for v in indices["data"]]
    attrs = {"input_dim": rows, "output_dim": width, "dtype": kind if kind != "float32" or chance(rng, 0.5) else None}
    return drawn(rng, FILE, "Embedding", attrs, [given("data", indices), given("weight", data_of(rng, [rows, width], kind))], "exact")


def index_type(rng):
    return dtype(rng, NUMBERS)


def take(rng):
    dims = shape(rng, 1, 4, zero=0.02)
    of_index, attrs = index_type(rng), {"mode": choose(rng, [None, "clip", "wrap", "raise"])}
    axis = whole(rng, 0, len(dims) - 1)
    if axis or chance(rng, 0.4):
        attrs["axis"] = signed_axis(rng, len(dims), axis)
    size = max(1, dims[axis])
    low, high = (0, size - 1) if attrs["mode"] == "raise" else (-size - 2, 2 * size + 2)
    indices = integers(rng, shape(rng, 1, 3, 4), max(low, 0) if of_index == "uint8" else low, high, of_index)
    return drawn(rng, FILE, "take", attrs, [given("a", data_of(rng, dims, dtype(rng, ALL))), given("indices", indices)], "exact")


def batch_take(rng):
    n, m = whole(rng, 1, 5), whole(rng, 1, 5)
    indices = integers(rng, [n], -1, m, "int32")
    return drawn(rng, FILE, "batch_take", {}, [given("a", data_of(rng, [n, m], dtype(rng, NUMBERS))), given("indices", indices)], "exact")


def pick(rng):
    dims = shape(rng, 1, 5, zero=0)
    of_index, attrs = index_type(rng), {"mode": choose(rng, [None, "clip", "wrap"])}
    axis = whole(rng, 0, len(dims) - 1)
    if axis != len(dims) - 1 or chance(rng, 0.5):
        attrs["axis"] = signed_axis(rng, len(dims), axis)
    flag(rng, attrs, "keepdims")
    picked = [1 if a == axis else d for a, d in enumerate(dims)] if on(attrs, "keepdims") else [d for a, d in enumerate(dims) if a != axis] or [1]
    size = dims[axis]
    indices = integers(rng, picked, 0 if of_index == "uint8" else -size, 2 * size, of_index)
    return drawn(rng, FILE, "pick", attrs, [given("data", data_of(rng, dims, dtype(rng, NUMBERS))), given("index", indices)], "exact")


def gather_nd(rng):
    dims = shape(rng, 1, 4, zero=0)
    depth = whole(rng, 1, len(dims))
    rest, of_index = shape(rng, 1, 3, 3, zero=0), index_type(rng)
    rows = []
    for size in dims[:depth]:
        rows += integers(rng, rest, 0 if of_index == "uint8" else -size, size - 1)["data"]
    spec = {"shape": [depth, *rest], "data": rows}
    if of_index != "float32":
        spec["dtype"] = of_index
    return drawn(rng, FILE, "gather_nd", {}, [given("data", data_of(rng, dims, dtype(rng, ALL))), given("indices", spec)], "exact")


def where(rng):
    dims, kind, of_condition = shape(rng, 1, 5), dtype(rng, NUMBERS), dtype(rng, ALL)
    rows = [dims[0]] if chance(rng, 0.25) else dims
    condition = integers(rng, rows, 0, 1, of_condition)
    if of_condition in FLOATS and chance(rng, 0.3):
        condition["data"] = [v * 0.5 for v in condition["data"]]
    return drawn(rng, FILE, "where", {}, [given("condition", condition), given("x", data_of(rng, dims, kind)), given("y", data_of(rng, dims, kind))], "exact")


def one_hot(rng):
    depth, of_index, kind = whole(rng, 1, 6), index_type(rng), choose(rng, [None, "float32", "float64", "float16", "int32", "int64", "uint8", "int8", "bool"])
    attrs = {"depth": depth, "dtype": kind}
    if chance(rng, 0.5):
        attrs.update(on_value=choose(rng, [1, 2.5, 5]), off_value=choose(rng, [0, 1, 3]))
    indices = integers(rng, shape(rng, 1, 4, 4), 0 if of_index == "uint8" else -1, depth, of_index)
    return drawn(rng, FILE, "one_hot", attrs, [given("indices", indices)], "exact")


def broadcast_to(rng):
    dims = [1 if chance(rng, 0.5) else d for d in shape(rng, 1, 5)]
    target = [choose(rng, [0, whole(rng, 1, 3)]) if d == 1 else choose(rng, [d, 0]) for d in dims]
    return moved(rng, "broadcast_to", {"shape": tuple_text(target)}, dims)


def broadcast_axis(rng):
    dims = [1 if chance(rng, 0.5) else d for d in shape(rng, 1, 5)]
    ones = [a for a, d in enumerate(dims) if d == 1]
    chosen = [a for a in ones if chance(rng, 0.7)]
    attrs = {"axis": tuple_text(chosen), "size": tuple_text(whole(rng, 1, 3) for _ in chosen)} if chosen else {}
    return moved(rng, "broadcast_axis", attrs, dims)


def broadcast_like(rng):
    dims = [1 if chance(rng, 0.5) else d for d in shape(rng, 1, 5)]
    attrs, kind = {}, dtype(rng, ALL)
    if chance(rng, 0.5):
        like = [whole(rng, 1, 4) if d == 1 else d for d in dims]
    else:
        ones = [a for a, d in enumerate(dims) if d == 1] or [0]
        chosen = [a for a in ones if chance(rng, 0.7)] or ones[:1]
        dims[chosen[0]] = 1
        like = shape(rng, max(1, len(chosen)), 5, zero=0)
        from_axes = [int(a) for a in rng.permutation(len(like))[: len(chosen)]]
        attrs = {"lhs_axes": tuple_text(signed_axis(rng, len(dims), a) for a in chosen), "rhs_axes": tuple_text(signed_axis(rng, len(like), a) for a in from_axes)}
    return drawn(rng, FILE, "broadcast_like", attrs, [given("lhs", data_of(rng, dims, kind)), given("rhs", data_of(rng, like, kind))], "exact")


def reshape_like(rng):
    kind, attrs = dtype(rng, ALL), {}
    if chance(rng, 0.4):
        dims = shape(rng, 1, 5, zero=0)
        like = choose(rng, [[product(dims)], dims[::-1], [1, product(dims)], dims])
    else:
        before, middle, after = shape(rng, 1, 2, zero=0), shape(rng, 1, 2, zero=0), shape(rng, 1, 2, zero=0)
        inner = choose(rng, [middle, [product(middle)], [1, *middle], middle[::-1]])
        left, right = shape(rng, 1, 2, zero=0), shape(rng, 1, 2, zero=0)
        if product(left + inner + right) > 20000:
            left, right = [1] * len(left), [1] * len(right)
        dims, like = before + middle + after, left + inner + right
        attrs = {"lhs_begin": len(before), "lhs_end": choose(rng, [len(before) + len(middle), -len(after)]), "rhs_begin": choose(rng, [len(left), len(left) - len(like)]), "rhs_end": len(left) + len(inner)}
    return drawn(rng, FILE, "reshape_like", attrs, [given("lhs", data_of(rng, dims, kind)), given("rhs", data_of(rng, like, dtype(rng, ALL) if chance(rng, 0.2) else kind))], "exact")


def of_shape(op):
    def draw(rng):
        return moved(rng, op, {}, shape(rng, 1, 6))

    return draw


def fill(op):
    def draw(rng):
        attrs = {"shape": tuple_text(shape(rng, 1, 5, zero=0)), "dtype": choose(rng, [None, *ALL]), "ctx": choose(rng, [None, "cpu(0)", ""])}
        if op == "_full":
            attrs["value"] = choose(rng, [0, 1, 2.5, 7, "0.1"])
        return drawn(rng, FILE, op, attrs, [], "exact")

    return draw


def arange(rng):
    start, step = choose(rng, [0, 1, -3, 0.5, 2.25]), choose(rng, [1, 2, 0.5, 0.75, -1])
    stop = start + step * whole(rng, 1, 9) + (step * 0.5 if chance(rng, 0.3) else 0)
    attrs = {"start": start, "stop": stop, "step": step, "repeat": choose(rng, [None, 1, 2, 3]), "dtype": choose(rng, [None, *NUMBERS])}
    if chance(rng, 0.2):
        attrs = {"start": whole(rng, 1, 8), "stop": choose(rng, [None, "None"]), "dtype": choose(rng, [None, *NUMBERS])}
    if chance(rng, 0.2):
        attrs["infer_range"] = "False"
    return drawn(rng, FILE, "_arange", attrs, [], "rounding")


def arange_like(rng):
    dims = shape(rng, 1, 5, zero=0.02)
    attrs = {"start": choose(rng, [None, 0, 2, 1.5]), "step": choose(rng, [None, 1, 0.5, 2])}
    if chance(rng, 0.5):
        attrs["axis"] = signed_axis(rng, len(dims))
    if chance(rng, 0.3):
        attrs["repeat"] = choose(rng, [1, 2])
    return drawn(rng, FILE, "_contrib_arange_like", attrs, [given("data", tensor(rng, dims, dtype(rng, ALL)))], "rounding")


GENERATORS = {
    "Reshape": reshape, "Flatten": flatten, "expand_dims": expand_dims, "squeeze": squeeze, "transpose": transpose, "SwapAxis": swap_axis,
    "slice": slice_, "_slice_assign": slice_assign, "_slice_assign_scalar": slice_assign_scalar, "slice_axis": slice_axis, "slice_like": slice_like,
    "Crop": crop, "reverse": reverse, "SliceChannel": slice_channel, "_split_v2": split_v2, "Concat": concat("Concat", "dim", 1), "_rnn_param_concat": concat("_rnn_param_concat", "dim", 1),
    "stack": stack, "Pad": pad, "depth_to_space": depth_to_space, "space_to_depth": space_to_depth, "repeat": repeat, "tile": tile, "Embedding": embedding,
    "take": take, "batch_take": batch_take, "pick": pick, "gather_nd": gather_nd, "where": where, "one_hot": one_hot,
    "broadcast_to": broadcast_to, "broadcast_axis": broadcast_axis, "broadcast_like": broadcast_like, "reshape_like": reshape_like,
    "shape_array": of_shape("shape_array"), "size_array": of_shape("size_array"), "zeros_like": of_shape("zeros_like"), "ones_like": of_shape("ones_like"),
    "_zeros": fill("_zeros"), "_ones": fill("_ones"), "_full": fill("_full"), "_arange": arange, "_contrib_arange_like": arange_like,
}

EXPLAINED = [
    {
        "ops": ["Reshape"],
        "section": "operators.md 4.2 Reshape",
        "reason": "the reference puts what -1 stands for where the item stands in `shape`, which behind a -4 is too far right, and refuses what does not fit then; libpredict computes what was meant",
        "when": lambda case, problem: "from.Size() == to.Size()" in problem and "-4" in case["nodes"][-1]["attrs"].get("shape", ""),
    },
    {
        "ops": ["_split_v2", "SliceChannel", "squeeze"],
        "section": "operators.md 4.2 squeeze",
        "reason": "a tensor whose axes were all squeezed stays of shape (1)",
        "when": lambda case, problem: problem.endswith("shape (1,) instead of ()"),
    },
]
