// A package registry on this machine alone: our tarballs, and what the workspace has installed.
// With it an installation in an empty folder goes as it will go for a stranger, by name, through
// an ordinary client, and without a network.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { writeTarball } from "./write-tarball.mjs";

/** @typedef {{ manifest: Record<string, any>, tarball: () => Buffer }} Entry */

/**
 * @param {{ name: string, version: string, tarball: string, manifest: Record<string, any> }[]} packed
 * @returns {Promise<{ url: string, requested: Set<string>, close: () => Promise<void> }>}
 *   requested: the names that were asked for.
 */
export async function startLocalRegistry(packed) {
  const store = installedPackages();
  for (const { name, version, tarball, manifest } of packed) {
    store.set(name, new Map([[version, { manifest, tarball: () => readFileSync(tarball) }]]));
  }
  /** @type {Map<string, Buffer>} */
  const tarballs = new Map();
  /** @param {string} name @param {string} version @param {Entry} entry */
  const tarballOf = (name, version, entry) => {
    const key = `${name}@${version}`;
    const bytes = tarballs.get(key) ?? entry.tarball();
    tarballs.set(key, bytes);
    return bytes;
  };
  /** @type {Set<string>} */
  const requested = new Set();

  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const [, name = "", version] =
      /^\/(.+?)(?:\/-\/(.+)\.tgz)?$/.exec(decodeURIComponent(path)) ?? [];
    const versions = store.get(name);
    if (versions === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
      return;
    }
    requested.add(name);
    const entry = version === undefined ? undefined : versions.get(version);
    if (version !== undefined && entry !== undefined) {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(tarballOf(name, version, entry));
      return;
    }
    const described = [...versions].map(([number, one]) => [
      number,
      {
        ...one.manifest,
        dist: {
          tarball: `${url}/${name}/-/${number}.tgz`,
          integrity: `sha512-${createHash("sha512")
            .update(tarballOf(name, number, one))
            .digest("base64")}`,
        },
      },
    ]);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        name,
        "dist-tags": { latest: [...versions.keys()].sort(byVersion).at(-1) },
        versions: Object.fromEntries(described),
      }),
    );
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${address.port}`;
  const close = () =>
    /** @type {Promise<void>} */ (
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      })
    );
  return { url, requested, close };
}

/** @returns {Map<string, Map<string, Entry>>} Every third-party package of the workspace. */
function installedPackages() {
  /** @type {Map<string, Map<string, Entry>>} */
  const found = new Map();
  const store = join(REPOSITORY_ROOT, "node_modules", ".pnpm");
  for (const place of readdirSync(store)) {
    const folder = join(store, place, "node_modules");
    if (!existsSync(folder)) continue;
    for (const path of packageFolders(folder)) {
      const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      const versions = found.get(manifest.name) ?? new Map();
      versions.set(manifest.version, { manifest, tarball: () => writeTarball(path) });
      found.set(manifest.name, versions);
    }
  }
  return found;
}

/** @param {string} folder A node_modules; links in it are other packages' dependencies. */
function packageFolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== ".bin")
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.name.startsWith("@")) return [path];
      return readdirSync(path, { withFileTypes: true })
        .filter((scoped) => scoped.isDirectory())
        .map((scoped) => join(path, scoped.name));
    })
    .filter((path) => existsSync(join(path, "package.json")));
}

/** @param {string} a @param {string} b */
function byVersion(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}
