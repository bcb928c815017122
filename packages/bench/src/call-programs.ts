/** The programs that measure calls, one for each language, and how each is built. */

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

/** A command that takes the paths of symbol, parameters and library. */
export interface CallProgram {
  readonly language: string;
  readonly ready: { readonly command: readonly string[] } | Missing;
}

const packages = fileURLToPath(new URL("../..", import.meta.url));
const example = (path: string): string => join(packages, "examples", path);

export const typescriptCaller: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL("typescript-calls.js", import.meta.url)),
];

/** @returns the path of the C program, which goes into the folder */
export async function compileCaller(folder: string): Promise<string> {
  const caller = join(folder, "call_overhead");
  const cc = (process.env["CC"] || "cc").split(" ");
  const source = join(packages, "bench/programs/call_overhead.c");
  const include = join(packages, "c-api/include");
  await runBuild([...cc, "-O2", `-I${include}`, source, "-o", caller, "-ldl"], { cwd: packages });
  return caller;
}

/**
 * Builds what is not built yet.
 *
 * @param folder where the C program goes
 * @throws Error with the compiler's words if one does not build
 */
export async function callPrograms(folder: string): Promise<CallProgram[]> {
  const caller = await compileCaller(folder);
  const go = join(folder, "go-calls");
  const java = findJava();
  const python = findPython("numpy");
  return [
    { language: "C", ready: { command: [caller] } },
    {
      language: "C++",
      ready: await ifFound(findCmake(), async ({ command, environment }) => {
        const cwd = example("cpp");
        await runBuild([...command, "-S", ".", "-B", "build"], { cwd, environment });
        await runBuild([...command, "--build", "build", "--target", "call-overhead"], {
          cwd,
          environment,
        });
        return [example("cpp/build/call-overhead")];
      }),
    },
    {
      language: "TypeScript",
      ready: { command: typescriptCaller },
    },
    {
      language: "Java",
      ready: await ifFound(findMaven(), async ({ command, environment }) => {
        const cwd = example("java");
        await runBuild([...command, "--quiet", "test-compile"], { cwd, environment });
        const runner = "missing" in java ? [] : java.command;
        const classes = ["classes", "test-classes"].map((name) => example(`java/target/${name}`));
        return [
          ...runner,
          "--enable-native-access=ALL-UNNAMED",
          "-cp",
          classes.join(delimiter),
          "libpredict.bench.CallOverhead",
        ];
      }),
    },
    {
      language: "Go",
      ready: await ifFound(findGo(), async ({ command, environment }) => {
        const cwd = example("go");
        await runBuild([...command, "build", "-o", go, "./bench"], { cwd, environment });
        return [go];
      }),
    },
    {
      language: "Python",
      ready: await ifFound(python, async ({ command }) => [
        ...command,
        example("python/bench/call_overhead.py"),
      ]),
    },
  ];
}

async function ifFound(
  toolchain: Toolchain,
  make: (found: Exclude<Toolchain, Missing>) => Promise<readonly string[]>,
): Promise<CallProgram["ready"]> {
  return "missing" in toolchain ? toolchain : { command: await make(toolchain) };
}
