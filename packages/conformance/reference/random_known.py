"""Differences that stay whatever the operator: what libpredict computes though the reference has no kernel for it."""

GENERATORS = {}

NO_KERNEL = (
    "does not support boolean type", "Unknown type enum 7", "'bool', valid values", "only support floating point types", "Unsupported data type",
    "data type do not match specified type", "FP16 gemm on cpu not implemented", "float16 fully connected layer", "only supports 32-bit and 64-bit", "valid values are: {'float16', 'float32', 'float64', 'int32', 'uint8'}",
)


def refused(problem):
    return problem.startswith("the reference refuses")


def has_empty(case):
    return any(n["op"] == "slice" and i.endswith("_whole") for n in case["nodes"] for i in n["inputs"])


PARTIAL = ["add_n", "sum", "nansum", "mean", "prod", "nanprod", "norm", "Pooling", "Pooling_v1", "BatchNorm", "BatchNorm_v1", "_contrib_SyncBatchNorm", "InstanceNorm", "L2Normalization", "UpSampling", "smooth_l1"]


def first_type(case):
    return case["inputs"][0].get("dtype", "float32") if case.get("inputs") else None


EXPLAINED = [
    {
        "ops": PARTIAL,
        "section": "operators.md 4.0",
        "reason": "the reference rounds partial results to float16, libpredict the result",
        "when": lambda case, problem: "off by" in problem and first_type(case) == "float16",
    },
    {
        "ops": [],
        "section": "operators.md 4.6",
        "reason": "element types for which the reference has no kernel are computed all the same",
        "when": lambda case, problem: refused(problem) and any(text in problem for text in NO_KERNEL),
    },
    {
        "ops": [],
        "section": "operators.md 1.8",
        "reason": "an element type for which there is no kernel is refused without elements too",
        "when": lambda case, problem: problem.startswith("libpredict refuses") and "cannot work on" in problem and has_empty(case),
    },
    {
        "ops": [],
        "section": "operators.md 1.8",
        "reason": "the reference takes a tensor without elements for an unknown or wrong shape here",
        "when": lambda case, problem: refused(problem) and has_empty(case),
    },
    {
        "ops": [],
        "section": "operators.md 4.2",
        "reason": "the reference has kernels for at most 5 joined axes",
        "when": lambda case, problem: refused(problem) and ("Too many broadcast dimensions" in problem or "Too many reduction axes" in problem),
    },
]
