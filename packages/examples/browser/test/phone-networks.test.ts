import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drawByFinger } from "./fake/finger.js";
import { chooseFiles, dropFiles } from "./fake/give-files.js";
import {
  type Host,
  openNetwork,
  openPhone,
  servePage,
  skipPage,
  startBrowser,
  waitForBest,
} from "./fake/phone-page.js";
import {
  colourNetwork,
  colourWeight,
  type NamedFile,
  oddNetwork,
  slowNetwork,
  strangeNetwork,
} from "./fake/small-networks.js";

let browser: Browser;
let host: Host;
let colours: Readonly<Record<"red" | "blue", NamedFile>>;
beforeAll(async () => {
  if (skipPage !== undefined) return;
  const plain = async (name: string): Promise<NamedFile> => ({
    name: `${name}.png`,
    content: await sharp({ create: { width: 40, height: 30, channels: 3, background: name } })
      .png()
      .toBuffer(),
  });
  colours = { red: await plain("red"), blue: await plain("blue") };
  [browser, host] = await Promise.all([startBrowser(), servePage()]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});
beforeEach(({ skip }) => {
  skip(skipPage !== undefined, skipPage);
});

const { symbol, params } = colourNetwork();
const labels: NamedFile = { name: "labels.txt", content: "red\ngreen\nblue\n" };
const synset: NamedFile = {
  name: "synset.txt",
  content: "n00000001 cherry, red fruit\nn00000002 leaf\nn00000003 sky\n",
};
const damaged: NamedFile = { ...params, content: params.content.slice(0, 60) };

/** The share of the first of three logits, in per cent with one digit, as shown. */
function firstShare(...values: readonly [number, number, number]): string {
  const powers = values.map((value) => Math.exp(colourWeight * value));
  return `${((100 * (powers[0] ?? 0)) / powers.reduce((a, b) => a + b, 0)).toFixed(1)} %`;
}

const bestShare = (page: Page): Promise<string | null> =>
  page.locator("#top-five .guess-share").first().textContent();
const notice = (page: Page): Promise<string | null> => page.locator("#notice").textContent();

it("reads pictures with a network that is dropped with its labels", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  await dropFiles(page, symbol, params, labels);
  await page.waitForFunction(
    () => document.getElementById("model-name")?.textContent === "colours",
  );
  await dropFiles(page, colours.red);
  await waitForBest(page, "red");
  // The names tell no family: the means of ImageNet's channels are subtracted from 255, 0, 0.
  expect(await bestShare(page)).toBe(firstShare(255 - 123.68, -116.779, -103.939));
  await chooseFiles(page, "#picture-input", colours.blue);
  await waitForBest(page, "blue");
  expect(await page.locator("#weights").textContent()).toBe("48 B");
  expect(await page.locator("#layers-summary").textContent()).toContain(
    "9 multiply-adds in 1 layer",
  );
  expect(problems).toEqual([]);
  await context.close();
});

it("takes files one by one, and labels in the form of synset.txt behind them", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  await page.tap("#network-button");
  await chooseFiles(page, "#files-input", params);
  expect(await page.locator("#sheet-status").textContent()).toMatch(/colours-0000.params is here/);
  await chooseFiles(page, "#files-input", symbol);
  await page.waitForFunction(
    () => document.getElementById("model-name")?.textContent === "colours",
  );
  await dropFiles(page, colours.blue);
  await waitForBest(page, "class 2");
  await dropFiles(page, synset);
  await waitForBest(page, "sky");
  expect(problems).toEqual([]);
  await context.close();
});

it("prepares pictures as the settings say", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  await dropFiles(page, symbol, params, labels);
  await dropFiles(page, colours.red);
  await waitForBest(page, "red");
  await page.tap("#model-button");
  expect(await page.inputValue("#set-width")).toBe("8");
  await page.fill("#set-mean", "0, 0");
  await page.tap("#settings button[type=submit]");
  expect(await page.locator("#settings-problem").textContent()).toMatch(/one number each, or 3/);
  await page.fill("#set-mean", "0");
  await page.fill("#set-scale", "1/2");
  await page.selectOption("#set-colours", "bgr");
  await page.tap("#settings button[type=submit]");
  // In the order blue, green, red the network takes red for blue: its third channel.
  await waitForBest(page, "blue");
  expect(await bestShare(page)).toBe(firstShare(255 / 2, 0, 0));
  expect(problems).toEqual([]);
  await context.close();
});

it("tells what is wrong with a damaged file, and goes on with a good one", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  await dropFiles(page, symbol, damaged);
  await page.waitForSelector("#notice:not([hidden])");
  const text = await notice(page);
  expect(text).toMatch(/cannot be used/);
  expect(text).toMatch(/60 bytes|byte|cut|ends/);
  expect(text).toMatch(/\.params file is damaged/);
  // The digits are still there.
  expect(await page.locator("#model-name").textContent()).toBe("Handwritten digits");
  await drawByFinger({ page, cdp: await context.newCDPSession(page), context, problems }, [
    [50, 10, 50, 40, 50, 90],
  ]);
  await waitForBest(page, "1");
  await dropFiles(page, params);
  await page.waitForFunction(
    () => document.getElementById("model-name")?.textContent === "colours",
  );
  expect(await page.locator("#notice").isHidden()).toBe(true);
  await dropFiles(page, colours.red);
  await waitForBest(page, "class 0");
  expect(problems).toEqual([]);
  await context.close();
});

