/** Pages that run the digit network. */
import type { Browser, Page } from "playwright-core";
import { digitGoldens } from "./digits.js";

/** Runs the network on the images of the goldens; for pages and workers alike. */
export const digitsCode = `
async function classifyDigits(prefix, images) {
  const model = await Model.load(prefix);
  const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  const answers = [];
  for (const pixels of images) {
    const { softmax } = await predictor.run({ data: Float32Array.from(pixels) });
    answers.push(Array.from(softmax.data));
  }
  predictor.dispose();
  model.dispose();
  return answers;
}`;

/** The images of the goldens. */
export const images: readonly (readonly number[])[] = digitGoldens().map(({ pixels }) => pixels);

/** A page, and what went wrong in it. */
export async function open(
  browser: Browser,
  url: string,
): Promise<{ page: Page; problems: string[]; requests: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(url);
  return { page, problems, requests };
}

/** Waits for what a page puts into `answer`. */
export async function answerOf(page: Page): Promise<number[][]> {
  await page.waitForFunction("globalThis.answer !== undefined", undefined, { timeout: 60_000 });
  return (await page.evaluate("globalThis.answer")) as number[][];
}
