"""Operators that choose or repeat elements, fill arrays, and the rarer kinds of BatchNorm."""

import numpy as np

from case_builders import free, given, net_case, op_case, state, stored
from case_tensors import golden, ramp, seeded, to_array, values

CHOOSE = "operator/choose"
FILL = "operator/fill"
REPEAT = "operator/repeat-axes"
NORM = "operator/batch-norm-kinds"

NUMERIC = ("float64", "float16", "int32", "int64", "int8", "uint8")


def cases():
    yield from takes()
    yield from picks()
    yield from gathers()
    yield from wheres()
    yield from hots()
    yield from repeats()
    yield from fills()
    yield from casts()
    yield from norms()


def two(file, op, title, attrs, names, first, second, **more):
    return op_case(file, op, title, attrs, [given(names[0], first), given(names[1], second)], "exact", **more)


def takes():
    names = ("a", "indices")

    def take(title, attrs, data, indices, op="take", **more):
        return two(CHOOSE, op, title, attrs, names, data, indices, **more)

    index = values([4], [0, 2, 1, 2])
    yield take("rows", {}, seeded([3, 4]), index)
    for axis in (1, -1, 2):
        yield take(f"axis {axis}", dict(axis=axis), seeded([2, 3, 4]), values([2, 2], [0, 2, 1, 1]))
    far = values([4], [-1, 4, 2.7, -5])
    for mode in ("clip", "wrap"):
        yield take(f"mode {mode}", dict(mode=mode), seeded([3, 2]), far)
        yield take(f"mode {mode} axis 1", dict(mode=mode, axis=1), seeded([2, 3]), far)
    yield take("mode raise", dict(mode="raise"), seeded([3, 2]), index)
    for dtype in (*NUMERIC, "bool"):
        data = values([3, 2], [1, 0, 1, 1, 0, 0], dtype) if dtype == "bool" else seeded([3, 2], 0, 9, dtype)
        yield take(dtype, {}, data, index)
    for dtype in ("int32", "int64", "uint8", "float64"):
        yield take(f"{dtype} indices", {}, seeded([3, 2]), values([3], [2, 0, 1], dtype))
    yield take("alias", {}, seeded([3, 2]), index, op="_npi_take")
    yield take("vector", {}, seeded([5]), values([2, 3], [0, 4, 2, 1, 1, 3]))
    yield take("refuses an axis out of range", dict(axis=2), seeded([3, 2]), index, fails=["axis"])
    yield take("refuses an unknown mode", dict(mode="mirror"), seeded([3, 2]), index, fails=["mode"])
    yield take("rows", {}, seeded([3, 4]), values([3], [3, 0, 2], "int32"), op="batch_take")
    yield take("clipped", {}, seeded([3, 4]), values([3], [-1, 9, 2], "int32"), op="batch_take")
    for dtype in ("float64", "float16", "int32", "uint8"):
        yield take(dtype, {}, seeded([2, 3], 0, 9, dtype), values([2], [2, 0], "int32"), op="batch_take")


def picks():
    def pick(title, attrs, data, index, op="pick", **more):
        return two(CHOOSE, op, title, attrs, ("data", "index"), data, index, **more)

    yield pick("last axis", {}, seeded([2, 3]), values([2], [1, 2]))
    yield pick("axis 0", dict(axis=0), seeded([2, 3]), values([3], [1, 0, 1]))
    yield pick("middle axis", dict(axis=1), seeded([2, 3, 2]), values([2, 2], [0, 2, 1, 1]))
    yield pick("keepdims", dict(keepdims=True), seeded([2, 3]), values([2, 1], [1, 2]))
    yield pick("negative axis", dict(axis=-2), seeded([2, 3]), values([3], [1, 0, 1]))
    for mode in ("clip", "wrap"):
        yield pick(f"mode {mode}", dict(mode=mode), seeded([4, 3]), values([4], [-1, 4, 2.7, -5]))
    for dtype in NUMERIC:
        yield pick(dtype, {}, seeded([2, 3], 0, 9, dtype), values([2], [2, 0]))
    yield pick("int32 index", {}, seeded([2, 3]), values([2], [2, 0], "int32"))
    for alias in ("choose_element_0index", "_npx_pick"):
        yield pick("alias", {}, seeded([2, 3]), values([2], [2, 0]), op=alias)
    yield pick("refuses an index of another shape", {}, seeded([2, 3]), values([3], [1, 0, 1]), fails=["node"])


