"""Files of named arrays: parameters, mean images."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict, List, Union

from .model import Library, as_library
from .native_arguments import Array, Buffer, size_of
from .predict_error import LoadAttempt, LoadError

Arrays = Union[Dict[str, Array], List[Array]]


def load_ndarrays(source: Union[str, "os.PathLike[str]", Buffer], *, library: Library = None) -> Arrays:
    """Reads a file of arrays: a dict by name, or a list where the file has no names.

    Elements of every type become float32, as the C function defines it. Names are kept as they are,
    prefixes such as ``arg:`` included; of several arrays of one name, the last stays.

    Args:
        source: the path of a file, or its content
        library: a loaded library or the path of one; by default it is looked up

    Raises:
        LoadError: no such file, or no library
        PredictError: ``params``: the file is damaged; ``argument``: over 2 GiB
    """
    b = as_library(library)
    if isinstance(source, (str, os.PathLike)):
        try:
            content: Buffer = Path(source).read_bytes()
        except (OSError, ValueError) as error:
            reason = str(getattr(error, "strerror", None) or error)
            raise LoadError("no arrays", [LoadAttempt("file", str(source), reason)]) from error
    else:
        content = source
    made = b.MXNDListCreate(content, size_of("source", content))
    try:
        found = [b.MXNDListGet(made.out, i) for i in range(made.out_length)]
    finally:
        b.MXNDListFree(made.out)
    arrays = [f.out_data.reshape(f.out_shape.tolist()) for f in found]
    if any(f.out_key for f in found) or not found:
        return {f.out_key: array for f, array in zip(found, arrays)}
    return arrays
