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
import functools
import json
import pathlib
import sys

import numpy as np

from case_answers import RUNS, arrays_of, ask, differs, first_error, same_bits, short
from case_builders import signature
from case_steps import expand_steps
from case_tensors import golden, to_array
from case_writer import write_case_file, write_sums

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "cases"
KNOWN = HERE.parent / "known" / "reference-differences.json"
SOURCES = {"native": "reference native", "onednn": "reference oneDNN"}


def case_modules():
    names = sorted(path.stem for path in HERE.glob("cases_*.py"))
    return [__import__(name) for name in names]


@functools.cache
def written_by_hand():
    """The signatures of the cases of all lists but the random ones."""
    return {signature(case) for module in case_modules() if module.__name__ != "cases_random" for case in module.cases()}


def all_cases(lists=None):
    """The cases of all lists, or of some: names of case lists without `cases_`."""
    modules = [m for m in case_modules() if lists is None or m.__name__.removeprefix("cases_") in lists]
    cases = [case for module in modules for case in module.cases()]
    ids, signatures = {}, {}
    for case in cases:
        if case["id"] in ids:
            sys.exit(f"two cases have the id {case['id']}")
        ids[case["id"]] = case
        if "spare" in case:
            continue
        same = signatures.setdefault(signature(case), case["id"])
        if same != case["id"]:
            sys.exit(f"{case['id']} and {same} differ only in a seed")
    return [case for case in cases if "spare" not in case or signature(case) not in written_by_hand()]


def wants_answers(case):
    if "steps" in case:
        return any("array" in s.get("expect", {}) and s["expect"]["array"] is None for s in case["steps"])
    return "outputs" not in case and "fails" not in case


def worth_keeping(spare, spared, answers, case):
    """Whether a case that may be left out has an answer, and a small one; counts those that stay."""
    run = case.get("ask", "native")
    native, again = answers[run][case["id"]], answers[f"{run} again"][case["id"]]
    if first_error(native) is not None or first_error(again) is not None:
        return False
    arrays = arrays_of(native)
    if not same_bits(arrays, arrays_of(again)) or sum(array.size for array in arrays) > spare["elements"]:
        return False
    spared[spare["of"]] = spared.get(spare["of"], 0) + 1
    return spared[spare["of"]] <= spare["keep"]


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
    kept, dropped, disagree, onednn, spared = [], {}, {}, {}, {}
    for case in cases:
        spare = case.pop("spare", None)
        if spare is not None and not worth_keeping(spare, spared, answers, case):
            continue
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
    if dropped:
        sys.exit("nothing written: some cases have no answer")
    if lists is None:
        for path in CASES.rglob("*.json"):
            path.unlink()
    for name, group in files.items():
        write_case_file(CASES / f"{name}.json", group)
    write_sums(CASES)


main()
