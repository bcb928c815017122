"""One model in one library with the C predict API, in a process of its own; src/peers/peer-process.ts tells
how requests and answers look.

    python model_worker.py LIBRARY

    {"do": "load", "symbol": F, "params": F, "inputs": [{"name", "shape", "file"}]}
        -> {"growth_bytes": by how much creating and the first forward raised the peak of resident memory,
            "temporary_bytes": what the library says it uses besides weights, or null}
    {"do": "run", "seconds": S, "runs": N}  -> {"ms": the least time of at least N forwards, "runs"}

Plain ctypes, so that both libraries are called alike and nothing else is loaded.
"""

import ctypes
import gc
import json
import pathlib
import struct
import sys
import time

from request_loop import answer_requests, open_answers


class Stats(ctypes.Structure):
    """LPStats of c_predict_api.h."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("struct_size", "graph_nodes", "plan_nodes", "num_threads")),
        *((name, ctypes.c_uint64) for name in ("weights_bytes", "packed_bytes", "arena_bytes", "scratch_bytes", "plan_bytes")),
    ]


def resident(key):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {key}")


# A convolution of two inputs: what a library sets up once, whatever it runs, is no network's memory.
WARM_UP = json.dumps({
    "nodes": [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "weight", "inputs": []},
        {"op": "Convolution", "name": "conv", "attrs": {"kernel": "(3, 3)", "num_filter": "8", "no_bias": "True"}, "inputs": [[0, 0, 0], [1, 0, 0]]},
    ],
    "arg_nodes": [0, 1],
    "heads": [[2, 0, 0]],
    "attrs": {"mxnet_version": ["int", 10901]},
}).encode()
# A parameter file without arrays: its mark, a reserved number, no arrays, no names.
NO_PARAMS = struct.pack("<4Q", 0x112, 0, 0, 0)


class Model:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.library.MXGetLastError.restype = ctypes.c_char_p
        self.create(WARM_UP, NO_PARAMS, [(b"data", [1, 8, 8, 8], bytes(2048)), (b"weight", [8, 8, 3, 3], bytes(2304))])
        self.forward()
        self.call("MXPredFree", self.handle)

    def call(self, function, *arguments):
        if getattr(self.library, function)(*arguments) != 0:
            raise RuntimeError(f"{function}: {self.library.MXGetLastError().decode()[:300]}")

    def load(self, request):
        symbol, params = (pathlib.Path(request[name]).read_bytes() for name in ("symbol", "params"))
        inputs = [(one["name"].encode(), one["shape"], pathlib.Path(one["file"]).read_bytes()) for one in request["inputs"]]
        gc.collect()
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = resident("VmRSS")
        self.create(symbol, params, inputs)
        self.forward()
        growth = resident("VmHWM") - before - sum(len(result) * 4 for result in self.results)
        return {"growth_bytes": growth, "temporary_bytes": self.temporary_bytes()}

    def create(self, symbol, params, inputs):
        self.handle = ctypes.c_void_p()
        keys = (ctypes.c_char_p * len(inputs))(*(name for name, _, _ in inputs))
        places, dims = [0], []
        for _, shape, _ in inputs:
            dims += shape
            places.append(len(dims))
        indptr = (ctypes.c_uint32 * len(places))(*places)
        shapes = (ctypes.c_uint32 * max(1, len(dims)))(*dims)
        self.call("MXPredCreate", symbol, params, len(params), 1, 0, len(inputs), keys, indptr, shapes, ctypes.byref(self.handle))
        for name, _, data in inputs:
            self.call("MXPredSetInput", self.handle, name, data, len(data) // 4)
        self.results = self.outputs()

    def outputs(self):
        results = []
        dims, ndim = ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_uint32()
        while self.library.MXPredGetOutputShape(self.handle, len(results), ctypes.byref(dims), ctypes.byref(ndim)) == 0:
            size = 1
            for i in range(ndim.value):
                size *= dims[i]
            results.append((ctypes.c_float * size)())
        return results

    def temporary_bytes(self):
        if not hasattr(self.library, "LPPredGetStats"):
            return None
        stats = Stats(struct_size=ctypes.sizeof(Stats))
        self.call("LPPredGetStats", self.handle, ctypes.byref(stats))
        return stats.arena_bytes + stats.scratch_bytes

    def forward(self):
        """Reading the outputs waits for an engine that works in the background."""
        self.call("MXPredForward", self.handle)
        for i, result in enumerate(self.results):
            self.call("MXPredGetOutput", self.handle, i, result, len(result))

    def run(self, request):
        least, runs = float("inf"), 0
        end = time.perf_counter() + request["seconds"]
        begin = 0
        while runs < request["runs"] or begin < end:
            begin = time.perf_counter()
            self.forward()
            least = min(least, time.perf_counter() - begin)
            runs += 1
        return {"ms": least * 1000, "runs": runs}


def main():
    answers = open_answers()
    answer_requests(Model(sys.argv[1]), answers)


main()
