// @libpredict/wasm as a stranger has it: installed alone, used in Node and from TypeScript.

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../pack-packages.mjs";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { clientEnvironment } from "./pack-and-install.mjs";
import {
  ALL_DIGITS_AGREE,
  digitsPrefix,
  digitsProgram,
  projectFolder,
  release,
  run,
  skipWasm,
} from "./packed-release.mjs";

const reason = skipWasm();

describe("@libpredict/wasm", () => {
  beforeEach(({ skip }) => skip(reason !== undefined, reason));

  const folder = projectFolder("wasm", {}, { withPackages: false });
  beforeAll(async () => {
    if (reason !== undefined) return;
    const { home, registry } = release();
    await runProgram(["npm", "install", "--no-audit", "--no-fund", "@libpredict/wasm"], {
      cwd: folder,
      env: clientEnvironment(home, registry),
    });
  });

  test("brings nothing else", () => {
    const modules = join(folder, "node_modules");
    expect(readdirSync(modules).filter((name) => !name.startsWith("."))).toEqual(["@libpredict"]);
    expect(readdirSync(join(modules, "@libpredict"))).toEqual(["wasm"]);
  });

  test.each(/** @type {const} */ (["import", "require"]))(
    "runs core's program with another name in it, by %s",
    (form) => {
      const file = form === "import" ? "program.mjs" : "program.cjs";
      const code = digitsProgram(form).replaceAll("@libpredict/core", "@libpredict/wasm");
      writeFileSync(join(folder, file), code);
      expect(run(folder, ["node", file, digitsPrefix()])).toBe(ALL_DIGITS_AGREE);
    },
  );

  test.each([
    ["for a page", { module: "preserve", moduleResolution: "bundler", lib: ["es2022", "dom"] }],
    ["for Node", { module: "nodenext", lib: ["es2022", "esnext.disposable"], types: ["node"] }],
  ])("has types that are right by themselves, %s", (_what, options) => {
    const code = `
      import { Classifier, Model, Tensor, wasmBackend, wasmBackendSync } from "@libpredict/wasm";
      import { LPDType, wasmBinding } from "@libpredict/wasm/binding";
      const backend = await wasmBackend({ relaxed: false, signal: AbortSignal.timeout(1000) });
      const model: Model = await Model.load("digits/digits", { backend });
      const code: number = (await wasmBinding()).MXPredGetOutputType.length + LPDType.LP_FLOAT32;
      export { Classifier, code, model, Tensor, wasmBackendSync };
    `;
    writeFileSync(join(folder, "program.ts"), code);
    writeFileSync(
      join(folder, "wrong.ts"),
      `import { Model } from "@libpredict/wasm";\nexport const model: number = await Model.load("x");\n`,
    );
    const configuration = {
      compilerOptions: {
        target: "es2022",
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        skipDefaultLibCheck: true,
        types: [],
        typeRoots: [join(REPOSITORY_ROOT, "node_modules/@types")],
        ...options,
      },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
    const tsc = join(REPOSITORY_ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    expect(stdout).toMatch(/^\S*wrong\.ts\(2,14\): error TS2322: .*\n$/);
  });
});