def gathers():
    def gather(title, data, indices, op="gather_nd", **more):
        return two(CHOOSE, op, title, {}, ("data", "indices"), data, indices, **more)

    yield gather("elements", seeded([2, 3]), values([2, 3], [1, 0, 1, 0, 2, 2]))
    yield gather("rows", seeded([4, 3]), values([1, 2], [3, 1]))
    yield gather("planes", seeded([3, 2, 2]), values([1, 2, 2], [0, 2, 1, 1]))
    yield gather("negative", seeded([2, 3]), values([2, 2], [1, -1, 0, -1]))
    yield gather("fractions count toward zero", seeded([3]), values([1, 2], [1.9, 0.2]))
    for dtype in NUMERIC:
        yield gather(dtype, seeded([3, 2], 0, 9, dtype), values([1, 2], [2, 0]))
    for dtype in ("int32", "int64"):
        yield gather(f"{dtype} indices", seeded([3, 2]), values([2, 2], [2, 0, 1, 1], dtype))
    for alias in ("_npx_gather_nd", "_npi_gather_nd"):
        yield gather("alias", seeded([3, 2]), values([1, 2], [2, 0]), op=alias)
    yield gather("refuses an index out of range", seeded([3, 2]), values([1, 2], [3, 0]), fails=["index"])
    yield gather("refuses more indices than axes", seeded([3]), values([2, 1], [1, 0]), fails=["node"])


def wheres():
    def where(title, condition, x, y, op="where", **more):
        return op_case(CHOOSE, op, title, {}, [given("condition", condition), given("x", x), given("y", y)], "exact", **more)

    yield where("elements", values([2, 3], [0, 1, 0, -1, 0.5, 0]), seeded([2, 3]), seeded([2, 3]))
    yield where("rows", values([3], [1, 0, 2]), seeded([3, 4]), seeded([3, 4]))
    yield where("not a number is true", values([3], ["nan", 0, "inf"]), seeded([3]), seeded([3]))
    yield where("image", seeded([1, 2, 3, 3], 0, 2, "int32"), seeded([1, 2, 3, 3]), seeded([1, 2, 3, 3]))
    yield where("rows of planes", values([2], [0, 1]), seeded([2, 2, 2]), seeded([2, 2, 2]))
    for dtype in NUMERIC:
        yield where(dtype, values([4], [0, 1, 1, 0]), seeded([4], 0, 9, dtype), seeded([4], 0, 9, dtype))
    for dtype in ("int32", "int64", "uint8", "float64", "float16"):
        yield where(f"{dtype} condition", values([4], [0, 1, 2, 0], dtype), seeded([4]), seeded([4]))
    yield where("alias", values([4], [0, 1, 1, 0]), seeded([4]), seeded([4]), op="_sparse_where")
    yield where("refuses shapes that differ", values([2], [0, 1]), seeded([2, 3]), seeded([2, 2]), fails=[])


def hots():
    def hot(title, attrs, indices, op="one_hot", **more):
        return op_case(CHOOSE, op, title, attrs, [given("indices", indices)], "exact", **more)

    index = values([4], [0, 2.9, -1, 3])
    yield hot("out of range is off", dict(depth=3), index)
    yield hot("values", dict(depth=4, on_value=2.5, off_value=-1), index)
    yield hot("matrix", dict(depth=2), values([2, 2], [0, 1, 1, 0]))
    for dtype in NUMERIC:
        yield hot(f"into {dtype}", dict(depth=3, dtype=dtype, on_value=3, off_value=1), index)
    for dtype in ("int32", "int64", "uint8"):
        yield hot(f"{dtype} indices", dict(depth=3), values([3], [0, 2, 5], dtype))
    yield hot("alias", dict(depth=3), index, op="_npx_one_hot")
    yield hot("refuses a missing depth", {}, index, fails=["depth"])


