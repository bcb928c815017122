/**
 * What a toolchain is: a command that works here, or words on what to install.
 * Finding one runs its programs once and caches nothing: callers keep what they get.
 */

import { spawnSync } from "node:child_process";

export interface Found {
  /** The program, and words that go before its arguments. */
  readonly command: readonly string[];
  /** What to add to the environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Missing {
  /** What is missing and what would bring it, as a skipped test says it. */
  readonly missing: string;
}

export type Toolchain = Found | Missing;

/** The first line that a program prints; undefined if it is not there or fails. */
export function firstLine(program: string, ...args: string[]): string | undefined {
  const { status, stdout, error } = spawnSync(program, args, { encoding: "utf8" });
  return error || status !== 0 ? undefined : (stdout.split("\n")[0] ?? "");
}

/** Compares versions such as `1.24` and `1.26.8` number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => text.split(".").map(Number);
  const have = numbers(version);
  for (const [i, wanted] of numbers(least).entries()) {
    const got = have[i] ?? 0;
    if (got !== wanted) {
      return got > wanted;
    }
  }
  return true;
}
