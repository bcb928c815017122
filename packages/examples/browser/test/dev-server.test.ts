import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { expect, it } from "vitest";
import { openNetwork, openPhone, skipPage, startBrowser, waitForBest } from "./fake/phone-page.js";

it("recognises digits from its sources, as the development server gives them", async ({ skip }) => {
  skip(skipPage !== undefined, skipPage);
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  const server = await createServer({ configFile, logLevel: "error", server: { port: 0 } });
  await server.listen();
  const browser = await startBrowser();
  try {
    const url = server.resolvedUrls?.local[0] ?? "";
    const { page, problems } = await openPhone(browser, url, { slowness: 1 });
    expect(await openNetwork(page)).toBe("Handwritten digits");
    await page.tap("#sample");
    await waitForBest(page, "0");
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
