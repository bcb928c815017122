"""Writes ../known/reference-operators.json: the names of all operators of the reference, MXNet 1.9.1,
aliases included, gradients not. docs/operators.md says of each whether and how it runs here.

    python operator_names.py
"""

import ctypes
import json
import pathlib

from mxnet.base import _LIB, check_call

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "known" / "reference-operators.json"


def operator_names():
    size, array = ctypes.c_uint(), ctypes.POINTER(ctypes.c_char_p)()
    check_call(_LIB.MXListAllOpNames(ctypes.byref(size), ctypes.byref(array)))
    names = (array[i].decode() for i in range(size.value))
    return sorted(name for name in names if not name.startswith("_backward_"))


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps(operator_names(), indent=2) + "\n")
