/** Runs a program to its end without blocking the caller's event loop. */

import { spawn } from "node:child_process";

export interface CommandResult {
  /** Exit code; -1 if the program did not start or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** When a program that does not end is ended, in milliseconds; default: 20 minutes. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 20 * 60_000;

/** Never rejects: a program that cannot be started is code -1 with the reason in stderr. */
export function runCommand(
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => {
      texts.stderr += `\n${program} did not end within ${timeoutMs} ms\n`;
      child.kill("SIGKILL");
    }, timeoutMs);
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    const end = (code: number): void => {
      clearTimeout(timer);
      resolve({ ...texts, code });
    };
    child.once("error", (error) => {
      texts.stderr += error.message;
      end(-1);
    });
    child.once("close", (code) => end(code ?? -1));
  });
}

/**
 * Runs a program that builds something.
 *
 * @throws Error with the program's words if it fails
 */
export async function runBuild(command: readonly string[], options: CommandOptions): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, options);
  if (code !== 0) {
    throw new Error(`${command.join(" ")} failed in ${options.cwd}:\n${stdout}${stderr}`);
  }
}
