"""A conformance harness in Python: answers framed messages on stdin/stdout by calling any
library that has the C predict API, through ctypes alone (no numpy, no mxnet module).

    python ctypes_harness.py /path/to/library.so

The protocol is described in ../README.md. make_goldens.py drives the reference with it, and the
runner can put any library under test with it.
"""

import ctypes as C
import json
import os
import struct
import sys

MONITOR = C.CFUNCTYPE(None, C.c_char_p, C.c_void_p, C.c_void_p)
OUTPUT_TYPE_SLOTS = 8
PART_ONE = ["types", "partial-output", "multithread", "reshape", "partial-forward", "monitor", "ndlist"]


def main():
    path = sys.argv[1]
    wire_in = sys.stdin.buffer
    # Libraries print on stdout; keep the wire clean by moving the wire to a private descriptor.
    wire_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    harness = Harness(path)
    while True:
        head = wire_in.read(8)
        if len(head) < 8:
            return
        json_size, payload_size = struct.unpack("<II", head)
        message = json.loads(wire_in.read(json_size))
        payload = wire_in.read(payload_size)
        answer, data = harness.answer(message, payload)
        text = json.dumps(answer).encode()
        wire_out.write(struct.pack("<II", len(text), len(data)) + text + data)
        wire_out.flush()


