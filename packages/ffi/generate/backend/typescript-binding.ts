/** Back end: one TypeScript method per C function, and the descriptors by which they are called. */
import type { Api, ApiFunction, Parameter } from "../api-description.js";
import { parseLength } from "../length-expression.js";
import { errorCodeName, parameterRole, prototypeOf, releasedKinds } from "./api-index.js";
import { type Backend, generatedBy } from "./backend.js";
import { extentOf } from "./doc-text.js";
import { docComment, escapeDoc } from "./typescript-doc.js";
import { asynchronous, notExposed } from "./typescript-exposure.js";
import { TypeScriptNames } from "./typescript-names.js";

export const typescriptBinding: Backend = {
  name: "typescript-binding",
  generate: (api) => {
    checkExposure(api);
    return [
      { path: "ffi/src/gen/descriptors.ts", text: descriptors(api) },
      { path: "ffi/src/gen/binding.ts", text: binding(api) },
    ];
  },
};

function checkExposure(api: Api): void {
  const byName = new Map(api.functions.map((f) => [f.name, f]));
  for (const name of [...Object.keys(notExposed), ...asynchronous])
    if (!byName.has(name)) throw new Error(`typescript-exposure.ts: the header has no ${name}`);
  for (const name of asynchronous) {
    const channel = byName
      .get(name)
      ?.parameters.some(
        (p) => (p.handle === "predictor" && p.direction === "in") || p.struct === "LPError",
      );
    if (!channel)
      throw new Error(
        `typescript-exposure.ts: ${name} has no error channel for an asynchronous form`,
      );
  }
}

const exposed = (api: Api): ApiFunction[] => api.functions.filter((f) => !(f.name in notExposed));

// --- descriptors ---

function descriptors(api: Api): string {
  const names = new TypeScriptNames(api);
  const releases = releasedKinds(api);
  const entries = exposed(api).map((f) => {
    const kind = releases.get(f.name);
    return `
/** Descriptor of \`${f.name}\`. */
export const ${f.name}: FunctionDescriptor = {
  name: "${f.name}",
  part: ${f.part},
  returns: "${f.returns.kind}",${kind ? `\n  releases: "${kind}",` : ""}
  parameters: [
${f.parameters.map((p) => `    ${parameterDescriptor(f, p, names)},\n`).join("")}  ],
};
`;
  });
  return `// ${generatedBy(api.source)}
import type { FunctionDescriptor } from "../descriptor.js";
${entries.join("")}`;
}

function parameterDescriptor(f: ApiFunction, p: Parameter, names: TypeScriptNames): string {
  const length = p.length === undefined ? undefined : parseLength(p.length);
  const fields: [string, unknown][] = [
    ["name", p.name],
    ["kind", p.kind],
    ["role", parameterRole(p)],
  ];
  const scalar = names.scalar(p.type);
  if (["scalar", "array", "value", "view"].includes(p.kind))
    fields.push(["type", scalar ?? "uint8_t"]);
  if (p.kind === "elements") fields.push(["output", p.direction === "out"]);
  if (p.kind === "bytes" && p.direction !== "in") fields.push(["output", true]);
  if (length) fields.push(["length", length]);
  if (p.handle) fields.push(["handle", p.handle]);
  if (p.kind === "handle" && p.direction === "in" && !f.concurrent)
    fields.push(["exclusive", true]);
  if (p.kind === "handle" && p.direction === "in" && f.alongside) fields.push(["alongside", true]);
  if (p.struct) fields.push(["struct", p.struct]);
  if (p.kind === "callback") fields.push(["callback", p.type.base]);
  if (p.nullable) fields.push(["nullable", true]);
  return `{ ${fields.map(([k, v]) => `${k}: ${literal(v)}`).join(", ")} }`;
}