it("opens a network, whatever is done meanwhile", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await page.tap("#sample");
  await page.tap("#clear");
  await chooseFiles(page, "#picture-input", colours.red);
  await page.tap("nav [data-source=draw]");
  expect(await openNetwork(page)).toBe("Handwritten digits");
  await page.tap("#sample");
  await waitForBest(page, "1");
  await Promise.all([dropFiles(page, symbol, params, labels), dropFiles(page, colours.blue)]);
  await waitForBest(page, "blue");
  expect(problems).toEqual([]);
  await context.close();
});

it("asks for the input size of a network that no usual one fits", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  const odd = oddNetwork();
  await dropFiles(page, odd.symbol, odd.params);
  await page.waitForSelector("#notice:not([hidden])");
  expect(await notice(page)).toMatch(/No usual input size fits/);
  await page.tap("#notice-action");
  await page.fill("#set-width", "10");
  await page.fill("#set-height", "0");
  await page.tap("#settings button[type=submit]");
  expect(await page.locator("#settings-problem").textContent()).toMatch(/whole numbers/);
  await page.fill("#set-height", "10");
  await page.tap("#settings button[type=submit]");
  await page.waitForFunction(() => document.getElementById("model-name")?.textContent === "odd");
  await dropFiles(page, labels, colours.red);
  await waitForBest(page, "red");
  // Three red values of the same row: all are 255 / 255.
  expect(await bestShare(page)).toBe("33.3 %");
  expect(problems).toEqual([]);
  await context.close();
});

it("names the operators that are missing, labels that are too few, and files of no kind", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  const strange = strangeNetwork();
  await dropFiles(page, strange.symbol, strange.params);
  await page.waitForSelector("#notice:not([hidden])");
  expect(await notice(page)).toMatch(/TwistLeft[\s\S]*operators that the library does not have/);
  await page.tap("#notice-close");
  await dropFiles(page, symbol, params, { name: "labels.txt", content: "one\ntwo" });
  await page.waitForSelector("#notice:not([hidden])");
  expect(await notice(page)).toContain("3 classes, the file of labels names 2");
  await page.keyboard.press("Escape");
  expect(await page.locator("#notice").isHidden()).toBe(true);
  await dropFiles(page, { name: "thesis.docx", content: "x" });
  expect(await notice(page)).toContain("thesis.docx");
  await dropFiles(page, { name: "broken.png", content: "no picture" });
  await page.waitForFunction(() =>
    document.getElementById("notice-title")?.textContent?.includes("broken.png"),
  );
  expect(problems).toEqual([]);
  await context.close();
});

it("does not stall while a network computes, and saves memory if told to", async () => {
  const { page, problems, context } = await openPhone(browser, host.url);
  await openNetwork(page);
  const slow = slowNetwork();
  await dropFiles(page, slow.symbol, slow.params);
  await page.waitForFunction(() => document.getElementById("model-name")?.textContent === "slow");
  const gaps = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let [last, most] = [performance.now(), 0];
        const time = document.getElementById("time");
        const step = (): void => {
          const now = performance.now();
          most = Math.max(most, now - last);
          last = now;
          if (time?.textContent === "–") requestAnimationFrame(step);
          else resolve(most);
        };
        requestAnimationFrame(step);
      }),
  );
  await page.tap("#sample");
  const longest = await gaps;
  const time = (await page.locator("#time").textContent()) ?? "";
  const tookMs = Number.parseFloat(time) * (time.endsWith(" ms") ? 1 : 1000);
  // A page that computes by itself would stand still for all of it.
  expect(tookMs).toBeGreaterThan(150);
  expect(longest, `while ${time} were computed`).toBeLessThan(0.75 * tookMs);

  const megabytes = async (): Promise<number> => {
    const text = (await page.locator("#temporary").textContent()) ?? "";
    expect(text).toMatch(/ MB$/);
    return Number.parseFloat(text);
  };
  const before = await megabytes();
  await page.tap("#model-button");
  await page.check("#set-lean");
  await page.tap("#settings button[type=submit]");
  await page.waitForFunction((mb) => {
    const text = document.getElementById("temporary")?.textContent ?? "";
    return Number.parseFloat(text) < mb;
  }, before);
  expect(problems).toEqual([]);
  await context.close();
});

describe("a worker that fails", () => {
  it("is told of, and another one can be tried", async () => {
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    await context.route(/\.wasm$/, (route) => route.abort());
    await page.goto(host.url);
    await page.waitForSelector("#notice:not([hidden])");
    expect(await notice(page)).toMatch(/could not be loaded/);
    expect(await page.locator("#model-name").textContent()).toBe("No network");
    await context.unroute(/\.wasm$/);
    await page.click("#notice-action");
    expect(await openNetwork(page)).toBe("Handwritten digits");
    await page.click("#sample");
    await waitForBest(page, "0");
    await context.close();
  });

  it("is told of where its program does not come", async () => {
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    await context.route(/recognition-worker/, (route) => route.abort());
    await page.goto(host.url);
    await page.waitForSelector("#notice:not([hidden])");
    expect(await notice(page)).toMatch(/Recognition has stopped/);
    await context.unroute(/recognition-worker/);
    await page.click("#notice-action");
    expect(await openNetwork(page)).toBe("Handwritten digits");
    await context.close();
  });
});
