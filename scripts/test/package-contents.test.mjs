// What is published: contents and sizes of every package, and what an installation takes on disk.

import { existsSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { platformFolder } from "../../packages/c-api/scripts/platform-library.mjs";
import { describeTarball } from "../pack-packages.mjs";
import {
  CONTENT_RULES,
  carriedLibrary,
  contentDefects,
  INSTALLED_BYTES,
} from "../package-contents.mjs";
import { pruneDist } from "../prune-dist.mjs";
import { publicPackages } from "../public-packages.mjs";
import { projectFolder, release, skipWasm } from "./packed-release.mjs";
import { writeTarball } from "./write-tarball.mjs";

const packages = release().packages.map(({ name, tarball, folder }) =>
  describeTarball(tarball, folder, name),
);
const versions = Object.fromEntries(packages.map(({ name, version }) => [name, version]));

/** @param {string} name */
function packed(name) {
  const found = packages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not packed`);
  return found;
}

/** @param {string} folder */
function bytesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}

test("every public package has a rule, and every rule a package", () => {
  expect(packages.map(({ name }) => name).sort()).toEqual(Object.keys(CONTENT_RULES).sort());
});

test("packages are published after those they depend on", () => {
  const order = publicPackages().map(({ name }) => name);
  for (const { name, manifest } of packages) {
    const needs = Object.keys({ ...manifest["dependencies"], ...manifest["optionalDependencies"] });
    for (const other of needs.filter((one) => order.includes(one))) {
      expect(order.indexOf(other)).toBeLessThan(order.indexOf(name));
    }
  }
});

test.for(packages.map(({ name }) => name))(
  "%s has what it must have and nothing else",
  (name, context) => {
    const reason = name === "@libpredict/wasm" ? skipWasm() : undefined;
    context.skip(reason !== undefined, reason);
    const { packedBytes, unpackedBytes, files } = packed(name);
    console.log(
      `${name}: ${files.size} files, ${packedBytes} bytes packed, ${unpackedBytes} unpacked`,
    );
    const file = carriedLibrary(name);
    const isBuilt = file === undefined || existsSync(join(packed(name).folder, file));
    // What only `npm run build:platforms -- --place` fills must not go out empty.
    const missing = [`${name}: ${file} is missing`, `${name}: libpredict.json is missing`];
    expect(contentDefects(packed(name), versions)).toEqual(isBuilt ? [] : missing);
  },
);

test("this machine's platform package has its library", () => {
  const folder = platformFolder();
  const own = packages.find((one) => one.folder === folder);
  expect(own?.files.has(carriedLibrary(own.name) ?? "")).toBe(true);
});

test("core, ffi, koffi and the platform's library stay below the budget on disk", () => {
  const modules = join(release().installed, "node_modules");
  const parts = ["@libpredict", "koffi", "@koromix"].map((name) => bytesBelow(join(modules, name)));
  const sum = parts.reduce((total, bytes) => total + bytes, 0);
  console.log(`installed: ${sum} bytes, ${INSTALLED_BYTES} allowed`);
  expect(sum).toBeLessThanOrEqual(INSTALLED_BYTES);
  // The figure is of whole packages: nothing of them is elsewhere.
  expect(readdirSync(join(modules, "@libpredict")).sort()).toEqual(["core", "ffi", "linux-x64"]);
  expect(readdirSync(join(modules, "@koromix"))).toHaveLength(1);
});

describe("a defect is found:", () => {
  /** @param {string} name @param {(files: Map<string, Buffer>) => void} change */
  const defectsAfter = (name, change) => {
    const before = packed(name);
    const files = new Map(before.files);
    change(files);
    const manifest = JSON.parse(files.get("package.json")?.toString("utf8") ?? "{}");
    return contentDefects({ ...before, files, manifest }, versions);
  };
  /** @param {Map<string, Buffer>} files @param {(manifest: any) => void} change */
  const changeManifest = (files, change) => {
    const manifest = JSON.parse(files.get("package.json")?.toString("utf8") ?? "{}");
    change(manifest);
    files.set("package.json", Buffer.from(JSON.stringify(manifest)));
  };

  test("a test, a source, a map, a folder of this machine", () => {
    for (const stray of ["dist/model.test.js", "src/model.ts", "dist/model.js.map", ".npmrc"]) {
      const found = defectsAfter("@libpredict/core", (files) => files.set(stray, Buffer.from("")));
      expect(found).toContain(`@libpredict/core: ${stray} does not belong into the package`);
    }
    const text = `//# sourceMappingURL=x.js.map\n${publicPackages()[0]?.folder}`;
    const found = defectsAfter("@libpredict/core", (files) =>
      files.set("dist/model.js", Buffer.from(text)),
    );
    expect(found).toEqual([
      "@libpredict/core: dist/model.js names a source map",
      "@libpredict/core: dist/model.js names a folder of this machine",
    ]);
  });

  test("output without a source, and a source without output", () => {
    const found = defectsAfter("@libpredict/core", (files) => {
      files.set("dist/gone.js", Buffer.from(""));
      files.delete("dist/model.d.ts");
    });
    expect(found).toEqual([
      "@libpredict/core: dist/model.d.ts is missing: not built",
      "@libpredict/core: dist/gone.js has no source any more",
    ]);
  });

  test("no licence, another licence", () => {
    expect(defectsAfter("@libpredict/c-api", (files) => files.delete("LICENSE"))).toEqual([
      "@libpredict/c-api: LICENSE is missing",
    ]);
    expect(
      defectsAfter("@libpredict/c-api", (files) => files.set("LICENSE", Buffer.from("mine"))),
    ).toEqual(["@libpredict/c-api: LICENSE is not the repository's"]);
  });

  test("a dependency on the workspace, on a range, on another version; a script", () => {
    const found = defectsAfter("@libpredict/ffi", (files) =>
      changeManifest(files, (manifest) => {
        manifest.dependencies.koffi = "^3.3.4";
        manifest.optionalDependencies["@libpredict/linux-x64"] = "99.0.0";
        manifest.scripts.postinstall = "node download.js";
      }),
    );
    expect(found).toEqual([
      "@libpredict/ffi: has a script postinstall",
      "@libpredict/ffi: dependencies: koffi is ^3.3.4, not one version",
      `@libpredict/ffi: optionalDependencies: @libpredict/linux-x64 is 99.0.0; ${versions["@libpredict/linux-x64"]} is being published`,
    ]);
    expect(
      defectsAfter("@libpredict/core", (files) =>
        changeManifest(files, (manifest) => {
          manifest.dependencies["@libpredict/ffi"] = "workspace:*";
        }),
      )[0],
    ).toBe("@libpredict/core: dependencies: @libpredict/ffi is workspace:*, not one version");
  });

  test("a library that its manifest does not describe", () => {
    const found = defectsAfter("@libpredict/linux-x64", (files) =>
      files.set("libpredict.so", Buffer.from("another build")),
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/libpredict\.json: size is \d+, not 13: build again/);
    expect(found[1]).toMatch(/libpredict\.json: sha256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
  });

  test("more bytes than the budget", () => {
    const found = contentDefects({ ...packed("@libpredict/c-api"), packedBytes: 1e9 }, versions);
    expect(found).toEqual([expect.stringContaining("the tarball has 1000000000 bytes")]);
  });
});

