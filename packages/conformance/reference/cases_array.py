"""Operators that make, number or judge arrays, beyond cases_movement.py: fills, diagonals, scattering,
coordinates, running sums, windows as columns, small matrices."""

from case_builders import given, net_case, op_case
from case_tensors import ramp, seeded, values

MAKE = "operator/array-make"
INDEX = "operator/array-index"
NUMBERS = "operator/array-numbers"
MATRIX = "operator/array-matrix"

NUMERIC = ("float64", "float16", "int32", "int64", "int8", "uint8")


def cases():
    yield from makes()
    yield from diagonals()
    yield from scatters()
    yield from coordinates()
    yield from sums()
    yield from numbers()
    yield from columns()
    yield from matrices()


def one(file, op, title, attrs, data, tolerance="exact", **more):
    return op_case(file, op, title, attrs, [given("data", data)], tolerance, **more)


def made(op, title, attrs, tolerance="exact", **more):
    """An operator without inputs, added to an input, without which there is no predictor to set."""
    return net_case(MAKE, f"{op} {title}", [("made", op, attrs, []), ("same", "_copy", {}, ["data"])], [given("data", ramp([1]))], tolerance, heads=["made", "same"], **more)


def makes():
    for title, attrs in [("square", dict(N=3)), ("wide", dict(N=2, M=4)), ("tall", dict(N=4, M=2, k=-1)), ("above", dict(N=3, k=1)), ("beyond", dict(N=2, k=5)), ("beyond below", dict(N=2, M=3, k=-2)), ("negative columns", dict(N=2, M=-1))]:
        yield made("_eye", title, attrs)
    for dtype in NUMERIC:
        yield made("_eye", dtype, dict(N=2, M=3, k=1, dtype=dtype))
    yield made("_eye", "refuses negative rows", dict(N=-1), fails=["N"])
    for title, attrs in [("endpoint", dict(start=0, stop=10, num=5)), ("without endpoint", dict(start=0, stop=10, num=5, endpoint=False)), ("down", dict(start=10, stop=2, num=4)), ("one", dict(start=2, stop=10, num=1)), ("fractions", dict(start=-1.5, stop=1.25, num=9, endpoint=True)), ("one without endpoint", dict(start=3, stop=7, num=1, endpoint=False))]:
        yield made("_linspace", title, attrs, "rounding")
    for dtype in NUMERIC:
        yield made("_linspace", dtype, dict(start=9, stop=1, num=4, dtype=dtype), "rounding")
    yield made("_npi_linspace", "alias", dict(start=1, stop=4, num=3), "rounding")
    yield made("_linspace", "refuses negative num", dict(start=1, stop=4, num=-3), fails=[])
    free = [given("data", seeded([2, 3], 0, 9))]
    for title, attrs, dtype in [("takes its consumer's type", dict(shape="(2,3)"), "float64"), ("takes its consumer's shape", dict(shape="(0,3)"), "float32"), ("type by number", dict(shape="(2,3)", dtype=4), "int32"), ("no shape", {}, "float16"), ("int8", dict(shape="(2,3)"), "int8")]:
        nodes = [("made", "_zeros_without_dtype", attrs, []), ("sum", "elemwise_add", {}, ["made", "data"])]
        yield net_case(MAKE, f"_zeros_without_dtype {title}", nodes, [given("data", seeded([2, 3], 0, 9, dtype))], "exact")
    nodes = [("made", "_zeros_without_dtype", dict(dtype=99, shape="(2,3)"), []), ("sum", "elemwise_add", {}, ["made", "data"])]
    yield net_case(MAKE, "_zeros_without_dtype refuses an unknown type", nodes, free, "exact", fails=[])


def diagonals():
    for title, shape, attrs in [
        ("matrix", [3, 4], {}), ("above", [3, 4], dict(k=1)), ("below", [3, 4], dict(k=-2)), ("vector", [3], {}), ("vector above", [3], dict(k=2)), ("vector below", [2], dict(k=-1)), ("batch", [2, 3, 4], {}), ("last axes", [2, 3, 4], dict(axis1=1, axis2=2)), ("negative axes", [2, 3, 4], dict(axis1=-1, axis2=0)), ("swapped", [3, 4], dict(axis1=1, axis2=0, k=1)),
        ("four axes", [2, 2, 3, 2], dict(k=1, axis1=2, axis2=1)), ("one row", [1, 5], dict(k=4)), ("batch below", [4, 3, 2], dict(k=-1, axis1=0, axis2=2)),
    ]:
        yield one(MATRIX, "diag", title, attrs, ramp(shape, 1))
    for dtype in NUMERIC:
        yield one(MATRIX, "diag", dtype, dict(k=1), seeded([3, 3], 0, 9, dtype))
    for title, shape, attrs in [("refuses a diagonal that is not there", [3, 4], dict(k=5)), ("refuses one axis twice", [3, 4], dict(axis1=1, axis2=1)), ("refuses an axis out of range", [3, 4], dict(axis2=2))]:
        yield one(MATRIX, "diag", title, attrs, ramp(shape), fails=["node"])


