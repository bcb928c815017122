"""One network in one runtime, in a process of its own; src/peers/peer-process.ts tells the protocol.

    python peer_worker.py RUNTIME       reads requests from standard input, answers on descriptor 3
    python peer_worker.py --describe    prints the version and the size of every runtime that is here

Each class loads a network (the folder has network.json, symbol.json, weights.params, network.onnx and
input.bin) and sets its input. Then forward() runs once and makes the outputs readable, outputs() gives them
as arrays in the network's order; prepare(), where there is one, goes before each run and is not timed.
"""

import ctypes
import gc
import importlib.metadata
import importlib.util
import json
import pathlib
import sys
import time

import numpy as np

from request_loop import answer_requests, open_answers, put, said


class Onnxruntime:
    package = "onnxruntime"
    engine = ["onnxruntime/capi/onnxruntime_pybind11_state*.so"]

    def __init__(self):
        import onnxruntime
        self.module = onnxruntime

    def load(self, folder, facts, threads, data):
        options = self.module.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = self.module.InferenceSession(str(folder / "network.onnx"), options, providers=["CPUExecutionProvider"])
        self.feed = {facts["input"]["name"]: data}
        self.names = [output["name"] for output in facts["outputs"]]

    def forward(self):
        self.results = self.session.run(self.names, self.feed)

    def outputs(self):
        return self.results


class Openvino:
    package = "openvino"
    engine = ["openvino/libs/libopenvino.so*", "openvino/libs/libopenvino_intel_cpu_plugin.so", "openvino/libs/libopenvino_onnx_frontend.so*", "openvino/libs/libtbb.so*"]

    def __init__(self):
        import openvino
        self.core = openvino.Core()

    def load(self, folder, facts, threads, data):
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,
        }
        model = self.core.compile_model(str(folder / "network.onnx"), "CPU", settings)
        self.request = model.create_infer_request()
        import openvino
        self.data = data  # shared, not copied
        self.request.set_input_tensor(0, openvino.Tensor(data, shared_memory=True))

    def forward(self):
        self.request.infer()

    def outputs(self):
        return [tensor.data for tensor in self.request.output_tensors]


class Mxnet:
    package = "mxnet"
    engine = ["mxnet/*.so*"]

    def __init__(self):
        # The library alone: the Python package wants an older numpy.
        folder = pathlib.Path(importlib.util.find_spec("mxnet").origin).parent
        self.library = ctypes.CDLL(str(folder / "libmxnet.so"))

    def call(self, function, *arguments):
        if getattr(self.library, function)(*arguments) != 0:
            self.library.MXGetLastError.restype = ctypes.c_char_p
            raise RuntimeError(f"{function}: {self.library.MXGetLastError().decode()}")

    def load(self, folder, facts, threads, data):
        name = facts["input"]["name"].encode()
        params = (folder / "weights.params").read_bytes()
        keys = (ctypes.c_char_p * 1)(name)
        indptr = (ctypes.c_uint32 * 2)(0, data.ndim)
        dims = (ctypes.c_uint32 * data.ndim)(*data.shape)
        self.handle = ctypes.c_void_p()
        symbol = (folder / "symbol.json").read_bytes()
        self.call("MXPredCreate", symbol, params, len(params), 1, 0, 1, keys, indptr, dims, ctypes.byref(self.handle))
        self.call("MXPredSetInput", self.handle, name, data.ctypes.data_as(ctypes.c_void_p), data.size)
        self.results = [np.empty(output["shape"], np.float32) for output in facts["outputs"]]

    def forward(self):
        # The engine works in the background; reading the outputs waits for it.
        self.call("MXPredForward", self.handle)
        for i, result in enumerate(self.results):
            self.call("MXPredGetOutput", self.handle, i, result.ctypes.data_as(ctypes.c_void_p), result.size)

    def outputs(self):
        return self.results


class Ncnn:
    package = "ncnn"
    engine = ["ncnn/ncnn*.so"]

    def __init__(self):
        import ncnn
        self.module = ncnn

    def load(self, folder, facts, threads, data):
        self.net = self.module.Net()
        self.net.opt.num_threads = threads
        self.net.opt.use_vulkan_compute = False
        for name in ("packed", "storage", "arithmetic"):
            setattr(self.net.opt, f"use_fp16_{name}", False)
        if self.net.load_param(str(folder / "network.ncnn.param")) or self.net.load_model(str(folder / "network.ncnn.bin")):
            raise RuntimeError("the converted network cannot be read")
        self.data = data  # a Mat does not copy
        self.input = self.module.Mat(data[0])
        self.shapes = [output["shape"] for output in facts["outputs"]]

    def forward(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.input)
        self.results = []
        for i in range(len(self.shapes)):
            failed, result = extractor.extract(f"out{i}")
            if failed:
                raise RuntimeError(f"no output {i}: {failed}")
            self.results.append(result)

    def outputs(self):
        return [np.array(result) for result in self.results]


