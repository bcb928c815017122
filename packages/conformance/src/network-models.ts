/**
 * The files of the suite's networks: in the cache, or made there by reference/networks.py. Their bytes
 * must be those that the goldens were made of.
 */

import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { NetworkGolden } from "./network-golden.js";

const script = fileURLToPath(new URL("../reference/networks.py", import.meta.url));
const cache = join(homedir(), ".cache", "libpredict");
/** Made files that are larger are deleted after use. */
const largestKeptBytes = 64e6;
const packageNames: Readonly<Record<string, string>> = {
  mxnet: "mxnet==1.9.1 numpy==1.23.5",
  gluoncv: "gluoncv==0.10.5.post0",
  gluonnlp: "gluonnlp==0.10.0",
};

/** A network's symbol and parameters, or why they are not at hand. */
export type NetworkModel =
  | {
      readonly symbol: string;
      readonly params: Buffer;
      readonly symbolFile: string;
      readonly paramsFile: string;
      /** Deletes what was only made for this use. */
      readonly done: () => void;
    }
  | { readonly missing: string }
  | { readonly wrong: string };

/** Finds and makes models; looks for the Python that can make them once. */
export class NetworkModels {
  readonly #folder = process.env["LIBPREDICT_ZOO"] || join(cache, "zoo");
  #builder: Builder | undefined;

  /** The files of a network, made if they are missing or of another version of the script. */
  async get(golden: NetworkGolden): Promise<NetworkModel> {
    const symbol = join(this.#folder, `${golden.network}-symbol.json`);
    const params = join(this.#folder, `${golden.network}-0000.params`);
    let made = false;
    if (differing(golden, symbol, params) !== undefined) {
      this.#builder ??= findBuilder();
      const missing = this.#builder.missing(golden.needs);
      if (missing !== undefined) return { missing };
      rmSync(symbol, { force: true });
      rmSync(params, { force: true });
      const problem = await this.#builder.make(golden.network, this.#folder);
      if (problem !== undefined) return { wrong: problem };
      made = true;
    }
    const other = differing(golden, symbol, params);
    if (other !== undefined) {
      return {
        wrong: `this machine makes another ${other} than that of the golden; python reference/networks.py goldens ${golden.network} asks the reference about it anew`,
      };
    }
    const done = (): void => {
      if (made && golden.paramsBytes > largestKeptBytes) rmSync(params, { force: true });
    };
    return {
      symbol: readFileSync(symbol, "utf8"),
      params: readFileSync(params),
      ...{ symbolFile: symbol, paramsFile: params, done },
    };
  }
}

/** Which of the two files is not the golden's. */
function differing(golden: NetworkGolden, symbol: string, params: string): string | undefined {
  if (!existsSync(symbol) || sha256(symbol) !== golden.symbolSha256) return "symbol";
  if (!existsSync(params) || sha256(params) !== golden.paramsSha256) return "parameter file";
  return undefined;
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

interface Builder {
  /** What to install before networks that need this package can be made. */
  missing(needs: string): string | undefined;
  /** Makes one; returns what went wrong. */
  make(network: string, folder: string): Promise<string | undefined>;
}

/** LIBPREDICT_ZOO_PYTHON, the environment in the cache that README.md describes, or the reference's Python. */
function findBuilder(): Builder {
  const own = join(cache, "models-venv", "bin", "python");
  const python =
    process.env["LIBPREDICT_ZOO_PYTHON"] ||
    (existsSync(own) ? own : process.env["LIBPREDICT_REFERENCE_PYTHON"]) ||
    "";
  const find =
    "import importlib.util as u; print(*[n for n in ('mxnet', 'gluoncv', 'gluonnlp') if u.find_spec(n)])";
  const { stdout } = spawnSync(python, ["-c", find], { encoding: "utf8" });
  const found = stdout?.trim().split(" ") ?? [];
  return {
    missing(needs) {
      const absent = ["mxnet", needs].filter((name) => name !== "" && !found.includes(name));
      const names = absent.map((name) => packageNames[name] ?? name).join(" ");
      if (absent.length === 0) return undefined;
      return `pip install ${names}, and LIBPREDICT_ZOO_PYTHON=that Python (packages/conformance/README.md, "Whole networks")`;
    },
    async make(network, folder) {
      const env = { ...process.env, LIBPREDICT_ZOO: folder };
      try {
        await promisify(execFile)(python, [script, "make", network], { env });
        return undefined;
      } catch (error) {
        const { stderr = "" } = error as { stderr?: string };
        return `networks.py: ${stderr.trim().split("\n").slice(-3).join("; ")}`;
      }
    },
  };
}
