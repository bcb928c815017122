// publint and "Are the types wrong?" on every packed package.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, test } from "vitest";
import { runProgram } from "../pack-packages.mjs";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { release, skipWasm } from "./packed-release.mjs";

const { packages, home } = release();

test.for(packages)("publint has nothing to say about $name", async ({ tarball, name }, context) => {
  const reason = name === "@libpredict/wasm" ? skipWasm() : undefined;
  context.skip(reason !== undefined, reason);
  const bytes = readFileSync(tarball);
  const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { messages, pkg } = await publint({
    pack: { tarball: /** @type {ArrayBuffer} */ (content) },
    level: "suggestion",
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, /** @type {object} */ (pkg)))).toEqual(
    [],
  );
});

const typed = packages.filter(({ name }) =>
  ["@libpredict/ffi", "@libpredict/core", "@libpredict/wasm"].includes(name),
);

test.each(typed)(
  "the types of $name are right in every mode since Node 16",
  async ({ tarball, name }) => {
    const attw = join(REPOSITORY_ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // The rule knows no require() of ES modules, which every Node that is supported has.
    const untyped = ["./predict.wasm", "./predict-relaxed.wasm", "./libmxnet_predict.js"];
    const options = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
    if (name === "@libpredict/wasm") options.push("--exclude-entrypoints", ...untyped);
    const printed = await runProgram(
      [process.execPath, attw, tarball, ...options, "--no-definitely-typed", "--format", "json"],
      { cwd: home },
    );
    const { analysis, problems } = JSON.parse(printed);
    expect(analysis.types.kind).toBe("included");
    const modes = Object.entries(analysis.entrypoints["."].resolutions);
    expect(modes.map(([mode]) => mode)).toEqual(["node10", "node16-cjs", "node16-esm", "bundler"]);
    for (const [mode, { resolution }] of modes) {
      if (mode !== "node10") expect(resolution.fileName).toMatch(/\.d\.ts$/);
    }
    expect(
      Object.keys(problems).filter((kind) => !/^(?:NoResolution|CJSResolvesToESM)$/.test(kind)),
    ).toEqual([]);
  },
);
