import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { drawByFinger } from "./fake/finger.js";
import { handStrokes } from "./fake/hand-strokes.js";
import {
  openNetwork,
  openPhone,
  servePage,
  skipPage,
  startBrowser,
  waitForBest,
} from "./fake/phone-page.js";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

let browser: Browser;
beforeAll(async () => {
  if (skipPage === undefined) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(({ skip }) => {
  skip(skipPage !== undefined, skipPage);
});

it("works without a network, and without its server, after the first visit", async () => {
  const host = await servePage();
  const phone = await openPhone(browser, host.url);
  const { page, problems, context } = phone;
  await openNetwork(page);
  await page.waitForFunction(() => document.getElementById("offline")?.textContent !== "");
  await host.close();
  await context.setOffline(true);
  await page.reload();
  expect(await openNetwork(page)).toBe("Handwritten digits");
  for (const { digit, strokes } of handStrokes.slice(2, 4)) {
    await page.tap("#clear");
    await drawByFinger(phone, strokes);
    await waitForBest(page, digit);
  }
  expect(problems).toEqual([]);
  await context.close();
});

it("can be installed", async () => {
  const host = await servePage();
  const { page, problems, context, cdp } = await openPhone(browser, host.url);
  await openNetwork(page);
  const { url, errors, data = "" } = await cdp.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(url).toBe(`${host.url}app.webmanifest`);
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  // What a test opens has a storage of its own, which is like a private window.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  const { icons } = JSON.parse(data) as { icons: { src: string; sizes: string }[] };
  for (const { src, sizes } of icons) {
    const icon = await context.request.get(new URL(src, host.url).href);
    expect(icon.ok(), src).toBe(true);
    // A PNG's header has its width and height.
    if (src.endsWith(".png")) {
      const bytes = await icon.body();
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
  }
  expect(problems).toEqual([]);
  await context.close();
  await host.close();
});

it("keeps every file for offline use, and allows itself nothing else", () => {
  const worker = readFileSync(join(dist, "service-worker.js"), "utf8");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.includes(".") && name !== "service-worker.js",
  );
  expect(files.length).toBeGreaterThan(8);
  for (const name of files) {
    const isListed = ["'", '"', "`"].some((quote) => worker.includes(quote + name + quote));
    expect(isListed, name).toBe(true);
  }
  const page = readFileSync(join(dist, "index.html"), "utf8");
  expect(page).toMatch(
    /Content-Security-Policy.*default-src &#39;none&#39;.*&#39;wasm-unsafe-eval/,
  );
  expect(page.match(/(?:src|href)="(?!\.\/)[^"]*"/g)).toBeNull();
});
