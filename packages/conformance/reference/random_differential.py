"""Draws cases of every operator at random and compares libpredict with the reference, MXNet 1.9.1.

    python random_differential.py --library .../libpredict.so --reference .../libmxnet.so --seed 1 --minutes 60
    python random_differential.py ... --seed 1 --count 50 --only Pooling,softmax --report report.json
    python random_differential.py ... --replay report.json

Each random_<room>.py has GENERATORS, operator to function(numpy Generator) -> case, and may have EXPLAINED,
differences that stay: {"ops": [...], "section": "operators.md 4.7", "reason": "...", "when": function(case, problem) -> bool}, and
NOT_IN_REFERENCE, operators that can not be asked, with the reason.
The reference answers twice, with freed memory filled differently: what changes is uninitialised memory and is
not compared. The last line counts; the exit code is 1 if a difference is left that nothing explains.
"""

import argparse
import ctypes
import functools
import json
import pathlib
import re
import sys
import time
import traceback

from case_answers import RUNS, Library, array_problem, arrays_of, first_error, same_bits, short
from case_mutations import mutated
from draws import chance, choose, generator

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("drawn", "agreed", "refused", "undefined", "reference crashed", "explained", "differ", "unstable", "crashed")
SHOWN = 4  # differences of one operator that are printed
RUNNER = {"random_differential"}
NAMES = HERE.parents[1] / "cli" / "src" / "gen" / "operator-names.ts"


def modules():
    names = sorted(path.stem for path in HERE.glob("random_*.py") if path.stem not in RUNNER)
    return [__import__(name) for name in names]


def all_generators():
    """Operator to a function that draws one of its cases; of several generators, by chance."""
    found = {}
    for module in modules():
        for op, function in module.GENERATORS.items():
            found.setdefault(op, []).append(function)
    return {op: functions[0] if len(functions) == 1 else one_of(functions) for op, functions in found.items()}


def one_of(functions):
    return lambda rng: choose(rng, functions)(rng)


def explanation(op, case, problem):
    """The reason why a difference stays, or None."""
    for module in modules():
        for entry in getattr(module, "EXPLAINED", []):
            if (not entry["ops"] or op in entry["ops"]) and entry["when"](case, problem):
                return f"{entry['section']}: {entry['reason']}"
    return None


