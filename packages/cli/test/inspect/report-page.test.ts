import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, ViewportSize } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenedPage, openPage } from "../fake/browser-page.js";
import { skipChromium, startBrowser } from "../fake/chromium.js";
import { digits } from "../fake/digits-files.js";
import { hostileNames, writeHostileModel } from "../fake/hostile-model.js";
import { runCli } from "../fake/run-cli.js";

let folder: string;
const at = (name: string): string => join(folder, name);

const write = async (model: string, name: string, ...input: string[]): Promise<void> => {
  const words = ["inspect", model, ...input, "--no-time", "--html", at(name)];
  const { code, stderr } = await runCli(words);
  if (code !== 0) throw new Error(stderr);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-page-"));
  writeHostileModel(at("evil"));
  await write(at("evil"), "evil.html");
  await write(digits, "digits.html", "--input", "data=1,1,8,8");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the page of a model whose names are hostile", () => {
  it("has no element and no attribute of theirs in its text", () => {
    const page = readFileSync(at("evil.html"), "utf8");
    const markup = page.slice(0, page.indexOf('<script type="application/json"'));
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    for (const wrong of [/<img/, / on[a-z]+=["'a-z]/]) expect(markup.match(wrong)).toBeNull();
    expect(markup.includes("&lt;/script&gt;&lt;script&gt;")).toBe(true);
  });

  it("has no control characters of theirs on a terminal either", async () => {
    const { stdout } = await runCli(["inspect", at("evil"), "--no-time"]);
    expect(stdout).toContain("()}}��");
    expect(stdout).not.toContain("\u0001");
  });
});

describe("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    if (skipChromium !== undefined) return;
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(({ skip }) => {
    skip(skipChromium !== undefined, skipChromium);
  });

  const open = (name: string, viewport?: ViewportSize): Promise<OpenedPage> =>
    openPage(browser, at(name), viewport === undefined ? {} : { viewport });

  it("runs nothing of hostile names, and shows them as they are", async () => {
    const { page, problems } = await open("evil.html");
    const boxes = page.locator(".node");
    expect(await boxes.count()).toBe(5);
    for (let i = 0; i < 5; i++) {
      await boxes.nth(i).dispatchEvent("click");
      const shown = await page.locator("#details h3").textContent();
      expect(shown).toBe(hostileNames[i] ?? "");
    }
    await page.fill("#search", "<script>");
    expect(await page.locator("#found").textContent()).toBe("2 of 5");
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("script").count()).toBe(2);
    expect(await page.locator("img").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("lets only its own script run", async () => {
    const { page, problems } = await open("digits.html");
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.hacked = 1";
      document.body.append(script);
    });
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(problems.join()).toMatch(/Content Security Policy/);
  });

  it("finds layers: marks them, counts them, goes from one to the next", async () => {
    const { page, problems } = await open("digits.html");
    await page.keyboard.press("/");
    await page.keyboard.type("Conv 32");
    expect(await page.locator("#found").textContent()).toBe("2 of 22");
    expect(await page.locator(".node.hit .name").allTextContents()).toEqual([
      "conv2a_fwd",
      "conv2b_fwd",
    ]);
    expect(await page.locator("#layers tbody tr:visible").count()).toBe(2);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await page.locator("#found").textContent()).toBe("2 of 2");
    expect(await page.locator("#details h3").textContent()).toBe("conv2b_fwd");
    const inView = await page.locator(".node.selected").evaluate((box) => {
      const [a, b] = [box, box.closest("#viewport") as Element].map((e) =>
        e.getBoundingClientRect(),
      ) as [DOMRect, DOMRect];
      return a.top >= b.top && a.bottom <= b.bottom;
    });
    expect(inView).toBe(true);
    await page.fill("#search", "");
    expect(await page.locator(".node.miss, .node.hit").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("shows what a layer is when it is clicked", async () => {
    const { page } = await open("digits.html");
    await page.locator(".node", { hasText: "conv1b_fwd" }).click();
    const text = await page.locator("#details").textContent();
    for (const part of [
      "conv1b_fwd",
      "Convolution 3×3 · 16",
      "2,304 (4.6 %)",
      "589,824 (38.2 %)",
      "1×16×16×16 float32",
      "num_filter",
      "relu1a_fwd",
      "bn1b_fwd",
    ])
      expect(text).toContain(part);
    await page.locator("#details .link", { hasText: "bn1b_fwd" }).click();
    expect(await page.locator("#details h3").textContent()).toBe("bn1b_fwd");
    await page.keyboard.press("Escape");
    expect(await page.locator("#details").isHidden()).toBe(true);
  });

  it("can be walked by keyboard, along the edges", async () => {
    const { page } = await open("digits.html");
    await page.focus("#zoom-fit");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.locator("#details h3").textContent()).toBe("data");
    for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowDown");
    expect(await page.locator("#details h3").textContent()).toBe("bn1a_fwd");
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#details h3").textContent()).toBe("conv1a_fwd");
    await page.keyboard.press("End");
    expect(await page.locator("#details h3").textContent()).toBe("softmax");
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    expect(focused).toBe("softmax: softmax axis -1, output 1×10");
  });

  it("zooms", async () => {
    const { page } = await open("digits.html");
    const width = (): Promise<number> =>
      page.locator("#drawing").evaluate((svg) => svg.getBoundingClientRect().width);
    const before = await width();
    await page.click("#zoom-in");
    expect(await width()).toBeCloseTo(before * 1.3, 0);
    await page.click("#zoom-fit");
    const sizes = await page.evaluate(() =>
      ["#drawing", "#viewport"].map(
        (id) => document.querySelector(id)?.getBoundingClientRect().height,
      ),
    );
    expect(sizes[0]).toBeLessThanOrEqual(sizes[1] ?? 0);
    await page.click("#zoom-width");
    await page.locator("#viewport").hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect.poll(width).toBeGreaterThan(before * 1.2);
  });

  it("sorts the table, and back", async () => {
    const { page } = await open("digits.html");
    const first = (): Promise<string | null> =>
      page.locator("#layers tbody tr td:first-child").first().textContent();
    const heading = page.locator("#layers th button", { hasText: "Parameters" });
    await heading.click();
    expect(await first()).toBe("dense1_fwd");
    expect(await page.locator("th[aria-sort=descending]").textContent()).toBe("Parameters");
    await heading.click();
    await heading.click();
    expect(await first()).toBe("upsample");
  });

  it.each([
    ["digits.html", 390],
    ["digits.html", 1280],
    ["evil.html", 320],
  ])("fits its width: %s at %i", async (name, width) => {
    const { page, problems } = await open(name, { width, height: 800 });
    await page.locator(".node").first().click();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
  });
});
