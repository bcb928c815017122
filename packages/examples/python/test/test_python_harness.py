"""The conformance harness and the bench program as commands. The suite itself: packages/conformance."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Tuple

from small_networks import RELU, ndarray_file

from libpredict import Binding

ROOT = Path(__file__).resolve().parents[1]


def talk(binding: Binding, *requests: Tuple[Dict[str, Any], bytes]) -> List[Tuple[Dict[str, Any], bytes]]:
    frames = b""
    for message, payload in requests:
        text = json.dumps(message).encode()
        frames += struct.pack("<II", len(text), len(payload)) + text + payload
    command = [sys.executable, "-W", "error", str(ROOT / "harness" / "python_harness.py"), binding.path]
    done = subprocess.run(command, input=frames, capture_output=True, check=True)
    assert done.stderr == b""
    answers, at = [], 0
    while at < len(done.stdout):
        text_size, size = struct.unpack_from("<II", done.stdout, at)
        answers.append(
            (
                json.loads(done.stdout[at + 8 : at + 8 + text_size]),
                done.stdout[at + 8 + text_size : at + 8 + text_size + size],
            )
        )
        at += 8 + text_size + size
    return answers


def test_a_conversation(binding: Binding) -> None:
    create = {"call": "MXPredCreate", "symbol": RELU, "keys": [{"name": "x", "shape": [2]}]}
    answers = talk(
        binding,
        ({"call": "hello", "protocol": 1}, b""),
        ({"call": "begin", "id": "a"}, b""),
        (create, ndarray_file({})),
        ({"call": "MXPredSetInput", "handle": 1, "key": "x", "dtype": 0, "size": 2}, struct.pack("<2f", -1, 3)),
        ({"call": "MXPredForward", "handle": 1}, b""),
        ({"call": "MXPredGetOutput", "handle": 1, "index": 0, "dtype": 0, "size": 2}, b""),
        ({"call": "MXPredGetOutputShape", "handle": 1, "index": 9}, b""),
        ({"call": "MXPredFree", "handle": None}, b""),
        ({"call": "MXUnknown"}, b""),
    )
    assert answers[0][0]["name"] == "python"
    assert {"types", "monitor", "lp"} <= set(answers[0][0]["features"])
    assert "pointers" not in answers[0][0]["features"]
    assert [a["rc"] for a, _ in answers[2:8]] == [0, 0, 0, 0, -1, 0]
    assert struct.unpack("<2f", answers[5][1]) == (0, 3)
    assert answers[6][0]["code"] == 12
    assert answers[8][0] == {"unsupported": "MXUnknown"}


def test_the_bench_program_prints_one_line(binding: Binding, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(RELU.replace('"x"', '"data"'))
    (tmp_path / "p").write_bytes(struct.pack("<4Q", 0x112, 0, 0, 0))
    command = [sys.executable, "-W", "error", str(ROOT / "bench" / "call_overhead.py")]
    done = subprocess.run(
        [*command, str(tmp_path / "s.json"), str(tmp_path / "p"), binding.path],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert 0 < found["forward_ns"] < found["round_trip_ns"]