class Harness:
    def __init__(self, path):
        self.path = path
        self.lib = C.CDLL(path)
        self.lib.MXGetLastError.restype = C.c_char_p
        self.next_id = 1
        self.predictors = {}
        self.lists = {}
        self.models = {}
        self.callbacks = {}
        self.monitored = {}

    def answer(self, message, payload):
        call = message["call"]
        if call == "hello":
            features = PART_ONE + ["pointers"] + (["lp"] if hasattr(self.lib, "LPGetVersion") else [])
            return {"protocol": 1, "name": "raw", "library": self.path, "features": features}, b""
        if call == "begin":
            self.clean()
            return {}, b""
        method = getattr(self, call, None)
        if method is None or (call.startswith("LP") and not hasattr(self.lib, "LPGetVersion")):
            return {"unsupported": call}, b""
        return method(message, payload)

    def clean(self):
        """Frees what the previous case left behind."""
        for handle in self.predictors.values():
            self.lib.MXPredFree(C.c_void_p(handle))
        for handle in self.lists.values():
            self.lib.MXNDListFree(C.c_void_p(handle))
        for handle in self.models.values():
            self.lib.LPModelFree(C.c_void_p(handle))
        self.predictors, self.lists, self.models, self.callbacks, self.monitored = {}, {}, {}, {}, {}

    def done(self, rc, values=None, data=b""):
        if rc != 0:
            text = self.lib.MXGetLastError()
            answer = {"rc": rc, "error": (text or b"").decode("utf-8", "replace")}
            if hasattr(self.lib, "LPGetErrorCode"):
                answer["code"] = self.lib.LPGetErrorCode()
            return answer, b""
        return {"rc": 0, **(values or {})}, data

    def keep(self, table, handle):
        number = self.next_id
        self.next_id += 1
        table[number] = handle
        return number

    @staticmethod
    def find(table, number):
        return C.c_void_p(None if number is None else table[number])

    @staticmethod
    def strings(names):
        return (C.c_char_p * max(1, len(names)))(*[n.encode() for n in names])

    def key_arguments(self, m):
        """num, keys, indptr, dims; a null list of keys is a count of zero with NULL arrays."""
        keys = m.get("keys")
        if keys is None:
            return [C.c_uint32(0), None, None, None]
        indptr, dims = [0], []
        for key in keys:
            dims += key["shape"]
            indptr.append(len(dims))
        return [
            C.c_uint32(len(keys)),
            self.strings([k["name"] for k in keys]),
            (C.c_uint32 * len(indptr))(*indptr),
            (C.c_uint32 * max(1, len(dims)))(*dims),
        ]

    def model_arguments(self, m, payload):
        symbol = m.get("symbol")
        params = C.c_char_p(payload) if m.get("params", True) else None
        return [
            None if symbol is None else C.c_char_p(symbol.encode()),
            params,
            C.c_int(m.get("paramsSize", len(payload))),
            C.c_int(m.get("devType", 1)),
            C.c_int(m.get("devId", 0)),
        ]

    def created(self, m, function, arguments):
        out = C.c_void_p(None)
        rc = function(*arguments, None if m.get("nullOut") else C.byref(out))
        return self.done(rc, {"handle": self.keep(self.predictors, out.value)} if rc == 0 else None)

    def MXGetLastError(self, m, payload):
        return {"rc": 0, "text": (self.lib.MXGetLastError() or b"").decode("utf-8", "replace")}, b""

    def MXPredCreate(self, m, payload):
        return self.created(m, self.lib.MXPredCreate, self.model_arguments(m, payload) + self.key_arguments(m))

    def MXPredCreateEx(self, m, payload):
        dtypes = m.get("dtypes")
        if dtypes is None:
            typed = [C.c_uint32(0), None, None]
        else:
            codes = (C.c_int * max(1, len(dtypes)))(*[d["code"] for d in dtypes])
            typed = [C.c_uint32(len(dtypes)), self.strings([d["name"] for d in dtypes]), codes]
        return self.created(
            m, self.lib.MXPredCreateEx, self.model_arguments(m, payload) + self.key_arguments(m) + typed
        )

    def MXPredCreatePartialOut(self, m, payload):
        outputs = m.get("outputs")
        chosen = [C.c_uint32(0), None] if outputs is None else [C.c_uint32(len(outputs)), self.strings(outputs)]
        return self.created(
            m, self.lib.MXPredCreatePartialOut, self.model_arguments(m, payload) + self.key_arguments(m) + chosen
        )

    def MXPredCreateMultiThread(self, m, payload):
        threads = m["threads"]
        out = (C.c_void_p * max(1, threads))()
        arguments = self.model_arguments(m, payload) + self.key_arguments(m) + [C.c_int(threads)]
        rc = self.lib.MXPredCreateMultiThread(*arguments, None if m.get("nullOut") else out)
        handles = [self.keep(self.predictors, out[i]) for i in range(threads)] if rc == 0 else []
        return self.done(rc, {"handles": handles})

    def MXPredReshape(self, m, payload):
        return self.created(
            m, self.lib.MXPredReshape, self.key_arguments(m) + [self.find(self.predictors, m["handle"])]
        )

    def MXPredGetOutputShape(self, m, payload):
        dims, ndim = C.POINTER(C.c_uint32)(), C.c_uint32()
        out = None if m.get("nullOut") else C.byref(dims)
        rc = self.lib.MXPredGetOutputShape(
            self.find(self.predictors, m["handle"]), C.c_uint32(m["index"]), out, C.byref(ndim)
        )
        return self.done(rc, {"shape": [dims[i] for i in range(ndim.value)]} if rc == 0 else None)

    def MXPredGetOutputType(self, m, payload):
        slots = (C.c_int * OUTPUT_TYPE_SLOTS)(*[-1] * OUTPUT_TYPE_SLOTS)
        out = None if m.get("nullOut") else slots
        rc = self.lib.MXPredGetOutputType(self.find(self.predictors, m["handle"]), C.c_uint32(m["index"]), out)
        return self.done(rc, {"slots": list(slots)})

    def MXPredSetInput(self, m, payload):
        data = C.c_char_p(payload) if m.get("data", True) else None
        key = m.get("key")
        rc = self.lib.MXPredSetInput(
            self.find(self.predictors, m["handle"]),
            None if key is None else C.c_char_p(key.encode()),
            data,
            C.c_uint32(m["size"]),
        )
        return self.done(rc)

    def with_monitor(self, m, rc, values):
        if m["handle"] in self.monitored:
            values = {**values, "monitor": self.monitored[m["handle"]]}
            self.monitored[m["handle"]] = []
        return self.done(rc, values)

    def MXPredForward(self, m, payload):
        rc = self.lib.MXPredForward(self.find(self.predictors, m["handle"]))
        return self.with_monitor(m, rc, {})

    def MXPredPartialForward(self, m, payload):
        left = C.c_int(-1)
        out = None if m.get("nullOut") else C.byref(left)
        rc = self.lib.MXPredPartialForward(self.find(self.predictors, m["handle"]), C.c_int(m["step"]), out)
        return self.with_monitor(m, rc, {"left": left.value})

    def MXPredGetOutput(self, m, payload):
        data = None if m.get("nullOut") else C.create_string_buffer(max(1, m["bytes"]))
        rc = self.lib.MXPredGetOutput(
            self.find(self.predictors, m["handle"]), C.c_uint32(m["index"]), data, C.c_uint32(m["size"])
        )
        return self.done(rc, {}, data.raw[: m["bytes"]] if rc == 0 and data is not None else b"")

    def MXPredFree(self, m, payload):
        number = m["handle"]
        handle = None if number is None else self.predictors.pop(number)
        return self.done(self.lib.MXPredFree(C.c_void_p(handle)))

    def MXPredSetMonitorCallback(self, m, payload):
        number = m["handle"]
        names = []
        free = getattr(self.lib, "MXNDArrayFree", None)

        def callback(name, array, user):
            self.monitored[number].append(name.decode())
            if free is not None:
                free(C.c_void_p(array))

        if m.get("remove"):
            function = C.cast(None, MONITOR)
        else:
            function = MONITOR(callback)
        rc = self.lib.MXPredSetMonitorCallback(
            self.find(self.predictors, number), function, None, C.c_bool(m["all"])
        )
        if rc == 0:
            self.callbacks[number] = function
            self.monitored[number] = names
        return self.done(rc)

    def MXNDListCreate(self, m, payload):
        out, length = C.c_void_p(None), C.c_uint32(0)
        data = C.c_char_p(payload) if m.get("params", True) else None
        rc = self.lib.MXNDListCreate(
            data,
            C.c_int(m.get("paramsSize", len(payload))),
            None if m.get("nullOut") else C.byref(out),
            C.byref(length),
        )
        if rc != 0:
            return self.done(rc)
        return self.done(rc, {"handle": self.keep(self.lists, out.value), "length": length.value})

    def MXNDListGet(self, m, payload):
        key, data = C.c_char_p(), C.POINTER(C.c_float)()
        dims, ndim = C.POINTER(C.c_uint32)(), C.c_uint32()
        rc = self.lib.MXNDListGet(
            self.find(self.lists, m["handle"]),
            C.c_uint32(m["index"]),
            None if m.get("nullOut") else C.byref(key),
            C.byref(data),
            C.byref(dims),
            C.byref(ndim),
        )
        if rc != 0:
            return self.done(rc)
        shape = [dims[i] for i in range(ndim.value)]
        count = 1
        for d in shape:
            count *= d
        raw = C.string_at(data, 4 * count) if data and count else b""
        return self.done(rc, {"key": (key.value or b"").decode(), "shape": shape}, raw)

    def MXNDListFree(self, m, payload):
        number = m["handle"]
        handle = None if number is None else self.lists.pop(number)
        return self.done(self.lib.MXNDListFree(C.c_void_p(handle)))

    # Part two of the header; only libpredict has it.

    def text(self, function):
        function.restype = C.c_char_p
        return {"rc": 0, "text": function().decode()}, b""

    def LPGetVersion(self, m, payload):
        return self.text(self.lib.LPGetVersion)

    def LPGetBuildInfo(self, m, payload):
        return self.text(self.lib.LPGetBuildInfo)

    def LPModelCreate(self, m, payload):
        symbol = m["symbol"].encode()
        out = C.c_void_p(None)
        rc = self.lib.LPModelCreate(
            symbol, C.c_size_t(len(symbol)), payload, C.c_size_t(len(payload)), None, C.byref(out)
        )
        return self.done(rc, {"handle": self.keep(self.models, out.value)} if rc == 0 else None)

    def LPModelFree(self, m, payload):
        return self.done(self.lib.LPModelFree(C.c_void_p(self.models.pop(m["handle"]))))

    def model_names(self, m, counter, getter):
        model, count = self.find(self.models, m["handle"]), C.c_uint32()
        rc = counter(model, C.byref(count))
        names = []
        for index in range(count.value):
            name = C.c_char_p()
            rc = rc or getter(model, C.c_uint32(index), C.byref(name))
            names.append((name.value or b"").decode())
        return self.done(rc, {"names": names})

    def LPModelGetInputNames(self, m, payload):
        return self.model_names(m, self.lib.LPModelGetInputCount, self.lib.LPModelGetInputName)

    def LPModelGetOutputNames(self, m, payload):
        return self.model_names(m, self.lib.LPModelGetOutputCount, self.lib.LPModelGetOutputName)

    def LPPredCreate(self, m, payload):
        outputs = m.get("outputs") or []
        arguments = [self.find(self.models, m["handle"]), *self.key_arguments(m), C.c_uint32(0), None, None]
        arguments += [C.c_uint32(len(outputs)), self.strings(outputs), None, None]
        return self.created(m, self.lib.LPPredCreate, arguments)

    def pred_info(self, m, function):
        name, dtype = C.c_char_p(), C.c_int()
        dims, ndim = C.POINTER(C.c_int64)(), C.c_uint32()
        rc = function(
            self.find(self.predictors, m["handle"]), C.c_uint32(m["index"]), C.byref(name), C.byref(dtype),
            C.byref(dims), C.byref(ndim),
        )
        if rc != 0:
            return self.done(rc)
        shape = [dims[i] for i in range(ndim.value)]
        return self.done(rc, {"name": name.value.decode(), "dtype": dtype.value, "shape": shape})

    def LPPredGetInputInfo(self, m, payload):
        return self.pred_info(m, self.lib.LPPredGetInputInfo)

    def LPPredGetOutputInfo(self, m, payload):
        return self.pred_info(m, self.lib.LPPredGetOutputInfo)

    def LPPredSetInput(self, m, payload):
        handle = self.find(self.predictors, m["handle"])
        return self.done(
            self.lib.LPPredSetInput(handle, m["key"].encode(), C.c_int(m["dtype"]), payload, C.c_size_t(len(payload)))
        )

    def LPCheckModel(self, m, payload):
        symbol = m["symbol"].encode()
        size, errors = C.c_size_t(), C.c_uint32()
        first = [symbol, C.c_size_t(len(symbol))]
        rc = self.lib.LPCheckModel(*first, None, C.c_size_t(0), C.byref(size), C.byref(errors))
        report = C.create_string_buffer(max(1, size.value))
        rc = rc or self.lib.LPCheckModel(*first, report, size, C.byref(size), C.byref(errors))
        if rc != 0:
            return self.done(rc)
        entries = json.loads(report.value)
        names = {kind: [entry["node"] for entry in entries[kind]] for kind in ("errors", "warnings")}
        return self.done(rc, names)


main()
