/** Runs `libpredict trim`: opens every model, gathers what they need, writes the header. */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Backend } from "@libpredict/core";
import { chosenBackend } from "../chosen-backend.js";
import { UsageError } from "../command-errors.js";
import type { TrimOptions } from "../command-trim.js";
import { writeAtomically } from "../convert/atomic-file.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { type ModelFiles, openModel } from "../inspect/open-model.js";
import { packageVersion } from "../package-version.js";
import { printJson, printNote } from "../standard-streams.js";
import { configText } from "./config-text.js";
import { joinNeeds, type ModelNeeds, modelNeeds } from "./model-needs.js";
import { parameterKinds } from "./parameter-kinds.js";

/** The body of the command. */
export async function runTrim(
  [sources]: [readonly string[]],
  options: TrimOptions,
): Promise<ExitCode> {
  if (sources.length > 1 && (options.params !== undefined || options.epoch !== undefined))
    throw new UsageError("--params and --epoch are for one model");
  const backend = chosenBackend(options);
  const needs: ModelNeeds[] = [];
  for (const source of sources) needs.push(await needsOf(source, options, backend));
  const models = sources.map((source) => basename(source).replace(/(-symbol)?\.json$/, ""));
  const all = joinNeeds(needs);
  const header = configText({ models, needs: all, keep: options.keep ?? [] }, packageVersion);
  if (options.output !== undefined)
    await writeAtomically(options.output, new TextEncoder().encode(header));
  if (options.json)
    printJson({
      models,
      operators: [...all.operators].sort(),
      activations: [...all.activations].sort(),
      parts: [...new Set([...(options.keep ?? []), ...all.parts])].sort(),
      output: options.output ?? null,
      header,
    });
  else if (options.output === undefined) process.stdout.write(header);
  else printNote(`${options.output}: ${all.operators.size} operators; how to use it is in it`);
  return exitCodes.done;
}

/** Opening a model is the check of it: what the engine cannot run is an error here. */
async function needsOf(source: string, chosen: TrimOptions, backend: Backend): Promise<ModelNeeds> {
  const { model, symbol, files } = await openModel(source, chosen, backend);
  model.dispose();
  if (!files.hasParameters) return modelNeeds(symbol);
  return modelNeeds(symbol, parameterKinds(await readFile(await parameterFile(files))));
}

/** The file that `Model.load` has taken. */
async function parameterFile({ source, paramsFile, epoch }: ModelFiles): Promise<string> {
  if (paramsFile !== undefined) return paramsFile;
  const prefix = source.replace(/(-symbol)?\.json$/, "");
  if (epoch !== undefined) return `${prefix}-${String(epoch).padStart(4, "0")}.params`;
  const start = `${basename(prefix)}-`;
  const epochs = (await readdir(dirname(prefix)))
    .filter((name) => name.startsWith(start) && /^\d{4,}\.params$/.test(name.slice(start.length)))
    .sort(
      (a, b) =>
        Number.parseInt(a.slice(start.length), 10) - Number.parseInt(b.slice(start.length), 10),
    );
  return join(dirname(prefix), epochs.at(-1) ?? `${start}0000.params`);
}
