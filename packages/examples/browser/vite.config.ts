import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { contentSecurity } from "./build-plugins/content-security.js";
import { offlinePlugin } from "./build-plugins/offline-plugin.js";

const source = fileURLToPath(new URL("src", import.meta.url));
const library = fileURLToPath(new URL("../../wasm/dist/index.js", import.meta.url));

export default defineConfig({
  root: source,
  // Relative addresses: the folder works at any place of any host.
  base: "./",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2023",
    // Everything is a file of its own, which the content security policy allows.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  // The one has all of the other in it; two copies would be twice as much to load.
  resolve: { alias: { "@libpredict/core": library } },
  plugins: [contentSecurity(), offlinePlugin(`${source}/offline/service-worker.ts`)],
});
