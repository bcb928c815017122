/** Finds a Chromium that tests may drive, one that is on the path, and starts it. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function search(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter))
    for (const name of names)
      try {
        const path = join(folder, name);
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
  return undefined;
}

const chromiumPath = search();

/** Why tests that need it are skipped; undefined where they run, as they must where every test is required. */
export const skipChromium: string | undefined =
  chromiumPath === undefined && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1"
    ? "a browser: there is no chromium on the PATH. To run: apt-get install chromium"
    : undefined;

/** @param args - more arguments of the browser's */
export function startBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    // Root in a container, where a browser cannot make its own sandbox; the pages are ours.
    args: ["--no-sandbox", ...args],
  });
}
