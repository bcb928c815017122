/**
 * Every process that the bench starts, so that none outlives it. Each leads a group of its own: what it
 * starts itself ends with it.
 */

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const running = new Set<ChildProcess>();

export function startChild(command: readonly string[], options: SpawnOptions): ChildProcess {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { ...options, detached: true });
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

export function killChild(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // a system without process groups
  }
}

export function killAllChildren(): void {
  for (const child of running) killChild(child);
}

export interface Finished {
  /** Exit code; -1 for a program that did not start or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; one that takes longer than the timeout is ended. */
export function runChild(
  command: readonly string[],
  options: { readonly timeoutMs: number; readonly environment?: Readonly<Record<string, string>> },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = startChild(command, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.environment },
    });
    const texts = { stdout: "", stderr: "" };
    const timer = setTimeout(() => {
      texts.stderr += `\nnot done within ${options.timeoutMs / 1000} s`;
      killChild(child);
    }, options.timeoutMs);
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    const end = (code: number | null): void => {
      clearTimeout(timer);
      resolve({ ...texts, code: code ?? -1 });
    };
    child.once("error", (error) => {
      texts.stderr += error.message;
      end(-1);
    });
    child.once("close", end);
  });
}