def scatter(title, data, indices, shape, tolerance="exact", **more):
    return op_case(INDEX, "scatter_nd", title, dict(shape=shape), [given("data", data), given("indices", indices)], tolerance, **more)


def scatters():
    yield scatter("elements", values([3], [2, 3, 5]), values([2, 3], [1, 1, 0, 0, 1, 0]), (2, 2))
    yield scatter("last of equals wins", values([4], [2, 3, 1, 7]), values([2, 4], [1, 1, 0, 1, 0, 1, 0, 0]), (2, 2))
    yield scatter("rows", seeded([2, 3]), values([1, 2], [3, 1]), (4, 3))
    yield scatter("planes", seeded([2, 2, 2, 3]), values([1, 2, 2], [0, 3, 2, 1]), (4, 2, 3))
    yield scatter("fractions count toward zero", values([2], [2, 3]), values([1, 2], [1.7, 0.2]), (3,))
    yield scatter("three indices", values([2], [4, 6]), values([3, 2], [0, 1, 1, 0, 2, 1]), (2, 2, 3))
    for dtype in NUMERIC:
        yield scatter(dtype, seeded([2, 2], 0, 9, dtype), values([1, 2], [2, 0]), (3, 2))
    for dtype in ("int32", "int64"):
        yield scatter(f"{dtype} indices", seeded([2, 2]), values([1, 2], [2, 0], dtype), (3, 2))
    yield scatter("refuses data of another shape", ramp([3]), values([1, 2], [1, 0]), (3,), fails=["node"])
    yield scatter("refuses more indices than axes", ramp([2]), values([2, 2], [1, 0, 1, 0]), (3,), fails=["node"])
    for title, old, index, new in [("rows", [4, 2], [2, 0], [2, 2]), ("last of equals wins", [4, 2], [1, 1], [2, 2]), ("planes", [3, 2, 2], [1], [1, 2, 2]), ("vector", [5], [4, 0, 2], [3])]:
        yield copy(title, seeded(old), values([len(index)], index, "int64"), seeded(new))
    for dtype in ("float32", "int32"):
        yield copy(f"{dtype} indices", seeded([3, 2]), values([2], [2, 1], dtype), seeded([2, 2]))
    for dtype in ("float64", "float16", "int32", "uint8"):
        yield copy(dtype, seeded([3, 2], 0, 9, dtype), values([2], [2, 1], "int64"), seeded([2, 2], 0, 9, dtype))
    yield copy("refuses rows of another size", ramp([4, 2]), values([2], [1, 2], "int64"), ramp([2, 3]), fails=[])
    yield copy("refuses another number of rows", ramp([4, 2]), values([1], [1], "int64"), ramp([2, 2]), fails=[])


def copy(title, old, index, new, **more):
    return op_case(INDEX, "_contrib_index_copy", title, {}, [given("old_tensor", old), given("index_vector", index), given("new_tensor", new)], "exact", **more)


