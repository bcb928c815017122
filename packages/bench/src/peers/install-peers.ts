/**
 * Installs the peers into the cache folder, never into the tree: onnxruntime-node alone is nearly 300 MB,
 * and nobody needs it who does not compare.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../networks/network-cache.js";
import { runChild } from "./child-processes.js";

const nodePackages = ["onnxruntime-node@1.30.0"];
const webPackages = ["onnxruntime-web@1.30.0", "@litertjs/core@2.5.3"];
const pythonPackages = [
  "numpy==2.4.6",
  "onnxruntime==1.32.0",
  "openvino==2026.4.1",
  "ncnn==1.0.20261020",
  "MNN==3.6.1",
  "ai-edge-litert==2.3.0",
];
/** Without what they ask for: pnnx would bring torch, of which its converter uses nothing; mxnet an older numpy. */
const pythonPackagesAlone = ["pnnx==20261020", "mxnet==1.9.1"];
const leastPython = "3.11";
const installTimeoutMs = 30 * 60_000;

/** Those that run in a browser. */
export const webPeersFolder = (): string => join(cacheFolder(), "web");
export const nodePeersFolder = (): string => join(cacheFolder(), "node");
const pythonFolder = (): string => join(cacheFolder(), "python");
const stamp = (folder: string): string => join(folder, "complete.txt");

const pythonIn = (environment: string): string =>
  join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** The Python that has the peers; undefined if they are not installed. */
export function pythonOfPeers(): string | undefined {
  const folder = pythonFolder();
  const python = pythonIn(folder);
  return existsSync(stamp(folder)) && existsSync(python) ? python : undefined;
}

/**
 * Installs what is not there yet.
 *
 * @throws Error with the installer's words
 */
export async function installPeers(say: (text: string) => void): Promise<void> {
  await installNodePackages(nodePeersFolder(), nodePackages, say);
  const packages = [...pythonPackages, ...pythonPackagesAlone];
  await once(pythonFolder(), packages, say, async (folder) => {
    const python = process.env["LIBPREDICT_BENCH_PYTHON"] || "python3";
    const check = `import sys, venv; sys.exit(sys.version_info < (${leastPython.replace(".", ", ")}))`;
    const { code } = await runChild([python, "-c", check], { timeoutMs: installTimeoutMs });
    if (code !== 0) {
      throw new Error(
        `${python} is no Python ${leastPython} or newer with venv; name one in LIBPREDICT_BENCH_PYTHON`,
      );
    }
    await install([python, "-m", "venv", folder]);
    const pip = [pythonIn(folder), "-m", "pip", "install", "--quiet"];
    await install([...pip, "--disable-pip-version-check", ...pythonPackages]);
    await install([...pip, "--disable-pip-version-check", "--no-deps", ...pythonPackagesAlone]);
  });
}

/** As installPeers, for the browser. */
export function installWebPeers(say: (text: string) => void): Promise<void> {
  return installNodePackages(webPeersFolder(), webPackages, say);
}

function installNodePackages(
  folder: string,
  packages: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  return once(folder, packages, say, async () => {
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    // The install script of onnxruntime-node would fetch the GPU's libraries.
    const npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
    await install([...npm, folder, ...packages]);
  });
}

async function once(
  folder: string,
  packages: readonly string[],
  say: (text: string) => void,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const wanted = `${packages.join("\n")}\n`;
  if (existsSync(stamp(folder)) && readFileSync(stamp(folder), "utf8") === wanted) {
    say(`${folder}: already complete`);
    return;
  }
  say(`installing into ${folder}: ${packages.join(", ")}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  writeFileSync(stamp(folder), wanted);
}

async function install(command: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runChild(command, { timeoutMs: installTimeoutMs });
  if (code !== 0) {
    throw new Error(`${command.join(" ")} failed:\n${`${stdout}${stderr}`.slice(-3000)}`);
  }
}
