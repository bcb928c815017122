"""Build hook: the wheel carries the library, and says which systems it is for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Dict

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_names = {"darwin": "libpredict.dylib", "win32": "predict.dll"}


class CarryLibrary(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        # An editable install finds the workspace's library by the look-up.
        if self.target_name != "wheel" or version == "editable":
            return
        name = _names.get(sys.platform, "libpredict.so")
        given = os.environ.get("LIBPREDICT_PATH", "")
        library = Path(given) if given else Path(self.root, "../../c-api/dist/lib", name)
        if library.is_dir():
            library = library / name
        if not library.is_file():
            raise FileNotFoundError(
                f"{library.resolve()}: the library that the wheel is to carry is not there. "
                "Build it first (npm run build at the root of the workspace), or name one with LIBPREDICT_PATH."
            )
        sys.path.insert(0, self.root)
        try:
            from platform_tag import platform_tag
        finally:
            sys.path.remove(self.root)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag(library)}"
        build_data["force_include"][str(library.resolve())] = f"libpredict/lib/{name}"
        licence = Path(self.root, "../../../LICENSE")
        if licence.is_file():
            build_data["force_include"][str(licence.resolve())] = "libpredict/LICENSE"
