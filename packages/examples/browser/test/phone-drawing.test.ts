import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drawByFinger } from "./fake/finger.js";
import { handStrokes } from "./fake/hand-strokes.js";
import {
  type Host,
  openNetwork,
  openPhone,
  type Phone,
  servePage,
  skipPage,
  startBrowser,
  waitForBest,
} from "./fake/phone-page.js";

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

describe("drawing on a phone", () => {
  let phone: Phone;
  beforeAll(async () => {
    if (skipPage !== undefined) return;
    phone = await openPhone(browser, host.url);
    expect(await openNetwork(phone.page)).toBe("Handwritten digits");
  });

  it.each(handStrokes)("reads a $digit", async ({ digit, strokes }) => {
    const { page } = phone;
    await page.tap("#clear");
    await page.waitForFunction(() => document.querySelector(".guess-label")?.textContent === "");
    await drawByFinger(phone, strokes);
    await waitForBest(page, digit);
    expect(await page.locator("#best").textContent()).toBe(digit);
    const shares = await page.locator("#top-five .guess-share").allTextContents();
    expect(shares).toHaveLength(5);
    expect(Number.parseFloat(shares[0] ?? "")).toBeGreaterThan(50);
  });

  it("answers while the finger is still down", async () => {
    const { page, cdp } = phone;
    await page.tap("#clear");
    const box = await page.locator("#pad").boundingBox();
    if (!box) throw new Error("no pad");
    for (let y = 0.2; y < 0.8; y += 0.05)
      await cdp.send("Input.dispatchTouchEvent", {
        type: y === 0.2 ? "touchStart" : "touchMove",
        touchPoints: [{ x: box.x + box.width / 2, y: box.y + box.height * y }],
      });
    await waitForBest(page, "1");
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  });

  it("takes back a stroke, and all of them", async () => {
    const { page } = phone;
    await page.tap("#clear");
    await drawByFinger(phone, [
      [50, 10, 50, 50, 50, 90],
      [20, 50, 50, 50, 80, 50],
    ]);
    await page.tap("#undo");
    await waitForBest(page, "1");
    await page.tap("#undo");
    await waitForBest(page, "");
  });

  it("says the answer once it has settled", async () => {
    const { page } = phone;
    await page.tap("#clear");
    await drawByFinger(phone, handStrokes[3]?.strokes ?? []);
    await page.waitForFunction(() =>
      /^3, \d+ percent$/.test(document.getElementById("spoken")?.textContent ?? ""),
    );
  });

  it("shows time, memory, and what each layer takes", async () => {
    const { page } = phone;
    expect(await page.locator("#time").textContent()).toMatch(/^[\d.]+ m?s$/);
    expect(await page.locator("#network-time").textContent()).toMatch(/^[\d.]+ m?s$/);
    // 50,138 weights of four bytes.
    expect(await page.locator("#weights").textContent()).toBe("201 KB");
    expect(await page.locator("#temporary").textContent()).toMatch(/^[\d.]+ KB$/);
    const rows = page.locator("#layers-rows tr");
    expect(await rows.count()).toBe(6);
    expect(await page.locator("#layers-chart rect").count()).toBe(6);
    // The largest by hand: 16 channels of 16 × 16, each of 16 × 3 × 3 products.
    expect(16 * 16 * 16 * 16 * 9).toBe(589_824);
    const second = await rows.nth(1).allInnerTexts();
    expect(second.join(" ")).toMatch(/conv1b_fwd.*590 k/s);
  });

  it("moves nothing while it answers, and nothing is wider than the screen", async () => {
    const { page, problems } = phone;
    const shift = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as LayoutShift).value;
          }).observe({ type: "layout-shift" });
          setTimeout(() => resolve(sum), 1000);
        }),
    );
    await page.tap("#clear");
    await page.tap("#sample");
    await waitForBest(page, "0");
    expect(await shift).toBe(0);
    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    expect(problems).toEqual([]);
  });
});

/** What Chromium tells of a part that moved. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
}
