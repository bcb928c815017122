// The programs of the guide and of the README: in Node, and the page in a browser.

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { skipChromium, startBrowser } from "../../cli/test/fake/chromium.js";
import { distFolder, skipModules, skipWith } from "./fake/built-modules.js";
import { modelsFolder } from "./fake/digits.js";
import { serve } from "./fake/static-server.js";
import { open } from "./fake/wasm-page.js";

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const guide = textOf("../../../docs/guides/webassembly.md");
const readme = textOf("../README.md");

function blocks(text: string, language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}(?: no-run)?\n([\\s\\S]*?)\`\`\``, "g");
  return [...text.matchAll(fence)].map(([, code = ""]) => code);
}

describe("in Node", () => {
  skipWith(skipModules);

  it.each([
    ["the guide", guide, /^8\n$/],
    ["the README", readme, /^\[\n {2}\{ index: 8, value: 0\.99\d+ \},(?:\n.*){2}\n\]\n$/],
  ])("the program of %s prints what it should", (_name, text, printed) => {
    const [code = "", ...others] = blocks(text, "ts");
    expect(others).toEqual([]);
    // In this package, which finds itself by its name.
    const file = fileURLToPath(new URL("../build/guide-program.mjs", import.meta.url));
    writeFileSync(file, transformSync(code, { loader: "ts", target: "node20" }).code);
    try {
      const run = spawnSync(process.execPath, [file], { cwd: modelsFolder, encoding: "utf8" });
      expect(run.stderr).toBe("");
      expect(run.stdout).toMatch(printed);
    } finally {
      rmSync(file);
    }
  });
});

const reason = skipModules ?? skipChromium;
it("the page of the guide works", async ({ skip }) => {
  skip(reason !== undefined, reason);
  const [html = "", ...others] = blocks(guide, "html");
  expect(others).toEqual([]);
  const folders = { libpredict: fileURLToPath(distFolder), digits: `${modelsFolder}digits` };
  const server = await serve(folders, (request, response) => {
    if (request.url !== "/") return false;
    response.writeHead(200, { "content-type": "text/html" });
    response.end(html);
    return true;
  });
  const browser = await startBrowser();
  const { page } = await open(browser, `${server.origin}/`);
  await page.waitForFunction("document.title !== ''", undefined, { timeout: 60_000 });
  expect(await page.title()).toBe("8");
  await browser.close();
  await server.close();
});
