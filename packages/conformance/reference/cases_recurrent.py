"""RNN, loops (_foreach), fused subgraphs, and small recurrent networks."""

import json
import math

import numpy as np

from case_builders import free, given, net_case, op_case, seed_case, steps_case, stored
from case_calls import create, create_partial, error, forward, get, put, step
from case_tensors import golden, ramp, seeded, to_array, values
from recurrent_formulas import GATES, SOURCE, parameter_count, run

RNN = "operator/recurrent"
LOOP = "operator/subgraph"
NET = "network/recurrent"
MODES = ("rnn_relu", "rnn_tanh", "lstm", "gru")


def rnn(name, mode, steps=3, images=2, inputs=5, hidden=4, layers=1, bidirectional=False, projection=None, outputs=False, dtype="float32", lengths=None, states=True, op="RNN", seed=1, attrs=None):
    """A node, its operands and what it gives by the formula."""
    directions = 2 if bidirectional else 1
    own = dict(state_size=hidden, num_layers=layers, mode=mode)
    options = dict(bidirectional=bidirectional, projection_size=projection, state_outputs=outputs, use_sequence_length=lengths is not None)
    own.update({key: value for key, value in options.items() if value}, **(attrs or {}))
    bound = math.sqrt(3 / hidden) if hidden < 12 else 0.3
    data = seeded([steps, images, inputs], dtype=dtype, seed=seed)
    parameters = seeded([parameter_count(mode, inputs, hidden, layers, directions, projection)], -bound, bound, dtype, seed + 1)
    state = seeded([layers * directions, images, projection or hidden], -0.5, 0.5, dtype, seed + 2)
    state_cell = seeded([layers * directions, images, hidden], -0.5, 0.5, dtype, seed + 3)
    set_or_not = (lambda which, tensor: given(which, tensor)) if states else (lambda which, tensor: free(which))
    operands = [given(name + "_data", data), stored(name + "_parameters", parameters), set_or_not(name + "_state", state)]
    if mode == "lstm":
        operands.append(set_or_not(name + "_state_cell", state_cell))
    if lengths is not None:
        operands.append(given(name + "_sequence_length", values([images], lengths)))
    begin, begin_cell = (states * to_array(tensor).astype(np.float64) for tensor in (state, state_cell))
    expected = run(mode, to_array(data), to_array(parameters), hidden, begin, begin_cell if mode == "lstm" else None, layers, directions, projection, None if lengths is None else np.array(lengths))
    node = (name, op, own, [operand[1] for operand in operands])
    return node, operands, [array.astype(dtype) for array in (expected if outputs else expected[:1])]


def several(title, *nodes):
    """One case of several nodes, of which all outputs are asked for: the native reference fails most of them, and known differences are few."""
    heads = [f"{node[0]}:{i}" for node, _, expected in nodes for i in range(len(expected))]
    outputs = [golden(array) for _, _, expected in nodes for array in expected]
    half = any(output.get("dtype") == "float16" for output in outputs)
    return net_case(RNN, title, [node for node, _, _ in nodes], [operand for _, operands, _ in nodes for operand in operands], "float16" if half else "accumulating", 60, heads=heads, outputs=outputs, source=SOURCE)


