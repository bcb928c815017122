/** Back end: the low-level layer of the Java binding: its types, one method per C function, and the method handles by which they are called. */
import type { Api, ApiFunction } from "../api-description.js";
import { prototypeOf, releasedKinds } from "./api-index.js";
import type { Backend } from "./backend.js";
import { wrapWords } from "./doc-text.js";
import { briefFunctions, checkExposure, notExposed } from "./java-exposure.js";
import { JavaMethod } from "./java-method.js";
import { checkedName, JavaNames } from "./java-names.js";
import { javaFile, javaTypes } from "./java-types.js";

export const javaBinding: Backend = {
  name: "java-binding",
  generate: (api) => {
    checkExposure(api);
    const file = (name: string, body: string) => javaFile(api, "libpredict.capi", name, body);
    return [
      ...javaTypes(api),
      file("PredictLibrary", library(api)),
      file("CFunction", functionNames(api)),
      file("Downcalls", downcalls(api)),
    ];
  },
};

const exposed = (api: Api): ApiFunction[] => api.functions.filter((f) => !(f.name in notExposed));

function library(api: Api): string {
  const names = new JavaNames(api);
  const releases = releasedKinds(api);
  const records: string[] = [];
  const methods = api.functions.map((f) => {
    const prototype = wrapWords(prototypeOf(f), 95, "    ")
      .map((line) => `  // ${line}`)
      .join("\n");
    const reason = notExposed[f.name];
    if (reason !== undefined) return `${prototype}\n  // not exposed: ${reason}`;
    const method = new JavaMethod(f, names, releases.get(f.name));
    const record = method.resultRecord();
    if (record) records.push(record);
    return `${prototype}\n${method.text()}`;
  });
  const body = [...records, ...methods].join("\n\n");
  const used = ["ADDRESS", "JAVA_INT", "JAVA_LONG"].filter((l) =>
    new RegExp(`\\b${l}\\b`).test(body),
  );
  return `${used.map((l) => `import static java.lang.foreign.ValueLayout.${l};\n`).join("")}
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import libpredict.PredictException;

/**
 * A loaded library: the functions of the C header, one method each, under their C names.
 *
 * <p>Arguments stand in C's order; user pointers and {@code LPError} structures are supplied. What
 * a function writes is returned: one value as it is, several as a record under their C names.
 * Unsigned 32-bit numbers are {@code long}. Memory that the library owns is copied, but for
 * untyped memory, which is lent as a read-only {@link MemorySegment} that ends in time.
 *
 * <p>Data are {@link MemorySegment}s: {@code MemorySegment.ofArray(floats)},
 * {@code MemorySegment.ofBuffer(buffer)}, or memory off the heap.
 *
 * <p>A failure throws a {@link PredictException}. Besides the codes named at each method, every
 * method throws {@code argument} (null, a number out of range, memory that cannot be used),
 * {@code dtype} (an array of another element type), {@code size} (another length), {@code handle}
 * (null, or a handle of another library), {@code disposed} (a handle that was freed), {@code busy}
 * (a handle that a running call uses, or lent memory that is being used) and {@code unavailable}
 * (the library does not have the function).
 *
 * @see LibraryLoader
 */
public final class PredictLibrary extends NativeLibrary {
  PredictLibrary(SymbolLookup symbols, String path) {
    super(symbols, path);
  }

${body}
}
`;
}

/** The functions by number, so that their addresses can stand in an array. */
function functionNames(api: Api): string {
  const members = exposed(api).map((f) => `  ${checkedName(f.name)}(${f.part})`);
  return `/** The functions of the header that the binding has, and in which part they stand. */
enum CFunction {
${members.join(",\n")};

  /** 1: MXNet's predict API. 2: additions of libpredict, which a library may lack. */
  final int part;

  CFunction(int part) {
    this.part = part;
  }
}
`;
}

function downcalls(api: Api): string {
  const names = new JavaNames(api);
  const used = new Set<string>();
  const layout = (name: string): string => {
    used.add(name);
    return name;
  };
  const classes = exposed(api).map((f) => {
    const returned = layout(f.returns.kind === "string-view" ? "ADDRESS" : "JAVA_INT");
    const types = [returned, ...f.parameters.map((p) => layout(names.layout(p)))].join(
      ",\n            ",
    );
    const inPlace = briefFunctions.includes(f.name)
      ? `\n    /** Takes heap arrays where they lie. */\n    static final MethodHandle IN_PLACE =\n        inPlace(${types});`
      : "";
    return `  /** {@code ${f.name}}. */
  static final class ${f.name} {
    static final MethodHandle HANDLE =
        downcall(${types});${inPlace}

    private ${f.name}() {}
  }`;
  });
  return `${[...used]
    .sort()
    .map((l) => `import static java.lang.foreign.ValueLayout.${l};\n`)
    .join("")}
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * How each function is called. The address comes as the first argument, so that a handle serves
 * every library; each has a class of its own, so that it is made when it is first used.
 */
@SuppressWarnings("restricted")
final class Downcalls {
  private Downcalls() {}

  private static MethodHandle downcall(MemoryLayout returned, MemoryLayout... parameters) {
    return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(returned, parameters));
  }

  private static MethodHandle inPlace(MemoryLayout returned, MemoryLayout... parameters) {
    return Linker.nativeLinker()
        .downcallHandle(FunctionDescriptor.of(returned, parameters), Linker.Option.critical(true));
  }

${classes.join("\n\n")}
}
`;
}
