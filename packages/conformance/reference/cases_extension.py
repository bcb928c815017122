"""The additive LP* functions; a library without them (the reference) skips these cases."""

from case_builders import steps_case
from case_calls import error, forward, get, put, step
from case_tensors import ramp, values

FILE = "api/extension"
FC = {
    "nodes": [
        {"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2", "no_bias": "True"}, "inputs": ["data", "fc_weight"]},
        {"name": "softmax", "op": "SoftmaxOutput", "inputs": ["fc", "softmax_label"]},
    ],
    "params": [{"name": "arg:fc_weight", **ramp([2, 3])}],
}
X = values([1, 3], [1, 2, 3])


def lp(title, steps, model=None, **more):
    fields = {"source": "by hand, c_predict_api.h", "needs": ["lp"], "tolerance": "accumulating", "k": 3, **more}
    return steps_case(FILE, title, {"m": model or FC}, steps, **fields)


def model(expect=None):
    return step("LPModelCreate", expect, **{"as": "model"}, model="m")


def predictor(keys, expect=None, name="p", **fields):
    return step("LPPredCreate", expect, **{"as": name}, handle="model", keys=keys, **fields)


def cases():
    key = {"data": [1, 3]}
    probabilities = values([1, 2], [1.5229979e-8, 1])
    yield lp("version", [step("LPGetVersion", {"textNotEmpty": True})])
    yield lp("build information", [step("LPGetBuildInfo", {"textNotEmpty": True})])
    yield lp("inputs of a model leave out weights and labels", [model(), step("LPModelGetInputNames", {"names": ["data"]}, handle="model")])
    yield lp("outputs of a model", [model(), step("LPModelGetOutputNames", {"names": ["softmax_output"]}, handle="model")])
    yield lp("a predictor of a model", [model(), predictor(key), put("data", X), forward(), get(0, probabilities)], tolerance="transcendental")
    yield lp("two predictors of one model", [model(), predictor(key), predictor({"data": [2, 3]}, name="q"), put("data", X), forward(), get(0, probabilities), put("data", values([2, 3], [0, 0, 0, 1, 2, 3]), "q"), forward("q"), get(0, values([2, 2], [0.5, 0.5, 1.5229979e-8, 1]), "q")], tolerance="transcendental")
    yield lp("a predictor outlives its model", [model(), predictor(key), step("LPModelFree", handle="model"), put("data", X), forward(), get(0, probabilities)], tolerance="transcendental")
    yield lp("an unknown key is an error", [model(), predictor({"dat": [1, 3]}, error("dat", code="LP_ERROR_NAME"))])
    yield lp("an unknown output is an error", [model(), predictor(key, error("fcc", code="LP_ERROR_NAME"), outputs=["fcc"])])
    yield lp("outputs by name", [model(), predictor(key, outputs=["fc", "softmax_output"]), put("data", X), forward(), get(0, values([1, 2], [8, 26]))])
    yield lp("information about inputs", [model(), predictor(key), step("LPPredGetInputInfo", {"name": "data", "dtype": "float32", "shape": [1, 3]}, handle="p", index=0)])
    yield lp("information about outputs", [model(), predictor(key), step("LPPredGetOutputInfo", {"name": "softmax_output", "dtype": "float32", "shape": [1, 2]}, handle="p", index=0)])
    yield lp("information about an input that does not exist", [model(), predictor(key), step("LPPredGetInputInfo", error(code="LP_ERROR_INDEX"), handle="p", index=1)])
    yield lp("information about an output that does not exist", [model(), predictor(key), step("LPPredGetOutputInfo", error(code="LP_ERROR_INDEX"), handle="p", index=1)])
    yield lp("typed set refuses another type", [model(), predictor(key), step("LPPredSetInput", error("data", code="LP_ERROR_DTYPE"), handle="p", key="data", data=ramp([1, 3], dtype="int32"))])
    yield lp("typed set refuses another size", [model(), predictor(key), step("LPPredSetInput", error("data", code="LP_ERROR_SIZE"), handle="p", key="data", data=ramp([1, 4]))])
    yield lp("typed set refuses an unknown name", [model(), predictor(key), step("LPPredSetInput", error("dat", code="LP_ERROR_NAME"), handle="p", key="dat", data=X)])
    yield lp("typed set", [model(), predictor(key, outputs=["fc"]), step("LPPredSetInput", handle="p", key="data", data=X), forward(), get(0, values([1, 2], [8, 26]))])
    unknown = {"nodes": [{"name": "one", "op": "NoSuchOperator", "inputs": ["data"]}, {"name": "two", "op": "NorThisOne", "inputs": ["one"]}], "params": []}
    yield lp("a check lists all unknown operators", [step("LPCheckModel", {"errors": ["one", "two"]}, model="m")], unknown)
    yield lp("a create lists all unknown operators", [model(error("NoSuchOperator", "NorThisOne", "one", "two", code="LP_ERROR_UNSUPPORTED"))], unknown)
    odd = {"nodes": [{"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2", "no_bias": "True", "foo": "bar"}, "inputs": ["data", "fc_weight"]}], "params": []}
    yield lp("a check warns of unknown attributes", [step("LPCheckModel", {"errors": [], "warnings": ["fc"]}, model="m")], odd)
    yield lp("a check of a good model", [step("LPCheckModel", {"errors": [], "warnings": []}, model="m")])
