/**
 * Back end: the header that C++ programs include, made of the generated parts and of those written
 * by hand. Each part is a header too, for editors; here their guards and the lines by which they
 * include each other go, and what they include of the standard library stands once, on top.
 */

/** A part: its file below `examples/cpp`, and its text. */
export interface HeaderPart {
  readonly file: string;
  readonly text: string;
}

/** The parts, each behind those it uses. */
export const partOrder: readonly string[] = [
  "gen/error_codes.hpp",
  "src/result.hpp",
  "src/span.hpp",
  "gen/constants.hpp",
  "src/elements.hpp",
  "src/arguments.hpp",
  "src/owned.hpp",
  "gen/functions.hpp",
  "src/handle.hpp",
  "gen/handles.hpp",
  "src/call.hpp",
  "src/handle_use.hpp",
  "src/monitor.hpp",
  "src/tensor_types.hpp",
  "gen/structs.hpp",
  "gen/api.hpp",
  "src/loaded_libraries.hpp",
  "src/library.hpp",
  "src/tensor.hpp",
  "src/model_files.hpp",
  "src/predictor_state.hpp",
  "src/predictor.hpp",
  "src/model.hpp",
  "src/ndarrays.hpp",
];

const banner = `
/**
 * @file
 * libpredict for C++17: runs trained Apache MXNet networks. Needs nothing beside it but
 * c_predict_api.h.
 *
 * \`libpredict::Model\`, \`Predictor\` and \`Tensor\` are what programs use; \`libpredict::capi::Api\` has
 * every function of the C header under its name. Functions return \`libpredict::Result\`: nothing
 * needs exceptions or RTTI.
 *
 * Macros that a program may define, for all of its files alike:
 *   LIBPREDICT_LINKED             the program is linked with the library; with LP_STATIC it is
 *                                 compiled in (predict.c). Else it is loaded at run time.
 *   LIBPREDICT_WORKSPACE_LIBRARY  path of a library, a string: the last place of the look-up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
`;

/** Puts the parts together. @throws if one includes a part that does not stand before it */
export function singleHeader(parts: readonly HeaderPart[], generated: string): string {
  const standard = new Set<string>();
  const placed = new Set<string>();
  const sections = parts.map(({ file, text }) => {
    const lines: string[] = [];
    let conditional = 0;
    for (const line of text.split("\n")) {
      if (/^#if/.test(line)) conditional++;
      if (/^#endif/.test(line)) conditional--;
      const own = /^#include "(?:\.\.\/)?(?:\w+\/)?(\w+\.hpp)"/.exec(line)?.[1];
      if (own !== undefined && !placed.has(own))
        throw new Error(`${file} includes ${own}, which stands behind it`);
      const system = conditional === 0 ? /^#include (<.+>)/.exec(line)?.[1] : undefined;
      if (system !== undefined) standard.add(system);
      const dropped =
        own !== undefined ||
        system !== undefined ||
        line === "#pragma once" ||
        line === '#include "c_predict_api.h"' ||
        /^\/\/ @generated/.test(line);
      if (!dropped) lines.push(line.replace(/^ \* @file$/, ` * ${file}`));
    }
    placed.add(file.replace(/^.*\//, ""));
    const body = lines
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    const head = body.startsWith(`/**\n * ${file}`) ? "" : `/* ${file} */\n\n`;
    return `${head}${body.replace(/^\/\*\*\n/, "/*\n")}\n`;
  });
  const includes = [...standard].sort().map((name) => `#include ${name}\n`);
  return `// ${generated}${banner}#ifndef LIBPREDICT_HPP_
#define LIBPREDICT_HPP_

${includes.join("")}
#include "c_predict_api.h"

${sections.join("\n")}
#endif // LIBPREDICT_HPP_
`;
}
