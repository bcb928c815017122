/** Back end: the low level of the Python binding, one method per C function, over ctypes. */
import type { Api, ApiFunction, Parameter } from "../api-description.js";
import { parseLength } from "../length-expression.js";
import { parameterRole, prototypeOf, releasedKinds } from "./api-index.js";
import type { Backend } from "./backend.js";
import { docstring, methodDoc } from "./python-doc.js";
import {
  checkExposure,
  forwards,
  lentViews,
  notExposed,
  setters,
  typeHeirs,
  typeSources,
  valueCells,
} from "./python-exposure.js";
import { PythonNames } from "./python-names.js";
import { pythonFile, pythonTypes, usedCallbacks } from "./python-types.js";

export const pythonBinding: Backend = {
  name: "python-binding",
  generate: (api) => {
    checkExposure(api);
    return [...pythonTypes(api), pythonFile(api, "binding.py", new BindingText(api).text())];
  },
};

const hasRole = (role: string) => (p: Parameter) => parameterRole(p) === role;
/** The checked form of an argument, and the memory of a result. */
const local = (p: Parameter | string): string => `${typeof p === "string" ? p : p.name}_`;

/** Writes the module of the class \`Binding\`. */
class BindingText {
  readonly #names: PythonNames;
  readonly #releases: ReadonlyMap<string, string>;

  constructor(readonly api: Api) {
    this.#names = new PythonNames(api);
    this.#releases = releasedKinds(api);
  }

  text(): string {
    const exposed = this.api.functions.filter((f) => !(f.name in notExposed));
    const results = exposed.map((f) => this.#resultClass(f)).join("");
    const methods = this.api.functions.map((f) => {
      const reason = notExposed[f.name];
      const prototype = `    # ${prototypeOf(f)}`;
      return reason === undefined
        ? `${prototype}\n${this.#method(f)}`
        : `${prototype}\n    # not exposed: ${reason}\n`;
    });
    const body = `${results}

class Binding(NativeLibrary):
    """The functions of the header, one method each, under their C names.

    Arguments stand in C's order. What a function writes is returned: one value as it is, several as
    a named tuple under their C names. Memory that the library owns is copied, except where a method
    says otherwise. A failure raises a PredictError; what the header calls \`error\` and \`user\` is
    supplied. Besides the codes named at each method, every method raises \`argument\` (something of
    another Python type, or out of range), \`dtype\` (an array of another element type), \`size\` (of
    another length), \`handle\` (a handle of another kind or library), \`disposed\` (a handle that was
    freed), \`busy\` (a handle that a running call uses) and \`unavailable\` (the library does not have
    the function).
    """

${methods.join("\n")}`;
    return `"""The functions of the header."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np
import numpy.typing as npt

from ..monitor_callback import make_monitor
from ..native_arguments import (
${importLines(["Buffer", "INT", "INT64", "UINT32", "UINT64", "UINT8", "array", "extent", "nullable_bytes", "pointer", "pointer_or_nothing", "pointer_to_read", "readable", "readable_bytes", "text", "texts", "truth", "whole_number", "writable", "writable_bytes"], body)}
)
from ..native_handle import NativeObject, borrow, check_entered, give_back, make_handle
from ..native_library import NativeLibrary
from ..native_memory import cells_for, copy_elements, decode_struct, encode_struct, last_of, name_text
from ..output_views import lend, run_forward, run_moving, set_tensor
from ..predict_error import PredictError
from ..tensor_types import input_type, output_type, remember_types
from .callbacks import ${usedCallbacks(this.api)
      .map((c) => c.name)
      .join(", ")}
from .handles import (
${importLines(
  this.api.handles.map((h) => h.name),
  body,
)}
)
from .structs import (
${importLines(
  this.api.structs.flatMap((s) => [s.name, `${s.name}Layout`]),
  body,
)}
)
${body}`;
  }

  /** A named tuple, for functions with several results. */
  #resultClass(f: ApiFunction): string {
    const results = f.parameters.filter(hasRole("result"));
    if (results.length < 2) return "";
    const fields = results.map(
      (p) => `    ${p.name}: ${this.#names.result(p)}\n${docstring([p.doc], "    ")}`,
    );
    return `

class ${f.name}Result(NamedTuple):
    """What ${f.name} writes."""

${fields.join("\n")}
`;
  }

