"""Differences that stay whatever the operator: what libpredict computes though the reference has no kernel for it."""

GENERATORS = {}

NO_KERNEL = (
    "does not support boolean type", "Unknown type enum 7", "'bool', valid values", "only support floating point types", "Unsupported data type",
    "data type do not match specified type", "FP16 gemm on cpu not implemented", "float16 fully connected layer", "valid values are: {'float16', 'float32', 'float64', 'int32', 'uint8'}",
)


def refused(problem):
    return problem.startswith("the reference refuses")


def has_empty(case):
    return any(n["op"] == "slice" and i.endswith("_whole") for n in case["nodes"] for i in n["inputs"])


EXPLAINED = [
    {
        "ops": [],
        "section": "operators.md 4.6",
        "reason": "element types for which the reference has no kernel are computed all the same",
        "when": lambda case, problem: refused(problem) and any(text in problem for text in NO_KERNEL),
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
