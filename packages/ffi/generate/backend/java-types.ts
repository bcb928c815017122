/** Java types: constants, error codes, structures, handles and callbacks, as the back end writes them. */
import type { Api, ApiCallback, ApiEnum, ApiStruct, StructMember } from "../api-description.js";
import { errorCodeName, parameterRole } from "./api-index.js";
import { generatedBy, type Output } from "./backend.js";
import { escapeJavadoc, javadoc } from "./java-doc.js";
import { notExposed } from "./java-exposure.js";
import { checkedName, JavaNames } from "./java-names.js";

const sources = "examples/java/src/gen/java/libpredict";

/** One generated class in one file. */
export function javaFile(api: Api, packageName: string, name: string, body: string): Output {
  const folder = packageName === "libpredict" ? sources : `${sources}/capi`;
  const text = `// ${generatedBy(api.source)}\npackage ${packageName};\n\n${body}`;
  return { path: `${folder}/${name}.java`, text };
}

/** Constants, error codes, structures, handle and callback types. */
export function javaTypes(api: Api): Output[] {
  return [
    ...api.enums.map((e) => javaFile(api, "libpredict.capi", e.name, constants(e))),
    javaFile(api, "libpredict", "ErrorCode", errorCodes(api)),
    javaFile(api, "libpredict", "DType", numbered(api, "LPDType", "DType", "LP_")),
    javaFile(
      api,
      "libpredict",
      "MemoryMode",
      numbered(api, "LPMemoryMode", "MemoryMode", "LP_MEMORY_"),
    ),
    javaFile(api, "libpredict", "Pass", numbered(api, "LPPass", "Pass", "LP_PASS_")),
    ...api.structs.map((s) => javaFile(api, "libpredict.capi", s.name, struct(s, api))),
    ...api.handles.map((h) => javaFile(api, "libpredict.capi", h.name, handle(h))),
    ...usedCallbacks(api).flatMap((c) => [
      javaFile(api, "libpredict.capi", c.name, callback(c, api)),
      javaFile(api, "libpredict.capi", `${c.name}Stub`, callbackStub(c, api)),
    ]),
  ];
}

// --- enumerations ---

/** The numbers under their C names. */
function constants(e: ApiEnum): string {
  const members = e.members.map(
    (m) =>
      `${javadoc([escapeJavadoc(m.doc)], "  ")}\n  public static final int ${m.name} = ${m.value};\n`,
  );
  return `${javadoc([escapeJavadoc(e.doc)])}
public final class ${e.name} {
${members.join("\n")}
  private ${e.name}() {}
}
`;
}

const bindingCodes: readonly [word: string, doc: string][] = [
  ["disposed", "An object was used after it was closed, or a handle after it was freed."],
  ["busy", "A running call uses the object; or another thread reads an output that would change."],
  ["unavailable", "The library does not have the function."],
  ["load", "No library, or no model, could be loaded."],
  ["unknown", "The call failed, and the library gives no code: it has only MXNet's part."],
];

const constantOf = (word: string): string => word.toUpperCase().replaceAll("-", "_");

function errorCodes(api: Api): string {
  const own = api.enums
    .flatMap((e) => e.members)
    .flatMap((m) => {
      const word = errorCodeName(m.name);
      return word ? [{ word, number: m.value, doc: m.doc }] : [];
    });
  const member = (word: string, number: number, doc: string): string =>
    `${javadoc([escapeJavadoc(doc)], "  ")}\n  ${constantOf(word)}("${word}", ${number})`;
  const members = [
    ...own.map((c) => member(c.word, c.number, c.doc)),
    ...bindingCodes.map(([word, doc]) => member(word, -1, doc)),
  ];
  return `/** What went wrong: the library's error codes, and those that only a binding has. */
public enum ErrorCode {
${members.join(",\n")};

  private static final ErrorCode[] BY_NUMBER = byNumber();
  private final String word;
  private final int number;

  ErrorCode(String word, int number) {
    this.word = word;
    this.number = number;
  }

  /**
   * The code as a word, the same in every language.
   *
   * @return such as {@code shape}
   */
  public String word() {
    return word;
  }

  /**
   * The number in the C header.
   *
   * @return the value of LPErrorCode; -1 for a code that only a binding has
   */
  public int number() {
    return number;
  }

  /**
   * Finds a code by its number.
   *
   * @param number a value of LPErrorCode
   * @return the code; {@link #UNKNOWN} for 0 and for numbers that this version does not know
   */
  public static ErrorCode of(int number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }

  private static ErrorCode[] byNumber() {
    ErrorCode[] codes = new ErrorCode[${Math.max(...own.map((c) => c.number)) + 1}];
    java.util.Arrays.fill(codes, UNKNOWN);
    for (ErrorCode code : values()) {
      if (code.number > 0) {
        codes[code.number] = code;
      }
    }
    return codes;
  }

  @Override
  public String toString() {
    return word;
  }
}
`;
}

