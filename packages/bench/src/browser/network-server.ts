/** Serves a network, packages and the bench's own page to a browser on this machine, and nothing else. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

/** What stands under a prefix of addresses. */
export type ServedFolders = Readonly<Record<`/${string}/`, string>>;

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * @param page what `/` answers
 * @param folders prefixes, longer ones before what they begin with
 */
export async function startServer(
  page: string,
  folders: ServedFolders,
): Promise<{ readonly address: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    // Isolated pages have a clock of 5 µs, others one of 100 µs.
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    if (path === "/") {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(page);
      return;
    }
    const file = fileOf(path, folders);
    const fail = (): void => {
      response.statusCode = 404;
      response.end();
    };
    if (file === undefined) fail();
    else
      stat(file).then(({ size }) => {
        response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
        response.setHeader("Content-Length", size);
        createReadStream(file).on("error", fail).pipe(response);
      }, fail);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, server };
}

function fileOf(path: string, folders: ServedFolders): string | undefined {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = normalize(join(folder, path.slice(prefix.length)));
    return file.startsWith(folder + sep) ? file : undefined;
  }
  return undefined;
}
