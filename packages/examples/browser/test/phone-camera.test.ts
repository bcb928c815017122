import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { writeFilm } from "./fake/film.js";
import {
  type Host,
  openNetwork,
  openPhone,
  servePage,
  skipPage,
  startBrowser,
  waitForBest,
} from "./fake/phone-page.js";

let folder: string;
let browser: Browser;
let host: Host;
beforeAll(async () => {
  if (skipPage !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), "libpredict-camera-"));
  const film = join(folder, "two.y4m");
  // A 2 in thick pencil on gray paper, in the middle of the square that is looked at.
  await writeFilm(
    film,
    `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
      <rect width="640" height="480" fill="#d8d8d8"/>
      <path d="M250 150 C270 60 390 70 380 160 C375 220 280 290 250 370 L390 370" fill="none" stroke="#303030" stroke-width="26" stroke-linecap="round"/>
    </svg>`,
  );
  [browser, host] = await Promise.all([
    startBrowser("--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`),
    servePage(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(({ skip }) => {
  skip(skipPage !== undefined, skipPage);
});

/** Has the page believe that it is looked at, or not. */
const setHidden = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

const isLive = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { srcObject } = document.getElementById("camera-view") as HTMLVideoElement;
    return srcObject instanceof MediaStream && srcObject.active;
  });

it("reads what the camera sees, and stops it when it is not looked at", async () => {
  const { page, problems, context } = await openPhone(browser, host.url, {
    permissions: ["camera"],
  });
  await openNetwork(page);
  await page.tap("#camera-button");
  await waitForBest(page, "2");
  expect(await isLive(page)).toBe(true);
  // The page goes on smoothly meanwhile: frames are drawn, none is late by as much as a second.
  const longest = await page.evaluate(async () => {
    let [last, most] = [performance.now(), 0];
    for (let frame = 0; frame < 30; frame++) {
      await new Promise(requestAnimationFrame);
      most = Math.max(most, performance.now() - last);
      last = performance.now();
    }
    return most;
  });
  expect(longest).toBeLessThan(1000);
  await page.tap("#hold-camera");
  const isPaused = (): Promise<boolean> =>
    page.evaluate(() => (document.getElementById("camera-view") as HTMLVideoElement).paused);
  expect(await isPaused()).toBe(true);
  expect(await page.locator("#best").textContent()).toBe("2");
  await page.tap("#hold-camera");
  expect(await isPaused()).toBe(false);
  await setHidden(page, true);
  expect(await isLive(page)).toBe(false);
  await setHidden(page, false);
  await waitForBest(page, "2");
  // The browser has one camera only, so that there is nothing to turn; now as if there were two.
  await page.waitForSelector("#turn-camera", { state: "hidden" });
  await page.evaluate(async () => {
    const all = await navigator.mediaDevices.enumerateDevices();
    navigator.mediaDevices.enumerateDevices = async () => [...all, ...all];
  });
  await page.tap("#camera-button");
  await page.tap("#turn-camera");
  await page.waitForSelector("#camera-view.mirrored");
  await page.tap("nav [data-source=draw]");
  expect(await isLive(page)).toBe(false);
  expect(await page.locator("#best").textContent()).toBe("");
  expect(problems).toEqual([]);
  await context.close();
});

it("says what to do where the camera is not allowed", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  const root = await browser.newBrowserCDPSession();
  const { targetInfos } = await root.send("Target.getTargets");
  const { browserContextId } = targetInfos.find(({ url }) => url === host.url) ?? {};
  await root.send("Browser.setPermission", {
    permission: { name: "camera" },
    setting: "denied",
    origin: new URL(host.url).origin,
    ...(browserContextId === undefined ? {} : { browserContextId }),
  });
  await page.tap("#camera-button");
  await page.waitForSelector("#notice:not([hidden])");
  expect(await page.locator("#notice").textContent()).toMatch(/camera is blocked. Allow it/);
  expect(await page.locator("nav [aria-pressed=true]").textContent()).toBe("Draw");
  await page.tap("#notice-close");
  await page.tap("#sample");
  await waitForBest(page, "0");
  expect(problems).toEqual([]);
  await context.close();
});

it("has no camera button where there is no camera", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await page.addInitScript(() => {
    navigator.mediaDevices.enumerateDevices = async () => [];
  });
  await page.reload();
  await openNetwork(page);
  await page.waitForSelector("#camera-button", { state: "hidden" });
  expect(problems).toEqual([]);
  await context.close();
});
