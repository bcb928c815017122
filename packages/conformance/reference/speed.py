"""How long forwards take: a library against the reference, interleaved, on networks that zoo.py made.

    python zoo.py make resnet50_v1
    OMP_NUM_THREADS=1 taskset -c 0 python speed.py --library libpredict.so [--rounds 5] resnet50_v1 ...

Prints the least time of each in milliseconds and their ratio. Both run in this process, with as many
threads as the environment lets them; with one processor to run on, both use one.
"""

import argparse
import ctypes
import pathlib
import time

import mxnet
import numpy as np

from zoo import files


class Network:
    """One network of the zoo in one library, its input set."""

    def __init__(self, library, name):
        at = files(name)
        self.library = library
        self.handle = ctypes.c_void_p()
        data = np.load(at["input"])
        params = at["params"].read_bytes()
        keys = (ctypes.c_char_p * 1)(b"data")
        indptr = (ctypes.c_uint32 * 2)(0, data.ndim)
        dims = (ctypes.c_uint32 * data.ndim)(*data.shape)
        self.call("MXPredCreate", at["symbol"].read_bytes(), params, len(params), 1, 0, 1, keys, indptr, dims, ctypes.byref(self.handle))
        self.call("MXPredSetInput", self.handle, b"data", data.ctypes.data_as(ctypes.c_void_p), data.size)
        shape = ctypes.POINTER(ctypes.c_uint32)()
        ndim = ctypes.c_uint32()
        self.call("MXPredGetOutputShape", self.handle, 0, ctypes.byref(shape), ctypes.byref(ndim))
        self.output = np.empty([shape[i] for i in range(ndim.value)], np.float32)

    def call(self, function, *arguments):
        if getattr(self.library, function)(*arguments) != 0:
            self.library.MXGetLastError.restype = ctypes.c_char_p
            raise SystemExit(f"{function}: {self.library.MXGetLastError().decode()}")

    def milliseconds(self):
        """One forward; reading the output makes an asynchronous engine finish."""
        begin = time.perf_counter()
        self.call("MXPredForward", self.handle)
        self.call("MXPredGetOutput", self.handle, 0, self.output.ctypes.data_as(ctypes.c_void_p), self.output.size)
        return (time.perf_counter() - begin) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True, help="the library to compare")
    parser.add_argument("--rounds", type=int, default=5, help="forwards of each after the first (5)")
    parser.add_argument("networks", nargs="+", help="names of networks that zoo.py made")
    options = parser.parse_args()
    libraries = [ctypes.CDLL(options.library), ctypes.CDLL(str(pathlib.Path(mxnet.__file__).parent / "libmxnet.so"))]
    print(f"{'network':20} {'library':>10} {'reference':>10} {'ratio':>6}")
    for name in options.networks:
        networks = [Network(library, name) for library in libraries]
        for network in networks:
            network.milliseconds()
        least = [float("inf")] * 2
        for _ in range(options.rounds):
            for i, network in enumerate(networks):
                least[i] = min(least[i], network.milliseconds())
        print(f"{name:20} {least[0]:10.2f} {least[1]:10.2f} {least[0] / least[1]:6.2f}")
        for network in networks:
            network.call("MXPredFree", network.handle)


if __name__ == "__main__":
    main()
