/**
 * The framing of the protocol: little-endian uint32 length of the JSON, uint32 length of the payload,
 * the JSON text, the payload.
 */

/** What goes over the wire in either direction. */
export interface Frame {
  readonly json: Record<string, unknown>;
  readonly payload: Buffer;
}

const headerSize = 8;
/** Text and lengths of the other byte order, read as a length, are more than this. */
const largestJson = 2 ** 24 - 1;

/** The bytes of a frame. */
export function encodeFrame(json: Record<string, unknown>, payload: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(json), "utf8");
  const header = Buffer.alloc(headerSize);
  header.writeUInt32LE(text.length, 0);
  header.writeUInt32LE(payload.length, 4);
  return Buffer.concat([header, text, payload]);
}

/** Takes bytes as they arrive and gives the frames that are complete. */
export class FrameReader {
  #parts: Buffer[] = [];
  #size = 0;
  /** Below this many bytes there is nothing to look at: large frames come in many pieces. */
  #needed = headerSize;

  /**
   * Adds bytes; returns the frames that they complete.
   *
   * @throws SyntaxError if the JSON of a frame is none, or too long to be meant.
   */
  push(bytes: Buffer): Frame[] {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    const frames: Frame[] = [];
    while (this.#size >= this.#needed) {
      let all = this.#join();
      const jsonSize = all.readUInt32LE(0);
      if (jsonSize > largestJson) {
        const begin = all.toString("latin1", 0, 40);
        throw new SyntaxError(`it begins with ${JSON.stringify(begin)}, where two lengths belong`);
      }
      const payloadSize = all.readUInt32LE(4);
      const total = headerSize + jsonSize + payloadSize;
      if (all.length < total) {
        this.#needed = total;
        break;
      }
      this.#needed = headerSize;
      const text = all.toString("utf8", headerSize, headerSize + jsonSize);
      frames.push({
        json: JSON.parse(text) as Record<string, unknown>,
        payload: all.subarray(headerSize + jsonSize, total),
      });
      all = all.subarray(total);
      this.#parts = [all];
      this.#size = all.length;
    }
    return frames;
  }

  /** What has come of a frame that is not complete, for people. */
  get pending(): string {
    if (this.#size < headerSize) {
      return this.#size === 0 ? "nothing came" : `only ${this.#size} bytes came`;
    }
    const all = this.#join();
    const total = headerSize + all.readUInt32LE(0) + all.readUInt32LE(4);
    return `${this.#size} bytes came of a frame that says it has ${total}`;
  }

  #join(): Buffer {
    const [first] = this.#parts;
    const all = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    this.#parts = [all];
    return all;
  }
}