  #returns(f: ApiFunction): string {
    if (f.returns.kind === "code") return "int";
    if (f.returns.kind === "string-view") return "str";
    const results = f.parameters.filter(hasRole("result"));
    if (results.length > 1) return `${f.name}Result`;
    return results[0] ? this.#names.result(results[0]) : "None";
  }

  #method(f: ApiFunction): string {
    const parameters = f.parameters.filter(hasRole("argument"));
    const results = f.parameters.filter(hasRole("result"));
    const list = ["self", ...parameters.map((p) => `${p.name}: ${this.#names.argument(p)}`)];
    const body = this.#releases.has(f.name) ? this.#release(f) : this.#call(f);
    return `    def ${f.name}(${list.join(", ")}) -> ${this.#returns(f)}:
${methodDoc(f, parameters, results, lentViews[f.name], "        ")}
        try:
            c = self._c["${f.name}"]
${indent(body, 12)}
        except PredictError as error:
            raise error.in_function("${f.name}")
`;
  }

  /** A function that gives a handle back. */
  #release(f: ApiFunction): string[] {
    const [p, ...more] = f.parameters;
    if (p?.kind !== "handle" || !p.nullable || more.length > 0)
      throw new Error(`${f.name}: a release takes one handle, or NULL`);
    return [
      `if ${p.name} is None:`,
      "    if c(None) != 0:",
      "        raise self._failure()",
      "else:",
      `    give_back(${p.name}, ${this.#names.handle(p.handle ?? "")}, "${p.name}", self)`,
    ];
  }

  #call(f: ApiFunction): string[] {
    const lines: string[] = [];
    const parameters = f.parameters.filter(hasRole("argument"));
    // Handles first: what is wrong with one explains what follows from it. Numbers before what has a length.
    const rank = (p: Parameter): number => (p.kind === "handle" ? 0 : p.kind === "scalar" ? 1 : 2);
    for (const p of [...parameters].sort((a, b) => rank(a) - rank(b)))
      lines.push(...this.#check(f, p));
    for (const p of f.parameters.filter((q) => parameterRole(q) !== "argument"))
      lines.push(...this.#cell(f, p));
    const handle = exclusiveHandle(this.api, f);
    const native = f.parameters.map((p) => this.#native(f, p, p === handle));
    if (!handle) return [...lines, ...this.#direct(f, `c(${native.join(", ")})`)];
    const kind = this.#names.handle(handle.handle ?? "");
    const rest = native.filter((a) => a !== "");
    const entered = (work: string[]): string[] => [
      "try:",
      ...work.map((l) => `    ${l}`),
      "except RuntimeError as error:",
      `    check_entered(error, ${kind})`,
      "    raise",
    ];
    const results = f.parameters.filter(hasRole("result"));
    if (results.some((p) => p.kind === "view" || p.kind === "string-view")) {
      if (forwards.includes(f.name) || setters.includes(f.name))
        throw new Error(`${f.name}: a forward or setter with views`);
      // What the library owns is read before another call can change it.
      const own = native.map((a, i) =>
        f.parameters[i] === handle ? `${local(handle)}.address` : a,
      );
      return [
        ...lines,
        "",
        `def call() -> ${this.#returns(f)}:`,
        ...this.#direct(f, `c(${own.join(", ")})`).map((l) => `    ${l}`),
        "",
        ...entered([`return ${local(handle)}.run(call)`]),
      ];
    }
    // Where the handle is not the first argument, the others keep their places around it.
    let run = `${local(handle)}.run(c, ${native
      .map((a, i) => (f.parameters[i] === handle ? `${local(handle)}.address` : a))
      .join(", ")})`;
    const first = f.parameters[0] === handle;
    const special = forwards.includes(f.name) || setters.includes(f.name);
    const callback = f.parameters.some((p) => p.kind === "callback");
    if ((special || callback) && !first) throw new Error(`${f.name}: the handle is not the first`);
    if (forwards.includes(f.name)) run = `run_forward(${[local(handle), "c", ...rest].join(", ")})`;
    else if (setters.includes(f.name)) {
      const key = f.parameters.find((p) => p.kind === "string")?.name;
      if (!key) throw new Error(`${f.name}: a setter without a name`);
      run = `set_tensor(${[local(handle), key, "c", ...rest].join(", ")})`;
    } else if (callback) {
      const p = f.parameters.find((q) => q.kind === "callback") as Parameter;
      run = `run_moving(${[local(handle), local(p), "c", ...rest].join(", ")})`;
    }
    if (f.returns.kind !== "status")
      return [...lines, ...entered([`result = ${run}`]), ...this.#returned(f, "result")];
    return [
      ...lines,
      ...entered([`status = ${run}`]),
      "if status != 0:",
      "    raise self._failure()",
      ...this.#results(f),
    ];
  }

  /** A call without a gate. */
  #direct(f: ApiFunction, call: string): string[] {
    if (f.returns.kind !== "status") return this.#returned(f, call);
    return [`if ${call} != 0:`, "    raise self._failure()", ...this.#results(f)];
  }

  #returned(f: ApiFunction, result: string): string[] {
    if (f.parameters.some(hasRole("result")))
      throw new Error(`${f.name}: returns a ${f.returns.kind} and has results`);
    return [f.returns.kind === "code" ? `return int(${result})` : `return name_text(${result})`];
  }

  // --- arguments ---

  #check(f: ApiFunction, p: Parameter): string[] {
    const name = `"${p.name}", ${p.name}`;
    switch (p.kind) {
      case "handle":
        if (p.nullable) throw new Error(`${f.name}: NULL for a handle that is not released`);
        return [
          `${local(p)} = borrow(${p.name}, ${this.#names.handle(p.handle ?? "")}, "${p.name}", self)`,
        ];
      case "scalar": {
        const check =
          this.#names.known(p.type) === "bool"
            ? `truth(${name})`
            : `whole_number(${name}, ${this.#names.limits(p.type)})`;
        return [`${local(p)} = ${check}`];
      }
      case "string":
        return [
          p.nullable
            ? `${local(p)} = None if ${p.name} is None else text(${name})`
            : `${local(p)} = text(${name})`,
        ];
      case "strings":
        if (!p.nullable) throw new Error(`${f.name}: ${p.name}: strings that may not be NULL`);
        return [`${local(p)} = texts(${name}, ${this.#length(f, p)})`];
      case "array":
        if (!p.nullable) throw new Error(`${f.name}: ${p.name}: an array that may not be NULL`);
        return [
          `${local(p)} = array(${name}, np.dtype(np.${this.#names.dtype(p.type)}), ${this.#length(f, p)})`,
        ];
      case "elements": {
        const handle = f.parameters.find((q) => q.handle === "predictor" && q.direction === "in");
        const which = f.parameters.find(
          (q) => q.kind === (p.direction === "in" ? "string" : "scalar"),
        );
        if (!handle || !which) throw new Error(`${f.name}: ${p.name}: elements of what?`);
        return [
          p.direction === "in"
            ? `${local(p)} = readable(${name}, input_type(self, ${local(handle)}, ${which.name}), ${this.#length(f, p)})`
            : `${local(p)} = writable(${name}, output_type(self, ${local(handle)}, ${local(which)}), ${this.#length(f, p)})`,
        ];
      }
      case "bytes": {
        const write = p.direction !== "in";
        if (p.nullable)
          return [
            `${local(p)} = nullable_bytes(${name}, ${this.#length(f, p)}${write ? ", write=True" : ""})`,
          ];
        return [
          `${local(p)} = ${write ? "writable" : "readable"}_bytes(${name}, ${this.#length(f, p)})`,
        ];
      }
      case "struct":
        if (!p.nullable || p.direction !== "in")
          throw new Error(`${f.name}: ${p.name}: a structure that is no choice`);
        return [`${local(p)} = encode_struct(${name}, ${p.struct}, ${p.struct}Layout)`];
      case "callback":
        return [`${local(p)} = make_monitor(${name}, self)`];
      default:
        throw new Error(`${f.name}: ${p.name}: cannot pass a ${p.kind}`);
    }
  }

  #length(f: ApiFunction, p: Parameter): string {
    const length = p.length === undefined ? undefined : parseLength(p.length);
    switch (length?.is) {
      case "parameter": {
        const other = f.parameters.find((q) => q.name === length.name);
        if (other?.kind !== "scalar") throw new Error(`${f.name}: ${p.name}: length ${p.length}`);
        const plus = length.plus ? ` + ${length.plus}` : "";
        const signed = this.#names.limits(other.type).startsWith("INT");
        const value = signed ? `extent("${p.name}", ${local(other)})` : local(other);
        // No array at all is as good as one for no elements.
        return p.nullable && plus && p.kind === "array"
          ? `0 if ${p.name} is None and ${local(other)} == 0 else ${value}${plus}`
          : `${value}${plus}`;
      }
      case "element":
        return `0 if ${local(length.array)} is None else int(${local(length.array)}[${local(length.index)}])`;
      default:
        throw new Error(`${f.name}: ${p.name}: no length for an argument: ${p.length}`);
    }
  }

  /** What C is passed for a parameter; nothing for the handle that goes through the gate. */
  #native(f: ApiFunction, p: Parameter, gate: boolean): string {
    if (parameterRole(p) === "supplied") return "None";
    if (parameterRole(p) === "result")
      return p.kind === "handle" ? `byref(${local(p)}.address)` : `byref(${local(p)})`;
    switch (p.kind) {
      case "handle":
        return gate ? "" : `${local(p)}.address`;
      case "scalar":
      case "string":
      case "strings":
        return local(p);
      case "array":
        return `pointer_or_nothing(${local(p)})`;
      case "elements":
        return p.direction === "in" ? `pointer_to_read(${local(p)})` : `pointer(${local(p)})`;
      case "bytes":
        return `pointer(${local(p)})`;
      case "struct":
        return local(p);
      case "callback":
        return `None if ${local(p)} is None else ${local(p)}.pointer`;
      default:
        throw new Error(`${f.name}: ${p.name}: cannot pass a ${p.kind}`);
    }
  }

  // --- results ---

  /** Memory that C writes a result to. */
  #cell(f: ApiFunction, p: Parameter): string[] {
    if (parameterRole(p) === "supplied") return [];
    const released = p.owner.is === "new" ? `self._c["${p.owner.release}"]` : undefined;
    switch (p.kind) {
      case "value": {
        const type = `ctypes.${this.#names.ctype(p.type)}`;
        const index = valueCells[f.name];
        return [
          index === undefined
            ? `${local(p)} = ${type}()`
            : `${local(p)} = cells_for("${index}", ${local(index)}, ${type})`,
        ];
      }
      case "view":
        return [`${local(p)} = ctypes.c_void_p()`];
      case "string-view":
        return [`${local(p)} = ctypes.c_char_p()`];
      case "handle":
        if (!released) throw new Error(`${f.name}: ${p.name}: a handle that nobody releases`);
        return [`${local(p)} = NativeObject(ctypes.c_void_p(), self, ${released})`];
      case "handles": {
        if (!released) throw new Error(`${f.name}: ${p.name}: handles that nobody releases`);
        return [
          `${p.name}_count = ${this.#length(f, p)}`,
          `${local(p)} = (ctypes.c_void_p * max(1, ${p.name}_count))()`,
          `${p.name}_made = [`,
          `    NativeObject(ctypes.c_void_p.from_buffer(${local(p)}, 8 * i), self, ${released})`,
          `    for i in range(${p.name}_count)`,
          "]",
        ];
      }
      case "struct":
        return [`${local(p)} = ${p.struct}Layout(struct_size=ctypes.sizeof(${p.struct}Layout))`];
      default:
        throw new Error(`${f.name}: ${p.name}: cannot return a ${p.kind}`);
    }
  }

  #results(f: ApiFunction): string[] {
    const results = f.parameters.filter(hasRole("result"));
    if (results.length === 0) return [];
    const lines: string[] = [];
    const made = results.find((p) => p.kind === "handle");
    const source = typeSources[f.name];
    if (made && source) lines.push(`remember_types(self, ${local(made)}, ${source.join(", ")})`);
    if (made && typeHeirs.includes(f.name)) {
      const old = f.parameters.find((p) => p.kind === "handle" && p.direction === "in");
      if (!old) throw new Error(`${f.name}: inherits element types of nothing`);
      lines.push(`${local(made)}.types = ${local(old)}.types`);
    }
    const values = results.map((p) => this.#result(f, p));
    if (values.length === 1) return [...lines, `return ${values[0]}`];
    return [...lines, `return ${f.name}Result(`, ...values.map((v) => `    ${v},`), ")"];
  }

  #result(f: ApiFunction, p: Parameter): string {
    switch (p.kind) {
      case "value":
        return valueCells[f.name] === undefined ? `${local(p)}.value` : `last_of(${local(p)})`;
      case "view": {
        const count = this.#written(f, p);
        if (lentViews[f.name] === p.name) {
          const handle = exclusiveHandle(this.api, f);
          if (!handle) throw new Error(`${f.name}: a view that no handle keeps`);
          return `lend(${local(handle)}, ${local(p)}.value, ${count})`;
        }
        return `copy_elements(${local(p)}.value, ${count}, np.dtype(np.${this.#names.dtype(p.type)}))`;
      }
      case "string-view":
        return `name_text(${local(p)}.value)`;
      case "handle":
        return `make_handle(${this.#names.handle(p.handle ?? "")}, ${local(p)})`;
      case "handles":
        return `[make_handle(${this.#names.handle(p.handle ?? "")}, made) for made in ${p.name}_made]`;
      case "struct":
        return `decode_struct(${p.struct}, ${local(p)})`;
      default:
        throw new Error(`${f.name}: ${p.name}: cannot return a ${p.kind}`);
    }
  }

  /** The length of a view, which the call has written. */
  #written(f: ApiFunction, p: Parameter): string {
    const length = p.length === undefined ? undefined : parseLength(p.length);
    if (length?.is === "pointee") return `${local(length.name)}.value`;
    const dims = f.parameters.find((q) => length?.is === "product" && q.name === length.name);
    if (!dims) throw new Error(`${f.name}: ${p.name}: no length for a view: ${p.length}`);
    return `int(np.prod(${this.#result(f, dims)}, dtype=np.int64))`;
  }
}