test("a tarball is read as it was written, and entries outside of it are refused", () => {
  const deep = `${"deep/".repeat(25)}file.txt`;
  const folder = projectFolder("tarball", { "a.txt": "a", [deep]: "d" }, { withPackages: false });
  writeFileSync(join(folder, "package.json"), '{"name":"x","version":"1.0.0"}');
  const path = join(folder, "..", "written.tgz");
  writeFileSync(path, writeTarball(folder));
  const { files } = describeTarball(path, folder, "x");
  expect([...files.keys()].sort()).toEqual(["a.txt", deep, "package.json"]);
  expect(files.get(deep)?.toString()).toBe("d");
  expect(() => describeTarball(path, folder, "y")).toThrow("is x, not y");
});

test("pruning removes the output of sources that are gone, and nothing else", () => {
  const folder = projectFolder(
    "prune",
    {
      "src/kept.ts": "",
      "dist/kept.js": "",
      "dist/kept.d.ts": "",
      "dist/kept.js.map": "",
      "dist/old/gone.js": "",
      "dist/old/gone.d.ts": "",
    },
    { withPackages: false },
  );
  expect(pruneDist(folder)).toEqual(["kept.js.map", "old/gone.d.ts", "old/gone.js"]);
  expect(readdirSync(join(folder, "dist"), { recursive: true }).sort()).toEqual([
    "kept.d.ts",
    "kept.js",
    "old",
  ]);
});
