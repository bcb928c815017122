"""Activation, LeakyReLU, softmax family, output heads, Dropout."""

from case_builders import free, given, op_case, stored
from case_tensors import fill, ramp, seeded, values

FILE = "operator/activation"
SOFT = "operator/softmax"
HEAD = "operator/output-head"
SPECIAL = values([2, 6], [-0.0, 0, "inf", "-inf", 100, -100, 1e-30, -1e-30, 20, 20.5, -20, 88])
PLACES = {
    "vector": seeded([37], -4, 4),
    "matrix": seeded([3, 5], -4, 4),
    "sequence": seeded([2, 3, 7], -4, 4),
    "image": seeded([2, 5, 3, 5], -4, 4),
    "volume": seeded([1, 3, 2, 4, 3], -4, 4),
}


def cases():
    classes = {"relu": "exact", "sigmoid": "transcendental", "tanh": "transcendental", "softrelu": "transcendental", "softsign": "rounding"}
    for kind, tolerance in classes.items():
        for place, data in PLACES.items():
            yield op_case(FILE, "Activation", f"{kind} {place}", dict(act_type=kind), [given("data", data)], tolerance)
        yield op_case(FILE, "Activation", f"{kind} special", dict(act_type=kind), [given("data", SPECIAL)], tolerance)
        for dtype in ("float64", "float16"):
            yield op_case(FILE, "Activation", f"{kind} {dtype}", dict(act_type=kind), [given("data", seeded([2, 9], -4, 4, dtype))], tolerance)
    yield op_case(FILE, "Activation", "refuses unknown act_type", dict(act_type="swish"), [given("data", ramp([3]))], "exact", fails=["act_type"])
    yield op_case(FILE, "Activation", "refuses missing act_type", {}, [given("data", ramp([3]))], "exact", fails=["act_type"])
    classes = {"leaky": "rounding", "elu": "transcendental", "selu": "transcendental", "gelu": "transcendental", "rrelu": "rounding"}
    for kind, tolerance in classes.items():
        for place, data in PLACES.items():
            yield op_case(FILE, "LeakyReLU", f"{kind} {place}", dict(act_type=kind), [given("data", data)], tolerance)
        for dtype in ("float64", "float16"):
            yield op_case(FILE, "LeakyReLU", f"{kind} {dtype}", dict(act_type=kind), [given("data", seeded([2, 9], -4, 4, dtype))], tolerance)
    finite = values([2, 5], [-0.0, 0, 100, -100, 1e-30, -1e-30, 20, 20.5, -20, 88])
    for kind in ("leaky", "elu", "selu", "gelu"):
        yield op_case(FILE, "LeakyReLU", f"{kind} special", dict(act_type=kind), [given("data", finite)], classes[kind])
    yield op_case(FILE, "LeakyReLU", "default", {}, [given("data", seeded([3, 4], -2, 2))], "rounding")
    for slope in (0.1, 0, 1, 1.5, -0.5):
        yield op_case(FILE, "LeakyReLU", f"leaky slope {slope}", dict(act_type="leaky", slope=slope), [given("data", seeded([2, 7], -3, 3))], "rounding")
    for slope in (0.5, 2):
        yield op_case(FILE, "LeakyReLU", f"elu slope {slope}", dict(act_type="elu", slope=slope), [given("data", seeded([2, 7], -3, 3))], "transcendental")
    yield op_case(FILE, "LeakyReLU", "rrelu bounds", dict(act_type="rrelu", lower_bound=0.1, upper_bound=0.5), [given("data", seeded([2, 7], -3, 3))], "rounding")
    for title, shape, gamma in [
        ("per channel image", [2, 5, 3, 4], [5]), ("per channel matrix", [3, 7], [7]), ("per channel sequence", [2, 3, 6], [3]), ("wide", [1, 37, 2, 2], [37]),
        ("one channel", [2, 1, 3, 3], [1]), ("volume", [1, 4, 2, 3, 2], [4]), ("vector blocks", [1, 16, 3, 3], [16]),
    ]:
        yield op_case(FILE, "LeakyReLU", f"prelu {title}", dict(act_type="prelu"), [given("data", seeded(shape, -2, 2)), stored("gamma", seeded(gamma, -0.5, 1))], "rounding")
    for title, shape, gamma in [("shared", [2, 3, 4], [1]), ("two axes", [2, 3, 4], [2, 3])]:
        yield op_case(FILE, "LeakyReLU", f"prelu gamma {title}", dict(act_type="prelu"), [given("data", seeded(shape, -2, 2)), given("gamma", seeded(gamma, -0.5, 1))], "rounding")
    yield op_case(FILE, "LeakyReLU", "prelu shared by __shape__", dict(act_type="prelu"), [given("data", seeded([2, 3, 4, 2], -2, 2)), stored("gamma", fill([1], 0.3))], "rounding", variables={"gamma": {"__shape__": "(1,)"}})
    yield op_case(FILE, "LeakyReLU", "prelu float64", dict(act_type="prelu"), [given("data", seeded([2, 3, 4], -2, 2, "float64")), stored("gamma", seeded([3], -0.5, 1, "float64"))], "rounding")
    yield op_case(FILE, "LeakyReLU", "refuses prelu without gamma", dict(act_type="prelu"), [given("data", ramp([2, 3]))], "exact", fails=["node"])
    yield from softmaxes()
    yield from heads()


