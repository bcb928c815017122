"""What the random differential test found: each case was once answered wrongly by libpredict."""

from case_builders import given, op_case, state, stored, with_empty_inputs
from case_tensors import ramp, seeded, values

FILE = "operator/found"
FEW = [1, -2, 0.1, 0.5, 3, 0]


def cases():
    yield from scalars_in_float16()
    yield from conversions()
    yield from reshapes()
    yield from windows()
    yield from nothing_taken()


def scalars_in_float16():
    """The scalar is rounded to float16 before anything is computed."""
    for op, scalar in (("_equal_scalar", 0.1), ("_greater_equal_scalar", 0.1), ("_mod_scalar", 0.1), ("_rmod_scalar", 0.3), ("_not_equal_scalar", 0.1), ("_logical_and_scalar", 1e-9)):
        yield op_case(FILE, op, "float16", {"scalar": scalar}, [given("data", values([6], FEW, "float16"))], "exact")


def conversions():
    for dtype in ("float16", "int8", "int32", "int64", "uint8"):
        yield op_case(FILE, "_arange", f"fractions-{dtype}", {"start": 2.5, "stop": 9.5, "step": 1.5, "dtype": dtype}, [], "exact")
        yield op_case(FILE, "_contrib_arange_like", f"fractions-{dtype}", {"start": 1.5, "step": 2.5}, [given("data", ramp([2, 3], 0, 1, dtype))], "exact")
    for source in ("float64", "float32", "float16"):
        for target in ("float64", "float32", "float16", "int32"):
            yield op_case(FILE, "amp_cast", f"{source}-{target}", {"dtype": target}, [given("data", values([4], [1.75, -2.5, 300, 0], source))], "exact")
    yield op_case(FILE, "clip", "float64", {"a_min": 0.1, "a_max": 0.7}, [given("data", values([4], [0, 1, 0.5, -1], "float64"))], "exact")


def reshapes():
    """-1 behind a -4 goes where the item stands."""
    for dims, shape in (((2, 3, 4), "(-4, 1, 2, -1, 1)"), ((2, 3, 4), "(-4, 1, 2, -4, 1, -1, -1, 1, 1)"), ((3, 2, 1, 1), "(-4, -1, 1, 1, -1, 1, 1)"), ((2, 6, 1, 4), "(0, -4, 2, 3, -1, 1)")):
        yield op_case(FILE, "Reshape", f"inferred-{shape}", {"shape": shape}, [given("data", ramp(dims))], "exact")


def nothing_taken():
    """No index asks anything of an axis without elements."""
    for title, dims, index, attrs in (("vector", [0], [1, 0], {}), ("last-axis", [3, 1, 0], [0], {"axis": 2, "mode": "wrap"})):
        yield with_empty_inputs(op_case(FILE, "take", f"nothing-{title}", attrs, [given("a", ramp(dims)), given("indices", ramp(index))], "exact"))


def windows():
    """A third dimension that is there by its padding alone."""
    kernels = (("(3, 3, 3)", "(1, 1, 1)", "(1, 1, 1)", 1), ("(3, 1, 1)", "(1, 1, 1)", "(1, 0, 0)", 1), ("(1, 3, 3)", "(3, 1, 1)", "(1, 1, 1)", 8), ("(3, 2, 1)", "(1, 1, 2)", "(1, 1, 0)", 1))
    for kernel, stride, pad, groups in kernels:
        dims = [int(k) for k in kernel.strip("()").split(",")]
        attrs = {"kernel": kernel, "stride": stride, "pad": pad, "num_filter": 8, "num_group": groups, "no_bias": "True"}
        operands = [given("data", seeded([1, 8, 1, 5, 6])), stored("weight", seeded([8, 8 // groups, *dims]))]
        yield op_case(FILE, "Convolution", f"flat-k{kernel}-s{stride}", attrs, operands, "accumulating", k=8 // groups * dims[0] * dims[1] * dims[2])
    names = [given("data", seeded([2, 3, 2, 2])), given("gamma", seeded([3], 0.5, 2)), given("beta", seeded([3])), state("moving_mean", seeded([3])), state("moving_var", seeded([3], 0.2, 3))]
    yield op_case(FILE, "BatchNorm_v1", "output_mean_var", {"output_mean_var": "True", "fix_gamma": "False"}, names, "accumulating", k=4, count=3)