def coordinates():
    ravel = values([2, 3], [3, 6, 6, 4, 5, 1])
    yield one(INDEX, "_ravel_multi_index", "two axes", dict(shape=(7, 6)), ravel)
    yield one(INDEX, "_ravel_multi_index", "first size unknown", dict(shape=(-1, 6)), ravel)
    yield one(INDEX, "_ravel_multi_index", "outside of the shape", dict(shape=(7, 6)), values([2, 3], [-1, 6, 9, 4, 5, 1]))
    yield one(INDEX, "_ravel_multi_index", "fractions count toward zero", dict(shape=(7, 6)), values([2, 1], [1.7, 2.6]))
    yield one(INDEX, "_ravel_multi_index", "three axes", dict(shape=(2, 4, 6)), values([3, 2], [1, 0, 3, 2, 5, 4]))
    yield one(INDEX, "ravel_multi_index", "alias", dict(shape=(7, 6)), values([2, 2], [1, 2, 3, 4]))
    yield one(INDEX, "_unravel_index", "two axes", dict(shape=(7, 6)), values([3], [22, 41, 37]))
    yield one(INDEX, "_unravel_index", "first size unknown", dict(shape=(-1, 6)), values([4], [22, 41, 37, 100]))
    yield one(INDEX, "_unravel_index", "outside of the shape", dict(shape=(7, 6)), values([4], [22, 50, -1, -7]))
    yield one(INDEX, "_unravel_index", "fractions count toward zero", dict(shape=(7, 6)), values([2], [7.9, 3.2]))
    yield one(INDEX, "_unravel_index", "three axes", dict(shape=(2, 4, 6)), values([3], [47, 0, 30], "int64"))
    yield one(INDEX, "unravel_index", "alias", dict(shape=(3, 2)), values([2], [5, 2]))
    for dtype in NUMERIC:
        yield one(INDEX, "_ravel_multi_index", dtype, dict(shape=(7, 6)), values([2, 2], [3, 6, 4, 5], dtype))
        yield one(INDEX, "_unravel_index", dtype, dict(shape=(7, 6)), values([2], [22, 41], dtype))
    yield one(INDEX, "_ravel_multi_index", "refuses another number of axes", dict(shape=(7,)), ravel, fails=["node"])
    yield one(INDEX, "_ravel_multi_index", "refuses other than a matrix", dict(shape=(7, 6)), ramp([2, 2, 2]), fails=["node"])
    yield one(INDEX, "_unravel_index", "refuses other than a vector", dict(shape=(7, 6)), ramp([2, 2]), fails=["node"], source="by hand")
    for title, shape, attrs in [("all axes", [2, 3], {}), ("one axis", [2, 3, 2], dict(axes=(1,))), ("negative axes", [2, 3, 2], dict(axes=(-1, 0))), ("vector", [4], {}), ("an axis twice", [2, 2], dict(axes=(0, 0))), ("image", [1, 2, 2, 3], dict(axes=(2, 3)))]:
        yield one(INDEX, "_contrib_index_array", title, attrs, ramp(shape))
    for dtype in ("float64", "int32", "uint8"):
        yield one(INDEX, "_contrib_index_array", dtype, {}, ramp([2, 2], dtype=dtype))
    yield one(INDEX, "_contrib_index_array", "refuses an axis out of range", dict(axes=(2,)), ramp([3]), fails=["node"], source="by hand")


def sums():
    for title, shape, attrs in [("flattened", [2, 3], {}), ("axis 0", [2, 3], dict(axis=0)), ("axis 1", [2, 3], dict(axis=1)), ("middle axis", [2, 3, 4], dict(axis=1)), ("vector", [9], {}), ("long", [300], {}), ("None", [2, 2, 2], dict(axis=None, dtype=None))]:
        yield one(NUMBERS, "cumsum", title, attrs, seeded(shape), "accumulating", k=max(shape) if attrs else 300)
    for dtype in ("float64", "float16", "int32", "int64", "int8", "uint8"):
        yield one(NUMBERS, "cumsum", dtype, dict(axis=1), seeded([2, 3], 0, 9, dtype), "accumulating", k=3)
    yield one(NUMBERS, "cumsum", "bool", dict(axis=1), values([2, 3], [1, 0, 1, 1, 1, 1], "bool"))
    yield one(NUMBERS, "cumsum", "int8 wraps", {}, values([3], [100, 100, 100], "int8"))
    yield one(NUMBERS, "cumsum", "uint8 wraps", {}, values([3], [200, 100, 3], "uint8"))
    for dtype in ("float64", "float16", "int32", "int64", "int8"):
        yield one(NUMBERS, "cumsum", f"into {dtype}", dict(axis=0, dtype=dtype), values([4], [1.5, 2.25, -0.75, 3]), "accumulating", k=4)
    yield one(NUMBERS, "cumsum", "integers into float64", dict(dtype="float64"), ramp([5], dtype="int32"))
    yield one(NUMBERS, "_np_cumsum", "alias", dict(axis=0), seeded([3, 2]), "accumulating", k=3)
    yield one(NUMBERS, "cumsum", "refuses an axis out of range", dict(axis=2), ramp([2, 2]), fails=["axis"])
    yield one(NUMBERS, "cumsum", "refuses a negative axis", dict(axis=-1), ramp([2, 2]), fails=[])


