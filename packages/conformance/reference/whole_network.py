"""Runs whole networks on a library through ctypes_harness.py, and sums their outputs up."""

import pathlib
import sys

import numpy as np

from case_tensors import Number
from harness_client import HarnessClient

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE_ENVIRONMENT = {
    "MXNET_ENGINE_TYPE": "NaiveEngine",
    "MXNET_SUBGRAPH_BACKEND": "NONE",
    "MXNET_MKLDNN_ENABLED": "0",
}
SAMPLES = 300


class NetworkRunner:
    """One library in a process of its own."""

    def __init__(self, library, environment=None):
        command = [sys.executable, str(HERE / "ctypes_harness.py"), str(library)]
        self.client = HarnessClient(command, environment or {}, timeout_seconds=600)

    def run(self, symbol, params, inputs, outputs=None):
        """Outputs of one forward as arrays. `outputs`: names of internal nodes, or None for the heads."""
        self.call({"call": "begin", "id": "network"})
        keys = [{"name": name, "shape": list(array.shape)} for name, array in inputs.items()]
        create = {"call": "MXPredCreatePartialOut", "symbol": symbol, "keys": keys, "outputs": outputs}
        handle = self.call(create, params)[0]["handle"]
        for name, array in inputs.items():
            data = np.ascontiguousarray(array, np.float32)
            self.call({"call": "MXPredSetInput", "handle": handle, "key": name, "size": data.size}, data.tobytes())
        self.call({"call": "MXPredForward", "handle": handle})
        results = []
        while True:
            at = {"handle": handle, "index": len(results)}
            answer, _ = self.client.request({"call": "MXPredGetOutputShape", **at})
            if answer["rc"] != 0:
                break
            size = int(np.prod(answer["shape"]))
            _, data = self.call({"call": "MXPredGetOutput", **at, "size": size, "bytes": 4 * size})
            results.append(np.frombuffer(data, np.float32).reshape(answer["shape"]))
        self.call({"call": "begin", "id": "done"})
        return results

    def call(self, message, payload=b""):
        answer, data = self.client.request(message, payload)
        if answer.get("rc", 0) != 0:
            raise RuntimeError(f"{message['call']}: {answer['error'][:500]}")
        return answer, data

    def stop(self):
        self.client.stop()


def summary(array):
    """What goldens keep of an output: shape, largest magnitude, mean, and values at evenly spaced places."""
    flat = array.reshape(-1)
    step = max(1, flat.size // SAMPLES)
    return {
        "shape": list(array.shape),
        "top": Number(np.float32(np.abs(flat).max())),
        "mean": Number(np.float32(flat.astype(np.float64).mean())),
        "step": step,
        "values": [Number(v) for v in flat[::step]],
    }
