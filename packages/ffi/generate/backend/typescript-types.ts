/** Back end: constants, error codes, structures, handle and callback types for TypeScript. */
import type { Api } from "../api-description.js";
import { errorCodeName } from "./api-index.js";
import { type Backend, generatedBy, type Output } from "./backend.js";
import { docComment, escapeDoc } from "./typescript-doc.js";
import { TypeScriptNames } from "./typescript-names.js";

export const typescriptTypes: Backend = {
  name: "typescript-types",
  generate: (api) => [
    file(api, "ffi/src/gen/constants.ts", constants(api)),
    file(api, "ffi/src/gen/error-codes.ts", errorCodes(api)),
    file(api, "core/src/gen/native-error-codes.ts", errorCodes(api)),
    file(api, "core/src/gen/native-constants.ts", nativeConstants(api)),
    file(api, "ffi/src/gen/structs.ts", structs(api)),
    file(api, "ffi/src/gen/handles.ts", handles(api)),
    file(api, "ffi/src/gen/callbacks.ts", callbacks(api)),
  ],
};

function file(api: Api, path: string, body: string): Output {
  return { path, text: `// ${generatedBy(api.source)}\n${body}` };
}

function constants(api: Api): string {
  const parts = api.enums.map((e) => {
    const members = e.members.map(
      (m) => `${docComment([escapeDoc(m.doc)], "  ")}\n  ${m.name}: ${m.value},\n`,
    );
    return `
${docComment([escapeDoc(e.doc)])}
export const ${e.name} = {
${members.join("")}} as const;
${docComment([`A value of {@link ${e.name}:variable}.`])}
export type ${e.name} = (typeof ${e.name})[keyof typeof ${e.name}];
`;
  });
  return parts.join("");
}

function errorCodes(api: Api): string {
  const codes = api.enums
    .flatMap((e) => e.members)
    .flatMap((m) => {
      const name = errorCodeName(m.name);
      return name ? [{ ...m, code: name }] : [];
    });
  return `
/**
 * What went wrong, as a word: the library's error codes.
 *
${codes.map((c) => ` * - \`${c.code}\`: ${escapeDoc(c.doc)}`).join("\n")}
 */
export type NativeErrorCode =
${codes.map((c) => `  | "${c.code}"`).join("\n")};

/** The word for each number of LPErrorCode that is an error. */
export const nativeErrorCodes: Readonly<Record<number, NativeErrorCode>> = {
${codes.map((c) => `  ${c.value}: "${c.code}",`).join("\n")}
};
`;
}

/** The enumerations that the idiomatic API shows as words. */
function nativeConstants(api: Api): string {
  const words = (enumName: string, prefix: string, typeName: string, mapName: string): string => {
    const found = api.enums.find((e) => e.name === enumName);
    if (!found) throw new Error(`the header has no ${enumName}`);
    const members = found.members.map((m) => ({
      ...m,
      word: m.name.slice(prefix.length).toLowerCase().replaceAll("_", "-"),
    }));
    return `
/**
 * ${escapeDoc(found.doc)}
 *
${members.map((m) => ` * - \`${m.word}\`: ${escapeDoc(m.doc)}`).join("\n")}
 */
export type ${typeName} =
${members.map((m) => `  | "${m.word}"`).join("\n")};

/** The number of each {@link ${typeName}} in the header. */
export const ${mapName} = {
${members.map((m) => `  ${/^\w+$/.test(m.word) ? m.word : `"${m.word}"`}: ${m.value},`).join("\n")}
} as const satisfies Readonly<Record<${typeName}, number>>;
`;
  };
  return (
    words("LPDType", "LP_", "DType", "dtypeCodes") +
    words("LPPass", "LP_PASS_", "PassName", "passBits") +
    words("LPMemoryMode", "LP_MEMORY_", "MemoryMode", "memoryModes")
  );
}

function structs(api: Api): string {
  const names = new TypeScriptNames(api);
  const parts = api.structs.map((s) => {
    const members = s.members.filter((m) => m.name !== "struct_size" && m.name !== "reserved");
    const fields = members.map((m) => {
      const type = m.count !== undefined && m.type === "char" ? "string" : names.number(m.type);
      return `${docComment([escapeDoc(m.doc)], "  ")}\n  readonly ${m.name}: ${type};\n`;
    });
    const layout = s.members.map(
      (m) =>
        `    ${m.name}: { type: "${m.type}", offset: ${m.offset}${m.count === undefined ? "" : `, count: ${m.count}`} },`,
    );
    return `
${docComment([escapeDoc(s.doc)])}
export interface ${s.name} {
${fields.join("")}}
/** {@link ${s.name}} as an argument: what is left out is 0. */
export type ${s.name}Input = Partial<${s.name}>;
/** Where the members of {@link ${s.name}} lie in memory. */
export const ${s.name}Layout = {
  name: "${s.name}",
  sizeBytes: ${s.sizeBytes},
  members: {
${layout.join("\n")}
  },
} as const satisfies StructLayout;
`;
  });
  return `import type { StructLayout } from "../struct-layout.js";
${parts.join("")}
/** Every structure of the header. */
export const structLayouts = {
${api.structs.map((s) => `  ${s.name}: ${s.name}Layout,`).join("\n")}
} as const;
`;
}

function handles(api: Api): string {
  const parts = api.handles.map(
    (h) => `
${docComment([escapeDoc(h.doc), h.release ? `Give it back with \`${h.release}\`.` : "Never owned by the caller; valid during the call that hands it over."])}
export class ${h.name} extends NativeHandle<"${h.kind}"> {
  declare readonly kind: "${h.kind}";
}
`,
  );
  return `import { NativeHandle } from "../native-handle.js";
${parts.join("")}
/** The class of each kind of handle. */
export const handleClasses = {
${api.handles.map((h) => `  ${h.kind}: ${h.name},`).join("\n")}
} as const satisfies Readonly<Record<HandleKind, unknown>>;
/** Kinds of handles. */
export type HandleKind = ${api.handles.map((h) => `"${h.kind}"`).join(" | ")};
`;
}

function callbacks(api: Api): string {
  const names = new TypeScriptNames(api);
  const used = api.callbacks.filter(
    (c) =>
      !c.returns.pointers &&
      c.returns.base === "void" &&
      c.parameters.some((p) => p.type.base === "char"),
  );
  const kindOf = (base: string): string | undefined =>
    api.handles.find((h) => h.name === base)?.kind;
  const imports = new Set<string>();
  const parts = used.map((c) => {
    const shown: string[] = [];
    const kinds = c.parameters.map((p) => {
      const kind = kindOf(p.type.base);
      if (kind) {
        imports.add(names.handle(kind));
        shown.push(`${p.name}: ${names.handle(kind)}`);
        return `{ kind: "handle", handle: "${kind}" }`;
      }
      if (p.type.base === "char") {
        shown.push(`${p.name}: string`);
        return '{ kind: "string" }';
      }
      return '{ kind: "opaque" }';
    });
    return `
${docComment([escapeDoc(c.doc)])}
export type ${c.name} = (${shown.join(", ")}) => void;
/** How {@link ${c.name}} is called from C. */
export const ${c.name}Descriptor: CallbackDescriptor = {
  name: "${c.name}",
  parameters: [${kinds.join(", ")}],
};
`;
  });
  return `import type { CallbackDescriptor } from "../descriptor.js";
import type { ${[...imports].join(", ")} } from "./handles.js";
${parts.join("")}
/** Every callback type that the binding can make. */
export const callbackDescriptors = {
${used.map((c) => `  ${c.name}: ${c.name}Descriptor,`).join("\n")}
} as const;
`;
}
