// The package in bundles for pages, run in a real browser.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { build, createServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webpack from "webpack";
import { skipChromium, startBrowser } from "../../cli/test/fake/chromium.js";
import { distFolder, skipModules, skipWith } from "./fake/built-modules.js";
import { agreeing, modelsFolder } from "./fake/digits.js";
import { serve } from "./fake/static-server.js";
import { answerOf, digitsCode, images, open } from "./fake/wasm-page.js";

const reason = skipModules ?? skipChromium;

describe("a bundle", () => {
  skipWith(reason);

  const folder = mkdtempSync(join(tmpdir(), "libpredict-vite-"));
  let browser: Browser;
  beforeAll(async () => {
    if (reason !== undefined) return;
    browser = await startBrowser();
    // Installed, not linked: Vite prepares linked packages in another way.
    const installed = join(folder, "node_modules/@libpredict/wasm");
    mkdirSync(installed, { recursive: true });
    cpSync(fileURLToPath(distFolder), join(installed, "dist"), { recursive: true });
    cpSync(fileURLToPath(new URL("../package.json", distFolder)), join(installed, "package.json"));
    cpSync(modelsFolder, join(folder, "public/models"), { recursive: true });
    const files = {
      "index.html":
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
      "page.js": `import { Model } from "@libpredict/wasm";
        ${digitsCode}
        const images = ${JSON.stringify(images)};
        async function inWorker() {
          const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
          const answer = new Promise((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
          });
          worker.postMessage([new URL("models/digits/digits", document.baseURI).href, images]);
          return answer;
        }
        Promise.all([classifyDigits("models/digits/digits", images), inWorker()])
          .then((answers) => { globalThis.answer = answers.flat(); });`,
      "worker.js": `import { Model } from "@libpredict/wasm";
        ${digitsCode}
        onmessage = async ({ data }) => postMessage(await classifyDigits(...data));`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Both the page's answers and the worker's. */
  async function expectRight(url: string | undefined): Promise<void> {
    const { page, problems } = await open(browser, url ?? "");
    const answers = await answerOf(page);
    expect(agreeing(answers.slice(0, 20))).toBe(20);
    expect(agreeing(answers.slice(20))).toBe(20);
    expect(problems).toEqual([]);
    await page.close();
  }
  const common = { root: folder, configFile: false, logLevel: "error" } as const;

  it("of Vite runs in page and worker while it is developed", async () => {
    const server = await createServer({ ...common, server: { port: 0, host: "127.0.0.1" } });
    await server.listen();
    await expectRight(server.resolvedUrls?.local[0]);
    await server.close();
  });

  it("of Vite runs in page and worker when it is built", async () => {
    await build(common);
    const server = await preview({ ...common, preview: { port: 0, host: "127.0.0.1" } });
    await expectRight(server.resolvedUrls?.local[0]);
    await server.close();
  });

  /** Serves the folder as it is, and looks at its page. */
  async function expectRightFiles(output: string): Promise<void> {
    const index =
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
    writeFileSync(join(output, "index.html"), index);
    const server = await serve({ "": output, models: modelsFolder });
    await expectRight(`${server.origin}/`);
    await server.close();
  }

  it("of webpack runs in page and worker, without settings", async () => {
    const output = join(folder, "webpack");
    await new Promise<void>((done, failed) => {
      webpack(
        {
          mode: "production",
          // Takes ten seconds; Vite's is tested above.
          optimization: { minimize: false },
          context: folder,
          entry: "./page.js",
          output: { path: output, filename: "page.js" },
        },
        (error, stats) => {
          const { errors = [] } = stats?.toJson({ all: false, errors: true }) ?? {};
          if (error ?? errors[0]) failed(error ?? new Error(errors[0]?.message));
          else done();
        },
      );
    });
    expect(readdirSync(output).filter((name) => name.endsWith(".wasm"))).not.toEqual([]);
    await expectRightFiles(output);
  });

  it("of esbuild runs with the modules copied beside it", async () => {
    const output = join(folder, "esbuild");
    await esbuild({
      absWorkingDir: folder,
      entryPoints: ["page.js", "worker.js"],
      outdir: output,
      bundle: true,
      format: "esm",
      logLevel: "silent",
    });
    for (const name of ["predict.wasm", "predict-relaxed.wasm"])
      cpSync(fileURLToPath(new URL(name, distFolder)), join(output, name));
    await expectRightFiles(output);
  });
});
