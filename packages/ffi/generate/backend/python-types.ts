/** Back end: constants, error words, structures, handles, callbacks and C signatures for Python. */
import type { Api, ApiCallback, Parameter } from "../api-description.js";
import { errorCodeName } from "./api-index.js";
import { generatedBy, type Output } from "./backend.js";
import { docstring, paragraphs } from "./python-doc.js";
import { notExposed } from "./python-exposure.js";
import { ctypeOf, PythonNames } from "./python-names.js";

export const pythonFolder = "examples/python/src/libpredict/gen";

export function pythonFile(api: Api, name: string, body: string): Output {
  return { path: `${pythonFolder}/${name}`, text: `# ${generatedBy(api.source)}\n${body}` };
}

export function pythonTypes(api: Api): Output[] {
  return [
    pythonFile(
      api,
      "__init__.py",
      '"""The low level: everything here is made from the header."""\n',
    ),
    pythonFile(api, "constants.py", constants(api)),
    pythonFile(api, "error_codes.py", errorCodes(api)),
    pythonFile(api, "structs.py", structs(api)),
    pythonFile(api, "handles.py", handles(api)),
    pythonFile(api, "callbacks.py", callbacks(api)),
    pythonFile(api, "signatures.py", signatures(api)),
  ];
}

function constants(api: Api): string {
  const parts = api.enums.map(
    (e) => `

class ${e.name}(IntEnum):
${docstring(paragraphs(e.doc), "    ")}

${e.members.map((m) => `    ${m.name} = ${m.value}\n${docstring([m.doc], "    ")}`).join("\n")}
`,
  );
  return `"""Constants of the header."""

from enum import IntEnum
${parts.join("")}`;
}

function errorCodes(api: Api): string {
  const codes = api.enums
    .flatMap((e) => e.members)
    .flatMap((m) => {
      const word = errorCodeName(m.name);
      return word ? [{ ...m, word }] : [];
    });
  return `"""The library's error codes as words."""

from typing import Dict

error_words: Dict[int, str] = {
${codes.map((c) => `    ${c.value}: "${c.word}",`).join("\n")}
}
${docstring(
  [
    "The word for each number of LPErrorCode that is an error.",
    `\t${codes.map((c) => `\`${c.word}\`: ${c.doc}`).join("\n")}`,
  ],
  "",
)}
`;
}

function structs(api: Api): string {
  const names = new PythonNames(api);
  const parts = api.structs.map((s) => {
    const shown = s.members.filter((m) => m.name !== "struct_size" && m.name !== "reserved");
    const fields = shown.map((m) => {
      if (m.count !== undefined && m.type !== "char")
        throw new Error(`${s.name}.${m.name}: no Python type for an array of ${m.type}`);
      const isText = m.count !== undefined;
      const type = isText ? "str" : names.number(m.type);
      return `    ${m.name}: ${type} = ${isText ? '""' : type === "bool" ? "False" : "0"}\n${docstring([m.doc], "    ")}`;
    });
    const layout = s.members.map((m) => {
      const type = ctypeOf(m.type) + (m.count === undefined ? "" : ` * ${m.count}`);
      return `        ("${m.name}", ctypes.${type}),`;
    });
    return `

@dataclass(frozen=True)
class ${s.name}:
${docstring(paragraphs(s.doc), "    ")}

${fields.join("\n")}


class ${s.name}Layout(ctypes.Structure):
    """Where the members of ${s.name} lie: ${s.sizeBytes} bytes."""

    _fields_ = [
${layout.join("\n")}
    ]
`;
  });
  return `"""Structures of the header: what programs see, and how they lie in memory."""

import ctypes
from dataclasses import dataclass
${parts.join("")}`;
}

function handles(api: Api): string {
  const parts = api.handles.map((h) => {
    const end = h.release
      ? `Give it back with \`${h.release}\`.`
      : "Never owned by the caller; valid during the call that hands it over.";
    return `

class ${h.name}(NativeHandle):
${docstring([...paragraphs(h.doc), end], "    ")}

    __slots__ = ()
    kind = "${h.kind}"
`;
  });
  return `"""Handles, one class for each kind."""

from ..native_handle import NativeHandle
${parts.join("")}`;
}

/** Callbacks that exposed functions take. */
export function usedCallbacks(api: Api): ApiCallback[] {
  const used = new Set(
    api.functions
      .filter((f) => !(f.name in notExposed))
      .flatMap((f) => f.parameters)
      .filter((p) => p.kind === "callback")
      .map((p) => p.type.base),
  );
  return api.callbacks.filter((c) => used.has(c.name));
}

function callbacks(api: Api): string {
  const parts = usedCallbacks(api).map((c) => {
    const shown: string[] = [];
    const native = c.parameters.map((p) => {
      const handle = api.handles.find((h) => h.name === p.type.base);
      if (handle) shown.push(handle.name);
      else if (p.type.base === "char" && p.type.pointers === 1) {
        shown.push("str");
        return "ctypes.c_char_p";
      } else if (p.type.base !== "void" || p.type.pointers !== 1)
        throw new Error(`${c.name}: no Python type for the parameter ${p.name}`);
      return "ctypes.c_void_p";
    });
    if (c.returns.base !== "void" || c.returns.pointers > 0)
      throw new Error(`${c.name}: a callback that returns something`);
    return `
${c.name} = Callable[[${shown.join(", ")}], object]
${docstring(paragraphs(c.doc), "")}

${c.name}Type = ctypes.CFUNCTYPE(None, ${native.join(", ")})
"""How C calls a ${c.name}."""
`;
  });
  const used = api.handles.filter((h) => parts.join("").includes(`${h.name}`)).map((h) => h.name);
  return `"""Functions that the library calls."""

import ctypes
from typing import Callable

from .handles import ${used.join(", ")}
${parts.join("")}`;
}

function signatures(api: Api): string {
  const names = new PythonNames(api);
  const returns = { status: "c_int", code: "c_int", "string-view": "c_char_p" } as const;
  const argument = (p: Parameter): string =>
    p.kind === "scalar" ? names.ctype(p.type) : "c_void_p";
  const entries = api.functions
    .filter((f) => !(f.name in notExposed))
    .map((f) => {
      const list = f.parameters.map(argument);
      return `    "${f.name}": Signature(${f.part}, ${returns[f.returns.kind]}, [${list.join(", ")}]),\n`;
    });
  const used = [...new Set(entries.join("").match(/\bc_\w+/g))].sort();
  return `"""How C is called: result and arguments of each function. Whatever is no number is \`void *\`."""

from ctypes import ${used.join(", ")}
from typing import Any, Dict, List, NamedTuple


class Signature(NamedTuple):
    """The types of a function, and the part of the header that it stands in."""

    part: int
    result: Any
    arguments: List[Any]


signatures: Dict[str, Signature] = {
${entries.join("")}}
`;
}