def rnn_cases():
    for number, mode in enumerate(MODES):
        seed = 100 * number
        yield several(
            mode,
            rnn("plain", mode, seed=seed),
            rnn("states", mode, outputs=True, seed=seed + 10),
            rnn("deep", mode, layers=2, bidirectional=True, outputs=True, seed=seed + 20),
            rnn("single", mode, images=1, hidden=19, inputs=3, seed=seed + 30),
            rnn("pair", mode, images=2, hidden=67, inputs=3, steps=2, seed=seed + 40),
            rnn("wide", mode, images=17, hidden=9, steps=2, seed=seed + 50),
        )
        yield several(f"{mode} float64", rnn("plain", mode, dtype="float64", layers=2, seed=seed + 60))
    yield several(
        "sizes",
        rnn("least", "lstm", steps=1, images=1, inputs=1, hidden=1, seed=501),
        rnn("layers", "lstm", layers=3, hidden=3, outputs=True, seed=511),
        rnn("long", "lstm", steps=40, images=3, hidden=8, outputs=True, seed=521),
        rnn("chunks", "gru", steps=3, images=300, inputs=2, hidden=2, seed=531),
        rnn("wide", "gru", steps=2, images=5, inputs=33, hidden=40, bidirectional=True, seed=541),
        rnn("sets", "rnn_tanh", steps=3, images=4, inputs=130, hidden=128, seed=551),
    )
    yield several("projection", rnn("one", "lstm", projection=3, outputs=True, seed=561))
    yield several("projection in both directions", rnn("two", "lstm", projection=2, bidirectional=True, layers=2, seed=571))
    nothing = dict(lstm_state_clip_min="None", lstm_state_clip_max="None", lstm_state_clip_nan=False, projection_size="None", use_sequence_length=False, p=0.5)
    yield several(
        "states that nobody sets, attributes without effect",
        rnn("lstm", "lstm", states=False, seed=581),
        rnn("gru", "gru", states=False, bidirectional=True, seed=591),
        rnn("none", "lstm", attrs=nothing, seed=601),
        rnn("alias", "lstm", op="_npx_rnn", seed=611),
    )
    yield several("float16", rnn("half", "lstm", dtype="float16", seed=621))
    yield several(
        "sequence lengths",
        rnn("lstm", "lstm", lengths=[1, 3], outputs=True, seed=631),
        rnn("gru", "gru", lengths=[2, 3, 1], images=3, bidirectional=True, layers=2, seed=641),
        rnn("projected", "lstm", lengths=[2, 3], projection=3, outputs=True, seed=651),
        rnn("none", "rnn_relu", lengths=[0, 9], seed=661),
    )
    attrs = dict(state_size=2, num_layers=1, mode="gru")
    few = [given("data", ramp([2, 1, 2])), stored("parameters", ramp([36])), given("state", ramp([1, 1, 2]))]

    def refuses(title, phrases, operands=few, **change):
        return op_case(RNN, "RNN", "refuses " + title, {key: value for key, value in {**attrs, **change}.items() if value is not None}, operands, "exact", fails=phrases, source="by hand")

    yield refuses("an unknown mode", ["mode"], mode="lstmp")
    yield refuses("no mode", ["mode"], mode=None)
    yield refuses("no state_size", ["state_size"], state_size=None)
    yield refuses("too few parameters", [], [few[0], stored("parameters", ramp([35])), few[2]])
    yield refuses("a state of another size", [], [few[0], few[1], given("state", ramp([1, 1, 3]))])
    yield refuses("a state of another batch", [], [few[0], few[1], given("state", ramp([1, 2, 2]))])
    yield refuses("data of two dimensions", [], [given("data", ramp([2, 2])), *few[1:]])
    yield refuses("clipping", [], [few[0], stored("parameters", ramp([48])), few[2], given("state_cell", ramp([1, 1, 2]))], mode="lstm", lstm_state_clip_min=-1, lstm_state_clip_max=1)


def symbol_case(file, title, symbol, inputs, text=None, tolerance="network"):
    """A case of a symbol that MXNet's own front end has written; all other arguments are random parameters."""
    shapes = {name: tuple(tensor["shape"]) for name, tensor in inputs.items()}
    arguments, _, states = symbol.infer_shape(**shapes)
    operands = []
    for kind, names, found in (("arg", symbol.list_arguments(), arguments), ("aux", symbol.list_auxiliary_states(), states)):
        for name, shape in zip(names, found):
            if name not in inputs:
                positive = name.endswith(("_var", "_gamma"))
                bound = math.sqrt(3 / shape[-1])
                operands.append({"name": f"{kind}:{name}", **seeded(list(shape), 0.5 if positive else -bound, 1.5 if positive else bound)})
    graph = json.loads(text or symbol.tojson())
    case = net_case(file, title, [], [given(name, tensor) for name, tensor in inputs.items()], tolerance)
    del case["nodes"]
    head = {"file": case.pop("file"), "id": case.pop("id"), "symbol": graph, **case}
    if operands:
        head["params"] = operands
    if len(symbol.list_outputs()) > 1:
        head["outputCount"] = len(symbol.list_outputs())
    return seed_case(head)