def repeats():
    def to(title, attrs, data, op="broadcast_to", **more):
        return op_case(REPEAT, op, title, attrs, [given("data", data)], "exact", **more)

    for title, shape, target in [("rows", [1, 3], (2, 3)), ("zero keeps", [1, 3], (4, 0)), ("both", [1, 1], (2, 3)), ("image", [2, 1, 1, 3], (2, 2, 2, 3)), ("nothing", [2, 3], (2, 3))]:
        yield to(title, dict(shape=target), seeded(shape))
    for dtype in NUMERIC:
        yield to(dtype, dict(shape=(2, 3)), seeded([2, 1], 0, 9, dtype))
    yield to("refuses another size", dict(shape=(2, 4)), seeded([1, 3]), fails=["node"])
    for title, shape, axis, size in [("one axis", [1, 3, 1], 2, 2), ("two axes", [1, 3, 1], (0, 2), (2, 2)), ("first", [1, 2], 0, 3), ("image", [1, 1, 2, 2], (0, 1), (2, 3)), ("vector", [1], 0, 4)]:
        yield to(title, dict(axis=axis, size=size), seeded(shape), op="broadcast_axis")
    yield to("alias", dict(axis=0, size=3), seeded([1, 2]), op="broadcast_axes")
    for dtype in ("float64", "int32"):
        yield to(dtype, dict(axis=1, size=3), seeded([2, 1], 0, 9, dtype), op="broadcast_axis")
    yield to("refuses an axis of another size", dict(axis=1, size=3), seeded([1, 2]), op="broadcast_axis", fails=["node"])
    like = ("lhs", "rhs")
    for title, lhs, rhs, attrs in [("all axes", [1, 3], [2, 3], {}), ("named axes", [1, 3], [5, 7], dict(lhs_axes=(0,), rhs_axes=(-1,))), ("two axes", [1, 3, 1], [2, 4], dict(lhs_axes=(0, 2), rhs_axes=(0, 1))), ("image", [1, 2, 1, 1], [3, 2, 2, 2], {}), ("nothing", [2, 3], [2, 3], {})]:
        yield two(REPEAT, "broadcast_like", title, attrs, like, seeded(lhs), seeded(rhs))
    for dtype in ("float64", "float16", "int32"):
        yield two(REPEAT, "broadcast_like", dtype, {}, like, seeded([1, 3], 0, 9, dtype), seeded([2, 3], 0, 9, dtype))
    yield two(REPEAT, "broadcast_like", "refuses another size", {}, like, seeded([1, 3]), seeded([2, 4]), fails=["node"])


def made(op, title, attrs, tolerance="exact", **more):
    return net_case(FILL, f"{op} {title}", [("made", op, attrs, []), ("same", "_copy", {}, ["data"])], [given("data", ramp([1]))], tolerance, heads=["made", "same"], **more)


def fills():
    for op, own in [("_zeros", {}), ("_ones", {}), ("_full", dict(value=2.5))]:
        for title, shape in [("vector", (3,)), ("matrix", (2, 3)), ("image", (1, 2, 2, 2))]:
            yield made(op, title, dict(shape=shape, ctx="cpu(0)", **own))
        for dtype in NUMERIC:
            yield made(op, dtype, dict(shape="[2]", dtype=dtype, **own))
    yield made("_npi_full", "alias", dict(shape=(2,), value=-1))
    yield made("_full", "refuses a missing value", dict(shape=(2,)), fails=["value"])
    for op in ("zeros_like", "ones_like"):
        for dtype in ("float32", *NUMERIC):
            yield op_case(FILL, op, dtype, {}, [given("data", seeded([2, 3], 0, 9, dtype))], "exact")
    for title, attrs in [("stop alone", dict(start=5)), ("start and stop", dict(start=2, stop=6)), ("fraction", dict(start=1, stop=2, step=0.3)), ("down", dict(start=5, stop=1, step=-2)), ("repeat", dict(start=0, stop=3, repeat=2)), ("None", dict(start=3, stop=None, infer_range=False))]:
        yield made("_arange", title, attrs, "rounding")
    for dtype in NUMERIC:
        yield made("_arange", dtype, dict(start=1, stop=9, step=2, dtype=dtype), "rounding")
    yield made("_arange", "refuses an empty range", dict(start=3, stop=1), fails=[])
    for title, shape, attrs in [("all", [2, 3], {}), ("axis", [2, 3], dict(axis=1)), ("negative axis", [2, 3], dict(axis=-2)), ("start and step", [4], dict(start=2, step=0.5)), ("axis with step", [2, 5], dict(axis=1, start=-1, step=3)), ("vector", [6], {})]:
        yield op_case(FILL, "_contrib_arange_like", title, attrs, [given("data", seeded(shape))], "rounding")
    yield op_case(FILL, "_npx_arange_like", "alias", {}, [given("data", seeded([3]))], "rounding")
    yield op_case(FILL, "_contrib_arange_like", "float64", dict(start=0.1), [given("data", seeded([3], dtype="float64"))], "rounding")


