"""Asks a library for the answers to cases, and says how two answers differ."""

import pathlib
import sys

from case_steps import StepRunner
from case_tensors import to_array
from case_tolerance import worst_excess
from harness_client import Crashed, HarnessClient

HARNESS = pathlib.Path(__file__).resolve().parent / "ctypes_harness.py"

QUIET = {"MXNET_ENGINE_TYPE": "NaiveEngine", "MXNET_SUBGRAPH_BACKEND": "NONE", "OMP_NUM_THREADS": "1"}
RUNS = {
    "native": {**QUIET, "MXNET_MKLDNN_ENABLED": "0", "MALLOC_PERTURB_": "85"},
    "native again": {**QUIET, "MXNET_MKLDNN_ENABLED": "0", "MALLOC_PERTURB_": "170"},
    "onednn": {**QUIET, "MALLOC_PERTURB_": "85"},
    "onednn again": {**QUIET, "MALLOC_PERTURB_": "170"},
}


class Library:
    """A library in a process of its own, which is started again after a crash."""

    def __init__(self, path, environment):
        self.client = HarnessClient([sys.executable, str(HARNESS), path], environment)

    def answers(self, case):
        """The list of answers, or the text of a crash."""
        try:
            return StepRunner(self.client, case).run()
        except Crashed as crash:
            return f"crashed ({crash})"
        except Exception as problem:  # an answer that makes no sense is a finding, not the end of the run
            self.client.stop()
            return f"unusable: {type(problem).__name__} {problem}"

    def stop(self):
        self.client.stop()


def takes_part(case, run):
    """Whether a run of the reference is asked for this case: a second time only where the first
    decides, and not for libpredict's own functions."""
    decides = run == "onednn" or run.split()[0] == case.get("ask", "native")
    return decides and "lp" not in case.get("needs", [])


def ask(cases, path, run):
    """Case id to its answers in one run of the reference."""
    library = Library(path, RUNS[run])
    answers = {case["id"]: library.answers(case) for case in cases if takes_part(case, run)}
    library.stop()
    return answers


def arrays_of(answers):
    return [a["array"] for a in answers if "array" in a] if isinstance(answers, list) else None


def first_error(answers):
    if isinstance(answers, str):
        return answers
    return next((a.get("error", "") for a in answers if a.get("rc") != 0), None)


def short(text):
    return " ".join(str(text).split("Stack trace")[0].split())[:300]


def same_bits(one, other):
    return len(one) == len(other) and all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in zip(one, other)
    )


def array_problem(case, expected, actual):
    """Why an array is not the expected one within the case's tolerance, or None."""
    if expected.shape != actual.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    if expected.dtype != actual.dtype:
        return f"dtype {actual.dtype} instead of {expected.dtype}"
    excess = worst_excess(case.get("tolerance", "exact"), case.get("k", 1), expected, actual)
    return f"off by {excess:.3g}" if excess else None


def differs(case, answers):
    """Why the answers are not what the finished case expects, or None."""
    if isinstance(answers, str):
        return answers
    if "steps" in case:
        for number, (step, answer) in enumerate(zip(case["steps"], answers)):
            problem = step_problem(case, step, answer)
            if problem:
                return f"step {number} {step['call']}: {problem}"
        return None
    if "fails" in case:
        error = first_error(answers)
        if error is None:
            return "no error"
        missing = [p for p in case["fails"] if p.lower() not in error.lower()]
        return f"error lacks {missing}: {short(error)}" if missing else None
    error = first_error(answers)
    if error is not None:
        return "error: " + short(error)
    actual = arrays_of(answers)
    for index, (spec, array) in enumerate(zip(case["outputs"], actual)):
        problem = array_problem(case, to_array(spec), array)
        if problem:
            return f"output {index}: {problem}"
    return None


def step_problem(case, step, answer):
    expect = step.get("expect", {})
    if expect.get("any"):
        return None
    if "error" in expect:
        if answer["rc"] == 0:
            return "no error"
        missing = [p for p in expect["error"] if p.lower() not in answer.get("error", "").lower()]
        return f"error lacks {missing}: {short(answer['error'])}" if missing else None
    if answer.get("rc") != 0:
        return "error: " + short(answer.get("error", answer))
    for key in ("shape", "dtype", "left", "monitor", "length", "key", "text", "slots"):
        if key in expect and expect[key] != answer.get(key):
            return f"{key} is {answer.get(key)} instead of {expect[key]}"
    if expect.get("textNotEmpty") and not answer["text"]:
        return "no text"
    if "array" in expect:
        return array_problem(case, to_array(expect["array"]), answer["array"])
    return None
