"""Finds and reads the files of a model.

A prefix, ``models/digits``, means ``models/digits-symbol.json`` and the ``models/digits-NNNN.params`` with
the highest number, or that of an epoch. The path of the symbol file means the same.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import List, NamedTuple, Optional, Union

from .native_arguments import INT, whole_number
from .predict_error import LoadAttempt, LoadError, error_of, wrong_type

PathLike = Union[str, "os.PathLike[str]"]

symbol_ending = "-symbol.json"
_no_such_file = "no such file or directory"


class ModelContent(NamedTuple):
    """The content of a model's files."""

    symbol: bytes
    params: Optional[bytes]


def params_ending(epoch: int) -> str:
    return f"-{epoch:04d}.params"


def read_prefix(prefix: PathLike, epoch: Optional[int] = None) -> ModelContent:
    """Reads ``prefix-symbol.json`` and ``prefix-NNNN.params``.

    Raises:
        LoadError: lists what was looked for, and what there is instead
    """
    stem = _path("prefix", prefix)
    if stem.endswith(symbol_ending):
        stem = stem[: -len(symbol_ending)]
    number = None if epoch is None else whole_number("epoch", epoch, INT)
    if number is not None and number < 0:
        raise error_of("argument", f"epoch must be 0 or more, not {number}")
    symbol_file = stem + symbol_ending
    params_file = _find_params(stem, number)
    tried: List[LoadAttempt] = []
    symbol = _read("symbol", symbol_file, tried, lambda: _near_prefixes(stem))
    params = None
    if isinstance(params_file, LoadAttempt):
        tried.append(params_file)
    else:
        params = _read("parameters", params_file, tried)
    if symbol is None or params is None:
        raise LoadError(f'no model "{os.fspath(prefix)}"', tried)
    return ModelContent(symbol, params)


def read_files(symbol_file: PathLike, params_file: Optional[PathLike]) -> ModelContent:
    """Reads files of any name; without parameters, where the model has none."""
    tried: List[LoadAttempt] = []
    symbol = _read("symbol", _path("symbol_file", symbol_file), tried)
    params = None if params_file is None else _read("parameters", _path("params_file", params_file), tried)
    if symbol is None or (params_file is not None and params is None):
        raise LoadError(f'no model "{os.fspath(symbol_file)}"', tried)
    return ModelContent(symbol, params)


def _path(name: str, value: PathLike) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise wrong_type(name, "a str or a path", value)
    return os.path.abspath(os.fspath(value))


def _read(part: str, path: str, tried: List[LoadAttempt], hint: object = None) -> Optional[bytes]:
    try:
        content = Path(path).read_bytes()
        tried.append(LoadAttempt(part, path, "found"))
        return content
    except (OSError, ValueError) as error:
        near = hint() if callable(hint) else _near_files(path)
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        reason = _no_such_file + near if missing else str(getattr(error, "strerror", None) or error)
        tried.append(LoadAttempt(part, path, reason))
        return None


def _find_params(stem: str, epoch: Optional[int]) -> Union[str, LoadAttempt]:
    """The parameter file of an epoch, or of the highest one."""
    names = _names_in(os.path.dirname(stem))
    pattern = re.compile(re.escape(os.path.basename(stem)) + r"-(\d{4,})\.params")
    epochs = {int(m.group(1)): n for n in names for m in [pattern.fullmatch(n)] if m}
    if epoch is not None:
        wanted = stem + params_ending(epoch)
        if os.path.exists(wanted) or not epochs:
            return wanted
        there = ", ".join(str(e) for e in sorted(epochs))
        return LoadAttempt("parameters", wanted, f"{_no_such_file}; there are epochs {there}")
    if epochs:
        return os.path.join(os.path.dirname(stem), epochs[max(epochs)])
    others = [n for n in names if n.endswith(".params")]
    near = _listed("; the folder has ", difflib.get_close_matches(os.path.basename(stem), others, 5, 0.0))
    return LoadAttempt(
        "parameters",
        f"{stem}-NNNN.params",
        f"no such file{near}; files of other names, and models without parameters, are loaded with Model.from_files",
    )


def _near_prefixes(stem: str) -> str:
    """What there is instead of the symbol."""
    if os.path.isfile(stem):
        return f'; "{os.path.basename(stem)}" itself is a file: give its prefix, or use Model.from_files'
    folder = stem if os.path.isdir(stem) else os.path.dirname(stem)
    prefixes = [n[: -len(symbol_ending)] for n in _names_in(folder) if n.endswith(symbol_ending)]
    if not prefixes and os.path.isdir(stem):
        return "; that is a folder without models"
    near = difflib.get_close_matches(os.path.basename(stem), prefixes, 5, 0.0)
    return _listed("; the folder has ", [os.path.join(folder, n) for n in near])


def _near_files(path: str) -> str:
    names = _names_in(os.path.dirname(path))
    return _listed("; the folder has ", difflib.get_close_matches(os.path.basename(path), names, 3, 0.0))


def _names_in(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):
        return []


def _listed(start: str, names: List[str]) -> str:
    return start + ", ".join(f'"{n}"' for n in names) if names else ""
