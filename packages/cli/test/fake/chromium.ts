/** Finds a Chromium that tests may drive: one that is on the path. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

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

/** The browser; undefined where there is none. */
export const chromiumPath: string | undefined = search();

/** Why tests that need it are skipped; undefined where they run, as they must where every test is required. */
export const skipChromium: string | undefined =
  chromiumPath === undefined && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1"
    ? "a browser: there is no chromium on the PATH. To run: apt-get install chromium"
    : undefined;
