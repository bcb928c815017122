/** The arguments of the command. */
import { parseArgs } from "node:util";
import { type ClassifierOptions, type PresetName, presets } from "@libpredict/core";
import { digitsPrefix, digitsRecipe } from "./digits.js";

/** What the server is started with. */
export interface ServerOptions {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Prefix or URL of the model. */
  readonly model: string;
  readonly preset: ClassifierOptions["preset"];
  readonly labels: string | undefined;
  /** Number of predictors; undefined: as many as the machine can use. */
  readonly pool: number | undefined;
  readonly threads: number | undefined;
  readonly maxWaiting: number;
}

/** Arguments that mean nothing; the message says which. */
export class UsageError extends Error {}

const presetNames = ["digits", ...Object.keys(presets)];

export const help = `usage: node dist/main.js [options]

An HTTP server that classifies images. Without a model it serves the digit network.

  --model PREFIX        the model: PREFIX-symbol.json and the newest PREFIX-NNNN.params; or a URL
  --preset NAME         how images are prepared; needed with --model:
                        ${presetNames.join(", ")}
  --labels FILE         names of the classes (synset.txt, JSON, lines); by default their numbers
  --pool N              images that are classified at the same time
  --threads N           threads that one of them may use
  --max-waiting N       requests that may wait beyond those; more get 503 (100)
  --host ADDRESS        where to listen (127.0.0.1)
  --port N              where to listen (8080); 0 takes a free one
  --help                this text

exit codes: 0 ended by SIGTERM or SIGINT and all requests answered, 1 something failed,
2 wrong arguments
`;

/**
 * Reads the arguments.
 *
 * @returns the options, or "help"
 * @throws {@link UsageError} an argument that there is none of, or that cannot be
 */
export function readArguments(args: readonly string[]): ServerOptions | "help" {
  const { values } = parsed(args);
  if (values.help) return "help";
  const preset = values.preset ?? (values.model === undefined ? "digits" : undefined);
  if (preset === undefined)
    throw new UsageError(`--model needs --preset, one of ${presetNames.join(", ")}`);
  if (!presetNames.includes(preset))
    throw new UsageError(`there is no preset "${preset}"; there are ${presetNames.join(", ")}`);
  return {
    host: values.host ?? "127.0.0.1",
    port: wholeNumber("--port", values.port, 0, 65535) ?? 8080,
    model: values.model ?? digitsPrefix,
    preset: preset === "digits" ? digitsRecipe : (preset as PresetName),
    labels: values.labels,
    pool: wholeNumber("--pool", values.pool, 1, 1024),
    threads: wholeNumber("--threads", values.threads, 1, 1024),
    maxWaiting: wholeNumber("--max-waiting", values["max-waiting"], 0, 1_000_000) ?? 100,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        model: text,
        preset: text,
        labels: text,
        pool: text,
        threads: text,
        "max-waiting": text,
        host: text,
        port: text,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new UsageError(`${name} takes a whole number from ${least} to ${most}, not "${text}"`);
  return number;
}
