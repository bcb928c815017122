import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dropFiles } from "./fake/give-files.js";
import {
  type Host,
  openNetwork,
  openPhone,
  servePage,
  skipPage,
  startBrowser,
  waitForBest,
} from "./fake/phone-page.js";
import { colourNetwork } from "./fake/small-networks.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let host: Host;
beforeAll(async () => {
  if (skipPage !== undefined) return;
  [browser, host] = await Promise.all([startBrowser(), servePage()]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});
beforeEach(({ skip }) => {
  skip(skipPage !== undefined, skipPage);
});

/** What axe finds wrong on the page as it is. */
async function violations(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`${axe}; axe.run()`)) as AxeResults;
  expect(found.passes.length).toBeGreaterThan(10);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}

describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
  it("has nothing that axe finds wrong: page, message, sheet, settings", async () => {
    const { page, problems, context } = await openPhone(browser, host.url, {
      colorScheme,
      slowness: 1,
    });
    await openNetwork(page);
    await page.tap("#sample");
    await waitForBest(page, "0");
    expect(await violations(page)).toEqual([]);
    const { symbol, params } = colourNetwork();
    await dropFiles(page, symbol, { ...params, content: "damaged" });
    await page.waitForSelector("#notice:not([hidden])");
    expect(await violations(page)).toEqual([]);
    await dropFiles(page, params);
    await page.waitForFunction(
      () => document.getElementById("model-name")?.textContent === "colours",
    );
    await page.tap("#network-button");
    expect(await violations(page)).toEqual([]);
    const red = await page.evaluate(() =>
      Number(getComputedStyle(document.documentElement).backgroundColor.match(/\d+/)?.[0]),
    );
    expect(red > 128 ? "light" : "dark").toBe(colorScheme);
    expect(problems).toEqual([]);
    await context.close();
  });
});

/** What has the focus: its text, or its name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });

it("can be used by keyboard alone, and shows where the focus is", async () => {
  const { page, problems, context } = await openPhone(browser, host.url, {
    viewport: { width: 1280, height: 800 },
    isMobile: false,
    hasTouch: false,
  });
  await openNetwork(page);
  const order: string[] = [];
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
    const outline = await page.evaluate(() =>
      document.activeElement ? getComputedStyle(document.activeElement).outlineStyle : "none",
    );
    expect(outline, order.at(-1)).not.toBe("none");
  }
  expect(order.map((name) => name.replace(/\s+/g, " "))).toEqual([
    "Network: Handwritten digits",
    "Sample",
    "Undo",
    "Clear",
    "Draw",
    "Picture",
    "Network",
    "As a table",
  ]);
  await page.focus("#sample");
  await page.keyboard.press("Enter");
  await waitForBest(page, "0");
  await page.keyboard.press("Space");
  await waitForBest(page, "1");
  await page.waitForFunction(() =>
    document.getElementById("spoken")?.textContent?.startsWith("1, "),
  );
  await page.focus("#network-button");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.closest("dialog")?.id)).toBe("sheet");
  await page.keyboard.press("Escape");
  expect(await focused(page)).toBe("Network");
  const chooser = page.waitForEvent("filechooser");
  await page.focus("nav [data-source=picture]");
  await page.keyboard.press("Enter");
  expect((await chooser).isMultiple()).toBe(false);
  expect(problems).toEqual([]);
  await context.close();
});
