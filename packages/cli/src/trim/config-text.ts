/** The text of `predict_config.h`. */
import { visibleText } from "../visible-text.js";
import type { ModelNeeds } from "./model-needs.js";
import { type Part, parts } from "./parts.js";

/** What a header is made for. */
export interface TrimmedLibrary {
  /** Names of the models, without folders. */
  readonly models: readonly string[];
  readonly needs: ModelNeeds;
  /** Parts beyond what the models need. */
  readonly keep: readonly Part[];
}

/** The version of the command goes into the header, for the sources have to be of the same. */
export function configText({ models, needs, keep }: TrimmedLibrary, version: string): string {
  const operators = [...needs.operators].sort();
  const kept = new Set<Part>([...keep, ...needs.parts]);
  const activations = [...needs.activations].sort().map((name) => `1u << LP_ACTIVATE_${name}`);
  const threads = kept.has("threads") ? " -pthread" : "";
  return `/*
 * predict_config.h - what libpredict ${version} has to have for
${models.map((name) => ` *   ${commentText(name)}`).join("\n")}
 * and nothing else. Made by: libpredict trim
 *
 * Beside predict.c and c_predict_api.h:
 *   cc -Os -DLP_MINIMAL -c predict.c
 *   cc program.c predict.o -lm${threads}
 * or, as a shared library,
 *   cc -Os -DLP_MINIMAL -shared -fPIC -s predict.c -o libpredict.so -lm${threads}
 * On Linux it is smaller still with
 *   -fno-asynchronous-unwind-tables -Wl,-z,noseparate-code -Wl,-z,norelro
 * and, where glibc is 2.36 or newer, with -Wl,-z,pack-relative-relocs.
 *
 * The file under another name: -DLP_CONFIG_FILE='"that_name.h"'.
 */
#define LP_CONFIG_OPERATORS(X)${operators.map((name) => ` \\\n  X(${name})`).join("")}
#define LP_CONFIG_NAMES "${operators.join(", ")}"
#define LP_CONFIG_ACTIVATIONS (${activations.join(" | ") || "0u"})

${parts.map((part) => partText(part.name, part.keeps, part.macros, kept.has(part.name))).join("\n")}`;
}

/** A name that does not end the comment. */
function commentText(name: string): string {
  return visibleText(name).replaceAll("*/", "* /");
}

function partText(name: Part, keeps: string, macros: readonly string[], isKept: boolean): string {
  const lines =
    name === "threads"
      ? isKept
        ? []
        : ["#ifndef LP_NO_THREADS", "#define LP_NO_THREADS 1", "#endif"]
      : macros.map((macro) => `#define ${macro} ${isKept ? 1 : 0}`);
  return `/* ${name}: ${keeps}; ${isKept ? "kept" : "left out"} */\n${lines.map((line) => `${line}\n`).join("")}`;
}