def softmaxes():
    for op in ("softmax", "log_softmax", "softmin"):
        for place, data in PLACES.items():
            yield op_case(SOFT, op, place, {}, [given("data", data)], "transcendental")
        for axis in (0, 1, 2, -2, -4):
            yield op_case(SOFT, op, f"axis {axis}", dict(axis=axis), [given("data", seeded([2, 5, 3, 4], -3, 3))], "transcendental")
        for temperature in (0.5, 10, "None"):
            yield op_case(SOFT, op, f"temperature {temperature}", dict(temperature=temperature), [given("data", seeded([2, 6], -3, 3))], "transcendental")
        yield op_case(SOFT, op, "large values", {}, [given("data", values([2, 3], [1000, 1001, 999, -1000, -1000, -1000]))], "transcendental")
        yield op_case(SOFT, op, "one element", {}, [given("data", seeded([4, 1]))], "transcendental")
        for dtype in ("float64", "float16"):
            yield op_case(SOFT, op, dtype, {}, [given("data", seeded([2, 6], -3, 3, dtype))], "transcendental")
            yield op_case(SOFT, op, f"to {dtype}", dict(dtype=dtype), [given("data", seeded([2, 5], -3, 3))], "transcendental")
        yield op_case(SOFT, op, "float16 to float32", dict(dtype="float32"), [given("data", seeded([2, 5], -3, 3, "float16"))], "float16")
        yield op_case(SOFT, op, "dtype None", dict(dtype="None"), [given("data", seeded([3, 5], -3, 3))], "transcendental")
    for title, shape, axis, lengths in [("last axis", [3, 5], -1, ([3], [1, 5, 3])), ("middle axis", [2, 4, 3], 1, ([2, 3], [1, 2, 3, 4, 1, 2])), ("zero length", [2, 4], -1, ([2], [0, 4]))]:
        for dtype in ("int32", "int64"):
            yield op_case(SOFT, "softmax", f"length {title} {dtype}", dict(use_length=True, axis=axis), [given("data", seeded(shape, -2, 2)), given("length", values(*lengths, dtype))], "transcendental")
    yield op_case(SOFT, "softmax", "use_length False", dict(use_length=False), [given("data", seeded([2, 4], -2, 2))], "transcendental")
    for mode in ("instance", "channel"):
        for shape in ([2, 5, 3], [2, 5, 3, 4], [1, 37, 2, 2], [1, 2, 3, 2, 3]):
            yield op_case(SOFT, "SoftmaxActivation", f"{mode} {'x'.join(map(str, shape))}", dict(mode=mode), [given("data", seeded(shape, -3, 3))], "transcendental")
    yield op_case(SOFT, "SoftmaxActivation", "default matrix", {}, [given("data", seeded([3, 7], -3, 3))], "transcendental")
    yield op_case(SOFT, "SoftmaxActivation", "refuses unknown mode", dict(mode="spatial"), [given("data", ramp([3, 3]))], "exact", fails=["mode"])
    yield op_case(SOFT, "softmax", "refuses axis out of range", dict(axis=2), [given("data", ramp([3, 3]))], "exact", fails=["axis"])


