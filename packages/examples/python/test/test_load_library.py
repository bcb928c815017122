"""The look-up: each of its rules, and what its error says."""

from __future__ import annotations

import importlib
import os
import pickle
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Callable

import pytest

from libpredict import Binding, LoadError, PredictError, find_library, library_file_name, load_library
from libpredict.gen.signatures import signatures

module: ModuleType = importlib.import_module("libpredict.load_library")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No place of the look-up has a library. The folder that stands for the sources."""
    here = tmp_path / "packages" / "examples" / "python" / "src" / "libpredict"
    here.mkdir(parents=True)
    program = tmp_path / "program"
    program.mkdir()
    monkeypatch.setattr(module, "_here", here)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(program / "script.py"), raising=False)
    monkeypatch.delenv("LIBPREDICT_PATH", raising=False)
    return here


def put(binding: Binding, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(binding.path, folder / library_file_name))


def reason(**where: str) -> str:
    search = find_library(**where)
    assert search.library is None
    return search.tried[-1].reason


def test_a_path_is_the_only_place(binding: Binding, nowhere: Path, tmp_path: Path) -> None:
    file = put(binding, tmp_path / "named")
    found = find_library(file)
    assert (found.source, found.tried) == ("path", ())
    assert found.library is not None and found.library.path == str(file)
    put(binding, nowhere / "lib")
    search = find_library(tmp_path / "gone.so")
    assert search.library is None
    assert search.tried == (("path", str(tmp_path / "gone.so"), "no such file"),)


def test_a_folder_stands_for_the_library_in_it(binding: Binding, tmp_path: Path) -> None:
    file = put(binding, tmp_path)
    assert load_library(tmp_path).path == str(file)
    (tmp_path / "empty").mkdir()
    assert reason(path=str(tmp_path / "empty")) == f"a folder without {library_file_name}"


def test_a_relative_path_counts_from_the_working_directory(
    binding: Binding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(binding, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert load_library(library_file_name).path == str(file)


def test_the_variable_is_the_only_place_when_it_is_set(
    binding: Binding, nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(binding, nowhere / "lib")
    monkeypatch.setenv("LIBPREDICT_PATH", str(put(binding, tmp_path / "named")))
    assert find_library().source == "LIBPREDICT_PATH"
    monkeypatch.setenv("LIBPREDICT_PATH", str(tmp_path / "gone.so"))
    search = find_library()
    assert search.library is None
    assert [t.source for t in search.tried] == ["path", "LIBPREDICT_PATH"]
    monkeypatch.setenv("LIBPREDICT_PATH", "")
    assert find_library().source == "the installed package"


def test_then_the_package_then_beside_the_program_then_the_workspace(
    binding: Binding, nowhere: Path, tmp_path: Path
) -> None:
    workspace = put(binding, tmp_path / "packages" / "c-api" / "dist" / "lib")
    assert find_library().source == "workspace build"
    assert load_library().path == str(workspace)
    beside = put(binding, tmp_path / "program")
    assert find_library().source == "beside the program"
    assert load_library().path == str(beside)
    carried = put(binding, nowhere / "lib")
    assert find_library().source == "the installed package"
    assert load_library().path == str(carried)


def test_the_error_lists_every_place_and_why_it_failed(nowhere: Path, tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        load_library()
    workspace = tmp_path / "packages" / "c-api" / "dist" / "lib" / library_file_name
    assert str(caught.value) == (
        "no predict library could be loaded; tried\n"
        "  path: not given\n"
        "  LIBPREDICT_PATH: not set\n"
        "  the installed package: not installed\n"
        f"  beside the program ({tmp_path / 'program' / library_file_name}): no such file\n"
        f"  workspace build ({workspace}): no such file"
    )
    assert caught.value.code == "load"
    assert isinstance(caught.value, OSError)
    assert caught.value.tried[0] == ("path", None, "not given")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.tried) == (str(caught.value), caught.value.tried)


def test_a_carried_library_that_fails_is_named(nowhere: Path) -> None:
    (nowhere / "lib").mkdir()
    (nowhere / "lib" / library_file_name).write_text("no library")
    tried = find_library().tried
    assert tried[2].source == "the installed package"
    assert "file too short" in tried[2].reason or "invalid ELF header" in tried[2].reason


def test_what_is_no_predict_library_says_so(tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("no library" * 100)
    assert "invalid ELF header" in reason(path=str(text))
    other = importlib.import_module("_ctypes").__file__
    assert other is not None
    assert reason(path=other) == "loads, but has no MXPredCreate: it is not a predict library"


def test_a_path_must_be_one() -> None:
    with pytest.raises(TypeError, match="path must be a str or a path, not a int"):
        find_library(3)  # type: ignore[arg-type]
    assert reason(path="a\0b") == "no such file"


def test_a_file_is_loaded_once(binding: Binding, tmp_path: Path) -> None:
    link = tmp_path / "link.so"
    os.symlink(binding.path, link)
    assert load_library(link) is load_library(binding.path)


def test_a_library_with_part_one_loads_and_lacks_the_rest(part_one: Binding) -> None:
    assert part_one.has("MXPredForward") and not part_one.has("LPGetVersion")
    assert not part_one.has("MXNothing")
    with pytest.raises(PredictError) as caught:
        part_one.LPGetVersion()
    assert caught.value.code == "unavailable"
    assert caught.value.function == "LPGetVersion"
    assert str(caught.value) == (
        f"LPGetVersion: {part_one.path} does not have this function (it has only MXNet's part of the header)"
    )


def test_the_workspace_library_has_every_function(binding: Binding) -> None:
    assert [n for n in signatures if not binding.has(n)] == []


def test_a_failing_search_leaves_the_next_alone(compile_fake: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / library_file_name
    path.write_text("")
    assert reason(path=str(path)) != ""
    path.unlink()
    shutil.copy(compile_fake("later"), path)
    assert load_library(path).LPGetVersion() == "0.0.0-fake"
