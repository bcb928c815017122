"""The generated layer against the description of the header, and structures against their layout."""

from __future__ import annotations

import ctypes
import inspect
import json
from dataclasses import fields
from typing import Any, Dict

import pytest
from conftest import PACKAGES

from libpredict import Binding
from libpredict.gen import constants, handles, structs
from libpredict.gen.signatures import signatures

API: Dict[str, Any] = json.loads((PACKAGES / "ffi" / "api.json").read_text())
NOT_EXPOSED = {"LPSetAllocator", "LPModelRetain"}
FUNCTIONS = [f for f in API["functions"] if f["name"] not in NOT_EXPOSED]


def test_there_is_one_method_for_each_function_and_no_other() -> None:
    methods = {n for n, _ in inspect.getmembers(Binding, inspect.isfunction) if n.startswith(("MX", "LP"))}
    assert methods == {f["name"] for f in FUNCTIONS} == set(signatures)
    assert {f["name"] for f in API["functions"]} - methods == NOT_EXPOSED


@pytest.mark.parametrize("function", FUNCTIONS, ids=[f["name"] for f in FUNCTIONS])
def test_a_method_has_c_s_arguments_in_c_s_order_and_the_header_s_words(function: Dict[str, Any]) -> None:
    method = getattr(Binding, function["name"])
    parameters = list(inspect.signature(method).parameters)[1:]
    in_c = [p["name"] for p in function["parameters"]]
    assert parameters == [name for name in in_c if name in parameters]
    doc = " ".join((inspect.getdoc(method) or "").split())
    assert function["doc"].split("\n")[0].split(". ")[0].rstrip(".") in doc
    for error in function["errors"]:
        assert f"`{error['code'][9:].lower()}`: {' '.join(error['trigger'].split())}" in doc
    assert f"Threads: {function['thread']}." in doc
    assert len(signatures[function["name"]].arguments) == len(in_c)


@pytest.mark.parametrize("struct", API["structs"], ids=[s["name"] for s in API["structs"]])
def test_a_structure_lies_as_in_c(struct: Dict[str, Any]) -> None:
    layout = getattr(structs, f"{struct['name']}Layout")
    assert ctypes.sizeof(layout) == struct["sizeBytes"]
    assert {m["name"]: m["offset"] for m in struct["members"]} == {
        n: getattr(layout, n).offset for n, *_ in layout._fields_
    }
    shown = {m["name"] for m in struct["members"]} - {"struct_size", "reserved"}
    assert {f.name for f in fields(getattr(structs, struct["name"]))} == shown


def test_constants_and_handles_are_the_header_s() -> None:
    for enum in API["enums"]:
        found = getattr(constants, enum["name"])
        assert {m.name: m.value for m in found} == {m["name"]: m["value"] for m in enum["members"]}
    assert {h["name"]: h["kind"] for h in API["handles"]} == {
        n: c.kind for n, c in vars(handles).items() if isinstance(c, type) and n.endswith("Handle") and c.kind
    }


def test_the_library_agrees(binding: Binding) -> None:
    assert binding.LPGetVersion() in binding.LPGetBuildInfo()
    assert binding.MXGetLastError() == "" or isinstance(binding.MXGetLastError(), str)
