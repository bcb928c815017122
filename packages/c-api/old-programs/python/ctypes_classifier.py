"""A classifier in the Python of 2016: ctypes without argument types, for Python 2 and 3 alike.

Usage: ctypes_classifier.py LIBRARY SYMBOL PARAMS MEAN IMAGE...
"""
from __future__ import absolute_import, print_function

import array
import ctypes
import sys

mx_uint = ctypes.c_uint
mx_float = ctypes.c_float
mx_float_p = ctypes.POINTER(mx_float)
PredictorHandle = ctypes.c_void_p
NDListHandle = ctypes.c_void_p

LIB = ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
LIB.MXGetLastError.restype = ctypes.c_char_p

if sys.version_info[0] >= 3:
    def c_str(string):
        return ctypes.c_char_p(string.encode('utf-8'))

    def py_str(text):
        return text.decode('utf-8')
else:
    def c_str(string):
        return ctypes.c_char_p(string)

    def py_str(text):
        return text


def c_array(ctype, values):
    return (ctype * len(values))(*values)


def check_call(ret):
    if ret != 0:
        raise RuntimeError(py_str(LIB.MXGetLastError()))


class Predictor(object):
    """A predictor on the CPU."""

    def __init__(self, symbol_json, param_bytes, input_shapes):
        indptr = [0]
        sdata = []
        keys = []
        for key, shape in input_shapes.items():
            keys.append(c_str(key))
            sdata.extend(shape)
            indptr.append(len(sdata))
        handle = PredictorHandle()
        buf = (ctypes.c_char * len(param_bytes)).from_buffer(bytearray(param_bytes))
        check_call(LIB.MXPredCreate(
            c_str(symbol_json), ctypes.byref(buf), len(param_bytes),
            ctypes.c_int(1), ctypes.c_int(0), mx_uint(len(indptr) - 1),
            c_array(ctypes.c_char_p, [key.value for key in keys]), c_array(mx_uint, indptr),
            c_array(mx_uint, sdata), ctypes.byref(handle)))
        self.handle = handle

    def __del__(self):
        LIB.MXPredFree(self.handle)

    def forward(self, **kwargs):
        for name, values in kwargs.items():
            check_call(LIB.MXPredSetInput(
                self.handle, c_str(name), c_array(mx_float, values), mx_uint(len(values))))
        LIB.MXPredForward(self.handle)

    def get_output(self, index):
        pdata = ctypes.POINTER(mx_uint)()
        ndim = mx_uint()
        check_call(LIB.MXPredGetOutputShape(
            self.handle, index, ctypes.byref(pdata), ctypes.byref(ndim)))
        size = 1
        for dim in pdata[:ndim.value]:
            size *= dim
        data = (mx_float * size)()
        check_call(LIB.MXPredGetOutput(
            self.handle, mx_uint(index), ctypes.cast(data, mx_float_p), mx_uint(size)))
        return list(data)


def load_ndarray_file(nd_bytes):
    """All arrays of a file, by name."""
    handle = NDListHandle()
    olen = mx_uint()
    ptr = (ctypes.c_char * len(nd_bytes)).from_buffer(bytearray(nd_bytes))
    check_call(LIB.MXNDListCreate(ptr, len(nd_bytes), ctypes.byref(handle), ctypes.byref(olen)))
    arrays = {}
    for i in range(olen.value):
        key = ctypes.c_char_p()
        cptr = mx_float_p()
        pdata = ctypes.POINTER(mx_uint)()
        ndim = mx_uint()
        check_call(LIB.MXNDListGet(
            handle, mx_uint(i), ctypes.byref(key), ctypes.byref(cptr),
            ctypes.byref(pdata), ctypes.byref(ndim)))
        size = 1
        for dim in pdata[:ndim.value]:
            size *= dim
        arrays[py_str(key.value)] = (tuple(pdata[:ndim.value]), cptr[:size])
    check_call(LIB.MXNDListFree(handle))
    return arrays


def read_image(path):
    with open(path, 'rb') as handle:
        content = bytearray(handle.read())
    width, height, maximum = [int(word) for word in bytes(content).split()[1:4]]
    return array.array('f', [ink / float(maximum) for ink in content[-width * height:]])


def main():
    with open(sys.argv[2]) as handle:
        symbol = handle.read()
    with open(sys.argv[3], 'rb') as handle:
        params = handle.read()
    with open(sys.argv[4], 'rb') as handle:
        arrays = load_ndarray_file(handle.read())
    for name in sorted(arrays):
        print(name, *arrays[name][0])
    mean = arrays['mean_img'][1]
    predictor = Predictor(symbol, params, {'data': (1, 1, 8, 8)})
    for number, path in enumerate(sys.argv[5:]):
        image = [value - offset for value, offset in zip(read_image(path), mean)]
        predictor.forward(data=image)
        scores = predictor.get_output(0)
        best = scores.index(max(scores))
        print('image %d: %d scores, class %d, %.6f' % (number, len(scores), best, scores[best]))
    try:
        predictor.forward(nothing=[0.0])
    except RuntimeError as error:
        print('wrong name:', 'cannot find input key nothing' in str(error))


if __name__ == '__main__':
    main()
