"""Whatever a caller does wrong is an error before C is reached, for each kind of handle."""

from __future__ import annotations

import array
import copy
import mmap
import pickle
from typing import Any, Callable, List, Tuple

import numpy as np
import pytest
from small_networks import RELU, dense, graph, make_predictor, ndarray_file, u32

from libpredict import Binding, PredictError, PredictStateError, PredictTypeError, PredictValueError
from libpredict.gen.handles import LPModelHandle, NDListHandle, PredictorHandle
from libpredict.gen.structs import LPOptions
from libpredict.native_handle import NativeHandle

EMPTY = ndarray_file({})
ONE = ndarray_file({"m": np.array([1, 2], np.float32)})
X = np.array([-1, 0, 2], np.float32)


def expect(code: str, text: str, work: Callable[[], object]) -> PredictError:
    with pytest.raises(PredictError) as caught:
        work()
    assert (caught.value.code, text in str(caught.value)) == (code, True), str(caught.value)
    return caught.value


def model_of(b: Binding) -> LPModelHandle:
    symbol = RELU.encode()
    return b.LPModelCreate(symbol, len(symbol), None, 0)


Kind = Tuple[Callable[[Binding], NativeHandle], str, List[Tuple[str, Tuple[Any, ...]]]]
KINDS: List[Kind] = [
    (
        lambda b: make_predictor(b, RELU, [3]),
        "MXPredFree",
        [
            ("MXPredForward", ()),
            ("MXPredSetInput", ("x", X, 3)),
            ("MXPredGetOutput", (0, np.zeros(3, np.float32), 3)),
            ("MXPredGetOutputShape", (0,)),
            ("MXPredGetOutputType", (0,)),
            ("MXPredPartialForward", (0,)),
            ("MXPredSetMonitorCallback", (None, False)),
            ("LPPredGetInputInfo", (0,)),
            ("LPPredGetOutputData", (0,)),
            ("LPPredGetStats", ()),
            ("LPPredGetLastError", ()),
        ],
    ),
    (model_of, "LPModelFree", [("LPModelGetInputCount", ()), ("LPModelGetInputName", (0,))]),
    (lambda b: b.MXNDListCreate(ONE, len(ONE)).out, "MXNDListFree", [("MXNDListGet", (0,))]),
]
kinds = pytest.mark.parametrize(("make", "free", "uses"), KINDS, ids=["predictor", "model", "ndlist"])


@kinds
def test_a_handle_is_used_after_it_was_freed_or_freed_twice(
    binding: Binding, make: Callable[[Binding], NativeHandle], free: str, uses: List[Tuple[str, Tuple[Any, ...]]]
) -> None:
    handle = make(binding)
    assert handle.state == "alive"
    getattr(binding, free)(handle)
    assert handle.state == "freed"
    for name, arguments in [*uses, (free, ())]:
        error = expect(
            "disposed",
            f"the {handle.kind} handle was freed",
            lambda n=name, a=arguments: getattr(binding, n)(handle, *a),
        )  # type: ignore[misc]
        assert isinstance(error, PredictStateError)
        assert error.function == name


@kinds
def test_none_numbers_and_other_kinds_are_no_handles(
    binding: Binding, make: Callable[[Binding], NativeHandle], free: str, uses: List[Tuple[str, Tuple[Any, ...]]]
) -> None:
    handle = make(binding)
    other = model_of(binding) if handle.kind != "model" else make_predictor(binding, RELU, [3])
    for name, arguments in uses:
        call = getattr(binding, name)
        for wrong, said in [(None, "not None"), (0, "not a int"), (12345, "not a int"), ("h", "not a str")]:
            error = expect("handle", said, lambda c=call, w=wrong, a=arguments: c(w, *a))  # type: ignore[misc]
            assert isinstance(error, PredictTypeError)
        expect("handle", f'not of kind "{other.kind}"', lambda c=call, a=arguments: c(other, *a))  # type: ignore[misc]
    expect("handle", f'not of kind "{other.kind}"', lambda: getattr(binding, free)(other))
    assert getattr(binding, free)(None) is None  # as the header says
    assert other.state == "alive"


