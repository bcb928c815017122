/** Serves the built page below a path, as a host would, and opens it on a phone: small, touched, slow. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  CDPSession,
  Page,
} from "playwright-core";
import { preview } from "vite";
import { skipChromium } from "../../../../cli/test/fake/chromium.js";

export { startBrowser } from "../../../../cli/test/fake/chromium.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Why tests of the page are skipped; undefined where they run, as they must where every test is required. */
export const skipPage: string | undefined =
  skipChromium ??
  (existsSync(`${root}dist/index.html`) || process.env["LIBPREDICT_REQUIRE_ALL"] === "1"
    ? undefined
    : "the page was not built: see what the build of packages/wasm asks for");

/** A running server. */
export interface Host {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `dist` at a path of its own, at any free port. */
export async function servePage(): Promise<Host> {
  const server = await preview({
    configFile: false,
    root,
    base: "/some/place/",
    build: { outDir: "dist" },
    preview: { port: 0, host: "localhost" },
    logLevel: "error",
  });
  const [url = ""] = server.resolvedUrls?.local ?? [];
  return { url, close: () => server.close() };
}

/** The page on a phone, and what went wrong in it. */
export interface Phone {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  /** Errors, warnings, dialogs, requests to other hosts. */
  readonly problems: string[];
}

/** Opens the page; `slowness` times slower than the machine, by default four. */
export async function openPhone(
  browser: Browser,
  url: string,
  { slowness = 4, ...options }: BrowserContextOptions & { readonly slowness?: number } = {},
): Promise<Phone> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 3,
    isMobile: true,
    hasTouch: true,
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => problems.push(dialog.message()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("blob:"))
      problems.push(request.url());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowness });
  await page.goto(url);
  return { context, page, cdp, problems };
}

/** Waits until a network is open; its name. */
export async function openNetwork(page: Page): Promise<string> {
  const name = page.locator("#model-name");
  await page.waitForFunction(
    () => !document.getElementById("model-name")?.textContent?.startsWith("Loading"),
  );
  return (await name.textContent()) ?? "";
}

/** Waits for an answer. */
export async function waitForBest(page: Page, label: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector("#top-five .guess-label")?.textContent === wanted,
    label,
    { timeout: 15_000 },
  );
}
