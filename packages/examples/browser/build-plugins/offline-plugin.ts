/** Builds the service worker behind the page, with the list of all files that the page has. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";

/** Files that Vite names by their content, so that a name never means another one. */
const named = /^assets\//;

/** @param entry - path of the service worker's source */
export function offlinePlugin(entry: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: "offline",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async writeBundle() {
      const { outDir } = config.build;
      await build({
        configFile: false,
        root: config.root,
        publicDir: false,
        logLevel: "warn",
        define: {
          PAGE_FILES: JSON.stringify(pageFiles(join(config.root, outDir))),
          // workbox has more checks and messages in other modes.
          "process.env.NODE_ENV": '"production"',
        },
        build: {
          outDir,
          emptyOutDir: false,
          target: config.build.target,
          rolldownOptions: {
            input: entry,
            output: { format: "iife", entryFileNames: "service-worker.js" },
          },
        },
      });
    },
  };
}

/** What to keep: addresses relative to the service worker, which stands beside the page. */
function pageFiles(folder: string): { url: string; revision: string | null }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "service-worker.js")
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const url = relative(folder, path).split(sep).join("/");
      const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
      return { url, revision: named.test(url) ? null : hash };
    })
    .sort((a, b) => (a.url < b.url ? -1 : 1));
}
