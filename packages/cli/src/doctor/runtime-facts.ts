/** Node, and the packages that this command stands on. */
import { createRequire } from "node:module";
import { platformPackage } from "@libpredict/ffi";
import type { RuntimeFacts } from "./doctor-report.js";

const require = createRequire(import.meta.url);

/** libuv's number of threads when `UV_THREADPOOL_SIZE` is not set. */
const defaultPoolSize = 4;

/** Looks at the runtime. */
export function runtimeFacts(): RuntimeFacts {
  const own = require("../../package.json") as { engines: { node: string } };
  const koffi = load<{ version: string }>("koffi", "@libpredict/ffi");
  const sharp = load<{ versions: { sharp: string } }>("sharp", "@libpredict/core");
  return {
    node: process.versions.node,
    nodeRange: own.engines.node,
    platformPackage: platformPackage(),
    koffi: typeof koffi === "string" ? null : koffi.version,
    sharp: typeof sharp === "string" ? null : sharp.versions.sharp,
    sharpFailure: typeof sharp === "string" ? sharp : null,
    threadPoolSize: threadPoolSize(process.env["UV_THREADPOOL_SIZE"]),
  };
}

/** A module as another package sees it; a text tells why there is none. */
function load<T extends object>(name: string, user: string): T | string {
  try {
    return createRequire(import.meta.resolve(user))(name) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND") return "not installed";
    return message.trim().split("\n")[0] ?? "";
  }
}

/** As libuv reads the variable: what is no number, and 0, mean 1; at most 1024. */
export function threadPoolSize(text: string | undefined): number {
  if (text === undefined) return defaultPoolSize;
  const number = Number.parseInt(text, 10);
  return Math.min(Math.max(Number.isNaN(number) ? 0 : number, 1), 1024);
}
