"""The C predict API call by call (operators.md section 3)."""

from case_builders import steps_case
from case_calls import create, create_ex, create_partial, error, forward, get, get_shape, get_type, put, reshape, step
from case_tensors import fill, ramp, seeded, values

CREATE = "api/create"
SETGET = "api/set-and-get"
FORWARD = "api/forward"
RESHAPE = "api/reshape-predictor"
MONITOR = "api/monitor"
OUTPUT = "api/partial-output"
THREADS = "api/multithread"
HAND = "by hand"
ARG = "LP_ERROR_ARGUMENT"

FC = {
    "nodes": [{"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2", "no_bias": "True"}, "inputs": ["data", "fc_weight"]}],
    "params": [{"name": "arg:fc_weight", **ramp([2, 3])}],
}
TWICE = {"nodes": [{"name": "twice", "op": "_mul_scalar", "attrs": {"scalar": "2"}, "inputs": ["data"]}], "params": []}
NET = {
    "nodes": [
        {"name": "conv", "op": "Convolution", "attrs": {"kernel": "(3,3)", "num_filter": "4", "pad": "(1,1)"}, "inputs": ["data", "conv_weight", "conv_bias"]},
        {"name": "bn", "op": "BatchNorm", "attrs": {"fix_gamma": "False"}, "inputs": ["conv", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"]},
        {"name": "act", "op": "Activation", "attrs": {"act_type": "relu"}, "inputs": ["bn"]},
        {"name": "pool", "op": "Pooling", "attrs": {"global_pool": "True", "pool_type": "avg", "kernel": "(1,1)"}, "inputs": ["act"]},
        {"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "3"}, "inputs": ["pool", "fc_weight", "fc_bias"]},
        {"name": "softmax", "op": "SoftmaxOutput", "inputs": ["fc", "softmax_label"]},
    ],
    "params": [
        {"name": "arg:conv_weight", **seeded([4, 2, 3, 3], seed=11)}, {"name": "arg:conv_bias", **seeded([4], seed=12)}, {"name": "arg:bn_gamma", **seeded([4], 0.5, 2, seed=13)}, {"name": "arg:bn_beta", **seeded([4], seed=14)},
        {"name": "aux:bn_moving_mean", **seeded([4], seed=15)}, {"name": "aux:bn_moving_var", **seeded([4], 0.5, 2, seed=16)}, {"name": "arg:fc_weight", **seeded([3, 4], seed=17)}, {"name": "arg:fc_bias", **seeded([3], seed=18)},
    ],
}
IMAGE = seeded([1, 2, 5, 5], seed=19)
X = values([1, 3], [1, 2, 3])
FCX = values([1, 2], [8, 26])


def api(file, title, steps, models=None, **more):
    return steps_case(file, title, models or {"m": FC}, steps, **{"source": HAND, "tolerance": "accumulating", "k": 3, **more})


def asked(file, title, steps, models=None, **more):
    """Expected arrays come from the reference."""
    return steps_case(file, title, models or {"m": NET}, steps, **{"tolerance": "network", **more})


def run(handle="p", data=X, out=FCX):
    return [put("data", data, handle), forward(handle), get(0, out, handle)]


def cases():
    yield from creates()
    yield from sets_and_gets()
    yield from forwards()
    yield from reshapes()
    yield from partial_outputs()
    yield from monitors()
    yield from threads()


def creates():
    key = {"data": [1, 3]}
    yield api(CREATE, "create, run, free", [create(key), *run(), step("MXPredFree", handle="p")])
    yield api(CREATE, "two predictors at once", [create(key), create({"data": [2, 3]}, name="q"), *run(), *run("q", values([2, 3], [1, 2, 3, 0, 0, 1]), values([2, 2], [8, 26, 2, 5])), get(0, FCX)])
    yield api(CREATE, "a predictor outlives another", [create(key), create(key, name="q"), step("MXPredFree", handle="p"), *run("q")])
    yield api(CREATE, "free of NULL", [step("MXPredFree", handle=None)])
    yield api(CREATE, "keys that name nothing are ignored", [create({"nobody": [7], "data": [1, 3]}), *run()])
    yield api(CREATE, "a key for the label", [create({"data": [2, 4], "softmax_label": [2]}), get_shape([2, 4])], {"m": {"nodes": [{"name": "softmax", "op": "SoftmaxOutput", "inputs": ["data", "softmax_label"]}], "params": []}})
    yield api(CREATE, "no keys at all", [create({}), put("data", X), forward(), get(0, values([1, 3], [2, 4, 6]))], {"m": {**TWICE, "variables": {"data": {"__shape__": "(1,3)"}}}})
    yield api(CREATE, "no keys and NULL arrays", [create(None), put("data", X), forward(), get(0, values([1, 3], [2, 4, 6]))], {"m": {**TWICE, "variables": {"data": {"__shape__": "(1,3)"}}}})
    yield api(CREATE, "device number is ignored", [create(key, devId=3), *run()])
    yield api(CREATE, "dev_type 2 is refused and names dev_type 1", [create(key, devType=2, expect=error("dev_type 1", code="LP_ERROR_DEVICE"))], source=HAND + ", issue: the message names dev_type 1")
    for bad in (0, -1, 99):
        yield api(CREATE, f"dev_type {bad} is refused", [create(key, devType=bad, expect=error(code="LP_ERROR_DEVICE"))])
    for function in ("MXPredCreate", "MXPredCreateEx", "MXPredCreatePartialOut"):
        extra = {"MXPredCreateEx": {"dtypes": {}}, "MXPredCreatePartialOut": {"outputs": []}}.get(function, {})
        for title, fields in [("NULL out", dict(nullOut=True)), ("NULL symbol", dict(nullSymbol=True)), ("NULL parameters", dict(nullParams=True))]:
            yield api(CREATE, f"{function} refuses {title}", [step(function, error(code=ARG), **{"as": "p"}, model="m", keys=key, **extra, **fields)])
    yield api(CREATE, "a failed create leaves the library usable", [create({"data": [1, 4]}, expect=error()), create(key), *run()])
    yield api(CREATE, "a weight that contradicts its key names the node", [create({"data": [1, 3], "fc_weight": [2, 5]}, expect=error("fc", code="LP_ERROR_SHAPE"))])
    # Ex
    yield api(CREATE, "Ex without types", [create_ex(key, {}), *run()])
    yield api(CREATE, "Ex with NULL types", [create_ex(key, None), *run()])
    yield api(CREATE, "Ex float32", [create_ex(key, {"data": "float32"}), get_type("float32"), *run()])
    yield api(CREATE, "Ex types of names that do not exist", [create_ex(key, {"nobody": "float64"}), get_type("float32"), *run()])
    for dtype in ("float64", "float16", "int32", "int64", "int8", "uint8"):
        data = values([2, 2], [1, 2, 3, 4], dtype)
        yield api(CREATE, f"Ex {dtype}", [create_ex({"data": [2, 2]}, {"data": dtype}), get_type(dtype), put("data", data), forward(), get(0, values([2, 2], [2, 4, 6, 8], dtype))], {"m": TWICE})
        yield api(CREATE, f"Ex {dtype} through Cast", [create_ex({"data": [2, 2]}, {"data": dtype}), get_type("float32"), put("data", data), forward(), get(0, values([2, 2], [1, 2, 3, 4]))], {"m": {"nodes": [{"name": "cast", "op": "Cast", "attrs": {"dtype": "float32"}, "inputs": ["data"]}], "params": []}})
    for code in (99, -7):
        yield api(CREATE, f"Ex refuses type code {code}", [create_ex(key, {"data": code}, expect=error(code=ARG))])
    yield api(CREATE, "Ex refuses types that disagree", [create_ex({"a": [2], "b": [2]}, {"a": "float64", "b": "float32"}, expect=error("sum", code="LP_ERROR_DTYPE"))], {"m": {"nodes": [{"name": "sum", "op": "elemwise_add", "inputs": ["a", "b"]}], "params": []}})
    yield api(CREATE, "Ex gives a label its type", [create_ex({"data": [1, 2]}, {"data": "float64", "label": "float64"}), get_type("float64"), put("data", values([1, 2], [1, 1], "float64")), forward(), get(0, values([1, 2], [0.5, 0.5], "float64"))], {"m": {"nodes": [{"name": "softmax", "op": "SoftmaxOutput", "inputs": ["data", "label"]}], "params": []}})
    # last error
    yield api(CREATE, "the last error is empty at first and stays after success", [create({"data": [1, 4]}, expect=error()), create(key), step("MXGetLastError", {"textNotEmpty": True})])


def sets_and_gets():
    key = {"data": [1, 3]}
    yield api(SETGET, "shape and type before any forward", [create(key), get_shape([1, 2]), get_type("float32")])
    yield api(SETGET, "shapes stay right call after call", [create(key), get_shape([1, 2]), *run(), get_shape([1, 2])])
    yield api(SETGET, "inputs stay set", [create(key), *run(), forward(), get(0, FCX)])
    yield api(SETGET, "inputs may be set again", [create(key), *run(), *run(data=values([1, 3], [0, 0, 1]), out=values([1, 2], [2, 5]))])
    yield api(SETGET, "output stays until the next forward", [create(key), *run(), put("data", fill([1, 3], 9)), get(0, FCX), forward(), get(0, values([1, 2], [27, 108]))])
    yield api(SETGET, "an output may be read twice", [create(key), *run(), get(0, FCX)])
    yield api(SETGET, "unknown key", [create(key), put("nobody", X, expect=error("nobody", code="LP_ERROR_NAME"))])
    yield api(SETGET, "a node is not a key", [create(key), put("fc", X, expect=error("fc", code="LP_ERROR_NAME"))])
    yield api(SETGET, "an empty key", [create(key), put("", X, expect=error(code="LP_ERROR_NAME"))])
    for size in (0, 2, 4, 1000):
        yield api(SETGET, f"set of {size} elements instead of 3", [create(key), put("data", fill([size], 1), expect=error("size", code="LP_ERROR_SIZE"))])
    yield api(SETGET, "a failed set leaves the input", [create(key), put("data", X), put("data", fill([4], 1), expect=error(code="LP_ERROR_SIZE")), forward(), get(0, FCX)])
    yield api(SETGET, "a weight is a key", [create(key), put("fc_weight", fill([2, 3], 1)), *run(out=values([1, 2], [6, 6]))])
    bn = {"nodes": [{"name": "bn", "op": "BatchNorm", "inputs": ["data", "g", "b", "mean", "var"]}], "params": [{"name": "arg:g", **fill([1], 1)}, {"name": "arg:b", **fill([1], 0)}, {"name": "aux:mean", **fill([1], 0)}, {"name": "aux:var", **fill([1], 1)}]}
    yield api(SETGET, "an auxiliary state is no key", [create({"data": [2, 1]}), put("mean", fill([1], 5), expect=error("mean", code="LP_ERROR_NAME"))], {"m": bn})
    for index in (1, 7, 4294967295):
        yield api(SETGET, f"shape of output {index} that does not exist", [create(key), step("MXPredGetOutputShape", error(code="LP_ERROR_INDEX"), handle="p", index=index)])
        yield api(SETGET, f"output {index} that does not exist", [create(key), put("data", X), forward(), get(index, expect=error("out of range", code="LP_ERROR_INDEX"), size=2)])
    yield api(SETGET, "type of an output that does not exist", [create(key), step("MXPredGetOutputType", error(code="LP_ERROR_INDEX"), handle="p", index=1)])
    for size in (0, 1, 3):
        yield api(SETGET, f"get of {size} elements instead of 2", [create(key), put("data", X), forward(), get(0, expect=error("size", code="LP_ERROR_SIZE"), size=size)])
    yield api(SETGET, "output before any forward", [create(key), put("data", X), get(0, expect=error(code="LP_ERROR_STATE"))], source=HAND + ", operators.md 3.5")
    split = {"nodes": [{"name": "parts", "op": "SliceChannel", "attrs": {"num_outputs": "3"}, "inputs": ["data"]}], "heads": ["parts:0", "parts:1", "parts:2"], "params": []}
    yield api(SETGET, "three outputs", [create({"data": [1, 6]}), put("data", ramp([1, 6])), forward(), get(2, values([1, 2], [4, 5])), get(0, values([1, 2], [0, 1])), get(1, values([1, 2], [2, 3])), get_shape([1, 2], 2), get_shape([1, 2], 0)], {"m": split})
    yield api(SETGET, "the type of a later output is written to the caller's one integer", [create({"data": [1, 6]}), step("MXPredGetOutputType", {"slots": [0, -1, -1, -1, -1, -1, -1, -1]}, handle="p", index=2)], {"m": split}, source=HAND + ", operators.md 3.5")
    heads = {"nodes": [{"name": "a", "op": "_mul_scalar", "attrs": {"scalar": "2"}, "inputs": ["data"]}, {"name": "b", "op": "Reshape", "attrs": {"shape": "(-1,)"}, "inputs": ["a"]}, {"name": "c", "op": "Cast", "attrs": {"dtype": "int32"}, "inputs": ["data"]}], "heads": ["a", "b", "c", "a"], "params": []}
    yield api(SETGET, "outputs of different shapes and types", [create({"data": [2, 2]}), get_shape([2, 2]), get_shape([4], 1), get_type("int32", 2), put("data", ramp([2, 2])), forward(), get(0, ramp([2, 2], 0, 2)), get(1, ramp([4], 0, 2)), get(2, ramp([2, 2], dtype="int32")), get(3, ramp([2, 2], 0, 2))], {"m": heads})
    two = {"nodes": [{"name": "d", "op": "elemwise_sub", "inputs": ["left", "right"]}], "params": []}
    yield api(SETGET, "two inputs in any order", [create({"right": [2], "left": [2]}), put("right", values([2], [1, 2])), put("left", values([2], [10, 20])), forward(), get(0, values([2], [9, 18]))], {"m": two})
    same = {"nodes": [{"name": "d", "op": "elemwise_mul", "inputs": ["x", "x"]}], "params": []}
    yield api(SETGET, "one input used twice", [create({"x": [2]}), put("x", values([2], [3, -4])), forward(), get(0, values([2], [9, 16]))], {"m": same})
    yield api(SETGET, "a variable as an output", [create({"data": [2]}), put("data", values([2], [3, 4])), forward(), get(1, values([2], [3, 4])), get(0, values([2], [6, 8]))], {"m": {**TWICE, "heads": ["twice", "data"]}})
    yield api(SETGET, "a parameter as an output", [create(key), put("data", X), forward(), get(1, ramp([2, 3]))], {"m": {**FC, "heads": ["fc", "fc_weight"]}})
    for title, steps in [
        ("set of NULL data", [put("data", None, size=3, expect=error(code=ARG))]), ("set of a NULL key", [put(None, X, expect=error(code=ARG))]), ("set on a NULL handle", [put("data", X, handle=None, expect=error(code=ARG))]),
        ("get on a NULL handle", [get(0, handle=None, size=2, expect=error(code=ARG))]), ("get into NULL", [put("data", X), forward(), get(0, size=2, nullOut=True, expect=error(code=ARG))]),
        ("shape on a NULL handle", [step("MXPredGetOutputShape", error(code=ARG), handle=None, index=0)]), ("shape into NULL", [step("MXPredGetOutputShape", error(code=ARG), handle="p", index=0, nullOut=True)]),
        ("type on a NULL handle", [step("MXPredGetOutputType", error(code=ARG), handle=None, index=0)]), ("type into NULL", [step("MXPredGetOutputType", error(code=ARG), handle="p", index=0, nullOut=True)]),
    ]:
        yield api(SETGET, "refuses " + title, [create(key), *steps], source=HAND + ", issue: NULL is an error")


def forwards():
    key = {"data": [1, 3]}
    yield api(FORWARD, "forward three times", [create(key), *run(), *run(data=fill([1, 3], 1), out=values([1, 2], [3, 12])), *run()])
    yield api(FORWARD, "refuses a NULL handle", [create(key), forward(None, error(code=ARG))], source=HAND + ", issue: NULL is an error")
    yield api(FORWARD, "partial forward refuses a NULL handle", [create(key), step("MXPredPartialForward", error(code=ARG), handle=None, step=0)], source=HAND + ", issue: NULL is an error")
    yield api(FORWARD, "partial forward refuses NULL for what is left", [create(key), step("MXPredPartialForward", error(code=ARG), handle="p", step=0, nullOut=True)], source=HAND + ", issue: NULL is an error")
    net_key = {"data": [1, 2, 5, 5]}
    all_steps = [{"call": "MXPredPartialForward", "handle": "p", "untilDone": True}]
    yield asked(FORWARD, "partial forward to the end", [create(net_key), put("data", IMAGE), *all_steps, get(0)])
    yield asked(FORWARD, "partial forward again with other data", [create(net_key), put("data", IMAGE), *all_steps, get(0), put("data", seeded([1, 2, 5, 5], seed=77)), *all_steps, get(0)])
    yield asked(FORWARD, "partial forward after a forward", [create(net_key), put("data", IMAGE), forward(), get(0), *all_steps, get(0)])
    for steps in (1000, 2147483647, -1):
        yield api(FORWARD, f"partial forward of step {steps}", [create(key), step("MXPredPartialForward", {"left": 0}, handle="p", step=steps)])
    yield api(FORWARD, "unset inputs that are no weights are zeros", [create({"data": [2], "begin": [2]}), put("data", values([2], [1, 2])), forward(), get(0, expect={"any": True})], {"m": {"nodes": [{"name": "sum", "op": "elemwise_add", "inputs": ["data", "begin"]}], "params": []}})
    yield asked(FORWARD, "network", [create(net_key), put("data", IMAGE), forward(), get_shape([1, 3]), get(0)])
    yield asked(FORWARD, "network of batch 3", [create({"data": [3, 2, 4, 6]}), put("data", seeded([3, 2, 4, 6], seed=20)), forward(), get(0)])
    gather = {"nodes": [{"name": "emb", "op": "Embedding", "attrs": {"input_dim": "3", "output_dim": "2"}, "inputs": ["data", "table"]}], "params": [{"name": "arg:table", **ramp([3, 2])}]}
    yield api(FORWARD, "indices out of range are clipped, not errors", [create({"data": [3]}), put("data", values([3], [-5, 1, 1e9])), forward(), get(0, values([3, 2], [0, 1, 2, 3, 4, 5]))], {"m": gather})


def reshapes():
    key = {"data": [1, 3]}
    two_rows = values([2, 3], [1, 2, 3, 0, 0, 1])
    two_out = values([2, 2], [8, 26, 2, 5])
    yield api(RESHAPE, "to a larger batch", [create(key), reshape({"data": [2, 3]}, "q"), get_shape([2, 2], handle="q"), *run("q", two_rows, two_out)])
    yield api(RESHAPE, "to a smaller batch", [create({"data": [2, 3]}), reshape(key, "q"), get_shape([1, 2], handle="q"), *run("q")])
    yield api(RESHAPE, "to the same shape", [create(key), reshape(key, "q"), *run("q")])
    yield api(RESHAPE, "the old predictor keeps its shape and input", [create(key), put("data", X), reshape({"data": [2, 3]}, "q"), *run("q", two_rows, two_out), forward(), get(0, FCX), get_shape([1, 2])], source=HAND + ", operators.md 3.6")
    yield api(RESHAPE, "outputs of the two do not touch", [create(key), *run(), reshape({"data": [2, 3]}, "q"), put("data", two_rows, "q"), forward("q"), get(0, FCX), get(0, two_out, "q")], source=HAND + ", operators.md 3.6")
    yield api(RESHAPE, "the new one lives on when the old one is freed", [create(key), reshape({"data": [2, 3]}, "q"), step("MXPredFree", handle="p"), *run("q", two_rows, two_out)])
    yield api(RESHAPE, "the old one lives on when the new one is freed", [create({"data": [2, 3]}), reshape(key, "q"), step("MXPredFree", handle="q"), *run("p", two_rows, two_out)])
    yield api(RESHAPE, "again and again", [create(key), reshape({"data": [2, 3]}, "q"), reshape({"data": [4, 3]}, "r", "q"), reshape(key, "s", "r"), *run("s"), *run("q", two_rows, two_out)])
    yield api(RESHAPE, "a weight set by name is carried over", [create(key), put("fc_weight", fill([2, 3], 1)), reshape({"data": [2, 3]}, "q"), *run("q", two_rows, values([2, 2], [6, 6, 1, 1]))])
    yield api(RESHAPE, "refuses another size for a weight", [create(key), reshape({"data": [1, 5]}, "q", expect=error("fc_weight", code="LP_ERROR_SHAPE"))])
    yield api(RESHAPE, "a failed reshape leaves the old one", [create(key), put("data", X), reshape({"data": [1, 5]}, "q", expect=error()), forward(), get(0, FCX)])
    yield api(RESHAPE, "keys that name nothing are ignored", [create(key), reshape({"data": [2, 3], "nobody": [9]}, "q"), *run("q", two_rows, two_out)])
    yield api(RESHAPE, "refuses a NULL handle", [create(key), reshape(key, "q", None, error(code=ARG))], source=HAND + ", issue: NULL is an error")
    yield api(RESHAPE, "refuses NULL out", [create(key), reshape(key, "q", nullOut=True, expect=error(code=ARG))], source=HAND + ", issue: NULL is an error")
    soft = {"nodes": [*FC["nodes"], {"name": "softmax", "op": "SoftmaxOutput", "inputs": ["fc", "softmax_label"]}], "params": FC["params"]}
    zeros = fill([2, 3], 0)
    half = fill([2, 2], 0.5)
    yield api(RESHAPE, "a network with a label, label given", [create(key), reshape({"data": [2, 3], "softmax_label": [2]}, "q"), *run("q", zeros, half)], {"m": soft})
    yield api(RESHAPE, "a network with a label, label not given", [create(key), reshape({"data": [2, 3]}, "q"), *run("q", zeros, half)], {"m": soft}, source=HAND + ", operators.md 3.6")
    two = {"nodes": [{"name": "cat", "op": "Concat", "attrs": {"num_args": "2", "dim": "1"}, "inputs": ["a", "b"]}], "params": []}
    yield api(RESHAPE, "inputs that are not named keep their shape", [create({"a": [1, 2], "b": [1, 3]}), reshape({"a": [1, 4]}, "q"), get_shape([1, 7], handle="q")], {"m": two}, source=HAND + ", operators.md 3.6")
    yield api(RESHAPE, "image size", [create({"data": [1, 2, 5, 5]}), reshape({"data": [1, 2, 9, 7]}, "q"), get_shape([1, 3], handle="q")], {"m": {**NET, "nodes": NET["nodes"][:5], "params": NET["params"]}})
    yield asked(RESHAPE, "image size and numbers", [create({"data": [1, 2, 5, 5]}), reshape({"data": [2, 2, 8, 3]}, "q"), put("data", seeded([2, 2, 8, 3], seed=33), "q"), forward("q"), get(0, handle="q")], {"m": {**NET, "nodes": NET["nodes"][:5]}})
    yield api(RESHAPE, "types are kept", [create_ex({"data": [2]}, {"data": "float64"}), reshape({"data": [3]}, "q"), get_type("float64", handle="q"), put("data", ramp([3], dtype="float64"), "q"), forward("q"), get(0, ramp([3], 0, 2, "float64"), "q")], {"m": TWICE})
    yield api(RESHAPE, "chosen outputs are kept", [create_partial({"data": [1, 3]}, ["fc"]), reshape({"data": [2, 3]}, "q"), get_shape([2, 2], handle="q")], {"m": {**FC, "nodes": [*FC["nodes"], {"name": "twice", "op": "_mul_scalar", "attrs": {"scalar": "2"}, "inputs": ["fc"]}]}})


def partial_outputs():
    key = {"data": [1, 2, 5, 5]}
    for name, shape in [("conv", [1, 4, 5, 5]), ("bn", [1, 4, 5, 5]), ("act", [1, 4, 5, 5]), ("pool", [1, 4, 1, 1]), ("fc", [1, 3]), ("softmax", [1, 3])]:
        yield asked(OUTPUT, f"output of {name}", [create_partial(key, [name]), get_shape(shape), put("data", IMAGE), forward(), get(0)])
    yield asked(OUTPUT, "several outputs in a chosen order", [create_partial(key, ["fc", "act", "conv"]), put("data", IMAGE), forward(), get(0), get(1), get(2)])
    yield asked(OUTPUT, "one output twice", [create_partial(key, ["pool", "pool"]), put("data", IMAGE), forward(), get(0), get(1)])
    yield asked(OUTPUT, "no outputs chosen means all", [create_partial(key, []), put("data", IMAGE), forward(), get(0)])
    yield asked(OUTPUT, "no outputs and a NULL array", [create_partial(key, None), put("data", IMAGE), forward(), get(0)])
    yield api(OUTPUT, "what an output does not need vanishes", [create_partial({"data": [1, 2, 5, 5]}, ["conv"]), put("fc_weight", fill([3, 4], 0), expect=error("fc_weight", code="LP_ERROR_NAME"))], {"m": NET})
    yield api(OUTPUT, "an output that does not exist", [create_partial(key, ["nobody"], expect=error("nobody", code="LP_ERROR_NAME"))], {"m": NET})
    yield api(OUTPUT, "the second output does not exist", [create_partial(key, ["fc", "nobody"], expect=error("nobody", code="LP_ERROR_NAME"))], {"m": NET})
    odd = {"nodes": [{"name": "twice", "op": "_mul_scalar", "attrs": {"scalar": "2"}, "inputs": ["foo_output"]}], "params": []}
    yield api(OUTPUT, "a variable called foo_output under the key foo", [create_partial({"foo_output": [2]}, ["foo"]), put("foo_output", values([2], [1, 2])), forward(), get(0, values([2], [1, 2]))], {"m": odd})
    split = {"nodes": [{"name": "parts", "op": "SliceChannel", "attrs": {"num_outputs": "2"}, "inputs": ["data"]}, {"name": "sum", "op": "elemwise_add", "inputs": ["parts:0", "parts:1"]}], "params": []}
    yield api(OUTPUT, "an output of a node with several, by its full name", [create_partial({"data": [1, 4]}, ["parts_output1"]), put("data", ramp([1, 4])), forward(), get(0, values([1, 2], [2, 3]))], {"m": split}, source=HAND + ", operators.md 1.6: the extension that does no harm")
    group = {"nodes": [{"name": "a", "op": "relu", "inputs": ["x"]}, {"name": "b", "op": "negative", "inputs": ["y"]}], "heads": ["a", "b"], "params": []}
    yield api(OUTPUT, "inputs of the other outputs need no shape", [create_partial({"y": [2]}, ["b"]), put("y", values([2], [1, -2])), forward(), get(0, values([2], [-1, 2]))], {"m": group})


def monitors():
    soft = {"nodes": [{"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2"}, "inputs": ["data", "fc_weight", "fc_bias"]}, {"name": "softmax", "op": "SoftmaxOutput", "inputs": ["fc", "softmax_label"]}], "params": [{"name": "arg:fc_weight", **ramp([2, 3])}, {"name": "arg:fc_bias", **ramp([2])}]}
    everything = ["data", "fc_data", "fc_weight", "fc_weight", "fc_bias", "fc_bias", "fc_output", "softmax_data", "softmax_label", "softmax_label", "softmax_output"]

    def watch(everything_too, **fields):
        return step("MXPredSetMonitorCallback", handle="p", all=everything_too, **fields)

    def seen(names):
        return forward(expect={"monitor": names})

    key = {"data": [1, 3]}
    by = {"source": "operators.md 3.8"}
    yield api(MONITOR, "all", [create(key), watch(True), put("data", X), seen(everything)], {"m": soft}, **by)
    yield api(MONITOR, "outputs only", [create(key), watch(False), put("data", X), seen(["fc_output", "softmax_output"])], {"m": soft}, **by)
    yield api(MONITOR, "every forward", [create(key), watch(False), put("data", X), seen(["fc_output", "softmax_output"]), seen(["fc_output", "softmax_output"])], {"m": soft}, **by)
    yield api(MONITOR, "set after a forward", [create(key), put("data", X), forward(), watch(False), seen(["fc_output", "softmax_output"])], {"m": soft}, **by)
    bn = {"nodes": [{"name": "bn", "op": "BatchNorm", "inputs": ["data", "g", "b", "m", "v"]}], "params": [{"name": "arg:g", **fill([3], 1)}, {"name": "arg:b", **fill([3], 0)}, {"name": "aux:m", **fill([3], 0)}, {"name": "aux:v", **fill([3], 1)}]}
    yield api(MONITOR, "hidden outputs of BatchNorm", [create(key), watch(False), put("data", X), seen(["bn_output", "bn_mean", "bn_var"])], {"m": bn}, **by)

    def one(title, op, attrs, inputs, names, shapes=None, all_too=True):
        node = {"name": "n", "op": op, "inputs": inputs}
        if attrs:
            node["attrs"] = attrs
        shapes = shapes or {i: [2, 4] for i in inputs}
        steps = [create(shapes), watch(all_too)] + [put(k, ramp(s, 1)) for k, s in shapes.items()] + [seen(names)]
        return api(MONITOR, title, steps, {"m": {"nodes": [node], "params": []}}, source="operators.md 3.8 and 1.6; reference native")

    yield one("unary", "relu", None, ["x"], ["x", "n_input0", "n_output"])
    yield one("binary", "elemwise_add", None, ["x", "y"], ["x", "n_lhs", "y", "n_rhs", "n_output"])
    yield one("Concat", "Concat", {"num_args": "2"}, ["x", "y"], ["x", "n_arg0", "y", "n_arg1", "n_output"])
    yield one("SliceChannel", "SliceChannel", {"num_outputs": "2"}, ["x"], ["x", "n_data", "n_output0", "n_output1"])
    yield one("LRN hidden output", "LRN", {"nsize": "3"}, ["x"], ["n_output", "n_tmp_norm"], {"x": [1, 4, 2, 2]}, False)
    yield one("L2Normalization hidden output", "L2Normalization", None, ["x"], ["n_output", "n_norm"], None, False)
    yield one("Dropout hidden output", "Dropout", None, ["x"], ["n_output", "n_mask"], None, False)
    yield one("Reshape", "Reshape", {"shape": "(-1,)"}, ["x"], ["x", "n_input0", "n_output"])
    yield one("make_loss", "make_loss", None, ["x"], ["n_loss"], None, False)
    values_of = [create({"data": [1, 2, 5, 5]}), watch(False), put("data", IMAGE), forward(expect={"monitor": ["conv_output", "bn_output", "bn_mean", "bn_var", "act_output", "pool_output", "fc_output", "softmax_output"]}), get(0)]
    yield asked(MONITOR, "a watched network gives the same numbers", values_of)
    yield api(MONITOR, "taken away", [create(key), watch(False), watch(False, remove=True), put("data", X), forward(), get(0, expect={"any": True})], {"m": soft})
    yield api(MONITOR, "refuses a NULL handle", [step("MXPredSetMonitorCallback", error(code=ARG), handle=None, all=False)], {"m": soft}, source=HAND + ", issue: NULL is an error")


def threads():
    key = {"data": [1, 3]}

    def make(count, names, expect=None, **fields):
        return step("MXPredCreateMultiThread", expect, **{"as": names}, model="m", keys=key, threads=count, **fields)

    yield api(THREADS, "one predictor", [make(1, ["a"]), *run("a")])
    yield api(THREADS, "three predictors", [make(3, ["a", "b", "c"]), *run("a"), *run("b"), *run("c")])
    yield api(THREADS, "inputs are private", [make(2, ["a", "b"]), put("data", X, "a"), put("data", fill([1, 3], 1), "b"), forward("a"), forward("b"), get(0, FCX, "a"), get(0, values([1, 2], [3, 12]), "b")], source=HAND + ", operators.md 3.7")
    yield api(THREADS, "shapes are there at once", [make(2, ["a", "b"]), get_shape([1, 2], handle="b")], source=HAND + ", operators.md 3.7")
    yield api(THREADS, "freed one by one", [make(2, ["a", "b"]), step("MXPredFree", handle="a"), *run("b")])
    for count in (0, -1):
        yield api(THREADS, f"refuses {count} threads", [make(count, [], error(code=ARG))], source=HAND + ", issue: negative sizes and zero counts are errors")
    yield api(THREADS, "refuses NULL out", [make(2, [], error(code=ARG), nullOut=True)], source=HAND + ", issue: NULL is an error")
    yield api(THREADS, "a model that cannot be made gives none", [make(2, [], error(code="LP_ERROR_SHAPE")) | {"keys": {}}])