def numbers():
    for title, attrs in [("all three", dict(a=1.5, b=2, c=-3)), ("defaults", {}), ("linear", dict(b=0.5)), ("constant", dict(c=4))]:
        yield one(NUMBERS, "_contrib_quadratic", title, attrs, seeded([2, 3]), "rounding")
    for dtype in ("float64", "float16", "int32"):
        yield one(NUMBERS, "_contrib_quadratic", dtype, dict(a=1.5, b=2, c=3), seeded([2, 3], 0, 9, dtype), "rounding")
    for op, attrs in [("_contrib_gradientmultiplier", dict(scalar=3)), ("cast_storage", dict(stype="default")), ("_sparse_cast_storage", dict(stype="default"))]:
        for dtype in ("float32", "float64", "float16", "int32", "int64"):
            yield one(NUMBERS, op, dtype, attrs, seeded([2, 3], 0, 9, dtype))
    halves = values([7], [-2.5, -0.5, 0, 0.5, 1.5, 2.5, "inf"])
    for op in ("_contrib_round_ste", "_contrib_sign_ste", "_sparse__contrib_round_ste", "_sparse__contrib_sign_ste"):
        yield one(NUMBERS, op, "halves", {}, halves)
    for title, data in [("finite", seeded([2, 3])), ("not a number", values([3], [1, "nan", 2])), ("infinite", values([3], [1, 2, "-inf"])), ("largest", values([2], [3.4028235e38, -3.4028235e38])), ("long", seeded([700]))]:
        yield one(NUMBERS, "all_finite", title, {}, data)
    for dtype in ("float64", "float16"):
        yield one(NUMBERS, "all_finite", dtype, dict(init_output=True), values([3], [1, "inf", 2], dtype))
    for title, second in [("finite", seeded([2])), ("second infinite", values([2], ["inf", 0])), ("zero", values([1], [0])), ("matrix", seeded([3, 3])), ("second not a number", values([1], ["nan"]))]:
        yield op_case(NUMBERS, "multi_all_finite", title, dict(num_arrays=2), [given("array_0", seeded([2, 2])), given("array_1", second)], "exact")
    yield one(NUMBERS, "all_finite", "refuses integers", {}, ramp([3], dtype="int32"), fails=[])
    for title, types, narrow in [("widest", ["float16", "float32"], False), ("narrowest", ["float16", "float32"], True), ("float64 first", ["float64", "float16"], False), ("float64 last", ["float32", "float64"], False), ("float64 narrow", ["float64", "float32", "float16"], True), ("integers pass", ["float32", "int32", "float16"], False), ("integers pass narrow", ["float32", "int32", "float16"], True), ("all one", ["float32", "float32"], False), ("integer first", ["int32", "float32", "float16"], False)]:
        operands = [given(f"data_{i}", seeded([2, i + 1], 0, 9, dtype)) for i, dtype in enumerate(types)]
        attrs = dict(num_outputs=len(types), cast_narrow=narrow) if narrow else dict(num_outputs=len(types))
        yield op_case(NUMBERS, "amp_multicast", title, attrs, operands, "exact", count=len(types))
    for title, data, label in [("two rows", values([2, 3], [1, 2, 3, 3, 1, 0]), [0, 2]), ("least probability", values([2, 3], [1, 2, 300, 3, 1, 0]), [0, 1]), ("fractions", values([2, 3], [1, 2, 3, 3, 1, 0]), [0.7, 1.2]), ("many", seeded([6, 40], -3, 3), [0, 39, 2, 17, 5, 5])]:
        yield entropy(title, data, values([len(label)], label))
    for dtype in ("float64", "float16"):
        yield entropy(dtype, seeded([2, 3], -3, 3, dtype), values([2], [0, 2], dtype))
    yield entropy("refuses labels of another number", seeded([2, 3]), values([3], [0, 1, 1]), fails=["node"])


def entropy(title, data, label, **more):
    return op_case(NUMBERS, "softmax_cross_entropy", title, {}, [given("data", data), given("label", label)], "transcendental", **more)