def loops(mx):
    """Loops as mx.sym.contrib.foreach writes them: title, symbol, shapes of what is given."""
    foreach, var = mx.sym.contrib.foreach, mx.sym.var
    data, more, one, two, weight = (var(name) for name in ("data", "more", "one", "two", "weight"))

    def dense(x, states):
        added = mx.sym.FullyConnected(x, num_hidden=4, name="i2h") + mx.sym.FullyConnected(states[0], num_hidden=4, name="h2h")
        h = mx.sym.Activation(added, act_type="tanh", name="act")
        return h * 2, [h]

    def group(result):
        outputs, states = result
        return mx.sym.Group((outputs if isinstance(outputs, list) else [outputs]) + states)

    yield "a recurrent cell", group(foreach(dense, data, [one])), dict(data=[5, 2, 3], one=[2, 4])
    yield "a begin state of unknown batch", group(foreach(dense, data, [mx.sym.zeros((0, 4))])), dict(data=[5, 2, 3])
    yield "only the output", foreach(dense, data, [one])[0], dict(data=[4, 1, 3], one=[1, 4])
    yield "only the last state", foreach(dense, data, [one])[1][0], dict(data=[4, 1, 3], one=[1, 4])
    swap = foreach(lambda x, s: (x[0] + s[0], [s[1] + x[1], s[0]]), [data, more], [one, two])
    yield "two data, states that change places", group(swap), dict(data=[3, 2], more=[3, 2], one=[2], two=[2])
    yield "several outputs and an input that passes through", group(foreach(lambda x, s: ([x, x * 2], s), data, [one])), dict(data=[3, 2], one=[2])
    yield "no states", foreach(lambda x, s: (mx.sym.broadcast_mul(x, weight), s), data, [])[0], dict(data=[3, 2, 4], weight=[2, 1])
    yield "numbers as items", group(foreach(lambda x, s: (x * 2, [s[0] + x]), data, [one])), dict(data=[4], one=[1])
    yield "one item", group(foreach(lambda x, s: (x + s[0], [x - s[0]]), data, [one])), dict(data=[1, 3], one=[3])

    def outer(x, states):
        outputs, inner = foreach(lambda y, u: (y * weight + u[0], [u[0] + y]), x, [states[0]])
        return outputs, [inner[0]]

    yield "a loop in a loop", group(foreach(outer, data, [one])), dict(data=[3, 2, 4], one=[4], weight=[4])
    norm = foreach(lambda x, s: (mx.sym.BatchNorm(x, fix_gamma=False, name="bn"), s), data, [])[0]
    yield "BatchNorm within", norm, dict(data=[2, 2, 3, 4, 4])

    def convolution(x, states):
        h = mx.sym.Convolution(x, kernel=(3, 3), pad=(1, 1), num_filter=8, name="conv") + states[0]
        h = mx.sym.Activation(h, act_type="relu")
        return mx.sym.Pooling(h, kernel=(2, 2), stride=(2, 2), pool_type="max"), [h]

    yield "convolutions within", group(foreach(convolution, data, [one])), dict(data=[3, 1, 3, 6, 6], one=[1, 8, 6, 6])
    before = mx.sym.FullyConnected(data, num_hidden=3, flatten=False, name="before")
    after = mx.sym.Reshape(foreach(dense, before, [mx.sym.zeros((0, 4))])[0], shape=(-1, 4))
    yield "between other nodes", mx.sym.softmax(mx.sym.FullyConnected(after, num_hidden=3, name="after")), dict(data=[5, 2, 6])


