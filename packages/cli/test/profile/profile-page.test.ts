import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProfileReport } from "../../src/profile/profile-report.js";
import { openPage } from "../fake/browser-page.js";
import { skipChromium, startBrowser } from "../fake/chromium.js";
import { digits } from "../fake/digits-files.js";
import { hostileNames, writeHostileModel } from "../fake/hostile-model.js";
import { runCli } from "../fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const reports = new Map<string, ProfileReport>();

const write = async (model: string, name: string, ...words: string[]): Promise<void> => {
  const all = ["profile", model, ...words, "--runs", "5", "--html", at(name), "--json"];
  const { code, stdout, stderr } = await runCli(all);
  if (code !== 0) throw new Error(stderr);
  reports.set(name, JSON.parse(stdout) as ProfileReport);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-profile-page-"));
  writeHostileModel(at("evil"));
  await write(at("evil"), "evil.html");
  await write(digits, "digits.html", "--input", "data=1,1,8,8");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the page of a profile", () => {
  it.each(["evil.html", "digits.html"])("loads nothing and has no script: %s", (name) => {
    const page = readFileSync(at(name), "utf8");
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page.match(/<(script|img|iframe|object|embed|base|form)/i)).toBeNull();
    expect(page.match(/ on[a-z]+=["'a-z]/)).toBeNull();
    expect(page.match(/<[^>]* (src|href)="(?!data:)|url\(|@import/)).toBeNull();
    expect(page.includes("default-src &#39;none&#39;")).toBe(true);
    expect(page.includes("script-src &#39;none&#39;")).toBe(true);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<title>/g)).toHaveLength(
      1 + (page.match(/<rect[^>]*><title>/g)?.length ?? 0),
    );
  });

  it("closes every element that it opens", () => {
    const page = readFileSync(at("digits.html"), "utf8");
    const open: string[] = [];
    for (const [, close, name = "", rest = ""] of page.matchAll(
      /<(\/?)([a-z][a-z0-9]*)([^>]*)>/gi,
    )) {
      if (/^(meta|link)$/.test(name) || rest.endsWith("/")) continue;
      if (close === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe("the page of a profile in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    if (skipChromium === undefined) browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(({ skip }) => {
    skip(skipChromium !== undefined, skipChromium);
  });

  it("shows hostile names as they are", async () => {
    const { page, problems } = await openPage(browser, at("evil.html"));
    const nodes = reports.get("evil.html")?.nodes ?? [];
    const shown = await page.locator("#nodes tbody td:first-child").allTextContents();
    // Characters that HTML does not allow are replaced.
    expect(shown).toEqual(nodes.map((node) => node.name.replace("\u0001", "\ufffd")));
    expect(hostileNames.some((name) => shown.includes(name.replace("\u0001", "\ufffd")))).toBe(
      true,
    );
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it("has a row and a bar for every node, as long as its time", async () => {
    const { page, problems } = await openPage(browser, at("digits.html"));
    const { nodes, operators, algorithms } = reports.get("digits.html") as ProfileReport;
    expect(await page.locator("#nodes tbody tr").count()).toBe(nodes.length);
    expect(await page.locator("#operators tbody tr").count()).toBe(operators.length);
    expect(await page.locator("#algorithms tbody tr").count()).toBe(algorithms.length);
    expect(await page.locator("svg.bar rect").count()).toBe(nodes.length);
    const widths = await page
      .locator(".chart .fill")
      .evaluateAll((bars) =>
        bars.map((bar) => [
          bar.getBoundingClientRect().width,
          bar.parentElement?.getBoundingClientRect().width ?? 0,
        ]),
      );
    expect(widths).toHaveLength(nodes.length);
    const most = Math.max(...nodes.map((node) => node.meanMs));
    widths.forEach(([bar = 0, track = 0], i) => {
      const expected = (track * (nodes[i]?.meanMs ?? 0)) / most;
      expect(Math.abs(bar - Math.max(1, expected))).toBeLessThan(1);
    });
    expect(problems).toEqual([]);
  });

  it.each([
    ["digits.html", 360, "light"],
    ["digits.html", 360, "dark"],
    ["digits.html", 1280, "light"],
    ["evil.html", 320, "dark"],
  ] as const)("fits its width: %s at %i, %s", async (name, width, colorScheme) => {
    const viewport = { width, height: 800 };
    const { page, problems } = await openPage(browser, at(name), { viewport, colorScheme });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red = 0] = back.match(/\d+/g)?.map(Number) ?? [];
    expect(red > 128 ? "light" : "dark").toBe(colorScheme);
    expect(problems).toEqual([]);
  });
});
