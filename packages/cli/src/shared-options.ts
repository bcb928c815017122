/** Options that several commands have, with one meaning everywhere. */
import type { MemoryMode } from "@libpredict/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { collectInputArgument, type InputArgument } from "./predict/input-argument.js";

/** `--library`. */
export interface LibraryOption {
  readonly library?: string;
}

/** `--input`. */
export interface InputsOption {
  readonly input?: readonly InputArgument[];
}

/** `--json`. */
export interface JsonOption {
  readonly json?: boolean;
}

/** `--threads`. */
export interface ThreadsOption {
  readonly threads?: number;
}

/** `--memory`. */
export interface MemoryOption {
  readonly memory?: MemoryMode;
}

/** Adds `--library FILE`. */
export function withLibrary(command: Command): Command {
  return command.option(
    "--library <file>",
    "engine to use: a library file or its folder (default: see doctor)",
  );
}

/** Adds `--input NAME=SHAPE`, for commands that `prepareModel`. */
export function withInputs(command: Command): Command {
  return command.option(
    "--input <name=shape>",
    "shape of an input (data=1,3,224,224), or an array for it (data=x.npy); repeatable",
    collectInputArgument,
  );
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option("--json", "write one JSON document to standard output");
}

/** Adds `--params FILE` and `--epoch N`, for commands that `openModel`. */
export function withParameters(command: Command): Command {
  return command
    .option("--params <file>", "file of parameters (default: the last epoch's, beside the graph)")
    .option("--epoch <n>", "take the parameters of this epoch", wholeNumber(0, 1e9));
}

/** Adds `--threads N`. */
export function withThreads(command: Command): Command {
  return command.option(
    "--threads <n>",
    "threads for one run (default: the processors it may use)",
    wholeNumber(1, 256),
  );
}

const memoryModes: readonly MemoryMode[] = ["fast", "lean"];

/** Adds `--memory MODE`. */
export function withMemory(command: Command): Command {
  return command.addOption(
    new Option(
      "--memory <mode>",
      "save time, or memory for slower convolutions (default: fast)",
    ).choices(memoryModes),
  );
}

/** Reads an option's value as a whole number of a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It is not a whole number from ${min} to ${max}.`);
    return value;
  };
}
