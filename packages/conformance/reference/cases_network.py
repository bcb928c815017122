"""Small graphs: what graph passes may change (folding, fusing, views, layouts, reuse) must keep the numbers."""

import math

from case_builders import free, given, net_case, state, stored
from case_tensors import seeded, values

FILE = "network/block"
NETS = "network/small-network"


class Net:
    """Collects nodes and operands; layers return the name of their output."""

    def __init__(self, shape, data="data"):
        self.nodes, self.operands = [], [given(data, seeded(shape))]
        self.channels = {data: shape[1]}

    def add(self, name, op, attrs, inputs, channels=None):
        self.nodes.append((name, op, attrs, inputs))
        self.channels[name] = channels if channels is not None else self.channels.get(inputs[0].partition(":")[0])
        return name

    def weight(self, name, shape, lo=-1.0, hi=1.0):
        if all(operand[1] != name for operand in self.operands):
            self.operands.append(stored(name, seeded(shape, lo, hi)))
        return name

    def conv(self, name, x, f, k=3, stride=1, pad=None, group=1, bias=True, dilate=1, share=None):
        c = self.channels[x.partition(":")[0]]
        pad = (k - 1) // 2 * dilate if pad is None else pad
        bound = math.sqrt(3 / (c // group * k * k))
        own = share or name
        inputs = [x, self.weight(own + "_weight", [f, c // group, k, k], -bound, bound)]
        attrs = dict(kernel=(k, k), num_filter=f, pad=(pad, pad), stride=(stride, stride), no_bias=not bias)
        if group > 1:
            attrs["num_group"] = group
        if dilate > 1:
            attrs["dilate"] = (dilate, dilate)
        if bias:
            inputs.append(self.weight(own + "_bias", [f], -0.5, 0.5))
        return self.add(name, "Convolution", attrs, inputs, f)

    def bn(self, name, x, axis=1, **attrs):
        c = self.channels[x]
        inputs = [x, self.weight(name + "_gamma", [c], 0.5, 1.5), self.weight(name + "_beta", [c], -0.5, 0.5)]
        for suffix, lo, hi in (("_moving_mean", -0.5, 0.5), ("_moving_var", 0.5, 1.5)):
            self.operands.append(state(name + suffix, seeded([c], lo, hi)))
            inputs.append(name + suffix)
        return self.add(name, "BatchNorm", {"fix_gamma": False, **attrs}, inputs)

    def act(self, name, x, kind="relu"):
        return self.add(name, "Activation", dict(act_type=kind), [x])

    def prelu(self, name, x):
        return self.add(name, "LeakyReLU", dict(act_type="prelu"), [x, self.weight(name + "_gamma", [self.channels[x]], 0, 0.5)])

    def pool(self, name, x, k=2, stride=2, kind="max", pad=0, **attrs):
        return self.add(name, "Pooling", dict(kernel=(k, k), stride=(stride, stride), pad=(pad, pad), pool_type=kind, **attrs), [x])

    def gap(self, name, x):
        return self.add(name, "Pooling", dict(global_pool=True, kernel=(1, 1), pool_type="avg"), [x])

    def fc(self, name, x, width, h, bias=True, **attrs):
        bound = math.sqrt(3 / width)
        inputs = [x, self.weight(name + "_weight", [h, width], -bound, bound)]
        if bias:
            inputs.append(self.weight(name + "_bias", [h], -0.5, 0.5))
        return self.add(name, "FullyConnected", dict(num_hidden=h, no_bias=not bias, **attrs), inputs, h)

    def plus(self, name, a, b, op="elemwise_add"):
        return self.add(name, op, {}, [a, b])

    def concat(self, name, parts, dim=1):
        return self.add(name, "Concat", dict(num_args=len(parts), dim=dim), parts, sum(self.channels[p.partition(":")[0]] for p in parts))

    def softmax(self, name, x):
        self.operands.append(free(name + "_label"))
        return self.add(name, "SoftmaxOutput", {}, [x, name + "_label"])

    def case(self, title, file=FILE, heads=None, **more):
        return net_case(file, title, self.nodes, self.operands, "network", None, heads, **more)


def cases():
    yield from blocks()
    yield from shared()
    yield from networks()


def blocks():
    for bias in (True, False):
        for c, f in ((3, 5), (8, 16), (16, 24)):
            n = Net([1, c, 6, 5])
            n.bn("bn", n.conv("conv", "data", f, bias=bias))
            yield n.case(f"conv bn c{c} f{f}{'' if bias else ' nobias'}")
    for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign"):
        n = Net([1, 4, 5, 5])
        n.act("act", n.bn("bn", n.conv("conv", "data", 8)), kind)
        yield n.case(f"conv bn {kind}")
        n = Net([2, 5])
        n.act("act", n.fc("fc", "data", 5, 7), kind)
        yield n.case(f"dense {kind}")
    for op, attrs in [("LeakyReLU", dict(act_type="leaky", slope=0.1)), ("LeakyReLU", dict(act_type="elu")), ("LeakyReLU", dict(act_type="gelu")), ("clip", dict(a_min=0, a_max=6)), ("relu", {}), ("sigmoid", {}), ("_mul_scalar", dict(scalar=0.5)), ("_plus_scalar", dict(scalar=3)), ("hard_sigmoid", {}), ("square", {})]:
        n = Net([1, 3, 6, 6])
        n.add("post", op, attrs, [n.conv("conv", "data", 8)])
        yield n.case(f"conv {op} {' '.join(map(str, attrs.values()))}".strip())
    n = Net([1, 3, 6, 6])
    n.prelu("p", n.conv("c", "data", 10))
    yield n.case("conv prelu")
    n = Net([1, 6, 5, 5])
    n.act("r", n.bn("b", n.conv("dw", "data", 6, group=6)))
    yield n.case("depthwise bn relu")
    n = Net([2, 6])
    n.bn("b", n.fc("f", "data", 6, 4))
    yield n.case("dense bn")
    n = Net([1, 5, 4, 4])
    n.conv("c", n.act("r", n.bn("b", "data")), 6)
    yield n.case("bn relu conv (pre-activation)")
    n = Net([1, 4, 6, 6])
    n.conv("c", n.bn("b", "data"), 5)
    yield n.case("bn before a padded conv cannot be folded into it")
    n = Net([1, 4, 5, 5])
    n.bn("b2", n.bn("b1", n.conv("c", "data", 4)))
    yield n.case("two bn after a conv")
    n = Net([1, 4, 5, 5])
    c = n.conv("c", "data", 6)
    n.concat("cat", [n.bn("b", c), c])
    yield n.case("a conv that is read twice keeps its own values")
    n = Net([1, 4, 5, 5])
    c = n.conv("c", "data", 6)
    n.bn("b", c)
    yield n.case("a conv that is also an output", heads=["b", "c"])
    n = Net([1, 4, 5, 5])
    c = n.conv("c", "data", 6)
    r = n.act("r", c)
    n.act("s", c, "sigmoid")
    yield n.case("two activations of one conv", heads=["r", "s"])
    n = Net([1, 4, 5, 5])
    n.bn("b", n.conv("c", "data", 6), fix_gamma=True, eps=2e-5)
    yield n.case("conv bn fix_gamma")
    n = Net([1, 4, 5, 5])
    n.bn("b", n.conv("c", "data", 6), output_mean_var=True)
    yield n.case("conv bn whose statistics are outputs", heads=["b:0", "b:1", "b:2"])
    n = Net([1, 4, 3, 3])
    n.operands.append(stored("w", seeded([4, 3, 2, 2])))
    n.add("d", "Deconvolution", dict(kernel=(2, 2), stride=(2, 2), num_filter=3), ["data", "w"], 3)
    n.act("r", n.bn("b", "d"))
    yield n.case("deconv bn relu")
    # additions
    for order in ("conv first", "conv second"):
        n = Net([1, 8, 5, 5])
        c = n.conv("c", "data", 8)
        n.act("r", n.plus("sum", *((c, "data") if order == "conv first" else ("data", c))))
        yield n.case(f"conv add relu, {order}")
    n = Net([1, 8, 5, 5])
    n.plus("sum", n.conv("a", "data", 6), n.conv("b", "data", 6, 1))
    yield n.case("two convs added")
    n = Net([1, 8, 5, 5])
    c = n.conv("a", "data", 8)
    n.plus("sum", c, c)
    yield n.case("a conv added to itself")
    n = Net([1, 8, 5, 5])
    c = n.conv("a", "data", 8)
    s = n.plus("sum", c, "data")
    n.plus("again", s, c)
    yield n.case("an addend that is read later")
    for op in ("broadcast_add", "elemwise_sub", "elemwise_mul", "_Plus", "ElementWiseSum", "_maximum"):
        n = Net([1, 4, 4, 4])
        n.add("op", op, dict(num_args=2) if op == "ElementWiseSum" else {}, [n.conv("a", "data", 4), "data"])
        yield n.case(f"conv {op}")
    n = Net([1, 4, 4, 4])
    a, b = n.conv("a", "data", 4), n.conv("b", "data", 4, 1)
    n.add("s", "add_n", dict(num_args=3), [a, b, "data"])
    yield n.case("three-way add_n")
    # views
    for dim in (0, 1, 2, 3):
        n = Net([2, 4, 4, 4])
        n.concat("cat", [n.conv("a", "data", 4), n.act("b", "data"), "data"], dim)
        yield n.case(f"concat of conv, relu and input on axis {dim}")
    n = Net([1, 5, 4, 4])
    n.conv("c", n.concat("cat", [n.conv("a", "data", 3), n.conv("b", "data", 8)]), 6)
    yield n.case("concat of channels that are no whole blocks, then conv")
    n = Net([1, 8, 4, 4])
    n.conv("c", n.concat("cat", [n.conv("a", "data", 8), n.conv("b", "data", 16)]), 8)
    yield n.case("concat of whole blocks, then conv")
    n = Net([1, 4, 4, 4])
    a = n.conv("a", "data", 4)
    n.concat("cat", [a, a, "data", a])
    yield n.case("concat of one input several times")
    n = Net([1, 4, 3, 3])
    inner = n.concat("inner", [n.conv("a", "data", 2), n.conv("b", "data", 3)])
    n.concat("outer", [inner, n.conv("c", "data", 1), inner])
    yield n.case("concat in concat")
    n = Net([1, 3, 4, 4])
    c1 = n.concat("c1", ["data", n.conv("a", "data", 4)])
    n.concat("c2", [c1, n.conv("b", c1, 4)])
    yield n.case("dense block")
    n = Net([1, 8, 4, 4])
    n.add("s", "SliceChannel", dict(num_outputs=2), [n.conv("a", "data", 8)], 4)
    n.plus("sum", "s:0", "s:1", "elemwise_sub")
    yield n.case("split of a conv, parts subtracted")
    n = Net([1, 16, 4, 4])
    n.add("s", "SliceChannel", dict(num_outputs=2), ["data"], 8)
    left = n.conv("left", "s:0", 8)
    n.concat("cat", ["s:1", left])
    yield n.case("split, one half through a conv, concat")
    n = Net([2, 12])
    n.add("s", "slice_axis", dict(axis=1, begin=3, end=9), ["data"])
    n.fc("f", "s", 6, 3)
    yield n.case("slice then dense")
    n = Net([2, 4, 3, 3])
    n.add("r", "Reshape", dict(shape="(0,-1)"), [n.conv("c", "data", 4)])
    n.act("a", "r")
    n.add("back", "Reshape", dict(shape="(0,4,3,3)"), ["a"], 4)
    n.conv("c2", "back", 3)
    yield n.case("reshape there and back between convs")
    n = Net([1, 6, 4, 4])
    n.add("r1", "Reshape", dict(shape="(0,-4,2,3,-2)"), [n.conv("c", "data", 6)])
    n.add("t", "transpose", dict(axes="(0,2,1,3,4)"), ["r1"])
    n.add("r2", "Reshape", dict(shape="(0,-3,-2)"), ["t"], 6)
    n.conv("c2", "r2", 6, group=3)
    yield n.case("channel shuffle between convs")
    n = Net([1, 5, 3, 3])
    n.add("f", "Flatten", {}, [n.conv("c", "data", 5)])
    n.fc("fc", "f", 45, 4)
    yield n.case("conv, flatten, dense")
    n = Net([1, 5, 3, 3])
    n.fc("fc", n.conv("c", "data", 10), 90, 4)
    yield n.case("conv, dense without flatten node")
    n = Net([2, 6, 4, 3])
    n.add("t", "transpose", dict(axes="(0,2,3,1)"), [n.conv("c", "data", 6)])
    n.fc("fc", "t", 6, 4, flatten=False)
    yield n.case("conv, transpose, dense on the last axis")
    n = Net([1, 10, 4, 4])
    n.add("sw", "SwapAxis", dict(dim1=1, dim2=3), [n.conv("c", "data", 10)])
    yield n.case("conv then SwapAxis")
    # dead and training-only nodes
    n = Net([1, 4, 4, 4])
    d = n.add("drop", "Dropout", dict(p=0.5), [n.conv("c", "data", 4)])
    n.bn("b", n.add("i", "identity", {}, [d]))
    yield n.case("dropout and identity between conv and bn")
    n = Net([2, 5])
    n.add("loss", "make_loss", {}, [n.add("block", "BlockGrad", {}, [n.fc("f", "data", 5, 3)])])
    yield n.case("loss heads")
    n = Net([2, 5])
    n.add("drop", "Dropout", {}, ["data"])
    yield n.case("an input dropped and nothing else")
    # layouts through operators
    for middle in ("Pooling", "UpSampling", "Pad", "LRN", "softmax", "mean", "slice_axis", "elemwise_mul", "broadcast_mul", "InstanceNorm", "L2Normalization", "SoftmaxActivation", "Crop", "_plus_scalar", "transpose2", "expand"):
        n = Net([1, 8, 6, 6])
        c = n.conv("c1", "data", 16)
        if middle == "Pooling":
            m = n.pool("m", c, 3, 2, "avg", 1)
        elif middle == "UpSampling":
            m = n.add("m", "UpSampling", dict(scale=2, sample_type="nearest", num_args=1), [c])
        elif middle == "Pad":
            m = n.add("m", "Pad", dict(mode="reflect", pad_width="(0,0,0,0,1,1,1,1)"), [c])
        elif middle == "LRN":
            m = n.add("m", "LRN", dict(nsize=5), [c])
        elif middle == "softmax":
            m = n.add("m", "softmax", dict(axis=1), [c])
        elif middle == "mean":
            m = n.add("m", "broadcast_sub", {}, [c, n.add("avg", "mean", dict(axis="(2,3)", keepdims=True), [c])])
        elif middle == "slice_axis":
            m = n.add("m", "slice_axis", dict(axis=1, begin=3, end=12), [c], 9)
        elif middle == "elemwise_mul":
            m = n.plus("m", c, n.act("g", n.conv("gate", "data", 16), "sigmoid"), "elemwise_mul")
        elif middle == "broadcast_mul":
            m = n.plus("m", c, n.act("g", n.conv("gate", n.gap("gap", c), 16, 1), "sigmoid"), "broadcast_mul")
        elif middle == "InstanceNorm":
            m = n.add("m", "InstanceNorm", {}, [c, n.weight("g", [16], 0.5, 1), n.weight("b", [16])])
        elif middle == "L2Normalization":
            m = n.add("m", "L2Normalization", dict(mode="channel"), [c])
        elif middle == "SoftmaxActivation":
            m = n.add("m", "SoftmaxActivation", dict(mode="channel"), [c])
        elif middle == "Crop":
            m = n.add("m", "Crop", dict(num_args=1, h_w=(4, 3), offset=(1, 2)), [c])
        elif middle == "_plus_scalar":
            m = n.add("m", "_plus_scalar", dict(scalar=0.5), [c])
        elif middle == "transpose2":
            m = n.add("m", "transpose", dict(axes="(0,1,3,2)"), [c])
        else:
            m = n.add("m", "squeeze", dict(axis=2), [n.add("e", "expand_dims", dict(axis=2), [c])])
        n.conv("c2", m, 8)
        yield n.case(f"conv, {middle}, conv")


def shared():
    n = Net([1, 4, 5, 5])
    n.conv("b", n.act("r", n.conv("a", "data", 4, share="w")), 4, share="w")
    yield n.case("one weight for two convs")
    n = Net([1, 3, 5, 5])
    n.operands.append(given("other", seeded([1, 3, 5, 5])))
    n.channels["other"] = 3
    n.plus("d", n.conv("a", "data", 4, share="w"), n.conv("b", "other", 4, share="w"), "elemwise_sub")
    yield n.case("siamese: two inputs, one weight")
    n = Net([1, 4, 5, 5])
    n.concat("cat", [n.bn("b", n.conv("a", "data", 4, share="w")), n.conv("c", "data", 4, share="w")])
    yield n.case("folding into a weight that another conv uses")
    n = Net([1, 4, 5, 5])
    n.concat("cat", [n.conv("a", "data", 4, share="w"), n.conv("c", "data", 4, share="w")])
    yield n.case("two convs that compute the same")
    n = Net([2, 5])
    n.plus("s", n.add("a", "exp", {}, ["data"]), n.add("b", "exp", {}, ["data"]))
    yield n.case("two exps that compute the same")
    n = Net([2, 5])
    n.plus("s", n.add("a", "_mul_scalar", dict(scalar=2), ["data"]), n.add("b", "_mul_scalar", dict(scalar=3), ["data"]))
    yield n.case("two nodes that differ in an attribute")
    n = Net([3, 4])
    h = "data"
    for i in range(4):
        h = n.act(f"t{i}", n.add(f"fc{i}", "FullyConnected", dict(num_hidden=4, no_bias=True), [h, n.weight("w", [4, 4], -0.8, 0.8)], 4), "tanh")
    yield n.case("one dense weight four times")
    n = Net([2, 4, 6])
    n.add("fc", "FullyConnected", dict(num_hidden=4, no_bias=True), [n.add("m", "mean", dict(axis=2), ["data"]), n.add("t", "transpose", {}, [n.weight("w", [4, 4])])], 4)
    yield n.case("a weight that is computed", variables={"w": {"__shape__": "(4,4)"}})
    n = Net([1, 4, 4, 4])
    scaled = n.add("scaled", "_mul_scalar", dict(scalar=0.5), [n.weight("w", [4, 4, 3, 3])])
    n.add("a", "Convolution", dict(kernel=(3, 3), num_filter=4, pad=(1, 1), no_bias=True), ["data", scaled], 4)
    yield n.case("a conv weight that is computed")


def networks():
    n = Net([1, 1, 12, 12])
    x = n.pool("p1", n.act("a1", n.conv("c1", "data", 6, 5, pad=0), "tanh"))
    x = n.act("a2", n.conv("c2", x, 10, 3, pad=0), "tanh")
    x = n.act("a3", n.fc("f1", n.add("flat", "Flatten", {}, [x]), 40, 16), "tanh")
    n.softmax("softmax", n.fc("f2", x, 16, 10))
    yield n.case("LeNet", NETS)
    n = Net([2, 3, 12, 12])
    x = n.act("r0", n.bn("b0", n.conv("c0", "data", 8, bias=False)))
    for i, (f, s) in enumerate([(8, 1), (16, 2), (16, 1)]):
        y = n.act(f"r{i}a", n.bn(f"b{i}a", n.conv(f"c{i}a", x, f, stride=s, bias=False)))
        y = n.bn(f"b{i}b", n.conv(f"c{i}b", y, f, bias=False))
        z = x if s == 1 and n.channels[x] == f else n.bn(f"b{i}s", n.conv(f"c{i}s", x, f, 1, s, bias=False))
        x = n.act(f"r{i}b", n.plus(f"s{i}", y, z))
    n.softmax("softmax", n.fc("fc", n.gap("gap", x), 16, 5))
    yield n.case("residual network v1", NETS)
    n = Net([1, 3, 10, 10])
    x = n.conv("c0", n.bn("bn_data", "data", fix_gamma=True, eps=2e-5), 8, bias=False)
    for i, (f, s) in enumerate([(8, 1), (12, 2)]):
        a = n.act(f"r{i}a", n.bn(f"b{i}a", x, eps=2e-5))
        y = n.conv(f"c{i}a", a, f // 2, 1, bias=False)
        y = n.conv(f"c{i}b", n.act(f"r{i}b", n.bn(f"b{i}b", y, eps=2e-5)), f // 2, 3, s, bias=False)
        y = n.conv(f"c{i}c", n.act(f"r{i}c", n.bn(f"b{i}c", y, eps=2e-5)), f, 1, bias=False)
        x = n.plus(f"s{i}", y, x if s == 1 else n.conv(f"c{i}s", a, f, 1, s, bias=False), "_Plus")
    n.fc("fc", n.add("flat", "Flatten", {}, [n.gap("gap", n.act("r", n.bn("b", x, eps=2e-5)))]), 12, 4)
    yield n.case("residual network v2, bottleneck", NETS)
    n = Net([1, 3, 12, 12])
    x = n.act("r0", n.conv("c0", "data", 8))
    parts = [n.act("r1", n.conv("c1", x, 4, 1)), n.act("r2b", n.conv("c2b", n.act("r2", n.conv("c2", x, 4, 1)), 6)), n.act("r3b", n.conv("c3b", n.act("r3", n.conv("c3", x, 2, 1)), 3, 5)), n.act("r4", n.conv("c4", n.pool("p4", x, 3, 1, "max", 1), 5, 1))]
    x = n.pool("p5", n.concat("cat", parts), 3, 2, "max", 0, pooling_convention="full")
    n.softmax("softmax", n.fc("fc", n.gap("gap", x), 18, 6))
    yield n.case("inception block", NETS)
    n = Net([1, 8, 9, 9])
    parts = [n.act("r1", n.bn("b1", n.conv("c1", "data", 8, 3, 2))), n.act("r2", n.bn("b2", n.conv("c2b", n.conv("c2", "data", 8, 1), 8, 3, 2))), n.pool("p", "data", 3, 2, "max", 1)]
    x = n.concat("cat", parts)
    n.pool("avg", x, 5, 1, "avg", 0)
    yield n.case("inception reduction", NETS)
    n = Net([1, 3, 12, 12])
    x = n.act("r0", n.bn("b0", n.conv("c0", "data", 8, 3, 2, bias=False)))
    for i, (f, s) in enumerate([(16, 1), (16, 2), (24, 1)]):
        x = n.act(f"rd{i}", n.bn(f"bd{i}", n.conv(f"d{i}", x, n.channels[x], 3, s, group=n.channels[x], bias=False)))
        x = n.act(f"rp{i}", n.bn(f"bp{i}", n.conv(f"p{i}", x, f, 1, bias=False)))
    n.fc("fc", n.gap("gap", x), 24, 5)
    yield n.case("mobilenet v1", NETS)
    n = Net([1, 4, 8, 8])
    x = "data"
    for i, (f, s) in enumerate([(4, 1), (6, 2)]):
        y = n.add(f"e{i}r", "clip", dict(a_min=0, a_max=6), [n.bn(f"e{i}b", n.conv(f"e{i}", x, 12, 1, bias=False))])
        y = n.add(f"d{i}r", "clip", dict(a_min=0, a_max=6), [n.bn(f"d{i}b", n.conv(f"d{i}", y, 12, 3, s, group=12, bias=False))])
        y = n.bn(f"p{i}b", n.conv(f"p{i}", y, f, 1, bias=False))
        x = n.plus(f"s{i}", y, x) if s == 1 else y
    n.add("out", "Reshape", dict(shape="(0,-1)"), [n.gap("gap", x)])
    yield n.case("mobilenet v2", NETS)
    n = Net([1, 8, 6, 6])
    x = n.conv("c", "data", 16)
    g = n.fc("f2", n.act("fr", n.fc("f1", n.gap("gap", x), 16, 4)), 4, 16)
    g = n.add("g4", "Reshape", dict(shape="(-1,16,1,1)"), [n.act("gs", g, "sigmoid")], 16)
    n.act("r", n.plus("sum", n.plus("scale", x, g, "broadcast_mul"), n.conv("short", "data", 16, 1)))
    yield n.case("squeeze and excitation", NETS)
    n = Net([1, 8, 6, 6])
    h = n.add("h", "_div_scalar", dict(scalar=6), [n.add("clip", "clip", dict(a_min=0, a_max=6), [n.add("p", "_plus_scalar", dict(scalar=3), [n.conv("c", "data", 8)])])])
    n.plus("swish", "c", h, "elemwise_mul")
    yield n.case("hard swish", NETS)
    n = Net([1, 3, 9, 9])
    x = n.conv("c", "data", 4)
    for i in range(3):
        y = n.conv(f"c{i}b", n.act(f"r{i}b", n.bn(f"b{i}b", n.conv(f"c{i}a", n.act(f"r{i}a", n.bn(f"b{i}a", x)), 8, 1, bias=False))), 3, bias=False)
        x = n.concat(f"cat{i}", [x, y])
    n.pool("t", n.conv("tc", n.act("tr", n.bn("tb", x)), 6, 1, bias=False), 2, 2, "avg")
    yield n.case("densenet", NETS)
    n = Net([1, 3, 11, 11])
    x = n.pool("p", n.act("r", n.conv("c", "data", 8, 3, 2)), 3, 2, pooling_convention="full")
    s = n.act("sr", n.conv("s", x, 4, 1))
    x = n.concat("cat", [n.act("e1r", n.conv("e1", s, 6, 1)), n.act("e3r", n.conv("e3", s, 6))])
    n.add("prob", "softmax", {}, [n.add("flat", "Flatten", {}, [n.gap("gap", n.add("d", "Dropout", {}, [n.conv("last", x, 5, 1)]))])])
    yield n.case("squeezenet fire", NETS)
    n = Net([1, 3, 12, 12])
    x = n.prelu("p1", n.conv("c1", "data", 10, pad=0))
    x = n.pool("pool", x, 2, 2, pooling_convention="full")
    x = n.prelu("p3", n.conv("c3", n.prelu("p2", n.conv("c2", x, 16, pad=0)), 32, pad=0))
    n.add("prob", "SoftmaxActivation", dict(mode="channel"), [n.conv("cls", x, 2, 1)])
    n.conv("box", x, 4, 1)
    yield n.case("MTCNN proposal network", NETS, heads=["box", "prob"])
    n = Net([1, 4, 8, 8])
    low = n.act("r1", n.conv("c1", "data", 8, 3, 2))
    top = n.act("r2", n.conv("c2", low, 8, 3, 2))
    up = n.add("up", "UpSampling", dict(scale=2, sample_type="nearest", num_args=1), [n.conv("lat2", top, 8, 1)])
    up = n.add("crop", "Crop", dict(num_args=2), [up, n.conv("lat1", low, 8, 1)])
    m = n.conv("merge", n.plus("sum", "lat1", up), 8)
    n.add("score", "Reshape", dict(shape="(0,2,-1,0)"), [n.conv("cls", m, 4, 1)])
    n.add("prob", "SoftmaxActivation", dict(mode="channel"), ["score"])
    n.conv("box", m, 8, 1)
    yield n.case("feature pyramid", NETS, heads=["prob", "box"])
    n = Net([1, 3, 8, 8])
    x = n.add("i1r", "relu", {}, [n.add("i1", "InstanceNorm", {}, [n.conv("c1", n.add("pad", "Pad", dict(mode="reflect", pad_width="(0,0,0,0,1,1,1,1)"), ["data"]), 6, pad=0), n.weight("g1", [6], 0.5, 1), n.weight("b1", [6])])])
    n.operands.append(stored("dw", seeded([6, 3, 4, 4], -0.3, 0.3)))
    n.add("out", "_mul_scalar", dict(scalar=127.5), [n.add("t", "tanh", {}, [n.add("d", "Deconvolution", dict(kernel=(4, 4), stride=(2, 2), pad=(1, 1), num_filter=3), [x, "dw"], 3)])])
    yield n.case("style transfer", NETS)
    n = Net([2, 3, 6, 6])
    x = n.add("m", "_mul_scalar", dict(scalar=0.0078125), [n.add("s", "_minus_scalar", dict(scalar=127.5), ["data"])])
    x = n.prelu("p", n.bn("b", n.conv("c", x, 8, bias=False)))
    x = n.bn("out", n.fc("fc", n.add("drop", "Dropout", dict(p=0.4), [n.bn("b2", x)]), 288, 12), fix_gamma=True)
    n.add("l2", "L2Normalization", dict(mode="instance"), [x])
    yield n.case("face embedding", NETS)
    n = Net([1, 3, 10, 10])
    x = n.act("r", n.conv("c", "data", 8))
    x = n.conv("d", n.act("r2", n.conv("c2", x, 8, dilate=2)), 4, 1)
    n.operands.append(stored("upw", seeded([4, 1, 4, 4], 0, 0.5)))
    x = n.add("up", "Deconvolution", dict(kernel=(4, 4), stride=(2, 2), pad=(1, 1), num_filter=4, num_group=4), [x, "upw"], 4)
    n.operands.append(free("softmax_label"))
    n.add("softmax", "SoftmaxOutput", dict(multi_output=True), [x, "softmax_label"])
    yield n.case("fully convolutional segmentation", NETS)
    n = Net([2, 5])
    h, c = "h0", "c0"
    n.operands += [stored("h0", seeded([2, 4])), stored("c0", seeded([2, 4]))]
    for t in range(2):
        gates = n.add(f"g{t}", "elemwise_add", {}, [n.add(f"i{t}", "FullyConnected", dict(num_hidden=16), ["data", n.weight("i2h_weight", [16, 5]), n.weight("i2h_bias", [16])]), n.add(f"hh{t}", "FullyConnected", dict(num_hidden=16), [h, n.weight("h2h_weight", [16, 4]), n.weight("h2h_bias", [16])])])
        n.add(f"s{t}", "SliceChannel", dict(num_outputs=4), [gates])
        i, f, g, o = (n.act(f"{k}{t}", f"s{t}:{j}", "tanh" if k == "cg" else "sigmoid") for j, k in enumerate(("ig", "fg", "cg", "og")))
        c = n.plus(f"cn{t}", n.plus(f"fc{t}", f, c, "elemwise_mul"), n.plus(f"ic{t}", i, g, "elemwise_mul"))
        h = n.plus(f"hn{t}", o, n.act(f"ct{t}", c, "tanh"), "elemwise_mul")
    yield n.case("unrolled LSTM", NETS, heads=["hn1", "cn1"], variables={"h0": {"__shape__": "(2,4)"}, "c0": {"__shape__": "(2,4)"}})
    n = Net([3, 2, 4])
    n.add("emb", "Embedding", dict(input_dim=7, output_dim=5), ["data", n.weight("table", [7, 5])])
    n.operands[0] = given("data", values([3, 4], [0, 1, 2, 3, 4, 5, 6, 0, 1, 1, 1, 1]))
    x = n.add("m", "mean", dict(axis=1), ["emb"])
    n.softmax("softmax", n.fc("fc", x, 5, 3))
    yield n.case("bag of words", NETS)
    n = Net([4, 6])
    h = n.fc("f0", "data", 6, 8)
    a, b = n.act("a", h), n.act("b", h, "tanh")
    n.softmax("s1", n.fc("f1", a, 8, 3))
    n.add("s2", "LinearRegressionOutput", {}, [n.fc("f2", b, 8, 2), "s2_label"])
    n.operands.append(free("s2_label"))
    n.add("s3", "LogisticRegressionOutput", {}, [n.fc("f3", n.plus("ab", a, b), 8, 1), "s3_label"])
    n.operands.append(free("s3_label"))
    yield n.case("three heads", NETS, heads=["s1", "s2", "s3"])
    for depth in (5, 40):
        n = Net([1, 4, 4, 4])
        x = "data"
        for i in range(depth):
            x = n.act(f"r{i}", n.add(f"m{i}", "_plus_scalar", dict(scalar=-0.01), [x]))
        yield n.case(f"chain of {2 * depth} cheap nodes", NETS)
    n = Net([1, 4, 4, 4])
    heads = [n.conv(f"c{i}", "data", 2 + i, 1 + 2 * (i % 2)) for i in range(5)]
    yield n.case("five heads on one input", NETS, heads=heads)
    n = Net([3, 5, 4, 4])
    x = n.act("r", n.bn("b", n.conv("c", "data", 9)))
    y = n.pool("p", x, 2, 2, "avg")
    z = n.pool("q", x, 3, 2, "max", 1)
    n.concat("cat", [y, z, n.conv("e", y, 7)])
    yield n.case("batch of three with odd channels", NETS)
