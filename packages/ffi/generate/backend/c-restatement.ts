/**
 * Back end: a C file that says everything in the description once more, beside the header.
 * It compiles only if the description is true; it defines nothing.
 */
import { type Api, type CType, formatCType } from "../api-description.js";
import { type Backend, generatedBy } from "./backend.js";

export const cRestatement: Backend = {
  name: "c-restatement",
  generate: (api) => [{ path: "ffi/gen/header_restated.c", text: restate(api) }],
};

function restate(api: Api): string {
  const lines = [
    `/* ${generatedBy(api.source)} */`,
    "#include <stddef.h>",
    '#include "c_predict_api.h"',
    "",
    "/* Aliases and handles */",
  ];
  const assertType = (expression: string, type: string, what: string): void => {
    lines.push(`_Static_assert(_Generic(${expression}, ${type}: 1, default: 0), "${what}");`);
  };
  for (const a of api.aliases) assertType(`(${a.name})0`, a.type, a.name);
  for (const h of api.handles) assertType(`(${h.name})0`, "void *", h.name);
  lines.push("", "/* Enumerations */");
  for (const e of api.enums)
    for (const m of e.members) lines.push(`_Static_assert(${m.name} == ${m.value}, "${m.name}");`);
  lines.push("", "/* Structures */");
  for (const s of api.structs) {
    lines.push(`_Static_assert(sizeof(${s.name}) == ${s.sizeBytes}, "size of ${s.name}");`);
    for (const m of s.members) {
      const path = `${s.name}.${m.name}`;
      lines.push(
        `_Static_assert(offsetof(${s.name}, ${m.name}) == ${m.offset}, "offset of ${path}");`,
      );
      const member = `((${s.name} *)0)->${m.name}`;
      assertType(
        m.count === undefined ? member : `&${member}[0]`,
        m.count === undefined ? m.type : `${m.type} *`,
        path,
      );
      if (m.count !== undefined)
        lines.push(
          `_Static_assert(sizeof ${member} == ${m.count} * sizeof(${m.type}), "length of ${path}");`,
        );
    }
  }
  const resolve = resolver(api);
  const list = (parameters: { name: string; type: CType }[]): string =>
    parameters.map((p) => formatCType(resolve(p.type))).join(", ") || "void";
  lines.push("", "/* Function types */");
  for (const c of api.callbacks)
    assertType(
      `(${c.name})0`,
      `${formatCType(resolve(c.returns))} (*)(${list(c.parameters)})`,
      c.name,
    );
  lines.push("", "/* Prototypes: one that differs from the header's does not compile. */");
  for (const f of api.functions) {
    const parameters = f.parameters.map((p) => formatCType(resolve(p.type), p.name)).join(", ");
    lines.push(`${formatCType(resolve(f.returns.type), f.name)}(${parameters || "void"});`);
  }
  lines.push("", "/* Pointers to them: every function exists under its type. */");
  for (const f of api.functions)
    lines.push(
      `${formatCType(resolve(f.returns.type))} (*restated_${f.name})(${list(f.parameters)}) = &${f.name};`,
    );
  return `${lines.join("\n")}\n`;
}

/** Replaces aliases and handles by what they stand for, so that the check does not lean on the header's own names. */
function resolver(api: Api): (type: CType) => CType {
  const aliases = new Map(api.aliases.map((a) => [a.name, a.type]));
  const handles = new Set(api.handles.map((h) => h.name));
  return (type) => {
    if (handles.has(type.base)) return { ...type, base: "void", pointers: type.pointers + 1 };
    return { ...type, base: aliases.get(type.base) ?? type.base };
  };
}