def heads():
    for op in ("SoftmaxOutput", "Softmax"):
        for title, shape, attrs in [
            ("matrix", [3, 10], {}), ("image", [2, 3, 4, 2], {}), ("multi_output", [2, 5, 3, 2], dict(multi_output=True)), ("preserve_shape", [2, 3, 4], dict(preserve_shape=True)),
            ("multi_output sequence", [2, 4, 5], dict(multi_output=True)), ("both", [2, 4, 5], dict(multi_output=True, preserve_shape=True)),
            ("training attributes", [2, 6], dict(grad_scale=0.5, ignore_label=3, use_ignore=True, normalization="valid", out_grad=True, smooth_alpha=0.1)),
            ("normalization batch", [2, 6], dict(normalization="batch")), ("normalization null", [2, 6], dict(normalization="null")),
        ]:
            if op == "SoftmaxOutput" or title in ("matrix", "multi_output"):
                yield op_case(HEAD, op, title, attrs, [given("data", seeded(shape, -3, 3)), free("label")], "transcendental")
    yield op_case(HEAD, "SoftmaxOutput", "label given", {}, [given("data", seeded([2, 6], -3, 3)), given("label", fill([2], 1))], "transcendental")
    yield op_case(HEAD, "SoftmaxOutput", "label of the data's shape", {}, [given("data", seeded([2, 6], -3, 3)), given("label", fill([2, 6], 0))], "transcendental")
    yield op_case(HEAD, "SoftmaxOutput", "multi_output label with spatial axes", dict(multi_output=True), [given("data", seeded([2, 3, 2, 4], -3, 3)), given("label", fill([2, 2, 4], 0))], "transcendental")
    yield op_case(HEAD, "SoftmaxOutput", "multi_output label with a channel axis", dict(multi_output=True), [given("data", seeded([2, 3, 2, 4], -3, 3)), given("label", fill([2, 1, 2, 4], 0))], "transcendental")
    for dtype in ("float64", "float16"):
        yield op_case(HEAD, "SoftmaxOutput", dtype, {}, [given("data", seeded([2, 6], -3, 3, dtype)), free("label")], "transcendental", types={"label": dtype})
    for op, tolerance in (("LinearRegressionOutput", "exact"), ("MAERegressionOutput", "exact"), ("LogisticRegressionOutput", "transcendental")):
        for title, shape, label in [("matrix", [3, 4], free("label")), ("column", [5, 1], given("label", fill([5], 2))), ("image", [2, 3, 2, 2], free("label")), ("label given", [2, 3], given("label", fill([2, 3], 1))), ("vector", [7], free("label"))]:
            yield op_case(HEAD, op, title, {}, [given("data", seeded(shape, -3, 3)), label], tolerance)
        yield op_case(HEAD, op, "grad_scale", dict(grad_scale=0.5), [given("data", seeded([3, 2], -3, 3)), free("label")], tolerance)
    for title, shape, attrs in [("matrix", [3, 4], {}), ("one row", [1, 7], {}), ("margin", [2, 3], dict(margin=2, regularization_coefficient=0.5)), ("use_linear", [2, 5], dict(use_linear=True)), ("image", [2, 3, 2, 2], {})]:
        yield op_case(HEAD, "SVMOutput", title, attrs, [given("data", seeded(shape, -3, 3)), free("label")], "exact")
    for op in ("MakeLoss", "make_loss", "BlockGrad"):
        for shape in ([5], [3, 4], [2, 3, 4], [1, 3, 2, 5]):
            yield op_case(HEAD, op, "x".join(map(str, shape)), {}, [given("data", seeded(shape))], "exact")
        yield op_case(HEAD, op, "float64", {}, [given("data", seeded([2, 3], dtype="float64"))], "exact")
    yield op_case(HEAD, "MakeLoss", "training attributes", dict(grad_scale=2, valid_thresh=0.5, normalization="batch"), [given("data", seeded([4]))], "exact")
    for value in ("null", "valid"):
        yield op_case(HEAD, "MakeLoss", f"normalization {value}", dict(normalization=value), [given("data", seeded([4]))], "exact")
    for shape in ([5], [3, 4], [2, 3, 4], [1, 3, 2, 5]):
        yield op_case(HEAD, "_identity_with_attr_like_rhs", "x".join(map(str, shape)), {}, [given("lhs", seeded(shape)), given("rhs", fill(shape, 9))], "exact")
    yield op_case(HEAD, "_identity_with_attr_like_rhs", "float64", {}, [given("lhs", seeded([2, 3], dtype="float64")), given("rhs", fill([2, 3], 9, "float64"))], "exact")
    for title, shape, attrs in [("default", [3, 4], {}), ("p 0", [2, 3], dict(p=0)), ("p near 1", [2, 3], dict(p=0.99)), ("training", [1, 3, 2, 2], dict(mode="training", p=0.3)), ("axes", [2, 3, 4], dict(axes=(0, 2))), ("cudnn_off", [5], dict(cudnn_off=True))]:
        yield op_case(HEAD, "Dropout", title, attrs, [given("data", seeded(shape))], "exact")
    yield op_case(HEAD, "Dropout", "float64", {}, [given("data", seeded([3, 2], dtype="float64"))], "exact")
    yield op_case(HEAD, "Dropout", "refuses p above 1", dict(p=1.5), [given("data", seeded([3, 2]))], "exact", fails=["p"])
