"""Generators of small graphs, for what passes join, fold and reorder: image networks, elementwise expressions, shapes that are inferred backwards."""

from draws import chance, choose, dtype, product, shape, tensor, tuple_text, whole

from case_builders import given, net_case, state, steps_case, stored
from case_calls import create, create_ex, forward, get, put, reshape

FILE = "random/graph"


class Graph:
    """Nodes and operands of a graph that grows layer by layer; values have a name and a shape."""

    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind
        self.nodes, self.operands, self.values, self.variables = [], [], [], {}

    def value(self, name, dims):
        self.values.append((name, list(dims)))
        return self.values[-1]

    def given(self, dims, lo=-2.0, hi=2.0):
        name = f"x{len(self.operands)}"
        self.operands.append(given(name, tensor(self.rng, dims, self.kind, lo, hi)))
        return self.value(name, dims)

    def weight(self, dims, lo=-1.0, hi=1.0, keep=stored):
        name = f"w{len(self.operands)}"
        self.operands.append(keep(name, tensor(self.rng, dims, self.kind, lo, hi)))
        return name

    def node(self, op, attrs, inputs, dims):
        name = f"n{len(self.nodes)}"
        self.nodes.append((name, op, attrs, [i[0] if isinstance(i, tuple) else i for i in inputs]))
        return self.value(name, dims)

    def like(self, dims):
        """Another value of that shape, or None."""
        found = [v for v in self.values if v[1] == list(dims)]
        return choose(self.rng, found) if found else None

    def case(self, tolerance, **more):
        used = {i.partition(":")[0] for n in self.nodes for i in n[3]}
        ends = [n[0] for n in self.nodes if n[0] not in used]
        heads = ends[-3:]
        inner = [n[0] for n in self.nodes if n[0] in used and n[1] != "SliceChannel"]
        if inner and chance(self.rng, 0.25):
            heads.append(choose(self.rng, inner))
        kept = reachable(self.nodes, heads)
        nodes = [n for n in self.nodes if n[0] in kept]
        used = {i.partition(":")[0] for n in nodes for i in n[3]}
        operands = [o for o in self.operands if o[1] in used]
        return net_case(FILE, f"random-{self.rng.integers(1 << 30)}", nodes, operands, tolerance, heads=heads, variables={n: a for n, a in self.variables.items() if n in used}, **more)


def reachable(nodes, heads):
    by_name, found, todo = {n[0]: n for n in nodes}, set(), list(heads)
    while todo:
        name = todo.pop().partition(":")[0]
        if name in by_name and name not in found:
            found.add(name)
            todo += by_name[name][3]
    return found


