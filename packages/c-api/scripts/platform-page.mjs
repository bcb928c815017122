// Makes docs/platforms.md of what building and testing the platforms came to.

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts */

/**
 * What is known of a platform: built, and tested or why not.
 *
 * @typedef {{ build: import("./build-platforms.mjs").PlatformBuild } & (
 *   { missing: string } |
 *   { how: string, programs: Counts, leftOut: string[], conformance: Counts }
 * )} PlatformResult
 */

/** @param {Record<string, PlatformResult>} results */
export function platformPage(results) {
  return JSON.stringify(results);
}