/** An enumeration of the header as a Java one. */
function numbered(api: Api, enumName: string, name: string, prefix: string): string {
  const found = api.enums.find((e) => e.name === enumName);
  if (!found) throw new Error(`the header has no ${enumName}`);
  const members = found.members.map((m) => {
    if (!m.name.startsWith(prefix)) throw new Error(`${m.name} does not begin with ${prefix}`);
    return `${javadoc([escapeJavadoc(m.doc)], "  ")}\n  ${m.name.slice(prefix.length)}(${m.value})`;
  });
  return `${javadoc([escapeJavadoc(found.doc)])}
public enum ${name} {
${members.join(",\n")};

  private final int number;

  ${name}(int number) {
    this.number = number;
  }

  /**
   * The number in the C header.
   *
   * @return the value of ${enumName}
   */
  public int number() {
    return number;
  }

  /**
   * Finds one by its number.
   *
   * @param number a value of ${enumName}
   * @return the one of that number
   * @throws PredictException {@code dtype}: there is none
   */
  public static ${name} of(int number) {
    for (${name} one : values()) {
      if (one.number == number) {
        return one;
      }
    }
    throw new PredictException(ErrorCode.DTYPE, "there is no ${enumName} " + number);
  }
}
`;
}

// --- structures ---

const hidden = (m: StructMember): boolean => m.name === "struct_size" || m.name === "reserved";

function struct(s: ApiStruct, api: Api): string {
  const names = new JavaNames(api);
  const members = s.members.filter((m) => !hidden(m));
  const isText = (m: StructMember): boolean => m.count !== undefined && m.type === "char";
  const typeOf = (m: StructMember): string => {
    if (m.count !== undefined && !isText(m)) throw new Error(`${s.name}.${m.name}: an array`);
    return isText(m) ? "String" : names.javaScalar(m.type).seen;
  };
  const read = (m: StructMember): string => {
    if (isText(m)) return `NativeMemory.text(memory.asSlice(${m.offset}, ${m.count}))`;
    const { layout, carrier, seen } = names.javaScalar(m.type);
    const value = `memory.get(${layout}, ${m.offset})`;
    return carrier === "int" && seen === "long" ? `Integer.toUnsignedLong(${value})` : value;
  };
  const write = (m: StructMember): string => {
    const { layout, carrier, seen } = names.javaScalar(m.type);
    const path = `${s.name}.${m.name}`;
    const value =
      carrier === "int" && seen === "long" ? `call.uint32("${path}", ${m.name})` : m.name;
    return `    memory.set(${layout}, ${m.offset}, ${value});\n`;
  };
  const sized = s.members.find((m) => m.name === "struct_size");
  const setSize = sized ? `    memory.set(JAVA_INT, ${sized.offset}, ${s.sizeBytes});\n` : "";
  const writable = members.every((m) => m.count === undefined);
  const layouts = new Set([
    ...(sized ? ["JAVA_INT"] : []),
    ...members.filter((m) => !isText(m)).map((m) => names.javaScalar(m.type).layout),
  ]);
  const writer = writable
    ? `
  /** Writes the structure for the time of a call. */
  MemorySegment write(NativeCall call) {
    MemorySegment memory = allocate(call);
${members.map(write).join("")}    return memory;
  }
`
    : "";
  return `${[...layouts]
    .sort()
    .map((l) => `import static java.lang.foreign.ValueLayout.${l};\n`)
    .join("")}
import java.lang.foreign.MemorySegment;

${javadoc([
  escapeJavadoc(s.doc),
  ...members.map((m) => `@param ${checkedName(m.name)} ${escapeJavadoc(m.doc)}`),
])}
public record ${s.name}(
${members.map((m) => `    ${typeOf(m)} ${m.name}`).join(",\n")}) {
  /** Zeroed memory for the structure${sized ? ", its size filled in" : ""}. */
  static MemorySegment allocate(NativeCall call) {
    MemorySegment memory = call.memory(${s.sizeBytes});
${setSize}    return memory;
  }
${writer}
  static ${s.name} read(MemorySegment memory) {
    return new ${s.name}(
${members.map((m) => `        ${read(m)}`).join(",\n")});
  }
}
`;
}