def casts():
    for dtype in ("float32", "float16", "float64"):
        for target in ("float32", "float16"):
            yield op_case(FILL, "amp_cast", f"{dtype} to {target}", dict(dtype=target), [given("data", seeded([2, 3], -9, 9, dtype))], "exact")
    for dtype in ("int32", "uint8", "int64"):
        yield op_case(FILL, "amp_cast", f"{dtype} passes", dict(dtype="float16"), [given("data", seeded([2, 3], 0, 9, dtype))], "exact")


def norm_operands(shape, names=("moving_mean", "moving_var")):
    c = [shape[1]]
    return [given("data", seeded(shape)), stored("gamma", seeded(c, 0.5, 2)), stored("beta", seeded(c)), state(names[0], seeded(c)), state(names[1], seeded(c, 0.5, 2))]


def worked_out(case, relu, attrs):
    """A case with the formula of operators.md 4.2 in float64, for kinds that the reference crashes on or lacks."""
    tensors = {t["name"].split(":")[-1]: to_array(t).astype(np.float64) for t in case["inputs"] + case["params"]}
    data = tensors.pop("data")
    wide = [1, -1] + [1] * (data.ndim - 2)
    gamma, beta, mean, var = (tensors[k].reshape(wide) for k in list(tensors))
    gamma = gamma if attrs.get("fix_gamma") is False else 1
    y = (data - mean) / np.sqrt(var + attrs.get("eps", 1e-3)) * gamma + beta
    y = np.maximum(y, 0) if relu else y
    return {**case, "outputs": [golden(y.astype(np.float32))], "source": "NumPy float64, operators.md 4.2"}


SETTINGS = [("image", [2, 3, 2, 2], {}), ("gamma counts", [2, 3, 2, 2], dict(fix_gamma=False)), ("eps", [1, 2, 3, 3], dict(fix_gamma=False, eps=1e-5)), ("matrix", [4, 3], {}), ("volume", [1, 2, 2, 2, 2], dict(fix_gamma=False)), ("many channels", [1, 17, 2, 3], dict(fix_gamma=False))]


def norms():
    for title, shape, attrs in SETTINGS:
        extra = dict(ndev=1, key="bn")
        yield op_case(NORM, "_contrib_SyncBatchNorm", title, {**attrs, **extra}, norm_operands(shape), "accumulating", k=1)
        case = op_case(NORM, "CuDNNBatchNorm", title, attrs, norm_operands(shape, ("moving_mean", "moving_inv_var")), "accumulating", k=1)
        yield worked_out(case, False, attrs)
        case = op_case(NORM, "_contrib_BatchNormWithReLU", title, attrs, norm_operands(shape), "accumulating", k=1)
        yield worked_out(case, True, attrs)
        operands = [given("data", seeded(shape)), state("moving_avg", seeded([shape[1]]))]
        kl = dict(sparseness_target=0.1 + len(attrs) / 10, penalty=0.001, momentum=0.9)
        yield op_case(NORM, "IdentityAttachKLSparseReg", title, kl, operands, "exact")
