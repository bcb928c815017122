/** The runtimes of the comparison: which are here, how each is started, what would bring the others. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { UsageError } from "../arguments.js";
import { runChild } from "./child-processes.js";
import { nodePeersFolder, pythonOfPeers } from "./install-peers.js";

/** How a runtime is started; some have several ways, of which the fastest counts. */
export interface Variant {
  readonly command: readonly string[];
  readonly environment: (threads: number) => Readonly<Record<string, string>>;
  /** Tried only with networks of fewer multiply-adds. */
  readonly below?: number;
}

/** A runtime that is here. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Bytes of what a user installs, and of the shared objects that compute; undefined: not known. */
  readonly installedBytes?: number;
  readonly engineBytes?: number;
  readonly variants: readonly Variant[];
  /** Files of a format of its own, which peers/convert_network.py makes. */
  readonly converted?: readonly string[];
  /** Whose format that is, as convert_network.py calls it; by default the runtime's own. */
  readonly convertedAs?: string;
}

export interface MissingRuntime {
  readonly name: string;
  readonly missing: string;
}

/** What was looked for. */
export interface FoundRuntimes {
  readonly found: readonly Runtime[];
  readonly missing: readonly MissingRuntime[];
}

export const oursName = "libpredict";
/** Not a peer: the library itself, in one of its forms. */
export const isOurs = (name: string): boolean => name.startsWith(oursName);
const pythonNames = ["onnxruntime", "openvino", "mxnet", "ncnn", "mnn", "litert"] as const;
export const runtimeNames = [oursName, "onnxruntime-node", ...pythonNames] as const;
const smallNetwork = 5e8;
const describeTimeoutMs = 60_000;

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const peersFolder = fileURLToPath(new URL("../../peers", import.meta.url));

/** @param names those that are wanted, of `runtimeNames` */
export async function findRuntimes(names: readonly string[]): Promise<FoundRuntimes> {
  const found: Runtime[] = [];
  const missing: MissingRuntime[] = [];
  const described = names.some((name) => (pythonNames as readonly string[]).includes(name))
    ? await describePython()
    : {};
  for (const name of names) {
    const runtime =
      name === oursName
        ? ours()
        : name === "onnxruntime-node"
          ? onnxruntimeNode()
          : pythonRuntime(name, described);
    if ("missing" in runtime) missing.push(runtime);
    else found.push(runtime);
  }
  return { found, missing };
}

/**
 * A runtime that the user brings.
 *
 * @param text a name, `=`, and the words of a command
 * @throws UsageError if it is something else
 */
export function givenRuntime(text: string): Runtime {
  const [, name = "", words = ""] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (name === "" || (runtimeNames as readonly string[]).includes(name)) {
    throw new UsageError(`--worker takes NAME=COMMAND with a name of its own, not "${text}"`);
  }
  const command = words.trim().split(/\s+/);
  return { name, version: "", variants: [{ command, environment: () => ({}) }] };
}

function ours(): Runtime {
  const library = loadLibrary();
  const engineBytes = statSync(library.path).size;
  return {
    name: oursName,
    version: library.LPGetVersion(),
    installedBytes:
      engineBytes +
      sum(
        packageFolders()
          .flatMap(filesBelow)
          .map(([, size]) => size),
      ),
    engineBytes,
    // gc: the file's bytes are dropped before memory is measured, as in the other workers.
    variants: [
      {
        command: [process.execPath, "--expose-gc", beside("libpredict-worker.js")],
        environment: (threads) => ({ LIBPREDICT_NUM_THREADS: String(threads) }),
      },
    ],
  };
}

/** What `@libpredict/core` brings to a Node program besides the library: its code, and koffi. */
function packageFolders(): string[] {
  const own = createRequire(import.meta.url);
  const ffi = own.resolve("@libpredict/ffi");
  const koffi = createRequire(ffi).resolve("koffi");
  const binary = createRequire(koffi).resolve(`@koromix/koffi-${process.platform}-${process.arch}`);
  return [own.resolve("@libpredict/core"), ffi, koffi, binary].map((file) => dirname(file));
}

function onnxruntimeNode(): Runtime | MissingRuntime {
  const name = "onnxruntime-node";
  const folder = nodePeersFolder();
  const manifest = join(folder, "node_modules", name, "package.json");
  if (!existsSync(manifest)) return { name, missing: installHint };
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const files = filesBelow(dirname(manifest));
  return {
    name,
    version,
    installedBytes: sum(files.map(([, size]) => size)),
    engineBytes: sum(
      files
        .filter(([path]) => path.includes(`/${process.platform}/${process.arch}/`))
        .filter(([path]) => /onnxruntime(_binding)?\.|\.node$/.test(path))
        .map(([, size]) => size),
    ),
    variants: [
      {
        command: [process.execPath, "--expose-gc", beside("onnxruntime-node-worker.js"), folder],
        environment: () => ({}),
      },
    ],
  };
}

const installHint = "not installed; `npm run bench -- networks --install` brings it";

interface Described {
  readonly version: string;
  readonly installedBytes: number;
  readonly engineBytes: number;
}

async function describePython(): Promise<Readonly<Record<string, Described>>> {
  const python = pythonOfPeers();
  if (python === undefined) return {};
  const worker = join(peersFolder, "peer_worker.py");
  const { code, stdout, stderr } = await runChild([python, worker, "--describe"], {
    timeoutMs: describeTimeoutMs,
  });
  if (code !== 0) throw new Error(`${python} cannot describe its runtimes:\n${stderr}`);
  return JSON.parse(stdout) as Record<string, Described>;
}

function pythonRuntime(
  name: string,
  described: Readonly<Record<string, Described>>,
): Runtime | MissingRuntime {
  const facts = described[name];
  const python = pythonOfPeers();
  if (facts === undefined || python === undefined) return { name, missing: installHint };
  const command = [python, join(peersFolder, "peer_worker.py"), name];
  const environment = (threads: number): Record<string, string> => ({
    OMP_NUM_THREADS: String(threads),
  });
  const variants: Variant[] = [{ command, environment }];
  if (name === "mxnet") {
    variants.push({
      command,
      environment: (threads) => ({ ...environment(threads), MXNET_SUBGRAPH_BACKEND: "NONE" }),
      below: smallNetwork,
    });
  }
  const files = {
    mnn: ["network.mnn"],
    ncnn: ["network.ncnn.param", "network.ncnn.bin"],
    litert: ["network.tflite"],
  }[name];
  return {
    name,
    ...facts,
    variants,
    ...(files && { converted: files }),
  };
}

function filesBelow(folder: string): [path: string, size: number][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, statSync(path).size]);
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
