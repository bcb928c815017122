"""Symbol JSON: ages (operators.md 1.1 to 1.4, 1.7), attribute spelling (1.5), names (1.6), shape
inference (1.8), damaged text."""

import json

from case_builders import free, given, net_case, op_case, state, steps_case, stored
from case_calls import create, error, forward, get, put
from case_symbols import build_symbol
from case_tensors import fill, ramp, seeded, values

AGE = "symbol/age"
SPELL = "symbol/attribute"
TEXT = "symbol/text"
INFER = "symbol/shape-inference"
HAND = "by hand"


def conv_net(fix_gamma="False"):
    """Convolution, BatchNorm, Activation, Pooling, Flatten, FullyConnected, SoftmaxOutput."""
    return [
        ("conv1", "Convolution", dict(kernel="(3,3)", num_filter=4, stride="(1,1)", pad="(1,1)", dilate="(1,1)", num_group=1, no_bias="False", workspace=1024), ["data", "conv1_weight", "conv1_bias"]),
        ("bn1", "BatchNorm", dict(eps=0.001, momentum=0.9, fix_gamma=fix_gamma, use_global_stats="False"), ["conv1", "bn1_gamma", "bn1_beta", "bn1_moving_mean", "bn1_moving_var"]),
        ("relu1", "Activation", dict(act_type="relu"), ["bn1"]),
        ("pool1", "Pooling", dict(kernel="(2,2)", stride="(2,2)", pad="(0,0)", pool_type="max", global_pool="False", pooling_convention="valid"), ["relu1"]),
        ("flat", "Flatten", {}, ["pool1"]),
        ("fc", "FullyConnected", dict(num_hidden=3, no_bias="False"), ["flat", "fc_weight", "fc_bias"]),
        ("softmax", "SoftmaxOutput", dict(grad_scale=1, multi_output="False"), ["fc", "softmax_label"]),
    ]


def conv_operands():
    return [
        given("data", seeded([2, 3, 6, 6], seed=1)), stored("conv1_weight", seeded([4, 3, 3, 3], -0.3, 0.3, seed=2)), stored("conv1_bias", seeded([4], seed=3)),
        stored("bn1_gamma", seeded([4], 0.5, 2, seed=4)), stored("bn1_beta", seeded([4], seed=5)), state("bn1_moving_mean", seeded([4], seed=6)), state("bn1_moving_var", seeded([4], 0.5, 2, seed=7)),
        stored("fc_weight", seeded([3, 36], -0.3, 0.3, seed=8)), stored("fc_bias", seeded([3], seed=9)),
    ]


def with_inputs(nodes, name, inputs, **attrs):
    return [(n, op, {**a, **attrs} if n == name else a, inputs if n == name else i) for n, op, a, i in nodes]


def cases():
    yield from ages()
    yield from hidden_keys()
    yield from old_rules()
    yield from spellings()
    yield from texts()
    yield from inference()