def operators_of(path):
    """The names that libpredict lists, aliases included."""
    library, size = ctypes.CDLL(path), ctypes.c_size_t()
    library.LPListOperators(None, ctypes.c_size_t(0), ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    library.LPListOperators(text, size, ctypes.byref(size))
    return text.value.decode().split()


@functools.cache
def canonical_names():
    """Spelling to the name in the engine's table, from the generated list."""
    if not NAMES.exists():
        return {}
    return dict(re.findall(r"^  (\w+): \"(\w+)\",", NAMES.read_text(), re.M))


def spelled(case, op, rng):
    """The case with another spelling of its operator, its tuples or its age, sometimes."""
    names = canonical_names()
    aliases = [name for name in names if names[name] == names.get(op)]
    if aliases and chance(rng, 0.3):
        alias = choose(rng, aliases)
        case = {**case, "nodes": [{**n, "op": alias} if n["op"] == op else n for n in case["nodes"]]}
    if "nodes" in case and chance(rng, 0.1):
        write = choose(rng, TUPLES)
        case = {**case, "nodes": [{**n, "attrs": {k: write(v) for k, v in n["attrs"].items()}} if "attrs" in n else n for n in case["nodes"]]}
    if "age" not in case and chance(rng, 0.1):
        ages = ["0.9", "1.0"] if op in CHANGED_SINCE_2015 else ["0.8", "0.9", "1.0"]
        case = {**case, "age": choose(rng, ages)}
    return case


def respell(change):
    """A function of an attribute's text that changes tuples of integers alone."""
    return lambda text: change(text) if re.fullmatch(r"\((-?\d+,? ?)+\)", text) else text


TUPLES = [respell(change) for change in (lambda t: t.replace("(", "[").replace(")", "]"), lambda t: t.replace(" ", ""), lambda t: re.sub(r"(\d)(?=[,)])", r"\1L", t), lambda t: t.replace(",)", ")").replace(")", ",)"))]
CHANGED_SINCE_2015 = {"Pooling", "Pooling_v1", "BatchNorm", "BatchNorm_v1", "_contrib_SyncBatchNorm", "(image network)"}  # operators.md 1.7


def without_generator(path, generators):
    """Lines about the operators that nothing draws."""
    names = canonical_names()
    absent = {names.get(op, op): why for module in modules() for op, why in getattr(module, "NOT_IN_REFERENCE", {}).items()}
    covered = {names.get(op, op) for op in generators}
    return [f"{op}: {absent.get(op, 'no generator')}" for op in sorted({names.get(op, op) for op in operators_of(path)} - covered)]


class Comparison:
    def __init__(self, options):
        self.lenient = "explained" if options.mutate else "differ"
        self.references = {run: Library(options.reference, environment) for run, environment in RUNS.items()}
        self.ours = Library(options.library, {"LIBPREDICT_NUM_THREADS": "1", "MALLOC_PERTURB_": "85"})
        self.ours_again = Library(options.library, {"LIBPREDICT_NUM_THREADS": "3", "MALLOC_PERTURB_": "170"})

    def stop(self):
        for library in (*self.references.values(), self.ours, self.ours_again):
            library.stop()

    def compare(self, case):
        """(column, text) of one case."""
        ours = self.ours.answers(case)
        ours_again = self.ours_again.answers(case)
        if isinstance(ours, str) or isinstance(ours_again, str):
            return "crashed", ours if isinstance(ours, str) else ours_again
        if not same_bits(arrays_of(ours), arrays_of(ours_again)):
            return "unstable", "another number of threads and other bytes in freed memory change libpredict's answer"
        run = case.get("ask", "native")
        one, other = self.references[run].answers(case), self.references[f"{run} again"].answers(case)
        if isinstance(one, str) or isinstance(other, str):
            return "reference crashed", one if isinstance(one, str) else other
        refusal, refused = first_error(one), first_error(ours)
        if refusal is not None:
            if refused is not None:
                return "refused", f"{short(refusal)} / {short(refused)}"
            return self.lenient, f"the reference refuses: {short(refusal)}"
        if not same_bits(arrays_of(one), arrays_of(other) or []):
            return "undefined", "two runs of the reference differ"
        if refused is not None:
            return self.lenient, f"libpredict refuses: {short(refused)}"
        for index, (expected, actual) in enumerate(zip(arrays_of(one), arrays_of(ours))):
            problem = array_problem(case, expected, actual)
            if problem:
                return "differ", f"output {index}: {problem}"
        return "agreed", ""


class Report:
    def __init__(self, verbose):
        self.counts = {}
        self.findings = []
        self.verbose = verbose

    def add(self, op, case, column, text, origin):
        row = self.counts.setdefault(op, dict.fromkeys(COLUMNS, 0))
        row["drawn"] += 1
        if column == "differ":
            reason = explanation(op, case, text)
            if reason:
                column, text = "explained", f"{text} ({reason})"
        row[column] += 1
        if column in ("agreed", "undefined") or (column == "refused" and not self.verbose):
            return
        self.findings.append({"op": op, **origin, "result": column, "text": text, "case": case})
        if column in ("differ", "unstable", "crashed") and row[column] <= SHOWN or self.verbose:
            print(f"{op} {origin.get('index', '')} {column}: {text}\n    {brief(case)}", flush=True)

    def total(self, column):
        return sum(row[column] for row in self.counts.values())

    def table(self, missing):
        width = max([8, *map(len, self.counts)])
        print(" " * width, *COLUMNS, sep="  ")
        for op, row in sorted(self.counts.items()):
            print(f"{op:{width}}", *(f"{row[c]:{len(c)}}" for c in COLUMNS), sep="  ")
        print("\n".join(missing))
        print(f"{len(self.counts)} operators:", ", ".join(f"{self.total(c)} {c}" for c in COLUMNS))

    def write(self, path):
        text = {"counts": self.counts, "findings": self.findings}
        pathlib.Path(path).write_text(json.dumps(text, indent=1, default=float))


def brief(case):
    """A case on one line."""
    nodes = "; ".join(f"{n['op']}({', '.join(n['inputs'])}) {json.dumps(n.get('attrs', {}))}" for n in case.get("nodes", []))
    operands = case.get("inputs", []) + case.get("params", [])
    return nodes + " | " + ", ".join(f"{t['name']} {t.get('dtype', 'float32')}{t['shape']}" for t in operands)


def draw_all(options, generators, comparison, report):
    """Round after round one case of each operator, until time or count is over."""
    end = time.monotonic() + 60 * options.minutes if options.minutes else None
    index = options.first
    while options.count is None or index < options.first + options.count:
        for op, draw in generators.items():
            if end is not None and time.monotonic() > end:
                return
            try:
                rng = generator(options.seed, op, index)
                case = spelled(draw(rng), op, rng)
                case = mutated(rng, case) if options.mutate else case
            except Exception:
                sys.exit(f"the generator of {op} failed at seed {options.seed}, index {index}:\n{traceback.format_exc()}")
            case.pop("file", None)
            case = json.loads(json.dumps(case, default=float))
            report.add(op, case, *comparison.compare(case), {"seed": options.seed, "index": index})
        index += 1


def replay(path, comparison, report):
    findings = json.loads(pathlib.Path(path).read_text())["findings"]
    for finding in findings:
        origin = {key: finding[key] for key in ("seed", "index") if key in finding}
        report.add(finding["op"], finding["case"], *comparison.compare(finding["case"]), origin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True, help="libpredict.so")
    parser.add_argument("--reference", required=True, help="MXNet 1.9.1's libmxnet.so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="index of the first case of each operator")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--count", type=int, help="cases of each operator; 20 if nothing else is said")
    parser.add_argument("--only", default="", help="comma-separated operators; a name that ends in * is a beginning")
    parser.add_argument("--report", default="", help="JSON file for counts and findings, each with its case")
    parser.add_argument("--mutate", action="store_true", help="changes one thing of each case, which may make it wrong: then it is no difference that one of the two refuses it")
    parser.add_argument("--replay", default="", help="runs the cases of such a file again")
    parser.add_argument("--verbose", action="store_true", help="shows refused and explained cases too")
    options = parser.parse_args()
    if options.count is None and options.minutes is None:
        options.count = 20
    generators = all_generators()
    missing = []
    if options.only:
        wanted = re.compile("|".join(re.escape(o).replace(r"\*", ".*") + "$" for o in options.only.split(",")))
        generators = {op: draw for op, draw in generators.items() if wanted.match(op)}
        if not generators:
            sys.exit(f"no generator fits {options.only}")
    elif not options.replay:
        missing = without_generator(options.library, generators)
    comparison, report = Comparison(options), Report(options.verbose)
    try:
        if options.replay:
            replay(options.replay, comparison, report)
        else:
            draw_all(options, generators, comparison, report)
    except KeyboardInterrupt:
        print("stopped")
    comparison.stop()
    if options.report:
        report.write(options.report)
    report.table(missing)
    sys.exit(1 if report.total("differ") + report.total("unstable") + report.total("crashed") else 0)


if __name__ == "__main__":
    main()
