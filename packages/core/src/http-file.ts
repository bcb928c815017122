/** Files at http: and https: URLs, by the global `fetch`. */
import { ByteGatherer, gatherStream } from "./byte-content.js";
import { FileNotRead } from "./file-not-read.js";
import type { LoadWatch } from "./load-watch.js";

/**
 * Fetches a file. Redirects are followed.
 *
 * @throws {@link FileNotRead} no connection, a status other than success, a page of HTML, a
 *   body that ends too early
 * @throws PredictError `aborted`; `memory`
 */
export async function fetchFile(url: URL, watch: LoadWatch): Promise<Uint8Array> {
  watch.check();
  let response: Response;
  try {
    response = await fetch(url, watch.signal ? { signal: watch.signal } : {});
  } catch (cause) {
    watch.check();
    throw new FileNotRead(fetchReason(cause), { cause });
  }
  try {
    return await readBody(url, response, watch);
  } catch (error) {
    // What is not wanted would keep its connection. Not awaited, and a body that failed fails here too.
    void response.body?.cancel().catch(() => {});
    throw error;
  }
}

async function readBody(url: URL, response: Response, watch: LoadWatch): Promise<Uint8Array> {
  const { status, statusText, body, headers } = response;
  const refuse = (reason: string): FileNotRead =>
    new FileNotRead(response.redirected ? `${reason}, redirected to ${response.url}` : reason);
  if (!response.ok) throw refuse(`HTTP status ${status} ${statusText}`.trimEnd());
  // Servers of single-page applications answer any path with their page.
  if (headers.get("content-type")?.startsWith("text/html"))
    throw refuse(`a page of HTML came instead (HTTP status ${status})`);
  const totalBytes = announcedBytes(headers);
  const file = watch.file(url.href, totalBytes);
  const gatherer = new ByteGatherer(totalBytes);
  const ended = (why: string): string =>
    `the body ended after ${file.loadedBytes} of ${totalBytes ?? "unknown"} bytes${why}`;
  if (body)
    await gatherStream(
      body,
      watch,
      file,
      gatherer,
      (cause) => new FileNotRead(ended(`: ${fetchReason(cause)}`), { cause }),
    );
  if (totalBytes !== undefined && file.loadedBytes < totalBytes) throw new FileNotRead(ended(""));
  file.end();
  return gatherer.take();
}

/** The size of the body as it will be read; unknown where it comes compressed. */
function announcedBytes(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) return undefined;
  return headers.get("content-encoding") === null ? Number(length) : undefined;
}

/** `fetch` says only "fetch failed"; the reason is behind it. */
function fetchReason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}
