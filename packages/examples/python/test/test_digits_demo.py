"""The demo: what it prints, and its exit codes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Optional

DEMO = Path(__file__).resolve().parents[1] / "demo" / "digits_demo.py"


def run(*arguments: str, environment: Optional[Dict[str, str]] = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "error", str(DEMO), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
    )


def test_it_shows_digits_time_memory_and_accuracy() -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("right\n") == 5
    assert "wrong: it is a 5" in done.stdout
    assert re.search(r"^time      \d+ us an image \(median of 1000\)$", done.stdout, re.M)
    assert re.search(r"^memory    \d+ KiB weights, \d+ KiB activations$", done.stdout, re.M)
    assert "accuracy  359 of 360 held-out images: 99.72 %" in done.stdout


def test_images_can_be_chosen() -> None:
    done = run("8", "359")
    assert done.returncode == 0
    assert re.findall(r"image (\d+)", done.stdout) == ["8", "359"]


def test_wrong_arguments() -> None:
    for wrong in ("360", "-1", "x"):
        done = run(wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert "numbered 0 to 359" in done.stderr


def test_a_library_that_is_not_there() -> None:
    done = run(environment={"LIBPREDICT_PATH": "no/such/library.so"})
    assert done.returncode == 1
    assert "error: no predict library could be loaded" in done.stderr