def convolution(g, x):
    rng, (n, c, h, w) = g.rng, x[1]
    kernel, stride = choose(rng, [1, 1, 3, 3, 5]), choose(rng, [1, 1, 1, 2])
    groups = choose(rng, [1, 1, c])
    filters = choose(rng, [4, 5, 8, 16, 19]) if groups == 1 else c * choose(rng, [1, 1, 2])
    pad, bias = kernel // 2, chance(rng, 0.5)
    attrs = {"kernel": f"({kernel}, {kernel})", "stride": f"({stride}, {stride})", "pad": f"({pad}, {pad})", "num_filter": filters, "num_group": groups, "no_bias": not bias}
    scale = 1.5 / (kernel * (c // groups) ** 0.5)
    inputs = [x, g.weight([filters, c // groups, kernel, kernel], -scale, scale)]
    if bias:
        inputs.append(g.weight([filters]))
    return g.node("Convolution", attrs, inputs, [n, filters, (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1])


def batch_norm(g, x):
    c = [x[1][1]]
    inputs = [x, g.weight(c, 0.5, 1.5), g.weight(c), g.weight(c, -0.5, 0.5, state), g.weight(c, 0.5, 2, state)]
    return g.node("BatchNorm", {"fix_gamma": choose(g.rng, ["True", "False"]), "eps": choose(g.rng, [1e-5, 1e-3])}, inputs, x[1])


def activation(g, x):
    rng = g.rng
    op, attrs = choose(
        rng,
        [
            ("Activation", {"act_type": choose(rng, ["relu", "sigmoid", "tanh", "softrelu", "softsign"])}), ("relu", {}), ("sigmoid", {}), ("tanh", {}),
            ("LeakyReLU", {"act_type": choose(rng, ["leaky", "elu", "selu", "gelu"])}), ("clip", {"a_min": 0, "a_max": choose(rng, [1, 6])}), ("hard_sigmoid", {}),
        ],
    )
    return g.node(op, attrs, [x], x[1])


def prelu(g, x):
    return g.node("LeakyReLU", {"act_type": "prelu"}, [x, g.weight([x[1][1]], -0.3, 0.5)], x[1])


def swish(g, x):
    """x times a function of x, the hard one written out."""
    form = whole(g.rng, 0, 2)
    if form == 0:
        gate = g.node("sigmoid", {}, [x], x[1])
    elif form == 1:
        gate = g.node("hard_sigmoid", {}, [x], x[1])
    else:
        gate = g.node("_plus_scalar", {"scalar": 3}, [x], x[1])
        gate = g.node("clip", {"a_min": 0, "a_max": 6}, [gate], x[1])
        gate = g.node(choose(g.rng, ["_div_scalar", "_mul_scalar"]), {"scalar": choose(g.rng, [6, 1 / 6])}, [gate], x[1])
    return g.node(choose(g.rng, ["elemwise_mul", "broadcast_mul"]), {}, choose(g.rng, [[x, gate], [gate, x]]), x[1])


def squeeze_excite(g, x):
    n, c, _, _ = x[1]
    pooled = g.node("Pooling", {"global_pool": "True", "pool_type": "avg", "kernel": "(1, 1)"}, [x], [n, c, 1, 1])
    attrs = {"kernel": "(1, 1)", "num_filter": c}
    gate = g.node("Convolution", attrs, [pooled, g.weight([c, c, 1, 1], -0.5, 0.5), g.weight([c])], [n, c, 1, 1])
    gate = g.node("Activation", {"act_type": "sigmoid"}, [gate], gate[1])
    return g.node("broadcast_mul", {}, [x, gate], x[1])


def join(g, x):
    other = g.like(x[1]) or x
    op = choose(g.rng, ["elemwise_add", "elemwise_add", "broadcast_add", "elemwise_sub", "elemwise_mul", "_maximum", "add_n"])
    return g.node(op, {"num_args": 2} if op == "add_n" else {}, [x, other], x[1])


def channels(g, x):
    """Concat with what fits, a slice of it, or a split."""
    rng, (n, c, h, w) = g.rng, x[1]
    form = whole(rng, 0, 2)
    if form == 0:
        fitting = [v for v in g.values if len(v[1]) == 4 and [v[1][0], *v[1][2:]] == [n, h, w] and v[1][1] <= 40]
        parts = [x, *[choose(rng, fitting) for _ in range(whole(rng, 1, 2))]]
        return g.node("Concat", {"num_args": len(parts), "dim": 1}, parts, [n, sum(p[1][1] for p in parts), h, w])
    if form == 1 and c > 1:
        begin = whole(rng, 0, c - 2)
        end = whole(rng, begin + 1, c)
        return g.node("slice_axis", {"axis": 1, "begin": begin, "end": end}, [x], [n, end - begin, h, w])
    if c % 2 == 0:
        half = g.node("SliceChannel", {"num_outputs": 2, "axis": 1}, [x], [n, c // 2, h, w])
        name = g.values.pop()[0]
        left, right = (f"{name}:0", half[1]), (f"{name}:1", half[1])
        return g.node("Concat", {"num_args": 2, "dim": 1}, [right, left], x[1])
    return x


def pooling(g, x):
    n, c, h, w = x[1]
    if h < 3 or w < 3:
        return x
    attrs = {"kernel": "(3, 3)", "stride": "(2, 2)", "pad": "(1, 1)", "pool_type": choose(g.rng, ["max", "avg"])}
    return g.node("Pooling", attrs, [x], [n, c, (h - 1) // 2 + 1, (w - 1) // 2 + 1])


def scalar(g, x):
    op = choose(g.rng, ["_plus_scalar", "_mul_scalar", "_rminus_scalar", "_maximum_scalar", "_minus_scalar"])
    return g.node(op, {"scalar": choose(g.rng, [0.5, -1.25, 2, 1, 0])}, [x], x[1])


def per_channel(g, x):
    """Scale or shift by a stored vector, as networks have it that fold their normalisation."""
    c, constant = x[1][1], g.weight([x[1][1]], 0.5, 1.5)
    g.variables[constant] = {"__shape__": f"({c},)"}  # nothing else tells it
    shaped = g.node("Reshape", {"shape": "(1, -1, 1, 1)"}, [constant], [1, c, 1, 1])
    g.values.pop()
    return g.node(choose(g.rng, ["broadcast_mul", "broadcast_add", "broadcast_sub", "broadcast_div"]), {}, [x, shaped], x[1])


def shuffle(g, x):
    n, c, h, w = x[1]
    if c % 2:
        return x
    y = g.node("Reshape", {"shape": "(0, -4, 2, -1, -2)"}, [x], [n, 2, c // 2, h, w])
    y = g.node("SwapAxis", {"dim1": 1, "dim2": 2}, [y], [n, c // 2, 2, h, w])
    return g.node("Reshape", {"shape": "(0, -3, -2)"}, [y], x[1])


def nothing(g, x):
    op, attrs = choose(g.rng, [("Dropout", {"p": 0.5}), ("_copy", {}), ("BlockGrad", {}), ("Reshape", {"shape": "(0, 0, 0, 0)"}), ("transpose", {"axes": "(0, 1, 2, 3)"}), ("_mul_scalar", {"scalar": 1})])
    return g.node(op, attrs, [x], x[1])


def enlarge(g, x):
    n, c, h, w = x[1]
    if h * w > 80:
        return x
    return g.node("UpSampling", {"scale": 2, "sample_type": "nearest", "num_args": 1}, [x], [n, c, 2 * h, 2 * w])


LAYERS = [convolution] * 5 + [batch_norm] * 3 + [activation] * 4 + [prelu, swish, swish, squeeze_excite, join, join, join, channels, channels, pooling, scalar, scalar, per_channel, shuffle, nothing, nothing, enlarge]


def image_network(rng):
    g = Graph(rng, choose(rng, ["float32"] * 5 + ["float64"]))
    x = g.given([whole(rng, 1, 2), choose(rng, [1, 3, 4, 8]), whole(rng, 5, 13), whole(rng, 5, 13)], -1, 1)
    for _ in range(whole(rng, 2, 12)):
        x = choose(rng, LAYERS)(g, x)
        if chance(rng, 0.15):  # another branch goes on from somewhere before
            x = choose(rng, [v for v in g.values if len(v[1]) == 4 and v[1][2] > 1] or [x])
    if chance(rng, 0.3):
        hidden, size = whole(rng, 1, 9), product(x[1][1:])
        x = g.node("Flatten", {}, [x], [x[1][0], size])
        x = g.node("FullyConnected", {"num_hidden": hidden}, [x, g.weight([hidden, size], -0.3, 0.3), g.weight([hidden])], [x[1][0], hidden])
        x = g.node(*choose(rng, [("softmax", {}), ("Activation", {"act_type": "relu"})]), [x], x[1])
    if not g.nodes:
        x = g.node("_copy", {}, [x], x[1])
    return g.case("network")


def reshaped(rng):
    """An image network whose predictor takes other batches and sizes, one after the other, and runs each twice."""
    case = image_network(rng)
    data = case["inputs"][0]
    fixed = any(n["op"] == "FullyConnected" for n in case["nodes"])
    heads = range(len(case["heads"]))
    model = {k: case[k] for k in ("nodes", "heads", "params", "variables") if k in case}
    types = {"dtypes": {data["name"]: data["dtype"]}} if "dtype" in data else {}
    make = create_ex if types else create
    steps = [make({data["name"]: data["shape"]}, model="m", name="p0", **types)]
    for turn in range(whole(rng, 2, 4)):
        dims = [whole(rng, 1, 3), data["shape"][1], *(data["shape"][2:] if fixed else [whole(rng, 5, 13) for _ in range(2)])]
        dims = data["shape"] if turn == 0 else dims
        if turn > 0:
            steps.append(reshape({data["name"]: dims}, f"p{turn}", handle=f"p{turn - 1}"))
        for _ in range(2):
            steps.append(put(data["name"], tensor(rng, dims, type_of(data), -1, 1), handle=f"p{turn}"))
            steps.append(forward(f"p{turn}"))
            steps += [get(index, handle=f"p{turn}") for index in heads]
    return steps_case(FILE, case["id"] + "-reshaped", {"m": model}, steps, tolerance="network")


def type_of(data):
    return data.get("dtype", "float32")


UNARY = ["relu", "sigmoid", "tanh", "abs", "negative", "square", "exp", "sin", "floor", "sign", "_copy"]
BINARY = ["broadcast_add", "broadcast_sub", "broadcast_mul", "broadcast_maximum", "broadcast_minimum", "broadcast_greater", "broadcast_lesser_equal", "broadcast_hypot"]
SCALAR = ["_plus_scalar", "_mul_scalar", "_rminus_scalar", "_maximum_scalar", "_minimum_scalar", "_greater_scalar"]


def merged(a, b):
    return [max(x, y) for x, y in zip(a, b)]


def expression(rng):
    """Elementwise steps and some reductions over tensors that broadcast to one shape."""
    g = Graph(rng, choose(rng, ["float32"] * 4 + ["float64", "float64"]))
    dims = shape(rng, 1, 4, zero=0)
    for _ in range(whole(rng, 1, 3)):
        g.given([1 if chance(rng, 0.3) else d for d in dims])
    for _ in range(whole(rng, 2, 10)):
        x = choose(rng, g.values[-4:])
        form = whole(rng, 0, 9)
        if form < 3:
            g.node(choose(rng, UNARY), {}, [g.node("clip", {"a_min": -3, "a_max": 3}, [x], x[1])], x[1])
        elif form < 6:
            y = choose(rng, g.values)
            g.node(choose(rng, BINARY), {}, [x, y], merged(x[1], y[1]))
        elif form < 8:
            g.node(choose(rng, SCALAR), {"scalar": choose(rng, [0.5, -1.5, 2, 0])}, [x], x[1])
        elif form == 8:
            axis = whole(rng, 0, len(dims) - 1)
            g.node(choose(rng, ["mean", "max", "min"]), {"axis": axis, "keepdims": "True"}, [x], [1 if a == axis else d for a, d in enumerate(x[1])])
        else:
            g.node("where", {}, [g.node("_greater_scalar", {"scalar": 0.25}, [x], x[1]), x, g.node("negative", {}, [x], x[1])], x[1])
    return g.case("network")


GENERATORS = {"(image network)": image_network, "(expression)": expression, "(reshaped network)": reshaped}