// --- handles ---

function handle(h: Api["handles"][number]): string {
  const release = h.release
    ? `Give it back with {@link PredictLibrary#${h.release}}.`
    : "Never owned by the caller; valid during the call that hands it over.";
  return `import java.lang.foreign.MemorySegment;

${javadoc([escapeJavadoc(h.doc), release])}
public final class ${h.name} extends NativeHandle {
  ${h.name}(NativeLibrary library, MemorySegment address) {
    super("${h.kind}", library, address);
  }
}
`;
}

// --- callbacks ---

/** The callback types that functions of the binding take. */
export function usedCallbacks(api: Api): ApiCallback[] {
  const taken = new Set(
    api.functions
      .filter((f) => !(f.name in notExposed))
      .flatMap((f) => f.parameters)
      .filter((p) => p.kind === "callback" && parameterRole(p) === "argument")
      .map((p) => p.type.base),
  );
  return api.callbacks.filter((c) => taken.has(c.name));
}

/** What the caller's function sees of a C parameter; undefined for what the binding supplies. */
function callbackParameter(
  c: ApiCallback,
  p: ApiCallback["parameters"][number],
  api: Api,
): { type: string; value: string } | undefined {
  const found = api.handles.find((h) => h.name === p.type.base);
  if (found && p.type.pointers === 0) return { type: found.name, value: `lent_${p.name}` };
  if (p.type.base === "char" && p.type.pointers === 1)
    return { type: "String", value: `NativeMemory.string(${p.name})` };
  if (p.type.base === "void" && p.type.pointers === 1) return undefined;
  throw new Error(`${c.name}: no rule for the parameter ${p.name}`);
}

function callback(c: ApiCallback, api: Api): string {
  if (c.returns.base !== "void" || c.returns.pointers > 0)
    throw new Error(`${c.name}: no rule for a callback that returns something`);
  const shown = c.parameters.flatMap((p) => {
    const seen = callbackParameter(c, p, api);
    return seen ? [{ name: checkedName(p.name), type: seen.type }] : [];
  });
  const doc = [
    "Called by the library; see the type.",
    ...shown.map((p) => `@param ${p.name} the argument {@code ${p.name}} of the C function`),
  ];
  return `${javadoc([
    escapeJavadoc(c.doc),
    "What it throws does not pass through C: the call that is running ends first, then throws it; until then the function is not called again.",
  ])}
@FunctionalInterface
public interface ${c.name} {
${javadoc(doc, "  ")}
  void call(${shown.map((p) => `${p.type} ${p.name}`).join(", ")});
}
`;
}

function callbackStub(c: ApiCallback, api: Api): string {
  const values = c.parameters.flatMap((p) => callbackParameter(c, p, api)?.value ?? []);
  const lent = c.parameters.filter((p) => api.handles.some((h) => h.name === p.type.base));
  return `import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** A {@link ${c.name}} as a C function pointer. */
final class ${c.name}Stub extends CallbackStub {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.ofVoid(${c.parameters.map(() => "ADDRESS").join(", ")});
  private static final MethodHandle RECEIVE =
      receiver(MethodHandles.lookup(), ${c.name}Stub.class, TYPE);

  private final NativeLibrary library;
  private final ${c.name} callback;

  ${c.name}Stub(NativeLibrary library, ${c.name} callback) {
    super(RECEIVE, TYPE);
    this.library = library;
    this.callback = callback;
  }

  /** Called by C. */
  void receive(${c.parameters.map((p) => `MemorySegment ${p.name}`).join(", ")}) {
${lent.map((p) => `    ${p.type.base} lent_${p.name} = new ${p.type.base}(library, ${p.name});\n`).join("")}    guard(() -> callback.call(${values.join(", ")})${lent.map((p) => `, lent_${p.name}`).join("")});
  }
}
`;
}
