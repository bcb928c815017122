"""Finds and loads the library: an explicit path, else ``LIBPREDICT_PATH``, else the one that the
installed package carries, else one beside the program, else the workspace build.

A place that is named and fails is an error; the search does not go on behind the caller's back.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

from .gen.binding import Binding
from .predict_error import LoadAttempt, LoadError, wrong_type

PathLike = Union[str, "os.PathLike[str]"]

_file_names = {"darwin": "libpredict.dylib", "win32": "predict.dll"}
library_file_name: str = _file_names.get(sys.platform, "libpredict.so")
"""What the library file is called on this system."""

_here = Path(__file__).resolve().parent
_loaded: Dict[str, Binding] = {}
_loading = threading.Lock()


class LibrarySearch(NamedTuple):
    """What a search for the library came to."""

    library: Optional[Binding]
    """The library; None if no place had one."""
    source: Optional[str]
    """Which rule of the look-up found it; None if none did."""
    tried: Tuple[LoadAttempt, ...]
    """The places before it, in the order of the look-up, and why each gave none."""


def load_library(path: Optional[PathLike] = None) -> Binding:
    """Loads the library; a file that is loaded already is not loaded again.

    A library that has only part one of the header (MXNet's own) loads too; its missing functions raise
    ``unavailable`` when they are called.

    Args:
        path: a library file, or the folder that holds it. Nothing else is tried then.

    Raises:
        LoadError: lists every place that was tried and why it failed
    """
    found = find_library(path)
    if found.library is None:
        raise LoadError("no predict library could be loaded", found.tried)
    return found.library


def find_library(path: Optional[PathLike] = None) -> LibrarySearch:
    """As ``load_library``, and tells where the library was found and where it was not. Raises nothing but for a path that is none."""
    if path is not None and not isinstance(path, (str, os.PathLike)):
        raise wrong_type("path", "a str or a path", path)
    tried: List[LoadAttempt] = []

    def attempt(source: str, place: Path) -> Optional[LibrarySearch]:
        found = _open(place)
        if isinstance(found, Binding):
            return LibrarySearch(found, source, tuple(tried))
        tried.append(LoadAttempt(source, str(place), found))
        return None

    def named(source: str, place: PathLike) -> LibrarySearch:
        return attempt(source, Path(os.path.abspath(place))) or LibrarySearch(None, None, tuple(tried))

    if path is not None:
        return named("path", path)
    tried.append(LoadAttempt("path", None, "not given"))
    variable = os.environ.get("LIBPREDICT_PATH", "")
    if variable:
        return named("LIBPREDICT_PATH", variable)
    tried.append(LoadAttempt("LIBPREDICT_PATH", None, "not set"))
    carried = _here / "lib" / library_file_name
    if carried.exists():
        search = attempt("the installed package", carried)
        if search is not None:
            return search
    else:
        tried.append(LoadAttempt("the installed package", None, "not installed"))
    return (
        attempt("beside the program", _program_folder() / library_file_name)
        or attempt("workspace build", _workspace_build())
        or LibrarySearch(None, None, tuple(tried))
    )


def _program_folder() -> Path:
    """The folder of the script that runs, or of the executable where a script was made into one."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(main).resolve().parent if main else Path.cwd()


def _workspace_build() -> Path:
    """Of a source checkout: packages/c-api/dist/lib, seen from packages/examples/python/src/libpredict."""
    return Path(os.path.abspath(_here / "../../../../c-api/dist/lib" / library_file_name))


def _open(given: Path) -> Union[Binding, str]:
    """Opens one file; a text tells why not."""
    if "\0" in str(given) or not given.exists():
        return "no such file"
    file = given / library_file_name if given.is_dir() else given
    if not file.exists():
        return f"a folder without {library_file_name}"
    path = str(file.resolve())
    with _loading:
        known = _loaded.get(path)
        if known is not None:
            return known
        try:
            binding = Binding(ctypes.CDLL(path), path)
        except OSError as error:
            return str(error)
        if not binding.has("MXPredCreate"):
            return "loads, but has no MXPredCreate: it is not a predict library"
        _loaded[path] = binding
        return binding