def ages():
    for age in ("0.8", "0.9", "1.0", "1.9"):
        yield net_case(AGE, f"network of {age}", conv_net(), conv_operands(), "network", age=age)
        yield net_case(AGE, f"fix_gamma network of {age}", conv_net("True"), conv_operands(), "network", age=age)
    nodes = with_inputs(conv_net(), "bn1", ["conv1", "bn1_gamma", "bn1_beta"])
    yield net_case(AGE, "states missing from the nodes of 0.8", nodes, conv_operands(), "network", age="0.8")
    nodes = with_inputs(with_inputs(nodes, "fc", ["flat", "fc_weight"]), "softmax", ["fc"])
    yield net_case(AGE, "bias and label missing from the nodes of 0.8", nodes, conv_operands(), "network", age="0.8")
    nodes = with_inputs(nodes, "conv1", ["data"])
    yield net_case(AGE, "weights missing from the nodes of 0.8", nodes, conv_operands(), "network", age="0.8")
    yield net_case(AGE, "missing inputs of a node without a name", [("", "FullyConnected", dict(num_hidden=2, no_bias="False"), ["data"])], [given("data", seeded([2, 3])), stored("weight", seeded([2, 3])), stored("bias", seeded([2]))], "accumulating", 3, age="0.8", heads=[""])
    for version in (700, 800, 900, 904, 905, 1000, 1201, 10000, 10301, 10400, 10700, 10901, 20000):
        yield net_case(AGE, f"mxnet_version {version}", [("fc", "FullyConnected", dict(num_hidden=2, no_bias="True"), ["data", "fc_weight"])], [given("data", seeded([1, 5])), stored("fc_weight", seeded([2, 5]))], "accumulating", 5, version=version)
    for age, op in (("0.8", "Concat"), ("0.9", "elemwise_add"), ("0.9", "LeakyReLU"), ("1.0", "Dropout"), ("0.8", "Dropout"), ("0.8", "SliceChannel"), ("0.9", "UpSampling"), ("0.8", "_Plus"), ("0.8", "_MulScalar"), ("0.8", "Softmax"), ("0.8", "ElementWiseSum"), ("0.8", "Reshape"), ("0.8", "Embedding"), ("0.8", "LRN"), ("0.8", "Deconvolution"), ("0.8", "L2Normalization"), ("0.8", "SwapAxis"), ("0.8", "BlockGrad"), ("0.8", "Cast"), ("0.8", "Crop")):
        attrs, operands, tolerance = {
            "Concat": (dict(num_args=2, dim=1), [given("a", seeded([1, 2, 3])), given("b", seeded([1, 4, 3]))], "exact"),
            "elemwise_add": ({}, [given("a", seeded([2, 3])), given("b", seeded([2, 3]))], "rounding"),
            "_Plus": ({}, [given("a", seeded([2, 4])), given("b", seeded([2, 4]))], "rounding"),
            "LeakyReLU": (dict(act_type="prelu"), [given("data", seeded([1, 3, 4])), stored("gamma", seeded([3], 0, 1))], "rounding"),
            "Dropout": (dict(p=0.5), [given("data", seeded([2, 3]))], "exact"),
            "SliceChannel": (dict(num_outputs=1, axis=1, squeeze_axis="False"), [given("data", seeded([2, 4]))], "exact"),
            "UpSampling": (dict(scale=2, sample_type="nearest", num_args=1), [given("data", seeded([1, 2, 2, 2]))], "exact"),
            "_MulScalar": (dict(scalar=0.5), [given("data", seeded([2, 3]))], "rounding"),
            "Softmax": (dict(grad_scale=1, multi_output="False"), [given("data", seeded([2, 3])), free("label")], "transcendental"),
            "ElementWiseSum": (dict(num_args=3), [given(n, seeded([2, 2])) for n in "abc"], "accumulating"),
            "Reshape": (dict(target_shape="(0,0)", keep_highest="False", shape="(0,-1)", reverse="False"), [given("data", seeded([2, 3, 2]))], "exact"),
            "Embedding": (dict(input_dim=3, output_dim=2), [given("data", values([3], [0, 2, 1])), stored("weight", seeded([3, 2]))], "exact"),
            "LRN": (dict(alpha=0.0001, beta=0.75, knorm=2, nsize=5), [given("data", seeded([1, 6, 2, 2]))], "transcendental"),
            "Deconvolution": (dict(kernel="(4,4)", stride="(2,2)", pad="(1,1)", num_filter=2, num_group=1, no_bias="True", workspace=512, target_shape="(0,0)", adj="(0,0)"), [given("data", seeded([1, 2, 3, 3])), stored("weight", seeded([2, 2, 4, 4]))], "accumulating"),
            "L2Normalization": (dict(eps="1e-10"), [given("data", seeded([2, 4]))], "accumulating"),
            "SwapAxis": (dict(dim1=0, dim2=1), [given("data", seeded([2, 3]))], "exact"),
            "BlockGrad": ({}, [given("data", seeded([2, 3]))], "exact"),
            "Cast": (dict(dtype="int32"), [given("data", seeded([4], -9, 9))], "exact"),
            "Crop": (dict(num_args=2, offset="(0,0)", h_w="(0,0)", center_crop="True"), [given("a", seeded([1, 2, 5, 5])), given("b", fill([1, 2, 3, 3], 0))], "exact"),
        }[op]
        yield op_case(AGE, op, f"of {age}", attrs, operands, tolerance, 32, age=age)
    for axis, version in (("-1", 904), ("-1", 905), ("-1", 10400), ("1", 904)):
        yield op_case(AGE, "argmax", f"axis {axis} of version {version}", dict(axis=axis), [given("data", seeded([3, 4]))], "exact", version=version)
    # which dictionary counts
    fc = {"num_hidden": "2", "no_bias": "True"}

    def literal(title, dictionaries, version=None, heads=None, extra=None, top=None, **more):
        symbol = {
            "nodes": [
                {"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "w", "inputs": []},
                {"op": "FullyConnected", "name": "fc", **dictionaries, "inputs": [[0, 0], [1, 0]], **(extra or {})},
            ],
            "arg_nodes": [0, 1], "heads": heads or [[2, 0]],
        }
        if version:
            symbol["attrs"] = {"mxnet_version": ["int", version]}
        symbol.update(top or {})
        steps = [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(), get(**more)]
        return steps_case(AGE, title, {"m": {"symbol": symbol, "params": [{"name": "arg:w", **ramp([2, 3])}]}}, steps, tolerance="accumulating", k=3)

    yield literal("param alone", {"param": fc})
    yield literal("attr and param together", {"param": fc, "attr": {"lr_mult": "2"}})
    yield literal("attr wins over param", {"param": {**fc, "num_hidden": "7"}, "attr": {"num_hidden": "2"}})
    yield literal("the later of attr and attrs", {"attr": {"num_hidden": "7"}, "attrs": fc}, 10400)
    yield literal("the later of attrs and attr", {"attrs": {"num_hidden": "7"}, "attr": fc}, 10400)
    yield literal("heads of three elements", {"attrs": fc}, 10400, [[2, 0, 0]])
    yield literal("node_row_ptr", {"attrs": fc}, 10400, top={"node_row_ptr": [0, 1, 2, 3]})
    yield literal("control_deps", {"attrs": fc}, 10400, extra={"control_deps": [0]})
    yield literal("backward_source_id", {"param": fc}, extra={"backward_source_id": -1})
    yield literal("graph attributes of all types", {"attrs": fc}, top={"attrs": {"mxnet_version": ["int", 10400], "note": ["str", "text"], "list": ["list_int", [1, 2]], "names": ["list_str", ["a", "b"]]}})
    yield literal("two heads on one node", {"attrs": fc}, 10400, [[2, 0], [2, 0]], index=1)
    yield literal("a variable as head", {"attrs": fc}, 10400, [[2, 0], [0, 0]], index=1)


def hidden_keys():
    fc = {"num_hidden": 2, "no_bias": True}
    operands = [given("data", seeded([1, 4])), stored("weight", seeded([2, 4]))]
    for key in ("ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage", "weight_lr_mult", "weight_wd_mult", "__lr_mult__", "__profiler_scope__", "__anything__"):
        yield net_case(AGE, f"attribute {key} is ignored", [("fc", "FullyConnected", {**fc, key: "1"}, ["data", "weight"])], operands, "accumulating", 4, age="1.0")
    yield net_case(AGE, "attribute lr_mult at the library's own version", [("fc", "FullyConnected", {**fc, "lr_mult": "1"}, ["data", "weight"])], operands, "accumulating", 4, outputs=[values([1, 2], [5, 14])], source=HAND) | {"inputs": [{"name": "data", **ramp([1, 3])}], "params": [{"name": "arg:weight", **ramp([2, 3])}]}
    yield net_case(AGE, "attributes of variables", [("fc", "FullyConnected", fc, ["data", "weight"])], operands, "accumulating", 4, variables={"weight": {"__lr_mult__": "2", "__init__": '["zero", {}]', "__dtype__": "0", "__storage_type__": "0", "__layout__": "NCHW", "__ctx_group__": "a"}, "data": {"__dtype__": "-1", "__profiler_scope__": "x:"}})
    yield net_case(AGE, "operators that parse nothing take any attribute", [("sum", "elemwise_add", {"foo": "bar"}, ["a", "b"])], [given("a", seeded([3])), given("b", seeded([3]))], "rounding")


def old_rules():
    """1.7: what 1.9 does not restore. Expected values by formula."""

    def pool_net(title, param, data, output, other=None, tolerance="accumulating", k=9, **more):
        nodes = [("pool", "Pooling", param, ["data"])]
        operands = [given("data", data)]
        if other:
            nodes.insert(0, ("conv", "Convolution", dict(kernel="(1,1)", num_filter=1, num_group=1, no_bias="True", pad="(0,0)", stride="(1,1)", dilate="(1,1)", **other), ["data", "conv_weight"]))
            nodes[1] = ("pool", "Pooling", param, ["conv"])
            operands.append(stored("conv_weight", fill([1, 1, 1, 1], 1)))
        return net_case(AGE, title, nodes, operands, tolerance, k, age="0.8", outputs=[output], source=HAND + ", operators.md 1.7", **more)

    base = dict(kernel="(2,2)", stride="(2,2)", pad="(0,0)", pool_type="max")
    up = values([1, 1, 3, 3], [6, 8, 9, 16, 18, 19, 21, 23, 24])
    down = values([1, 1, 2, 2], [6, 8, 16, 18])
    r55 = ramp([1, 1, 5, 5])
    yield pool_net("Pooling before global_pool rounds up", base, r55, up, tolerance="exact")
    yield pool_net("Pooling with global_pool and no cudnn_tune rounds up", {**base, "global_pool": "False"}, r55, up, dict(workspace=512), tolerance="exact")
    yield pool_net("Pooling with workspace 512 rounds up", {**base, "global_pool": "False"}, r55, up, dict(workspace=512, cudnn_tune="off"), tolerance="exact")
    yield pool_net("Pooling with workspace 1024 rounds down", {**base, "global_pool": "False"}, r55, down, dict(workspace=1024, cudnn_tune="off"), tolerance="exact")
    yield pool_net("Pooling that names its convention keeps it", {**base, "pooling_convention": "valid"}, r55, down, tolerance="exact")
    yield pool_net("Pooling that names full rounds up", {**base, "pooling_convention": "full"}, r55, up, tolerance="exact")
    for title, width, total, source in [("down", 9, 144, 1024), ("up", 4, 48, 512)]:
        conv = dict(kernel="(1,1)", num_filter=1, num_group=1, no_bias="True", pad="(0,0)", stride="(1,1)", dilate="(1,1)", workspace=source, cudnn_tune="off")
        nodes = [("conv", "Convolution", conv, ["data", "conv_weight"]), ("pool", "Pooling", {**base, "global_pool": "False"}, ["conv"]), ("fc", "FullyConnected", dict(num_hidden=1, no_bias="True"), ["pool", "fc_weight"])]
        operands = [given("data", r55), stored("conv_weight", fill([1, 1, 1, 1], 1)), stored("fc_weight", fill([1, width], 1))]
        yield net_case(AGE, f"Pooling that would round {title} does not when the weights say otherwise", nodes, operands, "accumulating", width, age="0.8", outputs=[values([1, 1], [total])], source=HAND + ", operators.md 1.7")
    yield pool_net("round-up average divides by the whole kernel", {**base, "pool_type": "avg"}, r55, values([1, 1, 3, 3], [3, 5, 3.25, 13, 15, 8.25, 10.25, 11.25, 6]))
    yield pool_net("round-up sum", {**base, "pool_type": "sum"}, r55, values([1, 1, 3, 3], [12, 20, 13, 52, 60, 33, 41, 45, 24]))
    yield pool_net("round-up never starts a window in the far padding", dict(kernel="(3,3)", stride="(2,2)", pad="(1,1)", pool_type="max"), r55, values([1, 1, 3, 3], [6, 8, 9, 16, 18, 19, 21, 23, 24]), tolerance="exact")
    yield pool_net("global pooling of an old file", dict(kernel="(2,2)", pool_type="avg", global_pool="True", stride="(1,1)", pad="(0,0)"), r55, values([1, 1, 1, 1], [12]), dict(workspace=1024, cudnn_tune="off"))
    bn = [given("data", ramp([1, 2, 1, 2])), stored("bn_gamma", values([2], [2, 3])), stored("bn_beta", values([2], [0.5, 0])), state("bn_moving_mean", values([2], [1, 0])), state("bn_moving_var", values([2], [4, 1]))]
    inputs = ["data", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"]

    def bn_net(title, attrs, output, **more):
        return net_case(AGE, title, [("bn", "BatchNorm", dict(eps="0", momentum="0.9", **attrs), inputs)], bn, "accumulating", 1, outputs=[values([1, 2, 1, 2], output)], source=HAND + ", operators.md 1.7", **more)

    yield bn_net("BatchNorm of 2015 uses gamma", {}, [-0.5, 0.5, 6, 9], age="0.8")
    yield bn_net("BatchNorm of 2016 with fix_gamma does not", dict(fix_gamma="True"), [0, 0.5, 2, 3], age="0.8")
    yield bn_net("BatchNorm of 2016 without fix_gamma does", dict(fix_gamma="False"), [-0.5, 0.5, 6, 9], age="0.8")
    yield bn_net("BatchNorm of 0.9 defaults to fix_gamma", {}, [0, 0.5, 2, 3], age="0.9")


def spellings():
    def fc(title, attrs, fails=None, **more):
        operands = [given("data", seeded([2, 2, 3]))]
        if fails is None:
            yes = str(attrs.get("no_bias", "False")).lower() in ("true", "1")
            flat = str(attrs.get("flatten", "True")).lower() in ("true", "1")
            operands.append(stored("weight", seeded([2, 6 if flat else 3])))
            if not yes:
                operands.append(stored("bias", seeded([2])))
            return op_case(SPELL, "FullyConnected", title, {"num_hidden": 2, **attrs}, operands, "accumulating", 6, **more)
        operands.append(stored("weight", seeded([2, 6])))
        return op_case(SPELL, "FullyConnected", title, {"num_hidden": 2, "no_bias": "True", **attrs}, operands, "exact", fails=fails, **more)

    for text in ("True", "true", "TRUE", "1", "tRuE"):
        yield fc(f"bool {text}", dict(no_bias=text))
    for text in ("False", "false", "0", "FALSE"):
        yield fc(f"bool {text}", dict(flatten=text, no_bias="True"))
    for text in ("yes", "2", "", "T", "None"):
        yield fc(f"refuses bool '{text}'", dict(flatten=text), fails=["flatten"])
    for text in ("2", "+2", " 2", "2 ", "02"):
        yield fc(f"int '{text}'", dict(num_hidden=text))
    for text in ("2.0", "2L", "two", "", "0x2", "2 3"):
        yield fc(f"refuses int '{text}'", dict(num_hidden=text), fails=["num_hidden"])
    for text in ("0", "-3"):
        yield fc(f"refuses num_hidden {text}", dict(num_hidden=text), fails=[])
    # "inf" is left out: whether the reference takes it depends on errno of earlier calls
    for text in ("1e-05", "1E-5", "0.5", "+.5", "5.", "-2", " 0.25", "1e0"):
        yield op_case(SPELL, "_mul_scalar", f"double '{text}'", dict(scalar=text), [given("data", values([3], [1, -2, 0.5]))], "rounding")
    for text in ("half", "", "1,5"):
        yield op_case(SPELL, "_mul_scalar", f"refuses double '{text}'", dict(scalar=text), [given("data", values([3], [1, -2, 0.5]))], "rounding", fails=["scalar"])
    for text in ("0.25", "1e-1", "2", "-.5"):
        yield op_case(SPELL, "LeakyReLU", f"float '{text}'", dict(act_type="leaky", slope=text), [given("data", seeded([5]))], "rounding")
    for text in ("0.1x", "a", ""):
        yield op_case(SPELL, "LeakyReLU", f"refuses float '{text}'", dict(act_type="leaky", slope=text), [given("data", seeded([5]))], "rounding", fails=["slope"])

    def pool(title, attrs, fails=None):
        more = {} if fails is None else {"fails": fails}
        return op_case(SPELL, "Pooling", title, {"kernel": "(2,2)", "pool_type": "max", **attrs}, [given("data", seeded([1, 1, 4, 4]))], "exact", **more)

    for text in ("(2,2)", "[2,2]", "(2,2]", "[2,2)", "( 2 , 2 )", " (2,2)", "(2,2,)", "(2, 2, )", "(2L,2L)", "(2L, 2)", "(2,\t2)"):
        yield pool(f"tuple '{text}'", dict(stride=text))
    for text in ("()", "[]", "( )"):
        yield pool(f"empty tuple '{text}'", dict(stride=text))
    for text in ("(2,2", "2,2)", "(a,b)", "(2.5,2)", "(2 2)", "{2,2}", "(,)"):
        yield pool(f"refuses tuple '{text}'", dict(stride=text), fails=["stride"])
    for text in ("Max", "MAX", " max", "maximum", ""):
        yield pool(f"refuses enum '{text}'", dict(pool_type=text), fails=[])
    yield op_case(SPELL, "Pooling", "bare integer is a tuple of one", dict(kernel="2", stride="2", pool_type="max"), [given("data", seeded([1, 1, 6]))], "exact")
    yield op_case(SPELL, "sum", "bare integer as axis", dict(axis="1"), [given("data", seeded([2, 3]))], "accumulating", 3)
    for text in ("None", "(1,)", "[1]", "( 1 ,)", "-1"):
        yield op_case(SPELL, "mean", f"optional shape '{text}'", dict(axis=text), [given("data", seeded([2, 3]))], "accumulating", 6)
    for text in ("(None,1)", "( None , 1 )", "[None,1]", "(None, 1L)"):
        yield op_case(SPELL, "slice", f"tuple with None '{text}'", dict(begin=text, end="(None,3)"), [given("data", ramp([2, 4]))], "exact")
    for text in ("True", "0", "false"):
        yield op_case(SPELL, "softmax", f"optional bool '{text}'", dict(use_length=text), [given("data", seeded([2, 3]))] + ([given("length", values([2], [1, 3], "int32"))] if text == "True" else []), "transcendental")
    yield op_case(SPELL, "FullyConnected", "unknown attribute is ignored", dict(num_hidden=2, no_bias=True, foo="bar"), [given("data", ramp([1, 3])), stored("weight", ramp([2, 3]))], "accumulating", 3, outputs=[values([1, 2], [5, 14])], source=HAND)
    yield op_case(SPELL, "Convolution", "unknown attribute is ignored", dict(kernel=(1, 1), num_filter=1, no_bias=True, cudnn_algo_verbose="0"), [given("data", ramp([1, 2, 1, 2])), stored("weight", values([1, 2, 1, 1], [1, 10]))], "accumulating", 2, outputs=[values([1, 1, 1, 2], [20, 31])], source=HAND)


def texts():
    small = {"nodes": [{"op": "null", "name": "data", "inputs": []}, {"op": "_mul_scalar", "name": "twice", "attrs": {"scalar": "2"}, "inputs": [[0, 0, 0]]}], "arg_nodes": [0], "heads": [[1, 0, 0]], "attrs": {"mxnet_version": ["int", 10400]}}
    text = json.dumps(small)
    good = [create({"data": [3]}), put("data", values([3], [1, 2, 3])), forward(), get(0, values([3], [2, 4, 6]))]

    def runs(title, symbol_text, steps=None):
        return steps_case(TEXT, title, {"m": {"symbolText": symbol_text, "params": []}}, steps or good, tolerance="rounding", source=HAND)

    def refuses(title, symbol_text, *phrases, code="LP_ERROR_SYMBOL"):
        return steps_case(TEXT, "refuses " + title, {"m": {"symbolText": symbol_text, "params": []}}, [create({"data": [3]}, expect=error(*phrases, code=code))], source=HAND)

    def changed(**change):
        return json.dumps({**small, **change})

    yield runs("plain", text)
    yield runs("indented", json.dumps(small, indent=4))
    yield runs("without blanks", json.dumps(small, separators=(",", ":")))
    yield runs("tabs and CR LF", json.dumps(small, indent=1).replace("\n", "\r\n").replace(" ", "\t"))
    yield runs("leading blanks", " \n\t" + text)
    yield runs("text after the closing brace", text + " trailing")
    yield runs("keys in another order", json.dumps(dict(reversed(list(small.items())))))
    yield runs("node keys in another order", json.dumps({**small, "nodes": [dict(reversed(list(n.items()))) for n in small["nodes"]]}))
    named = json.dumps(small).replace('"data"', '"in \\"put\\" \\\\ \\n\\t\\r"')
    yield runs("escapes in a name", named, [create({'in "put" \\ \n\t\r': [3]}), put('in "put" \\ \n\t\r', values([3], [1, 2, 3])), forward(), get(0, values([3], [2, 4, 6]))])
    yield runs("a name in UTF-8", json.dumps(small, ensure_ascii=False).replace('"data"', '"größe_入力"'), [create({"größe_入力": [3]}), put("größe_入力", values([3], [1, 2, 3])), forward(), get(0, values([3], [2, 4, 6]))])
    yield runs("no arg_nodes listed", changed(arg_nodes=[]))
    yield runs("no graph attributes", json.dumps({k: v for k, v in small.items() if k != "attrs"}))
    long_name = "x" * 5000
    yield runs("a name of 5000 bytes", text.replace('"data"', f'"{long_name}"'), [create({long_name: [3]}), put(long_name, values([3], [1, 2, 3])), forward(), get(0, values([3], [2, 4, 6]))])
    chain = {"nodes": [{"op": "null", "name": "data", "inputs": []}] + [{"op": "_plus_scalar", "name": f"n{i}", "attrs": {"scalar": "1"}, "inputs": [[i, 0, 0]]} for i in range(60)], "arg_nodes": [0], "heads": [[60, 0, 0]]}
    yield steps_case(TEXT, "a chain of 60 nodes", {"m": {"symbol": chain, "params": []}}, [create({"data": [2]}), put("data", values([2], [0, 5])), forward(), get(0, values([2], [60, 65]))], tolerance="rounding", source=HAND)
    for cut in (1, 10, 50, 100, 150, len(text) - 1):
        yield refuses(f"the first {cut} bytes", text[:cut])
    head_end = text.index('"heads"') + len('"heads": [[1, 0, 0]]')
    yield refuses("text cut off after heads", text[:head_end])
    yield refuses("an empty text", "")
    yield refuses("a text that is not JSON", "hello")
    yield refuses("an array", "[]")
    yield refuses("an empty object", "{}")
    yield refuses("no nodes", json.dumps({k: v for k, v in small.items() if k != "nodes"}))
    yield refuses("no heads", json.dumps({k: v for k, v in small.items() if k != "heads"}))
    yield refuses("a node without op", json.dumps({**small, "nodes": [small["nodes"][0], {k: v for k, v in small["nodes"][1].items() if k != "op"}]}))
    yield refuses("a node without name", json.dumps({**small, "nodes": [small["nodes"][0], {k: v for k, v in small["nodes"][1].items() if k != "name"}]}))
    yield refuses("a node without inputs", json.dumps({**small, "nodes": [small["nodes"][0], {k: v for k, v in small["nodes"][1].items() if k != "inputs"}]}))
    yield refuses("an unterminated string", text.replace('"twice"', '"twice'))
    yield refuses("a missing comma", text.replace(', "arg_nodes"', ' "arg_nodes"'))

    def rewired(inputs):
        return json.dumps({**small, "nodes": [small["nodes"][0], {**small["nodes"][1], "inputs": inputs}]})

    yield refuses("an input beyond the nodes", rewired([[7, 0, 0]]))
    yield refuses("an input of negative index", rewired([[-1, 0, 0]]))
    yield refuses("a node that is its own input", rewired([[1, 0, 0]]))
    yield refuses("an output that the input does not have", rewired([[0, 1, 0]]))
    yield refuses("a head beyond the nodes", changed(heads=[[5, 0, 0]]))
    yield refuses("a head output that does not exist", changed(heads=[[1, 1, 0]]))
    for title, odd in [("an attribute that is a number", text.replace('{"scalar": "2"}', '{"scalar": 2}')), ("an arg_node that is no variable", changed(arg_nodes=[1])), ("an unknown key of the graph", changed(future="x")), ("an unknown key of a node", text.replace('"name": "twice"', '"name": "twice", "future": 1'))]:
        yield steps_case(TEXT, title + " is accepted or refused", {"m": {"symbolText": odd, "params": []}}, [create({"data": [3]}, expect={"any": True})], source=HAND)
    unknown = json.dumps({**small, "nodes": [small["nodes"][0], {**small["nodes"][1], "op": "NoSuchOperator"}]})
    yield refuses("an unknown operator by its name", unknown, "NoSuchOperator", code="LP_ERROR_UNSUPPORTED")
    yield refuses("an unknown operator by its node", unknown.replace("twice", "culprit"), "culprit", code="LP_ERROR_UNSUPPORTED")
    yield refuses("Custom", unknown.replace("NoSuchOperator", "Custom"), code=None)
    yield refuses("no input where one is needed", rewired([]), code=None)
    yield refuses("more inputs than the operator has", rewired([[0, 0, 0], [0, 0, 0], [0, 0, 0]]), code=None)
    cycle = {"nodes": [small["nodes"][0], {"op": "elemwise_add", "name": "a", "inputs": [[0, 0], [2, 0]]}, {"op": "elemwise_add", "name": "b", "inputs": [[1, 0], [0, 0]]}], "arg_nodes": [0], "heads": [[2, 0]]}
    yield refuses("a cycle", json.dumps(cycle))
    group = build_symbol({"nodes": [{"op": "Convolution", "attrs": {"kernel": "(1,1)", "num_filter": "2", "num_group": "0", "no_bias": "True"}, "inputs": ["data", "weight"]}]})
    yield steps_case(TEXT, "refuses num_group 0", {"m": {"symbolText": group, "params": []}}, [create({"data": [1, 2, 3, 3]}, expect=error("num_group", code="LP_ERROR_ATTRIBUTE"))], source=HAND)


def inference():
    fc = {"num_hidden": 4, "no_bias": True}
    yield net_case(INFER, "weights of an addition take the data's shape", [("sum", "elemwise_add", {}, ["data", "w"])], [given("data", seeded([2, 3])), stored("w", seeded([2, 3]))], "rounding")
    yield net_case(INFER, "through unary operators backward", [("r", "relu", {}, ["w"]), ("sum", "elemwise_mul", {}, ["data", "r"])], [given("data", seeded([2, 3])), stored("w", seeded([2, 3]))], "rounding")
    yield net_case(INFER, "through two additions", [("a", "elemwise_add", {}, ["w1", "w2"]), ("b", "elemwise_sub", {}, ["a", "data"])], [given("data", seeded([4])), stored("w1", seeded([4])), stored("w2", seeded([4]))], "rounding")
    yield net_case(INFER, "__shape__ of a weight", [("mul", "broadcast_mul", {}, ["data", "w"])], [given("data", seeded([2, 3, 2])), stored("w", seeded([1, 3, 1]))], "rounding", variables={"w": {"__shape__": "(1, 3, 1)"}})
    yield net_case(INFER, "__shape__ of data, without a key", [("fc", "FullyConnected", fc, ["data", "w"])], [stored("data", seeded([2, 3])), stored("w", seeded([4, 3]))], "accumulating", 3, variables={"data": {"__shape__": "(2,3)"}})
    yield net_case(INFER, "__shape__ with unknown dimensions", [("sum", "elemwise_add", {}, ["data", "w"])], [given("data", seeded([2, 3])), stored("w", seeded([2, 3]))], "rounding", variables={"w": {"__shape__": "(0,3)"}})
    yield net_case(INFER, "a key wins over __shape__", [("mul", "_mul_scalar", dict(scalar=2), ["data"])], [given("data", seeded([2, 3]))], "rounding", variables={"data": {"__shape__": "(5,7)"}})
    yield net_case(INFER, "Concat gives its inputs what the others have", [("cat", "Concat", dict(num_args=2, dim=1), ["data", "w"]), ("fc", "FullyConnected", {"num_hidden": 2, "no_bias": True}, ["cat", "fcw"])], [given("data", seeded([2, 3])), given("w", seeded([2, 2])), stored("fcw", seeded([2, 5]))], "accumulating", 5)
    yield net_case(INFER, "deep network from the data alone", [("c1", "Convolution", dict(kernel=(3, 3), num_filter=5, pad=(1, 1)), ["data", "c1w", "c1b"]), ("p", "Pooling", dict(kernel=(2, 2), stride=(2, 2), pool_type="avg"), ["c1"]), ("act", "LeakyReLU", dict(act_type="prelu"), ["p", "g"]), ("n", "InstanceNorm", {}, ["act", "ng", "nb"]), ("fc", "FullyConnected", fc, ["n", "w"])], [given("data", seeded([1, 2, 4, 4])), stored("c1w", seeded([5, 2, 3, 3])), stored("c1b", seeded([5])), stored("g", seeded([5], 0, 1)), stored("ng", seeded([5], 0.5, 1)), stored("nb", seeded([5])), stored("w", seeded([4, 20]))], "network")
    yield net_case(INFER, "a key for a weight is allowed", [("fc", "FullyConnected", fc, ["data", "w"])], [given("data", seeded([2, 3])), given("w", seeded([4, 3]))], "accumulating", 3)

    twins = {
        "nodes": [
            {"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "w", "inputs": []}, {"op": "elemwise_add", "name": "a", "inputs": [[0, 0, 0], [1, 0, 0]]},
            {"op": "null", "name": "w", "inputs": []}, {"op": "elemwise_add", "name": "b", "inputs": [[2, 0, 0], [3, 0, 0]]},
        ],
        "arg_nodes": [0, 1, 3], "heads": [[4, 0, 0]], "attrs": {"mxnet_version": ["int", 10400]},
    }
    yield steps_case(INFER, "two variables of one name have one value", {"m": {"symbol": twins, "params": [{"name": "arg:w", **values([2], [10, 20])}]}}, [create({"data": [2]}), put("data", values([2], [1, 2])), forward(), get(0, values([2], [21, 42]))], tolerance="rounding", source=HAND + ", operators.md 0b.5")
    yield net_case(INFER, "a stored parameter gives the shape that nothing else does", [("mul", "broadcast_mul", {}, ["data", "w"])], [given("data", ramp([2, 3])), stored("w", values([1, 3], [1, 10, 100]))], "rounding", outputs=[values([2, 3], [0, 10, 200, 3, 40, 500])], source=HAND + ", operators.md 0b.3")
    yield net_case(INFER, "a stored prelu gamma of one element is shared", [("act", "LeakyReLU", dict(act_type="prelu"), ["data", "g"])], [given("data", values([1, 2, 2], [-1, 2, -3, 4])), stored("g", values([1], [0.5]))], "rounding", outputs=[values([1, 2, 2], [-0.5, 2, -1.5, 4])], source=HAND + ", operators.md 0b.3")

    def fails(title, nodes, keys, *phrases, code="LP_ERROR_SHAPE", params=()):
        model = {"nodes": [{"name": n, "op": op, "attrs": {k: str(v) for k, v in a.items()}, "inputs": i} for n, op, a, i in nodes], "params": list(params)}
        return steps_case(INFER, "refuses " + title, {"m": model}, [create(keys, expect=error(*phrases, code=code))], source=HAND)

    plain = [("fc", "FullyConnected", fc, ["data", "w"])]
    yield fails("a network without any shape", plain, {})
    yield fails("keys that name nothing useful", plain, {"other": [2, 3]})
    yield fails("shapes that contradict each other", [("sum", "elemwise_add", {}, ["a", "b"])], {"a": [2, 3], "b": [3, 2]}, "sum")
    yield fails("a key that contradicts inference", plain, {"data": [2, 3], "w": [4, 7]}, "fc")
    yield fails("a contradiction by its node", [("one", "relu", {}, ["a"]), ("culprit", "Concat", dict(num_args=2, dim=1), ["one", "b"])], {"a": [2, 3], "b": [3, 3]}, "culprit")
    for stored_shape in ([3, 4], [12], [1, 4, 3], [4, 4]):
        yield fails(f"a parameter of shape {'x'.join(map(str, stored_shape))}", plain, {"data": [2, 3]}, params=[{"name": "arg:w", **ramp(stored_shape)}])
    yield fails("a state of another shape", [("bn", "BatchNorm", {}, ["data", "g", "b", "m", "v"])], {"data": [2, 3]}, params=[{"name": "aux:m", **ramp([1, 3])}])