/** The handle that a call needs alone, and whose gate it goes through; the others it only keeps from being freed. */
function exclusiveHandle(api: Api, f: ApiFunction): Parameter | undefined {
  const handles = f.parameters.filter((p) => p.kind === "handle" && p.direction === "in");
  if (f.concurrent) {
    const gated = handles.find((p) => !f.alongside && isGated(api, p.handle));
    if (gated) throw new Error(`${f.name}: shares ${gated.name}, which other calls need alone`);
    return undefined;
  }
  if (handles.length > 1) throw new Error(`${f.name}: more than one handle that it needs alone`);
  return handles[0];
}

/** Whether there are calls that need a handle of a kind alone; a release waits in any case. */
function isGated(api: Api, kind: string | undefined): boolean {
  const releases = releasedKinds(api);
  return api.functions.some(
    (f) =>
      !f.concurrent &&
      !releases.has(f.name) &&
      f.parameters.some((p) => p.kind === "handle" && p.direction === "in" && p.handle === kind),
  );
}

function indent(lines: readonly string[], by: number): string {
  return lines.map((l) => (l ? " ".repeat(by) + l : "")).join("\n");
}

/** Of the names, those that a text uses, one a line. */
function importLines(names: readonly string[], text: string): string {
  const code = text.replaceAll(/^ *#.*$/gm, "");
  return names
    .filter((n) => new RegExp(`\\b${n}\\b`).test(code))
    .map((n) => `    ${n},`)
    .join("\n");
}
