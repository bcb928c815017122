/** Runs the real command in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The file behind the command's name. */
export const bin: string = fileURLToPath(new URL("../../bin/libpredict.js", import.meta.url));

/** How a process ended. */
export interface CliResult {
  /** As a shell shows it: 130 also where SIGINT ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface CliOptions {
  /** What standard input gives; nothing by default. */
  readonly input?: Uint8Array;
  /** Added to an environment without variables that change the output. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The environment of the tests without what changes the output. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const {
    NO_COLOR: _a,
    FORCE_COLOR: _b,
    LIBPREDICT_PATH: _c,
    LIBPREDICT_ISA: _d,
    LIBPREDICT_NUM_THREADS: _e,
    UV_THREADPOOL_SIZE: _f,
    ...env
  } = process.env;
  return env;
}

/** Starts the command; its standard input is open. */
export function startCli(arguments_: readonly string[], options: CliOptions = {}): ChildProcess {
  return spawn(process.execPath, [bin, ...arguments_], {
    cwd: options.cwd,
    env: { ...plainEnvironment(), ...options.env },
    stdio: "pipe",
  });
}

/** Waits for a process to end. */
export function endOf(child: ChildProcess): Promise<CliResult> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: signal === "SIGINT" ? 130 : code, stdout, stderr }),
    );
  });
}

/** Runs the command to its end. */
export function runCli(
  arguments_: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const child = startCli(arguments_, options);
  const end = endOf(child);
  // The command may end before it has read everything.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input);
  return end;
}

/** Runs a command that succeeds, and reads its JSON document. */
export async function runJson(
  arguments_: readonly string[],
  options: CliOptions = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli([...arguments_, "--json"], options);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
