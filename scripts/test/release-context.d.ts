import type { Release } from "./pack-and-install.mjs";

declare module "vitest" {
  interface ProvidedContext {
    release: Release;
  }
}
