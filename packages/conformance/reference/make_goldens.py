"""Makes ../cases from the case_*.py lists by asking the reference, MXNet 1.9.1's libmxnet.so.

    python make_goldens.py --library .../mxnet/libmxnet.so [--only id,id] [--lists detection] [--report report.json]

The reference runs its native kernels (no oneDNN, no subgraph fusion, the synchronous engine), twice,
with freed memory filled with different bytes: an answer that changes contains uninitialised memory and
its case is dropped. A third run with oneDNN is for information only: the report lists where it
differs. A case with `"ask": "onednn"`, for operators that the native kernels lack, expects what two
runs with oneDNN agree on. A case that brings its own expected values keeps them; the report lists those
with which the reference disagrees and that ../known/reference-differences.json does not explain.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

from case_builders import signature
from case_steps import StepRunner, expand_steps
from case_tensors import golden, to_array
from case_tolerance import worst_excess
from case_writer import write_case_file, write_sums
from harness_client import Crashed, HarnessClient

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "cases"
KNOWN = HERE.parent / "known" / "reference-differences.json"

QUIET = {"MXNET_ENGINE_TYPE": "NaiveEngine", "MXNET_SUBGRAPH_BACKEND": "NONE", "OMP_NUM_THREADS": "1"}
RUNS = {
    "native": {**QUIET, "MXNET_MKLDNN_ENABLED": "0", "MALLOC_PERTURB_": "85"},
    "native again": {**QUIET, "MXNET_MKLDNN_ENABLED": "0", "MALLOC_PERTURB_": "170"},
    "onednn": {**QUIET, "MALLOC_PERTURB_": "85"},
    "onednn again": {**QUIET, "MALLOC_PERTURB_": "170"},
}
SOURCES = {"native": "reference native", "onednn": "reference oneDNN"}


def case_modules():
    names = sorted(path.stem for path in HERE.glob("cases_*.py"))
    return [__import__(name) for name in names]


def all_cases(lists=None):
    """The cases of all lists, or of some: names of case lists without `cases_`."""
    modules = [m for m in case_modules() if lists is None or m.__name__.removeprefix("cases_") in lists]
    cases = [case for module in modules for case in module.cases()]
    ids, signatures = {}, {}
    for case in cases:
        if case["id"] in ids:
            sys.exit(f"two cases have the id {case['id']}")
        ids[case["id"]] = case
        same = signatures.setdefault(signature(case), case["id"])
        if same != case["id"]:
            sys.exit(f"{case['id']} and {same} differ only in a seed")
    return cases


def takes_part(case, run):
    """Whether a run of the reference is asked for this case: a second time only where the first decides."""
    return run == "onednn" or run.split()[0] == case.get("ask", "native")


def ask(cases, library, run):
    """Case id to the list of answers, or to the text of a crash."""
    client = HarnessClient([sys.executable, str(HERE / "ctypes_harness.py"), library], RUNS[run])
    answers = {}
    for case in cases:
        if "lp" in case.get("needs", []) or not takes_part(case, run):
            continue
        try:
            answers[case["id"]] = StepRunner(client, case).run()
        except Crashed as crash:
            answers[case["id"]] = f"crashed ({crash})"
        except Exception as problem:  # an answer that makes no sense is a finding, not the end of the run
            answers[case["id"]] = f"unusable: {type(problem).__name__} {problem}"
            client.stop()
    client.stop()
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


def array_problem(case, expected, actual):
    if expected.shape != actual.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    if expected.dtype != actual.dtype:
        return f"dtype {actual.dtype} instead of {expected.dtype}"
    excess = worst_excess(case.get("tolerance", "exact"), case.get("k", 1), expected, actual)
    return f"off by {excess:.3g}" if excess else None


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


def wants_answers(case):
    if "steps" in case:
        return any("array" in s.get("expect", {}) and s["expect"]["array"] is None for s in case["steps"])
    return "outputs" not in case and "fails" not in case


def fill(case, answers):
    """Puts the reference's answers where the case has none of its own."""
    if "steps" in case:
        for step, answer in zip(case["steps"], answers):
            if "array" in step.get("expect", {}) and step["expect"]["array"] is None:
                step["expect"] = {**step["expect"], "array": golden(answer["array"])}
    else:
        case["outputs"] = [golden(array) for array in arrays_of(answers)]
        case.pop("outputCount", None)
    case.setdefault("source", SOURCES[case.get("ask", "native")])