class Mnn:
    package = "MNN"
    engine = ["_mnncengine*.so"]

    def __init__(self):
        import MNN
        self.module = MNN

    def load(self, folder, facts, threads, data):
        self.interpreter = self.module.Interpreter(str(folder / "network.mnn"))
        self.session = self.interpreter.createSession({"backend": "CPU", "numThread": threads, "precision": "high"})
        self.input = self.interpreter.getSessionInput(self.session)
        self.data = data
        self.source = self.tensor(data.shape, data)
        self.facts = facts

    def prepare(self):
        # A run may use the input's memory for something else.
        self.input.copyFrom(self.source)

    def tensor(self, shape, data):
        return self.module.Tensor(tuple(shape), self.module.Halide_Type_Float, data, self.module.Tensor_DimensionType_Caffe)

    def forward(self):
        self.interpreter.runSession(self.session)

    def outputs(self):
        results = []
        for output in self.facts["outputs"]:
            result = np.zeros(output["shape"], np.float32)
            copy = self.tensor(output["shape"], result)
            self.interpreter.getSessionOutput(self.session, output["name"]).copyToHostTensor(copy)
            results.append(np.array(copy.getData(), np.float32))
        return results


class Litert:
    package = "ai-edge-litert"
    engine = ["ai_edge_litert/libpywrap_litert_common.so"]

    def __init__(self):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter_class = Interpreter

    def load(self, folder, facts, threads, data):
        self.interpreter = self.interpreter_class(str(folder / "network.tflite"), num_threads=threads)
        self.interpreter.allocate_tensors()
        # Its images have the channels last.
        self.data = np.ascontiguousarray(data.transpose(0, 2, 3, 1))
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.places = [output["index"] for output in self.interpreter.get_output_details()]

    def prepare(self):
        # A run may use the input's memory for something else.
        self.interpreter.set_tensor(self.input, self.data)

    def forward(self):
        self.interpreter.invoke()

    def outputs(self):
        results = [self.interpreter.get_tensor(place) for place in self.places]
        return [result.transpose(0, 3, 1, 2) if result.ndim == 4 else result for result in results]


RUNTIMES = {"onnxruntime": Onnxruntime, "openvino": Openvino, "mxnet": Mxnet, "ncnn": Ncnn, "mnn": Mnn, "litert": Litert}


def memory():
    """Resident bytes of this process, now and at most; None where the system does not tell."""
    try:
        status = pathlib.Path("/proc/self/status").read_text()
    except OSError:
        return None
    sizes = dict(line.split(":", 1) for line in status.splitlines())
    return {"now": int(sizes["VmRSS"].split()[0]) * 1024, "peak": int(sizes["VmHWM"].split()[0]) * 1024}


class Worker:
    def __init__(self, name):
        self.runtime = RUNTIMES[name]()
        self.prepare = getattr(self.runtime, "prepare", lambda: None)

    def load(self, request):
        folder = pathlib.Path(request["folder"])
        facts = json.loads((folder / "network.json").read_text())
        data = np.fromfile(folder / "input.bin", np.float32).reshape(facts["input"]["shape"])
        before = memory()
        begin = time.perf_counter()
        self.runtime.load(folder, facts, request["threads"], data)
        self.prepare()
        loaded = time.perf_counter()
        self.runtime.forward()
        first = time.perf_counter()
        gc.collect()
        return {
            "load_ms": (loaded - begin) * 1000,
            "first_ms": (first - loaded) * 1000,
            "memory": {"before": before, "after": memory()},
        }

    def run(self, request):
        """Forwards until the time is over, at least so many; the least time of one."""
        least, runs = float("inf"), 0
        end = time.perf_counter() + request["seconds"]
        begin = 0
        while runs < request["runs"] or begin < end:
            self.prepare()
            begin = time.perf_counter()
            self.runtime.forward()
            least = min(least, time.perf_counter() - begin)
            runs += 1
        return {"ms": least * 1000, "runs": runs}

    def outputs(self, request):
        with open(request["file"], "wb") as file:
            for output in self.runtime.outputs():
                file.write(np.ascontiguousarray(output, np.float32).tobytes())
        return {}


def serve(name):
    answers = open_answers()
    try:
        worker = Worker(name)
    except Exception as problem:
        put(answers, said(problem))
        return
    answer_requests(worker, answers)


def describe():
    """Version, bytes on disk of the package's files, and of the engine's shared objects among them."""
    found = {}
    for name, runtime in RUNTIMES.items():
        try:
            package = importlib.metadata.distribution(runtime.package)
        except importlib.metadata.PackageNotFoundError:
            continue
        sizes = {path: path.locate().stat().st_size for path in package.files if path.locate().is_file()}
        engine = sum(size for path, size in sizes.items() if any(map(path.match, runtime.engine)))
        found[name] = {"version": package.version, "installedBytes": sum(sizes.values()), "engineBytes": engine}
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1:] == ["--describe"]:
        describe()
    elif len(sys.argv) == 2 and sys.argv[1] in RUNTIMES:
        serve(sys.argv[1])
    else:
        sys.exit(__doc__)