@kinds
def test_a_handle_of_another_library(
    binding: Binding, fake: Binding, make: Callable[[Binding], NativeHandle], free: str, uses: object
) -> None:
    handle = make(binding)
    expect("handle", "belongs to another library", lambda: getattr(fake, free)(handle))
    assert handle.state == "alive"


@kinds
def test_handles_cannot_be_made_or_copied(
    binding: Binding, make: Callable[[Binding], NativeHandle], free: str, uses: object
) -> None:
    handle = make(binding)
    expect("handle", "made by the library only", type(handle))
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        expect("handle", "cannot be copied", lambda w=way: w(handle))  # type: ignore[misc]


def test_elements_of_another_type_or_count(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    for wrong in (
        np.zeros(3),
        np.zeros(3, np.int32),
        np.zeros(3, ">f4"),
        np.zeros(3, object),
        np.array(["a", "b", "c"]),
    ):
        expect("dtype", "must be an array of float32", lambda w=wrong: binding.MXPredSetInput(p, "x", w, 3))  # type: ignore[misc]
    expect("size", "data has 2 elements, expected 3", lambda: binding.MXPredSetInput(p, "x", X[:2], 3))
    expect(
        "size", "data has 4 elements, expected 3", lambda: binding.MXPredSetInput(p, "x", np.zeros(4, np.float32), 3)
    )
    expect("size", "Memory size do not match", lambda: binding.MXPredSetInput(p, "x", X[:2], 2))
    out = np.zeros(3, np.float32)
    expect("dtype", "must be an array of float32", lambda: binding.MXPredGetOutput(p, 0, np.zeros(3), 3))
    expect("size", "data has 3 elements, expected 4", lambda: binding.MXPredGetOutput(p, 0, out, 4))
    out.flags.writeable = False
    expect("argument", "data is read-only", lambda: binding.MXPredGetOutput(p, 0, out, 3))
    expect("argument", "data is not contiguous", lambda: binding.MXPredGetOutput(p, 0, np.zeros(6, np.float32)[::2], 3))
    expect("argument", "None", lambda: binding.MXPredSetInput(p, "x", None, 3))  # type: ignore[arg-type]


def test_lists_are_refused_with_the_way_to_make_an_array(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    error = expect(
        "argument",
        "data must be a numpy.ndarray of float32, not a list: numpy.asarray(data, numpy.float32) makes one",
        lambda: binding.MXPredSetInput(p, "x", [1.0, 2.0, 3.0], 3),  # type: ignore[arg-type]
    )
    assert isinstance(error, TypeError)
    create = (RELU, EMPTY, len(EMPTY), 1, 0, 1, ["x"], [0, 1], u32(3))
    expect("argument", "numpy.asarray(input_shape_indptr, numpy.uint32)", lambda: binding.MXPredCreate(*create))  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [3, 1000])
def test_arrays_that_do_not_lie_in_one_piece_are_copied(binding: Binding, count: int) -> None:
    p = make_predictor(binding, RELU, [count])
    spread = np.arange(2 * count, dtype=np.float32)
    for strided in (spread[::2], spread[::-2]):
        binding.MXPredSetInput(p, "x", strided, count)
        binding.MXPredForward(p)
        out = np.zeros(count, np.float32)
        binding.MXPredGetOutput(p, 0, out, count)
        assert out.tolist() == strided.tolist()


@pytest.mark.parametrize("count", [3, 100])
def test_read_only_and_unaligned_arrays_are_read_where_they_are(binding: Binding, count: int) -> None:
    p = make_predictor(binding, RELU, [count])
    data = np.arange(count, dtype=np.float32)
    read_only = np.frombuffer(data.tobytes(), np.float32)
    unaligned = np.frombuffer(b"x" + data.tobytes(), np.float32, offset=1)
    for one in (read_only, unaligned):
        binding.MXPredSetInput(p, "x", one, count)
        binding.MXPredForward(p)
        out = np.zeros(count, np.float32)
        binding.MXPredGetOutput(p, 0, out, count)
        assert np.array_equal(out, data)


def test_numbers_out_of_range_and_of_other_types(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    for index in (-1, 2**32, 10**30):
        error = expect(
            "argument", "index must be from 0 to 4294967295", lambda i=index: binding.MXPredGetOutputShape(p, i)
        )  # type: ignore[misc]
        assert isinstance(error, PredictValueError)
    for wrong in (1.0, "1", None, True, np.float32(1), b"1"):
        error = expect("argument", "index must be a whole number", lambda w=wrong: binding.MXPredGetOutputShape(p, w))  # type: ignore[misc]
        assert isinstance(error, PredictTypeError)
    assert binding.MXPredGetOutputShape(p, np.int64(0)).shape_ndim == 1  # type: ignore[arg-type]
    expect("argument", "step must be from", lambda: binding.MXPredPartialForward(p, 2**31))
    expect("argument", "monitor_all must be True or False", lambda: binding.MXPredSetMonitorCallback(p, None, 1))  # type: ignore[arg-type]
    expect("index", "beyond 65536", lambda: binding.MXPredGetOutputType(p, 2**32 - 1))
    expect("index", "there are 1", lambda: binding.MXPredGetOutputType(p, 5))


def test_negative_sizes(binding: Binding) -> None:
    expect(
        "argument",
        "param_bytes would have a negative length: -1",
        lambda: binding.MXPredCreate(RELU, EMPTY, -1, 1, 0, 0, None, None, None),
    )
    expect("argument", "nd_file_bytes would have a negative length", lambda: binding.MXNDListCreate(ONE, -5))
    many = (RELU, EMPTY, len(EMPTY), 1, 0, 1, ["x"], u32(0, 1), u32(3))
    expect("argument", "out would have a negative length", lambda: binding.MXPredCreateMultiThread(*many, -1))
    expect("argument", "num_threads", lambda: binding.MXPredCreateMultiThread(*many, 0))


def test_bytes_of_another_length_or_kind(binding: Binding) -> None:
    symbol = RELU.encode()
    expect("size", "symbol_json has", lambda: binding.LPModelCreate(symbol, len(symbol) + 1, None, 0))
    expect("size", "symbol_json has", lambda: binding.LPModelCreate(symbol, len(symbol) - 1, None, 0))
    expect("argument", "params is None but not empty", lambda: binding.LPModelCreate(symbol, len(symbol), None, 1))
    expect("argument", "text.encode() makes bytes", lambda: binding.LPModelCreate(RELU, len(symbol), None, 0))  # type: ignore[arg-type]
    expect("argument", "bytes or something with a buffer", lambda: binding.LPModelCreate([1], 1, None, 0))  # type: ignore[arg-type]
    expect("dtype", "Python objects", lambda: binding.LPModelCreate(np.array([None]), 8, None, 0))
    expect("argument", "contiguous", lambda: binding.LPModelCreate(memoryview(symbol)[::2], len(symbol) // 2, None, 0))
    expect("argument", "list is read-only", lambda: binding.LPListOperators(b"1234", 4))
    spread = np.zeros(8, np.uint8)[::2]
    expect("argument", "list is not contiguous", lambda: binding.LPListOperators(spread, 4))


def test_anything_with_a_buffer_is_as_good_as_bytes(binding: Binding) -> None:
    symbol = RELU.encode()
    with mmap.mmap(-1, len(symbol)) as mapped:
        mapped[:] = symbol
        spread = np.zeros((len(symbol), 2), np.uint8)
        spread[:, 0] = np.frombuffer(symbol, np.uint8)
        for form in (
            bytearray(symbol),
            memoryview(symbol),
            np.frombuffer(symbol, np.uint8),
            mapped,
            array.array("B", symbol),
            spread[:, 0],
        ):
            model = binding.LPModelCreate(form, len(symbol), None, 0)  # type: ignore[arg-type]
            assert binding.LPModelGetInputName(model, 0) == "x"
            binding.LPModelFree(model)


def test_texts_with_nul_and_without_utf_8(binding: Binding) -> None:
    p = make_predictor(binding, RELU, [3])
    expect(
        "argument",
        "key has a NUL character at 1, where C would end it",
        lambda: binding.MXPredSetInput(p, "x\0y", X, 3),
    )
    expect("argument", "key must be a str, not a bytes", lambda: binding.MXPredSetInput(p, b"x", X, 3))  # type: ignore[arg-type]
    expect("argument", "no text that UTF-8 can hold", lambda: binding.MXPredSetInput(p, "\ud800", X, 3))
    create = (EMPTY, len(EMPTY), 1, 0, 1)
    expect(
        "argument",
        "symbol_json_str has a NUL",
        lambda: binding.MXPredCreate(RELU + "\0", *create, ["x"], u32(0, 1), u32(3)),
    )
    expect(
        "argument", "input_keys[0] has a NUL", lambda: binding.MXPredCreate(RELU, *create, ["x\0"], u32(0, 1), u32(3))
    )
    expect(
        "argument",
        "input_keys must be a list or tuple of str",
        lambda: binding.MXPredCreate(RELU, *create, "x", u32(0, 1), u32(3)),
    )
    expect(
        "argument", "input_keys[0] must be a str", lambda: binding.MXPredCreate(RELU, *create, [1], u32(0, 1), u32(3))
    )  # type: ignore[list-item]
    expect(
        "size",
        "input_keys has 2 strings, expected 1",
        lambda: binding.MXPredCreate(RELU, *create, ["x", "y"], u32(0, 1), u32(3)),
    )


def test_names_that_are_not_utf_8_come_and_go_as_the_bytes_they_were(binding: Binding) -> None:
    symbol = RELU.encode().replace(b'"x"', b'"x\xff"')
    model = binding.LPModelCreate(symbol, len(symbol), None, 0)
    name = binding.LPModelGetInputName(model, 0)
    assert name == "x\udcff"
    predictor = binding.LPPredCreate(model, 1, [name], u32(0, 1), u32(3), 0, None, None, 0, None, None)
    binding.MXPredSetInput(predictor, name, X, 3)


def test_shape_arrays_that_contradict_each_other(binding: Binding) -> None:
    def create(*keys: Any) -> object:
        return binding.MXPredCreate(RELU, EMPTY, len(EMPTY), 1, 0, *keys)

    expect("size", "input_shape_indptr has 1 elements, expected 2", lambda: create(1, ["x"], u32(0), u32(3)))
    expect("size", "input_shape_data has 1 elements, expected 2", lambda: create(1, ["x"], u32(0, 2), u32(3)))
    expect("size", "input_shape_data has 2 elements, expected 1", lambda: create(1, ["x"], u32(0, 1), u32(3, 3)))
    expect("dtype", "array of uint32", lambda: create(1, ["x"], np.array([0, 1]), u32(3)))
    expect("argument", "input_keys is None but not empty", lambda: create(1, None, u32(0, 1), u32(3)))
    expect("argument", "input_shape_indptr is None but not empty", lambda: create(1, ["x"], None, None))
    expect("argument", "falls", lambda: create(2, ["x", "y"], u32(0, 100, 1), u32(3)))
    expect("argument", "", lambda: create(1, ["x"], u32(1, 1), u32(3)))


def test_options(binding: Binding) -> None:
    model = model_of(binding)

    def create(options: Any) -> PredictorHandle:
        return binding.LPPredCreate(model, 1, ["x"], u32(0, 1), u32(3), 0, None, None, 0, None, options)

    assert binding.LPPredGetStats(create(LPOptions(num_threads=3))).num_threads == 3
    expect("argument", "options.num_threads must be from 0", lambda: create(LPOptions(num_threads=-1)))
    expect("argument", "options.num_threads must be a whole number", lambda: create(LPOptions(num_threads=1.5)))  # type: ignore[arg-type]
    expect("argument", "options must be a LPOptions, not a dict", lambda: create({"num_threads": 1}))
    expect("argument", "num_threads", lambda: create(LPOptions(num_threads=257)))


def test_the_wrong_number_of_arguments_is_what_python_says(binding: Binding) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        binding.MXPredForward()  # type: ignore[call-arg]


def test_a_weight_is_taken_in_its_own_type(binding: Binding) -> None:
    symbol, params = dense([[1, 2], [3, 4]], np.float64)
    keys = (1, ["x"], u32(0, 2), u32(1, 2), 1, ["x"], np.array([1], np.int32))
    p = binding.MXPredCreateEx(symbol, params, len(params), 1, 0, *keys)
    # C would read 32 bytes of the 16 that a float32 array has.
    expect("dtype", "must be an array of float64", lambda: binding.MXPredSetInput(p, "w", np.zeros(4, np.float32), 4))
    binding.MXPredSetInput(p, "w", np.array([[5, 6], [7, 8]], np.float64), 4)
    binding.MXPredSetInput(p, "x", np.array([1.0, 1.0]), 2)
    binding.MXPredForward(p)
    out = np.zeros(2)
    binding.MXPredGetOutput(p, 0, out, 2)
    assert out.tolist() == [11, 15]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8", "int32", "int8", "int64"])
def test_every_element_type_goes_in_and_comes_out(binding: Binding, dtype: str) -> None:
    number = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6}[dtype]
    symbol = graph("_copy", ["x"])
    keys = (1, ["x"], u32(0, 1), u32(3), 1, ["x"], np.array([number], np.int32))
    p = binding.MXPredCreateEx(symbol, EMPTY, len(EMPTY), 1, 0, *keys)
    assert binding.MXPredGetOutputType(p, 0) == number
    data = np.array([1, 2, 100], dtype)
    wrong = np.zeros(3, "float32" if dtype != "float32" else "int32")
    expect("dtype", f"must be an array of {dtype}", lambda: binding.MXPredSetInput(p, "x", wrong, 3))
    binding.MXPredSetInput(p, "x", data, 3)
    binding.MXPredForward(p)
    expect("dtype", f"must be an array of {dtype}", lambda: binding.MXPredGetOutput(p, 0, wrong, 3))
    out = np.zeros(3, dtype)
    binding.MXPredGetOutput(p, 0, out, 3)
    assert np.array_equal(out, data)
    reshaped = binding.MXPredReshape(1, ["x"], u32(0, 1), u32(2), p)
    binding.MXPredSetInput(reshaped, "x", data[:2], 2)


def test_bool_goes_in_and_comes_out(binding: Binding) -> None:
    keys = (1, ["x"], u32(0, 1), u32(3), 1, ["x"], np.array([7], np.int32))
    p = binding.MXPredCreateEx(graph("_copy", ["x"]), EMPTY, len(EMPTY), 1, 0, *keys)
    binding.MXPredSetInput(p, "x", np.array([True, False, True]), 3)
    binding.MXPredForward(p)
    out = np.zeros(3, np.bool_)
    binding.MXPredGetOutput(p, 0, out, 3)
    assert out.tolist() == [True, False, True]


def test_a_library_with_part_one_has_its_types_remembered(part_one: Binding) -> None:
    keys = (1, ["data"], u32(0, 1), u32(2), 1, ["data"], np.array([1], np.int32))
    p = part_one.MXPredCreateEx("", b"p", 1, 1, 0, *keys)
    expect(
        "dtype", "must be an array of float64", lambda: part_one.MXPredSetInput(p, "data", np.zeros(2, np.float32), 2)
    )
    part_one.MXPredSetInput(p, "data", np.array([1.5, 2.5]), 2)
    reshaped = part_one.MXPredReshape(1, ["data"], u32(0, 1), u32(3), p)
    expect("dtype", "float64", lambda: part_one.MXPredSetInput(reshaped, "data", np.zeros(3, np.float32), 3))
    # Output 1: the library writes to the second of what should be one integer.
    assert part_one.MXPredGetOutputType(p, 1) == 1
    out = np.zeros(2)
    part_one.MXPredGetOutput(p, 1, out, 2)
    assert out.tolist() == [1.5, 2.5]


def test_nothing_is_read_beyond_an_array_of_unknown_type(part_one: Binding) -> None:
    # The tensor is of float64, but the type was given under another name than "data".
    keys = (1, ["data"], u32(0, 1), u32(2), 1, ["weight"], np.array([1], np.int32))
    p = part_one.MXPredCreateEx("", b"p", 1, 1, 0, *keys)
    beyond = np.array([1, 2, 98, 99], np.float32)
    part_one.MXPredSetInput(p, "data", beyond[:2], 2)
    part_one.MXPredForward(p)
    out = np.empty(2)
    part_one.MXPredGetOutput(p, 0, out, 2)
    assert out[1] == 0


def test_a_list_handle_gives_copies(binding: Binding) -> None:
    made = binding.MXNDListCreate(ONE, len(ONE))
    assert made.out_length == 1
    found = binding.MXNDListGet(made.out, 0)
    binding.MXNDListFree(made.out)
    assert (found.out_key, found.out_data.tolist(), found.out_shape.tolist()) == ("m", [1, 2], [2])
    assert isinstance(made.out, NDListHandle)
