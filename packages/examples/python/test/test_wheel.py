"""The wheel: it carries the library, its tag is what the library needs, and it works where the workspace is not."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Dict, List

import numpy as np
import pytest
from conftest import DIGITS

from libpredict import Binding, library_file_name
from platform_tag import platform_tag, read_elf_needs

ROOT = Path(__file__).resolve().parents[1]
needs_hatchling = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None or sys.platform != "linux",
    reason="needs hatchling (pip install hatchling) and Linux",
)


def pip(*arguments: str, **options: Dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(folder), str(ROOT))
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@needs_hatchling
def test_it_carries_the_library_under_the_tag_that_this_needs(wheel: Path, binding: Binding) -> None:
    readelf = shutil.which("readelf")
    if readelf is None:
        pytest.skip("no readelf; Debian: apt-get install binutils")
    text = subprocess.run([readelf, "-V", "-W", binding.path], capture_output=True, text=True, check=True).stdout
    newest = max(tuple(map(int, v.split("."))) for v in re.findall(r"Name: GLIBC_([\d.]+)", text))
    glibc = "_".join(map(str, max(newest[:2], (2, 17))))
    machine = os.uname().machine
    assert wheel.name.endswith(f"-py3-none-manylinux_{glibc}_{machine}.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"libpredict/lib/{library_file_name}") == Path(binding.path).read_bytes()
        names = set(archive.namelist())
        assert {"libpredict/py.typed", "libpredict/gen/binding.py", "libpredict/LICENSE"} <= names
        info = next(archive.read(n).decode() for n in names if n.endswith(".dist-info/WHEEL"))
        assert "Root-Is-Purelib: false" in info
        assert not [n for n in names if "__pycache__" in n or n.startswith("test")]


@needs_hatchling
def test_it_works_where_nothing_else_is(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    done = pip("install", "--no-index", "--no-deps", "--target", str(site), str(wheel))
    assert done.returncode == 0, done.stdout + done.stderr
    # Numpy comes from the interpreter that runs the tests.
    (site / "numpy.pth").write_text(f"{Path(np.__file__).resolve().parents[1]}\n")
    for name in ("digits-symbol.json", "digits-0000.params", "digits-heldout.bin"):
        shutil.copy(DIGITS / name, tmp_path / name)
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np, libpredict\n"
        "print(libpredict.find_library().source, libpredict.load_library().path)\n"
        "x = np.fromfile('digits-heldout.bin', np.uint8)[:64].reshape(1, 1, 8, 8).astype('f4') / np.float32(16)\n"
        "with libpredict.Model.load('digits') as m, m.predictor({'data': (1, 1, 8, 8)}) as p:\n"
        "    print(p.run(data=x)['softmax'].argmax())\n"
    )
    clean = {k: v for k, v in os.environ.items() if k not in ("LIBPREDICT_PATH", "PYTHONPATH")}
    done = subprocess.run(
        [str(python), "-W", "error", str(script)], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    carried = site / "libpredict" / "lib" / library_file_name
    # The first held-out image is a 2.
    assert done.stdout.split("\n")[:2] == [f"the installed package {carried}", "2"]


@needs_hatchling
def test_without_a_library_the_build_says_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "LIBPREDICT_PATH": str(tmp_path / "gone.so")}
    done = pip(
        "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", str(tmp_path), str(ROOT), env=environment
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "gone.so: the library that the wheel is to carry is not there" in said
    assert "npm run build" in said


def compile_library(folder: Path, *flags: str) -> Path:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler; Debian: apt-get install gcc")
    (folder / "a.c").write_text("#include <math.h>\ndouble f(double x) { return exp(x); }\n")
    path = folder / "lib.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(path), str(folder / "a.c"), *flags], check=True)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_tags_of_other_libraries(tmp_path: Path) -> None:
    machine = os.uname().machine
    assert re.fullmatch(rf"manylinux_2_\d+_{machine}", platform_tag(compile_library(tmp_path, "-lm")))
    needs = read_elf_needs(compile_library(tmp_path, "-lm"))
    assert "libm.so.6" in needs.libraries and any(v.startswith("GLIBC_2.") for v in needs.versions)
    # A library that is not on every system.
    other = compile_library(tmp_path, "-lm", "-Wl,--no-as-needed", "-lgcc_s")
    assert platform_tag(other) == f"linux_{machine}"


def test_damaged_files(tmp_path: Path, binding: Binding) -> None:
    whole = Path(binding.path).read_bytes()
    path = tmp_path / "a.so"
    contents: List[bytes] = [b"", b"text", whole[:5000], b"\x7fELF\x02\x01" + b"\xff" * 100]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="ELF file"):
            read_elf_needs(path)
