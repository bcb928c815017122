/**
 * The harnesses of this repository, one for each language, and how each is made ready to run.
 * Owns: what to build and which command starts it; where the toolchains are, `@libpredict/toolchains`
 * knows.
 */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  findCmake,
  findGo,
  findJava,
  findMaven,
  findPython,
  type Missing,
  runBuild,
  type Toolchain,
} from "@libpredict/toolchains";

/** A command that speaks the protocol; the path of a library is added to it. */
export interface ReadyHarness {
  readonly command: readonly string[];
}

export interface LanguageHarness {
  /** As reports call the binding. */
  readonly language: string;
  /** The library that it has inside: the only one it is run with, and no path is given to it. */
  readonly compiledIn?: string;
  /**
   * Builds what is not built yet; once in this process, however often it is called.
   *
   * @throws Error with the compiler's words if the binding does not build
   */
  prepare(): Promise<ReadyHarness | Missing>;
}

const packages = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(packages, "examples");
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Every binding, and last plain calls without a binding: they alone pass stray pointers, which the
 * others refuse before C sees them.
 */
export const languageHarnesses: readonly LanguageHarness[] = describedHarnesses().map(
  (harness) => ({
    ...harness,
    prepare: once(harness.prepare),
  }),
);

/** The function's first result, however often it is called. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function describedHarnesses(): LanguageHarness[] {
  const cppFolder = join(examples, "cpp/build");
  const cpp = cppPrograms(cppFolder);
  const cppProgram = async (name: string): Promise<ReadyHarness | Missing> => {
    const programs = await cpp();
    return "missing" in programs ? programs : { command: [join(cppFolder, name)] };
  };
  return [
    {
      language: "TypeScript",
      prepare: async () => ({ command: [process.execPath, here("../dist/typescript-harness.js")] }),
    },
    {
      language: "TypeScript wasm",
      compiledIn: "libpredict",
      prepare: async () => {
        const missing = missingModule("predict");
        return missing ?? { command: [process.execPath, wasmHarness] };
      },
    },
    {
      language: "Python",
      prepare: () =>
        started(findPython("numpy"), join(examples, "python/harness/python_harness.py")),
    },
    {
      language: "Go",
      prepare: () => {
        const program = join(examples, "go/build/conformance-harness");
        return built(
          findGo(),
          "go",
          ["build", "-o", program, "./cmd/conformance-harness"],
          [program],
        );
      },
    },
    {
      language: "Java",
      prepare: async () => {
        const java = findJava();
        const target = join(examples, "java/target");
        const classPath = ["classes", "test-classes", "harness/gson.jar"]
          .map((name) => join(target, name))
          .join(delimiter);
        return built(
          findMaven(),
          "java",
          ["--quiet", "test-compile"],
          "missing" in java
            ? []
            : [
                ...java.command,
                "--enable-native-access=ALL-UNNAMED",
                // The reference crashes on some cases; the report of it would be left lying about.
                "-XX:ErrorFile=/dev/null",
                "-cp",
                classPath,
                "libpredict.harness.ConformanceHarness",
              ],
        );
      },
    },
    {
      language: "C++",
      prepare: () => cppProgram("conformance-harness"),
    },
    {
      language: "C++ compiled in",
      compiledIn: "libpredict",
      prepare: () => cppProgram("conformance-harness-compiled-in"),
    },
    {
      language: "raw calls",
      prepare: () => started(findPython(), here("../reference/ctypes_harness.py")),
    },
  ];
}

/** Answers with the calls of `@libpredict/wasm`. */
export const wasmHarness = here("../dist/wasm-harness.js");

/** Why a module of `@libpredict/wasm` is not there. */
export function missingModule(name: "predict" | "predict-relaxed"): Missing | undefined {
  return existsSync(join(packages, `wasm/dist/${name}.wasm`))
    ? undefined
    : {
        missing: `${name}.wasm was not built: no compiler for WebAssembly. To run: apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32`,
      };
}

async function started(toolchain: Toolchain, script: string): Promise<ReadyHarness | Missing> {
  return "missing" in toolchain ? toolchain : { command: [...toolchain.command, script] };
}

async function built(
  toolchain: Toolchain,
  folder: string,
  args: readonly string[],
  command: readonly string[],
): Promise<ReadyHarness | Missing> {
  if ("missing" in toolchain) {
    return toolchain;
  }
  const { environment } = toolchain;
  await runBuild([...toolchain.command, ...args], { cwd: join(examples, folder), environment });
  return { command };
}

const cppHarnesses = ["conformance-harness", "conformance-harness-compiled-in"];

/** Builds both C++ harnesses at once: two builds in one folder would disturb each other. */
function cppPrograms(folder: string): () => Promise<ReadyHarness | Missing> {
  return once(async () => {
    const cmake = findCmake();
    const configured = await built(cmake, "cpp", ["-S", ".", "-B", folder], []);
    return "missing" in configured
      ? configured
      : built(cmake, "cpp", ["--build", folder, "--target", ...cppHarnesses], []);
  });
}