function literal(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([k, v]) => `${k}: ${literal(v)}`)
    .join(", ")} }`;
}

// --- methods ---

function binding(api: Api): string {
  const names = new TypeScriptNames(api);
  const structs = new Set<string>();
  const handles = new Set<string>();
  const callbacks = new Set<string>();
  for (const f of exposed(api))
    for (const p of f.parameters) {
      if (p.handle) handles.add(names.handle(p.handle));
      if (p.struct && p.struct !== "LPError")
        structs.add(parameterRole(p) === "argument" ? `${p.struct}Input` : p.struct);
      if (p.kind === "callback") callbacks.add(p.type.base);
    }
  const methods = api.functions.map((f) => {
    const prototype = `  // ${prototypeOf(f)}`;
    const reason = notExposed[f.name];
    if (reason !== undefined) return `${prototype}\n  // not exposed: ${reason}`;
    const sync = method(f, names, false);
    return `${prototype}\n${sync}${asynchronous.includes(f.name) ? `\n\n${method(f, names, true)}` : ""}`;
  });
  const sorted = (set: Set<string>): string => [...set].sort().join(", ");
  return `// ${generatedBy(api.source)}
import { BindingRuntime } from "../binding-runtime.js";
import type { ElementArray } from "../element-array.js";
import type { ${sorted(callbacks)} } from "./callbacks.js";
import * as descriptors from "./descriptors.js";
import type { ${sorted(handles)} } from "./handles.js";
import type { ${sorted(structs)} } from "./structs.js";

/**
 * The functions of the header, one method each, under their C names.
 *
 * Arguments stand in C's order. What a function writes is returned: one value
 * as it is, several as an object under their C names. Memory that the library
 * owns is copied out. A failure throws a {@link NativeError}; \`error\`
 * parameters and user pointers are supplied by the binding. Besides the codes
 * named at each method, every method throws
 * \`argument\` (wrong number or type of arguments), \`dtype\` (wrong class of array),
 * \`size\` (wrong length), \`handle\` (a handle of another kind or library),
 * \`disposed\` (a handle that was freed), \`busy\` (a handle that a running call uses; not where
 * the function may be called meanwhile)
 * and \`unavailable\` (the library does not have the function).
 */
export abstract class Binding extends BindingRuntime {
${methods.join("\n\n")}
}
`;
}

function method(f: ApiFunction, names: TypeScriptNames, async: boolean): string {
  const parameters = f.parameters.filter((p) => parameterRole(p) === "argument");
  const results = f.parameters.filter((p) => parameterRole(p) === "result");
  const list = parameters.map((p) => `${p.name}: ${names.argument(p)}`).join(", ");
  let type = "void";
  if (f.returns.kind === "code") type = "number";
  else if (f.returns.kind === "string-view") type = "string";
  else if (results.length === 1 && results[0]) type = names.result(results[0]);
  else if (results.length > 1)
    type = `{ ${results.map((p) => `${p.name}: ${names.result(p)}`).join("; ")} }`;
  const returned = async ? `Promise<${type}>` : type;
  const name = async ? `${f.name}Async` : f.name;
  const call = async ? "callAsync" : "call";
  const body =
    type === "void" && !async
      ? `this.${call}(descriptors.${f.name}, values);`
      : `return this.${call}(descriptors.${f.name}, values) as ${returned};`;
  // The signature is an overload, so that the number of arguments passed can be checked.
  return `${methodDoc(f, parameters, results, async)}
  ${name}(${list}): ${returned};
  ${name}(...values: unknown[]): ${returned} {
    ${body}
  }`;
}

function methodDoc(
  f: ApiFunction,
  parameters: Parameter[],
  results: Parameter[],
  async: boolean,
): string {
  const blocks = [escapeDoc(f.doc)];
  if (async)
    blocks.push(
      `The asynchronous form of {@link Binding.${f.name}}: the work is done off the main thread, and the handles stay busy until it is done.`,
    );
  blocks.push(`Threads: ${escapeDoc(f.thread)}.`);
  for (const p of parameters) {
    const extent = extentOf(p);
    blocks.push(`@param ${p.name} - ${escapeDoc(p.doc)}${extent ? ` (${extent})` : ""}`);
  }
  if (f.returns.kind !== "status") blocks.push(`@returns ${escapeDoc(f.returns.doc)}`);
  else if (results.length === 1 && results[0]) blocks.push(`@returns ${resultDoc(results[0])}`);
  else if (results.length > 1)
    blocks.push(`@returns ${results.map((p) => `\`${p.name}\`: ${resultDoc(p)}`).join(" ")}`);
  for (const e of f.errors)
    blocks.push(
      `@throws {@link NativeError} \`${errorCodeName(e.code)}\`: ${escapeDoc(e.trigger)}`,
    );
  return docComment(blocks, "  ");
}

function resultDoc(p: Parameter): string {
  const text = escapeDoc(p.doc);
  if (p.owner.is === "new") return `${text} Give it back with \`${p.owner.release}\`.`;
  return p.kind === "view" ? `${text} A copy.` : text;
}
