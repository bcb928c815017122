/** Where a compiled engine comes from, brought to a `WebAssembly.Module`. */
import { LoadError, PredictError } from "@libpredict/core/portable";

/** A `WebAssembly.Module`; not called so, because the types of Node do not know it. */
export type CompiledModule = object;

/** The bytes of a module. */
export type ModuleBytes = ArrayBuffer | ArrayBufferView;

/**
 * A module, or where it is: a URL, also relative to the page; an answer to `fetch`; its bytes; a
 * `WebAssembly.Module`.
 */
export type ModuleSource = URL | string | Response | ModuleBytes | CompiledModule;

/** Any module of one function that uses the instruction. */
function probe(...code: number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...code, 0x0b];
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], // type 0: nothing to v128
    ...[3, 2, 1, 0],
    ...[10, body.length + 2, 1, body.length, ...body],
  );
}

/** i32.const 0, i8x16.splat */
const zeros = [0x41, 0, 0xfd, 0x0f];
const simdProbe = probe(...zeros);
/** f32x4.relaxed_madd of three vectors */
const relaxedProbe = probe(...zeros, ...zeros, ...zeros, 0xfd, 0x85, 0x02);

/** Whether the host runs modules with relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(relaxedProbe);
}

/**
 * Whether the host keeps a loop's instructions in the order of the module. V8's compiler before
 * Turboshaft did not (Node 20 and 22), which costs the module with relaxed SIMD its registers and
 * makes it half as fast as the other. No feature of WebAssembly tells; `RegExp.escape` came later.
 */
export function keepsInstructionOrder(): boolean {
  return "escape" in RegExp;
}

/** @throws {@link PredictError} `unavailable`: the host runs no WebAssembly, or none with SIMD */
export function checkHost(): void {
  if (typeof WebAssembly === "undefined")
    throw new PredictError("unavailable", "this host has no WebAssembly");
  if (!WebAssembly.validate(simdProbe))
    throw new PredictError(
      "unavailable",
      "WebAssembly has no SIMD here: Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and later have it",
    );
}

/**
 * Compiles a module.
 *
 * @throws {@link LoadError} it cannot be fetched, or is no module, or a damaged one
 * @throws {@link PredictError} `aborted`; `argument`: none of the forms
 */
export async function compileModule(
  source: ModuleSource,
  signal?: AbortSignal,
): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const name = nameOf(source);
  if (isBytes(source)) return compileBytes(source, name);
  if (typeof source === "string" || source instanceof URL)
    return compileResponse(await fetchModule(name, signal), name, signal);
  if (isResponse(source)) return compileResponse(source, name, signal);
  throw wrongSource(source);
}

/** As `compileModule`, at once. Chromium's main thread takes modules up to 8 MB so. */
export function compileModuleSync(source: ModuleBytes | CompiledModule): WebAssembly.Module {
  if (source instanceof WebAssembly.Module) return source;
  if (!isBytes(source)) throw wrongSource(source);
  const name = nameOf(source);
  checkBytes(source, name);
  try {
    return new WebAssembly.Module(source as BufferSource);
  } catch (error) {
    throw damaged(name, error);
  }
}

/** What messages call a source. */
export function nameOf(source: ModuleSource): string {
  if (isBytes(source)) return `${source.byteLength} bytes`;
  if (isResponse(source)) return source.url || "the response";
  return source instanceof WebAssembly.Module ? "the given module" : String(source);
}

function isResponse(source: unknown): source is Response {
  return typeof Response !== "undefined" && source instanceof Response;
}

function wrongSource(source: unknown): PredictError {
  const kind = source === null ? "null" : typeof source;
  return new PredictError(
    "argument",
    `module must be a URL, a string, a Response, bytes or a WebAssembly.Module, not ${kind}`,
  );
}

function isBytes(source: unknown): source is ModuleBytes {
  return ArrayBuffer.isView(source) || source instanceof ArrayBuffer;
}

async function fetchModule(url: string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, signal ? { signal } : {});
  } catch (error) {
    throw notRead(url, error, signal);
  }
}

async function compileResponse(
  response: Response,
  name: string,
  signal: AbortSignal | undefined,
): Promise<WebAssembly.Module> {
  if (!response.ok)
    throw notLoaded(name, `HTTP status ${response.status} ${response.statusText}`.trimEnd());
  // Streaming asks for the right type; a server that does not know it serves the same bytes.
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/wasm") && typeof WebAssembly.compileStreaming === "function") {
    try {
      return await WebAssembly.compileStreaming(response);
    } catch (error) {
      throw error instanceof WebAssembly.CompileError
        ? damaged(name, error)
        : notRead(name, error, signal);
    }
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (error) {
    throw notRead(name, error, signal);
  }
  return compileBytes(bytes, name);
}

async function compileBytes(bytes: ModuleBytes, name: string): Promise<WebAssembly.Module> {
  checkBytes(bytes, name);
  try {
    return await WebAssembly.compile(bytes as BufferSource);
  } catch (error) {
    throw damaged(name, error);
  }
}

/** Tells what is no module at all from what is a damaged one. */
function checkBytes(source: ModuleBytes, name: string): void {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  if (bytes.length === 0) throw notLoaded(name, "it is empty");
  if ([0, 0x61, 0x73, 0x6d].every((byte, i) => bytes[i] === byte)) return;
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  throw notLoaded(
    name,
    /^<(?:!doctype|html)/i.test(start)
      ? "a page of HTML came instead: the server has no such file and answers with its page"
      : "it does not begin as a WebAssembly module",
  );
}

function damaged(name: string, cause: unknown): LoadError {
  return notLoaded(name, `damaged or cut off: ${(cause as Error).message}`, cause);
}

function notRead(name: string, cause: unknown, signal: AbortSignal | undefined): PredictError {
  if (signal?.aborted)
    return new PredictError("aborted", "the load was aborted", { cause: signal.reason });
  const { message, cause: behind } = cause as Error & { cause?: Error };
  return notLoaded(name, behind?.message ?? message, cause);
}

/** @param name - the module's place, as the error lists it */
export function notLoaded(name: string, reason: string, cause?: unknown): LoadError {
  return new LoadError(
    "the WebAssembly module of the engine could not be loaded",
    [{ source: "module", path: name, reason }],
    { cause },
  );
}
