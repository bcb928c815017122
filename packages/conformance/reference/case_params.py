"""Writes .params bytes from the `params` of a case (../README.md, "Parameter files").
src/params-writer.ts does the same for the runner."""

import struct

import numpy as np

from case_tensors import DTYPE_CODES, to_array

MAGICS = {"v1": 0xF993FAC8, "v2": 0xF993FAC9, "v3": 0xF993FACA}


def _shape(dims, ndim_format="<I"):
    return struct.pack(ndim_format, len(dims)) + struct.pack(f"<{len(dims)}q", *dims)


def write_array(item, file_format):
    version = item.get("version", file_format.get("version", "v2"))
    device = struct.pack("<ii", *file_format.get("device", [1, 0]))
    dims = item["shape"]
    code = item.get("typeFlag", DTYPE_CODES[item.get("dtype", "float32")])
    sparse = item.get("sparse")
    if item.get("none"):
        if version == "legacy":
            return struct.pack("<I", 0)
        head = struct.pack("<I", MAGICS[version])
        if version == "v1":
            return head + struct.pack("<I", 0)
        return head + struct.pack("<i", 0) + struct.pack("<i", -1 if version == "v3" else 0)
    if version == "legacy":
        head = struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}I", *dims)
        return head + device + struct.pack("<i", code) + to_array(item).tobytes()
    if version == "v1":
        head = struct.pack("<I", MAGICS["v1"]) + _shape(dims)
        return head + device + struct.pack("<i", code) + to_array(item).tobytes()
    head = struct.pack("<I", MAGICS[version])
    if sparse is None:
        body = struct.pack("<i", 0) + _shape(dims) + device + struct.pack("<i", code)
        return head + body + to_array(item).tobytes()
    aux = [np.array(a, dtype=np.int64) for a in sparse["aux"]]
    stored = to_array({**item, "shape": sparse["storedShape"]})
    body = struct.pack("<i", {"row_sparse": 1, "csr": 2}[sparse["type"]])
    body += _shape(sparse["storedShape"]) + _shape(dims) + device + struct.pack("<i", code)
    for a in aux:
        body += struct.pack("<i", DTYPE_CODES["int64"]) + _shape(a.shape)
    return head + body + stored.tobytes() + b"".join(a.tobytes() for a in aux)


def write_params(items, file_format=None):
    """The bytes of a parameter file; file_format as in the README, or None for the usual one."""
    f = file_format or {}
    if "hex" in f:
        return bytes.fromhex(f["hex"])
    out = struct.pack("<QQQ", 0x112, f.get("reserved", 0), len(items))
    for item in items:
        out += write_array(item, f)
    names = [] if f.get("unnamed") else [item["name"].encode() for item in items]
    out += struct.pack("<Q", len(names))
    for name in names:
        out += struct.pack("<Q", len(name)) + name
    for offset, text in f.get("patch", []):
        patch = bytes.fromhex(text)
        out = out[:offset] + patch + out[offset + len(patch) :]
    if "truncate" in f:
        out = out[: f["truncate"]]
    return out + bytes.fromhex(f.get("append", ""))
