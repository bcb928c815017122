/**
 * What the runtime asks of the memory that a library works in: the process's own under koffi,
 * the linear memory of a WebAssembly instance otherwise.
 */
import type { ScalarName } from "./descriptor.js";

/** An address in the library's memory: koffi has bigints, WebAssembly numbers. */
export type Address = bigint | number;

/** Memory that C writes single values to. */
export interface Cells {
  /** What C takes for a pointer to it. */
  readonly argument: unknown;
  /** What is there now; of a structure, its bytes. */
  values(): ArrayLike<number | bigint>;
}

/** What one call hands to C. Everything stays where it is until `close`. */
export interface CallMemory {
  /** NULL, as an argument. */
  readonly null: unknown;
  /** An address that is not NULL, for an array without elements. */
  readonly empty: unknown;
  /** Text without a NUL. */
  string(text: string): unknown;
  /** Pointers to texts without a NUL. */
  strings(texts: readonly string[]): unknown;
  /** An array that is not empty; `written`: C writes it. */
  array(view: ArrayBufferView, written: boolean): unknown;
  /** A structure that begins as the given bytes. */
  struct(bytes: Uint8Array<ArrayBuffer>): Cells;
  /** Zeroed room for `count` values. @throws NativeError `memory` */
  cells(type: ScalarName, count: number): Cells;
  /** Zeroed room for `count` pointers. @throws NativeError `memory` */
  pointers(count: number): Cells;
  /** Brings what C wrote into the caller's arrays; a success came before. */
  copyOut(): void;
  /** The call is over. */
  close(): void;
}

/** The memory of a library. */
export interface LibraryMemory {
  /** The largest number that both `size_t` and a number of JavaScript hold. */
  readonly largestSize: number;
  /** Begins a call. */
  open(): CallMemory;
  /** Copies `count` elements from an address. @throws NativeError `internal`: from NULL; `memory` */
  copyElements(address: Address, type: ScalarName, count: number): ArrayBufferView;
  /** Copies a NUL-terminated string; "" for NULL. */
  copyString(address: Address | null): string;
}
