/**
 * Files that an instance reads, in JavaScript's memory: a model's parameters come from here piece
 * by piece to where the engine keeps them, and never stand whole in linear memory, which does not
 * shrink again.
 */

/** Errors and constants of WASI. */
const badDescriptor = 8;
const noSuchFile = 44;
const regularFile = 4;
const directory = 3;
/** The folder that all files are in; 0 to 2 are the standard streams. */
const rootDescriptor = 3;

interface OpenFile {
  readonly bytes: Uint8Array;
  at: number;
}

export class InstanceFiles {
  /** Content by name. A file that is open stays readable when its entry goes. */
  readonly contents = new Map<string, Uint8Array>();
  readonly #open = new Map<number, OpenFile>();
  #next = rootDescriptor + 1;

  /** How many files C has open. */
  get openFiles(): number {
    return this.#open.size;
  }

  /** The functions by which a C library reads files. */
  imports(memory: () => WebAssembly.Memory): Record<string, (...values: never[]) => number> {
    const view = (): DataView => new DataView(memory().buffer);
    const bytes = (address: number, length: number): Uint8Array =>
      new Uint8Array(memory().buffer, address >>> 0, length);
    return {
      fd_prestat_get(descriptor: number, result: number): number {
        if (descriptor !== rootDescriptor) return badDescriptor;
        view().setUint32(result >>> 0, 0, true); // a folder
        view().setUint32((result >>> 0) + 4, 1, true); // whose name has one letter
        return 0;
      },
      fd_prestat_dir_name(_descriptor: number, name: number): number {
        bytes(name, 1).set([0x2f]);
        return 0;
      },
      fd_fdstat_get: (descriptor: number, result: number): number => {
        if (descriptor !== rootDescriptor && !this.#open.has(descriptor)) return badDescriptor;
        const status = bytes(result, 24);
        status.fill(0);
        status[0] = descriptor === rootDescriptor ? directory : regularFile;
        status.fill(0xff, 8); // all rights
        return 0;
      },
      path_open: (
        _folder: number,
        _lookup: number,
        path: number,
        length: number,
        _creation: number,
        _rights: bigint,
        _inherited: bigint,
        _flags: number,
        result: number,
      ): number => {
        const name = new TextDecoder().decode(bytes(path, length).slice());
        const content = this.contents.get(name);
        if (!content) return noSuchFile;
        this.#open.set(this.#next, { bytes: content, at: 0 });
        view().setUint32(result >>> 0, this.#next++, true);
        return 0;
      },
      fd_read: (descriptor: number, pieces: number, count: number, result: number): number => {
        const file = this.#open.get(descriptor);
        if (!file) return badDescriptor;
        let read = 0;
        for (let i = 0; i < count; i++) {
          const piece = (pieces >>> 0) + 8 * i;
          const length = view().getUint32(piece + 4, true);
          const part = file.bytes.subarray(file.at, file.at + length);
          bytes(view().getUint32(piece, true), part.length).set(part);
          file.at += part.length;
          read += part.length;
        }
        view().setUint32(result >>> 0, read, true);
        return 0;
      },
      fd_seek: (descriptor: number, offset: bigint, from: number, result: number): number => {
        const file = this.#open.get(descriptor);
        if (!file) return badDescriptor;
        const base = [0, file.at, file.bytes.length][from] ?? 0;
        file.at = base + Number(offset);
        view().setBigUint64(result >>> 0, BigInt(file.at), true);
        return 0;
      },
      fd_close: (descriptor: number): number => (this.#open.delete(descriptor) ? 0 : badDescriptor),
    };
  }
}