def documented_problem(case):
    """Whether the reference's answers are the ones that operators.md prints (7 digits)."""
    for spec, text in zip(case["outputs"], case.pop("documented")):
        shape, numbers = text.split(":")
        expected = np.array([float(n) for n in numbers.split()])
        actual = to_array(spec)
        if [int(d) for d in shape.split("x")] != list(actual.shape):
            return f"shape {list(actual.shape)} but documented {shape}"
        if not np.allclose(actual.reshape(-1), expected, rtol=1e-6, atol=1e-7):
            return f"documented {numbers}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--only", default="", help="comma-separated beginnings of case ids; writes nothing")
    parser.add_argument("--lists", default="", help="comma-separated case lists (detection: cases_detection.py); writes the files of these alone")
    parser.add_argument("--report", default="")
    options = parser.parse_args()
    lists = options.lists.split(",") if options.lists else None
    cases = all_cases(lists)
    only = [text for text in options.only.split(",") if text]
    if only:
        cases = [case for case in cases if any(case["id"].startswith(text) for text in only)]
    answers = {name: ask(cases, options.library, name) for name in RUNS}
    known = json.loads(KNOWN.read_text()) if KNOWN.exists() else []
    explained = {i for entry in known for i in entry["cases"]}
    varying = {i for entry in known if entry.get("varies") for i in entry["cases"]}
    kept, dropped, disagree, onednn = [], {}, {}, {}
    for case in cases:
        if "lp" in case.get("needs", []):  # the reference has no such feature
            kept.append(case)
            continue
        run = case.get("ask", "native")
        first = answers[run][case["id"]]
        if wants_answers(case):
            error = first_error(first)
            needed = case.get("steps", expand_steps(case))
            unexpected = isinstance(first, str) or len(first) < len(needed) or ("steps" not in case and error)
            if unexpected:
                dropped[case["id"]] = short(error)
                continue
            again = answers[f"{run} again"][case["id"]]
            if first_error(again) != error and "steps" not in case:
                dropped[case["id"]] = "the second run failed: " + short(first_error(again))
                continue
            if not same_bits(arrays_of(first), arrays_of(again) or []):
                dropped[case["id"]] = "uninitialised memory: two runs differ"
                continue
            fill(case, first)
            if "documented" in case:
                problem = documented_problem(case)
                if problem:
                    disagree[case["id"]] = problem
        elif "source" not in case:
            if any("error" in s.get("expect", {}) for s in case.get("steps", [])) or "fails" in case:
                case["source"] = "by hand"
            else:
                sys.exit(f"{case['id']} does not say where its expected values come from")
        problem = differs(case, first)
        if problem and case["id"] not in explained:
            disagree[case["id"]] = problem
        if not problem and case["id"] in explained and case["id"] not in varying:
            disagree[case["id"]] = "listed as a known difference, but the reference agrees"
        problem = differs(case, answers["onednn"][case["id"]])
        if problem and run != "onednn":
            onednn[case["id"]] = problem
        kept.append(case)
    report = {"kept": len(kept), "dropped": dropped, "disagree": disagree, "onednn": onednn}
    if options.report:
        pathlib.Path(options.report).write_text(json.dumps(report, indent=1))
    for name in ("dropped", "disagree"):
        for key, text in report[name].items():
            print(f"{name}: {key}: {text}")
    print(f"{len(kept)} cases kept, {len(dropped)} dropped, {len(disagree)} disagree, {len(onednn)} with oneDNN")
    if only:
        return
    files = {}
    for case in kept:
        case.pop("outputCount", None)
        files.setdefault(case.pop("file"), []).append(case)
    count = sum(map(len, files.values()))
    if count != len(cases):
        sys.exit("nothing written: some cases have no answer")
    if lists is None:
        for path in CASES.rglob("*.json"):
            path.unlink()
    for name, group in files.items():
        write_case_file(CASES / f"{name}.json", group)
    write_sums(CASES)


main()
