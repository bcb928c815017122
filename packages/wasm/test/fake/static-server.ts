/** Serves files as any web server does, with no headers beyond a type. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** Answers a request itself, or leaves it to the files. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface StaticServer {
  /** Such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * @param folders - by the first part of the path; "" for all others
 * @param answer - asked first
 */
export async function serve(
  folders: Readonly<Record<string, string>>,
  answer: Answer = () => false,
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    if (answer(request, response)) return;
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const [first = "", ...rest] = pathname.slice(1).split("/");
    const named = folders[first];
    const place =
      named === undefined ? join(folders[""] ?? "/nowhere", pathname) : join(named, ...rest);
    const path = pathname.endsWith("/") ? join(place, "index.html") : place;
    readFile(path).then(
      (content) => {
        response.writeHead(200, {
          "content-type": types[extname(path)] ?? "application/octet-stream",
        });
        response.end(content);
      },
      () => {
        response.writeHead(404, { "content-type": "text/plain" });
        response.end("not found");
      },
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