def columns():
    for title, shape, attrs in [
        ("2x2", [1, 1, 3, 3], dict(kernel=(2, 2))), ("strides and pad", [1, 1, 3, 3], dict(kernel=(2, 2), stride=(2, 1), pad=(1, 0))), ("dilate", [1, 1, 3, 3], dict(kernel=(2, 2), dilate=(2, 2))), ("batch and channels", [2, 3, 4, 5], dict(kernel=(3, 2), pad=(1, 1))), ("1x1", [2, 2, 2, 2], dict(kernel=(1, 1))), ("wide pad", [1, 2, 2, 2], dict(kernel=(2, 2), pad=(3, 2))), ("all", [1, 2, 6, 7], dict(kernel=(2, 3), stride=(2, 3), dilate=(3, 2), pad=(2, 1))),
    ]:
        yield one(MATRIX, "im2col", title, attrs, seeded(shape))
    for dtype in ("float64", "float16"):
        yield one(MATRIX, "im2col", dtype, dict(kernel=(2, 1)), seeded([1, 2, 3, 2], dtype=dtype))
    yield one(MATRIX, "im2col", "refuses a kernel that exceeds the image", dict(kernel=(5, 5)), ramp([1, 1, 3, 3]), fails=["node"])
    yield one(MATRIX, "im2col", "refuses integers", dict(kernel=(2, 2)), ramp([1, 1, 3, 3], dtype="int32"), fails=[])
    for title, shape, attrs in [
        ("2x2", [1, 4, 4], dict(output_size=(3, 3), kernel=(2, 2))), ("dilate", [2, 4, 1], dict(output_size=(3, 3), kernel=(2, 2), dilate=(2, 2))), ("strides and pad", [1, 4, 8], dict(output_size=(3, 3), kernel=(2, 2), stride=(2, 1), pad=(1, 1))), ("batch and channels", [2, 18, 24], dict(output_size=(4, 5), kernel=(3, 2), pad=(1, 1))), ("1x1", [1, 2, 6], dict(output_size=(2, 3), kernel=(1, 1))),
    ]:
        yield one(MATRIX, "col2im", title, attrs, seeded(shape), "accumulating", k=6)
    for dtype in ("float64", "float16"):
        yield one(MATRIX, "col2im", dtype, dict(output_size=(3, 3), kernel=(2, 2)), seeded([1, 4, 4], dtype=dtype), "accumulating", k=4)
    yield one(MATRIX, "col2im", "refuses another number of windows", dict(output_size=(3, 3), kernel=(2, 2)), ramp([1, 4, 5]), fails=["node"])
    yield one(MATRIX, "col2im", "refuses rows that are no multiple of the kernel", dict(output_size=(3, 3), kernel=(2, 2)), ramp([1, 3, 4]), fails=["node"])


def regular(shape, dtype="float32"):
    """Matrices with large numbers on the diagonal, which have an inverse."""
    n = shape[-1]
    count = 1
    for d in shape[:-2]:
        count *= d
    data = [((i * 7 + j * 5 + b * 3) % 9 - 4) / 4 + (n + 1 if i == j else 0) for b in range(count) for i in range(n) for j in range(n)]
    return values(shape, data, dtype)


def matrices():
    singular = values([2, 2], [1, 2, 2, 4])
    for op, aliases, count in [("_linalg_inverse", "linalg_inverse _npi_inv", 1), ("_linalg_det", "linalg_det _npi_det", 1), ("_linalg_slogdet", "linalg_slogdet _npi_slogdet", 2)]:
        tolerance = dict(tolerance="accumulating", k=6, count=count)
        heads = {"heads": ["node:0"]} if op == "_linalg_det" else {}
        for title, data in [("two by two", values([2, 2, 2], [2, 1, 1, 3, 0, 1, 2, 5])), ("six by six", regular([6, 6])), ("batch", regular([2, 3, 4, 4])), ("one by one", values([1, 1], [-4])), ("float64", regular([3, 3], "float64"))]:
            yield one(MATRIX, op, title, {}, data, **tolerance, **heads)
        yield one(MATRIX, op, "refuses other than squares", {}, ramp([2, 3]), fails=["node"])
        yield one(MATRIX, op, "refuses a vector", {}, ramp([2]), fails=["node"])
        if count == 2 or op == "_linalg_det":
            yield one(MATRIX, op, "singular", {}, singular, **tolerance, **heads)
        for alias in aliases.split():
            yield one(MATRIX, alias, "alias", {}, regular([2, 2]), **tolerance, **heads)
    yield one(MATRIX, "_linalg_inverse", "refuses a matrix without inverse", {}, singular, fails=[])
