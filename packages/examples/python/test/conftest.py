"""Libraries that the tests call: the workspace build, and fakes whose behaviour a test decides."""

from __future__ import annotations

import gc
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable, Generator, Iterator

import pytest
from small_networks import RELU, dense

from libpredict import Binding, Model, Predictor, load_library

PACKAGES = Path(__file__).resolve().parents[3]
DIGITS = PACKAGES / "examples" / "models" / "digits"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    """With LIBPREDICT_REQUIRE_ALL=1, a test that cannot run is a failure."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("LIBPREDICT_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"LIBPREDICT_REQUIRE_ALL is set, and this was skipped: {report.longrepr[2]}"


@pytest.fixture(scope="session")
def binding() -> Binding:
    return load_library()


@pytest.fixture(scope="session")
def compile_fake(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles packages/ffi/test/fake/fake_predict.c: the header's functions without an engine."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if shutil.which(compiler[0]) is None:
        pytest.skip("no C compiler; Debian: apt-get install gcc")
    folder = tmp_path_factory.mktemp("fake")
    source = PACKAGES / "ffi" / "test" / "fake" / "fake_predict.c"

    def compile_one(name: str, *flags: str) -> Path:
        path = folder / f"{name}.so"
        include = f"-I{PACKAGES / 'c-api' / 'include'}"
        words = [*compiler, "-std=gnu11", include, "-shared", "-fPIC", "-O1", "-pthread", "-o", str(path), str(source)]
        done = subprocess.run([*words, *flags], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return path

    return compile_one


@pytest.fixture(scope="session")
def fake(compile_fake: Callable[..., Path]) -> Binding:
    """The whole header: an input "data", and its elements doubled. "delay_ms" and "fail" are commands."""
    return load_library(compile_fake("whole"))


@pytest.fixture(scope="session")
def part_one(compile_fake: Callable[..., Path]) -> Binding:
    """MXNet's part of the header, with its defects."""
    return load_library(compile_fake("part-one", "-DPART_ONE"))


@pytest.fixture
def live(fake: Binding) -> Callable[[], int]:
    """How many objects of the fake are alive, those of before not counted."""

    def count() -> int:
        found = re.search(r"live=(\d+)", fake.LPGetBuildInfo())
        assert found
        return int(found.group(1))

    gc.collect()
    before = count()
    return lambda: count() - before


@pytest.fixture
def relu() -> Iterator[Predictor]:
    """relu of three numbers "x"."""
    with Model(RELU) as model, model.predictor({"x": (3,)}) as predictor:
        yield predictor


@pytest.fixture
def dense_predictor() -> Iterator[Predictor]:
    """y = x W^T with W = [[1, 2], [3, 4]]."""
    with Model(*dense([[1, 2], [3, 4]])) as model, model.predictor({"x": (1, 2)}) as predictor:
        yield predictor