def fused(mx):
    """Float networks as get_backend_symbol('MKLDNN') writes them."""
    var = mx.sym.var
    data, weight = var("data"), var("weight")

    def conv(x, name, filters=4, kernel=3, **attrs):
        return mx.sym.Convolution(x, kernel=(kernel, kernel), pad=(kernel // 2, kernel // 2), num_filter=filters, name=name, **attrs)

    def act(x, name, kind="relu"):
        return mx.sym.Activation(x, act_type=kind, name=name)

    first = act(mx.sym.BatchNorm(conv(data, "conv0"), fix_gamma=False, name="bn0"), "relu0")
    residual = act(conv(first, "conv1") + first, "relu1")
    dense = mx.sym.FullyConnected(residual, num_hidden=5, name="fc0")
    other = mx.sym.broadcast_mul(conv(data, "conv3", kernel=1) * 2, weight)
    image, gate = [2, 3, 6, 6], [1, 4, 1, 1]
    yield "convolution, BatchNorm, activation, sum, dense layer", mx.sym.softmax(act(dense, "tanh0", "tanh"), name="softmax"), dict(data=image)
    yield "a fused node is the output", act(dense, "tanh0", "tanh"), dict(data=image)
    yield "a sum with the convolution last", other + conv(first, "conv2", kernel=1), dict(data=image, weight=gate)
    yield "a sum with the convolution first", conv(first, "conv2", kernel=1) + other, dict(data=image, weight=gate)
    leaky = mx.sym.LeakyReLU(conv(data, "c", 3, 1, no_bias=True), act_type="leaky", slope=0.3, name="leaky")
    yield "several outputs, leaky", mx.sym.Group([leaky, mx.sym.FullyConnected(leaky, num_hidden=2, name="fc"), leaky]), dict(data=[2, 3, 4, 4])
    yield "dense layer and gelu", mx.sym.LeakyReLU(mx.sym.FullyConnected(data, num_hidden=4, name="f"), act_type="gelu", name="g"), dict(data=[3, 5])
    yield "dense layer and clip", mx.sym.clip(mx.sym.FullyConnected(data, num_hidden=4, name="f"), a_min=-0.5, a_max=0.5, name="g"), dict(data=[3, 5])
    scores = mx.sym.softmax(mx.sym.contrib.interleaved_matmul_selfatt_qk(data, heads=2, name="qk"))
    yield "self-attention", mx.sym.contrib.interleaved_matmul_selfatt_valatt(data, scores, heads=2, name="valatt"), dict(data=[4, 2, 12])
    yield "BatchNorm alone behind", mx.sym.BatchNorm(conv(data, "conv0", 3), fix_gamma=True, name="bn0"), dict(data=image)


def unrolled(cell, data, steps):
    return cell.unroll(steps, inputs=data, merge_outputs=True)[0]


def networks(mx):
    """Small recurrent networks as front ends write them."""
    var, cells = mx.sym.var, mx.rnn
    data = var("data")
    yield "LSTM cells unrolled", unrolled(cells.LSTMCell(4, prefix="lstm_"), data, 3), dict(data=[2, 3, 5])
    yield "GRU cells unrolled", unrolled(cells.GRUCell(4, prefix="gru_"), data, 3), dict(data=[2, 3, 5])
    yield "vanilla cells unrolled", unrolled(cells.RNNCell(4, prefix="rnn_"), data, 3), dict(data=[2, 3, 5])
    stack = cells.SequentialRNNCell()
    for layer in range(2):
        stack.add(cells.BidirectionalCell(cells.LSTMCell(3, prefix=f"l{layer}_"), cells.LSTMCell(3, prefix=f"r{layer}_")))
    yield "bidirectional LSTM cells, two layers, unrolled", unrolled(stack, data, 3), dict(data=[2, 3, 4])
    yield "residual and zoneout cells unrolled", unrolled(cells.ResidualCell(cells.GRUCell(5, prefix="gru_")), data, 2), dict(data=[2, 2, 5])
    words = mx.sym.Embedding(data, input_dim=20, output_dim=6, name="embed")
    outputs = unrolled(cells.LSTMCell(5, prefix="lstm_"), words, 4)
    yield "a language model of unrolled cells", mx.sym.softmax(mx.sym.FullyConnected(mx.sym.Reshape(outputs, shape=(-1, 5)), num_hidden=20, name="pred")), dict(data=[2, 4])
    cell = mx.gluon.rnn.LSTMCell(4, input_size=3, prefix="cell_")
    outputs, states = mx.sym.contrib.foreach(lambda x, s: cell(x, s), data, [var("h"), var("c")])
    yield "a Gluon cell in foreach", mx.sym.Group([outputs, *states]), dict(data=[4, 2, 3], h=[2, 4], c=[2, 4])


def packed(prefix, mode, inputs, hidden, layers, directions):
    """The arrays of a Gluon layer, reshaped and joined by _rnn_param_concat: nodes, operands, the joined vector."""
    nodes, operands, parts, names, seed = [], [], [], [], 900
    gates = GATES[mode] * hidden
    for what in ("weight", "bias"):
        for layer in range(layers):
            for side in "lr"[:directions]:
                for part in ("i2h", "h2h"):
                    depth = hidden if part == "h2h" else inputs if layer == 0 else directions * hidden
                    name, shape = f"{prefix}{side}{layer}_{part}_{what}", [gates, depth] if what == "weight" else [gates]
                    seed += 1
                    tensor = seeded(shape, -0.6, 0.6, seed=seed)
                    operands.append(stored(name, tensor))
                    names.append(f"{prefix}reshape{len(names)}")
                    nodes.append((names[-1], "Reshape", dict(shape="-1"), [name]))
                    parts.append(to_array(tensor).reshape(-1))
    nodes.append((prefix + "joined", "_rnn_param_concat", dict(dim=0, num_args=len(names)), names))
    return nodes, operands, np.concatenate(parts)


def gluon_layers(title, *layers):
    """Layers as Gluon exports them, all in one case."""
    nodes, operands, outputs, heads, variables = [], [], [], [], {}
    for number, (mode, depth, directions, swap) in enumerate(layers):
        steps, images, inputs, hidden = 4, 2, 3, 5
        name = f"{mode}{number}_"
        more, own, vector = packed(name, mode, inputs, hidden, depth, directions)
        nodes += more
        operands += own
        for _, variable, tensor in own:  # what the first call has found out is not in the file
            shape = tensor["shape"]
            variables[variable] = {"__shape__": f"({shape[0]}, 0)" if "0_i2h_weight" in variable else str(tuple(shape))}
        data = seeded([images, steps, inputs] if swap else [steps, images, inputs], seed=801 + number)
        operands.append(given(name + "data", data))
        array, x = to_array(data), name + "data"
        if swap:
            nodes.append((name + "swap", "SwapAxis", dict(dim1=0, dim2=1), [x]))
            x, array = name + "swap", array.swapaxes(0, 1)
        kinds = ["state", "state_cell"] if mode == "lstm" else ["state"]
        nodes += [(name + kind, "_zeros", dict(shape=f"({depth * directions}, 0, {hidden})", dtype="float32"), []) for kind in kinds]
        attrs = dict(state_size=hidden, num_layers=depth, mode=mode, bidirectional=directions == 2, state_outputs=True, p=0)
        nodes.append((name + "rnn", "RNN", attrs, [x, name + "joined", *(name + kind for kind in kinds)]))
        zero = np.zeros((depth * directions, images, hidden))
        expected, head = run(mode, array, vector, hidden, zero, zero, depth, directions)[0], name + "rnn"
        if swap:
            nodes.append((name + "back", "SwapAxis", dict(dim1=0, dim2=1), [head]))
            head, expected = name + "back", expected.swapaxes(0, 1)
        heads.append(head)
        outputs.append(golden(np.ascontiguousarray(expected).astype("float32")))
    return net_case(NET, title, nodes, operands, "network", heads=heads, outputs=outputs, variables=variables, source=SOURCE)


def fused_networks():
    """CRNN and a language model around a fused RNN; the nets around are plain, so NumPy does all of it."""
    # Language model: Embedding, SwapAxis, RNN, Reshape, FullyConnected.
    images, steps, size, words, hidden = 2, 4, 6, 12, 5
    table, dense, bias = seeded([words, size], seed=701), seeded([words, hidden], seed=702), seeded([words], seed=703)
    count = parameter_count("lstm", size, hidden)
    parameters = seeded([count], -0.7, 0.7, seed=704)
    ids = values([images, steps], [1, 5, 11, 0, 7, 2, 2, 3])
    nodes = [
        ("embed", "Embedding", dict(input_dim=words, output_dim=size), ["data", "embed_weight"]),
        ("swap", "SwapAxis", dict(dim1=0, dim2=1), ["embed"]),
        ("begin_h", "_zeros", dict(shape=f"(1, 0, {hidden})"), []),
        ("begin_c", "_zeros", dict(shape=f"(1, 0, {hidden})"), []),
        ("lstm", "RNN", dict(state_size=hidden, num_layers=1, mode="lstm", state_outputs=False), ["swap", "lstm_parameters", "begin_h", "begin_c"]),
        ("back", "SwapAxis", dict(dim1=0, dim2=1), ["lstm"]),
        ("flat", "Reshape", dict(shape=f"(-1, {hidden})"), ["back"]),
        ("pred", "FullyConnected", dict(num_hidden=words), ["flat", "pred_weight", "pred_bias"]),
        ("softmax", "softmax", {}, ["pred"]),
    ]
    x = to_array(table)[to_array(ids).astype(int)].swapaxes(0, 1)
    zero = np.zeros((1, images, hidden))
    out = run("lstm", x, to_array(parameters), hidden, zero, zero)[0].swapaxes(0, 1).reshape(-1, hidden)
    out = out @ to_array(dense).astype(np.float64).T + to_array(bias)
    out = np.exp(out - out.max(axis=1, keepdims=True))
    out /= out.sum(axis=1, keepdims=True)
    operands = [given("data", ids), stored("embed_weight", table), stored("lstm_parameters", parameters), stored("pred_weight", dense), stored("pred_bias", bias)]
    yield net_case(NET, "a language model", nodes, operands, "network", outputs=[golden(out.astype("float32"))], source=SOURCE)
    # CRNN: what a stack of convolutions has left, one row high, as a sequence.
    channels, width, hidden, letters = 3, 6, 4, 7
    image = seeded([images, channels, 1, width], seed=711)
    kernel, dense, bias = seeded([8, channels, 1, 1], seed=712), seeded([letters, 2 * hidden], seed=713), seeded([letters], seed=714)
    count = parameter_count("lstm", 8, hidden, 2, 2)
    parameters = seeded([count], -0.7, 0.7, seed=715)
    nodes = [
        ("conv", "Convolution", dict(kernel="(1, 1)", num_filter=8, no_bias=True), ["data", "conv_weight"]),
        ("relu", "Activation", dict(act_type="relu"), ["conv"]),
        ("squeeze", "squeeze", dict(axis="2"), ["relu"]),
        ("sequence", "transpose", dict(axes="(2, 0, 1)"), ["squeeze"]),
        ("begin_h", "_zeros", dict(shape=f"(4, 0, {hidden})"), []),
        ("begin_c", "_zeros", dict(shape=f"(4, 0, {hidden})"), []),
        ("lstm", "RNN", dict(state_size=hidden, num_layers=2, mode="lstm", bidirectional=True), ["sequence", "lstm_parameters", "begin_h", "begin_c"]),
        ("flat", "Reshape", dict(shape=f"(-1, {2 * hidden})"), ["lstm"]),
        ("pred", "FullyConnected", dict(num_hidden=letters), ["flat", "pred_weight", "pred_bias"]),
        ("softmax", "SoftmaxActivation", {}, ["pred"]),
    ]
    x = np.einsum("nchw,fc->wnf", to_array(image).astype(np.float64), to_array(kernel)[:, :, 0, 0])
    zero = np.zeros((4, images, hidden))
    out = run("lstm", np.maximum(x, 0), to_array(parameters), hidden, zero, zero, 2, 2)[0].reshape(-1, 2 * hidden)
    out = out @ to_array(dense).astype(np.float64).T + to_array(bias)
    out = np.exp(out - out.max(axis=1, keepdims=True))
    out /= out.sum(axis=1, keepdims=True)
    operands = [given("data", image), stored("conv_weight", kernel), stored("lstm_parameters", parameters), stored("pred_weight", dense), stored("pred_bias", bias)]
    yield net_case(NET, "text in an image", nodes, operands, "network", outputs=[golden(out.astype("float32"))], source=SOURCE)


def loop_graph(**change):
    """A loop by hand: out = data + state, state = out."""
    body = {
        "nodes": [
            {"op": "null", "name": "x", "inputs": []},
            {"op": "null", "name": "s", "inputs": []},
            {"op": "elemwise_add", "name": "sum", "inputs": [[0, 0, 0], [1, 0, 0]]},
        ],
        "arg_nodes": [0, 1],
        "heads": [[2, 0, 0], [2, 0, 0]],
    }
    attrs = {"num_args": "3", "num_outputs": "2", "num_out_data": "1", "in_data_locs": "[0]", "in_state_locs": "[1]", "remain_locs": "[]"}
    attrs.update(change.get("attrs", {}))
    loop = {"op": "_foreach", "name": "loop", "attrs": attrs, "inputs": [[0, 0, 0], [1, 0, 0]], "subgraphs": change.get("subgraphs", [body])}
    body.update(change.get("body", {}))
    nodes = [{"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "begin", "inputs": []}, loop]
    return {"nodes": nodes, "arg_nodes": [0, 1], "heads": change.get("heads", [[2, 0, 0], [2, 1, 0]]), "attrs": {"mxnet_version": ["int", 10901]}}


def loop_calls():
    keys = {"data": [3, 2], "begin": [2]}
    sums, last = values([3, 2], [2, 4, 5, 8, 10, 14]), values([2], [10, 14])
    run_it = [put("data", values([3, 2], [1, 2, 3, 4, 5, 6])), put("begin", values([2], [1, 2])), forward()]

    def calls(title, steps, graph=None, **more):
        return steps_case(LOOP, title, {"m": {"symbol": graph or loop_graph(), "params": []}}, steps, source="by hand", tolerance="rounding", **more)

    yield calls("a loop by hand", [create(keys), *run_it, get(0, sums), get(1, last)])
    yield calls("a loop runs again", [create(keys), *run_it, get(0, sums), *run_it, get(0, sums)])
    yield calls("an output of a loop by its name", [create_partial(keys, ["loop_output1"]), *run_it, get(0, last)], needs=["lp", "partial-output"])
    yield calls("states of a loop begin with zeros", [create({"data": [3, 2]}), put("data", values([3, 2], [1, 2, 3, 4, 5, 6])), forward(), get(1, values([2], [9, 12]))], needs=["lp"])
    yield calls("a loop of another length", [create(keys), step("MXPredReshape", **{"as": "q"}, handle="p", keys={"data": [1, 2], "begin": [2]}), put("data", values([1, 2], [3, 4]), "q"), put("begin", values([2], [1, 2]), "q"), forward("q"), get(0, values([1, 2], [4, 6]), "q")])
    names = [step("LPModelCreate", **{"as": "model"}, model="m"), step("LPModelGetInputNames", {"names": ["data", "begin"]}, handle="model"), step("LPModelGetOutputNames", {"names": ["loop_output0", "loop_output1"]}, handle="model")]
    yield calls("names of a loop", names, needs=["lp"])

    def refuses(title, phrases, code="LP_ERROR_SYMBOL", keys=keys, **change):
        return calls("refuses " + title, [create(keys, expect=error(*phrases, code=code))], loop_graph(**change))

    wrong = "LP_ERROR_ATTRIBUTE"
    yield refuses("a loop without a subgraph", [], subgraphs=[])
    yield refuses("a loop with two subgraphs", [], subgraphs=[loop_graph(), loop_graph()])
    yield refuses("a location twice", [], wrong, attrs={"in_state_locs": "[0]"})
    yield refuses("a location that is not there", [], wrong, attrs={"in_state_locs": "[2]"})
    yield refuses("fewer locations than inputs", [], wrong, attrs={"in_state_locs": "[]"})
    yield refuses("fewer outputs than states", [], wrong, attrs={"num_outputs": "1"})
    yield refuses("a subgraph with fewer outputs", [], body={"heads": [[2, 0, 0]]})
    yield refuses("a subgraph with fewer inputs", [], body={"heads": [[0, 0, 0], [0, 0, 0]]})
    yield refuses("states that change their shape", [], "LP_ERROR_SHAPE", keys={"data": [3, 2], "begin": [3]})
    yield refuses("an unknown operator within", ["NoSuchOperator"], "LP_ERROR_UNSUPPORTED", body={"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "null", "name": "s", "inputs": []}, {"op": "NoSuchOperator", "name": "odd", "inputs": [[0, 0, 0], [1, 0, 0]]}]})
    for op, words in (("_while_loop", "steps"), ("_cond", "branch"), ("Custom", "program"), ("_TensorRT", "GPU")):
        graph = {"nodes": [{"op": "null", "name": "data", "inputs": []}, {"op": op, "name": "odd", "attrs": {"op_type": "odd"}, "inputs": [[0, 0, 0]], "subgraphs": [loop_graph()]}], "arg_nodes": [0], "heads": [[1, 0, 0]], "attrs": {"mxnet_version": ["int", 10901]}}
        yield calls(f"a check names {op}", [step("LPCheckModel", {"errors": ["odd"], "warnings": []}, model="m"), step("LPModelCreate", error(op, code="LP_ERROR_UNSUPPORTED"), **{"as": "model"}, model="m")], graph, needs=["lp"])
    odd = loop_graph(body={"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "null", "name": "s", "inputs": []}, {"op": "NoSuchOperator", "name": "odd", "inputs": [[0, 0, 0], [1, 0, 0]]}]})
    yield calls("a check looks into loops", [step("LPCheckModel", {"errors": ["odd"], "warnings": []}, model="m")], odd, needs=["lp"])


def cases():
    import mxnet as mx

    yield from rnn_cases()
    for title, symbol, shapes in named(mx, loops):
        yield symbol_case(LOOP, "foreach " + title, symbol, {name: seeded(shape) for name, shape in shapes.items()})
    for title, symbol, shapes in named(mx, fused):
        yield symbol_case(LOOP, "fused " + title, symbol, {name: seeded(shape) for name, shape in shapes.items()}, text=symbol.get_backend_symbol("MKLDNN").tojson())
    yield from loop_calls()
    for title, symbol, shapes in named(mx, networks):
        inputs = {name: seeded(shape, 0, 20, seed=77) if "language" in title else seeded(shape) for name, shape in shapes.items()}
        yield symbol_case(NET, title, symbol, inputs)
    yield gluon_layers("Gluon layers", ("lstm", 1, 1, False), ("lstm", 2, 2, True), ("gru", 2, 1, True), ("gru", 1, 2, False), ("rnn_relu", 1, 2, True))
    yield from fused_networks()


def named(mx, make):
    """What `make` yields, names counted from 0 so that a second run writes the same."""
    with mx.name.NameManager():
        yield from make(mx)
