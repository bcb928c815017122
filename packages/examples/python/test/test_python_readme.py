"""The examples of the README run and print what stands beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest
from conftest import PACKAGES

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCKS: List[str] = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.M | re.S)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_runs_and_prints_what_it_says(block: str) -> None:
    source = f"import sys\nsys.path.insert(0, {str(PACKAGES / 'examples' / 'python' / 'src')!r})\n{block}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=PACKAGES.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    printed = done.stdout.splitlines()
    for said in re.findall(r"print\(.*\)  # (.*)$", block, re.M):
        if said != "names, element types, shapes":
            assert said in printed
    assert len(printed) == block.count("print(")


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 4
